/* The tables _load… and _reject of a package file (their form is the schema's), from one side and from the other. */
#include "intake/account.h"

#include "base/text.h"

#include <string.h>

struct refusal {
	struct refusal *next;
	const char *file, *column, *value, *reason[2];
	long line;
	bool whole;
};

void account_refuse(struct account *c, const struct err *bad, const char *column, const char *value, size_t n, bool whole)
{
	struct refusal *x;

	c->t->cells += !whole;
	if (c->kept == ACCOUNT_REFUSALS)
		return;
	x = arena_new(c->a, struct refusal);
	*x = (struct refusal){
		.file = arena_strdup(c->a, bad->file), .line = bad->line, .whole = whole, .column = column,
		.value = arena_strndup(c->a, value, n < 1000 ? n : 1000),
	};
	for (enum lang lang = LANG_FR; lang <= LANG_EN; lang++) {
		struct buf text = BUF(2000);
		err_message(bad, lang, &text);
		x->reason[lang] = arena_strdup(c->a, buf_text(&text));
		buf_free(&text);
	}
	if (c->kept++ < LOAD_REJECTS)
		c->t->reject[c->t->nreject++] = *bad;
	*(c->last ? &c->last->next : &c->first) = x;
	c->last = x;
}

void account_skip(struct account *c, const char *kind, int64_t n)
{
	struct load_table *t = c->t;
	size_t i = 0;

	t->skipped += n;
	if (!t->kind)
		t->kind = arena_array(c->a, struct load_count, ACCOUNT_KINDS);
	while (i < t->nkind && strcmp(t->kind[i].kind, kind) != 0)
		i++;
	if (i == ACCOUNT_KINDS)
		i--;
	else if (i == t->nkind)
		t->kind[t->nkind++].kind = arena_strdup(c->a, kind);
	t->kind[i].n += n;
}

void account_total(struct account *c, const char *of, const char *column, double stated, double computed)
{
	struct load_table *t = c->t;

	if (!t->total)
		t->total = arena_array(c->a, struct load_total, ACCOUNT_LIST);
	if (t->ntotal < ACCOUNT_LIST)
		t->total[t->ntotal++] = (struct load_total){ arena_strdup(c->a, of), arena_strdup(c->a, column), stated, computed };
}

void account_note(struct account *c, const char *text)
{
	struct texts *note = &c->t->note;

	if (!note->s)
		note->s = arena_array(c->a, const char *, ACCOUNT_LIST);
	if (note->n < ACCOUNT_LIST)
		((const char **)note->s)[note->n++] = arena_strdup(c->a, text);
}

bool account_good(const struct load_table *t, int64_t max_rejected)
{
	int64_t late = t->emitted > t->loaded ? t->emitted - t->loaded : 0, refused = t->rejected + t->cells + late;

	if (max_rejected >= 0)
		return refused <= max_rejected;
	return !(refused > 10 && refused > t->read / 100) && !(refused && !t->loaded);
}

/* ---- writing ---- */

static bool write_refusals(const struct account *c, struct db *db, struct err *e)
{
	static const char sql[] = "INSERT INTO _reject VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
	bool ok = true;

	for (const struct refusal *x = c->first; ok && x; x = x->next)
		ok = db_run(db, sql, CELLS(cell_text(c->t->name), cell_text(x->file), cell_int(x->line), cell_text(x->column), cell_text(x->value),
		                           cell_text(x->reason[LANG_FR]), cell_text(x->reason[LANG_EN]), cell_int(x->whole)), e);
	return ok;
}

