/* TeX's log, read for its author: the first error with the author's file and line, else what a reader of the PDF would
 * see go wrong. The forms are those of web2c TeX with -file-line-error and a max_print_line that breaks no line. */
#include "render/paper_part.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_OPEN = 64, CONTEXT_LINES = 40, PARTS = 5 };
enum form { OVERFULL, NO_GLYPH, NO_LABEL, ERROR, TEXT, COMMAND, NO_FILE, CHARACTER, NEVER_CLOSED, FORMS };
static const char *const forms[FORMS] = {
	[OVERFULL] = "^Overfull .([hv])box \\(([0-9.]+)pt too [a-z]+\\)[^0-9]*([0-9]*)",
	[NO_GLYPH] = "^Missing character: (.*)",
	[NO_LABEL] = "^LaTeX Warning: [^`]*`(cn\\.fig\\.|cn\\.tab\\.|)([^']*)'.* undefined on input line ([0-9]+)",
	[ERROR] = "^(! *|(\\.?/[^:]*):([0-9]{1,9}): )(.*)",
	[TEXT] = "^l\\.[0-9]+ (.*)",   /* the author's line, as far as TeX has read it */
	[COMMAND] = "^Undefined control sequence",
	[NO_FILE] = "File `([^']+)' not found",
	[CHARACTER] = "Unicode character ([^)]*\\))",
	[NEVER_CLOSED] = "^(Paragraph ended before|File ended while scanning)",
};

/* Macros that an author may have meant. */
static const char *const ours[] = {
	"\\val", "\\Val", "\\valunit", "\\valdate", "\\fig", "\\figref", "\\tab", "\\tabref", "\\source", "\\annex",
	"\\edition", "\\reportdate", "\\keyfigure", "\\maketitlepage", "\\shorttitle", "\\reportstatus", "\\reportlicence",
	"\\reportcontact", "\\reportcaution",
};

struct reader {
	const struct paper *p;
	struct arena a;
	regex_t form[FORMS];
	const char *part[PARTS];        /* what stood in the groups of the form that was met last, "" for nothing */
	const char *s, *line;           /* next line; this line, without its end */
	const char *open[FILES_OPEN];   /* files TeX has open, "./sections/a.tex", innermost last */
	size_t nopen;
	struct buf *warnings;
	struct err *e;
};

static bool next_line(struct reader *r)
{
	size_t n = strcspn(r->s, "\n");

	if (!*r->s)
		return false;
	r->line = arena_strndup(&r->a, r->s, n);
	r->s += n + (r->s[n] == '\n');
	return true;
}

static bool is(struct reader *r, enum form form, const char *s)
{
	regmatch_t m[PARTS];

	if (regexec(&r->form[form], s, PARTS, m, 0))
		return false;
	for (size_t i = 0; i < PARTS; i++)
		r->part[i] = m[i].rm_so < 0 ? "" : arena_strndup(&r->a, s + m[i].rm_so, (size_t)(m[i].rm_eo - m[i].rm_so));
	return true;
}

/* The name of a file as the author knows it; NULL for a file of the TeX installation. */
static const char *author_file(struct reader *r, const char *tex_name)
{
	tex_name += strncmp(tex_name, "./", 2) ? 0 : 2;
	return path_is_inside(tex_name) ? path_join(&r->a, r->p->dir, tex_name) : NULL;
}

