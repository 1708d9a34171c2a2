/* A growing text with a hard maximum (the idea of curl's dynbuf: the limit is an argument, never an afterthought). */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->s)
		b->s[0] = 0;
}

/* Room for n more bytes and the NUL. */
static bool reserve(struct buf *b, size_t n)
{
	if (b->over || n > b->max - b->n) {
		b->over = true;
		return false;
	}
	if (b->n + n + 1 <= b->cap)
		return true;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < b->n + n + 1)
		cap = cap > SIZE_MAX / 2 ? b->n + n + 1 : cap * 2;
	char *s = realloc(b->s, cap);
	if (!s) {
		fputs("continuum: out of memory\n", stderr);
		abort();
	}
	b->s = s;
	b->cap = cap;
	return true;
}

bool buf_add(struct buf *b, const void *s, size_t n)
{
	if (!reserve(b, n))
		return false;
	if (n)
		memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = 0;
	return true;
}

bool buf_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_char(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !reserve(b, (size_t)n)) {
		b->over = true;
		return false;
	}
	va_start(ap, fmt);
	vsnprintf(b->s + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
	return true;
}

const char *buf_text(const struct buf *b)
{
	return b->s ? b->s : "";
}

bool buf_json(struct buf *b, const char *s, size_t n)
{
	buf_char(b, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c == '"' || c == '\\') {
			buf_char(b, '\\');
			buf_char(b, (char)c);
		} else if (c == '\n') {
			buf_str(b, "\\n");
		} else if (c < 0x20 || c == 0x7f) {
			buf_printf(b, "\\u%04x", c);
		} else {
			buf_char(b, (char)c);
		}
	}
	return buf_char(b, '"');
}
