/* ledger.db. Every write is one transaction; the form of the tables is that of the last migration. */
#include "store/ledger.h"

#include "base/embed.h"
#include "base/num.h"

#include <stdio.h>
#include <string.h>

static const char folder[] = "store/ledger/";

/* The number of a migration file, 0 for any other file. */
static int64_t migration_number(const struct embed *f)
{
	int64_t n = 0;
	const char *name = f->name + sizeof folder - 1;

	if (strncmp(f->name, folder, sizeof folder - 1))
		return 0;
	return num_int(name, strcspn(name, "_"), &n) ? n : 0;
}

/* A statement that is prepared, bound by position and run to its end. */
static struct stmt *begin_stmt(struct db *l, const char *sql, struct err *e)
{
	return db_prepare(l, sql, strlen(sql), e);
}

static void bind(struct stmt *st, int i, const char *s)
{
	stmt_bind_text(st, i, s, strlen(s));
}

static bool end_stmt(struct stmt *st, struct err *e)
{
	int rc = stmt_step(st, e);

	stmt_done(st);
	return rc >= 0;
}

static bool form(struct db *l, int64_t *out, struct err *e)
{
	struct stmt *st = begin_stmt(l, "PRAGMA user_version", e);
	int rc = st ? stmt_step(st, e) : -1;

	if (rc == 1)
		*out = stmt_int(st, 0);
	stmt_done(st);
	return rc == 1;
}

static bool migrate(struct db *l, const char *path, const struct embed *f, int64_t number, struct err *e)
{
	struct buf sql = BUF(1 << 20);
	int64_t now = 0;

	/* The form is read again under the lock: another process may have been here first. */
	bool ok = db_begin(l, e) && form(l, &now, e);
	if (ok && now < number) {
		buf_add(&sql, f->data, f->size);
		buf_printf(&sql, "\nPRAGMA user_version = %lld;", (long long)number);
		ok = db_exec(l, buf_text(&sql), e);
	}
	ok = ok && db_commit(l, e);
	buf_free(&sql);
	if (ok)
		return true;
	char why[sizeof e->why];
	memcpy(why, e->why, sizeof why);
	db_rollback(l);
	err_set(e, ERR_LEDGER_MIGRATION, "%s" ERR_SEP "%lld", path, (long long)number);
	return err_why(e, "%s", why);
}

static bool migrate_all(struct db *l, const char *path, struct err *e)
{
	int64_t now = 0, newest = 0;

	if (!form(l, &now, e))
		return false;
	for (size_t i = 0; i < embed_count; i++) {
		int64_t number = migration_number(&embed_files[i]);
		if (number > newest)
			newest = number;
	}
	if (now > newest)
		return err_set(e, ERR_LEDGER_NEWER, "%s" ERR_SEP "%lld" ERR_SEP "%lld", path, (long long)now, (long long)newest);
	/* embed_files is sorted by name, so that numbers of three digits come in order. */
	for (size_t i = 0; i < embed_count; i++) {
		int64_t number = migration_number(&embed_files[i]);
		if (number > now && !migrate(l, path, &embed_files[i], number, e))
			return false;
	}
	return true;
}

struct db *ledger_open(const char *path, struct err *e)
{
	struct db *l = db_open_ledger(path, e);

	if (l && migrate_all(l, path, e))
		return l;
	db_close(l);
	return NULL;
}

bool ledger_load(struct db *l, const char *package, const char *key, int64_t rows, double seconds, struct err *e)
{
	struct stmt *st = begin_stmt(l, "INSERT INTO load (package, key, rows, seconds) VALUES (:package, :key, :rows, :seconds)", e);

	if (!st)
		return false;
	bind(st, 1, package);
	bind(st, 2, key);
	stmt_bind_int(st, 3, rows);
	stmt_bind_real(st, 4, seconds);
	return end_stmt(st, e);
}

static const char *text(struct arena *a, struct stmt *st, int i)
{
	const char *s = stmt_text(st, i);

	return arena_strdup(a, s ? s : "");
}

