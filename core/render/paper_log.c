/* TeX's log, read for its author: the first error with the author's file and line, else what a reader of the PDF would see go wrong.
 * The log's forms are those of web2c TeX with -file-line-error and a max_print_line long enough that no line is broken. */
#include "render/paper_part.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_OPEN = 64 };

struct reader {
	const struct paper *p;
	struct arena a;
	const char *s, *end;                    /* next line */
	const char *line;                       /* this line, without its end */
	const char *open[FILES_OPEN];           /* files TeX has open, "./sections/a.tex", innermost last */
	size_t nopen;
	struct buf *warnings;
	const char *last_warning;
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
	if (r->s >= r->end)
		return false;
	const char *stop = memchr(r->s, '\n', (size_t)(r->end - r->s));
	size_t n = (size_t)((stop ? stop : r->end) - r->s);
	r->line = arena_strndup(&r->a, r->s, n);
	r->s += n + 1;
	return true;
}

/* Text between two words of s; "" when they are not there. */
static const char *between(struct reader *r, const char *s, const char *before, const char *after)
{
	const char *from = strstr(s, before), *to = from ? strstr(from + strlen(before), after) : NULL;

	return to ? arena_strndup(&r->a, from + strlen(before), (size_t)(to - from) - strlen(before)) : "";
}

static long number_at(const char *s)
{
	size_t n = strspn(s, "0123456789");
	int64_t v;

	return n && num_int(s, n, &v) && v < 100000000 ? (long)v : 0;
}

static long number_after(const char *s, const char *before)
{
	const char *at = strstr(s, before);

	return at ? number_at(at + strlen(before)) : 0;
}

/* The name of a file as the author knows it; NULL for a file of the TeX installation. */
static const char *author_file(struct reader *r, const char *tex_name)
{
	if (starts(tex_name, "./"))
		tex_name += 2;
	return path_is_inside(tex_name) ? arena_printf(&r->a, "%s/%s", r->p->dir, tex_name) : NULL;
}

static const char *innermost(struct reader *r)
{
	for (size_t i = r->nopen; i--;)
		if (r->open[i] && starts(r->open[i], "./"))
			return author_file(r, r->open[i]);
	return arena_printf(&r->a, "%s/%s.tex", r->p->dir, r->p->name);
}

/* "(./a.tex" opens a file, ")" closes one; other parentheses come in pairs. */
static void follow_files(struct reader *r)
{
	for (const char *s = r->line; *s; s++) {
		if (*s == '(') {
			size_t n = strcspn(s + 1, " (){}[]<>");
			if (r->nopen < FILES_OPEN)
				r->open[r->nopen] = arena_strndup(&r->a, s + 1, n);
			r->nopen++;
		} else if (*s == ')' && r->nopen) {
			r->nopen--;
		}
		if (r->nopen > FILES_OPEN)
			r->nopen = FILES_OPEN;
	}
}

static void warn(struct reader *r, enum err_id id, const char *file, long line, const char *what)
{
	struct err e = { 0 };
	struct buf text = BUF(1000);

	err_set(&e, id, "%s", what);
	err_message(&e, r->p->talk, &text);
	const char *whole = line ? arena_printf(&r->a, "%s:%ld: %s\n", file, line, buf_text(&text))
	                         : arena_printf(&r->a, "%s: %s\n", file, buf_text(&text));
	buf_free(&text);
	if (r->warnings && (!r->last_warning || strcmp(whole, r->last_warning)))
		buf_str(r->warnings, whole);
	r->last_warning = whole;
}

/* "Overfull \hbox (12.3pt too wide) in paragraph at lines 3--9": the next line is the text itself. */
static void overfull(struct reader *r)
{
	const char *points = between(r, r->line, "(", "pt too ");
	double excess = 0;

	long line = number_after(r->line, "at lines ");
	if (!line)
		line = number_after(r->line, "at line ");
	bool high = strstr(r->line, "too high") != NULL;
	if (num_real(points, strlen(points), '.', &excess, NULL) && excess > 1) {
		struct buf text = BUF(64);
		num_put_fixed(&text, excess, 1);
		warn(r, high ? ERR_TEX_WARN_HIGH : ERR_TEX_WARN_WIDE, innermost(r), line, buf_text(&text));
		buf_free(&text);
	}
	if (!high)
		next_line(r);
}

