/* help and the short help of a bare call; doctor. All from the one table of commands. */
#include "app/plan.h"

#include "base/path.h"
#include "base/proc.h"
#include "base/text.h"
#include "base/version.h"

#include <stdio.h>
#include <string.h>

static const char *in(const struct app *app, const char *fr, const char *en)
{
	return app->lang == LANG_FR ? fr : en;
}

static void list_commands(const struct app *app)
{
	for (size_t i = 0; i < command_count; i++) {
		const char *usage = text2_in(&commands[i].usage, app->lang);
		int pad = 12 - (int)text_utf8_length(usage, strlen(usage));
		printf("  %-8s %s%*s %s\n", commands[i].name, usage, pad > 0 ? pad : 0, "", text2_in(&commands[i].what, app->lang));
	}
}

static void common_options(const struct app *app)
{
	puts(in(app, "Options de toutes les commandes :\n"
	             "  -C DOSSIER   projet (dossier avec continuum.json)    --json   résultat en JSON\n"
	             "  -q, -v       moins, plus de paroles                  --lang fr|en\n"
	             "Codes : 0 bien · 1 échec · 2 mauvais appel · 3 données non valides · 4 source injoignable ·\n"
	             "        5 en partie · 6 trouvé quelque chose · 130 interrompu",
	         "Options of every command:\n"
	         "  -C FOLDER    project (folder with continuum.json)    --json   result as JSON\n"
	         "  -q, -v       less, more talk                         --lang fr|en\n"
	         "Exit codes: 0 ok · 1 failed · 2 wrong call · 3 data not valid · 4 source unreachable ·\n"
	         "            5 partial · 6 found something · 130 interrupted"));
}

int cmd_help(struct app *app)
{
	if (app->nword) {
		struct err e;
		const struct command *c = command_find(app->word[0], &e);
		if (!c)
			return app_fail(app, &e);
		const char *usage = text2_in(&c->usage, app->lang);
		printf("continuum %s%s%s\n  %s\n", c->name, *usage ? " " : "", usage, text2_in(&c->what, app->lang));
		if (*text2_in(&c->more, app->lang))
			printf("\n%s\n", text2_in(&c->more, app->lang));
		putchar('\n');
		common_options(app);
		return EXIT_OK;
	}
	printf("continuum %s — %s\n\n", CONTINUUM_VERSION,
	       in(app, "un livre blanc dont les chiffres savent d’où ils viennent", "a white paper whose numbers know where they come from"));
	list_commands(app);
	putchar('\n');
	common_options(app);
	return EXIT_OK;
}

int app_short_help(struct app *app)
{
	struct project p;
	struct err e = { 0 };

	printf("continuum %s — %s\n\n", CONTINUUM_VERSION,
	       in(app, "un livre blanc dont les chiffres savent d’où ils viennent", "a white paper whose numbers know where they come from"));
	puts(in(app, "  continuum build                                   les rapports en PDF\n"
	             "  continuum run workforce                           une analyse et ses valeurs\n"
	             "  continuum sql \"SELECT fact_id, value FROM facts\"   une question aux données\n\n"
	             "continuum help énumère les commandes.",
	         "  continuum build                                   the reports as PDF\n"
	         "  continuum run workforce                           one analysis and its values\n"
	         "  continuum sql \"SELECT fact_id, value FROM facts\"   a question to the data\n\n"
	         "continuum help lists the commands."));
	bool here = project_open(&p, app->directory, &e);
	project_close(&p);
	if (!here)
		return EXIT_OK;
	putchar('\n');
	return cmd_status(app);
}

static bool tool_line(struct app *app, struct arena *a, const char *name, bool needed, bool *ok)
{
	const char *path = proc_which(a, name);

	printf("  %-14s %s\n", name, path ? path : needed ? in(app, "ABSENT (voir scripts/install-deps)", "MISSING (see scripts/install-deps)")
	                                                  : in(app, "absent (facultatif)", "absent (optional)"));
	*ok &= path || !needed;
	return path != NULL;
}

int cmd_doctor(struct app *app)
{
	struct arena a = { 0 };
	struct proc_layers layers = { 0 };
	bool ok = true;

	proc_layers(&layers);
	if (app->json) {
		printf("{\"version\":\"%s\",\"gnuplot\":%s,\"pdflatex\":%s,\"landlock\":%d,\"seccomp\":%s,\"bubblewrap\":%s,\"sanitizer\":%s}\n",
		       CONTINUUM_VERSION, proc_which(&a, "gnuplot") ? "true" : "false", proc_which(&a, "pdflatex") ? "true" : "false",
		       layers.landlock_abi, layers.seccomp ? "true" : "false", layers.bubblewrap ? "true" : "false",
		       layers.sanitizer ? "true" : "false");
	} else {
		puts(in(app, "outils", "tools"));
		tool_line(app, &a, "gnuplot", true, &ok);
		tool_line(app, &a, "pdflatex", true, &ok);
		tool_line(app, &a, "bwrap", false, &ok);
		puts(in(app, "protections des processus enfants", "protections of child processes"));
		if (layers.landlock_abi)
			printf("  %-14s ABI %d\n", "Landlock", layers.landlock_abi);
		else
			printf("  %-14s %s\n", "Landlock", layers.bubblewrap ? in(app, "absent : bubblewrap le remplace", "missing: bubblewrap takes its place")
			                                                     : in(app, "ABSENT : gnuplot et TeX seront refusés", "MISSING: gnuplot and TeX will be refused"));
		printf("  %-14s %s\n", "seccomp", layers.seccomp ? in(app, "oui", "yes") : in(app, "ABSENT", "MISSING"));
		puts(in(app, "  limites        temps, mémoire, fichiers, processus", "  limits         time, memory, files, processes"));
		if (layers.note)
			printf("  %s\n", layers.note);
		ok &= layers.landlock_abi > 0 || layers.bubblewrap;
	}
	arena_free(&a);
	return ok ? EXIT_OK : EXIT_FAILED;
}
