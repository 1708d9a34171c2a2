/* From the JSON tree to plain structs. The tables below hold every property of Data Package v1 and v2 with what becomes of it,
 * so that nothing is ignored in silence. Nothing here opens a data file. */
#include "intake/package.h"

#include "base/path.h"
#include "base/text.h"
#include "intake/field.h"
#include "intake/json.h"

#include <string.h>

enum { MAX_RESOURCES = 1000, MAX_FIELDS = 1000, MAX_WARNINGS = 100, MAX_NAME = 128, MAX_SIDE = 100, MAX_PROPERTIES = 64 };

/* What becomes of a property. */
enum kind {
	HAND,                 /* read by a function below */
	WARNED,               /* of no effect here, with a warning */
	REFUSED,              /* changes what the data mean: an error */
	TEXT, FLAG, WHOLE,    /* const char *, bool, int64_t */
	SIGN, SIGN_OR_NONE,   /* char: one ASCII character; 0 for "" */
	SCALAR,               /* const char *: as a cell would have it */
	LIST,                 /* struct texts */
	WHOLES,               /* struct wholes, from 1 */
	TREE,                 /* const char *: any value, as JSON */
};
struct property { const char *name; enum kind kind; size_t at; };
#define IS(name, kind) { name, kind, 0 }
#define P(name, kind, member) { name, kind, offsetof(struct package, member) }
#define R(name, kind, member) { name, kind, offsetof(struct resource, member) }
#define F(name, kind, member) { name, kind, offsetof(struct field, member) }

static const struct property package_props[] = {
	P("name", TEXT, name), P("title", TEXT, title), P("version", TEXT, version), IS("resources", HAND), IS("sources", HAND),
	IS("licenses", HAND), IS("continuum:titles", HAND), IS("continuum:sourceText", HAND), IS("continuum:status", HAND),
	P("continuum:uses", LIST, uses),
};
static const struct property resource_props[] = {
	R("name", TEXT, name), R("title", TEXT, title), R("description", TEXT, description), R("hash", TEXT, hash),
	R("bytes", WHOLE, bytes), R("format", TEXT, format), R("encoding", TEXT, encoding), R("compression", TEXT, compression),
	R("innerpath", TEXT, innerpath), IS("path", HAND), IS("url", HAND), IS("data", HAND), IS("type", HAND), IS("dialect", HAND),
	IS("schema", HAND), IS("sources", HAND), IS("licenses", HAND), IS("jsonSchema", WARNED), IS("continuum:status", HAND),
	IS("continuum:sourceText", HAND), R("continuum:scope", TREE, scope), R("continuum:breaks", TREE, breaks),
	R("continuum:resourceId", TEXT, resource_id), R("continuum:datasetId", TEXT, dataset_id), R("continuum:title", TEXT, dataset_title),
	R("continuum:cog", WHOLE, cog), R("continuum:totals", TREE, totals), R("continuum:maxRejected", WHOLE, max_rejected),
};
static const struct property dialect_props[] = {
	R("delimiter", SIGN, delimiter), R("quoteChar", SIGN_OR_NONE, quote), R("escapeChar", SIGN_OR_NONE, escape),
	R("doubleQuote", FLAG, double_quote), R("skipInitialSpace", FLAG, skip_space), R("commentChar", TEXT, comment),
	R("nullSequence", TEXT, null_sequence), R("header", FLAG, has_header), R("headerRows", WHOLES, header_rows),
	R("headerJoin", TEXT, header_join), R("caseSensitiveHeader", FLAG, case_sensitive), R("commentRows", WHOLES, comment_rows),
	R("property", TEXT, property), R("itemType", TEXT, item_type), R("itemKeys", LIST, item_keys), R("sheetName", TEXT, sheet_name),
	R("sheetNumber", WHOLE, sheet_number), IS("lineTerminator", HAND), IS("table", REFUSED),
};
static const struct property schema_props[] = {
	IS("fields", HAND), IS("primaryKey", HAND), IS("uniqueKeys", HAND), IS("foreignKeys", HAND), IS("missingValues", HAND),
	IS("fieldsMatch", HAND),
};
static const struct property foreign_props[] = { IS("fields", HAND), IS("reference", HAND) };
static const struct property reference_props[] = { IS("fields", HAND), IS("resource", HAND), IS("package", REFUSED) };
static const struct property field_props[] = {
	F("name", TEXT, name), F("title", TEXT, title), F("description", TEXT, description), F("format", TEXT, format), IS("type", HAND),
	IS("constraints", HAND), IS("missingValues", HAND), F("decimalChar", SIGN, decimal), F("groupChar", TEXT, group),
	F("bareNumber", FLAG, bare), F("trueValues", LIST, true_values), F("falseValues", LIST, false_values),
	F("continuum:header", TEXT, header), F("continuum:countingUnit", TEXT, unit), F("continuum:scope", TREE, scope), F("continuum:breaks", TREE, breaks),
	F("categoriesOrdered", FLAG, categories_ordered), F("delimiter", TEXT, delimiter), IS("categories", HAND), IS("itemType", HAND),
	IS("continuum:status", WARNED), IS("rdfType", WARNED),
};
static const struct property constraint_props[] = {
	F("required", FLAG, required), F("unique", FLAG, unique), F("minimum", SCALAR, bound[FIELD_MINIMUM]),
	F("exclusiveMinimum", SCALAR, bound[FIELD_OVER]), F("maximum", SCALAR, bound[FIELD_MAXIMUM]),
	F("exclusiveMaximum", SCALAR, bound[FIELD_UNDER]), F("minLength", WHOLE, min_length), F("maxLength", WHOLE, max_length),
	F("pattern", TEXT, pattern), F("enum", LIST, enumeration), IS("jsonSchema", WARNED),
};
/* Said to people only, wherever it stands. */
static const char *const quiet[] = {
	"description", "$schema", "profile", "id", "homepage", "image", "created", "keywords", "contributors", "mediatype", "csvddfVersion",
	"name", "title", "example", "examples",
};
/* Of drafts before v1, and of widespread tools: of no effect here, with a warning. */
static const char *const foreign[] = {
	"license", "author", "maintainers", "publisher", "dependencies", "last_modified", "datapackage_version", "scheme", "stats",
	"hashing", "extrapaths", "control",
};

