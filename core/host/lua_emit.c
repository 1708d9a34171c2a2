/* What an analysis makes, from Lua tables into plain data in the arena. Everything is read raw (no metamethod of a plugin runs here),
 * and every text and number is checked: what cannot be printed is refused with the name of its place. */
#include "host/lua_emit.h"

#include "base/text.h"
#include "host/lua_env.h"
#include "host/lua_quantity.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A walk over the tables of one artefact, and where it is. */
struct emit { lua_State *L; struct host *h; char where[160]; };

static void at(struct emit *m, size_t keep, const char *what, lua_Integer i)
{
	snprintf(m->where + keep, sizeof m->where - keep, "%s %lld", what, (long long)i);
}

static int fail(struct emit *m, enum err_id id, const char *field, const char *what)
{
	struct err e;

	if (field)
		err_set(&e, id, "%s, %s" ERR_SEP "%s", m->where, field, what);
	else
		err_set(&e, id, "%s" ERR_SEP "%s", m->where, what);
	return lua_env_raise(m->L, &e);
}

static int fail_type(struct emit *m, const char *field, const char *want, int i)
{
	struct err e;

	err_set(&e, ERR_ARGUMENT, "%s, %s" ERR_SEP "%s" ERR_SEP "%s", m->where, field, want, lua_env_type(m->L, i));
	return lua_env_raise(m->L, &e);
}

static size_t count(struct emit *m, int i, size_t max, const char *what)
{
	size_t n = lua_rawlen(m->L, i);
	struct err e;

	if (n <= max)
		return n;
	err_set(&e, ERR_OUTPUT_COUNT, "%s" ERR_SEP "%zu" ERR_SEP "%s", m->where, max, what);
	lua_env_raise(m->L, &e);
	return 0;
}

/* The string at i, checked and copied. */
static const char *take_text(struct emit *m, int i, const char *field)
{
	char what[64];
	size_t n;
	const char *s = lua_tolstring(m->L, i, &n);

	if (n > ARTEFACT_TEXT) {
		snprintf(what, sizeof what, "%zu bytes (> %d)", n, (int)ARTEFACT_TEXT);
		fail(m, ERR_OUTPUT_TEXT, field, what);
	}
	size_t bad = text_utf8_bad(s, n);
	if (bad < n) {
		snprintf(what, sizeof what, "bytes that are not UTF-8 (byte %zu)", bad + 1);
		fail(m, ERR_OUTPUT_TEXT, field, what);
	}
	for (size_t k = 0; k < n; k++) {
		unsigned char c = (unsigned char)s[k];
		if (c >= 0x20 && c != 0x7f && (c != 0xc2 || (unsigned char)s[k + 1] >= 0xa0))
			continue;
		snprintf(what, sizeof what, "a control character (U+%04X, byte %zu)", c == 0xc2 ? (unsigned char)s[k + 1] : c, k + 1);
		fail(m, ERR_OUTPUT_TEXT, field, what);
	}
	lua_env_output(m->L, n);
	return n ? arena_strndup(m->h->arena, s, n) : "";
}

static void get(struct emit *m, int table, const char *key)
{
	lua_pushstring(m->L, key);
	lua_rawget(m->L, table);
}

static const char *get_text(struct emit *m, int table, const char *key)
{
	const char *s = "";

	get(m, table, key);
	if (lua_type(m->L, -1) == LUA_TSTRING)
		s = take_text(m, -1, key);
	else if (!lua_isnil(m->L, -1))
		fail_type(m, key, "string", -1);
	lua_pop(m->L, 1);
	return s;
}

/* The value on top as { fr, en }; nil = absent, one string = the same in both. Pops it. */
static struct text2 take_text2(struct emit *m, const char *field)
{
	lua_State *L = m->L;
	struct text2 t = { "", "" };

	if (lua_type(L, -1) == LUA_TTABLE) {
		t.fr = get_text(m, lua_gettop(L), "fr");
		t.en = get_text(m, lua_gettop(L), "en");
	} else if (lua_type(L, -1) == LUA_TSTRING) {
		t.fr = t.en = take_text(m, -1, field);
	} else if (!lua_isnil(L, -1)) {
		fail_type(m, field, "{ fr, en }", -1);
	}
	lua_pop(L, 1);
	return t;
}

static struct text2 get_text2(struct emit *m, int table, const char *key)
{
	get(m, table, key);
	return take_text2(m, key);
}

