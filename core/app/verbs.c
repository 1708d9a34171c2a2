/* Verbs of general use, of the phases, and of looking into tables. What a command does with them is said in its script. */
#include "app/verbs.h"

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/text.h"
#include "base/version.h"
#include "intake/peek.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void put_error(const struct session *s, const struct err *e, struct buf *out)
{
	struct buf show = BUF(1 << 16);

	err_show(e, s->app.lang, false, &show);
	verb_put(out, "{'show':%s,'record':", buf_text(&show));
	err_json(e, s->app.lang, out);
	verb_put(out, ",'exit':%d}", (int64_t)err_exit(e->id));
	buf_free(&show);
}

/* ---- talk ---- */

VERB(do_settings)
{
	int64_t jobs = 0;

	s->app.lang = !strcmp(verb_text(in, "lang"), "fr") ? LANG_FR : LANG_EN;
	s->app.json = verb_flag(in, "json");
	if (*verb_text(in, "directory")) {
		snprintf(s->directory, sizeof s->directory, "%s", verb_text(in, "directory"));
		s->app.directory = s->directory;
	}
	if (json_int(json_get(in, "jobs"), &jobs))
		s->app.jobs = jobs < 256 ? (unsigned)jobs : 256;
	log_init(&s->app.log, s->app.lang, verb_flag(in, "quiet"), verb_flag(in, "verbose"));
	return true;
}

/* { to, text }: "out" is data; "error" is in words already; notes and what only -v shows. */
VERB(do_words)
{
	const char *to = verb_text(in, "to"), *text = verb_text(in, "text");

	if (*to == 'v') {
		log_verbose(&s->app.log, "%s", text);
	} else if (*to == 'n') {
		log_note(&s->app.log, "%s", text);
	} else {
		log_done(&s->app.log);
		fputs(text, *to == 'o' ? stdout : stderr);
	}
	return true;
}

/* ---- the phases ---- */

VERB(do_open)
{
	if (s->open)
		plan_close(&s->plan);
	s->open = plan_open(&s->plan, &s->app, !verb_flag(in, "write"), e);
	if (!s->open)
		plan_close(&s->plan);
	return s->open;
}

static void put_why(struct session *s, enum stale why, struct buf *out)
{
	static const char *const id[] = {
		[FRESH] = "fresh", [STALE_NEVER] = "never", [STALE_CHANGED] = "changed", [STALE_DATA] = "data", [STALE_FACT] = "fact",
		[STALE_FAILED] = "failed", [STALE_LOST] = "lost", [STALE_GONE] = "gone", [STALE_ABSENT] = "absent",
	};

	verb_put(out, "{'id':%s,'text':%s}", id[why], plan_stale_text(why, s->app.lang));
}

/* Packages of the project, then those that it no longer has (is: NULL), with their tables. */
static void put_package(struct session *s, const char *name, const struct plan_package *is, struct buf *out)
{
	const struct texts none = { 0 };

	verb_next(out);
	verb_put(out, "{'name':%s,'dir':%s,'absent':%t,'why':", name, is ? is->dir : NULL, is ? &is->absent : &none);
	put_why(s, is ? is->stale : STALE_GONE, out);
	verb_put(out, ",'tables':[");
	for (size_t i = 0; i < s->plan.schema.ntable; i++) {
		const struct schema_table *t = &s->plan.schema.table[i];
		if (strcmp(t->package, name))
			continue;
		verb_next(out);
		verb_put(out, "{'name':%s,'rows':%d}", t->name, t->rows);
	}
	verb_put(out, "]}");
}

VERB(do_packages)
{
	const struct plan *p = &s->plan;

	if (!plan_packages(&s->plan, e))
		return false;
	verb_put(out, "[");
	for (size_t i = 0; i < p->npackage; i++)
		put_package(s, p->package[i].name, &p->package[i], out);
	for (size_t i = 0; i < p->schema.npackage; i++)
		if (!plan_has_package(p, p->schema.package[i].name))
			put_package(s, p->schema.package[i].name, NULL, out);
	verb_put(out, "]");
	return true;
}

