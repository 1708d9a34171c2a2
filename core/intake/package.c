/* From the JSON tree to plain structs. The tables below hold every property of Data Package v1 and v2 with what becomes of it,
 * so that nothing is ignored in silence. Nothing here opens a data file. */
#include "intake/package.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "intake/json.h"

#include <string.h>

enum { MAX_RESOURCES = 1000, MAX_FIELDS = 1000, MAX_WARNINGS = 100, MAX_NAME = 128, TEXT_MAX = 64 * 1024 };

/* What becomes of a property: used here; said to people only; of no effect here, with a warning; an error unless it has its default. */
enum use { USED, PLAIN, WARNED, REFUSED };
struct property { const char *name; enum use use; };

static const struct property package_props[] = {
	{ "name", USED }, { "title", USED }, { "description", USED }, { "version", USED }, { "resources", USED },
	{ "sources", USED }, { "licenses", USED }, { "$schema", PLAIN }, { "profile", PLAIN }, { "id", PLAIN },
	{ "homepage", PLAIN }, { "image", PLAIN }, { "created", PLAIN }, { "keywords", PLAIN }, { "contributors", PLAIN },
	{ "continuum:titles", USED }, { "continuum:sourceText", USED }, { "continuum:status", USED },
};
static const struct property resource_props[] = {
	{ "name", USED }, { "path", USED }, { "type", USED }, { "title", USED }, { "description", USED }, { "format", USED },
	{ "encoding", USED }, { "bytes", USED }, { "hash", USED }, { "dialect", USED }, { "schema", USED }, { "sources", USED },
	{ "licenses", USED }, { "mediatype", PLAIN }, { "profile", PLAIN }, { "$schema", PLAIN }, { "homepage", PLAIN },
	{ "data", REFUSED }, { "compression", REFUSED }, { "innerpath", REFUSED }, { "jsonSchema", WARNED },
	{ "continuum:status", USED }, { "continuum:scope", USED }, { "continuum:breaks", USED }, { "continuum:sourceText", USED },
};
static const struct property dialect_props[] = {
	{ "delimiter", USED }, { "quoteChar", USED }, { "commentChar", USED }, { "header", USED }, { "$schema", PLAIN },
	{ "profile", PLAIN }, { "csvddfVersion", PLAIN }, { "lineTerminator", PLAIN }, { "doubleQuote", REFUSED },
	{ "escapeChar", REFUSED }, { "skipInitialSpace", REFUSED }, { "nullSequence", REFUSED }, { "headerRows", REFUSED },
	{ "headerJoin", PLAIN }, { "commentRows", REFUSED }, { "caseSensitiveHeader", PLAIN }, { "property", REFUSED },
	{ "itemType", REFUSED }, { "itemKeys", REFUSED }, { "sheetNumber", REFUSED }, { "sheetName", REFUSED }, { "table", REFUSED },
};
static const struct property schema_props[] = {
	{ "fields", USED }, { "primaryKey", USED }, { "uniqueKeys", USED }, { "foreignKeys", USED }, { "missingValues", USED },
	{ "fieldsMatch", USED }, { "$schema", PLAIN }, { "profile", PLAIN }, { "name", PLAIN }, { "title", PLAIN }, { "description", PLAIN },
};
static const struct property field_props[] = {
	{ "name", USED }, { "type", USED }, { "format", USED }, { "title", USED }, { "description", USED }, { "constraints", USED },
	{ "missingValues", USED }, { "decimalChar", USED }, { "groupChar", USED }, { "bareNumber", USED }, { "trueValues", USED },
	{ "falseValues", USED }, { "example", PLAIN }, { "examples", PLAIN }, { "rdfType", WARNED }, { "categories", WARNED },
	{ "categoriesOrdered", WARNED }, { "continuum:countingUnit", USED }, { "continuum:scope", USED }, { "continuum:breaks", USED },
	{ "continuum:status", PLAIN },
};
static const struct property constraint_props[] = {
	{ "required", USED }, { "unique", USED }, { "minimum", USED }, { "maximum", USED }, { "exclusiveMinimum", USED },
	{ "exclusiveMaximum", USED }, { "minLength", USED }, { "maxLength", USED }, { "pattern", USED }, { "enum", USED },
	{ "jsonSchema", WARNED },
};
/* Defaults of the standard: a refused property with this value changes nothing. */
static const struct { const char *name, *value; } defaults[] = {
	{ "doubleQuote", "true" }, { "skipInitialSpace", "false" }, { "headerRows", "[1]" }, { "commentRows", "[]" },
	{ "nullSequence", "\"\"" }, { "data", "null" }, { "compression", "\"\"" }, { "innerpath", "\"\"" },
};

