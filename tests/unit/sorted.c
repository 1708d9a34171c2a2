/* Rows sorted by a key: in memory, in runs in a file, and when that file is full. */
#include "tap.h"

#include "base/text.h"
#include "store.h"
#include "store/sorted.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static struct arena arena;
static const char *dir;

/* n rows that a function makes. */
struct rows {
	int64_t n, i, fail_at;
	void (*make)(int64_t i, struct cell *cell, char *text);
	char *text;
	struct cell cell[3];
};

static int next_made(void *context, const struct cell **cells, struct err *e)
{
	struct rows *r = context;

	if (r->fail_at && r->i == r->fail_at) {
		err_set(e, ERR_READ, "row %lld", (long long)r->i);
		return -1;
	}
	if (r->i == r->n)
		return 0;
	r->make(r->i++, r->cell, r->text);
	*cells = r->cell;
	return 1;
}

static int order_of(const struct cell *a, const struct cell *b)
{
	if (a->type != b->type)
		return (a->type > b->type) - (a->type < b->type);
	if (a->type == CELL_REAL)
		return (a->d > b->d) - (a->d < b->d);
	if (a->type != CELL_TEXT)
		return a->type == CELL_INT ? (a->i > b->i) - (a->i < b->i) : 0;
	int order = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);
	return order ? order : (a->n > b->n) - (a->n < b->n);
}

/* Sorts rows by these columns and looks at all: in order, each of them there once, and its cells as they were made. Column 2 holds the row's
 * number. Returns the greatest size of the file in *file, or -1 in it. */
static int64_t count_sorted(struct rows *r, const size_t *key, size_t nkey, struct err *e)
{
	enum { LARGEST = 3 << 20 };
	struct rowsource src = { .context = r, .ncolumn = 3, .next = next_made };
	char *kept = malloc(LARGEST), *again = malloc(LARGEST);
	bool *seen = calloc((size_t)r->n + 1, 1), good = true;
	struct cell last[3] = { 0 }, made[3];
	const struct cell *cell;
	int64_t n = 0;
	int rc;

	r->text = malloc(LARGEST);
	struct sorted *s = sorted_open(&src, key, nkey, dir);
	src = sorted_source(s);
	for (; (rc = src.next(src.context, &cell, e)) == 1; n++) {
		int order = -1;
		for (size_t k = 0; n && k < nkey && (order = order_of(&last[key[k]], &cell[key[k]])) == 0; k++)
			;
		good &= order <= 0 && cell[2].type == CELL_INT && cell[2].i >= 0 && cell[2].i < r->n && !seen[cell[2].i];
		if (!good)
			break;
		seen[cell[2].i] = true;
		r->make(cell[2].i, made, again);
		good &= !order_of(&made[0], &cell[0]) && !order_of(&made[1], &cell[1]);
		for (size_t k = 0; k < 3; k++) {
			last[k] = cell[k];
			if (last[k].type == CELL_TEXT) {
				memcpy(kept + (k ? LARGEST / 2 : 0), cell[k].s, cell[k].n);
				last[k].s = kept + (k ? LARGEST / 2 : 0);
			}
		}
	}
	sorted_close(s);
	free(kept);
	free(again);
	free(seen);
	free(r->text);
	return !good ? -2 : rc < 0 ? -1 : n;
}

/* ---- what rows hold ---- */

static uint64_t mix(int64_t i)
{
	uint64_t x = (uint64_t)i * 0x9e3779b97f4a7c15;

	return (x ^ x >> 29) * 0xbf58476d1ce4e5b9;
}

/* A text in a few letters, those that are escaped and the greatest among them, often the beginning of another. */
static void of_texts(int64_t i, struct cell *cell, char *text)
{
	static const char letters[] = { 0, 1, 2, 'a', (char)0xff };
	uint64_t x = mix(i);
	size_t n = x % 7;

	for (size_t k = 0; k < n; k++)
		text[k] = letters[(x >> (8 + 3 * k)) % 5];
	cell[0] = cell_bytes(text, n);
	cell[1] = x >> 60 ? cell_bytes(text, n / 2) : (struct cell){ .type = CELL_NULL };
	cell[2] = cell_int(i);
}