struct alias { const char *written, *name; };
static const struct alias encodings[] = {   /* without signs */
	{ "utf8", "utf-8" }, { "utf8sig", "utf-8" }, { "usascii", "utf-8" }, { "ascii", "utf-8" }, { "utf16", "utf-16" },
	{ "utf16le", "utf-16le" }, { "utf16be", "utf-16be" }, { "windows1252", "windows-1252" }, { "cp1252", "windows-1252" },
	{ "iso88591", "iso-8859-1" }, { "latin1", "iso-8859-1" }, { NULL, NULL },
};
static const struct alias formats[] = {
	{ "csv", "csv" }, { "tsv", "tsv" }, { "tab", "tsv" }, { "xlsx", "xlsx" }, { "xlsm", "xlsx" }, { "ods", "ods" }, { "json", "json" },
	{ "jsonl", "jsonl" }, { "ndjson", "jsonl" }, { "geojson", "geojson" }, { NULL, NULL },
};
static const struct alias compressions[] = {
	{ "gz", "gz" }, { "gzip", "gz" }, { "zip", "zip" }, { "", "" }, { "no", "" }, { "none", "" }, { NULL, NULL },
};
static const char *const statuses[] = { "official", "provisional", "revised", "transcribed", "illustrative" };
static const char *const matches[] = { "exact", "equal", "subset", "superset", "partial" };
static const char *const hashes[] = { "md5", "sha1", "sha256", "sha512" };   /* without any, it is md5 */
static const char *const item_types[] = { "", "array", "object" };
static const char *const line_ends[] = { "\r\n", "\n", "\r" };
/* Unless the field has its own. */
static const char *const yes[] = { "true", "True", "TRUE", "1" }, *const no[] = { "false", "False", "FALSE", "0" };
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* After the first error nothing more is reported and readers return defaults: the callers check at the end of each object. */
struct reader {
	struct arena *a;
	struct side { struct json_doc doc; const char *name; struct side *next; } *side;   /* the descriptor ("") and the files it names */
	const struct json *root;
	struct package *p;
	const char **warning, **beside;   /* those of p, being written */
	struct err *e;
	bool bad;
};
#define FAIL(r, v, ...) \
	((r)->bad ? false : ((r)->bad = true, err_set((r)->e, __VA_ARGS__), json_fail(&side_of(r, v)->doc, (v), (r)->e)))

/* A property of the object v has a value that cannot be. */
#define BAD(r, v, name, is, want) FAIL(r, json_get(v, name), ERR_DESC_VALUE, name ERR_SEP "%s" ERR_SEP want, is)

/* The file that a value stands in. */
static const struct side *side_of(const struct reader *r, const struct json *v)
{
	const struct side *s = r->side;

	while (v->parent)
		v = v->parent;
	while (s->doc.root != v)
		s = s->next;
	return s;
}

const char *package_perhaps(struct arena *a, const char *s, const char *const *list, size_t n)
{
	struct buf b = BUF(220);
	const char *near = text_nearest(s, list, n);

	for (size_t i = 0; i < n && !near; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", list[i]);
	char *out = arena_strdup(a, near ? near : buf_text(&b));
	buf_free(&b);
	return out;
}

/* Place of s in a list, or n. */
static size_t find(const char *s, const char *const *list, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(list[i], s) != 0)
		i++;
	return i;
}

/* The same for the value v of a property that must be in the list: 0 after an error. */
static size_t choose(struct reader *r, const struct json *v, const char *s, const char *const *list, size_t n)
{
	size_t i = find(s, list, n);

	if (i < n)
		return i;
	FAIL(r, v, ERR_DESC_VALUE, "%s" ERR_SEP "%s" ERR_SEP "%s", v->key, s, package_perhaps(r->a, s, list, n));
	return 0;
}

