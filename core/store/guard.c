/* What a query may do, and what it reads. Everything that is not named here is refused: a new SQLite brings new words, never new rights. */
#include "store/guard.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Functions that give the same result for the same rows, without reach outside the statement. Sorted.
 * Left out on purpose: random(), randomblob(), changes(), last_insert_rowid(), current_*, sqlite_version() (not determined by the data);
 * printf() and format() (a width in the text takes 6 s of one opcode, which nothing can stop); zeroblob(), load_extension(), fts3_tokenizer()
 * and everything of fts and rtree. The clock inside date functions is refused by vfs.c, the time zone by guard_install. */
static const char *const functions[] = {
	"->", "->>", "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "avg", "ceil", "ceiling", "char", "coalesce",
	"cos", "cosh", "count", "cume_dist", "date", "datetime", "degrees", "dense_rank", "exp", "first_value", "floor", "glob",
	"group_concat", "hex", "ifnull", "iif", "instr", "json", "json_array", "json_array_length", "json_extract", "json_group_array",
	"json_group_object", "json_insert", "json_object", "json_patch", "json_quote", "json_remove", "json_replace", "json_set",
	"json_type", "json_valid", "julianday", "lag", "last_value", "lead", "length", "like", "likelihood", "likely", "ln", "log",
	"log10", "log2", "lower", "ltrim", "max", "min", "mod", "nth_value", "ntile", "nullif", "percent_rank", "pi", "pow", "power",
	"quote", "radians", "rank", "replace", "round", "row_number", "rtrim", "sign", "sin", "sinh", "soundex", "sqrt", "strftime",
	"substr", "substring", "sum", "tan", "tanh", "time", "total", "trim", "trunc", "typeof", "unicode", "unixepoch", "unlikely",
	"upper",
};
/* Table-valued functions: they read their arguments only. */
static const char *const table_functions[] = { "json_each", "json_tree" };

static const char *const statements[] = {
	"ALTER", "ANALYZE", "ATTACH", "BEGIN", "COMMIT", "CREATE", "DELETE", "DETACH", "DROP", "END", "INSERT", "PRAGMA", "REINDEX",
	"RELEASE", "REPLACE", "ROLLBACK", "SAVEPOINT", "UPDATE", "VACUUM",
};
/* The same for what hides behind WITH or EXPLAIN. */
static const struct { int action; const char *name; } actions[] = {
	{ SQLITE_ALTER_TABLE, "ALTER" }, { SQLITE_ANALYZE, "ANALYZE" }, { SQLITE_ATTACH, "ATTACH" }, { SQLITE_DELETE, "DELETE" },
	{ SQLITE_DETACH, "DETACH" }, { SQLITE_INSERT, "INSERT" }, { SQLITE_PRAGMA, "PRAGMA" }, { SQLITE_REINDEX, "REINDEX" },
	{ SQLITE_SAVEPOINT, "SAVEPOINT" }, { SQLITE_TRANSACTION, "BEGIN" }, { SQLITE_UPDATE, "UPDATE" },
};

static const struct { int limit, value; } limits[] = {
	{ SQLITE_LIMIT_SQL_LENGTH, 100000 }, { SQLITE_LIMIT_COLUMN, 500 }, { SQLITE_LIMIT_EXPR_DEPTH, 100 },
	{ SQLITE_LIMIT_COMPOUND_SELECT, 20 }, { SQLITE_LIMIT_VDBE_OP, 250000 }, { SQLITE_LIMIT_FUNCTION_ARG, 16 },
	{ SQLITE_LIMIT_ATTACHED, 10 }, { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100 }, { SQLITE_LIMIT_VARIABLE_NUMBER, 250 },
	{ SQLITE_LIMIT_TRIGGER_DEPTH, 0 }, { SQLITE_LIMIT_WORKER_THREADS, 0 },
};
/* THREATS: DEFENSIVE alone does not stop fts3_tokenizer. Text in double quotes is refused, so that a misspelt column is an error. */
static const struct { int option, value; } switches[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 }, { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 }, { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 }, { SQLITE_DBCONFIG_DQS_DDL, 0 },
};

static int by_text(const void *key, const void *entry)
{
	return text_icmp(key, *(const char *const *)entry);
}

static bool listed(const char *name, const char *const *list, size_t n)
{
	return bsearch(name, list, n, sizeof *list, by_text) != NULL;
}

void guard_refuse(struct guard *g, const char *what)
{
	g->denied = true;
	snprintf(g->refused, sizeof g->refused, "%s", what);
}

static int deny(struct guard *g, const char *what, const char *tail)
{
	char text[sizeof g->refused];

	snprintf(text, sizeof text, "%s%s", what, tail);
	guard_refuse(g, text);
	return SQLITE_DENY;
}

