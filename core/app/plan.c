/* Freshness and the phases of a build. Staleness follows from content: digests of files, and stamps of the tables,
 * columns and facts that an analysis was seen to read. */
#include "app/plan.h"

#include "app/lock.h"
#include "base/embed.h"
#include "base/path.h"
#include "base/proc.h"
#include "host/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

const char *plan_stale_text(enum stale s, enum lang lang)
{
	static const char *const text[][2] = {
		[FRESH] = { "à jour", "fresh" },
		[STALE_NEVER] = { "jamais fait", "never made" },
		[STALE_CHANGED] = { "source modifiée", "source changed" },
		[STALE_DATA] = { "données modifiées", "data changed" },
		[STALE_FACT] = { "fait du registre modifié", "ledger fact changed" },
		[STALE_FAILED] = { "en échec la dernière fois", "failed last time" },
		[STALE_LOST] = { "résultat absent", "result missing" },
		[STALE_GONE] = { "n’est plus dans le projet", "no longer in the project" },
		[STALE_ABSENT] = { "pas encore de données : continuum refresh", "no data yet: continuum refresh" },
	};

	return text[s][lang];
}

/* One writer at a time. The lock file is never deleted; it holds the writer's number for the message of a second one. */
static int take_lock(struct project *p, struct err *e)
{
	const char *path = path_join(&p->arena, p->state, "lock");
	char number[24] = "";
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0) {
		err_set(e, ERR_OPEN, "%s", ".continuum/lock");
		err_why(e, "%s", strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		ssize_t n = pread(fd, number, sizeof number - 1, 0);
		err_set(e, ERR_LOCKED, "%.*s", n > 0 ? (int)strcspn(number, "\n") : 1, n > 0 ? number : "?");
		close(fd);
		return -1;
	}
	int n = snprintf(number, sizeof number, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) || pwrite(fd, number, (size_t)n, 0) != n) {
		err_set(e, ERR_WRITE, "%s", ".continuum/lock");
		close(fd);
		return -1;
	}
	return fd;
}

/* What a killed writer left half-written. The lock is held: nobody else is writing. */
static bool sweep(struct project *j, struct err *e)
{
	const char *const dir[] = {
		j->data, j->build, path_join(&j->arena, j->build, "figures"), path_join(&j->arena, j->build, "results"),
		path_join(&j->arena, j->state, "objects"), path_join(&j->arena, j->state, "quarantine"),
	};

	for (size_t i = 0; i < sizeof dir / sizeof *dir; i++)
		if (!path_sweep(dir[i], e))
			return false;
	for (size_t i = 0; i < j->nreport; i++)
		if (!path_sweep(arena_printf(&j->arena, "%s/%s/generated", j->root, j->report[i].dir), e))
			return false;
	return true;
}

bool plan_open(struct plan *p, struct app *app, bool read_only, struct err *e)
{
	*p = (struct plan){ .app = app, .lock = -1 };
	if (!project_open(&p->project, app->directory, e))
		return false;
	if (read_only) {
		if (!path_exists(path_join(&p->project.arena, p->project.state, "ledger.db")))
			return true;
	} else {
		if (!path_mkdirs(p->project.data, e) || !path_mkdirs(p->project.build, e))
			return false;
		p->lock = take_lock(&p->project, e);
		if (p->lock < 0 || !sweep(&p->project, e))
			return false;
	}
	p->ledger = ledger_open(path_join(&p->project.arena, p->project.state, "ledger.db"), e);
	return p->ledger != NULL;
}

void plan_close(struct plan *p)
{
	for (size_t i = 0; i < p->npackage; i++)
		if (p->package[i].run)
			load_stop(p->package[i].run);
	db_close(p->ledger);
	if (p->lock >= 0)
		close(p->lock);
	project_close(&p->project);
}

static struct plan_package *package_named(const struct plan *p, const char *name)
{
	for (size_t i = 0; i < p->npackage; i++)
		if (!strcmp(p->package[i].name, name))
			return &p->package[i];
	return NULL;
}

bool plan_has_package(const struct plan *p, const char *name)
{
	return package_named(p, name) != NULL;
}

