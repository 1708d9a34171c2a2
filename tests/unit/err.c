/* Messages: every row of the tables err_*.def in both languages; then the record itself, as the terminal and JSON show it.
 * Outside text (excerpts, reasons, arguments) is hostile: no control byte and no byte that is not UTF-8 may get through. */
#include "base/err.h"

#include "base/buf.h"
#include "base/errwire.h"
#include "base/text.h"
#include "tap.h"

struct row {
	enum err_id id;
	const char *name;
	enum exit_code code;
	const char *text[2], *hint[2];
};
#define ERR(id, name, code, en, fr, hint_en, hint_fr) { id, name, code, { fr, en }, { hint_fr, hint_en } },
static const struct row base_rows[] = {
#include "base/err_base.def"
}, store_rows[] = {
#include "base/err_store.def"
}, intake_rows[] = {
#include "base/err_intake.def"
}, host_rows[] = {
#include "base/err_host.def"
}, render_rows[] = {
#include "base/err_render.def"
}, app_rows[] = {
#include "base/err_app.def"
};
#undef ERR
#define LAYER(l) { #l, l##_rows, sizeof l##_rows / sizeof *l##_rows }
static const struct { const char *name; const struct row *row; size_t n; } layer[] = {
	LAYER(base), LAYER(store), LAYER(intake), LAYER(host), LAYER(render), LAYER(app)
};
enum { LAYERS = sizeof layer / sizeof *layer };

static bool is_letter(char c)
{
	return (text_lower(c) >= 'a' && text_lower(c) <= 'z') || (unsigned char)c >= 0x80;
}

/* Which of %1 … %4 stand in s, as bits; bit 7 for any other use of %. */
static unsigned placeholders(const char *s)
{
	unsigned set = 0;

	for (; *s; s++)
		if (*s == '%')
			set |= s[1] >= '1' && s[1] <= '0' + ERR_ARGS ? 1u << (s[1] - '1') : 0x80;
	return set;
}

/* A straight apostrophe or quote between letters is typography missed; around a word ('text', \"key\") it is code. */
static bool straight(const char *s)
{
	for (size_t i = 1; s[0] && s[i]; i++)
		if (s[i] == '\'' && is_letter(s[i - 1]) && is_letter(s[i + 1]))
			return true;
	return false;
}

/* Bytes of the space that s ends with at at: ordinary, no-break or narrow. */
static bool spaced(const char *s, size_t at)
{
	return (at >= 1 && s[at - 1] == ' ') || (at >= 2 && !memcmp(s + at - 2, "\u00a0", 2)) || (at >= 3 && !memcmp(s + at - 3, "\u202f", 3));
}

/* French sets a space before ; ? ! » and before a colon that ends a clause (not one of code: "key": true), and one after «. */
static bool french_spaces(const char *s)
{
	for (size_t i = 0; s[i]; i++) {
		if ((strchr(";?!", s[i]) || (s[i] == ':' && s[i + 1] == ' ' && i && s[i - 1] != '"') || !strncmp(s + i, "»", 2)) && !spaced(s, i))
			return false;
		if (!strncmp(s + i, "«", 2) && s[i + 2] != ' ' && strncmp(s + i + 2, "\u00a0", 2) != 0 && strncmp(s + i + 2, "\u202f", 3) != 0)
			return false;
	}
	return true;
}

static bool clean(const char *s)
{
	struct buf b = BUF(8000);
	bool same = text_utf8_bad(s, strlen(s)) == strlen(s);

	text_clean(&b, s, strlen(s));
	same = same && !strcmp(buf_text(&b), s) && s[0] != ' ' && (!*s || s[strlen(s) - 1] != ' ');
	buf_free(&b);
	return same;
}

