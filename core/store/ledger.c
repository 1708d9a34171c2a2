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
