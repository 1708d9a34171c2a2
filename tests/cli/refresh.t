#!/bin/sh
# refresh and accept against scripts/serve: what changed comes into quarantine, only accept makes it current, whatever the server does.
. "$(dirname "$0")/lib.sh"
server=
trap '[ -z "$server" ] || kill $server; chmod -R u+w "$T"; rm -rf "$T"' EXIT
R1=aaaaaaaa-1111-4bbb-8222-cccccccccccc
S=$T/portal
F=$S/ds1/$R1/donnee-2023.csv
mkdir -p "$S/ds1/$R1" "$S/ds2/y2023" "$S/ds2/y2024" "$S/ds3"
printf 'code,annee,n\n01,2023,5\n02,2023,7\n' >"$F"
touch -d 2024-02-01 "$F"
printf 'code,n\n01,1\n' >"$S/ds2/y2023/pm-2023.csv"
printf 'code,n\n01,2\n' >"$S/ds2/y2024/pm-2024.csv"
printf 'code,n\n09,9\n' >"$S/ds2/y2024/notice.csv" && mkdir "$S/ds2/zz" && mv "$S/ds2/y2024/notice.csv" "$S/ds2/zz/"
touch -d 2025-01-01 "$S/ds2/y2024/pm-2024.csv"
touch -d 2025-06-01 "$S/ds2/y2023/pm-2023.csv"
touch -d 2026-01-01 "$S/ds2/zz/notice.csv"
printf 'code,n\n01,3\n' >"$S/ds3/list.csv"
perl "$top/scripts/serve" "$S" >"$T/address" 2>"$T/served" &
server=$!
until [ -s "$T/address" ]; do kill -0 $server || break; done
address=$(cat "$T/address")

project
# The fixture with feeds of all three kinds.
perl -0pi -e 's|"limits": \{|"portal": "'"$address"'",\n  "limits": { "allow_local": true, "fetch_seconds": 20, "fetch_mb": 8,|' continuum.json
mkdir -p datasets/crime datasets/pm
cat >datasets/crime/datapackage.json <<END
{ "\$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": "crime", "resources": [
  { "name": "crime", "continuum:resourceId": "$R1", "format": "csv", "schema": { "primaryKey": ["code", "annee"], "fields": [
    { "name": "code", "type": "string" }, { "name": "annee", "type": "year" }, { "name": "n", "type": "integer" } ] } } ] }
END
cat >datasets/pm/datapackage.json <<END
{ "\$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": "pm", "resources": [
  { "name": "pm_last", "continuum:datasetId": "ds2", "continuum:title": "PM-*.csv", "format": "csv",
    "schema": { "primaryKey": "code", "fields": [ { "name": "code", "type": "string" }, { "name": "n", "type": "integer" } ] } },
  { "name": "list", "path": "$address/plain/ds3/list.csv", "format": "csv",
    "schema": { "primaryKey": "code", "fields": [ { "name": "code", "type": "string" }, { "name": "n", "type": "integer" } ] } } ] }
END
table() { run sql "SELECT * FROM $1"; tr '\t\n' ', ' <"$T/out"; }
files() { find .continuum continuum.lock -type f ! -name lock ! -name 'ledger.db*' 2>/dev/null | sort; }

run status
like "$T/out" 'crime +no data yet' "a feed without a file is told by status"

run refresh -n
is "$code" 0 "a dry run asks only"
like "$T/out" '^crime +changed' "and says what a refresh would find"
is "$(files)" "" "and writes nothing"

run refresh
is "$code" 0 "refresh of feeds that were never fetched"
like "$T/out" '^crime +changed +donnee-2023.csv' "by resource: the name of the file comes from the portal"
like "$T/out" '^pm_last +changed +pm-2023.csv' "by dataset and title: the newest that matches, whatever the case"
like "$T/out" '^list +changed +list.csv' "by address"
like "$T/out" '2 rows; nothing was in use' "with its rows"
is "$(test -e continuum.lock; echo $?)" 1 "nothing is current yet"
run sql "SELECT * FROM crime"
like "$T/err" 'error: .*crime' "and nothing can be asked of it"