/* NULL, or what is wrong with the two texts of a message or hint. */
static const char *fault(const char *const text[2])
{
	const char *fr = text[LANG_FR], *en = text[LANG_EN];

	if (!*fr != !*en)
		return "one language is missing";
	if (!clean(fr) || !clean(en))
		return "control bytes, no UTF-8, or a space at an end";
	if ((placeholders(fr) | placeholders(en)) & 0x80)
		return "a % that is no placeholder";
	if (placeholders(fr) != placeholders(en))
		return "not the same placeholders in both languages";
	if (straight(fr) || straight(en))
		return "a straight apostrophe";
	if (strstr(en, "«") || strstr(fr, "“") || strstr(fr, "”"))
		return "quotation marks of the other language";
	if (!french_spaces(fr))
		return "no space at : ; ? ! « or »";
	return NULL;
}

/* The checks themselves must be able to fail. */
static const struct { const char *name, *fr, *en; bool right; } fault_case[] = {
	{ "right texts pass", "l’objet « %1 » manque : voir %2", "the object “%1” is missing: see %2", true },
	{ "French missing", "", "words", false },
	{ "English missing", "mots", "", false },
	{ "placeholder only in one", "il manque %1", "%1 is missing, see %2", false },
	{ "other placeholder", "il manque %2", "%1 is missing", false },
	{ "placeholder past %4", "il manque %5", "%5 is missing", false },
	{ "format of printf", "il manque %s", "%s is missing", false },
	{ "straight apostrophe", "l'objet", "the object", false },
	{ "straight apostrophe before an accent", "l'état", "state", false },
	{ "straight quotes around code", "écrire 'utc'", "write 'utc'", true },
	{ "English quotes in French", "“%1” manque", "“%1” is missing", false },
	{ "no space before a colon", "manque: voir", "missing: see", false },
	{ "no space inside guillemets", "«%1» manque", "“%1” is missing", false },
	{ "colon inside code", "voir report:sql", "see report:sql", true },
	{ "line end", "deux\nlignes", "two lines", false },
	{ "bad UTF-8", "\xe9tat", "state", false },
};

/* Whether the record's words are those of the row, each %n replaced by its argument and nothing else. */
static bool filled(const struct row *r, enum lang lang)
{
	struct err e;
	struct buf want = BUF(4000), got = BUF(4000);

	err_set(&e, r->id, "‹un›" ERR_SEP "‹2›" ERR_SEP "‹%%1›" ERR_SEP "‹›");
	for (int hint = 0; hint < 2; hint++)
		for (const char *s = hint ? r->hint[lang] : r->text[lang]; *s; s++)
			if (*s == '%')
				buf_str(&want, ((const char *const[]){ "‹un›", "‹2›", "‹%1›", "‹›" })[(*++s - '1') & 3]);
			else
				buf_char(&want, *s);
	err_message(&e, lang, &got);
	err_hint(&e, lang, &got);
	bool same = !strcmp(buf_text(&got), buf_text(&want));
	buf_free(&want);
	buf_free(&got);
	return same;
}

static void test_tables(void)
{
	size_t total = 0, twice = 0;
	char name[300];

	for (size_t i = 0; i < sizeof fault_case / sizeof *fault_case; i++)
		CHECK(!fault((const char *const[2]){ fault_case[i].fr, fault_case[i].en }) == fault_case[i].right, fault_case[i].name);
	for (size_t l = 0; l < LAYERS; l++) {
		const char *wrong = NULL;
		for (size_t i = 0; i < layer[l].n; i++) {
			const struct row *r = &layer[l].row[i];
			size_t n = strlen(layer[l].name);
			const char *why = !*r->text[0] ? "no message" : fault(r->text) ? fault(r->text) : fault(r->hint);
			if (strncmp(r->name, layer[l].name, n) != 0 || r->name[n] != '.' || !text_is_name(r->name + n + 1))
				why = "its name is not layer.name";
			if (r->code < EXIT_FAILED || r->code > EXIT_SOURCE)
				why = "its exit code is none of an error";
			if (!filled(r, LANG_FR) || !filled(r, LANG_EN))
				why = "its words are not shown as they stand";
			if (err_by_name(r->name) != r->id || strcmp(err_name(r->id), r->name) != 0 || err_exit(r->id) != r->code)
				twice++;
			if (why)
				printf("# %s: %s\n", r->name, wrong = why);
		}
		total += layer[l].n;
		snprintf(name, sizeof name, "every message of %s is whole in both languages", layer[l].name);
		CHECK(!wrong, name);
	}
	CHECK(twice == 0, "every name finds its own id, so that no name stands twice");
	CHECK(total + 1 == ERR_COUNT, "the tables of the layers are all there are");
	CHECK(err_by_name("base.nothing") == ERR_NONE && err_by_name("") == ERR_NONE, "an unknown name is no message");
	CHECK(err_exit(ERR_NONE) == EXIT_OK, "no error exits with 0");
}

