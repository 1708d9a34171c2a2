/* Inside a child: reads the policy from argv, restricts the process, and executes the tool or
 * returns to run an inner stage. Nothing here knows what the stage will do. */
#include "base/proc_stage.h"

#include "base/jail.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MARK[] = "::stage";
static const char INSIDE_NAME[] = "/continuum";   /* our binary, as bubblewrap shows it */
enum { ARGV_JAIL = 2 };                            /* where the setting "jail" stands */

struct policy {
	struct jail jail;
	enum stage_jail mode;
	int64_t parent;
	const char *cwd, *bwrap;
	bool result;
	size_t nread, nwrite;
};

void stage_argv(struct arena *a, const struct proc_opt *o, const char *program,
		enum stage_jail jail, const char *bwrap, const char *argv[STAGE_ARGV])
{
	size_t n = 0;

	argv[n++] = "continuum";
	argv[n++] = MARK;
	argv[n++] = arena_printf(a, "jail=%d", (int)jail);
	argv[n++] = arena_printf(a, "kind=%d", (int)o->kind);
	argv[n++] = arena_printf(a, "parent=%d", (int)getpid());
	argv[n++] =
		arena_printf(a, "memory=%llu",
			     (unsigned long long)(o->memory > INT64_MAX ? INT64_MAX : o->memory));
	argv[n++] = arena_printf(
		a, "file=%llu",
		(unsigned long long)(o->file_size > INT64_MAX ? INT64_MAX : o->file_size));
	argv[n++] = arena_printf(a, "cpu=%u", o->cpu_seconds);
	argv[n++] = o->out_on_3 ? "result=1" : "result=0";
	if (o->cwd)
		argv[n++] = arena_printf(a, "cwd=%s", o->cwd);
	if (program)
		argv[n++] = arena_printf(a, "program=%s", program);
	if (bwrap)
		argv[n++] = arena_printf(a, "bwrap=%s", bwrap);
	for (size_t i = 0; i < PROC_PATHS && o->read[i]; i++)
		argv[n++] = arena_printf(a, "read=%s", o->read[i]);
	for (size_t i = 0; i < PROC_PATHS && o->write[i]; i++)
		argv[n++] = arena_printf(a, "write=%s", o->write[i]);
	argv[n++] = "--";
	for (size_t i = 0; i < PROC_ARGS && o->args[i]; i++)
		argv[n++] = o->args[i];
	argv[n] = NULL;
}

/* Says on the report what failed, with the reason in errno; on stderr when there is no report.
 * Always false. */
static bool tell(const char *step)
{
	char text[1024];
	int n = snprintf(text, sizeof text, "%s: %s\n", step, strerror(errno));
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;

	if (write(STAGE_REPORT, text, len) < 0 && write(STDERR_FILENO, text, len) < 0)
		return false;
	return false;
}

static bool setting(struct policy *p, const char *name, size_t n, const char *value)
{
	static const char *const numbers[] = {"jail", "kind", "parent", "memory",
					      "file", "cpu",  "result"};
	int64_t v = -1;
	size_t i = 0;

	while (i < sizeof numbers / sizeof *numbers &&
	       (strlen(numbers[i]) != n || memcmp(numbers[i], name, n) != 0))
		i++;
	if (i < sizeof numbers / sizeof *numbers && (!num_int(value, strlen(value), &v) || v < 0))
		return false;
	switch (i) {
	case 0: p->mode = (enum stage_jail)v; return v <= STAGE_OPEN;
	case 1: p->jail.kind = (enum proc_kind)v; return v <= PROC_TEX;
	case 2: p->parent = v; return true;
	case 3: p->jail.memory = (uint64_t)v; return true;
	case 4: p->jail.file_size = (uint64_t)v; return true;
	case 5: p->jail.cpu_seconds = (unsigned)v; return v <= INT_MAX;
	case 6: p->result = v == 1; return true;
	default: break;
	}
	if (n == 4 && memcmp(name, "read", n) == 0 && p->nread < PROC_PATHS)
		p->jail.read[p->nread++] = value;
	else if (n == 5 && memcmp(name, "write", n) == 0 && p->nwrite < PROC_PATHS)
		p->jail.write[p->nwrite++] = value;
	else if (n == 3 && memcmp(name, "cwd", n) == 0)
		p->cwd = value;
	else if (n == 7 && memcmp(name, "program", n) == 0)
		p->jail.program = value;
	else if (n == 5 && memcmp(name, "bwrap", n) == 0)
		p->bwrap = value;
	else
		return false;
	return true;
}

/* Index of the first argument after "--"; 0 when the policy is not one of ours. */
static int read_policy(struct policy *p, int argc, char **argv)
{
	for (int i = ARGV_JAIL; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');
		if (strcmp(argv[i], "--") == 0)
			return i + 1;
		if (!equals || !setting(p, argv[i], (size_t)(equals - argv[i]), equals + 1))
			break;
	}
	return 0;
}

