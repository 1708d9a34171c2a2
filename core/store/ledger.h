/* ledger.db: what was loaded, what ran, what it read, what it made, what was drawn and typeset. Precious: never rebuilt.
 * Migrations are core/store/ledger/NNN_*.sql, applied in order, their number in user_version. */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H
#include "base/arena.h"
#include "base/err.h"
#include "store/artefact.h"
#include "store/db.h"
#include "store/schema.h"

/* Opens and migrates. A ledger newer than this program is ERR_LEDGER_NEWER. Only the driver calls it, before any child starts. */
struct db *ledger_open(const char *path, struct err *e);

/* Something made from inputs under a key (a figure in a language, a report): the key and digests of its files. */
int ledger_made(struct db *l, struct arena *a, const char *kind, const char *id, const char **key, const char **digest, struct err *e);   /* 1, 0, -1 */
bool ledger_record_made(struct db *l, const char *kind, const char *id, const char *key, const char *digest, struct err *e);
#endif
