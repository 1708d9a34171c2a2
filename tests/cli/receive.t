#!/bin/sh
# A file that came by mail goes through the same door as a download.
. "$(dirname "$0")/lib.sh"
project
mkdir -p datasets/pm
cat >datasets/pm/datapackage.json <<'END'
{ "$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": "pm", "resources": [
  { "name": "pm_2024", "continuum:resourceId": "081e94fe-b257-4ae7-bc31-bf1f2eb6c968", "format": "csv", "schema": { "primaryKey": "code", "fields": [
    { "name": "code", "type": "string" }, { "name": "agents", "type": "integer", "constraints": { "required": true } } ] } } ] }
END
table() { run sql "SELECT * FROM pm_2024"; tr '\t\n' ', ' <"$T/out"; }
mkdir "$T/mail"
printf 'code,agents\n01,5\n02,7\n' >"$T/mail/pm 2024 (définitif).csv"

run receive
is "$code" 2 "receive alone is no call"
run receive "$T/mail/pm 2024 (définitif).csv"
like "$T/err" 'the feed that it is for' "nor without a feed"
run receive "$T/mail/none.csv" --for pm_2024
is "$code" 1 "a file that is not there"
run receive "$T/mail" --for pm_2024
like "$T/err" 'no ordinary file' "a folder is no file"
mkfifo "$T/mail/pipe"
run receive "$T/mail/pipe" --for pm_2024
like "$T/err" 'no ordinary file' "nor is a pipe"
run receive "$T/mail/pm 2024 (définitif).csv" --for pm_2025
is "$code" 2 "an unknown feed"

run receive "$T/mail/pm 2024 (définitif).csv" --for pm_2024
is "$code" 0 "a first file"
like "$T/out" '^pm_2024 +changed +pm 2024 \(définitif\)\.csv' "is told by the name under which it came"
run sql "SELECT * FROM pm_2024"
like "$T/err" 'error: ' "it is not in use yet"
rm "$T/mail/pm 2024 (définitif).csv"
run accept pm_2024
is "$code$(table)" "0code,agents 01,5 02,7 " "accepted from its object: the mail may be gone"
is "$(json feeds.0.name continuum.lock) $(json feeds.0.how continuum.lock) $(json feeds.0.url continuum.lock)" "pm 2024 (définitif).csv receive " "continuum.lock says how it came"

printf 'code,agents\n01,5\n02,7\n' >"$T/mail/again.csv"
run receive "$T/mail/again.csv" --for pm_2024
like "$T/out" '^pm_2024 +unchanged' "the same bytes under another name are unchanged"
printf 'code,agents\n01,6\n01,7\n' >"$T/mail/bad.csv"
run receive "$T/mail/bad.csv" --for pm_2024
is "$code" 3 "a file that the loader refuses is invalid"
like "$T/err" 'bad\.csv:3' "its own name and line are told"
is "$(table)" "code,agents 01,5 02,7 " "the old version stays"
run accept
like "$T/err" 'nothing in quarantine' "what is invalid cannot be accepted"
printf 'code,agents\n01,6\n02,7\n' >"$T/mail/good.csv"
run receive "$T/mail/good.csv" --for pm_2024 --accept
is "$code$(table)" "0code,agents 01,6 02,7 " "received and accepted at once"
run receive "$T/mail/bad.csv" --for pm_2024 --accept
is "$code$(table)" "3code,agents 01,6 02,7 " "never when it is invalid"
printf 'code,agents\n01,6\n02,x\n03,8\n' >"$T/mail/cells.csv"
run receive "$T/mail/cells.csv" --for pm_2024
like "$T/out" 'cells\.csv:3:4: ' "a row that would be refused is told with its place before anything is accepted"
run receive "$T/mail/again.csv" --for pm_2024 --json
is "$(json feeds.0.state) $(json feeds.0.difference.changed)" "changed 1" "the plan as JSON"

# Nothing vouches for what lies in quarantine or in the store.
plan=.continuum/quarantine/pm_2024/plan.json
cp "$plan" "$T/plan"
cp continuum.lock "$T/lock"
refused() { # refused PATTERN NAME: accept refuses, the lock and the table stay
	run accept pm_2024
	is "$code $(cmp -s continuum.lock "$T/lock"; echo $?) $(table)" "3 0 code,agents 01,6 02,7 " "$2: nothing is accepted"
	run accept pm_2024
	like "$T/err" "$1" "$2: said why"
	cp --remove-destination "$T/plan" "$plan"
}
forged() { # forged PERL NAME: the same with a plan that is not as it was shown
	perl -pi -e "$1" "$plan"
	cmp -s "$plan" "$T/plan" && ok 1 "$2: the plan differs"
	refused 'the plan of .pm_2024. in quarantine is damaged' "$2"
}
forged 's|("sha256": *")[0-9a-f]{4}|$1../.|' "a digest that is none"
forged 's|"feed": *"pm_2024"|"feed":"pm_2023"|' "a plan of another feed"
forged 's|"package": *"pm"|"package":"demo"|' "a plan of another package"
forged 's|"name": *"again.csv"|"name":"../again.csv"|' "a name with a folder"
forged 's|("bytes": *)|$1 "x", "b":|' "a size that is none"
forged 's|^.|[|' "a plan that is no JSON"
ln -sf "$T/plan" "$plan"
refused 'is damaged' "a plan that is a link"
mv .continuum/quarantine/pm_2024 "$T/aside" && ln -s "$T/aside" .continuum/quarantine/pm_2024
refused 'is damaged' "a folder that is a link"
rm .continuum/quarantine/pm_2024 && mv "$T/aside" .continuum/quarantine/pm_2024
object=$(json sha256 "$plan")
object=.continuum/objects/$(echo "$object" | cut -c1-2)/$object
mv "$object" "$T/object" && ln -s "$T/object" "$object"
refused 'is damaged: it is a link' "an object that is a link"
run receive "$T/mail/again.csv" --for pm_2024
is "$code $(test -L "$object"; echo $?)" "0 1" "the file itself mends it"

cp "$plan" "$T/plan"
cp datasets/pm/datapackage.json "$T/descriptor"
sed -i 's/"type": "integer"/"type": "number"/' datasets/pm/datapackage.json
run accept pm_2024
is "$code $(cmp -s continuum.lock "$T/lock"; echo $?)" "3 0" "the descriptor changed after the plan was shown: nothing is accepted"
like "$T/err" 'has changed since the plan of .pm_2024. was shown' "which is said"
cp "$T/descriptor" datasets/pm/datapackage.json
printf 'return {}\n' >datasets/pm/shape.lua
run accept pm_2024
like "$T/err" 'has changed since the plan' "so did a script beside it"
rm datasets/pm/shape.lua
run accept pm_2024
is "$code$(table)" "0code,agents 01,5 02,7 " "what is as it was shown is accepted"
done_testing
