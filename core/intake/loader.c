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

/* One table while its rows pass. Cells are in the order of its columns: SQLite would copy those of another order. */
struct loading {
	const struct package *package;
	const struct resource *r;
	struct load_table *report;      /* NULL when rows are only looked at again */
	struct stamper *stamper;        /* NULL likewise */
	struct field_reader **reader;   /* one for each field */
	struct cell *cell, **of;        /* of: cell of each field; that of its companion follows */
	size_t ncell;
	struct rows rows;
	struct row row;                 /* the one in hand */
	struct arena *a;
};

static bool table_open(struct loading *t, const struct package *p, const struct resource *r, struct arena *a, struct err *e)
{
	*t = (struct loading){ .package = p, .r = r, .a = a };
	t->reader = arena_array(a, struct field_reader *, r->nfield);
	t->cell = arena_array(a, struct cell, 2 * r->nfield);
	t->of = arena_array(a, struct cell *, r->nfield);
	rows_open(&t->rows, r, p->dir, a);
	for (size_t i = 0; i < r->nfield; i++) {
		t->of[i] = &t->cell[t->ncell];
		t->ncell += r->field[i].companion ? 2 : 1;
		t->reader[i] = field_open(&r->field[i], a, e);
		if (!t->reader[i])
			return err_at(e, p->file, r->field[i].line, 0) || err_note(e, "%s", r->name);
	}
	return true;
}

static void table_close(struct loading *t)
{
	for (size_t i = 0; i < t->r->nfield; i++)
		field_close(t->reader[i]);
	rows_close(&t->rows);
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
	err_at(e, t->rows.file, row->line, column);
	err_excerpt(e, row->text, row->length < 2000 ? row->length : 2000, column);
	err_note(e, "%s", t->r->name);
}

/* False: the row is refused, with *e. */
static bool read_cells(struct loading *t, struct err *e)
{
	const struct row *row = &t->row;

	if (row->n != t->rows.width) {
		err_set(e, row->n < t->rows.width ? ERR_ROW_SHORT : ERR_ROW_LONG, "%zu" ERR_SEP "%zu", row->n, t->rows.width);
		place(t, -1, e);
		return false;
	}
	for (size_t i = 0; i < t->r->nfield; i++) {
		long at = t->rows.map[i];
		const char *label = "";
		struct cell *out = t->of[i];
		*out = (struct cell){ .type = CELL_NULL };
		if (at >= 0 && field_read(t->reader[i], row->cell[at].s, row->cell[at].n, out, &label, e) < 0) {
			place(t, at, e);
			return false;
		}
		if (t->r->field[i].companion)
			out[1] = (struct cell){ .type = *label ? CELL_TEXT : CELL_NULL, .s = label, .n = strlen(label) };
	}
	return true;
}

/* Counts the row in hand as refused and keeps the first ones. */
static void refuse(struct load_table *report, const struct err *e)
{
	if (report && report->rejected++ < LOAD_REJECTS)
		report->reject[report->nreject++] = *e;
}

/* The callback of the virtual table: the next row that is good. */
static int next_row(void *context, const struct cell **cells, struct err *e)
{
	struct loading *t = context;
	struct err bad;
	int rc;

	while ((rc = rows_next(&t->rows, &t->row, e)) == 1) {
		/* An empty line is no row, but in a table of one column it is a cell. */
		bool blank = t->row.n == 1 && !t->row.cell[0].n && !t->row.cell[0].quoted && t->rows.width > 1;
		if (t->report) {
			t->report->read++;
			t->report->skipped += blank;
		}
		if (blank)
			continue;
		if (!read_cells(t, &bad)) {
			refuse(t->report, &bad);
			continue;
		}
		if (t->stamper)
			stamp_row(t->stamper, t->cell);
		*cells = t->cell;
		return 1;
	}
	if (rc < 0)
		err_note(e, "%s", t->r->name);
	return rc;
}

/* ---- looking a row up again by some of its cells ---- */

struct wanted { const struct resource *r; const struct key *key; const struct cell *cell; };

/* Reads the source again up to its nth row (from 1) with these cells, and places *e there. Returns its line, 0 when there is none. */
static long find_row(const struct package *p, const struct wanted *w, int nth, struct err *e)
{
	struct arena a = { 0 };
	struct loading t;
	struct err ignored;
	const struct cell *cells;
	long line = 0;

	bool ok = table_open(&t, p, w->r, &a, &ignored);
	while (ok && !line && next_row(&t, &cells, &ignored) == 1) {
		bool same = true;
		for (size_t k = 0; k < w->key->n && same; k++) {
			const struct cell *c = t.of[w->key->field[k]];
			same = c->type == w->cell[k].type && !field_compare(c, &w->cell[k]);
		}
		if (!same || --nth)
			continue;
		line = t.row.line;
		place(&t, t.rows.map[w->key->field[0]], e);
	}
	table_close(&t);
	arena_free(&a);
	return line;
}

