/* Files: names that stay inside, whole writes and no leftovers, trees removed without following links, sorted lists. */
#include "base/path.h"

#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;
static char *top;   /* private folder of this run */

static const char *in(const char *name)
{
	return path_join(&arena, top, name);
}

static const struct { const char *dir, *name, *want; } join_case[] = {
	{ "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "/", "b", "/b" }, { "", "b", "b" }, { "a", "", "a" }, { "", "", "" }, { "a/b", "c/d", "a/b/c/d" },
};
static const struct { const char *s; bool inside; } inside_case[] = {
	{ "a", true }, { "data/facts.csv", true }, { "a/b/c", true }, { ".hidden", true }, { "..a", true }, { "a..", true }, { "...", true },
	{ "a b", true }, { "données/é.csv", true }, { "a/..b/c", true }, { "-x", true }, { "a:b", true },
	{ "", false }, { "/", false }, { "/etc/passwd", false }, { "//a", false }, { "..", false }, { "../a", false }, { "a/..", false },
	{ "a/../b", false }, { "a/b/../../..", false }, { ".", false }, { "./a", false }, { "a/.", false }, { "a/./b", false }, { "a/", false },
	{ "a//b", false }, { "a\\b", false }, { "..\\a", false }, { "a\nb", false }, { "a\033b", false }, { "a\x7f", false }, { "\ta", false },
};

static void test_names(void)
{
	for (size_t i = 0; i < sizeof join_case / sizeof *join_case; i++)
		CHECK_STR(path_join(&arena, join_case[i].dir, join_case[i].name), join_case[i].want, join_case[i].want);
	for (size_t i = 0; i < sizeof inside_case / sizeof *inside_case; i++)
		CHECK(path_is_inside(inside_case[i].s) == inside_case[i].inside, inside_case[i].inside ? inside_case[i].s : "leaves its folder");
}

static size_t count(const char *dir)
{
	const char **names;
	size_t n = 0;
	struct err e;

	return path_list(&arena, dir, &names, &n, &e) ? n : 999;
}

static const char *content(const char *path)
{
	struct buf b = BUF(100000);
	struct err e;
	const char *s = path_read(path, 100000, &b, &e) ? arena_strndup(&arena, buf_text(&b), b.n) : NULL;

	buf_free(&b);
	return s;
}

static ino_t inode(const char *path)
{
	struct stat st;
	return lstat(path, &st) ? 0 : st.st_ino;
}

/* A file that keeps a second name proves that its bytes were replaced, not overwritten. */
static void test_write(void)
{
	struct err e = { 0 };
	struct stat st;
	const char *dir = in("write"), *f = in("write/f"), *kept = in("write/kept");

	CHECK(path_mkdirs(dir, &e) && path_write(f, "one", 3, &e), "a new file is written");
	CHECK_STR(content(f), "one", "it holds the bytes");
	CHECK(!stat(f, &st) && (st.st_mode & 07777) == 0644, "its mode is 0644");
	ino_t before = inode(f);
	CHECK(path_write(f, "one", 3, &e) && inode(f) == before, "the same bytes again: the file is not touched");
	CHECK(!link(f, kept) && path_write(f, "two", 3, &e) && inode(f) != before, "other bytes of the same length: a new file under the name");
	CHECK_STR(content(f), "two", "with the new bytes");
	CHECK_STR(content(kept), "one", "the old file is whole");
	CHECK(path_write(f, "two\0", 4, &e) && !stat(f, &st) && st.st_size == 4, "a NUL byte more is another content");
	CHECK(path_write(f, "", 0, &e) && !stat(f, &st) && st.st_size == 0, "an empty file");
	before = inode(f);
	CHECK(path_write(f, NULL, 0, &e) && inode(f) == before, "empty again: not touched");
	CHECK(count(dir) == 2, "no temporary file is left");
	/* Failures: the parent is a file; the name is a folder; the parent is absent; the name is too long. */
	static char longer[5000];
	memset(longer, 'n', sizeof longer - 1);
	CHECK(!path_write(in("write/f/below"), "x", 1, &e) && e.id == ERR_WRITE, "below a file nothing can be written");
	CHECK_STR(e.why, strerror(ENOTDIR), "the reason is told");
	CHECK(strstr(e.arg[0], "write/f/below") != NULL, "and the name");
	CHECK(path_mkdirs(in("write/folder"), &e) && !path_write(in("write/folder"), "x", 1, &e) && e.id == ERR_WRITE, "a folder is not replaced");
	CHECK(!path_write(in("write/absent/f"), "x", 1, &e) && e.id == ERR_WRITE, "folders are not made by the way");
	CHECK(!path_write(in(longer), "x", 1, &e) && !strcmp(e.why, strerror(ENAMETOOLONG)), "a name that is too long");
	CHECK(count(dir) == 3, "failures leave no temporary file");
	/* A link is replaced, not written through. */
	CHECK(!symlink("kept", in("write/link")) && path_write(in("write/link"), "new", 3, &e), "writing to the name of a link");
	CHECK_STR(content(kept), "one", "leaves what it pointed to");
	CHECK(!lstat(in("write/link"), &st) && S_ISREG(st.st_mode), "and makes a file of the name");
}

static void test_move(void)
{
	struct err e = { 0 };
	const char *from = in("from"), *to = in("to");

	CHECK(path_write(from, "data", 4, &e) && path_write(to, "old", 3, &e) && path_publish(from, to, &e), "a finished file is published");
	CHECK(!path_exists(from) && !strcmp(content(to), "data"), "under its new name only");
	CHECK(!path_publish(from, to, &e) && e.id == ERR_OPEN && !strcmp(content(to), "data"), "a file that is absent publishes nothing");
	CHECK(!path_publish(to, in("absent/to"), &e) && e.id == ERR_WRITE && path_exists(to), "nor one that goes nowhere");
	CHECK(path_copy(to, in("copy"), &e) && !strcmp(content(in("copy")), "data") && path_exists(to), "a copy leaves the original");
	CHECK(!path_copy(in("absent"), in("copy"), &e) && e.id == ERR_OPEN && !strcmp(content(in("copy")), "data"), "a failed copy changes nothing");
}

static void test_read(void)
{
	static char big[40000];
	struct err e = { 0 };
	struct buf b = BUF(sizeof big + 10);

	memset(big, 'r', sizeof big);
	CHECK(path_write(in("big"), big, sizeof big, &e) && buf_str(&b, "0123456789") && path_read(in("big"), sizeof big, &b, &e),
		"a file of exactly the limit is read");
	CHECK(b.n == sizeof big + 10 && !memcmp(b.s, "0123456789rr", 12), "and appended");
	buf_clear(&b);
	CHECK(!path_read(in("big"), sizeof big - 1, &b, &e) && e.id == ERR_TOO_LARGE && !strcmp(e.arg[1], "39999"), "one byte more than the limit is refused");
	buf_free(&b);
	struct buf small = BUF(100);
	CHECK(!path_read(in("big"), sizeof big, &small, &e) && e.id == ERR_TOO_LARGE, "so is more than the buffer may hold");
	buf_free(&small);
	struct buf none = BUF(100);
	CHECK(path_write(in("empty"), "", 0, &e) && path_read(in("empty"), 0, &none, &e) && none.s && none.n == 0, "an empty file is an empty text");
	CHECK(!path_read(in("absent"), 10, &none, &e) && e.id == ERR_OPEN && !strcmp(e.why, strerror(ENOENT)), "an absent file");
	CHECK(!path_read(top, 10, &none, &e) && e.id == ERR_READ && !strcmp(e.why, strerror(EISDIR)), "a folder");
	buf_free(&none);
}

static void test_folders(void)
{
	struct err e = { 0 };
	struct stat st;

	CHECK(path_mkdirs(in("m/a/b/c"), &e) && !stat(in("m/a/b/c"), &st) && S_ISDIR(st.st_mode), "all folders of a path are made");
	CHECK(path_mkdirs(in("m/a/b/c"), &e) && path_mkdirs(in("m//a/"), &e), "those that exist are fine");
	CHECK(path_write(in("m/f"), "x", 1, &e) && !path_mkdirs(in("m/f/d"), &e) && e.id == ERR_WRITE, "a file is no folder on the way");
	CHECK(!path_mkdirs(in("m/f"), &e) && e.id == ERR_WRITE && !strcmp(e.why, strerror(ENOTDIR)), "nor at the end of it");
	CHECK(!symlink("a", in("m/link")) && path_mkdirs(in("m/link/d"), &e) && path_exists(in("m/a/d")), "a link to a folder is one");
	CHECK(!symlink("nowhere", in("m/dead")) && !path_mkdirs(in("m/dead"), &e), "a link to nothing is none");
	char *one = path_mkdtemp(&arena, top, &e), *two = path_mkdtemp(&arena, top, &e);
	CHECK(one && two && strcmp(one, two) != 0 && !stat(one, &st) && (st.st_mode & 07777) == 0700, "temporary folders differ and are private");
	CHECK(!path_mkdtemp(&arena, in("absent"), &e) && e.id == ERR_WRITE, "none is made in a folder that is absent");
}

static void test_remove(void)
{
	struct err e = { 0 };
	char name[32];
	bool made = true;

	CHECK(path_mkdirs(in("outside/d"), &e) && path_write(in("outside/d/f"), "kept", 4, &e) && path_mkdirs(in("tree/sub/deep"), &e),
		"a tree beside another");
	made &= !symlink("../outside", in("tree/link")) && !symlink("../../outside/d/f", in("tree/sub/file_link"));
	made &= !symlink("nowhere", in("tree/dead")) && !symlink(".", in("tree/sub/deep/self"));
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "tree/sub/%d", i);
		made &= path_write(in(name), name, strlen(name), &e);
	}
	CHECK(made && path_remove_tree(in("tree"), &e) && inode(in("tree")) == 0, "a tree with links into the other is removed");
	CHECK_STR(content(in("outside/d/f")), "kept", "the other is untouched");
	CHECK(path_remove_tree(in("tree"), &e), "what is absent is fine");
	CHECK(!symlink("outside", in("link")) && path_remove_tree(in("link"), &e) && inode(in("link")) == 0, "a link itself is removed");
	CHECK_STR(content(in("outside/d/f")), "kept", "not what it points to");
	CHECK(path_remove_tree(in("outside/d/f"), &e) && !path_exists(in("outside/d/f")), "a single file too");
	CHECK(path_write(in("outside/f"), "x", 1, &e) && !path_remove_tree(in("outside/f/g"), &e) && e.id == ERR_WRITE, "a path through a file is an error");
}

