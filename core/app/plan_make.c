/* The later phases: figures from results, and the finished reports, as host/make.lua makes them. */
#include "app/plan.h"

#include "host/make.h"
#include "render/gnuplot.h"

static struct make make_of(struct plan *p, const char *what, const struct report *r)
{
	struct project *j = &p->project;
	struct make_part *part = arena_array(&j->arena, struct make_part, p->nanalysis);

	for (size_t i = 0; i < p->nanalysis; i++)
		part[i] = (struct make_part){ p->analysis[i].id, p->analysis[i].known ? &p->analysis[i].result : NULL };
	return (struct make){
		.what = what, .root = j->root, .build = j->build, .units = j->units, .dir = r->dir, .name = r->name, .edition = r->edition,
		.date = r->date, .lang = r->lang, .talk = p->app->lang, .epoch = j->epoch, .wall_seconds = 120, .allow_unjailed = j->allow_unjailed,
		.part = part, .npart = p->nanalysis, .schema = &p->schema, .ledger = p->ledger, .log = &p->app->log,
	};
}

bool plan_draw(struct plan *p, size_t *drawn, struct err *e)
{
	struct gnuplot g = { .allow_unjailed = p->project.allow_unjailed };
	struct make m = make_of(p, "draw", &(struct report){ .dir = "", .name = "" });

	m.painter = &gnuplot_painter;
	m.gnuplot = &g;
	for (size_t i = 0; i < p->project.nreport; i++)
		m.draws[p->project.report[i].lang] = true;
	bool ok = make_run(&m, e);
	*drawn = m.made;
	gnuplot_close(&g);
	return ok;
}

bool plan_paper_fresh(struct plan *p, const struct report *r, const struct json *failed)
{
	struct make_part *part = arena_array(&p->project.arena, struct make_part, failed->count);
	struct make m = make_of(p, "fresh", r);
	struct err ignored;

	for (const struct json *v = failed->child; v; v = v->next)
		part[v->index] = (struct make_part){ v->s, NULL };
	m.part = part;
	m.npart = failed->count;
	return make_run(&m, &ignored) && m.made;
}

bool plan_paper(struct plan *p, const struct report *r, bool *made, struct err *e)
{
	struct make m = make_of(p, "paper", r);
	bool ok = make_run(&m, e);

	*made = m.made > 0;
	return ok;
}
