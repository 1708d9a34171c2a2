/* The jail from inside: what a child may do, what it is refused, for inner stages and for tools, under Landlock and under bubblewrap;
 * then the same with gnuplot and pdflatex driven by hostile input. This program is its own child. */
#include "base/jail.h"

#include "base/path.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What an action says by its exit code. */
enum { DID = 50, WAS_REFUSED = 51 };
static int said(long rc) { return rc >= 0 ? DID : WAS_REFUSED; }
/* Folders as the children find them; made from the argument that each action gets. */
static char inside[PATH_MAX], outside[PATH_MAX], self[PATH_MAX];
static const char *in(const char *name)
{
	static char s[2 * PATH_MAX];
	snprintf(s, sizeof s, "%s/%s", inside, name);
	return s;
}
static const char *off(const char *name)
{
	static char s[2 * PATH_MAX];
	snprintf(s, sizeof s, "%s/%s", outside, name);
	return s;
}
static int opens(const char *path, int flags) { return said(open(path, flags, 0600)); }

static int read_passwd(void) { return opens("/etc/passwd", O_RDONLY); }
static int read_root(void) { return opens("/home", O_RDONLY | O_DIRECTORY); }
static int read_maps(void) { return opens("/proc/self/maps", O_RDONLY); }
static int read_parent(void)
{
	char s[64];
	snprintf(s, sizeof s, "/proc/%d/environ", (int)getppid());
	return opens(s, O_RDONLY);
}
static int read_other(void) { return opens(off("kept"), O_RDONLY); }
static int read_up(void) { return opens(in("../outside/kept"), O_RDONLY); }
static int read_link(void) { return opens(in("link"), O_RDONLY); }   /* made by the parent, leads out */
static int read_given(void) { return opens(off("given"), O_RDONLY); }
static int read_random(void) { return opens("/dev/urandom", O_RDONLY); }
static int write_null(void) { return opens("/dev/null", O_WRONLY | O_TRUNC); }
static int read_terminal(void) { return opens("/dev/tty", O_RDWR); }
static int write_given(void) { return opens(off("given"), O_WRONLY); }
static int empty_given(void) { return opens(off("given"), O_RDONLY | O_TRUNC); }
static int empty_given_3(void) { return opens(off("given"), O_ACCMODE | O_TRUNC); }
static int write_other(void) { return opens(off("kept"), O_WRONLY | O_APPEND); }
static int make_other(void) { return opens(off("new"), O_WRONLY | O_CREAT); }
static int make_tmp(void) { return opens("/tmp/jail-test-escaped", O_WRONLY | O_CREAT); }
static int make_inside(void) { return opens(in("new"), O_RDWR | O_CREAT | O_TRUNC); }
static int folder_inside(void) { return said(mkdir(in("d"), 0700) == 0 && rmdir(in("d")) == 0 ? 0 : -1); }
static int move_inside(void)
{
	char from[2 * PATH_MAX];
	snprintf(from, sizeof from, "%s", in("a"));
	return opens(from, O_WRONLY | O_CREAT) == DID && rename(from, in("b")) == 0 && unlink(in("b")) == 0 ? DID : WAS_REFUSED;
}
static int move_out(void) { return said(rename(in("mine"), off("moved"))); }
static int move_in(void) { return said(rename(off("kept"), in("taken"))); }
static int remove_other(void) { return said(unlink(off("kept"))); }
static int folder_other(void) { return said(mkdir(off("d"), 0700)); }
static int truncate_other(void) { return said(truncate(off("kept"), 0)); }
static int truncate_given(void) { return said(truncate(off("given"), 0)); }
static int chmod_other(void) { return said(chmod(off("kept"), 0777)); }
static int fchmodat2_other(void) { return said(syscall(452, AT_FDCWD, off("kept"), 0777, 0)); }
static int chown_other(void) { return said(chown(off("kept"), getuid(), getgid())); }
static int touch_other(void) { return said(utimensat(AT_FDCWD, off("kept"), NULL, 0)); }
static int attribute_other(void) { return said(syscall(SYS_setxattr, off("kept"), "user.x", "y", 1, 0)); }
static int link_in(void) { return said(link(off("kept"), in("hard"))); }
static int symlink_in(void) { return said(symlink("/etc/passwd", in("soft"))); }
static int fifo_in(void) { return said(mkfifo(in("fifo"), 0600)); }
static int by_handle(void) { return said(syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, O_RDONLY)); }
static int by_openat2(void)
{
	uint64_t how[3] = { O_RDONLY };
	return said(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how));
}
static int do_fork(void) { return said(fork()); }
static int do_vfork(void) { return said(syscall(SYS_clone, 0x4100 | SIGCHLD, 0, 0, 0, 0)); }
static int do_clone3(void) { return said(syscall(SYS_clone3, NULL, 0)); }
static int do_spawn(void)
{
	char *argv[] = { (char *)"true", NULL };
	pid_t pid;
	return posix_spawnp(&pid, "/bin/true", NULL, NULL, argv, argv + 1) == 0 ? DID : WAS_REFUSED;
}
static int do_exec(void)
{
	char *argv[] = { (char *)"true", NULL };
	return said(execv("/bin/true", argv));
}
static int do_exec_made(void)   /* a program of its own making, in the folder it may write */
{
	int fd = open(in("prog"), O_WRONLY | O_CREAT, 0700);
	if (fd < 0 || write(fd, "#!/bin/sh\n", 10) != 10 || close(fd) != 0)
		return 1;
	char *argv[] = { (char *)"prog", NULL };
	return said(execv(in("prog"), argv));
}
static int do_memfd(void) { return said(syscall(SYS_memfd_create, "x", 0)); }
static int do_inet(void) { return said(socket(AF_INET, SOCK_STREAM, 0)); }
static int do_unix(void) { return said(socket(AF_UNIX, SOCK_STREAM, 0)); }
static int do_netlink(void) { return said(socket(AF_NETLINK, SOCK_RAW, 0)); }
static int do_socketpair(void)
{
	int fd[2];
	return said(socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
}
static int do_ptrace(void) { return said(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL)); }
static int do_vm_read(void)
{
	char b[8];
	struct iovec v = { b, 8 };
	return said(process_vm_readv(getppid(), &v, 1, &v, 1, 0));
}
static int do_kill(void) { return said(kill(getppid(), 0)); }
static int do_kill_all(void) { return said(kill(-1, 0)); }
static int do_kill_wide(void) { return said(syscall(SYS_kill, (1L << 32) | (long)getppid(), 0)); }
static int do_tgkill(void) { return said(syscall(SYS_tgkill, getppid(), getppid(), 0)); }
static int do_kill_self(void) { return said(kill(getpid(), 0)); }
static int do_pidfd(void) { return said(syscall(SYS_pidfd_open, getppid(), 0)); }
static int do_setsid(void) { return said(setpgid(0, getppid())); }
static int do_orphan(void) { return said(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)); }
static int do_orphan_wide(void) { return said(syscall(SYS_prctl, (1L << 32) | PR_SET_PDEATHSIG, 0, 0, 0, 0)); }
static int do_owner(void) { return said(fcntl(0, F_SETOWN, getppid())); }
static int do_limits(void)
{
	struct rlimit r = { 1000, 1000 };
	return said(setrlimit(RLIMIT_NOFILE, &r));
}
static int do_setuid(void) { return said(setuid(getuid() + 1)); }
static int do_mount(void) { return said(syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL)); }
static int do_unshare(void) { return said(syscall(SYS_unshare, 0x10000000)); }
static int do_chroot(void) { return said(chroot("/")); }
static int do_bpf(void) { return said(syscall(SYS_bpf, 0, NULL, 0)); }
static int do_uring(void) { return said(syscall(SYS_io_uring_setup, 1, NULL)); }
static int do_keys(void) { return said(syscall(SYS_keyctl, 0, -3, 1)); }
static int do_faults(void) { return said(syscall(SYS_userfaultfd, 0)); }
static int do_perf(void) { return said(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0)); }
static int do_shm(void) { return said(syscall(SYS_shmget, 1234, 4096, 01600)); }
static int do_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? WAS_REFUSED : DID;
}
static int do_x32(void) { return said(syscall(0x40000000 | 39)); }
static void *nothing(void *p) { return p; }
static int do_thread(void)
{
	pthread_t t;
	return pthread_create(&t, NULL, nothing, NULL) == 0 && pthread_join(t, NULL) == 0 ? DID : WAS_REFUSED;
}
static int do_memory(void)
{
	char *p = malloc(512u << 20);
	int rc = p ? DID : WAS_REFUSED;
	if (p)
		p[100] = 1;
	free(p);
	return rc;
}
static int do_file(void)
{
	static char part[65536];
	int fd = open(in("big"), O_WRONLY | O_CREAT, 0600);
	for (int i = 0; i < 64; i++)
		if (write(fd, part, sizeof part) < 0)
			return WAS_REFUSED;
	return DID;
}
static int do_descriptors(void)
{
	int n = 0;
	while (n < 2000 && dup(0) >= 0)
		n++;
	return n == 2000 ? DID : WAS_REFUSED;
}
static int do_capabilities(void)   /* whether any right of root is left but passing file permissions */
{
	uint32_t head[2] = { 0x20080522, 0 }, data[6] = { 0 };
	if (syscall(SYS_capget, head, data) != 0)
		return 1;
	return (data[0] & ~2u) || (data[1] & ~2u) || data[3] || data[4] ? DID : WAS_REFUSED;
}
/* What a worker does all day: a package read immutable, a sort that spills into its folder, a file with a journal. */
static int do_sqlite(void)
{
	static const char *const sql[] = {
		"CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
		"SELECT i, hex(randomblob(100)) AS x FROM n",
		"CREATE INDEX ti ON t(x)",
		"UPDATE t SET x = 'y' WHERE i % 2 = 0",
		"PRAGMA cache_size = 10",
		"SELECT count(*) FROM (SELECT x FROM t ORDER BY x || i LIMIT -1 OFFSET 10)",
		"PRAGMA integrity_check",
		"VACUUM",
	};
	sqlite3 *db = NULL;
	sqlite3_temp_directory = sqlite3_mprintf("%s", inside);
	int rc = sqlite3_open_v2(in("work.db"), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof sql / sizeof *sql; i++)
		rc = sqlite3_exec(db, sql[i], NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		dprintf(2, "%s\n", sqlite3_errmsg(db));
	sqlite3_close(db);
	char uri[3 * PATH_MAX];
	snprintf(uri, sizeof uri, "file:%s?immutable=1", in("work.db"));
	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "SELECT sum(i) FROM t", NULL, NULL, NULL);
	sqlite3_close(db);
	sqlite3_free(sqlite3_temp_directory);
	sqlite3_temp_directory = NULL;
	return rc == SQLITE_OK ? DID : WAS_REFUSED;
}
static int do_timers(void)
{
	struct timespec t = { 0, 1000000 };
	timer_t timer;
	struct sigevent ev = { .sigev_notify = SIGEV_NONE };
	return nanosleep(&t, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &ev, &timer) == 0 && timer_delete(timer) == 0 ? DID : WAS_REFUSED;
}

