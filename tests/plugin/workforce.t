#!/bin/sh
# plugins/workforce.lua on the real ledger: each figure of 2018 with its reading interval, the sum that is refused, the lower bound.
. "$(dirname "$0")/../cli/lib.sh"
mkdir "$T/p"
cd "$T/p" || exit 1
cp -R "$top/continuum.json" "$top/plugins" "$top/reports" "$top/seeds" "$top/datasets" .
rm -rf reports/*/generated
run run workforce --json
is "$code" 0 "the analysis runs"
perl -MJSON::PP -0777 -ne '
	for (@{JSON::PP->new->utf8->decode($_)->{runs}[0]{results}}) {
		print join(" ", map { defined $_ && $_ ne "" ? $_ : "-" } @$_{qw(id kind low best high qualifier unit period)}), "\n";
	}' "$T/out" | sed 's/^workforce\.//' | LC_ALL=C sort >"$T/values"

# name kind low best high qualifier unit period; - where a side is open, or nothing is stated
value() {
	is "$(grep "^$1 " "$T/values")" "$*" "$1: $3 – $5, $6, $7"
}
value police_gendarmes value 245000 250000 255000 round not_stated 2018-02
value private_security value 155000 160000 165000 round not_stated 2018-02
value municipal_police value 20500 21000 21500 round not_stated 2018-02
value transport_security value 4000 4000 - more_than not_stated 2018-02
value social_landlord_staff value 20000 - 99999 several not_stated 2018-02
value elected_officials value 617500 618000 618500 round mandates 2018-02
value national_2017 value 247199 247199 247199 exact etp 2017-12-31
value mandates_2014 value 618384 618384 618384 exact mandates 2014
value private_2018_report value 165000 165000 - more_than agents 2018-09
value groups value 6 6 6 exact - -
is "$(grep '^staff_lower_bound ' "$T/values" | cut -d' ' -f1-7)" "staff_lower_bound value 444500 444500 - at_least not_stated" \
	"the lower bound over the staff figures is 444,500, open above, unit not stated"
value sum_refused value - - - - - -
value cited figure - - - - - -
value ledger table - - - - - -
is "$(wc -l <"$T/values")" 14 "nothing else"

# Words, in both languages.
words() { # words LANGUAGE NAME PATTERN
	"$CONTINUUM" --lang "$1" run workforce >"$T/out" 2>"$T/err"
	like "$T/out" "^  workforce.$2	$3\$" "$1: $2"
}
words en staff_lower_bound 'at least 444,500'
words en transport_security 'more than 4,000'
words en social_landlord_staff 'several tens of thousands'
words en sum_refused 'total not computed'
words fr staff_lower_bound 'au moins.444.500'
words fr transport_security 'plus de.4.000'
words fr social_landlord_staff 'plusieurs dizaines de milliers'
words fr sum_refused 'total non calculé'

# Both reports show the same, and neither types a figure of its own.
ids() { cat "reports/$1"/*.tex "reports/$1"/*/*.tex | grep -v '^ *%' | grep -oE '\\(val|Val|valunit|valdate|fig|figref|tab|tabref|annex)(\[bare\])?\{[a-z0-9_.]+\}' | sed 's/.Val/\\val/' | LC_ALL=C sort -u; }
ids livre-blanc >"$T/fr"
ids white-paper >"$T/en"
diff "$T/fr" "$T/en" >"$T/diff"
ok $? "both reports use the same values, figures, tables and annexes"
sed 's/^/# /' "$T/diff"
[ "$(wc -l <"$T/fr")" -gt 10 ]
ok $? "and they use many"
cat reports/*/*.tex reports/*/*/*.tex | grep -vE '^ *%' | grep -nE '[0-9]{1,3}([,.  ]|\\,|~)[0-9]{3}|[0-9]{5}' >"$T/typed"
is "$(cat "$T/typed")" "" "no figure is typed in the text"

# One fact of the ledger: this analysis runs again, and says what it read.
edit seeds/data/facts.csv '/^police_gendarmes,/s/,250000,/,260000,/'
run load
run status
like "$T/out" '^  workforce +ledger fact changed \(police_gendarmes\)$' "status names the fact that changed"
run run workforce --json
is "$(perl -MJSON::PP -0777 -ne 'print map { $_->{low} } grep { $_->{id} =~ /lower_bound/ } @{decode_json($_)->{runs}[0]{results}}' "$T/out")" 454500 "and the bound follows"
run sql --json "SELECT kind, count(*) AS n FROM facts GROUP BY kind HAVING kind = 'quantity'"
is "$(json 0.kind)" quantity "the ledger can be asked"

# Were the elected officials counted in the unit of staff, the sum would still be refused: no unit is stated.
edit seeds/data/facts.csv '/^elected_officials,/s/,mandates,/,not_stated,/'
run run workforce
is "$code" 0 "a sum over units that are not stated is refused too"
done_testing
