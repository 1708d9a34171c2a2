/* Rows of a source in the order of some of their columns, however many they are. */
#ifndef STORE_SORTED_H
#define STORE_SORTED_H
#include "store/rowsource.h"

struct sorted;
/* src is copied, and read, whole, when the first row is asked for. key: nkey columns, the first one leads; NULL comes first, texts go by their
 * bytes, kinds do not mix. Rows that are alike in them go by the other columns. What does not fit into a few MB goes into a file without a name
 * in dir, which is borrowed: ERR_WRITE where it cannot grow. */
struct sorted *sorted_open(const struct rowsource *src, const size_t *key, size_t nkey, const char *dir);
struct rowsource sorted_source(struct sorted *s);
void sorted_close(struct sorted *s);   /* NULL is fine */
#endif
