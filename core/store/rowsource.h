/* Rows from a callback as a virtual table, so that one INSERT … SELECT takes them at SQLite's own speed. */
#ifndef STORE_ROWSOURCE_H
#define STORE_ROWSOURCE_H
#include "base/err.h"
#include "store/db.h"

struct rowsource {
	void *context;
	size_t ncolumn;
	/* 1 = cells are ready, 0 = end, -1 = *e. *cells stays valid until the next call. */
	int (*next)(void *context, const struct cell **cells, struct err *e);
	const struct cell *hand;       /* rowsource_insert leaves the row here that it took last */
};
/* Runs "INSERT INTO <table> (<columns>) SELECT … FROM source" over the rows; table and columns come from a schema and are quoted here.
 * *rows = inserted. A constraint that SQLite refuses is ERR_ROW_REFUSED with SQLite's words. */
bool rowsource_insert(struct db *db, const char *table, const char *const *columns, struct rowsource *src,
                      int64_t *rows, struct err *e);
#endif
