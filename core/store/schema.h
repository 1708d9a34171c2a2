/* The tables that exist: read from the package files themselves, which carry their own description
 * (_package, _resource, _field, _property) and say how it was loaded (_load…, _reject). Table names are unique in a project. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H
#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schema_column {
	const char *name, *type;          /* type: Table Schema name ("integer", "string" …) */
	const char *title, *description;
	const char *unit;                 /* continuum:countingUnit or "" */
	const char *stamp;                /* hash over (key, cell) pairs: equal when no cell of the column changed */
	int decimals;                     /* most decimals written in the source; -1 = not a number */
	bool key;
};
struct schema_table {
	const char *name, *package, *title, *description;
	const char *source_fr, *source_en, *address, *licence;   /* ready to print */
	const char *status;               /* official, provisional, revised, transcribed, illustrative */
	const char *stamp;                /* hash over the rows, whatever their order */
	const char *path, *sha256;        /* of the resource's file */
	int64_t rows;
	struct schema_column *column; size_t ncolumn;
};
struct schema_package {
	const char *name, *file;          /* absolute path of the package's SQLite file */
	const char *key;                  /* digest of descriptor, sources and loader that it was built from */
	const char *title_fr, *title_en, *version;
};
struct schema {
	struct schema_package *package; size_t npackage;
	struct schema_table *table; size_t ntable;   /* sorted by name */
};

struct db;
/* Makes the describing tables of package.sql in a new package file; intake fills them. */
bool schema_make(struct db *db, struct err *e);
/* Reads all *.db of a folder (absent folder = nothing there). ERR_TABLE_TWICE when two packages have a table of one name. In the arena. */
bool schema_read(struct schema *out, struct arena *a, const char *data_dir, struct err *e);
const struct schema_table *schema_table(const struct schema *s, const char *name);       /* or NULL */
const struct schema_column *schema_column(const struct schema_table *t, const char *name);
const struct schema_package *schema_package(const struct schema *s, const char *name);
#endif