/* A finite number, or `missing` when it is nil. */
static double get_number(struct emit *m, int table, const char *key, double missing)
{
	get(m, table, key);
	double v = lua_isnil(m->L, -1) ? missing : lua_tonumber(m->L, -1);
	if (!lua_isnil(m->L, -1) && lua_type(m->L, -1) != LUA_TNUMBER)
		fail_type(m, key, "number", -1);
	if (!lua_isnil(m->L, -1) && !(fabs(v) <= 1e300))
		fail(m, ERR_OUTPUT_NUMBER, key, isnan(v) ? "NaN" : v > 0 ? "inf" : "-inf");
	lua_pop(m->L, 1);
	return v;
}

static bool get_flag(struct emit *m, int table, const char *key)
{
	get(m, table, key);
	bool v = lua_toboolean(m->L, -1);
	lua_pop(m->L, 1);
	return v;
}

/* Index of the named choice; the first when it is nil. */
static unsigned get_choice(struct emit *m, int table, const char *key, const char *const *names)
{
	unsigned i = 0;
	struct err e;

	get(m, table, key);
	if (!lua_isnil(m->L, -1)) {
		const char *s = lua_type(m->L, -1) == LUA_TSTRING ? lua_tostring(m->L, -1) : lua_env_type(m->L, -1);
		while (names[i] && strcmp(names[i], s) != 0)
			i++;
		if (!names[i]) {
			luaL_Buffer b;
			luaL_buffinit(m->L, &b);
			for (i = 0; names[i]; i++) {
				luaL_addstring(&b, i ? ", " : "");
				luaL_addstring(&b, names[i]);
			}
			luaL_pushresult(&b);
			err_set(&e, ERR_OPTION_CHOICE, "%s" ERR_SEP "%s" ERR_SEP "%.60s" ERR_SEP "%s", m->where, key, s, lua_tostring(m->L, -1));
			lua_env_raise(m->L, &e);
		}
	}
	lua_pop(m->L, 1);
	return i;
}

/* Every key of a table that an analyst wrote must be one of ours. */
static void only(struct emit *m, int table, const char *what, const char *const *known)
{
	lua_State *L = m->L;

	if (lua_type(L, table) != LUA_TTABLE)
		fail_type(m, what, "table", table);
	for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
		size_t i = 0;
		const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : luaL_typename(L, -2);
		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (known[i])
			continue;
		struct err e;
		for (i = 0; known[i]; i++)
			;
		const char *near = text_nearest(key, known, i);
		err_set(&e, ERR_OPTION_UNKNOWN, "%s" ERR_SEP "%s" ERR_SEP "%s", key, m->where, near ? near : known[0]);
		lua_env_raise(L, &e);
	}
}

/* A name of its own; the prelude has said whose it is. */
static const char *take_name(struct emit *m, int i, const char *kind)
{
	const struct result *r = m->h->result;
	const char *s = lua_type(m->L, i) == LUA_TSTRING ? lua_tostring(m->L, i) : lua_env_type(m->L, i);
	bool twice = false;
	struct err e;

	if (lua_type(m->L, i) != LUA_TSTRING || strlen(s) != lua_rawlen(m->L, i) || !text_is_name(s)) {
		err_set(&e, ERR_NAME, "%s" ERR_SEP "%.200s", kind, s);
		lua_env_raise(m->L, &e);
	}
	for (size_t k = 0; k < r->nvalue; k++)
		twice |= !strcmp(r->value[k].name, s);
	for (size_t k = 0; k < r->ntable; k++)
		twice |= !strcmp(r->table[k].name, s);
	for (size_t k = 0; k < r->nfigure; k++)
		twice |= !strcmp(r->figure[k].name, s);
	if (twice) {
		err_set(&e, ERR_NAME_TWICE, "%s", s);
		lua_env_raise(m->L, &e);
	}
	snprintf(m->where, sizeof m->where, "%s %s", kind, s);
	return arena_strdup(m->h->arena, s);
}

/* The list in field "sources" of the table at i: { key, fr, en, address }, sorted by key. */
static struct sources take_sources(struct emit *m, int i)
{
	lua_State *L = m->L;
	struct sources s = { 0 };

	get(m, i, "sources");
	int list = lua_gettop(L);
	s.n = count(m, list, ARTEFACT_SOURCES, "sources");
	s.item = arena_array(m->h->arena, struct source, s.n);
	for (size_t k = 0; k < s.n; k++) {
		lua_rawgeti(L, list, (lua_Integer)k + 1);
		int one = lua_gettop(L);
		s.item[k].key = get_text(m, one, "key");
		s.item[k].address = get_text(m, one, "address");
		s.item[k].text = take_text2(m, "source");
	}
	lua_pop(L, 1);
	return s;
}

