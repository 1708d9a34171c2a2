/* Command line: options, the one table of commands, exit codes. Children of ours enter here too, in a hidden stage. */
#include "app/app.h"

#include "base/proc.h"
#include "base/text.h"
#include "base/version.h"
#include "host/worker.h"
#include "intake/load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *farewell = "";

/* Ends at once: what is on disk is whole at any instruction, children die with their parent, and the next run sweeps up. */
static void on_signal(int number)
{
	(void)number;
	if (write(STDERR_FILENO, farewell, strlen(farewell)) < 0)
		_exit(EXIT_INTERRUPTED);
	_exit(EXIT_INTERRUPTED);
}

const struct command commands[] = {
	{ "build", cmd_build, "kn", { "[RAPPORT…]", "[REPORT…]" },
	  { "charge, analyse, dessine et compose : les rapports en PDF", "load, run, draw and typeset: the reports as PDF" },
	  { "Refait seulement ce dont une donnée, une analyse ou un texte a changé.\n"
	    "-k  continue après une analyse en échec (code 5 si des parties ont abouti)\n"
	    "-n  dit ce qui serait fait, sans rien faire",
	    "Makes again only what depends on data, an analysis or a text that changed.\n"
	    "-k  go on after an analysis that fails (exit 5 when parts succeeded)\n"
	    "-n  say what would be done, and do nothing" }, 64 },
	{ "doctor", cmd_doctor, "", { "", "" },
	  { "montre les outils, les polices et les protections en place", "show the tools, typefaces and protections in force" },
	  { "", "" }, 0 },
	{ "help", cmd_help, "", { "[COMMANDE]", "[COMMAND]" }, { "aide d’une commande", "help on a command" }, { "", "" }, 1 },
	{ "load", cmd_load, "kn", { "[PAQUET…]", "[PACKAGE…]" },
	  { "charge les paquets de données qui ont changé", "load the data packages that changed" },
	  { "Un chargement en échec laisse la version précédente en place.\n-k  continue avec les autres paquets\n-n  dit ce qui serait chargé",
	    "A load that fails leaves the version of before in place.\n-k  go on with the other packages\n-n  say what would be loaded" }, 64 },
	{ "run", cmd_run, "kn", { "[ANALYSE…]", "[ANALYSIS…]" },
	  { "exécute des analyses et montre leurs valeurs", "run analyses and show their values" },
	  { "Sans nom : celles qui ont changé. Avec un nom : toujours.\n-k  continue après un échec\n-n  dit ce qui serait exécuté",
	    "Without a name: those that changed. With a name: always.\n-k  go on after a failure\n-n  say what would be run" }, 64 },
	{ "sql", cmd_sql, "", { "REQUÊTE", "QUERY" },
	  { "exécute une requête SELECT sur les tables chargées", "run a SELECT over the loaded tables" },
	  { "Les tables de tous les paquets se nomment directement. Lecture seule.", "Tables of all packages are named directly. Read only." }, 1 },
	{ "status", cmd_status, "x", { "", "" },
	  { "dit ce qui est à jour, ce qui ne l’est pas, et pourquoi", "tell what is fresh, what is stale, and why" },
	  { "--exit-code  code 6 quand quelque chose n’est pas à jour", "--exit-code  exit 6 when something is stale" }, 0 },
};
const size_t command_count = sizeof commands / sizeof *commands;

