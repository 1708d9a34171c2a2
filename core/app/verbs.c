/* Verbs of general use: talk, files, and queries. What a command does with them is said in its script. */
#include "app/verbs.h"

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/text.h"
#include "base/version.h"
#include "intake/peek.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ROW_MAX = 1 << 26, QUERY_ROWS = 100000 };

/* ---- arguments and answers ---- */

const char *verb_text(const struct json *in, const char *key)
{
	const struct json *v = json_get(in, key);

	return v && v->type == JSON_STRING ? v->s : "";
}

bool verb_flag(const struct json *in, const char *key)
{
	const struct json *v = json_get(in, key);

	return v && v->type == JSON_BOOL && v->yes;
}

static void put_real(struct buf *out, double v)
{
	if (isfinite(v))
		num_put_real(out, v);
	else
		buf_str(out, "null");
}

static void put_texts(struct buf *out, const struct texts *t)
{
	for (size_t i = 0; i < t->n; i++) {
		buf_str(out, i ? "," : "[");
		buf_json(out, t->s[i], strlen(t->s[i]));
	}
	buf_str(out, t->n ? "]" : "[]");
}

void verb_put(struct buf *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	for (const char *f = fmt; *f; f++) {
		if (*f != '%') {
			buf_char(out, *f == '\'' ? '"' : *f);
			continue;
		}
		const char *s = *++f == 's' || *f == 'v' ? va_arg(ap, const char *) : "";
		switch (*f) {
		case 's': (void)(s ? buf_json(out, s, strlen(s)) : buf_str(out, "null")); break;
		case 'v': buf_str(out, s); break;
		case 'd': buf_printf(out, "%lld", (long long)va_arg(ap, int64_t)); break;
		case 'r': put_real(out, va_arg(ap, double)); break;
		case 't': put_texts(out, va_arg(ap, const struct texts *)); break;
		case 'b': buf_str(out, va_arg(ap, int) ? "true" : "false"); break;
		}
	}
	va_end(ap);
}

void verb_next(struct buf *out)
{
	if (out->n && !strchr("[{:", out->s[out->n - 1]))
		buf_char(out, ',');
}

void verb_put_error(const struct session *s, const struct err *e, struct buf *out)
{
	struct buf show = BUF(1 << 16);

	err_show(e, s->app.lang, s->app.log.color, &show);
	verb_put(out, "{'show':%s,'record':", buf_text(&show));
	err_json(e, s->app.lang, out);
	verb_put(out, ",'exit':%d}", (int64_t)err_exit(e->id));
	buf_free(&show);
}

/* ---- talk ---- */

VERB(do_settings)
{
	s->app.lang = !strcmp(verb_text(in, "lang"), "fr") ? LANG_FR : LANG_EN;
	s->app.json = verb_flag(in, "json");
	log_init(&s->app.log, s->app.lang, verb_flag(in, "quiet"), verb_flag(in, "verbose"));
	return true;
}

/* { to, text }: "out" is data; "error" is in words already; notes and what only -v shows; "progress" is step done of total. */
VERB(do_words)
{
	const char *to = verb_text(in, "to"), *text = verb_text(in, "text");
	int64_t done = 0, total = 0;

	if (*to == 'p') {
		json_int(json_get(in, "done"), &done);
		json_int(json_get(in, "total"), &total);
		log_step(&s->app.log, text, (size_t)done, (size_t)total);
	} else if (*to == 'n' || *to == 'v') {
		if (*to == 'n' || s->app.log.verbose)
			log_note(&s->app.log, "%s", text);
	} else {
		log_done(&s->app.log);
		fputs(text, *to == 'o' ? stdout : stderr);
	}
	return true;
}

