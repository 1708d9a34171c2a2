/* UTF-8, Windows-1252, cleaning, names and the nearest name. */
#include "base/text.h"

#include "tap.h"

/* Where the first bad byte is; -1 = none. Unicode 15.0, table 3-7 and the examples of section 3.9. */
static const struct { const char *name, *s; size_t n; int bad; } utf8_case[] = {
	{ "empty", "", 0, -1 },
	{ "ASCII", "abc", 3, -1 },
	{ "NUL is a character", "a\0b", 3, -1 },
	{ "two bytes, first and last", "\xc2\x80\xdf\xbf", 4, -1 },
	{ "three bytes, first and last", "\xe0\xa0\x80\xef\xbf\xbf", 6, -1 },
	{ "four bytes, first and last", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8, -1 },
	{ "around the surrogates", "\xed\x9f\xbf\xee\x80\x80", 6, -1 },
	{ "byte order mark", "\xef\xbb\xbf" "a", 4, -1 },
	{ "U+FFFD and noncharacters", "\xef\xbf\xbd\xef\xbf\xbe", 6, -1 },
	{ "overlong slash, two bytes", "a\xc0\xaf", 3, 1 },
	{ "overlong U+007F", "\xc1\xbf", 2, 0 },
	{ "overlong NUL, two bytes", "\xc0\x80", 2, 0 },
	{ "overlong, three bytes", "\xe0\x80\xaf", 3, 0 },
	{ "overlong U+07FF", "\xe0\x9f\xbf", 3, 0 },
	{ "overlong, four bytes", "\xf0\x80\x80\xaf", 4, 0 },
	{ "overlong U+FFFF", "\xf0\x8f\xbf\xbf", 4, 0 },
	{ "first surrogate", "ab\xed\xa0\x80", 5, 2 },
	{ "last surrogate", "\xed\xbf\xbf", 3, 0 },
	{ "pair of surrogates (CESU-8)", "\xed\xa0\xb5\xed\xb4\x98", 6, 0 },
	{ "U+110000", "\xf4\x90\x80\x80", 4, 0 },
	{ "first byte F5", "\xf5\x80\x80\x80", 4, 0 },
	{ "five bytes", "\xf8\x88\x80\x80\x80", 5, 0 },
	{ "six bytes", "\xfc\x84\x80\x80\x80\x80", 6, 0 },
	{ "byte FE", "a\xfe", 2, 1 },
	{ "byte FF", "a\xff", 2, 1 },
	{ "continuation alone", "\x80", 1, 0 },
	{ "continuation too many", "\xc3\xa9\xa9", 3, 2 },
	{ "Latin-1", "\xe9tat", 4, 0 },
	{ "truncated after one of two", "a\xc3", 2, 1 },
	{ "truncated after one of three", "\xe2", 1, 0 },
	{ "truncated after two of three", "ab\xe2\x82", 4, 2 },
	{ "truncated after three of four", "\xf0\x9d\x94", 3, 0 },
	{ "cut by a letter", "\xe2\x82z", 3, 0 },
	{ "four bytes cut by a letter", "\xf0\x9d\x94z", 4, 0 },
	{ "the length given ends a character early", "\xc3\xa9", 1, 0 },
};

static void test_utf8(void)
{
	for (size_t i = 0; i < sizeof utf8_case / sizeof *utf8_case; i++) {
		size_t want = utf8_case[i].bad < 0 ? utf8_case[i].n : (size_t)utf8_case[i].bad;
		CHECK(text_utf8_bad(utf8_case[i].s, utf8_case[i].n) == want, utf8_case[i].name);
	}
	CHECK(text_utf8_length("aé€𝔘", 10) == 4 && text_utf8_length("", 0) == 0, "characters are counted, not bytes");
	const char *s = "\xe9\xe2\x82", *end = s + 3;
	CHECK(text_utf8_next(&s, end) == 0xfffd && s == end - 2, "a bad byte moves on by one");
	CHECK(text_utf8_next(&s, end) == 0xfffd && s == end - 1, "so does a truncated character");
}