/* Expected outcome for an inner stage and for a tool: YES it can, NO it is refused, DIE it is killed at once, ANY either. */
enum want { YES, NO, DIE, ANY };
static const struct { const char *name; int (*run)(void); enum want inner, tool; } acts[] = {
	{ "read /etc/passwd", read_passwd, NO, NO },
	{ "list /home", read_root, NO, NO },
	{ "read /proc/self/maps", read_maps, NO, NO },
	{ "read the parent's environment", read_parent, NO, NO },
	{ "read a file outside", read_other, NO, NO },
	{ "read a file outside by ..", read_up, NO, NO },
	{ "read a file outside by a link", read_link, NO, NO },
	{ "read what was given", read_given, YES, YES },
	{ "read /dev/urandom", read_random, YES, YES },
	{ "write /dev/null", write_null, YES, YES },
	{ "open the terminal", read_terminal, NO, NO },
	{ "write what was given to read", write_given, NO, NO },
	{ "empty what was given to read by opening it", empty_given, NO, NO },
	{ "empty what was given to read by access mode 3", empty_given_3, NO, NO },
	{ "write a file outside", write_other, NO, NO },
	{ "make a file outside", make_other, NO, NO },
	{ "make a file in /tmp", make_tmp, NO, NO },
	{ "make a file inside", make_inside, YES, YES },
	{ "make and remove a folder inside", folder_inside, YES, YES },
	{ "rename and remove inside", move_inside, YES, YES },
	{ "move a file out", move_out, NO, NO },
	{ "move a file in", move_in, NO, NO },
	{ "remove a file outside", remove_other, NO, NO },
	{ "make a folder outside", folder_other, NO, NO },
	{ "truncate a file outside", truncate_other, DIE, NO },
	{ "truncate what was given to read", truncate_given, DIE, NO },
	{ "chmod", chmod_other, DIE, NO },
	{ "fchmodat2", fchmodat2_other, DIE, NO },
	{ "chown", chown_other, DIE, NO },
	{ "change times", touch_other, DIE, NO },
	{ "set an attribute", attribute_other, DIE, NO },
	{ "hard link to a file outside", link_in, DIE, NO },
	{ "symbolic link that leads out", symlink_in, DIE, NO },
	{ "make a fifo", fifo_in, DIE, NO },
	{ "open by handle", by_handle, DIE, NO },
	{ "openat2", by_openat2, NO, NO },
	{ "fork", do_fork, DIE, NO },
	{ "vfork", do_vfork, DIE, NO },
	{ "clone3", do_clone3, NO, NO },
	{ "posix_spawn", do_spawn, DIE, NO },
	{ "exec another program", do_exec, DIE, NO },
	{ "exec a program it made", do_exec_made, DIE, NO },
	{ "memfd", do_memfd, DIE, NO },
	{ "TCP socket", do_inet, DIE, NO },
	{ "UNIX socket", do_unix, DIE, NO },
	{ "netlink socket", do_netlink, DIE, NO },
	{ "socket pair", do_socketpair, DIE, NO },
	{ "ptrace the parent", do_ptrace, DIE, NO },
	{ "read the parent's memory", do_vm_read, ANY, NO },
	{ "signal the parent", do_kill, DIE, NO },
	{ "signal everybody", do_kill_all, DIE, NO },
	{ "signal with bits the kernel ignores", do_kill_wide, DIE, NO },
	{ "signal the parent's thread", do_tgkill, DIE, NO },
	{ "signal itself", do_kill_self, YES, YES },
	{ "pidfd", do_pidfd, DIE, NO },
	{ "leave its process group", do_setsid, DIE, NO },
	{ "outlive the parent", do_orphan, NO, NO },
	{ "outlive the parent with bits the kernel ignores", do_orphan_wide, NO, NO },
	{ "direct signals of a file to the parent", do_owner, DIE, NO },
	{ "raise its limits", do_limits, DIE, NO },
	{ "setuid", do_setuid, DIE, NO },
	{ "mount", do_mount, DIE, NO },
	{ "unshare", do_unshare, DIE, NO },
	{ "chroot", do_chroot, DIE, NO },
	{ "bpf", do_bpf, DIE, NO },
	{ "io_uring", do_uring, DIE, NO },
	{ "keyctl", do_keys, DIE, NO },
	{ "userfaultfd", do_faults, DIE, NO },
	{ "perf", do_perf, DIE, NO },
	{ "shared memory", do_shm, DIE, NO },
	{ "writable code", do_code, DIE, YES },
	{ "calls of another ABI", do_x32, DIE, DIE },
	{ "start a thread", do_thread, ANY, YES },
	{ "more memory than allowed", do_memory, JAIL_SANITIZED ? ANY : NO, JAIL_SANITIZED ? ANY : NO },
	{ "a file larger than allowed", do_file, DIE, DIE },
	{ "many descriptors", do_descriptors, NO, NO },
	{ "keep rights of root", do_capabilities, DIE, NO },
	{ "SQLite on its own files", do_sqlite, YES, YES },
	{ "timers", do_timers, YES, YES },
};
enum { ACTS = sizeof acts / sizeof *acts };

