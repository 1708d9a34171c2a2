/* JSON to rows: documents that are read, documents that are refused with their place, in portions of every size. */
#include "intake/jsonrows.h"

#include "base/buf.h"
#include "intake/decode.h"
#include "tap.h"

struct portions { const char *s; size_t n, size; };

static long read_portion(void *context, char *to, size_t n, struct err *e)
{
	struct portions *p = context;
	size_t k = p->size && p->size < n ? p->size : n;

	(void)e;
	k = k < p->n ? k : p->n;
	memcpy(to, p->s, k);
	p->s += k;
	p->n -= k;
	return (long)k;
}

/* Rows as "[a][1#]3/": text, number (#), truth (?), nothing (-), line. "! line:column id" for a refusal. */
static void show(struct buf *out, const struct resource *r, bool header, const char *in, size_t n, size_t size)
{
	static const char sign[] = { [ROWCELL_TEXT] = 0, [ROWCELL_NUMBER] = '#', [ROWCELL_FLAG] = '?', [ROWCELL_NONE] = '-' };
	struct portions p = { in, n, size };
	struct decode *decode = decode_open("utf-8", &(struct rows_input){ read_portion, &p });
	struct rows_input text = decode_input(decode);
	struct rows_reader reader;
	struct err e = { 0 };
	struct row row;
	int rc;

	jsonrows_open(&reader, r, header, &text);
	while ((rc = reader.next(reader.self, &row, &e)) == 1) {
		for (size_t i = 0; i < row.n; i++) {
			buf_char(out, '[');
			buf_add(out, row.cell[i].s, row.cell[i].n);
			if (sign[row.cell[i].kind])
				buf_char(out, sign[row.cell[i].kind]);
			buf_char(out, ']');
		}
		buf_printf(out, "%ld/", row.line);
	}
	if (rc < 0)
		buf_printf(out, "! %ld:%ld %s", e.line, e.column, err_name(e.id));
	reader.close(reader.self);
	decode_close(decode);
}

static struct field ab[] = { { .name = "a" }, { .name = "b" } };
static struct field places[] = { { .name = "nom" }, { .name = "shape", .type = FIELD_GEOJSON }, { .name = "id" } };
static const char *const only_b[] = { "b" };
#define JSON(f, match, ...) { .format = f, .property = "", .item_type = "", .fields_match = match, .field = ab, .nfield = 2, __VA_ARGS__ }
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct resource plain = JSON("json", "exact",), loose = JSON("json", "subset",), lacking = JSON("json", "superset",);
static const struct resource inside = JSON("json", "exact", .property = "data.rows"), lines = JSON("jsonl", "superset",);
static const struct resource objects = JSON("json", "exact", .item_type = "object"), picked = JSON("json", "exact", .item_keys = { only_b, 1 });
static const struct resource map = JSON("geojson", "exact", .field = places, .nfield = 3);

static struct field inner[] = { { .name = "a.b" }, { .name = "b" } };
static struct field keyed[] = { { .name = "code" }, { .name = "pop" }, { .name = "ind.a.b" }, { .name = "ind.c" } };
static const struct resource members = JSON("json", "superset", .property = "by", .field = keyed, .nfield = 4, .primary = { (size_t[]){ 0 }, 1 });
static const struct resource nameless = JSON("json", "exact", .property = "by"), dotted = JSON("json", "partial", .field = inner);
static const struct resource one = JSON("json", "exact", .property = "by", .item_type = "object");

