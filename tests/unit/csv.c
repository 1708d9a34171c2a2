/* Delimited text: cases that are read, cases that are refused, and every place where a block may end. */
#include "intake/csv.h"
#include "intake/decode.h"

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
static void show(struct buf *out, const struct resource *d, const char *in, size_t n, size_t size, struct err *e)
{
	struct portions p = { in, n, size };
	struct decode *decode = decode_open(d->encoding, &(struct rows_input){ read_portion, &p });
	struct rows_input text = decode_input(decode);
	struct rows_reader c;
	struct row row;
	int rc;

	csv_open(&c, d, &text);

	*e = (struct err){ 0 };
	while ((rc = c.next(c.self, &row, e)) == 1) {
		for (size_t i = 0; i < row.n; i++) {
			buf_char(out, '[');
			buf_add(out, row.cell[i].s, row.cell[i].n);
			buf_str(out, row.cell[i].kind == ROWCELL_NONE ? "-]" : "]");
		}
		buf_printf(out, "%ld/", row.line);
	}
	if (rc < 0)
		buf_printf(out, "! %ld:%ld %s", e->line, e->column, err_name(e->id));
	c.close(c.self);
	decode_close(decode);
}

static bool text_digit_or_slash(char c)
{
	return (c >= '0' && c <= '9') || c == '/';
}

#define DIALECT(d, q, ...) { .delimiter = d, .quote = q, .double_quote = true, .comment = "", .null_sequence = "", .encoding = "utf-8", __VA_ARGS__ }
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct resource semicolon = DIALECT(';', '"',), comma = DIALECT(',', '"',), comment = DIALECT(';', '"', .comment = "#");
static const struct resource bare = DIALECT(';', 0,), apostrophe = DIALECT('\t', '\'',);
static const struct resource western = DIALECT(';', '"', .encoding = "windows-1252"), latin = DIALECT(';', '"', .encoding = "iso-8859-1");
static const struct resource escape = DIALECT(';', '"', .escape = '\\', .double_quote = false, .null_sequence = "\\N");
static const struct resource python = DIALECT(',', '"', .escape = '\\'), single = DIALECT(',', '\'',);
static const struct resource spaces = DIALECT(',', '"', .skip_space = true, .null_sequence = "NULL");
static const struct resource wide = DIALECT(';', '"', .encoding = "utf-16"), little = DIALECT(';', '"', .encoding = "utf-16le");
static const struct resource big = DIALECT(';', '"', .encoding = "utf-16be"), bare_escape = DIALECT(',', 0, .escape = '\\', .comment = "#");

