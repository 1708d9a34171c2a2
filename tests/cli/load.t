#!/bin/sh
# Loading: each kind of bad data is one clear error at its place, and what was in use stays.
. "$(dirname "$0")/lib.sh"
built
keep
data=datasets/places/data
descriptor=datasets/places/datapackage.json

sql() { "$CONTINUUM" sql "$1" 2>&1 | tr '\t\n' ', '; }

# refused NAME CHANGE PLACE ID MESSAGE: after the change, load and build refuse with exit code 3, and change nothing.
refused() {
	cp -R datasets "$T/datasets"
	eval "$2"
	run load
	is "$code" 3 "$1: exit code 3"
	like "$T/err" "^$3: error: .*$5" "$1: said at its place"
	unlike "$T/err" "$T|Assertion|runtime error" "$1: no path of this machine"
	run load --json
	is "$code $(json failed.0.error.id)$(json error.id) $(json exit)" "3 $4 3" "$1: --json names $4"
	run build
	is "$code" 3 "$1: build ends with 3 too"
	untouched "$1: PDFs and databases are as they were"
	rm -rf datasets
	mv "$T/datasets" datasets
}
# In --json an error of a part is in "failed", any other in "error": the one that is absent prints null.
refused "no descriptor" "rm $descriptor" "$descriptor" nullintake.descriptor_missing 'there is no datapackage.json in datasets/places'
refused "malformed descriptor" "edit $descriptor '5s/:/ /'" "$descriptor:5:[0-9]+" nullintake.json_syntax 'not valid JSON'
refused "descriptor cut short" "edit $descriptor '20,\$d'" "$descriptor:[0-9]+(:[0-9]+)?" nullintake.json_syntax 'not valid JSON'
refused "property of the wrong type" "edit $descriptor '0,/\"version\": \"1\"/s//\"version\": [1]/'" "$descriptor:5(:[0-9]+)?" \
	nullintake.descriptor_type '/version: “version” must be'
refused "unknown field type" "edit $descriptor '32s/string/strnig/'" "$descriptor:32(:[0-9]+)?" nullintake.descriptor_value \
	'/resources/1/schema/fields/0/type: “strnig” is not a possible value'
refused "foreign key to no resource" "edit $descriptor 's/\"resource\": \"area\"/\"resource\": \"aera\"/'" "$descriptor:[0-9]+(:[0-9]+)?" nullintake.no_resource \
	'“aera” is not a resource'
refused "path that leaves the folder" "edit $descriptor 's|data/staff.csv|../../../continuum.json|'" "$descriptor:[0-9]+(:[0-9]+)?" nullbase.path_unsafe \
	'leaves its folder'
refused "row too short" "edit $data/staff.csv '5s/,3\$//'" "$data/staff.csv:5" intake.row_shortnull 'the row has 3 cells, the header has 4'
refused "row too long" "edit $data/staff.csv '5s/\$/,1/'" "$data/staff.csv:5" intake.row_longnull 'the row has 5 cells, the header has 4'
refused "wrong type" "edit $data/staff.csv '5s/42/many/'" "$data/staff.csv:5:9" intake.value_typenull '“many” in the column “agents” cannot be read as integer'
refused "below the minimum" "edit $data/staff.csv '5s/2023/1923/'" "$data/staff.csv:5:4" intake.value_minimumnull '“1923” .* below the minimum 2000'
refused "required value missing" "edit $data/area.csv '3s/Corse-du-Sud//'" "$data/area.csv:3(:[0-9]+)?" intake.value_requirednull 'column “name” is required'
refused "duplicate key" "echo 2A,2023,1,1 >>$data/staff.csv" "$data/staff.csv:7(:[0-9]+)?" intake.key_twicenull 'code, year = 2A, 2023 stands on line 5 already'
refused "broken reference" "echo 99,2023,1,1 >>$data/staff.csv" "$data/staff.csv:7(:[0-9]+)?" intake.foreign_keynull 'code = 99 is not in area'
refused "unclosed quote" "edit $data/staff.csv '4s/2A/\"2A/'" "$data/staff.csv:4(:[0-9]+)?" intake.csv_unclosednull 'never closed'
refused "other header" "edit $data/staff.csv '1s/agents/officers/'" "$data/staff.csv:1(:[0-9]+)?" intake.headernull '“officers” in the file, “agents” in the descriptor'
refused "not UTF-8" "printf '95,L\\351man\\n' >>$data/area.csv" "$data/area.csv:5(:[0-9]+)?" intake.encodingnull 'is not valid in'
refused "empty file" ": >$data/area.csv" "$data/area.csv(:[0-9]+)?" intake.file_emptynull 'the file is empty'
refused "no file" "mv $data/area.csv $data/gone.csv" "$descriptor:[0-9]+(:[0-9]+)?" nullintake.data_missing 'area.csv, which the descriptor names, is not there'
refused "two packages of one name" "edit $descriptor 's/\"name\": \"places\"/\"name\": \"seeds\"/'" "seeds/datapackage.json" nullapp.package_twice \
	'package name “seeds” is that of datasets/places already'

