/* The Lua state of one analysis or shape.lua. The polite layer only: the boundary is the jailed process around it.
 * What users find is built from nothing by the prelude; memory is counted in the allocator; when time is up
 * a signal sets the count hook, which raises at every instruction from then on, so that no pcall swallows it.
 * Loops inside one C function (pattern matching) are left to the kill from outside. */
#include "host/lua_env.h"

#include "base/embed.h"
#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "host/lua_emit.h"
#include "host/lua_sql.h"

#include <assert.h>
#include <lauxlib.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define PRELUDE "continuum"        /* chunk name of the prelude: messages never show it */
enum { USER_FRAMES = 6 };

/* The analysis that runs: a signal handler has no other way to find it. One worker runs one. */
static struct host *running;

struct host *lua_env_host(lua_State *L)
{
	return *(struct host **)lua_getextraspace(L);
}

void lua_env_text(lua_State *L, struct buf *b)
{
	char text[1000];
	size_t n = b->n < sizeof text ? b->n : sizeof text;

	memcpy(text, buf_text(b), n);
	buf_free(b);
	lua_pushlstring(L, text, n);
}

/* Errors */

bool lua_env_frame(lua_State *L, lua_Debug *ar)
{
	for (int level = 0; lua_getstack(L, level, ar); level++) {
		lua_getinfo(L, "Sl", ar);
		if (ar->source[0] == '@' && ar->currentline > 0)
			return true;
	}
	return false;
}

const struct host_file *lua_env_file(const struct host *h, const char *name)
{
	for (size_t i = 0; i < h->nfile; i++)
		if (!strcmp(h->file[i].name, name))
			return &h->file[i];
	return NULL;
}

void lua_env_place(const struct host *h, struct err *e, const char *file, long line, long column)
{
	const struct host_file *f = lua_env_file(h, file);

	err_at(e, file, line, column);
	if (!f)
		return;
	const char *s = f->text, *end = s + f->n, *stop;
	for (; (stop = memchr(s, '\n', (size_t)(end - s))) && line > 1; line--)
		s = stop + 1;
	if (line == 1)
		err_excerpt(e, s, (size_t)((stop ? stop : end) - s), column);
}

/* The line of the user's innermost frame, where the record names no other. */
static void locate(lua_State *L, struct err *e)
{
	lua_Debug ar;

	if (!e->file[0] && lua_env_frame(L, &ar))
		lua_env_place(lua_env_host(L), e, ar.source + 1, ar.currentline, 0);
}

static int error_text(lua_State *L)   /* (error) -> text */
{
	const struct err *e = luaL_checkudata(L, 1, LUA_RUN_ERROR);
	struct buf b = BUF(2000);

	if (e->file[0])
		buf_printf(&b, "%s:%ld: ", e->file, e->line);
	err_message(e, LANG_EN, &b);
	lua_env_text(L, &b);
	return 1;
}

int lua_env_raise(lua_State *L, const struct err *e)
{
	struct err *box = lua_run_push(L, e);

	locate(L, box);
	if (!box->file[0])   /* a tail call from run has taken the place of its frame */
		err_at(box, lua_env_host(L)->job->plugin, 0, 0);
	return lua_error(L);
}

void lua_env_limit(const struct worker_job *job, enum err_id id, struct err *e)
{
	const struct worker_limits *l = &job->limits;
	uint64_t bytes = id == ERR_LIMIT_MEMORY ? l->memory : id == ERR_LIMIT_SQL_MEMORY ? l->sql_memory : l->output;
	struct buf most = BUF(40);

	num_put_real(&most, id == ERR_LIMIT_TIME ? l->seconds : (double)(bytes >> 20));
	err_set(e, id, "%s" ERR_SEP "%s", job->id, buf_text(&most));
	buf_free(&most);
}

static void limit_memory(const struct host *h, struct err *e)
{
	lua_env_limit(h->job, ERR_LIMIT_MEMORY, e);
	if (h->memory.file[0])
		lua_env_place(h, e, h->memory.file, h->memory.line, 0);
}

