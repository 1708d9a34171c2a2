/* A whole report from made-up results: scanning, the generated folder, pdflatex in the jail, its errors in the author's file.
 * This program is its own child: proc starts /proc/self/exe. With PAPER_SAMPLE=<folder> the report is left there to be looked at. */
#include "report.h"

#include "base/hash.h"
#include "host/lua_run.h"

#include <sys/stat.h>

#define B(fr, en) { fr, en }

/* ---- the scanner ---- */

static const char *scanned;   /* the text; afterwards what is used in it */

/* Calls the function that paper/scan.lua gives. */
static void take_scan(lua_State *L, void *unused)
{
	(void)unused;
	lua_pushstring(L, scanned);
	lua_pushliteral(L, "reports/x/x.tex");
	lua_call(L, 2, 1);
	scanned = "";
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, -1); i++) {
		static const char *const members[] = { "kind", "macro", "id", "line", "column" };
		lua_rawgeti(L, -1, i);
		for (int k = 0; k < 5; k++)
			lua_getfield(L, -1 - k, members[k]);
		scanned = arena_printf(&arena, "%s%s %s %s %s:%s\n", scanned, lua_tostring(L, -5), lua_tostring(L, -4), lua_tostring(L, -3),
			lua_tostring(L, -2), lua_tostring(L, -1));
		lua_pop(L, 6);
	}
}

static void test_scan(void)
{
	static const struct { const char *name, *text, *want; } cases[] = {
		{ "plain", "a \\val{a.b} c", "value val a.b 1:3\n" },
		{ "capital, bare, after spaces", "\\Val{a.b}\\val [bare]\n {c.d2}", "value Val a.b 1:1\nvalue val c.d2 1:10\n" },
		{ "each kind", "\\fig{a.b}\\figref{a.c}\\tab{a.d}\\tabref{a.e}\\source{a.f}\\valunit{a.g}\\valdate{a.h}",
			"figure fig a.b 1:1\nfigure figref a.c 1:10\ntable tab a.d 1:22\ntable tabref a.e 1:31\nsource source a.f 1:43\nvalue valunit a.g 1:55\nvalue valdate a.h 1:68\n" },
		{ "columns count characters", "é « \\val{a.b}", "value val a.b 1:5\n" },
		{ "comment", "% \\val{a.b}\n\\% \\val{a.c}", "value val a.c 2:4\n" },
		{ "verbatim", "\\begin{verbatim}\\val{x}\\end{verbatim}\\verb|\\val{y}|\\verb*+\\val+\\val{a.b}", "value val a.b 1:64\n" },
		{ "longer names are other macros", "\\value{page}\\table\\tabular{}\\figure \\valx{y}", "" },
		{ "line break before the brace", "\\val\n{a.b}", "value val a.b 1:1\n" },
		{ "after the end", "\\end{document}\\val{nothing", "" },
		{ "annex names have no dot", "\\annex{sources}", "annex annex sources 1:1\n" },
		{ "no brace", "é \\val a", "!reports/x/x.tex:1:3: \\val needs the identifier of a result in braces, such as \\val{workforce.municipal_police}" },
		{ "argument of a macro", "\n\\val{#1}", "!reports/x/x.tex:2:1: \\val needs the identifier of a result in braces, such as \\val{workforce.municipal_police}" },
		{ "no dot", "\\fig{abc}", "!reports/x/x.tex:1:1: \\fig needs the identifier of a result in braces, such as \\fig{workforce.municipal_police}" },
		{ "capitals", "\\tab{a.B}", "!reports/x/x.tex:1:1: \\tab needs the identifier of a result in braces, such as \\tab{workforce.municipal_police}" },
		{ "never closed", "\\val{a.b", "!reports/x/x.tex:1:1: \\val needs the identifier of a result in braces, such as \\val{workforce.municipal_police}" },
		{ "option", "\\val[short]{a.b}", "!reports/x/x.tex:1:1: \\val knows only the option [bare]" },
		{ "annex in capitals", "\\annex{A}", "!reports/x/x.tex:1:1: \\annex needs the name of an annex in braces, such as \\annex{sources}" },
		{ "not UTF-8", "ab\n\xe9", "!reports/x/x.tex:2:1: reports/x/x.tex is not valid UTF-8 at byte 3" },
		{ "empty", "", "" },
	};
	for (size_t i = 0; i < LEN(cases); i++) {
		struct err e = { 0 };
		scanned = cases[i].text;
		if (!lua_run(&(struct lua_run){ "paper/scan", (const luaL_Reg[]){ { NULL, NULL } }, NULL, take_scan, NULL, &e }))
			scanned = arena_printf(&arena, "!%s", shown(&e));
		CHECK_STR(scanned, cases[i].want, cases[i].name);
	}
	struct err e;
	put("reports/x/x.tex", "none");
	put("reports/x/sections/b.tex", "\\val{b.b}");
	put("reports/x/generated/c.tex", "\\val{oops}");
	put("reports/x/notes.txt", "\\val{oops}");
	CHECK(!make_report("x", LANG_EN, 60, NULL, &e), "an unknown id is refused");
	CHECK_STR(shown(&e), "reports/x/sections/b.tex:1:1: nothing is called “b.b”", "folders below are read, generated and other files are not");
	CHECK(!symlink("/etc", at("reports/x/out")) && !make_report("x", LANG_EN, 60, NULL, &e) && e.id == ERR_PAPER_LINK, "links are refused");
	path_remove_tree(at("reports/x"), &e);
}

