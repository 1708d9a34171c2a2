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

enum { ANSWER_MAX = 4 * 1024 * 1024, STDERR_MAX = 16 * 1024, ANSWER_FD = 3, INPUT_MAX = 1 << 20, RECORDS = PROC_PATHS };

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
	return hash_file(file, hex, NULL, e) && (hash_str(h, hex), true);
}

/* Adds the files of one table. 0 = it has none yet. */
static int hash_files(const struct load_job *job, const struct package *p, const struct resource *r, struct arena *a, struct hash *h, struct err *e)
{
	const struct load_file *feed = file_of(job, r);

	if (feed)
		return hash_one(h, feed->shown, feed->path, p, r, e) ? 1 : -1;
	for (size_t i = 0; !r->is_feed && i < r->path.n; i++)
		if (!hash_one(h, r->path.s[i], path_join(a, p->dir, r->path.s[i]), p, r, e))
			return -1;
	return !r->is_feed;
}

int load_key(const struct load_job *job, struct arena *a, struct package *p, char key[HASH_HEX], struct err *e)
{
	struct hash *h = hash_open();
	bool ok = package_read(p, a, path_join(a, job->root, job->package_dir), e) && hash_one(h, "", p->file, p, NULL, e);
	int rc = 1, all = 1;

	hash_str(h, embed_build);
	for (size_t i = 0; ok && i < p->beside.n; i++)
		ok = hash_one(h, p->beside.s[i], path_join(a, p->dir, p->beside.s[i]), p, NULL, e);
	for (size_t i = 0; ok && i < job->nused; i++) {
		hash_str(h, job->used[i].name);
		hash_str(h, job->used[i].key);
	}
	for (size_t i = 0; ok && rc >= 0 && i < p->nresource; i++) {
		rc = hash_files(job, p, &p->resource[i], a, h, e);
		all &= rc;
	}
	hash_close(h, key);
	return !ok || rc < 0 ? load_relative(job->root, e) - 1 : all;
}

/* ---- the stage ---- */

/* Reads exactly n bytes of stdin, or less at its end. */
static size_t read_all(char *to, size_t n)
{
	ssize_t got;
	size_t have = 0;

	while (have < n && (got = read(STDIN_FILENO, to + have, n - have)) > 0)
		have += (size_t)got;
	return have;
}

/* What the driver sends: texts that end with NUL, four to a record. Those that say of what, in the arena, in order. */
static size_t take_records(const char *text, size_t n, const char *kind, const char *record[][3], size_t max)
{
	const char *part[4];
	size_t k = 0, found = 0;

	for (const char *s = text, *end = text + n; s < end; s += strlen(s) + 1) {
		part[k++ % 4] = s;
		if (k % 4 || strcmp(part[0], kind) || found == max)
			continue;
		memcpy(record[found++], part + 1, sizeof record[0]);
	}
	return found;
}

