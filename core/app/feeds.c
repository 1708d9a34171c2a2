/* Verbs of the commands on feeds and ledgers: what they need of the network, the object store, the loader and the person at the terminal.
 * Which file becomes current, and when, is decided in host/command/{refresh,accept,receive,fact}.lua. */
#include "app/lock.h"
#include "app/verbs.h"
#include "base/path.h"
#include "base/text.h"
#include "intake/fetch.h"
#include "store/object.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FETCHES = 1000, PARALLEL = 8, TEXT_MAX = 16 << 20 };

static const char *state_path(struct session *s, const char *name)
{
	return path_join(&s->arena, s->plan.project.state, name);
}

/* resources() → every table that the packages of the project describe, and how its file comes. Raises what is wrong with continuum.lock. */
static bool verb_resources(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	struct project *j = &s->plan.project;
	const struct load_file *ignored;
	size_t n;

	(void)in;
	if (!lock_files(j, &ignored, &n, e))
		return false;
	verb_put(out, "{'portal':%s,'facts':[", j->portal);
	for (size_t i = 0; i < j->nfact_table; i++) {
		verb_next(out);
		verb_put(out, "%s", j->fact_table[i]);
	}
	verb_put(out, "],'list':[");
	for (size_t i = 0; i < j->npackage; i++) {
		struct package p;
		if (!package_read(&p, &s->arena, path_join(&s->arena, j->root, j->package[i]), e))
			return false;
		for (const struct resource *r = p.resource; r < p.resource + p.nresource; r++) {
			verb_next(out);
			verb_put(out, "{'name':%s,'package':%s,'dir':%s,'path':%s,'feed':%b,'url':%s,'resource_id':%s,'dataset_id':%s,'title':%s}", r->name,
			         p.name, j->package[i], r->path.n ? r->path.s[0] : "", r->is_feed, r->url, r->resource_id, r->dataset_id, r->dataset_title);
		}
	}
	verb_put(out, "]}");
	return true;
}

static void on_progress(void *session, size_t done, size_t n, int64_t bytes)
{
	struct session *s = session;

	log_step(&s->app.log, arena_printf(&s->arena, "%.1f MB", (double)bytes / 1e6), done, n);
}

static void put_fetch(struct session *s, const struct fetch *f, const struct json *doc, struct buf *out)
{
	static const char *const state[] = { "unreachable", "unchanged", "done" };
	struct buf talk = BUF(1 << 14);

	verb_next(out);
	verb_put(out, "{'state':%s,'status':%d,'url':%s,'etag':%s,'modified':%s,'bytes':%d,'sha256':%s,'file':%s", state[f->state], f->status,
	         f->final_url, f->new_etag, f->new_modified, f->bytes, f->sha256, f->file);
	if (f->err.id) {
		err_show(&f->err, s->app.lang, s->app.log.color, &talk);
		verb_put(out, ",'talk':%s,'error':", buf_text(&talk));
		err_json(&f->err, s->app.lang, out);
	}
	if (doc) {
		verb_put(out, ",'json':");
		json_write(doc, out);
	}
	verb_put(out, "}");
	buf_free(&talk);
}

/* fetch{ list = { { url, etag, modified, look, json } } } → how each went; file: what `keep` takes; json: of the answers of a portal, read with the
 * limits of json.h. Without the lock of the writer nothing outlives the call. */
