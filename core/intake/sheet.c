/* One part of the workbook is parsed at a time (`struct kind`): the small ones to their end, the sheet itself until a row is complete, where
 * the parser is suspended. Names are compared without their prefixes: the namespaces of the transitional and the strict form differ, the
 * local names do not. */
#include "intake/sheet.h"

#include "base/text.h"
#include "base/num.h"
#include "intake/spill.h"
#include "intake/unpack.h"

#include <errno.h>
#include <expat.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { FEED = 64 * 1024, DEPTH = 64, SHEETS = 10000, STYLES = 65536, STRINGS = 1 << 24, SHEET_ROWS = 1 << 24, EXCERPT = 2000 };
static const int64_t XML_BYTES = INT64_C(1) << 30, CELL_BYTES = INT64_C(1) << 33, DAY = 86400000;   /* DAY: milliseconds */
enum { STYLE_DATE = 1, STYLE_TIME = 2, STYLE_ELAPSED = 4 };

struct sheet;
/* What is done with the elements of a part (a paused parser lets part_run return); name without prefix, attributes as expat gives them. */
struct kind {
	void (*start)(struct sheet *s, const char *name, const char **at);
	void (*end)(struct sheet *s, const char *name);
	bool inside;                   /* cells may begin at once: shared strings look as they do in the sheet */
};
struct tab { const char *name, *id, *member; };   /* id: of .xlsx; member NULL = no table but a chart */

struct sheet {
	const char *file, *shown, *member;
	struct arena *a;
	bool ods, locked;
	/* The part in hand. */
	const struct kind *kind;
	struct unpack *packed;
	struct rows_input in;
	XML_Parser parser;
	struct err *e;
	bool failed, suspended, eof, done;
	int64_t fed;
	int depth, skip;               /* skip: depth of an element whose inside does not count; 0 = none */
	bool collect;                  /* text goes to text */
	/* The workbook. */
	struct tab *tab;
	size_t ntab;
	const char *type_of;           /* media type of OpenDocument; NULL = it is none */
	const char *book, *strings, *styles;   /* members; NULL = none */
	bool date1904, in_styles;
	unsigned char *format, *style; /* what a number format and a cell style show, by their numbers */
	size_t nstyle;
	struct spill text_of, place_of;    /* shared strings one after the other, and where each begins (int64_t) */
	const struct resource *wanted; /* which sheet; NULL = none, only their names */
	bool in_data;                  /* inside sheetData, or the table that is wanted */
	/* The cell in hand: its text begins at start. */
	size_t col, repeat, start;
	char type;
	int cell_depth;
	unsigned shows;                /* STYLE_… */
	char name[12];                 /* "AB12", where the sheet says it */
	bool formula, valued;
	/* The row in hand; cells beyond n are empty. */
	int64_t seen, row, times;      /* last row of the sheet so far; number of the row that is complete, how often it is given */
	int64_t line, given;           /* number of the last row that was given; bytes of all */
	struct buf text, excerpt;
	size_t n;
	size_t at[ROWS_CELLS];         /* where in text each begins */
	struct rowcell cell[ROWS_CELLS], blank[ROWS_CELLS];
};

/* ---- parts ---- */

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

static int64_t whole(const char *s, int64_t otherwise)
{
	int64_t v;
	return s && num_int(s, strlen(s), &v) ? v : otherwise;
}

/* Ends the parsing for good; *s->e is set. */
static void stop(struct sheet *s, bool ok)
{
	(void)ok;
	s->failed = true;
	XML_StopParser(s->parser, XML_FALSE);
}

static void stop_part(struct sheet *s, const char *why)
{
	err_set(s->e, ERR_SHEET_PART, "%s", s->member);
	stop(s, err_why(s->e, "%s", why));
}

static void stop_large(struct sheet *s)
{
	stop(s, err_set(s->e, ERR_CSV_LARGE, "%d" ERR_SEP "%d", ROWS_BYTES, ROWS_CELLS));
}

static void XMLCALL on_start(void *context, const char *name, const char **at)
{
	struct sheet *s = context;

	if (++s->depth > DEPTH)
		stop_part(s, "depth");
	else if (!s->skip)
		s->kind->start(s, local_name(name), at);
}

static void XMLCALL on_end(void *context, const char *name)
{
	struct sheet *s = context;

	if (s->skip == s->depth)
		s->skip = 0;
	else if (!s->skip && s->kind->end)
		s->kind->end(s, local_name(name));
	s->depth--;
}

