/* Whole packages: what lands in the file, what stops a load and where, what is published. This program is its own jailed loader. */
#include "intake/load.h"

#include "base/errwire.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/proc.h"
#include "host/lua_shape.h"
#include "intake/loader.h"
#include "store/db.h"
#include "store/schema.h"
#include "tap.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static struct arena arena;
static const char *root;   /* a folder of our own */
static const char fixture[] = "tests/fixtures/package";

/* ---- small packages made here ---- */

static bool tolerant;   /* whether packages say nothing of refused rows */

static const char *write_package(const char *name, const char *fields, const char *csv)
{
	struct err e;
	char *dir = path_join(&arena, root, name);
	char *json = arena_printf(&arena, "{\"name\":\"%s\",\"resources\":[{\"name\":\"t\",\"path\":\"t.csv\",%s\"schema\":{%s}}]}", name,
	                          tolerant ? "" : "\"continuum:maxRejected\":0,", fields);

	for (char *s = strstr(json, "{\"name\":\"t\""); *s; s++)
		*s = *s == '\'' ? '"' : *s;
	if (!path_mkdirs(dir, &e) || !path_write(path_join(&arena, dir, "datapackage.json"), json, strlen(json), &e) ||
	    !path_write(path_join(&arena, dir, "t.csv"), csv, strlen(csv), &e))
		printf("Bail out! cannot write %s\n", dir), exit(1);
	return dir;
}

static const struct shaper *fake = &lua_shaper;   /* what loads of this process are given */

static bool build(const char *dir, const char *db, struct load_report *report, struct err *e)
{
	const char *file = path_join(&arena, root, db);

	unlink(file);
	*e = (struct err){ 0 };
	return loader_build(&(struct load_job){ .package_dir = dir, .root = root }, file, "key", fake, &arena, report, e);
}

#define KEYED "'fields': [{'name':'k'},{'name':'n','type':'integer'},{'name':'up'}], 'primaryKey': 'k', 'uniqueKeys': [['n']]," \
	"'foreignKeys': [{'fields': 'up', 'reference': {'fields': 'k'}}]"
