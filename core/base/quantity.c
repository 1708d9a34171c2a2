/* Reading rules: how the words around a printed figure become an interval. Interval sums as in
 * Moore, Kearfott and Cloud, Introduction to Interval Analysis, SIAM 2009, ch. 2. */
#include "base/quantity.h"

#include <math.h>
#include <string.h>

const char *const quantity_qualifiers[Q_COUNT + 1] = {
	"exact", "round", "about", "more_than", "at_least", "almost", "several", "interval", "derived", "target", "forecast", "words"
};

/* Half of the last non-zero decimal place of v (250,000 → 5,000; 21,000 → 500), never more than `cap` of v:
 * with one significant digit (4,000; 600) nobody can tell how far the writer rounded. */
static double half_place(double v, double cap)
{
	double place = 1, a = fabs(v);

	if (a == 0 || a >= 1e15)
		return 0;
	while (a != floor(a) && place > 1e-6) {
		a *= 10;
		place /= 10;
	}
	for (a = round(a); fmod(a, 10) == 0; a /= 10)
		place *= 10;
	return fmin(place / 2, cap * fabs(v));
}

static void around(struct quantity *q, double v, double half)
{
	q->low = v - half;
	q->high = v + half;
}

void quantity_read(struct quantity *q, enum qualifier qualifier, double v)
{
	q->qualifier = qualifier;
	q->low = q->best = q->high = v;
	q->low_open = q->high_open = false;
	switch (qualifier) {
	case Q_ROUND: around(q, v, half_place(v, 0.05)); break;
	case Q_ABOUT: around(q, v, half_place(v, 0.10)); break;
	case Q_MORE_THAN:
	case Q_AT_LEAST: q->high_open = true; break;
	case Q_ALMOST: q->low = v - half_place(v, 0.10); break;
	/* "Several tens of thousands": at least two of them and less than the next order. */
	case Q_SEVERAL:
		q->low = 2 * v;
		q->high = 10 * v - 1;
		q->best = NAN;
		break;
	case Q_EXACT: case Q_INTERVAL: case Q_DERIVED: case Q_TARGET: case Q_FORECAST: case Q_WORDS: case Q_COUNT: break;
	}
}

static bool is_goal(enum qualifier q)
{
	return q == Q_TARGET || q == Q_FORECAST;
}

bool quantity_add(struct quantity *sum, const struct quantity *term, struct err *e)
{
	if (!strcmp(sum->unit, "not_stated") || !strcmp(term->unit, "not_stated"))
		return err_set(e, ERR_UNIT_UNKNOWN, "%s" ERR_SEP "%s", term->unit, sum->unit);
	if (strcmp(sum->unit, term->unit))
		return err_set(e, ERR_UNIT_MIX, "%s" ERR_SEP "%s", term->unit, sum->unit);
	if (is_goal(sum->qualifier) != is_goal(term->qualifier))
		return err_set(e, ERR_TARGET_SUM, "%s", term->unit);
	bool exact = sum->qualifier == Q_EXACT && term->qualifier == Q_EXACT;
	bool goal = is_goal(sum->qualifier);
	enum qualifier term_is = term->qualifier;
	sum->low += term->low;
	sum->high += term->high;
	sum->best += term->best;
	sum->low_open |= term->low_open;
	sum->high_open |= term->high_open;
	bool at_least = sum->high_open && !sum->low_open;
	if (goal)
		sum->qualifier = sum->qualifier == term_is ? term_is : Q_TARGET;
	else
		sum->qualifier = at_least ? Q_AT_LEAST : exact ? Q_EXACT : Q_INTERVAL;
	/* "At least" says the lower bound, as where it is read: best values that were added up are not one. */
	if (at_least)
		sum->best = sum->low;
	if (term->decimals < sum->decimals)
		sum->decimals = term->decimals;
	if (strcmp(sum->period, term->period))
		sum->period[0] = 0;
	return true;
}

bool quantity_valid(const struct quantity *q)
{
	if ((unsigned)q->qualifier >= Q_COUNT || q->decimals < 0 || q->decimals > 15)
		return false;
	if (!memchr(q->unit, 0, sizeof q->unit) || !memchr(q->period, 0, sizeof q->period))
		return false;
	if ((!q->low_open && !isfinite(q->low)) || (!q->high_open && !isfinite(q->high)) || isinf(q->best))
		return false;
	if (!q->low_open && !q->high_open && q->low > q->high)
		return false;
	if (q->qualifier == Q_SEVERAL && q->low_open)
		return false;
	if (isnan(q->best))
		return q->qualifier == Q_SEVERAL || q->qualifier == Q_INTERVAL || q->qualifier == Q_WORDS;
	return (q->low_open || q->low <= q->best) && (q->high_open || q->best <= q->high);
}
