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

static void ask(const struct page *pg, struct frame *f, const struct item *it, struct box mark, unsigned color, enum side first, bool far)
{
	const char *s = say(pg, &it->label);

	assert(f->nwant < LAYOUT_LABELS);   /* chart.c has refused more */
	if (*s)
		f->want[f->nwant++] = (struct want){ s, mark, color, first, far };
}

static struct box box_of(bool horizontal, double along0, double along1, double across0, double across1)
{
	double a0 = fmin(along0, along1), a1 = fmax(along0, along1);
	return horizontal ? (struct box){ a0, across0, a1, across1 } : (struct box){ across0, a0, across1, a1 };
}

static struct box around(double x, double y, double r)
{
	return (struct box){ x - r, y - r, x + r, y + r };
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
	room = pos->size[0];
	for (size_t i = 1; i < pos->s->ncategory; i++)
		room = fmin(room, pos->size[i]);
	return room;
}

static void bars(struct page *pg, struct frame *f, const struct mark *m)
{
	const struct axis *len = &f->axis[!m->horizontal], *pos = &f->axis[m->horizontal];
	double n = (double)f->nbar, most = m->horizontal ? BAR_MOST : COLUMN_MOST, nth = 0, zero = layout_at(len, 0);
	double all = fmin(bar_room(pos, most) * (n > 1 ? GROUP_SHARE : BAR_SHARE), n * most), half = all / n / 2 * (n > 1 ? 0.94 : 1);

	for (const struct mark *before = f->p->mark; before < m; before++)
		nth += before->kind == MARK_BAR;
	for (const struct item *it = m->item; it < m->item + m->nitem; it++) {
		double v = item_at(it, !m->horizontal), at = item_at(it, m->horizontal);
		if (isnan(at))
			continue;
		double middle = layout_at(pos, at) - all / 2 + (nth + 0.5) * all / n;
		struct box x = box_of(m->horizontal, zero, isnan(v) ? zero : layout_at(len, v), middle - half, middle + half);
		if (!isnan(v)) {
			area(pg, role(pg, m), role(pg, m)->fill, it->style, x);
			place_take(&f->place, x, false);
		}
		enum side first = m->horizontal ? (v < 0 ? SIDE_LEFT : SIDE_RIGHT) : v < 0 ? SIDE_BELOW : SIDE_ABOVE;
		ask(pg, f, it, x, isnan(v) ? pg->theme->muted : pg->theme->ink, first, false);
	}
}

/* "And more": a shaft from the known end outward, with a head. Returns where it ends. */
static double arrow(struct page *pg, const struct theme_role *r, bool horizontal, double along, double across, double direction)
{
	double tip = along + direction * LAYOUT_ARROW, neck = tip - direction * ARROW_HEAD;
	struct xy head[] = { { tip, across }, { neck, across - BAND }, { neck, across + BAND } };

	canvas_rect(pg->cv, r->band, box_of(horizontal, along, neck, across - BAND / 2, across + BAND / 2));
	for (size_t i = 0; i < 3 && !horizontal; i++)
		head[i] = (struct xy){ head[i].y, head[i].x };
	canvas_fill(pg->cv, r->band, head, 3);
	return tip;
}

