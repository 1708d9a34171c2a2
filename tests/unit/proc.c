/* The launcher: how children start, speak, end and are ended. This program is its own child: proc starts /proc/self/exe. */
#include "base/proc.h"

#include "base/jail.h"
#include "base/path.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* ---- what the children do: act NAME [ARG] ---- */

static void out(const char *s)
{
	if (write(1, s, strlen(s)) < 0)
		_exit(99);
}
static int act_exit(const char *arg) { return atoi(arg); }
static int act_signal(const char *arg) { raise(atoi(arg)); return 0; }
static _Noreturn int act_sleep(const char *arg) { (void)arg; for (;;) nanosleep(&(struct timespec){ .tv_sec = 100 }, NULL); }
static _Noreturn int act_spin(const char *arg) { (void)arg; for (volatile unsigned i = 0;; i++) { } }
static int act_fork(const char *arg) { (void)arg; return fork() < 0 ? 0 : 1; }
static int act_talk(const char *arg)
{
	for (int i = 0; i < atoi(arg); i++)
		dprintf(2, "line %d\n", i);
	return 3;
}
static int act_flood(const char *arg)
{
	char part[65536];
	memset(part, 'x', sizeof part);
	for (int i = 0; i < atoi(arg); i++)
		if (write(1, part, sizeof part) < 0)
			return 9;
	return 0;
}
static int act_cat(const char *arg)
{
	char part[65536];
	ssize_t n;
	(void)arg;
	while ((n = read(0, part, sizeof part)) > 0)
		for (ssize_t at = 0, w; at < n; at += w)
			if ((w = write(1, part + at, (size_t)(n - at))) < 0)
				return 9;
	return 0;
}
static int act_close_input(const char *arg) { (void)arg; close(0); act_sleep(NULL); }
static int act_close_all(const char *arg) { (void)arg; close(1); close(2); nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL); return 4; }
static int act_env(const char *arg)
{
	(void)arg;
	for (char **e = environ; *e; e++) {
		out(*e);
		out("\n");
	}
	return 0;
}
static int act_fds(const char *arg)
{
	(void)arg;
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) != -1) {
			char text[16];
			snprintf(text, sizeof text, "%d ", fd);
			out(text);
		}
	return 0;
}
static int act_result(const char *arg)
{
	(void)arg;
	out("printed");
	return write(3, "result", 6) == 6 ? 0 : 1;
}
static int act_cwd(const char *arg)
{
	char text[PATH_MAX];
	(void)arg;
	out(getcwd(text, sizeof text) ? text : "?");
	return 0;
}
static int act_group(const char *arg) { (void)arg; return getpgrp() == getpid() && getsid(0) == getpid() ? 0 : 1; }
static int act_signals(const char *arg)
{
	struct sigaction sa;
	sigset_t blocked;
	(void)arg;
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	sigaction(SIGPIPE, NULL, &sa);
	return sa.sa_handler == SIG_DFL && !sigismember(&blocked, SIGTERM) ? 0 : 1;
}
static int act_args(const char *arg) { out(arg); return 0; }
static int act_nap(const char *arg) { (void)arg; nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL); return 0; }

static const struct { const char *name; int (*run)(const char *); } acts[] = {
	{ "exit", act_exit }, { "signal", act_signal }, { "sleep", act_sleep }, { "spin", act_spin }, { "fork", act_fork },
	{ "talk", act_talk }, { "flood", act_flood }, { "cat", act_cat }, { "close_input", act_close_input }, { "env", act_env },
	{ "close_all", act_close_all }, { "fds", act_fds }, { "result", act_result }, { "cwd", act_cwd }, { "group", act_group },
	{ "signals", act_signals }, { "args", act_args }, { "nap", act_nap },
};
static int act(int argc, char **argv)
{
	for (size_t i = 0; argc > 0 && i < sizeof acts / sizeof *acts; i++)
		if (strcmp(argv[0], acts[i].name) == 0)
			return acts[i].run(argc > 1 ? argv[1] : "");
	return 98;
}

/* ---- helpers of the parent ---- */

static char self[PATH_MAX], folder[] = "/tmp/proc-test-XXXXXX";

