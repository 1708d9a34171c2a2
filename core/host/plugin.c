/* The life of one analysis in its worker: catalogue and connection, the plugin, the message of what it made. */
#include "host/plugin.h"

#include "host/lua_emit.h"

bool plugin_run(struct host *h, struct buf *message, struct err *e)
{
	struct db_limits limits = { .heap = h->job->limits.sql_memory, .stop = &h->stop };

	if (schema_read(&h->schema, h->arena, h->job->data_dir, e))
		h->db = db_open_query(&h->schema, &limits, h->job->tmp_dir, e);
	bool ok = h->db && lua_env_run(h, e);
	db_close(h->db);
	lua_emit_message(h, ok ? NULL : e, message);
	return ok;
}
