/* The tree over yajl's callbacks. yajl counts the bytes it consumed as it calls back, which gives each value its line;
 * it has no limits of its own and takes names that occur twice and lone surrogates, so those are checked here. */
#include "intake/json.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <yajl/yajl_parse.h>

struct builder {
	struct arena *a;
	const struct json_doc *d;
	yajl_handle yajl;
	struct err *e;
	struct json *open[JSON_DEPTH];                 /* arrays and objects around */
	const struct json **next[JSON_DEPTH + 1];      /* where the next value of each of them goes; first of all the root */
	size_t depth, values, seen;                    /* seen: bytes whose lines are counted */
	long line;
	const char *key;
};

/* Gives *e the line that holds a byte of the document, as excerpt too; exact: and the column (characters, from 1). */
static bool place(const struct json_doc *d, size_t at, bool exact, struct err *e)
{
	const char *s = d->text, *end = s + d->n, *p = at < d->n ? s + at : end, *stop = memchr(p, '\n', (size_t)(end - p));
	long line = 1;

	for (const char *lf; (lf = memchr(s, '\n', (size_t)(p - s))); line++)
		s = lf + 1;
	stop = stop ? stop : end;
	long column = exact ? (long)text_utf8_length(s, (size_t)(p - s)) + 1 : 0;
	while (!exact && s < stop && text_is_space(*s))
		s++;
	err_at(e, d->file, line, column);
	return err_excerpt(e, s, (size_t)(stop - s), column);
}

static size_t consumed(const struct builder *b)
{
	size_t at = yajl_get_bytes_consumed(b->yajl);

	return at ? at - 1 : 0;
}

/* A new value in its place in the tree; 0 stops the parser. */
static int add(struct builder *b, enum json_type type, const char *s, size_t n)
{
	size_t at = consumed(b);

	for (; b->seen < at && b->seen < b->d->n; b->seen++)
		b->line += b->d->text[b->seen] == '\n';
	if (++b->values > JSON_VALUES || b->depth >= JSON_DEPTH) {
		err_set(b->e, ERR_JSON_LIMIT, "%d" ERR_SEP "%d", JSON_VALUES, JSON_DEPTH);
		return place(b->d, at, true, b->e);
	}
	struct json *v = arena_new(b->a, struct json), *around = b->depth ? b->open[b->depth - 1] : NULL;
	*v = (struct json){
		.type = type, .yes = type == JSON_BOOL && *s == 't', .s = arena_strndup(b->a, s, n), .n = n, .key = b->key ? b->key : "",
		.parent = around, .index = around ? around->count++ : 0, .at = at, .line = b->line,
	};
	b->key = NULL;
	*b->next[b->depth] = v;
	b->next[b->depth] = &v->next;
	if (type == JSON_ARRAY || type == JSON_OBJECT) {
		b->open[b->depth++] = v;
		b->next[b->depth] = &v->child;
	}
	return 1;
}

#define VALUE(name, type, s, n, ...) static int name(__VA_ARGS__) { return add(ctx, type, (const char *)(s), n); }
VALUE(on_null, JSON_NULL, "null", 4, void *ctx)
VALUE(on_bool, JSON_BOOL, yes ? "true" : "false", yes ? 4 : 5, void *ctx, int yes)
VALUE(on_number, JSON_NUMBER, s, n, void *ctx, const char *s, size_t n)
VALUE(on_string, JSON_STRING, s, n, void *ctx, const unsigned char *s, size_t n)
VALUE(on_object, JSON_OBJECT, "", 0, void *ctx)
VALUE(on_array, JSON_ARRAY, "", 0, void *ctx)

static int on_close(void *ctx)
{
	((struct builder *)ctx)->depth--;
	return 1;
}

static int on_key(void *ctx, const unsigned char *s, size_t n)
{
	struct builder *b = ctx;
	size_t looked = 0;

	b->key = arena_strndup(b->a, (const char *)s, n);
	/* Objects here have few members; a huge one is not searched to its end for each of them. */
	for (const struct json *v = b->open[b->depth - 1]->child; v && looked < 500; v = v->next, looked++)
		if (!strcmp(v->key, b->key)) {
			err_set(b->e, ERR_JSON_TWICE, "%s" ERR_SEP "%ld", b->key, v->line);
			return place(b->d, consumed(b), true, b->e);
		}
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number, .yajl_string = on_string,
	.yajl_start_map = on_object, .yajl_map_key = on_key, .yajl_end_map = on_close,
	.yajl_start_array = on_array, .yajl_end_array = on_close,
};

/* Value of the escape "\uXXXX" that s (ended by NUL) begins with, or -1. The parser refuses those that are not well-formed. */
static int escape_at(const char *s)
{
	char six[7] = "";
	unsigned v;

	strncpy(six, s, sizeof six - 1);
	return sscanf(six, "\\u%4x", &v) == 1 ? (int)v : -1;
}