static bool fail_package(struct plan *p, const struct plan_package *k, struct err *e)
{
	return err_at(e, arena_printf(&p->project.arena, "%s/datapackage.json", k->dir), 0, 0);
}

static void leave_out_gone(struct plan *p)
{
	struct schema *s = &p->schema;
	size_t n = 0;

	for (size_t i = 0; i < s->npackage; i++)
		p->unsettled |= !plan_has_package(p, s->package[i].name);
	for (size_t i = 0; i < s->ntable; i++)
		if (plan_has_package(p, s->table[i].package))
			s->table[n++] = s->table[i];
	s->ntable = n;
}

/* Reads what is loaded. The stamps then stand for the words that describe a table too: its sources, status and units get printed. */
static bool read_schema(struct plan *p, struct err *e)
{
	struct arena *a = &p->project.arena;
	char hex[HASH_HEX];

	if (!schema_read(&p->schema, a, p->project.data, e))
		return false;
	for (size_t i = 0; i < p->schema.ntable; i++) {
		struct schema_table *t = &p->schema.table[i];
		const char *const part[] = { t->package, t->title, t->source_fr, t->source_en, t->address, t->status };
		struct hash *h = hash_open();
		for (size_t k = 0; k < sizeof part / sizeof *part; k++)
			hash_str(h, part[k] ? part[k] : "");
		for (size_t k = 0; k < t->ncolumn; k++)
			hash_str(h, t->column[k].unit ? t->column[k].unit : "");
		hash_close(h, hex);
		t->stamp = arena_printf(a, "%s-%.16s", t->stamp, hex);
		for (size_t k = 0; k < t->ncolumn; k++)
			t->column[k].stamp = arena_printf(a, "%s-%.16s", t->column[k].stamp, hex);
	}
	return true;
}

static const struct resource *resource_named(const struct package *k, const char *name)
{
	for (size_t i = 0; i < k->nresource; i++)
		if (!strcmp(k->resource[i].name, name))
			return &k->resource[i];
	return NULL;
}

/* The package other than k that describes a table of that name; used: only one that k uses. */
static const struct plan_package *other_with(const struct plan *p, const struct plan_package *k, const char *table, bool used)
{
	for (const struct plan_package *o = p->package; o < p->package + p->npackage; o++) {
		bool looked_at = o != k && !used;
		for (size_t i = 0; i < k->is.uses.n; i++)
			looked_at |= !strcmp(o->name, k->is.uses.s[i]);
		if (looked_at && resource_named(&o->is, table))
			return o;
	}
	return NULL;
}

/* A table that another package describes too is refused before anything is loaded: afterwards no query could run. So is a key to a table that
 * no used package describes: the loader cannot tell it from one that has no data yet. */
static bool tables_are_known(struct plan *p, const struct plan_package *k, struct err *e)
{
	for (const struct resource *r = k->is.resource; r < k->is.resource + k->is.nresource; r++) {
		const struct plan_package *other = other_with(p, k, r->name, false);
		const char *to = "";
		for (size_t i = 0; i < r->nforeign && *to == 0; i++)
			to = r->foreign[i].other && !other_with(p, k, r->foreign[i].other, true) ? r->foreign[i].other : "";
		if (!other && !*to)
			continue;
		if (other)
			err_set(e, ERR_TABLE_TWICE, "%s" ERR_SEP "%s" ERR_SEP "%s", r->name, k->name, other->name);
		else
			err_set(e, ERR_PACKAGE_TABLE, "%s" ERR_SEP "%s" ERR_SEP "%s", k->name, r->name, to);
		return err_at(e, arena_printf(&p->project.arena, "%s/datapackage.json", k->dir), r->line, 0);
	}
	return true;
}

bool plan_absent(struct plan *p, struct err *e)
{
	const char *dot = strrchr(e->arg[0], '.'), *table = dot ? dot + 1 : e->arg[0];
	struct err ignored;

	if ((e->id != ERR_SQL_NO_TABLE && e->id != ERR_SQL_NO_TABLE_NEAR) || (!p->npackage && !plan_packages(p, &ignored)))
		return false;
	for (size_t i = 0; i < p->npackage; i++)
		for (size_t k = 0; k < p->package[i].absent.n; k++)
			if (!strcmp(p->package[i].absent.s[k], table))
				e->id = ERR_TABLE_ABSENT;
	return false;
}

