/* The Lua state of one analysis. The polite layer only: the boundary is the jailed process around it.
 * An allow-list is built from nothing; memory is counted in the allocator; when time is up a signal sets the count hook,
 * which raises at every instruction from then on, so that no pcall swallows it. Loops inside one C function
 * (pattern matching) are left to the kill from outside. */
#include "host/lua_env.h"

#include "base/embed.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "host/lua_emit.h"
#include "host/lua_quantity.h"
#include "host/lua_sql.h"

#include <lauxlib.h>
#include <lualib.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define ERROR "continuum.error"
#define PRELUDE "continuum"        /* chunk name of the prelude: messages never show it */
enum { USER_FRAMES = 6 };

/* Addresses in the registry. */
static const char key_shared, key_env, key_late;

/* The analysis that runs: a signal handler has no other way to find it. One worker runs one. */
static struct host *running;

struct host *lua_env_host(lua_State *L)
{
	return *(struct host **)lua_getextraspace(L);
}

void lua_env_push(lua_State *L)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &key_shared);
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

static const struct host_file *find_file(const struct host *h, const char *name)
{
	for (size_t i = 0; i < h->nfile; i++)
		if (!strcmp(h->file[i].name, name))
			return &h->file[i];
	return NULL;
}

void lua_env_place(const struct host *h, struct err *e, const char *file, long line)
{
	const struct host_file *f = find_file(h, file);

	err_at(e, file, line, 0);
	if (!f || line < 1)
		return;
	const char *s = f->text, *end = f->text + f->n;
	for (long i = 1; i < line && s; i++)
		s = memchr(s, '\n', (size_t)(end - s)) ? (const char *)memchr(s, '\n', (size_t)(end - s)) + 1 : NULL;
	const char *stop = s ? memchr(s, '\n', (size_t)(end - s)) : NULL;
	if (s)
		err_excerpt(e, s, (size_t)((stop ? stop : end) - s), 0);
}

static int error_text(lua_State *L)   /* (error) -> text */
{
	const struct err *e = luaL_checkudata(L, 1, ERROR);
	struct buf b = BUF(2000);

	err_message(e, LANG_EN, &b);
	if (e->file[0])
		lua_pushfstring(L, "%s:%d: %s", e->file, (int)e->line, buf_text(&b));
	else
		lua_pushstring(L, buf_text(&b));
	buf_free(&b);
	return 1;
}

int lua_env_raise(lua_State *L, const struct err *e)
{
	struct err *box = lua_newuserdatauv(L, sizeof *box, 0);
	lua_Debug ar;

	*box = *e;
	luaL_setmetatable(L, ERROR);
	if (!box->file[0] && lua_env_frame(L, &ar))
		lua_env_place(lua_env_host(L), box, ar.source + 1, ar.currentline);
	else if (!box->file[0])
		err_at(box, lua_env_host(L)->job->plugin, 0, 0);   /* a tail call from run has taken the place of its frame */
	return lua_error(L);
}

/* "plugins/a.lua:12: text": the place that Lua put in front, if it is one of ours, and what follows it. */
static const char *split_place(const struct host *h, const char *text, const char **file, long *line)
{
	int64_t number;

	for (const char *s = strchr(text, ':'); s; s = strchr(s + 1, ':')) {
		size_t digits = strspn(s + 1, "0123456789");
		if (!digits || s[1 + digits] != ':' || s[2 + digits] != ' ' || !num_int(s + 1, digits, &number))
			continue;
		size_t n = (size_t)(s - text);
		if (n == strlen(PRELUDE) && !memcmp(text, PRELUDE, n))
			return s + digits + 3;
		for (size_t i = 0; i < h->nfile; i++) {
			size_t len = strlen(h->file[i].name);
			/* Lua cuts a long name at its beginning: "...ic_police.lua". */
			bool cut = n > 3 && !memcmp(text, "...", 3) && len >= n - 3 && !memcmp(h->file[i].name + len - (n - 3), text + 3, n - 3);
			if (!cut && (len != n || memcmp(h->file[i].name, text, n) != 0))
				continue;
			*file = h->file[i].name;
			*line = (long)number;
			return s + digits + 3;
		}
		break;
	}
	return text;
}

