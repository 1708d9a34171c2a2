/* Landlock, rlimits, capabilities and seccomp, each a table. What no layer covers: the existence,
 * size and times of files outside (stat, readlink, access) stay visible to a jailed process;
 * nothing can refuse them by path. */
#include "base/jail.h"

#include <asm/sockios.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock: the headers of Debian 12 end at ABI 2, so its numbers stand here. */
#define FS_EXECUTE     (UINT64_C(1) << 0)
#define FS_WRITE_FILE  (UINT64_C(1) << 1)
#define FS_READ_FILE   (UINT64_C(1) << 2)
#define FS_READ_DIR    (UINT64_C(1) << 3)
#define FS_REMOVE_DIR  (UINT64_C(1) << 4)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_DIR    (UINT64_C(1) << 7)
#define FS_MAKE_REG    (UINT64_C(1) << 8)
#define FS_TRUNCATE    (UINT64_C(1) << 14)
#define FS_OF_A_FILE   (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE)

#define MAY_READ  (FS_READ_FILE | FS_READ_DIR)
#define MAY_RUN   (FS_READ_FILE | FS_EXECUTE)
/* No links of any kind: whoever reads the folder afterwards must not be led out of it. */
#define MAY_WRITE                                                                                  \
	(MAY_READ | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG |   \
	 FS_TRUNCATE)

/* All rights of each ABI, so that what no rule gives is refused. */
static const struct landlock_abi { uint64_t fs, net, scoped; } abis[] = {
	{ 0, 0, 0 },
	{ 0x1fff, 0, 0 },
	{ 0x3fff, 0, 0 },   /* 2: moves between folders */
	{ 0x7fff, 0, 0 },   /* 3: truncate */
	{ 0x7fff, 3, 0 },   /* 4: TCP bind, connect */
	{ 0xffff, 3, 0 },   /* 5: ioctl on devices */
	{ 0xffff, 3, 3 },   /* 6: abstract sockets, signals */
};

/* FOR_START: what the start of any program reads; an inner stage has started before its jail. */
enum { FOR_ANY = 1, FOR_START = 2, FOR_GNUPLOT = 4, FOR_TEX = 8, WRITABLE = 16 };

static const struct { unsigned what; const char *path; } system_paths[] = {
	{ FOR_START, "/lib" },
	{ FOR_START, "/lib64" },
	{ FOR_START, "/usr/lib" },
	{ FOR_START, "/usr/lib64" },
	{ FOR_START, "/usr/local/lib" },
	{ FOR_START, "/etc/ld.so.cache" },
	{ FOR_ANY, "/dev/urandom" },
	{ FOR_ANY | WRITABLE, "/dev/null" },
	{ FOR_GNUPLOT, "/etc/fonts" },
	{ FOR_GNUPLOT, "/usr/share/fontconfig" },
	{ FOR_GNUPLOT, "/usr/share/fonts" },
	{ FOR_GNUPLOT, "/usr/local/share/fonts" },
	{ FOR_GNUPLOT, "/usr/share/gnuplot" },
	{ FOR_GNUPLOT, "/usr/share/texmf/fonts" },      /* fontconfig of TeX packages points here */
	{ FOR_GNUPLOT, "/usr/share/texlive/texmf-dist/fonts" },
	{ FOR_GNUPLOT, "/var/cache/fontconfig" },
	{ FOR_TEX, "/etc/texmf" },
	{ FOR_TEX, "/usr/local/share/texmf" },
	{ FOR_TEX, "/usr/local/texlive" },
	{ FOR_TEX, "/usr/share/texlive" },
	{ FOR_TEX, "/usr/share/texmf" },
	{ FOR_TEX, "/usr/share/texmf-dist" },
	{ FOR_TEX, "/usr/share/fonts" },
	{ FOR_TEX, "/var/lib/texmf" },
};

/* One system call, with a condition on one argument where compare is set. */
struct call {
	int nr;
	bool compare;
	struct scmp_arg_cmp arg;
};
#define ANY(name) { SCMP_SYS(name), false, { 0, SCMP_CMP_EQ, 0, 0 } }
#define NUM(nr) { nr, false, { 0, SCMP_CMP_EQ, 0, 0 } }
#define IF(name, n, op, a, b) { SCMP_SYS(name), true, { n, op, a, b } }
/* The kernel looks at 32 bits of an int: a filter that forbids must not be fooled by the others. */
#define INT(name, n, value) IF(name, n, SCMP_CMP_MASKED_EQ, 0xffffffff, (uint32_t)(value))

