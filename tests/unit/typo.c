/* How numbers and quantities are written in French and English: every qualifier, open ends, periods.
 * In the tables "~" stands for the no-break space U+00A0 and "_" for the narrow one U+202F. */
#include "typo_lua.h"

#include "base/text.h"
#include "tap.h"

#include <float.h>
#include <math.h>

static void same(const struct buf *b, const char *want, const char *name)
{
	struct buf w = BUF(2000);

	for (; *want; want++)
		if (*want == '~')
			buf_str(&w, "\u00a0");
		else if (*want == '_')
			buf_str(&w, "\u202f");
		else
			buf_char(&w, *want);
	CHECK_STR(buf_text(b), buf_text(&w), name);
	buf_free(&w);
}

static const struct { double v; int decimals; const char *fr, *en; } number_case[] = {
	{ 0, 0, "0", "0" }, { 7, 0, "7", "7" }, { 999, 0, "999", "999" }, { 1000, 0, "1_000", "1,000" }, { 4000, 0, "4_000", "4,000" },
	{ 21000, 0, "21_000", "21,000" }, { 250000, 0, "250_000", "250,000" }, { 1234567, 0, "1_234_567", "1,234,567" },
	{ 1e12, 0, "1_000_000_000_000", "1,000,000,000,000" }, { 44.6, 1, "44,6", "44.6" }, { 0.5, 1, "0,5", "0.5" }, { 3, 2, "3,00", "3.00" },
	{ 1234.5678, 4, "1_234,5678", "1,234.5678" }, { 1234.5, 0, "1_235", "1,235" }, { 999.96, 1, "1_000,0", "1,000.0" },
	{ -1, 0, "−1", "−1" }, { -1109, 0, "−1_109", "−1,109" }, { -0.25, 2, "−0,25", "−0.25" }, { -100, 0, "−100", "−100" },
	{ -0.0, 0, "0", "0" }, { -0.4, 0, "0", "0" }, { -0.004, 2, "0,00", "0.00" },
};

static void test_number(void)
{
	for (size_t i = 0; i < sizeof number_case / sizeof *number_case; i++)
		for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
			struct buf b = BUF(200);
			typo_number(&b, lang, number_case[i].v, number_case[i].decimals);
			same(&b, lang == LANG_FR ? number_case[i].fr : number_case[i].en, number_case[i].fr);
			buf_free(&b);
		}
	static const struct { double v; const char *want; } plain_case[] = {
		{ 2018, "2018" }, { 0, "0" }, { 12345, "12345" }, { -52, "−52" }, { -0.0, "0" }, { -0.2, "0" }, { -0.5, "−1" }, { -0.4, "0" }, { -0.7, "−1" },
	};
	for (size_t i = 0; i < sizeof plain_case / sizeof *plain_case; i++) {
		struct buf b = BUF(200);
		typo_of(&b, "plain", plain_case[i].v, 0);
		same(&b, plain_case[i].want, "without grouping");
		buf_free(&b);
	}
	static const struct { double v; int decimals; const char *text[2]; } data_case[] = {
		{ 2018, 0, { "2018", "2018" } }, { 1234.5, 1, { "1234,5", "1234.5" } }, { -12345.25, 2, { "-12345,25", "-12345.25" } },
	};
	for (size_t i = 0; i < sizeof data_case / sizeof *data_case; i++)
		for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
			struct buf b = BUF(200);
			typo_number_as(&b, lang, data_case[i].v, data_case[i].decimals, true);
			same(&b, data_case[i].text[lang], "as a number of a data file");
			buf_free(&b);
		}
	struct buf big = BUF(1000);
	typo_number(&big, LANG_FR, -DBL_MAX, 15);
	CHECK(!big.over && text_utf8_length(big.s, big.n) == 1 + 309 + 102 + 1 + 15, "the largest number is grouped whole");
	buf_free(&big);
}

