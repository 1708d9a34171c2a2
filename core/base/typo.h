/* The one formatter: how numbers and quantities are written in French and in English, for LaTeX, charts, CSV and terminal.
 * French: U+202F between thousands, decimal comma, U+00A0 before %; English: comma and point. Minus is U+2212. */
#ifndef BASE_TYPO_H
#define BASE_TYPO_H
#include "base/buf.h"
#include "base/err.h"
#include "base/quantity.h"

/* 21 000 / 21,000; decimals 0–15. Four digits are grouped too (4 000). */
void typo_number(struct buf *out, enum lang lang, double v, int decimals);
/* A year, code or article number: no grouping. */
void typo_plain(struct buf *out, double v);
/* The number with its qualifier in words, as it stands in a sentence: "plus de 4 000", "environ 33 000",
 * "plusieurs dizaines de milliers", "de 3 750 à 4 232". first: begins a sentence (capital). */
void typo_quantity(struct buf *out, enum lang lang, const struct quantity *q, bool first);
/* The interval as tables show it: "245 000 – 255 000", "≥ 4 000", "> 4 000", "≤ 300 000", "618 000" when both ends are one,
 * "…" when nothing is known. Ends are rounded outward to the decimals that may be printed. */
void typo_interval(struct buf *out, enum lang lang, const struct quantity *q);
/* The number alone without any qualifier ("4 000"); for Q_SEVERAL the words, as no digits are stated. */
void typo_bare(struct buf *out, enum lang lang, const struct quantity *q);
/* Qualifier as a word of a table column: "arrondi", "plus de" … */
const char *typo_qualifier(enum lang lang, enum qualifier q);
/* An ISO date, month, year or interval in words: "8 février 2018", "February 2018", "2009–2014". */
void typo_period(struct buf *out, enum lang lang, const char *iso);
#endif
