/* Reads continuum.json and looks what lies in the project. What can be observed (packages, plugins) is not declared. */
#include "app/project.h"

#include "base/num.h"
#include "base/path.h"
#include "base/text.h"
#include "intake/json.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static bool find_root(struct project *p, const char *start, struct err *e)
{
	char path[PATH_MAX], *full = realpath(start, path);

	if (!full) {
		err_set(e, ERR_NO_PROJECT, "%s", start);
		return err_why(e, "%s", strerror(errno));
	}
	for (;;) {
		p->root = arena_strdup(&p->arena, path);
		if (path_exists(path_join(&p->arena, path, "continuum.json")))
			return true;
		char *slash = strrchr(path, '/');
		if (!slash || !path[1])
			return err_set(e, ERR_NO_PROJECT, "%s", start);
		slash[slash == path ? 1 : 0] = 0;
	}
}

/* Nothing of a project's own frame may be a link or a device: what is read or written through it would lie outside, or never end. */
static bool is_plain(struct project *p, const char *rel, mode_t kind, struct err *e)
{
	struct stat st;

	if (lstat(path_join(&p->arena, p->root, rel), &st) || (st.st_mode & S_IFMT) == kind)
		return true;   /* what is absent is for others to tell */
	err_set(e, S_ISLNK(st.st_mode) ? ERR_PROJECT_LINK : kind == S_IFDIR ? ERR_PROJECT_FOLDER : ERR_PROJECT_FILE, "%s", rel);
	return false;
}

/* The fixed places; what is found in them is looked at where it is listed. */
static bool frame_is_plain(struct project *p, struct err *e)
{
	static const struct { const char *rel; mode_t kind; } place[] = {
		{ "datasets", S_IFDIR }, { "plugins", S_IFDIR }, { "plugins/lib", S_IFDIR }, { "reports", S_IFDIR }, { ".continuum", S_IFDIR },
		{ ".continuum/data", S_IFDIR }, { ".continuum/lock", S_IFREG }, { ".continuum/ledger.db", S_IFREG },
		{ ".continuum/ledger.db-journal", S_IFREG }, { "build", S_IFDIR }, { "build/figures", S_IFDIR }, { "build/results", S_IFDIR },
		{ "continuum.lock", S_IFREG }, { ".continuum/objects", S_IFDIR }, { ".continuum/quarantine", S_IFDIR },
	};

	for (size_t i = 0; i < sizeof place / sizeof *place; i++)
		if (!is_plain(p, place[i].rel, place[i].kind, e))
			return false;
	for (size_t i = 0; i < p->nreport; i++)
		if (!is_plain(p, p->report[i].dir, S_IFDIR, e) ||
		    !is_plain(p, path_join(&p->arena, p->report[i].dir, "generated"), S_IFDIR, e))
			return false;
	return true;
}

struct reader {
	struct project *p;
	struct json_doc doc;
	struct err *e;
};

static bool wrong(struct reader *r, const struct json *v, const char *name, enum err_id id)
{
	err_set(r->e, id, "%s", name);
	return json_fail(&r->doc, v, r->e);
}

static bool need_text(struct reader *r, const struct json *o, const char *key, const char **out)
{
	const struct json *v = json_get(o, key);

	if (!v || v->type != JSON_STRING || !v->n)
		return wrong(r, v ? v : o, key, ERR_PROJECT_TEXT);
	*out = v->s;
	return true;
}

/* Names that reach messages, file names and the arguments of tools: letters, digits and - _ . alone, a letter or digit first. */
static bool is_tame(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= 100 && strchr("-_.", name[0]) == NULL &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == n;
}

static bool need_name(struct reader *r, const struct json *v, const char *what, const char **out)
{
	if (v->type != JSON_STRING || !is_tame(v->s) || strchr(v->s, '.'))
		return wrong(r, v, what, ERR_PROJECT_NAME);
	*out = v->s;
	return true;
}

/* Unknown members are errors with the nearest known one: a misspelt limit must not be ignored in silence. */
static bool known(struct reader *r, const struct json *o, const char *const *names, size_t n)
{
	for (const struct json *v = o ? o->child : NULL; v; v = v->next) {
		bool found = false;
		for (size_t i = 0; i < n; i++)
			found |= !strcmp(v->key, names[i]);
		if (found)
			continue;
		const char *near = text_nearest(v->key, names, n);
		err_set(r->e, near ? ERR_PROJECT_NEAR : ERR_PROJECT_MEMBER, "%s" ERR_SEP "%s", v->key, near ? near : "");
		return json_fail(&r->doc, v, r->e);
	}
	return true;
}