enum { NONE, LOW_OPEN, HIGH_OPEN, BOTH_OPEN };
/* printed: read by the rule of the qualifier; then the sentence, the interval of a table and the number alone, in both languages. */
static const struct { enum qualifier q; double printed; int decimals; const char *unit, *text[2], *interval[2], *bare[2]; } rule_case[] = {
	{ Q_EXACT, 35400, 0, "", { "35_400", "35,400" }, { "35_400", "35,400" }, { "35_400", "35,400" } },
	{ Q_EXACT, 0, 0, "posts", { "0", "0" }, { "0", "0" }, { "0", "0" } },
	{ Q_EXACT, 44.6, 1, "percent", { "44,6~%", "44.6%" }, { "44,6", "44.6" }, { "44,6", "44.6" } },
	{ Q_ROUND, 250000, 0, "posts", { "250_000", "250,000" }, { "245_000_–_255_000", "245,000_–_255,000" }, { "250_000", "250,000" } },
	{ Q_ROUND, 117, 0, "", { "117", "117" }, { "116_–_118", "116_–_118" }, { "117", "117" } },
	{ Q_ROUND, 44.6, 1, "percent", { "44,6~%", "44.6%" }, { "44,5_–_44,7", "44.5_–_44.7" }, { "44,6", "44.6" } },
	{ Q_ABOUT, 33000, 0, "", { "environ~33_000", "about 33,000" }, { "32_500_–_33_500", "32,500_–_33,500" }, { "33_000", "33,000" } },
	{ Q_ABOUT, 12, 0, "", { "environ~12", "about 12" }, { "11_–_13", "11_–_13" }, { "12", "12" } },
	{ Q_MORE_THAN, 4000, 0, "", { "plus de~4_000", "more than 4,000" }, { ">_4_000", ">_4,000" }, { "4_000", "4,000" } },
	{ Q_MORE_THAN, 20, 0, "percent", { "plus de~20~%", "more than 20%" }, { ">_20", ">_20" }, { "20", "20" } },
	{ Q_MORE_THAN, 4.56, 1, "", { "plus de~4,5", "more than 4.5" }, { ">_4,5", ">_4.5" }, { "4,5", "4.5" } },
	{ Q_AT_LEAST, 24300, 0, "", { "au moins~24_300", "at least 24,300" }, { "≥_24_300", "≥_24,300" }, { "24_300", "24,300" } },
	{ Q_AT_LEAST, 4.75, 1, "", { "au moins~4,7", "at least 4.7" }, { "≥_4,7", "≥_4.7" }, { "4,7", "4.7" } },
	{ Q_ALMOST, 300000, 0, "", { "près de~300_000", "almost 300,000" }, { "270_000_–_300_000", "270,000_–_300,000" }, { "300_000", "300,000" } },
	{ Q_SEVERAL, 10, 0, "", { "plusieurs dizaines", "several tens" }, { "20_–_99", "20_–_99" }, { "plusieurs dizaines", "several tens" } },
	{ Q_SEVERAL, 100, 0, "", { "plusieurs centaines", "several hundreds" }, { "200_–_999", "200_–_999" }, { "plusieurs centaines", "several hundreds" } },
	{ Q_SEVERAL, 1000, 0, "", { "plusieurs milliers", "several thousands" }, { "2_000_–_9_999", "2,000_–_9,999" },
		{ "plusieurs milliers", "several thousands" } },
	{ Q_SEVERAL, 10000, 0, "", { "plusieurs dizaines de milliers", "several tens of thousands" }, { "20_000_–_99_999", "20,000_–_99,999" },
		{ "plusieurs dizaines de milliers", "several tens of thousands" } },
	{ Q_SEVERAL, 1e6, 0, "", { "plusieurs millions", "several millions" }, { "2_000_000_–_9_999_999", "2,000,000_–_9,999,999" },
		{ "plusieurs millions", "several millions" } },
	{ Q_DERIVED, 175134, 0, "", { "environ~175_134", "about 175,134" }, { "175_134", "175,134" }, { "175_134", "175,134" } },
	{ Q_TARGET, 10000, 0, "", { "10_000", "10,000" }, { "10_000", "10,000" }, { "10_000", "10,000" } },
	{ Q_FORECAST, -30, 0, "", { "−30", "−30" }, { "−30", "−30" }, { "−30", "−30" } },
	{ Q_WORDS, 2, 0, "", { "2", "2" }, { "2", "2" }, { "2", "2" } },
};

