/* Memory of one phase: many small objects, freed together.
 * Sizes decided by outside data are capped by the caller; a batch program that cannot get a page stops. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stddef.h>

struct arena_page;
struct arena { struct arena_page *page; size_t used; };

/* Zeroed memory, aligned for any type, valid until arena_free. Never NULL. */
void *arena_alloc(struct arena *a, size_t n);
/* Copies; the result ends with NUL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *a);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))
#endif
