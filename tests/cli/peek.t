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
# What is guessed: format, compression, encoding, delimiter, header row, columns, the first and the last one.
seems() { # seems WANT NAME: of the file g
	run peek "${3:-g}" --json
	last=$(($(json fields.#) - 1))
	is "$(json format) $(json compression) $(json encoding) $(json delimiter) $(json header.0) $((last + 1)) $(json fields.0.name) $(json "fields.$last.name")" "$1" "$2"
}
printf 'x,y\n1,2\n3,4\n' >g
seems 'csv  utf-8 , 1 2 x y' "commas"
is "$(json needs_layout) $(json header_line)" 'false null' 'which need no layout'
printf 'x;y;z\n1,5;2,5;3\n3,1;4,1;5\n' >g
seems 'csv  utf-8 ; 1 3 x z' "decimal commas"
printf 'Title\n\nnote;;\nx;y;z\n1;;3\n2;5;6\n3;;\n' >g
seems 'csv  utf-8 ; 4 3 x z' "title rows above"
is "$(json needs_layout) $(json header_line)" 'true 4' 'which need a layout'
printf '1\t2\n3\t4\n' >g
seems "csv  utf-8 $(printf '\t') null 2 column_1 column_2" "no header"
printf 'a,b\n5" x,1\n6" y,2\n' >g
seems 'csv  utf-8 , 1 2 a b' "quotes that are none"
printf 'name\nx\ny\n' >g
seems 'csv  utf-8 , 1 1 name name' "one column"
printf 'n\351,b\n\350,1\n' >g
seems 'csv  iso-8859-1 , 1 2 né b' "Latin-1"
printf 'n\351,b\n\234,1\n' >g
seems 'csv  windows-1252 , 1 2 né b' "Windows-1252"
printf '\377\376a\0;\0b\0\n\0' >g
seems 'csv  utf-16 ; 1 2 a b' "UTF-16"
printf '\0a\0;\0b\0\n' >g
seems 'csv  utf-16be ; 1 2 a b' "UTF-16 without a mark"
printf '[{"x":1},{"y":[2],"x":0}]' >g
seems 'json  utf-8 , 1 2 x y' "JSON"
printf '{"none":[],"s":["x"],"by":{"o":[{"z":1}]},"data":[{"x":"}"}]}' >g
seems 'json  utf-8 , 1 1 x x' "JSON inside, behind an empty list"
printf '{"n":{"a":1},"by":{"01":{"x":1},"02":{"y":2,"x":[{}]}}}' >g
seems 'json  utf-8 , 1 3 key y' "JSON objects by their names"
run peek g --json --write members && mkdir members/data && cp g members/data/
is "$(json resources.0.dialect.property members/datapackage.json)" by "what leads there"
run validate members
like "$T/out" '2 rows read, +2 loaded' "and what was written loads"
printf '["x","y"]' >g
seems 'json  utf-8 , null 1 value value' "JSON values"
printf '{"n":1,"data":{"x":1}}' >g
seems 'json  utf-8 , 1 2 n data' "JSON of one object"
printf '[[1,2],[3,4]]' >g
seems 'json  utf-8 , null 2 column_1 column_2' "JSON lists"
printf '{"x":1}\n{"z":1}\n' >g
seems 'jsonl  utf-8 , 1 2 x z' "JSON lines"
printf '{"type":"FeatureCollection","features":[{"properties":{"nom":1},"geometry":null}]}' >g
seems 'geojson  utf-8 , 1 2 nom geometry' "GeoJSON"
printf 'u|v\n1|2\n' | gzip >g
seems 'csv gz utf-8 | 1 2 u v' "gzip"
: >g
run peek g
like "$T/err" 'holds nothing|empty' "nothing"
printf '<html><p>' >g
run peek g
is "$code" 3 "a page"
real=$top/../shared/data/real
for want in 'csv  windows-1252 , 7 12 Département column_12|police-municipale/enquete-stats-pm-2023-pour-publication.csv' \
	'csv  utf-8 , 1 12 TYPECOM COMPARENT|insee/communes.csv' 'csv  utf-8 ; 1 11 REG PTOT|insee/donnees_communes.csv' \
	'json gz utf-8 , 1 6 name g|territoires/qrr_zones-62-derive.json.gz' 'geojson  utf-8 , 1 7 code_qp geometry|territoires/qpv-occitanie-2021.geojson' \
	'xlsx  utf-8 , 1 14 dept pmun_2024|insee/epcicom.xlsx' 'json  utf-8 , 1 5 key faits|delinquance/etat4001/taxonomie.json' \
	'json gz utf-8 , 1 3 key ind|delinquance/commune/delinquance_communes-2024-derive.json.gz'; do
	if [ -d "$real" ]; then seems "${want%%|*}" "${want##*|}" "$real/${want##*|}"; else skip "${want##*|}" "the real data are not here"; fi
done
printf '\033[31mred\033[0m,b\n\033]0;x\007,2\n' >e.csv
run peek e.csv
unlike "$T/out" "$(printf '\033')" "control signs never reach the terminal"
run peek nothing.csv
is "$code" 1 "no file"
like "$T/err" 'cannot open nothing.csv' "said"
run peek
is "$code" 2 "peek needs a file"
done_testing
