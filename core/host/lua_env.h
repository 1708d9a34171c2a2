/* The Lua state of one analysis or shape.lua: limits, the prelude, errors at the user's line.
 * The bindings of the other lua_*.c hang on struct host; nothing here knows what they do. */
#ifndef HOST_LUA_ENV_H
#define HOST_LUA_ENV_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "host/lua_run.h"
#include "host/worker.h"
#include "store/artefact.h"
#include "store/db.h"
#include "store/schema.h"
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A Lua file of the project that was read; shown: its name as Lua cuts it in messages. */
struct host_file { const char *name, *text; size_t n; char shown[LUA_IDSIZE]; };
enum { HOST_PARTS = 7, HOST_FILES = 64, HOST_FILE_BYTES = 4 * 1024 * 1024 };

struct host {
	const struct worker_job *job;      /* these two by the caller; everything else starts zeroed */
	struct arena *arena;
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
	/* The result so far: for each field of shape_result its bytes on the wire and, of a list, the number of items. */
	struct { struct buf bytes; uint32_t items; } part[HOST_PARTS];
	size_t output;                     /* bytes of all parts */
	struct host_file file[HOST_FILES];
	size_t nfile;
};

struct host *lua_env_host(lua_State *L);
/* What runs: parts of the prelude in order, ended by NULL; what it finds besides SQL is put into the table on top of the stack. */
struct lua_env_kind { const char *const *prelude; void (*bind)(lua_State *L); };
/* Opens a new state with prelude, clock and limits, to be closed whatever is returned. */
bool lua_env_open(struct host *h, const struct lua_env_kind *kind, struct err *e);
/* Calls f with the table that prelude and bindings share and the argument (light). Whatever is raised in it comes back as a record
 * with the user's file and line. */
bool lua_env_call(struct host *h, lua_CFunction f, void *argument, struct err *e);
void lua_env_close(struct host *h);
/* Runs the plugin in a state of its own. Nothing is left open. */
bool lua_env_run(struct host *h, struct err *e);

/* Raises a record as a Lua error. A record without a place gets the line of the user's frame. Never returns. */
int lua_env_raise(lua_State *L, const struct err *e);
/* The innermost frame that is in a file of the project; false when there is none. */
bool lua_env_frame(lua_State *L, lua_Debug *ar);
/* A file of the project that was read; NULL when none has that name. */
const struct host_file *lua_env_file(const struct host *h, const char *name);
/* Puts file, line, column and that line's text into *e. */
void lua_env_place(const struct host *h, struct err *e, const char *file, long line, long column);
/* Sets one of ERR_LIMIT_TIME, _MEMORY, _SQL_MEMORY, _OUTPUT, without a place. */
void lua_env_limit(const struct worker_job *job, enum err_id id, struct err *e);
/* Pushes what the buffer holds (at most 1000 bytes) and frees it, whatever is raised. */
void lua_env_text(lua_State *L, struct buf *b);
#endif
