/* Where the words of a figure are measured (render) and where a figure is laid out (host) meet: neither includes the other, app hands one to
 * the other. */
#ifndef STORE_FIGURE_H
#define STORE_FIGURE_H
#include "base/buf.h"
#include "base/err.h"
#include "store/artefact.h"

enum chart_format { CHART_PDF, CHART_SVG };
struct metrics;
/* The typeface of figures: functions of render/metrics.h. */
struct typeface {
	const struct metrics *self;
	const char *family;
	double (*width)(const struct metrics *m, const char *s, bool bold, double size);
	uint32_t (*missing)(const struct metrics *m, const char *s, bool bold);
	size_t (*wrap)(const struct metrics *m, struct arena *a, const char *s, bool bold, double size, double width, char **line);
};
/* Makes the complete gnuplot script for one language and format, as figure_script of host does. */
typedef bool figure_maker(const struct chart *c, enum lang lang, enum chart_format format, const struct typeface *face, struct buf *out,
	struct err *e);
#endif