/* Reads the descriptors for names and uses. Package names are the names of files: two folders with one name would overwrite each other. */
static bool name_packages(struct plan *p, struct err *e)
{
	struct project *j = &p->project;

	p->package = arena_array(&j->arena, struct plan_package, j->npackage + 1);
	for (p->npackage = 0; p->npackage < j->npackage; p->npackage++) {
		struct plan_package *k = &p->package[p->npackage];
		k->dir = j->package[p->npackage];
		if (!package_read(&k->is, &j->arena, path_join(&j->arena, j->root, k->dir), e))
			return load_relative(j->root, e);
		const struct plan_package *other = package_named(p, k->is.name);
		if (other) {
			err_set(e, ERR_PACKAGE_TWICE, "%s" ERR_SEP "%s", k->is.name, other->dir);
			return fail_package(p, k, e);
		}
		k->name = k->is.name;
	}
	return true;
}

/* Adds k to the sorted ones, after those that it uses; depth tells a circle. */
static bool sort_package(struct plan *p, struct plan *sorted, const struct plan_package *k, size_t depth, struct err *e)
{
	if (package_named(sorted, k->name))
		return true;
	if (depth > p->npackage) {
		err_set(e, ERR_PACKAGE_CYCLE, "%s", k->name);
		return fail_package(p, k, e);
	}
	for (size_t i = 0; i < k->is.uses.n; i++) {
		const struct plan_package *u = package_named(p, k->is.uses.s[i]);
		if (!u) {
			err_set(e, ERR_PACKAGE_UNKNOWN, "%s" ERR_SEP "%s", k->name, k->is.uses.s[i]);
			return fail_package(p, k, e);
		}
		if (!sort_package(p, sorted, u, depth + 1, e))
			return false;
	}
	sorted->package[sorted->npackage++] = *k;
	return true;
}

/* What the loader needs to know, and whether there is anything for it to do. Those that k uses come before it. */
static bool compare_package(struct plan *p, struct plan_package *k, struct err *e)
{
	struct project *j = &p->project;
	struct load_used *used = arena_array(&j->arena, struct load_used, k->is.uses.n);
	const struct schema_package *now = schema_package(&p->schema, k->name);
	struct package read = { 0 };

	for (size_t i = 0; i < k->is.uses.n; i++) {
		const struct plan_package *u = package_named(p, k->is.uses.s[i]);
		used[i] = (struct load_used){ u->name, u->stale == STALE_ABSENT ? "" : arena_printf(&j->arena, "%s/%s.db", j->data, u->name), u->key };
	}
	k->job = (struct load_job){
		.package_dir = k->dir, .root = j->root, .data_dir = j->data, .wall_seconds = 600, .memory = j->limit_sql_memory,
		.allow_unjailed = j->allow_unjailed, .file = p->file, .nfile = p->nfile, .used = used, .nused = k->is.uses.n,
	};
	int rc = load_key(&k->job, &j->arena, &read, k->key, e);
	k->absent = read.absent;
	k->stale = !rc ? STALE_ABSENT : !now ? STALE_NEVER : strcmp(now->key, k->key) ? STALE_CHANGED : FRESH;
	k->wanted = k->stale == STALE_NEVER || k->stale == STALE_CHANGED;
	return rc >= 0;
}

bool plan_packages(struct plan *p, struct err *e)
{
	if (!read_schema(p, e)) {
		if (p->lock < 0 || e->id != ERR_TABLE_TWICE)
			return false;
		p->unsettled = true;
	}
	if (!lock_files(&p->project, &p->file, &p->nfile, e) || !name_packages(p, e))
		return false;
	struct plan sorted = { .package = arena_array(&p->project.arena, struct plan_package, p->npackage + 1) };
	for (size_t i = 0; i < p->npackage; i++)
		if (!sort_package(p, &sorted, &p->package[i], 0, e))
			return false;
	p->package = sorted.package;
	for (size_t i = 0; i < p->npackage; i++)
		if (!compare_package(p, &p->package[i], e))
			return false;
	leave_out_gone(p);
	return true;
}

