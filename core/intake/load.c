/* The driver's side of a load and the stage that runs in the jail. The stage answers on descriptor 3 with the first refusals of each table, then a line
 * "done", or a line "error" and the error; the account of the rows stands in the file that it wrote. The driver trusts neither, and publishes a file only after
 * reading what it says about itself. */
#include "intake/load.h"

#include "base/embed.h"
#include "base/errwire.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "intake/account.h"
#include "intake/loader.h"
#include "store/schema.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANSWER_MAX = 4 * 1024 * 1024, STDERR_MAX = 16 * 1024, ANSWER_FD = 3 };

bool load_relative(const char *root, struct err *e)
{
	char *const names[] = { e->file, e->arg[0] };
	size_t n = strlen(root);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(names[i], root, n) && names[i][n] == '/')
			memmove(names[i], names[i] + n + 1, strlen(names[i] + n + 1) + 1);
	return false;
}

/* ---- key ---- */

/* The file that stands for a feed; NULL: there is none yet. */
static const struct load_file *file_of(const struct load_job *job, const struct resource *r)
{
	for (size_t i = 0; i < job->nfile; i++)
		if (!strcmp(job->file[i].resource, r->name) && *job->file[i].path)
			return &job->file[i];
	return NULL;
}

static bool hash_one(struct hash *h, const char *name, const char *file, const struct package *p, const struct resource *r, struct err *e)
{
	char hex[HASH_HEX];
	struct stat st;

	if (stat(file, &st) != 0 || !S_ISREG(st.st_mode)) {   /* a pipe would never end */
		err_set(e, ERR_DATA_MISSING, "%s", file);
		return err_at(e, p->file, r ? r->line : 0, 0) || err_note(e, "%s", r ? r->name : name);
	}
	hash_str(h, name);
	if (!hash_file(file, hex, NULL, e))
		return false;
	hash_str(h, hex);
	/* An object bears its digest as its name: what was accepted is what is loaded. */
	const char *object = strrchr(file, '/') + 1;
	if (r && r->is_feed && strlen(object) == HASH_HEX - 1 && strcmp(object, hex) != 0)
		return err_set(e, ERR_OBJECT_DAMAGED, "%s" ERR_SEP "%s", object, hex);
	return true;
}

void load_present(const struct load_job *job, struct arena *a, struct package *p)
{
	struct resource *present = arena_array(a, struct resource, p->nresource);
	const char **absent = arena_array(a, const char *, p->nresource);
	size_t n = 0;

	for (struct resource *r = p->resource; r < p->resource + p->nresource; r++) {
		r->absent = r->is_feed && !file_of(job, r);
		if (r->absent)
			absent[p->absent.n++] = r->name;
		else
			present[n++] = *r;
	}
	p->absent.s = absent;
	p->resource = present;
	p->nresource = n;
}

/* Adds the files of one table. */
static bool hash_files(const struct load_job *job, const struct package *p, const struct resource *r, struct arena *a, struct hash *h, struct err *e)
{
	const struct load_file *feed = file_of(job, r);
	bool ok = true;

	hash_str(h, r->name);
	for (size_t i = 0; ok && i < (feed ? 1 : r->path.n); i++)
		ok = hash_one(h, feed ? feed->shown : r->path.s[i], feed ? feed->path : path_join(a, p->dir, r->path.s[i]), p, r, e);
	return ok;
}

int load_key(const struct load_job *job, struct arena *a, struct package *p, char key[HASH_HEX], struct err *e)
{
	struct hash *h = hash_open();
	bool ok = package_read(p, a, path_join(a, job->root, job->package_dir), e) && hash_one(h, "", p->file, p, NULL, e);

	hash_str(h, embed_build);
	if (ok)
		load_present(job, a, p);
	for (size_t i = 0; ok && i < p->beside.n; i++)
		ok = hash_one(h, p->beside.s[i], path_join(a, p->dir, p->beside.s[i]), p, NULL, e);
	for (size_t i = 0; ok && i < job->nused; i++) {
		hash_str(h, job->used[i].name);
		hash_str(h, job->used[i].key);
	}
	for (size_t i = 0; ok && i < p->nresource; i++)
		ok = hash_files(job, p, &p->resource[i], a, h, e);
	hash_close(h, key);
	return !ok ? load_relative(job->root, e) - 1 : p->nresource || !p->absent.n;
}

/* ---- the stage ---- */

/* Its arguments: what the loader is told, then four for each file of a feed and each package that is used. */
enum { A_DIR, A_OUT, A_KEY, A_ROOT, A_MEMORY, A_SECONDS, A_LISTS };

