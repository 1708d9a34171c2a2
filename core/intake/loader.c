/* Tables of a package, one after another: rows from the readers, typed, stamped, inserted by one INSERT … SELECT; then what concerns
 * several rows or tables (unique and foreign keys), asked of SQLite. Lines of rows are not kept: where a key fails, the source is read again. */
#include "intake/loader.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "intake/field.h"
#include "intake/package.h"
#include "intake/rows.h"
#include "intake/stamp.h"
#include "store/db.h"
#include "store/rowsource.h"
#include "store/schema.h"

#include <string.h>

enum { MAX_SQL = 1 << 20, KEY_TEXT = 200 };

/* A column of the table: a field, or the labels of a field's missing values. */
struct column { const struct field *field; const char *name; size_t source; bool is_label, key; };

/* One table while its rows pass. */
struct loading {
	const struct package *package;
	const struct resource *r;
	struct load_table *report;      /* NULL when rows are only looked at again */
	struct stamper *stamper;        /* NULL likewise */
	struct field_reader **reader;   /* one for each field */
	struct column *column;
	size_t ncolumn;
	struct cell *cell;              /* one for each column */
	const char **label;             /* of each field: label of its missing value, or NULL */
	struct rows *rows;              /* the part in hand */
	size_t part, width;
	long *map;
	struct row row;
	struct hash *parts;             /* digest over the parts' digests, when there are several */
	char sha256[HASH_HEX];
	struct err first;               /* the first refusal */
	struct arena *a;
};

static bool is_key(const struct resource *r, const char *name)
{
	for (size_t i = 0; i < r->nprimary; i++)
		if (!strcmp(r->primary_key[i], name))
			return true;
	return false;
}

static void add_column(struct loading *t, size_t source, const char *name, bool is_label)
{
	const struct field *f = &t->r->field[source];

	t->column[t->ncolumn++] = (struct column){ f, name, source, is_label, !is_label && is_key(t->r, name) };
}

static bool table_open(struct loading *t, const struct package *p, const struct resource *r, struct arena *a, struct err *e)
{
	*t = (struct loading){ .package = p, .r = r, .a = a };
	t->reader = arena_array(a, struct field_reader *, r->nfield);
	t->column = arena_array(a, struct column, 2 * r->nfield);
	t->cell = arena_array(a, struct cell, 2 * r->nfield);
	t->label = arena_array(a, const char *, r->nfield);
	t->map = arena_array(a, long, r->nfield);
	t->parts = r->npath > 1 ? hash_open() : NULL;
	for (size_t i = 0; i < r->nfield; i++) {
		const char *companion = field_companion(&r->field[i], a);
		add_column(t, i, r->field[i].name, false);
		if (companion)
			add_column(t, i, companion, true);
		t->reader[i] = field_open(&r->field[i], e);
		if (!t->reader[i])
			return err_at(e, p->file, r->field[i].line, 0) || err_note(e, "%s", r->name);
	}
	return true;
}

static void table_close(struct loading *t)
{
	for (size_t i = 0; t->r && i < t->r->nfield; i++)
		field_close(t->reader[i]);
	rows_close(t->rows);
	if (t->parts)
		hash_close(t->parts, NULL);
	t->rows = NULL;
	t->parts = NULL;
	t->r = NULL;
}

/* Places an error on the row in hand, and on cell at (-1: the whole row). */
static void place(const struct loading *t, long at, struct err *e)
{
	const struct row *row = &t->row;
	long column = 0;

	if (at >= 0 && (size_t)at < row->n) {
		const char *s = row->cell[at].s;
		/* A cell whose quotes were undoubled is a copy; its neighbour tells the place well enough. */
		if (s >= row->text && s <= row->text + row->length)
			column = (long)text_utf8_length(row->text, (size_t)(s - row->text)) + 1;
	}
	err_at(e, rows_file(t->rows), row->line, column);
	err_excerpt(e, row->text, row->length < 2000 ? row->length : 2000, column);
	err_note(e, "%s", t->r->name);
}

