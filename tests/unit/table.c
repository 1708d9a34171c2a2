/* Tables for LaTeX: the tabular as text, the widths of its columns, what is refused. All are tables of one report. */
#include "report.h"

#define B(s) { s, s }
#define LONG "a sentence of some length that has to be broken into several lines because it does not fit beside the others, however one turns it"
#define WORD "Anticonstitutionnellementanticonstitutionnellement"

/* Makes a report of the tables; the error when it is refused. */
static const char *make(const struct table *table, size_t n)
{
	const struct result r = { .table = (struct table *)table, .ntable = n };
	const struct make_part part = { "x", &r };
	struct buf b = BUF(1 << 16);
	struct err e;

	buf_str(&b, "\\documentclass{scrreprt}\n\\usepackage[english]{generated/continuum}\n\\title{T}\n\\begin{document}\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "\\tab{x.%s}\n", table[i].name);
	buf_str(&b, "\\end{document}\n");
	put("reports/x/x.tex", buf_text(&b));
	buf_clear(&b);
	parts = &part;
	nparts = 1;
	if (!make_report("x", LANG_EN, 60, NULL, &e)) {
		err_message(&e, LANG_EN, &b);
		buf_printf(&b, " (%s)", e.note);
	}
	const char *s = arena_strdup(&arena, buf_text(&b));
	buf_free(&b);
	return s;
}

/* What stands between the caption and the notes of a table of the last report. */
static const char *tabular(const char *name)
{
	const char *s = strstr(get(arena_printf(&arena, "reports/x/generated/table-x-%s.tex", name)), "\\begin{");
	const char *end = s ? strstr(s, "\\cnTableEnd") : NULL;

	end = s && !end ? strstr(s, "\\cnLongNotes") : end;
	return end ? arena_strndup(&arena, s, (size_t)(end - s)) : "";
}

static struct table table_of(const char *name, struct table_column *column, size_t ncolumn, struct table_row *row, size_t nrow)
{
	return (struct table){ .name = name, .caption = B("Caption"), .note = B(""), .coverage = B(""), .column = column, .ncolumn = ncolumn,
		.row = row, .nrow = nrow };
}

static void test_rows(void)
{
	static struct text2 cell[][2] = { { B("Public"), B("") }, { B("Police & co_"), B("250,000") }, { B("Part"), B("1") }, { B("All"), B("2") } };
	static struct text2 odd[][2] = { { B("a"), B("b") }, { B("c"), B("d") }, { B("e"), B("漢") } };
	static struct table_row row[] = { { ROW_GROUP, cell[0] }, { ROW_NORMAL, cell[1] }, { ROW_NORMAL, cell[2] }, { ROW_TOTAL, cell[3] } };
	static struct table_row bad[] = { { ROW_NORMAL, odd[0] }, { ROW_NORMAL, odd[1] }, { ROW_NORMAL, odd[2] } };
	static struct table_row many[34];
	static struct table_column column[] = { { B("Who"), ALIGN_LEFT, 0 }, { B("100 %"), ALIGN_RIGHT, 0 } };

	for (size_t i = 0; i < LEN(many); i++)
		many[i] = row[i % 3];
	const struct table list[] = { table_of("some", column, 2, row, 4), table_of("none", column, 2, row, 0), table_of("many", column, 2, many, LEN(many)),
		table_of("bad", column, 2, bad, 3) };
	CHECK_STR(make(list, 3), "", "a report of tables");
	CHECK_STR(tabular("some"),
		"\\begin{tabular}{@{}lr@{}}\n\\toprule\n\\textbf{Who} & \\textbf{100\\nobreakspace{}\\%} \\\\\n\\midrule\n\\multicolumn{2}{@{}l@{}}{\\textbf{Public}} \\\\*\n"
		"\\cnRow\nPolice \\& co\\_ & 250,{}000 \\\\\n\\cnRow\nPart & 1 \\\\\n\\midrule\n\\textbf{All} & \\textbf{2} \\\\\n\\bottomrule\n\\end{tabular}\n",
		"group, total, escapes");
	CHECK_STR(tabular("none"), "\\begin{tabular}{@{}lr@{}}\n\\toprule\n\\textbf{Who} & \\textbf{100\\nobreakspace{}\\%} \\\\\n\\midrule\n\\bottomrule\n\\end{tabular}\n", "no row");
	const char *s = tabular("many"), *end = "\\cnRowGroup\n\\multicolumn{2}{@{}l@{}}{\\textbf{Public}} \\\\*\n";
	CHECK(strstr(s, "\\begin{longtable}{@{}lr@{}}\n\\toprule\n\\textbf{Who} & \\textbf{100\\nobreakspace{}\\%} \\\\\n\\midrule\n\\endhead\n"
		"\\bottomrule\n\\endfoot\n\\noalign{}\\endlastfoot\n\\multicolumn") == s, "from 34 rows on its head stands on each page");
	CHECK(strlen(s) > strlen(end) && !strcmp(s + strlen(s) - strlen(end), end), "and its notes stay with the last row");
	s = make(&list[3], 1);
	CHECK(strstr(s, "U+6F22 (漢)") && strstr(s, "(x.bad: bad, row 3)"), "a character without a glyph is named with its row");
}

static const char *spec(const char *name)
{
	const char *s = tabular(name);

	return arena_strndup(&arena, s, strcspn(s, "\n"));
}

static void test_widths(void)
{
	static const struct { const char *name, *text[4]; enum align align[4]; double width[4]; const char *want; } cases[] = {
		{ "all fit", { "a", "b", "c", "d" }, { 0, 1, 2, 0 }, { 0 }, "\\begin{tabular}{@{}lrcl@{}}" },
		{ "one gives way", { "a", "21 000", "c", LONG }, { 0, 1, 0, 0 }, { 0 }, "\\begin{tabular}{@{}lrlL{383.8pt}@{}}" },
		{ "two share", { LONG, "21 000", "c", LONG }, { 0, 1, 0, 0 }, { 0 }, "\\begin{tabular}{@{}L{195.0pt}rlL{195.0pt}@{}}" },
		{ "asked width", { "a", "b", "c", "d" }, { 0, 1, 2, 0 }, { 0.5, 0, 0, 0 }, "\\begin{tabular}{@{}L{216.2pt}rcl@{}}" },
		{ "shares for all are proportions", { "a", "b", "c", "d" }, { 0 }, { 0.1, 0.2, 0.3, 0.2 }, "\\begin{tabular}{@{}L{52.6pt}L{105.2pt}L{157.8pt}L{105.2pt}@{}}" },
		{ "asked widths that leave too little", { "a", "b", "c", WORD WORD }, { 0 }, { 0.3, 0.3, 0.3, 0 }, "table t5 needs lines of 269 mm, the page has 160 mm (x.t5)" },
		{ "words too long", { WORD, WORD, WORD, WORD }, { 0 }, { 0 }, "table t6 needs lines of 261 mm, the page has 160 mm (x.t6)" },
		{ "addresses may break", { "https://www.example.org/some/very/long/path/to/a/page/with/many/parts/in/it.html?and=more&than=that", LONG, "c", "d" }, { 0 }, { 0 },
			"\\begin{tabular}{@{}L{204.1pt}L{204.1pt}ll@{}}" },
		{ "numbers keep their width", { "de 245 000 à 255 000", "de 245 000 à 255 000", LONG, "1" }, { 1, 1, 0, 1 }, { 0 },
			"\\begin{tabular}{@{}rrL{257.9pt}r@{}}" },
	};
	static struct text2 cell[LEN(cases)][4];
	static struct table_row row[LEN(cases)];
	static struct table_column column[LEN(cases)][4];
	struct table list[LEN(cases)], good[LEN(cases)];
	size_t n = 0;

	for (size_t i = 0; i < LEN(cases); i++) {
		for (size_t j = 0; j < 4; j++) {
			column[i][j] = (struct table_column){ B("H"), cases[i].align[j], cases[i].width[j] };
			cell[i][j] = (struct text2){ cases[i].text[j], cases[i].text[j] };
		}
		row[i] = (struct table_row){ ROW_NORMAL, cell[i] };
		list[i] = table_of(arena_printf(&arena, "t%zu", i), column[i], 4, &row[i], 1);
		if (*cases[i].want == '\\')
			good[n++] = list[i];
		else
			CHECK_STR(make(&list[i], 1), cases[i].want, cases[i].name);
	}
	CHECK_STR(make(good, n), "", "a report of the others");
	CHECK_STR(notes, "", "without a line too wide");
	for (size_t i = 0; i < LEN(cases); i++)
		if (*cases[i].want == '\\')
			CHECK_STR(spec(list[i].name), cases[i].want, cases[i].name);
}

int main(int argc, char **argv)
{
	enum proc_kind kind;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? 99 : 98;
	open_project(NULL);
	test_rows();
	test_widths();
	close_project(false);
	return done_testing();
}
