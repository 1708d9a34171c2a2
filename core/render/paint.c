/* The hand that draws: bars, then intervals, rules, lines and dots over them, then words. Positions come from layout.c. */
#include "render/paint.h"

#include <math.h>
#include <stdlib.h>

/* Sizes in points. */
#define BASELINE 0.36       /* of the text size: from the middle of figures and capitals down to the baseline */
#define GRID_WIDTH 0.6
#define AXIS_WIDTH 0.8
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
#define LABEL_AIR 1.6       /* of the line height that two labels may share */
#define LINE_GAP 8.0        /* between the end of a line and its name */

/* A label that waits until all marks are there. */
struct want { const char *s; struct box mark; unsigned color; const enum side *order; bool far; };
struct brush {
	struct page *pg;
	struct canvas *cv;
	struct frame *f;
	struct want *want;
	size_t nwant;
};

static const enum side right_first[] = { SIDE_RIGHT, SIDE_LEFT, SIDE_BELOW, SIDE_ABOVE };
static const enum side left_first[] = { SIDE_LEFT, SIDE_RIGHT, SIDE_BELOW, SIDE_ABOVE };
static const enum side above_first[] = { SIDE_ABOVE, SIDE_BELOW, SIDE_RIGHT, SIDE_LEFT };
static const enum side below_first[] = { SIDE_BELOW, SIDE_ABOVE, SIDE_RIGHT, SIDE_LEFT };

static const char *say(const struct brush *b, const struct text2 *t)
{
	return text2_in(t, b->pg->lang);
}

static void words(const struct brush *b, unsigned color, bool bold, enum align align, double x, double middle, const char *s)
{
	double size = b->pg->theme->text;
	canvas_text(b->cv, color, bold, size, align, x, middle + BASELINE * size, s);
}

static const struct theme_role *role(const struct brush *b, const struct mark *m)
{
	return &b->pg->theme->role[m->role];
}

static void ask(struct brush *b, const char *s, struct box mark, unsigned color, const enum side *order, bool far)
{
	if (*s && b->nwant < PAINT_LABELS)   /* chart.c has refused more */
		b->want[b->nwant++] = (struct want){ s, mark, color, order, far };
}

/* ---- shapes ---- */

static struct box box_of(bool horizontal, double along0, double along1, double across0, double across1)
{
	double a0 = fmin(along0, along1), a1 = fmax(along0, along1);
	return horizontal ? (struct box){ a0, across0, a1, across1 } : (struct box){ across0, a0, across1, a1 };
}

static void hatch(struct brush *b, unsigned color, struct box x)
{
	double h = x.y1 - x.y0;

	for (double from = x.x0 - h + HATCH / 2; from < x.x1; from += HATCH) {
		double s0 = fmax(0, x.x0 - from), s1 = fmin(h, x.x1 - from);
		if (s1 - s0 > 0.2)
			canvas_line(b->cv, color, 0.7, 0, (struct xy[]){ { from + s0, x.y1 - s0 }, { from + s1, x.y1 - s1 } }, 2);
	}
}

static void area(struct brush *b, const struct theme_role *r, unsigned solid, enum item_style style, struct box x)
{
	unsigned inside[] = { [STYLE_SOLID] = solid, [STYLE_HOLLOW] = b->pg->theme->paper, [STYLE_HATCHED] = b->pg->theme->paper, [STYLE_PALE] = r->pale };

	canvas_rect(b->cv, inside[style], x.x0, x.y0, x.x1, x.y1);
	if (style == STYLE_HATCHED)
		hatch(b, r->band, x);
	if (style != STYLE_SOLID)
		canvas_frame(b->cv, style == STYLE_HOLLOW ? r->fill : r->band, 0.8, x.x0, x.y0, x.x1, x.y1);
}

