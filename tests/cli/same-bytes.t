#!/bin/sh
# The same input gives the same bytes: another folder, a later time, another locale and time zone.
. "$(dirname "$0")/lib.sh"
built
(cd build && find . -name '*.pdf' -o -name '*.svg' -o -name '*.gp' -o -name '*.csv' -o -name '*.wire' | sort | xargs sha256sum) >"$T/want"
(cd .continuum/data && sha256sum *.db) >"$T/want.db"
is "$(grep -c '\.svg$' "$T/want") $(grep -c 'figures/.*\.pdf$' "$T/want") $(grep -c ' \./[a-z]*\.pdf$' "$T/want")" "2 2 2" "figures and reports in two languages"
project
mv "$T/p" "$T/elsewhere à côté"
cd "$T/elsewhere à côté" || exit 1
sleep 1
find . -type f -exec touch {} +
case ${LC_ALL:-$LANG} in
fr*) locale=C zone=UTC ;;
*) locale=fr_FR.UTF-8 zone=Asia/Tokyo ;;
esac
env LC_ALL=$locale LANG=$locale TZ=$zone SOURCE_DATE_EPOCH=1 HOME=/nonexistent "$CONTINUUM" build >"$T/out" 2>"$T/err"
is $? 0 "a build under LC_ALL=$locale, TZ=$zone, in a folder with spaces and accents"
(cd build && find . -name '*.pdf' -o -name '*.svg' -o -name '*.gp' -o -name '*.csv' -o -name '*.wire' | sort | xargs sha256sum) >"$T/got"
diff "$T/want" "$T/got" >"$T/diff"
ok $? "reports, figures, their data and the results are the same byte for byte"
sed 's/^/# /' "$T/diff"
(cd .continuum/data && sha256sum *.db) >"$T/got.db"
cmp -s "$T/want.db" "$T/got.db"
ok $? "the package files too"
for f in build/*.pdf build/figures/*; do
	case $f in
	*.pdf) qpdf --qdf --object-streams=disable "$f" "$T/plain" ;;
	*) cp "$f" "$T/plain" ;;
	esac
	grep -aqE "$T|elsewhere|/tmp/" "$T/plain"
	ok $((! $?)) "no path or name of this machine in $f"
done
pdfinfo build/paper.pdf >"$T/info"
unlike "$T/info" '^(Creat|Mod)(ion)?Date' "no date in the PDF"

# The date comes from the edition.
sed -i 's/2026-01-15/2026-01-16/' continuum.json
run build --json
is "$code $(json drawn) $(json typeset)" "0 2 2" "another edition date: figures and reports are made again"
done_testing
