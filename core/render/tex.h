/* Text for LaTeX: every character that TeX treats specially becomes harmless;
 * anything without a glyph in the report's fonts is refused by name. */
#ifndef RENDER_TEX_H
#define RENDER_TEX_H
#include "base/buf.h"
#include "base/err.h"

/* Appends UTF-8 text as LaTeX text. French punctuation spaces must be in the text already; where they are plain
 * they do not break. Words of more than TEX_LONG_WORD bytes (identifiers, addresses) may break after the signs of
 * TEX_BREAK_AFTER, and a long http or https address becomes a link. ERR_TEX_GLYPH names a character that cannot be
 * printed. */
bool tex_text(struct buf *out, const char *s, struct err *e);
enum { TEX_LONG_WORD = 20 };
#define TEX_BREAK_AFTER "._/-=&?"
/* Appends text as the address of \href. False, with nothing added, for anything but a plain http or https address. */
bool tex_address(struct buf *out, const char *s);
/* Appends UTF-8 as UTF-16BE hexadecimal digits with byte order mark: a PDF text string. */
void tex_pdf_hex(struct buf *out, const char *s);
#endif
