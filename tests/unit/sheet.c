/* Sheets of workbooks: what cells mean in both formats, which rows there are, and what is refused. */
#include "intake/sheet.h"

#include "base/arena.h"
#include "base/buf.h"
#include "tap.h"
#include "zipfile.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/continuum-sheet-XXXXXX";

/* Rows as "2:[a]#1 @2024-01-05 !true -/": text, number, moment, truth value, nothing; "! line message" for a refusal. */
static void show(struct buf *out, const char *name, int64_t number, struct err *e)
{
	struct resource r = { .sheet_name = name, .sheet_number = number };
	struct arena a = { 0 };
	struct rows_reader rows;
	struct row row;
	int rc = -1;

	*e = (struct err){ 0 };
	if (sheet_open(&rows, path, "x.xlsx", &r, "/tmp", &a, e)) {
		while ((rc = rows.next(rows.self, &row, e)) == 1) {
			buf_printf(out, "%ld:", row.line);
			for (size_t i = 0; i < row.n; i++) {
				const struct rowcell *c = &row.cell[i];
				buf_printf(out, c->kind == ROWCELL_TEXT ? "[%.*s]" : c->kind == ROWCELL_NUMBER ? "#%.*s " : c->kind == ROWCELL_MOMENT ? "@%.*s "
				           : c->kind == ROWCELL_FLAG ? "!%.*s " : "-%.*s", (int)c->n, c->s);
			}
			for (size_t i = row.n; i < ROWS_CELLS; i++)
				if (row.cell[i].kind != ROWCELL_NONE || row.cell[i].n)
					buf_str(out, "<not empty>");
			buf_char(out, '/');
		}
		rows.close(rows.self);
	}
	if (rc < 0)
		buf_printf(out, "! %ld %s", e->line, err_name(e->id));
	arena_free(&a);
}

