/* What every command gets: how to talk, and where the project is. */
#ifndef APP_APP_H
#define APP_APP_H
#include "app/project.h"
#include "base/log.h"
#include <stdbool.h>

struct app {
	struct log log;
	enum lang lang;
	bool json;
	const char *directory;      /* -C: where to look for the project */
	unsigned jobs;              /* -j: processes side by side; 0 = as many as there are cores */
};
#endif
