/* What stands around the marks, and their labels. Positions come from layout.c. */
#include "render/paint.h"

#include "render/canvas.h"
#include "render/mark.h"

#include <math.h>

#define GRID_WIDTH 0.6   /* points */

/* ---- axes ---- */

static void paint_grid(const struct page *pg, const struct frame *f)
{
	const struct axis *x = &f->axis[AXIS_X], *y = &f->axis[AXIS_Y];

	for (size_t i = 0; i < x->t.n && !f->fills && !f->columns; i++) {   /* lines and columns are read across */
		double at = layout_at(x, x->t.at[i]);
		canvas_line(pg->cv, pg->theme->grid, GRID_WIDTH, 0, (struct xy[]){ { at, f->top }, { at, f->bottom } }, 2);
	}
	for (size_t i = 0; i < y->t.n; i++) {
		double at = layout_at(y, y->t.at[i]);
		canvas_line(pg->cv, pg->theme->grid, GRID_WIDTH, 0, (struct xy[]){ { pg->left, at }, { pg->right, at } }, 2);
	}
}

static void paint_lines(const struct page *pg, const struct name *n, bool bold, enum align align, double x, double top)
{
	for (size_t i = 0; i < n->n; i++)
		canvas_text(pg->cv, pg->theme->ink, bold, align, x, top + ((double)i + 0.5) * pg->theme->line, n->line[i]);
}

static void paint_names(const struct page *pg, const struct frame *f)
{
	const struct axis *x = &f->axis[AXIS_X], *y = &f->axis[AXIS_Y];

	for (size_t i = 0; y->name && i < y->s->ncategory; i++)
		paint_lines(pg, &y->name[i], false, ALIGN_LEFT, 0, y->name[i].middle - (double)y->name[i].n / 2 * pg->theme->line);
	for (size_t i = 0; x->name && i < x->s->ncategory; i++)
		paint_lines(pg, &x->name[i], false, ALIGN_CENTER, x->name[i].middle, f->bottom + LAYOUT_TICK_GAP - 1);
}

static void paint_ticks(const struct page *pg, const struct frame *f)
{
	const struct axis *x = &f->axis[AXIS_X], *y = &f->axis[AXIS_Y];
	unsigned color = pg->theme->muted;
	double end = -1e9, line = pg->theme->line, middle = f->bottom + LAYOUT_TICK_GAP - 1 + line / 2;

	for (size_t i = 0; i < x->t.n; i++) {
		double half = layout_width(pg, x->tick[i], false) / 2;
		double at = fmax(half, fmin(layout_at(x, x->t.at[i]), pg->width - half));
		if (at - half < end + 4)
			continue;   /* its line of the grid stays */
		canvas_text(pg->cv, color, false, ALIGN_CENTER, at, middle, x->tick[i]);
		end = at + half;
	}
	for (size_t i = 0; i < y->t.n; i++)
		canvas_text(pg->cv, color, false, ALIGN_RIGHT, pg->left - LAYOUT_TICK_GAP, layout_at(y, y->t.at[i]), y->tick[i]);
	canvas_text(pg->cv, color, false, ALIGN_RIGHT, pg->right, f->bottom + f->foot - line / 2, x->title);
	if (!y->name)
		canvas_text(pg->cv, color, false, ALIGN_LEFT, 0, f->top - line - 2, y->title);
}

static void paint_head(struct page *pg, const struct frame *f)
{
	paint_lines(pg, &f->title, true, ALIGN_LEFT, 0, f->start);
	for (const struct key *k = f->key; k < f->key + f->nkey; k++) {
		mark_sample(pg, k->mark, k->x, f->start + k->y);
		canvas_text(pg->cv, pg->theme->ink, false, ALIGN_LEFT, k->x + 14, f->start + k->y, say(pg, &k->mark->name));
	}
}

static void paint_stamp(const struct page *pg)
{
	static const char *const text[] = { [LANG_FR] = "données fictives", [LANG_EN] = "illustrative data" };
	const struct theme_role *r = &pg->theme->role[ROLE_SECOND];
	double w = layout_width(pg, text[pg->lang], true);

	canvas_text(pg->cv, r->text, true, ALIGN_RIGHT, pg->width - 6, 6.5, text[pg->lang]);
	canvas_frame(pg->cv, r->fill, 0.8, (struct box){ pg->width - w - 12, 0.6, pg->width - 0.8, 12.6 });
}

