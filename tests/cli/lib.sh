# TAP for tests of the program as a whole, to be sourced: ok, is, like, golden, json, and projects to play in.
# $CONTINUUM is the program; $BUILD its build folder. Each test works in $T, removed at the end. Messages are compared in English (run),
# whatever the locale of the suite.
: "${CONTINUUM:?the program to test}" "${BUILD:?its build folder}"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
T=$(mktemp -d)
trap 'chmod -R u+w "$T"; rm -rf "$T"' EXIT
count=0
# Patterns match characters, not bytes, also where no locale is set.
LC_CTYPE=C.UTF-8
export LC_CTYPE

ok() { # ok STATUS NAME
	count=$((count + 1))
	if [ "$1" = 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; fi
}
is() { # is GOT WANT NAME
	[ "$1" = "$2" ]
	status=$?
	ok $status "$3"
	[ $status = 0 ] || { printf 'got: %s\nwant: %s\n' "$1" "$2"; sed 's/^/err: /' "$T/err"; } 2>/dev/null | head -30 | sed 's/^/# /'
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

# json PATH [FILE]: a value of a JSON document, such as failed.0.error.id; # is the number of elements. "not JSON" when it is none.
json() {
	perl -MJSON::PP -e '
		my ($path, $file) = @ARGV;
		open my $in, "<", $file or die; local $/;
		my $v = eval { JSON::PP->new->utf8->boolean_values("false", "true")->decode(<$in>) };
		if ($@) { print "not JSON"; exit }
		for (split /\./, $path) {
			if ($_ eq "#") { $v = ref $v eq "ARRAY" ? @$v : keys %$v; last }
			$v = ref $v eq "ARRAY" ? $v->[$_] : $v->{$_};
		}
		binmode STDOUT, ":utf8";
		print defined $v ? $v : "null"' "$1" "${2:-$T/out}"
}

# project: the small project of tests/fixtures/mini in $T/p, never built.
project() {
	cd "$T" || exit 1
	rm -rf "$T/p"
	cp -R "$top/tests/fixtures/mini" "$T/p"
	cd "$T/p" || exit 1
}
# built: the same, built. Made once for a program and a fixture, then copied; test files that run side by side share it.
built() {
	if [ -z "${cache:-}" ]; then
		cache=$BUILD/tests/mini-$({ cat "$CONTINUUM"; cd "$top/tests/fixtures/mini" && find . -type f | sort | xargs cat; } | sha256sum | cut -c1-16)
		mkdir -p "$BUILD/tests"
		(
			flock 9
			if [ ! -d "$cache" ]; then
				project
				if "$CONTINUUM" --lang en build >"$T/first" 2>"$T/talk"; then
					rm -rf "$BUILD"/tests/mini-*
					cp "$T/talk" "$cache.talk"
					cp -a "$T/p" "$cache.new" && mv "$cache.new" "$cache"
				else
					echo "Bail out! the small project cannot be built"
					sed 's/^/# /' "$T/talk"
					exit 1
				fi
			fi
		) 9>"$BUILD/tests/mini.lock" || exit 1
	fi
	cd "$T" || exit 1
	rm -rf "$T/p"
	cp -a "$cache" "$T/p"
	cd "$T/p" || exit 1
}
# run ARGS…: runs continuum in English; $code, $T/out, $T/err.
run() {
	"$CONTINUUM" --lang en "$@" >"$T/out" 2>"$T/err"
	code=$?
}
# state: digests of what a failed command must leave alone; keep, then untouched NAME.
state() { sha256sum build/*.pdf .continuum/data/*.db; }
keep() { kept=$(state); }
untouched() { is "$(state 2>&1)" "$kept" "$1"; }
# edit FILE SED-PROGRAM: changes a file, and says so when nothing changed.
edit() {
	cp "$1" "$T/before"
	sed -i "$2" "$1"
	if cmp -s "$1" "$T/before"; then ok 1 "edit of $1 changes something: $2"; fi
}
