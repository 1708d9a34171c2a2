#!/bin/sh
# Types that are read in Lua, through the jailed loader: right and wrong cells of a small package, and descriptors that cannot be.
. "$(dirname "$0")/lib.sh"
mkdir -p "$T/p/datasets/types/data" && cd "$T/p" || exit 1
echo '{ "name": "types", "title": { "fr": "Types", "en": "Types" }, "edition": { "data_as_of": "2026-01-10", "date": "2026-01-15" }, "reports": [] }' >continuum.json
sql() { "$CONTINUUM" sql "$1" 2>>"$T/err" | tail -n +2 | tr '\t\n' '| '; }
descriptor() { # descriptor FIELDS N: a table "t" with a key and these fields, of which N cells may be refused
	printf '{ "name": "types", "title": "Types", "resources": [ { "name": "t", "path": "data/t.csv", "dialect": { "delimiter": "|", "quoteChar": "" }, "continuum:maxRejected": %s,
		"schema": { "fields": [ { "name": "k", "type": "integer" }, %s ], "primaryKey": "k" } } ] }\n' "$2" "$1" >datasets/types/datapackage.json
}

fields='{ "name": "took", "type": "duration", "constraints": { "minimum": "PT1H" } }, { "name": "place", "type": "geopoint" }, { "name": "shape", "type": "geojson" },
	{ "name": "list", "type": "list", "itemType": "integer", "constraints": { "maxLength": 2 } }, { "name": "mail", "type": "string", "format": "email" },
	{ "name": "day", "type": "date", "format": "%d %B %Y" }, { "name": "at", "type": "datetime", "constraints": { "minimum": "2018-02-08T10:00:00Z" } },
	{ "name": "n", "type": "number", "decimalChar": ",", "groupChar": " ", "bareNumber": false }, { "name": "o", "type": "object" }'
descriptor "$fields" 100
cat >datasets/types/data/t.csv <<'END'
k|took|place|shape|list|mail|day|at|n|o
1|PT61M|2.50, 48|{ "type": "Point", "coordinates": [2.5, 48] }|1,-2|mairie@saint-étienne.fr|8 février 2018|2018-02-08T09:30:00-02:00|1 234,50 €|{ "b": 1.50, "a": null }
2|PT59M|181,0|{"type":"Point"}|1,2,3|a b@c.fr|30 février 2018|2018-02-08T11:30:00+02:00|12 34|{"a":1,"a":2}
3|1 h|x|[1]|1,x2|@|8 brumaire 2018|2018-02-08|12?5|{"a":"\ud800"}
END
run load
is "$code" 0 "a table of rare types loads"
is "$(sql 'SELECT took, place, shape, list, mail, day, at, n, o FROM t WHERE k = 1')" \
	'PT61M|2.5,48|{"type":"Point","coordinates":[2.5,48]}|[1,-2]|mairie@saint-étienne.fr|2018-02-08|2018-02-08T09:30:00-02:00|1234.5|{"b":1.50,"a":null} ' \
	"each value as it is stored"
is "$(sql 'SELECT count(*), count(took), count(place), count(shape), count(list), count(mail), count(day), count(at), count(n), count(o) FROM t')" \
	"3|1|1|1|1|1|1|1|1|1 " "a wrong cell is empty, and its row stays"
descriptor "$fields" 0
run load
is "$code" 3 "wrong cells are too many where none may be"
like "$T/err" '^datasets/types/data/t.csv:3:3: error: t: “PT59M” in the column “took” is below the minimum PT1H' "a bound, at its line"
like "$T/err" '“1,2,3” in the column “list” has 3 items; the number must be ≤ 2' "a number of items"
like "$T/err" '“30 février 2018” in the column “day” cannot be read as date %d %B %Y' "a day that is none, with its format"
like "$T/err" 'the digits of “12 34” in the column “n” are not in groups of three' "groups of digits"
like "$T/err" '“\{"a":1,"a":2\}” in the column “o” cannot be read as object \(JSON\)' "a name that stands twice"

for bad in '"type": "date", "format": "%d/%m"' '"type": "time", "format": "%I:%M"' '"type": "date", "format": "%A %d/%m/%Y"'; do
	descriptor "{ \"name\": \"x\", $bad }" 0
	printf 'k|x\n1|\n' >datasets/types/data/t.csv
	run load
	is "$code" 3 "no such column can be read: $bad"
	like "$T/err" '^datasets/types/datapackage.json:2: error: t: “%' "said where the descriptor says it"
done
descriptor '{ "name": "x", "type": "string", "constraints": { "pattern": "ab(?=c)" } }' 0
run load
like "$T/err" 'the pattern of the column “x” cannot be used: ab\(\?=c\) \(\(\?=c\)\)' "what of a pattern cannot be used is shown"
done_testing
