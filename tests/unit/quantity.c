/* The reading rules that the report prints, sums and their refusals, and what a value from outside must satisfy. */
#include "typo_lua.h"

#include "tap.h"

#include <math.h>

enum { LOW_OPEN = 1, HIGH_OPEN = 2 };
/* An open end is not compared. */
static const struct { const char *name; enum qualifier q; double v, low, best, high; int open; } read_case[] = {
	/* round, nothing said: half of the last place that is not zero, at most 5 % */
	{ "250,000 round", Q_ROUND, 250000, 245000, 250000, 255000, 0 },
	{ "21,000 round", Q_ROUND, 21000, 20500, 21000, 21500, 0 },
	{ "160,000 round", Q_ROUND, 160000, 155000, 160000, 165000, 0 },
	{ "618,000 round", Q_ROUND, 618000, 617500, 618000, 618500, 0 },
	{ "35,400 round", Q_ROUND, 35400, 35350, 35400, 35450, 0 },
	{ "4,000 round: one digit, 5 %", Q_ROUND, 4000, 3800, 4000, 4200, 0 },
	{ "600 round: one digit, 5 %", Q_ROUND, 600, 570, 600, 630, 0 },
	{ "100,000 round: 5 %, not a half", Q_ROUND, 100000, 95000, 100000, 105000, 0 },
	{ "117 round: to the unit", Q_ROUND, 117, 116.5, 117, 117.5, 0 },
	{ "44.6 round: to the tenth", Q_ROUND, 44.6, 44.55, 44.6, 44.65, 0 },
	{ "0.29 round: to the hundredth", Q_ROUND, 0.29, 0.285, 0.29, 0.295, 0 },
	{ "-250,000 round", Q_ROUND, -250000, -255000, -250000, -245000, 0 },
	{ "0 round", Q_ROUND, 0, 0, 0, 0, 0 },
	/* about: the same, at most 10 % */
	{ "about 33,000", Q_ABOUT, 33000, 32500, 33000, 33500, 0 },
	{ "about 12,000", Q_ABOUT, 12000, 11500, 12000, 12500, 0 },
	{ "about 4,000: 10 %", Q_ABOUT, 4000, 3600, 4000, 4400, 0 },
	{ "about 100: 10 %", Q_ABOUT, 100, 90, 100, 110, 0 },
	/* almost: below only */
	{ "almost 300,000: 10 %", Q_ALMOST, 300000, 270000, 300000, 300000, 0 },
	{ "almost 76,500", Q_ALMOST, 76500, 76450, 76500, 76500, 0 },
	{ "almost 2,230", Q_ALMOST, 2230, 2225, 2230, 2230, 0 },
	/* bounds */
	{ "more than 4,000", Q_MORE_THAN, 4000, 4000, 4000, 0, HIGH_OPEN },
	{ "at least 24,300", Q_AT_LEAST, 24300, 24300, 24300, 0, HIGH_OPEN },
	{ "several tens of thousands", Q_SEVERAL, 10000, 20000, NAN, 99999, 0 },
	{ "several hundreds", Q_SEVERAL, 100, 200, NAN, 999, 0 },
	/* as printed */
	{ "exact", Q_EXACT, 23, 23, 23, 23, 0 },
	{ "exact and round-looking", Q_EXACT, 30, 30, 30, 30, 0 },
	{ "target", Q_TARGET, 10000, 10000, 10000, 10000, 0 },
	{ "forecast", Q_FORECAST, 30000, 30000, 30000, 30000, 0 },
	{ "derived", Q_DERIVED, 44.6, 44.6, 44.6, 44.6, 0 },
	{ "interval, before its bounds are given", Q_INTERVAL, 5, 5, 5, 5, 0 },
};

