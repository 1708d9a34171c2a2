/* What an analysis makes, from Lua tables into plain data in the arena, by the tables of host/shape.h. Everything is read raw
 * (no metamethod of a plugin runs here); what cannot be printed is refused with the name of its place. */
#include "host/lua_emit.h"

#include "base/text.h"
#include "host/lua_env.h"
#include "host/lua_quantity.h"
#include "host/shape.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A walk over the tables of one artefact, and where it is: "figure map, panel 1, mark 2". */
struct emit { lua_State *L; struct host *h; size_t columns; char where[160]; };

static int fail(struct emit *m, enum err_id id, const char *field, const char *what, const char *more)
{
	struct err e;

	err_set(&e, id, "%s%s%s" ERR_SEP "%s" ERR_SEP "%s", m->where, field ? ", " : "", field ? field : "", what, more);
	return lua_env_raise(m->L, &e);
}

static int fail_type(struct emit *m, const char *field, const char *want, int i)
{
	return fail(m, ERR_ARGUMENT, field, want, lua_env_type(m->L, i));
}

static const char *take_text(struct emit *m, int i, const char *field, size_t max)
{
	char what[64];
	size_t n, bad;
	bool control;

	if (lua_type(m->L, i) != LUA_TSTRING)
		fail_type(m, field, "string", i);
	const char *s = lua_tolstring(m->L, i, &n);
	if (n > max) {
		snprintf(what, sizeof what, "%zu bytes (> %zu)", n, max);
		fail(m, ERR_OUTPUT_TEXT, field, what, "");
	}
	if (!shape_text_ok(s, n, &bad, &control)) {
		snprintf(what, sizeof what, control ? "a control character (byte %zu)" : "bytes that are not UTF-8 (byte %zu)", bad + 1);
		fail(m, ERR_OUTPUT_TEXT, field, what, "");
	}
	lua_env_output(m->L, n);
	return n ? arena_strndup(m->h->arena, s, n) : "";
}

/* nil = absent, one string = the same in both languages. */
static struct text2 take_text2(struct emit *m, int i, const char *field)
{
	static const char *const langs[2] = { "fr", "en" };
	const char *text[2] = { "", "" };

	if (lua_type(m->L, i) == LUA_TSTRING) {
		text[0] = text[1] = take_text(m, i, field, ARTEFACT_TEXT);
	} else if (lua_type(m->L, i) == LUA_TTABLE) {
		for (int k = 0; k < 2; k++) {
			lua_pushstring(m->L, langs[k]);
			lua_rawget(m->L, i);
			text[k] = take_text(m, -1, field ? field : langs[k], ARTEFACT_TEXT);
			lua_pop(m->L, 1);
		}
	} else if (!lua_isnil(m->L, i)) {
		fail_type(m, field, "{ fr, en }", i);
	}
	return (struct text2){ text[0], text[1] };
}

static double take_number(struct emit *m, int i, const struct shape_field *f)
{
	if (lua_isnil(m->L, i))
		return f->none;
	if (lua_type(m->L, i) != LUA_TNUMBER)
		fail_type(m, f->name, "number", i);
	double v = lua_tonumber(m->L, i);
	if (!(v >= f->lo && v <= f->hi))
		fail(m, ERR_OUTPUT_NUMBER, f->name, isnan(v) ? "NaN" : isinf(v) ? v > 0 ? "inf" : "-inf" : lua_tostring(m->L, i), "");
	return v;
}

/* Index of the named choice; the first when it is nil. */
static unsigned take_choice(struct emit *m, int i, const struct shape_field *f)
{
	const char *s = lua_isnil(m->L, i) ? f->names[0] : lua_type(m->L, i) == LUA_TSTRING ? lua_tostring(m->L, i) : lua_env_type(m->L, i);
	unsigned k = 0;
	luaL_Buffer b;
	struct err e;

	while (f->names[k] && strcmp(f->names[k], s) != 0)
		k++;
	if (f->names[k])
		return k;
	luaL_buffinit(m->L, &b);
	for (k = 0; f->names[k]; k++) {
		luaL_addstring(&b, k ? ", " : "");
		luaL_addstring(&b, f->names[k]);
	}
	luaL_pushresult(&b);
	err_set(&e, ERR_OPTION_CHOICE, "%s" ERR_SEP "%s" ERR_SEP "%.60s" ERR_SEP "%s", m->where, f->name, s, lua_tostring(m->L, -1));
	lua_env_raise(m->L, &e);
	return 0;
}

