/* build, load, run and status: the phases, and what is told of them. */
#include "app/plan.h"

#include "base/path.h"
#include "base/typo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Path as the user can type it: relative to the project. */
static const char *shown(const struct plan *p, const char *path)
{
	size_t n = strlen(p->project.root);

	return !strncmp(path, p->project.root, n) && path[n] == '/' ? path + n + 1 : path;
}

static int leave(struct plan *p, struct app *app, const struct err *e)
{
	int code = e ? app_fail(app, e) : EXIT_OK;

	if (e && e->id == ERR_INTERRUPTED)
		code = EXIT_INTERRUPTED;
	log_done(&app->log);
	plan_close(p);
	return code;
}

/* Runs what is stale (or, with names, what is named). Counts failures; stops at the first unless told to keep going. */
static bool run_stale(struct plan *p, const char **word, size_t nword, size_t *failed, struct err *e)
{
	for (size_t i = 0; i < p->nanalysis; i++) {
		struct plan_analysis *a = &p->analysis[i];
		bool wanted = nword == 0 && a->stale != FRESH;
		for (size_t k = 0; k < nword; k++)
			wanted |= project_names(a->path, word[k]);
		if (!wanted)
			continue;
		if (*p->app->interrupted)
			return err_set(e, ERR_INTERRUPTED, "%s", "");
		if (!plan_run(p, a, e))
			return false;
		if (a->err.id == ERR_NONE)
			continue;
		++*failed;
		if (!p->app->keep_going) {
			*e = a->err;
			return false;
		}
		log_done(&p->app->log);
		if (!p->app->json)
			log_error(&p->app->log, &a->err);
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
			return err_set(e, ERR_NO_SUCH, "%s" ERR_SEP "%s", p->app->lang == LANG_FR ? "analyse" : "analysis", word[k]);
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
			return err_set(e, ERR_NO_SUCH, "%s" ERR_SEP "%s", p->app->lang == LANG_FR ? "rapport" : "report", p->app->word[k]);
	}
	return true;
}

static void json_errors(struct plan *p)
{
	struct buf text = BUF(1 << 20);
	size_t n = 0;

	buf_str(&text, "\"failed\":[");
	for (size_t i = 0; i < p->nanalysis; i++)
		if (p->analysis[i].err.id != ERR_NONE) {
			buf_printf(&text, "%s{\"analysis\":\"%s\",\"error\":", n++ ? "," : "", p->analysis[i].id);
			err_json(&p->analysis[i].err, p->app->lang, &text);
			buf_char(&text, '}');
		}
	printf("%s]", buf_text(&text));
	buf_free(&text);
}

/* Typesets the wanted reports; with keep-going a report that cannot be made does not stop the others. */
static bool make_reports(struct plan *p, size_t *failed, struct err *e)
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
			++*failed;
			if (!p->app->keep_going)
				return false;
			log_error(&p->app->log, e);
			continue;
		}
		log_done(&p->app->log);
		if (json)
			printf("%s{\"name\":\"%s\",\"file\":\"%s\",\"made\":%s}", n++ ? "," : "", r->name, shown(p, out), made ? "true" : "false");
		else
			printf("%s%s\n", shown(p, out), made ? "" : p->app->lang == LANG_FR ? "  (à jour)" : "  (up to date)");
	}
	return true;
}

static int build_end(struct plan *p, size_t failed)
{
	struct app *app = p->app;

	if (app->json) {
		printf("],");
		json_errors(p);
		printf(",\"loaded\":%zu,\"ran\":%zu,\"drawn\":%zu,\"typeset\":%zu,\"exit\":%d}\n", p->loaded, p->ran, p->drawn, p->typeset,
		       failed ? EXIT_PARTIAL : EXIT_OK);
	}
	log_verbose(&app->log, "%zu loaded, %zu run, %zu drawn, %zu typeset", p->loaded, p->ran, p->drawn, p->typeset);
	leave(p, app, NULL);
	return failed ? EXIT_PARTIAL : EXIT_OK;
}

