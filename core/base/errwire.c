/* A record as four numbers and then its texts, each with its NUL, in the order of one table that both directions walk. */
#include "base/errwire.h"

#include <string.h>

#define TEXT(member) { offsetof(struct err, member), sizeof ((struct err *)0)->member }
static const struct { size_t at, size; } texts[] = {
	TEXT(arg[0]), TEXT(arg[1]), TEXT(arg[2]), TEXT(arg[3]), TEXT(file), TEXT(excerpt), TEXT(note), TEXT(why),
};

void err_encode(const struct err *e, struct buf *out)
{
	const long number[] = { (long)e->id, e->line, e->column, e->caret };

	buf_add(out, number, sizeof number);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *s = (const char *)e + texts[i].at;
		buf_add(out, s, strlen(s) + 1);
	}
}

size_t err_decode(const char *text, size_t n, struct err *e)
{
	const char *s = text, *stop;
	long number[4] = { ERR_NONE };
	struct err x = { 0 };

	*e = x;
	if (n >= sizeof number)
		memcpy(number, s, sizeof number);
	if (number[0] <= ERR_NONE || number[0] >= ERR_COUNT || number[1] < 0 || number[2] < 0 || number[3] < 0)
		return 0;
	s += sizeof number;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++, s = stop + 1) {
		char *to = (char *)&x + texts[i].at;
		if (!(stop = memchr(s, 0, n - (size_t)(s - text))))
			return 0;
		err_clean(to, texts[i].size, s, (size_t)(stop - s), to == x.why);   /* only the outside reason has lines */
	}
	x.id = (enum err_id)number[0];
	x.line = number[1];
	x.column = number[2];
	x.caret = number[3];
	*e = x;
	return (size_t)(s - text);
}
