/* Types, formats and constraints of Table Schema, right and wrong. */
#include "intake/field.h"

#include "base/num.h"
#include "intake/json.h"
#include "tap.h"

/* A field as the descriptor writes it, a cell, and what becomes of it: a value with its type, "null", or the id of the refusal. */
static const struct { const char *field, *cell, *want; } cases[] = {
	{ "\"type\":\"string\"", "abc", "text abc" },
	{ "\"type\":\"string\"", "", "null" },
	{ "\"type\":\"string\"", " ", "text  " },
	{ "\"type\":\"string\",\"missingValues\":[]", "", "text " },
	{ "\"type\":\"string\",\"constraints\":{\"required\":true}", "", "intake.value_required" },
	{ "\"type\":\"any\"", "01", "text 01" },
	{ "\"title\":\"no type\"", "01", "text 01" },
	{ "\"type\":\"integer\"", "0", "int 0" },
	{ "\"type\":\"integer\"", "-12", "int -12" },
	{ "\"type\":\"integer\"", "+12", "int 12" },
	{ "\"type\":\"integer\"", "007", "int 7" },
	{ "\"type\":\"integer\"", "9223372036854775807", "int 9223372036854775807" },
	{ "\"type\":\"integer\"", "-9223372036854775808", "int -9223372036854775808" },
	{ "\"type\":\"integer\"", "9223372036854775808", "intake.value_type" },
	{ "\"type\":\"integer\"", "1.0", "intake.value_type" },
	{ "\"type\":\"integer\"", "1e3", "intake.value_type" },
	{ "\"type\":\"integer\"", " 1", "intake.value_type" },
	{ "\"type\":\"integer\"", "1 ", "intake.value_type" },
	{ "\"type\":\"integer\"", "-", "intake.value_type" },
	{ "\"type\":\"integer\"", "29?829", "intake.value_type" },
	{ "\"type\":\"integer\"", "1*", "intake.value_type" },
	{ "\"type\":\"integer\"", "NA", "intake.value_type" },
	{ "\"type\":\"integer\",\"missingValues\":[\"\",\"NA\"]", "NA", "null" },
	{ "\"type\":\"integer\",\"missingValues\":[{\"value\":\"ndiff\",\"label\":\"not published\"}]", "ndiff", "null not published" },
	{ "\"type\":\"integer\",\"missingValues\":[{\"value\":\"NA\"}]", "NA", "null" },
	{ "\"type\":\"integer\",\"groupChar\":\" \"", "1 234 567", "int 1234567" },
	{ "\"type\":\"integer\",\"groupChar\":\"\\u202f\"", "3\xe2\x80\xaf" "618", "int 3618" },
	{ "\"type\":\"integer\",\"groupChar\":\" \"", "1234567", "int 1234567" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "29,8", "intake.value_group" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "1234,567", "intake.value_group" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "1,234567", "intake.value_group" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "1,,234", "intake.value_type" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", ",234", "intake.value_type" },
	{ "\"type\":\"integer\",\"groupChar\":\",\"", "1,234,", "intake.value_type" },
	{ "\"type\":\"integer\",\"bareNumber\":false", "95%", "int 95" },
	{ "\"type\":\"integer\",\"bareNumber\":false", "€ -12 env.", "int -12" },
	{ "\"type\":\"integer\",\"bareNumber\":false", "none", "intake.value_type" },
	{ "\"type\":\"number\"", "1.50", "real 1.5" },
	{ "\"type\":\"number\"", "-0", "real 0" },
	{ "\"type\":\"number\"", "5e+05", "real 500000" },
	{ "\"type\":\"number\"", ".5", "real 0.5" },
	{ "\"type\":\"number\"", "1,5", "intake.value_type" },
	{ "\"type\":\"number\"", "NaN", "intake.value_type" },
	{ "\"type\":\"number\"", "INF", "intake.value_type" },
	{ "\"type\":\"number\"", "1e999", "intake.value_type" },
	{ "\"type\":\"number\"", "0x10", "intake.value_type" },
	{ "\"type\":\"number\",\"decimalChar\":\",\"", "7,83177350511023e-03", "real 0.00783177350511023" },
	{ "\"type\":\"number\",\"decimalChar\":\",\"", "1.5", "intake.value_type" },
	{ "\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\".\"", "1.234,5", "real 1234.5" },
	{ "\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\".\"", "1.5", "intake.value_group" },
	{ "\"type\":\"number\",\"bareNumber\":false,\"decimalChar\":\",\"", "3,5 %", "real 3.5" },
	{ "\"type\":\"boolean\"", "true", "int 1" },
	{ "\"type\":\"boolean\"", "0", "int 0" },
	{ "\"type\":\"boolean\"", "oui", "intake.value_type" },
	{ "\"type\":\"boolean\",\"trueValues\":[\"oui\"],\"falseValues\":[\"non\"]", "oui", "int 1" },
	{ "\"type\":\"boolean\",\"trueValues\":[\"oui\"],\"falseValues\":[\"non\"]", "true", "intake.value_type" },
	{ "\"type\":\"date\"", "2024-02-29", "text 2024-02-29" },
	{ "\"type\":\"date\"", "2023-02-29", "intake.value_type" },
	{ "\"type\":\"date\"", "1900-02-29", "intake.value_type" },
	{ "\"type\":\"date\"", "2000-02-29", "text 2000-02-29" },
	{ "\"type\":\"date\"", "2024-13-01", "intake.value_type" },
	{ "\"type\":\"date\"", "2024-1-1", "intake.value_type" },
	{ "\"type\":\"date\"", "08/02/2018", "intake.value_type" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y\"", "8/02/2018", "text 2018-02-08" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y\"", "31/04/2018", "intake.value_type" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y\"", "08/02/18", "intake.value_type" },
	{ "\"type\":\"date\",\"format\":\"fmt:%Y%m%d\"", "20180208", "text 2018-02-08" },
	{ "\"type\":\"date\",\"format\":\"any\"", "2018-02-08", "text 2018-02-08" },
	{ "\"type\":\"date\",\"format\":\"any\"", "8 février 2018", "intake.value_type" },
	{ "\"type\":\"time\"", "23:59:59", "text 23:59:59" },
	{ "\"type\":\"time\"", "24:00:00", "intake.value_type" },
	{ "\"type\":\"time\",\"format\":\"%Hh%M\"", "9h05", "text 09:05:00" },
	{ "\"type\":\"datetime\"", "2018-02-08T10:00:00Z", "text 2018-02-08T10:00:00Z" },
	{ "\"type\":\"datetime\"", "2018-02-08T10:00:00.250+02:00", "text 2018-02-08T10:00:00.250+02:00" },
	{ "\"type\":\"datetime\"", "2018-02-08 10:00:00", "intake.value_type" },
	{ "\"type\":\"year\"", "2018", "int 2018" },
	{ "\"type\":\"year\"", "18", "intake.value_type" },
	{ "\"type\":\"year\"", "+2018", "intake.value_type" },
	{ "\"type\":\"yearmonth\"", "2018-02", "text 2018-02" },
	{ "\"type\":\"yearmonth\"", "2018-13", "intake.value_type" },
	{ "\"type\":\"yearmonth\"", "2018-02-01", "intake.value_type" },
	{ "\"type\":\"integer\",\"constraints\":{\"minimum\":0}", "0", "int 0" },
	{ "\"type\":\"integer\",\"constraints\":{\"minimum\":0}", "-1", "intake.value_minimum" },
	{ "\"type\":\"integer\",\"constraints\":{\"exclusiveMinimum\":0}", "0", "intake.value_minimum" },
	{ "\"type\":\"integer\",\"constraints\":{\"maximum\":\"10\"}", "11", "intake.value_maximum" },
	{ "\"type\":\"number\",\"constraints\":{\"exclusiveMaximum\":1}", "0.99", "real 0.99" },
	{ "\"type\":\"date\",\"constraints\":{\"minimum\":\"2018-01-01\"}", "2017-12-31", "intake.value_minimum" },
	{ "\"type\":\"string\",\"constraints\":{\"minLength\":2,\"maxLength\":3}", "é", "intake.value_length" },
	{ "\"type\":\"string\",\"constraints\":{\"minLength\":2,\"maxLength\":3}", "éàü", "text éàü" },
	{ "\"type\":\"string\",\"constraints\":{\"maxLength\":3}", "éàüx", "intake.value_length" },
	{ "\"type\":\"string\",\"constraints\":{\"enum\":[\"low\",\"high\"]}", "low", "text low" },
	{ "\"type\":\"string\",\"constraints\":{\"enum\":[\"low\",\"high\"]}", "Low", "intake.value_enum" },
	{ "\"type\":\"integer\",\"constraints\":{\"enum\":[1,2]}", "02", "int 2" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\d{2}|2[AB]\"}", "2A", "text 2A" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\d{2}|2[AB]\"}", "2AB", "intake.value_pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\d{2}|2[AB]\"}", "x01", "intake.value_pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"^[a-z][a-z0-9_]*$\"}", "a_1", "text a_1" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"...\"}", "é’…", "text é’…" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"...\"}", "é’…x", "intake.value_pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"(?:ab)+\\\\.[\\\\w\\\\-\\\\]]+\"}", "abab.x-]", "text abab.x-]" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"a\\\\^\\\\?+\"}", "a^??", "text a^??" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"a{2,3}é\"}", "aaé", "text aaé" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"[^;]*\"}", "a b", "text a b" },
};
/* Fields that cannot be used. */
static const struct { const char *field, *want; } bad[] = {
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"[\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"a*?\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"(?=a)\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\p{L}\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"(a)\\\\1\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"[é]\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"pattern\":\"a\\\\\"}", "intake.pattern" },
	{ "\"type\":\"string\",\"constraints\":{\"minimum\":1}", "intake.descriptor_value" },
	{ "\"type\":\"integer\",\"constraints\":{\"minimum\":\"x\"}", "intake.value_type" },
	{ "\"type\":\"integer\",\"constraints\":{\"enum\":[\"x\"]}", "intake.value_type" },
	{ "\"type\":\"date\",\"format\":\"%d/%m\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%y\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%d/%m/%Y%\"", "intake.descriptor_value" },
	{ "\"type\":\"date\",\"format\":\"%d/%d/%m/%Y\"", "intake.descriptor_value" },
};

