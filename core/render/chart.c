/* The door of the figures: refuses what cannot be drawn honestly, lets layout and paint make the script, has gnuplot draw it, and
 * makes the files the same whenever and wherever they are drawn. */
#include "render/chart.h"

#include "base/arena.h"
#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "render/canvas.h"
#include "render/layout.h"
#include "render/paint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CHART_BYTES = 64 * 1024 * 1024, CHART_CATEGORIES = 400 };

/* ---- refusals ---- */

/* Names the panel and three numbers, plain whatever the language; "…" for NaN. */
static bool refuse(const struct page *pg, const struct panel *p, enum err_id id, double a, double b, double c)
{
	const double v[] = { a, b, c };
	struct buf args = BUF(200);

	buf_printf(&args, "%td", p - pg->c->panel + 1);
	for (size_t i = 0; i < 3; i++) {
		buf_str(&args, isnan(v[i]) ? ERR_SEP "…" : ERR_SEP);
		if (!isnan(v[i]))
			num_put_real(&args, v[i]);
	}
	err_set(pg->e, id, "%s", buf_text(&args));
	buf_free(&args);
	return false;
}

static bool text_ok(const struct page *pg, const struct text2 *t, bool bold)
{
	const char *s = say(pg, t);
	uint32_t missing = text_utf8_bad(s, strlen(s)) == strlen(s) ? metrics_missing(pg->m, s, bold) : 0xfffd;

	return !missing || err_set(pg->e, ERR_CHART_GLYPH, "U+%04X" ERR_SEP "%s", (unsigned)missing, s);
}

static bool value_ok(const struct page *pg, const struct panel *p, const struct scale *s, double v)
{
	double n = (double)s->ncategory;

	if (s->kind == SCALE_ORDINAL)
		return !(v < 0.5 || v > n + 0.5) || refuse(pg, p, ERR_CHART_CATEGORY, v, n, NAN);
	if (s->kind == SCALE_LOG && v <= 0)
		return refuse(pg, p, ERR_CHART_LOG, v, NAN, NAN);
	return !(v < s->lo || v > s->hi) || refuse(pg, p, ERR_CHART_OUTSIDE, v, s->lo, s->hi);   /* NaN: never */
}

static bool mark_ok(const struct page *pg, const struct panel *p, const struct mark *m)
{
	const struct scale *len = m->horizontal ? &p->x : &p->y;

	if (m->kind == MARK_BAR && len->kind == SCALE_LOG)
		return refuse(pg, p, ERR_CHART_BAR_LOG, NAN, NAN, NAN);
	if (m->kind == MARK_BAR && (len->kind != SCALE_LINEAR || len->lo > 0 || len->hi < 0))
		return refuse(pg, p, ERR_CHART_BAR_ZERO, NAN, NAN, NAN);
	if (!text_ok(pg, &m->name, m->kind == MARK_LINE))
		return false;
	for (const struct item *it = m->item; it < m->item + m->nitem; it++) {
		for (int d = AXIS_X; d <= AXIS_Y; d++) {
			const struct scale *s = d == AXIS_X ? &p->x : &p->y;
			if (fabs(item_at(it, d)) > SCALE_MAX || fabs(item_end(it, d)) > SCALE_MAX)
				return refuse(pg, p, ERR_CHART_NUMBER, (double)(m - p->mark + 1), (double)(it - m->item + 1), NAN);
			if (!value_ok(pg, p, s, item_at(it, d)) || !value_ok(pg, p, s, item_end(it, d)))
				return false;
		}
		if (!text_ok(pg, &it->label, false))
			return false;
	}
	return true;
}

