/* Content-addressed files: objects/ab/<sha256>, written once, mode 0444, never changed. */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H
#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include <stdbool.h>
#include <stdint.h>

/* Copies a file into the store (fsync, rename, fsync of the folders); the digest is that of what was stored. size may be NULL. */
bool object_put(const char *store_dir, const char *file, char hex[HASH_HEX], int64_t *size, struct err *e);
char *object_path(struct arena *a, const char *store_dir, const char *hex);
/* True when the object is there, an ordinary file (ERR_OBJECT_FILE), and its bytes have the digest it is named by (ERR_OBJECT_DAMAGED). */
bool object_verify(const char *store_dir, const char *hex, struct err *e);
#endif