enum { TYPE_REFUSED = -1 };
static const struct { const char *name; int type; } types[] = {
	{ "string", FIELD_STRING }, { "integer", FIELD_INTEGER }, { "number", FIELD_NUMBER }, { "boolean", FIELD_BOOLEAN },
	{ "date", FIELD_DATE }, { "time", FIELD_TIME }, { "datetime", FIELD_DATETIME }, { "year", FIELD_YEAR },
	{ "yearmonth", FIELD_YEARMONTH }, { "any", FIELD_ANY }, { "duration", TYPE_REFUSED }, { "geopoint", TYPE_REFUSED },
	{ "geojson", TYPE_REFUSED }, { "object", TYPE_REFUSED }, { "array", TYPE_REFUSED }, { "list", TYPE_REFUSED },
};
static const struct { const char *written, *name; } encodings[] = {
	{ "utf-8", "utf-8" }, { "utf8", "utf-8" }, { "us-ascii", "utf-8" }, { "ascii", "utf-8" },
	{ "windows-1252", "windows-1252" }, { "cp1252", "windows-1252" }, { "cp-1252", "windows-1252" },
	{ "iso-8859-1", "iso-8859-1" }, { "iso8859-1", "iso-8859-1" }, { "latin-1", "iso-8859-1" }, { "latin1", "iso-8859-1" },
};
static const char *const statuses[] = { "official", "provisional", "revised", "transcribed", "illustrative" };
static const char *const matches[] = { "exact", "equal", "subset", "superset", "partial" };
static const char *const formats[] = { "csv", "tsv" };
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* After the first error nothing more is reported and readers return defaults: the callers check once, at the end of each object. */
struct reader {
	struct arena *a;
	struct json_doc doc;
	struct package *p;
	struct err *e;
	bool bad;
};
#define FAIL(r, v, ...) \
	((r)->bad ? false : ((r)->bad = true, err_set((r)->e, __VA_ARGS__), json_fail(&(r)->doc, (v), (r)->e)))

/* "a, b, c" for a hint: the nearest entry, or all of them. */
static const char *perhaps(struct reader *r, const char *s, const char *const *list, size_t n)
{
	struct buf b = BUF(220);
	const char *near = text_nearest(s, list, n);

	for (size_t i = 0; i < n && !near; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", list[i]);
	char *out = arena_strdup(r->a, near ? near : buf_text(&b));
	buf_free(&b);
	return out;
}

static void warn(struct reader *r, const struct json *v)
{
	struct buf b = BUF(400);

	if (r->p->nwarning == MAX_WARNINGS)
		return;
	json_pointer(v, &b);
	r->p->warning[r->p->nwarning++] = arena_strdup(r->a, buf_text(&b));
	buf_free(&b);
}

static bool is_default(const struct json *v)
{
	struct buf b = BUF(400);
	bool same = false;

	json_write(v, &b);
	for (size_t i = 0; i < COUNT(defaults); i++)
		if (!strcmp(v->key, defaults[i].name))
			same = !strcmp(buf_text(&b), defaults[i].value);
	buf_free(&b);
	return same;
}

static bool refuse(struct reader *r, const struct json *v)
{
	struct buf b = BUF(200);

	json_write(v, &b);
	FAIL(r, v, ERR_DESC_UNSUPPORTED, "%s" ERR_SEP "%s", v->key, buf_text(&b));
	buf_free(&b);
	return false;
}

/* True when v is an object whose properties are all in the table or of no concern to us. */
static bool check_props(struct reader *r, const struct json *v, const struct property *table, size_t n)
{
	const char *names[40];

	if (v->type != JSON_OBJECT)
		return FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "object", v->key);
	for (size_t i = 0; i < n; i++)
		names[i] = table[i].name;
	for (const struct json *c = v->child; c && !r->bad; c = c->next) {
		size_t i = 0;
		while (i < n && strcmp(table[i].name, c->key) != 0)
			i++;
		if (i == n && !strncmp(c->key, "continuum:", 10))
			FAIL(r, c, ERR_DESC_UNKNOWN, "%s" ERR_SEP "%s", c->key, perhaps(r, c->key, names, n));
		else if (i == n || table[i].use == WARNED)
			warn(r, c);
		else if (table[i].use == REFUSED && !is_default(c))
			refuse(r, c);
	}
	return !r->bad;
}

