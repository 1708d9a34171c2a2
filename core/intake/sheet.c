/* One part of the workbook is parsed at a time: the small ones to their end, the sheet itself until a row is complete, where the parser is
 * suspended. One reader serves all parts, since no name of an element means two things. Names are compared without their prefixes: the
 * namespaces of the transitional and the strict form differ, the local names do not. */
#include "intake/sheet.h"

#include "base/num.h"
#include "base/text.h"
#include "intake/unpack.h"

#include <endian.h>
#include <expat.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* KEPT: bytes of shared strings that stay in memory; NAME: of a name, an id, a path. */
enum { FEED = 1 << 16, DEPTH = 64, SHEETS = 4096, STYLES = 65536, STRINGS = 1 << 24, SHEET_ROWS = 1 << 24, KEPT = 4 << 20, EXCERPT = 2000, NAME = 1000 };
static const int64_t XML_BYTES = INT64_C(1) << 30, CELL_BYTES = INT64_C(1) << 33, DAY = 86400000;   /* DAY: milliseconds */
enum { STYLE_DATE = 1, STYLE_TIME = 2, STYLE_ELAPSED = 4, STYLE_MONTH = 8 };   /* STYLE_MONTH: or minutes */

struct part {
	const char *member;
	struct unpack *packed;
	XML_Parser parser;
	bool failed, suspended, eof, done;
	int64_t fed;
	int depth, skip, collect;      /* depth of an element whose inside does not count, of one whose text does; 0 = none */
};

/* A cell: its text begins at start. type: letters of .xlsx (n number, d date, b truth value, s shared string, others text); of OpenDocument
 * t time, v text in an attribute, p in paragraphs, 0 hidden by a cell that spans it. name: "AB12", where the sheet says it. */
struct hand { size_t col, repeat, start; int depth; unsigned shows; char type, name[12]; bool formula, valued; };

struct sheet {
	const char *file, *shown, *tmp_dir;
	const struct resource *wanted; /* which sheet; NULL = none, only their names */
	struct arena *a;
	struct err *e;
	struct part part;              /* the one in hand */
	/* The workbook. */
	const char **name;
	struct { const char *id, *member; } relation[SHEETS];   /* of .xlsx: its sheets that are no charts */
	size_t nname, nrelation, nstyle;
	const char *book, *strings, *styles, *member;           /* NULL = none; member: the sheet that is wanted */
	unsigned char format[STYLES], style[STYLES];            /* what a number format and a cell style show, by their numbers */
	struct buf kept, ends;         /* shared strings one after the other; where each ends (int64_t) */
	FILE *rest;                    /* those that are too many to be kept, in a file without a name; NULL = none */
	int64_t total;                 /* bytes of all */
	bool opendocument, date1904, in_data;                   /* in_data: inside sheetData, sst, or the table that is wanted */
	/* The cell and the row in hand; cells beyond n are empty. */
	struct hand c;
	size_t n, col;                 /* col: where a cell without a place goes */
	int64_t seen, row, times;      /* last row of the sheet so far; number of the row that is complete, how often it is given */
	int64_t line, given;           /* number of the last row that was given; bytes of all that are complete */
	struct buf text, excerpt;      /* text has all its room at once: it never moves */
	struct rowcell cell[ROWS_CELLS], blank[ROWS_CELLS];
	char block[FEED];
};

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon ? colon + 1 : name;
}

static const char *attribute(const char **at, const char *name)
{
	for (; *at; at += 2)
		if (!strcmp(local_name(*at), name))
			return at[1];
	return NULL;
}

static int64_t whole(const char *s, int64_t least, int64_t most, int64_t otherwise)
{
	int64_t v;
	return !s || !num_int(s, strlen(s), &v) || v < least ? otherwise : v < most ? v : most;
}

static bool bad_part(struct sheet *s, const char *why)
{
	err_set(s->e, ERR_SHEET_PART, "%s", s->part.member);
	return err_why(s->e, "%lu:%lu: %s", XML_GetCurrentLineNumber(s->part.parser), XML_GetCurrentColumnNumber(s->part.parser) + 1, why);
}

