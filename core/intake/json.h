/* A JSON document as a small tree that remembers where each value stands, so that errors can say it.
 * For descriptors and project files of a few megabytes; data in JSON is streamed elsewhere. */
#ifndef INTAKE_JSON_H
#define INTAKE_JSON_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { JSON_BYTES = 4 * 1024 * 1024, JSON_DEPTH = 64, JSON_VALUES = 200000 };   /* limits of one document */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
struct json {
	enum json_type type;
	bool yes;                          /* JSON_BOOL */
	const char *s;                     /* a text, never with a NUL inside; a scalar as written; "" for arrays and objects */
	size_t n;                          /* bytes of s */
	const char *key;                   /* name in the object around it; "" elsewhere */
	const struct json *parent;
	const struct json *child, *next;   /* first value inside; next one beside */
	size_t count, index;               /* values inside; place among its neighbours */
	size_t at;                         /* byte of the text that it ends on, or begins on if there are values inside */
	long line;                         /* from 1 */
};
struct json_doc {
	const char *file;                  /* as shown in messages */
	const char *text;
	size_t n;
	const struct json *root;
};

/* Reads a file. shown: its name in messages. Everything lives in the arena. Refused with file, line and column: what is not JSON,
 * a name twice in one object, a lone surrogate or NUL in a text, more than the limits. */
bool json_read(struct json_doc *out, struct arena *a, const char *path, const char *shown, struct err *e);
/* The same over text in memory, which is copied. */
bool json_parse(struct json_doc *out, struct arena *a, const char *shown, const char *text, size_t n, struct err *e);
/* Bytes of s (ended by NUL) before an escape that stands for no character or for NUL (*bad) or, where more text follows, that may not be
 * whole; n = all is well. */
size_t json_escapes(const char *s, size_t n, bool more, bool *bad);
/* The member of an object, or NULL (also when o is no object). */
const struct json *json_get(const struct json *o, const char *key);
bool json_int(const struct json *v, int64_t *out);     /* false when v is not a whole number that fits */
bool json_real(const struct json *v, double *out);
/* "/resources/0/name"; "" for the root. */
void json_pointer(const struct json *v, struct buf *out);
/* The value as compact JSON text, members in their order. */
void json_write(const struct json *v, struct buf *out);
/* Adds file, line, excerpt and pointer of v to a record that is set. Returns false. */
bool json_fail(const struct json_doc *d, const struct json *v, struct err *e);
#endif
