/* Greedy: the first free place in the order of preference. A figure has few labels; what matters is that none overlaps. */
#include "render/place.h"

#include <math.h>
#include <string.h>

#define GAP_ACROSS 4.0    /* between mark and label, points */
#define GAP_ALONG 1.5
#define SLIDE 90.0        /* farthest that a label may move along its row */
#define NUDGE 9.0         /* … or up and down, where there are no rows */
#define PIECE 6.0         /* boxes that stand for a line */

void place_take(struct place *p, struct box b, bool soft)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 64;
		struct taken *more = arena_array(p->arena, struct taken, cap);
		if (p->n)
			memcpy(more, p->taken, p->n * sizeof *more);
		p->taken = more;
		p->cap = cap;
	}
	p->taken[p->n++] = (struct taken){ b, soft };
}

void place_take_line(struct place *p, double x0, double y0, double x1, double y1, double width)
{
	int pieces = (int)fmin(ceil(hypot(x1 - x0, y1 - y0) / PIECE), 200);
	double r = width / 2;

	for (int i = 0; i < pieces; i++) {
		double a = (double)i / pieces, b = (double)(i + 1) / pieces;
		struct box s = { x0 + a * (x1 - x0), y0 + a * (y1 - y0), x0 + b * (x1 - x0), y0 + b * (y1 - y0) };
		place_take(p, (struct box){ fmin(s.x0, s.x1) - r, fmin(s.y0, s.y1) - r, fmax(s.x0, s.x1) + r, fmax(s.y0, s.y1) + r }, false);
	}
}

static bool overlap(struct box a, struct box b)
{
	return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

static const struct box *obstacle(const struct place *p, struct box b, bool cover_soft)
{
	for (size_t i = 0; i < p->n; i++)
		if (overlap(b, p->taken[i].box) && !(cover_soft && p->taken[i].soft))
			return &p->taken[i].box;
	return NULL;
}

static bool is_inside(const struct place *p, struct box b)
{
	return b.x0 >= p->room.x0 && b.x1 <= p->room.x1 && b.y0 >= p->room.y0 && b.y1 <= p->room.y1;
}

static struct box at(double x, double y, double w, double h)
{
	return (struct box){ x, y, x + w, y + h };
}

/* What lies over the mark in its row belongs to it: a label stands beside the interval, not beside the dot in it. */
static struct box with_neighbours(const struct place *p, struct box m)
{
	struct box x = m;

	for (size_t i = 0; i < p->n; i++)
		if (overlap(m, p->taken[i].box)) {
			x.x0 = fmin(x.x0, p->taken[i].box.x0);
			x.x1 = fmax(x.x1, p->taken[i].box.x1);
		}
	return x;
}

/* One side of the mark; slide: how far the label may move on, away from the mark, past what is in the way. */
static bool try_side(const struct place *p, struct box m, double w, double h, enum side side, double slide, struct box *out)
{
	double cx = (m.x0 + m.x1 - w) / 2, cy = (m.y0 + m.y1 - h) / 2, x = fmax(p->room.x0, fmin(cx, p->room.x1 - w));
	struct box b = side == SIDE_RIGHT ? at(m.x1 + GAP_ACROSS, cy, w, h) : side == SIDE_LEFT ? at(m.x0 - GAP_ACROSS - w, cy, w, h)
		: at(x, side == SIDE_ABOVE ? m.y0 - GAP_ALONG - h : m.y1 + GAP_ALONG, w, h), start = b;

	while (is_inside(p, b) && fabs(b.x0 - start.x0) + fabs(b.y0 - start.y0) <= slide) {
		const struct box *t = obstacle(p, b, false);
		if (!t) {
			*out = b;
			return true;
		}
		b = side == SIDE_RIGHT ? at(t->x1 + GAP_ACROSS, cy, w, h) : side == SIDE_LEFT ? at(t->x0 - GAP_ACROSS - w, cy, w, h)
			: at(x, side == SIDE_ABOVE ? t->y0 - GAP_ALONG - h : t->y1 + GAP_ALONG, w, h);
	}
	return false;
}

/* A leader line from the middle of the mark to the label may cross soft things only. */
static bool is_clear(const struct place *p, struct box m, struct box label)
{
	double x0 = (m.x0 + m.x1) / 2, y0 = (m.y0 + m.y1) / 2;
	double dx = fmax(label.x0, fmin(x0, label.x1)) - x0, dy = fmax(label.y0, fmin(y0, label.y1)) - y0;

	for (int i = 1; i < 12; i++) {
		double x = x0 + dx * i / 12, y = y0 + dy * i / 12;
		struct box dot = { x - 0.5, y - 0.5, x + 0.5, y + 0.5 };
		if (!overlap(dot, m) && obstacle(p, dot, true))
			return false;
	}
	return true;
}

/* Around the mark at distance r; clear: with a clear line to it. */
static bool try_around(const struct place *p, struct box m, double w, double h, double r, bool cover_soft, bool clear, struct box *out)
{
	static const struct { double x, y; } way[] = { { 1, -1 }, { 1, 1 }, { -1, -1 }, { -1, 1 }, { 0, -1 }, { 0, 1 }, { 1, 0 }, { -1, 0 } };

	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		double x = way[i].x > 0 ? m.x1 + r + 1 : way[i].x < 0 ? m.x0 - r - w - 1 : (m.x0 + m.x1 - w) / 2;
		double y = way[i].y > 0 ? m.y1 + r : way[i].y < 0 ? m.y0 - r - h : (m.y0 + m.y1 - h) / 2;
		*out = at(x, y, w, h);
		if (is_inside(p, *out) && !obstacle(p, *out, cover_soft) && (r <= 0 || !clear || is_clear(p, m, *out)))
			return true;
	}
	return false;
}

static enum placed find(const struct place *p, struct box m, double w, double h, const enum side *order, bool far, struct box *out)
{
	static const struct { double most; bool cover_soft, clear; } pass[] = { { 24, false, true }, { 72, true, true }, { 72, true, false } };
	struct box x = far ? m : with_neighbours(p, m);

	for (size_t i = 0; i < (far ? SIDE_COUNT : 2); i++)   /* in a row: both of its sides before moving on */
		if (try_side(p, x, w, h, order[i], 0, out))
			return PLACED_BESIDE;
	for (size_t i = 0; i < SIDE_COUNT; i++) {
		bool along = order[i] == SIDE_RIGHT || order[i] == SIDE_LEFT;
		if (try_side(p, x, w, h, order[i], far ? (along ? 0 : NUDGE) : along ? SLIDE : 0, out))
			return PLACED_BESIDE;
	}
	for (size_t i = 0; far && i < sizeof pass / sizeof *pass; i++)
		for (double r = 0; r <= pass[i].most; r += 6)
			if (try_around(p, m, w, h, r, pass[i].cover_soft, pass[i].clear, out))
				return r > 0 ? PLACED_AWAY : pass[i].cover_soft ? PLACED_OVER : PLACED_BESIDE;
	return PLACED_NOT;
}

enum placed place_beside(struct place *p, struct box mark, double w, double h, const enum side order[SIDE_COUNT], bool far, struct box *out)
{
	enum placed how = find(p, mark, w, h, order, far, out);

	if (how != PLACED_NOT)
		place_take(p, *out, false);
	return how;
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
