/* Figures as files. */
#ifndef RENDER_CHART_H
#define RENDER_CHART_H
#include "base/err.h"
#include "render/gnuplot.h"
#include "store/figure.h"

/* Draws <base>.pdf, <base>.svg and <base>.gp, the scripts by `make` (published atomically, creation date made constant from epoch). */
bool chart_draw(struct gnuplot *g, figure_maker *make, const struct chart *c, enum lang lang, long long epoch, const char *base, struct err *e);
#endif