/* Counts a refused row and keeps the first ones. */
static void refuse(struct loading *t, const struct err *e)
{
	struct load_table *report = t->report;

	if (!report)
		return;
	if (!report->rejected++)
		t->first = *e;
	if (report->nreject == LOADER_REJECTS)
		return;
	struct err *copy = arena_new(t->a, struct err);
	*copy = *e;
	report->reject[report->nreject++] = (struct load_reject){ .line = e->line, .column = copy->arg[0], .value = copy->arg[1], .why = copy };
}

/* The next part of the source. 1, 0 = there is none, -1. */
static int open_part(struct loading *t, struct err *e)
{
	const struct resource *r = t->r;

	if (t->part == r->npath)
		return 0;
	const char *path = path_join(t->a, t->package->dir, r->path[t->part]);
	t->rows = rows_open(r, t->part++, path, path, e);
	if (t->rows && rows_header(t->rows, t->map, &t->width, e))
		return 1;
	err_note(e, "%s", r->name);
	return -1;
}

static void close_part(struct loading *t)
{
	rows_digest(t->rows, t->sha256);
	if (t->parts)
		hash_str(t->parts, t->sha256);
	if (t->report) {
		t->report->read += rows_skipped(t->rows);
		t->report->skipped += rows_skipped(t->rows);
	}
	rows_close(t->rows);
	t->rows = NULL;
}

/* False: the row is refused, with *e. */
static bool read_cells(struct loading *t, struct err *e)
{
	const struct row *row = &t->row;

	if (row->n != t->width) {
		err_set(e, row->n < t->width ? ERR_ROW_SHORT : ERR_ROW_LONG, "%zu" ERR_SEP "%zu", row->n, t->width);
		place(t, -1, e);
		return false;
	}
	for (size_t i = 0; i < t->ncolumn; i++) {
		const struct column *c = &t->column[i];
		struct cell *out = &t->cell[i];
		const char **label = &t->label[c->source];
		*out = (struct cell){ .type = CELL_NULL };
		if (c->is_label) {
			if (*label && **label)
				*out = (struct cell){ .type = CELL_TEXT, .s = *label, .n = strlen(*label) };
			continue;
		}
		long at = t->map[c->source];
		*label = NULL;
		if (at >= 0 && field_read(t->reader[c->source], row->cell[at].s, row->cell[at].n, out, label, e) < 0) {
			place(t, at, e);
			return false;
		}
	}
	return true;
}

/* The callback of the virtual table: the next row that is good. */
static int next_row(void *context, const struct cell **cells, struct err *e)
{
	struct loading *t = context;
	struct err bad;

	for (;;) {
		int rc = t->rows ? rows_next(t->rows, &t->row, e) : 2;
		if (rc < 0) {
			err_note(e, "%s", t->r->name);
			return -1;
		}
		if (rc == 0)
			close_part(t);
		if (rc != 1) {
			rc = open_part(t, e);
			if (rc <= 0)
				return rc;
			continue;
		}
		/* An empty line is no row, but in a table of one column it is a cell. */
		bool blank = t->row.n == 1 && !t->row.cell[0].n && !t->row.cell[0].quoted && t->width > 1;
		if (t->report) {
			t->report->read++;
			t->report->skipped += blank;
		}
		if (blank)
			continue;
		if (!read_cells(t, &bad)) {
			refuse(t, &bad);
			continue;
		}
		if (t->stamper)
			stamp_row(t->stamper, t->cell);
		*cells = t->cell;
		return 1;
	}
}

/* ---- looking a row up again by some of its cells ---- */

struct wanted { const struct resource *r; const char *const *name; size_t n; const struct cell *cell; };

static bool same_cell(const struct cell *a, const struct cell *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case CELL_NULL: return true;
	case CELL_INT:  return a->i == b->i;
	case CELL_REAL: return !(a->d < b->d) && !(a->d > b->d);
	case CELL_TEXT: return a->n == b->n && !memcmp(a->s, b->s, a->n);
	}
	return false;
}

