/* Ticks. Multiples are computed from whole numbers, so that 0.3 is the double nearest to 0.3 and not 3 × 0.1. */
#include "render/scale.h"

#include "base/num.h"
#include "base/typo.h"

#include <math.h>
#include <time.h>

enum { DAY = 24 * 60 * 60 };
#define MONTH_DAYS 30.436875   /* on average */

/* First digits of the ticks of a decade; less room has fewer. */
struct digits { int n, m[3]; };
static const struct digits decade[] = { { 3, { 1, 2, 5 } }, { 2, { 1, 3 } }, { 1, { 1 } } };

static int64_t floor_div(int64_t a, int64_t b)
{
	return (a >= 0 ? a : a - b + 1) / b;
}

/* `times` the i-th number of a sequence: of 1, 2, 5 number 0 is 1, number 4 is 20, number -1 is 0.5. */
static double number(const struct digits *d, int i, double times)
{
	int k = (int)floor_div(i, d->n);
	double v = times * d->m[i - k * d->n];

	return k < 0 ? v / pow(10, -k) : v * pow(10, k);   /* powers up to 10^22 are exact */
}

static void keep_inside(struct ticks *t, double v)
{
	double slack = 1e-9 * (t->hi - t->lo);

	if (t->n < SCALE_TICKS && v >= t->lo - slack && v <= t->hi + slack)
		t->at[t->n++] = v;
}

static void linear(const struct scale *s, double lo, double hi, size_t want, struct ticks *t)
{
	/* closer ticks could not be told apart in print */
	double least = s->decimals >= 0 ? pow(10, -s->decimals) : s->plain ? 1 : 0;
	double raw = fmax((hi - lo) / (double)(want - 1), least), from, to;
	int i = 3 * (int)floor(log10(raw));

	while (number(&decade[0], i, 1) < raw * (1 - 1e-9))
		i++;
	for (;; i++) {
		from = floor(lo / number(&decade[0], i, 1) + 1e-9);
		to = ceil(hi / number(&decade[0], i, 1) - 1e-9);
		if (to - from < SCALE_TICKS)
			break;
	}
	t->lo = isnan(s->lo) ? number(&decade[0], i, from) : lo;
	t->hi = isnan(s->hi) ? number(&decade[0], i, to) + 0.0 : hi;   /* + 0.0: no negative zero */
	for (double k = from; k <= to; k++)
		keep_inside(t, number(&decade[0], i, k) + 0.0);
	t->decimals = (int)fmax(0, (double)-floor_div(i, 3));
}

/* Ticks 1, 2, 5 and 1, 3 below two decades, else powers of ten, then every second one, every third … until no more than
 * wanted; with ticks on both sides of 1 there are three at least. */
static void logarithmic(const struct scale *s, double lo, double hi, size_t want, struct ticks *t)
{
	t->decimals = -1;   /* each tick has its own */
	for (int round = log10(hi / lo) < 2 ? 0 : 2; round < 64; round++) {
		const struct digits *d = &decade[round < 2 ? round : 2];
		int every = round < 2 ? 1 : round - 1, from = (int)floor_div((int)floor(log10(lo) - 1) * d->n, every) * every, to;
		while (number(d, from + every, 1) <= lo * (1 + 1e-9))
			from += every;
		for (to = from + every; number(d, to, 1) < hi * (1 - 1e-9);)
			to += every;
		t->n = 0;
		t->lo = isnan(s->lo) ? number(d, from, 1) : lo;
		t->hi = isnan(s->hi) ? number(d, to, 1) : hi;
		for (int i = from; i <= to; i += every)
			keep_inside(t, number(d, i, 1));
		if (round < 2 ? t->n <= want && t->n >= 2 : t->n <= want || t->n <= 3)
			return;
	}
}

/* Day number of the first day of a month, counted from January of year 0. */
static double month_start(int64_t month)
{
	struct tm tm = { .tm_year = -1900, .tm_mon = (int)month, .tm_mday = 1 };
	return (double)(timegm(&tm) / DAY);
}

static struct tm date_of(double day)
{
	time_t t = (time_t)floor(day) * DAY;
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	return tm;
}

