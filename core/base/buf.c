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

bool buf_add(struct buf *b, const void *s, size_t n)
{
	if (b->over || n > b->max - b->n) {
		b->over = true;
		return false;
	}
	if (b->n + n + 1 > b->cap) {
		b->cap = b->n + n + 64 > 2 * b->cap ? b->n + n + 64 : 2 * b->cap;
		b->s = realloc(b->s, b->cap);
		if (!b->s) {
			fputs("continuum: out of memory\n", stderr);
			abort();
		}
	}
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
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	b->over |= n < 0 || !buf_add(b, text, (size_t)n);
	if (n >= 0)
		free(text);
	return !b->over;
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
		if (c != '\n' && (c < 0x20 || c == 0x7f)) {
			buf_printf(b, "\\u%04x", c);
		} else {
			if (c == '"' || c == '\\' || c == '\n')
				buf_char(b, '\\');
			buf_char(b, c == '\n' ? 'n' : (char)c);
		}
	}
	return buf_char(b, '"');
}
