/* What the files of the module paper share with one another, and with nobody else. */
#ifndef RENDER_PAPER_PART_H
#define RENDER_PAPER_PART_H
#include "render/paper.h"

enum { PAPER_FILES = 2000, PAPER_DEPTH = 8, PAPER_FILE_BYTES = 64 << 20 };

/* Files of a folder, their names relative to it and sorted.
 * shown: the folder's name in messages; product: the PDF made of it. */
struct paper_files { const char *folder, *shown, *product, **rel; size_t n; };
/* The files of a report that LaTeX may read, neither hidden ones, nor what LaTeX itself left behind, nor <name>.pdf;
 * ERR_PAPER_LINK for a symbolic link. With shown NULL: the files in LaTeX's folder that it wrote for its next run. */
bool paper_files(struct paper_files *out, struct arena *a, const char *folder, const char *shown, struct err *e);
/* Adds names and contents. */
bool paper_files_hash(const struct paper_files *f, struct arena *a, struct hash *h, struct err *e);
#endif
