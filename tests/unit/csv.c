/* Delimited text: cases that are read, cases that are refused, and every place where a block may end. */
#include "intake/csv.h"

#include "base/buf.h"
#include "tap.h"

#include <stdlib.h>

/* Bytes given out in portions of a stated size. */
struct portions { const char *s; size_t n, size; };

static long read_portion(void *context, char *to, size_t n, struct err *e)
{
	struct portions *p = context;
	size_t k = p->size && p->size < n ? p->size : n;

	(void)e;
	k = k < p->n ? k : p->n;
	memcpy(to, p->s, k);
	p->s += k;
	p->n -= k;
	return (long)k;
}

/* Rows as "[a][b]/", with "! line: message" for a refusal. */
static void show(struct buf *out, const struct csv_dialect *d, const char *in, size_t n, size_t size, struct err *e)
{
	struct portions p = { in, n, size };
	struct csv *c = csv_open(d, &(struct rows_input){ read_portion, &p });
	struct row row;
	int rc;

	*e = (struct err){ 0 };
	while ((rc = csv_next(c, &row, e)) == 1) {
		for (size_t i = 0; i < row.n; i++) {
			buf_char(out, '[');
			buf_add(out, row.cell[i].s, row.cell[i].n);
			buf_char(out, ']');
		}
		buf_printf(out, "%ld/", row.line);
	}
	if (rc < 0)
		buf_printf(out, "! %ld:%ld %s", e->line, e->column, err_name(e->id));
	csv_close(c);
}

static bool text_digit_or_slash(char c)
{
	return (c >= '0' && c <= '9') || c == '/';
}

static const struct csv_dialect semicolon = { ';', '"', "", "utf-8" }, comma = { ',', '"', "", "utf-8" };
static const struct csv_dialect comment = { ';', '"', "#", "utf-8" }, bare = { ';', 0, "", "utf-8" };
static const struct csv_dialect western = { ';', '"', "", "windows-1252" }, latin = { ';', '"', "", "iso-8859-1" };
static const struct csv_dialect apostrophe = { '\t', '\'', "", "utf-8" };

