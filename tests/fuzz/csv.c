/* Any bytes as delimited text. The first byte chooses the dialect, the second the size of the portions that are read;
 * what comes out may not depend on the latter, and cells must be where their row is. */
#include "intake/csv.h"

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

static const struct csv_dialect dialects[] = {
	{ ',', '"', "", "utf-8" }, { ';', '"', "#", "utf-8" }, { '\t', 0, "//", "utf-8" }, { ';', '\'', "", "windows-1252" },
};

/* A sum over everything that a reader is told. */
static uint64_t read_all(const struct csv_dialect *d, const char *s, size_t n, size_t portion)
{
	struct portions p = { s, n, portion };
	struct csv *c = csv_open(d, &(struct rows_input){ read_portion, &p });
	struct err e = { 0 };
	struct row row;
	uint64_t sum = 14695981039346656037u;
	long line = 0;
	int rc;

	while ((rc = csv_next(c, &row, &e)) == 1) {
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
	csv_close(c);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const struct csv_dialect *d = &dialects[data[0] % 4];
	const char *s = (const char *)data + 2;
	if (read_all(d, s, size - 2, SIZE_MAX) != read_all(d, s, size - 2, 1u + data[1]))
		abort();
	return 0;
}