#define SHEET(rows) "<?xml version='1.0'?><worksheet><dimension ref='A1'/><cols/><sheetData>" rows "</sheetData><mergeCells/></worksheet>"
static const struct { const char *name, *rows, *want; } xlsx[] = {
	{ "kinds of cells", SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1' t='str'><f>A1</f><v>x</v></c>"
		"<c r='D1' t='inlineStr'><is><t>y</t><r><t>z</t></r></is></c><c r='E1' t='b'><v>1</v></c><c r='F1' t='b'><v>0</v></c>"
		"<c r='G1' t='e'><v>#N/A</v></c><c r='H1'><v>12</v></c></row>"), "1:[un][deux mots][x][yz]!true !false [#N/A]#12 /" },
	{ "escaped characters, and an empty string", SHEET("<row r='1'><c t='s'><v>2</v></c><c t='s'><v>3</v></c><c t='n'><v>1</v></c></row>"), "1:[a\rb_x0041_é]-#1 /" },
	{ "fifteen digits", SHEET("<row><c><v>0.10000000000000001</v></c><c><v>-0</v></c><c><v>5.0000000000000004E-7</v></c><c><v>123456789012345678</v></c>"
		"<c><v>1.50</v></c><c><v>0.5</v></c><c><v>12345.678901</v></c><c><v>1E3</v></c><c><v>007</v></c><c><v>72.599999999999994</v></c><c><v>x1</v></c></row>"),
		"1:#0.1 #0 #5e-07 #123456789012345678 #1.5 #0.5 #12345.678901 #1000 #7 #72.6 [x1]/" },
	{ "moments", SHEET("<row><c s='1'><v>45296</v></c><c s='2'><v>45296.5208333333</v></c><c s='2'><v>45296</v></c><c s='3'><v>0.5</v></c>"
		"<c s='4'><v>1.5</v></c><c s='5'><v>36526</v></c><c s='6'><v>0.0104166666666667</v></c><c s='1'><v>45296.25</v></c></row>"),
		"1:@2024-01-05 @2024-01-05T12:30:00 @2024-01-05T00:00:00 @12:00:00 @PT36H00M00S @2000-01-01 @00:15:00 @2024-01-05T06:00:00 /" },
	{ "formats that are no dates", SHEET("<row><c s='7'><v>45296</v></c><c s='8'><v>45296</v></c><c s='9'><v>45296</v></c><c s='77'><v>1</v></c></row>"),
		"1:#45296 @2024-01-05 #45296 #1 /" },
	{ "the leap day that never was, and what no calendar has", SHEET("<row><c s='1'><v>1</v></c><c s='1'><v>59</v></c><c s='1'><v>60</v></c><c s='1'><v>61</v></c>"
		"<c s='1'><v>0</v></c><c s='1'><v>-1</v></c><c s='1'><v>2958465</v></c><c s='1'><v>2958466</v></c><c s='1'><v>1e99</v></c></row>"),
		"1:@1900-01-01 @1900-02-28 @1900-02-29 @1900-03-01 #0 #-1 @9999-12-31 #2958466 #1e+99 /" },
	{ "cells that are missing, out of order, without place", SHEET("<row r='1'><c r='C1'><v>3</v></c><c><v>4</v></c><c r='A1'><v>1</v></c></row>"
		"<row r='2'><c r='b2'><v>2</v></c><c r='D2' s='1'/></row>"), "1:#1 -#3 #4 /2:-#2 /" },
	{ "rows that are missing, blank, without number", SHEET("<row r='3'><c><v>1</v></c></row><row><c><v>2</v></c></row><row r='6'><c s='1'/></row>"
		"<row r='7'><c><v>3</v></c></row><row r='9'/><row r='1048576'><c s='1'/></row>"), "1:/2:/3:#1 /4:#2 /5:/6:/7:#3 /" },
	{ "no rows", SHEET(""), "" },
	{ "far columns without a value do no harm", SHEET("<row><c><v>1</v></c><c r='XFD1' s='1'/></row>"), "1:#1 /" },
	{ "a far column with a value does", SHEET("<row r='4'><c r='XFD4'><v>1</v></c></row>"), "! 4 intake.csv_large" },
	{ "rows out of order", SHEET("<row r='2'><c><v>1</v></c></row><row r='2'><c><v>1</v></c></row>"), "1:/2:#1 /! 3 intake.sheet_part" },
	{ "a formula that was never computed", SHEET("<row r='1'><c><v>1</v></c></row><row r='2'><c r='AB2'><f>A1+1</f></c></row>"), "1:#1 /! 2 intake.sheet_formula" },
	{ "a formula with an empty result", SHEET("<row r='1'><c t='str'><f>A1</f><v></v></c><c><v>1</v></c></row>"), "1:-#1 /" },
	{ "a shared string that is not there", SHEET("<row r='1'><c t='s'><v>4</v></c></row>"), "! 1 intake.sheet_part" },
	{ "XML that breaks off", "<worksheet><sheetData><row r='1'><c><v>1</v></c></row><row r='2'>", "1:#1 /! 2 intake.sheet_part" },
	{ "a billion laughs", "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>",
		"! 0 intake.sheet_entity" },
};

static void test_xlsx(void)
{
	struct buf out = BUF(10000);
	struct err e;

	for (size_t i = 0; i < sizeof xlsx / sizeof *xlsx; i++) {
		xlsx_write(path, "", xlsx[i].rows, 0);
		buf_clear(&out);
		show(&out, "Un & deux", 0, &e);
		CHECK_STR(buf_text(&out), xlsx[i].want, xlsx[i].name);
	}
	xlsx_write(path, "<workbookPr date1904='1'/>", SHEET("<row><c s='1'><v>0</v></c><c s='1'><v>43834</v></c></row>"), 0);
	buf_clear(&out);
	show(&out, "", 1, &e);
	CHECK_STR(buf_text(&out), "1:@1904-01-01 @2024-01-05 /", "the epoch of 1904; a chart is no sheet");
	buf_clear(&out);
	show(&out, "Caché", 1, &e);
	CHECK_STR(buf_text(&out), "1:[caché]/", "a hidden sheet by its name, with prefixed elements");
	buf_clear(&out);
	show(&out, "", 2, &e);
	CHECK_STR(buf_text(&out), "1:[caché]/", "and by its number");
	buf_clear(&out);
	show(&out, "Caches", 1, &e);
	CHECK(e.id == ERR_SHEET_NAME && !strcmp(e.arg[1], "Caché") && !strcmp(e.file, "x.xlsx"), "a name that is nearly one");
	show(&out, "", 3, &e);
	CHECK(e.id == ERR_SHEET_NAME, "a number past the last");
	buf_free(&out);
}

