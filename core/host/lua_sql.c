/* SQL from Lua. A statement is borrowed inside a box that gives it back whatever is raised; the prelude makes frames
 * and rows of it. Errors of SQLite are carried from the SQL text to the line and column of the plugin's file,
 * where the text is found there. */
#include "host/lua_sql.h"

#include "base/text.h"
#include "host/lua_env.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT "statement"
struct box { struct stmt *st; const char *sql; size_t n; };   /* sql: borrowed from the string in user value 1 */

static struct box *check(lua_State *L)
{
	struct box *b = luaL_checkudata(L, 1, STATEMENT);

	luaL_argcheck(L, b->st, 1, "the statement is closed");
	return b;
}

static int box_close(lua_State *L)
{
	struct box *b = luaL_checkudata(L, 1, STATEMENT);

	stmt_done(b->st);   /* NULL is allowed */
	b->st = NULL;
	return 0;
}

/* Where the SQL text stands in the file: of several places the one nearest to the call. NULL = it was put together. */
static const char *find_sql(const struct host_file *f, const struct box *b, long line)
{
	const char *best = NULL, *call = f->text, *end = f->text + f->n;

	for (; line > 1 && (call = memchr(call, '\n', (size_t)(end - call))); line--)
		call++;
	for (const char *s = f->text; call && b->n && (s = memmem(s, (size_t)(end - s), b->sql, b->n)); s++)
		if (!best || labs(s - call) < labs(best - call))
			best = s;
	return best;
}

static int raise_sql(lua_State *L, struct err *e, const struct box *b)
{
	struct host *h = lua_env_host(L);
	lua_Debug ar;

	if (e->id == ERR_SQL_STOPPED && h->stop)
		lua_env_limit(h->job, ERR_LIMIT_TIME, e);
	if (e->id == ERR_SQL_MEMORY)
		lua_env_limit(h->job, ERR_LIMIT_SQL_MEMORY, e);
	const struct host_file *f = lua_env_frame(L, &ar) ? lua_env_file(h, ar.source + 1) : NULL;
	const char *found = f && e->line > 0 ? find_sql(f, b, ar.currentline) : NULL;
	if (found) {
		long line = e->line, column = e->column;
		const char *start = f->text;
		for (const char *s = start; (s = memchr(s, '\n', (size_t)(found - s))); start = ++s)
			line++;
		if (e->line == 1 && column > 0)
			column += (long)text_utf8_length(start, (size_t)(found - start));
		lua_env_place(h, e, f->name, line, column);
	}
	return lua_env_raise(L, e);
}

/* (text) -> statement, names of columns, names of parameters (false for "?"), what it reads: { package =, table =,
 * column = } in order */
