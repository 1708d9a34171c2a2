/* Bars, then intervals, rules, lines and dots over them, then words. Positions come from layout.c. */
#include "render/mark.h"

#include "render/canvas.h"

#include <assert.h>
#include <math.h>

/* Sizes in points. */
#define MANY_DOTS 150       /* from here on smaller and without a halo */
#define BAND 4.4            /* thickness of an interval, of one drawn as an area */
#define AREA 8.5
#define NARROW (2 * LAYOUT_DOT)
#define STROKE 1.5          /* least width of an interval */
#define BAR_SHARE 0.66      /* of a row that bars take */
#define GROUP_SHARE 0.84
#define BAR_MOST 15.0
#define COLUMN_MOST 42.0
#define HALO 1.0
#define HATCH 3.2
#define ARROW_HEAD 8.0
#define AXIS_WIDTH 0.8
#define LABEL_AIR 1.6       /* of the line height that two labels may share */
#define NO_COLOR ~0u

const struct mark_type mark_types[] = {
	[MARK_BAR] = { .keyed = true },
	[MARK_INTERVAL] = { .keyed = true },
	[MARK_POINT] = { .keyed = true, .inset = LAYOUT_DOT + 2 },
	[MARK_LINE] = { .fills = true },
	[MARK_RULE] = { .fixed = true },
	[MARK_TEXT] = { .fixed = true },
};

static const struct theme_role *role(const struct page *pg, const struct mark *m)
{
	return &pg->theme->role[m->role];
}

/* Leaves a label for later. */
static void ask(struct page *pg, struct frame *f, const struct item *it, struct box mark, unsigned color,
	enum side first, bool far)
{
	const char *s = say(pg, &it->label);

	if (!*s)
		return;
	assert(f->nwant < LAYOUT_LABELS);   /* chart.c has refused more */
	f->want[f->nwant++] = (struct want){ s, color, { mark, layout_width(pg, s, false), pg->theme->line - LABEL_AIR, first, far } };
}

static struct box box_of(bool horizontal, double along0, double along1, double across0, double across1)
{
	double a0 = fmin(along0, along1), a1 = fmax(along0, along1);
	return horizontal ? (struct box){ a0, across0, a1, across1 } : (struct box){ across0, a0, across1, a1 };
}

static struct box around(struct xy p, double r)
{
	return (struct box){ p.x - r, p.y - r, p.x + r, p.y + r };
}

static void hatch(struct page *pg, unsigned color, struct box x)
{
	double h = x.y1 - x.y0;

	for (double from = x.x0 - h + HATCH / 2; from < x.x1; from += HATCH) {
		double s0 = fmax(0, x.x0 - from), s1 = fmin(h, x.x1 - from);
		if (s1 - s0 > 0.2)
			canvas_line(pg->cv, color, 0.7, 0, (struct xy[]){ { from + s0, x.y1 - s0 }, { from + s1, x.y1 - s1 } }, 2);
	}
}

static void area(struct page *pg, const struct theme_role *r, unsigned solid, enum item_style style, struct box x)
{
	unsigned paper = pg->theme->paper;
	unsigned inside[] = { [STYLE_SOLID] = solid, [STYLE_HOLLOW] = paper, [STYLE_HATCHED] = paper, [STYLE_PALE] = r->pale };

	canvas_rect(pg->cv, inside[style], x);
	if (style == STYLE_HATCHED)
		hatch(pg, r->band, x);
	if (style != STYLE_SOLID)
		canvas_frame(pg->cv, style == STYLE_HOLLOW ? r->fill : r->band, 0.8, x);
}

/* Room for the bars at one position: the same for all rows, whatever their names need. */
static double bar_room(const struct axis *pos, double most)
{
	double room = most * 1.6;

	if (!pos->name)
		return pos->bar_step > 0 ? pos->bar_step / (pos->t.hi - pos->t.lo) * fabs(pos->p1 - pos->p0) : room;
	room = pos->name[0].size;
	for (size_t i = 1; i < pos->s->ncategory; i++)
		room = fmin(room, pos->name[i].size);
	return room;
}

