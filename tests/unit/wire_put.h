/* A result as a message, by the tables of host/shape.h: what the prelude makes of Lua values, for tests that begin with structs. */
#ifndef TEST_WIRE_PUT_H
#define TEST_WIRE_PUT_H
#include "base/errwire.h"
#include "host/shape.h"
#include "host/wire.h"

#include <string.h>

static void put_number(struct buf *out, size_t n)
{
	buf_add(out, &(uint32_t){ (uint32_t)n }, sizeof(uint32_t));
}

static void put_text(struct buf *out, const char *s)
{
	put_number(out, s ? strlen(s) : 0);
	buf_str(out, s ? s : "");
}

static void put_text2(struct buf *out, const struct text2 *t)
{
	put_text(out, t->fr);
	put_text(out, t->en);
}

/* columns: of the table or figure that the item is in. */
static void put_item(struct buf *out, const struct shape *s, const char *item, size_t *columns)
{
	for (const struct shape_field *f = s->field; f->kind != SHAPE_END; f++) {
		bool points = f->kind == SHAPE_NAME || f->kind == SHAPE_TEXT || f->kind == SHAPE_LIST || f->kind == SHAPE_CELLS;
		const char *at = item + f->at, *items;
		size_t n;
		memcpy(&items, at, points ? sizeof items : 0);
		memcpy(&n, item + f->count, f->count ? sizeof n : 0);
		switch (f->kind) {
		case SHAPE_NAME:
		case SHAPE_TEXT: put_text(out, items); break;
		case SHAPE_CHARS: put_text(out, at); break;
		case SHAPE_TEXT2: put_text2(out, (const void *)at); break;
		case SHAPE_STRUCT: put_item(out, f->of, at, columns); break;
		case SHAPE_LIST:
			put_number(out, n);
			*columns = strcmp(f->name, "columns") ? *columns : n;
			for (size_t i = 0; i < n && n <= f->max; i++)
				put_item(out, f->of, items + i * f->of->size, columns);
			break;
		case SHAPE_CELLS:
			if (f->count)
				put_number(out, n);
			for (size_t i = 0; i < *columns * (f->count ? n : 1); i++)
				put_text2(out, (const struct text2 *)(const void *)items + i);
			break;
		default: buf_add(out, at, f->size); break;
		}
	}
}

static void wire_put(struct buf *out, const struct result *r)
{
	size_t columns = 0;

	buf_str(out, WIRE_HEAD);
	buf_add(out, &r->failed, sizeof r->failed);
	if (r->failed)
		err_encode(&r->err, out);
	put_item(out, &shape_result, (const char *)r, &columns);
}
#endif
