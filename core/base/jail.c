/* Landlock, rlimits, capabilities and seccomp, each a table. What no layer covers: the existence, size and times of files outside
 * (stat, readlink, access) stay visible to a jailed process; nothing can refuse them by path. */
#include "base/jail.h"

#include <asm/sockios.h>
#include <assert.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE   /* the headers of Debian 12 end at ABI 2 */
#define LANDLOCK_ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)
#endif
#define FS(right) LANDLOCK_ACCESS_FS_##right
#define FS_OF_A_FILE (FS(EXECUTE) | FS(WRITE_FILE) | FS(READ_FILE) | FS(TRUNCATE))

/* All rights of each ABI, so that what no rule gives is refused. 2 added moves between folders, 3: truncate, 4: TCP bind and connect,
 * 5: ioctl on devices, 6: abstract sockets and signals. */
static const struct landlock_abi { uint64_t fs, net, scoped; } abis[] = {
	{ 0, 0, 0 }, { 0x1fff, 0, 0 }, { 0x3fff, 0, 0 }, { 0x7fff, 0, 0 }, { 0x7fff, 3, 0 }, { 0xffff, 3, 0 }, { 0xffff, 3, 3 },
};

static const struct jail_right may_run = { FS(READ_FILE) | FS(EXECUTE), "--ro-bind" },
	may_read = { FS(READ_FILE) | FS(READ_DIR), "--ro-bind-try" },
	may_read_device = { FS(READ_FILE), "--dev-bind-try" },
	may_use_device = { FS(READ_FILE) | FS(WRITE_FILE) | FS(TRUNCATE), "--dev-bind-try" },
	/* No links of any kind: whoever reads the folder afterwards must not be led out of it. */
	may_write = { FS(READ_FILE) | FS(READ_DIR) | FS(WRITE_FILE) | FS(REMOVE_DIR) | FS(REMOVE_FILE) | FS(MAKE_DIR) | FS(MAKE_REG)
		| FS(TRUNCATE), "--bind" };

/* What the start of any program reads; an inner stage has started before its jail. */
static const char *const start_files[] = { "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", NULL };
static const char *const kind_files[][12] = {
	[PROC_GNUPLOT] = {
		"/etc/fonts", "/usr/share/fontconfig", "/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/gnuplot", "/var/cache/fontconfig",
		"/usr/share/texmf/fonts", "/usr/share/texlive/texmf-dist/fonts",   /* fontconfig of TeX packages points here */
	},
	[PROC_TEX] = {
		"/etc/texmf", "/usr/local/share/texmf", "/usr/local/texlive", "/usr/share/texlive", "/usr/share/texmf", "/usr/share/texmf-dist",
		"/usr/share/fonts", "/var/lib/texmf",
	},
	/* How names become addresses, and whom TLS trusts. */
	[PROC_FETCHER] = {
		"/etc/resolv.conf", "/run/systemd/resolve", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
		"/etc/ssl", "/usr/lib/ssl", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
	},
};

/* One system call, with a condition on one argument. */
struct call { int nr; struct scmp_arg_cmp arg; };
#define IF(name, n, op, a, b) { SCMP_SYS(name), { n, op, a, b } }
/* The kernel looks at 32 bits of an int: a filter that forbids must not be fooled by the others. */
#define INT(name, n, value) IF(name, n, SCMP_CMP_MASKED_EQ, 0xffffffff, (uint32_t)(value))

/* Inner stages: Lua, SQLite on files, malloc, clocks, pipes. Anything else kills the process. */
static const char inner_allowed[] =
	"read readv pread64 preadv write writev pwrite64 pwritev close lseek dup dup2 dup3 poll ppoll select pselect6 fstat "
	"stat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 getcwd readlink readlinkat getdents64 "
	"ftruncate fallocate fadvise64 fsync fdatasync unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir umask "
	"munmap mremap madvise brk msync membarrier futex rseq sched_yield sched_getaffinity set_robust_list "
	"restart_syscall clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times alarm setitimer "
	"getitimer timer_create timer_settime timer_delete rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending "
	"sigaltstack pause getpid gettid getppid getuid geteuid getgid getegid getrusage getrlimit sysinfo uname getrandom "
	"exit exit_group"
