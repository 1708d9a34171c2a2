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
# The loader writes its file long before the driver writes as often; gnuplot and TeX likewise.
for point in pwrite64:1 pwrite64:4 pwrite64:12 fsync:1 write:2; do
	fault "${point%:*}:signal=KILL:when=${point#*:}" "the first process killed at ${point%:*} ${point#*:}" -f
done
done_testing
