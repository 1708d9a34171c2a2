/* Analyses in jailed workers: the driver's side starts one and takes its result; the stage is what runs inside. */
#ifndef HOST_WORKER_H
#define HOST_WORKER_H
#include "base/arena.h"
#include "base/err.h"
#include "store/artefact.h"
#include "store/schema.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker_limits {
	double seconds;            /* wall clock of one analysis; the hook stops Lua then, the kill comes one second later */
	uint64_t memory;           /* Lua's heap, bytes */
	uint64_t sql_memory;       /* SQLite's heap, bytes */
	size_t output;             /* bytes of result and of log text */
	bool allow_unjailed;
};
struct worker_job {
	const char *root;          /* project folder, absolute */
	const char *plugin;        /* path of the plugin, relative to root: "plugins/workforce.lua" */
	const char *id;            /* "workforce" */
	const char *data_dir;      /* absolute; package files lie directly in it */
	const char *tmp_dir;       /* absolute, new and empty: for SQLite's sorter */
	const char *const *fact_tables; size_t nfact_table;   /* tables that report:fact looks in, in order */
	const char *units_table;   /* table of unit names (unit, fr_one, fr_many, en_one, en_many) or NULL */
	struct worker_limits limits;
};
/* Digest over the plugin's file, the libraries of plugins/lib, the prelude and the API version: part of the run's key. */
bool worker_key(const struct worker_job *job, char key[65], struct err *e);
/* Runs it. true with result->failed unset: all is well. true with result->failed: the analysis itself failed,
 * result->err says why (with file and line of the plugin). false: our own failure. raw receives the message, of a result
 * that did not fail fit for wire_decode later. */
bool worker_run(const struct worker_job *job, struct arena *a, struct result *result, struct buf *raw, struct err *e);
/* Inner stage PROC_WORKER. Returns the exit status of the process. */
int worker_stage(int argc, char **argv);
#endif
