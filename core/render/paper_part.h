/* What the files of the module paper share with one another, and with nobody else. */
#ifndef RENDER_PAPER_PART_H
#define RENDER_PAPER_PART_H
#include "render/paper.h"

enum { PAPER_FILES = 2000, PAPER_DEPTH = 8, PAPER_FILE_BYTES = 64 << 20 };

/* The files of a report folder that LaTeX may read, relative to it, sorted; hidden files, what LaTeX itself left behind and <name>.pdf are not among them.
 * ERR_PAPER_LINK for a symbolic link. folder, shown: the folder's path, and its name in messages. */
struct paper_files { const char **rel; size_t n; };
bool paper_files(struct paper_files *out, struct arena *a, const char *folder, const char *shown, struct err *e);

/* paper_scan, or the names given to \annex (kind is then not meant). */
bool paper_scan_for(struct uses *out, struct arena *a, const char *root, const char *dir, bool annexes, struct err *e);

/* Reads TeX's log. True when there is no error in it: then warnings (may be NULL) receives a line for each thing a reader would see.
 * False: *e says what TeX stopped at, in the author's file. */
bool paper_log(const struct paper *p, const char *log, size_t n, struct buf *warnings, struct err *e);
#endif
