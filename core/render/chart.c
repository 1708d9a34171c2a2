/* The door of the figures: refuses what cannot be drawn honestly, lets layout and paint make the script, has gnuplot draw it, and
 * makes the files the same whenever and wherever they are drawn. */
#include "render/chart.h"

#include "base/arena.h"
#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "render/canvas.h"
#include "render/layout.h"
#include "render/paint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CHART_BYTES = 64 * 1024 * 1024, CHART_CATEGORIES = 400 };
/* Part of the key: another number whenever the same description gives another picture. */
static const char DRAWING[] = "drawing 1";

/* ---- refusals ---- */

struct check {
	const struct chart *c;
	enum lang lang;
	const struct metrics *m;
	int panel;            /* number of the panel at hand, from 1 */
	size_t nitem, nlabel;
	struct err *e;
};

/* A number as an argument of a message: plain, whatever the language. */
static const char *plain(struct buf *b, double v)
{
	buf_clear(b);
	num_put_real(b, v);
	return buf_text(b);
}

static bool text_ok(const struct check *k, const struct text2 *t, bool bold)
{
	const char *s = text2_in(t, k->lang);
	uint32_t missing = text_utf8_bad(s, strlen(s)) == strlen(s) ? metrics_missing(k->m, s, bold) : 0xfffd;

	return !missing || err_set(k->e, ERR_CHART_GLYPH, "U+%04X" ERR_SEP "%s", (unsigned)missing, s);
}

static bool value_ok(const struct check *k, const struct scale *s, double v)
{
	struct buf b[3] = { BUF(64), BUF(64), BUF(64) };
	bool ok = true;

	if (isnan(v))
		return true;
	if (s->kind == SCALE_ORDINAL && (v < 0.5 || v > (double)s->ncategory + 0.5))
		ok = err_set(k->e, ERR_CHART_CATEGORY, "%d" ERR_SEP "%s" ERR_SEP "%zu", k->panel, plain(&b[0], v), s->ncategory);
	else if (s->kind == SCALE_LOG && v <= 0)
		ok = err_set(k->e, ERR_CHART_LOG, "%d" ERR_SEP "%s", k->panel, plain(&b[0], v));
	else if (s->kind != SCALE_ORDINAL && (v < s->lo || v > s->hi))   /* NaN bounds: never */
		ok = err_set(k->e, ERR_CHART_OUTSIDE, "%d" ERR_SEP "%s" ERR_SEP "%s" ERR_SEP "%s", k->panel, plain(&b[0], v),
			isnan(s->lo) ? "…" : plain(&b[1], s->lo), isnan(s->hi) ? "…" : plain(&b[2], s->hi));
	for (size_t i = 0; i < 3; i++)
		buf_free(&b[i]);
	return ok;
}

static bool item_ok(struct check *k, const struct panel *p, size_t mark, size_t i)
{
	const struct item *it = &p->mark[mark].item[i];
	const double v[] = { it->x, it->x2, it->y, it->y2 };

	for (size_t n = 0; n < 4; n++) {
		if (isinf(v[n]) || fabs(v[n]) > SCALE_MAX)
			return err_set(k->e, ERR_CHART_NUMBER, "%d" ERR_SEP "%zu" ERR_SEP "%zu", k->panel, mark + 1, i + 1);
		if (!value_ok(k, n < 2 ? &p->x : &p->y, v[n]))
			return false;
	}
	k->nlabel += *text2_in(&it->label, k->lang) != '\0';
	return text_ok(k, &it->label, false);
}

static bool bars_ok(const struct check *k, const struct panel *p)
{
	for (size_t i = 0; i < p->nmark; i++) {
		const struct scale *s = p->mark[i].horizontal ? &p->x : &p->y;
		if (p->mark[i].kind != MARK_BAR)
			continue;
		if (s->kind == SCALE_LOG)
			return err_set(k->e, ERR_CHART_BAR_LOG, "%d", k->panel);
		if (s->kind != SCALE_LINEAR || s->lo > 0 || s->hi < 0)
			return err_set(k->e, ERR_CHART_BAR_ZERO, "%d", k->panel);
	}
	return true;
}