int app_fail(struct app *app, const struct err *e)
{
	log_done(&app->log);
	if (app->json) {
		struct buf text = BUF(1 << 16);
		buf_str(&text, "{\"error\":");
		err_json(e, app->lang, &text);
		printf("%s}\n", buf_text(&text));
		buf_free(&text);
	} else {
		log_error(&app->log, e);
	}
	return err_exit(e->id);
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

const struct command *command_find(const char *name, struct err *e)
{
	const char *names[sizeof commands / sizeof *commands];

	for (size_t i = 0; i < command_count; i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
		names[i] = commands[i].name;
	}
	const char *near = text_nearest(name, names, command_count);
	err_set(e, near ? ERR_COMMAND_NEAR : ERR_COMMAND, "%s" ERR_SEP "%s", name, near ? near : "");
	return NULL;
}

/* One option at argv[*i]; false when it is none that c takes (c = NULL: before the command, where only the common ones stand). */
static bool option(struct app *app, int argc, char **argv, int *i, const struct command *c, struct err *e)
{
	const char *s = argv[*i];
	const char *value = *i + 1 < argc ? argv[*i + 1] : NULL;
	static const struct { const char *name; char letter; } flag[] = {
		{ "--json", 'J' }, { "--quiet", 'q' }, { "-q", 'q' }, { "--verbose", 'v' }, { "-v", 'v' }, { "--keep-going", 'k' }, { "-k", 'k' },
		{ "--dry-run", 'n' }, { "-n", 'n' }, { "--exit-code", 'x' },
	};

	for (size_t k = 0; k < sizeof flag / sizeof *flag; k++) {
		if (strcmp(s, flag[k].name))
			continue;
		char letter = flag[k].letter;
		if (strchr("knx", letter) && !(c && strchr(c->options, letter)))
			break;
		app->json |= letter == 'J';
		app->quiet |= letter == 'q';
		app->verbose |= letter == 'v';
		app->keep_going |= letter == 'k';
		app->dry_run |= letter == 'n';
		app->exit_code |= letter == 'x';
		return true;
	}
	if (!strcmp(s, "-C") && value) {
		app->directory = argv[++*i];
		return true;
	}
	if (!strcmp(s, "--lang") && value && (!strcmp(value, "fr") || !strcmp(value, "en"))) {
		app->lang = !strcmp(argv[++*i], "fr") ? LANG_FR : LANG_EN;
		return true;
	}
	return c ? err_set(e, ERR_OPTION, "%s" ERR_SEP "%s", s, c->name) : err_set(e, ERR_OPTION_FIRST, "%s", s);
}

/* Words and options after the command, which stands at argv[at]. */
static bool parse(struct app *app, int argc, char **argv, int at, const struct command *c, struct err *e)
{
	bool options = true;

	for (int i = at + 1; i < argc; i++) {
		if (options && !strcmp(argv[i], "--"))
			options = false;
		else if (options && argv[i][0] == '-' && argv[i][1]) {
			if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
				app->help = true;
			else if (!option(app, argc, argv, &i, c, e))
				return false;
		} else if (app->nword == c->most_words) {
			return err_set(e, ERR_WORDS, "%s" ERR_SEP "%s", argv[i], c->name);
		} else {
			app->word[app->nword++] = argv[i];
		}
	}
	return true;
}

static int stage(int argc, char **argv)
{
	enum proc_kind kind;

	if (!proc_enter(&argc, &argv, &kind))
		return 127;
	return kind == PROC_LOADER ? load_stage(argc, argv) : worker_stage(argc, argv);
}

/* Answers at a signal and to a closed pipe; the words are chosen now, because a handler may not choose them. */
static void prepare_signals(enum lang lang)
{
	struct sigaction act = { .sa_handler = on_signal };

	farewell = lang == LANG_FR ? "\ninterrompu ; ce qui était terminé est conservé\n" : "\ninterrupted; what was finished is kept\n";
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	act.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &act, NULL);
}

int main(int argc, char **argv)
{
	const char *word[64];
	struct app app = { .lang = language(), .word = word, .directory = "." };
	const struct command *c = NULL;
	struct err e = { 0 };
	int at = 1;

	if (proc_is_stage(argc, argv))
		return stage(argc, argv);
	log_init(&app.log, app.lang, false, false);
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		puts("continuum " CONTINUUM_VERSION);
		return EXIT_OK;
	}
	bool ok = true;
	for (; ok && at < argc && argv[at][0] == '-' && strcmp(argv[at], "--help") && strcmp(argv[at], "-h"); at++)
		ok = option(&app, argc, argv, &at, NULL, &e);
	if (ok && at < argc) {
		c = command_find(argv[at][0] == '-' ? "help" : argv[at], &e);
		ok = c && parse(&app, argc, argv, at, c, &e);
	}
	log_init(&app.log, app.lang, app.quiet, app.verbose);
	prepare_signals(app.lang);
	if (!ok) {
		/* A wrong call is told in words even when --json was meant: nobody has asked for data yet. */
		log_error(&app.log, &e);
		return err_exit(e.id);
	}
	if (!c)
		return app_short_help(&app);
	if (app.help) {
		app.word[0] = c->name;
		app.nword = 1;
		return cmd_help(&app);
	}
	return c->run(&app);
}
