/* What host/texlog.lua asks of C: the author's files, warnings, and the error that TeX stopped at. */
#include "host/texlog.h"

#include "base/arena.h"
#include "base/embed.h"
#include "base/path.h"
#include "host/lua_env.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

enum { FILE_MAX = 64 << 20 };
struct reading { const char *root; enum lang talk; struct buf *warnings; struct err *e; bool stopped; };

static struct reading *reading(lua_State *L)
{
	return lua_touserdata(L, lua_upvalueindex(1));
}

static int log_text(lua_State *L)   /* (file of the project) -> its text, "" when it cannot be read */
{
	struct buf b = BUF(FILE_MAX);
	struct arena a = { 0 };
	struct err ignored;

	path_read(path_join(&a, reading(L)->root, luaL_checkstring(L, 1)), b.max, &b, &ignored);
	lua_pushlstring(L, buf_text(&b), b.n);
	buf_free(&b);
	arena_free(&a);
	return 1;
}

static int log_warn(lua_State *L)   /* (place, message name, argument) */
{
	struct reading *r = reading(L);
	struct buf text = BUF(2000);
	struct err x;

	err_set(&x, err_by_name(luaL_checkstring(L, 2)), "%s", luaL_checkstring(L, 3));
	buf_printf(&text, "%s: ", luaL_checkstring(L, 1));
	err_message(&x, r->talk, &text);
	buf_char(&text, '\n');
	if (r->warnings && !strstr(buf_text(r->warnings), buf_text(&text)))
		buf_str(r->warnings, buf_text(&text));
	buf_free(&text);
	return 0;
}

static int log_stop(lua_State *L)   /* (message name, argument, another, file, line, caret, excerpt, why) */
{
	struct err *e = reading(L)->e;
	long caret = (long)luaL_checkinteger(L, 6);
	size_t n;
	const char *excerpt = luaL_checklstring(L, 7, &n);

	err_set(e, err_by_name(luaL_checkstring(L, 1)), "%s" ERR_SEP "%s", luaL_checkstring(L, 2), luaL_checkstring(L, 3));
	err_at(e, luaL_checkstring(L, 4), (long)luaL_checkinteger(L, 5), caret);
	err_excerpt(e, excerpt, n, caret);
	reading(L)->stopped = !err_why(e, "%s", luaL_checkstring(L, 8));
	return 0;
}

static int run(lua_State *L)   /* (struct reading *, folder, name, log) */
{
	static const luaL_Reg functions[] = {
		{ "text", log_text }, { "warn", log_warn }, { "stop", log_stop }, { "nearest_of", lua_env_nearest }, { NULL, NULL },
	};
	const struct embed *f = embed_find("host/texlog.lua");

	luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
	luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
	if (!f || luaL_loadbufferx(L, (const char *)f->data, f->size, "=texlog", "t") != LUA_OK)
		return lua_error(L);
	lua_newtable(L);
	lua_pushvalue(L, 1);
	luaL_setfuncs(L, functions, 1);
	for (int i = 2; i <= 4; i++)
		lua_pushvalue(L, i);
	lua_call(L, 4, 0);
	return 0;
}

bool texlog_read(const char *root, const char *dir, const char *name, enum lang talk, const char *log, struct buf *warnings, struct err *e)
{
	struct reading r = { root, talk, warnings, e, false };
	lua_State *L = luaL_newstate();
	const char *text[] = { dir, name, log };

	if (!L)
		return err_set(e, ERR_BUG, "Lua");
	lua_pushcfunction(L, run);
	lua_pushlightuserdata(L, &r);
	for (size_t i = 0; i < 3; i++)
		lua_pushstring(L, text[i]);
	bool ok = lua_pcall(L, 4, 0, 0) == LUA_OK || err_set(e, ERR_BUG, "%s", lua_tostring(L, -1));
	lua_close(L);
	return ok && !r.stopped;
}
