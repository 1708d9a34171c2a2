/* Runs and their merge. A row becomes one string of bytes, key first, that memcmp puts in order and that is read back in place. Rows are gathered
 * until a run is full; it is sorted and written behind the others; in the end all runs are merged, the last one from where it was gathered. Runs
 * are small, so that sorting one stays in the processor's caches and takes no longer than a reader can work ahead. */
#include "store/sorted.h"

#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes of a run; above so many runs they grow with the file; bytes read at once from each. */
enum { RUN_LEAST = 1 << 20, RUN_MOST = 32 << 20, RUNS = 256, PIECE = 32 * 1024 };
/* A cell is its type and: for a number 8 bytes, for a text its bytes and a 0, where ESCAPE and the next byte, less by one, stand for what is below. */
enum { ESCAPE = 1 };
static const uint64_t sign = UINT64_C(1) << 63;
#define NONE SIZE_MAX

/* A run in the file. head: its next row, NULL at the end. */
struct run { unsigned char *piece, *head; size_t size, have, at; off_t from, to; };
struct sorted {
	struct arena arena;            /* for what does not grow */
	struct rowsource src;
	const char *dir;
	size_t *order;                 /* columns as a row has them: first those of the key */
	struct cell *cell;             /* the row that is given */
	bool gathered;
	unsigned char *rows;           /* of the run that is gathered: size of each, then its bytes */
	size_t used, size;
	unsigned char **row;
	size_t nrow, maxrow, taken;
	FILE *file;
	off_t end;
	struct run *run;               /* the last one is the one gathered, in no file */
	size_t nrun, *tree;            /* who lost at each node of a tournament; [0]: who won it */
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* ---- a row as bytes ---- */

static unsigned char *put_cell(unsigned char *p, const struct cell *c)
{
	uint64_t v;

	*p++ = (unsigned char)c->type;
	if (c->type == CELL_TEXT) {
		for (size_t i = 0; i < c->n; i++) {
			unsigned char byte = (unsigned char)c->s[i], low = byte <= ESCAPE;
			if (low)
				*p++ = ESCAPE;
			*p++ = (unsigned char)(byte + low);
		}
		*p++ = 0;
	} else if (c->type != CELL_NULL) {
		memcpy(&v, c->type == CELL_INT ? (const void *)&c->i : &c->d, sizeof v);
		v = htobe64(c->type == CELL_REAL && v & sign ? ~v : v ^ sign);
		memcpy(p, &v, sizeof v);
		p += sizeof v;
	}
	return p;
}

static unsigned char *get_cell(unsigned char *p, struct cell *c)
{
	uint64_t v;

	c->type = *p++;
	if (c->type == CELL_TEXT) {
		c->s = (const char *)p;
		unsigned char *to = p;
		for (; *p; p++)
			*to++ = (unsigned char)(*p == ESCAPE ? *++p - 1 : *p);
		c->n = (size_t)(to - (unsigned char *)c->s);
		p++;
	} else if (c->type != CELL_NULL) {
		memcpy(&v, p, sizeof v);
		v = be64toh(v);
		v = c->type == CELL_REAL && !(v & sign) ? ~v : v ^ sign;
		memcpy(c->type == CELL_INT ? (void *)&c->i : &c->d, &v, sizeof v);
		p += sizeof v;
	}
	return p;
}

static size_t size_of(const unsigned char *row)
{
	size_t n;

	memcpy(&n, row, sizeof n);
	return n;
}

/* No row is the beginning of another one. */
static int by_bytes(const void *a, const void *b)
{
	const unsigned char *x = *(unsigned char *const *)a, *y = *(unsigned char *const *)b;
	size_t nx = size_of(x), ny = size_of(y);

	return memcmp(x + sizeof nx, y + sizeof ny, (nx < ny ? nx : ny) - sizeof nx);
}

/* ---- runs ---- */

/* Sorts the rows that were gathered: they are the last run. */
static void end_run(struct sorted *s)
{
	unsigned char *p = s->rows;

	if (s->nrow > s->maxrow)
		s->row = must(realloc(s->row, (s->maxrow = s->nrow) * sizeof *s->row));
	for (size_t i = 0; i < s->nrow; i++, p += size_of(p))
		s->row[i] = p;
	if (s->nrow)
		qsort(s->row, s->nrow, sizeof *s->row, by_bytes);
	s->run = must(realloc(s->run, (s->nrun + 1) * sizeof *s->run));
	s->run[s->nrun++] = (struct run){ .from = s->end, .to = s->end };
}

static bool write_run(struct sorted *s, struct err *e)
{
	char path[4096];

	if (!s->file && snprintf(path, sizeof path, "%s/rows-XXXXXX", s->dir) < (int)sizeof path) {
		int fd = mkostemp(path, O_CLOEXEC);
		s->file = fd < 0 || unlink(path) < 0 ? NULL : fdopen(fd, "w+");
	}
	if (!s->file)
		return err_system(e, ERR_WRITE, s->dir);
	end_run(s);
	for (size_t i = 0; i < s->nrow; i++)
		fwrite_unlocked(s->row[i], 1, size_of(s->row[i]), s->file);
	if (fflush(s->file) != 0)
		return err_system(e, ERR_WRITE, s->dir);
	s->run[s->nrun - 1].to = s->end += (off_t)s->used;
	s->used = s->nrow = 0;
	return true;
}

/* Adds a row to the run. Where it has no room for it, it is written first, and made as large as the file asks for, or the row. */
static bool gather_row(struct sorted *s, const struct cell *cell, struct err *e)
{
	size_t most = sizeof most, want = (size_t)s->end / RUNS;

	for (size_t i = 0; i < s->src.ncolumn; i++)
		most += cell[i].type == CELL_TEXT ? 2 * cell[i].n + 2 : 9;
	if (most > s->size - s->used) {
		if (s->nrow && !write_run(s, e))
			return false;
		want = want < RUN_LEAST ? RUN_LEAST : want > RUN_MOST ? RUN_MOST : want;
		want = want < most ? most : want;
		if (want > s->size)
			s->rows = must(realloc(s->rows, s->size = want));
	}
	unsigned char *row = s->rows + s->used, *p = row + sizeof most;
	for (size_t i = 0; i < s->src.ncolumn; i++)
		p = put_cell(p, &cell[s->order[i]]);
	most = (size_t)(p - row);
	memcpy(row, &most, sizeof most);
	s->used += most;
	s->nrow++;
	return true;
}

/* ---- merge ---- */

/* Finds the next row of a run. */
static bool advance(struct sorted *s, struct run *r, struct err *e)
{
	size_t n = 0;

	if (r == &s->run[s->nrun - 1]) {
		r->head = s->taken < s->nrow ? s->row[s->taken++] : NULL;
		return true;
	}
	for (;;) {
		size_t left = r->have - r->at;
		r->head = left ? r->piece + r->at : NULL;
		n = left < sizeof n ? sizeof n : size_of(r->head);
		if (n <= left || (!left && r->from == r->to)) {
			r->at += left ? n : 0;
			return true;
		}
		if (left)
			memmove(r->piece, r->head, left);
		if (n > r->size)
			r->piece = must(realloc(r->piece, r->size = n < PIECE ? PIECE : n));
		off_t most = r->to - r->from, room = (off_t)(r->size - left);
		ssize_t got = pread(fileno(s->file), r->piece + left, (size_t)(most < room ? most : room), r->from);
		if (got <= 0)
			return err_system(e, ERR_READ, s->dir);
		r->from += got;
		r->have = left + (size_t)got;
		r->at = 0;
	}
}

/* A run goes up from its leaf until it loses, and then whoever beat it. Before all have played, the first at a node waits there. */
static void play(struct sorted *s, size_t i)
{
	for (size_t node = (i + s->nrun) / 2; node; node /= 2) {
		size_t other = s->tree[node];
		if (other == NONE || !s->run[i].head || (s->run[other].head && by_bytes(&s->run[other].head, &s->run[i].head) < 0)) {
			s->tree[node] = i;
			i = other;
		}
		if (i == NONE)
			return;
	}
	s->tree[0] = i;
}

/* Reads all of the source. */
static bool gather(struct sorted *s, struct err *e)
{
	const struct cell *cell;
	int rc;

	while ((rc = s->src.next(s->src.context, &cell, e)) == 1)
		if (!gather_row(s, cell, e))
			return false;
	if (rc < 0)
		return false;
	end_run(s);
	s->tree = arena_array(&s->arena, size_t, s->nrun);
	memset(s->tree, 0xff, s->nrun * sizeof *s->tree);
	for (size_t i = 0; i < s->nrun && (s->gathered = advance(s, &s->run[i], e)); i++)
		play(s, i);
	return s->gathered;
}

static int next(void *context, const struct cell **cells, struct err *e)
{
	struct sorted *s = context;

	if (!s->gathered) {
		if (!gather(s, e))
			return -1;
	} else {
		if (!advance(s, &s->run[s->tree[0]], e))
			return -1;
		play(s, s->tree[0]);
	}
	unsigned char *p = s->run[s->tree[0]].head;
	if (!p)
		return 0;
	p += sizeof(size_t);
	for (size_t i = 0; i < s->src.ncolumn; i++)
		p = get_cell(p, &s->cell[s->order[i]]);
	*cells = s->cell;
	return 1;
}

struct sorted *sorted_open(const struct rowsource *src, const size_t *key, size_t nkey, const char *dir)
{
	struct sorted *s = must(calloc(1, sizeof *s));
	size_t n = nkey;

	s->src = *src;
	s->dir = dir;
	s->cell = arena_array(&s->arena, struct cell, src->ncolumn);
	s->order = arena_array(&s->arena, size_t, nkey + src->ncolumn);
	memcpy(s->order, key, nkey * sizeof *key);
	for (size_t i = 0, k; i < src->ncolumn; i++) {
		for (k = 0; k < nkey && key[k] != i; k++)
			;
		if (k == nkey)
			s->order[n++] = i;
	}
	return s;
}

struct rowsource sorted_source(struct sorted *s)
{
	return (struct rowsource){ .context = s, .ncolumn = s->src.ncolumn, .next = next };
}

void sorted_close(struct sorted *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nrun; i++)
		free(s->run[i].piece);
	if (s->file)
		fclose(s->file);
	free(s->run);
	free(s->row);
	free(s->rows);
	arena_free(&s->arena);
	free(s);
}
