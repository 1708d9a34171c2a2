/* What host/make.lua asks of C: files, digests, the ledger, artefacts as Lua tables by the tables of host/shape.h, gnuplot, LaTeX. */
#include "host/make.h"

#include "base/embed.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/proc.h"
#include "host/lua_run.h"
#include "host/shape.h"
#include "store/ledger.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { FILE_MAX = 64 << 20, LOG_MAX = 32 << 20 };
static const char *const langs[] = { [LANG_FR] = "fr", [LANG_EN] = "en", NULL };
struct making { struct make *m; double deadline; };   /* deadline: of LaTeX; 0 = it has not begun */

static struct make *make_of(lua_State *L)
{
	return ((struct making *)lua_run_context(L))->m;
}

static int ended(lua_State *L, bool ok, const struct err *e, int results)
{
	return ok ? results : lua_run_raise(L, e);
}

/* ---- files ---- */

static int file_list(lua_State *L)   /* (folder) -> names, and of each its kind */
{
	struct arena a = { 0 };
	const char *folder = luaL_checkstring(L, 1), **name;
	size_t n = 0;
	struct err e;
	bool ok = path_list(&a, folder, &name, &n, &e);

	lua_createtable(L, (int)n, (int)n);
	for (size_t i = 0; i < n; i++) {
		struct stat st = { 0 };
		lstat(path_join(&a, folder, name[i]), &st);
		lua_run_set(L, name[i], S_ISREG(st.st_mode) ? "file" : S_ISDIR(st.st_mode) ? "folder" : S_ISLNK(st.st_mode) ? "link" : "other");
		lua_pushstring(L, name[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	arena_free(&a);
	return ended(L, ok, &e, 1);
}

static int file_read(lua_State *L)   /* (path) -> text */
{
	struct buf b = BUF(FILE_MAX);
	struct err e;
	bool ok = path_read(luaL_checkstring(L, 1), b.max, &b, &e);

	lua_pushlstring(L, buf_text(&b), b.n);
	buf_free(&b);
	return ended(L, ok, &e, 1);
}

static int file_write(lua_State *L)   /* (path, text): published */
{
	size_t n;
	const char *text = luaL_checklstring(L, 2, &n);
	struct err e;

	return ended(L, path_write(luaL_checkstring(L, 1), text, n, &e), &e, 0);
}

static int file_create(lua_State *L)   /* (path, text): in a folder that goes with us */
{
	size_t n;
	const char *text = luaL_checklstring(L, 2, &n);
	struct err e;

	return ended(L, path_create(luaL_checkstring(L, 1), text, n, &e), &e, 0);
}

static int file_copy(lua_State *L)   /* (from, to): published */
{
	struct err e;

	return ended(L, path_copy(luaL_checkstring(L, 1), luaL_checkstring(L, 2), &e), &e, 0);
}

static int file_prepare(lua_State *L)   /* (folder): is there afterwards */
{
	struct err e;

	return ended(L, path_mkdirs(luaL_checkstring(L, 1), &e), &e, 0);
}

static int file_remove(lua_State *L)   /* (path): with all below it */
{
	struct err e;

	return ended(L, path_remove_tree(luaL_checkstring(L, 1), &e), &e, 0);
}

static int file_temporary(lua_State *L)   /* () -> a new private folder */
{
	struct arena a = { 0 };
	struct err e;

	lua_pushstring(L, path_mkdtemp(&a, make_of(L)->build, &e));
	arena_free(&a);
	return ended(L, lua_isstring(L, -1), &e, 1);
}

static int file_digest(lua_State *L)   /* (path) -> sha256, size; nothing for one that is not there */
{
	struct err missing;
	char hex[HASH_HEX];
	int64_t size;

	if (!hash_file(luaL_checkstring(L, 1), hex, &size, &missing))
		return 0;
	lua_pushstring(L, hex);
	lua_pushinteger(L, size);
	return 2;
}

static int text_hash(lua_State *L)   /* (text) -> sha256 */
{
	char hex[HASH_HEX];
	size_t n;
	const char *s = luaL_checklstring(L, 1, &n);

	hash_bytes(s, n, hex);
	lua_pushstring(L, hex);
	return 1;
}

/* ---- what was made ---- */

static int get_made(lua_State *L)   /* (kind, id) -> key and digest of what was made last; nothing when it never was */
{
	struct arena a = { 0 };
	struct db *l = make_of(L)->ledger;
	const char *key, *digest;
	struct err e;
	int known = l ? ledger_made(l, &a, luaL_checkstring(L, 1), luaL_checkstring(L, 2), &key, &digest, &e) : 0;

	lua_pushstring(L, known == 1 ? key : NULL);
	lua_pushstring(L, known == 1 ? digest : NULL);
	arena_free(&a);
	return ended(L, known >= 0, &e, 2);
}

static int record_made(lua_State *L)   /* (kind, id, key, digest) */
{
	struct make *m = make_of(L);
	struct err e;

	m->made++;
	return ended(L, !m->ledger || ledger_record_made(m->ledger, luaL_checkstring(L, 1), luaL_checkstring(L, 2), luaL_checkstring(L, 3),
		luaL_checkstring(L, 4), &e), &e, 0);
}

/* ---- artefacts ---- */

struct push { enum lang lang; size_t columns; };   /* columns: of the table whose rows are pushed */

static void push_item(lua_State *L, const struct shape *s, const char *item, struct push *p);

static void push_field(lua_State *L, const struct shape_field *f, const char *item, struct push *p)
{
	const char *at = item + f->at, *items;
	int64_t v = 0;
	size_t n = 1;

	switch (f->kind) {
	case SHAPE_NAME:
	case SHAPE_TEXT: lua_pushstring(L, *(const char *const *)(const void *)at); break;
	case SHAPE_CHARS: lua_pushstring(L, at); break;
	case SHAPE_TEXT2: lua_pushstring(L, text2_in((const struct text2 *)(const void *)at, p->lang)); break;
	case SHAPE_REAL: lua_pushnumber(L, *(const double *)(const void *)at); break;
	case SHAPE_FLAG: lua_pushboolean(L, *(const bool *)at); break;
	case SHAPE_INT: lua_pushinteger(L, *(const int *)(const void *)at); break;
	case SHAPE_CHOICE:
		memcpy(&v, at, f->size);
		lua_pushstring(L, f->names[v]);
		break;
	case SHAPE_LIST:
	case SHAPE_CELLS:
		memcpy(&items, at, sizeof items);
		if (f->count)
			memcpy(&n, item + f->count, sizeof n);
		if (f->kind == SHAPE_CELLS)
			n *= p->columns;
		else if (!strcmp(f->name, "columns"))
			p->columns = n;
		lua_createtable(L, (int)n, 0);
		for (size_t i = 0; i < n; i++) {
			if (f->kind == SHAPE_LIST)
				push_item(L, f->of, items + i * f->of->size, p);
			else
				lua_pushstring(L, text2_in((const struct text2 *)(const void *)items + i, p->lang));
			lua_rawseti(L, -2, (lua_Integer)i + 1);
		}
		break;
	case SHAPE_STRUCT:   /* of a chart its digest: only who draws needs the whole */
		if (f->of == &shape_chart)
			lua_pushstring(L, ((const struct chart *)(const void *)at)->digest[p->lang]);
		else
			push_item(L, f->of, at, p);
		break;
	case SHAPE_END: break;
	}
}

/* Texts in one language, names for choices, NaN for missing numbers. */
static void push_item(lua_State *L, const struct shape *s, const char *item, struct push *p)
{
	luaL_checkstack(L, 4, "artefact");
	if (!s->field->name) {   /* it is its only field */
		push_field(L, s->field, item, p);
		return;
	}
	lua_createtable(L, 0, 12);
	for (const struct shape_field *f = s->field; f->kind != SHAPE_END; f++) {
		push_field(L, f, item, p);
		lua_setfield(L, -2, f->name ? f->name : "text");
	}
}

static const struct result *result_of(lua_State *L)   /* of the part whose number is argument 1 */
{
	const struct make *m = make_of(L);
	size_t part = (size_t)luaL_checkinteger(L, 1) - 1;

	luaL_argcheck(L, part < m->npart && m->part[part].result, 1, "part");
	return m->part[part].result;
}

static int get_artefact(lua_State *L)   /* (part, "values" or "tables" or "figures", number, lang) -> it */
{
	const char *result = (const char *)result_of(L), *kind = luaL_checkstring(L, 2), *items;
	const struct shape_field *f = shape_result.field;
	struct push p = { .lang = (enum lang)luaL_checkoption(L, 4, NULL, langs) };
	size_t i = (size_t)luaL_checkinteger(L, 3) - 1, n;

	while (strcmp(f->name, kind))
		f++;
	memcpy(&items, result + f->at, sizeof items);
	memcpy(&n, result + f->count, sizeof n);
	luaL_argcheck(L, i < n, 3, "number");
	push_item(L, f->of, items + i * f->of->size, &p);
	return 1;
}

static int get_chart(lua_State *L)   /* (part, number of a figure, lang) -> its chart */
{
	const struct result *r = result_of(L);
	struct push p = { .lang = (enum lang)luaL_checkoption(L, 3, NULL, langs) };
	size_t i = (size_t)luaL_checkinteger(L, 2) - 1;

	luaL_argcheck(L, i < r->nfigure, 2, "number");
	push_item(L, &shape_chart, (const char *)&r->figure[i].chart, &p);
	return 1;
}

/* The analyses: id, and the names of their values, tables and figures. */
static void push_parts(lua_State *L, const struct make *m)
{
	lua_createtable(L, (int)m->npart, 0);
	for (size_t i = 0; i < m->npart; i++) {
		const char *result = (const char *)m->part[i].result, *items;
		lua_createtable(L, 0, 4);
		lua_run_set(L, "id", m->part[i].id);
		for (const struct shape_field *f = shape_result.field; result && f->kind != SHAPE_END; f++) {
			size_t n;
			if (f->kind != SHAPE_LIST || f->of->field->kind != SHAPE_NAME)
				continue;
			memcpy(&items, result + f->at, sizeof items);
			memcpy(&n, result + f->count, sizeof n);
			lua_createtable(L, (int)n, 0);
			for (size_t k = 0; k < n; k++) {
				lua_pushstring(L, *(const char *const *)(const void *)(items + k * f->of->size + f->of->field->at));
				lua_rawseti(L, -2, (lua_Integer)k + 1);
			}
			lua_setfield(L, -2, f->name);
		}
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
}

static int get_units(lua_State *L)   /* () -> for each counting unit its words for one and for many */
{
	const struct make *m = make_of(L);
	const char *lang = langs[m->lang];
	struct err e;

	lua_newtable(L);
	if (!m->units || !schema_table(m->schema, m->units))
		return 1;
	const char *sql = lua_pushfstring(L, "SELECT coalesce(unit, ''), coalesce(%s_one, unit), coalesce(%s_many, unit) FROM \"%s\"", lang, lang, m->units);
	struct db *db = db_open_query(m->schema, NULL, NULL, &e);
	struct stmt *st = db ? db_query(db, sql, NULL, 0, &e) : NULL;
	int step = st ? stmt_step(st, &e) : -1;
	lua_insert(L, -2);
	for (; step == 1; step = stmt_step(st, &e)) {
		lua_createtable(L, 2, 0);
		for (int i = 1; i <= 2; i++) {
			lua_pushstring(L, stmt_text(st, i));
			lua_rawseti(L, -2, i);
		}
		lua_setfield(L, -2, stmt_text(st, 0));
	}
	stmt_done(st);
	db_close(db);
	return ended(L, step == 0, &e, 1);
}

/* ---- tools ---- */

static int paint_ready(lua_State *L)   /* (private folder) */
{
	const struct make *m = make_of(L);
	struct err e;

	return ended(L, m->painter->ready(m->gnuplot, luaL_checkstring(L, 1), &e), &e, 0);
}

static int paint_advance(lua_State *L)   /* (character, bold) -> its width in ems, below 0 where there is no glyph */
{
	const struct make *m = make_of(L);

	lua_pushnumber(L, m->painter->advance(m->gnuplot, (uint32_t)luaL_checkinteger(L, 1), lua_toboolean(L, 2)));
	return 1;
}

static int paint_draw(lua_State *L)   /* (script, name of the file that it makes) -> that file */
{
	const struct make *m = make_of(L);
	struct buf b = BUF(FILE_MAX);
	size_t n;
	const char *script = luaL_checklstring(L, 1, &n);
	struct err e;
	bool ok = m->painter->draw(m->gnuplot, script, n, luaL_checkstring(L, 2), &b, &e);

	lua_pushlstring(L, buf_text(&b), b.n);
	buf_free(&b);
	return ended(L, ok, &e, 1);
}

static int run_latex(lua_State *L)   /* (folder, name, draft, f): runs pdflatex over <name>.tex there; f gets its log */
{
	struct making *x = lua_run_context(L);
	const char *folder = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
	struct arena a = { 0 };
	struct buf log = BUF(LOG_MAX);
	struct err e;
	struct proc child = { 0 };

	x->deadline = x->deadline > 0 ? x->deadline : proc_clock() + x->m->wall_seconds;
	struct proc_opt o = {
		.kind = PROC_TEX, .tool = "pdflatex", .write = { folder }, .cwd = folder,
		.args = { "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error", "-no-parse-first-line",
			"-no-mktex=pk", "-no-mktex=tfm", "-no-mktex=tex", "-no-mktex=fmt", lua_toboolean(L, 3) ? "-draftmode" : "-output-format=pdf",
			arena_printf(&a, "-jobname=%s", name), arena_printf(&a, "%s.tex", name) },
		.env = { "LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=/nonexistent", "TEXMFHOME=", "TEXMFVAR=", "TEXMFCONFIG=",
			"openin_any=p", "openout_any=p", "shell_escape=f", "max_print_line=1000", "error_line=254", "half_error_line=238",
			"FORCE_SOURCE_DATE=1", arena_printf(&a, "SOURCE_DATE_EPOCH=%lld", x->m->epoch) },
		.memory = (uint64_t)2 << 30, .file_size = (uint64_t)256 << 20, .stderr_max = 8192, .allow_unjailed = x->m->allow_unjailed,
		.wall_seconds = fmax(x->deadline - proc_clock(), .05),
	};
	const char *path = arena_printf(&a, "%s/%s.log", folder, name);
	o.cpu_seconds = (unsigned)o.wall_seconds + 2;
	bool ok = proc_run(&child, &o, NULL, 0, NULL, &e);
	bool told = ok && child.end == PROC_EXITED && path_exists(path);
	ok = ok && (!told || path_read(path, log.max, &log, &e));
	bool well = ok && proc_ok(&child, o.tool, &e);
	proc_close(&child);
	lua_pushlstring(L, buf_text(&log), log.n);
	buf_free(&log);
	arena_free(&a);
	if (ok && told)
		lua_call(L, 1, 0);   /* what the log says comes before how the process ended */
	return ended(L, well, &e, 0);
}

/* ---- talk ---- */

static int log_next(lua_State *L)   /* (name of what is made now) */
{
	log_step(make_of(L)->log, luaL_checkstring(L, 1), make_of(L)->made, 0);
	return 0;
}

static int log_line(lua_State *L)   /* (text) */
{
	log_note(make_of(L)->log, "%s", luaL_checkstring(L, 1));
	return 0;
}

static int put_message(lua_State *L)   /* (message name, argument) -> its words */
{
	struct buf text = BUF(2000);
	struct err x;

	lua_run_message(L, 1, &x);
	err_message(&x, make_of(L)->talk, &text);
	lua_pushstring(L, buf_text(&text));
	buf_free(&text);
	return 1;
}

static int add_note(lua_State *L)   /* (error, note, start of a message name, file): the file where the name of the message begins so */
{
	struct err *e = luaL_checkudata(L, 1, LUA_RUN_ERROR);
	const char *start = luaL_optstring(L, 3, NULL);

	if (start && !strncmp(err_name(e->id), start, strlen(start)))
		err_at(e, luaL_checkstring(L, 4), 0, 0);
	err_note(e, "%s", luaL_checkstring(L, 2));
	return 0;
}

static void fill(lua_State *L, void *context)
{
	const struct make *m = ((struct making *)context)->m;
	const struct embed *style = embed_find("render/continuum.sty");
	const struct { const char *name, *text; } set[] = {
		{ "what", m->what }, { "root", m->root }, { "build", m->build }, { "edition", m->edition }, { "date", m->date }, { "dir", m->dir },
		{ "name", m->name }, { "lang", langs[m->lang] }, { "talk", langs[m->talk] }, { "family", m->painter ? m->painter->family : NULL },
		{ "program", embed_build },
	};
	char stamp[16] = "";
	struct tm tm;

	for (size_t i = 0; i < sizeof set / sizeof *set; i++)
		lua_run_set(L, set[i].name, set[i].text);
	strftime(stamp, sizeof stamp, "%Y%m%d%H%M%S", gmtime_r(&(time_t){ (time_t)m->epoch }, &tm));
	lua_run_set(L, "stamp", stamp);
	lua_pushlstring(L, (const char *)style->data, style->size);
	lua_setfield(L, -2, "style");
	lua_newtable(L);
	for (enum lang l = LANG_FR; l <= LANG_EN; l++)
		if (m->draws[l]) {
			lua_pushstring(L, langs[l]);
			lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
		}
	lua_setfield(L, -2, "draws");
	push_parts(L, m);
	lua_setfield(L, -2, "parts");
}

static void take(lua_State *L, void *context)
{
	((struct making *)context)->m->made += (size_t)lua_toboolean(L, -1);
}

bool make_run(struct make *m, struct err *e)
{
	static const luaL_Reg functions[] = {
		{ "list", file_list }, { "read", file_read }, { "write", file_write }, { "create", file_create }, { "copy", file_copy },
		{ "prepare", file_prepare }, { "remove", file_remove }, { "temporary", file_temporary }, { "digest", file_digest }, { "hash", text_hash },
		{ "made", get_made }, { "record", record_made }, { "artefact", get_artefact }, { "chart", get_chart }, { "units", get_units },
		{ "ready", paint_ready }, { "advance", paint_advance }, { "draw", paint_draw }, { "latex", run_latex },
		{ "step", log_next }, { "note", log_line },
		{ "message", put_message }, { "add_note", add_note },
		{ NULL, NULL },
	};
	struct making x = { .m = m };

	return lua_run(&(struct lua_run){ "make", functions, fill, take, &x, e });
}
