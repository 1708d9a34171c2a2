#!/bin/sh
# A call that fails (disk full, input/output error): an error with its reason, the old files or the new ones, and a normal next build.
. "$(dirname "$0")/../cli/lib.sh"
. "$here/lib.sh"
scenario
for point in write:ENOSPC:5 write:EIO:2 pwrite64:ENOSPC:5 pwrite64:EIO:2 fsync:EIO:6 rename:EIO:4 unlink:EIO:2 unlinkat:EIO:1 mkdir:ENOSPC:2; do
	call=${point%%:*} rest=${point#*:}
	for n in $(points "$call" "${rest#*:}"); do
		fault "$call:error=${rest%:*}:when=$n" "${rest%:*} at $call $n"
	done
done
for point in pwrite64:ENOSPC:1 pwrite64:EIO:4 pwrite64:ENOSPC:12 write:ENOSPC:2 write:EIO:3; do
	call=${point%%:*} rest=${point#*:}
	fault "$call:error=${rest%:*}:when=${rest#*:}" "${rest%:*} at $call ${rest#*:} of every process" -f
done
done_testing
