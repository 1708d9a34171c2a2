/* Any bytes as delimited text. The first byte chooses the dialect, the second the size of the portions that are read;
 * what comes out may not depend on the latter, and cells must be where their row is. */
#include "intake/csv.h"
#include "intake/decode.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct portions { const char *s; size_t n, size; };

static long read_portion(void *context, char *to, size_t n, struct err *e)
{
	struct portions *p = context;
	size_t k = p->size < n ? p->size : n;

	(void)e;
	k = k < p->n ? k : p->n;
	memcpy(to, p->s, k);
	p->s += k;
	p->n -= k;
	return (long)k;
}

#define DIALECT(d, q, c, e) .delimiter = d, .quote = q, .double_quote = true, .comment = c, .null_sequence = "", .encoding = e
static const struct resource dialects[] = {
	{ DIALECT(',', '"', "", "utf-8") }, { DIALECT(';', '"', "#", "utf-8") }, { DIALECT('\t', 0, "//", "utf-8") },
	{ DIALECT(';', '\'', "", "windows-1252") }, { DIALECT(';', '"', "", "utf-16") }, { DIALECT(',', '"', "", "utf-16be") },
	{ DIALECT(';', '"', "#", "utf-8"), .escape = '\\' }, { DIALECT(',', 0, "", "iso-8859-1"), .escape = '^', .skip_space = true },
};

/* A sum over everything that a reader is told. */
static uint64_t read_all(const struct resource *d, const char *s, size_t n, size_t portion)
{
	struct portions p = { s, n, portion };
	struct decode *decode = decode_open(d->encoding, &(struct rows_input){ read_portion, &p });
	struct rows_input text = decode_input(decode);
	struct rows_reader c;
	struct err e = { 0 };
	struct row row;
	uint64_t sum = 14695981039346656037u;
	long line = 0;
	int rc;

	csv_open(&c, d, &text);
	while ((rc = c.next(c.self, &row, &e)) == 1) {
		if (row.line <= line || !row.n)
			abort();
		line = row.line;
		for (size_t i = 0; i < row.n; i++) {
			for (size_t k = 0; k < row.cell[i].n; k++)
				sum = (sum ^ (unsigned char)row.cell[i].s[k]) * 1099511628211u;
			sum = (sum ^ (0x100u + row.cell[i].quoted)) * 1099511628211u;
			if (text_utf8_bad(row.cell[i].s, row.cell[i].n) != row.cell[i].n)
				abort();
		}
		sum = (sum ^ (uint64_t)row.line) * 1099511628211u;
	}
	if (rc < 0 && e.id == ERR_NONE)
		abort();
	sum = (sum ^ (uint64_t)e.id) * 31 + (uint64_t)e.line * 7 + (uint64_t)e.column;
	c.close(c.self);
	decode_close(decode);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const struct resource *d = &dialects[data[0] % (sizeof dialects / sizeof *dialects)];
	const char *s = (const char *)data + 2;
	if (read_all(d, s, size - 2, SIZE_MAX) != read_all(d, s, size - 2, 1u + data[1]))
		abort();
	return 0;
}