static void put_table(struct session *s, const struct load_table *t, struct buf *out)
{
	verb_next(out);
	verb_put(out, "{'name':%s,'read':%d,'used':%d,'emitted':%d,'loaded':%d,'rejected':%d,'skipped':%d,'cells':%d,%v,'refusals':[", t->name, t->read,
	         t->used, t->emitted, t->loaded, t->rejected, t->skipped, t->cells, t->lists);
	for (size_t i = 0; i < t->nreject; i++) {
		verb_next(out);
		put_error(s, &t->reject[i], out);
	}
	verb_put(out, "]}");
}

void verb_report(struct session *s, const struct load_report *r, struct buf *out)
{
	verb_put(out, "{'name':%s,'seconds':%r,'warnings':%t,'absent':%t,'tables':[", r->package, r->seconds, &r->warning, &r->absent);
	for (size_t i = 0; i < r->ntable; i++)
		put_table(s, &r->table[i], out);
	verb_put(out, "]}");
}

/* The file in use stays beside as the version of before, for `compare TABLE@previous`; what is lost by a kill is only that. */
static const char *set_aside(struct plan *p, const char *package, const char **to, struct err *e)
{
	struct arena *a = &p->project.arena;
	const char *dir = path_join(a, p->project.state, "previous"), *aside = arena_printf(a, "%s/%s.db.new", dir, package);

	*to = arena_printf(a, "%s/%s.db", dir, package);
	if (!path_mkdirs(dir, e))
		return NULL;
	unlink(aside);
	return link(arena_printf(a, "%s/%s.db", p->project.data, package), aside) ? "" : aside;
}

/* { name, beside: [names] }: loads a package; those beside it, by default all that are not fresh, may begin meanwhile. */
VERB(do_load)
{
	const struct json *beside = json_get(in, "beside");
	struct plan *p = &s->plan;
	struct load_report report;

	for (struct plan_package *k = p->package; beside && k < p->package + p->npackage; k++) {
		bool named = false;
		for (const struct json *v = beside->child; v; v = v->next)
			named |= !strcmp(v->s, k->name);
		k->wanted = named;
	}
	for (size_t i = 0; i < p->npackage; i++) {
		struct plan_package *k = &p->package[i];
		const char *to, *aside;
		if (strcmp(k->name, verb_text(in, "name")))
			continue;
		if (!(aside = set_aside(p, k->name, &to, e)))
			return false;
		if (!plan_load(p, k, &report, e)) {
			unlink(aside);
			return false;
		}
		if (*aside && rename(aside, to))
			return err_system(e, ERR_WRITE, to);
		verb_report(s, &report, out);
		return true;
	}
	return err_set(e, ERR_BUG, "load");
}

VERB(do_settle)
{
	return plan_settle(&s->plan, e);
}

VERB(do_analyses)
{
	if (!plan_analyses(&s->plan, e))
		return false;
	verb_put(out, "[");
	for (size_t i = 0; i < s->plan.nanalysis; i++) {
		const struct plan_analysis *a = &s->plan.analysis[i];
		verb_next(out);
		verb_put(out, "{'id':%s,'path':%s,'because':%s,'known':%b,'why':", a->id, a->path, a->because, a->known);
		put_why(s, a->stale, out);
		verb_put(out, "}");
	}
	verb_put(out, "]");
	return true;
}

static struct plan_analysis *analysis(struct session *s, const struct json *in)
{
	for (size_t i = 0; i < s->plan.nanalysis; i++)
		if (!strcmp(s->plan.analysis[i].id, verb_text(in, "id")))
			return &s->plan.analysis[i];
	return NULL;
}

VERB(do_run)
{
	struct plan_analysis *a = analysis(s, in);

	if (!a || !plan_run(&s->plan, a, e))
		return a || err_set(e, ERR_BUG, "run");
	for (size_t k = 0; k < a->result.nlog; k++)
		log_note(&s->app.log, "%s:%ld: %s", a->path, a->result.log[k].line, a->result.log[k].text);
	if (a->err.id != ERR_NONE)
		*e = a->err;
	return a->err.id == ERR_NONE;
}

/* A value, its bounds null where a side is open or the source states no number. */
static void put_value(struct session *s, const struct value *v, struct buf *out)
{
	const struct quantity *q = &v->q;

	verb_next(out);
	verb_put(out, "{'name':%s,'kind':'value','text':%s", v->name, text2_in(&v->words, s->app.lang));
	if (!v->is_words)
		verb_put(out, ",'low':%r,'best':%r,'high':%r,'qualifier':%s,'unit':%s,'period':%s", q->low_open ? NAN : q->low, q->best,
		         q->high_open ? NAN : q->high, quantity_qualifiers[q->qualifier], q->unit, q->period);
	verb_put(out, "}");
}

