/* The driver's side of children: spawning the hidden stage, pipes, captured stderr, deadlines, and
 * how a child ended. It knows nothing of what children do; the restrictions themselves are in
 * proc_stage.c and jail.c. */
#include "base/proc.h"

#include "base/jail.h"
#include "base/path.h"
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
	TICK_MS = 20,           /* how often to look where the kernel has no pidfd */
	TELL_BYTES = 1000,      /* of what a child said, in an error */
};

struct end { int ours, theirs; };
struct ends { struct end in, out, err, report; };
struct feed { const char *s; size_t n; };   /* what is still to be written */
enum { TURN_OUT = 1, TURN_CLOSED = 2 }; /* out is readable; the child no longer reads its input */

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
		if (*p == '/' && access(file, X_OK) == 0 && stat(file, &st) == 0 &&
		    S_ISREG(st.st_mode))
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

static void shut_ends(struct ends *x)
{
	struct end *all[] = { &x->in, &x->out, &x->err, &x->report };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		shut(&all[i]->ours);
		shut(&all[i]->theirs);
	}
}

static bool lift(int *fd)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	shut(fd);
	*fd = high;
	return high >= 0;
}

static bool open_end(struct end *x, bool they_read)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) != 0)
		return false;
	x->ours = fd[they_read];
	x->theirs = fd[!they_read];
	bool ok = lift(&x->ours);
	return lift(&x->theirs) && ok && (they_read || fcntl(x->ours, F_SETFL, O_NONBLOCK) == 0);
}

static bool open_ends(struct ends *x, const struct proc_opt *o)
{
	*x = (struct ends){ { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	return open_end(&x->err, false) && open_end(&x->report, false) &&
	       (!o->pipe_in || open_end(&x->in, true)) &&
	       (!(o->pipe_out || o->out_on_3) || open_end(&x->out, false));
}

/* Standard descriptors of the child. Returns 0 or an errno. */
static int set_actions(posix_spawn_file_actions_t *fa, const struct proc_opt *o,
		       const struct ends *x)
{
	int rc = o->pipe_in ? posix_spawn_file_actions_adddup2(fa, x->in.theirs, 0)
		: posix_spawn_file_actions_addopen(fa, 0, "/dev/null", O_RDONLY, 0);
	if (rc == 0 && !o->pipe_out && !o->out_on_3)
		rc = posix_spawn_file_actions_addopen(fa, 1, "/dev/null", O_WRONLY, 0);
	else if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(
			fa, o->out_on_3 ? x->err.theirs : x->out.theirs, 1);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(fa, x->err.theirs, 2);
	if (rc == 0 && o->out_on_3)
		rc = posix_spawn_file_actions_adddup2(fa, x->out.theirs, STAGE_RESULT);
	return rc ? rc : posix_spawn_file_actions_adddup2(fa, x->report.theirs, STAGE_REPORT);
}

/* A session of its own (hence a process group, and no terminal to write commands to), default
 * signals, nothing blocked. */
static int spawn(pid_t *pid, const struct proc_opt *o, const struct ends *x,
		 const char *const *argv)
{
	const char *env[PROC_PATHS + 2];
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, all;
	size_t n = 0;

	while (n < PROC_PATHS && o->env[n]) {
		env[n] = o->env[n];
		n++;
	}
	if (JAIL_SANITIZED && !o->tool)
		env[n++] = "ASAN_OPTIONS=detect_leaks=0";   /* the leak check needs ptrace */
	env[n] = NULL;
	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&fa) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&at) != 0) {
		posix_spawn_file_actions_destroy(&fa);
		return ENOMEM;
	}
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
					      POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&at, &none);
	posix_spawnattr_setsigdefault(&at, &all);
	int rc = set_actions(&fa, o, x);
	if (rc == 0)
		rc = posix_spawn(pid, "/proc/self/exe", &fa, &at, (char *const *)argv,
				 (char *const *)env);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

/* Reads what there is of stderr; keeps the first stderr_max bytes. False at its end. */
static bool take_talk(struct proc *p)
{
	char part[4096];
	ssize_t n = 0;

	while (p->err >= 0 &&
	       ((n = read(p->err, part, sizeof part)) > 0 || (n < 0 && errno == EINTR))) {
		size_t got = n > 0 ? (size_t)n : 0, room = p->talk.max - p->talk.n;
		buf_add(&p->talk, part, got < room ? got : room);
		p->dropped += got < room ? 0 : got - room;
		if (got < sizeof part)
			return true;
	}
	return n != 0;
}