static const char *text(struct reader *r, const struct json *o, const char *key, const char *none)
{
	const struct json *v = json_get(o, key);

	if (!v)
		return none;
	if (v->type != JSON_STRING) {
		FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "string", key);
		return none;
	}
	if (v->n > TEXT_MAX)
		FAIL(r, v, ERR_TOO_LARGE, "%s" ERR_SEP "%d", key, TEXT_MAX);
	return v->s;
}

static bool flag(struct reader *r, const struct json *o, const char *key, bool none)
{
	const struct json *v = json_get(o, key);

	if (v && v->type != JSON_BOOL)
		FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "boolean", key);
	return v ? v->yes : none;
}

static int64_t whole(struct reader *r, const struct json *o, const char *key)
{
	const struct json *v = json_get(o, key);
	int64_t n = -1;

	if (v && (!json_int(v, &n) || n < 0))
		FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "integer", key);
	return n;
}

/* One ASCII character, or 0 for "" where that is allowed. */
static char character(struct reader *r, const struct json *o, const char *key, char none, bool may_be_empty)
{
	const char *s = text(r, o, key, NULL);

	if (!s || (!*s && may_be_empty))
		return s ? 0 : none;
	if (!*s || s[1] || (unsigned char)*s >= 0x80 || *s == '\n' || *s == '\r')
		FAIL(r, json_get(o, key), ERR_DESC_VALUE, "%s" ERR_SEP "%s" ERR_SEP "1 ASCII", key, s);
	return *s;
}

/* One of a list of words. */
static const char *word(struct reader *r, const struct json *v, const char *name, const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(s, list[i]))
			return list[i];
	FAIL(r, v, ERR_DESC_VALUE, "%s" ERR_SEP "%s" ERR_SEP "%s", name, s, perhaps(r, s, list, n));
	return "";
}

/* Text of a scalar as a cell would have it. */
static const char *scalar(struct reader *r, const struct json *v)
{
	if (v->type == JSON_BOOL)
		return v->yes ? "true" : "false";
	if (v->type != JSON_STRING && v->type != JSON_NUMBER)
		FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "string", *v->key ? v->key : v->parent ? v->parent->key : "");
	return v->s;
}

/* A string, or an array of strings (or of any scalars). NULL v: none. */
static const char **strings(struct reader *r, const struct json *v, bool scalars, size_t *n)
{
	*n = 0;
	if (!v)
		return NULL;
	bool one = v->type == JSON_STRING;
	if (!one && v->type != JSON_ARRAY)
		FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "array", v->key);
	const char **list = arena_array(r->a, const char *, one ? 1 : v->count);
	for (const struct json *c = one ? v : v->child; c && !r->bad; c = one ? NULL : c->next) {
		if (!scalars && c->type != JSON_STRING)
			FAIL(r, c, ERR_DESC_TYPE, "%s" ERR_SEP "string", *c->key ? c->key : v->key);
		list[(*n)++] = scalar(r, c);
	}
	return list;
}

static const char *json_text(struct reader *r, const struct json *v)
{
	struct buf b = BUF(TEXT_MAX);

	if (!v)
		return "";
	json_write(v, &b);
	if (b.over)
		FAIL(r, v, ERR_TOO_LARGE, "%s" ERR_SEP "%d", v->key, TEXT_MAX);
	char *out = arena_strdup(r->a, buf_text(&b));
	buf_free(&b);
	return out;
}

/* {"fr": …, "en": …} under key, else the same text for both. */
static void both(struct reader *r, const struct json *o, const char *key, const char *plain, const char **fr, const char **en)
{
	const struct json *v = json_get(o, key);

	if (v && v->type != JSON_OBJECT)
		FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "object", key);
	*fr = text(r, v, "fr", plain);
	*en = text(r, v, "en", plain);
	for (const struct json *c = v ? v->child : NULL; c; c = c->next)
		if (strcmp(c->key, "fr") != 0 && strcmp(c->key, "en") != 0)
			FAIL(r, c, ERR_DESC_UNKNOWN, "%s" ERR_SEP "fr, en", c->key);
}

