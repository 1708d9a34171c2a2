/* Which files a report is made of, and which results its text uses. Reads LaTeX only as far as needed for that:
 * comments, verbatim text and our own macros. */
#include "render/paper_part.h"

#include "base/path.h"
#include "base/text.h"

#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#define LEN(array) (sizeof(array) / sizeof *(array))

/* What LaTeX, viewers and editors leave behind; the first five LaTeX reads again in its next run. */
static const char *const left_behind[] = {
	"*.aux", "*.toc", "*.out", "*.lof", "*.lot",
	"*.log", "*.fls", "*.fdb_latexmk", "*.synctex.gz", "*.synctex", "*.bcf", "*.run.xml", "*~", "*.bak", ".*",
};
enum { READ_AGAIN = 5 };

static bool walk(struct paper_files *f, struct arena *a, const char *rel, int depth, struct err *e)
{
	const char **name;
	size_t n;

	if (!path_list(a, path_join(a, f->folder, rel), &name, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *sub = path_join(a, rel, name[i]);
		size_t left = 0;
		struct stat st;
		while (left < LEN(left_behind) && fnmatch(left_behind[left], name[i], 0))
			left++;
		if ((f->shown && left < LEN(left_behind)) || !strcmp(sub, f->product) || !path_is_inside(sub) ||
		    lstat(path_join(a, f->folder, sub), &st))
			continue;
		if (S_ISLNK(st.st_mode))
			return err_set(e, ERR_PAPER_LINK, "%s/%s", f->shown ? f->shown : "", sub);
		if (S_ISDIR(st.st_mode) && !walk(f, a, sub, depth + 1, e))
			return false;
		if (!S_ISREG(st.st_mode) || (!f->shown && left >= READ_AGAIN))
			continue;
		if (f->n == PAPER_FILES || depth > PAPER_DEPTH)
			return err_set(e, ERR_PAPER_DEEP, "%d" ERR_SEP "%d", PAPER_FILES, PAPER_DEPTH);
		f->rel[f->n++] = sub;
	}
	return true;
}

bool paper_files(struct paper_files *out, struct arena *a, const char *folder, const char *shown, struct err *e)
{
	const char *slash = shown ? strrchr(shown, '/') : NULL;

	*out = (struct paper_files){ .folder = folder, .shown = shown, .rel = arena_array(a, const char *, PAPER_FILES) };
	out->product = slash ? arena_printf(a, "%s.pdf", slash + 1) : "";
	return walk(out, a, "", 1, e);
}

bool paper_files_hash(const struct paper_files *f, struct arena *a, struct hash *h, struct err *e)
{
	char digest[HASH_HEX];

	for (size_t i = 0; i < f->n; i++) {
		if (!hash_file(path_join(a, f->folder, f->rel[i]), digest, NULL, e))
			return false;
		hash_str(h, f->rel[i]);
		hash_str(h, digest);
	}
	return true;
}

/* The macros that name a result, or an annex, with the one option that they know. */
static const struct macro { const char *name; enum use_kind kind; const char *option; } macros[] = {
	{ "val", USE_VALUE, "bare" }, { "Val", USE_VALUE, "bare" }, { "valunit", USE_VALUE, NULL }, { "valdate", USE_VALUE, NULL },
	{ "fig", USE_FIGURE, NULL }, { "figref", USE_FIGURE, NULL }, { "tab", USE_TABLE, NULL }, { "tabref", USE_TABLE, NULL },
	{ "source", USE_SOURCE, NULL }, { "annex", USE_ANNEX, NULL },
};
static const char *const verbatim[] = {
	"verbatim", "verbatim*", "lstlisting", "Verbatim", "comment", "filecontents", "filecontents*",
};

struct scan {
	struct uses *out;
	struct arena *a;
	const char *file, *text, *s;   /* s: next character */
	struct err *e;
};

/* Where `at` stands in the text, with its whole line. */
static struct use place(const struct scan *x, const char *at)
{
	struct use u = { .file = x->file, .line = 1 };
	const char *start = x->text;

	for (const char *end; (end = memchr(start, '\n', (size_t)(at - start))); start = end + 1)
		u.line++;
	u.column = (long)text_utf8_length(start, (size_t)(at - start)) + 1;
	u.excerpt = arena_strndup(x->a, start, strcspn(start, "\n"));
	return u;
}

bool paper_at(struct err *e, const struct use *u)
{
	err_at(e, u->file, u->line, u->column);
	return err_excerpt(e, u->excerpt, strlen(u->excerpt), u->column);
}

static bool refuse(struct scan *x, const struct use *u, enum err_id id)
{
	err_set(x->e, id, "\\%s", u->macro);
	return paper_at(x->e, u);
}

/* TeX skips spaces and one line end after the name of a macro. */
static void skip_spaces(struct scan *x)
{
	x->s += strspn(x->s, " \t\r");
	if (*x->s == '\n')
		x->s += 1 + strspn(x->s + 1, " \t\r");
}

/* The text in the brackets that begin here, on one line, without braces in it; "" otherwise. */
static const char *argument(struct scan *x, const char *brackets)
{
	const char *from = x->s + 1;

	if (*x->s != brackets[0])
		return "";
	size_t n = strcspn(from, "{}]%\\\n");
	if (from[n] != brackets[1])
		return "";
	x->s = from + n + 1;
	return arena_strndup(x->a, from, n);
}

static bool is_id(struct arena *a, const char *s)
{
	size_t n = strcspn(s, ".");

	return s[n] && text_is_name(arena_strndup(a, s, n)) && text_is_name(s + n + 1);
}

static bool use(struct scan *x, const char *at, const struct macro *m)
{
	struct use u = place(x, at), *item = x->out->item;
	size_t n = x->out->n;

	u.kind = m->kind;
	u.macro = m->name;
	skip_spaces(x);
	if (m->option && *x->s == '[') {
		if (strcmp(argument(x, "[]"), m->option))
			return refuse(x, &u, ERR_MACRO_OPTION);
		skip_spaces(x);
	}
	u.id = argument(x, "{}");
	if (m->kind == USE_ANNEX ? !text_is_name(u.id) : !is_id(x->a, u.id))
		return refuse(x, &u, m->kind == USE_ANNEX ? ERR_MACRO_ANNEX : ERR_MACRO_ID);
	if (!(n & (n - 1))) {   /* full at 0, 1, 2, 4, 8 … */
		x->out->item = arena_array(x->a, struct use, n ? 2 * n : 1);
		for (size_t i = 0; i < n; i++)
			x->out->item[i] = item[i];
	}
	x->out->item[x->out->n++] = u;
	return true;
}

static void skip_past(struct scan *x, const char *what)
{
	const char *found = strstr(x->s, what);

	x->s = found ? found + strlen(what) : x->s + strlen(x->s);
}

static bool command(struct scan *x)
{
	const char *at = x->s++;
	size_t n = strspn(x->s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@");
	const char *name = arena_strndup(x->a, x->s, n);

	x->s += n ? n : *x->s != 0;   /* \% and its like */
	if (!strcmp(name, "verb")) {
		x->s += *x->s == '*';
		const char stop[] = { *x->s, 0 };
		x->s += *x->s != 0;
		skip_past(x, stop);
	} else if (!strcmp(name, "begin")) {
		const char *environment = argument(x, "{}");
		for (size_t i = 0; i < LEN(verbatim); i++)
			if (!strcmp(environment, verbatim[i]))
				skip_past(x, arena_printf(x->a, "\\end{%s}", environment));
	} else if (!strcmp(name, "end") && !strcmp(argument(x, "{}"), "document")) {
		x->s += strlen(x->s);   /* TeX reads no further */
	}
	for (size_t i = 0; i < LEN(macros); i++)
		if (!strcmp(macros[i].name, name))
			return use(x, at, &macros[i]);
	return true;
}

/* n: bytes of the file; a NUL among them is no text either. */
static bool scan_text(struct scan *x, size_t n)
{
	size_t bad = text_utf8_bad(x->text, strlen(x->text));

	if (bad < n) {
		struct use u = place(x, x->text + bad);
		err_set(x->e, ERR_NOT_UTF8, "%s" ERR_SEP "%zu", x->file, bad);
		return paper_at(x->e, &u);
	}
	while (*(x->s += strcspn(x->s, "%\\"))) {
		if (*x->s == '%')
			x->s += strcspn(x->s, "\n");
		else if (!command(x))
			return false;
	}
	return true;
}

bool paper_scan(struct uses *out, struct arena *a, const char *root, const char *dir, struct err *e)
{
	struct scan x = { .out = out, .a = a, .e = e };
	struct paper_files files;
	bool ok = paper_files(&files, a, path_join(a, root, dir), dir, e);

	*out = (struct uses){ 0 };
	for (size_t i = 0; ok && i < files.n; i++) {
		struct buf b = BUF(PAPER_FILE_BYTES);
		const char *dot = strrchr(files.rel[i], '.');
		if (!strncmp(files.rel[i], "generated/", 10) || !dot || strcmp(dot, ".tex"))
			continue;
		x.file = path_join(a, dir, files.rel[i]);
		ok = path_read(path_join(a, files.folder, files.rel[i]), b.max, &b, e);
		x.s = x.text = buf_text(&b);
		ok = ok && scan_text(&x, b.n);
		buf_free(&b);
	}
	return ok;
}
