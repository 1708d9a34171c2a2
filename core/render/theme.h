/* Colours and sizes of all figures, in one table. Colours are Okabe and Ito's order of hues (jfly.uni-koeln.de/color,
 * 2008), darkened until parts of a graph reach 3:1 and words 4.5:1 against white (WCAG 2.1, 1.4.11 and 1.4.3); the unit
 * test computes both. */
#ifndef RENDER_THEME_H
#define RENDER_THEME_H
#include "store/artefact.h"

enum { THEME_ROLES = ROLE_INK + 1 };
struct theme_role {
	unsigned fill;    /* dots, bars, lines: 3:1 */
	unsigned band;    /* intervals and outlines of pale areas: 3:1 */
	unsigned pale;    /* area with an outline in `band` */
	unsigned text;    /* words in the colour of the mark: 4.5:1 */
};
struct theme {
	const char *family;                       /* found through fontconfig */
	double text, line;                        /* size and line height of all text, points */
	unsigned ink, muted, axis, grid, paper;   /* 0xRRGGBB; grid is decoration */
	struct theme_role role[THEME_ROLES];
};
extern const struct theme theme_default;
#endif