run accept crime
is "$code" 0 "one feed is accepted"
is "$(table crime)" "code,annee,n 01,2023,5 02,2023,7 " "and loaded"
run accept list
is "$code $(table list)" "0 code,n 01,3 " "a feed of two in a package, the other without a file, is loaded"
run sql "SELECT * FROM pm_last"
like "$T/err" 'the table pm_last has no data yet' "the other has none"
like "$T/err" 'continuum refresh pm_last' "and what gets them is said"
run accept --json
is "$code $(json accepted.#) $(json accepted.0.feed)" "0 1 pm_last" "the rest, as JSON"
is "$(table pm_last)$(table list)" "code,n 01,1 code,n 01,3 " "both tables are there"
sum=$(sha256sum <"$F" | cut -d' ' -f1)
is "$(json feeds.0.sha256 continuum.lock) $(json feeds.0.bytes continuum.lock) $(json feeds.0.how continuum.lock)" "$sum 33 refresh" "continuum.lock: digest, size, how"
is "$(json feeds.#  continuum.lock) $(json feeds.1.feed continuum.lock) $(json feeds.2.feed continuum.lock)" "3 list pm_last" "sorted by feed"
like continuum.lock '"final_url": ".*/files/ds1/' "where the redirect led"
like continuum.lock '"accepted_by": "[^"]+"' "who accepted"
like continuum.lock '"etag": ".*[0-9a-f]{16}' "its ETag"
is "$(sha256sum <.continuum/objects/"$(echo "$sum" | cut -c1-2)"/"$sum" | cut -d' ' -f1)" "$sum" "the object has the bytes of the file"
run accept
is "$code" 0 "nothing left to accept"
like "$T/err" 'nothing in quarantine' "which is said"
run accept crime
is "$code" 2 "a feed with nothing in quarantine is an error by name"

cp continuum.lock "$T/lock"
run refresh
is "$code$(grep -c unchanged "$T/out")" 03 "all unchanged"
cmp -s continuum.lock "$T/lock"
ok $? "the lock is untouched"

printf 'code,annee,n\n01,2023,6\n03,2023,1\n04,2023,2\n' >"$F"
run refresh crime
like "$T/out" 'rows: 3, 2 before; 2 added, 1 removed, 1 changed \(1 cells\)' "what changed, by key"
like "$T/out" 'n: 1 cells changed' "by column"
like "$T/out" 'sum of n: 9, 12 before' "and in sum"
is "$(table crime)" "code,annee,n 01,2023,5 02,2023,7 " "the version in use stays until it is accepted"
run refresh crime --json
is "$(json feeds.0.state) $(json feeds.0.difference.added) $(json feeds.0.difference.columns.0.examples.0.1)" "changed 2 6" "the plan as JSON"
run build
is "$(table crime)" "code,annee,n 01,2023,5 02,2023,7 " "a build takes nothing from quarantine"
is "$(json feeds.0.sha256 continuum.lock)" "$sum" "and leaves the lock"
run accept -n
like "$T/out" 'crime would be accepted' "a dry run of accept"
cmp -s continuum.lock "$T/lock"
ok $? "writes no lock"

# The file changes again after the plan was shown: accept takes what was shown.
printf 'code,annee,n\n01,2023,999\n' >"$F"
run accept crime
is "$(table crime)" "code,annee,n 01,2023,6 03,2023,1 04,2023,2 " "accept takes exactly what the plan showed"
is "$(json feeds.0.previous continuum.lock)" "$sum" "the lock names the version of before"

# Damaged meanwhile.
run refresh crime
object=$(json sha256 .continuum/quarantine/crime/plan.json)
object=.continuum/objects/$(echo "$object" | cut -c1-2)/$object
chmod u+w "$object" && printf 'x' >>"$object"
cp continuum.lock "$T/lock"
run accept crime
is "$code $(cmp -s continuum.lock "$T/lock"; echo $?)" "3 0" "an object with other bytes is not accepted"
like "$T/err" 'is damaged' "and named"
run refresh crime && run accept crime
is "$(table crime)" "code,annee,n 01,2023,999 " "a new refresh mends it"

