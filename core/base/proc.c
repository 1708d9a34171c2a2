/* The driver's side of children: spawning the hidden stage, pipes, captured stderr, deadlines, and how a child ended.
 * It knows nothing of what children do; the restrictions themselves are in proc_stage.c and jail.c. */
#include "base/proc.h"

#include "base/jail.h"
#include "base/proc_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	FIRST_FREE = 10,        /* our descriptors stay above those that the child expects */
	REPORT_SECONDS = 30,    /* a stage that has not entered its jail by then never will */
	TELL_BYTES = 1000,      /* of what a child said, in an error */
};

enum { IN, OUT, TALK, REPORT, PIPES };
struct pipes { int ours[PIPES], theirs[PIPES]; };
struct feed { const char *s; size_t n; bool close; };   /* what is still to be written; close: the input ends with it */

double proc_clock(void)
{
	struct timespec t = { 0 };
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

char *proc_which(struct arena *a, const char *name)
{
	const char *path = getenv("PATH");
	struct stat st;

	if (strchr(name, '/'))
		return name[0] == '/' && access(name, X_OK) == 0 ? arena_strdup(a, name) : NULL;
	for (const char *p = path ? path : "/usr/local/bin:/usr/bin:/bin"; *p;) {
		size_t n = strcspn(p, ":");
		char *file = arena_printf(a, "%.*s/%s", (int)n, p, name);
		if (*p == '/' && access(file, X_OK) == 0 && stat(file, &st) == 0 && S_ISREG(st.st_mode))
			return file;
		p += n + (p[n] == ':');
	}
	return NULL;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void shut_all(int fd[PIPES])
{
	for (int i = 0; i < PIPES; i++)
		shut(&fd[i]);
}

static bool open_pipes(struct pipes *x, const bool want[PIPES])
{
	*x = (struct pipes){ { -1, -1, -1, -1 }, { -1, -1, -1, -1 } };
	for (int i = 0; i < PIPES; i++) {
		int fd[2];
		if (!want[i])
			continue;
		if (pipe2(fd, O_CLOEXEC) != 0)
			return false;
		x->ours[i] = fcntl(fd[i == IN], F_DUPFD_CLOEXEC, FIRST_FREE);
		x->theirs[i] = fcntl(fd[i != IN], F_DUPFD_CLOEXEC, FIRST_FREE);
		close(fd[0]);
		close(fd[1]);
		if (x->ours[i] < 0 || x->theirs[i] < 0 || (i != IN && fcntl(x->ours[i], F_SETFL, O_NONBLOCK) != 0))
			return false;
	}
	return true;
}

/* A session of its own (hence a process group, and no terminal to write commands to), default signals, nothing blocked. */
static int spawn(pid_t *pid, const struct proc_opt *o, const int theirs[PIPES], const char *const *argv)
{
	const struct { int end, fd; } map[] = {
		{ theirs[IN], STDIN_FILENO }, { theirs[o->out_on_3 ? TALK : OUT], STDOUT_FILENO }, { theirs[TALK], STDERR_FILENO },
		{ o->out_on_3 ? theirs[OUT] : -1, STAGE_RESULT }, { theirs[REPORT], STAGE_REPORT },
	};
	const char *env[PROC_PATHS + 1] = { NULL };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, all;
	size_t n = 0;
	int rc = 0;

	for (; o->env[n]; n++)
		env[n] = o->env[n];
	if (JAIL_SANITIZED && !o->tool)
		env[n] = "ASAN_OPTIONS=detect_leaks=0";   /* the leak check needs ptrace */
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&at);
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&at, &none);
	posix_spawnattr_setsigdefault(&at, &all);
	for (size_t i = 0; rc == 0 && i < sizeof map / sizeof *map; i++) {
		if (map[i].end >= 0)
			rc = posix_spawn_file_actions_adddup2(&fa, map[i].end, map[i].fd);
		else if (map[i].fd <= STDERR_FILENO)
			rc = posix_spawn_file_actions_addopen(&fa, map[i].fd, "/dev/null", O_RDWR, 0);
		else
			rc = posix_spawn_file_actions_addclose(&fa, map[i].fd);
	}
	if (rc == 0)
		rc = posix_spawn(pid, "/proc/self/exe", &fa, &at, (char *const *)argv, (char *const *)env);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

/* Reads once what there is of stderr; keeps the first stderr_max bytes. Returns what read did. */
static ssize_t take_talk(struct proc *p)
{
	char part[4096];
	ssize_t n = read(p->err, part, sizeof part);
	size_t got = n > 0 ? (size_t)n : 0, room = p->talk.max - p->talk.n, kept = got < room ? got : room;

	buf_add(&p->talk, part, kept);
	p->dropped += got - kept;
	return n;
}

/* Kills what is left of the group while its leader still holds the number, reaps the leader, and notes how it ended. */
static void reap(struct proc *p)
{
	int status = 0;

	kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	p->end = WIFEXITED(status) ? PROC_EXITED : PROC_SIGNALLED;
	p->code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
	if (p->wrapped && p->end == PROC_EXITED && p->code > 128 && p->code < 128 + NSIG) {
		p->end = PROC_SIGNALLED;
		p->code -= 128;
	}
	shut(&p->watch);
	while (take_talk(p) > 0)
		;
	shut(&p->err);
	shut(&p->in);
}

/* Waits for the child's word that it is jailed and, except under bubblewrap (whose keeper holds the pipe open), that it runs.
 * True when all is well; else the reason, if it gave one, is in text (zeroed before) after that word. */
static bool await_report(int fd, bool until_end, char *text, size_t size)
{
	double until = proc_clock() + REPORT_SECONDS;
	size_t n = 0;
	bool jailed = false;

	for (ssize_t got = -1; got != 0 && n < size - 1 && (until_end || !jailed);) {
		struct pollfd w = { .fd = fd, .events = POLLIN };
		poll(&w, 1, 1000);
		got = read(fd, text + n, size - 1 - n);
		n += got > 0 ? (size_t)got : 0;
		jailed = text[0] == STAGE_JAILED;
		if (proc_clock() > until)
			return false;
	}
	return jailed && n == 1;
}

static bool start_as(struct proc *p, const struct proc_opt *o, enum stage_jail jail, struct err *e)
{
	const char *what = o->tool ? o->tool : o->args[0] ? o->args[0] : "", *argv[STAGE_ARGV];
	const bool want[PIPES] = { [IN] = o->pipe_in, [OUT] = o->pipe_out || o->out_on_3, [TALK] = true, [REPORT] = true };
	bool wrapped = jail == STAGE_BUBBLEWRAP, ok = false;
	char reason[512] = "";
	struct arena a = { 0 };
	struct pipes x;

	*p = (struct proc){ .in = -1, .out = -1, .err = -1, .watch = -1, .talk = BUF(o->stderr_max), .wrapped = wrapped };
	char *program = o->tool ? proc_which(&a, o->tool) : NULL;
	char *bwrap = wrapped && !(o->without & PROC_NO_BUBBLEWRAP) ? proc_which(&a, "bwrap") : NULL;
	if ((o->tool && !program) || (wrapped && !bwrap)) {
		err_set(e, o->tool && !program ? ERR_TOOL_MISSING : ERR_NO_JAIL, "%s", what);
		goto out;
	}
	p->started = proc_clock();
	p->deadline = o->wall_seconds > 0 ? p->started + o->wall_seconds : 0;
	stage_argv(&a, o, program, jail, bwrap, argv);
	int rc = open_pipes(&x, want) ? spawn(&p->pid, o, x.theirs, argv) : errno;
	shut_all(x.theirs);
	if (rc != 0) {
		shut_all(x.ours);
		p->pid = 0;
		errno = rc;
		err_system(e, ERR_SPAWN, what);
		goto out;
	}
	p->in = x.ours[IN];
	p->out = x.ours[OUT];
	p->err = x.ours[TALK];
	p->watch = (int)syscall(SYS_pidfd_open, p->pid, 0);
	ok = p->watch >= 0 && await_report(x.ours[REPORT], !wrapped, reason, sizeof reason);
	close(x.ours[REPORT]);
	if (!ok) {
		reap(p);
		err_set(e, wrapped ? ERR_NO_JAIL : ERR_SPAWN, "%s", what);
		err_why(e, "%s%s", reason + (reason[0] == STAGE_JAILED), buf_text(&p->talk));
		proc_close(p);
	}
out:
	arena_free(&a);
	return ok;
}

bool proc_start(struct proc *p, const struct proc_opt *o, struct err *e)
{
	if (!(o->without & PROC_NO_LANDLOCK) && jail_abi() > 0)
		return start_as(p, o, STAGE_LANDLOCK, e);
	return start_as(p, o, STAGE_BUBBLEWRAP, e) || (o->allow_unjailed && e->id == ERR_NO_JAIL && start_as(p, o, STAGE_OPEN, e));
}

/* Writes a piece that poll promised room for; a closed pipe raises no signal. */
static void write_feed(struct proc *p, struct feed *f)
{
	struct sigaction old, ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, &old);
	ssize_t n = write(p->in, f->s, f->n < PIPE_BUF ? f->n : PIPE_BUF);
	bool closed = n < 0 && errno != EINTR && errno != EAGAIN;
	sigaction(SIGPIPE, &old, NULL);
	f->s += n > 0 ? n : 0;
	f->n -= n > 0 ? (size_t)n : 0;
	if (closed || (f->close && !f->n))
		shut(&p->in);
}

