/* A result as bytes and back. One walk over the structs serves both directions, so that writer and reader cannot differ,
 * and every check is made in both. It knows nothing of Lua, files or processes.
 * Form: "CNTM", a version, then little-endian fixed-width numbers; counts and lengths stand before what they count. */
#include "host/wire.h"

#include "base/errwire.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE_VERSION = 1, KEY_BYTES = 400 };
static const char magic[4] = "CNTM";

/* Where the walk is, for messages: "figure 2, panel 1, mark 3, item 7". */
struct place { const char *name; size_t i; const struct place *up; };

struct wire {
	struct buf *out;                     /* writing; NULL when reading */
	const unsigned char *p, *end;        /* reading */
	struct arena *a;
	const struct place *place;
	struct err *e;
};

static bool fail(struct wire *w, enum err_id id, const char *field)
{
	enum { DEEP = 8 };
	const struct place *chain[DEEP];
	struct buf path = BUF(200);
	size_t n = 0;

	for (const struct place *p = w->place; p && n < DEEP; p = p->up)
		chain[n++] = p;
	while (n--)
		buf_printf(&path, "%s %zu, ", chain[n]->name, chain[n]->i + 1);
	buf_str(&path, field);
	err_set(w->e, id, "%s", buf_text(&path));
	buf_free(&path);
	return false;
}

static bool bad(struct wire *w, const char *field)
{
	return fail(w, ERR_WIRE, field);
}

static bool over(struct wire *w, const char *field)
{
	return fail(w, w->out ? ERR_RESULT_LIMIT : ERR_WIRE, field);
}

/* Our machines are little-endian: the bytes of a number are its form on the wire. */
static bool bytes(struct wire *w, void *v, size_t n, const char *field)
{
	if (w->out)
		return buf_add(w->out, v, n) || fail(w, ERR_RESULT_LIMIT, "bytes");
	if ((size_t)(w->end - w->p) < n)
		return bad(w, field);
	memcpy(v, w->p, n);
	w->p += n;
	return true;
}

static bool small(struct wire *w, uint8_t *v, uint8_t max, const char *field)
{
	return bytes(w, v, 1, field) && (*v <= max || bad(w, field));
}

static bool flag(struct wire *w, bool *v, const char *field)
{
	uint8_t byte = *v;

	if (!small(w, &byte, 1, field))
		return false;
	*v = byte;
	return true;
}

static bool choice(struct wire *w, unsigned *v, unsigned last, const char *field)
{
	uint8_t byte = *v > last ? UINT8_MAX : (uint8_t)*v;

	if (!small(w, &byte, (uint8_t)last, field))
		return false;
	*v = byte;
	return true;
}

static bool whole(struct wire *w, int *v, int lo, int hi, const char *field)
{
	int32_t value = *v;

	if (!bytes(w, &value, sizeof value, field))
		return false;
	*v = value;
	return (value >= lo && value <= hi) || bad(w, field);
}

static bool line_number(struct wire *w, long *v, const char *field)
{
	int64_t value = *v;

	if (!bytes(w, &value, sizeof value, field))
		return false;
	*v = (long)value;
	return (value >= 0 && value <= INT32_MAX) || bad(w, field);
}

/* A finite number in bounds, or NaN where "missing" is allowed, always with the same bits. */
static bool real(struct wire *w, double *v, double lo, double hi, bool missing, const char *field)
{
	double value = isnan(*v) ? NAN : *v;

	if (!bytes(w, &value, sizeof value, field))
		return false;
	*v = isnan(value) ? NAN : value;
	return (isnan(value) ? missing : value >= lo && value <= hi) || bad(w, field);
}

/* UTF-8 without control characters of C0 and C1. */
static bool is_clean(const char *s, size_t n)
{
	if (text_utf8_bad(s, n) < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)s[i + 1] < 0xa0))
			return false;
	}
	return true;
}

static bool text_n(struct wire *w, const char **s, size_t max, const char *field)
{
	uint32_t n = 0;

	if (w->out) {
		const char *text = *s ? *s : "";
		size_t len = strlen(text);
		if (len > max)
			return over(w, field);
		if (!is_clean(text, len))
			return bad(w, field);
		n = (uint32_t)len;
		return bytes(w, &n, sizeof n, field) && (!n || buf_add(w->out, text, n) || fail(w, ERR_RESULT_LIMIT, "bytes"));
	}
	if (!bytes(w, &n, sizeof n, field))
		return false;
	if (n > max || (size_t)(w->end - w->p) < n || !is_clean((const char *)w->p, n))
		return bad(w, field);
	*s = n ? arena_strndup(w->a, (const char *)w->p, n) : "";
	w->p += n;
	return true;
}

static bool text(struct wire *w, const char **s, const char *field)
{
	return text_n(w, s, ARTEFACT_TEXT, field);
}