VERB(do_results)
{
	struct plan_analysis *a = analysis(s, in);
	const struct result *r = a && a->known ? &a->result : NULL;

	if (!r)
		return true;
	verb_put(out, "[");
	for (size_t i = 0; i < r->nvalue; i++)
		put_value(s, &r->value[i], out);
	for (size_t i = 0; i < r->ntable + r->nfigure; i++) {
		bool table = i < r->ntable;
		verb_next(out);
		verb_put(out, "{'name':%s,'kind':%s}", table ? r->table[i].name : r->figure[i - r->ntable].name, table ? "table" : "figure");
	}
	verb_put(out, "]");
	return true;
}

VERB(do_draw)
{
	return plan_draw(&s->plan, e);
}

/* Path as the user can type it: relative to the project. */
static const char *shown(const struct plan *p, const char *path)
{
	size_t n = strlen(p->project.root);

	return !strncmp(path, p->project.root, n) && path[n] == '/' ? path + n + 1 : path;
}

/* With name: makes that report. Without: all reports, with stale: and whether they are fresh. */
VERB(do_reports)
{
	struct plan *p = &s->plan;
	const char *wanted = verb_text(in, "name"), *file;
	bool made;

	verb_put(out, *wanted ? "" : "[");
	for (size_t i = 0; i < p->project.nreport; i++) {
		const struct report *r = &p->project.report[i];
		if (*wanted && strcmp(wanted, r->name))
			continue;
		verb_next(out);
		verb_put(out, "{'name':%s", r->name);
		if (*wanted) {
			if (!plan_paper(p, r, &made, &file, e))
				return false;
			log_done(&s->app.log);
			verb_put(out, ",'made':%b,'file':%s", made, shown(p, file));
		} else if (verb_flag(in, "stale")) {
			verb_put(out, ",'why':");
			put_why(s, plan_paper_fresh(p, r) ? FRESH : STALE_CHANGED, out);
		}
		verb_put(out, "}");
	}
	verb_put(out, *wanted ? "" : "]");
	return true;
}

