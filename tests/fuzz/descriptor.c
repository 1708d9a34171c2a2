/* Any bytes as a descriptor: the tree, the package, and the fields it declares over a few cells. */
#include "host/lua_shape.h"
#include "intake/field.h"
#include "intake/package.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct field_types types;   /* of one descriptor */

static void read_cells(const struct field *f, struct arena *a)
{
	static const char *const cells[] = {
		"", "0", "-12,5", "1 234.5e3", "2018-02-29T10:00:00Z", "08/02/2018", "8 févr. 2018", "true", "L’Haÿ", "P1Y2M3DT4H5M6.7S", "2.5, 48",
		"[2.5,48]", "{\"type\":\"Point\",\"coordinates\":[2.5,48]}", "a,b", "-INF", "a@x.fr", "10:00:00.25 PM",
	};
	struct err e = { 0 };
	struct field_reader *r = field_open(f, &types, a, &e);

	if (!r && e.id == ERR_NONE)
		abort();
	for (size_t i = 0; r && i < sizeof cells / sizeof *cells; i++)
		for (enum rowcell_kind kind = ROWCELL_TEXT; kind <= ROWCELL_NONE; kind++) {
			struct cell c;
			const char *label = "";
			int rc = field_read(r, &(struct rowcell){ cells[i], strlen(cells[i]), false, kind }, &c, &label, &e);
			if ((rc < 0 && e.id == ERR_NONE) || (rc == 1 && c.type == CELL_NULL) || (kind == ROWCELL_NONE && rc == 1))
				abort();
		}
	field_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct package p;

	types = (struct field_types){ &lua_shaper, 64 << 20, NULL, 0 };
	if (!package_parse(&p, &a, "dir", (const char *)data, size, &e)) {
		if (e.id == ERR_NONE)
			abort();
	} else {
		/* Counted repetitions may be costly to compile; the loader's limits are for that. */
		for (size_t i = 0; i < p.nresource; i++)
			for (size_t k = 0; k < p.resource[i].nfield; k++)
				if (!p.resource[i].field[k].pattern || !strpbrk(p.resource[i].field[k].pattern, "{*+"))
					read_cells(&p.resource[i].field[k], &a);
	}
	lua_shaper.close(types.state);
	arena_free(&a);
	return 0;
}