bool plan_settle(struct plan *p, struct err *e)
{
	const struct schema *s = &p->schema;

	if (!p->loaded && !p->unsettled)
		return true;
	for (size_t i = 0; i < s->npackage; i++) {
		if (plan_has_package(p, s->package[i].name))
			continue;
		if (!path_remove_tree(s->package[i].file, e))
			return false;
		log_note(&p->app->log, "%s: %s", s->package[i].name, plan_stale_text(STALE_GONE, p->app->lang));
	}
	p->unsettled = false;
	return read_schema(p, e);
}

/* What a table of a finished load refused, in one line with the first of it. */
static void tell_refusals(struct plan *p, const struct plan_package *k, const struct load_table *t)
{
	bool fr = p->app->lang == LANG_FR;
	struct buf first = BUF(2000);

	err_message(&t->reject[0], p->app->lang, &first);
	log_note(&p->app->log, fr ? "%s : %s : %lld lignes lues, %lld lignes et %lld cellules refusées ; d’abord %s:%ld : %s"
	                          : "%s: %s: %lld rows read, %lld rows and %lld cells refused; first %s:%ld: %s",
	         k->name, t->name, (long long)t->read, (long long)(t->rejected + t->emitted - t->loaded), (long long)t->cells, t->reject[0].file,
	         t->reject[0].line, buf_text(&first));
	buf_free(&first);
}

/* Warnings of the descriptor and refusals; those of a failed load one by one, after *e, which then says how far the load came. */
static void tell_load(struct plan *p, const struct plan_package *k, const struct load_report *report, bool ok, struct err *e)
{
	struct log *log = &p->app->log;
	bool refused = false;

	for (size_t i = 0; i < report->warning.n; i++)
		log_note(log, p->app->lang == LANG_FR ? "%s : propriété non utilisée : %s" : "%s: property not used: %s", k->name, report->warning.s[i]);
	for (size_t i = 0; i < report->ntable; i++) {
		const struct load_table *t = &report->table[i];
		if (t->nreject && ok)
			tell_refusals(p, k, t);
		if (t->nreject && !ok && !refused)
			log_error(log, e);
		refused |= t->nreject && !ok;
		for (size_t r = 0; r < t->nreject && !ok; r++)
			if (t->reject[r].id != e->id || t->reject[r].line != e->line)
				log_error(log, &t->reject[r]);
	}
	if (refused)
		load_summary(report, e);
}

/* Starts the loader of k, unless it runs already. Packages that k uses must have been published. */
static bool start_load(struct plan *p, struct plan_package *k, struct err *e)
{
	for (size_t i = 0; i < k->is.uses.n && !k->run; i++) {
		const struct plan_package *u = package_named(p, k->is.uses.s[i]);
		if (u->stale != FRESH && u->stale != STALE_ABSENT)
			return err_set(e, ERR_LOAD_USES, "%s" ERR_SEP "%s", k->name, u->name);
	}
	if (!k->run && tables_are_known(p, k, e))
		k->run = load_start(&k->job, &p->project.arena, e);
	return k->run != NULL;
}

/* Loaders that can run beside that of k; what stops one of them is told when it is its turn. */
static void start_others(struct plan *p, const struct plan_package *k)
{
	long jobs = p->app->jobs ? (long)p->app->jobs : sysconf(_SC_NPROCESSORS_ONLN);
	struct err later;

	for (size_t i = 0; i < p->npackage; i++)
		jobs -= p->package[i].run != NULL;
	for (size_t i = (size_t)(k - p->package) + 1; i < p->npackage && jobs > 0; i++)
		if (p->package[i].wanted && !p->package[i].run)
			jobs -= start_load(p, &p->package[i], &later);
}

