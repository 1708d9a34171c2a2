/* The table of messages and how a record becomes words. */
#include "base/err.h"

#include "base/buf.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct message {
	const char *name;
	enum exit_code code;
	const char *text[2], *hint[2];   /* indexed by enum lang: French, English */
} messages[ERR_COUNT] = {
	[ERR_NONE] = { "none", EXIT_OK, { "", "" }, { "", "" } },
#define ERR(id, name, code, en, fr, hint_en, hint_fr) [id] = { name, code, { fr, en }, { hint_fr, hint_en } },
#include "base/err_all.def"
#undef ERR
};

void err_clean(char *to, size_t size, const char *s, size_t n, bool lines)
{
	struct buf b = BUF(4096);

	for (const char *end = s + (n < 4000 ? n : 4000), *stop;; s = stop + 1) {
		stop = lines ? memchr(s, '\n', (size_t)(end - s)) : NULL;
		text_clean(&b, s, (size_t)((stop ? stop : end) - s));
		if (!stop)
			break;
		buf_char(&b, '\n');
	}
	size_t len = b.n < size - 1 ? b.n : size - 1;
	/* A character has at most three bytes after its first: more of them are no UTF-8, and stay to be shown as such. */
	for (int back = 0; back < 3 && len && len < b.n && ((unsigned char)b.s[len] & 0xc0) == 0x80; back++)
		len--;
	memcpy(to, buf_text(&b), len);
	to[len] = 0;
	/* Foreign bytes that are no UTF-8 must not reach a terminal or a JSON text. */
	for (size_t bad; (bad = text_utf8_bad(to, len)) < len;)
		to[bad] = '?';
	buf_free(&b);
}

bool err_set(struct err *e, enum err_id id, const char *fmt, ...)
{
	char text[8192] = "";   /* room for a path of PATH_MAX before other arguments */
	const char *s = text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	*e = (struct err){ .id = id };
	for (int i = 0; i < ERR_ARGS && *s; i++) {
		size_t n = strcspn(s, ERR_SEP);
		err_clean(e->arg[i], sizeof e->arg[i], s, n, false);
		s += n + (s[n] != 0);
	}
	return false;
}

bool err_at(struct err *e, const char *file, long line, long column)
{
	err_clean(e->file, sizeof e->file, file, strlen(file), false);
	e->line = line;
	e->column = column;
	return false;
}

bool err_excerpt(struct err *e, const char *text, size_t n, long caret)
{
	enum { SHOWN = 150 };
	const char *s = text, *end = text + n, *at = text;
	char before[sizeof e->excerpt];

	for (long i = 1; i < caret && at < end; i++)
		text_utf8_next(&at, end);
	/* A long line is shown around the caret. */
	if (at - text > SHOWN)
		for (s = at - SHOWN / 2; s < at && ((unsigned char)*s & 0xc0) == 0x80;)
			s++;
	err_clean(e->excerpt, sizeof e->excerpt, s, (size_t)(end - s), false);
	/* Control bytes before the caret (tabs) are fewer characters now: count what is shown, up to the character meant. */
	bool past = at == end;
	if (!past)
		text_utf8_next(&at, end);
	err_clean(before, sizeof before, s, (size_t)(at - s), false);
	e->caret = caret < 1 ? 0 : (long)text_utf8_length(before, strlen(before)) + past;
	return false;
}

bool err_why(struct err *e, const char *fmt, ...)
{
	char text[2400] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	err_clean(e->why, sizeof e->why, text, strlen(text), true);
	return false;
}

bool err_system(struct err *e, enum err_id id, const char *what)
{
	int cause = errno;

	err_set(e, id, "%s", what);
	return err_why(e, "%s", strerror(cause));
}

bool err_note(struct err *e, const char *fmt, ...)
{
	char path[2 * sizeof e->note] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof e->note, fmt, ap);
	va_end(ap);
	size_t used = strlen(path);
	snprintf(path + used, sizeof path - used, "%s%s", e->note[0] ? ": " : "", e->note);
	err_clean(e->note, sizeof e->note, path, strlen(path), false);
	return false;
}

