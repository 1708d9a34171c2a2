/* Places for labels: rectangles that are taken, and the nearest free one beside a mark. Knows geometry only. */
#ifndef RENDER_PLACE_H
#define RENDER_PLACE_H
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>

struct box { double x0, y0, x1, y1; };
enum side { SIDE_RIGHT, SIDE_LEFT, SIDE_ABOVE, SIDE_BELOW };
struct place {
	struct arena *arena;
	struct box room;           /* labels stay inside */
	struct taken { struct box box; bool soft; struct taken *next; } *taken, *last;
};
struct label {
	struct box mark;           /* what it belongs to */
	double w, h;
	enum side first;           /* where it stands best; then at the opposite side, then at the others */
	bool far;                  /* it may stand away from its mark; else it stays in its row */
};
/* soft: a label may cover it when there is no other room (dots of the context). */
void place_take(struct place *p, struct box b, bool soft);
/* A line between two points, as a chain of boxes. */
void place_take_line(struct place *p, double x0, double y0, double x1, double y1, double width);
/* How a label came to its place. */
enum placed { PLACED_NOT, PLACED_BESIDE, PLACED_AWAY, PLACED_OVER };
/* Finds room for a label beside its mark. In a row it then moves on past what is in the way; far: it tries the corners, then a
 * distance that wants a leader line (PLACED_AWAY), then over soft things (PLACED_OVER). *out is then taken. */
enum placed place_beside(struct place *p, const struct label *l, struct box *out);
/* Moves n intervals of height h, given by their wanted centres in ascending order, apart so that none overlaps and all lie in
 * lo … hi (isotonic regression: the sum of squared moves is least). False when they do not fit. For few n: O(n³). */
bool place_apart(double *centre, size_t n, double h, double lo, double hi);
#endif
