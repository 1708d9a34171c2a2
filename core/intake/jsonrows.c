/* yajl calls back for every value and cannot be stopped in between, so the text is parsed in slices that end where an item may end: no more than one
 * ends in a slice, and waits in one buffer until it is asked for. */
#include "intake/jsonrows.h"

#include "base/text.h"
#include "intake/json.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum { RAW = 64 * 1024, BEGINNING = 200 };
enum { IGNORED = -1, INSIDE = -2, STRANGE = -3 };   /* members that are no cells; of INSIDE its members are */

struct jsonrows {
	struct rows_input in;
	const struct resource *r;
	yajl_handle yajl;
	bool geo, strict, header, eof, bad, done;   /* bad: at ready stands an escape for no character */
	struct err err;                    /* what ends the rows; id ERR_NONE = nothing */
	/* Text: whole escapes up to ready; the slice in hand begins at taken; gone bytes were before it. line_at: where the line in hand begins, of which
	 * line_chars are gone. */
	char raw[RAW + 1];
	size_t nraw, ready, taken, counted, line_at, line_chars;
	int64_t gone;
	long line;
	size_t quiet;                      /* bytes since something was called back */
	/* Place in the document: names that lead there, "data.rows", with "[" for an array; how much of them each container around has. */
	struct buf path;
	size_t mark[JSON_DEPTH + 1];
	size_t depth, items, cells;        /* containers around: of what comes, of items, of the cells in hand */
	bool found, inside, single;        /* the rows were met; it is in them; they are one object */
	/* The item in hand; shape: of all of them, '{', '[' or 's' for a single value. */
	char shape, beginning[BEGINNING];
	bool member, open, whole, capture; /* its name is a cell; it is open; it is there to its end; a cell with values inside is open */
	size_t captured, nbeginning, ncell;
	int64_t begun, count;
	long begins, field, geometry, key;
	struct buf text;                   /* of its cells, each from its place on */
	struct rowcell cell[ROWS_CELLS], name[ROWS_CELLS];
	size_t at[ROWS_CELLS], nname, hint;
	struct seen { int64_t item; long line; } seen[ROWS_CELLS];   /* where a member stood last */
};

/* ---- errors ---- */

/* Lines up to a byte of raw. */
static void count_lines(struct jsonrows *j, size_t at)
{
	for (const char *lf; at > j->counted && (lf = memchr(j->raw + j->counted, '\n', at - j->counted)); j->line_chars = 0, j->line++)
		j->line_at = j->counted = (size_t)(lf - j->raw) + 1;
	j->counted = at > j->counted ? at : j->counted;
}

/* Keeps what is wrong at a byte of raw. Always 0, which stops the parser. */
static int place(struct jsonrows *j, size_t at)
{
	count_lines(j, at);
	const char *s = j->raw + j->line_at, *end = j->raw + j->nraw, *stop = memchr(s, '\n', (size_t)(end - s));
	long caret = (long)text_utf8_length(s, at - j->line_at) + 1;

	err_at(&j->err, "", j->line, (long)j->line_chars + caret);
	err_excerpt(&j->err, s, (size_t)((stop ? stop : end) - s), caret);
	return 0;
}

/* The byte that was called back for. */
static size_t here(const struct jsonrows *j)
{
	size_t at = yajl_get_bytes_consumed(j->yajl);

	return j->taken + (at ? at - 1 : 0);
}

static int no_rows(struct jsonrows *j)
{
	return err_set(&j->err, ERR_JSON_SHAPE, "%s", "") || place(j, here(j));
}

/* 1 while the item in hand and the names around it are of a size to bear. */
static int check_size(struct jsonrows *j, bool fits)
{
	return (fits && !j->text.over && !j->path.over) || err_set(&j->err, ERR_JSON_LARGE, "%d" ERR_SEP "%d", ROWS_BYTES, ROWS_CELLS) || place(j, here(j));
}

/* ---- names ---- */

static bool is(const char *s, size_t n, const char *name)
{
	return n == strlen(name) && !memcmp(s, name, n);
}

/* The place of a name, or IGNORED. */
static long find_name(struct jsonrows *j, const char *s, size_t n)
{
	for (size_t i = 0, k = j->hint; i < j->nname; i++, k++) {
		k = k < j->nname ? k : 0;
		if (j->name[k].n == n && !memcmp(j->name[k].s, s, n)) {
			j->hint = k + 1;
			return (long)k;
		}
	}
	return IGNORED;
}

