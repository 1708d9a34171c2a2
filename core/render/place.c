/* Greedy: the first free place in the order of preference. A figure has few labels; what matters is that none overlaps.
 * Gaps in points. */
#include "render/place.h"

#include <math.h>

#define GAP_ACROSS 4.0    /* between mark and label, points */
#define GAP_ALONG 1.5
#define SLIDE 90.0        /* farthest that a label may move along its row */
#define NUDGE 9.0         /* … or up and down, where there are no rows */
#define PIECE 6.0         /* boxes that stand for a line */

void place_take(struct place *p, struct box b, bool soft)
{
	struct taken *t = arena_new(p->arena, struct taken);

	*t = (struct taken){ b, soft, NULL };
	*(p->taken ? &p->last->next : &p->taken) = t;
	p->last = t;
}

void place_take_line(struct place *p, double x0, double y0, double x1, double y1, double width)
{
	int pieces = (int)fmin(ceil(hypot(x1 - x0, y1 - y0) / PIECE), 200);
	double dx = (x1 - x0) / pieces, dy = (y1 - y0) / pieces, rx = (fabs(dx) + width) / 2, ry = (fabs(dy) + width) / 2;

	for (int i = 0; i < pieces; i++) {
		double x = x0 + (i + 0.5) * dx, y = y0 + (i + 0.5) * dy;
		place_take(p, (struct box){ x - rx, y - ry, x + rx, y + ry }, false);
	}
}

static bool overlap(struct box a, struct box b)
{
	return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

static const struct box *obstacle(const struct place *p, struct box b, bool cover_soft)
{
	for (const struct taken *t = p->taken; t; t = t->next)
		if (overlap(b, t->box) && !(cover_soft && t->soft))
			return &t->box;
	return NULL;
}

static bool is_inside(const struct place *p, struct box b)
{
	const double eps = 1e-6;   /* room reserved for exactly this box may be short of it in the last digits */

	return b.x0 >= p->room.x0 - eps && b.x1 <= p->room.x1 + eps && b.y0 >= p->room.y0 - eps && b.y1 <= p->room.y1 + eps;
}

/* What lies over the mark in its row belongs to it: a label stands beside the interval, not beside the dot in it. */
static struct box with_neighbours(const struct place *p, struct box m)
{
	struct box x = m;

	for (const struct taken *t = p->taken; t; t = t->next)
		if (overlap(m, t->box)) {
			x.x0 = fmin(x.x0, t->box.x0);
			x.x1 = fmax(x.x1, t->box.x1);
		}
	return x;
}

/* One side of m; slide: how far the label may move on, away from it, past what is in the way. */
static bool try_side(const struct place *p, const struct label *l, struct box m, enum side side, double slide, struct box *out)
{
	double x = (m.x0 + m.x1 - l->w) / 2, y = (m.y0 + m.y1 - l->h) / 2, start = NAN;

	if (side == SIDE_ABOVE || side == SIDE_BELOW)
		x = fmax(p->room.x0, fmin(x, p->room.x1 - l->w));
	for (const struct box *past = &m; past; past = obstacle(p, *out, false)) {
		switch (side) {
		case SIDE_RIGHT: x = past->x1 + GAP_ACROSS; break;
		case SIDE_LEFT: x = past->x0 - GAP_ACROSS - l->w; break;
		case SIDE_ABOVE: y = past->y0 - GAP_ALONG - l->h; break;
		case SIDE_BELOW: y = past->y1 + GAP_ALONG; break;
		}
		start = past == &m ? x + y : start;   /* one of them stays */
		*out = (struct box){ x, y, x + l->w, y + l->h };
		if (!is_inside(p, *out) || fabs(x + y - start) > slide)
			return false;
	}
	return true;
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

/* Around the mark, farther and farther away; clear: with a clear line to it. */
static const struct pass { double most; bool cover_soft, clear; } passes[] = {
	{ 24, false, true }, { 72, true, true }, { 72, true, false } };

static bool try_around(const struct place *p, const struct label *l, double r, const struct pass *pass, struct box *out)
{
	static const int way[][2] = { { 1, -1 }, { 1, 1 }, { -1, -1 }, { -1, 1 }, { 0, -1 }, { 0, 1 }, { 1, 0 }, { -1, 0 } };
	struct box m = l->mark;

	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		double x = way[i][0] > 0 ? m.x1 + r + 1 : way[i][0] < 0 ? m.x0 - r - l->w - 1 : (m.x0 + m.x1 - l->w) / 2;
		double y = way[i][1] > 0 ? m.y1 + r : way[i][1] < 0 ? m.y0 - r - l->h : (m.y0 + m.y1 - l->h) / 2;
		*out = (struct box){ x, y, x + l->w, y + l->h };
		if (is_inside(p, *out) && !obstacle(p, *out, pass->cover_soft) && (r <= 0 || !pass->clear || is_clear(p, m, *out)))
			return true;
	}
	return false;
}

static enum placed find(const struct place *p, const struct label *l, struct box *out)
{
	static const enum side order[][4] = {
		[SIDE_RIGHT] = { SIDE_RIGHT, SIDE_LEFT, SIDE_BELOW, SIDE_ABOVE },
		[SIDE_LEFT] = { SIDE_LEFT, SIDE_RIGHT, SIDE_BELOW, SIDE_ABOVE },
		[SIDE_ABOVE] = { SIDE_ABOVE, SIDE_BELOW, SIDE_RIGHT, SIDE_LEFT },
		[SIDE_BELOW] = { SIDE_BELOW, SIDE_ABOVE, SIDE_RIGHT, SIDE_LEFT },
	};
	struct box m = l->far ? l->mark : with_neighbours(p, l->mark);

	for (int move = 0; move < 2; move++)
		for (int i = 0; i < (l->far || move ? 4 : 2); i++) {   /* in a row: both of its sides before moving on */
			enum side side = order[l->first][i];
			bool along = side == SIDE_RIGHT || side == SIDE_LEFT;
			if (try_side(p, l, m, side, !move || along == l->far ? 0 : l->far ? NUDGE : SLIDE, out))
				return PLACED_BESIDE;
		}
	for (size_t i = 0; l->far && i < sizeof passes / sizeof *passes; i++)
		for (double r = 0; r <= passes[i].most; r += 6)
			if (try_around(p, l, r, &passes[i], out))
				return r > 0 ? PLACED_AWAY : passes[i].cover_soft ? PLACED_OVER : PLACED_BESIDE;
	return PLACED_NOT;
}

enum placed place_beside(struct place *p, const struct label *l, struct box *out)
{
	enum placed how = find(p, l, out);

	if (how != PLACED_NOT)
		place_take(p, *out, false);
	return how;
}

bool place_apart(double *centre, size_t n, double h, double lo, double hi)
{
	double wish[256];   /* of the first label, were it to decide alone */

	if (n > sizeof wish / sizeof *wish || (double)n * h > hi - lo + 1e-9)
		return false;
	for (size_t i = 0; i < n; i++)
		wish[i] = centre[i] - (double)i * h;
	for (size_t i = 0; i < n; i++) {   /* the greatest of the least means of the runs around i */
		double first = -INFINITY;
		for (size_t from = 0; from <= i; from++) {
			double least = INFINITY, sum = 0;
			for (size_t to = from; to < n; to++) {
				sum += wish[to];
				least = to >= i ? fmin(least, sum / (double)(to - from + 1)) : least;
			}
			first = fmax(first, least);
		}
		centre[i] = fmax(lo + h / 2 + (double)i * h, fmin(first + (double)i * h, hi - h / 2 - (double)(n - 1 - i) * h));
	}
	return true;
}
