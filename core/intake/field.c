/* Types, formats and constraints of Table Schema (datapackage.org/standard/table-schema). What is not exactly of its type is refused:
 * no trimming, no guessing. Dates and times are stored as ISO 8601 text, years as integers, booleans as 0 and 1. */
#include "intake/field.h"

#include "base/num.h"
#include "base/text.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 120, SHOWN = 100 };

struct field_reader {
	const struct field *f;
	const struct field_kind *kind;
	const char *moment;             /* pattern with %Y %m %d %H %M %S */
	bool iso;                       /* the pattern is that of ISO 8601: what fits is kept as written */
	bool has_pattern;
	regex_t pattern;
	struct { enum field_bound kind; struct cell value; } bound[FIELD_BOUNDS];
	size_t nbound;
	struct cell *enumeration;
	int decimals;
	char text[32];
};

/* ---- numbers ---- */

/* Where bare is false, text around the number is not part of it ("€ 12", "95 %"). */
static void strip_around(const struct field *f, const char **s, size_t *n)
{
	const char *p = *s, *end = *s + *n;

	for (; p < end; p++) {
		size_t k = *p == '-' || *p == '+';
		k += (size_t)(end - p) > k && p[k] == f->decimal;
		if ((size_t)(end - p) > k && text_is_digit(p[k]))
			break;
	}
	while (end > p && !text_is_digit(end[-1]))
		end--;
	*s = p;
	*n = (size_t)(end - p);
}

/* Copies the number without the group characters of its whole part, which must stand between threes. */
static enum err_id ungroup(const struct field *f, const char *s, size_t n, char out[NUMBER_MAX], size_t *len)
{
	size_t g = strlen(f->group), run = 0, i = 0;
	bool grouped = false;

	*len = 0;
	while (i < n && *len < NUMBER_MAX) {
		if (run && n - i > g && !memcmp(s + i, f->group, g) && text_is_digit(s[i + g])) {
			if (grouped ? run != 3 : run > 3)
				return ERR_VALUE_GROUP;
			grouped = true;
			run = 0;
			i += g;
			continue;
		}
		if (!text_is_digit(s[i]) && run)
			break;
		run += text_is_digit(s[i]);
		out[(*len)++] = s[i++];
	}
	if (n - i > NUMBER_MAX - *len)
		return ERR_VALUE_TYPE;
	memcpy(out + *len, s + i, n - i);
	*len += n - i;
	return grouped && run != 3 ? ERR_VALUE_GROUP : ERR_NONE;
}

static enum err_id read_number(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	const struct field *f = r->f;
	char clean[NUMBER_MAX];
	int decimals = 0;

	if (!f->bare)
		strip_around(f, &s, &n);
	if (*f->group) {
		enum err_id wrong = ungroup(f, s, n, clean, &n);
		if (wrong != ERR_NONE)
			return wrong;
		s = clean;
	}
	if (f->type == FIELD_INTEGER) {
		out->type = CELL_INT;
		return num_int(s, n, &out->i) ? ERR_NONE : ERR_VALUE_TYPE;
	}
	out->type = CELL_REAL;
	if (!num_real(s, n, f->decimal, &out->d, &decimals))
		return ERR_VALUE_TYPE;
	if (out->d == 0)
		out->d = 0;   /* not −0: it would be another stamp for the same number */
	if (decimals > r->decimals)
		r->decimals = decimals;
	return ERR_NONE;
}

/* ---- dates and times ---- */

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };
static const char part_letters[] = "YmdHMS";
static const struct { int low, high; } part_range[PARTS] = { { 0, 9999 }, { 1, 12 }, { 1, 31 }, { 0, 23 }, { 0, 59 }, { 0, 59 } };

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Reads s along the pattern; *rest = what follows. Days, months and hours may have one digit where the pattern is the user's own. */
static bool read_parts(const struct field_reader *r, const char *s, const char *end, int part[PARTS], const char **rest)
{
	for (const char *p = r->moment; *p; p++) {
		const char *letter = *p == '%' && p[1] ? strchr(part_letters, p[1]) : NULL;
		if (!letter) {
			p += *p == '%';
			if (s == end || *s++ != *p)
				return false;
			continue;
		}
		p++;
		int i = (int)(letter - part_letters), v = 0, digits = 0, most = i == YEAR ? 4 : 2;
		for (; digits < most && s < end && text_is_digit(*s); digits++)
			v = v * 10 + (*s++ - '0');
		if (!digits || (digits < most && (r->iso || i == YEAR)) || v < part_range[i].low || v > part_range[i].high)
			return false;
		part[i] = v;
	}
	*rest = s;
	return part[DAY] <= month_days(part[YEAR], part[MONTH]);
}