# Several refused rows: each is told, and how far the load came.
edit $data/staff.csv '3s/131/a/; 5s/42/b/'
run load
like "$T/err" "^$data/staff.csv:3:9: error: .*“a”" "the first refused row"
like "$T/err" "^$data/staff.csv:5:9: error: .*“b”" "the second refused row"
like "$T/err" 'staff: 5 rows read, 2 refused; nothing was replaced' "and the count"
"$CONTINUUM" --lang fr load 2>"$T/err"
like "$T/err" '« *.a *.», dans la colonne' "in French too"

# -k goes on with the other packages.
edit seeds/data/facts.csv 's/21000/22000/'
run load -k --json
is "$code $(json packages.0.name) $(json packages.#) $(json failed.0.package) $(json worst) $(json exit)" "5 seeds 1 places 3 5" "load -k: the other package, exit code 5"
run load
is "$code" 3 "without -k the code is that of the failure"
edit $data/staff.csv '3s/a/131/; 5s/b/42/'
run load
is "$code" 0 "mended data load"
like "$T/err" 'everything is fresh' "what is as it was before needs no load"
run load places --json
is "$(json packages.0.tables.2.name) $(json packages.0.tables.2.read) $(json packages.0.tables.2.loaded)" "staff 5 5" "load NAME loads in any case"
is "$(sha256sum .continuum/data/places.db | cut -c1-64)" "$(echo "$kept" | sed -n 's/ .*places.db$//p')" "the same rows give the same file"

# A package under another name, a table in another package, and a package that goes: nothing needs to be deleted by hand.
edit $descriptor 's/"name": "places"/"name": "lieux"/'
run status
like "$T/out" '^  places +no longer in the project$' "status names the package that left"
run load
is "$code $(ls .continuum/data)" "0 lieux.db
seeds.db" "a renamed package replaces the old one"
mkdir -p datasets/other/data
mv $data/units.csv datasets/other/data/
perl -MJSON::PP -0777 -e '
	my $j = JSON::PP->new->pretty->canonical;
	open my $in, "<", $ARGV[0]; my $p = $j->decode(<$in>);
	my $units = shift @{$p->{resources}};
	open my $out, ">", $ARGV[0]; print $out $j->encode($p); close $out;
	open $out, ">", "datasets/other/datapackage.json"; print $out $j->encode({ %$p, name => "other", resources => [$units] })' $descriptor
run load
is "$code" 0 "a table that moved to another package"
run sql "SELECT count(*) FROM units"
is "$(tail -n 1 "$T/out")" 2 "is found there"
cp -R datasets/other datasets/twice
sed -i 's/"other"/"twice"/' datasets/twice/datapackage.json
run load
is "$code" 3 "one table in two packages is refused"
like "$T/err" 'datasets/twice/datapackage.json:15: .*the table units is in two packages: twice and other' "and both are named, at the descriptor"
rm -r datasets/twice
run load
is "$code" 0 "and what is put right loads"
run sql "SELECT count(*) FROM units"
is "$(tail -n 1 "$T/out")" 2 "as before"

