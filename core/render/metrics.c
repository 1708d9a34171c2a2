/* Text widths from the font's own advance widths, in font units, so that no hinting or resolution plays a part. */
#include "render/metrics.h"

#include "base/text.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_ADVANCES_H
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct metrics {
	FT_Library library;
	FT_Face face[2];      /* regular, bold */
	char folder[400];
};

/* Characters that the font lacks and that HarfBuzz makes from the space: half a space, a fifth of an em (hb-ot-shape-fallback.cc). */
static double made_space(uint32_t c, double space)
{
	return c == 0x202f ? space / 2 : c == 0x2009 ? 0.2 : 0;
}

/* Path of the file that fontconfig gives for exactly this family; "" when it gives another. */
static void find_file(const char *family, bool bold, char path[400])
{
	FcPattern *want = FcPatternCreate(), *got = NULL;
	FcResult result = FcResultNoMatch;
	FcChar8 *name = NULL, *file = NULL;

	*path = '\0';
	FcPatternAddString(want, FC_FAMILY, (const FcChar8 *)family);
	FcPatternAddInteger(want, FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
	FcPatternAddInteger(want, FC_SLANT, FC_SLANT_ROMAN);
	FcConfigSubstitute(NULL, want, FcMatchPattern);
	FcDefaultSubstitute(want);
	got = FcFontMatch(NULL, want, &result);
	if (got && FcPatternGetString(got, FC_FAMILY, 0, &name) == FcResultMatch
	    && FcPatternGetString(got, FC_FILE, 0, &file) == FcResultMatch
	    && strcmp((const char *)name, family) == 0 && strlen((const char *)file) < 400)
		memcpy(path, file, strlen((const char *)file) + 1);
	if (got)
		FcPatternDestroy(got);
	FcPatternDestroy(want);
}

struct metrics *metrics_open(const char *family, struct err *e)
{
	struct metrics *m = calloc(1, sizeof *m);

	if (!m || FT_Init_FreeType(&m->library)) {
		free(m);
		err_set(e, ERR_FONT_MISSING, "%s", family);
		return NULL;
	}
	bool found = true;
	for (int bold = 0; bold < 2 && found; bold++) {
		find_file(family, bold, m->folder);
		found = *m->folder && FT_New_Face(m->library, m->folder, 0, &m->face[bold]) == 0;
	}
	FcFini();   /* nothing of it is needed again */
	if (!found) {
		metrics_close(m);
		err_set(e, ERR_FONT_MISSING, "%s", family);
		return NULL;
	}
	char *slash = strrchr(m->folder, '/');
	if (slash)
		*slash = '\0';
	return m;
}

void metrics_close(struct metrics *m)
{
	if (!m)
		return;
	FT_Done_FreeType(m->library);   /* closes its faces */
	free(m);
}

const char *metrics_folder(const struct metrics *m)
{
	return m->folder;
}

/* Advance of one character in ems. */
static double advance(FT_Face f, uint32_t c)
{
	FT_UInt glyph = FT_Get_Char_Index(f, c);
	FT_Fixed units = 0;

	if (!glyph && made_space(c, 1) > 0)
		return made_space(c, advance(f, ' '));
	return FT_Get_Advance(f, glyph, FT_LOAD_NO_SCALE, &units) ? 0.5 : (double)units / f->units_per_EM;
}

double metrics_width(const struct metrics *m, const char *s, bool bold, double size)
{
	const char *end = s + strlen(s);
	double sum = 0;

	while (s < end)
		sum += advance(m->face[bold], text_utf8_next(&s, end));
	return sum * size;
}

uint32_t metrics_missing(const struct metrics *m, const char *s, bool bold)
{
	const char *end = s + strlen(s);

	while (s < end) {
		uint32_t c = text_utf8_next(&s, end);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (!FT_Get_Char_Index(m->face[bold], c) && made_space(c, 1) <= 0))
			return c;
	}
	return 0;
}

struct span { size_t from, to; };

/* Fills lines from the left; number of lines, or most + 1 when there are more. */
static size_t fill_lines(const struct metrics *m, const char *s, bool bold, double size, double width, struct span *line, size_t most)
{
	const char *start = s, *at = s, *end = s + strlen(s);
	size_t n = 0;

	while (at < end) {
		const char *good = at, *p = at;
		double sum = 0;
		while (p < end) {
			const char *next = p;
			uint32_t c = text_utf8_next(&next, end);
			sum += advance(m->face[bold], c) * size;
			if (sum > width && c != ' ')
				break;
			p = next;
			if (p == end || *p == ' ' || c == '-' || c == '/')
				good = p;
		}
		if (n == most)
			return most + 1;
		const char *stop = good > at ? good : p > at ? p : end;
		line[n++] = (struct span){ (size_t)(at - start), (size_t)(stop - start) };
		for (at = stop; at < end && *at == ' '; at++)
			;
	}
	return n;
}

size_t metrics_wrap(const struct metrics *m, struct arena *a, const char *s, bool bold, double size, double width, char *line[METRICS_LINES])
{
	struct span span[METRICS_LINES];
	size_t n = fill_lines(m, s, bold, size, width, span, METRICS_LINES);

	if (n == 0 || n > METRICS_LINES)
		return 0;
	double even = metrics_width(m, s, bold, size) / (double)n;
	while (n > 1 && even < width && fill_lines(m, s, bold, size, even, span, n) > n)
		even += size / 2;
	fill_lines(m, s, bold, size, fmin(even > 0 && n > 1 ? even : width, width), span, n);
	for (size_t i = 0; i < n; i++)
		line[i] = arena_strndup(a, s + span[i].from, span[i].to - span[i].from);
	return n;
}
