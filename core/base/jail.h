/* The jail that a process puts around itself before it handles what strangers wrote: limits,
 * Landlock, capabilities, seccomp. It knows no arena and no error record: it runs in a child that can
 * only say which step failed. */
#ifndef BASE_JAIL_H
#define BASE_JAIL_H
#include "base/proc.h"
#include <limits.h>

/* AddressSanitizer maps terabytes and needs a few more calls: such a build is loosened, and
 * proc_layers says so. */
#if defined(__SANITIZE_ADDRESS__)
#define JAIL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define JAIL_SANITIZED 1
#endif
#endif
#ifndef JAIL_SANITIZED
#define JAIL_SANITIZED 0
#endif

struct jail {
	enum proc_kind kind;
	const char *program;                   /* absolute, executed next; NULL for an inner stage */
	const char *read[PROC_PATHS + 1];      /* as in struct proc_opt */
	const char *write[PROC_PATHS + 1];
	uint64_t memory, file_size;
	unsigned cpu_seconds;
	bool landlock;                         /* false: bubblewrap guards files, or nothing */
};

enum { JAIL_PROGRAMS = 5, JAIL_SYSTEM = 32 };

/* Version of Landlock that the kernel offers; 0 when it has none. */
int jail_abi(void);
/* Whether the kernel takes filters that kill the whole process. */
bool jail_seccomp(void);
/* Files and folders of the system that a child of this kind reads (libraries, fonts, TeX),
 * NULL-terminated; not all exist. */
void jail_system(enum proc_kind kind, const char *out[JAIL_SYSTEM]);
/* The files that the kernel executes to run program: itself, the interpreter of a script, the loader
 * of ELF. Returns how many. */
size_t jail_programs(const char *program, char out[JAIL_PROGRAMS][PATH_MAX]);
/* Restricts this process for good. False: errno is set, *step names what failed, and the process
 * must end. */
bool jail_enter(const struct jail *j, const char **step);
#endif
