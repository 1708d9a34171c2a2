/* Messages of a worker: whatever is read is valid, and what was read can be written and read again to the same bytes. */
#include "../unit/wire_put.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf one = BUF(ARTEFACT_BYTES), two = BUF(ARTEFACT_BYTES);
	struct arena a = { 0 };
	struct result r, again;
	struct err e = { 0 };

	if (wire_decode(&a, data, size, &r, &e)) {
		wire_put(&one, &r);
		if (!wire_decode(&a, one.s, one.n, &again, &e))
			abort();
		wire_put(&two, &again);
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