static const struct { const char *name, *fields, *csv, *want; } refusals[] = {
	{ "good", KEYED, "k,n,up\na,1,\nb,2,a\n", "loaded 2" },
	{ "foreign key that points forward", KEYED, "k,n,up\na,1,b\nb,2,a\n", "loaded 2" },
	{ "missing values are never twice", KEYED, "k,n,up\na,,\nb,,\n", "loaded 2" },
	{ "header only", KEYED, "k,n,up\n", "loaded 0" },
	{ "blank lines", KEYED, "k,n,up\n\na,1,\n\n", "loaded 1" },
	{ "empty file", KEYED, "", "0:0 intake.file_empty " },
	{ "header renamed", KEYED, "k,m,up\n", "1:0 intake.header m" },
	{ "header in other order", KEYED, "n,k,up\n", "1:0 intake.header n" },
	{ "header too short", KEYED, "k,n\n", "1:0 intake.header —" },
	{ "header too long", KEYED, "k,n,up,x\n", "1:0 intake.header x" },
	{ "row too short", KEYED, "k,n,up\na,1\n", "2:0 intake.row_short 2" },
	{ "row too long", KEYED, "k,n,up\na,1,,\n", "2:0 intake.row_long 4" },
	{ "wrong type", KEYED, "k,n,up\na,1,\nb,x,\n", "3:3 intake.value_type n" },
	{ "wrong cell in a key", KEYED, "k,n,up\na,1,\n\"\",2,\n", "3:2 intake.value_required k" },
	{ "wrong type after a quoted cell", KEYED, "k,n,up\n\"é\nà\",x,\n", "2:7 intake.value_type n" },
	{ "first of several", KEYED, "k,n,up\na,1,\nb,x,\nc\nd,y,\n", "3:3 intake.value_type n" },
	{ "empty key", KEYED, "k,n,up\n,1,\n", "2:1 intake.value_required k" },
	{ "key twice", KEYED, "k,n,up\na,1,\nb,2,\n\nc,3,\nb,4,\n", "6:1 intake.key_twice k = b @ 3" },
	{ "unique key twice", KEYED, "k,n,up\na,1,\nb,2,\nc,2,\n", "4:3 intake.key_twice n = 2 @ 3" },
	{ "foreign key to nothing", KEYED, "k,n,up\na,1,\nb,2,a\nc,3,z\n", "4:5 intake.foreign_key up = z" },
	{ "unclosed quote", KEYED, "k,n,up\na,1,\n\"b,2,\nc,3,\n", "3:1 intake.csv_unclosed " },
	{ "a page instead of a table", KEYED, "<!doctype html>\n<p>x", "0:0 intake.not_text csv (utf-8)" },
	{ "two columns as key", "'fields': [{'name':'a'},{'name':'b','type':'number'}], 'primaryKey': ['a','b']", "a,b\nx,1\nx,2\nx,1.0\n",
	  "4:1 intake.key_twice a, b = x, 1 @ 2" },
	{ "integer as key", "'fields': [{'name':'a','type':'integer'}], 'primaryKey': 'a'", "a\n5\n3\n5\n", "4:1 intake.key_twice a = 5 @ 2" },
	{ "one column may have empty cells", "'fields': [{'name':'a'}]", "a\n\nx\n", "loaded 2" },
	{ "names in any order", "'fields': [{'name':'a'},{'name':'b','type':'integer'}], 'fieldsMatch': 'equal'", "b,a\n1,x\n", "loaded 1" },
	{ "equal, but one more", "'fields': [{'name':'a'}], 'fieldsMatch': 'equal'", "b,a\n1,x\n", "1:0 intake.header b" },
	{ "more columns than fields", "'fields': [{'name':'a'}], 'fieldsMatch': 'subset'", "b,a\n1,x\n", "loaded 1" },
	{ "fewer columns than fields", "'fields': [{'name':'a'},{'name':'b'}], 'fieldsMatch': 'superset'", "b\nx\n", "loaded 1" },
	{ "fewer, but required", "'fields': [{'name':'a'},{'name':'b'}], 'fieldsMatch': 'superset', 'primaryKey': 'a'", "b\nx\n", "1:0 intake.header —" },
	{ "nothing in common", "'fields': [{'name':'a'}], 'fieldsMatch': 'partial'", "b\nx\n", "1:0 intake.header b" },
	{ "a column twice", "'fields': [{'name':'a'}], 'fieldsMatch': 'subset'", "a,b,a\n1,2,3\n", "1:0 intake.header_twice a" },
	{ "quotes in names", "'fields': [{'name':'a\\'b'},{'name':'select'}], 'primaryKey': 'a\\'b'", "\"a\"\"b\",select\n1,2\n", "loaded 1" },
	{ "pattern that is none", "'fields': [{'name':'a','constraints':{'pattern':'('}}]", "a\n1\n", "1:0 intake.pattern a" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct load_report r;
		struct err e;
		char got[1000];
		const char *dir = write_package("p", refusals[i].fields, refusals[i].csv);
		if (build(dir, "p.db", &r, &e))
			snprintf(got, sizeof got, "loaded %lld", (long long)r.table[0].loaded);
		else if (e.id == ERR_KEY_TWICE)
			snprintf(got, sizeof got, "%ld:%ld %s %s = %s @ %s", e.line, e.column, err_name(e.id), e.arg[0], e.arg[1], e.arg[2]);
		else if (e.id == ERR_FOREIGN)
			snprintf(got, sizeof got, "%ld:%ld %s %s = %s", e.line, e.column, err_name(e.id), e.arg[0], e.arg[1]);
		else
			snprintf(got, sizeof got, "%ld:%ld %s %s", e.line, e.column, err_name(e.id), e.arg[0]);
		CHECK_STR(got, refusals[i].want, refusals[i].name);
	}
}

