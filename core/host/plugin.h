/* One analysis, inside its worker: the plugin's file returns the analysis, its run(report) fills the result. */
#ifndef HOST_PLUGIN_H
#define HOST_PLUGIN_H
#include "base/err.h"
#include "host/lua_env.h"

/* h: zeroed but for job, arena, result (and memory.fail_from in tests). False with *e when the analysis failed;
 * the result then holds only what was read and logged. Everything that was opened is closed. */
bool plugin_run(struct host *h, struct err *e);
#endif
