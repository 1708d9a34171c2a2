/* A chart as Lua tables, by the tables of host/shape.h, and what host/figure/page.lua asks of C: the typeface. */
#include "host/figure.h"

#include "host/lua_run.h"
#include "host/shape.h"

#include <string.h>

enum { WRAP_LINES = 3 };
struct figure_job { const struct chart *c; enum lang lang; enum chart_format format; const struct typeface *face; struct buf *out; };

static void push_item(lua_State *L, const struct shape *s, const char *item, enum lang lang);

static void push_field(lua_State *L, const struct shape_field *f, const char *item, enum lang lang)
{
	const char *at = item + f->at, *items;
	int64_t v = 0;
	size_t n;

	switch (f->kind) {
	case SHAPE_TEXT2: lua_pushstring(L, text2_in((const struct text2 *)(const void *)at, lang)); break;
	case SHAPE_REAL: lua_pushnumber(L, *(const double *)(const void *)at); break;
	case SHAPE_FLAG: lua_pushboolean(L, *(const bool *)at); break;
	case SHAPE_STRUCT: push_item(L, f->of, at, lang); break;
	case SHAPE_INT: lua_pushinteger(L, *(const int *)(const void *)at); break;
	case SHAPE_CHOICE:
		memcpy(&v, at, f->size);
		lua_pushstring(L, f->names[v]);
		break;
	case SHAPE_LIST:
		memcpy(&items, at, sizeof items);
		memcpy(&n, item + f->count, sizeof n);
		lua_createtable(L, (int)n, 0);
		for (size_t i = 0; i < n; i++) {
			push_item(L, f->of, items + i * f->of->size, lang);
			lua_rawseti(L, -2, (lua_Integer)i + 1);
		}
		break;
	default: lua_pushnil(L); break;   /* a chart has nothing else */
	}
}

/* Texts in one language, names for choices, NaN for missing numbers. */
static void push_item(lua_State *L, const struct shape *s, const char *item, enum lang lang)
{
	luaL_checkstack(L, 4, "chart");
	if (!s->field->name) {   /* it is its only field */
		push_field(L, s->field, item, lang);
		return;
	}
	lua_createtable(L, 0, 12);
	for (const struct shape_field *f = s->field; f->kind != SHAPE_END; f++) {
		push_field(L, f, item, lang);
		lua_setfield(L, -2, f->name);
	}
}

static int face_width(lua_State *L)   /* (text, bold, size) -> points */
{
	const struct typeface *f = ((struct figure_job *)lua_run_context(L))->face;

	lua_pushnumber(L, f->width(f->self, luaL_checkstring(L, 1), lua_toboolean(L, 2), luaL_checknumber(L, 3)));
	return 1;
}

static int face_missing(lua_State *L)   /* (text, bold) -> its first character without a glyph, 0 when all are there */
{
	const struct typeface *f = ((struct figure_job *)lua_run_context(L))->face;

	lua_pushinteger(L, f->missing(f->self, luaL_checkstring(L, 1), lua_toboolean(L, 2)));
	return 1;
}

static int face_wrap(lua_State *L)   /* (text, bold, size, width) -> lines, none when they do not suffice */
{
	const struct typeface *f = ((struct figure_job *)lua_run_context(L))->face;
	struct arena a = { 0 };
	char *line[WRAP_LINES];
	size_t n = f->wrap(f->self, &a, luaL_checkstring(L, 1), lua_toboolean(L, 2), luaL_checknumber(L, 3), luaL_checknumber(L, 4), line);

	lua_createtable(L, (int)n, 0);
	for (size_t i = 0; i < n; i++) {
		lua_pushstring(L, line[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	arena_free(&a);
	return 1;
}

static void fill(lua_State *L, void *context)
{
	const struct figure_job *j = context;

	push_item(L, &shape_chart, (const char *)j->c, j->lang);
	lua_setfield(L, -2, "chart");
	lua_run_set(L, "lang", j->lang == LANG_FR ? "fr" : "en");
	lua_run_set(L, "format", j->format == CHART_SVG ? "svg" : "pdf");
	lua_run_set(L, "family", j->face->family);
}

static void take(lua_State *L, void *context)
{
	size_t n;
	const char *s = lua_tolstring(L, -1, &n);

	buf_add(((struct figure_job *)context)->out, s, n);
}

bool figure_script(const struct chart *c, enum lang lang, enum chart_format format, const struct typeface *face, struct buf *out, struct err *e)
{
	static const luaL_Reg functions[] = {
		{ "width", face_width }, { "missing", face_missing }, { "wrap", face_wrap }, { NULL, NULL },
	};
	struct figure_job j = { c, lang, format, face, out };

	return lua_run(&(struct lua_run){ "figure/page", functions, fill, take, &j, e });
}