static bool too_large(struct sheet *s)
{
	return err_set(s->e, ERR_CSV_LARGE, "%d" ERR_SEP "%d", ROWS_BYTES, ROWS_CELLS);
}

/* ---- shared strings ---- */

/* "_x000D_" stands for a character that XML cannot hold, "_x005F_" for a "_" that would begin such a thing. */
static void unescape(struct sheet *s)
{
	char *p = s->text.s + s->c.start, *end = s->text.s + s->text.n, *to = p;

	for (bool stands; p < end; p += stands ? 7 : 1) {
		unsigned c = 0;
		stands = *p == '_' && p[1] == 'x' && strspn(p + 2, "0123456789abcdefABCDEF") == 4 && p[6] == '_' && sscanf(p + 2, "%4x", &c) == 1
		         && c && (c & ~0x7ffu) != 0xd800;
		if (stands)
			to += text_utf8_write(to, c);
		else
			*to++ = *p;
	}
	s->text.n = (size_t)(to - s->text.s);
}

static bool end_string(struct sheet *s)
{
	unescape(s);
	s->total += (int64_t)s->text.n;
	if (!buf_add(&s->ends, &s->total, sizeof s->total))
		return bad_part(s, "sharedStrings");
	if (!buf_add(&s->kept, s->text.s, s->text.n) && !s->rest) {
		char *path = arena_printf(s->a, "%s/strings-XXXXXX", s->tmp_dir);
		int fd = mkostemp(path, O_CLOEXEC);
		s->rest = fd < 0 || unlink(path) < 0 ? NULL : fdopen(fd, "w+");
	}
	if (s->kept.over && !(s->rest && fwrite(s->text.s, 1, s->text.n, s->rest) == s->text.n))
		return err_system(s->e, ERR_WRITE, s->tmp_dir);
	buf_clear(&s->text);
	return true;
}

static bool shared_text(struct sheet *s)
{
	const int64_t *ends = (const void *)s->ends.s;
	char *to = s->text.s + s->c.start;
	int64_t i = whole(to, 0, STRINGS, STRINGS), kept = (int64_t)s->kept.n;

	if (i >= (int64_t)(s->ends.n / sizeof *ends))
		return bad_part(s, "sharedStrings");
	int64_t at = i ? ends[i - 1] : 0;
	size_t n = (size_t)(ends[i] - at);
	if (n > ROWS_BYTES - s->c.start)
		return too_large(s);
	s->text.n = s->c.start + n;
	if (at < kept)
		memcpy(to, s->kept.s + at, n);
	return at < kept || !n || (fflush(s->rest) == 0 && pread(fileno(s->rest), to, n, at - kept) == (ssize_t)n)
	       || err_system(s->e, ERR_READ, s->tmp_dir);
}

/* ---- cells ---- */

static void replace_text(struct sheet *s, const char *text, size_t n)
{
	s->text.n = s->c.start;
	buf_add(&s->text, text, n);
}

/* Spreadsheet programs store 17 digits and show 15: 0.1 is stored as 0.10000000000000001. Whole numbers stay as they are. */
static enum rowcell_kind number_text(struct sheet *s)
{
	const char *v = s->text.s + s->c.start;
	size_t n = s->text.n - s->c.start, sign = *v == '-';
	char out[40];
	double d;

	if (n - sign < 19 && v[sign] > '0' && strspn(v + sign, "0123456789") == n - sign)
		return ROWCELL_NUMBER;
	if (!num_real(v, n, '.', &d, NULL))
		return ROWCELL_TEXT;
	replace_text(s, out, (size_t)snprintf(out, sizeof out, "%.15g", d == 0 ? 0 : d));
	return ROWCELL_NUMBER;
}

/* A serial number that is shown as a date or time becomes ISO 8601; one that no calendar has stays a number. In the epoch of 1900, day 60 is
 * the 29 February 1900 that never was: days before it are one off, and it is given as it is shown, for a typed column to refuse. */
static enum rowcell_kind moment_text(struct sheet *s)
{
	char out[80];
	double v;
	struct tm t;

