/* Each read converts as much as is whole; at most three bytes of a character that is not are held back for the next one. */
#include "intake/decode.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { RAW = 64 * 1024, WHOLE = 4 };   /* WHOLE: bytes that hold any character entirely */

struct decode {
	struct rows_input in;
	const char *encoding;
	bool utf8, utf16, big, begun;
	uint64_t taken;                /* bytes that were converted */
	size_t nheld;
	char held[WHOLE];
	struct err err;                /* what every read answers from now on; id ERR_NONE = nothing */
	char raw[RAW];
};

struct decode *decode_open(const char *encoding, const struct rows_input *in)
{
	struct decode *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	d->in = *in;
	d->encoding = encoding;
	d->utf8 = !strcmp(encoding, "utf-8");
	d->utf16 = !strncmp(encoding, "utf-16", 6);
	d->big = !strcmp(encoding, "utf-16be");
	return d;
}

void decode_close(struct decode *d)
{
	free(d);
}

static unsigned unit(const struct decode *d, const char *s)
{
	unsigned a = (unsigned char)s[!d->big], b = (unsigned char)s[d->big];

	return a << 8 | b;
}

/* Up to a NUL, half a surrogate pair or the end. Returns the bytes written, at most three for each two of s. */
static size_t from_utf16(struct decode *d, char *to, const char *s, size_t n, size_t *used)
{
	char *out = to;
	size_t i = 0;

	/* A mark says more than the name; without either, text begins with ASCII. */
	if (!d->begun && n >= 2 && (unit(d, s) == 0xfffe || (!strcmp(d->encoding, "utf-16") && unit(d, s) != 0xfeff && !s[0])))
		d->big = !d->big;
	for (size_t step; n - i >= 2; i += step) {
		unsigned c = unit(d, s + i), low = n - i >= 4 && (c & ~0x3ffu) == 0xd800 ? unit(d, s + i + 2) : 0;
		step = low ? 4 : 2;
		if (!c || ((c & ~0x7ffu) == 0xd800 && (low & ~0x3ffu) != 0xdc00))
			break;
		out += text_utf8_write(out, low ? 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff)) : c);
	}
	*used = i;
	return (size_t)(out - to);
}

/* Keeps what is wrong with the bytes at s. */
static void fail(struct decode *d, const char *s, size_t n)
{
	bool wide = d->utf16 && n >= 2;
	unsigned c = wide ? unit(d, s) : (unsigned char)*s;

	err_set(&d->err, c ? ERR_ENCODING : ERR_CSV_NUL, "%llu" ERR_SEP "%0*X" ERR_SEP "%s", (unsigned long long)d->taken + 1, wide ? 4 : 2, c,
	        d->encoding);
}

static long read_text(void *context, char *to, size_t n, struct err *e)
{
	struct decode *d = context;
	/* One byte of Windows-1252 becomes at most three. */
	size_t room = d->utf8 ? n : n / 3 < RAW ? n / 3 : RAW;
	char *s = d->utf8 ? to : d->raw;

	for (;;) {
		size_t have = d->nheld, used, out;
		long got = 0;
		memcpy(s, d->held, have);
		while (!d->err.id && (got = d->in.read(d->in.context, s + have, room - have, &d->err)) > 0 && (have += (size_t)got) < WHOLE)
			;
		if (d->err.id) {
			*e = d->err;
			return -1;
		}
		const char *nul = d->utf16 ? NULL : memchr(s, 0, have);
		size_t clean = nul ? (size_t)(nul - s) : have;
		if (d->utf16)
			out = from_utf16(d, to, s, clean, &used);
		else if (d->utf8)
			out = used = text_utf8_bad(s, clean);
		else
			out = text_from_cp1252(to, s, clean, &used);
		d->taken += used;
		d->nheld = have - used;
		if (d->nheld >= WHOLE || nul || (d->nheld && got == 0))
			fail(d, s + used, d->nheld);
		else
			memcpy(d->held, s + used, d->nheld);
		if (!d->begun && d->encoding[0] == 'u' && out >= 3 && !memcmp(to, "\xef\xbb\xbf", 3))
			memmove(to, to + 3, out -= 3);
		d->begun = true;
		if (out || (got == 0 && !d->err.id))
			return (long)out;
	}
}

struct rows_input decode_input(struct decode *d)
{
	return (struct rows_input){ read_text, d };
}