/* (title of the analysis) */
static int emit_title(lua_State *L)
{
	struct emit m = { .L = L, .h = lua_env_host(L), .where = "analysis" };

	lua_settop(L, 1);
	m.h->result->title = take_text2(&m, "title");
	return 0;
}

/* (name, quantity or { fr, en }, label, { facts, sources }) */
static int emit_value(lua_State *L)
{
	struct emit m = { .L = L, .h = lua_env_host(L) };
	struct result *r = m.h->result;
	struct err e;

	lua_settop(L, 4);
	struct value v = { .name = take_name(&m, 1, "value"), .words = { "", "" } };
	const struct quantity *q = luaL_testudata(L, 2, QUANTITY);
	v.is_words = !q;
	if (q) {
		v.q = *q;
		if (!(fabs(isnan(q->best) ? 0 : q->best) <= 1e300) || (!q->low_open && !(fabs(q->low) <= 1e300)) ||
		    (!q->high_open && !(fabs(q->high) <= 1e300)))
			fail(&m, ERR_OUTPUT_NUMBER, NULL, "inf");
	} else {
		lua_pushvalue(L, 2);
		v.words = take_text2(&m, "words");
	}
	lua_pushvalue(L, 3);
	v.label = take_text2(&m, "label");
	get(&m, 4, "facts");
	v.nfact = count(&m, -1, ARTEFACT_READS, "facts");
	v.facts = arena_array(m.h->arena, const char *, v.nfact);
	for (size_t i = 0; i < v.nfact; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		v.facts[i] = take_text(&m, -1, "fact");
		lua_pop(L, 1);
	}
	v.sources = take_sources(&m, 4);
	if (r->nvalue == ARTEFACT_VALUES) {
		err_set(&e, ERR_OUTPUT_COUNT, "%s" ERR_SEP "%d" ERR_SEP "%s", m.h->job->id, (int)ARTEFACT_VALUES, "values");
		return lua_env_raise(L, &e);
	}
	r->value = lua_env_grow(m.h->arena, r->value, r->nvalue, sizeof v);
	r->value[r->nvalue++] = v;
	return 0;
}

static const char *const aligns[] = { "left", "right", "center", NULL };

static void table_rows(struct emit *m, struct table *t, int rows)
{
	static const char *const kinds[] = { "normal", "group", "total", NULL };
	size_t keep = strlen(m->where);
	lua_State *L = m->L;

	keep += (size_t)snprintf(m->where + keep, sizeof m->where - keep, ", ");
	lua_env_output(L, t->nrow * t->ncolumn * 2 * sizeof(uint32_t));
	t->row = arena_array(m->h->arena, struct table_row, t->nrow);
	for (size_t i = 0; i < t->nrow; i++) {
		lua_rawgeti(L, rows, (lua_Integer)i + 1);
		int row = lua_gettop(L);
		at(m, keep, "row", (lua_Integer)i + 1);
		t->row[i].kind = (enum row_kind)get_choice(m, row, "_row", kinds);
		t->row[i].cell = arena_array(m->h->arena, struct text2, t->ncolumn);
		for (size_t k = 0; k < t->ncolumn; k++) {
			char column[32];
			snprintf(column, sizeof column, "column %zu", k + 1);
			lua_rawgeti(L, row, (lua_Integer)k + 1);
			t->row[i].cell[k] = take_text2(m, column);
		}
		lua_pop(L, 1);
	}
}

