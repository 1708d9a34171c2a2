/* pdflatex in the jail, on a private copy of the report's folder, until nothing that it wrote for itself changes any
 * more. Always from nothing, so that an incremental build gives the bytes of a clean one. */
#include "render/paper.h"

#include "base/path.h"
#include "base/proc.h"
#include "render/paper_part.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { RUNS = 5, LOG_BYTES = 32 << 20 };

static const char tool[] = "pdflatex";

struct job {
	const struct paper *p;
	struct arena a;
	const char *folder;    /* the private copy */
	double deadline;
	int runs;
	struct err *e;
};

static bool copy(struct job *j, const char *from, const char *to)
{
	struct buf b = BUF(PAPER_FILE_BYTES);
	bool ok = path_read(from, b.max, &b, j->e) && path_create(to, buf_text(&b), b.n, j->e);

	buf_free(&b);
	return ok;
}

/* openin_any=p refuses links that lead out, so the folder is copied; it holds text and small figures. */
static bool copy_folder(struct job *j)
{
	const char *folder = path_join(&j->a, j->p->root, j->p->dir), *main_file = arena_printf(&j->a, "%s.tex", j->p->name);
	struct paper_files files;
	bool ok = paper_files(&files, &j->a, folder, j->p->dir, j->e);

	for (size_t i = 0; ok && i < files.n; i++) {
		const char *rel = files.rel[i], *to = path_join(&j->a, j->folder, rel);
		ok = path_mkdirs(arena_strndup(&j->a, to, (size_t)(strrchr(to, '/') - to)), j->e) &&
		     copy(j, path_join(&j->a, folder, rel), to);
	}
	return ok && (path_exists(path_join(&j->a, j->folder, main_file)) ||
	              err_set(j->e, ERR_TEX_FILE, "%s/%s", j->p->dir, main_file));
}

/* One run. The first one only finds out where things are: no PDF is written (draft mode), no page is ever kept of it. */
static bool run(struct job *j, struct buf *warnings)
{
	const struct paper *p = j->p;
	const char *log_path = arena_printf(&j->a, "%s/%s.log", j->folder, p->name);
	struct buf log = BUF(LOG_BYTES);
	struct proc child = { 0 };
	struct proc_opt o = {
		.kind = PROC_TEX, .tool = tool, .write = { j->folder }, .cwd = j->folder,
		.args = { "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error", "-no-parse-first-line",
			"-no-mktex=pk", "-no-mktex=tfm", "-no-mktex=tex", "-no-mktex=fmt", j->runs ? "-output-format=pdf" : "-draftmode",
			arena_printf(&j->a, "-jobname=%s", p->name), arena_printf(&j->a, "%s.tex", p->name) },
		.env = { "LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=/nonexistent", "TEXMFHOME=", "TEXMFVAR=", "TEXMFCONFIG=",
			"openin_any=p", "openout_any=p", "shell_escape=f", "max_print_line=1000", "error_line=254", "half_error_line=238",
			"FORCE_SOURCE_DATE=1", arena_printf(&j->a, "SOURCE_DATE_EPOCH=%lld", p->epoch) },
		.memory = (uint64_t)2 << 30, .file_size = (uint64_t)256 << 20, .stderr_max = 8192, .allow_unjailed = p->allow_unjailed,
		.wall_seconds = fmax(j->deadline - proc_clock(), .05),
	};

	o.cpu_seconds = (unsigned)o.wall_seconds + 2;
	j->runs++;
	bool ok = proc_run(&child, &o, NULL, 0, NULL, j->e);
	if (ok && child.end == PROC_EXITED && path_exists(log_path))
		ok = path_read(log_path, log.max, &log, j->e) &&
			p->read_log(p->root, p->dir, p->name, p->talk, buf_text(&log), warnings, j->e);
	ok = ok && proc_ok(&child, tool, j->e);
	proc_close(&child);
	buf_free(&log);
	return ok;
}

/* Whether what TeX wrote for its next run is what it wrote before. */
static bool settled(struct job *j, char last[HASH_HEX], bool *same)
{
	char now[HASH_HEX];
	struct hash *h = hash_open();
	struct paper_files files;
	bool ok = paper_files(&files, &j->a, j->folder, NULL, j->e) && paper_files_hash(&files, &j->a, h, j->e);

	hash_close(h, now);
	*same = !strcmp(now, last);
	memcpy(last, now, sizeof now);
	return ok;
}

static bool settle(struct job *j, struct buf *warnings)
{
	char last[HASH_HEX] = "";

	for (bool same = false; !same || j->runs < 2;) {
		if (j->runs == RUNS)
			return err_set(j->e, ERR_TEX_UNSETTLED, "%s" ERR_SEP "%d", j->p->name, RUNS);
		if (warnings)
			buf_clear(warnings);
		if (!run(j, warnings) || !settled(j, last, &same))
			return false;
	}
	return true;
}

bool paper_typeset(const struct paper *p, struct buf *warnings, struct err *e)
{
	struct job j = { .p = p, .deadline = proc_clock() + p->wall_seconds, .e = e };

	j.folder = path_join(&j.a, p->work_dir, "text");
	const char *pdf = arena_printf(&j.a, "%s/%s.pdf", j.folder, p->name);
	bool ok = copy_folder(&j) && settle(&j, warnings);
	if (!ok && warnings)
		buf_clear(warnings);   /* of a first run, where every reference is undefined */
	struct stat st;
	if (ok && (stat(pdf, &st) || !st.st_size))   /* a run without pages leaves an empty file */
		ok = err_set(e, ERR_TEX_EMPTY, "%s/%s.tex", p->dir, p->name);
	ok = ok && path_copy(pdf, p->out, e);
	arena_free(&j.a);
	return ok;
}