/* act FOLDER NUMBER */
static int act(int argc, char **argv)
{
	int i = argc == 2 ? atoi(argv[1]) : -1;
	if (i < 0 || i >= ACTS)
		return 98;
	snprintf(inside, sizeof inside, "%.4000s/inside", argv[0]);
	snprintf(outside, sizeof outside, "%.4000s/outside", argv[0]);
	return acts[i].run();
}

/* ---- the parent ---- */

static char folder[] = "/tmp/jail-test-XXXXXX";

static void make_files(void)
{
	struct err e;
	path_remove_tree(inside, &e);
	path_remove_tree(outside, &e);
	if (!path_mkdirs(inside, &e) || !path_mkdirs(outside, &e) || !path_write(off("kept"), "SECRET", 6, &e)
		|| !path_write(off("given"), "given", 5, &e) || !path_write(in("mine"), "mine", 4, &e) || symlink(off("kept"), in("link")) != 0)
		exit(1);
}

/* Whether everything outside is as it was made. */
static bool untouched(void)
{
	struct arena a = { 0 };
	struct buf b = BUF(100);
	const char **names;
	struct err e;
	struct stat st;
	size_t n = 0;
	bool same = path_list(&a, outside, &names, &n, &e) && n == 2 && path_read(off("given"), 100, &b, &e) && path_read(off("kept"), 100, &b, &e)
		&& strcmp(buf_text(&b), "givenSECRET") == 0 && stat(off("kept"), &st) == 0 && (st.st_mode & 0777) == 0644 && !path_exists("/tmp/jail-test-escaped");
	buf_free(&b);
	arena_free(&a);
	return same;
}