/* ---- made-up results ---- */

static struct source deck = { "facts/deck", B("Ministère de l’Intérieur, « Police de sécurité du quotidien », 2018",
	"Ministry of the Interior, “Everyday policing” (deck), 2018"), "https://example.org/psq?a=1&b=%20#x" };
static struct source deck_again = { "facts/deck2", B("Ministère de l’Intérieur, « Police de sécurité du quotidien », 2018",
	"Ministry of the Interior, “Everyday policing” (deck), 2018"), "" };
static struct source survey = { "pm_dep", B("Ministère de l’Intérieur, enquête sur les polices municipales, 2023 ; calculs Continuum",
	"Ministry of the Interior, survey of municipal police forces, 2023; Continuum’s computation"), "javascript:alert(1)" };
static struct source from[3];

static struct value values[] = {
	{ .name = "municipal", .label = B("Police municipale", "Municipal police"), .q = { .low = 21000, .best = 21000, .high = 21000, .high_open = true, .qualifier = Q_MORE_THAN, .unit = "mandates",
		.period = "2018-02-08" }, .words = B("plus de\u00a021\u202f000", "more than 21,000"), .bare = B("21\u202f000", "21,000"),
		.interval = B(">\u202f21\u202f000", ">\u202f21,000"), .period = B("8\u00a0février\u00a02018", "8\u00a0February\u00a02018") },
	{ .name = "private", .label = B("", ""), .q = { .low = 156000, .best = 160000, .high = 164000, .qualifier = Q_ABOUT, .unit = "employees", .period = "2018" },
		.words = B("environ\u00a0160\u202f000", "about 160,000"), .bare = B("160\u202f000", "160,000"), .interval = B("…", "…"), .period = B("2018", "2018") },
	{ .name = "state", .label = B("", ""), .q = { .low = 245000, .best = 250000, .high = 255000, .qualifier = Q_ROUND, .unit = "not_stated" },
		.words = B("250\u202f000", "250,000"), .bare = B("250\u202f000", "250,000"), .interval = B("…", "…"), .period = B("", "") },
	{ .name = "verdict", .label = B("", ""), .is_words = true, .words = B("élevée, à 100 % & plus_", "high, at 100% & more_"),
		.bare = B("élevée, à 100 % & plus_", "high, at 100% & more_"), .interval = B("", ""), .period = B("", "") },
};

