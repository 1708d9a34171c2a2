/* pdflatex in the jail, on a private copy of the report's folder, until nothing that it wrote for itself changes any more.
 * Always from nothing, so that an incremental build gives the bytes of a clean one. */
#include "render/paper.h"

#include "base/path.h"
#include "base/proc.h"
#include "render/paper_part.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { RUNS = 5, LOG_BYTES = 32 << 20 };

static const char tool[] = "pdflatex";

struct job {
	const struct paper *p;
	struct arena a;
	const char *folder;    /* the private copy */
	double deadline;
	int runs;
	struct buf log;
	struct err *e;
};

/* A copy that nobody needs after a crash: no fsync. */
static bool copy(struct job *j, const char *from, const char *to)
{
	struct buf b = BUF(PAPER_FILE_BYTES);
	bool ok = path_read(from, b.max, &b, j->e);
	FILE *f = ok ? fopen(to, "wbe") : NULL;

	if (ok) {
		ok = f && fwrite(buf_text(&b), 1, b.n, f) == b.n;
		if (f && fclose(f))
			ok = false;
		if (!ok) {
			err_set(j->e, ERR_WRITE, "%s", to);
			err_why(j->e, "%s", strerror(errno));
		}
	}
	buf_free(&b);
	return ok;
}

/* openin_any=p refuses links that lead out, so the folder is copied; it holds text and small figures. */
static bool copy_folder(struct job *j)
{
	const char *from = path_join(&j->a, j->p->root, j->p->dir), *made = "";
	const char *main_file = arena_printf(&j->a, "%s.tex", j->p->name);
	struct paper_files files;
	bool found = false;

	if (!paper_files(&files, &j->a, from, j->p->dir, j->e) || !path_mkdirs(j->folder, j->e))
		return false;
	for (size_t i = 0; i < files.n; i++) {
		const char *to = path_join(&j->a, j->folder, files.rel[i]), *slash = strrchr(files.rel[i], '/');
		const char *parent = slash ? arena_strndup(&j->a, files.rel[i], (size_t)(slash - files.rel[i])) : "";
		if (strcmp(parent, made) && !path_mkdirs(path_join(&j->a, j->folder, parent), j->e))
			return false;
		made = parent;
		found |= !strcmp(files.rel[i], main_file);
		if (!copy(j, path_join(&j->a, from, files.rel[i]), to))
			return false;
	}
	return found || err_set(j->e, ERR_TEX_FILE, "%s/%s", j->p->dir, main_file);
}

static bool has_ending(const char *name, const char *const *ending)
{
	const char *dot = strrchr(name, '.');

	for (; dot && *ending; ending++)
		if (!strcmp(dot, *ending))
			return true;
	return false;
}

/* Digest of what TeX wrote for its next run. \include puts .aux files into sub-folders too. */
static bool digest(struct job *j, const char *rel, struct hash *h)
{
	static const char *const endings[] = { ".aux", ".toc", ".out", ".lof", ".lot", NULL };
	const char **name;
	size_t n;

	if (!path_list(&j->a, path_join(&j->a, j->folder, rel), &name, &n, j->e))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *sub = path_join(&j->a, rel, name[i]);
		char one[HASH_HEX];
		if (!strchr(name[i], '.') && !digest(j, sub, h))
			return false;
		if (!has_ending(name[i], endings))
			continue;
		if (!hash_file(path_join(&j->a, j->folder, sub), one, NULL, j->e))
			return false;
		hash_str(h, sub);
		hash_str(h, one);
	}
	return true;
}

static bool settled(struct job *j, char last[HASH_HEX], bool *same)
{
	char now[HASH_HEX];
	struct hash *h = hash_open();
	bool ok = digest(j, "", h);

	hash_close(h, now);
	*same = ok && !strcmp(now, last);
	memcpy(last, now, sizeof now);
	return ok;
}

static bool read_log(struct job *j)
{
	buf_clear(&j->log);
	return path_read(arena_printf(&j->a, "%s/%s.log", j->folder, j->p->name), j->log.max, &j->log, j->e);
}

/* One run. The first one only finds out where things are: no PDF is written (draft mode), no page is ever kept of it. */
static bool run(struct job *j, struct buf *warnings)
{
	const struct paper *p = j->p;
	struct proc child = { 0 };
	struct proc_opt o = {
		.kind = PROC_TEX, .tool = tool, .write = { j->folder }, .cwd = j->folder,
		.args = { "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error", "-no-parse-first-line", "-no-mktex=pk",
			"-no-mktex=tfm", "-no-mktex=tex", "-no-mktex=fmt", j->runs ? "-output-format=pdf" : "-draftmode",
			arena_printf(&j->a, "-jobname=%s", p->name), arena_printf(&j->a, "%s.tex", p->name) },
		.env = { "LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=/nonexistent", "TEXMFHOME=", "TEXMFVAR=", "TEXMFCONFIG=", "openin_any=p", "openout_any=p",
			"shell_escape=f", "max_print_line=1000", "error_line=254", "half_error_line=238", "FORCE_SOURCE_DATE=1",
			arena_printf(&j->a, "SOURCE_DATE_EPOCH=%lld", p->epoch) },
		.memory = (uint64_t)2 << 30, .file_size = (uint64_t)256 << 20, .wall_seconds = j->deadline - proc_clock(), .stderr_max = 8192,
		.allow_unjailed = p->allow_unjailed,
	};

	if (o.wall_seconds < 0.05)
		o.wall_seconds = 0.05;
	o.cpu_seconds = (unsigned)o.wall_seconds + 2;
	bool ok = proc_run(&child, &o, NULL, 0, NULL, j->e);
	if (ok) {
		struct err why = { 0 };
		bool ended = child.end == PROC_EXITED, good = proc_ok(&child, tool, &why), have_log = ended && read_log(j);
		ok = !have_log || paper_log(p, buf_text(&j->log), j->log.n, warnings, j->e);
		if (ok && (!good || !have_log)) {
			*j->e = good ? *j->e : why;
			ok = false;
		}
	}
	proc_close(&child);
	j->runs++;
	return ok;
}

static bool settle(struct job *j, struct buf *warnings)
{
	char last[HASH_HEX] = "";
	bool same = false;

	while (!same || j->runs < 2) {
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
	struct job j = { .p = p, .log = BUF(LOG_BYTES), .deadline = proc_clock() + p->wall_seconds, .e = e };

	j.folder = path_join(&j.a, p->work_dir, "text");
	const char *pdf = arena_printf(&j.a, "%s/%s.pdf", j.folder, p->name);
	bool ok = copy_folder(&j) && settle(&j, warnings);
	if (!ok && warnings)
		buf_clear(warnings);   /* of a first run, where every reference is undefined */
	if (ok && !path_exists(pdf))
		ok = err_set(e, ERR_TEX_EMPTY, "%s/%s.tex", p->dir, p->name);
	ok = ok && path_copy(pdf, p->out, e);
	buf_free(&j.log);
	arena_free(&j.a);
	return ok;
}
