/* Where things stand on the page of a figure: words are measured, height and width divided between panels, axes get their positions.
 * Paints nothing. */
#ifndef RENDER_LAYOUT_H
#define RENDER_LAYOUT_H
#include "base/arena.h"
#include "base/err.h"
#include "render/canvas.h"
#include "render/metrics.h"
#include "render/place.h"
#include "render/scale.h"
#include "render/theme.h"
#include "store/artefact.h"

#define LAYOUT_PT 2.8346456692913385   /* points in a millimetre */
#define LAYOUT_DOT 2.7                 /* radius of a dot, points */
#define LAYOUT_ARROW 26.0              /* length of an open end */
#define LAYOUT_STAMP 18.0              /* height of the stamp over illustrative figures */
#define LAYOUT_HEAD_GAP 3.0            /* under a panel's heading */
#define LAYOUT_TICK_GAP 5.0            /* between plot and numbers */
#define LAYOUT_NAME_GAP 10.0           /* between category names and plot */
enum { LAYOUT_MM_MIN = 60, LAYOUT_MM_MAX = 250, LAYOUT_HEIGHT_MM = 235, LAYOUT_LABELS = 400 };

struct name { char *line[METRICS_LINES]; size_t n; double width; };   /* words in their lines */
enum { AXIS_X, AXIS_Y };
struct axis {
	const struct scale *s;
	const char *title;           /* with "logarithmic scale" where it is one; "" when hidden */
	struct ticks t;              /* none of an ordinal axis */
	double p0, p1;               /* positions of t.lo and t.hi; of an ordinal axis: its ends */
	struct name *name;           /* ordinal: the categories; NULL of others */
	double *size, *middle;       /* ordinal: extent and position of each */
	char **tick;                 /* text of each tick */
	double tick_width;           /* of the widest */
	double lo, hi;               /* of the data */
	double bar_step;             /* smallest distance between neighbouring bars that stand on it, as values; 0 = none */
};
struct key { const struct mark *mark; double x, y; };   /* from the left edge, from the top of the head to the middle of its line */
struct want { const char *s; struct box mark; unsigned color; enum side first; bool far; };   /* a label that waits for all marks */
struct frame {                   /* a panel on the page */
	const struct panel *p;
	struct axis axis[2];
	struct name title;
	struct key *key;             /* marks that are named under the heading */
	size_t nkey, nbar;           /* bar marks share the room at one position */
	bool fills, columns;         /* a mark fills the width; bars stand */
	double head, plot, foot, least;   /* heights; least: what plot must have */
	double start, top, bottom;        /* of the head, of the plot */
	struct place place;
	struct want *want;
	size_t nwant;
};
struct page {
	const struct chart *c;
	enum lang lang;
	const struct theme *theme;
	const struct metrics *m;
	struct arena *a;
	struct frame *frame;               /* one for each panel */
	double width, height, left, right; /* points; left and right edge of all plots */
	struct canvas *cv;
	struct err *e;
};

/* Fills frame, width, height, left, right of a page whose c, lang, theme, m, a, e are set. ERR_CHART_EMPTY, _HEIGHT, _LONG, _BOUNDS. */
bool layout_page(struct page *pg);
/* Position of a value on an axis that layout_page has set. */
double layout_at(const struct axis *x, double v);
double layout_width(const struct page *pg, const char *s, bool bold);

static inline const char *say(const struct page *pg, const struct text2 *t) { return text2_in(t, pg->lang); }
/* One coordinate of an item, and of its other end. */
static inline double item_at(const struct item *it, int axis) { return axis == AXIS_X ? it->x : it->y; }
static inline double item_end(const struct item *it, int axis) { return axis == AXIS_X ? it->x2 : it->y2; }
#endif
