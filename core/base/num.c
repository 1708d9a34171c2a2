/* Numbers and text. The process never calls setlocale, so the C library's own conversions are those of the C locale;
 * they are used here and nowhere else. */
#include "base/num.h"

#include "base/text.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool num_int(const char *s, size_t n, int64_t *out)
{
	size_t i = n && (s[0] == '-' || s[0] == '+');
	bool negative = n && s[0] == '-';
	int64_t v = 0;

	if (i == n)
		return false;
	for (; i < n; i++) {
		if (!text_is_digit(s[i]))
			return false;
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s[i] - '0', &v))
			return false;
	}
	/* Built from below, since the smallest integer has no positive twin. */
	if (!negative && v == INT64_MIN)
		return false;
	*out = negative ? v : -v;
	return true;
}

static const char *skip_digits(const char *s)
{
	while (text_is_digit(*s))
		s++;
	return s;
}

/* Nothing but: sign, digits, decimal character, digits, and an exponent with its sign and digits. */
bool num_real(const char *s, size_t n, char decimal, double *out, int *decimals)
{
	char text[128];

	if (!n || n >= sizeof text)
		return false;
	for (size_t i = 0; i < n; i++)   /* to what strtod reads; another '.' becomes a character that stops below */
		text[i] = s[i] == decimal ? '.' : s[i] == '.' ? ',' : s[i];
	text[n] = 0;
	const char *whole = text + (*text == '-' || *text == '+'), *at = skip_digits(whole), *part = at + (*at == '.');
	bool any = at > whole;
	at = skip_digits(part);
	any |= at > part;
	if (decimals)
		*decimals = (int)(at - part);
	if (any && (*at == 'e' || *at == 'E')) {
		const char *power = at + 1 + (at[1] == '-' || at[1] == '+');
		at = skip_digits(power);
		any = at > power;
	}
	if (!any || at != text + n)
		return false;
	*out = strtod(text, NULL);
	return isfinite(*out);
}

void num_put_real(struct buf *out, double v)
{
	char text[40];

	assert(isfinite(v));
	if (v == 0)
		v = 0;   /* no "-0" */
	/* 15 digits always survive, but for numbers so near 0 that they have fewer. */
	for (int digits = fabs(v) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_str(out, text);
}
