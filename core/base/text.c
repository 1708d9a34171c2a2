/* UTF-8, Windows-1252, names. Bytes are unsigned wherever they are compared. */
#include "base/text.h"

#include <string.h>
#include <strings.h>

/* Length of the valid UTF-8 character at s, or 0 (Unicode 15, table 3-7: well-formed byte sequences). */
static size_t utf8_step(const unsigned char *s, size_t n)
{
	unsigned char c = s[0];

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	size_t len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	unsigned char lo = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	unsigned char hi = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (s[1] < lo || s[1] > hi)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

/* Most text is ASCII: eight bytes of it at once. */
static inline bool ascii8(const char *s, size_t n)
{
	uint64_t v;

	if (n < sizeof v)
		return false;
	memcpy(&v, s, sizeof v);
	return !(v & 0x8080808080808080u);
}

size_t text_utf8_bad(const char *s, size_t n)
{
	for (size_t i = 0, step; i < n; i += step) {
		step = ascii8(s + i, n - i) ? 8 : utf8_step((const unsigned char *)s + i, n - i);
		if (!step)
			return i;
	}
	return n;
}

size_t text_utf8_length(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

uint32_t text_utf8_next(const char **s, const char *end)
{
	const unsigned char *p = (const unsigned char *)*s;
	size_t step = utf8_step(p, (size_t)(end - *s));
	uint32_t c = step > 1 ? p[0] & (0x7fu >> step) : step ? p[0] : 0xfffd;

	for (size_t i = 1; i < step; i++)
		c = c << 6 | (p[i] & 0x3fu);
	*s += step ? step : 1;
	return c;
}

size_t text_utf8_write(char to[4], uint32_t c)
{
	static const unsigned char lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	to[0] = (char)(lead[more] | c >> 6 * more);
	for (unsigned i = 1; i <= more; i++)
		to[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
	return more + 1;
}

size_t text_from_cp1252(char *to, const char *s, size_t n, size_t *used)
{
	/* 0x80–0x9F of Windows-1252 (Unicode Consortium, MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT); 0 = undefined. */
	static const uint16_t high[32] = {
		0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
		0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
		0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178
	};
	char *out = to;
	size_t i = 0;

	while (i < n) {
		if (ascii8(s + i, n - i)) {
			out = (char *)memcpy(out, s + i, 8) + 8;
			i += 8;
			continue;
		}
		unsigned char c = (unsigned char)s[i];
		uint32_t u = c < 0x80 || c >= 0xa0 ? c : high[c - 0x80];
		if (c && !u)
			break;
		if (u < 0x80)
			*out++ = (char)u;
		else
			out += text_utf8_write(out, u);
		i++;
	}
	*used = i;
	return (size_t)(out - to);
}

void text_clean(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0, gap = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		/* C1 controls are C2 80 … C2 9F in UTF-8: terminals obey them too. */
		bool c1 = c == 0xc2 && i + 1 < n && ((unsigned char)s[i + 1] & 0xe0) == 0x80, control = c < 0x20 || c == 0x7f || c1;
		if (!control || !gap)
			buf_char(out, control ? ' ' : (char)c);
		gap = control;
		i += c1;
	}
}

bool text_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool text_is_name(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= 64 && s[0] >= 'a' && s[0] <= 'z' && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

char text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int text_icmp(const char *a, const char *b)
{
	return strcasecmp(a, b);   /* in the C locale, which the program never leaves: ASCII letters alone */
}

enum { NEAR_MAX = 64 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Damerau–Levenshtein distance (optimal string alignment) on bytes, case folded. */
static size_t edit_distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t row[3][NEAR_MAX + 1];

	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *cur = row[i % 3], *prev = row[(i + 2) % 3], *prev2 = row[(i + 1) % 3];
		cur[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = prev[j - 1] + (text_lower(a[i - 1]) != text_lower(b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = least(best, prev2[j - 2] + 1);
			cur[j] = least(best, least(prev[j], cur[j - 1]) + 1);
		}
	}
	return row[n % 3][m];
}

const char *text_nearest(const char *s, const char *const *list, size_t n)
{
	size_t len = strlen(s), best = SIZE_MAX;
	const char *found = NULL;

	for (size_t i = 0; i < n && len && len <= NEAR_MAX; i++) {
		size_t m = strlen(list[i]), d = m && m <= NEAR_MAX ? edit_distance(s, len, list[i], m) : SIZE_MAX / 3;
		if (d < best && 3 * d <= (len > m ? len : m)) {
			best = d;
			found = list[i];
		}
	}
	return found;
}