static bool scale_ok(const struct check *k, const struct scale *s)
{
	if (isinf(s->lo) || isinf(s->hi))
		return err_set(k->e, ERR_CHART_NUMBER, "%d" ERR_SEP "0" ERR_SEP "0", k->panel);
	if (s->kind == SCALE_ORDINAL && s->ncategory == 0)
		return err_set(k->e, ERR_CHART_EMPTY, "%d", k->panel);
	if (s->kind == SCALE_ORDINAL && s->ncategory > CHART_CATEGORIES)
		return err_set(k->e, ERR_CHART_CATEGORIES, "%zu" ERR_SEP "%d", s->ncategory, CHART_CATEGORIES);
	for (size_t i = 0; i < s->ncategory; i++)
		if (!text_ok(k, &s->category[i], false))
			return false;
	return text_ok(k, &s->title, false);
}

static bool panel_ok(struct check *k, const struct panel *p)
{
	double lo, hi;

	if (!scale_ok(k, &p->x) || !scale_ok(k, &p->y) || !text_ok(k, &p->title, true) || !bars_ok(k, p))
		return false;
	if (p->nmark > ARTEFACT_MARKS)
		return err_set(k->e, ERR_CHART_LIMIT, "%zu" ERR_SEP "%d", p->nmark, ARTEFACT_MARKS);
	for (size_t i = 0; i < p->nmark; i++) {
		if (!text_ok(k, &p->mark[i].name, p->mark[i].kind == MARK_LINE))
			return false;
		k->nitem += p->mark[i].nitem;
		for (size_t n = 0; n < p->mark[i].nitem && k->nitem <= ARTEFACT_ITEMS; n++)
			if (!item_ok(k, p, i, n))
				return false;
	}
	bool any = layout_bounds(p, true, &lo, &hi) && layout_bounds(p, false, &lo, &hi);
	return any || err_set(k->e, ERR_CHART_EMPTY, "%d", k->panel);
}

static bool chart_ok(const struct chart *c, enum lang lang, const struct metrics *m, struct err *e)
{
	struct check k = { .c = c, .lang = lang, .m = m, .e = e };

	if (!(c->width_mm >= LAYOUT_MM_MIN && c->width_mm <= LAYOUT_MM_MAX))
		return err_set(e, ERR_CHART_WIDTH, "%d" ERR_SEP "%d" ERR_SEP "%.0f", LAYOUT_MM_MIN, LAYOUT_MM_MAX, c->width_mm);
	if (!c->npanel)
		return err_set(e, ERR_CHART_EMPTY, "%d", 1);
	if (c->npanel > ARTEFACT_PANELS)
		return err_set(e, ERR_CHART_LIMIT, "%zu" ERR_SEP "%d", c->npanel, ARTEFACT_PANELS);
	for (size_t i = 0; i < c->npanel; i++) {
		k.panel++;
		if (!panel_ok(&k, &c->panel[i]))
			return false;
	}
	if (k.nitem > ARTEFACT_ITEMS)
		return err_set(e, ERR_CHART_LIMIT, "%zu" ERR_SEP "%d", k.nitem, ARTEFACT_ITEMS);
	if (k.nlabel > PAINT_LABELS)
		return err_set(e, ERR_CHART_LABELS, "%zu" ERR_SEP "%d", k.nlabel, PAINT_LABELS);
	return true;
}

/* ---- script ---- */

static bool write_script(const struct chart *c, enum lang lang, enum chart_format format, const struct metrics *m, struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	struct page pg = { .c = c, .lang = lang, .theme = theme_get(), .m = m, .a = &a, .e = e };
	struct canvas cv;
	bool ok = chart_ok(c, lang, m, e) && layout_page(&pg);

	if (ok) {
		canvas_open(&cv, format, pg.theme->family, pg.width, pg.height, e);
		ok = paint_page(&pg, &cv);
		ok = canvas_close(&cv, out, e) && ok;
	}
	arena_free(&a);
	return ok;
}

bool chart_script(const struct chart *c, enum lang lang, enum chart_format format, struct buf *out, struct err *e)
{
	struct metrics *m = metrics_open(theme_get()->family, e);
	bool ok = m && write_script(c, lang, format, m, out, e);

	metrics_close(m);
	return ok;
}