static struct proc_opt tool(const char *name, const char *arg)
{
	return (struct proc_opt){ .kind = PROC_GNUPLOT, .tool = self, .args = { "act", name, arg }, .wall_seconds = 20, .stderr_max = 4096,
		.env = { "ASAN_OPTIONS=detect_leaks=0:disable_coredump=0" }, .read = { JAIL_SANITIZED ? "/proc/self" : NULL } };
}
static struct proc_opt stage(const char *name, const char *arg)
{
	return (struct proc_opt){ .kind = PROC_WORKER, .args = { name, arg }, .wall_seconds = 20, .stderr_max = 4096 };
}
/* The id of the error that the child's end makes, ERR_NONE when it ended well. */
static enum err_id run(const struct proc_opt *o, struct buf *output, struct err *e)
{
	struct proc p;
	*e = (struct err){ 0 };
	if (proc_run(&p, o, NULL, 0, output, e))
		proc_ok(&p, "child", e);
	proc_close(&p);
	return e->id;
}
static enum err_id outcome(const struct proc_opt *o)
{
	struct err e;
	return run(o, NULL, &e);
}

/* ---- tests ---- */

static void test_ends(void)
{
	struct err e;
	struct proc_opt o = stage("exit", "0");
	CHECK(outcome(&o) == ERR_NONE, "inner stage that ends well");
	o = tool("exit", "0");
	CHECK(outcome(&o) == ERR_NONE, "tool that ends well");
	o = stage("exit", "7");
	CHECK(run(&o, NULL, &e) == ERR_CHILD_EXIT, "exit code is an error");
	CHECK_STR(e.arg[1], "7", "and named");
	o = tool("signal", "15");
	CHECK(run(&o, NULL, &e) == ERR_CHILD_SIGNAL, "signal is an error");
	CHECK_STR(e.arg[2], "SIGTERM", "and named");
	o = stage("fork", NULL);
	CHECK(outcome(&o) == ERR_CHILD_JAIL, "forbidden call ends an inner stage");
	o = tool("fork", NULL);
	CHECK(outcome(&o) == ERR_NONE, "a tool only sees its fork fail");
	o = stage("spin", NULL);
	o.cpu_seconds = 1;
	CHECK(outcome(&o) == ERR_CHILD_CPU, "processor time is limited");
}

static void test_wall(void)
{
	struct proc_opt o = tool("sleep", NULL);
	struct err e;
	double t = proc_clock();

	o.wall_seconds = 0.3;
	CHECK(run(&o, NULL, &e) == ERR_CHILD_TIME, "wall clock ends a sleeper");
	CHECK_STR(e.arg[1], "1", "the limit is named in whole seconds");
	o.args[1] = "spin";
	CHECK(outcome(&o) == ERR_CHILD_TIME, "wall clock ends a spinner");
	o = stage("spin", NULL);
	o.wall_seconds = 0.3;
	CHECK(outcome(&o) == ERR_CHILD_TIME, "wall clock ends an inner stage");
	CHECK(proc_clock() - t < 5, "without waiting long");
}

/* A group with a grandchild cannot come from inside the jail, so one is made by hand and given to proc_close. */
static void test_group_killed(void)
{
	struct proc p = { .in = -1, .out = -1, .err = -1, .watch = -1 };
	int fd[2];
	char c;

	if (pipe(fd) != 0)
		return;
	p.pid = fork();
	if (p.pid == 0) {
		setpgid(0, 0);
		close(fd[0]);
		if (fork() == 0)
			act_sleep(NULL);
		if (write(fd[1], "x", 1) != 1)
			_exit(1);
		act_sleep(NULL);
	}
	close(fd[1]);
	CHECK(read(fd[0], &c, 1) == 1, "leader and grandchild run");
	proc_close(&p);
	CHECK(read(fd[0], &c, 1) == 0, "closing ends the whole group");
	close(fd[0]);
	proc_close(&p);
	proc_close(&(struct proc){ 0 });
	CHECK(true, "closing twice, and closing what was never started, is harmless");
}

