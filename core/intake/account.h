/* What became of each row: counts, refusals with their places, stated totals, notes; written into the package file and read back from it.
 * Knows no rows, only what is said of them. */
#ifndef INTAKE_ACCOUNT_H
#define INTAKE_ACCOUNT_H
#include "intake/load.h"

enum { ACCOUNT_LISTS = 4 };

struct entry;
struct account {
	struct load_table *t;          /* what it fills; zeroed but for its name */
	struct arena *a;
	struct account_list { struct entry *first, *last; size_t n; } list[ACCOUNT_LISTS];   /* each has an end: what is past it is left out */
};
/* One refusal: *bad says why and where. column "": no cell is meant. whole: the row is out, and not only the cell. Counts cells, not rows. */
void account_refuse(struct account *c, const struct err *bad, const char *column, const char *value, size_t n, bool whole);
void account_skip(struct account *c, const char *kind, int64_t n);
void account_total(struct account *c, const char *of, const char *column, double stated, double computed);
void account_note(struct account *c, const char *text);
/* False when so much was refused that the table cannot be used: more than max_rejected, or, where that is -1, more than 10 and more than
 * 1 % of the rows, or all of them. Rows and cells count alike. */
bool account_good(const struct load_table *t, int64_t max_rejected);
/* file: what was read, as messages call it. */
bool account_write(const struct account *c, struct db *db, const char *file, struct err *e);
/* Fills the counts and lists of r->table, as many as p has resources, as far as the file holds them. What does not add up is ERR_LOAD_WIRE.
 * In the arena. */
bool account_read(struct load_report *r, const struct package *p, struct db *db, struct arena *a, struct err *e);
#endif
