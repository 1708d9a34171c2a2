/* A block is searched 64 bytes at a time for the few bytes that mean something (delimiter, quote, LF, CR, NUL), which gives a mask of
 * their places; rows are cut along the mask. A row that the block does not hold to its end is begun anew once more is there. */
#include "intake/csv.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 256 * 1024, STEP = 64, RAW = 64 * 1024 };

struct csv {
	struct csv_dialect d;
	struct rows_input in;
	bool utf8, begun, eof;
	char *block, *scratch;         /* scratch: cells whose doubled quotes were undone; as large as the block */
	size_t cap, pos, end;          /* unread bytes are pos … end; STEP bytes of slack follow cap */
	char *raw;                     /* before conversion from Windows-1252 */
	char head[STEP];               /* the first bytes of the source as they are */
	size_t nhead;
	uint64_t offset;               /* of block[0] in the source, as UTF-8 */
	size_t base;                   /* the STEP bytes that mask is about */
	uint64_t mask;
	bool wide, row_wide;           /* bytes beyond ASCII among them; since the row began */
	struct rowcell *cell;
	size_t ncell, cap_cell;
	long line;                     /* of pos */
	int64_t skipped;
};

static void *must(void *p)
{
	if (!p) {
		fputs("continuum: out of memory\n", stderr);
		abort();
	}
	return p;
}

struct csv *csv_open(const struct csv_dialect *d, const struct rows_input *in)
{
	struct csv *c = must(calloc(1, sizeof *c));

	*c = (struct csv){ .d = *d, .in = *in, .line = 1, .cap = BLOCK, .cap_cell = 64 };
	c->utf8 = !strcmp(d->encoding, "utf-8");
	c->block = must(calloc(1, BLOCK + STEP));
	c->cell = must(malloc(c->cap_cell * sizeof *c->cell));
	c->raw = c->utf8 ? NULL : must(malloc(RAW));
	return c;
}

void csv_close(struct csv *c)
{
	if (!c)
		return;
	free(c->block);
	free(c->scratch);
	free(c->raw);
	free(c->cell);
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

static int fail_row(const struct csv *c, struct err *e, size_t start, size_t at, long line)
{
	const char *s = c->block + start, *lf = memchr(s, '\n', c->end - start);
	size_t n = lf ? (size_t)(lf - s) : c->end - start;

	long caret = at >= start && at - start <= n ? (long)text_utf8_length(s, at - start) + 1 : 0;
	err_at(e, "", line, caret);
	err_excerpt(e, s, n > 2000 ? 2000 : n, caret);
	return -1;
}

/* A file that is plainly something else, told by its first bytes. */
static bool check_kind(const struct csv *c, struct err *e)
{
	static const struct { const char *bytes; size_t n; const char *what; } kinds[] = {
		{ "PK\3\4", 4, "ZIP (xlsx, ods, zip)" }, { "\x1f\x8b", 2, "gzip" }, { "\xd0\xcf\x11\xe0", 4, "xls, doc (OLE)" },
		{ "%PDF", 4, "PDF" }, { "\xff\xfe", 2, "UTF-16" }, { "\xfe\xff", 2, "UTF-16" }, { "SQLite format 3", 15, "SQLite" },
		{ "<!doctype html", 14, "HTML" }, { "<html", 5, "HTML" }, { "<?xml", 5, "XML" },
	};
	size_t skip = 0;

	while (skip < c->nhead && text_is_space(c->head[skip]))
		skip++;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t k = 0;
		const char *p = c->head + (kinds[i].bytes[0] == '<' ? skip : 0), *stop = c->head + c->nhead;
		while (k < kinds[i].n && p + k < stop && text_lower(p[k]) == text_lower(kinds[i].bytes[k]))
			k++;
		if (k == kinds[i].n)
			return err_set(e, ERR_NOT_TEXT, "CSV (%s)" ERR_SEP "%s", c->d.encoding, kinds[i].what);
	}
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
	size_t n = (size_t)got, first = STEP - c->nhead < n ? STEP - c->nhead : n;
	memcpy(c->head + c->nhead, to, first);
	c->nhead += first;
	if (c->utf8) {
		c->end += n;
		return 1;
	}
	struct buf text = BUF(3 * RAW);
	text_from_cp1252(&text, c->raw, n);
	memcpy(c->block + c->end, buf_text(&text), text.n);
	c->end += text.n;
	buf_free(&text);
	return 1;
}