static void test_talk(void)
{
	struct proc_opt o = tool("talk", "10000");
	struct err e = { 0 };
	struct proc p;

	o.stderr_max = 100;
	CHECK(proc_run(&p, &o, NULL, 0, NULL, &e) && p.end == PROC_EXITED && p.code == 3, "a talkative child ends by itself");
	CHECK(p.talk.n == 100 && strncmp(buf_text(&p.talk), "line 0\nline 1\n", 14) == 0, "the first bytes are kept");
	CHECK(p.dropped == 98890 - 100, "the rest is counted");
	proc_close(&p);
	o.stderr_max = 0;
	CHECK(proc_run(&p, &o, NULL, 0, NULL, &e) && p.talk.n == 0 && p.dropped == 98890, "none kept when none is asked for");
	proc_close(&p);
	o.stderr_max = 1 << 20;
	CHECK(run(&o, NULL, &e) == ERR_CHILD_EXIT && strstr(e.why, "line 9999") && !strstr(e.why, "line 9000\n"), "the error has the last lines");
}

static void test_output(void)
{
	struct proc_opt o = tool("flood", "16");
	struct buf b = BUF(1 << 20), small = BUF(100000);
	char *in = malloc(3000000);
	struct err e = { 0 };
	struct proc p;

	CHECK(run(&o, &b, &e) == ERR_NONE && b.n == 1 << 20, "output up to the limit");
	CHECK(run(&o, &small, &e) == ERR_CHILD_OUTPUT, "output past the limit ends the child");
	buf_free(&b);
	buf_free(&small);
	b = BUF(4000000);
	memset(in, 'y', 3000000);
	o = stage("cat", NULL);
	CHECK(proc_run(&p, &o, in, 3000000, &b, &e) && proc_ok(&p, "cat", &e) && b.n == 3000000 && memcmp(b.s, in, b.n) == 0,
		"input and output at once, both larger than a pipe");
	proc_close(&p);
	o = tool("exit", "0");
	CHECK(proc_run(&p, &o, in, 3000000, &b, &e) && proc_ok(&p, "exit", &e), "a child that does not read its input raises nothing");
	proc_close(&p);
	buf_clear(&b);
	o = stage("result", NULL);
	o.out_on_3 = true;
	CHECK(proc_run(&p, &o, NULL, 0, &b, &e), "results on descriptor 3");
	CHECK_STR(buf_text(&b), "result", "come through out");
	CHECK_STR(buf_text(&p.talk), "printed", "while what is printed is talk");
	proc_close(&p);
	buf_free(&b);
	free(in);
}

static void test_surroundings(void)
{
	struct proc_opt o = tool("env", NULL);
	struct buf b = BUF(10000);
	struct err e;
	int leak = dup2(1, 77);

	if (!JAIL_SANITIZED)
		o.env[0] = "B=2";
	o.env[1] = "A=one two";
	CHECK(run(&o, &b, &e) == ERR_NONE, "environment");
	CHECK_STR(buf_text(&b), JAIL_SANITIZED ? "ASAN_OPTIONS=detect_leaks=0:disable_coredump=0\nA=one two\n" : "B=2\nA=one two\n", "is exactly what was given");
	buf_clear(&b);
	o = tool("fds", NULL);
	run(&o, &b, &e);
	CHECK_STR(buf_text(&b), "0 1 2 ", "a tool has three descriptors");
	buf_clear(&b);
	o = stage("fds", NULL);
	run(&o, &b, &e);
	CHECK_STR(buf_text(&b), "0 1 2 ", "an inner stage too");
	buf_clear(&b);
	o = stage("cwd", NULL);
	o.cwd = folder;
	run(&o, &b, &e);
	CHECK_STR(buf_text(&b), folder, "working folder");
	struct proc_layers l;
	proc_layers(&l);
	o.without = PROC_NO_LANDLOCK;
	buf_clear(&b);
	if (l.bubblewrap)
		run(&o, &b, &e);
	if (l.bubblewrap)
		CHECK_STR(buf_text(&b), folder, "the same under bubblewrap, though nothing of it may be read");
	else
		tap_skip("working folder under bubblewrap", "bubblewrap does not work here");
	buf_clear(&b);
	o = stage("args", "a=b -- ::stage \xc3\xa9\n");
	run(&o, &b, &e);
	CHECK_STR(buf_text(&b), o.args[1], "arguments arrive unchanged");
	o = tool("group", NULL);
	CHECK(outcome(&o) == ERR_NONE, "own process group and session");
	struct sigaction old, ignore = { .sa_handler = SIG_IGN };
	sigset_t block, before;
	sigaction(SIGPIPE, &ignore, &old);
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &before);
	o = stage("signals", NULL);
	CHECK(outcome(&o) == ERR_NONE, "signals start at their defaults");
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGPIPE, &old, NULL);
	close(leak);
	buf_free(&b);
}

