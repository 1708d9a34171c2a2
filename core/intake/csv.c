/* A block is searched 64 bytes at a time for the few bytes that mean something (delimiter, quote, LF, CR, NUL), which gives a mask of
 * their places; rows are cut along the mask. A row that the block does not hold to its end is begun anew once more is there. */
#include "intake/csv.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 256 * 1024, STEP = 64, RAW = 64 * 1024 };

struct csv {
	struct csv_dialect d;
	struct rows_input in;
	bool utf8, eof;
	char *block, *scratch;         /* scratch: cells whose doubled quotes were undone; as large as the block, in one piece with it */
	size_t cap, pos, end;          /* unread bytes are pos … end; STEP bytes of slack follow cap */
	uint64_t offset;               /* of block[0] in the source, as UTF-8 */
	size_t base;                   /* the STEP bytes that mask is about */
	uint64_t mask;
	bool wide;                     /* bytes beyond ASCII among them */
	long line;                     /* of pos */
	int64_t skipped;
	/* The row that begins at pos: its end without line end, and where the next one begins. */
	size_t stop, next;
	long lines;                    /* line ends within its cells */
	bool doubled, row_wide;        /* it has doubled quotes, it has bytes beyond ASCII */
	size_t ncell;
	struct rowcell cell[ROWS_CELLS];
	char raw[RAW];                 /* before conversion from Windows-1252 */
};

static void set_block(struct csv *c, size_t cap)
{
	c->block = realloc(c->block, 2 * cap + STEP);
	if (!c->block)
		abort();
	c->cap = cap;
	c->scratch = c->block + cap + STEP;
}

struct csv *csv_open(const struct csv_dialect *d, const struct rows_input *in)
{
	struct csv *c = calloc(1, sizeof *c);   /* pages of its large parts that are not used cost nothing */

	if (!c)
		abort();
	c->d = *d;
	c->in = *in;
	c->line = 1;
	c->utf8 = !strcmp(d->encoding, "utf-8");
	set_block(c, BLOCK);
	return c;
}

void csv_close(struct csv *c)
{
	if (c)
		free(c->block);
	free(c);
}

int64_t csv_skipped(const struct csv *c)
{
	return c->skipped;
}

/* One bit for each of the 64 bytes at s that means something. */
static uint64_t block_mask(struct csv *c, const char *s)
{
	uint64_t mask = 0;
#ifdef __SSE2__
	const __m128i delimiter = _mm_set1_epi8(c->d.delimiter), quote = _mm_set1_epi8(c->d.quote);
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'), nul = _mm_setzero_si128();
	unsigned wide = 0;
	for (int i = 0; i < STEP / 16; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + 16 * i));
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, delimiter), _mm_cmpeq_epi8(v, quote));
		hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr)));
		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, nul));
		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << (16 * i);
		wide |= (unsigned)_mm_movemask_epi8(v);
	}
	c->wide = wide != 0;
#else
	unsigned char wide = 0;
	for (int i = 0; i < STEP; i++) {
		char v = s[i];
		wide |= (unsigned char)v;
		mask |= (uint64_t)(v == c->d.delimiter || v == c->d.quote || v == '\n' || v == '\r' || !v) << i;
	}
	c->wide = wide >= 0x80;
#endif
	c->row_wide |= c->wide;
	return mask;
}

static void scan_from(struct csv *c, size_t at)
{
	c->base = at;
	c->mask = at < c->end ? block_mask(c, c->block + at) : 0;
}

/* Place of the next meaningful byte, or end; each is given once. */
static inline size_t next_special(struct csv *c)
{
	while (!c->mask) {
		if (c->end - c->base <= STEP)
			return c->end;
		c->base += STEP;
		c->mask = block_mask(c, c->block + c->base);
	}
	size_t at = c->base + (size_t)__builtin_ctzll(c->mask);
	c->mask &= c->mask - 1;
	return at < c->end ? at : c->end;
}