static void XMLCALL on_text(void *context, const char *text, int n)
{
	struct sheet *s = context;

	if (s->collect && !s->skip && !buf_add(&s->text, text, (size_t)n))
		stop_large(s);
}

static void XMLCALL on_entity(void *context, const char *name, int parameter, const char *value, int n, const char *base,
                              const char *system, const char *public, const char *notation)
{
	struct sheet *s = context;

	(void)name, (void)parameter, (void)value, (void)n, (void)base, (void)system, (void)public, (void)notation;
	stop(s, err_set(s->e, ERR_SHEET_ENTITY, "%s", s->member));
}

static void part_close(struct sheet *s)
{
	if (s->parser)
		XML_ParserFree(s->parser);
	unpack_close(s->packed);
	s->parser = NULL;
	s->packed = NULL;
}

static bool part_open(struct sheet *s, const char *member, const struct kind *kind, struct err *e)
{
	part_close(s);
	s->member = member;
	s->kind = kind;
	s->suspended = s->eof = s->done = s->collect = false;
	s->in_data = kind->inside;
	s->fed = 0;
	s->depth = s->skip = 0;
	buf_clear(&s->text);
	if (!unpack_zip(&s->packed, s->file, member, XML_BYTES, e))
		return e->id == ERR_ARCHIVE_LOCKED ? err_set(e, ERR_SHEET_LOCKED, "%s", "") : false;
	s->in = unpack_input(s->packed);
	s->parser = XML_ParserCreate(NULL);
	if (!s->parser)
		abort();
	XML_SetUserData(s->parser, s);
	XML_SetElementHandler(s->parser, on_start, on_end);
	XML_SetCharacterDataHandler(s->parser, on_text);
	XML_SetEntityDeclHandler(s->parser, on_entity);
	return true;
}

/* What is left of the part is read for its checksum only. */
static int part_drain(struct sheet *s, struct err *e)
{
	char block[FEED];
	long n;

	while ((n = s->in.read(s->in.context, block, sizeof block, e)) > 0)
		;
	s->eof = true;
	return n < 0 ? -1 : 0;
}

/* 1 = paused, 0 = the part ended, -1. */
static int part_run(struct sheet *s, struct err *e)
{
	s->e = e;
	s->failed = false;
	for (;;) {
		enum XML_Status status;
		if (s->suspended) {
			status = XML_ResumeParser(s->parser);
		} else if (s->eof) {
			return 0;
		} else if (s->done) {
			return part_drain(s, e);
		} else {
			char *to = XML_GetBuffer(s->parser, FEED);
			long n = to ? s->in.read(s->in.context, to, FEED, e) : 0;
			if (n < 0)
				return -1;
			s->eof = n == 0;
			s->fed += n;
			status = to ? XML_ParseBuffer(s->parser, (int)n, n == 0) : XML_STATUS_ERROR;
		}
		s->suspended = status == XML_STATUS_SUSPENDED && !s->done;
		if (s->suspended)
			return 1;
		if (status == XML_STATUS_ERROR && !s->failed) {
			err_set(e, ERR_SHEET_PART, "%s", s->member);
			err_why(e, "%lu:%lu: %s", XML_GetCurrentLineNumber(s->parser), XML_GetCurrentColumnNumber(s->parser) + 1,
			        XML_ErrorString(XML_GetErrorCode(s->parser)));
		} else if (status != XML_STATUS_ERROR && s->fed - XML_GetCurrentByteIndex(s->parser) > ROWS_BYTES) {
			stop_large(s);   /* one tag of many megabytes, which expat would hold in memory whole */
		}
		if (status == XML_STATUS_ERROR || s->failed)
			return -1;
	}
}

/* A small part, to its end. 1, 0 = there is none, -1. */
static int part_read(struct sheet *s, const char *member, const struct kind *kind, struct err *e)
{
	if (part_open(s, member, kind, e))
		return part_run(s, e) < 0 ? -1 : 1;
	if (e->id != ERR_ARCHIVE_MEMBER)
		return -1;
	*e = (struct err){ 0 };
	return 0;
}

/* ---- cells ---- */

/* Column of "AB12", or otherwise. */
static size_t column_of(const char *s, size_t otherwise)
{
	size_t col = 0, n = 0;

	for (; n < 4 && ((s[n] >= 'A' && s[n] <= 'Z') || (s[n] >= 'a' && s[n] <= 'z')); n++)
		col = col * 26 + (size_t)(s[n] & 31);
	return n > 0 && n < 4 ? col - 1 : otherwise;
}

