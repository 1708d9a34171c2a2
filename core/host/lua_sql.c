/* SQL from Lua. A statement is borrowed inside a box that gives it back whatever is raised.
 * Errors of SQLite are carried from the SQL text to the line and column of the plugin's file, where the text is found there. */
#include "host/lua_sql.h"

#include "base/text.h"
#include "host/lua_env.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT "continuum.statement"
struct box { struct stmt *st; };

static int box_close(lua_State *L)
{
	struct box *b = luaL_checkudata(L, 1, STATEMENT);

	stmt_done(b->st);   /* NULL is allowed */
	b->st = NULL;
	return 0;
}

/* Errors at the plugin's line */

static long lines_before(const char *s, const char *end)
{
	long n = 1;

	while ((s = memchr(s, '\n', (size_t)(end - s)))) {
		s++;
		n++;
	}
	return n;
}

/* Where the SQL text stands in the file: of several places the one nearest to the line of the call. NULL = it was put together. */
static const char *find_sql(const struct host_file *f, const char *sql, size_t n, long line, long *at)
{
	const char *best = NULL, *end = f->text + f->n;

	for (const char *s = f->text; n && (s = memmem(s, (size_t)(end - s), sql, n)); s++) {
		long here = lines_before(f->text, s);
		if (!best || labs(here - line) < labs(*at - line)) {
			best = s;
			*at = here;
		}
	}
	return best;
}

static int raise_sql(lua_State *L, struct err *e, const char *sql, size_t n)
{
	struct host *h = lua_env_host(L);
	long line = e->line, column = e->column, first = 0;
	const struct host_file *f = NULL;
	const char *found = NULL;
	lua_Debug ar;

	if (e->id == ERR_SQL_STOPPED && h->stop)
		lua_env_limit_time(h->job, e);
	if (e->id == ERR_SQL_MEMORY)
		err_set(e, ERR_LIMIT_SQL_MEMORY, "%s" ERR_SEP "%llu", h->job->id, (unsigned long long)(h->job->limits.sql_memory >> 20));
	if (!lua_env_frame(L, &ar))
		return lua_env_raise(L, e);
	for (size_t i = 0; i < h->nfile && !f; i++)
		f = strcmp(h->file[i].name, ar.source + 1) ? NULL : &h->file[i];
	if (f && line > 0)
		found = find_sql(f, sql, n, ar.currentline, &first);
	e->excerpt[0] = 0;
	e->caret = 0;
	if (!found) {
		lua_env_place(h, e, ar.source + 1, ar.currentline);
		return lua_env_raise(L, e);
	}
	lua_env_place(h, e, f->name, first + line - 1);
	if (column > 0) {
		const char *start = found;
		while (start > f->text && start[-1] != '\n')
			start--;
		e->column = line == 1 ? column + (long)text_utf8_length(start, (size_t)(found - start)) : column;
		const char *s = line == 1 ? start : found;
		for (long i = 1; i < line; i++)
			s = (const char *)memchr(s, '\n', (size_t)(found + n - s)) + 1;
		const char *stop = memchr(s, '\n', (size_t)(f->text + f->n - s));
		err_excerpt(e, s, (size_t)((stop ? stop : f->text + f->n) - s), e->column);
	}
	return lua_env_raise(L, e);
}

/* Parameters */

static int fail_param(lua_State *L, enum err_id id, const char *name, const char *more)
{
	struct err e;

	err_set(&e, id, "%s" ERR_SEP "%s", name, more);
	return lua_env_raise(L, &e);
}

/* Binds the value on top of the stack as parameter i. */
static void bind_value(lua_State *L, struct stmt *st, int i, const char *name)
{
	size_t n;
	const char *s;

	switch (lua_type(L, -1)) {
	case LUA_TBOOLEAN:
		stmt_bind_int(st, i, lua_toboolean(L, -1));
		return;
	case LUA_TNUMBER:
		if (lua_isinteger(L, -1))
			stmt_bind_int(st, i, lua_tointeger(L, -1));
		else if (isfinite(lua_tonumber(L, -1)))
			stmt_bind_real(st, i, lua_tonumber(L, -1));
		else
			fail_param(L, ERR_SQL_PARAM_TYPE, name, "NaN / inf");
		return;
	case LUA_TSTRING:
		s = lua_tolstring(L, -1, &n);
		if (text_utf8_bad(s, n) < n || memchr(s, 0, n))
			fail_param(L, ERR_SQL_PARAM_TYPE, name, "string (not UTF-8)");
		stmt_bind_text(st, i, s, n);
		return;
	case LUA_TNIL:
		fail_param(L, ERR_SQL_PARAM_NEEDED, name, "");
		return;
	default:
		fail_param(L, ERR_SQL_PARAM_TYPE, name, lua_env_type(L, -1));
	}
}

