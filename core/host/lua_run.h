/* Runs an embedded chunk of ours over a few functions of C: trusted code, in the driver. What strangers wrote reaches it only as values. */
#ifndef HOST_LUA_RUN_H
#define HOST_LUA_RUN_H
#include "base/err.h"
#include <lauxlib.h>
#include <lua.h>

#define LUA_RUN_ERROR "error"   /* a raised record, as userdata */

struct lua_run {
	const char *name;              /* "make": host/make.lua. It gets a table H and find(name), which gives other chunks or nil */
	const luaL_Reg *functions;     /* in H; what they need is lua_run_context */
	void (*fill)(lua_State *L, void *context);    /* puts values into H, on top of the stack; may be NULL */
	void (*take)(lua_State *L, void *context);    /* takes what the chunk gave from the top of the stack; may be NULL */
	void *context;
	struct err *e;
};
/* False with *r->e, the record that was raised: by H.fail(message name, arguments…), which is always there, by a function of C, or ERR_BUG
 * for a mistake in the chunk. H.fail takes a place before the name of the message: { file, line, column, excerpt, caret, why }. */
bool lua_run(const struct lua_run *r);
void *lua_run_context(lua_State *L);
/* Raises a record. Never returns. */
int lua_run_raise(lua_State *L, const struct err *e);

/* For other states: the plain libraries without files and processes; a record as a value; the record of the message whose name and
 * arguments are the values from that place of the stack on; names as a list in a field of the table on top of the stack (n of them). */
void lua_run_libraries(lua_State *L);
struct err *lua_run_push(lua_State *L, const struct err *e);
void lua_run_message(lua_State *L, int from, struct err *e);
/* Sets a field of the table on top of the stack to a text, nil for NULL; to a list of n texts. */
void lua_run_set(lua_State *L, const char *field, const char *text);
void lua_run_set_list(lua_State *L, const char *field, const char *const *text, size_t n);
#endif