/* The cell in hand, whose text is complete, takes its place in the row. */
static void put_cell(struct sheet *s, enum rowcell_kind kind)
{
	size_t n = s->text.n - s->start;

	if (s->text.over || (n && s->repeat > ROWS_CELLS) || (n && s->col + s->repeat > ROWS_CELLS)) {
		stop_large(s);
		return;
	}
	for (size_t i = s->col; n && i < s->col + s->repeat; i++) {
		s->cell[i] = (struct rowcell){ .n = n, .kind = kind };
		s->at[i] = s->start;
	}
	if (n && s->n < s->col + s->repeat)
		s->n = s->col + s->repeat;
}

static void replace_text(struct sheet *s, const char *text, size_t n)
{
	s->text.n = s->start;
	buf_add(&s->text, text, n);
}

/* Spreadsheet programs store 17 digits and show 15: 0.1 is stored as 0.10000000000000001. Whole numbers stay as they are. */
static enum rowcell_kind number_text(struct sheet *s)
{
	const char *v = buf_text(&s->text) + s->start;
	size_t n = s->text.n - s->start, sign = v[0] == '-', point = n, digits = 0;
	bool plain = n > sign && strncmp(v, "-0", n) != 0;
	char out[40];
	double d;

	for (size_t i = sign; i < n; i++) {
		digits += text_is_digit(v[i]);
		if (v[i] == '.' && point == n && i > sign)
			point = i;
		else if (!text_is_digit(v[i]))
			plain = false;
	}
	if (plain && (v[sign] != '0' || point == sign + 1) && digits <= (point == n ? 18 : 15) && (point == n || (v[n - 1] > '0')))
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
	char out[80], rest[8] = "";
	double v;
	struct tm t;

	if (!num_real(buf_text(&s->text) + s->start, s->text.n - s->start, '.', &v, NULL))
		return ROWCELL_TEXT;
	int64_t ms = v >= 0 && v < 2958466 ? (int64_t)(v * (double)DAY + 0.5) : -1, day = ms / DAY + (s->date1904 ? 1462 : 0);
	bool dated = s->shows & STYLE_DATE || (ms >= DAY && !(s->shows & STYLE_ELAPSED)), timed = ms % DAY || s->shows & STYLE_TIME;
	if (ms < 0 || (dated && (day < 1 || day > 2958465)))
		return number_text(s);
	gmtime_r(&(time_t){ (day - 25569 + (day < 60)) * 86400 + ms % DAY / 1000 }, &t);
	if (ms % 1000)
		snprintf(rest, sizeof rest, ".%03d", (int)(ms % 1000));
	int n = snprintf(out, sizeof out, "%04d-%02d-%02dT%02d:%02d:%02d%s", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, rest);
	if (day == 60)
		memcpy(out, "1900-02-29", 10);
	if (!dated && ms >= DAY)
		n = 11 + snprintf(out + 11, sizeof out - 11, "PT%dH%02dM%02d%sS", (int)(ms / 3600000), t.tm_min, t.tm_sec, rest);
	replace_text(s, out + (dated ? 0 : 11), dated && !timed ? 10 : (size_t)n - (dated ? 0 : 11));
	return ROWCELL_MOMENT;
}

/* ---- Office Open XML ---- */

/* What a number format shows of a serial number; only its first section counts. */
static unsigned format_shows(const char *c)
{
	unsigned shows = 0;
	bool month = false;

	for (; c && *c && *c != ';'; c++) {
		if (*c == '"' || *c == '[') {
			size_t n = strspn(c + 1, "hHmMsS");
			shows |= *c == '[' && n && c[1 + n] == ']' ? STYLE_TIME | STYLE_ELAPSED : 0;
			c = strchr(c + 1, *c == '"' ? '"' : ']');
			if (!c)
				break;
		} else if (strchr("\\_*", *c)) {
			c += c[1] != 0;
		} else if (strchr("yYdD", *c)) {
			shows |= STYLE_DATE;
		} else if (strchr("hHsS", *c)) {
			shows |= STYLE_TIME;
		} else if (strchr("mM", *c)) {
			month = true;
		}
	}
	return shows | (month && !shows ? STYLE_DATE : 0);
}

/* ECMA-376 part 1, 18.8.30: the formats that need no code, with those of the East Asian versions. 1 date, 2 time, 3 both, 6 elapsed time. */
static const unsigned char standard_formats[] = {
	[14] = 1, 1, 1, 1, 2, 2, 2, 2, 3, [27] = 1, 1, 1, 1, 1, 2, 2, 1, 1, 1, [45] = 2, 6, 2, [50] = 1, 1, 1, 1, 1, 1, 1, 1, 1,
};

