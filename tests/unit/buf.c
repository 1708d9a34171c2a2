/* Growing texts: the stated maximum is never passed and is told once; JSON strings. */
#include "base/buf.h"

#include "tap.h"

static void test_grow(void)
{
	struct buf b = BUF(1000);
	bool right = true;

	CHECK_STR(buf_text(&b), "", "an untouched buffer reads as empty");
	CHECK(buf_add(&b, "", 0) && b.s && !b.s[0], "adding nothing still makes a text");
	for (int i = 0; i < 1000; i++)
		right &= buf_char(&b, (char)('a' + i % 26)) && b.n == (size_t)i + 1 && !b.s[b.n];
	CHECK(right, "1,000 characters fit into 1,000, each time ended by NUL");
	CHECK(!b.over, "a full buffer is not over");
	CHECK(!buf_char(&b, 'x') && b.over && b.n == 1000, "one more is refused and told");
	CHECK(b.s[0] == 'a' && b.s[999] == 'a' + 999 % 26, "what was there is kept");
	CHECK(!buf_add(&b, "", 0), "nothing is taken once over, not even nothing");
	buf_clear(&b);
	CHECK(!b.over && b.n == 0 && b.cap > 0, "clearing keeps the memory and forgets the overflow");
	CHECK_STR(buf_text(&b), "", "a cleared buffer is empty");
	CHECK(buf_str(&b, "again") && b.n == 5, "and takes text again");
	buf_free(&b);
	CHECK(!b.s && !b.n && !b.cap && b.max == 1000, "a freed buffer keeps only its maximum");
	CHECK(buf_str(&b, "new"), "and can be used again");
	buf_free(&b);
}

static void test_limit(void)
{
	struct buf b = BUF(4), none = BUF(0);

	CHECK(buf_str(&b, "abc"), "three of four");
	CHECK(!buf_str(&b, "de"), "a text that would pass the maximum is refused");
	CHECK_STR(buf_text(&b), "abc", "as a whole, never cut");
	CHECK(!buf_char(&b, 'd'), "the gap is not filled with what comes later");
	buf_clear(&b);
	CHECK(buf_printf(&b, "%d", 1234), "a number that fits exactly");
	CHECK_STR(buf_text(&b), "1234", "is written whole");
	CHECK(!buf_printf(&b, "%s", "x") && b.over, "formatted text past the maximum is refused");
	CHECK_STR(buf_text(&b), "1234", "and leaves the text");
	buf_clear(&b);
	CHECK(!buf_printf(&b, "%05d", 7), "five characters do not fit into four");
	CHECK_STR(buf_text(&b), "", "and leave nothing");
	buf_free(&b);
	CHECK(!buf_char(&none, 'x') && none.over, "a maximum of 0 takes nothing");
	CHECK_STR(buf_text(&none), "", "and reads as empty");
	buf_free(&none);
	struct buf bytes = BUF(16);
	CHECK(buf_add(&bytes, "a\0b", 3) && bytes.n == 3 && !memcmp(bytes.s, "a\0b", 4), "NUL bytes are counted");
	buf_free(&bytes);
}

static const struct { const char *name, *in; size_t n; const char *want; } json_case[] = {
	{ "empty", "", 0, "\"\"" },
	{ "plain", "abc", 3, "\"abc\"" },
	{ "quote and backslash", "a\"b\\c", 5, "\"a\\\"b\\\\c\"" },
	{ "slash stays", "a/b", 3, "\"a/b\"" },
	{ "line feed", "a\nb", 3, "\"a\\nb\"" },
	{ "tab, return, escape", "\t\r\033", 3, "\"\\u0009\\u000d\\u001b\"" },
	{ "NUL inside", "a\0b", 3, "\"a\\u0000b\"" },
	{ "delete", "\x7f", 1, "\"\\u007f\"" },
	{ "last control", "\x1f ", 2, "\"\\u001f \"" },
	{ "UTF-8 stays", "é €", 6, "\"é €\"" },
};

static void test_json(void)
{
	for (size_t i = 0; i < sizeof json_case / sizeof *json_case; i++) {
		struct buf b = BUF(100);
		CHECK(buf_json(&b, json_case[i].in, json_case[i].n), json_case[i].name);
		CHECK_STR(buf_text(&b), json_case[i].want, json_case[i].name);
		buf_free(&b);
	}
	struct buf small = BUF(4);
	CHECK(!buf_json(&small, "abc", 3) && small.over, "a JSON string past the maximum is told");
	buf_free(&small);
}

int main(void)
{
	test_grow();
	test_limit();
	test_json();
	return done_testing();
}
