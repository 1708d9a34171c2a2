/* Whole packages: what lands in the file, what stops a load and where, what is published. This program is its own jailed loader. */
#include "intake/load.h"

#include "base/errwire.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/proc.h"
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

static const struct shaper *fake;   /* what loads of this process are given */

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

/* ---- the driver ---- */

static const char *sha_of(const char *file)
{
	struct err e;
	char *hex = arena_alloc(&arena, HASH_HEX);

	return hash_file(file, hex, NULL, &e) ? hex : err_name(e.id);
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
	struct err sum;
	struct buf text = BUF(1000);
	load_summary(&r, &sum);
	err_message(&sum, LANG_EN, &text);
	CHECK_STR(buf_text(&text), "t: 4 rows read, 2 refused; nothing was replaced", "summary");
	CHECK(!strcmp(before, sha_of(path_join(&arena, data, "d.db"))), "the file of before stays");
	CHECK(path_list(&arena, data, &names, &n, &e) && n == 1, "nothing is left behind");

	unlink(path_join(&arena, dir, "t.csv"));
	CHECK(!load_package(&job, &arena, &r, &e) && e.id == ERR_DATA_MISSING && !strcmp(e.file, "d/datapackage.json") && !strcmp(e.arg[0], "d/t.csv"),
	      "a file that is not there");
	CHECK(symlink("/etc/passwd", path_join(&arena, dir, "t.csv")) == 0 && !load_package(&job, &arena, &r, &e) && e.id != ERR_HEADER,
	      "a link out of the package is not followed in the jail");
	job.package_dir = "nothing";
	CHECK(!load_package(&job, &arena, &r, &e) && e.id == ERR_DESC_MISSING && !strcmp(e.file, "nothing/datapackage.json"), "no package");
	buf_free(&text);
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
		return proc_enter(&argc, &argv, &kind) ? load_stage(argc, argv, NULL) : 127;
	char here[PATH_MAX];
	const char *parent = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	root = path_mkdtemp(&arena, realpath(parent, here), &e);
	if (!root)
		return printf("Bail out! no folder for temporary files\n"), 1;
	test_refusals();
	test_content();
	test_stamps();
	test_driver();
	test_stops();
	test_answers();
	path_remove_tree(root, &e);
	arena_free(&arena);
	return done_testing();
}
