/* Start of the program: children of ours enter their hidden stage; everything else is host/command/main.lua over the verbs. */
#include "app/verbs.h"

#include "base/proc.h"
#include "base/version.h"
#include "host/script.h"
#include "host/lua_shape.h"
#include "host/worker.h"
#include "intake/fetch.h"
#include "intake/load.h"
#include "intake/peek.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct session session;   /* of this process: a handler of signals has no other way to its language */

/* Ends at once: what is on disk is whole at any instruction, children die with their parent, and the next run sweeps up. */
static void on_signal(int number)
{
	const char *farewell = session.app.lang == LANG_FR ? "\ninterrompu ; ce qui était terminé est conservé\n"
	                                                   : "\ninterrupted; what was finished is kept\n";

	(void)number;
	if (write(STDERR_FILENO, farewell, strlen(farewell)) < 0)
		_exit(EXIT_INTERRUPTED);
	_exit(EXIT_INTERRUPTED);
}

/* French when the environment asks for French messages (POSIX order of the variables), English otherwise. */
static enum lang language(void)
{
	static const char *const variable[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof variable / sizeof *variable; i++) {
		const char *v = getenv(variable[i]);
		if (v && *v)
			return strncmp(v, "fr", 2) ? LANG_EN : LANG_FR;
	}
	return LANG_EN;
}

static int stage(int argc, char **argv)
{
	enum proc_kind kind;

	if ((proc_stage_kind(argc, argv) == PROC_FETCHER && !fetch_open()) || !proc_enter(&argc, &argv, &kind))
		return 127;
	if (kind == PROC_LOADER && argc > 0 && !strcmp(argv[0], PEEK_STAGE))
		return peek_stage(argc, argv);
	return kind == PROC_LOADER ? load_stage(argc, argv, &lua_shaper) : kind == PROC_FETCHER ? fetch_stage(argc, argv) : worker_stage(argc, argv);
}

static void prepare_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	act.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &act, NULL);
}

int main(int argc, char **argv)
{
	struct buf input = BUF(1 << 22);
	struct err e = { 0 };

	if (proc_is_stage(argc, argv))
		return stage(argc, argv);
	session = (struct session){ .app = { .lang = language() }, .plan = { .app = &session.app, .lock = -1 } };
	log_init(&session.app.log, session.app.lang, false, false);
	prepare_signals();
	verb_put(&input, "{'lang':%s,'version':%s,'tty':%b,'ask':%b,'color':%b,'cores':%d,'argv':[", session.app.lang == LANG_FR ? "fr" : "en",
	         CONTINUUM_VERSION, isatty(STDOUT_FILENO), isatty(STDIN_FILENO), session.app.log.color, (int64_t)sysconf(_SC_NPROCESSORS_ONLN));
	for (int i = 1; i < argc; i++) {
		verb_next(&input);
		verb_put(&input, "%s", argv[i]);
	}
	buf_str(&input, "]}");
	int code = script_run("main", buf_text(&input), &(struct script_host){ verbs_call, &session, &session.app.lang }, &e);
	buf_free(&input);
	if (code < 0) {
		log_error(&session.app.log, &e);
		code = err_exit(e.id);
	}
	verbs_close(&session);
	return code;
}