/* (name, { caption, note, coverage, sources, columns = { { head, align, width } }, rows = { { cells } } }) */
static int emit_table(lua_State *L)
{
	struct emit m = { .L = L, .h = lua_env_host(L) };
	struct result *r = m.h->result;
	struct err e;

	lua_settop(L, 2);
	struct table t = { .name = take_name(&m, 1, "table") };
	t.caption = get_text2(&m, 2, "caption");
	t.note = get_text2(&m, 2, "note");
	t.coverage = get_text2(&m, 2, "coverage");
	t.sources = take_sources(&m, 2);
	get(&m, 2, "columns");
	t.ncolumn = count(&m, 3, ARTEFACT_COLUMNS, "columns");
	t.column = arena_array(m.h->arena, struct table_column, t.ncolumn);
	for (size_t i = 0; i < t.ncolumn; i++) {
		lua_rawgeti(L, 3, (lua_Integer)i + 1);
		t.column[i].head = get_text2(&m, 4, "head");
		t.column[i].align = (enum align)get_choice(&m, 4, "align", aligns);
		t.column[i].width = get_number(&m, 4, "width", 0);
		if (t.column[i].width < 0 || t.column[i].width > 1)
			fail(&m, ERR_OUTPUT_NUMBER, "width", "< 0 / > 1");
		lua_pop(L, 1);
	}
	get(&m, 2, "rows");
	t.nrow = count(&m, 4, ARTEFACT_ROWS, "rows");
	table_rows(&m, &t, 4);
	if (r->ntable == ARTEFACT_TABLES) {
		err_set(&e, ERR_OUTPUT_COUNT, "%s" ERR_SEP "%d" ERR_SEP "%s", m.h->job->id, (int)ARTEFACT_TABLES, "tables");
		return lua_env_raise(L, &e);
	}
	r->table = lua_env_grow(m.h->arena, r->table, r->ntable, sizeof t);
	r->table[r->ntable++] = t;
	return 0;
}

/* Charts: names of what an analyst writes, in the order of the enums of store/artefact.h. */
static const char *const scale_kinds[] = { "linear", "log", "ordinal", "time", NULL };
static const char *const mark_kinds[] = { "bar", "interval", "point", "line", "rule", "text", NULL };
static const char *const roles[] = { "main", "second", "third", "fourth", "context", "ink", NULL };
static const char *const styles[] = { "solid", "hollow", "hatched", "pale", NULL };
static const char *const opens[] = { "none", "low", "high", "both", NULL };

static struct scale take_scale(struct emit *m, int panel, const char *key)
{
	static const char *const known[] = { "kind", "lo", "hi", "title", "decimals", "hidden", "plain", "categories", NULL };
	lua_State *L = m->L;
	struct scale s = { .lo = NAN, .hi = NAN, .decimals = -1, .title = { "", "" } };

	get(m, panel, key);
	int t = lua_gettop(L);
	if (lua_isnil(L, t)) {
		lua_pop(L, 1);
		return s;
	}
	only(m, t, key, known);
	s.kind = (enum scale_kind)get_choice(m, t, "kind", scale_kinds);
	s.lo = get_number(m, t, "lo", NAN);
	s.hi = get_number(m, t, "hi", NAN);
	s.title = get_text2(m, t, "title");
	double decimals = get_number(m, t, "decimals", -1);
	s.decimals = decimals >= -1 && decimals <= 15 ? (int)decimals : -1;
	s.hidden = get_flag(m, t, "hidden");
	s.plain = get_flag(m, t, "plain");
	get(m, t, "categories");
	if (lua_istable(L, -1)) {
		int list = lua_gettop(L);
		s.ncategory = count(m, list, ARTEFACT_ROWS, "categories");
		s.category = arena_array(m->h->arena, struct text2, s.ncategory);
		for (size_t i = 0; i < s.ncategory; i++) {
			lua_rawgeti(L, list, (lua_Integer)i + 1);
			s.category[i] = take_text2(m, "category");
		}
	}
	lua_pop(L, 2);
	return s;
}

static void take_item(struct emit *m, struct item *out, int t)
{
	static const char *const known[] = { "x", "y", "x2", "y2", "open", "style", "align", "label", NULL };

	only(m, t, "item", known);
	out->x = get_number(m, t, "x", NAN);
	out->y = get_number(m, t, "y", NAN);
	out->x2 = get_number(m, t, "x2", NAN);
	out->y2 = get_number(m, t, "y2", NAN);
	out->open = (uint8_t)get_choice(m, t, "open", opens);   /* none, low, high, both = 0, OPEN_LOW, OPEN_HIGH, both bits */
	out->style = (uint8_t)get_choice(m, t, "style", styles);
	out->align = (uint8_t)get_choice(m, t, "align", aligns);
	out->label = get_text2(m, t, "label");
}