VERB(do_counts)
{
	const struct plan *p = &s->plan;

	log_done(&s->app.log);
	verb_put(out, "{'loaded':%d,'ran':%d,'drawn':%d,'typeset':%d}", (int64_t)p->loaded, (int64_t)p->ran, (int64_t)p->drawn, (int64_t)p->typeset);
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

/* ---- files ---- */

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

static const char *absolute(struct session *s, const char *path, struct err *e)
{
	char *real = realpath(path, NULL);

	if (!real) {
		err_system(e, ERR_OPEN, path);
		return NULL;
	}
	const char *kept = arena_strdup(&s->arena, real);
	free(real);
	return kept;
}

VERB(do_peek)
{
	const char *shown = verb_text(in, "file"), *file = absolute(s, shown, e), *tmp = file ? scratch(s, e) : NULL;
	int64_t rows = 0;

	json_int(json_get(in, "rows"), &rows);
	return tmp && peek_file(file, shown, tmp, verb_text(in, "descriptor"), rows, s->open && s->plan.project.allow_unjailed, out, e);
}

/* The folder of a package that is in no project, as a job. */
static bool folder_job(struct session *s, const char *folder, struct load_job *job, struct err *e)
{
	const char *dir = absolute(s, folder, e), *name = dir ? strrchr(dir, '/') : NULL;

	if (dir)
		*job = (struct load_job){ .package_dir = name + 1, .root = arena_strndup(&s->arena, dir, name > dir ? (size_t)(name - dir) : 1),
			.wall_seconds = 600, .memory = 512u << 20 };
	return dir != NULL;
}

/* { package: of the project, or dir: anywhere; files: [{ resource, path, shown }], name } → { valid, file, report, error }: a whole load, into a folder
 * of its own. The files stand for those of the package. */
VERB(do_load_aside)
{
	const struct json *files = json_get(in, "files");
	struct plan *p = &s->plan;
	struct load_file *file = arena_array(&s->arena, struct load_file, p->nfile + (files ? files->count : 0) + 1);
	struct load_job job = { 0 };
	struct load_report report;
	struct err bad = { 0 };
	const char *tmp = scratch(s, e);
	size_t n = 0;

	for (const struct json *v = files ? files->child : NULL; v; v = v->next, n++) {
		const char *shown = verb_text(v, json_get(v, "shown") ? "shown" : "path");
		file[n] = (struct load_file){ verb_text(v, "resource"), absolute(s, verb_text(v, "path"), e), shown };
		if (!file[n].path)
			return false;
	}
	for (size_t i = 0; i < p->npackage; i++)
		if (!strcmp(p->package[i].name, verb_text(in, "package")))
			job = p->package[i].job;
	if (!tmp || (!job.root && !folder_job(s, verb_text(in, "dir"), &job, e)))
		return false;
	for (size_t i = 0; i < p->nfile; i++)
		file[n++] = p->file[i];
	job.file = file;
	job.nfile = n;
	job.data_dir = path_join(&s->arena, tmp, verb_text(in, "name"));
	bool ok = load_package(&job, &s->arena, &report, &bad);
	verb_put(out, "{'valid':%b,'file':%s,'report':", ok, arena_printf(&s->arena, "%s/%s.db", job.data_dir, report.package));
	verb_report(s, &report, out);
	if (!ok) {
		if (s->open)
			plan_absent(p, &bad);
		verb_put(out, ",'error':");
		put_error(s, &bad, out);
	}
	verb_put(out, "}");
	return true;
}

/* Where each loaded table lies, and where its version of before, null when there is none. */
VERB(do_tables)
{
	struct plan *p = &s->plan;
	struct arena *a = &s->arena;

	if (!schema_read(&p->schema, &p->project.arena, p->project.data, e))
		return false;
	verb_put(out, "[");
	for (size_t i = 0; i < p->schema.ntable; i++) {
		const struct schema_table *t = &p->schema.table[i];
		const char *previous = arena_printf(a, "%s/previous/%s.db", p->project.state, t->package);
		verb_next(out);
		verb_put(out, "{'name':%s,'package':%s,'file':%s,'previous':%s}", t->name, t->package, schema_package(&p->schema, t->package)->file,
		         path_exists(previous) ? previous : NULL);
	}
	verb_put(out, "]");
	return true;
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

/* Over the loaded packages, or over files, { name: path of a package file }, whose tables are then NAME.TABLE. */
static struct db *open_tables(struct session *s, const struct json *in, struct err *e)
{
	const struct json *files = json_get(in, "files");
	struct plan *p = &s->plan;

	if (!files)
		return schema_read(&p->schema, &p->project.arena, p->project.data, e)
			? db_open_query(&p->schema, &(struct db_limits){ .heap = p->project.limit_sql_memory }, NULL, e) : NULL;
	struct db *db = db_open_package(files->child->s, e);
	for (const struct json *v = files->child; db && v; v = v->next)
		if (!db_attach(db, v->key, v->s, e)) {
			db_close(db);
			db = NULL;
		}
	return db;
}

/* { sql, limit, files } → { columns, rows, more } */
VERB(do_query)
{
	struct db *db = open_tables(s, in, e);
	struct stmt *st = db ? db_prepare(db, verb_text(in, "sql"), strlen(verb_text(in, "sql")), e) : NULL;
	int64_t limit = QUERY_ROWS, n = 0;
	int step = st ? 1 : -1;

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
	db_close(db);
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
	V(analyses), V(counts), V(create), V(doctor), V(draw), V(load), V(load_aside), V(open), V(packages), V(peek), V(query),
	V(reports), V(results), V(run), V(settings), V(settle), V(stream), V(tables), V(words),
	{ NULL, NULL },
};

bool verbs_call(void *session, const char *verb, const char *in, size_t n, struct buf *out, struct err *e)
{
	static const struct verb *const tables[] = { app_verbs, feed_verbs };
	struct session *s = session;
	struct json_doc doc;

	arena_free(&s->arena);
	if (!json_parse(&doc, &s->arena, verb, in, n, e))
		return false;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct verb *v = tables[i]; v->name; v++)
			if (!strcmp(v->name, verb))
				return v->run(s, doc.root, out, e) || (s->open && plan_absent(&s->plan, e));
	return err_set(e, ERR_BUG, "%s", verb);
}

void verbs_close(struct session *s)
{
	struct err ignored;

	if (*s->scratch)
		path_remove_tree(s->scratch, &ignored);
	if (s->open)
		plan_close(&s->plan);
	arena_free(&s->arena);
}
