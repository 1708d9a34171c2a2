/* Data Package descriptors (Frictionless v1 and v2): checked, and turned into plain structs. Everything lives in the caller's arena. */
#ifndef INTAKE_PACKAGE_H
#define INTAKE_PACKAGE_H
#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

enum { PACKAGE_KEY_COLUMNS = 32 };                      /* columns of one key, at most */

enum field_type {
	FIELD_STRING, FIELD_INTEGER, FIELD_NUMBER, FIELD_BOOLEAN, FIELD_DATE, FIELD_TIME, FIELD_DATETIME,
	FIELD_YEAR, FIELD_YEARMONTH, FIELD_ANY, FIELD_DURATION, FIELD_GEOPOINT, FIELD_GEOJSON, FIELD_OBJECT, FIELD_ARRAY, FIELD_LIST,
	FIELD_TYPES
};
enum field_bound { FIELD_MINIMUM, FIELD_OVER, FIELD_MAXIMUM, FIELD_UNDER, FIELD_BOUNDS };   /* over, under: exclusive */

struct texts { const char *const *s; size_t n; };
struct missing { const char *value, *label; };         /* label "" = plain missing */
struct field {
	const char *name, *title, *description, *format;
	enum field_type type;
	bool required, unique;
	const char *bound[FIELD_BOUNDS];               /* as written; NULL = none */
	int64_t min_length, max_length;                /* -1 = none */
	const char *pattern;                           /* as of XML Schema; NULL = none */
	struct texts enumeration, true_values, false_values;
	char decimal;                                  /* '.' by default */
	const char *group;                             /* "" = none */
	bool bare;
	const struct missing *missing; size_t nmissing;      /* own list, else the schema's */
	const char *companion;                         /* column of the labels of missing values ("x__missing"); NULL = none */
	const char *unit;                              /* continuum:countingUnit, "" = none */
	const char *scope, *breaks;                    /* continuum:scope, continuum:breaks as JSON text, "" = none */
	long line;                                     /* where the descriptor says it */
};
struct key { size_t *field; size_t n; };               /* places of its fields in the resource */
struct foreign_key { struct key from, to; const struct resource *table; };
struct resource {
	const char *name, *title, *description;
	struct texts path;                             /* relative to the descriptor, checked to stay inside */
	const char *hash; int64_t bytes;               /* "" / -1 = not stated */
	const char *encoding;                          /* lower case, "utf-8" by default */
	const char *format;                            /* "csv", "tsv" … */
	char delimiter, quote; const char *comment; bool has_header;
	struct field *field; size_t nfield;
	struct key primary;                            /* n = 0: none */
	struct key *unique; size_t nunique;
	struct foreign_key *foreign; size_t nforeign;
	const char *fields_match;                      /* exact, equal, subset, superset, partial */
	const char *status, *licence, *source_fr, *source_en, *source_address;   /* its own, else the package's; "" = not stated */
	const char *scope, *breaks;                    /* as of fields */
	long line;
};
struct package {
	const char *name, *title, *version;
	const char *title_fr, *title_en;
	const char *dir, *file;                        /* folder and path of datapackage.json, as given */
	struct resource *resource; size_t nresource;
	struct texts warning;                          /* JSON pointers of properties that are not used, though they have a meaning */
};

/* Reads <dir>/datapackage.json. An error names the file, the line and the JSON path ("/resources/0/schema/fields/2/type"). */
bool package_read(struct package *out, struct arena *a, const char *dir, struct err *e);
/* The same over the descriptor's bytes. */
bool package_parse(struct package *out, struct arena *a, const char *dir, const char *json, size_t n, struct err *e);
/* For a hint: the entry of a list that is nearest to s, else all of them, "a, b, c". In the arena. */
const char *package_perhaps(struct arena *a, const char *s, const char *const *list, size_t n);
#endif
