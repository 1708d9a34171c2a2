/* Measures first, then divides: panels stand below each other, all plots have the same left and right edge. */
#include "render/layout.h"

#include <math.h>

#define NAME_SHARE 0.40      /* of the width that category names may take */
#define PLOT_SHARE 0.55      /* of the rest that the plot keeps whatever labels want */
#define PANEL_GAP 16.0
#define PLAIN_HEIGHT 150.0   /* of a plot without rows, alone and among others */
#define SHARED_HEIGHT 105.0
#define PLAIN_LEAST 40.0
#define GROUPED_BAR 12.5     /* of a row's height, for each of several bars in it */

/* Height of a row by the number of rows of the chart. */
static const struct { size_t rows; double height; } row_heights[] = { { 8, 21 }, { 14, 18 }, { 24, 15 }, { SIZE_MAX, 12 } };

static const char *say(const struct page *pg, const struct text2 *t)
{
	return text2_in(t, pg->lang);
}

double layout_text_width(const struct page *pg, const char *s, bool bold)
{
	return metrics_width(pg->m, s, bold, pg->theme->text);
}

static bool is_rows(const struct scale *s)
{
	return s->kind == SCALE_ORDINAL;
}

static void bound(double v, double *lo, double *hi, bool *any)
{
	if (isnan(v))
		return;
	*lo = *any ? fmin(*lo, v) : v;
	*hi = *any ? fmax(*hi, v) : v;
	*any = true;
}

bool layout_bounds(const struct panel *p, bool on_x, double *lo, double *hi)
{
	bool any = false;

	for (size_t i = 0; i < p->nmark; i++)
		for (size_t k = 0; k < p->mark[i].nitem; k++) {
			const struct mark *m = &p->mark[i];
			const struct item *it = &m->item[k];
			if (m->kind == MARK_BAR && m->horizontal == on_x)
				bound(0, lo, hi, &any);
			bound(on_x ? it->x : it->y, lo, hi, &any);
			if (m->kind == MARK_RULE || (m->kind == MARK_INTERVAL && m->horizontal == on_x))
				bound(on_x ? it->x2 : it->y2, lo, hi, &any);
		}
	return any;
}

static bool has_mark(const struct panel *p, enum mark_kind kind)
{
	for (size_t i = 0; i < p->nmark; i++)
		if (p->mark[i].kind == kind)
			return true;
	return false;
}

double layout_bar_distance(const struct panel *p, bool on_x)
{
	double least = 0;

	for (size_t i = 0; i < p->nmark; i++) {
		const struct mark *m = &p->mark[i];
		for (size_t k = 1; k < m->nitem && m->kind == MARK_BAR && m->horizontal != on_x; k++) {
			double d = on_x ? fabs(m->item[k].x - m->item[k - 1].x) : fabs(m->item[k].y - m->item[k - 1].y);
			if (d > 0 && (least <= 0 || d < least))
				least = d;
		}
	}
	return least;
}

static bool wrap(const struct page *pg, const char *s, bool bold, double width, struct name *out)
{
	out->n = *s ? metrics_wrap(pg->m, pg->a, s, bold, pg->theme->text, width, out->line) : 0;
	out->width = 0;
	for (size_t i = 0; i < out->n; i++)
		out->width = fmax(out->width, layout_text_width(pg, out->line[i], bold));
	return out->n || !*s || err_set(pg->e, ERR_CHART_LONG, "%s", s);
}

/* The words of an axis: "Effectif (échelle logarithmique)", so that a reader need not find out from the numbers. */
static const char *axis_title(const struct page *pg, const struct scale *s)
{
	static const char *const log_words[] = { [LANG_FR] = "échelle logarithmique", [LANG_EN] = "logarithmic scale" };
	const char *title = say(pg, &s->title);

	if (s->kind != SCALE_LOG || s->hidden)
		return s->hidden ? "" : title;
	return *title ? arena_printf(pg->a, "%s (%s)", title, log_words[pg->lang]) : log_words[pg->lang];
}

static void tick_words(const struct page *pg, struct axis *x)
{
	x->tick = arena_array(pg->a, char *, x->t.n + 1);
	x->tick_width = 0;
	for (size_t i = 0; i < x->t.n; i++) {
		struct buf b = BUF(400);
		scale_label(x->s, &x->t, i, pg->lang, &b);
		x->tick[i] = arena_strdup(pg->a, buf_text(&b));
		x->tick_width = fmax(x->tick_width, layout_text_width(pg, x->tick[i], false));
		buf_free(&b);
	}
}