static int record(struct guard *g, const struct schema_table *t, const char *column)
{
	for (size_t i = 0; i < g->nread; i++)
		if (g->read[i].table == t->name && !strcmp(g->read[i].column, column))
			return SQLITE_OK;
	if (g->nread == COUNT(g->read))
		return deny(g, t->name, "");
	g->read[g->nread++] = (struct read){ t->package, t->name, column };
	return SQLITE_OK;
}

/* schema is NULL where SQLite asks for a name of the FROM clause of which no column is used: a table or a common table expression. */
static int may_read(struct guard *g, const char *table, const char *column, const char *schema)
{
	const struct schema_table *t = g->catalogue ? schema_table(g->catalogue, table) : NULL;

	if (listed(table, table_functions, COUNT(table_functions)))
		return SQLITE_OK;
	/* The describing tables and SQLite's own; refused by their look, since SQLite does not say here what the name stands for. */
	if (table[0] == '_' || !strncmp(table, "sqlite_", 7))
		return deny(g, table, "");
	if (!schema)
		return t ? record(g, t, "") : SQLITE_OK;
	if (!t || text_icmp(t->package, schema))
		return deny(g, table, "");
	if (!column[0])
		return record(g, t, "");
	const struct schema_column *c = schema_column(t, column);
	/* The number of a row in its file is no datum: it has no stamp, and another load may give another. */
	if (!c && !text_icmp(column, "rowid"))
		return deny(g, "rowid", "");
	return record(g, t, c ? c->name : "");
}

static int authorize(void *context, int action, const char *a, const char *b, const char *schema, const char *trigger)
{
	struct guard *g = context;

	(void)trigger;
	if (g->inner)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT:
		g->selected = true;
		return SQLITE_OK;
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		return may_read(g, a, b, schema);
	case SQLITE_FUNCTION:
		return b && listed(b, functions, COUNT(functions)) ? SQLITE_OK : deny(g, b ? b : "", "()");
	case SQLITE_UPDATE:
		/* How a table-valued function comes to be; those that are no pragma are named by SQLite's own message. */
		if (a && !strncmp(a, "sqlite_", 7))
			return deny(g, "pragma_…()", "");
	}
	for (size_t i = 0; i < COUNT(actions); i++)
		if (actions[i].action == action)
			return deny(g, actions[i].name, "");
	return deny(g, "CREATE, DROP", "");
}

bool guard_opened(struct guard *g, const char *table, const char *sql, size_t n)
{
	const struct schema_table *t = g->catalogue ? schema_table(g->catalogue, table) : NULL;
	bool natural = sqltext_find(sql, n, "NATURAL") >= 0, known = false, ok = true;
	struct sqltext word;

	if (!t)
		return deny(g, table, "") == SQLITE_OK;
	for (size_t i = 0; natural && ok && i < t->ncolumn; i++)
		ok = record(g, t, t->column[i].name) == SQLITE_OK;
	/* USING ( words ): other words of the statement in such a list do no harm. */
	for (size_t at = 0, in = 0; ok && sqltext_next(sql, n, at, &word); at = word.end) {
		if (word.kind == SQLTEXT_SIGN && word.s[0] == ')')
			in = 0;
		else if (sqltext_is(&word, "USING"))
			in = 1;
		for (size_t i = 0; in && ok && i < t->ncolumn; i++)
			if (sqltext_is(&word, t->column[i].name))
				ok = record(g, t, t->column[i].name) == SQLITE_OK;
	}
	for (size_t i = 0; i < g->nread && !known; i++)
		known = g->read[i].table == t->name;
	return ok && (known || record(g, t, "") == SQLITE_OK);
}

bool guard_install(struct guard *g, sqlite3 *db, size_t text)
{
	for (size_t i = 0; i < COUNT(switches); i++)
		if (sqlite3_db_config(db, switches[i].option, switches[i].value, NULL) != SQLITE_OK)
			return false;
	for (size_t i = 0; i < COUNT(limits); i++)
		sqlite3_limit(db, limits[i].limit, limits[i].value);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, text < 1 << 30 ? (int)text : 1 << 30);
	/* The documented way to make 'localtime' and 'utc' fail instead of asking the machine for its time zone. Process-wide, harmless to
	 * the other connections, which use neither. */
	sqlite3_test_control(SQLITE_TESTCTRL_LOCALTIME_FAULT, 1);
	/* These are made at their first use, by a statement that the authorizer would refuse. */
	if (sqlite3_exec(db, "SELECT 1 FROM json_each('1'), json_tree('1')", NULL, NULL, NULL) != SQLITE_OK)
		return false;
	return sqlite3_set_authorizer(db, authorize, g) == SQLITE_OK;
}

void guard_begin(struct guard *g)
{
	g->selected = g->denied = false;
	g->nread = 0;
}

const char *guard_statement(const struct sqltext *first)
{
	for (size_t i = 0; i < COUNT(statements); i++)
		if (sqltext_is(first, statements[i]))
			return statements[i];
	return NULL;
}

const char *guard_nearest_function(const char *name)
{
	return text_nearest(name, functions, COUNT(functions));
}
