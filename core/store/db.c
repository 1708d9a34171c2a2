/* Connections, statements, and packages attached as statements name them.
 * What a query may do is the guard's business; where an error stands in its text is sqltext's. */
#include "store/db.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "store/guard.h"
#include "store/sqlite.h"
#include "store/sqltext.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { CACHED = 64, ATTACHED = 10, STEPS = 1000, PARAMETERS = 250, MAX_SQL = 1 << 20, BUILD_CELL = 64 << 20 };

struct stmt {
	struct arena arena;           /* holds all of it */
	struct stmt *next;
	struct db *db;
	sqlite3_stmt *s;
	bool in_use, ended, guarded, bound[PARAMETERS];
	int bind_rc;
	struct read *read;
	size_t nread, nsql;
	char *sql;
};
struct db {
	sqlite3_vfs vfs;              /* without a clock, where queries of others run; first: SQLite hands back a pointer to it */
	struct arena arena;           /* holds all of it */
	sqlite3 *s;
	const char *name;             /* for messages */
	bool query, guarded, clock_asked;   /* guarded: what is prepared now was written by someone else */
	struct guard guard;
	int64_t heap_before;
	struct stmt *list;            /* the one used last comes first */
	const struct schema_package *attached[ATTACHED];
	size_t nattached, nfresh;     /* the last of them were attached for the statement being prepared */
};

/* ---- errors ---- */

static const struct { int rc; enum err_id id; } causes[] = {
	{ SQLITE_NOMEM, ERR_SQL_MEMORY }, { SQLITE_TOOBIG, ERR_SQL_TOO_BIG }, { SQLITE_INTERRUPT, ERR_SQL_STOPPED },
	{ SQLITE_BUSY, ERR_DB_BUSY }, { SQLITE_LOCKED, ERR_DB_BUSY }, { SQLITE_CORRUPT, ERR_DB_DAMAGED },
	{ SQLITE_NOTADB, ERR_DB_DAMAGED }, { SQLITE_FULL, ERR_DB_FILE }, { SQLITE_IOERR, ERR_DB_FILE },
	{ SQLITE_READONLY, ERR_DB_FILE }, { SQLITE_PERM, ERR_DB_FILE }, { SQLITE_CANTOPEN, ERR_DB_OPEN },
};

bool db_failed(struct db *db, int rc, enum err_id id, struct err *e)
{
	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		if (causes[i].rc == (rc & 0xff))
			id = causes[i].id;
	err_set(e, id, "%s", db->name);
	return err_why(e, "%s", sqlite3_errmsg(db->s));
}

static bool refused(const struct stmt *st, struct err *e)
{
	const char *what = st->db->guard.refused;
	char word[sizeof st->db->guard.refused];

	snprintf(word, sizeof word, "%.*s", (int)strcspn(what, "(,"), what);
	err_set(e, ERR_SQL_REFUSED, "%s", what);
	return sqltext_place(e, st->sql, sqltext_find(st->sql, word));
}

enum unknown { UNKNOWN_TABLE, UNKNOWN_COLUMN, UNKNOWN_FUNCTION, KNOWN };
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

/* What may have been meant: a function, a table, or a column of the tables that the statement mentions. */
static const char *nearest(const struct stmt *st, enum unknown what, const char *name)
{
	const struct schema *c = st->db->guard.catalogue;
	const char *list[1024];
	size_t n = 0;

	if (what == UNKNOWN_FUNCTION)
		return guard_nearest_function(name);
	for (size_t i = 0; i < c->ntable; i++) {
		const struct schema_table *t = &c->table[i];
		size_t names = what == UNKNOWN_TABLE ? 1 : sqltext_find(st->sql, t->name) ? t->ncolumn : 0;
		for (size_t k = 0; k < names && n < sizeof list / sizeof *list; k++)
			list[n++] = what == UNKNOWN_TABLE ? t->name : t->column[k].name;
	}
	return text_nearest(name, list, n);
}

