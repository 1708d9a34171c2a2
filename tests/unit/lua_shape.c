/* shape.lua: helpers, layouts and free forms through the contract that the loader uses, with a sink that writes down what comes. */
#include "host/lua_shape.h"

#include "base/num.h"
#include "base/path.h"
#include "tap.h"

struct said { struct buf out; size_t nfield; const char *const *field; };

static bool say_emit(void *context, struct cell *cell)
{
	struct said *s = context;

	buf_str(&s->out, "emit");
	for (size_t i = 0; i < s->nfield; i++) {
		buf_str(&s->out, i ? "|" : " ");
		switch (cell[i].type) {
		case CELL_NULL: buf_str(&s->out, "-"); break;
		case CELL_INT: buf_printf(&s->out, "%lld", (long long)cell[i].i); break;
		case CELL_REAL: num_put_real(&s->out, cell[i].d); buf_str(&s->out, "r"); break;
		case CELL_TEXT: buf_printf(&s->out, "'%.*s'", (int)cell[i].n, cell[i].s); break;
		}
	}
	buf_str(&s->out, "\n");
	return true;
}
static void say_say(void *context, const struct shaper_said *said)
{
	struct buf *out = &((struct said *)context)->out;
	const char *const *t = said->text;

	switch (said->word) {
	case SHAPER_REJECT: case SHAPER_DOUBT:
		buf_printf(out, "%s %s|%s|%s\n", said->word == SHAPER_REJECT ? "reject" : "doubt", t[0], t[1], t[2]);
		break;
	case SHAPER_SKIP: case SHAPER_NOTE: buf_printf(out, "%s %s\n", said->word == SHAPER_SKIP ? "skip" : "note", t[0]); break;
	case SHAPER_TOTAL: buf_printf(out, "total %s %s %g %g\n", t[0], t[1], said->stated, said->computed); break;
	}
}

struct fixture { struct arena a; const char *root; struct db *db; };

/* Runs the script over rows (lines, cells separated by ";", a number as #5) and gives what was said, or the error's name, line and reason. */
static const char *run(struct fixture *f, const char *script, const char *totals, const char *rows, struct said *s)
{
	static const char *const fields[] = { "dep", "name", "n" };
	struct shaper_job job = { .root = f->root, .script = *script ? "shape.lua" : "", .table = "t", .field = fields, .nfield = 3, .totals = totals, .db = f->db,
		.memory = 64 << 20, .seconds = 20 };
	struct shaper_sink sink = { s, say_emit, say_say };
	struct err e = { 0 };
	bool has = false, ok = true;
	long line = 0;

	s->out = BUF(1 << 20);
	s->field = fields;
	s->nfield = 3;
	if (*script)
		path_write(path_join(&f->a, f->root, "shape.lua"), script, strlen(script), &e);
	void *shape = lua_shaper.open(&job, &sink, &has, &e);
	if (!has)
		return "straight";
	ok = shape && lua_shaper.begin(shape, "data/t-2023.csv", &e);
	for (const char *p = rows; ok && *p; ) {
		struct cell cell[20];
		size_t n = 0;
		for (const char *end = p + strcspn(p, "\n"); p <= end && n < 20; p++) {
			size_t len = strcspn(p, ";\n");
			int64_t v;
			cell[n] = cell_bytes(p, len);
			if (*p == '#' && num_int(p + 1, len - 1, &v))
				cell[n] = cell_int(v);
			n++;
			p += len;
		}
		struct shaper_row row = { ++line, cell, n, "data/t-2023.csv" };
		ok = lua_shaper.row(shape, &row, &e);
	}
	ok = ok && lua_shaper.end(shape, &e);
	lua_shaper.close(shape);
	if (!ok) {
		struct buf m = BUF(4000);
		err_message(&e, LANG_EN, &m);
		buf_clear(&s->out);
		buf_printf(&s->out, "%s %s:%ld %s\n%s", err_name(e.id), e.file, e.line, buf_text(&m), e.why);
		buf_free(&m);
	}
	const char *text = arena_strdup(&f->a, buf_text(&s->out));
	buf_free(&s->out);
	return text;
}

