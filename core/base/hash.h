/* Content digests: sha256 (identity of objects and results), from libcrypto. */
#ifndef BASE_HASH_H
#define BASE_HASH_H
#include "base/err.h"
#include <stdint.h>

enum { HASH_HEX = 65 };   /* sha256 in hexadecimal, with its NUL */
struct hash;
struct hash *hash_open(void);                          /* sha256; aborts when libcrypto cannot */
void hash_add(struct hash *h, const void *s, size_t n);
void hash_str(struct hash *h, const char *s);          /* adds the text and its NUL, so that "a","bc" ≠ "ab","c" */
void hash_close(struct hash *h, char hex[HASH_HEX]);   /* writes the digest (hex may be NULL) and frees */
void hash_bytes(const void *s, size_t n, char hex[HASH_HEX]);
bool hash_file(const char *path, char hex[HASH_HEX], int64_t *size, struct err *e);   /* size may be NULL */
#endif
