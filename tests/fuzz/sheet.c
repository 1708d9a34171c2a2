/* Workbooks. The first byte chooses what the rest is: the sheet of an .xlsx, its shared strings, its styles, the content of an .ods, or a whole
 * file. Rows must come in order, cells must be UTF-8, and nothing may lie past the end of a row. */
#include "intake/sheet.h"

#include "base/arena.h"
#include "base/text.h"
#include "../unit/zipfile.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_input(const char *path, unsigned kind, const char *s, size_t n)
{
	static const char cells[] = "<worksheet><sheetData><row><c t='s'><v>0</v></c><c t='s'><v>1</v></c><c s='1'><v>1.5</v></c><c s='2'><v>60</v></c></row></sheetData></worksheet>";
	const struct zip_member own = { "", s, n };

	if (kind == 0) {
		xlsx_write(path, "", s, n);
	} else if (kind == 1) {
		ods_write(path, s, n);
	} else if (kind == 2) {
		FILE *f = fopen(path, "wb");
		if (!f || fwrite(s, 1, n, f) != n || fclose(f))
			abort();
	} else {
		const char *names[] = { "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml" };
		struct zip_member m[] = {
			{ "xl/workbook.xml", "<workbook>" XLSX_SHEETS, 0 }, { "xl/_rels/workbook.xml.rels", XLSX_BOOK_RELS, 0 },
			{ "xl/sharedStrings.xml", XLSX_STRINGS, 0 }, { "xl/styles.xml", XLSX_STYLES, 0 }, { "xl/worksheets/s1.xml", cells, 0 }, { NULL, NULL, 0 },
		};
		for (size_t i = 0; m[i].name; i++)
			if (!strcmp(m[i].name, names[kind % 3]))
				m[i] = (struct zip_member){ m[i].name, own.text, own.n };
		zip_write(path, m, 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[40];
	struct resource r = { .sheet_name = "", .sheet_number = 1 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct rows_reader rows;
	struct row row;
	struct texts names;
	long line = 0;
	int rc = -1;

	if (size < 2)
		return 0;
	if (!*path)
		snprintf(path, sizeof path, "/tmp/continuum-fuzz-%d", (int)getpid());
	write_input(path, data[0] % 6, (const char *)data + 1, size - 1);
	if (sheet_open(&rows, path, "x", &r, "/tmp", &a, &e)) {
		while ((rc = rows.next(rows.self, &row, &e)) == 1 && line < 3000) {
			if (row.line != ++line || row.n > ROWS_CELLS || text_utf8_bad(row.text, row.length) != row.length)
				abort();
			for (size_t i = 0; i < ROWS_CELLS; i++)
				if (text_utf8_bad(row.cell[i].s, row.cell[i].n) != row.cell[i].n || (row.cell[i].kind == ROWCELL_NONE) != (row.cell[i].n == 0)
				    || (i >= row.n && row.cell[i].n))
					abort();
		}
		rows.close(rows.self);
	}
	if (rc < 0 && e.id == ERR_NONE)
		abort();
	e = (struct err){ 0 };
	if (!sheet_names(path, &a, &names, &e) && e.id == ERR_NONE)
		abort();
	arena_free(&a);
	unlink(path);
	return 0;
}