# Without a limit of its own a table bears few refusals: it is loaded, what was refused is told and kept.
project
sed -i 's/ "continuum:maxRejected": 0,//' datasets/places/datapackage.json
edit $data/staff.csv '5s/42/many/'
run load
is "$code" 0 "one unreadable cell does not stop a load"
like "$T/err" 'places: staff: 5 rows read, 0 rows and 1 cells refused; first datasets/places/data/staff.csv:5: .many. in the column' "it is told on stderr"
run sql "SELECT count(*) AS n FROM staff WHERE agents IS NULL"
is "$(tail -n 1 "$T/out")" 1 "the cell is empty"
is "$(sqlite3 .continuum/data/places.db 'SELECT line, "column", value, whole_row FROM _reject')" '5|agents|many|0' "and stands in _reject"
run load places --json
is "$(json packages.0.tables.2.cells) $(json packages.0.tables.2.refusals.0.record.line)" "1 5" "--json has it"
edit $data/staff.csv '5s/2A,2023/2A,year/'
run load
like "$T/err" '5 rows read, 1 rows and 0 cells refused' "an unreadable key rejects its row"
edit $data/staff.csv '2,$s/20../year/'
run load
is "$code" 3 "a table of which nothing is left is not loaded"
like "$T/err" 'staff: 5 rows read, 5 refused; nothing was replaced' "and says how far it came"

# A package that uses another: loaded after it, again when it changed, with foreign keys into it.
project
mkdir -p datasets/aaa/data
printf 'code,n\n01,1\n2A,2\n' >datasets/aaa/data/extra.csv
cat >datasets/aaa/datapackage.json <<'END'
{ "name": "aaa", "continuum:uses": ["places"], "resources": [{ "name": "extra", "path": "data/extra.csv", "schema": {
  "fields": [{ "name": "code", "type": "string" }, { "name": "n", "type": "integer" }], "primaryKey": "code",
  "foreignKeys": [{ "fields": "code", "reference": { "resource": "area", "fields": "code" } }] } }] }
END
run load -j 1 --json
is "$code $(json packages.0.name) $(json packages.1.name)" "0 places aaa" "a package comes after the one that it uses"
echo '99,3' >>datasets/aaa/data/extra.csv
run load
is "$code" 3 "a reference into nothing of another package"
like "$T/err" 'datasets/aaa/data/extra.csv:4:1: error: extra: code = 99 is not in area' "is placed"
edit datasets/aaa/data/extra.csv '4d'
run load
echo '99,Nouveau' >>$data/area.csv
run load --json
is "$code $(json packages.#) $(json packages.1.name)" "0 2 aaa" "what is used changed: both are loaded"
edit datasets/aaa/datapackage.json 's/"continuum:uses": \["places"\]/"continuum:uses": ["nowhere"]/'
run load
is "$code" 3 "a package that is not there"
like "$T/err" 'datasets/aaa/datapackage.json: error: .*uses “nowhere”, which is no package of this project' "is named"
edit datasets/aaa/datapackage.json 's/nowhere/places/'
edit $descriptor 's/"name": "places",/"name": "places", "continuum:uses": ["aaa"],/'
run load
is "$code" 3 "two packages that use each other"
like "$T/err" 'uses itself' "are a circle"

# A feed that has no file yet is left out: what its package has besides is loaded, and only a package of which nothing is there has no data.
project
mkdir -p datasets/far datasets/near/data
cat >datasets/far/datapackage.json <<'END'
{ "name": "far", "resources": [{ "name": "distant", "path": "https://example.org/distant.csv", "schema": { "fields": [{ "name": "x" }] } }] }
END
cat >datasets/near/datapackage.json <<'END'
{ "name": "near", "continuum:uses": ["far"], "resources": [
  { "name": "towns", "path": "https://example.org/towns.csv", "schema": { "fields": [{ "name": "code", "type": "string" }], "primaryKey": "code" } },
  { "name": "staff_of", "path": "data/staff.csv", "schema": { "fields": [{ "name": "code", "type": "string" }, { "name": "x" }],
    "foreignKeys": [{ "fields": "code", "reference": { "resource": "towns", "fields": "code" } }, { "fields": "x", "reference": { "resource": "distant", "fields": "x" } }] } }] }
