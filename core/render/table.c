/* Tables as booktabs. Column widths are settled here, from the widths of the letters, so that no line is ever squeezed or
 * cut by TeX without a word. Knows nothing of floats, captions or reports. */
#include "render/table.h"

#include "base/num.h"
#include "base/text.h"
#include "render/tex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Widths of TeX Gyre Heros, 1/1000 of the type size, for U+0020 … U+007E (its font metrics, qhvr.afm). */
static const unsigned short widths[] = {
	278, 278, 355, 556, 556, 889, 667, 222, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
	556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 222, 556, 556, 500, 556, 556, 278, 556,
	556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
};
#define BOLD 1.1          /* bold letters are at most this much wider in the mean */
#define OTHER 620         /* a letter outside ASCII */
#define THIN 170          /* U+202F, U+2009 */
#define SIZE 8.0          /* points, \cnTableFont */
#define SEP 11.4          /* points between columns, twice \tabcolsep */
#define TEXT_WIDTH 455.2  /* 160 mm in points */
#define MM 2.845          /* points */
#define WORD_BREAKS 20    /* as in tex_cell */

struct column { double natural, word, width; bool settled; };   /* points; width 0 = natural */

static double width_of(const char *s, size_t n, bool bold)
{
	const char *end = s + n;
	double w = 0;

	while (s < end) {
		uint32_t c = text_utf8_next(&s, end);
		w += c >= 0x20 && c < 0x7f ? widths[c - 0x20] : c == 0x202f || c == 0x2009 ? THIN : OTHER;
	}
	return w * SIZE / 1000 * (bold ? BOLD : 1);
}

static double longest_word(const char *s, bool bold)
{
	double best = 0;

	while (*s) {
		size_t n = strcspn(s, " "), k = n;
		if (n > WORD_BREAKS)
			k = strcspn(s, "._/-=&? ") + 1;
		if (k > n)
			k = n;
		best = fmax(best, width_of(s, k, bold));
		s += k;
		s += *s == ' ';
	}
	return best;
}

static void measure(struct column *c, const char *s, bool bold)
{
	c->natural = fmax(c->natural, width_of(s, strlen(s), bold));
	c->word = fmax(c->word, longest_word(s, bold));
}

/* A group row with nothing but its name spans the table. */
static bool spans(const struct table *t, const struct table_row *r, enum lang lang)
{
	for (size_t j = 1; j < t->ncolumn; j++)
		if (*text2_in(&r->cell[j], lang))
			return false;
	return r->kind == ROW_GROUP;
}

/* Narrow columns keep their natural width; the wide ones share what is left, none below its longest word. */
static void share_room(struct column *c, size_t n, double room)
{
	size_t open = n;

	for (bool again = true; again && open;) {
		double fair = room / (double)open;
		again = false;
		for (size_t j = 0; j < n; j++) {
			bool fits = c[j].natural <= fair, must = c[j].word > fair;
			if (c[j].settled || (!fits && !must))
				continue;
			if (!fits)
				c[j].width = c[j].word;
			room -= fits ? c[j].natural : c[j].word;
			c[j].settled = again = true;
			open--;
			break;
		}
	}
	for (size_t j = 0; j < n; j++)
		if (!c[j].settled)
			c[j].width = room / (double)open;
}

static bool layout(struct column *c, const struct table *t, enum lang lang, struct err *e)
{
	double room = TEXT_WIDTH - SEP * (double)(t->ncolumn - 1), natural = 0, least = 0, asked = 0;
	size_t nasked = 0;

	for (size_t j = 0; j < t->ncolumn; j++) {
		asked += t->column[j].width;
		nasked += t->column[j].width > 0;
	}
	/* Shares for all columns are proportions: the table is as wide as the text. */
	double unit = nasked == t->ncolumn ? room / asked : TEXT_WIDTH, less = nasked == t->ncolumn ? 0 : SEP;
	for (size_t j = 0; j < t->ncolumn; j++) {
		measure(&c[j], text2_in(&t->column[j].head, lang), true);
		for (size_t i = 0; i < t->nrow; i++)
			if (!spans(t, &t->row[i], lang))
				measure(&c[j], text2_in(&t->row[i].cell[j], lang), t->row[i].kind != ROW_NORMAL);
		if (t->column[j].width > 0) {
			c[j].width = fmax(t->column[j].width * unit - less, c[j].word);
			c[j].natural = c[j].width;
			c[j].word = nasked == t->ncolumn ? c[j].word : c[j].width;
		}
		natural += c[j].natural;
		least += c[j].word;
	}
	if (least > room) {
		struct buf mm = BUF(32);
		num_put_fixed(&mm, ceil((least + TEXT_WIDTH - room) / MM), 0);
		err_set(e, ERR_TABLE_WIDE, "%s" ERR_SEP "%s", t->name, buf_text(&mm));
		buf_free(&mm);
		return false;
	}
	if (natural > room + .01)
		share_room(c, t->ncolumn, room);
	return true;
}

