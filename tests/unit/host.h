/* A small project for tests of core/host: two package files and one plugin, in a private folder. */
#ifndef TEST_HOST_H
#define TEST_HOST_H
#include "base/path.h"
#include "host/plugin.h"
#include "store/db.h"
#include "store/schema.h"

#include <stdio.h>
#include <string.h>

struct fixture { struct arena a; const char *root; struct worker_job job; };

static const char *const fixture_facts[] = { "facts" };
static const char fixture_sql[] =
	"INSERT INTO _package VALUES ('seeds', 'k', 'Graines', 'Seeds', '1');"
	"CREATE TABLE facts (fact_id TEXT PRIMARY KEY, document TEXT, kind TEXT, subject_fr TEXT, subject_en TEXT, value REAL, low REAL, high REAL,"
	" text_fr TEXT, text_en TEXT, qualifier TEXT, unit TEXT, period TEXT, scope_fr TEXT, scope_en TEXT, confidence TEXT);"
	"INSERT INTO facts VALUES"
	" ('police', 'deck', 'quantity', 'Policiers', 'Police', 250000, NULL, NULL, NULL, NULL, 'round', 'not_stated', '2018', 'France', 'France', NULL),"
	" ('transport', 'deck', 'quantity', 'Transports', 'Transport', 4000, NULL, NULL, NULL, NULL, 'more_than', 'not_stated', '2018', NULL, NULL, NULL),"
	" ('landlords', 'deck', 'quantity', 'Bailleurs', 'Landlords', 10000, NULL, NULL, NULL, NULL, 'several', 'not_stated', '2018', NULL, NULL, NULL),"
	" ('officials', 'deck', 'quantity', 'Élus', 'Officials', 618000, NULL, NULL, NULL, NULL, 'exact', 'mandates', '2018', NULL, NULL, 'high'),"
	" ('rumour', 'deck', 'quantity', 'Rumeur', 'Rumour', 12, NULL, NULL, NULL, NULL, 'exact', 'mandates', '2018', NULL, NULL, 'low'),"
	" ('mayors', 'deck', 'quantity', 'Maires', 'Mayors', 35400, NULL, NULL, NULL, NULL, 'exact', 'mandates', '2018', NULL, NULL, NULL),"
	" ('reserve', 'deck', 'target', 'Réserve', 'Reserve', 10000, NULL, NULL, NULL, NULL, 'exact', 'reservists', '2020', NULL, NULL, NULL),"
	" ('aim', 'deck', 'aim', 'But', 'Aim', NULL, NULL, NULL, 'proximité', 'closeness', 'words', 'none', NULL, NULL, NULL, NULL);"
	"CREATE TABLE documents (document TEXT PRIMARY KEY, title_fr TEXT, title_en TEXT, publisher TEXT, date TEXT);"
	"INSERT INTO documents VALUES ('deck', 'La PSQ', 'The PSQ', 'Ministère de l’Intérieur', '2018-02-08');"
	"CREATE TABLE units (unit TEXT PRIMARY KEY, fr_one TEXT, fr_many TEXT, en_one TEXT, en_many TEXT);"
	"INSERT INTO units VALUES ('mandates', 'mandat', 'mandats', 'mandate', 'mandates'),"
	" ('not_stated', 'non précisée', 'non précisée', 'not stated', 'not stated'), ('reservists', 'réserviste', 'réservistes', 'reservist', 'reservists');"
	"CREATE TABLE pm_dep (dep TEXT PRIMARY KEY, name TEXT, officers INTEGER, rate REAL);"
	"INSERT INTO pm_dep VALUES ('01', 'Ain', 120, 1.5), ('02', 'Aisne', NULL, NULL), ('2A', 'Corse-du-Sud', 60, 4.25);"
	"INSERT INTO _resource SELECT name, 'Titre ' || name, '', 'Source ' || name, 'Source of ' || name, '', '', 'official', 's', name || '.csv', 'x', 0"
	" FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%';"
	"INSERT INTO _field SELECT t.name, c.cid, c.name, 'string', '', '', '', 's', 0, 0 FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
	" WHERE t.name IN (SELECT name FROM _resource);";

static inline bool fixture_write(struct fixture *f, const char *rel, const char *text, size_t n, struct err *e)
{
	return path_write(path_join(&f->a, f->root, rel), text, n, e);
}

/* The plugin is plugins/try.lua; limits are small but never in the way of an honest one. */
static bool fixture_open(struct fixture *f, struct err *e)
{
	*f = (struct fixture){ 0 };
	f->root = path_mkdtemp(&f->a, "/tmp", e);
	if (!f->root)
		return false;
	const char *data = path_join(&f->a, f->root, "data"), *tmp = path_join(&f->a, f->root, "tmp");
	if (!path_mkdirs(path_join(&f->a, f->root, "plugins/lib"), e) || !path_mkdirs(data, e) || !path_mkdirs(tmp, e))
		return false;
	struct db *db = db_open_build(path_join(&f->a, data, "seeds.db"), e);
	bool ok = db && schema_make(db, e) && db_exec(db, fixture_sql, e);
	db_close(db);
	f->job = (struct worker_job){
		.root = f->root, .plugin = "plugins/try.lua", .id = "try", .data_dir = data, .tmp_dir = tmp, .fact_tables = fixture_facts,
		.nfact_table = 1, .units_table = "units", .limits = { 20, 32 << 20, 64 << 20, 4 << 20, true },
	};
	return ok;
}

static void fixture_close(struct fixture *f)
{
	struct err e;

	if (f->root)
		path_remove_tree(f->root, &e);
	arena_free(&f->a);
}
#endif
