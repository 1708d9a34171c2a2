/* The wire format: what goes in comes out, and no message that was cut, changed or made up is taken or does harm. */
#include "host/wire.h"

#include "tap.h"
#include "wire_put.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A result with one of everything, and the ends of ranges. */
static void sample(struct arena *a, struct result *r)
{
	static struct source source[] = {
		{ "facts/deck", { "Ministère, « PSQ », 2018", "Ministry, 2018" }, "https://example.org/" }, { "pm_dep", { "S", "S" }, "" },
	};
	static const char *facts[] = { "police", "transport" };
	static struct text2 cells[] = { { "a", "b" }, { "", "" }, { "é\u202f1", "x" }, { "–", "–" } };
	static struct table_row rows[] = { { ROW_NORMAL, cells }, { ROW_TOTAL, cells + 2 } };
	static struct table_column columns[] = { { { "h", "h" }, ALIGN_LEFT, 0 }, { { "i", "i" }, ALIGN_RIGHT, 0.5 } };
	static struct item items[] = {
		{ .x = 1, .y = 2, .x2 = NAN, .y2 = -1e300, .open = OPEN_LOW | OPEN_HIGH, .style = STYLE_PALE, .align = ALIGN_CENTER, .label = { "l", "m" } },
		{ .x = NAN, .y = 0, .x2 = 0, .y2 = 0, .label = { "", "" } },
	};
	static struct mark marks[] = { { MARK_TEXT, ROLE_INK, true, { "n", "n" }, items, 2 }, { MARK_BAR, ROLE_MAIN, false, { "", "" }, NULL, 0 } };
	static struct text2 categories[] = { { "un", "one" }, { "deux", "two" } };
	static struct panel panels[] = { { .title = { "p", "p" }, .x = { .kind = SCALE_LOG, .lo = NAN, .hi = 10, .title = { "", "" }, .decimals = -1 },
		.y = { .kind = SCALE_ORDINAL, .lo = NAN, .hi = NAN, .category = categories, .ncategory = 2, .title = { "t", "t" }, .hidden = true },
		.mark = marks, .nmark = 2, .share = 1 } };
	static struct data_column data[] = { { "label", { "Nom", "Name" } }, { "value", { "V", "V" } } };
	static struct read reads[] = { { "seeds", "facts", "" }, { "seeds", "facts", "value" }, { "seeds", "pm_dep", "dep" } };
	static struct read_fact fact[] = { { "facts", "police" }, { "facts", "transport" } };
	static struct log_line logs[] = { { 3, "hello" }, { 0, "" } };

	*r = (struct result){ .title = { "Titre", "Title" }, .nvalue = 2, .ntable = 1, .nfigure = 1, .read = reads, .nread = 3, .fact = fact, .nfact = 2,
		.log = logs, .nlog = 2 };
	r->value = arena_array(a, struct value, 2);
	r->value[0] = (struct value){ .name = "staff", .label = { "l", "l" }, .facts = facts, .nfact = 2, .sources = { source, 2 } };
	r->value[0].q = (struct quantity){ .low = 4000, .best = 4000, .high = NAN, .high_open = true, .qualifier = Q_MORE_THAN, .decimals = 2, .unit = "mandates",
		.period = "2018" };
	r->value[1] = (struct value){ .name = "why", .is_words = true, .words = { "non calculé", "not computed" }, .label = { "", "" } };
	r->table = arena_new(a, struct table);
	r->table[0] = (struct table){ .name = "deps", .caption = { "c", "c" }, .note = { "", "" }, .coverage = { "v", "v" }, .column = columns, .ncolumn = 2,
		.row = rows, .nrow = 2, .sources = { source + 1, 1 } };
	r->figure = arena_new(a, struct figure);
	r->figure[0] = (struct figure){ .name = "map", .title = { "t", "t" }, .subtitle = { "", "" }, .unit = { "u", "u" }, .period = { "p", "p" },
		.coverage = { "c", "c" }, .reading = { "r", "r" }, .note = { "", "" }, .alt = { "a", "a" }, .chart = { 160, 0, true, panels, 1 }, .column = data,
		.ncolumn = 2, .cell = cells, .nrow = 2, .sources = { source, 2 } };
}

