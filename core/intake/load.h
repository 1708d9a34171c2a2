/* A package becomes one SQLite file: built aside by the jailed loader, checked, published by rename. */
#ifndef INTAKE_LOAD_H
#define INTAKE_LOAD_H
#include "intake/package.h"

#include "store/shaper.h"

enum { LOAD_REJECTS = 10 };   /* refusals that are kept for each table; all are counted, and stored in _reject */
struct load_count { const char *kind; int64_t n; };
struct load_total { const char *of, *column; double stated, computed; };
struct load_table {
	const char *name;
	/* Untidy rows: read = used + rejected + skipped, where one used row gives any number of rows; emitted = loaded + those rejected later. */
	int64_t used, emitted, cells;                  /* cells: unreadable ones whose row stays */
	struct load_count *kind; size_t nkind;         /* skipped by kind: blank, comment, title, total… */
	struct load_total *total; size_t ntotal;       /* stated totals, the differing ones first */
	struct texts note;
	int64_t read, loaded, rejected, skipped;       /* read = loaded + rejected + skipped; where a load fails, nothing loaded stays */
	struct err reject[LOAD_REJECTS]; size_t nreject;   /* the first ones, in order */
};
struct load_report {
	const char *package, *key;
	struct load_table *table; size_t ntable;
	struct texts warning;                          /* as in struct package */
	double seconds;
};
/* The file that stands for a feed: chosen by app from continuum.lock (or a candidate in quarantine), or not there yet. */
struct load_file { const char *resource, *path, *shown; };   /* path: absolute, "" = none yet; shown: in messages ("accepted 2026-11-22: name.csv") */
struct load_used { const char *name, *file, *key; };         /* package that this one may look up: its published file and key */
struct load_job {
	const struct load_file *file; size_t nfile;
	const struct load_used *used; size_t nused;
	bool keep_aside;                               /* leave the file in data_dir under its name though it is not data_dir of the project (candidates, validate) */
	const char *package_dir;                       /* folder with datapackage.json, relative to root */
	const char *root;                              /* project folder, absolute: paths in messages are relative to it */
	const char *data_dir;                          /* absolute; <package>.db is published here */
	double wall_seconds;
	uint64_t memory;
	bool allow_unjailed;
};

/* Digest of everything the package is built from: descriptor, files, loader version. The package file with this key needs no load. */
bool load_key(const struct load_job *job, struct arena *a, const char **package_name, char key[65], struct err *e);
/* Runs the loader in the jail and publishes. Any rejected row fails the load (exit 3) in this form: *e is the first one, the report has the counts
 * and the others; the file of before stays. */
bool load_package(const struct load_job *job, struct arena *a, struct load_report *report, struct err *e);
/* Sets *out to a sentence on a load that failed: the table, how many rows of it were read and how many refused. Always false. */
bool load_summary(const struct load_report *report, struct err *out);
/* Reads the answer of a loader, which nothing vouches for: true = it says that all of p was loaded; false with its error, or ERR_LOAD_WIRE. */
bool load_decode(const char *text, size_t n, const struct package *p, struct arena *a, struct load_report *report, struct err *e);
/* Inner stage PROC_LOADER: what runs inside the jail. Returns the exit status of the process. */
int load_stage(int argc, char **argv);
#endif