/* What becomes of a member of an item; s: the names that lead to it from there. */
static long find_cell(struct jsonrows *j, const char *s, size_t n)
{
	size_t skip = j->geo && n > 11 && !memcmp(s, "properties.", 11) ? 11 : 0;

	if (j->geo && !skip)
		return is(s, n, "properties") ? INSIDE : is(s, n, "geometry") ? j->geometry : is(s, n, "id") ? find_name(j, s, n) : IGNORED;
	s += skip;
	n -= skip;
	long at = find_name(j, s, n);
	for (size_t i = 0; at == IGNORED && i < j->nname; i++)
		if (j->name[i].n > n && j->name[i].s[n] == '.' && !memcmp(j->name[i].s, s, n))
			return INSIDE;
	return at == IGNORED && j->strict ? STRANGE : at;
}

/* ---- values ---- */

/* A value inside a cell, with the comma before it; s: text, or NULL for one character. Names end with their colon. */
static int put(struct jsonrows *j, char what, const char *s, size_t n)
{
	char last = j->text.s[j->text.n - 1];

	if (what != '}' && what != ']' && !strchr("{[:", last))
		buf_char(&j->text, ',');
	if (what == '"' || what == ':')
		buf_json(&j->text, s, n);
	else
		buf_add(&j->text, s ? s : &what, s ? n : 1);
	if (what == ':')
		buf_char(&j->text, ':');
	return check_size(j, true);
}

/* The field in hand may stand once in an item. */
static int see(struct jsonrows *j)
{
	struct seen *seen = &j->seen[j->field];

	if (seen->item == j->count)
		return err_set(&j->err, ERR_JSON_TWICE, "%s" ERR_SEP "%ld", j->name[j->field].s, seen->line) || place(j, here(j));
	count_lines(j, here(j));
	*seen = (struct seen){ j->count, j->line };
	return 1;
}

/* A value that is a cell, or the first sign of one. */
static int put_cell(struct jsonrows *j, char what, const char *s, size_t n)
{
	if (j->shape != '{' && j->ncell == ROWS_CELLS)
		return check_size(j, false);
	j->field = j->shape != '{' ? (long)j->ncell++ : j->field;
	if (j->field < 0) {
		j->cells += j->field == INSIDE && what == '{';
		return 1;
	}
	j->at[j->field] = j->text.n;
	j->cell[j->field] = (struct rowcell){
		.n = what == '0' ? 0 : n, .kind = what == '0' ? ROWCELL_NONE : what == '1' ? ROWCELL_NUMBER : what == 't' ? ROWCELL_FLAG : ROWCELL_TEXT,
	};
	j->capture = !s;
	j->captured = j->depth - 1;
	buf_add(&j->text, s ? s : &what, s ? n : 1);
	return check_size(j, true);
}

static int begin_item(struct jsonrows *j, char what, const char *s, size_t n)
{
	char shape = s ? 's' : what;
	size_t at = here(j), left = j->nraw - at, name = j->mark[j->items];   /* where its own name begins, behind which stands the sign of what is opened */
	const char *type = j->r->item_type;

	if ((j->count && j->shape != shape) || (j->geo && shape != '{') || (*type && strcmp(type, s ? "" : what == '{' ? "object" : "array") != 0) ||
	    (s && !j->items) || (j->member && shape == '{' && j->key < 0))
		return no_rows(j);
	count_lines(j, at);
	j->shape = shape;
	j->open = !s;
	j->whole = s;
	j->begins = j->line;
	j->begun = j->gone + (int64_t)at;
	left = s ? n : left;
	j->nbeginning = left < BEGINNING ? left : BEGINNING;
	memcpy(j->beginning, s ? s : j->raw + at, j->nbeginning);
	j->cells = j->items + 1;
	j->count++;
	buf_clear(&j->text);
	j->ncell = shape == '{' ? j->nname : 0;
	for (size_t i = 0; i < j->ncell; i++)
		j->cell[i] = (struct rowcell){ .kind = ROWCELL_NONE };
	j->field = j->key;
	return (!j->member || shape != '{' || see(j)) && (!j->member || put_cell(j, '"', j->path.s + name, j->path.n - name - !s)) && (!s || put_cell(j, what, s, n));
}

/* The value that dialect.property leads to: its values are the rows, or it is the only one. */
static int begin_rows(struct jsonrows *j, char what)
{
	bool one = !strcmp(j->r->item_type, "object");

	j->found = j->inside = true;
	j->single = what == '{' && one;
	j->member = what == '{' && !one;
	j->items = j->depth - j->single;
	if (what != '[' && (what != '{' || j->geo || (j->member && !*j->r->property)))
		return no_rows(j);
	return !j->single || begin_item(j, what, NULL, 0);
}

