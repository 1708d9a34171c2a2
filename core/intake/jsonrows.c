/* yajl calls back for every value and cannot be stopped in between, so a slice of text is parsed at a time and the rows that ended in it wait in
 * a queue. The slice is chosen so that the queue stays small, however many items fit in it. */
#include "intake/jsonrows.h"

#include "base/text.h"
#include "intake/json.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum { RAW = 64 * 1024, QUEUE_CELLS = 2000000, TEXT = ROWS_BYTES + (8 << 20), BEGINNING = 200 };
enum { IGNORED = -1, PROPERTIES = -2 };   /* members that are no cells */

struct queued { size_t at, n; enum rowcell_kind kind; };                        /* a cell: its place in text */
struct item { long line; size_t cell, ncell, at, beginning; };                  /* at: of its first byte in text, which is how it begins */
struct seen { int64_t item; long line; };                                       /* where a member stood last */

struct jsonrows {
	struct rows_input in;
	const struct resource *r;
	struct jsonrows_guess *guess;
	yajl_handle yajl;
	bool geo, strict, header, eof, bad, done;   /* bad: at ready stands an escape for no character */
	struct err err;                    /* what ends the rows; id ERR_NONE = nothing */
	/* Text: whole escapes up to ready, of which taken bytes were parsed; the slice that is parsed now, and how its lines were counted. */
	char raw[RAW + 1];
	size_t nraw, ready, taken, slice, counted, line_at, line_chars;   /* line_at: where the line in hand begins; line_chars: of it in earlier slices */
	long line;
	size_t quiet;                      /* bytes since something was called back */
	/* Place in the document. */
	const char *path;                  /* names that lead to the rows, those that were met left out */
	bool armed, found, inside;         /* the next value is what path means; the rows were met; it is in them */
	size_t depth, level, items, cells; /* containers around; depth of the names to compare, of items, of the cells of the item in hand */
	bool open, capture, keyed;         /* an item is; a cell with values inside is; items are objects */
	size_t captured, begun;            /* depth of that cell; place of the item in the slice, SIZE_MAX: in one before */
	long field, geometry, id, hint;
	/* The queue. */
	const char *const *name, **own; size_t nname;    /* own: the list, where it is ours */
	struct seen *seen;
	struct buf text;
	struct queued *queue; size_t nqueue, cqueue;
	struct item *item; size_t nitem, citem, given;   /* the last one, item[nitem], may be open */
	int64_t count;
	struct rowcell cell[ROWS_CELLS];
};

/* ---- errors ---- */

/* Lines up to a byte of the slice. */
static void count_lines(struct jsonrows *j, size_t at)
{
	const char *s = j->raw + j->taken;

	for (const char *lf; (lf = memchr(s + j->counted, '\n', at - j->counted)); j->line_chars = 0, j->line++)
		j->line_at = j->counted = (size_t)(lf - s) + 1;
	j->counted = at;
}

/* Keeps what is wrong at a byte of the slice. Always 0, which stops the parser. */
static int place(struct jsonrows *j, size_t at)
{
	count_lines(j, at);
	const char *s = j->raw + j->taken + j->line_at, *end = j->raw + j->nraw, *stop = memchr(s, '\n', (size_t)(end - s));
	long caret = (long)text_utf8_length(s, at - j->line_at) + 1;

	err_at(&j->err, "", j->line, (long)j->line_chars + caret);
	err_excerpt(&j->err, s, (size_t)((stop ? stop : end) - s), caret);
	return 0;
}

/* The byte that was called back for. */
static size_t here(const struct jsonrows *j)
{
	size_t at = yajl_get_bytes_consumed(j->yajl);

	return at ? at - 1 : 0;
}

static int too_large(struct jsonrows *j, size_t at)
{
	err_set(&j->err, ERR_JSON_LARGE, "%d" ERR_SEP "%d", ROWS_BYTES, ROWS_CELLS);
	return place(j, at);
}

/* ---- values ---- */

static void *grown(void *p, size_t n, size_t *cap, size_t size)
{
	if (n <= *cap)
		return p;
	*cap = n > 2 * *cap ? n + 64 : 2 * *cap;
	p = realloc(p, *cap * size);
	if (!p)
		abort();
	return p;
}

