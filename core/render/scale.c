/* Ticks. Multiples are computed from whole numbers, so that 0.3 is the double nearest to 0.3 and not 3 × 0.1. */
#include "render/scale.h"

#include "base/num.h"
#include "base/typo.h"

#include <math.h>

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
	double least = s->decimals >= 0 ? pow(10, -s->decimals) : s->plain ? 1 : 0;   /* ticks that could not be told apart in print */
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

/* Ticks 1, 2, 5 and 1, 3 below two decades, else powers of ten, then every second one, every third … until no more than wanted. */
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
		if (round < 2 ? t->n <= want && t->n >= 2 : t->n <= want || t->n <= 3)   /* on both sides of 1 there are three at least */
			return;
	}
}

/* Calendar from day numbers: Hinnant, chrono-Compatible Low-Level Date Algorithms (2013). */
static double day_of(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (double)(era * 146097 + doe - 719468);
}

static void date_of(double day, int64_t *y, int64_t *m, int64_t *d)
{
	int64_t z = (int64_t)floor(day) + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp + (mp < 10 ? 3 : -9);
	*y = yoe + era * 400 + (*m <= 2);
}

/* Steps of time axes: count days, months or years. */
static const struct period { enum tick_unit unit; int count; double days; } periods[] = {
	{ TICK_DAY, 1, 1 }, { TICK_DAY, 7, 7 }, { TICK_DAY, 14, 14 }, { TICK_MONTH, 1, 30.4 }, { TICK_MONTH, 3, 91.3 },
	{ TICK_MONTH, 6, 182.6 }, { TICK_YEAR, 1, 365.2 }, { TICK_YEAR, 2, 730.5 }, { TICK_YEAR, 5, 1826 }, { TICK_YEAR, 10, 3652 },
	{ TICK_YEAR, 20, 7305 }, { TICK_YEAR, 50, 18262 }, { TICK_YEAR, 100, 36524 }, { TICK_YEAR, 200, 73048 },
	{ TICK_YEAR, 500, 182621 }, { TICK_YEAR, 1000, 365242 },
};

/* The i-th tick of a period; numbers are whole multiples, so that years end in 0 or 5. */
static double time_tick(const struct period *p, int64_t i)
{
	int64_t n = i * p->count, year = p->unit == TICK_YEAR ? n : floor_div(n, 12);

	return p->unit == TICK_DAY ? (double)n : day_of(year, p->unit == TICK_YEAR ? 1 : n - year * 12 + 1, 1);
}

static void timely(double lo, double hi, size_t want, struct ticks *t)
{
	const struct period *p = periods, *last = periods + sizeof periods / sizeof *periods - 1;
	int64_t y, m, d;

	while (p < last && (hi - lo) / p->days > (double)(want - 1))
		p++;
	date_of(lo, &y, &m, &d);
	t->unit = p->unit;
	t->lo = lo;   /* time does not start at a round date: only ticks are round */
	t->hi = hi;
	int64_t i = floor_div(p->unit == TICK_DAY ? (int64_t)floor(lo) : p->unit == TICK_YEAR ? y : y * 12 + m - 1, p->count);
	for (; time_tick(p, i) <= hi && t->n < SCALE_TICKS; i++)
		keep_inside(t, time_tick(p, i));
}

bool scale_ticks(const struct scale *s, double lo, double hi, size_t want, struct ticks *out, struct err *e)
{
	double size = fmax(fabs(lo), fabs(hi)), least = s->kind == SCALE_LOG ? 1 / SCALE_MAX : s->kind == SCALE_TIME ? -1e6 : -SCALE_MAX;

	*out = (struct ticks){ .n = 0 };
	if (s->kind == SCALE_LINEAR && hi - lo <= size * 1e-9) {   /* one value has no extent: show it from zero, or one step around zero */
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
	if (!(hi - lo > 1 / SCALE_MAX) || lo < least || hi > (s->kind == SCALE_TIME ? 3e6 : SCALE_MAX)) {
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
	int64_t y, m, d;

	if (s->kind == SCALE_TIME) {
		date_of(v, &y, &m, &d);
		if (t->unit == TICK_DAY)
			buf_printf(out, "%d\u00a0", (int)d);
		if (t->unit != TICK_YEAR)
			buf_printf(out, "%s\u00a0", months[lang][m - 1]);
		typo_plain(out, (double)y);
		return;
	}
	int decimals = s->decimals >= 0 ? s->decimals : t->decimals >= 0 ? t->decimals : v < 1 ? (int)ceil(-log10(v) - 1e-9) : 0;
	if (s->plain && decimals == 0)
		typo_plain(out, v);
	else
		typo_number(out, lang, v, decimals > 15 ? 15 : decimals);
}
