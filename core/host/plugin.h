/* One analysis, inside its worker: the plugin's file returns the analysis, its run(report) makes the result. */
#ifndef HOST_PLUGIN_H
#define HOST_PLUGIN_H
#include "base/buf.h"
#include "base/err.h"
#include "host/lua_env.h"

/* h: zeroed but for job and arena (and memory.fail_from in tests). Appends the message of host/wire.h, whatever the outcome. False with *e
 * when the analysis failed. Everything that was opened is closed. */
bool plugin_run(struct host *h, struct buf *message, struct err *e);
#endif
