/* A block is searched 64 bytes at a time for the few bytes that mean something (delimiter, quote, escape, LF, CR), which gives a mask of
 * their places; rows are cut along the mask. A row that the block does not hold to its end is begun anew once more is there. */
#include "intake/csv.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 256 * 1024, STEP = 64 };

struct csv {
	struct rows_input in;
	char delimiter, quote, escape;   /* 0: none; the text holds no NUL */
	bool doubling, skip_space;
	const char *comment, *null;
	bool eof;
	char *block, *scratch;         /* scratch: cells whose quotes and escapes were undone; as large as the block, in one piece with it */
	size_t cap, pos, end;          /* unread bytes are pos … end; STEP bytes of slack follow cap */
	size_t base;                   /* the STEP bytes that mask is about */
	uint64_t mask;
	long line;                     /* of pos */
	char newline;                  /* what lines end with, CRLF counting as LF: once settled, the file does not change it */
	bool settled;
	int64_t skipped;
	/* The row that begins at pos: its end without line end, and where the next one begins. */
	size_t stop, next;
	long lines;                    /* line ends within its cells */
	bool marked;                   /* it has doubled quotes or escapes */
	size_t ncell;
	struct rowcell cell[ROWS_CELLS];
};

static void set_block(struct csv *c, size_t cap)
{
	c->block = realloc(c->block, 2 * cap + STEP);
	if (!c->block)
		abort();
	c->cap = cap;
	c->scratch = c->block + cap + STEP;
}

static bool is_special(const struct csv *c, char v)
{
	return v == c->delimiter || v == c->quote || v == c->escape || v == '\n' || v == '\r';
}

/* One bit for each of the 64 bytes at s that means something. */
static uint64_t block_mask(const struct csv *c, const char *s)
{
	uint64_t mask = 0;
#ifdef __SSE2__
	const __m128i delimiter = _mm_set1_epi8(c->delimiter), quote = _mm_set1_epi8(c->quote), escape = _mm_set1_epi8(c->escape);
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
	for (int i = 0; i < STEP / 16; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + 16 * i));
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, delimiter), _mm_cmpeq_epi8(v, quote));
		hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr)));
		hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, escape));
		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << (16 * i);
	}
#else
	for (int i = 0; i < STEP; i++)
		mask |= (uint64_t)is_special(c, s[i]) << i;
#endif
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

/* Places an error on a byte of the row: line, caret and excerpt are of the line in the file. Always -1. */
static int place(const struct csv *c, size_t at, struct err *e)
{
	const char *s = c->block + c->pos, *p = c->block + at, *end = c->block + c->end, *stop = memchr(p, c->newline, (size_t)(end - p));
	long line = c->line;

	for (const char *lf; (lf = memchr(s, c->newline, (size_t)(p - s))); line++)
		s = lf + 1;
	stop = stop ? stop : end;
	long caret = (long)text_utf8_length(s, (size_t)(p - s)) + 1;
	err_at(e, "", line, caret);
	err_excerpt(e, s, stop - s > 2000 ? 2000 : (size_t)(stop - s), caret);
	return -1;
}

static int fail(const struct csv *c, enum err_id id, size_t at, struct err *e)
{
	if (id == ERR_CSV_LARGE)
		err_set(e, id, "%d" ERR_SEP "%d", ROWS_BYTES, ROWS_CELLS);
	else
		err_set(e, id, "%s", "");
	return place(c, at, e);
}

/* Keeps what is unread, makes room, reads. 1 = there is more, 0 = end of the source, -1. */
static int fill(struct csv *c, struct err *e)
{
	long got;

	memmove(c->block, c->block + c->pos, c->end - c->pos);
	c->end -= c->pos;
	c->pos = 0;
	if (c->cap - c->end < BLOCK / 2) {
		if (c->cap >= ROWS_BYTES)
			return fail(c, ERR_CSV_LARGE, c->pos, e);
		set_block(c, 2 * c->cap);
	}
	size_t had = c->end;
	/* A whole block, so that the short reads of a pipe do not begin a row again and again. */
	while ((got = c->in.read(c->in.context, c->block + c->end, c->cap - c->end, e)) > 0 && (c->end += (size_t)got) < c->cap / 2)
		;
	/* Rows before the place where reading fails come first: the source answers the same when it is asked again. */
	if (got < 0 && c->end == had)
		return place(c, c->end, e);
	c->eof = got == 0;
	memset(c->block + c->end, 0, STEP);
	scan_from(c, c->pos);
	return c->pos < c->end || !c->eof;
}

