/* Files of every kind through rows_open: parts, header rows, what a descriptor states of a file, files that are not what it says;
 * csv-spectrum. */
#include "intake/rows.h"

#include "base/path.h"
#include "intake/json.h"
#include "tap.h"

#include <stdlib.h>
#include <zlib.h>

static struct arena arena;
static const char *root;

#define FILE_OF(...) .delimiter = ',', .quote = '"', .double_quote = true, .comment = "", .null_sequence = "", .encoding = "utf-8", .format = "csv", \
	.compression = "", .innerpath = "", .has_header = true, .header_join = " ", .sheet_name = "", .sheet_number = 1, .property = "", .item_type = "", \
	.hash = "", .bytes = -1, .fields_match = "exact", .field = ab, .nfield = 2, .header_rows = { first, 1 }, __VA_ARGS__
#pragma GCC diagnostic ignored "-Woverride-init"
static struct field ab[] = { { .name = "a" }, { .name = "Né" } };
static struct field yearly[] = { { .name = "a", .header = "CODGEO_*" }, { .name = "Né", .header = "*N*b*É*" } };
static const int64_t first[] = { 1 }, second_third[] = { 2, 3 }, fourth[] = { 4 };

static const char *write_file(const char *name, const char *s, size_t n)
{
	struct err e;
	const char *path = path_join(&arena, root, name);

	if (!path_write(path, s, n, &e))
		printf("Bail out! cannot write %s\n", path), exit(1);
	return path;
}

/* Rows as "[a][b]1/", those of a second part behind "|", then " +skipped"; "! line:column id" for a refusal. */
static void show(struct buf *out, const struct resource *r, const struct rows_opt *o, struct rows *rows)
{
	struct row row;
	struct err e;
	size_t part = 1;
	int rc;

	rows_open(rows, r, o, &arena);
	while ((rc = rows_next(rows, &row, &e)) == 1) {
		for (; part < rows->part; part++)
			buf_char(out, '|');
		for (size_t i = 0; i < (o->raw ? row.n : r->nfield); i++) {
			long at = o->raw ? (long)i : rows->map[i];
			buf_printf(out, "[%.*s]", at < 0 ? 1 : (int)row.cell[at].n, at < 0 ? "-" : row.cell[at].s);
		}
		buf_printf(out, "%ld/", row.line);
	}
	if (rc < 0)
		buf_printf(out, "! %ld:%ld %s", e.line, e.column, err_name(e.id));
	else if (rows->skipped)
		buf_printf(out, " +%lld", (long long)rows->skipped);
}

