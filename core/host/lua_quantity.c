/* Quantities and printed numbers for the prelude, which makes methods and operators of them.
 * The words are those of base/typo: one formatter for all. */
#include "host/lua_quantity.h"

#include "base/num.h"
#include "base/typo.h"
#include "host/lua_env.h"
#include "host/shape.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

static const struct quantity *check(lua_State *L, int i)
{
	return luaL_checkudata(L, i, QUANTITY);
}

static enum lang language(lua_State *L, int i)
{
	static const char *const languages[] = { "fr", "en", NULL };   /* in the order of enum lang */

	return (enum lang)luaL_checkoption(L, i, NULL, languages);
}

/* User value 1 is the table that goes with the quantity. */
static void push(lua_State *L, const struct quantity *q)
{
	struct quantity *box = lua_newuserdatauv(L, sizeof *box, 1);

	*box = *q;
	luaL_setmetatable(L, QUANTITY);
	lua_newtable(L);
	lua_setiuservalue(L, -2, 1);
}

/* (best, low, high, qualifier, decimals, unit, period) -> quantity.
 * The qualifier's reading rule makes the bounds that are not given. */
static int quantity_new(lua_State *L)
{
	double best = luaL_optnumber(L, 1, NAN), low = luaL_optnumber(L, 2, NAN), high = luaL_optnumber(L, 3, NAN);
	enum qualifier qualifier = (enum qualifier)luaL_checkoption(L, 4, "exact", quantity_qualifiers);
	struct quantity q = { .best = NAN, .low_open = true, .high_open = true, .qualifier = qualifier };
	struct err e;

	if (!isnan(best))
		quantity_read(&q, qualifier, best);
	if (!isnan(low)) {
		q.low = low;
		q.low_open = false;
	}
	if (!isnan(high)) {
		q.high = high;
		q.high_open = false;
	}
	q.decimals = (int)luaL_optinteger(L, 5, 0);
	strncpy(q.unit, luaL_optstring(L, 6, ""), sizeof q.unit - 1);
	strncpy(q.period, luaL_optstring(L, 7, ""), sizeof q.period - 1);
	if ((q.low_open && q.high_open) || !quantity_valid(&q)) {
		err_set(&e, ERR_OUTPUT_QUANTITY, "%s", "quantity");
		return lua_env_raise(L, &e);
	}
	push(L, &q);
	return 1;
}

/* (quantity, field) -> float, whole number or text; nil for an end that is open and a best that is not stated */
static int quantity_get(lua_State *L)
{
	const struct quantity *q = check(L, 1);
	const char *name = luaL_checkstring(L, 2);
	const struct shape_field *f = shape_quantity.field;

	while (f->kind != SHAPE_END && strcmp(f->name, name) != 0)
		f++;
	const void *at = (const char *)q + f->at;
	bool open = (at == &q->low && q->low_open) || (at == &q->high && q->high_open);
	if (f->kind == SHAPE_CHARS)
		lua_pushstring(L, at);
	else if (f->kind == SHAPE_CHOICE)
		lua_pushstring(L, f->names[q->qualifier]);
	else if (f->kind == SHAPE_INT)
		lua_pushinteger(L, q->decimals);
	else if (f->kind == SHAPE_REAL && !open && !isnan(*(const double *)at))
		lua_pushnumber(L, *(const double *)at);
	else
		lua_pushnil(L);
	return 1;
}

/* (quantity, language, form, begins a sentence) -> text */
static int quantity_text(lua_State *L)
{
	static const char *const forms[] = { "words", "interval", "bare", "qualifier", "period", "low", "high", NULL };
	const struct quantity *q = check(L, 1);
	enum lang lang = language(L, 2);
	int form = luaL_checkoption(L, 3, "words", forms);
	struct buf b = BUF(1000);

	switch (form) {
	case 0: typo_quantity(&b, lang, q, lua_toboolean(L, 4)); break;
	case 1: typo_interval(&b, lang, q); break;
	case 2: typo_bare(&b, lang, q); break;
	case 3: buf_str(&b, typo_qualifier(lang, q->qualifier)); break;
	case 4: typo_period(&b, lang, q->period); break;
	case 5: if (!q->low_open) typo_number(&b, lang, q->low, q->decimals); break;
	default: if (!q->high_open) typo_number(&b, lang, q->high, q->decimals); break;
	}
	lua_env_text(L, &b);
	return 1;
}

/* (a, b, quiet) -> a + b. Unlike things raise, or with quiet give nil and the reason in French and in English. */
static int quantity_sum(lua_State *L)
{
	struct quantity sum = *check(L, 1);
	struct err e;

	if (quantity_add(&sum, check(L, 2), &e)) {
		push(L, &sum);
		return 1;
	}
	if (!lua_toboolean(L, 3))
		return lua_env_raise(L, &e);
	lua_pushnil(L);
	for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
		struct buf b = BUF(600);
		err_message(&e, lang, &b);
		lua_env_text(L, &b);
	}
	return 3;
}

/* (quantity) -> the table that goes with it */
static int quantity_info(lua_State *L)
{
	check(L, 1);
	lua_getiuservalue(L, 1, 1);
	return 1;
}

/* (language, finite number, decimals, plain) -> text; plain: a year, a code or a number of a data file, not grouped */
static int quantity_number(lua_State *L)
{
	enum lang lang = language(L, 1);
	double v = luaL_checknumber(L, 2);
	lua_Integer decimals = luaL_checkinteger(L, 3);
	struct buf b = BUF(600);

	luaL_argcheck(L, isfinite(v), 2, "a finite number");
	luaL_argcheck(L, decimals >= 0 && decimals <= 15, 3, "0 to 15 decimals");
	if (!lua_toboolean(L, 4))
		typo_number(&b, lang, v, (int)decimals);
	else
		num_put_fixed(&b, v, (int)decimals);
	char *point = lua_toboolean(L, 4) && lang == LANG_FR ? strchr(b.s, '.') : NULL;
	if (point)
		*point = ',';
	lua_env_text(L, &b);
	return 1;
}

/* (language, ISO period) -> text */
static int quantity_period(lua_State *L)
{
	struct buf b = BUF(600);

	typo_period(&b, language(L, 1), luaL_checkstring(L, 2));
	lua_env_text(L, &b);
	return 1;
}

void lua_quantity_open(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "quantity", quantity_new }, { "get", quantity_get }, { "words", quantity_text }, { "sum", quantity_sum },
		{ "info", quantity_info }, { "number", quantity_number }, { "period", quantity_period }, { NULL, NULL },
	};

	luaL_setfuncs(L, functions, 0);
	luaL_newmetatable(L, QUANTITY);
	lua_setfield(L, -2, "quantity_meta");
}
