#!/bin/sh
# The author's text: an unknown id, a figure where a value is meant, an error of LaTeX: at the author's own file and line.
. "$(dirname "$0")/lib.sh"
built
keep
text=reports/rapport/more.tex

# wrong NAME CODE ID PLACE MESSAGE LINE: the line is added to a file that the report inputs.
wrong() {
	cp $text "$T/more.tex"
	printf '%s\n' "$6" >>$text
	run build rapport
	is "$code" "$2" "$1: exit code $2"
	like "$T/err" "^$4: error: $5" "$1: said at its place"
	is "$(grep -c 'error: ' "$T/err")" 1 "$1: once"
	unlike "$T/err" "$T" "$1: no path of this machine"
	cp "$T/err" "$T/said"
	[ "$3" = - ] || {
		run build rapport --json
		is "$(json failed.0.report) $(json failed.0.error.id) $(json failed.0.error.line) $(json exit)" "rapport $3 2 $2" "$1: --json"
	}
	untouched "$1: the PDF of before stays"
	cp "$T/more.tex" $text
}
wrong "an id that does not exist" 1 app.id_near "$text:2:4" 'nothing is called “cited.wardns”; did you mean “cited.wardens”\?' 'So \val{cited.wardns}.'
like "$T/said" '^  2 \| So \\val\{cited.wardns\}\.$' "the line is shown"
like "$T/said" '^    \|    \^$' "with a caret"
wrong "an id like no other" 1 app.id_unknown "$text:2:1" 'nothing is called “zzz.qqqqqqqq”$' '\val{zzz.qqqqqqqq}'
wrong "an unknown figure" 1 app.id_near "$text:2:1" 'nothing is called “cited.chrt”; did you mean “cited.chart”\?' '\fig{cited.chrt}'
wrong "a figure where a value is meant" 1 app.id_kind "$text:2:1" '.val cannot show “cited.chart”, which is a figure' '\val{cited.chart}'
wrong "a value where a table is meant" 1 app.id_kind "$text:2:1" '.tab cannot show “cited.guards”, which is a value' '\tab{cited.guards}'
wrong "half an id" 1 render.macro_id "$text:2:1" '.val needs the identifier' '\val{cited}'
wrong "an unknown annex" 1 render.annex_unknown "$text:2:1" 'there is no annex “nope”; there are: values, sources' '\annex{nope}'
wrong "an unknown command" 1 - "$text:2:[0-9]+" 'LaTeX does not know the command .undefinedthing' 'Word \undefinedthing'
wrong "a brace that is not closed" 1 - "$text:[0-9]+:[0-9]+" 'the argument of a command is never closed' '\textbf{word

another}'
wrong "a file from outside" 1 - "$text:2:[0-9]+" 'LaTeX may not open /etc/passwd.tex' '\input{/etc/passwd}'
wrong "a character that no font has" 1 render.tex_character "$text:2:[0-9]+" 'the character 汉 .* cannot be printed' '汉'

# In French.
edit $text 's/guards/gards/'
"$CONTINUUM" --lang fr build rapport >"$T/out" 2>"$T/err"
is $? 1 "in French: exit code 1"
like "$T/err" "^$text:1:[0-9]+: erreur.: rien ne s’appelle «.cited.gards.».; vouliez-vous dire «.cited.guards.».\?" "said in French"

# With -k the other report is made.
run build -k --json
is "$code $(json failed.0.report) $(json reports.0.name) $(json reports.#) $(json exit)" "5 rapport paper 1 5" "build -k: the other report, exit code 5"
edit $text 's/gards/guards/'

# Comments and verbatim are not text.
printf '%s\n' '% \val{not.there}' '\verb|\val{not.there}|' >>$text
run build rapport
is "$code" 0 "an id in a comment or in \\verb is no use"

# A report without a text.
mv reports/paper reports/papers
run build --json
is "$code $(json failed.0.report) $(json failed.0.error.id) $(json failed.0.error.file):$(json failed.0.error.line)" "3 paper app.report_file continuum.json:9" "a report without its file"

# A figure stands once: a second one would take its number.
keep
cp $text "$T/more.tex"
printf '%s\n' '\fig{cited.chart}' '\fig{cited.chart}' >>$text
run build rapport
is "$code" 1 "a figure that stands twice: exit code 1"
like "$T/err" "^$text:[0-9]+:1: error: .*stands in this report already, at reports/rapport/" "said with both places"
untouched "a figure that stands twice: the PDF of before stays"
cp "$T/more.tex" $text

# A report without a page is no report.
keep
cp reports/rapport/rapport.tex "$T/rapport.tex"
perl -0777 -i -pe 's/(\\begin\{document\}).*(\\end\{document\})/$1\n$2/s' reports/rapport/rapport.tex
run build rapport
is "$code" 1 "a report without a page: exit code 1"
like "$T/err" 'LaTeX made no page of reports/rapport/rapport.tex' "a report without a page is an error"
untouched "a report without a page: the PDF of before stays"
cp "$T/rapport.tex" reports/rapport/rapport.tex
done_testing