static void round_trip(struct arena *a, struct buf *out)
{
	struct buf again = BUF(1 << 20);
	struct result r, back;
	struct err e = { 0 };

	sample(a, &r);
	wire_put(out, &r);
	CHECK(wire_decode(a, out->s, out->n, &back, &e), "and comes in");
	wire_put(&again, &back);
	CHECK(again.n == out->n && !memcmp(again.s, out->s, out->n), "written again it is the same bytes");
	CHECK(back.nvalue == 2 && back.value[0].q.high_open && back.value[0].q.low == 4000 && back.value[0].q.qualifier == Q_MORE_THAN, "quantities hold");
	CHECK_STR(back.value[1].words.fr, "non calculé", "words hold");
	CHECK_STR(back.table[0].row[1].cell[0].fr, "é\u202f1", "cells hold");
	CHECK(back.figure[0].chart.panel[0].mark[0].item[0].open == 3 && isnan(back.figure[0].chart.panel[0].mark[0].item[1].x), "items hold");
	CHECK_STR(back.figure[0].chart.panel[0].y.category[1].en, "two", "categories hold");
	CHECK(back.nread == 3 && back.nfact == 2 && back.nlog == 2 && back.log[0].line == 3, "reads and log hold");
	buf_clear(&again);
	r.failed = true;
	err_set(&r.err, ERR_LUA_REFUSED, "%s", "os.execute");
	err_at(&r.err, "plugins/a.lua", 7, 3);
	err_why(&r.err, "%s", "one\ntwo");
	wire_put(&again, &r);
	CHECK(wire_decode(a, again.s, again.n, &back, &e) && back.failed, "a failed result");
	CHECK(back.err.id == ERR_LUA_REFUSED && back.err.line == 7 && !strcmp(back.err.why, "one\ntwo"), "its error is whole");
	char no_reason[50] = WIRE_HEAD "\1";   /* failed, and no error record */
	CHECK(!wire_decode(a, no_reason, sizeof no_reason, &back, &e) && e.id == ERR_WIRE, "a failure without its reason is refused");
	buf_free(&again);
}

/* Every cut is refused; every changed bit is refused or still a valid result, which can be written again. */
static void damage(const struct buf *good)
{
	size_t taken = 0, wrong = 0, flips = 0;
	char *copy = malloc(good->n + 1);

	for (size_t n = 0; n < good->n; n++) {
		struct arena a = { 0 };
		struct result r;
		struct err e = { 0 };
		char *exact = malloc(n + 1);   /* so that a sanitizer sees one byte too far */
		memcpy(exact, good->s, n);
		taken += wire_decode(&a, exact, n, &r, &e);
		wrong += e.id != ERR_WIRE;
		free(exact);
		arena_free(&a);
	}
	CHECK(taken == 0 && wrong == 0, "cut after any byte: refused with its name");
	memcpy(copy, good->s, good->n);
	copy[good->n] = 0;
	struct arena more = { 0 };
	struct result longer;
	struct err e = { 0 };
	CHECK(!wire_decode(&more, copy, good->n + 1, &longer, &e) && e.id == ERR_WIRE, "a byte too many is refused");
	arena_free(&more);
	wrong = 0;
	for (size_t bit = 0; bit < good->n * 8; bit++) {
		struct arena a = { 0 };
		struct buf again = BUF(1 << 20);
		struct result r;
		copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
		bool ok = wire_decode(&a, copy, good->n, &r, &e);
		flips += ok;
		if (ok)
			wire_put(&again, &r);
		wrong += ok && !wire_decode(&a, again.s, again.n, &r, &e);
		copy[bit / 8] = (char)(copy[bit / 8] ^ (1 << bit % 8));
		buf_free(&again);
		arena_free(&a);
	}
	CHECK(wrong == 0 && flips > 0, "each bit changed: refused, or a result that can be written again");
	free(copy);
}