static void take_mark(struct emit *m, struct mark *out, int t)
{
	static const char *const known[] = { "kind", "role", "horizontal", "name", "items", NULL };
	lua_State *L = m->L;
	size_t keep = strlen(m->where);

	only(m, t, "mark", known);
	out->kind = (enum mark_kind)get_choice(m, t, "kind", mark_kinds);
	out->role = (enum role)get_choice(m, t, "role", roles);
	out->horizontal = get_flag(m, t, "horizontal");
	out->name = get_text2(m, t, "name");
	get(m, t, "items");
	int list = lua_gettop(L);
	if (!lua_istable(L, list))
		fail_type(m, "items", "list", list);
	out->nitem = count(m, list, ARTEFACT_ITEMS, "items");
	out->item = arena_array(m->h->arena, struct item, out->nitem);
	lua_env_output(L, out->nitem * sizeof *out->item);
	for (size_t i = 0; i < out->nitem; i++) {
		snprintf(m->where + keep, sizeof m->where - keep, ", item %zu", i + 1);
		lua_rawgeti(L, list, (lua_Integer)i + 1);
		take_item(m, &out->item[i], list + 1);
		lua_pop(L, 1);
	}
	m->where[keep] = 0;
	lua_pop(L, 1);
}

static void take_panel(struct emit *m, struct panel *out, int t)
{
	static const char *const known[] = { "title", "share", "x", "y", "marks", NULL };
	lua_State *L = m->L;
	size_t keep = strlen(m->where);

	only(m, t, "panel", known);
	out->title = get_text2(m, t, "title");
	out->share = get_number(m, t, "share", 0);
	if (out->share < 0 || out->share > 1)
		fail(m, ERR_OUTPUT_NUMBER, "share", "< 0 / > 1");
	out->x = take_scale(m, t, "x");
	out->y = take_scale(m, t, "y");
	get(m, t, "marks");
	int list = lua_gettop(L);
	if (!lua_istable(L, list))
		fail_type(m, "marks", "list", list);
	out->nmark = count(m, list, ARTEFACT_MARKS, "marks");
	out->mark = arena_array(m->h->arena, struct mark, out->nmark);
	for (size_t i = 0; i < out->nmark; i++) {
		snprintf(m->where + keep, sizeof m->where - keep, ", mark %zu", i + 1);
		lua_rawgeti(L, list, (lua_Integer)i + 1);
		take_mark(m, &out->mark[i], list + 1);
		lua_pop(L, 1);
	}
	m->where[keep] = 0;
	lua_pop(L, 1);
}

static void take_chart(struct emit *m, struct chart *out, int t)
{
	static const char *const known[] = { "width", "height", "illustrative", "panels", "data", NULL };
	lua_State *L = m->L;
	size_t keep = strlen(m->where);

	only(m, t, "chart", known);
	out->width_mm = get_number(m, t, "width", 160);
	out->height_mm = get_number(m, t, "height", 0);
	if (out->width_mm < 0 || out->width_mm > 1000 || out->height_mm < 0 || out->height_mm > 1000)
		fail(m, ERR_OUTPUT_NUMBER, "width, height", "< 0 / > 1000");
	out->illustrative = get_flag(m, t, "illustrative");
	get(m, t, "panels");
	int list = lua_gettop(L);
	if (!lua_istable(L, list) || !lua_rawlen(L, list))
		fail_type(m, "panels", "list", list);
	out->npanel = count(m, list, ARTEFACT_PANELS, "panels");
	out->panel = arena_array(m->h->arena, struct panel, out->npanel);
	for (size_t i = 0; i < out->npanel; i++) {
		snprintf(m->where + keep, sizeof m->where - keep, ", panel %zu", i + 1);
		lua_rawgeti(L, list, (lua_Integer)i + 1);
		take_panel(m, &out->panel[i], list + 1);
		lua_pop(L, 1);
	}
	m->where[keep] = 0;
	lua_pop(L, 1);
}

