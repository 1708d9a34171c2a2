/* The two ends of the hidden stage: how the driver words a policy as arguments, and how the child, our own binary, reads it back.
 * Only for proc.c and proc_stage.c. */
#ifndef BASE_PROC_STAGE_H
#define BASE_PROC_STAGE_H
#include "base/proc.h"

enum stage_jail {
	STAGE_LANDLOCK,
	STAGE_BUBBLEWRAP,   /* executes bubblewrap, which starts the same binary as STAGE_INSIDE */
	STAGE_INSIDE,       /* files are kept away already */
	STAGE_OPEN,         /* nothing keeps files away: allowed by continuum.json */
};

/* Descriptors that the child finds open besides 0, 1 and 2. Over the report it says STAGE_JAILED once, when it is restricted;
 * then what went wrong, if something does. End of file means that the tool or the stage runs. */
enum { STAGE_RESULT = 3, STAGE_REPORT = 4, STAGE_JAILED = 'J' };
/* Longest argv: name, marker, 9 settings, two lists of paths, arguments; each list with its end. */
enum { STAGE_ARGV = 2 + 9 + 2 * PROC_PATHS + PROC_ARGS };

/* Fills argv (texts borrowed or in the arena). program: absolute, NULL for an inner stage; bwrap: its absolute path for
 * STAGE_BUBBLEWRAP. */
void stage_argv(struct arena *a, const struct proc_opt *o, const char *program, enum stage_jail jail, const char *bwrap,
		const char *argv[STAGE_ARGV]);
#endif