static void styles_start(struct sheet *s, const char *name, const char **at)
{
	int64_t id = whole(attribute(at, "numFmtId"), 0);

	id = id >= 0 && id < STYLES ? id : 0;
	if (!strcmp(name, "numFmt"))
		s->format[id] = (unsigned char)format_shows(attribute(at, "formatCode"));
	else if (!strcmp(name, "cellXfs") || !strcmp(name, "cellStyleXfs"))
		s->in_styles = !strcmp(name, "cellXfs");
	else if (s->in_styles && !strcmp(name, "xf") && s->nstyle < STYLES)
		s->style[s->nstyle++] = s->format[id];
}

static void relation_start(struct sheet *s, const char *name, const char **at)
{
	const char *id = attribute(at, "Id"), *type = attribute(at, "Type"), *target = attribute(at, "Target");

	if (strcmp(name, "Relationship") != 0 || !id || !type || !target)
		return;
	type = strrchr(type, '/') ? strrchr(type, '/') + 1 : type;
	/* Paths are of the zip, or relative to the folder of the workbook. */
	const char *base = s->book && *target != '/' ? strrchr(s->book, '/') : NULL;
	target = arena_printf(s->a, "%.*s%s", base ? (int)(base - s->book) + 1 : 0, base ? s->book : "", target + (*target == '/'));
	if (!s->book && !strcmp(type, "officeDocument"))
		s->book = target;
	else if (!strcmp(type, "sharedStrings"))
		s->strings = target;
	else if (!strcmp(type, "styles"))
		s->styles = target;
	for (size_t i = 0; i < s->ntab && !strcmp(type, "worksheet"); i++)
		if (!strcmp(s->tab[i].id, id))
			s->tab[i].member = target;
}

static void add_tab(struct sheet *s, const char *name, const char *id, const char *member)
{
	if (!name || !id || s->ntab == SHEETS || strlen(name) + strlen(id) > 1000) {
		stop_part(s, "sheets");
		return;
	}
	if (!s->tab)
		s->tab = arena_array(s->a, struct tab, SHEETS);
	s->tab[s->ntab++] = (struct tab){ arena_strdup(s->a, name), arena_strdup(s->a, id), member };
}

static void book_start(struct sheet *s, const char *name, const char **at)
{
	const char *epoch = attribute(at, "date1904");

	if (!strcmp(name, "sheet"))
		add_tab(s, attribute(at, "name"), attribute(at, "id"), NULL);
	else if (!strcmp(name, "workbookPr"))
		s->date1904 = epoch && (*epoch == '1' || *epoch == 't');
}

/* "_x000D_" stands for a character that XML cannot hold, "_x005F_" for a "_" that would begin such a thing. */
static void unescape(struct sheet *s)
{
	if (s->text.n == s->start || !memmem(s->text.s + s->start, s->text.n - s->start, "_x", 2))
		return;
	char *p = s->text.s + s->start, *end = s->text.s + s->text.n, *to = p;
	while (p < end) {
		unsigned c = 0;
		if (end - p > 6 && p[0] == '_' && p[1] == 'x' && p[6] == '_' && strspn(p + 2, "0123456789abcdefABCDEF") == 4)
			sscanf(p + 2, "%4x", &c);
		if (!c || (c >= 0xd800 && c < 0xe000)) {
			*to++ = *p++;
			continue;
		}
		if (c >= 0x800)
			*to++ = (char)(0xe0 | c >> 12);
		if (c >= 0x80)
			*to++ = (char)(c >= 0x800 ? 0x80 | (c >> 6 & 63) : 0xc0 | c >> 6);
		*to++ = (char)(c >= 0x80 ? 0x80 | (c & 63) : c);
		p += 7;
	}
	s->text.n = (size_t)(to - s->text.s);
}

static void strings_end(struct sheet *s, const char *name)
{
	s->collect = false;
	if (strcmp(name, "si") != 0)
		return;
	unescape(s);
	bool ok = spill_add(&s->text_of, buf_text(&s->text), s->text.n, s->e) && spill_add(&s->place_of, &s->text_of.n, sizeof s->text_of.n, s->e);
	if (!ok)
		stop(s, false);
	else if (s->place_of.n / 8 > STRINGS)
		stop_part(s, "sharedStrings");
	buf_clear(&s->text);
}

