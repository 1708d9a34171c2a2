/* Descriptors: what is understood, what is warned about, what is refused and where. Apostrophes stand for quotes in the texts below. */
#include "intake/package.h"

#include "base/buf.h"
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
	test_hints();
	return done_testing();
}
