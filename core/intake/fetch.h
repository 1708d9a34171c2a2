/* Downloads, in a jailed process that has the network and one folder, and nothing else. The only module that knows curl. */
#ifndef INTAKE_FETCH_H
#define INTAKE_FETCH_H
#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include <stdbool.h>
#include <stdint.h>

enum fetch_state { FETCH_UNREACHABLE, FETCH_UNCHANGED, FETCH_DONE, FETCH_REFUSED };   /* refused: a limit, a redirect that is not allowed, a status */
struct fetch {
	/* Asked. */
	const char *url, *etag, *modified;   /* etag, modified: of the copy we have, "" = none */
	const char *file;                    /* where the body goes: a name inside the folder */
	/* Answered; texts in the arena. */
	enum fetch_state state;
	long status;
	const char *final_url, *new_etag, *new_modified;
	int64_t bytes;
	char sha256[HASH_HEX];
	struct err err;                      /* of FETCH_UNREACHABLE and FETCH_REFUSED */
};
struct fetch_opt {
	const char *dir;                     /* existing folder, absolute */
	int64_t max_bytes;                   /* of one decoded body */
	double seconds, connect_seconds; long low_speed_bytes, low_speed_seconds;
	unsigned parallel;
	bool allow_local;                    /* addresses of this machine and private networks, plain http: for tests and in-house portals; from continuum.json */
	bool allow_unjailed;
	void (*progress)(void *context, size_t done, size_t n, int64_t bytes, int64_t total); void *context;
};
/* Fetches all side by side in one child; false = our own failure. How each went is in it. */
bool fetch_all(struct fetch *f, size_t n, const struct fetch_opt *o, struct arena *a, struct err *e);
/* Inner stage PROC_FETCHER. */
int fetch_stage(int argc, char **argv);
#endif
