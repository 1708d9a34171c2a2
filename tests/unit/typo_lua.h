/* host/prelude/typo.lua for tests that begin with structs: its functions by name, in one state. */
#ifndef TEST_TYPO_LUA_H
#define TEST_TYPO_LUA_H
#include "base/buf.h"
#include "base/quantity.h"
#include "host/lua_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static lua_State *typo_state;   /* the table of typo.lua is on top of its stack while a test runs */

static void typo_tests(lua_State *L, void *tests)
{
	typo_state = L;
	(*(void (**)(void))tests)();
}

static void typo_fill(lua_State *L, void *unused)
{
	(void)L, (void)unused;
}

/* Runs the tests; false when the chunk or a call of it went wrong. */
static bool typo_run(void (*tests)(void), struct err *e)
{
	static const luaL_Reg none[] = { { NULL, NULL } };

	return lua_run(&(struct lua_run){ "prelude/typo", none, typo_fill, typo_tests, (void *)&tests, e });
}

static void typo_function(const char *name)
{
	luaL_checkstack(typo_state, 20, "test");
	lua_getfield(typo_state, -1, name);
}

static void typo_lang(enum lang lang)
{
	lua_pushstring(typo_state, lang == LANG_FR ? "fr" : "en");
}

static void typo_text(struct buf *out, int arguments)
{
	lua_call(typo_state, arguments, 1);
	buf_str(out, lua_tostring(typo_state, -1));
	lua_pop(typo_state, 1);
}

static void typo_end(const char *name, double v, bool open)
{
	if (!open && !isnan(v)) {
		lua_pushnumber(typo_state, v);
		lua_setfield(typo_state, -2, name);
	}
}

static void typo_push(const struct quantity *q)
{
	lua_newtable(typo_state);
	typo_end("low", q->low, q->low_open);
	typo_end("best", q->best, false);
	typo_end("high", q->high, q->high_open);
	lua_pushstring(typo_state, quantity_qualifiers[q->qualifier]);
	lua_setfield(typo_state, -2, "qualifier");
	lua_pushinteger(typo_state, q->decimals);
	lua_setfield(typo_state, -2, "decimals");
	lua_pushstring(typo_state, q->unit);
	lua_setfield(typo_state, -2, "unit");
	lua_pushstring(typo_state, q->period);
	lua_setfield(typo_state, -2, "period");
}

static inline void typo_number_as(struct buf *out, enum lang lang, double v, int decimals, bool plain)
{
	typo_function("number");
	typo_lang(lang);
	lua_pushnumber(typo_state, v);
	lua_pushinteger(typo_state, decimals);
	lua_pushboolean(typo_state, plain);
	typo_text(out, 4);
}

static inline void typo_number(struct buf *out, enum lang lang, double v, int decimals)
{
	typo_number_as(out, lang, v, decimals, false);
}

/* form: "fixed" (with decimals), "plain", "real" */
static inline void typo_of(struct buf *out, const char *form, double v, int decimals)
{
	typo_function(form);
	lua_pushnumber(typo_state, v);
	lua_pushinteger(typo_state, decimals);
	typo_text(out, 2);
}

static inline void typo_words(struct buf *out, enum lang lang, const struct quantity *q, const char *form, bool first)
{
	typo_function("words");
	typo_push(q);
	typo_lang(lang);
	lua_pushstring(typo_state, form);
	lua_pushboolean(typo_state, first);
	typo_text(out, 4);
}

static inline void typo_period(struct buf *out, enum lang lang, const char *iso)
{
	typo_function("period");
	typo_lang(lang);
	lua_pushstring(typo_state, iso);
	typo_text(out, 2);
}

/* The values on top of the stack, nil for an open end and an unknown best. */
static void typo_ends(struct quantity *q, int low, int best, int high)
{
	q->low_open = lua_isnil(typo_state, low);
	q->high_open = lua_isnil(typo_state, high);
	q->low = lua_tonumber(typo_state, low);
	q->high = lua_tonumber(typo_state, high);
	q->best = lua_isnil(typo_state, best) ? NAN : lua_tonumber(typo_state, best);
}

static inline void quantity_read(struct quantity *q, enum qualifier qualifier, double printed)
{
	typo_function("read");
	lua_pushstring(typo_state, quantity_qualifiers[qualifier]);
	lua_pushnumber(typo_state, printed);
	lua_call(typo_state, 2, 3);
	typo_ends(q, -3, -2, -1);
	q->qualifier = qualifier;
	lua_pop(typo_state, 3);
}

static inline bool quantity_add(struct quantity *sum, const struct quantity *term, struct err *e)
{
	lua_State *L = typo_state;
	int top = lua_gettop(L);

	typo_function("sum");
	typo_push(sum);
	typo_push(term);
	lua_call(L, 2, 4);
	bool ok = lua_istable(L, top + 1);
	if (!ok) {
		err_set(e, err_by_name(lua_tostring(L, top + 2)), "%s" ERR_SEP "%s", lua_tostring(L, top + 3), lua_tostring(L, top + 4));
	} else {
		static const char *const names[] = { "low", "best", "high", "qualifier", "decimals", "unit", "period" };
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			lua_getfield(L, top + 1, names[i]);
		typo_ends(sum, top + 5, top + 6, top + 7);
		for (sum->qualifier = 0; strcmp(quantity_qualifiers[sum->qualifier], lua_tostring(L, top + 8));)
			sum->qualifier++;
		sum->decimals = (int)lua_tointeger(L, top + 9);
		snprintf(sum->unit, sizeof sum->unit, "%s", lua_tostring(L, top + 10));
		snprintf(sum->period, sizeof sum->period, "%s", lua_tostring(L, top + 11));
	}
	lua_settop(L, top);
	return ok;
}
#endif
