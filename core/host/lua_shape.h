/* shape.lua of a package: raw rows in, rows of a table out. */
#ifndef HOST_LUA_SHAPE_H
#define HOST_LUA_SHAPE_H
#include "store/shaper.h"

/* Runs the package's script in a Lua state of its own, in this process, which must be jailed. One table at a time: the time limit is the process's. */
extern const struct shaper lua_shaper;
#endif
