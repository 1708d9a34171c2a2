/* The plain road: one thread that cuts a delimited file and binds each cell to one prepared INSERT. What the loader is measured against:
 * honest (types, missing values, the same key and table, 32 MB of cache, no journal, one transaction), and without tricks.
 * usage: reference FILE.csv OUT.db, a file in the form of the communal base of the SSMSI; OUT.db must not exist */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 13, LINE = 1 << 16 };
static const char type[COLUMNS + 1] = "tittiftiiiiff";   /* text, integer, float */

static void fail(const char *what)
{
	fprintf(stderr, "reference: %s\n", what);
	exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(db));
}

/* Cuts the line in place; quotes are taken off, doubled ones undone. */
static int cut(char *s, char *cell[COLUMNS])
{
	int n = 0;

	while (n < COLUMNS) {
		char *to = cell[n++] = s;
		if (*s == '"') {
			for (s++; *s && (*s != '"' || s[1] == '"'); s++) {
				s += *s == '"';
				*to++ = *s;
			}
			s += *s == '"';
		} else {
			while (*s && *s != ';' && *s != '\n' && *s != '\r')
				*to++ = *s++;
		}
		char end = *s;
		*to = 0;
		if (end != ';')
			break;
		s++;
	}
	return n;
}

static void bind(sqlite3_stmt *st, int i, char *s)
{
	char *end = s;

	if (!*s || !strcmp(s, "NA")) {
		sqlite3_bind_null(st, i + 1);
	} else if (type[i] == 't') {
		sqlite3_bind_text(st, i + 1, s, -1, SQLITE_STATIC);
	} else if (type[i] == 'i') {
		sqlite3_bind_int64(st, i + 1, strtoll(s, &end, 10));
	} else {
		char *comma = strchr(s, ',');
		if (comma)
			*comma = '.';
		sqlite3_bind_double(st, i + 1, strtod(s, &end));
	}
	if (type[i] != 't' && *end && strcmp(s, "NA"))
		fail("not a number");
}

int main(int argc, char **argv)
{
	static char line[LINE];
	char *cell[COLUMNS];
	FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL;
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;

	if (!in || sqlite3_open(argv[2], &db) != SQLITE_OK)
		fail("cannot open");
	run(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000; BEGIN;"
	        "CREATE TABLE t (CODGEO_2024 TEXT NOT NULL, annee INTEGER NOT NULL, indicateur TEXT NOT NULL, unite_de_compte TEXT, nombre INTEGER,"
	        " taux_pour_mille REAL, est_diffuse TEXT, insee_pop INTEGER, insee_pop_millesime INTEGER, insee_log INTEGER,"
	        " insee_log_millesime INTEGER, complement_info_nombre REAL, complement_info_taux REAL,"
	        " PRIMARY KEY (CODGEO_2024, annee, indicateur)) STRICT, WITHOUT ROWID");
	if (sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &st, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(db));
	if (!fgets(line, sizeof line, in))
		fail("no header");
	while (fgets(line, sizeof line, in)) {
		if (cut(line, cell) != COLUMNS)
			fail("cells");
		for (int i = 0; i < COLUMNS; i++)
			bind(st, i, cell[i]);
		if (sqlite3_step(st) != SQLITE_DONE)
			fail(sqlite3_errmsg(db));
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	run(db, "COMMIT");
	sqlite3_close(db);
	fclose(in);
	return 0;
}