/* Quantities whose ends are given; every one that quantity_valid lets pass must be written, none may stop the program. */
static const struct { struct quantity q; int open; const char *text[2], *interval[2], *bare[2]; } given_case[] = {
	{ { .low = 3750, .best = NAN, .high = 4232, .qualifier = Q_INTERVAL }, NONE,
		{ "de~3_750 à~4_232", "3,750 to 4,232" }, { "3_750_–_4_232", "3,750_–_4,232" }, { "de~3_750 à~4_232", "3,750 to 4,232" } },
	{ { .low = 3, .best = 4, .high = 5, .qualifier = Q_INTERVAL, .unit = "percent" }, NONE,
		{ "de~3 à~5~%", "3 to 5%" }, { "3_–_5", "3_–_5" }, { "4", "4" } },
	{ { .low = 5, .best = 5, .high = 5, .qualifier = Q_INTERVAL }, NONE, { "5", "5" }, { "5", "5" }, { "5", "5" } },
	{ { .low = -2.5, .best = -1, .high = 0.25, .qualifier = Q_INTERVAL, .decimals = 1 }, NONE,
		{ "de~−2,5 à~0,3", "−2.5 to 0.3" }, { "−2,5_–_0,3", "−2.5_–_0.3" }, { "−1,0", "−1.0" } },
	{ { .low = 0.29, .best = NAN, .high = 0.57, .qualifier = Q_INTERVAL, .decimals = 2 }, NONE,
		{ "de~0,29 à~0,57", "0.29 to 0.57" }, { "0,29_–_0,57", "0.29_–_0.57" }, { "de~0,29 à~0,57", "0.29 to 0.57" } },
	{ { .low = 4000, .best = NAN, .high = NAN, .qualifier = Q_INTERVAL }, HIGH_OPEN,
		{ "au moins~4_000", "at least 4,000" }, { "≥_4_000", "≥_4,000" }, { "≥_4_000", "≥_4,000" } },
	{ { .low = 4.75, .best = 5, .high = NAN, .qualifier = Q_INTERVAL, .decimals = 1 }, HIGH_OPEN,
		{ "au moins~4,7", "at least 4.7" }, { "≥_4,7", "≥_4.7" }, { "5,0", "5.0" } },
	{ { .low = NAN, .best = NAN, .high = 4.75, .qualifier = Q_INTERVAL, .decimals = 1 }, LOW_OPEN,
		{ "au plus~4,8", "at most 4.8" }, { "≤_4,8", "≤_4.8" }, { "≤_4,8", "≤_4.8" } },
	{ { .low = 11.6, .best = 12, .high = 12.4, .qualifier = Q_INTERVAL }, NONE,
		{ "de~11 à~13", "11 to 13" }, { "11_–_13", "11_–_13" }, { "12", "12" } },
	{ { .low = NAN, .best = NAN, .high = 300000, .qualifier = Q_INTERVAL }, LOW_OPEN,
		{ "au plus~300_000", "at most 300,000" }, { "≤_300_000", "≤_300,000" }, { "≤_300_000", "≤_300,000" } },
	{ { .low = NAN, .best = 7, .high = NAN, .qualifier = Q_INTERVAL }, BOTH_OPEN, { "7", "7" }, { "…", "…" }, { "7", "7" } },
	{ { .low = NAN, .best = NAN, .high = NAN, .qualifier = Q_INTERVAL }, BOTH_OPEN, { "…", "…" }, { "…", "…" }, { "…", "…" } },
	{ { .low = NAN, .best = NAN, .high = NAN, .qualifier = Q_WORDS }, BOTH_OPEN, { "…", "…" }, { "…", "…" }, { "…", "…" } },
	{ { .low = 50, .best = NAN, .high = 249, .qualifier = Q_SEVERAL }, NONE,
		{ "plusieurs 25", "several 25" }, { "50_–_249", "50_–_249" }, { "plusieurs 25", "several 25" } },
	{ { .low = 20000, .best = NAN, .high = NAN, .qualifier = Q_SEVERAL }, HIGH_OPEN,
		{ "plusieurs dizaines de milliers", "several tens of thousands" }, { "≥_20_000", "≥_20,000" },
		{ "plusieurs dizaines de milliers", "several tens of thousands" } },
	{ { .low = 1e300, .best = 1e300, .high = 1e300, .qualifier = Q_EXACT, .decimals = 15 }, NONE, { NULL, NULL }, { NULL, NULL }, { NULL, NULL } },
	{ { .low = -DBL_MAX, .best = 0, .high = DBL_MAX, .qualifier = Q_INTERVAL, .decimals = 15 }, NONE, { NULL, NULL }, { NULL, NULL }, { NULL, NULL } },
};

