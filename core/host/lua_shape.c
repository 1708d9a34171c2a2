/* shape.lua between the loader and the prelude: cells to Lua, what the script says about a row to the loader's sink.
 * What layouts and helpers mean is in prelude/{shape,layout,communes}.lua; nothing here knows it. */
#include "host/lua_shape.h"

#include "base/text.h"
#include "host/lua_env.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>

struct lua_shape {
	struct host host;                  /* first: lua_env_host gives it */
	struct worker_job job;
	struct arena arena;
	struct shaper_job wanted;
	struct shaper_sink sink;
	struct cell *cell;
	char file[400];                    /* the part that is read, and the line in hand */
	long line;
	bool has, failed;
	struct err failure;                /* of the sink: no pcall of a script swallows it */
};

static struct lua_shape *shape_of(lua_State *L)
{
	return (struct lua_shape *)(void *)lua_env_host(L);
}

static int answered(lua_State *L, bool ok, const struct err *e)
{
	struct lua_shape *s = shape_of(L);

	if (ok)
		return 0;
	s->failed = true;
	s->failure = *e;
	return lua_env_raise(L, e);
}

/* The value on top of the stack as a cell; a text lives as long as the value. */
static bool take_cell(lua_State *L, struct cell *c)
{
	size_t n = 0;
	const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &n) : NULL;

	if (s)
		*c = cell_bytes(s, n);
	else if (lua_isinteger(L, -1))
		*c = cell_int(lua_tointeger(L, -1));
	else if (lua_type(L, -1) == LUA_TNUMBER)
		*c = cell_real(lua_tonumber(L, -1));
	else if (lua_isboolean(L, -1))
		*c = cell_text(lua_toboolean(L, -1) ? "true" : "false");
	else
		*c = (struct cell){ .type = CELL_NULL };
	return s ? text_utf8_bad(s, n) == n && !memchr(s, 0, n) : c->type != CELL_REAL ? c->type != CELL_NULL || lua_isnil(L, -1) : isfinite(c->d) != 0;
}

static int shape_put(lua_State *L)   /* (values in the order of fields) */
{
	struct lua_shape *s = shape_of(L);
	struct err e;

	for (size_t i = 0; i < s->wanted.nfield; i++) {
		lua_rawgeti(L, 1, (lua_Integer)i + 1);
		if (!take_cell(L, &s->cell[i])) {
			const char *what = lua_type(L, -1) == LUA_TNUMBER ? "NaN / inf" : luaL_typename(L, -1);
			err_set(&e, ERR_SHAPE_VALUE, "%s" ERR_SEP "%s", s->wanted.field[i], what);
			return lua_env_raise(L, &e);
		}
		lua_pop(L, 1);   /* the table keeps it */
	}
	return answered(L, s->sink.emit(s->sink.context, s->cell, &e), &e);
}

/* ("reject" | "doubt", field, value, reason), ("skip", kind), ("note", text), ("total", of, field, stated, computed) */
static int shape_say(lua_State *L)
{
	const struct shaper_sink *k = &shape_of(L)->sink;
	const char *what = luaL_checkstring(L, 1);
	char text[3][1000] = { "", "", "" };
	struct err e;
	bool ok = true;

	for (int i = 0; i < 3 && lua_type(L, i + 2) == LUA_TSTRING; i++) {
		size_t n;
		const char *s = lua_tolstring(L, i + 2, &n);
		err_clean(text[i], sizeof text[i], s, n, false);
	}
	switch (*what) {
	case 'r': ok = k->reject(k->context, text[0], text[1], text[2], &e); break;
	case 'd': ok = k->doubt(k->context, text[0], text[1], text[2], &e); break;
	case 's': ok = k->skip(k->context, text[0], &e); break;
	case 'n': ok = k->note(k->context, text[0], &e); break;
	case 't': ok = k->total(k->context, text[0], text[1], luaL_checknumber(L, 4), luaL_checknumber(L, 5), &e); break;
	}
	return answered(L, ok, &e);
}

/* (line of the script | false = the row in hand, outside reason or nil, message, arguments…) raises */
static int shape_refuse(lua_State *L)
{
	struct lua_shape *s = shape_of(L);
	struct err e = { .id = err_by_name(luaL_checkstring(L, 3)) };

	for (int i = 0; i < ERR_ARGS && i + 4 <= lua_gettop(L); i++) {
		size_t n;
		const char *text = luaL_checklstring(L, i + 4, &n);
		err_clean(e.arg[i], sizeof e.arg[i], text, n, false);
	}
	if (lua_isinteger(L, 1))
		lua_env_place(&s->host, &e, s->job.plugin, (long)lua_tointeger(L, 1), 0);
	else
		err_at(&e, s->file, s->line, 0);
	if (lua_isstring(L, 2))
		err_why(&e, "%s", lua_tostring(L, 2));
	return lua_env_raise(L, &e);
}