/* "a, b" and "1, x" for messages. */
static void key_texts(const struct wanted *w, struct buf *names, struct buf *values)
{
	for (size_t k = 0; k < w->key->n; k++) {
		const struct cell *c = &w->cell[k];
		buf_printf(names, "%s%s", k ? ", " : "", w->r->field[w->key->field[k]].name);
		buf_str(values, k ? ", " : "");
		if (c->type == CELL_INT)
			buf_printf(values, "%lld", (long long)c->i);
		else if (c->type == CELL_REAL)
			num_put_real(values, c->d);
		else
			buf_add(values, c->s, c->n < 60 ? c->n : 60);
	}
}

/* The rows of some cells are not as a key wants them: to = NULL: two have them; else: none of the table `to` has. Always false. */
static bool fail_key(const struct package *p, const struct wanted *w, const char *to, struct err *e)
{
	struct buf names = BUF(KEY_TEXT), values = BUF(KEY_TEXT);
	struct err first = { 0 };

	key_texts(w, &names, &values);
	if (to)
		err_set(e, ERR_FOREIGN, "%s" ERR_SEP "%s" ERR_SEP "%s", buf_text(&names), buf_text(&values), to);
	else
		err_set(e, ERR_KEY_TWICE, "%s" ERR_SEP "%s" ERR_SEP "%ld", buf_text(&names), buf_text(&values), find_row(p, w, 1, &first));
	find_row(p, w, to ? 1 : 2, e);
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
static void put_key(struct buf *sql, const struct resource *r, const struct key *key, const char *before, const char *after, const char *separator)
{
	for (size_t i = 0; i < key->n; i++) {
		buf_printf(sql, "%s%s", i ? separator : "", before);
		put_name(sql, r->field[key->field[i]].name);
		buf_str(sql, after);
	}
}

static bool create_table(struct db *db, const struct resource *r, struct err *e)
{
	struct buf sql = BUF(MAX_SQL);

	buf_printf(&sql, "CREATE TABLE \"%s\" (", r->name);
	for (size_t i = 0; i < r->nfield; i++) {
		const struct field *f = &r->field[i];
		buf_str(&sql, i ? ", " : "");
		put_name(&sql, f->name);
		buf_printf(&sql, " %s%s", field_sql_type(f->type), f->required ? " NOT NULL" : "");
		if (f->companion) {
			buf_str(&sql, ", ");
			put_name(&sql, f->companion);
			buf_str(&sql, " TEXT");
		}
	}
	if (r->primary.n) {
		buf_str(&sql, ", PRIMARY KEY (");
		put_key(&sql, r, &r->primary, "", "", ", ");
		buf_str(&sql, ")");
	}
	/* A key of several columns is the tree itself: 0.72 of the size and 0.84 of the time of a tree beside it (measured on 942,300 rows of 13).
	 * With one column rows keep the order of their file. */
	buf_str(&sql, r->primary.n > 1 ? ") STRICT, WITHOUT ROWID" : ") STRICT");
	bool ok = db_exec(db, buf_text(&sql), e);
	buf_free(&sql);
	return ok;
}

/* ---- keys over several rows ---- */

/* Runs a query for the cells of one row that breaks a key. 1 = it is in cell, valid until stmt_done; 0 = there is none; -1 = *e. */
static int offender(struct db *db, const struct buf *sql, size_t n, struct cell *cell, struct stmt **st, struct err *e)
{
	*st = db_prepare(db, buf_text(sql), sql->n, e);
	int rc = *st ? stmt_step(*st, e) : -1;

	for (size_t k = 0; rc == 1 && k < n; k++)
		cell[k] = stmt_cell(*st, (int)k);
	return rc;
}

/* An index keeps the key for readers too; where it cannot be made, the two lines are looked for. */
static bool check_unique(struct db *db, const struct package *p, const struct resource *r, const struct key *key, struct err *e)
{
	struct cell cell[PACKAGE_KEY_COLUMNS];
	struct stmt *st = NULL;
	struct buf sql = BUF(MAX_SQL);
	struct err other;

	/* A point is in no table's name. */
	buf_printf(&sql, "CREATE UNIQUE INDEX \"%s.%td\" ON \"%s\" (", r->name, key - r->unique + 1, r->name);
	put_key(&sql, r, key, "", "", ", ");
	buf_str(&sql, ")");
	bool ok = db_exec(db, buf_text(&sql), e);
	if (!ok) {
		buf_clear(&sql);
		buf_str(&sql, "SELECT ");
		put_key(&sql, r, key, "", "", ", ");
		buf_printf(&sql, " FROM \"%s\" WHERE ", r->name);
		put_key(&sql, r, key, "", " IS NOT NULL", " AND ");
		buf_str(&sql, " GROUP BY ");
		put_key(&sql, r, key, "", "", ", ");
		buf_str(&sql, " HAVING count(*) > 1 LIMIT 1");
		if (offender(db, &sql, key->n, cell, &st, &other) == 1)
			fail_key(p, &(struct wanted){ r, key, cell }, NULL, e);
	}
	stmt_done(st);
	buf_free(&sql);
	return ok;
}

static bool check_foreign(struct db *db, const struct package *p, const struct resource *r, const struct foreign_key *k, struct err *e)
{
	struct cell cell[PACKAGE_KEY_COLUMNS];
	struct stmt *st = NULL;
	struct buf sql = BUF(MAX_SQL);

	buf_str(&sql, "SELECT ");
	put_key(&sql, r, &k->from, "c.", "", ", ");
	buf_printf(&sql, " FROM \"%s\" AS c LEFT JOIN \"%s\" AS p ON (", r->name, k->table->name);
	put_key(&sql, r, &k->from, "c.", "", ", ");
	buf_str(&sql, ") = (");
	put_key(&sql, k->table, &k->to, "p.", "", ", ");
	buf_str(&sql, ") WHERE ");
	put_key(&sql, k->table, &(struct key){ k->to.field, 1 }, "p.", " IS NULL AND ", "");
	put_key(&sql, r, &k->from, "c.", " IS NOT NULL", " AND ");
	buf_str(&sql, " LIMIT 1");
	int rc = offender(db, &sql, k->from.n, cell, &st, e);
	if (rc == 1)
		fail_key(p, &(struct wanted){ r, &k->from, cell }, k->table->name, e);
	stmt_done(st);
	buf_free(&sql);
	return rc == 0;
}

/* ---- what the file says about itself ---- */

/* All values as text: the types of the columns make numbers of them. */
static bool insert(struct db *db, const char *sql, const char *const *value, size_t n, struct err *e)
{
	struct stmt *st = db_prepare(db, sql, strlen(sql), e);

	for (size_t i = 0; st && i < n; i++)
		stmt_bind_text(st, (int)i + 1, value[i], strlen(value[i]));
	bool ok = st && stmt_step(st, e) == 0;
	stmt_done(st);
	return ok;
}
#define INSERT(db, e, sql, ...) \
	insert(db, sql, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), e)

