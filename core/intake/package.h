/* Data Package descriptors (Frictionless v1 and v2): read with yajl, checked, turned into plain structs. */
#ifndef INTAKE_PACKAGE_H
#define INTAKE_PACKAGE_H
#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKAGE_KEY_COLUMNS = 32 };                      /* columns of one key, at most */

enum field_type {
	FIELD_STRING, FIELD_INTEGER, FIELD_NUMBER, FIELD_BOOLEAN, FIELD_DATE, FIELD_TIME, FIELD_DATETIME,
	FIELD_YEAR, FIELD_YEARMONTH, FIELD_ANY
};
struct missing { const char *value, *label; };         /* label "" = plain missing */
struct field {
	const char *name, *title, *description, *format;
	enum field_type type;
	bool required, unique;
	bool has_minimum, has_maximum;
	bool over_minimum, under_maximum;              /* exclusiveMinimum, exclusiveMaximum */
	double minimum, maximum;                       /* numbers, integers, years */
	const char *minimum_text, *maximum_text;       /* as written, for messages and for dates */
	int64_t min_length, max_length;                /* -1 = none */
	const char *pattern;                           /* POSIX extended, anchored as XML Schema patterns are; NULL = none */
	const char **enumeration; size_t nenum;
	char decimal;                                  /* '.' by default */
	const char *group;                             /* "" = none */
	bool bare;
	const char **true_values; size_t ntrue;
	const char **false_values; size_t nfalse;
	struct missing *missing; size_t nmissing;      /* own list, else the schema's */
	const char *unit;                              /* continuum:countingUnit, "" = none */
	const char *scope, *breaks;                    /* continuum:scope, continuum:breaks as JSON text, "" = none */
	long line;                                     /* where the descriptor says it */
};
struct foreign_key { const char **field; size_t n; const char *resource; const char **reference; long line; };   /* resource "" = itself */
struct resource {
	const char *name, *title, *description;
	const char **path; size_t npath;               /* relative to the descriptor, checked to stay inside */
	const char *hash; int64_t bytes;               /* "" / -1 = not stated */
	const char *encoding;                          /* lower case, "utf-8" by default */
	const char *format;                            /* "csv", "tsv" … */
	char delimiter, quote; const char *comment; bool has_header;
	struct field *field; size_t nfield;
	const char **primary_key; size_t nprimary;
	struct { const char **field; size_t n; } *unique; size_t nunique;
	struct foreign_key *foreign; size_t nforeign;
	const char *fields_match;                      /* exact, equal, subset, superset, partial */
	const char *status, *licence, *source_fr, *source_en, *source_address;
	const char *scope, *breaks;                    /* as of fields */
	long line;
};
struct package {
	const char *name, *title, *description, *version;
	const char *title_fr, *title_en;
	const char *dir, *file;                        /* folder and path of datapackage.json, as given */
	struct resource *resource; size_t nresource;
	const char **warning; size_t nwarning;         /* JSON pointers of properties that are not used, though the standard (or their writer) gives them a meaning */
};

/* Reads <dir>/datapackage.json. An error names the file, the line and the JSON path ("/resources/0/schema/fields/2/type"). */
bool package_read(struct package *out, struct arena *a, const char *dir, struct err *e);
/* The same over the descriptor's bytes, borrowed as long as the package. */
bool package_parse(struct package *out, struct arena *a, const char *dir, const char *json, size_t n, struct err *e);
/* Name of the column that keeps the labels of missing values ("x__missing"), in the arena; NULL when no missing value has one,
 * or when the field is required and is never missing. */
const char *field_companion(const struct field *f, struct arena *a);
const char *field_type_name(enum field_type type);   /* "integer" */
#endif
