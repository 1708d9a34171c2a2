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

/* What inputenc and continuum.sty print as it is typed. Not U+0110: T1 gives it the glyph of U+00D0. */
static const char typed[] =
	"¡¢£¤¥¦§¨©ª¬®¯°±²³´µ¶·¹º¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"
	"ĀāĂăĄąĆćČčĎďđĒēĖėĘęĚěĞğĢģĪīĮįİıĶķĹĺĻļĽľŁłŃńŅņŇňŊŋŌōŐőŒœŔŕŖŗŘřŚśŞşŠšŢţŤťŪūŮůŰűŲųŸŹźŻżŽžƒȘșȚț"
	"ΔΣΩαβδπ—‘’‚“”„†‡•…‰‹›€№™←↑→↓−∞≈≤≥";

/* How a character is written; NULL where the fonts have no place for it. */
static const char *written(uint32_t c, const char *utf8)
{
	switch (c) {
	case 0x00A0: return "\\nobreakspace{}";
	case 0x00AB: return "\\guillemotleft{}";    /* typed in French text it brings its own space */
	case 0x00BB: return "\\guillemotright{}";
	case 0x2009: case 0x202F: return "\\,";
	case 0x2010: return "-{}";
	case 0x2011: return "\\mbox{-}";
	case 0x2013: return "–{}";                   /* "–-" is a ligature of T1 */
	}
	if (c < 0x80)
		return c < 0x20 || c == 0x7f ? NULL : ascii[c] ? ascii[c] : utf8;
	return strstr(typed, utf8) ? utf8 : NULL;
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
		if (c >= 0x2018 && s < end && !strncmp(from, s, (size_t)(s - from)))
			buf_str(out, "{}");   /* ‘‘ and ’’ are ligatures too */
		if (breaks && s < end && strchr(TEX_BREAK_AFTER, *from))
			buf_str(out, "\\cnBreak{}");
	}
	return true;
}

static bool is_address(const char *s, size_t n)
{
	return (!strncmp(s, "https://", 8) || !strncmp(s, "http://", 7)) &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/?=:+,;@()%#&~") >= n;
}

static void put_address(struct buf *out, const char *s, size_t n)
{
	for (; n; n--, s++) {
		buf_str(out, strchr("%#&~", *s) ? "\\" : "");
		buf_char(out, *s);
	}
}

/* No line begins with punctuation that French sets off, and none ends with an opening guillemet: those spaces do not break. */
bool tex_text(struct buf *out, const char *s, struct err *e)
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
		bool breaks = n > TEX_LONG_WORD, link = breaks && is_address(s, n);
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
