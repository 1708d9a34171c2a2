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
	struct db *db;
	const struct package *package;
	const struct resource *r;
	struct arena *a;
	struct load_table *report;
	struct stamper *stamper;        /* NULL when rows are only looked at again */
	struct field_reader **reader;   /* one for each field */
	struct cell *cell, **of;        /* of: cell of each field; that of its companion follows */
	size_t ncell;
	struct rows_opt files;
	struct rows rows;
	struct row row;                 /* the one in hand */
};

/* t has package, table, arena and report. */
static bool table_open(struct loading *t, struct err *e)
{
	const struct resource *r = t->r;

	t->reader = arena_array(t->a, struct field_reader *, r->nfield);
	t->cell = arena_array(t->a, struct cell, 2 * r->nfield);
	t->of = arena_array(t->a, struct cell *, r->nfield);
	struct rows_file *file = arena_array(t->a, struct rows_file, r->path.n);
	for (size_t i = 0; i < r->path.n; i++) {
		file[i].path = path_join(t->a, t->package->dir, r->path.s[i]);
		file[i].shown = file[i].path;
	}
	t->files = (struct rows_opt){ .file = file, .nfile = r->path.n };
	rows_open(&t->rows, r, &t->files, t->a);
	for (size_t i = 0; i < r->nfield; i++) {
		t->of[i] = &t->cell[t->ncell];
		t->ncell += r->field[i].companion ? 2 : 1;
		t->reader[i] = field_open(&r->field[i], t->a, e);
		if (!t->reader[i])
			return err_at(e, t->package->file, r->field[i].line, 0) || err_note(e, "%s", r->name);
	}
	return true;
}

static void table_close(struct loading *t)
{
	for (size_t i = 0; i < t->r->nfield; i++)
		field_close(t->reader[i]);
	rows_close(&t->rows);
}

/* Places an error on the row in hand, and on cell at (-1: the whole row). Always false. */
static bool place(const struct loading *t, long at, struct err *e)
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
	return err_note(e, "%s", t->r->name);
}

/* False: the row is refused, with *e. */
static bool read_cells(struct loading *t, struct err *e)
{
	const struct row *row = &t->row;

	if (row->n != t->rows.width) {
		err_set(e, row->n < t->rows.width ? ERR_ROW_SHORT : ERR_ROW_LONG, "%zu" ERR_SEP "%zu", row->n, t->rows.width);
		return place(t, -1, e);
	}
	for (size_t i = 0; i < t->r->nfield; i++) {
		long at = t->rows.map[i];
		const char *label = "";
		struct cell *out = t->of[i];
		*out = (struct cell){ .type = CELL_NULL };
		if (at >= 0 && field_read(t->reader[i], &row->cell[at], out, &label, e) < 0)
			return place(t, at, e);
		if (t->r->field[i].companion)
			out[1] = *label ? cell_text(label) : (struct cell){ .type = CELL_NULL };
	}
	return true;
}