static const struct { const char *name; const struct resource *r; const char *in, *want; } cases[] = {
	{ "objects", &plain, "[{\"a\":1,\"b\":\"x\"},\n {\"b\":true,\"a\":null}]", "[1#][x]1/[-][true?]2/" },
	{ "numbers as they are written", &plain, "[{\"a\":-0.50e+3,\"b\":12345678901234567890123}]", "[-0.50e+3#][12345678901234567890123#]1/" },
	{ "escapes", &plain, "[{\"a\":\"\\\"\\\\\\/\\n\\u00e9\\ud83d\\ude00\",\"b\":\"\"}]", "[\"\\/\né😀][]1/" },
	{ "values inside", &plain, "[{\"a\":{ \"x\" : [1, 2.0,\"y\\n\", {}], \"z\":null },\"b\":[ ]}]", "[{\"x\":[1,2.0,\"y\\n\",{}],\"z\":null}][[]]1/" },
	{ "arrays", &plain, "[[\"a\",\"b\"],[1,[2]],[]]", "[a][b]1/[1#][[2]]1/1/" },
	{ "no rows", &plain, "[]", "" },
	{ "byte order mark, spaces", &plain, "\xef\xbb\xbf \n\t[ {\n\"a\" : 1 , \"b\" : 2 } ] \n", "[1#][2#]2/" },
	{ "line of an item", &plain, "[\n{\"a\":1,\n\"b\":\n2},\n\n{\"a\":3,\"b\":4}]", "[1#][2#]2/[3#][4#]6/" },
	{ "rows inside", &inside, "{\"meta\":{\"rows\":[1]},\"data\":{\"n\":2,\"rows\":[{\"a\":1,\"b\":2}],\"z\":[3]},\"rows\":[{}]}", "[1#][2#]1/" },
	{ "rows that are not inside", &inside, "{\"data\":{\"row\":[{\"a\":1}]}}", "! 0:0 intake.json_property" },
	{ "what should be rows is none", &inside, "{\"data\":{\"rows\":3}}", "! 1:17 intake.json_shape" },
	{ "members", &members, "{\"x\":[],\"by\":{\"01\":{\"pop\":5,\"ind\":{\"a.b\":1,\"c\":{\"d\":2.0}}},\n\"02\":{\"ind\":{\"c\":null},\"pop\":6}},\"y\":{\"z\":1}}",
	  "[01][5#][1#][{\"d\":2.0}]1/[02][6#][-][-]2/" },
	{ "members without a column for their names", &nameless, "{\"by\":{\"01\":{\"a\":1}}}", "! 1:13 intake.json_shape" },
	{ "members of members that are strange", &members, "{\"by\":{\"01\":{\"ind\":{\"e\":1}}}}", "! 1:23 intake.json_member" },
	{ "members that are no objects", &members, "{\"by\":{\"é\":[1,\"x\"],\"02\":[]}}", "[é][1#][x]1/[02]1/" },
	{ "members that are values", &members, "{\"by\":{\"é\":1,\"02\":null}}", "[é][1#]1/[02][-]1/" },
	{ "members of one name", &members, "{\"by\":{\"01\":{\"pop\":1,\"code\":2}}}", "! 1:27 intake.json_twice" },
	{ "no members", &members, "{\"by\":{}}", "" },
	{ "one object", &objects, "{\"a\":{\"b\":[]},\n\"b\":2} ", "[{\"b\":[]}][2#]1/" },
	{ "one object inside", &one, "{\"data\":[{\"a\":0}],\"by\":{\"b\":2,\"a\":{}},\"c\":{\"a\":1}}", "[{}][2#]1/" },
	{ "values", &plain, "[\"x\", \"y, ]\",\n3,null]", "[x]1/[y, ]]1/[3#]2/[-]2/" },
	{ "values among objects", &plain, "[{\"a\":1,\"b\":2},\"x\"]", "[1#][2#]1/! 1:18 intake.json_shape" },
	{ "values a line", &lines, "\"x\"\n", "! 1:3 intake.json_shape" },
	{ "objects inside", &dotted, "[{\"a\":{\"b\":1,\"a\":{\"a\":9}},\"b\":{\"a\":3}},{\"a\":7,\"b\":[]}]", "[1#][{\"a\":3}]1/[-][[]]1/" },
	{ "an object where rows should be", &plain, "{\"a\":1}", "! 1:1 intake.json_shape" },
	{ "an item is a number", &plain, "[{\"a\":1,\"b\":2},\n3]", "[1#][2#]1/! 2:1 intake.json_shape" },
	{ "an array among objects", &plain, "[{\"a\":1,\"b\":2},[]]", "[1#][2#]1/! 1:16 intake.json_shape" },
	{ "arrays where objects are declared", &objects, "[[1]]", "! 1:2 intake.json_shape" },
	{ "a strange member", &plain, "[{\"a\":1,\"b\":2},\n{\"c\":3}]", "[1#][2#]1/! 2:4 intake.json_member" },
	{ "strange members that may be", &loose, "[{\"a\":1,\"c\":{\"a\":[2]},\"b\":3}]", "[1#][3#]1/" },
	{ "a member that is never there", &plain, "[{\"a\":1},{\"a\":2}]", "[1#][-]1/[2#][-]1/! 0:0 intake.json_field" },
	{ "a member that may never be there", &lacking, "[{\"a\":1},{}]", "[1#][-]1/[-][-]1/" },
	{ "members that are picked", &picked, "[{\"a\":1,\"b\":2}]", "[2#]1/" },
	{ "a member twice", &plain, "[{\"a\":1,\n\"b\":2,\"a\":3}]", "! 2:9 intake.json_twice" },
	{ "lines", &lines, "{\"a\":1}\n{\"b\":2}\r\n\n{\"a\":3,\"b\":4}", "[1#][-]1/[-][2#]2/[3#][4#]4/" },
	{ "lines, the last one cut", &lines, "{\"a\":1}\n{\"b\":", "[1#][-]1/! 2:6 intake.json_syntax" },
	{ "features", &map, "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":7,\"properties\":{\"nom\":\"Ain\"},"
	  "\"geometry\":{\"type\": \"Point\", \"coordinates\": [5.1, 46.0]}},\n{\"geometry\":null,\"bbox\":[1,2],\"properties\":{\"nom\":\"Aube\"}}]}",
	  "[Ain][{\"type\":\"Point\",\"coordinates\":[5.1,46.0]}][7#]1/[Aube][-][-]2/" },
	{ "a comma too many", &plain, "[{\"a\":1,\"b\":2},]", "[1#][2#]1/! 1:16 intake.json_syntax" },
	{ "text after the end", &plain, "[{\"a\":1,\"b\":2}] x", "[1#][2#]1/! 1:17 intake.json_syntax" },
	{ "cut", &plain, "[{\"a\":1,\"b\":2},\n{\"a\":", "[1#][2#]1/! 2:6 intake.json_syntax" },
	{ "half a pair", &plain, "[{\"a\":1,\"b\":2},\n{\"a\":\"\\ud83d\"}]", "[1#][2#]1/! 2:7 intake.json_escape" },
	{ "NUL as escape", &plain, "[{\"a\":\"x\\u0000\"}]", "! 1:9 intake.json_escape" },
	{ "bad UTF-8", &plain, "[{\"a\":1,\"b\":2},\n{\"a\":\"\xe9\"}]", "[1#][2#]1/! 2:7 intake.encoding" },
	{ "a control character", &plain, "[{\"a\":\"\x01\"}]", "! 1:7 intake.json_syntax" },
};

