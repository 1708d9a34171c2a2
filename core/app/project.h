/* The project: a folder with continuum.json, and its settings as host/command/project.lua has read and checked them. */
#ifndef APP_PROJECT_H
#define APP_PROJECT_H
#include "base/arena.h"
#include "base/err.h"
#include "intake/json.h"
#include "intake/package.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report { const char *name, *dir, *edition, *date; enum lang lang; };   /* edition and date in words */
struct project {
	struct arena arena;
	const char *root;                       /* absolute */
	int64_t epoch;                          /* SOURCE_DATE_EPOCH: noon UTC of the date */
	struct texts facts;                     /* tables of ledgers */
	const char *units;                      /* table of units; NULL = none */
	struct report *report; size_t nreport;
	double seconds;
	uint64_t memory, sql_memory, output;    /* bytes */
	bool allow_unjailed;
	double fetch_seconds; uint64_t fetch_bytes;   /* limits of one download */
	bool allow_local;                       /* addresses of this machine and of private networks, and plain http, may be fetched */
	struct texts sweep;                     /* folders, relative to root, where a killed writer may have left something half-written */
	const char *state, *data, *build;       /* .continuum, .continuum/data, build: absolute */
};

/* Finds continuum.json in start or a folder above it: root and the places below it. ERR_NO_PROJECT when there is none. */
bool project_find(struct project *p, const char *start, struct err *e);
/* Takes the settings; s: as project.lua gives them, nothing is missing. */
void project_set(struct project *p, const struct json *s);
#endif