bool plan_load(struct plan *p, struct plan_package *k, struct load_report *report, struct err *e)
{
	log_step(&p->app->log, k->name, p->loaded, p->npackage);
	*report = (struct load_report){ 0 };
	bool ok = start_load(p, k, e);
	k->wanted = false;
	if (ok) {
		start_others(p, k);
		struct load_run *run = k->run;
		k->run = NULL;
		ok = load_finish(run, report, e);
	}
	if (!p->app->json)
		tell_load(p, k, report, ok, e);
	if (!ok)
		return false;
	k->stale = FRESH;
	p->loaded++;
	int64_t rows = 0;
	for (size_t i = 0; i < report->ntable; i++)
		rows += report->table[i].loaded;
	return ledger_load(p->ledger, k->name, k->key, rows, report->seconds, e);
}

static struct worker_job worker_job(struct plan *p, const struct plan_analysis *a, const char *tmp_dir)
{
	struct project *j = &p->project;

	return (struct worker_job){
		.root = j->root, .plugin = a->path, .id = a->id, .data_dir = j->data, .tmp_dir = tmp_dir, .fact_tables = j->fact_table,
		.nfact_table = j->nfact_table, .units_table = j->units_table,
		.limits = { j->limit_seconds, j->limit_memory, j->limit_sql_memory, j->limit_output, j->allow_unjailed },
	};
}

/* What a result depends on besides what it read: program, plugin and libraries, names of units. */
static bool analysis_key(struct plan *p, struct plan_analysis *a, struct err *e)
{
	struct worker_job job = worker_job(p, a, "");
	char plugin[HASH_HEX];

	if (!worker_key(&job, plugin, e))
		return false;
	struct hash *h = hash_open();
	hash_str(h, embed_build);
	hash_str(h, plugin);
	const struct schema_table *units = p->project.units_table ? schema_table(&p->schema, p->project.units_table) : NULL;
	hash_str(h, units ? units->stamp : "");
	hash_close(h, a->key);
	return true;
}

/* Digest of a ledger fact: its row, and the tables beside it that name its document. "absent" when there is no such fact. */
static const char *fact_stamp(struct plan *p, struct db *db, const char *table, const char *id, struct err *e)
{
	const struct schema_table *t = schema_table(&p->schema, table);
	char *sql = arena_printf(&p->project.arena, "SELECT * FROM \"%s\" WHERE fact_id = ?1", table), hex[HASH_HEX];
	struct stmt *st = t ? db_prepare(db, sql, strlen(sql), e) : NULL;
	int step;

	if (!t)
		return "absent";
	if (!st)
		return NULL;
	struct hash *h = hash_open();
	stmt_bind_text(st, 1, id, strlen(id));
	while ((step = stmt_step(st, e)) == 1)
		for (int i = 0; i < stmt_columns(st); i++) {
			const char *cell = stmt_text(st, i);
			hash_str(h, cell ? cell : "\x01");
		}
	stmt_done(st);
	for (size_t i = 0; i < p->schema.ntable; i++)
		if (!strcmp(p->schema.table[i].package, t->package) && strcmp(p->schema.table[i].name, table))
			hash_str(h, p->schema.table[i].stamp);
	hash_close(h, hex);
	return step < 0 ? NULL : arena_strdup(&p->project.arena, hex);
}

static const char *read_stamp(const struct plan *p, const char *table, const char *column)
{
	const struct schema_table *t = schema_table(&p->schema, table);
	const struct schema_column *c = t && *column ? schema_column(t, column) : NULL;

	return c ? c->stamp : t && !*column ? t->stamp : "";
}

static const char *result_path(struct plan *p, const char *id)
{
	return arena_printf(&p->project.arena, "%s/results/%s.wire", p->project.build, id);
}

/* Compares what the last run read with what stands there now. */
static bool compare_run(struct plan *p, struct db *db, struct plan_analysis *a, const struct ledger_run *run, struct err *e)
{
	if (!*run->result)
		return a->stale = STALE_FAILED, true;
	if (strcmp(run->key, a->key))
		return a->stale = STALE_CHANGED, true;
	for (size_t i = 0; i < run->nread; i++)
		if (strcmp(run->read[i].stamp, read_stamp(p, run->read[i].table, run->read[i].column))) {
			a->because = arena_printf(&p->project.arena, "%s.%s", run->read[i].table, run->read[i].column);
			return a->stale = STALE_DATA, true;
		}
	for (size_t i = 0; i < run->nfact; i++) {
		const char *stamp = fact_stamp(p, db, run->fact[i].table, run->fact[i].id, e);
		if (!stamp)
			return false;
		if (strcmp(stamp, run->fact[i].stamp)) {
			a->because = run->fact[i].id;
			return a->stale = STALE_FACT, true;
		}
	}
	return a->stale = FRESH, true;
}