static bool read_reports(struct reader *r, const struct json *list)
{
	static const char *const member[] = { "name", "language" };
	struct project *p = r->p;

	if (!list || list->type != JSON_ARRAY)
		return wrong(r, list ? list : r->doc.root, "reports", ERR_PROJECT_LIST);
	p->report = arena_array(&p->arena, struct report, list->count + 1);
	for (const struct json *v = list->child; v; v = v->next) {
		struct report *out = &p->report[p->nreport++];
		const struct json *name = json_get(v, "name");
		const char *language;
		if (!known(r, v, member, 2) || !need_text(r, v, "name", &out->name) || !need_name(r, name, "name", &out->name) ||
		    !need_text(r, v, "language", &language))
			return false;
		for (const struct report *before = p->report; before < out; before++)
			if (!strcmp(before->name, out->name))
				return wrong(r, name, out->name, ERR_PROJECT_TWICE);
		if (strcmp(language, "fr") && strcmp(language, "en"))
			return wrong(r, json_get(v, "language"), "language", ERR_PROJECT_LANGUAGE);
		out->lang = strcmp(language, "fr") ? LANG_EN : LANG_FR;
		out->dir = path_join(&p->arena, "reports", out->name);
		out->line = v->line;
	}
	return true;
}

static bool read_date(struct reader *r, const struct json *o, const char *key, const char **out, long long *epoch)
{
	int64_t y, m, d;

	if (!need_text(r, o, key, out))
		return false;
	const char *s = *out;
	if (strlen(s) != 10 || !num_int(s, 4, &y) || s[4] != '-' || !num_int(s + 5, 2, &m) || s[7] != '-' || !num_int(s + 8, 2, &d) || m < 1 ||
	    m > 12 || d < 1 || d > 31)
		return wrong(r, json_get(o, key), key, ERR_PROJECT_DATE);
	*epoch = timegm(&(struct tm){ .tm_year = (int)y - 1900, .tm_mon = (int)m - 1, .tm_mday = (int)d, .tm_hour = 12 });
	return true;
}

static bool read_limits(struct reader *r, const struct json *o)
{
	static const char *const member[] = { "seconds", "memory_mb", "sql_memory_mb", "output_mb", "fetch_mb", "fetch_seconds", "allow_unjailed", "allow_local" };
	struct project *p = r->p;
	const struct { const char *key; double least, most, unsaid, *real; uint64_t *mega; } limit[] = {
		{ "seconds", 0.1, 86400, 30, &p->limit_seconds, NULL }, { "memory_mb", 8, 65536, 256, NULL, &p->limit_memory },
		{ "sql_memory_mb", 8, 65536, 512, NULL, &p->limit_sql_memory }, { "output_mb", 1, 64, 64, NULL, &p->limit_output },
		{ "fetch_mb", 1, 65536, 512, NULL, &p->fetch_bytes }, { "fetch_seconds", 1, 86400, 600, &p->fetch_seconds, NULL },
	};
	const struct { const char *key; bool *yes; } allow[] = { { "allow_unjailed", &p->allow_unjailed }, { "allow_local", &p->allow_local } };

	if (!known(r, o, member, sizeof member / sizeof *member))
		return false;
	for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
		const struct json *v = json_get(o, limit[i].key);
		double value = limit[i].unsaid;
		if (v && (!json_real(v, &value) || value < limit[i].least || value > limit[i].most))
			return wrong(r, v, limit[i].key, ERR_PROJECT_RANGE);
		if (limit[i].real)
			*limit[i].real = value;
		else
			*limit[i].mega = (uint64_t)(value * 1048576);
	}
	for (size_t i = 0; i < sizeof allow / sizeof *allow; i++) {
		const struct json *v = json_get(o, allow[i].key);
		if (v && v->type != JSON_BOOL)
			return wrong(r, v, allow[i].key, ERR_PROJECT_BOOL);
		*allow[i].yes = v && v->yes;
	}
	return true;
}