/* ---- values ---- */

/* v (which may be absent), or NULL after an error when it is of another type. */
static const struct json *typed(struct reader *r, const struct json *v, enum json_type type)
{
	static const char *const names[] = { "null", "boolean", "integer", "string", "array", "object" };   /* as enum json_type */

	if (!v || v->type == type)
		return v;
	FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "%s", *v->key || !v->parent ? v->key : v->parent->key, names[type]);
	return NULL;
}

static const char *text(struct reader *r, const struct json *v, const char *none)
{
	v = typed(r, v, JSON_STRING);
	return v ? v->s : none;
}

/* A number or truth value as a cell would have it, or a text. */
static const char *scalar(struct reader *r, const struct json *v)
{
	return v->type == JSON_BOOL || v->type == JSON_NUMBER ? v->s : text(r, v, "");
}

/* A text, or an array of texts. */
static struct texts texts(struct reader *r, const struct json *v)
{
	struct texts out = { 0 };
	bool one = v && v->type == JSON_STRING;

	if (!one && !(v = typed(r, v, JSON_ARRAY)))
		return out;
	const char **s = arena_array(r->a, const char *, one ? 1 : v->count);
	for (const struct json *c = one ? v : v->child; c; c = one ? NULL : c->next)
		s[out.n++] = text(r, c, "");
	out.s = s;
	return out;
}

static const char *json_text(struct reader *r, const struct json *v)
{
	struct buf b = BUF(8 * JSON_BYTES);

	json_write(v, &b);
	char *out = arena_strdup(r->a, buf_text(&b));
	buf_free(&b);
	return out;
}

/* What a name stands for, or NULL. */
static const char *alias(const struct alias *list, const char *written)
{
	while (list->written && text_icmp(list->written, written) != 0)
		list++;
	return list->name;
}

/* A path that stays in the folder of the descriptor. */
static bool check_path(struct reader *r, const struct json *v, const char *path)
{
	if (strstr(path, "://"))
		return FAIL(r, v, ERR_DESC_URL, "%s", path);
	return path_is_inside(path) || FAIL(r, v, ERR_PATH_UNSAFE, "%s", path);
}

/* An object, or the one in the JSON file beside the descriptor that v names. */
static const struct json *resolve(struct reader *r, const struct json *v)
{
	struct side **at = &r->side;

	if (!v || v->type != JSON_STRING || !check_path(r, v, v->s))
		return v;
	while (*at && strcmp((*at)->name, v->s) != 0)
		at = &(*at)->next;
	if (*at)
		return (*at)->doc.root;
	struct side *side = arena_new(r->a, struct side);
	const char *path = path_join(r->a, r->p->dir, v->s);
	side->name = r->beside[r->p->beside.n] = v->s;
	if (++r->p->beside.n == MAX_SIDE)
		FAIL(r, v, ERR_DESC_VALUE, "%s" ERR_SEP "%s" ERR_SEP "< %d", v->key, v->s, MAX_SIDE);
	r->bad = r->bad || !json_read(&side->doc, r->a, path, path, r->e);
	if (r->bad)
		return v;
	*at = side;
	return side->doc.root;
}

/* ---- objects by their table ---- */

static void warn(struct reader *r, const struct json *v)
{
	struct buf b = BUF(400);

	buf_printf(&b, "%s%s", side_of(r, v)->name, *side_of(r, v)->name ? "#" : "");
	json_pointer(v, &b);
	if (r->p->warning.n < MAX_WARNINGS)
		r->warning[r->p->warning.n++] = arena_strdup(r->a, buf_text(&b));
	buf_free(&b);
}

static char sign(struct reader *r, const struct json *v, bool may_be_empty)
{
	const char *s = text(r, v, ".");

	if ((!*s && !may_be_empty) || (*s && s[1]) || (unsigned char)*s >= 0x80 || *s == '\n' || *s == '\r')
		FAIL(r, v, ERR_DESC_VALUE, "%s" ERR_SEP "%s" ERR_SEP "1 ASCII", v->key, s);
	return *s;
}

