/* Tables as booktabs. Column widths are settled here, from the widths of the letters, so that no line is ever squeezed
 * or cut by TeX without a word. Knows nothing of floats, captions or reports. */
#include "render/table.h"

#include "base/text.h"
#include "render/tex.h"

#include <assert.h>
#include <math.h>
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

struct column { double natural, least; };   /* points: with no line broken, and with the longest word */

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
		size_t n = strcspn(s, " "), part = n > TEX_LONG_WORD ? strcspn(s, TEX_BREAK_AFTER " ") + 1 : n;
		part = part < n ? part : n;
		best = fmax(best, width_of(s, part, bold));
		s += part + (s[part] == ' ');
	}
	return best;
}

static void measure(struct column *c, const char *s, bool bold)
{
	c->natural = fmax(c->natural, width_of(s, strlen(s), bold));
	c->least = fmax(c->least, longest_word(s, bold));
}

/* A group row with nothing but its name spans the table. */
static bool spans(const struct table *t, const struct table_row *r, enum lang lang)
{
	for (size_t j = 1; j < t->ncolumn; j++)
		if (*text2_in(&r->cell[j], lang))
			return false;
	return r->kind == ROW_GROUP;
}

/* The width of the columns that do not keep their natural one, by halving; none gets less than its longest word. */
static double fair_width(const struct column *c, size_t n, double room)
{
	double low = 0, high = TEXT_WIDTH;

	for (int step = 0; step < 60; step++) {
		double middle = (low + high) / 2, sum = 0;
		for (size_t j = 0; j < n; j++)
			sum += fmin(c[j].natural, fmax(c[j].least, middle));
		*(sum > room ? &high : &low) = middle;
	}
	return low;
}

/* Appends the columns' types: l r c where the text keeps its natural width, L R C{width} where it is set in lines. */
static bool columns(struct buf *out, const struct table *t, enum lang lang, struct err *e)
{
	struct column c[ARTEFACT_COLUMNS] = { 0 };
	double room = TEXT_WIDTH - SEP * (double)(t->ncolumn - 1), least = 0, asked = 0;
	bool all = true;

	assert(t->ncolumn && t->ncolumn <= ARTEFACT_COLUMNS);
	for (size_t j = 0; j < t->ncolumn; j++) {
		asked += t->column[j].width;
		all &= t->column[j].width > 0;
	}
	for (size_t j = 0; j < t->ncolumn; j++) {
		measure(&c[j], text2_in(&t->column[j].head, lang), true);
		for (size_t i = 0; i < t->nrow; i++)
			if (!spans(t, &t->row[i], lang))
				measure(&c[j], text2_in(&t->row[i].cell[j], lang), t->row[i].kind != ROW_NORMAL);
		if (t->column[j].width > 0) {
			/* Shares for all columns are proportions: the table is as wide as the text. */
			double width = all ? t->column[j].width / asked * room : t->column[j].width * TEXT_WIDTH - SEP;
			c[j].natural = fmax(width, c[j].least);
			c[j].least = all ? c[j].least : c[j].natural;
		}
		least += c[j].least;
	}
	if (least > room)
		return err_set(e, ERR_TABLE_WIDE, "%s" ERR_SEP "%ld", t->name, (long)ceil((least + TEXT_WIDTH - room) / MM));
	double fair = fair_width(c, t->ncolumn, room);
	for (size_t j = 0; j < t->ncolumn; j++) {
		enum align align = t->column[j].align;
		long tenths = (long)(fmin(c[j].natural, fmax(c[j].least, fair)) * 10 + 1e-6);
		if (t->column[j].width > 0 || c[j].natural > fair + .01)
			buf_printf(out, "%c{%ld.%ldpt}", "LRC"[align], tenths / 10, tenths % 10);
		else
			buf_char(out, "lrc"[align]);
	}
	return true;
}

static bool cell(struct buf *out, const struct text2 *text, enum lang lang, bool bold, struct err *e)
{
	const char *s = text2_in(text, lang);

	bold &= *s != 0;
	buf_str(out, bold ? "\\textbf{" : "");
	bool ok = tex_text(out, s, e);
	buf_str(out, bold ? "}" : "");
	return ok;
}

static bool row(struct buf *out, const struct table *t, size_t i, enum lang lang, const char *id, bool stays, struct err *e)
{
	const struct table_row *r = &t->row[i];
	bool whole = spans(t, r, lang), ok = true;

	if (i && r->kind == ROW_TOTAL && r[-1].kind != ROW_TOTAL)
		buf_str(out, "\\midrule\n");
	else if (i)
		buf_str(out, r->kind == ROW_GROUP ? "\\cnRowGroup\n" : "\\cnRow\n");
	if (whole)
		buf_printf(out, "\\multicolumn{%zu}{@{}l@{}}{", t->ncolumn);
	else if (id)
		buf_printf(out, "\\cnTarget{%s}", id);
	for (size_t j = 0; ok && j < (whole ? 1 : t->ncolumn); j++) {
		buf_str(out, j ? " & " : "");
		ok = cell(out, &r->cell[j], lang, r->kind != ROW_NORMAL, e);
	}
	buf_str(out, whole ? "} \\\\*\n" : stays ? " \\\\*\n" : " \\\\\n");
	return ok;
}

bool table_tex(struct buf *out, const struct table *t, enum lang lang, bool is_long, const char *const *row_id, struct err *e)
{
	buf_printf(out, "\\begin{%s}{@{}", is_long ? "longtable" : "tabular");
	if (!columns(out, t, lang, e))
		return false;
	buf_str(out, "@{}}\n\\toprule\n");
	for (size_t j = 0; j < t->ncolumn; j++) {
		buf_str(out, j ? " & " : "");
		if (!cell(out, &t->column[j].head, lang, true, e))
			return err_note(e, "%s", t->name);
	}
	buf_str(out, " \\\\\n\\midrule\n");
	buf_str(out, is_long ? "\\endhead\n\\bottomrule\n\\endfoot\n\\noalign{}\\endlastfoot\n" : "");
	for (size_t i = 0; i < t->nrow; i++)
		if (!row(out, t, i, lang, row_id ? row_id[i] : NULL, is_long && i + 1 == t->nrow, e))
			return err_note(e, "%s, row %zu", t->name, i + 1);
	buf_str(out, is_long ? "" : "\\bottomrule\n\\end{tabular}\n");
	return true;
}