static int poll_ms(const struct proc *p, double until)
{
	double next = p->deadline > 0 && p->deadline < until ? p->deadline : until, wait = ceil((next - proc_clock()) * 1000);

	return p->end != PROC_RUNNING || wait < 0 ? 0 : wait > 60000 ? 60000 : (int)wait;
}

/* One wait for whatever comes first: 1 when out is readable (asked for by want_out), 0, or -1 with *e.
 * When the child has ended, p->end says so; when it no longer reads, p->in is closed. */
static int turn(struct proc *p, struct feed *f, bool want_out, double until, struct err *e)
{
	struct pollfd w[] = {
		{ .fd = p->err, .events = POLLIN },
		{ .fd = want_out ? p->out : -1, .events = POLLIN },
		{ .fd = f ? p->in : -1, .events = POLLOUT },
		{ .fd = p->watch, .events = POLLIN },
	};

	if (poll(w, sizeof w / sizeof *w, poll_ms(p, until)) < 0) {
		if (errno == EINTR)
			return 0;
		err_system(e, ERR_READ, "poll");
		return -1;
	}
	if (w[0].revents && take_talk(p) == 0)
		shut(&p->err);
	if (w[1].revents && !(w[1].revents & POLLIN))
		shut(&p->out);
	if (w[2].revents)
		write_feed(p, f);
	if (w[3].revents) {
		reap(p);
	} else if (p->end == PROC_RUNNING && p->deadline > 0 && proc_clock() >= p->deadline) {
		reap(p);
		p->end = PROC_TIMED_OUT;
	}
	return w[1].revents & POLLIN ? 1 : 0;
}

