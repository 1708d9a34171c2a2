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

struct policy {
	struct jail jail;
	enum stage_jail mode;
	int64_t parent;
	char *cwd, *program, *bwrap;
};

static size_t put(const char **argv, size_t n, const char *const *more, size_t most)
{
	for (size_t i = 0; i < most && more[i]; i++)
		argv[n++] = more[i];
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
	size_t n = put(argv, P_LISTS, o->read, PROC_PATHS);
	argv[n++] = END;
	n = put(argv, n, o->write, PROC_PATHS);
	argv[n++] = END;
	n = put(argv, n, o->args, PROC_ARGS);
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

/* Reads the list of paths that begins at i. Index after its end, 0 when it has none. */
static int read_list(const char **to, int i, int argc, char **argv)
{
	for (size_t n = 0; i < argc; i++) {
		if (strcmp(argv[i], END) == 0)
			return i + 1;
		if (n == PROC_PATHS)
			break;
		to[n++] = argv[i];
	}
	return 0;
}

/* Index of the first argument after the policy; 0 when it is not one of ours. */
static int read_policy(struct policy *p, int argc, char **argv)
{
	int64_t v[P_CWD] = { 0 };

	if (argc < P_LISTS)
		return 0;
	for (int i = P_JAIL; i < P_CWD; i++)
		if (!num_int(argv[i], strlen(argv[i]), &v[i]) || v[i] < 0)
			return 0;
	if (v[P_JAIL] > STAGE_OPEN || v[P_KIND] > PROC_TEX || v[P_CPU] > INT_MAX)
		return 0;
	*p = (struct policy){
		.mode = (enum stage_jail)v[P_JAIL], .parent = v[P_PARENT],
		.cwd = argv[P_CWD], .program = *argv[P_PROGRAM] ? argv[P_PROGRAM] : NULL, .bwrap = argv[P_BWRAP],
		.jail = { .kind = (enum proc_kind)v[P_KIND], .memory = (uint64_t)v[P_MEMORY], .file_size = (uint64_t)v[P_FILE],
			.cpu_seconds = (unsigned)v[P_CPU] },
	};
	p->jail.program = p->program;
	int i = read_list(p->jail.read, P_LISTS, argc, argv);
	return i ? read_list(p->jail.write, i, argc, argv) : 0;
}

/* Becomes bubblewrap, which shows only the same files and starts this binary again. Returns when it could not. */
static void exec_bubblewrap(const struct policy *p, const struct jail_files *files, char **argv)
{
	static const char *const start[] = { "bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL" };
	char self[PATH_MAX] = "";
	const char *out[5 + 3 * JAIL_FILES + 9 + STAGE_ARGV];

	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return;
	size_t n = put(out, 0, start, 5);
	for (size_t i = 0; i < files->n; i++) {
		const char *path = files->file[i].path;
		n = put(out, n, (const char *const[]){ files->file[i].right->bubblewrap, path, path }, 3);
	}
	n = put(out, n, (const char *const[]){ "--ro-bind", self, INSIDE_NAME }, 3);
	if (JAIL_SANITIZED)   /* it reads its options there */
		n = put(out, n, (const char *const[]){ "--proc", "/proc" }, 2);
	if (*p->cwd)          /* an empty folder where nothing of it is shown */
		n = put(out, n, (const char *const[]){ "--dir", p->cwd }, 2);
	n = put(out, n, (const char *const[]){ "--remount-ro", "/", INSIDE_NAME }, 3);
	size_t inside = n - P_MARK;   /* where the argv of the inner stage begins, were its name there */
	n = put(out, n, (const char *const *)argv + P_MARK, STAGE_ARGV);
	out[inside + P_JAIL] = "2";
	_Static_assert(STAGE_INSIDE == 2, "the text above");
	out[n] = NULL;
	execv(p->bwrap, (char *const *)out);
}

bool proc_is_stage(int argc, char **argv)
{
	return argc > P_MARK && strcmp(argv[P_MARK], MARK) == 0;
}

bool proc_enter(int *argc, char ***argv, enum proc_kind *kind)
{
	struct jail_files files;
	struct policy p;
	const char *step = "", ok = STAGE_JAILED;
	extern char **environ;
	int first = read_policy(&p, *argc, *argv);

	errno = EINVAL;
	if (!first)
		return tell("policy");
	if (close_range(STAGE_REPORT + 1, UINT_MAX, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return tell("prctl");
	if (p.mode != STAGE_INSIDE && getppid() != (pid_t)p.parent)
		_exit(127);   /* the parent died before we asked to die with it */
	if (*p.cwd && chdir(p.cwd) != 0)
		return tell(p.cwd);
	jail_files(&p.jail, p.program || p.mode == STAGE_BUBBLEWRAP, &files);
	if (p.mode == STAGE_BUBBLEWRAP) {
		exec_bubblewrap(&p, &files, *argv);
		return tell("bwrap");
	}
	if (fcntl(STAGE_REPORT, F_SETFD, FD_CLOEXEC) != 0)
		return tell("report");
	if (!jail_enter(&p.jail, p.mode == STAGE_LANDLOCK ? &files : NULL, &step))
		return tell(step);
	if (write(STAGE_REPORT, &ok, 1) != 1)
		return false;
	if (p.program) {
		(*argv)[--first] = p.program;   /* in place of the last END */
		execve(p.program, *argv + first, environ);
		return tell(p.program);
	}
	close(STAGE_REPORT);
	*argc -= first;
	*argv += first;
	*kind = p.jail.kind;
	return true;
}
