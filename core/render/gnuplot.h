/* One gnuplot in the jail that draws many figures: reset between them, answered by a printed sentinel, restarted after any word on stderr. */
#ifndef RENDER_GNUPLOT_H
#define RENDER_GNUPLOT_H
#include "base/arena.h"
#include "base/proc.h"
#include "render/metrics.h"
#include "store/figure.h"

/* Begins with allow_unjailed alone. gnuplot is started at the first drawing. */
struct gnuplot {
	bool allow_unjailed;
	struct arena arena;
	struct metrics *metrics;   /* of the font that gnuplot writes with */
	const char *dir;           /* work folder */
	struct proc proc;          /* pid 0: not running */
};
void gnuplot_close(struct gnuplot *g);
/* A drawing counts when the sentinel came and stderr stayed empty; the file is taken through no link, as what runs in the jail is not trusted.
 * On an error gnuplot's last words are the reason, and the line of the script that it names is the excerpt; the script stays in the work folder as
 * "script.gp". ERR_GNUPLOT_FILE when there is no file or it is empty, ERR_FONT_MISSING from ready. */
extern const struct painter gnuplot_painter;
#endif
