/* build, load, run and status: the phases, and what is told of them. */
#include "app/plan.h"

#include "base/num.h"
#include "base/path.h"
#include "base/typo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Path as the user can type it: relative to the project. */
static const char *shown(const struct plan *p, const char *path)
{
	size_t n = strlen(p->project.root);

	return !strncmp(path, p->project.root, n) && path[n] == '/' ? path + n + 1 : path;
}

/* The parts of a command (analyses, reports, packages): how many came out, and what became of the others. */
struct parts {
	struct buf failed;      /* JSON objects, for --json */
	size_t nfailed, ndone;
	int worst;              /* the highest exit code among the failed ones */
	bool stopped;           /* a failed part ended the command: it has been told already */
};

static void put_text(const char *s)
{
	struct buf b = BUF(1 << 16);

	buf_json(&b, s, strlen(s));
	fputs(buf_text(&b), stdout);
	buf_free(&b);
}

/* Tells the failure of one part. False when the command must stop at it. */
static bool part_failed(struct app *app, struct parts *t, const char *kind, const char *name, const struct err *e)
{
	int code = err_exit(e->id);

	t->worst = code > t->worst ? code : t->worst;
	if (app->json) {
		buf_printf(&t->failed, "%s{\"%s\":", t->nfailed ? "," : "", kind);
		buf_json(&t->failed, name, strlen(name));
		buf_str(&t->failed, ",\"error\":");
		err_json(e, app->lang, &t->failed);
		buf_char(&t->failed, '}');
	} else {
		log_done(&app->log);
		log_error(&app->log, e);
	}
	t->nfailed++;
	t->stopped = !app->keep_going;
	return app->keep_going;
}

/* Ends a command whose JSON list is open: e is a failure that belongs to no part, or NULL. */
static int finish(struct plan *p, struct parts *t, const struct err *e)
{
	struct app *app = p->app;
	bool partly = t->nfailed && t->ndone && app->keep_going;
	int code = e ? (int)err_exit(e->id) : partly ? EXIT_PARTIAL : t->worst;

	log_done(&app->log);
	if (app->json) {
		printf("],\"failed\":[%s]", buf_text(&t->failed));
		if (e) {
			struct buf text = BUF(1 << 16);
			err_json(e, app->lang, &text);
			printf(",\"error\":%s", buf_text(&text));
			buf_free(&text);
		}
		printf(",\"loaded\":%zu,\"ran\":%zu,\"drawn\":%zu,\"typeset\":%zu,\"worst\":%d,\"exit\":%d}\n", p->loaded, p->ran, p->drawn,
		       p->typeset, e && code > t->worst ? code : t->worst, code);
	} else if (e) {
		log_error(&app->log, e);
	}
	log_verbose(&app->log, "%zu loaded, %zu run, %zu drawn, %zu typeset", p->loaded, p->ran, p->drawn, p->typeset);
	buf_free(&t->failed);
	plan_close(p);
	return code;
}

/* Runs what is stale (or, with names, what is named). Stops at the first that fails unless told to keep going. */
static bool run_stale(struct plan *p, const char **word, size_t nword, struct parts *t, struct err *e)
{
	for (size_t i = 0; i < p->nanalysis; i++) {
		struct plan_analysis *a = &p->analysis[i];
		bool wanted = nword == 0 && a->stale != FRESH;
		for (size_t k = 0; k < nword; k++)
			wanted |= project_names(a->path, word[k]);
		if (wanted && !plan_run(p, a, e))
			return false;
		for (size_t k = 0; wanted && k < a->result.nlog; k++)
			log_note(&p->app->log, "%s:%ld: %s", a->path, a->result.log[k].line, a->result.log[k].text);
		t->ndone += a->known && (wanted || nword == 0);
		if (wanted && a->err.id != ERR_NONE && !part_failed(p->app, t, "analysis", a->id, &a->err))
			return false;
	}
	return true;
}

static bool names_known(struct plan *p, const char **word, size_t nword, struct err *e)
{
	for (size_t k = 0; k < nword; k++) {
		bool found = false;
		for (size_t i = 0; i < p->nanalysis; i++)
			found |= project_names(p->analysis[i].path, word[k]);
		if (!found)
			return err_set(e, ERR_NO_SUCH, "%s" ERR_SEP "%s", p->app->lang == LANG_FR ? "d’analyse nommée" : "analysis", word[k]);
	}
	return true;
}

