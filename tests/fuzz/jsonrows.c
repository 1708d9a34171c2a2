/* Any bytes as rows of JSON. The first byte chooses what is declared, the second the size of the portions that are read: the rows that come
 * may not depend on the latter, nor may whether the document is refused. */
#include "intake/jsonrows.h"

#include "base/text.h"
#include "intake/decode.h"

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

static struct field fields[] = { { .name = "a" }, { .name = "geometry", .type = FIELD_GEOJSON }, { .name = "id" } };
#pragma GCC diagnostic ignored "-Winitializer-overrides"
static struct field inner[] = { { .name = "key" }, { .name = "a.a" }, { .name = "b" } };
#define JSON(f, p, match, ...) { .format = f, .property = p, .item_type = "", .fields_match = match, .field = fields, .nfield = 3, __VA_ARGS__ }
static const struct resource kinds[] = {
	JSON("json", "", "partial",), JSON("jsonl", "", "superset",), JSON("geojson", "", "superset",), JSON("json", "a.id", "exact",), JSON("json", "", "partial", .item_type = "object"),
	JSON("json", "a", "superset", .field = inner),
};

static uint64_t mix(uint64_t sum, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (unsigned char)s[i]) * 1099511628211u;
	return sum * 31 + n;
}

static uint64_t read_all(const struct resource *r, const char *s, size_t n, size_t portion)
{
	struct portions p = { s, n, portion };
	struct decode *decode = decode_open("utf-8", &(struct rows_input){ read_portion, &p });
	struct rows_input text = decode_input(decode);
	struct rows_reader reader;
	struct err e = { 0 };
	struct row row;
	uint64_t sum = 14695981039346656037u;
	long line = 0;
	int rc;

	jsonrows_open(&reader, r, true, &text);
	while ((rc = reader.next(reader.self, &row, &e)) == 1) {
		if (row.line < line || text_utf8_bad(row.text, row.length) + 4 < row.length)
			abort();
		line = row.line;
		for (size_t i = 0; i < row.n; i++) {
			if (text_utf8_bad(row.cell[i].s, row.cell[i].n) != row.cell[i].n)
				abort();
			sum = mix(sum, row.cell[i].s, row.cell[i].n) + (uint64_t)row.cell[i].kind;
		}
		sum = sum * 31 + (uint64_t)line;
	}
	if (rc < 0 && e.id == ERR_NONE)
		abort();
	reader.close(reader.self);
	decode_close(decode);
	return sum + (rc < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	size_t kind = data[0] % (sizeof kinds / sizeof *kinds);
	const char *s = (const char *)data + 2;
	if (read_all(&kinds[kind], s, size - 2, SIZE_MAX) != read_all(&kinds[kind], s, size - 2, 1u + data[1]))
		abort();
	return 0;
}