static void test_errors(void)
{
	struct proc_opt o = tool("exit", "0");
	struct err e = { 0 };
	struct proc p;
	char script[PATH_MAX], *argv[] = { self, (char *)"::stage", (char *)"kind=9", (char *)"--", NULL };

	o.tool = "no-such-program-anywhere";
	CHECK(!proc_start(&p, &o, &e) && e.id == ERR_TOOL_MISSING, "absent tool");
	CHECK_STR(e.arg[0], o.tool, "is named");
	o.tool = "/no/such/program";
	CHECK(!proc_start(&p, &o, &e) && e.id == ERR_TOOL_MISSING, "absent tool given by path");
	o = stage("exit", "0");
	o.cwd = "/no/such/folder";
	CHECK(!proc_start(&p, &o, &e) && e.id == ERR_SPAWN && strstr(e.why, "/no/such/folder"), "absent working folder is named");
	CHECK(p.pid == 0 && waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "and nothing is left behind");
	o.cwd = NULL;
	o.write[0] = "/no/such/folder";
	CHECK(!proc_start(&p, &o, &e) && e.id == ERR_SPAWN && strstr(e.why, "/no/such/folder"), "absent folder to write in is named");
	snprintf(script, sizeof script, "%s/tool", folder);
	CHECK(path_write(script, "\x7f" "ELFjunk", 8, &e) && chmod(script, 0755) == 0, "a broken program");
	o = tool("", NULL);
	o.tool = script;
	CHECK(!proc_start(&p, &o, &e) && e.id == ERR_SPAWN && e.why[0], "cannot be started, and the reason is given");
	CHECK(path_write(script, "#!/bin/sh\necho said >&2\nexit 5\n", 31, &e) && chmod(script, 0755) == 0, "a script");
	CHECK(run(&o, NULL, &e) == ERR_CHILD_EXIT && strstr(e.why, "said"), "is run as a tool");
	CHECK(proc_is_stage(3, argv) && !proc_is_stage(1, argv), "the marker is seen");
	pid_t pid = fork();
	if (pid == 0) {
		int argc = 4;
		char **av = argv;
		enum proc_kind kind;
		int null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		dup2(null, 4);
		_exit(proc_enter(&argc, &av, &kind) ? 0 : 42);
	}
	int status = 0;
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42, "a policy that is not ours is refused");
}

static void test_persistent(void)
{
	struct proc_opt o = stage("cat", NULL);
	struct err e = { 0 };
	struct proc p;
	char got[64] = "";

	o.pipe_in = o.pipe_out = true;
	o.wall_seconds = 0;
	CHECK(proc_start(&p, &o, &e), "a child that stays");
	for (int i = 0; i < 3; i++) {
		CHECK(proc_send(&p, "job\n", 4, &e) && proc_poll(&p, 10, &e) == 1, "answers");
		CHECK(read(p.out, got, sizeof got) == 4 && memcmp(got, "job\n", 4) == 0, "with what it was sent");
	}
	CHECK(proc_poll(&p, 0.05, &e) == 2 && p.end == PROC_RUNNING, "a silent child passes the timeout");
	close(p.in);
	p.in = -1;
	CHECK(proc_poll(&p, -1, &e) == 0 && p.end == PROC_EXITED && p.code == 0, "and ends when its input does");
	CHECK(proc_poll(&p, -1, &e) == 0, "asking again is harmless");
	CHECK(!proc_send(&p, "x", 1, &e) && e.id == ERR_WRITE, "nothing can be sent after the end");
	proc_close(&p);

	o = stage("close_input", NULL);
	o.pipe_in = true;
	o.wall_seconds = 10;
	CHECK(proc_start(&p, &o, &e), "a child that closes its input");
	bool sent = true;
	for (int i = 0; sent && i < 2000; i++) {
		sent = proc_send(&p, "x", 1, &e);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	CHECK(!sent && e.id == ERR_WRITE && p.end == PROC_RUNNING, "is noticed, without a signal");
	p.deadline = proc_clock() + 0.1;
	CHECK(proc_poll(&p, -1, &e) == 0 && p.end == PROC_TIMED_OUT, "the deadline can be moved");
	proc_close(&p);

	o = stage("flood", "2");
	o.pipe_out = true;
	CHECK(proc_start(&p, &o, &e), "output that nobody reads until the child has ended");
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	size_t total = 0;
	static char part[65536];
	for (ssize_t n; proc_poll(&p, 10, &e) == 1 && (n = read(p.out, part, sizeof part)) >= 0;)
		total += (size_t)n;
	CHECK(total == 131072 && p.end == PROC_EXITED, "is not lost");
	proc_close(&p);

	o = stage("close_all", NULL);
	o.pipe_out = true;
	CHECK(proc_start(&p, &o, &e) && proc_poll(&p, -1, &e) == 0 && p.code == 4, "a child that closes its outputs first is awaited");
	proc_close(&p);
}

static void interrupt(int sig) { (void)sig; }

static void test_interrupted(void)
{
	struct sigaction old, sa = { .sa_handler = interrupt };
	struct itimerval tick = { { 0, 1000 }, { 0, 1000 } }, off = { 0 };
	struct proc_opt o = stage("cat", NULL);
	struct buf b = BUF(4000000);
	char *in = calloc(1, 2000000);
	struct err e = { 0 };
	struct proc p;

	sigaction(SIGALRM, &sa, &old);
	setitimer(ITIMER_REAL, &tick, NULL);
	CHECK(proc_run(&p, &o, in, 2000000, &b, &e) && proc_ok(&p, "cat", &e) && b.n == 2000000, "interrupted calls are taken up again");
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &old, NULL);
	proc_close(&p);
	buf_free(&b);
	free(in);
}

