/* Bytes of a text file to UTF-8, checked: the one door through which text comes in. Knows encodings; its readers know lines. */
#ifndef INTAKE_DECODE_H
#define INTAKE_DECODE_H
#include "intake/rows.h"

struct decode;
/* encoding: as in struct resource, borrowed. "utf-16" without a byte order mark is told by its first byte. in is copied, its context
 * borrowed until decode_close. */
struct decode *decode_open(const char *encoding, const struct rows_input *in);
/* Valid UTF-8 without NUL and byte order mark; each read needs room for 16 bytes. What stands before a byte that is not valid is given out first,
 * then *e for ever: with the byte, without a line. */
struct rows_input decode_input(struct decode *d);
void decode_close(struct decode *d);   /* NULL is fine */
#endif
