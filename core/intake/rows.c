/* Opens files for the readers, digests what they read, and compares headers. */
#include "intake/rows.h"

#include "base/text.h"
#include "intake/csv.h"
#include "intake/decode.h"
#include "intake/jsonrows.h"
#include "intake/sheet.h"
#include "intake/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 1024 };
/* What a packed file may unpack to: text packs by 5 to 30, and a bomb of one kilobyte should not get far. */
static const int64_t UNPACKED_LEAST = (int64_t)256 << 20, UNPACKED_TIMES = 200, UNPACKED_MOST = (int64_t)16 << 30;

/* ---- kinds of files by their first bytes ---- */

static const struct kind {
	const char *bytes; size_t n, at;
	const char *what, *format, *compression, *encoding;   /* what: in messages; the others: what a descriptor would say, "" = nothing */
} kinds[] = {
	{ "mimetypeapplication/vnd.oasis.opendocument.spreadsheet", 54, 30, "ODS (format: ods)", "ods", "", "" },
	{ "[Content_Types].xml", 19, 30, "XLSX (format: xlsx)", "xlsx", "", "" },
	{ "PK\3\4", 4, 0, "ZIP (compression: zip; format: xlsx, ods)", "", "zip", "" }, { "\x1f\x8b", 2, 0, "gzip (compression: gz)", "", "gz", "" },
	{ "\xd0\xcf\x11\xe0", 4, 0, "xls, doc (OLE2)", "", "", "" }, { "%PDF", 4, 0, "PDF", "", "", "" },
	{ "SQLite format 3", 15, 0, "SQLite", "", "", "" }, { "<!doctype html", 14, 0, "HTML", "", "", "" }, { "<html", 5, 0, "HTML", "", "", "" },
	{ "<?xml", 5, 0, "XML", "", "", "" }, { "\xff\xfe", 2, 0, "UTF-16 (encoding: utf-16)", "", "", "utf-16" },
	{ "\xfe\xff", 2, 0, "UTF-16 (encoding: utf-16)", "", "", "utf-16" }, { "\xef\xbb\xbf", 3, 0, "UTF-8 (encoding: utf-8)", "", "", "utf-8" },
};

/* NULL: nothing that is known, text perhaps. */
static const struct kind *kind_of(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct kind *k = &kinds[i];
		size_t at = k->at;
		while (k->bytes[0] == '<' && at < n && (text_is_space(s[at]) || (unsigned char)s[at] >= 0xbb))   /* blanks and a byte order mark */
			at++;
		if (at + k->n <= n && !strncasecmp(s + at, k->bytes, k->n) && (!k->at || !memcmp(s, "PK", 2)))
			return k;
	}
	return NULL;
}

static bool is_sheet(const struct resource *r)
{
	return !strcmp(r->format, "xlsx") || !strcmp(r->format, "ods");
}

/* A file that is plainly something else than its descriptor says. Sheets are told apart by their reader. */
static bool check_kind(const struct rows *rows, struct err *e)
{
	const struct resource *r = rows->r;
	const struct kind *k = kind_of(rows->head, rows->nhead);

	if (is_sheet(r) || !k || (*k->encoding && !strncmp(r->encoding, k->encoding, 6)))
		return true;
	return err_set(e, ERR_NOT_TEXT, "%s (%s)" ERR_SEP "%s", r->format, r->encoding, k->what);
}

/* ---- parts ---- */

void rows_open(struct rows *rows, const struct resource *r, const struct rows_opt *o, struct arena *a)
{
	*rows = (struct rows){
		.map = arena_array(a, long, r->nfield), .r = r, .o = o, .a = a, .fd = -1, .parts = o->nfile > 1 ? hash_open() : NULL,
		.head = arena_alloc(a, HEAD),
	};
}

/* hex: takes the digest that is stated, where it is none of sha256. */
static void close_part(struct rows *rows, char *hex)
{
	if (rows->reader.close)
		rows->reader.close(rows->reader.self);
	rows->reader = (struct rows_reader){ 0 };
	decode_close(rows->decode);
	rows->decode = NULL;
	unpack_close(rows->unpack);
	rows->unpack = NULL;
	if (rows->hash)
		hash_close(rows->hash, rows->sha256);
	if (rows->check)
		hash_close(rows->check, hex);
	rows->hash = rows->check = NULL;
	if (rows->fd >= 0)
		close(rows->fd);
	rows->fd = -1;
}

void rows_close(struct rows *rows)
{
	char hex[HASH_HEX_ANY];

	if (!rows->r)
		return;
	close_part(rows, hex);
	if (rows->parts)
		hash_close(rows->parts, NULL);
	*rows = (struct rows){ 0 };
}

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
	if (rows->check)
		hash_add(rows->check, to, (size_t)got);
	rows->bytes += got;
	return got;
}

