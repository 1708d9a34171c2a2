/* Reads continuum.lock. It is committed, merged and edited by people: nothing in it is taken for a path. */
#include "app/lock.h"

#include "base/hash.h"
#include "base/path.h"
#include "intake/json.h"
#include "store/object.h"

#include <string.h>

static const char NAME[] = "continuum.lock";

static bool is_digest(const char *s)
{
	return strlen(s) == HASH_HEX - 1 && strspn(s, "0123456789abcdef") == HASH_HEX - 1;
}

/* A member that must be a text; "" when it is none. */
static const char *text(const struct json *o, const char *key)
{
	const struct json *v = json_get(o, key);

	return v && v->type == JSON_STRING ? v->s : "";
}

bool lock_files(struct project *p, const struct load_file **out, size_t *n, struct err *e)
{
	const char *path = path_join(&p->arena, p->root, NAME), *objects = path_join(&p->arena, p->state, "objects");
	struct json_doc doc = { 0 };

	*n = 0;
	*out = NULL;
	if (!path_exists(path))
		return true;
	if (!json_read(&doc, &p->arena, path, NAME, e))
		return false;
	const struct json *feeds = json_get(doc.root, "feeds");
	struct load_file *file = arena_array(&p->arena, struct load_file, feeds ? feeds->count + 1 : 1);
	for (const struct json *v = feeds ? feeds->child : NULL; v; v = v->next) {
		const char *digest = text(v, "sha256");
		if (!*text(v, "feed") || !is_digest(digest)) {
			err_set(e, ERR_LOCK_FEED, "%s", text(v, "feed"));
			return json_fail(&doc, v, e);
		}
		const char *object = object_path(&p->arena, objects, digest);
		file[(*n)++] = (struct load_file){
			.resource = text(v, "feed"), .path = path_exists(object) ? object : "",
			.shown = text(v, "name"),
		};
	}
	*out = file;
	return true;
}
