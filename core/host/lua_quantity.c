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

static const char *const languages[] = { "fr", "en", NULL };   /* in the order of enum lang */

static struct quantity *check(lua_State *L, int i)
{
	return luaL_checkudata(L, i, QUANTITY);
}

static struct quantity *push(lua_State *L, const struct quantity *q)
{
	struct quantity *box = lua_newuserdatauv(L, sizeof *box, 1);

	*box = *q;
	luaL_setmetatable(L, QUANTITY);
	lua_newtable(L);
	lua_setiuservalue(L, -2, 1);
	return box;
}

/* Pushes what the buffer holds and frees it first: pushing may raise. */
static void push_text(lua_State *L, struct buf *b)
{
	char text[1024];
	size_t n = b->n < sizeof text ? b->n : sizeof text;

	memcpy(text, buf_text(b), n);
	buf_free(b);
	lua_pushlstring(L, text, n);
}

/* A finite number in field `name` of the table at 1; false when it is nil. */
static bool get_number(lua_State *L, const char *name, double *out)
{
	struct err e;

	lua_getfield(L, 1, name);
	bool given = !lua_isnil(L, -1);
	if (given) {
		*out = lua_tonumber(L, -1);
		if (lua_type(L, -1) != LUA_TNUMBER)
			err_set(&e, ERR_ARGUMENT, "%s" ERR_SEP "%s" ERR_SEP "%s", name, "number", lua_env_type(L, -1));
		else if (!(fabs(*out) <= 1e300))
			err_set(&e, ERR_OUTPUT_NUMBER, "%s" ERR_SEP "%s", name, isnan(*out) ? "NaN" : "inf");
		if (lua_type(L, -1) != LUA_TNUMBER || !(fabs(*out) <= 1e300))
			lua_env_raise(L, &e);
	}
	lua_pop(L, 1);
	return given;
}

static void get_text(lua_State *L, const char *name, char *out, size_t size)
{
	struct err e;

	lua_getfield(L, 1, name);
	const char *s = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
	size_t at;
	bool control;
	if ((!lua_isnil(L, -1) && lua_type(L, -1) != LUA_TSTRING) || strlen(s) >= size || !shape_text_ok(s, strlen(s), &at, &control)) {
		err_set(&e, ERR_ARGUMENT, "%s" ERR_SEP "%s" ERR_SEP "%s", name, "string", *s ? s : lua_env_type(L, -1));
		lua_env_raise(L, &e);
	}
	memcpy(out, s, strlen(s) + 1);
	lua_pop(L, 1);
}

/* Digits after the decimal sign of the shortest text of v. */
static int decimals_of(double v)
{
	struct buf b = BUF(64);

	if (!isfinite(v))
		return 0;
	num_put_real(&b, v);
	const char *point = strchr(buf_text(&b), '.');
	size_t n = point ? strspn(point + 1, "0123456789") : 0;
	buf_free(&b);
	return n < 15 ? (int)n : 15;
}

/* { best, low, high, low_open, high_open, qualifier, decimals, unit, period } -> quantity. The qualifier's reading rule makes the bounds
 * that are not given. */
static int quantity_new(lua_State *L)
{
	struct quantity q = { .low = NAN, .best = NAN, .high = NAN };
	enum qualifier qualifier = Q_EXACT;
	double best = NAN, low, high, decimals;
	char name[32] = "";
	struct err e;

	luaL_checktype(L, 1, LUA_TTABLE);
	get_text(L, "qualifier", name, sizeof name);
	if (*name && !quantity_qualifier(name, &qualifier)) {
		err_set(&e, ERR_OPTION_CHOICE, "%s" ERR_SEP "%s" ERR_SEP "%s" ERR_SEP "%s", "quantity", "qualifier", name,
			"exact, round, about, more_than, at_least, almost, several, interval, derived, target, forecast");
		return lua_env_raise(L, &e);
	}
	bool known = get_number(L, "best", &best), has_low = get_number(L, "low", &low), has_high = get_number(L, "high", &high);
	q.qualifier = qualifier;
	q.low_open = !known;
	q.high_open = !known;
	if (known)
		quantity_read(&q, qualifier, best);
	if (has_low) {
		q.low = low;
		q.low_open = false;
	}
	if (has_high) {
		q.high = high;
		q.high_open = false;
	}
	get_text(L, "unit", q.unit, sizeof q.unit);
	get_text(L, "period", q.period, sizeof q.period);
	if (get_number(L, "decimals", &decimals))
		q.decimals = decimals >= 0 && decimals <= 15 ? (int)decimals : -1;
	else
		q.decimals = known ? decimals_of(best) : 0;
	if ((known || has_low || has_high) && quantity_valid(&q)) {
		push(L, &q);
		return 1;
	}
	err_set(&e, ERR_OUTPUT_QUANTITY, "%s", "quantity");
	return lua_env_raise(L, &e);
}