/* Keeps what is unread, makes room, reads. 1 = there is more, 0 = end of the source, -1. */
static int fill(struct csv *c, struct err *e)
{
	memmove(c->block, c->block + c->pos, c->end - c->pos);
	c->offset += c->pos;
	c->end -= c->pos;
	c->pos = 0;
	if (c->cap - c->end < BLOCK / 2) {
		if (c->cap >= ROWS_BYTES) {
			err_set(e, ERR_CSV_LARGE, "%d" ERR_SEP "%d", ROWS_BYTES, ROWS_CELLS);
			return fail_row(c, e, 0, SIZE_MAX, c->line);
		}
		c->cap *= 2;
		c->block = must(realloc(c->block, c->cap + STEP));
		free(c->scratch);
		c->scratch = NULL;
	}
	int rc;
	/* A whole block, so that the short reads of a pipe do not begin a row again and again. */
	while ((rc = read_some(c, e)) == 1 && c->end < c->cap / 2)
		;
	if (rc < 0)
		return -1;
	c->eof = rc == 0;
	memset(c->block + c->end, 0, STEP);
	if (!c->begun) {
		c->begun = true;
		if (!check_kind(c, e))
			return -1;
		if (c->utf8 && c->end >= 3 && !memcmp(c->block, "\xef\xbb\xbf", 3))
			c->pos = 3;
	}
	scan_from(c, c->pos);
	return c->pos < c->end || !c->eof;
}

/* 1 = *at stands on the byte after the closing quote of the cell that opens at start; 2 = the block ends first; -1. */
static int quoted_cell(struct csv *c, size_t start, size_t *at, bool *doubled, long *lines, struct err *e)
{
	const char *s = c->block;
	long opened = c->line + *lines;

	next_special(c);   /* the opening quote */
	for (;;) {
		size_t p = next_special(c);
		if (p == c->end) {
			if (!c->eof)
				return 2;
			err_set(e, ERR_CSV_UNCLOSED, "%s", "");
			size_t from = start;
			while (from > c->pos && s[from - 1] != '\n')
				from--;
			return fail_row(c, e, from, start, opened);
		}
		if (s[p] == '\n') {
			++*lines;
		} else if (!s[p]) {
			err_set(e, ERR_CSV_NUL, "%llu", (unsigned long long)(c->offset + p) + 1);
			return fail_row(c, e, p, p, c->line + *lines);
		} else if (s[p] == c->d.quote) {
			if (p + 1 == c->end && !c->eof)
				return 2;
			if (p + 1 == c->end || s[p + 1] != c->d.quote) {
				*at = p + 1;
				return 1;
			}
			*doubled = true;
			next_special(c);
		}
	}
}

static bool push(struct csv *c, size_t from, size_t to, bool quoted)
{
	if (c->ncell == c->cap_cell) {
		if (c->cap_cell >= ROWS_CELLS)
			return false;
		c->cap_cell *= 2;
		c->cell = must(realloc(c->cell, c->cap_cell * sizeof *c->cell));
	}
	c->cell[c->ncell++] = (struct rowcell){ c->block + from, to - from, quoted };
	return true;
}

