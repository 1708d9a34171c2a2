/* The driver's side of a load and the stage that runs in the jail. The stage answers on descriptor 3 with error records:
 * for each table that was begun one of ERR_LOAD_TABLE with its counts, followed by the refusals that were kept;
 * then a line "done", or a line "error" and the error. The driver trusts none of it, and publishes a file only after reading what
 * it says about itself. */
#include "intake/load.h"

#include "base/embed.h"
#include "base/errwire.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "intake/loader.h"
#include "store/schema.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANSWER_MAX = 4 * 1024 * 1024, STDERR_MAX = 16 * 1024, ANSWER_FD = 3 };

/* Messages name files relative to the project. */
static bool relative(const struct load_job *job, struct err *e)
{
	char *const names[] = { e->file, e->arg[0] };
	size_t n = strlen(job->root);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(names[i], job->root, n) && names[i][n] == '/')
			memmove(names[i], names[i] + n + 1, strlen(names[i] + n + 1) + 1);
	return false;
}

/* ---- key ---- */

/* Adds the files of one table. */
static bool hash_files(const struct package *p, const struct resource *r, struct arena *a, struct hash *h, struct err *e)
{
	char hex[HASH_HEX];

	for (size_t i = 0; i < r->path.n; i++) {
		const char *file = path_join(a, p->dir, r->path.s[i]);
		struct stat st;
		if (stat(file, &st) != 0 || !S_ISREG(st.st_mode)) {   /* a pipe would never end */
			err_set(e, ERR_DATA_MISSING, "%s", file);
			return err_at(e, p->file, r->line, 0) || err_note(e, "%s", r->name);
		}
		if (!hash_file(file, hex, NULL, e))
			return false;
		hash_str(h, r->path.s[i]);
		hash_str(h, hex);
	}
	return true;
}

/* Reads the descriptor and digests all that the package is built from. */
static bool read_package(const struct load_job *job, struct arena *a, struct package *p, char key[HASH_HEX], struct err *e)
{
	struct hash *h = hash_open();
	bool ok = package_read(p, a, path_join(a, job->root, job->package_dir), e) && hash_file(p->file, key, NULL, e);

	hash_str(h, embed_build);
	hash_str(h, ok ? key : "");
	for (size_t i = 0; ok && i < p->nresource; i++)
		ok = hash_files(p, &p->resource[i], a, h, e);
	hash_close(h, key);
	return ok || relative(job, e);
}

bool load_key(const struct load_job *job, struct arena *a, const char **package_name, char key[65], struct err *e)
{
	struct package p;

	if (!read_package(job, a, &p, key, e))
		return false;
	*package_name = p.name;
	return true;
}

/* ---- answer: the stage writes it ---- */

static void encode_answer(const struct load_report *r, const struct err *e, struct buf *out)
{
	for (size_t i = 0; i < r->ntable; i++) {
		const struct load_table *t = &r->table[i];
		struct err counts;
		err_set(&counts, ERR_LOAD_TABLE, "%s" ERR_SEP "%lld" ERR_SEP "%lld" ERR_SEP "%lld", t->name, (long long)t->read,
		        (long long)t->rejected, (long long)t->skipped);
		err_encode(&counts, out);
		for (size_t k = 0; k < t->nreject && out->n < ANSWER_MAX / 2; k++)
			err_encode(&t->reject[k], out);
	}
	buf_str(out, e->id == ERR_NONE ? "done\n" : "error\n");
	if (e->id != ERR_NONE)
		err_encode(e, out);
}

int load_stage(int argc, char **argv)
{
	struct arena a = { 0 };
	struct load_report report = { 0 };
	struct err e = { 0 };
	struct buf answer = BUF(ANSWER_MAX);

	if (argc != 3) {
		fputs("loader: package folder, file to write and key expected\n", stderr);
		return EXIT_USAGE;
	}
	bool ok = loader_build(argv[0], argv[1], argv[2], &a, &report, &e);
	if (!ok && e.id == ERR_NONE)
		err_set(&e, ERR_BUG, "loader");
	encode_answer(&report, &e, &answer);
	bool told = path_put(ANSWER_FD, answer.s, answer.n);
	buf_free(&answer);
	arena_free(&a);
	return !told ? EXIT_FAILED : ok ? EXIT_OK : (int)err_exit(e.id);
}

/* ---- answer: the driver reads it ---- */

/* One record: the counts of the package's next table, which must agree, or a refusal of the table in hand. */
static bool take_record(const struct err *said, const struct package *p, struct load_report *r)
{
	struct load_table *t = r->ntable ? &r->table[r->ntable - 1] : NULL;
	int64_t count[3], bad = 0;

	if (said->id != ERR_LOAD_TABLE) {
		if (!t || t->nreject == LOAD_REJECTS || (int64_t)t->nreject == t->rejected)
			return false;
		t->reject[t->nreject++] = *said;
		return true;
	}
	if (r->ntable == p->nresource || strcmp(said->arg[0], p->resource[r->ntable].name) != 0)
		return false;
	for (int i = 0; i < 3; i++)
		bad += !num_int(said->arg[i + 1], strlen(said->arg[i + 1]), &count[i]) || count[i] < 0;
	if (bad || count[1] > count[0] || count[2] > count[0] - count[1])
		return false;
	t = &r->table[r->ntable];
	t->name = p->resource[r->ntable++].name;
	t->read = count[0];
	t->rejected = count[1];
	t->skipped = count[2];
	t->loaded = t->read - t->rejected - t->skipped;
	return true;
}