static struct err example(void)
{
	struct err e;

	err_set(&e, ERR_TABLE_TWICE, "%s" ERR_SEP "%s" ERR_SEP "%s", "facts", "seeds", "more");
	err_at(&e, "datasets/more/datapackage.json", 12, 9);
	err_excerpt(&e, "  «é» : \"facts\"", strlen("  «é» : \"facts\""), 9);
	err_why(&e, "first\nsecond %d", 2);
	err_note(&e, "facts");
	err_note(&e, "more");
	return e;
}

/* After what hostile text went through it: nothing a terminal obeys, nothing that is not UTF-8. */
static bool tame(const char *s, bool lines)
{
	size_t n = strlen(s);

	if (text_utf8_bad(s, n) < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i], next = (unsigned char)s[i + 1];
		if ((c < 0x20 && !(lines && c == '\n')) || c == 0x7f || (c == 0xc2 && next < 0xa0))
			return false;
	}
	return true;
}

static void shown(const struct err *e, enum lang lang, bool color, const char *want, const char *name)
{
	struct buf b = BUF(8000);

	err_show(e, lang, color, &b);
	CHECK_STR(buf_text(&b), want, name);
	buf_free(&b);
}

static void test_show(void)
{
	struct err e = example();
	struct buf b = BUF(8000);

	CHECK(!err_set(&(struct err){ 0 }, ERR_BUG, "%s", "x") && !err_at(&e, e.file, e.line, e.column) && !err_why(&e, "first\nsecond %d", 2),
		"setting always gives false");
	shown(&e, LANG_EN, false,
		"datasets/more/datapackage.json:12:9: error: more: facts: the table facts is in two packages: seeds and more\n"
		"  12 |   «é» : \"facts\"\n"
		"     |         ^\n"
		"  first\n  second 2\n"
		"  → rename one of the two resources: table names are unique in a project\n", "whole record, English; the caret counts characters");
	shown(&e, LANG_FR, true,
		"datasets/more/datapackage.json:12:9: \033[1;31merreur\033[0m\u00a0: more: facts: la table facts est dans deux paquets : seeds et more\n"
		"  12 |   «é» : \"facts\"\n"
		"     |         ^\n"
		"  first\n  second 2\n"
		"  → renommez l’une des deux ressources : les noms de tables sont uniques dans un projet\n", "whole record, French, in colour");
	err_json(&e, LANG_EN, &b);
	CHECK_STR(buf_text(&b), "{\"id\":\"store.table_twice\",\"message\":\"the table facts is in two packages: seeds and more\","
		"\"in\":\"more: facts\",\"file\":\"datasets/more/datapackage.json\",\"line\":12,\"column\":9,"
		"\"excerpt\":\"  «é» : \\\"facts\\\"\",\"why\":\"first\\nsecond 2\","
		"\"hint\":\"rename one of the two resources: table names are unique in a project\",\"exit\":3}", "the same as JSON");
	buf_clear(&b);
	err_set(&e, ERR_OPEN, "%s", "x");
	shown(&e, LANG_EN, false, "error: cannot open x\n", "a record set anew keeps nothing of the one before");
	err_at(&e, "f.csv", 0, 3);
	shown(&e, LANG_EN, false, "f.csv: error: cannot open x\n", "a column without a line is not shown");
	err_at(&e, "f.csv", 7, 0);
	err_excerpt(&e, "a;b", 3, 0);
	shown(&e, LANG_EN, false, "f.csv:7: error: cannot open x\n  7 | a;b\n", "no column, no caret");
	err_json(&e, LANG_EN, &b);
	CHECK_STR(buf_text(&b), "{\"id\":\"base.open\",\"message\":\"cannot open x\",\"file\":\"f.csv\",\"line\":7,\"excerpt\":\"a;b\",\"exit\":1}",
		"JSON leaves out what is not known");
	buf_free(&b);
}

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
/* The character that the caret stands under, as shown; want "" = past the end. */
static const struct { const char *name, *line; long caret; const char *want; } caret_case[] = {
	{ "first character", "abc", 1, "a" },
	{ "last character", "abc", 3, "c" },
	{ "just past the end", "abc", 4, "" },
	{ "far past the end", "abc", 40, "" },
	{ "after two-byte characters", "ééx", 3, "x" },
	{ "on a four-byte character", "a𝔘b", 2, "𝔘" },
	{ "after one tab", "\tfoo", 2, "f" },
	{ "after a run of tabs, shown as one space", "\t\t\tfoo(", 7, "(" },
	{ "after two runs", "\t\ta\t\tb", 6, "b" },
	{ "on the second of a run of tabs", "\t\t\tx", 2, " " },
	{ "on a control byte", "ab\033cd", 3, " " },
	{ "after a byte that is no UTF-8", "\xe9t\xe9x", 4, "x" },
	{ "far in a long line", HUNDRED HUNDRED HUNDRED "X" HUNDRED HUNDRED HUNDRED, 301, "X" },
	{ "far in a long line of two-byte characters", "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
		"ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééXé", 143, "X" },
	{ "far in a long line of four-byte characters", "𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘"
		"𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘𝔘X𝔘𝔘", 91, "X" },
	{ "far in a long line that is no UTF-8", HUNDRED "\xe9\xe9" HUNDRED HUNDRED "X" HUNDRED, 303, "X" },
	{ "empty line", "", 1, "" },
};

