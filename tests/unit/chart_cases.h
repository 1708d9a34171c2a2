/* Charts that the tests draw: the first figure of the report, and each mark with its hard cases. */
#ifndef CHART_CASES_H
#define CHART_CASES_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/num.h"
#include "store/artefact.h"

#include <math.h>
#include <string.h>

static struct arena cases;   /* all charts of a test program live here */

static inline struct text2 both(const char *s)
{
	return (struct text2){ s, s };
}
static inline struct scale scale_of(enum scale_kind kind)
{
	return (struct scale){ .kind = kind, .lo = NAN, .hi = NAN, .title = { "", "" }, .decimals = -1 };
}
static inline struct scale rows_of(const struct text2 *name, size_t n)
{
	struct scale s = scale_of(SCALE_ORDINAL);
	s.category = arena_array(&cases, struct text2, n);
	memcpy(s.category, name, n * sizeof *name);
	s.ncategory = n;
	return s;
}
static inline struct item at(double x, double y, const char *label)
{
	return (struct item){ .x = x, .y = y, .x2 = NAN, .y2 = NAN, .label = both(label) };
}
static inline struct item span(double x, double x2, double y, unsigned open, unsigned style, struct text2 label)
{
	return (struct item){ .x = x, .y = y, .x2 = x2, .y2 = NAN, .open = (uint8_t)open, .style = (uint8_t)style, .label = label };
}
static inline struct mark mark_of(enum mark_kind kind, enum role role, bool horizontal, const struct item *item, size_t n)
{
	struct mark m = { .kind = kind, .role = role, .horizontal = horizontal, .name = { "", "" }, .nitem = n };
	m.item = arena_array(&cases, struct item, n + 1);
	memcpy(m.item, item, n * sizeof *item);
	return m;
}
static inline struct panel panel_of(struct text2 title, struct scale x, struct scale y, const struct mark *mark, size_t n)
{
	struct panel p = { .title = title, .x = x, .y = y, .nmark = n };
	p.mark = arena_array(&cases, struct mark, n + 1);
	memcpy(p.mark, mark, n * sizeof *mark);
	return p;
}
static inline struct chart chart_of(const struct panel *panel, size_t n)
{
	struct chart c = { .width_mm = 160, .npanel = n };
	c.panel = arena_array(&cases, struct panel, n + 1);
	memcpy(c.panel, panel, n * sizeof *panel);
	return c;
}
#define LEN(a) (sizeof(a) / sizeof *(a))
#define ITEMS(...) (struct item[]){ __VA_ARGS__ }, LEN(((struct item[]){ __VA_ARGS__ }))
#define MARKS(...) (struct mark[]){ __VA_ARGS__ }, LEN(((struct mark[]){ __VA_ARGS__ }))

static inline struct chart case_workforce(void)
{
	static const struct text2 who[] = {
		{ "Police et gendarmerie", "Police and gendarmerie" }, { "Police municipale", "Municipal police" },
		{ "Sécurité des transports", "Transport security" }, { "Sécurité privée", "Private security" },
		{ "Salariés de bailleurs sociaux", "Staff of social landlords" },
	}, elected[] = { { "Élus locaux", "Local elected officials" } };
	const struct mark staff[] = {
		mark_of(MARK_INTERVAL, ROLE_MAIN, true, ITEMS(
			span(245000, 255000, 1, 0, 0, (struct text2){ "250\u202f000", "250,000" }),
			span(20500, 21500, 2, 0, 0, (struct text2){ "21\u202f000", "21,000" }),
			span(4000, NAN, 3, OPEN_HIGH, 0, (struct text2){ "plus de\u00a04\u202f000", "more than 4,000" }),
			span(155000, 165000, 4, 0, 0, (struct text2){ "160\u202f000", "160,000" }),
			span(20000, 99999, 5, 0, STYLE_PALE, (struct text2){ "plusieurs dizaines de milliers", "several tens of thousands" }))),
		mark_of(MARK_POINT, ROLE_MAIN, false, ITEMS(at(250000, 1, ""), at(21000, 2, ""), at(160000, 4, ""))),
	};
	const struct mark mandates[] = {
		mark_of(MARK_INTERVAL, ROLE_SECOND, true, ITEMS(span(617500, 618500, 1, 0, 0, (struct text2){ "618\u202f000", "618,000" }))),
		mark_of(MARK_POINT, ROLE_SECOND, false, ITEMS(at(618000, 1, ""))),
	};
	struct panel p[] = {
		panel_of((struct text2){ "Effectifs cités (unité non précisée)", "Staff cited (unit not stated)" }, scale_of(SCALE_LOG), rows_of(who, 5), staff, 2),
		panel_of((struct text2){ "Mandats électifs (ce ne sont pas des personnes)", "Elected mandates (these are not persons)" },
			scale_of(SCALE_LINEAR), rows_of(elected, 1), mandates, 2),
	};
	p[1].x.lo = 0;
	return chart_of(p, 2);
}

