/* The virtual table "_source": its rows are what a callback hands out. Nothing is copied on the way: SQLite reads each cell where the
 * callback has it and writes it into the record of the new row before the next one is asked for. */
#include "store/rowsource.h"

#include "base/buf.h"
#include "store/sqlite.h"

#include <stdlib.h>

struct source_table {
	sqlite3_vtab base;
	struct insertion *work;
};
struct source_cursor {
	sqlite3_vtab_cursor base;
	struct insertion *work;
};
struct insertion {
	struct rowsource *src;
	struct err *e;
	const struct cell *cells;
	int64_t row;                 /* rows handed out so far, the current one included */
	bool ended, failed;
};

static int table_connect(sqlite3 *db, void *context, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
	struct insertion *w = context;
	struct buf sql = BUF(1 << 20);
	struct source_table *t = sqlite3_malloc(sizeof *t);

	(void)argc, (void)argv, (void)error;
	buf_str(&sql, "CREATE TABLE x(");
	for (size_t i = 0; i < w->src->ncolumn; i++)
		buf_printf(&sql, "%sc%zu", i ? "," : "", i);
	buf_str(&sql, ")");
	int rc = !t || sql.over ? SQLITE_NOMEM : sqlite3_declare_vtab(db, sql.s);
	buf_free(&sql);
	if (rc == SQLITE_OK)
		rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
	if (rc != SQLITE_OK) {
		sqlite3_free(t);
		return rc;
	}
	*t = (struct source_table){ .work = w };
	*out = &t->base;
	return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *t)
{
	sqlite3_free(t);
	return SQLITE_OK;
}

static int table_plan(sqlite3_vtab *t, sqlite3_index_info *plan)
{
	(void)t;
	plan->estimatedCost = 1e9;
	plan->estimatedRows = 1000000000;
	return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	struct source_cursor *c = sqlite3_malloc(sizeof *c);

	if (!c)
		return SQLITE_NOMEM;
	*c = (struct source_cursor){ .work = ((struct source_table *)t)->work };
	*out = &c->base;
	return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *c)
{
	sqlite3_free(c);
	return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *c)
{
	struct insertion *w = ((struct source_cursor *)c)->work;
	int rc = w->src->next(w->src->context, &w->cells, w->e);

	w->ended = rc == 0;
	w->failed = rc < 0;
	w->row += rc > 0;
	return rc < 0 ? SQLITE_ERROR : SQLITE_OK;
}

static int cursor_filter(sqlite3_vtab_cursor *c, int number, const char *name, int argc, sqlite3_value **argv)
{
	(void)number, (void)name, (void)argc, (void)argv;
	return cursor_next(c);
}

static int cursor_eof(sqlite3_vtab_cursor *c)
{
	return ((struct source_cursor *)c)->work->ended;
}

static int cursor_column(sqlite3_vtab_cursor *c, sqlite3_context *out, int i)
{
	const struct cell *cell = &((struct source_cursor *)c)->work->cells[i];

	switch (cell->type) {
	case CELL_NULL: sqlite3_result_null(out); break;
	case CELL_INT: sqlite3_result_int64(out, cell->i); break;
	case CELL_REAL: sqlite3_result_double(out, cell->d); break;
	case CELL_TEXT: sqlite3_result_text64(out, cell->s, cell->n, SQLITE_STATIC, SQLITE_UTF8); break;
	}
	return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *out)
{
	*out = ((struct source_cursor *)c)->work->row;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 1, .xConnect = table_connect, .xDisconnect = table_disconnect, .xBestIndex = table_plan,
	.xOpen = cursor_open, .xClose = cursor_close, .xFilter = cursor_filter, .xNext = cursor_next,
	.xEof = cursor_eof, .xColumn = cursor_column, .xRowid = cursor_rowid,
};

static void put_name(struct buf *sql, const char *name)
{
	buf_char(sql, '"');
	for (; *name; name++) {
		if (*name == '"')
			buf_char(sql, '"');
		buf_char(sql, *name);
	}
	buf_char(sql, '"');
}

bool rowsource_insert(struct db *db, const char *table, const char *const *columns, struct rowsource *src, int64_t *rows, struct err *e)
{
	sqlite3 *s = db_handle(db);
	struct insertion work = { .src = src, .e = e };
	struct buf sql = BUF(1 << 20);

	buf_str(&sql, "INSERT INTO ");
	put_name(&sql, table);
	for (size_t i = 0; i < src->ncolumn; i++) {
		buf_str(&sql, i ? ", " : " (");
		put_name(&sql, columns[i]);
	}
	buf_str(&sql, ") SELECT * FROM _source");
	int rc = sql.over ? SQLITE_TOOBIG : sqlite3_create_module(s, "_source", &module, &work);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s, sql.s, NULL, NULL, NULL);
	if (rc == SQLITE_CONSTRAINT || rc == SQLITE_MISMATCH) {
		err_set(e, ERR_ROW_REFUSED, "%s" ERR_SEP "%lld", table, (long long)work.row);
		err_why(e, "%s", sqlite3_errmsg(s));
	} else if (rc != SQLITE_OK && !work.failed) {
		db_failed(db, rc, e);
	}
	*rows = rc == SQLITE_OK ? sqlite3_changes64(s) : 0;
	/* The module points to this call's frame. */
	sqlite3_create_module(s, "_source", NULL, NULL);
	buf_free(&sql);
	return rc == SQLITE_OK;
}