/* Numbers of every size and sign, their neighbours and the ends. */
static void of_numbers(int64_t i, struct cell *cell, char *text)
{
	uint64_t x = mix(i);
	int64_t v = (int64_t)(x >> (i / 4 % 64));

	(void)text;
	cell[0] = cell_int(i % 1000 == 0 ? INT64_MIN : i % 1000 == 1 ? INT64_MAX : i % 4 == 0 ? v : i % 4 == 1 ? -v : (INT64_C(1) << i / 4 % 63) * (i % 4 == 2 ? 1 : -1) + i / 256 % 3 - 1);
	cell[1] = i % 9 ? cell_real(i % 2 ? (double)v / 3 : -1 / (1 + (double)(x % 1000000))) : (struct cell){ .type = CELL_NULL };
	cell[2] = cell_int(i);
}

static void downwards(int64_t i, struct cell *cell, char *text)
{
	cell[0] = cell_bytes(text, (size_t)sprintf(text, "row of some length %08lld", 999999 - (long long)i));
	cell[1] = cell_int(-i);
	cell[2] = cell_int(i);
}

/* All but a few have one key. */
static void skewed(int64_t i, struct cell *cell, char *text)
{
	(void)text;
	cell[0] = cell_int(i % 5000 == 4999 ? -i : 7);
	cell[1] = cell_real(0.5);
	cell[2] = cell_int(i);
}

/* Some rows are larger than a run, others than what is read at once. */
static void of_large(int64_t i, struct cell *cell, char *text)
{
	size_t n = i % 10 == 3 ? 1300000 : i % 10 == 6 ? 40000 : 100;

	memset(text, i % 3 ? 'z' : 1, n);
	cell[0] = cell_int(-(i * 7 % 40));
	cell[1] = cell_bytes(text, n);
	cell[2] = cell_int(i);
}

int main(void)
{
	static const size_t first[] = { 0 }, both[] = { 1, 0 }, second[] = { 1 };
	struct err e = { 0 };
	struct rlimit limit;

	dir = path_mkdtemp(&arena, temp_root(), &e);
	CHECK(count_sorted(&(struct rows){ .n = 0, .make = downwards }, first, 1, &e) == 0, "no rows");
	CHECK(count_sorted(&(struct rows){ .n = 1, .make = downwards }, first, 1, &e) == 1, "one row");
	CHECK(count_sorted(&(struct rows){ .n = 1000, .make = downwards }, first, 1, &e) == 1000, "rows that fit into memory");
	CHECK(count_sorted(&(struct rows){ .n = 200000, .make = downwards }, first, 1, &e) == 200000, "more, each run before those already written");
	CHECK(count_sorted(&(struct rows){ .n = 200000, .make = downwards }, second, 1, &e) == 200000, "by integers below zero");
	CHECK(count_sorted(&(struct rows){ .n = 200000, .make = of_texts }, first, 1, &e) == 200000, "texts of any bytes, many of them alike");
	CHECK(count_sorted(&(struct rows){ .n = 200000, .make = of_texts }, both, 2, &e) == 200000, "by two columns, in their own order, with NULL");
	CHECK(count_sorted(&(struct rows){ .n = 200000, .make = of_numbers }, first, 1, &e) == 200000, "integers of every size");
	CHECK(count_sorted(&(struct rows){ .n = 200000, .make = of_numbers }, both, 2, &e) == 200000, "reals of either sign, NULL first");
	CHECK(count_sorted(&(struct rows){ .n = 300000, .make = skewed }, first, 1, &e) == 300000, "one key nearly always");
	CHECK(count_sorted(&(struct rows){ .n = 60, .make = of_large }, first, 1, &e) == 60, "rows larger than a run");
	CHECK(count_sorted(&(struct rows){ .n = 200000, .fail_at = 150000, .make = downwards }, first, 1, &e) == -1 && e.id == ERR_READ &&
	      !strcmp(e.arg[0], "row 150000"), "an error of the source comes through");

	getrlimit(RLIMIT_FSIZE, &limit);
	sigaction(SIGXFSZ, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 3 << 20, limit.rlim_max });
	CHECK(count_sorted(&(struct rows){ .n = 200000, .make = downwards }, first, 1, &e) == -1 && e.id == ERR_WRITE && !strcmp(e.arg[0], dir),
	      "a file that is full is an error");
	setrlimit(RLIMIT_FSIZE, &limit);
	const char **name;
	size_t n = 1;
	CHECK(path_list(&arena, dir, &name, &n, &e) && n == 0, "no file stays behind");
	dir = path_join(&arena, dir, "nowhere");
	CHECK(count_sorted(&(struct rows){ .n = 200000, .make = downwards }, first, 1, &e) == -1 && e.id == ERR_WRITE, "a folder that is not there");
	CHECK(count_sorted(&(struct rows){ .n = 1000, .make = downwards }, first, 1, &e) == 1000, "is not missed by a few rows");
	arena_free(&arena);
	return done_testing();
}
