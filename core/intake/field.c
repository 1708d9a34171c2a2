/* Types, formats and constraints of Table Schema (datapackage.org/standard/table-schema). What is not exactly of its type is refused:
 * no trimming, no guessing. Dates and times are stored as ISO 8601 text, years as integers, booleans as 0 and 1, points as "lon,lat",
 * lists, arrays and objects as compact JSON. A table holds finite numbers only: NaN and INF of the standard are refused. */
#include "intake/field.h"

#include "base/num.h"
#include "base/text.h"
#include "intake/json.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NUMBER_MAX = 120, SHOWN = 100, DECIMALS_MAX = 15 };

struct field_reader {
	const struct field *f;
	const struct field_kind *kind;
	enum rowcell_kind cell;         /* of the cell in hand: a number of a sheet follows none of the field's own signs */
	size_t longest;                 /* of the missing values */
	const char *moment, *after;     /* pattern of a date or time, NULL = ISO 8601, where what fits is kept as written; what follows its %f */
	bool zoned, has_pattern, has_shape;
	regex_t pattern, shape;         /* shape: of the format of a string */
	struct { enum field_bound kind; struct cell value; } bound[FIELD_BOUNDS];
	size_t nbound;
	struct cell *enumeration;       /* sorted */
	struct field_reader *item;      /* of a list */
	int decimals;
	int64_t count;                  /* items of the value in hand */
	char text[40], detail[8];       /* detail: the character that a refusal names */
	struct buf json;                /* the value in hand where it is JSON */
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

/* What is wrong with the text of a number: the first character that is no part of one, where there are digits at all. */
static enum err_id blame(struct field_reader *r, const char *s, size_t n, const char *also)
{
	size_t sign = n && (*s == '-' || *s == '+'), digits = 0, bad = n;

	if (r->f->type == FIELD_NUMBER && n - sign == 3 && (!strncasecmp(s + sign, "nan", 3) || !strncasecmp(s + sign, "inf", 3)))
		return ERR_VALUE_FINITE;
	for (size_t i = sign; i < n; i++) {
		digits += text_is_digit(s[i]);
		bad = bad == n && !text_is_digit(s[i]) && !strchr(also, s[i]) ? i : bad;
	}
	if (!digits || bad == n)
		return ERR_VALUE_TYPE;
	const char *next = s + bad;
	text_utf8_next(&next, s + n);
	snprintf(r->detail, sizeof r->detail, "%.*s", (int)(next - s - (long)bad), s + bad);
	return ERR_VALUE_DIGIT;
}

static enum err_id read_number(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	const struct field *f = r->f;
	bool plain = r->cell == ROWCELL_NUMBER;
	char clean[NUMBER_MAX], also[] = "eE+-.";
	int decimals = 0;
	int64_t power;

	if (!f->bare && !plain)
		strip_around(f, &s, &n);
	if (*f->group && !plain) {
		enum err_id wrong = ungroup(f, s, n, clean, &n);
		if (wrong != ERR_NONE)
			return wrong;
		s = clean;
	}
	if (f->type == FIELD_INTEGER) {
		out->type = CELL_INT;
		return num_int(s, n, &out->i) ? ERR_NONE : blame(r, s, n, "");
	}
	also[4] = plain ? '.' : f->decimal;
	out->type = CELL_REAL;
	if (!num_real(s, n, also[4], &out->d, &decimals))
		return blame(r, s, n, also);
	if (out->d == 0)
		out->d = 0;   /* not −0: it would be another stamp for the same number */
	const char *e = memchr(s, 'e', n);
	if ((e = e ? e : memchr(s, 'E', n)) && num_int(e + 1, n - (size_t)(e + 1 - s), &power))   /* 7.8e-03 has 4 */
		decimals = power < -DECIMALS_MAX ? DECIMALS_MAX : power > decimals ? 0 : decimals - (int)power;
	if (decimals > r->decimals)
		r->decimals = decimals < DECIMALS_MAX ? decimals : DECIMALS_MAX;
	return ERR_NONE;
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

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, MICRO, ZONE, PARTS };   /* ZONE: minutes east */
enum { NO_ZONE = 10000, MOMENT_MAX = 100 };
static const char first[] = "0000-01-01T00:00:00";   /* a kind of moment is a part of this */

/* Digits after the point of a second, one at least. */
static const char *read_micro(const char *s, int *micro)
{
	const char *from = s;

	for (int unit = 100000; text_is_digit(*s) && s - from < 9; unit /= 10)
		*micro += unit * (*s++ - '0');
	return s > from ? s : NULL;
}

/* Checks days against months, and "", ".123", "Z", "+02:00" and both together after the parts that every moment has. */
static bool end_moment(const char *s, int p[PARTS])
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (p[YEAR] % 4 == 0 && p[YEAR] % 100 != 0) || p[YEAR] % 400 == 0;
	struct tm tm = { 0 };

