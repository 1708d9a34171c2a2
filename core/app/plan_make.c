/* The later phases: figures from results, and the finished reports from figures, values, tables and the authors' text. */
#include "app/plan.h"

#include "base/embed.h"
#include "base/path.h"
#include "base/text.h"
#include "host/figure.h"
#include "host/texlog.h"
#include "render/chart.h"
#include "render/gnuplot.h"
#include "render/paper.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const lang_code[] = { [LANG_FR] = "fr", [LANG_EN] = "en" };
static const char *const itself[] = { "", NULL };   /* endings of a report's files */

/* Digest over the files base + ending, in order; false when one is missing. */
static bool digest_files(struct arena *a, const char *base, const char *const *ending, char hex[HASH_HEX])
{
	struct hash *h = hash_open();
	struct err missing = { 0 };
	char one[HASH_HEX];
	bool ok = true;

	for (; ok && *ending; ending++) {
		ok = hash_file(arena_printf(a, "%s%s", base, *ending), one, NULL, &missing);
		hash_str(h, ok ? one : "");
	}
	hash_close(h, hex);
	return ok;
}

/* 1 when the files were made under this key and are as they were then, 0 when not, -1 = *e. */
static int is_made(struct plan *p, const char *kind, const char *id, const char *key, const char *base, const char *const *ending,
	struct err *e)
{
	struct arena *a = &p->project.arena;
	const char *kept, *kept_digest;
	char digest[HASH_HEX];
	int known = p->ledger ? ledger_made(p->ledger, a, kind, id, &kept, &kept_digest, e) : 0;

	return known <= 0 ? known : !strcmp(kept, key) && digest_files(a, base, ending, digest) && !strcmp(digest, kept_digest);
}

static bool record_made(struct plan *p, const char *kind, const char *id, const char *key, const char *base, const char *const *ending,
	struct err *e)
{
	char digest[HASH_HEX];

	return digest_files(&p->project.arena, base, ending, digest) && ledger_record_made(p->ledger, kind, id, key, digest, e);
}

/* A cell of a CSV file for spreadsheets. A text that a spreadsheet would take for a formula gets an apostrophe in front
 * (OWASP, CSV injection); numbers keep their sign. */
