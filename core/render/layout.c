/* Measures first, then divides: panels stand below each other, all plots have the same left and right edge. */
#include "render/layout.h"

#include "render/mark.h"

#include <math.h>
#include <stdlib.h>

#define NAME_SHARE 0.40      /* of the width that category names may take */
#define NAME_GAP 10.0        /* between them and the plot */
#define PLOT_SHARE 0.55      /* of the rest that the plot keeps whatever labels want */
#define PANEL_GAP 16.0
#define HEAD_GAP 3.0         /* under a panel's heading */
#define STAMP 18.0           /* height of the stamp over illustrative figures */
#define PLAIN_HEIGHT 150.0   /* of a plot without rows, alone and among others */
#define SHARED_HEIGHT 105.0
#define PLAIN_LEAST 40.0
#define GROUPED_BAR 12.5     /* of a row's height, for each of several bars in it */

/* Height of a row by the number of rows of the chart. */
static const struct { size_t rows; double height; } row_heights[] = { { 8, 21 }, { 14, 18 }, { 24, 15 }, { SIZE_MAX, 12 } };

double layout_width(const struct page *pg, const char *s, bool bold)
{
	return metrics_width(pg->m, s, bold, pg->theme->text);
}

/* Lowest and highest value along an axis, the zero of bars included, and the bars' distance; false when there is no value. */
static bool measure_data(const struct panel *p, int d, struct axis *x)
{
	x->lo = INFINITY;
	x->hi = -INFINITY;
	for (const struct mark *m = p->mark; m < p->mark + p->nmark; m++)
		for (const struct item *it = m->item; it < m->item + m->nitem; it++) {
			bool bar = m->kind == MARK_BAR, stands = d == m->horizontal;   /* bars stand on this axis */
			double zero = bar && !stands ? 0 : NAN;   /* fmin and fmax take the one that is a number */
			double step = bar && stands && it > m->item ? fabs(item_at(it, d) - item_at(it - 1, d)) : 0;
			x->lo = fmin(x->lo, fmin(zero, fmin(item_at(it, d), item_end(it, d))));
			x->hi = fmax(x->hi, fmax(zero, fmax(item_at(it, d), item_end(it, d))));
			x->bar_step = step > 0 && !(x->bar_step > 0 && x->bar_step < step) ? step : x->bar_step;
		}
	return x->lo <= x->hi;
}

static bool wrap(const struct page *pg, const char *s, bool bold, double width, struct name *out)
{
	out->n = *s ? metrics_wrap(pg->m, pg->a, s, bold, pg->theme->text, width, out->line) : 0;
	for (size_t i = 0; i < out->n; i++)
		out->width = fmax(out->width, layout_width(pg, out->line[i], bold));
	return out->n || !*s || err_set(pg->e, ERR_CHART_LONG, "%s", s);
}

/* The words of an axis: "Effectif (échelle logarithmique)", so that a reader need not find out from the numbers. */
static const char *axis_title(const struct page *pg, const struct scale *s)
{
	static const char *const log_words[] = { [LANG_FR] = "échelle logarithmique", [LANG_EN] = "logarithmic scale" };
	const char *title = s->hidden ? "" : say(pg, &s->title);

	if (s->kind != SCALE_LOG || s->hidden)
		return title;
	return *title ? arena_printf(pg->a, "%s (%s)", title, log_words[pg->lang]) : log_words[pg->lang];
}

static void tick_words(const struct page *pg, struct axis *x)
{
	struct buf b = BUF(400);

	x->tick = arena_array(pg->a, char *, x->t.n + 1);
	x->word = 0;
	for (size_t i = 0; i < x->t.n; i++) {
		buf_clear(&b);
		scale_label(x->s, &x->t, i, pg->lang, &b);
		x->tick[i] = arena_strdup(pg->a, buf_text(&b));
		x->word = fmax(x->word, layout_width(pg, x->tick[i], false));
	}
	buf_free(&b);
}

/* Bounds, ticks and their words for about `room` points. */
static bool measure_ticks(const struct page *pg, struct frame *f, int d, double room)
{
	struct axis *x = &f->axis[d];
	struct scale s = *x->s;
	double each = d == AXIS_X ? 34 : 24, lo = x->lo - x->bar_step / 2, hi = x->hi + x->bar_step / 2;

	if (d == AXIS_X && (f->fills || x->bar_step > 0) && s.kind == SCALE_LINEAR && x->lo < x->hi) {
		s.lo = isnan(s.lo) ? lo : s.lo;
		s.hi = isnan(s.hi) ? hi : s.hi;
	}
	for (int round = 0; round < 2; round++) {   /* the second one knows how wide the words are */
		size_t want = (size_t)(fmax(2, fmin(room / each, d == AXIS_X ? 8 : 6)) + 0.5);
		if (!scale_ticks(&s, lo, hi, want, &x->t, pg->e))
			return false;
		tick_words(pg, x);
		each = d == AXIS_X ? x->word + 14 : each;
	}
	return true;
}

