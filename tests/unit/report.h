/* A report made of made-up results in a private folder, for tests of host/make.lua and host/paper. */
#ifndef TEST_REPORT_H
#define TEST_REPORT_H
#include "base/path.h"
#include "base/proc.h"
#include "host.h"
#include "host/make.h"
#include "store/ledger.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof *(a))

static struct arena arena;
static const char *root;
static struct fixture fixture;       /* its tables: units */
static struct schema schema;
static struct db *ledger;
static const struct make_part *parts; static size_t nparts;
static const char *notes = "";       /* what the last report said about itself */

static const char *at(const char *name)
{
	return path_join(&arena, root, name);
}
static inline void put(const char *name, const char *text)
{
	struct err e = { 0 };
	char *path = arena_strdup(&arena, at(name)), *slash = strrchr(path, '/');

	*slash = 0;
	if (!path_mkdirs(path, &e) || !path_write(at(name), text, strlen(text), &e))
		exit(99);
}
static inline const char *get(const char *name)
{
	struct buf b = BUF(1 << 24);
	struct err e = { 0 };
	const char *s = path_read(at(name), b.max, &b, &e) ? arena_strdup(&arena, buf_text(&b)) : "";

	buf_free(&b);
	return s;
}
static inline const char *shown(const struct err *e)
{
	struct buf b = BUF(8192);

	err_message(e, LANG_EN, &b);
	const char *s = arena_printf(&arena, "%s:%ld:%ld: %s", e->file, e->line, e->column, buf_text(&b));
	buf_free(&b);
	return s;
}

static inline void open_project(const char *folder)
{
	struct err e = { 0 };

	root = folder ? folder : path_mkdtemp(&arena, "/tmp", &e);
	if (!root || !fixture_open(&fixture, &e) || !schema_read(&schema, &arena, fixture.job.data_dir, &e) || !(ledger = ledger_open(at("ledger.db"), &e)))
		exit(99);
}
static inline void close_project(bool keep)
{
	struct err e;

	db_close(ledger);
	fixture_close(&fixture);
	if (!keep)
		path_remove_tree(root, &e);
	arena_free(&arena);
}

/* Makes reports/<name> into <name>.pdf; notes: what is said meanwhile. *made (may be NULL): whether it was typeset. */
static inline bool make_report(const char *name, enum lang lang, double seconds, bool *made, struct err *e)
{
	struct log log = { .lang = lang };
	struct make m = { .what = "paper", .root = root, .build = root, .edition = "données arrêtées au 30\u00a0juin\u00a02026", .date = "22\u00a0novembre\u00a02026",
		.units = "units", .dir = arena_printf(&arena, "reports/%s", name), .name = name, .lang = lang, .talk = lang, .epoch = 1795305600,
		.wall_seconds = seconds, .part = parts, .npart = nparts, .schema = &schema, .ledger = ledger, .log = &log };
	int terminal = dup(2), file = open(at("notes"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	*e = (struct err){ 0 };
	dup2(file, 2);
	bool ok = make_run(&m, e);
	fflush(stderr);
	dup2(terminal, 2);
	close(terminal);
	close(file);
	notes = get("notes");
	if (made)
		*made = m.made > 0;
	return ok;
}
#endif
