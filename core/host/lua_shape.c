/* shape.lua between the loader and the prelude: cells to Lua, what the script says about a row to the loader's sink.
 * What layouts and helpers mean is in prelude/{shape,layout,communes}.lua; nothing here knows it. */
#include "host/lua_shape.h"

#include "base/num.h"
#include "base/text.h"
#include "host/lua_env.h"
#include "host/lua_sql.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>

struct lua_shape {
	struct host host;                  /* first: lua_env_host gives it */
	struct worker_job job;
	struct arena arena;
	struct shaper_job wanted;
	struct shaper_sink sink;
	struct cell *cell;
	char file[400];                    /* the part that is read, and the line in hand */
	long line;
	bool has;
};

static struct lua_shape *shape_of(lua_State *L)
{
	return (struct lua_shape *)(void *)lua_env_host(L);
}

static int shape_plain(lua_State *L)   /* (text | number) -> the number, if it is written as programs do, with point or comma; whole ones as integers */
{
	size_t n = 0;
	const char *s = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &n) : NULL;
	double real = s ? 0 : lua_tonumber(L, 1);
	int64_t whole = lua_tointeger(L, 1);

	if (s ? num_int(s, n, &whole) : lua_isinteger(L, 1))
		lua_pushinteger(L, whole);
	else if (s ? !num_real(s, n, memchr(s, ',', n) ? ',' : '.', &real, NULL) : lua_type(L, 1) != LUA_TNUMBER)
		return 0;
	else if (real == floor(real) && fabs(real) < 0x1p53)
		lua_pushinteger(L, (lua_Integer)real);
	else
		lua_pushnumber(L, real);
	return 1;
}

/* (values in the order of fields) -> whether the row is taken; what its types do not read is nil then */
static int shape_put(lua_State *L)
{
	struct lua_shape *s = shape_of(L);
	struct err e;

	for (size_t i = 0; i < s->wanted.nfield; i++) {
		lua_rawgeti(L, 1, (lua_Integer)i + 1);
		if (!lua_sql_take(L, -1, &s->cell[i]) && !lua_isnil(L, -1)) {
			const char *what = lua_type(L, -1) == LUA_TNUMBER ? "NaN / inf" : luaL_typename(L, -1);
			err_set(&e, ERR_SHAPE_VALUE, "%s" ERR_SEP "%s", s->wanted.field[i], what);
			return lua_env_raise(L, &e);
		}
		lua_pop(L, 1);   /* the table keeps it */
	}
	bool taken = s->sink.emit(s->sink.context, s->cell);
	for (size_t i = 0; taken && i < s->wanted.nfield; i++) {
		if (s->cell[i].type != CELL_NULL)
			continue;
		lua_pushnil(L);
		lua_rawseti(L, 1, (lua_Integer)i + 1);
	}
	lua_pushboolean(L, taken);
	return 1;
}

/* ("reject" | "doubt", field, value, reason), ("skip", kind), ("note", text), ("total", of, field, stated, computed) */
static int shape_say(lua_State *L)
{
	static const char *const words[] = { "reject", "doubt", "skip", "note", "total", NULL };
	const struct shaper_sink *k = &shape_of(L)->sink;
	struct shaper_said said = { .word = (enum shaper_word)luaL_checkoption(L, 1, NULL, words) };
	char text[3][1000] = { "", "", "" };

	for (int i = 0; i < 3; i++) {
		size_t n;
		const char *s = lua_type(L, i + 2) == LUA_TSTRING ? lua_tolstring(L, i + 2, &n) : NULL;
		said.text[i] = text[i];
		if (s)
			err_clean(text[i], sizeof text[i], s, n, false);
	}
	if (said.word == SHAPER_TOTAL) {
		said.stated = luaL_checknumber(L, 4);
		said.computed = luaL_checknumber(L, 5);
	}
	k->say(k->context, &said);
	return 0;
}

/* (line of the script | false = the row in hand, outside reason or nil, message, arguments…) raises */
static int shape_refuse(lua_State *L)
{
	struct lua_shape *s = shape_of(L);
	struct err e;

	lua_run_message(L, 3, &e);
	if (lua_isinteger(L, 1))
		lua_env_place(&s->host, &e, s->job.plugin, (long)lua_tointeger(L, 1), 0);
	else
		err_at(&e, s->file, s->line, 0);
	if (lua_isstring(L, 2))
		err_why(&e, "%s", lua_tostring(L, 2));
	return lua_env_raise(L, &e);
}

static void bind_shape(lua_State *L)
{
	static const luaL_Reg functions[] = { { "put", shape_put }, { "say", shape_say }, { "refuse", shape_refuse }, { "plain", shape_plain },
		{ NULL, NULL } };
	const struct shaper_job *wanted = &shape_of(L)->wanted;

	luaL_setfuncs(L, functions, 0);
	lua_run_set(L, "table", wanted->table);
	lua_run_set(L, "totals", wanted->totals ? wanted->totals : "");
	lua_run_set_list(L, "fields", wanted->field, wanted->nfield);
}

/* One call of a function that the prelude shares: what it is given besides. */
struct step { const char *function, *file; const struct shaper_row *row; };

static bool is_edge(char c)
{
	return (unsigned char)c <= ' ' || (unsigned char)c >= 0x7F;
}

