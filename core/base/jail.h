/* The jail that a process puts around itself before it handles what strangers wrote: limits, Landlock, capabilities, seccomp.
 * It knows no arena and no error record: it runs in a child that can only say which step failed. */
#ifndef BASE_JAIL_H
#define BASE_JAIL_H
#include "base/proc.h"
#include <limits.h>

/* AddressSanitizer maps terabytes and needs a few more calls: such a build is loosened, and proc_layers says so. */
#ifdef __SANITIZE_ADDRESS__
#define JAIL_SANITIZED 1
#elif defined(__has_feature)
#define JAIL_SANITIZED __has_feature(address_sanitizer)
#else
#define JAIL_SANITIZED 0
#endif

enum { JAIL_PROGRAMS = 5, JAIL_FILES = JAIL_PROGRAMS + 24 + 2 * PROC_PATHS };

/* What may be done with a path, in the words of Landlock and of bubblewrap. */
struct jail_right { uint64_t landlock; const char *bubblewrap; };
/* All files and folders that a process may see; not all exist. */
struct jail_files {
	size_t n;
	struct { const char *path; const struct jail_right *right; } file[JAIL_FILES];
	char program[JAIL_PROGRAMS][PATH_MAX];
};

/* Version of Landlock that the kernel offers; 0 when it has none. */
int jail_abi(void);
/* Whether the kernel takes filters that kill the whole process. */
bool jail_seccomp(void);
/* The files that the kernel executes to run program: itself, the interpreter of a script, the loader of ELF. Returns how many. */
size_t jail_programs(const char *program, char out[JAIL_PROGRAMS][PATH_MAX]);
/* What o gives, with what its kind needs of the system (libraries when a program is still to be started; fonts, TeX).
 * o->tool is absolute. Texts are borrowed from o and out. Files come before folders that hold some of them. */
void jail_files(const struct proc_opt *o, bool start, struct jail_files *out);
/* Restricts this process for good, for o->tool or an inner stage; files NULL: bubblewrap guards them, or nothing.
 * False: errno is set, *step names what failed, and the process must end. */
bool jail_enter(const struct proc_opt *o, const struct jail_files *files, const char **step);
#endif
