/* Figures: what is refused, that words neither overlap nor leave the page, that text arrives as written, that the same input gives the same bytes,
 * and golden scripts and SVG. With CHART_SAMPLE=<folder> the drawings are left there to be looked at. */
#include "host/make.h"

#include "base/hash.h"
#include "base/path.h"
#include "base/text.h"
#include "chart_cases.h"
#include "host/lua_run.h"
#include "render/gnuplot.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EPOCH = 1735689600, FILE_MAX = 1 << 26 };
static const char *dir;
static struct metrics *metrics;
static const char *const langs[] = { [LANG_FR] = "fr", [LANG_EN] = "en" };

/* Draws charts as the figures of an analysis: their files are build/figures/x.<name>.<lang>.… */
static bool draw_figures(const struct painter *painter, struct gnuplot *g, const struct figure *figure, size_t n, enum lang lang,
	const char *build, struct err *e)
{
	static struct log quiet = { .quiet = true };
	struct result r = { .figure = (struct figure *)figure, .nfigure = n };
	struct make_part part = { "x", &r };
	struct make m = { .what = "draw", .root = dir, .build = build, .dir = "", .name = "", .edition = "", .date = "", .lang = lang, .epoch = EPOCH,
		.draws = { lang == LANG_FR, lang == LANG_EN }, .part = &part, .npart = 1, .log = &quiet, .painter = painter, .gnuplot = g };

	return make_run(&m, e) && m.made == n;
}

/* In the place of gnuplot: keeps the script for PDF, and draws nothing. */
static struct buf *kept;
static bool keep_ready(struct gnuplot *g, const char *folder, struct err *e)
{
	(void)folder, (void)e;
	g->metrics = metrics;
	return true;
}
static bool keep_script(struct gnuplot *g, const char *s, size_t n, const char *made, struct buf *out, struct err *e)
{
	(void)g, (void)out;
	buf_add(kept, s, n);
	return err_set(e, ERR_GNUPLOT_FILE, "%s", made);
}

static bool chart_script(const struct chart *c, struct buf *out, struct err *e)
{
	struct painter keeper = { METRICS_FAMILY, keep_ready, gnuplot_painter.advance, keep_script };
	struct figure f = { .name = "script", .chart = *c };
	struct gnuplot g = { .allow_unjailed = true };

	kept = out;
	draw_figures(&keeper, &g, &f, 1, LANG_EN, dir, e);
	return e->id == ERR_GNUPLOT_FILE;
}

/* Width in points, as figure/words.lua reckons it. */
static double width_of(const char *s, bool bold, double size)
{
	const char *end = s + strlen(s);
	double sum = 0;

	while (s < end) {
		uint32_t c = text_utf8_next(&s, end);
		sum += c == 0x202f ? metrics_advance(metrics, ' ', bold) / 2 : c == 0x2009 ? 0.2 : metrics_advance(metrics, c, bold);
	}
	return sum * size;
}

static const char *get(const char *base, const char *end)
{
	struct err e = { 0 };
	struct buf b = BUF(FILE_MAX);
	const char *s = path_read(arena_printf(&cases, "%s%s", base, end), FILE_MAX, &b, &e) ? arena_strndup(&cases, b.s, b.n) : "";

	buf_free(&b);
	return s;
}

static void hash_of(const char *base, const char *end, char hex[HASH_HEX])
{
	struct err e = { 0 };
	if (!hash_file(arena_printf(&cases, "%s%s", base, end), hex, NULL, &e))
		strcpy(hex, "none");
}

/* ---- refusals ---- */

static enum err_id refusal(struct chart c, struct err *e)
{
	struct buf b = BUF(FILE_MAX);
	*e = (struct err){ 0 };
	bool ok = chart_script(&c, &b, e);

	buf_free(&b);
	return ok ? ERR_NONE : e->id;
}

static struct panel rows_panel(enum scale_kind kind, enum mark_kind mark, struct item it)
{
	static const struct text2 who[] = { { "A", "A" }, { "B", "B" } };
	return panel_of(both(""), scale_of(kind), rows_of(who, 2), (struct mark[]){ mark_of(mark, ROLE_MAIN, true, &it, 1) }, 1);
}