	if (!num_real(s->text.s + s->c.start, s->text.n - s->c.start, '.', &v, NULL))
		return ROWCELL_TEXT;
	int64_t ms = v >= 0 && v < 2958466 ? (int64_t)(v * (double)DAY + 0.5) : -1, day = ms / DAY + (s->date1904 ? 1462 : 0);
	bool dated = s->c.shows & STYLE_DATE || (ms >= DAY && !(s->c.shows & STYLE_ELAPSED)), timed = ms % DAY || s->c.shows & STYLE_TIME;
	bool elapsed = !dated && ms >= DAY;
	if (ms < 0 || (dated && (day < 1 || day > 2958465)))
		return number_text(s);
	gmtime_r(&(time_t){ (day - 25569 + (day < 60)) * 86400 + ms % DAY / 1000 }, &t);
	size_t n = strftime(out, sizeof out, dated && timed ? "%FT%T" : dated ? "%F" : "%T", &t);
	if (dated && day == 60)
		memcpy(out, "1900-02-29", 10);
	if (elapsed)
		n = (size_t)snprintf(out, sizeof out, "PT%dH%02dM%02d", (int)(ms / 3600000), t.tm_min, t.tm_sec);
	n += (size_t)snprintf(out + n, sizeof out - n, ms % 1000 ? ".%03d%s" : "%.0d%s", (int)(ms % 1000), elapsed ? "S" : "");
	replace_text(s, out, n);
	return ROWCELL_MOMENT;
}

/* OpenDocument writes times as durations, and fractions of a second that are 0. */
static enum rowcell_kind iso_text(struct sheet *s)
{
	char *v = s->text.s + s->c.start;
	size_t n = s->text.n - s->c.start;

	if (s->c.type == 't' && n > 10 && !strncmp(v, "PT", 2) && v[4] == 'H' && v[7] == 'M' && v[n - 1] == 'S' && memcmp(v + 2, "24", 2) < 0) {
		memmove(v, v + 2, n -= 3);
		v[2] = v[5] = ':';
	}
	bool point = memchr(v, '.', n);
	while (point && v[n - 1] == '0')
		n--;
	s->text.n = s->c.start + n - (point && v[n - 1] == '.');
	return ROWCELL_MOMENT;
}

/* Column of "AB12", or otherwise. */
static size_t column_of(const char *s, size_t otherwise)
{
	size_t col = 0, n = 0;

	for (; n < 4 && ((s[n] >= 'A' && s[n] <= 'Z') || (s[n] >= 'a' && s[n] <= 'z')); n++)
		col = col * 26 + (size_t)(s[n] & 31);
	return n > 0 && n < 4 ? col - 1 : otherwise;
}

static void begin_cell(struct sheet *s, char type, const char **at)
{
	struct hand c = { .col = s->col, .repeat = 1, .start = s->text.n, .depth = s->part.depth, .type = type };
	const char *kind = "", *value = "";

	for (; *at; at += 2) {
		const char *name = local_name(*at), *tail = strlen(name) > 5 ? name + strlen(name) - 5 : name;
		if (!strcmp(name, "r")) {
			c.col = column_of(at[1], c.col);
			memccpy(c.name, at[1], 0, sizeof c.name - 1);
		} else if (!strcmp(name, "t")) {
			c.type = at[1][0] && !at[1][1] ? at[1][0] : 'x';
		} else if (!strcmp(name, "s")) {
			c.shows = s->style[whole(at[1], 0, STYLES - 1, 0)];
		} else if (!strcmp(name, "number-columns-repeated")) {
			c.repeat = (size_t)whole(at[1], 1, ROWS_CELLS + 1, 1);
		} else if (!strcmp(name, "value-type")) {
			kind = strncmp(*at, "calcext:", 8) ? at[1] : kind;
		} else if (!strcmp(tail, "value")) {   /* "value", "date-value" … */
			value = at[1];
		}
	}
	/* Errors of formulas are strings with an empty value and a text. */
	if (c.type == 'p' && *kind && *value) {
		c.type = strchr("fpc", *kind) ? 'n' : *kind == 's' ? 'v' : *kind;
		buf_str(&s->text, value);
	}
	s->c = c;
}