/* Reads the source again up to its nth row (from 1) with these cells and places *e there. Returns its line, 0 when there is none. */
static long find_row(const struct package *p, const struct wanted *w, int nth, struct err *e)
{
	struct arena a = { 0 };
	struct loading t;
	struct err ignored = { 0 };
	const struct cell *cells;
	size_t column[PACKAGE_KEY_COLUMNS];
	long line = 0;

	bool ok = table_open(&t, p, w->r, &a, &ignored);
	for (size_t k = 0; k < w->n; k++)
		for (size_t i = 0; i < t.ncolumn; i++)
			if (!t.column[i].is_label && !strcmp(t.column[i].name, w->name[k]))
				column[k] = i;
	while (ok && !line && next_row(&t, &cells, &ignored) == 1) {
		bool same = true;
		for (size_t k = 0; k < w->n && same; k++)
			same = same_cell(&cells[column[k]], &w->cell[k]);
		if (!same || --nth)
			continue;
		line = t.row.line;
		if (e)
			place(&t, t.map[t.column[column[0]].source], e);
	}
	table_close(&t);
	arena_free(&a);
	return line;
}

/* "a, b" and "1, x" for messages. */
static void key_texts(const struct wanted *w, struct buf *names, struct buf *values)
{
	for (size_t k = 0; k < w->n; k++) {
		const struct cell *c = &w->cell[k];
		buf_printf(names, "%s%s", k ? ", " : "", w->name[k]);
		buf_str(values, k ? ", " : "");
		if (c->type == CELL_INT)
			buf_printf(values, "%lld", (long long)c->i);
		else if (c->type == CELL_REAL)
			num_put_real(values, c->d);
		else if (c->type == CELL_TEXT)
			buf_add(values, c->s, c->n < 60 ? c->n : 60);
	}
}

/* Two rows with one key: says both lines. */
static bool fail_twice(const struct package *p, const struct wanted *w, struct err *e)
{
	struct buf names = BUF(KEY_TEXT), values = BUF(KEY_TEXT);

	key_texts(w, &names, &values);
	err_set(e, ERR_KEY_TWICE, "%s" ERR_SEP "%s" ERR_SEP "%ld", buf_text(&names), buf_text(&values), find_row(p, w, 1, NULL));
	find_row(p, w, 2, e);
	buf_free(&names);
	buf_free(&values);
	return false;
}

/* ---- SQL made from the schema ---- */

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

/* before name after, before name after …, separated */
static void put_names(struct buf *sql, const char *before, const char *const *names, size_t n, const char *after, const char *separator)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(sql, "%s%s", i ? separator : "", before);
		put_name(sql, names[i]);
		buf_str(sql, after);
	}
}

static bool create_table(struct db *db, const struct loading *t, struct err *e)
{
	const struct resource *r = t->r;
	struct buf sql = BUF(MAX_SQL);

	buf_str(&sql, "CREATE TABLE ");
	put_name(&sql, r->name);
	for (size_t i = 0; i < t->ncolumn; i++) {
		const struct column *c = &t->column[i];
		buf_str(&sql, i ? ", " : " (");
		put_name(&sql, c->name);
		buf_printf(&sql, " %s%s", c->is_label ? "TEXT" : field_sql_type(c->field->type), !c->is_label && c->field->required ? " NOT NULL" : "");
	}
	if (r->nprimary) {
		buf_str(&sql, ", PRIMARY KEY (");
		put_names(&sql, "", r->primary_key, r->nprimary, "", ", ");
		buf_str(&sql, ")");
	}
	/* A key of several columns is the tree itself: 0.72 of the size and 0.84 of the time of a tree beside it (measured on 942,300 rows of 13).
	 * With one column rows keep the order of their file. */
	buf_str(&sql, r->nprimary > 1 ? ") STRICT, WITHOUT ROWID" : ") STRICT");
	bool ok = db_exec(db, buf_text(&sql), e);
	buf_free(&sql);
	return ok;
}

/* ---- keys over several rows ---- */

/* Runs a query for one row that breaks a key. 1 = w->cell has it, valid until stmt_done; 0 = there is none; -1 = *e. */
static int offender(struct db *db, const struct buf *sql, size_t n, struct cell *cell, struct stmt **st, struct err *e)
{
	*st = db_prepare(db, buf_text(sql), sql->n, e);
	int rc = *st ? stmt_step(*st, e) : -1;

	for (size_t k = 0; rc == 1 && k < n; k++)
		cell[k] = stmt_cell(*st, (int)k);
	return rc;
}

