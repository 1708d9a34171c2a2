/* Descriptors: what is understood, what is warned about, what is refused and where. Apostrophes stand for quotes in the texts below. */
#include "intake/package.h"

#include "base/buf.h"
#include "base/path.h"
#include "tap.h"

#define FIELDS "'schema': {'fields': [{'name': 'a'}, {'name': 'b', 'type': 'integer'}]"
#define TABLE "{'name': 't', 'path': 't.csv', " FIELDS "}}"
#define PACKAGE(resources) "{'name': 'p',\n'resources': [\n" resources "\n]}"
#define WITH_FIELD(field) PACKAGE("{'name': 't', 'path': 't.csv', 'schema': {'fields': [\n{'name': 'a'},\n" field "\n]}}")
#define WITH_KEYS(keys) PACKAGE("{'name': 't', 'path': 't.csv',\n" FIELDS ",\n" keys "}}")
#define WITH(properties) PACKAGE("{'name': 't', 'path': 't.csv',\n" properties ",\n" FIELDS "}}")

/* Refusals: line and pointer of the place. */
static const struct { const char *name, *json, *want; } bad[] = {
	{ "not JSON", "{'name': 'p'", "1 intake.json_syntax" },
	{ "an array", "[]", "1 intake.descriptor_type" },
	{ "no name", "{'resources': []}", "1 intake.descriptor_required" },
	{ "no resources", "{'name': 'p'}", "1 intake.descriptor_required" },
	{ "empty resources", "{'name': 'p',\n 'resources': []}", "2 /resources intake.descriptor_required" },
	{ "package name that is no file name", "{'name': '../x', 'resources': []}", "1 /name intake.descriptor_name" },
	{ "table name", PACKAGE("{'name': 'T-1', 'path': 't.csv', " FIELDS "}}"), "3 /resources/0/name intake.descriptor_name" },
	{ "reserved table name", PACKAGE("{'name': 'sqlite_x', 'path': 't.csv', " FIELDS "}}"), "3 /resources/0/name intake.descriptor_name" },
	{ "two tables of one name", PACKAGE(TABLE ",\n" TABLE), "4 /resources/1/name intake.descriptor_twice" },
	{ "no schema", PACKAGE("{'name': 't', 'path': 't.csv', 'type': 'table'}"), "3 /resources/0 intake.descriptor_required" },
	{ "no fields", PACKAGE("{'name': 't', 'path': 't.csv', 'schema': {'fields': []}}"), "3 /resources/0/schema/fields intake.descriptor_required" },
	{ "no path", PACKAGE("{'name': 't', " FIELDS "}}"), "3 /resources/0 intake.descriptor_required" },
	{ "path above", PACKAGE("{'name': 't', 'path': '../x.csv', " FIELDS "}}"), "3 /resources/0/path base.path_unsafe" },
	{ "absolute path", PACKAGE("{'name': 't', 'path': '/x.csv', " FIELDS "}}"), "3 /resources/0/path base.path_unsafe" },
	{ "one path of several", PACKAGE("{'name': 't', 'path': ['x.csv', 'a/../../x.csv'], " FIELDS "}}"), "3 /resources/0/path base.path_unsafe" },
	{ "file URL", PACKAGE("{'name': 't', 'path': 'file:///x.csv', " FIELDS "}}"), "3 /resources/0/path intake.path_url" },
	{ "URL of another kind", PACKAGE("{'name': 't', 'path': 'ftp://x.fr/x.csv', " FIELDS "}}"), "3 /resources/0/path intake.path_url" },
	{ "format", PACKAGE("{'name': 't', 'path': 't.xls', " FIELDS "}}"), "3 /resources/0/path intake.format" },
	{ "format of a path of version 0", PACKAGE("{'name': 't', 'url': 't.xls', " FIELDS "}}"), "3 /resources/0 intake.format" },
	{ "encoding", WITH("'encoding': 'utf-7'"), "4 /resources/0/encoding intake.descriptor_value" },
	{ "delimiter", WITH("'dialect': {'delimiter': '||'}"), "4 /resources/0/dialect/delimiter intake.descriptor_value" },
	{ "delimiter that quotes", WITH("'dialect': {'delimiter': '|', 'quoteChar': '|'}"), "4 /resources/0/dialect intake.descriptor_value" },
	{ "escape that delimits", WITH("'dialect': {'escapeChar': ','}"), "4 /resources/0/dialect intake.descriptor_value" },
	{ "header row 0", WITH("'dialect': {'headerRows': [0, 1]}"), "4 /resources/0/dialect/headerRows intake.descriptor_value" },
	{ "inline data", WITH("'data': [1]"), "4 /resources/0/data intake.inline_data" },
	{ "bytes", WITH("'bytes': -1"), "4 /resources/0/bytes intake.descriptor_type" },
	{ "status", WITH("'continuum:status': 'oficial'"), "4 /resources/0/continuum:status intake.descriptor_value" },
	{ "status of the package", "{'name': 'p',\n'continuum:status': 'oficial', 'resources': [" TABLE "]}", "2 /continuum:status intake.descriptor_value" },
	{ "licences are no list", WITH("'licenses': {'name': 'x'}"), "4 /resources/0/licenses intake.descriptor_type" },
	{ "sources are no list", WITH("'sources': 'x'"), "4 /resources/0/sources intake.descriptor_type" },
	{ "own property misspelt", WITH("'continuum:scop': 'x'"), "4 /resources/0/continuum:scop intake.descriptor_unknown" },
	{ "field without name", WITH_FIELD("{'type': 'string'}"), "5 /resources/0/schema/fields/1 intake.descriptor_required" },
	{ "field twice", WITH_FIELD("{'name': 'A'}"), "5 /resources/0/schema/fields/1 intake.descriptor_twice" },
	{ "field name with a line break", WITH_FIELD("{'name': 'b\\nc'}"), "5 /resources/0/schema/fields/1/name intake.descriptor_column" },
	{ "companion's name is taken", WITH_FIELD("{'name': 'a__missing'}, {'name': 'c', 'missingValues': [{'value': '', 'label': 'x'}]},"
	  " {'name': 'c__missing'}"), "5 /resources/0/schema/fields/2 intake.descriptor_twice" },
	{ "type misspelt", WITH_FIELD("{'name': 'b', 'type': 'integr'}"), "5 /resources/0/schema/fields/1/type intake.descriptor_value" },
	{ "type is no text", WITH_FIELD("{'name': 'b', 'type': 1}"), "5 /resources/0/schema/fields/1/type intake.descriptor_type" },
	{ "format of a number", WITH_FIELD("{'name': 'b', 'type': 'number', 'format': 'x'}"), "5 /resources/0/schema/fields/1/format intake.descriptor_value" },
	{ "counting unit", WITH_FIELD("{'name': 'b', 'continuum:countingUnit': 'Full time'}"), "5 /resources/0/schema/fields/1/continuum:countingUnit intake.descriptor_value" },
	{ "enum is no list", WITH_FIELD("{'name': 'b', 'constraints': {'enum': 'a'}}"), "5 /resources/0/schema/fields/1/constraints/enum intake.descriptor_type" },
	{ "required is no boolean", WITH_FIELD("{'name': 'b', 'constraints': {'required': 'yes'}}"), "5 /resources/0/schema/fields/1/constraints/required intake.descriptor_type" },
	{ "key of no field", WITH_KEYS("'primaryKey': ['a', 'c']"), "5 /resources/0/schema/primaryKey intake.no_field" },
	{ "unique key of no field", WITH_KEYS("'uniqueKeys': [['c']]"), "5 /resources/0/schema/uniqueKeys/0 intake.no_field" },
	{ "empty unique key", WITH_KEYS("'uniqueKeys': [[]]"), "5 /resources/0/schema/uniqueKeys/0 intake.descriptor_value" },
	{ "foreign key to no table", WITH_KEYS("'foreignKeys': [{'fields': 'a', 'reference': {'resource': 'u', 'fields': 'a'}}]"),
	  "5 /resources/0/schema/foreignKeys/0/reference intake.no_resource" },
	{ "foreign key to no field", WITH_KEYS("'foreignKeys': [{'fields': 'a', 'reference': {'fields': 'z'}}]"),
	  "5 /resources/0/schema/foreignKeys/0/reference/fields intake.no_field" },
	{ "foreign key of unequal length", WITH_KEYS("'foreignKeys': [{'fields': 'a', 'reference': {'fields': ['a', 'b']}}]"),
	  "5 /resources/0/schema/foreignKeys/0/reference intake.descriptor_value" },
	{ "foreign key without fields", WITH_KEYS("'foreignKeys': [{'reference': {'fields': 'a'}}]"),
	  "5 /resources/0/schema/foreignKeys/0 intake.descriptor_required" },
	{ "fieldsMatch", WITH_KEYS("'fieldsMatch': 'exactly'"), "5 /resources/0/schema/fieldsMatch intake.descriptor_value" },
	{ "a path and an id of two kinds", PACKAGE("{'name': 't', 'path': 'https://x.fr/t.csv', 'continuum:resourceId': '081e94fe-b257-4ae7-bc31-bf1f2eb6c968', "
	  FIELDS "}}"), "3 /resources/0 intake.feed_twice" },
	{ "an id that is none", PACKAGE("{'name': 't', 'continuum:resourceId': '081e94fe', " FIELDS "}}"), "3 /resources/0/continuum:resourceId intake.descriptor_value" },
	{ "a dataset without a title", PACKAGE("{'name': 't', 'continuum:datasetId': 'x', " FIELDS "}}"), "3 /resources/0 intake.descriptor_required" },
	{ "a title without a dataset", WITH("'continuum:title': 'x'"), "3 /resources/0 intake.descriptor_required" },
	{ "two addresses", PACKAGE("{'name': 't', 'path': ['https://x.fr/a.csv', 'https://x.fr/b.csv'], " FIELDS "}}"), "3 /resources/0/path intake.path_url" },
	{ "an address among files", PACKAGE("{'name': 't', 'path': ['a.csv', 'http://x.fr/b.csv'], " FIELDS "}}"), "3 /resources/0/path intake.path_url" },
	{ "a property misspelt", WITH("'titel': 'x'"), "4 /resources/0/titel intake.descriptor_unknown" },
	{ "a property of the dialect misspelt", WITH("'dialect': {'delimter': ';'}"), "4 /resources/0/dialect/delimter intake.descriptor_unknown" },
	{ "a property of a key misspelt", WITH_KEYS("'foreignKeys': [{'fields': 'a', 'refers': {}, 'reference': {'fields': 'a'}}]"),
	  "5 /resources/0/schema/foreignKeys/0/refers intake.descriptor_unknown" },
	{ "a key to another package", WITH_KEYS("'foreignKeys': [{'fields': 'a', 'reference': {'package': 'x', 'fields': 'a'}}]"),
	  "5 /resources/0/schema/foreignKeys/0/reference/package intake.descriptor_unsupported" },
	{ "a table of a database", WITH("'dialect': {'table': 'x'}"), "4 /resources/0/dialect/table intake.descriptor_unsupported" },
	{ "another line end", WITH("'dialect': {'lineTerminator': ';'}"), "4 /resources/0/dialect/lineTerminator intake.descriptor_value" },
	{ "item type", WITH("'dialect': {'itemType': 'row'}"), "4 /resources/0/dialect/itemType intake.descriptor_value" },
	{ "sheet 0", WITH("'dialect': {'sheetNumber': 0}"), "4 /resources/0/dialect/sheetNumber intake.descriptor_value" },
	{ "compression", WITH("'compression': 'rar'"), "4 /resources/0/compression intake.descriptor_value" },
	{ "schema above", PACKAGE("{'name': 't', 'path': 't.csv', 'schema': '../s.json'}"), "3 /resources/0/schema base.path_unsafe" },
	{ "schema on the network", PACKAGE("{'name': 't', 'path': 't.csv', 'schema': 'https://x.fr/s.json'}"), "3 /resources/0/schema intake.path_url" },
	{ "schema that is not there", PACKAGE("{'name': 't', 'path': 't.csv', 'schema': 's.json'}"), "0 base.open" },
	{ "used package", "{'name': 'p',\n'continuum:uses': ['../x'], 'resources': [" TABLE "]}", "2 /continuum:uses intake.descriptor_name" },
	{ "a package that uses itself", "{'name': 'p',\n'continuum:uses': ['p'], 'resources': [" TABLE "]}", "2 /continuum:uses intake.descriptor_name" },
	{ "refusals below 0", WITH("'continuum:maxRejected': -1"), "4 /resources/0/continuum:maxRejected intake.descriptor_type" },
	{ "a category without a value", WITH_FIELD("{'name': 'b', 'categories': [{'label': 'x'}]}"), "5 /resources/0/schema/fields/1/categories/0 intake.descriptor_required" },
	{ "titles in a third language", "{'name': 'p',\n'continuum:titles': {'de': 'x'}, 'resources': [" TABLE "]}", "2 /continuum:titles/de intake.descriptor_unknown" },
};