static bool scale_ok(const struct page *pg, const struct panel *p, const struct scale *s)
{
	if (isinf(s->lo) || isinf(s->hi))
		return refuse(pg, p, ERR_CHART_NUMBER, 0, 0, NAN);
	if (s->kind == SCALE_ORDINAL && s->ncategory == 0)
		return refuse(pg, p, ERR_CHART_EMPTY, NAN, NAN, NAN);
	if (s->kind == SCALE_ORDINAL && s->ncategory > CHART_CATEGORIES)
		return err_set(pg->e, ERR_CHART_CATEGORIES, "%zu" ERR_SEP "%d", s->ncategory, CHART_CATEGORIES);
	for (size_t i = 0; i < s->ncategory; i++)
		if (!text_ok(pg, &s->category[i], false))
			return false;
	return text_ok(pg, &s->title, false);
}

static bool panel_ok(const struct page *pg, const struct panel *p)
{
	if (!scale_ok(pg, p, &p->x) || !scale_ok(pg, p, &p->y) || !text_ok(pg, &p->title, true))
		return false;
	for (size_t i = 0; i < p->nmark; i++)
		if (!mark_ok(pg, p, &p->mark[i]))
			return false;
	return true;
}

static bool chart_ok(const struct page *pg)
{
	const struct chart *c = pg->c;
	size_t nitem = 0, nlabel = 0;

	if (!(c->width_mm >= LAYOUT_MM_MIN && c->width_mm <= LAYOUT_MM_MAX))
		return err_set(pg->e, ERR_CHART_WIDTH, "%d" ERR_SEP "%d" ERR_SEP "%.0f", LAYOUT_MM_MIN, LAYOUT_MM_MAX, c->width_mm);
	if (!c->npanel)
		return err_set(pg->e, ERR_CHART_EMPTY, "%d", 1);
	for (const struct panel *p = c->panel; p < c->panel + c->npanel; p++)
		for (const struct mark *m = p->mark; m < p->mark + p->nmark; m++) {
			nitem += m->nitem;
			for (size_t i = 0; i < m->nitem; i++)
				nlabel += *say(pg, &m->item[i].label) != '\0';
		}
	if (nitem > ARTEFACT_ITEMS)
		return err_set(pg->e, ERR_CHART_LIMIT, "%zu" ERR_SEP "%d", nitem, ARTEFACT_ITEMS);
	if (nlabel > LAYOUT_LABELS)
		return err_set(pg->e, ERR_CHART_LABELS, "%zu" ERR_SEP "%d", nlabel, LAYOUT_LABELS);
	for (size_t i = 0; i < c->npanel; i++)
		if (!panel_ok(pg, &c->panel[i]))
			return false;
	return true;
}

bool chart_script(const struct chart *c, enum lang lang, enum chart_format format, const struct metrics *m, struct buf *out,
	struct err *e)
{
	struct arena a = { 0 };
	struct canvas cv;
	struct page pg = { .c = c, .lang = lang, .theme = &theme_default, .m = m, .a = &a, .cv = &cv, .e = e };
	bool ok = chart_ok(&pg) && layout_page(&pg);

	if (ok) {
		canvas_open(&cv, format, pg.theme, pg.width, pg.height, e);
		ok = paint_page(&pg);
		ok = canvas_close(&cv, out) && ok;
	}
	arena_free(&a);
	return ok;
}

/* ---- files ---- */

/* Cairo writes the moment of drawing as "/CreationDate (D:20260101120000Z)": the digits become those of epoch. */
static bool set_date(struct buf *pdf, long long epoch, struct err *e)
{
	static const char mark[] = "/CreationDate (D:";
	char *at = memmem(pdf->s, pdf->n, mark, sizeof mark - 1), text[16];
	time_t t = (time_t)epoch;
	struct tm tm;

	at += at ? sizeof mark - 1 : 0;
	if (!at || strspn(at, "0123456789") != 14 || at[14] != 'Z' || !gmtime_r(&t, &tm)
	    || strftime(text, sizeof text, "%Y%m%d%H%M%S", &tm) != 14)
		return err_set(e, ERR_PDF_DATE, "%s", "");
	memcpy(at, text, 14);
	return true;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* gnuplot's SVG with true points as its size, a typeface for screens without ours (Helvetica and Arial have the same
 * widths), the weight of bold text, which gnuplot leaves in the name of the font, spaces as they are, and no title
 * "Gnuplot" under the mouse. An empty group shows nothing but what gnuplot drew before this figure: its pen. */