/* Bounds, ticks and their words for about `room` points. */
static bool measure_ticks(const struct page *pg, const struct panel *p, struct axis *x, bool on_x, double room)
{
	double lo = 0, hi = 1, each = on_x ? 34 : 24, half = layout_bar_distance(p, on_x) / 2;
	struct scale s = *x->s;

	if (is_rows(x->s))
		return scale_ticks(x->s, 0, 0, 2, &x->t, pg->e);
	layout_bounds(p, on_x, &lo, &hi);
	if (on_x && (has_mark(p, MARK_LINE) || half > 0) && s.kind == SCALE_LINEAR && lo < hi) {
		s.lo = isnan(s.lo) ? lo - half : s.lo;   /* lines and columns fill their width */
		s.hi = isnan(s.hi) ? hi + half : s.hi;
	}
	for (int round = 0; round < 2; round++) {   /* the second one knows how wide the words are */
		size_t want = (size_t)(fmax(2, fmin(room / each, on_x ? 8 : 6)) + 0.5);
		if (!scale_ticks(&s, lo - half, hi + half, want, &x->t, pg->e))
			return false;
		tick_words(pg, x);
		each = on_x ? x->tick_width + 14 : each;
	}
	return true;
}

size_t layout_key(const struct page *pg, const struct panel *p, struct key *out, double *height)
{
	double x = 0, line = pg->theme->line + 1, y = line / 2;
	size_t n = 0;

	for (size_t i = 0; i < p->nmark; i++) {
		const struct mark *m = &p->mark[i];
		double w = 14 + layout_text_width(pg, say(pg, &m->name), false);
		if (m->kind == MARK_LINE || m->kind == MARK_TEXT || m->kind == MARK_RULE || !*say(pg, &m->name))
			continue;
		if (x > 0 && x + w > pg->width) {
			x = 0;
			y += line;
		}
		out[n++] = (struct key){ m, x, y, w };
		x += w + 16;
	}
	*height = n ? y + line / 2 + 2 : 0;
	return n;
}

/* Names of the categories of an axis. */
static bool measure_names(const struct page *pg, struct axis *x, double width)
{
	size_t n = x->s->ncategory;

	x->name = arena_array(pg->a, struct name, n + 1);
	x->size = arena_array(pg->a, double, n + 1);
	x->middle = arena_array(pg->a, double, n + 1);
	for (size_t i = 0; i < n; i++)
		if (!wrap(pg, say(pg, &x->s->category[i]), false, width, &x->name[i]))
			return false;
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
		n += is_rows(&c->panel[k].y) ? c->panel[k].y.ncategory : 0;
	while (n > row_heights[i].rows)
		i++;
	return row_heights[i].height;
}

/* What a panel needs in height, apart from what the width decides. */
static bool measure_panel(const struct page *pg, struct frame *f)
{
	const struct panel *p = f->p;
	struct key *key = arena_array(pg->a, struct key, p->nmark + 1);
	double line = pg->theme->line, base = row_height(pg->c), nbar = 0;

	f->x.s = &p->x;
	f->y.s = &p->y;
	f->x.title = axis_title(pg, &p->x);
	f->y.title = axis_title(pg, &p->y);
	if (!wrap(pg, say(pg, &p->title), true, pg->width, &f->title))
		return false;
	layout_key(pg, p, key, &f->key_line);
	f->head = (double)f->title.n * line + (f->title.n ? LAYOUT_HEAD_GAP : 0) + f->key_line;
	if (!is_rows(&p->y)) {
		f->plot = pg->c->npanel == 1 ? PLAIN_HEIGHT : SHARED_HEIGHT;
		f->least = PLAIN_LEAST;
		f->head += (*f->y.title ? line + 2 : 0) + line / 2;   /* the highest number stands half above the plot */
		return measure_ticks(pg, p, &f->y, false, f->plot);
	}
	if (!measure_names(pg, &f->y, pg->width * NAME_SHARE) || !measure_ticks(pg, p, &f->y, false, 0))
		return false;
	for (size_t i = 0; i < p->nmark; i++)
		nbar += p->mark[i].kind == MARK_BAR && p->mark[i].horizontal;
	base = nbar > 1 ? fmax(base, nbar * GROUPED_BAR) : base;
	for (size_t i = 0; i < p->y.ncategory; i++) {
		f->y.size[i] = fmax(base, row_least(pg, &f->y.name[i]));
		f->plot += f->y.size[i];
		f->least += row_least(pg, &f->y.name[i]);
	}
	return true;
}