static bool parse(struct package *p, struct arena *a, const char *json, struct err *e)
{
	char *text = arena_strdup(a, json);

	for (char *s = text; *s; s++)
		*s = *s == '\'' ? '"' : *s;
	*e = (struct err){ 0 };
	return package_parse(p, a, "dir", text, strlen(text), e);
}

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct arena a = { 0 };
		struct package p;
		struct err e;
		char got[1000] = "accepted";
		if (!parse(&p, &a, bad[i].json, &e))
			snprintf(got, sizeof got, "%ld %s%s%s", e.line, e.note, e.note[0] ? " " : "", err_name(e.id));
		CHECK_STR(got, bad[i].want, bad[i].name);
		arena_free(&a);
	}
}

static const char whole[] =
	"{'$schema': 'https://datapackage.org/profiles/2.0/datapackage.json', 'name': 'p', 'title': 'Un titre', 'version': '1.2',"
	" 'continuum:titles': {'fr': 'Titre', 'en': 'Title'}, 'licenses': [{'name': 'etalab-2.0', 'title': 'Licence ouverte 2.0'}],"
	" 'sources': [{'title': 'Source', 'path': 'https://x.fr/'}], 'contributors': [{'title': 'x'}], 'continuum:status': 'transcribed',"
	" 'resources': ["
	"  {'name': 't', 'path': ['a.csv', 'b.csv'], 'encoding': 'Latin1', 'bytes': 12, 'hash': 'sha256:ab', 'continuum:scope': {'fr': 'x'},"
	"   'dialect': {'delimiter': ';', 'quoteChar': '', 'commentChar': '#', 'doubleQuote': true, 'lineTerminator': '\\r\\n'},"
	"   'schema': {'fields': ["
	"     {'name': 'code', 'type': 'string', 'constraints': {'pattern': '[0-9]+', 'unique': true}},"
	"     {'name': 'n', 'type': 'integer', 'groupChar': ' ', 'bareNumber': false, 'continuum:countingUnit': 'agents',"
	"      'missingValues': ['', {'value': 'ndiff', 'label': 'secret'}], 'constraints': {'minimum': 0}, 'rdfType': 'x',"
	"      'continuum:status': 'revised'},"
	"     {'name': 'up', 'type': 'string'}],"
	"    'missingValues': ['-'], 'primaryKey': 'code', 'uniqueKeys': [['n', 'up']], 'fieldsMatch': ['subset'],"
	"    'foreignKeys': [{'fields': ['up'], 'reference': {'resource': '', 'fields': ['code']}},"
	"     {'fields': 'up', 'reference': {'resource': 'u', 'fields': 'k'}}]}},"
	"  {'name': 'notes', 'path': 'notes.pdf', 'x:titel': 'x'},"
	"  {'name': 'u', 'path': 'u.tsv', 'licenses': [{'name': 'CC0'}], 'continuum:status': 'official', 'x:titel': 'x',"
	"   'continuum:sourceText': {'fr': 'Le ministère', 'en': 'The ministry'}, 'schema': {'fields': [{'name': 'k'}], 'primaryKey': ['k']}}]}";

