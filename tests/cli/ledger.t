#!/bin/sh
# The ledger: what each load, run and product leaves in it, so that every printed number has a history.
. "$(dirname "$0")/lib.sh"
built
ask() { sqlite3 .continuum/ledger.db "$1" 2>&1; }

is "$(ask "SELECT package, rows, seconds > 0, length(key) FROM load ORDER BY package")" "$(printf 'places|10|1|64\nseeds|5|1|64')" "loads with their rows"
is "$(ask "SELECT analysis, length(result), error, seconds > 0 FROM run ORDER BY analysis")" "$(printf 'cited|64||1\nplaces|64||1')" "runs with the digest of their result"
for id in cited places; do
	is "$(ask "SELECT result FROM run WHERE analysis = '$id'")" "$(sha256sum build/results/$id.wire | cut -c1-64)" "which is that of the kept file"
done
is "$(ask "SELECT DISTINCT package, table_name FROM run_read JOIN run ON run.id = run WHERE analysis = 'places' AND stamp <> '' ORDER BY 2")" \
	"$(printf 'places|area\nplaces|staff')" "the tables that a run read"
is "$(ask "SELECT table_name, fact, length(stamp) FROM run_fact JOIN run ON run.id = run WHERE analysis = 'cited' ORDER BY 2")" \
	"$(printf 'facts|guards|64\nfacts|mayors|64\nfacts|wardens|64')" "the facts"
is "$(ask "SELECT low, best, high, low_open, high_open, qualifier, unit, period FROM value_history WHERE id = 'cited.guards'")" \
	"$(ask "SELECT 4000.0, 4000.0, NULL, 0, 1, 'more_than', unit, period FROM value_history WHERE id = 'cited.guards'")" "an open side has no bound"
is "$(ask "SELECT count(*), count(best), min(qualifier), length(words_fr) > 0, length(words_en) > 0 FROM value_history WHERE id = 'cited.no_sum'")" \
	"1|0|words|1|1" "a refusal has words"
is "$(ask "SELECT kind, id FROM made ORDER BY kind, id")" "$(printf 'figure|cited.chart.en\nfigure|cited.chart.fr\nreport|paper\nreport|rapport')" "what was made"

# Another version of a number: both stand in its history. A run that fails leaves its message, and no values.
values=$(ask "SELECT count(*) FROM value_history")
edit datasets/places/data/staff.csv 's/^01,2023,131,/01,2023,135,/'
run build
is "$(ask "SELECT count(DISTINCT best) FROM value_history WHERE id = 'places.total'")" 2 "a number that changed has a history"
is "$(ask "SELECT count(*) FROM load WHERE package = 'places'")" 2 "so has the package"
is "$(ask "SELECT count(*) FROM run WHERE analysis = 'cited'")" 1 "what did not change was not run"
now=$(ask "SELECT count(*) FROM value_history")
edit plugins/places.lua '14s/^/  error("broken on purpose")/'
run run places
is "$(ask "SELECT result, error FROM run ORDER BY id DESC LIMIT 1") $(ask "SELECT count(*) FROM value_history")" "|host.lua_error $now" "a failed run has its message"
[ "$now" -gt "$values" ]
ok $? "the values of before are kept"

# Read-only commands leave it alone, and do without it.
before=$(sha256sum .continuum/ledger.db)
run status
run sql 'SELECT 1'
is "$(sha256sum .continuum/ledger.db)" "$before" "status and sql do not write"
project
run status
is "$code $(ls -a | grep -c '^.continuum$')" "0 0" "a project that was never built has none, and gets none"
done_testing