static void put_csv_cell(struct buf *out, const char *s, char after)
{
	buf_str(out, *s && strchr("=+@\t", *s) ? "\"'" : "\"");
	for (; *s; s++)
		buf_add(out, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
	buf_char(out, '"');
	buf_char(out, after);
}

/* The figure's data beside it: French spreadsheets expect a semicolon. */
static bool write_data(const struct figure *f, enum lang lang, const char *path, struct err *e)
{
	struct buf out = BUF(ARTEFACT_BYTES);

	for (size_t k = 0, n = f->ncolumn; k < n + f->nrow * n; k++) {
		const struct text2 *t = k < n ? &f->column[k].title : &f->cell[k - n];
		put_csv_cell(&out, text2_in(t, lang), (k + 1) % n == 0 ? '\n' : lang == LANG_FR ? ';' : ',');
	}
	bool ok = path_write(path, buf_text(&out), out.n, e);
	buf_free(&out);
	return ok;
}

static const char *figure_base(struct plan *p, const char *id, enum lang lang)
{
	return arena_printf(&p->project.arena, "%s/figures/%s.%s", p->project.build, id, lang_code[lang]);
}

/* Draws one figure in one language unless its files are those of the same description. */
static bool draw(struct plan *p, struct gnuplot *g, const char *id, const struct figure *f, enum lang lang, struct err *e)
{
	static const char *const ending[] = { ".pdf", ".svg", ".gp", NULL };
	struct arena *a = &p->project.arena;
	const char *base = figure_base(p, id, lang), *name = arena_printf(a, "%s.%s", id, lang_code[lang]);
	const char *inputs = arena_printf(a, "%s %s %lld", embed_build, f->chart.digest[lang], (long long)p->project.epoch);
	char key[HASH_HEX];

	hash_bytes(inputs, strlen(inputs), key);
	if (!write_data(f, lang, arena_printf(a, "%s.csv", base), e))
		return false;
	int made = is_made(p, "figure", name, key, base, ending, e);
	if (made)
		return made > 0;
	log_step(&p->app->log, name, p->drawn, 0);
	if (!chart_draw(g, figure_script, &f->chart, lang, p->project.epoch, base, e)) {
		if (!strncmp(err_name(e->id), "render.chart", 12))   /* what the analysis asked for; not a tool that is missing */
			err_at(e, arena_printf(a, "plugins/%.*s.lua", (int)strcspn(id, "."), id), 0, 0);
		return err_note(e, "%s", id);
	}
	p->drawn++;
	return record_made(p, "figure", name, key, base, ending, e);
}

static bool needs_language(const struct project *j, enum lang lang)
{
	for (size_t i = 0; i < j->nreport; i++)
		if (j->report[i].lang == lang)
			return true;
	return false;
}

bool plan_draw(struct plan *p, struct err *e)
{
	struct arena *a = &p->project.arena;
	struct err ignored;
	char *work = path_mkdirs(arena_printf(a, "%s/figures", p->project.build), e) ? path_mkdtemp(a, p->project.build, e) : NULL;
	struct gnuplot *g = work ? gnuplot_open(work, p->project.allow_unjailed, e) : NULL;
	bool ok = g != NULL;

	for (size_t i = 0; i < p->nanalysis; i++) {
		const struct plan_analysis *x = &p->analysis[i];
		for (size_t k = 0; ok && x->known && k < x->result.nfigure; k++)
			for (enum lang l = LANG_FR; ok && l <= LANG_EN; l++)
				if (needs_language(&p->project, l))
					ok = draw(p, g, arena_printf(a, "%s.%s", x->id, x->result.figure[k].name), &x->result.figure[k], l, e);
	}
	gnuplot_close(g);
	if (work)
		path_remove_tree(work, &ignored);
	return ok;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct paper_item *)a)->id, ((const struct paper_item *)b)->id);
}

static struct text2 both(const char *fr, const char *en)
{
	return (struct text2){ fr, en };
}

/* Words for the counting unit of each value, agreeing with its number: in French 0 and 1 are singular, in English only 1. */
static bool name_units(struct plan *p, struct paper_item *item, size_t n, struct err *e)
{
	struct arena *a = &p->project.arena;
	const char *table = p->project.units;

	if (!table || !schema_table(&p->schema, table))
		return true;
	const char *sql = arena_printf(a, "SELECT coalesce(iif(?2, fr_one, fr_many), unit), coalesce(iif(?3, en_one, en_many), unit) FROM \"%s\""
		" WHERE unit = ?1", table);
	struct db *db = db_open_query(&p->schema, NULL, NULL, e);
	int step = db ? 0 : -1;
	for (size_t i = 0; step >= 0 && i < n; i++) {
		const struct value *v = item[i].value;
		if (!v || v->is_words || !*v->q.unit)
			continue;
		struct stmt *st = db_query(db, sql, CELLS(cell_text(v->q.unit), cell_int(fabs(v->q.best) < 2), cell_int(v->q.best == 1)), e);
		step = st ? stmt_step(st, e) : -1;
		if (step == 1) {
			struct text2 *unit = arena_new(a, struct text2);
			*unit = both(stmt_copy(st, 0, a), stmt_copy(st, 1, a));
			item[i].unit = unit;
		}
		stmt_done(st);
	}
	db_close(db);
	return step >= 0;
}

