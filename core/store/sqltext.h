/* SQL text as its reader sees it: words, texts and comments, and the place of an error in it.
 * A lexer only: what a statement means and may do is SQLite's business and the guard's. */
#ifndef STORE_SQLTEXT_H
#define STORE_SQLTEXT_H
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

struct sqltext {
	const char *at;              /* where it begins, its quotes included */
	const char *s;               /* without the quotes; a parameter with its sign */
	size_t n;
	bool is_text;                /* 'text'; names may stand between "", `` or [] */
};
/* Reads the next token from *sql on, which moves behind it; space, comments and semicolons are stepped over. False at the end. */
bool sqltext_next(const char **sql, struct sqltext *out);
bool sqltext_is(const struct sqltext *t, const char *word);     /* ASCII case folded */
/* Where name stands in the statement outside texts and comments; NULL = nowhere. */
const char *sqltext_find(const char *sql, const char *name);
/* Gives *e the line, column, excerpt and caret of a place in the statement; NULL leaves it as it is. Always false. */
bool sqltext_place(struct err *e, const char *sql, const char *at);
#endif
