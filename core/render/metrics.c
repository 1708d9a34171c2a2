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

/* Path of the file that fontconfig gives for exactly this family; false when it gives another. */
static bool find_file(const char *family, bool bold, char path[400])
{
	FcPattern *want = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, family, FC_SLANT, FcTypeInteger, FC_SLANT_ROMAN,
		FC_WEIGHT, FcTypeInteger, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR, (char *)NULL);
	FcChar8 *name, *file;
	FcResult result;

	FcConfigSubstitute(NULL, want, FcMatchPattern);
	FcDefaultSubstitute(want);
	FcPattern *got = FcFontMatch(NULL, want, &result);
	bool found = got && FcPatternGetString(got, FC_FAMILY, 0, &name) == FcResultMatch && strcmp((char *)name, family) == 0
		&& FcPatternGetString(got, FC_FILE, 0, &file) == FcResultMatch && strlen((char *)file) < 400;
	if (found)
		memcpy(path, file, strlen((char *)file) + 1);
	if (got)
		FcPatternDestroy(got);
	FcPatternDestroy(want);
	return found;
}

struct metrics *metrics_open(const char *family, struct err *e)
{
	struct metrics *m = calloc(1, sizeof *m);
	bool found = m && FT_Init_FreeType(&m->library) == 0;

	for (int bold = 0; found && bold < 2; bold++)
		found = find_file(family, bold, m->folder) && FT_New_Face(m->library, m->folder, 0, &m->face[bold]) == 0;
	FcFini();   /* nothing of it is needed again */
	if (found) {
		*strrchr(m->folder, '/') = '\0';   /* fontconfig's paths are absolute */
		return m;
	}
	metrics_close(m);
	err_set(e, ERR_FONT_MISSING, "%s", family);
	return NULL;
}

void metrics_close(struct metrics *m)
{
	if (m)
		FT_Done_FreeType(m->library);   /* closes its faces */
	free(m);
}

const char *metrics_folder(const struct metrics *m)
{
	return m->folder;
}

/* Characters that the font lacks and that HarfBuzz makes from the space: half a space, a fifth of an em
 * (hb-ot-shape-fallback.cc). */
static bool is_made(uint32_t c)
{
	return c == 0x202f || c == 0x2009;
}

/* Advance of one character in ems. */
static double advance(FT_Face f, uint32_t c)
{
	FT_UInt glyph = FT_Get_Char_Index(f, c);
	FT_Fixed units = 0;

	if (!glyph && is_made(c))
		return c == 0x202f ? advance(f, ' ') / 2 : 0.2;
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
	for (const char *end = s + strlen(s); s < end;) {
		uint32_t c = text_utf8_next(&s, end);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (!FT_Get_Char_Index(m->face[bold], c) && !is_made(c)))
			return c;
	}
	return 0;
}

struct span { const char *s; size_t n; };

/* Fills lines of `width` ems from the left; number of lines, or most + 1 when there are more. */
static size_t fill_lines(FT_Face f, const char *s, double width, struct span *line, size_t most)
{
	const char *end = s + strlen(s);
	size_t n = 0;

	for (; s < end; n++) {
		const char *good = s, *p = s;
		double sum = 0;
		while (p < end) {
			const char *next = p;
			uint32_t c = text_utf8_next(&next, end);
			sum += advance(f, c);
			if (sum > width && c != ' ')
				break;
			p = next;
			if (p == end || *p == ' ' || c == '-' || c == '/')
				good = p;
		}
		if (n == most)
			return most + 1;
		const char *stop = good > s ? good : p > s ? p : end;
		line[n] = (struct span){ s, (size_t)(stop - s) };
		s = stop + strspn(stop, " ");
	}
	return n;
}

size_t metrics_wrap(const struct metrics *m, struct arena *a, const char *s, bool bold, double size, double width,
	char **line)
{
	FT_Face f = m->face[bold];
	struct span span[METRICS_LINES];
	size_t n = fill_lines(f, s, width / size, span, METRICS_LINES);

	if (n == 0 || n > METRICS_LINES)
		return 0;
	double widest = width / size, even = metrics_width(m, s, bold, 1) / (double)n;
	while (even < widest && fill_lines(f, s, even, span, n) > n)
		even += 0.5;
	fill_lines(f, s, fmin(even, widest), span, n);
	for (size_t i = 0; i < n; i++)
		line[i] = arena_strndup(a, span[i].s, span[i].n);
	return n;
}