static struct proc_opt options(bool tool, unsigned without)
{
	return (struct proc_opt){
		.kind = tool ? PROC_GNUPLOT : PROC_LOADER, .tool = tool ? self : NULL, .stderr_max = 4096, .wall_seconds = 20, .without = without,
		.memory = 256u << 20, .file_size = 3u << 20, .cpu_seconds = 10, .read = { off("given") }, .write = { inside },
		.env = { "ASAN_OPTIONS=detect_leaks=0:disable_coredump=0" },
	};
}

static void test_acts(bool tool, unsigned without, const char *where)
{
	if (tool && JAIL_SANITIZED) {
		tap_skip(where, "a sanitized program cannot start in a jail for tools");
		return;
	}
	for (int i = 0; i < ACTS; i++) {
		struct proc_opt o = options(tool, without);
		char number[16], name[160], given[PATH_MAX];
		enum want want = tool ? acts[i].tool : acts[i].inner;
		struct err e = { 0 };
		struct proc p;
		size_t n = 0;

		snprintf(number, sizeof number, "%d", i);
		snprintf(name, sizeof name, "%s: %s", where, acts[i].name);
		snprintf(given, sizeof given, "%.4000s", off("given"));
		o.read[0] = given;
		if (tool)
			o.args[n++] = "act";
		o.args[n++] = folder;
		o.args[n++] = number;
		make_files();
		bool ran = proc_run(&p, &o, NULL, 0, NULL, &e);
		int code = p.end == PROC_EXITED ? p.code : -p.code;   /* a killed one counts below 0 */
		bool ok = ran && untouched();
		if (JAIL_SANITIZED && (without & PROC_NO_LANDLOCK) && (acts[i].run == read_maps || acts[i].run == read_parent))
			want = ANY;   /* bubblewrap shows its own /proc then */
		switch (want) {
		case YES: ok = ok && code == DID; break;
		case NO: ok = ok && code == WAS_REFUSED; break;
		case DIE: ok = ok && (code == -SIGSYS || code == -SIGXFSZ); break;
		case ANY: break;
		}
		if (!CHECK(ok, name))
			printf("# ended with %d, said: %s %s\n", code, buf_text(&p.talk), e.why);
		proc_close(&p);
	}
}

