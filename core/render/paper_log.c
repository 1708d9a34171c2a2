/* TeX's log, read for its author: the first error with the author's file and line, else what a reader of the PDF would see go wrong.
 * The log's forms are those of web2c TeX with -file-line-error and a max_print_line long enough that no line is broken. */
#include "render/paper_part.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"

#include <string.h>

enum { FILES_OPEN = 64, CONTEXT_LINES = 40 };

struct reader {
	const struct paper *p;
	struct arena a;
	const char *s, *line;           /* next line; this line, without its end */
	const char *open[FILES_OPEN];   /* files TeX has open, "./sections/a.tex", innermost last */
	size_t nopen;
	struct buf *warnings;
	struct err *e;
};

/* Macros that an author may have meant. */
static const char *const ours[] = {
	"\\val", "\\Val", "\\valunit", "\\valdate", "\\fig", "\\figref", "\\tab", "\\tabref", "\\source", "\\annex", "\\edition", "\\reportdate",
	"\\keyfigure", "\\maketitlepage", "\\reportstatus", "\\reportlicence", "\\reportcontact", "\\reportcaution", "\\shorttitle",
};

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool next_line(struct reader *r)
{
	size_t n = strcspn(r->s, "\n");

	if (!*r->s)
		return false;
	r->line = arena_strndup(&r->a, r->s, n);
	r->s += n + (r->s[n] == '\n');
	return true;
}

/* Text between two words of s; "" when they are not there. */
static const char *between(struct reader *r, const char *s, const char *before, const char *after)
{
	const char *from = strstr(s, before), *to = from ? strstr(from + strlen(before), after) : NULL;

	return to ? arena_strndup(&r->a, from + strlen(before), (size_t)(to - from) - strlen(before)) : "";
}

/* The number that follows a word of s; 0 when there is none. */
static long number_after(const char *s, const char *before)
{
	const char *at = strstr(s, before);
	int64_t v = 0;

	at = at ? at + strlen(before) : "";
	return num_int(at, strspn(at, "0123456789"), &v) && v < 100000000 ? (long)v : 0;
}

/* The name of a file as the author knows it; NULL for a file of the TeX installation. */
static const char *author_file(struct reader *r, const char *tex_name)
{
	tex_name += starts(tex_name, "./") ? 2 : 0;
	return path_is_inside(tex_name) ? path_join(&r->a, r->p->dir, tex_name) : NULL;
}

static const char *innermost(struct reader *r)
{
	for (size_t i = r->nopen; i--;)
		if (starts(r->open[i], "./"))
			return author_file(r, r->open[i]);
	return arena_printf(&r->a, "%s/%s.tex", r->p->dir, r->p->name);
}

/* "(./a.tex" opens a file, ")" closes one; other parentheses come in pairs. */
static void follow_files(struct reader *r)
{
	for (const char *s = r->line; *s; s++) {
		if (*s == '(' && r->nopen < FILES_OPEN)
			r->open[r->nopen++] = arena_strndup(&r->a, s + 1, strcspn(s + 1, " (){}[]<>"));
		else if (*s == ')' && r->nopen)
			r->nopen--;
	}
}

static void warn(struct reader *r, enum err_id id, long line, const char *what)
{
	struct err e = { 0 };
	struct buf text = BUF(2000);

	buf_printf(&text, "%s%s%.0ld: ", innermost(r), line ? ":" : "", line);   /* a line of 0 is not shown */
	err_set(&e, id, "%s", what);
	err_message(&e, r->p->talk, &text);
	buf_char(&text, '\n');
	if (r->warnings && !strstr(buf_text(r->warnings), buf_text(&text)))
		buf_str(r->warnings, buf_text(&text));
	buf_free(&text);
}

/* "Overfull \hbox (12.3pt too wide) in paragraph at lines 3--9": the next line is the text itself. */
static void overfull(struct reader *r)
{
	const char *points = between(r, r->line, "(", "pt too ");
	bool high = strstr(r->line, "too high") != NULL;
	long line = number_after(r->line, strstr(r->line, "at lines ") ? "at lines " : "at line ");
	struct buf text = BUF(64);
	double excess;

	if (num_real(points, strlen(points), '.', &excess, NULL) && excess > 1) {
		num_put_fixed(&text, excess, 1);
		warn(r, high ? ERR_TEX_WARN_HIGH : ERR_TEX_WARN_WIDE, line, buf_text(&text));
	}
	buf_free(&text);
	if (!high)
		next_line(r);
}

static void warning(struct reader *r)
{
	static const char missing[] = "Missing character: ";

	if (starts(r->line, "Overfull \\")) {
		overfull(r);
	} else if (starts(r->line, missing)) {
		warn(r, ERR_TEX_WARN_GLYPH, 0, r->line + strlen(missing));
	} else if (starts(r->line, "LaTeX Warning: ") && strstr(r->line, " undefined on input line ")) {
		const char *name = between(r, r->line, "`", "'");
		name += starts(name, "cn.fig.") || starts(name, "cn.tab.") ? strlen("cn.fig.") : 0;
		warn(r, ERR_TEX_WARN_REF, number_after(r->line, "on input line "), name);
	} else {
		follow_files(r);
	}
}

/* "./a.tex:12: Undefined control sequence." or "! …": the message; NULL for any other line. *file and *line are set where
 * the message names a place in the author's text. */
