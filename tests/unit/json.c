/* JSON trees: what is read, what is refused and where. */
#include "intake/json.h"

#include "tap.h"

#include <stdlib.h>

/* Documents that are JSON, and how they are written back. */
static const struct { const char *name, *in, *out; } good[] = {
	{ "scalars", "[1, -0.5e3, \"a\", true, false, null]", "[1,-0.5e3,\"a\",true,false,null]" },
	{ "empty containers", "{ \"a\": {}, \"b\": [] }", "{\"a\":{},\"b\":[]}" },
	{ "a scalar alone", " \"x\" ", "\"x\"" },
	{ "escapes", "\"\\u00e9\\n\\\"\\\\\\/\"", "\"é\\n\\\"\\\\/\"" },
	{ "surrogate pair", "\"\\ud83d\\ude00\"", "\"😀\"" },
	{ "escaped backslash before u", "\"\\\\ud800\"", "\"\\\\ud800\"" },
	{ "byte order mark", "\xef\xbb\xbf{}", "{}" },
	{ "empty names", "{\"\":1}", "{\"\":1}" },
	{ "CRLF", "{\r\n\"a\":1\r\n}", "{\"a\":1}" },
	{ "extreme numbers", "[1e999,123456789012345678901234567890]", "[1e999,123456789012345678901234567890]" },
};
static const struct { const char *name, *in; enum err_id id; long line; } bad[] = {
	{ "nothing", "", ERR_JSON_SYNTAX, 1 },
	{ "spaces only", " \n ", ERR_JSON_SYNTAX, 2 },
	{ "cut object", "{\"a\":1", ERR_JSON_SYNTAX, 1 },
	{ "trailing comma", "{\n\"a\":1,\n}", ERR_JSON_SYNTAX, 3 },
	{ "comment", "/* x */ {}", ERR_JSON_SYNTAX, 1 },
	{ "single quotes", "{'a':1}", ERR_JSON_SYNTAX, 1 },
	{ "two documents", "{}\n{}", ERR_JSON_SYNTAX, 2 },
	{ "NaN", "[NaN]", ERR_JSON_SYNTAX, 1 },
	{ "leading zero", "[01]", ERR_JSON_SYNTAX, 1 },
	{ "bare point", "[1.]", ERR_JSON_SYNTAX, 1 },
	{ "plus sign", "[+1]", ERR_JSON_SYNTAX, 1 },
	{ "tab in text", "[\"a\tb\"]", ERR_JSON_SYNTAX, 1 },
	{ "line break in text", "[\n\"a\nb\"]", ERR_JSON_SYNTAX, 2 },
	{ "unknown escape", "[\"\\x\"]", ERR_JSON_SYNTAX, 1 },
	{ "name twice", "{\"a\":1,\n\"b\":2,\n\"a\":3}", ERR_JSON_TWICE, 3 },
	{ "lone high surrogate", "[1,\n\"\\ud800\"]", ERR_JSON_ESCAPE, 2 },
	{ "lone low surrogate", "[\"\\udc00x\"]", ERR_JSON_ESCAPE, 1 },
	{ "high surrogate before another escape", "[\"\\ud800\\u0041\"]", ERR_JSON_ESCAPE, 1 },
	{ "NUL by escape", "[\"a\\u0000b\"]", ERR_JSON_ESCAPE, 1 },
	{ "Latin-1", "[\n\"\xe9\"]", ERR_NOT_UTF8, 2 },
	{ "overlong slash", "[\"\xc0\xaf\"]", ERR_NOT_UTF8, 1 },
};

static void test_tables(void)
{
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct json_doc d;
		struct buf out = BUF(1000);
		bool ok = json_parse(&d, &a, "x.json", good[i].in, strlen(good[i].in), &e);
		if (ok)
			json_write(d.root, &out);
		CHECK_STR(ok ? buf_text(&out) : err_name(e.id), good[i].out, good[i].name);
		buf_free(&out);
		arena_free(&a);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct json_doc d;
		bool ok = json_parse(&d, &a, "x.json", bad[i].in, strlen(bad[i].in), &e);
		CHECK_STR(ok ? "accepted" : err_name(e.id), err_name(bad[i].id), bad[i].name);
		if (!CHECK(e.line == bad[i].line && !strcmp(e.file, "x.json"), "its place"))
			printf("# line %ld of “%s”\n", e.line, e.file);
		arena_free(&a);
	}
}

static void test_tree(void)
{
	static const char text[] = "{\n \"a\": [1,\n  {\"b/c~d\": \"x\"}\n ],\n \"n\": 12,\n \"r\": 1.5\n}\n";
	struct arena a = { 0 };
	struct err e = { 0 };
	struct json_doc d;
	struct buf out = BUF(1000);
	int64_t n = 0;
	double r = 0;

	CHECK(json_parse(&d, &a, "x.json", text, strlen(text), &e), "a document of several lines");
	const struct json *list = json_get(d.root, "a"), *x = list ? json_get(list->child->next, "b/c~d") : NULL;
	CHECK(list && list->type == JSON_ARRAY && list->count == 2 && list->line == 2, "an array knows its line and size");
	CHECK(x && x->line == 3 && !strcmp(x->s, "x"), "a text inside knows its line");
	json_pointer(x, &out);
	CHECK_STR(buf_text(&out), "/a/1/b~1c~0d", "pointer by RFC 6901");
	err_set(&e, ERR_DESC_REQUIRED, "q");
	json_fail(&d, x, &e);
	CHECK(e.line == 3 && !strcmp(e.note, "/a/1/b~1c~0d") && !strcmp(e.excerpt, "{\"b/c~d\": \"x\"}"), "an error shows line and pointer");
	CHECK(json_int(json_get(d.root, "n"), &n) && n == 12, "whole number");
	CHECK(!json_int(json_get(d.root, "r"), &n) && json_real(json_get(d.root, "r"), &r) && r > 1.4 && r < 1.6, "number with decimals");
	CHECK(!json_get(x, "y") && !json_get(NULL, "y"), "no member in what is no object");
	buf_free(&out);
	arena_free(&a);
}

static void test_limits(void)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct json_doc d;
	struct buf deep = BUF(10000), wide = BUF(4 << 20);

	for (int i = 0; i < JSON_DEPTH; i++)
		buf_char(&deep, '[');
	for (int i = 0; i < JSON_DEPTH; i++)
		buf_char(&deep, ']');
	CHECK(json_parse(&d, &a, "x", deep.s, deep.n, &e), "deepest document");
	buf_clear(&deep);
	for (int i = 0; i < 5000; i++)
		buf_char(&deep, '[');
	CHECK(!json_parse(&d, &a, "x", deep.s, deep.n, &e) && e.id == ERR_JSON_LIMIT, "too deep");
	buf_str(&wide, "[0");
	for (int i = 0; i < JSON_VALUES; i++)
		buf_str(&wide, ",0");
	buf_str(&wide, "]");
	CHECK(!json_parse(&d, &a, "x", wide.s, wide.n, &e) && e.id == ERR_JSON_LIMIT, "too many values");
	CHECK(!json_read(&d, &a, "/nonexistent/x.json", "x.json", &e) && !strcmp(e.file, "x.json"), "a file that is not there");
	buf_free(&deep);
	buf_free(&wide);
	arena_free(&a);
}

int main(void)
{
	test_tables();
	test_tree();
	test_limits();
	return done_testing();
}