/* A descriptor of one column. */
static bool one_field(struct arena *a, const char *field, struct package *p, struct err *e)
{
	const char *text = arena_printf(a, "{\"name\":\"p\",\"resources\":[{\"name\":\"t\",\"path\":\"t.csv\",\"schema\":{\"fields\":[{\"name\":\"x\",%s}]}}]}",
	                                field);

	return package_parse(p, a, "dir", text, strlen(text), e);
}

static void show(struct buf *out, struct field_reader *r, const char *cell, struct err *e)
{
	/* Exactly as large as the cell, so that a sanitizer sees a read past its end. */
	struct arena a = { 0 };
	char *s = arena_strndup(&a, cell, strlen(cell));
	struct cell c = { 0 };
	const char *label = "";
	int rc = field_read(r, &(struct rowcell){ s, strlen(cell), false, ROWCELL_TEXT }, &c, &label, e);

	if (rc < 0) {
		buf_str(out, err_name(e->id));
	} else if (rc == 0) {
		buf_printf(out, "null%s%s", *label ? " " : "", label);
	} else if (c.type == CELL_INT) {
		buf_printf(out, "int %lld", (long long)c.i);
	} else if (c.type == CELL_REAL) {
		buf_str(out, "real ");
		num_put_real(out, c.d);
	} else {
		buf_printf(out, "text %.*s", (int)c.n, c.s);
	}
	arena_free(&a);
}

