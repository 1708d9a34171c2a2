/* Files: names that stay inside, whole reads with a limit, writes that are seen entirely or not at all.
 * The order of calls (write, fsync, rename, fsync of the folder) is the whole of crash safety here; every one of them can fail and is checked. */
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(struct err *e, enum err_id id, const char *path)
{
	int code = errno;

	err_set(e, id, "%s", path);
	return err_why(e, "%s", strerror(code));
}

char *path_join(struct arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir);

	if (!n || !*name)
		return arena_strdup(a, n ? dir : name);
	return arena_printf(a, "%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
}

bool path_is_inside(const char *rel)
{
	if (!*rel || *rel == '/')
		return false;
	for (const char *s = rel; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '\\')
			return false;
	for (const char *s = rel;;) {
		size_t n = strcspn(s, "/");
		if (!n || (n == 2 && s[0] == '.' && s[1] == '.') || (n == 1 && s[0] == '.'))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static bool is_folder(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

bool path_mkdirs(const char *path, struct err *e)
{
	char part[4096];
	size_t n = strlen(path);

	if (n >= sizeof part)
		return errno = ENAMETOOLONG, fail(e, ERR_WRITE, path);
	memcpy(part, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i])
			continue;
		char kept = part[i];
		part[i] = 0;
		if (mkdir(part, 0755) && (errno != EEXIST || !is_folder(part)))
			return fail(e, ERR_WRITE, part);
		part[i] = kept;
	}
	return true;
}

bool path_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t before = out->n;
	char block[16384];
	ssize_t n;

	if (fd < 0)
		return fail(e, ERR_OPEN, path);
	while ((n = read(fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		if (out->n - before + (size_t)n > max || !buf_add(out, block, (size_t)n)) {
			close(fd);
			return err_set(e, ERR_TOO_LARGE, "%s" ERR_SEP "%zu", path, max);
		}
	}
	int code = errno;
	close(fd);
	errno = code;
	if (n < 0)
		return fail(e, ERR_READ, path);
	return buf_add(out, "", 0);
}

static bool sync_folder_of(const char *path, struct err *e)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 1;

	snprintf(dir, sizeof dir, "%.*s", (int)(slash == path ? 1 : n), slash ? path : ".");
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail(e, ERR_OPEN, dir);
	bool ok = fsync(fd) == 0;
	if (!ok)
		fail(e, ERR_WRITE, dir);
	close(fd);
	return ok;
}

static bool write_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t k = write(fd, s, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return false;
		s += k;
		n -= (size_t)k;
	}
	return true;
}

static bool same_content(const char *path, const void *s, size_t n)
{
	struct stat st;
	struct buf b = BUF(n + 1);
	struct err ignored;
	bool same = stat(path, &st) == 0 && st.st_size >= 0 && (size_t)st.st_size == n &&
	            path_read(path, n, &b, &ignored) && b.n == n && (n == 0 || memcmp(b.s, s, n) == 0);

	buf_free(&b);
	return same;
}

bool path_write(const char *path, const void *s, size_t n, struct err *e)
{
	char temporary[4096];

	if (same_content(path, s, n))
		return true;
	if ((size_t)snprintf(temporary, sizeof temporary, "%s.tmp.XXXXXX", path) >= sizeof temporary)
		return errno = ENAMETOOLONG, fail(e, ERR_WRITE, path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return fail(e, ERR_WRITE, path);
	bool ok = write_all(fd, s, n) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	int code = errno;
	if (close(fd) && ok) {
		ok = false;
		code = errno;
	}
	if (ok && rename(temporary, path)) {
		ok = false;
		code = errno;
	}
	if (!ok) {
		unlink(temporary);
		errno = code;
		return fail(e, ERR_WRITE, path);
	}
	return sync_folder_of(path, e);
}

bool path_publish(const char *from, const char *to, struct err *e)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(e, ERR_OPEN, from);
	bool ok = fsync(fd) == 0;
	if (!ok)
		fail(e, ERR_WRITE, from);
	close(fd);
	if (ok && rename(from, to))
		ok = fail(e, ERR_WRITE, to);
	return ok && sync_folder_of(to, e);
}

bool path_copy(const char *from, const char *to, struct err *e)
{
	struct stat st;
	struct buf b = BUF((size_t)1 << 30);
	bool ok;

	if (stat(from, &st))
		return fail(e, ERR_OPEN, from);
	ok = path_read(from, b.max, &b, e) && path_write(to, buf_text(&b), b.n, e);
	buf_free(&b);
	return ok;
}

static bool remove_at(int dir, const char *name, const char *path, struct err *e)
{
	if (!unlinkat(dir, name, 0) || errno == ENOENT)
		return true;
	if (errno != EISDIR && errno != EPERM)
		return fail(e, ERR_WRITE, path);
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		fail(e, ERR_OPEN, path);
		if (fd >= 0)
			close(fd);
		return false;
	}
	bool ok = true;
	for (struct dirent *it; ok && (it = readdir(d));)
		if (strcmp(it->d_name, ".") && strcmp(it->d_name, ".."))
			ok = remove_at(dirfd(d), it->d_name, path, e);
	closedir(d);
	if (ok && unlinkat(dir, name, AT_REMOVEDIR))
		ok = fail(e, ERR_WRITE, path);
	return ok;
}

bool path_remove_tree(const char *path, struct err *e)
{
	return remove_at(AT_FDCWD, path, path, e);
}

/* "tmp.XXXXXX", or that after a name and a dot: as path_write and path_mkdtemp make them. */
static bool is_temporary(const char *name)
{
	static const char mark[] = "tmp.";
	size_t n = strlen(name), tail = sizeof mark - 1 + 6;

	return n >= tail && !strncmp(name + n - tail, mark, sizeof mark - 1) && (n == tail || name[n - tail - 1] == '.');
}

bool path_sweep(const char *dir, struct err *e)
{
	struct arena a = { 0 };
	const char **name = NULL;
	size_t n = 0;
	bool ok = !path_exists(dir) || path_list(&a, dir, &name, &n, e);

	for (size_t i = 0; ok && i < n; i++)
		if (is_temporary(name[i]))
			ok = path_remove_tree(path_join(&a, dir, name[i]), e);
	arena_free(&a);
	return ok;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool path_list(struct arena *a, const char *dir, const char ***names, size_t *n, struct err *e)
{
	DIR *d = opendir(dir);
	size_t cap = 0;

	*names = NULL;
	*n = 0;
	if (!d)
		return fail(e, ERR_OPEN, dir);
	for (struct dirent *it; (it = readdir(d));) {
		if (!strcmp(it->d_name, ".") || !strcmp(it->d_name, ".."))
			continue;
		if (*n == cap) {
			const char **more = arena_array(a, const char *, cap = cap ? cap * 2 : 16);
			if (*n)
				memcpy(more, *names, *n * sizeof *more);
			*names = more;
		}
		(*names)[(*n)++] = arena_strdup(a, it->d_name);
	}
	closedir(d);
	if (*n)
		qsort(*names, *n, sizeof **names, by_bytes);
	return true;
}

char *path_mkdtemp(struct arena *a, const char *parent, struct err *e)
{
	char *path = arena_printf(a, "%s/tmp.XXXXXX", parent);

	if (!mkdtemp(path)) {
		fail(e, ERR_WRITE, parent);
		return NULL;
	}
	return path;
}
