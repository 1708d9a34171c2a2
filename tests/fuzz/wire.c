/* Messages of a worker: whatever is read is valid, and what was read can be written and read again to the same bytes. */
#include "host/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf one = BUF(ARTEFACT_BYTES), two = BUF(ARTEFACT_BYTES);
	struct arena a = { 0 };
	struct result r, again;
	struct err e = { 0 };

	if (wire_decode(&a, data, size, &r, &e)) {
		if (!wire_encode(&one, &r, &e) || !wire_decode(&a, one.s, one.n, &again, &e) || !wire_encode(&two, &again, &e))
			abort();
		if (one.n != two.n || memcmp(one.s, two.s, one.n) != 0)
			abort();
	} else if (e.id == ERR_NONE) {
		abort();
	}
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
	return 0;
}
