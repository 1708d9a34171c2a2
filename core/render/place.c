/* Greedy: the first free place in the order of preference. A figure has few labels; what matters is that none overlaps. */
#include "render/place.h"

#include <math.h>
#include <string.h>

#define GAP_ACROSS 4.0    /* between mark and label, points */
#define GAP_ALONG 1.5
#define SLIDE 90.0        /* farthest that a label may move along its row */
#define PIECE 6.0         /* boxes that stand for a line */

void place_take(struct place *p, struct box b)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 64;
		struct box *more = arena_array(p->arena, struct box, cap);
		if (p->n)
			memcpy(more, p->taken, p->n * sizeof *more);
		p->taken = more;
		p->cap = cap;
	}
	p->taken[p->n++] = b;
}

void place_take_line(struct place *p, double x0, double y0, double x1, double y1, double width)
{
	int pieces = (int)fmin(ceil(hypot(x1 - x0, y1 - y0) / PIECE), 200);
	double r = width / 2;

	for (int i = 0; i < pieces; i++) {
		double a = (double)i / pieces, b = (double)(i + 1) / pieces;
		struct box s = { x0 + a * (x1 - x0), y0 + a * (y1 - y0), x0 + b * (x1 - x0), y0 + b * (y1 - y0) };
		place_take(p, (struct box){ fmin(s.x0, s.x1) - r, fmin(s.y0, s.y1) - r, fmax(s.x0, s.x1) + r, fmax(s.y0, s.y1) + r });
	}
}

static const struct box *obstacle(const struct place *p, struct box b)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct box *t = &p->taken[i];
		if (b.x0 < t->x1 && t->x0 < b.x1 && b.y0 < t->y1 && t->y0 < b.y1)
			return t;
	}
	return NULL;
}

static bool is_inside(const struct place *p, struct box b)
{
	return b.x0 >= p->room.x0 && b.x1 <= p->room.x1 && b.y0 >= p->room.y0 && b.y1 <= p->room.y1;
}

bool place_is_free(const struct place *p, struct box b)
{
	return is_inside(p, b) && !obstacle(p, b);
}

static struct box at(double x, double y, double w, double h)
{
	return (struct box){ x, y, x + w, y + h };
}

/* One side of the mark, moving on past obstacles. */
static bool try_side(const struct place *p, struct box m, double w, double h, enum side side, struct box *out)
{
	double cx = (m.x0 + m.x1 - w) / 2, cy = (m.y0 + m.y1 - h) / 2;
	struct box b = side == SIDE_RIGHT ? at(m.x1 + GAP_ACROSS, cy, w, h) : side == SIDE_LEFT ? at(m.x0 - GAP_ACROSS - w, cy, w, h)
		: at(fmax(p->room.x0, fmin(cx, p->room.x1 - w)), side == SIDE_ABOVE ? m.y0 - GAP_ALONG - h : m.y1 + GAP_ALONG, w, h);
	struct box start = b;

	for (int i = 0; i < 40 && is_inside(p, b); i++) {
		const struct box *t = obstacle(p, b);
		if (!t) {
			*out = b;
			return true;
		}
		if (side == SIDE_RIGHT)
			b = at(t->x1 + GAP_ACROSS, cy, w, h);
		else if (side == SIDE_LEFT)
			b = at(t->x0 - GAP_ACROSS - w, cy, w, h);
		else
			return false;
		if (fabs(b.x0 - start.x0) > SLIDE)
			return false;
	}
	return false;
}

bool place_beside(struct place *p, struct box m, double w, double h, const enum side order[SIDE_COUNT], bool far, struct box *out, bool *away)
{
	static const struct { double x, y; } around[] = {
		{ 1, -1 }, { 1, 1 }, { -1, -1 }, { -1, 1 }, { 0, -1 }, { 0, 1 }, { 1, 0 }, { -1, 0 },
	};

	*away = false;
	for (size_t i = 0; i < SIDE_COUNT; i++)
		if (try_side(p, m, w, h, order[i], out)) {
			place_take(p, *out);
			return true;
		}
	for (double r = 0; far && r <= 48; r += 8)
		for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
			double dx = around[i].x, dy = around[i].y;
			double x = dx > 0 ? m.x1 + r + 1 : dx < 0 ? m.x0 - r - w - 1 : (m.x0 + m.x1 - w) / 2;
			double y = dy > 0 ? m.y1 + r : dy < 0 ? m.y0 - r - h : (m.y0 + m.y1 - h) / 2;
			*out = at(x, y, w, h);
			if (place_is_free(p, *out)) {
				*away = r > 0;
				place_take(p, *out);
				return true;
			}
		}
	return false;
}

bool place_apart(double *centre, size_t n, double h, double lo, double hi)
{
	/* Blocks of labels that touch: each lies where the mean of its members' wishes puts it. O(n²) for few n. */
	struct { double sum; size_t from, to; } block[256];
	size_t k = 0;

	if (n > sizeof block / sizeof *block || (double)n * h > hi - lo + 1e-9)
		return false;
	for (size_t i = 0; i < n; i++) {
		block[k].sum = centre[i] - (double)i * h;   /* wishes of the first member */
		block[k].from = i;
		block[k].to = i + 1;
		while (k && block[k - 1].sum / (double)(block[k - 1].to - block[k - 1].from) > block[k].sum / (double)(block[k].to - block[k].from)) {
			block[k - 1].sum += block[k].sum;
			block[k - 1].to = block[k].to;
			k--;
		}
		k++;
	}
	for (size_t b = 0; b < k; b++) {
		double first = block[b].sum / (double)(block[b].to - block[b].from);
		for (size_t i = block[b].from; i < block[b].to; i++)
			centre[i] = fmax(lo + h / 2 + (double)i * h, fmin(first + (double)i * h, hi - h / 2 - (double)(n - 1 - i) * h));
	}
	return true;
}