/* Turns the failure of a prepare into a record with its place. */
static bool explain(struct stmt *st, int rc, struct err *e)
{
	static const char table_function[] = "vtable constructor failed: ";
	struct db *db = st->db;
	const char *why = sqlite3_errmsg(db->s);
	int offset = strcmp(why, "incomplete input") ? sqlite3_error_offset(db->s) : (int)st->nsql;
	enum unknown what = 0;

	while (what < KNOWN && strncmp(why, unknowns[what].words, strlen(unknowns[what].words)))
		what++;
	if (db->guard.refused[0]) {
		if (!strncmp(why, table_function, sizeof table_function - 1))
			guard_refuse(&db->guard, why + sizeof table_function - 1, "");
		refused(st, e);
	} else if (what == KNOWN) {
		db_failed(db, rc, ERR_SQL, e);
	} else {
		const char *name = why + strlen(unknowns[what].words), *part = last_part(name), *near = nearest(st, what, part);
		bool other = near && text_icmp(near, name);
		err_set(e, other ? unknowns[what].near : unknowns[what].plain, "%s" ERR_SEP "%s", name, other ? near : "");
		sqltext_place(e, st->sql, sqltext_find(st->sql, part));
	}
	sqltext_place(e, st->sql, offset >= 0 ? st->sql + offset : NULL);
	return err_why(e, "%s", why);
}

/* ---- opening ---- */

sqlite3 *db_handle(struct db *db)
{
	return db->s;
}

/* Every way to "now" in SQL ends here. SQLite itself would make NULL of the failure. */
static int refuse_clock(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	(void)out;
	((struct db *)vfs)->clock_asked = true;
	return SQLITE_ERROR;
}

/* Runs a statement of our own, with the guard looking away. row: for each row of the answer, or NULL. */
static int inner(struct db *db, int (*row)(void *, int, char **, char **), void *context, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *sql = sqlite3_vmprintf(fmt, ap);
	va_end(ap);
	db->guard.inner++;
	int rc = sql ? sqlite3_exec(db->s, sql, row, context, NULL) : SQLITE_NOMEM;
	db->guard.inner--;
	sqlite3_free(sql);
	return rc;
}

static struct db *new_db(const char *name)
{
	static const struct schema nothing;
	struct arena a = { 0 };
	struct db *db = arena_new(&a, struct db);

	db->arena = a;
	db->name = arena_strdup(&db->arena, name);
	db->guard.catalogue = &nothing;
	return db;
}

static void stop_clock(struct db *db)
{
	/* A copy works because SQLite's Unix methods look only at the table's data members, which the copy shares. */
	db->vfs = *sqlite3_vfs_find(NULL);
	db->vfs.zName = arena_printf(&db->arena, "continuum-%p", (void *)db);
	db->vfs.xCurrentTimeInt64 = refuse_clock;
	sqlite3_vfs_register(&db->vfs, 0);
}

/* Opens the file, or closes db. tmp_dir: where this process sorts what is larger than its cache, or NULL; SQLite knows one
 * place for all connections. */
static struct db *open_db(struct db *db, const char *file, int flags, const char *setup, const char *tmp_dir, struct err *e)
{
	int rc = sqlite3_open_v2(file, &db->s, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, db->vfs.zName);

	if (rc == SQLITE_OK) {
		sqlite3_limit(db->s, SQLITE_LIMIT_VARIABLE_NUMBER, PARAMETERS);
		sqlite3_busy_timeout(db->s, 5000);
		rc = sqlite3_exec(db->s, setup, NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK && tmp_dir)
		rc = inner(db, NULL, NULL, "PRAGMA temp_store = FILE; PRAGMA temp_store_directory = %Q", tmp_dir);
	if (rc == SQLITE_OK && (db->query || db->guard.build))
		rc = (db->query ? guard_install : guard_watch)(&db->guard, db->s);
	if (rc == SQLITE_OK)
		return db;
	db_failed(db, rc, ERR_DB_FILE, e);
	db_close(db);
	return NULL;
}

struct db *db_open_ledger(const char *path, struct err *e)
{
	return open_db(new_db(path), path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
	               "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
	               "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY", NULL, e);
}

struct db *db_open_build(const char *path, struct err *e)
{
	/* The cache is the fastest measured for INSERT … SELECT from a virtual table. */
	static const char setup[] =
		"PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
		"PRAGMA cache_size = -32000; PRAGMA secure_delete = OFF; PRAGMA trusted_schema = OFF";
	const char *slash = strrchr(path, '/');