/* Takes the kept result back when it still is what the ledger says it was. */
static void take_result(struct plan *p, struct plan_analysis *a, const struct ledger_run *run)
{
	struct buf raw = BUF(ARTEFACT_BYTES);
	char hex[HASH_HEX];
	struct err lost = { 0 };

	a->known = path_read(result_path(p, a->id), ARTEFACT_BYTES, &raw, &lost);
	if (a->known) {
		hash_bytes(buf_text(&raw), raw.n, hex);
		a->known = !strcmp(hex, run->result) && wire_decode(&p->project.arena, raw.s, raw.n, &a->result, &lost);
	}
	if (!a->known)
		a->stale = STALE_LOST;
	buf_free(&raw);
}

bool plan_analyses(struct plan *p, struct err *e)
{
	struct project *j = &p->project;
	struct db *db = db_open_query(&p->schema, NULL, NULL, e);
	bool ok = db != NULL;

	p->analysis = arena_array(&j->arena, struct plan_analysis, j->nplugin + 1);
	for (p->nanalysis = 0; ok && p->nanalysis < j->nplugin; p->nanalysis++) {
		struct plan_analysis *a = &p->analysis[p->nanalysis];
		struct ledger_run run;
		*a = (struct plan_analysis){ .path = j->plugin[p->nanalysis], .because = "", .stale = STALE_NEVER };
		a->id = project_plugin_id(j, a->path);
		int known = 0;
		ok = analysis_key(p, a, e) && (known = p->ledger ? ledger_last_run(p->ledger, &j->arena, a->id, &run, e) : 0) >= 0 &&
		     (known == 0 || compare_run(p, db, a, &run, e));
		if (ok && known && a->stale == FRESH)
			take_result(p, a, &run);
	}
	db_close(db);
	return ok;
}

static bool keep_result(struct plan *p, struct plan_analysis *a, const struct buf *raw, double seconds, struct err *e)
{
	struct arena *arena = &p->project.arena;
	struct result *r = &a->result;
	char hex[HASH_HEX] = "";
	struct db *db = db_open_query(&p->schema, NULL, NULL, e);
	const char **stamp = arena_array(arena, const char *, r->nfact + 1);
	bool ok = db != NULL;

	for (size_t i = 0; ok && i < r->nfact; i++)
		ok = (stamp[i] = fact_stamp(p, db, r->fact[i].table, r->fact[i].id, e)) != NULL;
	db_close(db);
	if (ok && !r->failed) {
		hash_bytes(buf_text(raw), raw->n, hex);
		ok = path_mkdirs(arena_printf(arena, "%s/results", p->project.build), e) && path_write(result_path(p, a->id), raw->s, raw->n, e);
	}
	return ok && ledger_record_run(p->ledger, a->id, a->key, hex, seconds, &p->schema, r, stamp, e);
}

bool plan_run(struct plan *p, struct plan_analysis *a, struct err *e)
{
	struct arena *arena = &p->project.arena;
	struct buf raw = BUF(ARTEFACT_BYTES);
	char *tmp = path_mkdtemp(arena, p->project.build, e);
	double start = proc_clock();

	if (!tmp)
		return false;
	log_step(&p->app->log, a->id, p->ran, p->nanalysis);
	struct worker_job job = worker_job(p, a, tmp);
	a->result = (struct result){ 0 };
	bool ok = worker_run(&job, arena, &a->result, &raw, e);
	struct err ignored;
	path_remove_tree(tmp, &ignored);
	ok = ok && keep_result(p, a, &raw, proc_clock() - start, e);
	buf_free(&raw);
	if (!ok)
		return false;
	p->ran++;
	a->known = !a->result.failed;
	a->stale = a->known ? FRESH : STALE_FAILED;
	if (a->result.failed)
		a->err = a->result.err;
	return true;
}
