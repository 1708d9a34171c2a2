/* Inside a child: reads the policy from argv, restricts the process, and executes the tool or returns to run an inner stage.
 * Nothing here knows what the stage will do. */
#include "base/proc_stage.h"

#include "base/jail.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char MARK[] = "::stage";
static const char INSIDE_NAME[] = "/continuum";   /* our binary, as bubblewrap shows it */
static const char END[] = "--";                   /* of a list of paths, which are all absolute */

/* The policy as arguments: numbers, texts ("" = none), what may be read, END, what may be written, END. */
enum { P_MARK = 1, P_JAIL, P_KIND, P_PARENT, P_MEMORY, P_FILE, P_CPU, P_CWD, P_PROGRAM, P_BWRAP, P_LISTS };
_Static_assert(P_LISTS == 2 + 9, "as STAGE_ARGV counts");

static size_t put(const char **argv, size_t n, const char *const *more)
{
	while (*more)
		argv[n++] = *more++;
	return n;
}

void stage_argv(struct arena *a, const struct proc_opt *o, const char *program, enum stage_jail jail, const char *bwrap,
		const char *argv[STAGE_ARGV])
{
	const uint64_t number[] = {
		[P_JAIL] = jail, [P_KIND] = o->kind, [P_PARENT] = (uint64_t)getpid(), [P_MEMORY] = o->memory, [P_FILE] = o->file_size,
		[P_CPU] = o->cpu_seconds,
	};

	argv[0] = "continuum";
	argv[P_MARK] = MARK;
	for (size_t i = P_JAIL; i < P_CWD; i++)
		argv[i] = arena_printf(a, "%" PRIu64, number[i]);
	argv[P_CWD] = o->cwd ? o->cwd : "";
	argv[P_PROGRAM] = program ? program : "";
	argv[P_BWRAP] = bwrap ? bwrap : "";
	size_t n = put(argv, P_LISTS, o->read);
	argv[n++] = END;
	n = put(argv, n, o->write);
	argv[n++] = END;
	n = put(argv, n, o->args);
	argv[n] = NULL;
}

/* Says on the report what failed, with the reason in errno; on stderr when there is no report. Always false. */
static bool tell(const char *step)
{
	int cause = errno;

	if (dprintf(STAGE_REPORT, "%s: %s\n", step, strerror(cause)) < 0)
		dprintf(STDERR_FILENO, "%s: %s\n", step, strerror(cause));
	return false;
}

/* Reads the list of paths that begins at i into to, which is empty. Index after its end, 0 when it has none. */
static int read_list(const char *to[PROC_PATHS], int i, int argc, char **argv)
{
	for (size_t n = 0; i < argc; to[n++] = argv[i++]) {
		if (strcmp(argv[i], END) == 0)
			return i + 1;
		if (n == PROC_PATHS - 1)
			break;
	}
	return 0;
}

/* What stage_argv wrote: numbers in v, the rest in o and argv. Index of the first argument after it; 0 when it is none of ours. */
static int read_policy(struct proc_opt *o, int64_t v[P_CWD], int argc, char **argv)
{
	if (argc < P_LISTS || argc >= STAGE_ARGV)
		return 0;
	for (int i = P_JAIL; i < P_CWD; i++)
		if (!num_int(argv[i], strlen(argv[i]), &v[i]) || v[i] < 0)
			return 0;
	if (v[P_JAIL] > STAGE_OPEN || v[P_KIND] >= PROC_KINDS || v[P_CPU] > INT_MAX)
		return 0;
	*o = (struct proc_opt){
		.kind = (enum proc_kind)v[P_KIND], .tool = *argv[P_PROGRAM] ? argv[P_PROGRAM] : NULL, .memory = (uint64_t)v[P_MEMORY],
		.file_size = (uint64_t)v[P_FILE], .cpu_seconds = (unsigned)v[P_CPU],
	};
	int i = read_list(o->read, P_LISTS, argc, argv);
	return i ? read_list(o->write, i, argc, argv) : 0;
}