static struct text2 cells[][4] = {
	{ B("Public", "Public"), B("", ""), B("", ""), B("", "") },
	{ B("Police et gendarmerie", "National police and gendarmerie"), B("250 000", "250,000"), B("245 000 – 255 000", "245,000 – 255,000"),
	  B("Postes ou personnes ; présence ou non des réservistes et des adjoints de sécurité", "Posts or persons; whether reservists and auxiliaries are counted") },
	{ B("Police municipale", "Municipal police"), B("21 000", "21,000"), B("≥ 21 000", "≥ 21,000"), B("Unité non précisée", "Unit not stated") },
	{ B("Privé", "Private"), B("", ""), B("", ""), B("", "") },
	{ B("Sécurité privée", "Private security"), B("160 000", "160,000"), B("156 000 – 164 000", "156,000 – 164,000"),
	  B("Salariés des entreprises de prévention et de sécurité, sans les services internes", "Employees of security firms, in-house services left out") },
	{ B("Total non calculé", "No total"), B("…", "…"), B("…", "…"), B("Les unités diffèrent", "Units differ") },
};
static struct table_row rows[] = {
	{ ROW_GROUP, cells[0] }, { ROW_NORMAL, cells[1] }, { ROW_NORMAL, cells[2] }, { ROW_GROUP, cells[3] }, { ROW_NORMAL, cells[4] }, { ROW_TOTAL, cells[5] },
};
static struct table_column columns[] = {
	{ B("Acteur", "Actor"), ALIGN_LEFT, 0 }, { B("Effectif cité", "Staff cited"), ALIGN_RIGHT, 0 }, { B("Intervalle de lecture", "Reading interval"), ALIGN_RIGHT, 0 },
	{ B("Ce que le document ne dit pas", "What the document does not say"), ALIGN_LEFT, 0 },
};
static struct table staff = {
	.name = "table", .caption = B("Effectifs cités par le document de 2018, par acteur", "Staff cited by the document of 2018, by actor"),
	.note = B("« … » : sans objet.", "“…”: no result by nature."), .coverage = B("France entière, sans autre précision.", "The whole of France, not stated further."),
	.column = columns, .ncolumn = LEN(columns), .row = rows, .nrow = LEN(rows), .sources = { from, 2 },
};
static struct figure figure = {
	.name = "staff", .title = B("Les agents privés sont presque aussi nombreux que les policiers et gendarmes, mais l’on ne compte pas les mêmes choses",
		"Private guards are almost as many as police and gendarmes, but different things are counted"),
	.subtitle = B("effectifs cités, France", "staff cited, France"), .unit = B("unité de compte selon la ligne", "counting unit by line"), .period = B("2018", "2018"),
	.coverage = B("France entière, périmètre non précisé.", "The whole of France, scope not stated."),
	.reading = B("le document cite « plus de 21 000 » policiers municipaux : le trait se termine par une flèche.",
		"the document cites “more than 21,000” municipal police officers: the line ends in an arrow."),
	.note = B("les élus sont montrés à part, un mandat n’étant pas un emploi.", "elected officials stand apart, as a mandate is not a job."),
	.alt = B("Six intervalles", "Six intervals"), .sources = { from, 3 },
};

static struct table annexes[1];

static void make_annex(void)
{
	static struct table_column head[] = { { B("Ce que c’est", "What it is"), ALIGN_LEFT, .30 }, { B("Dans le texte", "In the text"), ALIGN_LEFT, .2 },
		{ B("Source", "Source"), ALIGN_LEFT, .46 } };
	static struct text2 cell[80][3];
	static struct table_row row[80];
	for (size_t i = 0; i < 80; i++) {
		row[i] = (struct table_row){ ROW_NORMAL, cell[i] };
		cell[i][0] = (struct text2)B("Policiers municipaux, France", "Municipal police officers, France");
		cell[i][1] = (struct text2)B("plus de 21 000", "more than 21,000");
		cell[i][2] = (struct text2)B("Ministère de l’Intérieur, 2018, https://www.interieur.gouv.fr/sites/a_tres_long_address/with-many-parts.pdf?x=1&y=2",
			"Ministry of the Interior, 2018, https://www.interieur.gouv.fr/sites/a_tres_long_address/with-many-parts.pdf?x=1&y=2");
	}
	annexes[0] = (struct table){ .name = "long", .caption = B("Chiffres", "Numbers"), .note = B("", ""), .coverage = B("", ""), .column = head, .ncolumn = 3,
		.row = row, .nrow = 80 };
}

static const struct result workforce = { .value = values, .nvalue = LEN(values), .table = &staff, .ntable = 1, .figure = &figure, .nfigure = 1 };
static const struct result appendix = { .table = annexes, .ntable = 1 };
static const struct make_part all_parts[] = { { "annexes", &appendix }, { "broken", NULL }, { "workforce", &workforce } };

