/* Puts a laid-out page on its canvas: heads, grid, marks, axes, then labels where there is room. */
#ifndef RENDER_PAINT_H
#define RENDER_PAINT_H
#include "render/layout.h"

/* ERR_CHART_LABEL when a label finds no room. */
bool paint_page(struct page *pg);
#endif
