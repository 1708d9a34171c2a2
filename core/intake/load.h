/* A package becomes one SQLite file: built aside by the jailed loader, checked, published by rename. */
#ifndef INTAKE_LOAD_H
#define INTAKE_LOAD_H
#include "intake/package.h"

#include "store/shaper.h"

enum { LOAD_REJECTS = 10 };   /* refusals that are kept for each table; all are counted, and stored in _reject */
struct load_table {
	const char *name;
	/* Untidy rows: read = used + rejected + skipped, where one used row gives any number of rows; emitted = loaded + those rejected later. */
	int64_t used, emitted, cells;                  /* cells: unreadable ones whose row stays */
	const char *lists;                             /* JSON members: "kinds" of skipped rows, stated "totals", the differing ones first, "notes" */
	int64_t read, loaded, rejected, skipped;       /* of a tidy file: read = loaded + rejected + skipped; where a load fails, nothing loaded stays */
	struct err reject[LOAD_REJECTS]; size_t nreject;   /* the first ones, in order */
};
struct load_report {
	const char *package, *key;
	struct load_table *table; size_t ntable;
	struct texts warning, absent;                  /* as in struct package */
	double seconds;
};
/* The file that stands for a feed: chosen by app from continuum.lock (or a candidate in quarantine), or not there yet. */
struct load_file { const char *resource, *path, *shown; };   /* path: absolute, "" = none yet; shown: the name under which it came, in messages */
struct load_used { const char *name, *file, *key; };         /* package that this one may look up: its published file, "" = none yet, and key */
struct load_job {
	const struct load_file *file; size_t nfile;    /* those of other packages do not matter */
	const struct load_used *used; size_t nused;
	const char *package_dir;                       /* folder with datapackage.json, relative to root */
	const char *root;                              /* project folder, absolute: paths in messages are relative to it */
	const char *data_dir;                          /* absolute; <package>.db is published here: of the project, or a folder for candidates */
	double wall_seconds;
	uint64_t memory;
	bool allow_unjailed;
};

/* Takes out of *p the tables that have no file yet; what points to them still does. */
void load_present(const struct load_job *job, struct arena *a, struct package *p);
/* Reads the descriptor, and digests everything the package is built from: descriptor, script, files, keys of used packages, this program. The
 * package file with this key needs no load. *p is without the tables that have no file. 0 = none of them has one. -1 = *e. */
int load_key(const struct load_job *job, struct arena *a, struct package *p, char key[65], struct err *e);
/* Runs the loader in the jail and publishes, in two steps, so that several run side by side. What start returns (NULL = *e) must be given to finish,
 * or to stop. job is borrowed. Refused rows and cells are in the report; when they are too many (see account_good), or when something is wrong with
 * the whole, the load fails: *e says why, the report how far it came, the file of before stays. */
struct load_run;
struct load_run *load_start(const struct load_job *job, struct arena *a, struct err *e);
bool load_finish(struct load_run *run, struct load_report *report, struct err *e);
void load_stop(struct load_run *run);
/* Makes the files that a message names relative to the project. Always false. */
bool load_relative(const char *root, struct err *e);
/* Reads the answer of a loader, which nothing vouches for, and puts the refusals into r->table, as many as p has resources: true = it says that
 * all is done; false with its error, or ERR_LOAD_WIRE. */
bool load_decode(const char *text, size_t n, const struct package *p, struct load_report *r, struct err *e);
/* Inner stage PROC_LOADER: what runs inside the jail. Returns the exit status of the process. */
int load_stage(int argc, char **argv, const struct shaper *shaper);
#endif
