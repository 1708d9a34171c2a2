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
	struct choice { struct cell *cell; size_t n; const struct texts *written; } choice[2];   /* enum and categories, sorted */
	struct texts categories;
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

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* "", ".123", "Z", "+02:00" and both together. */
static bool read_tail(const char *s, const char *end, int p[PARTS])
{
	int v[6];

	if (s < end && *s == '.') {
		const char *from = ++s;
		for (int unit = 100000; s < end && text_is_digit(*s); unit /= 10)
			p[MICRO] += unit * (*s++ - '0');
		if (s == from || s - from > 9)
			return false;
	}
	if (s == end || (*s == 'Z' && s + 1 == end))
		return true;
	if (end - s != 6 || (*s != '+' && *s != '-') || s[3] != ':')
		return false;
	for (int i = 1; i < 6; i++) {
		if (i != 3 && !text_is_digit(s[i]))
			return false;
		v[i] = s[i] - '0';
	}
	p[ZONE] = ((v[1] * 10 + v[2]) * 60 + v[4] * 10 + v[5]) * (*s == '-' ? -1 : 1);
	return abs(p[ZONE]) <= 14 * 60 && v[4] < 6;
}

/* The parts that the type has, as ISO 8601 writes them. */
static bool read_iso(const struct field_kind *kind, bool tail, const char *s, const char *end, int p[PARTS])
{
	static const struct { char before; int digits, low, high; } parts[] = {
		{ 0, 4, 0, 9999 }, { '-', 2, 1, 12 }, { '-', 2, 1, 31 }, { 'T', 2, 0, 23 }, { ':', 2, 0, 59 }, { ':', 2, 0, 59 },
	};

	for (int i = kind->from; i < kind->to; i++) {
		int v = 0;
		if ((i > kind->from && (s == end || *s++ != parts[i].before)) || end - s < parts[i].digits)
			return false;
		for (const char *stop = s + parts[i].digits; s < stop; s++) {
			if (!text_is_digit(*s))
				return false;
			v = v * 10 + (*s - '0');
		}
		if (v < parts[i].low || v > parts[i].high)
			return false;
		p[i] = v;
	}
	return (tail ? read_tail(s, end, p) : s == end) && p[DAY] <= month_days(p[YEAR], p[MONTH]);
}

/* strptime knows English months only: the first word that names a French one, whole or by its first letters, becomes that. */
static void put_english(char *text, bool point)
{
	static const char *const months[] = {
		"janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
	};
	char word[16], *end = text + strlen(text);

	for (char *from = text; from < end;) {
		const char *p = from, *next = p;
		size_t n = 0, found = 0, month = 0;
		for (; next < end && n < sizeof word; p = next) {
			uint32_t c = text_utf8_next(&next, end);
			word[n] = c == 0xe9 || c == 0xc9 ? 'e' : c == 0xfb || c == 0xdb ? 'u' : c < 0x80 ? text_lower((char)c) : 0;
			if (word[n] < 'a' || word[n] > 'z')
				break;
			n++;
		}
		for (size_t i = 0; i < 12 && n >= 3; i++)
			if (!strncmp(months[i], word, n)) {
				found++;
				month = i;
			}
		if (found == 1) {
			p += *p == '.' && !point;   /* "févr." */
			memcpy(from, &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * month], 3);
			memmove(from + 3, p, strlen(p) + 1);
			return;
		}
		from += p > from ? p - from : next - from;
	}
}

