/* Numbers there and back. The point is '.' whatever the environment says: nothing here depends on a locale. */
#include "base/num.h"

#include "tap.h"

#include <float.h>
#include <math.h>

static const struct { const char *s; bool ok; int64_t v; } int_case[] = {
	{ "0", true, 0 }, { "7", true, 7 }, { "+7", true, 7 }, { "-7", true, -7 }, { "007", true, 7 }, { "-0", true, 0 }, { "+0", true, 0 },
	{ "9223372036854775807", true, INT64_MAX }, { "+9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
	{ "00000000000000000000000000000000001", true, 1 },
	{ "9223372036854775808", false, 0 }, { "+9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 },
	{ "18446744073709551616", false, 0 }, { "99999999999999999999999", false, 0 },
	{ "", false, 0 }, { "-", false, 0 }, { "+", false, 0 }, { "--1", false, 0 }, { "+-1", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 },
	{ "1\n", false, 0 }, { "1.0", false, 0 }, { "1,0", false, 0 }, { "1e3", false, 0 }, { "0x10", false, 0 }, { "1a", false, 0 },
	{ "21 000", false, 0 }, { "21\u202f000", false, 0 }, { "29?829", false, 0 }, { "\u2212" "1", false, 0 }, { "\u0661", false, 0 },
	{ "NA", false, 0 },
};

static void test_int(void)
{
	int64_t v = 42;

	for (size_t i = 0; i < sizeof int_case / sizeof *int_case; i++) {
		v = 42;
		bool ok = num_int(int_case[i].s, strlen(int_case[i].s), &v);
		CHECK(ok == int_case[i].ok && v == (ok ? int_case[i].v : 42), int_case[i].s);
	}
	CHECK(num_int("1234", 2, &v) && v == 12, "the length given ends the text");
	CHECK(!num_int("1\0", 2, &v) && !num_int("\0", 1, &v), "a NUL byte is no digit");
}

static const struct { const char *s; char decimal; bool ok; double v; int decimals; } real_case[] = {
	{ "0", '.', true, 0, 0 }, { "12", '.', true, 12, 0 }, { "1.5", '.', true, 1.5, 1 }, { "1,5", ',', true, 1.5, 1 },
	{ "-2,50", ',', true, -2.5, 2 }, { "+0.1", '.', true, 0.1, 1 }, { "44.6", '.', true, 44.6, 1 }, { "3.000", '.', true, 3, 3 },
	{ "1e3", '.', true, 1000, 0 }, { "1E3", '.', true, 1000, 0 }, { "1.5e+2", '.', true, 150, 1 }, { "1,5e-2", ',', true, 0.015, 1 },
	{ "007.50", '.', true, 7.5, 2 }, { ".5", '.', true, 0.5, 1 }, { "5.", '.', true, 5, 0 },
	{ "1.7976931348623157e308", '.', true, DBL_MAX, 16 }, { "2.2250738585072014e-308", '.', true, DBL_MIN, 16 },
	{ "4.9406564584124654e-324", '.', true, 4.9406564584124654e-324, 16 }, { "9007199254740993", '.', true, 9007199254740992.0, 0 },
	{ "0.1000000000000000055511151231257827021181583404541015625", '.', true, 0.1, 55 }, { "0e999999999", '.', true, 0, 0 },
	/* refused */
	{ "", '.', false, 0, 0 }, { "-", '.', false, 0, 0 }, { ".", '.', false, 0, 0 }, { "-.", '.', false, 0, 0 }, { ",", ',', false, 0, 0 },
	{ "1,5", '.', false, 0, 0 }, { "1.5", ',', false, 0, 0 }, { "1.2.3", '.', false, 0, 0 }, { "1,2,3", ',', false, 0, 0 },
	{ "1,234.5", '.', false, 0, 0 }, { "1.234,5", ',', false, 0, 0 }, { "29?829", '.', false, 0, 0 }, { "21 000", '.', false, 0, 0 },
	{ "21\u202f000", ',', false, 0, 0 }, { " 1", '.', false, 0, 0 }, { "1 ", '.', false, 0, 0 }, { "1\t", '.', false, 0, 0 },
	{ "0x10", '.', false, 0, 0 }, { "0x1p3", '.', false, 0, 0 }, { "1p3", '.', false, 0, 0 }, { "inf", '.', false, 0, 0 },
	{ "-inf", '.', false, 0, 0 }, { "Infinity", '.', false, 0, 0 }, { "nan", '.', false, 0, 0 }, { "NAN", '.', false, 0, 0 },
	{ "nan(1)", '.', false, 0, 0 }, { "1e", '.', false, 0, 0 }, { "1e+", '.', false, 0, 0 }, { "e5", '.', false, 0, 0 },
	{ "1e5.0", '.', false, 0, 0 }, { "1e 5", '.', false, 0, 0 }, { "1e400", '.', false, 0, 0 }, { "-1e400", '.', false, 0, 0 },
	{ "1e99999999999999999999", '.', false, 0, 0 }, { "--1", '.', false, 0, 0 }, { "1-", '.', false, 0, 0 }, { "\u2212" "1", '.', false, 0, 0 },
	{ "1d3", '.', false, 0, 0 }, { "1.5f", '.', false, 0, 0 }, { "12%", '.', false, 0, 0 },
};

static void test_real(void)
{
	for (size_t i = 0; i < sizeof real_case / sizeof *real_case; i++) {
		double v = 42;
		int decimals = -1;
		bool ok = num_real(real_case[i].s, strlen(real_case[i].s), real_case[i].decimal, &v, &decimals);
		CHECK(ok == real_case[i].ok && (!ok || (v == real_case[i].v && decimals == real_case[i].decimals)), real_case[i].s);
	}
	double v;
	char digits[200];
	memset(digits, '1', sizeof digits);
	CHECK(num_real("1.5", 3, '.', &v, NULL) && v == 1.5, "decimals need not be asked for");
	CHECK(num_real("1.59", 3, '.', &v, NULL) && v == 1.5, "the length given ends the text");
	CHECK(!num_real("1\0.5", 4, '.', &v, NULL), "a NUL byte ends nothing");
	CHECK(num_real(digits, 127, '.', &v, NULL) && v > 1e126 && v < 1.2e126, "127 digits are read");
	CHECK(!num_real(digits, 128, '.', &v, NULL) && !num_real(digits, sizeof digits, '.', &v, NULL), "more are no figure");
	CHECK(num_real("-0", 2, '.', &v, NULL) && v == 0, "-0 is zero");
}

static const struct { double v; const char *want; } put_case[] = {
	{ 0, "0" }, { -0.0, "0" }, { 1, "1" }, { -1, "-1" }, { 0.1, "0.1" }, { -2.5, "-2.5" }, { 44.6, "44.6" }, { 0.1 + 0.2, "0.30000000000000004" },
	{ 1.0 / 3, "0.3333333333333333" }, { 250000, "250000" }, { 1e300, "1e+300" }, { 1e-7, "1e-07" }, { 123456789012345, "123456789012345" },
	{ 9007199254740992.0, "9007199254740992" }, { DBL_MAX, "1.7976931348623157e+308" }, { DBL_MIN, "2.2250738585072014e-308" },
	{ 4.9406564584124654e-324, "5e-324" }, { 1e-310, "1e-310" }, { DBL_EPSILON, "2.220446049250313e-16" },
};

static const char *put(struct buf *b, double v)
{
	buf_clear(b);
	num_put_real(b, v);
	return buf_text(b);
}

/* Steele, Lea and Flood, SplitMix64: the same numbers on every machine. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void test_put(void)
{
	struct buf b = BUF(100);
	uint64_t state = 2018;
	unsigned lost = 0, longer = 0, odd = 0, done = 0;

	for (size_t i = 0; i < sizeof put_case / sizeof *put_case; i++)
		CHECK_STR(put(&b, put_case[i].v), put_case[i].want, put_case[i].want);
	while (done < 100000) {
		uint64_t bits = next_random(&state);
		double v, back = 0;
		char shorter[40];
		memcpy(&v, &bits, sizeof v);
		if (!isfinite(v))
			continue;
		done++;
		const char *s = put(&b, v);
		lost += !num_real(s, b.n, '.', &back, NULL) || memcmp(&back, &v, sizeof v) != 0;
		odd += strspn(s, "0123456789.e+-") != b.n || strchr(s, ',') != NULL;
		/* One digit less must be another number. */
		int digits = 0;
		for (const char *p = s; *p && *p != 'e'; p++)
			digits += *p >= '0' && *p <= '9';
		if (digits > 1 && s[0] != '0' && !(s[0] == '-' && s[1] == '0')) {
			snprintf(shorter, sizeof shorter, "%.*e", digits - 2, v);
			longer += num_real(shorter, strlen(shorter), '.', &back, NULL) && back == v;
		}
	}
	CHECK(lost == 0, "100,000 numbers come back bit for bit");
	CHECK(longer == 0, "none of them has a digit too many");
	CHECK(odd == 0, "all are written with '.' and no other sign");
	/* Hundredths, whose text whole numbers can make. */
	unsigned wrong = 0;
	for (int k = 1; k < 30000; k++) {
		char want[40];
		snprintf(want, sizeof want, k % 100 == 0 ? "%d" : k % 10 == 0 ? "%d.%d" : "%d.%02d", k / 100, k % 10 == 0 ? k / 10 % 10 : k % 100);
		wrong += strcmp(put(&b, k / 100.0), want) != 0;
	}
	CHECK(wrong == 0, "0.01 to 299.99 are written as they were typed");
	buf_free(&b);
}

int main(void)
{
	test_int();
	test_real();
	test_put();
	return done_testing();
}
