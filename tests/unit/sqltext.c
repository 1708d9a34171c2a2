/* SQL text as its reader sees it. */
#include "tap.h"

#include "base/arena.h"
#include "store/sqltext.h"

#include <stdlib.h>

static const struct { const char *sql, *name; long at; } finds[] = {
	{ "SELECT a FROM t", "t", 14 },
	{ "SELECT 't' FROM T", "t", 16 },
	{ "SELECT 'it''s t' FROM t", "t", 22 },
	{ "SELECT /* t */ 1 -- t\nFROM t", "t", 27 },
	{ "SELECT \"t\"", "t", 7 },
	{ "SELECT [t]", "t", 7 },
	{ "SELECT `t`", "t", 7 },
	{ "SELECT tt, t2, _t", "t", -1 },
	{ "SELECT é.t", "t", 10 },
	{ "SELECT 't", "t", -1 },
	{ "SELECT /* t", "t", -1 },
	{ "SELECT --t", "t", -1 },
	{ "SELECT \"", "t", -1 },
	{ "", "t", -1 },
	{ "/*", "t", -1 },
	{ "/*/ t", "t", -1 },
	{ "-", "t", -1 },
	{ "[", "", -1 },
	{ "SELECT :t, t", "t", 11 },
	{ "SELECT $a(') FROM t", "t", 18 },
	{ "SELECT $a(', t", "t", 13 },
};

int main(void)
{
	struct sqltext t;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof finds / sizeof *finds; i++) {
		/* A copy, so that a read past its end is seen by the sanitizer. */
		char *copy = strdup(finds[i].sql);
		const char *found = sqltext_find(copy, finds[i].name);
		long at = found ? found - copy : -1;
		CHECK(at == finds[i].at, finds[i].sql);
		if (at != finds[i].at)
			printf("# at %ld\n", at);
		free(copy);
	}
	const char *sql = " ;-- x\n;SELECT", *rest = sql;
	CHECK(sqltext_next(&rest, &t) && t.at - sql == 8 && sqltext_is(&t, "select") && !sqltext_is(&t, "selec") && !sqltext_is(&t, "selects"),
	      "the first word");
	CHECK(!*rest, "and what follows it");
	rest = " ; /* x */ ";
	CHECK(!sqltext_next(&rest, &t), "there is none");
	rest = "; ';'";
	CHECK(sqltext_next(&rest, &t) && t.is_text && !*rest, "a text is no semicolon");
	sql = "a\nbé c\nd";
	sqltext_place(&e, sql, sql + 6);
	CHECK(e.line == 2 && e.column == 4 && e.caret == 4 && !strcmp(e.excerpt, "bé c"), "a place counts characters");
	sqltext_place(&e, sql, sql + 1);
	CHECK(e.line == 1 && e.column == 2 && !strcmp(e.excerpt, "a"), "the end of a line belongs to it");
	sql = "a\n";
	sqltext_place(&e, sql, sql + 2);
	CHECK(e.line == 2 && e.column == 1 && !e.excerpt[0], "the end of the text has a place");
	sqltext_place(&e, sql, NULL);
	CHECK(e.line == 2, "no place leaves the record as it is");
	return done_testing();
}