/* An index keeps the key for readers too; where it cannot be made, the two lines are looked for. */
static bool check_unique(struct db *db, const struct package *p, const struct resource *r, size_t u, struct err *e)
{
	const char *const *names = r->unique[u].field;
	size_t n = r->unique[u].n;
	struct cell cell[PACKAGE_KEY_COLUMNS];
	struct stmt *st = NULL;
	struct buf sql = BUF(MAX_SQL);

	/* A point is in no table's name. */
	buf_printf(&sql, "CREATE UNIQUE INDEX \"%s.%zu\" ON \"%s\" (", r->name, u + 1, r->name);
	put_names(&sql, "", names, n, "", ", ");
	buf_str(&sql, ")");
	bool ok = db_exec(db, buf_text(&sql), e);
	if (!ok) {
		struct err other;
		buf_clear(&sql);
		buf_str(&sql, "SELECT ");
		put_names(&sql, "", names, n, "", ", ");
		buf_printf(&sql, " FROM \"%s\" WHERE ", r->name);
		put_names(&sql, "", names, n, " IS NOT NULL", " AND ");
		buf_str(&sql, " GROUP BY ");
		put_names(&sql, "", names, n, "", ", ");
		buf_str(&sql, " HAVING count(*) > 1 LIMIT 1");
		if (offender(db, &sql, n, cell, &st, &other) == 1)
			fail_twice(p, &(struct wanted){ r, names, n, cell }, e);
	}
	stmt_done(st);
	buf_free(&sql);
	return ok;
}

static const struct resource *resource_of(const struct package *p, const char *name)
{
	for (size_t i = 0; i < p->nresource; i++)
		if (!strcmp(p->resource[i].name, name))
			return &p->resource[i];
	return NULL;
}

static bool check_foreign(struct db *db, const struct package *p, const struct resource *r, const struct foreign_key *k, struct err *e)
{
	const struct resource *to = *k->resource ? resource_of(p, k->resource) : r;
	struct cell cell[PACKAGE_KEY_COLUMNS];
	struct wanted w = { r, k->field, k->n, cell };
	struct stmt *st = NULL;
	struct buf sql = BUF(MAX_SQL), names = BUF(KEY_TEXT), values = BUF(KEY_TEXT);

	buf_str(&sql, "SELECT ");
	put_names(&sql, "c.", k->field, k->n, "", ", ");
	buf_printf(&sql, " FROM \"%s\" AS c LEFT JOIN \"%s\" AS p ON ", r->name, to->name);
	for (size_t i = 0; i < k->n; i++) {
		put_names(&sql, i ? " AND p." : "p.", &k->reference[i], 1, " = ", "");
		put_names(&sql, "c.", &k->field[i], 1, "", "");
	}
	put_names(&sql, " WHERE p.", k->reference, 1, " IS NULL AND ", "");
	put_names(&sql, "c.", k->field, k->n, " IS NOT NULL", " AND ");
	buf_str(&sql, " LIMIT 1");
	int rc = offender(db, &sql, k->n, cell, &st, e);
	if (rc == 1) {
		key_texts(&w, &names, &values);
		err_set(e, ERR_FOREIGN, "%s" ERR_SEP "%s" ERR_SEP "%s", buf_text(&names), buf_text(&values), to->name);
		find_row(p, &w, 1, e);
	}
	stmt_done(st);
	buf_free(&sql);
	buf_free(&names);
	buf_free(&values);
	return rc == 0;
}

/* ---- what the file says about itself ---- */

static struct cell text(const char *s)
{
	return (struct cell){ .type = CELL_TEXT, .s = s, .n = strlen(s) };
}

static struct cell whole(int64_t v)
{
	return (struct cell){ .type = CELL_INT, .i = v };
}