/* The driver is killed while a child runs: the child must go too. */
static void test_death_with_parent(void)
{
	int fd[2];
	char c;

	if (pipe2(fd, O_CLOEXEC) != 0)
		return;
	pid_t driver = fork();
	if (driver == 0) {
		struct proc_opt o = stage("sleep", NULL);
		struct err e = { 0 };
		struct proc p;
		o.wall_seconds = 0;
		if (!proc_start(&p, &o, &e) || write(fd[1], &p.pid, sizeof p.pid) != sizeof p.pid)
			_exit(1);
		act_sleep(NULL);
	}
	close(fd[1]);
	int child = 0;
	CHECK(read(fd[0], &child, sizeof child) == sizeof child && child > 0, "a driver with a child");
	int watch = (int)syscall(SYS_pidfd_open, child, 0);
	kill(driver, SIGKILL);
	waitpid(driver, NULL, 0);
	bool gone = watch < 0;
	for (int i = 0; !gone && i < 500; i++) {
		gone = syscall(SYS_pidfd_send_signal, watch, 0, NULL, 0) != 0;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	CHECK(gone, "the child dies with its driver");
	CHECK(read(fd[0], &c, 1) == 0, "and holds none of its descriptors");
	close(watch);
	close(fd[0]);
}

static void test_which(void)
{
	struct arena a = { 0 };
	char *sh = proc_which(&a, "sh");
	CHECK(sh && sh[0] == '/' && access(sh, X_OK) == 0, "sh is found in PATH");
	CHECK(!proc_which(&a, "no-such-program-anywhere"), "what is not there is not found");
	CHECK(!proc_which(&a, "./sh") && !proc_which(&a, "tmp"), "nor relative paths and folders");
	arena_free(&a);
}

static void test_cost(void)
{
	struct proc_opt o = stage("exit", "0");
	double t = proc_clock();
	for (int i = 0; i < 20; i++)
		outcome(&o);
	printf("# an inner stage from start to end: %d us\n", (int)((proc_clock() - t) / 20 * 1e6));
	o = tool("", NULL);
	o.tool = "true";
	o.args[0] = NULL;
	t = proc_clock();
	for (int i = 0; i < 20; i++)
		outcome(&o);
	printf("# a tool from start to end: %d us\n", (int)((proc_clock() - t) / 20 * 1e6));
}

int main(int argc, char **argv)
{
	enum proc_kind kind;
	struct err e = { 0 };

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? act(argc, argv) : 127;
	if (argc > 1 && strcmp(argv[1], "act") == 0)
		return act(argc - 2, argv + 2);
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0 || !mkdtemp(folder))
		return 1;
	test_ends();
	test_wall();
	test_group_killed();
	test_talk();
	test_output();
	test_surroundings();
	test_errors();
	test_persistent();
	test_interrupted();
	test_death_with_parent();
	test_which();
	test_cost();
	path_remove_tree(folder, &e);
	return done_testing();
}