/* True when the statement has the parameter whose name or position is at key. */
static bool is_asked(lua_State *L, const struct stmt *st, int key)
{
	for (int i = 1; i <= stmt_parameters(st); i++) {
		const char *name = stmt_parameter(st, i);
		bool numbered = !name || text_is_digit(*name);
		if (lua_type(L, key) == LUA_TSTRING ? !numbered && !strcmp(name, lua_tostring(L, key))
		                                    : numbered && lua_isinteger(L, key) && lua_tointeger(L, key) == i)
			return true;
	}
	return false;
}

static void refuse_unasked(lua_State *L, const struct stmt *st, int key)
{
	const char *given = lua_pushfstring(L, lua_type(L, key) == LUA_TSTRING ? "%s" : "?", lua_tostring(L, key));
	int n = stmt_parameters(st);
	luaL_Buffer b;

	luaL_buffinit(L, &b);
	for (int i = 1; i <= n; i++) {
		luaL_addstring(&b, i > 1 ? ", " : "");
		luaL_addstring(&b, stmt_parameter(st, i) ? stmt_parameter(st, i) : "?");
	}
	luaL_addstring(&b, n ? "" : "—");
	luaL_pushresult(&b);
	fail_param(L, ERR_SQL_PARAM_GIVEN, given, lua_tostring(L, -1));
}

/* All that is asked for must be given, and the other way round: a misspelt name would else be a NULL in the query. */
static void bind_all(lua_State *L, struct stmt *st, int params)
{
	int n = stmt_parameters(st);

	for (int i = 1; i <= n; i++) {
		const char *name = stmt_parameter(st, i);
		if (!lua_istable(L, params)) {
			lua_pushnil(L);
		} else if (name && !text_is_digit(*name)) {
			lua_pushstring(L, name);
			lua_rawget(L, params);
		} else {
			lua_rawgeti(L, params, i);
		}
		bind_value(L, st, i, name ? name : "?");
		lua_pop(L, 1);
	}
	if (!lua_istable(L, params))
		return;
	for (lua_pushnil(L); lua_next(L, params); lua_pop(L, 1))
		if (!is_asked(L, st, lua_absindex(L, -2)))
			refuse_unasked(L, st, lua_absindex(L, -2));
}

/* Results */

static void remember(struct host *h, const struct read *r)
{
	struct result *out = h->result;

	for (size_t i = 0; i < out->nread; i++)
		if (!strcmp(out->read[i].table, r->table) && !strcmp(out->read[i].column, r->column) && !strcmp(out->read[i].package, r->package))
			return;
	out->read = lua_env_grow(h->arena, out->read, out->nread, sizeof *r);
	out->read[out->nread++] = (struct read){
		arena_strdup(h->arena, r->package), arena_strdup(h->arena, r->table), arena_strdup(h->arena, r->column),
	};
}

/* Pushes the names of the tables that the statement reads; keep: they count as read by the analysis. */
static void push_reads(lua_State *L, const struct stmt *st, bool keep)
{
	size_t n, tables = 0;
	const struct read *r = stmt_reads(st, &n);

	lua_newtable(L);
	for (size_t i = 0; i < n; i++) {
		if (keep)
			remember(lua_env_host(L), &r[i]);
		if (i && !strcmp(r[i - 1].table, r[i].table))
			continue;
		lua_pushstring(L, r[i].table);
		lua_rawseti(L, -2, (lua_Integer)++tables);
	}
}

static void push_names(lua_State *L, const struct stmt *st)
{
	int n = stmt_columns(st);

	lua_createtable(L, n, 0);
	for (int i = 0; i < n; i++) {
		const char *name = stmt_column_name(st, i);
		for (int k = 0; k < i; k++)
			if (!strcmp(stmt_column_name(st, k), name))
				fail_param(L, ERR_SQL_COLUMN_TWICE, name, "");
		lua_pushstring(L, name);
		lua_rawseti(L, -2, i + 1);
	}
}