static bool read_settings(struct reader *r)
{
	static const char *const member[] = { "name", "title", "edition", "facts", "units", "reports", "limits", "portal" };
	static const char *const edition_member[] = { "data_as_of", "date" };
	struct project *p = r->p;
	const struct json *root = r->doc.root, *edition = json_get(root, "edition"), *facts = json_get(root, "facts");
	long long ignored;

	if (root->type != JSON_OBJECT)
		return wrong(r, root, "/", ERR_PROJECT_OBJECT);
	if (!known(r, root, member, sizeof member / sizeof *member) || !need_text(r, root, "name", &p->name) ||
	    !need_text(r, json_get(root, "title") ? json_get(root, "title") : root, "fr", &p->title.fr) ||
	    !need_text(r, json_get(root, "title"), "en", &p->title.en))
		return false;
	if (!edition)
		return wrong(r, root, "edition", ERR_PROJECT_MISSING);
	if (!known(r, edition, edition_member, 2) || !read_date(r, edition, "data_as_of", &p->data_as_of, &ignored) ||
	    !read_date(r, edition, "date", &p->date, &p->epoch) || !read_reports(r, json_get(root, "reports")) ||
	    !read_limits(r, json_get(root, "limits")))
		return false;
	p->portal = "https://www.data.gouv.fr";
	if (json_get(root, "portal") && !need_text(r, root, "portal", &p->portal))
		return false;
	if (json_get(root, "units") && !need_text(r, root, "units", &p->units_table))
		return false;
	if (facts && facts->type != JSON_ARRAY)
		return wrong(r, facts, "facts", ERR_PROJECT_LIST);
	p->fact_table = arena_array(&p->arena, const char *, (facts ? facts->count : 0) + 1);
	for (const struct json *v = facts ? facts->child : NULL; v; v = v->next)
		if (!need_name(r, v, "facts", &p->fact_table[p->nfact_table++]))
			return false;
	return true;
}

/* Names in a folder of the project; none where there is no such folder. */
static bool names_in(struct project *p, const char *rel, const char ***name, size_t *n, struct err *e)
{
	const char *dir = path_join(&p->arena, p->root, rel);

	*n = 0;
	return !path_exists(dir) || path_list(&p->arena, dir, name, n, e);
}

/* Folders of datasets/, and seeds/. One without a datapackage.json is listed too: what cannot be loaded is refused by name. */
static bool list_packages(struct project *p, struct err *e)
{
	const char **name = NULL;
	size_t n;

	if (!names_in(p, "datasets", &name, &n, e))
		return false;
	p->package = arena_array(&p->arena, const char *, n + 1);
	for (size_t i = 0; i <= n; i++) {
		const char *dir = i < n ? arena_printf(&p->arena, "datasets/%s", name[i]) : "seeds";
		/* "/." is only in a folder. */
		if ((i < n && name[i][0] == '.') || !path_exists(arena_printf(&p->arena, "%s/%s/.", p->root, dir)))
			continue;
		if (i < n && !is_tame(name[i]))
			return err_set(e, ERR_PROJECT_TAME, "%s", dir);
		if (!is_plain(p, dir, S_IFDIR, e) || !is_plain(p, path_join(&p->arena, dir, "datapackage.json"), S_IFREG, e))
			return false;
		p->package[p->npackage++] = dir;
	}
	return true;
}

/* Libraries are read by name when a plugin asks; here only what they are is looked at. */
static bool list_plugins(struct project *p, const char *dir, bool libraries, struct err *e)
{
	const char **name = NULL;
	size_t n;

	if (!names_in(p, dir, &name, &n, e))
		return false;
	p->plugin = libraries ? p->plugin : arena_array(&p->arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(&p->arena, "%s/%s", dir, name[i]);
		if (fnmatch("?*.lua", name[i], libraries ? 0 : FNM_PERIOD))
			continue;
		if (!libraries && !is_tame(name[i]))
			return err_set(e, ERR_PROJECT_TAME, "%s", path);
		if (!is_plain(p, path, S_IFREG, e))
			return false;
		if (!libraries)
			p->plugin[p->nplugin++] = path;
	}
	return true;
}

bool project_open(struct project *p, const char *start, struct err *e)
{
	struct reader r = { .p = p, .e = e };

	*p = (struct project){ 0 };
	if (!find_root(p, start, e) || !is_plain(p, "continuum.json", S_IFREG, e) ||
	    !json_read(&r.doc, &p->arena, path_join(&p->arena, p->root, "continuum.json"), "continuum.json", e) || !read_settings(&r))
		return false;
	p->state = path_join(&p->arena, p->root, ".continuum");
	p->data = path_join(&p->arena, p->state, "data");
	p->build = path_join(&p->arena, p->root, "build");
	return frame_is_plain(p, e) && list_packages(p, e) && list_plugins(p, "plugins", false, e) && list_plugins(p, "plugins/lib", true, e);
}

void project_close(struct project *p)
{
	arena_free(&p->arena);
}

const char *project_plugin_id(struct project *p, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return arena_strndup(&p->arena, name, strlen(name) - strlen(".lua"));
}