static void shared_text(struct sheet *s)
{
	int64_t i = -1, span[2];

	if (!num_int(buf_text(&s->text) + s->start, s->text.n - s->start, &i) || i < 0 || i >= s->place_of.n / 8 - 1) {
		stop_part(s, "sharedStrings");
		return;
	}
	s->text.n = s->start;
	bool ok = spill_get(&s->place_of, i * 8, sizeof span, &s->text, s->e);
	if (ok && !s->text.over) {
		memcpy(span, s->text.s + s->start, sizeof span);
		s->text.n = s->start;
		ok = spill_get(&s->text_of, span[0], (size_t)(span[1] - span[0]), &s->text, s->e);
	}
	if (!ok)
		stop(s, false);
}

/* The row in hand is over and done with: row will be the number of the next. */
static void begin_row(struct sheet *s, int64_t row, int64_t times)
{
	memcpy(s->cell, s->blank, s->n * sizeof *s->cell);
	buf_clear(&s->text);
	s->n = s->col = 0;
	s->row = row;
	s->times = times < 1 ? 1 : times <= SHEET_ROWS ? times : SHEET_ROWS + 1;
}

static void end_row(struct sheet *s)
{
	s->seen = s->row + s->times - 1;
	if (s->n && s->seen > SHEET_ROWS)
		stop(s, err_set(s->e, ERR_SHEET_LARGE, "%d", SHEET_ROWS));
	else if (s->n)
		XML_StopParser(s->parser, XML_TRUE);
}

static void begin_cell(struct sheet *s, char type, size_t col, size_t repeat)
{
	s->type = type;
	s->col = col;
	s->repeat = repeat;
	s->start = s->text.n;
	s->shows = 0;
	s->cell_depth = s->depth;
	s->formula = s->valued = false;
	*s->name = 0;
}

static void xlsx_start(struct sheet *s, const char *name, const char **at)
{
	if (!s->in_data) {
		s->in_data = !strcmp(name, "sheetData");
	} else if (!strcmp(name, "c")) {
		begin_cell(s, 'n', s->col, 1);
		for (; *at; at += 2) {
			int64_t style = !strcmp(*at, "s") ? whole(at[1], 0) : -1;
			if (!strcmp(*at, "r")) {
				s->col = column_of(at[1], s->col);
				memccpy(s->name, at[1], 0, sizeof s->name - 1);
			} else if (!strcmp(*at, "t")) {   /* n, b, d, s; e, str, inlineStr are texts */
				s->type = at[1][0] && !at[1][1] ? at[1][0] : 'x';
			} else if (style >= 0 && (size_t)style < s->nstyle) {
				s->shows = s->style[style];
			}
		}
	} else if (!strcmp(name, "v") || !strcmp(name, "t")) {
		s->collect = s->valued = true;
	} else if (!strcmp(name, "f")) {
		s->formula = true;
	} else if (!strcmp(name, "row")) {
		int64_t row = whole(attribute(at, "r"), s->seen + 1);
		if (row <= s->seen || row > SHEET_ROWS)
			stop_part(s, "row r=");
		else
			begin_row(s, row, 1);
	} else if (!strcmp(name, "rPh")) {
		s->skip = s->depth;
	}
}

static void xlsx_cell(struct sheet *s)
{
	enum rowcell_kind kind = ROWCELL_TEXT;
	size_t n = s->text.n - s->start;
	bool yes = n && s->text.s[s->start] == '1';

	if (s->formula && !s->valued)
		stop(s, err_set(s->e, ERR_SHEET_FORMULA, "%s", s->name));
	else if (n && s->type == 'n')
		kind = s->shows ? moment_text(s) : number_text(s);
	else if (n && s->type == 's')
		shared_text(s);
	else if (s->type == 'd' || s->type == 'b')
		kind = s->type == 'd' ? ROWCELL_MOMENT : ROWCELL_FLAG;
	else
		unescape(s);
	if (n && s->type == 'b')
		replace_text(s, yes ? "true" : "false", yes ? 4 : 5);
	put_cell(s, kind);
	s->col++;
}

static void xlsx_end(struct sheet *s, const char *name)
{
	s->collect = false;
	if (!s->in_data)
		return;
	if (!strcmp(name, "c")) {
		xlsx_cell(s);
	} else if (!strcmp(name, "row")) {
		end_row(s);
	} else if (!strcmp(name, "sheetData")) {
		s->done = true;
		XML_StopParser(s->parser, XML_TRUE);
	}
}

/* ---- OpenDocument ---- */