static void test_refusals(void)
{
	struct panel bar_high = rows_panel(SCALE_LINEAR, MARK_BAR, at(5, 1, "")), outside = rows_panel(SCALE_LINEAR, MARK_POINT, at(5, 1, "")), low = outside;
	bar_high.x.lo = 1;
	outside.x.hi = 4;
	const struct { struct panel p; enum err_id id; const char *what; } list[] = {
		{ rows_panel(SCALE_LINEAR, MARK_BAR, at(5, 1, "")), ERR_NONE, "a plain bar is fine" },
		{ rows_panel(SCALE_LOG, MARK_BAR, at(5, 1, "")), ERR_CHART_BAR_LOG, "bars on a log scale" },
		{ bar_high, ERR_CHART_BAR_ZERO, "bars that do not start from zero" },
		{ rows_panel(SCALE_LOG, MARK_POINT, at(0, 1, "")), ERR_CHART_LOG, "zero on a log scale" },
		{ rows_panel(SCALE_LOG, MARK_INTERVAL, span(-1, 5, 1, 0, 0, both(""))), ERR_CHART_LOG, "a negative bound on a log scale" },
		{ rows_panel(SCALE_LINEAR, MARK_POINT, at(INFINITY, 1, "")), ERR_CHART_NUMBER, "infinity" },
		{ rows_panel(SCALE_LINEAR, MARK_POINT, at(2e15, 1, "")), ERR_CHART_NUMBER, "more than an axis can show" },
		{ rows_panel(SCALE_LINEAR, MARK_POINT, at(NAN, 1, "n. d.")), ERR_CHART_EMPTY, "nothing but missing values" },
		{ rows_panel(SCALE_LINEAR, MARK_POINT, at(1, 3, "")), ERR_CHART_CATEGORY, "a row that is not there" },
		{ outside, ERR_CHART_OUTSIDE, "a value outside the asked axis" },
		{ rows_panel(SCALE_LINEAR, MARK_BAR, at(1, 1, "日本")), ERR_CHART_GLYPH, "a character without a glyph" },
		{ rows_panel(SCALE_LINEAR, MARK_BAR, at(1, 1, "a\nb")), ERR_CHART_GLYPH, "a control character" },
		{ rows_panel(SCALE_LINEAR, MARK_BAR, at(1, 1, "a\xff")), ERR_CHART_GLYPH, "bytes that are not UTF-8" },
	};
	struct err e;

	for (size_t i = 0; i < LEN(list); i++)
		CHECK_STR(err_name(refusal(chart_of(&list[i].p, 1), &e)), err_name(list[i].id), list[i].what);
	struct chart c = chart_of(&low, 1);
	c.npanel = 0;
	CHECK(refusal(c, &e) == ERR_CHART_EMPTY, "no panel");
	c.npanel = 1;
	c.width_mm = 300;
	CHECK(refusal(c, &e) == ERR_CHART_WIDTH, "wider than a page");
	c.width_mm = NAN;
	CHECK(refusal(c, &e) == ERR_CHART_WIDTH, "width that is no number");
	c.width_mm = 160;
	c.height_mm = 5;
	CHECK(refusal(c, &e) == ERR_CHART_HEIGHT, "too low for its rows");
	c.height_mm = 400;
	CHECK(refusal(c, &e) == ERR_CHART_HEIGHT, "higher than a page");
	CHECK(refusal(case_rows(200, false), &e) == ERR_CHART_HEIGHT, "200 rows do not fit a page");
	CHECK(refusal(case_rows(500, false), &e) == ERR_CHART_CATEGORIES, "500 categories");
	CHECK(refusal(case_rows(401, false), &e) == ERR_CHART_CATEGORIES, "401 categories");
	char *name = arena_alloc(&cases, 402);
	memset(name, 'x', 400);
	struct text2 longest = both(name);
	CHECK(refusal(chart_of((struct panel[]){ panel_of(both(""), scale_of(SCALE_LINEAR), rows_of(&longest, 1),
		MARKS(mark_of(MARK_BAR, ROLE_MAIN, true, ITEMS(at(1, 1, ""))))) }, 1), &e) == ERR_CHART_LONG, "a name of 400 characters");
	struct item *crowd = arena_array(&cases, struct item, 399);
	for (int i = 0; i < 399; i++)
		crowd[i] = at(1 + 1e-6 * i, 1, "all at one place");
	CHECK(refusal(chart_of((struct panel[]){ panel_of(both(""), scale_of(SCALE_LINEAR), scale_of(SCALE_LINEAR),
		MARKS(mark_of(MARK_POINT, ROLE_MAIN, false, crowd, 399))) }, 1), &e) == ERR_CHART_LABEL, "399 labels at one place");
}

/* What stands in the script for hostile words. */
static void test_quotes(void)
{
	static const struct { const char *text, *want; } list[] = {
		{ "it's", "set label 'it'.\"\\047\".'s' at" }, { "'", "set label ''.\"\\047\".'' at" }, { "''", "set label ''.\"\\047\".''.\"\\047\".'' at" },
		{ "\"\\`$#{}@%", "set label '\"\\`$#{}@%' at" }, { "é\u202f\u2212", "set label 'é\u202f\u2212' at" },
	};

	for (size_t i = 0; i < LEN(list); i++) {
		struct panel p = rows_panel(SCALE_LINEAR, MARK_BAR, at(1, 1, list[i].text));
		struct chart c = chart_of(&p, 1);
		struct buf b = BUF(FILE_MAX);
		struct err e;
		CHECK(chart_script(&c, &b, &e) && strstr(buf_text(&b), list[i].want), list[i].text);
		buf_free(&b);
	}
}