static const char *innermost(struct reader *r)
{
	for (size_t i = r->nopen; i--;) {
		const char *file = strncmp(r->open[i], "./", 2) ? NULL : author_file(r, r->open[i]);
		if (file)
			return file;
	}
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

static void warn(struct reader *r, enum err_id id, const char *what, const char *line)
{
	struct err e = { 0 };
	struct buf text = BUF(2000);

	buf_printf(&text, "%s%s%s: ", innermost(r), *line ? ":" : "", line);
	err_set(&e, id, "%s", what);
	err_message(&e, r->p->talk, &text);
	buf_char(&text, '\n');
	if (r->warnings && !strstr(buf_text(r->warnings), buf_text(&text)))
		buf_str(r->warnings, buf_text(&text));
	buf_free(&text);
}

static void overfull(struct reader *r)
{
	bool wide = *r->part[1] == 'h';
	struct buf text = BUF(64);
	double points;

	if (num_real(r->part[2], strlen(r->part[2]), '.', &points, NULL) && points > 1) {
		num_put_fixed(&text, points, 1);
		warn(r, wide ? ERR_TEX_WARN_WIDE : ERR_TEX_WARN_HIGH, buf_text(&text), r->part[3]);
	}
	buf_free(&text);
	if (wide)
		next_line(r);   /* the text itself */
}

static void warning(struct reader *r)
{
	if (is(r, OVERFULL, r->line)) {
		overfull(r);
	} else if (is(r, NO_GLYPH, r->line)) {
		warn(r, ERR_TEX_WARN_GLYPH, r->part[1], "");
	} else if (is(r, NO_LABEL, r->line)) {
		warn(r, ERR_TEX_WARN_REF, r->part[2], r->part[3]);
	} else {
		follow_files(r);
	}
}

/* The message of an error; NULL for any other line. Sets *file and *line where it names a place in the author's text. */
static const char *error_line(struct reader *r, const char **file, long *line)
{
	if (!is(r, ERROR, r->line))
		return NULL;
	int64_t at = 0;
	const char *name = author_file(r, r->part[2]);
	if (name && num_int(r->part[3], strlen(r->part[3]), &at)) {
		*file = name;
		*line = (long)at;
	}
	return r->part[4];
}

/* Puts the message into our words where it is one that authors meet. Gives a part of the text from which its place can be
 * found, "" where TeX knows the place. runaway: what TeX took for an argument. */
static const char *name_error(struct reader *r, const char *message, const char *command, const char *runaway)
{
	if (is(r, COMMAND, message)) {
		const char *near = text_nearest(command, ours, sizeof ours / sizeof *ours);
		err_set(r->e, near ? ERR_TEX_COMMAND_NEAR : ERR_TEX_COMMAND, "%s" ERR_SEP "%s", command, near ? near : "");
	} else if (is(r, NO_FILE, message)) {
		const char *file = r->part[1], *dot = strrchr(file, '.');
		bool forbidden = *file == '/' || strstr(file, "..");
		err_set(r->e, forbidden ? ERR_TEX_FORBIDDEN : ERR_TEX_FILE, "%s", file);
		return forbidden ? "" : arena_strndup(&r->a, file, dot ? (size_t)(dot - file) : strlen(file));
	} else if (is(r, CHARACTER, message)) {
		err_set(r->e, ERR_TEX_CHARACTER, "%s", r->part[1]);
	} else if (is(r, NEVER_CLOSED, message)) {
		const char *end = strstr(runaway, " \\par");
		err_set(r->e, ERR_TEX_RUNAWAY, "%s", "");
		return end ? arena_strndup(&r->a, runaway, (size_t)(end - runaway)) : runaway;
	} else {
		err_set(r->e, ERR_TEX, "%s", message);
	}
	return "";
}

/* The author's line, "" when it is not there. TeX may notice an error lines below its cause: then the last line at or
 * above *line (0 = of the whole file) that holds `part` is meant. */
static const char *author_line(struct reader *r, const char *file, long *line, const char *part)
{
	struct buf b = BUF(PAPER_FILE_BYTES);
	struct err ignored;
	const char *found = NULL;
	long cause = *line;

	path_read(path_join(&r->a, r->p->root, file), b.max, &b, &ignored);
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
	return found ? found : "";
}

/* Below the message TeX shows where it stands: macros it is in, then the author's line. Some messages have their place
 * only in the "Emergency stop" that follows. */
static bool stopped(struct reader *r, const char *message, const char *file, long line, const char *runaway)
{
	const char *first = "", *read = "";

	for (int i = 0; i < CONTEXT_LINES && !*read && next_line(r); i++) {
		if (!file)
			error_line(r, &file, &line);
		if (is(r, TEXT, r->line))
			read = r->part[1];
		if (!*first && (*read || *r->line == '<' || strstr(r->line, "->")))
			first = r->line;
	}
	const char *command = strrchr(first, '\\') ? strrchr(first, '\\') : "", *part = name_error(r, message, command, runaway);
	long at = line, caret = 0;
	file = file ? file : innermost(r);
	const char *source = author_line(r, file, &at, part);
	size_t n = strlen(read), k = strlen(command);
	/* TeX cuts long lines and writes odd bytes as ^^xx: the column is sure only where its text begins the line. */
	if (n && at == line && !strncmp(source, read, n))
		caret = (long)text_utf8_length(read, n) - (k && k <= n && !strcmp(read + n - k, command) ? (long)k - 1 : 0);
	err_at(r->e, file, at, caret);
	err_excerpt(r->e, source, strlen(source), caret);
	return err_why(r->e, "%s%s%s", message, *runaway ? "\n" : "", runaway);
}

bool paper_log(const struct paper *p, const char *log, struct buf *warnings, struct err *e)
{
	struct reader r = { .p = p, .s = log, .warnings = warnings, .e = e };
	const char *file = NULL, *runaway = "";
	bool ok = true;
	long line = 0;

	for (size_t i = 0; i < FORMS; i++)
		if (regcomp(&r.form[i], forms[i], REG_EXTENDED))
			abort();   /* no memory */
	while (ok && next_line(&r)) {
		const char *message = error_line(&r, &file, &line);
		if (message)
			ok = stopped(&r, message, file, line, runaway);
		else if (!strncmp(r.line, "Runaway ", 8))
			runaway = next_line(&r) ? r.line : "";
		else
			warning(&r);
	}
	for (size_t i = 0; i < FORMS; i++)
		regfree(&r.form[i]);
	arena_free(&r.a);
	return ok;
}
