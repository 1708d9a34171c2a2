/* The state of a command inside a project: its settings and lock, the ledger, the tables that are loaded, what is being loaded, and the
 * results of analyses. What is stale, and why, is decided in host/command/plan.lua. */
#ifndef APP_PLAN_H
#define APP_PLAN_H
#include "app/project.h"
#include "base/hash.h"
#include "base/log.h"
#include "host/worker.h"
#include "intake/json.h"
#include "intake/load.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/schema.h"

/* What every command gets: how to talk. */
struct app {
	struct log log;
	enum lang lang;
	bool json;
};
struct plan_load {
	const char *name;
	struct load_job job;
	struct load_run *run;
	struct plan_load *next;
};
struct plan_analysis {
	const char *path, *id;
	bool known;                      /* result holds */
	struct result result;
};
struct plan {
	struct app *app;
	struct project project;
	int lock;                        /* of the one writer; -1 = none */
	struct db *ledger;               /* NULL: none yet, for a reader */
	struct schema schema;
	struct plan_load *load;          /* being loaded */
	struct plan_analysis *analysis; size_t nanalysis;   /* by id */
	struct err failed;               /* of the part that failed last: for the verb raise */
};

/* Lock (write only) and ledger of a project whose settings are known. Not write: no lock, nothing is created. */
bool plan_open(struct plan *p, bool write, struct err *e);
void plan_close(struct plan *p);
/* Reads what is loaded. The stamps then stand for the words that describe a table too: its sources, status and units get printed. */
bool plan_schema(struct plan *p, struct err *e);
/* Stamps as they are now: of a table or (column not "") a column, "" where there is none; of a fact, "absent" where there is none, NULL = *e. */
const char *plan_stamp(const struct plan *p, const char *table, const char *column);
const char *plan_fact_stamp(struct plan *p, struct db *db, const char *table, const char *id, struct err *e);
/* What a result depends on besides what it read: program, plugin and libraries, names of units. */
bool plan_key(struct plan *p, const struct plan_analysis *a, char key[HASH_HEX], struct err *e);
/* Takes a kept result back when it still is what the ledger says it was: sha256. */
bool plan_take(struct plan *p, struct plan_analysis *a, const char *sha256);
/* Runs an analysis and keeps its result; sha256 = its digest, "" when the analysis failed: a->result.err. false: our own failure. */
bool plan_run(struct plan *p, struct plan_analysis *a, char sha256[HASH_HEX], struct err *e);
/* Draws every stale figure of the known results, in the languages of the reports; how many. */
bool plan_draw(struct plan *p, size_t *drawn, struct err *e);
/* Generates and typesets one report, build/<name>.pdf, when anything of it changed. *made = false when it was fresh. */
bool plan_paper(struct plan *p, const struct report *r, bool *made, struct err *e);
/* True when plan_paper would have nothing to do; writes nothing. failed: ids of analyses without a result, which it may not name. */
bool plan_paper_fresh(struct plan *p, const struct report *r, const struct json *failed);
#endif