static void bar(struct page *pg, struct frame *f, const struct mark *m, const struct item *it)
{
	const struct axis *len = &f->axis[!m->horizontal], *pos = &f->axis[m->horizontal];
	double v = item_at(it, !m->horizontal), at = item_at(it, m->horizontal), zero = layout_at(len, 0);
	double n = (double)f->nbar, most = m->horizontal ? BAR_MOST : COLUMN_MOST, nth = 0;
	double all = fmin(bar_room(pos, most) * (n > 1 ? GROUP_SHARE : BAR_SHARE), n * most);
	double half = all / n / 2 * (n > 1 ? 0.94 : 1);

	if (isnan(at))
		return;
	for (const struct mark *before = f->p->mark; f->nbar > 1 && before < m; before++)
		nth += before->kind == MARK_BAR;
	double middle = layout_at(pos, at) - all / 2 + (nth + 0.5) * all / n;
	struct box x = box_of(m->horizontal, zero, isnan(v) ? zero : layout_at(len, v), middle - half, middle + half);
	if (!isnan(v)) {
		area(pg, role(pg, m), role(pg, m)->fill, it->style, x);
		place_take(&f->place, x, false);
	}
	enum side first = m->horizontal ? (v < 0 ? SIDE_LEFT : SIDE_RIGHT) : v < 0 ? SIDE_BELOW : SIDE_ABOVE;
	ask(pg, f, it, x, isnan(v) ? pg->theme->muted : pg->theme->ink, first, false);
}

/* "And more": a shaft from the known end outward, with a head. Returns where it ends. */
static double arrow(struct page *pg, unsigned color, bool horizontal, double along, double across, double direction)
{
	double tip = along + direction * LAYOUT_ARROW, neck = tip - direction * ARROW_HEAD;
	struct xy head[] = { { tip, across }, { neck, across - BAND }, { neck, across + BAND } };

	canvas_rect(pg->cv, color, box_of(horizontal, along, neck, across - BAND / 2, across + BAND / 2));
	for (size_t i = 0; i < 3 && !horizontal; i++)
		head[i] = (struct xy){ head[i].y, head[i].x };
	canvas_fill(pg->cv, color, head, 3);
	return tip;
}

static void interval(struct page *pg, struct frame *f, const struct mark *m, const struct item *it)
{
	const struct axis *len = &f->axis[!m->horizontal], *pos = &f->axis[m->horizontal];
	const struct theme_role *r = role(pg, m);
	double lo = item_at(it, !m->horizontal), hi = item_end(it, !m->horizontal);
	double across = layout_at(pos, item_at(it, m->horizontal)), above = across - AREA / 2, below = across + AREA / 2;
	double half = (it->style == STYLE_SOLID ? BAND : AREA) / 2, direction = len->p1 > len->p0 ? 1 : -1;

	hi = isnan(hi) && it->open & OPEN_HIGH ? lo : hi;
	lo = isnan(lo) && it->open & OPEN_LOW ? hi : lo;
	if (isnan(across))
		return;
	if (isnan(lo) || isnan(hi)) {
		ask(pg, f, it, box_of(m->horizontal, len->p0, len->p0, across, across), pg->theme->muted, SIDE_RIGHT, false);
		return;
	}
	double p0 = layout_at(len, fmin(lo, hi)), p1 = layout_at(len, fmax(lo, hi)), from = p0, to = p1;
	if (it->open & OPEN_HIGH)
		to = arrow(pg, r->band, m->horizontal, p1, across, direction);
	if (it->open & OPEN_LOW)
		from = arrow(pg, r->band, m->horizontal, p0, across, -direction);
	if (!it->open && fabs(p1 - p0) < NARROW) {   /* a dot would hide it: it stands out above and below */
		double more = direction * fmax(0, STROKE - fabs(p1 - p0)) / 2;
		p0 -= more;
		p1 += more;
		half = AREA / 2;
	}
	area(pg, r, r->band, it->style, box_of(m->horizontal, p0, p1, across - half, across + half));
	if (it->open == OPEN_LOW || it->open == OPEN_HIGH) {   /* the end that is known */
		double end = it->open == OPEN_HIGH ? p0 : p1;
		canvas_rect(pg->cv, r->fill, box_of(m->horizontal, end - STROKE / 2, end + STROKE / 2, above, below));
	}
	double low = fmin(p0, fmin(from, to)), high = fmax(p0, fmax(from, to));
	struct box whole = box_of(m->horizontal, low, high, above, below);
	place_take(&f->place, whole, false);
	ask(pg, f, it, whole, pg->theme->ink, m->horizontal ? SIDE_RIGHT : SIDE_ABOVE, false);
}

