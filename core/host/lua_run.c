/* A plain state without files, processes and loading; nothing of it is left. */
#include "host/lua_run.h"

#include "base/embed.h"

#include <lualib.h>
#include <string.h>

static const struct lua_run *running(lua_State *L)
{
	return *(const struct lua_run **)lua_getextraspace(L);
}

void *lua_run_context(lua_State *L)
{
	return running(L)->context;
}

struct err *lua_run_push(lua_State *L, const struct err *e)
{
	struct err *box = lua_newuserdatauv(L, sizeof *box, 0);

	*box = *e;
	luaL_setmetatable(L, LUA_RUN_ERROR);
	return box;
}

int lua_run_raise(lua_State *L, const struct err *e)
{
	lua_run_push(L, e);
	return lua_error(L);
}

void lua_run_message(lua_State *L, int from, struct err *e)
{
	*e = (struct err){ .id = err_by_name(luaL_checkstring(L, from)) };
	if (e->id == ERR_NONE)
		luaL_error(L, "no message %s", lua_tostring(L, from));
	for (int i = 0; i < ERR_ARGS && i + 1 + from <= lua_gettop(L); i++) {
		size_t n;
		const char *s = luaL_tolstring(L, i + 1 + from, &n);
		err_clean(e->arg[i], sizeof e->arg[i], s, n, false);
		lua_pop(L, 1);
	}
}

void lua_run_set(lua_State *L, const char *field, const char *text)
{
	lua_pushstring(L, text);
	lua_setfield(L, -2, field);
}

void lua_run_set_list(lua_State *L, const char *field, const char *const *text, size_t n)
{
	lua_createtable(L, (int)n, 0);
	for (size_t i = 0; i < n; i++) {
		lua_pushstring(L, text[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, field);
}

void lua_run_libraries(lua_State *L)
{
	static const luaL_Reg libs[] = {
		{ LUA_GNAME, luaopen_base }, { LUA_STRLIBNAME, luaopen_string }, { LUA_TABLIBNAME, luaopen_table },
		{ LUA_MATHLIBNAME, luaopen_math }, { LUA_UTF8LIBNAME, luaopen_utf8 },
	};

	for (size_t i = 0; i < sizeof libs / sizeof *libs; i++) {
		luaL_requiref(L, libs[i].name, libs[i].func, 1);
		lua_pop(L, 1);
	}
}

static int fail(lua_State *L)   /* ([{ file, line, column, excerpt, caret, why },] message name, arguments…) raises */
{
	static const char *const members[] = { "line", "column", "caret", "file", "excerpt", "why" };
	struct err e;

	if (!lua_istable(L, 1)) {
		lua_run_message(L, 1, &e);
		return lua_run_raise(L, &e);
	}
	lua_run_message(L, 2, &e);
	for (int i = 0; i < 6; i++)
		lua_getfield(L, 1, members[i]);
	const char *excerpt = luaL_optstring(L, -2, "");
	err_at(&e, luaL_optstring(L, -3, ""), (long)luaL_optinteger(L, -6, 0), (long)luaL_optinteger(L, -5, 0));
	err_excerpt(&e, excerpt, strlen(excerpt), (long)luaL_optinteger(L, -4, 0));
	err_why(&e, "%s", luaL_optstring(L, -1, ""));
	return lua_run_raise(L, &e);
}

static int find(lua_State *L)   /* (name) -> chunk, nil when there is none */
{
	const struct embed *f = embed_find(lua_pushfstring(L, "host/%s.lua", luaL_checkstring(L, 1)));

	if (!f)
		return 0;
	if (luaL_loadbufferx(L, (const char *)f->data, f->size, lua_pushfstring(L, "=%s", f->name), "t") != LUA_OK)
		return lua_error(L);
	return 1;
}

static int run(lua_State *L)
{
	static const char *const gone[] = { "load", "loadfile", "dofile", "print", "collectgarbage" };
	const struct lua_run *r = running(L);

	lua_run_libraries(L);
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		lua_pushnil(L);
		lua_setglobal(L, gone[i]);
	}
	luaL_newmetatable(L, LUA_RUN_ERROR);
	lua_pushcfunction(L, find);
	lua_pushstring(L, r->name);
	lua_call(L, 1, 1);
	lua_newtable(L);
	luaL_setfuncs(L, r->functions, 0);
	lua_pushcfunction(L, fail);
	lua_setfield(L, -2, "fail");
	if (r->fill)
		r->fill(L, r->context);
	lua_pushcfunction(L, find);
	lua_call(L, 2, 1);
	if (r->take)
		r->take(L, r->context);
	return 0;
}

bool lua_run(const struct lua_run *r)
{
	lua_State *L = luaL_newstate();

	if (!L)
		return err_set(r->e, ERR_BUG, "Lua");
	*(const struct lua_run **)lua_getextraspace(L) = r;
	lua_pushcfunction(L, run);
	bool ok = lua_pcall(L, 0, 0, 0) == LUA_OK;
	const struct err *raised = ok ? NULL : luaL_testudata(L, -1, LUA_RUN_ERROR);
	if (raised)
		*r->e = *raised;
	else if (!ok)   /* a mistake of ours: its words say where */
		err_set(r->e, ERR_BUG, "%s", lua_isstring(L, -1) ? lua_tostring(L, -1) : "Lua");
	lua_close(L);
	return ok;
}
