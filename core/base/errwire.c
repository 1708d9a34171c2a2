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
		if (!fields[i].size) {
			long v;
			memcpy(&v, at, sizeof v);
			if (v)
				buf_printf(out, "%s %ld\n", fields[i].key, v);
			continue;
		}
		if (!*at)
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
static void take_text(char *to, size_t size, const char *s, size_t n, bool lines)
{
	char text[4096];
	size_t len = 0;

	for (size_t i = 0; i < n && len < sizeof text; i++) {
		char c = s[i];
		if (c == '\\' && i + 1 < n)
			c = s[++i] == 'n' ? '\n' : s[i];
		text[len++] = c;
	}
	err_clean(to, size, text, len, lines);
}

static bool take_field(struct err *e, const char *line, size_t n)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		size_t k = strlen(fields[i].key);
		int64_t v;
		if (n <= k || memcmp(line, fields[i].key, k) != 0 || line[k] != ' ')
			continue;
		char *at = (char *)e + fields[i].offset;
		if (fields[i].size) {
			take_text(at, fields[i].size, line + k + 1, n - k - 1, at == e->why);
			return true;
		}
		if (!num_int(line + k + 1, n - k - 1, &v) || v < 0)
			return false;
		memcpy(at, &(long){ (long)v }, sizeof(long));
		return true;
	}
	return false;
}

size_t err_decode(const char *text, size_t n, struct err *e)
{
	size_t at = 0;

	*e = (struct err){ 0 };
	while (at < n) {
		const char *line = text + at, *end = memchr(line, '\n', n - at);
		if (!end)
			break;
		size_t len = (size_t)(end - line);
		at += len + 1;
		if (len == 3 && !memcmp(line, "end", 3)) {
			if (e->id != ERR_NONE)
				return at;
			break;
		}
		if (len > 3 && len < 67 && !memcmp(line, "id ", 3)) {
			char name[64] = "";
			memcpy(name, line + 3, len - 3);
			e->id = err_by_name(name);
		} else if (!take_field(e, line, len)) {
			break;
		}
	}
	*e = (struct err){ 0 };
	return 0;
}