#define ODS(rows) "<office:document-content><office:automatic-styles><s:s><t:table/></s:s></office:automatic-styles><office:body><office:spreadsheet>" \
	"<table:table table:name='Avant'><table:table-row><table:table-cell office:value-type='float' office:value='9'/></table:table-row></table:table>" \
	"<table:table table:name='T'><table:table-column/>" rows "</table:table>" \
	"<table:table table:name=\"'file:///x'#A\"/></office:spreadsheet></office:body></office:document-content>"
#define ROW(cells) "<table:table-row>" cells "</table:table-row>"
#define CELL(type, value, text) "<table:table-cell office:value-type='" type "' office:" value " calcext:value-type='error'>" text "</table:table-cell>"
static const struct { const char *name, *content, *want; } ods[] = {
	{ "kinds of cells", ODS(ROW(CELL("float", "value='0.30000000000000004'", "<text:p>0,3</text:p>") CELL("percentage", "value='0.125'", "<text:p>13 %</text:p>")
		CELL("currency", "value='12'", "") CELL("boolean", "boolean-value='true'", "") CELL("string", "x='1'", "<text:p>a</text:p><text:p>b</text:p>")
		CELL("string", "string-value='c'", "<text:p>shown</text:p>") CELL("string", "string-value=''", "<text:p>#N/A</text:p>"))),
		"1:#0.3 #0.125 #12 !true [a\nb][c][#N/A]/" },
	{ "moments", ODS(ROW(CELL("date", "date-value='2024-01-05'", "") CELL("date", "date-value='2024-01-05T10:00:00.500000000'", "")
		CELL("date", "date-value='2024-01-05T10:00:00.000000000'", "") CELL("time", "time-value='PT13H30M00S'", "")
		CELL("time", "time-value='PT13H30M00.250000000S'", "") CELL("time", "time-value='PT36H00M00S'", ""))),
		"1:@2024-01-05 @2024-01-05T10:00:00.5 @2024-01-05T10:00:00 @13:30:00 @13:30:00.25 @PT36H00M00S /" },
	{ "text with spaces, spans and annotations", ODS(ROW("<table:table-cell><office:annotation><text:p>note</text:p></office:annotation>"
		"<text:p>a<text:s text:c='2'/>b<text:tab/>c<text:line-break/><text:span>d<text:a>e</text:a></text:span></text:p><draw:frame><text:p>f</text:p></draw:frame>"
		"</table:table-cell>")), "1:[a  b\tc\nde]/" },
	{ "repeated cells and rows", ODS("<table:table-row table:number-rows-repeated='2'><table:table-cell table:number-columns-repeated='2'/>"
		"<table:table-cell table:number-columns-repeated='3' office:value-type='float' office:value='7'/><table:table-cell table:number-columns-repeated='16379'/>"
		"</table:table-row><table:table-row table:number-rows-repeated='2'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>"
		ROW(CELL("float", "value='1'", "")) "<table:table-row table:number-rows-repeated='1048571'><table:table-cell/></table:table-row>"),
		"1:--#7 #7 #7 /2:--#7 #7 #7 /3:/4:/5:#1 /" },
	{ "merged cells, groups of rows, a table in a cell", ODS("<table:table-header-rows><table:table-row><table:table-cell table:number-columns-spanned='2'><text:p>a</text:p>"
		"</table:table-cell><table:covered-table-cell><text:p>hidden</text:p></table:covered-table-cell>" CELL("float", "value='1'", "") "</table:table-row>"
		"</table:table-header-rows><table:table-row-group>" ROW("<table:table-cell><table:table><table:table-row><table:table-cell><text:p>in</text:p></table:table-cell>"
		"</table:table-row></table:table><text:p>out</text:p></table:table-cell>") "</table:table-row-group>"), "1:[a]-#1 /2:[out]/" },
	{ "too many cells with a value", ODS(ROW("<table:table-cell table:number-columns-repeated='5000' office:value-type='float' office:value='7'/>")),
		"! 1 intake.csv_large" },
	{ "too many rows with a value", ODS("<table:table-row table:number-rows-repeated='99999999'>" CELL("float", "value='1'", "") "</table:table-row>"),
		"! 1 intake.sheet_large" },
	{ "an empty table", ODS(""), "" },
	{ "no XML at all", "content", "! 0 intake.sheet_part" },
};