#if JAIL_SANITIZED
	" pipe pipe2 process_vm_readv set_tid_address mlock"
#endif
	;
static const struct call inner_allowed_if[] = {
	IF(prlimit64, 2, SCMP_CMP_EQ, 0, 0),   /* asks, does not set */
	IF(mmap, 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), IF(mprotect, 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
	IF(fcntl, 1, SCMP_CMP_EQ, F_DUPFD, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_GETFD, 0),
	IF(fcntl, 1, SCMP_CMP_EQ, F_SETFD, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_GETFL, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_SETFL, 0),
	IF(fcntl, 1, SCMP_CMP_EQ, F_GETLK, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_SETLK, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_SETLKW, 0),
};
/* Threads, but no processes: the fetcher's one looks up names, the loader's reads ahead. */
static const struct call thread_allowed = IF(clone, 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
/* The fetcher besides: connections to the outside. It accepts none. */
static const char fetcher_allowed[] =
	"connect bind getsockname getpeername getsockopt setsockopt sendto recvfrom sendmsg recvmsg sendmmsg socketpair";
static const struct call fetcher_allowed_if[] = {
	IF(socket, 0, SCMP_CMP_EQ, AF_INET, 0), IF(socket, 0, SCMP_CMP_EQ, AF_INET6, 0), IF(socket, 0, SCMP_CMP_EQ, AF_NETLINK, 0),
};
/* libc asks a cache of names on this machine first. */
static const struct call fetcher_refused_if[] = { IF(socket, 0, SCMP_CMP_EQ, AF_UNIX, 0) };
/* Inner stages: refused without a fuss, because SQLite and libc try them and can do without. ioctl: nothing is a terminal. */
static const char inner_refused[] = "fchmod fchown prctl ioctl";

/* Tools: refused. Their libraries differ between systems, hence a list of what is forbidden and not of what is allowed. */
static const char tool_refused[] =
	/* other processes */
	"fork vfork ptrace process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd pidfd_send_signal kcmp "
	"tkill rt_sigqueueinfo rt_tgsigqueueinfo setpgid setsid migrate_pages move_pages execveat memfd_create "
	/* network, and talk with others on this machine */
	"socket socketpair connect bind listen accept accept4 shmget shmat shmctl semget semop semctl semtimedop msgget "
	"msgsnd msgrcv msgctl mq_open mq_unlink "
	/* files by roads that Landlock does not guard at every version */
	"chmod fchmod fchmodat chown fchown lchown fchownat utime utimes futimesat utimensat truncate setxattr lsetxattr "
	"fsetxattr removexattr lremovexattr fremovexattr link linkat symlink symlinkat mknod mknodat name_to_handle_at "
	"open_by_handle_at fanotify_init fanotify_mark inotify_add_watch mount umount2 pivot_root chroot setns unshare "
	"open_tree move_mount fsopen fsconfig fsmount fspick quotactl swapon swapoff acct "
	/* the kernel */
	"bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key reboot "
	"kexec_load kexec_file_load init_module finit_module delete_module syslog settimeofday clock_settime adjtimex "
	"clock_adjtime sethostname setdomainname iopl ioperm vhangup personality modify_ldt "
	/* our own limits and identity */
	"setrlimit capset setreuid setregid setresuid setresgid setgroups setfsuid setfsgid setpriority sched_setscheduler";
/* Newer than the library that knows the names. */
static const int tool_refused_new[] = {
	442 /* mount_setattr */, 443 /* quotactl_fd */, 448 /* process_mrelease */, 452 /* fchmodat2 */, 463 /* setxattrat */,
	466 /* removexattrat */, 467 /* open_tree_attr */, 469 /* file_setattr */,
};
static const struct call tool_refused_if[] = {
	IF(clone, 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0), INT(prctl, 0, PR_SET_PDEATHSIG),
	INT(prctl, 0, PR_SET_PTRACER), INT(prctl, 0, PR_SET_MM), INT(fcntl, 1, F_SETOWN), INT(fcntl, 1, F_SETOWN_EX),
	INT(fcntl, 1, F_SETSIG), INT(fcntl, 1, F_SETLEASE), INT(fcntl, 1, F_NOTIFY), INT(ioctl, 1, TIOCSTI),
	INT(ioctl, 1, TIOCLINUX), INT(ioctl, 1, FIOSETOWN), IF(prlimit64, 2, SCMP_CMP_NE, 0, 0),
};
/* Refused as if this kernel did not have them: libc then takes the older call, whose arguments can be looked at. */
static const char unknown[] = "clone3 openat2";
/* Without Landlock's right to truncate (before ABI 3) a file that may only be read could be emptied by this (an access mode of 3
 * neither reads nor writes, but truncates). */
static const struct call open_emptying[] = {
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_TRUNC),
	IF(openat, 2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_TRUNC),
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_ACCMODE | O_TRUNC),
	IF(openat, 2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_ACCMODE | O_TRUNC),
};
static const struct call open_other[] = {
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_TRUNC, 0), IF(openat, 2, SCMP_CMP_MASKED_EQ, O_TRUNC, 0),
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY), IF(openat, 2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY),
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR), IF(openat, 2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

int jail_abi(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return v > 0 ? (int)v : 0;
}

bool jail_seccomp(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* Name of the loader that an ELF file asks for, or of the interpreter of a "#!" script; false when there is none. */
static bool interpreter(const char *program, char out[PATH_MAX])
{
	union { char text[PATH_MAX]; Elf64_Ehdr elf; } head = { .text = "" };
	int fd = open(program, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, head.text, sizeof head.text - 1);
	bool found = false;

	if (n > 2 && memcmp(head.text, "#!", 2) == 0) {
		const char *name = head.text + 2 + strspn(head.text + 2, " \t");
		found = *name == '/';
		snprintf(out, PATH_MAX, "%.*s", (int)strcspn(name, " \t\r\n"), name);
	} else if (n >= (ssize_t)sizeof head.elf && memcmp(head.text, ELFMAG, SELFMAG) == 0) {
		Elf64_Phdr ph;
		for (uint64_t i = 0; i < head.elf.e_phnum && !found; i++) {
			if (pread(fd, &ph, sizeof ph, (off_t)(head.elf.e_phoff + i * sizeof ph)) != (ssize_t)sizeof ph)
				break;
			found = ph.p_type == PT_INTERP && ph.p_filesz > 0 && ph.p_filesz <= PATH_MAX &&
				pread(fd, out, ph.p_filesz, (off_t)ph.p_offset) == (ssize_t)ph.p_filesz && !out[ph.p_filesz - 1];
		}
	}
	if (fd >= 0)
		close(fd);
	return found;
}

size_t jail_programs(const char *program, char out[JAIL_PROGRAMS][PATH_MAX])
{
	size_t n = 1;

	if (snprintf(out[0], PATH_MAX, "%s", program) >= PATH_MAX)
		return 0;
	while (n < JAIL_PROGRAMS && interpreter(out[n - 1], out[n]))
		n++;
	return n;
}

static void give(struct jail_files *out, const struct jail_right *right, const char *path)
{
	assert(out->n < JAIL_FILES);
	out->file[out->n].path = path;
	out->file[out->n++].right = right;
}

static void give_all(struct jail_files *out, const struct jail_right *right, const char *const *paths)
{
	while (*paths)
		give(out, right, *paths++);
}

void jail_files(const struct proc_opt *o, bool start, struct jail_files *out)
{
	size_t nprogram = o->tool ? jail_programs(o->tool, out->program) : 0;

	out->n = 0;
	for (size_t i = 0; i < nprogram; i++)
		give(out, &may_run, out->program[i]);
	if (start)
		give_all(out, &may_read, start_files);
	give_all(out, &may_read, kind_files[o->kind]);
	give(out, &may_read_device, "/dev/urandom");
	give(out, &may_use_device, "/dev/null");
	give_all(out, &may_read, o->read);
	give_all(out, &may_write, o->write);
}

/* A path that is not there cannot be read: only what may be written must exist. */
static bool allow(int rules, uint64_t known, const char *path, uint64_t rights)
{
	struct stat st = { 0 };
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return !(rights & FS(WRITE_FILE)) && (errno == ENOENT || errno == ENOTDIR || errno == EACCES);
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= FS_OF_A_FILE;
	struct landlock_path_beneath_attr a = { .allowed_access = rights & known, .parent_fd = fd };
	bool ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &a, 0) == 0;
	int cause = errno;
	close(fd);
	errno = cause;
	return ok;
}

static bool enter_landlock(enum proc_kind kind, const struct jail_files *files, const char **step)
{
	size_t v = (size_t)jail_abi();
	struct landlock_abi abi = abis[v < COUNT(abis) ? v : COUNT(abis) - 1];

	if (kind == PROC_FETCHER)
		abi.net &= 1;   /* not to bind; it connects */

	*step = "landlock_create_ruleset";
	int rules = (int)syscall(SYS_landlock_create_ruleset, &abi, sizeof abi, 0);
	bool ok = rules >= 0;
	for (size_t i = 0; ok && i < files->n; i++)
		ok = allow(rules, abi.fs, *step = files->file[i].path, files->file[i].right->landlock);
	if (!ok)
		return false;
	*step = "landlock_restrict_self";
	ok = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return ok;
}

/* Root keeps only the right to pass file permissions, which a root-owned build needs; Landlock still says where. */
static bool drop_capabilities(const char **step)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct set[2];

	*step = "capset";
	if (syscall(SYS_capget, &head, set) != 0)
		return false;
	uint32_t keep = set[0].permitted & (1u << CAP_DAC_OVERRIDE);
	set[0] = (struct __user_cap_data_struct){ .effective = keep, .permitted = keep };
	set[1] = (struct __user_cap_data_struct){ 0 };
	return syscall(SYS_capset, &head, set) == 0;
}

