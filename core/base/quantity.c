/* What a quantity from outside must satisfy. */
#include "base/quantity.h"

#include <math.h>
#include <string.h>

const char *const quantity_qualifiers[Q_COUNT + 1] = {
	"exact", "round", "about", "more_than", "at_least", "almost", "several", "interval", "derived", "target", "forecast", "words"
};

bool quantity_valid(const struct quantity *q)
{
	if ((unsigned)q->qualifier >= Q_COUNT || q->decimals < 0 || q->decimals > 15 || (q->qualifier == Q_SEVERAL && q->low_open))
		return false;
	if (!memchr(q->unit, 0, sizeof q->unit) || !memchr(q->period, 0, sizeof q->period))
		return false;
	if ((!q->low_open && !isfinite(q->low)) || (!q->high_open && !isfinite(q->high)) || isinf(q->best))
		return false;
	if (!q->low_open && !q->high_open && q->low > q->high)
		return false;
	if (isnan(q->best))
		return q->qualifier == Q_SEVERAL || q->qualifier == Q_INTERVAL || q->qualifier == Q_WORDS;
	return (q->low_open || q->low <= q->best) && (q->high_open || q->best <= q->high);
}
