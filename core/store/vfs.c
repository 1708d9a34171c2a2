/* SQLite's file layer with two methods replaced. A copy of its method table works because SQLite's Unix methods
 * look only at the table's data members, which the copy shares. */
#include "store/vfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file without a name is a temporary one: SQLite would choose from a process-wide variable, the environment or /tmp. */
static int open_file(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct vfs *v = (struct vfs *)base;

	if (name || !v->tmp_dir)
		return v->real->xOpen(base, name, file, flags, out);
	/* The name ends with two NUL, as sqlite3_uri_parameter expects. Files left by a killed process are stepped over. */
	for (int i = 0; i < 100; i++) {
		int n = snprintf(v->temporary, sizeof v->temporary - 1, "%s/sqlite-%lu", v->tmp_dir, ++v->count);
		if (n < 0 || (size_t)n >= sizeof v->temporary - 1)
			return SQLITE_CANTOPEN;
		v->temporary[n + 1] = 0;
		int there = 0;
		int rc = base->xAccess(base, v->temporary, SQLITE_ACCESS_EXISTS, &there);
		if (rc == SQLITE_OK && !there)
			return v->real->xOpen(base, v->temporary, file, flags, out);
	}
	return SQLITE_CANTOPEN;
}

/* Every way to "now" in SQL ends here. */
static int current_time(sqlite3_vfs *base, sqlite3_int64 *out)
{
	struct vfs *v = (struct vfs *)base;

	if (!v->refuse_clock)
		return v->real->xCurrentTimeInt64(base, out);
	v->clock_asked = true;
	return SQLITE_ERROR;
}

bool vfs_open(struct vfs *v, const char *tmp_dir, bool refuse_clock)
{
	*v = (struct vfs){ .real = sqlite3_vfs_find(NULL), .refuse_clock = refuse_clock };
	if (!v->real)
		return false;
	v->base = *v->real;
	snprintf(v->name, sizeof v->name, "continuum-%p", (void *)v);
	v->base.zName = v->name;
	v->base.xOpen = open_file;
	v->base.xCurrentTimeInt64 = current_time;
	v->tmp_dir = tmp_dir ? strdup(tmp_dir) : NULL;
	if ((tmp_dir && !v->tmp_dir) || sqlite3_vfs_register(&v->base, 0) != SQLITE_OK) {
		free(v->tmp_dir);
		*v = (struct vfs){ 0 };
		return false;
	}
	return true;
}

void vfs_close(struct vfs *v)
{
	if (!v->real)
		return;
	sqlite3_vfs_unregister(&v->base);
	free(v->tmp_dir);
	*v = (struct vfs){ 0 };
}
