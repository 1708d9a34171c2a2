/* Where the project lies, and its settings. What they may be is said in host/command/project.lua. */
#include "app/project.h"

#include "base/path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool project_find(struct project *p, const char *start, struct err *e)
{
	char path[PATH_MAX];

	if (!realpath(start, path)) {
		err_set(e, ERR_NO_PROJECT, "%s", start);
		return err_why(e, "%s", strerror(errno));
	}
	while (!path_exists(path_join(&p->arena, path, "continuum.json"))) {
		char *slash = strrchr(path, '/');
		if (!slash || !path[1])
			return err_set(e, ERR_NO_PROJECT, "%s", start);
		slash[slash == path ? 1 : 0] = 0;
	}
	p->root = arena_strdup(&p->arena, path);
	p->state = path_join(&p->arena, p->root, ".continuum");
	p->data = path_join(&p->arena, p->state, "data");
	p->build = path_join(&p->arena, p->root, "build");
	return true;
}

static const char *text(struct project *p, const struct json *v)
{
	return v && v->type == JSON_STRING ? arena_strdup(&p->arena, v->s) : NULL;
}

/* kind: text, list of texts, whole number, number, megabytes in bytes, yes or no. */
static void set_one(struct project *p, char kind, char *at, const struct json *v)
{
	const char *s = text(p, v), **list;
	bool yes = v && v->yes;
	int64_t whole = 0;
	double n = 0;

	json_real(v, &n);
	switch (kind) {
	case 't': memcpy(at, &s, sizeof s); break;
	case 'w': memcpy(at, &whole, json_int(v, &whole) ? sizeof whole : 0); break;
	case 'n': memcpy(at, &n, sizeof n); break;
	case 'm': memcpy(at, &(uint64_t){ (uint64_t)(n * 1048576) }, sizeof(uint64_t)); break;
	case 'y': memcpy(at, &yes, sizeof yes); break;
	case 'l':
		list = arena_array(&p->arena, const char *, v->count);
		for (const struct json *item = v->child; item; item = item->next)
			list[item->index] = text(p, item);
		memcpy(at, &(struct texts){ list, v->count }, sizeof(struct texts));
	}
}

void project_set(struct project *p, const struct json *s)
{
	static const struct { const char *key; char kind; size_t at; } setting[] = {
#define SET(key, kind, member) { key, kind, offsetof(struct project, member) }
		SET("epoch", 'w', epoch), SET("facts", 'l', facts), SET("units", 't', units), SET("sweep", 'l', sweep),
		SET("seconds", 'n', seconds), SET("memory_mb", 'm', memory), SET("sql_memory_mb", 'm', sql_memory), SET("output_mb", 'm', output),
		SET("allow_unjailed", 'y', allow_unjailed), SET("fetch_seconds", 'n', fetch_seconds), SET("fetch_mb", 'm', fetch_bytes),
		SET("allow_local", 'y', allow_local),
	};
	const struct json *reports = json_get(s, "reports");

	for (size_t i = 0; i < sizeof setting / sizeof *setting; i++)
		set_one(p, setting[i].kind, (char *)p + setting[i].at, json_get(s, setting[i].key));
	p->report = arena_array(&p->arena, struct report, reports->count + 1);
	for (const struct json *v = reports->child; v; v = v->next) {
		enum lang lang = strcmp(json_get(v, "language")->s, "fr") ? LANG_EN : LANG_FR;
		p->report[p->nreport++] = (struct report){
			text(p, json_get(v, "name")), text(p, json_get(v, "dir")), text(p, json_get(v, "edition")), text(p, json_get(v, "date")), lang,
		};
	}
}
