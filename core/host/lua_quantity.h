/* quantity as a Lua userdata: the value type of base/quantity and a table of what it is and comes from. */
#ifndef HOST_LUA_QUANTITY_H
#define HOST_LUA_QUANTITY_H
#include "base/quantity.h"
#include <lua.h>

#define QUANTITY "quantity"

/* Adds the functions on quantities and on printed numbers to the table on top of the stack. */
void lua_quantity_open(lua_State *L);
#endif