static struct missing *missing_values(struct reader *r, const struct json *v, size_t *n)
{
	if (v->type != JSON_ARRAY)
		FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "array", v->key);
	struct missing *list = arena_array(r->a, struct missing, v->count ? v->count : 1);
	*n = 0;
	for (const struct json *c = v->child; c && !r->bad; c = c->next) {
		struct missing *m = &list[(*n)++];
		m->label = "";
		if (c->type != JSON_OBJECT) {
			m->value = scalar(r, c);
			continue;
		}
		if (!json_get(c, "value"))
			FAIL(r, c, ERR_DESC_REQUIRED, "value");
		else
			m->value = scalar(r, json_get(c, "value"));
		m->label = text(r, c, "label", "");
	}
	return list;
}

/* Bounds: written as a JSON number or as text; whether the text fits the type is seen when cells are read. */
static void bound(struct reader *r, const struct json *c, const char *key, const char *open_key, bool *has, bool *open,
                  double *v, const char **as_text)
{
	const struct json *b = json_get(c, key), *x = json_get(c, open_key);

	*open = x != NULL;
	b = x ? x : b;
	*has = b != NULL;
	if (!b)
		return;
	*as_text = scalar(r, b);
	num_real(*as_text, strlen(*as_text), '.', v, NULL);
}

static void read_constraints(struct reader *r, const struct json *c, struct field *f)
{
	f->min_length = f->max_length = -1;
	if (!c || !check_props(r, c, constraint_props, COUNT(constraint_props)))
		return;
	f->required = flag(r, c, "required", false);
	f->unique = flag(r, c, "unique", false);
	bound(r, c, "minimum", "exclusiveMinimum", &f->has_minimum, &f->over_minimum, &f->minimum, &f->minimum_text);
	bound(r, c, "maximum", "exclusiveMaximum", &f->has_maximum, &f->under_maximum, &f->maximum, &f->maximum_text);
	f->min_length = whole(r, c, "minLength");
	f->max_length = whole(r, c, "maxLength");
	f->pattern = text(r, c, "pattern", NULL);
	const struct json *list = json_get(c, "enum");
	if (list && list->type != JSON_ARRAY)
		FAIL(r, list, ERR_DESC_TYPE, "enum" ERR_SEP "array");
	f->enumeration = strings(r, list, true, &f->nenum);
}

static void read_type(struct reader *r, const struct json *v, struct field *f)
{
	const char *names[COUNT(types)], *type = text(r, v, "type", "any");
	size_t i = 0;

	for (size_t k = 0; k < COUNT(types); k++)
		names[k] = types[k].name;
	while (i < COUNT(types) && strcmp(types[i].name, type) != 0)
		i++;
	if (i == COUNT(types))
		word(r, json_get(v, "type"), "type", type, names, COUNT(names));
	else if (types[i].type == TYPE_REFUSED)
		FAIL(r, json_get(v, "type"), ERR_DESC_FIELD_TYPE, "%s" ERR_SEP "%s", f->name, type);
	else
		f->type = (enum field_type)types[i].type;
	f->format = text(r, v, "format", "default");
	bool dated = f->type == FIELD_DATE || f->type == FIELD_TIME || f->type == FIELD_DATETIME;
	if (!strcmp(f->format, "default") || (dated && (!strcmp(f->format, "any") || strchr(f->format, '%'))))
		return;
	/* The string formats (email, uri …) describe; the others would change what a cell means. */
	if (f->type == FIELD_STRING || f->type == FIELD_ANY)
		warn(r, json_get(v, "format"));
	else
		refuse(r, json_get(v, "format"));
}

