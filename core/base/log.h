/* Talk on stderr: progress that appears only after half a second, and notes. Data goes to stdout and never through here. */
#ifndef BASE_LOG_H
#define BASE_LOG_H
#include "base/err.h"

struct log {
	enum lang lang;
	bool color, tty, quiet, verbose;
	double started;      /* monotonic seconds of the phase; 0 = none */
	bool bar;            /* a progress line stands on the terminal */
};
/* Reads NO_COLOR, TERM and whether stderr is a terminal. */
void log_init(struct log *l, enum lang lang, bool quiet, bool verbose);
void log_note(struct log *l, const char *fmt, ...) PRINTF_LIKE(2, 3);     /* silent with quiet */
void log_error(struct log *l, const struct err *e);
/* Step done of total (0 = unknown) called what: a bar on a terminal, one line a step elsewhere, nothing in the first 500 ms. */
void log_step(struct log *l, const char *what, size_t done, size_t total);
void log_done(struct log *l);                                              /* takes the bar away */
#endif
