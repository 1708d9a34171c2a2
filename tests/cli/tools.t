#!/bin/sh
# gnuplot and pdflatex absent or failing: one clear error, exit code 1, the PDFs of before untouched, and a normal build afterwards.
. "$(dirname "$0")/lib.sh"
built
keep
mkdir "$T/bin"
for tool in gnuplot pdflatex bwrap; do
	path=$(command -v $tool) && ln -s "$path" "$T/bin/$tool"
done
edit plugins/cited.lua 's/"Reception staff" }, quantity/"Reception" }, quantity/'
edit reports/rapport/more.tex 's/Une phrase/Autre phrase/'

with() { # with TOOL SCRIPT: puts a tool of that text in the place of the true one; no script: the tool is absent
	rm -f "$T/bin/$1"
	[ -z "${2:-}" ] || { printf '#!/bin/sh\n%s\n' "$2" >"$T/bin/$1" && chmod +x "$T/bin/$1"; }
}
back() { ln -sf "$(command -v "$1")" "$T/bin/$1"; }
failing() { # failing NAME ID PATTERN ARGS…
	name=$1 id=$2 pattern=$3
	shift 3
	PATH=$T/bin "$CONTINUUM" --lang en "$@" >"$T/out" 2>"$T/err"
	is $? 1 "$name: exit code 1"
	like "$T/err" "^error: $pattern" "$name: said"
	is "$(grep -c 'error: ' "$T/err")" 1 "$name: once"
	unlike "$T/err" "$T/p" "$name: no path of this machine"
	PATH=$T/bin "$CONTINUUM" --lang en "$@" --json >"$T/out" 2>"$T/err"
	is "$(json error.id)$(json failed.0.error.id) $(json exit)" "$id 1" "$name: --json names $id"
	untouched "$name: PDFs and databases are as they were"
	is "$(find . -name '*tmp.*')" "" "$name: nothing left behind"
}
with gnuplot
failing "no gnuplot" base.tool_missingnull 'cited.chart: gnuplot is not installed, or not in PATH' build
with gnuplot 'exit 1'
failing "gnuplot that ends with 1" render.gnuplot_endednull 'cited.chart: gnuplot ended before it had drawn' build
with gnuplot 'echo "no terminal today" >&2; exit 0'
failing "gnuplot that only complains" render.gnuplot_endednull 'cited.chart: gnuplot ended before it had drawn' build
like "$T/out" '"why":"no terminal today' "and its last words"
with gnuplot 'kill -9 $$'
failing "gnuplot that is killed" render.gnuplot_endednull 'cited.chart: gnuplot ended before it had drawn' build
back gnuplot
with pdflatex
failing "no pdflatex" nullbase.tool_missing 'pdflatex is not installed, or not in PATH' build rapport
with pdflatex 'echo "no format today" >&2; exit 1'
failing "pdflatex that ends with 1" nullbase.child_exit 'pdflatex ended with exit code 1' build rapport
PATH=$T/bin "$CONTINUUM" --lang en build rapport 2>"$T/err"
like "$T/err" '^  no format today$' "and its last words"
with pdflatex 'kill -9 $$'
failing "pdflatex that is killed" nullbase.child_signal 'pdflatex was ended by signal 9' build rapport
with pdflatex 'exit 0'
failing "pdflatex that does nothing" nullrender.tex_empty 'LaTeX made no page of reports/rapport/rapport.tex' build rapport
back pdflatex
PATH=$T/bin "$CONTINUUM" build rapport >"$T/out" 2>"$T/err"
is $? 0 "with the tools back the build is normal"
done_testing
