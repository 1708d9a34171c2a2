/* Verbs of the commands on feeds and ledgers: what they need of the network, the object store, the loader and the person at the terminal.
 * Which file becomes current, and when, is decided in host/command/{refresh,accept,receive,fact}.lua. */
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

enum { PARALLEL = 8, TEXT_MAX = 16 << 20 };

static const char *state_path(struct session *s, const char *name)
{
	return path_join(&s->arena, s->plan.project.state, name);
}

/* Who asks, and when: { user, time } */
VERB(verb_caller)
{
	const struct passwd *who = getpwuid(getuid());
	char now[sizeof "2026-11-22T00:00:00Z"];
	time_t t = time(NULL);
	struct tm tm;

	strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	verb_put(out, "{'user':%s,'time':%s}", who ? who->pw_name : "", now);
	return true;
}

static void on_progress(void *session, size_t done, size_t n, int64_t bytes)
{
	struct session *s = session;

	log_step(&s->app.log, arena_printf(&s->arena, "%.1f MB", (double)bytes / 1e6), done, n);
}

/* fetch{ list, look, json } → for each, in its order, { answer = as of fetch.h } and, with json, the answer of a portal as a value, read with
 * the limits of json.h. Files are for `keep`; without the lock of the writer nothing outlives the call. */
VERB(verb_fetch)
{
	struct project *j = &s->plan.project;
	bool small = verb_flag(in, "json"), keep = s->plan.lock >= 0;
	const char *dir = keep ? state_path(s, "quarantine/incoming") : path_mkdtemp(&s->arena, getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", e);
	struct fetch_opt o = {
		.dir = dir, .look = verb_flag(in, "look"), .max_bytes = small ? JSON_BYTES : (int64_t)j->fetch_bytes, .seconds = j->fetch_seconds,
		.connect_seconds = 30, .low_speed_bytes = 1000, .low_speed_seconds = 30, .parallel = PARALLEL, .allow_local = j->allow_local,
		.allow_unjailed = j->allow_unjailed, .progress = on_progress, .context = s,
	};
	const struct json *list = json_get(in, "list"), **answer;

	if (!dir || (keep && (!path_remove_tree(dir, e) || !path_mkdirs(dir, e))))
		return false;
	answer = fetch_all(list, &o, &s->arena, e);
	log_done(&s->app.log);
	buf_char(out, '[');
	for (size_t i = 0; answer && i < list->count; i++) {
		struct json_doc doc;
		struct err ignored;
		verb_next(out);
		verb_put(out, "{'answer':");
		json_write(answer[i], out);
		if (small && json_read(&doc, &s->arena, arena_printf(&s->arena, "%s/%zu", dir, i), "", &ignored)) {
			verb_put(out, ",'json':");
			json_write(doc.root, out);
		}
		buf_char(out, '}');
	}
	buf_char(out, ']');
	return ((keep && !small) || path_remove_tree(dir, e)) && answer;
}

/* keep{ file } of a fetch, or keep{ path } of a person → { sha256, bytes }: the file as an object. */
VERB(verb_keep)
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
VERB(verb_verify)
{
	return object_verify(state_path(s, "objects"), verb_text(in, "sha256"), e);
}

/* read{ path, json } → the text of a file of the project, or its JSON value, read with its limits; nothing when it is not there. */
VERB(verb_read)
{
	const char *name = verb_text(in, "path"), *path = path_join(&s->arena, s->plan.project.root, name);
	struct buf text = BUF(TEXT_MAX);
	struct json_doc doc;

	if (!path_exists(path))
		return true;
	if (verb_flag(in, "json"))
		return json_read(&doc, &s->arena, path, name, e) && (json_write(doc.root, out), true);
	bool ok = path_read(path, TEXT_MAX, &text, e) &&
	          (text_utf8_bad(buf_text(&text), text.n) == text.n || err_set(e, ERR_FEED_TEXT, "%s", name));
	if (ok)
		buf_json(out, buf_text(&text), text.n);
	buf_free(&text);
	return ok;
}

/* write{ path, text }: publishes a file of the project; its folder is made. What is half-written lies in quarantine: folders that people look
 * into never show it. */
VERB(verb_write)
{
	const char *path = path_join(&s->arena, s->plan.project.root, verb_text(in, "path")), *aside = state_path(s, "quarantine/written");
	const struct json *text = json_get(in, "text");

	return path_mkdirs(state_path(s, "quarantine"), e) && path_write(aside, text->s, text->n, e) &&
	       path_mkdirs(arena_strndup(&s->arena, path, (size_t)(strrchr(path, '/') - path)), e) && path_publish(aside, path, e);
}

/* forget{ path }: removes a file or folder of .continuum. */
VERB(verb_forget)
{
	return path_remove_tree(state_path(s, verb_text(in, "path")), e);
}

/* ask{ prompt } → the line that the person types, nothing at the end of input. */
VERB(verb_ask)
{
	char line[4096];

	fputs(verb_text(in, "prompt"), stderr);
	if (fgets(line, sizeof line, stdin))
		verb_put(out, "%s", arena_strndup(&s->arena, line, strcspn(line, "\r\n")));
	return true;
}

const struct verb feed_verbs[] = {
	{ "caller", verb_caller }, { "fetch", verb_fetch }, { "keep", verb_keep }, { "verify", verb_verify },
	{ "read", verb_read }, { "write", verb_write }, { "forget", verb_forget }, { "ask", verb_ask }, { NULL, NULL },
};
