/* Which files a report is made of, and which results its text uses. Reads LaTeX only as far as needed for that:
 * comments, verbatim text and our own macros. */
#include "render/paper_part.h"

#include "base/path.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Ends of names that LaTeX, viewers and editors leave behind. */
static const char *const left_behind[] = {
	".aux", ".log", ".out", ".toc", ".lof", ".lot", ".fls", ".fdb_latexmk", ".synctex.gz", ".synctex", ".bcf", ".run.xml", "~", ".bak",
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && !strcmp(s + n - k, end);
}

static bool wanted(const char *name)
{
	for (size_t i = 0; i < sizeof left_behind / sizeof *left_behind; i++)
		if (ends_with(name, left_behind[i]))
			return false;
	return name[0] != '.' && path_is_inside(name);
}

struct walk { struct paper_files *out; struct arena *a; const char *folder, *shown, *product; struct err *e; };

static bool walk(struct walk *w, const char *rel, int depth)
{
	const char **name;
	size_t n;

	if (depth > PAPER_DEPTH)
		return err_set(w->e, ERR_PAPER_DEEP, "%d" ERR_SEP "%d", PAPER_FILES, PAPER_DEPTH);
	if (!path_list(w->a, *rel ? path_join(w->a, w->folder, rel) : w->folder, &name, &n, w->e))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *sub = path_join(w->a, rel, name[i]);
		struct stat st;
		if (!wanted(name[i]) || lstat(path_join(w->a, w->folder, sub), &st))
			continue;
		if (S_ISLNK(st.st_mode))
			return err_set(w->e, ERR_PAPER_LINK, "%s/%s", w->shown, sub);
		if (S_ISDIR(st.st_mode) && !walk(w, sub, depth + 1))
			return false;
		if (!S_ISREG(st.st_mode) || !strcmp(sub, w->product))
			continue;
		if (w->out->n == PAPER_FILES)
			return err_set(w->e, ERR_PAPER_DEEP, "%d" ERR_SEP "%d", PAPER_FILES, PAPER_DEPTH);
		w->out->rel[w->out->n++] = sub;
	}
	return true;
}

bool paper_files(struct paper_files *out, struct arena *a, const char *folder, const char *shown, struct err *e)
{
	const char *slash = strrchr(shown, '/');
	struct walk w = { out, a, folder, shown, arena_printf(a, "%s.pdf", slash ? slash + 1 : shown), e };

	*out = (struct paper_files){ arena_array(a, const char *, PAPER_FILES), 0 };
	return walk(&w, "", 1);
}

/* The macros that name a result, or an annex. */
enum { TAKES_BARE = 1, ANNEX = 2 };
static const struct macro { const char *name; enum use_kind kind; unsigned flags; } macros[] = {
	{ "val", USE_VALUE, TAKES_BARE }, { "Val", USE_VALUE, TAKES_BARE }, { "valunit", USE_VALUE, 0 }, { "valdate", USE_VALUE, 0 },
	{ "fig", USE_FIGURE, 0 }, { "figref", USE_FIGURE, 0 }, { "tab", USE_TABLE, 0 }, { "tabref", USE_TABLE, 0 },
	{ "source", USE_SOURCE, 0 }, { "annex", USE_SOURCE, ANNEX },
};
static const char *const verbatim[] = { "verbatim", "verbatim*", "lstlisting", "Verbatim", "comment", "filecontents", "filecontents*" };

struct scan {
	struct uses *out;
	size_t cap;
	bool annexes;                        /* only those; else all the others */
	struct arena *a;
	const char *file, *text, *s, *end;   /* s: next character */
	struct err *e;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '@';
}

static const char *line_of(const struct scan *x, const char *at, long *line)
{
	const char *start = x->text;

	*line = 1;
	for (const char *s = x->text; s < at; s++)
		if (*s == '\n') {
			start = s + 1;
			++*line;
		}
	return start;
}

static struct use place(const struct scan *x, const char *at, const char *macro)
{
	struct use u = { .file = x->file, .macro = macro };
	const char *start = line_of(x, at, &u.line), *stop = memchr(at, '\n', (size_t)(x->end - at));

	u.column = (long)text_utf8_length(start, (size_t)(at - start)) + 1;
	u.excerpt = arena_strndup(x->a, start, (size_t)((stop ? stop : x->end) - start));
	return u;
}

static bool refuse(const struct scan *x, const struct use *u, enum err_id id)
{
	err_set(x->e, id, "\\%s", u->macro);
	err_at(x->e, u->file, u->line, u->column);
	return err_excerpt(x->e, u->excerpt, strlen(u->excerpt), u->column);
}

/* TeX skips spaces and one line end after the name of a macro. */
static void skip_spaces(struct scan *x)
{
	bool line_end = false;

	while (x->s < x->end && (*x->s == ' ' || *x->s == '\t' || *x->s == '\r' || (*x->s == '\n' && !line_end)))
		line_end |= *x->s++ == '\n';
}

static bool is_id(const char *s)
{
	const char *dot = strchr(s, '.');
	char first[65];

	if (!dot || dot - s > 64)
		return false;
	memcpy(first, s, (size_t)(dot - s));
	first[dot - s] = 0;
	return text_is_name(first) && text_is_name(dot + 1);
}