static double left_words(const struct frame *f)
{
	double w = 0;

	if (f->p->y.hidden)
		return 0;
	if (!is_rows(&f->p->y))
		return f->y.tick_width + LAYOUT_TICK_GAP;
	for (size_t i = 0; i < f->p->y.ncategory; i++)
		w = fmax(w, f->y.name[i].width + LAYOUT_NAME_GAP);
	return w;
}

/* High end of an item along x, as a share of the axis; NaN when it is not drawn. */
static double end_share(const struct frame *f, const struct mark *m, const struct item *it)
{
	double v = m->kind == MARK_INTERVAL && m->horizontal ? fmax(it->x, it->x2) : it->x;   /* fmax takes the one that is a number */

	if (isnan(v) || isnan(it->y) || m->kind == MARK_TEXT || m->kind == MARK_RULE)
		return NAN;
	return is_rows(&f->p->x) ? (v - 0.5) / (double)f->p->x.ncategory : scale_at(&f->p->x, &f->x.t, v);
}

/* Room that an item wants to the right of its high end; 0 when it wants none. */
static double beside(const struct page *pg, const struct frame *f, const struct mark *m, const struct item *it)
{
	bool arrow = m->kind == MARK_INTERVAL && m->horizontal && (it->open & OPEN_HIGH);
	double w = arrow ? LAYOUT_ARROW : 0;

	if (m->kind == MARK_LINE && *say(pg, &m->name))
		return w + 8 + layout_text_width(pg, say(pg, &m->name), true);
	if (is_rows(&f->p->y) && *say(pg, &it->label))
		return w + 6 + LAYOUT_DOT + layout_text_width(pg, say(pg, &it->label), false);
	return w;
}

static size_t row_of(const struct frame *f, const struct item *it)
{
	return is_rows(&f->p->y) && it->y >= 1 ? (size_t)fmin(it->y, (double)f->p->y.ncategory) - 1 : 0;
}

/* Right edge of the plots: labels to the right of what stands in their row get their room as long as the plot keeps its share. */
static double right_edge(const struct page *pg, const struct frame *f)
{
	double room = pg->width - pg->left, right = room - 1, *end = arena_array(pg->a, double, f->p->y.ncategory + 1);

	if (f->x.t.n && !f->p->x.hidden) {
		double last = scale_at(&f->p->x, &f->x.t, f->x.t.at[f->x.t.n - 1]);
		right = fmin(right, (room - layout_text_width(pg, f->x.tick[f->x.t.n - 1], false) / 2) / fmax(last, 0.5));
	}
	for (int round = 0; round < 2; round++)   /* first where each row ends, then what its labels want */
		for (size_t i = 0; i < f->p->nmark; i++)
			for (size_t k = 0; k < f->p->mark[i].nitem; k++) {
				const struct mark *m = &f->p->mark[i];
				const struct item *it = &m->item[k];
				double share = end_share(f, m, it), want = round && !isnan(share) ? beside(pg, f, m, it) : 0;
				double *row = &end[row_of(f, it)];
				if (!round && is_rows(&f->p->y))
					*row = fmax(*row, share);
				double edge = (room - want) / fmax(fmax(share, *row), 0.01);
				right = want > 0 && edge >= PLOT_SHARE * room ? fmin(right, edge) : right;
			}
	return pg->left + right;
}

/* Left and right edge, x axes, and what stands below the plots. */
static bool measure_width(struct page *pg)
{
	size_t n = pg->c->npanel;

	pg->left = 0;
	for (size_t i = 0; i < n; i++)
		pg->left = fmax(pg->left, left_words(&pg->frame[i]));
	pg->right = pg->width - 1;
	for (size_t i = 0; i < n; i++) {
		if (!measure_ticks(pg, pg->frame[i].p, &pg->frame[i].x, true, (pg->width - pg->left) * 0.8))
			return false;
		pg->right = fmin(pg->right, right_edge(pg, &pg->frame[i]));
	}
	for (size_t i = 0; i < n; i++) {
		struct frame *f = &pg->frame[i];
		double lines = 1;
		if (is_rows(&f->p->x)) {
			if (!measure_names(pg, &f->x, (pg->right - pg->left) / (double)f->p->x.ncategory - 4))
				return false;
			for (size_t k = 0; k < f->p->x.ncategory; k++)
				lines = fmax(lines, (double)f->x.name[k].n);
		}
		f->foot = f->p->x.hidden ? 2 : LAYOUT_TICK_GAP - 1 + (lines + (*f->x.title ? 1 : 0)) * pg->theme->line;
	}
	return true;
}

static bool too_low(const struct page *pg, double need, double has)
{
	return err_set(pg->e, ERR_CHART_HEIGHT, "%ld" ERR_SEP "%ld", (long)ceil(need / LAYOUT_PT), (long)floor(has / LAYOUT_PT + 0.5));
}

