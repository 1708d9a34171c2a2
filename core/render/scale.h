/* Scales: bounds, ticks and the text of ticks, for linear, logarithmic and time axes. Knows numbers, not pages. */
#ifndef RENDER_SCALE_H
#define RENDER_SCALE_H
#include "base/buf.h"
#include "base/err.h"
#include "store/artefact.h"

enum { SCALE_TICKS = 32 };
#define SCALE_MAX 1e15    /* beyond it a tick could not be written in full, nor computed exactly */
enum tick_unit { TICK_NUMBER, TICK_YEAR, TICK_MONTH, TICK_DAY };
struct ticks { double lo, hi; size_t n; double at[SCALE_TICKS]; int decimals; enum tick_unit unit; };

/* Bounds and nice ticks for data from lo to hi (about `want` of them, from 2 to SCALE_TICKS): steps 1, 2, 5 × 10^k
 * (Heckbert, Nice Numbers for Graph Labels, Graphics Gems, 1990); log scales: powers of ten, with 2 and 5 (or, where room
 * is short, 3) when fewer than two decades; time scales (values in days since 1970-01-01): days, months, years. Bounds that
 * the scale asks for are kept as they are. lo and hi are numbers, above zero for a log scale; no scale is ordinal (the
 * caller has refused others). ERR_CHART_BOUNDS. */
bool scale_ticks(const struct scale *s, double lo, double hi, size_t want, struct ticks *out, struct err *e);
/* Where v lies: 0 at t->lo, 1 at t->hi. */
double scale_at(const struct scale *s, const struct ticks *t, double v);
/* Appends the text of tick i. */
void scale_label(const struct scale *s, const struct ticks *t, size_t i, enum lang lang, struct buf *out);
#endif