static void read_field(struct reader *r, const struct json *v, const struct field *schema, struct field *f)
{
	*f = *schema;   /* the missing values */
	if (!check_props(r, v, field_props, COUNT(field_props)))
		return;
	f->line = v->line;
	f->name = text(r, v, "name", NULL);
	if (!f->name) {
		FAIL(r, v, ERR_DESC_REQUIRED, "name");
		return;
	}
	struct buf clean = BUF(MAX_NAME);
	text_clean(&clean, f->name, strlen(f->name));
	if (!*f->name || clean.over || strcmp(buf_text(&clean), f->name) != 0)
		FAIL(r, json_get(v, "name"), ERR_DESC_COLUMN, "%s", f->name);
	buf_free(&clean);
	f->title = text(r, v, "title", "");
	f->description = text(r, v, "description", "");
	read_type(r, v, f);
	read_constraints(r, json_get(v, "constraints"), f);
	f->decimal = character(r, v, "decimalChar", '.', false);
	f->group = text(r, v, "groupChar", "");
	f->bare = flag(r, v, "bareNumber", true);
	f->true_values = strings(r, json_get(v, "trueValues"), true, &f->ntrue);
	f->false_values = strings(r, json_get(v, "falseValues"), true, &f->nfalse);
	if (json_get(v, "missingValues"))
		f->missing = missing_values(r, json_get(v, "missingValues"), &f->nmissing);
	f->unit = text(r, v, "continuum:countingUnit", "");
	if (*f->unit && !text_is_name(f->unit))
		FAIL(r, json_get(v, "continuum:countingUnit"), ERR_DESC_VALUE, "continuum:countingUnit" ERR_SEP "%s" ERR_SEP "[a-z][a-z0-9_]*", f->unit);
	f->scope = json_text(r, json_get(v, "continuum:scope"));
	f->breaks = json_text(r, json_get(v, "continuum:breaks"));
}

/* The columns that v names, which must be fields of the resource. */
static const char **columns(struct reader *r, const struct json *v, const struct resource *in, size_t *n)
{
	const char **list = strings(r, v, false, n), *names[MAX_FIELDS];

	if (v && *n > PACKAGE_KEY_COLUMNS)
		FAIL(r, v, ERR_DESC_VALUE, "%s" ERR_SEP "%zu" ERR_SEP "≤ %d", v->key, *n, PACKAGE_KEY_COLUMNS);
	for (size_t i = 0; i < in->nfield; i++)
		names[i] = in->field[i].name;
	for (size_t i = 0; i < *n && !r->bad; i++) {
		size_t k = 0;
		while (k < in->nfield && strcmp(names[k], list[i]) != 0)
			k++;
		if (k == in->nfield)
			FAIL(r, v, ERR_DESC_NO_FIELD, "%s" ERR_SEP "%s" ERR_SEP "%s", list[i], in->name, perhaps(r, list[i], names, in->nfield));
	}
	return list;
}

static void read_unique(struct reader *r, const struct json *v, struct resource *t)
{
	if (v && v->type != JSON_ARRAY)
		FAIL(r, v, ERR_DESC_TYPE, "uniqueKeys" ERR_SEP "array");
	size_t max = (v ? v->count : 0) + t->nfield;
	t->unique = arena_alloc(r->a, (max ? max : 1) * sizeof *t->unique);
	for (const struct json *c = v ? v->child : NULL; c && !r->bad; c = c->next, t->nunique++) {
		t->unique[t->nunique].field = columns(r, c, t, &t->unique[t->nunique].n);
		if (!t->unique[t->nunique].n)
			FAIL(r, c, ERR_DESC_VALUE, "uniqueKeys" ERR_SEP "[]" ERR_SEP "1–%d", PACKAGE_KEY_COLUMNS);
	}
	for (size_t i = 0; i < t->nfield; i++) {
		bool is_key = t->nprimary == 1 && t->field[i].name && !strcmp(t->primary_key[0], t->field[i].name);
		if (!t->field[i].unique || is_key)
			continue;
		t->unique[t->nunique].field = &t->field[i].name;
		t->unique[t->nunique++].n = 1;
	}
}

/* Column names are compared as SQLite does. A labelled missing value makes a companion column, whose name must be free too. */
static void check_names(struct reader *r, const struct json *fields, const struct resource *t)
{
	const struct json *v = fields->child;

	for (size_t i = 0; i < t->nfield && !r->bad; i++, v = v->next) {
		const char *companion = field_companion(&t->field[i], r->a);
		for (size_t k = 0; k < t->nfield; k++)
			if ((k < i && !text_icmp(t->field[k].name, t->field[i].name)) || (companion && !text_icmp(t->field[k].name, companion)))
				FAIL(r, v, ERR_DESC_TWICE, "%s", t->field[k].name);
	}
}