#define SHEET "Title\n;;\nDépartement;Nom  des\xC2\xA0" "communes;Nombre d’agents\n"
#define COLUMNS "columns = { dep = { header = 'DEPARTEMENT', carry = true }, name = 'nom des communes', n = { header = \"nombre d'agents\", number = true } }"

static const struct { const char *name, *script, *totals, *rows, *want; } cases[] = {
	{ "no entry for the table", "return { other = layout { name = 'x', columns = { a = 'A' } } }", "", "", "straight" },
	{ "columns by header, whatever its case and spaces", "return { t = layout { name = 'x', " COLUMNS " } }", "", SHEET "01;Ambronay;3 618\n;Bourg ;1*\n",
	  "skip title\nskip blank\nskip header\nemit '01'|'Ambronay'|3618\nemit '01'|'Bourg'|1\nnote n: 1 × number with “*” · nombre avec « * »\n" },
	{ "a doubtful number leaves its row, words go through", "return { t = layout { name = 'x', " COLUMNS " } }", "", SHEET "24;P;29?829\n24;Q;NA\n",
	  "skip title\nskip blank\nskip header\ndoubt n|29?829|“29?829” is no number · n’est pas un nombre\nemit '24'|'P'|-\nemit '24'|'Q'|'NA'\n" },
	{ "totals of blocks and of all, above too",
	  "return { t = layout { name = 'x', " COLUMNS ", totals = { { when = { dep = '^TOTAL NATIONAL' }, of = 'nation' }, { when = { dep = '^TOTAL (.+)' }, of = '%1' } } } }", "",
	  SHEET "Total national;;6\n01;A;1\n;B;2\nTOTAL AIN;;3\n02;C;4\nTOTAL AISNE;;3\nTOTAL NATIONAL;;6\n",
	  "skip title\nskip blank\nskip header\nskip total\nemit '01'|'A'|1\nemit '01'|'B'|2\ntotal AIN n 3 3\nskip total\nemit '02'|'C'|4\ntotal AISNE n 3 4\nskip total\nskip total\n"
	  "total nation n 6 7\n" },
	{ "headings by rule and by themselves, a rule that ends the data",
	  "return { t = layout { name = 'x', " COLUMNS ", headings = { { when = { dep = '^(%a+)$', name = '' }, set = { dep = '%1' } } },\n"
	  "  skip = { { when = 'first_cell', match = '^Lecture', kind = 'footnote', rest = true } } } }", "",
	  SHEET "AIN;;\n;A;1\n02;;\n;B;2\n;Lecture : x;\n03;C;3\n",
	  "skip title\nskip blank\nskip header\nskip heading\nemit 'AIN'|'A'|1\nskip heading\nemit '02'|'B'|2\nskip footnote\nskip footnote\n" },
	{ "a header of two rows, set, name of the file, map that splits and rejects",
	  "return { t = layout { name = 'x', header = 2, columns = { dep = 'Code', _a = { header = 'Agents 2022', number = true }, _b = { header = '2023', number = true } },\n"
	  "  from_name = { name = '(%d%d%d%d)' }, map = function(row, raw, n)\n"
	  "    if row._a == 0 then return nil, 'zero in row ' .. n end\n"
	  "    if row._a == 9 then return skip 'nine' end\n"
	  "    return { { dep = row.dep, name = row.name, n = row._a }, { dep = row.dep, n = row._b + 0.5 } } end } }", "",
	  ";Agents;Agents\nCode;2022;2023\n1;2;3\n2;0;4\n3;9;4\n",
	  "skip title\nskip header\nemit '1'|'2023'|2\nemit '1'|-|3.5r\nreject ||zero in row 2\nskip nine\n" },
	{ "columns that become rows", "return { t = layout { name = 'x', columns = { name = 'Faits' }, pivot = { match = '^(%d[%dAB]?)$', key = 'dep', value = 'n', read = departement, number = true } } }",
	  "", "Faits;1;2A\nVols;1 906;0\nAutres;3;x9\n",
	  "skip header\nemit '01'|'Vols'|1906\nemit '2A'|'Vols'|0\nemit '01'|'Autres'|3\ndoubt n|x9|“x9” is no number · n’est pas un nombre\nemit '2A'|'Autres'|-\n" },
	{ "a column by the start of its header", "return { t = layout { name = 'x', columns = { dep = { match = '^CODGEO_(%d%d%d%d)$', capture = 'name' }, n = 'n' }, ignore = { '^insee' } } }", "",
	  "CODGEO_2025;n;insee_pop\n01001;ndiff;4\n", "skip header\nemit '01001'|'2025'|'ndiff'\n" },
	{ "cells of a sheet that are numbers", "return { t = layout { name = 'x', columns = { dep = 'd', n = { header = 'n', number = true } } } }", "", "d;n\n#7;#12\n",
	  "skip header\nemit '7'|-|12\n" },
	{ "a value beyond the header rejects its row", "return { t = layout { name = 'x', columns = { dep = 'd' } } }", "", "d;\n1;\n2;x\n3;;y\n",
	  "skip header\nemit '1'|-|-\nreject |x|column 2 has no header · la colonne 2 n’a pas d’en-tête\nreject |y|column 3 has no header · la colonne 3 n’a pas d’en-tête\n" },
	{ "free form", "return { t = { row = function(row, line)\n if line == 1 then return skip 'title' end\n if row[1] == 'x' then return reject('dep', row[1], 'no') end\n"
	  " emit { dep = row[1], n = line } emit { name = row[2] } end, finish = function() note 'done' end } }", "", "h;h\n1;a\nx;b\n",
	  "skip title\nemit '1'|-|2\nemit -|'a'|-\nreject dep|x|no\nnote done\n" },
	{ "totals of a tidy table without a script", "", "[{ \"when\": { \"dep\": \"^TOTAL\" }, \"of\": \"nation\", \"fields\": [\"n\"] }]", "dep;name;n\n01;a;1\n02;b;2,5\nTotal;;3.5\n",
	  "skip header\nemit '01'|'a'|'1'\nemit '02'|'b'|'2,5'\nskip total\ntotal nation n 3.5 3.5\n" },
	{ "two layouts, told by their headers", "return { t = { layout { name = 'old', columns = { dep = 'D' } }, layout { name = 'new', columns = { dep = 'Code' } } } }", "", "code\n1\n",
	  "note t-2023.csv: new\nskip header\nemit '1'|-|-\n" },
	{ "a strange column is refused with both headers", "return { t = layout { name = 'survey', " COLUMNS " } }", "", "Département;Nom des communes;Nombre d’agents;Chiens\n1;a;2;3\n",
	  "host.shape_header data/t-2023.csv:2 t-2023.csv fits no layout of t\n+ Chiens (4)\nt-2023.csv, 1: Département | Nom des communes | Nombre d’agents | Chiens\n"
	  "survey: DEPARTEMENT | nombre d'agents | nom des communes" },
	{ "a missing column is named", "return { t = layout { name = 'survey', " COLUMNS " } }", "", "Département;Nombre d’agents\n1;2\n",
	  "host.shape_header data/t-2023.csv:2 t-2023.csv fits no layout of t\n− nom des communes\nt-2023.csv, 1: Département | Nombre d’agents\n"
	  "survey: DEPARTEMENT | nombre d'agents | nom des communes" },
	{ "a file that fits two", "return { t = { layout { name = 'a', columns = { dep = 'D' } }, layout { name = 'b', columns = { dep = 'd' } } } }", "", "D\n",
	  "host.shape_several data/t-2023.csv:1 t-2023.csv fits several layouts of t: a, b\n" },
	{ "an option that does not exist", "return { t = layout { name = 'x', columns = { dep = { haeder = 'D' } } } }", "", "",
	  "host.option_unknown shape.lua:1 layout, columns, dep has no option “haeder”\n" },
	{ "a field that does not exist", "return {\n t = layout { name = 'x', columns = { nmae = 'D' } } }", "", "", "host.shape_field shape.lua:2 t has no field “nmae”\n" },
	{ "a pattern that is none", "return { t = layout { name = 'x', columns = { dep = { match = '[' } } } }", "", "",
	  "host.shape_pattern shape.lua:1 layout, columns, dep: “[” is no Lua pattern\n" },
	{ "a condition on no column", "return { t = layout { name = 'x', columns = { dep = 'D' }, skip = { { when = { deb = 'x' }, kind = 'k' } } } }", "", "",
	  "host.shape_field shape.lua:1 layout, skip, 1 has no field “deb”\n" },
	{ "an error of the script at its line", "return { t = { row = function(row)\n local x = nil\n return x.y end } }", "", "1\n",
	  "host.lua_error shape.lua:3 attempt to index a nil value (local 'x')\n" },
	{ "an unknown field emitted", "return { t = function(row)\n emit { deb = 1 } end }", "", "1\n", "host.shape_field shape.lua:2 t has no field “deb”\n" },
	{ "no number to emit", "return { t = function(row)\n emit { n = 0/0 } end }", "", "1\n", "host.shape_value shape.lua:2 field “n” of an emitted row is NaN / inf\n" },
	{ "bytes that are no UTF-8", "return { t = function(row)\n emit { name = ('é'):sub(1, 1) } end }", "", "1\n",
	  "host.shape_value shape.lua:2 field “name” of an emitted row is string\n" },
	{ "files are out of reach", "local f = io.open('x')", "", "", "host.lua_refused shape.lua:1 io.open is not available to plugins\n" },
	{ "more memory than there may be", "local s = ('a'):rep(1e9)", "", "", "host.limit_memory shape.lua:1 t was stopped at its memory limit of 64 MB\n" },
	{ "map gives a field that does not exist", "return {\n t = layout { name = 'x', columns = { dep = 'D' }, map = function(row)\n row.deb = 1\n return row end } }", "", "D\n1\n",
	  "host.shape_field shape.lua:2 t has no field “deb”\n" },
	{ "map that gives nothing rejects", "return { t = layout { name = 'x', columns = { dep = 'D' }, map = function(row) if row.dep == '1' then return {} end end } }", "", "D\n1\n2\n",
	  "skip header\nreject ||map() = nil\nreject ||map() = nil\n" },
	{ "a number that is too long to be one", "local v, why = number(('1 '):rep(100))\nreturn { t = function() reject(why) end }", "", "1\n",
	  "reject ||“1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 …” is no number · n’est pas un nombre\n" },
	{ "a query that writes", "query 'DELETE FROM communes'", "", "", "host.shape_query shape.lua:1 query() reads and does nothing else\n" },
	{ "a function that no query may use", "query [[SELECT fts3_tokenizer('simple') AS x]]", "", "", "store.sql_refused shape.lua:1 a query may not use fts3_tokenizer()\n" },
	{ "chance", "query [[SELECT random() AS x]]", "", "", "store.sql_refused shape.lua:1 a query may not use random()\n" },
	{ "a text as wide as memory", "query [[SELECT printf('%.*c', 900000000, 'x') AS x]]", "", "", "store.sql_refused shape.lua:1 a query may not use printf()\n" },
	{ "SQLite's own table", "query [[SELECT name FROM sqlite_master]]", "", "", "store.sql_refused shape.lua:1 a query may not use sqlite_master\n" },
	{ "SQLite's own table, in capitals and without a column", "query [[SELECT 1 AS x FROM main.SQLITE_SCHEMA]]", "", "", "store.sql_refused shape.lua:1 a query may not use sqlite_master\n" },
	{ "a pragma as a table", "query [[SELECT name FROM pragma_table_info('communes')]]", "", "", "store.sql_refused shape.lua:1 a query may not use pragma_" },
	{ "a describing table", "query [[SELECT name FROM _package]]", "", "", "store.sql_refused shape.lua:1 a query may not use _package\n" },
	{ "the number of a row", "query [[SELECT rowid FROM communes]]", "", "", "store.sql_refused shape.lua:1 a query may not use rowid\n" },
	{ "the clock", "query [[SELECT datetime('now') AS x]]", "", "", "store.sql_clock shape.lua:1" },
	{ "our own statement is not lent to a query", "query [[SELECT value FROM _own]]", "", "", "store.sql_refused shape.lua:1 a query may not use _own\n" },
	{ "tables in JSON, and those of attached packages", "local d = query [[SELECT sum(j.value) AS n, (SELECT max(com) FROM communes) AS com FROM json_each('[1, 2]') AS j JOIN x.far ON 1]]\nreturn { t = function() emit { dep = d[1].com, n = d[1].n } end }", "", "1\n",
	  "emit '17466'|-|3\n" },
	{ "a query that writes behind WITH", "query 'WITH x AS (SELECT 1) DELETE FROM communes'", "", "", "store.sql_refused shape.lua:1 a query may not use DELETE\n" },
	{ "a query", "local d = query('SELECT com, libelle FROM communes WHERE dep = :dep ORDER BY com', { dep = '01' })\nreturn { t = function(row)\n emit { dep = d[1].com, name = d[2].libelle, n = #d } end }",
	  "", "1\n", "emit '01001'|'Saint-Vergne'|3\n" },
	{ "code and label", "local ok, why = agree { code = '01', label = 'AIN', table = codes { { code = '01', label = 'Ain' } } }\nassert(ok)\n"
	  "ok, why = agree { code = '01', label = 'Aisne', table = codes { { code = '01', label = 'Ain' } } }\nreturn { t = function() reject(why) end }", "", "1\n",
	  "reject ||code “01” is “Ain”, the label says “Aisne” · le code désigne « Ain », le libellé dit « Aisne »\n" },
	{ "communes: equals are listed, not picked",
	  "local m = communes.matcher { communes = query 'SELECT com, dep, libelle, typecom, comparent FROM communes', overrides = { { dep = '17', name = 'Chose', com = '' } } }\n"
	  "return { t = { row = function(row)\n local f, c = m:find(row[1], row[2], 2)\n emit { dep = f and f.com, name = f and f.method or c and c[1].com .. '/' .. c[2].com }\n end,\n"
	  " finish = function() note(m:summary 'agents') end } }", "",
	  "17;VERGNE\n17;La Vergne (EPCI)\n17;Vergne (La) *\n1;VERGNE*\n17;les vergne\n1;ST-VERGNE\n1;Vieux Bourg\n17;chose\n17;nulle part\n",
	  "emit '17465'|'exact'|-\nemit -|-|-\nemit '17466'|'trimmed'|-\nemit '01001'|'trimmed'|-\nemit -|'17465/17466'|-\nemit '01002'|'saint'|-\nemit '01001'|'delegated'|-\n"
	  "emit -|'reviewed'|-\nemit -|-|-\nnote matched 5 of 9, 55.6 % (10 agents): exact 1, trimmed 2, saint 1, delegated 1; listed 4 (8 agents)\n" },
};