void lua_env_limit_time(const struct worker_job *job, struct err *e)
{
	struct buf seconds = BUF(40);

	num_put_real(&seconds, job->limits.seconds);
	err_set(e, ERR_LIMIT_TIME, "%s" ERR_SEP "%s", job->id, buf_text(&seconds));
	buf_free(&seconds);
}

static void limit_memory(const struct host *h, struct err *e)
{
	err_set(e, ERR_LIMIT_MEMORY, "%s" ERR_SEP "%llu", h->job->id, (unsigned long long)(h->job->limits.memory >> 20));
	if (h->memory.file[0])
		lua_env_place(h, e, h->memory.file, h->memory.line);
}

/* A message that Lua or the plugin made, as a record. */
static void from_text(lua_State *L, struct err *e, enum err_id id, const char *s, size_t n)
{
	const char *file = NULL;
	struct buf clean = BUF(1000);
	lua_Debug ar;
	long line = 0;

	text_clean(&clean, s, n < 900 ? n : 900);
	const char *text = split_place(lua_env_host(L), buf_text(&clean), &file, &line);
	if (!strcmp(text, "resulting string too large"))   /* longer than any limit: string.rep says so before it asks for memory */
		limit_memory(lua_env_host(L), e);
	else
		err_set(e, id, "%s", *text ? text : "error(\"\")");
	buf_free(&clean);
	if (!file && lua_env_frame(L, &ar)) {
		file = ar.source + 1;
		line = ar.currentline;
	}
	if (file)
		lua_env_place(lua_env_host(L), e, file, line);
}

/* The user's frames below the one that is named already, a line each. */
static void add_frames(lua_State *L, struct err *e)
{
	struct buf list = BUF(1000);
	lua_Debug ar;
	int n = 0;

	for (int level = 0; n < USER_FRAMES && level < 200 && lua_getstack(L, level, &ar); level++) {
		lua_getinfo(L, "Sl", &ar);
		if (ar.source[0] != '@' || ar.currentline < 1)
			continue;
		if (n || ar.currentline != e->line || strcmp(ar.source + 1, e->file) != 0)
			buf_printf(&list, "%s← %s:%d", list.n ? "\n" : "", ar.source + 1, ar.currentline);
		n++;
	}
	if (list.n && !e->why[0])
		err_why(e, "%s", buf_text(&list));
	buf_free(&list);
}

static int on_error(lua_State *L)   /* message handler: (anything) -> error */
{
	struct err *old = luaL_testudata(L, 1, ERROR), e = { 0 };

	if (old) {
		add_frames(L, old);
		return 1;
	}
	size_t n = 0;
	if (lua_isstring(L, 1)) {
		const char *s = lua_tolstring(L, 1, &n);
		from_text(L, &e, ERR_LUA_ERROR, s, n);
	} else {
		lua_Debug ar;
		err_set(&e, ERR_LUA_VALUE, "%s", luaL_typename(L, 1));
		if (lua_env_frame(L, &ar))
			lua_env_place(lua_env_host(L), &e, ar.source + 1, ar.currentline);
	}
	add_frames(L, &e);
	struct err *box = lua_newuserdatauv(L, sizeof *box, 0);
	*box = e;
	luaL_setmetatable(L, ERROR);
	return 1;
}

/* Limits */

/* Every request goes through here, whatever its kind; shrinking never fails. */
static void *allocate(void *context, void *block, size_t old, size_t size)
{
	struct host *h = context;
	size_t before = block ? old : 0;   /* for a new object `old` tells its kind */
	lua_Debug ar;

	if (!size) {
		free(block);
		h->memory.used -= before;
		return NULL;
	}
	if (size > before) {
		size_t room = h->memory.used < h->job->limits.memory ? h->job->limits.memory - h->memory.used : 0;
		h->memory.calls++;
		if (size - before > room || (h->memory.fail_from && h->memory.calls >= h->memory.fail_from)) {
			if (h->L && lua_env_frame(h->L, &ar)) {   /* neither call allocates */
				h->memory.line = ar.currentline;
				strncpy(h->memory.file, ar.source + 1, sizeof h->memory.file - 1);
			}
			return NULL;
		}
	}
	void *p = realloc(block, size);
	if (!p)
		return size <= before ? block : NULL;
	h->memory.used += size - before;
	return p;
}