static double chance(unsigned long *seed)
{
	*seed = *seed * 6364136223846793005ul + 1442695040888963407ul;
	return (double)(*seed >> 33) / (double)(1ul << 31);
}

static double odd_number(unsigned long *r)
{
	static const double odd[] = { 0, -0.0, 1, 1e-300, -1e-300, 1e14, -1e14, 0.1, 2018, 4.9e-324 };
	double k = chance(r);

	return k < 0.1 ? NAN : k < 0.13 ? odd[(size_t)(chance(r) * LEN(odd))] : k < 0.6 ? floor(chance(r) * 12) : (chance(r) - 0.3) * pow(10, chance(r) * 9 - 4);
}

static struct scale odd_scale(unsigned long *r)
{
	struct text2 name[8];
	struct scale s;
	size_t n = 1 + (size_t)(chance(r) * 7);

	for (size_t i = 0; i < n; i++)
		name[i] = both(chance(r) < 0.2 ? "" : chance(r) < 0.3 ? "un nom assez long pour demander deux lignes au moins, voire trois" : "nom");
	s = chance(r) < 0.4 ? rows_of(name, n) : scale_of((enum scale_kind[]){ SCALE_LINEAR, SCALE_LOG, SCALE_TIME }[(size_t)(chance(r) * 3)]);
	s.lo = chance(r) < 0.02 ? odd_number(r) : NAN;
	s.hi = chance(r) < 0.02 ? odd_number(r) : NAN;
	s.hidden = chance(r) < 0.1;
	s.plain = chance(r) < 0.1;
	s.decimals = chance(r) < 0.2 ? (int)(chance(r) * 16) : -1;
	s.title = both(chance(r) < 0.5 ? "" : "Titre");
	return s;
}

/* Whatever comes: a script or a refusal by name (and with sanitizers: nothing else). */
static void test_anything(void)
{
	int drawn = 0, refused = 0, nameless = 0;

	for (unsigned long run = 1, r = 99; run <= 500; run++) {
		struct arena keep = cases;
		struct panel p[3];
		size_t np = 1 + (size_t)(chance(&r) * 2);
		cases = (struct arena){ 0 };
		for (size_t i = 0; i < np; i++) {
			struct mark m[5];
			size_t nm = 1 + (size_t)(chance(&r) * 3);
			struct scale x = odd_scale(&r), y = odd_scale(&r);
			for (size_t k = 0; k < nm; k++) {
				struct item it[20];
				size_t n = (size_t)(chance(&r) * 20);
				for (size_t j = 0; j < n; j++) {
					it[j] = at(odd_number(&r), odd_number(&r), chance(&r) < 0.1 ? "étiquette" : "");
					it[j].x = x.kind == SCALE_ORDINAL && chance(&r) < 0.998 ? 1 + floor(chance(&r) * (double)x.ncategory) : x.kind == SCALE_LOG ? fabs(it[j].x) + 1e-3 : it[j].x;
					it[j].y = y.kind == SCALE_ORDINAL && chance(&r) < 0.998 ? 1 + floor(chance(&r) * (double)y.ncategory) : y.kind == SCALE_LOG ? fabs(it[j].y) + 1e-3 : it[j].y;
					it[j].x2 = chance(&r) < 0.5 && x.kind != SCALE_ORDINAL ? it[j].x + fabs(it[j].x) : NAN;
					it[j].y2 = chance(&r) < 0.5 && y.kind != SCALE_ORDINAL ? it[j].y + 1 : NAN;
					it[j].open = (uint8_t)(chance(&r) * 4);
					it[j].style = (uint8_t)(chance(&r) * 4);
					it[j].align = (uint8_t)(chance(&r) * 3);
				}
				m[k] = mark_of((enum mark_kind)(chance(&r) * 6), (enum role)(chance(&r) * 6), chance(&r) < 0.5, it, n);
				m[k].name = both(chance(&r) < 0.3 ? "nom de la marque" : "");
			}
			p[i] = panel_of(both(chance(&r) < 0.5 ? "Panneau" : ""), x, y, m, nm);
			p[i].share = chance(&r) < 0.2 ? chance(&r) : 0;
		}
		struct chart c = chart_of(p, np);
		c.height_mm = chance(&r) < 0.2 ? 60 + chance(&r) * 180 : 0;
		c.width_mm = 60 + chance(&r) * 150;
		struct err e;
		enum err_id id = refusal(c, &e);
		drawn += id == ERR_NONE;
		refused += id != ERR_NONE;
		nameless += id != ERR_NONE && strncmp(err_name(id), "render.", 7) != 0;
		arena_free(&cases);
		cases = keep;
	}
	printf("# of 500 odd charts %d were drawn, %d refused\n", drawn, refused);
	CHECK(nameless == 0 && drawn > 100, "whatever comes is drawn or refused by name");
}