/* The other roads: no Landlock, no bubblewrap. */
static void test_missing_layers(void)
{
	struct proc_opt o = options(true, PROC_NO_LANDLOCK | PROC_NO_BUBBLEWRAP);
	struct err e = { 0 };
	struct proc p;

	make_files();
	o.read[0] = NULL;
	o.args[0] = "act";
	o.args[1] = folder;
	o.args[2] = "0";
	CHECK(!proc_start(&p, &o, &e) && e.id == ERR_NO_JAIL, "without any file-system jail a tool is refused");
	o.allow_unjailed = true;
	CHECK(proc_run(&p, &o, NULL, 0, NULL, &e) && p.code == DID, "unless the project allows it: files are open");
	proc_close(&p);
	char number[16];
	for (int i = 0; i < ACTS; i++)
		if (acts[i].run == do_fork || acts[i].run == do_inet || acts[i].run == chmod_other || acts[i].run == truncate_given || acts[i].run == empty_given
			|| acts[i].run == empty_given_3) {
			snprintf(number, sizeof number, "%d", i);
			o.args[2] = number;
			CHECK(proc_run(&p, &o, NULL, 0, NULL, &e) && p.code == WAS_REFUSED, acts[i].name);
			proc_close(&p);
		}
}

static enum err_id run_tool(struct proc_opt *o, const char *input, struct buf *output, struct err *e)
{
	struct proc p;
	*e = (struct err){ 0 };
	if (proc_run(&p, o, input, input ? strlen(input) : 0, output, e))
		proc_ok(&p, o->tool, e);
	proc_close(&p);
	return e->id;
}