static void test_caret(void)
{
	for (size_t i = 0; i < sizeof caret_case / sizeof *caret_case; i++) {
		struct err e;
		err_set(&e, ERR_BUG, "%s", "x");
		err_excerpt(&e, caret_case[i].line, strlen(caret_case[i].line), caret_case[i].caret);
		const char *s = e.excerpt, *end = s + strlen(s), *from;
		for (long k = 1; k < e.caret && s < end; k++)
			text_utf8_next(&s, end);
		from = s;
		if (s < end)
			text_utf8_next(&s, end);
		char at[8] = "";
		memcpy(at, from, (size_t)(s - from));
		CHECK_STR(at, caret_case[i].want, caret_case[i].name);
		size_t n = strlen(caret_case[i].line);
		CHECK(text_utf8_bad(caret_case[i].line, n) < n || !strchr(e.excerpt, '?'), "no character of the line is cut in two");
		CHECK(e.caret >= 1 && e.caret <= (long)text_utf8_length(e.excerpt, strlen(e.excerpt)) + 1, "the caret is at most one past the excerpt");
	}
}

/* Outside text, and how a record keeps it. */
static const struct { const char *name, *in, *line, *block; } tame_case[] = {
	{ "plain", "abc é", "abc é", "abc é" },
	{ "escape sequence", "a\033[31mred", "a [31mred", "a [31mred" },
	{ "run of control bytes", "a\r\n\t\bb", "a b", "a \n b" },
	{ "delete", "a\x7f" "b", "a b", "a b" },
	{ "C1 control sequence introducer", "a\xc2\x9b" "31m", "a 31m", "a 31m" },
	{ "C1 as a lone byte", "a\x9b" "31m", "a?31m", "a?31m" },
	{ "Latin-1", "\xe9tat", "?tat", "?tat" },
	{ "Latin-1 letter that could begin a control", "\xc2ge", "?ge", "?ge" },
	{ "overlong escape", "\xc0\x9b[31m", "??[31m", "??[31m" },
	{ "surrogate", "\xed\xa0\x80", "???", "???" },
	{ "truncated character", "a\xe2\x82", "a??", "a??" },
	{ "lines", "one\ntwo", "one two", "one\ntwo" },
};