/* The cell in hand, whose text is complete, takes its place in the row. */
static bool end_cell(struct sheet *s)
{
	enum rowcell_kind kind = ROWCELL_TEXT;
	size_t n = s->text.n - s->c.start, end = s->c.col + s->c.repeat;

	if (s->c.formula && !s->c.valued)
		return err_set(s->e, ERR_SHEET_FORMULA, "%s", s->c.name);
	if (n && s->c.type == 's' && !shared_text(s))
		return false;
	if (n && s->c.type == 'b') {
		bool yes = strchr("1t", s->text.s[s->c.start]);
		replace_text(s, yes ? "true" : "false", yes ? 4 : 5);
		kind = ROWCELL_FLAG;
	} else if (n && s->c.type == 'n') {
		kind = s->c.shows ? moment_text(s) : number_text(s);
	} else if (n && (s->c.type == 'd' || s->c.type == 't')) {
		kind = iso_text(s);
	} else if (!strchr("svp", s->c.type)) {
		unescape(s);
	}
	n = s->text.n - s->c.start;
	if (s->text.over || (n && end > ROWS_CELLS))
		return too_large(s);
	for (size_t i = s->c.col; n && i < end; i++)
		s->cell[i] = (struct rowcell){ .s = s->text.s + s->c.start, .n = n, .kind = kind };
	s->n = n && s->n < end ? end : s->n;
	s->col = end < ROWS_CELLS ? end : ROWS_CELLS;
	return true;
}

/* The row before is over and done with. */
static bool begin_row(struct sheet *s, const char **at)
{
	int64_t row = whole(attribute(at, "r"), 0, SHEET_ROWS + 1, s->seen + 1);

	if (row <= s->seen || row > SHEET_ROWS)
		return bad_part(s, "row");
	s->row = row;
	s->times = whole(attribute(at, "number-rows-repeated"), 1, SHEET_ROWS + 1, 1);
	memcpy(s->cell, s->blank, s->n * sizeof *s->cell);
	buf_clear(&s->text);
	s->n = s->col = 0;
	return true;
}

static bool end_row(struct sheet *s)
{
	s->seen = s->row + s->times - 1;
	s->given += s->times * (int64_t)(s->text.n + s->n);
	if (s->n && s->seen > SHEET_ROWS)
		return err_set(s->e, ERR_SHEET_LARGE, "%d", SHEET_ROWS);
	if (s->n)
		XML_StopParser(s->part.parser, XML_TRUE);
	return s->given <= CELL_BYTES || err_set(s->e, ERR_UNPACK_LIMIT, "%lld", (long long)CELL_BYTES);
}

/* ---- elements ---- */

/* What a number format shows of a serial number; only its first section counts. */
static unsigned char format_shows(const char *c)
{
	static const char letters[] = "ydhsm", letter_shows[] = { STYLE_DATE, STYLE_DATE, STYLE_TIME, STYLE_TIME, STYLE_MONTH };
	int shows = 0;

	for (; c && *c && *c != ';'; c++) {
		size_t elapsed = *c == '[' ? strspn(c + 1, "hHmMsS") : 0;
		const char *letter = strchr(letters, text_lower(*c));
		shows |= letter ? letter_shows[letter - letters] : elapsed && c[1 + elapsed] == ']' ? STYLE_TIME | STYLE_ELAPSED : 0;
		if (*c == '"' || *c == '[')
			c = strchr(c + 1, *c == '"' ? '"' : ']');
		else if (strchr("\\_*", *c) && c[1])
			c++;
		if (!c)
			break;
	}
	return (unsigned char)(shows == STYLE_MONTH ? STYLE_DATE : shows & ~STYLE_MONTH);
}

/* Length of the folder in a path, with its "/". */
static int folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? (int)(slash + 1 - path) : 0;
}