/* THREATS of scripts: %s is the folder outside, where nothing may appear or be read. */
static const char *const gnuplot_payload[] = {
	"system('touch %s/new')",
	"x = system('cat %s/kept'); print x",
	"x = `touch %s/new`",
	"set title \"`touch %s/new`\"; plot x",
	"!touch %s/new",
	"shell\ntouch %s/new",
	"set output '| cat > %s/new'; set term svg; plot x",
	"plot '< touch %s/new; echo 1 2' using 1:2",
	"load '< touch %s/new'",
	"stats '< touch %s/new; echo 1'",
	"set print '| cat > %s/new'; print 1",
	"set print '%s/new'; print 1",
	"set table '%s/new'; plot x",
	"save '%s/new'",
	"set fit logfile '%s/new'; f(x)=a*x; fit f(x) $d via a",
	"set output '%s/new'; set term svg; plot x",
	"set output '%s/kept'; set term svg; plot x",
	"load '%s/kept'",
	"set table $t; plot '%s/kept' using (0):(0):(strcol(1)) with labels; unset table; print $t",
	"cd '%s'; set print 'new'; print 1",
	"set terminal lua 'p.lua'",
	"import f(x) from 'p.lua'",
	"set loadpath '%s'; load 'kept'",
	"history '| cat > %s/new'",
	"history '%s/new'",
	"set table $t; plot '/etc/passwd' using (0):(0):(strcol(1)) with labels; unset table; print $t",
	"set table $t; plot '< cat /etc/passwd' using (0):(0):(strcol(1)) with labels; unset table; print $t",
};

