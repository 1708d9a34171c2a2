/* What an analysis makes, from Lua into plain data by the tables of host/shape.h. */
#ifndef HOST_LUA_EMIT_H
#define HOST_LUA_EMIT_H
#include "host/shape.h"
#include <lua.h>

/* Adds emit and shapes to the table on top of the stack. */
void lua_emit_open(lua_State *L);
/* Fills item, zeroed, from the value on top of the stack, read raw: no metamethod runs. What is of a wrong type
 * is taken as absent. What goes to the arena counts as output, past whose limit it raises. */
void lua_emit_take(lua_State *L, const struct shape *s, void *item);
#endif