/* The first column of these two counts, so that the array is made once. */
static const char reads_sql[] =
	"SELECT count(*) OVER (), package, table_name, column_name, stamp "
	"FROM run_read WHERE run = :run ORDER BY package, table_name, column_name";
static const char facts_sql[] =
	"SELECT count(*) OVER (), table_name, fact, stamp "
	"FROM run_fact WHERE run = :run ORDER BY table_name, fact";

static bool read_reads(struct db *l, struct arena *a, struct ledger_run *out, struct err *e)
{
	struct stmt *st = begin_stmt(l, reads_sql, e);
	int rc = -1;

	if (st)
		stmt_bind_int(st, 1, out->id);
	while (st && (rc = stmt_step(st, e)) == 1) {
		if (!out->nread)
			out->read = arena_array(a, struct ledger_read, (size_t)stmt_int(st, 0));
		out->read[out->nread++] = (struct ledger_read){ text(a, st, 1), text(a, st, 2), text(a, st, 3), text(a, st, 4) };
	}
	stmt_done(st);
	return rc == 0;
}

static bool read_facts(struct db *l, struct arena *a, struct ledger_run *out, struct err *e)
{
	struct stmt *st = begin_stmt(l, facts_sql, e);
	int rc = -1;

	if (st)
		stmt_bind_int(st, 1, out->id);
	while (st && (rc = stmt_step(st, e)) == 1) {
		if (!out->nfact)
			out->fact = arena_array(a, struct ledger_fact, (size_t)stmt_int(st, 0));
		out->fact[out->nfact++] = (struct ledger_fact){ text(a, st, 1), text(a, st, 2), text(a, st, 3) };
	}
	stmt_done(st);
	return rc == 0;
}

int ledger_last_run(struct db *l, struct arena *a, const char *analysis, struct ledger_run *out, struct err *e)
{
	struct stmt *st = begin_stmt(l, "SELECT id, key, result FROM run WHERE analysis = :analysis ORDER BY id DESC LIMIT 1", e);
	int rc = -1;

	*out = (struct ledger_run){ 0 };
	if (st) {
		bind(st, 1, analysis);
		rc = stmt_step(st, e);
	}
	if (rc == 1) {
		out->id = stmt_int(st, 0);
		out->key = text(a, st, 1);
		out->result = text(a, st, 2);
	}
	stmt_done(st);
	if (rc == 1 && (!read_reads(l, a, out, e) || !read_facts(l, a, out, e)))
		return -1;
	return rc;
}

static bool record_reads(struct db *l, int64_t run, const struct schema *schema, const struct result *r, struct err *e)
{
	for (size_t i = 0; i < r->nread; i++) {
		const struct read *d = &r->read[i];
		const struct schema_table *t = schema_table(schema, d->table);
		const struct schema_column *c = t ? schema_column(t, d->column) : NULL;
		struct stmt *st = begin_stmt(l, "INSERT INTO run_read (run, package, table_name, column_name, stamp) "
		                                "VALUES (:run, :package, :table, :column, :stamp)", e);
		if (!st)
			return false;
		stmt_bind_int(st, 1, run);
		bind(st, 2, d->package);
		bind(st, 3, d->table);
		bind(st, 4, d->column);
		bind(st, 5, c ? c->stamp : t ? t->stamp : "");
		if (!end_stmt(st, e))
			return false;
	}
	return true;
}

static bool record_facts(struct db *l, int64_t run, const struct result *r, const char *const *stamp, struct err *e)
{
	for (size_t i = 0; i < r->nfact; i++) {
		struct stmt *st = begin_stmt(l, "INSERT INTO run_fact (run, table_name, fact, stamp) VALUES (:run, :table, :fact, :stamp)", e);
		if (!st)
			return false;
		stmt_bind_int(st, 1, run);
		bind(st, 2, r->fact[i].table);
		bind(st, 3, r->fact[i].id);
		bind(st, 4, stamp[i]);
		if (!end_stmt(st, e))
			return false;
	}
	return true;
}

static void bind_bound(struct stmt *st, int i, double v, bool unknown)
{
	if (unknown)
		stmt_bind_null(st, i);
	else
		stmt_bind_real(st, i, v);
}