/* Takes one property to its place in *out. */
static void take(struct reader *r, const struct json *v, const struct property *p, void *out)
{
	void *to = (char *)out + p->at;

	switch (p->kind) {
	case HAND: break;
	case WARNED: warn(r, v); break;
	case REFUSED: FAIL(r, v, ERR_DESC_UNSUPPORTED, "%s" ERR_SEP "%s", v->key, json_text(r, v)); break;
	case TEXT: *(const char **)to = text(r, v, ""); break;
	case FLAG: *(bool *)to = typed(r, v, JSON_BOOL) && v->yes; break;
	case WHOLE:
		if (!json_int(v, to) || *(int64_t *)to < 0)
			FAIL(r, v, ERR_DESC_TYPE, "%s" ERR_SEP "integer", v->key);
		break;
	case SIGN: case SIGN_OR_NONE: *(char *)to = sign(r, v, p->kind == SIGN_OR_NONE); break;
	case SCALAR: *(const char **)to = scalar(r, v); break;
	case LIST: {
		const char **s = arena_array(r->a, const char *, v->count);
		for (const struct json *c = typed(r, v, JSON_ARRAY) ? v->child : NULL; c; c = c->next)
			s[c->index] = c->type == JSON_ARRAY || c->type == JSON_OBJECT ? json_text(r, c) : scalar(r, c);
		*(struct texts *)to = (struct texts){ s, v->count };
		break;
	}
	case WHOLES: {
		int64_t *n = arena_array(r->a, int64_t, v->count);
		for (const struct json *c = typed(r, v, JSON_ARRAY) ? v->child : NULL; c; c = c->next)
			if (!json_int(c, &n[c->index]) || n[c->index] < 1)
				FAIL(r, v, ERR_DESC_VALUE, "%s" ERR_SEP "%s" ERR_SEP "[1]", v->key, json_text(r, v));
		*(struct wholes *)to = (struct wholes){ n, v->count };
		break;
	}
	case TREE: *(const char **)to = json_text(r, v); break;
	}
}

/* Reads an object by its table. A property of another's namespace ("x:y") is of no concern to us; any other must be known. */
static bool take_all(struct reader *r, const struct json *v, const struct property *table, size_t n, void *out)
{
	const char *names[MAX_PROPERTIES];

	for (size_t i = 0; i < n; i++)
		names[i] = table[i].name;
	for (const struct json *c = typed(r, v, JSON_OBJECT) ? v->child : NULL; c && !r->bad; c = c->next) {
		size_t i = find(c->key, names, n);
		if (i < n)
			take(r, c, &table[i], out);
		else if (find(c->key, quiet, COUNT(quiet)) < COUNT(quiet))
			continue;
		else if (find(c->key, foreign, COUNT(foreign)) < COUNT(foreign) || (strchr(c->key, ':') && strncmp(c->key, "continuum:", 10) != 0))
			warn(r, c);
		else
			FAIL(r, c, ERR_DESC_UNKNOWN, "%s" ERR_SEP "%s", c->key, package_perhaps(r->a, c->key, names, n));
	}
	return !r->bad;
}
#define TAKE(r, v, table, out) take_all(r, v, table, COUNT(table), out)

/* {"fr": …, "en": …}, else the same text for both. */
static void both(struct reader *r, const struct json *v, const char *plain, const char **fr, const char **en)
{
	*fr = *en = plain;
	for (const struct json *c = v && typed(r, v, JSON_OBJECT) ? v->child : NULL; c; c = c->next) {
		const char **to = !strcmp(c->key, "fr") ? fr : !strcmp(c->key, "en") ? en : NULL;
		if (to)
			*to = text(r, c, plain);
		else
			FAIL(r, c, ERR_DESC_UNKNOWN, "%s" ERR_SEP "fr, en", c->key);
	}
}

/* ---- fields ---- */

/* A list of values, or of objects with value and label; nothing is changed where it is not there. */
static void read_labelled(struct reader *r, const struct json *v, const struct labelled **out, size_t *n)
{
	if (!(v = typed(r, v, JSON_ARRAY)))
		return;
	struct labelled *list = arena_array(r->a, struct labelled, v->count);
	*out = list;
	*n = v->count;
	for (const struct json *c = v->child; c && !r->bad; c = c->next) {
		const struct json *value = c->type == JSON_OBJECT ? json_get(c, "value") : c;
		if (value)
			list[c->index] = (struct labelled){ scalar(r, value), text(r, json_get(c, "label"), "") };
		else
			FAIL(r, c, ERR_DESC_REQUIRED, "value");
	}
}

static void read_type(struct reader *r, const struct json *v, struct field *f)
{
	const struct json *type = json_get(v, "type"), *item = json_get(v, "itemType");
	const char *names[FIELD_TYPES];

	for (size_t i = 0; i < FIELD_TYPES; i++)
		names[i] = field_kinds[i].name;
	f->type = type ? (enum field_type)choose(r, type, text(r, type, ""), names, FIELD_TYPES) : FIELD_ANY;
	f->item = item ? (enum field_type)choose(r, item, text(r, item, ""), names, FIELD_DATETIME + 1) : FIELD_STRING;
	const char *others = field_kinds[f->type].formats, *known = others ? strstr(others, f->format) : NULL;
	size_t n = strlen(f->format);
	bool word = known && n && (known == others || known[-1] == ' ') && (!known[n] || known[n] == ' ') && *f->format != '%';
	if (word || !strcmp(f->format, "default") || (others && strchr(others, '%') && strchr(f->format, '%')))
		return;
	/* A strange format of a text describes it; of other types it would change what a cell means. */
	if (f->type == FIELD_STRING || f->type == FIELD_ANY)
		warn(r, json_get(v, "format"));
	else
		FAIL(r, json_get(v, "format"), ERR_DESC_VALUE, "format" ERR_SEP "%s" ERR_SEP "default %s", f->format, others ? others : "");
}

