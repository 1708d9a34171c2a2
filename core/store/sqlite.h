/* What the files of store/ share about SQLite. Nobody else includes this. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H
#include "base/err.h"
#include "store/db.h"
#include <sqlite3.h>

/* user_version, which numbers the form of the tables in a file. */
bool db_form(struct db *db, int64_t *form, struct err *e);
sqlite3 *db_handle(struct db *db);
/* Puts SQLite's own words for the last failure of the connection into *e; rc is what the call returned, id is for a code that
 * names no cause of its own. Always false. */
bool db_failed(struct db *db, int rc, enum err_id id, struct err *e);
#endif
