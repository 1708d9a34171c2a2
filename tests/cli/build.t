#!/bin/sh
# A build: what it makes again after which change, and what stands in the PDFs.
. "$(dirname "$0")/lib.sh"

# counts: what the last build --json did, as "loaded ran drawn typeset".
counts() { echo "$(json loaded) $(json ran) $(json drawn) $(json typeset)"; }

built
keep
run build --json
is "$code" 0 "a second build ends well"
is "$(counts)" "0 0 0 0" "a second build makes nothing"
is "$(json reports.0.made) $(json reports.1.made) $(json reports.0.file)" "false false build/rapport.pdf" "and says so of each report"
is "$(json failed.#) $(json exit)" "0 0" "nothing failed"
untouched "nothing is written by a second build"
run build
printf 'build/rapport.pdf  (up to date)\nbuild/paper.pdf  (up to date)\n' >"$T/want"
cmp -s "$T/out" "$T/want"
ok $? "without --json it names the files"
run status --exit-code
is "$code" 0 "status --exit-code is 0 after a build"
unlike "$T/out" 'never|changed|failed' "all is fresh"

# The pages.
for name in rapport paper; do
	pdffonts build/$name.pdf >"$T/fonts"
	tail -n +3 "$T/fonts" | awk '{ print $(NF-4) }' | sort -u >"$T/embedded"
	is "$(cat "$T/embedded")" yes "$name: every font is embedded"
	unlike "$T/fonts" 'Type 3' "$name: no bitmap font"
	like "$T/fonts" 'TeXGyreHeros' "$name: figures and headings in TeX Gyre Heros"
	qpdf --check build/$name.pdf >"$T/qpdf" 2>&1
	ok $? "$name: qpdf finds no fault"
	pdftotext -layout build/$name.pdf - >"$T/$name.txt"
done
like "$T/rapport.txt" 'Les gardes sont 21.000, l’accueil compte plus de 4.000' "French typography of values"
tr -s ' \n' ' ' <"$T/rapport.txt" >"$T/flat"
like "$T/flat" 'Au moins 24.500 ensemble ; 483 personnes' "a value begins a sentence; the unit agrees with its number"
like "$T/rapport.txt" 'Une phrase d’un autre fichier, avec plus de 4.000' "values in a file that is input"
like "$T/paper.txt" 'There are 21,000 wardens' "English typography of values"
unlike "$cache.talk" '[a-z]+: ' "a first build has no warning: no box error, no missing glyph, no reference to nothing"

# One changed fact.
edit seeds/data/facts.csv 's/unused,\(.*\),7,/unused,\1,8,/'
run build --json
is "$(counts)" "1 0 0 0" "a fact that nothing reads: loaded, nothing run, nothing typeset"
edit seeds/data/facts.csv 's/,618000,/,620000,/'
run status
like "$T/out" 'seeds +source changed' "status names the changed package before the build"
run build --json
is "$(counts)" "1 1 0 0" "a fact that one analysis reads: it alone runs; no page shows it"
edit seeds/data/facts.csv 's/,21000,/,22000,/'
run build --json
is "$(counts)" "1 1 2 2" "a fact in a figure and in both texts: figures and reports made again"
is "$(json reports.0.made) $(json reports.1.made)" "true true" "both reports"
pdftotext build/paper.pdf - | grep -q 'There are 22,000 wardens'
ok $? "the new value is on the page"

# A column that is not read; a value in one text only.
edit datasets/places/data/staff.csv 's/94,2023,310,20/94,2023,310,21/'
run build --json
is "$(counts)" "1 0 0 0" "a column that no analysis reads"

# The text of one report.
edit reports/rapport/more.tex 's/Une phrase/Autre phrase.\\par\\noindent\\rule{170mm}{1pt}\\par Puis une phrase/'
run build --json
is "$(counts) $(json reports.0.made) $(json reports.1.made)" "0 0 0 1 true false" "a changed sentence: that report alone"
like "$T/err" 'rapport: .*too wide' "a line that is too wide is told"
run build paper --json
is "$(json reports.#) $(json reports.0.name)" "1 paper" "build NAME makes that report"

# Lost products come back, with the same bytes.
keep
rm -r build
run build --json
is "$code $(json typeset)" "0 2" "a deleted build folder is made again"
untouched "byte for byte"

# Words of a descriptor that stand on a page.
edit datasets/places/datapackage.json 's/Inventé pour les tests/Imaginé pour les tests/'
run build rapport --json
is "$code $(counts)" "0 1 2 0 1" "a source under another name: loaded, run, no figure drawn, typeset"
pdftotext build/rapport.pdf - | grep -q '^Source : Imaginé pour les tests'
ok $? "and the page says so"

# A plugin that goes.
rm plugins/places.lua
edit reports/rapport/rapport.tex '/places\./d'
run build rapport --json
is "$code $(counts)" "0 0 0 0 1" "a plugin was removed and nothing of the report names it: the report without it"
run build
is "$code" 1 "a report that names what is no longer made is an error"
like "$T/err" '^reports/paper/paper.tex:8:[0-9]+: error: nothing is called “places.total”' "at its line"
run status --json
is "$(perl -MJSON::PP -0777 -ne 'print join " ", map { "$_->{kind}:$_->{name}" } @{decode_json($_)->{state}}' "$T/out")" \
	"package:places package:seeds analysis:cited report:rapport report:paper" "status no longer names the plugin"
done_testing