/* Refuses what stands at a byte of the row: line, caret and excerpt are of the line in the file. Always -1. */
static int fail(const struct csv *c, enum err_id id, size_t at, struct err *e)
{
	const char *s = c->block + c->pos, *p = c->block + at, *end = c->block + c->end, *stop = memchr(p, '\n', (size_t)(end - p));
	long line = c->line;

	for (const char *lf; (lf = memchr(s, '\n', (size_t)(p - s))); line++)
		s = lf + 1;
	stop = stop ? stop : end;
	if (id == ERR_CSV_LARGE)
		err_set(e, id, "%d" ERR_SEP "%d", ROWS_BYTES, ROWS_CELLS);
	else if (id != ERR_CSV_NUL && id != ERR_ENCODING)
		err_set(e, id, "%s", "");
	else
		err_set(e, id, "%llu" ERR_SEP "%02X" ERR_SEP "%s", (unsigned long long)(c->offset + at) + 1, (unsigned)(unsigned char)*p,
		        c->d.encoding);
	long caret = (long)text_utf8_length(s, (size_t)(p - s)) + 1;
	err_at(e, "", line, caret);
	err_excerpt(e, s, stop - s > 2000 ? 2000 : (size_t)(stop - s), caret);
	return -1;
}

/* A file that is plainly something else, told by its first bytes, which may have come through Windows-1252. */
static bool check_kind(const struct csv *c, struct err *e)
{
	static const struct { const char *bytes; size_t n; const char *what; } kinds[] = {
		{ "PK\3\4", 4, "ZIP (xlsx, ods, zip)" }, { "\x1f\x8b", 2, "gzip" }, { "\x1f‹", 4, "gzip" }, { "%PDF", 4, "PDF" },
		{ "\xd0\xcf\x11\xe0", 4, "xls, doc (OLE)" }, { "ÐÏ\x11", 5, "xls, doc (OLE)" }, { "\xff\xfe", 2, "UTF-16" }, { "\xfe\xff", 2, "UTF-16" },
		{ "ÿþ", 4, "UTF-16" }, { "þÿ", 4, "UTF-16" }, { "SQLite format 3", 15, "SQLite" },
		{ "<!doctype html", 14, "HTML" }, { "<html", 5, "HTML" }, { "<?xml", 5, "XML" },
	};
	const char *text = c->block;

	while (text_is_space(*text))   /* it ends with NUL */
		text++;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strncasecmp(kinds[i].bytes[0] == '<' ? text : c->block, kinds[i].bytes, kinds[i].n))
			return err_set(e, ERR_NOT_TEXT, "CSV (%s)" ERR_SEP "%s", c->d.encoding, kinds[i].what);
	return true;
}

/* Reads once, behind end. 1, 0 at the end of the source, -1. */
static int read_some(struct csv *c, struct err *e)
{
	size_t room = c->cap - c->end;
	char *to = c->utf8 ? c->block + c->end : c->raw;

	/* One byte of Windows-1252 becomes at most three. */
	long got = c->in.read(c->in.context, to, c->utf8 ? room : room / 3 < RAW ? room / 3 : RAW, e);
	if (got <= 0)
		return got < 0 ? -1 : 0;
	if (c->utf8) {
		c->end += (size_t)got;
		return 1;
	}
	struct buf text = BUF(3 * RAW);
	text_from_cp1252(&text, c->raw, (size_t)got);
	memcpy(c->block + c->end, buf_text(&text), text.n);
	c->end += text.n;
	buf_free(&text);
	return 1;
}

/* Keeps what is unread, makes room, reads. 1 = there is more, 0 = end of the source, -1. */
static int fill(struct csv *c, struct err *e)
{
	bool first = c->offset + c->end == 0;
	int rc;

	memmove(c->block, c->block + c->pos, c->end - c->pos);
	c->offset += c->pos;
	c->end -= c->pos;
	c->pos = 0;
	if (c->cap - c->end < BLOCK / 2) {
		if (c->cap >= ROWS_BYTES)
			return fail(c, ERR_CSV_LARGE, c->pos, e);
		set_block(c, 2 * c->cap);
	}
	/* A whole block, so that the short reads of a pipe do not begin a row again and again. */
	while ((rc = read_some(c, e)) == 1 && c->end < c->cap / 2)
		;
	if (rc < 0)
		return -1;
	c->eof = rc == 0;
	memset(c->block + c->end, 0, STEP);
	if (first && !check_kind(c, e))
		return -1;
	if (first && c->utf8 && !strncmp(c->block, "\xef\xbb\xbf", 3))
		c->pos = 3;
	scan_from(c, c->pos);
	return c->pos < c->end || !c->eof;
}