/* Kills what is left of the group while its leader still holds the number, reaps the leader, and
 * notes how it ended. */
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
	take_talk(p);
	shut(&p->err);
	shut(&p->in);
}

static void kill_as(struct proc *p, enum proc_end end)
{
	reap(p);
	p->end = end;
}

static bool has_ended(const struct proc *p)
{
	siginfo_t si = { 0 };
	return waitid(P_PID, (id_t)p->pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       si.si_pid == p->pid;
}

/* Waits for the child's word that it is jailed and, except under bubblewrap (whose keeper holds the
 * pipe open), that it runs. True when all is well; else the reason, if it gave one, is in text. */
static bool await_report(int fd, bool until_end, char *text, size_t size)
{
	double until = proc_clock() + REPORT_SECONDS;
	bool jailed = false;
	size_t n = 0;

	for (;;) {
		struct pollfd w = { .fd = fd, .events = POLLIN };
		ssize_t got = read(fd, text + n, size - 1 - n);
		n += got > 0 ? (size_t)got : 0;
		if (n > 0 && !jailed && text[0] == STAGE_JAILED) {
			jailed = true;
			memmove(text, text + 1, --n);
		}
		text[n] = '\0';
		if (got == 0 || n == size - 1 || (jailed && !until_end))
			return jailed && n == 0;
		if (proc_clock() > until || (got < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		poll(&w, 1, 1000);
	}
}

static bool start_as(struct proc *p, const struct proc_opt *o, const char *program,
		     enum stage_jail jail, const char *bwrap, struct err *e)
{
	const char *what = o->tool ? o->tool : o->args[0] ? o->args[0] : "", *argv[STAGE_ARGV];
	struct arena a = { 0 };
	char reason[512] = "";
	struct ends x;

	*p = (struct proc){.in = -1, .out = -1, .err = -1, .watch = -1, .talk = BUF(o->stderr_max)};
	p->wrapped = jail == STAGE_BUBBLEWRAP;
	p->started = proc_clock();
	p->deadline = o->wall_seconds > 0 ? p->started + o->wall_seconds : 0;
	stage_argv(&a, o, program, jail, bwrap, argv);
	int rc = open_ends(&x, o) ? spawn(&p->pid, o, &x, argv) : errno;
	arena_free(&a);
	if (rc != 0) {
		shut_ends(&x);
		p->pid = 0;
		err_set(e, ERR_SPAWN, "%s", what);
		return err_why(e, "%s", strerror(rc));
	}
	p->in = x.in.ours;
	p->out = x.out.ours;
	p->err = x.err.ours;
	x.in.ours = x.out.ours = x.err.ours = -1;
	p->watch = (int)syscall(SYS_pidfd_open, p->pid, 0);
	shut(&x.in.theirs);
	shut(&x.out.theirs);
	shut(&x.err.theirs);
	shut(&x.report.theirs);
	bool ok = await_report(x.report.ours, jail != STAGE_BUBBLEWRAP, reason, sizeof reason);
	shut_ends(&x);
	if (ok)
		return true;
	reap(p);
	err_set(e, jail == STAGE_BUBBLEWRAP ? ERR_NO_JAIL : ERR_SPAWN, "%s", what);
	err_why(e, "%s%s", reason, buf_text(&p->talk));
	proc_close(p);
	return false;
}

bool proc_start(struct proc *p, const struct proc_opt *o, struct err *e)
{
	struct arena a = { 0 };
	const char *what = o->tool ? o->tool : o->args[0] ? o->args[0] : "";
	char *program = o->tool ? proc_which(&a, o->tool) : NULL, *bwrap = NULL;
	bool ok = false;

	*p = (struct proc){ .in = -1, .out = -1, .err = -1, .watch = -1 };
	if (o->tool && !program)
		err_set(e, ERR_TOOL_MISSING, "%s", what);
	else if (!(o->without & PROC_NO_LANDLOCK) && jail_abi() > 0)
		ok = start_as(p, o, program, STAGE_LANDLOCK, NULL, e);
	else {
		if (!(o->without & PROC_NO_BUBBLEWRAP))
			bwrap = proc_which(&a, "bwrap");
		if (bwrap)
			ok = start_as(p, o, program, STAGE_BUBBLEWRAP, bwrap, e);
		else
			err_set(e, ERR_NO_JAIL, "%s", what);
		if (!ok && e->id == ERR_NO_JAIL && o->allow_unjailed)
			ok = start_as(p, o, program, STAGE_OPEN, NULL, e);
	}
	arena_free(&a);
	return ok;
}

/* Writes a piece that poll promised room for. A closed pipe raises SIGPIPE for this thread, which
 * is taken back at once. */
static ssize_t write_quietly(int fd, const struct feed *f)
{
	const struct timespec now = { 0 };
	sigset_t pipe, old;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &old);
	ssize_t n = write(fd, f->s, f->n < PIPE_BUF ? f->n : PIPE_BUF);
	int keep = errno;
	if (n < 0 && keep == EPIPE && !sigismember(&old, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = keep;
	return n;
}

static int poll_ms(const struct proc *p, double until)
{
	double wait = p->deadline > 0 && p->deadline < until ? p->deadline : until;

	if (p->end != PROC_RUNNING)
		return 0;
	wait = isinf(wait) ? 60000 : ceil((wait - proc_clock()) * 1000);
	if (p->watch < 0 && wait > TICK_MS)
		wait = TICK_MS;
	return wait < 0 ? 0 : wait > 60000 ? 60000 : (int)wait;
}

/* One wait for whatever comes first. TURN_… bits, or -1 with *e. When the child has ended, p->end
 * says so. */
static int turn(struct proc *p, struct feed *f, bool want_out, double until, struct err *e)
{
	struct pollfd w[] = {
		{ .fd = p->err, .events = POLLIN },
		{ .fd = want_out ? p->out : -1, .events = POLLIN },
		{ .fd = f && f->n ? p->in : -1, .events = POLLOUT },
		{ .fd = p->end == PROC_RUNNING ? p->watch : -1, .events = POLLIN },
	};
	int got = 0;

	if (poll(w, sizeof w / sizeof *w, poll_ms(p, until)) < 0) {
		if (errno == EINTR)
			return 0;
		err_set(e, ERR_READ, "%s", "poll");
		err_why(e, "%s", strerror(errno));
		return -1;
	}
	if (w[0].revents && !take_talk(p))
		shut(&p->err);
	if (w[1].revents & POLLIN)
		got |= TURN_OUT;
	else if (w[1].revents)
		shut(&p->out);
	if (w[2].revents) {
		ssize_t n = write_quietly(p->in, f);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			got |= TURN_CLOSED;
		f->s += n > 0 ? n : 0;
		f->n -= n > 0 ? (size_t)n : 0;
	}
	if (p->end != PROC_RUNNING)
		return got;
	if ((w[3].revents || p->watch < 0) && has_ended(p))
		reap(p);
	else if (p->deadline > 0 && proc_clock() >= p->deadline)
		kill_as(p, PROC_TIMED_OUT);
	return got;
}

int proc_poll(struct proc *p, double timeout_seconds, struct err *e)
{
	double until = timeout_seconds < 0 ? INFINITY : proc_clock() + timeout_seconds;

	for (bool was_over = p->end != PROC_RUNNING;; was_over = p->end != PROC_RUNNING) {
		int got = turn(p, NULL, true, until, e);
		if (got < 0)
			return -1;
		if (p->end == PROC_TIMED_OUT)
			return 0;
		if (got & TURN_OUT)
			return 1;
		if (was_over)   /* and a look at out since then found nothing */
			return 0;
		if (p->end == PROC_RUNNING && proc_clock() >= until)
			return 2;
	}
}

bool proc_send(struct proc *p, const void *s, size_t n, struct err *e)
{
	struct feed f = { s, n };

	while (f.n && p->in >= 0 && p->end == PROC_RUNNING) {
		int got = turn(p, &f, false, INFINITY, e);
		if (got < 0)
			return false;
		if (got & TURN_CLOSED)
			break;
	}
	if (!f.n)
		return true;
	err_set(e, ERR_WRITE, "%s", "pipe");
	return err_why(e, "%s", strerror(EPIPE));
}

/* Takes what is readable; a child that says more than fits is killed. False at the end of out. */
static bool take_output(struct proc *p, struct buf *output)
{
	char part[65536];
	ssize_t n = read(p->out, part, sizeof part);

	if (n > 0 && !buf_add(output, part, (size_t)n)) {
		if (p->end == PROC_RUNNING)
			reap(p);
		p->end = PROC_TOO_MUCH;
		return false;
	}
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

bool proc_run(struct proc *p, const struct proc_opt *o, const void *input, size_t n,
	      struct buf *output, struct err *e)
{
	struct proc_opt mine = *o;
	struct feed f = { input, n };
	bool over = false;

	mine.pipe_in = input != NULL;
	mine.pipe_out = output != NULL && !o->out_on_3;
	mine.out_on_3 = output != NULL && o->out_on_3;
	if (!proc_start(p, &mine, e))
		return false;
	while (!over) {
		bool was_over = p->end != PROC_RUNNING;
		if (p->in >= 0 && !f.n)
			shut(&p->in);
		int got = turn(p, &f, true, INFINITY, e);
		if (got < 0) {
			proc_close(p);
			return false;
		}
		if (got & TURN_CLOSED)
			f.n = 0;
		if (got & TURN_OUT && !take_output(p, output))
			shut(&p->out);
		over = p->end == PROC_TOO_MUCH || p->end == PROC_TIMED_OUT ||
		       (was_over && !(got & TURN_OUT));
	}
	return true;
}

void proc_close(struct proc *p)
{
	if (p->pid > 0) {
		if (p->end == PROC_RUNNING)
			reap(p);
		shut(&p->in);
		shut(&p->out);
		shut(&p->err);
		shut(&p->watch);
	}
	buf_free(&p->talk);
	p->pid = 0;
}

/* The last lines of what the child said. */
static const char *last_words(const struct proc *p)
{
	const char *s = buf_text(&p->talk);
	const char *cut = p->talk.n > TELL_BYTES ? strchr(s + p->talk.n - TELL_BYTES, '\n') : NULL;
	return cut ? cut + 1 : p->talk.n > TELL_BYTES ? s + p->talk.n - TELL_BYTES : s;
}

bool proc_ok(const struct proc *p, const char *what, struct err *e)
{
	switch (p->end) {
	case PROC_EXITED:
		if (p->code == 0)
			return true;
		err_set(e, ERR_CHILD_EXIT, "%s" ERR_SEP "%d", what, p->code);
		break;
	case PROC_TIMED_OUT:
		err_set(e, ERR_CHILD_TIME, "%s" ERR_SEP "%ld", what,
			(long)ceil(p->deadline - p->started));
		break;
	case PROC_TOO_MUCH:
		err_set(e, ERR_CHILD_OUTPUT, "%s", what);
		break;
	case PROC_RUNNING:
	case PROC_SIGNALLED:
		if (p->code == SIGSYS)
			err_set(e, ERR_CHILD_JAIL, "%s", what);
		else if (p->code == SIGXCPU)
			err_set(e, ERR_CHILD_CPU, "%s", what);
		else if (p->code == SIGXFSZ)
			err_set(e, ERR_CHILD_FILE, "%s", what);
		else
			err_set(e, ERR_CHILD_SIGNAL, "%s" ERR_SEP "%d" ERR_SEP "SIG%s", what,
				p->code, p->code ? sigabbrev_np(p->code) : "?");
		break;
	}
	return err_why(e, "%s", last_words(p));
}

void proc_layers(struct proc_layers *out)
{
	struct proc_opt o = {.kind = PROC_GNUPLOT,
			     .tool = "true",
			     .without = PROC_NO_LANDLOCK,
			     .wall_seconds = 10};
	struct err e = { 0 };
	struct proc p;

	*out = (struct proc_layers){
		.landlock_abi = jail_abi(), .seccomp = jail_seccomp(), .sanitizer = JAIL_SANITIZED};
	if (JAIL_SANITIZED)
		out->note = "no limit of address space, no leak check in children, more system calls";
	out->bubblewrap = proc_run(&p, &o, NULL, 0, NULL, &e) && proc_ok(&p, o.tool, &e);
	proc_close(&p);
}
