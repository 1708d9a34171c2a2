/* Content-addressed files. An object appears under its name only when all its bytes are on the disk, and its name is their digest. */
#include "store/object.h"

#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *object_path(struct arena *a, const char *store_dir, const char *hex)
{
	return arena_printf(a, "%s/%.2s/%s", store_dir, hex, hex);
}

static bool copy(const char *from, const char *to, struct err *e)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	bool ok = (in >= 0 || err_system(e, ERR_OPEN, from)) && (out >= 0 || err_system(e, ERR_WRITE, to));
	char block[1 << 16];
	ssize_t n = 0;

	while (ok && ((n = read(in, block, sizeof block)) > 0 || (n < 0 && errno == EINTR)))
		ok = n < 0 || path_put(out, block, (size_t)n) || err_system(e, ERR_WRITE, to);
	if (ok && n < 0)
		ok = err_system(e, ERR_READ, from);
	ok = ok && (fchmod(out, 0444) == 0 || err_system(e, ERR_WRITE, to));
	if (in >= 0)
		close(in);
	return (out < 0 || close(out) == 0 || err_system(e, ERR_WRITE, to)) && ok;
}

bool object_put(const char *store_dir, const char *file, char hex[HASH_HEX], int64_t *size, struct err *e)
{
	struct arena a = { 0 };
	struct err ignored;
	const char *temporary = path_mkdirs(store_dir, e) ? path_mkdtemp(&a, store_dir, e) : NULL;
	const char *new = temporary ? path_join(&a, temporary, "object") : NULL;
	bool ok = new && copy(file, new, e) && hash_file(new, hex, size, e);

	if (ok) {
		const char *folder = arena_printf(&a, "%s/%.2s", store_dir, hex);
		/* An object that is there with the right bytes stays; one with wrong bytes is replaced. */
		ok = object_verify(store_dir, hex, &ignored) ||
		     (path_mkdirs(folder, e) && path_publish(new, object_path(&a, store_dir, hex), e));
		/* Also for an object that was there: the run that put it may have ended before its folder reached the disk. */
		ok = ok && path_sync(folder, e) && path_sync(store_dir, e);
	}
	if (temporary)
		path_remove_tree(temporary, &ignored);
	arena_free(&a);
	return ok;
}

bool object_verify(const char *store_dir, const char *hex, struct err *e)
{
	struct arena a = { 0 };
	char *path = object_path(&a, store_dir, hex), found[HASH_HEX];
	struct stat st;
	bool ok = lstat(path, &st) == 0 || err_set(e, ERR_OBJECT_MISSING, "%s", hex);

	/* Of a link, what it leads to may change at any time, and loads do not follow it. */
	ok = ok && (S_ISREG(st.st_mode) || err_set(e, ERR_OBJECT_FILE, "%s", hex));
	ok = ok && hash_file(path, found, NULL, e);
	if (ok && strcmp(found, hex))
		ok = err_set(e, ERR_OBJECT_DAMAGED, "%s" ERR_SEP "%s", hex, found);
	arena_free(&a);
	return ok;
}