/* Inner stages: Lua, SQLite on files, malloc, clocks, pipes. Anything else kills the process. */
static const struct call inner_allowed[] = {
	ANY(read), ANY(readv), ANY(pread64), ANY(preadv), ANY(write), ANY(writev), ANY(pwrite64),
	ANY(pwritev), ANY(close), ANY(lseek), ANY(dup), ANY(dup2), ANY(dup3), ANY(poll),
	ANY(ppoll), ANY(select), ANY(pselect6), ANY(fstat), ANY(stat), ANY(lstat),
	ANY(newfstatat), ANY(statx), ANY(statfs), ANY(fstatfs), ANY(access), ANY(faccessat),
	ANY(faccessat2), ANY(getcwd), ANY(readlink), ANY(readlinkat), ANY(getdents64),
	ANY(ftruncate), ANY(fallocate), ANY(fadvise64), ANY(fsync), ANY(fdatasync), ANY(unlink),
	ANY(unlinkat), ANY(rename), ANY(renameat), ANY(renameat2), ANY(mkdir), ANY(mkdirat),
	ANY(rmdir), ANY(umask), ANY(munmap), ANY(mremap), ANY(madvise), ANY(brk), ANY(msync),
	ANY(membarrier), ANY(futex), ANY(rseq), ANY(sched_yield), ANY(sched_getaffinity),
	ANY(set_robust_list), ANY(restart_syscall), ANY(clock_gettime), ANY(clock_getres),
	ANY(clock_nanosleep), ANY(nanosleep), ANY(gettimeofday), ANY(time), ANY(times),
	ANY(alarm), ANY(setitimer), ANY(getitimer), ANY(timer_create), ANY(timer_settime),
	ANY(timer_delete), ANY(rt_sigaction), ANY(rt_sigprocmask), ANY(rt_sigreturn),
	ANY(rt_sigpending), ANY(sigaltstack), ANY(pause), ANY(getpid), ANY(gettid), ANY(getppid),
	ANY(getuid), ANY(geteuid), ANY(getgid), ANY(getegid), ANY(getrusage), ANY(getrlimit),
	ANY(sysinfo), ANY(uname), ANY(getrandom), ANY(exit), ANY(exit_group),
	IF(prlimit64, 2, SCMP_CMP_EQ, 0, 0),                              /* asks, does not set */
	IF(mmap, 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
	IF(mprotect, 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_DUPFD, 0),
	IF(fcntl, 1, SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_GETFD, 0),
	IF(fcntl, 1, SCMP_CMP_EQ, F_SETFD, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_GETFL, 0),
	IF(fcntl, 1, SCMP_CMP_EQ, F_SETFL, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_GETLK, 0),
	IF(fcntl, 1, SCMP_CMP_EQ, F_SETLK, 0), IF(fcntl, 1, SCMP_CMP_EQ, F_SETLKW, 0),
#if JAIL_SANITIZED
	ANY(pipe), ANY(pipe2), ANY(process_vm_readv), ANY(set_tid_address), ANY(mlock),
#endif
};
/* Inner stages: refused without a fuss, because SQLite and libc try them and can do without. ioctl:
 * nothing is a terminal. */
static const struct call inner_refused[] = { ANY(fchmod), ANY(fchown), ANY(prctl), ANY(ioctl) };

/* Tools: refused. Their libraries differ between systems, hence a list of what is forbidden and not
 * of what is allowed. */
static const struct call tool_refused[] = {
	/* other processes */
	ANY(fork), ANY(vfork), IF(clone, 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0), ANY(ptrace),
	ANY(process_vm_readv), ANY(process_vm_writev), ANY(process_madvise),
	NUM(448) /* process_mrelease */, ANY(pidfd_open), ANY(pidfd_getfd), ANY(pidfd_send_signal),
	ANY(kcmp), ANY(tkill), ANY(rt_sigqueueinfo), ANY(rt_tgsigqueueinfo), ANY(setpgid),
	ANY(setsid), ANY(migrate_pages), ANY(move_pages), ANY(execveat), ANY(memfd_create),
	INT(prctl, 0, PR_SET_PDEATHSIG), INT(prctl, 0, PR_SET_PTRACER), INT(prctl, 0, PR_SET_MM),
	INT(fcntl, 1, F_SETOWN), INT(fcntl, 1, F_SETOWN_EX), INT(fcntl, 1, F_SETSIG),
	INT(fcntl, 1, F_SETLEASE), INT(fcntl, 1, F_NOTIFY),
	/* network, and talk with others on this machine */
	ANY(socket), ANY(socketpair), ANY(connect), ANY(bind), ANY(listen), ANY(accept),
	ANY(accept4), ANY(shmget), ANY(shmat), ANY(shmctl), ANY(semget), ANY(semop), ANY(semctl),
	ANY(semtimedop), ANY(msgget), ANY(msgsnd), ANY(msgrcv), ANY(msgctl), ANY(mq_open),
	ANY(mq_unlink), INT(ioctl, 1, TIOCSTI), INT(ioctl, 1, TIOCLINUX), INT(ioctl, 1, FIOSETOWN),
	/* files by roads that Landlock does not guard at every version */
	ANY(chmod), ANY(fchmod), ANY(fchmodat), NUM(452) /* fchmodat2 */, ANY(chown), ANY(fchown),
	ANY(lchown), ANY(fchownat), ANY(utime), ANY(utimes), ANY(futimesat), ANY(utimensat),
	ANY(truncate), ANY(setxattr), ANY(lsetxattr), ANY(fsetxattr), ANY(removexattr),
	ANY(lremovexattr), ANY(fremovexattr), NUM(463) /* setxattrat */,
	NUM(466) /* removexattrat */, NUM(469) /* file_setattr */, ANY(link), ANY(linkat),
	ANY(symlink), ANY(symlinkat), ANY(mknod), ANY(mknodat), ANY(name_to_handle_at),
	ANY(open_by_handle_at), ANY(fanotify_init), ANY(fanotify_mark), ANY(inotify_add_watch),
	ANY(mount), ANY(umount2), ANY(pivot_root), ANY(chroot), ANY(setns), ANY(unshare),
	ANY(open_tree), ANY(move_mount), ANY(fsopen), ANY(fsconfig), ANY(fsmount), ANY(fspick),
	NUM(442) /* mount_setattr */, NUM(467) /* open_tree_attr */, ANY(quotactl),
	NUM(443) /* quotactl_fd */, ANY(swapon), ANY(swapoff), ANY(acct),
	/* the kernel */
	ANY(bpf), ANY(perf_event_open), ANY(userfaultfd), ANY(io_uring_setup), ANY(io_uring_enter),
	ANY(io_uring_register), ANY(keyctl), ANY(add_key), ANY(request_key), ANY(reboot),
	ANY(kexec_load), ANY(kexec_file_load), ANY(init_module), ANY(finit_module),
	ANY(delete_module), ANY(syslog), ANY(settimeofday), ANY(clock_settime), ANY(adjtimex),
	ANY(clock_adjtime), ANY(sethostname), ANY(setdomainname), ANY(iopl), ANY(ioperm),
	ANY(vhangup), ANY(personality), ANY(modify_ldt),
	/* our own limits and identity */
	ANY(setrlimit), IF(prlimit64, 2, SCMP_CMP_NE, 0, 0), ANY(capset), ANY(setreuid),
	ANY(setregid), ANY(setresuid), ANY(setresgid), ANY(setgroups), ANY(setfsuid),
	ANY(setfsgid), ANY(setpriority), ANY(sched_setscheduler),
};
/* Refused as if this kernel did not have them: libc then takes the older call, whose arguments can
 * be looked at. */
static const struct call unknown[] = { ANY(clone3), ANY(openat2) };
/* Without Landlock's right to truncate (before ABI 3) a file that may only be read could be emptied
 * by this (an access mode of 3 neither reads nor writes, but truncates). */
static const struct call open_emptying[] = {
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_TRUNC),
	IF(openat, 2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_TRUNC),
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_ACCMODE | O_TRUNC),
	IF(openat, 2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_TRUNC, O_ACCMODE | O_TRUNC),
};
static const struct call open_other[] = {
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_TRUNC, 0), IF(openat, 2, SCMP_CMP_MASKED_EQ, O_TRUNC, 0),
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY),
	IF(openat, 2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY),
	IF(open, 1, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR),
	IF(openat, 2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR),
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

