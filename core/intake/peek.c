/* The jailed process guesses the format, reads the first rows and says both on descriptor 3: JSON, or a line "error" and the error. */
#include "intake/peek.h"

#include "base/errwire.h"
#include "base/path.h"
#include "base/proc.h"
#include "intake/rows.h"

#include <stdio.h>
#include <string.h>

enum { PEEK_ROWS = 10000, PEEK_CELL = 400, PEEK_MAX = 48 << 20, PEEK_STDERR = 4096, PEEK_FD = 3 };
static const char error_line[] = "error\n";

static void put_texts(struct buf *out, const char *name, const char *const *s, size_t n)
{
	buf_printf(out, "\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		buf_str(out, i ? "," : "");
		buf_json(out, s[i], strlen(s[i]));
	}
	buf_str(out, "],");
}

static void put_guess(struct buf *out, const struct rows_guess *g, struct arena *a)
{
	const struct resource *r = &g->r;
	const char **name = arena_array(a, const char *, r->nfield);

	for (size_t i = 0; i < r->nfield; i++)
		name[i] = r->field[i].name;
	put_texts(out, "facts", (const char *const[]){ r->format, r->compression, r->innerpath, r->encoding, (const char[]){ r->delimiter, 0 },
		(const char[]){ r->quote, 0 } }, 6);
	put_texts(out, "names", name, r->nfield);
	put_texts(out, "members", g->member.s, g->member.n);
	put_texts(out, "sheets", g->sheet.s, g->sheet.n);
	buf_str(out, "\"header\":[");
	for (size_t i = 0; r->has_header && i < r->header_rows.n; i++)
		buf_printf(out, "%s%lld", i ? "," : "", (long long)r->header_rows.v[i]);
	buf_str(out, "],");
}

/* A cell may be cut anywhere: what is left of its last character goes. */
static void put_row(struct buf *out, const struct row *row)
{
	static const char kind[] = { [ROWCELL_TEXT] = 't', [ROWCELL_NUMBER] = 'n', [ROWCELL_MOMENT] = 'm', [ROWCELL_FLAG] = 'f', [ROWCELL_NONE] = '-' };

	buf_printf(out, "{\"line\":%ld,\"cells\":[", row->line);
	for (size_t i = 0; i < row->n; i++) {
		size_t n = row->cell[i].n < PEEK_CELL ? row->cell[i].n : PEEK_CELL;
		while (n && n < row->cell[i].n && ((unsigned char)row->cell[i].s[n] & 0xc0) == 0x80)
			n--;
		buf_str(out, i ? "," : "");
		buf_json(out, row->cell[i].s, n);
	}
	buf_str(out, "],\"kinds\":\"");
	for (size_t i = 0; i < row->n; i++)
		buf_char(out, kind[row->cell[i].kind]);
	buf_str(out, "\"}");
}

static bool look(const char *file, const char *shown, const char *tmp_dir, struct arena *a, struct buf *out, struct err *e)
{
	struct rows_guess guess = { 0 };
	struct rows rows = { 0 };
	struct row row;
	int step = 1;

	if (!rows_sniff(file, shown, tmp_dir, &guess, a, e))
		return false;
	struct rows_opt opt = { .file = &(struct rows_file){ file, shown }, .nfile = 1, .tmp_dir = tmp_dir, .raw = true };
	buf_char(out, '{');
	put_guess(out, &guess, a);
	rows_open(&rows, &guess.r, &opt, a);
	buf_str(out, "\"rows\":[");
	for (size_t n = 0; n < PEEK_ROWS && out->n < PEEK_MAX / 2 && (step = rows_next(&rows, &row, e)) == 1; n++) {
		buf_str(out, n ? "," : "");
		put_row(out, &row);
	}
	rows_close(&rows);
	buf_printf(out, "],\"more\":%s}", step == 1 ? "true" : "false");
	return step >= 0;
}

int peek_stage(int argc, char **argv)
{
	struct arena a = { 0 };
	struct buf out = BUF(PEEK_MAX);
	struct err e = { 0 };

	if (argc != 4)
		return EXIT_USAGE;
	if (!look(argv[1], argv[2], argv[3], &a, &out, &e)) {
		buf_clear(&out);
		buf_str(&out, error_line);
		err_encode(&e, &out);
	}
	bool told = path_put(PEEK_FD, out.s, out.n);
	buf_free(&out);
	arena_free(&a);
	return told ? EXIT_OK : EXIT_FAILED;
}

bool peek_file(const char *file, const char *shown, const char *tmp_dir, bool allow_unjailed, struct buf *out, struct err *e)
{
	struct proc child;
	struct proc_opt opt = {
		.kind = PROC_LOADER, .args = { PEEK_STAGE, file, shown, tmp_dir }, .read = { file }, .write = { tmp_dir }, .cwd = tmp_dir,
		.memory = 1ull << 30, .file_size = 1ull << 30, .wall_seconds = 120, .stderr_max = PEEK_STDERR, .out_on_3 = true,
		.allow_unjailed = allow_unjailed,
	};
	size_t head = sizeof error_line - 1;

	if (!proc_run(&child, &opt, NULL, 0, out, e))
		return false;
	bool ok = proc_ok(&child, shown, e);
	proc_close(&child);
	if (ok && out->n > head && !memcmp(out->s, error_line, head))
		return err_decode(out->s + head, out->n - head, e) ? false : err_set(e, ERR_LOAD_WIRE, "%s", shown);
	return ok;
}
