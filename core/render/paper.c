/* What a report is given to read: the folder generated/ with its values, figures, tables and annexes, and the digest of the whole.
 * Knows LaTeX only through the macros of continuum.sty; starts no process. */
#include "render/paper.h"

#include "base/embed.h"
#include "base/path.h"
#include "base/text.h"
#include "base/typo.h"
#include "render/paper_part.h"
#include "render/table.h"
#include "render/tex.h"

#include <stdlib.h>
#include <string.h>

enum { LONG_TABLE = 34 };   /* rows from which a table may not fit one page and is no float any more */

struct gen {
	const struct paper *p;
	struct arena a;
	struct uses uses, annexes;
	const char *dir, **kept;    /* generated/, and the names of its files */
	size_t nkept;
	struct buf b;               /* the file being written */
	struct err *e;
};

/* "figure-workforce-staff.tex": names have no dash, so two ids never give one name. */
static const char *file_name(struct gen *g, const char *what, const char *id, const char *ending)
{
	char *name = arena_printf(&g->a, "%s-%s%s", what, id, ending), *dot = strchr(name, '.');

	if (dot && dot < name + strlen(name) - strlen(ending))
		*dot = '-';
	return name;
}

static const char *keep(struct gen *g, const char *name)
{
	g->kept[g->nkept++] = name;
	return path_join(&g->a, g->dir, name);
}

static bool put_file(struct gen *g, const char *name)
{
	if (g->b.over)
		return err_set(g->e, ERR_TOO_LARGE, "%s" ERR_SEP "%zu", name, g->b.max);
	bool ok = path_write(keep(g, name), buf_text(&g->b), g->b.n, g->e);
	buf_clear(&g->b);
	return ok;
}

/* Which macros of the text name this id, as a set of 1 << kind. */
static unsigned used(const struct gen *g, const char *id)
{
	unsigned set = 0;

	for (size_t i = 0; i < g->uses.n; i++)
		if (!strcmp(g->uses.item[i].id, id))
			set |= 1u << g->uses.item[i].kind;
	return set;
}

/* A macro argument: {text} */
static bool arg(struct gen *g, const char *s)
{
	buf_str(&g->b, "\n\t{");
	bool ok = tex_cell(&g->b, s, g->e);
	buf_char(&g->b, '}');
	return ok;
}

static void capital(struct buf *out, const char *s)
{
	const char *rest = s, *end = s + strlen(s);
	uint32_t c = *s ? text_utf8_next(&rest, end) : 0;

	if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7))
		c -= 0x20;
	else if (c == 0x153)
		c = 0x152;   /* œ */
	if (c)
		text_utf8_put(out, c);
	buf_str(out, rest);
}

enum form { FORM_SENTENCE, FORM_START, FORM_BARE };
static bool form(struct gen *g, const struct value *v, enum form f)
{
	struct buf t = BUF(ARTEFACT_TEXT * 2);
	enum lang lang = g->p->lang;

	if (v->is_words && f == FORM_START)
		capital(&t, text2_in(&v->words, lang));
	else if (v->is_words)
		buf_str(&t, text2_in(&v->words, lang));
	else if (f == FORM_BARE)
		typo_bare(&t, lang, &v->q);
	else
		typo_quantity(&t, lang, &v->q, f == FORM_START);
	bool ok = arg(g, buf_text(&t));
	buf_free(&t);
	return ok;
}

static bool period(struct gen *g, const char *iso)
{
	struct buf t = BUF(256);

	if (*iso)
		typo_period(&t, g->p->lang, iso);
	bool ok = arg(g, buf_text(&t));
	buf_free(&t);
	return ok;
}

static bool put_value(struct gen *g, const struct paper_item *it)
{
	const struct value *v = it->value;

	buf_printf(&g->b, "\\cnValue{%s}", it->id);
	bool ok = form(g, v, FORM_SENTENCE) && form(g, v, FORM_START) && form(g, v, FORM_BARE) &&
	          arg(g, it->unit ? text2_in(it->unit, g->p->lang) : "") && period(g, v->is_words ? "" : v->q.period);
	buf_char(&g->b, '\n');
	return ok || err_note(g->e, "%s", it->id);
}

/* Each text once, in the order given: several tables of one producer often share their source. */
static bool put_sources(struct gen *g, const struct sources *sources)
{
	enum lang lang = g->p->lang;

	buf_str(&g->b, "\n\t{");
	for (size_t i = 0, n = 0; i < sources->n; i++) {
		const char *text = text2_in(&sources->item[i].text, lang);
		bool seen = !*text;
		for (size_t k = 0; k < i && !seen; k++)
			seen = !strcmp(text, text2_in(&sources->item[k].text, lang));
		if (seen)
			continue;
		buf_str(&g->b, !n++ ? "" : lang == LANG_FR ? "\\nobreakspace{}\\cnSemicolon{} " : "\\cnSemicolon{} ");
		buf_str(&g->b, "\\cnSourceText{");
		tex_address(&g->b, sources->item[i].address);
		buf_str(&g->b, "}{");
		if (!tex_text(&g->b, text, g->e))
			return false;
		buf_char(&g->b, '}');
	}
	buf_char(&g->b, '}');
	return true;
}

