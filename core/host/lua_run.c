/* A plain state without files, processes and loading; nothing of it is left. */
#include "host/lua_run.h"

#include "base/embed.h"

#include <lualib.h>

static const struct lua_run *running(lua_State *L)
{
	return *(const struct lua_run **)lua_getextraspace(L);
}

void *lua_run_context(lua_State *L)
{
	return running(L)->context;
}

struct err *lua_run_error(lua_State *L)
{
	return running(L)->e;
}

static int fail(lua_State *L)   /* (message name, arguments…) */
{
	struct err *e = lua_run_error(L);

	*e = (struct err){ .id = err_by_name(luaL_checkstring(L, 1)) };
	for (int i = 0; i < ERR_ARGS && i + 2 <= lua_gettop(L); i++) {
		size_t n;
		const char *s = luaL_checklstring(L, i + 2, &n);
		err_clean(e->arg[i], sizeof e->arg[i], s, n, false);
	}
	return lua_error(L);
}

static int find(lua_State *L)   /* (name) -> chunk */
{
	const struct embed *f = embed_find(lua_pushfstring(L, "host/%s.lua", luaL_checkstring(L, 1)));

	if (!f || luaL_loadbufferx(L, (const char *)f->data, f->size, lua_pushfstring(L, "=%s", lua_tostring(L, 1)), "t") != LUA_OK)
		return lua_error(L);
	return 1;
}

static int run(lua_State *L)
{
	static const luaL_Reg libs[] = {
		{ LUA_GNAME, luaopen_base }, { LUA_STRLIBNAME, luaopen_string }, { LUA_TABLIBNAME, luaopen_table },
		{ LUA_MATHLIBNAME, luaopen_math }, { LUA_UTF8LIBNAME, luaopen_utf8 },
	};
	const struct lua_run *r = running(L);

	for (size_t i = 0; i < sizeof libs / sizeof *libs; i++)
		luaL_requiref(L, libs[i].name, libs[i].func, 1);
	lua_pushcfunction(L, find);
	lua_pushstring(L, r->name);
	lua_call(L, 1, 1);
	lua_newtable(L);
	luaL_setfuncs(L, r->functions, 0);
	lua_pushcfunction(L, fail);
	lua_setfield(L, -2, "fail");
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

	*r->e = (struct err){ 0 };
	if (!L)
		return err_set(r->e, ERR_BUG, "Lua");
	*(const struct lua_run **)lua_getextraspace(L) = r;
	lua_pushcfunction(L, run);
	bool ok = lua_pcall(L, 0, 0, 0) == LUA_OK;
	if (!ok && r->e->id == ERR_NONE)
		err_set(r->e, ERR_BUG, "%s", lua_isstring(L, -1) ? lua_tostring(L, -1) : "Lua");
	lua_close(L);
	return ok;
}
