/* gzip by zlib, zip by minizip. What an archive says of itself is compared with what comes out of it. */
#include "intake/unpack.h"

#include "base/buf.h"

#include <minizip/unzip.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 * 1024, NAME = 1024, NAMES_SHOWN = 200 };

struct unpack {
	int64_t total, max;            /* decoded bytes so far, and at most */
	bool gzip;
	unzFile zip;
	uint64_t size;                 /* of the member, as the zip states it */
	bool ended;                    /* zip: all was read and is right; gzip: between two members */
	struct rows_input in;
	z_stream z;
	bool eof;
	unsigned char block[BLOCK];    /* packed bytes of gzip */
};

static bool damaged(struct err *e, const char *why)
{
	err_set(e, ERR_ARCHIVE, "%s", "");
	return err_why(e, "%s", why ? why : "inflate");
}

static struct unpack *unpack_new(int64_t max)
{
	struct unpack *u = calloc(1, sizeof *u);

	if (!u)
		abort();
	u->max = max;
	return u;
}

/* ---- gzip ---- */

struct unpack *unpack_gzip(const struct rows_input *in, int64_t max)
{
	struct unpack *u = unpack_new(max);

	if (inflateInit2(&u->z, 15 + 16) != Z_OK)
		abort();
	u->gzip = true;
	u->in = *in;
	return u;
}

static long read_gzip(struct unpack *u, char *to, size_t n, struct err *e)
{
	u->z.next_out = (unsigned char *)to;
	u->z.avail_out = (uInt)n;
	while (u->z.avail_out == n) {
		if (!u->z.avail_in && !u->eof) {
			long got = u->in.read(u->in.context, (char *)u->block, sizeof u->block, e);
			if (got < 0)
				return -1;
			u->eof = got == 0;
			u->z.next_in = u->block;
			u->z.avail_in = (uInt)got;
		}
		bool more = u->z.avail_in;
		if (!more && u->ended)
			return 0;
		if (u->ended && !*u->z.next_in) {   /* tapes and blocks are filled up with zeros */
			u->z.next_in++;
			u->z.avail_in--;
			continue;
		}
		if (u->ended)
			inflateReset(&u->z);
		int rc = inflate(&u->z, Z_NO_FLUSH);
		u->ended = rc == Z_STREAM_END;
		if ((rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) || (!more && !u->ended && u->z.avail_out == n))
			return damaged(e, more ? u->z.msg : "unexpected end of file") - 1;
	}
	return (long)(n - u->z.avail_out);
}

/* ---- zip ---- */

/* Names of the files, at most max; folders and the notes of macOS are none. */
static bool list_files(unzFile zip, size_t max, struct arena *a, struct texts *out, struct err *e)
{
	const char **names = arena_array(a, const char *, max);
	char name[NAME] = "";
	size_t n = 0, seen = 0;
	int rc = unzGoToFirstFile(zip);

	for (; rc == UNZ_OK && n < max; rc = unzGoToNextFile(zip)) {
		if (seen++ == UNPACK_MEMBERS || unzGetCurrentFileInfo64(zip, NULL, name, NAME - 1, NULL, 0, NULL, 0) != UNZ_OK)
			return damaged(e, "central directory");
		if (*name && name[strlen(name) - 1] != '/' && strncmp(name, "__MACOSX/", 9) != 0)
			names[n++] = arena_strdup(a, name);
	}
	*out = (struct texts){ names, n };
	return rc == UNZ_OK || rc == UNZ_END_OF_LIST_OF_FILE || damaged(e, "central directory");
}

/* Makes a file of the zip the one in hand. */
static bool find_member(unzFile zip, const char *member, struct arena *a, struct err *e)
{
	struct texts names = { 0 };
	struct buf shown = BUF(NAMES_SHOWN);

	if (*member && unzLocateFile(zip, member, 2) == UNZ_OK)   /* 2: capitals do not matter */
		return true;
	if (!list_files(zip, NAMES_SHOWN, a, &names, e))
		return false;
	if (!*member && names.n == 1)
		return unzLocateFile(zip, names.s[0], 1) == UNZ_OK || damaged(e, "central directory");
	for (size_t i = 0; i < names.n && !shown.over; i++)
		buf_printf(&shown, "%s%s", i ? ", " : "", names.s[i]);
	err_set(e, *member || !names.n ? ERR_ARCHIVE_MEMBER : ERR_ARCHIVE_MANY, "%s" ERR_SEP "%s%s", member, buf_text(&shown), shown.over ? "…" : "");
	buf_free(&shown);
	return false;
}

bool unpack_zip(struct unpack **out, const char *file, const char *member, int64_t max, struct err *e)
{
	struct unpack *u = unpack_new(max);
	struct arena a = { 0 };
	unz_file_info64 info = { 0 };

	u->zip = unzOpen64(file);
	bool ok = (u->zip || damaged(e, "no end of central directory")) && find_member(u->zip, member, &a, e)
	          && (unzGetCurrentFileInfo64(u->zip, &info, NULL, 0, NULL, 0, NULL, 0) == UNZ_OK || damaged(e, "central directory"))
	          && (!(info.flag & 1) || err_set(e, ERR_ARCHIVE_LOCKED, "%s", ""))
	          && (unzOpenCurrentFile(u->zip) == UNZ_OK || damaged(e, "") || err_why(e, "local header, compression method %lu", info.compression_method));

	arena_free(&a);
	u->size = info.uncompressed_size;
	*out = ok ? u : NULL;
	if (!ok)
		unpack_close(u);
	return ok;
}

static long read_zip(struct unpack *u, char *to, size_t n, struct err *e)
{
	if (u->ended)
		return 0;
	int got = unzReadCurrentFile(u->zip, to, (unsigned)n);
	if (got > 0)
		return got;
	if (got < 0)
		return damaged(e, zError(got == UNZ_ERRNO ? Z_ERRNO : Z_DATA_ERROR)) - 1;
	u->ended = true;
	if ((uint64_t)u->total != u->size)
		return damaged(e, "size") - 1;
	return unzCloseCurrentFile(u->zip) == UNZ_OK ? 0 : damaged(e, "CRC") - 1;
}

/* ---- both ---- */

static long read_any(void *context, char *to, size_t n, struct err *e)
{
	struct unpack *u = context;

	n = n < BLOCK ? n : BLOCK;
	long got = u->gzip ? read_gzip(u, to, n, e) : read_zip(u, to, n, e);
	if (got <= 0)
		return got;
	u->total += got;
	if (u->total <= u->max)
		return got;
	err_set(e, ERR_UNPACK_LIMIT, "%lld", (long long)u->max);
	return -1;
}

struct rows_input unpack_input(struct unpack *u)
{
	return (struct rows_input){ read_any, u };
}

void unpack_close(struct unpack *u)
{
	if (u && u->gzip)
		inflateEnd(&u->z);
	else if (u)
		unzClose(u->zip);
	free(u);
}

bool unpack_members(const char *file, size_t max, struct arena *a, struct texts *out, struct err *e)
{
	unzFile zip = unzOpen64(file);
	bool ok = (zip || damaged(e, "no end of central directory")) && list_files(zip, max, a, out, e);

	unzClose(zip);
	return ok;
}
