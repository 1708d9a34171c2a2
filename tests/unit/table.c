/* Tables for LaTeX: the tabular as text, the widths of its columns, what is refused. */
#include "render/table.h"

#include "tap.h"

#include <stdlib.h>

#define B(s) { s, s }
#define LEN(a) (sizeof(a) / sizeof *(a))
#define LONG "a sentence of some length that has to be broken into several lines because it does not fit beside the others, however one turns it"
#define WORD "Anticonstitutionnellementanticonstitutionnellement"

static const char *tabular(struct table *t, const char *const *id, bool is_long)
{
	static struct buf b;
	struct err e = { 0 };

	buf_free(&b);
	b = BUF(1 << 16);
	if (!table_tex(&b, t, LANG_EN, is_long, id, &e)) {
		buf_clear(&b);
		err_message(&e, LANG_EN, &b);
		buf_printf(&b, " (%s)", e.note);
	}
	return buf_text(&b);
}

static void test_rows(void)
{
	static struct text2 cell[][2] = { { B("Public"), B("") }, { B("Police & co_"), B("250,000") }, { B("Part"), B("1") }, { B("All"), B("2") } };
	static struct table_row row[] = { { ROW_GROUP, cell[0] }, { ROW_NORMAL, cell[1] }, { ROW_NORMAL, cell[2] }, { ROW_TOTAL, cell[3] } };
	static struct table_column column[] = { { B("Who"), ALIGN_LEFT, 0 }, { B("100 %"), ALIGN_RIGHT, 0 } };
	static const char *id[] = { "a.group", NULL, "a.part", NULL };
	struct table t = { .name = "t", .column = column, .ncolumn = 2, .row = row, .nrow = 4 };

	CHECK_STR(tabular(&t, NULL, false),
		"\\begin{tabular}{@{}lr@{}}\n\\toprule\n\\textbf{Who} & \\textbf{100\\nobreakspace{}\\%} \\\\\n\\midrule\n\\multicolumn{2}{@{}l@{}}{\\textbf{Public}} \\\\*\n"
		"\\cnRow\nPolice \\& co\\_ & 250,{}000 \\\\\n\\cnRow\nPart & 1 \\\\\n\\midrule\n\\textbf{All} & \\textbf{2} \\\\\n\\bottomrule\n\\end{tabular}\n",
		"group, total, escapes");
	CHECK_STR(tabular(&t, id, true),
		"\\begin{longtable}{@{}lr@{}}\n\\toprule\n\\textbf{Who} & \\textbf{100\\nobreakspace{}\\%} \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n\\noalign{}\\endlastfoot\n"
		"\\multicolumn{2}{@{}l@{}}{\\textbf{Public}} \\\\*\n\\cnRow\nPolice \\& co\\_ & 250,{}000 \\\\\n\\cnRow\n\\cnTarget{a.part}Part & 1 \\\\\n"
		"\\midrule\n\\textbf{All} & \\textbf{2} \\\\*\n", "long, with a target");
	t.nrow = 0;
	CHECK_STR(tabular(&t, NULL, false), "\\begin{tabular}{@{}lr@{}}\n\\toprule\n\\textbf{Who} & \\textbf{100\\nobreakspace{}\\%} \\\\\n\\midrule\n\\bottomrule\n\\end{tabular}\n", "no row");
	t.nrow = 4;
	cell[2][1] = (struct text2)B("漢");
	CHECK(strstr(tabular(&t, NULL, false), "U+6F22 (漢)") && strstr(tabular(&t, NULL, false), "(t, row 3)"), "a character without a glyph is named with its row");
	cell[2][1] = (struct text2)B("1");
}

static const char *spec(struct table *t)
{
	static char out[200];
	const char *s = tabular(t, NULL, false), *stop = strchr(s, '\n');

	snprintf(out, sizeof out, "%.*s", (int)(stop ? stop - s : (long)strlen(s)), s);
	return out;
}

static void test_widths(void)
{
	static struct text2 cell[1][4];
	static struct table_row row[] = { { ROW_NORMAL, cell[0] } };
	static const struct { const char *name, *text[4]; enum align align[4]; double width[4]; const char *want; } cases[] = {
		{ "all fit", { "a", "b", "c", "d" }, { 0, 1, 2, 0 }, { 0 }, "\\begin{tabular}{@{}lrcl@{}}" },
		{ "one gives way", { "a", "21 000", "c", LONG }, { 0, 1, 0, 0 }, { 0 }, "\\begin{tabular}{@{}lrlL{383.8pt}@{}}" },
		{ "two share", { LONG, "21 000", "c", LONG }, { 0, 1, 0, 0 }, { 0 }, "\\begin{tabular}{@{}L{195.0pt}rlL{195.0pt}@{}}" },
		{ "asked width", { "a", "b", "c", "d" }, { 0, 1, 2, 0 }, { 0.5, 0, 0, 0 }, "\\begin{tabular}{@{}L{216.2pt}rcl@{}}" },
		{ "shares for all are proportions", { "a", "b", "c", "d" }, { 0 }, { 0.1, 0.2, 0.3, 0.2 }, "\\begin{tabular}{@{}L{52.6pt}L{105.2pt}L{157.8pt}L{105.2pt}@{}}" },
		{ "asked widths that leave too little", { "a", "b", "c", WORD WORD }, { 0 }, { 0.3, 0.3, 0.3, 0 }, "table t needs lines of 269 mm, the page has 160 mm ()" },
		{ "words too long", { WORD, WORD, WORD, WORD }, { 0 }, { 0 }, "table t needs lines of 261 mm, the page has 160 mm ()" },
		{ "addresses may break", { "https://www.example.org/some/very/long/path/to/a/page/with/many/parts/in/it.html?and=more&than=that", LONG, "c", "d" }, { 0 }, { 0 },
			"\\begin{tabular}{@{}L{204.1pt}L{204.1pt}ll@{}}" },
		{ "numbers keep their width", { "de 245 000 à 255 000", "de 245 000 à 255 000", LONG, "1" }, { 1, 1, 0, 1 }, { 0 },
			"\\begin{tabular}{@{}rrL{257.9pt}r@{}}" },
	};
	for (size_t i = 0; i < LEN(cases); i++) {
		struct table_column column[4];
		struct table t = { .name = "t", .column = column, .ncolumn = 4, .row = row, .nrow = 1 };
		for (size_t j = 0; j < 4; j++) {
			column[j] = (struct table_column){ B("H"), cases[i].align[j], cases[i].width[j] };
			cell[0][j] = (struct text2){ cases[i].text[j], cases[i].text[j] };
		}
		CHECK_STR(spec(&t), cases[i].want, cases[i].name);
	}
}

int main(void)
{
	test_rows();
	test_widths();
	return done_testing();
}
