/* Verbs of the project and of the phases of a build. Which of them is due, in what order, and what is recorded is decided in
 * host/command/{project,plan}.lua. */
#include "app/verbs.h"

#include "base/path.h"
#include "base/proc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the project ---- */

/* { directory } → the folder of the project around it. What was open is closed. */
VERB(do_root)
{
	plan_close(&s->plan);
	s->open = false;
	if (!project_find(&s->plan.project, verb_text(in, "directory"), e))
		return false;
	verb_put(out, "%s", s->plan.project.root);
	return true;
}

/* { write, … } with the settings of the project */
VERB(do_enter)
{
	project_set(&s->plan.project, in);
	s->open = plan_open(&s->plan, verb_flag(in, "write"), e);
	return s->open;
}

/* ---- packages ---- */

/* { dir } → what the descriptor says of the package and its tables */
VERB(do_describe)
{
	const char *root = s->plan.project.root;
	struct package p;

	if (!package_read(&p, &s->arena, path_join(&s->arena, root, verb_text(in, "dir")), e))
		return load_relative(root, e);
	verb_put(out, "{'name':%s,'uses':%t,'tables':[", p.name, &p.uses);
	for (const struct resource *r = p.resource; r < p.resource + p.nresource; r++) {
		verb_next(out);
		verb_put(out, "{'name':%s,'line':%d,'path':%s,'feed':%b,'url':%s,'resource_id':%s,'dataset_id':%s,'title':%s,'others':[", r->name,
		         (int64_t)r->line, r->path.n ? r->path.s[0] : "", r->is_feed, r->url, r->resource_id, r->dataset_id, r->dataset_title);
		for (size_t i = 0; i < r->nforeign; i++) {
			if (!r->foreign[i].other)
				continue;
			verb_next(out);
			verb_put(out, "%s", r->foreign[i].other);
		}
		verb_put(out, "]}");
	}
	verb_put(out, "]}");
	return true;
}

static bool lists(const struct json *list, const char *name)
{
	const struct json *v = list->child;

	while (v && strcmp(v->s, name))
		v = v->next;
	return v != NULL;
}

/* { known: packages, tolerant } → what is loaded: { packages, twice }. previous: the file of before, null when there is none. Afterwards queries
 * find the tables of known packages alone. tolerant: one table in two of them is no error, but told as twice. */
VERB(do_schema)
{
	const struct json *known = json_get(in, "known");
	struct schema *now = &s->plan.schema;
	bool once = plan_schema(&s->plan, e);
	size_t n = 0;

	if (!once && !(verb_flag(in, "tolerant") && e->id == ERR_TABLE_TWICE))
		return false;
	verb_put(out, "{'twice':%b,'packages':[", !once);
	for (const struct schema_package *p = now->package; p < now->package + now->npackage; p++) {
		const char *previous = arena_printf(&s->arena, "%s/previous/%s.db", s->plan.project.state, p->name);
		verb_next(out);
		verb_put(out, "{'name':%s,'key':%s,'file':%s,'previous':%s,'tables':[", p->name, p->key, p->file, path_exists(previous) ? previous : NULL);
		for (const struct schema_table *t = now->table; t < now->table + now->ntable; t++) {
			if (strcmp(t->package, p->name))
				continue;
			verb_next(out);
			verb_put(out, "{'name':%s,'rows':%d}", t->name, t->rows);
		}
		verb_put(out, "]}");
	}
	verb_put(out, "]}");
	for (size_t i = 0; known && i < now->ntable; i++)
		if (lists(known, now->table[i].package))
			now->table[n++] = now->table[i];
	now->ntable = known ? n : now->ntable;
	return true;
}

/* A load as the script describes it: { dir, root or that of the project, aside: folder or the project's, files: [{ resource, path, shown }],
 * uses: [{ name, file, key }] }. Lives as long as the project is open. */
static struct load_job job_of(struct session *s, const struct json *in)
{
	struct project *j = &s->plan.project;
	struct arena *a = &j->arena;
	const struct json *files = json_get(in, "files"), *uses = json_get(in, "uses");
	struct load_file *file = arena_array(a, struct load_file, files ? files->count : 0);
	struct load_used *used = arena_array(a, struct load_used, uses ? uses->count : 0);
	const char *root = verb_text(in, "root"), *aside = verb_text(in, "aside");