/* ---- content ---- */

/* All rows of a query as "a|b/c|d/", NULL as "-". */
static const char *rows_of(const char *data_dir, const char *sql)
{
	struct schema s;
	struct err e = { 0 };
	struct buf out = BUF(10000);

	if (!schema_read(&s, &arena, data_dir, &e))
		return err_name(e.id);
	struct db *db = db_open_query(&s, &(struct db_limits){ 0 }, NULL, &e);
	struct stmt *st = db ? db_prepare(db, sql, strlen(sql), &e) : NULL;
	int rc = st ? 1 : -1;
	while (st && (rc = stmt_step(st, &e)) == 1) {
		for (int i = 0; i < stmt_columns(st); i++)
			buf_printf(&out, "%s%s", i ? "|" : "", stmt_text(st, i) ? stmt_text(st, i) : "-");
		buf_char(&out, '/');
	}
	if (rc < 0)
		buf_printf(&out, "%s %s", err_name(e.id), e.why);
	stmt_done(st);
	db_close(db);
	const char *text = arena_strdup(&arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static void test_content(void)
{
	struct load_report r;
	struct err e;
	struct schema s;
	const char *dir = path_join(&arena, root, "content");

	path_mkdirs(dir, &e);
	if (!CHECK(build(fixture, "content/small.db", &r, &e), "the package of the fixtures"))
		printf("# %s %s:%ld %s\n", err_name(e.id), e.file, e.line, e.why);
	CHECK(r.ntable == 2 && r.table[0].read == 6 && r.table[0].loaded == 4 && r.table[0].skipped == 2, "rows are accounted for, comment and blank line included");
	CHECK(r.table[1].read == 4 && r.table[1].loaded == 4, "a table in two files");
	CHECK_STR(rows_of(dir, "SELECT * FROM area"), "01|Ain|-/2A|Corse ; du Sud|-/94|L’Haÿ|01/971|Guadeloupe \"971\"|94/", "text from Windows-1252");
	CHECK_STR(rows_of(dir, "SELECT * FROM staff ORDER BY year, code"),
	          "01|2018|1234|-|0.5|1|2018-02-08/2A|2018|-|not published|-|0|-/94|2018|-|-|12.25|-|-/01|2019|0|-|0.125|1|2019-01-01/",
	          "unknown, suppressed and zero stay apart");
	CHECK_STR(rows_of(dir, "SELECT DISTINCT typeof(code), typeof(year), typeof(rate), typeof(armed) FROM staff WHERE rate > 0 AND armed"),
	          "text|integer|real|integer/", "types");
	CHECK(schema_read(&s, &arena, dir, &e) && s.ntable == 2 && s.npackage == 1, "the file describes itself");
	const struct schema_table *t = schema_table(&s, "staff");
	const struct schema_column *rate = t ? schema_column(t, "rate") : NULL, *label = t ? schema_column(t, "agents__missing") : NULL;
	CHECK(t && t->rows == 4 && strlen(t->stamp) == 32 && strlen(t->sha256) == 64 && !strcmp(t->status, "illustrative"), "table");
	CHECK(rate && rate->decimals == 3 && !rate->key && !strcmp(rate->type, "number"), "decimals as written");
	CHECK(label && !strcmp(label->type, "string") && label->decimals == -1, "companion column");
	CHECK(t && schema_column(t, "code")->key && !strcmp(schema_column(t, "agents")->unit, "agents"), "key and counting unit");
	CHECK(!strcmp(s.package[0].title_en, "Small package") && !strcmp(t->source_fr, "Inventé pour les tests"), "words");
	char hex[HASH_HEX];
	CHECK(hash_file("tests/fixtures/package/data/area.csv", hex, NULL, &e) && !strcmp(hex, schema_table(&s, "area")->sha256), "digest of the file");
}

/* Stamps of the table t in a package of these fields and rows: [0] the table, then the columns. */
static const char **stamps(const char *fields, const char *csv)
{
	struct load_report r;
	struct schema s;
	struct err e;
	const char **out = arena_array(&arena, const char *, 5), *dir = path_join(&arena, root, "stamps");

	path_mkdirs(dir, &e);
	if (!build(write_package("st", fields, csv), "stamps/st.db", &r, &e) || !schema_read(&s, &arena, dir, &e))
		return NULL;
	out[0] = s.table[0].stamp;
	for (size_t i = 0; i < s.table[0].ncolumn && i < 4; i++)
		out[i + 1] = s.table[0].column[i].stamp;
	return out;
}

static void test_stamps(void)
{
	static const char keyed[] = "'fields': [{'name':'k'},{'name':'a','type':'integer'},{'name':'b'}], 'primaryKey': 'k'";
	static const char plain[] = "'fields': [{'name':'k'},{'name':'a','type':'integer'},{'name':'b'}]";
	static const char real[] = "'fields': [{'name':'k'},{'name':'a','type':'number'},{'name':'b'}], 'primaryKey': 'k'";
	const char **one = stamps(keyed, "k,a,b\nx,1,p\ny,2,q\nz,,\n");
	const char **order = stamps(keyed, "k,a,b\nz,,\ny,2,q\nx,1,p\n"), **swapped = stamps(keyed, "k,a,b\nx,2,p\ny,1,q\nz,,\n");
	const char **zero = stamps(keyed, "k,a,b\nx,1,p\ny,2,q\nz,0,\n"), **typed = stamps(real, "k,a,b\nx,1,p\ny,2,q\nz,,\n");
	const char **rows = stamps(plain, "k,a,b\nx,1,p\nx,1,p\n"), **once = stamps(plain, "k,a,b\nx,1,p\n");

	if (!CHECK(one && order && swapped && zero && typed && rows && once, "packages to compare"))
		return;
	CHECK(!strcmp(one[0], order[0]) && !strcmp(one[1], order[1]) && !strcmp(one[2], order[2]), "order of rows changes nothing");
	CHECK(strcmp(one[0], swapped[0]) && strcmp(one[2], swapped[2]) && !strcmp(one[1], swapped[1]) && !strcmp(one[3], swapped[3]),
	      "two cells that change places change their column only");
	CHECK(strcmp(one[2], zero[2]) && !strcmp(one[3], zero[3]), "nothing is not zero");
	CHECK(strcmp(one[2], typed[2]) && !strcmp(one[3], typed[3]), "1 is not 1.0");
	CHECK(strcmp(rows[0], once[0]) != 0, "a row that stands twice counts twice");
}

/* ---- what becomes of each row ---- */

/* The account of the table t as its package file holds it: read, used, rejected, emitted, loaded, cells; then the kinds that were skipped. */
static const char *account(const char *file)
{
	struct err e = { 0 };
	struct buf out = BUF(4000);
	struct db *db = db_open_package(path_join(&arena, root, file), &e);
	static const char *const sql[] = {
		"SELECT read || '=' || used || '+' || rejected || ' ' || emitted || '>' || loaded || ' ' || cells FROM _load WHERE resource = 't'",
		"SELECT ' ' || kind || n FROM _load_skipped ORDER BY kind", "SELECT ' ' || line || ':' || \"column\" || '=' || value || whole_row FROM _reject",
		"SELECT ' ' || \"of\" || '.' || \"column\" || stated || '/' || computed FROM _load_total", "SELECT ' ' || text FROM _load_note",
	};

	for (size_t i = 0; db && i < sizeof sql / sizeof *sql; i++) {
		struct stmt *st = db_query(db, sql[i], NULL, 0, &e);
		while (st && stmt_step(st, &e) == 1)
			buf_str(&out, stmt_text(st, 0));
		stmt_done(st);
	}
	db_close(db);
	const char *text = arena_strdup(&arena, buf_text(&out));
	buf_free(&out);
	return text;
}

#define LOOSE "'fields': [{'name':'k'},{'name':'n','type':'integer'},{'name':'m','type':'integer','constraints':{'required':true}}], 'primaryKey': 'k'"
static void test_account(void)
{
	struct load_report r;
	struct err e;
	struct buf csv = BUF(1 << 20);

	tolerant = true;
	CHECK(build(write_package("a", LOOSE, "k,n,m\na,x,1\n\nb,2\nc,3,\nd,4,4\ne,5,5,5\n"), "a.db", &r, &e) && r.table[0].rejected == 3 && r.table[0].cells == 1,
	      "rows and cells are refused, the others stay");
	CHECK_STR(account("a.db"), "6=2+3 2>2 1 blank1 2:n=x0 4:=1 5:m=1 7:=1", "each is in the account");
	CHECK(!build(write_package("a", LOOSE, "k,n,m\na,1,\nb,1,\n"), "a.db", &r, &e) && e.id == ERR_VALUE_REQUIRED, "nothing is left of it");
	CHECK_STR(account("a.db"), "2=0+2 0>0 0 2:m=1 3:m=1", "a failed load leaves its account");
	for (int bad = 10; bad <= 11; bad++) {
		buf_clear(&csv);
		buf_str(&csv, "k,n,m\n");
		for (int i = 0; i < 1000; i++)
			buf_printf(&csv, "%d,%s,1\n", i, i < bad ? "x" : "1");
		bool ok = build(write_package("a", LOOSE, buf_text(&csv)), "a.db", &r, &e);
		CHECK(ok == (bad == 10), bad == 10 ? "ten in a thousand are borne" : "eleven are not");
	}
	buf_clear(&csv);
	buf_str(&csv, "k,n,m\n");
	for (int i = 0; i < 30000; i++)
		buf_printf(&csv, "%d,%s,1\n", i, i % 2 ? "x" : "1");
	CHECK(!build(write_package("a", LOOSE, buf_text(&csv)), "a.db", &r, &e) && r.table[0].cells == 15000 && r.table[0].nreject == LOAD_REJECTS,
	      "many refusals are counted");
	char *kept = strchr(account("a.db"), ':');
	CHECK(kept != NULL, "and the first ones are kept");
	buf_free(&csv);
	tolerant = false;
}

/* Rows in another order than the key's, more than are tolerated: the same table comes out, and a key that stands twice is found. */
static void test_order(void)
{
	static const char fields[] = "'fields': [{'name':'a','type':'integer'},{'name':'b'}], 'primaryKey': ['a','b']";
	struct load_report r;
	struct schema s;
	struct err e;
	const char *stamp[2] = { "", "" }, *dir = path_join(&arena, root, "order");

	path_mkdirs(dir, &e);
	for (int twice = 0; twice < 2; twice++) {
		struct buf up = BUF(4 << 20), down = BUF(4 << 20);
		buf_str(&up, "a,b\n");
		buf_str(&down, "a,b\n");
		for (int i = 0; i < 50000; i++) {
			buf_printf(&up, "%d,x%d\n", i, i);
			buf_printf(&down, "%d,x%d\n", 49999 - i, 49999 - i);
		}
		if (twice)
			buf_str(&down, "7,x7\n");
		const struct buf *csv[] = { &up, &down };
		for (int i = twice; i < 2; i++) {
			bool ok = build(write_package("o", fields, csv[i]->s), "order/o.db", &r, &e);
			if (!twice && ok && schema_read(&s, &arena, dir, &e))
				stamp[i] = s.table[0].stamp;
		}
		buf_free(&up);
		buf_free(&down);
	}
	CHECK(*stamp[0] && !strcmp(stamp[0], stamp[1]), "sorted rows are the same rows");
	CHECK(e.id == ERR_KEY_TWICE && e.line == 50002 && !strcmp(e.arg[1], "7, x7") && !strcmp(e.arg[2], "49994"), "a key that stands twice, with both lines");
}

/* ---- rows that a script shapes ---- */

/* A script in C. The first cell of a raw row says what becomes of it. */
static struct { const struct shaper_sink *sink; struct shaper_sink copy; long begun, ended; } script;

static void *fake_open(const struct shaper_job *job, const struct shaper_sink *sink, bool *has, struct err *e)
{
	(void)e;
	*has = !strcmp(job->table, "t");
	script.copy = *sink;
	script.sink = &script.copy;
	script.begun = script.ended = 0;
	return *has ? &script : NULL;
}

static bool fake_begin(void *self, const char *file, struct err *e)
{
	(void)self, (void)e;
	script.begun += strstr(file, "t.csv") != NULL;
	return true;
}

static bool emit(const char *key, int64_t n)
{
	struct cell cell[] = { cell_text(key), cell_int(n), cell_text("1") };

	script.sink->emit(script.sink->context, cell);
	return true;
}

static bool say(enum shaper_word word, const char *one, const char *two, const char *three)
{
	script.sink->say(script.sink->context, &(struct shaper_said){ word, { one, two, three }, 3, 4 });
	return true;
}

static bool fake_row(void *self, const struct shaper_row *row, struct err *e)
{
	const struct shaper_sink *s = script.sink;
	char key[64], word = *row->cell[0].s;

	(void)self;
	snprintf(key, sizeof key, "%.*s", (int)row->cell[0].n, row->cell[0].s);
	switch (word) {
	case 'e': return emit(key, row->line);
	case '2': return emit("two", 1) && emit("deux", 2);
	case 'r': return say(SHAPER_REJECT, "", "", "no such place");
	case 'd': return say(SHAPER_DOUBT, "n", "29?829", "a sign is lost") && emit(key, 0);
	case 's': return say(SHAPER_SKIP, "title", "", "");
	case 't': return say(SHAPER_TOTAL, "nation", "n", "") && say(SHAPER_NOTE, "seen", "", "") && say(SHAPER_SKIP, "total", "", "");
	case 'b': {
		struct cell bad[] = { cell_text("x"), cell_text("many"), { .type = CELL_NULL } };
		return s->emit(s->context, bad), true;
	}
	case 'f': return err_set(e, ERR_LUA_ERROR, "%s", "stop");
	}
	return true;
}

static bool fake_end(void *self, struct err *e)
{
	(void)self, (void)e;
	return script.ended++ || emit("last", 9);
}

static void fake_close(void *self)
{
	if (self != &script)
		lua_shaper.close(self);
}

static void test_shaped(void)
{
	/* Fields are read as ever. */
	const struct shaper shaper = { fake_open, fake_begin, fake_row, fake_end, lua_shaper.types, lua_shaper.ask, fake_close };
	static const struct { const char *csv, *want; } cases[] = {
		{ "s\ne1\n\n2\n", "1: 3:0 intake.script_silent" },
		{ "s\ne1\n2\nt\n", "4=2+0 4>4 0 title1 total1 nation.n3.0/4.0 seen" },
		{ "e1\nr\nd1\nb\n", "4=3+1 4>3 2 2:=1 3:n=29?8290 4:n=many0 4:m=1" },
		{ "e1\ne1\n", "1: 2:0 intake.key_twice" },
		{ "e1\nfail\n", "1: 0:0 host.lua_error" },
	};
	struct load_report r;
	struct err e;

	tolerant = true;
	fake = &shaper;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *dir = write_package("s", LOOSE, cases[i].csv), *got;
		path_write(path_join(&arena, dir, "shape.lua"), "", 0, &e);
		bool ok = build(dir, "s.db", &r, &e);
		got = ok || !e.id ? account("s.db") : arena_printf(&arena, "1: %ld:%ld %s", e.line, e.column, err_name(e.id));
		CHECK_STR(got, cases[i].want, arena_printf(&arena, "shaped rows, case %zu", i));
	}
	CHECK(script.begun == 1, "a part is begun once");
	fake = &lua_shaper;
	tolerant = false;
}

/* ---- the driver ---- */

static const char *sha_of(const char *file)
{
	struct err e;
	char *hex = arena_alloc(&arena, HASH_HEX);

	return hash_file(file, hex, NULL, &e) ? hex : err_name(e.id);
}

static bool load_package(const struct load_job *job, struct arena *a, struct load_report *report, struct err *e)
{
	struct load_run *run = load_start(job, a, e);

	return run && load_finish(run, report, e);
}

static void test_driver(void)
{
	const char *dir = write_package("d", KEYED, "k,n,up\na,1,\nb,2,a\n"), *data = path_join(&arena, root, "data"), **names;
	struct load_job job = { .package_dir = "d", .root = root, .data_dir = data, .wall_seconds = 60, .memory = 512 << 20 };
	struct load_report r;
	struct package p;
	struct schema s;
	struct err e = { 0 };
	char key[HASH_HEX], other[HASH_HEX];
	size_t n = 0;

	if (!CHECK(load_package(&job, &arena, &r, &e), "a load in the jail"))
		printf("# %s %s\n", err_name(e.id), e.why);
	CHECK(r.ntable == 1 && r.table[0].read == 2 && r.table[0].loaded == 2 && r.seconds > 0 && !strcmp(r.package, "d"), "its report");
	CHECK(path_list(&arena, data, &names, &n, &e) && n == 1 && !strcmp(names[0], "d.db"), "one file, nothing beside it");
	CHECK(load_key(&job, &arena, &p, key, &e) == 1 && !strcmp(p.name, "d") && strlen(key) == 64, "key");
	CHECK(schema_read(&s, &arena, data, &e) && !strcmp(s.package[0].key, key), "the file carries its key");
	const char *before = sha_of(path_join(&arena, data, "d.db"));
	CHECK(load_package(&job, &arena, &r, &e) && !strcmp(before, sha_of(path_join(&arena, data, "d.db"))), "same input, same bytes");

	write_package("d", KEYED, "k,n,up\na,1,\nb,x,a\nc,3\nd,4,\n");
	CHECK(load_key(&job, &arena, &p, other, &e) == 1 && strcmp(key, other) != 0, "another file, another key");
	CHECK(!load_package(&job, &arena, &r, &e) && e.id == ERR_VALUE_TYPE, "a bad value stops the load");
	CHECK(!strcmp(e.file, "d/t.csv") && e.line == 3 && e.column == 3 && !strcmp(e.excerpt, "b,x,a") && !strcmp(e.note, "t"), "its place");
	CHECK(r.ntable == 1 && r.table[0].read == 4 && r.table[0].rejected == 1 && r.table[0].cells == 1 && r.table[0].nreject == 2, "all was read, and counted");
	CHECK(r.table[0].reject[1].line == 4 && r.table[0].reject[1].id == ERR_ROW_SHORT, "the other refusals are told");
	CHECK(!strcmp(before, sha_of(path_join(&arena, data, "d.db"))), "the file of before stays");
	CHECK(path_list(&arena, data, &names, &n, &e) && n == 1, "nothing is left behind");

	unlink(path_join(&arena, dir, "t.csv"));
	CHECK(!load_package(&job, &arena, &r, &e) && e.id == ERR_DATA_MISSING && !strcmp(e.file, "d/datapackage.json") && !strcmp(e.arg[0], "d/t.csv"),
	      "a file that is not there");
	CHECK(symlink("/etc/passwd", path_join(&arena, dir, "t.csv")) == 0 && !load_package(&job, &arena, &r, &e) && e.id != ERR_HEADER,
	      "a link out of the package is not followed in the jail");
	job.package_dir = "nothing";
	CHECK(!load_package(&job, &arena, &r, &e) && e.id == ERR_DESC_MISSING && !strcmp(e.file, "nothing/datapackage.json"), "no package");
}

static void test_stops(void)
{
	struct load_job job = { .package_dir = "d", .root = root, .data_dir = path_join(&arena, root, "data"), .wall_seconds = 60, .memory = 512 << 20 };
	struct load_report r;
	struct err e = { 0 };

	struct buf csv = BUF(4 << 20);

	/* As many rows as the child cannot read before its time is up. */
	buf_str(&csv, "k,n,up\n");
	for (int i = 0; i < 200000; i++)
		buf_printf(&csv, "%d,%d,\n", i, i);
	unlink(path_join(&arena, root, "d/t.csv"));
	write_package("d", KEYED, buf_text(&csv));
	buf_free(&csv);
	job.wall_seconds = 0.01;
	CHECK(!load_package(&job, &arena, &r, &e) && e.id == ERR_CHILD_TIME, "the time limit is named");
	job.wall_seconds = 60;
	CHECK(load_package(&job, &arena, &r, &e), "and the next load is normal");
}

static void test_answers(void)
{
	struct buf reject = BUF(ERRWIRE_MAX), other = BUF(ERRWIRE_MAX), text = BUF(20 * ERRWIRE_MAX);
	struct package p;
	struct err e = { 0 };

	err_set(&e, ERR_ROW_SHORT, "1" ERR_SEP "2");
	err_at(&e, "t.csv", 3, 0);
	err_note(&e, "t");
	err_encode(&e, &reject);
	err_note(&e, "u");
	err_encode(&e, &other);
	const struct { const struct buf *first; int times; const char *rest; bool last; int want; } answers[] = {
		{ NULL, 0, "done\n", false, ERR_NONE }, { &reject, 1, "done\n", false, ERR_NONE }, { &reject, 10, "done\n", false, ERR_NONE },
		{ &reject, 1, "error\n", true, ERR_ROW_SHORT }, { NULL, 0, "error\n", true, ERR_ROW_SHORT },
		{ NULL, 0, "", false, ERR_LOAD_WIRE }, { NULL, 0, "done", false, ERR_LOAD_WIRE }, { NULL, 0, "done\n\n", false, ERR_LOAD_WIRE },
		{ &reject, 1, "", false, ERR_LOAD_WIRE }, { &other, 1, "done\n", false, ERR_LOAD_WIRE }, { &reject, 11, "done\n", false, ERR_LOAD_WIRE },
		{ NULL, 0, "error\n", false, ERR_LOAD_WIRE }, { NULL, 0, "done\n", true, ERR_LOAD_WIRE }, { NULL, 0, "x", true, ERR_LOAD_WIRE },
	};
	write_package("p", KEYED, "");
	CHECK(package_read(&p, &arena, path_join(&arena, root, "p"), &e), "a package");
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct load_table table = { 0 };
		struct load_report r = { .table = &table };
		buf_clear(&text);
		for (int k = 0; k < answers[i].times; k++)
			buf_add(&text, answers[i].first->s, answers[i].first->n);
		buf_str(&text, answers[i].rest);
		if (answers[i].last)
			buf_add(&text, reject.s, reject.n);
		e = (struct err){ 0 };
		bool ok = load_decode(text.s, text.n, &p, &r, &e);
		CHECK(ok == (answers[i].want == ERR_NONE) && (int)e.id == answers[i].want, arena_printf(&arena, "answer %zu of a loader", i));
	}
	buf_free(&reject);
	buf_free(&other);
	buf_free(&text);
}

int main(int argc, char **argv)
{
	enum proc_kind kind;
	struct err e;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? load_stage(argc, argv, &lua_shaper) : 127;
	char here[PATH_MAX];
	const char *parent = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	root = path_mkdtemp(&arena, realpath(parent, here), &e);
	if (!root)
		return printf("Bail out! no folder for temporary files\n"), 1;
	test_refusals();
	test_content();
	test_stamps();
	test_account();
	test_order();
	test_shaped();
	test_driver();
	test_stops();
	test_answers();
	path_remove_tree(root, &e);
	arena_free(&arena);
	return done_testing();
}
