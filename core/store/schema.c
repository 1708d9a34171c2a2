/* The catalogue of tables, read from the package files themselves.
 * Knows the describing tables of a package file, not how one is built nor how it is queried. */
#include "store/schema.h"

#include "base/embed.h"
#include "base/path.h"
#include "base/text.h"
#include "store/sqlite.h"

#include <stdlib.h>
#include <string.h>

/* The form of these tables, as in package.sql: a file of another form is loaded again, never guessed at. */
enum { FORM = 2 };

bool schema_make(struct db *db, struct err *e)
{
	return db_exec(db, (const char *)embed_find("store/package.sql")->data, e);
}

static const char package_sql[] = "SELECT name, key, title_fr, title_en, version FROM _package";
/* The first column of these two counts, so that the array is made once. */
static const char resource_sql[] =
	"SELECT count(*) OVER (), name, title, description, source_fr, source_en, address, licence, status, stamp, path, sha256,"
	" rows FROM _resource ORDER BY name";
static const char field_sql[] =
	"SELECT count(*) OVER (), name, type, title, description, unit, stamp, decimals, key "
	"FROM _field WHERE resource = :resource ORDER BY position";

static bool read_columns(struct schema_table *t, struct arena *a, struct db *db, struct err *e)
{
	struct stmt *st = db_query(db, field_sql, CELLS(cell_text(t->name)), e);
	int rc = -1;

	while (st && (rc = stmt_step(st, e)) == 1) {
		if (!t->ncolumn)
			t->column = arena_array(a, struct schema_column, (size_t)stmt_int(st, 0));
		t->column[t->ncolumn++] = (struct schema_column){
			.name = stmt_copy(st, 1, a), .type = stmt_copy(st, 2, a), .title = stmt_copy(st, 3, a), .description = stmt_copy(st, 4, a),
			.unit = stmt_copy(st, 5, a), .stamp = stmt_copy(st, 6, a), .decimals = (int)stmt_int(st, 7), .key = stmt_int(st, 8) != 0,
		};
	}
	stmt_done(st);
	return rc == 0;
}

static bool read_tables(struct schema *s, struct arena *a, const char *package, struct db *db, struct err *e)
{
	struct stmt *st = db_query(db, resource_sql, NULL, 0, e);
	size_t before = s->ntable;
	bool ok = true;
	int rc = -1;

	while (ok && st && (rc = stmt_step(st, e)) == 1) {
		if (s->ntable == before) {
			struct schema_table *all = arena_array(a, struct schema_table, before + (size_t)stmt_int(st, 0));
			s->table = before ? memcpy(all, s->table, before * sizeof *all) : all;
		}
		struct schema_table *t = &s->table[s->ntable++];
		*t = (struct schema_table){
			.package = package, .name = stmt_copy(st, 1, a), .title = stmt_copy(st, 2, a), .description = stmt_copy(st, 3, a),
			.source_fr = stmt_copy(st, 4, a), .source_en = stmt_copy(st, 5, a), .address = stmt_copy(st, 6, a), .licence = stmt_copy(st, 7, a),
			.status = stmt_copy(st, 8, a), .stamp = stmt_copy(st, 9, a), .path = stmt_copy(st, 10, a), .sha256 = stmt_copy(st, 11, a),
			.rows = stmt_int(st, 12),
		};
		ok = (text_is_name(t->name) || err_why(e, "table “%s”", t->name)) && read_columns(t, a, db, e);
	}
	stmt_done(st);
	return ok && rc == 0;
}

/* The package's own row; its name must be that of the file, which makes names unique, and none of SQLite's two. */
static bool read_package(struct schema_package *p, struct arena *a, struct db *db, const char *stem, struct err *e)
{
	int64_t form = 0;

	if (!db_form(db, &form, e))
		return false;
	if (form != FORM)
		return err_why(e, "form %lld; this program reads form %d", (long long)form, FORM);
	struct stmt *st = db_query(db, package_sql, NULL, 0, e);
	int rc = st ? stmt_step(st, e) : -1;
	p->name = "";
	if (rc == 1)
		*p = (struct schema_package){
			.file = p->file, .name = stmt_copy(st, 0, a), .key = stmt_copy(st, 1, a),
			.title_fr = stmt_copy(st, 2, a), .title_en = stmt_copy(st, 3, a), .version = stmt_copy(st, 4, a),
		};
	stmt_done(st);
	if (rc >= 0 && (strcmp(p->name, stem) || !text_icmp(stem, "main") || !text_icmp(stem, "temp")))
		return err_why(e, "_package.name = “%s”", p->name);
	return rc == 1;
}

static bool read_file(struct schema *s, struct arena *a, const char *path, const char *stem, struct err *e)
{
	struct schema_package *p = &s->package[s->npackage++];
	struct err cause = { 0 };
	struct db *db = db_open_package(path, &cause);

	p->file = path;
	bool ok = db && read_package(p, a, db, stem, &cause) && read_tables(s, a, p->name, db, &cause);
	db_close(db);
	/* Whatever SQLite found wrong with it, the way out is the same. */
	return ok || err_set(e, ERR_PACKAGE_FILE, "%s", path) || err_why(e, "%s", cause.why);
}

static int by_name(const void *x, const void *y)
{
	const struct schema_table *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->package, b->package);
}

bool schema_read(struct schema *out, struct arena *a, const char *data_dir, struct err *e)
{
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
		if (!read_file(out, a, path_join(a, data_dir, names[i]), arena_strndup(a, names[i], len - 3), e))
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
