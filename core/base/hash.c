/* Digests by libcrypto, whose sha256 uses the processor's own instructions. Its configuration file is never read:
 * a child in the jail could not, and outputs must not depend on it. */
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(int ok)
{
	if (ok != 1) {
		fputs("continuum: libcrypto cannot compute a digest\n", stderr);
		abort();
	}
}

struct hash *hash_open_as(const char *name)
{
	static const struct { const char *name; const EVP_MD *(*kind)(void); } kinds[] = {
		{ "sha256", EVP_sha256 }, { "md5", EVP_md5 }, { "sha1", EVP_sha1 }, { "sha512", EVP_sha512 },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, name)) {
			OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
			EVP_MD_CTX *c = EVP_MD_CTX_new();
			must(c && EVP_DigestInit_ex(c, kinds[i].kind(), NULL));
			return (struct hash *)c;
		}
	return NULL;
}

struct hash *hash_open(void)
{
	return hash_open_as("sha256");
}

void hash_add(struct hash *h, const void *s, size_t n)
{
	must(EVP_DigestUpdate((EVP_MD_CTX *)h, s, n));
}

void hash_str(struct hash *h, const char *s)
{
	hash_add(h, s, strlen(s) + 1);
}

void hash_close(struct hash *h, char *hex)
{
	static const char digit[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n;

	must(EVP_DigestFinal_ex((EVP_MD_CTX *)h, sum, &n));
	for (size_t i = 0; hex && i <= 2 * n; i++)
		hex[i] = i == 2 * n ? 0 : digit[i % 2 ? sum[i / 2] & 15 : sum[i / 2] >> 4];
	EVP_MD_CTX_free((EVP_MD_CTX *)h);
}

void hash_bytes(const void *s, size_t n, char hex[HASH_HEX])
{
	struct hash *h = hash_open();

	hash_add(h, s, n);
	hash_close(h, hex);
}

bool hash_file(const char *path, char hex[HASH_HEX], int64_t *size, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char block[1 << 16];
	int64_t total = 0;
	ssize_t n;

	if (fd < 0)
		return err_system(e, ERR_OPEN, path);
	struct hash *h = hash_open();
	while ((n = read(fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR)) {
		hash_add(h, block, n > 0 ? (size_t)n : 0);
		total += n > 0 ? n : 0;
	}
	if (n < 0)
		err_system(e, ERR_READ, path);
	hash_close(h, hex);
	close(fd);
	if (size)
		*size = total;
	return n == 0;
}
