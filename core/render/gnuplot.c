/* The child process and its manners. What a figure looks like is none of its business. */
#include "render/gnuplot.h"

#include "base/arena.h"
#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "render/metrics.h"
#include "render/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FIGURE_SECONDS = 60,
	OUTPUT_MAX = 64 * 1024 * 1024,    /* of one figure */
	TALK_MAX = 16 * 1024,
	MEMORY_MIB = 2048,
};
static const char SCRIPT[] = "script.gp";

struct gnuplot {
	struct arena arena;
	struct metrics *metrics;
	const char *dir;           /* work folder */
	bool allow_unjailed, running;
	struct proc proc;
	unsigned long count;       /* makes each sentinel another one */
};

bool gnuplot_quote(struct buf *out, const char *s, struct err *e)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f) {
			char name[8];
			snprintf(name, sizeof name, "U+%04X", (unsigned)*p & 0xff);
			return err_set(e, ERR_CHART_GLYPH, "%s" ERR_SEP "%s", name, s);
		}
	/* Not by doubling the quote: gnuplot 5.4 ends the string at a doubled quote that comes first or after another one, and runs the rest. */
	buf_char(out, '\'');
	for (const char *p = s; *p; p++)
		buf_add(out, *p == '\'' ? "'.\"\\047\".'" : p, *p == '\'' ? 10 : 1);
	return buf_char(out, '\'');
}

/* Writes a file of our own into the work folder, whatever lies there under that name. */
static bool put_file(const struct gnuplot *g, const char *name, const void *s, size_t n, struct err *e)
{
	struct arena a = { 0 };
	const char *path = path_join(&a, g->dir, name), *at = s;
	ssize_t k = 0;

	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	while (fd >= 0 && n && (k = write(fd, at, n)) > 0) {
		at += k;
		n -= (size_t)k;
	}
	int code = errno;
	bool ok = fd >= 0 && n == 0 && close(fd) == 0;
	if (!ok) {
		err_set(e, ERR_WRITE, "%s", path);
		err_why(e, "%s", strerror(code));
	}
	arena_free(&a);
	return ok;
}

struct gnuplot *gnuplot_open(const char *work_dir, bool allow_unjailed, struct err *e)
{
	struct gnuplot *g = calloc(1, sizeof *g);

	if (!g) {
		err_set(e, ERR_SPAWN, "%s", "gnuplot");
		err_why(e, "%s", strerror(errno));
		return NULL;
	}
	g->dir = arena_strdup(&g->arena, work_dir);
	g->allow_unjailed = allow_unjailed;
	return g;
}

static void stop(struct gnuplot *g)
{
	if (g->running)
		proc_close(&g->proc);
	g->running = false;
}

void gnuplot_close(struct gnuplot *g)
{
	if (!g)
		return;
	stop(g);
	metrics_close(g->metrics);
	arena_free(&g->arena);
	free(g);
}

const struct metrics *gnuplot_metrics(struct gnuplot *g, struct err *e)
{
	if (!g->metrics)
		g->metrics = metrics_open(theme_get()->family, e);
	return g->metrics;
}

/* Our own font list: the machine's other fonts and its users' tastes have no say in a figure. */
static bool put_fonts(const struct gnuplot *g, struct err *e)
{
	struct buf b = BUF(4096);

	buf_printf(&b, "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">\n<fontconfig><dir>%s</dir>"
		"<cachedir>/var/cache/fontconfig</cachedir><cachedir>%s/cache</cachedir></fontconfig>\n", metrics_folder(g->metrics), g->dir);
	bool ok = put_file(g, "fonts.conf", b.s, b.n, e);
	buf_free(&b);
	return ok;
}

static bool start(struct gnuplot *g, struct err *e)
{
	struct arena a = { 0 };

	if (!gnuplot_metrics(g, e) || !put_fonts(g, e))
		return false;
	struct proc_opt o = {
		.kind = PROC_GNUPLOT, .tool = "gnuplot", .args = { "-d" }, .read = { metrics_folder(g->metrics) }, .write = { g->dir }, .cwd = g->dir,
		.env = { "LC_ALL=C.UTF-8", "TZ=UTC", "PATH=/usr/bin:/bin", arena_printf(&a, "HOME=%s", g->dir),
			arena_printf(&a, "FONTCONFIG_FILE=%s/fonts.conf", g->dir) },
		.memory = (uint64_t)MEMORY_MIB << 20, .file_size = OUTPUT_MAX, .stderr_max = TALK_MAX,
		.pipe_in = true, .pipe_out = true, .allow_unjailed = g->allow_unjailed,
	};
	g->running = proc_start(&g->proc, &o, e);
	arena_free(&a);
	return g->running;
}

