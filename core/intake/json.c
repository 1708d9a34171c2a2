/* The tree over yajl's callbacks. yajl counts the bytes it consumed as it calls back, which gives each value its line;
 * it has no limits of its own and takes names that occur twice and lone surrogates, so those are checked here. */
#include "intake/json.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"

#include <string.h>
#include <yajl/yajl_parse.h>

struct builder {
	struct arena *a;
	const char *file, *text;
	size_t n;
	yajl_handle yajl;
	struct err *e;
	struct json *root;
	struct { struct json *open, *last; } level[JSON_DEPTH];   /* arrays and objects around, and the last value in each */
	size_t depth, values, seen;        /* seen: bytes whose lines are counted */
	long line;
	const char *key;
};

/* Line and column (characters, from 1) of an offset, and that line as the excerpt. */
static bool fail_offset(const char *file, const char *text, size_t n, size_t at, struct err *e)
{
	long line = 1;
	size_t start = 0;

	if (at > n)
		at = n;
	for (size_t i = 0; i < at; i++)
		if (text[i] == '\n') {
			line++;
			start = i + 1;
		}
	const char *end = memchr(text + start, '\n', n - start);
	long column = (long)text_utf8_length(text + start, at - start) + 1;
	err_at(e, file, line, column);
	return err_excerpt(e, text + start, end ? (size_t)(end - text) - start : n - start, column);
}

static size_t consumed(const struct builder *b)
{
	size_t at = yajl_get_bytes_consumed(b->yajl);

	return at ? at - 1 : 0;
}

/* A new value in its place in the tree; NULL stops the parser. */
static struct json *add(struct builder *b, enum json_type type)
{
	size_t at = consumed(b);

	for (; b->seen < at && b->seen < b->n; b->seen++)
		b->line += b->text[b->seen] == '\n';
	if (++b->values > JSON_VALUES || b->depth >= JSON_DEPTH) {
		err_set(b->e, ERR_JSON_LIMIT, "%d" ERR_SEP "%d", JSON_VALUES, JSON_DEPTH);
		fail_offset(b->file, b->text, b->n, at, b->e);
		return NULL;
	}
	struct json *v = arena_new(b->a, struct json), *around = b->depth ? b->level[b->depth - 1].open : NULL;
	*v = (struct json){ .type = type, .s = "", .key = b->key ? b->key : "", .parent = around, .line = b->line };
	b->key = NULL;
	if (!around) {
		b->root = v;
		return v;
	}
	struct json **last = &b->level[b->depth - 1].last;
	if (*last)
		(*last)->next = v;
	else
		around->child = v;
	*last = v;
	v->index = around->count++;
	return v;
}

static int on_null(void *ctx)
{
	return add(ctx, JSON_NULL) != NULL;
}

static int on_bool(void *ctx, int yes)
{
	struct json *v = add(ctx, JSON_BOOL);

	if (v)
		v->yes = yes != 0;
	return v != NULL;
}

static int on_text(struct builder *b, enum json_type type, const char *s, size_t n)
{
	struct json *v = add(b, type);

	if (v) {
		v->s = arena_strndup(b->a, s, n);
		v->n = n;
	}
	return v != NULL;
}

static int on_number(void *ctx, const char *s, size_t n)
{
	return on_text(ctx, JSON_NUMBER, s, n);
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
	return on_text(ctx, JSON_STRING, (const char *)s, n);
}

static int on_open(struct builder *b, enum json_type type)
{
	struct json *v = add(b, type);

	if (!v)
		return 0;
	b->level[b->depth].open = v;
	b->level[b->depth++].last = NULL;
	return 1;
}

static int on_object(void *ctx)
{
	return on_open(ctx, JSON_OBJECT);
}

static int on_array(void *ctx)
{
	return on_open(ctx, JSON_ARRAY);
}

static int on_close(void *ctx)
{
	((struct builder *)ctx)->depth--;
	return 1;
}

static int on_key(void *ctx, const unsigned char *s, size_t n)
{
	struct builder *b = ctx;
	char *key = arena_strndup(b->a, (const char *)s, n);
	size_t looked = 0;

	/* Objects here have few members; a huge one is not searched to its end for each of them. */
	for (const struct json *v = b->level[b->depth - 1].open->child; v && looked < 500; v = v->next, looked++) {
		if (strcmp(v->key, key) != 0)
			continue;
		err_set(b->e, ERR_JSON_TWICE, "%s" ERR_SEP "%ld", key, v->line);
		fail_offset(b->file, b->text, b->n, consumed(b), b->e);
		return 0;
	}
	b->key = key;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number, .yajl_string = on_string,
	.yajl_start_map = on_object, .yajl_map_key = on_key, .yajl_end_map = on_close,
	.yajl_start_array = on_array, .yajl_end_array = on_close,
};

