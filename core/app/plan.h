/* What is fresh, what is stale and why, and the phases that make it fresh: load, run, draw, paper.
 * Each phase reads only what the one before published. */
#ifndef APP_PLAN_H
#define APP_PLAN_H
#include "app/app.h"
#include "app/project.h"
#include "base/hash.h"
#include "host/worker.h"
#include "intake/load.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/schema.h"

/* Why something has to be made again. */
enum stale { FRESH, STALE_NEVER, STALE_CHANGED, STALE_DATA, STALE_FACT, STALE_FAILED, STALE_LOST, STALE_GONE, STALE_ABSENT };

struct plan_package {
	const char *dir, *name;
	char key[HASH_HEX];
	enum stale stale;                /* STALE_ABSENT: all its tables are feeds that have no file yet */
	struct package is;               /* as the descriptor says */
	struct texts absent;             /* its tables that have no file yet */
	bool wanted;                     /* to be loaded, so that it may be begun while another is waited for; those that are not fresh */
	struct load_job job;
	struct load_run *run;            /* being loaded */
};
struct plan_analysis {
	const char *path, *id;
	char key[HASH_HEX];
	enum stale stale;
	const char *because;             /* the table, column or fact that changed; "" otherwise */
	struct result result;            /* filled once fresh */
	bool known;                      /* result holds */
	struct err err;                  /* id != ERR_NONE: it failed in this build */
};
struct plan {
	struct app *app;
	struct project project;
	int lock;
	struct db *ledger;
	struct schema schema;
	struct plan_package *package; size_t npackage;   /* each after those that it uses */
	const struct load_file *file; size_t nfile;       /* of feeds */
	struct plan_analysis *analysis; size_t nanalysis;
	bool unsettled;                       /* the package files hold one table twice, or packages that the project no longer has */
	size_t loaded, ran, drawn, typeset;   /* work done in this build */
};

/* Opens project, lock (write only) and ledger. read_only: no lock, nothing is created. */
bool plan_open(struct plan *p, struct app *app, bool read_only, struct err *e);
void plan_close(struct plan *p);
/* Which packages need loading; then, with the schema in use, which analyses need running. The schema is without the packages that the
 * project no longer has; a writer tolerates one table in two files, because loading may be what ends it. */
bool plan_packages(struct plan *p, struct err *e);
bool plan_analyses(struct plan *p, struct err *e);
/* Loads one package and publishes it, and begins others that are wanted, as many as app->jobs allows. */
bool plan_load(struct plan *p, struct plan_package *k, struct load_report *report, struct err *e);
/* After the loads: deletes the files of packages that the project no longer has, and reads the schema again. */
bool plan_settle(struct plan *p, struct err *e);
/* Runs one analysis, keeps and records its result. False = our own failure; the analysis' own is in a->err. */
bool plan_run(struct plan *p, struct plan_analysis *a, struct err *e);
/* Draws every stale figure of the fresh analyses, in the languages of the reports. */
bool plan_draw(struct plan *p, struct err *e);
/* Generates and typesets one report when anything of it changed. *made = false when it was fresh. out: path of the PDF in the arena. */
bool plan_paper(struct plan *p, const struct report *r, bool *made, const char **out, struct err *e);
/* True when plan_paper would have nothing to do; writes nothing. */
bool plan_paper_fresh(struct plan *p, const struct report *r);

/* Makes of an error on a table that does not exist one on a table that has no file yet, where it is that. Always false. */
bool plan_absent(struct plan *p, struct err *e);
/* True when a package of that name is in the project. After plan_packages. */
bool plan_has_package(const struct plan *p, const char *name);
const char *plan_stale_text(enum stale s, enum lang lang);
#endif
