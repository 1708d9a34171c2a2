/* Types, formats and constraints of Table Schema (datapackage.org/standard/table-schema). What is not exactly of its type is refused:
 * no trimming, no guessing. Dates and times are stored as ISO 8601 text, years as integers, booleans as 0 and 1. */
#include "intake/field.h"

#include "base/num.h"
#include "base/text.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 120, SHOWN = 100 };

struct field_reader {
	const struct field *f;
	const char *moment;             /* date pattern with %Y %m %d %H %M %S */
	bool tail;                      /* after the pattern: fraction and zone, as written */
	bool has_pattern;
	regex_t pattern;
	struct cell minimum, maximum;
	struct cell *enumeration;
	char *kept;                     /* texts of the cells above */
	int decimals;
	char text[64];
};

static const char *const iso[] = { [FIELD_DATE] = "%Y-%m-%d", [FIELD_TIME] = "%H:%M:%S", [FIELD_DATETIME] = "%Y-%m-%dT%H:%M:%S" };

const char *field_sql_type(enum field_type type)
{
	switch (type) {
	case FIELD_INTEGER: case FIELD_YEAR: case FIELD_BOOLEAN:
		return "INTEGER";
	case FIELD_NUMBER:
		return "REAL";
	default:
		return "TEXT";
	}
}

static bool is_moment(enum field_type t)
{
	return t == FIELD_DATE || t == FIELD_TIME || t == FIELD_DATETIME;
}

/* Bytes of s to show in a message: whole characters only. */
static int shown(const char *s, size_t n)
{
	if (n > SHOWN)
		for (n = SHOWN; n && ((unsigned char)s[n] & 0xc0) == 0x80;)
			n--;
	return (int)n;
}

static int fail_value(const struct field_reader *r, enum err_id id, const char *s, size_t n, const char *more, struct err *e)
{
	err_set(e, id, "%s" ERR_SEP "%.*s" ERR_SEP "%s", r->f->name, shown(s, n), s, more);
	return -1;
}

static int fail_type(const struct field_reader *r, const char *s, size_t n, struct err *e)
{
	const struct field *f = r->f;
	bool plain = !strcmp(f->format, "default");
	char what[120];

	snprintf(what, sizeof what, "%s%s%s", field_type_name(f->type), plain ? "" : " ", plain ? "" : f->format);
	if (f->type == FIELD_NUMBER && f->decimal != '.')
		snprintf(what, sizeof what, "number (decimalChar “%c”)", f->decimal);
	return fail_value(r, ERR_VALUE_TYPE, s, n, what, e);
}

/* ---- numbers ---- */

/* Where bare is false, text around the number is not part of it ("€ 12", "95 %"). */
static void strip_around(const struct field *f, const char **s, size_t *n)
{
	const char *p = *s, *end = *s + *n;
	size_t k;

	for (; p < end; p++) {
		k = *p == '-' || *p == '+';
		k += (size_t)(end - p) > k && p[k] == f->decimal;
		if ((size_t)(end - p) > k && text_is_digit(p[k]))
			break;
	}
	while (end > p && !text_is_digit(end[-1]))
		end--;
	*s = p;
	*n = (size_t)(end - p);
}

/* Copies the number without its group characters. 1, 0 = too long, -1 = digits not in threes. */
static int ungroup(const struct field *f, const char *s, size_t n, char *out, size_t *len)
{
	size_t g = strlen(f->group), run = 0;
	bool grouped = false, whole = true, bad = false;

	*len = 0;
	for (size_t i = 0; i < n;) {
		bool between = whole && run && n - i > g && text_is_digit(s[i + g]);
		if (between && !memcmp(s + i, f->group, g)) {
			bad |= grouped ? run != 3 : run > 3;
			grouped = true;
			run = 0;
			i += g;
			continue;
		}
		if (*len == NUMBER_MAX)
			return 0;
		if (whole && text_is_digit(s[i])) {
			run++;
		} else if (run) {
			bad |= whole && grouped && run != 3;
			whole = false;
		}
		out[(*len)++] = s[i++];
	}
	bad |= whole && grouped && run != 3;
	return bad ? -1 : 1;
}

