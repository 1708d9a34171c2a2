/* Charts: marks on scales in panels become a gnuplot script of numbers and finished text. All positions, ticks and texts
 * are computed here. */
#ifndef RENDER_CHART_H
#define RENDER_CHART_H
#include "base/buf.h"
#include "base/err.h"
#include "render/gnuplot.h"
#include "render/metrics.h"
#include "store/artefact.h"

enum chart_format { CHART_PDF, CHART_SVG };
/* The complete script for one language and format. Refuses (ERR_CHART_*) what cannot be drawn honestly: bars on a log
 * scale, bars not from zero, values <= 0 on a log scale, no data, values outside asked bounds, labels without room,
 * characters without a glyph. */
bool chart_script(const struct chart *c, enum lang lang, enum chart_format format, const struct metrics *m, struct buf *out,
	struct err *e);
/* Draws <base>.pdf, <base>.svg and <base>.gp (published atomically, creation date made constant from epoch). */
bool chart_draw(struct gnuplot *g, const struct chart *c, enum lang lang, long long epoch, const char *base, struct err *e);
#endif
