/* Downloads, in a jailed process that has the network and one folder, and nothing else. The only module that knows curl. */
#ifndef INTAKE_FETCH_H
#define INTAKE_FETCH_H
#include "intake/json.h"
#include <stdbool.h>
#include <stdint.h>

struct fetch_opt {
	const char *dir;                     /* existing folder, absolute: what comes of list[0] is its file "0", and so on */
	bool look;                           /* only what a download would find: nothing is written, bodies are left alone */
	int64_t max_bytes;                   /* of one body */
	double seconds, connect_seconds;     /* of one download */
	long low_speed_bytes, low_speed_seconds;
	unsigned parallel;
	bool allow_local;                    /* addresses of this machine and private networks, plain http: for tests and in-house portals; from continuum.json */
	bool allow_unjailed;
	void (*progress)(void *context, size_t done, size_t n, int64_t bytes); void *context;   /* NULL = none */
};
/* Fetches all of a list side by side in one child: objects with url, and etag and modified of the copy we have ("" or absent = none).
 * What became of each is one object, in the same order, in the arena: state "done", "unchanged" or "unreachable" (a limit, a status, a
 * redirect that is not followed too); status (0 = no answer), bytes (of a look what the server says, -1 = nothing), url (the last one),
 * etag, modified; error: name of a message, "" = none, detail (what is refused: an address, an encoding) and why, in the words of curl. A file is left only by
 * "done". NULL = *e, our own failure. */
const struct json **fetch_all(const struct json *list, const struct fetch_opt *o, struct arena *a, struct err *e);
/* Opens libcurl, before proc_enter; false: told on stderr. */
bool fetch_open(void);
/* Inner stage PROC_FETCHER. */
int fetch_stage(int argc, char **argv);
#endif