static void push_cell(lua_State *L, const struct cell *c)
{
	bool trim = c->type == CELL_TEXT && c->n && (is_edge(c->s[0]) || is_edge(c->s[c->n - 1]));   /* maybe: the prelude knows all spaces */

	if (trim)
		lua_getfield(L, 1, "trim");
	if (!lua_sql_push(L, c))
		lua_pushliteral(L, "");   /* a row has no holes */
	if (trim)
		lua_call(L, 1, 1);
}

static int enter(lua_State *L)   /* (shared, step) */
{
	const struct step *step = lua_touserdata(L, 2);
	bool numbers = false;

	lua_getfield(L, 1, step->function);
	lua_pushstring(L, step->file);
	if (step->row) {
		lua_createtable(L, (int)step->row->n, 0);
		for (size_t i = 0; i < step->row->n; i++) {
			push_cell(L, &step->row->cell[i]);
			lua_rawseti(L, -2, (lua_Integer)i + 1);
			numbers |= step->row->cell[i].type == CELL_INT || step->row->cell[i].type == CELL_REAL;
		}
		lua_pushinteger(L, step->row->line);
		lua_pushboolean(L, numbers);
		lua_setfield(L, 1, "numbers");
	}
	lua_call(L, step->row ? 3 : 1, 1);
	shape_of(L)->has = lua_toboolean(L, -1);
	return 0;
}

static bool call(struct lua_shape *s, struct step step, struct err *e)
{
	return lua_env_call(&s->host, enter, &step, e);
}

static void shape_close(void *self)
{
	struct lua_shape *s = self;

	if (!s)
		return;
	lua_env_close(&s->host);
	arena_free(&s->arena);
	free(s);
}

static struct lua_shape *new_state(const struct shaper_job *job)
{
	struct lua_shape *s = calloc(1, sizeof *s);

	if (!s)
		abort();   /* a few kilobytes */
	const uint64_t memory = job->memory ? job->memory : UINT64_MAX / 2;
	s->wanted = *job;
	s->job = (struct worker_job){
		.root = job->root, .plugin = job->script ? job->script : "", .id = job->table,
		.limits = { .seconds = job->seconds, .memory = memory, .sql_memory = memory },
	};
	s->host = (struct host){ .job = &s->job, .arena = &s->arena, .db = job->db };
	return s;
}

static void *shape_open(const struct shaper_job *job, const struct shaper_sink *sink, bool *has, struct err *e)
{
	static const char *const prelude[] = { "nearest", "base", "sql", "shape", "layout", "communes", NULL };
	static const struct lua_env_kind kind = { prelude, bind_shape };
	struct lua_shape *s = new_state(job);

	s->sink = *sink;
	s->cell = arena_array(&s->arena, struct cell, job->nfield + 1);
	bool ok = lua_env_open(&s->host, &kind, e) && call(s, (struct step){ "open", NULL, NULL }, e);
	*has = !ok || s->has;
	if (ok && s->has)
		return s;
	shape_close(s);
	return NULL;
}

static bool shape_begin(void *self, const char *file, struct err *e)
{
	struct lua_shape *s = self;
	const char *slash = strrchr(file, '/');

	err_clean(s->file, sizeof s->file, file, strlen(file), false);
	s->line = 0;
	return call(s, (struct step){ "begin", slash ? slash + 1 : file, NULL }, e);
}

static bool shape_row(void *self, const struct shaper_row *row, struct err *e)
{
	((struct lua_shape *)self)->line = row->line;
	return call(self, (struct step){ "row", NULL, row }, e);
}

static bool shape_end(void *self, struct err *e)
{
	return call(self, (struct step){ "finish", NULL, NULL }, e);
}

/* Fields of rare types: one question at a time. */

struct question { const char *function; const struct cell *in; size_t n; struct buf *out; };

static int answer(lua_State *L)   /* (shared, question) */
{
	const struct question *q = lua_touserdata(L, 2);
	size_t n = 0;

	luaL_checkstack(L, (int)q->n + 1, NULL);
	lua_getfield(L, 1, q->function);
	for (size_t i = 0; i < q->n; i++)
		if (!lua_sql_push(L, &q->in[i]))
			lua_pushnil(L);
	lua_call(L, (int)q->n, 1);
	const char *s = lua_tolstring(L, -1, &n);
	buf_add(q->out, s ? s : "", n);
	return 0;
}

static bool types_ask(void *self, const char *function, const struct cell *in, size_t n, struct buf *out, struct err *e)
{
	buf_clear(out);
	return lua_env_call(&((struct lua_shape *)self)->host, answer, &(struct question){ function, in, n, out }, e);
}

static void bind_nothing(lua_State *L)
{
	(void)L;
}

/* Without a clock, which would be the script's: what it runs is ours, and ends with the text that it is given. */
static void *types_open(uint64_t memory, struct err *e)
{
	static const char *const prelude[] = { "json", "types", NULL };
	static const struct lua_env_kind kind = { prelude, bind_nothing };
	struct lua_shape *s = new_state(&(struct shaper_job){ .root = "", .table = "", .memory = memory });

	if (lua_env_open(&s->host, &kind, e))
		return s;
	shape_close(s);
	return NULL;
}

const struct shaper lua_shaper = { shape_open, shape_begin, shape_row, shape_end, types_open, types_ask, shape_close };