END
printf 'code,x\n01,a\n' >datasets/near/data/staff.csv
run load
is "$code $(ls .continuum/data | tr '\n' ' ')" "0 near.db places.db seeds.db " "a load goes on without it"
like "$T/out" '^  no file yet: towns \(continuum refresh towns\)' "the tables that are left out are named, with what gets them"
like "$T/out" '^    "code" → towns: no data yet, not checked' "keys into one of them are not checked, which is said"
like "$T/out" '^    "x" → distant: no data yet, not checked' "nor are those into one of another package"
run load near --json
is "$(json packages.0.absent.#) $(json packages.0.absent.0) $(json packages.0.tables.#) $(json packages.0.tables.0.name)" "1 towns 1 staff_of" "as JSON"
run status
like "$T/out" '^  far +no data yet: continuum refresh' "status says so of a package"
like "$T/out" '^  near +fresh \(staff_of 1, no file yet: towns' "and of a table"
run load far
is "$code" 3 "asked for by name"
like "$T/err" 'the package .far. has no data yet' "it is said"
like "$T/err" 'continuum refresh far' "and what to do"
printf 'code\n01\n' >"$T/towns.csv"
run receive "$T/towns.csv" --for towns --accept
is "$code $(sql 'SELECT * FROM towns')" "0 code 01 " "its file arrives: it is there"
run load near
unlike "$T/out" 'towns: no data yet|no file yet' "and keys into it are checked"
like "$T/out" 'distant: no data yet, not checked' "but not those into the other"
echo '99,a' >>datasets/near/data/staff.csv
run load
is "$code" 3 "a key that leads nowhere is refused now"
edit datasets/near/data/staff.csv '$d'
printf 'x\na\n' >"$T/distant.csv"
run receive "$T/distant.csv" --for distant --accept
run load
is "$code" 0 "a package gets its first data: those that use it are loaded again"
unlike "$T/out" 'not checked' "with all their keys checked"
edit datasets/near/datapackage.json 's/"resource": "distant"/"resource": "distand"/'
run load
is "$code" 3 "a key into a table that no used package describes"
like "$T/err" '^datasets/near/datapackage.json:3: error: .*foreign key of staff_of leads to “distand”' "is told from one without data"

# Scripts and analyses that ask for a table without data.
project
mkdir -p datasets/near/data
cat >datasets/near/datapackage.json <<'END'
{ "name": "near", "resources": [
  { "name": "towns", "path": "https://example.org/towns.csv", "schema": { "fields": [{ "name": "code", "type": "string" }], "primaryKey": "code" } },
  { "name": "staff_of", "path": "data/staff.csv", "schema": { "fields": [{ "name": "code", "type": "string" }] } }] }
END
printf 'code\n01\n' >datasets/near/data/staff.csv
printf 'return { staff_of = { row = function(row)\n  for _ in query("SELECT code FROM towns"):rows() do end\n  emit { code = row[1] }\nend } }\n' >datasets/near/shape.lua
run load
is "$code" 1 "a script that asks for it"
like "$T/err" '^datasets/near/shape.lua:2:[0-9]+: error: the table towns has no data yet' "fails at its line"
like "$T/err" 'continuum refresh towns' "and says what gets it"
rm datasets/near/shape.lua
cat >plugins/asks.lua <<'END'
local A = analysis { title = { fr = "Demande", en = "Asks" } }
function A.run(report)
  report:sql("SELECT code FROM towns")
end
return A
END
run load
run run asks --json
is "$code $(json failed.0.error.id)" "1 app.table_absent" "an analysis that reads it"
like "$T/out" 'continuum refresh towns' "is told so too"
done_testing
