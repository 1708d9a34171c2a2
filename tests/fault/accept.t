#!/bin/sh
# Killed or out of space at any call that changes a file while a feed is accepted or a fact is added: what is current is the old or the new
# version, whole, and the same command run again ends as if nothing had happened. No network: the file is received.
. "$(dirname "$0")/../cli/lib.sh"
calls=write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,mkdir,chmod
project
mkdir -p datasets/pm
cat >datasets/pm/datapackage.json <<'END'
{ "$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": "pm", "resources": [
  { "name": "pm_2024", "continuum:resourceId": "081e94fe-b257-4ae7-bc31-bf1f2eb6c968", "format": "csv", "schema": { "primaryKey": "code", "fields": [
    { "name": "code", "type": "string" }, { "name": "agents", "type": "integer" } ] } } ] }
END
printf 'code,agents\n01,5\n02,7\n' >"$T/old.csv"
printf 'code,agents\n01,6\n02,7\n03,1\n' >"$T/new.csv"
run load
run receive "$T/old.csv" --for pm_2024 --accept
is "$code" 0 "the scenario begins with a version in use"
table() { "$CONTINUUM" --lang en sql "SELECT * FROM pm_2024" 2>&1 | tr '\t\n' ', '; }
old="code,agents 01,5 02,7 "
new="code,agents 01,6 02,7 03,1 "
cp -a "$T/p" "$T/start"
accept() { "$CONTINUUM" --lang en receive "$T/new.csv" --for pm_2024 --accept; }
sha() { sha256sum <"$1" | cut -d' ' -f1; }
points() {
	n=$(grep -c "^$1(" "$T/trace")
	awk -v n="$n" -v most="$2" 'BEGIN { if (most > n) most = n; for (i = 0; i < most; i++) print 1 + int(i * n / most) }' | sort -nu
}
restart() {
	cd "$T" || exit 1
	chmod -R u+w "$T/p"
	rm -rf "$T/p"
	cp -a "$T/start" "$T/p"
	cd "$T/p" || exit 1
}
inject() { strace -o "$T/injected" -e trace="${1%%:*}" -e inject="$1" "$CONTINUUM" --lang en receive "$T/new.csv" --for pm_2024 --accept >"$T/out" 2>"$T/err"; }
fault() { # fault INJECTION NAME
	restart
	inject "$1"
	code=$?
	bad=
	case $code in
	0) [ "$(table)" = "$new" ] || bad="success is claimed, and the table is not the new one" ;;
	1 | 3 | 4 | 5) grep -q 'error: ' "$T/err" || bad="exit code $code without a word" ;;
	137) ;;
	*) bad="exit code $code" ;;
	esac
	digest=$(json feeds.0.sha256 continuum.lock)
	case $digest in
	"$(sha "$T/old.csv")" | "$(sha "$T/new.csv")") ;;
	*) bad="$bad; the lock is neither old nor new: $(cat continuum.lock)" ;;
	esac
	object=.continuum/objects/$(echo "$digest" | cut -c1-2)/$digest
	[ "$(sha "$object")" = "$digest" ] || bad="$bad; the lock names an object that is not there whole"
	is=$(table)
	[ "$is" = "$old" ] || [ "$is" = "$new" ] || bad="$bad; the table is neither old nor new: $is"
	accept >"$T/out2" 2>"$T/err2" || bad="$bad; the next accept ends with $?: $(cat "$T/err2")"
	"$CONTINUUM" --lang en load >"$T/out2" 2>"$T/err2" || bad="$bad; the next load ends with $?: $(cat "$T/err2")"
	[ "$(table)" = "$new" ] || bad="$bad; the next run gives another table: $(table)"
	[ -z "$(find . -name '*tmp.*')" ] || bad="$bad; left behind: $(find . -name '*tmp.*')"
	[ -z "$bad" ]
	ok $? "$2 (exit code $code)"
	[ -z "$bad" ] || { echo "$bad"; cat "$T/err"; tail -n 3 "$T/injected"; } | sed 's/^/# /'
}
restart
strace -o "$T/trace" -e trace=$calls "$CONTINUUM" receive "$T/new.csv" --for pm_2024 --accept >"$T/out" 2>"$T/err"
is "$?$(table)" "0$new" "without a fault the new version is in use"
for point in write:8 fsync:8 rename:6 renameat2:4 unlink:6 unlinkat:4 mkdir:6 chmod:2; do
	call=${point%:*}
	for n in $(points "$call" "${point#*:}"); do
		fault "$call:signal=KILL:when=$n" "killed at $call $n"
	done
done
for point in write:4 fsync:8 rename:6 mkdir:3; do
	call=${point%:*}
	for n in $(points "$call" "${point#*:}"); do
		fault "$call:error=ENOSPC:when=$n" "no space at $call $n"
	done
done
done_testing