#define TEXT(s) s, sizeof s - 1
static const struct { const char *name; struct resource r; const char *in; size_t n; const char *want; } cases[] = {
	{ "a header and rows", { FILE_OF(.line = 0) }, TEXT("a,Né\n1,2\n"), "[1][2]2/" },
	{ "no header", { FILE_OF(.has_header = false) }, TEXT("1,2\n"), "[1][2]1/" },
	{ "capitals do not matter", { FILE_OF(.line = 0) }, TEXT("A,NÉ\n1,2\n"), "[1][2]2/" },
	{ "capitals matter", { FILE_OF(.case_sensitive = true) }, TEXT("A,Né\n1,2\n"), "! 1:0 intake.header" },
	{ "letters matter", { FILE_OF(.line = 0) }, TEXT("a,Nê\n1,2\n"), "! 1:0 intake.header" },
	{ "another order", { FILE_OF(.line = 0) }, TEXT("Né,a\n1,2\n"), "! 1:0 intake.header" },
	{ "another order that may be", { FILE_OF(.fields_match = "equal") }, TEXT("Né,a\n1,2\n"), "[2][1]2/" },
	{ "equal: not more", { FILE_OF(.fields_match = "equal") }, TEXT("Né,a,c\n1,2,3\n"), "! 1:0 intake.header" },
	{ "subset: more in the file", { FILE_OF(.fields_match = "subset") }, TEXT("c,Né,a\n0,1,2\n"), "[2][1]2/" },
	{ "subset: not less", { FILE_OF(.fields_match = "subset") }, TEXT("c,Né\n0,1\n"), "! 1:0 intake.header" },
	{ "superset: less in the file", { FILE_OF(.fields_match = "superset") }, TEXT("Né\n1\n"), "[-][1]2/" },
	{ "superset: not more", { FILE_OF(.fields_match = "superset") }, TEXT("Né,c\n1,2\n"), "! 1:0 intake.header" },
	{ "partial", { FILE_OF(.fields_match = "partial") }, TEXT("c,Né\n1,2\n"), "[-][2]2/" },
	{ "partial: nothing in common", { FILE_OF(.fields_match = "partial") }, TEXT("c,d\n1,2\n"), "! 1:0 intake.header" },
	{ "a column twice", { FILE_OF(.fields_match = "equal") }, TEXT("a,Né,A\n"), "! 1:0 intake.header_twice" },
	{ "a header that changes", { FILE_OF(.field = yearly) }, TEXT("codgeo_2025,Na nb bé\n1,2\n"), "[1][2]2/" },
	{ "a header that changes too much", { FILE_OF(.field = yearly) }, TEXT("codgeo_2025,nb\n1,2\n"), "! 1:0 intake.header" },
	{ "one column for two headers", { FILE_OF(.field = yearly, .fields_match = "subset") }, TEXT("nbé,codgeo_,codgeo_1\n1,2,3\n"), "! 1:0 intake.header_twice" },
	{ "a star in a name is a star", { FILE_OF(.field = (struct field[]){ { .name = "a*" } }, .nfield = 1) }, TEXT("a1\n"), "! 1:0 intake.header" },
	{ "header rows that are joined", { FILE_OF(.header_rows = { second_third, 2 }, .header_join = "/", .fields_match = "partial") },
	  TEXT("Title,\n,a\nNé,\n1,2\n"), "[2][1]4/ +1" },
	{ "names in two rows", { FILE_OF(.header_rows = { second_third, 2 }, .header_join = "", .field = ab, .nfield = 1) }, TEXT("T\nA\n\n5\n"), "[5]4/ +1" },
	{ "rows that are comments", { FILE_OF(.comment_rows = { fourth, 1 }, .comment = "#") }, TEXT("#x\na,Né\n1,2\n3,4\n5,6\n"), "[1][2]3/[3][4]4/ +2" },
	{ "header only", { FILE_OF(.line = 0) }, TEXT("a,Né"), "" },
	{ "nothing", { FILE_OF(.line = 0) }, TEXT(""), "! 0:0 intake.file_empty" },
	{ "nothing, and no header", { FILE_OF(.has_header = false) }, TEXT(""), "! 0:0 intake.file_empty" },
	{ "fewer rows than the header has", { FILE_OF(.header_rows = { second_third, 2 }) }, TEXT("a\nb\n"), "! 0:0 intake.file_empty" },
	{ "a page", { FILE_OF(.line = 0) }, TEXT("\n <!DOCTYPE html><p>"), "! 0:0 intake.not_text" },
	{ "a page behind a mark", { FILE_OF(.line = 0) }, TEXT("\xef\xbb\xbf<HTML lang=fr>"), "! 0:0 intake.not_text" },
	{ "a page as JSON", { FILE_OF(.format = "json") }, TEXT("<html>"), "! 0:0 intake.not_text" },
	{ "ZIP", { FILE_OF(.line = 0) }, TEXT("PK\3\4abc"), "! 0:0 intake.not_text" },
	{ "gzip", { FILE_OF(.encoding = "windows-1252") }, TEXT("\x1f\x8b\x08"), "! 0:0 intake.not_text" },
	{ "an old workbook", { FILE_OF(.line = 0) }, TEXT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "! 0:0 intake.not_text" },
	{ "UTF-16", { FILE_OF(.line = 0) }, TEXT("\xff\xfe" "a\0"), "! 0:0 intake.not_text" },
	{ "UTF-16 as declared", { FILE_OF(.encoding = "utf-16le") }, TEXT("\xff\xfe" "a\0,\0N\0\xe9\0"), "" },
	{ "UTF-8 that is declared as another", { FILE_OF(.encoding = "windows-1252") }, TEXT("\xef\xbb\xbf" "a,N\n"), "! 0:0 intake.not_text" },
	{ "text where a workbook is declared", { FILE_OF(.format = "xlsx") }, TEXT("a,b\n"), "! 0:0 intake.sheet_not" },
	{ "JSON", { FILE_OF(.format = "json") }, TEXT("[{\"Né\":2,\"a\":1},\n{\"a\":3}]"), "[1][2]1/[3][]2/" },
	{ "JSON without a header", { FILE_OF(.format = "json", .has_header = false) }, TEXT("[[1,2]]"), "[1][2]1/" },
	{ "JSON arrays with a header", { FILE_OF(.format = "json", .fields_match = "equal") }, TEXT("[[\"Né\",\"a\"],[1,2]]"), "[2][1]1/" },
	{ "stated and right", { FILE_OF(.bytes = 9, .hash = "sha256:2B9EC9A9943DA3DA94F632B71B2D4BD167B8CD9836165BE86CFD3B9C36B53B72") }, TEXT("a,Né\n1,2"), "[1][2]2/" },
	{ "another size", { FILE_OF(.bytes = 8) }, TEXT("a,Né\n1,2"), "[1][2]2/! 0:0 intake.file_bytes" },
	{ "md5 without a prefix", { FILE_OF(.hash = "846fed16ddf310ec0d765db31626234c") }, TEXT("a,Né\n1,2"), "[1][2]2/" },
	{ "sha1", { FILE_OF(.hash = "sha1:dc1ea3b44f3ac7d7d82d45acbab1ec186e46983e") }, TEXT("a,Né\n1,2"), "[1][2]2/" },
	{ "sha512", { FILE_OF(.hash = "sha512:20ba9608daf3bba9985e5d5313603122139ec3777ccb2cb8daf02516eb6bcb9b4e012b0aacfffd049e7c3a20970afaba8c08bc7e03a210c666d936e0d32b861d") }, TEXT("a,Né\n1,2"), "[1][2]2/" },
	{ "another digest", { FILE_OF(.hash = "md5:00") }, TEXT("a,Né\n1,2"), "[1][2]2/! 0:0 intake.file_hash" },
};

