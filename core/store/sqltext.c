/* SQL text as its reader sees it. The rules of quoting are SQLite's (tokenize.c): '' inside '…', "" inside "…", no nested comments. */
#include "store/sqltext.h"

#include "base/text.h"

#include <string.h>

static bool is_word(char c)
{
	return text_is_digit(c) || (text_lower(c) >= 'a' && text_lower(c) <= 'z') || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* End of a quoted run that begins at i; the closing mark doubled stands for itself. */
static size_t quoted(const char *sql, size_t n, size_t i, char close)
{
	for (i++; i < n; i++) {
		if (sql[i] != close)
			continue;
		if (close == ']' || i + 1 >= n || sql[i + 1] != close)
			return i + 1;
		i++;
	}
	return n;
}

static size_t gap(const char *sql, size_t n, size_t i)
{
	for (;;) {
		size_t before = i;
		while (i < n && (text_is_space(sql[i]) || !sql[i]))
			i++;
		if (i + 1 < n && sql[i] == '-' && sql[i + 1] == '-') {
			const char *end = memchr(sql + i, '\n', n - i);
			i = end ? (size_t)(end - sql) : n;
		} else if (i + 1 < n && sql[i] == '/' && sql[i + 1] == '*') {
			const char *end = i + 2 < n ? memmem(sql + i + 2, n - i - 2, "*/", 2) : NULL;
			i = end ? (size_t)(end - sql) + 2 : n;
		}
		if (i == before)
			return i;
	}
}

bool sqltext_next(const char *sql, size_t n, size_t at, struct sqltext *out)
{
	if (at >= n)
		return false;
	size_t end = gap(sql, n, at);
	char c = sql[at];
	*out = (struct sqltext){ .kind = SQLTEXT_GAP, .at = at };
	if (end == at && is_word(c)) {
		out->kind = SQLTEXT_WORD;
		while (end < n && is_word(sql[end]))
			end++;
	} else if (end == at && c && strchr("'\"`[", c)) {
		out->kind = c == '\'' ? SQLTEXT_TEXT : SQLTEXT_WORD;
		end = quoted(sql, n, at, c == '[' ? ']' : c);
	} else if (end == at) {
		out->kind = SQLTEXT_SIGN;
		end++;
	}
	bool bare = out->kind != SQLTEXT_WORD || is_word(c) || end - at < 2;
	out->s = sql + at + !bare;
	out->n = end - at - (bare ? 0 : 2);
	out->end = end;
	return true;
}

bool sqltext_skip(const char *sql, size_t n, size_t at, struct sqltext *out)
{
	while (sqltext_next(sql, n, at, out)) {
		if (out->kind != SQLTEXT_GAP && !(out->kind == SQLTEXT_SIGN && out->s[0] == ';'))
			return true;
		at = out->end;
	}
	return false;
}

bool sqltext_is(const struct sqltext *t, const char *word)
{
	size_t i = 0;

	while (i < t->n && word[i] && text_lower(t->s[i]) == text_lower(word[i]))
		i++;
	return t->kind == SQLTEXT_WORD && i == t->n && !word[i];
}

long sqltext_find(const char *sql, size_t n, const char *name)
{
	struct sqltext t;

	for (size_t at = 0; sqltext_next(sql, n, at, &t); at = t.end)
		if (sqltext_is(&t, name))
			return (long)t.at;
	return -1;
}

bool sqltext_place(struct err *e, const char *sql, size_t n, long offset)
{
	size_t at = (size_t)offset, line = 1, start = 0;

	if (offset < 0)
		return false;
	if (at > n)
		at = n;
	for (size_t i = 0; i < at; i++)
		if (sql[i] == '\n') {
			line++;
			start = i + 1;
		}
	const char *end = memchr(sql + start, '\n', n - start);
	size_t len = end ? (size_t)(end - (sql + start)) : n - start;
	long column = (long)text_utf8_length(sql + start, at - start) + 1;
	err_at(e, e->file, (long)line, column);
	return err_excerpt(e, sql + start, len, column);
}