/* The byte behind the escape at `at` is text. 1; 2 = the block ends first; -1. */
static int escaped(struct csv *c, size_t at, struct err *e)
{
	if (at + 1 == c->end)
		return c->eof ? fail(c, ERR_CSV_ESCAPE, at, e) : 2;
	c->marked = true;
	c->lines += c->block[at + 1] == c->newline;
	if (is_special(c, c->block[at + 1]))
		next_special(c);
	return 1;
}

/* 1 = *at stands on the byte after the closing quote of the cell that opens at start; 2 = the block ends first; -1. */
static int quoted_cell(struct csv *c, size_t start, size_t *at, struct err *e)
{
	const char *s = c->block;

	next_special(c);   /* the opening quote */
	for (;;) {
		size_t p = next_special(c);
		int rc;
		if (p == c->end)
			return c->eof ? fail(c, ERR_CSV_UNCLOSED, start, e) : 2;
		if (s[p] == c->escape) {
			if ((rc = escaped(c, p, e)) != 1)
				return rc;
		} else if (s[p] == c->quote) {
			if (p + 1 == c->end && !c->eof)
				return 2;
			if (p + 1 == c->end || s[p + 1] != c->quote || !c->doubling) {
				*at = p + 1;
				return 1;
			}
			c->marked = true;
			next_special(c);
		} else {
			c->lines += s[p] == c->newline;
		}
	}
}

/* The same for a cell without quotes, *at on the byte that ends it. */
static int bare_cell(struct csv *c, size_t *at, struct err *e)
{
	for (int rc;;) {
		*at = next_special(c);
		if (*at == c->end || c->block[*at] != c->escape)
			return *at == c->end && !c->eof ? 2 : 1;
		if ((rc = escaped(c, *at, e)) != 1)
			return rc;
	}
}

static int scan_row(struct csv *c, struct err *e);

/* A row ends at a CR, unless the file has other line ends. As scan_row. */
static int carriage_return(struct csv *c, size_t at, struct err *e)
{
	if (c->newline == '\r')
		return 1;
	if (at + 1 == c->end && !c->eof)
		return 2;
	if (at + 1 < c->end && c->block[at + 1] == '\n') {
		c->settled = true;
		c->next = next_special(c) + 1;
		return 1;
	}
	if (c->settled)
		return fail(c, ERR_CSV_BARE_CR, at, e);
	/* The first line end of the file: lines in the cells before are counted anew. */
	c->settled = true;
	c->newline = '\r';
	scan_from(c, c->pos);
	return scan_row(c, e);
}

/* Cuts the row at pos. 1 = done, 2 = the block ends first, -1. */
static int scan_row(struct csv *c, struct err *e)
{
	const char *s = c->block;
	size_t start = c->pos;
	int rc;

	c->ncell = 0;
	c->lines = 0;
	c->marked = false;
	for (;;) {
		while (c->skip_space && start < c->end && s[start] == ' ')
			start++;
		bool quoted = start < c->end && s[start] == c->quote;
		size_t from = start, to, at = start;
		if (quoted) {
			if ((rc = quoted_cell(c, start, &at, e)) != 1)
				return rc;
			from = start + 1;
			to = at - 1;
			char after = at < c->end ? s[at] : '\n';
			if (after != c->delimiter && after != '\n' && after != '\r')
				return fail(c, ERR_CSV_AFTER_QUOTE, at, e);
			at = next_special(c);
			if (at == c->end && !c->eof)
				return 2;
		} else {
			if ((rc = bare_cell(c, &at, e)) != 1)
				return rc;
			to = at;
		}
		if (c->ncell == ROWS_CELLS)
			return fail(c, ERR_CSV_LARGE, c->pos, e);
		c->cell[c->ncell++] = (struct rowcell){ s + from, to - from, quoted, ROWCELL_TEXT };
		if (at < c->end && s[at] == c->delimiter) {
			start = at + 1;
			continue;
		}
		c->stop = at;
		c->next = at < c->end ? at + 1 : at;
		if (at == c->end)
			return 1;
		if (s[at] == '\r')
			return carriage_return(c, at, e);
		if (s[at] != '\n' || c->newline != '\n')
			return fail(c, s[at] == '\n' ? ERR_CSV_BARE_LF : ERR_CSV_BARE_QUOTE, at, e);
		c->settled = true;
		return 1;
	}
}

