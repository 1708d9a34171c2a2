/* The tables of host/shape.h, in the order of the wire. Names of choices are in the order of the enums of store/artefact.h. */
#include "host/shape.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

enum { KEY_BYTES = 400 };
#define MOST 1e300

static const char *const aligns[] = { "left", "right", "center", NULL };
static const char *const row_kinds[] = { "normal", "group", "total", NULL };
static const char *const scale_kinds[] = { "linear", "log", "ordinal", "time", NULL };
static const char *const mark_kinds[] = { "bar", "interval", "point", "line", "rule", "text", NULL };
static const char *const roles[] = { "main", "second", "third", "fourth", "context", "ink", NULL };
static const char *const styles[] = { "solid", "hollow", "hatched", "pale", NULL };
static const char *const opens[] = { "none", "low", "high", "both", NULL };   /* OPEN_LOW and OPEN_HIGH as bits */
static const char *const qualifiers[] = {
	"exact", "round", "about", "more_than", "at_least", "almost", "several", "interval", "derived", "target", "forecast", "words", NULL
};
_Static_assert(sizeof qualifiers / sizeof *qualifiers == Q_COUNT + 1, "a name for each qualifier");
_Static_assert(sizeof(enum role) == 4 && sizeof(enum qualifier) == 4, "SHAPE_CHOICE is four bytes");

bool shape_text_ok(const char *s, size_t n, size_t *at, bool *control)
{
	size_t bad = text_utf8_bad(s, n);

	for (size_t i = 0; i < bad; i++) {
		unsigned char c = (unsigned char)s[i];
		/* C1 controls are C2 80 … C2 9F in UTF-8. */
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)s[i + 1] < 0xa0)) {
			*at = i;
			*control = true;
			return false;
		}
	}
	*at = bad;
	*control = false;
	return bad == n;
}

/* What comes from sets is sorted, each once. */
static const char *source_wrong(const void *item, const void *before)
{
	const struct source *s = item, *b = before;
	return b && strcmp(b->key, s->key) >= 0 ? "key" : NULL;
}

static const char *read_wrong(const void *item, const void *before)
{
	const struct read *r = item, *b = before;
	int order = b ? strcmp(b->package, r->package) : -1;

	if (!order)
		order = strcmp(b->table, r->table);
	if (!order)
		order = strcmp(b->column, r->column);
	return order < 0 ? NULL : "order";
}

static const char *fact_wrong(const void *item, const void *before)
{
	const struct read_fact *f = item, *b = before;
	int order = b ? strcmp(b->table, f->table) : -1;

	if (!order)
		order = strcmp(b->id, f->id);
	return order < 0 ? NULL : "order";
}

static const char *quantity_wrong(const void *item, const void *before)
{
	(void)before;
	return quantity_valid(item) ? NULL : "quantity";
}

static const char *table_wrong(const void *item, const void *before)
{
	(void)before;
	return ((const struct table *)item)->ncolumn ? NULL : "columns";
}

static const char *figure_wrong(const void *item, const void *before)
{
	const struct figure *f = item;

	(void)before;
	return !f->chart.npanel ? "panels" : f->nrow && !f->ncolumn ? "columns" : NULL;
}

#define IN(member) .at = offsetof(struct OF, member)
#define TEXT2_OF(name, member) { name, SHAPE_TEXT2, IN(member) }
#define LIST_OF(name, list, n, most, shape) { name, SHAPE_LIST, IN(list), .count = offsetof(struct OF, n), .max = (most), .of = (shape) }
#define CHOICE_OF(name, member, list) { name, SHAPE_CHOICE, IN(member), .names = (list) }
#define REAL_OF(name, member, least, most, nil) { name, SHAPE_REAL, IN(member), .lo = (least), .hi = (most), .none = (nil) }
#define SHAPE(name, fields, ...) { name, sizeof(struct OF), sizeof(fields) / sizeof *(fields), (fields), __VA_ARGS__ }

static const struct shape_field text2_fields[] = { { NULL, SHAPE_TEXT2, .at = 0 } };
static const struct shape text2_shape = { .what = "text", .size = sizeof(struct text2), .nfield = 1, .field = text2_fields };
static const struct shape_field id_fields[] = { { NULL, SHAPE_TEXT, .at = 0, .max = KEY_BYTES } };
static const struct shape id_shape = { .what = "id", .size = sizeof(const char *), .nfield = 1, .field = id_fields };