/* Names of the categories of an axis. */
static bool measure_names(const struct page *pg, struct axis *x, double width)
{
	x->name = arena_array(pg->a, struct name, x->s->ncategory);
	for (size_t i = 0; i < x->s->ncategory && !x->s->hidden; i++) {
		if (!wrap(pg, say(pg, &x->s->category[i]), false, width, &x->name[i]))
			return false;
		x->word = fmax(x->word, x->name[i].width);
	}
	return true;
}

/* Heading and key. */
static bool measure_head(const struct page *pg, struct frame *f)
{
	double line = pg->theme->line, x = 0;

	if (!wrap(pg, say(pg, &f->p->title), true, pg->width, &f->title))
		return false;
	f->head = (double)f->title.n * line + (f->title.n ? HEAD_GAP : 0);
	f->key = arena_array(pg->a, struct key, f->p->nmark + 1);
	for (const struct mark *m = f->p->mark; m < f->p->mark + f->p->nmark; m++) {
		double w = 14 + layout_width(pg, say(pg, &m->name), false);
		if (!mark_types[m->kind].keyed || !*say(pg, &m->name))
			continue;
		if (x > 0 && x + w > pg->width) {
			x = 0;
			f->head += line + 1;
		}
		f->key[f->nkey++] = (struct key){ m, x, f->head + (line + 1) / 2 };
		x += w + 16;
	}
	f->head += f->nkey ? line + 3 : 0;
	return true;
}

/* What a row must have for its name. */
static double row_least(const struct page *pg, const struct name *name)
{
	return (double)(name->n ? name->n : 1) * pg->theme->line + (name->n > 1 ? 4 : 0.5);
}

