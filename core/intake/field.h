/* Typed fields: the text of a cell to a value of its column, with missing values and constraints. Knows one cell at a time. */
#ifndef INTAKE_FIELD_H
#define INTAKE_FIELD_H
#include "intake/rows.h"
#include "store/db.h"

struct field_reader;
extern const struct field_kind {
	const char *name, *sql;        /* "integer"; "INTEGER" of SQLite */
	/* ERR_NONE, or what is wrong with the text. */
	enum err_id (*convert)(struct field_reader *r, const char *s, size_t n, struct cell *out);
	bool ordered;                  /* values may have a minimum and a maximum */
	bool counted;                  /* … a least and a greatest length */
	const char *formats;           /* names of formats besides "default", between spaces; "%" = patterns too; NULL = none */
	int from, to;                  /* of a moment: where it begins and ends in "yyyy-mm-ddThh:mm:ss"; to 0 = it is none */
} field_kinds[FIELD_TYPES];
/* Prepares pattern, bounds and lists; f is borrowed, the reader is in the arena. Only for the loader: a pattern is compiled here. */
struct field_reader *field_open(const struct field *f, struct arena *a, struct err *e);
void field_close(struct field_reader *r);        /* before its arena; NULL is fine */
/* 1 = *out is the value; 0 = missing, *label its label ("" = none); -1 = *e without a place.
 * Texts of *out point into the cell or into the reader: valid until the next call. */
int field_read(struct field_reader *r, const struct rowcell *c, struct cell *out, const char **label, struct err *e);
/* Most decimals that were written; 0 for integers, -1 for columns that are no numbers. */
int field_decimals(const struct field_reader *r);
/* Order of two values of one column that are there: numbers by value, texts by bytes (which is the order of ISO dates). */
int field_compare(const struct cell *a, const struct cell *b);
#endif