/* Steps of time axes: days or months, counted so that years end in 0 or 5. */
static const struct period { enum tick_unit unit; int count; } periods[] = {
	{ TICK_DAY, 1 }, { TICK_DAY, 7 }, { TICK_DAY, 14 }, { TICK_MONTH, 1 }, { TICK_MONTH, 3 }, { TICK_MONTH, 6 },
	{ TICK_YEAR, 12 }, { TICK_YEAR, 24 }, { TICK_YEAR, 60 }, { TICK_YEAR, 120 }, { TICK_YEAR, 240 }, { TICK_YEAR, 600 },
	{ TICK_YEAR, 1200 }, { TICK_YEAR, 2400 }, { TICK_YEAR, 6000 }, { TICK_YEAR, 12000 },
};

static void timely(double lo, double hi, size_t want, struct ticks *t)
{
	const struct period *p = periods, *last = periods + sizeof periods / sizeof *periods - 1;

	while (p < last && (hi - lo) / p->count / (p->unit == TICK_DAY ? 1 : MONTH_DAYS) > (double)(want - 1))
		p++;
	t->unit = p->unit;
	t->lo = lo;   /* time does not start at a round date: only ticks are round */
	t->hi = hi;
	struct tm first = date_of(lo);
	int64_t n = p->unit == TICK_DAY ? (int64_t)floor(lo) : (first.tm_year + 1900) * 12 + first.tm_mon;
	for (n = floor_div(n, p->count) * p->count; t->n < SCALE_TICKS; n += p->count) {
		double day = p->unit == TICK_DAY ? (double)n : month_start(n);
		if (day > hi)
			return;
		keep_inside(t, day);
	}
}

bool scale_ticks(const struct scale *s, double lo, double hi, size_t want, struct ticks *out, struct err *e)
{
	/* how far ticks can be computed and written, by enum scale_kind */
	static const double least[] = { -SCALE_MAX, 1 / SCALE_MAX, 0, -1e6 }, most[] = { SCALE_MAX, SCALE_MAX, 0, 3e6 };

	*out = (struct ticks){ .n = 0 };
	/* one value has no extent: show it from zero, or one step around zero */
	if (s->kind == SCALE_LINEAR && hi - lo <= 1e-9 * fmax(fabs(lo), fabs(hi))) {
		lo = lo < 0 ? 2 * lo : 0;
		hi = hi > 0 ? hi : lo < 0 ? 0 : 1;
	} else if (s->kind == SCALE_TIME && hi <= lo && isnan(s->lo) && isnan(s->hi)) {
		lo -= 183;
		hi = lo + 366;
	}
	lo = isnan(s->lo) ? lo : s->lo;
	hi = isnan(s->hi) ? hi : s->hi;
	if (s->kind == SCALE_LOG && lo > 0 && hi <= lo)
		hi = lo * 10;
	if (!(hi - lo > 1 / SCALE_MAX) || lo < least[s->kind] || hi > most[s->kind]) {
		struct buf b = BUF(100);
		num_put_real(&b, lo);
		buf_str(&b, ERR_SEP);
		num_put_real(&b, hi);
		err_set(e, ERR_CHART_BOUNDS, "%s", buf_text(&b));
		buf_free(&b);
		return false;
	}
	if (s->kind == SCALE_TIME)
		timely(lo, hi, want, out);
	else
		(s->kind == SCALE_LOG ? logarithmic : linear)(s, lo, hi, want, out);
	return true;
}

double scale_at(const struct scale *s, const struct ticks *t, double v)
{
	return s->kind == SCALE_LOG ? log(v / t->lo) / log(t->hi / t->lo) : (v - t->lo) / (t->hi - t->lo);
}

/* Short months: French as the Imprimerie nationale abbreviates them. */
static const char *const months[2][12] = {
	[LANG_FR] = { "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc." },
	[LANG_EN] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" },
};

void scale_label(const struct scale *s, const struct ticks *t, size_t i, enum lang lang, struct buf *out)
{
	double v = t->at[i];

	if (s->kind == SCALE_TIME) {
		struct tm date = date_of(v);
		if (t->unit == TICK_DAY)
			buf_printf(out, "%d\u00a0", date.tm_mday);
		if (t->unit != TICK_YEAR)
			buf_printf(out, "%s\u00a0", months[lang][date.tm_mon]);
		typo_plain(out, date.tm_year + 1900);
		return;
	}
	int own = v < 1 ? (int)ceil(-log10(v) - 1e-9) : 0;   /* of a log scale */
	int decimals = s->decimals >= 0 ? s->decimals : t->decimals >= 0 ? t->decimals : own;
	if (s->plain && decimals == 0)
		typo_plain(out, v);
	else
		typo_number(out, lang, v, decimals > 15 ? 15 : decimals);
}