/* The callback of the virtual table: the next row that is good. Others are counted, the first ones kept. */
static int next_row(void *context, const struct cell **cells, struct err *e)
{
	struct loading *t = context;
	struct load_table *report = t->report;
	struct err bad;
	int rc;

	while ((rc = rows_next(&t->rows, &t->row, e)) == 1) {
		/* An empty line is no row, but in a table of one column it is a cell. */
		bool blank = t->row.n == 1 && !t->row.cell[0].n && !t->row.cell[0].quoted && t->rows.width > 1;
		report->read++;
		report->skipped += blank;
		if (blank)
			continue;
		if (!read_cells(t, &bad)) {
			if (report->rejected++ < LOAD_REJECTS)
				report->reject[report->nreject++] = bad;
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

/* ---- rows that break a key ---- */

/* Reads the source again up to the nth row (from 1) with these cells, and places *e there. Returns its line, 0 when there is none. */
static long find_row(const struct loading *t, const struct key *key, const struct cell *cell, int nth, struct err *e)
{
	struct arena a = { 0 };
	struct load_table report = { 0 };
	struct loading again = { .package = t->package, .r = t->r, .a = &a, .report = &report };
	struct err ignored;
	const struct cell *cells;
	long line = 0;

	bool ok = table_open(&again, &ignored);
	while (ok && !line && next_row(&again, &cells, &ignored) == 1) {
		bool same = true;
		for (size_t k = 0; k < key->n && same; k++) {
			const struct cell *c = again.of[key->field[k]];
			same = c->type == cell[k].type && !field_compare(c, &cell[k]);
		}
		if (!same || --nth)
			continue;
		line = again.row.line;
		place(&again, again.rows.map[key->field[0]], e);
	}
	table_close(&again);
	arena_free(&a);
	return line;
}

/* Rows with these cells: none is in the table `to`, or, where to is NULL, there are two. Always false. */
static bool fail_key(const struct loading *t, const struct key *key, const struct cell *cell, const char *to, struct err *e)
{
	struct buf names = BUF(KEY_TEXT), values = BUF(KEY_TEXT);
	struct err first = { 0 };

	for (size_t k = 0; k < key->n; k++) {
		const struct cell *c = &cell[k];
		buf_printf(&names, "%s%s", k ? ", " : "", t->r->field[key->field[k]].name);
		buf_str(&values, k ? ", " : "");
		if (c->type == CELL_INT)
			buf_printf(&values, "%lld", (long long)c->i);
		else if (c->type == CELL_REAL)
			num_put_real(&values, c->d);
		else
			buf_add(&values, c->s, c->n < 60 ? c->n : 60);
	}
	if (to)
		err_set(e, ERR_FOREIGN, "%s" ERR_SEP "%s" ERR_SEP "%s", buf_text(&names), buf_text(&values), to);
	else
		err_set(e, ERR_KEY_TWICE, "%s" ERR_SEP "%s" ERR_SEP "%ld", buf_text(&names), buf_text(&values),
		        find_row(t, key, cell, 1, &first));
	find_row(t, key, cell, to ? 1 : 2, e);
	buf_free(&names);
	buf_free(&values);
	return false;
}

/* ---- SQL made from the schema ---- */

static void put_name(struct buf *sql, const char *name)
{
	buf_char(sql, '"');
	for (; *name; name++)
		buf_add(sql, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
	buf_char(sql, '"');
}

/* The names of a key's fields, each between two texts, separated. In the arena. */
static const char *key_sql(struct arena *a, const struct resource *r, const struct key *key, const char *before,
                           const char *after, const char *separator)
{
	struct buf sql = BUF(MAX_SQL);

	for (size_t i = 0; i < key->n; i++) {
		buf_printf(&sql, "%s%s", i ? separator : "", before);
		put_name(&sql, r->field[key->field[i]].name);
		buf_str(&sql, after);
	}
	char *out = arena_strdup(a, buf_text(&sql));
	buf_free(&sql);
	return out;
}

static bool create_table(const struct loading *t, struct err *e)
{
	const struct resource *r = t->r;
	struct buf sql = BUF(MAX_SQL);

	buf_printf(&sql, "CREATE TABLE \"%s\" (", r->name);
	for (size_t i = 0; i < r->nfield; i++) {
		const struct field *f = &r->field[i];
		buf_str(&sql, i ? ", " : "");
		put_name(&sql, f->name);
		buf_printf(&sql, " %s%s", field_kinds[f->type].sql, f->required ? " NOT NULL" : "");
		if (f->companion) {
			buf_str(&sql, ", ");
			put_name(&sql, f->companion);
			buf_str(&sql, " TEXT");
		}
	}
	if (r->primary.n)
		buf_printf(&sql, ", PRIMARY KEY (%s)", key_sql(t->a, r, &r->primary, "", "", ", "));
	/* A key of several columns is the tree itself: 0.72 of the size and 0.84 of the time of a tree beside it (measured on 942,300 rows of 13).
	 * With one column rows keep the order of their file. */
	buf_str(&sql, r->primary.n > 1 ? ") STRICT, WITHOUT ROWID" : ") STRICT");
	bool ok = db_exec(t->db, buf_text(&sql), e);
	buf_free(&sql);
	return ok;
}

/* ---- keys over several rows ---- */

/* Runs a query for the n cells of one row that breaks a key. 1 = it is in cell; 0 = there is none; -1 = *e. */
static int offender(const struct loading *t, const char *sql, size_t n, struct cell *cell, struct err *e)
{
	struct stmt *st = db_query(t->db, sql, NULL, 0, e);
	int rc = st ? stmt_step(st, e) : -1;

	for (size_t k = 0; rc == 1 && k < n; k++) {
		cell[k] = stmt_cell(st, (int)k);
		if (cell[k].type == CELL_TEXT)
			cell[k].s = arena_strndup(t->a, cell[k].s, cell[k].n);
	}
	stmt_done(st);
	return rc;
}

/* An index keeps the key for readers too; where it cannot be made, the two lines are looked for. A point is in no table's name. */
static bool check_unique(const struct loading *t, const struct key *key, struct err *e)
{
	const struct resource *r = t->r;
	const char *names = key_sql(t->a, r, key, "", "", ", ");
	struct cell cell[PACKAGE_KEY_COLUMNS];
	struct err other;

	const char *sql = arena_printf(t->a, "CREATE UNIQUE INDEX \"%s.%td\" ON \"%s\" (%s)", r->name, key - r->unique + 1, r->name, names);
	if (db_exec(t->db, sql, e))
		return true;
	sql = arena_printf(t->a, "SELECT %s FROM \"%s\" WHERE %s GROUP BY %s HAVING count(*) > 1 LIMIT 1", names, r->name,
	                   key_sql(t->a, r, key, "", " IS NOT NULL", " AND "), names);
	if (offender(t, sql, key->n, cell, &other) == 1)
		fail_key(t, key, cell, NULL, e);
	return false;
}

static bool check_foreign(const struct loading *t, const struct foreign_key *k, struct err *e)
{
	const struct resource *r = t->r, *to = k->table;
	const char *from = key_sql(t->a, r, &k->from, "c.", "", ", ");
	const char *sql = arena_printf(t->a, "SELECT %s FROM \"%s\" AS c LEFT JOIN \"%s\" AS p ON (%s) = (%s) WHERE %s AND %s LIMIT 1",
	                               from, r->name, to->name, from, key_sql(t->a, to, &k->to, "p.", "", ", "),
	                               key_sql(t->a, to, &k->to, "p.", " IS NULL", " AND "),
	                               key_sql(t->a, r, &k->from, "c.", " IS NOT NULL", " AND "));
	struct cell cell[PACKAGE_KEY_COLUMNS];
	int rc = offender(t, sql, k->from.n, cell, e);

	return rc == 1 ? fail_key(t, &k->from, cell, to->name, e) : rc == 0;
}

/* ---- what the file says about itself ---- */

/* Of a field, or of the table (""). */
static bool describe_properties(const struct loading *t, const char *field, const char *scope, const char *breaks, struct err *e)
{
	static const char sql[] = "INSERT INTO _property (resource, field, property, value) VALUES (?, ?, ?, ?)";

	struct cell table = cell_text(t->r->name), name = cell_text(field);

	return (!*scope || db_run(t->db, sql, CELLS(table, name, cell_text("continuum:scope"), cell_text(scope)), e)) &&
	       (!*breaks || db_run(t->db, sql, CELLS(table, name, cell_text("continuum:breaks"), cell_text(breaks)), e));
}

/* A field, and its companion after it. */
static bool describe_field(const struct loading *t, size_t i, struct err *e)
{
	static const char sql[] =
		"INSERT INTO _field (resource, position, name, type, title, description, unit, stamp, decimals, key) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct field *f = &t->r->field[i];
	const struct cell table = cell_text(t->r->name), title = cell_text(f->title), none = cell_text("");
	size_t column = (size_t)(t->of[i] - t->cell);
	char stamp[STAMP_HEX];
	bool key = false;

	for (size_t k = 0; k < t->r->primary.n; k++)
		key |= t->r->primary.field[k] == i;
	stamp_column(t->stamper, column, stamp);
	bool ok = db_run(t->db, sql, CELLS(table, cell_int((int64_t)column + 1), cell_text(f->name), cell_text(field_kinds[f->type].name),
	                                   title, cell_text(f->description), cell_text(f->unit), cell_text(stamp),
	                                   cell_int(field_decimals(t->reader[i])), cell_int(key)), e);
	if (ok && f->companion) {
		stamp_column(t->stamper, column + 1, stamp);
		ok = db_run(t->db, sql, CELLS(table, cell_int((int64_t)column + 2), cell_text(f->companion), cell_text("string"), title,
		                              none, none, cell_text(stamp), cell_int(-1), cell_int(0)), e);
	}
	return ok && describe_properties(t, f->name, f->scope, f->breaks, e);
}

static bool describe_table(const struct loading *t, struct err *e)
{
	static const char sql[] =
		"INSERT INTO _resource (name, title, description, source_fr, source_en, address, licence, status, stamp, path, sha256, rows) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct resource *r = t->r;
	char stamp[STAMP_HEX];

	stamp_table(t->stamper, stamp);
	bool ok = db_run(t->db, sql, CELLS(cell_text(r->name), cell_text(r->title), cell_text(r->description), cell_text(r->source_fr),
	                                   cell_text(r->source_en), cell_text(r->source_address), cell_text(r->licence),
	                                   cell_text(r->status), cell_text(stamp), cell_text(r->path.s[0]), cell_text(t->rows.sha256),
	                                   cell_int(t->report->loaded)), e) &&
	          describe_properties(t, "", r->scope, r->breaks, e);
	for (size_t i = 0; ok && i < r->nfield; i++)
		ok = describe_field(t, i, e);
	return ok;
}

/* ---- the whole ---- */

static bool insert_rows(struct loading *t, struct err *e)
{
	const struct resource *r = t->r;
	const char **names = arena_array(t->a, const char *, t->ncell);
	struct rowsource src = { .context = t, .ncolumn = t->ncell, .next = next_row };
	struct cell cell[PACKAGE_KEY_COLUMNS];

	for (size_t i = 0; i < r->nfield; i++) {
		names[t->of[i] - t->cell] = r->field[i].name;
		if (r->field[i].companion)
			names[t->of[i] - t->cell + 1] = r->field[i].companion;
	}
	bool ok = rowsource_insert(t->db, r->name, names, &src, &t->report->loaded, e);
	t->report->read += t->rows.skipped;
	t->report->skipped += t->rows.skipped;
	if (ok || e->id != ERR_ROW_REFUSED || !r->primary.n)
		return ok;
	/* All else is checked before a row is given: it is the key, and the row that broke it is the one in hand. */
	for (size_t k = 0; k < r->primary.n; k++)
		cell[k] = *t->of[r->primary.field[k]];
	return fail_key(t, &r->primary, cell, NULL, e);
}

static bool load_table(struct loading *t, struct err *e)
{
	const struct resource *r = t->r;
	size_t key[PACKAGE_KEY_COLUMNS];

	t->report->name = r->name;
	bool ok = table_open(t, e);
	if (ok) {
		for (size_t k = 0; k < r->primary.n; k++)
			key[k] = (size_t)(t->of[r->primary.field[k]] - t->cell);
		t->stamper = stamp_open(t->a, t->ncell, key, r->primary.n);
		ok = create_table(t, e) && insert_rows(t, e) && describe_table(t, e);
	}
	for (size_t i = 0; ok && !t->report->rejected && i < r->nunique; i++)
		ok = check_unique(t, &r->unique[i], e);
	table_close(t);
	return ok;
}

static bool load_tables(struct db *db, const struct package *p, struct arena *a, struct load_report *report, struct err *e)
{
	struct loading t = { .db = db, .package = p, .a = a };
	bool ok = true;

	for (size_t i = 0; ok && i < p->nresource; i++) {
		struct loading one = { .db = db, .package = p, .r = &p->resource[i], .a = a, .report = &report->table[report->ntable++] };
		ok = load_table(&one, e);
	}
	/* A refusal comes first in the file, so it is what the reader wants to hear. */
	for (size_t i = 0; i < report->ntable; i++)
		if (report->table[i].rejected) {
			*e = report->table[i].reject[0];
			return false;
		}
	for (size_t i = 0; ok && i < p->nresource; i++) {
		t.r = &p->resource[i];
		for (size_t k = 0; ok && k < t.r->nforeign; k++)
			ok = !t.r->foreign[k].table || check_foreign(&t, &t.r->foreign[k], e);   /* of a used package: its tables are looked up where they are attached */
	}
	return ok;
}

static bool gives(struct db *db, const char *sql, int64_t want)
{
	struct err other;
	struct stmt *st = db_query(db, sql, NULL, 0, &other);
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
		"CREATE TABLE _property (resource TEXT NOT NULL, field TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL,"
		" PRIMARY KEY (resource, field, property))";
	static const char package_sql[] = "INSERT INTO _package (name, key, title_fr, title_en, version) VALUES (?, ?, ?, ?, ?)";
	struct package p;

	*report = (struct load_report){ .package = "", .key = key };
	if (!package_read(&p, a, dir, e))
		return false;
	report->package = p.name;
	report->table = arena_array(a, struct load_table, p.nresource);
	struct db *db = db_open_build(out_file, e);
	bool ok = db && db_begin(db, e) && db_exec(db, schema_meta_sql, e) && db_exec(db, property_sql, e) &&
	          load_tables(db, &p, a, report, e) &&
	          db_run(db, package_sql, CELLS(cell_text(p.name), cell_text(key), cell_text(p.title_fr), cell_text(p.title_en),
	                                        cell_text(p.version)), e) &&
	          db_commit(db, e) && verify(db, report, a, e);
	db_close(db);
	return ok;
}