/* Reads the file to its end, for its digest. */
static bool drain(struct rows *rows, struct err *e)
{
	char block[1 << 16];
	long got;

	while ((got = read_file(rows, block, sizeof block, e)) > 0)
		;
	return got == 0;
}

/* The source again, its first bytes included. */
static long read_again(void *context, char *to, size_t n, struct err *e)
{
	struct rows *rows = context;
	size_t left = rows->nhead - rows->head_at;

	if (!left)
		return rows->source.read(rows->source.context, to, n, e);
	n = n < left ? n : left;
	memcpy(to, rows->head + rows->head_at, n);
	rows->head_at += n;
	return (long)n;
}

/* Up to n bytes, fewer only at the end; -1. */
static long read_fully(const struct rows_input *in, char *to, size_t n, struct err *e)
{
	size_t had = 0;
	long got = 0;

	while (had < n && (got = in->read(in->context, to + had, n - had, e)) > 0)
		had += (size_t)got;
	return got < 0 ? -1 : (long)had;
}

static bool ends_on(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !text_icmp(s + n - m, end);
}

/* "gz", "zip", "": by the descriptor, else by the file's name; a feed has its own name only in what messages show of it. */
static const char *compression_of(const struct resource *r, const struct rows_file *f)
{
	const char *name = r->is_feed ? f->shown : f->path;

	return is_sheet(r) || *r->compression ? r->compression : ends_on(name, ".gz") ? "gz" : ends_on(name, ".zip") ? "zip" : "";
}

/* Bytes of the part that is open, unpacked, and the first ones in head. */
static bool open_source(struct rows *rows, const struct rows_file *f, int64_t size, struct err *e)
{
	const struct resource *r = rows->r;
	const char *compression = compression_of(r, f);
	int64_t times = size < UNPACKED_MOST / UNPACKED_TIMES ? size * UNPACKED_TIMES : UNPACKED_MOST;
	int64_t most = times < UNPACKED_MOST - UNPACKED_LEAST ? times + UNPACKED_LEAST : UNPACKED_MOST;

	rows->source = (struct rows_input){ read_file, rows };
	if (!strcmp(compression, "zip") && !(drain(rows, e) && unpack_zip(&rows->unpack, f->path, r->innerpath, most, e)))
		return false;
	if (!strcmp(compression, "gz"))
		rows->unpack = unpack_gzip(&rows->source, most);
	if (rows->unpack)
		rows->source = unpack_input(rows->unpack);
	rows->head_at = 0;
	long got = read_fully(&rows->source, rows->head, HEAD, e);
	rows->nhead = got > 0 ? (size_t)got : 0;
	return got > 0 || (got == 0 && err_set(e, ERR_FILE_EMPTY, "%s", ""));
}

static bool open_reader(struct rows *rows, struct err *e)
{
	const struct resource *r = rows->r;
	const struct rows_file *f = &rows->o->file[rows->part - 1];

	if (is_sheet(r))
		return drain(rows, e) && sheet_open(&rows->reader, f->path, f->shown, r, rows->o->tmp_dir, rows->a, e);
	rows->decode = decode_open(r->encoding, &(struct rows_input){ read_again, rows });
	struct rows_input text = decode_input(rows->decode);
	if (strstr(r->format, "json"))
		jsonrows_open(&rows->reader, r, rows->o->raw || r->has_header, &text);
	else
		csv_open(&rows->reader, r, &text);
	return true;
}

static bool open_part(struct rows *rows, struct err *e)
{
	const struct rows_file *f = &rows->o->file[rows->part++];
	const char *stated = rows->r->hash, *colon = strchr(stated, ':');
	/* Without a prefix it is md5, says the standard. */
	const char *name = colon ? arena_strndup(rows->a, stated, (size_t)(colon - stated)) : "md5";
	struct stat st;

	rows->file = f->shown;
	rows->bytes = rows->above = 0;
	rows->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (rows->fd < 0 || fstat(rows->fd, &st) < 0 || (!S_ISREG(st.st_mode) && (errno = EINVAL)))
		return err_system(e, ERR_OPEN, rows->file);
	rows->hash = hash_open();
	if (*stated && !rows->parts && strcmp(name, "sha256") != 0)
		rows->check = hash_open_as(name);
	return open_source(rows, f, st.st_size, e);
}