	if (*s == '.' && !(s = read_micro(s + 1, &p[MICRO])))
		return false;
	const char *end = *s ? strptime(s, "%z", &tm) : s;
	p[ZONE] += (int)(tm.tm_gmtoff / 60);
	return end && !*end && (!*s || *s == 'Z' || end - s == 6) && labs(tm.tm_gmtoff) <= 14 * 3600 && p[DAY] <= days[p[MONTH] - 1] + (p[MONTH] == 2 && leap);
}

/* As ISO 8601 writes the parts that the type has; s ends with NUL. */
static bool read_iso(const struct field_kind *kind, bool tail, const char *s, int p[PARTS])
{
	static const struct { int at, low, high; } parts[] = { { 2, 0, 99 }, { 5, 1, 12 }, { 8, 1, 31 }, { 11, 0, 23 }, { 14, 0, 59 }, { 17, 0, 59 } };

	for (int i = kind->from; i < kind->to; i++)
		if (text_is_digit(first[i]) ? !text_is_digit(s[i - kind->from]) : s[i - kind->from] != first[i])
			return false;
	for (int i = 0; i < MICRO; i++) {
		const char *two = s + parts[i].at - kind->from;
		if (parts[i].at < kind->from || parts[i].at >= kind->to)
			continue;
		p[i] = (two[0] - '0') * 10 + two[1] - '0';
		if (p[i] < parts[i].low || p[i] > parts[i].high)
			return false;
		p[i] += i == YEAR ? ((s[0] - '0') * 10 + s[1] - '0') * 100 : 0;
	}
	s += kind->to - kind->from;
	return (tail || !*s) && end_moment(s, p);
}

/* strptime knows English months only: the first French one, whole or by its first letters, becomes that. */
static void put_english(char *text, bool point)
{
	static const struct { const char *stem, *english; } months[] = {
		{ "janv", "Jan" }, { "févr", "Feb" }, { "fÉvr", "Feb" }, { "fevr", "Feb" }, { "mars", "Mar" }, { "avr", "Apr" }, { "mai", "May" },
		{ "juin", "Jun" }, { "juil", "Jul" }, { "août", "Aug" }, { "aoÛt", "Aug" }, { "aout", "Aug" }, { "sept", "Sep" }, { "oct", "Oct" },
		{ "nov", "Nov" }, { "déc", "Dec" }, { "dÉc", "Dec" }, { "dec", "Dec" },
	};

	for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
		char *from = strcasestr(text, months[i].stem), *p = from;
		if (!from)
			continue;
		while (*p && (text_lower(*p) >= 'a' && text_lower(*p) <= 'z' ? true : (unsigned char)*p >= 0x80))
			p++;
		p += *p == '.' && !point;   /* "févr." */
		memcpy(from, months[i].english, 3);
		memmove(from + 3, p, strlen(p) + 1);
		return;
	}
}

/* By the user's own pattern; text ends with NUL and is changed. */
static bool read_pattern(const struct field_reader *r, char *text, int p[PARTS])
{
	struct tm tm = { .tm_year = 100, .tm_mday = 1 };
	int micro = 0;

	if (strstr(r->moment, "%b") || strstr(r->moment, "%B"))
		put_english(text, strchr(r->moment, '.'));
	const char *rest = text_is_space(*text) ? NULL : strptime(text, r->moment, &tm);
	if (rest && r->after)
		rest = (rest = read_micro(rest, &micro)) ? strptime(rest, r->after, &tm) : NULL;
	const int read[] = { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, micro,
	                     r->zoned ? (int)(tm.tm_gmtoff / 60) : NO_ZONE };
	memcpy(p, read, sizeof read);
	return rest && !*rest && p[YEAR] >= 1000 && p[SECOND] < 60 && end_moment("", p);
}

