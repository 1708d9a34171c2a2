/* sql: a question to the loaded tables. Aligned on a terminal, tab-separated elsewhere, objects with --json. */
#include "app/plan.h"

#include "base/num.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_WIDTH = 60, ALIGNED_ROWS = 2000 };

static void put_cell(struct buf *out, const struct cell *c, bool json)
{
	switch (c->type) {
	case CELL_NULL: buf_str(out, json ? "null" : ""); return;
	case CELL_INT: buf_printf(out, "%lld", (long long)c->i); return;
	case CELL_REAL: num_put_real(out, c->d); return;
	case CELL_TEXT:
		if (json)
			buf_json(out, c->s, c->n);
		else
			text_clean(out, c->s, c->n);
	}
}

static void print_json_row(struct stmt *st, bool first)
{
	struct buf row = BUF(1 << 26);

	buf_str(&row, first ? "\n{" : ",\n{");
	for (int i = 0; i < stmt_columns(st); i++) {
		const char *name = stmt_column_name(st, i);
		struct cell c = stmt_cell(st, i);
		if (i)
			buf_char(&row, ',');
		buf_json(&row, name, strlen(name));
		buf_char(&row, ':');
		put_cell(&row, &c, true);
	}
	buf_char(&row, '}');
	fwrite(buf_text(&row), 1, row.n, stdout);
	buf_free(&row);
}

static void print_plain_row(struct stmt *st, struct buf *row)
{
	int n = stmt_columns(st);

	buf_clear(row);
	for (int i = 0; i < n; i++) {
		struct cell c = stmt_cell(st, i);
		put_cell(row, &c, false);
		buf_char(row, i + 1 < n ? '\t' : '\n');
	}
	fwrite(row->s, 1, row->n, stdout);
}

/* Nothing is printed before the first row is there: most queries that fail do so before it. */
static int print_stream(struct stmt *st, bool json, struct err *e)
{
	struct buf row = BUF(1 << 26);
	int step = stmt_step(st, e), n = stmt_columns(st);

	if (step < 0)
		return step;
	if (json)
		putchar('[');
	for (int i = 0; !json && i < n; i++)
		printf("%s%c", stmt_column_name(st, i), i + 1 < n ? '\t' : '\n');
	for (bool first = true; step == 1; step = stmt_step(st, e), first = false) {
		if (json)
			print_json_row(st, first);
		else
			print_plain_row(st, &row);
	}
	if (json)
		puts("\n]");
	buf_free(&row);
	return step < 0 ? -2 : step;
}

static void print_padded(const char *s, size_t width, bool right, bool last)
{
	size_t n = text_utf8_length(s, strlen(s)), cut = strlen(s);
	const char *p = s, *end = s + cut;
	bool long_text = n > SHOWN_WIDTH;

	for (size_t i = 0; long_text && i + 1 < SHOWN_WIDTH; i++)
		text_utf8_next(&p, end);
	if (long_text) {
		cut = (size_t)(p - s);
		n = SHOWN_WIDTH;
	}
	int pad = (int)(width - n);
	printf("%*s%.*s%s%*s", right ? pad : 0, "", (int)cut, s, long_text ? "…" : "", right || last ? 0 : pad, "");
	fputs(last ? "\n" : "  ", stdout);
}

/* Takes up to ALIGNED_ROWS rows, measures the columns, prints; more rows are announced. */
static int print_aligned(struct stmt *st, struct arena *a, struct log *log, struct err *e)
{
	size_t n = (size_t)stmt_columns(st), rows = 0;
	const char **cell = arena_array(a, const char *, n * (ALIGNED_ROWS + 1));
	size_t *width = arena_array(a, size_t, n);
	bool *right = arena_array(a, bool, n);
	int step = 0;

	for (size_t i = 0; i < n; i++)
		cell[i] = arena_strdup(a, stmt_column_name(st, (int)i));
	while (rows < ALIGNED_ROWS && (step = stmt_step(st, e)) == 1) {
		rows++;
		for (size_t i = 0; i < n; i++) {
			struct buf text = BUF(1 << 24);
			struct cell c = stmt_cell(st, (int)i);
			put_cell(&text, &c, false);
			right[i] |= c.type == CELL_INT || c.type == CELL_REAL;
			cell[rows * n + i] = arena_strdup(a, buf_text(&text));
			buf_free(&text);
		}
	}
	for (size_t k = 0; k < n * (rows + 1); k++) {
		size_t w = text_utf8_length(cell[k], strlen(cell[k]));
		w = w > SHOWN_WIDTH ? SHOWN_WIDTH : w;
		if (w > width[k % n])
			width[k % n] = w;
	}
	for (size_t k = 0; k < n * (rows + 1); k++)
		print_padded(cell[k], width[k % n], right[k % n], k % n + 1 == n);
	if (step == 1)
		log_note(log, "… %d rows shown; write to a file for all", ALIGNED_ROWS);
	return step == 1 ? 0 : step;
}

int cmd_sql(struct app *app)
{
	struct plan p;
	struct err e = { 0 };
	struct db *db = NULL;
	struct stmt *st = NULL;
	int step = -1;

	if (!app->nword) {
		err_set(&e, ERR_NO_QUERY, "%s", "");
		return app_fail(app, &e);
	}
	if (plan_open(&p, app, true, &e) && schema_read(&p.schema, &p.project.arena, p.project.data, &e))
		db = db_open_query(&p.schema, &(struct db_limits){ .heap = p.project.limit_sql_memory }, NULL, &e);
	if (db)
		st = db_prepare(db, app->word[0], strlen(app->word[0]), &e);
	if (st)
		step = isatty(STDOUT_FILENO) && !app->json ? print_aligned(st, &p.project.arena, &app->log, &e) : print_stream(st, app->json, &e);
	stmt_done(st);
	db_close(db);
	/* Rows are on stdout already: the error goes to stderr in words, whatever the form of the rows. */
	app->json &= step != -2;
	int code = step < 0 ? app_fail(app, &e) : EXIT_OK;
	plan_close(&p);
	return code;
}
