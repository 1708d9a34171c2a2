/* Ticks. Multiples are computed from whole numbers, so that 0.3 is the double nearest to 0.3 and not 3 × 0.1. */
#include "render/scale.h"

#include "base/num.h"
#include "base/typo.h"

#include <math.h>

/* A step is m × 10^k. */
struct step { int m, k; };

static double power10(int k)
{
	double p = 1;   /* exact up to 10^22, which is more than SCALE_MAX asks */
	for (int i = k < 0 ? -k : k; i > 0; i--)
		p *= 10;
	return p;
}

static double multiple(struct step s, double times)
{
	return s.k < 0 ? times * s.m / power10(s.k) : times * s.m * power10(s.k);
}

/* The smallest of 1, 2, 5 × 10^k that is not below raw. */
static struct step nice_step(double raw)
{
	static const int m[] = { 1, 2, 5, 10 };
	int k = (int)floor(log10(raw));

	for (size_t i = 0; i < 4; i++)
		if (multiple((struct step){ m[i], k }, 1) >= raw * (1 - 1e-9))
			return m[i] == 10 ? (struct step){ 1, k + 1 } : (struct step){ m[i], k };
	return (struct step){ 1, k + 1 };
}

static void keep_inside(struct ticks *t, double v)
{
	double slack = 1e-9 * (t->hi - t->lo);

	if (t->n < SCALE_TICKS && v >= t->lo - slack && v <= t->hi + slack)
		t->at[t->n++] = v;
}

/* One value has no extent: show it from zero, or one step around zero. */
static void widen(double *lo, double *hi)
{
	double size = fmax(fabs(*lo), fabs(*hi));

	if (*hi - *lo > size * 1e-9)
		return;
	*lo = *lo < 0 ? 2 * *lo : 0;
	*hi = *hi > 0 ? *hi : *lo < 0 ? 0 : 1;
}

static void linear(const struct scale *s, double lo, double hi, size_t want, struct ticks *t)
{
	double least = s->decimals >= 0 ? 1 / power10(s->decimals) : s->plain ? 1 : 0;   /* ticks that could not be told apart in print */
	struct step step = nice_step(fmax((hi - lo) / (double)(want - 1), least));
	double from, to;

	for (;; step = nice_step(multiple(step, 1) * 1.5)) {
		from = floor(lo / multiple(step, 1) + 1e-9);
		to = ceil(hi / multiple(step, 1) - 1e-9);
		if (to - from < SCALE_TICKS)
			break;
	}
	t->lo = isnan(s->lo) ? multiple(step, from) : lo;
	t->hi = isnan(s->hi) ? multiple(step, to) + 0.0 : hi;   /* + 0.0: no negative zero */
	for (double i = from; i <= to; i++)
		keep_inside(t, multiple(step, i) + 0.0);
	t->decimals = step.k < 0 ? -step.k : 0;
}

/* Ticks of one decade; a lower density has fewer. */
static const struct { size_t n; int m[3]; } decade[] = { { 3, { 1, 2, 5 } }, { 2, { 1, 3 } }, { 1, { 1 } } };

static double log_tick(size_t density, int i)
{
	int n = (int)decade[density].n, k = i >= 0 ? i / n : -((n - 1 - i) / n);
	return multiple((struct step){ decade[density].m[i - k * n], k }, 1);
}

/* Ticks that the data need with every `every`-th of a density; bounds go outward to such a tick. */
static void logarithmic_with(const struct scale *s, double lo, double hi, size_t density, int every, struct ticks *t)
{
	int n = (int)decade[density].n, from = (int)floor(log10(lo) - 1) * n, to;

	from -= ((from % every) + every) % every;
	while (log_tick(density, from + every) <= lo * (1 + 1e-9))
		from += every;
	for (to = from + every; log_tick(density, to) < hi * (1 - 1e-9);)
		to += every;
	t->n = 0;
	t->lo = isnan(s->lo) ? log_tick(density, from) : lo;
	t->hi = isnan(s->hi) ? log_tick(density, to) : hi;
	for (int i = from; i <= to; i += every)
		keep_inside(t, log_tick(density, i));
}

static void logarithmic(const struct scale *s, double lo, double hi, size_t want, struct ticks *t)
{
	t->decimals = -1;   /* each tick has its own */
	for (size_t density = log10(hi / lo) < 2 ? 0 : 2; density < 2; density++) {
		logarithmic_with(s, lo, hi, density, 1, t);
		if (t->n >= 2 && t->n <= want)
			return;
	}
	for (int every = 1; every < 64; every++) {
		logarithmic_with(s, lo, hi, 2, every, t);
		if (t->n <= want)
			return;
	}
}