static enum err_id read_moment(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	const struct field_kind *kind = r->kind;
	bool timed = kind->to == 19, sheet = r->cell == ROWCELL_MOMENT, iso = !r->moment || sheet;
	/* A time by default is hh:mm:ss and nothing else; "any" leaves it what ISO 8601 does. */
	bool tail = timed && (!kind->from || strcmp(r->f->format, "default") != 0 || sheet);
	char text[MOMENT_MAX] = "";
	int p[PARTS] = { 2000, 1, 1 }, len = 0;
	size_t size = sizeof r->text, to = (size_t)kind->to;

	/* A moment of a sheet may have more parts than its column has: midnight of a date, the first day of a month; or fewer. */
	if (sheet && !kind->from && n > to && n <= 19 && !memcmp(s + to, first + to, n - to))
		n = to;
	if (!n || n >= sizeof text - sizeof first || memchr(s, 0, n))
		return ERR_VALUE_TYPE;
	memcpy(text, s, n);
	if (sheet && timed && n == 10) {
		memcpy(text + n, first + n, 9);
		s = memcpy(r->text, text, n = 19);
	}
	*out = cell_bytes(s, n);
	if (iso)
		return read_iso(kind, tail, text, p) ? ERR_NONE : ERR_VALUE_TYPE;
	if (!read_pattern(r, text, p))
		return ERR_VALUE_TYPE;
	if (!kind->from)
		len = snprintf(r->text, size, "%04d-%02d-%02d%s", p[YEAR], p[MONTH], p[DAY], timed ? "T" : "");
	if (timed)
		len += snprintf(r->text + len, size - (size_t)len, "%02d:%02d:%02d", p[HOUR], p[MINUTE], p[SECOND]);
	if (p[MICRO])
		len += snprintf(r->text + len, size - (size_t)len, ".%06d", p[MICRO]);
	if (p[ZONE] != NO_ZONE)
		len += snprintf(r->text + len, size - (size_t)len, "%c%02d:%02d", p[ZONE] < 0 ? '-' : '+', abs(p[ZONE]) / 60, abs(p[ZONE]) % 60);
	*out = cell_bytes(r->text, (size_t)len);
	return ERR_NONE;
}

/* A pattern of strptime must name each part that the type needs, once, and nothing else but what makes a time finer. What strptime lacks,
 * parts of a second ("%f"), is read between two halves of it. */
static bool open_moment(struct field_reader *r, struct arena *a, struct err *e)
{
	static const char letters[] = "YmdHMSyjIbBpfz", stands_for[] = "YmdHMSYjHmmpfz", parts[] = "YmdjHMSpfz";
	enum { YMD = 7, YJ = 9, HM = 48, HALF = 128, FRACTION = 256, ZONED = 512 };   /* bits of parts */
	const struct field *f = r->f;
	bool ok = true, twelve = false, timed = r->kind->to == 19;
	unsigned seen = 0;

	if (!strcmp(f->format, "default") || !strcmp(f->format, "any"))
		return true;
	char *pattern = arena_strdup(a, f->format + (strncmp(f->format, "fmt:", 4) ? 0 : 4));
	r->moment = pattern;
	for (char *p = pattern; ok && (p = strchr(p, '%')); p += 2) {
		const char *l = p[1] ? strchr(letters, p[1]) : NULL;
		unsigned bit = l ? 1u << (strchr(parts, stands_for[l - letters]) - parts) : 0;
		ok = p[1] == '%' || (bit & ~seen && (!r->after || bit == ZONED));
		twelve |= p[1] == 'I';
		seen |= bit;
		if (ok && bit == FRACTION) {
			*p = 0;
			r->after = p + 2;
		}
	}
	unsigned days = seen & (YMD | YJ);
	r->zoned = seen & ZONED;
	ok = ok && (r->kind->from ? !days : days == YMD || days == YJ) && (timed ? (seen & HM) == HM : seen == days) && !(seen & HALF) == !twelve;
	return ok || err_set(e, ERR_DESC_VALUE, "format" ERR_SEP "%s" ERR_SEP "%%Y-%%m-%%d, %%d/%%m/%%y, %%d %%B %%Y, %%Y-%%j, %%H:%%M:%%S.%%f%%z, "
	                     "%%I:%%M %%p", f->format);
}

