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

/* Copies a number with its decimal character as '.'; false when the shape is not sign digits [. digits] [e sign digits]. */
static bool real_shape(const char *s, size_t n, char decimal, char *out, int *decimals)
{
	size_t i = 0, digits = 0;

	*decimals = 0;
	if (n && (s[0] == '-' || s[0] == '+'))
		i++;
	for (; i < n && text_is_digit(s[i]); i++)
		digits++;
	if (i < n && s[i] == decimal) {
		for (i++; i < n && text_is_digit(s[i]); i++)
			++*decimals;
	}
	if (!digits && !*decimals)
		return false;
	if (i < n && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		if (i < n && (s[i] == '-' || s[i] == '+'))
			i++;
		if (i == n || !text_is_digit(s[i]))
			return false;
		while (i < n && text_is_digit(s[i]))
			i++;
	}
	if (i != n)
		return false;
	for (size_t k = 0; k < n; k++)
		out[k] = s[k] == decimal ? '.' : s[k];
	out[n] = 0;
	return true;
}

bool num_real(const char *s, size_t n, char decimal, double *out, int *decimals)
{
	char text[128];
	int d;

	if (!n || n >= sizeof text || !real_shape(s, n, decimal, text, &d))
		return false;
	*out = strtod(text, NULL);
	if (decimals)
		*decimals = d;
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

void num_put_fixed(struct buf *out, double v, int decimals)
{
	char text[400];

	assert(isfinite(v) && decimals >= 0 && decimals <= 15);
	snprintf(text, sizeof text, "%.*f", decimals, v);
	/* "-0" and "-0.00" are zero. */
	bool minus = text[0] == '-' && strspn(text + 1, "0.") == strlen(text + 1);
	buf_str(out, text + minus);
}