static inline const char *numbered(const char *before, int i)
{
	return arena_printf(&cases, "%s%d", before, i);
}

/* Bars along x: positive, negative, zero, missing, long and hostile names. */
static inline struct chart case_bars(void)
{
	static const struct text2 who[] = {
		{ "Convention et patrouille mixte", "Agreement and joint patrol" }, { "Rien", "Nothing" }, { "Baisse", "Fall" },
		{ "Un nom de quatre-vingts caractères exactement, écrit pour remplir toute la place", "A name of eighty characters exactly, which was written to fill all of the room" },
		{ "\"; system(\"x\"); {/Symbol x} _ ^ @ `touch x` $HOME %d \\n it's #", "\"; system(\"x\"); {/Symbol x} _ ^ @ `touch x` $HOME %d \\n it's #" },
		{ "Non disponible", "Not available" }, { "Hachuré", "Hatched" }, { "Creux", "Hollow" }, { "Pâle", "Pale" },
	};
	struct item it[] = {
		at(12.5, 1, "12,5"), at(0, 2, "0"), at(-6.25, 3, "−6,3"), at(18, 4, "18"), at(3, 5, "{a_b} $x `y` \\ 'q' \"d\" %"), at(NAN, 6, "n. d."),
		at(9, 7, "9"), at(7, 8, "7"), at(5, 9, "5"),
	};
	it[6].style = STYLE_HATCHED;
	it[7].style = STYLE_HOLLOW;
	it[8].style = STYLE_PALE;
	struct scale x = scale_of(SCALE_LINEAR);
	x.title = (struct text2){ "pour 1\u202f000 habitants", "per 1,000 inhabitants" };
	return chart_of((struct panel[]){ panel_of((struct text2){ "Barres", "Bars" }, x, rows_of(who, LEN(who)), MARKS(mark_of(MARK_BAR, ROLE_MAIN, true, it, LEN(it)))) }, 1);
}

/* Two bars a row, with a key. */
static inline struct chart case_grouped(void)
{
	static const struct text2 who[] = { { "Nord", "North" }, { "Sud", "South" }, { "Est", "East" } };
	struct mark m[] = {
		mark_of(MARK_BAR, ROLE_CONTEXT, true, ITEMS(at(10, 1, "10"), at(14, 2, "14"), at(6, 3, "6"))),
		mark_of(MARK_BAR, ROLE_MAIN, true, ITEMS(at(12, 1, "12"), at(13, 2, "13"), at(9, 3, "9"))),
	};
	m[0].name = both("2012");
	m[1].name = both("2024");
	return chart_of((struct panel[]){ panel_of(both(""), scale_of(SCALE_LINEAR), rows_of(who, 3), m, 2) }, 1);
}

