/* Files: names that stay inside, whole reads with a limit, writes that are seen entirely or not at all.
 * The order of calls (write, fsync, rename, fsync of the folder) is the whole of crash safety here; every one of them can fail and is checked. */
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *path_join(struct arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir);

	if (!n || !*name)
		return arena_strdup(a, n ? dir : name);
	return arena_printf(a, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
}

bool path_is_inside(const char *rel)
{
	for (const char *s = rel;;) {
		size_t n = strcspn(s, "/");
		if (!n || (n <= 2 && strncmp(s, "..", n) == 0))
			return false;
		for (; n; n--, s++)
			if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '\\')
				return false;
		if (!*s++)
			return true;
	}
}

bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool path_mkdirs(const char *path, struct err *e)
{
	char part[4096];
	int n = snprintf(part, sizeof part, "%s/.", path);

	if (n >= (int)sizeof part)
		return errno = ENAMETOOLONG, err_system(e, ERR_WRITE, path);
	for (int i = 1; i < n; i++) {
		if (part[i] != '/')
			continue;
		part[i] = 0;
		if (mkdir(part, 0755) && errno != EEXIST)
			return err_system(e, ERR_WRITE, part);
		part[i] = '/';
	}
	/* What exists may be a file; "/." is only in a folder. */
	return access(part, F_OK) == 0 || err_system(e, ERR_WRITE, path);
}

bool path_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t before = out->n;
	char block[16384];
	bool ok = true;
	ssize_t n;

	if (fd < 0)
		return err_system(e, ERR_OPEN, path);
	while (ok && ((n = read(fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0 && (out->n - before + (size_t)n > max || !buf_add(out, block, (size_t)n)))
			ok = err_set(e, ERR_TOO_LARGE, "%s" ERR_SEP "%zu", path, max);
	if (ok && n < 0)
		ok = err_system(e, ERR_READ, path);
	close(fd);
	return ok && buf_add(out, "", 0);
}

bool path_sync(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = (fd >= 0 && fsync(fd) == 0) || err_system(e, ERR_WRITE, dir);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Closes fd, the file from, and gives it the name to: seen there only when it is whole, and there to stay. */
static bool settle(int fd, const char *from, const char *to, struct err *e)
{
	const char *slash = strrchr(to, '/');
	char dir[4096];
	bool ok = fsync(fd) == 0 || err_system(e, ERR_WRITE, to);

	if (close(fd) && ok)
		ok = err_system(e, ERR_WRITE, to);
	if (!ok || rename(from, to))
		return ok && err_system(e, ERR_WRITE, to);
	snprintf(dir, sizeof dir, "%.*s.", slash ? (int)(slash - to) + 1 : 0, to);
	return path_sync(dir, e);
}

bool path_put(int fd, const void *bytes, size_t n)
{
	const char *s = bytes;

	while (n) {
		ssize_t k = write(fd, s, n);
		if (k < 0 && errno != EINTR)
			return false;
		s += k > 0 ? k : 0;
		n -= k > 0 ? (size_t)k : 0;
	}
	return true;
}

bool path_create(const char *path, const void *s, size_t n, struct err *e)
{
	int fd = unlink(path) && errno != ENOENT ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool ok = (fd >= 0 && path_put(fd, s, n)) || err_system(e, ERR_WRITE, path);

	return (fd < 0 || close(fd) == 0 || err_system(e, ERR_WRITE, path)) && ok;
}

static bool same_content(const char *path, const void *s, size_t n)
{
	struct stat st;
	struct buf b = BUF(n);
	struct err ignored;
	bool same = stat(path, &st) == 0 && st.st_size == (off_t)n && path_read(path, n, &b, &ignored) && b.n == n
		&& (n == 0 || memcmp(b.s, s, n) == 0);

	buf_free(&b);
	return same;
}

bool path_write(const char *path, const void *s, size_t n, struct err *e)
{
	char temporary[4096];

	if (same_content(path, s, n))
		return true;
	if ((size_t)snprintf(temporary, sizeof temporary, "%s.tmp.XXXXXX", path) >= sizeof temporary)
		return errno = ENAMETOOLONG, err_system(e, ERR_WRITE, path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return err_system(e, ERR_WRITE, path);
	bool ok = path_put(fd, s, n) && fchmod(fd, 0644) == 0;
	if (!ok) {
		err_system(e, ERR_WRITE, path);
		close(fd);
	}
	ok = ok && settle(fd, temporary, path, e);
	if (!ok)
		unlink(temporary);
	return ok;
}

bool path_publish(const char *from, const char *to, struct err *e)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_system(e, ERR_OPEN, from) : settle(fd, from, to, e);
}

bool path_copy(const char *from, const char *to, struct err *e)
{
	struct buf b = BUF((size_t)1 << 30);
	bool ok = path_read(from, b.max, &b, e) && path_write(to, buf_text(&b), b.n, e);

	buf_free(&b);
	return ok;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path) && errno != ENOENT ? -1 : 0;
}

bool path_remove_tree(const char *path, struct err *e)
{
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 || (errno == ENOENT && !path_exists(path))
		|| err_system(e, ERR_WRITE, path);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int listed(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

bool path_list(struct arena *a, const char *dir, const char ***names, size_t *n, struct err *e)
{
	struct dirent **found;
	int count = scandir(dir, &found, listed, by_bytes);

	*names = NULL;
	*n = 0;
	if (count < 0)
		return err_system(e, ERR_OPEN, dir);
	*names = arena_array(a, const char *, (size_t)count);
	for (; *n < (size_t)count; free(found[(*n)++]))
		(*names)[*n] = arena_strdup(a, found[*n]->d_name);
	free(found);
	return true;
}

bool path_sweep(const char *dir, struct err *e)
{
	struct arena a = { 0 };
	const char **name = NULL;
	size_t n = 0;
	bool ok = !path_exists(dir) || path_list(&a, dir, &name, &n, e);

	for (size_t i = 0; ok && i < n; i++)
		/* as path_mkdtemp and path_write name them */
		if (fnmatch("tmp.??????", name[i], 0) == 0 || fnmatch("*.tmp.??????", name[i], 0) == 0)
			ok = path_remove_tree(path_join(&a, dir, name[i]), e);
	arena_free(&a);
	return ok;
}

char *path_mkdtemp(struct arena *a, const char *parent, struct err *e)
{
	char *path = arena_printf(a, "%s/tmp.XXXXXX", parent);

	if (!mkdtemp(path)) {
		err_system(e, ERR_WRITE, parent);
		return NULL;
	}
	return path;
}
