/* Rows of text cells with their line numbers, whatever the format: what loading knows of files.
 * One `struct rows` is all parts of a table; headers are compared with the descriptor, sizes and digests are checked on the way. */
#ifndef INTAKE_ROWS_H
#define INTAKE_ROWS_H
#include "base/hash.h"
#include "intake/package.h"

enum { ROWS_CELLS = 4096, ROWS_BYTES = 16 * 1024 * 1024 };   /* limits of one row */

/* What a file says of a cell besides its text: sheets and JSON have numbers (text as of C: "3.5", "5e-07"), moments (ISO 8601), truth values
 * ("true"/"false") and cells that are not there; delimited text has only text. decimalChar, groupChar, formats do not touch the others. */
enum rowcell_kind { ROWCELL_TEXT, ROWCELL_NUMBER, ROWCELL_MOMENT, ROWCELL_FLAG, ROWCELL_NONE };
struct rowcell { const char *s; size_t n; bool quoted; enum rowcell_kind kind; };    /* UTF-8, not ended by NUL */
struct row {
	long line;                     /* where it begins, from 1 */
	const struct rowcell *cell;
	size_t n;
	const char *text; size_t length;   /* the row as it stands in the file, for excerpts */
};
/* Bytes of a file, in order: up to n of them in `to`, 0 = end, -1 = *e. */
struct rows_input { long (*read)(void *context, char *to, size_t n, struct err *e); void *context; };

/* A reader of one format over one part. next: as rows_next. place: of the cell at in the row in hand as people say it ("C12"), or NULL. */
struct rows_reader {
	void *self;
	int (*next)(void *self, struct row *out, struct err *e);
	int64_t (*skipped)(const void *self);     /* comment rows so far; NULL = never any */
	void (*close)(void *self);
};

struct rows {
	/* Of the part in hand: place of each field in a row (-1: the file lacks it, as fieldsMatch allows); cells a row must have. */
	long *map;
	size_t width;
	const char *file;              /* its name in messages */
	int64_t skipped;               /* comment rows of the parts that ended */
	char sha256[HASH_HEX];         /* at the end: of the file, or over the digests of several */

	/* The rest is for rows.c. */
	const struct resource *r;
	const char *dir;
	struct arena *a;
	size_t part;                   /* parts that were opened */
	struct csv *csv;               /* NULL between parts */
	int fd;
	int64_t bytes;
	struct hash *hash, *parts;     /* parts: NULL when there is only one */
};
/* Prepares the files of a resource, relative to the folder of its package; all is borrowed until rows_close, the struct may not move. */
/* raw: every row comes as it stands, header rows and blank ones too, and no header is compared: for rows that a script shapes. */
void rows_open(struct rows *rows, const struct resource *r, const char *dir, struct arena *a);
/* 1 = a row of data, 0 = end, -1 = *e with file, line and excerpt. The row is valid until the next call.
 * Without a header (dialect) the order is that of the fields; parts but the first may come without theirs. */
int rows_next(struct rows *rows, struct row *out, struct err *e);
void rows_close(struct rows *rows);   /* a zeroed one is fine */
#endif