/* Columns over categories and over years. */
static inline struct chart case_columns(void)
{
	static const struct text2 who[] = {
		{ "Première catégorie", "First category" }, { "Deuxième", "Second" }, { "Troisième, plus longue que les autres", "Third, longer than the others" }, { "Q", "Q" } };
	struct scale year = scale_of(SCALE_LINEAR), y = scale_of(SCALE_LINEAR);
	struct item it[13];

	year.plain = true;
	y.title = (struct text2){ "Agents", "Officers" };
	for (int i = 0; i < 13; i++)
		it[i] = at(2012 + i, 18000 + 700 * i - (i == 6 ? 18000 : 0), i == 12 ? "26\u202f400" : "");
	return chart_of((struct panel[]){
		panel_of(both(""), rows_of(who, 4), y, MARKS(mark_of(MARK_BAR, ROLE_MAIN, false, ITEMS(at(1, 4, "4"), at(2, -2, "−2"), at(3, 6, "6"), at(4, 5, "5"))))),
		panel_of(both(""), year, y, MARKS(mark_of(MARK_BAR, ROLE_SECOND, false, it, 13))),
	}, 2);
}

/* Lines with gaps, a forecast, close ends, a rule and an annotation. */
static inline struct chart case_lines(void)
{
	static const double end[] = { 6.2, 6.1, 5.9, 4.1, 2.7, 6.15 };
	static const char *const name[] = { "Île-de-France", "Normandie", "Bretagne", "Hauts-de-France", "Occitanie", "Auvergne-Rhône-Alpes" };
	struct mark m[8];
	struct scale x = scale_of(SCALE_LINEAR), y = scale_of(SCALE_LINEAR);

	x.plain = true;
	y.title = (struct text2){ "Policiers municipaux pour 10\u202f000 habitants", "Municipal police officers per 10,000 inhabitants" };
	for (int i = 0; i < 6; i++) {
		struct item it[13];
		for (int k = 0; k < 13; k++) {
			it[k] = at(2012 + k, end[i] - (12 - k) * 0.11 * (1 + i % 2), k == 0 && i == 3 ? "départ" : "");
			it[k].y = i == 2 && (k == 4 || k == 6) ? NAN : it[k].y;
			it[k].style = i == 4 && k > 9 ? STYLE_HOLLOW : STYLE_SOLID;
		}
		m[i] = mark_of(MARK_LINE, i == 0 ? ROLE_MAIN : i == 3 ? ROLE_SECOND : ROLE_CONTEXT, false, it, 13);
		m[i].name = both(name[i]);
	}
	struct item rule = at(2016.5, NAN, "Signature");
	rule.style = STYLE_HATCHED;
	m[6] = mark_of(MARK_RULE, ROLE_SECOND, false, &rule, 1);
	m[7] = mark_of(MARK_RULE, ROLE_INK, true, ITEMS(at(NAN, 3, "moyenne")));
	return chart_of((struct panel[]){ panel_of(both(""), x, y, m, 8) }, 1);
}

/* Labelled points close together, equal ones too. */
static inline struct chart case_scatter(void)
{
	struct item it[24], grey[300];
	unsigned long seed = 7;

	for (int i = 0; i < 300; i++) {
		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		double u = (double)(seed >> 40) / (double)(1ul << 24);
		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		grey[i] = at(u * 100, u * 3 - 1 + (double)(seed >> 40) / (double)(1ul << 24) * 4, "");
	}
	for (int i = 0; i < 24; i++)
		it[i] = at(i < 4 ? 50 : 10 + 3.7 * i, i < 4 ? 1 : sin(i) + i / 8.0, numbered("Commune ", i + 1));
	for (int i = 0; i < 24; i++)
		it[i].style = (uint8_t)(i % 4);
	struct scale x = scale_of(SCALE_LINEAR), y = scale_of(SCALE_LINEAR);
	x.title = (struct text2){ "Densité", "Density" };
	y.title = (struct text2){ "Écart", "Difference" };
	struct mark m[] = { mark_of(MARK_POINT, ROLE_CONTEXT, false, grey, 300), mark_of(MARK_POINT, ROLE_MAIN, false, it, 24) };
	m[0].name = (struct text2){ "autres communes", "other communes" };
	m[1].name = (struct text2){ "communes signataires", "communes with an agreement" };
	return chart_of((struct panel[]){ panel_of((struct text2){ "Nuage", "Scatter" }, x, y, m, 2) }, 1);
}