int cmd_build(struct app *app)
{
	struct plan p;
	struct err e = { 0 };
	size_t failed = 0;

	if (app->dry_run)
		return cmd_status(app);
	if (!plan_open(&p, app, false, &e) || !reports_known(&p, &e) || !plan_load_all(&p, &e) || !plan_analyses(&p, &e) ||
	    !run_stale(&p, NULL, 0, &failed, &e) || !plan_draw(&p, &e))
		return leave(&p, app, &e);
	if (app->json)
		printf("{\"reports\":[");
	if (!make_reports(&p, &failed, &e)) {
		if (app->json)
			printf("],\"exit\":%d,", (int)err_exit(e.id)), json_errors(&p), puts("}");
		return leave(&p, app, &e);
	}
	return build_end(&p, failed);
}

static void tell_load(const struct app *app, const struct load_report *r)
{
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
			return err_set(e, ERR_NO_SUCH, "%s" ERR_SEP "%s", p->app->lang == LANG_FR ? "paquet" : "package", p->app->word[k]);
	}
	return true;
}

int cmd_load(struct app *app)
{
	struct plan p;
	struct err e = { 0 };
	struct load_report report;
	size_t failed = 0, done = 0;
	int code = EXIT_OK;

	if (!plan_open(&p, app, app->dry_run, &e) || !plan_packages(&p, &e) || !packages_known(&p, &e))
		return leave(&p, app, &e);
	if (app->json)
		printf("{\"packages\":[");
	for (size_t i = 0; i < p.npackage; i++) {
		struct plan_package *k = &p.package[i];
		if (!wants_package(app, k) || *app->interrupted)
			continue;
		if (app->dry_run) {
			printf("%s: %s\n", k->name, plan_stale_text(k->stale, app->lang));
			continue;
		}
		if (!plan_load(&p, k, &report, &e)) {
			failed++;
			code = app_fail(app, &e);
			if (!app->keep_going)
				break;
			continue;
		}
		log_done(&app->log);
		printf(app->json ? "%s{\"name\":\"%s\",\"tables\":[" : "%s%s\n", app->json && done ? "," : "", k->name);
		done++;
		tell_load(app, &report);
		if (app->json)
			printf("]}");
	}
	if (app->json)
		printf("],\"failed\":%zu}\n", failed);
	else if (!done && !failed && !app->dry_run)
		log_note(&app->log, "%s", app->lang == LANG_FR ? "tout est à jour" : "everything is fresh");
	leave(&p, app, NULL);
	return *app->interrupted ? EXIT_INTERRUPTED : failed && done ? EXIT_PARTIAL : code;
}

static void tell_value(const struct app *app, const char *analysis, const struct value *v, bool first)
{
	struct buf text = BUF(1 << 16);

	if (v->is_words)
		buf_str(&text, text2_in(&v->words, app->lang));
	else
		typo_quantity(&text, app->lang, &v->q, false);
	if (app->json) {
		struct buf json = BUF(1 << 17);
		buf_json(&json, buf_text(&text), text.n);
		printf("%s{\"id\":\"%s.%s\",\"text\":%s,\"unit\":\"%s\"}", first ? "" : ",", analysis, v->name, buf_text(&json), v->q.unit);
		buf_free(&json);
	} else {
		printf("  %s.%s\t%s\n", analysis, v->name, buf_text(&text));
	}
	buf_free(&text);
}

static void tell_run(const struct app *app, const struct plan_analysis *a, bool first)
{
	const struct result *r = &a->result;

	for (size_t i = 0; i < r->nlog; i++)
		fprintf(stderr, "%s:%ld: %s\n", a->path, r->log[i].line, r->log[i].text);
	if (app->json)
		printf("%s{\"analysis\":\"%s\",\"values\":[", first ? "" : ",", a->id);
	else
		printf("%s\n", a->id);
	for (size_t i = 0; a->known && i < r->nvalue; i++)
		tell_value(app, a->id, &r->value[i], i == 0);
	for (size_t i = 0; !app->json && a->known && i < r->ntable; i++)
		printf("  %s.%s\t%s\n", a->id, r->table[i].name, app->lang == LANG_FR ? "tableau" : "table");
	for (size_t i = 0; !app->json && a->known && i < r->nfigure; i++)
		printf("  %s.%s\tfigure\n", a->id, r->figure[i].name);
	if (app->json)
		printf("]}");
}

