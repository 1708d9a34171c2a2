/* What is inside archives, as a stream of bytes: gzip files and members of zip files. Nothing is ever written, and what is unpacked
 * has a limit, however small the archive. */
#ifndef INTAKE_UNPACK_H
#define INTAKE_UNPACK_H
#include "intake/rows.h"

enum { UNPACK_MEMBERS = 65536 };       /* files in one zip, at most */

struct unpack;
/* in: bytes of a gzip file, copied, its context borrowed until unpack_close; several gzip members are one text, as gzip(1) reads them.
 * max: decoded bytes. Needs no error: what is wrong shows when it is read. */
struct unpack *unpack_gzip(const struct rows_input *in, int64_t max);
/* file: an ordinary one that is there, as the caller knows. member: path inside the zip (capitals do not matter), "" = the only file that is
 * there. Not there, several, encrypted, damaged: false, *e without a file. */
bool unpack_zip(struct unpack **out, const char *file, const char *member, int64_t max, struct err *e);
/* Decoded bytes; valid until unpack_close. A wrong checksum or a size that lies is an error at the end. */
struct rows_input unpack_input(struct unpack *u);
void unpack_close(struct unpack *u);   /* NULL is fine */
/* Names of the files in a zip, in its order, folders and the notes of macOS left out; the first max of them. */
bool unpack_members(const char *file, size_t max, struct arena *a, struct texts *out, struct err *e);
#endif