/* All artefacts of the fresh analyses under their full ids. */
static void collect(struct plan *p, enum lang lang, struct paper_item **out, size_t *n)
{
	struct arena *a = &p->project.arena;
	size_t total = 0, first = 0;

	for (size_t i = 0; i < p->nanalysis; i++)
		if (p->analysis[i].known)
			total += p->analysis[i].result.nvalue + p->analysis[i].result.ntable + p->analysis[i].result.nfigure;
	struct paper_item *item = arena_array(a, struct paper_item, total + 1);
	*n = 0;
	for (size_t i = 0; i < p->nanalysis; i++) {
		const struct plan_analysis *x = &p->analysis[i];
		const struct result *r = &x->result;
		for (size_t k = 0; x->known && k < r->nvalue; k++)
			item[(*n)++] = (struct paper_item){ .id = r->value[k].name, .value = &r->value[k] };
		for (size_t k = 0; x->known && k < r->ntable; k++)
			item[(*n)++] = (struct paper_item){ .id = r->table[k].name, .table = &r->table[k] };
		for (size_t k = 0; x->known && k < r->nfigure; k++)
			item[(*n)++] = (struct paper_item){ .id = r->figure[k].name, .figure = &r->figure[k] };
		for (; first < *n; first++) {
			item[first].id = arena_printf(a, "%s.%s", x->id, item[first].id);
			item[first].figure_file = arena_printf(a, "%s.pdf", figure_base(p, item[first].id, lang));
		}
	}
	qsort(item, *n, sizeof *item, by_id);
	*out = item;
}

static const struct paper_item *item_of(const struct paper_item *item, size_t n, const char *id)
{
	struct paper_item key = { .id = id };

	return n ? bsearch(&key, item, n, sizeof *item, by_id) : NULL;
}

/* An id that an author uses must exist, be of the right kind, and not come from a failed analysis. */
static bool check_use(struct plan *p, const struct paper_item *item, size_t n, const struct use *u, struct err *e)
{
	static const char *const kind[][2] = { [USE_VALUE] = { "valeur", "value" }, [USE_FIGURE] = { "figure", "figure" },
		[USE_TABLE] = { "tableau", "table" } };
	const struct paper_item *it = item_of(item, n, u->id);

	if (it) {
		enum use_kind is = it->value ? USE_VALUE : it->figure ? USE_FIGURE : USE_TABLE;
		if (is == u->kind || !strcmp(u->macro, "source"))
			return true;
		err_set(e, ERR_ID_KIND, "%s" ERR_SEP "%s" ERR_SEP "%s", u->macro, u->id, kind[is][p->app->lang]);
		return paper_at(e, u);
	}
	const char *dot = strchr(u->id, '.');
	for (size_t i = 0; dot && i < p->nanalysis; i++) {
		const struct plan_analysis *x = &p->analysis[i];
		if (!x->known && strlen(x->id) == (size_t)(dot - u->id) && !strncmp(x->id, u->id, strlen(x->id))) {
			err_set(e, ERR_ID_FAILED, "%s", u->id);
			return paper_at(e, u);
		}
	}
	const char **ids = arena_array(&p->project.arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++)
		ids[i] = item[i].id;
	const char *near = text_nearest(u->id, ids, n);
	err_set(e, near ? ERR_ID_NEAR : ERR_ID_UNKNOWN, "%s" ERR_SEP "%s", u->id, near ? near : "");
	return paper_at(e, u);
}

static struct table annex_table(struct arena *a, struct table_column *column, size_t ncolumn, size_t nrow)
{
	return (struct table){ .name = "annex", .caption = both("", ""), .note = both("", ""), .coverage = both("", ""), .column = column,
		.ncolumn = ncolumn, .row = arena_array(a, struct table_row, nrow + 1) };
}

static struct text2 *annex_row(struct arena *a, struct table *t)
{
	struct table_row *row = &t->row[t->nrow++];

	row->cell = arena_array(a, struct text2, t->ncolumn);
	for (size_t i = 0; i < t->ncolumn; i++)
		row->cell[i] = both("", "");
	return row->cell;
}

static int by_text(const void *a, const void *b)
{
	const struct source *x = *(const struct source *const *)a, *y = *(const struct source *const *)b;
	int order = strcmp(x->text.fr, y->text.fr);

	return order ? order : strcmp(x->key, y->key);
}

/* Every source behind what this report shows, once each. */
static struct table sources_annex(struct arena *a, const struct paper_item *const *used, size_t nused)
{
	static struct table_column columns[] = {
		{ { "Source", "Source" }, ALIGN_LEFT, 0.58 }, { { "Adresse", "Address" }, ALIGN_LEFT, 0.42 },
	};
	size_t total = 0, n = 0;

