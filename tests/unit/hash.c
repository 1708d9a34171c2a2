/* Digests against the published examples of FIPS 180-4, in one piece, in many and from a file. */
#include "base/hash.h"

#include "base/path.h"
#include "tap.h"

#include <stdlib.h>

/* NIST, Cryptographic Standards and Guidelines, Example Values: SHA256; the long one from FIPS 180-2, appendix B.3. */
static const struct { const char *name, *text, *digest; } vector[] = {
	{ "empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "448 bits", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "896 bits", "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};
static const char million[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void test_vectors(void)
{
	char hex[HASH_HEX];

	for (size_t i = 0; i < sizeof vector / sizeof *vector; i++) {
		size_t n = strlen(vector[i].text);
		hash_bytes(vector[i].text, n, hex);
		CHECK_STR(hex, vector[i].digest, vector[i].name);
		struct hash *h = hash_open();
		for (size_t k = 0; k < n; k++)
			hash_add(h, vector[i].text + k, 1);
		hash_close(h, hex);
		CHECK_STR(hex, vector[i].digest, "the same byte by byte");
	}
	struct hash *h = hash_open();
	for (int i = 0; i < 1000000 / 125; i++)
		hash_add(h, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 125);
	hash_close(h, hex);
	CHECK_STR(hex, million, "a million times a");
	hash_close(hash_open(), NULL);
	CHECK(true, "a digest that nobody wants is freed");
}

static void digest(char hex[HASH_HEX], const char *a, const char *b)
{
	struct hash *h = hash_open();

	hash_str(h, a);
	hash_str(h, b);
	hash_close(h, hex);
}

static void test_texts(void)
{
	char one[HASH_HEX], two[HASH_HEX];

	digest(one, "a", "bc");
	digest(two, "ab", "c");
	CHECK(strcmp(one, two) != 0, "\"a\", \"bc\" is not \"ab\", \"c\"");
	digest(two, "a", "bc");
	CHECK_STR(two, one, "the same texts give the same digest");
	hash_bytes("a\0bc\0", 5, two);
	CHECK_STR(one, two, "a text counts with its NUL");
}

static void test_file(void)
{
	enum { BIG = 600001 };   /* more than two blocks of the reader, and not a whole number of them */
	struct arena a = { 0 };
	struct err e = { 0 };
	const char *tmp = getenv("TMPDIR");
	char *dir = path_mkdtemp(&a, tmp ? tmp : "/tmp", &e), *file = path_join(&a, dir, "f"), hex[HASH_HEX], want[HASH_HEX];
	char *text = arena_alloc(&a, BIG);
	int64_t size = -1;

	for (size_t i = 0; i < BIG; i++)
		text[i] = (char)(i * 31 % 251);
	hash_bytes(text, BIG, want);
	CHECK(path_write(file, text, BIG, &e) && hash_file(file, hex, &size, &e), "a file is read");
	CHECK_STR(hex, want, "its digest is that of its bytes");
	CHECK(size == BIG, "and its size is told");
	text[BIG - 1] ^= 1;
	hash_bytes(text, BIG, hex);
	CHECK(strcmp(hex, want) != 0, "one bit at the end changes the digest");
	CHECK(path_write(file, "", 0, &e) && hash_file(file, hex, NULL, &e), "an empty file, size not asked");
	CHECK_STR(hex, vector[0].digest, "has the digest of nothing");
	CHECK(!hash_file(path_join(&a, dir, "absent"), hex, &size, &e) && e.id == ERR_OPEN && e.why[0], "an absent file is told with its reason");
	CHECK(!hash_file(dir, hex, &size, &e) && e.id == ERR_READ && e.why[0], "a folder cannot be read");
	CHECK(path_remove_tree(dir, &e), "clean up");
	arena_free(&a);
}

int main(void)
{
	test_vectors();
	test_texts();
	test_file();
	return done_testing();
}
