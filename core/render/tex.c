/* Text for LaTeX, by an allow-list: what is not in a table here does not reach TeX.
 * The macros named cn… are those of continuum.sty. Knows nothing of reports. */
#include "render/tex.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

/* ASCII that is not written as it is. Braces and empty groups also break the ligatures of T1 (-- << ?` ,, ''),
 * keep [ and * away from \\, and leave no active character of babel-french (: ; ! ?). */
static const char *const ascii[128] = {
	['!'] = "\\cnExclamation{}", ['"'] = "\\textquotedbl{}", ['#'] = "\\#", ['$'] = "\\$", ['%'] = "\\%", ['&'] = "\\&",
	['\''] = "\\textquotesingle{}", ['*'] = "{*}", [','] = ",{}", ['-'] = "-{}", [':'] = "\\cnColon{}",
	[';'] = "\\cnSemicolon{}", ['<'] = "\\textless{}", ['>'] = "\\textgreater{}", ['?'] = "\\cnQuestion{}",
	['['] = "{[}", ['\\'] = "\\textbackslash{}", [']'] = "{]}", ['^'] = "\\textasciicircum{}", ['_'] = "\\_",
	['`'] = "\\textasciigrave{}", ['{'] = "\\{", ['|'] = "\\textbar{}", ['}'] = "\\}", ['~'] = "\\textasciitilde{}",
};

/* Letters that T1 holds, written as they are (inputenc knows them). Not U+0110: T1 gives it the glyph of U+00D0. */
static const char letters[] =
	"ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
	"ĂăĄąĆćČčĎďđĘęĚěĞğİıĹĺĽľŁłŃńŇňŊŋŐőŒœŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽž";

/* Everything else that can be printed, sorted by code point. */
static const struct sign { uint32_t c; const char *tex; } signs[] = {
	{ 0x00A0, "\\nobreakspace{}" }, { 0x00A1, "\\textexclamdown{}" }, { 0x00A2, "\\textcent{}" }, { 0x00A3, "\\textsterling{}" },
	{ 0x00A4, "\\textcurrency{}" }, { 0x00A5, "\\textyen{}" }, { 0x00A6, "\\textbrokenbar{}" }, { 0x00A7, "\\textsection{}" },
	{ 0x00A8, "\\textasciidieresis{}" }, { 0x00A9, "\\textcopyright{}" }, { 0x00AA, "\\textordfeminine{}" },
	{ 0x00AB, "\\guillemotleft{}" }, { 0x00AC, "\\textlnot{}" }, { 0x00AE, "\\textregistered{}" }, { 0x00AF, "\\textasciimacron{}" },
	{ 0x00B0, "\\textdegree{}" }, { 0x00B1, "\\textpm{}" }, { 0x00B2, "\\cnTwoSup{}" }, { 0x00B3, "\\cnThreeSup{}" },
	{ 0x00B4, "\\textasciiacute{}" }, { 0x00B5, "\\textmu{}" }, { 0x00B6, "\\textparagraph{}" }, { 0x00B7, "\\textperiodcentered{}" },
	{ 0x00B9, "\\cnOneSup{}" }, { 0x00BA, "\\textordmasculine{}" }, { 0x00BB, "\\guillemotright{}" },
	{ 0x00BC, "\\textonequarter{}" }, { 0x00BD, "\\textonehalf{}" }, { 0x00BE, "\\textthreequarters{}" },
	{ 0x00BF, "\\textquestiondown{}" }, { 0x00D7, "\\texttimes{}" }, { 0x00F7, "\\textdiv{}" },
	/* Letters of the Baltic languages, which T1 lacks, by their place in L7x. */
	{ 0x0100, "\\cnBaltic{194}" }, { 0x0101, "\\cnBaltic{226}" }, { 0x0112, "\\cnBaltic{199}" }, { 0x0113, "\\cnBaltic{231}" },
	{ 0x0116, "\\cnBaltic{203}" }, { 0x0117, "\\cnBaltic{235}" }, { 0x0122, "\\cnBaltic{204}" }, { 0x0123, "\\cnBaltic{236}" },
	{ 0x012A, "\\cnBaltic{206}" }, { 0x012B, "\\cnBaltic{238}" }, { 0x012E, "\\cnBaltic{193}" }, { 0x012F, "\\cnBaltic{225}" },
	{ 0x0136, "\\cnBaltic{205}" }, { 0x0137, "\\cnBaltic{237}" }, { 0x013B, "\\cnBaltic{207}" }, { 0x013C, "\\cnBaltic{239}" },
	{ 0x0145, "\\cnBaltic{210}" }, { 0x0146, "\\cnBaltic{242}" }, { 0x014C, "\\cnBaltic{212}" }, { 0x014D, "\\cnBaltic{244}" },
	{ 0x0156, "\\cnBaltic{170}" }, { 0x0157, "\\cnBaltic{186}" }, { 0x016A, "\\cnBaltic{219}" }, { 0x016B, "\\cnBaltic{251}" },
	{ 0x0172, "\\cnBaltic{216}" }, { 0x0173, "\\cnBaltic{248}" },
	{ 0x0192, "\\textflorin{}" },
	{ 0x0218, "\\cnScomma{}" }, { 0x0219, "\\cnscomma{}" }, { 0x021A, "\\cnTcomma{}" }, { 0x021B, "\\cntcomma{}" },
	{ 0x0394, "\\cnDelta{}" }, { 0x03A3, "\\cnSigma{}" }, { 0x03A9, "\\cnOmega{}" }, { 0x03B1, "\\cnAlpha{}" },
	{ 0x03B2, "\\cnBeta{}" }, { 0x03B4, "\\cnDeltaSmall{}" }, { 0x03C0, "\\cnPi{}" },
	{ 0x2009, "\\," }, { 0x2010, "-{}" }, { 0x2011, "\\mbox{-}" }, { 0x2013, "\\textendash{}" }, { 0x2014, "\\textemdash{}" },
	{ 0x2018, "\\textquoteleft{}" }, { 0x2019, "\\textquoteright{}" }, { 0x201A, "\\quotesinglbase{}" },
	{ 0x201C, "\\textquotedblleft{}" }, { 0x201D, "\\textquotedblright{}" }, { 0x201E, "\\quotedblbase{}" },
	{ 0x2020, "\\textdagger{}" }, { 0x2021, "\\textdaggerdbl{}" }, { 0x2022, "\\textbullet{}" }, { 0x2026, "\\cnEllipsis{}" },
	{ 0x202F, "\\," }, { 0x2030, "\\cnPermille{}" }, { 0x2039, "\\guilsinglleft{}" }, { 0x203A, "\\guilsinglright{}" },
	{ 0x20AC, "\\texteuro{}" }, { 0x2116, "\\textnumero{}" }, { 0x2122, "\\texttrademark{}" },
	{ 0x2190, "\\textleftarrow{}" }, { 0x2191, "\\textuparrow{}" }, { 0x2192, "\\textrightarrow{}" }, { 0x2193, "\\textdownarrow{}" },
	{ 0x2212, "\\textminus{}" }, { 0x221E, "\\cnInfinity{}" }, { 0x2248, "\\cnApprox{}" }, { 0x2264, "\\cnLe{}" }, { 0x2265, "\\cnGe{}" },
};