static void put_report(const char *name, bool english)
{
	const char *d = arena_printf(&arena, "reports/%s", name);

	put(arena_printf(&arena, "%s/%s.tex", d, name), arena_printf(&arena,
		"\\documentclass{scrreprt}\n\\usepackage[%s]{generated/continuum}\n\\title{%s}\\subtitle{S}\\author{A}\\shorttitle{T}\\reportstatus{W}\n"
		"\\begin{document}\n\\maketitlepage\n\\tableofcontents\n\\input{sections/one}\n\\appendix\\chapter{Values}\\annex{values}\\annex{sources}\\annex{long}\n\\listoffigures\n\\end{document}\n",
		english ? "english" : "french", english ? "Numbers" : "Des chiffres : pour qui ?"));
	put(arena_printf(&arena, "%s/sections/one.tex", d),
		"\\chapter{Une question : « \\val{workforce.private} » ?}\n\\begin{keyfigures}\\keyfigure{\\Val{workforce.municipal}}{\\valunit{workforce.municipal},\n"
		"\\valdate{workforce.municipal}}\\end{keyfigures}\n\\Val{workforce.verdict}; \\val[bare]{workforce.municipal}, \\figref{workforce.staff} et\n"
		"\\tabref{workforce.table}. Une valeur ≥ 4 000, ≤ 5 000, ≈ 3 ; −12,5 ; « mot » – … — œuvre, l’aube ; 3,4 ‰.\n\n\\fig{workforce.staff}\n\n\\tab{workforce.table}\n\n"
		"\\source{workforce.private}\n");
}

/* One page in PDF, written by hand: what a figure file is to this module. */
static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 453 150]/Contents 4 0 R>>endobj\n4 0 obj<</Length 33>>stream\n0.04 0.31 0.54 rg 0 40 300 50 re f\nendstream endobj\n"
	"trailer<</Root 1 0 R>>\n";

static void test_generate(void)
{
	struct err e = { 0 };
	struct stat before, after;
	bool made;

	put("figures/workforce.staff.fr.pdf", pdf);
	put("figures/workforce.staff.en.pdf", pdf);
	put_report("essai", false);
	put("reports/essai/generated/old.tex", "stale");
	CHECK((make_report("essai", LANG_FR, 60, &made, &e) && made) || !printf("# %s: %s\n", shown(&e), e.why), "the French report is made");
	CHECK_STR(notes, "", "without a warning");
	const char *v = get("reports/essai/generated/values.tex");
	CHECK(strstr(v, "{données arrêtées au 30\\nobreakspace{}juin\\nobreakspace{}2026}\n\t{22\\nobreakspace{}novembre\\nobreakspace{}2026}"), "edition and date as they are worded");
	CHECK(strstr(v, "\\cnValue{workforce.municipal}\n\t{plus de\\nobreakspace{}21\\,000}\n\t{Plus de\\nobreakspace{}21\\,000}\n\t{21\\,000}\n\t{mandats}\n"
		"\t{8\\nobreakspace{}février\\nobreakspace{}2018}"), "a value in all its forms");
	CHECK(strstr(v, "{Élevée,{} à 100\\nobreakspace{}\\% \\& plus\\_}"), "words begin with a capital, and are escaped");
	CHECK(!strstr(v, "workforce.state"), "what the text does not use is left out");
	CHECK(strstr(v, "\\cnSource{workforce.private}\n\t{}"), "no source is an empty one");
	CHECK(!path_exists(at("reports/essai/generated/old.tex")), "what an earlier run left is removed");
	const char *f = get("reports/essai/generated/figure-workforce-staff.tex");
	CHECK(strstr(f, "{Effectifs cités,{} France,{} unité de compte selon la ligne,{} 2018}"), "measure, unit and period make the subtitle");
	CHECK(strstr(f, "\\cnSourceText{https://example.org/psq?a=1\\&b=\\%20\\#x}{Ministère"), "an address is a link");
	CHECK(!strstr(f, "javascript"), "no address but http and https");
	CHECK(strstr(f, "{FEFF00530069"), "alternative text");
	CHECK(!strcmp(get("reports/essai/generated/figure-workforce-staff.pdf"), pdf), "the figure is there");
	CHECK(strstr(get("reports/essai/generated/annex-values.tex"), "\\cnTarget{workforce.municipal}"), "the annex is where links lead");
	CHECK(strstr(get("reports/essai/generated/annex-values.tex"), "{Police municipale}") == NULL &&
		strstr(get("reports/essai/generated/annex-values.tex"), "Police municipale & plus de") != NULL, "under its label");
	CHECK(strstr(get("reports/essai/generated/annex-sources.tex"), "a=1\\&") != NULL, "addresses stand in the annex of sources");
	stat(at("reports/essai/generated/values.tex"), &before);
	CHECK(make_report("essai", LANG_FR, 60, &made, &e) && !made, "the same again: nothing to do");
	stat(at("reports/essai/generated/values.tex"), &after);
	CHECK(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec, "files that do not change are not touched");
	put("reports/essai/essai.aux", "left behind");
	put("reports/essai/essai.pdf", "left behind");
	CHECK(make_report("essai", LANG_FR, 60, &made, &e) && !made, "what LaTeX leaves behind is no input");
	put("reports/essai/sections/two.tex", "more");
	CHECK(make_report("essai", LANG_FR, 60, &made, &e) && made, "another file is another report");

	static const struct { const char *text, *want; } bad[] = {
		{ "\\annex{nothing}", "reports/essai/sections/two.tex:1:1: there is no annex “nothing”; there are: values, sources, long" },
		{ "a \\valunit{workforce.private}", "reports/essai/sections/two.tex:1:3: “workforce.private” has no unit in words" },
		{ "\\valdate{workforce.state}", "reports/essai/sections/two.tex:1:1: “workforce.state” has no date or period" },
		{ "\\fig{workforce.table}", "reports/essai/sections/two.tex:1:1: \\fig cannot show “workforce.table”, which is a tableau" },
		{ "\\val{broken.x}", "reports/essai/sections/two.tex:1:1: “broken.x” is made by an analysis that failed" },
		{ "\\val{workforce.privat}", "reports/essai/sections/two.tex:1:1: nothing is called “workforce.privat”; did you mean “workforce.private”?" },
		{ "\\tab{workforce.table}", "reports/essai/sections/two.tex:1:1: “workforce.table” stands in this report already, at reports/essai/sections/one.tex:9" },
	};
	for (size_t i = 0; i < LEN(bad); i++) {
		put("reports/essai/sections/two.tex", bad[i].text);
		CHECK(!make_report("essai", LANG_FR, 60, NULL, &e), "refused");
		CHECK_STR(shown(&e), bad[i].want, bad[i].text);
	}
	path_remove_tree(at("reports/essai/sections/two.tex"), &e);
}