static void on_late(lua_State *L, lua_Debug *unused)
{
	lua_Debug ar;

	(void)unused;
	lua_rawgetp(L, LUA_REGISTRYINDEX, &key_late);
	struct err *e = lua_touserdata(L, -1);
	if (!e)
		return;   /* the state is still being opened */
	if (!e->file[0] && lua_env_frame(L, &ar))
		lua_env_place(lua_env_host(L), e, ar.source + 1, ar.currentline);
	lua_error(L);
}

/* lua_sethook is written to be called from a signal handler (lua.c does so). */
static void on_alarm(int number)
{
	(void)number;
	if (!running)
		return;
	running->stop = 1;
	if (running->L)
		lua_sethook(running->L, on_late, LUA_MASKCOUNT, 1);
}

static bool set_clock(double seconds)
{
	struct itimerval t = { .it_value = { (time_t)seconds, (suseconds_t)((seconds - floor(seconds)) * 1e6) } };
	struct sigaction act = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	return sigaction(SIGALRM, &act, NULL) == 0 && setitimer(ITIMER_REAL, &t, NULL) == 0;
}

void lua_env_output(lua_State *L, size_t n)
{
	struct host *h = lua_env_host(L);
	struct err e;

	if (n <= h->job->limits.output && h->output <= h->job->limits.output - n) {
		h->output += n;
		return;
	}
	err_set(&e, ERR_LIMIT_OUTPUT, "%s" ERR_SEP "%zu", h->job->id, h->job->limits.output >> 20);
	lua_env_raise(L, &e);
}

void *lua_env_grow(struct arena *a, void *list, size_t n, size_t size)
{
	/* Lists grow at 0, 8, 16, 32 …: n says when. */
	if (n && (n < 8 || (n & (n - 1))))
		return list;
	void *bigger = arena_alloc(a, (n ? 2 * n : 8) * size);
	if (n)
		memcpy(bigger, list, n * size);
	return bigger;
}

/* What the prelude asks of C */

const char *lua_env_type(lua_State *L, int i)
{
	return luaL_testudata(L, i, QUANTITY) ? "quantity" : luaL_typename(L, i);
}

/* Text of any value without an address in it. */
static int env_tostring(lua_State *L)
{
	luaL_checkany(L, 1);
	switch (lua_type(L, 1)) {
	case LUA_TTABLE: case LUA_TUSERDATA:
		if (luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL) {
			luaL_tolstring(L, 1, NULL);
			return 1;
		}
		lua_pushstring(L, luaL_typename(L, 1));
		return 1;
	case LUA_TFUNCTION: case LUA_TTHREAD: case LUA_TLIGHTUSERDATA:
		lua_pushstring(L, luaL_typename(L, 1));
		return 1;
	default:
		luaL_tolstring(L, 1, NULL);
		return 1;
	}
}

static int env_fail(lua_State *L)   /* (message name, arguments…) raises */
{
	enum err_id id = err_by_name(luaL_checkstring(L, 1));
	char text[ERR_ARGS][240] = { "" };
	int n = lua_gettop(L) - 1;
	struct err e;

	for (int i = 0; i < n && i < ERR_ARGS; i++) {
		size_t len;
		const char *s = luaL_tolstring(L, i + 2, &len);
		struct buf clean = BUF(230);
		text_clean(&clean, s, len < 230 ? len : 230);
		memcpy(text[i], buf_text(&clean), clean.n + 1);
		buf_free(&clean);
		lua_pop(L, 1);
	}
	err_set(&e, id == ERR_NONE ? ERR_BUG : id, "%s" ERR_SEP "%s" ERR_SEP "%s" ERR_SEP "%s", text[0], text[1], text[2], text[3]);
	return lua_env_raise(L, &e);
}

/* (name, list of names) -> the nearest of them, or all of them when none is near */
static int env_nearest(lua_State *L)
{
	enum { MOST = 4096 };
	const char *name = luaL_checkstring(L, 1);
	size_t n = lua_rawlen(L, 2) < MOST ? lua_rawlen(L, 2) : MOST;
	const char **list = lua_newuserdatauv(L, (n + 1) * sizeof *list, 0);

	luaL_checkstack(L, (int)n + 4, "names");
	for (size_t i = 0; i < n; i++) {
		lua_rawgeti(L, 2, (lua_Integer)i + 1);
		list[i] = luaL_checkstring(L, -1);   /* stays on the stack: the pointer stays good */
	}
	const char *near = strlen(name) < 100 ? text_nearest(name, list, n) : NULL;
	if (near) {
		lua_pushstring(L, near);
		return 1;
	}
	luaL_Buffer b;
	luaL_buffinit(L, &b);
	for (size_t i = 0; i < n && i < 16; i++) {
		luaL_addstring(&b, i ? ", " : "");
		luaL_addstring(&b, list[i]);
	}
	luaL_addstring(&b, n > 16 ? " …" : n ? "" : "—");
	luaL_pushresult(&b);
	return 1;
}