/* A name that SQLite and messages can bear. */
static bool is_column(const char *name)
{
	struct buf clean = BUF(MAX_NAME);

	text_clean(&clean, name, strlen(name));
	bool ok = *name && !clean.over && !strcmp(buf_text(&clean), name);
	buf_free(&clean);
	return ok;
}

static void read_field(struct reader *r, const struct json *v, const struct field *schema, struct field *f)
{
	*f = (struct field){
		.title = "", .description = "", .format = "default", .group = "", .unit = "", .scope = "", .breaks = "", .decimal = '.', .delimiter = ",",
		.bare = true, .true_values = { yes, COUNT(yes) }, .false_values = { no, COUNT(no) }, .min_length = -1, .max_length = -1,
		.missing = schema->missing, .nmissing = schema->nmissing, .line = v->line,
	};
	if (!TAKE(r, v, field_props, f))
		return;
	if (!f->name)
		FAIL(r, v, ERR_DESC_REQUIRED, "name");
	else if (!is_column(f->name))
		FAIL(r, json_get(v, "name"), ERR_DESC_COLUMN, "%s", f->name);
	else if (*f->unit && !text_is_name(f->unit))
		BAD(r, v, "continuum:countingUnit", f->unit, "[a-z][a-z0-9_]*");
	else if (!*f->delimiter)
		BAD(r, v, "delimiter", "", ",");
	if (r->bad)
		return;
	read_type(r, v, f);
	if (*f->group && ((f->type == FIELD_NUMBER && strchr(f->group, f->decimal)) || strpbrk(f->group, "0123456789+-")))
		BAD(r, v, "groupChar", f->group, "≠ decimalChar, 0–9 + -");
	read_labelled(r, json_get(v, "missingValues"), &f->missing, &f->nmissing);
	read_labelled(r, json_get(v, "categories"), &f->category, &f->ncategory);
	if (json_get(v, "constraints"))
		TAKE(r, json_get(v, "constraints"), constraint_props, f);
	/* An enum is a part of the categories: it is what counts where there is one. */
	if (f->ncategory && !f->enumeration.n) {
		const char **s = arena_array(r->a, const char *, f->ncategory);
		for (size_t i = 0; i < f->ncategory; i++)
			s[i] = f->category[i].value;
		f->enumeration = (struct texts){ s, f->ncategory };
	}
}

/* ---- keys ---- */

/* The columns that v names, which must be fields of the resource. */
static struct key read_key(struct reader *r, const struct json *v, const struct resource *t)
{
	struct texts names = texts(r, v);
	struct key key = { arena_array(r->a, size_t, names.n), 0 };
	const char *fields[MAX_FIELDS];

	if (names.n > PACKAGE_KEY_COLUMNS)
		FAIL(r, v, ERR_DESC_VALUE, "%s" ERR_SEP "%zu" ERR_SEP "≤ %d", v->key, names.n, PACKAGE_KEY_COLUMNS);
	for (size_t i = 0; i < t->nfield; i++)
		fields[i] = t->field[i].name;
	for (size_t i = 0; i < names.n && !r->bad; i++) {
		size_t k = key.field[key.n++] = find(names.s[i], fields, t->nfield);
		if (k == t->nfield)
			FAIL(r, v, ERR_DESC_NO_FIELD, "%s" ERR_SEP "%s" ERR_SEP "%s", names.s[i], t->name, package_perhaps(r->a, names.s[i], fields, t->nfield));
	}
	return key;
}

/* The keys of the schema, and the fields that are unique by themselves. */
static void read_unique(struct reader *r, const struct json *v, struct resource *t)
{
	t->unique = arena_array(r->a, struct key, (typed(r, v, JSON_ARRAY) ? v->count : 0) + t->nfield);
	for (const struct json *c = v ? v->child : NULL; c && !r->bad; c = c->next) {
		struct key *key = &t->unique[t->nunique++];
		*key = read_key(r, c, t);
		if (!key->n)
			FAIL(r, c, ERR_DESC_VALUE, "uniqueKeys" ERR_SEP "[]" ERR_SEP "1–%d", PACKAGE_KEY_COLUMNS);
	}
	for (size_t i = 0; i < t->nfield && !r->bad; i++)
		if (t->field[i].unique && (t->primary.n != 1 || t->primary.field[0] != i)) {
			struct key *key = &t->unique[t->nunique++];
			*key = (struct key){ arena_new(r->a, size_t), 1 };
			key->field[0] = i;
		}
}

/* After all resources are known, since keys may point forward. The table is one of the package, the resource itself (""), or, when the
 * package uses others, one of theirs. */