static const char *error_line(struct reader *r, const char **file, long *line)
{
	size_t n = strcspn(r->line, ": ");
	const char *rest = strstr(r->line + n, ": ");
	long at = number_after(r->line + n, ":");

	if (r->line[0] == '!')
		return r->line + 1 + strspn(r->line + 1, " ");
	if ((r->line[0] != '.' && r->line[0] != '/') || r->line[n] != ':' || !at || !rest)
		return NULL;
	const char *name = author_file(r, arena_strndup(&r->a, r->line, n));
	if (name) {
		*file = name;
		*line = at;
	}
	return rest + 2;
}

/* Puts the message into our words where it is one that authors meet. Gives a part of the text from which its place can be found,
 * "" where TeX knows the place. */
static const char *name_error(struct reader *r, const char *message, const char *command, const char *runaway)
{
	const char *file = between(r, message, "File `", "' not found");

	if (starts(message, "Undefined control sequence")) {
		const char *near = text_nearest(command, ours, sizeof ours / sizeof *ours);
		err_set(r->e, near ? ERR_TEX_COMMAND_NEAR : ERR_TEX_COMMAND, "%s" ERR_SEP "%s", command, near ? near : "");
	} else if (*file) {
		const char *dot = strrchr(file, '.');
		bool forbidden = *file == '/' || strstr(file, "..");
		err_set(r->e, forbidden ? ERR_TEX_FORBIDDEN : ERR_TEX_FILE, "%s", file);
		return forbidden ? "" : arena_strndup(&r->a, file, dot ? (size_t)(dot - file) : strlen(file));
	} else if (strstr(message, "Unicode character ")) {
		err_set(r->e, ERR_TEX_CHARACTER, "%s)", between(r, message, "Unicode character ", ")"));
	} else if (starts(message, "Paragraph ended before") || starts(message, "File ended while scanning")) {
		const char *end = strstr(runaway, " \\par");
		err_set(r->e, ERR_TEX_RUNAWAY, "%s", "");
		return end ? arena_strndup(&r->a, runaway, (size_t)(end - runaway)) : runaway;
	} else {
		err_set(r->e, ERR_TEX, "%s", message);
	}
	return "";
}

/* The author's line, NULL when it is not there. TeX may notice an error lines below its cause: then the last line at or above
 * *line (0 = of the whole file) that holds `part` is meant. */
static const char *author_line(struct reader *r, const char *file, long *line, const char *part)
{
	struct buf b = BUF(PAPER_FILE_BYTES);
	struct err ignored;
	const char *found = NULL;
	long cause = *line;

	if (!path_read(path_join(&r->a, r->p->root, file), b.max, &b, &ignored))
		buf_clear(&b);
	const char *s = buf_text(&b);
	for (long at = 1; *s && (!*line || at <= *line); at++) {
		size_t n = strcspn(s, "\n");
		if ((*part && memmem(s, n, part, strlen(part))) || (at == *line && !found)) {
			found = arena_strndup(&r->a, s, strcspn(s, "\r\n"));
			cause = at;
		}
		s += n + (s[n] == '\n');
	}
	*line = cause;
	buf_free(&b);
	return found;
}

/* Below the message TeX shows where it stands: macros it is in, then "l.3 text read so far". Some messages have their place only
 * in the "Emergency stop" that follows. */
static bool stopped(struct reader *r, const char *message, const char *file, long line, const char *runaway)
{
	const char *first = NULL, *read = NULL;

	for (int i = 0; i < CONTEXT_LINES && !read && next_line(r); i++) {
		if (!file)
			error_line(r, &file, &line);
		if (starts(r->line, "l.") && number_after(r->line, "l."))
			read = r->line + strcspn(r->line, " ");
		if (!first && (read || starts(r->line, "<") || strstr(r->line, "->")))
			first = r->line;
	}
	const char *command = first ? strrchr(first, '\\') : NULL;
	command = command ? command : "";
	const char *part = name_error(r, message, command, runaway);
	long at = line, caret = 0;
	file = file ? file : innermost(r);
	const char *source = author_line(r, file, &at, part);
	/* TeX cuts long lines and writes odd bytes as ^^xx: the column is sure only where its text is the line's beginning. */
	if (read && *read && source && at == line && starts(source, read + 1)) {
		size_t n = strlen(read + 1), k = strlen(command);
		bool whole = k && k <= n && !strcmp(read + 1 + n - k, command);
		caret = (long)text_utf8_length(read + 1, n) - (whole ? (long)text_utf8_length(command, k) - 1 : 0);
	}
	err_at(r->e, file, at, caret);
	if (source)
		err_excerpt(r->e, source, strlen(source), caret);
	return err_why(r->e, "%s%s%s", message, *runaway ? "\n" : "", runaway);
}

bool paper_log(const struct paper *p, const char *log, struct buf *warnings, struct err *e)
{
	struct reader r = { .p = p, .s = log, .warnings = warnings, .e = e };
	const char *file = NULL, *runaway = "";
	bool ok = true;
	long line = 0;

	while (ok && next_line(&r)) {
		const char *message = error_line(&r, &file, &line);
		if (message)
			ok = stopped(&r, message, file, line, runaway);
		else if (starts(r.line, "Runaway "))
			runaway = next_line(&r) ? r.line : "";
		else
			warning(&r);
	}
	arena_free(&r.a);
	return ok;
}
