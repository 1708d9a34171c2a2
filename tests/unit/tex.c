/* Text for LaTeX: every printable ASCII character and each character of the allow-list goes through pdflatex in the jail and comes back from the
 * PDF as it was written, in French and English; strings that TeX would take for commands too. */
#include "render/tex.h"

#include "base/embed.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/text.h"
#include "host/texlog.h"
#include "render/paper.h"
#include "tap.h"

#include <stdlib.h>

#define LEN(a) (sizeof(a) / sizeof *(a))

static struct arena arena;

static void test_escapes(void)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "", "" }, { "aé Œ", "aé Œ" }, { "\\write18{x}", "\\textbackslash{}write18\\{x\\}" }, { "50 % & #1_a ; b", "50\\nobreakspace{}\\% \\& \\#1\\_a\\nobreakspace{}\\cnSemicolon{} b" },
		{ "a--b", "a-{}-{}b" }, { "21\u202f000", "21\\,000" }, { "« b »", "\\guillemotleft{}\\nobreakspace{}b\\nobreakspace{}\\guillemotright{}" },
		{ "~^", "\\textasciitilde{}\\textasciicircum{}" }, { "− ≥ l’un", "− ≥ l’un" }, { "’’ –-", "’{}’ –{}-{}" },
	};
	for (size_t i = 0; i < LEN(cases); i++) {
		struct buf b = BUF(1000);
		struct err e = { 0 };
		CHECK(tex_text(&b, cases[i].in, &e), "accepted");
		CHECK_STR(buf_text(&b), cases[i].want, cases[i].in);
		buf_free(&b);
	}
}

static void test_refused(void)
{
	static const struct { const char *in, *name; } cases[] = {
		{ "a\tb", "U+0009" }, { "\n", "U+000A" }, { "\x7f", "U+007F" }, { "漢", "U+6F22" }, { "e\u0301", "U+0301" }, { "\u200b", "U+200B" },
		{ "\u202e", "U+202E" }, { "\U0001f600", "U+1F600" }, { "\xc2\x85", "U+0085" }, { "Ж", "U+0416" }, { "\u00ad", "U+00AD" }, { "Đ", "U+0110" },
	};
	for (size_t i = 0; i < LEN(cases); i++) {
		struct buf b = BUF(1000);
		struct err e = { 0 };
		CHECK(!tex_text(&b, cases[i].in, &e) && e.id == ERR_TEX_GLYPH, "refused");
		CHECK_STR(e.arg[0], cases[i].name, "by name");
		buf_free(&b);
	}
}

static void test_cells(void)
{
	struct buf b = BUF(2000);
	struct err e = { 0 };

	CHECK(tex_text(&b, "see https://a.example/b_c/d?e=1&f=%2e now", &e), "an address in a cell");
	CHECK_STR(buf_text(&b), "see \\href{https://a.example/b_c/d?e=1\\&f=\\%2e}{https\\cnColon{}/\\cnBreak{}/\\cnBreak{}a.\\cnBreak{}example/\\cnBreak{}b\\_\\cnBreak{}"
		"c/\\cnBreak{}d\\cnQuestion{}\\cnBreak{}e=\\cnBreak{}1\\&\\cnBreak{}f=\\cnBreak{}\\%2e} now", "becomes a link that may break");
	buf_clear(&b);
	CHECK(!tex_address(&b, "file:///etc/passwd") && !tex_address(&b, "https://a/\\x") && !tex_address(&b, "https://a/{") && !b.n, "other addresses are none");
	tex_pdf_hex(&b, "é😀");
	CHECK_STR(buf_text(&b), "FEFF00E9D83DDE00", "PDF text string");
	buf_free(&b);
}

/* ---- through pdflatex and back ---- */

static const char *const strings[] = {
	"\\write18{touch x}", "\\input{/etc/passwd}", "^^5cinput", "$x_1^2$", "a & b \\\\ c", "% not a comment", "#1 {} ~", "--- -- -.", "``a'' `b' \"c\"",
	",,a << b >> ?` !`", "fi fl ff ffi ffl", "a : b ; c ! d ?", "10:30 http://x.y/?a=b&c=%20", "« guillemets » et l’œuvre", "[1] *2*", "\\", "{", "}}",
	"\\end{document}", "\\csname x\\endcsname", "|a|b", "plus de 4 000", "\"\"", "''''", "<>", "\\\\[2cm]", "\\*", "&&", "x\\par y", "\\verb|x|", "%%", "‘‘a’’ ‚‚ “ ” – –- –– —", "l’été, l’« œuvre »",
};

