/* Archives as streams: what comes out whole, what is refused, and limits. */
#include "intake/unpack.h"

#include "base/arena.h"
#include "base/buf.h"
#include "tap.h"
#include "zipfile.h"

#include <unistd.h>
#include <zlib.h>

static char path[] = "/tmp/continuum-unpack-XXXXXX";

/* Bytes given out in portions of a stated size. */
struct portions { const char *s; size_t n, size; };

static long read_portion(void *context, char *to, size_t n, struct err *e)
{
	struct portions *p = context;
	size_t k = p->size && p->size < n ? p->size : n;

	(void)e;
	k = k < p->n ? k : p->n;
	memcpy(to, p->s, k);
	p->s += k;
	p->n -= k;
	return (long)k;
}

/* Everything that comes out, or "! message". */
static void read_all(struct unpack *u, struct buf *out, struct err *e)
{
	struct rows_input in = unpack_input(u);
	char block[1000];
	long n;

	while ((n = in.read(in.context, block, sizeof block, e)) > 0)
		buf_add(out, block, (size_t)n);
	if (n < 0) {
		buf_clear(out);
		buf_printf(out, "! %s", err_name(e->id));
	}
	unpack_close(u);
}

static void pack(struct buf *out, const char *s, size_t n)
{
	z_stream z = { 0 };
	unsigned char to[100000];

	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (unsigned char *)(uintptr_t)s;
	z.avail_in = (uInt)n;
	z.next_out = to;
	z.avail_out = sizeof to;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	buf_add(out, to, sizeof to - z.avail_out);
	deflateEnd(&z);
}

static void gunzip(const char *s, size_t n, size_t portion, int64_t max, struct buf *out, struct err *e)
{
	struct portions p = { s, n, portion };

	buf_clear(out);
	read_all(unpack_gzip(&(struct rows_input){ read_portion, &p }, max), out, e);
}

static void test_gzip(void)
{
	static const char zeros[2000000];
	struct buf one = BUF(100000), two = BUF(100000), out = BUF(10000);
	struct err e = { 0 };
	int wrong = 0;

	pack(&one, "a;b\n1;2\n", 8);
	buf_add(&two, one.s, one.n);
	pack(&two, "3;4\n", 4);
	buf_add(&two, "\0\0\0", 3);
	for (size_t portion = 1; portion < 40; portion++) {
		gunzip(two.s, two.n, portion, 100, &out, &e);
		wrong += strcmp(buf_text(&out), "a;b\n1;2\n3;4\n") != 0;
	}
	CHECK(!wrong, "two members and zeros behind them, in portions of any size");
	for (size_t n = 0; n < one.n; n++) {
		gunzip(one.s, n, 0, 100, &out, &e);
		wrong += strcmp(buf_text(&out), "! intake.archive") != 0;
	}
	CHECK(!wrong, "cut short at any byte");
	for (size_t i = 0; i < one.n; i++) {
		if (i >= 3 && i < 10)   /* flags, time, system: some say nothing of the content */
			continue;
		one.s[i] ^= 0x11;
		gunzip(one.s, one.n, 0, 100, &out, &e);
		wrong += strcmp(buf_text(&out), "! intake.archive") != 0;
		one.s[i] ^= 0x11;
	}
	CHECK(!wrong, "any byte of the content or its checksum changed");
	buf_str(&two, "text behind it");
	gunzip(two.s, two.n, 0, 100, &out, &e);
	CHECK_STR(buf_text(&out), "! intake.archive", "something else behind a member");
	buf_clear(&two);
	pack(&two, zeros, sizeof zeros);
	gunzip(two.s, two.n, 0, sizeof zeros - 1, &out, &e);
	CHECK(two.n < 3000 && e.id == ERR_UNPACK_LIMIT && !strcmp(e.arg[0], "1999999"), "a bomb, by its decoded size");
	buf_free(&one);
	buf_free(&two);
	buf_free(&out);
}

/* What member of the file at path holds, or "! message". */
static void unzip(const char *member, int64_t max, struct buf *out, struct err *e)
{
	struct unpack *u;

	buf_clear(out);
	if (unpack_zip(&u, path, member, max, e))
		read_all(u, out, e);
	else
		buf_printf(out, "! %s", err_name(e->id));
}