/* Many rows of points and intervals that cross zero, labels on both sides. */
static inline struct chart case_rows(int n, bool labels)
{
	struct text2 *name = arena_array(&cases, struct text2, (size_t)n);
	struct item *iv = arena_array(&cases, struct item, (size_t)n), *pt = arena_array(&cases, struct item, (size_t)n);

	for (int i = 0; i < n; i++) {
		double v = sin(i * 1.7) * 6;
		name[i] = both(numbered("Département nº\u00a0", i + 1));
		iv[i] = span(v - 2, v + 2, i + 1, 0, 0, both(""));
		pt[i] = at(v, i + 1, labels ? numbered("valeur ", i) : "");
	}
	struct item zero = at(0, NAN, "");
	return chart_of((struct panel[]){ panel_of(both(""), scale_of(SCALE_LINEAR), rows_of(name, (size_t)n), MARKS(
		mark_of(MARK_INTERVAL, ROLE_CONTEXT, true, iv, (size_t)n), mark_of(MARK_POINT, ROLE_MAIN, false, pt, (size_t)n),
		mark_of(MARK_RULE, ROLE_INK, false, &zero, 1))) }, 1);
}

/* Every kind of interval, both directions. */
static inline struct chart case_intervals(void)
{
	static const struct text2 who[] = { { "fermé", "closed" }, { "ouvert en bas", "open below" }, { "ouvert des deux côtés", "open on both sides" }, { "haché", "hatched" },
		{ "creux", "hollow" }, { "sans étendue", "no extent" }, { "manquant", "missing" }, { "à droite", "at the right" } };
	struct item up[4];
	for (int i = 0; i < 4; i++) {
		up[i] = at(i + 1, 10 + 5 * i, numbered("", i));
		up[i].y2 = 25 + 3 * i;
		up[i].style = (uint8_t)i;
		up[i].open = (uint8_t)(i == 0 ? OPEN_HIGH : i == 3 ? OPEN_LOW : 0);
	}
	static const struct text2 four[] = { { "A", "A" }, { "B", "B" }, { "C", "C" }, { "D", "D" } };
	return chart_of((struct panel[]){
		panel_of(both("Horizontal"), scale_of(SCALE_LINEAR), rows_of(who, 8), MARKS(mark_of(MARK_INTERVAL, ROLE_THIRD, true, ITEMS(
			span(-10, 30, 1, 0, 0, both("de −10 à 30")), span(NAN, 20, 2, OPEN_LOW, 0, both("moins de 20")), span(5, 15, 3, OPEN_LOW | OPEN_HIGH, 0, both("…")),
			span(0, 40, 4, 0, STYLE_HATCHED, both("estimé")), span(10, 50, 5, 0, STYLE_HOLLOW, both("cible")), span(25, 25, 6, 0, 0, both("25")),
			span(NAN, NAN, 7, 0, 0, both("n. d.")), span(80, 99, 8, OPEN_HIGH, 0, both("plus de 99, et une longue explication")))))),
		panel_of(both("Vertical"), rows_of(four, 4), scale_of(SCALE_LINEAR), MARKS(mark_of(MARK_INTERVAL, ROLE_FOURTH, false, up, 4))),
	}, 2);
}

/* A time axis. */
static inline struct chart case_time(void)
{
	struct item it[40], note = at(17800, 70, "annonce");
	for (int i = 0; i < 40; i++)
		it[i] = at(17000 + 37.0 * i, 50 + 20 * sin(i / 4.0), "");
	note.align = ALIGN_CENTER;
	return chart_of((struct panel[]){ panel_of(both(""), scale_of(SCALE_TIME), scale_of(SCALE_LINEAR), MARKS(
		mark_of(MARK_LINE, ROLE_MAIN, false, it, 40), mark_of(MARK_TEXT, ROLE_SECOND, false, &note, 1))) }, 1);
}

static const struct { const char *name; struct chart (*make)(void); } chart_cases[] = {
	{ "workforce", case_workforce }, { "bars", case_bars }, { "grouped", case_grouped }, { "columns", case_columns }, { "lines", case_lines },
	{ "scatter", case_scatter }, { "intervals", case_intervals }, { "time", case_time },
};
#endif