static void read_foreign(struct reader *r, const struct json *schema, struct resource *t)
{
	const struct json *keys = typed(r, json_get(schema, "foreignKeys"), JSON_ARRAY);
	const char *names[MAX_RESOURCES];
	const struct package *p = r->p;

	for (size_t i = 0; i < p->nresource; i++)
		names[i] = p->resource[i].name;
	t->foreign = arena_array(r->a, struct foreign_key, keys ? keys->count : 0);
	for (const struct json *v = keys ? keys->child : NULL; v && !r->bad; v = v->next) {
		const struct json *to = json_get(v, "reference"), *fields = json_get(v, "fields"), *there = json_get(to, "fields");
		struct foreign_key *k = &t->foreign[t->nforeign++];
		if (!fields || !there)
			FAIL(r, v, ERR_DESC_REQUIRED, "fields, reference.fields");
		if (r->bad || !TAKE(r, v, foreign_props, k) || !TAKE(r, to, reference_props, k))
			return;
		const char *name = text(r, json_get(to, "resource"), "");
		size_t i = find(name, names, p->nresource);
		k->from = read_key(r, fields, t);
		if (!*name || i < p->nresource) {
			k->table = *name ? &p->resource[i] : t;
			k->to = read_key(r, there, k->table);
		} else if (p->uses.n && text_is_name(name)) {
			k->other = name;
			k->other_field = texts(r, there);
		} else {
			FAIL(r, to, ERR_DESC_NO_RESOURCE, "%s" ERR_SEP "%s", name, package_perhaps(r->a, name, names, p->nresource));
		}
		size_t n = k->to.n + k->other_field.n;
		if (!k->from.n || n != k->from.n)
			FAIL(r, to, ERR_DESC_VALUE, "reference.fields" ERR_SEP "%zu" ERR_SEP "%zu", n, k->from.n);
	}
}

/* ---- resources ---- */

/* Column names are compared as SQLite does. A labelled missing value makes a companion column, whose name must be free too;
 * a required field is never missing. */
static void check_names(struct reader *r, const struct json *fields, const struct resource *t)
{
	const struct json *v = fields->child;

	for (size_t i = 0; i < t->nfield && !r->bad; i++, v = v->next) {
		struct field *f = &t->field[i];
		for (size_t k = 0; k < f->nmissing && !f->required && !f->companion; k++)
			f->companion = *f->missing[k].label ? arena_printf(r->a, "%s__missing", f->name) : NULL;
		for (size_t k = 0; k < t->nfield; k++)
			if ((k < i && !text_icmp(t->field[k].name, f->name)) || (f->companion && !text_icmp(t->field[k].name, f->companion)))
				FAIL(r, v, ERR_DESC_TWICE, "%s", t->field[k].name);
	}
}

static void read_schema(struct reader *r, const struct json *v, struct resource *t)
{
	static const struct labelled empty = { "", "" };
	struct field shared = { .missing = &empty, .nmissing = 1 };
	const struct json *fields = json_get(v, "fields"), *match = json_get(v, "fieldsMatch");

	if (!TAKE(r, v, schema_props, t))
		return;
	if (!fields || fields->type != JSON_ARRAY || !fields->count || fields->count > MAX_FIELDS) {
		FAIL(r, fields ? fields : v, ERR_DESC_REQUIRED, "fields (1–%d)", MAX_FIELDS);
		return;
	}
	read_labelled(r, json_get(v, "missingValues"), &shared.missing, &shared.nmissing);
	t->field = arena_array(r->a, struct field, fields->count);
	for (const struct json *c = fields->child; c && !r->bad; c = c->next)
		read_field(r, c, &shared, &t->field[t->nfield++]);
	if (r->bad)
		return;
	t->primary = read_key(r, json_get(v, "primaryKey"), t);
	for (size_t i = 0; i < t->primary.n && !r->bad; i++)
		t->field[t->primary.field[i]].required = true;
	check_names(r, fields, t);
	read_unique(r, json_get(v, "uniqueKeys"), t);
	struct texts given = texts(r, match);
	t->fields_match = matches[given.n ? choose(r, match, given.s[0], matches, COUNT(matches)) : 0];
}

/* Where the rows come from: files beside the descriptor, or a feed: an address, a resource of the portal by its id, or the newest
 * resource of a dataset whose title matches. */
static void read_paths(struct reader *r, const struct json *v, struct resource *t)
{
	const struct json *path = json_get(v, "path"), *data = json_get(v, "data");
	bool id = *t->resource_id, set = *t->dataset_id;

	path = path ? path : json_get(v, "url");
	t->path = texts(r, path);
	if (t->path.n == 1 && (!strncmp(t->path.s[0], "https://", 8) || !strncmp(t->path.s[0], "http://", 7)))
		t->url = t->path.s[0];
	else
		for (size_t i = 0; i < t->path.n && check_path(r, path, t->path.s[i]);)
			i++;
	t->is_feed = *t->url || id || set;
	if (*t->url)
		t->path.n = 0;
	if (data && data->type != JSON_NULL)
		FAIL(r, data, ERR_DESC_INLINE, "%s", t->name);
	else if (!t->is_feed && !t->path.n)
		FAIL(r, path ? path : v, ERR_DESC_REQUIRED, "path");
	else if (id && (strlen(t->resource_id) != 36 || t->resource_id[strspn(t->resource_id, "0123456789abcdef-")]))
		BAD(r, v, "continuum:resourceId", t->resource_id, "081e94fe-b257-4ae7-bc31-bf1f2eb6c968");
	else if (set != (*t->dataset_title != 0))
		FAIL(r, v, ERR_DESC_REQUIRED, "continuum:%s", set ? "title" : "datasetId");
	else if (id + set + (*t->url != 0) > 1)
		FAIL(r, v, ERR_DESC_FEED, "%s", t->name);
	if (!t->path.n)
		t->path.s = arena_array(r->a, const char *, 1);   /* a place for rows that are not there yet has no name */
}

