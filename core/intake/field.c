/* Types, formats and constraints of Table Schema (datapackage.org/standard/table-schema). What is not exactly of its type is refused:
 * no trimming, no guessing. Dates and times are stored as ISO 8601 text, years as integers, booleans as 0 and 1, points as "lon,lat",
 * lists, arrays and objects as compact JSON. A table holds finite numbers only: NaN and INF of the standard are refused.
 * What is common is read here; what is not, and what is wrong with a value, is asked of host/prelude/types.lua. */
#include "intake/field.h"

#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 100, DECIMALS_MAX = 15 };

struct field_reader {
	const struct field *f;
	const struct field_kind *kind;
	struct field_types *types;
	bool rare;                      /* Lua reads all of its cells, and not only those that cannot be read here */
	int64_t number;                 /* Lua's, of the field */
	enum rowcell_kind cell;         /* of the cell in hand: a number of a sheet follows none of the field's own signs */
	size_t longest;                 /* of the missing values */
	const char *moment;             /* pattern of a date or time */
	bool has_pattern;
	regex_t pattern;
	struct { enum field_bound kind; struct cell value; } bound[FIELD_BOUNDS];
	size_t nbound;
	struct cell *enumeration;       /* sorted */
	int decimals;
	char text[40];                  /* of the value in hand */
	struct buf said;                /* by Lua */
};

#define ASK(r, function, e, ...) ((r)->types->shaper->ask((r)->types->state, function, CELLS(__VA_ARGS__), &(r)->said, e))

/* ---- numbers ---- */

static bool read_number(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	int decimals = 0;
	int64_t power;

	if (r->f->type == FIELD_INTEGER) {
		out->type = CELL_INT;
		return num_int(s, n, &out->i);
	}
	out->type = CELL_REAL;
	if (!num_real(s, n, r->cell == ROWCELL_NUMBER ? '.' : r->f->decimal, &out->d, &decimals))
		return false;
	if (out->d == 0)
		out->d = 0;   /* not −0: it would be another stamp for the same number */
	const char *e = memchr(s, 'e', n);
	if ((e = e ? e : memchr(s, 'E', n)) && num_int(e + 1, n - (size_t)(e + 1 - s), &power))   /* 7.8e-03 has 4 */
		decimals = power < -DECIMALS_MAX ? DECIMALS_MAX : power > decimals ? 0 : decimals - (int)power;
	if (decimals > r->decimals)
		r->decimals = decimals < DECIMALS_MAX ? decimals : DECIMALS_MAX;
	return true;
}

/* The shortest text of a number that a sheet or JSON has: "3" for 3.0, so that codes and whole numbers stay what they are. */
static void shorten(struct field_reader *r, const char **s, size_t *n)
{
	struct buf b = BUF(sizeof r->text);
	int64_t whole;
	double v;

	if (num_int(*s, *n, &whole) || !num_real(*s, *n, '.', &v, NULL))
		return;
	if (fabs(v) < 9.2e18 && v == trunc(v))
		buf_printf(&b, "%lld", (long long)v);
	else
		num_put_real(&b, v);
	*n = b.n;
	*s = memcpy(r->text, b.s, b.n);
	buf_free(&b);
}

/* ---- dates and times ---- */

static const char first[] = "0000-01-01T00:00:00";   /* a moment is a part of this */
/* Parts of a moment that are digits, by the letter that strptime has for them; at: y and Y are the same one. */
static const struct part { char letter; int at, digits, low, high; } parts[] = {
	{ 'Y', 0, 4, 0, 9999 }, { 'm', 1, 2, 1, 12 }, { 'd', 2, 2, 1, 31 }, { 'H', 3, 2, 0, 23 }, { 'M', 4, 2, 0, 59 }, { 'S', 5, 2, 0, 59 },
	{ 'y', 0, 2, 0, 99 },
};
enum { PARTS = 6 };

static const struct part *part_of(char letter)
{
	size_t i = 0;

	while (i < sizeof parts / sizeof *parts && parts[i].letter != letter)
		i++;
	return i < sizeof parts / sizeof *parts ? &parts[i] : NULL;
}