/* "plugins/a.lua:12: text": what follows the place that Lua put in front, when that is ours. */
static const char *split_place(const struct host *h, const char *text, const char **file, int64_t *line)
{
	for (size_t i = 0; i <= h->nfile; i++) {
		const char *shown = i < h->nfile ? h->file[i].shown : PRELUDE;
		size_t n = strlen(shown);
		if (strncmp(text, shown, n) != 0 || text[n] != ':')
			continue;
		size_t digits = strspn(text + n + 1, "0123456789");
		const char *rest = text + n + 1 + digits;
		if (rest[0] != ':' || rest[1] != ' ' || !num_int(text + n + 1, digits, line))
			continue;
		*file = i < h->nfile ? h->file[i].name : NULL;
		return rest + 2;
	}
	return text;
}

/* The message on top of the stack, which Lua or the plugin made, as a record. */
static void from_text(lua_State *L, struct err *e, enum err_id id)
{
	struct host *h = lua_env_host(L);
	const char *file = NULL;
	int64_t line = 0;
	size_t n;
	const char *s = lua_tolstring(L, -1, &n), *text = split_place(h, s, &file, &line);

	*e = (struct err){ .id = id };
	if (!strcmp(text, "resulting string too large"))   /* string.rep says so before it asks for memory */
		limit_memory(h, e);
	else if (*text)
		err_clean(e->arg[0], sizeof e->arg[0], text, n - (size_t)(text - s), false);
	else
		err_set(e, id, "error(\"\")");
	if (file)
		lua_env_place(h, e, file, (long)line, 0);
	locate(L, e);
}

/* The user's frames below the one that is named already, a line each. */
static void add_frames(lua_State *L, struct err *e)
{
	char list[sizeof e->why] = "";
	size_t used = 0;
	lua_Debug ar;
	int n = 0;

	for (int level = 0; n < USER_FRAMES && level < 200 && lua_getstack(L, level, &ar); level++) {
		lua_getinfo(L, "Sl", &ar);
		if (ar.source[0] != '@' || ar.currentline < 1)
			continue;
		const char *file = ar.source + 1;
		if ((n++ || ar.currentline != e->line || strcmp(file, e->file) != 0) && used < sizeof list)
			used += (size_t)snprintf(list + used, sizeof list - used, "%s← %s:%d", used ? "\n" : "", file,
				ar.currentline);
	}
	if (used && !e->why[0])
		err_why(e, "%s", list);
}

static int on_error(lua_State *L)   /* message handler: (anything) -> error */
{
	struct err e, *box = luaL_testudata(L, 1, LUA_RUN_ERROR);

	if (!box) {
		if (lua_isstring(L, 1))
			from_text(L, &e, ERR_LUA_ERROR);
		else
			err_set(&e, ERR_LUA_VALUE, "%s", luaL_typename(L, 1));
		locate(L, &e);
		box = lua_run_push(L, &e);
	}
	add_frames(L, box);
	return 1;
}

/* Limits */

static bool may_grow(struct host *h, size_t more)
{
	lua_Debug ar;

	bool refused = ++h->memory.calls >= h->memory.fail_from && h->memory.fail_from;
	if (!refused && more <= h->job->limits.memory - h->memory.used)
		return true;
	if (h->L && lua_env_frame(h->L, &ar)) {   /* neither call allocates */
		h->memory.line = ar.currentline;
		strncpy(h->memory.file, ar.source + 1, sizeof h->memory.file - 1);
	}
	return false;
}

/* Every request goes through here, whatever its kind; shrinking never fails. */
static void *allocate(void *context, void *block, size_t old, size_t size)
{
	struct host *h = context;
	size_t before = block ? old : 0;   /* for a new object `old` tells its kind */
	void *p = NULL;

	if (!size)
		free(block);
	else if (size > before && !may_grow(h, size - before))
		return NULL;
	else if (!(p = realloc(block, size)))
		return size <= before ? block : NULL;
	h->memory.used += size - before;
	return p;
}

static void on_late(lua_State *L, lua_Debug *unused)
{
	struct err e;

	(void)unused;
	lua_env_limit(lua_env_host(L)->job, ERR_LIMIT_TIME, &e);
	lua_env_raise(L, &e);
}

/* lua_sethook is written to be called from a signal handler (lua.c does so). */
static void on_alarm(int number)
{
	(void)number;
	if (!running)
		return;
	running->stop = 1;
	lua_sethook(running->L, on_late, LUA_MASKCOUNT, 1);
}

