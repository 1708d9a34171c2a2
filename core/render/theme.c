/* The theme's table, and the contrast formula that its test uses. */
#include "render/theme.h"

#include <math.h>

static const struct theme theme = {
	.family = "TeX Gyre Heros", .text = 8, .line = 9.8,
	.ink = 0x1a1a2e, .muted = 0x4b5563, .axis = 0x6b7280, .grid = 0xe5e7eb, .paper = 0xffffff,
	.role = {
		[ROLE_MAIN] = { 0x0b4f8a, 0x5b8fc2, 0xd6e4f2, 0x0b4f8a },
		[ROLE_SECOND] = { 0xc64f00, 0xd9772b, 0xfbe3d0, 0xb34700 },
		[ROLE_THIRD] = { 0x00805d, 0x2f9878, 0xd0ece3, 0x00704f },
		[ROLE_FOURTH] = { 0x7b2d5e, 0xa8628f, 0xf3deea, 0x7b2d5e },
		[ROLE_CONTEXT] = { 0x7d8696, 0x878f9d, 0xeceef2, 0x4b5563 },
		[ROLE_INK] = { 0x1a1a2e, 0x5a5f70, 0xe5e7eb, 0x1a1a2e },
	},
};

const struct theme *theme_get(void)
{
	return &theme;
}

/* Relative luminance of an sRGB colour, WCAG 2.1. */
static double luminance(unsigned c)
{
	static const double weight[3] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double v = (double)(c >> (16 - 8 * i) & 0xff) / 255;
		sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
	}
	return sum;
}

double theme_contrast(unsigned a, unsigned b)
{
	double la = luminance(a), lb = luminance(b);

	return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}