static void written(const struct quantity *q, const char *const text[2], const char *const interval[2], const char *const bare[2])
{
	for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
		struct buf s = BUF(2000), i = BUF(2000), n = BUF(2000);
		typo_words(&s, lang, q, "words", false);
		typo_words(&i, lang, q, "interval", false);
		typo_words(&n, lang, q, "bare", false);
		if (text[lang]) {
			same(&s, text[lang], "in a sentence");
			same(&i, interval[lang], "as an interval");
			same(&n, bare[lang], "alone");
		} else {
			CHECK(!s.over && !i.over && !n.over && s.n && i.n && n.n, "very large numbers are written");
		}
		buf_free(&s);
		buf_free(&i);
		buf_free(&n);
	}
}

static void test_quantity(void)
{
	bool seen[Q_COUNT] = { false }, all = true;

	for (size_t i = 0; i < sizeof rule_case / sizeof *rule_case; i++) {
		struct quantity q = { .decimals = rule_case[i].decimals };
		quantity_read(&q, rule_case[i].q, rule_case[i].printed);
		memcpy(q.unit, rule_case[i].unit, strlen(rule_case[i].unit));
		seen[rule_case[i].q] = true;
		written(&q, rule_case[i].text, rule_case[i].interval, rule_case[i].bare);
	}
	for (size_t i = 0; i < sizeof given_case / sizeof *given_case; i++) {
		struct quantity q = given_case[i].q;
		q.low_open = given_case[i].open & LOW_OPEN;
		q.high_open = given_case[i].open & HIGH_OPEN;
		seen[q.qualifier] = true;
		CHECK(quantity_valid(&q), "a value that may come from an analysis");
		written(&q, given_case[i].text, given_case[i].interval, given_case[i].bare);
	}
	for (enum qualifier q = 0; q < Q_COUNT; q++)
		all &= seen[q];
	CHECK(all, "every qualifier was written");
}

/* A sum says the bound that its parts prove, not what their best values add up to. */
static void test_sum(void)
{
	struct quantity sum = { 0 }, term = { 0 };
	struct err e;
	struct buf b = BUF(200);

	quantity_read(&sum, Q_ROUND, 250000);
	quantity_read(&term, Q_MORE_THAN, 4000);
	CHECK(quantity_add(&sum, &term, &e), "a rounded figure and an open one");
	typo_words(&b, LANG_FR, &sum, "words", false);
	same(&b, "au moins~249_000", "are at least the low end of one and the bound of the other");
	quantity_read(&term, Q_SEVERAL, 10000);
	CHECK(quantity_add(&sum, &term, &e), "several tens of thousands more");
	buf_clear(&b);
	typo_words(&b, LANG_EN, &sum, "words", true);
	same(&b, "At least 269,000", "count as two of them");
	buf_free(&b);
}

