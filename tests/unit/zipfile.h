/* Small zip files and workbooks for tests, written by minizip. */
#ifndef ZIPFILE_H
#define ZIPFILE_H
#include <minizip/zip.h>
#include <stdlib.h>
#include <string.h>

struct zip_member { const char *name, *text; size_t n; };   /* n 0: the length of text */

/* Writes the members to path (replacing it); stops at the first without a name. flags: general purpose bits, 1 = says that it is encrypted. */
static inline void zip_write(const char *path, const struct zip_member *m, unsigned long flags)
{
	zipFile z = zipOpen64(path, APPEND_STATUS_CREATE);

	for (; m->name; m++) {
		zip_fileinfo info = { 0 };
		size_t n = m->n ? m->n : strlen(m->text);
		if (zipOpenNewFileInZip4(z, m->name, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED, 1, 0, -MAX_WBITS, DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY,
		                         NULL, 0, 0, flags) != ZIP_OK
		    || zipWriteInFileInZip(z, m->text, (unsigned)n) != ZIP_OK || zipCloseFileInZip(z) != ZIP_OK)
			abort();
	}
	if (zipClose(z, NULL) != ZIP_OK)
		abort();
}

#define XLSX_RELS "<Relationships><Relationship Id='r1' Type='http://x/officeDocument' Target='xl/workbook.xml'/></Relationships>"
#define XLSX_BOOK_RELS "<Relationships><Relationship Id='a' Type='http://x/worksheet' Target='worksheets/s1.xml'/>" \
	"<Relationship Id='b' Type='http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet' Target='/xl/worksheets/s2.xml'/>" \
	"<Relationship Id='c' Type='http://x/chartsheet' Target='chartsheets/c1.xml'/>" \
	"<Relationship Id='s' Type='http://x/sharedStrings' Target='sharedStrings.xml'/>" \
	"<Relationship Id='t' Type='http://x/styles' Target='styles.xml'/></Relationships>"
#define XLSX_SHEETS "<sheets><sheet name='Graphique' sheetId='9' r:id='c'/><sheet name='Un &amp; deux' sheetId='1' r:id='a'/>" \
	"<sheet name='Caché' sheetId='2' state='hidden' r:id='b'/></sheets></workbook>"
#define XLSX_STRINGS "<sst><si><t>un</t></si><si><r><t>deux </t></r><r><rPr/><t xml:space='preserve'>mots</t></r><rPh sb='0' eb='1'><t>DOU</t></rPh></si>" \
	"<si><t>a_x000D_b_x005F_x0041_é</t></si><si/></sst>"
/* Styles 1 … 9: date, date and time, time, elapsed time, own formats (French date, minutes, text in quotes, month), number. */
#define XLSX_STYLES "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='[$-40C]d\\ mmmm\\ yyyy;@'/><numFmt numFmtId='165' formatCode='mm:ss'/>" \
	"<numFmt numFmtId='166' formatCode='0.0&quot; heures/jour&quot;\\d[Red]'/><numFmt numFmtId='167' formatCode='mmm'/></numFmts>" \
	"<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='22'/><xf numFmtId='20'/>" \
	"<xf numFmtId='46'/><xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='166'/><xf numFmtId='167'/><xf numFmtId='4'/></cellXfs></styleSheet>"
#define ODS_MANIFEST(type) "<m:manifest><m:file-entry m:full-path='/' m:media-type='application/vnd.oasis.opendocument." type "'/></m:manifest>"

/* A workbook whose sheet is the XML given; book: what stands before its sheets. */
static inline void xlsx_write(const char *path, const char *book, const char *sheet, size_t n)
{
	char all[2000];

	snprintf(all, sizeof all, "<workbook>%s" XLSX_SHEETS, book);
	zip_write(path, (const struct zip_member[]){
		{ "_rels/.rels", XLSX_RELS, 0 }, { "xl/workbook.xml", all, 0 }, { "xl/_rels/workbook.xml.rels", XLSX_BOOK_RELS, 0 },
		{ "xl/sharedStrings.xml", XLSX_STRINGS, 0 }, { "xl/styles.xml", XLSX_STYLES, 0 }, { "xl/worksheets/s1.xml", sheet, n },
		{ "xl/worksheets/s2.xml", "<x:worksheet xmlns:x='y'><x:sheetData><x:row><x:c t='inlineStr'><x:is><x:t>caché</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>", 0 },
		{ NULL, NULL, 0 } }, 0);
}
static inline void ods_write(const char *path, const char *content, size_t n)
{
	zip_write(path, (const struct zip_member[]){ { "META-INF/manifest.xml", ODS_MANIFEST("spreadsheet"), 0 }, { "content.xml", content, n }, { NULL, NULL, 0 } }, 0);
}
#endif
