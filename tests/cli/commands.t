#!/bin/sh
# The command line itself: help, options, wrong calls, languages, where the project is found. Nothing is built here.
. "$(dirname "$0")/lib.sh"
unset LC_ALL LC_MESSAGES

# Help.
run help
is "$code" 0 "help ends well"
golden "$T/out" cli/help
"$CONTINUUM" --lang fr help >"$T/out" 2>"$T/err"
golden "$T/out" cli/help.fr
sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' "$top/tests/golden/cli/help" >"$T/commands"
is "$(wc -l <"$T/commands")" 14 "fourteen commands"
for c in $(cat "$T/commands"); do
	run help "$c"
	cp "$T/out" "$T/help"
	golden "$T/out" "cli/help-$c"
	run "$c" --help
	cmp -s "$T/out" "$T/help"
	ok $? "$c --help says the same"
	"$CONTINUUM" --lang fr help "$c" >"$T/out" 2>"$T/err"
	golden "$T/out" "cli/help-$c.fr"
done
cd "$T" || exit 1
run
is "$code" 0 "a bare call ends well"
golden "$T/out" cli/bare
project
run
like "$T/out" '^  places +never made$' "a bare call inside a project shows its state"
is "$(ls -A)" "$(ls -A "$top/tests/fixtures/mini")" "and creates nothing"
for word in --help -h; do
	run $word
	cmp -s "$T/out" "$top/tests/golden/cli/help"
	ok $? "$word is help"
done
is "$("$CONTINUUM" --version)" "continuum 0.1.0" "--version"

# Wrong calls: exit code 2, one line of what is wrong, one of what to do; nothing on stdout.
wrong() { # wrong PATTERN NAME ARGS…
	pattern=$1 name=$2
	shift 2
	run "$@"
	is "$code" 2 "$name: exit code 2"
	like "$T/err" "^error: $pattern" "$name: said"
	is "$(wc -c <"$T/out")" 0 "$name: nothing on stdout"
}
wrong 'there is no command “bulid”; did you mean “build”\?' "a misspelt command" bulid
wrong 'there is no command “frobnicate”$' "a command like no other" frobnicate
wrong 'there is no command “staus”; did you mean “status”\?' "help on a misspelt command" help staus
wrong 'build takes no option “--fast”' "an unknown option" build --fast
wrong 'status takes no option “-k”' "an option of another command" status -k
wrong '“-k” cannot stand before the command' "an option of one command before the command" -k build
wrong 'status takes no option “-C”' "-C without a folder" status -C
wrong 'status takes no option “--lang”' "a language that is not there" status --lang de
wrong 'status does not know what to do with “more”' "too many words" status more
wrong 'there is no report called “nope” here' "an unknown report" build nope
wrong 'there is no analysis called “nope” here' "an unknown analysis" run nope
wrong 'there is no package called “nope” here' "an unknown package" load nope
wrong 'sql needs a query' "sql without a query" sql
wrong 'no continuum.json in / or a folder above it' "no project" -C / status
wrong 'no continuum.json in /nonexistent ' "no folder" -C /nonexistent status
rm -rf .continuum build

# -C, before and after the command, and from a folder below.
cd / || exit 1
run -C "$T/p" status
is "$code" 0 "-C before the command"
cp "$T/out" "$T/want"
for call in "status -C $T/p" "status -C $T/p/reports/paper" "-q -C $T/p --lang en status"; do
	run $call
	cmp -s "$T/out" "$T/want"
	ok $? "the same project: $(echo "$call" | sed "s|$T|…|")"
done
cd "$T/p/seeds/data" && run status
cmp -s "$T/out" "$T/want"
ok $? "a project is found from a folder below it"
cd "$T/p" || exit 1

# Dry runs write nothing at all.
for call in "build -n" "build -n --json" "run -n" "load -n" "load --dry-run --json" status "status --json" "status --exit-code" doctor help; do
	run $call
	is "$(ls -A)" "$(ls -A "$top/tests/fixtures/mini")" "$call creates nothing"
done
run load -n
printf 'places: never made\nseeds: never made\n' >"$T/want"
cmp -s "$T/out" "$T/want"
ok $? "load -n says what would be loaded"
run status --exit-code
is "$code" 6 "status --exit-code is 6 when something is stale"

# JSON.
run status --json
is "$(json state.0.name) $(json state.0.fresh) $(json state.0.why) $(json state.#) $(json stale)" "places false never made 6 true" "status --json"
run load -n --json
is "$(json packages.1.name) $(json packages.1.why) $(json exit)" "seeds never made 0" "load -n --json"
run doctor --json
is "$code $(json gnuplot) $(json pdflatex) $(json version)" "0 true true 0.1.0" "doctor --json"
run doctor
like "$T/out" '^  gnuplot +/' "doctor names the gnuplot that is used"
like "$T/out" '^  Landlock +(ABI [0-9]+|missing: bubblewrap takes its place)$' "doctor names the jail"
mkdir "$T/empty"
PATH=$T/empty "$CONTINUUM" --lang en doctor >"$T/out" 2>"$T/err"
is $? 1 "doctor ends with 1 when a tool is missing"
like "$T/out" '^  pdflatex +MISSING' "and names it"
for call in "build nope" "run nope" "load nope"; do
	run $call --json
	is "$code $(json error.id) $(json error.exit) $(json exit)" "2 app.no_such 2 2" "$call --json is one object with the error"
done

# A project file that is wrong.
for case in 's/"edition"/"editions"/|7|app.project_near|“editions”; did you mean “edition”' \
	's/"2026-01-15"/"15 January"/|4|app.project_date|“date” must be a date' \
	's/"language": "fr"/"language": "de"/|8|app.project_language|“language” must be' \
	's/"seconds": 30/"seconds": "long"/|11|app.project_range|“seconds” is not a number' \
	's/"name": "rapport"/"name": "..\/rapport"/|8|app.project_name|“name” must be a name without' \
	's/"limits":/"limits"/|11|intake.json_syntax|not valid JSON'; do
	project
	oldifs=$IFS; IFS='|'; set -- $case; IFS=$oldifs
	edit continuum.json "$1"
	run status
	like "$T/err" "^continuum.json:[0-9]+(:[0-9]+)?: error: .*$4" "continuum.json: $4"
	run status --json
	is "$code $(json error.id) $(json error.file)" "3 $3 continuum.json" "continuum.json: $3, exit code 3"
done

# Languages.
project
locale -a 2>/dev/null | grep -qiE '^fr_FR\.utf-?8$'
ok $? "the locale fr_FR.UTF-8 exists (scripts/install-deps makes it)"
LANG=fr_FR.UTF-8 "$CONTINUUM" bulid 2>"$T/err"
like "$T/err" '^erreur.: il n’y a pas de commande «.bulid.».; vouliez-vous dire «.build.».\?$' "French under LANG=fr_FR.UTF-8"
LC_ALL=C LANG=fr_FR.UTF-8 "$CONTINUUM" bulid 2>"$T/err"
like "$T/err" '^error: there is no command' "LC_ALL stands above LANG"
LANG=fr_FR.UTF-8 "$CONTINUUM" --lang en bulid 2>"$T/err"
like "$T/err" '^error: ' "--lang en stands above LANG"
LANG=C "$CONTINUUM" run nope --lang fr 2>"$T/err"
like "$T/err" '^erreur.: il n’y a pas d’analyse nommée «.nope.» ici$' "--lang fr stands above LANG"
LANG=fr_FR.UTF-8 "$CONTINUUM" status >"$T/out"
like "$T/out" '^  places +jamais fait$' "status in French"
done_testing