/* 1 = *at stands on the byte after the closing quote of the cell that opens at start; 2 = the block ends first; -1. */
static int quoted_cell(struct csv *c, size_t start, size_t *at, struct err *e)
{
	const char *s = c->block;

	next_special(c);   /* the opening quote */
	for (;;) {
		size_t p = next_special(c);
		if (p == c->end)
			return c->eof ? fail(c, ERR_CSV_UNCLOSED, start, e) : 2;
		if (s[p] == '\n') {
			c->lines++;
		} else if (!s[p]) {
			return fail(c, ERR_CSV_NUL, p, e);
		} else if (s[p] == c->d.quote) {
			if (p + 1 == c->end && !c->eof)
				return 2;
			if (p + 1 == c->end || s[p + 1] != c->d.quote) {
				*at = p + 1;
				return 1;
			}
			c->doubled = true;
			next_special(c);
		}
	}
}

/* Cuts the row at pos. 1 = done, 2 = the block ends first, -1. */
static int scan_row(struct csv *c, struct err *e)
{
	const char *s = c->block;
	size_t start = c->pos;

	c->ncell = 0;
	c->lines = 0;
	c->doubled = false;
	c->row_wide = c->wide;
	for (;;) {
		bool quoted = c->d.quote && start < c->end && s[start] == c->d.quote;
		size_t from = start, to, at = start;
		if (quoted) {
			int rc = quoted_cell(c, start, &at, e);
			if (rc != 1)
				return rc;
			from = start + 1;
			to = at - 1;
			char after = at < c->end ? s[at] : '\n';
			if (after != c->d.delimiter && after != '\n' && after != '\r')
				return fail(c, ERR_CSV_AFTER_QUOTE, at, e);
			at = next_special(c);
		} else {
			to = at = next_special(c);
		}
		if (at == c->end && !c->eof)
			return 2;
		if (c->ncell == ROWS_CELLS)
			return fail(c, ERR_CSV_LARGE, c->pos, e);
		c->cell[c->ncell++] = (struct rowcell){ s + from, to - from, quoted, ROWCELL_TEXT };
		c->stop = at;
		c->next = at < c->end ? at + 1 : at;
		if (at == c->end || s[at] == '\n')
			return 1;
		if (s[at] == '\r') {
			if (at + 1 == c->end && !c->eof)
				return 2;
			if (at + 1 == c->end || s[at + 1] != '\n')
				return fail(c, ERR_CSV_BARE_CR, at, e);
			c->next = next_special(c) + 1;
			return 1;
		}
		if (s[at] != c->d.delimiter)
			return fail(c, s[at] ? ERR_CSV_BARE_QUOTE : ERR_CSV_NUL, at, e);
		start = at + 1;
	}
}

/* Copies the cells that hold doubled quotes, undoubled. */
static void undouble(struct csv *c)
{
	char *to = c->scratch;

	for (size_t i = 0; i < c->ncell; i++) {
		struct rowcell *cell = &c->cell[i];
		if (!cell->quoted || !memchr(cell->s, c->d.quote, cell->n))
			continue;
		char *begin = to;
		for (size_t k = 0; k < cell->n; k++) {
			*to++ = cell->s[k];
			k += cell->s[k] == c->d.quote;
		}
		*cell = (struct rowcell){ begin, (size_t)(to - begin), true, ROWCELL_TEXT };
	}
}

/* 1 = a comment was skipped, 0 = the row is none, 2 = the block ends first. */
static int skip_comment(struct csv *c)
{
	const char *s = c->block + c->pos;
	size_t n = strlen(c->d.comment), left = c->end - c->pos;

	if (!n || memcmp(s, c->d.comment, left < n ? left : n) != 0 || (left < n && c->eof))
		return 0;
	const char *lf = memchr(s, '\n', left);
	if (!lf && !c->eof)
		return 2;
	c->pos = lf ? (size_t)(lf - c->block) + 1 : c->end;
	c->line++;
	c->skipped++;
	scan_from(c, c->pos);
	return 1;
}

int csv_next(struct csv *c, struct row *out, struct err *e)
{
	for (;;) {
		int rc = c->pos == c->end ? 2 : skip_comment(c);
		if (rc == 1)
			continue;
		if (rc == 0)
			rc = scan_row(c, e);
		if (rc == 1)
			break;
		if (rc == 2)
			rc = c->eof && c->pos == c->end ? 0 : fill(c, e);
		if (rc <= 0)
			return rc;
	}
	size_t n = c->stop - c->pos, bad = c->utf8 && c->row_wide ? text_utf8_bad(c->block + c->pos, n) : n;
	if (bad < n)
		return fail(c, ERR_ENCODING, c->pos + bad, e);
	if (c->doubled)
		undouble(c);
	*out = (struct row){ c->line, c->cell, c->ncell, c->block + c->pos, n };
	c->pos = c->next;
	c->line += c->lines + 1;
	return 1;
}
