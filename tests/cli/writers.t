#!/bin/sh
# One writer at a time; an interrupt ends at once and leaves nothing that the next run minds.
. "$(dirname "$0")/lib.sh"
built
keep
printf -- '--- Slow.\nlocal A = analysis { title = { fr = "Lent", en = "Slow" } }\nfunction A.run(report)\n  while true do end\nend\nreturn A\n' >plugins/slow.lua

# begin ARGS…: starts continuum in the background and waits until its worker runs; $pid. SIGINT is put back for it: a shell ignores it for
# what it starts in the background.
begin() {
	perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV or die' "$CONTINUUM" --lang en "$@" >"$T/bg.out" 2>"$T/bg.err" &
	pid=$!
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		child=$(ps -o pid= --ppid $pid | tr -d ' ')
		[ -n "$child" ] && ls -d build/tmp.* >"$T/dropped" 2>&1 && break
		sleep 0.1
	done
}
begin run slow
for call in "build" "load" "run cited"; do
	run $call
	is "$code" 1 "$call while another writes: exit code 1"
	like "$T/err" "^error: another continuum \(process $pid\) is writing" "and it says who"
	is "$(grep -c 'error: ' "$T/err")" 1 "once"
done
run build --json
is "$(json error.id) $(json exit)" "app.locked 1" "--json"
run status
is "$code" 0 "status reads all the same"
run sql 'SELECT count(*) FROM facts'
is "$code $(tail -n 1 "$T/out")" "0 4" "and sql"
begun=$(date +%s)
kill -INT $pid
wait $pid
is $? 130 "SIGINT: exit code 130"
[ $(($(date +%s) - begun)) -le 2 ]
ok $? "at once"
like "$T/bg.err" '^interrupted; what was finished is kept$' "said"
sleep 0.2
is "$(ps -o stat= -p "${child:-none}" | grep -v Z)" "" "its worker is gone"
untouched "PDFs and databases are as they were"
begin run slow
kill -TERM $pid
wait $pid
is $? 130 "SIGTERM likewise"
begin run slow
kill -KILL $pid
wait $pid 2>"$T/dropped"
rm plugins/slow.lua
run build --json
is "$code $(json ran) $(json typeset)" "0 0 0" "after a SIGKILL the next build is normal"
is "$(find . -name '*tmp.*')" "" "and sweeps up what was left"
untouched "PDFs and databases are as they were"
is "$(cat .continuum/lock | wc -l)" 1 "the lock file stays, with one number"

# A reader while files are replaced: never half.
edit seeds/data/facts.csv 's/21000/22000/'
"$CONTINUUM" load >"$T/bg.out" 2>&1 &
pid=$!
bad=0
while kill -0 $pid 2>"$T/dropped"; do
	run sql 'SELECT count(*) FROM facts'
	[ "$code $(tail -n 1 "$T/out")" = "0 4" ] || bad=$((bad + 1))
done
wait $pid
is $? 0 "a load beside readers"
is $bad 0 "every reader saw a whole table"

# A folder that cannot be written (not for root).
if [ "$(id -u)" = 0 ]; then
	skip "a read-only project is an error" "root may write everywhere"
else
	chmod a-w .continuum/data
	edit seeds/data/facts.csv 's/22000/23000/'
	run load
	is "$code" 1 "a read-only project is an error"
	chmod u+w .continuum/data
fi
done_testing
