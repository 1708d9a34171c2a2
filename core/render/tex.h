/* Text for LaTeX: every character that TeX treats specially becomes harmless; anything without a glyph in the report's fonts is refused by name. */
#ifndef RENDER_TEX_H
#define RENDER_TEX_H
#include "base/buf.h"
#include "base/err.h"

/* Appends UTF-8 text as LaTeX text. French punctuation spaces must be in the text already (U+00A0, U+202F). */
bool tex_text(struct buf *out, const char *s, struct err *e);
#endif