/* Every value comes through here. what: its first character, in a manner of speaking: { [ " 1 t 0. s: NULL for { and [. */
static int on_value(struct jsonrows *j, char what, const char *s, size_t n)
{
	size_t depth = j->depth;
	bool wanted = !j->found && is(buf_text(&j->path), j->path.n, j->geo && !*j->r->property ? "features" : j->r->property);

	j->quiet = 0;
	if (!s && depth == JSON_DEPTH)
		return err_set(&j->err, ERR_JSON_DEEP, "%d", JSON_DEPTH) || place(j, here(j));
	j->depth += !s;
	if (j->capture)
		return put(j, what, s, n);
	if (!s) {
		buf_add(&j->path, what == '[' ? "[" : ".", what == '[' || j->path.n);
		j->mark[j->depth] = j->path.n;
	}
	if (j->inside && depth == j->items)
		return begin_item(j, what, s, n);
	return j->open && depth == j->cells ? put_cell(j, what, s, n) : wanted ? begin_rows(j, what) : check_size(j, true);
}

static int on_key(void *context, const unsigned char *key, size_t n)
{
	struct jsonrows *j = context;
	size_t item = j->mark[j->items + 1];

	j->quiet = 0;
	if (j->capture)
		return put(j, ':', (const char *)key, n);
	j->path.n = j->mark[j->depth];
	buf_add(&j->path, key, n);
	if (!j->open || j->depth != j->cells)
		return check_size(j, true);
	const char *name = j->path.s + item;
	j->field = find_cell(j, name, j->path.n - item);
	if (j->field == STRANGE)
		return err_set(&j->err, ERR_JSON_MEMBER, "%.*s" ERR_SEP "%s", (int)(j->path.n - item < 200 ? j->path.n - item : 200), name, j->r->fields_match)
		       || place(j, here(j));
	return j->field < 0 ? check_size(j, true) : see(j);
}

static int on_close(struct jsonrows *j, char what)
{
	j->quiet = 0;
	j->depth--;
	if (j->capture) {
		j->capture = j->depth != j->captured;
		int ok = put(j, what, NULL, 0);
		j->cell[j->field].n = j->text.n - j->at[j->field];
		return ok;
	}
	j->path.n = j->mark[j->depth];
	if (j->open && j->depth == j->items) {
		size_t whole = (size_t)(j->gone + (int64_t)here(j) + 1 - j->begun);
		j->nbeginning = j->nbeginning < whole ? j->nbeginning : whole;
		j->open = false;
		j->whole = true;
		j->inside = !j->single;
	} else if (j->open) {
		j->cells -= j->depth + 1 == j->cells;
	} else {
		j->inside &= j->depth + 1 != j->items;
	}
	return 1;
}

#define VALUE(name, what, s, n, ...) static int name(__VA_ARGS__) { return on_value(j, what, (const char *)(s), n); }
VALUE(on_null, '0', "null", 4, void *j)
VALUE(on_bool, 't', yes ? "true" : "false", yes ? 4 : 5, void *j, int yes)
VALUE(on_number, '1', s, n, void *j, const char *s, size_t n)
VALUE(on_string, '"', s, n, void *j, const unsigned char *s, size_t n)
VALUE(on_map, '{', NULL, 0, void *j)
VALUE(on_array, '[', NULL, 0, void *j)

#define CLOSE(name, what) static int name(void *j) { return on_close(j, what); }
CLOSE(on_end_map, '}')
CLOSE(on_end_array, ']')

static const yajl_callbacks callbacks = {
	.yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number, .yajl_string = on_string,
	.yajl_start_map = on_map, .yajl_map_key = on_key, .yajl_end_map = on_end_map,
	.yajl_start_array = on_array, .yajl_end_array = on_end_array,
};

/* ---- rows ---- */

/* The document ended as it should: were its rows met, and all members? */
static bool end_document(struct jsonrows *j)
{
	const char *match = j->r->fields_match;
	bool may_lack = !strcmp(match, "superset") || !strcmp(match, "partial") || j->shape != '{' || j->r->item_keys.n;

	j->done = true;
	if (!j->found)
		return err_set(&j->err, ERR_JSON_PROPERTY, "%s", j->r->property);
	for (size_t i = 0; !may_lack && i < j->nname; i++)
		if (!j->seen[i].item)
			return err_set(&j->err, ERR_JSON_FIELD, "%s" ERR_SEP "%s", j->name[i].s, match);
	return true;
}

/* More text in raw, its escapes checked. */
static void read_more(struct jsonrows *j)
{
	count_lines(j, j->taken);
	j->line_chars += text_utf8_length(j->raw + j->line_at, j->taken - j->line_at);
	j->gone += (int64_t)j->taken;
	j->nraw -= j->taken;
	memmove(j->raw, j->raw + j->taken, j->nraw);
	j->taken = j->line_at = j->counted = 0;
	long got = j->in.read(j->in.context, j->raw + j->nraw, RAW - j->nraw, &j->err);
	j->eof = got == 0;
	j->nraw += got > 0 ? (size_t)got : 0;
	j->raw[j->nraw] = 0;
	j->ready = got < 0 ? 0 : json_escapes(j->raw, j->nraw, !j->eof, &j->bad);
	if (got < 0)
		place(j, j->nraw);
}