static void rule(struct page *pg, struct frame *f, const struct mark *m, const struct item *it)
{
	struct xy at = layout_xy(f, it->x, it->y), end = layout_xy(f, it->x2, it->y2);
	bool part = !isnan(at.x + at.y + end.x + end.y);
	bool level = part ? fabs(at.y - end.y) <= 0 : isnan(at.x) || (!isnan(at.y) && m->horizontal);
	double w = layout_width(pg, say(pg, &it->label), false);

	if (isnan(at.x) && isnan(at.y))
		return;
	if (!part) {   /* across the whole plot */
		end = (struct xy){ level ? pg->right : at.x, level ? at.y : f->top };
		at = (struct xy){ level ? pg->left : at.x, level ? at.y : f->bottom };
	}
	canvas_line(pg->cv, role(pg, m)->fill, 0.9, it->style == STYLE_SOLID ? 0 : 3, (struct xy[]){ at, end }, 2);
	place_take_line(&f->place, at.x, at.y, end.x, end.y, 1);
	struct box upright = { end.x - 1, f->top, end.x + 1, f->top + pg->theme->line };
	ask(pg, f, it, level ? (struct box){ end.x - w, end.y - 1, end.x, end.y + 1 } : upright, role(pg, m)->text,
		level ? SIDE_ABOVE : SIDE_RIGHT, true);
}

/* Runs of finite vertices; a vertex whose style is not solid makes the piece before it dashed (an estimate, a forecast). */
static void line(struct page *pg, struct frame *f, const struct mark *m)
{
	double width = m->role == ROLE_CONTEXT ? 1 : 1.7;
	struct xy *p = arena_array(pg->a, struct xy, m->nitem + 1);
	size_t n = 0;

	for (const struct item *it = m->item, *stop = it + m->nitem; it < stop; it++) {
		bool dashed = it->style != STYLE_SOLID, next = it + 1 < stop && !isnan(it[1].x + it[1].y);
		struct xy at = layout_xy(f, it->x, it->y);
		if (isnan(at.x + at.y))
			continue;
		p[n++] = at;
		if (n > 1)
			place_take_line(&f->place, p[n - 2].x, p[n - 2].y, at.x, at.y, width + 1);
		ask(pg, f, it, around(at, 1), role(pg, m)->text, SIDE_ABOVE, true);
		if (next && (n == 1 || dashed == (it[1].style != STYLE_SOLID)))
			continue;
		if (n == 1)
			canvas_dot(pg->cv, role(pg, m)->fill, width, at.x, at.y);   /* a value between two gaps */
		else
			canvas_line(pg->cv, role(pg, m)->fill, width, dashed ? 3.5 : 0, p, n);
		p[0] = at;
		n = next;
	}
}

/* One layer of all dots of a mark, in the colour of their style. */
static void dots(struct page *pg, struct frame *f, const struct mark *m, double radius, const unsigned color[4])
{
	for (const struct item *it = m->item; it < m->item + m->nitem; it++) {
		struct xy p = layout_xy(f, it->x, it->y);
		if (!isnan(p.x + p.y) && color[it->style] != NO_COLOR)
			canvas_dot(pg->cv, color[it->style], radius, p.x, p.y);
	}
}

static double dot_size(const struct mark *m)
{
	return m->nitem > MANY_DOTS ? LAYOUT_DOT * 0.6 : LAYOUT_DOT;
}

/* Under all marks: the grid keeps its distance from a dot, the interval of the dot touches it. */
static void halos(struct page *pg, struct frame *f, const struct mark *m)
{
	unsigned paper = pg->theme->paper;

	if (m->nitem <= MANY_DOTS)
		dots(pg, f, m, LAYOUT_DOT + HALO, (unsigned[]){ paper, paper, paper, paper });
}

static void points(struct page *pg, struct frame *f, const struct mark *m)
{
	const struct theme_role *c = role(pg, m);

	dots(pg, f, m, dot_size(m), (unsigned[]){ c->fill, c->fill, c->band, c->band });
	dots(pg, f, m, dot_size(m) - 1.1, (unsigned[]){ NO_COLOR, pg->theme->paper, c->pale, c->pale });
}