static void test_tables(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct package p;
		struct buf out = BUF(1000), name = BUF(1000);
		struct field_reader *r = one_field(&a, cases[i].field, &p, &e) ? field_open(p.resource[0].field, &a, &e) : NULL;
		if (r)
			show(&out, r, cases[i].cell, &e);
		else
			buf_str(&out, err_name(e.id));
		buf_printf(&name, "%s: “%s”", cases[i].field, cases[i].cell);
		CHECK_STR(buf_text(&out), cases[i].want, buf_text(&name));
		field_close(r);
		buf_free(&out);
		buf_free(&name);
		arena_free(&a);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct package p;
		struct field_reader *r = one_field(&a, bad[i].field, &p, &e) ? field_open(p.resource[0].field, &a, &e) : NULL;
		CHECK_STR(r ? "accepted" : err_name(e.id), bad[i].want, bad[i].field);
		field_close(r);
		arena_free(&a);
	}
}

/* What of a pattern cannot be used is shown. */
static void test_pattern(void)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct package p;

	CHECK(one_field(&a, "\"type\":\"string\",\"constraints\":{\"pattern\":\"ab(?=c)\"}", &p, &e) && !field_open(p.resource[0].field, &a, &e), "a pattern");
	CHECK_STR(e.arg[2], "(?=c)", "from where on it cannot be read");
	CHECK(one_field(&a, "\"type\":\"string\",\"constraints\":{\"pattern\":\"a(b\"}", &p, &e) && !field_open(p.resource[0].field, &a, &e), "another");
	CHECK(e.arg[2][0] != 0, "the reason");
	arena_free(&a);
}

static void test_decimals(void)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct package p;
	struct cell c;
	const char *label;

	CHECK(one_field(&a, "\"type\":\"number\",\"decimalChar\":\",\",\"constraints\":{\"maximum\":\"9,999\"}", &p, &e), "a number");
	struct field_reader *r = field_open(p.resource[0].field, &a, &e);
	CHECK(r && field_decimals(r) == 0, "no decimals before the first value, whatever the bounds");
	field_read(r, &(struct rowcell){ "1,50", 4, false, ROWCELL_TEXT }, &c, &label, &e);
	field_read(r, &(struct rowcell){ "2", 1, false, ROWCELL_TEXT }, &c, &label, &e);
	CHECK(field_decimals(r) == 2, "decimals as written, the most of them");
	field_close(r);
	CHECK(one_field(&a, "\"type\":\"string\"", &p, &e) && (r = field_open(p.resource[0].field, &a, &e)) && field_decimals(r) == -1, "a text has none");
	field_close(r);
	CHECK(field_read((r = field_open(p.resource[0].field, &a, &e)), &(struct rowcell){ "x\0y", 3, false, ROWCELL_TEXT }, &c, &label, &e) == 1 && c.n == 3, "length is not told by NUL");
	field_close(r);
	arena_free(&a);
}

int main(void)
{
	test_tables();
	test_pattern();
	test_decimals();
	return done_testing();
}