static void test_package(void)
{
	struct arena a = { 0 };
	struct package p;
	struct err e;

	if (!CHECK(parse(&p, &a, whole, &e), "a package of two tables")) {
		printf("# %s %s %s\n", err_name(e.id), e.note, e.arg[0]);
		return;
	}
	const struct resource *t = &p.resource[0], *u = &p.resource[1];
	CHECK(p.nresource == 2 && !strcmp(p.title_fr, "Titre") && !strcmp(p.title_en, "Title") && !strcmp(p.version, "1.2"), "titles in both languages");
	CHECK(!strcmp(p.file, "dir/datapackage.json"), "its file");
	CHECK(t->path.n == 2 && !strcmp(t->encoding, "iso-8859-1") && t->bytes == 12 && !strcmp(t->hash, "sha256:ab"), "files of a table");
	CHECK(t->delimiter == ';' && t->quote == 0 && !strcmp(t->comment, "#") && t->has_header, "dialect");
	CHECK(u->delimiter == '\t' && u->quote == '"' && !strcmp(u->format, "tsv") && !strcmp(u->encoding, "utf-8"), "dialect of TSV");
	CHECK_STR(t->fields_match, "subset", "fieldsMatch in a list");
	CHECK_STR(u->fields_match, "exact", "fieldsMatch by default");
	CHECK(t->primary.n == 1 && t->field[0].required && !t->field[2].required, "a key is required");
	CHECK(t->nunique == 1 && t->unique[0].n == 2, "a key column is not made unique twice");
	CHECK(t->nforeign == 2 && t->foreign[0].table == t && t->foreign[1].table == u, "foreign keys, one to itself");
	CHECK(t->field[0].nmissing == 1 && !strcmp(t->field[0].missing[0].value, "-"), "missing values of the schema");
	CHECK(t->field[1].nmissing == 2 && !strcmp(t->field[1].missing[1].label, "secret"), "missing values of a field");
	CHECK_STR(t->field[1].companion, "n__missing", "labels get a column");
	CHECK(!t->field[0].companion, "no label, no column");
	CHECK(!strcmp(t->field[1].unit, "agents") && !t->field[1].bare && !strcmp(t->field[1].bound[FIELD_MINIMUM], "0"), "properties of a field");
	CHECK(!strcmp(t->source_fr, "Source") && !strcmp(t->source_en, "Source") && !strcmp(t->source_address, "https://x.fr/"), "source of the package");
	CHECK(!strcmp(u->source_fr, "Le ministère") && !strcmp(u->source_en, "The ministry"), "source in both languages");
	CHECK(!strcmp(t->licence, "Licence ouverte 2.0") && !strcmp(u->licence, "CC0"), "licence");
	CHECK(!strcmp(t->status, "transcribed") && !strcmp(u->status, "official"), "status");
	CHECK_STR(t->scope, "{\"fr\":\"x\"}", "scope as JSON");
	/* In the order of the document; a resource that is no table is one, whatever is in it. */
	static const char *const warnings[] = {
		"/resources/0/schema/fields/1/rdfType", "/resources/0/schema/fields/1/continuum:status", "/resources/1/x:titel", "/resources/1", "/resources/2/x:titel",
	};
	CHECK(p.warning.n == sizeof warnings / sizeof *warnings, "warnings");
	for (size_t i = 0; i < p.warning.n && i < sizeof warnings / sizeof *warnings; i++)
		CHECK_STR(p.warning.s[i], warnings[i], "a warning");
	arena_free(&a);
}

