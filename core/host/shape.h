/* What a result is made of, as tables: the wire writes and reads by them, the bindings fill structs from Lua by them,
 * and the prelude checks by them what an analyst gave. A new field of an artefact is one row here. */
#ifndef HOST_SHAPE_H
#define HOST_SHAPE_H
#include "store/artefact.h"
#include <stdbool.h>
#include <stddef.h>

enum shape_kind {
	SHAPE_END,       /* after the last field */
	SHAPE_NAME,      /* const char *: [a-z][a-z0-9_]* */
	SHAPE_TEXT,      /* const char *, at most max bytes */
	SHAPE_TEXT2,     /* struct text2 */
	SHAPE_CHARS,     /* char[size], at most max = size - 1 bytes */
	SHAPE_REAL,      /* double from lo to hi; NaN too when `none` is NaN */
	SHAPE_INT,       /* whole number of `size` bytes from lo to hi */
	SHAPE_FLAG,      /* bool */
	SHAPE_CHOICE,    /* whole number of `size` bytes: index of one of names */
	SHAPE_LIST,      /* pointer to items of shape `of`, size_t at `count`, from lo to max */
	SHAPE_CELLS,     /* struct text2 *, as many as the list "columns" before has; with `count` times that, at most max */
	SHAPE_STRUCT,    /* a struct of shape `of` */
};
struct shape_field {
	const char *name;            /* key of the Lua table; NULL: the table's or list's own value */
	enum shape_kind kind;
	size_t at, size, count, max;
	double lo, hi, none;         /* none: what a number is when Lua gives nil */
	const char *const *names;    /* NULL-terminated */
	const struct shape *of;
};
struct shape {
	const char *what;            /* "panel": names an item in messages */
	size_t size;
	size_t key;                  /* lists of it are sorted by so many first fields, texts, without doubles; 0 = not */
	const struct shape_field *field;
};

extern const struct shape shape_result, shape_quantity, shape_chart;
/* Order of two items by their key, as qsort_r calls it; shape: const struct shape *. */
int shape_order(const void *a, const void *b, void *shape);
#endif