static unsigned system_of(enum proc_kind kind)
{
	unsigned own = kind == PROC_GNUPLOT ? FOR_GNUPLOT : kind == PROC_TEX ? FOR_TEX : 0u;
	return FOR_ANY | FOR_START | own;
}

void jail_system(enum proc_kind kind, const char *out[JAIL_SYSTEM])
{
	unsigned mine = system_of(kind);
	size_t n = 0;

	_Static_assert(COUNT(system_paths) < JAIL_SYSTEM, "room for all and the NULL");
	for (size_t i = 0; i < COUNT(system_paths); i++)
		if (system_paths[i].what & mine)
			out[n++] = system_paths[i].path;
	out[n] = NULL;
}

/* Name of the loader that an ELF file asks for, or of the interpreter of a "#!" script; false when
 * there is none. */
static bool interpreter(const char *program, char out[PATH_MAX])
{
	union { char text[PATH_MAX]; Elf64_Ehdr elf; } head = { .text = "" };
	Elf64_Phdr ph;
	bool found = false;
	int fd = open(program, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	ssize_t n = read(fd, head.text, sizeof head.text - 1);
	if (n > 2 && memcmp(head.text, "#!", 2) == 0) {
		char *name = head.text + 2 + strspn(head.text + 2, " \t");
		name[strcspn(name, " \t\r\n")] = '\0';
		found = *name == '/';
		memcpy(out, name, strlen(name) + 1);
	} else if (n >= (ssize_t)sizeof head.elf && memcmp(head.text, ELFMAG, SELFMAG) == 0) {
		for (unsigned i = 0; i < head.elf.e_phnum && !found; i++) {
			off_t at = (off_t)(head.elf.e_phoff + (uint64_t)i * sizeof ph);
			if (pread(fd, &ph, sizeof ph, at) != (ssize_t)sizeof ph)
				break;
			ssize_t len = (ssize_t)ph.p_filesz;
			found = ph.p_type == PT_INTERP && len > 0 && len < PATH_MAX &&
				pread(fd, out, ph.p_filesz, (off_t)ph.p_offset) == len;
			if (found)
				out[ph.p_filesz] = '\0';
		}
	}
	close(fd);
	return found;
}

size_t jail_programs(const char *program, char out[JAIL_PROGRAMS][PATH_MAX])
{
	size_t n = 0, len = strlen(program);

	if (len >= PATH_MAX)
		return 0;
	memcpy(out[n++], program, len + 1);
	while (n < JAIL_PROGRAMS && interpreter(out[n - 1], out[n]))
		n++;
	return n;
}

/* A path that is not there cannot be read: only folders to write in must exist. */
static bool allow(int rules, const struct landlock_abi *abi, const char *path, uint64_t rights)
{
	struct stat st = { 0 };
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return !(rights & FS_WRITE_FILE) &&
		       (errno == ENOENT || errno == ENOTDIR || errno == EACCES);
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= FS_OF_A_FILE;
	struct landlock_path_beneath_attr a = {.allowed_access = rights & abi->fs, .parent_fd = fd};
	bool ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &a, 0) == 0;
	int keep = errno;
	close(fd);
	errno = keep;
	return ok;
}