#define OF source
static const struct shape_field source_fields[] = {
	{ "key", SHAPE_TEXT, IN(key), .max = KEY_BYTES }, { NULL, SHAPE_TEXT2, IN(text) }, { "address", SHAPE_TEXT, IN(address), .max = ARTEFACT_TEXT },
};
static const struct shape source_shape = SHAPE("source", source_fields, .wrong = source_wrong);
#undef OF

#define OF quantity
static const struct shape_field quantity_fields[] = {
	REAL_OF("low", low, -MOST, MOST, NAN), REAL_OF("best", best, -MOST, MOST, NAN), REAL_OF("high", high, -MOST, MOST, NAN),
	{ "low_open", SHAPE_FLAG, IN(low_open) }, { "high_open", SHAPE_FLAG, IN(high_open) }, CHOICE_OF("qualifier", qualifier, qualifiers),
	{ "decimals", SHAPE_INT, IN(decimals), .lo = 0, .hi = 15 },
	{ "unit", SHAPE_CHARS, IN(unit), .max = sizeof ((struct quantity *)0)->unit },
	{ "period", SHAPE_CHARS, IN(period), .max = sizeof ((struct quantity *)0)->period },
};
const struct shape shape_quantity = SHAPE("quantity", quantity_fields, .wrong = quantity_wrong);
#undef OF

#define OF value
static const struct shape_field value_fields[] = {
	{ "name", SHAPE_NAME, IN(name) }, { "is_words", SHAPE_FLAG, IN(is_words) }, { "q", SHAPE_STRUCT, IN(q), .of = &shape_quantity },
	TEXT2_OF("words", words), TEXT2_OF("label", label), LIST_OF("facts", facts, nfact, ARTEFACT_READS, &id_shape),
	LIST_OF("sources", sources.item, sources.n, ARTEFACT_SOURCES, &source_shape),
};
const struct shape shape_value = SHAPE("value", value_fields, .strict = false);
#undef OF

#define OF table_column
static const struct shape_field column_fields[] = {
	TEXT2_OF("head", head), CHOICE_OF("align", align, aligns), REAL_OF("width", width, 0, 1, 0),
};
static const struct shape column_shape = SHAPE("column", column_fields, .strict = false);
#undef OF
#define OF table_row
static const struct shape_field row_fields[] = { CHOICE_OF("kind", kind, row_kinds), { "cells", SHAPE_CELLS, IN(cell) } };
static const struct shape row_shape = SHAPE("row", row_fields, .strict = false);
#undef OF
#define OF table
static const struct shape_field table_fields[] = {
	{ "name", SHAPE_NAME, IN(name) }, TEXT2_OF("caption", caption), TEXT2_OF("note", note), TEXT2_OF("coverage", coverage),
	LIST_OF("columns", column, ncolumn, ARTEFACT_COLUMNS, &column_shape), LIST_OF("rows", row, nrow, ARTEFACT_ROWS, &row_shape),
	LIST_OF("sources", sources.item, sources.n, ARTEFACT_SOURCES, &source_shape),
};
const struct shape shape_table = SHAPE("table", table_fields, .wrong = table_wrong);
#undef OF

