/* The life of one analysis in its worker: catalogue and connection, Lua state, the plugin's chunk, run, the result in order. */
#include "host/plugin.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int by_read(const void *va, const void *vb)
{
	const struct read *a = va, *b = vb;
	int order = strcmp(a->package, b->package);

	if (!order)
		order = strcmp(a->table, b->table);
	return order ? order : strcmp(a->column, b->column);
}

static int by_fact(const void *va, const void *vb)
{
	const struct read_fact *a = va, *b = vb;
	int order = strcmp(a->table, b->table);

	return order ? order : strcmp(a->id, b->id);
}

static int run(lua_State *L)
{
	struct host *h = lua_env_host(L);
	struct err e;

	if (!text_is_name(h->job->id)) {
		err_set(&e, ERR_PLUGIN_NAME, "%s", h->job->id);
		err_at(&e, h->job->plugin, 0, 0);
		return lua_env_raise(L, &e);
	}
	lua_settop(L, 0);
	lua_env_push(L);                             /* 1 */
	lua_pushstring(L, h->job->plugin);
	lua_setfield(L, 1, "plugin");
	lua_env_load(L, h->job->plugin, false);
	lua_call(L, 0, 1);                           /* 2: what the chunk returns */
	lua_getfield(L, 1, "start");
	lua_insert(L, 2);
	lua_call(L, 1, 0);
	return 0;
}

/* Sets are sent in one order. Of a failed run only what it read and said is kept. */
static void settle(struct result *r, bool ok)
{
	if (r->nread)
		qsort(r->read, r->nread, sizeof *r->read, by_read);
	if (r->nfact)
		qsort(r->fact, r->nfact, sizeof *r->fact, by_fact);
	if (!ok)
		r->nvalue = r->ntable = r->nfigure = 0;
}

bool plugin_run(struct host *h, struct err *e)
{
	struct db_limits limits = { .heap = h->job->limits.sql_memory, .stop = &h->stop };
	bool ok = false;

	*h->result = (struct result){ .title = { "", "" } };
	if (!schema_read(&h->schema, h->arena, h->job->data_dir, e))
		return false;
	h->db = db_open_query(&h->schema, &limits, h->job->tmp_dir, e);
	if (h->db && lua_env_open(h, e)) {
		ok = lua_env_call(h, run, NULL, e);
		lua_env_close(h);   /* before the connection: a statement may still be in its box */
	}
	db_close(h->db);
	h->db = NULL;
	settle(h->result, ok);
	return ok;
}