/* "", ".123", "Z", "+02:00" and both together. */
static bool is_tail(const char *s, const char *end)
{
	if (s < end && *s == '.') {
		const char *digits = ++s;
		while (s < end && text_is_digit(*s))
			s++;
		if (s == digits || s - digits > 9)
			return false;
	}
	if (s == end || (*s == 'Z' && s + 1 == end))
		return true;
	return end - s == 6 && (*s == '+' || *s == '-') && text_is_digit(s[1]) && text_is_digit(s[2]) && s[3] == ':' &&
	       text_is_digit(s[4]) && text_is_digit(s[5]);
}

static enum err_id read_moment(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	int p[PARTS] = { [YEAR] = 2000, [MONTH] = 1, [DAY] = 1 }, len = 0;
	bool timed = r->f->type == FIELD_TIME || r->f->type == FIELD_DATETIME;
	const char *end = s + n, *rest = s;

	if (!read_parts(r, s, end, p, &rest) || (r->iso && timed ? !is_tail(rest, end) : rest != end))
		return ERR_VALUE_TYPE;
	*out = cell_bytes(s, n);
	if (r->iso)
		return ERR_NONE;
	if (r->f->type != FIELD_TIME)
		len = snprintf(r->text, sizeof r->text, "%04d-%02d-%02d%s", p[YEAR], p[MONTH], p[DAY], timed ? "T" : "");
	if (timed)
		len += snprintf(r->text + len, sizeof r->text - (size_t)len, "%02d:%02d:%02d", p[HOUR], p[MINUTE], p[SECOND]);
	*out = cell_bytes(r->text, (size_t)len);
	return ERR_NONE;
}

/* A pattern must name each part that the type needs, once, and nothing else but seconds. */
static bool open_moment(struct field_reader *r, struct err *e)
{
	enum { DATE = 1 << YEAR | 1 << MONTH | 1 << DAY, TIME = 1 << HOUR | 1 << MINUTE };
	const struct field *f = r->f;
	unsigned seen = 0, needed = f->type == FIELD_DATE ? DATE : f->type == FIELD_TIME ? TIME : DATE | TIME;
	bool ok = true;

	r->iso = !strcmp(f->format, "default") || !strcmp(f->format, "any");
	r->moment = r->iso ? r->kind->iso : !strncmp(f->format, "fmt:", 4) ? f->format + 4 : f->format;
	if (r->iso)
		return true;
	for (const char *p = r->moment; ok && (p = strchr(p, '%')); p += 2) {
		const char *letter = p[1] ? strchr(part_letters, p[1]) : NULL;
		unsigned bit = letter ? 1u << (letter - part_letters) : 0;
		bool known = (needed | (needed & TIME ? 1 << SECOND : 0)) & bit & ~seen;
		ok = known || p[1] == '%';
		seen |= bit;
	}
	return (ok && (seen & needed) == needed) ||
	       err_set(e, ERR_DESC_VALUE, "format" ERR_SEP "%s" ERR_SEP "default, %%Y %%m %%d %%H %%M %%S", f->format);
}

/* ---- the other types ---- */

static bool is_in(const struct texts *list, const char *s, size_t n)
{
	for (size_t i = 0; i < list->n; i++)
		if (strlen(list->s[i]) == n && !memcmp(list->s[i], s, n))
			return true;
	return false;
}

static enum err_id read_boolean(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	*out = cell_int(is_in(&r->f->true_values, s, n));
	return out->i || is_in(&r->f->false_values, s, n) ? ERR_NONE : ERR_VALUE_TYPE;
}

static enum err_id read_year(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	(void)r;
	out->type = CELL_INT;
	return n - (n && *s == '-') >= 4 && n <= 9 && *s != '+' && num_int(s, n, &out->i) ? ERR_NONE : ERR_VALUE_TYPE;
}

bool field_is_uuid(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' : !text_is_digit(s[i]) && (text_lower(s[i]) < 'a' || text_lower(s[i]) > 'f'))
			return false;
	return n == 36;
}

static enum err_id read_text(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	(void)r;
	*out = cell_bytes(s, n);
	return ERR_NONE;
}