static bool text2(struct wire *w, struct text2 *t, const char *field)
{
	return text(w, &t->fr, field) && text(w, &t->en, field);
}

static bool name(struct wire *w, const char **s, const char *field)
{
	return text_n(w, s, 64, field) && (text_is_name(*s) || bad(w, field));
}

/* A text that lives in an array of fixed size. */
static bool text_in(struct wire *w, char *to, size_t size, const char *field)
{
	const char *s = to;

	if (!text_n(w, &s, size - 1, field))
		return false;
	if (!w->out)
		memcpy(to, s, strlen(s) + 1);
	return true;
}

/* Count, then each. `least` is the fewest bytes that one takes: a count that cannot be true allocates nothing. */
static bool array(struct wire *w, void *items, size_t *n, size_t max, size_t size, size_t least, const char *field,
                  bool (*each)(struct wire *, void *))
{
	uint32_t count = *n > max ? 0 : (uint32_t)*n;
	char *item;

	if (*n > max)
		return over(w, field);
	if (!bytes(w, &count, sizeof count, field))
		return false;
	if (!w->out) {
		if (count > max || count > (size_t)(w->end - w->p) / least)
			return bad(w, field);
		item = arena_alloc(w->a, count * size);
		memcpy(items, &item, sizeof item);
		*n = count;
	}
	memcpy(&item, items, sizeof item);
	struct place here = { field, 0, w->place };
	w->place = &here;
	for (; here.i < count; here.i++)
		if (!each(w, item + here.i * size))
			return false;
	w->place = here.up;
	return true;
}
#define ARRAY(w, list, n, max, least, field, each) array((w), &(list), &(n), (max), sizeof *(list), (least), (field), (each))

/* Sorted by key and each once: what comes from sets is compared with the one before. */
static bool ascending(struct wire *w, const char *before, const char *s, const char *field)
{
	return !before || strcmp(before, s) < 0 || bad(w, field);
}

static bool source(struct wire *w, void *v)
{
	struct source *s = v;

	return text_n(w, &s->key, KEY_BYTES, "key") && text2(w, &s->text, "text") && text(w, &s->address, "address")
		&& ascending(w, w->place->i ? s[-1].key : NULL, s->key, "key");
}

static bool sources(struct wire *w, struct sources *s)
{
	return ARRAY(w, s->item, s->n, ARTEFACT_SOURCES, 16, "source", source);
}

static bool quantity(struct wire *w, struct quantity *q)
{
	const double most = 1e300;

	return real(w, &q->low, -most, most, q->low_open, "low") && real(w, &q->best, -most, most, true, "best")
		&& real(w, &q->high, -most, most, q->high_open, "high") && choice(w, &q->qualifier, Q_COUNT - 1, "qualifier")
		&& whole(w, &q->decimals, 0, 15, "decimals") && text_in(w, q->unit, sizeof q->unit, "unit")
		&& text_in(w, q->period, sizeof q->period, "period") && (quantity_valid(q) || bad(w, "quantity"));
}

static bool fact_name(struct wire *w, void *v)
{
	return text_n(w, v, KEY_BYTES, "fact");
}

static bool value(struct wire *w, void *p)
{
	struct value *v = p;

	if (!name(w, &v->name, "name") || !flag(w, &v->is_words, "kind"))
		return false;
	/* The open sides stand before the bounds, which may be missing there. */
	if (!v->is_words && (!flag(w, &v->q.low_open, "open") || !flag(w, &v->q.high_open, "open") || !quantity(w, &v->q)))
		return false;
	if (v->is_words && !text2(w, &v->words, "words"))
		return false;
	if (!w->out && !v->is_words)
		v->words = (struct text2){ "", "" };
	return text2(w, &v->label, "label") && ARRAY(w, v->facts, v->nfact, ARTEFACT_READS, 4, "fact", fact_name)
		&& sources(w, &v->sources);
}

static bool table_column(struct wire *w, void *p)
{
	struct table_column *c = p;

	return text2(w, &c->head, "head") && choice(w, &c->align, ALIGN_CENTER, "align") && real(w, &c->width, 0, 1, false, "width");
}

/* The cells of a row are as many as the table has columns; both sides know how many. */
static bool table_rows(struct wire *w, struct table *t)
{
	struct place row = { "row", 0, w->place };
	uint32_t n = (uint32_t)t->nrow;

	if (t->nrow > ARTEFACT_ROWS)
		return over(w, "row");
	if (!bytes(w, &n, sizeof n, "row"))
		return false;
	if (!w->out) {
		if (n > ARTEFACT_ROWS || n > (size_t)(w->end - w->p) / (1 + 8 * t->ncolumn))
			return bad(w, "row");
		t->row = arena_array(w->a, struct table_row, n);
		t->nrow = n;
	}
	w->place = &row;
	for (; row.i < n; row.i++) {
		struct table_row *r = &t->row[row.i];
		struct place cell = { "cell", 0, &row };
		if (!choice(w, &r->kind, ROW_TOTAL, "kind"))
			return false;
		if (!w->out)
			r->cell = arena_array(w->a, struct text2, t->ncolumn);
		w->place = &cell;
		for (; cell.i < t->ncolumn; cell.i++)
			if (!text2(w, &r->cell[cell.i], "text"))
				return false;
		w->place = &row;
	}
	w->place = row.up;
	return true;
}

