/* SQLite opened our way: connections, cached statements that know what they read, refusal of what a query may not do.
 * The only module (with its neighbours in store/) that knows sqlite3.h. */
#ifndef STORE_DB_H
#define STORE_DB_H
#include "base/arena.h"
#include "base/err.h"
#include "store/artefact.h"
#include "store/schema.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct db;
struct stmt;

/* ledger.db: rollback journal, synchronous FULL, foreign keys, waits up to 5 s for a lock. Created when absent. */
struct db *db_open_ledger(const char *path, struct err *e);
/* A new package file while it is built: no journal, one writer, page size and cache for bulk loads, texts of at most 64 MB. The file must not exist. */
struct db *db_open_build(const char *path, struct err *e);

/* Limits of a query connection; 0 = the default of that field. */
struct db_limits {
	uint64_t heap;               /* bytes for SQLite in this process (hard heap limit); default 512 MiB */
	const volatile int *stop;    /* not NULL: a statement ends with ERR_SQL_STOPPED as soon as *stop is not 0 */
};
/* A query connection over finished packages: main is empty and in memory, package files are attached immutable as statements
 * name their tables (at most 10 at a time, idle ones leave). Everything but SELECT over package tables and allowed functions is
 * refused by the authorizer; a text is at most 16 MB. catalogue: borrowed until db_close. tmp_dir: an existing folder where this
 * process sorts, private to it; may be NULL (memory). */
struct db *db_open_query(const struct schema *catalogue, const struct db_limits *limits, const char *tmp_dir, struct err *e);
/* A finished package file, read alone and as it is: mode=ro, immutable. */
struct db *db_open_package(const char *path, struct err *e);
/* Adds a finished package file to a connection that builds another, under its name; before db_begin. */
bool db_attach(struct db *db, const char *name, const char *path, struct err *e);
/* Closes; statements still in the cache are finalised, one still handed out is a broken promise (assert). NULL is fine. */
void db_close(struct db *db);

enum cell_type { CELL_NULL, CELL_INT, CELL_REAL, CELL_TEXT };
struct cell { enum cell_type type; int64_t i; double d; const char *s; size_t n; };
static inline struct cell cell_int(int64_t v) { return (struct cell){ .type = CELL_INT, .i = v }; }
static inline struct cell cell_real(double v) { return (struct cell){ .type = CELL_REAL, .d = v }; }
static inline struct cell cell_bytes(const char *s, size_t n) { return (struct cell){ .type = CELL_TEXT, .s = s, .n = n }; }
static inline struct cell cell_text(const char *s) { return cell_bytes(s, strlen(s)); }
/* A list of cells and their number, for the two below: CELLS(cell_text(name), cell_int(7)). */
#define CELLS(...) (const struct cell[]){ __VA_ARGS__ }, sizeof((const struct cell[]){ __VA_ARGS__ }) / sizeof(struct cell)

/* One statement (more than one is ERR_SQL_MANY), from the cache when the same text was prepared before. Borrowed: give it back
 * by stmt_done. Errors carry line and column inside the SQL text, that line as excerpt with the caret, and SQLite's words; a name
 * that does not exist gets the nearest one. n = length of sql. */
struct stmt *db_prepare(struct db *db, const char *sql, size_t n, struct err *e);
/* The same for text that someone else wrote, on a query or a build connection: refused as there, whatever the connection itself may do. A
 * build connection gives it the package's tables so far and those of the packages attached, not those that describe them; db_prepare alone
 * trusts its text on a build connection. */
struct stmt *db_prepare_foreign(struct db *db, const char *sql, size_t n, struct err *e);
/* db_prepare with the first n parameters bound. */
struct stmt *db_query(struct db *db, const char *sql, const struct cell *cell, size_t n, struct err *e);
/* The same, run to its first row or end and given back. */
bool db_run(struct db *db, const char *sql, const struct cell *cell, size_t n, struct err *e);
/* Trusted text with any number of statements, nothing returned. */
bool db_exec(struct db *db, const char *sql, struct err *e);
static inline bool db_begin(struct db *db, struct err *e) { return db_exec(db, "BEGIN IMMEDIATE", e); }
static inline bool db_commit(struct db *db, struct err *e) { return db_exec(db, "COMMIT", e); }
void db_rollback(struct db *db);                 /* harmless outside a transaction */

/* 1 = a row is there, 0 = end, -1 = *e. A parameter never bound is ERR_SQL_PARAM at the first step. */
int stmt_step(struct stmt *st, struct err *e);
void stmt_reset(struct stmt *st);                /* and unbinds */
void stmt_done(struct stmt *st);                 /* gives it back to the cache; NULL is fine */

int stmt_parameters(const struct stmt *st);
const char *stmt_parameter(const struct stmt *st, int i);   /* name without its sign, i from 1; NULL for "?" */
void stmt_bind(struct stmt *st, int i, struct cell v);      /* i from 1; texts are copied */

int stmt_columns(const struct stmt *st);
const char *stmt_column_name(const struct stmt *st, int i);  /* i from 0 */
struct cell stmt_cell(struct stmt *st, int i);   /* its text is valid until the next step; blobs are refused at stmt_step */
int64_t stmt_int(struct stmt *st, int i);        /* SQLite's conversions */
const char *stmt_text(struct stmt *st, int i);   /* NULL for NULL; valid until the next step */
const char *stmt_copy(struct stmt *st, int i, struct arena *a);   /* "" for NULL */

/* What the statement reads, from the authorizer at prepare: sorted, unique; valid as long as the statement. */
const struct read *stmt_reads(const struct stmt *st, size_t *n);
#endif
