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
};

int main(void)
{
	struct sqltext t;
	struct err e = { 0 };

	for (size_t i = 0; i < sizeof finds / sizeof *finds; i++) {
		/* An exact copy, so that a read past its end is seen by the sanitizer. */
		size_t n = strlen(finds[i].sql);
		char *copy = malloc(n ? n : 1);
		memcpy(copy, finds[i].sql, n);
		long at = sqltext_find(copy, n, finds[i].name);
		CHECK(at == finds[i].at, finds[i].sql);
		if (at != finds[i].at)
			printf("# at %ld\n", at);
		free(copy);
	}
	CHECK(sqltext_skip(" ;-- x\n;SELECT", 14, 0, &t) && t.at == 8 && sqltext_is(&t, "select") && !sqltext_is(&t, "selec") && !sqltext_is(&t, "selects"),
	      "the first word");
	CHECK(!sqltext_skip(" ; /* x */ ", 11, 0, &t), "there is none");
	sqltext_place(&e, "a\nbé c\nd", 9, 6);
	CHECK(e.line == 2 && e.column == 4 && e.caret == 4 && !strcmp(e.excerpt, "bé c"), "a place counts characters");
	sqltext_place(&e, "a\n", 2, 99);
	CHECK(e.line == 2 && e.column == 1 && !e.excerpt[0], "a place past the end is the end");
	sqltext_place(&e, "a", 1, -1);
	CHECK(e.line == 2, "no place leaves the record as it is");
	return done_testing();
}