/* A file in one part may have its size and digest stated. */
static bool end_part(struct rows *rows, struct err *e)
{
	const struct resource *r = rows->r;
	const char *colon = strchr(r->hash, ':'), *stated = colon ? colon + 1 : r->hash;
	char hex[HASH_HEX_ANY] = "";

	rows->skipped += rows->reader.skipped ? rows->reader.skipped(rows->reader.self) : 0;
	if (!drain(rows, e))
		return false;
	close_part(rows, hex);
	if (rows->parts)
		hash_str(rows->parts, rows->sha256);
	if (rows->parts && rows->part == rows->o->nfile) {
		hash_close(rows->parts, rows->sha256);
		rows->parts = NULL;
	}
	if (rows->o->nfile > 1)
		return true;
	const char *got = *hex ? hex : rows->sha256;
	if (r->bytes >= 0 && r->bytes != rows->bytes)
		return err_set(e, ERR_FILE_BYTES, "%lld" ERR_SEP "%lld", (long long)rows->bytes, (long long)r->bytes);
	if (*stated && text_icmp(stated, got) != 0)
		return err_set(e, ERR_FILE_HASH, "%s" ERR_SEP "%s" ERR_SEP "%.*s", got, stated, colon ? (int)(colon - r->hash) : 3,
		               colon ? r->hash : "md5");
	return true;
}

/* ---- headers ---- */

static const char *header_of(const struct field *f)
{
	return f->header ? f->header : f->name;
}

/* Is it the header cell of f? Capitals of ASCII and of Latin letters with accents (U+00C0 … U+00DE) are folded, unless the dialect says otherwise. */
static bool is_header(const struct resource *r, const struct rowcell *c, const struct field *f)
{
	const char *p = header_of(f), *begin = p, *star = NULL;   /* star: behind the last one, which takes the bytes up to `back` */

	for (size_t i = 0, back = 0; i < c->n;) {
		bool latin = i && p > begin && c->s[i - 1] == '\xc3' && p[-1] == '\xc3' && ((c->s[i] ^ *p) & 0xff) == 0x20 && (c->s[i] & 0x1f) != 0x17;
		if (f->header && *p == '*') {
			star = ++p;
			back = i;
		} else if (c->s[i] == *p || (!r->case_sensitive && (latin || text_lower(c->s[i]) == text_lower(*p)))) {
			p++;
			i++;
		} else if (star) {
			p = star;
			i = ++back;
		} else {
			return false;
		}
	}
	return !p[f->header ? strspn(p, "*") : 0];
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
		buf_printf(&fields, "%s%s", i ? ", " : "", header_of(&r->field[i]));
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
		if (i >= r->nfield || i >= row->n || !is_header(r, &row->cell[i], &r->field[i]))
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
			if (!is_header(r, &row->cell[k], &r->field[i]))
				continue;
			if (rows->map[i] >= 0) {
				err_set(e, ERR_HEADER_TWICE, "%s", header_of(&r->field[i]));
				return err_at(e, rows->file, row->line, 0);
			}
			rows->map[i] = (long)k;
			taken[k] = true;
		}
		found += rows->map[i] >= 0;
		if (rows->map[i] < 0 && (!may_lack || r->field[i].required))
			return fail_header(rows, row, row->n, header_of(&r->field[i]), e);
	}
	if (found && (may_have_more || found == row->n))
		return true;
	while (strange < row->n && taken[strange])
		strange++;
	return fail_header(rows, row, strange, NULL, e);
}

static bool has(const struct wholes *list, int64_t v)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == v)
			return true;
	return false;
}

/* Adds a header row to those above it, cell by cell. */
static void join_header(const struct rows *rows, struct row *head, const struct row *row)
{
	size_t n = row->n > head->n ? row->n : head->n;
	struct rowcell *cell = arena_array(rows->a, struct rowcell, n);

	for (size_t i = 0; i < n; i++) {
		const struct rowcell *above = i < head->n ? &head->cell[i] : &(struct rowcell){ .s = "" };
		const struct rowcell *below = i < row->n ? &row->cell[i] : &(struct rowcell){ .s = "" };
		cell[i].s = arena_printf(rows->a, "%.*s%s%.*s", (int)above->n, above->s, above->n && below->n ? rows->r->header_join : "",
		                         (int)below->n, below->s);
		cell[i].n = strlen(cell[i].s);
	}
	head->line = head->line ? head->line : row->line;
	head->cell = cell;
	head->n = n;
}

static int next_counted(struct rows *rows, struct row *row, struct err *e)
{
	int rc = rows->reader.next(rows->reader.self, row, e);

	rows->above += rc == 1;
	return rc;
}

