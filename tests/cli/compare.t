#!/bin/sh
# compare: two versions of a table by its key, whatever file they come from.
. "$(dirname "$0")/lib.sh"
project
run load
run compare staff@previous staff
is "$code" 2 "no version of before after the first load"
like "$T/err" 'there is no version of before of staff' "said"
edit datasets/places/data/staff.csv '$d'
edit datasets/places/data/staff.csv 's/^01,2022,120,/01,2022,125,/'
printf '94,2022,7,1\n' >>datasets/places/data/staff.csv
run load
is "$code" 0 "the changed package loads"
cp .continuum/previous/places.db "$T/old.db"

run compare staff@previous staff
is "$code" 0 "compare ends with 0"
like "$T/out" '^key: code, year$' "by the key of the table"
like "$T/out" '^ +4 in common$' "rows in common"
like "$T/out" '^ +1 removed$' "a row that went"
like "$T/out" '^agents: 1 cells changed$' "a column that changed"
like "$T/out" '^  01, 2022: 120 → 125$' "with its key, before and after"
like "$T/out" '^sum of agents: 643 → ' "and the sums"
run compare --json --exit-code staff@previous staff
is "$code" 6 "--exit-code is 6 when something differs"
is "$(json added) $(json removed) $(json changed) $(json columns.0.name) $(json columns.0.changed)" "1 1 1 agents 1" "--json"
run compare --exit-code staff staff
is "$code" 0 "a table is like itself"
like "$T/out" '^no difference$' "and that is said"
run compare "$T/old.db:staff" staff --json
is "$(json added) $(json removed) $(json cells)" "1 1 1" "a package file from elsewhere"
run compare staff@previous staff --columns cars --json
is "$(json changed) $(json columns.#)" "0 0" "only the columns that are asked for"
run compare staff@previous staff --key year
is "$code" 2 "a key that does not name one row is refused"
run compare staff@previous staff --key nope
is "$code" 2 "a key that is no column is refused"
like "$T/err" '“nope” is not a column' "said"
run compare stuff staff
like "$T/err" 'there is no table stuff; did you mean “staff”' "a table that is not there"
run compare units staff
is "$code" 2 "two tables that share no column"
like "$T/err" 'error: units and staff have no column in common' "are no versions of one"
run compare staff area --columns code --json
is "$code $(json key.#) $(json common) $(json added) $(json removed)" "0 0 3 0 2" "two tables that share a column, by it; equal rows as often as they stand"
run compare staff
is "$code" 2 "one version is not enough"

# Two files of one resource, loaded aside: nothing in the project changes.
cp datasets/places/data/staff.csv "$T/a.csv"
sed 's/,40,/,41,/' "$T/a.csv" >"$T/b.csv"
before=$(find . -type f | sort | xargs sha256sum)
run compare --resource staff "$T/a.csv" "$T/b.csv" --json
is "$code $(json columns.0.name) $(json columns.0.examples.0.0) $(json columns.0.examples.0.1)" "0 agents 40 41" "two files of one table"
sed 's/,40,/,4x,/' "$T/a.csv" >"$T/b.csv"
run compare --resource staff "$T/a.csv" "$T/b.csv"
is "$code" 3 "a file that does not load"
is "$(find . -type f | sort | xargs sha256sum)" "$before" "nothing in the project changed"
"$CONTINUUM" --lang fr compare staff@previous staff >"$T/out"
like "$T/out" '^ +1 supprimées$' "in French"
done_testing