static void ods_cell_start(struct sheet *s, const char **at)
{
	static const struct { const char *type, *value; char letter; } types[] = {
		{ "float", "value", 'n' }, { "percentage", "value", 'n' }, { "currency", "value", 'n' }, { "date", "date-value", 'd' },
		{ "time", "time-value", 't' }, { "boolean", "boolean-value", 'b' }, { "string", "string-value", 'v' },
	};
	const char *type = NULL, *value = NULL;
	int64_t repeat = 1;

	for (size_t i = 0; at[i]; i += 2) {
		const char *name = local_name(at[i]);
		if (!strcmp(name, "value-type") && strncmp(at[i], "calcext:", 8) != 0)
			type = at[i + 1];
		else if (!strcmp(name, "number-columns-repeated"))
			repeat = whole(at[i + 1], 1);
	}
	begin_cell(s, 'x', s->col, repeat > 1 ? (size_t)repeat : 1);
	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++) {
		if (strcmp(type, types[i].type) != 0)
			continue;
		value = attribute(at, types[i].value);
		/* Errors of formulas are strings with an empty value and a text. */
		if (value && *value && buf_str(&s->text, value))
			s->type = types[i].letter;
	}
}

static void ods_start(struct sheet *s, const char *name, const char **at)
{
	int64_t spaces = 0;

	if (!s->in_data) {
		const char *table = s->depth == 4 && !strcmp(name, "table") ? attribute(at, "name") : NULL;
		if (!table || !strncmp(table, "'file:", 6)) {   /* copies of tables of other files are no sheets */
			s->skip = s->depth == 4 ? s->depth : 0;
			return;
		}
		add_tab(s, table, "", "content.xml");
		s->in_data = s->wanted && (*s->wanted->sheet_name ? !strcmp(table, s->wanted->sheet_name) : (int64_t)s->ntab == s->wanted->sheet_number);
		if (s->in_data)
			XML_StopParser(s->parser, XML_TRUE);
		else
			s->skip = s->depth;
	} else if (!strcmp(name, "table-cell")) {
		ods_cell_start(s, at);
	} else if (!strcmp(name, "covered-table-cell")) {
		ods_cell_start(s, at);
		s->text.n = s->start;
		s->type = 0;
	} else if (!strcmp(name, "table-row")) {
		begin_row(s, s->seen + 1, whole(attribute(at, "number-rows-repeated"), 1));
	} else if (!strcmp(name, "p") && s->type == 'x' && s->depth == s->cell_depth + 1) {
		s->collect = true;
		if (s->valued)
			buf_char(&s->text, '\n');
		s->valued = true;
	} else if (!strcmp(name, "annotation") || !strcmp(name, "table")) {
		s->skip = s->depth;
	} else if (s->collect && !strcmp(name, "s")) {
		spaces = whole(attribute(at, "c"), 1);
	} else if (s->collect && (!strcmp(name, "tab") || !strcmp(name, "line-break"))) {
		buf_char(&s->text, *name == 't' ? '\t' : '\n');
	}
	while (spaces-- > 0 && buf_char(&s->text, ' '))
		;
}

static enum rowcell_kind ods_kind(struct sheet *s)
{
	const char *v = buf_text(&s->text) + s->start;
	size_t n = s->text.n - s->start;
	char out[40];

	if (s->type == 'n')
		return number_text(s);
	if (s->type == 'b')
		return ROWCELL_FLAG;
	if (s->type != 'd' && s->type != 't')
		return ROWCELL_TEXT;
	if (s->type == 't' && n > 10 && n < 30 && !strncmp(v, "PT", 2) && v[4] == 'H' && v[7] == 'M' && v[n - 1] == 'S' && memcmp(v + 2, "24", 2) < 0)
		replace_text(s, out, (size_t)snprintf(out, sizeof out, "%.2s:%.2s:%.*s", v + 2, v + 5, (int)n - 9, v + 8));
	n = s->text.n - s->start;
	v = buf_text(&s->text) + s->start;
	if (memchr(v, '.', n)) {   /* ".000000000" */
		while (v[n - 1] == '0')
			n--;
		s->text.n = s->start + n - (v[n - 1] == '.');
	}
	return ROWCELL_MOMENT;
}

static void ods_end(struct sheet *s, const char *name)
{
	if (!s->in_data)
		return;
	if (!strcmp(name, "table-cell") || !strcmp(name, "covered-table-cell")) {
		put_cell(s, ods_kind(s));
		s->col += s->repeat;
	} else if (!strcmp(name, "p") && s->depth == s->cell_depth + 1) {
		s->collect = false;
	} else if (!strcmp(name, "table-row")) {
		end_row(s);
	} else if (!strcmp(name, "table")) {
		s->done = true;
		XML_StopParser(s->parser, XML_TRUE);
	}
}