/* The place of a member among the names, or IGNORED. */
static long find(struct jsonrows *j, const char *s, size_t n)
{
	for (size_t i = 0; i < j->nname; i++) {
		size_t k = (size_t)j->hint + i < j->nname ? (size_t)j->hint + i : (size_t)j->hint + i - j->nname;
		if (strlen(j->name[k]) == n && !memcmp(j->name[k], s, n)) {
			j->hint = (long)(k + 1 < j->nname ? k + 1 : 0);
			return (long)k;
		}
	}
	struct jsonrows_guess *g = j->guess;
	if (g && g->n < ROWS_CELLS) {
		g->key[g->n++] = arena_strndup(g->a, s, n);
		j->nname = g->n;
	}
	return IGNORED;
}

static int begin_item(struct jsonrows *j, char what)
{
	const char *type = what == '{' ? "object" : what == '[' ? "array" : "";
	size_t at = here(j), cells = what == '{' && !j->guess ? j->nname : 0;

	if (!*type || (*j->r->item_type && strcmp(j->r->item_type, type) != 0) || (j->count && j->keyed != (what == '{')) || (j->geo && what != '{')) {
		err_set(&j->err, ERR_JSON_SHAPE, "%s", "");
		return place(j, at);
	}
	count_lines(j, at);
	j->keyed = what == '{';
	j->open = true;
	j->count++;
	j->cells = j->items + 1;
	j->item = grown(j->item, j->nitem + 1, &j->citem, sizeof *j->item);
	struct item *item = &j->item[j->nitem];
	size_t left = j->nraw - j->taken - at;
	j->begun = at;
	*item = (struct item){ j->line, j->nqueue, cells, j->text.n, left < BEGINNING ? left : BEGINNING };
	buf_add(&j->text, j->raw + j->taken + at, item->beginning);
	j->queue = grown(j->queue, j->nqueue + cells, &j->cqueue, sizeof *j->queue);
	for (size_t i = 0; i < cells; i++)
		j->queue[j->nqueue++] = (struct queued){ .kind = ROWCELL_NONE };
	return 1;
}

/* A value inside a cell, with the comma or colon before it; s: text, or NULL for one character. */
static void put(struct jsonrows *j, char what, const char *s, size_t n)
{
	char last = j->text.s[j->text.n - 1];

	if (what != '}' && what != ']' && last != '{' && last != '[' && last != ':')
		buf_char(&j->text, ',');
	if (!s)
		buf_char(&j->text, what);
	else if (what == '"' || what == ':')
		buf_json(&j->text, s, n);
	else
		buf_add(&j->text, s, n);
	if (what == ':')
		buf_char(&j->text, ':');
}

static int begin_cell(struct jsonrows *j, char what, const char *s, size_t n)
{
	if (j->keyed && (j->field < 0 || j->guess)) {
		j->cells += j->field == PROPERTIES && what == '{';   /* the cells are in there */
		return 1;
	}
	struct item *item = &j->item[j->nitem];
	if (!j->keyed) {
		if (item->ncell == ROWS_CELLS)
			return too_large(j, here(j));
		j->field = (long)item->ncell++;
		j->queue = grown(j->queue, ++j->nqueue, &j->cqueue, sizeof *j->queue);
	}
	j->queue[item->cell + (size_t)j->field] = (struct queued){
		j->text.n, what == '0' ? 0 : n, what == '0' ? ROWCELL_NONE : what == '1' ? ROWCELL_NUMBER : what == 't' ? ROWCELL_FLAG : ROWCELL_TEXT,
	};
	j->capture = !s;
	j->captured = j->depth - 1;
	if (!s)
		buf_char(&j->text, what);
	else if (what != '0')
		buf_add(&j->text, s, n);
	return !j->text.over || too_large(j, here(j));
}

