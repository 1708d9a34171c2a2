/* Places for labels: rectangles that are taken, and the nearest free one beside a mark. Knows geometry only. */
#ifndef RENDER_PLACE_H
#define RENDER_PLACE_H
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>

struct box { double x0, y0, x1, y1; };
enum side { SIDE_RIGHT, SIDE_LEFT, SIDE_ABOVE, SIDE_BELOW, SIDE_COUNT };
struct place {
	struct arena *arena;
	struct box room;           /* labels stay inside */
	struct box *taken;
	size_t n, cap;
};
void place_take(struct place *p, struct box b);
/* A line from (x0, y0) to (x1, y1), as a chain of boxes. */
void place_take_line(struct place *p, double x0, double y0, double x1, double y1, double width);
bool place_is_free(const struct place *p, struct box b);
/* Finds room for w × h beside the mark, trying the sides in order and moving past what is in the way, then (far) at a distance that wants a leader line.
 * True: *out is the place, already taken; *away says that it does not touch the mark. */
bool place_beside(struct place *p, struct box mark, double w, double h, const enum side order[SIDE_COUNT], bool far, struct box *out, bool *away);
/* Moves n intervals of height h, given by their wanted centres in ascending order, apart so that none overlaps and all lie in lo … hi if that is possible
 * (pool of adjacent violators: the sum of squared moves is least). False when they do not fit. */
bool place_apart(double *centre, size_t n, double h, double lo, double hi);
#endif