/* Checks of helpers in Lua: what is false stops the script. */
static const char helpers[] =
	"local function is(a, b) if a ~= b then error(tostring(a) .. ' is not ' .. tostring(b), 2) end end\n"
	"is(number '3 618', 3618) is(number '1*', 1) is(number '1 906', 1906) is(number '1\\u{202F}234\\u{A0}567', 1234567) is(number '7,83e-03', 7.83e-03)\n"
	"is(number '0.5', 0.5) is(number '1.0', 1) is(number ',5', 0.5) is(number '\\u{2212}3', -3) is(number '5e+05', 500000) is(number '', nil) is(number(2.0), 2)\n"
	"for _, bad in ipairs { '29?829', '12 34', '1 2345', '1.2.3', 'x', '1 €', '0x10', 'nan', '1,', '--1' } do\n"
	"  local v, why = number(bad) if bad ~= '1,' then is(v, nil) is(type(why), 'string') end end\n"
	"is(fold 'Saint-Étienne-d’Œuilly', 'SAINT ETIENNE D OEUILLY') is(fold '  L\\u{A0}Île\\n rousse ', 'L ILE ROUSSE') is(fold 'e\\u{301}', 'E')\n"
	"is(trim '\\u{A0} a b\\u{202F}\\n', 'a b') is(is_blank '\\u{A0}', true) is(is_blank 'x', false) is(is_total 'Total général', true) is(is_total 'TOTO', false)\n"
	"for text, code in pairs { ['Ain (01)'] = '01', ['07 Ardèche'] = '07', ['Aube 10'] = '10', ['94- Val-de-Marne'] = '94', ['2-A'] = '2A', ['6'] = '06', Metz57 = '57',\n"
	"  ['1.0'] = '01', ['2B'] = '2B', ['-52'] = '52', ['(41) Blois'] = '41', ['Corse-du-Sud\\u{A0}(2A)'] = '2A', ['988'] = '988', ['974'] = '974', ['01'] = '01' } do is(departement(text), code) end\n"
	"is(departement 'Bourg en Bresse', nil) is(departement '20', nil) is(departement '96', nil) is(departement '', nil)\n"
	"local d = codes { { code = '2B', label = 'Haute-Corse' }, { code = '974', label = 'La Réunion' }, { code = '93', label = 'Seine-Saint-Denis' } }\n"
	"is(departement('HAUTE CORSE', d), '2B') is(d:code 'Réunion', '974') is(d:code 'Seine St Denis', '93') is(d:label '93', 'Seine-Saint-Denis') is(d:code 'x', nil)\n"
	"is(two_digit_year '16', 2016) is(two_digit_year '98', 1998) is(two_digit_year '2016', 2016) is(two_digit_year 'x', nil)\n"
	"is(period '2016M01', '2016-01') is(period '2016T1', '2016-01/2016-03') is(period '2016', '2016') is(period '2016T5', nil) is(period '2016M13', nil)\n"
	"is(with_article(5, 'Abergement'), \"L'Abergement\") is(with_article('2', 'Mans'), 'Le Mans') is(with_article(0, 'Sada'), 'Sada')\n"
	"return { t = function() skip 'fine' end }\n";