VERB(do_doctor)
{
	struct proc_layers l = { 0 };
	struct arena *a = &s->arena;

	proc_layers(&l);
	verb_put(out, "{'version':%s,'gnuplot':%s,'pdflatex':%s,'bwrap':%s,'landlock':%d,'seccomp':%b,'bubblewrap':%b,'sanitizer':%b,'note':%s}",
	         CONTINUUM_VERSION, proc_which(a, "gnuplot"), proc_which(a, "pdflatex"), proc_which(a, "bwrap"), (int64_t)l.landlock_abi, l.seccomp,
	         l.bubblewrap, l.sanitizer, l.note);
	return true;
}

/* { id, args, file, line, json, at }: raises a message at a place: file and line, or that in a JSON file of the project to which the names and numbers of
 * `at` lead, as far as they do. */
VERB(do_fault)
{
	const struct json *args = json_get(in, "args"), *v;
	const char *arg[ERR_ARGS] = { "", "", "", "" }, *name = verb_text(in, "json");
	struct json_doc doc;
	struct err ignored;
	int64_t line = 0;

	for (v = args ? args->child : NULL; v && v->index < ERR_ARGS; v = v->next)
		arg[v->index] = v->s;
	err_set(e, err_by_name(verb_text(in, "id")), "%s" ERR_SEP "%s" ERR_SEP "%s" ERR_SEP "%s", arg[0], arg[1], arg[2], arg[3]);
	if (!*name) {
		json_int(json_get(in, "line"), &line);
		return err_at(e, verb_text(in, "file"), (long)line, 0);
	}
	if (!json_read(&doc, &s->arena, path_join(&s->arena, s->plan.project.root, name), name, &ignored))
		return err_at(e, name, 0, 0);
	const struct json *place = doc.root;
	for (v = json_get(in, "at")->child; v; v = v->next) {
		const struct json *next = v->type == JSON_STRING ? json_get(place, v->s) : place->child;
		int64_t steps = 0;
		for (json_int(v, &steps); next && steps > 0; steps--)
			next = next->next;
		place = next ? next : place;
	}
	return json_fail(&doc, place, e);
}

/* ---- files ---- */

static const char *in_project(struct session *s, const char *path)
{
	return path_join(&s->arena, s->plan.project.root, path);
}

/* List of paths of the project → of each what it is: folder, file, link, other, or "": it is not there. */
VERB(do_kinds)
{
	struct stat st;

	buf_char(out, '[');
	for (const struct json *v = in->child; v; v = v->next) {
		bool there = lstat(in_project(s, v->s), &st) == 0;
		verb_next(out);
		verb_put(out, "%s", !there ? "" : S_ISDIR(st.st_mode) ? "folder" : S_ISREG(st.st_mode) ? "file" : S_ISLNK(st.st_mode) ? "link" : "other");
	}
	buf_char(out, ']');
	return true;
}

/* { path } → the names in a folder of the project, none where there is none */
VERB(do_list)
{
	const char *path = in_project(s, verb_text(in, "path")), **name = NULL;
	struct texts t = { 0 };

	if (path_exists(path) && !path_list(&s->arena, path, &name, &t.n, e))
		return false;
	t.s = name;
	verb_put(out, "%t", &t);
	return true;
}

/* A text → the path that the user gave, absolute and without links */
VERB(do_real)
{
	char path[PATH_MAX];

	if (!realpath(in->s, path))
		return err_system(e, ERR_OPEN, in->s);
	verb_put(out, "%s", path);
	return true;
}

/* { path, text }: a new file where the user said; refused when there is one. */
VERB(do_create)
{
	const char *path = verb_text(in, "path"), *slash = strrchr(path, '/');
	const struct json *text = json_get(in, "text");

	if (path_exists(path) || !text)
		return err_set(e, ERR_DB_EXISTS, "%s", path);
	return (!slash || slash == path || path_mkdirs(arena_strndup(&s->arena, path, (size_t)(slash - path)), e)) &&
	       path_write(path, text->s, text->n, e);
}