static bool record_values(struct db *l, int64_t run, const char *analysis, const struct result *r, struct err *e)
{
	for (size_t i = 0; i < r->nvalue; i++) {
		const struct value *v = &r->value[i];
		struct stmt *st = begin_stmt(l, "INSERT INTO value_history (id, run, unit, period, low, best, high, low_open, high_open, "
		                                "qualifier, decimals, words_fr, words_en) VALUES (:analysis || '.' || :name, :run, :unit, "
		                                ":period, :low, :best, :high, :low_open, :high_open, :qualifier, :decimals, :fr, :en)", e);
		if (!st)
			return false;
		bind(st, 1, analysis);
		bind(st, 2, v->name);
		stmt_bind_int(st, 3, run);
		bind(st, 4, v->q.unit);
		bind(st, 5, v->q.period);
		bind_bound(st, 6, v->q.low, v->is_words || v->q.low_open);
		bind_bound(st, 7, v->q.best, v->is_words);
		bind_bound(st, 8, v->q.high, v->is_words || v->q.high_open);
		stmt_bind_int(st, 9, v->q.low_open);
		stmt_bind_int(st, 10, v->q.high_open);
		bind(st, 11, v->is_words ? "words" : quantity_qualifier_name(v->q.qualifier));
		stmt_bind_int(st, 12, v->q.decimals);
		bind(st, 13, v->is_words ? v->words.fr : "");
		bind(st, 14, v->is_words ? v->words.en : "");
		if (!end_stmt(st, e))
			return false;
	}
	return true;
}

static bool record_run(struct db *l, const char *analysis, const char *key, const char *sha256, double seconds,
                       const struct result *r, struct err *e)
{
	struct stmt *st = begin_stmt(l, "INSERT INTO run (analysis, key, result, error, seconds) "
	                                "VALUES (:analysis, :key, :result, :error, :seconds)", e);

	if (!st)
		return false;
	bind(st, 1, analysis);
	bind(st, 2, key);
	bind(st, 3, r->failed ? "" : sha256);
	bind(st, 4, r->failed ? err_name(r->err.id) : "");
	stmt_bind_real(st, 5, seconds);
	return end_stmt(st, e);
}

bool ledger_record_run(struct db *l, const char *analysis, const char *key, const char *result_sha256, double seconds,
                       const struct schema *schema, const struct result *result, const char *const *fact_stamp, struct err *e)
{
	if (!db_begin(l, e))
		return false;
	bool ok = record_run(l, analysis, key, result_sha256, seconds, result, e);
	int64_t run = ok ? db_last_rowid(l) : 0;
	if (ok && !result->failed)
		ok = record_reads(l, run, schema, result, e) && record_facts(l, run, result, fact_stamp, e) &&
		     record_values(l, run, analysis, result, e);
	ok = ok && db_commit(l, e);
	if (!ok)
		db_rollback(l);
	return ok;
}

int ledger_made(struct db *l, struct arena *a, const char *kind, const char *id, const char **key, const char **digest, struct err *e)
{
	struct stmt *st = begin_stmt(l, "SELECT key, digest FROM made WHERE kind = :kind AND id = :id", e);
	int rc = -1;

	if (st) {
		bind(st, 1, kind);
		bind(st, 2, id);
		rc = stmt_step(st, e);
	}
	if (rc == 1) {
		*key = text(a, st, 0);
		*digest = text(a, st, 1);
	}
	stmt_done(st);
	return rc;
}

bool ledger_record_made(struct db *l, const char *kind, const char *id, const char *key, const char *digest, struct err *e)
{
	struct stmt *st = begin_stmt(l, "INSERT INTO made (kind, id, key, digest) VALUES (:kind, :id, :key, :digest) "
	                                "ON CONFLICT (kind, id) DO UPDATE SET key = excluded.key, digest = excluded.digest, at = excluded.at", e);

	if (!st)
		return false;
	bind(st, 1, kind);
	bind(st, 2, id);
	bind(st, 3, key);
	bind(st, 4, digest);
	return end_stmt(st, e);
}
