#!/bin/sh
# Killed at any call that changes a file: the old files or the new ones, and a normal next build.
. "$(dirname "$0")/../cli/lib.sh"
. "$here/lib.sh"
scenario
for point in write:6 pwrite64:6 fsync:6 rename:5 unlink:4 unlinkat:3 ftruncate:1 mkdir:2; do
	call=${point%:*}
	for n in $(points "$call" "${point#*:}"); do
		fault "$call:signal=KILL:when=$n" "killed at $call $n"
	done
done
done_testing