/* The format that a name or address ends on, below its compression: "csv" of "a.csv.gz". */
static const char *ending(struct reader *r, const char *name, bool address)
{
	char *s = arena_strndup(r->a, name, address ? strcspn(name, "?#") : strlen(name)), *dot = strrchr(s, '.');

	if (dot && (!text_icmp(dot, ".gz") || !text_icmp(dot, ".zip"))) {
		*dot = 0;
		dot = strrchr(s, '.');
	}
	return dot ? dot + 1 : "";
}

static void read_format(struct reader *r, const struct json *v, struct resource *t)
{
	const struct json *given = json_get(v, "format"), *path = json_get(v, "path");
	const char *name = *t->innerpath ? t->innerpath : t->path.n ? t->path.s[0] : t->url;
	const char *format = given ? t->format : ending(r, name, name == t->url), *compression = alias(compressions, t->compression);
	struct buf encoding = BUF(MAX_NAME);

	for (const char *s = t->encoding; *s; s++)
		if (!strchr("-_ ", *s))
			buf_char(&encoding, *s);
	t->format = alias(formats, format);
	/* An address that ends on no format is mostly one of the portal that leads to a file. */
	t->format = t->format || given || !t->is_feed ? t->format : "csv";
	if (!t->format)
		FAIL(r, given ? given : path ? path : v, ERR_DESC_FORMAT, "%s" ERR_SEP "csv, tsv, json, jsonl, geojson, xlsx, ods", format);
	else if (!alias(encodings, buf_text(&encoding)))
		BAD(r, v, "encoding", t->encoding, "utf-8, windows-1252, iso-8859-1, utf-16, utf-16le, utf-16be");
	else if (!compression)
		BAD(r, v, "compression", t->compression, "gz, zip");
	else if (!strcmp(t->format, "tsv"))
		t->delimiter = '\t';
	t->encoding = alias(encodings, buf_text(&encoding));
	t->compression = compression;
	buf_free(&encoding);
}

static void read_dialect(struct reader *r, const struct json *v, struct resource *t)
{
	const struct json *ends = json_get(v, "lineTerminator");

	if (!TAKE(r, v, dialect_props, t))
		return;
	if (ends)   /* which of them it is, the file says */
		choose(r, ends, text(r, ends, ""), line_ends, COUNT(line_ends));
	if (json_get(v, "itemType"))
		choose(r, json_get(v, "itemType"), t->item_type, item_types, COUNT(item_types));
	if (t->quote == t->delimiter || t->escape == t->delimiter)
		FAIL(r, v, ERR_DESC_VALUE, "%s" ERR_SEP "%c" ERR_SEP "≠ delimiter", t->quote == t->delimiter ? "quoteChar" : "escapeChar", t->delimiter);
	if (t->sheet_number < 1)
		BAD(r, v, "sheetNumber", "0", "1");
	if (t->escape && t->escape == t->quote) {
		t->escape = 0;
		t->double_quote = true;
	}
	t->has_header = t->has_header && t->header_rows.n;
}

/* Title, else name, of the first of a list of sources or licences. */
static const char *title(struct reader *r, const struct json *list)
{
	const struct json *first = typed(r, list, JSON_ARRAY) ? list->child : NULL;

	return text(r, json_get(first, "title"), text(r, json_get(first, "name"), ""));
}

/* Sources, licence and status: the resource's own, else the package's. */
static void read_origin(struct reader *r, const struct json *v, struct resource *t)
{
	const struct json *root = r->root, *sources = json_get(v, "sources"), *words = json_get(v, "continuum:sourceText");
	const struct json *licences = json_get(v, "licenses"), *status = json_get(v, "continuum:status");

	words = words || sources ? words : json_get(root, "continuum:sourceText");
	sources = sources ? sources : json_get(root, "sources");
	licences = licences ? licences : json_get(root, "licenses");
	status = status ? status : json_get(root, "continuum:status");
	both(r, words, title(r, sources), &t->source_fr, &t->source_en);
	t->source_address = text(r, json_get(sources ? sources->child : NULL, "path"), "");
	t->licence = title(r, licences);
	t->status = status ? statuses[choose(r, status, text(r, status, ""), statuses, COUNT(statuses))] : "";
}

