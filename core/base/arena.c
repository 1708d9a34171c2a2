/* Pages are chained; nothing is freed before arena_free. Sizes that outside data decide are capped by the caller. */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 64 * 1024 };

struct arena_page {
	struct arena_page *next;
	size_t cap;
	alignas(max_align_t) char data[];
};

static void *must(void *p)
{
	if (!p) {
		fputs("continuum: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);

	assert(n < SIZE_MAX / 2);
	n = (n + align - 1) / align * align;
	if (!a->page || a->page->cap - a->used < n) {
		size_t cap = n > PAGE ? n : PAGE;
		struct arena_page *p = must(malloc(sizeof *p + cap));
		*p = (struct arena_page){ .next = a->page, .cap = cap };
		a->page = p;
		a->used = 0;
	}
	void *r = a->page->data + a->used;
	a->used += n;
	return memset(r, 0, n);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *r = arena_alloc(a, n + 1);

	if (n)
		memcpy(r, s, n);
	return r;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	char *r = arena_strndup(a, must(n < 0 ? NULL : text), (size_t)n);
	free(text);
	return r;
}

void arena_free(struct arena *a)
{
	for (struct arena_page *p = a->page, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	*a = (struct arena){ 0 };
}