/* Text between open and close at x->s, on one line, without braces; NULL otherwise. */
static char *argument(struct scan *x, char open, char close)
{
	if (x->s == x->end || *x->s != open)
		return NULL;
	const char *from = ++x->s;
	while (x->s < x->end && *x->s != close && !strchr("{}%\\\n", *x->s))
		x->s++;
	if (x->s == x->end || *x->s != close)
		return NULL;
	return arena_strndup(x->a, from, (size_t)(x->s++ - from));
}

static bool use(struct scan *x, const char *at, const struct macro *m)
{
	struct use u = place(x, at, m->name);

	u.kind = m->kind;
	skip_spaces(x);
	if ((m->flags & TAKES_BARE) && x->s < x->end && *x->s == '[') {
		const char *option = argument(x, '[', ']');
		if (!option || strcmp(option, "bare"))
			return refuse(x, &u, ERR_MACRO_OPTION);
		skip_spaces(x);
	}
	u.id = argument(x, '{', '}');
	if (!u.id || !(m->flags & ANNEX ? text_is_name(u.id) : is_id(u.id)))
		return refuse(x, &u, m->flags & ANNEX ? ERR_MACRO_ANNEX : ERR_MACRO_ID);
	if (!(m->flags & ANNEX) == x->annexes)
		return true;
	if (x->out->n == x->cap) {
		struct use *more = arena_array(x->a, struct use, x->cap ? x->cap * 2 : 64);
		if (x->cap)
			memcpy(more, x->out->item, sizeof *more * x->cap);
		x->out->item = more;
		x->cap = x->cap ? x->cap * 2 : 64;
	}
	x->out->item[x->out->n++] = u;
	return true;
}

static void skip_past(struct scan *x, const char *what)
{
	const char *found = memmem(x->s, (size_t)(x->end - x->s), what, strlen(what));

	x->s = found ? found + strlen(what) : x->end;
}

static void environment(struct scan *x, bool begins)
{
	const char *name = argument(x, '{', '}');

	if (name && !begins && !strcmp(name, "document"))
		x->s = x->end;   /* TeX reads no further */
	for (size_t i = 0; name && begins && i < sizeof verbatim / sizeof *verbatim; i++)
		if (!strcmp(name, verbatim[i]))
			skip_past(x, arena_printf(x->a, "\\end{%s}", name));
}

static bool command(struct scan *x)
{
	const char *at = x->s++, *name = x->s;

	while (x->s < x->end && is_letter(*x->s))
		x->s++;
	size_t n = (size_t)(x->s - name);
	if (!n) {
		x->s += x->s < x->end;   /* \% and its like */
		return true;
	}
	if ((n == 5 && !memcmp(name, "begin", 5)) || (n == 3 && !memcmp(name, "end", 3))) {
		environment(x, n == 5);
		return true;
	}
	if (n == 4 && !memcmp(name, "verb", 4)) {
		x->s += x->s < x->end && *x->s == '*';
		char stop[2] = { x->s < x->end ? *x->s++ : 0, 0 };
		skip_past(x, stop[0] ? stop : "\n");
		return true;
	}
	for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
		if (strlen(macros[i].name) == n && !memcmp(name, macros[i].name, n))
			return use(x, at, &macros[i]);
	return true;
}

static bool scan_text(struct scan *x)
{
	size_t n = (size_t)(x->end - x->text), bad = text_utf8_bad(x->text, n);

	if (bad < n) {
		long line;
		const char *start = line_of(x, x->text + bad, &line);
		err_set(x->e, ERR_NOT_UTF8, "%s" ERR_SEP "%zu", x->file, bad);
		return err_at(x->e, x->file, line, (long)text_utf8_length(start, (size_t)(x->text + bad - start)) + 1);
	}
	while (x->s < x->end) {
		if (*x->s == '%') {
			const char *stop = memchr(x->s, '\n', (size_t)(x->end - x->s));
			x->s = stop ? stop : x->end;
		} else if (*x->s == '\\') {
			if (!command(x))
				return false;
		} else {
			x->s++;
		}
	}
	return true;
}

bool paper_scan_for(struct uses *out, struct arena *a, const char *root, const char *dir, bool annexes, struct err *e)
{
	struct scan x = { .out = out, .a = a, .annexes = annexes, .e = e };
	const char *folder = path_join(a, root, dir);
	struct paper_files files;

	*out = (struct uses){ 0 };
	if (!paper_files(&files, a, folder, dir, e))
		return false;
	for (size_t i = 0; i < files.n; i++) {
		struct buf b = BUF(PAPER_FILE_BYTES);
		if (!strncmp(files.rel[i], "generated/", 10) || !ends_with(files.rel[i], ".tex"))
			continue;
		x.file = path_join(a, dir, files.rel[i]);
		bool ok = path_read(path_join(a, folder, files.rel[i]), b.max, &b, e);
		x.s = x.text = buf_text(&b);
		x.end = x.text + b.n;
		ok = ok && scan_text(&x);
		buf_free(&b);
		if (!ok)
			return false;
	}
	return true;
}

bool paper_scan(struct uses *out, struct arena *a, const char *root, const char *dir, struct err *e)
{
	return paper_scan_for(out, a, root, dir, false, e);
}