static const struct { enum qualifier q; double v; const char *fr, *en; } first_case[] = {
	{ Q_MORE_THAN, 4000, "Plus de~4_000", "More than 4,000" }, { Q_ABOUT, 33000, "Environ~33_000", "About 33,000" },
	{ Q_ALMOST, 300000, "Près de~300_000", "Almost 300,000" }, { Q_AT_LEAST, 5, "Au moins~5", "At least 5" },
	{ Q_SEVERAL, 10000, "Plusieurs dizaines de milliers", "Several tens of thousands" }, { Q_ROUND, 21000, "21_000", "21,000" },
};

static void test_first(void)
{
	for (size_t i = 0; i < sizeof first_case / sizeof *first_case; i++)
		for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
			struct quantity q = { 0 };
			struct buf b = BUF(200);
			quantity_read(&q, first_case[i].q, first_case[i].v);
			typo_words(&b, lang, &q, "words", true);
			same(&b, lang == LANG_FR ? first_case[i].fr : first_case[i].en, "at the head of a sentence");
			buf_free(&b);
		}
	struct buf b = BUF(200);
	struct quantity q = { .low = 3, .best = 4, .high = 5, .qualifier = Q_INTERVAL };
	buf_str(&b, "x ");
	typo_words(&b, LANG_FR, &q, "words", true);
	same(&b, "x De~3 à~5", "the capital is that of the quantity, not of the text before it");
	buf_free(&b);
}

static const char *const qualifier_words[Q_COUNT][2] = {
	[Q_EXACT] = { "exact", "exact" }, [Q_ROUND] = { "arrondi", "rounded" }, [Q_ABOUT] = { "environ", "about" },
	[Q_MORE_THAN] = { "plus de", "more than" }, [Q_AT_LEAST] = { "au moins", "at least" }, [Q_ALMOST] = { "près de", "almost" },
	[Q_SEVERAL] = { "ordre de grandeur", "order of magnitude" }, [Q_INTERVAL] = { "intervalle", "interval" },
	[Q_DERIVED] = { "calculé", "derived" }, [Q_TARGET] = { "cible", "target" }, [Q_FORECAST] = { "prévision", "forecast" },
	[Q_WORDS] = { "en toutes lettres", "in words" },
};

static const struct { const char *iso, *fr, *en; } period_case[] = {
	{ "2018", "2018", "2018" }, { "2018-02", "février~2018", "February~2018" }, { "2018-02-08", "8~février~2018", "8~February~2018" },
	{ "2024-01-01", "1er~janvier~2024", "1~January~2024" }, { "2021-11-30", "30~novembre~2021", "30~November~2021" },
	{ "2020-08-31", "31~août~2020", "31~August~2020" }, { "2016-12", "décembre~2016", "December~2016" },
	{ "2009/2014", "2009–2014", "2009–2014" }, { "2018-09/2021-06", "septembre~2018–juin~2021", "September~2018–June~2021" },
	{ "2013-10-16/2013-10-19", "16~octobre~2013–19~octobre~2013", "16~October~2013–19~October~2013" },
	{ "2018-03/2019", "mars~2018–2019", "March~2018–2019" }, { "", "", "" },
	/* what is no date stays as it stands */
	{ "2018-13", "2018-13", "2018-13" }, { "2018-00", "2018-00", "2018-00" }, { "2018-02-00", "2018-02-00", "2018-02-00" },
	{ "2018-02-32", "2018-02-32", "2018-02-32" }, { "2018-02-99", "2018-02-99", "2018-02-99" }, { "2018.02", "2018.02", "2018.02" },
	{ "2018-2-08", "2018-2-08", "2018-2-08" }, { "2018x02x08", "2018x02x08", "2018x02x08" }, { "-018", "-018", "-018" },
	{ "+018", "+018", "+018" }, { "2018-+2", "2018-+2", "2018-+2" }, { "20180208", "20180208", "20180208" }, { "spring", "spring", "spring" },
	{ "2018-02-08T10", "2018-02-08T10", "2018-02-08T10" }, { "12345", "12345", "12345" }, { "2009/", "2009–", "2009–" },
};

