/* Typed fields: the text of a cell to a value of its column, with missing values and constraints. Knows one cell at a time. */
#ifndef INTAKE_FIELD_H
#define INTAKE_FIELD_H
#include "intake/rows.h"
#include "store/db.h"
#include "store/shaper.h"

struct field_reader;
extern const struct field_kind {
	const char *name, *sql;        /* "integer"; "INTEGER" of SQLite */
	/* Whether the text could be read; NULL: Lua reads it. */
	bool (*convert)(struct field_reader *r, const char *s, size_t n, struct cell *out);
	const char *formats;           /* names of formats besides "default", between spaces; "%" = patterns too; NULL = none */
	const char *iso;               /* of a moment: how it is stored, as a pattern of strptime; NULL = it is none */
} field_kinds[FIELD_TYPES];
/* What fields of one table share: the Lua state that reads what is rare in them. Its state is opened by the first of them that needs it;
 * shaper->close(state) is the caller's, after the readers are closed. */
struct field_types { const struct shaper *shaper; uint64_t memory; void *state; int64_t n; };
/* Prepares pattern, bounds and lists; f and types are borrowed, the reader is in the arena. Only for the loader: a pattern is compiled here. */
struct field_reader *field_open(const struct field *f, struct field_types *types, struct arena *a, struct err *e);
void field_close(struct field_reader *r);        /* before its arena; NULL is fine */
/* 1 = *out is the value; 0 = missing, *label its label ("" = none); -1 = *e without a place.
 * Texts of *out point into the cell or into the reader: valid until the next call. */
int field_read(struct field_reader *r, const struct rowcell *c, struct cell *out, const char **label, struct err *e);
/* Most decimals that were written; 0 for integers, -1 for columns that are no numbers. */
int field_decimals(const struct field_reader *r);
/* Order of two values of one column that are there: numbers by value, texts by bytes (which is the order of ISO dates). */
int field_compare(const struct cell *a, const struct cell *b);
#endif
