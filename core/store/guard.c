/* What a query may do, and what it reads. Everything that is not named here is refused: a new SQLite brings new words, never new rights. */
#include "store/guard.h"

#include "base/text.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Functions that give the same result for the same rows, without reach outside the statement.
 * Left out on purpose: random(), randomblob(), changes(), last_insert_rowid(), current_*, sqlite_version() (not determined by the data);
 * printf() and format() (a width in the text takes 6 s of one opcode, which nothing can stop); zeroblob(), load_extension(), fts3_tokenizer()
 * and everything of fts and rtree. The clock inside date functions is refused by db.c, the time zone by guard_install. */
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

/* No query may be one of these, nor hide one behind WITH or EXPLAIN, where the authorizer meets it. */
static const struct { const char *name; int action; } statements[] = {
	{ "ALTER", SQLITE_ALTER_TABLE }, { "ANALYZE", SQLITE_ANALYZE }, { "ATTACH", SQLITE_ATTACH }, { "BEGIN", SQLITE_TRANSACTION },
	{ "DELETE", SQLITE_DELETE }, { "DETACH", SQLITE_DETACH }, { "INSERT", SQLITE_INSERT }, { "PRAGMA", SQLITE_PRAGMA },
	{ "REINDEX", SQLITE_REINDEX }, { "SAVEPOINT", SQLITE_SAVEPOINT }, { "UPDATE", SQLITE_UPDATE }, { "CREATE", 0 }, { "DROP", 0 },
	{ "COMMIT", 0 }, { "END", 0 }, { "RELEASE", 0 }, { "REPLACE", 0 }, { "ROLLBACK", 0 }, { "VACUUM", 0 },
};

static const struct { int limit, value; } limits[] = {
	{ SQLITE_LIMIT_LENGTH, 16000000 }, { SQLITE_LIMIT_SQL_LENGTH, 100000 }, { SQLITE_LIMIT_COLUMN, 500 },
	{ SQLITE_LIMIT_EXPR_DEPTH, 100 }, { SQLITE_LIMIT_COMPOUND_SELECT, 20 }, { SQLITE_LIMIT_VDBE_OP, 250000 },
	{ SQLITE_LIMIT_FUNCTION_ARG, 16 }, { SQLITE_LIMIT_ATTACHED, 10 }, { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100 },
	{ SQLITE_LIMIT_TRIGGER_DEPTH, 0 }, { SQLITE_LIMIT_WORKER_THREADS, 0 },
};
/* THREATS: DEFENSIVE alone does not stop fts3_tokenizer. Text in double quotes is refused, so that a misspelt column is an error. */
static const struct { int option, value; } switches[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 }, { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 }, { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 }, { SQLITE_DBCONFIG_DQS_DDL, 0 },
};

static bool listed(const char *name, const char *const *list, size_t n)
{
	while (n && text_icmp(name, list[n - 1]))
		n--;
	return n > 0;
}

int guard_refuse(struct guard *g, const char *what, const char *tail)
{
	snprintf(g->refused, sizeof g->refused, "%s%s", what, tail);
	return SQLITE_DENY;
}

static int by_name(const void *x, const void *y)
{
	const struct read *a = x, *b = y;
	int order = strcmp(a->package, b->package);

	order = order ? order : strcmp(a->table, b->table);
	return order ? order : strcmp(a->column, b->column);
}

static int record(struct guard *g, const struct schema_table *t, const char *column)
{
	if (g->nread == COUNT(g->read))
		return guard_refuse(g, t->name, "");
	lsearch(&(struct read){ t->package, t->name, column }, g->read, &g->nread, sizeof *g->read, by_name);
	return SQLITE_OK;
}

/* The describing tables, SQLite's own and what it says about itself; known by their look, since SQLite does not always say what a name
 * stands for. */
static bool is_ours(const char *table)
{
	return table[0] == '_' || !strncmp(table, "sqlite_", 7) || !strncmp(table, "pragma_", 7);
}