/* "And more": a shaft from the known end outward, with a head. Returns where it ends. */
static double arrow(struct brush *b, const struct theme_role *r, bool horizontal, double along, double across, double direction)
{
	double tip = along + direction * LAYOUT_ARROW, neck = tip - direction * ARROW_HEAD;
	struct box shaft = box_of(horizontal, along, neck, across - BAND / 2, across + BAND / 2);
	struct xy head[] = { { tip, across }, { neck, across - BAND }, { neck, across + BAND } };

	canvas_rect(b->cv, r->band, shaft.x0, shaft.y0, shaft.x1, shaft.y1);
	for (size_t i = 0; i < 3 && !horizontal; i++)
		head[i] = (struct xy){ head[i].y, head[i].x };
	canvas_fill(b->cv, r->band, head, 3);
	return tip;
}

static void end_stroke(struct brush *b, const struct theme_role *r, bool horizontal, double along, double across)
{
	struct box x = box_of(horizontal, along - STROKE / 2, along + STROKE / 2, across - AREA / 2, across + AREA / 2);
	canvas_rect(b->cv, r->fill, x.x0, x.y0, x.x1, x.y1);
}

/* ---- marks ---- */

/* Room for the bars at one position: the same for all rows, whatever their names need. */
static double bar_room(const struct frame *f, bool horizontal)
{
	const struct axis *pos = horizontal ? &f->y : &f->x;
	double distance = layout_bar_distance(f->p, !horizontal), room = horizontal ? BAR_MOST * 1.6 : COLUMN_MOST * 1.6;

	if (pos->s->kind != SCALE_ORDINAL)
		return distance > 0 ? distance / (pos->t.hi - pos->t.lo) * fabs(pos->p1 - pos->p0) : room;
	room = pos->size[0];
	for (size_t i = 1; i < pos->s->ncategory; i++)
		room = fmin(room, pos->size[i]);
	return room;
}

static void paint_bars(struct brush *b, const struct mark *m, size_t nth)
{
	const struct axis *len = m->horizontal ? &b->f->x : &b->f->y, *pos = m->horizontal ? &b->f->y : &b->f->x;
	double n = (double)b->f->nbar, all = fmin(bar_room(b->f, m->horizontal) * (n > 1 ? GROUP_SHARE : BAR_SHARE), n * (m->horizontal ? BAR_MOST : COLUMN_MOST));
	double half = all / n / 2 * (n > 1 ? 0.94 : 1), zero = layout_position(len, 0);

	for (size_t i = 0; i < m->nitem; i++) {
		const struct item *it = &m->item[i];
		double v = m->horizontal ? it->x : it->y, at = m->horizontal ? it->y : it->x, end = isnan(v) ? zero : layout_position(len, v);
		if (isnan(at))
			continue;
		double middle = layout_position(pos, at) - all / 2 + ((double)nth + 0.5) * all / n;
		struct box x = box_of(m->horizontal, zero, end, middle - half, middle + half);
		if (!isnan(v)) {
			area(b, role(b, m), role(b, m)->fill, it->style, x);
			place_take(&b->f->place, x, false);
		}
		ask(b, say(b, &it->label), x, isnan(v) ? b->pg->theme->muted : b->pg->theme->ink,
			m->horizontal ? (v < 0 ? left_first : right_first) : v < 0 ? below_first : above_first, false);
	}
}

