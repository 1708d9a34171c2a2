/* Widths of characters as the figures print them: FreeType on the theme's font files, found through fontconfig. */
#ifndef RENDER_METRICS_H
#define RENDER_METRICS_H
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

#define METRICS_FAMILY "TeX Gyre Heros"   /* of all figures */
struct metrics;
/* Regular and bold of a family; takes some milliseconds. ERR_FONT_MISSING when it is not installed (a look-alike is not
 * accepted). */
struct metrics *metrics_open(const char *family, struct err *e);
void metrics_close(struct metrics *m);
/* Folder of the font files; valid until metrics_close. */
const char *metrics_folder(const struct metrics *m);
/* Advance width of a character in ems; below 0 when the font has no glyph for it. */
double metrics_advance(const struct metrics *m, uint32_t c, bool bold);
#endif