static int env_is_name(lua_State *L)
{
	lua_pushboolean(L, lua_type(L, 1) == LUA_TSTRING && lua_rawlen(L, 1) <= 64 && text_is_name(lua_tostring(L, 1)));
	return 1;
}

static int env_type(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_pushstring(L, lua_env_type(L, 1));
	return 1;
}

static int env_metafield(lua_State *L)   /* (value, name) -> that field of its metatable, locked or not */
{
	lua_settop(L, 2);
	return luaL_getmetafield(L, 1, luaL_checkstring(L, 2)) == LUA_TNIL ? 0 : 1;
}

/* A key of a table in an order that is the same in every run: Lua's own follows addresses. Numbers, then texts, then booleans. */
struct key { int type; double number; const char *s; size_t n; size_t at; };

static struct key key_at(lua_State *L, int i, const char *what)
{
	struct key k = { .type = lua_type(L, i) };
	struct err e;

	if (k.type == LUA_TNUMBER) {
		k.type = -1;
		k.number = lua_tonumber(L, i);
	} else if (k.type == LUA_TSTRING) {
		k.type = 0;
		k.s = lua_tolstring(L, i, &k.n);
	} else if (k.type == LUA_TBOOLEAN) {
		k.type = 1;
		k.number = lua_toboolean(L, i);
	} else {
		err_set(&e, ERR_LUA_ORDER, "%s" ERR_SEP "%s", what, lua_typename(L, k.type));
		lua_env_raise(L, &e);
	}
	return k;
}

static int by_key(const void *va, const void *vb)
{
	const struct key *a = va, *b = vb;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->type)
		return a->number < b->number ? -1 : a->number > b->number;
	int order = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);
	return order ? order : a->n < b->n ? -1 : a->n > b->n;
}

static int env_keys(lua_State *L)   /* (table) -> sorted list of its keys */
{
	size_t n = 0, i = 0;

	luaL_checktype(L, 1, LUA_TTABLE);
	for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
		n++;
	struct key *list = lua_newuserdatauv(L, (n + 1) * sizeof *list, 0);   /* 2 */
	lua_createtable(L, n < 1 << 24 ? (int)n : 0, 0);                      /* 3: keys as they come */
	for (lua_pushnil(L); i < n && lua_next(L, 1); lua_pop(L, 1)) {
		list[i] = key_at(L, -2, "pairs");
		list[i].at = i + 1;
		lua_pushvalue(L, -2);
		lua_rawseti(L, 3, (lua_Integer)++i);
	}
	qsort(list, n, sizeof *list, by_key);
	lua_createtable(L, n < 1 << 24 ? (int)n : 0, 0);
	for (i = 0; i < n; i++) {
		lua_rawgeti(L, 3, (lua_Integer)list[i].at);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

static int env_next(lua_State *L)   /* (table [, key]) -> the next key in that order, and its value */
{
	bool found = false;
	struct key after = { 0 }, best = { 0 };

	luaL_checktype(L, 1, LUA_TTABLE);
	lua_settop(L, 2);
	bool first = lua_isnil(L, 2);
	if (!first)
		after = key_at(L, 2, "next");
	lua_pushnil(L);                                                       /* 3: best so far */
	for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
		struct key k = key_at(L, -2, "next");
		if ((!first && by_key(&k, &after) <= 0) || (found && by_key(&k, &best) >= 0))
			continue;
		found = true;
		best = k;
		lua_pushvalue(L, -2);
		lua_replace(L, 3);
	}
	lua_settop(L, 3);
	if (!found)
		return 1;
	lua_pushvalue(L, 3);
	lua_rawget(L, 1);
	return 2;
}

/* string.format without addresses: %p is refused, tables and functions are written as their type. */
static int env_format(lua_State *L)
{
	const char *s = luaL_checkstring(L, 1);
	int n = lua_gettop(L);
	struct err e;

	for (; (s = strchr(s, '%')); s += *s ? 1 : 0) {
		s += 1 + strspn(s + 1, "-+ #0123456789.");
		if (*s == 'p') {
			err_set(&e, ERR_LUA_REFUSED, "%s", "string.format(\"%p\")");
			return lua_env_raise(L, &e);
		}
	}
	for (int i = 2; i <= n; i++) {
		if (lua_type(L, i) < LUA_TTABLE)
			continue;
		lua_pushcfunction(L, env_tostring);
		lua_pushvalue(L, i);
		lua_call(L, 1, 1);
		lua_replace(L, i);
	}
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, n, 1);
	return 1;
}