/* How a character is written; NULL where the fonts have no place for it. */
static const char *written(uint32_t c, const char *utf8)
{
	if (c < 0x80)
		return c < 0x20 || c == 0x7f ? NULL : ascii[c] ? ascii[c] : utf8;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (signs[i].c == c)
			return signs[i].tex;
	return strstr(letters, utf8) ? utf8 : NULL;
}

/* breaks: a line may end after the signs of TEX_BREAK_AFTER. */
static bool characters(struct buf *out, const char *s, size_t n, bool breaks, struct err *e)
{
	assert(text_utf8_bad(s, n) == n);
	for (const char *end = s + n, *from = s; s < end; from = s) {
		uint32_t c = text_utf8_next(&s, end);
		char utf8[5] = { 0 };
		memcpy(utf8, from, (size_t)(s - from));
		const char *tex = written(c, utf8);
		if (!tex)
			return err_set(e, ERR_TEX_GLYPH, "U+%04X" ERR_SEP "%s", (unsigned)c, utf8);
		buf_str(out, tex);
		if (breaks && s < end && strchr(TEX_BREAK_AFTER, *from))
			buf_str(out, "\\cnBreak{}");
	}
	return true;
}

static bool is_address(const char *s, size_t n)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/?=:+,;@()%#&~";

	return (!strncmp(s, "https://", 8) || !strncmp(s, "http://", 7)) && strspn(s, allowed) >= n;
}

static void put_address(struct buf *out, const char *s, size_t n)
{
	for (; n; n--, s++) {
		buf_str(out, strchr("%#&~", *s) ? "\\" : "");
		buf_char(out, *s);
	}
}

/* No line begins with punctuation that French sets off, and none ends with an opening guillemet: those spaces do not break. */
static bool text(struct buf *out, const char *s, bool cell, struct err *e)
{
	bool ok = true;

	for (const char *start = s; ok && *s;) {
		if (*s == ' ') {
			bool opens = s - start >= 2 && !memcmp(s - 2, "«", 2);
			bool closes = (s[1] && strchr(";:!?%", s[1])) || !strncmp(s + 1, "»", 2);
			buf_str(out, opens || closes ? "\\nobreakspace{}" : " ");
			s++;
			continue;
		}
		size_t n = strcspn(s, " ");
		bool breaks = cell && n > TEX_LONG_WORD, link = breaks && is_address(s, n);
		if (link) {
			buf_str(out, "\\href{");
			put_address(out, s, n);
			buf_str(out, "}{");
		}
		ok = characters(out, s, n, breaks, e);
		buf_str(out, link ? "}" : "");
		s += n;
	}
	return ok;
}

bool tex_text(struct buf *out, const char *s, struct err *e)
{
	return text(out, s, false, e);
}

bool tex_cell(struct buf *out, const char *s, struct err *e)
{
	return text(out, s, true, e);
}

bool tex_address(struct buf *out, const char *s)
{
	size_t n = strlen(s);

	if (!is_address(s, n))
		return false;
	put_address(out, s, n);
	return true;
}

void tex_pdf_hex(struct buf *out, const char *s)
{
	const char *end = s + strlen(s);

	buf_str(out, "FEFF");
	while (s < end) {
		unsigned c = text_utf8_next(&s, end);
		if (c >= 0x10000)
			buf_printf(out, "%04X", 0xD800 + ((c - 0x10000) >> 10));
		buf_printf(out, "%04X", c >= 0x10000 ? 0xDC00 + (c & 0x3FF) : c);
	}
}