/* ---- key ---- */

static void key_text(struct hash *h, const struct text2 *t, enum lang lang)
{
	hash_str(h, text2_in(t, lang));
}

static void key_scale(struct hash *h, const struct scale *s, enum lang lang)
{
	const double d[] = { isnan(s->lo) ? NAN : s->lo, isnan(s->hi) ? NAN : s->hi };   /* one NaN for all */
	const int i[] = { (int)s->kind, s->decimals, s->hidden, s->plain, (int)s->ncategory };

	hash_add(h, d, sizeof d);
	hash_add(h, i, sizeof i);
	key_text(h, &s->title, lang);
	for (size_t k = 0; k < s->ncategory; k++)
		key_text(h, &s->category[k], lang);
}

static void key_mark(struct hash *h, const struct mark *m, enum lang lang)
{
	const int i[] = { (int)m->kind, (int)m->role, m->horizontal, (int)m->nitem };

	hash_add(h, i, sizeof i);
	key_text(h, &m->name, lang);
	for (size_t k = 0; k < m->nitem; k++) {
		const struct item *it = &m->item[k];
		const double v[] = { it->x, it->y, it->x2, it->y2 };
		const uint8_t b[] = { it->open, it->style, it->align };
		for (size_t n = 0; n < 4; n++)
			hash_add(h, isnan(v[n]) ? &(double){ NAN } : &v[n], sizeof *v);
		hash_add(h, b, sizeof b);
		key_text(h, &it->label, lang);
	}
}

void chart_key(const struct chart *c, enum lang lang, char key[HASH_HEX])
{
	struct hash *h = hash_open();
	const double d[] = { c->width_mm, c->height_mm };
	const int i[] = { (int)lang, c->illustrative, (int)c->npanel };
	const struct theme *t = theme_get();

	hash_str(h, DRAWING);
	hash_str(h, CONTINUUM_VERSION);
	hash_str(h, t->family);
	hash_add(h, (const double[]){ t->text, t->line }, 2 * sizeof(double));
	hash_add(h, (const unsigned[]){ t->ink, t->muted, t->axis, t->grid, t->paper }, 5 * sizeof(unsigned));
	hash_add(h, t->role, sizeof t->role);
	hash_add(h, d, sizeof d);
	hash_add(h, i, sizeof i);
	for (size_t p = 0; p < c->npanel; p++) {
		const struct panel *x = &c->panel[p];
		const int n = (int)x->nmark;
		hash_add(h, &x->share, sizeof x->share);
		hash_add(h, &n, sizeof n);
		key_text(h, &x->title, lang);
		key_scale(h, &x->x, lang);
		key_scale(h, &x->y, lang);
		for (size_t m = 0; m < x->nmark; m++)
			key_mark(h, &x->mark[m], lang);
	}
	hash_close(h, key);
}

/* ---- files ---- */

/* Cairo writes the moment of drawing as "/CreationDate (D:20260101120000Z)": the digits become those of epoch. */
static bool set_date(struct buf *pdf, long long epoch, struct err *e)
{
	static const char mark[] = "/CreationDate (D:";
	char *at = pdf->n ? memmem(pdf->s, pdf->n, mark, sizeof mark - 1) : NULL, text[16];
	time_t t = (time_t)epoch;
	struct tm tm;

	if (!at || at + sizeof mark - 1 + 15 > pdf->s + pdf->n || strspn(at + sizeof mark - 1, "0123456789") != 14 || at[sizeof mark - 1 + 14] != 'Z'
	    || !gmtime_r(&t, &tm) || strftime(text, sizeof text, "%Y%m%d%H%M%S", &tm) != 14)
		return err_set(e, ERR_PDF_DATE, "%s", "");
	memcpy(at + sizeof mark - 1, text, 14);
	return true;
}

/* Changes one line of gnuplot's SVG: true points, a typeface for screens without ours (Helvetica and Arial have the same widths), the weight of
 * bold text, which gnuplot leaves in the name of the font, spaces as they are, and no title "Gnuplot" under the mouse. */