static bool wants_report(const struct app *app, const struct report *r)
{
	for (size_t k = 0; k < app->nword; k++)
		if (!strcmp(app->word[k], r->name))
			return true;
	return app->nword == 0;
}

static bool reports_known(struct plan *p, struct err *e)
{
	for (size_t k = 0; k < p->app->nword; k++) {
		bool found = false;
		for (size_t i = 0; i < p->project.nreport; i++)
			found |= !strcmp(p->app->word[k], p->project.report[i].name);
		if (!found)
			return err_set(e, ERR_NO_SUCH, "%s" ERR_SEP "%s", p->app->lang == LANG_FR ? "de rapport nommé" : "report", p->app->word[k]);
	}
	return true;
}

/* Typesets the wanted reports; with keep-going a report that cannot be made does not stop the others. */
static bool make_reports(struct plan *p, struct parts *t, struct err *e)
{
	bool json = p->app->json;
	size_t n = 0;

	for (size_t i = 0; i < p->project.nreport; i++) {
		const struct report *r = &p->project.report[i];
		const char *out;
		bool made;
		if (!wants_report(p->app, r))
			continue;
		if (!plan_paper(p, r, &made, &out, e)) {
			if (!part_failed(p->app, t, "report", r->name, e))
				return false;
			continue;
		}
		t->ndone++;
		log_done(&p->app->log);
		if (json) {
			printf("%s{\"name\":", n++ ? "," : "");
			put_text(r->name);
			printf(",\"file\":");
			put_text(shown(p, out));
			printf(",\"made\":%s}", made ? "true" : "false");
		} else {
			printf("%s%s\n", shown(p, out), made ? "" : p->app->lang == LANG_FR ? "  (à jour)" : "  (up to date)");
		}
	}
	return true;
}

/* Loads what changed. With keep-going, the version of before serves for a package that cannot be loaded. */
static bool load_stale(struct plan *p, struct parts *t, struct err *e)
{
	struct load_report report;

	if (!plan_packages(p, e))
		return false;
	for (size_t i = 0; i < p->npackage; i++)
		if (p->package[i].stale != FRESH && !plan_load(p, &p->package[i], &report, e) &&
		    !part_failed(p->app, t, "package", p->package[i].name, e))
			return false;
	return plan_settle(p, e);
}

int cmd_build(struct app *app)
{
	struct plan p;
	struct err e = { 0 };
	struct parts t = { .failed = BUF(1 << 20) };

	if (app->dry_run)
		return cmd_status(app);
	bool ok = plan_open(&p, app, false, &e) && reports_known(&p, &e) && load_stale(&p, &t, &e) && plan_analyses(&p, &e) &&
	          run_stale(&p, NULL, 0, &t, &e) && plan_draw(&p, &e);
	if (app->json)
		printf("{\"reports\":[");
	ok = ok && make_reports(&p, &t, &e);
	return finish(&p, &t, ok || t.stopped ? NULL : &e);
}

static void tell_load(const struct app *app, const struct load_report *r, bool first)
{
	if (app->json) {
		printf("%s{\"name\":", first ? "" : ",");
		put_text(r->package);
		printf(",\"tables\":[");
	} else {
		puts(r->package);
	}
	for (size_t i = 0; i < r->ntable; i++) {
		const struct load_table *t = &r->table[i];
		if (app->json)
			printf("%s{\"name\":\"%s\",\"read\":%lld,\"loaded\":%lld,\"rejected\":%lld,\"skipped\":%lld}", i ? "," : "", t->name,
			       (long long)t->read, (long long)t->loaded, (long long)t->rejected, (long long)t->skipped);
		else
			printf(app->lang == LANG_FR ? "  %-24s %8lld lignes lues, %8lld chargées, %lld rejetées, %lld ignorées\n"
			                            : "  %-24s %8lld rows read, %8lld loaded, %lld rejected, %lld skipped\n",
			       t->name, (long long)t->read, (long long)t->loaded, (long long)t->rejected, (long long)t->skipped);
	}
	if (app->json)
		printf("]}");
}

static bool wants_package(const struct app *app, const struct plan_package *k)
{
	bool named = false;

	for (size_t i = 0; i < app->nword; i++)
		named |= !strcmp(app->word[i], k->name) || project_names(k->dir, app->word[i]);
	return app->nword ? named : k->stale != FRESH;
}