static bool table(struct wire *w, void *p)
{
	struct table *t = p;

	return name(w, &t->name, "name") && text2(w, &t->caption, "caption") && text2(w, &t->note, "note")
		&& text2(w, &t->coverage, "coverage") && ARRAY(w, t->column, t->ncolumn, ARTEFACT_COLUMNS, 17, "column", table_column)
		&& (t->ncolumn || bad(w, "column")) && table_rows(w, t) && sources(w, &t->sources);
}

static bool one_text2(struct wire *w, void *p)
{
	return text2(w, p, "text");
}

static bool scale(struct wire *w, struct scale *s)
{
	const double most = 1e300;

	return choice(w, &s->kind, SCALE_TIME, "scale") && real(w, &s->lo, -most, most, true, "lowest") && real(w, &s->hi, -most, most, true, "highest")
		&& ARRAY(w, s->category, s->ncategory, ARTEFACT_ROWS, 8, "category", one_text2) && text2(w, &s->title, "title")
		&& whole(w, &s->decimals, -1, 15, "decimals") && flag(w, &s->hidden, "hidden") && flag(w, &s->plain, "plain");
}

static bool item(struct wire *w, void *p)
{
	const double most = 1e300;
	struct item *i = p;

	return real(w, &i->x, -most, most, true, "x") && real(w, &i->y, -most, most, true, "y") && real(w, &i->x2, -most, most, true, "x2")
		&& real(w, &i->y2, -most, most, true, "y2") && small(w, &i->open, OPEN_LOW | OPEN_HIGH, "open")
		&& small(w, &i->style, STYLE_PALE, "style") && small(w, &i->align, ALIGN_CENTER, "align") && text2(w, &i->label, "label");
}

static bool mark(struct wire *w, void *p)
{
	struct mark *m = p;

	return choice(w, &m->kind, MARK_TEXT, "mark") && choice(w, &m->role, ROLE_INK, "role") && flag(w, &m->horizontal, "horizontal")
		&& text2(w, &m->name, "name") && ARRAY(w, m->item, m->nitem, ARTEFACT_ITEMS, 43, "item", item);
}

static bool panel(struct wire *w, void *p)
{
	struct panel *n = p;

	return text2(w, &n->title, "title") && scale(w, &n->x) && scale(w, &n->y) && ARRAY(w, n->mark, n->nmark, ARTEFACT_MARKS, 15, "mark", mark)
		&& real(w, &n->share, 0, 1, false, "share");
}

static bool data_column(struct wire *w, void *p)
{
	struct data_column *c = p;

	return name(w, &c->name, "name") && text2(w, &c->title, "title");
}

/* The data table of a figure: cells row by row. */
static bool figure_cells(struct wire *w, struct figure *f)
{
	size_t n = f->nrow * f->ncolumn;
	uint32_t rows = (uint32_t)f->nrow;

	if (f->nrow > ARTEFACT_ITEMS)
		return over(w, "row");
	if (!bytes(w, &rows, sizeof rows, "row") || rows > ARTEFACT_ITEMS || (rows && !f->ncolumn))
		return bad(w, "row");
	f->nrow = rows;
	n = rows * f->ncolumn;
	if (!ARRAY(w, f->cell, n, (size_t)ARTEFACT_ITEMS * ARTEFACT_COLUMNS, 8, "cell", one_text2))
		return false;
	return n == rows * f->ncolumn || bad(w, "cell");
}

static bool figure(struct wire *w, void *p)
{
	struct figure *f = p;
	struct text2 *const texts[] = { &f->title, &f->subtitle, &f->unit, &f->period, &f->coverage, &f->reading, &f->note, &f->alt };
	static const char *const names[] = { "title", "subtitle", "unit", "period", "coverage", "reading", "note", "alt" };

	if (!name(w, &f->name, "name"))
		return false;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!text2(w, texts[i], names[i]))
			return false;
	struct chart *c = &f->chart;
	return real(w, &c->width_mm, 0, 1000, false, "width") && real(w, &c->height_mm, 0, 1000, false, "height")
		&& flag(w, &c->illustrative, "illustrative") && ARRAY(w, c->panel, c->npanel, ARTEFACT_PANELS, 60, "panel", panel)
		&& ARRAY(w, f->column, f->ncolumn, ARTEFACT_COLUMNS, 12, "column", data_column) && figure_cells(w, f)
		&& sources(w, &f->sources);
}

