#!/bin/sh
# Analyses that go wrong: the error stands at the plugin's own line, the others' results are kept, and limits hold.
. "$(dirname "$0")/lib.sh"
built
keep

# fails NAME SED PLACE ID MESSAGE: after the change of plugins/places.lua, run and build fail with 1.
fails() {
	cp plugins/places.lua "$T/places.lua"
	edit plugins/places.lua "$2"
	run run places
	is "$code" 1 "$1: exit code 1"
	like "$T/err" "^plugins/places.lua:$3: error: .*$5" "$1: said at its place"
	cp "$T/err" "$T/said"
	run run places --json
	is "$(json failed.0.analysis) $(json failed.0.error.id) $(json failed.0.error.file) $(json exit)" "places $4 plugins/places.lua 1" "$1: --json"
	run build
	is "$code" 1 "$1: build ends with 1"
	untouched "$1: PDFs and databases are as they were"
	cp "$T/places.lua" plugins/places.lua
}
fails "syntax error" '$s/$/ end/' '27' host.lua_syntax 'Lua cannot read this'
fails "run-time error" '14s/report:value/nil_value/' '14' host.lua_global '“nil_value” is not declared'
fails "error()" '14s/^/  error("no such year")/' '14' host.lua_error 'no such year'
like "$T/said" '^  14 \|   error\("no such year"\)' "the line is shown"
fails "print before an error" '14s/^/  print("so far", 3); error("stop")/' '14' host.lua_error 'stop'
like "$T/said" '^plugins/places.lua:14: so far' "what it printed is told"
fails "nil index" '14s/^/  local x; x.y = 1/' '14' host.lua_error "attempt to index a nil value"
fails "value that is nil" '14s/report:one(.*), {$/nil, {/' '14' host.value_nil 'value “total” is nil'
fails "SQL syntax" '10s/FROM/FRM/' '10:9' store.sql 'SQLite does not accept'
fails "no such column" '9s/s.agents/s.agnts/' '9:20' store.sql_no_column_near 'no column s.agnts here; did you mean “agents”'
like "$T/said" '^    \| {20}\^$' "the caret stands under the column"
fails "no such table" '10s/staff AS/staf AS/' '10:[0-9]+' store.sql_no_table_near 'no table staf; did you mean “staff”'
fails "parameter not given" '13s/year = report/yaer = report/' 8 host.sql_param_needed 'asks for the parameter “year”, which is not given'
fails "parameter too many" '13s/year = report/more = 1, year = report/' 8 host.sql_param_given 'no parameter “more”'
fails "more than one row" '14s/sum(agents)/agents/' '14' host.one_rows ''
fails "misspelt option" '15s/unit/unti/' '1[45]' host.option_unknown 'no option “unti”'
fails "text without English" '15s/, en = "Agents"//' '14' host.argument 'report:value, label'
fails "name given twice" '17s/"list"/"total"/' '17' host.name_twice 'the name “total” is given twice'
for case in 'Bad-Name.lua|2|cannot be the name of an analysis' 'nothing.lua|1|does not return the analysis that it declares'; do
	name=${case%%|*} rest=${case#*|}
	echo 'local x = 1' >"plugins/$name"
	run build
	is "$code" "${rest%%|*}" "$name: exit code"
	like "$T/err" "^plugins/$name: error: .*${rest#*|}" "$name: ${rest#*|}"
	rm "plugins/$name"
done

# Going on: the others' results are kept.
edit plugins/places.lua '14s/^/  error("broken on purpose")/'
edit plugins/cited.lua 's/"Reception staff" }, quantity/"Reception" }, quantity/'
run build -k --json
is "$code $(json failed.0.analysis) $(json failed.1.report) $(json failed.1.error.id)" "5 places rapport app.id_failed" "build -k: exit code 5, and what depends on the failed one is named"
is "$(json ran) $(json drawn) $(json worst) $(json exit)" "2 1 1 5" "the other analysis ran and was drawn"
untouched "reports that need the failed one are as they were"
run build -k
like "$T/err" '^plugins/places.lua:14: error: broken on purpose' "its error is told"
like "$T/err" '^reports/rapport/rapport.tex:9:[0-9]+: error: “places.total” is made by an analysis that failed' "and where the text needs it"
run status
like "$T/out" '^  places +failed last time$' "status says so"
like "$T/out" '^  cited +fresh$' "and that the other is fresh"
run run cited --json
is "$code $(json runs.0.analysis) $(json runs.0.results.0.id) $(json runs.0.results.0.text)" "0 cited cited.guards more than 4,000" "the other can be run alone"
is "$(json runs.0.results.2.text) $(json ran)" "at least 24,500 1" "a sum of a lower bound and a round number"

# Hostile or careless plugins: each is stopped and named, with -k the reports that do not need them are made.
built
edit continuum.json 's/"seconds": 30/"seconds": 1/'
stopped() { # stopped NAME ID LUA PATTERN
	printf -- '--- Bad.\nlocal A = analysis { title = { fr = "Mauvais", en = "Bad" } }\nfunction A.run(report)\n  %s\nend\nreturn A\n' "$3" >plugins/bad.lua
	run build -k --json
	is "$code $(json failed.#) $(json failed.0.analysis) $(json failed.0.error.id) $(json failed.0.error.line)" "5 1 bad $2 4" "$1: stopped, named, exit code 5"
	is "$(json reports.#) $(json reports.0.made)" "2 false" "$1: the reports stand"
	run run bad
	is "$code" 1 "$1: run ends with 1"
	like "$T/err" "^plugins/bad.lua:4: error: $4" "$1: said at its line"
	is "$(find . -name '*tmp.*')" "" "$1: nothing left behind"
}
stopped "endless loop" host.limit_time 'while true do end' 'bad was stopped at its time limit of 1 s'
stopped "ten gigabytes" host.limit_memory 'local s = ("x"):rep(1e10)' 'bad was stopped at its memory limit of 64 MB'
stopped "os.execute" host.lua_refused 'os.execute("touch executed")' 'os.execute is not available to plugins'
stopped "a file outside" host.lua_refused 'for l in io.lines("/etc/passwd") do print(l) end' 'io.lines is not available to plugins'
stopped "use of a path" host.name 'use "../../../../etc/passwd"' '“../../../../etc/passwd” cannot be the name of a library'
[ ! -e executed ]
ok $? "nothing was executed"
untouched "PDFs and databases are as they were"
done_testing