static void paint_interval(struct brush *b, const struct mark *m, const struct item *it)
{
	const struct axis *len = m->horizontal ? &b->f->x : &b->f->y, *pos = m->horizontal ? &b->f->y : &b->f->x;
	double lo = m->horizontal ? it->x : it->y, hi = m->horizontal ? it->x2 : it->y2, at = m->horizontal ? it->y : it->x;
	double half = (it->style == STYLE_SOLID ? BAND : AREA) / 2, direction = len->p1 > len->p0 ? 1 : -1;

	hi = isnan(hi) && it->open & OPEN_HIGH ? lo : hi;
	lo = isnan(lo) && it->open & OPEN_LOW ? hi : lo;
	if (isnan(at))
		return;
	double across = layout_position(pos, at);
	if (isnan(lo) || isnan(hi)) {
		double start = len->p0;
		ask(b, say(b, &it->label), box_of(m->horizontal, start, start, across, across), b->pg->theme->muted, right_first, false);
		return;
	}
	double p0 = layout_position(len, fmin(lo, hi)), p1 = layout_position(len, fmax(lo, hi)), from = p0, to = p1;
	if (it->open & OPEN_HIGH)
		to = arrow(b, role(b, m), m->horizontal, p1, across, direction);
	if (it->open & OPEN_LOW)
		from = arrow(b, role(b, m), m->horizontal, p0, across, -direction);
	if (!it->open && fabs(p1 - p0) < NARROW) {   /* a dot would hide it: it stands out above and below */
		double more = direction * fmax(0, STROKE - fabs(p1 - p0)) / 2;
		p0 -= more;
		p1 += more;
		half = AREA / 2;
	}
	area(b, role(b, m), role(b, m)->band, it->style, box_of(m->horizontal, p0, p1, across - half, across + half));
	if (it->open && it->open != (OPEN_LOW | OPEN_HIGH))   /* the end that is known */
		end_stroke(b, role(b, m), m->horizontal, it->open & OPEN_HIGH ? p0 : p1, across);
	struct box whole = box_of(m->horizontal, fmin(from, fmin(to, p0)), fmax(to, fmax(from, p0)), across - AREA / 2, across + AREA / 2);
	place_take(&b->f->place, whole, false);
	ask(b, say(b, &it->label), whole, b->pg->theme->ink, m->horizontal ? right_first : above_first, false);
}

static void paint_rule(struct brush *b, const struct mark *m, const struct item *it)
{
	const struct frame *f = b->f;
	bool part = !isnan(it->x) && !isnan(it->y) && !isnan(it->x2) && !isnan(it->y2);
	bool level = part ? fabs(it->y - it->y2) <= 0 : isnan(it->x) || (!isnan(it->y) && m->horizontal);
	double dash = it->style == STYLE_SOLID ? 0 : 3, line = b->pg->theme->line, w = layout_text_width(b->pg, say(b, &it->label), false);
	struct xy p[2] = { { b->pg->left, f->bottom }, { b->pg->right, f->top } };

	if (isnan(it->x) && isnan(it->y))
		return;
	if (part || !level)
		p[0].x = p[1].x = layout_position(&f->x, it->x);
	if (part || level)
		p[0].y = p[1].y = layout_position(&f->y, it->y);
	if (part)
		p[1] = (struct xy){ layout_position(&f->x, it->x2), layout_position(&f->y, it->y2) };
	canvas_line(b->cv, role(b, m)->fill, 0.9, dash, p, 2);
	place_take_line(&b->f->place, p[0].x, p[0].y, p[1].x, p[1].y, 1);
	struct box at = level ? (struct box){ p[1].x - w, p[1].y - 1, p[1].x, p[1].y + 1 } : (struct box){ p[1].x - 1, f->top, p[1].x + 1, f->top + line };
	ask(b, say(b, &it->label), at, role(b, m)->text, level ? above_first : right_first, true);
}

/* Runs of finite vertices; a vertex whose style is not solid makes the piece before it dashed (an estimate, a forecast). */
static void paint_line(struct brush *b, const struct mark *m)
{
	double width = m->role == ROLE_CONTEXT ? 1 : 1.7;
	struct xy *p = arena_array(b->pg->a, struct xy, m->nitem + 1);

	for (size_t i = 0, n = 0; i < m->nitem; i++) {
		const struct item *it = &m->item[i];
		bool here = !isnan(it->x) && !isnan(it->y), next = i + 1 < m->nitem && !isnan(m->item[i + 1].x) && !isnan(m->item[i + 1].y);
		if (!here)
			continue;
		p[n++] = (struct xy){ layout_position(&b->f->x, it->x), layout_position(&b->f->y, it->y) };
		bool dashed = it->style != STYLE_SOLID, turns = next && dashed != (m->item[i + 1].style != STYLE_SOLID);
		if (n > 1)
			place_take_line(&b->f->place, p[n - 2].x, p[n - 2].y, p[n - 1].x, p[n - 1].y, width + 1);
		struct box at = { p[n - 1].x - 1, p[n - 1].y - 1, p[n - 1].x + 1, p[n - 1].y + 1 };
		ask(b, say(b, &it->label), at, role(b, m)->text, above_first, true);
		if (next && !(turns && n > 1))
			continue;
		if (n == 1)
			canvas_dot(b->cv, role(b, m)->fill, width, p[0].x, p[0].y);   /* a value between two gaps */
		else
			canvas_line(b->cv, role(b, m)->fill, width, dashed ? 3.5 : 0, p, n);
		p[0] = p[n - 1];
		n = next;
	}
}