static void column_type(struct buf *out, enum align align, double width)
{
	if (width > 0) {
		buf_char(out, "LRC"[align]);
		buf_char(out, '{');
		num_put_fixed(out, floor(width * 10) / 10, 1);
		buf_str(out, "pt}");
	} else {
		buf_char(out, "lrc"[align]);
	}
}

static bool cell(struct buf *out, const char *s, bool bold, struct err *e)
{
	if (!bold || !*s)
		return tex_cell(out, s, e);
	buf_str(out, "\\textbf{");
	bool ok = tex_cell(out, s, e);
	buf_char(out, '}');
	return ok;
}

static bool head(struct buf *out, const struct table *t, enum lang lang, struct err *e)
{
	buf_str(out, "\\toprule\n");
	for (size_t j = 0; j < t->ncolumn; j++) {
		buf_str(out, j ? " & " : "");
		if (!cell(out, text2_in(&t->column[j].head, lang), true, e))
			return false;
	}
	buf_str(out, " \\\\\n\\midrule\n");
	return true;
}

static bool row(struct buf *out, const struct table *t, size_t i, enum lang lang, const char *id, bool stays, struct err *e)
{
	const struct table_row *r = &t->row[i];

	if (i && r->kind == ROW_TOTAL && r[-1].kind != ROW_TOTAL)
		buf_str(out, "\\midrule\n");
	else if (i)
		buf_str(out, r->kind == ROW_GROUP ? "\\cnRowGroup\n" : "\\cnRow\n");
	if (spans(t, r, lang)) {
		buf_printf(out, "\\multicolumn{%zu}{@{}l@{}}{", t->ncolumn);
		if (!cell(out, text2_in(&r->cell[0], lang), true, e))
			return false;
		buf_str(out, "} \\\\*\n");
		return true;
	}
	if (id)
		buf_printf(out, "\\cnTarget{%s}", id);
	for (size_t j = 0; j < t->ncolumn; j++) {
		buf_str(out, j ? " & " : "");
		if (!cell(out, text2_in(&r->cell[j], lang), r->kind != ROW_NORMAL, e))
			return false;
	}
	buf_str(out, stays ? " \\\\*\n" : " \\\\\n");
	return true;
}

/* A refusal names the cell's row where it is in one. */
static bool rows(struct buf *out, const struct table *t, enum lang lang, const char *const *row_id, bool is_long, struct err *e)
{
	for (size_t i = 0; i < t->nrow; i++)
		if (!row(out, t, i, lang, row_id ? row_id[i] : NULL, is_long && i + 1 == t->nrow, e))
			return err_note(e, "%s, row %zu", t->name, i + 1);
	return true;
}

static bool begin(struct buf *out, const char *name, const struct table *t, enum lang lang, struct err *e)
{
	struct column *c = calloc(t->ncolumn ? t->ncolumn : 1, sizeof *c);

	if (!c)
		abort();
	bool ok = t->ncolumn ? layout(c, t, lang, e) : err_set(e, ERR_TABLE_EMPTY, "%s", t->name);
	if (ok) {
		buf_printf(out, "\\begin{%s}{@{}", name);
		for (size_t j = 0; j < t->ncolumn; j++)
			column_type(out, t->column[j].align, c[j].width);
		buf_str(out, "@{}}\n");
		ok = head(out, t, lang, e) || err_note(e, "%s", t->name);
	}
	free(c);
	return ok;
}

bool table_tex(struct buf *out, const struct table *t, enum lang lang, struct err *e)
{
	if (!begin(out, "tabular", t, lang, e) || !rows(out, t, lang, NULL, false, e))
		return false;
	buf_str(out, "\\bottomrule\n\\end{tabular}\n");
	return true;
}

bool table_tex_long(struct buf *out, const struct table *t, enum lang lang, const char *const *row_id, struct err *e)
{
	if (!begin(out, "longtable", t, lang, e))
		return false;
	buf_str(out, "\\endhead\n\\bottomrule\n\\endfoot\n\\noalign{}\\endlastfoot\n");
	return rows(out, t, lang, row_id, true, e);
}
