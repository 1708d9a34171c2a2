/* Connections, statements, and packages attached as statements name them.
 * What a query may do is the guard's business; where an error stands in its text is sqltext's. */
#include "store/db.h"

#include "base/text.h"
#include "store/guard.h"
#include "store/sqlite.h"
#include "store/sqltext.h"
#include "store/vfs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CACHED = 64, ATTACHED = 10, STEPS = 1000 };

struct stmt {
	struct stmt *next;
	struct db *db;
	sqlite3_stmt *s;
	bool in_use, started, ended;
	uint64_t used;                /* serial of the last prepare, for the oldest to go first */
	uint64_t steps;               /* virtual-machine steps of this run */
	int nparam, bind_rc;
	bool *bound;                  /* nparam */
	struct read *read;
	size_t nread, nsql;
	char *sql;                    /* everything after the struct is one allocation */
};
struct slot { const struct schema_package *package; uint64_t used; };
struct db {
	sqlite3 *s;
	char *name;                   /* for messages */
	struct guard *guard;          /* of a query connection; else NULL */
	struct db_limits limits;
	int64_t heap_before;
	struct vfs vfs;
	struct stmt *list, *running;
	size_t nstmt;
	uint64_t serial;
	enum err_id halted;           /* why the progress handler ended the statement */
	struct slot slot[ATTACHED];
	size_t nslot;
};

/* ---- errors ---- */

static const struct { int rc; enum err_id id; } causes[] = {
	{ SQLITE_NOMEM, ERR_SQL_MEMORY }, { SQLITE_TOOBIG, ERR_SQL_TOO_BIG }, { SQLITE_BUSY, ERR_DB_BUSY }, { SQLITE_LOCKED, ERR_DB_BUSY },
	{ SQLITE_FULL, ERR_DB_FILE }, { SQLITE_IOERR, ERR_DB_FILE }, { SQLITE_CANTOPEN, ERR_DB_FILE }, { SQLITE_READONLY, ERR_DB_FILE },
	{ SQLITE_PERM, ERR_DB_FILE }, { SQLITE_CORRUPT, ERR_DB_DAMAGED }, { SQLITE_NOTADB, ERR_DB_DAMAGED },
};

/* otherwise: the message where the code of SQLite names no cause of its own. */
static bool fail(struct db *db, int rc, enum err_id otherwise, struct err *e)
{
	enum err_id id = otherwise;
	char why[sizeof e->why];

	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		if (causes[i].rc == (rc & 0xff))
			id = causes[i].id;
	snprintf(why, sizeof why, "%s", sqlite3_errmsg(db->s));
	err_set(e, id, "%s", db->name);
	return err_why(e, "%s", why);
}

bool db_failed(struct db *db, int rc, struct err *e)
{
	return fail(db, rc, ERR_SQL_RUN, e);
}

/* Column names of the tables that the statement mentions, to find the one that was meant. */
static const char *nearest_column(const struct db *db, const char *sql, size_t n, const char *name)
{
	const struct schema *c = db->guard ? db->guard->catalogue : NULL;
	const char *list[1024];
	size_t count = 0;

	for (size_t i = 0; c && i < c->ntable; i++) {
		if (sqltext_find(sql, n, c->table[i].name) < 0)
			continue;
		for (size_t k = 0; k < c->table[i].ncolumn && count < sizeof list / sizeof *list; k++)
			list[count++] = c->table[i].column[k].name;
	}
	return text_nearest(name, list, count);
}

enum unknown { UNKNOWN_TABLE, UNKNOWN_COLUMN, UNKNOWN_FUNCTION };
static const struct { const char *words; enum err_id plain, near; } unknowns[] = {
	[UNKNOWN_TABLE] = { "no such table: ", ERR_SQL_NO_TABLE, ERR_SQL_NO_TABLE_NEAR },
	[UNKNOWN_COLUMN] = { "no such column: ", ERR_SQL_NO_COLUMN, ERR_SQL_NO_COLUMN_NEAR },
	[UNKNOWN_FUNCTION] = { "no such function: ", ERR_SQL_NO_FUNCTION, ERR_SQL_NO_FUNCTION_NEAR },
};

/* The last part of "package.table" or "alias.column". */
static const char *last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

