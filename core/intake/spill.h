/* Bytes that are written once, front to back, then read anywhere: the first part stays in memory, the rest goes to an unlinked file. */
#ifndef INTAKE_SPILL_H
#define INTAKE_SPILL_H
#include "base/buf.h"
#include "base/err.h"

enum { SPILL_PAGE = 32 * 1024, SPILL_STAY = 128, SPILL_CACHE = 16 };   /* pages: those that stay in memory, and room for others */

struct spill {
	const char *dir;               /* for the file; borrowed */
	int fd;                        /* opened when it is needed; -1 before */
	int64_t n;                     /* bytes that were written */
	char *page[SPILL_STAY + SPILL_CACHE];
	int64_t held[SPILL_CACHE];     /* number of the page in each place of the cache; 0 = none */
};
#define SPILL(folder) ((struct spill){ .dir = (folder), .fd = -1 })
bool spill_add(struct spill *sp, const void *s, size_t n, struct err *e);
/* Appends the n bytes at `at`, which lie before sp->n, to out (see out->over). */
bool spill_get(struct spill *sp, int64_t at, size_t n, struct buf *out, struct err *e);
void spill_free(struct spill *sp);     /* a zeroed one is fine */
#endif