/* What version 2 and files other than CSV have, with the forms of version 1 that mean the same. */
static const char forms[] =
	"{'profile': 'tabular-data-package', 'name': 'p', 'continuum:uses': ['cog', 'population'], 'resources': ["
	"  {'name': 'sheet', 'profile': 'tabular-data-resource', 'path': 'data/a.XLSX', 'dialect': {'headerRows': [7, 8], 'headerJoin': '-', 'commentRows': [9],"
	"    'sheetName': 'Feuille 1', 'sheetNumber': 2, 'caseSensitiveHeader': false, 'csvddfVersion': 1.2}, 'schema': {'fields': ["
	"     {'name': 'kind', 'type': 'string', 'categories': ['a', {'value': 'b', 'label': 'B'}], 'categoriesOrdered': true},"
	"     {'name': 'n', 'type': 'integer', 'constraints': {'enum': [1, '2'], 'minimum': '1'}},"
	"     {'name': 'l', 'type': 'list', 'delimiter': '|', 'itemType': 'integer'}], 'primaryKey': 'kind',"
	"     'foreignKeys': [{'fields': 'n', 'reference': {'resource': 'communes', 'fields': 'com'}}]},"
	"   'continuum:cog': 2024, 'continuum:totals': [{'of': 'nation'}], 'continuum:maxRejected': 3},"
	"  {'name': 'packed', 'path': 'b.csv.zip', 'innerpath': 'in/b.TAB', 'encoding': 'UTF-16LE', 'hash': 'crc:1', 'stats': {},"
	"   'dialect': {'quoteChar': \"'\", 'doubleQuote': false, 'escapeChar': '/', 'skipInitialSpace': true, 'nullSequence': 'NULL', 'header': false, 'lineTerminator': '\\n'},"
	"   'schema': {'fields': [{'name': 'k', 'x:y': 1}]}},"
	"  {'name': 'address', 'url': 'https://x.fr/d/comm.csv.gz?v=1.2#a.b', 'schema': {'fields': [{'name': 'k'}]}},"
	"  {'name': 'id', 'continuum:resourceId': '081e94fe-b257-4ae7-bc31-bf1f2eb6c968', 'schema': {'fields': [{'name': 'k'}]}},"
	"  {'name': 'newest', 'format': 'ODS', 'compression': 'gzip', 'continuum:datasetId': '5369986ba3a729239d204f55', 'continuum:title': 'pm-%d+',"
	"   'schema': {'fields': [{'name': 'k'}]}},"
	"  {'name': 'items', 'path': 'i.ndjson', 'dialect': {'property': 'rows', 'itemType': 'object', 'itemKeys': ['k']}, 'schema': {'fields': [{'name': 'k'}]}}]}";

