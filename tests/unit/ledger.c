/* ledger.db: its form, migrations, what was made, and what a killed writer leaves behind. */
#include "tap.h"

#include "store.h"
#include "store/ledger.h"

static struct arena arena;
static void test_new(const char *path)
{
	struct err e = { 0 };
	struct db *l = ledger_open(path, &e);

	CHECK(l != NULL, "a new ledger");
	CHECK_STR(ask(&arena, l, "PRAGMA user_version", &e), "1", "has the newest form");
	CHECK_STR(ask(&arena, l, "PRAGMA journal_mode", &e), "delete", "a rollback journal");
	CHECK_STR(ask(&arena, l, "PRAGMA synchronous", &e), "2", "and waits for the disk");
	db_close(l);
}

static void test_made(const char *path)
{
	struct err e = { 0 };
	struct db *l = ledger_open(path, &e);
	const char *key = NULL, *digest = NULL;

	CHECK(l != NULL, "the ledger opens again");
	CHECK(ledger_made(l, &arena, "figure", "workforce.staff/fr", &key, &digest, &e) == 0, "nothing made yet");
	CHECK(ledger_record_made(l, "figure", "workforce.staff/fr", "k1", "d1", &e) &&
	      ledger_record_made(l, "figure", "workforce.staff/fr", "k2", "d2", &e), "made twice");
	CHECK(ledger_made(l, &arena, "figure", "workforce.staff/fr", &key, &digest, &e) == 1 && !strcmp(key, "k2") && !strcmp(digest, "d2"), "the last counts");
	CHECK(!db_exec(l, "INSERT INTO run_fact VALUES (999, 't', 'f', 's')", &e), "foreign keys are kept");
	db_close(l);
}

/* A ledger of form 0 that has tables in the way cannot be migrated, and stays as it is. */
static void test_migration(const char *dir)
{
	struct err e = { 0 };
	const char *path = path_join(&arena, dir, "old.db");
	struct db *l = db_open_ledger(path, &e);

	CHECK(db_exec(l, "CREATE TABLE made (x); INSERT INTO made VALUES (1)", &e), "an older file");
	db_close(l);
	CHECK(ledger_open(path, &e) == NULL && e.id == ERR_LEDGER_MIGRATION, "a migration that fails");
	CHECK(strstr(e.why, "made") != NULL, "says why");
	l = db_open_ledger(path, &e);
	CHECK_STR(ask(&arena, l, "SELECT (SELECT x FROM made), (SELECT count(*) FROM sqlite_schema)", &e), "1|1", "and leaves the ledger as it was");
	CHECK(db_exec(l, "DROP TABLE made", &e), "the obstacle goes");
	db_close(l);
	l = ledger_open(path, &e);
	CHECK(l != NULL, "then the old ledger is migrated");
	CHECK(l && db_exec(l, "PRAGMA user_version = 99", &e), "a newer program was here");
	db_close(l);
	CHECK(ledger_open(path, &e) == NULL && e.id == ERR_LEDGER_NEWER && !strcmp(e.arg[1], "99"), "its ledger is refused");
	path_write(path, "no database, and long enough to look like a damaged one to anybody", 66, &e);
	CHECK(ledger_open(path, &e) == NULL && e.id == ERR_DB_DAMAGED, "a damaged ledger is named");
}

/* The state that kill -9 leaves: the file and its journal, copied in the middle of a transaction that has begun to write. */
static void test_killed(const char *path, const char *dir)
{
	struct err e = { 0 };
	const char *copy = path_join(&arena, dir, "killed.db");
	struct db *l = ledger_open(path, &e);
	const char *before = ask(&arena, l, "SELECT count(*) FROM run", &e);

	/* A cache of one page makes SQLite write into the file before the commit. */
	CHECK(db_exec(l, "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE;"
	                 "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000)"
	                 "INSERT INTO run (analysis, key, result, seconds) SELECT 'a', hex(zeroblob(100)), '', 0 FROM c", &e), "half a transaction");
	CHECK(path_copy(path, copy, &e) && path_copy(arena_printf(&arena, "%s-journal", path), arena_printf(&arena, "%s-journal", copy), &e),
	      "the file and its hot journal");
	db_rollback(l);
	db_close(l);
	struct buf file = BUF(1 << 24);
	CHECK(path_read(copy, 1 << 24, &file, &e) && file.n > 200000, "the file had been written to");
	buf_free(&file);
	l = ledger_open(copy, &e);
	CHECK_STR(ask(&arena, l, "SELECT count(*) FROM run", &e), before, "the next start finds the state before");
	CHECK_STR(ask(&arena, l, "PRAGMA integrity_check", &e), "ok", "whole");
	CHECK(ledger_record_made(l, "report", "livre-blanc", "k", "d", &e), "and can be written");
	db_close(l);
}

static void test_locked(const char *path)
{
	struct err e = { 0 };
	struct db *a = ledger_open(path, &e), *b = ledger_open(path, &e);

	CHECK(a && b && db_begin(a, &e) && db_exec(b, "PRAGMA busy_timeout = 0", &e), "two writers");
	CHECK(!ledger_record_made(b, "x", "y", "k", "d", &e) && e.id == ERR_DB_BUSY, "the second is told that the first is there");
	CHECK_STR(e.arg[0], path, "by the ledger's name");
	db_rollback(a);
	CHECK(ledger_record_made(b, "x", "y", "k", "d", &e), "and goes on when it is gone");
	db_rollback(b);
	db_close(a);
	db_close(b);
}

int main(void)
{
	struct err e = { 0 };
	const char *dir = path_mkdtemp(&arena, temp_root(), &e), *path = path_join(&arena, dir, "ledger.db");

	test_new(path);
	test_made(path);
	test_migration(dir);
	test_killed(path, dir);
	test_locked(path);
	path_remove_tree(dir, &e);
	arena_free(&arena);
	return done_testing();
}
