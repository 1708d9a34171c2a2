/* Text for LaTeX: every printable ASCII character and each character of the allow-list goes through pdflatex in the jail and comes back from the
 * PDF as it was written, in French and English; strings that TeX would take for commands too. */
#include "report.h"

#include "base/text.h"
#include "host/lua_run.h"

static lua_State *L;   /* what paper/tex.lua gives is on top of its stack */

/* Calls a function of it; false with the record that it raised. */
static bool call(const char *function, struct buf *out, const char *s, struct err *e)
{
	lua_getfield(L, -1, function);
	lua_pushstring(L, s);
	bool ok = lua_pcall(L, 1, 1, 0) == LUA_OK;

	if (ok)
		buf_str(out, lua_tostring(L, -1));
	else
		*e = *(const struct err *)luaL_checkudata(L, -1, LUA_RUN_ERROR);
	lua_pop(L, 1);
	return ok;
}

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
		CHECK(call("text", &b, cases[i].in, &e), "accepted");
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
		CHECK(!call("text", &b, cases[i].in, &e) && e.id == ERR_TEX_GLYPH, "refused");
		CHECK_STR(e.arg[0], cases[i].name, "by name");
		buf_free(&b);
	}
}

static void test_cells(void)
{
	struct buf b = BUF(2000);
	struct err e = { 0 };

	CHECK(call("text", &b, "see https://a.example/b_c/d?e=1&f=%2e now", &e), "an address in a cell");
	CHECK_STR(buf_text(&b), "see \\href{https://a.example/b_c/d?e=1\\&f=\\%2e}{https\\cnColon{}/\\cnBreak{}/\\cnBreak{}a.\\cnBreak{}example/\\cnBreak{}b\\_\\cnBreak{}"
		"c/\\cnBreak{}d\\cnQuestion{}\\cnBreak{}e=\\cnBreak{}1\\&\\cnBreak{}f=\\cnBreak{}\\%2e} now", "becomes a link that may break");
	buf_clear(&b);
	static const char *const none[] = { "file:///etc/passwd", "https://a/\\x", "https://a/{" };
	for (size_t i = 0; i < LEN(none); i++)
		CHECK(call("address", &b, none[i], &e) && !b.n, "other addresses are none");
	call("pdf_hex", &b, "é😀", &e);
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
		if (call("text", &text, buf_text(&one), &e)) {
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
		if (!call("text", tex, strings[i], &e))
			exit(99);
		buf_str(tex, "\\par\n");
	}
	return n;
}

static void round_trip(const char *language)
{
	static char want[1000][64];
	struct err e = { 0 };
	struct buf tex = BUF(1 << 20);
	char line[4096];

	buf_printf(&tex, "\\documentclass{scrreprt}\\usepackage[%s]{generated/continuum}\\title{T}\\begin{document}\\parindent0pt\\sffamily\n", language);
	size_t n = put_all(&tex, want);
	buf_str(&tex, "\\end{document}\n");
	CHECK(n > 95 + 150, "many characters");
	put(arena_printf(&arena, "reports/%s/%s.tex", language, language), buf_text(&tex));
	CHECK(make_report(language, LANG_EN, 60, NULL, &e) || !printf("# %s\n", e.why), "typeset");
	CHECK_STR(notes, "", "without a warning");
	FILE *f = popen(arena_printf(&arena, "pdftotext -enc UTF-8 %s.pdf -", at(language)), "r");
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
}

static void take(lua_State *state, void *unused)
{
	(void)unused;
	L = state;
	test_escapes();
	test_refused();
	test_cells();
	round_trip("french");
	round_trip("english");
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	enum proc_kind kind;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? 99 : 98;
	open_project(NULL);
	CHECK(lua_run(&(struct lua_run){ "paper/tex", (const luaL_Reg[]){ { NULL, NULL } }, NULL, take, NULL, &e }), "no mistake in the chunk");
	close_project(false);
	return done_testing();
}