static const char *number(struct arena *a, long long v)
{
	return arena_printf(a, "%lld", v);
}

static bool describe_property(struct db *db, const char *resource, const char *field, const char *property, const char *json, struct err *e)
{
	return !*json || INSERT(db, e, "INSERT INTO _property (resource, field, property, value) VALUES (?, ?, ?, ?)",
	                        resource, field, property, json);
}

/* A field, and its companion after it; *position counts the columns. */
static bool describe_field(struct db *db, const struct loading *t, size_t i, int *position, struct err *e)
{
	static const char sql[] =
		"INSERT INTO _field (resource, position, name, type, title, description, unit, stamp, decimals, key) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct field *f = &t->r->field[i];
	const char *table = t->r->name;
	char stamp[STAMP_HEX];
	bool key = false;

	for (size_t k = 0; k < t->r->primary.n; k++)
		key |= t->r->primary.field[k] == i;
	stamp_column(t->stamper, (size_t)(t->of[i] - t->cell), stamp);
	bool ok = INSERT(db, e, sql, table, number(t->a, ++*position), f->name, field_type_name(f->type), f->title, f->description, f->unit, stamp,
	                 number(t->a, field_decimals(t->reader[i])), key ? "1" : "0");
	if (ok && f->companion) {
		stamp_column(t->stamper, (size_t)(t->of[i] + 1 - t->cell), stamp);
		ok = INSERT(db, e, sql, table, number(t->a, ++*position), f->companion, "string", f->title, "", "", stamp, "-1", "0");
	}
	return ok && describe_property(db, table, f->name, "continuum:scope", f->scope, e) &&
	       describe_property(db, table, f->name, "continuum:breaks", f->breaks, e);
}

static bool describe_table(struct db *db, const struct loading *t, struct err *e)
{
	static const char sql[] =
		"INSERT INTO _resource (name, title, description, source_fr, source_en, address, licence, status, stamp, path, sha256, rows) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct resource *r = t->r;
	char stamp[STAMP_HEX];
	int position = 0;

	stamp_table(t->stamper, stamp);
	bool ok = INSERT(db, e, sql, r->name, r->title, r->description, r->source_fr, r->source_en, r->source_address, r->licence, r->status,
	                 stamp, r->path.s[0], t->rows.sha256, number(t->a, t->report->loaded)) &&
	          describe_property(db, r->name, "", "continuum:scope", r->scope, e) &&
	          describe_property(db, r->name, "", "continuum:breaks", r->breaks, e);
	for (size_t i = 0; ok && i < r->nfield; i++)
		ok = describe_field(db, t, i, &position, e);
	return ok;
}