/* (quantity, field) -> number or text; nil for an end that is open and a best that is not stated */
static int quantity_get(lua_State *L)
{
	const struct quantity *q = check(L, 1);
	const char *field = luaL_checkstring(L, 2);
	const struct { const char *name; double v; bool open; } number[] = {
		{ "low", q->low, q->low_open }, { "best", q->best, false }, { "high", q->high, q->high_open }, { "decimals", q->decimals, false },
	};
	const struct { const char *name, *s; } text[] = {
		{ "qualifier", quantity_qualifier_name(q->qualifier) }, { "unit", q->unit }, { "period", q->period },
	};

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		if (!strcmp(field, text[i].name)) {
			lua_pushstring(L, text[i].s);
			return 1;
		}
	for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
		if (strcmp(field, number[i].name) != 0 || number[i].open || isnan(number[i].v))
			continue;
		if (number[i].v == floor(number[i].v) && fabs(number[i].v) < 9e15)
			lua_pushinteger(L, (lua_Integer)number[i].v);
		else
			lua_pushnumber(L, number[i].v);
		return 1;
	}
	return 0;
}

/* (quantity, language, form, begins a sentence) -> text */
static int quantity_text(lua_State *L)
{
	static const char *const forms[] = { "words", "interval", "bare", "qualifier", "period", "low", "high", NULL };
	const struct quantity *q = check(L, 1);
	enum lang lang = (enum lang)luaL_checkoption(L, 2, NULL, languages);
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
	push_text(L, &b);
	return 1;
}

/* (a, b, quiet) -> a + b. Unlike things raise, or with quiet give nil and the reason in both languages. */
static int quantity_sum(lua_State *L)
{
	struct quantity sum = *check(L, 1);
	const struct quantity *term = check(L, 2);
	struct err e = { 0 };

	if (quantity_add(&sum, term, &e)) {
		push(L, &sum);
		return 1;
	}
	if (!lua_toboolean(L, 3))
		return lua_env_raise(L, &e);
	lua_pushnil(L);
	lua_newtable(L);
	for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
		struct buf b = BUF(600);
		err_message(&e, lang, &b);
		push_text(L, &b);
		lua_setfield(L, -2, languages[lang]);
	}
	return 2;
}

/* (quantity) -> the table that goes with it */
static int quantity_info(lua_State *L)
{
	check(L, 1);
	lua_getiuservalue(L, 1, 1);
	return 1;
}

/* (language, number, decimals, plain) -> text; plain: a year or code, or a number for a data file, without grouping */
static int quantity_number(lua_State *L)
{
	enum lang lang = (enum lang)luaL_checkoption(L, 1, NULL, languages);
	double v = luaL_checknumber(L, 2);
	lua_Integer decimals = luaL_optinteger(L, 3, 0);
	struct buf b = BUF(600);
	struct err e;

	if (!isfinite(v)) {
		err_set(&e, ERR_OUTPUT_NUMBER, "%s" ERR_SEP "%s", "a number", isnan(v) ? "NaN" : v > 0 ? "inf" : "-inf");
		return lua_env_raise(L, &e);
	}
	luaL_argcheck(L, decimals >= 0 && decimals <= 15, 3, "0 to 15 decimals");
	if (lua_toboolean(L, 4))
		num_put_fixed(&b, v, (int)decimals);
	else
		typo_number(&b, lang, v, (int)decimals);
	char *point = lua_toboolean(L, 4) && lang == LANG_FR ? strchr(buf_text(&b), '.') : NULL;
	if (point)
		*point = ',';
	push_text(L, &b);
	return 1;
}

/* (language, ISO period) -> text */
static int quantity_period(lua_State *L)
{
	enum lang lang = (enum lang)luaL_checkoption(L, 1, NULL, languages);
	const char *iso = luaL_checkstring(L, 2);
	struct buf b = BUF(600);

	typo_period(&b, lang, iso);
	push_text(L, &b);
	return 1;
}

static int quantity_decimals(lua_State *L)
{
	lua_pushinteger(L, decimals_of(luaL_checknumber(L, 1)));
	return 1;
}

void lua_quantity_register(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "quantity", quantity_new }, { "get", quantity_get }, { "words", quantity_text }, { "sum", quantity_sum }, { "info", quantity_info },
		{ "number", quantity_number }, { "period", quantity_period }, { "decimals", quantity_decimals }, { NULL, NULL },
	};

	lua_env_push(L);
	luaL_setfuncs(L, functions, 0);
	luaL_newmetatable(L, QUANTITY);
	lua_pushboolean(L, false);
	lua_setfield(L, -2, "__metatable");
	lua_setfield(L, -2, "quantity_meta");
	lua_pop(L, 1);
}
