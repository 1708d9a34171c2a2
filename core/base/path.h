/* Files: names that stay in their folder, whole-file reads with a limit, and writes that are seen entirely or not at all
 * (temporary name in the same folder, fsync, rename, fsync of the folder). */
#ifndef BASE_PATH_H
#define BASE_PATH_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* "a/b"; either part may be "". Allocated in the arena. */
char *path_join(struct arena *a, const char *dir, const char *name);
/* True for a relative path without "..", empty parts, backslash or control bytes. */
bool path_is_inside(const char *rel);
bool path_exists(const char *path);
bool path_mkdirs(const char *path, struct err *e);
bool path_read(const char *path, size_t max, struct buf *out, struct err *e);   /* appends; out->max must allow it */
bool path_put(int fd, const void *s, size_t n);   /* all of it to an open file or pipe; false: errno is set */
/* A file of our own that nobody needs after a crash (no fsync), anew whatever stands there under that name, through no link. */
bool path_create(const char *path, const void *s, size_t n, struct err *e);
/* Publishes n bytes as path (mode 0644). Does nothing when the file holds exactly these bytes already. */
bool path_write(const char *path, const void *s, size_t n, struct err *e);
bool path_sync(const char *dir, struct err *e);   /* names in a folder reach the disk */
/* Publishes an existing file under a new name in the same file system: fsync, rename, fsync of the folder. */
bool path_publish(const char *from, const char *to, struct err *e);
bool path_copy(const char *from, const char *to, struct err *e);                /* published like path_write */
bool path_remove_tree(const char *path, struct err *e);                         /* follows no links; absent is fine */
/* Removes from a folder what a path_write or path_mkdtemp that was killed left there; absent is fine. Only for the one writer. */
bool path_sweep(const char *dir, struct err *e);
/* Names in a folder (without . and ..), sorted by bytes, in the arena. */
bool path_list(struct arena *a, const char *dir, const char ***names, size_t *n, struct err *e);
/* New private folder (mode 0700) under parent; the name is in the arena. */
char *path_mkdtemp(struct arena *a, const char *parent, struct err *e);
#endif