static bool set_clock(struct host *h, double seconds)
{
	struct itimerval t = { .it_value = { (time_t)seconds, (suseconds_t)((seconds - floor(seconds)) * 1e6) } };
	struct sigaction act = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	running = h;
	return sigaction(SIGALRM, &act, NULL) == 0 && setitimer(ITIMER_REAL, &t, NULL) == 0;
}

/* What the prelude asks of C */

static int env_fail(lua_State *L)   /* (message name, arguments…) raises */
{
	struct err e;

	lua_run_message(L, 1, &e);
	return lua_env_raise(L, &e);
}

static int env_message(lua_State *L)   /* (message name, arguments…) -> its text in French, in English */
{
	struct err e;

	lua_run_message(L, 1, &e);
	for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
		struct buf b = BUF(600);
		err_message(&e, lang, &b);
		lua_env_text(L, &b);
	}
	return 2;
}

static int env_metafield(lua_State *L)   /* (value, name) -> that field of its metatable, locked or not */
{
	lua_settop(L, 2);
	return luaL_getmetafield(L, 1, luaL_checkstring(L, 2)) == LUA_TNIL ? 0 : 1;
}

static int env_clean(lua_State *L)   /* (text) -> as one line that can go to a terminal, cut where it is too long */
{
	char line[4000];
	size_t n;
	const char *s = luaL_checklstring(L, 1, &n);

	err_clean(line, sizeof line, s, n, false);
	lua_pushstring(L, line);
	return 1;
}

static int env_line(lua_State *L)   /* () -> the plugin's line that is executed */
{
	lua_Debug ar;

	lua_pushinteger(L, lua_env_frame(L, &ar) ? ar.currentline : 0);
	return 1;
}

static bool read_file(struct host *h, const char *path, bool library, struct err *e)
{
	const char *full = path_join(h->arena, h->job->root, path);
	struct buf text = BUF(HOST_FILE_BYTES);

	if (h->nfile == HOST_FILES)
		return err_set(e, ERR_OUTPUT_COUNT, "%s" ERR_SEP "%d" ERR_SEP "plugins/lib", h->job->id, (int)HOST_FILES);
	if (library && !path_exists(full))
		return err_set(e, ERR_PLUGIN_USE, "%s", path);
	bool ok = path_read(full, HOST_FILE_BYTES, &text, e);
	size_t good = text_utf8_bad(buf_text(&text), text.n);
	if (ok && good < text.n)
		ok = err_set(e, ERR_NOT_UTF8, "%s" ERR_SEP "%zu", path, good + 1);
	if (ok)
		h->file[h->nfile++] = (struct host_file){
			.name = arena_strdup(h->arena, path),
			.text = arena_strndup(h->arena, buf_text(&text), text.n), .n = text.n,
		};
	buf_free(&text);
	return ok;
}

/* (path in the project, is a library, environment) -> function. A library that is missing is the caller's error. */
static int env_load(lua_State *L)
{
	struct host *h = lua_env_host(L);
	const char *chunk = lua_pushfstring(L, "@%s", luaL_checkstring(L, 1));
	struct err e;
	lua_Debug ar;

	if (!read_file(h, chunk + 1, lua_toboolean(L, 2), &e))
		return lua_env_raise(L, &e);
	struct host_file *f = &h->file[h->nfile - 1];
	int rc = luaL_loadbufferx(L, "", 0, chunk, "t");
	if (rc == LUA_OK) {
		lua_getinfo(L, ">S", &ar);
		memcpy(f->shown, ar.short_src, sizeof f->shown);
		/* Editors on Windows put a byte order mark in front; Lua's own loader of files skips it too. */
		size_t mark = f->n >= 3 && !memcmp(f->text, "\xEF\xBB\xBF", 3) ? 3 : 0;
		rc = luaL_loadbufferx(L, f->text + mark, f->n - mark, chunk, "t");
	}
	if (rc == LUA_ERRMEM)
		return lua_error(L);
	/* Too many levels are a run-time error, which on_error has made a record of. */
	const struct err *deep = luaL_testudata(L, -1, LUA_RUN_ERROR);
	if (deep)
		err_set(&e, ERR_LUA_SYNTAX, "%s", deep->arg[0]);
	else if (rc != LUA_OK)
		from_text(L, &e, ERR_LUA_SYNTAX);
	if (rc != LUA_OK)
		return lua_env_raise(L, &e);
	lua_pushvalue(L, 3);
	lua_setupvalue(L, -2, 1);
	return 1;
}

