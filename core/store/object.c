/* Content-addressed files. An object appears under its name only when all its bytes are on the disk, and its name is their digest. */
#include "store/object.h"

#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 18 };

static bool fail(struct err *e, enum err_id id, const char *path)
{
	int code = errno;

	err_set(e, id, "%s", path);
	return err_why(e, "%s", strerror(code));
}

static bool sync_folder(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		fail(e, ERR_WRITE, dir);
	if (fd >= 0)
		close(fd);
	return ok;
}

char *object_path(struct arena *a, const char *store_dir, const char *hex)
{
	return arena_printf(a, "%s/%.2s/%s", store_dir, hex, hex);
}

/* What is stored: n bytes at s, or, when s is NULL, what fd holds. */
struct input { const char *s; size_t n; int fd; const char *name; };

static bool write_block(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t k = write(fd, s, n);
		if (k < 0 && errno != EINTR)
			return false;
		s += k > 0 ? k : 0;
		n -= k > 0 ? (size_t)k : 0;
	}
	return true;
}

/* One pass: each block is hashed as it is written. */
static bool copy_in(int to, const struct input *in, const char *temporary, char hex[HASH_HEX], int64_t *size, struct err *e)
{
	struct hash *h = hash_open();
	char *block = in->s ? NULL : malloc(BLOCK);
	bool ok = in->s || block;
	ssize_t n = 0;

	*size = 0;
	if (!ok)
		fail(e, ERR_READ, in->name);
	if (in->s) {
		hash_add(h, in->s, in->n);
		*size = (int64_t)in->n;
		ok = write_block(to, in->s, in->n) || fail(e, ERR_WRITE, temporary);
	}
	while (ok && !in->s && ((n = read(in->fd, block, BLOCK)) > 0 || (n < 0 && errno == EINTR))) {
		if (n < 0)
			continue;
		hash_add(h, block, (size_t)n);
		*size += n;
		ok = write_block(to, block, (size_t)n) || fail(e, ERR_WRITE, temporary);
	}
	if (ok && n < 0)
		ok = fail(e, ERR_READ, in->name);
	if (ok && (fchmod(to, 0444) || fsync(to)))
		ok = fail(e, ERR_WRITE, temporary);
	hash_close(h, hex);
	free(block);
	return ok;
}

/* Gives a finished temporary file its name. An object that is there with the right bytes stays; one with wrong bytes is replaced. */
static bool name_it(const char *temporary, const char *store_dir, const char *hex, struct err *e)
{
	struct arena a = { 0 };
	struct err ignored;
	char *dir = arena_printf(&a, "%s/%.2s", store_dir, hex), *path = object_path(&a, store_dir, hex);
	bool there = path_exists(path) && object_verify(store_dir, hex, &ignored);
	bool ok = there || ((mkdir(dir, 0755) == 0 || errno == EEXIST) && rename(temporary, path) == 0) || fail(e, ERR_WRITE, path);

	/* Also for an object that was there: the run that put it may have ended before its folder reached the disk. */
	ok = ok && sync_folder(dir, e) && sync_folder(store_dir, e);
	arena_free(&a);
	return ok;
}

static bool put(const char *store_dir, const struct input *in, char hex[HASH_HEX], int64_t *size, struct err *e)
{
	struct arena a = { 0 };
	char *temporary = arena_printf(&a, "%s/incoming.XXXXXX", store_dir);
	int64_t n = 0;
	bool ok = path_mkdirs(store_dir, e);
	int fd = ok ? mkostemp(temporary, O_CLOEXEC) : -1;

	if (ok && fd < 0)
		ok = fail(e, ERR_WRITE, temporary);
	ok = ok && copy_in(fd, in, temporary, hex, &n, e);
	if (fd >= 0 && close(fd) && ok)
		ok = fail(e, ERR_WRITE, temporary);
	ok = ok && name_it(temporary, store_dir, hex, e);
	/* Renamed away when the object is new. */
	if (fd >= 0)
		unlink(temporary);
	if (ok && size)
		*size = n;
	arena_free(&a);
	return ok;
}

bool object_put(const char *store_dir, const char *file, char hex[HASH_HEX], int64_t *size, struct err *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(e, ERR_OPEN, file);
	bool ok = put(store_dir, &(struct input){ .fd = fd, .name = file }, hex, size, e);
	close(fd);
	return ok;
}

bool object_put_bytes(const char *store_dir, const void *s, size_t n, char hex[HASH_HEX], struct err *e)
{
	return put(store_dir, &(struct input){ .s = n ? s : "", .n = n, .fd = -1 }, hex, NULL, e);
}

bool object_verify(const char *store_dir, const char *hex, struct err *e)
{
	struct arena a = { 0 };
	char *path = object_path(&a, store_dir, hex), found[HASH_HEX];
	bool ok = path_exists(path) || err_set(e, ERR_OBJECT_MISSING, "%s", hex);

	ok = ok && hash_file(path, found, NULL, e);
	if (ok && strcmp(found, hex))
		ok = err_set(e, ERR_OBJECT_DAMAGED, "%s" ERR_SEP "%s", hex, found);
	arena_free(&a);
	return ok;
}
