#!/bin/sh
# Sheets through shape.lua: layouts, totals, names of communes. The figures are those counted by hand in the ministry's own files, where these are there.
. "$(dirname "$0")/lib.sh"
mkdir -p "$T/p/datasets" && cd "$T/p" || exit 1
echo '{ "name": "sheets", "title": { "fr": "Feuilles", "en": "Sheets" }, "edition": { "data_as_of": "2026-01-10", "date": "2026-01-15" }, "reports": [] }' >continuum.json
sql() { "$CONTINUUM" sql "$1" 2>>"$T/err" | tail -n +2 | tr '\t\n' '| '; }

# A sheet of three years' layouts; the third comes as nobody knows it.
mkdir -p datasets/small/data
cat >datasets/small/datapackage.json <<'END'
{ "name": "small", "title": "Small sheets", "resources": [
  { "name": "patrols", "path": "data/2023.csv", "schema": { "fields": [ { "name": "dep", "type": "string" }, { "name": "town", "type": "string" },
    { "name": "agents", "type": "integer" }, { "name": "year", "type": "year" } ] } },
  { "name": "tidy", "path": "data/tidy.csv", "continuum:totals": [ { "when": { "dep": "^TOTAL" }, "of": "nation", "fields": [ "agents" ] } ],
    "schema": { "fields": [ { "name": "dep", "type": "string" }, { "name": "agents", "type": "number" } ] } } ] }
END
cat >datasets/small/shape.lua <<'END'
local columns = { dep = { header = "Numéro", carry = true, read = departement }, town = "Commune", agents = { header = "Agents", number = true } }
return {
  patrols = {
    layout { name = "of 2022", file = "2022", header = 2, columns = columns, ignore = { "Chiens" }, set = { year = 2022 } },
    layout { name = "of 2023", header = 2, columns = columns, set = { year = 2023 }, totals = { { when = { dep = "^TOTAL" }, of = "nation" } },
      skip = { { when = "first_cell", match = "^Lecture", kind = "footnote" } } },
  },
}
END
printf 'Enquête,,\n,,\n,,Nombre\nNUMERO,commune,agents\n1,,\n,Ambérieu,1 234\n,Bourg,12?5\nTOTAL,,1 235\n"Lecture : rien",,\n' >datasets/small/data/2023.csv
sed -i 's/header = "Agents"/header = "Nombre agents"/' datasets/small/shape.lua
printf 'dep,agents\n01,1.5\n02,2\nTOTAL,3.5\n' >datasets/small/data/tidy.csv
run load
is "$code" 0 "a sheet with titles, headings, totals and footnotes loads"
like "$T/out" 'patrols +9 rows read, +2 loaded, 0 rejected, 7 skipped' "each row is accounted for"
like "$T/out" 'blank 1, footnote 1, header 1, heading 1, title 2, total 1' "skipped rows by kind"
like "$T/out" 'total of nation, agents: stated 1235, computed 1234' "a stated total that differs"
like "$T/out" '1 stated totals equal to the sums' "a tidy table with totals needs no script"
like "$T/err" 'datasets/small/data/2023.csv:7: “12\?5” in the column “agents”' "the doubtful cell is at its line"
is "$(sql 'SELECT dep, town, agents, year FROM patrols ORDER BY town')" "01|Ambérieu|1234|2023 01|Bourg||2023 " "département carried, number cleaned, doubt left empty"
# Totals are compared with what is in the table: neither a row that its types refuse nor a cell that they empty counts.
cp datasets/small/data/2023.csv "$T/whole.csv"
printf 'NUMERO,commune,agents\n1,Bourg,10\n1,Belley,2.5\n1,Nantua,4\nTOTAL,,16.5\n' | sed '1s/^/,,Nombre\n/' >datasets/small/data/2023.csv
run load
like "$T/out" 'patrols +6 rows read, +3 loaded, 0 rejected' "half an agent does not fit into whole ones"
like "$T/out" 'total of nation, agents: stated 16.5, computed 14' "what was emptied is in no sum"
cp "$T/whole.csv" datasets/small/data/2023.csv
run load
kept=$(sha256sum .continuum/data/small.db)
sed -i '4s/agents/policiers/' datasets/small/data/2023.csv
run load
is "$code" 3 "another header is refused"
like "$T/err" '^datasets/small/data/2023.csv:9: error: 2023.csv fits no layout of patrols' "said where the data are"
like "$T/err" '− Nombre agents' "what is missing is named"
like "$T/err" '\+ Nombre policiers \(3\)' "what is strange too, with its column"
like "$T/err" '2023.csv, 3: NUMERO \| commune \| Nombre policiers' "the header of the file"
like "$T/err" 'of 2023: Nombre agents \| Numéro \| Commune' "that of the nearest layout"
like "$T/err" 'layouts there: of 2022, of 2023; to add one for a new year see docs/layouts.md' "and who adds one, where it is explained"
is "$(sha256sum .continuum/data/small.db)" "$kept" "the table of before stays"
"$CONTINUUM" --lang fr load >"$T/out" 2>"$T/err"
like "$T/err" 'voir docs/mises-en-page.md' "in French too"
sed -i 's/name = "of 2023", header/name = "of 2023", haeder/' datasets/small/shape.lua
run load
like "$T/err" '^datasets/small/shape.lua:5: error: layout has no option “haeder”' "a misspelt option is at its line"
mv datasets/small/data/2023.csv datasets/small/data/2024.csv
sed -i 's|data/2023|data/2024|' datasets/small/datapackage.json
sed -i 's/haeder/file = "2023", header/' datasets/small/shape.lua
run load
like "$T/err" 'of 2023: file = 2023' "a file whose name no layout knows is refused for its name"