static void test_ods(void)
{
	struct buf out = BUF(10000);
	struct arena a = { 0 };
	struct texts names;
	struct err e;

	for (size_t i = 0; i < sizeof ods / sizeof *ods; i++) {
		ods_write(path, ods[i].content, 0);
		buf_clear(&out);
		show(&out, "T", 0, &e);
		CHECK_STR(buf_text(&out), ods[i].want, ods[i].name);
	}
	zip_write(path, (const struct zip_member[]){ { "content.xml", ods[0].content, 0 }, { NULL, NULL, 0 } }, 0);
	buf_clear(&out);
	show(&out, "Avant", 0, &e);
	CHECK_STR(buf_text(&out), "1:#9 /", "without a manifest");
	ods_write(path, ODS(""), 0);
	CHECK(sheet_names(path, &a, &names, &e) && names.n == 2 && !strcmp(names.s[0], "Avant") && !strcmp(names.s[1], "T"), "names of the tables");
	show(&out, "", 3, &e);
	CHECK(e.id == ERR_SHEET_NAME, "copies of other files' tables are no sheets");
	xlsx_write(path, "", SHEET(""), 0);
	CHECK(sheet_names(path, &a, &names, &e) && names.n == 2 && !strcmp(names.s[0], "Un & deux") && !strcmp(names.s[1], "Caché"), "names of the sheets");
	arena_free(&a);
	buf_free(&out);
}

static void write_bytes(const char *s, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(s, 1, n, f) != n || fclose(f))
		abort();
}

static const struct zip_member no_member = { NULL, NULL, 0 };

/* Files that are something else, as bytes. */
static void test_strange(void)
{
	static const char key[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
	static const struct { const char *name, *bytes; enum err_id id; const char *what; } cases[] = {
		{ "HTML", "\n<!DOCTYPE HTML><p>", ERR_SHEET_NOT, "HTML" }, { "text", "a;b\n", ERR_SHEET_NOT, "text" }, { "an empty file", "", ERR_SHEET_NOT, "0" },
		{ "half a zip", "PK\3\4abcdef", ERR_ARCHIVE, "" }, { "gzip", "\x1f\x8b\x08", ERR_SHEET_NOT, "gzip" },
	};
	struct buf out = BUF(10000);
	struct err e;
	char ole[2048] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_bytes(cases[i].bytes, strlen(cases[i].bytes));
		show(&out, "", 1, &e);
		CHECK(e.id == cases[i].id && !strcmp(e.arg[0], cases[i].what), cases[i].name);
	}
	ole[30] = 9;
	ole[48] = 1;
	write_bytes(ole, sizeof ole);
	show(&out, "", 1, &e);
	CHECK(e.id == ERR_SHEET_XLS, "an .xls");
	memcpy(ole + 1024 + 128, key, sizeof key);
	write_bytes(ole, sizeof ole);
	show(&out, "", 1, &e);
	CHECK(e.id == ERR_SHEET_LOCKED, "a workbook with a password");
	zip_write(path, (const struct zip_member[]){ { "META-INF/manifest.xml", "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>", 0 }, { "content.xml", "xx", 0 }, no_member }, 0);
	show(&out, "", 1, &e);
	CHECK(e.id == ERR_SHEET_LOCKED, "an .ods with a password");
	zip_write(path, (const struct zip_member[]){ { "META-INF/manifest.xml", ODS_MANIFEST("text"), 0 }, no_member }, 0);
	show(&out, "", 1, &e);
	CHECK(e.id == ERR_SHEET_NOT && strstr(e.arg[0], "text"), "an .odt");
	zip_write(path, (const struct zip_member[]){ { "a.csv", "a;b", 0 }, no_member }, 0);
	show(&out, "", 1, &e);
	CHECK(e.id == ERR_SHEET_NOT && !strcmp(e.arg[0], "ZIP"), "a zip of something else");
	zip_write(path, (const struct zip_member[]){ { "_rels/.rels", "<R><Relationship Id='a' Type='x/officeDocument' Target='xl/workbook.bin'/></R>", 0 }, no_member }, 0);
	show(&out, "", 1, &e);
	CHECK(e.id == ERR_SHEET_XLS && !strcmp(e.arg[0], ".xlsb"), "an .xlsb");
	xlsx_write(path, "", SHEET("<row><c><v>1</v></c></row>"), 0);
	CHECK(truncate(path, 900) == 0, "cut");
	show(&out, "", 1, &e);
	CHECK(e.id == ERR_ARCHIVE, "a workbook that is cut short");
	buf_free(&out);
}