static void test_gnuplot(unsigned without, const char *where)
{
	static const char good[] = "$d << EOD\n1 2\n2 3\nEOD\nset output '%s'\nset terminal %s font 'Latin Modern Roman,10'\n"
		"set title 'Été « œuvre »' noenhanced\nplot $d using 1:2 with linespoints\nset output\nprint 'done'\n";
	static const struct { const char *name, *head; } terminals[] = { { "svg", "<?xml" }, { "pdfcairo", "%PDF" }, { "pngcairo", "\x89PNG" } };
	static const char lua[] = "os.execute('touch ../outside/new') local f = io.open('../outside/kept') "
		"io.stderr:write(f and f:read('a') or 'no') io.open('../outside/kept', 'w')";
	struct proc_opt o = options(true, without);
	char script[2 * PATH_MAX], name[256];
	struct err e;

	o.tool = "gnuplot";
	o.memory = 1u << 30;
	o.args[0] = "-d";
	o.args[1] = "-";
	o.read[0] = NULL;
	o.cwd = inside;
	o.env[0] = "HOME=/nonexistent";
	make_files();
	for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
		struct buf b = BUF(1 << 20);
		double t = proc_clock();
		snprintf(script, sizeof script, good, "plot.out", terminals[i].name);
		snprintf(name, sizeof name, "gnuplot %s: %s is drawn", where, terminals[i].name);
		enum err_id id = run_tool(&o, script, NULL, &e);
		if (!CHECK(id == ERR_NONE && path_read(in("plot.out"), 1 << 20, &b, &e) && b.n > 1000 && memcmp(b.s, terminals[i].head, 4) == 0, name))
			printf("# %s\n", e.why);
		printf("# %d us\n", (int)((proc_clock() - t) * 1e6));
		buf_free(&b);
	}
	for (size_t i = 0; i < sizeof gnuplot_payload / sizeof *gnuplot_payload; i++) {
		struct buf b = BUF(1 << 20);
		const char *hole = strstr(gnuplot_payload[i], "%s");
		snprintf(script, sizeof script, "$d << EOD\n1 2\n2 3\nEOD\n%.*s%s%s\n", hole ? (int)(hole - gnuplot_payload[i]) : 200, gnuplot_payload[i],
			hole ? outside : "", hole ? hole + 2 : "");
		snprintf(name, sizeof name, "gnuplot %s: without effect: %.100s", where, gnuplot_payload[i]);
		name[strcspn(name, "\n")] = ' ';
		make_files();
		path_write(in("p.lua"), lua, strlen(lua), &e);
		struct proc p;
		bool ok = proc_run(&p, &o, script, strlen(script), &b, &e) && p.end != PROC_TIMED_OUT && untouched();
		CHECK(ok && !strstr(buf_text(&p.talk), "SECRET") && !strstr(buf_text(&b), "SECRET") && !strstr(buf_text(&p.talk), "root:"), name);
		proc_close(&p);
		buf_free(&b);
	}
}

#define TEX(body) "\\documentclass{article}\n\\begin{document}\nx" body "\n\\end{document}\n"
static const struct { const char *name, *text; } tex_payload[] = {
	{ "openin", TEX("\\newread\\f\\openin\\f=/etc/passwd \\ifeof\\f\\else\\read\\f to\\x\\typeout{\\meaning\\x}\\fi") },
	{ "input", TEX("\\input{/etc/passwd}") },
	{ "pdffiledump", TEX("\\typeout{\\pdffiledump length 99 {/etc/passwd}}") },
	{ "pdfobj", TEX("\\pdfcompresslevel=0 \\immediate\\pdfobj stream file {/etc/passwd}\\pdfrefobj\\pdflastobj") },
	{ "openout", TEX("\\newwrite\\f\\immediate\\openout\\f=../outside/new \\immediate\\write\\f{x}\\immediate\\closeout\\f") },
	{ "write18", TEX("\\immediate\\write18{touch ../outside/new}") },
	{ "pipe", TEX("\\input{|\"cat /etc/passwd\"}") },
};

/* pdflatex with its own guards off: the jail alone must hold. */
static void test_tex(unsigned without, const char *where)
{
	struct proc_opt o = options(true, without);
	struct buf out = BUF(1 << 20), pdf = BUF(4 << 20);
	char name[256];
	struct err e;

	o.kind = PROC_TEX;
	o.tool = "pdflatex";
	o.memory = 1u << 30;
	o.read[0] = NULL;
	o.cwd = inside;
	static const char *const args[] = { "-shell-escape", "-interaction=nonstopmode", "a.tex" };
	static const char *const env[] = { "openin_any=a", "openout_any=a", "HOME=/nonexistent", "TEXMFHOME=/nonexistent", "TEXMFVAR=/nonexistent" };
	memcpy(o.args, args, sizeof args);
	memcpy(o.env, env, sizeof env);
	make_files();
	static const char good[] = "\\documentclass{report}\\usepackage{graphicx,hyperref}"
		"\\begin{document}\\tableofcontents\\chapter{Été}\\textbf{gras} \\texttt{code}\\end{document}\n";
	double t = proc_clock();
	snprintf(name, sizeof name, "pdflatex %s: a French report is set", where);
	if (!CHECK(path_write(in("a.tex"), good, strlen(good), &e) && run_tool(&o, NULL, &out, &e) == ERR_NONE && path_read(in("a.pdf"), 4 << 20, &pdf, &e)
		&& memcmp(pdf.s, "%PDF", 4) == 0, name))
		printf("# %s %s\n", e.why, buf_text(&out));
	printf("# %d us\n", (int)((proc_clock() - t) * 1e6));
	for (size_t i = 0; i < sizeof tex_payload / sizeof *tex_payload; i++) {
		make_files();
		buf_clear(&out);
		buf_clear(&pdf);
		path_write(in("a.tex"), tex_payload[i].text, strlen(tex_payload[i].text), &e);
		run_tool(&o, NULL, &out, &e);
		if (path_exists(in("a.pdf")))
			path_read(in("a.pdf"), 4 << 20, &pdf, &e);
		snprintf(name, sizeof name, "pdflatex %s: without effect: %s", where, tex_payload[i].name);
		CHECK(untouched() && out.n > 100 && !strstr(buf_text(&out), "root:") && !strstr(buf_text(&out), "726F6F74")
			&& !(pdf.n && memmem(pdf.s, pdf.n, "root:", 5)), name);
	}
	buf_free(&out);
	buf_free(&pdf);
}

