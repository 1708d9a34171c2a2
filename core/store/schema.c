/* The catalogue of tables, read from the package files themselves.
 * Knows the describing tables of a package file, not how one is built nor how it is queried. */
#include "store/schema.h"

#include "base/path.h"
#include "base/text.h"
#include "store/sqlite.h"

#include <stdlib.h>
#include <string.h>

/* user_version is the form of these tables: a file of another form is loaded again, never guessed at. */
enum { FORM = 1 };
const char *const schema_meta_sql =
	"PRAGMA user_version = 1;"
	"CREATE TABLE _package ("
	" name TEXT NOT NULL PRIMARY KEY, key TEXT NOT NULL, title_fr TEXT NOT NULL, title_en TEXT NOT NULL, version TEXT NOT NULL);"
	"CREATE TABLE _resource ("
	" name TEXT NOT NULL PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL,"
	" source_fr TEXT NOT NULL, source_en TEXT NOT NULL, address TEXT NOT NULL, licence TEXT NOT NULL, status TEXT NOT NULL,"
	" stamp TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, rows INTEGER NOT NULL);"
	"CREATE TABLE _field ("
	" resource TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL,"
	" description TEXT NOT NULL, unit TEXT NOT NULL, stamp TEXT NOT NULL, decimals INTEGER NOT NULL, key INTEGER NOT NULL,"
	" PRIMARY KEY (resource, position), UNIQUE (resource, name));"
	"CREATE TABLE _reject ("
	" resource TEXT NOT NULL, line INTEGER NOT NULL, \"column\" TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL);";

static const char package_sql[] = "SELECT name, key, title_fr, title_en, version FROM _package";
static const char resource_sql[] =
	"SELECT name, title, description, source_fr, source_en, address, licence, status, stamp, path, sha256, rows,"
	" (SELECT count(*) FROM _field WHERE resource = r.name) "
	"FROM _resource AS r ORDER BY name";
static const char field_sql[] =
	"SELECT name, type, title, description, unit, stamp, decimals, key FROM _field WHERE resource = :resource ORDER BY position";

static char *text(struct arena *a, struct stmt *st, int i)
{
	const char *s = stmt_text(st, i);

	return arena_strdup(a, s ? s : "");
}

static bool read_columns(struct schema_table *t, struct arena *a, struct db *db, struct err *e)
{
	struct stmt *st = db_prepare(db, field_sql, sizeof field_sql - 1, e);
	int rc = -1;
	size_t n = 0;

	if (!st)
		return false;
	stmt_bind_text(st, 1, t->name, strlen(t->name));
	while ((rc = stmt_step(st, e)) == 1 && n < t->ncolumn)
		t->column[n++] = (struct schema_column){
			.name = text(a, st, 0), .type = text(a, st, 1), .title = text(a, st, 2), .description = text(a, st, 3),
			.unit = text(a, st, 4), .stamp = text(a, st, 5), .decimals = (int)stmt_int(st, 6), .key = stmt_int(st, 7) != 0,
		};
	stmt_done(st);
	return rc >= 0;
}

struct catalogue { struct schema *out; struct arena *a; size_t table_cap; };

static struct schema_table *add_table(struct catalogue *c)
{
	struct schema *s = c->out;

	if (s->ntable == c->table_cap) {
		size_t cap = c->table_cap ? 2 * c->table_cap : 16;
		struct schema_table *bigger = arena_array(c->a, struct schema_table, cap);
		if (s->ntable)
			memcpy(bigger, s->table, s->ntable * sizeof *bigger);
		s->table = bigger;
		c->table_cap = cap;
	}
	return &s->table[s->ntable++];
}

static bool read_tables(struct catalogue *c, const char *package, struct db *db, struct err *e)
{
	struct arena *a = c->a;
	struct stmt *st = db_prepare(db, resource_sql, sizeof resource_sql - 1, e);
	int rc = -1;

	while (st && (rc = stmt_step(st, e)) == 1) {
		struct schema_table *t = add_table(c);
		*t = (struct schema_table){
			.package = package, .name = text(a, st, 0), .title = text(a, st, 1), .description = text(a, st, 2),
			.source_fr = text(a, st, 3), .source_en = text(a, st, 4), .address = text(a, st, 5), .licence = text(a, st, 6),
			.status = text(a, st, 7), .stamp = text(a, st, 8), .path = text(a, st, 9), .sha256 = text(a, st, 10),
			.rows = stmt_int(st, 11), .ncolumn = (size_t)stmt_int(st, 12),
		};
		t->column = arena_array(a, struct schema_column, t->ncolumn);
		if (!text_is_name(t->name)) {
			err_set(e, ERR_PACKAGE_FILE, "%s", package);
			err_why(e, "table “%s”", t->name);
			rc = -1;
			break;
		}
		if (!read_columns(t, a, db, e)) {
			rc = -1;
			break;
		}
	}
	stmt_done(st);
	return rc == 0;
}