/* Days since a fixed one of the Gregorian calendar, carried on before it. */
static double day_number(double year, int month, int day)
{
	double y = year - (month <= 2);

	return y * 365 + floor(y / 4) - floor(y / 100) + floor(y / 400) + (153 * ((month + 9) % 12) + 2) / 5 + day;
}

/* Where a value lies, in seconds. Months have no fixed length: a duration is laid from the kth of the days that XML Schema gives for it. */
static double seconds_of(const struct field_reader *r, const struct cell *c, size_t k)
{
	static const struct { int year, month; } from[] = { { 1696, 9 }, { 1697, 2 }, { 1903, 3 }, { 1903, 7 } };
	static const struct { int group; double months, seconds; } units[] = {
		{ 1, 12, 0 }, { 2, 1, 0 }, { 3, 0, 86400 }, { 5, 0, 3600 }, { 6, 0, 60 }, { 7, 0, 1 },
	};
	regmatch_t m[8] = { { .rm_so = 0, .rm_eo = (regoff_t)c->n } };
	double months = from[k].year * 12.0 + from[k].month - 1, seconds = 0, sign = *c->s == '-' ? -1 : 1, v;
	char text[MOMENT_MAX] = "";
	int p[PARTS] = { 2000, 1, 1 };

	if (r->f->type != FIELD_DURATION) {
		read_iso(r->kind, true, memcpy(text, c->s, c->n), p);
		return day_number(p[YEAR], p[MONTH], p[DAY]) * 86400 + (p[HOUR] * 60 + p[MINUTE] - p[ZONE]) * 60 + p[SECOND] + p[MICRO] / 1e6;
	}
	regexec(&r->shape, c->s, 8, m, REG_STARTEND);
	for (size_t i = 0; i < 6; i++) {
		const regmatch_t *g = &m[units[i].group];
		if (g->rm_so >= 0 && num_real(c->s + g->rm_so, (size_t)(g->rm_eo - g->rm_so - 1), '.', &v, NULL)) {
			months += sign * v * units[i].months;
			seconds += sign * v * units[i].seconds;
		}
	}
	double year = floor(months / 12);
	return (day_number(year, (int)(months - year * 12) + 1, 1) - day_number(from[k].year, from[k].month, 1)) * 86400 + seconds;
}

/* ---- JSON ---- */

/* Numbers, to a depth of arrays: of coordinates, the innermost of which is a position. */
static bool are_positions(const struct json *v, int depth)
{
	if (!v || v->type != JSON_ARRAY || (!depth && v->count < 2))
		return false;
	for (const struct json *c = v->child; c; c = c->next)
		if (depth ? !are_positions(c, depth - 1) : c->type != JSON_NUMBER)
			return false;
	return true;
}

/* An object of GeoJSON or, as Topology, of TopoJSON: each has a type and the member that goes with it. */
static bool is_geojson(const struct json *v)
{
	enum { OBJECTS = -1, FEATURE = -2, TOPOLOGY = -3 };   /* else the depth of arrays of positions */
	static const struct { const char *type, *member; int holds; } shapes[] = {
		{ "Point", "coordinates", 0 }, { "MultiPoint", "coordinates", 1 }, { "LineString", "coordinates", 1 },
		{ "MultiLineString", "coordinates", 2 }, { "Polygon", "coordinates", 2 }, { "MultiPolygon", "coordinates", 3 },
		{ "GeometryCollection", "geometries", OBJECTS }, { "FeatureCollection", "features", OBJECTS }, { "Feature", "geometry", FEATURE },
		{ "Topology", "objects", TOPOLOGY },
	};
	const struct json *type = json_get(v, "type"), *member = NULL;
	int holds = 0;

	for (size_t i = 0; type && i < sizeof shapes / sizeof *shapes && !member; i++)
		if (!strcmp(type->s, shapes[i].type)) {
			member = json_get(v, shapes[i].member);
			holds = shapes[i].holds;
		}
	if (!member || holds >= 0)
		return are_positions(member, holds);
	if (holds != OBJECTS)
		return holds == FEATURE ? json_get(v, "properties") && (member->type == JSON_NULL || is_geojson(member))
		                        : json_get(v, "arcs") && member->type == JSON_OBJECT;
	for (const struct json *c = member->child; c; c = c->next)
		if (!is_geojson(c))
			return false;
	return member->type == JSON_ARRAY;
}

