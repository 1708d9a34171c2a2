/* The launcher of all children. Nobody else starts a process.
 * A child is our own binary started by posix_spawn in a hidden stage; the stage restricts itself (process group, death with the parent,
 * limits, closed descriptors, Landlock, seccomp) and then either runs an inner stage (loader, worker) or executes the tool. */
#ifndef BASE_PROC_H
#define BASE_PROC_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum proc_kind {
	PROC_WORKER,   /* inner stage: Lua over read-only packages */
	PROC_LOADER,   /* inner stage: reads a source, writes one file in its own folder */
	PROC_GNUPLOT,  /* executes gnuplot */
	PROC_TEX,      /* executes pdflatex */
	PROC_FETCHER,  /* inner stage: the network, names and certificates, and one folder */
	PROC_KINDS
};

enum { PROC_PATHS = 48, PROC_ARGS = 256 };

struct proc_opt {
	enum proc_kind kind;
	const char *tool;                    /* program for PROC_GNUPLOT, PROC_TEX (looked up in PATH); NULL for inner stages */
	const char *args[PROC_ARGS];         /* arguments after the name of the program or stage; each list borrowed and NULL-terminated */
	const char *read[PROC_PATHS];        /* files and folders the child may read; absolute */
	const char *write[PROC_PATHS];       /* folders the child may write in */
	const char *env[PROC_PATHS];         /* the whole environment of the tool, "NAME=value" */
	const char *cwd;                     /* NULL: the caller's */
	uint64_t memory;                     /* address space, bytes; 0 = no limit */
	uint64_t file_size;                  /* largest file it may write; 0 = none at all for workers, default 1 GiB for others */
	unsigned cpu_seconds;                /* 0 = no limit */
	double wall_seconds;                 /* killed with its group after this; 0 = never */
	size_t stderr_max;                   /* bytes of stderr that are kept (the first ones); the rest is counted and dropped */
	bool pipe_in, pipe_out;              /* give the parent the other end of stdin / stdout; else /dev/null */
	bool out_on_3;                       /* results come on descriptor 3 (pipe to proc.out), stdout goes to the stderr capture */
	bool allow_unjailed;                 /* from continuum.json: run even where no file-system jail is in force */
	unsigned without;                    /* PROC_NO_…: layers to treat as missing, for tests of the other roads */
};
enum { PROC_NO_LANDLOCK = 1, PROC_NO_BUBBLEWRAP = 2 };

enum proc_end { PROC_RUNNING, PROC_EXITED, PROC_SIGNALLED, PROC_TIMED_OUT, PROC_TOO_MUCH };

struct proc {
	int pid;                 /* leader of its own process group */
	int in, out;             /* our ends, non-blocking out; -1 when there is none */
	int err;                 /* our end of stderr; read by proc_poll */
	int watch;               /* becomes readable when the leader ends */
	struct buf talk;         /* captured stderr (and stdout with out_on_3) */
	size_t dropped;          /* bytes of it past stderr_max */
	double started, deadline; /* deadline: 0 = never; may be moved, for each job of a long-lived child */
	enum proc_end end;
	int code;                /* exit status or signal */
	bool wrapped;            /* under bubblewrap, which ends with 128 + the signal that ended the child */
};

/* Starts the child. False with ERR_SPAWN, ERR_TOOL_MISSING or ERR_NO_JAIL; nothing is left behind. */
bool proc_start(struct proc *p, const struct proc_opt *o, struct err *e);
/* Waits until out is readable (1), the child has ended and out is drained to end of file (0), or the deadline killed it (0, end = PROC_TIMED_OUT);
 * reads stderr meanwhile. -1 with *e on a failure of our own. timeout_seconds < 0: until something happens; 2 = the timeout passed. */
int proc_poll(struct proc *p, double timeout_seconds, struct err *e);
/* Writes to a child started with pipe_in, reading its stderr meanwhile, within its deadline. False with *e when it no longer reads:
 * proc_poll then tells how it ended. Never raises SIGPIPE. */
bool proc_send(struct proc *p, const void *s, size_t n, struct err *e);
/* Whole life of a simple child: writes input (may be NULL), collects up to max bytes of output, waits.
 * False only when our own part failed; how the child ended is in p. */
bool proc_run(struct proc *p, const struct proc_opt *o, const void *input, size_t n, struct buf *output, struct err *e);
/* The second half of it, for a child that was started before: with pipe_in where there is input, and pipe_out or out_on_3 for the output. */
bool proc_finish(struct proc *p, const void *input, size_t n, struct buf *output, struct err *e);
/* Kills the process group when it still runs, reaps it, closes everything. Safe on a zeroed or closed struct. */
void proc_close(struct proc *p);
/* Sets *e for a child that did not exit with 0 (one of ERR_CHILD_…) with the last lines of what it said; true when it did. */
bool proc_ok(const struct proc *p, const char *what, struct err *e);

/* Inside a child: true when argv says that this process is a hidden stage. */
bool proc_is_stage(int argc, char **argv);
/* The kind that argv asks for, PROC_KINDS when it cannot be read: for what a stage must open before its jail closes. */
enum proc_kind proc_stage_kind(int argc, char **argv);
/* Restricts this process as argv says. For a tool it executes and never returns on success. For an inner stage it returns true with
 * argc and argv moved to the arguments of that stage and *kind set. False: the jail could not be entered (already told on stderr). */
bool proc_enter(int *argc, char ***argv, enum proc_kind *kind);

/* What `doctor` prints: which layers work on this machine. */
struct proc_layers {
	int landlock_abi;        /* 0 = missing */
	bool seccomp, bubblewrap, sanitizer;
	const char *note;        /* what a sanitizer build leaves out; NULL otherwise */
};
void proc_layers(struct proc_layers *out);
/* Absolute path of a program in PATH, in the arena; NULL when absent. */
char *proc_which(struct arena *a, const char *name);
double proc_clock(void);     /* monotonic seconds */
#endif