static void test_list(void)
{
	static const char *const sorted[] = { "-", ".hidden", "10", "9", "A", "_", "a", "a.b", "ab", "z", "\xc3\x89", "\xc3\xa9" };
	enum { N = sizeof sorted / sizeof *sorted };
	struct err e = { 0 };
	const char **names;
	size_t n;
	bool same;

	CHECK(path_mkdirs(in("list"), &e) && path_list(&arena, in("list"), &names, &n, &e) && n == 0, "an empty folder");
	for (size_t i = 0; i < N; i++)
		path_write(path_join(&arena, in("list"), sorted[i * 7 % N]), "", 0, &e);
	CHECK(path_list(&arena, in("list"), &names, &n, &e) && n == N, "all names, hidden ones too, without . and ..");
	same = n == N;
	for (size_t i = 0; same && i < N; i++)
		same = !strcmp(names[i], sorted[i]);
	CHECK(same, "sorted by bytes");
	for (int i = 0; i < 100; i++)
		path_write(in(arena_printf(&arena, "list/n%03d", i)), "", 0, &e);
	CHECK(path_list(&arena, in("list"), &names, &n, &e) && n == N + 100 && !strcmp(names[N + 99 - 3], "n099"), "many names");
	CHECK(!path_list(&arena, in("absent"), &names, &n, &e) && e.id == ERR_OPEN && n == 0 && !names, "an absent folder");
	CHECK(!path_list(&arena, in("list/9"), &names, &n, &e) && e.id == ERR_OPEN, "a file is no folder");
}

/* Names without a folder are of the current one. */
static void test_here(void)
{
	struct err e = { 0 };
	int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	CHECK(back >= 0 && !chdir(top), "in the private folder");
	CHECK(path_write("here", "x", 1, &e) && path_publish("here", "there", &e) && path_mkdirs("p/q", &e), "plain names work");
	CHECK(path_exists(in("there")) && path_exists(in("p/q")) && path_remove_tree("p", &e) && !path_exists(in("p")), "and are of this folder");
	CHECK(!fchdir(back), "back");
	close(back);
}

int main(void)
{
	struct err e = { 0 };
	const char *tmp = getenv("TMPDIR");

	top = path_mkdtemp(&arena, tmp ? tmp : "/tmp", &e);
	if (!CHECK(top != NULL, "a private folder"))
		return done_testing();
	test_names();
	test_write();
	test_move();
	test_read();
	test_folders();
	test_remove();
	test_list();
	test_here();
	CHECK(path_remove_tree(top, &e) && !path_exists(top), "clean up");
	arena_free(&arena);
	return done_testing();
}