#define TEXT(s) s, sizeof s - 1
static const struct { const char *name; const struct csv_dialect *d; const char *in; size_t n; const char *want; } cases[] = {
	{ "plain", &semicolon, TEXT("a;b\n1;2\n"), "[a][b]1/[1][2]2/" },
	{ "nothing at all", &semicolon, TEXT(""), "" },
	{ "byte order mark and CRLF", &semicolon, TEXT("\xef\xbb\xbf" "a;b\r\nc;d\r\n"), "[a][b]1/[c][d]2/" },
	{ "byte order mark before a quote", &semicolon, TEXT("\xef\xbb\xbf\"a\";b\n"), "[a][b]1/" },
	{ "quoted delimiter, doubled quote", &semicolon, TEXT("\"x;y\";\"z\"\"w\"\n"), "[x;y][z\"w]1/" },
	{ "only quotes", &semicolon, TEXT("\"\";\"\"\"\";\"\"\"\"\"\"\n"), "[][\"][\"\"]1/" },
	{ "line break in a cell", &semicolon, TEXT("\"l1\nl2\";k\nx;y\n"), "[l1\nl2][k]1/[x][y]3/" },
	{ "CRLF in a cell", &semicolon, TEXT("\"l1\r\nl2\";k\r\nx;y\r\n"), "[l1\r\nl2][k]1/[x][y]3/" },
	{ "empty cells", &semicolon, TEXT(";;\n"), "[][][]1/" },
	{ "no final line end", &semicolon, TEXT("a;b\nc;d"), "[a][b]1/[c][d]2/" },
	{ "no final line end after a quote", &semicolon, TEXT("\"a\";\"b\""), "[a][b]1/" },
	{ "ends with the delimiter", &semicolon, TEXT("a;"), "[a][]1/" },
	{ "ends with an empty quoted cell", &semicolon, TEXT("a;\"\""), "[a][]1/" },
	{ "empty lines", &semicolon, TEXT("a\n\n\nb\n"), "[a]1/[]2/[]3/[b]4/" },
	{ "one line feed", &semicolon, TEXT("\n"), "[]1/" },
	{ "other delimiters are text", &comma, TEXT("a;b,c\td\n"), "[a;b][c\td]1/" },
	{ "apostrophe as quote, tab", &apostrophe, TEXT("'a\tb'\t\"c\"\n'd''e'\tf\n"), "[a\tb][\"c\"]1/[d'e][f]2/" },
	{ "no quote character", &bare, TEXT("\"a;b\"\n"), "[\"a][b\"]1/" },
	{ "comments", &comment, TEXT("#x;\"y\na;b\n#\nc;d\n#end"), "[a][b]2/[c][d]4/" },
	{ "comment mark in a cell", &comment, TEXT("a;#b\n"), "[a][#b]1/" },
	{ "only comments", &comment, TEXT("#a\n#b\n"), "" },
	{ "spaces are kept", &semicolon, TEXT(" a ; b \n"), "[ a ][ b ]1/" },
	{ "UTF-8", &semicolon, TEXT("é;œ;😀\n"), "[é][œ][😀]1/" },
	{ "Windows-1252", &western, TEXT("Nombre d\x92" "agents;c\x9cur;L'Ha\xff\n"), "[Nombre d’agents][cœur][L'Haÿ]1/" },
	{ "ISO-8859-1", &latin, TEXT("\xe9;\xff\n"), "[é][ÿ]1/" },
	{ "never closed", &semicolon, TEXT("a;b\nc;\"d\ne;f\n"), "[a][b]1/! 2:3 intake.csv_unclosed" },
	{ "never closed, opened lower", &semicolon, TEXT("\"a\nb\";\"c\nd"), "! 2:4 intake.csv_unclosed" },
	{ "text after a closing quote", &semicolon, TEXT("x\n\"a\"b;c\n"), "[x]1/! 2:4 intake.csv_after_quote" },
	{ "space after a closing quote", &semicolon, TEXT("\"a\" ;c\n"), "! 1:4 intake.csv_after_quote" },
	{ "quote in a bare cell", &semicolon, TEXT("a;b\"c\n"), "! 1:4 intake.csv_bare_quote" },
	{ "space before a quote", &semicolon, TEXT("a; \"b\"\n"), "! 1:4 intake.csv_bare_quote" },
	{ "bare CR", &semicolon, TEXT("a\rb\n"), "! 1:2 intake.csv_bare_cr" },
	{ "CR at the end", &semicolon, TEXT("a;b\r"), "! 1:4 intake.csv_bare_cr" },
	{ "NUL", &semicolon, TEXT("a;b\nc\0d;e\n"), "[a][b]1/! 2:2 intake.csv_nul" },
	{ "NUL in quotes", &semicolon, TEXT("\"a\n\0\"\n"), "! 2:1 intake.csv_nul" },
	{ "Latin-1 byte under UTF-8", &semicolon, TEXT("a;b\né;d\xe9" "f\n"), "[a][b]1/! 2:4 intake.encoding" },
	{ "Latin-1 byte in a later line of a cell", &semicolon, TEXT("\"a\n\xff\";b\n"), "! 2:1 intake.encoding" },
	{ "half a character at the end", &semicolon, TEXT("a;\xc3"), "! 1:3 intake.encoding" },
	{ "a surrogate in UTF-8", &semicolon, TEXT("\xed\xa0\x80\n"), "! 1:1 intake.encoding" },
	{ "ZIP", &semicolon, TEXT("PK\3\4abc"), "! 0:0 intake.not_text" },
	{ "gzip", &western, TEXT("\x1f\x8b\x08"), "! 0:0 intake.not_text" },
	{ "UTF-16", &semicolon, TEXT("\xff\xfe" "a\0"), "! 0:0 intake.not_text" },
	{ "HTML", &semicolon, TEXT("\n <!DOCTYPE html><p>"), "! 0:0 intake.not_text" },
	{ "HTML without doctype", &semicolon, TEXT("<HTML lang=fr>"), "! 0:0 intake.not_text" },
};

