/* Tables as booktabs. */
#ifndef RENDER_TABLE_H
#define RENDER_TABLE_H
#include "base/buf.h"
#include "base/err.h"
#include "store/artefact.h"

/* The tabular alone (no float, no caption): \cnTableBegin … \cnTableEnd of continuum.sty around it is paper's matter.
 * Columns keep their natural width where all fit in 160 mm; else those with text get lines of several words (as HTML's
 * automatic table layout shares the room). ERR_TABLE_WIDE when even the longest words do not fit.
 * is_long: a longtable with its head on each page. It is left open: \cnLongNotes{columns}{note}{coverage}{source},
 * which keeps to the last row, and \end{longtable} are paper's matter too.
 * row_id (may be NULL): for each row the id that links lead to, or NULL. */
bool table_tex(struct buf *out, const struct table *t, enum lang lang, bool is_long, const char *const *row_id, struct err *e);
#endif