static double row_height(const struct chart *c)
{
	size_t n = 0, i = 0;

	for (size_t k = 0; k < c->npanel; k++)
		n += c->panel[k].y.kind == SCALE_ORDINAL ? c->panel[k].y.ncategory : 0;
	while (n > row_heights[i].rows)
		i++;
	return row_heights[i].height;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* True when two bars stand at one position: only then do the marks share its room side by side. */
static bool bars_meet(struct arena *a, const struct panel *p)
{
	size_t total = 0, n = 0;
	bool meet = false;

	for (const struct mark *m = p->mark; m < p->mark + p->nmark; m++)
		total += m->kind == MARK_BAR ? m->nitem : 0;
	double *at = arena_array(a, double, total + 1);
	for (const struct mark *m = p->mark; m < p->mark + p->nmark; m++)
		for (size_t i = 0; m->kind == MARK_BAR && i < m->nitem; i++) {
			at[n] = item_at(&m->item[i], m->horizontal);
			n += isnan(at[n]) ? 0 : 1;
		}
	qsort(at, n, sizeof *at, by_value);
	for (size_t i = 1; i < n; i++)
		meet |= at[i] == at[i - 1];
	return meet;
}

/* What a panel needs in height, apart from what the width decides. */
static bool measure_panel(const struct page *pg, struct frame *f)
{
	const struct panel *p = f->p;
	struct axis *y = &f->axis[AXIS_Y];

	for (int d = AXIS_X; d <= AXIS_Y; d++) {
		struct axis *x = &f->axis[d];
		x->s = d == AXIS_X ? &p->x : &p->y;
		x->title = axis_title(pg, x->s);
		if (!measure_data(p, d, x))
			return err_set(pg->e, ERR_CHART_EMPTY, "%td", p - pg->c->panel + 1);
	}
	for (const struct mark *m = p->mark; m < p->mark + p->nmark; m++) {
		f->nbar += m->kind == MARK_BAR;
		f->columns |= m->kind == MARK_BAR && !m->horizontal;
		f->fills |= mark_types[m->kind].fills;
	}
	if (f->nbar > 1 && !bars_meet(pg->a, p))
		f->nbar = 1;
	if (!measure_head(pg, f))
		return false;
	if (y->s->kind != SCALE_ORDINAL) {
		f->plot = pg->c->npanel == 1 ? PLAIN_HEIGHT : SHARED_HEIGHT;
		f->least = PLAIN_LEAST;
		f->head += (*y->title ? pg->theme->line + 2 : 0) + pg->theme->line / 2;   /* half of the highest number */
		return measure_ticks(pg, f, AXIS_Y, f->plot);
	}
	if (!measure_names(pg, y, pg->width * NAME_SHARE))
		return false;
	double height = fmax(row_height(pg->c), f->nbar > 1 ? (double)f->nbar * GROUPED_BAR : 0);
	for (struct name *name = y->name; name < y->name + p->y.ncategory; name++) {
		name->size = fmax(height, row_least(pg, name));
		f->plot += name->size;
		f->least += row_least(pg, name);
	}
	return true;
}

/* High end of an item along x, as a share of the axis; NaN when it is not drawn or stands where it is told to. */
static double end_share(const struct axis *x, const struct mark *m, const struct item *it)
{
	double v = fmax(it->x, it->x2);

	if (isnan(it->y) || mark_types[m->kind].fixed)
		return NAN;
	return x->s->kind == SCALE_ORDINAL ? (v - 0.5) / (double)x->s->ncategory : scale_at(x->s, &x->t, v);
}

/* Room that an item wants to the right of its high end; 0 when it wants none. */
static double beside(const struct page *pg, const struct frame *f, const struct mark *m, const struct item *it)
{
	double w = m->horizontal && it->open & OPEN_HIGH ? LAYOUT_ARROW : 0;

	if (m->kind == MARK_LINE && *say(pg, &m->name))
		return w + LAYOUT_LINE_GAP + layout_width(pg, say(pg, &m->name), true);
	if (f->axis[AXIS_Y].name && *say(pg, &it->label))
		return w + 6 + LAYOUT_DOT + layout_width(pg, say(pg, &it->label), false);
	return w;
}

/* Right edge of the plots: labels to the right of what stands in their row get room as long as the plot keeps its share. */
static double right_edge(const struct page *pg, const struct frame *f)
{
	const struct axis *x = &f->axis[AXIS_X];
	double room = pg->width - pg->left, right = room - 1, *end = arena_array(pg->a, double, f->p->y.ncategory + 2);

	if (x->t.n && !x->s->hidden) {
		double last = scale_at(x->s, &x->t, x->t.at[x->t.n - 1]);
		right = fmin(right, (room - layout_width(pg, x->tick[x->t.n - 1], false) / 2) / fmax(last, 0.5));
	}
	for (int round = 0; round < 2; round++)   /* first where each row ends, then what its labels want */
		for (const struct mark *m = f->p->mark; m < f->p->mark + f->p->nmark; m++)
			for (const struct item *it = m->item; it < m->item + m->nitem; it++) {
				double share = end_share(x, m, it), want = round && !isnan(share) ? beside(pg, f, m, it) : 0;
				double *row = f->axis[AXIS_Y].name && !isnan(share) ? &end[(size_t)it->y] : &share;
				*row = fmax(*row, share);
				double edge = (room - want) / fmax(*row, 0.01);
				right = want > 0 && edge >= PLOT_SHARE * room ? fmin(right, edge) : right;
			}
	return pg->left + right;
}

/* Left and right edge, x axes, and what stands below the plots. */
static bool measure_width(struct page *pg)
{
	struct frame *end = pg->frame + pg->c->npanel;

	for (struct frame *f = pg->frame; f < end; f++) {
		const struct axis *y = &f->axis[AXIS_Y];
		pg->left = fmax(pg->left, y->s->hidden ? 0 : y->word + (y->name ? NAME_GAP : LAYOUT_TICK_GAP));
	}
	pg->right = pg->width - 1;
	for (struct frame *f = pg->frame; f < end; f++) {
		if (f->p->x.kind != SCALE_ORDINAL && !measure_ticks(pg, f, AXIS_X, (pg->width - pg->left) * 0.8))
			return false;
		pg->right = fmin(pg->right, right_edge(pg, f));
	}
	for (struct frame *f = pg->frame; f < end; f++) {
		struct axis *x = &f->axis[AXIS_X];
		double lines = 1, n = (double)x->s->ncategory;
		if (x->s->kind == SCALE_ORDINAL && !measure_names(pg, x, (pg->right - pg->left) / n - 4))
			return false;
		for (size_t k = 0; x->name && k < x->s->ncategory; k++)
			lines = fmax(lines, (double)x->name[k].n);
		f->foot = x->s->hidden ? 2 : LAYOUT_TICK_GAP - 1 + (lines + (*x->title ? 1 : 0)) * pg->theme->line;
	}
	return true;
}

static bool too_low(const struct page *pg, double need, double has)
{
	long needed = (long)ceil(need / LAYOUT_PT), had = (long)floor(has / LAYOUT_PT + 0.5);
	return err_set(pg->e, ERR_CHART_HEIGHT, "%ld" ERR_SEP "%ld", needed, had);
}

/* Sets height and place of every plot; height 0 asked: as much as the panels need. */
static bool divide_height(struct page *pg)
{
	const struct chart *c = pg->c;
	double y = c->illustrative ? STAMP : 0, most = LAYOUT_HEIGHT_MM * LAYOUT_PT;
	double fixed = (double)(c->npanel - 1) * PANEL_GAP + y, natural = 0, least = 0, shares = 0;

	for (const struct frame *f = pg->frame; f < pg->frame + c->npanel; f++) {
		fixed += f->head + f->foot;
		natural += f->plot;
		least += f->least;
		shares += fmax(f->p->share, 0);
	}
	double height = c->height_mm > 0 ? c->height_mm * LAYOUT_PT : fmin(ceil(fixed + natural), most);
	if (height > most + 1)
		return too_low(pg, height, most);
	for (struct frame *f = pg->frame; f < pg->frame + c->npanel; f++) {
		double share = fmax(f->p->share, 0);
		f->plot = (height - fixed) * (shares > 0 ? share / shares : f->plot / natural);
		if (f->plot < f->least - 0.01)
			return too_low(pg, share > 0 ? fixed + f->least * shares / share : fixed + least, height);
		f->start = y;
		f->top = y + f->head;
		f->bottom = f->top + f->plot;
		y = f->bottom + f->foot + PANEL_GAP;
	}
	pg->height = floor(height + 0.5);
	return true;
}

/* Positions of categories along `length`: rows shrink to what their names need when all together want too much;
 * then equal parts of what is left over. */
static void spread(const struct page *pg, struct axis *x, bool rows, double from, double length)
{
	struct name *end = x->name + x->s->ncategory;
	double wish = 0, need = 0;

	for (struct name *n = x->name; n < end; n++)
		wish += n->size;
	for (struct name *n = x->name; n < end; n++) {
		n->size = rows && wish > length + 0.01 ? row_least(pg, n) : n->size;
		need += n->size;
	}
	for (struct name *n = x->name; n < end; n++) {
		n->size += (length - need) / (double)x->s->ncategory;
		n->middle = from + n->size / 2;
		from += n->size;
	}
}

static void set_axes(const struct page *pg, struct frame *f)
{
	struct axis *x = &f->axis[AXIS_X], *y = &f->axis[AXIS_Y];
	double inset = 0;

	for (size_t i = 0; i < f->p->nmark && !x->name && !y->name; i++)
		inset = fmax(inset, mark_types[f->p->mark[i].kind].inset);
	x->p0 = pg->left + inset;
	x->p1 = pg->right - inset;
	y->p0 = f->bottom;
	y->p1 = f->top;
	spread(pg, x, false, x->p0, x->p1 - x->p0);
	spread(pg, y, true, f->top, f->plot);
	x->t.n = x->s->hidden ? 0 : x->t.n;
	y->t.n = y->s->hidden ? 0 : y->t.n;
	f->place.arena = pg->a;
	f->place.room = (struct box){ pg->left - (y->name ? 4 : 0), f->top - pg->theme->line, pg->width, f->bottom + 1 };
}

double layout_at(const struct axis *x, double v)
{
	if (!x->name)
		return x->p0 + scale_at(x->s, &x->t, v) * (x->p1 - x->p0);
	double i = fmin(fmax(floor(v), 1), (double)x->s->ncategory), rest = v - i;
	const struct name *n = &x->name[(size_t)i - 1];
	return n->middle + rest * (rest > 0 && i < (double)x->s->ncategory ? n[1].middle - n->middle : n->size);
}

struct xy layout_xy(const struct frame *f, double x, double y)
{
	return (struct xy){ layout_at(&f->axis[AXIS_X], x), layout_at(&f->axis[AXIS_Y], y) };
}

bool layout_page(struct page *pg)
{
	struct frame *f = pg->frame = arena_array(pg->a, struct frame, pg->c->npanel);

	pg->width = floor(pg->c->width_mm * LAYOUT_PT);
	for (size_t i = 0; i < pg->c->npanel; i++) {
		f[i].p = &pg->c->panel[i];
		if (!measure_panel(pg, &f[i]))
			return false;
	}
	if (!measure_width(pg) || !divide_height(pg))
		return false;
	for (size_t i = 0; i < pg->c->npanel; i++)
		set_axes(pg, &f[i]);
	return true;
}
