/* What a report is given to read: the folder generated/ with its values, figures, tables and annexes, and the digest of
 * the whole. Knows LaTeX only through the macros of continuum.sty; starts no process. */
#include "render/paper.h"

#include "base/embed.h"
#include "base/path.h"
#include "render/paper_part.h"
#include "render/table.h"
#include "render/tex.h"

#include <assert.h>
#include <string.h>

enum { LONG_TABLE = 34 };   /* rows from which a table may not fit one page and is no float any more */

struct gen {
	const struct paper *p;
	struct arena a;
	unsigned *used;             /* for each item, which macros of the text name it: a set of 1 << kind */
	const char *dir;            /* generated/ */
	struct buf kept;            /* "/name/" of each of its files */
	struct buf b, text;         /* the file that is written, a text that is composed */
	bool ok;                    /* false: *e is set, and nothing more gets written */
	struct err *e;
};

/* "figure-workforce-staff.tex": names have no dash, so two ids never give one name. */
static const char *file_name(struct gen *g, const char *what, const char *id, const char *ending)
{
	char *name = arena_printf(&g->a, "%s-%s", what, id), *dot = strchr(name, '.');

	if (dot)
		*dot = '-';
	return arena_printf(&g->a, "%s%s", name, ending);
}

static const char *keep(struct gen *g, const char *name)
{
	buf_printf(&g->kept, "/%s/", name);
	return path_join(&g->a, g->dir, name);
}

static void put_file(struct gen *g, const char *name)
{
	if (g->ok && g->b.over)
		g->ok = err_set(g->e, ERR_TOO_LARGE, "%s" ERR_SEP "%zu", name, g->b.max);
	g->ok = g->ok && path_write(keep(g, name), buf_text(&g->b), g->b.n, g->e);
	buf_clear(&g->b);
}

/* A macro argument: {text} */
static void arg(struct gen *g, const char *s)
{
	buf_str(&g->b, "\n\t{");
	g->ok = g->ok && tex_text(&g->b, s, g->e);
	buf_char(&g->b, '}');
}

static void arg2(struct gen *g, const struct text2 *t)
{
	arg(g, text2_in(t, g->p->lang));
}

/* The composed text, which begins anew. */
static void arg_text(struct gen *g)
{
	arg(g, buf_text(&g->text));
	buf_clear(&g->text);
}

/* The first letter as a capital, which takes as many bytes; of ASCII, Latin-1, and œ. */
static void capital(struct buf *text)
{
	unsigned char *s = (unsigned char *)text->s, accent = text->n > 1 ? s[1] : 0;

	if (text->n && *s >= 'a' && *s <= 'z')
		*s ^= 0x20;
	else if (accent && *s == 0xC3 && accent >= 0xA0 && accent <= 0xBE && accent != 0xB7)
		s[1] ^= 0x20;
	else if (accent == 0x93 && *s == 0xC5)
		s[1] = 0x92;
}

static void put_value(struct gen *g, const struct paper_item *it)
{
	const struct value *v = it->value;

	buf_printf(&g->b, "\\cnValue{%s}", it->id);
	arg2(g, &v->words);
	buf_str(&g->text, text2_in(&v->words, g->p->lang));
	capital(&g->text);
	arg_text(g);
	arg2(g, &v->bare);
	arg(g, it->unit ? text2_in(it->unit, g->p->lang) : "");
	arg2(g, &v->period);
	buf_char(&g->b, '\n');
}

/* Each text once, in the order given: several tables of one producer often share their source. */
static void put_sources(struct gen *g, const struct sources *sources)
{
	enum lang lang = g->p->lang;
	const char *between = "";

	buf_str(&g->b, "\n\t{");
	for (size_t i = 0; g->ok && i < sources->n; i++) {
		const char *text = text2_in(&sources->item[i].text, lang);
		bool seen = !*text;
		for (size_t k = 0; k < i && !seen; k++)
			seen = !strcmp(text, text2_in(&sources->item[k].text, lang));
		if (seen)
			continue;
		buf_printf(&g->b, "%s\\cnSourceText{", between);
		tex_address(&g->b, sources->item[i].address);
		buf_str(&g->b, "}{");
		g->ok = tex_text(&g->b, text, g->e);
		buf_char(&g->b, '}');
		between = lang == LANG_FR ? "\\nobreakspace{}\\cnSemicolon{} " : "\\cnSemicolon{} ";
	}
	buf_char(&g->b, '}');
}