static void test_cases(void)
{
	struct buf out = BUF(8000);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *path = write_file("case", cases[i].in, cases[i].n);
		struct rows rows;
		buf_clear(&out);
		show(&out, &cases[i].r, &(struct rows_opt){ .file = &(struct rows_file){ path, "case" }, .nfile = 1, .tmp_dir = root }, &rows);
		rows_close(&rows);
		CHECK_STR(buf_text(&out), cases[i].want, cases[i].name);
	}
	buf_free(&out);
}

static const char *write_gzip(const char *name, const char *s)
{
	const char *path = path_join(&arena, root, name);
	gzFile f = gzopen(path, "wb");

	gzwrite(f, s, (unsigned)strlen(s));
	gzclose(f);
	return path;
}

static void test_parts(void)
{
	static const struct resource r = { FILE_OF(.line = 0) };
	struct rows_file file[3] = {
		{ write_file("p1.csv", TEXT("a,Né\n1,2\n")), "p1.csv" }, { write_file("p2.csv", TEXT("3,4\n5,6\n")), "p2.csv" },
		{ write_gzip("p3.csv.gz", "a,Né\n7,8\n"), "p3.csv.gz" },
	};
	struct buf out = BUF(8000);
	struct rows rows;
	char sum[2][HASH_HEX];

	show(&out, &r, &(struct rows_opt){ .file = file, .nfile = 3 }, &rows);
	CHECK_STR(buf_text(&out), "[1][2]2/|[3][4]1/[5][6]2/|[7][8]2/", "parts, the second one without a header, the third one packed");
	memcpy(sum[0], rows.sha256, HASH_HEX);
	rows_close(&rows);
	buf_clear(&out);
	show(&out, &r, &(struct rows_opt){ .file = file, .nfile = 3, .raw = true }, &rows);
	CHECK_STR(buf_text(&out), "[a][Né]1/[1][2]2/|[3][4]1/[5][6]2/|[a][Né]1/[7][8]2/", "raw: every row as it stands");
	memcpy(sum[1], rows.sha256, HASH_HEX);
	rows_close(&rows);
	CHECK(!memcmp(sum[0], sum[1], HASH_HEX) && strlen(sum[0]) == 64, "the digest is of the files");
	buf_clear(&out);
	file[1].path = write_file("p2.csv", TEXT("x,y\n"));
	file[0].path = write_file("p1.csv", TEXT("a,Né\n"));
	show(&out, &(struct resource){ FILE_OF(.fields_match = "equal") }, &(struct rows_opt){ .file = file, .nfile = 3 }, &rows);
	CHECK_STR(buf_text(&out), "! 1:0 intake.header", "columns in any order need a header in every part");
	rows_close(&rows);
	buf_free(&out);
}