static int sql_prepare(lua_State *L)
{
	size_t n;
	const char *sql = luaL_checklstring(L, 1, &n);
	struct err e;

	lua_settop(L, 1);
	struct box *b = lua_newuserdatauv(L, sizeof *b, 1);   /* 2: the box, empty, comes first */
	*b = (struct box){ NULL, sql, n };
	luaL_setmetatable(L, STATEMENT);
	lua_pushvalue(L, 1);
	lua_setiuservalue(L, 2, 1);
	if (!(b->st = db_prepare_foreign(lua_env_host(L)->db, sql, n, &e)))
		return raise_sql(L, &e, b);
	lua_newtable(L);
	for (int i = 0; i < stmt_columns(b->st); i++) {
		lua_pushstring(L, stmt_column_name(b->st, i));
		lua_rawseti(L, -2, i + 1);
	}
	lua_newtable(L);
	for (int i = 1; i <= stmt_parameters(b->st); i++) {
		const char *name = stmt_parameter(b->st, i);
		if (name && !text_is_digit(*name))
			lua_pushstring(L, name);
		else
			lua_pushboolean(L, false);
		lua_rawseti(L, -2, i);
	}
	lua_newtable(L);
	const struct read *r = stmt_reads(b->st, &n);
	for (size_t i = 0; i < n; i++) {
		lua_newtable(L);
		lua_run_set(L, "package", r[i].package);
		lua_run_set(L, "table", r[i].table);
		lua_run_set(L, "column", r[i].column);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 4;
}

bool lua_sql_take(lua_State *L, int at, struct cell *c)
{
	size_t n = 0;
	const char *s = lua_type(L, at) == LUA_TSTRING ? lua_tolstring(L, at, &n) : NULL;

	*c = (struct cell){ .type = CELL_NULL };
	if (s)
		*c = cell_bytes(s, n);
	else if (lua_isboolean(L, at))
		*c = cell_int(lua_toboolean(L, at));
	else if (lua_isinteger(L, at))
		*c = cell_int(lua_tointeger(L, at));
	else if (lua_type(L, at) == LUA_TNUMBER && isfinite(lua_tonumber(L, at)))
		*c = cell_real(lua_tonumber(L, at));
	return s ? text_utf8_bad(s, n) == n && !memchr(s, 0, n) : c->type != CELL_NULL;
}

bool lua_sql_push(lua_State *L, const struct cell *c)
{
	switch (c->type) {
	case CELL_NULL: return false;
	case CELL_INT: lua_pushinteger(L, c->i); break;
	case CELL_REAL: lua_pushnumber(L, c->d); break;
	case CELL_TEXT: lua_pushlstring(L, c->s, c->n); break;
	}
	return true;
}

static int sql_bind(lua_State *L)   /* (statement, position, value) -> whether it can be bound */
{
	struct box *b = check(L);
	struct cell c;
	bool ok = lua_sql_take(L, 3, &c);

	if (ok)
		stmt_bind(b->st, (int)luaL_checkinteger(L, 2), c);
	lua_pushboolean(L, ok);
	return 1;
}

/* (statement, most rows) -> columns, number of rows; fewer rows than asked for: there are no more */
static int sql_fetch(lua_State *L)
{
	struct box *b = check(L);
	lua_Integer rows = 0, most = luaL_checkinteger(L, 2);
	int columns = stmt_columns(b->st), rc = 1;
	struct err e;

	lua_settop(L, 2);
	luaL_checkstack(L, columns + 4, "columns");
	lua_createtable(L, columns, 0);                       /* 3 */
	for (int i = 1; i <= columns; i++) {
		lua_newtable(L);                              /* 3 + i */
		lua_pushvalue(L, -1);
		lua_rawseti(L, 3, i);
	}
	while (rows < most && (rc = stmt_step(b->st, &e)) == 1) {
		rows++;
		for (int i = 0; i < columns; i++) {
			struct cell c = stmt_cell(b->st, i);
			if (lua_sql_push(L, &c))   /* NULL leaves a hole: nil is "unknown", never 0 */
				lua_rawseti(L, 4 + i, rows);
		}
	}
	if (rc < 0)
		return raise_sql(L, &e, b);
	lua_pushvalue(L, 3);
	lua_pushinteger(L, rows);
	return 2;
}

/* (name of a table) -> { key = name, fr = source, en = source, address =, status = } or nil when it is not loaded */
static int sql_table_info(lua_State *L)
{
	const struct schema_table *t = schema_table(&lua_env_host(L)->schema, luaL_checkstring(L, 1));
	const char *unsaid = t && *t->title ? t->title : t ? t->name : "";

	if (!t)
		return 0;
	lua_newtable(L);
	lua_run_set(L, "key", t->name);
	lua_run_set(L, "fr", *t->source_fr ? t->source_fr : unsaid);
	lua_run_set(L, "en", *t->source_en ? t->source_en : unsaid);
	lua_run_set(L, "address", t->address);
	lua_run_set(L, "status", t->status);
	return 1;
}

void lua_sql_open(lua_State *L)
{
	static const luaL_Reg meta[] = { { "__close", box_close }, { "__gc", box_close }, { NULL, NULL } };
	static const luaL_Reg functions[] = {
		{ "prepare", sql_prepare }, { "bind", sql_bind }, { "fetch", sql_fetch }, { "table_info", sql_table_info },
		{ NULL, NULL },
	};

	luaL_newmetatable(L, STATEMENT);
	luaL_setfuncs(L, meta, 0);
	lua_pop(L, 1);
	luaL_setfuncs(L, functions, 0);
}