/* A private folder that goes with the command; in the project, where a killed one is swept up. */
static const char *scratch(struct session *s, struct err *e)
{
	const char *tmp = getenv("TMPDIR"), *parent = s->open ? s->plan.project.build : tmp && *tmp == '/' ? tmp : "/tmp";

	if (!*s->scratch) {
		const char *made = path_mkdirs(parent, e) ? path_mkdtemp(&s->arena, parent, e) : NULL;
		if (made)
			snprintf(s->scratch, sizeof s->scratch, "%s", made);
	}
	return *s->scratch ? s->scratch : NULL;
}

/* The path of the session's private folder. */
VERB(do_scratch)
{
	const char *path = scratch(s, e);

	verb_put(out, "%s", path);
	return path != NULL;
}

/* { file, shown, descriptor, rows } */
VERB(do_peek)
{
	const char *tmp = scratch(s, e);
	int64_t rows = 0;

	json_int(json_get(in, "rows"), &rows);
	return tmp && peek_file(verb_text(in, "file"), verb_text(in, "shown"), tmp, verb_text(in, "descriptor"), rows,
	                        s->open && s->plan.project.allow_unjailed, out, e);
}

/* ---- queries ---- */

/* A row as tab-separated texts, as a JSON list, or as an object. */
static void put_row(struct buf *out, struct stmt *st, bool json, bool named)
{
	int n = stmt_columns(st);

	for (int i = 0; i < n; i++) {
		struct cell c = stmt_cell(st, i);
		if (json)
			buf_char(out, i ? ',' : named ? '{' : '[');
		if (named)
			verb_put(out, "%s:", stmt_column_name(st, i));
		if (c.type == CELL_INT)
			buf_printf(out, "%lld", (long long)c.i);
		else if (c.type == CELL_REAL)
			put_real(out, c.d);
		else if (c.type == CELL_NULL)
			buf_str(out, json ? "null" : "");
		else if (json)
			buf_json(out, c.s, c.n);
		else
			text_clean(out, c.s, c.n);
		if (!json)
			buf_char(out, i + 1 < n ? '\t' : '\n');
	}
	buf_str(out, json ? named ? "}" : "]" : "");
}

enum { PARAMS = 24 };

/* Takes the values of a list for the parameters of a statement; returns how many. */
static size_t cells_of(const struct json *list, struct cell cell[PARAMS])
{
	size_t n = 0;

	for (const struct json *v = list ? list->child : NULL; v && n < PARAMS; v = v->next, n++) {
		int64_t i;
		double d = 0;
		cell[n] = v->type == JSON_STRING ? cell_bytes(v->s, v->n) : v->type == JSON_BOOL ? cell_int(v->yes) : json_int(v, &i) ? cell_int(i)
			: json_real(v, &d) ? cell_real(d) : (struct cell){ .type = CELL_NULL };
	}
	return n;
}

/* List of { sql, rows: lists of parameters }: into the ledger, all or nothing. */
VERB(do_record)
{
	struct db *l = s->plan.ledger;
	struct cell cell[PARAMS];
	bool ok = db_begin(l, e);

	for (const struct json *v = in->child; v; v = v->next)
		for (const struct json *row = json_get(v, "rows")->child; ok && row; row = row->next)
			ok = db_run(l, verb_text(v, "sql"), cell, cells_of(row, cell), e);
	if (ok && db_commit(l, e))
		return true;
	db_rollback(l);
	return false;
}

/* Over the loaded packages, or over files, { name: path of a package file }, whose tables are then NAME.TABLE. */
static struct db *open_tables(struct session *s, const struct json *in, struct err *e)
{
	const struct json *files = json_get(in, "files");
	struct plan *p = &s->plan;

	if (!files)
		return schema_read(&p->schema, &p->project.arena, p->project.data, e)
			? db_open_query(&p->schema, &(struct db_limits){ .heap = p->project.sql_memory }, NULL, e) : NULL;
	struct db *db = db_open_package(files->child->s, e);
	for (const struct json *v = files->child; db && v; v = v->next)
		if (!db_attach(db, v->key, v->s, e)) {
			db_close(db);
			db = NULL;
		}
	return db;
}

