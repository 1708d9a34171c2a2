/* Opens files for the readers, digests what they read, and compares headers. */
#include "intake/rows.h"

#include "base/text.h"
#include "intake/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void rows_open(struct rows *rows, const struct resource *r, const struct rows_opt *o, struct arena *a)
{
	*rows = (struct rows){
		.map = arena_array(a, long, r->nfield), .r = r, .o = o, .a = a, .parts = o->nfile > 1 ? hash_open() : NULL,
	};
}

void rows_close(struct rows *rows)
{
	if (rows->csv) {
		csv_close(rows->csv);
		hash_close(rows->hash, NULL);
		close(rows->fd);
	}
	if (rows->parts)
		hash_close(rows->parts, NULL);
	*rows = (struct rows){ 0 };
}

/* ---- parts ---- */

static long read_file(void *context, char *to, size_t n, struct err *e)
{
	struct rows *rows = context;
	ssize_t got;

	do
		got = read(rows->fd, to, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		err_system(e, ERR_READ, rows->file);
		return -1;
	}
	hash_add(rows->hash, to, (size_t)got);
	rows->bytes += got;
	return got;
}

static bool open_part(struct rows *rows, struct err *e)
{
	const struct resource *r = rows->r;
	struct stat st;

	const char *path = rows->o->file[rows->part].path;

	rows->file = rows->o->file[rows->part++].shown;
	rows->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (rows->fd < 0 || fstat(rows->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		if (rows->fd >= 0) {
			close(rows->fd);
			errno = EINVAL;
		}
		return err_system(e, ERR_OPEN, rows->file) || err_at(e, rows->file, 0, 0);
	}
	rows->bytes = 0;
	rows->hash = hash_open();
	rows->csv = csv_open(&(struct csv_dialect){ r->delimiter, r->quote, r->comment, r->encoding },
	                     &(struct rows_input){ read_file, rows });
	return true;
}

/* A file in one part may have its size and digest stated. */
static bool end_part(struct rows *rows, struct err *e)
{
	const struct resource *r = rows->r;

	rows->skipped += csv_skipped(rows->csv);
	csv_close(rows->csv);
	rows->csv = NULL;
	close(rows->fd);
	hash_close(rows->hash, rows->sha256);
	if (rows->parts) {
		hash_str(rows->parts, rows->sha256);
		if (rows->part == rows->o->nfile) {
			hash_close(rows->parts, rows->sha256);
			rows->parts = NULL;
		}
		return true;
	}
	if (r->bytes >= 0 && r->bytes != rows->bytes)
		err_set(e, ERR_FILE_BYTES, "%lld" ERR_SEP "%lld", (long long)rows->bytes, (long long)r->bytes);
	else if (!strncmp(r->hash, "sha256:", 7) && text_icmp(r->hash + 7, rows->sha256) != 0)
		err_set(e, ERR_FILE_HASH, "%s" ERR_SEP "%s", rows->sha256, r->hash + 7);
	else
		return true;
	return err_at(e, rows->file, 0, 0);
}

/* ---- headers ---- */

static bool cell_is(const struct rowcell *c, const char *name)
{
	return c->n == strlen(name) && !memcmp(c->s, name, c->n);
}

/* at: the first cell that differs (may be past either end). Always false. */
static bool fail_header(const struct rows *rows, const struct row *row, size_t at, const char *field, struct err *e)
{
	const struct resource *r = rows->r;
	const struct rowcell *c = at < row->n ? &row->cell[at] : &(struct rowcell){ .s = "—", .n = 3 };
	struct buf file = BUF(500), fields = BUF(500);

	for (size_t i = 0; i < row->n; i++)
		buf_printf(&file, "%s%.*s", i ? ", " : "", (int)(row->cell[i].n < 60 ? row->cell[i].n : 60), row->cell[i].s);
	for (size_t i = 0; i < r->nfield; i++)
		buf_printf(&fields, "%s%s", i ? ", " : "", r->field[i].name);
	err_set(e, ERR_HEADER, "%.*s" ERR_SEP "%s" ERR_SEP "%s" ERR_SEP "%zu", (int)(c->n < 120 ? c->n : 120), c->s, field ? field : "—",
	        r->fields_match, at + 1);
	err_why(e, "%s: %s%s\ndatapackage.json: %s%s", rows->file, buf_text(&file), file.over ? "…" : "",
	        buf_text(&fields), fields.over ? "…" : "");
	err_at(e, rows->file, row->line, 0);
	buf_free(&file);
	buf_free(&fields);
	return false;
}

/* First place where header and fields differ; SIZE_MAX = nowhere. */
static size_t difference(const struct resource *r, const struct row *row)
{
	for (size_t i = 0; i < r->nfield || i < row->n; i++)
		if (i >= r->nfield || i >= row->n || !cell_is(&row->cell[i], r->field[i].name))
			return i;
	return SIZE_MAX;
}

/* Columns in any order; which may lack or be more, fieldsMatch says. */
static bool match_names(struct rows *rows, const struct row *row, struct err *e)
{
	const struct resource *r = rows->r;
	bool partial = !strcmp(r->fields_match, "partial"), may_lack = partial || !strcmp(r->fields_match, "superset");
	bool may_have_more = partial || !strcmp(r->fields_match, "subset");
	bool taken[ROWS_CELLS] = { false };
	size_t found = 0, strange = 0;

	rows->width = row->n;
	for (size_t i = 0; i < r->nfield; i++) {
		rows->map[i] = -1;
		for (size_t k = 0; k < row->n; k++) {
			if (!cell_is(&row->cell[k], r->field[i].name))
				continue;
			if (rows->map[i] >= 0) {
				err_set(e, ERR_HEADER_TWICE, "%s", r->field[i].name);
				return err_at(e, rows->file, row->line, 0);
			}
			rows->map[i] = (long)k;
			taken[k] = true;
		}
		found += rows->map[i] >= 0;
		if (rows->map[i] < 0 && (!may_lack || r->field[i].required))
			return fail_header(rows, row, row->n, r->field[i].name, e);
	}
	if (found && (may_have_more || found == row->n))
		return true;
	while (strange < row->n && taken[strange])
		strange++;
	return fail_header(rows, row, strange, NULL, e);
}

/* Finds the columns of the part. 0 = done, 1 = there is no header and *row is of data, -1. */
static int read_header(struct rows *rows, struct row *row, struct err *e)
{
	const struct resource *r = rows->r;

	rows->width = r->nfield;
	for (size_t i = 0; i < r->nfield; i++)
		rows->map[i] = (long)i;
	int rc = r->has_header ? csv_next(rows->csv, row, e) : 0;
	if (rc < 0 || !r->has_header)
		return rc;
	if (rc == 0 && rows->part == 1) {
		err_set(e, ERR_FILE_EMPTY, "%s", "");
		return -1;
	}
	if (rc == 0)
		return 0;
	if (strcmp(r->fields_match, "exact") != 0)
		return match_names(rows, row, e) ? 0 : -1;
	size_t at = difference(r, row);
	if (at == SIZE_MAX || rows->part > 1)
		return at != SIZE_MAX;
	fail_header(rows, row, at, at < r->nfield ? r->field[at].name : NULL, e);
	return -1;
}

int rows_next(struct rows *rows, struct row *out, struct err *e)
{
	for (;;) {
		int rc = 0;
		if (!rows->csv) {
			if (rows->part == rows->o->nfile)
				return 0;
			if (!open_part(rows, e))
				return -1;
			rc = read_header(rows, out, e);
		}
		if (rc == 0)
			rc = csv_next(rows->csv, out, e);
		if (rc < 0)
			err_at(e, rows->file, e->line, e->column);
		if (rc != 0)
			return rc;
		if (!end_part(rows, e))
			return -1;
	}
}