/* Whether a pattern names each part that its type has, the seconds at will, by digits, once, and nothing else. Others are Lua's. */
static bool is_plain(const char *pattern, const char *iso)
{
	unsigned seen = 0, wanted = 0, seconds = 1u << 5;

	for (const char *p = iso; (p = strchr(p, '%')); p += 2)
		wanted |= 1u << part_of(p[1])->at;
	for (const char *p = pattern; (p = strchr(p, '%')); p += 2) {
		const struct part *part = part_of(p[1]);
		if (!part || seen & 1u << part->at)
			return false;
		seen |= 1u << part->at;
	}
	return seen == wanted || (seen | seconds) == wanted;
}

/* Reads digits as strptime does; exact: as ISO 8601 has them, all of them and nothing before. */
static bool read_parts(const char *pattern, bool exact, const char *s, size_t n, int value[PARTS])
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const char *end = s + n;

	for (; *pattern; pattern++) {
		const struct part *p = *pattern == '%' ? part_of(*++pattern) : NULL;
		while (!exact && (p || text_is_space(*pattern)) && s < end && text_is_space(*s))
			s++;
		if (!p) {
			if (!text_is_space(*pattern) && (s == end || *s++ != *pattern))
				return false;
			continue;
		}
		int v = 0, k = 0;
		for (; k < p->digits && v * 10 <= p->high && s < end && text_is_digit(*s); k++)
			v = v * 10 + *s++ - '0';
		if (!k || (exact && k < p->digits) || v < p->low || v > p->high)
			return false;
		value[p->at] = p->letter == 'y' ? v + (v < 69 ? 2000 : 1900) : v;
	}
	int year = value[0];
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return s == end && (exact || year >= 1000) && value[2] <= days[value[1] - 1] + (value[1] == 2 && leap);
}

static bool read_moment(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	int value[PARTS] = { 2000, 1, 1 }, len = 0;
	bool exact = r->moment == r->kind->iso || r->cell == ROWCELL_MOMENT;

	*out = cell_bytes(s, n);
	if ((!exact && n && text_is_space(*s)) || !read_parts(exact ? r->kind->iso : r->moment, exact, s, n, value))
		return false;
	if (exact)
		return true;
	for (const char *p = r->kind->iso; *p; p++) {
		const struct part *part = *p == '%' ? part_of(*++p) : NULL;
		len += part ? snprintf(r->text + len, sizeof r->text - (size_t)len, "%0*d", part->digits, value[part->at]) : 1;
		if (!part)
			r->text[len - 1] = *p;
	}
	*out = cell_bytes(r->text, (size_t)len);
	return true;
}

/* A moment of a sheet may have more parts than its column has: midnight of a date, the first day of a month; or fewer. */
static void fit_moment(struct field_reader *r, const char **s, size_t *n)
{
	size_t to = r->f->type == FIELD_DATETIME ? 19 : r->f->type == FIELD_DATE ? 10 : 7, whole = sizeof first - 1;

	if (*n > to && *n <= whole && !memcmp(*s + to, first + to, *n - to))
		*n = to;
	if (to < whole || *n != 10)
		return;
	memcpy(r->text, *s, 10);
	memcpy(r->text + 10, first + 10, 9);
	*s = r->text;
	*n = whole;
}

/* ---- the other types ---- */

static bool is_in(const struct texts *list, const char *s, size_t n)
{
	for (size_t i = 0; i < list->n; i++)
		if (strlen(list->s[i]) == n && !memcmp(list->s[i], s, n))
			return true;
	return false;
}

static bool read_boolean(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	bool own = r->cell == ROWCELL_FLAG;   /* of a sheet or JSON: "true" or "false", whatever the field's own words */

	*out = cell_int(own ? *s == 't' : is_in(&r->f->true_values, s, n));
	return own || out->i || is_in(&r->f->false_values, s, n);
}

