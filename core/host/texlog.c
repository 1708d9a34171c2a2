/* What host/texlog.lua asks of C: the author's files, warnings, and the error that TeX stopped at. */
#include "host/texlog.h"

#include "base/arena.h"
#include "base/path.h"
#include "host/lua_run.h"

#include <string.h>

enum { FILE_MAX = 64 << 20 };
struct reading { const char *root, *dir, *name, *log; enum lang talk; struct buf *warnings; };

static int log_text(lua_State *L)   /* (file of the project) -> its text, "" when it cannot be read */
{
	struct buf b = BUF(FILE_MAX);
	struct arena a = { 0 };
	struct err ignored;

	path_read(path_join(&a, ((struct reading *)lua_run_context(L))->root, luaL_checkstring(L, 1)), b.max, &b, &ignored);
	lua_pushlstring(L, buf_text(&b), b.n);
	buf_free(&b);
	arena_free(&a);
	return 1;
}

static int log_warn(lua_State *L)   /* (place, message name, argument) */
{
	struct reading *r = lua_run_context(L);
	struct buf text = BUF(2000);
	struct err x;

	err_set(&x, err_by_name(luaL_checkstring(L, 2)), "%s", luaL_checkstring(L, 3));
	buf_printf(&text, "%s: ", luaL_checkstring(L, 1));
	err_message(&x, r->talk, &text);
	buf_char(&text, '\n');
	if (r->warnings && !strstr(buf_text(r->warnings), buf_text(&text)))
		buf_str(r->warnings, buf_text(&text));
	buf_free(&text);
	return 0;
}

static int log_stop(lua_State *L)   /* (message name, argument, another, file, line, caret, excerpt, why) */
{
	struct err e;
	long caret = (long)luaL_checkinteger(L, 6);
	size_t n;
	const char *excerpt = luaL_checklstring(L, 7, &n);

	err_set(&e, err_by_name(luaL_checkstring(L, 1)), "%s" ERR_SEP "%s", luaL_checkstring(L, 2), luaL_checkstring(L, 3));
	err_at(&e, luaL_checkstring(L, 4), (long)luaL_checkinteger(L, 5), caret);
	err_excerpt(&e, excerpt, n, caret);
	err_why(&e, "%s", luaL_checkstring(L, 8));
	return lua_run_raise(L, &e);
}

static void fill(lua_State *L, void *context)
{
	const struct reading *r = context;

	lua_run_set(L, "dir", r->dir);
	lua_run_set(L, "name", r->name);
	lua_run_set(L, "log", r->log);
}

bool texlog_read(const char *root, const char *dir, const char *name, enum lang talk, const char *log, struct buf *warnings, struct err *e)
{
	static const luaL_Reg functions[] = {
		{ "text", log_text }, { "warn", log_warn }, { "stop", log_stop }, { NULL, NULL },
	};
	struct reading r = { root, dir, name, log, talk, warnings };

	return lua_run(&(struct lua_run){ "texlog", functions, fill, NULL, &r, e });
}
