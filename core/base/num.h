/* Numbers read and written without any locale. The only place that does so. */
#ifndef BASE_NUM_H
#define BASE_NUM_H
#include "base/buf.h"

/* Whole-string readers: optional sign, digits; no spaces. false when s is not exactly that or does not fit. */
bool num_int(const char *s, size_t n, int64_t *out);
/* decimal: the decimal character ('.' or ','). Accepts exponent "e±d"; refuses hex, inf and nan.
 * decimals (may be NULL): digits written after the decimal character. */
bool num_real(const char *s, size_t n, char decimal, double *out, int *decimals);
/* Shortest decimal text that reads back as the same double ("0.1", "1e+300"); always with '.'.
 * NaN and infinities are a promise broken: they never reach a text. */
void num_put_real(struct buf *out, double v);
#endif