static void test_tools(unsigned without, const char *where)
{
	struct arena a = { 0 };
	if (proc_which(&a, "gnuplot"))
		test_gnuplot(without, where);
	else
		tap_skip("gnuplot", "not installed");
	if (proc_which(&a, "pdflatex"))
		test_tex(without, where);
	else
		tap_skip("pdflatex", "not installed");
	arena_free(&a);
}

static void test_programs(void)
{
	char out[JAIL_PROGRAMS][PATH_MAX];
	struct err e;
	char script[PATH_MAX];

	CHECK(jail_programs(self, out) == 2 && strstr(out[1], "/ld-"), "a program needs its loader");
	make_files();
	snprintf(script, sizeof script, "%.4000s", in("script"));
	path_write(script, "#! /bin/sh -e\n", 14, &e);
	CHECK(jail_programs(script, out) == 3 && strcmp(out[1], "/bin/sh") == 0 && strstr(out[2], "/ld-"), "a script needs its interpreter");
	path_write(script, "\x7f" "ELF", 4, &e);
	CHECK(jail_programs(script, out) == 1, "a cut program needs nothing more");
	path_write(script, "#!", 2, &e);
	CHECK(jail_programs(script, out) == 1, "nor does a script without a name");
	CHECK(jail_programs("/no/such/file", out) == 1, "nor what is not there");
}

int main(int argc, char **argv)
{
	enum proc_kind kind;
	struct proc_layers l;
	struct err e;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? act(argc, argv) : 127;
	if (argc > 1 && strcmp(argv[1], "act") == 0)
		return act(argc - 2, argv + 2);
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0 || !mkdtemp(folder))
		return 1;
	snprintf(inside, sizeof inside, "%s/inside", folder);
	snprintf(outside, sizeof outside, "%s/outside", folder);
	proc_layers(&l);
	printf("# Landlock %d, seccomp %d, bubblewrap %d%s%s\n", l.landlock_abi, l.seccomp, l.bubblewrap, l.note ? ", " : "", l.note ? l.note : "");
	CHECK(l.seccomp, "seccomp works here");
	test_programs();
	test_missing_layers();
	if (l.landlock_abi > 0) {
		test_acts(false, PROC_NO_BUBBLEWRAP, "stage under Landlock");
		test_acts(true, PROC_NO_BUBBLEWRAP, "tool under Landlock");
		test_tools(PROC_NO_BUBBLEWRAP, "under Landlock");
	} else {
		tap_skip("Landlock", "this kernel has none");
	}
	if (l.bubblewrap) {
		test_acts(false, PROC_NO_LANDLOCK, "stage under bubblewrap");
		test_acts(true, PROC_NO_LANDLOCK, "tool under bubblewrap");
		test_tools(PROC_NO_LANDLOCK, "under bubblewrap");
	} else {
		tap_skip("bubblewrap", "it does not work here");
	}
	path_remove_tree(folder, &e);
	return done_testing();
}