static const struct sources *sources_of(const struct paper_item *it)
{
	return it->value ? &it->value->sources : it->table ? &it->table->sources : &it->figure->sources;
}

/* "données arrêtées au 8 février 2018", "data as of February 2018" */
static bool put_edition(struct gen *g)
{
	struct buf t = BUF(256);
	bool day = strlen(g->p->edition) == 10;

	buf_str(&t, g->p->lang == LANG_EN ? "data as of " : day ? "données arrêtées au " : "données arrêtées en ");
	typo_period(&t, g->p->lang, g->p->edition);
	buf_str(&g->b, "\\cnEdition");
	bool ok = arg(g, buf_text(&t)) && period(g, g->p->date);
	buf_char(&g->b, '\n');
	buf_free(&t);
	return ok;
}

static bool put_values(struct gen *g)
{
	if (*g->p->edition && !put_edition(g))
		return false;
	for (size_t i = 0; i < g->p->nitem; i++) {
		const struct paper_item *it = &g->p->item[i];
		unsigned set = used(g, it->id);
		if (it->value && set & 1u << USE_VALUE && !put_value(g, it))
			return false;
		if (set & 1u << USE_SOURCE) {
			buf_printf(&g->b, "\\cnSource{%s}", it->id);
			if (!put_sources(g, sources_of(it)))
				return err_note(g->e, "%s", it->id);
			buf_char(&g->b, '\n');
		}
	}
	return put_file(g, "values.tex");
}

/* Measure, unit and period in one line under the title. */
static bool put_subtitle(struct gen *g, const struct figure *f)
{
	const struct text2 *part[] = { &f->subtitle, &f->unit, &f->period };
	struct buf t = BUF(4 * ARTEFACT_TEXT), first = BUF(4 * ARTEFACT_TEXT);

	for (size_t i = 0; i < 3; i++) {
		const char *s = text2_in(part[i], g->p->lang);
		buf_str(&t, t.n && *s ? ", " : "");
		buf_str(&t, s);
	}
	capital(&first, buf_text(&t));
	bool ok = arg(g, buf_text(&first));
	buf_free(&t);
	buf_free(&first);
	return ok;
}

static bool put_figure(struct gen *g, const struct paper_item *it)
{
	const struct figure *f = it->figure;
	const char *pdf = file_name(g, "figure", it->id, ".pdf");
	enum lang lang = g->p->lang;

	if (!path_copy(it->figure_file, keep(g, pdf), g->e))
		return false;
	buf_printf(&g->b, "\\cnFigure{%s}", it->id);
	bool ok = arg(g, text2_in(&f->title, lang)) && put_subtitle(g, f);
	buf_printf(&g->b, "\n\t{generated/%s}", pdf);
	ok = ok && arg(g, text2_in(&f->reading, lang)) && arg(g, text2_in(&f->note, lang)) && arg(g, text2_in(&f->coverage, lang)) &&
	     put_sources(g, &f->sources);
	buf_str(&g->b, "\n\t{");
	tex_pdf_hex(&g->b, text2_in(&f->alt, lang));
	buf_str(&g->b, "}\n");
	return ok && put_file(g, file_name(g, "figure", it->id, ".tex"));
}

static bool put_notes(struct gen *g, const struct table *t, bool is_long)
{
	if (is_long)
		buf_printf(&g->b, "\\cnLongNotes{%zu}", t->ncolumn);
	else
		buf_str(&g->b, "\\cnTableEnd");
	bool ok = arg(g, text2_in(&t->note, g->p->lang)) && arg(g, text2_in(&t->coverage, g->p->lang)) && put_sources(g, &t->sources);
	buf_str(&g->b, is_long ? "\n\\end{longtable}\n" : "\n");
	return ok;
}

static bool put_table(struct gen *g, const struct paper_item *it)
{
	const struct table *t = it->table;
	bool is_long = t->nrow >= LONG_TABLE;

	buf_printf(&g->b, "\\cn%sBegin{%s}", is_long ? "Long" : "Table", it->id);
	bool ok = arg(g, text2_in(&t->caption, g->p->lang));
	buf_char(&g->b, '\n');
	ok = ok && (is_long ? table_tex_long(&g->b, t, g->p->lang, NULL, g->e) : table_tex(&g->b, t, g->p->lang, g->e));
	ok = ok && put_notes(g, t, is_long);
	buf_str(&g->b, is_long ? "\\cnLongEnd\n" : "");
	return ok && put_file(g, file_name(g, "table", it->id, ".tex"));
}

static bool put_annex(struct gen *g, const struct annex *x)
{
	for (size_t i = 0; i < x->npart; i++) {
		const struct table *t = &x->part[i];
		buf_str(&g->b, "\\cnPart");
		bool ok = arg(g, text2_in(&t->caption, g->p->lang));
		buf_char(&g->b, '\n');
		if (!ok || !table_tex_long(&g->b, t, g->p->lang, i ? NULL : x->row_id, g->e) || !put_notes(g, t, true))
			return err_note(g->e, "%s", x->name);
		buf_str(&g->b, "\\cnPartEnd\n");
	}
	return put_file(g, arena_printf(&g->a, "annex-%s.tex", x->name));
}