/* Each .csv against its .json. One has quotes in bare cells, which are read where quoting is off, and a telephone number that its .json contradicts. */
static void test_spectrum(void)
{
	static const char dir[] = "tests/fixtures/csv-spectrum";
	struct err e;
	const char **names;
	size_t n, tried = 0;

	if (!path_list(&arena, dir, &names, &n, &e))
		printf("Bail out! %s\n", dir), exit(1);
	for (size_t i = 0; i < n; i++) {
		struct json_doc doc;
		struct rows rows;
		struct row row;
		const char **name = NULL;
		size_t width = 0;
		bool ok = true;
		if (!strstr(names[i], ".csv"))
			continue;
		const char *csv = path_join(&arena, dir, names[i]);
		const char *json = arena_printf(&arena, "%.*sjson", (int)strlen(csv) - 3, csv);
		ok = json_read(&doc, &arena, json, json, &e);
		bool coordinates = strstr(names[i], "coordinates") != NULL;
		const struct json *item = !ok ? NULL : coordinates ? doc.root : doc.root->child;
		rows_open(&rows, &(struct resource){ FILE_OF(.nfield = 0, .quote = coordinates ? 0 : '"') },
		          &(struct rows_opt){ .file = &(struct rows_file){ csv, csv }, .nfile = 1, .raw = true }, &arena);
		for (int rc; ok && (rc = rows_next(&rows, &row, &e)) != 0;) {
			if (rc == 1 && !name) {
				width = row.n;
				name = arena_array(&arena, const char *, width);
				for (size_t k = 0; k < width; k++)
					name[k] = arena_strndup(&arena, row.cell[k].s, row.cell[k].n);
				continue;
			}
			ok = rc == 1 && item && row.n == width && item->count == width;
			for (size_t k = coordinates; ok && k < width; k++) {
				const struct json *v = json_get(item, name[k]);
				ok = v && v->n == row.cell[k].n && !memcmp(v->s, row.cell[k].s, v->n);
			}
			item = ok ? item->next : NULL;
		}
		rows_close(&rows);
		CHECK(ok && !item, arena_printf(&arena, "csv-spectrum: %s", names[i]));
		tried++;
	}
	CHECK(tried == 12, "all of csv-spectrum");
}

int main(void)
{
	struct err e;

	root = path_mkdtemp(&arena, "/tmp", &e);
	test_cases();
	test_parts();
	test_spectrum();
	path_remove_tree(root, &e);
	arena_free(&arena);
	return done_testing();
}
