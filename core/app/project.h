/* The project: a folder with continuum.json, what lies in it, and its settings. */
#ifndef APP_PROJECT_H
#define APP_PROJECT_H
#include "base/arena.h"
#include "base/err.h"
#include "store/artefact.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report { const char *name, *dir; enum lang lang; long line; };
struct project {
	struct arena arena;
	const char *root;                       /* absolute */
	const char *name;
	struct text2 title;
	const char *data_as_of, *date;          /* ISO dates of the edition */
	long long epoch;                        /* SOURCE_DATE_EPOCH: noon UTC of the date */
	const char **fact_table; size_t nfact_table;
	const char *units_table;                /* NULL = none */
	struct report *report; size_t nreport;
	const char **package; size_t npackage;  /* folders with a datapackage.json, relative to root, sorted */
	const char **plugin; size_t nplugin;    /* "plugins/workforce.lua", sorted */
	double limit_seconds;
	uint64_t limit_memory, limit_sql_memory, limit_output;
	bool allow_unjailed;
	const char *portal;                     /* where data.gouv.fr's ids are looked up: https address without a slash at its end */
	double fetch_seconds; uint64_t fetch_bytes;   /* limits of one download */
	bool allow_local;                       /* addresses of this machine and of private networks, and plain http, may be fetched */
	const char *state, *data, *build;       /* .continuum, .continuum/data, build: absolute */
};

/* Finds continuum.json in start or a folder above it, reads it and lists packages and plugins. ERR_NO_PROJECT when there is none. */
bool project_open(struct project *p, const char *start, struct err *e);
void project_close(struct project *p);
/* Id of a plugin from its path: "plugins/workforce.lua" → "workforce", in the project's arena. */
const char *project_plugin_id(struct project *p, const char *path);
#endif