static void test_tame(void)
{
	for (size_t i = 0; i < sizeof tame_case / sizeof *tame_case; i++) {
		const char *s = tame_case[i].in;
		struct err e;
		struct buf b = BUF(8000);
		err_set(&e, ERR_BUG, "%s", s);
		err_at(&e, s, 1, 1);
		err_excerpt(&e, s, strlen(s), 1);
		err_why(&e, "%s", s);
		err_note(&e, "%s", s);
		CHECK_STR(e.arg[0], tame_case[i].line, tame_case[i].name);
		CHECK_STR(e.file, tame_case[i].line, "file");
		CHECK_STR(e.excerpt, tame_case[i].line, "excerpt");
		CHECK_STR(e.note, tame_case[i].line, "note");
		CHECK_STR(e.why, tame_case[i].block, "why keeps its lines");
		err_show(&e, LANG_FR, false, &b);
		CHECK(tame(buf_text(&b), true), "nothing of it reaches a terminal");
		buf_clear(&b);
		err_json(&e, LANG_FR, &b);
		CHECK(tame(buf_text(&b), false), "nor a JSON text");
		buf_free(&b);
	}
}

/* Every size around the limits, with characters of each length: cut between characters, never past the field. */
static void test_cut(void)
{
	static const char *const character[] = { "a", "é", "€", "𝔘", "\xe9", "\x80", "\xf0\x9d" };
	static char big[6000];
	bool whole = true, full = true;

	for (size_t c = 0; c < sizeof character / sizeof *character; c++)
		for (size_t lead = 0; lead < 4; lead++) {
			size_t n = lead, step = strlen(character[c]);
			memset(big, 'x', lead);
			for (; n + step < sizeof big; n += step)
				memcpy(big + n, character[c], step);
			big[n] = 0;
			struct err e;
			err_set(&e, ERR_LUA_FIELD, "%s" ERR_SEP "%s", big, "second");
			err_at(&e, big, 1, 1);
			err_excerpt(&e, big, n, 3000);
			err_why(&e, "%s", big);
			err_note(&e, "%s", big);
			err_note(&e, "%s", big);
			whole &= tame(e.arg[0], false) && tame(e.file, false) && tame(e.excerpt, false) && tame(e.why, false) && tame(e.note, false);
			whole &= c > 3 || (!strchr(e.arg[0], '?') && !strchr(e.excerpt, '?') && !strchr(e.why, '?'));
			full &= strlen(e.arg[0]) + 4 >= sizeof e.arg[0] && strlen(e.why) + 4 >= sizeof e.why && strlen(e.file) + 4 >= sizeof e.file &&
			        !strcmp(e.arg[1], "second");
		}
	CHECK(whole, "a text that is too long is cut between characters");
	CHECK(full, "and fills its field, without pushing out the arguments after it");
	struct err e;
	bool fits = true;
	memset(big, 'y', sizeof big);
	for (size_t n = sizeof e.arg[0] - 3; n < sizeof e.arg[0] + 3; n++) {
		err_set(&e, ERR_LUA_FIELD, "%.*s" ERR_SEP "z", (int)n, big);
		fits &= strlen(e.arg[0]) == (n < sizeof e.arg[0] ? n : sizeof e.arg[0] - 1) && !strcmp(e.arg[1], "z");
	}
	CHECK(fits, "a text of just the size of its field keeps its end");
	err_set(&e, ERR_LUA_FIELD, "a" ERR_SEP ERR_SEP "c" ERR_SEP "d" ERR_SEP "e");
	CHECK(!strcmp(e.arg[0], "a") && !*e.arg[1] && !strcmp(e.arg[2], "c") && !strcmp(e.arg[3], "d"), "empty and superfluous arguments");
	err_set(&e, ERR_LUA_FIELD, "%s", "%2 %1 %9");
	struct buf b = BUF(400);
	err_message(&e, LANG_EN, &b);
	CHECK_STR(buf_text(&b), " has no “%2 %1 %9”", "a placeholder inside an argument is not filled");
	buf_free(&b);
}