/* proc_poll, which writes f (may be NULL) meanwhile. */
static int await(struct proc *p, struct feed *f, double until, struct err *e)
{
	for (;;) {
		bool was_over = p->end != PROC_RUNNING;
		int got = turn(p, f, true, until, e);
		if (got < 0)
			return -1;
		if (p->end == PROC_TIMED_OUT)
			return 0;
		if (got || was_over)   /* over, and a look at out since then found nothing */
			return got;
		if (p->end == PROC_RUNNING && proc_clock() >= until)
			return 2;
	}
}

int proc_poll(struct proc *p, double timeout_seconds, struct err *e)
{
	return await(p, NULL, timeout_seconds < 0 ? INFINITY : proc_clock() + timeout_seconds, e);
}

bool proc_send(struct proc *p, const void *s, size_t n, struct err *e)
{
	struct feed f = { s, n, false };

	while (f.n && p->in >= 0 && p->end == PROC_RUNNING)
		if (turn(p, &f, false, INFINITY, e) < 0)
			return false;
	if (!f.n)
		return true;
	errno = EPIPE;
	return err_system(e, ERR_WRITE, "pipe");
}

/* Takes what is readable; a child that says more than fits is killed. */
static void take_output(struct proc *p, struct buf *output)
{
	char part[65536];
	ssize_t n = read(p->out, part, sizeof part);

	if (n > 0 && !buf_add(output, part, (size_t)n)) {
		if (p->end == PROC_RUNNING)
			reap(p);
		p->end = PROC_TOO_MUCH;
	} else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		shut(&p->out);
	}
}

