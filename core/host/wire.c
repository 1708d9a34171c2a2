/* Results from their bytes, by the tables of host/shape.h. It knows nothing of Lua, files or processes.
 * Form: WIRE_HEAD, whether the analysis failed, then its error; then little-endian fixed-width numbers; counts and lengths stand before
 * what they count. */
#include "host/wire.h"

#include "base/errwire.h"
#include "base/hash.h"
#include "base/text.h"
#include "host/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 64 };

/* Where the walk is, for messages: "figure 2, panel 1, mark 3, item 7". */
struct place { const char *name; size_t i; const struct place *up; };

struct wire {
	const unsigned char *p, *end;
	struct arena *a;
	const struct place *place;
	size_t columns;                      /* of the table or figure that the walk is in */
	struct hash *chart[LANG_EN + 1];     /* of the chart that the walk is in, up to `from` */
	const unsigned char *from;
	struct err *e;
};

static void put_place(struct buf *b, const struct place *p)
{
	if (!p)
		return;
	put_place(b, p->up);
	buf_printf(b, "%s %zu, ", p->name, p->i + 1);
}

static bool bad(struct wire *w, const char *field)
{
	struct buf path = BUF(200);

	put_place(&path, w->place);
	buf_str(&path, field ? field : "value");
	err_set(w->e, ERR_WIRE, "%s", buf_text(&path));
	buf_free(&path);
	return false;
}

static size_t left(const struct wire *w)
{
	return (size_t)(w->end - w->p);
}

/* Our machines are little-endian: the bytes of a number are its form on the wire. */
static bool bytes(struct wire *w, void *v, size_t n, const char *field)
{
	if (left(w) < n)
		return bad(w, field);
	memcpy(v, w->p, n);
	w->p += n;
	return true;
}

/* A whole number of so many bytes, from lo to hi: nothing else is ever put in its place. */
static bool whole(struct wire *w, void *at, size_t size, double lo, double hi, const char *field)
{
	int64_t v = 0;

	if (!bytes(w, &v, size, field))
		return false;
	if (lo < 0 && size == sizeof(int32_t))
		v = (int32_t)v;
	if (!((double)v >= lo && (double)v <= hi))
		return bad(w, field);
	memcpy(at, &v, size);
	return true;
}

static bool count(struct wire *w, size_t *n, size_t max, const char *field)
{
	uint32_t v = 0;
	bool ok = whole(w, &v, sizeof v, 0, (double)max, field);

	*n = v;
	return ok;
}

/* A finite number in bounds, or NaN where "missing" is allowed, always with the same bits. */
static bool real(struct wire *w, double *v, const struct shape_field *f)
{
	if (!bytes(w, v, sizeof *v, f->name))
		return false;
	*v = isnan(*v) ? NAN : *v;
	return (isnan(*v) ? isnan(f->none) : *v >= f->lo && *v <= f->hi) || bad(w, f->name);
}

/* UTF-8 without control characters (C1 controls are C2 80 … C2 9F). */
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

static bool text(struct wire *w, const char **s, size_t max, const char *field)
{
	size_t n;

	if (!count(w, &n, max, field))
		return false;
	if (left(w) < n || !is_clean((const char *)w->p, n))
		return bad(w, field);
	*s = n ? arena_strndup(w->a, (const char *)w->p, n) : "";
	w->p += n;
	return true;
}

/* What was read since the last call belongs to the chart in the languages first to last. */
static void digest(struct wire *w, enum lang first, enum lang last)
{
	for (enum lang l = first; l <= last && w->chart[l]; l++)
		hash_add(w->chart[l], w->from, (size_t)(w->p - w->from));
	w->from = w->p;
}

static bool text2(struct wire *w, struct text2 *t, const char *field)
{
	digest(w, LANG_FR, LANG_EN);
	bool ok = text(w, &t->fr, ARTEFACT_TEXT, field);
	digest(w, LANG_FR, LANG_FR);
	ok = ok && text(w, &t->en, ARTEFACT_TEXT, field);
	digest(w, LANG_EN, LANG_EN);
	return ok;
}

static bool walk(struct wire *w, const struct shape *s, void *item);

static bool list(struct wire *w, const struct shape_field *f, void *pointer, size_t *n)
{
	struct place here = { f->of->what, 0, w->place };
	void *of = (void *)(uintptr_t)f->of;

	/* An item takes a byte at least: a count that cannot be true allocates nothing. */
	if (!count(w, n, f->max, f->name) || (double)*n < f->lo || *n > left(w))
		return bad(w, f->name);
	char *items = arena_alloc(w->a, *n * f->of->size);
	memcpy(pointer, &items, sizeof items);
	w->place = &here;
	for (; here.i < *n; here.i++)
		if (!walk(w, f->of, items + here.i * f->of->size))
			return false;
	if (f->of->key)   /* a set: in one order, whatever the order in which its items were met */
		qsort_r(items, *n, f->of->size, shape_order, of);
	for (here.i = 1; f->of->key && here.i < *n; here.i++)
		if (!shape_order(items + (here.i - 1) * f->of->size, items + here.i * f->of->size, of))
			return bad(w, "twice");
	w->place = here.up;
	return true;
}