int load_stage(int argc, char **argv, const struct shaper *shaper)
{
	struct arena a = { 0 };
	struct load_file file[PROC_PATHS];
	struct load_used used[PROC_PATHS];
	struct load_job job = { .file = file, .used = used };
	struct load_report report = { 0 };
	struct err e = { 0 };
	struct buf answer = BUF(ANSWER_MAX);
	int64_t memory = 0, seconds = 0;

	if (argc < A_LISTS || argc > A_LISTS + 4 * PROC_PATHS || (argc - A_LISTS) % 4 || !num_int(argv[A_MEMORY], strlen(argv[A_MEMORY]), &memory) ||
	    !num_int(argv[A_SECONDS], strlen(argv[A_SECONDS]), &seconds)) {
		fputs("loader: not the arguments that the driver gives\n", stderr);
		return EXIT_USAGE;
	}
	job.package_dir = argv[A_DIR];
	job.root = argv[A_ROOT];
	job.memory = (uint64_t)memory;
	job.wall_seconds = (double)seconds;
	for (char **s = argv + A_LISTS; s < argv + argc; s += 4) {
		if (!strcmp(s[0], "file"))
			file[job.nfile++] = (struct load_file){ s[1], s[2], s[3] };
		else
			used[job.nused++] = (struct load_used){ s[1], s[2], s[3] };
	}
	bool ok = loader_build(&job, argv[A_OUT], argv[A_KEY], shaper, &a, &report, &e);
	if (!ok && e.id == ERR_NONE)
		err_set(&e, ERR_BUG, "loader");
	for (size_t i = 0; i < report.ntable; i++)
		for (size_t k = 0; k < report.table[i].nreject && answer.n < ANSWER_MAX / 2; k++)
			err_encode(&report.table[i].reject[k], &answer);
	buf_str(&answer, ok ? "done\n" : "error\n");
	if (!ok)
		err_encode(&e, &answer);
	bool told = path_put(ANSWER_FD, answer.s, answer.n);
	buf_free(&answer);
	arena_free(&a);
	return !told ? EXIT_FAILED : ok ? EXIT_OK : (int)err_exit(e.id);
}

bool load_decode(const char *text, size_t n, const struct package *p, struct load_report *r, struct err *e)
{
	static const char done[] = "done\n", error[] = "error\n";
	size_t head = sizeof error - 1, used;
	struct err said;
	bool ok = true;

	/* A refusal names its table in the note. */
	for (; ok && (used = err_decode(text, n, &said)) > 0; text += used, n -= used) {
		ok = false;
		for (size_t i = 0; i < p->nresource && !ok; i++)
			if (!strcmp(said.note, p->resource[i].name) && r->table[i].nreject < LOAD_REJECTS) {
				r->table[i].reject[r->table[i].nreject++] = said;
				ok = true;
			}
	}
	if (ok && n == sizeof done - 1 && !memcmp(text, done, n))
		return true;
	if (ok && n > head && !memcmp(text, error, head) && err_decode(text + head, n - head, e) == n - head)
		return false;
	return err_set(e, ERR_LOAD_WIRE, "%s", p->name);
}

/* ---- the driver ---- */

struct load_run {
	const struct load_job *job;
	struct arena *a;
	struct package p;
	char key[HASH_HEX];
	char *tmp;
	const char *file;              /* what the child writes */
	struct proc child;
	double started;
};

/* The account that the child left, also of a load that failed. */
static bool read_account(struct load_run *run, struct load_report *report, struct err *e)
{
	struct db *db = db_open_package(run->file, e);
	bool ok = db && account_read(report, &run->p, db, run->a, e);

	db_close(db);
	return ok;
}

/* What the child made must be this package, built from this key, with the rows it told. */
static bool check_file(struct load_run *run, const struct load_report *r, struct err *e)
{
	const struct package *p = &run->p;
	struct err other = { 0 };
	struct schema s;
	bool ok = schema_read(&s, run->a, run->tmp, &other) && s.npackage == 1 && !strcmp(s.package[0].name, p->name) &&
	          !strcmp(s.package[0].key, run->key) && s.ntable == p->nresource && r->ntable == p->nresource;

	for (size_t i = 0; ok && i < r->ntable; i++) {
		const struct schema_table *t = schema_table(&s, r->table[i].name);
		ok = t && t->rows == r->table[i].loaded;
	}
	if (ok)
		return true;
	err_set(e, ERR_LOAD_CHECK, "%s", p->name);
	return err_why(e, "%s", other.id ? err_name(other.id) : "");
}