/* Cuts the row at pos. 1 = done: *stop is its end without line end, *next the row after; 2 = the block ends first; -1. */
static int scan_row(struct csv *c, size_t *stop, size_t *next, long *lines, bool *doubled, struct err *e)
{
	const char *s = c->block;
	size_t start = c->pos;

	c->ncell = 0;
	*lines = 0;
	c->row_wide = c->wide;
	for (;;) {
		bool quoted = c->d.quote && start < c->end && s[start] == c->d.quote;
		size_t from = start, to, at = start;
		if (quoted) {
			int rc = quoted_cell(c, start, &at, doubled, lines, e);
			if (rc != 1)
				return rc;
			from = start + 1;
			to = at - 1;
			char after = at < c->end ? s[at] : '\n';
			if (after != c->d.delimiter && after != '\n' && after != '\r') {
				err_set(e, ERR_CSV_AFTER_QUOTE, "%s", "");
				return fail_row(c, e, c->pos, at, c->line);
			}
			at = next_special(c);
		} else {
			to = at = next_special(c);
		}
		if (at == c->end && !c->eof)
			return 2;
		if (!push(c, from, to, quoted)) {
			err_set(e, ERR_CSV_LARGE, "%d" ERR_SEP "%d", ROWS_BYTES, ROWS_CELLS);
			return fail_row(c, e, c->pos, SIZE_MAX, c->line);
		}
		*stop = at;
		*next = at + 1;
		if (at == c->end) {
			*next = at;
			return 1;
		}
		if (s[at] == '\n')
			return 1;
		if (s[at] == '\r') {
			if (at + 1 == c->end && !c->eof)
				return 2;
			if (at + 1 < c->end && s[at + 1] == '\n') {
				*next = next_special(c) + 1;
				return 1;
			}
			err_set(e, ERR_CSV_BARE_CR, "%s", "");
			return fail_row(c, e, c->pos, at, c->line + *lines);
		}
		if (s[at] != c->d.delimiter) {
			err_set(e, s[at] ? ERR_CSV_BARE_QUOTE : ERR_CSV_NUL, "%llu", (unsigned long long)(c->offset + at) + 1);
			return fail_row(c, e, c->pos, at, c->line + *lines);
		}
		start = at + 1;
	}
}

/* Copies the cells that hold doubled quotes, undoubled. */
static void undouble(struct csv *c)
{
	if (!c->scratch)
		c->scratch = must(malloc(c->cap));
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
		*cell = (struct rowcell){ begin, (size_t)(to - begin), true };
	}
}

static int check_utf8(struct csv *c, size_t stop, struct err *e)
{
	const char *s = c->block + c->pos;
	size_t bad = text_utf8_bad(s, stop - c->pos), line_start = 0;
	long line = c->line;

	if (bad == stop - c->pos)
		return 1;
	for (size_t i = 0; i < bad; i++)
		if (s[i] == '\n') {
			line++;
			line_start = i + 1;
		}
	err_set(e, ERR_ENCODING, "%llu" ERR_SEP "%02X" ERR_SEP "utf-8",
	        (unsigned long long)(c->offset + c->pos + bad) + 1, (unsigned)(unsigned char)s[bad]);
	return fail_row(c, e, c->pos + line_start, c->pos + bad, line);
}

/* 1 = a comment was skipped, 0 = the row is none, 2 = the block ends first. */
static int skip_comment(struct csv *c)
{
	size_t n = strlen(c->d.comment), left = c->end - c->pos, at;

	if (!n || (left < n && c->eof))
		return 0;
	if (left < n)
		return memcmp(c->block + c->pos, c->d.comment, left) ? 0 : 2;
	if (memcmp(c->block + c->pos, c->d.comment, n) != 0)
		return 0;
	const char *lf = memchr(c->block + c->pos, '\n', left);
	if (!lf && !c->eof)
		return 2;
	at = lf ? (size_t)(lf - c->block) + 1 : c->end;
	c->pos = at;
	c->line++;
	c->skipped++;
	scan_from(c, at);
	return 1;
}

int csv_next(struct csv *c, struct row *out, struct err *e)
{
	for (;;) {
		size_t stop = 0, next = 0;
		long lines = 0;
		bool doubled = false;
		int rc = 2;
		if (c->pos < c->end) {
			while ((rc = skip_comment(c)) == 1)
				;
			if (rc == 0 && c->pos < c->end)
				rc = scan_row(c, &stop, &next, &lines, &doubled, e);
			else
				rc = 2;
		}
		if (rc < 0)
			return -1;
		if (rc == 2) {
			if (c->eof && c->pos == c->end)
				return 0;
			rc = fill(c, e);
			if (rc <= 0)
				return rc;
			continue;
		}
		if (c->utf8 && c->row_wide && check_utf8(c, stop, e) < 0)
			return -1;
		if (doubled)
			undouble(c);
		*out = (struct row){ c->line, c->cell, c->ncell, c->block + c->pos, stop - c->pos };
		c->pos = next;
		c->line += lines + 1;
		return 1;
	}
}