static double dot_size(const struct mark *m)
{
	return m->nitem > MANY_DOTS ? LAYOUT_DOT * 0.6 : LAYOUT_DOT;
}

/* One layer of all dots of a mark, for those whose style is in the set. */
static void dots(struct brush *b, const struct mark *m, double radius, const unsigned color[4], unsigned styles)
{
	for (size_t i = 0; i < m->nitem; i++) {
		const struct item *it = &m->item[i];
		if (!isnan(it->x) && !isnan(it->y) && styles >> it->style & 1)
			canvas_dot(b->cv, color[it->style], radius, layout_position(&b->f->x, it->x), layout_position(&b->f->y, it->y));
	}
}

/* Under all marks: the grid keeps its distance from a dot, the interval of the dot touches it. */
static void paint_halos(struct brush *b, const struct mark *m)
{
	unsigned paper = b->pg->theme->paper;

	if (m->nitem <= MANY_DOTS)
		dots(b, m, dot_size(m) + HALO, (unsigned[]){ paper, paper, paper, paper }, 15);
}

static void paint_points(struct brush *b, const struct mark *m)
{
	const struct theme *th = b->pg->theme;
	const struct theme_role *c = role(b, m);
	bool rows = b->f->y.s->kind == SCALE_ORDINAL;
	double r = dot_size(m);

	dots(b, m, r, (unsigned[]){ c->fill, c->fill, c->band, c->band }, 15);
	dots(b, m, r - 1.1, (unsigned[]){ 0, th->paper, c->pale, c->pale }, 15 - (1 << STYLE_SOLID));
	for (size_t i = 0; i < m->nitem; i++) {
		const struct item *it = &m->item[i];
		double x = isnan(it->x) ? b->f->x.p0 : layout_position(&b->f->x, it->x), y;
		if (isnan(it->y) || (isnan(it->x) && !rows))
			continue;
		y = layout_position(&b->f->y, it->y);
		if (!isnan(it->x))
			place_take(&b->f->place, (struct box){ x - r, y - r, x + r, y + r }, m->role == ROLE_CONTEXT);
		ask(b, say(b, &it->label), (struct box){ x - r, y - r, x + r, y + r }, isnan(it->x) ? th->muted : th->ink, right_first, !rows);
	}
}

/* Words at a stated place; they go nowhere else, others avoid them. */
static void paint_words(struct brush *b, const struct mark *m)
{
	double line = b->pg->theme->line;

	for (size_t i = 0; i < m->nitem; i++) {
		const struct item *it = &m->item[i];
		if (isnan(it->x) || isnan(it->y))
			continue;
		double w = layout_text_width(b->pg, say(b, &it->label), false), x = layout_position(&b->f->x, it->x), y = layout_position(&b->f->y, it->y);
		double x0 = x - (it->align == ALIGN_LEFT ? 0 : it->align == ALIGN_RIGHT ? w : w / 2);
		x0 = fmax(0, fmin(x0, b->pg->width - w));
		words(b, role(b, m)->text, false, ALIGN_LEFT, x0, y, say(b, &it->label));
		place_take(&b->f->place, (struct box){ x0, y - line / 2, x0 + w, y + line / 2 }, false);
	}
}

/* ---- axes ---- */

