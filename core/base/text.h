/* Text: UTF-8 checked at the door, Windows-1252 converted there, names compared and folded. No locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
#include "base/buf.h"

/* Offset of the first byte that is not valid UTF-8 (overlong forms, surrogates and > U+10FFFF are not), or n. */
size_t text_utf8_bad(const char *s, size_t n);
size_t text_utf8_length(const char *s, size_t n);     /* characters of valid UTF-8 */
/* Reads one character at *s (valid UTF-8, before end) and moves on. */
uint32_t text_utf8_next(const char **s, const char *end);
size_t text_utf8_write(char to[4], uint32_t c);       /* bytes written */
/* Converts s, given in Windows-1252 (ISO-8859-1 with the printable 0x80–0x9F), up to one of the five bytes that it leaves undefined
 * (81 8D 8F 90 9D) or the end. to: room for 3 * n bytes. Returns the bytes written, *used those of s. */
size_t text_from_cp1252(char *to, const char *s, size_t n, size_t *used);
/* Appends s without control characters (a run of them becomes one space): for terminals and messages. */
void text_clean(struct buf *out, const char *s, size_t n);
/* ASCII only, whatever the locale. */
bool text_is_space(char c);
bool text_is_digit(char c);
bool text_is_name(const char *s);                     /* [a-z][a-z0-9_]* and at most 64 bytes */
char text_lower(char c);
int text_icmp(const char *a, const char *b);          /* ASCII case folded */
/* The entry of list (n strings) nearest to s by edit distance, or NULL when none is near (more than a third differs). */
const char *text_nearest(const char *s, const char *const *list, size_t n);
#endif