	for (size_t i = 0; i < nused; i++)
		total += paper_sources(used[i])->n;
	const struct source **list = arena_array(a, const struct source *, total + 1);
	for (size_t i = 0; i < nused; i++)
		for (size_t k = 0; k < paper_sources(used[i])->n; k++)
			list[n++] = &paper_sources(used[i])->item[k];
	qsort(list, n, sizeof *list, by_text);
	struct table t = annex_table(a, columns, 2, n);
	for (size_t i = 0; i < n; i++) {
		if (i && !strcmp(list[i]->key, list[i - 1]->key))
			continue;
		struct text2 *cell = annex_row(a, &t);
		cell[0] = list[i]->text;
		cell[1] = both(list[i]->address, list[i]->address);
	}
	return t;
}

/* Every number that the text prints: what it is, how it is written, its interval, unit, date and sources. */
static struct table numbers_annex(struct arena *a, const struct paper_item *const *used, size_t nused, const char **row_id)
{
	static struct table_column columns[] = {
		{ { "Valeur", "Value" }, ALIGN_LEFT, 0.25 }, { { "Écrite", "Written" }, ALIGN_LEFT, 0.15 },
		{ { "Intervalle de lecture", "Reading interval" }, ALIGN_LEFT, 0.17 }, { { "Unité, date", "Unit, date" }, ALIGN_LEFT, 0.18 },
		{ { "Source", "Source" }, ALIGN_LEFT, 0.25 },
	};
	struct table t = annex_table(a, columns, 5, nused);

	for (size_t i = 0; i < nused; i++) {
		const struct value *v = used[i]->value;
		if (!v)
			continue;
		row_id[t.nrow] = used[i]->id;
		struct text2 *cell = annex_row(a, &t);
		struct text2 from = both("", "");
		for (size_t k = 0; k < v->sources.n; k++) {
			from.fr = arena_printf(a, "%s%s%s", from.fr, k ? " ; " : "", v->sources.item[k].text.fr);
			from.en = arena_printf(a, "%s%s%s", from.en, k ? "; " : "", v->sources.item[k].text.en);
		}
		cell[0] = *v->label.fr ? v->label : both(used[i]->id, used[i]->id);
		cell[1] = v->words;
		cell[2] = v->interval;
		cell[3] = used[i]->unit ? *used[i]->unit : both("", "");
		if (*v->period.fr)
			cell[3] = both(arena_printf(a, "%s%s%s", cell[3].fr, *cell[3].fr ? ", " : "", v->period.fr),
			               arena_printf(a, "%s%s%s", cell[3].en, *cell[3].en ? ", " : "", v->period.en));
		cell[4] = from;
	}
	return t;
}

/* The annexes that every report may call: its values, its sources, and each table of the analysis "annexes". */
static void make_annexes(struct plan *p, struct paper *paper)
{
	struct arena *a = &p->project.arena;
	const struct paper_item **used = arena_array(a, const struct paper_item *, paper->nitem + 1);
	size_t nused = 0;

	for (size_t i = 0; i < paper->nitem; i++)
		for (size_t k = 0; k < paper->uses.n; k++)
			if (!strcmp(paper->uses.item[k].id, paper->item[i].id)) {
				used[nused++] = &paper->item[i];
				break;
			}
	struct annex *x = paper->annex = arena_array(a, struct annex, paper->nitem + 2);
	struct table *own = arena_array(a, struct table, 2);
	const char **row_id = arena_array(a, const char *, nused + 1);
	own[0] = numbers_annex(a, used, nused, row_id);
	own[1] = sources_annex(a, used, nused);
	*x++ = (struct annex){ "values", &own[0], row_id };
	*x++ = (struct annex){ "sources", &own[1], NULL };
	for (size_t i = 0; i < paper->nitem; i++)
		if (paper->item[i].table && !strncmp(paper->item[i].id, "annexes.", 8))
			*x++ = (struct annex){ paper->item[i].table->name, paper->item[i].table, NULL };
	paper->nannex = (size_t)(x - paper->annex);
}