/* ---- theme ---- */

/* Red, green or blue of an sRGB colour as an amount of light. */
static double linear(unsigned c, int i)
{
	double v = (c >> (16 - 8 * i) & 0xff) / 255.0;
	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* CIELAB of a colour as a dichromat sees it (Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009) 1291, severity 1). */
static void lab_seen(unsigned c, int who, double lab[3])
{
	static const double sight[3][9] = {
		{ 1, 0, 0, 0, 1, 0, 0, 0, 1 },
		{ 0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998 },
		{ 0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881 },
	};
	static const double xyz[9] = { 0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505 }, white[3] = { 0.9505, 1, 1.089 };
	double rgb[3], seen[3], f[3];

	for (int i = 0; i < 3; i++)
		rgb[i] = linear(c, i);
	for (int i = 0; i < 3; i++)
		seen[i] = fmax(0, sight[who][3 * i] * rgb[0] + sight[who][3 * i + 1] * rgb[1] + sight[who][3 * i + 2] * rgb[2]);
	for (int i = 0; i < 3; i++) {
		double t = (xyz[3 * i] * seen[0] + xyz[3 * i + 1] * seen[1] + xyz[3 * i + 2] * seen[2]) / white[i];
		f[i] = t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
	}
	lab[0] = 116 * f[1] - 16;
	lab[1] = 500 * (f[0] - f[1]);
	lab[2] = 200 * (f[1] - f[2]);
}

/* Relative luminance of an sRGB colour, WCAG 2.1. */
static double luminance(unsigned c)
{
	static const double weight[3] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	for (int i = 0; i < 3; i++)
		sum += weight[i] * linear(c, i);
	return sum;
}

static double contrast(unsigned a, unsigned b)
{
	double la = luminance(a), lb = luminance(b);

	return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

struct theme_role { unsigned fill, band, pale, text; };
static struct { unsigned ink, muted, axis, paper; struct theme_role role[ROLE_INK + 1]; } theme;

static unsigned color(lua_State *L, const char *name)
{
	lua_getfield(L, -1, name);
	unsigned c = (unsigned)lua_tointeger(L, -1);
	lua_pop(L, 1);
	return c;
}

static void take_theme(lua_State *L, void *unused)
{
	static const char *const roles[] = { "main", "second", "third", "fourth", "context", "ink" };

	(void)unused;
	theme.ink = color(L, "ink");
	theme.muted = color(L, "muted");
	theme.axis = color(L, "axis");
	theme.paper = color(L, "paper");
	lua_getfield(L, -1, "role");
	for (size_t i = 0; i < LEN(roles); i++) {
		lua_getfield(L, -1, roles[i]);
		theme.role[i] = (struct theme_role){ color(L, "fill"), color(L, "band"), color(L, "pale"), color(L, "text") };
		lua_pop(L, 1);
	}
}

static void no_values(lua_State *L, void *unused)
{
	(void)L, (void)unused;
}

static void test_theme(void)
{
	static const char *const who[] = { "everyone", "protanopes", "deuteranopes" };
	static const luaL_Reg none[] = { { NULL, NULL } };
	bool parts = true, text = true, area = true;
	struct err e;

	CHECK(lua_run(&(struct lua_run){ "figure/theme", none, no_values, take_theme, NULL, &e }) && theme.paper == 0xffffff, "the theme");
	CHECK(fabs(contrast(0, 0xffffff) - 21) < 1e-9 && fabs(contrast(0x777777, 0xffffff) - 4.478) < 0.001, "contrast formula");
	for (size_t i = 0; i < LEN(theme.role); i++) {
		parts &= contrast(theme.role[i].fill, theme.paper) >= 3 && contrast(theme.role[i].band, theme.paper) >= 3;
		text &= contrast(theme.role[i].text, theme.paper) >= 4.5;
		area &= contrast(theme.role[i].fill, theme.role[i].pale) >= 3 && contrast(theme.ink, theme.role[i].pale) >= 4.5;
	}
	CHECK(parts, "every dot, band and outline has 3:1 against the page");
	CHECK(text && contrast(theme.ink, theme.paper) >= 4.5 && contrast(theme.muted, theme.paper) >= 4.5, "every word has 4.5:1");
	CHECK(contrast(theme.axis, theme.paper) >= 3, "the axis has 3:1");
	CHECK(area, "a dot on a pale area has 3:1, a word 4.5:1");
	for (int w = 0; w < 3; w++) {
		double least = 1e9;
		for (int i = ROLE_MAIN; i <= ROLE_FOURTH; i++)
			for (int k = i + 1; k <= ROLE_CONTEXT; k++) {
				double a[3], b[3];
				lab_seen(theme.role[i].fill, w, a);
				lab_seen(theme.role[k].fill, w, b);
				least = fmin(least, sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) + pow(a[2] - b[2], 2)));
			}
		printf("# %s: least distance of two colours %.1f\n", who[w], least);
		CHECK(least >= 15, arena_printf(&cases, "colours differ for %s", who[w]));
	}
}

