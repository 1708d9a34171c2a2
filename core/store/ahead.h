/* Rows of a source made by a second thread while the caller uses those before them. Knows nothing of what rows hold. */
#ifndef STORE_AHEAD_H
#define STORE_AHEAD_H
#include "store/rowsource.h"

/* Batches of rows that wait at most: for a caller who takes them evenly, and for one who at times does something else for some milliseconds. */
enum { AHEAD_SHORT = 4, AHEAD_LONG = 16 };
struct ahead;
/* Starts the thread: from now until ahead_close only it calls src->next, and all that this touches is its own. src is copied.
 * NULL when no thread can be started: the source is as it was. */
struct ahead *ahead_open(const struct rowsource *src, unsigned batches);
/* The rows, the end or the error of the source, in their order; as a source of its own. */
struct rowsource ahead_source(struct ahead *a);
/* Waits for the thread, which ends at its next row. NULL is fine. */
void ahead_close(struct ahead *a);
#endif