bool load_decode(const char *text, size_t n, const struct package *p, struct arena *a, struct load_report *r, struct err *e)
{
	static const char done[] = "done\n", error[] = "error\n";
	size_t used, head = sizeof error - 1;
	struct err said;
	bool ok = true;

	r->table = arena_array(a, struct load_table, p->nresource);
	for (; ok && (used = err_decode(text, n, &said)) > 0; text += used, n -= used)
		ok = take_record(&said, p, r);
	if (ok && n == sizeof done - 1 && !memcmp(text, done, n) && r->ntable == p->nresource)
		return true;
	if (ok && n > head && !memcmp(text, error, head) && err_decode(text + head, n - head, e) == n - head)
		return false;
	return err_set(e, ERR_LOAD_WIRE, "%s", p->name);
}

/* ---- the driver ---- */

/* What the child made must be this package, built from this key, with the rows it told. */
static bool check_file(struct arena *a, const char *dir, const struct package *p, const struct load_report *r, struct err *e)
{
	struct schema s;
	struct err other = { 0 };
	bool ok = schema_read(&s, a, dir, &other) && s.npackage == 1 && !strcmp(s.package[0].name, p->name) &&
	          !strcmp(s.package[0].key, r->key) && s.ntable == p->nresource;

	for (size_t i = 0; ok && i < r->ntable; i++) {
		const struct schema_table *t = schema_table(&s, r->table[i].name);
		ok = t && t->rows == r->table[i].loaded && !r->table[i].rejected;
	}
	if (ok)
		return true;
	err_set(e, ERR_LOAD_CHECK, "%s", p->name);
	return err_why(e, "%s", other.id ? err_name(other.id) : "");
}

static bool run_loader(const struct load_job *job, struct arena *a, const struct package *p, const char *tmp,
                       struct load_report *report, struct err *e)
{
	struct buf answer = BUF(ANSWER_MAX);
	struct proc child;
	const char *file = arena_printf(a, "%s/%s.db", tmp, p->name);
	struct proc_opt opt = {
		.kind = PROC_LOADER, .args = { job->package_dir, file, report->key }, .read = { p->dir }, .write = { tmp }, .cwd = job->root,
		.memory = job->memory, .file_size = 64ull << 30, .wall_seconds = job->wall_seconds, .stderr_max = STDERR_MAX, .out_on_3 = true,
		.allow_unjailed = job->allow_unjailed,
	};

	bool ok = proc_run(&child, &opt, NULL, 0, &answer, e);
	if (ok) {
		struct err ended = { 0 };
		bool well = proc_ok(&child, p->name, &ended);
		ok = load_decode(buf_text(&answer), answer.n, p, a, report, e) && well;
		/* A child that was stopped says less than how it was stopped. */
		if (!ok && !well && (e->id == ERR_LOAD_WIRE || e->id == ERR_NONE))
			*e = ended;
		proc_close(&child);
	}
	buf_free(&answer);
	return ok && check_file(a, tmp, p, report, e) && path_publish(file, arena_printf(a, "%s/%s.db", job->data_dir, p->name), e);
}

bool load_package(const struct load_job *job, struct arena *a, struct load_report *report, struct err *e)
{
	char *key = arena_alloc(a, HASH_HEX);
	double started = proc_clock();
	struct package p;
	struct err other;

	*report = (struct load_report){ .package = "", .key = key };
	if (!read_package(job, a, &p, key, e))
		return false;
	report->package = p.name;
	char *tmp = path_mkdirs(job->data_dir, e) ? path_mkdtemp(a, job->data_dir, e) : NULL;
	if (!tmp)
		return false;
	bool ok = run_loader(job, a, &p, tmp, report, e);
	path_remove_tree(tmp, &other);
	report->warning = p.warning;
	report->seconds = proc_clock() - started;
	return ok || relative(job, e);
}

bool load_summary(const struct load_report *report, struct err *out)
{
	const struct load_table *t = report->ntable ? &report->table[report->ntable - 1] : NULL;

	for (size_t i = 0; i < report->ntable; i++)
		if (report->table[i].rejected) {
			t = &report->table[i];
			break;
		}
	err_set(out, ERR_LOAD_STOPPED, "%s" ERR_SEP "%lld" ERR_SEP "%lld", t ? t->name : report->package, (long long)(t ? t->read : 0),
	        (long long)(t ? t->rejected : 0));
	return false;
}
