/* What a data file that nobody described seems to hold: looked at in the jail of a loader, told as JSON. */
#ifndef INTAKE_PEEK_H
#define INTAKE_PEEK_H
#include "base/buf.h"
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

#define PEEK_STAGE "//peek"   /* first argument of a loader that only looks; no folder of a package is named like this */
/* file, tmp_dir: absolute; shown: name in messages; descriptor: JSON of a package, each resource a way to read the file (its path does not matter).
 * Appends a list with an entry for each of them: without rows (0) { format, compression, encoding, members, sheets, text } as struct rows_look,
 * else { rows: [{ line, cells, kinds }], more, failed } over so many first rows, raw; kinds: a letter for each cell, "-" for one that is not there.
 * What is wrong with the file is an error where there is one resource only, and "failed" where there are several. */
bool peek_file(const char *file, const char *shown, const char *tmp_dir, const char *descriptor, int64_t rows, bool allow_unjailed, struct buf *out,
               struct err *e);
/* Inner stage: { PEEK_STAGE, file, shown, tmp_dir, descriptor, rows }. */
int peek_stage(int argc, char **argv);
#endif