static bool packages_known(struct plan *p, struct err *e)
{
	for (size_t k = 0; k < p->app->nword; k++) {
		bool found = false;
		for (size_t i = 0; i < p->npackage; i++)
			found |= !strcmp(p->app->word[k], p->package[i].name) || project_names(p->package[i].dir, p->app->word[k]);
		if (!found)
			return err_set(e, ERR_NO_SUCH, "%s" ERR_SEP "%s", p->app->lang == LANG_FR ? "de paquet nommé" : "package", p->app->word[k]);
	}
	return true;
}

/* load -n: what would be loaded, and nothing done. */
static void tell_plan(const struct app *app, const struct plan_package *k, bool first)
{
	const char *why = plan_stale_text(k->stale, app->lang);

	if (!app->json) {
		printf("%s: %s\n", k->name, why);
		return;
	}
	printf("%s{\"name\":", first ? "" : ",");
	put_text(k->name);
	printf(",\"why\":\"%s\"}", why);
}

static bool load_wanted(struct plan *p, struct parts *t, struct err *e)
{
	struct load_report report;

	for (size_t i = 0; i < p->npackage; i++) {
		struct plan_package *k = &p->package[i];
		if (!wants_package(p->app, k))
			continue;
		if (p->app->dry_run) {
			tell_plan(p->app, k, t->ndone++ == 0);
		} else if (!plan_load(p, k, &report, e)) {
			if (!part_failed(p->app, t, "package", k->name, e))
				return false;
		} else {
			log_done(&p->app->log);
			tell_load(p->app, &report, t->ndone++ == 0);
		}
	}
	return p->app->dry_run || t->nfailed || plan_settle(p, e);
}

int cmd_load(struct app *app)
{
	struct plan p;
	struct err e = { 0 };
	struct parts t = { .failed = BUF(1 << 20) };

	if (app->json)
		printf("{\"packages\":[");
	bool ok = plan_open(&p, app, app->dry_run, &e) && plan_packages(&p, &e) && packages_known(&p, &e) && load_wanted(&p, &t, &e);
	if (ok && !app->json && !t.ndone && !t.nfailed)
		log_note(&app->log, "%s", app->lang == LANG_FR ? "tout est à jour" : "everything is fresh");
	return finish(&p, &t, ok || t.stopped ? NULL : &e);
}

static void put_bound(const char *name, double v, bool known)
{
	struct buf b = BUF(64);

	if (known && isfinite(v))
		num_put_real(&b, v);
	else
		buf_str(&b, "null");
	printf(",\"%s\":%s", name, buf_text(&b));
	buf_free(&b);
}

/* The members of a quantity; null where a side is open or the source states no number. */
static void put_quantity(const struct quantity *q)
{
	put_bound("low", q->low, !q->low_open);
	put_bound("best", q->best, true);
	put_bound("high", q->high, !q->high_open);
	printf(",\"qualifier\":\"%s\",\"unit\":", quantity_qualifier_name(q->qualifier));
	put_text(q->unit);
	printf(",\"period\":");
	put_text(q->period);
}

static void tell_value(const struct app *app, const char *analysis, const struct value *v, bool first)
{
	struct buf text = BUF(1 << 16);

	if (v->is_words)
		buf_str(&text, text2_in(&v->words, app->lang));
	else
		typo_quantity(&text, app->lang, &v->q, false);
	if (app->json) {
		printf("%s{\"id\":\"%s.%s\",\"kind\":\"value\",\"text\":", first ? "" : ",", analysis, v->name);
		put_text(buf_text(&text));
		if (!v->is_words)
			put_quantity(&v->q);
		putchar('}');
	} else {
		printf("  %s.%s\t%s\n", analysis, v->name, buf_text(&text));
	}
	buf_free(&text);
}

static void tell_other(const struct app *app, const char *analysis, const char *name, const char *kind, const char *word, bool first)
{
	if (app->json)
		printf("%s{\"id\":\"%s.%s\",\"kind\":\"%s\"}", first ? "" : ",", analysis, name, kind);
	else
		printf("  %s.%s\t%s\n", analysis, name, word);
}

static void tell_run(const struct app *app, const struct plan_analysis *a, bool first)
{
	const struct result *r = &a->result;
	size_t n = 0;

	if (app->json)
		printf("%s{\"analysis\":\"%s\",\"results\":[", first ? "" : ",", a->id);
	else
		printf("%s\n", a->id);
	for (size_t i = 0; i < r->nvalue; i++)
		tell_value(app, a->id, &r->value[i], n++ == 0);
	for (size_t i = 0; i < r->ntable; i++)
		tell_other(app, a->id, r->table[i].name, "table", app->lang == LANG_FR ? "tableau" : "table", n++ == 0);
	for (size_t i = 0; i < r->nfigure; i++)
		tell_other(app, a->id, r->figure[i].name, "figure", "figure", n++ == 0);
	if (app->json)
		printf("]}");
}

