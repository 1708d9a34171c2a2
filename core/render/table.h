/* Tables as booktabs. */
#ifndef RENDER_TABLE_H
#define RENDER_TABLE_H
#include "base/buf.h"
#include "base/err.h"
#include "store/artefact.h"

/* The tabular alone (no float, no caption): \cnTableBegin … \cnTableEnd of continuum.sty around it is paper's matter. */
bool table_tex(struct buf *out, const struct table *t, enum lang lang, struct err *e);
#endif