/* Paths are of the zip, or relative to the folder of the workbook. */
static void add_relation(struct sheet *s, const char *id, const char *type, const char *target)
{
	const struct { const char *type, **to; } kept[] = {
		{ "officeDocument", &s->book }, { "sharedStrings", &s->strings }, { "styles", &s->styles }, { "worksheet", &s->relation[s->nrelation].member },
	};

	for (size_t i = 0; i < sizeof kept / sizeof *kept && id && type && target && strlen(id) + strlen(target) < NAME; i++)
		if (!strcmp(type + folder_of(type), kept[i].type) && !*kept[i].to)
			*kept[i].to = arena_printf(s->a, "%.*s%s", *target == '/' || !s->book ? 0 : folder_of(s->book), s->book ? s->book : "",
			                           target + (*target == '/'));
	if (s->relation[s->nrelation].member && s->nrelation < SHEETS - 1)
		s->relation[s->nrelation++].id = arena_strdup(s->a, id);
}

/* A sheet that has a table; true where it is the one that is wanted. */
static bool add_sheet(struct sheet *s, const char *name)
{
	const struct resource *r = s->wanted;

	if (!name || s->nname == SHEETS || strlen(name) > NAME)
		return false;
	s->name[s->nname++] = arena_strdup(s->a, name);
	return r && (*r->sheet_name ? !strcmp(name, r->sheet_name) : (int64_t)s->nname == r->sheet_number);
}

/* An element of what is no sheet. */
static bool outside(struct sheet *s, const char *name, const char **at)
{
	static const char spreadsheet[] = "application/vnd.oasis.opendocument.spreadsheet";
	const char *title = attribute(at, "name"), *id = attribute(at, "id"), *path = attribute(at, "full-path"), *type = attribute(at, "media-type");
	const char *epoch = attribute(at, "date1904");
	size_t format = (size_t)whole(attribute(at, "numFmtId"), 0, STYLES - 1, 0);

	if (!strcmp(name, "sheetData") || !strcmp(name, "sst")) {
		s->in_data = true;
	} else if (!strcmp(name, "Relationship")) {
		add_relation(s, attribute(at, "Id"), attribute(at, "Type"), attribute(at, "Target"));
	} else if (!strcmp(name, "workbookPr")) {
		s->date1904 = epoch && strchr("1t", *epoch);
	} else if (!strcmp(name, "sheet") && id) {
		for (size_t i = 0; i < s->nrelation; i++)
			if (!strcmp(s->relation[i].id, id) && add_sheet(s, title) && !s->member)
				s->member = s->relation[i].member;
	} else if (!strcmp(name, "numFmt")) {
		s->format[format] = format_shows(attribute(at, "formatCode"));
	} else if (!strcmp(name, "cellXfs")) {
		s->nstyle = 0;   /* those before it are of cellStyleXfs */
	} else if (!strcmp(name, "xf") && s->nstyle < STYLES) {
		s->style[s->nstyle++] = s->format[format];
	} else if (!strcmp(name, "encryption-data")) {
		return err_set(s->e, ERR_SHEET_LOCKED, "%s", "");
	} else if (path && type && !strcmp(path, "/")) {
		s->opendocument = !strncmp(type, spreadsheet, sizeof spreadsheet - 1);
		return s->opendocument || err_set(s->e, ERR_SHEET_NOT, "%s", type);
	} else if (s->part.depth == 4) {
		/* Copies of tables of other files are no sheets. */
		s->in_data = !strcmp(name, "table") && title && strncmp(title, "'file:", 6) != 0 && add_sheet(s, title);
		s->part.skip = s->in_data ? 0 : 4;
		if (s->in_data)
			XML_StopParser(s->part.parser, XML_TRUE);
	}
	return true;
}

static bool is_cell(const char *name)
{
	return !strcmp(name, "c") || !strcmp(name, "table-cell") || !strcmp(name, "covered-table-cell");
}