static bool allow_all(const struct jail *j, int rules, const struct landlock_abi *abi,
		      const char **step)
{
	unsigned mine = system_of(j->kind) & ~(j->program ? 0u : (unsigned)FOR_START);
	char programs[JAIL_PROGRAMS][PATH_MAX];
	size_t n = j->program ? jail_programs(j->program, programs) : 0;

	for (size_t i = 0; i < n; i++)
		if (!allow(rules, abi, *step = programs[i], MAY_RUN))
			return false;
	for (size_t i = 0; i < COUNT(system_paths); i++) {
		uint64_t more = system_paths[i].what & WRITABLE ? FS_WRITE_FILE | FS_TRUNCATE : 0;
		*step = system_paths[i].path;
		if (system_paths[i].what & mine && !allow(rules, abi, *step, MAY_READ | more))
			return false;
	}
	for (size_t i = 0; j->read[i]; i++)
		if (!allow(rules, abi, *step = j->read[i], MAY_READ))
			return false;
	for (size_t i = 0; j->write[i]; i++)
		if (!allow(rules, abi, *step = j->write[i], MAY_WRITE))
			return false;
	return true;
}

static bool enter_landlock(const struct jail *j, const char **step)
{
	int v = jail_abi();
	const struct landlock_abi *abi =
		&abis[(size_t)v < COUNT(abis) ? (size_t)v : COUNT(abis) - 1];

	*step = "landlock_create_ruleset";
	int rules = (int)syscall(SYS_landlock_create_ruleset, abi, sizeof *abi, 0);
	if (rules < 0 || !allow_all(j, rules, abi, step))
		return false;
	*step = "landlock_restrict_self";
	bool ok = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return ok;
}

/* Root keeps only the right to pass file permissions, which a root-owned build needs; Landlock
 * still says where. */