static void warning(struct reader *r)
{
	if (starts(r->line, "Overfull \\")) {
		overfull(r);
	} else if (starts(r->line, "Missing character: ")) {
		warn(r, ERR_TEX_WARN_GLYPH, innermost(r), 0, r->line + strlen("Missing character: "));
	} else if (starts(r->line, "LaTeX Warning: ") && strstr(r->line, " undefined on input line ")) {
		const char *name = between(r, r->line, "`", "'");
		name += starts(name, "cn.fig.") || starts(name, "cn.tab.") ? strlen("cn.fig.") : 0;
		warn(r, ERR_TEX_WARN_REF, innermost(r), number_after(r->line, "on input line "), name);
	} else {
		follow_files(r);
	}
}

/* "./a.tex:12: Undefined control sequence." or "! …": the message, its file and line; NULL for any other line. */
static const char *error_line(struct reader *r, const char **file, long *line)
{
	const char *s = r->line;

	*file = NULL;
	*line = 0;
	if (*s == '!')
		return s + 1 + strspn(s + 1, " ");
	if (*s != '.' && *s != '/')
		return NULL;
	const char *colon = s + strcspn(s, ": ");
	*line = *colon == ':' ? number_at(colon + 1) : 0;
	const char *rest = *line ? strchr(colon + 1, ':') : NULL;
	if (!rest || rest[1] != ' ')
		return NULL;
	*file = author_file(r, arena_strndup(&r->a, s, (size_t)(colon - s)));
	if (!*file)
		*line = 0;   /* a line of the installation's file helps nobody */
	return rest + 2;
}

static const char *source(struct reader *r, const char *file)
{
	struct buf b = BUF(PAPER_FILE_BYTES);
	struct err ignored = { 0 };
	bool ok = path_read(path_join(&r->a, r->p->root, file), b.max, &b, &ignored);
	const char *s = ok ? arena_strndup(&r->a, buf_text(&b), b.n) : "";

	buf_free(&b);
	return s;
}

/* The author's line as it stands in the file; NULL when it is not there. */
static const char *source_line(struct reader *r, const char *file, long line)
{
	const char *s = source(r, file);

	while (s && --line > 0) {
		s = strchr(s, '\n');
		s += s != NULL;
	}
	size_t n = s ? strcspn(s, "\r\n") : 0;
	return s && text_utf8_bad(s, n) == n ? arena_strndup(&r->a, s, n) : NULL;
}

/* TeX may notice an error lines below its cause: the last line with `what` in it, at or above `line` (0 = of the whole file). */
static long line_with(struct reader *r, const char *file, long line, const char *what)
{
	long at = 1, found = 0;

	for (const char *s = source(r, file); *what && *s && (!line || at <= line); at++) {
		size_t n = strcspn(s, "\n");
		if (memmem(s, n, what, strlen(what)))
			found = at;
		s += n + (s[n] == '\n');
	}
	return found ? found : line;
}

/* What TeX shows below the message, up to the line of the text: the first line ends where TeX stands. Some messages have
 * their place only in the "Emergency stop" that follows. */
static const char *context(struct reader *r, const char **text_line, const char **file, long *line)
{
	const char *first = NULL, *stop_file;
	long stop_line;

	*text_line = NULL;
	for (int i = 0; i < 40 && next_line(r); i++) {
		bool is_text = starts(r->line, "l.") && number_at(r->line + 2);
		if (!*file && error_line(r, &stop_file, &stop_line) && stop_file) {
			*file = stop_file;
			*line = stop_line;
		}
		if (!first && (is_text || starts(r->line, "<") || strstr(r->line, "->")))
			first = r->line;
		if (is_text) {
			*text_line = r->line;
			break;
		}
	}
	return first ? first : "";
}