static void test_words(void)
{
	for (enum qualifier q = 0; q < Q_COUNT; q++)
		for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
			struct buf b = BUF(200);
			typo_words(&b, lang, &(struct quantity){ .qualifier = q }, "qualifier", false);
			CHECK_STR(buf_text(&b), qualifier_words[q][lang], "word of a table column");
			buf_free(&b);
		}
	for (size_t i = 0; i < sizeof period_case / sizeof *period_case; i++)
		for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
			struct buf b = BUF(200);
			typo_period(&b, lang, period_case[i].iso);
			same(&b, lang == LANG_FR ? period_case[i].fr : period_case[i].en, period_case[i].iso);
			buf_free(&b);
		}
}

static const struct { double v; int decimals; const char *want; } fixed_case[] = {
	{ 0, 0, "0" }, { 0, 2, "0.00" }, { -0.0, 0, "0" }, { -0.0, 2, "0.00" }, { -0.4, 0, "0" }, { -0.004, 2, "0.00" }, { -0.006, 2, "-0.01" },
	{ 1, 0, "1" }, { 1, 3, "1.000" }, { -1.25, 2, "-1.25" }, { 250000, 0, "250000" }, { 44.6, 1, "44.6" },
	{ 0.5, 0, "1" }, { 1.5, 0, "2" }, { 2.5, 0, "3" }, { 3.5, 0, "4" }, { -2.5, 0, "-3" }, { 0.125, 2, "0.13" }, { 0.375, 2, "0.38" },
	{ 0.25, 1, "0.3" }, { 0.75, 1, "0.8" },
	/* As written, whatever side the double lies on: the one nearest to 2.675 lies below it, the one nearest to 1.145 above. */
	{ 2.675, 2, "2.68" }, { 2.6749, 2, "2.67" }, { 1.145, 2, "1.15" },
	{ 999.999, 2, "1000.00" }, { 1e15, 0, "1000000000000000" }, { 0.1, 15, "0.100000000000000" }, { 1e22, 1, "10000000000000000000000.0" },
};

static void test_fixed(void)
{
	struct buf b = BUF(500);
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof fixed_case / sizeof *fixed_case; i++) {
		buf_clear(&b);
		typo_of(&b, "fixed", fixed_case[i].v, fixed_case[i].decimals);
		CHECK_STR(buf_text(&b), fixed_case[i].want, fixed_case[i].want);
	}
	/* Eighths are exact in binary: halves of a hundredth are true ties. */
	for (int k = 0; k < 8000; k++) {
		int thousandths = k * 125, cents = thousandths / 10, rest = thousandths % 10;
		char want[40];
		cents += rest >= 5;
		snprintf(want, sizeof want, "%d.%02d", cents / 100, cents % 100);
		buf_clear(&b);
		typo_of(&b, "fixed", k / 8.0, 2);
		wrong += strcmp(buf_text(&b), want) != 0;
	}
	CHECK(wrong == 0, "ties go away from zero");
	buf_clear(&b);
	typo_of(&b, "fixed", -DBL_MAX, 15);
	CHECK(b.n == 1 + 309 + 1 + 15 && strchr(b.s, '.') == b.s + 310, "the largest number fits");
	buf_free(&b);
}

static void tests(void)
{
	test_number();
	test_quantity();
	test_sum();
	test_first();
	test_words();
	test_fixed();
}

int main(void)
{
	struct err e;

	CHECK(typo_run(tests, &e), "the formatter runs");
	return done_testing();
}