int load_stage(int argc, char **argv, const struct shaper *shaper)
{
	struct arena a = { 0 };
	struct load_report report = { 0 };
	struct err e = { 0 };
	struct buf answer = BUF(ANSWER_MAX);
	const char *file[RECORDS][3], *used[RECORDS][3];
	int64_t n = 0, memory = 0, seconds = 0;

	bool asked = argc == 7 && num_int(argv[4], strlen(argv[4]), &memory) && num_int(argv[5], strlen(argv[5]), &seconds) &&
	             num_int(argv[6], strlen(argv[6]), &n) && n >= 0 && n < INPUT_MAX;
	char *input = arena_alloc(&a, (size_t)n + 1);
	if (!asked || read_all(input, (size_t)n) != (size_t)n) {
		fputs("loader: not the arguments that the driver gives\n", stderr);
		return EXIT_USAGE;
	}
	struct load_job job = { .package_dir = argv[0], .root = argv[3], .memory = (uint64_t)memory, .wall_seconds = (double)seconds };
	struct load_file *files = arena_array(&a, struct load_file, RECORDS);
	struct load_used *uses = arena_array(&a, struct load_used, RECORDS);
	job.nfile = take_records(input, (size_t)n, "file", file, RECORDS);
	job.nused = take_records(input, (size_t)n, "used", used, RECORDS);
	for (size_t i = 0; i < job.nfile; i++)
		files[i] = (struct load_file){ file[i][0], file[i][1], file[i][2] };
	for (size_t i = 0; i < job.nused; i++)
		uses[i] = (struct load_used){ used[i][0], used[i][1], used[i][2] };
	job.file = files;
	job.used = uses;
	bool ok = loader_build(&job, argv[1], argv[2], shaper, &a, &report, &e);
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

/* A refusal names its table in the note. */
static bool take_refusal(const struct err *said, const struct package *p, struct load_report *r)
{
	for (size_t i = 0; i < p->nresource; i++)
		if (!strcmp(said->note, p->resource[i].name) && r->table[i].nreject < LOAD_REJECTS) {
			r->table[i].reject[r->table[i].nreject++] = *said;
			return true;
		}
	return false;
}

bool load_decode(const char *text, size_t n, const struct package *p, struct load_report *r, struct err *e)
{
	static const char done[] = "done\n", error[] = "error\n";
	size_t head = sizeof error - 1, used;
	struct err said;
	bool ok = true;

	for (; ok && (used = err_decode(text, n, &said)) > 0; text += used, n -= used)
		ok = take_refusal(&said, p, r);

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

/* Files that the child may read, and the same as records for it. */
static bool list_files(const struct load_run *run, struct proc_opt *opt, struct buf *input, struct err *e)
{
	const struct load_job *job = run->job;
	size_t n = 0;

	opt->read[n++] = run->p.dir;
	for (size_t i = 0; i < job->nused && n < PROC_PATHS - 1; i++) {
		opt->read[n++] = job->used[i].file;
		buf_printf(input, "used%c%s%c%s%c%s%c", 0, job->used[i].name, 0, job->used[i].file, 0, job->used[i].key, 0);
	}
	for (size_t i = 0; i < run->p.nresource; i++) {
		const struct load_file *f = file_of(job, &run->p.resource[i]);
		if (!f)
			continue;
		if (n == PROC_PATHS - 1 || input->over)
			return err_set(e, ERR_LOAD_FILES, "%s" ERR_SEP "%d", run->p.name, PROC_PATHS);
		opt->read[n++] = f->path;
		buf_printf(input, "file%c%s%c%s%c%s%c", 0, f->resource, 0, f->path, 0, f->shown, 0);
	}
	return true;
}

static bool start_child(struct load_run *run, struct err *e)
{
	const struct load_job *job = run->job;
	struct buf input = BUF(INPUT_MAX - 1);
	struct proc_opt opt = {
		.kind = PROC_LOADER, .write = { run->tmp }, .cwd = job->root, .memory = job->memory, .file_size = 64ull << 30,
		.wall_seconds = job->wall_seconds, .stderr_max = STDERR_MAX, .pipe_in = true, .out_on_3 = true, .allow_unjailed = job->allow_unjailed,
	};
	bool ok = list_files(run, &opt, &input, e);
	const char *const args[] = {
		job->package_dir, run->file, run->key, job->root, arena_printf(run->a, "%llu", (unsigned long long)job->memory),
		arena_printf(run->a, "%lld", (long long)job->wall_seconds), arena_printf(run->a, "%zu", input.n),
	};

	memcpy(opt.args, args, sizeof args);
	ok = ok && proc_start(&run->child, &opt, e) && proc_send(&run->child, input.s, input.n, e);
	buf_free(&input);
	return ok;
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
		if (ok)
			ok = read_account(run, report, e);
		else if (path_exists(run->file))
			read_account(run, report, &other);
	}
	buf_free(&answer);
	return ok;
}

bool load_finish(struct load_run *run, struct load_report *report, struct err *e)
{
	*report = (struct load_report){
		.package = run->p.name, .key = run->key, .warning = run->p.warning, .table = arena_array(run->a, struct load_table, run->p.nresource),
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

bool load_package(const struct load_job *job, struct arena *a, struct load_report *report, struct err *e)
{
	*report = (struct load_report){ .package = "", .key = "" };
	struct load_run *run = load_start(job, a, e);
	return run && load_finish(run, report, e);
}

bool load_summary(const struct load_report *report, struct err *out)
{
	const struct load_table *t = report->ntable ? &report->table[report->ntable - 1] : NULL;

	for (size_t i = report->ntable; i-- > 0;)
		if (report->table[i].nreject)
			t = &report->table[i];
	err_set(out, ERR_LOAD_STOPPED, "%s" ERR_SEP "%lld" ERR_SEP "%lld", t ? t->name : report->package, (long long)(t ? t->read : 0),
	        (long long)(t ? t->rejected + t->cells : 0));
	return false;
}