/* What a child sends is taken as it was, and no better than outside text. */
static void test_wire(void)
{
	struct err e = example(), back;
	struct buf b = BUF(ERRWIRE_MAX);

	err_why(&e, "a\\n\\b\nc");
	err_encode(&e, &b);
	CHECK(!b.over && err_decode(b.s, b.n, &back) == b.n, "a record is read back");
	struct buf again = BUF(ERRWIRE_MAX);
	err_encode(&back, &again);
	CHECK(again.n == b.n && !memcmp(again.s, b.s, b.n), "and is the same record");
	CHECK(back.id == e.id && back.line == 12 && back.column == 9 && back.caret == 9 && !strcmp(back.why, e.why), "with its numbers and reason");
	buf_free(&again);
	bool cut = false;
	for (size_t n = 0; n < b.n; n++)
		cut |= err_decode(b.s, n, &back) != 0;
	CHECK(!cut && back.id == ERR_NONE, "no part of one does");
	buf_str(&b, "done\n");
	CHECK(err_decode(b.s, b.n, &back) == b.n - strlen("done\n") && back.id == e.id, "what follows is left");
	static const long refused[][4] = { { ERR_NONE, 1, 1, 1 }, { ERR_COUNT, 1, 1, 1 }, { -1, 1, 1, 1 }, { ERR_OPEN, -1, 1, 1 }, { ERR_OPEN, 1, -1, 1 },
		{ ERR_OPEN, 1, 1, -1 }, { 0x726f727265, 1, 1, 1 } };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		memcpy(b.s, refused[i], sizeof refused[i]);
		CHECK(err_decode(b.s, b.n, &back) == 0 && back.id == ERR_NONE, "not a record");
	}
	buf_clear(&b);
	static const char hostile[] = "a\033[2J\xc2\x9b" "b\nerror: forged\0\0\0\0f\xff\ng\0\0note\0one\ntwo\xc2\x9b";
	buf_add(&b, (const long[]){ ERR_OPEN, 1, 2, 3 }, 4 * sizeof(long));
	buf_add(&b, hostile, sizeof hostile);
	CHECK(err_decode(b.s, b.n, &back) == b.n, "a hostile record is read");
	CHECK_STR(back.arg[0], "a [2J b error: forged", "its argument is one line without controls");
	CHECK_STR(back.file, "f? g", "its file too");
	CHECK_STR(back.why, "one\ntwo ", "only the reason has lines");
	buf_clear(&b);
	buf_add(&b, (const long[]){ ERR_OPEN, 1, 2, 3 }, 4 * sizeof(long));
	for (int i = 0; i < 8; i++)
		buf_printf(&b, "%0*d", 3000, i);
	CHECK(err_decode(b.s, b.n, &back) == 0, "texts without an end are none");
	buf_free(&b);
}

int main(void)
{
	test_tables();
	test_show();
	test_caret();
	test_tame();
	test_cut();
	test_wire();
	return done_testing();
}
