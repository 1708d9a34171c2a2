# TAP for command-line tests, to be sourced: ok, is, like, golden, and a project to play in.
# $CONTINUUM is the program; $BUILD its build folder. Each test works in $T, removed at the end.
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
count=0

ok() { # ok STATUS NAME
	count=$((count + 1))
	if [ "$1" = 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; fi
}
is() { # is GOT WANT NAME
	[ "$1" = "$2" ]
	status=$?
	ok $status "$3"
	[ $status = 0 ] || printf '#  got: %s\n# want: %s\n' "$1" "$2"
}
like() { # like FILE PATTERN NAME
	grep -qE -e "$2" "$1"
	status=$?
	ok $status "$3"
	[ $status = 0 ] || { echo "# no match for: $2"; sed 's/^/# /' "$1" | head -20; }
}
unlike() { # unlike FILE PATTERN NAME
	! grep -qE -e "$2" "$1"
	ok $? "$3"
}
golden() { # golden FILE NAME: compares with tests/golden/NAME byte for byte; GOLDEN=NAME replaces it
	want=$top/tests/golden/$2
	if [ "${GOLDEN:-}" = "$2" ]; then mkdir -p "$(dirname "$want")" && cp "$1" "$want"; fi
	cmp -s "$1" "$want"
	status=$?
	ok $status "output is that of golden $2"
	[ $status = 0 ] || diff -u "$want" "$1" | head -40 | sed 's/^/# /'
}
skip() { # skip NAME WHY
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}
done_testing() { echo "1..$count"; }

# project: a small project of its own in $T/p, from the fixture.
project() {
	rm -rf "$T/p"
	cp -R "$top/tests/fixtures/mini" "$T/p"
	cd "$T/p" || exit 1
}
# run NAME ARGS…: runs continuum in the project; $code, $T/out, $T/err.
run() {
	"$CONTINUUM" "$@" >"$T/out" 2>"$T/err"
	code=$?
}