/* The types that are JSON, and points: "lon, lat" is an array without its brackets. */
static enum err_id read_json(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	const struct field *f = r->f;
	bool point = f->type == FIELD_GEOPOINT, object = !strcmp(f->format, "object"), bare = point && !strcmp(f->format, "default"), ok;
	struct arena a = { 0 };
	struct json_doc doc;
	struct err ignored;
	double lon, lat;

	if (bare) {
		s = arena_printf(&a, "[%.*s]", (int)(n < SHOWN ? n : SHOWN), s);
		n = strlen(s);
	}
	ok = json_parse(&doc, &a, "", s, n, &ignored);
	const struct json *v = ok ? doc.root : NULL;
	buf_clear(&r->json);
	if (ok && point) {
		ok = v->count == 2 && (v->type == JSON_OBJECT) == object && json_real(object ? json_get(v, "lon") : v->child, &lon) &&
		     json_real(object ? json_get(v, "lat") : v->child->next, &lat) && fabs(lon) <= 180 && fabs(lat) <= 90;
		for (int i = 0; i < 2 && ok; i++) {
			buf_str(&r->json, i ? "," : "");
			num_put_real(&r->json, i ? lat : lon);
		}
	} else if (ok) {
		ok = v->type == (f->type == FIELD_ARRAY ? JSON_ARRAY : JSON_OBJECT) &&
		     (f->type != FIELD_GEOJSON || (is_geojson(v) && !strcmp(f->format, "topojson") == !strcmp(json_get(v, "type")->s, "Topology")));
		r->count = (int64_t)v->count;
		json_write(v, &r->json);
	}
	arena_free(&a);
	*out = cell_text(buf_text(&r->json));
	return ok && !r->json.over ? ERR_NONE : ERR_VALUE_TYPE;
}

/* A list becomes a JSON array; its items are read as cells of their type. */
static enum err_id read_list(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	const struct field *f = r->f;
	const char *end = s + n, *stop = s;
	size_t gap = strlen(f->delimiter);
	struct buf *b = &r->json;

	buf_clear(b);
	for (r->count = 0; stop; r->count++) {
		struct cell c;
		s = r->count ? stop + gap : s;
		stop = memmem(s, (size_t)(end - s), f->delimiter, gap);
		enum err_id wrong = r->item->kind->convert(r->item, s, (size_t)((stop ? stop : end) - s), &c);
		if (wrong != ERR_NONE) {
			memcpy(r->detail, r->item->detail, sizeof r->detail);
			return wrong;
		}
		buf_char(b, r->count ? ',' : '[');
		if (f->item == FIELD_BOOLEAN)
			buf_str(b, c.i ? "true" : "false");
		else if (c.type == CELL_TEXT)
			buf_json(b, c.s, c.n);
		else if (c.type == CELL_REAL)
			num_put_real(b, c.d);
		else
			buf_printf(b, "%lld", (long long)c.i);
	}
	buf_char(b, ']');
	*out = cell_text(buf_text(b));
	return b->over ? ERR_VALUE_TYPE : ERR_NONE;
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
	bool own = r->cell == ROWCELL_FLAG;   /* of a sheet or JSON: "true" or "false", whatever the field's own words */

	*out = cell_int(own ? *s == 't' : is_in(&r->f->true_values, s, n));
	return own || out->i || is_in(&r->f->false_values, s, n) ? ERR_NONE : ERR_VALUE_TYPE;
}

/* As gYear of XML Schema, without a time zone: four digits, more only where the first is not 0. */
static enum err_id read_year(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	size_t sign = n && *s == '-';

	(void)r;
	out->type = CELL_INT;
	return n - sign >= 4 && n <= 9 && *s != '+' && (n - sign == 4 || s[sign] != '0') && num_int(s, n, &out->i) ? ERR_NONE : ERR_VALUE_TYPE;
}

static enum err_id read_text(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	regmatch_t all = { .rm_so = 0, .rm_eo = (regoff_t)n };   /* REG_STARTEND: the text has no NUL at its end */

	*out = cell_bytes(s, n);
	bool ok = !r->has_shape || !regexec(&r->shape, s, 1, &all, REG_STARTEND);
	return ok && (r->f->type != FIELD_DURATION || !strchr("PT", s[n - 1])) ? ERR_NONE : ERR_VALUE_TYPE;
}

