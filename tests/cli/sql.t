#!/bin/sh
# sql: the same answers as the sqlite3 shell on the package's file; nothing can be changed by it.
. "$(dirname "$0")/lib.sh"
project
run load
is "$code" 0 "the packages load"
run load --json
is "$(json packages.#) $(json loaded)" "0 0" "once"

same() { # same PACKAGE QUERY: continuum sql and sqlite3 agree
	run sql "$2"
	# The shell writes a whole number in a column of reals as 4000.0; the number is the same.
	sqlite3 -tabs -header ".continuum/data/$1.db" "$2" 2>&1 | perl -pe 's/\.0(?=[\t\n])//g' >"$T/want"
	cmp -s "$T/out" "$T/want"
	ok $? "as sqlite3 says: $2"
}
same seeds 'SELECT count(*) FROM facts'
same seeds 'SELECT * FROM facts ORDER BY fact_id'
same seeds "SELECT fact_id, value * 0.1 AS tenth, low FROM facts WHERE qualifier = 'round' ORDER BY 1"
same places 'SELECT a.name, sum(s.agents) AS agents, avg(cars) AS cars FROM area AS a JOIN staff AS s ON s.code = a.code GROUP BY a.code ORDER BY a.code'
same places 'SELECT typeof(code) AS t, typeof(agents) AS a, cars IS NULL AS unknown FROM staff ORDER BY code, year'
same places 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i) AS total FROM n'
for db in .continuum/data/*.db; do
	is "$(sqlite3 "$db" 'PRAGMA integrity_check')" ok "$(basename "$db") is whole for a stock sqlite3"
done

# All packages at once; types in JSON; text as text.
run sql --json "SELECT a.name, f.value AS guards, s.cars, s.code FROM staff AS s JOIN area AS a USING (code), facts AS f WHERE f.fact_id = 'guards' AND s.year = 2022 ORDER BY s.code"
is "$(json 0.name) $(json 0.guards) $(json 1.cars) $(json 1.code) $(json "#")" "Ain 4000 null 2A 2" "two packages in one query, as JSON"
run sql --json "SELECT 'a \"b\" \\ ' || char(10) || char(9) || '’' AS x, 1.5 AS y"
is "$(json 0.x | tr '\n\t' '|/') $(json 0.y)" 'a "b" \ |/’ 1.5' "JSON escapes"
run sql --json "SELECT name FROM area WHERE 0"
is "$code $(json "#")" "0 0" "no row is an empty list"
run sql "SELECT 'a' || char(9) || 'b' || char(10) || 'c' AS x"
is "$(wc -l <"$T/out")" 2 "a cell is always on one line"

# What is refused.
refused() { # refused PATTERN QUERY
	before=$(sha256sum .continuum/data/*.db)
	run sql "$2"
	is "$code" 1 "exit code 1: $2"
	like "$T/err" "$1" "said: $1"
	is "$(wc -c <"$T/out")" 0 "nothing on stdout"
	is "$(sha256sum .continuum/data/*.db)" "$before" "the files are as they were"
}
refused '^error: SQLite does not accept' 'SELEC 1'
like "$T/err" '^  1 \| SELEC 1$' "the query is shown"
like "$T/err" '^    \| \^$' "with a caret"
refused '^error: there is no column agnts here; did you mean “agents”\?' 'SELECT agnts FROM staff'
refused '^error: there is no table staf; did you mean “staff”\?' 'SELECT 1 FROM staf'
refused '^error: a query may not use DELETE' 'DELETE FROM staff'
refused '^error: a query may not use' "ATTACH 'x.db' AS x"
refused '^error: a query may not use' 'PRAGMA journal_mode'
refused '^error: a query may not use' "SELECT load_extension('x')"
refused '^error: the SQL text holds more than one statement' 'SELECT 1; DROP TABLE staff'
refused '^error: the SQL text holds no statement' '/* nothing */'
refused '^error: a query may not depend on today’s date' "SELECT date('now')"
run sql --json 'SELECT agnts FROM staff'
is "$code $(json error.id) $(json error.exit)" "1 store.sql_no_column_near 1" "an error as JSON"
run sql --json "SELECT date(CASE year WHEN 2022 THEN '2022-01-01' ELSE 'now' END) AS d FROM staff"
is "$code" 1 "a query that fails on its way: exit code 1"
[ "$(json "#")" != "not JSON" ]
ok $? "what stands on stdout is JSON all the same"
like "$T/err" 'may not depend on today' "and the error is said on stderr"
rm -r .continuum
run sql 'SELECT count(*) FROM facts'
is "$code" 1 "before a load"
like "$T/err" 'there is no table facts' "there is no table"
[ ! -e .continuum ]
ok $? "and nothing is created"
done_testing
