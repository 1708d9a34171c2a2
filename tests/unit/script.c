/* Scripts of commands over verbs that only pretend: values cross both ways unchanged, errors come back as they were raised. */
#include "host/script.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

struct pretend { const char *answer; const char *refuse; struct buf said; };   /* answer of `query`; verb that fails; what `words` got */

static bool call(void *context, const char *verb, const char *in, size_t n, struct buf *out, struct err *e)
{
	struct pretend *p = context;

	if (p->refuse && !strcmp(verb, p->refuse)) {
		err_set(e, ERR_OPEN, "%s", "a file");
		err_at(e, "some/file.csv", 12, 3);
		return false;
	}
	/* A project in which nothing lies. */
	static const struct { const char *verb, *answer; } project[] = {
		{ "root", "\"/project\"" }, { "kinds", "[]" }, { "list", "[]" },
		{ "read", "{\"name\":\"p\",\"title\":{\"fr\":\"t\",\"en\":\"t\"},\"edition\":{\"data_as_of\":\"2026-01-10\",\"date\":\"2026-01-15\"},\"reports\":[]}" },
	};

	for (size_t i = 0; i < sizeof project / sizeof *project; i++)
		if (!strcmp(verb, project[i].verb))
			buf_str(out, project[i].answer);
	if (!strcmp(verb, "query"))
		buf_str(out, p->answer);
	else if (!strcmp(verb, "words"))
		buf_add(&p->said, in, n);
	return true;
}

/* Runs sql.lua on a terminal, or as input says; p->said is what it told. */
static int run(struct pretend *p, const char *name, const char *input, struct err *e)
{
	static const enum lang lang = LANG_EN;

	p->said = BUF(1 << 20);
	return script_run(name, input, &(struct script_host){ call, p, &lang }, e);
}

static void check(const char *title, const char *answer, const char *said)
{
	struct pretend p = { .answer = answer };
	struct err e = { 0 };

	CHECK(run(&p, "sql", "{\"lang\":\"en\",\"tty\":true,\"words\":[\"SELECT 1\"]}", &e) == 0, title);
	CHECK_STR(buf_text(&p.said), said, title);
	buf_free(&p.said);
}

static void check_values(void)
{
	check("whole numbers of 64 bits", "{\"columns\":[\"n\"],\"rows\":[[9223372036854775807],[-9223372036854775808],[0]],\"more\":false}",
	      "{\"text\":\"                   n\\n 9223372036854775807\\n-9223372036854775808\\n                   0\\n\",\"to\":\"out\"}");
	check("reals", "{\"columns\":[\"n\"],\"rows\":[[0.1],[1e300],[-2.5E-7]],\"more\":false}",
	      "{\"text\":\"       n\\n     0.1\\n  1e+300\\n-2.5e-07\\n\",\"to\":\"out\"}");
	check("escapes, pairs and bytes of UTF-8", "{ \"columns\" : [ \"t\" ] , \"rows\" : [ [ \"a\\\\\\\"\\/\\u00e9é\\ud83d\\ude00\" ] ] , \"more\" : false }",
	      "{\"text\":\"t\\na\\\\\\\"/éé😀\\n\",\"to\":\"out\"}");
	check("an escaped backslash before u", "{\"columns\":[\"t\"],\"rows\":[[\"\\\\u0041\"]],\"more\":false}",
	      "{\"text\":\"t\\n\\\\u0041\\n\",\"to\":\"out\"}");
	check("null and empty", "{\"columns\":[\"a\",\"b\"],\"rows\":[[null,\"\"],[1,true]],\"more\":false}",
	      "{\"text\":\"a  b\\n   \\n1  true\\n\",\"to\":\"out\"}");
	check("no row", "{\"columns\":[\"a\"],\"rows\":[],\"more\":false}", "{\"text\":\"a\\n\",\"to\":\"out\"}");
	check("signs that steer a terminal", "{\"columns\":[\"a\"],\"rows\":[[\"\\u001b[31mred\\n\\u009b1m\"]],\"more\":false}",
	      "{\"text\":\"a\\n [31mred  1m\\n\",\"to\":\"out\"}");
}

static void check_bad(void)
{
	static const char *const bad[] = { "{", "[1,]", "{\"a\" 1}", "\"abc", "nul", "1 2", "[1", "{1:2}", "-" };
	char deep[600] = "";

	memset(deep, '[', 400);
	for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
		struct pretend p = { .answer = i < sizeof bad / sizeof *bad ? bad[i] : deep };
		struct err e = { 0 };
		int code = run(&p, "sql", "{\"lang\":\"en\",\"tty\":true,\"words\":[\"SELECT 1\"]}", &e);
		CHECK(code == -1 && e.id == ERR_BUG && strstr(e.arg[0], "JSON"), p.answer);
		buf_free(&p.said);
	}
}

static void check_errors(void)
{
	struct pretend p = { .refuse = "query" };
	struct err e = { 0 };

	CHECK(run(&p, "sql", "{\"lang\":\"en\",\"tty\":true,\"words\":[\"SELECT 1\"]}", &e) == EXIT_FAILED, "a verb that fails gives its exit code");
	CHECK(strstr(buf_text(&p.said), "some/file.csv:12:3: error: cannot open a file"), "and is told with its place");
	buf_free(&p.said);
	CHECK(run(&p, "sql", "{\"lang\":\"en\",\"tty\":true,\"json\":true,\"settled\":true,\"words\":[]}", &e) == EXIT_USAGE, "an error of a script");
	CHECK(strstr(buf_text(&p.said), "{\\\"error\\\":{\\\"id\\\":\\\"app.no_query\\\""), "as JSON when that was asked for");
	buf_free(&p.said);
	CHECK(run(&p, "no_such_script", "{\"lang\":\"en\"}", &e) == -1 && e.id == ERR_BUG, "a script that is not there");
	buf_free(&p.said);
	p = (struct pretend){ .answer = "7" };
	CHECK(run(&p, "sql", "{\"lang\":\"en\",\"tty\":true,\"words\":[\"SELECT 1\"]}", &e) == -1 && strstr(e.arg[0], "host/command/sql.lua:"),
	      "a mistake in a script names its line");
	buf_free(&p.said);
}

int main(void)
{
	check_values();
	check_bad();
	check_errors();
	return done_testing();
}