/* { sql, params, limit, files, ledger } → { columns, rows, more }; ledger: asks that, and gets nothing where there is none. */
VERB(do_query)
{
	bool ledger = verb_flag(in, "ledger"), none = ledger && !s->plan.ledger;
	struct db *db = ledger ? s->plan.ledger : open_tables(s, in, e);
	struct cell cell[PARAMS];
	size_t given = cells_of(json_get(in, "params"), cell);
	struct stmt *st = db ? db_query(db, verb_text(in, "sql"), cell, given, e) : NULL;
	int64_t limit = QUERY_ROWS, n = 0;
	int step = st ? 1 : none ? 0 : -1;

	json_int(json_get(in, "limit"), &limit);
	verb_put(out, "{'columns':[");
	for (int c = 0; st && c < stmt_columns(st); c++) {
		verb_next(out);
		verb_put(out, "%s", stmt_column_name(st, c));
	}
	verb_put(out, "],'rows':[");
	while (step == 1 && (step = stmt_step(st, e)) == 1 && n++ < limit) {
		verb_next(out);
		put_row(out, st, true, false);
	}
	verb_put(out, "],'more':%b}", step == 1);
	stmt_done(st);
	db_close(ledger ? NULL : db);
	return step >= 0;
}

/* { sql } to stdout row by row, whatever their number: objects with --json, else tab-separated; gives the exit code. Nothing is printed before the first row is
 * there: most queries that fail do so before it. */
VERB(do_stream)
{
	bool json = s->app.json, first = true;
	struct db *db = open_tables(s, in, e);
	struct stmt *st = db ? db_prepare(db, verb_text(in, "sql"), strlen(verb_text(in, "sql")), e) : NULL;
	int step = st ? stmt_step(st, e) : -1;
	struct buf row = BUF(ROW_MAX);

	for (int i = 0, n = step >= 0 && !json ? stmt_columns(st) : 0; i < n; i++)
		printf("%s%c", stmt_column_name(st, i), i + 1 < n ? '\t' : '\n');
	if (step >= 0 && json)
		putchar('[');
	bool begun = step >= 0;
	for (; step == 1; step = stmt_step(st, e), first = false) {
		buf_clear(&row);
		buf_str(&row, !json ? "" : first ? "\n" : ",\n");
		put_row(&row, st, json, json);
		fwrite(row.s, 1, row.n, stdout);
	}
	if (json && begun)
		puts("\n]");
	buf_free(&row);
	stmt_done(st);
	db_close(db);
	/* Rows are on stdout already: the error goes to stderr in words, whatever the form of the rows. */
	if (step < 0 && begun) {
		log_error(&s->app.log, e);
		verb_put(out, "%d", (int64_t)err_exit(e->id));
	}
	return step >= 0 || begun;
}

/* ---- the table ---- */

#define V(name) { #name, do_##name }
const struct verb app_verbs[] = {
	V(create), V(doctor), V(fault), V(kinds), V(list), V(peek), V(query), V(real), V(record), V(scratch), V(settings), V(stream), V(words),
	{ NULL, NULL },
};

bool verbs_call(void *session, const char *verb, const char *in, size_t n, struct buf *out, struct err *e)
{
	static const struct verb *const tables[] = { app_verbs, phase_verbs, feed_verbs };
	struct session *s = session;
	struct json_doc doc;

	arena_free(&s->arena);
	if (!json_parse(&doc, &s->arena, verb, in, n, e))
		return false;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct verb *v = tables[i]; v->name; v++)
			if (!strcmp(v->name, verb))
				return v->run(s, doc.root, out, e);
	return err_set(e, ERR_BUG, "%s", verb);
}

void verbs_close(struct session *s)
{
	struct err ignored;

	if (*s->scratch)
		path_remove_tree(s->scratch, &ignored);
	plan_close(&s->plan);
	arena_free(&s->arena);
}