/* No RLIMIT_NPROC: it counts all processes of the user and does not bind root. New processes are refused by seccomp. */
static bool set_limits(const struct proc_opt *o, const char **step)
{
	uint64_t file = o->file_size || o->kind == PROC_WORKER ? o->file_size : UINT64_C(1) << 30;
	const struct { unsigned what; rlim_t soft, hard; bool on; } limits[] = {
		{ RLIMIT_CORE, 0, 0, true },
		{ RLIMIT_FSIZE, file, file, true },
		{ RLIMIT_NOFILE, 128, 128, true },
		{ RLIMIT_STACK, 8 << 20, 8 << 20, true },
		{ RLIMIT_CPU, o->cpu_seconds, o->cpu_seconds + 1, o->cpu_seconds > 0 },
		{ RLIMIT_AS, o->memory, o->memory, o->memory > 0 && !JAIL_SANITIZED },
	};

	*step = "setrlimit";
	for (size_t i = 0; i < COUNT(limits); i++) {
		struct rlimit r;
		if (!limits[i].on)
			continue;
		if (getrlimit(limits[i].what, &r) != 0)
			return false;
		r.rlim_max = limits[i].hard < r.rlim_max ? limits[i].hard : r.rlim_max;
		r.rlim_cur = limits[i].soft < r.rlim_max ? limits[i].soft : r.rlim_max;
		if (setrlimit(limits[i].what, &r) != 0)
			return false;
	}
	return true;
}

