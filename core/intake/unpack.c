/* gzip by zlib, zip by minizip. What an archive says of itself is compared with what comes out of it. */
#include "intake/unpack.h"

#include "base/buf.h"

#include <errno.h>
#include <minizip/unzip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 64 * 1024, NAME = 1024, NAMES_SHOWN = 200 };

struct unpack {
	int64_t total, max;            /* decoded bytes so far, and at most */
	unzFile zip;                   /* NULL: gzip */
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

/* ---- gzip ---- */

struct unpack *unpack_gzip(const struct rows_input *in, int64_t max)
{
	struct unpack *u = calloc(1, sizeof *u);

	if (!u || inflateInit2(&u->z, 15 + 16) != Z_OK)
		abort();
	u->in = *in;
	u->max = max;
	return u;
}

/* 1 = there are packed bytes, 0 = the file ends, -1. */
static int more_gzip(struct unpack *u, struct err *e)
{
	if (u->z.avail_in || u->eof)
		return u->z.avail_in > 0;
	long n = u->in.read(u->in.context, (char *)u->block, sizeof u->block, e);
	if (n < 0)
		return -1;
	u->eof = n == 0;
	u->z.next_in = u->block;
	u->z.avail_in = (uInt)n;
	return n > 0;
}

static long read_gzip(struct unpack *u, char *to, size_t n, struct err *e)
{
	u->z.next_out = (unsigned char *)to;
	u->z.avail_out = (uInt)n;
	while (u->z.avail_out == n) {
		int more = more_gzip(u, e);
		if (more < 0 || (!more && u->ended))
			return more;
		if (u->ended && !*u->z.next_in) {   /* tapes and blocks are filled up with zeros */
			u->z.next_in++;
			u->z.avail_in--;
			continue;
		}
		if (u->ended)
			inflateReset(&u->z);
		int rc = inflate(&u->z, Z_NO_FLUSH);
		u->ended = rc == Z_STREAM_END;
		if (!more && !u->ended && u->z.avail_out == n)
			return damaged(e, "unexpected end of file") - 1;
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return damaged(e, u->z.msg) - 1;
	}
	return (long)(n - u->z.avail_out);
}

/* ---- zip ---- */

static bool open_zip(unzFile *out, const char *file, struct err *e)
{
	struct stat st;

	*out = NULL;
	if (stat(file, &st) < 0)
		return err_system(e, ERR_OPEN, file);
	/* minizip would wait for the other end of a pipe. */
	*out = S_ISREG(st.st_mode) ? unzOpen64(file) : NULL;
	return *out || damaged(e, "no end of central directory");
}

/* Calls visit for each file of the zip; it returns false to stop there. */
static bool walk(unzFile zip, bool (*visit)(void *context, unzFile zip, const char *name), void *context, struct err *e)
{
	char name[NAME] = "";
	int rc = unzGoToFirstFile(zip);

	for (size_t n = 0; rc == UNZ_OK; rc = unzGoToNextFile(zip), n++) {
		if (n == UNPACK_MEMBERS || unzGetCurrentFileInfo64(zip, NULL, name, NAME - 1, NULL, 0, NULL, 0) != UNZ_OK)
			return damaged(e, "central directory");
		size_t length = strlen(name);
		if (length && name[length - 1] != '/' && strncmp(name, "__MACOSX/", 9) != 0 && !visit(context, zip, name))
			return true;
	}
	return rc == UNZ_END_OF_LIST_OF_FILE || damaged(e, "central directory");
}

struct search {
	const char *member;
	unz64_file_pos at;
	size_t found;                  /* files that fit */
	struct buf names;
};

static bool visit_search(void *context, unzFile zip, const char *name)
{
	struct search *s = context;

	if (s->names.n < NAMES_SHOWN)
		buf_printf(&s->names, "%s%s", s->names.n ? ", " : "", name);
	if (*s->member && unzStringFileNameCompare(name, s->member, 2) != 0)
		return true;
	if (s->found++ == 0)
		unzGetFilePos64(zip, &s->at);
	return !*s->member;
}

static bool find_member(unzFile zip, const char *member, struct err *e)
{
	struct search s = { .member = member, .names = BUF(NAMES_SHOWN + NAME + 2) };
	bool ok = walk(zip, visit_search, &s, e);

	if (ok && s.found != 1)
		ok = err_set(e, s.found ? ERR_ARCHIVE_MANY : ERR_ARCHIVE_MEMBER, "%s" ERR_SEP "%.*s", member, NAMES_SHOWN, buf_text(&s.names));
	else if (ok && unzGoToFilePos64(zip, &s.at) != UNZ_OK)
		ok = damaged(e, "central directory");
	buf_free(&s.names);
	return ok;
}

static bool open_member(unzFile zip, uint64_t *size, struct err *e)
{
	unz_file_info64 info;

	if (unzGetCurrentFileInfo64(zip, &info, NULL, 0, NULL, 0, NULL, 0) != UNZ_OK)
		return damaged(e, "central directory");
	if (info.flag & 1)
		return err_set(e, ERR_ARCHIVE_LOCKED, "%s", "");
	*size = info.uncompressed_size;
	if (info.compression_method == 0 || info.compression_method == Z_DEFLATED)
		return unzOpenCurrentFile(zip) == UNZ_OK || damaged(e, "local header");
	damaged(e, "");
	return err_why(e, "compression method %lu", info.compression_method);
}

bool unpack_zip(struct unpack **out, const char *file, const char *member, int64_t max, struct err *e)
{
	uint64_t size = 0;
	unzFile zip = NULL;

	*out = NULL;
	if (!open_zip(&zip, file, e))
		return false;
	if (!find_member(zip, member, e) || !open_member(zip, &size, e)) {
		unzClose(zip);
		return false;
	}
	struct unpack *u = calloc(1, sizeof *u);
	if (!u)
		abort();
	u->zip = zip;
	u->size = size;
	u->max = max;
	*out = u;
	return true;
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
	long got = u->zip ? read_zip(u, to, n, e) : read_gzip(u, to, n, e);
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
	if (u && u->zip)
		unzClose(u->zip);
	else if (u)
		inflateEnd(&u->z);
	free(u);
}

struct listing { struct arena *a; const char **s; size_t n, max; };

static bool visit_list(void *context, unzFile zip, const char *name)
{
	struct listing *l = context;

	(void)zip;
	l->s[l->n++] = arena_strdup(l->a, name);
	return l->n < l->max;
}

bool unpack_members(const char *file, size_t max, struct arena *a, struct texts *out, struct err *e)
{
	unzFile zip;
	struct listing l = { .a = a, .s = arena_array(a, const char *, max), .max = max };

	if (!open_zip(&zip, file, e))
		return false;
	bool ok = walk(zip, visit_list, &l, e);
	unzClose(zip);
	*out = (struct texts){ l.s, l.n };
	return ok;
}