/* Becomes bubblewrap, which shows only the same files and starts this binary again. Returns when it could not. */
static void exec_bubblewrap(const struct proc_opt *o, const struct jail_files *files, char **argv)
{
	static const char *const start[] = { "bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", NULL };
	char self[PATH_MAX] = "";
	const char *out[5 + 3 * JAIL_FILES + 11 + STAGE_ARGV];

	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return;
	size_t n = put(out, 0, start);
	if (o->kind == PROC_FETCHER)
		out[n++] = "--share-net";
	for (size_t i = 0; i < files->n; i++) {
		const char *path = files->file[i].path;
		n = put(out, n, (const char *const[]){ files->file[i].right->bubblewrap, path, path, NULL });
	}
	n = put(out, n, (const char *const[]){ "--ro-bind", self, INSIDE_NAME, NULL });
	if (JAIL_SANITIZED)     /* it reads its options there */
		n = put(out, n, (const char *const[]){ "--proc", "/proc", NULL });
	if (*argv[P_CWD])       /* an empty folder where nothing of it is shown */
		n = put(out, n, (const char *const[]){ "--dir", argv[P_CWD], NULL });
	n = put(out, n, (const char *const[]){ "--remount-ro", "/", NULL });
	out[n] = INSIDE_NAME;   /* here the argv of the inner stage begins */
	out[put(out, n + 1, (const char *const *)argv + 1)] = NULL;
	out[n + P_JAIL] = "2";
	_Static_assert(STAGE_INSIDE == 2, "the text above");
	execv(argv[P_BWRAP], (char *const *)out);
}

bool proc_is_stage(int argc, char **argv)
{
	return argc > P_MARK && strcmp(argv[P_MARK], MARK) == 0;
}

enum proc_kind proc_stage_kind(int argc, char **argv)
{
	int64_t kind = PROC_KINDS;

	return argc > P_KIND && num_int(argv[P_KIND], strlen(argv[P_KIND]), &kind) && kind >= 0 && kind < PROC_KINDS ? (enum proc_kind)kind : PROC_KINDS;
}

bool proc_enter(int *argc, char ***argv, enum proc_kind *kind)
{
	const char *step = "", ok = STAGE_JAILED;
	extern char **environ;
	struct jail_files files;
	int64_t v[P_CWD];
	struct proc_opt o;
	int first = read_policy(&o, v, *argc, *argv);

	errno = EINVAL;
	if (!first)
		return tell("policy");
	char *cwd = (*argv)[P_CWD], *program = (*argv)[P_PROGRAM];
	if (close_range(STAGE_REPORT + 1, UINT_MAX, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return tell("prctl");
	if (v[P_JAIL] != STAGE_INSIDE && getppid() != (pid_t)v[P_PARENT])
		_exit(127);   /* the parent died before we asked to die with it */
	if (*cwd && chdir(cwd) != 0)
		return tell(cwd);
	jail_files(&o, o.tool || v[P_JAIL] == STAGE_BUBBLEWRAP, &files);
	if (v[P_JAIL] == STAGE_BUBBLEWRAP) {
		exec_bubblewrap(&o, &files, *argv);
		return tell("bwrap");
	}
	if (fcntl(STAGE_REPORT, F_SETFD, FD_CLOEXEC) != 0)
		return tell("report");
	if (!jail_enter(&o, v[P_JAIL] == STAGE_LANDLOCK ? &files : NULL, &step))
		return tell(step);
	if (write(STAGE_REPORT, &ok, 1) != 1)
		return false;
	if (o.tool) {
		(*argv)[--first] = program;   /* in place of the last END */
		execve(program, *argv + first, environ);
		return tell(program);
	}
	close(STAGE_REPORT);
	*argc -= first;
	*argv += first;
	*kind = o.kind;
	return true;
}
