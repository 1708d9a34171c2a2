/* The tables _load… and _reject of a package file (their form is the schema's), from one side and from the other. */
#include "intake/account.h"

#include "base/text.h"

#include <string.h>

/* What is written as it came, in this order: rows of a table of the package file, whose first cell is the resource. */
enum { REFUSALS, KINDS, TOTALS, NOTES };
static const struct { const char *sql; size_t most; } lists[ACCOUNT_LISTS] = {
	[REFUSALS] = { "INSERT INTO _reject VALUES (?, ?, ?, ?, ?, ?, ?, ?)", 10000 },
	[KINDS] = { "INSERT INTO _load_skipped VALUES (?, ?, ?)", 64 },
	[TOTALS] = { "INSERT INTO _load_total VALUES (?, ?, ?, ?, ?)", 4096 },
	[NOTES] = { "INSERT INTO _load_note VALUES (?, ?)", 4096 },
};
struct entry { struct entry *next; size_t n; struct cell cell[]; };

/* False when the list is full. */
static bool add(struct account *c, int list, const struct cell *cell, size_t n)
{
	struct account_list *l = &c->list[list];
	struct entry *x;

	if (l->n == lists[list].most)
		return false;
	x = arena_alloc(c->a, sizeof *x + n * sizeof *cell);
	*x = (struct entry){ .n = n };
	for (size_t i = 0; i < n; i++) {
		x->cell[i] = cell[i];
		if (cell[i].type == CELL_TEXT)
			x->cell[i].s = arena_strndup(c->a, cell[i].s, cell[i].n);
	}
	*(l->last ? &l->last->next : &l->first) = x;
	l->last = x;
	l->n++;
	return true;
}

void account_refuse(struct account *c, const struct err *bad, const char *column, const char *value, size_t n, bool whole)
{
	struct buf fr = BUF(2000), en = BUF(2000);

	c->t->cells += !whole;
	err_message(bad, LANG_FR, &fr);
	err_message(bad, LANG_EN, &en);
	bool kept = add(c, REFUSALS, CELLS(cell_text(c->t->name), cell_text(bad->file), cell_int(bad->line), cell_text(column),
	                                   cell_bytes(value, n < 1000 ? n : 1000), cell_text(buf_text(&fr)), cell_text(buf_text(&en)), cell_int(whole)));
	if (kept && c->t->nreject < LOAD_REJECTS)
		c->t->reject[c->t->nreject++] = *bad;
	buf_free(&fr);
	buf_free(&en);
}

void account_skip(struct account *c, const char *kind, int64_t n)
{
	struct entry *x = c->list[KINDS].first;

	c->t->skipped += n;
	while (x && strcmp(x->cell[1].s, kind) != 0)
		x = x->next;
	if (!x && add(c, KINDS, CELLS(cell_text(c->t->name), cell_text(kind), cell_int(n))))
		return;
	x = x ? x : c->list[KINDS].last;
	x->cell[2].i += n;
}

void account_total(struct account *c, const char *of, const char *column, double stated, double computed)
{
	add(c, TOTALS, CELLS(cell_text(c->t->name), cell_text(of), cell_text(column), cell_real(stated), cell_real(computed)));
}

void account_note(struct account *c, const char *text)
{
	add(c, NOTES, CELLS(cell_text(c->t->name), cell_text(text)));
}

bool account_good(const struct load_table *t, int64_t max_rejected)
{
	int64_t late = t->emitted > t->loaded ? t->emitted - t->loaded : 0, refused = t->rejected + t->cells + late;

	if (max_rejected >= 0)
		return refused <= max_rejected;
	return !(refused > 10 && refused > t->read / 100) && !(refused && !t->loaded);
}

bool account_write(const struct account *c, struct db *db, const char *file, struct err *e)
{
	const struct load_table *t = c->t;
	bool ok = db_run(db, "INSERT INTO _load VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	                 CELLS(cell_text(t->name), cell_text(file), cell_int(t->read), cell_int(t->used), cell_int(t->rejected), cell_int(t->emitted),
	                       cell_int(t->loaded), cell_int(t->cells)), e);

	for (size_t i = 0; i < ACCOUNT_LISTS; i++)
		for (const struct entry *x = c->list[i].first; ok && x; x = x->next)
			ok = db_run(db, lists[i].sql, x->cell, x->n, e);
	return ok;
}

/* Nothing vouches for the file, but every list has an end. */
static const char read_sql[] =
	"SELECT read, used, rejected, emitted, loaded, cells, (SELECT ifnull(sum(n), 0) FROM _load_skipped WHERE resource = ?1), '\"kinds\":' || "
	"(SELECT json_group_array(json_object('kind', kind, 'rows', n)) FROM (SELECT * FROM _load_skipped WHERE resource = ?1 LIMIT 64))"
	" || ',\"totals\":' || (SELECT json_group_array(json_object('of', \"of\", 'column', \"column\", 'stated', stated, 'computed', computed))"
	" FROM (SELECT * FROM _load_total WHERE resource = ?1 AND abs(stated) + abs(computed) < 1e300 ORDER BY stated = computed, rowid LIMIT 4096))"
	" || ',\"notes\":' || (SELECT json_group_array(text) FROM (SELECT text FROM _load_note WHERE resource = ?1 ORDER BY rowid LIMIT 4096))"
	" FROM _load WHERE resource = ?1";

bool account_read(struct load_report *r, const struct package *p, struct db *db, struct arena *a, struct err *e)
{
	for (r->ntable = 0; r->ntable < p->nresource; r->ntable++) {
		struct load_table *t = &r->table[r->ntable];
		int64_t *const to[] = { &t->read, &t->used, &t->rejected, &t->emitted, &t->loaded, &t->cells, &t->skipped };
		t->name = p->resource[r->ntable].name;
		struct stmt *st = db_query(db, read_sql, CELLS(cell_text(t->name)), e);
		int rc = st ? stmt_step(st, e) : -1, n = sizeof to / sizeof *to;
		for (int i = 0; rc == 1 && i < n; i++)
			*to[i] = stmt_int(st, i);
		t->lists = rc == 1 ? stmt_copy(st, n, a) : "";
		stmt_done(st);
		if (rc != 1)   /* 0: the load stopped before it */
			return rc == 0;
		if (t->used < 0 || t->rejected < 0 || t->skipped < 0 || t->cells < 0 || t->loaded < 0 || t->loaded > t->emitted || !*t->lists ||
		    t->read != t->used + t->rejected + t->skipped || text_utf8_bad(t->lists, strlen(t->lists)) < strlen(t->lists))
			return err_set(e, ERR_LOAD_WIRE, "%s", p->name);
	}
	return true;
}