static void bind_shape(lua_State *L)
{
	static const luaL_Reg functions[] = { { "put", shape_put }, { "say", shape_say }, { "refuse", shape_refuse }, { NULL, NULL } };
	const struct shaper_job *wanted = &shape_of(L)->wanted;

	luaL_setfuncs(L, functions, 0);
	lua_env_set(L, "table", wanted->table);
	lua_env_set(L, "totals", wanted->totals ? wanted->totals : "");
	lua_newtable(L);
	for (size_t i = 0; i < wanted->nfield; i++) {
		lua_pushstring(L, wanted->field[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "fields");
}

/* Called through lua_env_call: (shared, argument) */

static int call_open(lua_State *L)
{
	lua_getfield(L, 1, "open");
	lua_call(L, 0, 1);
	shape_of(L)->has = lua_toboolean(L, -1);
	return 0;
}

static int call_begin(lua_State *L)
{
	const char *slash = strrchr(shape_of(L)->file, '/');

	lua_getfield(L, 1, "begin");
	lua_pushstring(L, slash ? slash + 1 : shape_of(L)->file);
	lua_call(L, 1, 0);
	return 0;
}

static int call_row(lua_State *L)
{
	const struct shaper_row *row = lua_touserdata(L, 2);

	lua_getfield(L, 1, "row");
	lua_createtable(L, (int)row->n, 0);
	for (size_t i = 0; i < row->n; i++) {
		const struct cell *c = &row->cell[i];
		switch (c->type) {
		case CELL_INT: lua_pushinteger(L, c->i); break;
		case CELL_REAL: lua_pushnumber(L, c->d); break;
		case CELL_TEXT: lua_pushlstring(L, c->s, c->n); break;
		case CELL_NULL: lua_pushliteral(L, ""); break;   /* a row has no holes */
		}
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_pushinteger(L, row->line);
	lua_call(L, 2, 0);
	return 0;
}

static int call_finish(lua_State *L)
{
	lua_getfield(L, 1, "finish");
	lua_call(L, 0, 0);
	return 0;
}

static bool call(struct lua_shape *s, lua_CFunction f, const void *argument, struct err *e)
{
	bool ok = lua_env_call(&s->host, f, (void *)(uintptr_t)argument, e);

	if (s->failed)
		*e = s->failure;
	return ok && !s->failed;
}

static void shape_close(void *self)
{
	struct lua_shape *s = self;

	if (!s)
		return;
	lua_env_close(&s->host);
	arena_free(&s->arena);
	free(s->cell);
	free(s);
}

static void *shape_open(const struct shaper_job *job, const struct shaper_sink *sink, bool *has, struct err *e)
{
	static const char *const prelude[] = { "base", "sql", "shape", "layout", "communes", NULL };
	static const struct lua_env_kind kind = { prelude, bind_shape };
	struct lua_shape *s = calloc(1, sizeof *s);
	struct cell *cell = calloc(job->nfield + 1, sizeof *cell);

	if (!s || !cell)
		abort();   /* a few kilobytes */
	s->wanted = *job;
	s->sink = *sink;
	s->cell = cell;
	s->job = (struct worker_job){
		.root = job->root, .plugin = job->script ? job->script : "", .id = job->table,
		.limits = { .seconds = job->seconds, .memory = job->memory ? job->memory : UINT64_MAX / 2 },
	};
	s->host = (struct host){ .job = &s->job, .arena = &s->arena, .db = job->db };
	bool ok = lua_env_open(&s->host, &kind, e) && call(s, call_open, NULL, e);
	*has = !ok || s->has;
	if (ok && s->has)
		return s;
	shape_close(s);
	return NULL;
}

static bool shape_begin(void *self, const char *file, struct err *e)
{
	struct lua_shape *s = self;

	err_clean(s->file, sizeof s->file, file, strlen(file), false);
	s->line = 0;
	return call(s, call_begin, NULL, e);
}

static bool shape_row(void *self, const struct shaper_row *row, struct err *e)
{
	((struct lua_shape *)self)->line = row->line;
	return call(self, call_row, row, e);
}

static bool shape_end(void *self, struct err *e)
{
	return call(self, call_finish, NULL, e);
}

const struct shaper lua_shaper = { shape_open, shape_begin, shape_row, shape_end, shape_close };