const struct sources *paper_sources(const struct paper_item *it)
{
	return it->value ? &it->value->sources : it->table ? &it->table->sources : &it->figure->sources;
}

static void put_figure(struct gen *g, const struct paper_item *it)
{
	const struct figure *f = it->figure;
	const struct text2 *part[] = { &f->subtitle, &f->unit, &f->period };
	const char *pdf = file_name(g, "figure", it->id, ".pdf");

	g->ok = g->ok && path_copy(it->figure_file, keep(g, pdf), g->e);
	buf_printf(&g->b, "\\cnFigure{%s}", it->id);
	arg2(g, &f->title);
	for (size_t i = 0; i < 3; i++) {   /* measure, unit and period in one line */
		const char *s = text2_in(part[i], g->p->lang);
		buf_str(&g->text, g->text.n && *s ? ", " : "");
		buf_str(&g->text, s);
	}
	capital(&g->text);
	arg_text(g);
	buf_printf(&g->b, "\n\t{generated/%s}", pdf);
	arg2(g, &f->reading);
	arg2(g, &f->note);
	arg2(g, &f->coverage);
	put_sources(g, &f->sources);
	buf_str(&g->b, "\n\t{");
	tex_pdf_hex(&g->b, text2_in(&f->alt, g->p->lang));
	buf_str(&g->b, "}\n");
	put_file(g, file_name(g, "figure", it->id, ".tex"));
}

/* The tabular with what stands above and below it. */
static void put_tabular(struct gen *g, const struct table *t, bool is_long, const char **row_id)
{
	arg2(g, &t->caption);
	buf_char(&g->b, '\n');
	g->ok = g->ok && table_tex(&g->b, t, g->p->lang, is_long, row_id, g->e);
	if (is_long)
		buf_printf(&g->b, "\\cnLongNotes{%zu}", t->ncolumn);
	else
		buf_str(&g->b, "\\cnTableEnd");
	arg2(g, &t->note);
	arg2(g, &t->coverage);
	put_sources(g, &t->sources);
	buf_str(&g->b, is_long ? "\n\\end{longtable}\n" : "\n");
}

static void put_table(struct gen *g, const struct paper_item *it)
{
	bool is_long = it->table->nrow >= LONG_TABLE;

	buf_printf(&g->b, "\\cn%sBegin{%s}", is_long ? "Long" : "Table", it->id);
	put_tabular(g, it->table, is_long, NULL);
	buf_str(&g->b, is_long ? "\\cnLongEnd\n" : "");
	put_file(g, file_name(g, "table", it->id, ".tex"));
}

static void put_annex(struct gen *g, const struct annex *x)
{
	buf_str(&g->b, "\\cnPart");
	put_tabular(g, x->table, true, x->row_id);
	buf_str(&g->b, "\\cnPartEnd\n");
	put_file(g, arena_printf(&g->a, "annex-%s.tex", x->name));
}

static bool check_annex(struct gen *g, const struct use *u)
{
	const char *names = "";

	for (size_t i = 0; i < g->p->nannex; i++) {
		if (!strcmp(u->id, g->p->annex[i].name))
			return true;
		names = arena_printf(&g->a, "%s%s%s", names, i ? ", " : "", g->p->annex[i].name);
	}
	err_set(g->e, ERR_ANNEX_UNKNOWN, "%s" ERR_SEP "%s", u->id, names);
	return paper_at(g->e, u);
}