static size_t bind(const char **out, const char *how, const char *from, const char *to)
{
	out[0] = how;
	out[1] = from;
	out[2] = to;
	return 3;
}

/* Becomes bubblewrap, which shows only the same files and starts this binary again. Returns when it
 * could not. */
static void exec_bubblewrap(const struct policy *p, int argc, char **argv)
{
	static const char *const start[] = {"bwrap", "--unshare-all", "--die-with-parent",
					    "--cap-drop", "ALL"};
	char self[PATH_MAX] = "", programs[JAIL_PROGRAMS][PATH_MAX];
	const char *list[JAIL_SYSTEM],
		*out[24 + 3 * (JAIL_SYSTEM + JAIL_PROGRAMS + 2 * PROC_PATHS) + STAGE_ARGV];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	size_t n = sizeof start / sizeof *start;

	if (len < 0 || argc > STAGE_ARGV)
		return;
	memcpy(out, start, sizeof start);
	/* files first: the folders that hold some of them are laid over */
	size_t nprograms = p->jail.program ? jail_programs(p->jail.program, programs) : 0;
	for (size_t i = 0; i < nprograms; i++)
		n += bind(out + n, "--ro-bind", programs[i], programs[i]);
	jail_system(p->jail.kind, list);
	for (size_t i = 0; list[i]; i++)
		n += bind(out + n,
			  strncmp(list[i], "/dev/", 5) == 0 ? "--dev-bind-try" : "--ro-bind-try",
			  list[i], list[i]);
	for (size_t i = 0; p->jail.read[i]; i++)
		n += bind(out + n, "--ro-bind-try", p->jail.read[i], p->jail.read[i]);
	for (size_t i = 0; p->jail.write[i]; i++)
		n += bind(out + n, "--bind", p->jail.write[i], p->jail.write[i]);
	n += bind(out + n, "--ro-bind", self, INSIDE_NAME);
	if (JAIL_SANITIZED) {   /* it reads its options there */
		out[n++] = "--proc";
		out[n++] = "/proc";
	}
	if (p->cwd) {   /* an empty folder where nothing of it is shown */
		out[n++] = "--dir";
		out[n++] = p->cwd;
		out[n++] = "--chdir";
		out[n++] = p->cwd;
	}
	out[n++] = "--remount-ro";
	out[n++] = "/";
	out[n++] = INSIDE_NAME;
	out[n++] = MARK;
	out[n++] = "jail=2";
	_Static_assert(STAGE_INSIDE == 2, "the text above");
	for (int i = ARGV_JAIL + 1; i < argc; i++)
		out[n++] = argv[i];
	out[n] = NULL;
	execv(p->bwrap, (char *const *)out);
}

bool proc_is_stage(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], MARK) == 0;
}

/* What every stage does first: no descriptor but ours, and no life without the parent. */
static bool isolate(const struct policy *p)
{
	if ((!p->result && close(STAGE_RESULT) != 0 && errno != EBADF) ||
	    close_range(STAGE_REPORT + 1, UINT_MAX, 0) != 0)
		return tell("close_range");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return tell("prctl");
	if (p->mode != STAGE_INSIDE && getppid() != (pid_t)p->parent)
		_exit(127);   /* the parent died before we asked to die with it */
	if (p->cwd && chdir(p->cwd) != 0)
		return tell(p->cwd);
	return true;
}

bool proc_enter(int *argc, char ***argv, enum proc_kind *kind)
{
	struct policy p = { 0 };
	const char *step = "", ok = STAGE_JAILED;
	extern char **environ;
	int first = read_policy(&p, *argc, *argv);

	errno = EINVAL;
	if (!first || (p.mode == STAGE_BUBBLEWRAP && !p.bwrap))
		return tell("policy");
	if (!isolate(&p))
		return false;
	if (p.mode == STAGE_BUBBLEWRAP) {
		exec_bubblewrap(&p, *argc, *argv);
		return tell("bwrap");
	}
	if (fcntl(STAGE_REPORT, F_SETFD, FD_CLOEXEC) != 0)
		return tell("report");
	p.jail.landlock = p.mode == STAGE_LANDLOCK;
	if (!jail_enter(&p.jail, &step))
		return tell(step);
	if (write(STAGE_REPORT, &ok, 1) != 1)
		return false;
	if (p.jail.program) {
		(*argv)[--first] = (char *)(uintptr_t)p.jail.program;   /* in place of "--" */
		execve(p.jail.program, *argv + first, environ);
		return tell(p.jail.program);
	}
	close(STAGE_REPORT);
	*argc -= first;
	*argv += first;
	*kind = p.jail.kind;
	return true;
}