/* ---- words in the SVG ---- */

struct word { const char *s; double x0, y0, x1, y1; };

static double number_at(const char *s)
{
	double v = NAN;
	num_real(s, strspn(s, "-0123456789."), '.', &v, NULL);
	return v;
}

static const char *unescaped(const char *s, size_t n)
{
	static const struct { const char *from, to; } names[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' } };
	char *out = arena_alloc(&cases, n + 1), *o = out;

	for (const char *end = s + n; s < end;) {
		size_t k = 0;
		while (k < LEN(names) && strncmp(s, names[k].from, strlen(names[k].from)) != 0)
			k++;
		*o++ = k < LEN(names) ? names[k].to : *s;
		s += k < LEN(names) ? strlen(names[k].from) : 1;
	}
	return out;
}

/* Words of an SVG with their boxes, from the widths that metrics gives. */
static size_t words_of(const char *svg, struct word *out, size_t most)
{
	static const char place[] = "<g transform=\"translate(";
	size_t n = 0;

	for (const char *s = svg; (s = strstr(s, place)) && n < most; s++) {
		const char *line = s + sizeof place - 1, *end = strchr(line, '\n'), *text = end ? strstr(end, "<text xml:space=\"preserve\">") : NULL;
		if (!text || text > end + 4)
			continue;
		text += strlen("<text xml:space=\"preserve\">");
		bool bold = memmem(line, (size_t)(end - line), "bold", 4) != NULL;
		double x = number_at(line), y = number_at(strchr(line, ',') + 1);
		out[n].s = unescaped(text, (size_t)(strstr(text, "</text>") - text));
		double w = width_of(out[n].s, bold, 8);
		x -= memmem(line, (size_t)(end - line), "\"end\"", 5) ? w : memmem(line, (size_t)(end - line), "\"middle\"", 8) ? w / 2 : 0;
		out[n].x0 = x;
		out[n].x1 = x + w;
		out[n].y0 = y - 5.9;
		out[n].y1 = y + 1.6;
		n++;
	}
	return n;
}

/* Pairs of words that overlap and words that leave the page, named in a comment. */
static size_t misplaced(const char *svg)
{
	static struct word w[2000];
	size_t n = words_of(svg, w, LEN(w)), bad = 0;
	double width = number_at(strstr(svg, "width=\"") + 7), height = number_at(strstr(svg, "height=\"") + 8);

	for (size_t i = 0; i < n; i++) {
		if (w[i].x0 < -0.6 || w[i].x1 > width + 0.6 || w[i].y0 < -0.6 || w[i].y1 > height + 1) {
			printf("# outside: %s (%.1f %.1f %.1f %.1f)\n", w[i].s, w[i].x0, w[i].y0, w[i].x1, w[i].y1);
			bad++;
		}
		for (size_t k = i + 1; k < n; k++)
			if (w[i].x0 < w[k].x1 && w[k].x0 < w[i].x1 && w[i].y0 < w[k].y1 && w[k].y0 < w[i].y1) {
				printf("# overlap: %s / %s\n", w[i].s, w[k].s);
				bad++;
			}
	}
	return n ? bad : 1;
}

/* ---- drawings ---- */

/* Compares with tests/golden/chart/<name>; GOLDEN=chart/<name> in the environment replaces it. */
static void check_golden(const char *name, const char *got)
{
	struct err e = { 0 };
	struct buf b = BUF(FILE_MAX);
	const char *path = arena_printf(&cases, "tests/golden/chart/%s", name), *ask = getenv("GOLDEN");

	if (ask && (strcmp(ask, "chart") == 0 || strcmp(ask, arena_printf(&cases, "chart/%s", name)) == 0) && !path_write(path, got, strlen(got), &e))
		exit(99);
	bool there = path_read(path, FILE_MAX, &b, &e);
	const char *maker = there ? strstr(buf_text(&b), "<desc>") : NULL;
	if (maker && !memmem(got, strlen(got), maker, strcspn(maker, "\n")))
		tap_skip(name, "made by another gnuplot");
	else
		CHECK(there && strcmp(got, buf_text(&b)) == 0, name);
	buf_free(&b);
}

static bool draw(const struct figure *figure, size_t n, enum lang lang, const char *build)
{
	struct err e = { 0 };
	struct buf b = BUF(8192);
	struct gnuplot g = { .allow_unjailed = true };
	bool ok = draw_figures(&gnuplot_painter, &g, figure, n, lang, build, &e);

	gnuplot_close(&g);
	if (!ok) {
		err_show(&e, LANG_EN, false, &b);
		printf("# %s\n", buf_text(&b));
	}
	buf_free(&b);
	return ok;
}

static const char *base_of(const char *build, const char *name, enum lang lang)
{
	return arena_printf(&cases, "%s/figures/x.%s.%s", build, name, langs[lang]);
}

static void test_cases(const char *sample)
{
	static const char *const golden[] = { "workforce-fr", "workforce-en", "bars-fr", "lines-fr", "intervals-fr" };
	struct figure figure[LEN(chart_cases)], row[5];

	for (size_t i = 0; i < LEN(chart_cases); i++)
		figure[i] = (struct figure){ .name = chart_cases[i].name, .chart = chart_cases[i].make() };
	for (enum lang l = LANG_FR; l <= LANG_EN; l++) {
		CHECK(draw(figure, LEN(figure), l, sample), arena_printf(&cases, "all are drawn in %s", langs[l]));
		for (size_t i = 0; i < LEN(chart_cases); i++) {
			const char *name = arena_printf(&cases, "%s-%s", chart_cases[i].name, langs[l]);
			const char *base = base_of(sample, chart_cases[i].name, l);
			CHECK(misplaced(get(base, ".svg")) == 0, arena_printf(&cases, "%s: no word over another or off the page", name));
			for (size_t k = 0; k < LEN(golden); k++)
				if (strcmp(golden[k], name) == 0) {
					check_golden(arena_printf(&cases, "%s.gp", name), get(base, ".gp"));
					check_golden(arena_printf(&cases, "%s.svg", name), get(base, ".svg"));
				}
		}
	}
	static const int sizes[LEN(row)] = { 1, 2, 15, 40, 60 };
	for (size_t i = 0; i < LEN(sizes); i++) {
		row[i] = (struct figure){ .name = arena_printf(&cases, "rows%d", sizes[i]), .chart = case_rows(sizes[i], sizes[i] < 50) };
		row[i].chart.illustrative = i == 1;
	}
	CHECK(draw(row, LEN(row), LANG_FR, sample), "few and many rows are drawn");
	for (size_t i = 0; i < LEN(sizes); i++)
		CHECK(misplaced(get(base_of(sample, row[i].name, LANG_FR), ".svg")) == 0, arena_printf(&cases, "%d rows", sizes[i]));
	CHECK(strstr(get(base_of(sample, "rows2", LANG_FR), ".svg"), ">données fictives<") != NULL, "made-up data carry their stamp");
}

static void test_same_bytes(void)
{
	char hex[2][HASH_HEX];
	static const char *const env[][2] = { { "TZ", "Pacific/Kiritimati" }, { "LC_ALL", "fr_FR.UTF-8" }, { "LANG", "tr_TR.UTF-8" }, { "GNUTERM", "png" } };
	static const char *const ends[] = { ".pdf", ".svg", ".gp" };
	struct figure figure[LEN(chart_cases) + 1], same = { .name = "same", .chart = case_workforce() };
	const char *base[2];
	struct err e = { 0 };

	for (int run = 0; run < 2; run++) {
		const char *build = path_mkdtemp(&cases, dir, &e);
		size_t n = 0;
		base[run] = base_of(build, "same", LANG_FR);
		for (size_t i = 0; run == 1 && i < LEN(env); i++)
			setenv(env[i][0], env[i][1], 1);
		if (run == 1) {
			nanosleep(&(struct timespec){ .tv_sec = 1, .tv_nsec = 100000000 }, NULL);   /* another second for the clock in the PDF */
			for (size_t i = LEN(chart_cases); i-- > 0;)                                  /* and other figures before it */
				figure[n++] = (struct figure){ .name = chart_cases[i].name, .chart = chart_cases[i].make() };
		}
		figure[n++] = same;
		CHECK(draw(figure, n, LANG_FR, build), "drawn");
	}
	for (size_t i = 0; i < LEN(env); i++)
		unsetenv(env[i][0]);
	for (size_t i = 0; i < LEN(ends); i++) {
		hash_of(base[0], ends[i], hex[0]);
		hash_of(base[1], ends[i], hex[1]);
		CHECK_STR(hex[1], hex[0], arena_printf(&cases, "another time, folder, locale, zone and process: the same %s", ends[i]));
	}
	CHECK(memmem(get(base[0], ".pdf"), 1, "%", 1) != NULL, "a PDF");
}

/* ---- text as written ---- */

static const char *said(const char *command)
{
	struct buf b = BUF(1 << 20);
	char part[4096];
	size_t n;
	FILE *f = popen(command, "r");

	while (f && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&b, part, n);
	if (f)
		pclose(f);
	const char *s = arena_strdup(&cases, buf_text(&b));
	buf_free(&b);
	return s;
}

static bool has_poppler(void)
{
	return *said("command -v pdftotext && command -v pdffonts") != '\0';
}

/* Printable ASCII, first all quotes and specials in a row, then at random; single spaces inside only, which a text extractor can tell. */
static const char *ascii_text(int i)
{
	static const char *const first[] = { "''", "'a'", "'; system(\"touch x\") ; '", "''.system('touch x').''", "`touch x`", "$(touch x)", "\\", "\\\\'", "{/Symbol x} _ ^ @",
		"%s %d %%", "]]> <b>&amp;", "\"; system(\"x\"); \"", "@macro #comment", "\\write18{x}", "$datablock << EOD", "EOD", "!ls | cat", "'''", "a'''b", "~!@#$%^&*()_+" };
	static unsigned long seed = 20260101;
	char *s = arena_alloc(&cases, 32);

	if (i < (int)LEN(first))
		return first[i];
	for (int k = 0, n = 1 + i % 20; k < n; k++) {
		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		s[k] = (char)(0x20 + (seed >> 33) % 95);
		if (s[k] == ' ' && (k == 0 || k == n - 1 || s[k - 1] == ' '))
			s[k] = '_';
	}
	return s;
}

static void test_text(void)
{
	struct figure figure[5];
	int svg_ok = 0, pdf_ok = 0;
	bool poppler = has_poppler();
	static struct word w[2000];

	for (int part = 0; part < 5; part++) {
		struct text2 name[20];
		struct item it[20];
		for (int i = 0; i < 20; i++) {
			name[i] = both(ascii_text(part * 20 + i));
			it[i] = at(1, i + 1, name[19 - i].fr && i >= 10 ? name[19 - i].fr : "");
		}
		figure[part] = (struct figure){ .name = arena_printf(&cases, "ascii%d", part), .chart = chart_of((struct panel[]){
			panel_of(both(""), scale_of(SCALE_LINEAR), rows_of(name, 20), MARKS(mark_of(MARK_BAR, ROLE_MAIN, true, it, 20))) }, 1) };
	}
	CHECK(draw(figure, LEN(figure), LANG_EN, dir), "drawn");
	for (size_t part = 0; part < LEN(figure); part++) {
		const struct text2 *name = figure[part].chart.panel[0].y.category;
		const char *base = base_of(dir, figure[part].name, LANG_EN);
		size_t n = words_of(get(base, ".svg"), w, LEN(w));
		const char *text = poppler ? said(arena_printf(&cases, "pdftotext -raw %s.pdf -", base)) : "";
		for (int i = 0; i < 20; i++) {
			bool found = false;
			for (size_t k = 0; k < n && !found; k++)
				found = strcmp(w[k].s, name[i].fr) == 0;
			svg_ok += found;
			pdf_ok += strstr(text, name[i].fr) != NULL;
			if (!found || (poppler && !strstr(text, name[i].fr)))
				printf("# not as written: %s\n", name[i].fr);
		}
	}
	CHECK(svg_ok == 100, "100 ASCII texts stand in the SVG as written");
	if (poppler)
		CHECK(pdf_ok == 100, "and in the PDF");
	else
		tap_skip("and in the PDF", "no pdftotext");
}

static void test_pdf(void)
{
	struct figure figure = { .name = "pdf", .chart = case_workforce() };
	const char *base = base_of(dir, "pdf", LANG_FR);

	CHECK(draw(&figure, 1, LANG_FR, dir), "drawn");
	if (!has_poppler()) {
		tap_skip("fonts and sizes", "no poppler-utils");
		return;
	}
	const char *fonts = said(arena_printf(&cases, "pdffonts %s.pdf | tail -n +3", base));
	bool all = *fonts;
	for (const char *s = fonts; *s; s = strchr(s, '\n') + 1)
		all &= strstr(s, "TeXGyreHeros") && strstr(s, "yes yes yes") && !memmem(s, strcspn(s, "\n"), "Type 3", 6);
	CHECK(all, "TeX Gyre Heros only, embedded, no Type 3");
	CHECK(strstr(said(arena_printf(&cases, "pdfinfo %s.pdf", base)), "453 x ") != NULL, "160 mm wide");
	CHECK(strstr(said(arena_printf(&cases, "TZ=UTC pdfinfo -isodates %s.pdf", base)), "2025-01-01T00:00:00") != NULL, "dated by the edition");
	const char *box = strstr(said(arena_printf(&cases, "pdftotext -bbox %s.pdf -", base)), "municipale");
	double x0 = NAN, x1 = NAN;
	for (const char *s = box; s && *s != '<'; s--) {
		if (strncmp(s, "xMin=\"", 6) == 0)
			x0 = number_at(s + 6);
		if (strncmp(s, "xMax=\"", 6) == 0)
			x1 = number_at(s + 6);
	}
	CHECK(fabs(x1 - x0 - width_of("municipale", false, 8)) < 0.3, "text is 8 true points, as wide as measured");
}

/* ---- measuring ---- */

static int get_advance(lua_State *L)
{
	lua_pushnumber(L, metrics_advance(metrics, (uint32_t)luaL_checkinteger(L, 1), lua_toboolean(L, 2)));
	return 1;
}

/* Calls a function of figure/words.lua, whose table is on top of the stack. */
static void call(lua_State *L, const char *function, const char *s, double width)
{
	lua_getfield(L, -1, function);
	lua_pushstring(L, s);
	lua_pushboolean(L, false);
	lua_pushnumber(L, width / 8);
	lua_call(L, 3, 1);
}

static double width_there(lua_State *L, const char *s)
{
	call(L, "width", s, 0);
	double w = lua_tonumber(L, -1);
	lua_pop(L, 1);
	return w;
}

static int64_t missing(lua_State *L, const char *s)
{
	call(L, "missing", s, 0);
	int64_t c = lua_tointeger(L, -1);
	lua_pop(L, 1);
	return c;
}

/* The lines that a text of 8 points is broken into, with | between them. */
static const char *wrapped(lua_State *L, const char *s, double width)
{
	const char *all = "";

	call(L, "wrap", s, width);
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, -1); i++) {
		lua_rawgeti(L, -1, i);
		all = arena_printf(&cases, "%s%s%s", all, i > 1 ? "|" : "", lua_tostring(L, -1));
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	return all;
}

