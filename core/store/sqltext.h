/* SQL text as its reader sees it: words, texts and comments, and the place of an error in it.
 * A lexer only: what a statement means and may do is SQLite's business and the guard's. */
#ifndef STORE_SQLTEXT_H
#define STORE_SQLTEXT_H
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum sqltext_kind { SQLTEXT_GAP, SQLTEXT_WORD, SQLTEXT_TEXT, SQLTEXT_SIGN };
struct sqltext {
	enum sqltext_kind kind;      /* GAP: space and comments; WORD: also quoted by "", `` or []; TEXT: 'text' */
	const char *s;               /* without the quotes of a word */
	size_t n;
	size_t at, end;              /* bytes of the statement, quotes included */
};
/* Reads the token that begins at byte at; false at the end. */
bool sqltext_next(const char *sql, size_t n, size_t at, struct sqltext *out);
/* First token that is no gap and no semicolon, from byte at on; false when there is none. */
bool sqltext_skip(const char *sql, size_t n, size_t at, struct sqltext *out);
bool sqltext_is(const struct sqltext *t, const char *word);     /* ASCII case folded */
/* Where name stands as a word of the statement; -1 = nowhere. */
long sqltext_find(const char *sql, size_t n, const char *name);
/* Gives *e the line, column, excerpt and caret of a byte of the statement; offset < 0 leaves it as it is. Always false. */
bool sqltext_place(struct err *e, const char *sql, size_t n, long offset);
#endif
