/* Rows from a callback into a table. */
#include "tap.h"

#include "base/text.h"
#include "store.h"
#include "store/rowsource.h"

static struct arena arena;

/* n rows; row i is (i, "row i" in a buffer that is used again, i / 2.0 or NULL). */
struct numbers { int n, i, fail_at; char text[32]; struct cell cell[3]; };

static int next(void *context, const struct cell **cells, struct err *e)
{
	struct numbers *c = context;

	if (c->i == c->n)
		return 0;
	c->i++;
	if (c->i == c->fail_at) {
		err_set(e, ERR_READ, "row %d", c->i);
		return -1;
	}
	int len = snprintf(c->text, sizeof c->text, "row %d", c->i);
	c->cell[0] = (struct cell){ .type = CELL_INT, .i = c->i };
	c->cell[1] = (struct cell){ .type = CELL_TEXT, .s = c->text, .n = (size_t)len };
	c->cell[2] = c->i % 2 ? (struct cell){ .type = CELL_NULL } : (struct cell){ .type = CELL_REAL, .d = c->i / 2.0 };
	*cells = c->cell;
	return 1;
}

static const char *const columns[] = { "id", "te\"xt", "half" };

static bool insert(struct db *db, const char *table, struct numbers *c, int64_t *rows, struct err *e)
{
	struct rowsource src = { .context = c, .ncolumn = 3, .next = next };

	return rowsource_insert(db, table, columns, &src, rows, e);
}

int main(void)
{
	struct err e = { 0 };
	const char *dir = path_mkdtemp(&arena, temp_root(), &e);
	struct db *db = db_open_build(path_join(&arena, dir, "x.db"), &e);
	int64_t rows = -1;

	CHECK(db_exec(db, "CREATE TABLE \"od\"\"d\" (half REAL, id INTEGER PRIMARY KEY, \"te\"\"xt\" TEXT NOT NULL) STRICT;"
	                  "CREATE TABLE keyed (\"te\"\"xt\" TEXT PRIMARY KEY, id, half) WITHOUT ROWID;"
	                  "CREATE INDEX keyed_id ON keyed (id);", &e), "tables");
	CHECK(insert(db, "od\"d", &(struct numbers){ .n = 1000 }, &rows, &e) && rows == 1000, "a thousand rows, names with quotes");
	CHECK_STR(ask(&arena, db, "SELECT id, \"te\"\"xt\", half FROM \"od\"\"d\" WHERE id = 999", &e), "999|row 999|null", "cells land in their columns");
	CHECK_STR(ask(&arena, db, "SELECT count(*), count(half), sum(half), count(DISTINCT \"te\"\"xt\") FROM \"od\"\"d\"", &e), "1000|500|125250.0|1000",
	          "every cell is its own");
	CHECK(insert(db, "keyed", &(struct numbers){ .n = 1000 }, &rows, &e) && rows == 1000, "a second table with an index and no rowid");
	CHECK_STR(ask(&arena, db, "SELECT \"te\"\"xt\" FROM keyed WHERE id = 500", &e), "row 500", "is found by its index");
	CHECK(insert(db, "keyed", &(struct numbers){ .n = 0 }, &rows, &e) && rows == 0, "no rows");
	CHECK(!insert(db, "od\"d", &(struct numbers){ .n = 3 }, &rows, &e) && e.id == ERR_ROW_REFUSED && rows == 0, "a key twice");
	CHECK_STR(e.arg[0], "od\"d", "the table is named");
	CHECK_STR(e.arg[1], "1", "and the row");
	CHECK(strstr(e.why, "UNIQUE") != NULL, "with SQLite's words");
	CHECK(!insert(db, "nowhere", &(struct numbers){ .n = 3 }, &rows, &e) && e.id == ERR_SQL_RUN, "a table that is not there");
	CHECK(db_exec(db, "DELETE FROM keyed", &e) && !insert(db, "keyed", &(struct numbers){ .n = 9, .fail_at = 5 }, &rows, &e) && e.id == ERR_READ,
	      "an error of the callback comes through");
	CHECK_STR(e.arg[0], "row 5", "as it was set");
	CHECK_STR(ask(&arena, db, "SELECT count(*) FROM _source", &e), "store.sql_no_table", "the source is gone afterwards");
	db_close(db);
	path_remove_tree(dir, &e);
	arena_free(&arena);
	return done_testing();
}
