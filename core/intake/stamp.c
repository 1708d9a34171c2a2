/* Sums modulo 2^128 of XXH3 hashes: a sum does not care for order, and counts a row that stands twice twice.
 * The key enters as the seed, so that a value moved to another row changes the sum. */
#include "intake/stamp.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

struct sum { uint64_t low, high; };
struct stamper {
	size_t ncolumn, nkey;
	const size_t *key;
	XXH128_hash_t *cell;
	struct sum *column, table;
};

/* Kinds of value that must never look alike: 1, 1.0, "1" and nothing (random odd constants). */
static const uint64_t kind[] = {
	[CELL_NULL] = 0x9e3779b97f4a7c15, [CELL_INT] = 0xc2b2ae3d27d4eb4f, [CELL_REAL] = 0x165667b19e3779f9, [CELL_TEXT] = 0x27d4eb2f165667c5,
};

struct stamper *stamp_open(struct arena *a, size_t ncolumn, const size_t *key, size_t nkey)
{
	struct stamper *s = arena_new(a, struct stamper);
	size_t *all = arena_array(a, size_t, ncolumn);

	for (size_t i = 0; i < ncolumn; i++)
		all[i] = i;
	*s = (struct stamper){
		.ncolumn = ncolumn, .nkey = nkey ? nkey : ncolumn, .key = nkey ? key : all,
		.cell = arena_array(a, XXH128_hash_t, ncolumn), .column = arena_array(a, struct sum, ncolumn),
	};
	return s;
}

/* The bytes of a value. Integers and reals are hashed as they lie in memory: stamps are compared on one machine. */
static const void *payload(const struct cell *c, size_t *n)
{
	*n = c->type == CELL_TEXT ? c->n : c->type == CELL_NULL ? 0 : sizeof(int64_t);
	return c->type == CELL_TEXT ? (const void *)c->s : c->type == CELL_REAL ? (const void *)&c->d : (const void *)&c->i;
}

static void add(struct sum *s, XXH128_hash_t h)
{
	s->low += h.low64;
	s->high += h.high64 + (s->low < h.low64);
}

void stamp_row(struct stamper *s, const struct cell *cells)
{
	uint64_t seed = 0;
	size_t n;

	for (size_t i = 0; i < s->nkey; i++) {
		const struct cell *c = &cells[s->key[i]];
		const void *p = payload(c, &n);
		seed = XXH3_64bits_withSeed(p, n, seed ^ kind[c->type]);
	}
	for (size_t i = 0; i < s->ncolumn; i++) {
		const void *p = payload(&cells[i], &n);
		s->cell[i] = XXH3_128bits_withSeed(p, n, seed ^ kind[cells[i].type]);
		add(&s->column[i], s->cell[i]);
	}
	add(&s->table, XXH3_128bits(s->cell, s->ncolumn * sizeof *s->cell));
}

static void put_hex(struct sum s, char hex[STAMP_HEX])
{
	snprintf(hex, STAMP_HEX, "%016llx%016llx", (unsigned long long)s.high, (unsigned long long)s.low);
}

void stamp_column(const struct stamper *s, size_t i, char hex[STAMP_HEX])
{
	put_hex(s->column[i], hex);
}

void stamp_table(const struct stamper *s, char hex[STAMP_HEX])
{
	put_hex(s->table, hex);
}