/* Every key of a table that an analyst wrote must be one of ours. */
static void only(struct emit *m, int t, const struct shape *s)
{
	const char *known[16];
	lua_State *L = m->L;

	for (size_t i = 0; i < s->nfield; i++)
		known[i] = s->field[i].name;
	for (lua_pushnil(L); lua_next(L, t); lua_pop(L, 1)) {
		const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : luaL_typename(L, -2);
		size_t i = 0;
		while (i < s->nfield && strcmp(known[i], key) != 0)
			i++;
		if (i < s->nfield)
			continue;
		const char *near = text_nearest(key, known, s->nfield);
		struct err e;
		err_set(&e, ERR_OPTION_UNKNOWN, "%.60s" ERR_SEP "%s" ERR_SEP "%s", key, m->where, near ? near : known[0]);
		lua_env_raise(L, &e);
	}
}

static void take(struct emit *m, const struct shape *s, char *item, int t);

static size_t list_length(struct emit *m, int i, const char *name, size_t max)
{
	char most[24];

	if (lua_isnil(m->L, i))
		return 0;
	if (lua_type(m->L, i) != LUA_TTABLE)
		fail_type(m, name, "list", i);
	size_t n = lua_rawlen(m->L, i);
	snprintf(most, sizeof most, "%zu", max);
	if (n > max)
		fail(m, ERR_OUTPUT_COUNT, NULL, most, name);
	return n;
}

static char *take_list(struct emit *m, int i, const struct shape_field *f, size_t *n)
{
	size_t keep = strlen(m->where);

	*n = list_length(m, i, f->name, f->max);
	lua_env_output(m->L, *n * f->of->size);
	char *items = arena_alloc(m->h->arena, *n * f->of->size);
	for (size_t k = 0; k < *n; k++) {
		snprintf(m->where + keep, sizeof m->where - keep, ", %s %zu", f->of->what, k + 1);
		lua_rawgeti(m->L, i, (lua_Integer)k + 1);
		take(m, f->of, items + k * f->of->size, lua_gettop(m->L));
		lua_pop(m->L, 1);
	}
	m->where[keep] = 0;
	return items;
}

static struct text2 *take_cells(struct emit *m, int i, size_t n)
{
	lua_env_output(m->L, n * sizeof(struct text2));
	struct text2 *cells = arena_array(m->h->arena, struct text2, n);
	for (size_t k = 0; k < n && lua_istable(m->L, i); k++) {
		char column[32];
		snprintf(column, sizeof column, "column %zu", k % m->columns + 1);
		lua_rawgeti(m->L, i, (lua_Integer)k + 1);
		cells[k] = take_text2(m, lua_gettop(m->L), column);
		lua_pop(m->L, 1);
	}
	return cells;
}

static const char *take_name(struct emit *m, int i, const struct shape *s)
{
	struct err e;

	if (lua_type(m->L, i) == LUA_TSTRING && strlen(lua_tostring(m->L, i)) == lua_rawlen(m->L, i) && text_is_name(lua_tostring(m->L, i)))
		return arena_strdup(m->h->arena, lua_tostring(m->L, i));
	err_set(&e, ERR_NAME, "%s" ERR_SEP "%.200s", s->what, lua_type(m->L, i) == LUA_TSTRING ? lua_tostring(m->L, i) : lua_env_type(m->L, i));
	lua_env_raise(m->L, &e);
	return NULL;
}

static void take_struct(struct emit *m, const struct shape_field *f, void *at, int i)
{
	const struct quantity *q = luaL_testudata(m->L, i, QUANTITY);

	if (f->of == &shape_quantity) {
		if (q)
			*(struct quantity *)at = *q;
		if (q && shape_quantity.wrong(q, NULL))
			fail(m, ERR_OUTPUT_QUANTITY, NULL, "", "");
	} else if (lua_istable(m->L, i)) {
		take(m, f->of, at, i);
	} else if (lua_isnil(m->L, i)) {
		lua_newtable(m->L);   /* all by default */
		take(m, f->of, at, lua_gettop(m->L));
		lua_pop(m->L, 1);
	} else {
		fail_type(m, f->name, "table", i);
	}
}