static bool inside(struct sheet *s, const char *name, const char **at)
{
	int64_t spaces = 0;

	if (is_cell(name)) {
		begin_cell(s, *name == 't' ? 'p' : name[1] ? 0 : 'n', at);
	} else if (!strcmp(name, "v") || !strcmp(name, "t") || (!strcmp(name, "p") && s->c.type == 'p' && s->part.depth == s->c.depth + 1)) {
		if (*name == 'p' && s->c.valued)
			buf_char(&s->text, '\n');
		s->part.collect = s->part.depth;
		s->c.valued = true;
	} else if (!strcmp(name, "row") || !strcmp(name, "table-row")) {
		return begin_row(s, at);
	} else if (!strcmp(name, "f")) {
		s->c.formula = true;
	} else if (!strcmp(name, "rPh") || !strcmp(name, "annotation") || !strcmp(name, "table")) {
		s->part.skip = s->part.depth;
	} else if (s->part.collect && !strcmp(name, "s")) {
		spaces = whole(attribute(at, "c"), 0, ROWS_BYTES + 1, 1);
	} else if (s->part.collect && (!strcmp(name, "tab") || !strcmp(name, "line-break"))) {
		buf_char(&s->text, *name == 't' ? '\t' : '\n');
	}
	while (spaces-- > 0 && buf_char(&s->text, ' '))
		;
	return true;
}

static bool inside_end(struct sheet *s, const char *name)
{
	if (is_cell(name) || !strcmp(name, "si"))
		return *name == 's' ? end_string(s) : end_cell(s);
	if (!strcmp(name, "row") || !strcmp(name, "table-row"))
		return end_row(s);
	s->part.done = !strcmp(name, "sheetData") || !strcmp(name, "table");
	if (s->part.done)
		XML_StopParser(s->part.parser, XML_TRUE);
	return true;
}

/* ---- parts ---- */

static void stop_unless(struct sheet *s, bool ok)
{
	s->part.failed |= !ok;
	if (s->part.failed)
		XML_StopParser(s->part.parser, XML_FALSE);
}

static void XMLCALL on_start(void *context, const char *name, const char **at)
{
	struct sheet *s = context;

	if (++s->part.depth > DEPTH)
		stop_unless(s, bad_part(s, "depth"));
	else if (!s->part.skip)
		stop_unless(s, (s->in_data ? inside : outside)(s, local_name(name), at));
}

static void XMLCALL on_end(void *context, const char *name)
{
	struct sheet *s = context;

	if (!s->part.skip && s->in_data)
		stop_unless(s, inside_end(s, local_name(name)));
	s->part.skip = s->part.skip == s->part.depth ? 0 : s->part.skip;
	s->part.collect = s->part.collect == s->part.depth ? 0 : s->part.collect;
	s->part.depth--;
}

static void XMLCALL on_text(void *context, const char *text, int n)
{
	struct sheet *s = context;

	if (s->part.collect && !s->part.skip)
		stop_unless(s, buf_add(&s->text, text, (size_t)n) || too_large(s));
}

/* Entities are declared inside a document; what is outside is never read. */
static void XMLCALL on_doctype(void *context, const char *name, const char *system, const char *public, int inner)
{
	struct sheet *s = context;

	(void)name, (void)system, (void)public;
	stop_unless(s, !inner || err_set(s->e, ERR_SHEET_ENTITY, "%s", s->part.member));
}

static void part_close(struct sheet *s)
{
	XML_ParserFree(s->part.parser);
	unpack_close(s->part.packed);
}

static bool part_open(struct sheet *s, const char *member, struct err *e)
{
	part_close(s);
	s->part = (struct part){ .member = member, .parser = XML_ParserCreate(NULL) };
	s->c = (struct hand){ 0 };
	s->in_data = false;
	buf_clear(&s->text);
	if (!s->part.parser)
		abort();
	XML_SetUserData(s->part.parser, s);
	XML_SetElementHandler(s->part.parser, on_start, on_end);
	XML_SetCharacterDataHandler(s->part.parser, on_text);
	XML_SetStartDoctypeDeclHandler(s->part.parser, on_doctype);
	return unpack_zip(&s->part.packed, s->file, member, XML_BYTES, e)
	       || (e->id == ERR_ARCHIVE_LOCKED && err_set(e, ERR_SHEET_LOCKED, "%s", ""));
}