static bool verb_fetch(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	struct project *j = &s->plan.project;
	bool keep = s->plan.lock >= 0, small = verb_flag(in, "json");
	const struct json *list = json_get(in, "list");
	const char *dir = keep ? state_path(s, "quarantine/incoming") : path_mkdtemp(&s->arena, getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", e);
	struct fetch_opt o = {
		.dir = dir, .max_bytes = small ? JSON_BYTES : (int64_t)j->fetch_bytes, .seconds = j->fetch_seconds, .connect_seconds = 30,
		.low_speed_bytes = 1000, .low_speed_seconds = 30, .parallel = PARALLEL, .allow_local = j->allow_local,
		.allow_unjailed = j->allow_unjailed, .progress = on_progress, .context = s,
	};
	size_t n = list && list->count <= FETCHES ? list->count : 0, i = 0;
	struct fetch *f = arena_array(&s->arena, struct fetch, n + 1);

	if (!dir || (keep && (!path_remove_tree(dir, e) || !path_mkdirs(dir, e))))
		return false;
	for (const struct json *v = n ? list->child : NULL; v; v = v->next, i++)
		f[i] = (struct fetch){ .url = verb_text(v, "url"), .etag = verb_text(v, "etag"), .modified = verb_text(v, "modified"),
			.file = arena_printf(&s->arena, "%zu", i), .look = verb_flag(in, "look") };
	bool ok = fetch_all(f, n, &o, &s->arena, e);
	log_done(&s->app.log);
	buf_char(out, '[');
	for (i = 0; ok && i < n; i++) {
		struct json_doc doc = { 0 };
		if (small && f[i].state == FETCH_DONE && !json_read(&doc, &s->arena, path_join(&s->arena, dir, f[i].file), f[i].url, &f[i].err))
			f[i].state = FETCH_UNREACHABLE;
		put_fetch(s, &f[i], doc.root, out);
	}
	buf_char(out, ']');
	return (keep && !small) || path_remove_tree(dir, e) ? ok : false;
}

/* keep{ file } of a fetch, or keep{ path } of a person → { sha256, bytes }: the file as an object. */
static bool verb_keep(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	const char *file = verb_text(in, "file"), *path = *file ? path_join(&s->arena, state_path(s, "quarantine/incoming"), file) : verb_text(in, "path");
	char hex[HASH_HEX];
	struct stat st;
	int64_t bytes;

	if (stat(path, &st) != 0)
		return err_system(e, ERR_OPEN, path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_FEED_FILE, "%s", path);
	if (!object_put(state_path(s, "objects"), path, hex, &bytes, e))
		return false;
	verb_put(out, "{'sha256':%s,'bytes':%d}", hex, bytes);
	return !*file || unlink(path) == 0 || err_system(e, ERR_WRITE, path);
}

/* verify{ sha256 }: raises unless the object is there and whole. */
static bool verb_verify(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	(void)out;
	return object_verify(state_path(s, "objects"), verb_text(in, "sha256"), e);
}

/* candidate{ package, files = { { feed, sha256, shown } }, dir } → { file, report }: the package as it would be with these files for its feeds, or
 * as it stands in dir, loaded in the jail into a folder of its own; raises what the loader refuses. */
static bool verb_candidate(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	struct plan *p = &s->plan;
	const struct json *files = json_get(in, "files");
	const char *data = state_path(s, "quarantine/candidate"), *objects = state_path(s, "objects");
	const struct plan_package *k = NULL;
	struct load_report report;
	size_t more = files ? files->count : 0;

	if ((!p->npackage && !plan_packages(p, e)) || !path_remove_tree(data, e) || !path_mkdirs(data, e))
		return false;
	for (size_t i = 0; i < p->npackage; i++)
		if (!strcmp(p->package[i].name, verb_text(in, "package")))
			k = &p->package[i];
	if (!k)
		return err_set(e, ERR_BUG, "candidate");
	struct load_file *file = arena_array(&s->arena, struct load_file, p->nfile + more + 1);
	for (const struct json *v = more ? files->child : NULL; v; v = v->next)   /* the first of a name counts */
		file[v->index] = (struct load_file){ verb_text(v, "feed"), object_path(&s->arena, objects, verb_text(v, "sha256")), verb_text(v, "shown") };
	for (size_t i = 0; i < p->nfile; i++)
		file[more + i] = p->file[i];
	struct load_job job = k->job;
	job.file = file;
	job.nfile = p->nfile + more;
	job.data_dir = data;
	if (*verb_text(in, "dir"))
		job.package_dir = verb_text(in, "dir");
	for (size_t i = 0; i < job.nused; i++)
		if (!path_exists(job.used[i].file))
			return err_set(e, ERR_LOAD_USES, "%s" ERR_SEP "%s", k->name, job.used[i].name);
	if (!load_package(&job, &s->arena, &report, e))
		return false;
	verb_put(out, "{'file':%s,'report':", arena_printf(&s->arena, "%s/%s.db", data, report.package));
	verb_report(s, &report, out);
	verb_put(out, "}");
	return true;
}

/* read{ path, json } → the text of a file of the project, or its JSON value, read with its limits; nothing when it is not there. */
static bool verb_read(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	const char *name = verb_text(in, "path"), *path = path_join(&s->arena, s->plan.project.root, name);
	struct buf text = BUF(TEXT_MAX);
	struct json_doc doc;

	if (!path_exists(path))
		return true;
	bool as_json = verb_flag(in, "json"), ok = as_json ? json_read(&doc, &s->arena, path, name, e) : path_read(path, TEXT_MAX, &text, e);
	if (ok && as_json)
		json_write(doc.root, out);
	else if (ok && text_utf8_bad(buf_text(&text), text.n) < text.n)
		ok = err_set(e, ERR_FEED_TEXT, "%s", name);
	else if (ok)
		buf_json(out, buf_text(&text), text.n);
	buf_free(&text);
	return ok;
}

/* write{ path, text }: publishes a file of the project; its folder is made. What is half-written lies in quarantine: folders that people look
 * into never show it. */
static bool verb_write(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	const char *name = verb_text(in, "path"), *end = strrchr(name, '/'), *root = s->plan.project.root;
	const char *aside = state_path(s, "quarantine/written");
	const struct json *text = json_get(in, "text");

	(void)out;
	if (!path_is_inside(name) || !text)
		return err_set(e, ERR_BUG, "%s", name);
	return path_mkdirs(state_path(s, "quarantine"), e) && path_write(aside, text->s, text->n, e) &&
	       (!end || path_mkdirs(path_join(&s->arena, root, arena_strndup(&s->arena, name, (size_t)(end - name))), e)) &&
	       path_publish(aside, path_join(&s->arena, root, name), e);
}

/* forget{ path }: removes a folder of the quarantine. */
static bool verb_forget(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	const char *path = verb_text(in, "path");

	(void)out;
	return path_is_inside(path) ? path_remove_tree(path_join(&s->arena, state_path(s, "quarantine"), path), e) : err_set(e, ERR_BUG, "%s", path);
}

/* who() → { user, time }: for the record of who accepted what, and when. */
static bool verb_who(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	const struct passwd *who = getpwuid(getuid());
	const char *user = getenv("USER");
	char text[sizeof "2026-11-22T00:00:00Z"];
	time_t now = time(NULL);
	struct tm tm;

	(void)s, (void)in, (void)e;
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	verb_put(out, "{'user':%s,'time':%s}", who ? who->pw_name : user ? user : "", text);
	return true;
}

/* ask{ prompt } → the line that the person types, nothing at the end of input. */
static bool verb_ask(struct session *s, const struct json *in, struct buf *out, struct err *e)
{
	char line[4096];

	(void)s, (void)e;
	fputs(verb_text(in, "prompt"), stderr);
	if (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\r\n")] = 0;
		verb_put(out, "%s", line);
	}
	return true;
}

const struct verb feed_verbs[] = {
	{ "resources", verb_resources }, { "fetch", verb_fetch }, { "keep", verb_keep }, { "verify", verb_verify }, { "candidate", verb_candidate },
	{ "read", verb_read }, { "write", verb_write }, { "forget", verb_forget }, { "who", verb_who }, { "ask", verb_ask }, { NULL, NULL },
};