/* { columns = { { name, title } }, rows = { { cells } } }: the numbers behind the picture. */
static void take_data(struct emit *m, struct figure *f, int chart)
{
	lua_State *L = m->L;
	size_t keep = strlen(m->where);

	get(m, chart, "data");
	int data = lua_gettop(L);
	if (lua_isnil(L, data))
		return;
	get(m, data, "columns");
	f->ncolumn = count(m, data + 1, ARTEFACT_COLUMNS, "columns");
	f->column = arena_array(m->h->arena, struct data_column, f->ncolumn);
	for (size_t i = 0; i < f->ncolumn; i++) {
		lua_rawgeti(L, data + 1, (lua_Integer)i + 1);
		f->column[i].name = get_text(m, data + 2, "name");
		f->column[i].title = get_text2(m, data + 2, "title");
		if (!text_is_name(f->column[i].name))
			fail(m, ERR_NAME, NULL, f->column[i].name);
		lua_pop(L, 1);
	}
	get(m, data, "rows");
	f->nrow = f->ncolumn ? count(m, data + 2, ARTEFACT_ITEMS, "rows") : 0;
	lua_env_output(L, f->nrow * f->ncolumn * 2 * sizeof(uint32_t));
	f->cell = arena_array(m->h->arena, struct text2, f->nrow * f->ncolumn);
	for (size_t i = 0; i < f->nrow; i++) {
		snprintf(m->where + keep, sizeof m->where - keep, ", data row %zu", i + 1);
		lua_rawgeti(L, data + 2, (lua_Integer)i + 1);
		for (size_t k = 0; k < f->ncolumn; k++) {
			lua_rawgeti(L, data + 3, (lua_Integer)k + 1);
			f->cell[i * f->ncolumn + k] = take_text2(m, f->column[k].name);
		}
		lua_pop(L, 1);
	}
	m->where[keep] = 0;
	lua_settop(L, data - 1);
}

/* (name, { title, subtitle, unit, period, coverage, reading, note, alt, sources }, chart) */
static int emit_figure(lua_State *L)
{
	struct emit m = { .L = L, .h = lua_env_host(L) };
	struct result *r = m.h->result;
	struct err e;

	lua_settop(L, 3);
	struct figure f = { .name = take_name(&m, 1, "figure") };
	struct { struct text2 *to; const char *key; } field[] = {
		{ &f.title, "title" }, { &f.subtitle, "subtitle" }, { &f.unit, "unit" }, { &f.period, "period" }, { &f.coverage, "coverage" },
		{ &f.reading, "reading" }, { &f.note, "note" }, { &f.alt, "alt" },
	};
	for (size_t i = 0; i < sizeof field / sizeof *field; i++)
		*field[i].to = get_text2(&m, 2, field[i].key);
	f.sources = take_sources(&m, 2);
	take_chart(&m, &f.chart, 3);
	take_data(&m, &f, 3);
	if (r->nfigure == ARTEFACT_FIGURES) {
		err_set(&e, ERR_OUTPUT_COUNT, "%s" ERR_SEP "%d" ERR_SEP "%s", m.h->job->id, (int)ARTEFACT_FIGURES, "figures");
		return lua_env_raise(L, &e);
	}
	r->figure = lua_env_grow(m.h->arena, r->figure, r->nfigure, sizeof f);
	r->figure[r->nfigure++] = f;
	return 0;
}

/* One line of the log, cleaned: it goes to a terminal. */
static void add_line(lua_State *L, const char *s, size_t n, long line)
{
	struct host *h = lua_env_host(L);
	struct result *r = h->result;
	struct buf clean = BUF(ARTEFACT_TEXT - 8);
	struct err e;

	lua_env_output(L, n);
	if (r->nlog == ARTEFACT_LOGS) {
		err_set(&e, ERR_LIMIT_LOG, "%s" ERR_SEP "%d", h->job->id, (int)ARTEFACT_LOGS);
		lua_env_raise(L, &e);
	}
	text_clean(&clean, s, n < ARTEFACT_TEXT - 8 ? n : ARTEFACT_TEXT - 8);
	char *copy = arena_strndup(h->arena, buf_text(&clean), clean.n);
	for (size_t bad; (bad = text_utf8_bad(copy, clean.n)) < clean.n;)
		copy[bad] = '?';
	buf_free(&clean);
	r->log = lua_env_grow(h->arena, r->log, r->nlog, sizeof *r->log);
	r->log[r->nlog++] = (struct log_line){ line, copy };
}

/* (text): a line of the log for each line of it */
static int emit_log(lua_State *L)
{
	size_t n;
	const char *s = luaL_checklstring(L, 1, &n), *end = s + n;
	lua_Debug ar;
	long line = lua_env_frame(L, &ar) ? ar.currentline : 0;

	for (;;) {
		const char *stop = memchr(s, '\n', (size_t)(end - s));
		add_line(L, s, (size_t)((stop ? stop : end) - s), line);
		if (!stop)
			return 0;
		s = stop + 1;
	}
}

void lua_emit_register(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "emit_title", emit_title }, { "emit_value", emit_value }, { "emit_table", emit_table }, { "emit_figure", emit_figure }, { "log", emit_log }, { NULL, NULL },
	};

	lua_env_push(L);
	luaL_setfuncs(L, functions, 0);
	lua_pop(L, 1);
}