const struct field_kind field_kinds[FIELD_TYPES] = {
	[FIELD_STRING] = { "string", "TEXT", read_text, .counted = true, .formats = "email uri binary uuid" },
	[FIELD_INTEGER] = { "integer", "INTEGER", read_number, true },
	[FIELD_NUMBER] = { "number", "REAL", read_number, true },
	[FIELD_BOOLEAN] = { "boolean", "INTEGER", read_boolean },
	[FIELD_DATE] = { "date", "TEXT", read_moment, true, .from = 0, .to = 10, .formats = "any %" },
	[FIELD_TIME] = { "time", "TEXT", read_moment, true, .from = 11, .to = 19, .formats = "any %" },
	[FIELD_DATETIME] = { "datetime", "TEXT", read_moment, true, .from = 0, .to = 19, .formats = "any %" },
	[FIELD_YEAR] = { "year", "INTEGER", read_year, true },
	[FIELD_YEARMONTH] = { "yearmonth", "TEXT", read_moment, true, .from = 0, .to = 7 },
	[FIELD_ANY] = { "any", "TEXT", read_text, .counted = true },
	[FIELD_DURATION] = { "duration", "TEXT", read_text, true },
	[FIELD_GEOPOINT] = { "geopoint", "TEXT", read_json, .formats = "array object" },
	[FIELD_GEOJSON] = { "geojson", "TEXT", read_json, .formats = "topojson" },
	[FIELD_OBJECT] = { "object", "TEXT", read_json, .counted = true },
	[FIELD_ARRAY] = { "array", "TEXT", read_json, .counted = true },
	[FIELD_LIST] = { "list", "TEXT", read_list, .counted = true },
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
	bool own = strcmp(f->format, "default") != 0, json = r->kind->convert == read_json && f->type != FIELD_GEOPOINT;
	char what[160];

	if (wrong == ERR_NONE)
		return 1;
	if (f->type == FIELD_NUMBER && f->decimal != '.')
		snprintf(what, sizeof what, "number (decimalChar “%c”)" ERR_SEP "%s", f->decimal, r->detail);
	else
		snprintf(what, sizeof what, "%s%s%.100s%s" ERR_SEP "%s", r->kind->name, own ? " " : "", own ? f->format : "", json ? " (JSON)" : "",
		         r->detail);
	return fail_value(r, wrong, s, n, what, e);
}

int field_compare(const struct cell *a, const struct cell *b)
{
	if (a->type != CELL_TEXT)
		return a->type == CELL_REAL ? (a->d > b->d) - (a->d < b->d) : (a->i > b->i) - (a->i < b->i);
	int order = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);
	return order ? order : (a->n > b->n) - (a->n < b->n);
}

static int check_length(const struct field_reader *r, const char *s, size_t n, const struct cell *c, struct err *e)
{
	const struct field *f = r->f;
	bool text = r->kind->convert == read_text;
	int64_t count = text ? (int64_t)text_utf8_length(c->s, c->n) : r->count;
	bool low = f->min_length >= 0 && count < f->min_length;
	long long limit = low ? f->min_length : f->max_length;
	char more[80];

	if (!low && (limit < 0 || count <= limit))
		return 1;
	snprintf(more, sizeof more, "%lld" ERR_SEP "%s %lld", (long long)count, low ? "≥" : "≤", limit);
	return fail_value(r, text ? ERR_VALUE_LENGTH : ERR_VALUE_ITEMS, s, n, more, e);
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
	regmatch_t all = { .rm_so = 0, .rm_eo = (regoff_t)n };

	/* A duration must keep its bound wherever it is laid. */
	for (size_t i = 0; i < r->nbound; i++)
		for (size_t k = 0; k < (f->type == FIELD_DURATION ? 4 : 1); k++) {
			enum field_bound kind = r->bound[i].kind;
			const struct cell *limit = &r->bound[i].value;
			/* By time where zones or months give the texts another order. */
			double apart = f->type == FIELD_DURATION || r->kind->to == 19 ? seconds_of(r, c, k) - seconds_of(r, limit, k) : field_compare(c, limit);
			bool low = kind == FIELD_MINIMUM || kind == FIELD_OVER, open = kind == FIELD_OVER || kind == FIELD_UNDER;
			if ((low ? apart < 0 : apart > 0) || (open && apart == 0))
				return fail_value(r, low ? ERR_VALUE_MINIMUM : ERR_VALUE_MAXIMUM, s, n, f->bound[kind], e);
		}
	if ((f->min_length >= 0 || f->max_length >= 0) && check_length(r, s, n, c, e) < 0)
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
	const char *unfit = (f->min_length >= 0 || f->max_length >= 0) && !r->kind->counted ? "minLength, maxLength" : NULL;

	for (enum field_bound i = 0; i < FIELD_BOUNDS; i++) {
		if (!f->bound[i])
			continue;
		if (!r->kind->ordered)
			unfit = "minimum, maximum";
		r->bound[r->nbound].kind = i;
		if (!unfit && !constant(r, a, f->bound[i], &r->bound[r->nbound++].value, e))
			return false;
	}
	if (f->ncategory && f->type != FIELD_STRING && f->type != FIELD_INTEGER && f->type != FIELD_ANY)
		unfit = "categories";
	if (unfit)
		return err_set(e, ERR_DESC_CONSTRAINT, "%s" ERR_SEP "%s" ERR_SEP "%s", f->name, r->kind->name, unfit);
	r->enumeration = arena_array(a, struct cell, n);
	for (size_t i = 0; i < n; i++)
		if (!constant(r, a, f->enumeration.s[i], &r->enumeration[i], e))
			return false;
	qsort(r->enumeration, n, sizeof *r->enumeration, by_value);
	/* What the descriptor writes is no figure of the data. */
	r->decimals = f->type == FIELD_NUMBER || f->type == FIELD_INTEGER ? 0 : -1;
	return true;
}