/* The command at the end of what TeX has read. */
static const char *last_command(const char *s)
{
	const char *at = strrchr(s, '\\');

	return at ? at : "";
}

static void excerpt(struct reader *r, const char *text_line, const char *command)
{
	const char *line = r->e->file[0] && r->e->line ? source_line(r, r->e->file, r->e->line) : NULL;
	const char *read = text_line ? strchr(text_line, ' ') : NULL;

	if (!line)
		return;
	/* TeX cuts long lines and writes odd bytes as ^^xx: the column is sure only where its text is the line's beginning. */
	long caret = 0;
	if (read && !strncmp(line, read + 1, strlen(read + 1))) {
		caret = (long)text_utf8_length(read + 1, strlen(read + 1));
		size_t n = strlen(command);
		if (n && strlen(read + 1) >= n && !strcmp(read + 1 + strlen(read + 1) - n, command))
			caret -= (long)text_utf8_length(command, n) - 1;
	}
	r->e->column = caret;
	err_excerpt(r->e, line, strlen(line), caret);
}

/* Puts the message into our words where it is one that authors meet. */
static void name_error(struct reader *r, const char *message, const char *command)
{
	const char *file = between(r, message, "File `", "' not found");

	if (starts(message, "Undefined control sequence")) {
		const char *near = text_nearest(command, ours, sizeof ours / sizeof *ours);
		err_set(r->e, near ? ERR_TEX_COMMAND_NEAR : ERR_TEX_COMMAND, "%s" ERR_SEP "%s", command, near ? near : "");
	} else if (*file) {
		err_set(r->e, *file == '/' || strstr(file, "..") ? ERR_TEX_FORBIDDEN : ERR_TEX_FILE, "%s", file);
	} else if (strstr(message, "Unicode character ")) {
		err_set(r->e, ERR_TEX_CHARACTER, "%s)", between(r, message, "Unicode character ", ")"));
	} else if (starts(message, "Paragraph ended before") || starts(message, "File ended while scanning")) {
		err_set(r->e, ERR_TEX_RUNAWAY, "%s", "");
	} else {
		err_set(r->e, ERR_TEX, "%s", message);
	}
}

/* Part of the author's text from which the place of the error can be found. */
static const char *trace(struct reader *r, const char *runaway)
{
	if (r->e->id == ERR_TEX_FILE) {
		char *stem = arena_strdup(&r->a, r->e->arg[0]), *dot = strrchr(stem, '.');
		if (dot)
			*dot = 0;
		return stem;
	}
	if (r->e->id == ERR_TEX_RUNAWAY && runaway) {
		const char *par = strstr(runaway, " \\par");
		return arena_strndup(&r->a, runaway, par ? (size_t)(par - runaway) : strlen(runaway));
	}
	return "";
}

static bool stopped(struct reader *r, const char *message, const char *file, long line, const char *runaway)
{
	const char *text_line, *first = context(r, &text_line, &file, &line), *command = last_command(first);

	name_error(r, message, command);
	file = file ? file : innermost(r);
	long cause = line_with(r, file, line, trace(r, runaway));
	err_at(r->e, file, cause, 0);
	if (cause != line)
		text_line = NULL;
	excerpt(r, text_line, command);
	return err_why(r->e, "%s%s%s", message, runaway ? "\n" : "", runaway ? runaway : "");
}

bool paper_log(const struct paper *p, const char *log, size_t n, struct buf *warnings, struct err *e)
{
	struct reader r = { .p = p, .s = log, .end = log + n, .warnings = warnings, .e = e };
	const char *file, *runaway = NULL;
	bool ok = true;
	long line;

	while (ok && next_line(&r)) {
		const char *message = error_line(&r, &file, &line);
		if (message)
			ok = stopped(&r, message, file, line, runaway);
		else if (starts(r.line, "Runaway "))
			runaway = next_line(&r) ? r.line : NULL;
		else
			warning(&r);
	}
	arena_free(&r.a);
	return ok;
}
