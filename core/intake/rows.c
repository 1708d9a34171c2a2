/* Opens files for the readers, digests what they read, and compares headers. */
#include "intake/rows.h"

#include "base/text.h"
#include "intake/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a format provides; open gets the resource's dialect and the bytes. */
struct rows_format {
	const char *name;
	void *(*open)(const struct resource *r, const struct rows_input *in);
	int (*next)(void *reader, struct row *out, struct err *e);
	int64_t (*skipped)(const void *reader);
	void (*close)(void *reader);
};

struct rows {
	const struct resource *r;
	const struct rows_format *format;
	void *reader;
	const char *shown;
	int fd;
	bool first, pending;     /* pending: `row` was looked at and is still to be given */
	struct row row;
	struct hash *hash;
	int64_t bytes;
	char hex[HASH_HEX];      /* set at the end */
};

static void *open_csv(const struct resource *r, const struct rows_input *in)
{
	return csv_open(&(struct csv_dialect){ r->delimiter, r->quote, r->comment, r->encoding }, in);
}

static int next_csv(void *reader, struct row *out, struct err *e)
{
	return csv_next(reader, out, e);
}

static int64_t skipped_csv(const void *reader)
{
	return csv_skipped(reader);
}

static void close_csv(void *reader)
{
	csv_close(reader);
}

static const struct rows_format formats[] = {
	{ "csv", open_csv, next_csv, skipped_csv, close_csv },
	{ "tsv", open_csv, next_csv, skipped_csv, close_csv },
};

static long read_file(void *context, char *to, size_t n, struct err *e)
{
	struct rows *rows = context;
	ssize_t got;

	do
		got = read(rows->fd, to, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		err_set(e, ERR_READ, "%s", rows->shown);
		err_why(e, "%s", strerror(errno));
		return -1;
	}
	hash_add(rows->hash, to, (size_t)got);
	rows->bytes += got;
	return got;
}

struct rows *rows_open(const struct resource *r, size_t part, const char *path, const char *shown, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		int code = fd < 0 ? errno : EINVAL;
		err_set(e, ERR_OPEN, "%s", shown);
		err_why(e, "%s", strerror(code));
		err_at(e, shown, 0, 0);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct rows *rows = calloc(1, sizeof *rows);
	if (!rows)
		abort();
	*rows = (struct rows){ .r = r, .shown = shown, .fd = fd, .first = part == 0, .hash = hash_open() };
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (!strcmp(formats[i].name, r->format))
			rows->format = &formats[i];
	rows->reader = rows->format->open(r, &(struct rows_input){ read_file, rows });
	return rows;
}

void rows_close(struct rows *rows)
{
	if (!rows)
		return;
	rows->format->close(rows->reader);
	if (rows->hash)
		hash_close(rows->hash, NULL);
	close(rows->fd);
	free(rows);
}

/* A file in one part may have its size and digest stated. */
static int finish(struct rows *rows, struct err *e)
{
	const struct resource *r = rows->r;

	if (!rows->hash)
		return 0;
	hash_close(rows->hash, rows->hex);
	rows->hash = NULL;
	if (r->npath != 1)
		return 0;
	if (r->bytes >= 0 && r->bytes != rows->bytes)
		err_set(e, ERR_FILE_BYTES, "%lld" ERR_SEP "%lld", (long long)rows->bytes, (long long)r->bytes);
	else if (!strncmp(r->hash, "sha256:", 7) && text_icmp(r->hash + 7, rows->hex) != 0)
		err_set(e, ERR_FILE_HASH, "%s" ERR_SEP "%s", rows->hex, r->hash + 7);
	else
		return 0;
	err_at(e, rows->shown, 0, 0);
	return -1;
}

int rows_next(struct rows *rows, struct row *out, struct err *e)
{
	if (rows->pending) {
		rows->pending = false;
		*out = rows->row;
		return 1;
	}
	int rc = rows->format->next(rows->reader, out, e);
	if (rc < 0)
		err_at(e, rows->shown, e->line, e->column);
	return rc ? rc : finish(rows, e);
}

static bool cell_is(const struct rowcell *c, const char *name)
{
	return c->n == strlen(name) && !memcmp(c->s, name, c->n);
}

static void list_names(struct buf *b, const struct row *row)
{
	for (size_t i = 0; i < row->n; i++) {
		buf_str(b, i ? ", " : "");
		buf_add(b, row->cell[i].s, row->cell[i].n < 60 ? row->cell[i].n : 60);
	}
}