/* What formats of strings, and durations, must look like, in POSIX: bytes of characters above ASCII are letters of an address of mail. */
static void open_shape(struct field_reader *r)
{
#define LABEL "[A-Za-z0-9\x80-\xff]([A-Za-z0-9\x80-\xff-]*[A-Za-z0-9\x80-\xff])?"
	static const struct { enum field_type type; const char *format, *posix; } shapes[] = {
		{ FIELD_STRING, "email", "^[^][\x01-\x20\x7f@()<>,;:\"\\]+@" LABEL "(\\." LABEL ")*$" },
		{ FIELD_STRING, "uri", "^[A-Za-z][A-Za-z0-9+.-]*:(//\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9:/?#@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})+$" },
		{ FIELD_STRING, "binary", "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$" },
		{ FIELD_STRING, "uuid", "^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$" },
		{ FIELD_DURATION, "default", "^-?P([0-9]{1,9}Y)?([0-9]{1,9}M)?([0-9]{1,15}D)?(T([0-9]{1,15}H)?([0-9]{1,15}M)?([0-9]{1,15}(\\.[0-9]{1,90})?S)?)?$" },
	};

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (r->f->type == shapes[i].type && !strcmp(r->f->format, shapes[i].format))
			r->has_shape = !regcomp(&r->shape, shapes[i].posix, r->kind->ordered ? REG_EXTENDED : REG_EXTENDED | REG_NOSUB);
}

struct field_reader *field_open(const struct field *f, struct arena *a, struct err *e)
{
	struct field_reader *r = arena_new(a, struct field_reader);

	*r = (struct field_reader){ .f = f, .kind = &field_kinds[f->type], .json = BUF(2 * ROWS_BYTES) };
	for (size_t i = 0; i < f->nmissing; i++)
		r->longest = strlen(f->missing[i].value) > r->longest ? strlen(f->missing[i].value) : r->longest;
	if (f->type == FIELD_LIST) {
		struct field *item = arena_new(a, struct field);
		/* By the standard's defaults: only the type of an item can be chosen. */
		*item = (struct field){ .name = f->name, .type = f->item, .format = "default", .decimal = '.', .group = "", .bare = true,
		                        .min_length = -1, .max_length = -1, .true_values = f->true_values, .false_values = f->false_values };
		r->item = field_open(item, a, e);
	}
	open_shape(r);
	if ((r->kind->to && !open_moment(r, a, e)) || !open_constants(r, a, e) || (f->pattern && !open_pattern(r, e))) {
		field_close(r);
		return NULL;
	}
	return r;
}

void field_close(struct field_reader *r)
{
	if (!r)
		return;
	field_close(r->item);
	buf_free(&r->json);
	if (r->has_pattern)
		regfree(&r->pattern);
	if (r->has_shape)
		regfree(&r->shape);
}
