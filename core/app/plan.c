/* Lock, ledger, stamps and results: what the phases of a build stand on. */
#include "app/plan.h"

#include "base/embed.h"
#include "base/path.h"
#include "host/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* One writer at a time. The lock file is never deleted; it holds the writer's number for the message of a second one. */
static int take_lock(struct project *p, struct err *e)
{
	const char *path = path_join(&p->arena, p->state, "lock");
	char number[24] = "";
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0) {
		err_system(e, ERR_OPEN, ".continuum/lock");
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		ssize_t n = pread(fd, number, sizeof number - 1, 0);
		err_set(e, ERR_LOCKED, "%.*s", n > 0 ? (int)strcspn(number, "\n") : 1, n > 0 ? number : "?");
		close(fd);
		return -1;
	}
	int n = snprintf(number, sizeof number, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) || pwrite(fd, number, (size_t)n, 0) != n) {
		err_set(e, ERR_WRITE, "%s", ".continuum/lock");
		close(fd);
		return -1;
	}
	return fd;
}

bool plan_open(struct plan *p, bool write, struct err *e)
{
	struct project *j = &p->project;
	const char *ledger = path_join(&j->arena, j->state, "ledger.db");

	if (write && (!path_mkdirs(j->data, e) || !path_mkdirs(j->build, e) || (p->lock = take_lock(j, e)) < 0))
		return false;
	/* The lock is held: nobody else is writing. */
	for (size_t i = 0; write && i < j->sweep.n; i++)
		if (!path_sweep(path_join(&j->arena, j->root, j->sweep.s[i]), e))
			return false;
	if (!write && !path_exists(ledger))
		return true;
	p->ledger = ledger_open(ledger, e);
	return p->ledger != NULL;
}

void plan_close(struct plan *p)
{
	for (struct plan_load *l = p->load; l; l = l->next)
		load_stop(l->run);
	db_close(p->ledger);
	if (p->lock >= 0)
		close(p->lock);
	arena_free(&p->project.arena);
	*p = (struct plan){ .app = p->app, .lock = -1 };
}

bool plan_schema(struct plan *p, struct err *e)
{
	struct arena *a = &p->project.arena;
	char hex[HASH_HEX];

	if (!schema_read(&p->schema, a, p->project.data, e))
		return false;
	for (size_t i = 0; i < p->schema.ntable; i++) {
		struct schema_table *t = &p->schema.table[i];
		const char *const part[] = { t->package, t->title, t->source_fr, t->source_en, t->address, t->status };
		struct hash *h = hash_open();
		for (size_t k = 0; k < sizeof part / sizeof *part; k++)
			hash_str(h, part[k] ? part[k] : "");
		for (size_t k = 0; k < t->ncolumn; k++)
			hash_str(h, t->column[k].unit ? t->column[k].unit : "");
		hash_close(h, hex);
		t->stamp = arena_printf(a, "%s-%.16s", t->stamp, hex);
		for (size_t k = 0; k < t->ncolumn; k++)
			t->column[k].stamp = arena_printf(a, "%s-%.16s", t->column[k].stamp, hex);
	}
	return true;
}

const char *plan_stamp(const struct plan *p, const char *table, const char *column)
{
	const struct schema_table *t = schema_table(&p->schema, table);
	const struct schema_column *c = t && *column ? schema_column(t, column) : NULL;

	return c ? c->stamp : t && !*column ? t->stamp : "";
}

/* A fact's digest: its row, and the tables beside it that name its document. */
const char *plan_fact_stamp(struct plan *p, struct db *db, const char *table, const char *id, struct err *e)
{
	const struct schema_table *t = schema_table(&p->schema, table);
	char *sql = arena_printf(&p->project.arena, "SELECT * FROM \"%s\" WHERE fact_id = ?1", table), hex[HASH_HEX];
	struct stmt *st = t ? db_query(db, sql, CELLS(cell_text(id)), e) : NULL;
	int step;

	if (!t)
		return "absent";
	if (!st)
		return NULL;
	struct hash *h = hash_open();
	while ((step = stmt_step(st, e)) == 1)
		for (int i = 0; i < stmt_columns(st); i++) {
			const char *cell = stmt_text(st, i);
			hash_str(h, cell ? cell : "\x01");
		}
	stmt_done(st);
	for (size_t i = 0; i < p->schema.ntable; i++)
		if (!strcmp(p->schema.table[i].package, t->package) && strcmp(p->schema.table[i].name, table))
			hash_str(h, p->schema.table[i].stamp);
	hash_close(h, hex);
	return step < 0 ? NULL : arena_strdup(&p->project.arena, hex);
}

static struct worker_job worker_job(struct plan *p, const struct plan_analysis *a, const char *tmp_dir)
{
	struct project *j = &p->project;

	return (struct worker_job){
		.root = j->root, .plugin = a->path, .id = a->id, .data_dir = j->data, .tmp_dir = tmp_dir, .fact_tables = j->facts.s,
		.nfact_table = j->facts.n, .units_table = j->units, .limits = { j->seconds, j->memory, j->sql_memory, j->output, j->allow_unjailed },
	};
}

bool plan_key(struct plan *p, const struct plan_analysis *a, char key[HASH_HEX], struct err *e)
{
	struct worker_job job = worker_job(p, a, "");
	char plugin[HASH_HEX];

	if (!worker_key(&job, plugin, e))
		return false;
	struct hash *h = hash_open();
	hash_str(h, embed_build);
	hash_str(h, plugin);
	hash_str(h, p->project.units ? plan_stamp(p, p->project.units, "") : "");
	hash_close(h, key);
	return true;
}

static const char *result_path(struct plan *p, const struct plan_analysis *a)
{
	return arena_printf(&p->project.arena, "%s/results/%s.wire", p->project.build, a->id);
}

bool plan_take(struct plan *p, struct plan_analysis *a, const char *sha256)
{
	struct buf raw = BUF(ARTEFACT_BYTES);
	char hex[HASH_HEX];
	struct err lost = { 0 };

	a->known = path_read(result_path(p, a), ARTEFACT_BYTES, &raw, &lost);
	if (a->known) {
		hash_bytes(buf_text(&raw), raw.n, hex);
		a->known = !strcmp(hex, sha256) && wire_decode(&p->project.arena, raw.s, raw.n, &a->result, &lost);
	}
	buf_free(&raw);
	return a->known;
}

bool plan_run(struct plan *p, struct plan_analysis *a, char sha256[HASH_HEX], struct err *e)
{
	struct arena *arena = &p->project.arena;
	struct buf raw = BUF(ARTEFACT_BYTES);
	char *tmp = path_mkdtemp(arena, p->project.build, e);
	struct err ignored;

	if (!tmp)
		return false;
	struct worker_job job = worker_job(p, a, tmp);
	a->result = (struct result){ 0 };
	bool ok = worker_run(&job, arena, &a->result, &raw, e);
	path_remove_tree(tmp, &ignored);
	a->known = ok && !a->result.failed;
	*sha256 = 0;
	if (a->known) {
		hash_bytes(buf_text(&raw), raw.n, sha256);
		ok = path_mkdirs(path_join(arena, p->project.build, "results"), e) && path_write(result_path(p, a), raw.s, raw.n, e);
	}
	buf_free(&raw);
	return ok;
}
