/* Content stamps: equal when no cell changed, whatever the order of the rows. Not a defence against forgery: that is sha256's part. */
#ifndef INTAKE_STAMP_H
#define INTAKE_STAMP_H
#include "base/arena.h"
#include "store/db.h"

enum { STAMP_HEX = 33 };
struct stamper;
/* key: the columns of the primary key, borrowed; with none a row is its own key. In the arena. */
struct stamper *stamp_open(struct arena *a, size_t ncolumn, const size_t *key, size_t nkey);
void stamp_row(struct stamper *s, const struct cell *cells);
/* Over (key, cell) pairs of a column; over whole rows. */
void stamp_column(const struct stamper *s, size_t i, char hex[STAMP_HEX]);
void stamp_table(const struct stamper *s, char hex[STAMP_HEX]);
#endif