bool account_write(const struct account *c, struct db *db, const char *file, struct err *e)
{
	const struct load_table *t = c->t;
	const struct cell name = cell_text(t->name);
	bool ok = db_run(db, "INSERT INTO _load VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	                 CELLS(name, cell_text(file), cell_int(t->read), cell_int(t->used), cell_int(t->rejected), cell_int(t->emitted),
	                       cell_int(t->loaded), cell_int(t->cells)), e);

	for (size_t i = 0; ok && i < t->nkind; i++)
		ok = db_run(db, "INSERT INTO _load_skipped VALUES (?, ?, ?)", CELLS(name, cell_text(t->kind[i].kind), cell_int(t->kind[i].n)), e);
	for (size_t i = 0; ok && i < t->ntotal; i++)
		ok = db_run(db, "INSERT INTO _load_total VALUES (?, ?, ?, ?, ?)",
		            CELLS(name, cell_text(t->total[i].of), cell_text(t->total[i].column), cell_real(t->total[i].stated),
		                  cell_real(t->total[i].computed)), e);
	for (size_t i = 0; ok && i < t->note.n; i++)
		ok = db_run(db, "INSERT INTO _load_note VALUES (?, ?)", CELLS(name, cell_text(t->note.s[i])), e);
	return ok && write_refusals(c, db, e);
}

/* ---- reading: nothing vouches for the file, but every list has an end ---- */

/* A text as a terminal bears it. */
static const char *clean(struct account *c, struct stmt *st, int i)
{
	const struct cell v = stmt_cell(st, i);
	struct buf b = BUF(2000);

	if (v.type == CELL_TEXT)
		text_clean(&b, v.s, v.n);
	char *out = arena_strdup(c->a, buf_text(&b));
	buf_free(&b);
	return out;
}

/* What one row of a query adds to the account. */
static void take_load(struct account *c, struct stmt *st)
{
	struct load_table *t = c->t;
	int64_t *const to[] = { &t->read, &t->used, &t->rejected, &t->emitted, &t->loaded, &t->cells };

	for (size_t i = 0; i < sizeof to / sizeof *to; i++)
		*to[i] = stmt_int(st, (int)i);
}

static void take_skipped(struct account *c, struct stmt *st)
{
	account_skip(c, clean(c, st, 0), stmt_int(st, 1));
}

static void take_total(struct account *c, struct stmt *st)
{
	account_total(c, clean(c, st, 0), clean(c, st, 1), stmt_cell(st, 2).d, stmt_cell(st, 3).d);
}

static void take_note(struct account *c, struct stmt *st)
{
	account_note(c, clean(c, st, 0));
}

static const struct { const char *sql; void (*take)(struct account *c, struct stmt *st); } lists[] = {
	{ "SELECT read, used, rejected, emitted, loaded, cells FROM _load WHERE resource = ?", take_load },
	{ "SELECT kind, n FROM _load_skipped WHERE resource = ? LIMIT 64", take_skipped },
	{ "SELECT \"of\", \"column\", stated, computed FROM _load_total WHERE resource = ? ORDER BY stated = computed, rowid LIMIT 4096", take_total },
	{ "SELECT text FROM _load_note WHERE resource = ? ORDER BY rowid LIMIT 4096", take_note },
};

bool account_read(struct load_report *r, const struct package *p, struct db *db, struct arena *a, struct err *e)
{
	for (r->ntable = 0; r->ntable < p->nresource; r->ntable++) {
		struct load_table *t = &r->table[r->ntable];
		struct account c = { .t = t, .a = a };
		int64_t found = 0;
		t->name = p->resource[r->ntable].name;
		for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
			struct stmt *st = db_query(db, lists[i].sql, CELLS(cell_text(t->name)), e);
			int rc = -1;
			for (; st && (rc = stmt_step(st, e)) == 1; found++)
				lists[i].take(&c, st);
			stmt_done(st);
			if (rc < 0)
				return false;
		}
		if (!found)   /* the load stopped before it */
			return true;
		if (t->used < 0 || t->rejected < 0 || t->skipped < 0 || t->cells < 0 || t->loaded < 0 || t->loaded > t->emitted ||
		    t->read != t->used + t->rejected + t->skipped)
			return err_set(e, ERR_LOAD_WIRE, "%s", p->name);
	}
	return true;
}