/* ---- the whole ---- */

static bool insert_rows(struct db *db, struct loading *t, struct err *e)
{
	const struct resource *r = t->r;
	const char **names = arena_array(t->a, const char *, t->ncell);
	size_t n = 0;
	struct rowsource src = { .context = t, .ncolumn = t->ncell, .next = next_row };
	struct cell cell[PACKAGE_KEY_COLUMNS];

	for (size_t i = 0; i < r->nfield; i++) {
		names[n++] = r->field[i].name;
		if (r->field[i].companion)
			names[n++] = r->field[i].companion;
	}
	bool ok = rowsource_insert(db, r->name, names, &src, &t->report->loaded, e);
	t->report->read += t->rows.skipped;
	t->report->skipped += t->rows.skipped;
	if (ok || e->id != ERR_ROW_REFUSED || !r->primary.n)
		return ok;
	/* All else is checked before a row is given: it is the key, and the row that broke it is the one in hand. */
	for (size_t k = 0; k < r->primary.n; k++)
		cell[k] = *t->of[r->primary.field[k]];
	return fail_key(t->package, &(struct wanted){ r, &r->primary, cell }, NULL, e);
}

static bool load_table(struct db *db, const struct package *p, const struct resource *r, struct load_table *report, struct arena *a, struct err *e)
{
	struct loading t;
	size_t key[PACKAGE_KEY_COLUMNS];

	*report = (struct load_table){ .name = r->name, .reject = arena_array(a, struct err, LOAD_REJECTS) };
	bool ok = table_open(&t, p, r, a, e);
	if (ok) {
		t.report = report;
		for (size_t k = 0; k < r->primary.n; k++)
			key[k] = (size_t)(t.of[r->primary.field[k]] - t.cell);
		t.stamper = stamp_open(a, t.ncell, key, r->primary.n);
		ok = create_table(db, r, e) && insert_rows(db, &t, e) && describe_table(db, &t, e);
	}
	for (size_t i = 0; ok && !report->rejected && i < r->nunique; i++)
		ok = check_unique(db, p, r, &r->unique[i], e);
	table_close(&t);
	return ok;
}

static bool load_tables(struct db *db, const struct package *p, struct arena *a, struct load_report *report, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; ok && i < p->nresource; i++)
		ok = load_table(db, p, &p->resource[i], &report->table[report->ntable++], a, e);
	/* A refusal comes first in the file, so it is what the reader wants to hear. */
	for (size_t i = 0; i < report->ntable; i++)
		if (report->table[i].rejected) {
			*e = report->table[i].reject[0];
			return false;
		}
	for (size_t i = 0; ok && i < p->nresource; i++)
		for (size_t k = 0; ok && k < p->resource[i].nforeign; k++)
			ok = check_foreign(db, p, &p->resource[i], &p->resource[i].foreign[k], e);
	return ok;
}

static bool gives(struct db *db, const char *sql, int64_t want)
{
	struct err other;
	struct stmt *st = db_prepare(db, sql, strlen(sql), &other);
	bool ok = st && stmt_step(st, &other) == 1 && stmt_int(st, 0) == want;

	stmt_done(st);
	return ok;
}

/* SQLite reads back all that was written. */
static bool verify(struct db *db, const struct load_report *report, struct arena *a, struct err *e)
{
	bool ok = gives(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check(1)", 1);

	for (size_t i = 0; ok && i < report->ntable; i++)
		ok = gives(db, arena_printf(a, "SELECT count(*) FROM \"%s\"", report->table[i].name), report->table[i].loaded);
	return ok || err_set(e, ERR_LOAD_CHECK, "%s", report->package);
}

bool loader_build(const char *dir, const char *out_file, const char *key, struct arena *a, struct load_report *report, struct err *e)
{
	static const char property_sql[] =
		"CREATE TABLE _property ("
		" resource TEXT NOT NULL, field TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (resource, field, property))";
	static const char package_sql[] = "INSERT INTO _package (name, key, title_fr, title_en, version) VALUES (?, ?, ?, ?, ?)";
	struct package p;

	*report = (struct load_report){ .package = "", .key = key };
	if (!package_read(&p, a, dir, e))
		return false;
	report->package = p.name;
	report->table = arena_array(a, struct load_table, p.nresource);
	struct db *db = db_open_build(out_file, e);
	bool ok = db && db_begin(db, e) && db_exec(db, schema_meta_sql, e) && db_exec(db, property_sql, e) &&
	          load_tables(db, &p, a, report, e) && INSERT(db, e, package_sql, p.name, key, p.title_fr, p.title_en, p.version) &&
	          db_commit(db, e) && verify(db, report, a, e);
	db_close(db);
	return ok;
}