# Every misbehaviour leaves the old version, with a word.
cp continuum.lock "$T/lock"
bad() { # bad MISBEHAVIOUR CODE STATE PATTERN
	printf '%s\n' "$1" >"$S/ds1/$R1/.misbehave"
	run refresh crime
	is "$code" "$2" "$1: exit code"
	like "$T/out" "^crime +$3" "$1: $3"
	like "$T/err" "$4" "$1: said why"
	is "$(table crime)" "code,annee,n 01,2023,999 " "$1: the old version stays"
}
printf 'code,annee,n\n01,2023,1000\n' >"$F"
bad truncate 4 unreachable 'broke off before its end'
bad status-500 4 unreachable 'status 500'
bad status-503 4 unreachable 'status 503'
bad status-416 4 unreachable 'status 416'
bad loop 4 unreachable 'more than five times'
bad to-file 4 unreachable 'is not https, or leads'
bad to-http://127.0.0.1:1/x 4 unreachable 'cannot be reached'
bad headers 4 unreachable 'longer than 64 kB'
bad flood 4 unreachable 'larger than allowed'
bad packed 4 unreachable 'Content-Encoding: gzip'
bad html 3 invalid 'HTML'
rm "$S/ds1/$R1/.misbehave"
cmp -s continuum.lock "$T/lock"
ok $? "the lock is that of before"
is "$(find .continuum -path '*incoming/*')$(ls .continuum/quarantine/candidate 2>/dev/null)" "" "nothing of it is left behind"
printf 'nolength\n' >"$S/ds1/$R1/.misbehave"
run refresh crime
is "$code" 0 "a body whose length is not stated is taken"
rm "$S/ds1/$R1/.misbehave"

printf 'code;annee;n\n01;2023;5\n' >"$F"
run refresh
is "$code" 5 "invalid beside unchanged: partial"
like "$T/out" '^crime +invalid' "the header that differs makes it invalid"
like "$T/err" 'code;annee;n' "both headers are shown"
like "$T/out" '^list +unchanged' "the others are told as ever"
run accept
is "$(table crime)" "code,annee,n 01,2023,999 " "what is invalid cannot be accepted"

# Addresses of this machine need allow_local; plain http too.
sed -i 's/"allow_local": true/"allow_local": false/' continuum.json
run refresh list
is "$code" 4 "without allow_local"
like "$T/err" 'is not https' "plain http is refused"
sed -i 's/"allow_local": false/"allow_local": true/' continuum.json
sed -i 's/PM-\*/none-*/' datasets/pm/datapackage.json
run refresh pm_last
is "$code" 4 "no title matches"
like "$T/err" 'no resource whose title is like .none-\*\.csv' "and the pattern is told"
sed -i 's/none-\*/PM-*/' datasets/pm/datapackage.json

# A certificate that nobody vouches for.
if openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key" -out "$T/cert" -days 2 -subj /CN=localhost 2>/dev/null; then
	(cd "$T" && exec openssl s_server -accept 127.0.0.1:0 -key key -cert cert -WWW >"$T/tls" 2>&1) &
	tls=$!
	until grep -q ACCEPT "$T/tls"; do kill -0 $tls || break; done
	cp datasets/pm/datapackage.json "$T/pm"
	sed -i "s|$address/plain/ds3/list.csv|https://localhost:$(sed -n 's/^ACCEPT.*:\([0-9]*\).*/\1/p' "$T/tls")/cert|" datasets/pm/datapackage.json
	run refresh list
	is "$code" 4 "a self-signed certificate"
	like "$T/err" 'nothing proves that https://localhost' "is not believed"
	kill $tls
	wait $tls 2>/dev/null
	cp "$T/pm" datasets/pm/datapackage.json
else
	skip "certificates" "openssl is not installed"
fi

# A fresh copy of the project has the lock and not the objects.
rm -rf .continuum
printf 'code,annee,n\n01,2023,999\n' >"$F"
run status
like "$T/out" 'crime +no data yet' "a fresh copy has no data"
cp continuum.lock "$T/lock"
run refresh
is "$code$(grep -c unchanged "$T/out")" 03 "refresh brings back what the lock names"
cmp -s continuum.lock "$T/lock"
ok $? "nothing needs to be accepted again"
run load
is "$(table crime)" "code,annee,n 01,2023,999 " "and it can be loaded"

kill $server
wait $server 2>/dev/null
server=
run refresh
is "$code" 4 "the portal is away"
is "$(grep -c unreachable "$T/out")" 3 "all are unreachable"
run refresh list --json
is "$(json exit) $(json feeds.0.state) $(json feeds.0.error.id)" "4 unreachable intake.fetch_unreachable" "as JSON, with the record of the error"
run build -n
is "$code" 0 "build needs no network"
printf '{ "feeds": [ { "feed": "crime", "sha256": "../../../etc/passwd" } ] }\n' >continuum.lock
run status
is "$code" 3 "a lock whose digest is none is refused"
like "$T/err" 'continuum.lock:1' "with its place"
run refresh nowhere
is "$code" 3 "by every command that reads it"
cp "$T/lock" continuum.lock
run refresh nowhere
is "$code" 2 "an unknown feed is named"
done_testing