/* The Lua value at i into one field of item. */
static void field(struct emit *m, const struct shape *s, const struct shape_field *f, char *item, int i)
{
	void *at = item + f->at;
	size_t *n = (size_t *)(void *)(item + f->count);
	char *items;

	switch (f->kind) {
	case SHAPE_NAME: *(const char **)at = take_name(m, i, s); break;
	case SHAPE_TEXT: *(const char **)at = take_text(m, i, f->name, f->max); break;
	case SHAPE_TEXT2: *(struct text2 *)at = take_text2(m, i, f->name); break;
	case SHAPE_REAL: *(double *)at = take_number(m, i, f); break;
	case SHAPE_INT: *(int *)at = (int)take_number(m, i, f); break;
	case SHAPE_FLAG: *(bool *)at = lua_toboolean(m->L, i); break;
	case SHAPE_CHOICE: *(unsigned *)at = take_choice(m, i, f); break;
	case SHAPE_BYTE: *(uint8_t *)at = (uint8_t)take_choice(m, i, f); break;
	case SHAPE_LIST:
		items = take_list(m, i, f, n);
		memcpy(at, &items, sizeof items);
		if (f->name && !strcmp(f->name, "columns"))
			m->columns = *n;
		break;
	case SHAPE_COUNT: {   /* of the rows that the next field holds flat */
		lua_Integer v = lua_tointeger(m->L, i);
		*(size_t *)at = v > 0 && v <= (lua_Integer)f->max ? (size_t)v : 0;
		if (v > (lua_Integer)f->max)
			fail(m, ERR_OUTPUT_COUNT, NULL, lua_tostring(m->L, i), "rows");
		break;
	}
	case SHAPE_CELLS: *(struct text2 **)at = take_cells(m, i, m->columns * (f->count ? *n : 1)); break;
	case SHAPE_STRUCT: take_struct(m, f, at, i); break;
	case SHAPE_CHARS: case SHAPE_LINE: break;   /* no table of Lua has these */
	}
}

static void take(struct emit *m, const struct shape *s, char *item, int t)
{
	lua_State *L = m->L;

	luaL_checkstack(L, 12, "artefact");
	if (s->strict && !lua_istable(L, t))
		fail_type(m, s->what, "table", t);
	if (s->strict)
		only(m, t, s);
	for (size_t i = 0; i < s->nfield; i++) {
		if (!s->field[i].name) {
			field(m, s, &s->field[i], item, t);
			continue;
		}
		lua_pushstring(L, s->field[i].name);
		lua_rawget(L, t);
		field(m, s, &s->field[i], item, lua_gettop(L));
		lua_pop(L, 1);
	}
}

static bool is_taken(const struct result *r, const char *name)
{
	bool taken = false;

	for (size_t i = 0; i < r->nvalue; i++)
		taken |= !strcmp(r->value[i].name, name);
	for (size_t i = 0; i < r->ntable; i++)
		taken |= !strcmp(r->table[i].name, name);
	for (size_t i = 0; i < r->nfigure; i++)
		taken |= !strcmp(r->figure[i].name, name);
	return taken;
}

/* (artefact in form): joins the list of the result that upvalue 1 names */
static int emit_one(lua_State *L)
{
	const struct shape_field *f = &shape_result.field[lua_tointeger(L, lua_upvalueindex(1))];
	struct emit m = { .L = L, .h = lua_env_host(L) };
	char *result = (char *)m.h->result, *item = arena_alloc(m.h->arena, f->of->size), *items;
	size_t *n = (size_t *)(void *)(result + f->count);

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 1);
	lua_getfield(L, 1, "name");
	const char *name = take_name(&m, 2, f->of);
	snprintf(m.where, sizeof m.where, "%s %s", f->of->what, name);
	if (is_taken(m.h->result, name)) {
		struct err e;
		err_set(&e, ERR_NAME_TWICE, "%s", name);
		return lua_env_raise(L, &e);
	}
	lua_settop(L, 1);
	take(&m, f->of, item, 1);
	const char *wrong = f->of->wrong ? f->of->wrong(item, NULL) : NULL;
	if (wrong)
		return fail(&m, ERR_ARGUMENT, wrong, "list", "nil");
	if (*n == f->max)
		return fail(&m, ERR_OUTPUT_COUNT, NULL, lua_pushfstring(L, "%d", (int)f->max), f->name);
	memcpy(&items, result + f->at, sizeof items);
	items = lua_env_grow(m.h->arena, items, *n, f->of->size);
	memcpy(result + f->at, &items, sizeof items);
	memcpy(items + (*n)++ * f->of->size, item, f->of->size);
	return 0;
}

/* (title of the analysis) */
static int emit_title(lua_State *L)
{
	struct emit m = { .L = L, .h = lua_env_host(L), .where = "analysis" };

	lua_settop(L, 1);
	m.h->result->title = take_text2(&m, 1, "title");
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
	static const luaL_Reg functions[] = { { "emit_title", emit_title }, { "log", emit_log }, { NULL, NULL } };

	lua_env_push(L);
	luaL_setfuncs(L, functions, 0);
	for (size_t i = 0; i < shape_result.nfield; i++) {
		const struct shape *of = shape_result.field[i].of;
		if (of != &shape_value && of != &shape_table && of != &shape_figure)
			continue;
		lua_pushinteger(L, (lua_Integer)i);
		lua_pushcclosure(L, emit_one, 1);
		lua_setfield(L, -2, of == &shape_value ? "emit_value" : of == &shape_table ? "emit_table" : "emit_figure");
	}
	lua_pop(L, 1);
}