/* As gYear of XML Schema, without a time zone: four digits, more only where the first is not 0. */
static bool read_year(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	size_t sign = n && *s == '-';

	(void)r;
	out->type = CELL_INT;
	return n - sign >= 4 && n <= 9 && *s != '+' && (n - sign == 4 || s[sign] != '0') && num_int(s, n, &out->i);
}

static bool read_text(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	(void)r;
	*out = cell_bytes(s, n);
	return true;
}

const struct field_kind field_kinds[FIELD_TYPES] = {
	[FIELD_STRING] = { "string", "TEXT", read_text, .formats = "email uri binary uuid" },
	[FIELD_INTEGER] = { "integer", "INTEGER", read_number },
	[FIELD_NUMBER] = { "number", "REAL", read_number },
	[FIELD_BOOLEAN] = { "boolean", "INTEGER", read_boolean },
	[FIELD_DATE] = { "date", "TEXT", read_moment, .iso = "%Y-%m-%d", .formats = "any %" },
	[FIELD_TIME] = { "time", "TEXT", read_moment, .iso = "%H:%M:%S", .formats = "any %" },
	[FIELD_DATETIME] = { "datetime", "TEXT", read_moment, .iso = "%Y-%m-%dT%H:%M:%S", .formats = "any %" },
	[FIELD_YEAR] = { "year", "INTEGER", read_year },
	[FIELD_YEARMONTH] = { "yearmonth", "TEXT", read_moment, .iso = "%Y-%m" },
	[FIELD_ANY] = { "any", "TEXT", read_text },
	[FIELD_DURATION] = { "duration", "TEXT" },
	[FIELD_GEOPOINT] = { "geopoint", "TEXT", .formats = "array object" },
	[FIELD_GEOJSON] = { "geojson", "TEXT", .formats = "topojson" },
	[FIELD_OBJECT] = { "object", "TEXT" },
	[FIELD_ARRAY] = { "array", "TEXT" },
	[FIELD_LIST] = { "list", "TEXT" },
};

/* ---- refusals and constraints ---- */

/* Always -1. Of a long value its first characters are shown. */
static int fail_value(const struct field_reader *r, enum err_id id, const char *s, size_t n, const char *more, struct err *e)
{
	if (n > SHOWN)
		for (n = SHOWN; n && ((unsigned char)s[n] & 0xc0) == 0x80;)
			n--;
	err_set(e, id, "%s" ERR_SEP "%.*s" ERR_SEP "%s", r->f->name, (int)n, s, more);
	return -1;
}

/* 1 = *out is the value, -1 = *e. */
static int convert(struct field_reader *r, const char *s, size_t n, struct cell *out, struct err *e)
{
	if (r->cell == ROWCELL_MOMENT && r->kind->iso && r->f->type != FIELD_TIME)
		fit_moment(r, &s, &n);
	if (!r->rare && r->kind->convert(r, s, n, out))
		return 1;
	if (!ASK(r, "cell", e, cell_int(r->number), cell_bytes(s, n), cell_int(r->cell)))
		return -1;
	*out = cell_bytes(buf_text(&r->said), r->said.n);
	if (r->kind->convert == read_number) {
		r->cell = ROWCELL_NUMBER;   /* it has lost the signs of the field */
		return r->kind->convert(r, out->s, out->n, out) ? 1 : fail_value(r, ERR_VALUE_TYPE, s, n, r->kind->name, e);
	}
	return !r->said.over ? 1 : fail_value(r, ERR_VALUE_TYPE, s, n, r->kind->name, e);
}

int field_compare(const struct cell *a, const struct cell *b)
{
	if (a->type != CELL_TEXT)
		return a->type == CELL_REAL ? (a->d > b->d) - (a->d < b->d) : (a->i > b->i) - (a->i < b->i);
	int order = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);
	return order ? order : (a->n > b->n) - (a->n < b->n);
}

static int check_length(const struct field_reader *r, const char *s, size_t n, struct err *e)
{
	const struct field *f = r->f;
	int64_t count = (int64_t)text_utf8_length(s, n);
	bool low = f->min_length >= 0 && count < f->min_length;
	long long limit = low ? f->min_length : f->max_length;
	char more[80];

	if (!low && (limit < 0 || count <= limit))
		return 1;
	snprintf(more, sizeof more, "%lld" ERR_SEP "%s %lld", (long long)count, low ? "≥" : "≤", limit);
	return fail_value(r, ERR_VALUE_LENGTH, s, n, more, e);
}

