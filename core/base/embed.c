/* Looks a file up in the table that the Makefile writes. */
#include "base/embed.h"

#include <string.h>

const struct embed *embed_find(const char *name)
{
	for (size_t i = 0; i < embed_count; i++)
		if (!strcmp(embed_files[i].name, name))
			return &embed_files[i];
	return NULL;
}