/* Notes what the text uses. \valunit and \valdate must have something to print. */
static bool check_uses(struct gen *g)
{
	const struct paper *p = g->p;

	for (size_t i = 0; i < p->uses.n; i++) {
		const struct use *u = &p->uses.item[i];
		if (u->kind == USE_ANNEX && !check_annex(g, u))
			return false;
		for (size_t k = 0; k < p->nitem; k++) {
			const struct paper_item *it = &p->item[k];
			if (strcmp(it->id, u->id))
				continue;
			g->used[k] |= 1u << u->kind;
			bool unit = !strcmp(u->macro, "valunit") && (!it->unit || !*text2_in(it->unit, p->lang));
			bool date = !strcmp(u->macro, "valdate") && it->value && !*it->value->q.period;
			if (unit || date) {
				err_set(g->e, unit ? ERR_MACRO_UNIT : ERR_MACRO_DATE, "%s", u->id);
				return paper_at(g->e, u);
			}
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
	for (size_t i = 0; i < n; i++)
		if (!strstr(buf_text(&g->kept), arena_printf(&g->a, "/%s/", name[i])) &&
		    !path_remove_tree(path_join(&g->a, g->dir, name[i]), g->e))
			return false;
	return true;
}

/* values.tex takes the buffer for itself until it is whole: figures and tables come after it. */
static bool put_all(struct gen *g)
{
	const struct paper *p = g->p;

	if (*p->edition) {
		buf_str(&g->b, "\\cnEdition");
		arg(g, p->edition);
		arg(g, p->date);
		buf_char(&g->b, '\n');
	}
	for (size_t i = 0; i < p->nitem; i++) {
		if (p->item[i].value && g->used[i] & 1u << USE_VALUE)
			put_value(g, &p->item[i]);
		if (g->used[i] & 1u << USE_SOURCE) {
			buf_printf(&g->b, "\\cnSource{%s}", p->item[i].id);
			put_sources(g, paper_sources(&p->item[i]));
			buf_char(&g->b, '\n');
		}
		if (!g->ok)
			return err_note(g->e, "%s", p->item[i].id);
	}
	put_file(g, "values.tex");
	if (!g->ok)
		return false;
	for (size_t i = 0; i < p->nitem; i++) {
		if (p->item[i].figure && g->used[i] & 1u << USE_FIGURE)
			put_figure(g, &p->item[i]);
		if (p->item[i].table && g->used[i] & 1u << USE_TABLE)
			put_table(g, &p->item[i]);
		if (!g->ok)
			return err_note(g->e, "%s", p->item[i].id);
	}
	for (size_t i = 0; i < p->nannex; i++) {
		put_annex(g, &p->annex[i]);
		if (!g->ok)
			return err_note(g->e, "%s", p->annex[i].name);
	}
	return remove_others(g);
}

bool paper_generate(const struct paper *p, struct err *e)
{
	const struct embed *style = embed_find("render/continuum.sty");
	struct gen g = { .p = p, .kept = BUF(PAPER_FILE_BYTES), .b = BUF(PAPER_FILE_BYTES), .ok = true, .e = e };

	g.text = BUF(4 * ARTEFACT_TEXT);
	assert(style);
	g.dir = arena_printf(&g.a, "%s/%s/generated", p->root, p->dir);
	g.used = arena_array(&g.a, unsigned, p->nitem);
	bool ok = check_uses(&g) && path_mkdirs(g.dir, e) &&
	          path_write(keep(&g, "continuum.sty"), style->data, style->size, e) && put_all(&g);
	buf_free(&g.kept);
	buf_free(&g.b);
	buf_free(&g.text);
	arena_free(&g.a);
	return ok;
}

bool paper_key(const struct paper *p, char key[HASH_HEX], struct err *e)
{
	struct arena a = { 0 };
	struct paper_files files;
	struct hash *h = hash_open();

	hash_str(h, embed_build);
	hash_str(h, p->name);
	hash_add(h, &p->epoch, sizeof p->epoch);
	bool ok = paper_files(&files, &a, path_join(&a, p->root, p->dir), p->dir, e) && paper_files_hash(&files, &a, h, e);
	hash_close(h, key);
	arena_free(&a);
	return ok;
}
