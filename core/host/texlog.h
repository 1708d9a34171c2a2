/* TeX's log, read by host/texlog.lua. Knows the report only as a folder of the project. */
#ifndef HOST_TEXLOG_H
#define HOST_TEXLOG_H
#include "base/buf.h"
#include "base/err.h"

/* Reads the log of <root>/<dir>/<name>.tex. True when there is no error in it: then warnings (may be NULL) receives a line, in the language
 * talk, for each thing that a reader would see. False: *e says what TeX stopped at, in the author's file. */
bool texlog_read(const char *root, const char *dir, const char *name, enum lang talk, const char *log, struct buf *warnings, struct err *e);
#endif
