/* Builds the SQLite file of a package: what the jailed process does. Knows nothing of jails, pipes and publishing. */
#ifndef INTAKE_LOADER_H
#define INTAKE_LOADER_H
#include "intake/load.h"

/* Reads the package in job->package_dir and writes out_file, which must not exist. Every row is read even when many are refused, so that the
 * report is whole; then false with the first refusal in *e. The report holds what was read so far in any case, and so does out_file, which
 * then holds nothing else. */
bool loader_build(const struct load_job *job, const char *out_file, const char *key, const struct shaper *shaper, struct arena *a,
                  struct load_report *report, struct err *e);
#endif
