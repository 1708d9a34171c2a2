/* Content digests: sha256 (identity of objects and results), and those that others state of their files, from libcrypto. */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include "base/err.h"
#include <stdint.h>

enum { HASH_HEX = 65, HASH_HEX_ANY = 129 };   /* sha256, the longest one, in hexadecimal, with its NUL */
struct hash;
struct hash *hash_open(void);                          /* sha256; aborts when libcrypto cannot */
struct hash *hash_open_as(const char *name);           /* "md5", "sha1", "sha256", "sha512"; NULL for another */
void hash_add(struct hash *h, const void *s, size_t n);
void hash_str(struct hash *h, const char *s);          /* adds the text and its NUL, so that "a","bc" ≠ "ab","c" */
void hash_close(struct hash *h, char *hex);            /* writes the digest (HASH_HEX bytes for sha256; hex may be NULL) and frees */
void hash_bytes(const void *s, size_t n, char hex[HASH_HEX]);
bool hash_file(const char *path, char hex[HASH_HEX], int64_t *size, struct err *e);   /* size may be NULL */
#endif