static void interval(struct page *pg, struct frame *f, const struct mark *m, const struct item *it)
{
	const struct axis *len = &f->axis[!m->horizontal], *pos = &f->axis[m->horizontal];
	const struct theme_role *r = role(pg, m);
	double lo = item_at(it, !m->horizontal), hi = item_end(it, !m->horizontal), at = item_at(it, m->horizontal);
	double half = (it->style == STYLE_SOLID ? BAND : AREA) / 2, direction = len->p1 > len->p0 ? 1 : -1;

	hi = isnan(hi) && it->open & OPEN_HIGH ? lo : hi;
	lo = isnan(lo) && it->open & OPEN_LOW ? hi : lo;
	if (isnan(at))
		return;
	double across = layout_at(pos, at);
	if (isnan(lo) || isnan(hi)) {
		ask(pg, f, it, box_of(m->horizontal, len->p0, len->p0, across, across), pg->theme->muted, SIDE_RIGHT, false);
		return;
	}
	double p0 = layout_at(len, fmin(lo, hi)), p1 = layout_at(len, fmax(lo, hi)), from = p0, to = p1;
	if (it->open & OPEN_HIGH)
		to = arrow(pg, r, m->horizontal, p1, across, direction);
	if (it->open & OPEN_LOW)
		from = arrow(pg, r, m->horizontal, p0, across, -direction);
	if (!it->open && fabs(p1 - p0) < NARROW) {   /* a dot would hide it: it stands out above and below */
		double more = direction * fmax(0, STROKE - fabs(p1 - p0)) / 2;
		p0 -= more;
		p1 += more;
		half = AREA / 2;
	}
	area(pg, r, r->band, it->style, box_of(m->horizontal, p0, p1, across - half, across + half));
	if (it->open == OPEN_LOW || it->open == OPEN_HIGH) {   /* the end that is known */
		double end = it->open == OPEN_HIGH ? p0 : p1;
		canvas_rect(pg->cv, r->fill, box_of(m->horizontal, end - STROKE / 2, end + STROKE / 2, across - AREA / 2, across + AREA / 2));
	}
	struct box whole = box_of(m->horizontal, fmin(from, fmin(to, p0)), fmax(to, fmax(from, p0)), across - AREA / 2, across + AREA / 2);
	place_take(&f->place, whole, false);
	ask(pg, f, it, whole, pg->theme->ink, m->horizontal ? SIDE_RIGHT : SIDE_ABOVE, false);
}

static void intervals(struct page *pg, struct frame *f, const struct mark *m)
{
	for (size_t i = 0; i < m->nitem; i++)
		interval(pg, f, m, &m->item[i]);
}

static void rules(struct page *pg, struct frame *f, const struct mark *m)
{
	const struct axis *x = &f->axis[AXIS_X], *y = &f->axis[AXIS_Y];

	for (const struct item *it = m->item; it < m->item + m->nitem; it++) {
		bool part = !isnan(it->x) && !isnan(it->y) && !isnan(it->x2) && !isnan(it->y2);
		bool level = part ? fabs(it->y - it->y2) <= 0 : isnan(it->x) || (!isnan(it->y) && m->horizontal);
		double w = layout_width(pg, say(pg, &it->label), false);
		struct xy p[2] = { { pg->left, f->bottom }, { pg->right, f->top } };
		if (isnan(it->x) && isnan(it->y))
			continue;
		if (part || !level)
			p[0].x = p[1].x = layout_at(x, it->x);
		if (part || level)
			p[0].y = p[1].y = layout_at(y, it->y);
		if (part)
			p[1] = (struct xy){ layout_at(x, it->x2), layout_at(y, it->y2) };
		canvas_line(pg->cv, role(pg, m)->fill, 0.9, it->style == STYLE_SOLID ? 0 : 3, p, 2);
		place_take_line(&f->place, p[0].x, p[0].y, p[1].x, p[1].y, 1);
		struct box end = { p[1].x - (level ? w : 1), level ? p[1].y - 1 : f->top, p[1].x + !level, level ? p[1].y + 1 : f->top + pg->theme->line };
		ask(pg, f, it, end, role(pg, m)->text, level ? SIDE_ABOVE : SIDE_RIGHT, true);
	}
}

static bool is_there(const struct mark *m, size_t i)
{
	return i < m->nitem && !isnan(m->item[i].x) && !isnan(m->item[i].y);
}

/* Runs of finite vertices; a vertex whose style is not solid makes the piece before it dashed (an estimate, a forecast). */
static void line(struct page *pg, struct frame *f, const struct mark *m)
{
	double width = m->role == ROLE_CONTEXT ? 1 : 1.7;
	struct xy *p = arena_array(pg->a, struct xy, m->nitem + 1);

	for (size_t i = 0, n = 0; i < m->nitem; i++) {
		const struct item *it = &m->item[i];
		bool dashed = it->style != STYLE_SOLID, next = is_there(m, i + 1);
		if (!is_there(m, i))
			continue;
		p[n++] = (struct xy){ layout_at(&f->axis[AXIS_X], it->x), layout_at(&f->axis[AXIS_Y], it->y) };
		const struct xy *end = &p[n - 1];
		if (n > 1)
			place_take_line(&f->place, end[-1].x, end[-1].y, end->x, end->y, width + 1);
		ask(pg, f, it, around(end->x, end->y, 1), role(pg, m)->text, SIDE_ABOVE, true);
		if (next && (n == 1 || dashed == (it[1].style != STYLE_SOLID)))
			continue;
		if (n == 1)
			canvas_dot(pg->cv, role(pg, m)->fill, width, p[0].x, p[0].y);   /* a value between two gaps */
		else
			canvas_line(pg->cv, role(pg, m)->fill, width, dashed ? 3.5 : 0, p, n);
		p[0] = *end;
		n = next;
	}
}