/* By the user's own pattern. */
static bool read_pattern(const struct field_reader *r, const char *s, size_t n, int p[PARTS])
{
	struct tm tm = { .tm_year = 100, .tm_mday = 1 };
	char text[MOMENT_MAX];

	if (!n || n >= sizeof text || memchr(s, 0, n) || text_is_space(*s))
		return false;
	memcpy(text, s, n);
	text[n] = 0;
	if (strstr(r->moment, "%b") || strstr(r->moment, "%B"))
		put_english(text, strchr(r->moment, '.'));
	const char *rest = strptime(text, r->moment, &tm);
	if (rest && r->after) {
		const char *from = rest;
		for (int unit = 100000; text_is_digit(*rest) && unit; unit /= 10)
			p[MICRO] += unit * (*rest++ - '0');
		rest = rest > from ? strptime(rest, r->after, &tm) : NULL;
	}
	const int read[] = { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec };
	memcpy(p, read, sizeof read);
	p[ZONE] = r->zoned ? (int)(tm.tm_gmtoff / 60) : NO_ZONE;
	return rest && !*rest && p[YEAR] >= 1000 && p[SECOND] < 60 && p[DAY] <= month_days(p[YEAR], p[MONTH]);
}

/* A moment of a sheet may have more parts than its column has: midnight of a date, the first day of a month; or fewer. */
static void fit_moment(struct field_reader *r, const char **s, size_t *n)
{
	enum field_type type = r->f->type;

	if ((type == FIELD_DATE || type == FIELD_YEARMONTH) && *n == 19 && !memcmp(*s + 10, "T00:00:00", 9))
		*n = 10;
	if (type == FIELD_YEARMONTH && *n == 10 && !memcmp(*s + 7, "-01", 3))
		*n = 7;
	if (type == FIELD_DATETIME && *n == 10) {
		*n = (size_t)snprintf(r->text, sizeof r->text, "%.10sT00:00:00", *s);
		*s = r->text;
	}
}