/* A name that does not exist, with the nearest that does. */
static bool explain_unknown(struct db *db, enum unknown what, const char *name, const char *sql, size_t n, struct err *e)
{
	const struct schema *c = db->guard ? db->guard->catalogue : NULL;
	const char *part = last_part(name), *near = NULL;

	if (what == UNKNOWN_TABLE)
		near = c ? schema_nearest_table(c, part) : NULL;
	else if (what == UNKNOWN_COLUMN)
		near = nearest_column(db, sql, n, part);
	else
		near = guard_nearest_function(part);
	if (near && text_icmp(near, name))
		err_set(e, unknowns[what].near, "%s" ERR_SEP "%s", name, near);
	else
		err_set(e, unknowns[what].plain, "%s", name);
	return sqltext_place(e, sql, n, sqltext_find(sql, n, part));
}

/* Turns the failure of a prepare into a record with its place. Always NULL. */
static struct stmt *explain(struct db *db, int rc, const char *sql, size_t n, struct err *e)
{
	long offset = sqlite3_error_offset(db->s);
	char why[sizeof e->why];
	bool known = false;

	snprintf(why, sizeof why, "%s", sqlite3_errmsg(db->s));
	if (db->guard && db->guard->denied) {
		static const char table_function[] = "vtable constructor failed: ";
		char word[sizeof db->guard->refused];
		if (!strncmp(why, table_function, sizeof table_function - 1))
			guard_refuse(db->guard, why + sizeof table_function - 1);
		snprintf(word, sizeof word, "%s", db->guard->refused);
		err_set(e, ERR_SQL_REFUSED, "%s", word);
		word[strcspn(word, "(,")] = 0;
		sqltext_place(e, sql, n, sqltext_find(sql, n, word));
		known = true;
	}
	for (size_t i = 0; !known && i < sizeof unknowns / sizeof *unknowns; i++) {
		size_t len = strlen(unknowns[i].words);
		if (strncmp(why, unknowns[i].words, len))
			continue;
		explain_unknown(db, (enum unknown)i, why + len, sql, n, e);
		known = true;
	}
	if (!known)
		fail(db, rc, ERR_SQL, e);
	if (!strcmp(why, "incomplete input"))
		offset = (long)n;
	sqltext_place(e, sql, n, offset);
	err_why(e, "%s", why);
	return NULL;
}

/* ---- opening ---- */

sqlite3 *db_handle(struct db *db)
{
	return db->s;
}

static struct db *open_failed(struct db *db, const char *name, int rc, struct err *e)
{
	enum err_id id = (rc & 0xff) == SQLITE_CANTOPEN || !db || !db->s ? ERR_DB_OPEN : ERR_NONE;

	if (id)
		err_set(e, id, "%s", name);
	else
		db_failed(db, rc, e);
	if (id)
		err_why(e, "%s", db && db->s ? sqlite3_errmsg(db->s) : sqlite3_errstr(rc));
	db_close(db);
	return NULL;
}

/* name: for messages; file: what SQLite opens; tmp_dir: where its temporary files go, or NULL. */
static struct db *open_db(const char *name, const char *file, int flags, const char *tmp_dir, const char *setup, bool query, struct err *e)
{
	struct db *db = calloc(1, sizeof *db);
	int rc = SQLITE_NOMEM;

	if (!db || !(db->name = strdup(name)) || !vfs_open(&db->vfs, tmp_dir, query))
		return open_failed(db, name, rc, e);
	rc = sqlite3_open_v2(file, &db->s, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, db->vfs.name);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(db->s, 5000);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db->s, setup, NULL, NULL, NULL);
	return rc == SQLITE_OK ? db : open_failed(db, name, rc, e);
}

struct db *db_open_ledger(const char *path, struct err *e)
{
	return open_db(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL,
	               "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
	               "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY", false, e);
}

struct db *db_open_build(const char *path, struct err *e)
{
	/* The cache is the fastest measured for INSERT … SELECT from a virtual table. */
	static const char setup[] =
		"PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
		"PRAGMA cache_size = -32000; PRAGMA secure_delete = OFF; PRAGMA trusted_schema = OFF";
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644), code = errno;
	struct db *db = NULL;

	if (fd >= 0) {
		close(fd);
		db = open_db(path, path, SQLITE_OPEN_READWRITE, dir, setup, false, e);
	} else {
		err_set(e, code == EEXIST ? ERR_DB_EXISTS : ERR_DB_OPEN, "%s", path);
		err_why(e, "%s", strerror(code));
	}
	free(dir);
	return db;
}