/* One thing wrong with an otherwise good result. */
static void refused(void)
{
	static const char *const names[] = {
		"two artefacts of one name", "a name with capitals", "a control character", "text that is not UTF-8", "infinity", "bounds not in order",
		"a read twice", "a scale of no kind", "a text that is too long", "too many rows", "sources twice", "table without columns",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct arena a = { 0 };
		struct buf out = BUF(1 << 20);
		struct result r;
		struct err e = { 0 };
		sample(&a, &r);
		struct figure *f = r.figure;
		struct panel panel = f->chart.panel[0];
		struct read reads[2] = { r.read[1], r.read[1] };
		struct source twice[2] = { r.table[0].sources.item[0], r.table[0].sources.item[0] };
		f->chart.panel = &panel;
		char *longest = arena_alloc(&a, ARTEFACT_TEXT + 2);
		memset(longest, 'x', ARTEFACT_TEXT + 1);
		switch (i) {
		case 0: f->name = "staff"; break;
		case 1: f->name = "Map"; break;
		case 2: f->title.fr = "a\033[2J"; break;
		case 3: f->title.fr = "\xe9t\xe9"; break;
		case 4: panel.x.hi = INFINITY; break;
		case 5: r.value[0].q.low = 5000; break;
		case 6: r.read = reads; r.nread = 2; break;
		case 7: panel.x.kind = (enum scale_kind)77; break;
		case 8: f->title.en = longest; break;
		case 9: r.table[0].nrow = ARTEFACT_ROWS + 1; break;
		case 10: r.table[0].sources = (struct sources){ twice, 2 }; break;
		default: r.table[0].ncolumn = 0; break;
		}
		wire_put(&out, &r);
		CHECK(!wire_decode(&a, out.s, out.n, &r, &e) && e.id == ERR_WIRE && e.arg[0][0], names[i]);
		buf_free(&out);
		arena_free(&a);
	}
}

int main(void)
{
	struct arena a = { 0 };
	struct buf good = BUF(1 << 20), out = BUF(1 << 20);
	struct result r;
	struct err e = { 0 };

	round_trip(&a, &good);
	damage(&good);
	refused();
	sample(&a, &r);
	r.read = (struct read[]){ r.read[2], r.read[0], r.read[1] };
	wire_put(&out, &r);
	CHECK(wire_decode(&a, out.s, out.n, &r, &e) && !strcmp(r.read[1].column, "value") && !strcmp(r.read[2].table, "pm_dep"), "sets are sorted");
	char digest[2][65];
	memcpy(digest, r.figure[0].chart.digest, sizeof digest);
	for (int i = 0; i < 4; i++) {
		sample(&a, &r);
		struct chart *c = &r.figure[0].chart;
		struct text2 *label = &c->panel[0].mark[0].item[0].label;
		const char **text = i == 1 ? &label->fr : i == 2 ? &label->en : &r.figure[0].alt.fr;
		const char *was = *text;
		*text = i < 3 ? "x" : was;
		c->panel[0].share = i == 3 ? 0.5 : 1;
		buf_clear(&out);
		wire_put(&out, &r);
		*text = was;   /* the sample's items are shared */
		c->panel[0].share = 1;
		CHECK(wire_decode(&a, out.s, out.n, &r, &e), "a chart that differs");
		for (enum lang l = LANG_FR; l <= LANG_EN; l++)
			CHECK(!strcmp(r.figure[0].chart.digest[l], digest[l]) == (i == 0 || i == (l == LANG_FR ? 2 : 1)),
			      "the digest of a chart in a language knows all of it and nothing else");
	}
	buf_free(&out);
	buf_free(&good);
	arena_free(&a);
	return done_testing();
}