/* The first failure stays: rules are added without looking, and asked once. */
struct filter { scmp_filter_ctx ctx; int rc; };

static void add(struct filter *f, uint32_t action, int nr, const struct scmp_arg_cmp *arg)
{
	int rc = f->rc ? f->rc : seccomp_rule_add_array(f->ctx, action, nr, arg != NULL, arg);
	f->rc = rc == -EDOM ? 0 : rc;   /* a call that this processor does not have is none to forbid or allow */
}

static void add_names(struct filter *f, uint32_t action, const char *names)
{
	char name[32];

	for (size_t n; *names; names += n + strspn(names + n, " ")) {
		n = strcspn(names, " ");
		snprintf(name, sizeof name, "%.*s", (int)n, names);
		int nr = seccomp_syscall_resolve_name(name);
		if (nr == __NR_SCMP_ERROR)
			f->rc = -EINVAL;
		add(f, action, nr, NULL);
	}
}

static void add_calls(struct filter *f, uint32_t action, const struct call *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(f, action, c[i].nr, &c[i].arg);
}

static void fill_filter(struct filter *f, enum proc_kind kind, bool tool)
{
	const uint32_t refuse = SCMP_ACT_ERRNO(EPERM), allow = SCMP_ACT_ALLOW;
	const enum scmp_compare other = tool ? SCMP_CMP_NE : SCMP_CMP_EQ;
	/* A process may signal itself (abort, raise); gnuplot insists on becoming who it is. */
	const struct call self[] = {
		IF(kill, 0, other, (uint64_t)getpid(), 0), IF(tgkill, 0, other, (uint64_t)getpid(), 0),
		IF(setuid, 0, other, getuid(), 0), IF(setgid, 0, other, getgid(), 0),
	};

	add_names(f, SCMP_ACT_ERRNO(ENOSYS), unknown);
	add_calls(f, SCMP_ACT_ERRNO(EACCES), open_emptying, COUNT(open_emptying));
	add_calls(f, tool ? refuse : allow, self, COUNT(self));
	if (tool) {
		add_names(f, refuse, tool_refused);
		add_calls(f, refuse, tool_refused_if, COUNT(tool_refused_if));
		for (size_t i = 0; i < COUNT(tool_refused_new); i++)
			add(f, refuse, tool_refused_new[i], NULL);
	} else {
		add_names(f, allow, inner_allowed);
		add_calls(f, allow, inner_allowed_if, COUNT(inner_allowed_if));
		add_names(f, refuse, inner_refused);
		add_calls(f, allow, open_other, COUNT(open_other));
	}
	if (kind == PROC_FETCHER || kind == PROC_LOADER)
		add_calls(f, allow, &thread_allowed, 1);
	if (kind == PROC_FETCHER) {
		add_names(f, allow, fetcher_allowed);
		add_calls(f, allow, fetcher_allowed_if, COUNT(fetcher_allowed_if));
		add_calls(f, refuse, fetcher_refused_if, COUNT(fetcher_refused_if));
	}
}

static bool enter_seccomp(enum proc_kind kind, bool tool, const char **step)
{
	struct filter f = { .ctx = seccomp_init(tool ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS) };

	*step = "seccomp";
	f.rc = !f.ctx ? -ENOMEM : seccomp_attr_set(f.ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (f.rc == 0)
		f.rc = seccomp_attr_set(f.ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);   /* a tree of calls */
	fill_filter(&f, kind, tool);
	if (f.rc == 0)
		f.rc = seccomp_load(f.ctx);
	seccomp_release(f.ctx);
	errno = -f.rc;
	return f.rc == 0;
}

bool jail_enter(const struct proc_opt *o, const struct jail_files *files, const char **step)
{
	*step = "prctl";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || (!o->tool && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0))
		return false;
	return (!files || enter_landlock(o->kind, files, step)) && drop_capabilities(step) && set_limits(o, step) &&
	       enter_seccomp(o->kind, o->tool != NULL, step);
}