	for (const struct json *v = files ? files->child : NULL; v; v = v->next)
		file[v->index] = (struct load_file){ arena_strdup(a, verb_text(v, "resource")), arena_strdup(a, verb_text(v, "path")),
			arena_strdup(a, verb_text(v, "shown")) };
	for (const struct json *v = uses ? uses->child : NULL; v; v = v->next)
		used[v->index] = (struct load_used){ arena_strdup(a, verb_text(v, "name")), arena_strdup(a, verb_text(v, "file")),
			arena_strdup(a, verb_text(v, "key")) };
	return (struct load_job){
		.file = file, .nfile = files ? files->count : 0, .used = used, .nused = uses ? uses->count : 0,
		.package_dir = arena_strdup(a, verb_text(in, "dir")), .root = *root ? arena_strdup(a, root) : j->root,
		.data_dir = *aside ? arena_strdup(a, aside) : j->data, .wall_seconds = 600, .memory = s->open ? j->sql_memory : 512u << 20,
		.allow_unjailed = j->allow_unjailed,
	};
}

/* A load → { ready: whether there is anything to load, key, absent: tables without a file } */
VERB(do_load_key)
{
	struct load_job job = job_of(s, in);
	char key[HASH_HEX];
	struct package p;
	int rc = load_key(&job, &s->arena, &p, key, e);

	if (rc >= 0)
		verb_put(out, "{'ready':%b,'key':%s,'absent':%t}", rc, key, &p.absent);
	return rc >= 0;
}

/* A load with its name: begins it. */
VERB(do_load_start)
{
	struct plan *p = &s->plan;
	struct plan_load *l = arena_new(&p->project.arena, struct plan_load);

	*l = (struct plan_load){ .name = arena_strdup(&p->project.arena, verb_text(in, "name")), .job = job_of(s, in), .next = p->load };
	l->run = load_start(&l->job, &p->project.arena, e);
	p->load = l->run ? l : p->load;
	return l->run != NULL;
}

static void put_table(struct session *s, const struct load_table *t, struct buf *out)
{
	verb_next(out);
	verb_put(out, "{'name':%s,'read':%d,'used':%d,'emitted':%d,'loaded':%d,'rejected':%d,'skipped':%d,'cells':%d,%v,'refusals':[", t->name, t->read,
	         t->used, t->emitted, t->loaded, t->rejected, t->skipped, t->cells, t->lists);
	for (size_t i = 0; i < t->nreject; i++) {
		verb_next(out);
		verb_put_error(s, &t->reject[i], out);
	}
	verb_put(out, "]}");
}

/* The file in use stays beside as the version of before, for `compare TABLE@previous`; what is lost by a kill is only that. "": there is none. */
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

/* { name }: waits for a load that was begun, and publishes it → { valid, file, report }; what is wrong with it is kept for `raise`. */
VERB(do_load_finish)
{
	struct plan *p = &s->plan;
	struct plan_load **at = &p->load, *l;
	struct load_report r = { 0 };
	const char *to, *aside = "";

	while (strcmp((*at)->name, verb_text(in, "name")))
		at = &(*at)->next;
	l = *at;
	*at = l->next;
	if (l->job.data_dir == p->project.data && !(aside = set_aside(p, l->name, &to, e))) {
		load_stop(l->run);
		return false;
	}
	bool ok = load_finish(l->run, &r, &p->failed);
	if (!ok)
		unlink(aside);
	else if (*aside && rename(aside, to))
		return err_system(e, ERR_WRITE, to);
	verb_put(out, "{'valid':%b,'file':%s,'report':{'name':%s,'seconds':%r,'warnings':%t,'absent':%t,'tables':[", ok,
	         arena_printf(&s->arena, "%s/%s.db", l->job.data_dir, r.package), r.package, r.seconds, &r.warning, &r.absent);
	for (size_t i = 0; i < r.ntable; i++)
		put_table(s, &r.table[i], out);
	verb_put(out, "]}}");
	return true;
}