static enum err_id read_moment(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	enum field_type type = r->f->type;
	bool timed = r->kind->to > DAY + 1, iso = !r->moment || r->cell == ROWCELL_MOMENT;
	/* A time by default is hh:mm:ss and nothing else; "any" leaves it what ISO 8601 does. */
	bool tail = timed && (type == FIELD_DATETIME || strcmp(r->f->format, "default") != 0 || r->cell == ROWCELL_MOMENT);
	int p[PARTS] = { 2000, 1, 1 }, len = 0;
	size_t size = sizeof r->text;

	if (iso ? !read_iso(r->kind, tail, s, s + n, p) : !read_pattern(r, s, n, p))
		return ERR_VALUE_TYPE;
	*out = cell_bytes(s, n);
	if (iso)
		return ERR_NONE;
	if (type != FIELD_TIME)
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
	bool ok = true, twelve = false, timed = r->kind->to > DAY + 1;
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

/* Months and seconds of "P1Y2M3DT4H5M6.7S" (XML Schema); false when it is not one. */
static bool split_duration(const char *s, size_t n, double *months, double *seconds)
{
	static const struct { char unit; double months, seconds; } units[] = {
		{ 'Y', 12, 0 }, { 'M', 1, 0 }, { 'D', 0, 86400 }, { 'H', 0, 3600 }, { 'M', 0, 60 }, { 'S', 0, 1 },
	};
	const char *end = s + n, *from;
	bool negative = n && *s == '-';
	double v = 0;

	*months = *seconds = 0;
	s += negative;
	if (end - s < 2 || *s++ != 'P' || end[-1] == 'T')
		return false;
	for (size_t i = 0; i < 6 && s < end; i++) {
		if (i == 3 && *s++ != 'T')
			return false;
		for (from = s; s < end && (text_is_digit(*s) || (*s == '.' && s > from));)
			s++;
		if (s == end || *s != units[i].unit) {
			s = from;
			continue;
		}
		if (!text_is_digit(s[-1]) || (i < 5 && memchr(from, '.', (size_t)(s - from))) || !num_real(from, (size_t)(s - from), '.', &v, NULL) || v > 1e12)
			return false;
		*months += v * units[i].months * (negative ? -1 : 1);
		*seconds += v * units[i].seconds * (negative ? -1 : 1);
		s++;
	}
	return s == end;
}

static enum err_id read_duration(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	double months, seconds;

	(void)r;
	*out = cell_bytes(s, n);
	return split_duration(s, n, &months, &seconds) ? ERR_NONE : ERR_VALUE_TYPE;
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
	double months, seconds;
	int p[PARTS] = { 2000, 1, 1 };

	if (r->f->type == FIELD_DURATION) {
		split_duration(c->s, c->n, &months, &seconds);
		double all = from[k].year * 12.0 + from[k].month - 1 + months, year = floor(all / 12);
		return (day_number(year, (int)(all - year * 12) + 1, 1) - day_number(from[k].year, from[k].month, 1)) * 86400 + seconds;
	}
	read_iso(r->kind, true, c->s, c->s + c->n, p);
	return day_number(p[YEAR], p[MONTH], p[DAY]) * 86400 + (p[HOUR] * 60 + p[MINUTE] - p[ZONE]) * 60 + p[SECOND] + p[MICRO] / 1e6;
}

/* Order of two values as a minimum or maximum means it: by time where zones or months give their texts another order. */
static int compare(const struct field_reader *r, const struct cell *a, const struct cell *b, size_t k)
{
	if (r->f->type != FIELD_DURATION && r->kind->to <= DAY + 1)
		return field_compare(a, b);
	double x = seconds_of(r, a, k), y = seconds_of(r, b, k);
	return (x > y) - (x < y);
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
	enum { OBJECTS = -1, OBJECT = -2, FEATURE = -3 };
	static const struct { const char *type, *member; int depth; } shapes[] = {
		{ "Point", "coordinates", 0 }, { "MultiPoint", "coordinates", 1 }, { "LineString", "coordinates", 1 },
		{ "MultiLineString", "coordinates", 2 }, { "Polygon", "coordinates", 2 }, { "MultiPolygon", "coordinates", 3 },
		{ "GeometryCollection", "geometries", OBJECTS }, { "FeatureCollection", "features", OBJECTS }, { "Feature", "geometry", FEATURE },
		{ "Topology", "objects", OBJECT },
	};
	const struct json *type = json_get(v, "type");
	size_t i = 0;

	while (i < sizeof shapes / sizeof *shapes && (!type || strcmp(type->s, shapes[i].type) != 0))
		i++;
	const struct json *member = i < sizeof shapes / sizeof *shapes ? json_get(v, shapes[i].member) : NULL;
	if (!member)
		return false;
	if (shapes[i].depth == FEATURE)
		return json_get(v, "properties") && (member->type == JSON_NULL || is_geojson(member));
	if (shapes[i].depth == OBJECT)
		return json_get(v, "arcs") && member->type == JSON_OBJECT;
	for (const struct json *c = shapes[i].depth == OBJECTS ? member->child : NULL; c; c = c->next)
		if (!is_geojson(c))
			return false;
	return shapes[i].depth == OBJECTS ? member->type == JSON_ARRAY : are_positions(member, shapes[i].depth);
}

static bool is_point(struct field_reader *r, double lon, double lat)
{
	buf_clear(&r->json);
	num_put_real(&r->json, lon);
	buf_char(&r->json, ',');
	num_put_real(&r->json, lat);
	return fabs(lon) <= 180 && fabs(lat) <= 90;
}

/* The types that are JSON, and points written as such. */
static enum err_id read_json(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	const struct field *f = r->f;
	struct arena a = { 0 };
	struct json_doc doc;
	struct err ignored;
	double lon, lat;
	bool ok = json_parse(&doc, &a, "", s, n, &ignored);
	const struct json *v = ok ? doc.root : NULL;

	if (ok && f->type == FIELD_GEOPOINT) {
		bool pair = v->type == JSON_ARRAY, array = !strcmp(f->format, "array");
		ok = v->count == 2 && pair == array && json_real(pair ? v->child : json_get(v, "lon"), &lon) &&
		     json_real(pair ? v->child->next : json_get(v, "lat"), &lat) && is_point(r, lon, lat);
	} else if (ok) {
		ok = v->type == (f->type == FIELD_ARRAY ? JSON_ARRAY : JSON_OBJECT) &&
		     (f->type != FIELD_GEOJSON || (is_geojson(v) && !strcmp(f->format, "topojson") == !strcmp(json_get(v, "type")->s, "Topology")));
		r->count = (int64_t)v->count;
		buf_clear(&r->json);
		json_write(v, &r->json);
	}
	arena_free(&a);
	*out = cell_text(buf_text(&r->json));
	return ok && !r->json.over ? ERR_NONE : ERR_VALUE_TYPE;
}

static enum err_id read_point(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	const char *comma = memchr(s, ',', n), *end = s + n, *second = comma ? comma + 1 : end;
	double lon, lat;

	if (strcmp(r->f->format, "default") != 0)
		return read_json(r, s, n, out);
	while (second < end && *second == ' ')
		second++;
	if (!comma || !num_real(s, (size_t)(comma - s), '.', &lon, NULL) || !num_real(second, (size_t)(end - second), '.', &lat, NULL) ||
	    !is_point(r, lon, lat))
		return ERR_VALUE_TYPE;
	*out = cell_text(buf_text(&r->json));
	return ERR_NONE;
}

/* A list becomes a JSON array; its items are read as cells of their type. */
static enum err_id read_list(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	const struct field *f = r->f;
	const char *end = s + n, *stop = s;
	struct buf *b = &r->json;

	buf_clear(b);
	for (r->count = 0; stop; r->count++, s = stop + strlen(f->delimiter)) {
		struct cell c;
		stop = memmem(s, (size_t)(end - s), f->delimiter, strlen(f->delimiter));
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

bool field_is_uuid(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' : !text_is_digit(s[i]) && (text_lower(s[i]) < 'a' || text_lower(s[i]) > 'f'))
			return false;
	return n == 36;
}

static enum err_id read_text(struct field_reader *r, const char *s, size_t n, struct cell *out)
{
	regmatch_t all = { .rm_so = 0, .rm_eo = (regoff_t)n };   /* REG_STARTEND: the text has no NUL at its end */

	*out = cell_bytes(s, n);
	return !r->has_shape || !regexec(&r->shape, s, 1, &all, REG_STARTEND) ? ERR_NONE : ERR_VALUE_TYPE;
}

const struct field_kind field_kinds[FIELD_TYPES] = {
	[FIELD_STRING] = { "string", "TEXT", read_text, .counted = true, .formats = "email uri binary uuid" },
	[FIELD_INTEGER] = { "integer", "INTEGER", read_number, true },
	[FIELD_NUMBER] = { "number", "REAL", read_number, true },
	[FIELD_BOOLEAN] = { "boolean", "INTEGER", read_boolean },
	[FIELD_DATE] = { "date", "TEXT", read_moment, true, .from = YEAR, .to = DAY + 1, .formats = "any %" },
	[FIELD_TIME] = { "time", "TEXT", read_moment, true, .from = HOUR, .to = SECOND + 1, .formats = "any %" },
	[FIELD_DATETIME] = { "datetime", "TEXT", read_moment, true, .from = YEAR, .to = SECOND + 1, .formats = "any %" },
	[FIELD_YEAR] = { "year", "INTEGER", read_year, true },
	[FIELD_YEARMONTH] = { "yearmonth", "TEXT", read_moment, true, .from = YEAR, .to = MONTH + 1 },
	[FIELD_ANY] = { "any", "TEXT", read_text, .counted = true },
	[FIELD_DURATION] = { "duration", "TEXT", read_duration, true },
	[FIELD_GEOPOINT] = { "geopoint", "TEXT", read_point, .formats = "array object" },
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
	bool own = strcmp(f->format, "default") != 0, json = r->kind->convert == read_json;
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

static int check_choice(const struct field_reader *r, const struct choice *list, const char *s, size_t n, const struct cell *c, struct err *e)
{
	struct arena a = { 0 };

	if (bsearch(c, list->cell, list->n, sizeof *c, by_value))
		return 1;
	fail_value(r, ERR_VALUE_ENUM, s, n, package_perhaps(&a, arena_strndup(&a, s, n < SHOWN ? n : SHOWN), list->written->s, list->n), e);
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
			int order = compare(r, c, &r->bound[i].value, k);
			bool low = kind == FIELD_MINIMUM || kind == FIELD_OVER, open = kind == FIELD_OVER || kind == FIELD_UNDER;
			if ((low ? order < 0 : order > 0) || (open && !order))
				return fail_value(r, low ? ERR_VALUE_MINIMUM : ERR_VALUE_MAXIMUM, s, n, f->bound[kind], e);
		}
	if ((f->min_length >= 0 || f->max_length >= 0) && check_length(r, s, n, c, e) < 0)
		return -1;
	if (r->has_pattern && regexec(&r->pattern, s, 1, &all, REG_STARTEND) != 0)
		return fail_value(r, ERR_VALUE_PATTERN, s, n, f->pattern, e);
	for (size_t i = 0; i < 2; i++)
		if (r->choice[i].n && check_choice(r, &r->choice[i], s, n, c, e) < 0)
			return -1;
	return 1;
}

int field_read(struct field_reader *r, const struct rowcell *c, struct cell *out, const char **label, struct err *e)
{
	const struct field *f = r->f;
	const char *s = c->s, *missing = c->kind == ROWCELL_NONE ? "" : NULL;
	size_t n = c->n;

	r->cell = c->kind;
	if (c->kind == ROWCELL_NUMBER)
		shorten(r, &s, &n);
	else if (c->kind == ROWCELL_MOMENT)
		fit_moment(r, &s, &n);
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

static bool open_choice(struct field_reader *r, struct arena *a, struct choice *list, const struct texts *written, struct err *e)
{
	*list = (struct choice){ arena_array(a, struct cell, written->n), written->n, written };
	for (size_t i = 0; i < list->n; i++)
		if (!constant(r, a, written->s[i], &list->cell[i], e))
			return false;
	qsort(list->cell, list->n, sizeof *list->cell, by_value);
	return true;
}

static bool open_constants(struct field_reader *r, struct arena *a, struct err *e)
{
	const struct field *f = r->f;
	const char **values = arena_array(a, const char *, f->ncategory);
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
	for (size_t i = 0; i < f->ncategory; i++)
		values[i] = f->category[i].value;
	r->categories = (struct texts){ values, f->ncategory };
	if (!open_choice(r, a, &r->choice[0], &f->enumeration, e) || !open_choice(r, a, &r->choice[1], &r->categories, e))
		return false;
	/* What the descriptor writes is no figure of the data. */
	r->decimals = f->type == FIELD_NUMBER || f->type == FIELD_INTEGER ? 0 : -1;
	return true;
}

/* What the formats of strings ask for, in POSIX: bytes of characters above ASCII are letters of an address of mail. */
static bool open_shape(struct field_reader *r)
{
#define LABEL "[A-Za-z0-9\x80-\xff]([A-Za-z0-9\x80-\xff-]*[A-Za-z0-9\x80-\xff])?"
	static const struct { const char *format, *posix; } shapes[] = {
		{ "email", "^[^][\x01-\x20\x7f@()<>,;:\"\\]+@" LABEL "(\\." LABEL ")*$" },
		{ "uri", "^[A-Za-z][A-Za-z0-9+.-]*:(//\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9:/?#@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})+$" },
		{ "binary", "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$" },
		{ "uuid", "^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$" },
	};

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes && r->f->type == FIELD_STRING; i++)
		if (!strcmp(r->f->format, shapes[i].format))
			r->has_shape = !regcomp(&r->shape, shapes[i].posix, REG_EXTENDED);
	return true;
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
	if ((r->kind->to && !open_moment(r, a, e)) || !open_shape(r) || !open_constants(r, a, e) || (f->pattern && !open_pattern(r, e))) {
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
