/* SQL from Lua: statements in boxes, their parameters, columns as Lua tables. */
#ifndef HOST_LUA_SQL_H
#define HOST_LUA_SQL_H
#include <lua.h>

/* Adds prepare, bind, fetch and table_info to the table on top of the stack. */
void lua_sql_open(lua_State *L);
#endif
