/* A file layer for one connection: SQLite's own, but temporary files lie in our folder and the clock can be refused. */
#ifndef STORE_VFS_H
#define STORE_VFS_H
#include <sqlite3.h>
#include <stdbool.h>

struct vfs {
	sqlite3_vfs base;            /* first: SQLite hands back a pointer to it */
	sqlite3_vfs *real;
	char *tmp_dir;               /* NULL: SQLite's choice */
	char name[40];
	char temporary[4096];        /* the last temporary file; SQLite keeps the pointer for its messages */
	unsigned long count;
	bool refuse_clock, clock_asked;
};
/* Registers it under v->name, for sqlite3_open_v2. v stays where it is until vfs_close. false: no memory. */
bool vfs_open(struct vfs *v, const char *tmp_dir, bool refuse_clock);
void vfs_close(struct vfs *v);   /* after the connection is closed; a zeroed struct is fine */
#endif
