/* Content-addressed files. */
#include "tap.h"

#include "store.h"
#include "store/object.h"

static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";   /* FIPS 180-2, appendix B.1 */
static const char nothing[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static bool put_bytes(const char *store, const char *file, const char *s, char hex[HASH_HEX])
{
	struct err e = { 0 };

	return path_write(file, s, strlen(s), &e) && object_put(store, file, hex, NULL, &e);
}

int main(void)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	const char *dir = path_mkdtemp(&a, temp_root(), &e), *store = path_join(&a, dir, "state/objects");
	const char *file = path_join(&a, dir, "file");
	char hex[HASH_HEX] = "", other[HASH_HEX] = "";
	int64_t size = -1;
	struct stat st, again;
	const char **names;
	size_t n = 0;

	CHECK(put_bytes(store, file, "abc", hex), "bytes are stored, the folder made");
	CHECK_STR(hex, abc, "under their digest");
	const char *path = object_path(&a, store, hex);
	CHECK(strstr(path, "/ba/ba7816bf") != NULL && stat(path, &st) == 0, "at the place of that digest");
	CHECK(st.st_size == 3 && (st.st_mode & 0777) == 0444, "read-only");
	CHECK(object_verify(store, abc, &e), "and verify");
	CHECK(object_put(store, file, hex, &size, &e) && size == 3 && !strcmp(hex, abc), "a file with the same bytes");
	CHECK(stat(path, &again) == 0 && again.st_ino == st.st_ino, "is the same object, untouched");
	CHECK(put_bytes(store, file, "", hex) && !strcmp(hex, nothing) && object_verify(store, nothing, &e), "no bytes at all");

	struct buf big = BUF(4 << 20);
	for (int i = 0; i < 100000; i++)
		buf_printf(&big, "%d,", i);
	path_write(file, big.s, big.n, &e);
	CHECK(object_put(store, file, hex, &size, &e) && size == (int64_t)big.n && object_verify(store, hex, &e), "a file of many blocks");
	hash_bytes(big.s, big.n, other);
	CHECK_STR(hex, other, "with the digest of its bytes");
	buf_free(&big);

	chmod(path, 0644);
	path_write(path, "abd", 3, &e);
	CHECK(!object_verify(store, abc, &e) && e.id == ERR_OBJECT_DAMAGED, "damage is seen");
	CHECK_STR(e.arg[0], abc, "and named");
	CHECK(put_bytes(store, file, "abc", hex) && object_verify(store, abc, &e), "putting the right bytes again repairs it");
	const char *beside = path_join(&a, dir, "beside");
	CHECK(rename(path, beside) == 0 && symlink(beside, path) == 0, "the object elsewhere, a link in its place");
	CHECK(!object_verify(store, abc, &e) && e.id == ERR_OBJECT_FILE, "is damage too");
	CHECK(put_bytes(store, file, "abc", hex) && object_verify(store, abc, &e), "which the right bytes repair");
	other[0] = other[0] == '0' ? '1' : '0';
	CHECK(!object_verify(store, other, &e) && e.id == ERR_OBJECT_MISSING, "an object that is not there");
	CHECK(!object_put(store, path_join(&a, dir, "none"), hex, NULL, &e) && e.id == ERR_OPEN, "a file that is not there");
	CHECK(!object_put(store, dir, hex, NULL, &e) && e.id == ERR_READ, "a folder is no file");
	path_write(file, "x", 1, &e);
	CHECK(!object_put(file, file, hex, NULL, &e) && e.id == ERR_WRITE, "a store that cannot be made");
	CHECK(path_list(&a, store, &names, &n, &e) && n == 3, "nothing is left but the folders of the objects");
	path_remove_tree(dir, &e);
	arena_free(&a);
	return done_testing();
}