const struct field_kind field_kinds[FIELD_TYPES] = {
	[FIELD_STRING] = { "string", "TEXT", read_text },
	[FIELD_INTEGER] = { "integer", "INTEGER", read_number, true },
	[FIELD_NUMBER] = { "number", "REAL", read_number, true },
	[FIELD_BOOLEAN] = { "boolean", "INTEGER", read_boolean },
	[FIELD_DATE] = { "date", "TEXT", read_moment, true, "%Y-%m-%d" },
	[FIELD_TIME] = { "time", "TEXT", read_moment, true, "%H:%M:%S" },
	[FIELD_DATETIME] = { "datetime", "TEXT", read_moment, true, "%Y-%m-%dT%H:%M:%S" },
	[FIELD_YEAR] = { "year", "INTEGER", read_year, true },
	[FIELD_YEARMONTH] = { "yearmonth", "TEXT", read_moment, true, "%Y-%m" },
	[FIELD_ANY] = { "any", "TEXT", read_text },
	[FIELD_DURATION] = { "duration", "TEXT", read_text },
	[FIELD_GEOPOINT] = { "geopoint", "TEXT", read_text },
	[FIELD_GEOJSON] = { "geojson", "TEXT", read_text },
	[FIELD_OBJECT] = { "object", "TEXT", read_text },
	[FIELD_ARRAY] = { "array", "TEXT", read_text },
	[FIELD_LIST] = { "list", "TEXT", read_text },
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

static int convert(struct field_reader *r, const char *s, size_t n, struct cell *out, struct err *e)
{
	const struct field *f = r->f;
	enum err_id wrong = r->kind->convert(r, s, n, out);
	bool own = r->moment && !r->iso;
	char what[120];

	if (wrong == ERR_NONE)
		return 1;
	if (f->type == FIELD_NUMBER && f->decimal != '.')
		snprintf(what, sizeof what, "number (decimalChar “%c”)", f->decimal);
	else
		snprintf(what, sizeof what, "%s%s%.100s", r->kind->name, own ? " " : "", own ? f->format : "");
	return fail_value(r, wrong, s, n, what, e);
}

int field_compare(const struct cell *a, const struct cell *b)
{
	if (a->type != CELL_TEXT)
		return a->type == CELL_REAL ? (a->d > b->d) - (a->d < b->d) : (a->i > b->i) - (a->i < b->i);
	int order = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);
	return order ? order : (a->n > b->n) - (a->n < b->n);
}

static int check_length(const struct field_reader *r, const struct cell *c, struct err *e)
{
	const struct field *f = r->f;
	int64_t n = (int64_t)text_utf8_length(c->s, c->n);
	bool low = f->min_length >= 0 && n < f->min_length;
	long long limit = low ? f->min_length : f->max_length;
	char more[80];

	if (!low && (limit < 0 || n <= limit))
		return 1;
	snprintf(more, sizeof more, "%lld" ERR_SEP "%s %lld", (long long)n, low ? "≥" : "≤", limit);
	return fail_value(r, ERR_VALUE_LENGTH, c->s, c->n, more, e);
}

static int check_enum(const struct field_reader *r, const char *s, size_t n, const struct cell *c, struct err *e)
{
	const struct texts *list = &r->f->enumeration;
	struct arena a = { 0 };

	for (size_t i = 0; i < list->n; i++)
		if (!field_compare(&r->enumeration[i], c))
			return 1;
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
		int order = field_compare(c, &r->bound[i].value);
		bool low = kind == FIELD_MINIMUM || kind == FIELD_OVER, open = kind == FIELD_OVER || kind == FIELD_UNDER;
		if ((low ? order < 0 : order > 0) || (open && !order))
			return fail_value(r, low ? ERR_VALUE_MINIMUM : ERR_VALUE_MAXIMUM, s, n, f->bound[kind], e);
	}
	if ((f->min_length >= 0 || f->max_length >= 0) && c->type == CELL_TEXT && check_length(r, c, e) < 0)
		return -1;
	if (r->has_pattern && regexec(&r->pattern, s, 1, &all, REG_STARTEND) != 0)
		return fail_value(r, ERR_VALUE_PATTERN, s, n, f->pattern, e);
	return f->enumeration.n ? check_enum(r, s, n, c, e) : 1;
}

