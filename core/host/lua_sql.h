/* SQL from Lua: one read-only statement, its parameters, its columns as Lua tables; what it read is kept. */
#ifndef HOST_LUA_SQL_H
#define HOST_LUA_SQL_H
#include <lua.h>

/* Adds sql, table_info and fact to the shared table. */
void lua_sql_register(lua_State *L);
#endif