/* Every value comes through here. what: its first character, in a manner of speaking: { [ " 1 t 0. s: NULL for { and [. */
static int on_value(struct jsonrows *j, char what, const char *s, size_t n)
{
	size_t depth = j->depth;

	j->quiet = 0;
	j->depth += !s;
	if (j->depth > JSON_DEPTH) {
		err_set(&j->err, ERR_JSON_DEEP, "%d", JSON_DEPTH);
		return place(j, here(j));
	}
	if (j->capture) {
		put(j, what, s, n);
		return !j->text.over || too_large(j, here(j));
	}
	if (j->inside && depth == j->items)
		return begin_item(j, what);
	if (j->open && depth == j->cells)
		return begin_cell(j, what, s, n);
	if (!j->armed || j->inside)
		return 1;
	j->armed = false;
	bool guessing = j->guess && !j->geo && what == '{' && !depth;
	if ((*j->path || guessing) && what == '{') {
		j->level = depth + 1;
	} else if (!*j->path && what == '[') {
		j->found = j->inside = true;
		j->items = depth + 1;
	} else if (!*j->path && !j->guess) {
		err_set(&j->err, ERR_JSON_SHAPE, "%s", "");
		return place(j, here(j));
	}
	return 1;
}

static int on_key(void *context, const unsigned char *key, size_t n)
{
	struct jsonrows *j = context;
	const char *s = (const char *)key, *path = j->path;
	size_t name = strcspn(path, ".");

	j->quiet = 0;
	if (j->capture) {
		put(j, ':', s, n);
		return !j->text.over || too_large(j, here(j));
	}
	if (j->open && j->geo && j->depth == j->items + 1) {
		j->cells = j->depth;
		j->field = n == 10 && !memcmp(s, "properties", n) ? PROPERTIES : n == 8 && !memcmp(s, "geometry", n) ? j->geometry :
		           n == 2 && !memcmp(s, "id", n) ? j->id : IGNORED;
	} else if (j->open && j->depth == j->cells) {
		j->field = find(j, s, n);
		if (j->field == IGNORED && j->strict) {
			err_set(&j->err, ERR_JSON_MEMBER, "%.*s" ERR_SEP "%s", (int)(n < 200 ? n : 200), s, j->r->fields_match);
			return place(j, here(j));
		}
	} else if (!j->found && j->depth == j->level) {
		j->armed = j->guess && !j->geo ? true : *path && name == n && !memcmp(s, path, n);
		if (j->armed && *path)
			j->path += name + (path[name] == '.');
		else if (j->armed)
			j->guess->property = arena_strndup(j->guess->a, s, n);
		return 1;
	} else {
		return 1;
	}
	if (j->field < 0)
		return 1;
	struct seen *seen = &j->seen[j->field];
	if (seen->item == j->count) {
		err_set(&j->err, ERR_JSON_TWICE, "%s" ERR_SEP "%ld", j->name[j->field], seen->line);
		return place(j, here(j));
	}
	count_lines(j, here(j));
	*seen = (struct seen){ j->count, j->line };
	return 1;
}

static int on_close(struct jsonrows *j, char what)
{
	j->quiet = 0;
	j->depth--;
	if (j->capture) {
		struct queued *q = &j->queue[j->item[j->nitem].cell + (size_t)j->field];
		put(j, what, NULL, 0);
		j->capture = j->depth != j->captured;
		q->n = j->text.n - q->at;
		return !j->text.over || too_large(j, here(j));
	}
	if (j->open && j->depth == j->items) {
		struct item *item = &j->item[j->nitem++];
		size_t whole = j->begun == SIZE_MAX ? BEGINNING : here(j) + 1 - j->begun;
		item->beginning = item->beginning < whole ? item->beginning : whole;
		j->open = false;
	} else if (j->inside && j->depth + 1 == j->items) {
		j->inside = false;
		j->found = !j->guess || j->count;   /* one looks on behind an empty array */
	}
	return 1;
}

static int on_null(void *j)
{
	return on_value(j, '0', "null", 4);
}

static int on_bool(void *j, int yes)
{
	return on_value(j, 't', yes ? "true" : "false", yes ? 4 : 5);
}

static int on_number(void *j, const char *s, size_t n)
{
	return on_value(j, '1', s, n);
}

static int on_string(void *j, const unsigned char *s, size_t n)
{
	return on_value(j, '"', (const char *)s, n);
}

static int on_map(void *j)
{
	return on_value(j, '{', NULL, 0);
}

