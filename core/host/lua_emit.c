/* What an analysis makes: the prelude has checked it by the tables of host/shape.h, with names and places for the analyst, and hands it
 * over as the bytes of host/wire.h. Nothing here looks into them: whoever reads the message trusts none of it. */
#include "host/lua_emit.h"

#include "base/errwire.h"
#include "host/lua_env.h"
#include "host/wire.h"

#include <lauxlib.h>
#include <string.h>

/* (number of a field of the result, its bytes): a list gets them as one item more */
static int emit_bytes(lua_State *L)
{
	struct host *h = lua_env_host(L);
	size_t i = (size_t)luaL_checkinteger(L, 1), n;
	const char *bytes = luaL_checklstring(L, 2, &n);
	const struct shape_field *f = &shape_result.field[i];
	bool is_list = f->kind == SHAPE_LIST, full = is_list && h->part[i].items == f->max;
	struct err e;

	if (full || n > h->job->limits.output - h->output) {
		if (full)
			err_set(&e, !strcmp(f->name, "log") ? ERR_LIMIT_LOG : ERR_OUTPUT_COUNT, "%s" ERR_SEP "%zu" ERR_SEP "%s",
				h->job->id, f->max, f->name);
		else
			lua_env_limit(h->job, ERR_LIMIT_OUTPUT, &e);
		return lua_env_raise(L, &e);
	}
	h->output += n;
	h->part[i].items = is_list ? h->part[i].items + 1 : 0;
	if (!is_list)
		buf_clear(&h->part[i].bytes);
	h->part[i].bytes.max = ARTEFACT_BYTES;
	buf_add(&h->part[i].bytes, bytes, n);
	return 0;
}

void lua_emit_message(struct host *h, const struct err *failure, struct buf *out)
{
	static const char nothing[2 * sizeof(uint32_t)];   /* two empty texts: a title that was not given */
	const bool failed = failure != NULL;

	buf_str(out, WIRE_HEAD);
	buf_add(out, &failed, sizeof failed);
	if (failed)
		err_encode(failure, out);
	for (size_t i = 0; shape_result.field[i].kind != SHAPE_END; i++) {
		struct buf *b = &h->part[i].bytes;
		if (shape_result.field[i].kind == SHAPE_LIST)
			buf_add(out, &h->part[i].items, sizeof(uint32_t));
		else if (!b->n)
			buf_add(out, nothing, sizeof nothing);
		buf_add(out, buf_text(b), b->n);
		buf_free(b);
	}
}

/* Pushes a shape for the prelude: { what =, { name =, kind =, size =, lo =, hi =, max =, none =, names = list, of = shape }, … } */
static void push_shape(lua_State *L, const struct shape *s)
{
	static const char *const kinds[] = {
		[SHAPE_NAME] = "name", [SHAPE_TEXT] = "text", [SHAPE_TEXT2] = "text2", [SHAPE_CHARS] = "chars",
		[SHAPE_REAL] = "number", [SHAPE_INT] = "integer", [SHAPE_FLAG] = "flag", [SHAPE_CHOICE] = "choice",
		[SHAPE_LIST] = "list", [SHAPE_CELLS] = "cells", [SHAPE_STRUCT] = "struct",
	};

	luaL_checkstack(L, 6, "shapes");
	lua_createtable(L, 16, 2);
	lua_run_set(L, "what", s->what);
	for (int i = 0; s->field[i].kind != SHAPE_END; i++) {
		const struct shape_field *f = &s->field[i];
		lua_createtable(L, 0, 10);
		lua_run_set(L, "name", f->name);
		lua_run_set(L, "kind", kinds[f->kind]);
		const struct { const char *name; double v; } number[] = {
			{ "lo", f->lo }, { "hi", f->hi }, { "none", f->none }, { "max", (double)f->max }, { "size", (double)f->size },
		};
		for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
			lua_pushnumber(L, number[k].v);
			lua_setfield(L, -2, number[k].name);
		}
		size_t n = 0;
		while (f->names && f->names[n])
			n++;
		lua_run_set_list(L, "names", f->names, n);
		if (f->of) {
			push_shape(L, f->of);
			lua_setfield(L, -2, "of");
		}
		lua_rawseti(L, -2, i + 1);
	}
}

void lua_emit_open(lua_State *L)
{
	push_shape(L, &shape_result);
	lua_setfield(L, -2, "shapes");
	lua_pushcfunction(L, emit_bytes);
	lua_setfield(L, -2, "emit_bytes");
}