/* ---- labels ---- */

/* Room was reserved for exactly this width: sums of doubles may differ from it in the last digits. */
#define ROUNDING 1e-6

/* Names at the right ends of lines, moved apart where ends are close; a thin line leads to a name that had to move. */
static bool name_lines(struct page *pg, struct frame *f)
{
	struct end { const struct mark *m; struct xy at; } *end = arena_array(pg->a, struct end, f->p->nmark + 1);
	double *y = arena_array(pg->a, double, f->p->nmark + 1), line = pg->theme->line;
	size_t n = 0, k;

	for (const struct mark *m = f->p->mark; m < f->p->mark + f->p->nmark; m++) {
		const struct item *it = m->item + m->nitem;
		while (it > m->item && (isnan(it[-1].x) || isnan(it[-1].y)))
			it--;
		if (m->kind != MARK_LINE || !*say(pg, &m->name) || it-- == m->item)
			continue;
		struct end new = { m, { layout_at(&f->axis[AXIS_X], it->x), layout_at(&f->axis[AXIS_Y], it->y) } };
		for (k = n++; k > 0 && end[k - 1].at.y > new.at.y; k--)
			end[k] = end[k - 1];
		end[k] = new;
	}
	for (size_t i = 0; i < n; i++)
		y[i] = end[i].at.y;
	if (n && !place_apart(y, n, line, f->top - line, f->bottom + line))
		return err_set(pg->e, ERR_CHART_LABEL, "%s", say(pg, &end[0].m->name));
	for (size_t i = 0; i < n; i++) {
		const char *s = say(pg, &end[i].m->name);
		const struct theme_role *r = &pg->theme->role[end[i].m->role];
		double x = end[i].at.x + LAYOUT_LINE_GAP, w = layout_width(pg, s, true);
		if (x + w > pg->width + ROUNDING)
			return err_set(pg->e, ERR_CHART_LABEL, "%s", s);
		if (fabs(y[i] - end[i].at.y) > 3)
			canvas_line(pg->cv, r->band, 0.6, 0, (struct xy[]){ { end[i].at.x + 1.5, end[i].at.y }, { x - 1.5, y[i] } }, 2);
		canvas_text(pg->cv, r->text, true, ALIGN_LEFT, x, y[i], s);
		place_take(&f->place, (struct box){ x, y[i] - line / 2, x + w, y[i] + line / 2 }, false);
	}
	return true;
}

static bool put_labels(struct page *pg, struct frame *f)
{
	for (const struct want *w = f->want; w < f->want + f->nwant; w++) {
		const struct box *m = &w->label.mark;
		struct box at;
		enum placed how = place_beside(&f->place, &w->label, &at);
		if (how == PLACED_NOT)
			return err_set(pg->e, ERR_CHART_LABEL, "%s", w->s);
		if (how == PLACED_BESIDE)   /* the grid stops at words */
			canvas_rect(pg->cv, pg->theme->paper, (struct box){ at.x0 - 1, at.y0, at.x1 + 1, at.y1 });
		if (how == PLACED_AWAY) {
			struct xy from = { (m->x0 + m->x1) / 2, (m->y0 + m->y1) / 2 };
			struct xy to = { fmax(at.x0, fmin(from.x, at.x1)), fmax(at.y0, fmin(from.y, at.y1)) };
			canvas_line(pg->cv, pg->theme->axis, 0.5, 0, (struct xy[]){ from, to }, 2);
			place_take_line(&f->place, from.x, from.y, to.x, to.y, 0.5);
		}
		canvas_text(pg->cv, w->color, false, ALIGN_LEFT, at.x0, (at.y0 + at.y1) / 2, w->s);
	}
	return true;
}

bool paint_page(struct page *pg)
{
	if (pg->c->illustrative)
		paint_stamp(pg);
	for (struct frame *f = pg->frame; f < pg->frame + pg->c->npanel; f++) {
		paint_head(pg, f);
		paint_grid(pg, f);
		mark_paint(pg, f);
		paint_names(pg, f);
		paint_ticks(pg, f);
		if (!name_lines(pg, f) || !put_labels(pg, f))
			return false;
	}
	return true;
}
