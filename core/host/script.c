/* The Lua state of a command: the verbs, and host/script.lua over them. A failure of a verb is raised as its record and comes back as it
 * was raised, unless the script catches it. */
#include "host/script.h"

#include "host/lua_run.h"

#include <string.h>

#define ANSWER "answer"
enum { ANSWER_MAX = 256 << 20, FORMS_MAX = 1 << 16 };

struct command { const struct script_host *host; const char *name, *input; int code; };

static const struct script_host *host_of(lua_State *L)
{
	return ((struct command *)lua_run_context(L))->host;
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

static int call(lua_State *L)   /* (verb, JSON) -> JSON, "" = null */
{
	const struct script_host *host = host_of(L);
	const char *verb = luaL_checkstring(L, 1);
	size_t n;
	const char *in = luaL_checklstring(L, 2, &n);
	struct buf *out = push_answer(L, ANSWER_MAX);
	struct err e = { 0 };

	bool ok = host->call(host->context, verb, in, n, out, &e);
	if (ok && out->over)
		ok = err_set(&e, ERR_TOO_LARGE, "%s" ERR_SEP "%d", verb, ANSWER_MAX);
	return ok ? take_answer(L, out) : lua_run_raise(L, &e);
}

static int as(lua_State *L)   /* (error, message name) -> the same with another message */
{
	struct err *e = lua_run_push(L, luaL_checkudata(L, 1, LUA_RUN_ERROR));

	e->id = err_by_name(luaL_checkstring(L, 2));
	return 1;
}

static int error_index(lua_State *L)   /* (error, key): id, exit, first argument, or the whole as "json", "show", "color" */
{
	const struct err *e = luaL_checkudata(L, 1, LUA_RUN_ERROR);
	const char *key = luaL_checkstring(L, 2);

	if (!strcmp(key, "id"))
		return lua_pushstring(L, err_name(e->id)), 1;
	if (!strcmp(key, "exit"))
		return lua_pushinteger(L, err_exit(e->id)), 1;
	if (!strcmp(key, "first"))
		return lua_pushstring(L, e->arg[0]), 1;
	struct buf *out = push_answer(L, FORMS_MAX);
	if (!strcmp(key, "json"))
		err_json(e, *host_of(L)->lang, out);
	else
		err_show(e, *host_of(L)->lang, !strcmp(key, "color"), out);
	return take_answer(L, out);
}

static void fill(lua_State *L, void *context)
{
	const struct command *c = context;
	const struct { const char *type, *event; lua_CFunction f; } meta[] = {
		{ LUA_RUN_ERROR, "__index", error_index }, { ANSWER, "__gc", answer_free },
	};

	for (size_t i = 0; i < sizeof meta / sizeof *meta; i++) {
		luaL_newmetatable(L, meta[i].type);
		lua_pushcfunction(L, meta[i].f);
		lua_setfield(L, -2, meta[i].event);
		lua_pop(L, 1);
	}
	lua_run_set(L, "input", c->input);
	lua_run_set(L, "name", c->name);
}

static void take(lua_State *L, void *context)
{
	((struct command *)context)->code = (int)lua_tointeger(L, -1);
}

int script_run(const char *name, const char *input, const struct script_host *host, struct err *e)
{
	static const luaL_Reg functions[] = { { "call", call }, { "as", as }, { NULL, NULL } };
	struct command c = { host, name, input, -1 };

	return lua_run(&(struct lua_run){ "script", functions, fill, take, &c, e }) ? c.code : -1;
}
