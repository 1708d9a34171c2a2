/* What an analysis makes, from Lua into plain data by the tables of host/shape.h.
 * The prelude has checked it, with names and places for the analyst; nothing here depends on that,
 * and wire_encode checks all of it once more. */
#include "host/lua_emit.h"

#include "host/lua_env.h"
#include "host/lua_quantity.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

struct emit { lua_State *L; struct host *h; size_t columns; };   /* columns: of the table or figure at hand */

/* Memory of the arena, counted against the limit of output. */
static void *room(struct emit *m, size_t n)
{
	struct host *h = m->h;
	struct err e;

	if (n > h->job->limits.output - h->output) {
		lua_env_limit(h->job, ERR_LIMIT_OUTPUT, &e);
		lua_env_raise(m->L, &e);
	}
	h->output += n;
	return arena_alloc(h->arena, n);
}

static const char *take_text(struct emit *m)
{
	size_t n;
	const char *s = lua_type(m->L, -1) == LUA_TSTRING ? lua_tolstring(m->L, -1, &n) : NULL;

	return s ? memcpy(room(m, n + 1), s, n + 1) : "";
}

/* nil = absent, one string = the same in both languages. */
static struct text2 take_text2(struct emit *m)
{
	static const char *const langs[] = { "fr", "en" };
	const char *text[2];

	text[0] = text[1] = take_text(m);
	for (int k = 0; k < 2 && lua_istable(m->L, -1); k++) {
		lua_pushstring(m->L, langs[k]);
		lua_rawget(m->L, -2);
		text[k] = take_text(m);
		lua_pop(m->L, 1);
	}
	return (struct text2){ text[0], text[1] };
}

static int64_t take_whole(struct emit *m, const struct shape_field *f)
{
	int64_t v = 0;

	if (f->kind == SHAPE_FLAG)
		return lua_toboolean(m->L, -1);
	if (f->kind == SHAPE_INT)
		return lua_isnil(m->L, -1) ? (int64_t)f->none : lua_tointeger(m->L, -1);
	while (lua_type(m->L, -1) == LUA_TSTRING && f->names[v] && strcmp(f->names[v], lua_tostring(m->L, -1)) != 0)
		v++;
	return v;
}

static void take(struct emit *m, const struct shape *s, char *item);

static char *take_list(struct emit *m, const struct shape *of, size_t *n)
{
	*n = lua_istable(m->L, -1) ? lua_rawlen(m->L, -1) : 0;
	char *items = room(m, *n * of->size);
	for (size_t k = 0; k < *n; k++) {
		lua_rawgeti(m->L, -1, (lua_Integer)k + 1);
		take(m, of, items + k * of->size);
		lua_pop(m->L, 1);
	}
	return items;
}

static struct text2 *take_cells(struct emit *m, size_t rows)
{
	size_t n = rows * m->columns;
	struct text2 *cells = room(m, n * sizeof *cells);

	for (size_t k = 0; k < n && lua_istable(m->L, -1); k++) {
		lua_rawgeti(m->L, -1, (lua_Integer)k + 1);
		cells[k] = take_text2(m);
		lua_pop(m->L, 1);
	}
	return cells;
}

/* The value on top into one field of item. */
static void field(struct emit *m, const struct shape_field *f, char *item)
{
	lua_State *L = m->L;
	void *at = item + f->at;
	size_t *n = (size_t *)(void *)(item + f->count), length = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0;
	const struct quantity *q;
	int64_t v;
	char *items;

	switch (f->kind) {
	case SHAPE_NAME:
	case SHAPE_TEXT: *(const char **)at = take_text(m); break;
	case SHAPE_CHARS: strncpy(at, lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "", f->max); break;
	case SHAPE_TEXT2: *(struct text2 *)at = take_text2(m); break;
	case SHAPE_REAL: *(double *)at = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : f->none; break;
	case SHAPE_INT:
	case SHAPE_FLAG:
	case SHAPE_CHOICE:
		v = take_whole(m, f);
		memcpy(at, &v, f->size);
		break;
	case SHAPE_LIST:
		items = take_list(m, f->of, n);
		memcpy(at, &items, sizeof items);
		if (!strcmp(f->name, "columns"))
			m->columns = *n;
		break;
	case SHAPE_CELLS:
		if (f->count)
			*n = m->columns ? length / m->columns : 0;
		*(struct text2 **)at = take_cells(m, f->count ? *n : 1);
		break;
	case SHAPE_STRUCT:
		q = f->of == &shape_quantity ? luaL_testudata(L, -1, QUANTITY) : NULL;
		if (q)
			memcpy(at, q, sizeof *q);
		else if (f->of != &shape_quantity)
			take(m, f->of, at);
		break;
	case SHAPE_END: break;
	}
}

