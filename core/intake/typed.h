/* Rows of one table as values of its columns: read from its files, straight or through the script that shapes them, typed, stamped and
 * accounted for. Knows no SQL: it gives its rows as a source. */
#ifndef INTAKE_TYPED_H
#define INTAKE_TYPED_H
#include "intake/account.h"
#include "intake/field.h"
#include "intake/stamp.h"
#include "store/rowsource.h"

struct typed_job {
	const struct package *package;
	const struct resource *r;
	const struct load_job *load;
	const struct shaper *shaper;
	const char *tmp_dir;
	struct db *db;                 /* for the script's queries */
};
struct typed {
	/* For the caller to read: columns, and the files' names and digest (at the end). */
	size_t ncell;
	size_t *at, *key;              /* column of each field; that of its companion follows; columns of the primary key */
	const char *files;             /* as messages call them, ", " between */
	struct rows rows;
	struct field_reader **reader;  /* of each field */
	struct field_types types;
	struct stamper *stamper;
	bool shaped;
	/* Rows came that belong before those already given, so many that they should be sorted first: the source ended with -1, and nothing is wrong. */
	bool unordered;

	/* The rest is for typed.c. */
	const struct typed_job *job;
	struct arena *a;
	struct account *account;
	struct rows_opt opt;
	struct row row;                /* the one in hand, as the file has it */
	bool *may_lack, may_sort;
	struct cell *cell;             /* where a row is typed */
	struct { struct cell cell[PACKAGE_KEY_COLUMNS]; struct buf text; int64_t behind; } greatest;   /* key so far */
	void *script;
	size_t part;                   /* that the script has begun */
	bool over, told;               /* all was read; the script said what becomes of the row in hand */
	struct { struct arena arena; struct queued *first, *last; } queue;
};
/* Prepares the table. may_sort: to end with `unordered` is allowed. a is the table's own while its rows pass, which may be on another thread. */
bool typed_open(struct typed *t, const struct typed_job *job, struct account *account, bool may_sort, struct arena *a, struct err *e);
/* The rows that are good. Others are in the account. */
struct rowsource typed_source(struct typed *t);
/* Places *e on the row that was read last, at its field `field` (SIZE_MAX: none). Always false. */
bool typed_place(const struct typed *t, size_t field, struct err *e);
void typed_close(struct typed *t);     /* a zeroed one is fine */
#endif