static void read_schema(struct reader *r, const struct json *v, struct resource *t)
{
	struct field shared = { .decimal = '.' };
	const struct json *fields, *match = json_get(v, "fieldsMatch");

	if (v->type == JSON_STRING) {
		refuse(r, v);
		return;
	}
	if (!check_props(r, v, schema_props, COUNT(schema_props)))
		return;
	fields = json_get(v, "fields");
	if (!fields || fields->type != JSON_ARRAY || !fields->count || fields->count > MAX_FIELDS) {
		FAIL(r, fields ? fields : v, ERR_DESC_REQUIRED, "fields (1–%d)", MAX_FIELDS);
		return;
	}
	shared.missing = arena_new(r->a, struct missing);
	*shared.missing = (struct missing){ "", "" };
	shared.nmissing = 1;
	if (json_get(v, "missingValues"))
		shared.missing = missing_values(r, json_get(v, "missingValues"), &shared.nmissing);
	t->field = arena_array(r->a, struct field, fields->count);
	for (const struct json *c = fields->child; c && !r->bad; c = c->next)
		read_field(r, c, &shared, &t->field[t->nfield++]);
	if (r->bad)
		return;
	t->primary_key = columns(r, json_get(v, "primaryKey"), t, &t->nprimary);
	for (size_t i = 0; i < t->nprimary && !r->bad; i++)
		for (size_t k = 0; k < t->nfield; k++)
			t->field[k].required |= !strcmp(t->field[k].name, t->primary_key[i]);
	check_names(r, fields, t);
	read_unique(r, json_get(v, "uniqueKeys"), t);
	size_t n = 0;
	const char **given = strings(r, match, false, &n);
	t->fields_match = n ? word(r, match, "fieldsMatch", given[0], matches, COUNT(matches)) : "exact";
}

static void read_dialect(struct reader *r, const struct json *v, struct resource *t)
{
	t->delimiter = !strcmp(t->format, "tsv") ? '\t' : ',';
	t->quote = '"';
	t->comment = "";
	t->has_header = true;
	if (!v)
		return;
	if (v->type == JSON_STRING) {
		refuse(r, v);
		return;
	}
	if (!check_props(r, v, dialect_props, COUNT(dialect_props)))
		return;
	t->delimiter = character(r, v, "delimiter", t->delimiter, false);
	t->quote = character(r, v, "quoteChar", '"', true);
	t->comment = text(r, v, "commentChar", "");
	t->has_header = flag(r, v, "header", true);
	if (t->quote == t->delimiter)
		FAIL(r, v, ERR_DESC_VALUE, "quoteChar" ERR_SEP "%c" ERR_SEP "≠ delimiter", t->quote);
}

static void read_paths(struct reader *r, const struct json *v, struct resource *t)
{
	const struct json *path = json_get(v, "path");

	if (!path) {
		FAIL(r, v, ERR_DESC_REQUIRED, "path");
		return;
	}
	t->path = strings(r, path, false, &t->npath);
	for (size_t i = 0; i < t->npath && !r->bad; i++) {
		if (strstr(t->path[i], "://"))
			FAIL(r, path, ERR_DESC_URL, "%s", t->path[i]);
		else if (!path_is_inside(t->path[i]))
			FAIL(r, path, ERR_PATH_UNSAFE, "%s", t->path[i]);
	}
	if (!t->npath)
		FAIL(r, path, ERR_DESC_REQUIRED, "path");
}

static void read_format(struct reader *r, const struct json *v, struct resource *t)
{
	const char *dot = strrchr(t->path[0], '.'), *encoding = text(r, v, "encoding", "utf-8");
	const struct json *at = json_get(v, "format") ? json_get(v, "format") : json_get(v, "path");
	const char *format = text(r, v, "format", dot ? dot + 1 : "");

	t->format = t->encoding = NULL;
	for (size_t i = 0; i < COUNT(formats); i++)
		if (!text_icmp(format, formats[i]))
			t->format = formats[i];
	for (size_t i = 0; i < COUNT(encodings); i++)
		if (!text_icmp(encoding, encodings[i].written))
			t->encoding = encodings[i].name;
	if (!t->format)
		FAIL(r, at, ERR_DESC_FORMAT, "%s" ERR_SEP "csv, tsv", format);
	else if (!t->encoding)
		FAIL(r, json_get(v, "encoding"), ERR_DESC_VALUE, "encoding" ERR_SEP "%s" ERR_SEP "utf-8, windows-1252, iso-8859-1", encoding);
}

