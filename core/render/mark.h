/* The kinds of marks, each with its painter and with what the page must know of it. A new kind is an entry of the two
 * tables in mark.c. */
#ifndef RENDER_MARK_H
#define RENDER_MARK_H
#include "render/layout.h"

struct mark_type {
	bool keyed;       /* its name stands in the key, beside a sample */
	bool fills;       /* the x axis ends where the data end */
	bool fixed;       /* stands where it is told to: no room is made for it */
	double inset;     /* room that it needs at the ends of axes */
};
extern const struct mark_type mark_types[];

/* Paints all marks of a panel and the line that lengths start from; labels are left in f->want. */
void mark_paint(struct page *pg, struct frame *f);
/* A sample of the mark for the key, y: its middle. */
void mark_sample(struct page *pg, const struct mark *m, double x, double y);
#endif