/* Value of the four hexadecimal digits after "\u" at s, or -1. */
static int escape_at(const char *s, const char *end)
{
	int v = 0;

	if (end - s < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		char c = text_lower(s[i]);
		if (!text_is_digit(c) && (c < 'a' || c > 'f'))
			return -1;
		v = v * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return v;
}

/* Offset of a "\u" escape that stands for no character (half a surrogate pair) or for NUL, or n. */
static size_t bad_escape(const char *s, size_t n)
{
	const char *end = s + n;

	for (const char *p = s; (p = memchr(p, '\\', (size_t)(end - p)));) {
		int c = escape_at(p, end), low = end - p > 6 ? escape_at(p + 6, end) : -1;
		if (c == 0 || (c >= 0xdc00 && c <= 0xdfff) || (c >= 0xd800 && c <= 0xdbff && (low < 0xdc00 || low > 0xdfff)))
			return (size_t)(p - s);
		p += c >= 0xd800 && c <= 0xdbff ? 12 : 2;
		if (p >= end)
			break;
	}
	return n;
}

/* whole: all of the text was taken, and it is too short. */
static bool fail_syntax(struct builder *b, bool whole, struct err *e)
{
	unsigned char *said = yajl_get_error(b->yajl, 0, (const unsigned char *)b->text, b->n);
	size_t at = whole ? 0 : yajl_get_bytes_consumed(b->yajl);

	err_set(e, ERR_JSON_SYNTAX, "%s", "");
	err_why(e, "%s", (const char *)said);
	yajl_free_error(b->yajl, said);
	return fail_offset(b->file, b->text, b->n, at ? at - 1 : b->n, e);
}

bool json_parse(struct json_doc *out, struct arena *a, const char *shown, const char *text, size_t n, struct err *e)
{
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		n -= 3;
	}
	struct builder b = { .a = a, .file = shown, .text = text, .n = n, .e = e, .line = 1 };
	size_t bad = text_utf8_bad(text, n);
	if (bad < n) {
		err_set(e, ERR_NOT_UTF8, "%s" ERR_SEP "%zu", shown, bad);
		return fail_offset(shown, text, n, bad, e);
	}
	if ((bad = bad_escape(text, n)) < n) {
		err_set(e, ERR_JSON_ESCAPE, "%.6s", text + bad);
		return fail_offset(shown, text, n, bad, e);
	}
	b.yajl = yajl_alloc(&callbacks, NULL, &b);
	if (!b.yajl)
		return err_set(e, ERR_BUG, "yajl");
	yajl_status rc = yajl_parse(b.yajl, (const unsigned char *)text, n);
	bool whole = rc == yajl_status_ok;
	if (whole)
		rc = yajl_complete_parse(b.yajl);
	bool ok = rc == yajl_status_ok && b.root;
	if (!ok && rc != yajl_status_client_canceled)
		fail_syntax(&b, whole, e);
	yajl_free(b.yajl);
	*out = (struct json_doc){ .file = shown, .text = text, .n = n, .root = b.root };
	return ok;
}

bool json_read(struct json_doc *out, struct arena *a, const char *path, const char *shown, struct err *e)
{
	struct buf text = BUF(JSON_BYTES);
	bool ok = path_read(path, JSON_BYTES, &text, e);

	if (ok)
		ok = json_parse(out, a, shown, arena_strndup(a, buf_text(&text), text.n), text.n, e);
	else
		err_at(e, shown, 0, 0);
	buf_free(&text);
	return ok;
}

const struct json *json_get(const struct json *o, const char *key)
{
	if (!o || o->type != JSON_OBJECT)
		return NULL;
	for (const struct json *v = o->child; v; v = v->next)
		if (!strcmp(v->key, key))
			return v;
	return NULL;
}

bool json_int(const struct json *v, int64_t *out)
{
	return v && v->type == JSON_NUMBER && num_int(v->s, v->n, out);
}

bool json_real(const struct json *v, double *out)
{
	return v && v->type == JSON_NUMBER && num_real(v->s, v->n, '.', out, NULL);
}

void json_pointer(const struct json *v, struct buf *out)
{
	if (!v || !v->parent)
		return;
	json_pointer(v->parent, out);
	buf_char(out, '/');
	if (v->parent->type == JSON_ARRAY) {
		buf_printf(out, "%zu", v->index);
		return;
	}
	for (const char *s = v->key; *s; s++) {   /* RFC 6901 */
		if (*s == '~' || *s == '/')
			buf_str(out, *s == '~' ? "~0" : "~1");
		else
			buf_char(out, *s);
	}
}

void json_write(const struct json *v, struct buf *out)
{
	switch (v->type) {
	case JSON_NULL:
		buf_str(out, "null");
		return;
	case JSON_BOOL:
		buf_str(out, v->yes ? "true" : "false");
		return;
	case JSON_NUMBER:
		buf_str(out, v->s);
		return;
	case JSON_STRING:
		buf_json(out, v->s, v->n);
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	buf_char(out, v->type == JSON_ARRAY ? '[' : '{');
	for (const struct json *c = v->child; c; c = c->next) {
		if (c != v->child)
			buf_char(out, ',');
		if (v->type == JSON_OBJECT) {
			buf_json(out, c->key, strlen(c->key));
			buf_char(out, ':');
		}
		json_write(c, out);
	}
	buf_char(out, v->type == JSON_ARRAY ? ']' : '}');
}

bool json_fail(const struct json_doc *d, const struct json *v, struct err *e)
{
	struct buf at = BUF(400);
	const char *s = d->text, *end = d->text + d->n;

	json_pointer(v, &at);
	if (at.n)
		err_note(e, "%s", buf_text(&at));
	buf_free(&at);
	long line = v ? v->line : 0;
	for (long i = 1; i < line && s; i++) {
		s = memchr(s, '\n', (size_t)(end - s));
		s = s ? s + 1 : NULL;
	}
	err_at(e, d->file, line, 0);
	if (!s || !line)
		return false;
	while (s < end && text_is_space(*s) && *s != '\n')
		s++;
	const char *stop = memchr(s, '\n', (size_t)(end - s));
	return err_excerpt(e, s, (size_t)((stop ? stop : end) - s), 0);
}
