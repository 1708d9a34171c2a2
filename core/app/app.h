/* What every command gets: how to talk. */
#ifndef APP_APP_H
#define APP_APP_H
#include "app/project.h"
#include "base/log.h"
#include <stdbool.h>

struct app {
	struct log log;
	enum lang lang;
	bool json;
};
#endif