/* Sources and licence: the resource's own, else the package's. */
static void read_origin(struct reader *r, const struct json *package, const struct json *v, struct resource *t)
{
	const struct json *sources = json_get(v, "sources"), *licences = json_get(v, "licenses");
	const struct json *worded = json_get(v, "continuum:sourceText") || sources ? v : package;

	sources = sources ? sources : json_get(package, "sources");
	licences = licences ? licences : json_get(package, "licenses");
	const struct json *first = sources ? sources->child : NULL, *licence = licences ? licences->child : NULL;
	both(r, worded, "continuum:sourceText", text(r, first, "title", ""), &t->source_fr, &t->source_en);
	t->source_address = text(r, first, "path", "");
	t->licence = text(r, licence, "title", text(r, licence, "name", ""));
	t->status = text(r, v, "continuum:status", text(r, package, "continuum:status", ""));
	if (*t->status)
		word(r, json_get(v, "continuum:status"), "continuum:status", t->status, statuses, COUNT(statuses));
	t->scope = json_text(r, json_get(v, "continuum:scope"));
	t->breaks = json_text(r, json_get(v, "continuum:breaks"));
}

/* False without an error: the resource is no table (a document that goes with the data) and is left out, with a warning. */
static bool read_resource(struct reader *r, const struct json *package, const struct json *v, struct resource *t)
{
	const char *type;

	if (!check_props(r, v, resource_props, COUNT(resource_props)))
		return false;
	*t = (struct resource){ .line = v->line, .name = text(r, v, "name", NULL) };
	type = text(r, v, "type", json_get(v, "schema") ? "table" : "");
	if (!json_get(v, "schema") && strcmp(type, "table") != 0) {
		warn(r, v);
		return false;
	}
	if (!t->name || !json_get(v, "schema"))
		return FAIL(r, v, ERR_DESC_REQUIRED, "%s", t->name ? "schema" : "name");
	if (!text_is_name(t->name) || !strncmp(t->name, "sqlite_", 7))
		return FAIL(r, json_get(v, "name"), ERR_DESC_NAME, "%s", t->name);
	t->title = text(r, v, "title", "");
	t->description = text(r, v, "description", "");
	t->hash = text(r, v, "hash", "");
	t->bytes = whole(r, v, "bytes");
	if (*t->hash && strncmp(t->hash, "sha256:", 7) != 0)
		warn(r, json_get(v, "hash"));
	read_paths(r, v, t);
	if (!r->bad)
		read_format(r, v, t);
	if (!r->bad)
		read_dialect(r, json_get(v, "dialect"), t);
	if (!r->bad)
		read_schema(r, json_get(v, "schema"), t);
	read_origin(r, package, v, t);
	return !r->bad;
}

static const struct resource *find_resource(const struct package *p, const char *name)
{
	for (size_t i = 0; i < p->nresource; i++)
		if (!strcmp(p->resource[i].name, name))
			return &p->resource[i];
	return NULL;
}

static void read_foreign(struct reader *r, const struct json *v, struct resource *t)
{
	const struct json *ref = json_get(v, "reference");
	struct foreign_key *k = &t->foreign[t->nforeign++];
	const char *names[MAX_RESOURCES];
	size_t n = 0;

	*k = (struct foreign_key){ .line = v->line };
	if (v->type != JSON_OBJECT || !json_get(v, "fields") || !ref || !json_get(ref, "fields")) {
		FAIL(r, v, ERR_DESC_REQUIRED, "fields, reference.fields");
		return;
	}
	k->resource = text(r, ref, "resource", "");
	const struct resource *to = *k->resource ? find_resource(r->p, k->resource) : t;
	for (size_t i = 0; i < r->p->nresource; i++)
		names[i] = r->p->resource[i].name;
	if (!to) {
		FAIL(r, ref, ERR_DESC_NO_RESOURCE, "%s" ERR_SEP "%s", k->resource, perhaps(r, k->resource, names, r->p->nresource));
		return;
	}
	k->field = columns(r, json_get(v, "fields"), t, &k->n);
	k->reference = columns(r, json_get(ref, "fields"), to, &n);
	if (!k->n || n != k->n)
		FAIL(r, ref, ERR_DESC_VALUE, "reference.fields" ERR_SEP "%zu" ERR_SEP "%zu", n, k->n);
}