static void test_cases(void)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 64 };
	struct buf out = BUF(8000);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].in);
		bool same = true;
		buf_clear(&out);
		show(&out, cases[i].r, false, cases[i].in, n, 0);
		CHECK_STR(buf_text(&out), cases[i].want, cases[i].name);
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			buf_clear(&out);
			show(&out, cases[i].r, false, cases[i].in, n, sizes[k]);
			/* Where a syntax error is seen may depend on where the text was cut, by a token; the rest may not. */
			const char *at = strchr(cases[i].want, '!');
			same = same && (strstr(cases[i].want, "syntax") ? !strncmp(buf_text(&out), cases[i].want, (size_t)(at - cases[i].want)) :
			                !strcmp(buf_text(&out), cases[i].want));
		}
		CHECK(same, "the same in small portions");
	}
	buf_clear(&out);
	show(&out, &plain, true, "[{\"b\":1,\"a\":2}]", 15, 0);
	CHECK_STR(buf_text(&out), "[a][b]1/[2#][1#]1/", "with a header row");
	buf_clear(&out);
	show(&out, &plain, true, "[]", 2, 0);
	CHECK_STR(buf_text(&out), "[a][b]1/", "a header row without rows");
	buf_clear(&out);
	show(&out, &plain, true, "[[1]]", 5, 0);
	CHECK_STR(buf_text(&out), "[1#]1/", "arrays bring their own");
	buf_free(&out);
}

static void test_limits(void)
{
	struct buf in = BUF(64 << 20), out = BUF(64 << 20);

	buf_str(&in, "[");
	for (int i = 0; i < 100; i++)
		buf_str(&in, "[");
	show(&out, &plain, false, in.s, in.n, 0);
	CHECK_STR(buf_text(&out), "! 1:65 intake.json_deep", "depth");
	buf_clear(&in);
	buf_clear(&out);
	buf_str(&in, "[{\"a\":\"");
	for (int i = 0; i < 1 << 20; i++)
		buf_str(&in, "0123456789abcdef");
	show(&out, &plain, false, in.s, in.n, 0);
	CHECK(strstr(buf_text(&out), "intake.json_large") != NULL, "one text of 16 megabytes");
	buf_clear(&in);
	buf_clear(&out);
	buf_str(&in, "[[0");
	for (int i = 0; i < ROWS_CELLS; i++)
		buf_str(&in, ",0");
	show(&out, &plain, false, in.s, in.n, 0);
	CHECK(strstr(buf_text(&out), "intake.json_large") != NULL, "too many cells");
	buf_clear(&in);
	buf_clear(&out);
	buf_str(&in, "[");
	for (int i = 0; i < 200000; i++)
		buf_printf(&in, "%s{\"a\":%d,\"b\":\"some text, %d\"}", i ? ",\n" : "", i, i);
	buf_str(&in, "]");
	show(&out, &plain, false, in.s, in.n, 0);
	const char *end = "[199999#][some text, 199999]200000/";
	CHECK(out.n > strlen(end) && !strcmp(out.s + out.n - strlen(end), end), "many rows");
	buf_free(&in);
	buf_free(&out);
}

int main(void)
{
	test_cases();
	test_limits();
	return done_testing();
}
