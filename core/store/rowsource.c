/* The virtual table "_source": its rows are what a callback hands out. Nothing is copied on the way: SQLite reads each cell where the
 * callback has it and writes it into the record of the new row before the next one is asked for. */
#include "store/rowsource.h"

#include "store/sqlite.h"

/* One call of rowsource_insert, with the one cursor that SQLite opens. */
struct insertion {
	sqlite3_vtab_cursor cursor;
	struct rowsource *src;
	const char *names;           /* "a", "b" … */
	struct err *e;
	int64_t row;                 /* rows handed out so far, the current one included */
	bool ended, failed;
};
/* SQLite lets go of it only at the next statement: it outlives the call. */
struct source_table { sqlite3_vtab base; struct insertion *work; };

static struct insertion *work_of(sqlite3_vtab_cursor *c)
{
	return ((struct source_table *)c->pVtab)->work;
}

static int table_connect(sqlite3 *db, void *context, int argc, const char *const *argv, sqlite3_vtab **out, char **error)
{
	struct insertion *w = context;
	struct source_table *t = sqlite3_malloc(sizeof *t);
	char *sql = sqlite3_mprintf("CREATE TABLE x (%s)", w->names);
	int rc = t && sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;

	(void)argc, (void)argv, (void)error;
	sqlite3_free(sql);
	if (rc == SQLITE_OK) {
		*t = (struct source_table){ .work = w };
		*out = &t->base;
	} else {
		sqlite3_free(t);
	}
	return rc;
}

static int table_disconnect(sqlite3_vtab *t)
{
	sqlite3_free(t);
	return SQLITE_OK;
}

static int table_plan(sqlite3_vtab *t, sqlite3_index_info *plan)
{
	(void)t, (void)plan;
	return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	*out = &((struct source_table *)t)->work->cursor;
	return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *c)
{
	(void)c;
	return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *c)
{
	struct insertion *w = work_of(c);
	int rc = w->src->next(w->src->context, &w->src->hand, w->e);

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
	return work_of(c)->ended;
}

static int cursor_column(sqlite3_vtab_cursor *c, sqlite3_context *out, int i)
{
	const struct cell *cell = &work_of(c)->src->hand[i];

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
	*out = work_of(c)->row;
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 1, .xConnect = table_connect, .xDisconnect = table_disconnect, .xBestIndex = table_plan,
	.xOpen = cursor_open, .xClose = cursor_close, .xFilter = cursor_filter, .xNext = cursor_next,
	.xEof = cursor_eof, .xColumn = cursor_column, .xRowid = cursor_rowid,
};

bool rowsource_insert(struct db *db, const char *table, const char *const *columns, struct rowsource *src,
                      int64_t *rows, struct err *e)
{
	sqlite3 *s = db_handle(db);
	struct insertion work = { .src = src, .e = e };
	sqlite3_str *text = sqlite3_str_new(s);

	for (size_t i = 0; i < src->ncolumn; i++)
		sqlite3_str_appendf(text, "%s\"%w\"", i ? ", " : "", columns[i]);
	char *names = sqlite3_str_finish(text);
	char *sql = sqlite3_mprintf("INSERT INTO \"%w\" (%s) SELECT * FROM _source", table, names);
	work.names = names;
	int rc = names && sql ? sqlite3_create_module(s, "_source", &module, &work) : SQLITE_NOMEM;
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s, sql, NULL, NULL, NULL);
	if (rc == SQLITE_CONSTRAINT || rc == SQLITE_MISMATCH) {
		err_set(e, ERR_ROW_REFUSED, "%s" ERR_SEP "%lld", table, (long long)work.row);
		err_why(e, "%s", sqlite3_errmsg(s));
	} else if (rc != SQLITE_OK && !work.failed) {
		db_failed(db, rc, ERR_SQL_RUN, e);
	}
	*rows = rc == SQLITE_OK ? sqlite3_changes64(s) : 0;
	/* The module points to this call's frame. */
	sqlite3_create_module(s, "_source", NULL, NULL);
	sqlite3_free(sql);
	sqlite3_free(names);
	return rc == SQLITE_OK;
}