static bool insert(struct db *db, const char *sql, const struct cell *cell, size_t n, struct err *e)
{
	struct stmt *st = db_prepare(db, sql, strlen(sql), e);

	for (size_t i = 0; st && i < n; i++) {
		if (cell[i].type == CELL_TEXT)
			stmt_bind_text(st, (int)i + 1, cell[i].s, cell[i].n);
		else
			stmt_bind_int(st, (int)i + 1, cell[i].i);
	}
	bool ok = st && stmt_step(st, e) == 0;
	stmt_done(st);
	return ok;
}
#define INSERT(db, sql, e, ...) \
	insert(db, sql, (const struct cell[]){ __VA_ARGS__ }, sizeof((const struct cell[]){ __VA_ARGS__ }) / sizeof(struct cell), e)

static bool describe_property(struct db *db, const char *resource, const char *field, const char *property, const char *json, struct err *e)
{
	return !*json || INSERT(db, "INSERT INTO _property (resource, field, property, value) VALUES (?, ?, ?, ?)", e,
	                        text(resource), text(field), text(property), text(json));
}

static bool describe_column(struct db *db, const struct loading *t, size_t i, struct err *e)
{
	static const char sql[] =
		"INSERT INTO _field (resource, position, name, type, title, description, unit, stamp, decimals, key) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct column *c = &t->column[i];
	const struct field *f = c->field;
	const char *table = t->r->name;
	char stamp[STAMP_HEX];

	stamp_column(t->stamper, i, stamp);
	if (c->is_label)
		return INSERT(db, sql, e, text(table), whole((int64_t)i + 1), text(c->name), text("string"), text(f->title), text(""), text(""),
		              text(stamp), whole(-1), whole(0));
	return INSERT(db, sql, e, text(table), whole((int64_t)i + 1), text(c->name), text(field_type_name(f->type)), text(f->title),
	              text(f->description), text(f->unit), text(stamp), whole(field_decimals(t->reader[c->source])), whole(c->key)) &&
	       describe_property(db, table, f->name, "continuum:scope", f->scope, e) &&
	       describe_property(db, table, f->name, "continuum:breaks", f->breaks, e);
}

static bool describe_table(struct db *db, const struct loading *t, int64_t rows, struct err *e)
{
	static const char sql[] =
		"INSERT INTO _resource (name, title, description, source_fr, source_en, address, licence, status, stamp, path, sha256, rows) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct resource *r = t->r;
	char stamp[STAMP_HEX];

	stamp_table(t->stamper, stamp);
	bool ok = INSERT(db, sql, e, text(r->name), text(r->title), text(r->description), text(r->source_fr), text(r->source_en),
	                 text(r->source_address), text(r->licence), text(r->status), text(stamp), text(r->path[0]), text(t->sha256), whole(rows)) &&
	          describe_property(db, r->name, "", "continuum:scope", r->scope, e) &&
	          describe_property(db, r->name, "", "continuum:breaks", r->breaks, e);
	for (size_t i = 0; ok && i < t->ncolumn; i++)
		ok = describe_column(db, t, i, e);
	return ok;
}

static bool describe_package(struct db *db, const struct package *p, const char *key, struct err *e)
{
	return INSERT(db, "INSERT INTO _package (name, key, title_fr, title_en, version) VALUES (?, ?, ?, ?, ?)", e, text(p->name), text(key),
	              text(p->title_fr), text(p->title_en), text(p->version));
}

/* ---- the whole ---- */

static bool insert_rows(struct db *db, struct loading *t, struct err *e)
{
	const struct resource *r = t->r;
	const char **names = arena_array(t->a, const char *, t->ncolumn);
	struct rowsource src = { .context = t, .ncolumn = t->ncolumn, .next = next_row };
	struct cell cell[PACKAGE_KEY_COLUMNS];

	for (size_t i = 0; i < t->ncolumn; i++)
		names[i] = t->column[i].name;
	if (rowsource_insert(db, r->name, names, &src, &t->report->loaded, e)) {
		if (t->parts) {
			hash_close(t->parts, t->sha256);
			t->parts = NULL;
		}
		return true;
	}
	if (e->id != ERR_ROW_REFUSED || !r->nprimary)
		return false;
	/* All else is checked before a row is given: it is the key, and the row that broke it is the one in hand. */
	for (size_t k = 0; k < r->nprimary; k++)
		for (size_t i = 0; i < t->ncolumn; i++)
			if (!t->column[i].is_label && !strcmp(names[i], r->primary_key[k]))
				cell[k] = t->cell[i];
	return fail_twice(t->package, &(struct wanted){ r, r->primary_key, r->nprimary, cell }, e);
}

