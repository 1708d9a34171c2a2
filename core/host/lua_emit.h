/* Values, tables, figures and log lines from Lua into the result. */
#ifndef HOST_LUA_EMIT_H
#define HOST_LUA_EMIT_H
#include <lua.h>

/* Adds value, table, figure and log to the shared table. They take what the prelude has put in form. */
void lua_emit_register(lua_State *L);
#endif
