/* Text that grows up to a stated maximum. Past it the buffer keeps what it has, sets `over`
 * and takes nothing more: callers check once, at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *s;           /* always ends with NUL once something was added; NULL before */
	size_t n, cap, max;
	bool over;
};

/* max: bytes it may hold, required. */
#define BUF(limit) ((struct buf){ .max = (limit) })
void buf_free(struct buf *b);
void buf_clear(struct buf *b);                       /* keeps the memory */
bool buf_add(struct buf *b, const void *s, size_t n); /* false once over */
bool buf_str(struct buf *b, const char *s);
bool buf_char(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_text(const struct buf *b);           /* "" when empty; valid until the next change */
/* A JSON string with its quotes; s must be UTF-8. */
bool buf_json(struct buf *b, const char *s, size_t n);
#endif