/* 1 = paused, 0 = the part ended, -1. What is behind the cells is read for the checksum only. */
static int part_run(struct sheet *s, struct err *e)
{
	struct part *p = &s->part;
	struct rows_input in = unpack_input(p->packed);

	s->e = e;
	while (!p->eof || p->suspended) {
		enum XML_Status status = XML_STATUS_OK;
		if (p->suspended) {
			status = XML_ResumeParser(p->parser);
		} else {
			long n = in.read(in.context, s->block, FEED, e);
			if (n < 0)
				return -1;
			p->eof = n == 0;
			p->fed += n;
			if (!p->done)
				status = XML_Parse(p->parser, s->block, (int)n, n == 0);
		}
		p->suspended = status == XML_STATUS_SUSPENDED && !p->done;
		if (p->suspended)
			return 1;
		if (status == XML_STATUS_ERROR && !p->failed)
			p->failed = !bad_part(s, XML_ErrorString(XML_GetErrorCode(p->parser)));
		if (!p->done && !p->failed && p->fed - XML_GetCurrentByteIndex(p->parser) > ROWS_BYTES)
			p->failed = !too_large(s);   /* one tag of many megabytes, which expat would hold in memory whole */
		if (p->failed)
			return -1;
	}
	return 0;
}

/* A small part, to its end. 1, 0 = there is none, -1. */
static int part_read(struct sheet *s, const char *member, struct err *e)
{
	if (part_open(s, member, e))
		return part_run(s, e) < 0 ? -1 : 1;
	if (e->id != ERR_ARCHIVE_MEMBER)
		return -1;
	*e = (struct err){ 0 };
	return 0;
}

/* ---- the workbook ---- */

/* The first bytes say what is no workbook. */
static bool check_bytes(const char *file, struct err *e)
{
	static const struct { const char *bytes, *what; } others[] = {
		{ "<?xml", "XML" }, { "<!doctype html", "HTML" }, { "<html", "HTML" }, { "%PDF-", "PDF" }, { "\x1f\x8b", "gzip" },
	};
	/* In the folder of a compound file (MS-CFB): what hides an encrypted workbook. */
	static const char hidden[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
	char head[512] = "", folder[4096];
	const char *what = "text";
	uint32_t sector;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head - 1);
	bool old = n > 52 && !memcmp(head, "\xd0\xcf\x11\xe0", 4), opened = n >= 0 || err_system(e, ERR_OPEN, file);

	memcpy(&sector, head + 48, sizeof sector);
	ssize_t k = old ? pread(fd, folder, sizeof folder, ((off_t)le32toh(sector) + 1) << (head[30] == 12 ? 12 : 9)) : 0;
	if (fd >= 0)
		close(fd);
	if (!opened || !memcmp(head, "PK", 2))
		return opened;
	if (old)
		return err_set(e, k > 0 && memmem(folder, (size_t)k, hidden, sizeof hidden) ? ERR_SHEET_LOCKED : ERR_SHEET_XLS, "%s", ".xls");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcasestr(head, others[i].bytes))
			what = others[i].what;
	return err_set(e, ERR_SHEET_NOT, "%s", n ? what : "0");
}

/* Finds the sheets: all of them, but in OpenDocument only up to the one that is wanted, whose rows are next. */
static bool read_book(struct sheet *s, struct err *e)
{
	if (!check_bytes(s->file, e) || part_read(s, "META-INF/manifest.xml", e) < 0)
		return false;
	if (!s->opendocument) {
		if (part_read(s, "_rels/.rels", e) < 0)
			return false;
		s->book = s->book ? s->book : "xl/workbook.xml";
		int folder = folder_of(s->book);
		if (strlen(s->book) > 4 && !strcmp(s->book + strlen(s->book) - 4, ".bin"))
			return err_set(e, ERR_SHEET_XLS, "%s", ".xlsb");
		int rc = part_read(s, arena_printf(s->a, "%.*s_rels/%s.rels", folder, s->book, s->book + folder), e);
		rc = rc < 0 ? rc : part_read(s, s->book, e);
		if (rc != 0)
			return rc > 0;
	}
	/* Small programs write OpenDocument without its manifest. */
	int rc = part_read(s, "content.xml", e);
	return rc > 0 || (rc == 0 && err_set(e, ERR_SHEET_NOT, "%s", "ZIP"));
}