/* Reads stdout until the sentinel stands there. */
static bool await(struct gnuplot *g, const char *sentinel, struct err *e)
{
	struct buf said = BUF(64 * 1024);
	double until = proc_clock() + FIGURE_SECONDS;
	bool found = false;

	for (int r = 1; !found && r != 0 && r != -1;) {
		char part[4096];
		r = proc_poll(&g->proc, until - proc_clock() > 0 ? until - proc_clock() : 0, e);
		ssize_t n = r == 1 ? read(g->proc.out, part, sizeof part) : 0;
		if (r == 2) {
			err_set(e, ERR_GNUPLOT_TIME, "%d", FIGURE_SECONDS);
			break;
		}
		if (r == 0 || (r == 1 && !buf_add(&said, part, n > 0 ? (size_t)n : 0)))
			err_set(e, ERR_GNUPLOT_ENDED, "%s", "");
		if (said.over)
			break;
		found = strstr(buf_text(&said), sentinel) != NULL;
	}
	buf_free(&said);
	return found;
}

/* The line of the script that gnuplot's "… line 12: …" means becomes the excerpt. */
static void show_line(const struct buf *script, const char *talk, struct err *e)
{
	const char *at = strstr(talk, "line ");
	int64_t line = 0;

	if (!at || !num_int(at + 5, strspn(at + 5, "0123456789"), &line))
		return;
	const char *s = buf_text(script);
	for (int64_t i = 1; i < line && s; i++)
		s = (s = strchr(s, '\n')) ? s + 1 : NULL;
	if (!s)
		return;
	err_at(e, SCRIPT, (long)line, 0);
	err_excerpt(e, s, strcspn(s, "\n"), 0);
}

static bool is_made(const struct gnuplot *g, const char *made)
{
	struct arena a = { 0 };
	struct stat st;
	bool ok = lstat(path_join(&a, g->dir, made), &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;

	arena_free(&a);
	return ok;
}

bool gnuplot_draw(struct gnuplot *g, const struct buf *script, const char *made, struct err *e)
{
	struct arena a = { 0 };
	char *sentinel = arena_printf(&a, "drawn %lu\n", ++g->count);
	char *words = arena_printf(&a, "load '%s'\nreset session\nset print '-'\nprint 'drawn %lu'\n", SCRIPT, g->count);
	bool ok = (g->running || start(g, e)) && put_file(g, SCRIPT, script->s, script->n, e);

	if (ok) {
		unlink(path_join(&a, g->dir, made));
		ok = proc_send(&g->proc, words, strlen(words), e) || err_set(e, ERR_GNUPLOT_ENDED, "%s", "");
		ok = ok && await(g, sentinel, e);
		ok = ok && proc_poll(&g->proc, 0, e) >= 0;   /* takes what came on stderr last */
		if (ok && g->proc.talk.n)
			ok = err_set(e, ERR_GNUPLOT_SAID, "%s", "");
		if (!ok) {
			err_why(e, "%s", buf_text(&g->proc.talk));
			show_line(script, buf_text(&g->proc.talk), e);
		}
	}
	if (ok && !is_made(g, made))
		ok = err_set(e, ERR_GNUPLOT_FILE, "%s", made);
	if (!ok)
		stop(g);
	arena_free(&a);
	return ok;
}

bool gnuplot_take(struct gnuplot *g, const char *made, struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	const char *path = path_join(&a, g->dir, made);
	struct stat st = { 0 };
	char part[65536];
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= OUTPUT_MAX;

	while (ok && (n = read(fd, part, sizeof part)) > 0)
		ok = buf_add(out, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	if (!ok || n < 0)
		ok = err_set(e, ERR_GNUPLOT_FILE, "%s", made);
	arena_free(&a);
	return ok;
}
