/* ledger.db. Every write is one transaction; the form of the tables is that of the last migration. */
#include "store/ledger.h"

#include "base/embed.h"
#include "base/num.h"
#include "store/sqlite.h"

#include <stdio.h>
#include <string.h>

/* The number of a migration file, 0 for any other file. */
static int64_t migration_number(const struct embed *f)
{
	static const char folder[] = "store/ledger/";
	const char *name = f->name + sizeof folder - 1;
	int64_t n = 0;

	return !strncmp(f->name, folder, sizeof folder - 1) && num_int(name, strcspn(name, "_"), &n) ? n : 0;
}

/* All that is missing in one transaction: a ledger that cannot be brought to the newest form stays as it is. */
static bool migrate(struct db *l, const char *path, struct err *e)
{
	int64_t now = 0, newest = 0, number = 0;
	struct err cause = { 0 };
	char form[64];

	/* embed_files is sorted by name, so that numbers of three digits come in order. */
	for (size_t i = 0; i < embed_count; i++)
		newest = migration_number(&embed_files[i]) ? migration_number(&embed_files[i]) : newest;
	if (!db_form(l, &now, e))
		return false;
	if (now > newest)
		return err_set(e, ERR_LEDGER_NEWER, "%s" ERR_SEP "%lld" ERR_SEP "%lld", path, (long long)now, (long long)newest);
	if (now == newest)
		return true;
	/* The form is read again under the lock: another process may have been here first. */
	bool ok = db_begin(l, &cause) && db_form(l, &now, &cause);
	for (size_t i = 0; ok && i < embed_count; i++) {
		number = migration_number(&embed_files[i]);
		ok = number <= now || db_exec(l, (const char *)embed_files[i].data, &cause);
	}
	snprintf(form, sizeof form, "PRAGMA user_version = %lld", (long long)newest);
	if (ok && db_exec(l, form, &cause) && db_commit(l, &cause))
		return true;
	db_rollback(l);
	err_set(e, ERR_LEDGER_MIGRATION, "%s" ERR_SEP "%lld", path, (long long)newest);
	return err_why(e, "%s", cause.why);
}

struct db *ledger_open(const char *path, struct err *e)
{
	struct db *l = db_open_ledger(path, e);

	if (l && migrate(l, path, e))
		return l;
	db_close(l);
	return NULL;
}

bool ledger_load(struct db *l, const char *package, const char *key, int64_t rows, double seconds, struct err *e)
{
	return db_run(l, "INSERT INTO load (package, key, rows, seconds) VALUES (:package, :key, :rows, :seconds)",
	              CELLS(cell_text(package), cell_text(key), cell_int(rows), cell_real(seconds)), e);
}

/* The first column counts the rows of each kind, so that each array is made once; facts have no package. */
static const char reads_sql[] =
	"SELECT count(*) OVER (), package, table_name, column_name AS name, stamp FROM run_read WHERE run = :run "
	"UNION ALL SELECT count(*) OVER (), NULL, table_name, fact, stamp FROM run_fact WHERE run = :run "
	"ORDER BY package, table_name, name";

static bool read_inputs(struct db *l, struct arena *a, struct ledger_run *out, struct err *e)
{
	struct stmt *st = db_query(l, reads_sql, CELLS(cell_int(out->id)), e);
	int rc = -1;

	while (st && (rc = stmt_step(st, e)) == 1) {
		size_t n = (size_t)stmt_int(st, 0);
		const char *package = stmt_copy(st, 1, a), *table = stmt_copy(st, 2, a);
		const char *name = stmt_copy(st, 3, a), *stamp = stmt_copy(st, 4, a);
		if (*package) {
			out->read = out->nread ? out->read : arena_array(a, struct ledger_read, n);
			out->read[out->nread++] = (struct ledger_read){ package, table, name, stamp };
		} else {
			out->fact = out->nfact ? out->fact : arena_array(a, struct ledger_fact, n);
			out->fact[out->nfact++] = (struct ledger_fact){ table, name, stamp };
		}
	}
	stmt_done(st);
	return rc == 0;
}

int ledger_last_run(struct db *l, struct arena *a, const char *analysis, struct ledger_run *out, struct err *e)
{
	struct stmt *st = db_query(l, "SELECT id, key, result FROM run WHERE analysis = :analysis ORDER BY id DESC LIMIT 1",
	                           CELLS(cell_text(analysis)), e);
	int rc = st ? stmt_step(st, e) : -1;

	*out = (struct ledger_run){ 0 };
	if (rc == 1)
		*out = (struct ledger_run){ .id = stmt_int(st, 0), .key = stmt_copy(st, 1, a), .result = stmt_copy(st, 2, a) };
	stmt_done(st);
	return rc == 1 && !read_inputs(l, a, out, e) ? -1 : rc;
}