/* All of Unicode there and back; and every pair of first bytes, counted against the ranges of the table. */
static void test_all(void)
{
	struct buf b = BUF(8);
	unsigned wrong = 0, pairs[3] = { 0 };

	for (uint32_t c = 0; c < 0x110000; c++) {
		size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		bool surrogate = c >= 0xd800 && c < 0xe000;
		buf_clear(&b);
		char bytes[4];
		buf_add(&b, bytes, text_utf8_write(bytes, c));
		const char *s = b.s;
		wrong += b.n != n || (text_utf8_bad(b.s, b.n) == n) == surrogate;
		if (!surrogate)
			wrong += text_utf8_next(&s, b.s + b.n) != c || s != b.s + n;
	}
	CHECK(wrong == 0, "every character is written, valid and read back; no surrogate is valid");
	buf_free(&b);
	for (unsigned i = 0; i < 0x10000; i++)
		for (size_t n = 2; n <= 4; n++) {
			const char s[4] = { (char)(i >> 8), (char)i, (char)0x80, (char)0x80 };
			pairs[n - 2] += i >= 0x8000 && text_utf8_bad(s, n) == n;
		}
	/* C2..DF × 64; E0 × 32, ED × 32, the 14 others × 64; F0 × 48, F1..F3 × 64, F4 × 16. */
	CHECK(pairs[0] == 30 * 64, "two bytes: all that the table allows and no more");
	CHECK(pairs[1] == 32 + 32 + 14 * 64, "three bytes");
	CHECK(pairs[2] == 48 + 3 * 64 + 16, "four bytes");
}

/* The upper half as its characters, sixteen a line (unicode.org, MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT, version 2.01). */
static const char cp1252_high[] =
	"€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd"
	"\ufffd‘’“”•–—˜™š›œ\ufffdžŸ"
	"\u00a0¡¢£¤¥¦§¨©ª«¬\u00ad®¯"
	"°±²³´µ¶·¸¹º»¼½¾¿"
	"ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ"
	"ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß"
	"àáâãäåæçèéêëìíîï"
	"ðñòóôõö÷øùúûüýþÿ";

static void test_cp1252(void)
{
	char byte[256], to[3 * 256 + 1];
	size_t used, n, defined = 0, at = 0;
	bool low = true, same = true;

	for (int i = 0; i < 256; i++)
		byte[i] = (char)i;
	n = text_from_cp1252(to, byte, 128, &used);
	for (int i = 0; i < 128; i++)
		low &= n == 128 && used == 128 && to[i] == i;
	CHECK(low, "the lower half is ASCII");
	for (int i = 128; i < 256; i++) {
		const char *want = cp1252_high + at;
		char one[4] = { 0 };
		n = text_from_cp1252(one, byte + i, 1, &used);
		const char *end = want;
		text_utf8_next(&end, cp1252_high + sizeof cp1252_high - 1);
		at += (size_t)(end - want);
		bool none = !strncmp(want, "\xef\xbf\xbd", 3);
		defined += used;
		same &= none ? !used && !n : used == 1 && n == (size_t)(end - want) && !memcmp(one, want, n);
	}
	CHECK(same && defined == 123, "the upper half is that of the published table, where five bytes mean nothing");
	n = text_from_cp1252(to, "S\xfbret\xe9 \x96 l\x92\x9cuvre \x80", 19, &used);
	to[n] = 0;
	CHECK_STR(to, "Sûreté – l’œuvre €", "French as Windows writes it");
	n = text_from_cp1252(to, "ASCII, more than eight bytes, \x81", 31, &used);
	CHECK(used == 30 && n == 30, "stops at a byte that means nothing");
}

static const struct { const char *name, *in; size_t n; const char *want; } clean_case[] = {
	{ "plain text stays", "abc é € 𝔘", 15, "abc é € 𝔘" },
	{ "spaces are not a run", "a  b", 4, "a  b" },
	{ "line end", "a\nb", 3, "a b" },
	{ "run of C0", "a\r\n\t\0\033b", 7, "a b" },
	{ "runs apart", "\na\nb\n", 5, " a b " },
	{ "only controls", "\001\002", 2, " " },
	{ "delete", "a\x7f" "b", 3, "a b" },
	{ "C1", "a\xc2\x80\xc2\x9f" "b", 6, "a b" },
	{ "C0 and C1 are one run", "a\n\xc2\x85\nb", 6, "a b" },
	{ "no-break space is no control", "a\xc2\xa0" "b", 4, "a\xc2\xa0" "b" },
	{ "C1 at the end", "a\xc2\x9b", 3, "a " },
	{ "C2 before a letter", "\xc2ge", 3, "\xc2ge" },
	{ "C2 at the end", "a\xc2", 2, "a\xc2" },
	{ "C2 before a control byte", "a\xc2\033b", 4, "a\xc2 b" },
	{ "continuation of another letter", "\xc3\x9b", 2, "Û" },
	{ "nothing", "", 0, "" },
};