static bool typeset(struct plan *p, struct paper *paper, const char *key, struct err *e)
{
	struct arena *a = &p->project.arena;
	struct buf warnings = BUF(1 << 16);
	struct err ignored;

	paper->work_dir = path_mkdtemp(a, p->project.build, e);
	if (!paper->work_dir)
		return false;
	log_step(&p->app->log, paper->name, p->typeset, 0);
	bool ok = paper_typeset(paper, &warnings, e);
	path_remove_tree(paper->work_dir, &ignored);
	for (const char *s = buf_text(&warnings); *s;) {
		size_t n = strcspn(s, "\n");
		log_note(&p->app->log, "%s: %.*s", paper->name, (int)n, s);
		s += n + (s[n] == '\n');
	}
	buf_free(&warnings);
	if (!ok)
		return false;
	p->typeset++;
	return record_made(p, "report", paper->name, key, paper->out, itself, e);
}

static struct paper paper_of(struct plan *p, const struct report *r)
{
	struct project *j = &p->project;

	return (struct paper){
		.root = j->root, .dir = r->dir, .name = r->name, .lang = r->lang, .talk = p->app->lang, .epoch = j->epoch,
		.out = arena_printf(&j->arena, "%s/%s.pdf", j->build, r->name), .wall_seconds = 120, .allow_unjailed = j->allow_unjailed,
		.edition = r->edition, .date = r->date,
		.read_log = texlog_read,
	};
}

/* 1 when the PDF that stands there was made from exactly what lies in the report's folder now. */
static int paper_fresh(struct plan *p, const struct paper *paper, char key[HASH_HEX], struct err *e)
{
	return paper_key(paper, key, e) ? is_made(p, "report", paper->name, key, paper->out, itself, e) : -1;
}

static bool uses_analysis(const struct uses *uses, const char *id)
{
	size_t n = strlen(id);

	for (size_t i = 0; i < uses->n; i++)
		if (!strncmp(uses->item[i].id, id, n) && uses->item[i].id[n] == '.')
			return true;
	return false;
}

/* A figure or table stands once in a report: a second one would take its number and every reference to it. */
static bool stands_once(const struct uses *uses, const struct use *u, struct err *e)
{
	for (const struct use *before = uses->item; before < u; before++)
		if (!strcmp(before->macro, u->macro) && !strcmp(before->id, u->id)) {
			err_set(e, ERR_ID_TWICE, "%s" ERR_SEP "%s" ERR_SEP "%ld", u->id, before->file, before->line);
			return err_at(e, u->file, u->line, u->column);
		}
	return true;
}

bool plan_paper_fresh(struct plan *p, const struct report *r, const struct json *failed)
{
	struct paper paper = paper_of(p, r);
	struct err ignored = { 0 };
	char key[HASH_HEX];

	if (!paper_scan(&paper.uses, &p->project.arena, p->project.root, r->dir, &ignored))
		return false;
	for (const struct json *v = failed->child; v; v = v->next)
		if (uses_analysis(&paper.uses, v->s))
			return false;
	return paper_fresh(p, &paper, key, &ignored) == 1;
}

bool plan_paper(struct plan *p, const struct report *r, bool *made, const char **out, struct err *e)
{
	struct paper paper = paper_of(p, r);
	char key[HASH_HEX];

	*made = false;
	*out = paper.out;
	collect(p, r->lang, &paper.item, &paper.nitem);
	if (!name_units(p, paper.item, paper.nitem, e) || !paper_scan(&paper.uses, &p->project.arena, p->project.root, r->dir, e))
		return false;
	for (size_t i = 0; i < paper.uses.n; i++)
		if ((paper.uses.item[i].kind != USE_ANNEX && !check_use(p, paper.item, paper.nitem, &paper.uses.item[i], e)) ||
		    ((!strcmp(paper.uses.item[i].macro, "fig") || !strcmp(paper.uses.item[i].macro, "tab")) &&
		     !stands_once(&paper.uses, &paper.uses.item[i], e)))
			return false;
	make_annexes(p, &paper);
	if (!paper_generate(&paper, e))
		return false;
	int fresh = paper_fresh(p, &paper, key, e);
	if (fresh < 0 || fresh == 1)
		return fresh == 1;
	*made = true;
	return typeset(p, &paper, key, e);
}
