/* Ticks and bounds of every kind of scale, and the words of ticks in both languages. */
#include "host/lua_run.h"

#include "base/buf.h"
#include "store/artefact.h"
#include "tap.h"

#include <math.h>

#define SCALE_MAX 1e15
enum { SCALE_TICKS = 32 };
struct job { struct scale s; double lo, hi; size_t want; enum lang lang; struct { double lo, hi, at[SCALE_TICKS]; size_t n; } t; struct buf b; };

static void fill(lua_State *L, void *context)
{
	lua_pushstring(L, ((struct job *)context)->lang == LANG_FR ? "fr" : "en");
	lua_setfield(L, -2, "lang");
}

/* Calls scale.ticks, then scale.label for each of them. */
static void take(lua_State *L, void *context)
{
	static const char *const kinds[] = { "linear", "log", "ordinal", "time" };
	struct job *j = context;

	lua_getfield(L, -1, "ticks");
	lua_newtable(L);
	lua_pushstring(L, kinds[j->s.kind]);
	lua_setfield(L, -2, "kind");
	lua_pushnumber(L, j->s.lo);
	lua_setfield(L, -2, "lo");
	lua_pushnumber(L, j->s.hi);
	lua_setfield(L, -2, "hi");
	lua_pushinteger(L, j->s.decimals);
	lua_setfield(L, -2, "decimals");
	lua_pushboolean(L, j->s.plain);
	lua_setfield(L, -2, "plain");
	lua_pushvalue(L, -1);
	lua_insert(L, -3);   /* scale, s, ticks, s */
	lua_pushnumber(L, j->lo);
	lua_pushnumber(L, j->hi);
	lua_pushinteger(L, (lua_Integer)j->want);
	lua_call(L, 4, 1);
	lua_getfield(L, -1, "lo");
	lua_getfield(L, -2, "hi");
	j->t.lo = lua_tonumber(L, -2);
	j->t.hi = lua_tonumber(L, -1);
	lua_pop(L, 2);
	lua_getfield(L, -1, "at");   /* scale, s, t, at */
	j->t.n = lua_rawlen(L, -1);
	for (size_t i = 0; i < j->t.n && i < SCALE_TICKS; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		j->t.at[i] = lua_tonumber(L, -1);
		lua_getfield(L, -5, "label");
		lua_pushvalue(L, -5);
		lua_pushvalue(L, -5);
		lua_pushvalue(L, -4);
		lua_call(L, 3, 1);
		buf_str(&j->b, i ? "|" : "");
		buf_str(&j->b, lua_tostring(L, -1));
		lua_pop(L, 2);
	}
}

static bool ticks(struct job *j, struct err *e)
{
	static const luaL_Reg functions[] = { { NULL, NULL } };

	return lua_run(&(struct lua_run){ "figure/scale", functions, fill, take, j, e });
}

/* "lo..hi: first|second|…" */
static const char *shown(struct scale s, double lo, double hi, size_t want, enum lang lang)
{
	static char said[2000];
	struct job j = { s, lo, hi, want, lang, .b = BUF(2000) };
	struct err e = { 0 };

	bool ok = ticks(&j, &e);
	snprintf(said, sizeof said, "%.10g..%.10g: %s", j.t.lo, j.t.hi, buf_text(&j.b));
	buf_free(&j.b);
	return ok ? said : err_name(e.id);
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

	for (int i = 0; i < 2000; i++) {
		double lo = pow(10, -12 + i % 25) * (1 + i % 97), hi = lo * (1 + (i * 10 % 1009) / 7.0);
		struct job j = { scale(i % 2 ? SCALE_LOG : SCALE_LINEAR), i % 3 ? lo : -lo * (i % 2 ? -1 : 1), hi, 2 + (size_t)i % 9, LANG_EN, .b = BUF(2000) };
		struct err e = { 0 };
		if (hi > SCALE_MAX)
			continue;
		bool ok = ticks(&j, &e);
		buf_free(&j.b);
		inside &= ok && j.t.lo <= lo * (1 + 1e-9) && j.t.hi >= hi * (1 - 1e-9);
		few &= j.t.n >= 1 && j.t.n <= SCALE_TICKS;
		for (size_t k = 1; k < j.t.n; k++)
			ordered &= j.t.at[k] > j.t.at[k - 1];
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
