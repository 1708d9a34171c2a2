/* Where a loader (intake) and a script that shapes rows (host) meet: neither includes the other, app hands one to the other.
 * Raw rows go in, each is emitted as any number of typed-text rows, rejected with a reason, or skipped under a name; nothing else is possible,
 * so that read = used + rejected + skipped always holds. */
#ifndef STORE_SHAPER_H
#define STORE_SHAPER_H
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
/* What the loader offers. Texts are valid during the call only. Each returns false with *e when the load must stop. */
struct shaper_sink {
	void *context;
	/* cell[i] is the text of field i as a file would have it (CELL_TEXT), a number (CELL_INT, CELL_REAL: taken as it is, whatever decimalChar
	 * says), or CELL_NULL: missing without a label. */
	bool (*emit)(void *context, const struct cell *cell, struct err *e);
	/* The raw row in hand; field and value may be "". reason: a sentence of the script, as is. */
	bool (*reject)(void *context, const char *field, const char *value, const char *reason, struct err *e);
	/* One cell is unreadable and the row stays: reported like an unreadable cell of a tidy file. Before or after emit. */
	bool (*doubt)(void *context, const char *field, const char *value, const char *reason, struct err *e);
	bool (*skip)(void *context, const char *kind, struct err *e);     /* kind: [a-z_]+: "title", "blank", "total", "footnote"… */
	/* A stated total against the computed one, for the report: of what ("nation", "01"), which column. */
	bool (*total)(void *context, const char *of, const char *field, double stated, double computed, struct err *e);
	bool (*note)(void *context, const char *text, struct err *e);      /* a line of the load report */
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
	void (*close)(void *self);                       /* NULL is fine */
};
#endif