static bool same_files(const char *a, const char *b)
{
	char x[HASH_HEX], y[HASH_HEX];
	struct err e = { 0 };
	return hash_file(a, x, NULL, &e) && hash_file(b, y, NULL, &e) && !strcmp(x, y);
}

static void test_typeset(void)
{
	struct err e = { 0 };
	bool made;
	const char *first = root;

	CHECK(make_report("essai", LANG_FR, 60, &made, &e) && made, "the report as it was is made again");
	root = path_join(&arena, root, "elsewhere");
	put("figures/workforce.staff.fr.pdf", pdf);
	put_report("essai", false);
	struct db *kept = ledger;
	ledger = NULL;
	CHECK(make_report("essai", LANG_FR, 60, &made, &e) && made, "the same report in another folder");
	ledger = kept;
	CHECK(same_files(arena_printf(&arena, "%s/essai.pdf", first), at("essai.pdf")), "has the same bytes");
	root = first;
	put_report("trial", true);
	CHECK(make_report("trial", LANG_EN, 60, &made, &e) || !printf("# %s: %s\n", shown(&e), e.why), "the English report is made");
	CHECK_STR(notes, "", "without a warning");
	path_remove_tree(at("trial.pdf"), &e);
	CHECK(make_report("trial", LANG_EN, 60, &made, &e) && made, "a PDF that is gone is made again");
}

/* ---- what authors get wrong ---- */

