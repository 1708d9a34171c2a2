# Faults injected into system calls of a build, to be sourced after tests/cli/lib.sh. The scenario: a fact has changed, so that a build
# loads, runs, draws and typesets. pdflatex is replaced by a script that only copies the text: what is tested is our own files.
scenario() {
	built
	mkdir -p "$T/bin"
	for tool in gnuplot bwrap; do ln -sf "$(command -v $tool)" "$T/bin/$tool"; done
	cat >"$T/bin/pdflatex" <<'END'
#!/bin/sh
for a; do case $a in -jobname=*) name=${a#*=} ;; esac; done
echo "This is pdfTeX" >"$name.log"
echo "\relax" >"$name.aux"
while read -r line; do printf '%s\n' "$line"; done <generated/values.tex >"$name.pdf"
END
	chmod +x "$T/bin/pdflatex"
	PATH=$T/bin:$PATH
	edit reports/paper/paper.tex 's/There are/Here are/'
	edit reports/rapport/more.tex 's/Une phrase/La phrase/'
	"$CONTINUUM" build >"$T/out" 2>"$T/err" || ok 1 "the scenario builds"
	(cd "$T/p" && state) >"$T/old"
	edit seeds/data/facts.csv 's/21000/22000/'
	cp -a "$T/p" "$T/start"
	strace -o "$T/trace" -e trace=$calls "$CONTINUUM" build >"$T/out" 2>"$T/err" || ok 1 "the changed project builds"
	(cd "$T/p" && state) >"$T/new"
}
calls=write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,mkdir
# points CALL MOST: numbers of up to MOST calls of the trace, spread evenly over it
points() {
	n=$(grep -c "^$1(" "$T/trace")
	awk -v n="$n" -v most="$2" 'BEGIN { if (most > n) most = n; for (i = 0; i < most; i++) print 1 + int(i * n / most + (most > 1 ? i * (n / most - int(n / most)) / most : 0)) }' | sort -nu
}
# fault INJECTION NAME [-f]: a build with the fault, then one without. Any file is the old or the new one at every moment, an error is told, no
# success is claimed that is none, and the second build ends with what a build without fault gives. -f: in children too, each with its own count.
fault() {
	cd "$T" || exit 1
	rm -rf "$T/p"
	cp -a "$T/start" "$T/p"
	cd "$T/p" || exit 1
	strace ${3:-} -o "$T/injected" -e trace="${1%%:*}" -e inject="$1" "$CONTINUUM" --lang en build >"$T/out" 2>"$T/err"
	code=$?
	bad=
	case $code in
	0) state | cmp -s - "$T/new" || bad="success is claimed, and the files are not those of a build" ;;
	1) grep -q 'error: ' "$T/err" || bad="exit code $code without a word" ;;
	137) ;;
	*) bad="exit code $code" ;;
	esac
	state 2>&1 | grep -vxF -f "$T/old" | grep -vxF -f "$T/new" >"$T/neither" && bad="$bad; neither old nor new: $(cat "$T/neither")"
	"$CONTINUUM" --lang en build >"$T/out2" 2>"$T/err2" || bad="$bad; the next build ends with $?: $(cat "$T/err2")"
	state | cmp -s - "$T/new" || bad="$bad; the next build gives other files"
	"$CONTINUUM" --lang en status --exit-code >"$T/out2" 2>&1 || bad="$bad; stale after the next build: $(cat "$T/out2")"
	[ -z "$(find . -name '*tmp.*')" ] || bad="$bad; left behind: $(find . -name '*tmp.*')"
	[ "$(sqlite3 .continuum/ledger.db 'PRAGMA integrity_check')" = ok ] || bad="$bad; the ledger is damaged"
	[ -z "$bad" ]
	ok $? "$2 (exit code $code)"
	[ -z "$bad" ] || { echo "$bad"; cat "$T/err"; tail -n 3 "$T/injected"; } | sed 's/^/# /'
}
