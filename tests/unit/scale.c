/* Ticks and bounds of every kind of scale, and the words of ticks in both languages. */
#include "render/scale.h"

#include "tap.h"

#include <math.h>

/* "lo..hi: first|second|…" */
static const char *shown(struct scale s, double lo, double hi, size_t want, enum lang lang)
{
	static char text[2000];
	struct buf b = BUF(2000);
	struct ticks t;
	struct err e = { 0 };

	if (!scale_ticks(&s, lo, hi, want, &t, &e)) {
		buf_free(&b);
		return err_name(e.id);
	}
	for (size_t i = 0; i < t.n; i++) {
		buf_str(&b, i ? "|" : "");
		scale_label(&s, &t, i, lang, &b);
	}
	snprintf(text, sizeof text, "%.10g..%.10g: %s", t.lo, t.hi, buf_text(&b));
	buf_free(&b);
	return text;
}

static struct scale scale(enum scale_kind kind)
{
	return (struct scale){ .kind = kind, .lo = NAN, .hi = NAN, .decimals = -1 };
}

static void test_linear(void)
{
	struct scale s = scale(SCALE_LINEAR), whole = s, plain = s, fixed = s, asked = s;

	CHECK_STR(shown(s, 0, 100, 6, LANG_FR), "0..100: 0|20|40|60|80|100", "round steps");
	CHECK_STR(shown(s, 0, 618500, 5, LANG_FR), "0..800000: 0|200\u202f000|400\u202f000|600\u202f000|800\u202f000", "thousands in French");
	CHECK_STR(shown(s, 0, 618500, 5, LANG_EN), "0..800000: 0|200,000|400,000|600,000|800,000", "thousands in English");
	CHECK_STR(shown(s, -0.31, 0.29, 5, LANG_FR), "-0.4..0.4: −0,4|−0,2|0,0|0,2|0,4", "below zero, decimals, no negative zero");
	CHECK_STR(shown(s, 0.1, 0.3, 5, LANG_EN), "0.1..0.3: 0.10|0.15|0.20|0.25|0.30", "0.3 is not 0.30000000000000004");
	CHECK_STR(shown(s, 5, 5, 4, LANG_EN), "0..6: 0|2|4|6", "one value is shown from zero");
	CHECK_STR(shown(s, -5, -5, 4, LANG_EN), "-10..0: −10|−5|0", "one negative value too");
	CHECK_STR(shown(s, 0, 0, 4, LANG_EN), "0..1: 0.0|0.5|1.0", "nothing but zero");
	CHECK_STR(shown(s, 1e15, 1e15, 3, LANG_EN), "0..1e+15: 0|500,000,000,000,000|1,000,000,000,000,000", "as large as can be");
	CHECK_STR(shown(s, 3, 3 + 1e-13, 3, LANG_EN), "0..4: 0|2|4", "equal but for rounding");
	plain.plain = true;
	CHECK_STR(shown(plain, 2018, 2020, 6, LANG_FR), "2018..2020: 2018|2019|2020", "years are not grouped and not halved");
	whole.decimals = 0;
	CHECK_STR(shown(whole, 0, 2, 8, LANG_FR), "0..2: 0|1|2", "no two ticks with the same words");
	fixed.decimals = 2;
	CHECK_STR(shown(fixed, 0, 10, 3, LANG_EN), "0..10: 0.00|5.00|10.00", "asked decimals");
	asked.lo = 3;
	asked.hi = 17;
	CHECK_STR(shown(asked, 5, 6, 4, LANG_EN), "3..17: 5|10|15", "asked bounds stay");
	asked.hi = 2;
	CHECK_STR(shown(asked, 5, 6, 4, LANG_EN), "render.chart_bounds", "bounds the wrong way round");
}