int cmd_run(struct app *app)
{
	struct plan p;
	struct err e = { 0 };
	size_t failed = 0, told = 0;

	if (app->dry_run)
		return cmd_status(app);
	if (!plan_open(&p, app, false, &e) || !plan_load_all(&p, &e) || !plan_analyses(&p, &e) ||
	    !names_known(&p, app->word, app->nword, &e))
		return leave(&p, app, &e);
	size_t before = p.ran;
	bool ok = run_stale(&p, app->word, app->nword, &failed, &e);
	log_done(&app->log);
	if (app->json)
		printf("{\"runs\":[");
	for (size_t i = 0; i < p.nanalysis; i++) {
		bool named = app->nword == 0;
		for (size_t k = 0; k < app->nword; k++)
			named |= project_names(p.analysis[i].path, app->word[k]);
		if (named && p.analysis[i].known)
			tell_run(app, &p.analysis[i], told++ == 0);
	}
	if (app->json)
		printf("],"), json_errors(&p), printf(",\"ran\":%zu}\n", p.ran - before);
	if (!ok)
		return leave(&p, app, &e);
	leave(&p, app, NULL);
	return failed ? told ? EXIT_PARTIAL : EXIT_FAILED : EXIT_OK;
}

static void tell_state(const struct app *app, const char *kind, const char *name, bool fresh, const char *state, const char *because,
                       bool *first)
{
	if (app->json)
		printf("%s{\"kind\":\"%s\",\"name\":\"%s\",\"fresh\":%s,\"why\":\"%s\",\"because\":\"%s\"}", *first ? "" : ",", kind, name,
		       fresh ? "true" : "false", fresh ? "" : state, because);
	else
		printf("  %-22s %s%s%s%s\n", name, state, *because ? " (" : "", because, *because ? ")" : "");
	*first = false;
}

int cmd_status(struct app *app)
{
	static const char *const head[][2] = { { "paquets", "packages" }, { "analyses", "analyses" }, { "rapports", "reports" } };
	struct plan p;
	struct err e = { 0 };
	bool first = true, stale = false;

	if (!plan_open(&p, app, true, &e) || !plan_packages(&p, &e) || !plan_analyses(&p, &e))
		return leave(&p, app, &e);
	printf(app->json ? "{\"state\":[" : "%s\n", head[0][app->lang]);
	for (size_t i = 0; i < p.npackage; i++) {
		const struct plan_package *k = &p.package[i];
		stale |= k->stale != FRESH;
		tell_state(app, "package", k->name, k->stale == FRESH, plan_stale_text(k->stale, app->lang), "", &first);
	}
	if (!app->json)
		printf("%s\n", head[1][app->lang]);
	for (size_t i = 0; i < p.nanalysis; i++) {
		const struct plan_analysis *a = &p.analysis[i];
		stale |= a->stale != FRESH;
		tell_state(app, "analysis", a->id, a->stale == FRESH, plan_stale_text(a->stale, app->lang), a->because, &first);
	}
	if (!app->json)
		printf("%s\n", head[2][app->lang]);
	for (size_t i = 0; i < p.project.nreport; i++) {
		bool fresh = plan_paper_fresh(&p, &p.project.report[i]);
		stale |= !fresh;
		tell_state(app, "report", p.project.report[i].name, fresh, plan_stale_text(fresh ? FRESH : STALE_CHANGED, app->lang), "", &first);
	}
	if (app->json)
		printf("],\"stale\":%s}\n", stale ? "true" : "false");
	leave(&p, app, NULL);
	return stale && app->exit_code ? EXIT_FOUND : EXIT_OK;
}