/* schema is NULL where SQLite asks for a name of the FROM clause of which no column is used: a table or a common table expression. */
static int may_read(struct guard *g, const char *table, const char *column, const char *schema)
{
	const struct schema_table *t = schema_table(g->catalogue, table);

	if (listed(table, table_functions, COUNT(table_functions)))
		return SQLITE_OK;
	if (is_ours(table))
		return guard_refuse(g, table, "");
	if (g->build)
		return text_icmp(column, "rowid") ? SQLITE_OK : guard_refuse(g, "rowid", "");
	if (!schema)
		return t ? record(g, t, "") : SQLITE_OK;
	if (!t || text_icmp(t->package, schema))
		return guard_refuse(g, table, "");
	if (!column[0])
		return record(g, t, "");
	const struct schema_column *c = schema_column(t, column);
	/* The number of a row in its file is no datum: it has no stamp, and another load may give another. */
	if (!c && !text_icmp(column, "rowid"))
		return guard_refuse(g, "rowid", "");
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
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		return may_read(g, a, b, schema);
	case SQLITE_FUNCTION:
		return b && listed(b, functions, COUNT(functions)) ? SQLITE_OK : guard_refuse(g, b ? b : "", "()");
	case SQLITE_UPDATE:
		/* How a table-valued function comes to be; those that are no pragma are named by SQLite's own message. */
		if (a && !strncmp(a, "sqlite_", 7))
			return guard_refuse(g, "pragma_…()", "");
	}
	for (size_t i = 0; i < COUNT(statements); i++)
		if (statements[i].action == action)
			return guard_refuse(g, statements[i].name, "");
	return guard_refuse(g, "CREATE, DROP", "");
}

/* True when NATURAL or a list after USING may name the column. */
static bool joined_on(const char *sql, const char *column)
{
	bool in_list = false;

	for (struct sqltext t; sqltext_next(&sql, &t);) {
		in_list = (in_list && *t.at != ')') || sqltext_is(&t, "USING");
		if (sqltext_is(&t, "NATURAL") || (in_list && sqltext_is(&t, column)))
			return true;
	}
	return false;
}

bool guard_opened(struct guard *g, const char *table, const char *sql)
{
	const struct schema_table *t = schema_table(g->catalogue, table);
	bool known = false;

	if (g->build && !is_ours(table))
		return true;
	if (!t)
		return guard_refuse(g, table, "") == SQLITE_OK;
	for (size_t i = 0; i < t->ncolumn; i++)
		if (joined_on(sql, t->column[i].name) && record(g, t, t->column[i].name) != SQLITE_OK)
			return false;
	for (size_t i = 0; i < g->nread; i++)
		known = known || g->read[i].table == t->name;
	return known || record(g, t, "") == SQLITE_OK;
}

int guard_install(struct guard *g, sqlite3 *db)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; rc == SQLITE_OK && i < COUNT(switches); i++)
		rc = sqlite3_db_config(db, switches[i].option, switches[i].value, NULL);
	for (size_t i = 0; i < COUNT(limits); i++)
		sqlite3_limit(db, limits[i].limit, limits[i].value);
	return rc == SQLITE_OK ? guard_watch(g, db) : rc;
}

int guard_watch(struct guard *g, sqlite3 *db)
{
	/* The documented way to make 'localtime' and 'utc' fail instead of asking the machine for its time zone. Process-wide, harmless to
	 * the other connections, which use neither. */
	sqlite3_test_control(SQLITE_TESTCTRL_LOCALTIME_FAULT, 1);
	/* These are made at their first use, by a statement that the authorizer would refuse. */
	int rc = sqlite3_exec(db, "SELECT 1 FROM json_each('1'), json_tree('1')", NULL, NULL, NULL);

	return rc == SQLITE_OK ? sqlite3_set_authorizer(db, authorize, g) : rc;
}

void guard_sort(struct guard *g)
{
	qsort(g->read, g->nread, sizeof *g->read, by_name);
}

bool guard_first(struct guard *g, const struct sqltext *word)
{
	for (size_t i = 0; i < COUNT(statements); i++)
		if (sqltext_is(word, statements[i].name))
			return guard_refuse(g, statements[i].name, "") == SQLITE_OK;
	return true;
}

const char *guard_nearest_function(const char *name)
{
	return text_nearest(name, functions, COUNT(functions));
}