char *db_package_uri(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-~";
	static const char tail[] = "?mode=ro&immutable=1";
	size_t n = strlen(path), at = 5;
	char *uri = malloc(5 + 3 * n + sizeof tail);

	if (!uri)
		return NULL;
	memcpy(uri, "file:", 5);
	for (size_t i = 0; i < n; i++) {
		if (strchr(plain, path[i]))
			uri[at++] = path[i];
		else
			at += (size_t)snprintf(uri + at, 4, "%%%02X", (unsigned)(unsigned char)path[i]);
	}
	memcpy(uri + at, tail, sizeof tail);
	return uri;
}

struct db *db_open_package(const char *path, struct err *e)
{
	char *uri = db_package_uri(path);
	struct db *db = uri ? open_db(path, uri, SQLITE_OPEN_READONLY, NULL, "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON", false, e)
	                    : open_failed(NULL, path, SQLITE_NOMEM, e);

	free(uri);
	return db;
}

/* Called by SQLite every STEPS steps; not 0 ends the statement. */
static int progress(void *context)
{
	struct db *db = context;

	if (db->running)
		db->running->steps += STEPS;
	if (db->limits.stop && *db->limits.stop)
		db->halted = ERR_SQL_STOPPED;
	else if (db->limits.steps && db->running && db->running->steps >= db->limits.steps)
		db->halted = ERR_SQL_STEPS;
	return db->halted != ERR_NONE;
}

struct db *db_open_query(const struct schema *catalogue, const struct db_limits *limits, const char *tmp_dir, struct err *e)
{
	/* The cache of main is what SQLite's sorter may hold in memory before it writes to tmp_dir. */
	struct db *db = open_db(tmp_dir ? tmp_dir : ":memory:", ":memory:", SQLITE_OPEN_READWRITE, tmp_dir,
	                        tmp_dir ? "PRAGMA query_only = ON; PRAGMA temp_store = FILE; PRAGMA cache_size = -16000"
	                                : "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000",
	                        true, e);

	if (!db)
		return NULL;
	db->guard = calloc(1, sizeof *db->guard);
	db->limits = limits ? *limits : (struct db_limits){ 0 };
	if (!db->limits.heap)
		db->limits.heap = 512u << 20;
	if (!db->limits.text)
		db->limits.text = 16000000;
	db->heap_before = sqlite3_hard_heap_limit64((int64_t)db->limits.heap);
	if (!db->guard || !guard_install(db->guard, db->s, db->limits.text))
		return open_failed(db, db->name, SQLITE_NOMEM, e);
	db->guard->catalogue = catalogue;
	sqlite3_progress_handler(db->s, STEPS, progress, db);
	return db;
}

static void forget(struct stmt **link)
{
	struct stmt *st = *link;

	*link = st->next;
	st->db->nstmt--;
	sqlite3_finalize(st->s);
	free(st);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	while (db->list) {
		assert(!db->list->in_use);
		forget(&db->list);
	}
	int rc = sqlite3_close(db->s);
	assert(rc == SQLITE_OK);
	(void)rc;
	if (db->limits.heap)
		sqlite3_hard_heap_limit64(db->heap_before);
	vfs_close(&db->vfs);
	free(db->guard);
	free(db->name);
	free(db);
}

const char *db_refused(const struct db *db)
{
	return db->guard && db->guard->refused[0] ? db->guard->refused : NULL;
}

/* ---- packages ---- */

static bool reads_package(const struct stmt *st, const struct schema_package *p)
{
	for (size_t i = 0; i < st->nread; i++)
		if (!strcmp(st->read[i].package, p->name))
			return true;
	return false;
}