static void take_words(lua_State *L, void *unused)
{
	(void)unused;
	CHECK(fabs(width_there(L, "Hxg") - 1.778) < 1e-9, "advance widths of the font");
	CHECK(fabs(width_there(L, "1\u202f0") - 1.251) < 1e-6, "a narrow space is half a space");
	CHECK(missing(L, "Œuvre à 5 % − «\u00a0été\u202f»") == 0, "French has its glyphs");
	CHECK(missing(L, "a日") == 0x65e5, "others are named");
	CHECK_STR(wrapped(L, "Un nom de quatre-vingts caractères exactement, écrit pour remplir toute la place", 180),
		"Un nom de quatre-vingts caractères|exactement, écrit pour remplir toute la place", "80 characters take two lines");
	CHECK_STR(wrapped(L, "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson", 100), "Saint-Remy-en-Bouzemont-|Saint-Genest-et-Isson", "hyphens break");
	CHECK_STR(wrapped(L, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 80), "xxxxxxxxxxxxxxxx|xxxxxxxxxxxxxxxx", "a word too wide is cut");
	CHECK_STR(wrapped(L, "21\u202f000\u00a0personnes", 70), "21\u202f000\u00a0personnes", "a no-break space does not");
	CHECK_STR(wrapped(L, "un texte qui demande bien plus de trois lignes de cette largeur", 40), "", "more than three lines are none");
}

static void test_words(void)
{
	static const luaL_Reg functions[] = { { "advance", get_advance }, { NULL, NULL } };
	struct err e = { 0 };

	CHECK(lua_run(&(struct lua_run){ "figure/words", functions, NULL, take_words, NULL, &e }), "words are measured and wrapped");
	CHECK(!metrics_open("No Such Family", &e) && e.id == ERR_FONT_MISSING, "a missing font is said by name");
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	enum proc_kind kind;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? 99 : 98;
	dir = path_mkdtemp(&cases, "/tmp", &e);
	metrics = metrics_open(METRICS_FAMILY, &e);
	if (!dir || !metrics)
		return 99;
	test_words();
	test_refusals();
	test_quotes();
	test_anything();
	test_theme();
	test_cases(getenv("CHART_SAMPLE") ? getenv("CHART_SAMPLE") : dir);
	test_same_bytes();
	test_text();
	test_pdf();
	metrics_close(metrics);
	path_remove_tree(dir, &e);
	arena_free(&cases);
	return done_testing();
}