static bool drop_capabilities(const char **step)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct now[2] = { { 0 } };

	*step = "capset";
	if (syscall(SYS_capget, &head, now) != 0)
		return false;
	uint32_t keep = now[0].permitted & (1u << CAP_DAC_OVERRIDE);
	struct __user_cap_data_struct set[2] = { { .effective = keep, .permitted = keep } };
	return syscall(SYS_capset, &head, set) == 0;
}

/* No RLIMIT_NPROC: it counts all processes of the user and does not bind root. New processes are
 * refused by seccomp. */
static bool set_limits(const struct jail *j, const char **step)
{
	uint64_t file = j->file_size || j->kind == PROC_WORKER ? j->file_size : UINT64_C(1) << 30;
	const struct { unsigned what; rlim_t soft, hard; bool on; } limits[] = {
		{ RLIMIT_CORE, 0, 0, true },
		{ RLIMIT_FSIZE, file, file, true },
		{ RLIMIT_NOFILE, 128, 128, true },
		{ RLIMIT_STACK, 8 << 20, 8 << 20, true },
		{ RLIMIT_CPU, j->cpu_seconds, j->cpu_seconds + 1, j->cpu_seconds > 0 },
		{ RLIMIT_AS, j->memory, j->memory, j->memory > 0 && !JAIL_SANITIZED },
	};

	*step = "setrlimit";
	for (size_t i = 0; i < COUNT(limits); i++) {
		struct rlimit now, want = { limits[i].soft, limits[i].hard };
		if (!limits[i].on)
			continue;
		if (getrlimit(limits[i].what, &now) != 0)
			return false;
		if (want.rlim_max > now.rlim_max)
			want.rlim_max = now.rlim_max;
		if (want.rlim_cur > want.rlim_max)
			want.rlim_cur = want.rlim_max;
		if (setrlimit(limits[i].what, &want) != 0)
			return false;
	}
	return true;
}

/* A call that this processor does not have is none to forbid or allow. */
static bool add(scmp_filter_ctx f, uint32_t action, const struct call *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int rc = seccomp_rule_add_array(f, action, c[i].nr, c[i].compare, &c[i].arg);
		if (rc != 0 && rc != -EDOM) {
			errno = -rc;
			return false;
		}
	}
	return true;
}

static bool fill_filter(scmp_filter_ctx f, bool tool)
{
	const uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
	/* A process may signal itself (abort, raise); gnuplot insists on becoming who it is. */
	const struct call self[] = {
		IF(kill, 0, tool ? SCMP_CMP_NE : SCMP_CMP_EQ, (uint64_t)getpid(), 0),
		IF(tgkill, 0, tool ? SCMP_CMP_NE : SCMP_CMP_EQ, (uint64_t)getpid(), 0),
		IF(setuid, 0, tool ? SCMP_CMP_NE : SCMP_CMP_EQ, getuid(), 0),
		IF(setgid, 0, tool ? SCMP_CMP_NE : SCMP_CMP_EQ, getgid(), 0),
	};

	if (!add(f, SCMP_ACT_ERRNO(ENOSYS), unknown, COUNT(unknown)) ||
	    !add(f, SCMP_ACT_ERRNO(EACCES), open_emptying, COUNT(open_emptying)))
		return false;
	if (tool)
		return add(f, refuse, tool_refused, COUNT(tool_refused)) &&
		       add(f, refuse, self, COUNT(self));
	return add(f, SCMP_ACT_ALLOW, inner_allowed, COUNT(inner_allowed)) &&
	       add(f, refuse, inner_refused, COUNT(inner_refused)) &&
	       add(f, SCMP_ACT_ALLOW, open_other, COUNT(open_other)) &&
	       add(f, SCMP_ACT_ALLOW, self, COUNT(self));
}

static bool enter_seccomp(bool tool, const char **step)
{
	scmp_filter_ctx f = seccomp_init(tool ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS);
	int rc = -ENOMEM;

	*step = "seccomp";
	if (!f)
		goto out;
	rc = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (rc == 0)
		rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);   /* a tree of calls */
	if (rc == 0)
		rc = fill_filter(f, tool) ? seccomp_load(f) : -errno;
out:
	seccomp_release(f);
	errno = -rc;
	return rc == 0;
}

bool jail_enter(const struct jail *j, const char **step)
{
	*step = "prctl";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    (!j->program && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0))
		return false;
	return (!j->landlock || enter_landlock(j, step)) && drop_capabilities(step) &&
	       set_limits(j, step) && enter_seccomp(j->program != NULL, step);
}