int field_read(struct field_reader *r, const struct rowcell *c, struct cell *out, const char **label, struct err *e)
{
	const struct field *f = r->f;
	const char *s = c->s;
	size_t n = c->n;

	for (size_t i = 0; i < f->nmissing; i++) {
		const struct missing *m = &f->missing[i];
		if (strlen(m->value) != n || memcmp(m->value, s, n) != 0)
			continue;
		if (f->required)
			return fail_value(r, ERR_VALUE_REQUIRED, s, n, "", e);
		*out = (struct cell){ .type = CELL_NULL };
		*label = m->label;
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

/* One escape of an XML Schema pattern; false when POSIX has no such thing. */
static bool translate_escape(char c, bool inside, struct buf *out)
{
	static const struct { char letter; const char *outside, *inside; } classes[] = {
		{ 'd', "[0-9]", "0-9" }, { 'w', "[A-Za-z0-9_]", "A-Za-z0-9_" }, { 's', "[ \t\n\r]", " \t\n\r" }, { 'D', "[^0-9]", NULL },
		{ 'W', "[^A-Za-z0-9_]", NULL }, { 'S', "[^ \t\n\r]", NULL }, { 'n', "\n", "\n" }, { 't', "\t", "\t" }, { 'r', "\r", "\r" },
	};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		if (classes[i].letter != c)
			continue;
		const char *as = inside ? classes[i].inside : classes[i].outside;
		return as && buf_str(out, as);
	}
	if (text_is_digit(c) || (text_lower(c) >= 'a' && text_lower(c) <= 'z') || (unsigned char)c >= 0x80)
		return false;
	/* In a bracket a collating element names any sign; outside, a bracket does, but for the one that would negate it. */
	return buf_printf(out, inside ? "[.%c.]" : c == '^' ? "\\%c" : "[%c]", c);
}

/* An XML Schema pattern to POSIX extended, anchored; "." counts characters, not bytes. NULL, or from where on POSIX cannot say it. */
static const char *translate(const char *p, struct buf *out)
{
	static const char any[] = "([\x01-\x09\x0b\x0c\x0e-\x7f]|[\xc2-\xf4][\x80-\xbf]+)";
	bool inside = false, quantified = false;

	buf_str(out, "^(");
	for (; *p; p++) {
		bool was = quantified, group = !inside && !strncmp(p, "(?:", 3);
		quantified = !inside && strchr("*+?}", *p);
		/* Bytes of a character are no members of a class; POSIX reads another meaning into two quantifiers, and into "(?". */
		if (inside ? (unsigned char)*p >= 0x80 : (was && quantified && *p != '}') || (!group && !strncmp(p, "(?", 2)))
			return p;
		if (*p == '\\') {
			if (!p[1] || !translate_escape(p[1], inside, out))
				return p;
			p++;
			continue;
		}
		if (group)
			p += 2;
		inside = *p == '[' ? true : *p == ']' ? false : inside;
		if (*p == '.' && !inside)
			buf_str(out, any);
		else
			buf_char(out, group ? '(' : *p);
	}
	buf_str(out, ")$");
	return out->over ? "…" : NULL;
}

static bool open_pattern(struct field_reader *r, struct err *e)
{
	const struct field *f = r->f;
	struct buf posix = BUF(16 * 1024);
	const char *bad = translate(f->pattern, &posix);
	int rc = bad ? 0 : regcomp(&r->pattern, posix.s, REG_EXTENDED | REG_NOSUB);
	char said[200] = "";

	r->has_pattern = !bad && !rc;
	if (rc)
		regerror(rc, &r->pattern, said, sizeof said);
	buf_free(&posix);
	return r->has_pattern || err_set(e, ERR_DESC_PATTERN, "%s" ERR_SEP "%s" ERR_SEP "%s", f->name, f->pattern, bad ? bad : said);
}

/* A value of the descriptor in the column's type. */
static bool constant(struct field_reader *r, struct arena *a, const char *s, struct cell *out, struct err *e)
{
	if (convert(r, s, strlen(s), out, e) < 0)
		return false;
	if (out->type == CELL_TEXT)
		out->s = arena_strndup(a, out->s, out->n);
	return true;
}

static bool open_constants(struct field_reader *r, struct arena *a, struct err *e)
{
	const struct field *f = r->f;

	for (enum field_bound i = 0; i < FIELD_BOUNDS; i++) {
		if (!f->bound[i])
			continue;
		if (!r->kind->ordered)
			return err_set(e, ERR_DESC_VALUE, "type" ERR_SEP "%s" ERR_SEP "minimum, maximum", r->kind->name);
		r->bound[r->nbound].kind = i;
		if (!constant(r, a, f->bound[i], &r->bound[r->nbound++].value, e))
			return false;
	}
	r->enumeration = arena_array(a, struct cell, f->enumeration.n);
	for (size_t i = 0; i < f->enumeration.n; i++)
		if (!constant(r, a, f->enumeration.s[i], &r->enumeration[i], e))
			return false;
	/* What the descriptor writes is no figure of the data. */
	r->decimals = f->type == FIELD_NUMBER || f->type == FIELD_INTEGER ? 0 : -1;
	return true;
}

struct field_reader *field_open(const struct field *f, struct arena *a, struct err *e)
{
	struct field_reader *r = arena_new(a, struct field_reader);

	*r = (struct field_reader){ .f = f, .kind = &field_kinds[f->type] };
	if ((r->kind->iso && !open_moment(r, e)) || !open_constants(r, a, e) || (f->pattern && !open_pattern(r, e)))
		return NULL;
	return r;
}

void field_close(struct field_reader *r)
{
	if (r && r->has_pattern)
		regfree(&r->pattern);
}