static void test_log(void)
{
	struct scale s = scale(SCALE_LOG), asked = s;

	CHECK_STR(shown(s, 4000, 255000, 9, LANG_EN), "2000..500000: 2,000|5,000|10,000|20,000|50,000|100,000|200,000|500,000", "1, 2, 5 below two decades");
	CHECK_STR(shown(s, 4000, 255000, 6, LANG_EN), "3000..300000: 3,000|10,000|30,000|100,000|300,000", "1, 3 where room is short");
	CHECK_STR(shown(s, 0.04, 70, 8, LANG_FR), "0.01..100: 0,01|0,1|1|10|100", "powers of ten, each with its decimals");
	CHECK_STR(shown(s, 1, 1e12, 5, LANG_EN), "1..1e+12: 1|1,000|1,000,000|1,000,000,000|1,000,000,000,000", "fewer of them");
	CHECK_STR(shown(s, 100, 100, 8, LANG_EN), "100..1000: 100|200|500|1,000", "one value");
	CHECK_STR(shown(s, 0.05, 16000, 2, LANG_EN), "1e-05..100000: 0.00001|1|100,000", "on both sides of 1 there are three at least");
	CHECK_STR(shown(s, 1e-14, 1e15, 4, LANG_EN)[0] ? "drawn" : "", "drawn", "29 decades");
	asked.lo = 0;
	CHECK_STR(shown(asked, 1, 10, 4, LANG_EN), "render.chart_bounds", "zero is no bound of a log scale");
}

static void test_time(void)
{
	struct scale s = scale(SCALE_TIME);

	CHECK_STR(shown(s, 17000, 18443, 8, LANG_FR), "17000..18443: 2017|2018|2019|2020", "years");
	CHECK_STR(shown(s, 17532, 17622, 5, LANG_FR), "17532..17622: janv.\u00a02018|févr.\u00a02018|mars\u00a02018|avr.\u00a02018", "months");
	CHECK_STR(shown(s, 17532, 17540, 12, LANG_EN),
		"17532..17540: 1\u00a0Jan\u00a02018|2\u00a0Jan\u00a02018|3\u00a0Jan\u00a02018|4\u00a0Jan\u00a02018|5\u00a0Jan\u00a02018|6\u00a0Jan\u00a02018|7\u00a0Jan\u00a02018|8\u00a0Jan\u00a02018|9\u00a0Jan\u00a02018", "days");
	CHECK_STR(shown(s, -25567, 20000, 8, LANG_EN), "-25567..20000: 1900|1920|1940|1960|1980|2000|2020", "a century, from before the epoch");
	CHECK_STR(shown(s, 11016, 11016, 4, LANG_EN)[0] ? "drawn" : "", "drawn", "one day");
	CHECK_STR(shown(s, 0, 1e9, 4, LANG_EN), "render.chart_bounds", "no calendar goes that far");
}

static void test_never_wrong(void)
{
	bool inside = true, ordered = true, few = true;

	for (int i = 0; i < 20000; i++) {
		struct scale s = scale(i % 2 ? SCALE_LOG : SCALE_LINEAR);
		double lo = pow(10, -12 + i % 25) * (1 + i % 97), hi = lo * (1 + (i % 1009) / 7.0);
		struct ticks t;
		struct err e = { 0 };
		if (hi > SCALE_MAX)
			continue;
		if (!scale_ticks(&s, i % 3 ? lo : -lo * (i % 2 ? -1 : 1), hi, 2 + (size_t)i % 9, &t, &e)) {
			inside = false;
			continue;
		}
		few &= t.n >= 1 && t.n <= SCALE_TICKS;
		inside &= t.lo <= lo * (1 + 1e-9) && t.hi >= hi * (1 - 1e-9);
		for (size_t k = 1; k < t.n; k++)
			ordered &= t.at[k] > t.at[k - 1];
	}
	CHECK(inside, "bounds contain the data");
	CHECK(ordered, "ticks ascend");
	CHECK(few, "never none, never too many");
}

int main(void)
{
	test_linear();
	test_log();
	test_time();
	test_never_wrong();
	return done_testing();
}