	if (path_exists(path)) {
		err_set(e, ERR_DB_EXISTS, "%s", path);
		return NULL;
	}
	struct db *db = new_db(path);
	const char *dir = slash ? arena_strndup(&db->arena, path, (size_t)(slash - path) + 1) : ".";
	stop_clock(db);
	db->guard.build = true;
	db->guard.inner = 1;   /* our own statements, all but those of db_prepare_foreign */
	if ((db = open_db(db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, setup, dir, e)))
		sqlite3_limit(db->s, SQLITE_LIMIT_LENGTH, BUILD_CELL);
	return db;
}

/* "file:%2Fa%2Fb.db?mode=ro&immutable=1" */
static const char *package_uri(struct arena *a, const char *path)
{
	char *escaped = arena_alloc(a, 3 * strlen(path) + 1);

	for (size_t i = 0; path[i]; i++)
		snprintf(escaped + 3 * i, 4, "%%%02X", (unsigned)(unsigned char)path[i]);
	return arena_printf(a, "file:%s?mode=ro&immutable=1", escaped);
}

struct db *db_open_package(const char *path, struct err *e)
{
	struct db *db = new_db(path);

	return open_db(db, package_uri(&db->arena, path), SQLITE_OPEN_READONLY,
	               "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON", NULL, e);
}

bool db_attach(struct db *db, const char *name, const char *path, struct err *e)
{
	int rc = inner(db, NULL, NULL, "ATTACH %Q AS %Q", package_uri(&db->arena, path), name);

	return rc == SQLITE_OK || err_set(e, ERR_PACKAGE_FILE, "%s", path) || err_why(e, "%s", sqlite3_errmsg(db->s));
}

/* Called by SQLite every STEPS steps; not 0 ends the statement. */
static int stopped(void *stop)
{
	return *(const volatile int *)stop;
}

struct db *db_open_query(const struct schema *catalogue, const struct db_limits *limits, const char *tmp_dir, struct err *e)
{
	struct db *db = new_db(tmp_dir ? tmp_dir : ":memory:");

