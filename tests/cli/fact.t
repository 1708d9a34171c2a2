#!/bin/sh
# fact add: a figure with its citation enters a ledger; no row is lost, nothing is replaced, a refused row changes nothing.
. "$(dirname "$0")/lib.sh"
mkdir -p "$T/p"
cp -R "$top/continuum.json" "$top/datasets" "$top/seeds" "$T/p"
mkdir "$T/p/reports" "$T/p/plugins"
cd "$T/p" || exit 1
L=datasets/public_facts/data/public_facts.csv
S=datasets/public_facts/data/sources.csv
cp $L "$T/L"
cp $S "$T/S"
# add ARGS…: a whole fact, with changes
add() {
	run fact add --fact_id pm_test_2024 --source sdpm2011 --kind quantity --subject_fr "Agents, « essai »" --subject_en 'Staff "test"' --value 28500 \
		--qualifier exact --unit agents --period 2024 --period_basis stated --locator_fr page --locator_en page --confidence medium "$@"
}
same() { cmp -s $L "$T/L" && cmp -s $S "$T/S"; ok $? "$1"; }

run fact
is "$code" 2 "fact alone is no call"
run fact add </dev/null
is "$code" 2 "without a terminal what is required must be given"
like "$T/err" 'requires fact_id, source, kind' "and is listed"
run fact add --fact_id x --vlaue 3
like "$T/err" 'did you mean “--value”' "a slip in an option is told"
same "nothing is written"

add -n
is "$code" 0 "a dry run"
like "$T/out" '^datasets/public_facts/data/public_facts\.csv: pm_test_2024,sdpm2011,quantity,"Agents, « essai »","Staff ""test""",28500,,' "shows the row, quoted as the file is"
same "and writes nothing"

add
is "$code" 0 "a fact is added"
like "$T/out" 'pm_test_2024 added to' "and said so"
head -n -1 $L | cmp -s - "$T/L"
ok $? "every row of before is there, byte for byte"
run load public_facts
run sql "SELECT value, subject_fr, subject_en FROM public_facts WHERE fact_id = 'pm_test_2024'"
like "$T/out" '28500	Agents, « essai »	Staff "test"' "it can be asked for"
cp $L "$T/L"
add
is "$code" 3 "an id is entered once"
like "$T/err" 'is in datasets/public_facts/data/public_facts.csv already' "with the file that has it"
add --fact_id meetings_dialogue
like "$T/err" 'in seeds/data/facts.csv already' "ids are unique over all ledgers"
same "nothing is replaced"

add --fact_id pm_test_a --unit furlongs
is "$code" 3 "a value that the descriptor does not know"
like "$T/err" 'furlongs' "is named"
like "$T/err" '^datasets/public_facts/data/public_facts\.csv:[0-9]+:82' "with the place where it would stand"
add --fact_id pm_test_b --value many
is "$code" 3 "a word where a number belongs"
add --fact_id "Bad id"
is "$code" 3 "an id that does not fit its pattern"
add --fact_id pm_test_c --source nobody
is "$code" 3 "a source that is not there"
like "$T/err" '“nobody” is not in sources' "is named"
add --fact_id pm_test_c --source nobody --source.title Rapport
is "$code" 2 "a source described in part"
like "$T/err" 'requires source\.' "what is missing is listed"
same "the files are as before"
[ -z "$(ls .continuum/quarantine)" ]
ok $? "and nothing is left in quarantine"

add --fact_id pm_test_d --source new_report --source.title "Rapport d'essai" --source.title_en "Test report" --source.publisher Essai --source.licence_fr "non précisée" --source.licence_en "not stated" --source.kind_fr "rapport officiel" \
	--source.kind_en "official report" --source.date 2024-05-01
is "$code" 0 "a fact with a new source"
is "$(tail -n 1 $S | cut -d, -f1) $(tail -n 1 $L | cut -d, -f1,2)" "new_report pm_test_d,new_report" "both rows are written"
head -n -1 $S | cmp -s - "$T/S"
ok $? "the sources of before are all there"
run load
is "$code" 0 "and the ledger loads"

run fact add --ledger seeds
is "$code" 2 "a ledger that is none"
run fact add fact_id=meetings_test document=security_meetings kind=quantity "subject_fr=Essai
sur deux lignes" subject_en=Test value=3 qualifier=exact unit=not_stated period=2017 period_basis=stated lines=3 --ledger facts
is "$code" 0 "column=value does as well, for another ledger, over two lines"
run load seeds
run sql "SELECT count(*) FROM facts WHERE fact_id = 'meetings_test'"
is "$(tail -n 1 "$T/out")" 1 "it is there"
add --fact_id pm_test_e --json
is "$(json file) $(json row.value) $(json added)" "$L 28500 true" "as JSON"

# On a terminal what is not given is asked, in the order of the ledger; Enter leaves what is optional empty.
if command -v script >/dev/null; then
	printf '%s\n' pm_test_asked sdpm2011 quantite quantity Essai Test exact agents none page page medium |
		script -qec "$CONTINUUM --lang en fact add --value 12" /dev/null >"$T/out" 2>"$T/err"
	is "$?" 0 "asked on a terminal"
	like "$T/out" 'Kind of fact' "in the words of the descriptor"
	like "$T/out" 'quantity, target, aim' "with the values that it knows"
	is "$(tail -n 1 $L)" "pm_test_asked,sdpm2011,quantity,Essai,Test,12,,,,,exact,agents,,none,,,,,,page,page,,,,medium" "an answer that is none of them is asked again"
else
	skip "asking on a terminal" "script is not installed"
fi

# The file's own style: all quoted, CRLF, no final newline.
cp -R seeds "$T/seeds"
perl -0pi -e 's/\n/\r\n/g; s/\r\n\z//' datasets/public_facts/data/public_facts.csv
cp $L "$T/L"
add --fact_id pm_test_f
is "$code" 0 "a file with CRLF and no last line end"
is "$(head -c "$(wc -c <"$T/L")" $L | cmp - "$T/L" && tail -n 1 $L | od -c | grep -c '\\r')" 1 "keeps its line ends"

done_testing