/* Finds the columns of the part. 0 = done, 1 = there is no header and *row is of data, -1. */
static int read_header(struct rows *rows, struct row *row, struct err *e)
{
	const struct resource *r = rows->r;
	struct row head = { 0 };
	int64_t last = 0;
	int rc;

	rows->width = r->nfield;
	for (size_t i = 0; i < r->nfield; i++)
		rows->map[i] = (long)i;
	if (rows->o->raw || !r->has_header)
		return 0;
	for (size_t i = 0; i < r->header_rows.n; i++)
		last = r->header_rows.v[i] > last ? r->header_rows.v[i] : last;
	while (rows->above < last) {
		rc = next_counted(rows, row, e);
		if (rc == 0 && rows->part == 1) {
			err_set(e, ERR_FILE_EMPTY, "%s", "");
			return -1;
		}
		if (rc <= 0)
			return rc;
		bool named = has(&r->header_rows, rows->above);
		rows->skipped += !named;
		if (named)
			join_header(rows, &head, row);
	}
	if (strcmp(r->fields_match, "exact") != 0)
		return match_names(rows, &head, e) ? 0 : -1;
	size_t at = difference(r, &head);
	if (at == SIZE_MAX || (rows->part > 1 && rows->above == 1))
		return at != SIZE_MAX;
	fail_header(rows, &head, at, at < r->nfield ? header_of(&r->field[at]) : NULL, e);
	return -1;
}

int rows_next(struct rows *rows, struct row *out, struct err *e)
{
	for (;;) {
		int rc = 0;
		if (!rows->reader.next) {
			if (rows->part == rows->o->nfile)
				return 0;
			rc = open_part(rows, e) && check_kind(rows, e) && open_reader(rows, e) ? read_header(rows, out, e) : -1;
		}
		while (rc == 0 && (rc = next_counted(rows, out, e)) == 1 && !rows->o->raw && has(&rows->r->comment_rows, rows->above)) {
			rows->skipped++;
			rc = 0;
		}
		if (rc == 1 && out->n && out->n < rows->width && is_sheet(rows->r) && !rows->o->raw)
			out->n = rows->width;   /* its empty cells at the end are there */
		if (rc == 1)
			return 1;
		if (rc < 0 || !end_part(rows, e)) {
			err_at(e, rows->file, e->line, e->column);
			return -1;
		}
	}
}

/* ---- files that nobody described ---- */

enum { SAMPLE = 1 << 20, TOLD = 1 << 18, MEMBERS = 100 };

static const char *guess_encoding(const char *s, size_t n)
{
	size_t nul[2] = { 0 }, high = 0;

	for (size_t i = 0; i < n; i++) {
		nul[i % 2] += !s[i];
		high += ((unsigned char)s[i] & 0xe0) == 0x80;
	}
	if (nul[0] + nul[1] > n / 4)
		return nul[0] > nul[1] ? "utf-16be" : "utf-16le";
	/* The sample may end inside a character. */
	return text_utf8_bad(s, n) + (n == SAMPLE ? 3 : 0) >= n ? "utf-8" : high ? "windows-1252" : "iso-8859-1";
}

static bool look_at_text(struct rows *rows, struct rows_look *out, struct arena *a, struct err *e)
{
	struct rows_input in = { read_again, rows };
	char *sample = arena_alloc(a, SAMPLE), *text = arena_alloc(a, TOLD + 1);
	struct err other;
	long got = read_fully(&in, sample, SAMPLE, e), n;

	if (got < 0)
		return false;
	out->encoding = *out->encoding ? out->encoding : guess_encoding(sample, (size_t)got);
	rows->head = sample;   /* once more, decoded */
	rows->nhead = (size_t)got;
	rows->head_at = 0;
	rows->decode = decode_open(out->encoding, &in);
	in = decode_input(rows->decode);
	while (TOLD - out->ntext > 16 && (n = in.read(in.context, text + out->ntext, TOLD - out->ntext, &other)) > 0)
		out->ntext += (size_t)n;
	out->text = text;
	return true;
}

bool rows_look(struct rows_look *out, const struct resource *r, const struct rows_file *f, struct arena *a, struct err *e)
{
	struct resource own = *r;
	const struct rows_opt o = { .file = f, .nfile = 1, .raw = true };
	struct rows rows;
	struct err other;

	own.compression = *r->compression ? r->compression : "none";
	rows_open(&rows, &own, &o, a);
	bool ok = open_part(&rows, e);
	const struct kind *k = ok ? kind_of(rows.head, rows.nhead) : NULL;
	*out = (struct rows_look){ .format = k ? k->format : "", .compression = k ? k->compression : "", .encoding = k ? k->encoding : "" };
	if (ok && !strcmp(out->compression, "zip"))
		ok = sheet_names(f->path, a, &out->sheet, &other) || unpack_members(f->path, MEMBERS, a, &out->member, e);
	else if (ok && k && !*out->encoding && !*out->compression)
		ok = sheet_names(f->path, a, &out->sheet, e);   /* which says what else it is */
	else if (ok && !*out->compression)
		ok = look_at_text(&rows, out, a, e);
	rows_close(&rows);
	return ok || err_at(e, f->shown, e->line, e->column);
}