#define OF scale
static const struct shape_field scale_fields[] = {
	CHOICE_OF("kind", kind, scale_kinds), REAL_OF("lo", lo, -MOST, MOST, NAN), REAL_OF("hi", hi, -MOST, MOST, NAN),
	LIST_OF("categories", category, ncategory, ARTEFACT_ROWS, &text2_shape), TEXT2_OF("title", title),
	{ "decimals", SHAPE_INT, IN(decimals), .lo = -1, .hi = 15, .none = -1 }, { "hidden", SHAPE_FLAG, IN(hidden) }, { "plain", SHAPE_FLAG, IN(plain) },
};
static const struct shape scale_shape = SHAPE("scale", scale_fields, .strict = true);
#undef OF
#define OF item
static const struct shape_field item_fields[] = {
	REAL_OF("x", x, -MOST, MOST, NAN), REAL_OF("y", y, -MOST, MOST, NAN), REAL_OF("x2", x2, -MOST, MOST, NAN), REAL_OF("y2", y2, -MOST, MOST, NAN),
	{ "open", SHAPE_BYTE, IN(open), .names = opens }, { "style", SHAPE_BYTE, IN(style), .names = styles },
	{ "align", SHAPE_BYTE, IN(align), .names = aligns }, TEXT2_OF("label", label),
};
static const struct shape item_shape = SHAPE("item", item_fields, .strict = true);
#undef OF
#define OF mark
static const struct shape_field mark_fields[] = {
	CHOICE_OF("kind", kind, mark_kinds), CHOICE_OF("role", role, roles), { "horizontal", SHAPE_FLAG, IN(horizontal) }, TEXT2_OF("name", name),
	LIST_OF("items", item, nitem, ARTEFACT_ITEMS, &item_shape),
};
static const struct shape mark_shape = SHAPE("mark", mark_fields, .strict = true);
#undef OF
#define OF panel
static const struct shape_field panel_fields[] = {
	TEXT2_OF("title", title), { "x", SHAPE_STRUCT, IN(x), .of = &scale_shape }, { "y", SHAPE_STRUCT, IN(y), .of = &scale_shape },
	LIST_OF("marks", mark, nmark, ARTEFACT_MARKS, &mark_shape), REAL_OF("share", share, 0, 1, 0),
};
static const struct shape panel_shape = SHAPE("panel", panel_fields, .strict = true);
#undef OF
#define OF chart
static const struct shape_field chart_fields[] = {
	REAL_OF("width", width_mm, 0, 1000, 160), REAL_OF("height", height_mm, 0, 1000, 0), { "illustrative", SHAPE_FLAG, IN(illustrative) },
	LIST_OF("panels", panel, npanel, ARTEFACT_PANELS, &panel_shape),
};
static const struct shape chart_shape = SHAPE("chart", chart_fields, .strict = true);
#undef OF
#define OF data_column
static const struct shape_field data_fields[] = { { "name", SHAPE_NAME, IN(name) }, TEXT2_OF("title", title) };
static const struct shape data_shape = SHAPE("data column", data_fields, .strict = true);
#undef OF
#define OF figure
static const struct shape_field figure_fields[] = {
	{ "name", SHAPE_NAME, IN(name) }, TEXT2_OF("title", title), TEXT2_OF("subtitle", subtitle), TEXT2_OF("unit", unit), TEXT2_OF("period", period),
	TEXT2_OF("coverage", coverage), TEXT2_OF("reading", reading), TEXT2_OF("note", note), TEXT2_OF("alt", alt),
	{ "chart", SHAPE_STRUCT, IN(chart), .of = &chart_shape }, LIST_OF("columns", column, ncolumn, ARTEFACT_COLUMNS, &data_shape),
	{ "nrow", SHAPE_COUNT, IN(nrow), .max = ARTEFACT_ITEMS }, { "cells", SHAPE_CELLS, IN(cell), .count = offsetof(struct figure, nrow) },
	LIST_OF("sources", sources.item, sources.n, ARTEFACT_SOURCES, &source_shape),
};
const struct shape shape_figure = SHAPE("figure", figure_fields, .wrong = figure_wrong);
#undef OF

#define OF read
static const struct shape_field read_fields[] = {
	{ "package", SHAPE_TEXT, IN(package), .max = KEY_BYTES }, { "table", SHAPE_TEXT, IN(table), .max = KEY_BYTES },
	{ "column", SHAPE_TEXT, IN(column), .max = KEY_BYTES },
};
static const struct shape read_shape = SHAPE("read", read_fields, .wrong = read_wrong);
#undef OF
#define OF read_fact
static const struct shape_field fact_fields[] = {
	{ "table", SHAPE_TEXT, IN(table), .max = KEY_BYTES }, { "id", SHAPE_TEXT, IN(id), .max = KEY_BYTES },
};
static const struct shape fact_shape = SHAPE("fact", fact_fields, .wrong = fact_wrong);
#undef OF
#define OF log_line
static const struct shape_field log_fields[] = { { "line", SHAPE_LINE, IN(line) }, { "text", SHAPE_TEXT, IN(text), .max = ARTEFACT_TEXT } };
static const struct shape log_shape = SHAPE("log line", log_fields, .strict = false);
#undef OF
#define OF result
static const struct shape_field result_fields[] = {
	TEXT2_OF("title", title), LIST_OF("values", value, nvalue, ARTEFACT_VALUES, &shape_value), LIST_OF("tables", table, ntable, ARTEFACT_TABLES, &shape_table),
	LIST_OF("figures", figure, nfigure, ARTEFACT_FIGURES, &shape_figure), LIST_OF("reads", read, nread, ARTEFACT_READS, &read_shape),
	LIST_OF("facts", fact, nfact, ARTEFACT_READS, &fact_shape), LIST_OF("log", log, nlog, ARTEFACT_LOGS, &log_shape),
};
const struct shape shape_result = SHAPE("result", result_fields, .strict = false);
#undef OF
