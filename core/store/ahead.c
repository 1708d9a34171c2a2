/* A ring of batches. The thread copies rows, and the texts they point to, into a batch of its own; a batch changes hands as a whole, so that
 * the two meet once in hundreds of rows, and what passes between them stays in the processor's caches. */
#include "store/ahead.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ROWS = 512, TEXT = 64 * 1024, STACK = 512 * 1024 };

struct batch {
	struct cell *cell;
	size_t n;                      /* rows */
	char *text;
	size_t used, size;
	int end;                       /* what the source said after the last row: 1 = there is more, 0, -1 */
};
struct ahead {
	struct rowsource src;
	const struct cell *over;       /* a row that the batch before had no room for */
	struct err e;
	struct batch batch[AHEAD_LONG];
	unsigned batches;
	pthread_t thread;
	sem_t filled, empty;           /* batches that wait for the caller, and for the thread */
	atomic_bool stop;
	size_t taken, row;             /* the caller's: batches so far, and the row in the last of them */
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static size_t text_of(const struct cell *c, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += c[i].type == CELL_TEXT ? c[i].n : 0;
	return size;
}

static void copy_row(struct batch *b, const struct cell *from, size_t n)
{
	struct cell *to = &b->cell[b->n++ * n];

	memcpy(to, from, n * sizeof *to);
	for (size_t i = 0; i < n; i++) {
		if (to[i].type != CELL_TEXT)
			continue;
		memcpy(b->text + b->used, to[i].s, to[i].n);
		to[i].s = b->text + b->used;
		b->used += to[i].n;
	}
}

static void fill(struct ahead *a, struct batch *b)
{
	b->n = b->used = 0;
	b->end = 1;
	while (b->n < ROWS) {
		if (!a->over && (b->end = a->src.next(a->src.context, &a->over, &a->e)) != 1)
			return;
		size_t size = text_of(a->over, a->src.ncolumn);
		if (size > b->size - b->used && b->n)
			return;
		if (size > b->size) {
			free(b->text);
			b->text = must(malloc(b->size = size));
		}
		copy_row(b, a->over, a->src.ncolumn);
		a->over = NULL;
	}
}

/* A signal handler may break a wait off. */
static void wait_for(sem_t *s)
{
	while (sem_wait(s) != 0)
		;
}

static void *run(void *context)
{
	struct ahead *a = context;
	struct batch *b;
	size_t i = 0;

	do {
		b = &a->batch[i++ % a->batches];
		wait_for(&a->empty);
		if (a->stop)
			break;
		fill(a, b);
		sem_post(&a->filled);
	} while (b->end == 1);
	return NULL;
}

struct ahead *ahead_open(const struct rowsource *src, unsigned batches)
{
	struct ahead *a = must(calloc(1, sizeof *a));
	pthread_attr_t small;

	a->src = *src;
	a->batches = batches;
	for (size_t i = 0; i < a->batches; i++) {
		a->batch[i].cell = must(malloc(ROWS * src->ncolumn * sizeof(struct cell)));
		a->batch[i].text = must(malloc(a->batch[i].size = TEXT));
	}
	sem_init(&a->filled, 0, 0);
	sem_init(&a->empty, 0, batches);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK);
	int rc = pthread_create(&a->thread, &small, run, a);
	pthread_attr_destroy(&small);
	if (rc == 0)
		return a;
	a->thread = 0;
	ahead_close(a);
	return NULL;
}

/* The next row of the batch in hand, which goes back when it is used up. */
static int next(void *context, const struct cell **cells, struct err *e)
{
	struct ahead *a = context;
	const struct batch *b = a->taken ? &a->batch[(a->taken - 1) % a->batches] : NULL;

	while (!b || a->row == b->n) {
		if (b && b->end < 0)
			*e = a->e;
		if (b && b->end != 1)
			return b->end;
		if (b)
			sem_post(&a->empty);
		wait_for(&a->filled);
		b = &a->batch[a->taken++ % a->batches];
		a->row = 0;
	}
	*cells = &b->cell[a->row++ * a->src.ncolumn];
	return 1;
}

struct rowsource ahead_source(struct ahead *a)
{
	return (struct rowsource){ .context = a, .ncolumn = a->src.ncolumn, .next = next };
}

void ahead_close(struct ahead *a)
{
	if (!a)
		return;
	a->stop = true;
	sem_post(&a->empty);
	if (a->thread)
		pthread_join(a->thread, NULL);
	for (size_t i = 0; i < a->batches; i++) {
		free(a->batch[i].cell);
		free(a->batch[i].text);
	}
	sem_destroy(&a->filled);
	sem_destroy(&a->empty);
	free(a);
}