static void mend_line(const char *s, size_t n, const char *family, struct buf *out)
{
	static const char size[] = " width=\"", title[] = "<title>Gnuplot</title>", place[] = "\t<g transform=\"", text[] = "\t\t<text>", bold[] = ":Bold";
	const char *font = n > sizeof place && memcmp(s, place, sizeof place - 1) == 0 ? memmem(s, n, family, strlen(family)) : NULL;

	if (n > sizeof title - 1 && memcmp(s, title, sizeof title - 1) == 0)
		return;
	if (n > sizeof size - 1 && memcmp(s, size, sizeof size - 1) == 0) {
		for (size_t i = 0; i < n; i++) {
			buf_str(out, s[i] == '"' && text_is_digit(s[i - 1]) ? "pt" : "");
			buf_char(out, s[i]);
		}
	} else if (font) {
		const char *end = font + strlen(family);
		bool heavy = strncmp(end, bold, sizeof bold - 1) == 0;
		buf_add(out, s, (size_t)(font - s));
		buf_printf(out, "'%s', Helvetica, Arial, sans-serif%s", family, heavy ? "\" font-weight=\"bold" : "");
		end += heavy ? sizeof bold - 1 : 0;
		buf_add(out, end, (size_t)(s + n - end));
	} else if (n > sizeof text && memcmp(s, text, sizeof text - 1) == 0) {
		const char *end = memmem(s, n, "</text>", 7);
		buf_str(out, "\t\t<text xml:space=\"preserve\">");
		for (s += sizeof text - 1; end && s < end; s++)
			buf_add(out, *s == '>' ? "&gt;" : s, *s == '>' ? 4 : 1);   /* "]]>" may not stand in XML */
		buf_str(out, "</text>\n");
	} else {
		buf_add(out, s, n);
	}
}

static bool mend_svg(const struct buf *svg, struct buf *out)
{
	for (const char *s = buf_text(svg); *s;) {
		size_t n = strcspn(s, "\n");
		n += s[n] == '\n';
		/* An empty group shows nothing but what gnuplot drew before this figure: its pen. */
		bool empty = strncmp(s, "<g ", 3) == 0 && strncmp(s + n, "</g>\n", 5) == 0;
		if (!empty)
			mend_line(s, n, theme_get()->family, out);
		s += empty ? n + 5 : n;
	}
	return !out->over;
}

static bool publish(const char *base, const char *end, const struct buf *b, struct err *e)
{
	struct arena a = { 0 };
	bool ok = path_write(arena_printf(&a, "%s%s", base, end), b->s, b->n, e);

	arena_free(&a);
	return ok;
}

bool chart_draw(struct gnuplot *g, const struct chart *c, enum lang lang, long long epoch, const char *base, struct err *e)
{
	struct buf script[2] = { BUF(CHART_BYTES), BUF(CHART_BYTES) }, file[2] = { BUF(CHART_BYTES), BUF(CHART_BYTES) }, svg = BUF(CHART_BYTES);
	static const char *const made[] = { [CHART_PDF] = "out.pdf", [CHART_SVG] = "out.svg" };
	const struct metrics *m = gnuplot_metrics(g, e);
	bool ok = m != NULL;

	for (enum chart_format f = CHART_PDF; ok && f <= CHART_SVG; f++)
		ok = write_script(c, lang, f, m, &script[f], e) && gnuplot_draw(g, &script[f], made[f], e) && gnuplot_take(g, made[f], &file[f], e);
	ok = ok && set_date(&file[CHART_PDF], epoch, e);
	if (ok && !mend_svg(&file[CHART_SVG], &svg))
		ok = err_set(e, ERR_TOO_LARGE, "%s" ERR_SEP "%d", made[CHART_SVG], CHART_BYTES);
	ok = ok && publish(base, ".gp", &script[CHART_PDF], e) && publish(base, ".svg", &svg, e) && publish(base, ".pdf", &file[CHART_PDF], e);
	for (int f = 0; f < 2; f++) {
		buf_free(&script[f]);
		buf_free(&file[f]);
	}
	buf_free(&svg);
	return ok;
}
