/* An error record as bytes, so that a child process, which is this very program, can hand it to its parent whole.
 * The reader trusts nothing of it. */
#ifndef BASE_ERRWIRE_H
#define BASE_ERRWIRE_H
#include "base/buf.h"
#include "base/err.h"

enum { ERRWIRE_MAX = 16 * 1024 };   /* bytes that one record can take */

/* Appends the record; e->id must be set. */
void err_encode(const struct err *e, struct buf *out);
/* Reads the record that text begins with. Returns the bytes it took, 0 when there is none that is whole and well-formed
 * (*e is then zeroed). Texts are cut to size and cleaned as err_set does; an id this program does not know is refused. */
size_t err_decode(const char *text, size_t n, struct err *e);
#endif
