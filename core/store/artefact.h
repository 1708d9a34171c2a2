/* What an analysis makes, as plain data: values, tables, figures (charts as marks on scales in panels), and what it read.
 * Host fills it from a worker's message, app keeps it, render draws and typesets it. Everything lives in one arena.
 * All text is valid UTF-8 without control characters; names are [a-z][a-z0-9_]*. */
#ifndef STORE_ARTEFACT_H
#define STORE_ARTEFACT_H
#include "base/arena.h"
#include "base/err.h"
#include "base/quantity.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The same text in both languages. Never NULL; "" = absent. */
struct text2 { const char *fr, *en; };
static inline const char *text2_in(const struct text2 *t, enum lang lang) { return lang == LANG_FR ? t->fr : t->en; }

/* Where a number comes from, ready to print ("Ministère de l'Intérieur, …, 2018 ; calculs Continuum"). */
struct source {
	const char *key;          /* "facts/psq_partnership_deck", "pm_dep" … ; sorts and identifies */
	struct text2 text;
	const char *address;      /* URL or "" */
};
struct sources { struct source *item; size_t n; };

struct value {
	const char *name;
	bool is_words;            /* the words are the value (a verdict, a refusal); else q is */
	struct quantity q;
	struct text2 words, bare, interval, period;   /* in a sentence, without its qualifier; its interval, its period */
	struct text2 label;       /* what it is, for the annex and hover text */
	const char **facts; size_t nfact;   /* ledger facts it was made from */
	struct sources sources;
};

enum align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTER };
enum row_kind { ROW_NORMAL, ROW_GROUP, ROW_TOTAL };
struct table_column { struct text2 head; enum align align; double width; /* share of the text width, 0 = natural */ };
struct table_row { enum row_kind kind; struct text2 *cell; };
struct table {
	const char *name;
	struct text2 caption, note, coverage;
	struct table_column *column; size_t ncolumn;
	struct table_row *row; size_t nrow;
	struct sources sources;
};

enum scale_kind { SCALE_LINEAR, SCALE_LOG, SCALE_ORDINAL, SCALE_TIME };   /* time: days since 1970-01-01 */
struct scale {
	enum scale_kind kind;
	double lo, hi;            /* asked bounds; NaN = from the data, rounded outward to ticks */
	struct text2 *category; size_t ncategory;   /* SCALE_ORDINAL: names of the positions 1 … n */
	struct text2 title;       /* "" = none */
	int decimals;             /* of tick numbers; -1 = as few as the ticks need */
	bool hidden;              /* no axis, no tick text */
	bool plain;               /* ticks are years or codes: no grouping */
};

enum mark_kind { MARK_BAR, MARK_INTERVAL, MARK_POINT, MARK_LINE, MARK_RULE, MARK_TEXT };
enum role {                   /* meaning, from which the theme takes the colour */
	ROLE_MAIN, ROLE_SECOND, ROLE_THIRD, ROLE_FOURTH, ROLE_CONTEXT, ROLE_INK
};
enum { OPEN_LOW = 1, OPEN_HIGH = 2 };
enum item_style { STYLE_SOLID, STYLE_HOLLOW, STYLE_HATCHED, STYLE_PALE };
struct item {                 /* one bar, dot, vertex, interval, rule or word; NaN = missing, then not drawn */
	double x, y;              /* position; bars: length in x (horizontal panel) at ordinal y, or length in y at x */
	double x2, y2;            /* interval: other end (x..x2 at y, or y..y2 at x); rule: other end or NaN for the whole panel */
	uint8_t open;             /* interval: OPEN_LOW | OPEN_HIGH: an arrow instead of an end */
	uint8_t style;            /* enum item_style */
	uint8_t align;            /* MARK_TEXT: enum align at the position */
	struct text2 label;       /* text beside the mark, or the text itself */
};
struct mark {
	enum mark_kind kind;
	enum role role;
	bool horizontal;          /* bars and intervals lie along x */
	struct text2 name;        /* direct label of a line */
	struct item *item; size_t nitem;
};
struct panel {
	struct text2 title;       /* small heading above the panel */
	struct scale x, y;
	struct mark *mark; size_t nmark;
	double share;             /* of the height (panels stand below each other), 0 = by number of categories */
};
struct chart {
	double width_mm, height_mm;   /* height 0 = computed */
	bool illustrative;            /* stamps "données fictives" / "illustrative data" */
	struct panel *panel; size_t npanel;
	char digest[2][65];           /* of all the above by enum lang: two charts with the same one are drawn the same */
};
struct data_column { const char *name; struct text2 title; };
struct figure {
	const char *name;
	struct text2 title, subtitle, unit, period, coverage, reading, note, alt;
	struct chart chart;
	struct data_column *column; size_t ncolumn;   /* the data table of the figure */
	struct text2 *cell; size_t nrow;              /* nrow × ncolumn, row by row */
	struct sources sources;
};

struct read { const char *package, *table, *column; };   /* column "" = rows counted only */
struct read_fact { const char *table, *id; };
struct log_line { long line; const char *text; };

struct result {
	struct text2 title;           /* of the analysis */
	struct value *value; size_t nvalue;
	struct table *table; size_t ntable;
	struct figure *figure; size_t nfigure;
	struct read *read; size_t nread;          /* observed by SQLite's authorizer, sorted, unique */
	struct read_fact *fact; size_t nfact;     /* ledger facts asked for, sorted, unique */
	struct log_line *log; size_t nlog;
	bool failed;
	struct err err;               /* when failed */
};

/* Bounds that a worker's message is held to; beyond them it is refused by name. */
enum {
	ARTEFACT_VALUES = 4096, ARTEFACT_TABLES = 256, ARTEFACT_FIGURES = 256, ARTEFACT_TEXT = 8192,
	ARTEFACT_COLUMNS = 64, ARTEFACT_ROWS = 20000, ARTEFACT_PANELS = 64, ARTEFACT_MARKS = 256, ARTEFACT_ITEMS = 100000,
	ARTEFACT_READS = 4096, ARTEFACT_LOGS = 10000, ARTEFACT_SOURCES = 256,
	ARTEFACT_BYTES = 64 * 1024 * 1024
};
#endif
