/* Charts: marks on scales in panels become a gnuplot script of numbers and finished text. All positions, ticks and texts are computed by
 * the Lua of host/figure. */
#ifndef HOST_FIGURE_H
#define HOST_FIGURE_H
#include "store/figure.h"

/* Refuses (ERR_CHART_*) what cannot be drawn honestly: bars on a log scale, bars not from zero, values <= 0 on a log scale, no data, values
 * outside asked bounds, labels without room, characters without a glyph. */
bool figure_script(const struct chart *c, enum lang lang, enum chart_format format, const struct typeface *face, struct buf *out, struct err *e);
#endif
