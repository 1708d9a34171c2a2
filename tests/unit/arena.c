/* The arena: alignment, zeroed memory, objects larger than a page, copies. */
#include "base/arena.h"

#include "tap.h"

#include <stdalign.h>
#include <stdint.h>

static bool all_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Every object is filled with its own byte, so that an overlap shows when all are read back. */
static void test_many(void)
{
	static const size_t size[] = { 1, 2, 3, 7, 8, 15, 16, 17, 100, 4096, 65535, 65536, 65537, 200000, 5 };
	enum { SIZES = sizeof size / sizeof *size, ROUNDS = 7 };
	struct arena a = { 0 };
	unsigned char *p[SIZES * ROUNDS];
	bool aligned = true, zero = true, kept = true;

	for (size_t i = 0; i < SIZES * ROUNDS; i++) {
		p[i] = arena_alloc(&a, size[i % SIZES]);
		aligned &= (uintptr_t)p[i] % alignof(max_align_t) == 0;
		zero &= all_zero(p[i], size[i % SIZES]);
		memset(p[i], (int)(i % 255 + 1), size[i % SIZES]);
	}
	for (size_t i = 0; i < SIZES * ROUNDS; i++)
		for (size_t k = 0; k < size[i % SIZES]; k++)
			kept &= p[i][k] == i % 255 + 1;
	CHECK(aligned, "every object is aligned for any type");
	CHECK(zero, "every object begins zeroed");
	CHECK(kept, "no object overlaps another, small or larger than a page");
	arena_free(&a);
	CHECK(!a.page && !a.used, "a freed arena is empty");
	unsigned char *again = arena_alloc(&a, 64);
	CHECK(again && all_zero(again, 64), "and can be used again");
	arena_free(&a);
	arena_free(&a);
	CHECK(!a.page, "freeing twice is harmless");
}

static void test_copies(void)
{
	struct arena a = { 0 };
	char source[] = "communes", big[70001];
	char *copy = arena_strdup(&a, source);

	source[0] = 'X';
	CHECK_STR(copy, "communes", "a copy does not follow its source");
	CHECK_STR(arena_strndup(&a, "communes", 3), "com", "a part of a text ends with NUL");
	CHECK_STR(arena_strndup(&a, "", 0), "", "an empty part");
	CHECK_STR(arena_strndup(&a, NULL, 0), "", "nothing of nothing");
	CHECK(!memcmp(arena_strndup(&a, "a\0b", 3), "a\0b", 4), "NUL bytes inside are kept");
	CHECK_STR(arena_printf(&a, "%s-%d", "pm", 2023), "pm-2023", "formatted text");
	CHECK_STR(arena_printf(&a, "%s", ""), "", "formatted text may be empty");
	memset(big, 'b', sizeof big - 1);
	big[sizeof big - 1] = 0;
	CHECK_STR(arena_printf(&a, "%s!", big) + 69999, "b!", "formatted text longer than a page");
	CHECK(arena_alloc(&a, 0) != NULL, "nothing is never NULL");
	struct { int64_t n; double v; } *list = arena_array(&a, __typeof__(*list), 1000);
	list[999].n = 7;
	CHECK(list[0].n == 0 && list[999].n == 7, "an array holds all its elements");
	arena_free(&a);
}

int main(void)
{
	test_many();
	test_copies();
	return done_testing();
}