static bool open_xlsx(struct sheet *s, struct err *e)
{
	/* ECMA-376 part 1, 18.8.30: the formats that need no code, with those of the East Asian versions. 1 date, 2 time, 3 both, 6 elapsed time. */
	static const unsigned char standard[] = {
		[14] = 1, 1, 1, 1, 2, 2, 2, 2, 3, [27] = 1, 1, 1, 1, 1, 2, 2, 1, 1, 1, [45] = 2, 6, 2, [50] = 1, 1, 1, 1, 1, 1, 1, 1, 1,
	};

	memcpy(s->format, standard, sizeof standard);
	return (!s->styles || part_read(s, s->styles, e) >= 0) && (!s->strings || part_read(s, s->strings, e) >= 0) && part_open(s, s->member, e);
}

static void sheet_close(void *self)
{
	struct sheet *s = self;

	part_close(s);
	if (s->rest)
		fclose(s->rest);
	buf_free(&s->kept);
	buf_free(&s->ends);
	buf_free(&s->text);
	buf_free(&s->excerpt);
	free(s);
}

static struct sheet *sheet_new(const char *file, const char *shown, const struct resource *wanted, const char *tmp_dir, struct arena *a)
{
	struct sheet *s = calloc(1, sizeof *s);
	char *room = calloc(1, ROWS_BYTES + 1);

	if (!s || !room)
		abort();
	s->file = file;
	s->shown = shown;
	s->wanted = wanted;
	s->tmp_dir = tmp_dir;
	s->a = a;
	s->name = arena_array(a, const char *, SHEETS);
	s->text = (struct buf){ .s = room, .cap = ROWS_BYTES + 1, .max = ROWS_BYTES };
	s->kept = BUF(KEPT);
	s->ends = BUF(STRINGS * sizeof s->total);
	s->excerpt = BUF(EXCERPT);
	for (size_t i = 0; i < ROWS_CELLS; i++)
		s->cell[i] = s->blank[i] = (struct rowcell){ .s = "", .kind = ROWCELL_NONE };
	return s;
}

/* ---- rows ---- */

static int sheet_next(void *self, struct row *out, struct err *e)
{
	struct sheet *s = self;

	if (!s->times) {
		int rc = part_run(s, e);
		s->times = rc > 0 ? s->seen - s->row + 1 : 0;
		if (rc < 0)
			err_at(e, s->shown, s->in_data ? (long)s->row : 0, 0);
		if (rc <= 0)
			return rc;
		buf_clear(&s->excerpt);
		for (size_t i = 0; i < s->n; i++) {
			buf_add(&s->excerpt, " | ", i ? 3 : 0);
			buf_add(&s->excerpt, s->cell[i].s, s->cell[i].n < 200 ? s->cell[i].n : text_utf8_bad(s->cell[i].s, 200));
		}
	}
	bool blank = ++s->line < s->row;
	*out = blank ? (struct row){ (long)s->line, s->blank, 0, "", 0 }
	             : (struct row){ (long)s->line, s->cell, s->n, buf_text(&s->excerpt), s->excerpt.n };
	s->times -= !blank;
	s->row += !blank;
	return 1;
}

bool sheet_open(struct rows_reader *out, const char *file, const char *shown, const struct resource *r, const char *tmp_dir, struct arena *a,
                struct err *e)
{
	struct sheet *s = sheet_new(file, shown, r, tmp_dir, a);

	bool ok = read_book(s, e);
	if (ok && !s->member && !s->in_data)
		ok = err_set(e, ERR_SHEET_NAME, "%.100s" ERR_SEP "%s", *r->sheet_name ? r->sheet_name : arena_printf(a, "%lld", (long long)r->sheet_number),
		             package_perhaps(a, r->sheet_name, s->name, s->nname));
	if (ok && (!s->member || open_xlsx(s, e))) {
		*out = (struct rows_reader){ .self = s, .next = sheet_next, .close = sheet_close };
		return true;
	}
	sheet_close(s);
	return err_at(e, shown, 0, 0);
}

bool sheet_names(const char *file, struct arena *a, struct texts *out, struct err *e)
{
	struct sheet *s = sheet_new(file, file, NULL, "", a);
	bool ok = read_book(s, e);

	*out = (struct texts){ s->name, s->nname };
	sheet_close(s);
	return ok;
}