static bool is_inside(const struct axis *x, double v)
{
	return x->s->kind == SCALE_LINEAR && x->t.lo <= v && v <= x->t.hi;
}

static void paint_grid(const struct brush *b)
{
	const struct frame *f = b->f;
	const struct axis *x = &f->x, *y = &f->y;
	bool lines = false;

	for (size_t i = 0; i < f->p->nmark; i++)
		lines |= f->p->mark[i].kind == MARK_LINE || (f->p->mark[i].kind == MARK_BAR && !f->p->mark[i].horizontal);
	for (size_t i = 0; i < x->t.n && !lines && !x->s->hidden; i++) {
		double at = layout_position(x, x->t.at[i]);
		canvas_line(b->cv, b->pg->theme->grid, GRID_WIDTH, 0, (struct xy[]){ { at, f->top }, { at, f->bottom } }, 2);
	}
	for (size_t i = 0; i < y->t.n && !y->s->hidden; i++) {
		double at = layout_position(y, y->t.at[i]);
		canvas_line(b->cv, b->pg->theme->grid, GRID_WIDTH, 0, (struct xy[]){ { b->pg->left, at }, { b->pg->right, at } }, 2);
	}
}

/* The line that lengths start from: zero where the axis has it, else the foot of the plot. */
static void paint_base(const struct brush *b)
{
	const struct frame *f = b->f;
	const struct theme *th = b->pg->theme;
	struct xy p[2] = { { b->pg->left, f->bottom }, { b->pg->right, f->bottom } };
	bool zero = false;

	if (f->y.s->kind == SCALE_ORDINAL && is_inside(&f->x, 0)) {
		p[0] = (struct xy){ layout_position(&f->x, 0), f->top };
		p[1] = (struct xy){ p[0].x, f->bottom };
		zero = true;
	} else if (f->y.s->kind == SCALE_ORDINAL) {
		return;
	} else if (is_inside(&f->y, 0)) {
		p[0].y = p[1].y = layout_position(&f->y, 0);
		zero = true;
	}
	canvas_line(b->cv, zero ? th->ink : th->axis, AXIS_WIDTH, 0, p, 2);
}

static void paint_marks(struct brush *b)
{
	static const enum mark_kind order[] = { MARK_BAR, MARK_INTERVAL, MARK_RULE, MARK_LINE, MARK_POINT, MARK_TEXT };

	for (size_t i = 0; i < b->f->p->nmark; i++)
		if (b->f->p->mark[i].kind == MARK_POINT)
			paint_halos(b, &b->f->p->mark[i]);
	for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
		if (order[k] == MARK_RULE)
			paint_base(b);   /* over bars and intervals, under the rest */
		for (size_t i = 0, nth = 0; i < b->f->p->nmark; i++) {
			const struct mark *m = &b->f->p->mark[i];
			if (m->kind != order[k])
				continue;
			switch (m->kind) {
			case MARK_BAR: paint_bars(b, m, nth++); break;
			case MARK_LINE: paint_line(b, m); break;
			case MARK_POINT: paint_points(b, m); break;
			case MARK_TEXT: paint_words(b, m); break;
			case MARK_INTERVAL:
			case MARK_RULE:
				for (size_t n = 0; n < m->nitem; n++)
					(m->kind == MARK_RULE ? paint_rule : paint_interval)(b, m, &m->item[n]);
				break;
			}
		}
	}
}

static void paint_names(const struct brush *b)
{
	const struct axis *x = &b->f->x, *y = &b->f->y;
	double line = b->pg->theme->line, top = b->f->bottom + LAYOUT_TICK_GAP - 1;

	for (size_t i = 0; y->name && i < y->s->ncategory && !y->s->hidden; i++)
		for (size_t k = 0; k < y->name[i].n; k++)
			words(b, b->pg->theme->ink, false, ALIGN_LEFT, 0, y->middle[i] + ((double)k - (double)(y->name[i].n - 1) / 2) * line, y->name[i].line[k]);
	for (size_t i = 0; x->name && i < x->s->ncategory && !x->s->hidden; i++)
		for (size_t k = 0; k < x->name[i].n; k++)
			words(b, b->pg->theme->ink, false, ALIGN_CENTER, x->middle[i], top + ((double)k + 0.5) * line, x->name[i].line[k]);
}