static int read_number(struct field_reader *r, const char *s, size_t n, struct cell *out, struct err *e)
{
	const struct field *f = r->f;
	const char *number = s;
	size_t len = n;
	char clean[NUMBER_MAX];
	int decimals = 0;
	bool ok;

	if (!f->bare)
		strip_around(f, &number, &len);
	if (*f->group) {
		int rc = ungroup(f, number, len, clean, &len);
		if (rc < 0)
			return fail_value(r, ERR_VALUE_GROUP, s, n, "", e);
		number = clean;
		len = rc ? len : 0;
	}
	if (f->type == FIELD_NUMBER) {
		out->type = CELL_REAL;
		ok = num_real(number, len, f->decimal, &out->d, &decimals);
		if (ok && out->d == 0)
			out->d = 0;   /* not −0: it would be another stamp for the same number */
	} else {
		out->type = CELL_INT;
		ok = num_int(number, len, &out->i);
	}
	if (!ok)
		return fail_type(r, s, n, e);
	if (decimals > r->decimals)
		r->decimals = decimals;
	return 1;
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
static bool read_parts(const char *pattern, bool strict, const char *s, const char *end, int part[PARTS], const char **rest)
{
	for (const char *p = pattern; *p; p++) {
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
		if (!digits || (digits < most && (strict || i == YEAR)) || v < part_range[i].low || v > part_range[i].high)
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

static int read_moment(struct field_reader *r, const char *s, size_t n, struct cell *out, struct err *e)
{
	int p[PARTS] = { [YEAR] = 2000, [MONTH] = 1, [DAY] = 1 }, len = 0;
	const char *end = s + n, *rest = s;

	if (!read_parts(r->moment, r->tail || r->moment == iso[FIELD_DATE], s, end, p, &rest) || (r->tail ? !is_tail(rest, end) : rest != end))
		return fail_type(r, s, n, e);
	if (r->f->type != FIELD_TIME)
		len = snprintf(r->text, sizeof r->text, "%04d-%02d-%02d", p[YEAR], p[MONTH], p[DAY]);
	if (r->f->type != FIELD_DATE)
		len += snprintf(r->text + len, sizeof r->text - (size_t)len, "%s%02d:%02d:%02d%.*s", len ? "T" : "", p[HOUR], p[MINUTE], p[SECOND],
		                (int)(end - rest), rest);
	*out = (struct cell){ .type = CELL_TEXT, .s = r->text, .n = (size_t)len };
	return 1;
}

/* The pattern must name each part that the type needs, once. */
static bool open_moment(struct field_reader *r, struct err *e)
{
	const struct field *f = r->f;
	const char *needed = f->type == FIELD_DATE ? "Ymd" : f->type == FIELD_TIME ? "HM" : "YmdHM";
	const char *optional = f->type == FIELD_DATE ? "" : "S";
	const char *pattern = !strncmp(f->format, "fmt:", 4) ? f->format + 4 : f->format;
	size_t seen = 0;
	bool ok = true;

	r->tail = f->type != FIELD_DATE;
	r->moment = iso[f->type];
	if (!strcmp(f->format, "default") || !strcmp(f->format, "any"))
		return true;
	r->tail = false;
	r->moment = pattern;
	for (const char *p = pattern; *p; p++) {
		if (*p != '%' || *++p == '%')
			continue;
		char spec[] = { '%', *p, 0 };
		bool known = *p && (strchr(needed, *p) || strchr(optional, *p));
		ok = ok && known && strstr(pattern, spec) == p - 1;
		seen += *p && strchr(needed, *p);
		if (!*p)
			break;
	}
	if (ok && seen == strlen(needed))
		return true;
	return err_set(e, ERR_DESC_VALUE, "format" ERR_SEP "%s" ERR_SEP "default, %%Y %%m %%d %%H %%M %%S", f->format);
}

/* ---- the other types ---- */

static int read_boolean(struct field_reader *r, const char *s, size_t n, struct cell *out, struct err *e)
{
	static const char *const usual[2][4] = { { "false", "False", "FALSE", "0" }, { "true", "True", "TRUE", "1" } };

	for (int v = 0; v < 2; v++) {
		const char *const *list = v ? r->f->true_values : r->f->false_values;
		size_t count = v ? r->f->ntrue : r->f->nfalse;
		if (!list) {
			list = usual[v];
			count = 4;
		}
		for (size_t i = 0; i < count; i++) {
			if (strlen(list[i]) != n || memcmp(list[i], s, n) != 0)
				continue;
			*out = (struct cell){ .type = CELL_INT, .i = v };
			return 1;
		}
	}
	return fail_type(r, s, n, e);
}

static int read_year(struct field_reader *r, const char *s, size_t n, struct cell *out, struct err *e)
{
	size_t sign = n && *s == '-';

	out->type = CELL_INT;
	if (n - sign < 4 || n > 9 || *s == '+' || !num_int(s, n, &out->i))
		return fail_type(r, s, n, e);
	return 1;
}

static int read_yearmonth(struct field_reader *r, const char *s, size_t n, struct cell *out, struct err *e)
{
	int p[PARTS] = { [DAY] = 1, [MONTH] = 1 };
	const char *rest = s;

	if (!read_parts("%Y-%m", true, s, s + n, p, &rest) || rest != s + n)
		return fail_type(r, s, n, e);
	*out = (struct cell){ .type = CELL_TEXT, .s = s, .n = n };
	return 1;
}

static int convert(struct field_reader *r, const char *s, size_t n, struct cell *out, struct err *e)
{
	switch (r->f->type) {
	case FIELD_INTEGER:
	case FIELD_NUMBER:
		return read_number(r, s, n, out, e);
	case FIELD_BOOLEAN:
		return read_boolean(r, s, n, out, e);
	case FIELD_DATE:
	case FIELD_TIME:
	case FIELD_DATETIME:
		return read_moment(r, s, n, out, e);
	case FIELD_YEAR:
		return read_year(r, s, n, out, e);
	case FIELD_YEARMONTH:
		return read_yearmonth(r, s, n, out, e);
	case FIELD_STRING:
	case FIELD_ANY:
		break;
	}
	*out = (struct cell){ .type = CELL_TEXT, .s = s, .n = n };
	return 1;
}

/* ---- constraints ---- */

/* Cells of one column: numbers by value, texts by bytes (which is the order of ISO dates). */
static int compare(const struct cell *a, const struct cell *b)
{
	if (a->type == CELL_INT)
		return (a->i > b->i) - (a->i < b->i);
	if (a->type == CELL_REAL)
		return (a->d > b->d) - (a->d < b->d);
	int order = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);
	return order ? order : (a->n > b->n) - (a->n < b->n);
}

static int check_length(const struct field_reader *r, const struct cell *c, struct err *e)
{
	const struct field *f = r->f;
	int64_t n = (int64_t)text_utf8_length(c->s, c->n);

	if ((f->min_length < 0 || n >= f->min_length) && (f->max_length < 0 || n <= f->max_length))
		return 1;
	bool low = f->min_length >= 0 && n < f->min_length;
	err_set(e, ERR_VALUE_LENGTH, "%s" ERR_SEP "%.*s" ERR_SEP "%lld" ERR_SEP "%s %lld", f->name, shown(c->s, c->n), c->s, (long long)n,
	        low ? "≥" : "≤", (long long)(low ? f->min_length : f->max_length));
	return -1;
}

static int check_enum(const struct field_reader *r, const char *s, size_t n, const struct cell *c, struct err *e)
{
	const struct field *f = r->f;
	char text[SHOWN + 1];
	struct buf all = BUF(230);

	for (size_t i = 0; i < f->nenum; i++)
		if (!compare(&r->enumeration[i], c))
			return 1;
	snprintf(text, sizeof text, "%.*s", shown(s, n), s);
	const char *near = text_nearest(text, f->enumeration, f->nenum);
	for (size_t i = 0; i < f->nenum && !near; i++)
		buf_printf(&all, "%s%s", i ? ", " : "", f->enumeration[i]);
	fail_value(r, ERR_VALUE_ENUM, s, n, near ? near : buf_text(&all), e);
	buf_free(&all);
	return -1;
}

static bool matches(const struct field_reader *r, const char *s, size_t n)
{
	regmatch_t all = { .rm_so = 0, .rm_eo = (regoff_t)n };   /* REG_STARTEND: the text has no NUL at its end */

	return regexec(&r->pattern, s, 1, &all, REG_STARTEND) == 0;
}

static int check(const struct field_reader *r, const char *s, size_t n, const struct cell *c, struct err *e)
{
	const struct field *f = r->f;
	int order;

	if (f->has_minimum && ((order = compare(c, &r->minimum)) < 0 || (!order && f->over_minimum)))
		return fail_value(r, ERR_VALUE_MINIMUM, s, n, f->minimum_text, e);
	if (f->has_maximum && ((order = compare(c, &r->maximum)) > 0 || (!order && f->under_maximum)))
		return fail_value(r, ERR_VALUE_MAXIMUM, s, n, f->maximum_text, e);
	if ((f->min_length >= 0 || f->max_length >= 0) && c->type == CELL_TEXT && check_length(r, c, e) < 0)
		return -1;
	if (r->has_pattern && !matches(r, s, n))
		return fail_value(r, ERR_VALUE_PATTERN, s, n, f->pattern, e);
	return f->nenum ? check_enum(r, s, n, c, e) : 1;
}

int field_read(struct field_reader *r, const char *s, size_t n, struct cell *out, const char **label, struct err *e)
{
	const struct field *f = r->f;

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

/* XML Schema patterns to POSIX extended, anchored; "." counts characters, not bytes. False: *why shows what cannot be said there. */
static bool translate(const char *p, struct buf *out, const char **why)
{
	static const char any[] = "([\x01-\x09\x0b\x0c\x0e-\x7f]|[\xc2-\xf4][\x80-\xbf]+)";
	bool inside = false, quantified = false;

	buf_str(out, "^(");
	for (; *p; p++) {
		bool was = quantified;
		quantified = false;
		if (inside && (unsigned char)*p >= 0x80)
			return *why = "[é]", false;
		if (*p == '\\') {
			if (!*++p || !translate_escape(*p, inside, out))
				return *why = "\\…", false;
			continue;
		}
		if (!inside && p[0] == '(' && p[1] == '?') {
			if (p[2] != ':')
				return *why = "(?…", false;
			p += 2;
			buf_char(out, '(');
			continue;
		}
		quantified = !inside && strchr("*+?}", *p);
		if (was && quantified && *p != '}')
			return *why = "*? ++", false;   /* POSIX would read another meaning into these */
		inside = *p == '[' ? true : *p == ']' ? false : inside;
		if (*p == '.' && !inside)
			buf_str(out, any);
		else
			buf_char(out, *p);
	}
	return buf_str(out, ")$");
}

static bool open_pattern(struct field_reader *r, struct err *e)
{
	const struct field *f = r->f;
	struct buf posix = BUF(16 * 1024);
	const char *why = "";
	char said[200] = "";

	bool ok = translate(f->pattern, &posix, &why) && !posix.over;
	if (ok) {
		int rc = regcomp(&r->pattern, posix.s, REG_EXTENDED | REG_NOSUB);
		r->has_pattern = ok = rc == 0;
		if (rc)
			regerror(rc, &r->pattern, said, sizeof said);
	}
	buf_free(&posix);
	if (ok)
		return true;
	return err_set(e, ERR_DESC_PATTERN, "%s" ERR_SEP "%s" ERR_SEP "%s", f->name, f->pattern, *said ? said : why);
}

/* A value of the descriptor in the column's type. Texts go to kept. */
static bool constant(struct field_reader *r, const char *s, struct cell *out, char **at, struct err *e)
{
	size_t n = strlen(s);

	if (convert(r, s, n, out, e) != 1)
		return false;
	if (out->type == CELL_TEXT) {
		memcpy(*at, out->s, out->n);
		out->s = *at;
		*at += out->n;
	}
	return true;
}

static bool open_constants(struct field_reader *r, struct err *e)
{
	const struct field *f = r->f;
	size_t room = 3 * sizeof r->text;

	if (f->has_minimum || f->has_maximum) {
		if (f->type == FIELD_STRING || f->type == FIELD_ANY || f->type == FIELD_BOOLEAN)
			return err_set(e, ERR_DESC_VALUE, "type" ERR_SEP "%s" ERR_SEP "minimum, maximum", field_type_name(f->type));
		room += (f->has_minimum ? strlen(f->minimum_text) : 0) + (f->has_maximum ? strlen(f->maximum_text) : 0);
	}
	for (size_t i = 0; i < f->nenum; i++)
		room += strlen(f->enumeration[i]) + sizeof r->text;
	r->kept = malloc(room);
	r->enumeration = calloc(f->nenum + 1, sizeof *r->enumeration);
	if (!r->kept || !r->enumeration)
		abort();
	char *at = r->kept;
	if ((f->has_minimum && !constant(r, f->minimum_text, &r->minimum, &at, e)) ||
	    (f->has_maximum && !constant(r, f->maximum_text, &r->maximum, &at, e)))
		return false;
	for (size_t i = 0; i < f->nenum; i++)
		if (!constant(r, f->enumeration[i], &r->enumeration[i], &at, e))
			return false;
	/* What the descriptor writes is no figure of the data. */
	r->decimals = f->type == FIELD_NUMBER || f->type == FIELD_INTEGER ? 0 : -1;
	return true;
}

struct field_reader *field_open(const struct field *f, struct err *e)
{
	struct field_reader *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->f = f;
	if ((!is_moment(f->type) || open_moment(r, e)) && open_constants(r, e) && (!f->pattern || open_pattern(r, e)))
		return r;
	field_close(r);
	return NULL;
}

void field_close(struct field_reader *r)
{
	if (!r)
		return;
	if (r->has_pattern)
		regfree(&r->pattern);
	free(r->kept);
	free(r->enumeration);
	free(r);
}
