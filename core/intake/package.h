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
struct wholes { const int64_t *v; size_t n; };
struct labelled { const char *value, *label; };        /* label "" = none */
struct field {
	const char *name, *title, *description, *format;
	const char *header;                            /* its header cell, * for any text; NULL = its name */
	enum field_type type;
	bool required, unique;
	const char *bound[FIELD_BOUNDS];               /* as written; NULL = none */
	int64_t min_length, max_length;                /* -1 = none */
	const char *pattern;                           /* as of XML Schema; NULL = none */
	struct texts enumeration, true_values, false_values;   /* enumeration: of the enum, else the categories */
	char decimal;                                  /* '.' by default */
	const char *group;                             /* "" = none */
	bool bare;
	const struct labelled *missing; size_t nmissing;     /* own list, else the schema's; without a label: plain missing */
	const char *companion;                         /* column of the labels of missing values ("x__missing"); NULL = none */
	const char *unit;                              /* continuum:countingUnit, "" = none */
	const char *scope, *breaks;                    /* continuum:scope, continuum:breaks as JSON text, "" = none */
	const struct labelled *category; size_t ncategory;   /* values allowed */
	bool categories_ordered;
	enum field_type item; const char *delimiter;   /* of a list: type of its items, what separates them ("," by default) */
	long line;                                     /* where the descriptor says it */
};
struct key { size_t *field; size_t n; };               /* places of its fields in the resource */
/* other: the table is one of a package that this one uses; it and its columns are known by name only (then table is NULL and to empty). */
struct foreign_key { struct key from, to; const struct resource *table; const char *other; struct texts other_field; };
struct resource {
	const char *name, *title, *description;
	struct texts path;                             /* relative to the descriptor, checked to stay inside; n may be 0 for a feed, then s[0] is NULL */
	const char *hash; int64_t bytes;               /* "" / -1 = not stated; hash as written ("md5…", "sha256:…") */
	const char *encoding;                          /* utf-8 (default), utf-16, utf-16le, utf-16be, windows-1252, iso-8859-1 */
	const char *format;                            /* csv, tsv, json, jsonl, geojson, xlsx, ods */
	const char *compression, *innerpath;           /* "gz", "zip", "" = by the name of the file; member of a zip, "" = its only one */
	char delimiter, quote, escape; const char *comment; bool has_header;   /* escape 0: none */
	bool double_quote, skip_space, case_sensitive; /* caseSensitiveHeader; true, false, false by default */
	const char *null_sequence;                     /* "" = none */
	struct wholes header_rows, comment_rows;       /* numbers of rows from 1; header_rows {1} by default */
	const char *header_join;                       /* " " by default */
	const char *sheet_name; int64_t sheet_number;  /* "" and 1 by default; sheet_name wins */
	const char *property, *item_type; struct texts item_keys;   /* of JSON: "" = the whole document; "" = by what is there, "array", "object" */
	struct field *field; size_t nfield;
	struct key primary;                            /* n = 0: none */
	struct key *unique; size_t nunique;
	struct foreign_key *foreign; size_t nforeign;
	const char *fields_match;                      /* exact, equal, subset, superset, partial */
	const char *status, *licence, *source_fr, *source_en, *source_address;   /* its own, else the package's; "" = not stated */
	const char *scope, *breaks;                    /* as of fields */
	/* A feed: its file is not in the project but in the object store, chosen by continuum.lock. url "" = not a feed by URL; one of url,
	 * resource_id, dataset_id (with dataset_title, a pattern: the newest resource whose title matches) is not "" when is_feed. */
	bool is_feed;
	const char *url, *resource_id, *dataset_id, *dataset_title;
	int64_t cog;                                   /* continuum:cog, year of the geographic code; 0 = not stated */
	const char *totals;                            /* continuum:totals as JSON text, "" = none */
	int64_t max_rejected;                          /* continuum:maxRejected: rows and cells that may be refused; -1 = the default rule */
	long line;
	bool absent;                                   /* a feed that has no file yet: left out of a load (see load_present) */
};
struct package {
	const char *name, *title, *version;
	const char *title_fr, *title_en;
	const char *dir, *file;                        /* folder and path of datapackage.json, as given */
	struct resource *resource; size_t nresource;
	struct texts absent;                           /* names of those that load_present took out */
	struct texts uses;                             /* continuum:uses: packages whose tables this one may look up */
	bool has_script;                               /* shape.lua lies beside the descriptor */
	struct texts beside;                           /* files that are part of the descriptor, relative to it: schemas, dialects, shape.lua */
	struct texts warning;                          /* JSON pointers of properties that are not used, though they have a meaning */
};

/* Reads <dir>/datapackage.json. An error names the file, the line and the JSON path ("/resources/0/schema/fields/2/type"). */
bool package_read(struct package *out, struct arena *a, const char *dir, struct err *e);
/* The same over the descriptor's bytes. */
bool package_parse(struct package *out, struct arena *a, const char *dir, const char *json, size_t n, struct err *e);
/* For a hint: the entry of a list that is nearest to s, else all of them, "a, b, c". In the arena. */
const char *package_perhaps(struct arena *a, const char *s, const char *const *list, size_t n);
#endif
