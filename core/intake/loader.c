/* Tables of a package, one after another: typed rows inserted by one INSERT … SELECT, then what concerns several rows or tables (unique
 * and foreign keys), asked of SQLite. Lines of rows are not kept: where a key fails, the source is read again. */
#include "intake/loader.h"

#include "base/num.h"
#include "intake/typed.h"
#include "store/ahead.h"
#include "store/schema.h"
#include "store/sorted.h"

#include <string.h>
#include <unistd.h>

enum { MAX_SQL = 1 << 20, KEY_TEXT = 200 };

/* One table while its rows pass. Cells are in the order of its columns: SQLite would copy those of another order. */
struct loading {
	struct db *db;
	const struct package *package;
	const struct resource *r;
	struct arena *a;
	struct typed_job job;
	struct account account;
	struct typed rows;
	const char *files;              /* names of what was read */
};

/* ---- rows that break a key ---- */

/* Reads the source again up to the nth row (from 1) with these cells, and places *e there. Returns its line, 0 when there is none. */
static long find_row(const struct loading *t, const struct key *key, const struct cell *cell, int nth, struct err *e)
{
	struct arena a = { 0 };
	struct load_table count = { .name = t->r->name };
	struct account account = { .t = &count, .a = &a };
	struct typed again;
	struct err ignored;
	const struct cell *cells;
	long line = 0;

	bool ok = typed_open(&again, &t->job, &account, false, &a, &ignored);
	struct rowsource src = typed_source(&again);
	while (ok && !line && src.next(src.context, &cells, &ignored) == 1) {
		bool same = true;
		for (size_t k = 0; k < key->n && same; k++) {
			const struct cell *c = &cells[again.at[key->field[k]]];
			same = c->type == cell[k].type && !field_compare(c, &cell[k]);
		}
		if (!same || --nth)
			continue;
		line = again.row.line;
		typed_place(&again, key->field[0], e);
	}
	typed_close(&again);
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

/* Names of columns, each between two texts, separated. In the arena. */
static const char *names_sql(struct arena *a, struct texts names, const char *before, const char *after, const char *separator)
{
	struct buf sql = BUF(MAX_SQL);

	for (size_t i = 0; i < names.n; i++) {
		buf_printf(&sql, "%s%s", i ? separator : "", before);
		put_name(&sql, names.s[i]);
		buf_str(&sql, after);
	}
	char *out = arena_strdup(a, buf_text(&sql));
	buf_free(&sql);
	return out;
}

static struct texts key_names(struct arena *a, const struct resource *r, const struct key *key)
{
	const char **s = arena_array(a, const char *, key->n);

	for (size_t i = 0; i < key->n; i++)
		s[i] = r->field[key->field[i]].name;
	return (struct texts){ s, key->n };
}

static const char *key_sql(struct arena *a, const struct resource *r, const struct key *key, const char *before, const char *after,
                           const char *separator)
{
	return names_sql(a, key_names(a, r, key), before, after, separator);
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

static struct cell kept(struct arena *a, struct cell c)
{
	c.s = c.type == CELL_TEXT ? arena_strndup(a, c.s, c.n) : c.s;
	return c;
}

/* Runs a query for the n cells of one row that breaks a key. 1 = it is in cell; 0 = there is none; -1 = *e. */
static int offender(const struct loading *t, const char *sql, size_t n, struct cell *cell, struct err *e)
{
	struct stmt *st = db_query(t->db, sql, NULL, 0, e);
	int rc = st ? stmt_step(st, e) : -1;

	for (size_t k = 0; rc == 1 && k < n; k++)
		cell[k] = kept(t->a, stmt_cell(st, (int)k));
	stmt_done(st);
	return rc;
}

static bool gives(struct db *db, const char *sql, int64_t want)
{
	struct err other;
	struct stmt *st = db_query(db, sql, NULL, 0, &other);
	bool ok = st && stmt_step(st, &other) == 1 && stmt_int(st, 0) == want;

	stmt_done(st);
	return ok;
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

/* The name of a table is unique in a project: SQLite finds that of another package among those that are attached. A key into a table that is
 * left out, for want of a file, is noted. */
static bool check_foreign(struct loading *t, const struct foreign_key *k, struct err *e)
{
	const char *to = k->table ? k->table->name : k->other, *from = key_sql(t->a, t->r, &k->from, "c.", "", ", ");
	const struct texts names = k->table ? key_names(t->a, k->table, &k->to) : k->other_field;
	const char *sql = arena_printf(t->a, "SELECT %s FROM main.\"%s\" AS c LEFT JOIN \"%s\" AS p ON (%s) = (%s) WHERE %s AND %s LIMIT 1", from,
	                               t->r->name, to, from, names_sql(t->a, names, "p.", "", ", "), names_sql(t->a, names, "p.", " IS NULL", " AND "),
	                               key_sql(t->a, t->r, &k->from, "c.", " IS NOT NULL", " AND "));
	struct cell cell[PACKAGE_KEY_COLUMNS];

	if (k->table ? k->table->absent : !gives(t->db, arena_printf(t->a, "SELECT count(*) > 0 FROM pragma_table_list WHERE name = '%s'", to), 1)) {
		account_note(&t->account, arena_printf(t->a, "%s → %s: no data yet, not checked · pas encore de données, non vérifié",
		                                       key_sql(t->a, t->r, &k->from, "", "", ", "), to));
		return true;
	}
	int rc = offender(t, sql, k->from.n, cell, e);
	return rc == 1 ? fail_key(t, &k->from, cell, to, e) : rc == 0;
}

/* ---- what the file says about itself ---- */

/* What is known of a field, or of the table (""), besides; nothing where it is empty. */
static bool put_property(const struct loading *t, const char *field, const char *property, const char *value, struct err *e)
{
	return !*value || db_run(t->db, "INSERT INTO _property (resource, field, property, value) VALUES (?, ?, ?, ?)",
	                         CELLS(cell_text(t->r->name), cell_text(field), cell_text(property), cell_text(value)), e);
}

/* Values with their labels, as JSON: [["ndiff","not published"],…; all: also those without a label. */
static bool put_labels(const struct loading *t, const char *field, const char *property, const struct labelled *l, size_t n, bool all, struct err *e)
{
	struct buf list = BUF(MAX_SQL);

	for (; n--; l++)
		if (all || *l->label) {
			buf_str(&list, list.n ? ",[" : "[[");
			buf_json(&list, l->value, strlen(l->value));
			buf_char(&list, ',');
			buf_json(&list, l->label, strlen(l->label));
			buf_char(&list, ']');
		}
	buf_str(&list, list.n ? "]" : "");
	bool ok = put_property(t, field, property, buf_text(&list), e);
	buf_free(&list);
	return ok;
}

/* A field, and its companion after it. */
static bool describe_field(const struct loading *t, size_t i, struct err *e)
{
	static const char sql[] = "INSERT INTO _field (resource, position, name, type, title, description, unit, stamp, decimals, key) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct field *f = &t->r->field[i];
	char stamp[STAMP_HEX];
	bool key = false, ok = true;

	for (size_t k = 0; k < t->r->primary.n; k++)
		key |= t->r->primary.field[k] == i;
	for (size_t k = 0; ok && k < (f->companion ? 2 : 1); k++) {
		stamp_column(t->rows.stamper, t->rows.at[i] + k, stamp);
		ok = db_run(t->db, sql, CELLS(cell_text(t->r->name), cell_int((int64_t)(t->rows.at[i] + k) + 1), cell_text(k ? f->companion : f->name),
		                              cell_text(k ? "string" : field_kinds[f->type].name), cell_text(f->title), cell_text(k ? "" : f->description),
		                              cell_text(k ? "" : f->unit), cell_text(stamp), cell_int(k ? -1 : field_decimals(t->rows.reader[i])),
		                              cell_int(!k && key)), e);
	}
	return ok && put_property(t, f->name, "continuum:scope", f->scope, e) && put_property(t, f->name, "continuum:breaks", f->breaks, e) &&
	       put_property(t, f->name, "categoriesOrdered", f->categories_ordered ? "true" : "", e) &&
	       put_labels(t, f->name, "missingValues", f->missing, f->nmissing, false, e) &&
	       put_labels(t, f->name, "categories", f->category, f->ncategory, true, e);
}

static bool describe_table(const struct loading *t, struct err *e)
{
	static const char sql[] =
		"INSERT INTO _resource (name, title, description, source_fr, source_en, address, licence, status, stamp, path, sha256, rows) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const struct resource *r = t->r;
	char stamp[STAMP_HEX];

	stamp_table(t->rows.stamper, stamp);
	bool ok = db_run(t->db, sql, CELLS(cell_text(r->name), cell_text(r->title), cell_text(r->description), cell_text(r->source_fr),
	                                   cell_text(r->source_en), cell_text(r->source_address), cell_text(r->licence),
	                                   cell_text(r->status), cell_text(stamp), cell_text(r->path.n ? r->path.s[0] : t->rows.files),
	                                   cell_text(t->rows.rows.sha256), cell_int(t->account.t->loaded)), e) &&
	          put_property(t, "", "continuum:scope", r->scope, e) && put_property(t, "", "continuum:breaks", r->breaks, e) &&
	          put_property(t, "", "continuum:cog", r->cog ? arena_printf(t->a, "%lld", (long long)r->cog) : "", e);
	for (size_t i = 0; ok && i < r->nfield; i++)
		ok = describe_field(t, i, e);
	return ok;
}

/* ---- the whole ---- */

/* Inserts all rows; sorted: by the key. What is done to a row before it is inserted is done by other threads, where they can be had. A script asks
 * the database about its rows: they stay on this one. */
static bool insert_rows(struct loading *t, bool sorted, struct err *e)
{
	const struct resource *r = t->r;
	const struct typed *rows = &t->rows;
	const char **names = arena_array(t->a, const char *, rows->ncell);
	struct rowsource src = typed_source(&t->rows);
	struct ahead *ahead[2] = { NULL };
	struct sorted *order = NULL;
	struct cell cell[PACKAGE_KEY_COLUMNS];

	for (size_t i = 0; i < r->nfield; i++) {
		names[rows->at[i]] = r->field[i].name;
		if (r->field[i].companion)
			names[rows->at[i] + 1] = r->field[i].companion;
	}
	for (size_t k = 0; k < (sorted ? 2 : 1); k++) {
		if (k)
			src = sorted_source(order = sorted_open(&src, rows->key, r->primary.n, t->job.tmp_dir));
		ahead[k] = rows->shaped ? NULL : ahead_open(&src, sorted && !k ? AHEAD_LONG : AHEAD_SHORT);
		if (ahead[k])
			src = ahead_source(ahead[k]);
	}
	bool ok = rowsource_insert(t->db, r->name, names, &src, &t->account.t->loaded, e);
	bool twice = !ok && e->id == ERR_ROW_REFUSED && r->primary.n;
	/* All else is checked before a row is given: it is the key, and the row that broke it is the one in hand. */
	for (size_t k = 0; twice && k < r->primary.n; k++)
		cell[k] = kept(t->a, src.hand[rows->key[k]]);
	ahead_close(ahead[1]);
	sorted_close(order);
	ahead_close(ahead[0]);
	return ok || (twice && fail_key(t, &r->primary, cell, NULL, e));
}

/* Reads and inserts. Rows that come in an order which would have SQLite search the whole tree for each are read again to be sorted. */
static bool take_rows(struct loading *t, struct err *e)
{
	struct load_table *count = t->account.t;

	for (bool sorted = false;; sorted = true) {
		*count = (struct load_table){ .name = t->r->name };
		t->account = (struct account){ .t = count, .a = t->a };
		if (!typed_open(&t->rows, &t->job, &t->account, t->r->primary.n > 1 && !sorted, t->a, e))
			return false;
		bool ok = insert_rows(t, sorted, e);
		t->files = t->rows.files;
		if (!t->rows.unordered) {
			count->read += t->rows.rows.skipped;
			if (t->rows.rows.skipped)
				account_skip(&t->account, "comment", t->rows.rows.skipped);
			return ok;
		}
		typed_close(&t->rows);
		if (!db_exec(t->db, arena_printf(t->a, "DELETE FROM \"%s\"", t->r->name), e))
			return false;
	}
}

static bool load_table(struct loading *t, struct err *e)
{
	const struct resource *r = t->r;

	bool ok = create_table(t, e) && take_rows(t, e) && describe_table(t, e);
	for (size_t i = 0; ok && account_good(t->account.t, r->max_rejected) && i < r->nunique; i++)
		ok = check_unique(t, &r->unique[i], e);
	typed_close(&t->rows);
	return ok;
}

/* All tables are read before too many refusals stop the load, so that its account is whole. n: those that were begun. */
static bool load_tables(struct loading *table, const struct package *p, size_t *n, struct err *e)
{
	while (*n < p->nresource)
		if (!load_table(&table[(*n)++], e))
			return false;
	for (size_t i = 0; i < *n; i++)
		if (!account_good(table[i].account.t, p->resource[i].max_rejected)) {
			*e = table[i].account.t->reject[0];
			return false;
		}
	for (size_t i = 0; i < *n; i++)
		for (size_t k = 0; k < p->resource[i].nforeign; k++)
			if (!check_foreign(&table[i], &p->resource[i].foreign[k], e))
				return false;
	return true;
}

/* SQLite reads back all that was written. */
static bool verify(struct db *db, const struct load_report *report, struct arena *a, struct err *e)
{
	bool ok = gives(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check(1)", 1);

	for (size_t i = 0; ok && i < report->ntable; i++)
		ok = gives(db, arena_printf(a, "SELECT count(*) FROM \"%s\"", report->table[i].name), report->table[i].loaded);
	return ok || err_set(e, ERR_LOAD_CHECK, "%s", report->package);
}

/* What the file says of its package; an empty key where it holds no data, but only the account of a load that failed. */
static bool write_account(struct db *db, const struct package *p, const char *key, const struct loading *table, size_t n, struct err *e)
{
	static const char sql[] = "INSERT INTO _package (name, key, title_fr, title_en, version) VALUES (?, ?, ?, ?, ?)";
	bool ok = db_run(db, sql, CELLS(cell_text(p->name), cell_text(key), cell_text(p->title_fr), cell_text(p->title_en), cell_text(p->version)), e);

	for (size_t i = 0; ok && i < n; i++)
		ok = account_write(&table[i].account, db, table[i].files, e);
	return ok && db_commit(db, e);
}

static struct db *open_file(const struct load_job *job, const char *file, struct err *e)
{
	struct db *db = db_open_build(file, e);
	bool ok = db != NULL;

	for (size_t i = 0; ok && i < job->nused; i++)
		ok = db_attach(db, job->used[i].name, job->used[i].file, e);
	if (ok && db_begin(db, e) && schema_make(db, e))
		return db;
	db_close(db);
	return NULL;
}

bool loader_build(const struct load_job *job, const char *out_file, const char *key, const struct shaper *shaper, struct arena *a,
                  struct load_report *report, struct err *e)
{
	const char *slash = strrchr(out_file, '/'), *dir = slash ? arena_strndup(a, out_file, (size_t)(slash - out_file)) : ".";
	struct err ignored;
	struct package p;
	size_t n = 0;

	*report = (struct load_report){ .package = "", .key = key };
	if (!package_read(&p, a, job->package_dir, e))
		return false;
	load_present(job, a, &p);
	report->package = p.name;
	report->table = arena_array(a, struct load_table, p.nresource);
	struct loading *table = arena_array(a, struct loading, p.nresource);
	struct db *db = open_file(job, out_file, e);
	for (size_t i = 0; i < p.nresource; i++)
		table[i] = (struct loading){
			.db = db, .package = &p, .r = &p.resource[i], .a = a, .account.t = &report->table[i], .files = "",
			.job = { &p, &p.resource[i], job, shaper, dir, db },
		};
	bool ok = db && load_tables(table, &p, &n, e) && (report->ntable = n, write_account(db, &p, key, table, n, e)) && verify(db, report, a, e);
	db_close(db);
	report->ntable = n;
	/* What was begun cannot be taken back: a failed load leaves another file, with its account alone. */
	if (!ok && n && unlink(out_file) == 0 && (db = open_file(job, out_file, &ignored))) {
		write_account(db, &p, "", table, n, &ignored);
		db_close(db);
	}
	return ok;
}