#define TEXT(s) s, sizeof s - 1
static const struct { const char *name; const struct resource *d; const char *in; size_t n; const char *want; } cases[] = {
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
	{ "CR alone ends lines", &semicolon, TEXT("a;b\rc;d\r\"e\rf\";g\rh"), "[a][b]1/[c][d]2/[e\rf][g]3/[h]5/" },
	{ "CR alone, quoted breaks in the first line", &semicolon, TEXT("\"a\rb\nc\";d\re"), "[a\rb\nc][d]1/[e]3/" },
	{ "CR alone at the end", &semicolon, TEXT("a;b\r"), "[a][b]1/" },
	{ "CR alone, then LF", &semicolon, TEXT("a\rb\nc"), "[a]1/! 2:2 intake.csv_bare_lf" },
	{ "CR alone, then CRLF", &semicolon, TEXT("a\rb\r\nc"), "[a]1/[b]2/! 3:1 intake.csv_bare_lf" },
	{ "CR alone, comments", &comment, TEXT("#x\ra;b\r#y\rc;d"), "[a][b]2/[c][d]4/" },
	{ "LF, then CR alone", &semicolon, TEXT("a\nb\rc"), "[a]1/! 2:2 intake.csv_bare_cr" },
	{ "CRLF, then CR alone at the end", &semicolon, TEXT("a;b\r\nc\r"), "[a][b]1/! 2:2 intake.csv_bare_cr" },
	{ "comment lines with CRLF", &comment, TEXT("#x\r\na;b\r\n"), "[a][b]2/" },
	{ "escapes", &escape, TEXT("a\\;b;\"c\\\"d\"\n\\\\;\\\n;x\ny;\"z\\\n\"\n"), "[a;b][c\"d]1/[\\][\n][x]2/[y][z\n]4/" },
	{ "an escape has nothing behind it", &escape, TEXT("a;b\\"), "! 1:4 intake.csv_escape" },
	{ "quotes are not doubled", &escape, TEXT("\"a\"\"b\"\n"), "! 1:4 intake.csv_after_quote" },
	{ "no quotes, but escapes", &bare_escape, TEXT("#c\n\"a,b\\,c\n"), "[\"a][b,c]2/" },
	{ "null sequence", &escape, TEXT("\\N;\"\\N\";N\n"), "[-][N][N]1/" },
	{ "null sequence of letters", &spaces, TEXT("NULL, NULL,\"NULL\",NULLS\n"), "[-][-][NULL][NULLS]1/" },
	{ "spaces after delimiters", &spaces, TEXT("  a,  b , \"c, d\",\te\n ,,\n"), "[a][b ][c, d][\te]1/[][][]2/" },
	{ "spaces are text elsewhere", &comma, TEXT(" a, b\n"), "[ a][ b]1/" },
	{ "UTF-16 by its mark", &wide, TEXT("\xff\xfe" "a\0;\0\xe9\0\n\0\x3d\xd8\x00\xde;\0"), "[a][é]1/[😀][]2/" },
	{ "UTF-16 by its mark, big end first", &wide, TEXT("\xfe\xff\0a\0;\x20\xac\0\n"), "[a][€]1/" },
	{ "UTF-16 without a mark", &wide, TEXT("a\0;\0b\0\n\0"), "[a][b]1/" },
	{ "UTF-16 without a mark, big end first", &wide, TEXT("\0a\0;\0b\0\n"), "[a][b]1/" },
	{ "UTF-16LE", &little, TEXT("a\0;\0b\0\r\0\n\0c\0"), "[a][b]1/[c]2/" },
	{ "UTF-16BE", &big, TEXT("\0a\0;\0b"), "[a][b]1/" },
	{ "UTF-16BE that its mark denies", &big, TEXT("\xff\xfe" "a\0"), "[a]1/" },
	{ "half a pair in UTF-16", &little, TEXT("a\0\n\0b\0\x3d\xd8;\0"), "[a]1/! 2:2 intake.encoding" },
	{ "half a pair at the end of UTF-16", &little, TEXT("a\0\x3d\xd8"), "! 1:2 intake.encoding" },
	{ "half a character in UTF-16", &little, TEXT("a\0b"), "! 1:2 intake.encoding" },
	{ "NUL in UTF-16", &little, TEXT("a\0\0\0"), "! 1:2 intake.csv_nul" },
	{ "a byte that Windows-1252 does not define", &western, TEXT("a;b\n\xe9;\x81\n"), "[a][b]1/! 2:3 intake.encoding" },
	{ "NUL", &semicolon, TEXT("a;b\nc\0d;e\n"), "[a][b]1/! 2:2 intake.csv_nul" },
	{ "NUL in quotes", &semicolon, TEXT("\"a\n\0\"\n"), "! 2:1 intake.csv_nul" },
	{ "Latin-1 byte under UTF-8", &semicolon, TEXT("a;b\né;d\xe9" "f\n"), "[a][b]1/! 2:4 intake.encoding" },
	{ "Latin-1 byte in a later line of a cell", &semicolon, TEXT("\"a\n\xff\";b\n"), "! 2:1 intake.encoding" },
	{ "half a character at the end", &semicolon, TEXT("a;\xc3"), "! 1:3 intake.encoding" },
	{ "a surrogate in UTF-8", &semicolon, TEXT("\xed\xa0\x80\n"), "! 1:1 intake.encoding" },
	/* The reader cases of CPython's Lib/test/test_csv.py (3.11) that this dialect covers; where Python guesses, they are refused. */
	{ "python: one value", &comma, TEXT("abc\r\n"), "[abc]1/" },
	{ "python: values", &comma, TEXT("1,2,3,4,5"), "[1][2][3][4][5]1/" },
	{ "python: empty fields", &comma, TEXT(","), "[][]1/" },
	{ "python: quoted nothing", &comma, TEXT("\"\""), "[]1/" },
	{ "python: quoted nothing, left", &comma, TEXT("\"\","), "[][]1/" },
	{ "python: quoted nothing, right", &comma, TEXT(",\"\""), "[][]1/" },
	{ "python: a quoted quote", &comma, TEXT("\"\"\"\""), "[\"]1/" },
	{ "python: quoted quotes", &comma, TEXT("\"\"\"\"\"\""), "[\"\"]1/" },
	{ "python: inline quote", &comma, TEXT("a\"\"b"), "! 1:2 intake.csv_bare_quote" },
	{ "python: inline quotes", &comma, TEXT("a\"b\"c"), "! 1:2 intake.csv_bare_quote" },
	{ "python: quotes and more", &comma, TEXT("\"a\"b"), "! 1:4 intake.csv_after_quote" },
	{ "python: quote and quote", &comma, TEXT("\"a\" \"b\""), "! 1:4 intake.csv_after_quote" },
	{ "python: space and quote", &comma, TEXT(" \"a\""), "! 1:2 intake.csv_bare_quote" },
	{ "python: quoted delimiter", &comma, TEXT("1,2,3,\"I think, therefore I am\",5,6"), "[1][2][3][I think, therefore I am][5][6]1/" },
	{ "python: quoted quotes in text", &comma, TEXT("1,2,3,\"\"\"I see,\"\" said the blind man\",\"as he picked up his hammer and saw\""),
	  "[1][2][3][\"I see,\" said the blind man][as he picked up his hammer and saw]1/" },
	{ "python: quoted line breaks", &comma, TEXT("1,2,3,\"\"\"I see,\"\"\nsaid the blind man\",\"as he picked up his\nhammer and saw\"\n9,8,7,6"),
	  "[1][2][3][\"I see,\"\nsaid the blind man][as he picked up his\nhammer and saw]1/[9][8][7][6]4/" },
	{ "python: doubled quote in double quotes", &comma, TEXT("12,12,1\"\","), "! 1:8 intake.csv_bare_quote" },
	{ "python: end in quotes", &comma, TEXT("a,\""), "! 1:3 intake.csv_unclosed" },
	{ "python: end in quotes, text", &comma, TEXT("\"a"), "! 1:1 intake.csv_unclosed" },
	{ "python: escape before text", &python, TEXT("a,\\b,c"), "[a][b][c]1/" },
	{ "python: escape before the delimiter", &python, TEXT("a,b\\,c"), "[a][b,c]1/" },
	{ "python: escape in quotes", &python, TEXT("a,\"b\\,c\""), "[a][b,c]1/" },
	{ "python: escape before text in quotes", &python, TEXT("a,\"b,\\c\""), "[a][b,c]1/" },
	{ "python: escape before a quote", &python, TEXT("a,\"b,c\\\"\""), "[a][b,c\"]1/" },
	{ "python: escape after a quote", &python, TEXT("a,\"b,c\"\\"), "! 1:8 intake.csv_after_quote" },
	{ "python: escape at the end", &python, TEXT("a,b\\"), "! 1:4 intake.csv_escape" },
	{ "python: quoting", &comma, TEXT("1,\",3,\",5"), "[1][,3,][5]1/" },
	{ "python: no quoting", &bare_escape, TEXT("1,\",3,\",5"), "[1][\"][3][\"][5]1/" },
	{ "python: line break and number", &comma, TEXT("\"a\nb\", 7"), "[a\nb][ 7]1/" },
	{ "python: initial spaces", &spaces, TEXT("no space, space,  spaces,\ttab"), "[no space][space][spaces][\ttab]1/" },
	{ "python: only spaces", &spaces, TEXT(" , , "), "[][][]1/" },
	{ "python: escaped excel", &bare_escape, TEXT("abc\\,def\r\n"), "[abc,def]1/" },
	{ "python: quoted escaped excel", &python, TEXT("\"abc\\,def\"\r\n"), "[abc,def]1/" },
	{ "python: single quotes", &single, TEXT("'1','2''3'\n"), "[1][2'3]1/" },
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
		if (strchr(want, '!') || strchr(s, '#') || strstr(cases[i].name, "CR alone") || cases[i].d->encoding[4] == '1' || !strncmp(s, "\xef\xbb\xbf", 3))
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
	struct rows_reader c;
	csv_open(&c, &semicolon, &(struct rows_input){ read_portion, &p });
	CHECK(c.next(c.self, &row, &e) == 1 && row.n == 2 && row.cell[1].n == 3000 * 1024 + 1, "a cell of three megabytes");
	CHECK(c.next(c.self, &row, &e) == 1 && row.line == 2 && c.next(c.self, &row, &e) == 0, "and the row after it");
	c.close(c.self);

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
