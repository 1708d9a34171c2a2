/* SQL text as its reader sees it. The rules are SQLite's (tokenize.c): '' inside '…', "" inside "…", no nested comments,
 * and parameters with a tail in brackets, $a(…), in which quotes mean nothing. */
#include "store/sqltext.h"

#include "base/text.h"

#include <sqlite3.h>
#include <string.h>

static bool is_word(char c)
{
	char low = text_lower(c);

	return (low >= 'a' && low <= 'z') || text_is_digit(c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static const char *skip_gap(const char *s)
{
	for (const char *before = NULL; s != before;) {
		before = s;
		while (text_is_space(*s) || *s == ';')
			s++;
		if (!strncmp(s, "--", 2)) {
			s += strcspn(s, "\n");
		} else if (!strncmp(s, "/*", 2)) {
			const char *end = strstr(s + 2, "*/");
			s = end ? end + 2 : s + strlen(s);
		}
	}
	return s;
}

/* Length of a quoted run with both marks; the closing one doubled stands for itself. 0: it is never closed. */
static size_t quoted(const char *s)
{
	char close = *s == '[' ? ']' : *s;

	for (size_t i = 1; s[i]; i++) {
		if (s[i] == close && (close == ']' || s[i + 1] != close))
			return i + 1;
		i += s[i] == close;
	}
	return 0;
}

bool sqltext_next(const char **sql, struct sqltext *out)
{
	const char *s = skip_gap(*sql);
	bool quote = *s && strchr("'\"`[", *s), parameter = *s && strchr("$@:#?", *s);
	size_t n = quote ? quoted(s) : parameter;

	if (quote) {
		*out = n ? (struct sqltext){ s, s + 1, n - 2, *s == '\'' } : (struct sqltext){ s, s, strlen(s), true };
		n = n ? n : out->n;
	} else {
		while (is_word(s[n]))
			n++;
		if (parameter && n > 1 && s[n] == '(') {
			n += strcspn(s + n, ") \t\n\v\f\r");
			n += s[n] == ')';
		}
		n += !n && *s;
		*out = (struct sqltext){ s, s, n, false };
	}
	*sql = s + n;
	return n > 0;
}

bool sqltext_is(const struct sqltext *t, const char *word)
{
	return !sqlite3_strnicmp(t->s, word, (int)t->n) && !word[t->n];
}

const char *sqltext_find(const char *sql, const char *name)
{
	for (struct sqltext t; sqltext_next(&sql, &t);)
		if (!t.is_text && sqltext_is(&t, name))
			return t.at;
	return NULL;
}

bool sqltext_place(struct err *e, const char *sql, const char *at)
{
	const char *line = sql, *end;
	long number = 1;

	if (!at)
		return false;
	for (; (end = strchr(line, '\n')) && end < at; line = end + 1)
		number++;
	long column = (long)text_utf8_length(line, (size_t)(at - line)) + 1;
	err_at(e, e->file, number, column);
	return err_excerpt(e, line, strcspn(line, "\n"), column);
}
