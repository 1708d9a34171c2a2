/* What an analysis makes, from Lua to the message that its worker sends. */
#ifndef HOST_LUA_EMIT_H
#define HOST_LUA_EMIT_H
#include "base/buf.h"
#include "host/lua_env.h"
#include "host/shape.h"
#include <lua.h>

/* Adds emit_bytes and shapes to the table on top of the stack. */
void lua_emit_open(lua_State *L);
/* Appends the message of host/wire.h: what was emitted, and why the analysis failed (NULL: it did not). Ends the parts of h. */
void lua_emit_message(struct host *h, const struct err *failure, struct buf *out);
#endif
