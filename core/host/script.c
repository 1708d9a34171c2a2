/* The Lua state of a command: plain libraries without files, processes and loading, the verbs, and host/script.lua over them.
 * A failure of a verb is raised as its record and comes back as it was raised, unless the script catches it. */
#include "host/script.h"

#include "base/embed.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#define ERROR "error"
#define ANSWER "answer"
enum { ANSWER_MAX = 256 << 20, FORMS_MAX = 1 << 16 };

struct call { const struct script_host *host; const char *name, *input; };

static void push_error(lua_State *L, const struct err *e)
{
	*(struct err *)lua_newuserdatauv(L, sizeof *e, 0) = *e;
	luaL_setmetatable(L, ERROR);
}

static int raise(lua_State *L, const struct err *e)
{
	push_error(L, e);
	return lua_error(L);
}

static int answer_free(lua_State *L)
{
	buf_free(luaL_checkudata(L, 1, ANSWER));
	return 0;
}

static struct buf *push_answer(lua_State *L, size_t max)   /* freed by whatever ends the call */
{
	struct buf *out = lua_newuserdatauv(L, sizeof *out, 0);

	*out = BUF(max);
	luaL_setmetatable(L, ANSWER);
	return out;
}

static int take_answer(lua_State *L, struct buf *out)
{
	lua_pushlstring(L, buf_text(out), out->n);
	buf_free(out);
	return 1;
}

static int call(lua_State *L)   /* upvalue: struct script_host *; (verb, JSON) -> JSON, "" = null */
{
	const struct script_host *host = lua_touserdata(L, lua_upvalueindex(1));
	const char *verb = luaL_checkstring(L, 1);
	size_t n;
	const char *in = luaL_checklstring(L, 2, &n);
	struct buf *out = push_answer(L, ANSWER_MAX);
	struct err e = { 0 };

	bool ok = host->call(host->context, verb, in, n, out, &e);
	if (ok && out->over)
		ok = err_set(&e, ERR_TOO_LARGE, "%s" ERR_SEP "%d", verb, ANSWER_MAX);
	return ok ? take_answer(L, out) : raise(L, &e);
}

static int fail(lua_State *L)   /* (message name, arguments…) raises */
{
	struct err e = { .id = err_by_name(luaL_checkstring(L, 1)) };

	if (e.id == ERR_NONE)
		return luaL_error(L, "no message %s", lua_tostring(L, 1));
	for (int i = 0; i < ERR_ARGS && i + 2 <= lua_gettop(L); i++) {
		size_t n;
		const char *s = luaL_tolstring(L, i + 2, &n);
		err_clean(e.arg[i], sizeof e.arg[i], s, n, false);
		lua_pop(L, 1);
	}
	return raise(L, &e);
}

static int as(lua_State *L)   /* (error, message name) -> the same with another message */
{
	struct err e = *(const struct err *)luaL_checkudata(L, 1, ERROR);

	e.id = err_by_name(luaL_checkstring(L, 2));
	push_error(L, &e);
	return 1;
}

static int error_index(lua_State *L)   /* upvalue: struct script_host *; (error, key): id, exit, first argument, or the whole as "json", "show", "color" */
{
	const struct script_host *host = lua_touserdata(L, lua_upvalueindex(1));
	const struct err *e = luaL_checkudata(L, 1, ERROR);
	const char *key = luaL_checkstring(L, 2);

	if (!strcmp(key, "id"))
		return lua_pushstring(L, err_name(e->id)), 1;
	if (!strcmp(key, "exit"))
		return lua_pushinteger(L, err_exit(e->id)), 1;
	if (!strcmp(key, "first"))
		return lua_pushstring(L, e->arg[0]), 1;
	struct buf *out = push_answer(L, FORMS_MAX);
	if (!strcmp(key, "json"))
		err_json(e, *host->lang, out);
	else
		err_show(e, *host->lang, !strcmp(key, "color"), out);
	return take_answer(L, out);
}

/* What is no record is a mistake in a script of ours: its words say where. */
static int on_error(lua_State *L)
{
	struct err e;

	if (luaL_testudata(L, 1, ERROR))
		return 1;
	err_set(&e, ERR_BUG, "%s", luaL_tolstring(L, 1, NULL));
	push_error(L, &e);
	return 1;
}

static int find(lua_State *L)   /* (name) -> the chunk of an embedded script, nil when there is none */
{
	const struct embed *f = embed_find(lua_pushfstring(L, "host/%s.lua", luaL_checkstring(L, 1)));

	if (!f)
		return 0;
	if (luaL_loadbufferx(L, (const char *)f->data, f->size, lua_pushfstring(L, "=%s", f->name), "t") != LUA_OK)
		return lua_error(L);
	return 1;
}

static void metatable(lua_State *L, const char *name, const char *event, lua_CFunction f, const struct script_host *host)
{
	luaL_newmetatable(L, name);
	lua_pushlightuserdata(L, (void *)host);
	lua_pushcclosure(L, f, 1);
	lua_setfield(L, -2, event);
	lua_pop(L, 1);
}

static int run(lua_State *L)   /* (struct call *) -> exit code; protected */
{
	static const luaL_Reg libs[] = {
		{ "_G", luaopen_base }, { "string", luaopen_string }, { "table", luaopen_table }, { "math", luaopen_math }, { "utf8", luaopen_utf8 },
	};
	static const char *const gone[] = { "load", "loadfile", "dofile", "print", "collectgarbage" };
	struct call *c = lua_touserdata(L, 1);

	for (size_t i = 0; i < sizeof libs / sizeof *libs; i++)
		luaL_requiref(L, libs[i].name, libs[i].func, 1);
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		lua_pushnil(L);
		lua_setglobal(L, gone[i]);
	}
	metatable(L, ERROR, "__index", error_index, c->host);
	metatable(L, ANSWER, "__gc", answer_free, c->host);
	lua_pushcfunction(L, find);
	lua_pushliteral(L, "script");
	lua_call(L, 1, 1);
	lua_pushlightuserdata(L, (void *)c->host);
	lua_pushcclosure(L, call, 1);
	lua_pushcfunction(L, fail);
	lua_pushcfunction(L, as);
	lua_pushcfunction(L, find);
	lua_pushstring(L, c->input);
	lua_pushstring(L, c->name);
	lua_call(L, 6, 1);
	return 1;
}

int script_run(const char *name, const char *input, const struct script_host *host, struct err *e)
{
	struct call c = { host, name, input };
	lua_State *L = luaL_newstate();
	int code = -1;

	if (!L) {
		err_set(e, ERR_BUG, "Lua");
		return -1;
	}
	lua_pushcfunction(L, on_error);
	lua_pushcfunction(L, run);
	lua_pushlightuserdata(L, &c);
	if (lua_pcall(L, 1, 1, 1) == LUA_OK)
		code = (int)lua_tointeger(L, -1);
	else if (luaL_testudata(L, -1, ERROR))
		*e = *(const struct err *)lua_touserdata(L, -1);
	else                                         /* no memory even for the record */
		err_set(e, ERR_BUG, "%s", lua_isstring(L, -1) ? lua_tostring(L, -1) : "Lua");
	lua_close(L);
	return code;
}
