/* The child process and its manners. What a figure looks like is none of its business. */
#include "render/gnuplot.h"

#include "base/num.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIGURE_SECONDS = 60, FIGURE_BYTES = 64 << 20, TALK_BYTES = 16 << 10 };
static const char SCRIPT[] = "script.gp", SENTINEL[] = "figure drawn\n";

void gnuplot_close(struct gnuplot *g)
{
	proc_close(&g->proc);
	metrics_close(g->metrics);
	arena_free(&g->arena);
}

static bool ready(struct gnuplot *g, const char *dir, struct err *e)
{
	g->dir = arena_strdup(&g->arena, dir);
	g->metrics = metrics_open(METRICS_FAMILY, e);
	return g->metrics != NULL;
}

static double advance(const struct gnuplot *g, uint32_t c, bool bold)
{
	return metrics_advance(g->metrics, c, bold);
}

static bool start(struct gnuplot *g, struct err *e)
{
	struct arena *a = &g->arena;
	const char *folder = metrics_folder(g->metrics);
	/* Our own font list: the machine's other fonts and its users' tastes have no say in a figure. */
	const char *fonts = arena_printf(a, "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">\n"
		"<fontconfig><dir>%s</dir><cachedir>/var/cache/fontconfig</cachedir><cachedir>%s/cache</cachedir></fontconfig>\n",
		folder, g->dir);
	struct proc_opt o = {
		.kind = PROC_GNUPLOT, .tool = "gnuplot", .args = { "-d" }, .read = { folder }, .write = { g->dir }, .cwd = g->dir,
		.env = { "LC_ALL=C.UTF-8", "TZ=UTC", "PATH=/usr/bin:/bin", arena_printf(a, "HOME=%s", g->dir),
			arena_printf(a, "FONTCONFIG_FILE=%s/fonts.conf", g->dir) },
		.memory = (uint64_t)2 << 30, .file_size = FIGURE_BYTES, .stderr_max = TALK_BYTES,
		.pipe_in = true, .pipe_out = true, .allow_unjailed = g->allow_unjailed,
	};
	return path_create(path_join(a, g->dir, "fonts.conf"), fonts, strlen(fonts), e) && proc_start(&g->proc, &o, e);
}

/* Reads stdout until the sentinel stands there. */
static bool await(struct gnuplot *g, struct err *e)
{
	struct buf said = BUF(TALK_BYTES);
	char part[4096];
	int r = 1;

	while (!strstr(buf_text(&said), SENTINEL) && !said.over && (r = proc_poll(&g->proc, -1, e)) == 1) {
		ssize_t n = read(g->proc.out, part, sizeof part);
		buf_add(&said, part, n > 0 ? (size_t)n : 0);
	}
	bool over = said.over;
	buf_free(&said);
	if (r == 1 && !over)
		return true;
	if (g->proc.end == PROC_TIMED_OUT)
		return err_set(e, ERR_GNUPLOT_TIME, "%d", FIGURE_SECONDS);
	return r < 0 ? false : err_set(e, ERR_GNUPLOT_ENDED, "%s", "");
}

/* The line of the script that gnuplot's "… line 12: …" means becomes the excerpt. */
static void show_line(const char *s, const char *talk, struct err *e)
{
	const char *at = strstr(talk, "line ");
	int64_t line = 0;

	if (!at || !num_int(at + 5, strspn(at + 5, "0123456789"), &line))
		return;
	for (int64_t i = 1; i < line && *s; i++) {
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	err_at(e, SCRIPT, (long)line, 0);
	err_excerpt(e, s, strcspn(s, "\n"), 0);
}

static bool run(struct gnuplot *g, const char *script, size_t n, struct err *e)
{
	const char *words = arena_printf(&g->arena, "load '%s'\nreset session\nset print '-'\nprint '%.*s'\n", SCRIPT,
		(int)sizeof SENTINEL - 2, SENTINEL);

	if ((!g->proc.pid && !start(g, e)) || !path_create(path_join(&g->arena, g->dir, SCRIPT), script, n, e))
		return false;
	g->proc.deadline = proc_clock() + FIGURE_SECONDS;
	bool ok = proc_send(&g->proc, words, strlen(words), e) || err_set(e, ERR_GNUPLOT_ENDED, "%s", "");
	ok = ok && await(g, e) && proc_poll(&g->proc, 0, e) >= 0;   /* takes what came on stderr last */
	if (ok && g->proc.talk.n)
		ok = err_set(e, ERR_GNUPLOT_SAID, "%s", "");
	if (!ok) {
		err_why(e, "%s", buf_text(&g->proc.talk));
		show_line(script, buf_text(&g->proc.talk), e);
		proc_close(&g->proc);
	}
	return ok;
}

static bool take(struct gnuplot *g, const char *made, struct buf *out, struct err *e)
{
	int fd = open(path_join(&g->arena, g->dir, made), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= FIGURE_BYTES;
	char part[65536];
	ssize_t n = 0;

	while (ok && (n = read(fd, part, sizeof part)) > 0)
		ok = buf_add(out, part, (size_t)n);
	if (fd >= 0)
		close(fd);
	return (ok && n == 0) || err_set(e, ERR_GNUPLOT_FILE, "%s", made);
}

static bool draw(struct gnuplot *g, const char *script, size_t n, const char *made, struct buf *out, struct err *e)
{
	unlink(path_join(&g->arena, g->dir, made));
	return run(g, script, n, e) && take(g, made, out, e);
}

const struct painter gnuplot_painter = { METRICS_FAMILY, ready, advance, draw };
