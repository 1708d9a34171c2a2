/* Puts a laid-out page on a canvas: grid, marks, axes, then labels where there is room. */
#ifndef RENDER_PAINT_H
#define RENDER_PAINT_H
#include "render/canvas.h"
#include "render/layout.h"

enum { PAINT_LABELS = 400 };   /* of a chart */
/* ERR_CHART_LABEL when a label finds no room. */
bool paint_page(struct page *pg, struct canvas *cv);
#endif