static int by_value(const void *a, const void *b)
{
	return field_compare(a, b);
}

static int fail_enum(const struct field_reader *r, const char *s, size_t n, struct err *e)
{
	const struct texts *list = &r->f->enumeration;
	struct arena a = { 0 };

	fail_value(r, ERR_VALUE_ENUM, s, n, package_perhaps(&a, arena_strndup(&a, s, n < SHOWN ? n : SHOWN), list->s, list->n), e);
	arena_free(&a);
	return -1;
}

static int check(const struct field_reader *r, const char *s, size_t n, const struct cell *c, struct err *e)
{
	const struct field *f = r->f;
	regmatch_t all = { .rm_so = 0, .rm_eo = (regoff_t)n };   /* REG_STARTEND: the text has no NUL at its end */

	for (size_t i = 0; i < r->nbound; i++) {
		enum field_bound kind = r->bound[i].kind;
		int apart = field_compare(c, &r->bound[i].value);
		bool low = kind == FIELD_MINIMUM || kind == FIELD_OVER, open = kind == FIELD_OVER || kind == FIELD_UNDER;
		if ((low ? apart < 0 : apart > 0) || (open && apart == 0))
			return fail_value(r, low ? ERR_VALUE_MINIMUM : ERR_VALUE_MAXIMUM, s, n, f->bound[kind], e);
	}
	if (r->kind->convert == read_text && (f->min_length >= 0 || f->max_length >= 0) && check_length(r, c->s, c->n, e) < 0)
		return -1;
	if (r->has_pattern && regexec(&r->pattern, s, 1, &all, REG_STARTEND) != 0)
		return fail_value(r, ERR_VALUE_PATTERN, s, n, f->pattern, e);
	return !f->enumeration.n || bsearch(c, r->enumeration, f->enumeration.n, sizeof *c, by_value) ? 1 : fail_enum(r, s, n, e);
}

int field_read(struct field_reader *r, const struct rowcell *c, struct cell *out, const char **label, struct err *e)
{
	const struct field *f = r->f;
	const char *s = c->s, *missing = c->kind == ROWCELL_NONE ? "" : NULL;
	size_t n = c->n;

	r->cell = c->kind;
	if (c->kind == ROWCELL_NUMBER)
		shorten(r, &s, &n);
	for (size_t i = 0; i < f->nmissing && !missing && n <= r->longest; i++)
		if (strlen(f->missing[i].value) == n && !memcmp(f->missing[i].value, s, n))
			missing = f->missing[i].label;
	if (missing) {
		if (f->required)
			return fail_value(r, ERR_VALUE_REQUIRED, s, n, "", e);
		*out = (struct cell){ .type = CELL_NULL };
		*label = missing;
		return 0;
	}
	int rc = convert(r, s, n, out, e);
	return rc == 1 ? check(r, s, n, out, e) : rc;
}

int field_decimals(const struct field_reader *r)
{
	return r->decimals;
}

/* ---- preparing ---- */

static bool open_pattern(struct field_reader *r, struct err *e)
{
	const struct field *f = r->f;
	char said[200];

	if (!ASK(r, "pattern", e, cell_text(f->name), cell_text(f->pattern)))
		return false;
	int rc = regcomp(&r->pattern, buf_text(&r->said), REG_EXTENDED | REG_NOSUB);
	r->has_pattern = !rc;
	regerror(rc, &r->pattern, said, sizeof said);
	return !rc || err_set(e, ERR_DESC_PATTERN, "%s" ERR_SEP "%s" ERR_SEP "%s", f->name, f->pattern, said);
}

