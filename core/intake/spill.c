/* Pages past those that stay are kept in a small cache by their number; a page is written to the file when it is full or gives up its place. */
#include "intake/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A page as a whole, to or from the file; what is read past its end stays as it is. */
static bool move_page(struct spill *sp, int64_t page, char *s, bool out, struct err *e)
{
	for (size_t done = 0; done < SPILL_PAGE;) {
		off_t at = (page - SPILL_STAY) * SPILL_PAGE + (off_t)done;
		ssize_t k = out ? pwrite(sp->fd, s + done, SPILL_PAGE - done, at) : pread(sp->fd, s + done, SPILL_PAGE - done, at);
		if (k < 0 && errno != EINTR)
			return err_system(e, out ? ERR_WRITE : ERR_READ, sp->dir);
		if (k == 0)
			return true;
		done += k > 0 ? (size_t)k : 0;
	}
	return true;
}

/* The page with the byte at `at`, in memory; NULL = *e. */
static char *hold(struct spill *sp, int64_t at, struct err *e)
{
	int64_t page = at / SPILL_PAGE, last = (sp->n - 1) / SPILL_PAGE;
	size_t cached = page < SPILL_STAY ? 0 : (size_t)(page % SPILL_CACHE);
	char **place = &sp->page[page < SPILL_STAY ? (size_t)page : SPILL_STAY + cached];

	if (!*place && !(*place = calloc(1, SPILL_PAGE)))
		abort();
	if (page < SPILL_STAY || sp->held[cached] == page)
		return *place;
	if (sp->fd < 0)
		sp->fd = open(sp->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (sp->fd < 0) {
		err_system(e, ERR_WRITE, sp->dir);
		return NULL;
	}
	/* Full pages were written when they were filled; the last one may not be full yet. */
	if (sp->held[cached] == last && sp->n % SPILL_PAGE && !move_page(sp, last, *place, true, e))
		return NULL;
	sp->held[cached] = page;
	return (at == sp->n && at % SPILL_PAGE == 0) || move_page(sp, page, *place, false, e) ? *place : NULL;
}

bool spill_add(struct spill *sp, const void *s, size_t n, struct err *e)
{
	for (const char *from = s; n;) {
		int64_t page = sp->n / SPILL_PAGE;
		size_t at = (size_t)(sp->n % SPILL_PAGE), k = n < SPILL_PAGE - at ? n : SPILL_PAGE - at;
		char *to = hold(sp, sp->n, e);
		if (!to)
			return false;
		memcpy(to + at, from, k);
		sp->n += (int64_t)k;
		from += k;
		n -= k;
		if (at + k == SPILL_PAGE && page >= SPILL_STAY && !move_page(sp, page, to, true, e))
			return false;
	}
	return true;
}

bool spill_get(struct spill *sp, int64_t at, size_t n, struct buf *out, struct err *e)
{
	for (size_t in, k; n; at += (int64_t)k, n -= k) {
		in = (size_t)(at % SPILL_PAGE);
		k = n < SPILL_PAGE - in ? n : SPILL_PAGE - in;
		const char *page = hold(sp, at, e);
		if (!page)
			return false;
		buf_add(out, page + in, k);
	}
	return true;
}

void spill_free(struct spill *sp)
{
	if (sp->fd > 0)
		close(sp->fd);
	for (size_t i = 0; i < SPILL_STAY + SPILL_CACHE; i++)
		free(sp->page[i]);
	*sp = (struct spill){ 0 };
}
