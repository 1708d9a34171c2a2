/* The page of one figure: filled shapes, lines, dots and words in points from the top left corner, written as a gnuplot script.
 * Things are painted in the order in which they come, words above all else. Knows nothing of scales or data. */
#ifndef RENDER_CANVAS_H
#define RENDER_CANVAS_H
#include "base/buf.h"
#include "base/err.h"
#include "render/chart.h"
#include "render/place.h"
#include "render/theme.h"
#include "store/artefact.h"

struct xy { double x, y; };
struct canvas {
	enum chart_format format;
	const struct theme *theme;
	double width, height;
	struct buf data, plot, label;
	int group;             /* number of the open data block, 0 before the first */
	struct look { unsigned kind, color; double size, dash; } look;   /* of the open block */
	struct err *e;
	bool failed;           /* *e is set */
};
/* Starts a page. theme: borrowed; e receives the first error, told by canvas_close. */
void canvas_open(struct canvas *cv, enum chart_format format, const struct theme *theme, double width, double height,
	struct err *e);
void canvas_fill(struct canvas *cv, unsigned color, const struct xy *p, size_t n);            /* closed polygon */
void canvas_rect(struct canvas *cv, unsigned color, struct box b);
void canvas_frame(struct canvas *cv, unsigned color, double width, struct box b);
/* dash: length of dash and gap in points, 0 = drawn through. */
void canvas_line(struct canvas *cv, unsigned color, double width, double dash, const struct xy *p, size_t n);
void canvas_dot(struct canvas *cv, unsigned color, double radius, double x, double y);
/* y is the middle of figures and capitals; align says what x is to the text. */
void canvas_text(struct canvas *cv, unsigned color, bool bold, enum align align, double x, double y, const char *s);
/* Appends the whole script and frees the canvas. */
bool canvas_close(struct canvas *cv, struct buf *out);
#endif
