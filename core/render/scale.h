/* Scales: bounds and ticks computed here, for linear, logarithmic, ordinal and time axes. */
#ifndef RENDER_SCALE_H
#define RENDER_SCALE_H
#include "base/err.h"
#include "store/artefact.h"

enum { SCALE_TICKS = 32 };
struct ticks { double lo, hi; size_t n; double at[SCALE_TICKS]; int decimals; };
/* Bounds and nice ticks for data from lo to hi (about `want` of them): steps 1, 2, 5 × 10^k (Heckbert, Nice Numbers for Graph Labels, Graphics Gems, 1990);
 * log scales: powers of ten, with 2 and 5 when fewer than two decades. */
bool scale_ticks(const struct scale *s, double lo, double hi, size_t want, struct ticks *out, struct err *e);
#endif