/* NULL leaves a hole: nil is "unknown", never 0. */
static void put_cell(lua_State *L, struct stmt *st, int i, int column, lua_Integer row)
{
	struct cell c = stmt_cell(st, i);

	switch (c.type) {
	case CELL_NULL: return;
	case CELL_INT: lua_pushinteger(L, c.i); break;
	case CELL_REAL: lua_pushnumber(L, c.d); break;
	case CELL_TEXT: lua_pushlstring(L, c.s, c.n); break;
	}
	lua_rawseti(L, column, row);
}

/* (text, parameters or nil, quiet) -> names, columns, number of rows, tables read. quiet: not counted as read by the analysis. */
static int sql_run(lua_State *L)
{
	struct host *h = lua_env_host(L);
	size_t n;
	const char *sql = luaL_checklstring(L, 1, &n);
	lua_Integer rows = 0;
	struct err e = { 0 };
	int rc;

	lua_settop(L, 3);
	struct box *b = lua_newuserdatauv(L, sizeof *b, 0);   /* 4: the box, empty, comes first */
	b->st = NULL;
	luaL_setmetatable(L, STATEMENT);
	lua_toclose(L, 4);
	if (!(b->st = db_prepare(h->db, sql, n, &e)))
		return raise_sql(L, &e, sql, n);
	bind_all(L, b->st, 2);
	push_names(L, b->st);                                 /* 5 */
	int columns = stmt_columns(b->st);
	luaL_checkstack(L, columns + 10, "columns");
	for (int i = 0; i < columns; i++)
		lua_newtable(L);                              /* 6 … */
	while ((rc = stmt_step(b->st, &e)) == 1) {
		rows++;
		for (int i = 0; i < columns; i++)
			put_cell(L, b->st, i, 6 + i, rows);
		if (!h->stop)
			continue;
		lua_env_limit_time(h->job, &e);
		return lua_env_raise(L, &e);
	}
	if (rc < 0)
		return raise_sql(L, &e, sql, n);
	push_reads(L, b->st, !lua_toboolean(L, 3));
	int tables = lua_gettop(L);
	lua_createtable(L, columns, 0);
	for (int i = 0; i < columns; i++) {
		lua_pushvalue(L, 6 + i);
		lua_rawseti(L, -2, i + 1);
	}
	lua_pushvalue(L, 5);
	lua_insert(L, -2);
	lua_pushinteger(L, rows);
	lua_pushvalue(L, tables);
	return 4;
}

/* (name of a table) -> { source = { fr, en }, address, columns = { names } } or nil when it is not loaded */
static int sql_table_info(lua_State *L)
{
	const struct schema_table *t = schema_table(&lua_env_host(L)->schema, luaL_checkstring(L, 1));

	if (!t)
		return 0;
	lua_newtable(L);
	lua_newtable(L);
	lua_pushstring(L, *t->source_fr ? t->source_fr : t->title);
	lua_setfield(L, -2, "fr");
	lua_pushstring(L, *t->source_en ? t->source_en : t->title);
	lua_setfield(L, -2, "en");
	lua_setfield(L, -2, "source");
	lua_pushstring(L, t->address);
	lua_setfield(L, -2, "address");
	lua_createtable(L, 0, (int)t->ncolumn);
	for (size_t i = 0; i < t->ncolumn; i++) {
		lua_pushboolean(L, true);
		lua_setfield(L, -2, t->column[i].name);
	}
	lua_setfield(L, -2, "columns");
	return 1;
}

/* (table, id): the analysis asked for this fact */
static int sql_fact(lua_State *L)
{
	struct host *h = lua_env_host(L);
	struct result *out = h->result;
	const char *table = luaL_checkstring(L, 1), *id = luaL_checkstring(L, 2);

	for (size_t i = 0; i < out->nfact; i++)
		if (!strcmp(out->fact[i].table, table) && !strcmp(out->fact[i].id, id))
			return 0;
	out->fact = lua_env_grow(h->arena, out->fact, out->nfact, sizeof *out->fact);
	out->fact[out->nfact++] = (struct read_fact){ arena_strdup(h->arena, table), arena_strdup(h->arena, id) };
	return 0;
}

void lua_sql_register(lua_State *L)
{
	static const luaL_Reg meta[] = { { "__close", box_close }, { "__gc", box_close }, { NULL, NULL } };
	static const luaL_Reg functions[] = {
		{ "sql", sql_run }, { "table_info", sql_table_info }, { "read_fact", sql_fact }, { NULL, NULL },
	};

	luaL_newmetatable(L, STATEMENT);
	luaL_setfuncs(L, meta, 0);
	lua_pop(L, 1);
	lua_env_push(L);
	luaL_setfuncs(L, functions, 0);
	lua_pop(L, 1);
}