void lua_env_load(lua_State *L, const char *path, bool library)
{
	struct host *h = lua_env_host(L);
	struct arena *a = h->arena;
	struct buf text = BUF(HOST_FILE_BYTES);
	struct err e = { 0 };
	size_t bad = 0;

	if (h->nfile == HOST_FILES)
		err_set(&e, ERR_OUTPUT_COUNT, "%s" ERR_SEP "%d" ERR_SEP "%s", h->job->id, (int)HOST_FILES, "plugins/lib");
	else if (library && !path_exists(path_join(a, h->job->root, path)))
		err_set(&e, ERR_PLUGIN_USE, "%s", path);
	else if (path_read(path_join(a, h->job->root, path), HOST_FILE_BYTES, &text, &e) && (bad = text_utf8_bad(buf_text(&text), text.n)) < text.n)
		err_set(&e, ERR_NOT_UTF8, "%s" ERR_SEP "%zu", path, bad + 1);
	if (e.id == ERR_NONE) {
		h->file[h->nfile++] = (struct host_file){ arena_strdup(a, path), arena_strndup(a, buf_text(&text), text.n), text.n };
	} else if (!library) {
		err_at(&e, path, 0, 0);
	}
	buf_free(&text);
	if (e.id != ERR_NONE)
		lua_env_raise(L, &e);
	const struct host_file *f = &h->file[h->nfile - 1];
	int rc = luaL_loadbufferx(L, f->text, f->n, lua_pushfstring(L, "@%s", path), "t");
	if (rc == LUA_ERRMEM)
		lua_error(L);
	if (rc != LUA_OK) {
		size_t n;
		const char *s = lua_tolstring(L, -1, &n);
		from_text(L, &e, ERR_LUA_SYNTAX, s, n);
		if (!e.file[0])
			err_at(&e, path, 0, 0);
		lua_env_raise(L, &e);
	}
	lua_remove(L, -2);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &key_env);
	lua_setupvalue(L, -2, 1);
}

static int env_load(lua_State *L)   /* (name of a library) -> function */
{
	lua_env_load(L, lua_pushfstring(L, "plugins/lib/%s.lua", luaL_checkstring(L, 1)), true);
	return 1;
}

static const luaL_Reg functions[] = {
	{ "fail", env_fail }, { "nearest", env_nearest }, { "is_name", env_is_name }, { "type", env_type }, { "keys", env_keys },
	{ "next", env_next }, { "tostring", env_tostring }, { "load", env_load },
	{ "metafield", env_metafield }, { NULL, NULL },
};

/* Opening */

/* math.random gives the same numbers in every run of an analysis: the seed is its id. */
static void seed_random(lua_State *L, const char *id)
{
	char hex[HASH_HEX];
	lua_Unsigned seed = 0;

	hash_bytes(id, strlen(id), hex);
	for (size_t i = 0; i < 16; i++)
		seed = seed << 4 | (lua_Unsigned)(text_is_digit(hex[i]) ? hex[i] - '0' : hex[i] - 'a' + 10);
	lua_getglobal(L, LUA_MATHLIBNAME);
	lua_getfield(L, -1, "randomseed");
	lua_pushinteger(L, (lua_Integer)seed);
	lua_call(L, 1, 0);
	lua_pop(L, 1);
}

