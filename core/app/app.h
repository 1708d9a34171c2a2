/* What every command gets: options that are common to all, and where to talk. */
#ifndef APP_APP_H
#define APP_APP_H
#include "app/project.h"
#include "base/log.h"
#include <stdbool.h>

struct app {
	struct log log;
	enum lang lang;
	bool json, quiet, verbose, dry_run, keep_going, exit_code, help;
	const char *directory;      /* -C: where to look for the project */
	const char **word;          /* arguments that are no options */
	size_t nword;
};

/* A command returns the exit code of the process; it has told every error itself. */
struct command {
	const char *name;
	int (*run)(struct app *app);
	const char *options;        /* letters of the options that not every command takes: n dry run, k keep going, x exit code */
	struct text2 usage, what;
	struct text2 more;          /* several lines: what `help COMMAND` adds */
	size_t most_words;
};
extern const struct command commands[];
extern const size_t command_count;

int cmd_build(struct app *app);
int cmd_doctor(struct app *app);
int cmd_help(struct app *app);
int cmd_load(struct app *app);
int cmd_run(struct app *app);
int cmd_sql(struct app *app);
int cmd_status(struct app *app);

/* The command of that name; NULL and *e with the nearest one when there is none. */
const struct command *command_find(const char *name, struct err *e);
/* Tells an error on stderr (or as JSON on stdout with --json) and returns its exit code. */
int app_fail(struct app *app, const struct err *e);
/* Short help with three examples and, inside a project, its state. */
int app_short_help(struct app *app);
#endif
