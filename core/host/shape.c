/* The tables of host/shape.h, in the order of the wire.
 * Names of choices are in the order of the enums of store/artefact.h. */
#include "host/shape.h"

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

/* s: the struct; m: its member, called `name` in Lua. */
#define SIZE(s, m) sizeof ((struct s *)0)->m
#define FIELD(s, m, label, how) .name = label, .kind = how, .at = offsetof(struct s, m), .size = SIZE(s, m)
#define NAME(s) { FIELD(s, name, "name", SHAPE_NAME) }
#define TEXT(s, m, most) { FIELD(s, m, #m, SHAPE_TEXT), .max = (most) }
#define TEXT2(s, m) { FIELD(s, m, #m, SHAPE_TEXT2), .max = ARTEFACT_TEXT }
#define CHARS(s, m) { FIELD(s, m, #m, SHAPE_CHARS), .max = SIZE(s, m) - 1 }
#define REAL(s, m, name, least, most, nil) { FIELD(s, m, name, SHAPE_REAL), .lo = (least), .hi = (most), .none = (nil) }
#define POSITION(s, m) REAL(s, m, #m, -MOST, MOST, NAN)
#define INT(s, m, least, most, nil) { FIELD(s, m, #m, SHAPE_INT), .lo = (least), .hi = (most), .none = (nil) }
#define FLAG(s, m) { FIELD(s, m, #m, SHAPE_FLAG), .hi = 1 }
#define CHOICE(s, m, list) { FIELD(s, m, #m, SHAPE_CHOICE), .hi = sizeof (list) / sizeof *(list) - 2, .names = (list) }
#define LIST(s, m, n, name, least, most, shape) \
	{ FIELD(s, m, name, SHAPE_LIST), .count = offsetof(struct s, n), .lo = (least), .max = (most), .of = &(shape) }
#define SOURCES(s) LIST(s, sources.item, sources.n, "sources", 0, ARTEFACT_SOURCES, source_shape)
#define STRUCT(s, m, shape) { FIELD(s, m, #m, SHAPE_STRUCT), .of = &(shape) }
#define FIELDS (const struct shape_field[])
#define END { .kind = SHAPE_END }

static const struct shape text2_shape = { "text", sizeof(struct text2), 0, FIELDS{ { .kind = SHAPE_TEXT2 }, END } };
static const struct shape id_shape = { "id", sizeof(const char *), 1, FIELDS{
	{ .kind = SHAPE_TEXT, .max = KEY_BYTES }, END
} };
static const struct shape source_shape = { "source", sizeof(struct source), 1, FIELDS{
	TEXT(source, key, KEY_BYTES), { .kind = SHAPE_TEXT2, .at = offsetof(struct source, text) },
	TEXT(source, address, ARTEFACT_TEXT), END
} };

const struct shape shape_quantity = { "quantity", sizeof(struct quantity), 0, FIELDS{
	POSITION(quantity, low), POSITION(quantity, best), POSITION(quantity, high), FLAG(quantity, low_open),
	FLAG(quantity, high_open), CHOICE(quantity, qualifier, quantity_qualifiers), INT(quantity, decimals, 0, 15, 0),
	CHARS(quantity, unit), CHARS(quantity, period), END
} };
static const struct shape value_shape = { "value", sizeof(struct value), 0, FIELDS{
	NAME(value), FLAG(value, is_words), STRUCT(value, q, shape_quantity), TEXT2(value, words), TEXT2(value, bare),
	TEXT2(value, interval), TEXT2(value, period), TEXT2(value, label),
	LIST(value, facts, nfact, "facts", 0, ARTEFACT_READS, id_shape), SOURCES(value), END
} };

static const struct shape column_shape = { "column", sizeof(struct table_column), 0, FIELDS{
	TEXT2(table_column, head), CHOICE(table_column, align, aligns), REAL(table_column, width, "width", 0, 1, 0), END
} };
static const struct shape row_shape = { "row", sizeof(struct table_row), 0, FIELDS{
	CHOICE(table_row, kind, row_kinds), { FIELD(table_row, cell, "cells", SHAPE_CELLS) }, END
} };
static const struct shape table_shape = { "table", sizeof(struct table), 0, FIELDS{
	NAME(table), TEXT2(table, caption), TEXT2(table, note), TEXT2(table, coverage),
	LIST(table, column, ncolumn, "columns", 1, ARTEFACT_COLUMNS, column_shape),
	LIST(table, row, nrow, "rows", 0, ARTEFACT_ROWS, row_shape), SOURCES(table), END
} };