static bool read_column(struct wire *w, void *p)
{
	struct read *r = p, *b = w->place->i ? r - 1 : NULL;

	if (!text_n(w, &r->package, KEY_BYTES, "package") || !text_n(w, &r->table, KEY_BYTES, "table")
	    || !text_n(w, &r->column, KEY_BYTES, "column"))
		return false;
	int order = b ? strcmp(b->package, r->package) : -1;
	if (b && !order)
		order = strcmp(b->table, r->table);
	if (b && !order)
		order = strcmp(b->column, r->column);
	return order < 0 || bad(w, "order");
}

static bool read_fact(struct wire *w, void *p)
{
	struct read_fact *f = p, *b = w->place->i ? f - 1 : NULL;

	if (!text_n(w, &f->table, KEY_BYTES, "table") || !text_n(w, &f->id, KEY_BYTES, "id"))
		return false;
	int order = b ? strcmp(b->table, f->table) : -1;
	if (b && !order)
		order = strcmp(b->id, f->id);
	return order < 0 || bad(w, "order");
}

static bool log_line(struct wire *w, void *p)
{
	struct log_line *l = p;

	return line_number(w, &l->line, "line") && text(w, &l->text, "text");
}

/* The record has a form of its own, which goes whole. */
static bool error(struct wire *w, struct err *x)
{
	struct buf record = BUF(ERRWIRE_MAX);
	uint32_t n = 0;

	if (w->out) {
		err_encode(x, &record);
		n = (uint32_t)record.n;
		bool ok = bytes(w, &n, sizeof n, "error") && (buf_add(w->out, record.s, n) || over(w, "bytes"));
		buf_free(&record);
		return ok;
	}
	if (!bytes(w, &n, sizeof n, "error"))
		return false;
	if (n > ERRWIRE_MAX || n > (size_t)(w->end - w->p) || err_decode((const char *)w->p, n, x) != n)
		return bad(w, "error");
	w->p += n;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A name is one thing: "workforce.map" cannot be a figure and a table. */
static bool names_unique(struct wire *w, const struct result *r)
{
	const char *list[ARTEFACT_VALUES + ARTEFACT_TABLES + ARTEFACT_FIGURES];
	size_t n = 0;

	for (size_t i = 0; i < r->nvalue; i++)
		list[n++] = r->value[i].name;
	for (size_t i = 0; i < r->ntable; i++)
		list[n++] = r->table[i].name;
	for (size_t i = 0; i < r->nfigure; i++)
		list[n++] = r->figure[i].name;
	qsort(list, n, sizeof *list, by_text);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(list[i - 1], list[i]))
			return bad(w, "two artefacts of one name");
	return true;
}

static bool walk(struct wire *w, struct result *r)
{
	char head[sizeof magic];
	uint8_t version = WIRE_VERSION;

	memcpy(head, magic, sizeof head);
	if (!bytes(w, head, sizeof head, "head") || memcmp(head, magic, sizeof head) || !small(w, &version, WIRE_VERSION, "version")
	    || version != WIRE_VERSION)
		return bad(w, "head");
	if (!flag(w, &r->failed, "failed") || (r->failed && !error(w, &r->err)))
		return false;
	return text2(w, &r->title, "title") && ARRAY(w, r->value, r->nvalue, ARTEFACT_VALUES, 22, "value", value)
		&& ARRAY(w, r->table, r->ntable, ARTEFACT_TABLES, 40, "table", table)
		&& ARRAY(w, r->figure, r->nfigure, ARTEFACT_FIGURES, 100, "figure", figure)
		&& ARRAY(w, r->read, r->nread, ARTEFACT_READS, 12, "read", read_column)
		&& ARRAY(w, r->fact, r->nfact, ARTEFACT_READS, 8, "fact", read_fact)
		&& ARRAY(w, r->log, r->nlog, ARTEFACT_LOGS, 12, "log", log_line) && names_unique(w, r);
}

bool wire_encode(struct buf *out, const struct result *r, struct err *e)
{
	struct wire w = { .out = out, .e = e };
	struct result copy = *r;   /* the walk takes what it may fill; when writing it changes nothing below this copy */

	return walk(&w, &copy);
}

bool wire_decode(struct arena *a, const void *s, size_t n, struct result *out, struct err *e)
{
	struct wire w = { .p = s, .end = (const unsigned char *)s + n, .a = a, .e = e };

	*out = (struct result){ 0 };
	if (n > ARTEFACT_BYTES)
		return over(&w, "bytes");
	return walk(&w, out) && (w.p == w.end || bad(&w, "end"));
}
