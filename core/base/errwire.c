/* The record's fields in one table, which both directions walk. */
#include "base/errwire.h"

#include "base/num.h"

#include <string.h>

#define TEXT_FIELD(key, member) { key, offsetof(struct err, member), sizeof ((struct err *)0)->member }
#define LONG_FIELD(key, member) { key, offsetof(struct err, member), 0 }
static const struct wire_field {
	const char *key;
	size_t offset, size;   /* size 0: a long */
} fields[] = {
	TEXT_FIELD("arg1", arg[0]), TEXT_FIELD("arg2", arg[1]), TEXT_FIELD("arg3", arg[2]), TEXT_FIELD("arg4", arg[3]),
	TEXT_FIELD("file", file), LONG_FIELD("line", line), LONG_FIELD("column", column),
	TEXT_FIELD("excerpt", excerpt), LONG_FIELD("caret", caret), TEXT_FIELD("why", why), TEXT_FIELD("note", note),
};

void err_encode(const struct err *e, struct buf *out)
{
	buf_printf(out, "id %s\n", err_name(e->id));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *at = (const char *)e + fields[i].offset;
		const long *number = (const void *)at;
		if (!fields[i].size && *number)
			buf_printf(out, "%s %ld\n", fields[i].key, *number);
		if (!fields[i].size || !*at)
			continue;
		buf_printf(out, "%s ", fields[i].key);
		for (; *at; at++) {
			if (*at == '\n' || *at == '\\')
				buf_char(out, '\\');
			buf_char(out, *at == '\n' ? 'n' : *at);
		}
		buf_char(out, '\n');
	}
	buf_str(out, "end\n");
}

/* Undoes the escapes. Only the outside reason may have several lines. */
static bool take_value(struct err *e, const struct wire_field *f, const char *s, size_t n)
{
	char *at = (char *)e + f->offset, text[4096];
	size_t len = 0;
	int64_t v;

	if (!f->size) {
		if (!num_int(s, n, &v) || v < 0)
			return false;
		*(long *)(void *)at = (long)v;
		return true;
	}
	for (size_t i = 0; i < n && len < sizeof text; i++) {
		bool escape = s[i] == '\\' && i + 1 < n;
		i += escape;
		text[len++] = escape && s[i] == 'n' ? '\n' : s[i];
	}
	err_clean(at, f->size, text, len, at == e->why);
	return true;
}

static bool take_field(struct err *e, const char *line, size_t n)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		size_t k = strlen(fields[i].key);
		if (n > k && line[k] == ' ' && !memcmp(line, fields[i].key, k))
			return take_value(e, &fields[i], line + k + 1, n - k - 1);
	}
	return false;
}

size_t err_decode(const char *text, size_t n, struct err *e)
{
	*e = (struct err){ 0 };
	for (const char *line = text, *end; (end = memchr(line, '\n', n - (size_t)(line - text))); line = end + 1) {
		size_t len = (size_t)(end - line);
		char name[64] = "";
		if (len == 3 && !memcmp(line, "end", 3) && e->id != ERR_NONE)
			return (size_t)(end - text) + 1;
		if (len > 3 && len < 3 + sizeof name && !memcmp(line, "id ", 3))
			e->id = err_by_name(memcpy(name, line + 3, len - 3));
		else if (!take_field(e, line, len))
			break;
	}
	*e = (struct err){ 0 };
	return 0;
}
