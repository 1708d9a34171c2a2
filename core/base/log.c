/* Progress and notes on stderr. */
#include "base/log.h"

#include "base/buf.h"
#include "base/proc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void log_init(struct log *l, enum lang lang, bool quiet, bool verbose)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	*l = (struct log){ .lang = lang, .quiet = quiet, .verbose = verbose };
	l->tty = isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
	l->color = l->tty && !(no_color && *no_color);
}

static void clear_bar(struct log *l)
{
	if (l->bar)
		fputs("\r\033[K", stderr);
	l->bar = false;
}

void log_note(struct log *l, const char *fmt, ...)
{
	va_list ap;

	if (l->quiet)
		return;
	clear_bar(l);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void log_error(struct log *l, const struct err *e)
{
	struct buf text = BUF(16384);

	clear_bar(l);
	err_show(e, l->lang, l->color, &text);
	fputs(buf_text(&text), stderr);
	buf_free(&text);
}

void log_step(struct log *l, const char *what, size_t done, size_t total)
{
	static const char full[] = "========================";
	enum { WIDTH = sizeof full - 1 };

	if (l->quiet)
		return;
	if (l->started == 0)
		l->started = proc_clock();
	if (proc_clock() - l->started < 0.5)
		return;
	l->bar = l->tty;
	if (l->tty)
		fprintf(stderr, "\r\033[K[%-*.*s] %zu/%zu %.50s", WIDTH, (int)(total ? done * WIDTH / total : 0), full, done, total, what);
	else if (total)
		fprintf(stderr, "[%zu/%zu] %s\n", done, total, what);
	else
		fprintf(stderr, "%s\n", what);
}

void log_done(struct log *l)
{
	clear_bar(l);
	l->started = 0;
}