/* Opening */

/* Pushes the table that prelude and bindings share. It never reaches what users write. */
static void push_shared(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "fail", env_fail }, { "message", env_message }, { "metafield", env_metafield }, { "clean", env_clean },
		{ "line", env_line }, { "load", env_load }, { NULL, NULL },
	};
	static const luaL_Reg error_meta[] = { { "__tostring", error_text }, { NULL, NULL } };

	luaL_newlib(L, functions);
	luaL_newmetatable(L, LUA_RUN_ERROR);
	luaL_setfuncs(L, error_meta, 0);
	lua_setfield(L, -2, "error_meta");
	lua_run_set(L, "id", lua_env_host(L)->job->id);
	lua_run_set(L, "plugin", lua_env_host(L)->job->plugin);
	lua_sql_open(L);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &running);
}

static int open_all(lua_State *L)   /* (nil, kind) */
{
	const struct lua_env_kind *kind = lua_touserdata(L, 2);
	struct host *h = lua_env_host(L);

	lua_settop(L, 0);
	lua_run_libraries(L);
	lua_newtable(L);   /* 1: the environment of what users write */
	push_shared(L);    /* 2 */
	kind->bind(L);
	for (const char *const *part = kind->prelude; *part; part++) {
		const struct embed *f = embed_find(lua_pushfstring(L, "host/prelude/%s.lua", *part));
		if (!f || luaL_loadbufferx(L, (const char *)f->data, f->size, "=" PRELUDE, "t") != LUA_OK)
			return lua_error(L);
		lua_pushvalue(L, 2);
		lua_pushvalue(L, 1);
		lua_call(L, 2, 0);
		lua_settop(L, 2);
	}
	if (h->job->limits.seconds > 0 && !set_clock(h, h->job->limits.seconds))
		return luaL_error(L, "setitimer");
	return 0;
}

bool lua_env_call(struct host *h, lua_CFunction f, void *argument, struct err *e)
{
	lua_State *L = h->L;

	/* None of these takes memory: C functions without upvalues, a raw read, and a new state has room for LUA_MINSTACK values. */
	lua_pushcfunction(L, f);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &running);
	lua_pushlightuserdata(L, argument);
	int rc = lua_pcall(L, 2, 0, 1);
	const struct err *raised = rc == LUA_ERRRUN ? lua_touserdata(L, -1) : NULL;
	if (raised)
		*e = *raised;   /* the handler makes nothing else */
	else if (rc == LUA_ERRMEM)
		limit_memory(h, e);
	else if (rc != LUA_OK)
		err_set(e, ERR_LUA_ERROR, "%s", "stack overflow");
	lua_settop(L, 1);
	return rc == LUA_OK;
}

bool lua_env_open(struct host *h, const struct lua_env_kind *kind, struct err *e)
{
	h->stop = 0;
	h->L = NULL;
	lua_State *L = lua_newstate(allocate, h);
	if (!L) {
		limit_memory(h, e);
		return false;
	}
	*(struct host **)lua_getextraspace(L) = h;
	h->L = L;
	lua_pushcfunction(L, on_error);   /* stays at 1 */
	return lua_env_call(h, open_all, (void *)(uintptr_t)kind, e);
}

void lua_env_close(struct host *h)
{
	lua_State *L = h->L;

	set_clock(NULL, 0);
	h->L = NULL;
	if (L)
		lua_close(L);
}

/* Analyses */

static void bind_analysis(lua_State *L)
{
	const struct worker_job *job = lua_env_host(L)->job;

	lua_run_set(L, "units_table", job->units_table);
	lua_run_set_list(L, "fact_tables", job->fact_tables, job->nfact_table);
	lua_emit_open(L);
}

static int start(lua_State *L)   /* (shared, nil) */
{
	lua_getfield(L, 1, "start");
	lua_call(L, 0, 0);
	return 0;
}

bool lua_env_run(struct host *h, struct err *e)
{
	static const char *const prelude[] = { "nearest", "typo", "base", "check", "quantity", "sql", "report", "chart", NULL };
	static const struct lua_env_kind analysis = { prelude, bind_analysis };

	bool ok = lua_env_open(h, &analysis, e) && lua_env_call(h, start, NULL, e);
	lua_env_close(h);
	return ok;
}
