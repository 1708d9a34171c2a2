/* The jailed process reads the file in the ways that it is told and says what it found on descriptor 3: JSON, or a line "error" and the error. */
#include "intake/peek.h"

#include "base/errwire.h"
#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "intake/rows.h"

#include <stdio.h>
#include <string.h>

enum { PEEK_CELL = 400, PEEK_ROWS_MAX = 24 << 20, PEEK_MAX = 256 << 20, PEEK_STDERR = 4096, PEEK_FD = 3 };
static const char error_line[] = "error\n";

static void put_texts(struct buf *out, const char *name, const struct texts *t)
{
	buf_printf(out, "\"%s\":[", name);
	for (size_t i = 0; i < t->n; i++) {
		buf_str(out, i ? "," : "");
		buf_json(out, t->s[i], strlen(t->s[i]));
	}
	buf_str(out, "],");
}

static bool put_look(struct buf *out, const struct resource *r, const struct rows_file *f, struct arena *a, struct err *e)
{
	struct rows_look look;

	if (!rows_look(&look, r, f, a, e))
		return false;
	buf_printf(out, "{\"format\":\"%s\",\"compression\":\"%s\",\"encoding\":\"%s\",", look.format, look.compression, look.encoding);
	put_texts(out, "members", &look.member);
	put_texts(out, "sheets", &look.sheet);
	buf_str(out, "\"text\":");
	buf_json(out, look.text, look.ntext);
	return buf_char(out, '}');
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

static bool put_rows(struct buf *out, const struct resource *r, const struct rows_opt *o, int64_t most, struct arena *a, struct err *e)
{
	struct rows rows;
	struct row row;
	size_t begin = out->n;
	int step = 1;

	rows_open(&rows, r, o, a);
	buf_str(out, "{\"rows\":[");
	for (int64_t n = 0; n < most && out->n - begin < PEEK_ROWS_MAX && (step = rows_next(&rows, &row, e)) == 1; n++) {
		buf_str(out, n ? "," : "");
		put_row(out, &row);
	}
	rows_close(&rows);
	buf_printf(out, "],\"more\":%s,\"failed\":%s}", step == 1 ? "true" : "false", step < 0 ? "true" : "false");
	return step >= 0;
}

int peek_stage(int argc, char **argv)
{
	struct arena a = { 0 };
	struct buf out = BUF(PEEK_MAX);
	struct err e = { 0 };
	struct package p;

	if (argc != 6)
		return EXIT_USAGE;
	struct rows_opt o = { .file = &(struct rows_file){ argv[1], argv[2] }, .nfile = 1, .tmp_dir = argv[3], .raw = true };
	int64_t most = 0;
	bool ok = num_int(argv[5], strlen(argv[5]), &most) && package_parse(&p, &a, argv[3], argv[4], strlen(argv[4]), &e);
	for (size_t i = 0; ok && i < p.nresource; i++) {
		buf_str(&out, i ? "," : "[");
		ok = most ? put_rows(&out, &p.resource[i], &o, most, &a, &e) || p.nresource > 1 : put_look(&out, &p.resource[i], o.file, &a, &e);
	}
	buf_char(&out, ']');
	if (!ok) {
		buf_clear(&out);
		buf_str(&out, error_line);
		err_encode(&e, &out);
	}
	bool told = path_put(PEEK_FD, out.s, out.n);
	buf_free(&out);
	arena_free(&a);
	return told ? EXIT_OK : EXIT_FAILED;
}

bool peek_file(const char *file, const char *shown, const char *tmp_dir, const char *descriptor, int64_t rows, bool allow_unjailed, struct buf *out,
               struct err *e)
{
	char most[24];
	struct proc child;
	struct proc_opt opt = {
		.kind = PROC_LOADER, .args = { PEEK_STAGE, file, shown, tmp_dir, descriptor, most }, .read = { file }, .write = { tmp_dir }, .cwd = tmp_dir,
		.memory = 1ull << 30, .file_size = 1ull << 30, .wall_seconds = 120, .stderr_max = PEEK_STDERR, .out_on_3 = true,
		.allow_unjailed = allow_unjailed,
	};
	size_t head = sizeof error_line - 1;

	snprintf(most, sizeof most, "%lld", (long long)rows);
	if (!proc_run(&child, &opt, NULL, 0, out, e))
		return false;
	bool ok = proc_ok(&child, shown, e);
	proc_close(&child);
	if (ok && out->n > head && !memcmp(out->s, error_line, head))
		return err_decode(out->s + head, out->n - head, e) ? false : err_set(e, ERR_LOAD_WIRE, "%s", shown);
	return ok;
}
