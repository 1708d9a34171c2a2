/* From the font's own advance widths, in font units, so that no hinting or resolution plays a part. */
#include "render/metrics.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_ADVANCES_H
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

double metrics_advance(const struct metrics *m, uint32_t c, bool bold)
{
	FT_Face f = m->face[bold];
	FT_UInt glyph = FT_Get_Char_Index(f, c);
	FT_Fixed units = 0;

	if (!glyph)
		return -1;
	return FT_Get_Advance(f, glyph, FT_LOAD_NO_SCALE, &units) ? 0.5 : (double)units / f->units_per_EM;
}