/* Replaces the bytes old by the bytes new, as often as they stand in the file. */
static int patch(const char *old, const char *new, size_t n)
{
	char all[4000];
	FILE *f = fopen(path, "r+b");
	size_t size = f ? fread(all, 1, sizeof all, f) : 0;
	int found = 0;

	for (size_t i = 0; i + n <= size; i++) {
		if (memcmp(all + i, old, n) != 0)
			continue;
		memcpy(all + i, new, n);
		found++;
	}
	if (!f || fseek(f, 0, SEEK_SET) || fwrite(all, 1, size, f) != size || fclose(f))
		abort();
	return found;
}

static void test_zip(void)
{
	static const struct zip_member none = { NULL, NULL, 0 };
	struct buf out = BUF(10000);
	struct arena a = { 0 };
	struct texts names;
	struct err e = { 0 };

	zip_write(path, (const struct zip_member[]){ { "folder/", "", 0 }, { "__MACOSX/x.csv", "no", 0 }, { "folder/a.csv", "a;b\n", 0 }, none }, 0);
	unzip("", 100, &out, &e);
	CHECK_STR(buf_text(&out), "a;b\n", "the only file");
	unzip("Folder/A.CSV", 100, &out, &e);
	CHECK_STR(buf_text(&out), "a;b\n", "by its name, whatever the capitals");
	unzip("b.csv", 100, &out, &e);
	CHECK(e.id == ERR_ARCHIVE_MEMBER && !strcmp(e.arg[0], "b.csv") && !strcmp(e.arg[1], "folder/a.csv"), "a name that is not there");
	CHECK(unpack_members(path, 10, &a, &names, &e) && names.n == 1 && !strcmp(names.s[0], "folder/a.csv"), "names");
	unzip("", 3, &out, &e);
	CHECK(e.id == ERR_UNPACK_LIMIT, "larger than the limit");

	zip_write(path, (const struct zip_member[]){ { "../../etc/a.csv", "1", 0 }, { "b.csv", "2", 0 }, { "c.csv", "3", 0 }, none }, 0);
	unzip("", 100, &out, &e);
	CHECK(e.id == ERR_ARCHIVE_MANY && strstr(e.arg[1], "b.csv, c.csv"), "several files and no name");
	unzip("../../etc/a.csv", 100, &out, &e);
	CHECK_STR(buf_text(&out), "1", "a name that leads elsewhere is only a name");
	CHECK(unpack_members(path, 2, &a, &names, &e) && names.n == 2, "the first names only");

	zip_write(path, (const struct zip_member[]){ { "a.csv", "secret", 0 }, none }, 1);
	unzip("", 100, &out, &e);
	CHECK_STR(buf_text(&out), "! intake.archive_locked", "encrypted");

	/* Sizes stand as packed size, size; that of the central directory counts. "aaaaaaaaaa" packs into 4 bytes and an end. */
	static const unsigned char lies[][4] = { { 9, 0, 0, 0 }, { 11, 0, 0, 0 }, { 0, 0, 0, 0x70 } };
	for (size_t i = 0; i < 3; i++) {
		zip_write(path, (const struct zip_member[]){ { "a.csv", "aaaaaaaaaa", 0 }, none }, 0);
		int found = patch("\x0a\0\0\0\x05\0", (const char[]){ (char)lies[i][0], 0, 0, (char)lies[i][3], 5, 0 }, 6);
		unzip("", 100, &out, &e);
		CHECK(found && !strncmp(buf_text(&out), "! intake.archive", 16), "a size that lies");
	}
	zip_write(path, (const struct zip_member[]){ { "a.csv", "aaaaaaaaaa", 0 }, none }, 0);
	CHECK(truncate(path, 60) == 0, "cut");
	unzip("", 100, &out, &e);
	CHECK_STR(buf_text(&out), "! intake.archive", "cut short");
	zip_write(path, &none, 0);
	unzip("", 100, &out, &e);
	CHECK_STR(buf_text(&out), "! intake.archive", "no file at all");
	arena_free(&a);
	buf_free(&out);
}

int main(void)
{
	if (close(mkstemp(path)))
		return 1;
	test_gzip();
	test_zip();
	unlink(path);
	return done_testing();
}