	db->query = db->guarded = true;
	db->guard.catalogue = catalogue;
	db->heap_before = sqlite3_hard_heap_limit64(limits && limits->heap ? (int64_t)limits->heap : 512 << 20);
	stop_clock(db);
	/* The cache of main is what SQLite's sorter may hold in memory before it writes to tmp_dir. */
	db = open_db(db, ":memory:", SQLITE_OPEN_READWRITE,
	             "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000", tmp_dir, e);
	if (db && limits && limits->stop)
		sqlite3_progress_handler(db->s, STEPS, stopped, (void *)limits->stop);
	return db;
}

static void forget(struct stmt **link)
{
	struct stmt *st = *link;
	struct arena a = st->arena;

	*link = st->next;
	sqlite3_finalize(st->s);
	arena_free(&a);
}

static void forget_idle(struct db *db)
{
	for (struct stmt **link = &db->list; *link;)
		if ((*link)->in_use)
			link = &(*link)->next;
		else
			forget(link);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	forget_idle(db);
	assert(!db->list);
	sqlite3_close(db->s);
	if (db->query)
		sqlite3_hard_heap_limit64(db->heap_before);
	if (db->vfs.zName)
		sqlite3_vfs_unregister(&db->vfs);
	struct arena a = db->arena;
	arena_free(&a);
}

/* ---- packages ---- */

static bool reads_package(const struct stmt *st, const struct schema_package *p)
{
	for (size_t i = 0; i < st->nread; i++)
		if (!strcmp(st->read[i].package, p->name))
			return true;
	return false;
}

/* Detaches the packages that neither this prepare nor a statement handed out needs, and forgets the statements at rest.
 * While a statement runs SQLite lets go of none. */
static void detach_idle(struct db *db)
{
	size_t kept = 0;

	forget_idle(db);
	for (size_t i = 0; i < db->nattached; i++) {
		bool needed = i + db->nfresh >= db->nattached;
		for (const struct stmt *st = db->list; st && !needed; st = st->next)
			needed = reads_package(st, db->attached[i]) || (st->s && sqlite3_stmt_busy(st->s));
		if (needed || inner(db, NULL, NULL, "DETACH %Q", db->attached[i]->name) != SQLITE_OK)
			db->attached[kept++] = db->attached[i];
	}
	db->nattached = kept;
}

/* Attaches the package of the table that SQLite misses. 0: nothing to attach, the name is simply wrong; -1: *e. */
static int attach_missing(struct stmt *st, struct err *e)
{
	struct db *db = st->db;
	const char *words = unknowns[UNKNOWN_TABLE].words, *why = sqlite3_errmsg(db->s);
	const char *name = strncmp(why, words, strlen(words)) ? "" : last_part(why + strlen(words));
	const struct schema_table *t = schema_table(db->guard.catalogue, name);
	const struct schema_package *p = t ? schema_package(db->guard.catalogue, t->package) : NULL;
	int done = -1;

	for (size_t i = 0; i < db->nattached; i++)
		p = db->attached[i] == p ? NULL : p;
	if (!p)
		return 0;
	if (db->nattached == ATTACHED)
		detach_idle(db);
	if (db->nattached == ATTACHED) {
		err_set(e, ERR_SQL_PACKAGES, "%s" ERR_SEP "%d", t->name, ATTACHED);
	} else if (inner(db, NULL, NULL, "ATTACH %Q AS %Q", package_uri(&st->arena, p->file), p->name) != SQLITE_OK) {
		err_set(e, ERR_PACKAGE_FILE, "%s", p->file);
		err_why(e, "%s", sqlite3_errmsg(db->s));
	} else {
		db->attached[db->nattached++] = p;
		db->nfresh++;
		done = 1;
	}
	if (done < 0)
		sqltext_place(e, st->sql, sqltext_find(st->sql, t->name));
	return done;
}

/* ---- statements ---- */

static int opened_table(void *st, int n, char **cell, char **head)
{
	(void)n, (void)head;
	return !guard_opened(&((struct stmt *)st)->db->guard, cell[0], ((struct stmt *)st)->sql);
}

/* A line of EXPLAIN. What it opens is found by the number of its database and its first page; SQLite's own table of tables
 * does not list itself. */
static int opened(void *context, int n, char **cell, char **head)
{
	struct db *db = ((struct stmt *)context)->db;
	int64_t number = 0;

	(void)n, (void)head;
	if (strcmp(cell[1], "OpenRead") && strcmp(cell[1], "ReopenIdx"))
		return SQLITE_OK;
	num_int(cell[4], strlen(cell[4]), &number);
	return inner(db, opened_table, context,
	             "SELECT coalesce((SELECT tbl_name FROM \"%w\".sqlite_schema WHERE rootpage = %s), 'sqlite_master')",
	             sqlite3_db_name(db->s, (int)number), cell[3]);
}

/* What SQLite accepts and we do not. Then what the compiled statement opens is compared with what the authorizer was asked:
 * its program is the whole truth. first: where the statement begins. */
static bool check_query(struct stmt *st, const char *first, struct err *e)
{
	struct guard *g = &st->db->guard;
	int rc = SQLITE_OK, explained = sqlite3_stmt_isexplain(st->s);

	/* A plain EXPLAIN prints addresses of memory; EXPLAIN QUERY PLAN does not. */
	if (explained == 1 || !sqlite3_stmt_readonly(st->s))
		guard_refuse(g, explained ? "EXPLAIN" : "CREATE, DROP", "");
	else if (!explained)
		rc = inner(st->db, opened, st, "EXPLAIN %s", first);
	if (g->refused[0])
		return refused(st, e);
	if (rc != SQLITE_OK)
		return db_failed(st->db, rc, ERR_SQL_RUN, e);
	guard_sort(g);
	st->nread = g->nread;
	st->read = arena_array(&st->arena, struct read, g->nread);
	memcpy(st->read, g->read, g->nread * sizeof *st->read);
	return true;
}

static bool compile(struct stmt *st, struct err *e)
{
	struct db *db = st->db;
	size_t bad = text_utf8_bad(st->sql, strlen(st->sql));   /* a NUL ends the copy */
	const char *rest = st->sql;
	struct sqltext first, more;
	int rc, attached;

	if (bad < st->nsql) {
		st->sql[bad] = 0;
		err_set(e, ERR_NOT_UTF8, "SQL" ERR_SEP "%zu", bad + 1);
		return sqltext_place(e, st->sql, st->sql + bad);
	}
	if (!sqltext_next(&rest, &first))
		return err_set(e, ERR_SQL_EMPTY, "%s", "");
	if (db->guarded && !guard_first(&db->guard, &first))
		return refused(st, e);
	db->nfresh = 0;
	do {
		db->guard.refused[0] = 0;
		db->guard.nread = 0;
		rc = sqlite3_prepare_v3(db->s, st->sql, -1, SQLITE_PREPARE_PERSISTENT, &st->s, &rest);
		attached = rc == SQLITE_OK ? 0 : attach_missing(st, e);
	} while (attached > 0);
	if (rc != SQLITE_OK)
		return attached == 0 && explain(st, rc, e);
	if (sqltext_next(&rest, &more)) {
		err_set(e, ERR_SQL_MANY, "%s", "");
		return sqltext_place(e, st->sql, more.at);
	}
	return !db->guarded || check_query(st, first.at, e);
}

struct stmt *db_prepare(struct db *db, const char *sql, size_t n, struct err *e)
{
	struct stmt **link = &db->list, *st;
	struct arena a = { 0 };