/* The package's own row; its name must be that of the file, which makes names unique, and none of SQLite's two. */
static bool read_package(struct schema_package *p, struct arena *a, struct db *db, const char *stem, struct err *e)
{
	struct stmt *st = db_prepare(db, "PRAGMA user_version", 19, e);
	int rc = st ? stmt_step(st, e) : -1;
	int64_t form = rc == 1 ? stmt_int(st, 0) : 0;

	stmt_done(st);
	if (rc < 0)
		return false;
	if (form != FORM)
		return err_set(e, ERR_PACKAGE_FILE, "%s", p->file) ||
		       err_why(e, "form %lld; this program reads form %d", (long long)form, FORM);
	st = db_prepare(db, package_sql, sizeof package_sql - 1, e);
	rc = st ? stmt_step(st, e) : -1;
	if (rc == 1) {
		p->name = text(a, st, 0);
		p->key = text(a, st, 1);
		p->title_fr = text(a, st, 2);
		p->title_en = text(a, st, 3);
		p->version = text(a, st, 4);
	}
	stmt_done(st);
	if (rc < 0)
		return false;
	if (rc == 0 || strcmp(p->name, stem) || !text_icmp(stem, "main") || !text_icmp(stem, "temp")) {
		err_set(e, ERR_PACKAGE_FILE, "%s", p->file);
		return err_why(e, "_package.name = “%s”", rc == 0 ? "" : p->name);
	}
	return true;
}

static bool read_file(struct catalogue *c, const char *path, const char *stem, struct err *e)
{
	struct schema_package *p = &c->out->package[c->out->npackage];
	struct db *db = db_open_package(path, e);

	p->file = path;
	bool ok = db && read_package(p, c->a, db, stem, e) && read_tables(c, p->name, db, e);
	db_close(db);
	if (ok) {
		c->out->npackage++;
		return true;
	}
	/* Whatever SQLite found wrong with it, the way out is the same. */
	char why[sizeof e->why];
	memcpy(why, e->why, sizeof why);
	err_set(e, ERR_PACKAGE_FILE, "%s", path);
	return err_why(e, "%s", why);
}

static int by_name(const void *x, const void *y)
{
	const struct schema_table *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->package, b->package);
}

bool schema_read(struct schema *out, struct arena *a, const char *data_dir, struct err *e)
{
	struct catalogue c = { .out = out, .a = a };
	const char **names = NULL;
	size_t n = 0;

	*out = (struct schema){ 0 };
	if (!path_exists(data_dir))
		return true;
	if (!path_list(a, data_dir, &names, &n, e))
		return false;
	out->package = arena_array(a, struct schema_package, n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);
		if (len < 4 || names[i][0] == '.' || strcmp(names[i] + len - 3, ".db"))
			continue;
		if (!read_file(&c, path_join(a, data_dir, names[i]), arena_strndup(a, names[i], len - 3), e))
			return false;
	}
	if (out->ntable)
		qsort(out->table, out->ntable, sizeof *out->table, by_name);
	for (size_t i = 1; i < out->ntable; i++) {
		const struct schema_table *t = &out->table[i];
		if (!strcmp(t[-1].name, t->name))
			return err_set(e, ERR_TABLE_TWICE, "%s" ERR_SEP "%s" ERR_SEP "%s", t->name, t[-1].package, t->package);
	}
	return true;
}

static int name_against(const void *name, const void *table)
{
	return text_icmp(name, ((const struct schema_table *)table)->name);
}

const struct schema_table *schema_table(const struct schema *s, const char *name)
{
	return s->ntable ? bsearch(name, s->table, s->ntable, sizeof *s->table, name_against) : NULL;
}

const struct schema_column *schema_column(const struct schema_table *t, const char *name)
{
	for (size_t i = 0; i < t->ncolumn; i++)
		if (!text_icmp(t->column[i].name, name))
			return &t->column[i];
	return NULL;
}

const struct schema_package *schema_package(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->npackage; i++)
		if (!text_icmp(s->package[i].name, name))
			return &s->package[i];
	return NULL;
}

const char *schema_nearest_table(const struct schema *s, const char *name)
{
	const char **list = calloc(s->ntable + 1, sizeof *list);
	const char *near = NULL;

	for (size_t i = 0; list && i < s->ntable; i++)
		list[i] = s->table[i].name;
	if (list)
		near = text_nearest(name, list, s->ntable);
	free(list);
	return near;
}
