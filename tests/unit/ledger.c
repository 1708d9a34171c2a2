/* ledger.db: what ran and what it read, migrations, and what a killed writer leaves behind. */
#include "tap.h"

#include "store.h"
#include "store/ledger.h"

#include <math.h>

static struct arena arena;
static struct schema_column column[] = { { .name = "officers", .stamp = "stamp-officers" } };
static struct schema_table table[] = { { .name = "police", .package = "pm", .stamp = "stamp-police", .column = column, .ncolumn = 1 } };
static const struct schema schema = { .table = table, .ntable = 1 };

static struct value values[] = {
	{ .name = "agents", .q = { .low = 10, .best = 10, .high = 10, .unit = "agents", .period = "2018", .qualifier = Q_EXACT } },
	{ .name = "many", .q = { .low = 4000, .best = 4000, .high = INFINITY, .high_open = true, .unit = "posts", .qualifier = Q_MORE_THAN } },
	{ .name = "sum", .is_words = true, .words = { "refusée", "refused" } },
};
static struct read reads_of[] = { { "pm", "police", "" }, { "pm", "police", "officers" }, { "pm", "gone", "x" } };
static struct read_fact facts[] = { { "facts", "psq_agents" } };
static const char *const stamps[] = { "fact-stamp" };
static const struct result result = { .value = values, .nvalue = 3, .read = reads_of, .nread = 3, .fact = facts, .nfact = 1 };

static void test_runs(const char *path)
{
	struct err e = { 0 };
	struct ledger_run run;
	struct db *l = ledger_open(path, &e);

	CHECK(l != NULL, "a new ledger");
	CHECK_STR(ask(&arena, l, "PRAGMA user_version", &e), "1", "has the newest form");
	CHECK_STR(ask(&arena, l, "PRAGMA journal_mode", &e), "delete", "a rollback journal");
	CHECK_STR(ask(&arena, l, "PRAGMA synchronous", &e), "2", "and waits for the disk");
	CHECK(ledger_last_run(l, &arena, "workforce", &run, &e) == 0, "nothing ran yet");
	CHECK(ledger_record_run(l, "workforce", "key1", "sha1", 0.25, &schema, &result, stamps, &e), "a run");
	CHECK(ledger_record_run(l, "other", "keyx", "shax", 0.25, &schema, &(struct result){ 0 }, NULL, &e), "another analysis");
	CHECK(ledger_last_run(l, &arena, "workforce", &run, &e) == 1, "is found again");
	CHECK_STR(run.key, "key1", "its key");
	CHECK_STR(run.result, "sha1", "its result");
	CHECK(run.nread == 3 && run.nfact == 1, "what it read");
	CHECK(!strcmp(run.read[0].table, "gone") && !strcmp(run.read[0].stamp, ""), "a table that is gone has no stamp");
	CHECK(!strcmp(run.read[1].column, "") && !strcmp(run.read[1].stamp, "stamp-police"), "the table's stamp where only rows count");
	CHECK(!strcmp(run.read[2].column, "officers") && !strcmp(run.read[2].stamp, "stamp-officers"), "the column's stamp");
	CHECK(!strcmp(run.fact[0].id, "psq_agents") && !strcmp(run.fact[0].stamp, "fact-stamp"), "the fact's stamp");
	CHECK_STR(ask(&arena, l, "SELECT unit, period, low, best, high, low_open, high_open, qualifier FROM value_history WHERE id = 'workforce.agents'", &e),
	          "agents|2018|10.0|10.0|10.0|0|0|exact", "a value");
	CHECK_STR(ask(&arena, l, "SELECT low, high, high_open, qualifier FROM value_history WHERE id = 'workforce.many'", &e), "4000.0|null|1|more_than",
	          "an open side has no bound");
	CHECK_STR(ask(&arena, l, "SELECT best, qualifier, words_fr, words_en FROM value_history WHERE id = 'workforce.sum'", &e),
	          "null|words|refusée|refused", "words");

	struct result failed = result;
	failed.failed = true;
	err_set(&failed.err, ERR_SQL_STOPPED, "%s", "");
	CHECK(ledger_record_run(l, "workforce", "key2", "sha2", 1, &schema, &failed, stamps, &e), "a run that failed");
	CHECK(ledger_last_run(l, &arena, "workforce", &run, &e) == 1 && !strcmp(run.key, "key2") && !*run.result && !run.nread, "is the last one, without a result");
	CHECK_STR(ask(&arena, l, "SELECT error FROM run ORDER BY id DESC", &e), "store.sql_stopped", "with its error");

	/* A duplicate read breaks the key in the middle of the record. */
	struct read twice[] = { { "pm", "police", "" }, { "pm", "police", "" } };
	struct result wrong = { .read = twice, .nread = 2 };
	CHECK(!ledger_record_run(l, "workforce", "key3", "sha3", 1, &schema, &wrong, NULL, &e), "a record that cannot be written whole");
	CHECK(ledger_last_run(l, &arena, "workforce", &run, &e) == 1 && !strcmp(run.key, "key2"), "is not written at all");
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
	CHECK(ledger_load(l, "pm", "key", 5, 0.5, &e), "a load");
	CHECK_STR(ask(&arena, l, "SELECT package, key, rows, seconds FROM load", &e), "pm|key|5|0.5", "is recorded");
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

	test_runs(path);
	test_made(path);
	test_migration(dir);
	test_killed(path, dir);
	test_locked(path);
	path_remove_tree(dir, &e);
	arena_free(&arena);
	return done_testing();
}
