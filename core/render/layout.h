/* Where things stand on the page of a figure: words are measured, height and width divided between panels, axes get their positions. Paints nothing. */
#ifndef RENDER_LAYOUT_H
#define RENDER_LAYOUT_H
#include "base/arena.h"
#include "base/err.h"
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
enum { LAYOUT_MM_MIN = 60, LAYOUT_MM_MAX = 250, LAYOUT_HEIGHT_MM = 235 };

struct name { char *line[METRICS_LINES]; size_t n; double width; };   /* words in their lines */
struct axis {
	const struct scale *s;
	const char *title;           /* with "logarithmic scale" where it is one */
	struct ticks t;
	double p0, p1;               /* positions of t.lo and t.hi; of an ordinal axis: its ends */
	struct name *name;           /* ordinal: the categories */
	double *size, *middle;       /* ordinal: extent and position of each */
	char **tick;                 /* text of each tick */
	double tick_width;           /* of the widest */
};
struct frame {                   /* a panel on the page */
	const struct panel *p;
	struct axis x, y;
	struct name title;
	double head, plot, foot, least;   /* heights; least: what plot must have */
	double start, top, bottom;        /* of the head, of the plot */
	size_t nbar;                      /* bar marks, which share the room at one position */
	double key_line;                  /* height of the key under the heading, 0 = none */
	struct place place;
};
struct page {
	const struct chart *c;
	enum lang lang;
	const struct theme *theme;
	const struct metrics *m;
	struct arena *a;
	struct frame *frame;              /* one for each panel */
	double width, height, left, right;/* points; left and right edge of all plots */
	struct err *e;
};
/* An entry of the key: marks other than lines that have a name. */
struct key { const struct mark *mark; double x, y, width; };   /* from the left edge, from the top of the key to the middle of its line */

/* Fills pg->frame, width, height, left, right from c, lang, theme, m, a, e. ERR_CHART_HEIGHT, _LONG, _BOUNDS. */
bool layout_page(struct page *pg);
/* Position of a value on an axis that layout_page has set. */
double layout_position(const struct axis *x, double v);
/* Lowest and highest value that a panel shows on its x (or y) axis, bars' zero included; false when there is none. */
bool layout_bounds(const struct panel *p, bool on_x, double *lo, double *hi);
/* Smallest distance between neighbouring bars along their numeric position axis; 0 when there is none. */
double layout_bar_distance(const struct panel *p, bool on_x);
/* Entries of a panel's key in out (at least nmark places); *height is what they take. */
size_t layout_key(const struct page *pg, const struct panel *p, struct key *out, double *height);
double layout_text_width(const struct page *pg, const char *s, bool bold);
#endif
