/* The theme's table. */
#include "render/theme.h"

const struct theme theme_default = {
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
