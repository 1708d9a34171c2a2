#!/bin/sh
# validate: a whole load that is thrown away, inside a project and outside.
. "$(dirname "$0")/lib.sh"
project
before=$(find . -type f | sort | xargs sha256sum)
run validate places
is "$code" 0 "a package of the project by its name"
like "$T/out" '^places: valid$' "said"
like "$T/out" '^  staff +5 rows read' "with its rows"
run validate datasets/places --json
is "$(json valid) $(json package.name) $(json package.tables.2.loaded)" "true places 5" "by its folder, as JSON"
is "$(find . -type f | sort | xargs sha256sum)" "$before" "nothing is kept"
edit datasets/places/data/staff.csv 's/^01,2022,120,/01,2022,12x,/'
run validate places
is "$code" 3 "a cell that cannot be read: exit code 3"
like "$T/out" '^places: NOT VALID$' "said"
like "$T/out" 'staff.csv:2:9: ' "with its place"
run validate places --json
is "$code $(json valid) $(json exit)" "3 false 3" "as JSON"
run validate place
is "$code" 2 "a name that is none"
like "$T/err" 'there is no package called “place” here' "said"
cp -R datasets/places "$T/alone"
cd / || exit 1
run validate "$T/alone"
is "$code" 3 "a package in no project"
like "$T/out" 'data/staff.csv:2:9: ' "with its place too"
run validate "$T/nowhere"
is "$code" 1 "no folder"
like "$T/err" "cannot open $T/nowhere" "said"
run validate
is "$code" 2 "validate needs a package"
done_testing