const char *err_name(enum err_id id)
{
	return messages[id].name;
}

enum err_id err_by_name(const char *name)
{
	for (enum err_id id = 1; id < ERR_COUNT; id++)
		if (!strcmp(messages[id].name, name))
			return id;
	return ERR_NONE;
}

enum exit_code err_exit(enum err_id id)
{
	return messages[id].code;
}

static void fill(const struct err *e, const char *text, struct buf *out)
{
	for (const char *s = text; *s; s++) {
		if (s[0] == '%' && s[1] >= '1' && s[1] <= '0' + ERR_ARGS)
			buf_str(out, e->arg[*++s - '1']);
		else
			buf_char(out, *s);
	}
}

void err_message(const struct err *e, enum lang lang, struct buf *out)
{
	fill(e, messages[e->id].text[lang], out);
}

void err_hint(const struct err *e, enum lang lang, struct buf *out)
{
	fill(e, messages[e->id].hint[lang], out);
}

static void show_place(const struct err *e, struct buf *out)
{
	if (!e->file[0])
		return;
	buf_str(out, e->file);
	if (e->line > 0)
		buf_printf(out, e->column > 0 ? ":%ld:%ld" : ":%ld", e->line, e->column);
	buf_str(out, ": ");
}

static void show_excerpt(const struct err *e, struct buf *out)
{
	char number[24] = "";
	const char *s = e->excerpt, *end = s + strlen(s);

	if (s == end)
		return;
	if (e->line > 0)
		snprintf(number, sizeof number, "%ld", e->line);
	buf_printf(out, "  %s | %s\n", number, s);
	if (e->caret < 1)
		return;
	long before = 0;
	for (; before < e->caret - 1 && s < end; before++)
		text_utf8_next(&s, end);
	buf_printf(out, "  %*s | %*s^\n", (int)strlen(number), "", (int)before, "");
}

/* A text of several lines, each under the same indent. */
static void show_block(struct buf *out, const char *text)
{
	for (const char *s = text; *s;) {
		size_t n = strcspn(s, "\n");
		buf_printf(out, "  %.*s\n", (int)n, s);
		s += n + (s[n] == '\n');
	}
}

void err_show(const struct err *e, enum lang lang, bool color, struct buf *out)
{
	struct buf hint = BUF(2000);

	show_place(e, out);
	buf_printf(out, "%s%s%s%s%s%s", color ? "\033[1;31m" : "", lang == LANG_FR ? "erreur" : "error", color ? "\033[0m" : "",
		   lang == LANG_FR ? "\u00a0: " : ": ", e->note, e->note[0] ? ": " : "");
	err_message(e, lang, out);
	buf_char(out, '\n');
	show_excerpt(e, out);
	show_block(out, e->why);
	err_hint(e, lang, &hint);
	if (hint.n)
		buf_printf(out, "  → %s\n", hint.s);
	buf_free(&hint);
}

static void json_text(struct buf *out, const char *name, const char *s)
{
	if (!*s)
		return;
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, s, strlen(s));
}

void err_json(const struct err *e, enum lang lang, struct buf *out)
{
	struct buf text = BUF(4000);

	buf_str(out, "{\"id\":");
	buf_json(out, err_name(e->id), strlen(err_name(e->id)));
	err_message(e, lang, &text);
	json_text(out, "message", buf_text(&text));
	json_text(out, "in", e->note);
	json_text(out, "file", e->file);
	if (e->line > 0)
		buf_printf(out, ",\"line\":%ld", e->line);
	if (e->column > 0)
		buf_printf(out, ",\"column\":%ld", e->column);
	json_text(out, "excerpt", e->excerpt);
	json_text(out, "why", e->why);
	buf_clear(&text);
	err_hint(e, lang, &text);
	json_text(out, "hint", buf_text(&text));
	buf_printf(out, ",\"exit\":%d}", (int)err_exit(e->id));
	buf_free(&text);
}
