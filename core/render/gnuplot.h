/* One gnuplot in the jail that draws many figures: reset between them, answered by a printed sentinel, restarted after any
 * word on stderr. */
#ifndef RENDER_GNUPLOT_H
#define RENDER_GNUPLOT_H
#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>

struct gnuplot;
struct metrics;
/* work_dir: new empty private folder, the only place gnuplot may write in; borrowed. It is started at the first drawing;
 * until then opening costs nothing. */
struct gnuplot *gnuplot_open(const char *work_dir, bool allow_unjailed, struct err *e);
/* Runs one script; its output name is the fixed "out.pdf" / "out.svg" in work_dir (the script sets it), told by `made`. True
 * when the sentinel came and stderr stayed empty. On an error gnuplot's last words are the reason, and the line of the
 * script that it names is the excerpt; the script stays in work_dir as "script.gp". */
bool gnuplot_draw(struct gnuplot *g, const struct buf *script, const char *made, struct err *e);
/* Appends the file that the last drawing made; ERR_GNUPLOT_FILE when there is none or it is empty.
 * Follows no link: what runs in the jail is not trusted. */
bool gnuplot_take(struct gnuplot *g, const char *made, struct buf *out, struct err *e);
/* The widths of the font that gnuplot writes with, opened when first asked for; valid until gnuplot_close.
 * NULL: ERR_FONT_MISSING. */
const struct metrics *gnuplot_metrics(struct gnuplot *g, struct err *e);
void gnuplot_close(struct gnuplot *g);
#endif