static size_t put_all(struct buf *tex, char want[][64])
{
	size_t n = 0;

	for (uint32_t c = 0x20; c < 0x2300; c++) {
		struct buf one = BUF(64), text = BUF(512);
		struct err e = { 0 };
		buf_char(&one, 'x');
		char bytes[4];
		buf_add(&one, bytes, text_utf8_write(bytes, c));
		buf_char(&one, 'y');
		if (tex_text(&text, buf_text(&one), &e)) {
			const char *is = c == 0x20 || c == 0xA0 || c == 0x2009 || c == 0x202F ? "x y" : c == 0x2010 || c == 0x2011 ? "x-y" : buf_text(&one);
			snprintf(want[n], sizeof want[n], "[%zu]%s", n, is);
			buf_printf(tex, "[%zu]%s\\par\n", n, buf_text(&text));
			n++;
		}
		buf_free(&one);
		buf_free(&text);
	}
	for (size_t i = 0; i < LEN(strings); i++, n++) {
		struct err e = { 0 };
		snprintf(want[n], sizeof want[n], "[%zu]x%s", n, strings[i]);
		buf_printf(tex, "[%zu]x", n);
		if (!tex_text(tex, strings[i], &e))
			exit(99);
		buf_str(tex, "\\par\n");
	}
	return n;
}

static void round_trip(const char *root, const char *language)
{
	static char want[1000][64];
	struct err e = { 0 };
	struct buf tex = BUF(1 << 20), warnings = BUF(1 << 16);
	char line[4096];
	const char *dir = arena_printf(&arena, "reports/%s", language), *folder = path_join(&arena, root, dir);
	const struct embed *sty = embed_find("render/continuum.sty");
	struct paper p = { .root = root, .dir = dir, .name = language, .edition = "", .date = "", .work_dir = path_mkdtemp(&arena, root, &e), .wall_seconds = 60, .read_log = texlog_read,
		.out = arena_printf(&arena, "%s/%s.pdf", root, language) };

	buf_printf(&tex, "\\documentclass{scrreprt}\\usepackage[%s]{generated/continuum}\\title{T}\\begin{document}\\parindent0pt\\sffamily\n", language);
	size_t n = put_all(&tex, want);
	buf_str(&tex, "\\end{document}\n");
	CHECK(n > 95 + 150, "many characters");
	bool ok = path_mkdirs(path_join(&arena, folder, "generated"), &e) && path_write(path_join(&arena, folder, "generated/continuum.sty"), sty->data, sty->size, &e) &&
	          path_write(arena_printf(&arena, "%s/%s.tex", folder, language), buf_text(&tex), tex.n, &e);
	CHECK(ok && (paper_typeset(&p, &warnings, &e) || !printf("# %s\n", e.why)), "typeset");
	CHECK_STR(buf_text(&warnings), "", "without a warning");
	FILE *f = popen(arena_printf(&arena, "pdftotext -enc UTF-8 %s -", p.out), "r");
	size_t next = 0, bad = 0;
	while (f && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] != '[' && line[0] != '\f')
			continue;
		const char *got = line + (line[0] == '\f');
		if (!*got)
			continue;
		if (next >= n || strcmp(got, want[next])) {
			printf("# got %s, want %s\n", got, next < n ? want[next] : "the end");
			bad++;
		}
		next++;
	}
	if (f)
		pclose(f);
	CHECK(next == n && !bad, arena_printf(&arena, "%zu texts come back from the %s PDF as written", n, language));
	buf_free(&tex);
	buf_free(&warnings);
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	enum proc_kind kind;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? 99 : 98;
	char *root = path_mkdtemp(&arena, "/tmp", &e);
	test_escapes();
	test_refused();
	test_cells();
	round_trip(root, "french");
	round_trip(root, "english");
	path_remove_tree(root, &e);
	arena_free(&arena);
	return done_testing();
}
