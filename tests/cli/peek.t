#!/bin/sh
# peek: what a file seems to hold, and a first descriptor that loads it.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
printf 'code;nom;année;agents;taux;jour;vu\n01;Ain;2023;12;1,5;01/02/2024;2024-02-01\n2A;Corse;2023;NA;0,25;03/02/2024;2024-02-03\n' >a.csv
run peek a.csv
is "$code" 0 "a file of text"
like "$T/out" '^a.csv: csv, utf-8, delimiter: ;$' "encoding and delimiter"
like "$T/out" '^  code +string' "codes are texts"
like "$T/out" '^  année +year' "a year"
like "$T/out" '^  agents +integer +missing: NA' "a whole number with a mark for what is missing"
like "$T/out" '^  taux +number \(3,14\)' "a decimal comma"
like "$T/out" '^  jour +date %d/%m/%Y' "a date as the French write it"
like "$T/out" '^  vu +date *$' "a date of ISO 8601"
like "$T/out" '^  2A  Corse' "the first rows"
run peek a.csv --json
is "$(json fields.0.type) $(json fields.4.decimalChar) $(json fields.3.missingValues.0.label) $(json rows.1.cells.1)" "string , not_available Ain" "as JSON"

# The descriptor is one that loads.
run peek a.csv --write pack
is "$code" 0 "--write"
mkdir pack/data && cp a.csv pack/data/
run validate pack
is "$code" 0 "what it wrote is valid"
like "$T/out" '^  a +2 rows read, +2 loaded' "and loads every row"
run peek a.csv --write pack
is "$code" 1 "an existing descriptor is not overwritten"
like "$T/err" 'pack/datapackage.json exists already' "said"

printf 'a,b\n1,x\n' | gzip >b.csv.gz
run peek b.csv.gz
like "$T/out" '^b.csv.gz: csv \(gz\), ' "compressed"
printf 'Titre,,\n,,\nnom,n,m\nAin,1,2\nAisne,3,4\n' >c.csv
run peek c.csv
like "$T/out" '^header on line 3: needs a layout: see docs/layouts.md$' "a header below a title"
printf '[{"nom":"Ain","n":1.5},{"nom":"Aisne","n":2}]' >d.json
run peek d.json
like "$T/out" '^  n +number' "JSON"
printf '\033[31mred\033[0m,b\n\033]0;x\007,2\n' >e.csv
run peek e.csv
unlike "$T/out" "$(printf '\033')" "control signs never reach the terminal"
run peek nothing.csv
is "$code" 1 "no file"
like "$T/err" 'cannot open nothing.csv' "said"
run peek
is "$code" 2 "peek needs a file"
done_testing