static void test_clean(void)
{
	for (size_t i = 0; i < sizeof clean_case / sizeof *clean_case; i++) {
		struct buf b = BUF(100);
		text_clean(&b, clean_case[i].in, clean_case[i].n);
		CHECK_STR(buf_text(&b), clean_case[i].want, clean_case[i].name);
		buf_free(&b);
	}
}

#define LETTERS64 "abcdefghijklmnopabcdefghijklmnopabcdefghijklmnopabcdefghijklmnop"
static const struct { const char *s; bool is; } name_case[] = {
	{ "facts", true }, { "a", true }, { "a_1", true }, { "z", true }, { "zz_z", true }, { "pm_2023", true }, { LETTERS64, true },
	{ "", false }, { "1a", false }, { "`a", false }, { "{a", false }, { "_a", false }, { "A", false }, { "aB", false }, { "a-b", false }, { "a b", false }, { "a.b", false },
	{ "é", false }, { "aé", false }, { "a\n", false }, { "../x", false }, { LETTERS64 "a", false },
};

static void test_ascii(void)
{
	unsigned space = 0, digit = 0, lower = 0;

	for (size_t i = 0; i < sizeof name_case / sizeof *name_case; i++)
		CHECK(text_is_name(name_case[i].s) == name_case[i].is, name_case[i].s);
	for (int i = -128; i < 128; i++) {
		char c = (char)i;
		space += text_is_space(c) == (memchr(" \t\n\v\f\r", c, 6) != NULL);
		digit += text_is_digit(c) == (memchr("0123456789", c, 10) != NULL);
		lower += text_lower(c) == (i >= 'A' && i <= 'Z' ? c + 32 : c);
	}
	CHECK(space == 256 && digit == 256 && lower == 256, "spaces, digits and small letters are those of ASCII, for every byte");
	CHECK(text_icmp("ABC", "abc") == 0 && text_icmp("", "") == 0, "case does not count");
	CHECK(text_icmp("abc", "abd") < 0 && text_icmp("b", "A") > 0, "order");
	CHECK(text_icmp("ab", "abc") < 0 && text_icmp("abc", "ab") > 0, "a beginning comes first");
	CHECK(text_icmp("\xc3\x89", "\xc3\xa9") != 0 && text_icmp("z", "\xc3") < 0, "other letters are not folded; bytes are unsigned");
}

static const char *const words[] = { "build", "load", "run", "status", "sql", "doctor", "help", "workforce.municipal_police", "x", "" };
static const struct { const char *s, *want; } near_case[] = {
	{ "build", "build" }, { "BUILD", "build" }, { "buidl", "build" }, { "biuld", "build" }, { "bild", "build" }, { "buildd", "build" },
	{ "vuild", "build" }, { "stauts", "status" }, { "stat", "status" }, { "sta", NULL }, { "rum", "run" }, { "loadx", "load" }, { "xload", "load" }, { "oad", "load" }, { "loaxd", "load" }, { "rnu", "run" },
	{ "sq", "sql" }, { "loda", "load" }, { "laod", "load" }, { "lend", NULL }, { "ru", "run" }, { "r", NULL }, { "y", NULL },
	{ "X", "x" }, { "hlep", "help" }, { "workforce.municipal_polices", "workforce.municipal_police" },
	{ "workforce.muncipal_polce", "workforce.municipal_police" }, { "workforce", NULL }, { "zzzzz", NULL }, { "", NULL },
	{ LETTERS64 "a", NULL },
};

static void test_near(void)
{
	for (size_t i = 0; i < sizeof near_case / sizeof *near_case; i++) {
		const char *got = text_nearest(near_case[i].s, words, sizeof words / sizeof *words);
		CHECK_STR(got, near_case[i].want, near_case[i].s);
	}
	CHECK(!text_nearest("build", words, 0), "an empty list has nothing near");
	CHECK_STR(text_nearest("cat1", (const char *const[]){ "cat3", "cat2" }, 2), "cat3", "of two as near the first is taken");
	CHECK_STR(text_nearest("abcdef", (const char *const[]){ "abcdxy", "abcdex" }, 2), "abcdex", "a nearer one that comes later wins");
	CHECK_STR(text_nearest(LETTERS64, (const char *const[]){ LETTERS64 "a", LETTERS64 }, 2), LETTERS64, "64 bytes are compared, more are passed over");
}

int main(void)
{
	test_utf8();
	test_all();
	test_cp1252();
	test_clean();
	test_ascii();
	test_near();
	return done_testing();
}
