/* Files of the source tree that are part of the program (Lua prelude, SQL migrations, continuum.sty).
 * The table is written by the Makefile, sorted by name. */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H
#include <stddef.h>

struct embed { const char *name; const unsigned char *data; size_t size; };   /* name: path below core/, "host/prelude/chart.lua" */
extern const struct embed embed_files[];
extern const size_t embed_count;
/* sha256 over all sources of the program: part of every key, so that a changed program never trusts what another one made. */
extern const char embed_build[];
const struct embed *embed_find(const char *name);   /* NULL when absent */
#endif