static bool cells(struct wire *w, struct text2 **t, size_t rows, const char *field)
{
	size_t n = rows * w->columns;   /* both are bounded: no overflow */

	if ((rows && !w->columns) || n > left(w))
		return bad(w, field);
	*t = arena_array(w->a, struct text2, n);
	for (size_t i = 0; i < n; i++)
		if (!text2(w, &(*t)[i], field))
			return false;
	return true;
}

static bool field(struct wire *w, const struct shape_field *f, char *item)
{
	void *at = item + f->at;
	size_t *n = (size_t *)(void *)(item + f->count);
	const char *s;

	switch (f->kind) {
	case SHAPE_NAME:
		return text(w, at, NAME_BYTES, f->name) && (text_is_name(*(const char **)at) || bad(w, f->name));
	case SHAPE_TEXT: return text(w, at, f->max, f->name);
	case SHAPE_TEXT2: return text2(w, at, f->name);
	case SHAPE_CHARS: return text(w, &s, f->max, f->name) && memcpy(at, s, strlen(s) + 1);
	case SHAPE_REAL: return real(w, at, f);
	case SHAPE_INT:
	case SHAPE_FLAG:
	case SHAPE_CHOICE: return whole(w, at, f->size, f->lo, f->hi, f->name);
	case SHAPE_LIST:
		if (!list(w, f, at, n))
			return false;
		/* Columns stand before the rows that have as many cells. */
		if (!strcmp(f->name, "columns"))
			w->columns = *n;
		return true;
	case SHAPE_CELLS:
		return (!f->count || count(w, n, f->max, f->name)) && cells(w, at, f->count ? *n : 1, f->name);
	case SHAPE_STRUCT: return walk(w, f->of, at);
	case SHAPE_END: break;
	}
	return false;
}

static bool walk(struct wire *w, const struct shape *s, void *item)
{
	bool ok = true;

	w->from = s == &shape_chart ? w->p : w->from;
	for (enum lang l = LANG_FR; s == &shape_chart && l <= LANG_EN; l++)
		w->chart[l] = hash_open();
	for (const struct shape_field *f = s->field; ok && f->kind != SHAPE_END; f++)
		ok = field(w, f, item);
	digest(w, LANG_FR, LANG_EN);
	for (enum lang l = LANG_FR; s == &shape_chart && l <= LANG_EN; l++) {
		hash_close(w->chart[l], ((struct chart *)item)->digest[l]);
		w->chart[l] = NULL;
	}
	return ok && (s != &shape_quantity || quantity_valid(item) || bad(w, "quantity"));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A name is one thing: "workforce.map" cannot be a figure and a table. */
static bool names_unique(struct wire *w, const struct result *r)
{
	const char *names[ARTEFACT_VALUES + ARTEFACT_TABLES + ARTEFACT_FIGURES];
	size_t n = 0;

	for (size_t i = 0; i < r->nvalue; i++)
		names[n++] = r->value[i].name;
	for (size_t i = 0; i < r->ntable; i++)
		names[n++] = r->table[i].name;
	for (size_t i = 0; i < r->nfigure; i++)
		names[n++] = r->figure[i].name;
	qsort(names, n, sizeof *names, by_text);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(names[i - 1], names[i]))
			return bad(w, "two artefacts of one name");
	return true;
}

bool wire_decode(struct arena *a, const void *s, size_t n, struct result *out, struct err *e)
{
	struct wire w = { .p = s, .end = (const unsigned char *)s + n, .a = a, .e = e };
	char head[sizeof WIRE_HEAD - 1];

	*out = (struct result){ 0 };
	*e = (struct err){ 0 };
	if (n > ARTEFACT_BYTES || !bytes(&w, head, sizeof head, "head") || memcmp(head, WIRE_HEAD, sizeof head))
		return bad(&w, "head");
	if (!whole(&w, &out->failed, sizeof out->failed, 0, 1, "failed"))
		return false;
	size_t told = out->failed ? err_decode((const char *)w.p, left(&w), &out->err) : 0;
	if (out->failed && !told)
		return bad(&w, "error");
	w.p += told;
	return walk(&w, &shape_result, out) && names_unique(&w, out) && (w.p == w.end || bad(&w, "end"));
}
