/* What a query may do, and what it reads: SQLite's authorizer, switches and limits for text that someone else wrote.
 * The polite inner layer; the process around it is the boundary. */
#ifndef STORE_GUARD_H
#define STORE_GUARD_H
#include "store/artefact.h"
#include "store/schema.h"
#include "store/sqltext.h"
#include <sqlite3.h>

struct guard {                            /* of one connection and the statement that it is preparing, before which the last
                                           * three are emptied */
	const struct schema *catalogue;   /* borrowed; an empty one where no package is read */
	bool build;                       /* no catalogue: the package being built and those attached may be read, nothing is recorded */
	int inner;                        /* how deep in statements of our own, which pass and are not recorded */
	char refused[240];                /* what it may not use: an SQL word, a function with "()", a table; or "" */
	size_t nread;
	struct read read[ARTEFACT_READS]; /* unique, texts borrowed from the catalogue */
};
/* Sets switches, limits and the authorizer; g stays where it is as long as the connection. Returns SQLite's code. */
int guard_install(struct guard *g, sqlite3 *db);
/* The authorizer alone, for a connection that does more than answer. */
int guard_watch(struct guard *g, sqlite3 *db);
void guard_sort(struct guard *g);     /* what was read */
/* Notes a refusal. Always SQLITE_DENY. */
int guard_refuse(struct guard *g, const char *what, const char *tail);
/* A table that the compiled statement opens. SQLite does not ask the authorizer for the columns of USING and NATURAL; they are
 * recorded here. False: no query may read it. */
bool guard_opened(struct guard *g, const char *table, const char *sql);
/* Refuses a statement by its first word ("PRAGMA", "DROP" …): SQLite would complain about missing tables before it asks
 * whether DROP is allowed. */
bool guard_first(struct guard *g, const struct sqltext *word);
const char *guard_nearest_function(const char *name);   /* or NULL */
#endif
