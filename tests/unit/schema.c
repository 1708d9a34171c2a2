/* The catalogue: read from package files, which are named when they are no such thing. */
#include "tap.h"

#include "store.h"

static struct arena arena;

static const char *new_dir(void)
{
	struct err e = { 0 };

	return path_mkdtemp(&arena, temp_root(), &e);
}

static void test_read(void)
{
	static const char *const zones[] = { "zone", "name", NULL }, *const acts[] = { "act", NULL };
	const char *dir = new_dir();
	struct schema s;
	struct err e = { 0 };

	make_package(&arena, dir, "b-zones", arena_printf(&arena, "CREATE TABLE zones (zone, name);%s"
		"UPDATE _field SET type = 'integer', decimals = 2, unit = 'zones', description = 'D' WHERE name = 'zone';", describe(&arena, "zones", zones)));
	make_package(&arena, dir, "a", arena_printf(&arena, "CREATE TABLE acts (act);%s", describe(&arena, "acts", acts)));
	make_package(&arena, dir, "empty", "");
	path_write(path_join(&arena, dir, "notes.txt"), "x", 1, &e);
	path_write(path_join(&arena, dir, ".db"), "x", 1, &e);
	path_write(path_join(&arena, dir, ".half.db"), "x", 1, &e);
	CHECK(schema_read(&s, &arena, dir, &e), "a folder of packages; other files are left alone");
	CHECK(s.npackage == 3 && s.ntable == 2, "three packages, two tables");
	CHECK_STR(s.table[0].name, "acts", "sorted by name");
	const struct schema_table *t = schema_table(&s, "zones");
	CHECK(t && t->rows == 3 && t->ncolumn == 2, "a table");
	CHECK_STR(t->package, "b-zones", "its package");
	CHECK_STR(t->source_en, "source en", "its source");
	CHECK_STR(t->licence, "CC0", "its licence");
	CHECK_STR(t->status, "official", "its status");
	CHECK_STR(t->stamp, "stamp-zones", "its stamp");
	const struct schema_column *c = schema_column(t, "zone");
	CHECK(c && c->key && c->decimals == 2, "a column");
	CHECK_STR(c->type, "integer", "its type");
	CHECK_STR(c->unit, "zones", "its unit");
	CHECK_STR(c->stamp, "s-zone", "its stamp");
	CHECK(!schema_column(t, "zon") && !schema_table(&s, "zone"), "a name that is not there");
	CHECK(schema_table(&s, "ZONES") == t && schema_column(t, "Zone") == c, "SQL's names know no case");
	const struct schema_package *p = schema_package(&s, "b-zones");
	CHECK_STR(p ? p->key : NULL, "key-b-zones", "a package's key");
	CHECK_STR(p ? p->file : NULL, path_join(&arena, dir, "b-zones.db"), "a package's file");
	CHECK(schema_read(&s, &arena, "/no/such/folder", &e) && s.ntable == 0 && s.npackage == 0 && !schema_table(&s, "x"), "an absent folder is an empty catalogue");
	path_remove_tree(dir, &e);
}

/* Each is a whole folder with one file that is not what its name says. */
static const struct { const char *what, *package, *sql, *rename, *bytes; } wrongs[] = {
	{ "text", NULL, NULL, "a.db", "this is no database at all, only text that is long enough to be looked at as one ........" },
	{ "an empty file", NULL, NULL, "a.db", "" },
	{ "a database without describing tables", "a", "DROP TABLE _package; DROP TABLE _resource; DROP TABLE _field;", NULL, NULL },
	{ "no resource table", "a", "DROP TABLE _resource;", NULL, NULL },
	{ "no row about the package", "a", "DELETE FROM _package;", NULL, NULL },
	{ "another form", "a", "PRAGMA user_version = 99;", NULL, NULL },
	{ "a file under another name", "a", "", "b.db", NULL },
	{ "a package named like SQLite's own", "main", "", NULL, NULL },
	{ "a table whose name is no name", "a", "INSERT INTO _resource VALUES ('T x', '', '', '', '', '', '', '', '', '', '', 0);", NULL, NULL },
};

static void test_wrong(void)
{
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		const char *dir = new_dir();
		const char *file = path_join(&arena, dir, wrongs[i].rename ? wrongs[i].rename : arena_printf(&arena, "%s.db", wrongs[i].package));
		struct schema s;
		struct err e = { 0 };
		struct buf hint = BUF(1000);
		if (wrongs[i].bytes)
			path_write(file, wrongs[i].bytes, strlen(wrongs[i].bytes), &e);
		else if (make_package(&arena, dir, wrongs[i].package, wrongs[i].sql) && wrongs[i].rename)
			path_publish(path_join(&arena, dir, "a.db"), file, &e);
		CHECK(!schema_read(&s, &arena, dir, &e) && e.id == ERR_PACKAGE_FILE, wrongs[i].what);
		CHECK_STR(e.arg[0], file, "the file is named");
		CHECK(e.why[0] != 0, "with the reason");
		err_hint(&e, LANG_EN, &hint);
		CHECK(strstr(buf_text(&hint), "load") != NULL, "and the way out");
		buf_free(&hint);
		path_remove_tree(dir, &e);
	}
}

static void test_twice(void)
{
	static const char *const column[] = { "id", NULL };
	const char *dir = new_dir();
	struct schema s;
	struct err e = { 0 };

	make_package(&arena, dir, "one", arena_printf(&arena, "CREATE TABLE same (id);%s", describe(&arena, "same", column)));
	make_package(&arena, dir, "two", arena_printf(&arena, "CREATE TABLE same (id);%s", describe(&arena, "same", column)));
	CHECK(!schema_read(&s, &arena, dir, &e) && e.id == ERR_TABLE_TWICE, "one table in two packages");
	CHECK_STR(e.arg[0], "same", "the table");
	CHECK(!strcmp(e.arg[1], "one") && !strcmp(e.arg[2], "two"), "and both packages are named");
	path_remove_tree(dir, &e);
}

int main(void)
{
	test_read();
	test_wrong();
	test_twice();
	arena_free(&arena);
	return done_testing();
}