static int on_array(void *j)
{
	return on_value(j, '[', NULL, 0);
}

static int on_end_map(void *j)
{
	return on_close(j, '}');
}

static int on_end_array(void *j)
{
	return on_close(j, ']');
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number, .yajl_string = on_string,
	.yajl_start_map = on_map, .yajl_map_key = on_key, .yajl_end_map = on_end_map,
	.yajl_start_array = on_array, .yajl_end_array = on_end_array,
};

/* ---- rows ---- */

/* Drops what was given from the queue; the item that is open stays. */
static void empty_queue(struct jsonrows *j)
{
	struct item *item = &j->item[j->nitem];
	size_t at = j->open ? item->at : j->text.n, cell = j->open ? item->cell : j->nqueue;

	if (j->text.n > at)
		memmove(j->text.s, j->text.s + at, j->text.n - at);
	j->text.n -= at;
	if (j->nqueue > cell)
		memmove(j->queue, j->queue + cell, (j->nqueue - cell) * sizeof *j->queue);
	j->nqueue -= cell;
	for (size_t i = 0; i < j->nqueue; i++)
		j->queue[i].at -= j->queue[i].kind == ROWCELL_NONE ? 0 : at;
	if (j->open)
		j->item[0] = (struct item){ item->line, 0, item->ncell, 0, item->beginning };
	j->nitem = j->given = 0;
	j->begun = SIZE_MAX;
}

/* The document ended as it should: were its rows met, and all members? */
static int end_document(struct jsonrows *j)
{
	const char *match = j->r->fields_match;

	j->done = true;
	if (!j->found)
		return err_set(&j->err, j->guess ? ERR_JSON_SHAPE : ERR_JSON_PROPERTY, "%s", j->r->property);
	for (size_t i = 0; !j->guess && j->keyed && !j->r->item_keys.n && strcmp(match, "superset") != 0 && strcmp(match, "partial") != 0 && i < j->nname; i++)
		if (!j->seen[i].item)
			return err_set(&j->err, ERR_JSON_FIELD, "%s" ERR_SEP "%s", j->name[i], match);
	return 0;
}

static void end_slice(struct jsonrows *j)
{
	count_lines(j, j->slice);
	j->line_chars += text_utf8_length(j->raw + j->taken + j->line_at, j->slice - j->line_at);
	j->taken += j->slice;
	j->slice = j->line_at = j->counted = 0;
}

/* More text in raw, its escapes checked. */
static void read_more(struct jsonrows *j)
{
	j->nraw -= j->taken;
	memmove(j->raw, j->raw + j->taken, j->nraw);
	j->taken = 0;
	long got = j->in.read(j->in.context, j->raw + j->nraw, RAW - j->nraw, &j->err);
	j->eof = got == 0;
	j->nraw += got > 0 ? (size_t)got : 0;
	j->raw[j->nraw] = 0;
	j->ready = got < 0 ? 0 : json_escapes(j->raw, j->nraw, !j->eof, &j->bad);
	if (got < 0)
		place(j, j->nraw);
}

/* Parses the next slice. What goes wrong is in j->err. */
static void feed(struct jsonrows *j)
{
	size_t most = QUEUE_CELLS / (j->nname + 1);
	const unsigned char *s;
	yajl_status rc;

	empty_queue(j);
	end_slice(j);
	if (j->taken == j->ready && j->bad) {
		err_set(&j->err, ERR_JSON_ESCAPE, "%.6s", j->raw + j->taken);
		place(j, 0);
		return;
	}
	if (j->taken == j->ready)
		read_more(j);
	if (j->err.id)
		return;
	s = (const unsigned char *)j->raw + j->taken;
	j->slice = j->ready - j->taken < most ? j->ready - j->taken : most;
	bool last = j->eof && !j->slice && !j->bad;
	rc = last ? yajl_complete_parse(j->yajl) : yajl_parse(j->yajl, s, j->slice);
	if (rc == yajl_status_error) {
		unsigned char *said = yajl_get_error(j->yajl, 0, s, j->slice);
		err_set(&j->err, ERR_JSON_SYNTAX, "%s", "");
		err_why(&j->err, "%s", (const char *)said);
		yajl_free_error(j->yajl, said);
		place(j, last ? 0 : here(j));
	} else if (rc == yajl_status_ok) {
		j->quiet += j->slice;
		if (j->quiet > ROWS_BYTES)
			too_large(j, j->slice);
		else if (last)
			end_document(j);
	}
}

