/* Structured errors: one record for every layer, with its texts in both languages.
 * A record names the message (an id of the tables err_*.def), its arguments, the place
 * and the outside reason; words are chosen only when it is shown. */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include <stdbool.h>
#include <stddef.h>

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum lang { LANG_FR, LANG_EN };

/* What the process exits with; 5 (partial), 6 (found) and 130 are not errors of one record. */
enum exit_code {
	EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DATA = 3, EXIT_SOURCE = 4,
	EXIT_PARTIAL = 5, EXIT_FOUND = 6, EXIT_INTERRUPTED = 130
};

enum err_id {
	ERR_NONE,
#define ERR(id, name, code, en, fr, hint_en, hint_fr) id,
#include "base/err_all.def"
#undef ERR
	ERR_COUNT
};

enum { ERR_ARGS = 4 };

struct err {
	enum err_id id;
	char arg[ERR_ARGS][240];   /* what %1 … %4 of the message stand for */
	char file[400];            /* the user's file, relative to the project; may be empty */
	long line, column;         /* from 1; 0 = not known. Column counts characters */
	char excerpt[240];         /* the line of the file that is meant; may be empty */
	long caret;                /* character of the excerpt to point at, from 1; 0 = none */
	char why[1200];            /* outside reason (errno, SQLite, TeX …), as the tool worded it; may have several lines */
	char note[240];            /* path of names that leads here ("seeds: facts"); outermost first */
};

/* Separates arguments in the format of err_set: err_set(e, ERR_X, "%s" ERR_SEP "%d", name, n). */
#define ERR_SEP "\x1f"

/* Sets the record anew. Always false, so that callers write `return err_set(…)`. e may not be NULL. */
bool err_set(struct err *e, enum err_id id, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same for one argument, with the words of errno as the outside reason. */
bool err_system(struct err *e, enum err_id id, const char *what);
/* Each adds to a record that is set, returns false, and copies its text (cut to size, control bytes removed). */
bool err_at(struct err *e, const char *file, long line, long column);
bool err_excerpt(struct err *e, const char *text, size_t n, long caret);
bool err_why(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts a name in front of the path of names. */
bool err_note(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What the four above do with a text: copies n bytes of s into to, cut to size at a whole character, runs of control bytes as one space,
 * bytes that are no UTF-8 as '?'. lines: keeps line ends. */
void err_clean(char *to, size_t size, const char *s, size_t n, bool lines);

const char *err_name(enum err_id id);                 /* "intake.row_short" */
enum err_id err_by_name(const char *name);            /* ERR_NONE when there is no such message */
enum exit_code err_exit(enum err_id id);
struct buf;
/* Message with its arguments in place, and the hint ("" when there is none). */
void err_message(const struct err *e, enum lang lang, struct buf *out);
void err_hint(const struct err *e, enum lang lang, struct buf *out);
/* The whole record as the terminal shows it, several lines, ends with a newline; color = ANSI allowed. */
void err_show(const struct err *e, enum lang lang, bool color, struct buf *out);
/* The same record as one JSON object (id, message, file, line, column, excerpt, why, hint). */
void err_json(const struct err *e, enum lang lang, struct buf *out);
#endif