/* Undoes quotes and escapes in a copy. */
static void unmark(struct csv *c)
{
	char *to = c->scratch;

	for (size_t i = 0; i < c->ncell; i++) {
		struct rowcell *cell = &c->cell[i];
		char *begin = to, quote = cell->quoted ? c->quote : 0;
		if (!(quote && memchr(cell->s, quote, cell->n)) && !(c->escape && memchr(cell->s, c->escape, cell->n)))
			continue;
		for (size_t k = 0; k < cell->n; k++) {
			k += cell->s[k] == c->escape || cell->s[k] == quote;
			*to++ = cell->s[k];
		}
		cell->s = begin;
		cell->n = (size_t)(to - begin);
	}
}

/* 1 = a comment was skipped, 0 = the row is none, 2 = the block ends first. */
static int skip_comment(struct csv *c)
{
	const char *s = c->block + c->pos, *end = c->block + c->end;
	size_t n = strlen(c->comment), left = c->end - c->pos;

	if (!n || memcmp(s, c->comment, left < n ? left : n) != 0 || (left < n && c->eof))
		return 0;
	const char *stop = memchr(s, c->newline, left), *cr = c->settled ? NULL : memchr(s, '\r', stop ? (size_t)(stop - s) : left);
	if (cr && (cr + 1 < end || c->eof) && cr + 1 != stop) {
		c->newline = '\r';
		stop = cr;
	}
	if (!stop && !c->eof)
		return 2;
	c->settled |= stop != NULL;
	c->pos = stop ? (size_t)(stop - c->block) + 1 : c->end;
	c->line++;
	c->skipped++;
	scan_from(c, c->pos);
	return 1;
}

static int next_row(void *self, struct row *out, struct err *e)
{
	struct csv *c = self;

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
	for (size_t i = 0, n = strlen(c->null); n && i < c->ncell; i++)
		if (!c->cell[i].quoted && c->cell[i].n == n && !memcmp(c->cell[i].s, c->null, n))
			c->cell[i] = (struct rowcell){ .s = "", .kind = ROWCELL_NONE };
	if (c->marked)
		unmark(c);
	*out = (struct row){ c->line, c->cell, c->ncell, c->block + c->pos, c->stop - c->pos };
	c->pos = c->next;
	c->line += c->lines + 1;
	return 1;
}

static int64_t count_skipped(const void *self)
{
	return ((const struct csv *)self)->skipped;
}

static void close_csv(void *self)
{
	free(((struct csv *)self)->block);
	free(self);
}

void csv_open(struct rows_reader *out, const struct resource *r, const struct rows_input *in)
{
	struct csv *c = calloc(1, sizeof *c);   /* pages of its large parts that are not used cost nothing */

	if (!c)
		abort();
	c->in = *in;
	c->delimiter = r->delimiter;
	c->quote = r->quote;
	/* An escape that is the quote itself is a doubled quote. */
	c->escape = r->escape == r->quote ? 0 : r->escape;
	c->doubling = r->double_quote || r->escape == r->quote;
	c->skip_space = r->skip_space && r->delimiter != ' ';
	c->comment = r->comment;
	c->null = r->null_sequence;
	c->line = 1;
	c->newline = '\n';
	set_block(c, BLOCK);
	*out = (struct rows_reader){ c, next_row, count_skipped, close_csv };
}