int cmd_run(struct app *app)
{
	struct plan p;
	struct err e = { 0 };
	struct parts t = { .failed = BUF(1 << 20) };
	size_t told = 0;

	if (app->dry_run)
		return cmd_status(app);
	bool ok = plan_open(&p, app, false, &e) && load_stale(&p, &t, &e) && plan_analyses(&p, &e) && names_known(&p, app->word, app->nword, &e) &&
	          run_stale(&p, app->word, app->nword, &t, &e);
	log_done(&app->log);
	if (app->json)
		printf("{\"runs\":[");
	for (size_t i = 0; (ok || t.nfailed) && i < p.nanalysis; i++) {
		bool named = app->nword == 0;
		for (size_t k = 0; k < app->nword; k++)
			named |= project_names(p.analysis[i].path, app->word[k]);
		if (named && p.analysis[i].known)
			tell_run(app, &p.analysis[i], told++ == 0);
	}
	return finish(&p, &t, ok || t.stopped ? NULL : &e);
}

static void tell_state(const struct app *app, const char *kind, const char *name, enum stale stale, const char *because, bool *first)
{
	const char *state = plan_stale_text(stale, app->lang);

	if (!app->json) {
		printf("  %-22s %s%s%s%s\n", name, state, *because ? " (" : "", because, *because ? ")" : "");
		return;
	}
	printf("%s{\"kind\":\"%s\",\"name\":", *first ? "" : ",", kind);
	put_text(name);
	printf(",\"fresh\":%s,\"why\":\"%s\",\"because\":", stale == FRESH ? "true" : "false", stale == FRESH ? "" : state);
	put_text(because);
	putchar('}');
	*first = false;
}

static int leave(struct plan *p, const struct err *e)
{
	int code = e ? app_fail(p->app, e) : EXIT_OK;

	plan_close(p);
	return code;
}

/* "documents 5, facts 182": the tables that a package has loaded, with their rows. */
static const char *tables_of(struct plan *p, const char *package)
{
	const char *list = "";

	for (size_t i = 0; i < p->schema.ntable; i++) {
		const struct schema_table *t = &p->schema.table[i];
		if (!strcmp(t->package, package))
			list = arena_printf(&p->project.arena, "%s%s%s %lld", list, *list ? ", " : "", t->name, (long long)t->rows);
	}
	return list;
}

int cmd_status(struct app *app)
{
	static const char *const head[][2] = { { "paquets", "packages" }, { "analyses", "analyses" }, { "rapports", "reports" } };
	struct plan p;
	struct err e = { 0 };
	bool first = true, stale = false;

	if (!plan_open(&p, app, true, &e) || !plan_packages(&p, &e) || !plan_analyses(&p, &e))
		return leave(&p, &e);
	printf(app->json ? "{\"state\":[" : "%s\n", head[0][app->lang]);
	for (size_t i = 0; i < p.npackage; i++) {
		stale |= p.package[i].stale != FRESH;
		tell_state(app, "package", p.package[i].name, p.package[i].stale, tables_of(&p, p.package[i].name), &first);
	}
	for (size_t i = 0; i < p.schema.npackage; i++)
		if (!plan_has_package(&p, p.schema.package[i].name)) {
			stale = true;
			tell_state(app, "package", p.schema.package[i].name, STALE_GONE, "", &first);
		}
	if (!app->json)
		printf("%s\n", head[1][app->lang]);
	for (size_t i = 0; i < p.nanalysis; i++) {
		const struct plan_analysis *a = &p.analysis[i];
		stale |= a->stale != FRESH;
		tell_state(app, "analysis", a->id, a->stale, a->because, &first);
	}
	if (!app->json)
		printf("%s\n", head[2][app->lang]);
	for (size_t i = 0; i < p.project.nreport; i++) {
		bool fresh = plan_paper_fresh(&p, &p.project.report[i]);
		stale |= !fresh;
		tell_state(app, "report", p.project.report[i].name, fresh ? FRESH : STALE_CHANGED, "", &first);
	}
	if (app->json)
		printf("],\"stale\":%s}\n", stale ? "true" : "false");
	leave(&p, NULL);
	return stale && app->exit_code ? EXIT_FOUND : EXIT_OK;
}