/* Calendar from day numbers: Hinnant, chrono-Compatible Low-Level Date Algorithms (2013). */
static double day_of(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (double)(era * 146097 + doe - 719468);
}

static void date_of(double day, int64_t *y, int64_t *m, int64_t *d)
{
	int64_t z = (int64_t)floor(day) + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp + (mp < 10 ? 3 : -9);
	*y = yoe + era * 400 + (*m <= 2);
}

/* Steps of time axes: count days, months or years. Longer ones are nice numbers of years. */
static const struct { enum tick_unit unit; int count; double days; } periods[] = {
	{ TICK_DAY, 1, 1 }, { TICK_DAY, 7, 7 }, { TICK_DAY, 14, 14 }, { TICK_MONTH, 1, 30.4 }, { TICK_MONTH, 3, 91.3 }, { TICK_MONTH, 6, 182.6 },
	{ TICK_YEAR, 1, 365.2 }, { TICK_YEAR, 2, 730.5 }, { TICK_YEAR, 5, 1826 }, { TICK_YEAR, 10, 3652 }, { TICK_YEAR, 20, 7305 },
	{ TICK_YEAR, 50, 18262 }, { TICK_YEAR, 100, 36524 }, { TICK_YEAR, 200, 73048 }, { TICK_YEAR, 500, 182621 }, { TICK_YEAR, 1000, 365242 },
};
enum { PERIODS = sizeof periods / sizeof *periods };

/* The i-th tick of a period; numbers are whole multiples, so that years end in 0 or 5. */
static double time_tick(size_t p, int64_t i)
{
	int64_t n = i * periods[p].count;

	if (periods[p].unit == TICK_DAY)
		return (double)n;
	if (periods[p].unit == TICK_YEAR)
		return day_of(n, 1, 1);
	int64_t year = n >= 0 ? n / 12 : -((11 - n) / 12);
	return day_of(year, n - year * 12 + 1, 1);
}

static void timely(double lo, double hi, size_t want, struct ticks *t)
{
	size_t p = 0;
	int64_t y, m, d;

	while (p + 1 < PERIODS && (hi - lo) / periods[p].days > (double)(want - 1))
		p++;
	date_of(lo, &y, &m, &d);
	int64_t first = periods[p].unit == TICK_DAY ? (int64_t)floor(lo) : periods[p].unit == TICK_YEAR ? y : y * 12 + m - 1;
	int64_t from = first >= 0 ? first / periods[p].count : -((periods[p].count - 1 - first) / periods[p].count), to = from + 1;
	while (time_tick(p, to) < hi && to - from < SCALE_TICKS)
		to++;
	t->unit = periods[p].unit;
	t->lo = lo;   /* time does not start at a round date: only ticks are round */
	t->hi = hi;
	for (int64_t i = from; i <= to; i++)
		keep_inside(t, time_tick(p, i));
}

bool scale_ticks(const struct scale *s, double lo, double hi, size_t want, struct ticks *out, struct err *e)
{
	*out = (struct ticks){ .n = 0 };
	if (s->kind == SCALE_ORDINAL) {
		out->lo = 0.5;
		out->hi = (double)s->ncategory + 0.5;
		return true;
	}
	if (s->kind == SCALE_LINEAR)
		widen(&lo, &hi);
	lo = isnan(s->lo) ? lo : s->lo;
	hi = isnan(s->hi) ? hi : s->hi;
	if (s->kind == SCALE_LOG && lo > 0 && hi <= lo)
		hi = lo * 10;
	if (s->kind == SCALE_TIME && hi <= lo && isnan(s->lo) && isnan(s->hi)) {
		lo -= 183;
		hi = lo + 366;
	}
	if (!(lo < hi) || fabs(lo) > SCALE_MAX || fabs(hi) > SCALE_MAX || (s->kind == SCALE_LOG && lo <= 0)
	    || (s->kind == SCALE_LOG && lo < 1 / SCALE_MAX) || (s->kind == SCALE_TIME && (lo < -1e6 || hi > 3e6))) {
		struct buf b[2] = { BUF(64), BUF(64) };
		num_put_real(&b[0], lo);
		num_put_real(&b[1], hi);
		err_set(e, ERR_CHART_BOUNDS, "%s" ERR_SEP "%s", buf_text(&b[0]), buf_text(&b[1]));
		buf_free(&b[0]);
		buf_free(&b[1]);
		return false;
	}
	want = want < 2 ? 2 : want > SCALE_TICKS ? SCALE_TICKS : want;
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
