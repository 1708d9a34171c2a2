/* Commands of ours that are written in Lua (core/host/command/NAME.lua), run in the driver: trusted code over JSON-speaking verbs.
 * Unlike plugins they are part of the program; what strangers wrote reaches them only as values. */
#ifndef HOST_SCRIPT_H
#define HOST_SCRIPT_H
#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>

/* What a command may ask of the program, as core.VERB(value). in: one JSON value (the arguments), out: receives one JSON value, empty = null. */
struct script_host {
	bool (*call)(void *context, const char *verb, const char *in, size_t n, struct buf *out, struct err *e);
	void *context;
	const enum lang *lang;   /* of errors that a script turns into words */
};
/* Runs the embedded script host/command/<name>.lua. input: JSON of what the command was called with.
 * Returns the exit code that the script returned (0 for none); -1 = *e: an error that the script did not catch, as it was raised. */
int script_run(const char *name, const char *input, const struct script_host *host, struct err *e);
#endif