/* at: the first cell that differs (may be past either end). */
static bool fail_header(struct rows *rows, const struct row *row, size_t at, const char *field, struct err *e)
{
	const struct resource *r = rows->r;
	struct buf file = BUF(500), fields = BUF(500);

	list_names(&file, row);
	for (size_t i = 0; i < r->nfield; i++)
		buf_printf(&fields, "%s%s", i ? ", " : "", r->field[i].name);
	err_set(e, ERR_HEADER, "%.*s" ERR_SEP "%s" ERR_SEP "%s" ERR_SEP "%zu", at < row->n ? (int)(row->cell[at].n & 127) : 3,
	        at < row->n ? row->cell[at].s : "—", field ? field : "—", r->fields_match, at + 1);
	err_why(e, "%s: %s%s\ndatapackage.json: %s%s", rows->shown, buf_text(&file), file.over ? "…" : "",
	        buf_text(&fields), fields.over ? "…" : "");
	err_at(e, rows->shown, row->line, 0);
	buf_free(&file);
	buf_free(&fields);
	return false;
}

static bool same_header(const struct resource *r, const struct row *row)
{
	for (size_t i = 0; i < r->nfield; i++)
		if (i >= row->n || !cell_is(&row->cell[i], r->field[i].name))
			return false;
	return row->n == r->nfield;
}

static bool match_exact(struct rows *rows, const struct row *row, long *map, struct err *e)
{
	const struct resource *r = rows->r;

	for (size_t i = 0; i < r->nfield || i < row->n; i++) {
		if (i >= r->nfield || i >= row->n || !cell_is(&row->cell[i], r->field[i].name))
			return fail_header(rows, row, i, i < r->nfield ? r->field[i].name : NULL, e);
		map[i] = (long)i;
	}
	return true;
}

static bool match_names(struct rows *rows, const struct row *row, long *map, struct err *e)
{
	const struct resource *r = rows->r;
	const char *how = r->fields_match;
	bool may_lack = !strcmp(how, "superset") || !strcmp(how, "partial");
	bool may_have_more = !strcmp(how, "subset") || !strcmp(how, "partial");
	size_t found = 0, strange = row->n;

	for (size_t i = 0; i < r->nfield; i++) {
		map[i] = -1;
		for (size_t k = 0; k < row->n; k++) {
			if (!cell_is(&row->cell[k], r->field[i].name))
				continue;
			if (map[i] >= 0) {
				err_set(e, ERR_HEADER_TWICE, "%s", r->field[i].name);
				return err_at(e, rows->shown, row->line, 0);
			}
			map[i] = (long)k;
		}
		found += map[i] >= 0;
		if (map[i] < 0 && (!may_lack || r->field[i].required))
			return fail_header(rows, row, row->n, r->field[i].name, e);
	}
	for (size_t k = row->n; k-- > 0;) {
		size_t i = 0;
		while (i < r->nfield && map[i] != (long)k)
			i++;
		strange = i == r->nfield ? k : strange;
	}
	if ((strange < row->n && !may_have_more) || !found)
		return fail_header(rows, row, strange, NULL, e);
	return true;
}

bool rows_header(struct rows *rows, long *map, size_t *width, struct err *e)
{
	const struct resource *r = rows->r;
	bool exact = !strcmp(r->fields_match, "exact");

	*width = r->nfield;
	for (size_t i = 0; !r->has_header && i < r->nfield; i++)
		map[i] = (long)i;
	if (!r->has_header)
		return true;
	int rc = rows_next(rows, &rows->row, e);
	if (rc == 0 && rows->first) {
		err_set(e, ERR_FILE_EMPTY, "%s", "");
		return err_at(e, rows->shown, 0, 0);
	}
	if (rc <= 0)
		return rc == 0;
	if (!rows->first && exact && !same_header(r, &rows->row)) {
		rows->pending = true;
		for (size_t i = 0; i < r->nfield; i++)
			map[i] = (long)i;
		return true;
	}
	*width = rows->row.n;
	return exact ? match_exact(rows, &rows->row, map, e) : match_names(rows, &rows->row, map, e);
}

int64_t rows_skipped(const struct rows *rows)
{
	return rows->format->skipped(rows->reader);
}

const char *rows_file(const struct rows *rows)
{
	return rows->shown;
}

void rows_digest(struct rows *rows, char hex[HASH_HEX])
{
	memcpy(hex, rows->hex, HASH_HEX);
}
