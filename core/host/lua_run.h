/* Runs an embedded chunk of ours over a few functions of C: trusted code, in the driver. What strangers wrote reaches it only as values. */
#ifndef HOST_LUA_RUN_H
#define HOST_LUA_RUN_H
#include "base/err.h"
#include <lauxlib.h>
#include <lua.h>

struct lua_run {
	const char *name;              /* "texlog": host/texlog.lua. It gets a table H and find(name), which gives other chunks */
	const luaL_Reg *functions;     /* in H; what they need is lua_run_context */
	void (*fill)(lua_State *L, void *context);    /* puts values into H, on top of the stack */
	void (*take)(lua_State *L, void *context);    /* takes what the chunk gave from the top of the stack; may be NULL */
	void *context;
	struct err *e;
};
/* False with *r->e: by H.fail(message name, arguments…), which is always there, by a function of C, or a mistake in the chunk. */
bool lua_run(const struct lua_run *r);
void *lua_run_context(lua_State *L);
/* The record to fill before lua_error ends the chunk. */
struct err *lua_run_error(lua_State *L);
#endif