/* One layer of all dots of a mark, in the colour of their style. */
static void dots(struct page *pg, struct frame *f, const struct mark *m, double radius, const unsigned color[4])
{
	for (size_t i = 0; i < m->nitem; i++) {
		const struct item *it = &m->item[i];
		if (is_there(m, i) && color[it->style] != NO_COLOR)
			canvas_dot(pg->cv, color[it->style], radius, layout_at(&f->axis[AXIS_X], it->x), layout_at(&f->axis[AXIS_Y], it->y));
	}
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
	const struct axis *x = &f->axis[AXIS_X], *y = &f->axis[AXIS_Y];
	double r = m->nitem > MANY_DOTS ? LAYOUT_DOT * 0.6 : LAYOUT_DOT;

	dots(pg, f, m, r, (unsigned[]){ c->fill, c->fill, c->band, c->band });
	dots(pg, f, m, r - 1.1, (unsigned[]){ NO_COLOR, pg->theme->paper, c->pale, c->pale });
	for (const struct item *it = m->item; it < m->item + m->nitem; it++) {
		if (isnan(it->y) || (isnan(it->x) && !y->name))
			continue;
		struct box at = around(isnan(it->x) ? x->p0 : layout_at(x, it->x), layout_at(y, it->y), r);
		if (!isnan(it->x))
			place_take(&f->place, at, m->role == ROLE_CONTEXT);
		ask(pg, f, it, at, isnan(it->x) ? pg->theme->muted : pg->theme->ink, SIDE_RIGHT, !y->name);
	}
}

/* Words at a stated place; they go nowhere else, others avoid them. */
static void texts(struct page *pg, struct frame *f, const struct mark *m)
{
	for (size_t i = 0; i < m->nitem; i++) {
		const struct item *it = &m->item[i];
		if (!is_there(m, i))
			continue;
		double w = layout_width(pg, say(pg, &it->label), false), x = layout_at(&f->axis[AXIS_X], it->x);
		double x0 = x - (it->align == ALIGN_LEFT ? 0 : it->align == ALIGN_RIGHT ? w : w / 2), y = layout_at(&f->axis[AXIS_Y], it->y);
		x0 = fmax(0, fmin(x0, pg->width - w));
		canvas_text(pg->cv, role(pg, m)->text, false, ALIGN_LEFT, x0, y, say(pg, &it->label));
		place_take(&f->place, (struct box){ x0, y - pg->theme->line / 2, x0 + w, y + pg->theme->line / 2 }, false);
	}
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

/* From the ground up. */
static const struct { enum mark_kind kind; void (*paint)(struct page *pg, struct frame *f, const struct mark *m); } order[] = {
	{ MARK_POINT, halos }, { MARK_BAR, bars }, { MARK_INTERVAL, intervals }, { MARK_RULE, rules }, { MARK_LINE, line },
	{ MARK_POINT, points }, { MARK_TEXT, texts },
};

void mark_paint(struct page *pg, struct frame *f)
{
	f->want = arena_array(pg->a, struct want, LAYOUT_LABELS);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		if (order[i].kind == MARK_RULE)
			base(pg, f);   /* over bars and intervals, under the rest */
		for (const struct mark *m = f->p->mark; m < f->p->mark + f->p->nmark; m++)
			if (m->kind == order[i].kind)
				order[i].paint(pg, f, m);
	}
}

void mark_sample(struct page *pg, const struct mark *m, double x, double y)
{
	double half = m->kind == MARK_BAR ? 3.5 : BAND / 2;

	if (m->kind == MARK_POINT)
		canvas_dot(pg->cv, role(pg, m)->fill, LAYOUT_DOT, x + 5, y);
	else
		canvas_rect(pg->cv, m->kind == MARK_BAR ? role(pg, m)->fill : role(pg, m)->band, (struct box){ x, y - half, x + 10, y + half });
}
