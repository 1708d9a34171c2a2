/* What a result is made of, as tables: the wire writes and reads by them, and the bindings fill structs from Lua by them.
 * A new field of an artefact is one row here. */
#ifndef HOST_SHAPE_H
#define HOST_SHAPE_H
#include "store/artefact.h"
#include <stdbool.h>
#include <stddef.h>

enum shape_kind {
	SHAPE_NAME,      /* const char *: [a-z][a-z0-9_]* */
	SHAPE_TEXT,      /* const char *, at most max bytes */
	SHAPE_TEXT2,     /* struct text2 */
	SHAPE_CHARS,     /* char[max] */
	SHAPE_REAL,      /* double from lo to hi; NaN too when `none` is NaN */
	SHAPE_INT,       /* int from lo to hi */
	SHAPE_LINE,      /* long, 0 or more */
	SHAPE_FLAG,      /* bool */
	SHAPE_CHOICE,    /* enum: index of one of names */
	SHAPE_BYTE,      /* uint8_t: index of one of names */
	SHAPE_COUNT,     /* size_t, at most max */
	SHAPE_LIST,      /* pointer to items of shape `of`, size_t at `count`, at most max */
	SHAPE_CELLS,     /* struct text2 *: as many as the list before has columns, times the number at `count` where that is not 0 */
	SHAPE_STRUCT,    /* a struct of shape `of` */
};
struct shape_field {
	const char *name;            /* key of the Lua table; NULL: the table's or list's own value */
	enum shape_kind kind;
	size_t at, count, max;
	double lo, hi, none;         /* none: what a number is when Lua gives nil */
	const char *const *names;    /* NULL-terminated */
	const struct shape *of;
};
struct shape {
	const char *what;            /* "panel": names an item in messages */
	size_t size, nfield;
	const struct shape_field *field;
	bool strict;                 /* analysts write such tables by hand: an unknown key is an error */
	/* Whether an item read whole may stand after the one before (NULL = first); what is wrong otherwise. NULL = always. */
	const char *(*wrong)(const void *item, const void *before);
};

extern const struct shape shape_value, shape_table, shape_figure, shape_quantity, shape_result;
/* True for UTF-8 without control characters; otherwise *at is the offset of the first fault and *control whether it is a control character. */
bool shape_text_ok(const char *s, size_t n, size_t *at, bool *control);
#endif