static bool near(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

static bool is(const struct quantity *q, double low, double best, double high, int open)
{
	bool same = q->low_open == !!(open & LOW_OPEN) && q->high_open == !!(open & HIGH_OPEN) && near(q->best, best) &&
	            (q->low_open || near(q->low, low)) && (q->high_open || near(q->high, high));

	if (!same)
		printf("# got %.10g [%.10g, %.10g] open %d %d\n", q->best, q->low, q->high, q->low_open, q->high_open);
	return same;
}

static void test_read(void)
{
	for (size_t i = 0; i < sizeof read_case / sizeof *read_case; i++) {
		/* What was there before, of another qualifier, must not shine through. */
		struct quantity q = { .low = 7, .best = 7, .high = 7, .low_open = true, .high_open = true, .qualifier = Q_WORDS, .decimals = 2, .unit = "posts" };
		quantity_read(&q, read_case[i].q, read_case[i].v);
		CHECK(is(&q, read_case[i].low, read_case[i].best, read_case[i].high, read_case[i].open), read_case[i].name);
		CHECK(q.qualifier == read_case[i].q && q.decimals == 2 && !strcmp(q.unit, "posts") && quantity_valid(&q), "is valid, unit and decimals kept");
	}
}

static void test_names(void)
{
	bool apart = true;

	for (enum qualifier i = 0; i < Q_COUNT; i++)
		for (enum qualifier k = 0; k < i; k++)
			apart &= strcmp(quantity_qualifiers[i], quantity_qualifiers[k]) != 0;
	CHECK(apart, "every qualifier has a name of its own");
	CHECK_STR(quantity_qualifiers[Q_MORE_THAN], "more_than", "names are those of the data");
}

static struct quantity make(enum qualifier qualifier, double v, const char *unit)
{
	struct quantity q = { 0 };

	quantity_read(&q, qualifier, v);
	memcpy(q.unit, unit, strlen(unit) + 1);
	return q;
}

#define OK ERR_NONE
/* Sums of two, tried both ways round. result: qualifier of the sum. */
static const struct {
	const char *name;
	enum qualifier q1;
	double v1;
	const char *u1;
	enum qualifier q2;
	double v2;
	const char *u2;
	enum err_id refused;
	double low, best, high;
	int open;
	enum qualifier result;
} add_case[] = {
	{ "exact and exact", Q_EXACT, 23, "posts", Q_EXACT, 7, "posts", OK, 30, 30, 30, 0, Q_EXACT },
	{ "pure numbers", Q_EXACT, 1, "", Q_EXACT, 2, "", OK, 3, 3, 3, 0, Q_EXACT },
	{ "round and round", Q_ROUND, 250000, "posts", Q_ROUND, 21000, "posts", OK, 265500, 271000, 276500, 0, Q_INTERVAL },
	{ "round and exact", Q_ROUND, 21000, "posts", Q_EXACT, 1, "posts", OK, 20501, 21001, 21501, 0, Q_INTERVAL },
	{ "with an open end: the lower bound is all there is", Q_ROUND, 250000, "posts", Q_MORE_THAN, 4000, "posts", OK, 249000, 249000, 0, HIGH_OPEN, Q_AT_LEAST },
	{ "exact with an open end", Q_EXACT, 10, "posts", Q_AT_LEAST, 5, "posts", OK, 15, 15, 0, HIGH_OPEN, Q_AT_LEAST },
	{ "two open ends", Q_MORE_THAN, 4000, "posts", Q_AT_LEAST, 5, "posts", OK, 4005, 4005, 0, HIGH_OPEN, Q_AT_LEAST },
	{ "several and exact", Q_SEVERAL, 10000, "posts", Q_EXACT, 1, "posts", OK, 20001, NAN, 100000, 0, Q_INTERVAL },
	{ "several with an open end", Q_SEVERAL, 10000, "posts", Q_MORE_THAN, 4000, "posts", OK, 24000, 24000, 0, HIGH_OPEN, Q_AT_LEAST },
	{ "almost and about", Q_ALMOST, 300000, "persons", Q_ABOUT, 33000, "persons", OK, 302500, 333000, 333500, 0, Q_INTERVAL },
	{ "targets", Q_TARGET, 10000, "persons", Q_TARGET, 30000, "persons", OK, 40000, 40000, 40000, 0, Q_TARGET },
	{ "target and forecast", Q_TARGET, 10000, "persons", Q_FORECAST, 30000, "persons", OK, 40000, 40000, 40000, 0, Q_TARGET },
	{ "forecasts", Q_FORECAST, 1, "persons", Q_FORECAST, 3, "persons", OK, 4, 4, 4, 0, Q_FORECAST },
	/* refused */
	{ "mandates and posts", Q_ROUND, 618000, "mandates", Q_ROUND, 21000, "posts", ERR_UNIT_MIX, 0, 0, 0, 0, Q_EXACT },
	{ "a unit and none", Q_EXACT, 1, "posts", Q_EXACT, 1, "", ERR_UNIT_MIX, 0, 0, 0, 0, Q_EXACT },
	{ "a unit that begins like the other", Q_EXACT, 1, "etp", Q_EXACT, 1, "etpt", ERR_UNIT_MIX, 0, 0, 0, 0, Q_EXACT },
	{ "not stated and posts", Q_ROUND, 250000, "not_stated", Q_ROUND, 21000, "posts", ERR_UNIT_UNKNOWN, 0, 0, 0, 0, Q_EXACT },
	{ "not stated and not stated", Q_ROUND, 250000, "not_stated", Q_ROUND, 21000, "not_stated", ERR_UNIT_UNKNOWN, 0, 0, 0, 0, Q_EXACT },
	{ "target and observation", Q_TARGET, 10000, "persons", Q_EXACT, 3500, "persons", ERR_TARGET_SUM, 0, 0, 0, 0, Q_EXACT },
	{ "forecast and observation", Q_FORECAST, 10000, "persons", Q_ROUND, 3500, "persons", ERR_TARGET_SUM, 0, 0, 0, 0, Q_EXACT },
	{ "target and open end", Q_TARGET, 10000, "persons", Q_MORE_THAN, 3500, "persons", ERR_TARGET_SUM, 0, 0, 0, 0, Q_EXACT },
};

static void test_add(void)
{
	for (size_t i = 0; i < sizeof add_case / sizeof *add_case; i++)
		for (int turned = 0; turned < 2; turned++) {
			struct quantity a = make(add_case[i].q1, add_case[i].v1, add_case[i].u1), b = make(add_case[i].q2, add_case[i].v2, add_case[i].u2);
			struct quantity sum = turned ? b : a, term = turned ? a : b, kept = sum, other = term;
			struct err e = { 0 };
			bool ok = quantity_add(&sum, &term, &e);
			CHECK(is(&term, other.low, other.best, other.high, other.high_open ? HIGH_OPEN : 0), "the term is as it was");
			if (add_case[i].refused)
				CHECK(!ok && e.id == add_case[i].refused && sum.qualifier == kept.qualifier && !strcmp(sum.unit, kept.unit) &&
					is(&sum, kept.low, kept.best, kept.high, kept.high_open ? HIGH_OPEN : 0), add_case[i].name);
			else
				CHECK(ok && e.id == ERR_NONE && sum.qualifier == add_case[i].result && quantity_valid(&sum) &&
					is(&sum, add_case[i].low, add_case[i].best, add_case[i].high, add_case[i].open), add_case[i].name);
		}
}

/* The staff figures of the 2018 presentation, were their unit stated: in every order the lower bound is 444,500 and nothing closes it. */
static void test_staff(void)
{
	static const struct { enum qualifier q; double v; } staff[5] = {
		{ Q_ROUND, 250000 }, { Q_ROUND, 21000 }, { Q_MORE_THAN, 4000 }, { Q_ROUND, 160000 }, { Q_SEVERAL, 10000 }
	};
	bool same = true;

	for (size_t first = 0; first < 5; first++) {
		struct quantity sum = make(staff[first].q, staff[first].v, "posts");
		struct err e;
		for (size_t i = 1; i < 5; i++) {
			struct quantity term = make(staff[(first + i * 2) % 5].q, staff[(first + i * 2) % 5].v, "posts");
			same &= quantity_add(&sum, &term, &e);
		}
		same &= is(&sum, 444500, 444500, 0, HIGH_OPEN) && sum.qualifier == Q_AT_LEAST && quantity_valid(&sum);
	}
	CHECK(same, "staff figures add up to at least 444,500, in any order");
}

static void test_rest(void)
{
	struct quantity a = make(Q_EXACT, 1.25, "posts"), b = make(Q_EXACT, 2.5, "posts"), open = make(Q_INTERVAL, 3, "posts");
	struct err e;

	a.decimals = 2;
	b.decimals = 1;
	memcpy(a.period, "2018", 5);
	memcpy(b.period, "2018", 5);
	struct quantity sum = a, turned = b;
	CHECK(quantity_add(&sum, &b, &e) && quantity_add(&turned, &a, &e) && sum.decimals == 1 && turned.decimals == 1, "no more digits than the weaker of two");
	CHECK_STR(sum.period, "2018", "the same period is kept");
	memcpy(b.period, "2019", 5);
	CHECK(quantity_add(&sum, &b, &e) && !sum.period[0], "two periods are none");
	CHECK(quantity_add(&a, &a, &e) && is(&a, 2.5, 2.5, 2.5, 0), "a quantity adds to itself");
	open.low_open = true;
	sum = make(Q_ROUND, 21000, "posts");
	CHECK(quantity_add(&sum, &open, &e) && sum.qualifier == Q_INTERVAL && is(&sum, 0, 21003, 21503, LOW_OPEN), "an open low end stays open");
	b = make(Q_MORE_THAN, 10, "posts");
	CHECK(quantity_add(&sum, &b, &e) && sum.qualifier == Q_INTERVAL && sum.low_open && sum.high_open && quantity_valid(&sum),
		"open on both sides is no lower bound");
	e = (struct err){ 0 };
	a = make(Q_EXACT, 1, "mandates");
	quantity_add(&a, &b, &e);
	CHECK(!strcmp(e.arg[0], "posts") && !strcmp(e.arg[1], "mandates"), "a refusal names both units");
}

static const struct { const char *name; struct quantity q; bool valid; } valid_case[] = {
	{ "a plain number", { 1, 1, 1, false, false, Q_EXACT, 0, "posts", "2018" }, true },
	{ "an interval", { 1, 2, 3, false, false, Q_INTERVAL, 15, "", "" }, true },
	{ "an interval without a best", { 1, NAN, 3, false, false, Q_INTERVAL, 0, "", "" }, true },
	{ "open ends may hold anything", { NAN, 2, INFINITY, true, true, Q_INTERVAL, 0, "", "" }, true },
	{ "an open low end above the high one", { 9, 2, 3, true, false, Q_INTERVAL, 0, "", "" }, true },
	{ "low above high", { 3, 2, 1, false, false, Q_INTERVAL, 0, "", "" }, false },
	{ "low above high, best unknown", { 3, NAN, 1, false, false, Q_INTERVAL, 0, "", "" }, false },
	{ "best below low", { 2, 1, 3, false, false, Q_INTERVAL, 0, "", "" }, false },
	{ "best above high", { 1, 4, 3, false, false, Q_INTERVAL, 0, "", "" }, false },
	{ "best below low, high open", { 2, 1, 0, false, true, Q_AT_LEAST, 0, "", "" }, false },
	{ "best above high, low open", { 0, 4, 3, true, false, Q_INTERVAL, 0, "", "" }, false },
	{ "low is NaN", { NAN, 1, 2, false, false, Q_INTERVAL, 0, "", "" }, false },
	{ "high is NaN", { 0, 1, NAN, false, false, Q_INTERVAL, 0, "", "" }, false },
	{ "low is infinite", { -INFINITY, 1, 2, false, false, Q_INTERVAL, 0, "", "" }, false },
	{ "high is infinite", { 0, 1, INFINITY, false, false, Q_INTERVAL, 0, "", "" }, false },
	{ "best is infinite", { 0, INFINITY, 0, true, true, Q_INTERVAL, 0, "", "" }, false },
	{ "an exact number that is not known", { 1, NAN, 1, false, false, Q_EXACT, 0, "", "" }, false },
	{ "a lower bound that is not known", { 1, NAN, 1, false, true, Q_AT_LEAST, 0, "", "" }, false },
	{ "several of what is not known", { NAN, NAN, 99, true, false, Q_SEVERAL, 0, "", "" }, false },
	{ "decimals below 0", { 1, 1, 1, false, false, Q_EXACT, -1, "", "" }, false },
	{ "decimals above 15", { 1, 1, 1, false, false, Q_EXACT, 16, "", "" }, false },
	{ "qualifier past the last", { 1, 1, 1, false, false, Q_COUNT, 0, "", "" }, false },
	{ "qualifier below the first", { 1, 1, 1, false, false, (enum qualifier)-1, 0, "", "" }, false },
};

static void test_valid(void)
{
	for (size_t i = 0; i < sizeof valid_case / sizeof *valid_case; i++)
		CHECK(quantity_valid(&valid_case[i].q) == valid_case[i].valid, valid_case[i].name);
	struct quantity q = valid_case[0].q;
	memset(q.unit, 'u', sizeof q.unit);
	CHECK(!quantity_valid(&q), "a unit that never ends");
	q = valid_case[0].q;
	memset(q.period, '1', sizeof q.period);
	CHECK(!quantity_valid(&q), "a period that never ends");
	q.period[sizeof q.period - 1] = 0;
	CHECK(quantity_valid(&q), "one that ends at the last byte");
}

static void tests(void)
{
	test_names();
	test_read();
	test_add();
	test_staff();
	test_rest();
	test_valid();
}

int main(void)
{
	struct err e;

	CHECK(typo_run(tests, &e), "the rules run");
	return done_testing();
}