/* False without an error: the resource is no table (a document that goes with the data) and is left out, with a warning. */
static bool read_resource(struct reader *r, const struct json *v, const struct json *schema, struct resource *t)
{
	static const int64_t first = 1;
	const char *profile = text(r, json_get(v, "profile"), "");

	*t = (struct resource){
		.title = "", .description = "", .hash = "", .bytes = -1, .encoding = "utf-8", .compression = "", .innerpath = "",
		.delimiter = ',', .quote = '"', .comment = "", .has_header = true, .double_quote = true, .case_sensitive = true,
		.null_sequence = "", .header_rows = { &first, 1 }, .header_join = " ", .sheet_name = "", .sheet_number = 1, .property = "",
		.item_type = "", .scope = "", .breaks = "", .url = "", .resource_id = "", .dataset_id = "", .dataset_title = "",
		.totals = "", .max_rejected = -1, .line = v->line,
	};
	if (!TAKE(r, v, resource_props, t))
		return false;
	if (!schema && strcmp(text(r, json_get(v, "type"), ""), "table") != 0 && !strstr(profile, "tabular-data-resource")) {
		warn(r, v);
		return false;
	}
	if (!t->name || !schema)
		return FAIL(r, v, ERR_DESC_REQUIRED, "%s", t->name ? "schema" : "name");
	if (!text_is_name(t->name) || !strncmp(t->name, "sqlite_", 7))
		return FAIL(r, json_get(v, "name"), ERR_DESC_NAME, "%s", t->name);
	const char *colon = strchr(t->hash, ':');
	if (colon && find(arena_strndup(r->a, t->hash, (size_t)(colon - t->hash)), hashes, COUNT(hashes)) == COUNT(hashes))
		warn(r, json_get(v, "hash"));   /* a digest that is not checked */
	read_paths(r, v, t);
	if (!r->bad)
		read_format(r, v, t);
	if (!r->bad && json_get(v, "dialect"))
		read_dialect(r, resolve(r, json_get(v, "dialect")), t);
	if (!r->bad)
		read_schema(r, schema, t);
	if (!r->bad)
		read_origin(r, v, t);
	return !r->bad;
}

static bool read_package(struct reader *r)
{
	const struct json *root = r->root, *list = json_get(root, "resources");
	struct package *p = r->p;

	if (!TAKE(r, root, package_props, p))
		return false;
	if (!p->name || !list)
		return FAIL(r, root, ERR_DESC_REQUIRED, "%s", p->name ? "resources" : "name");
	if (!text_is_name(p->name))
		return FAIL(r, json_get(root, "name"), ERR_DESC_NAME, "%s", p->name);
	if (list->type != JSON_ARRAY || !list->count || list->count > MAX_RESOURCES)
		return FAIL(r, list, ERR_DESC_REQUIRED, "resources (1–%d)", MAX_RESOURCES);
	for (size_t i = 0; i < p->uses.n; i++)
		if (!text_is_name(p->uses.s[i]) || !strcmp(p->uses.s[i], p->name))
			return FAIL(r, json_get(root, "continuum:uses"), ERR_DESC_NAME, "%s", p->uses.s[i]);
	both(r, json_get(root, "continuum:titles"), p->title, &p->title_fr, &p->title_en);
	p->resource = arena_array(r->a, struct resource, list->count);
	const struct json **schema = arena_array(r->a, const struct json *, list->count);
	for (const struct json *c = list->child; c && !r->bad; c = c->next) {
		struct resource *t = &p->resource[p->nresource];
		schema[p->nresource] = resolve(r, json_get(c, "schema"));
		if (r->bad || !read_resource(r, c, schema[p->nresource], t))
			continue;
		for (size_t i = 0; i < p->nresource; i++)
			if (!strcmp(p->resource[i].name, t->name))
				FAIL(r, json_get(c, "name"), ERR_DESC_TWICE, "%s", t->name);
		p->nresource++;
	}
	for (size_t i = 0; i < p->nresource && !r->bad; i++)
		read_foreign(r, schema[i], &p->resource[i]);
	return !r->bad;
}

bool package_parse(struct package *out, struct arena *a, const char *dir, const char *json, size_t n, struct err *e)
{
	struct side own = { .name = "" };
	struct reader r = { .a = a, .side = &own, .p = out, .e = e };

	*out = (struct package){ .title = "", .version = "", .dir = arena_strdup(a, dir), .file = path_join(a, dir, "datapackage.json") };
	out->warning.s = r.warning = arena_array(a, const char *, MAX_WARNINGS);
	out->beside.s = r.beside = arena_array(a, const char *, MAX_SIDE);
	if (!json_parse(&own.doc, a, out->file, json, n, e))
		return false;
	r.root = own.doc.root;
	out->has_script = path_exists(path_join(a, dir, "shape.lua"));
	if (out->has_script)
		r.beside[out->beside.n++] = "shape.lua";
	return read_package(&r);
}

bool package_read(struct package *out, struct arena *a, const char *dir, struct err *e)
{
	struct buf json = BUF(JSON_BYTES);
	const char *file = path_join(a, dir, "datapackage.json");

	if (!path_exists(file)) {
		err_set(e, ERR_DESC_MISSING, "%s", dir);
		return err_at(e, file, 0, 0);
	}
	bool ok = path_read(file, JSON_BYTES, &json, e) && package_parse(out, a, dir, buf_text(&json), json.n, e);
	buf_free(&json);
	return ok;
}