/* After all resources are known, since keys may point forward. */
static void read_foreign_keys(struct reader *r, const struct json *v, struct resource *t)
{
	const struct json *keys = json_get(json_get(v, "schema"), "foreignKeys");

	if (keys && keys->type != JSON_ARRAY)
		FAIL(r, keys, ERR_DESC_TYPE, "foreignKeys" ERR_SEP "array");
	if (!keys || r->bad)
		return;
	t->foreign = arena_array(r->a, struct foreign_key, keys->count ? keys->count : 1);
	for (const struct json *c = keys->child; c && !r->bad; c = c->next)
		read_foreign(r, c, t);
}

static void read_package(struct reader *r)
{
	const struct json *root = r->doc.root, *list = json_get(root, "resources");
	struct package *p = r->p;

	if (!check_props(r, root, package_props, COUNT(package_props)))
		return;
	p->name = text(r, root, "name", NULL);
	if (!p->name || !list)
		FAIL(r, root, ERR_DESC_REQUIRED, "%s", p->name ? "resources" : "name");
	else if (!text_is_name(p->name))
		FAIL(r, json_get(root, "name"), ERR_DESC_NAME, "%s", p->name);
	else if (list->type != JSON_ARRAY || !list->count || list->count > MAX_RESOURCES)
		FAIL(r, list, ERR_DESC_REQUIRED, "resources (1–%d)", MAX_RESOURCES);
	if (r->bad)
		return;
	p->title = text(r, root, "title", "");
	p->description = text(r, root, "description", "");
	p->version = text(r, root, "version", "");
	both(r, root, "continuum:titles", p->title, &p->title_fr, &p->title_en);
	p->resource = arena_array(r->a, struct resource, list->count);
	const struct json **from = arena_array(r->a, const struct json *, list->count);
	for (const struct json *c = list->child; c && !r->bad; c = c->next) {
		struct resource *t = &p->resource[p->nresource];
		if (!read_resource(r, root, c, t))
			continue;
		if (find_resource(p, t->name))
			FAIL(r, json_get(c, "name"), ERR_DESC_TWICE, "%s", t->name);
		from[p->nresource++] = c;
	}
	for (size_t i = 0; i < p->nresource && !r->bad; i++)
		read_foreign_keys(r, from[i], &p->resource[i]);
}

bool package_parse(struct package *out, struct arena *a, const char *dir, const char *json, size_t n, struct err *e)
{
	struct reader r = { .a = a, .p = out, .e = e };

	*out = (struct package){ .dir = arena_strdup(a, dir), .file = path_join(a, dir, "datapackage.json") };
	out->warning = arena_array(a, const char *, MAX_WARNINGS);
	if (!json_parse(&r.doc, a, out->file, json, n, e))
		return false;
	read_package(&r);
	return !r.bad;
}

bool package_read(struct package *out, struct arena *a, const char *dir, struct err *e)
{
	struct buf text_ = BUF(JSON_BYTES);
	const char *file = path_join(a, dir, "datapackage.json");

	if (!path_exists(file)) {
		err_set(e, ERR_DESC_MISSING, "%s", dir);
		return err_at(e, file, 0, 0);
	}
	bool ok = path_read(file, JSON_BYTES, &text_, e);
	if (ok)
		ok = package_parse(out, a, dir, arena_strndup(a, buf_text(&text_), text_.n), text_.n, e);
	buf_free(&text_);
	return ok;
}

const char *field_companion(const struct field *f, struct arena *a)
{
	for (size_t i = 0; i < f->nmissing && !f->required; i++)
		if (*f->missing[i].label)
			return arena_printf(a, "%s__missing", f->name);
	return NULL;
}

const char *field_type_name(enum field_type type)
{
	return types[type].name;
}
