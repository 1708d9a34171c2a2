/* Where a loader (intake) and a script that shapes rows (host) meet: neither includes the other, app hands one to the other.
 * Raw rows go in, each is emitted as any number of typed-text rows, rejected with a reason, or skipped under a name; nothing else is possible,
 * so that read = used + rejected + skipped always holds. */
#ifndef STORE_SHAPER_H
#define STORE_SHAPER_H
#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"
#include <stdbool.h>
#include <stddef.h>

struct shaper_job {
	const char *root;              /* project folder, absolute */
	const char *script;            /* path of shape.lua relative to root: name in messages */
	const char *table;             /* resource whose rows come: the script's entry of that name */
	const char *const *field; size_t nfield;   /* columns of the table, in order */
	const char *totals;            /* continuum:totals as JSON text, "" = none */
	struct db *db;                 /* the package being built (its earlier tables) with the packages it uses attached: for query() */
	uint64_t memory; double seconds;   /* limits of the script's heap and of the whole table; 0 = none */
};
/* What a script says of rows, besides emitting some. */
enum shaper_word {
	SHAPER_REJECT,                 /* the raw row in hand: field (of the table) and value may be ""; reason: a sentence of the script, as is */
	SHAPER_DOUBT,                  /* one cell is unreadable and the row stays: reported like such a cell of a tidy file; before or after emit */
	SHAPER_SKIP,                   /* the raw row in hand, by kind: "title", "blank", "total", "footnote"… */
	SHAPER_NOTE,                   /* a line of the load report */
	SHAPER_TOTAL,                  /* a stated total against the computed one, for the report: of what ("nation", "01"), which column */
};
struct shaper_said {
	enum shaper_word word;
	const char *text[3];           /* field, value, reason | kind | line | of, field; "" where there is none */
	double stated, computed;
};
/* What the loader offers. Texts are valid during the call only. */
struct shaper_sink {
	void *context;
	/* cell[i] is the text of field i as a file would have it (CELL_TEXT), a number (CELL_INT, CELL_REAL: taken as it is, whatever decimalChar
	 * says), or CELL_NULL: missing without a label. */
	bool (*emit)(void *context, struct cell *cell);   /* false: the row is refused; a cell that cannot be read comes back as CELL_NULL */
	void (*say)(void *context, const struct shaper_said *said);
};
struct shaper_row { long line; const struct cell *cell; size_t n; const char *file; };
/* Implemented by host/lua_shape.c, called by intake/loader.c, wired by app/main.c. */
struct shaper {
	/* *has = false (and NULL) when the script has no entry for the table: it takes the straight road. NULL with *has: *e. */
	void *(*open)(const struct shaper_job *job, const struct shaper_sink *sink, bool *has, struct err *e);
	/* A new file (part) begins; header rows, if the script wants them, come as raw rows like all others. */
	bool (*begin)(void *self, const char *file, struct err *e);
	bool (*row)(void *self, const struct shaper_row *row, struct err *e);
	bool (*end)(void *self, struct err *e);          /* of a part: footers, totals; after the last part `last` rows may be emitted too */
	/* Fields that are too rare to be read in C, all of one table in a state of their own, which any thread may use, one at a time. */
	void *(*types)(uint64_t memory, struct err *e);
	/* Calls a function of prelude/types.lua. *out: the text that it returns. */
	bool (*ask)(void *types, const char *function, const struct cell *in, size_t n, struct buf *out, struct err *e);
	void (*close)(void *self);                       /* of open or types; NULL is fine */
};
#endif