static void manifest_start(struct sheet *s, const char *name, const char **at)
{
	const char *path = attribute(at, "full-path"), *type = attribute(at, "media-type");

	s->locked |= !strcmp(name, "encryption-data");
	if (path && type && !strcmp(path, "/"))
		s->type_of = arena_strdup(s->a, type);
}

/* ---- the workbook ---- */

static const struct kind relations = { relation_start, NULL, false }, book = { book_start, NULL, false };
static const struct kind manifest = { manifest_start, NULL, false };
static const struct kind styles = { styles_start, NULL, false }, strings = { xlsx_start, strings_end, true };
static const struct kind xlsx = { xlsx_start, xlsx_end, false }, ods = { ods_start, ods_end, false };

/* The name of an entry of the folder of a compound file (MS-CFB): what hides an encrypted workbook. */
static bool has_encrypted(int fd, const unsigned char *head)
{
	static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
	char folder[4096];
	uint64_t sector = (uint64_t)head[48] | (uint64_t)head[49] << 8 | (uint64_t)head[50] << 16 | (uint64_t)head[51] << 24;
	ssize_t n = pread(fd, folder, sizeof folder, (off_t)((sector + 1) << (head[30] == 12 ? 12 : 9)));

	return n > 0 && memmem(folder, (size_t)n, name, sizeof name);
}

/* The first bytes say what is no workbook. */
static bool check_bytes(const char *file, struct err *e)
{
	static const struct { const char *bytes, *what; } others[] = {
		{ "<!doctype html", "HTML" }, { "<html", "HTML" }, { "<?xml", "XML" }, { "%PDF", "PDF" }, { "\x1f\x8b", "gzip" },
	};
	unsigned char head[512] = { 0 };
	const char *text = (const char *)head, *what = "text";
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head - 1);
	bool old = n > 52 && !memcmp(head, "\xd0\xcf\x11\xe0", 4), locked = old && has_encrypted(fd, head);

	if (n < 0)
		err_system(e, ERR_OPEN, file);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	if (locked)
		return err_set(e, ERR_SHEET_LOCKED, "%s", "");
	if (old)
		return err_set(e, ERR_SHEET_XLS, "%s", ".xls");
	if (!memcmp(head, "PK", 2))
		return true;
	text += strncmp(text, "\xef\xbb\xbf", 3) ? 0 : 3;
	while (text_is_space(*text))
		text++;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!strncasecmp(text, others[i].bytes, strlen(others[i].bytes)))
			what = others[i].what;
	return err_set(e, ERR_SHEET_NOT, "%s", n ? what : "0");
}

/* Finds the sheets of .xlsx, or sees that it is .ods. */
static bool read_book(struct sheet *s, struct err *e)
{
	static const char spreadsheet[] = "application/vnd.oasis.opendocument.spreadsheet";

	if (!check_bytes(s->file, e) || part_read(s, "META-INF/manifest.xml", &manifest, e) < 0)
		return false;
	if (s->locked)
		return err_set(e, ERR_SHEET_LOCKED, "%s", "");
	s->ods = s->type_of && !strncmp(s->type_of, spreadsheet, sizeof spreadsheet - 1);
	if (s->type_of)
		return s->ods || err_set(e, ERR_SHEET_NOT, "%s", s->type_of);
	if (part_read(s, "_rels/.rels", &relations, e) < 0)
		return false;
	s->book = s->book ? s->book : "xl/workbook.xml";
	size_t n = strlen(s->book), folder = (size_t)(strrchr(s->book, '/') ? strrchr(s->book, '/') + 1 - s->book : 0);
	if (n > 4 && !strcmp(s->book + n - 4, ".bin"))
		return err_set(e, ERR_SHEET_XLS, "%s", ".xlsb");
	int rc = part_read(s, s->book, &book, e);
	if (rc > 0)
		rc = part_read(s, arena_printf(s->a, "%.*s_rels/%s.rels", (int)folder, s->book, s->book + folder), &relations, e);
	/* Small programs write OpenDocument without its manifest. */
	s->ods = rc == 0 && part_open(s, "content.xml", &ods, e);
	return rc > 0 || s->ods || (rc == 0 && e->id == ERR_ARCHIVE_MEMBER && err_set(e, ERR_SHEET_NOT, "%s", "ZIP"));
}

static struct sheet *sheet_new(const char *file, const char *shown, const char *tmp_dir, struct arena *a)
{
	struct sheet *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	s->file = file;
	s->shown = shown;
	s->a = a;
	s->text = BUF(ROWS_BYTES);
	s->excerpt = BUF(EXCERPT);
	s->text_of = s->place_of = SPILL(tmp_dir);
	for (size_t i = 0; i < ROWS_CELLS; i++)
		s->cell[i] = s->blank[i] = (struct rowcell){ .s = "", .kind = ROWCELL_NONE };
	return s;
}