real=$top/../shared/data/real
if [ ! -d "$real" ]; then
	skip "surveys of 2016, 2018 and 2023, SSMSI, État 4001" "no real files here"
	done_testing
	exit
fi
rm -rf datasets .continuum
cp -R "$top/tests/fixtures/shape" datasets
d=datasets/sheets/data
mkdir -p "$d" datasets/cog/data
cp "$real"/insee/communes.csv "$real"/insee/departements.csv datasets/cog/data
cp "$real"/police-municipale/Effectifs_police_municipale_au_31_decembre_2016.csv $d/2016.csv
cp "$real"/police-municipale/effectifs-police-municipale-2018.csv $d/2018.csv
cp "$real"/police-municipale/enquete-stats-pm-2023-pour-publication.csv $d/2023.csv
cp "$real"/delinquance/departement/donnee-dep-* "$real"/delinquance/etat4001/faits2002.csv "$real"/delinquance/commune/base-* $d
run load
is "$code" 0 "surveys of three years, three editions of SSMSI, État 4001 and a communal base load by layouts"
is "$(sql 'SELECT year, sum(officers), sum(asvp), sum(wardens), sum(services), sum(population), count(population), count(*) FROM police_2023')" \
	"2023|28170|7864|539|4640|52361616|4639|4640 " "2023: every agent, 539 wardens and one population that cannot be read"
is "$(sql 'SELECT year, sum(officers), sum(asvp), sum(wardens), sum(population) FROM police WHERE year < 2020 GROUP BY year ORDER BY year')" \
	"2016|21637|8920|870.5| 2018|22780|7982|726|48997007 " "2016 and 2018"
like "$T/out" 'total of nation, officers: stated 21636, computed 21637' "2016 differs by one from what it states"
unlike "$T/out" 'nation, (officers|asvp|population): stated (22780|7982|48997007|28170|7864)' "2018 does not differ, nor the officers of 2023"
like "$T/out" 'total of nation, population: stated 52315238, computed 52361616' "the population of 2023 does"
like "$T/out" 'matched 43[4-9][0-9] of 4640, 9[3-9]\.[5-9] %' "93.5 % of the names of 2023 are communes"
is "$(sql "SELECT sum(officers) FROM police_2023 WHERE com IS NOT NULL OR method IS NULL")" "28170 " "every agent is in a commune that was matched or in a name that is listed"
is "$(sql "SELECT com, method FROM police_2023 WHERE name IN ('CHINON (EPCI)', 'Pommeret - Quessoy') ORDER BY name")" "| | " "what is no commune is not made one"
is "$(sql "SELECT year, n FROM (SELECT year, sum(n) AS n FROM crime WHERE edition = '2024-07-05' AND indicator IN ('Homicides', 'Violences sexuelles') AND year = 2023 GROUP BY indicator) ORDER BY n")" \
	"2023|996 2023|114072 " "SSMSI of July 2024 gives the published figures"
is "$(sql 'SELECT year, sum(n), count(*), max("index") FROM etat4001')" "2002|4107811|9888|103 " "départements in columns become rows and keep their sum"
done_testing
