/* The life of one analysis in its worker: catalogue and connection, the plugin, the result in order. */
#include "host/plugin.h"

#include "host/shape.h"

#include <stdlib.h>
#include <string.h>

/* Sets are sent in one order. Of a failed run only what it read and said is kept. */
static void settle(struct result *r, bool ok)
{
	for (const struct shape_field *f = shape_result.field; f->kind != SHAPE_END; f++) {
		const size_t *n = (const size_t *)(const void *)((char *)r + f->count);
		void *items;
		if (f->kind != SHAPE_LIST || !f->of->key || !*n)
			continue;
		memcpy(&items, (char *)r + f->at, sizeof items);
		qsort_r(items, *n, f->of->size, shape_order, (void *)(uintptr_t)f->of);
	}
	if (!ok)
		r->nvalue = r->ntable = r->nfigure = 0;
}

bool plugin_run(struct host *h, struct err *e)
{
	struct db_limits limits = { .heap = h->job->limits.sql_memory, .stop = &h->stop };

	*h->result = (struct result){ .title = { "", "" } };
	if (!schema_read(&h->schema, h->arena, h->job->data_dir, e))
		return false;
	h->db = db_open_query(&h->schema, &limits, h->job->tmp_dir, e);
	bool ok = h->db && lua_env_run(h, e);
	db_close(h->db);
	settle(h->result, ok);
	return ok;
}
