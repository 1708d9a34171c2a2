/* The Lua state of one analysis: limits, the environment from an allow-list, errors at the user's line.
 * The bindings of the other lua_*.c hang on struct host; nothing here knows what they do. */
#ifndef HOST_LUA_ENV_H
#define HOST_LUA_ENV_H
#include "base/arena.h"
#include "base/err.h"
#include "host/worker.h"
#include "store/artefact.h"
#include "store/db.h"
#include "store/schema.h"
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct host_file { const char *name, *text; size_t n; };   /* a Lua file of the project that was read */
enum { HOST_FILES = 64, HOST_FILE_BYTES = 4 * 1024 * 1024 };

struct host {
	const struct worker_job *job;      /* these three by the caller; everything else starts zeroed */
	struct arena *arena;
	struct result *result;
	struct schema schema;
	struct db *db;
	lua_State *L;
	struct {
		size_t used, calls;        /* bytes now; requests for more so far */
		size_t fail_from;          /* tests: every request from this one on is refused; 0 = none */
		char file[400];            /* the user's line at which a request was refused last */
		long line;
	} memory;
	volatile int stop;                 /* set by the alarm */
	size_t output;                     /* bytes of text given out so far */
	struct host_file file[HOST_FILES];
	size_t nfile;
};

struct host *lua_env_host(lua_State *L);
/* New state with the prelude and the environment of plugins; starts the clock. False: nothing is left open. */
bool lua_env_open(struct host *h, struct err *e);
void lua_env_close(struct host *h);
/* Calls f(L, argument as light userdata) protected. Whatever is raised in it comes back as a record with the user's file and line. */
bool lua_env_call(struct host *h, lua_CFunction f, void *argument, struct err *e);

/* Raises a record as a Lua error. A record without a place gets the line of the user's frame. Never returns. */
int lua_env_raise(lua_State *L, const struct err *e);
/* The innermost frame that is in a file of the project; false when there is none. */
bool lua_env_frame(lua_State *L, lua_Debug *ar);
/* Puts file, line and that line's text into *e. */
void lua_env_place(const struct host *h, struct err *e, const char *file, long line);
/* Counts n bytes of output; past limits.output it raises ERR_LIMIT_OUTPUT. */
void lua_env_output(lua_State *L, size_t n);
/* Sets ERR_LIMIT_TIME, without a place. */
void lua_env_limit_time(const struct worker_job *job, struct err *e);
/* Reads and compiles a file (relative to the project) with the environment of plugins; pushes the function. Raises.
 * library: a missing one is the caller's line, not a broken plugin. */
void lua_env_load(lua_State *L, const char *path, bool library);
/* Pushes the private table that prelude and bindings share. */
void lua_env_push(lua_State *L);
/* Room for one more than n items of that size: the list itself, or a copy twice as long. */
void *lua_env_grow(struct arena *a, void *list, size_t n, size_t size);
/* Type of the value at i for messages: nil is "nil", a quantity "quantity". */
const char *lua_env_type(lua_State *L, int i);
#endif
