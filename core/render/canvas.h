/* The page of one figure: filled shapes, lines, dots and words in points from the top left corner, written as a gnuplot script.
 * Things are painted in the order in which they come, words above all else. Knows nothing of scales or data. */
#ifndef RENDER_CANVAS_H
#define RENDER_CANVAS_H
#include "base/buf.h"
#include "base/err.h"
#include "render/chart.h"
#include "store/artefact.h"

struct xy { double x, y; };
struct canvas {
	enum chart_format format;
	const char *family;
	double width, height;
	struct buf data, plot, label;
	int group;             /* number of the open data block, 0 before the first */
	unsigned kind, color;  /* of the open group */
	double size, dash;
	struct err *e;
	bool failed;           /* *e is set */
};
/* Starts a page. family: borrowed; e receives the first error, told by canvas_close. */
void canvas_open(struct canvas *cv, enum chart_format format, const char *family, double width, double height, struct err *e);
void canvas_fill(struct canvas *cv, unsigned color, const struct xy *p, size_t n);            /* closed polygon */
void canvas_rect(struct canvas *cv, unsigned color, double x0, double y0, double x1, double y1);
void canvas_frame(struct canvas *cv, unsigned color, double width, double x0, double y0, double x1, double y1);
/* dash: length of dash and gap in points, 0 = drawn through. */
void canvas_line(struct canvas *cv, unsigned color, double width, double dash, const struct xy *p, size_t n);
void canvas_dot(struct canvas *cv, unsigned color, double radius, double x, double y);
/* y is the baseline; align says what x is to the text. */
void canvas_text(struct canvas *cv, unsigned color, bool bold, double size, enum align align, double x, double y, const char *s);
/* Appends the whole script and frees the canvas. */
bool canvas_close(struct canvas *cv, struct buf *out, struct err *e);
#endif