static void paint_ticks(const struct brush *b)
{
	const struct frame *f = b->f;
	const struct theme *th = b->pg->theme;
	double end = -1e9, middle = f->bottom + LAYOUT_TICK_GAP - 1 + th->line / 2;

	for (size_t i = 0; i < f->x.t.n && !f->x.s->hidden; i++) {
		double w = layout_text_width(b->pg, f->x.tick[i], false), at = layout_position(&f->x, f->x.t.at[i]);
		at = fmax(w / 2, fmin(at, b->pg->width - w / 2));
		if (at - w / 2 < end + 4)
			continue;   /* its line of the grid stays */
		words(b, th->muted, false, ALIGN_CENTER, at, middle, f->x.tick[i]);
		end = at + w / 2;
	}
	for (size_t i = 0; i < f->y.t.n && !f->y.s->hidden; i++)
		words(b, th->muted, false, ALIGN_RIGHT, b->pg->left - LAYOUT_TICK_GAP, layout_position(&f->y, f->y.t.at[i]), f->y.tick[i]);
	if (*f->x.title)
		words(b, th->muted, false, ALIGN_RIGHT, b->pg->right, f->bottom + f->foot - th->line / 2, f->x.title);
	if (*f->y.title && f->y.s->kind != SCALE_ORDINAL)
		words(b, th->muted, false, ALIGN_LEFT, 0, f->top - th->line - 2, f->y.title);
}

static void paint_head(const struct brush *b)
{
	const struct frame *f = b->f;
	const struct theme *th = b->pg->theme;
	struct key *key = arena_array(b->pg->a, struct key, f->p->nmark + 1);
	double y = f->start, height;

	for (size_t i = 0; i < f->title.n; i++, y += th->line)
		words(b, th->ink, true, ALIGN_LEFT, 0, y + th->line / 2, f->title.line[i]);
	y += f->title.n ? LAYOUT_HEAD_GAP : 0;
	size_t n = layout_key(b->pg, f->p, key, &height);
	for (size_t i = 0; i < n; i++) {
		const struct mark *m = key[i].mark;
		double half = m->kind == MARK_BAR ? 3.5 : BAND / 2;
		if (m->kind == MARK_POINT)
			canvas_dot(b->cv, role(b, m)->fill, LAYOUT_DOT, key[i].x + 5, y + key[i].y);
		else
			canvas_rect(b->cv, m->kind == MARK_BAR ? role(b, m)->fill : role(b, m)->band, key[i].x, y + key[i].y - half, key[i].x + 10, y + key[i].y + half);
		words(b, th->ink, false, ALIGN_LEFT, key[i].x + 14, y + key[i].y, say(b, &m->name));
	}
}

static void paint_stamp(const struct brush *b)
{
	static const char *const text[] = { [LANG_FR] = "données fictives", [LANG_EN] = "illustrative data" };
	const struct theme *th = b->pg->theme;
	double w = layout_text_width(b->pg, text[b->pg->lang], true);

	words(b, th->role[ROLE_SECOND].text, true, ALIGN_RIGHT, b->pg->width - 6, 6.5, text[b->pg->lang]);
	canvas_frame(b->cv, th->role[ROLE_SECOND].fill, 0.8, b->pg->width - w - 12, 0.6, b->pg->width - 0.8, 12.6);
}

/* ---- labels ---- */

struct line_end { const struct mark *m; double x, y; };

static int by_height(const void *a, const void *b)
{
	const struct line_end *p = a, *q = b;
	return p->y < q->y ? -1 : p->y > q->y ? 1 : p->m < q->m ? -1 : p->m > q->m;
}

