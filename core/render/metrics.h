/* Widths of text as the figures print it: FreeType on the theme's font files, found through fontconfig. Knows nothing of
 * charts. */
#ifndef RENDER_METRICS_H
#define RENDER_METRICS_H
#include "base/arena.h"
#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

#define METRICS_FAMILY "TeX Gyre Heros"   /* of all figures */
enum { METRICS_LINES = 3 };
struct metrics;
/* Regular and bold of a family; takes some milliseconds. ERR_FONT_MISSING when it is not installed (a look-alike is not
 * accepted). */
struct metrics *metrics_open(const char *family, struct err *e);
void metrics_close(struct metrics *m);
/* Folder of the font files; valid until metrics_close. */
const char *metrics_folder(const struct metrics *m);
/* Width of valid UTF-8 in points. Without kerning, which would make it at most a little narrower. */
double metrics_width(const struct metrics *m, const char *s, bool bold, double size);
/* First character of s that the font has no glyph for (0 = all there); control characters count as missing. */
uint32_t metrics_missing(const struct metrics *m, const char *s, bool bold);
/* Breaks s into lines no wider than `width`, as even as they can be, with as few lines as needed; in the arena. Number of
 * lines, 0 when METRICS_LINES do not suffice; line has room for them. Breaks at spaces, after - and /, and inside a word only when it alone is
 * too wide. */
size_t metrics_wrap(const struct metrics *m, struct arena *a, const char *s, bool bold, double size, double width,
	char **line);
#endif
