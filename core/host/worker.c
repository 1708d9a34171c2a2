/* Analyses in jailed workers. The driver's side trusts nothing that comes back: the message is validated as if
 * a stranger had sent it, and how the process ended is judged from outside. The stage is what runs inside the jail. */
#include "host/worker.h"

#include "base/embed.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "host/lua_env.h"
#include "host/plugin.h"
#include "host/wire.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
	API_VERSION = 1,       /* raised when the same plugin may give another result */
	RESULT = 3,            /* descriptor of the result in the stage */
	TEXTS = 6, FIXED_ARGS = TEXTS + 4,   /* texts, then numbers, then the tables of facts */
	MEGA = 1 << 20,
	SLACK = 256,           /* megabytes of address space besides the limits: program, stacks, the message */
	SORT_GIGA = 8,         /* largest file of SQLite's sorter */
};

static bool hash_in(struct hash *h, struct arena *a, const char *root, const char *rel, struct err *e)
{
	char hex[HASH_HEX];

	if (!hash_file(path_join(a, root, rel), hex, NULL, e))
		return err_at(e, rel, 0, 0);
	hash_str(h, rel);
	hash_str(h, hex);
	return true;
}

bool worker_key(const struct worker_job *job, char key[65], struct err *e)
{
	struct arena a = { 0 };
	struct hash *h = hash_open();
	const char *lib = path_join(&a, job->root, "plugins/lib"), **names = NULL;
	size_t n = 0;

	hash_add(h, &(uint8_t){ API_VERSION }, 1);
	for (size_t i = 0; i < embed_count; i++)
		if (!strncmp(embed_files[i].name, "host/prelude/", 13))
			hash_add(h, embed_files[i].data, embed_files[i].size);
	bool ok = hash_in(h, &a, job->root, job->plugin, e) && (!path_exists(lib) || path_list(&a, lib, &names, &n, e));
	for (size_t i = 0; ok && i < n; i++) {
		size_t len = strlen(names[i]);
		if (len > 4 && !strcmp(names[i] + len - 4, ".lua"))
			ok = hash_in(h, &a, job->root, arena_printf(&a, "plugins/lib/%s", names[i]), e);
	}
	hash_close(h, key);
	arena_free(&a);
	return ok;
}

/* Why there is no result: the limits by their name, anything else as the process ended. */
static void judge(const struct worker_job *job, const struct proc *p, struct err *e)
{
	if (p->end == PROC_TIMED_OUT || (p->end == PROC_SIGNALLED && p->code == SIGXCPU))
		lua_env_limit(job, ERR_LIMIT_TIME, e);
	else if (p->end == PROC_TOO_MUCH)
		err_set(e, ERR_LIMIT_OUTPUT, "%s" ERR_SEP "%d", job->id, (int)(ARTEFACT_BYTES / MEGA));
	else if (proc_ok(p, job->id, e))
		return;   /* *e is what was wrong with the message */
	err_at(e, job->plugin, 0, 0);
}

static bool fill_opt(struct proc_opt *o, const struct worker_job *job, struct arena *a, struct err *e)
{
	const struct worker_limits *l = &job->limits;
	const char *units = job->units_table ? job->units_table : "";
	const char *texts[] = { job->root, job->plugin, job->id, job->data_dir, job->tmp_dir, units };
	const uint64_t numbers[] = { (uint64_t)ceil(l->seconds * 1000), l->memory, l->sql_memory, l->output };

	if (job->nfact_table >= PROC_ARGS - FIXED_ARGS)
		return err_set(e, ERR_OUTPUT_COUNT, "continuum.json" ERR_SEP "%d" ERR_SEP "facts", PROC_ARGS - FIXED_ARGS - 1);
	memcpy(o->args, texts, sizeof texts);
	for (size_t i = 0; i < FIXED_ARGS - TEXTS; i++)
		o->args[TEXTS + i] = arena_printf(a, "%" PRIu64, numbers[i]);
	for (size_t i = 0; i < job->nfact_table; i++)
		o->args[FIXED_ARGS + i] = job->fact_tables[i];
	o->read[0] = path_join(a, job->root, "plugins");
	o->read[1] = job->data_dir;
	o->write[0] = job->tmp_dir;
	o->memory = l->memory + l->sql_memory + 4 * (uint64_t)l->output + (uint64_t)SLACK * MEGA;
	o->file_size = (uint64_t)SORT_GIGA << 30;
	if (l->seconds > 0) {
		o->cpu_seconds = (unsigned)ceil(l->seconds) + 2;
		o->wall_seconds = l->seconds + 1;   /* the worker's own limit comes first, with the line */
	}
	return true;
}

bool worker_run(const struct worker_job *job, struct arena *a, struct result *result, struct buf *raw, struct err *e)
{
	struct proc_opt o = {
		.kind = PROC_WORKER, .stderr_max = 4000, .out_on_3 = true, .allow_unjailed = job->limits.allow_unjailed
	};
	struct err wrong = { 0 };
	struct proc p;

	*result = (struct result){ 0 };
	buf_clear(raw);
	if (!fill_opt(&o, job, a, e) || !proc_run(&p, &o, NULL, 0, raw, e))
		return false;
	bool ok = p.end == PROC_EXITED && p.code == 0 && wire_decode(a, buf_text(raw), raw->n, result, &wrong);
	if (!ok) {
		judge(job, &p, &wrong);
		*result = (struct result){ .title = { "", "" }, .failed = true, .err = wrong };
	}
	proc_close(&p);
	return true;
}

/* The stage */

static bool read_job(struct worker_job *job, int argc, char **argv)
{
	int64_t numbers[FIXED_ARGS - TEXTS];
	bool ok = argc >= FIXED_ARGS;

	for (size_t i = 0; ok && i < FIXED_ARGS - TEXTS; i++)
		ok = num_int(argv[TEXTS + i], strlen(argv[TEXTS + i]), &numbers[i]) && numbers[i] >= 0;
	if (ok)
		*job = (struct worker_job){
			.root = argv[0], .plugin = argv[1], .id = argv[2], .data_dir = argv[3], .tmp_dir = argv[4],
			.units_table = *argv[5] ? argv[5] : NULL,
			.fact_tables = (const char *const *)argv + FIXED_ARGS, .nfact_table = (size_t)(argc - FIXED_ARGS),
			.limits = { (double)numbers[0] / 1000, (uint64_t)numbers[1], (uint64_t)numbers[2], (size_t)numbers[3],
				false },
		};
	return ok;
}

int worker_stage(int argc, char **argv)
{
	struct arena a = { 0 };
	struct buf message = BUF(2 * (size_t)ARTEFACT_BYTES);   /* what is too much is for the driver to say */
	struct worker_job job;
	struct err e = { 0 };

	if (!read_job(&job, argc, argv)) {
		fputs("continuum: malformed job\n", stderr);
		return EXIT_USAGE;
	}
	struct host h = { .job = &job, .arena = &a };
	plugin_run(&h, &message, &e);
	bool ok = path_put(RESULT, buf_text(&message), message.n);
	buf_free(&message);
	arena_free(&a);
	return ok ? EXIT_OK : EXIT_FAILED;
}
