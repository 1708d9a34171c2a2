/* Downloads, in a jailed process that has the network and one folder, and nothing else. The only module that knows curl. */
#ifndef INTAKE_FETCH_H
#define INTAKE_FETCH_H
#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include <stdbool.h>
#include <stdint.h>

enum fetch_state { FETCH_UNREACHABLE, FETCH_UNCHANGED, FETCH_DONE, FETCH_STATES };
struct fetch {
	/* Asked. */
	const char *url, *etag, *modified;   /* etag, modified: of the copy we have, "" = none */
	const char *file;                    /* where the body goes: a name inside the folder that is not taken */
	bool look;                           /* only what a download would find: nothing is written, the body is left alone */
	/* Answered; texts in the arena. */
	enum fetch_state state;
	int64_t status;                      /* of HTTP; 0 = no answer */
	const char *final_url, *new_etag, *new_modified;
	int64_t bytes;                       /* decoded; of a look what the server says, -1 = nothing */
	char sha256[HASH_HEX];               /* "" for a look */
	struct err err;                      /* of FETCH_UNREACHABLE: also of a limit, a status, a redirect that is not followed */
};
struct fetch_opt {
	const char *dir;                     /* existing folder, absolute */
	int64_t max_bytes;                   /* of one decoded body */
	double seconds, connect_seconds;     /* of one download */
	long low_speed_bytes, low_speed_seconds;
	unsigned parallel;
	bool allow_local;                    /* addresses of this machine and private networks, plain http: for tests and in-house portals; from continuum.json */
	bool allow_unjailed;
	void (*progress)(void *context, size_t done, size_t n, int64_t bytes); void *context;   /* NULL = none */
};
/* Fetches all side by side in one child; false = our own failure. How each went is in it. A file is left only by FETCH_DONE. */
bool fetch_all(struct fetch *f, size_t n, const struct fetch_opt *o, struct arena *a, struct err *e);
/* Inner stage PROC_FETCHER. */
int fetch_stage(int argc, char **argv);
#endif