static void test_cases(void)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 64 };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF(4000);
		struct err e;
		show(&out, cases[i].d, cases[i].in, cases[i].n, 0, &e);
		CHECK_STR(buf_text(&out), cases[i].want, cases[i].name);
		bool same = true;
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			buf_clear(&out);
			show(&out, cases[i].d, cases[i].in, cases[i].n, sizes[k], &e);
			same = same && !strcmp(buf_text(&out), cases[i].want);
		}
		CHECK(same, "the same in small portions");
		buf_free(&out);
	}
}

/* Every case again behind so many bytes that a block ends inside it, at each of its bytes. */
static void test_edges(void)
{
	enum { BLOCK = 256 * 1024 };
	struct buf in = BUF(BLOCK * 2), out = BUF(4 << 20);
	char filler[64];
	size_t wrong = 0, tried = 0;

	memset(filler, 'x', sizeof filler);
	filler[63] = '\n';
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *want = cases[i].want, *s = cases[i].in;
		struct err e;
		if (strstr(want, "not_text") || strchr(want, '!') || cases[i].d == &comment || !strncmp(s, "\xef\xbb\xbf", 3))
			continue;
		for (size_t cut = 0; cut <= cases[i].n; cut++, tried++) {
			buf_clear(&in);
			while (in.n + sizeof filler <= BLOCK - cut)
				buf_add(&in, filler, sizeof filler);
			size_t rest = BLOCK - cut - in.n;
			for (size_t k = 0; k + 1 < rest; k++)
				buf_char(&in, 'x');
			if (rest)
				buf_char(&in, '\n');
			buf_add(&in, s, cases[i].n);
			/* Only the cells of the case are compared: its lines are others now. */
			buf_clear(&out);
			show(&out, cases[i].d, in.s, in.n, 0, &e);
			const char *cell = buf_text(&out) + out.n, *w = want + strlen(want);
			while (w > want && cell > buf_text(&out)) {
				if (text_digit_or_slash(w[-1]))
					w--;
				else if (text_digit_or_slash(cell[-1]))
					cell--;
				else if (*--w != *--cell)
					break;
			}
			wrong += w != want;
		}
	}
	CHECK(tried > 100 && wrong == 0, "a block may end at any byte");
	buf_free(&in);
	buf_free(&out);
}

static void test_limits(void)
{
	struct buf in = BUF(40 << 20), out = BUF(80 << 20);
	struct err e;
	struct row row;
	char line[1025];

	memset(line, 'y', 1024);
	line[1024] = 0;
	buf_str(&in, "a;\"");
	for (int i = 0; i < 3000; i++)
		buf_str(&in, line);
	buf_str(&in, "\"\"\"\nb;c\n");
	struct portions p = { in.s, in.n, 0 };
	struct csv *c = csv_open(&semicolon, &(struct rows_input){ read_portion, &p });
	CHECK(csv_next(c, &row, &e) == 1 && row.n == 2 && row.cell[1].n == 3000 * 1024 + 1, "a cell of three megabytes");
	CHECK(csv_next(c, &row, &e) == 1 && row.line == 2 && csv_next(c, &row, &e) == 0, "and the row after it");
	csv_close(c);

	buf_clear(&in);
	buf_str(&in, "a\n");
	for (int i = 0; i < 20000; i++)
		buf_str(&in, line);
	show(&out, &semicolon, in.s, in.n, 0, &e);
	CHECK(e.id == ERR_CSV_LARGE && e.line == 2, "a file of one line");
	buf_clear(&in);
	for (int i = 0; i <= ROWS_CELLS; i++)
		buf_char(&in, ';');
	show(&out, &semicolon, in.s, in.n, 0, &e);
	CHECK(e.id == ERR_CSV_LARGE && e.line == 1, "too many cells");
	buf_free(&in);
	buf_free(&out);
}

int main(void)
{
	test_cases();
	test_edges();
	test_limits();
	return done_testing();
}