/* Raises what failed last. */
VERB(do_raise)
{
	*e = s->plan.failed;
	return false;
}

/* ---- analyses ---- */

/* { list: [{ id, path }] }, in the order of ids: these are the analyses → the key of each */
VERB(do_keys)
{
	const struct json *list = json_get(in, "list");
	struct plan *p = &s->plan;
	struct arena *a = &p->project.arena;
	char key[HASH_HEX];

	p->analysis = arena_array(a, struct plan_analysis, list->count);
	p->nanalysis = list->count;
	buf_char(out, '[');
	for (const struct json *v = list->child; v; v = v->next) {
		struct plan_analysis *x = &p->analysis[v->index];
		*x = (struct plan_analysis){ .id = arena_strdup(a, verb_text(v, "id")), .path = arena_strdup(a, verb_text(v, "path")) };
		if (!plan_key(p, x, key, e))
			return false;
		verb_next(out);
		verb_put(out, "%s", key);
	}
	buf_char(out, ']');
	return true;
}

static struct plan_analysis *analysis(struct session *s, const struct json *in)
{
	struct plan_analysis *a = s->plan.analysis;

	while (strcmp(a->id, verb_text(in, "id")))
		a++;
	return a;
}

/* The first input of a run that is no longer as it was: 1 and { what, fact }; 0: none; -1 = *e. */
static int changed(struct session *s, struct db *db, int64_t run, struct buf *out, struct err *e)
{
	static const char sql[] = "SELECT 0, table_name, column_name, stamp, package FROM run_read WHERE run = ?1 "
		"UNION ALL SELECT 1, table_name, fact, stamp, '' FROM run_fact WHERE run = ?1 ORDER BY 1, 5, 2, 3";
	struct stmt *st = db_query(s->plan.ledger, sql, CELLS(cell_int(run)), e);
	int step = -1;
	bool same = true;

	while (same && st && (step = stmt_step(st, e)) == 1) {
		bool fact = stmt_int(st, 0) != 0;
		const char *table = stmt_text(st, 1), *name = stmt_text(st, 2);
		const char *now = fact ? plan_fact_stamp(&s->plan, db, table, name, e) : plan_stamp(&s->plan, table, name);
		same = now && !strcmp(now, stmt_text(st, 3));
		step = now ? step : -1;
		if (now && !same)
			verb_put(out, "{'what':%s,'fact':%b}", fact ? name : arena_printf(&s->arena, "%s.%s", table, name), fact);
	}
	stmt_done(st);
	return step;
}

/* { runs: ids in the ledger } → for each what changed of what it read, or null */
VERB(do_changed)
{
	struct db *db = db_open_query(&s->plan.schema, NULL, NULL, e);
	int step = db ? 0 : -1;

	buf_char(out, '[');
	for (const struct json *v = json_get(in, "runs")->child; v && step >= 0; v = v->next) {
		int64_t run = 0;
		json_int(v, &run);
		verb_next(out);
		step = changed(s, db, run, out, e);
		buf_str(out, step == 0 ? "null" : "");
	}
	buf_char(out, ']');
	db_close(db);
	return step >= 0;
}

/* { id, sha256 } → whether the kept result is there and the one that was recorded */
VERB(do_take)
{
	verb_put(out, "%b", plan_take(&s->plan, analysis(s, in), verb_text(in, "sha256")));
	return true;
}

/* { id }: runs the analysis → { sha256, error, seconds, reads: [[package, table, column, stamp]], facts: [[table, fact, stamp]] }. sha256: of its
 * result, which is kept; "" when the analysis itself failed: error is the name of what `raise` raises. */