size_t json_escapes(const char *s, size_t n, bool more, bool *bad)
{
	const char *p = s, *end = s + n;

	while (p < end && (p = memchr(p, '\\', (size_t)(end - p)))) {
		int c = escape_at(p);
		bool high = (c & ~0x3ff) == 0xd800, pair = high && (escape_at(p + 6) & ~0x3ff) == 0xdc00;
		if (more && end - p < 12)
			return (size_t)(p - s);
		*bad = c == 0 || (high && !pair) || (c & ~0x3ff) == 0xdc00;
		if (*bad)
			return (size_t)(p - s);
		p += pair ? 12 : 2;
	}
	return n;
}

/* Text without its mark, in UTF-8, with no escape that stands for nothing. */
static bool check_text(const struct json_doc *d, struct err *e)
{
	size_t at = text_utf8_bad(d->text, d->n);
	bool bad = false;

	if (at < d->n)
		err_set(e, ERR_NOT_UTF8, "%s" ERR_SEP "%zu", d->file, at);
	else if ((at = json_escapes(d->text, d->n, false, &bad)) < d->n)
		err_set(e, ERR_JSON_ESCAPE, "%.6s", d->text + at);
	else
		return true;
	return place(d, at, true, e);
}

bool json_parse(struct json_doc *out, struct arena *a, const char *shown, const char *text, size_t n, struct err *e)
{
	struct builder b = { .a = a, .d = out, .e = e, .next[0] = &out->root, .line = 1 };
	size_t mark = n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;

	*out = (struct json_doc){ .file = shown, .text = arena_strndup(a, text + mark, n - mark), .n = n - mark };
	if (!check_text(out, e))
		return false;
	const unsigned char *s = (const unsigned char *)out->text;
	b.yajl = yajl_alloc(&callbacks, NULL, &b);
	if (!b.yajl)
		return err_set(e, ERR_BUG, "yajl");
	yajl_status rc = yajl_parse(b.yajl, s, out->n);
	bool whole = rc == yajl_status_ok;   /* all was taken; it may still be too short */
	if (whole)
		rc = yajl_complete_parse(b.yajl);
	bool ok = rc == yajl_status_ok && out->root;
	if (!ok && rc != yajl_status_client_canceled) {
		unsigned char *said = yajl_get_error(b.yajl, 0, s, out->n);
		err_set(e, ERR_JSON_SYNTAX, "%s", "");
		err_why(e, "%s", (const char *)said);
		yajl_free_error(b.yajl, said);
		place(out, whole ? out->n : consumed(&b), true, e);
	}
	yajl_free(b.yajl);
	return ok;
}

bool json_read(struct json_doc *out, struct arena *a, const char *path, const char *shown, struct err *e)
{
	struct buf text = BUF(JSON_BYTES);
	bool ok = path_read(path, JSON_BYTES, &text, e);

	ok = ok ? json_parse(out, a, shown, buf_text(&text), text.n, e) : err_at(e, shown, 0, 0);
	buf_free(&text);
	return ok;
}

const struct json *json_get(const struct json *o, const char *key)
{
	const struct json *v = o && o->type == JSON_OBJECT ? o->child : NULL;

	while (v && strcmp(v->key, key) != 0)
		v = v->next;
	return v;
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
	bool item = v->parent->type == JSON_ARRAY;
	buf_char(out, '/');
	if (item)
		buf_printf(out, "%zu", v->index);
	for (const char *s = item ? "" : v->key; *s; s++)   /* RFC 6901 */
		if (*s == '~' || *s == '/')
			buf_str(out, *s == '~' ? "~0" : "~1");
		else
			buf_char(out, *s);
}

void json_write(const struct json *v, struct buf *out)
{
	bool object = v->type == JSON_OBJECT, array = v->type == JSON_ARRAY;

	if (v->type == JSON_STRING)
		buf_json(out, v->s, v->n);
	else
		buf_str(out, object ? "{" : array ? "[" : v->s);
	for (const struct json *c = v->child; c; c = c->next) {
		buf_str(out, c->index ? "," : "");
		if (object) {
			buf_json(out, c->key, strlen(c->key));
			buf_char(out, ':');
		}
		json_write(c, out);
	}
	buf_str(out, object ? "}" : array ? "]" : "");
}

bool json_fail(const struct json_doc *d, const struct json *v, struct err *e)
{
	struct buf pointer = BUF(400);

	json_pointer(v, &pointer);
	if (pointer.n)
		err_note(e, "%s", buf_text(&pointer));
	buf_free(&pointer);
	return place(d, v->at, false, e);
}
