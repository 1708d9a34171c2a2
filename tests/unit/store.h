/* Small package files for the tests of store/. */
#ifndef TEST_STORE_H
#define TEST_STORE_H
#include "base/path.h"
#include "store/db.h"
#include "store/schema.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static inline const char *temp_root(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

/* A table t with columns, described as string fields whose stamps are "s-<column>". columns: NULL-terminated. */
static inline const char *describe(struct arena *a, const char *table, const char *const *columns)
{
	char *sql = arena_printf(a, "INSERT INTO _resource VALUES ('%s', 'T', 'D', 'source fr', 'source en', 'https://example.org/', 'CC0', 'official',"
	                            " 'stamp-%s', 'data/%s.csv', 'abc', 3);", table, table, table);

	for (int i = 0; columns[i]; i++)
		sql = arena_printf(a, "%sINSERT INTO _field VALUES ('%s', %d, '%s', 'string', 'Title', '', 'posts', 's-%s', -1, %d);", sql, table, i,
		                   columns[i], columns[i], i == 0);
	return sql;
}

/* Builds <dir>/<name>.db from SQL; false shows the error. */
static inline bool make_package(struct arena *a, const char *dir, const char *name, const char *sql)
{
	struct err e = { 0 };
	struct db *db = db_open_build(arena_printf(a, "%s/%s.db", dir, name), &e);
	bool ok = db && schema_make(db, &e) &&
	          db_exec(db, arena_printf(a, "INSERT INTO _package VALUES ('%s', 'key-%s', 'fr', 'en', '1.0');%s", name, name, sql), &e);

	if (!ok)
		printf("# %s: %s %s\n", name, err_name(e.id), e.why);
	db_close(db);
	return ok;
}

/* First row of a query as text, cells joined by "|"; the error's name when it fails, "-" without a row. */
static inline const char *ask(struct arena *a, struct db *db, const char *sql, struct err *e)
{
	struct stmt *st = db_prepare(db, sql, strlen(sql), e);
	int rc = st ? stmt_step(st, e) : -1;
	const char *out = rc < 0 ? err_name(e->id) : "-";

	for (int i = 0; rc == 1 && i < stmt_columns(st); i++) {
		const char *s = stmt_text(st, i);
		out = arena_printf(a, "%s%s%s", i ? out : "", i ? "|" : "", s ? s : "null");
	}
	stmt_done(st);
	return arena_strdup(a, out);
}

/* What a statement reads, "package.table.column" joined by spaces; NULL when it is not accepted. */
static inline const char *reads(struct arena *a, struct db *db, const char *sql)
{
	struct err e = { 0 };
	struct stmt *st = db_prepare(db, sql, strlen(sql), &e);
	char *out = arena_strdup(a, "");
	size_t n = 0;

	if (!st)
		return err_name(e.id);
	const struct read *r = stmt_reads(st, &n);
	for (size_t i = 0; i < n; i++)
		out = arena_printf(a, "%s%s%s.%s.%s", out, i ? " " : "", r[i].package, r[i].table, r[i].column);
	stmt_done(st);
	return out;
}
#endif
