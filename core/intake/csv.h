/* Delimited text (RFC 4180 with any ASCII delimiter, quote and comment mark) to rows, a block at a time.
 * Knows no files and no types; what is not unambiguous in the dialect is refused with its line. */
#ifndef INTAKE_CSV_H
#define INTAKE_CSV_H
#include "intake/rows.h"

struct csv_dialect {
	char delimiter, quote;         /* quote 0: none */
	const char *comment;           /* rows that begin with it are skipped; "" = none */
	const char *encoding;          /* "utf-8", "windows-1252", "iso-8859-1"; borrowed */
};
struct csv;
/* d and in are copied, their contexts borrowed until csv_close. */
struct csv *csv_open(const struct csv_dialect *d, const struct rows_input *in);
/* As rows_next. Cells point into the block that was read; only those with doubled quotes are copied. */
int csv_next(struct csv *c, struct row *out, struct err *e);
int64_t csv_skipped(const struct csv *c);   /* comment rows so far */
void csv_close(struct csv *c);
#endif
