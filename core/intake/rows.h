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

/* A reader of one format over one part. next: as rows_next, errors without a file. */
struct rows_reader {
	void *self;
	int (*next)(void *self, struct row *out, struct err *e);
	int64_t (*skipped)(const void *self);     /* comment rows so far; NULL = never any */
	void (*close)(void *self);
};

/* A file as it is opened, and its name in messages. */
struct rows_file { const char *path, *shown; };
struct rows_opt {
	const struct rows_file *file; size_t nfile;   /* the parts of the table, in order */
	const char *tmp_dir;           /* where a workbook may put what does not fit in memory */
	bool raw;                      /* every row as it stands, header rows and blank ones too; no header is compared: for rows that a script shapes */
};

struct rows {
	/* Of the part in hand: place of each field in a row (-1: the file lacks it, as fieldsMatch allows); cells a row must have. Not where rows are raw. */
	long *map;
	size_t width;
	const char *file;              /* its name in messages */
	size_t part;                   /* its number, from 1 */
	int64_t skipped;               /* comment rows and rows above the header, of the parts that ended */
	char sha256[HASH_HEX];         /* at the end: of the file as it is stored, or over the digests of several */

	/* The rest is for rows.c. */
	const struct resource *r;
	const struct rows_opt *o;
	struct arena *a;
	struct rows_reader reader;     /* of the part in hand; all zero between parts, as what follows */
	struct rows_input source;      /* its bytes: as stored, then unpacked, then decoded */
	struct unpack *unpack;
	struct decode *decode;
	int fd;
	char *head; size_t nhead, head_at;   /* first bytes, looked at before they are given out */
	int64_t bytes, above;          /* read so far; rows so far */
	struct hash *hash, *check;     /* check: of the digest that is stated, when it is no sha256 */
	struct hash *parts;            /* NULL when there is only one part */
};
/* Prepares the files of a resource; all is borrowed until rows_close, the struct may not move. */
void rows_open(struct rows *rows, const struct resource *r, const struct rows_opt *o, struct arena *a);
/* 1 = a row of data, 0 = end, -1 = *e with file, line and excerpt. The row is valid until the next call.
 * Without a header (dialect) the order is that of the fields; parts but the first may come without theirs. */
int rows_next(struct rows *rows, struct row *out, struct err *e);
void rows_close(struct rows *rows);   /* a zeroed one is fine */

/* What the first bytes of a file that nobody described say of it: as a descriptor would say it, "" = nothing (text, perhaps). */
struct rows_look {
	const char *format, *compression, *encoding;
	struct texts member, sheet;    /* files of a zip, sheets of a workbook */
	const char *text; size_t ntext;   /* how a text begins; in the arena */
};
/* Of r only compression and innerpath matter: a file in another is looked at once for each. False when it cannot be opened or is nothing that could be read. */
bool rows_look(struct rows_look *out, const struct resource *r, const struct rows_file *f, struct arena *a, struct err *e);
#endif