static bool record_inputs(struct db *l, int64_t run, const struct schema *schema, const struct result *r,
                          const char *const *fact_stamp, struct err *e)
{
	static const char read_sql[] = "INSERT INTO run_read (run, package, table_name, column_name, stamp) "
	                               "VALUES (:run, :package, :table, :column, :stamp)";
	static const char fact_sql[] = "INSERT INTO run_fact (run, table_name, fact, stamp) VALUES (:run, :table, :fact, :stamp)";
	bool ok = true;

	for (size_t i = 0; ok && i < r->nread; i++) {
		const struct read *d = &r->read[i];
		const struct schema_table *t = schema_table(schema, d->table);
		const struct schema_column *c = t ? schema_column(t, d->column) : NULL;
		ok = db_run(l, read_sql, CELLS(cell_int(run), cell_text(d->package), cell_text(d->table), cell_text(d->column),
		                               cell_text(c ? c->stamp : t ? t->stamp : "")), e);
	}
	for (size_t i = 0; ok && i < r->nfact; i++)
		ok = db_run(l, fact_sql, CELLS(cell_int(run), cell_text(r->fact[i].table), cell_text(r->fact[i].id),
		                               cell_text(fact_stamp[i])), e);
	return ok;
}

static struct cell bound(double v, bool unknown)
{
	return unknown ? (struct cell){ .type = CELL_NULL } : cell_real(v);
}

static bool record_values(struct db *l, int64_t run, const char *analysis, const struct result *r, struct err *e)
{
	static const char sql[] =
		"INSERT INTO value_history (id, run, unit, period, low, best, high, low_open, high_open,"
		" qualifier, decimals, words_fr, words_en) "
		"VALUES (:analysis || '.' || :name, :run, :unit, :period, :low, :best, :high, :low_open, :high_open,"
		" :qualifier, :decimals, :fr, :en)";
	bool ok = true;

	for (size_t i = 0; ok && i < r->nvalue; i++) {
		const struct value *v = &r->value[i];
		const struct quantity *q = &v->q;
		bool words = v->is_words;
		const char *qualifier = words ? "words" : quantity_qualifiers[q->qualifier];
		ok = db_run(l, sql, CELLS(cell_text(analysis), cell_text(v->name), cell_int(run),
			cell_text(q->unit), cell_text(q->period), bound(q->low, words || q->low_open), bound(q->best, words),
			bound(q->high, words || q->high_open), cell_int(q->low_open), cell_int(q->high_open), cell_text(qualifier),
			cell_int(q->decimals), cell_text(words ? v->words.fr : ""), cell_text(words ? v->words.en : "")), e);
	}
	return ok;
}

bool ledger_record_run(struct db *l, const char *analysis, const char *key, const char *result_sha256, double seconds,
                       const struct schema *schema, const struct result *result, const char *const *fact_stamp, struct err *e)
{
	bool failed = result->failed;

	if (!db_begin(l, e))
		return false;
	struct stmt *st = db_query(l, "INSERT INTO run (analysis, key, result, error, seconds) "
	                              "VALUES (:analysis, :key, :result, :error, :seconds) RETURNING id",
	                           CELLS(cell_text(analysis), cell_text(key), cell_text(failed ? "" : result_sha256),
	                                 cell_text(failed ? err_name(result->err.id) : ""), cell_real(seconds)), e);
	bool ok = st && stmt_step(st, e) == 1;
	int64_t run = ok ? stmt_int(st, 0) : 0;
	stmt_done(st);
	if (ok && !failed)
		ok = record_inputs(l, run, schema, result, fact_stamp, e) && record_values(l, run, analysis, result, e);
	if (ok && db_commit(l, e))
		return true;
	db_rollback(l);
	return false;
}

int ledger_made(struct db *l, struct arena *a, const char *kind, const char *id, const char **key, const char **digest, struct err *e)
{
	struct stmt *st = db_query(l, "SELECT key, digest FROM made WHERE kind = :kind AND id = :id",
	                           CELLS(cell_text(kind), cell_text(id)), e);
	int rc = st ? stmt_step(st, e) : -1;

	if (rc == 1) {
		*key = stmt_copy(st, 0, a);
		*digest = stmt_copy(st, 1, a);
	}
	stmt_done(st);
	return rc;
}

bool ledger_record_made(struct db *l, const char *kind, const char *id, const char *key, const char *digest, struct err *e)
{
	return db_run(l, "INSERT INTO made (kind, id, key, digest) VALUES (:kind, :id, :key, :digest) "
	                 "ON CONFLICT (kind, id) DO UPDATE SET key = excluded.key, digest = excluded.digest, at = excluded.at",
	              CELLS(cell_text(kind), cell_text(id), cell_text(key), cell_text(digest)), e);
}