/* ATTACH or DETACH, with the guard looking away. */
static int inner(struct db *db, const char *sql, const char *a, const char *b)
{
	sqlite3_stmt *s = NULL;

	db->guard->inner = true;
	int rc = sqlite3_prepare_v2(db->s, sql, -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(s, 1, a, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && b)
		rc = sqlite3_bind_text(s, 2, b, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		sqlite3_step(s);
	int end = sqlite3_finalize(s);
	db->guard->inner = false;
	return rc == SQLITE_OK ? end : rc;
}

/* Makes room: the package longest unused whose statements are all given back. A DETACH renumbers the databases and makes running
 * statements fail at their next open of a table, so nothing leaves while a result is being read. */
static bool detach_oldest(struct db *db, uint64_t call)
{
	struct slot *oldest = NULL;

	for (struct stmt *st = db->list; st; st = st->next)
		if (sqlite3_stmt_busy(st->s))
			return false;
	for (size_t i = 0; i < db->nslot; i++) {
		struct slot *slot = &db->slot[i];
		bool kept = slot->used >= call;
		for (struct stmt *st = db->list; st && !kept; st = st->next)
			kept = st->in_use && reads_package(st, slot->package);
		if (!kept && (!oldest || slot->used < oldest->used))
			oldest = slot;
	}
	if (!oldest)
		return false;
	for (struct stmt **link = &db->list; *link;) {
		if (reads_package(*link, oldest->package))
			forget(link);
		else
			link = &(*link)->next;
	}
	if (inner(db, "DETACH ?1", oldest->package->name, NULL) != SQLITE_OK)
		return false;
	*oldest = db->slot[--db->nslot];
	return true;
}

static bool attach(struct db *db, const struct schema_table *t, uint64_t call, struct err *e)
{
	const struct schema_package *p = schema_package(db->guard->catalogue, t->package);

	if (db->nslot == ATTACHED && !detach_oldest(db, call))
		return err_set(e, ERR_SQL_PACKAGES, "%s" ERR_SEP "%zu", t->name, db->nslot);
	char *uri = db_package_uri(p->file);
	int rc = uri ? inner(db, "ATTACH ?1 AS ?2", uri, p->name) : SQLITE_NOMEM;
	free(uri);
	if (rc != SQLITE_OK) {
		err_set(e, ERR_PACKAGE_FILE, "%s", p->file);
		return err_why(e, "%s", sqlite3_errmsg(db->s));
	}
	db->slot[db->nslot++] = (struct slot){ p, call };
	return true;
}

/* The table of the catalogue that SQLite misses because its package is not attached yet; NULL when the name is simply wrong. */
static const struct schema_table *missing_table(const struct db *db)
{
	const char *words = unknowns[UNKNOWN_TABLE].words, *msg = sqlite3_errmsg(db->s);

	if (!db->guard || !db->guard->catalogue || strncmp(msg, words, strlen(words)))
		return NULL;
	const char *name = msg + strlen(words), *part = last_part(name);
	const struct schema_table *t = schema_table(db->guard->catalogue, part);
	char package[256];
	snprintf(package, sizeof package, "%.*s", (int)(part > name ? part - name - 1 : 0), name);
	if (!t || (package[0] && text_icmp(t->package, package)))
		return NULL;
	for (size_t i = 0; i < db->nslot; i++)
		if (!strcmp(db->slot[i].package->name, t->package))
			return NULL;
	return t;
}

/* ---- statements ---- */

/* The first word decides what a text is; SQLite would complain about missing tables before it asks whether DROP is allowed. */
static bool check_text(struct db *db, const char *sql, size_t n, struct err *e)
{
	size_t bad = text_utf8_bad(sql, n);
	struct sqltext first;
	const char *nul = memchr(sql, 0, n);

	if (nul && (size_t)(nul - sql) < bad)
		bad = (size_t)(nul - sql);
	if (bad < n) {
		err_set(e, ERR_NOT_UTF8, "SQL" ERR_SEP "%zu", bad + 1);
		return sqltext_place(e, sql, bad, (long)bad);
	}
	if (n > 1000000000)
		return err_set(e, ERR_SQL_TOO_BIG, "%s", "");
	if (!sqltext_skip(sql, n, 0, &first))
		return err_set(e, ERR_SQL_EMPTY, "%s", "");
	const char *word = db->guard ? guard_statement(&first) : NULL;
	if (!word)
		return true;
	guard_refuse(db->guard, word);
	err_set(e, ERR_SQL_REFUSED, "%s", word);
	return sqltext_place(e, sql, n, (long)first.at);
}

static int by_name(const void *x, const void *y)
{
	const struct read *a = x, *b = y;
	int order = strcmp(a->package, b->package);

	order = order ? order : strcmp(a->table, b->table);
	return order ? order : strcmp(a->column, b->column);
}

/* Wraps a prepared statement, with what the guard saw it read. NULL: no memory. */
static struct stmt *wrap(struct db *db, sqlite3_stmt *s, const char *sql, size_t n)
{
	size_t nread = db->guard ? db->guard->nread : 0;
	int nparam = sqlite3_bind_parameter_count(s);
	struct stmt *st = calloc(1, sizeof *st + nread * sizeof *st->read + (size_t)nparam * sizeof *st->bound + n + 1);

	if (!st)
		return NULL;
	*st = (struct stmt){ .next = db->list, .db = db, .s = s, .in_use = true, .used = db->serial, .nparam = nparam, .nread = nread, .nsql = n };
	st->read = (struct read *)(st + 1);
	st->bound = (bool *)(st->read + nread);
	st->sql = (char *)(st->bound + nparam);
	memcpy(st->sql, sql, n);
	if (nread) {
		memcpy(st->read, db->guard->read, nread * sizeof *st->read);
		qsort(st->read, nread, sizeof *st->read, by_name);
	}
	db->list = st;
	db->nstmt++;
	return st;
}

static void touch(struct db *db, const struct stmt *st)
{
	for (size_t i = 0; i < db->nslot; i++)
		if (reads_package(st, db->slot[i].package))
			db->slot[i].used = db->serial;
}

/* What SQLite accepts and we do not. */
static bool check_prepared(struct db *db, sqlite3_stmt *s, const char *sql, size_t n, const char *tail, struct err *e)
{
	struct sqltext t;

	if (sqltext_skip(sql, n, (size_t)(tail - sql), &t)) {
		err_set(e, ERR_SQL_MANY, "%s", "");
		return sqltext_place(e, sql, n, (long)t.at);
	}
	/* A plain EXPLAIN prints addresses of memory; EXPLAIN QUERY PLAN does not. */
	if (!db->guard || (db->guard->selected && sqlite3_stmt_readonly(s) && sqlite3_stmt_isexplain(s) != 1))
		return true;
	char word[32] = "";
	if (sqltext_skip(sql, n, 0, &t))
		snprintf(word, sizeof word, "%.*s", (int)(t.n < 31 ? t.n : 31), t.s);
	guard_refuse(db->guard, word);
	err_set(e, ERR_SQL_REFUSED, "%s", word);
	return sqltext_place(e, sql, n, (long)t.at);
}

/* The name of the table with this root page in the database of this number; "" for SQLite's own table of tables. */
static bool table_at(struct db *db, int number, int64_t root, char name[256])
{
	const char *schema = sqlite3_db_name(db->s, number);
	char *sql = schema ? sqlite3_mprintf("SELECT tbl_name FROM \"%w\".sqlite_schema WHERE rootpage = ?1", schema) : NULL;
	sqlite3_stmt *s = NULL;
	bool ok = sql && sqlite3_prepare_v2(db->s, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_bind_int64(s, 1, root) == SQLITE_OK;
	int rc = ok ? sqlite3_step(s) : SQLITE_ERROR;

	name[0] = 0;
	if (rc == SQLITE_ROW)
		snprintf(name, 256, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	sqlite3_free(sql);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

/* Compares what the compiled statement opens with what the authorizer was asked: its program is the whole truth. */
static bool check_opened(struct db *db, const char *sql, size_t n, struct err *e)
{
	struct guard *g = db->guard;
	char *text = sqlite3_mprintf("EXPLAIN %.*s", (int)n, sql), table[256];
	sqlite3_stmt *s = NULL;
	bool ok = true;

	g->inner = true;
	int rc = text ? sqlite3_prepare_v2(db->s, text, -1, &s, NULL) : SQLITE_NOMEM;
	while (rc == SQLITE_OK && ok && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *code = (const char *)sqlite3_column_text(s, 1);
		rc = SQLITE_OK;
		if (!code || (strcmp(code, "OpenRead") && strcmp(code, "ReopenIdx")))
			continue;
		if (!table_at(db, sqlite3_column_int(s, 4), sqlite3_column_int64(s, 3), table))
			rc = SQLITE_ERROR;
		else
			ok = guard_opened(g, table[0] ? table : "sqlite_master", sql, n);
	}
	if (!ok) {
		err_set(e, ERR_SQL_REFUSED, "%s", g->refused);
		sqltext_place(e, sql, n, sqltext_find(sql, n, g->refused));
	} else if (rc != SQLITE_DONE) {
		db_failed(db, rc, e);
	}
	sqlite3_finalize(s);
	sqlite3_free(text);
	g->inner = false;
	return ok && rc == SQLITE_DONE;
}

struct stmt *db_prepare(struct db *db, const char *sql, size_t n, struct err *e)
{
	sqlite3_stmt *s = NULL;
	const char *tail = NULL;
	struct stmt *st;
	int rc;

	db->serial++;
	for (st = db->list; st; st = st->next)
		if (!st->in_use && st->nsql == n && !memcmp(st->sql, sql, n)) {
			st->in_use = true;
			st->used = db->serial;
			touch(db, st);
			return st;
		}
	if (!check_text(db, sql, n, e))
		return NULL;
	for (;;) {
		if (db->guard)
			guard_begin(db->guard);
		rc = sqlite3_prepare_v3(db->s, sql, (int)n, SQLITE_PREPARE_PERSISTENT, &s, &tail);
		const struct schema_table *t = rc == SQLITE_OK ? NULL : missing_table(db);
		if (!t)
			break;
		if (!attach(db, t, db->serial, e)) {
			sqltext_place(e, sql, n, sqltext_find(sql, n, t->name));
			return NULL;
		}
	}
	if (rc != SQLITE_OK)
		return explain(db, rc, sql, n, e);
	if (check_prepared(db, s, sql, n, tail, e) && (!db->guard || sqlite3_stmt_isexplain(s) || check_opened(db, sql, n, e))) {
		st = wrap(db, s, sql, n);
		if (st) {
			touch(db, st);
			return st;
		}
		err_set(e, ERR_SQL_MEMORY, "%s", db->name);
	}
	sqlite3_finalize(s);
	return NULL;
}

void stmt_reset(struct stmt *st)
{
	sqlite3_reset(st->s);
	sqlite3_clear_bindings(st->s);
	memset(st->bound, 0, (size_t)st->nparam * sizeof *st->bound);
	st->started = st->ended = false;
	st->bind_rc = SQLITE_OK;
}

void stmt_done(struct stmt *st)
{
	if (!st)
		return;
	struct db *db = st->db;
	stmt_reset(st);
	st->in_use = false;
	while (db->nstmt > CACHED) {
		struct stmt **oldest = NULL;
		for (struct stmt **link = &db->list; *link; link = &(*link)->next)
			if (!(*link)->in_use && (!oldest || (*link)->used < (*oldest)->used))
				oldest = link;
		if (!oldest)
			return;
		forget(oldest);
	}
}

static bool run_failed(struct stmt *st, int rc, struct err *e)
{
	struct db *db = st->db;
	if (db->vfs.clock_asked || !strcmp(sqlite3_errmsg(db->s), "local time unavailable"))
		err_set(e, ERR_SQL_CLOCK, "%s", "");
	else if (db->halted)
		err_set(e, db->halted, "%llu", (unsigned long long)db->limits.steps);
	else
		fail(db, rc, ERR_SQL_RUN, e);
	/* Which of the files it reads is damaged, SQLite does not say: all are named. */
	size_t used = 0;
	for (size_t i = 0; e->id == ERR_DB_DAMAGED && i < st->nread && used < sizeof e->arg[0]; i++)
		if (!i || strcmp(st->read[i].package, st->read[i - 1].package))
			used += (size_t)snprintf(e->arg[0] + used, sizeof e->arg[0] - used, "%s%s", used ? ", " : "", st->read[i].package);
	sqlite3_reset(st->s);
	st->ended = true;
	return false;
}

/* Before the first row. */
static bool start(struct stmt *st, struct err *e)
{
	for (int i = 0; i < st->nparam; i++) {
		if (st->bound[i])
			continue;
		const char *name = sqlite3_bind_parameter_name(st->s, i + 1);
		if (name)
			err_set(e, ERR_SQL_PARAM, "%s", name);
		else
			err_set(e, ERR_SQL_PARAM, "?%d", i + 1);
		return sqltext_place(e, st->sql, st->nsql, name ? sqltext_find(st->sql, st->nsql, name + 1) - 1 : -1);
	}
	if (st->bind_rc != SQLITE_OK)
		return fail(st->db, st->bind_rc, ERR_SQL_RUN, e);
	st->started = true;
	st->steps = 0;
	return true;
}

int stmt_step(struct stmt *st, struct err *e)
{
	struct db *db = st->db;
	struct stmt *outer = db->running;

	if (st->ended)
		return 0;
	if (!st->started && !start(st, e))
		return -1;
	db->running = st;
	db->halted = ERR_NONE;
	db->vfs.clock_asked = false;
	int rc = sqlite3_step(st->s);
	db->running = outer;
	if ((rc != SQLITE_ROW && rc != SQLITE_DONE) || db->vfs.clock_asked)
		return run_failed(st, rc, e) - 1;
	if (rc == SQLITE_DONE) {
		st->ended = true;
		return 0;
	}
	for (int i = 0, n = sqlite3_data_count(st->s); i < n; i++)
		if (sqlite3_column_type(st->s, i) == SQLITE_BLOB) {
			err_set(e, ERR_SQL_BLOB, "%s", sqlite3_column_name(st->s, i));
			sqlite3_reset(st->s);
			st->ended = true;
			return -1;
		}
	return 1;
}

int stmt_parameters(const struct stmt *st)
{
	return st->nparam;
}

const char *stmt_parameter(const struct stmt *st, int i)
{
	const char *name = sqlite3_bind_parameter_name(st->s, i);

	return name && name[0] != '?' ? name + 1 : NULL;
}

static void bound(struct stmt *st, int i, int rc)
{
	if (i >= 1 && i <= st->nparam)
		st->bound[i - 1] = true;
	if (rc != SQLITE_OK)
		st->bind_rc = rc;
}

void stmt_bind_null(struct stmt *st, int i)
{
	bound(st, i, sqlite3_bind_null(st->s, i));
}

void stmt_bind_int(struct stmt *st, int i, int64_t v)
{
	bound(st, i, sqlite3_bind_int64(st->s, i, v));
}

void stmt_bind_real(struct stmt *st, int i, double v)
{
	bound(st, i, sqlite3_bind_double(st->s, i, v));
}

void stmt_bind_text(struct stmt *st, int i, const char *s, size_t n)
{
	bound(st, i, sqlite3_bind_text64(st->s, i, s, n, SQLITE_TRANSIENT, SQLITE_UTF8));
}

int stmt_columns(const struct stmt *st)
{
	return sqlite3_column_count(st->s);
}

const char *stmt_column_name(const struct stmt *st, int i)
{
	const char *name = sqlite3_column_name(st->s, i);

	return name ? name : "";
}

bool stmt_column_origin(const struct stmt *st, int i, struct read *out)
{
	const char *table = sqlite3_column_table_name(st->s, i), *column = sqlite3_column_origin_name(st->s, i);
	const struct schema *c = st->db->guard ? st->db->guard->catalogue : NULL;
	const struct schema_table *t = c && table && column ? schema_table(c, table) : NULL;
	const struct schema_column *f = t ? schema_column(t, column) : NULL;

	if (f)
		*out = (struct read){ t->package, t->name, f->name };
	return f != NULL;
}

struct cell stmt_cell(struct stmt *st, int i)
{
	switch (sqlite3_column_type(st->s, i)) {
	case SQLITE_INTEGER:
		return (struct cell){ .type = CELL_INT, .i = sqlite3_column_int64(st->s, i) };
	case SQLITE_FLOAT:
		return (struct cell){ .type = CELL_REAL, .d = sqlite3_column_double(st->s, i) };
	case SQLITE_TEXT: {
		/* Text first, bytes second: the other order may convert twice. */
		const char *s = (const char *)sqlite3_column_text(st->s, i);
		return (struct cell){ .type = CELL_TEXT, .s = s ? s : "", .n = s ? (size_t)sqlite3_column_bytes(st->s, i) : 0 };
	}
	}
	return (struct cell){ .type = CELL_NULL };
}

int64_t stmt_int(struct stmt *st, int i)
{
	return sqlite3_column_int64(st->s, i);
}

double stmt_real(struct stmt *st, int i)
{
	return sqlite3_column_double(st->s, i);
}

const char *stmt_text(struct stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st->s, i);
}

const struct read *stmt_reads(const struct stmt *st, size_t *n)
{
	*n = st->nread;
	return st->read;
}

/* ---- trusted text and transactions ---- */

bool db_exec(struct db *db, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(db->s, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK || db_failed(db, rc, e);
}

bool db_begin(struct db *db, struct err *e)
{
	return db_exec(db, "BEGIN IMMEDIATE", e);
}

bool db_commit(struct db *db, struct err *e)
{
	return db_exec(db, "COMMIT", e);
}

void db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->s))
		sqlite3_exec(db->s, "ROLLBACK", NULL, NULL, NULL);
}

int64_t db_last_rowid(struct db *db)
{
	return sqlite3_last_insert_rowid(db->s);
}

int64_t db_changes(struct db *db)
{
	return sqlite3_changes64(db->s);
}