/* Names at the right ends of lines, moved apart where ends are close; a thin line leads to a name that had to move. */
static bool name_lines(struct brush *b)
{
	struct frame *f = b->f;
	struct line_end *end = arena_array(b->pg->a, struct line_end, f->p->nmark + 1);
	double *y = arena_array(b->pg->a, double, f->p->nmark + 1), line = b->pg->theme->line;
	size_t n = 0;

	for (size_t i = 0; i < f->p->nmark; i++) {
		const struct mark *m = &f->p->mark[i];
		for (size_t k = m->nitem; k > 0 && m->kind == MARK_LINE && *say(b, &m->name); k--)
			if (!isnan(m->item[k - 1].x) && !isnan(m->item[k - 1].y)) {
				end[n++] = (struct line_end){ m, layout_position(&f->x, m->item[k - 1].x), layout_position(&f->y, m->item[k - 1].y) };
				break;
			}
	}
	qsort(end, n, sizeof *end, by_height);
	for (size_t i = 0; i < n; i++)
		y[i] = end[i].y;
	if (n && !place_apart(y, n, line, f->top - line, f->bottom + line))
		return err_set(b->pg->e, ERR_CHART_LABEL, "%s", say(b, &end[0].m->name));
	for (size_t i = 0; i < n; i++) {
		const char *s = say(b, &end[i].m->name);
		double x = end[i].x + LINE_GAP, w = layout_text_width(b->pg, s, true);
		if (x + w > b->pg->width)
			return err_set(b->pg->e, ERR_CHART_LABEL, "%s", s);
		if (fabs(y[i] - end[i].y) > 3)
			canvas_line(b->cv, role(b, end[i].m)->band, 0.6, 0, (struct xy[]){ { end[i].x + 1.5, end[i].y }, { x - 1.5, y[i] } }, 2);
		words(b, role(b, end[i].m)->text, true, ALIGN_LEFT, x, y[i], s);
		place_take(&f->place, (struct box){ x, y[i] - line / 2, x + w, y[i] + line / 2 }, false);
	}
	return true;
}

static bool put_labels(struct brush *b)
{
	double h = b->pg->theme->line - LABEL_AIR;
	unsigned paper = b->pg->theme->paper;

	for (size_t i = 0; i < b->nwant; i++) {
		const struct want *w = &b->want[i];
		struct box at;
		enum placed how = place_beside(&b->f->place, w->mark, layout_text_width(b->pg, w->s, false), h, w->order, w->far, &at);
		double cx = (w->mark.x0 + w->mark.x1) / 2, cy = (w->mark.y0 + w->mark.y1) / 2;
		if (how == PLACED_NOT)
			return err_set(b->pg->e, ERR_CHART_LABEL, "%s", w->s);
		if (how == PLACED_BESIDE)
			canvas_rect(b->cv, paper, at.x0 - 1, at.y0, at.x1 + 1, at.y1);   /* the grid stops at words */
		if (how == PLACED_AWAY) {
			struct xy end = { fmax(at.x0, fmin(cx, at.x1)), fmax(at.y0, fmin(cy, at.y1)) };
			canvas_line(b->cv, b->pg->theme->axis, 0.5, 0, (struct xy[]){ { cx, cy }, end }, 2);
			place_take_line(&b->f->place, cx, cy, end.x, end.y, 0.5);
		}
		words(b, w->color, false, ALIGN_LEFT, at.x0, (at.y0 + at.y1) / 2, w->s);
	}
	b->nwant = 0;
	return true;
}

bool paint_page(struct page *pg, struct canvas *cv)
{
	struct brush b = { .pg = pg, .cv = cv, .want = arena_array(pg->a, struct want, PAINT_LABELS) };

	if (pg->c->illustrative)
		paint_stamp(&b);
	for (size_t i = 0; i < pg->c->npanel; i++) {
		b.f = &pg->frame[i];
		paint_head(&b);
		paint_grid(&b);
		paint_marks(&b);
		paint_names(&b);
		paint_ticks(&b);
		if (!name_lines(&b) || !put_labels(&b))
			return false;
	}
	return true;
}