static const struct shape scale_shape = { "scale", sizeof(struct scale), 0, FIELDS{
	CHOICE(scale, kind, scale_kinds), POSITION(scale, lo), POSITION(scale, hi),
	LIST(scale, category, ncategory, "categories", 0, ARTEFACT_ROWS, text2_shape), TEXT2(scale, title),
	INT(scale, decimals, -1, 15, -1), FLAG(scale, hidden), FLAG(scale, plain), END
} };
static const struct shape item_shape = { "item", sizeof(struct item), 0, FIELDS{
	POSITION(item, x), POSITION(item, y), POSITION(item, x2), POSITION(item, y2), CHOICE(item, open, opens),
	CHOICE(item, style, styles), CHOICE(item, align, aligns), TEXT2(item, label), END
} };
static const struct shape mark_shape = { "mark", sizeof(struct mark), 0, FIELDS{
	CHOICE(mark, kind, mark_kinds), CHOICE(mark, role, roles), FLAG(mark, horizontal), TEXT2(mark, name),
	LIST(mark, item, nitem, "items", 0, ARTEFACT_ITEMS, item_shape), END
} };
static const struct shape panel_shape = { "panel", sizeof(struct panel), 0, FIELDS{
	TEXT2(panel, title), STRUCT(panel, x, scale_shape), STRUCT(panel, y, scale_shape),
	LIST(panel, mark, nmark, "marks", 0, ARTEFACT_MARKS, mark_shape), REAL(panel, share, "share", 0, 1, 0), END
} };
const struct shape shape_chart = { "chart", sizeof(struct chart), 0, FIELDS{
	REAL(chart, width_mm, "width", 0, 1000, 160), REAL(chart, height_mm, "height", 0, 1000, 0),
	FLAG(chart, illustrative), LIST(chart, panel, npanel, "panels", 1, ARTEFACT_PANELS, panel_shape), END
} };
static const struct shape data_shape = { "data column", sizeof(struct data_column), 0, FIELDS{
	NAME(data_column), TEXT2(data_column, title), END
} };
static const struct shape figure_shape = { "figure", sizeof(struct figure), 0, FIELDS{
	NAME(figure), TEXT2(figure, title), TEXT2(figure, subtitle), TEXT2(figure, unit), TEXT2(figure, period),
	TEXT2(figure, coverage), TEXT2(figure, reading), TEXT2(figure, note), TEXT2(figure, alt),
	STRUCT(figure, chart, shape_chart), LIST(figure, column, ncolumn, "columns", 0, ARTEFACT_COLUMNS, data_shape),
	{ FIELD(figure, cell, "cells", SHAPE_CELLS), .count = offsetof(struct figure, nrow), .max = ARTEFACT_ITEMS },
	SOURCES(figure), END
} };

static const struct shape read_shape = { "read", sizeof(struct read), 3, FIELDS{
	TEXT(read, package, KEY_BYTES), TEXT(read, table, KEY_BYTES), TEXT(read, column, KEY_BYTES), END
} };
static const struct shape fact_shape = { "fact", sizeof(struct read_fact), 2, FIELDS{
	TEXT(read_fact, table, KEY_BYTES), TEXT(read_fact, id, KEY_BYTES), END
} };
static const struct shape log_shape = { "log line", sizeof(struct log_line), 0, FIELDS{
	INT(log_line, line, 0, INT32_MAX, 0), TEXT(log_line, text, ARTEFACT_TEXT), END
} };
const struct shape shape_result = { "result", sizeof(struct result), 0, FIELDS{
	TEXT2(result, title), LIST(result, value, nvalue, "values", 0, ARTEFACT_VALUES, value_shape),
	LIST(result, table, ntable, "tables", 0, ARTEFACT_TABLES, table_shape),
	LIST(result, figure, nfigure, "figures", 0, ARTEFACT_FIGURES, figure_shape),
	LIST(result, read, nread, "reads", 0, ARTEFACT_READS, read_shape),
	LIST(result, fact, nfact, "facts", 0, ARTEFACT_READS, fact_shape),
	LIST(result, log, nlog, "log", 0, ARTEFACT_LOGS, log_shape), END
} };

int shape_order(const void *a, const void *b, void *shape)
{
	const struct shape *s = shape;
	int order = 0;

	for (size_t i = 0; i < s->key && !order; i++) {
		const char *one, *two;
		memcpy(&one, (const char *)a + s->field[i].at, sizeof one);
		memcpy(&two, (const char *)b + s->field[i].at, sizeof two);
		order = strcmp(one, two);
	}
	return order;
}
