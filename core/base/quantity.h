/* quantity: a printed number with what it is. First form: an interval, its qualifier and its counting unit.
 * The reading rules that turn words into intervals are those the report prints (annex “reading rules”). */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H
#include "base/err.h"

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

extern const char *const quantity_qualifiers[Q_COUNT + 1];          /* ends with NULL */
static inline const char *quantity_qualifier_name(enum qualifier q) { return quantity_qualifiers[q]; }   /* "more_than" */
/* Applies the reading rule of the qualifier to the number as printed (see the table in quantity.c):
 * fills low, best, high and the open sides. For Q_INTERVAL give the bounds afterwards. */
void quantity_read(struct quantity *q, enum qualifier qualifier, double printed);
/* *sum += term. Refuses (ERR_UNIT_MIX, ERR_UNIT_UNKNOWN, ERR_TARGET_SUM) different counting units, units that are
 * not stated, and targets with observations; sum is then unchanged. Open sides stay open. */
bool quantity_add(struct quantity *sum, const struct quantity *term, struct err *e);
/* Outer bounds are finite and ordered, decimals in range, texts end: what a value from a worker must satisfy. */
bool quantity_valid(const struct quantity *q);
#endif