static bool mend_svg(const char *s, const char *family, struct buf *out)
{
	struct arena a = { 0 };
	const struct { const char *from, *to; } mend[] = {
		{ "<title>Gnuplot</title>\n", "" }, { "<text>", "<text xml:space=\"preserve\">" },
		{ arena_printf(&a, "=\"%s\"", family), arena_printf(&a, "=\"'%s', Helvetica, Arial, sans-serif\"", family) },
		{ arena_printf(&a, "=\"%s:Bold\"", family),
			arena_printf(&a, "=\"'%s', Helvetica, Arial, sans-serif\" font-weight=\"bold\"", family) },
	};
	const char *size = strstr(s, "\n width=\""), *view = strstr(s, "\n viewBox");
	bool words = false;

	for (;;) {
		size_t plain = strcspn(s, "<=>\""), i = 0;
		buf_add(out, s, plain);
		s += plain;
		if (!*s)
			break;
		const char *line = starts(s, "<g ") ? strchr(s, '\n') : NULL;
		words = starts(s, "<text>") || (words && !starts(s, "</text>"));
		while (i < 4 && !starts(s, mend[i].from))
			i++;
		if (line && starts(line, "\n</g>\n")) {
			s = line + strlen("\n</g>\n");
		} else if (i < 4 && (!words || i == 1)) {
			buf_str(out, mend[i].to);
			s += strlen(mend[i].from);
		} else {
			bool escape = words && *s == '>', point = *s == '"' && size < s && s < view && text_is_digit(s[-1]);
			buf_str(out, point ? "pt" : "");
			buf_add(out, escape ? "&gt;" : s, escape ? 4 : 1);   /* "]]>" may not stand in XML */
			s++;
		}
	}
	arena_free(&a);
	return !out->over;
}

bool chart_draw(struct gnuplot *g, const struct chart *c, enum lang lang, long long epoch, const char *base, struct err *e)
{
	enum { SCRIPT, PDF = 2, RAW_SVG, SVG, BUFS };   /* scripts and what they made by format, and the mended SVG */
	static const char *const made[] = { [CHART_PDF] = "out.pdf", [CHART_SVG] = "out.svg" };
	static const struct { const char *end; int from; } files[] = { { ".gp", SCRIPT }, { ".svg", SVG }, { ".pdf", PDF } };
	struct buf b[BUFS];
	const struct metrics *m = gnuplot_metrics(g, e);
	struct arena a = { 0 };
	bool ok = m != NULL;

	for (size_t i = 0; i < BUFS; i++)
		b[i] = BUF(CHART_BYTES);
	for (enum chart_format f = CHART_PDF; ok && f <= CHART_SVG; f++)
		ok = chart_script(c, lang, f, m, &b[SCRIPT + f], e) && gnuplot_draw(g, &b[SCRIPT + f], made[f], e)
			&& gnuplot_take(g, made[f], &b[PDF + f], e);
	ok = ok && set_date(&b[PDF], epoch, e);
	if (ok && !mend_svg(buf_text(&b[RAW_SVG]), theme_default.family, &b[SVG]))
		ok = err_set(e, ERR_TOO_LARGE, "%s" ERR_SEP "%d", made[CHART_SVG], CHART_BYTES);
	for (size_t i = 0; ok && i < sizeof files / sizeof *files; i++)
		ok = path_write(arena_printf(&a, "%s%s", base, files[i].end), b[files[i].from].s, b[files[i].from].n, e);
	for (size_t i = 0; i < BUFS; i++)
		buf_free(&b[i]);
	arena_free(&a);
	return ok;
}