/* The nth of the files besides the package's own that the child may read: a path, and what the stage takes it for. */
static bool give(struct proc_opt *opt, size_t n, const char *kind, const char *name, const char *path, const char *more)
{
	const char *const arg[] = { kind, name, path, more };

	if (n == PROC_PATHS - 2)
		return false;
	opt->read[n + 1] = path;
	memcpy(&opt->args[A_LISTS + 4 * n], arg, sizeof arg);
	return true;
}

static bool start_child(struct load_run *run, struct err *e)
{
	const struct load_job *job = run->job;
	struct proc_opt opt = {
		.kind = PROC_LOADER, .read = { run->p.dir }, .write = { run->tmp }, .cwd = job->root, .memory = job->memory, .file_size = 64ull << 30,
		.wall_seconds = job->wall_seconds, .stderr_max = STDERR_MAX, .out_on_3 = true, .allow_unjailed = job->allow_unjailed,
		.args = {
			[A_DIR] = job->package_dir, [A_OUT] = run->file, [A_KEY] = run->key, [A_ROOT] = job->root,
			[A_MEMORY] = arena_printf(run->a, "%llu", (unsigned long long)job->memory),
			[A_SECONDS] = arena_printf(run->a, "%lld", (long long)job->wall_seconds),
		},
	};
	size_t n = 0;
	bool ok = true;

	_Static_assert(A_LISTS + 4 * PROC_PATHS < PROC_ARGS, "all of them fit");
	for (const struct load_used *u = job->used; ok && u < job->used + job->nused; u++)
		ok = !path_exists(u->file) || give(&opt, n++, "used", u->name, u->file, "");
	for (const struct resource *r = run->p.resource; ok && r < run->p.resource + run->p.nresource; r++) {
		const struct load_file *f = file_of(job, r);
		ok = !f || give(&opt, n++, "file", f->resource, f->path, f->shown);
	}
	return ok ? proc_start(&run->child, &opt, e) : err_set(e, ERR_LOAD_FILES, "%s" ERR_SEP "%d", run->p.name, PROC_PATHS - 2);
}

struct load_run *load_start(const struct load_job *job, struct arena *a, struct err *e)
{
	struct load_run *run = arena_new(a, struct load_run);

	*run = (struct load_run){ .job = job, .a = a, .started = proc_clock() };
	int ready = load_key(job, a, &run->p, run->key, e);
	if (ready == 0)
		err_set(e, ERR_LOAD_ABSENT, "%s", run->p.name);
	if (ready == 1 && path_mkdirs(job->data_dir, e) && (run->tmp = path_mkdtemp(a, job->data_dir, e))) {
		run->file = arena_printf(a, "%s/%s.db", run->tmp, run->p.name);
		if (start_child(run, e))
			return run;
	}
	load_stop(run);
	load_relative(job->root, e);
	return NULL;
}

/* Waits for the child and takes what it says. */
static bool collect(struct load_run *run, struct load_report *report, struct err *e)
{
	struct buf answer = BUF(ANSWER_MAX);
	struct err ended = { 0 }, other;

	bool ok = proc_finish(&run->child, NULL, 0, &answer, e);
	if (ok) {
		bool well = proc_ok(&run->child, run->p.name, &ended);
		ok = load_decode(buf_text(&answer), answer.n, &run->p, report, e) && well;
		/* A child that was stopped says less than how it was stopped. */
		if (!ok && !well && (e->id == ERR_LOAD_WIRE || e->id == ERR_NONE))
			*e = ended;
		if (ok || path_exists(run->file))
			ok = read_account(run, report, ok ? e : &other) && ok;
	}
	buf_free(&answer);
	return ok;
}

bool load_finish(struct load_run *run, struct load_report *report, struct err *e)
{
	*report = (struct load_report){
		.package = run->p.name, .key = run->key, .warning = run->p.warning, .absent = run->p.absent, .table = arena_array(run->a, struct load_table, run->p.nresource),
	};
	bool ok = collect(run, report, e) && check_file(run, report, e) &&
	          path_publish(run->file, arena_printf(run->a, "%s/%s.db", run->job->data_dir, run->p.name), e);
	load_stop(run);
	report->seconds = proc_clock() - run->started;
	return ok || load_relative(run->job->root, e);
}

void load_stop(struct load_run *run)
{
	struct err other;

	proc_close(&run->child);
	if (run->tmp)
		path_remove_tree(run->tmp, &other);
}
