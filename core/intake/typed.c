/* Two roads to the same rows. A tidy row is typed where it stands. A row that a script shapes waits in a queue: one raw row gives any number
 * of them, and must be emitted, rejected or skipped, so that none is lost. */
#include "intake/typed.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* So many rows out of key order are no nuisance to SQLite, and cost nothing to have read in vain. */
enum { BEHIND = 20000 };

struct queued { struct queued *next; struct cell cell[]; };

/* ---- opening ---- */

/* The files of the table: its own, or the one that stands for it. */
static void find_files(struct typed *t, const struct typed_job *job)
{
	const struct resource *r = job->r;
	struct rows_file *file = arena_array(t->a, struct rows_file, r->path.n + 1);
	struct buf names = BUF(4000);
	size_t n = 0;

	for (size_t i = 0; i < job->load->nfile; i++)
		if (!strcmp(job->load->file[i].resource, r->name))
			file[n++] = (struct rows_file){ job->load->file[i].path, job->load->file[i].shown };
	for (size_t i = 0; !r->is_feed && !n && i < r->path.n; i++)
		file[i].path = file[i].shown = path_join(t->a, job->package->dir, r->path.s[i]);
	t->opt = (struct rows_opt){ .file = file, .nfile = n ? n : r->is_feed ? 0 : r->path.n, .tmp_dir = job->tmp_dir };
	for (size_t i = 0; i < t->opt.nfile; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", file[i].shown);
	t->files = arena_strdup(t->a, buf_text(&names));
	buf_free(&names);
}

/* Columns; and which fields a row can do without: an unreadable cell of a key or a required column leaves nothing to go by. */
static bool open_fields(struct typed *t, struct err *e)
{
	const struct resource *r = t->job->r;

	t->reader = arena_array(t->a, struct field_reader *, r->nfield);
	t->cell = arena_array(t->a, struct cell, 2 * r->nfield);
	t->at = arena_array(t->a, size_t, r->nfield);
	t->key = arena_array(t->a, size_t, r->primary.n);
	t->may_lack = arena_array(t->a, bool, r->nfield);
	for (size_t i = 0; i < r->nfield; i++) {
		t->at[i] = t->ncell;
		t->ncell += r->field[i].companion ? 2 : 1;
		t->may_lack[i] = !r->field[i].required;
		t->reader[i] = field_open(&r->field[i], &t->types, t->a, e);
		if (!t->reader[i])
			return err_at(e, t->job->package->file, r->field[i].line, 0) || err_note(e, "%s", r->name);
	}
	for (size_t k = 0; k < r->nforeign; k++)
		for (size_t i = 0; i < r->foreign[k].from.n; i++)
			t->may_lack[r->foreign[k].from.field[i]] = false;
	for (size_t i = 0; i < r->primary.n; i++) {
		t->may_lack[r->primary.field[i]] = false;
		t->key[i] = t->at[r->primary.field[i]];
	}
	t->stamper = stamp_open(t->a, t->ncell, t->key, r->primary.n);
	return true;
}

/* ---- refusals ---- */

bool typed_place(const struct typed *t, size_t field, struct err *e)
{
	const struct row *row = &t->row;
	long column = 0, at = field == SIZE_MAX || t->shaped ? -1 : t->rows.map[field];

	if (at >= 0 && (size_t)at < row->n) {
		const char *s = row->cell[at].s;
		/* A cell whose quotes were undoubled is a copy; its neighbour tells the place well enough. */
		if (s && s >= row->text && s <= row->text + row->length)
			column = (long)text_utf8_length(row->text, (size_t)(s - row->text)) + 1;
	}
	err_at(e, t->rows.file, row->line, column);
	err_excerpt(e, row->text ? row->text : "", row->length < 2000 ? row->length : 2000, column);
	return err_note(e, "%s", t->job->r->name);
}

static const struct rowcell nothing = { .s = "", .kind = ROWCELL_NONE };

/* Types a row into t->cell; place: of each field in `from` (-1: not there), NULL = as they come. False: the row is refused and in the account. */
static bool type_row(struct typed *t, const struct rowcell *from, const long *place)
{
	const struct resource *r = t->job->r;
	struct err bad;

	for (size_t i = 0; i < r->nfield; i++) {
		const struct rowcell *c = place ? place[i] < 0 ? &nothing : &from[place[i]] : &from[i];
		struct cell *out = &t->cell[t->at[i]];
		const char *label = "";
		*out = (struct cell){ .type = CELL_NULL };
		if (c != &nothing && field_read(t->reader[i], c, out, &label, &bad) < 0) {
			typed_place(t, i, &bad);
			account_refuse(t->account, &bad, r->field[i].name, c->s, c->n, !t->may_lack[i]);
			if (!t->may_lack[i])
				return false;
			*out = (struct cell){ .type = CELL_NULL };
		}
		if (r->field[i].companion)
			out[1] = *label ? cell_text(label) : (struct cell){ .type = CELL_NULL };
	}
	return true;
}

/* A row that is out, for what *bad says of its field. */
static void refuse_row(struct typed *t, struct err *bad)
{
	typed_place(t, SIZE_MAX, bad);
	account_refuse(t->account, bad, "", "", 0, true);
}

/* ---- order ---- */

/* Keeps the greatest key so far, and counts the rows behind it. False when there are too many of them. */
static bool in_order(struct typed *t)
{
	const struct key *key = &t->job->r->primary;
	struct cell *kept = t->greatest.cell;
	struct buf *text = &t->greatest.text;
	int order = 0;

	for (size_t k = 0; k < key->n && !order; k++) {
		const struct cell *c = &t->cell[t->key[k]];
		order = kept[k].type == c->type ? field_compare(c, &kept[k]) : 1;
	}
	if (order <= 0)
		return ++t->greatest.behind < BEHIND;
	buf_clear(text);
	for (size_t k = 0; k < key->n; k++) {
		kept[k] = t->cell[t->key[k]];
		if (kept[k].type == CELL_TEXT)
			buf_add(text, kept[k].s, kept[k].n);
	}
	const char *s = buf_text(text);
	for (size_t k = 0; k < key->n; s += kept[k++].n)
		kept[k].s = s;
	return !text->over;
}

/* A good row goes out. 1, or -1 when it is time to sort. */
static int give(struct typed *t, const struct cell **cells)
{
	t->unordered = t->may_sort && !in_order(t);
	if (t->unordered)
		return -1;
	stamp_row(t->stamper, t->cell);
	*cells = t->cell;
	return 1;
}

/* ---- tidy rows ---- */

static int next_tidy(void *context, const struct cell **cells, struct err *e)
{
	struct typed *t = context;
	struct load_table *count = t->account->t;
	struct err bad;
	int rc;

	while ((rc = rows_next(&t->rows, &t->row, e)) == 1) {
		const struct row *row = &t->row;
		count->read++;
		/* An empty line is no row, but in a table of one column it is a cell. */
		if (row->n <= 1 && t->rows.width > 1 && (!row->n || (!row->cell[0].n && !row->cell[0].quoted))) {
			account_skip(t->account, "blank", 1);
		} else if (row->n != t->rows.width) {
			err_set(&bad, row->n < t->rows.width ? ERR_ROW_SHORT : ERR_ROW_LONG, "%zu" ERR_SEP "%zu", row->n, t->rows.width);
			refuse_row(t, &bad);
			count->rejected++;
		} else if (!type_row(t, row->cell, t->rows.map)) {
			count->rejected++;
		} else {
			count->used++;
			count->emitted++;
			return give(t, cells);
		}
	}
	if (rc < 0)
		err_note(e, "%s", t->job->r->name);
	return rc;
}

/* ---- rows that a script shapes ---- */

/* A value of the script as a cell of a file. */
static struct rowcell as_rowcell(const struct cell *c, struct arena *a)
{
	struct buf b = BUF(40);

	if (c->type == CELL_TEXT)
		return (struct rowcell){ .s = c->s, .n = c->n, .kind = ROWCELL_TEXT };
	if (c->type == CELL_NULL)
		return nothing;
	if (c->type == CELL_INT)
		buf_printf(&b, "%lld", (long long)c->i);
	else
		num_put_real(&b, c->d);
	struct rowcell number = { .s = arena_strdup(a, buf_text(&b)), .n = b.n, .kind = ROWCELL_NUMBER };
	buf_free(&b);
	return number;
}

static bool on_emit(void *context, struct cell *cell)
{
	struct typed *t = context;
	struct arena *a = &t->queue.arena;
	size_t n = t->job->r->nfield;
	struct rowcell *from = arena_array(a, struct rowcell, n);

	for (size_t i = 0; i < n; i++)
		from[i] = as_rowcell(&cell[i], a);
	t->account->t->emitted++;
	t->told = true;
	if (!type_row(t, from, NULL))
		return false;
	for (size_t i = 0; i < n; i++)
		if (t->cell[t->at[i]].type == CELL_NULL)
			cell[i].type = CELL_NULL;
	struct queued *q = arena_alloc(a, sizeof *q + t->ncell * sizeof *q->cell);
	for (size_t i = 0; i < t->ncell; i++) {
		q->cell[i] = t->cell[i];
		if (q->cell[i].type == CELL_TEXT)
			q->cell[i].s = arena_strndup(a, q->cell[i].s, q->cell[i].n);
	}
	*(t->queue.last ? &t->queue.last->next : &t->queue.first) = q;
	t->queue.last = q;
	return true;
}

static void refuse_for(struct typed *t, const struct shaper_said *said, bool whole)
{
	const char *column = said->text[0], *value = said->text[1];
	struct err bad;

	err_set(&bad, *column ? ERR_SCRIPT_CELL : ERR_SCRIPT_ROW, "%s" ERR_SEP "%s" ERR_SEP "%s", said->text[2], value, column);
	typed_place(t, SIZE_MAX, &bad);
	account_refuse(t->account, &bad, column, value, strlen(value), whole);
}

static void on_say(void *context, const struct shaper_said *said)
{
	struct typed *t = context;
	bool again = t->told;

	t->told |= said->word == SHAPER_REJECT || said->word == SHAPER_SKIP;
	switch (said->word) {
	case SHAPER_REJECT: t->account->t->rejected += !again; refuse_for(t, said, true); break;
	case SHAPER_DOUBT: refuse_for(t, said, false); break;
	case SHAPER_SKIP:
		if (!again)
			account_skip(t->account, said->text[0], 1);
		break;
	case SHAPER_NOTE: account_note(t->account, said->text[0]); break;
	case SHAPER_TOTAL: account_total(t->account, said->text[0], said->text[1], said->stated, said->computed); break;
	}
}

/* Gives the row in hand to the script. Numbers of a sheet are numbers to it. */
static bool shape_row(struct typed *t, struct err *e)
{
	const struct row *row = &t->row;
	struct load_table *count = t->account->t;
	int64_t done = count->rejected + count->skipped;
	struct cell cell[ROWS_CELLS];

	for (size_t i = 0; i < row->n; i++) {
		const struct rowcell *c = &row->cell[i];
		bool number = c->kind == ROWCELL_NUMBER;
		cell[i] = c->kind == ROWCELL_NONE ? (struct cell){ .type = CELL_NULL } : cell_bytes(c->s, c->n);
		if (number && num_int(c->s, c->n, &cell[i].i))
			cell[i].type = CELL_INT;
		else if (number && num_real(c->s, c->n, '.', &cell[i].d, NULL))
			cell[i].type = CELL_REAL;
	}
	count->read++;
	t->told = false;
	if (!t->job->shaper->row(t->script, &(struct shaper_row){ row->line, cell, row->n, t->rows.file }, e))
		return false;
	count->used += t->told && done == count->rejected + count->skipped;
	return t->told || err_set(e, ERR_SCRIPT_SILENT, "%s", t->job->r->name) || typed_place(t, SIZE_MAX, e);
}

/* Reads one raw row and has it shaped. 0 at the very end. */
static int advance(struct typed *t, struct err *e)
{
	const struct shaper *shaper = t->job->shaper;
	int rc = rows_next(&t->rows, &t->row, e);

	if (rc < 0)
		return err_note(e, "%s", t->job->r->name) - 1;
	if (t->part && (!rc || t->part != t->rows.part)) {
		t->told = true;   /* what it emits now is of no row */
		if (!shaper->end(t->script, e))
			return -1;
	}
	if (!rc)
		return 0;
	if (t->part != t->rows.part && !shaper->begin(t->script, t->rows.file, e))
		return -1;
	t->part = t->rows.part;
	return shape_row(t, e) ? 1 : -1;
}

static int next_shaped(void *context, const struct cell **cells, struct err *e)
{
	struct typed *t = context;

	while (!t->queue.first) {
		arena_free(&t->queue.arena);
		t->queue.arena = (struct arena){ 0 };
		t->queue.last = NULL;
		int rc = t->over ? 0 : advance(t, e);
		t->over = rc == 0;
		if (rc < 0 || (t->over && !t->queue.first))
			return rc;
	}
	memcpy(t->cell, t->queue.first->cell, t->ncell * sizeof *t->cell);
	t->queue.first = t->queue.first->next;
	return give(t, cells);
}

static bool open_script(struct typed *t, struct err *e)
{
	const struct typed_job *job = t->job;
	const char **field = arena_array(t->a, const char *, job->r->nfield);
	const struct shaper_sink sink = { t, on_emit, on_say };
	const char *script = job->package->has_script ? path_join(t->a, job->package->dir, "shape.lua") : "";

	for (size_t i = 0; i < job->r->nfield; i++)
		field[i] = job->r->field[i].name;
	t->script = job->shaper->open(&(struct shaper_job){
		.root = job->load->root, .script = script, .table = job->r->name, .field = field, .nfield = job->r->nfield,
		.totals = job->r->totals, .db = job->db, .memory = job->load->memory, .seconds = job->load->wall_seconds,
	}, &sink, &t->shaped, e);
	return t->script || !t->shaped;
}

/* ---- the whole ---- */

bool typed_open(struct typed *t, const struct typed_job *job, struct account *account, bool may_sort, struct arena *a, struct err *e)
{
	*t = (struct typed){
		.job = job, .account = account, .a = a, .may_sort = may_sort, .files = "", .types = { job->shaper, job->load->memory, NULL, 0 },
		.greatest.text = BUF(PACKAGE_KEY_COLUMNS * ROWS_BYTES),
	};
	find_files(t, job);
	if ((job->package->has_script || *job->r->totals) && !open_script(t, e))
		return false;
	t->opt.raw = t->shaped;
	rows_open(&t->rows, job->r, &t->opt, a);
	return open_fields(t, e);
}

struct rowsource typed_source(struct typed *t)
{
	return (struct rowsource){ .context = t, .ncolumn = t->ncell, .next = t->shaped ? next_shaped : next_tidy };
}

void typed_close(struct typed *t)
{
	if (!t->job)
		return;
	if (t->script)
		t->job->shaper->close(t->script);
	for (size_t i = 0; t->reader && i < t->job->r->nfield; i++)
		field_close(t->reader[i]);
	rows_close(&t->rows);
	arena_free(&t->queue.arena);
	if (t->types.state)
		t->job->shaper->close(t->types.state);
	buf_free(&t->greatest.text);
	*t = (struct typed){ 0 };
}