static void open_libraries(lua_State *L)
{
	static const luaL_Reg libs[] = {
		{ LUA_GNAME, luaopen_base }, { LUA_STRLIBNAME, luaopen_string }, { LUA_TABLIBNAME, luaopen_table },
		{ LUA_MATHLIBNAME, luaopen_math }, { LUA_UTF8LIBNAME, luaopen_utf8 },
	};

	for (size_t i = 0; i < sizeof libs / sizeof *libs; i++) {
		luaL_requiref(L, libs[i].name, libs[i].func, 1);
		lua_pop(L, 1);
	}
	lua_getglobal(L, LUA_STRLIBNAME);
	lua_getfield(L, -1, "format");
	lua_pushcclosure(L, env_format, 1);
	lua_setfield(L, -2, "format");
	lua_pop(L, 1);
	lua_pushliteral(L, "");
	lua_getmetatable(L, -1);
	lua_pushboolean(L, false);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 2);
}

static int open_all(lua_State *L)
{
	struct host *h = lua_env_host(L);
	static const char *const prelude[] = { "base", "quantity", "report", "chart" };
	static const luaL_Reg error_meta[] = { { "__tostring", error_text }, { NULL, NULL } };

	open_libraries(L);
	seed_random(L, h->job->id);
	luaL_newmetatable(L, ERROR);
	luaL_setfuncs(L, error_meta, 0);
	lua_pushboolean(L, false);
	lua_setfield(L, -2, "__metatable");
	struct err *late = lua_newuserdatauv(L, sizeof *late, 0);
	lua_env_limit_time(h->job, late);
	luaL_setmetatable(L, ERROR);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &key_late);
	lua_newtable(L);                        /* the environment of plugins */
	lua_rawsetp(L, LUA_REGISTRYINDEX, &key_env);
	luaL_newlib(L, functions);              /* what prelude and bindings share */
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &key_shared);
	if (h->job->units_table) {
		lua_pushstring(L, h->job->units_table);
		lua_setfield(L, -2, "units_table");
	}
	lua_createtable(L, (int)h->job->nfact_table, 0);
	for (size_t i = 0; i < h->job->nfact_table; i++) {
		lua_pushstring(L, h->job->fact_tables[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "fact_tables");
	lua_sql_register(L);
	lua_quantity_register(L);
	lua_emit_register(L);
	for (size_t i = 0; i < sizeof prelude / sizeof *prelude; i++) {
		const struct embed *f = embed_find(lua_pushfstring(L, "host/prelude/%s.lua", prelude[i]));
		if (!f || luaL_loadbufferx(L, (const char *)f->data, f->size, "=" PRELUDE, "t") != LUA_OK)
			return lua_error(L);
		lua_env_push(L);
		lua_rawgetp(L, LUA_REGISTRYINDEX, &key_env);
		lua_call(L, 2, 0);
		lua_pop(L, 1);
	}
	lua_env_push(L);
	lua_pushboolean(L, false);
	lua_setfield(L, -2, "opening");         /* the environment of plugins closes */
	return 0;
}

bool lua_env_call(struct host *h, lua_CFunction f, void *argument, struct err *e)
{
	lua_State *L = h->L;

	/* None of these can fail: a new state has room for LUA_MINSTACK values, and C functions without upvalues take no memory. */
	lua_settop(L, 0);
	lua_pushcfunction(L, on_error);
	lua_pushcfunction(L, f);
	lua_pushlightuserdata(L, argument);
	int rc = lua_pcall(L, 1, 0, 1);
	if (rc == LUA_OK)
		return true;
	const struct err *raised = lua_touserdata(L, -1);
	if (rc == LUA_ERRRUN && raised && lua_type(L, -1) == LUA_TUSERDATA)
		*e = *raised;   /* the handler makes nothing else */
	else if (rc == LUA_ERRMEM)
		limit_memory(h, e);
	else
		err_set(e, ERR_LUA_ERROR, "%s", "stack overflow");
	return false;
}

bool lua_env_open(struct host *h, struct err *e)
{
	h->L = NULL;
	running = h;
	h->stop = 0;
	lua_State *L = lua_newstate(allocate, h);
	if (!L) {
		limit_memory(h, e);
		running = NULL;
		return false;
	}
	*(struct host **)lua_getextraspace(L) = h;
	h->L = L;
	if (h->job->limits.seconds > 0 && !set_clock(h->job->limits.seconds)) {
		err_set(e, ERR_BUG, "%s", "setitimer");
	} else if (lua_env_call(h, open_all, NULL, e)) {
		return true;
	}
	lua_env_close(h);
	return false;
}

void lua_env_close(struct host *h)
{
	lua_State *L = h->L;

	set_clock(0);
	running = NULL;
	h->L = NULL;
	if (L)
		lua_close(L);
}