static void sheet_close(void *self)
{
	struct sheet *s = self;

	part_close(s);
	spill_free(&s->text_of);
	spill_free(&s->place_of);
	buf_free(&s->text);
	buf_free(&s->excerpt);
	free(s);
}

static struct texts tab_names(struct sheet *s)
{
	const char **names = arena_array(s->a, const char *, s->ntab + 1);
	size_t n = 0;

	for (size_t i = 0; i < s->ntab; i++)
		if (s->tab[i].member)
			names[n++] = s->tab[i].name;
	return (struct texts){ names, n };
}

static bool no_sheet(struct sheet *s, const struct resource *r, struct err *e)
{
	struct texts names = tab_names(s);

	return err_set(e, ERR_SHEET_NAME, "%.100s" ERR_SEP "%s", *r->sheet_name ? r->sheet_name : arena_printf(s->a, "%lld", (long long)r->sheet_number),
	               package_perhaps(s->a, r->sheet_name, names.s, names.n));
}

static bool open_xlsx(struct sheet *s, const struct resource *r, struct err *e)
{
	int64_t begin = 0, number = 0;
	const struct tab *t = NULL;

	for (size_t i = 0; i < s->ntab && !t; i++) {
		number += s->tab[i].member != NULL;
		if (s->tab[i].member && (*r->sheet_name ? !strcmp(s->tab[i].name, r->sheet_name) : number == r->sheet_number))
			t = &s->tab[i];
	}
	if (!t)
		return no_sheet(s, r, e);
	s->format = arena_alloc(s->a, STYLES);
	s->style = arena_alloc(s->a, STYLES);
	memcpy(s->format, standard_formats, sizeof standard_formats);
	return (!s->styles || part_read(s, s->styles, &styles, e) >= 0) && spill_add(&s->place_of, &begin, sizeof begin, e)
	       && (!s->strings || part_read(s, s->strings, &strings, e) >= 0) && part_open(s, t->member, &xlsx, e);
}

/* ---- rows ---- */

/* The row that was just parsed: its texts do not move any more. */
static void finish_row(struct sheet *s)
{
	buf_clear(&s->excerpt);
	for (size_t i = 0; i < s->n; i++) {
		struct rowcell *c = &s->cell[i];
		size_t n = c->n < 200 ? c->n : 200;
		c->s = c->n ? s->text.s + s->at[i] : "";
		while (n < c->n && n && (c->s[n] & 0xc0) == 0x80)
			n--;
		if (i)
			buf_add(&s->excerpt, " | ", 3);
		buf_add(&s->excerpt, c->s, n);
	}
	s->excerpt.over = false;
}

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
		finish_row(s);
	}
	if (++s->line < s->row) {
		*out = (struct row){ (long)s->line, s->blank, 0, "", 0 };
		return 1;
	}
	*out = (struct row){ (long)s->line, s->cell, s->n, buf_text(&s->excerpt), s->excerpt.n };
	s->times--;
	s->row++;
	s->given += (int64_t)(s->text.n + s->n);
	if (s->given <= CELL_BYTES)
		return 1;
	err_set(e, ERR_UNPACK_LIMIT, "%lld", (long long)CELL_BYTES);
	err_at(e, s->shown, (long)s->line, 0);
	return -1;
}

bool sheet_open(struct rows_reader *out, const char *file, const char *shown, const struct resource *r, const char *tmp_dir, struct arena *a,
                struct err *e)
{
	struct sheet *s = sheet_new(file, shown, tmp_dir, a);

	*out = (struct rows_reader){ .self = s, .next = sheet_next, .close = sheet_close };
	s->wanted = r;
	bool ok = read_book(s, e);
	if (ok && s->ods)
		ok = part_open(s, "content.xml", &ods, e) && part_run(s, e) >= 0 && (s->in_data || no_sheet(s, r, e));
	else if (ok)
		ok = open_xlsx(s, r, e);
	if (ok)
		return true;
	sheet_close(s);
	*out = (struct rows_reader){ 0 };
	return err_at(e, shown, 0, 0);
}

bool sheet_names(const char *file, struct arena *a, struct texts *out, struct err *e)
{
	struct sheet *s = sheet_new(file, file, "", a);
	bool ok = read_book(s, e) && (!s->ods || (part_open(s, "content.xml", &ods, e) && part_run(s, e) >= 0));

	*out = tab_names(s);
	sheet_close(s);
	return ok;
}