static bool at_use(struct gen *g, const struct use *u)
{
	err_at(g->e, u->file, u->line, u->column);
	return err_excerpt(g->e, u->excerpt, strlen(u->excerpt), u->column);
}

static bool check_annexes(struct gen *g)
{
	for (size_t i = 0; i < g->annexes.n; i++) {
		const struct use *u = &g->annexes.item[i];
		struct buf names = BUF(200);
		bool known = false;
		for (size_t k = 0; k < g->p->nannex; k++) {
			known |= !strcmp(u->id, g->p->annex[k].name);
			buf_printf(&names, "%s%s", k ? ", " : "", g->p->annex[k].name);
		}
		if (!known)
			err_set(g->e, ERR_ANNEX_UNKNOWN, "%s" ERR_SEP "%s", u->id, buf_text(&names));
		buf_free(&names);
		if (!known)
			return at_use(g, u);
	}
	return true;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct paper_item *)a)->id, ((const struct paper_item *)b)->id);
}

/* \valunit and \valdate must have something to print. */
static bool check_words(struct gen *g)
{
	for (size_t i = 0; i < g->uses.n; i++) {
		const struct use *u = &g->uses.item[i];
		struct paper_item key = { .id = u->id };
		const struct paper_item *it = g->p->nitem ? bsearch(&key, g->p->item, g->p->nitem, sizeof key, by_id) : NULL;
		bool unit = !strcmp(u->macro, "valunit") && it && (!it->unit || !*text2_in(it->unit, g->p->lang));
		bool date = !strcmp(u->macro, "valdate") && it && it->value && (it->value->is_words || !*it->value->q.period);
		if (unit || date) {
			err_set(g->e, unit ? ERR_MACRO_UNIT : ERR_MACRO_DATE, "%s", u->id);
			return at_use(g, u);
		}
	}
	return true;
}

/* The folder is ours alone: what this run did not write is from an earlier one. */
static bool remove_others(struct gen *g)
{
	const char **name;
	size_t n;

	if (!path_list(&g->a, g->dir, &name, &n, g->e))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool ours = false;
		for (size_t k = 0; k < g->nkept && !ours; k++)
			ours = !strcmp(name[i], g->kept[k]);
		if (!ours && !path_remove_tree(path_join(&g->a, g->dir, name[i]), g->e))
			return false;
	}
	return true;
}

static bool put_all(struct gen *g)
{
	const struct paper *p = g->p;
	const struct embed *style = embed_find("render/continuum.sty");

	if (!style)
		return err_set(g->e, ERR_BUG, "%s", "continuum.sty is not embedded");
	if (!path_mkdirs(g->dir, g->e) || !path_write(keep(g, "continuum.sty"), style->data, style->size, g->e) || !put_values(g))
		return false;
	for (size_t i = 0; i < p->nitem; i++) {
		const struct paper_item *it = &p->item[i];
		unsigned set = used(g, it->id);
		if (it->figure && set & 1u << USE_FIGURE && !put_figure(g, it))
			return err_note(g->e, "%s", it->id);
		if (it->table && set & 1u << USE_TABLE && !put_table(g, it))
			return err_note(g->e, "%s", it->id);
	}
	for (size_t i = 0; i < p->nannex; i++)
		if (!put_annex(g, &p->annex[i]))
			return false;
	return remove_others(g);
}

bool paper_generate(const struct paper *p, struct err *e)
{
	struct gen g = { .p = p, .b = BUF(PAPER_FILE_BYTES), .e = e };

	g.dir = arena_printf(&g.a, "%s/%s/generated", p->root, p->dir);
	g.kept = arena_array(&g.a, const char *, 2 * p->nitem + p->nannex + 2);
	bool ok = paper_scan_for(&g.uses, &g.a, p->root, p->dir, false, e) && paper_scan_for(&g.annexes, &g.a, p->root, p->dir, true, e) &&
	          check_annexes(&g) && check_words(&g) && put_all(&g);
	buf_free(&g.b);
	arena_free(&g.a);
	return ok;
}

bool paper_key(const struct paper *p, char key[HASH_HEX], struct err *e)
{
	struct arena a = { 0 };
	struct paper_files files;
	struct hash *h = hash_open();
	const char *folder = path_join(&a, p->root, p->dir);
	bool ok = paper_files(&files, &a, folder, p->dir, e);

	hash_str(h, embed_build);
	hash_str(h, p->name);
	hash_add(h, &p->epoch, sizeof p->epoch);
	for (size_t i = 0; ok && i < files.n; i++) {
		char one[HASH_HEX];
		ok = hash_file(path_join(&a, folder, files.rel[i]), one, NULL, e);
		hash_str(h, files.rel[i]);
		hash_str(h, ok ? one : "");
	}
	hash_close(h, key);
	arena_free(&a);
	return ok;
}