int main(void)
{
	struct fixture f = { 0 };
	struct err e = { 0 };
	struct said s = { 0 };

	f.root = path_mkdtemp(&f.a, "/tmp", &e);
	f.db = f.root ? db_open_build(path_join(&f.a, f.root, "x.db"), &e) : NULL;
	struct db *far = f.root ? db_open_build(path_join(&f.a, f.root, "far.db"), &e) : NULL;
	bool made = far && db_exec(far, "CREATE TABLE far (n); INSERT INTO far VALUES (1)", &e);
	db_close(far);
	if (!f.db || !made || !db_attach(f.db, "x", path_join(&f.a, f.root, "far.db"), &e) || !db_exec(f.db, "CREATE TABLE communes (com, dep, libelle, typecom, comparent);"
			"CREATE TABLE _package (name); CREATE TABLE _own (value); INSERT INTO communes VALUES ('01001', '01', 'Vergné', 'COM', NULL), ('01002', '01', 'Saint-Vergne', 'COM', NULL), ('01003', '01', 'Vieux-Bourg', 'COMD', '01001'),"
			" ('17465', '17', 'Vergné', 'COM', NULL), ('17466', '17', 'La Vergne', 'COM', NULL);", &e))
		return 1;
	CHECK(db_run(f.db, "SELECT value FROM _own", NULL, 0, &e), "what is ours reads the tables that describe");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = run(&f, cases[i].script, cases[i].totals, cases[i].rows, &s);
		if (!strncmp(cases[i].want, "store.", 6))   /* what follows are SQLite's words */
			CHECK(!strncmp(got, cases[i].want, strlen(cases[i].want)), cases[i].name);
		else
			CHECK_STR(got, cases[i].want, cases[i].name);
	}
	struct db *narrow = db_open_query(&(const struct schema){ 0 }, &(struct db_limits){ .heap = 8 << 20 }, NULL, &e);   /* of the process */
	CHECK_STR(run(&f, "query [[WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT group_concat('a text of some length, again and again' || i) AS x FROM n]]",
			"", "", &s), "host.limit_sql_memory shape.lua:1 a query of t needs more than its memory limit of 64 MB\n", "memory of a query");
	db_close(narrow);
	CHECK_STR(run(&f, helpers, "", "1\n", &s), "skip fine\n", "helpers");
	db_close(f.db);
	path_remove_tree(f.root, &e);
	arena_free(&f.a);
	return done_testing();
}