#define HEAD "\\documentclass{article}\\begin{document}"
static const struct { const char *name, *text, *want; } wrong[] = {
	{ "unknown command", "\\documentclass{article}\n\\begin{document}\nUn été \\foo{a} b\n\\end{document}\n",
	  "reports/bad/bad.tex:3:8: LaTeX does not know the command \\foo" },
	{ "near one of ours", HEAD "\n\\figreff{a.b}\n\\end{document}\n",
	  "reports/bad/bad.tex:2:1: LaTeX does not know the command \\figreff; the nearest one of Continuum is \\figref" },
	{ "file that is not there", HEAD "\n\\input{chapitre}\n\\end{document}\n", "reports/bad/bad.tex:2:16: LaTeX does not find the file chapitre.tex" },
	{ "package that is not there", "\\documentclass{article}\n\\usepackage{nosuchthing}\n\\begin{document}x\\end{document}\n",
	  "reports/bad/bad.tex:2:0: LaTeX does not find the file nosuchthing.sty" },
	{ "brace never closed in a paragraph", HEAD "\na \\textbf{b\n\nc\n\\end{document}\n",
	  "reports/bad/bad.tex:2:0: the argument of a command is never closed: a brace } is missing" },
	{ "file outside", HEAD "\n\\input{/etc/passwd}\n\\end{document}\n",
	  "reports/bad/bad.tex:2:19: LaTeX may not open /etc/passwd.tex: it is outside the folder of the report" },
	{ "character without a glyph", HEAD "\nun ∀ b\n\\end{document}\n", "reports/bad/bad.tex:2:4: the character ∀ (U+2200) cannot be printed" },
	{ "another error", HEAD "\na_b\n\\end{document}\n", "reports/bad/bad.tex:2:2: LaTeX stopped: Missing $ inserted." },
	{ "environment not closed", HEAD "\n\\begin{center}\n\\end{document}\n",
	  "reports/bad/bad.tex:3:1: LaTeX stopped: LaTeX Error: \\begin{center} on input line 2 ended by \\end{document}." },
	{ "no page", HEAD "\\end{document}", ":0:0: LaTeX made no page of reports/bad/bad.tex" },
};

static void test_wrong(void)
{
	struct err e;

	put("bad.pdf", "the one of before");
	for (size_t i = 0; i < LEN(wrong); i++) {
		put("reports/bad/other.txt", "");
		put("reports/bad/bad.tex", wrong[i].text);
		CHECK(!make_report("bad", LANG_EN, 60, NULL, &e), "refused");
		CHECK_STR(shown(&e), wrong[i].want, wrong[i].name);
		CHECK_STR(notes, "", "and no warning of a run that was only the first");
	}
	CHECK_STR(get("bad.pdf"), "the one of before", "the PDF of before stays");
	put("reports/bad/bad.tex", HEAD "\\def\\x{\\x}\\x\\end{document}");
	double start = proc_clock();
	CHECK(!make_report("bad", LANG_EN, 1.5, NULL, &e) && (e.id == ERR_CHILD_TIME || e.id == ERR_CHILD_CPU), "an endless loop is stopped");
	CHECK(proc_clock() - start < 2.5, "in time");
	put("reports/bad/bad.tex", HEAD "a\\immediate\\pdfobj stream file {/etc/passwd}\\immediate\\write18{touch x}\\end{document}");
	CHECK(!make_report("bad", LANG_EN, 60, NULL, &e), "no file from outside gets into the PDF");
	CHECK(strstr(e.why, "/etc/passwd: Permission denied") != NULL, "and TeX's reason is told");
	put("reports/bad/bad.tex", HEAD "\\typeout{(./}\\ref{nowhere} \\hbox to 3cm{\\hbox to 4cm{x}} \\parbox{2cm}{Anticonstitutionnellementvraiment}\\end{document}");
	const char *path = arena_strdup(&arena, getenv("PATH"));
	setenv("PATH", "/nonexistent", 1);
	CHECK(!make_report("bad", LANG_EN, 60, NULL, &e) && e.id == ERR_TOOL_MISSING, "no pdflatex");
	setenv("PATH", path, 1);
	CHECK_STR(get("bad.pdf"), "the one of before", "the PDF of before still stays");
	CHECK(make_report("bad", LANG_EN, 60, NULL, &e), "warnings do not stop");
	CHECK(strstr(notes, "bad: reports/bad/bad.tex:1: the reference “nowhere” points to nothing\n") != NULL, "undefined reference");
	CHECK(strstr(notes, "bad: reports/bad/bad.tex:1: a line is 28.5 pt too wide\n") != NULL, "line too wide");
	const char **names;
	size_t n, left = 0;
	path_list(&arena, root, &names, &n, &e);
	for (size_t i = 0; i < n; i++)
		left += strstr(names[i], "tmp") != NULL;
	CHECK(left == 0, "no private folder is left");
}

int main(int argc, char **argv)
{
	enum proc_kind kind;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? 99 : 98;
	const char *sample = getenv("PAPER_SAMPLE");
	open_project(sample);
	parts = all_parts;
	nparts = LEN(all_parts);
	from[0] = deck;
	from[1] = deck_again;
	from[2] = survey;
	make_annex();
	test_scan();
	test_generate();
	test_typeset();
	test_wrong();
	close_project(sample != NULL);
	return done_testing();
}