static void point_label(struct page *pg, struct frame *f, const struct mark *m, const struct item *it)
{
	bool rows = f->axis[AXIS_Y].name, missing = isnan(it->x);
	struct xy p = layout_xy(f, it->x, it->y);

	if (missing && rows)   /* its label says so, at the foot of the axis */
		p.x = f->axis[AXIS_X].p0;
	if (isnan(p.x + p.y))
		return;
	if (!missing)
		place_take(&f->place, around(p, dot_size(m)), m->role == ROLE_CONTEXT);
	ask(pg, f, it, around(p, dot_size(m)), missing ? pg->theme->muted : pg->theme->ink, SIDE_RIGHT, !rows);
}

/* Words at a stated place; they go nowhere else, others avoid them. */
static void words(struct page *pg, struct frame *f, const struct mark *m, const struct item *it)
{
	double w = layout_width(pg, say(pg, &it->label), false), half = pg->theme->line / 2;
	struct xy p = layout_xy(f, it->x, it->y);

	if (isnan(p.x + p.y))
		return;
	p.x -= it->align == ALIGN_LEFT ? 0 : it->align == ALIGN_RIGHT ? w : w / 2;
	p.x = fmax(0, fmin(p.x, pg->width - w));
	canvas_text(pg->cv, role(pg, m)->text, false, ALIGN_LEFT, p.x, p.y, say(pg, &it->label));
	place_take(&f->place, (struct box){ p.x, p.y - half, p.x + w, p.y + half }, false);
}

/* The line that lengths start from: zero where the axis has it, else the foot of the plot. */
static void base(struct page *pg, struct frame *f)
{
	const struct axis *len = &f->axis[!f->axis[AXIS_Y].name];
	bool zero = len->s->kind == SCALE_LINEAR && len->t.lo <= 0 && 0 <= len->t.hi;
	double at = zero ? layout_at(len, 0) : f->bottom;
	unsigned color = zero ? pg->theme->ink : pg->theme->axis;

	if (len == &f->axis[AXIS_Y])
		canvas_line(pg->cv, color, AXIS_WIDTH, 0, (struct xy[]){ { pg->left, at }, { pg->right, at } }, 2);
	else if (zero)
		canvas_line(pg->cv, color, AXIS_WIDTH, 0, (struct xy[]){ { at, f->top }, { at, f->bottom } }, 2);
}

/* From the ground up: the painter of a whole mark, or of one item after the other. */
static const struct {
	enum mark_kind kind;
	void (*all)(struct page *pg, struct frame *f, const struct mark *m);
	void (*one)(struct page *pg, struct frame *f, const struct mark *m, const struct item *it);
} order[] = {
	{ MARK_POINT, .all = halos }, { MARK_BAR, .one = bar }, { MARK_INTERVAL, .one = interval }, { MARK_RULE, .one = rule },
	{ MARK_LINE, .all = line }, { MARK_POINT, .all = points, .one = point_label }, { MARK_TEXT, .one = words },
};

void mark_paint(struct page *pg, struct frame *f)
{
	f->want = arena_array(pg->a, struct want, LAYOUT_LABELS);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		if (order[i].kind == MARK_RULE)
			base(pg, f);   /* over bars and intervals, under the rest */
		for (const struct mark *m = f->p->mark; m < f->p->mark + f->p->nmark; m++) {
			if (m->kind == order[i].kind && order[i].all)
				order[i].all(pg, f, m);
			for (size_t k = 0; k < m->nitem && m->kind == order[i].kind && order[i].one; k++)
				order[i].one(pg, f, m, &m->item[k]);
		}
	}
}

void mark_sample(struct page *pg, const struct mark *m, double x, double y)
{
	bool bar = m->kind == MARK_BAR;
	double half = bar ? 3.5 : BAND / 2;

	if (m->kind == MARK_POINT)
		canvas_dot(pg->cv, role(pg, m)->fill, LAYOUT_DOT, x + 5, y);
	else
		canvas_rect(pg->cv, bar ? role(pg, m)->fill : role(pg, m)->band, (struct box){ x, y - half, x + 10, y + half });
}
