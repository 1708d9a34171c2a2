/* What a query may do, and what it reads: SQLite's authorizer, switches and limits for text that someone else wrote.
 * The polite inner layer; the process around it is the boundary. */
#ifndef STORE_GUARD_H
#define STORE_GUARD_H
#include "store/artefact.h"
#include "store/schema.h"
#include "store/sqltext.h"
#include <sqlite3.h>

struct guard {
	const struct schema *catalogue;   /* borrowed */
	bool inner;                       /* our own statements pass, and are not recorded */
	bool selected;                    /* what is being prepared selects something */
	bool denied;                      /* it was refused; what is in refused */
	char refused[240];                /* the last refusal of the connection; "" = none */
	size_t nread;
	struct read read[ARTEFACT_READS]; /* of the statement being prepared: unique, texts borrowed from the catalogue */
};
/* Sets switches, limits and the authorizer; g stays where it is as long as the connection. text: longest text, bytes. */
bool guard_install(struct guard *g, sqlite3 *db, size_t text);
void guard_begin(struct guard *g);    /* before each prepare */
/* Notes a refusal; what is an SQL word, a function with "()" or a table. */
void guard_refuse(struct guard *g, const char *what);
/* A table that the compiled statement opens. SQLite does not ask the authorizer for the columns of USING and NATURAL; they are
 * recorded here. False: no query may read it. */
bool guard_opened(struct guard *g, const char *table, const char *sql, size_t n);
/* The name of the statement's kind when it is one that no query may be ("PRAGMA", "DROP" …); else NULL. */
const char *guard_statement(const struct sqltext *first);
const char *guard_nearest_function(const char *name);   /* or NULL */
#endif