/* Sets height and place of every plot; height 0 asked: as much as the panels need. */
static bool divide_height(struct page *pg)
{
	const struct chart *c = pg->c;
	double fixed = (double)(c->npanel - 1) * PANEL_GAP + (c->illustrative ? LAYOUT_STAMP : 0), natural = 0, least = 0, shares = 0;

	for (size_t i = 0; i < c->npanel; i++) {
		fixed += pg->frame[i].head + pg->frame[i].foot;
		natural += pg->frame[i].plot;
		least += pg->frame[i].least;
		shares += fmax(c->panel[i].share, 0);
	}
	double most = LAYOUT_HEIGHT_MM * LAYOUT_PT, y = c->illustrative ? LAYOUT_STAMP : 0;
	double height = c->height_mm > 0 ? c->height_mm * LAYOUT_PT : fmin(ceil(fixed + natural), most), plots = height - fixed;
	if (height > most + 1)
		return too_low(pg, height, most);
	for (size_t i = 0; i < c->npanel; i++) {
		struct frame *f = &pg->frame[i];
		f->plot = shares > 0 ? plots * fmax(c->panel[i].share, 0) / shares : plots * f->plot / natural;
		if (f->plot < f->least - 0.01)
			return too_low(pg, shares > 0 && c->panel[i].share > 0 ? fixed + f->least * shares / c->panel[i].share : fixed + least, height);
		f->start = y;
		f->top = y + f->head;
		f->bottom = f->top + f->plot;
		y = f->bottom + f->foot + PANEL_GAP;
	}
	pg->height = floor(height + 0.5);
	return true;
}

/* Positions of categories between p0 and p1: what each needs, and equal parts of what is left over. */
static void spread(struct axis *x, double p0, double p1)
{
	double need = 0, at = p0;
	size_t n = x->s->ncategory;

	for (size_t i = 0; i < n; i++)
		need += x->size[i];
	for (size_t i = 0; i < n; i++) {
		x->size[i] += (p1 - p0 - need) / (double)n;
		x->middle[i] = at + x->size[i] / 2;
		at += x->size[i];
	}
}

static void set_axes(const struct page *pg, struct frame *f)
{
	double inset = has_mark(f->p, MARK_POINT) && !is_rows(&f->p->x) && !is_rows(&f->p->y) ? LAYOUT_DOT + 2 : 0;

	f->x.p0 = pg->left + inset;
	f->x.p1 = pg->right - inset;
	f->y.p0 = f->bottom;
	f->y.p1 = f->top;
	if (is_rows(&f->p->x))
		spread(&f->x, f->x.p0, f->x.p1);
	if (is_rows(&f->p->y)) {
		double wish = 0;
		for (size_t i = 0; i < f->p->y.ncategory; i++)
			wish += f->y.size[i];
		for (size_t i = 0; i < f->p->y.ncategory && wish > f->plot; i++)   /* rows shrink to what their names need */
			f->y.size[i] = row_least(pg, &f->y.name[i]);
		spread(&f->y, f->top, f->bottom);
	}
	for (size_t i = 0; i < f->p->nmark; i++)
		f->nbar += f->p->mark[i].kind == MARK_BAR;
	f->place = (struct place){ .arena = pg->a, .room = { pg->left - (is_rows(&f->p->y) ? 4 : 0), f->top - pg->theme->line, pg->width, f->bottom + 1 } };
}

double layout_position(const struct axis *x, double v)
{
	if (!is_rows(x->s))
		return x->p0 + scale_at(x->s, &x->t, v) * (x->p1 - x->p0);
	double i = fmin(fmax(floor(v), 1), (double)x->s->ncategory), rest = v - i;
	size_t k = (size_t)i - 1;
	return x->middle[k] + rest * (rest > 0 && k + 1 < x->s->ncategory ? x->middle[k + 1] - x->middle[k] : x->size[k]);
}

bool layout_page(struct page *pg)
{
	size_t n = pg->c->npanel;

	pg->width = floor(pg->c->width_mm * LAYOUT_PT);
	pg->frame = arena_array(pg->a, struct frame, n);
	for (size_t i = 0; i < n; i++) {
		pg->frame[i].p = &pg->c->panel[i];
		if (!measure_panel(pg, &pg->frame[i]))
			return false;
	}
	if (!measure_width(pg) || !divide_height(pg))
		return false;
	for (size_t i = 0; i < n; i++)
		set_axes(pg, &pg->frame[i]);
	return true;
}
