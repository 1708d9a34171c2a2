/* quantity: a printed number with what it is: an interval, its qualifier and its counting unit. How words become intervals, sums and
 * the words of a quantity are in host/prelude/typo.lua. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H
#include <stdbool.h>

enum qualifier {
	Q_EXACT, Q_ROUND, Q_ABOUT, Q_MORE_THAN, Q_AT_LEAST, Q_ALMOST, Q_SEVERAL, Q_INTERVAL, Q_DERIVED, Q_TARGET, Q_FORECAST, Q_WORDS,
	Q_COUNT
};

struct quantity {
	double low, best, high;    /* low <= best <= high where they are known */
	bool low_open, high_open;  /* nothing is known on that side: low or high is then not meant */
	enum qualifier qualifier;
	int decimals;              /* digits after the decimal sign that may be printed, 0–15 */
	char unit[32];             /* code of the unit table: "mandates", "not_stated", "" for a pure number */
	char period[32];           /* ISO 8601 date, month, year or interval; "" when none */
};

extern const char *const quantity_qualifiers[Q_COUNT + 1];   /* "more_than" …; ends with NULL */
/* Outer bounds are finite and ordered, decimals in range, texts end: what a value from a worker must satisfy. */
bool quantity_valid(const struct quantity *q);
#endif