/* A value of the descriptor in the column's type: a text as cells have it, else a number or truth value as JSON has it. */
static bool constant(struct field_reader *r, struct arena *a, const char *s, struct cell *out, struct err *e)
{
	struct err second;
	int rc = -1;

	for (enum rowcell_kind kind = ROWCELL_TEXT; kind <= ROWCELL_FLAG && rc < 0; kind++) {
		r->cell = kind;
		if (kind != ROWCELL_FLAG || !strcmp(s, "true") || !strcmp(s, "false"))
			rc = convert(r, s, strlen(s), out, kind == ROWCELL_TEXT ? e : &second);
	}
	if (rc == 1 && out->type == CELL_TEXT)
		out->s = arena_strndup(a, out->s, out->n);
	return rc == 1;
}

static bool open_constants(struct field_reader *r, struct arena *a, struct err *e)
{
	const struct field *f = r->f;
	size_t n = f->enumeration.n;

	for (enum field_bound i = 0; i < FIELD_BOUNDS && !r->rare; i++) {
		if (!f->bound[i])
			continue;
		r->bound[r->nbound].kind = i;
		if (!constant(r, a, f->bound[i], &r->bound[r->nbound++].value, e))
			return false;
	}
	r->enumeration = arena_array(a, struct cell, n);
	for (size_t i = 0; i < n; i++)
		if (!constant(r, a, f->enumeration.s[i], &r->enumeration[i], e))
			return false;
	qsort(r->enumeration, n, sizeof *r->enumeration, by_value);
	/* What the descriptor writes is no figure of the data. */
	r->decimals = f->type == FIELD_NUMBER || f->type == FIELD_INTEGER ? 0 : -1;
	return true;
}

static struct cell cell_maybe(const char *s)
{
	return s ? cell_text(s) : (struct cell){ .type = CELL_NULL };
}

/* Says to Lua what it is to read, and has it look at what the type cannot have. */
static bool tell(struct field_reader *r, struct err *e)
{
	const struct field *f = r->f;
	const char *const *b = f->bound;

	r->number = ++r->types->n;
	return ASK(r, "field", e, cell_int(r->number), cell_text(f->name), cell_text(r->kind->name), cell_text(f->format), cell_text(field_kinds[f->item].name),
	           cell_text(f->delimiter), cell_int(f->min_length), cell_int(f->max_length), cell_int(f->ncategory > 0),
	           cell_bytes(&f->decimal, 1), cell_text(f->group), cell_int(f->bare), cell_maybe(b[0]), cell_maybe(b[1]), cell_maybe(b[2]), cell_maybe(b[3]));
}

struct field_reader *field_open(const struct field *f, struct field_types *types, struct arena *a, struct err *e)
{
	struct field_reader *r = arena_new(a, struct field_reader);
	const char *iso = field_kinds[f->type].iso;
	/* With zones, order by time is not that of the texts. */
	bool by_time = (f->type == FIELD_TIME || f->type == FIELD_DATETIME) &&
	               (f->bound[FIELD_MINIMUM] || f->bound[FIELD_OVER] || f->bound[FIELD_MAXIMUM] || f->bound[FIELD_UNDER]);

	*r = (struct field_reader){ .f = f, .kind = &field_kinds[f->type], .types = types, .said = BUF(2 * ROWS_BYTES), .moment = iso };
	if (iso && strchr(f->format, '%'))
		r->moment = f->format + (strncmp(f->format, "fmt:", 4) ? 0 : 4);
	r->rare = !r->kind->convert || by_time || (f->type == FIELD_STRING && strcmp(f->format, "default") != 0) ||
	          (iso && r->moment != iso && !is_plain(r->moment, iso));
	for (size_t i = 0; i < f->nmissing; i++)
		r->longest = strlen(f->missing[i].value) > r->longest ? strlen(f->missing[i].value) : r->longest;
	if (!types->state && !(types->state = types->shaper->types(types->memory, e)))
		return NULL;
	if (tell(r, e) && open_constants(r, a, e) && (!f->pattern || open_pattern(r, e)))
		return r;
	field_close(r);
	return NULL;
}

void field_close(struct field_reader *r)
{
	if (!r)
		return;
	buf_free(&r->said);
	if (r->has_pattern)
		regfree(&r->pattern);
}
