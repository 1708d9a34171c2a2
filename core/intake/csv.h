/* Delimited text (RFC 4180 with any ASCII delimiter, quote, escape and comment mark) to rows, a block at a time.
 * Knows no files, encodings and types; what is not unambiguous in the dialect is refused with its line. */
#ifndef INTAKE_CSV_H
#define INTAKE_CSV_H
#include "intake/rows.h"

/* r: its dialect, borrowed. in: text as of decode.h; copied, its context borrowed until out->close. Lines end with LF or CRLF, or, where the
 * first one does, with CR. Cells point into the block that was read; only those with doubled quotes or escapes are copied. */
void csv_open(struct rows_reader *out, const struct resource *r, const struct rows_input *in);
#endif
