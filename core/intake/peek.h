/* What a data file that nobody described seems to hold: looked at in the jail of a loader, told as JSON. */
#ifndef INTAKE_PEEK_H
#define INTAKE_PEEK_H
#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>

#define PEEK_STAGE "//peek"   /* first argument of a loader that only looks; no folder of a package is named like this */
/* file, tmp_dir: absolute; shown: name in messages. Appends { facts: [format, compression, innerpath, encoding, delimiter, quote], names, members,
 * sheets, header: [rows], rows: [{ line, cells, kinds }], more } over the first rows, raw; kinds: a letter for each cell, "-" for one that is not there. */
bool peek_file(const char *file, const char *shown, const char *tmp_dir, bool allow_unjailed, struct buf *out, struct err *e);
/* Inner stage: { PEEK_STAGE, file, shown, tmp_dir }. */
int peek_stage(int argc, char **argv);
#endif