bool proc_run(struct proc *p, const struct proc_opt *o, const void *input, size_t n, struct buf *output, struct err *e)
{
	struct proc_opt mine = *o;

	mine.pipe_in = input != NULL;
	mine.pipe_out = output != NULL && !o->out_on_3;
	mine.out_on_3 = output != NULL && o->out_on_3;
	return proc_start(p, &mine, e) && proc_finish(p, input, n, output, e);
}

bool proc_finish(struct proc *p, const void *input, size_t n, struct buf *output, struct err *e)
{
	struct feed f = { input, n, true };
	int got;

	while ((got = await(p, &f, INFINITY, e)) == 1) {
		take_output(p, output);
		if (p->end == PROC_TOO_MUCH)
			return true;
	}
	if (got < 0)
		proc_close(p);
	return got == 0;
}

void proc_close(struct proc *p)
{
	if (p->pid > 0) {
		if (p->end == PROC_RUNNING)
			reap(p);
		shut(&p->out);
	}
	buf_free(&p->talk);
	p->pid = 0;
}

bool proc_ok(const struct proc *p, const char *what, struct err *e)
{
	static const struct { int signal; enum err_id id; } meaning[] = {
		{ SIGSYS, ERR_CHILD_JAIL }, { SIGXCPU, ERR_CHILD_CPU }, { SIGXFSZ, ERR_CHILD_FILE },
	};
	enum err_id id = p->end == PROC_EXITED ? ERR_CHILD_EXIT : p->end == PROC_TIMED_OUT ? ERR_CHILD_TIME
		: p->end == PROC_TOO_MUCH ? ERR_CHILD_OUTPUT : ERR_CHILD_SIGNAL;
	bool timed = id == ERR_CHILD_TIME;
	const char *name = id == ERR_CHILD_SIGNAL ? sigabbrev_np(p->code) : NULL;

	if (id == ERR_CHILD_EXIT && p->code == 0)
		return true;
	for (size_t i = 0; i < sizeof meaning / sizeof *meaning; i++)
		if (id == ERR_CHILD_SIGNAL && p->code == meaning[i].signal)
			id = meaning[i].id;
	err_set(e, id, "%s" ERR_SEP "%ld" ERR_SEP "SIG%s", what, timed ? (long)ceil(p->deadline - p->started) : p->code, name ? name : "?");
	/* the last lines of what it said */
	const char *s = buf_text(&p->talk), *late = p->talk.n > TELL_BYTES ? s + p->talk.n - TELL_BYTES : NULL;
	const char *line = late ? strchr(late, '\n') : NULL;
	return err_why(e, "%s", line ? line + 1 : late ? late : s);
}

void proc_layers(struct proc_layers *out)
{
	struct proc_opt o = { .kind = PROC_GNUPLOT, .tool = "true", .without = PROC_NO_LANDLOCK, .wall_seconds = 10 };
	struct err e = { 0 };
	struct proc p;

	*out = (struct proc_layers){ .landlock_abi = jail_abi(), .seccomp = jail_seccomp(), .sanitizer = JAIL_SANITIZED };
	if (JAIL_SANITIZED)
		out->note = "no limit of address space, no leak check in children, more system calls";
	out->bubblewrap = proc_run(&p, &o, NULL, 0, NULL, &e) && proc_ok(&p, o.tool, &e);
	proc_close(&p);
}