static void test_forms(void)
{
	struct arena a = { 0 };
	struct package p;
	struct err e;
	char *text = arena_strdup(&a, forms);

	/* The one quote that is meant as an apostrophe. */
	for (char *s = text; *s; s++)
		*s = *s == '\'' ? '"' : *s;
	char *own = strstr(text, "\"\"\"");
	own[1] = '\'';
	if (!CHECK(package_parse(&p, &a, "dir", text, strlen(text), &e), "a package of six tables")) {
		printf("# %s %s %s\n", err_name(e.id), e.note, e.arg[0]);
		return;
	}
	const struct resource *t = p.resource;
	const struct field *f = t->field;
	CHECK(p.uses.n == 2 && !strcmp(p.uses.s[1], "population") && !p.has_script && !p.beside.n, "packages that are used");
	CHECK(!strcmp(t->format, "xlsx") && !strcmp(t->sheet_name, "Feuille 1") && t->sheet_number == 2 && !t->case_sensitive, "a sheet");
	CHECK(t->header_rows.n == 2 && t->header_rows.v[1] == 8 && !strcmp(t->header_join, "-") && t->comment_rows.n == 1 && t->comment_rows.v[0] == 9, "rows that are no data");
	CHECK(t->cog == 2024 && t->max_rejected == 3 && !strcmp(t->totals, "[{\"of\":\"nation\"}]") && t[1].max_rejected == -1, "our own properties");
	CHECK(f->ncategory == 2 && !strcmp(f->category[0].value, "a") && !*f->category[0].label && !strcmp(f->category[1].label, "B") && f->categories_ordered, "categories");
	CHECK(f[1].enumeration.n == 2 && !strcmp(f[1].enumeration.s[1], "2") && !strcmp(f[1].bound[FIELD_MINIMUM], "1"), "constraints as texts");
	CHECK(f[2].item == FIELD_INTEGER && !strcmp(f[2].delimiter, "|"), "a list");
	CHECK(t->nforeign == 1 && !t->foreign->table && !strcmp(t->foreign->other, "communes") && t->foreign->other_field.n == 1, "a key to a used package");
	CHECK(t->primary.n == 1 && !t->is_feed, "a primary key as a text");
	CHECK(!strcmp(t[1].format, "tsv") && t[1].delimiter == '\t' && !strcmp(t[1].encoding, "utf-16le") && !strcmp(t[1].compression, ""), "the format of the member of an archive");
	CHECK(t[1].quote == '\'' && !t[1].double_quote && t[1].escape == '/' && t[1].skip_space && !t[1].has_header && !strcmp(t[1].null_sequence, "NULL"), "a dialect");
	CHECK(t[0].double_quote && !t[0].escape && !t[0].skip_space && t[1].header_rows.n == 1 && t[1].case_sensitive && t[1].sheet_number == 1, "its defaults");
	CHECK(t[2].is_feed && !strcmp(t[2].url, "https://x.fr/d/comm.csv.gz?v=1.2#a.b") && !t[2].path.n && !strcmp(t[2].format, "csv"), "a feed by address");
	CHECK(t[3].is_feed && *t[3].resource_id && !t[3].path.n && !strcmp(t[3].format, "csv"), "a feed by id");
	CHECK(t[4].is_feed && !strcmp(t[4].dataset_title, "pm-%d+") && !strcmp(t[4].format, "ods") && !strcmp(t[4].compression, "gz"), "the newest of a dataset");
	CHECK(!strcmp(t[5].format, "jsonl") && !strcmp(t[5].property, "rows") && !strcmp(t[5].item_type, "object") && t[5].item_keys.n == 1, "items of JSON");
	CHECK(p.warning.n == 3 && !strcmp(p.warning.s[0], "/resources/1/stats") && !strcmp(p.warning.s[1], "/resources/1/hash") &&
	      !strcmp(p.warning.s[2], "/resources/1/schema/fields/0/x:y"), "what is not used is named");
	arena_free(&a);
}

