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

/* A load that was published. seconds and counts are for the reader; the package file itself carries its key. */
bool ledger_load(struct db *l, const char *package, const char *key, int64_t rows, double seconds, struct err *e);

/* The last run of an analysis: what decides whether it is fresh. All texts in the arena; false = never ran (e untouched) or *e. */
struct ledger_run {
	int64_t id;
	const char *key;             /* digest over plugin, libraries, parameters, program version */
	const char *result;          /* sha256 of the stored result, "" when it failed */
	struct ledger_read { const char *package, *table, *column, *stamp; } *read;   /* stamp of the column (or table for column "") then */
	size_t nread;
	struct ledger_fact { const char *table, *id, *stamp; } *fact;                 /* digest of the fact's row then */
	size_t nfact;
};
int ledger_last_run(struct db *l, struct arena *a, const char *analysis, struct ledger_run *out, struct err *e);   /* 1, 0, -1 */
/* Records a run, its reads with the stamps of the schema in use, its values (history of every printed number) in one transaction.
 * result may be failed: then only the error's id is kept. fact_stamp[i] belongs to result->fact[i]. */
bool ledger_record_run(struct db *l, const char *analysis, const char *key, const char *result_sha256, double seconds,
                       const struct schema *schema, const struct result *result, const char *const *fact_stamp, struct err *e);

/* Something made from inputs under a key (a figure in a language, a report): the key and digests of its files. */
int ledger_made(struct db *l, struct arena *a, const char *kind, const char *id, const char **key, const char **digest, struct err *e);   /* 1, 0, -1 */
bool ledger_record_made(struct db *l, const char *kind, const char *id, const char *key, const char *digest, struct err *e);
#endif
