#!/bin/sh
# Links and devices in the places of a project: refused by name before anything is read or written through them.
. "$(dirname "$0")/lib.sh"
built
mkdir "$T/outside"
echo precious >"$T/outside/victim"
echo TOPSECRET >"$T/outside/secret"

# refused PATH TARGET KIND: PATH of the project becomes a link to TARGET.
refused() {
	rm -rf "$T/saved"
	[ ! -e "$1" ] || mv "$1" "$T/saved"
	ln -s "$2" "$1"
	timeout 20 "$CONTINUUM" --lang en build >"$T/out" 2>"$T/err"
	is $? 3 "$1 as a link: exit code 3"
	like "$T/err" "error: $1 is a link" "$1 as a link is named"
	unlike "$T/err" TOPSECRET "$1 as a link: nothing of its target is shown"
	rm "$1"
	[ ! -e "$T/saved" ] || mv "$T/saved" "$1"
}
mkdir -p "$T/outside/report/generated/a" "$T/outside/dir"
echo kept >"$T/outside/report/generated/a/file"
echo '\documentclass{scrreprt}' >"$T/outside/report/rapport.tex"
refused reports/rapport "$T/outside/report"
is "$(cat "$T/outside/report/generated/a/file")" kept "a linked report: its folder is untouched"
refused reports/rapport/generated "$T/outside/report/generated"
is "$(cat "$T/outside/report/generated/a/file")" kept "a linked generated folder is untouched"
refused .continuum/lock "$T/outside/victim"
is "$(cat "$T/outside/victim")" precious "a linked lock: its target is untouched"
refused .continuum/ledger.db "$T/outside/new.db"
[ ! -e "$T/outside/new.db" ]
ok $? "a linked ledger: nothing is created outside"
refused .continuum/data "$T/outside/dir"
refused .continuum "$T/outside/dir"
refused build "$T/outside/dir"
refused plugins/z.lua /dev/zero
refused datasets/places "$T/outside/dir"
refused datasets/places/datapackage.json "$T/outside/secret"
refused continuum.json "$T/outside/secret"
is "$(ls "$T/outside/dir")" "" "nothing is written through a link"

mkfifo plugins/y.lua
run --lang en status
is "$code" 3 "a plugin that is no ordinary file"
like "$T/err" 'plugins/y.lua is no ordinary file' "is named"
rm plugins/y.lua
esc=$(printf 'plugins/a\033[31mb.lua')
: >"$esc"
run --lang en status
is "$code" 3 "a plugin with a control character in its name"
! grep -q "$(printf '\033')" "$T/err" "$T/out"
ok $? "which reaches no terminal"
rm "$esc"
run status
is "$code" 0 "as before"
done_testing
