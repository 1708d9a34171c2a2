/* continuum.lock: which file stands for each feed. Written by the commands refresh and accept (core/host/command); here it is only read. */
#ifndef APP_LOCK_H
#define APP_LOCK_H
#include "app/project.h"
#include "intake/load.h"

/* What stands for each feed of the project that has an accepted file, in the project's arena. A path is "" where the object store
 * does not hold the file (a fresh copy of the project): `continuum refresh` brings it back. No continuum.lock: none. */
bool lock_files(struct project *p, const struct load_file **out, size_t *n, struct err *e);
#endif
