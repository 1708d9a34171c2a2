/* SQL from Lua: statements in boxes, their parameters, columns as Lua tables. */
#ifndef HOST_LUA_SQL_H
#define HOST_LUA_SQL_H
#include "store/db.h"
#include <lua.h>

/* Adds prepare, bind, fetch and table_info to the table on top of the stack. */
void lua_sql_open(lua_State *L);
/* The value as a cell; a text lives as long as the value. false for what no cell can be: nil, tables, infinite numbers, texts that
 * are no UTF-8 or hold a NUL. */
bool lua_sql_take(lua_State *L, int at, struct cell *c);
/* Pushes a cell; false and nothing for CELL_NULL. */
bool lua_sql_push(lua_State *L, const struct cell *c);
#endif