/* A schema and a dialect in files of their own, one of them twice; what is wrong there is said there. */
static void test_beside(void)
{
	struct arena a = { 0 };
	struct package p;
	struct err e = { 0 };
	const char *dir = path_mkdtemp(&a, "/tmp", &e);
	static const char json[] =
		"{\"name\": \"p\", \"resources\": [{\"name\": \"t\", \"path\": \"t.csv\", \"dialect\": \"d.json\", \"schema\": \"s/s.json\"},"
		" {\"name\": \"u\", \"path\": \"u.csv\", \"schema\": \"s/s.json\"}]}";
	static const char schema[] = "{\"fields\": [{\"name\": \"a\", \"rdfType\": \"x\"}],\n \"foreignKeys\": [{\"fields\": \"a\", \"reference\": {\"fields\": \"a\"}}]}";
	static const char wrong[] = "{\"fields\":\n [{\"name\": \"a\", \"type\": \"strnig\"}]}";

	if (!CHECK(dir && path_mkdirs(path_join(&a, dir, "s"), &e) && path_write(path_join(&a, dir, "shape.lua"), "return {}", 9, &e) &&
	           path_write(path_join(&a, dir, "d.json"), "{\"delimiter\": \";\"}", 18, &e) &&
	           path_write(path_join(&a, dir, "s/s.json"), schema, sizeof schema - 1, &e), "files"))
		return;
	CHECK(package_parse(&p, &a, dir, json, sizeof json - 1, &e) && p.nresource == 2 && p.resource[0].delimiter == ';' && p.resource[1].nfield == 1, "a schema beside");
	CHECK(p.resource[1].nforeign == 1 && p.resource[1].foreign->table == &p.resource[1], "with its keys");
	CHECK(p.has_script && p.beside.n == 3, "what is part of the descriptor");
	CHECK_STR(p.warning.s[0], "s/s.json#/fields/0/rdfType", "a warning names the file");
	path_write(path_join(&a, dir, "s/s.json"), wrong, sizeof wrong - 1, &e);
	CHECK(!package_parse(&p, &a, dir, json, sizeof json - 1, &e) && e.line == 2 && !strcmp(e.file, path_join(&a, dir, "s/s.json")) &&
	      !strcmp(e.note, "/fields/0/type"), "an error is placed in it");
	path_remove_tree(dir, &e);
	arena_free(&a);
}

static void test_hints(void)
{
	struct arena a = { 0 };
	struct package p;
	struct err e;
	struct buf b = BUF(2000);

	parse(&p, &a, WITH("'continuum:scop': 'x'"), &e);
	err_hint(&e, LANG_EN, &b);
	CHECK_STR(buf_text(&b), "perhaps: continuum:scope", "the nearest property");
	CHECK_STR(e.excerpt, "\"continuum:scop\": \"x\",", "the line itself");
	buf_clear(&b);
	parse(&p, &a, WITH_KEYS("'primaryKey': 'zzz'"), &e);
	err_hint(&e, LANG_FR, &b);
	CHECK_STR(buf_text(&b), "peut-être : a, b", "the columns there are");
	CHECK(!package_read(&p, &a, "tests/fixtures/nothing", &e) && e.id == ERR_DESC_MISSING, "no descriptor");
	buf_free(&b);
	arena_free(&a);
}

int main(void)
{
	test_bad();
	test_package();
	test_forms();
	test_beside();
	test_hints();
	return done_testing();
}