static void take(struct emit *m, const struct shape *s, char *item)
{
	lua_State *L = m->L;

	luaL_checkstack(L, 4, "artefact");
	for (const struct shape_field *f = s->field; f->kind != SHAPE_END; f++) {
		if (!f->name) {
			lua_pushvalue(L, -1);
		} else if (!lua_istable(L, -1)) {
			lua_pushnil(L);
		} else {
			lua_pushstring(L, f->name);
			lua_rawget(L, -2);
		}
		field(m, f, item);
		lua_pop(L, 1);
	}
}

void lua_emit_take(lua_State *L, const struct shape *s, void *item)
{
	take(&(struct emit){ .L = L, .h = lua_env_host(L) }, s, item);
}

/* (name of a field of the result, what is given): a list gets it as one item more */
static int emit(lua_State *L)
{
	struct emit m = { .L = L, .h = lua_env_host(L) };
	const struct shape_field *f = shape_result.field;
	const char *name = luaL_checkstring(L, 1);
	char *result = (char *)m.h->result, *items;
	struct err e;

	lua_settop(L, 2);
	while (f->kind != SHAPE_END && strcmp(f->name, name) != 0)
		f++;
	if (f->kind != SHAPE_LIST) {
		field(&m, f, result);
		return 0;
	}
	size_t *n = (size_t *)(void *)(result + f->count), size = f->of->size;
	if (*n == f->max) {
		err_set(&e, !strcmp(name, "log") ? ERR_LIMIT_LOG : ERR_OUTPUT_COUNT, "%s" ERR_SEP "%zu" ERR_SEP "%s",
			m.h->job->id, *n, name);
		return lua_env_raise(L, &e);
	}
	memcpy(&items, result + f->at, sizeof items);
	if (!*n || (*n >= 8 && !(*n & (*n - 1)))) {   /* a list grows at 0, 8, 16, 32 … */
		char *bigger = room(&m, (*n ? 2 * *n : 8) * size);
		if (*n)
			memcpy(bigger, items, *n * size);
		memcpy(result + f->at, &bigger, sizeof bigger);
		items = bigger;
	}
	memset(items + *n * size, 0, size);   /* what a call that raised may have left */
	take(&m, f->of, items + *n * size);
	++*n;
	return 0;
}

/* Pushes a shape for the prelude: { what =, { name =, kind =, lo =, hi =, max =, names = list, of = shape }, … } */
static void push_shape(lua_State *L, const struct shape *s)
{
	static const char *const kinds[] = {
		[SHAPE_NAME] = "name", [SHAPE_TEXT] = "text", [SHAPE_TEXT2] = "text2", [SHAPE_CHARS] = "chars",
		[SHAPE_REAL] = "number", [SHAPE_INT] = "integer", [SHAPE_FLAG] = "flag", [SHAPE_CHOICE] = "choice",
		[SHAPE_LIST] = "list", [SHAPE_CELLS] = "cells", [SHAPE_STRUCT] = "struct",
	};

	luaL_checkstack(L, 6, "shapes");
	lua_createtable(L, 16, 2);
	lua_env_set(L, "what", s->what);
	for (int i = 0; s->field[i].kind != SHAPE_END; i++) {
		const struct shape_field *f = &s->field[i];
		lua_createtable(L, 0, 8);
		lua_env_set(L, "name", f->name);
		lua_env_set(L, "kind", kinds[f->kind]);
		lua_pushnumber(L, f->lo);
		lua_setfield(L, -2, "lo");
		lua_pushnumber(L, f->hi);
		lua_setfield(L, -2, "hi");
		lua_pushinteger(L, (lua_Integer)f->max);
		lua_setfield(L, -2, "max");
		if (f->names)
			lua_createtable(L, 16, 0);
		for (int k = 0; f->names && f->names[k]; k++) {
			lua_pushstring(L, f->names[k]);
			lua_rawseti(L, -2, k + 1);
		}
		if (f->names)
			lua_setfield(L, -2, "names");
		if (f->of) {
			push_shape(L, f->of);
			lua_setfield(L, -2, "of");
		}
		lua_rawseti(L, -2, i + 1);
	}
}

void lua_emit_open(lua_State *L)
{
	push_shape(L, &shape_result);
	lua_setfield(L, -2, "shapes");
	lua_pushcfunction(L, emit);
	lua_setfield(L, -2, "emit");
}
