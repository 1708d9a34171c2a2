/* Where the words of a figure are measured and the figure is drawn (render) and where it is laid out (host) meet: neither includes the other,
 * app hands one to the other. */
#ifndef STORE_FIGURE_H
#define STORE_FIGURE_H
#include "base/buf.h"
#include "base/err.h"

struct gnuplot;
struct painter {
	const char *family;   /* of all words */
	/* Before anything else: opens the typeface; dir: new empty private folder, the only place gnuplot may write in, borrowed. */
	bool (*ready)(struct gnuplot *g, const char *dir, struct err *e);
	/* Advance width of a character in ems; below 0 when there is no glyph for it. */
	double (*advance)(const struct gnuplot *g, uint32_t c, bool bold);
	/* Runs a script that writes the file `made`, and appends that file. */
	bool (*draw)(struct gnuplot *g, const char *script, size_t n, const char *made, struct buf *out, struct err *e);
};
#endif
