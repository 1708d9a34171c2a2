/* The one message format from worker to driver: bounded, typed, length-prefixed; nothing in it is trusted. */
#ifndef HOST_WIRE_H
#define HOST_WIRE_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/artefact.h"

#define WIRE_HEAD "CNTM\4"   /* and the version of the form */

/* Reads and validates every byte: types, counts, lengths, UTF-8, names, finite numbers, ids unique, the message complete
 * and nothing after it. Everything in the arena, sets sorted. ERR_WIRE names the field. */
bool wire_decode(struct arena *a, const void *s, size_t n, struct result *out, struct err *e);
#endif