static int next_row(void *self, struct row *out, struct err *e)
{
	struct jsonrows *j = self;

	for (;;) {
		if (j->header && (j->given < j->nitem || (j->done && !j->err.id))) {
			j->header = false;
			for (size_t i = 0; i < j->nname; i++)
				j->cell[i] = (struct rowcell){ .s = j->name[i], .n = strlen(j->name[i]) };
			*out = (struct row){ 1, j->cell, j->nname, "", 0 };
			if (j->keyed || !j->count)
				return 1;
		}
		if (j->given < j->nitem) {
			const struct item *item = &j->item[j->given++];
			for (size_t i = 0; i < item->ncell; i++) {
				const struct queued *q = &j->queue[item->cell + i];
				j->cell[i] = (struct rowcell){ q->kind == ROWCELL_NONE ? "" : j->text.s + q->at, q->n, false, q->kind };
			}
			*out = (struct row){ item->line, j->cell, item->ncell, j->text.s + item->at, item->beginning };
			return 1;
		}
		if (j->err.id) {
			*e = j->err;
			return -1;
		}
		if (j->done)
			return 0;
		feed(j);
	}
}

static void close_json(void *self)
{
	struct jsonrows *j = self;

	yajl_free(j->yajl);
	buf_free(&j->text);
	free(j->queue);
	free(j->item);
	free(j->seen);
	free(j->own);
	free(j);
}

/* Names of the cells, and which field takes the geometry: the one of that name, else the only one of the type. */
static void set_names(struct jsonrows *j)
{
	const struct resource *r = j->r;
	size_t n = j->guess ? 0 : r->item_keys.n ? r->item_keys.n : r->nfield, shapes = 0;
	const char **name = calloc(n + 1, sizeof *name);
	long shape = IGNORED;

	j->seen = calloc(j->guess ? ROWS_CELLS : n + 1, sizeof *j->seen);
	if (!name || !j->seen)
		abort();
	j->geometry = j->id = IGNORED;
	for (size_t i = 0; i < n; i++) {
		name[i] = r->item_keys.n ? r->item_keys.s[i] : r->field[i].name;
		j->geometry = !strcmp(name[i], "geometry") ? (long)i : j->geometry;
		j->id = !strcmp(name[i], "id") ? (long)i : j->id;
		if (!r->item_keys.n && r->field[i].type == FIELD_GEOJSON) {
			shapes++;
			shape = (long)i;
		}
	}
	j->geometry = j->geometry == IGNORED && shapes == 1 ? shape : j->geometry;
	j->own = name;
	j->name = j->guess ? j->guess->key : name;
	j->nname = n;
}

void jsonrows_open(struct rows_reader *out, const struct resource *r, bool header, const struct rows_input *in, struct jsonrows_guess *guess)
{
	struct jsonrows *j = calloc(1, sizeof *j);

	if (!j)
		abort();
	j->yajl = yajl_alloc(&callbacks, NULL, j);
	if (!j->yajl)
		abort();
	yajl_config(j->yajl, yajl_dont_validate_strings, 1);
	j->in = *in;
	j->r = r;
	j->guess = guess;
	j->line = 1;
	j->begun = SIZE_MAX;
	j->text = BUF(TEXT);
	j->item = grown(NULL, 1, &j->citem, sizeof *j->item);
	j->geo = !strcmp(r->format, "geojson");
	j->header = header && !guess;
	j->path = j->geo && !*r->property ? "features" : r->property;
	j->armed = true;
	set_names(j);
	j->strict = !guess && !r->item_keys.n && strcmp(r->fields_match, "subset") != 0 && strcmp(r->fields_match, "partial") != 0;
	if (!strcmp(r->format, "jsonl")) {
		yajl_config(j->yajl, yajl_allow_multiple_values, 1);
		j->found = j->inside = true;
	}
	*out = (struct rows_reader){ j, next_row, NULL, close_json };
}