VERB(do_work)
{
	struct plan_analysis *a = analysis(s, in);
	struct plan *p = &s->plan;
	const struct result *r = &a->result;
	double begun = proc_clock();
	char sha256[HASH_HEX];

	if (!plan_run(p, a, sha256, e))
		return false;
	p->failed = r->err;
	for (size_t i = 0; i < r->nlog; i++)
		log_note(&s->app.log, "%s:%ld: %s", a->path, r->log[i].line, r->log[i].text);
	verb_put(out, "{'sha256':%s,'error':%s,'seconds':%r,'reads':[", sha256, r->failed ? err_name(r->err.id) : "", proc_clock() - begun);
	for (const struct read *d = r->read; d < r->read + r->nread; d++) {
		verb_next(out);
		verb_put(out, "[%s,%s,%s,%s]", d->package, d->table, d->column, plan_stamp(p, d->table, d->column));
	}
	verb_put(out, "],'facts':[");
	struct db *db = r->nfact ? db_open_query(&p->schema, NULL, NULL, e) : NULL;
	bool ok = db || !r->nfact;
	for (const struct read_fact *f = r->fact; ok && f < r->fact + r->nfact; f++) {
		const char *stamp = plan_fact_stamp(p, db, f->table, f->id, e);
		verb_next(out);
		verb_put(out, "[%s,%s,%s]", f->table, f->id, stamp);
		ok = stamp != NULL;
	}
	verb_put(out, "]}");
	db_close(db);
	return ok;
}

/* A value, its bounds null where a side is open or the source states no number; kept: what only the ledger wants. */
static void put_value(struct session *s, const struct value *v, struct buf *out)
{
	const struct quantity *q = &v->q;

	verb_next(out);
	verb_put(out, "{'name':%s,'kind':'value','text':%s", v->name, text2_in(&v->words, s->app.lang));
	if (!v->is_words)
		verb_put(out, ",'low':%r,'best':%r,'high':%r,'qualifier':%s,'unit':%s,'period':%s", q->low_open ? NAN : q->low, q->best,
		         q->high_open ? NAN : q->high, quantity_qualifiers[q->qualifier], q->unit, q->period);
	verb_put(out, ",'kept':{'low_open':%b,'high_open':%b,'decimals':%d,'fr':%s,'en':%s}}", q->low_open, q->high_open, (int64_t)q->decimals,
	         v->is_words ? v->words.fr : "", v->is_words ? v->words.en : "");
}

/* { id } → what a known result holds, null when it is not known */
VERB(do_values)
{
	const struct plan_analysis *a = analysis(s, in);
	const struct result *r = &a->result;

	if (!a->known)
		return true;
	buf_char(out, '[');
	for (size_t i = 0; i < r->nvalue; i++)
		put_value(s, &r->value[i], out);
	for (size_t i = 0; i < r->ntable + r->nfigure; i++) {
		bool table = i < r->ntable;
		verb_next(out);
		verb_put(out, "{'name':%s,'kind':%s}", table ? r->table[i].name : r->figure[i - r->ntable].name, table ? "table" : "figure");
	}
	buf_char(out, ']');
	return true;
}

/* ---- figures and reports ---- */

/* Draws what is stale → how many figures were drawn */
VERB(do_paint)
{
	size_t drawn;

	return plan_draw(&s->plan, &drawn, e) && (verb_put(out, "%d", (int64_t)drawn), true);
}

/* { name }: makes a report → { name, made, file }. With look: → whether it is fresh; failed: ids of the analyses that are known to fail. */
VERB(do_paper)
{
	struct plan *p = &s->plan;
	const struct report *r = p->project.report;
	bool made;

	while (strcmp(r->name, verb_text(in, "name")))
		r++;
	if (verb_flag(in, "look")) {
		verb_put(out, "%b", plan_paper_fresh(p, r, json_get(in, "failed")));
		return true;
	}
	if (!plan_paper(p, r, &made, e))
		return false;
	log_done(&s->app.log);
	verb_put(out, "{'name':%s,'made':%b,'file':%s}", r->name, made, arena_printf(&s->arena, "build/%s.pdf", r->name));
	return true;
}

#define V(name) { #name, do_##name }
const struct verb phase_verbs[] = {
	V(changed), V(describe), V(enter), V(keys), V(load_finish), V(load_key), V(load_start), V(paint), V(paper), V(raise), V(root), V(schema),
	V(take), V(values), V(work), { NULL, NULL },
};