/* *first keeps the first refusal of all tables; such a table counts as read. */
static bool load_table(struct db *db, const struct package *p, const struct resource *r, struct load_table *report, struct err *first,
                       struct arena *a, struct err *e)
{
	struct loading t;

	*report = (struct load_table){ .name = r->name, .reject = arena_array(a, struct load_reject, LOADER_REJECTS) };
	bool ok = table_open(&t, p, r, a, e);
	if (ok) {
		bool *key = arena_array(a, bool, t.ncolumn);
		for (size_t i = 0; i < t.ncolumn; i++)
			key[i] = t.column[i].key;
		t.report = report;
		t.stamper = stamp_open(a, t.ncolumn, key);
		ok = create_table(db, &t, e) && insert_rows(db, &t, e) && describe_table(db, &t, report->loaded, e);
	}
	for (size_t i = 0; ok && !report->rejected && i < r->nunique; i++)
		ok = check_unique(db, p, r, i, e);
	if (report->rejected && first->id == ERR_NONE)
		*first = t.first;
	table_close(&t);
	return ok;
}

static bool load_tables(struct db *db, const struct package *p, struct arena *a, struct load_report *report, struct err *e)
{
	struct err first = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < p->nresource; i++)
		ok = load_table(db, p, &p->resource[i], &report->table[report->ntable++], &first, a, e);
	/* The refusal comes first in the file, so it is what the reader wants to hear. */
	if (first.id != ERR_NONE) {
		*e = first;
		return false;
	}
	for (size_t i = 0; ok && i < p->nresource; i++)
		for (size_t k = 0; ok && k < p->resource[i].nforeign; k++)
			ok = check_foreign(db, p, &p->resource[i], &p->resource[i].foreign[k], e);
	return ok;
}

/* SQLite reads back all that was written. */
static bool verify(struct db *db, const struct load_report *report, const char *package, struct err *e)
{
	struct buf sql = BUF(MAX_SQL);
	struct stmt *st = NULL;
	struct err other;
	bool ok = true;

	buf_str(&sql, "SELECT integrity_check FROM pragma_integrity_check(1)");
	for (size_t i = 0; ok && i <= report->ntable; i++) {
		st = db_prepare(db, buf_text(&sql), sql.n, &other);
		ok = st && stmt_step(st, &other) == 1;
		if (ok && i == 0)
			ok = !strcmp(stmt_text(st, 0), "ok");
		else if (ok)
			ok = stmt_int(st, 0) == report->table[i - 1].loaded;
		stmt_done(st);
		buf_clear(&sql);
		if (i < report->ntable)
			buf_printf(&sql, "SELECT count(*) FROM \"%s\"", report->table[i].name);
	}
	buf_free(&sql);
	return ok || err_set(e, ERR_LOAD_CHECK, "%s", package);
}

bool loader_build(const char *dir, const char *out_file, const char *key, struct arena *a, struct load_report *report, struct err *e)
{
	static const char property_sql[] =
		"CREATE TABLE _property ("
		" resource TEXT NOT NULL, field TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (resource, field, property))";
	struct package p;

	*report = (struct load_report){ .package = "", .key = key };
	if (!package_read(&p, a, dir, e))
		return false;
	report->package = p.name;
	report->table = arena_array(a, struct load_table, p.nresource + 1);
	struct db *db = db_open_build(out_file, e);
	bool ok = db && db_begin(db, e) && db_exec(db, schema_meta_sql, e) && db_exec(db, property_sql, e) &&
	          load_tables(db, &p, a, report, e) && describe_package(db, &p, key, e) && db_commit(db, e) && verify(db, report, p.name, e);
	db_close(db);
	return ok;
}
