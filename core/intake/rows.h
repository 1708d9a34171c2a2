/* Rows of text cells with their line numbers, whatever the format: what loading knows of a file.
 * One `struct rows` is one file; formats are entries of a table in rows.c. */
#ifndef INTAKE_ROWS_H
#define INTAKE_ROWS_H
#include "base/err.h"
#include "base/hash.h"
#include "intake/package.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROWS_CELLS = 4096, ROWS_BYTES = 16 * 1024 * 1024 };   /* limits of one row */

struct rowcell { const char *s; size_t n; bool quoted; };    /* UTF-8, not ended by NUL */
struct row {
	long line;                     /* where it begins, from 1 */
	const struct rowcell *cell;
	size_t n;
	const char *text; size_t length;   /* the row as it stands in the file, for excerpts */
};
/* Bytes of a file, in order: up to n of them in `to`, 0 = end, -1 = *e. */
struct rows_input { long (*read)(void *context, char *to, size_t n, struct err *e); void *context; };

struct rows;
/* Opens part `part` of a resource. path: the file; shown: its name in messages, borrowed. Size and digest are checked at its end. */
struct rows *rows_open(const struct resource *r, size_t part, const char *path, const char *shown, struct err *e);
/* 1 = a row, header included; 0 = end; -1 = *e with file, line and excerpt. The row is valid until the next call. */
int rows_next(struct rows *rows, struct row *out, struct err *e);
/* Reads the header and finds the column of each field: map[i] = place of field i in a row, or -1 when the file lacks it and
 * fieldsMatch allows that. *width = cells a row must have. A second or later part may come without header; its first row is then given next.
 * Without a header (dialect) the order is that of the fields. */
bool rows_header(struct rows *rows, long *map, size_t *width, struct err *e);
int64_t rows_skipped(const struct rows *rows);                /* comment rows so far */
const char *rows_file(const struct rows *rows);
/* Ends the file: digest of all its bytes. Call after rows_next gave 0. */
void rows_digest(struct rows *rows, char hex[HASH_HEX]);
void rows_close(struct rows *rows);                           /* NULL is fine */
#endif