/* Parses the next slice: to the byte that may end an item. What goes wrong is in j->err. */
static void feed(struct jsonrows *j)
{
	if (j->taken == j->ready && j->bad)
		(void)(err_set(&j->err, ERR_JSON_ESCAPE, "%.6s", j->raw + j->taken) || place(j, j->taken));
	else if (j->taken == j->ready)
		read_more(j);
	if (j->err.id)
		return;
	const char *s = j->raw + j->taken, *stop = j->shape == '{' ? "}" : j->shape == '[' ? "]" : "}],";
	size_t left = j->ready - j->taken, slice = left ? strcspn(s, stop) + 1 : 0;
	bool last = j->eof && !left && !j->bad;
	slice = slice < left ? slice : left;
	yajl_status rc = last ? yajl_complete_parse(j->yajl) : yajl_parse(j->yajl, (const unsigned char *)s, slice);
	if (rc == yajl_status_error) {
		unsigned char *said = yajl_get_error(j->yajl, 0, (const unsigned char *)s, slice);
		err_set(&j->err, ERR_JSON_SYNTAX, "%s", "");
		err_why(&j->err, "%s", (const char *)said);
		yajl_free_error(j->yajl, said);
		place(j, last ? j->taken : here(j));
	} else if (rc == yajl_status_ok && (j->quiet += slice) > ROWS_BYTES) {
		check_size(j, false);
	} else if (rc == yajl_status_ok && last) {
		end_document(j);
	}
	j->taken += slice;
}

static int next_row(void *self, struct row *out, struct err *e)
{
	struct jsonrows *j = self;

	while (!j->whole && !j->done && !j->err.id)
		feed(j);
	bool header = j->header && (j->whole ? j->shape == '{' : !j->err.id);   /* lists bring their own */
	j->header = false;
	if (header)
		*out = (struct row){ 1, j->name, j->nname, "", 0 };
	else if (j->whole)
		*out = (struct row){ j->begins, j->cell, j->ncell, j->beginning, j->nbeginning };
	else if (j->err.id)
		*e = j->err;
	for (size_t i = 0; !header && j->whole && i < j->ncell; i++)
		j->cell[i].s = j->cell[i].n ? j->text.s + j->at[i] : "";
	int rc = header || j->whole ? 1 : j->err.id ? -1 : 0;
	j->whole &= header;
	return rc;
}

static void close_json(void *self)
{
	struct jsonrows *j = self;

	yajl_free(j->yajl);
	buf_free(&j->path);
	buf_free(&j->text);
	free(j);
}

/* Names of the cells, and which of them take the name of the item and the geometry: the one of that name, else the only one of the type. */
static void set_names(struct jsonrows *j)
{
	const struct resource *r = j->r;
	const char *key = r->primary.n ? r->field[r->primary.field[0]].name : "key";
	size_t n = r->item_keys.n ? r->item_keys.n : r->nfield, shapes = 0;
	long shape = IGNORED;

	for (size_t i = 0; i < n && i < ROWS_CELLS; i++) {
		const char *s = r->item_keys.n ? r->item_keys.s[i] : r->field[i].header ? r->field[i].header : r->field[i].name;
		j->name[j->nname++] = (struct rowcell){ .s = s, .n = strlen(s) };
		if (!r->item_keys.n && r->field[i].type == FIELD_GEOJSON) {
			shapes++;
			shape = (long)i;
		}
	}
	j->key = find_name(j, key, strlen(key));
	j->geometry = find_name(j, "geometry", 8);
	j->geometry = j->geometry == IGNORED && shapes == 1 ? shape : j->geometry;
}

void jsonrows_open(struct rows_reader *out, const struct resource *r, bool header, const struct rows_input *in)
{
	struct jsonrows *j = calloc(1, sizeof *j);   /* pages of its large parts that are not used cost nothing */

	if (!j || !(j->yajl = yajl_alloc(&callbacks, NULL, j)))
		abort();
	j->text = j->path = BUF(ROWS_BYTES);
	yajl_config(j->yajl, yajl_dont_validate_strings, 1);
	j->in = *in;
	j->r = r;
	j->line = 1;
	j->geo = !strcmp(r->format, "geojson");
	j->header = header;
	j->strict = !r->item_keys.n && strcmp(r->fields_match, "subset") != 0 && strcmp(r->fields_match, "partial") != 0;
	set_names(j);
	if (!strcmp(r->format, "jsonl")) {
		yajl_config(j->yajl, yajl_allow_multiple_values, 1);
		j->found = j->inside = true;
	}
	*out = (struct rows_reader){ j, next_row, NULL, close_json };
}