	while ((st = *link) && (st->in_use || st->guarded != db->guarded || st->nsql != n || memcmp(st->sql, sql, n)))
		link = &st->next;
	if (st) {
		*link = st->next;
	} else if (n > MAX_SQL) {
		err_set(e, ERR_SQL_TOO_BIG, "%s", "");
		return NULL;
	} else {
		st = arena_new(&a, struct stmt);
		*st = (struct stmt){ .arena = a, .db = db, .guarded = db->guarded, .nsql = n };
		st->sql = arena_strndup(&st->arena, sql, n);
	}
	st->in_use = true;
	st->next = db->list;
	db->list = st;
	if (st->s || compile(st, e))
		return st;
	forget(&db->list);
	return NULL;
}

struct stmt *db_prepare_foreign(struct db *db, const char *sql, size_t n, struct err *e)
{
	const bool before = db->guarded;

	db->guarded = true;
	db->guard.inner -= !before;
	struct stmt *st = db_prepare(db, sql, n, e);
	db->guard.inner += !before;
	db->guarded = before;
	return st;
}

void stmt_reset(struct stmt *st)
{
	sqlite3_reset(st->s);
	sqlite3_clear_bindings(st->s);
	memset(st->bound, 0, sizeof st->bound);
	st->ended = false;
	st->bind_rc = SQLITE_OK;
}

void stmt_done(struct stmt *st)
{
	if (!st)
		return;
	struct stmt **oldest = NULL;
	size_t n = 0;
	stmt_reset(st);
	st->in_use = false;
	for (struct stmt **link = &st->db->list; *link; link = &(*link)->next, n++)
		if (!(*link)->in_use)
			oldest = link;
	if (n > CACHED)
		forget(oldest);
}

static bool run_failed(const struct stmt *st, int rc, struct err *e)
{
	struct db *db = st->db;
	size_t used = 0;

	if (db->clock_asked || !strcmp(sqlite3_errmsg(db->s), "local time unavailable"))
		return err_set(e, ERR_SQL_CLOCK, "%s", "");
	db_failed(db, rc, ERR_SQL_RUN, e);
	/* Which of the files it reads is damaged, SQLite does not say: all are named. */
	for (size_t i = 0; e->id == ERR_DB_DAMAGED && i < st->nread && used < sizeof e->arg[0]; i++)
		if (!i || strcmp(st->read[i].package, st->read[i - 1].package))
			used += (size_t)snprintf(e->arg[0] + used, sizeof e->arg[0] - used, "%s%s", used ? ", " : "",
			                         st->read[i].package);
	return false;
}

/* Before the first row. */
static bool start(struct stmt *st, struct err *e)
{
	for (int i = 1; i <= stmt_parameters(st); i++) {
		if (st->bound[i - 1])
			continue;
		const char *name = sqlite3_bind_parameter_name(st->s, i);
		if (name)
			err_set(e, ERR_SQL_PARAM, "%s", name);
		else
			err_set(e, ERR_SQL_PARAM, "?%d", i);
		return sqltext_place(e, st->sql, name ? sqltext_find(st->sql, name) : NULL);
	}
	return st->bind_rc == SQLITE_OK || db_failed(st->db, st->bind_rc, ERR_SQL_RUN, e);
}

int stmt_step(struct stmt *st, struct err *e)
{
	if (st->ended)
		return 0;
	if (!sqlite3_stmt_busy(st->s) && !start(st, e))
		return -1;
	st->db->clock_asked = false;
	int rc = sqlite3_step(st->s);
	bool ok = ((rc == SQLITE_ROW || rc == SQLITE_DONE) && !st->db->clock_asked) || run_failed(st, rc, e);
	for (int i = 0, n = sqlite3_data_count(st->s); ok && i < n; i++)
		ok = sqlite3_column_type(st->s, i) != SQLITE_BLOB || err_set(e, ERR_SQL_BLOB, "%s", stmt_column_name(st, i));
	st->ended = !ok || rc == SQLITE_DONE;
	if (!ok)
		sqlite3_reset(st->s);
	return ok ? rc == SQLITE_ROW : -1;
}

int stmt_parameters(const struct stmt *st)
{
	return sqlite3_bind_parameter_count(st->s);
}

const char *stmt_parameter(const struct stmt *st, int i)
{
	const char *name = sqlite3_bind_parameter_name(st->s, i);

	return name && name[0] != '?' ? name + 1 : NULL;
}

void stmt_bind(struct stmt *st, int i, struct cell v)
{
	int rc = SQLITE_OK;

	switch (v.type) {
	case CELL_NULL: rc = sqlite3_bind_null(st->s, i); break;
	case CELL_INT: rc = sqlite3_bind_int64(st->s, i, v.i); break;
	case CELL_REAL: rc = sqlite3_bind_double(st->s, i, v.d); break;
	case CELL_TEXT: rc = sqlite3_bind_text64(st->s, i, v.s, v.n, SQLITE_TRANSIENT, SQLITE_UTF8); break;
	}
	if (i >= 1 && i <= PARAMETERS)
		st->bound[i - 1] = true;
	if (rc != SQLITE_OK)
		st->bind_rc = rc;
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

struct cell stmt_cell(struct stmt *st, int i)
{
	switch (sqlite3_column_type(st->s, i)) {
	case SQLITE_INTEGER:
		return cell_int(sqlite3_column_int64(st->s, i));
	case SQLITE_FLOAT:
		return cell_real(sqlite3_column_double(st->s, i));
	case SQLITE_TEXT: {
		/* Text first, bytes second: the other order may convert twice. */
		const char *s = stmt_text(st, i);
		return cell_bytes(s ? s : "", s ? (size_t)sqlite3_column_bytes(st->s, i) : 0);
	}
	}
	return (struct cell){ .type = CELL_NULL };
}

int64_t stmt_int(struct stmt *st, int i)
{
	return sqlite3_column_int64(st->s, i);
}

const char *stmt_text(struct stmt *st, int i)
{
	return (const char *)sqlite3_column_text(st->s, i);
}

const char *stmt_copy(struct stmt *st, int i, struct arena *a)
{
	const char *s = stmt_text(st, i);

	return arena_strdup(a, s ? s : "");
}

const struct read *stmt_reads(const struct stmt *st, size_t *n)
{
	*n = st->nread;
	return st->read;
}

/* ---- trusted text ---- */

struct stmt *db_query(struct db *db, const char *sql, const struct cell *cell, size_t n, struct err *e)
{
	struct stmt *st = db_prepare(db, sql, strlen(sql), e);

	for (size_t i = 0; st && i < n; i++)
		stmt_bind(st, (int)i + 1, cell[i]);
	return st;
}

bool db_run(struct db *db, const char *sql, const struct cell *cell, size_t n, struct err *e)
{
	struct stmt *st = db_query(db, sql, cell, n, e);
	bool ok = st && stmt_step(st, e) >= 0;

	stmt_done(st);
	return ok;
}

bool db_exec(struct db *db, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(db->s, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK || db_failed(db, rc, ERR_SQL_RUN, e);
}

bool db_form(struct db *db, int64_t *form, struct err *e)
{
	struct stmt *st = db_query(db, "PRAGMA user_version", NULL, 0, e);
	bool ok = st && stmt_step(st, e) == 1;

	if (ok)
		*form = stmt_int(st, 0);
	stmt_done(st);
	return ok;
}

void db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->s))
		sqlite3_exec(db->s, "ROLLBACK", NULL, NULL, NULL);
}