/* Shared strings that do not fit into memory, in any order. */
static void test_many(void)
{
	enum { STRINGS = 300000, ROWS = 100000 };
	struct buf strings = BUF(100 << 20), sheet = BUF(100 << 20), want = BUF(200);
	struct resource r = { .sheet_name = "", .sheet_number = 1 };
	struct arena a = { 0 };
	struct rows_reader rows;
	struct row row;
	struct err e = { 0 };
	int wrong = 0, n = 0;

	buf_str(&strings, "<sst>");
	for (int i = 0; i < STRINGS; i++)
		buf_printf(&strings, "<si><t>string number %d of many of them</t></si>", i);
	buf_str(&strings, "</sst>");
	buf_str(&sheet, "<worksheet><sheetData>");
	for (int i = 0; i < ROWS; i++)
		buf_printf(&sheet, "<row><c t='s'><v>%d</v></c><c t='s'><v>%d</v></c></row>", i * 3, (int)((int64_t)i * 7919 % STRINGS));
	buf_str(&sheet, "</sheetData></worksheet>");
	zip_write(path, (const struct zip_member[]){
		{ "xl/workbook.xml", "<workbook><sheets><sheet name='A' r:id='a'/></sheets></workbook>", 0 }, { "xl/_rels/workbook.xml.rels", XLSX_BOOK_RELS, 0 },
		{ "xl/sharedStrings.xml", strings.s, strings.n }, { "xl/worksheets/s1.xml", sheet.s, sheet.n }, no_member }, 0);
	bool ok = sheet_open(&rows, path, "x", &r, "/tmp", &a, &e);
	for (; ok && rows.next(rows.self, &row, &e) == 1; n++) {
		buf_clear(&want);
		buf_printf(&want, "string number %d of many of them | string number %d of many of them", n * 3, (int)((int64_t)n * 7919 % STRINGS));
		wrong += row.n != 2 || row.length != want.n || memcmp(row.text, want.s, want.n) != 0;
	}
	CHECK(ok && n == ROWS && !wrong, "three hundred thousand shared strings");
	if (ok)
		rows.close(rows.self);
	CHECK(!sheet_open(&rows, path, "x", &r, "/nowhere", &a, &e) && e.id == ERR_WRITE, "no folder for those that do not fit");
	buf_free(&strings);
	buf_free(&sheet);
	buf_free(&want);
	arena_free(&a);
}

/* INSEE's workbooks as they were published; rows and a cell of each. */
static void test_real(void)
{
	static const struct { const char *file; long rows; size_t column; const char *cell; } files[] = {
		{ "epcicom.xlsx", 34932, 11, "Pont-d'Ain" }, { "POPULATION_MUNICIPALE_COMMUNES_FRANCE.xlsx", 34996, 5, "Châteauneuf" },
	};
	struct resource r = { .sheet_name = "", .sheet_number = 1 };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct arena a = { 0 };
		const char *file = arena_printf(&a, "../shared/data/real/insee/%s", files[i].file);
		struct rows_reader rows;
		struct row row;
		struct err e = { 0 };
		long n = 0;
		bool cell = false, ok = access(file, R_OK) == 0 && sheet_open(&rows, file, file, &r, "/tmp", &a, &e);
		for (; ok && rows.next(rows.self, &row, &e) == 1; n++)
			if (n == 1)
				cell = row.n > 13 && row.cell[files[i].column].n == strlen(files[i].cell)
				       && !memcmp(row.cell[files[i].column].s, files[i].cell, row.cell[files[i].column].n);
		if (ok)
			rows.close(rows.self);
		if (access(file, R_OK) == 0)
			CHECK(cell && n == files[i].rows && !e.id, files[i].file);
		else
			tap_skip(files[i].file, "the real data are not here");
		arena_free(&a);
	}
}

int main(void)
{
	if (close(mkstemp(path)))
		return 1;
	test_xlsx();
	test_ods();
	test_strange();
	test_many();
	test_real();
	unlink(path);
	return done_testing();
}
