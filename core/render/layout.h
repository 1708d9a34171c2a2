/* Where things stand on the page of a figure: words are measured, height and width divided between panels, axes get their
 * positions. Paints nothing. */
#ifndef RENDER_LAYOUT_H
#define RENDER_LAYOUT_H
#include "render/canvas.h"
#include "render/metrics.h"
#include "render/place.h"
#include "render/scale.h"
#include "render/theme.h"

#define LAYOUT_PT 2.8346456692913385   /* points in a millimetre */
#define LAYOUT_DOT 2.7                 /* radius of a dot, points */
#define LAYOUT_ARROW 26.0              /* length of an open end */
#define LAYOUT_TICK_GAP 5.0            /* between plot and numbers */
#define LAYOUT_LINE_GAP 8.0            /* between the end of a line and its name */
enum { LAYOUT_MM_MIN = 60, LAYOUT_MM_MAX = 250, LAYOUT_HEIGHT_MM = 235, LAYOUT_LABELS = 400 };

/* Words in their lines; of a category also its extent and position on the axis. */
struct name { char *line[METRICS_LINES]; size_t n; double width, size, middle; };
enum { AXIS_X, AXIS_Y };
struct axis {
	const struct scale *s;
	const char *title;           /* with "logarithmic scale" where it is one; "" when hidden */
	struct ticks t;              /* none of an ordinal or hidden axis */
	struct name *name;           /* the categories; NULL when it is not ordinal */
	char **tick;                 /* text of each tick */
	double word;                 /* width of the widest name or tick */
	double lo, hi, bar_step;     /* of the data; smallest distance between bars that stand on it, 0 = none */
	double p0, p1;               /* positions of t.lo and t.hi; of an ordinal axis: its ends */
};
/* A mark that is named under the heading: from the left edge, from the top of the head to the middle of its line. */
struct key { const struct mark *mark; double x, y; };
/* A label that waits until all marks are there. */
struct want { const char *s; unsigned color; struct label label; };
struct frame {                         /* a panel on the page */
	const struct panel *p;
	struct axis axis[2];
	struct name title;
	struct key *key;
	size_t nkey, nbar, nwant;          /* bar marks share the room at one position */
	bool fills, columns;               /* a mark fills the width; bars stand */
	double head, plot, foot, least;    /* heights; least: what plot must have */
	double start, top, bottom;         /* of the head, of the plot */
	struct place place;
	struct want *want;
};
struct page {
	const struct chart *c;
	enum lang lang;
	const struct theme *theme;
	const struct metrics *m;
	struct arena *a;
	struct canvas *cv;
	struct err *e;
	struct frame *frame;               /* one for each panel */
	double width, height, left, right; /* points; left and right edge of all plots */
};

/* Fills frame, width, height, left, right of a page. ERR_CHART_EMPTY, _HEIGHT, _LONG, _BOUNDS. */
bool layout_page(struct page *pg);
/* Position of a value on an axis, of two on the page, once layout_page has set them. NaN for NaN. */
double layout_at(const struct axis *x, double v);
struct xy layout_xy(const struct frame *f, double x, double y);
double layout_width(const struct page *pg, const char *s, bool bold);

static inline const char *say(const struct page *pg, const struct text2 *t) { return text2_in(t, pg->lang); }
/* One coordinate of an item, and of its other end. */
static inline double item_at(const struct item *it, int axis) { return axis == AXIS_X ? it->x : it->y; }
static inline double item_end(const struct item *it, int axis) { return axis == AXIS_X ? it->x2 : it->y2; }
#endif
