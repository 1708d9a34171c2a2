/* A result as bytes and back. One walk over the tables of host/shape.h serves both directions, so that writer and reader cannot differ,
 * and every check is made in both. It knows nothing of Lua, files or processes.
 * Form: "CNTM", a version, then little-endian fixed-width numbers; counts and lengths stand before what they count. */
#include "host/wire.h"

#include "base/errwire.h"
#include "base/text.h"
#include "host/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE_VERSION = 1, NAME_BYTES = 64 };
static const char magic[4] = "CNTM";

/* Where the walk is, for messages: "figure 2, panel 1, mark 3, item 7". */
struct place { const char *name; size_t i; const struct place *up; };

struct wire {
	struct buf *out;                     /* writing; NULL when reading */
	const unsigned char *p, *end;        /* reading */
	struct arena *a;
	const struct place *place;
	size_t columns;                      /* of the table or figure that the walk is in */
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
	buf_str(&path, field ? field : "value");
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

static bool byte(struct wire *w, uint8_t *v, size_t last, const char *field)
{
	return bytes(w, v, 1, field) && (*v <= last || bad(w, field));
}

static bool count(struct wire *w, size_t *n, size_t max, const char *field)
{
	uint32_t v = (uint32_t)*n;

	if (*n > max)
		return over(w, field);
	if (!bytes(w, &v, sizeof v, field))
		return false;
	*n = v;
	return v <= max || bad(w, field);
}

/* A whole number of 64 bits from lo to hi. */
static bool whole(struct wire *w, int64_t *v, double lo, double hi, const char *field)
{
	return bytes(w, v, sizeof *v, field) && (((double)*v >= lo && (double)*v <= hi) || bad(w, field));
}

/* A finite number in bounds, or NaN where "missing" is allowed, always with the same bits. */
static bool real(struct wire *w, double *v, const struct shape_field *f)
{
	double value = isnan(*v) ? NAN : *v;

	if (!bytes(w, &value, sizeof value, f->name))
		return false;
	*v = isnan(value) ? NAN : value;
	return (isnan(value) ? isnan(f->none) : value >= f->lo && value <= f->hi) || bad(w, f->name);
}

static bool text(struct wire *w, const char **s, size_t max, const char *field)
{
	size_t n = w->out && *s ? strlen(*s) : 0, at;
	bool control;

	if (w->out && n <= max && !shape_text_ok(*s ? *s : "", n, &at, &control))
		return bad(w, field);
	if (!count(w, &n, max, field))
		return false;
	if (w->out)
		return !n || bytes(w, (char *)(uintptr_t)*s, n, field);
	if ((size_t)(w->end - w->p) < n || !shape_text_ok((const char *)w->p, n, &at, &control))
		return bad(w, field);
	*s = n ? arena_strndup(w->a, (const char *)w->p, n) : "";
	w->p += n;
	return true;
}

static bool text2(struct wire *w, struct text2 *t, const char *field)
{
	return text(w, &t->fr, ARTEFACT_TEXT, field) && text(w, &t->en, ARTEFACT_TEXT, field);
}

static bool chars(struct wire *w, char *to, size_t size, const char *field)
{
	const char *s = to;

	if (!text(w, &s, size - 1, field))
		return false;
	if (!w->out)
		memcpy(to, s, strlen(s) + 1);
	return true;
}

/* Fewest bytes that one item takes: a count that cannot be true allocates nothing. */
static size_t least(const struct shape *s)
{
	static const uint8_t fixed[] = {
		[SHAPE_NAME] = 5, [SHAPE_TEXT] = 4, [SHAPE_TEXT2] = 8, [SHAPE_CHARS] = 4, [SHAPE_REAL] = 8, [SHAPE_INT] = 8, [SHAPE_LINE] = 8,
		[SHAPE_FLAG] = 1, [SHAPE_CHOICE] = 1, [SHAPE_BYTE] = 1, [SHAPE_COUNT] = 4, [SHAPE_LIST] = 4, [SHAPE_CELLS] = 0, [SHAPE_STRUCT] = 0,
	};
	size_t n = 0;

	for (size_t i = 0; i < s->nfield; i++)
		n += s->field[i].kind == SHAPE_STRUCT ? least(s->field[i].of) : fixed[s->field[i].kind];
	return n;
}

static bool walk(struct wire *w, const struct shape *s, void *item, const void *before);

static bool list(struct wire *w, const struct shape_field *f, void *pointer, size_t *n)
{
	struct place here = { f->of->what, 0, w->place };
	char *items;

	if (!count(w, n, f->max, f->name))
		return false;
	if (!w->out) {
		if (*n > (size_t)(w->end - w->p) / least(f->of))
			return bad(w, f->name);
		items = arena_alloc(w->a, *n * f->of->size);
		memcpy(pointer, &items, sizeof items);
	}
	memcpy(&items, pointer, sizeof items);
	w->place = &here;
	for (; here.i < *n; here.i++) {
		char *item = items + here.i * f->of->size;
		if (!walk(w, f->of, item, here.i ? item - f->of->size : NULL))
			return false;
	}
	w->place = here.up;
	return true;
}

static bool cells(struct wire *w, struct text2 **t, size_t rows, const char *field)
{
	size_t n = rows * w->columns;   /* both are bounded: no overflow */

	if (!w->out) {
		if (n > (size_t)(w->end - w->p) / (2 * sizeof(uint32_t)))
			return bad(w, field);
		*t = arena_array(w->a, struct text2, n);
	}
	for (size_t i = 0; i < n; i++)
		if (!text2(w, &(*t)[i], field))
			return false;
	return true;
}

static size_t last_name(const struct shape_field *f)
{
	size_t n = 0;

	while (f->names[n])
		n++;
	return n - 1;
}

static bool choice(struct wire *w, unsigned *v, const struct shape_field *f)
{
	uint8_t b = *v > UINT8_MAX ? UINT8_MAX : (uint8_t)*v;

	if (!byte(w, &b, last_name(f), f->name))
		return false;
	*v = b;
	return true;
}

static bool field(struct wire *w, const struct shape_field *f, char *item)
{
	void *at = item + f->at;
	size_t *n = (size_t *)(void *)(item + f->count);
	uint8_t b;
	int64_t v;

	switch (f->kind) {
	case SHAPE_NAME: return text(w, at, NAME_BYTES, f->name) && (text_is_name(*(const char **)at) || bad(w, f->name));
	case SHAPE_TEXT: return text(w, at, f->max, f->name);
	case SHAPE_TEXT2: return text2(w, at, f->name);
	case SHAPE_CHARS: return chars(w, at, f->max, f->name);
	case SHAPE_REAL: return real(w, at, f);
	case SHAPE_INT:
		v = *(int *)at;
		if (!whole(w, &v, f->lo, f->hi, f->name))
			return false;
		*(int *)at = (int)v;
		return true;
	case SHAPE_LINE:
		v = *(long *)at;
		if (!whole(w, &v, 0, INT32_MAX, f->name))
			return false;
		*(long *)at = (long)v;
		return true;
	case SHAPE_FLAG:
		b = *(bool *)at;
		if (!byte(w, &b, 1, f->name))
			return false;
		*(bool *)at = b;
		return true;
	case SHAPE_CHOICE: return choice(w, at, f);
	case SHAPE_BYTE: return byte(w, at, last_name(f), f->name);
	case SHAPE_COUNT: return count(w, at, f->max, f->name);
	case SHAPE_LIST:
		if (!list(w, f, at, n))
			return false;
		/* Columns stand before the rows that have as many cells. */
		if (f->name && !strcmp(f->name, "columns"))
			w->columns = *n;
		return true;
	case SHAPE_CELLS: return cells(w, at, f->count ? *n : 1, f->name);
	case SHAPE_STRUCT: return walk(w, f->of, at, NULL);
	}
	return false;
}

static bool walk(struct wire *w, const struct shape *s, void *item, const void *before)
{
	for (size_t i = 0; i < s->nfield; i++)
		if (!field(w, &s->field[i], item))
			return false;
	const char *wrong = s->wrong ? s->wrong(item, before) : NULL;
	return !wrong || bad(w, wrong);
}

/* The error record has a form of its own, which goes whole. */
static bool error(struct wire *w, struct err *x)
{
	struct buf record = BUF(ERRWIRE_MAX);
	size_t n = 0;

	if (w->out) {
		err_encode(x, &record);
		n = record.n;
		bool ok = count(w, &n, ERRWIRE_MAX, "error") && bytes(w, record.s, n, "error");
		buf_free(&record);
		return ok;
	}
	if (!count(w, &n, ERRWIRE_MAX, "error"))
		return false;
	if (!n || n > (size_t)(w->end - w->p) || err_decode((const char *)w->p, n, x) != n)
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

static bool message(struct wire *w, struct result *r)
{
	char head[sizeof magic];
	uint8_t version = WIRE_VERSION, failed = r->failed;

	memcpy(head, magic, sizeof head);
	if (!bytes(w, head, sizeof head, "head") || memcmp(head, magic, sizeof head) || !byte(w, &version, WIRE_VERSION, "version")
	    || version != WIRE_VERSION)
		return w->e->id == ERR_RESULT_LIMIT ? false : bad(w, "head");
	if (!byte(w, &failed, 1, "failed"))
		return false;
	r->failed = failed;
	return (!failed || error(w, &r->err)) && walk(w, &shape_result, r, NULL) && names_unique(w, r);
}

bool wire_encode(struct buf *out, const struct result *r, struct err *e)
{
	struct wire w = { .out = out, .e = e };
	struct result copy = *r;   /* when writing, the walk puts back what it found */

	*e = (struct err){ 0 };
	return message(&w, &copy);
}

bool wire_decode(struct arena *a, const void *s, size_t n, struct result *out, struct err *e)
{
	struct wire w = { .p = s, .end = (const unsigned char *)s + n, .a = a, .e = e };

	*out = (struct result){ 0 };
	*e = (struct err){ 0 };
	if (n > ARTEFACT_BYTES)
		return over(&w, "bytes");
	return message(&w, out) && (w.p == w.end || bad(&w, "end"));
}
