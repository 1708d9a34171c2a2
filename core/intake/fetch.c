/* Both sides of downloads. The driver sends one line of JSON (folder, limits, what is wanted); the child answers on descriptor 3 with a
 * line for each download that ended, and one now and then with how much came. The driver trusts none of it: what arrived is digested
 * again when it becomes an object. */
#include "intake/fetch.h"

#include "base/path.h"
#include "base/proc.h"
#include "intake/json.h"

#include <curl/curl.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	ANSWER_FD = 3, STDERR_MAX = 4000, ANSWER_MAX = 1 << 20, LINE_MAX_BYTES = 1 << 14,
	HEADER_BYTES = 1 << 16,   /* of all answers on the way to one body */
	REDIRECTS = 5,
};
/* Limits, as whole numbers. */
enum { L_BYTES, L_MS, L_CONNECT_MS, L_LOW_BYTES, L_LOW_SECONDS, L_PARALLEL, L_LOCAL, LIMITS };

/* ---- the child ---- */

struct job {
	const struct json *ask;
	const int64_t *limit;
	CURL *easy;
	struct curl_slist *head;
	struct hash *hash;
	const char *path;              /* "" for a look */
	int fd;
	int64_t bytes;
	size_t header;
	enum err_id refused;           /* by one of ours; ERR_NONE */
	char detail[INET6_ADDRSTRLEN], why[CURL_ERROR_SIZE];
};

/* Ends a transfer from inside a callback. */
static size_t refuse(struct job *j, enum err_id id)
{
	j->refused = id;
	return 0;
}

static size_t on_body(char *s, size_t size, size_t n, void *job)
{
	struct job *j = job;

	n *= size;
	if (!*j->path)
		return 0;   /* there is a body: that is all a look wants to know */
	j->bytes += (int64_t)n;
	if (j->bytes > j->limit[L_BYTES])
		return refuse(j, ERR_FETCH_LARGE);
	hash_add(j->hash, s, n);
	return path_put(j->fd, s, n) ? n : refuse(j, ERR_WRITE);
}

static size_t on_header(char *s, size_t size, size_t n, void *job)
{
	struct job *j = job;

	(void)s;
	j->header += n * size;
	return j->header > HEADER_BYTES ? refuse(j, ERR_FETCH_HEADERS) : n * size;
}

/* Addresses that no public source has (IANA's special-purpose registries): prefixes of IPv6; those of IPv4 stand mapped, ::ffff:a.b.c.d. */
static bool is_public(const unsigned char a[16])
{
#define V4(a, b, n) { { [10] = 0xff, 0xff, (a), (b) }, 96 + (n) }
	static const struct { unsigned char start[16]; int bits; } closed[] = {
		V4(0, 0, 8), V4(10, 0, 8), V4(100, 64, 10), V4(127, 0, 8), V4(169, 254, 16), V4(172, 16, 12), V4(192, 168, 16), V4(198, 18, 15),
		V4(224, 0, 3), { { 0 }, 96 }, { { 0xfc }, 7 }, { { 0xfe, 0x80 }, 9 }, { { 0xff }, 8 },
	};
#undef V4
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		int whole = closed[i].bits / 8, rest = closed[i].bits % 8;
		if (!memcmp(a, closed[i].start, (size_t)whole) && (!rest || (a[whole] ^ closed[i].start[whole]) >> (8 - rest) == 0))
			return false;
	}
	return true;
}

/* Looks at the address itself, after the name was resolved: a name can mean another address at each look. */
static curl_socket_t on_socket(void *job, curlsocktype purpose, struct curl_sockaddr *to)
{
	unsigned char a[16] = { [10] = 0xff, 0xff };
	struct job *j = job;

	(void)purpose;
	if (to->family == AF_INET)
		memcpy(a + 12, &((const struct sockaddr_in *)(const void *)&to->addr)->sin_addr, 4);
	else if (to->family == AF_INET6)
		memcpy(a, &((const struct sockaddr_in6 *)(const void *)&to->addr)->sin6_addr, 16);
	else
		return CURL_SOCKET_BAD;
	if (!j->limit[L_LOCAL] && !is_public(a)) {
		inet_ntop(to->family, to->family == AF_INET ? a + 12 : a, j->detail, sizeof j->detail);
		refuse(j, ERR_FETCH_ADDRESS);
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static const char *text(const struct json *o, const char *key)
{
	const struct json *v = json_get(o, key);

	return v && v->type == JSON_STRING ? v->s : "";
}

static bool start(struct job *j, CURLM *multi, const char *dir, struct arena *a)
{
	const char *protocols = j->limit[L_LOCAL] ? "https,http" : "https", *etag = text(j->ask, "etag"), *modified = text(j->ask, "modified");
	const int64_t *l = j->limit;

	j->path = *text(j->ask, "file") ? path_join(a, dir, text(j->ask, "file")) : "";
	j->fd = *j->path ? open(j->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) : -1;
	j->hash = hash_open();
	j->easy = curl_easy_init();
	if (!j->easy || (*j->path && j->fd < 0))
		return false;
	if (*etag)
		j->head = curl_slist_append(j->head, arena_printf(a, "If-None-Match: %s", etag));
	if (*modified)
		j->head = curl_slist_append(j->head, arena_printf(a, "If-Modified-Since: %s", modified));
#define SET(what, value) curl_easy_setopt(j->easy, CURLOPT_##what, value)
	CURLcode bad = SET(URL, text(j->ask, "url")) | SET(PROTOCOLS_STR, protocols) | SET(REDIR_PROTOCOLS_STR, protocols) |
		SET(OPENSOCKETFUNCTION, on_socket) | SET(OPENSOCKETDATA, j) | SET(WRITEFUNCTION, on_body) | SET(WRITEDATA, j) |
		SET(HEADERFUNCTION, on_header) | SET(HEADERDATA, j) | SET(HTTPHEADER, j->head) | SET(PRIVATE, j) | SET(ERRORBUFFER, j->why) |
		SET(FOLLOWLOCATION, 1L) | SET(MAXREDIRS, (long)REDIRECTS) | SET(FAILONERROR, 1L) | SET(ACCEPT_ENCODING, "gzip, deflate") |
		SET(TIMEOUT_MS, (long)l[L_MS]) | SET(CONNECTTIMEOUT_MS, (long)l[L_CONNECT_MS]) | SET(LOW_SPEED_LIMIT, (long)l[L_LOW_BYTES]) |
		SET(LOW_SPEED_TIME, (long)l[L_LOW_SECONDS]) | SET(MAXFILESIZE_LARGE, (curl_off_t)l[L_BYTES]) | SET(NOSIGNAL, 1L) |
		SET(USERAGENT, "continuum") | SET(PROXY, "");
#undef SET
	return !bad && curl_multi_add_handle(multi, j->easy) == CURLM_OK;
}

/* What a transfer came to: ERR_NONE when it brought what was wanted. */
static enum err_id outcome(struct job *j, CURLcode rc, int64_t status, bool conditional)
{
	static const struct { CURLcode rc; enum err_id id; } meaning[] = {
		{ CURLE_UNSUPPORTED_PROTOCOL, ERR_FETCH_PROTOCOL }, { CURLE_TOO_MANY_REDIRECTS, ERR_FETCH_REDIRECT },
		{ CURLE_OPERATION_TIMEDOUT, ERR_FETCH_SLOW }, { CURLE_PARTIAL_FILE, ERR_FETCH_CUT }, { CURLE_RECV_ERROR, ERR_FETCH_CUT },
		{ CURLE_GOT_NOTHING, ERR_FETCH_CUT }, { CURLE_HTTP2_STREAM, ERR_FETCH_CUT }, { CURLE_FILESIZE_EXCEEDED, ERR_FETCH_LARGE },
		{ CURLE_BAD_CONTENT_ENCODING, ERR_FETCH_ENCODING }, { CURLE_PEER_FAILED_VERIFICATION, ERR_FETCH_TLS },
		{ CURLE_SSL_CACERT_BADFILE, ERR_FETCH_TLS }, { CURLE_SSL_CONNECT_ERROR, ERR_FETCH_TLS }, { CURLE_HTTP_RETURNED_ERROR, ERR_FETCH_STATUS },
	};

	if (j->refused)
		return j->refused;
	if (rc == CURLE_WRITE_ERROR && !*j->path)
		rc = CURLE_OK;
	for (size_t i = 0; i < sizeof meaning / sizeof *meaning; i++)
		if (rc == meaning[i].rc)
			return meaning[i].id;
	return rc ? ERR_FETCH_UNREACHABLE : status == 200 || (status == 304 && conditional) ? ERR_NONE : ERR_FETCH_STATUS;
}

static void member(struct buf *out, const char *key, const char *value)
{
	char clean[2048];

	err_clean(clean, sizeof clean, value ? value : "", value ? strlen(value) : 0, false);
	buf_printf(out, ",\"%s\":", key);
	buf_json(out, clean, strlen(clean));
}

/* A header of the last answer; one that could not be sent back is as good as none. */
static const char *header(CURL *easy, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK && strlen(h->value) < 200 ? h->value : "";
}

/* Tells the end of a transfer and lets go of it. */
static bool finish(struct job *j, CURLM *multi, CURLcode rc)
{
	struct buf line = BUF(LINE_MAX_BYTES);
	curl_off_t length = -1;
	char hex[HASH_HEX], *url = NULL;
	long status = 0;

	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(j->easy, CURLINFO_EFFECTIVE_URL, &url);
	curl_easy_getinfo(j->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	enum err_id id = outcome(j, rc, status, j->head != NULL);
	if (id == ERR_FETCH_STATUS)
		snprintf(j->detail, sizeof j->detail, "%ld", status);
	else if (id == ERR_FETCH_LARGE)
		snprintf(j->detail, sizeof j->detail, "%" PRId64, j->limit[L_BYTES] >> 20);
	hash_close(j->hash, hex);
	if (j->fd >= 0 && close(j->fd) != 0)
		id = ERR_WRITE;
	if (*j->path && (id || status == 304))
		unlink(j->path);
	buf_printf(&line, "{\"i\":%zu,\"state\":%d,\"status\":%ld,\"bytes\":%" PRId64, j->ask->index,
	           id ? FETCH_UNREACHABLE : status == 304 ? FETCH_UNCHANGED : FETCH_DONE, status, *j->path ? j->bytes : (int64_t)length);
	member(&line, "sha256", *j->path ? hex : "");
	member(&line, "url", url);
	member(&line, "etag", header(j->easy, "ETag"));
	member(&line, "modified", header(j->easy, "Last-Modified"));
	member(&line, "error", id ? err_name(id) : "");
	member(&line, "detail", j->detail);
	member(&line, "why", *j->why ? j->why : curl_easy_strerror(rc));
	buf_str(&line, "}\n");
	bool ok = path_put(ANSWER_FD, line.s, line.n);
	curl_multi_remove_handle(multi, j->easy);
	curl_easy_cleanup(j->easy);
	curl_slist_free_all(j->head);
	buf_free(&line);
	return ok;
}

/* Keeps as many transfers in the air as allowed until all have ended. */
static bool transfer(struct job *job, size_t n, const int64_t limit[LIMITS], CURLM *multi, const char *dir, struct arena *a)
{
	size_t begun = 0, ended = 0;
	double told = proc_clock();

	while (ended < n) {
		int running, queued;
		while (begun < n && begun - ended < (size_t)limit[L_PARALLEL])
			if (!start(&job[begun++], multi, dir, a))
				return false;
		if (curl_multi_perform(multi, &running) != CURLM_OK || curl_multi_poll(multi, NULL, 0, 200, NULL) != CURLM_OK)
			return false;
		for (CURLMsg *m; (m = curl_multi_info_read(multi, &queued)) != NULL; ended++) {
			struct job *j = NULL;
			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &j);
			if (!finish(j, multi, m->data.result))
				return false;
		}
		if (proc_clock() - told > 0.2) {
			int64_t bytes = 0;
			for (size_t i = 0; i < begun; i++)
				bytes += job[i].bytes;
			told = proc_clock();
			if (dprintf(ANSWER_FD, "{\"bytes\":%" PRId64 "}\n", bytes) < 0)
				return false;
		}
	}
	return true;
}

int fetch_stage(int argc, char **argv)
{
	struct buf in = BUF(JSON_BYTES);
	struct arena a = { 0 };
	struct json_doc doc;
	struct err e = { 0 };
	char part[4096];
	int64_t limit[LIMITS];
	ssize_t got;

	(void)argv;
	while ((!in.n || in.s[in.n - 1] != '\n') && (got = read(STDIN_FILENO, part, sizeof part)) > 0 && buf_add(&in, part, (size_t)got))
		;
	bool ok = argc == 0 && json_parse(&doc, &a, "fetcher", buf_text(&in), in.n, &e) && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	const struct json *ask = ok ? json_get(doc.root, "ask") : NULL, *v = ok ? json_get(doc.root, "limit") : NULL;
	ok = ask && v && v->count == LIMITS;
	for (v = ok ? v->child : NULL; ok && v; v = v->next)
		ok = json_int(v, &limit[v->index]) && limit[v->index] >= 0;
	struct job *job = arena_array(&a, struct job, ok ? ask->count + 1 : 1);
	for (v = ok ? ask->child : NULL; v; v = v->next)
		job[v->index] = (struct job){ .ask = v, .limit = limit, .fd = -1 };
	CURLM *multi = ok ? curl_multi_init() : NULL;
	ok = multi && transfer(job, ask->count, limit, multi, text(doc.root, "dir"), &a);
	curl_multi_cleanup(multi);
	arena_free(&a);
	buf_free(&in);
	return ok ? EXIT_OK : EXIT_FAILED;
}

/* ---- the driver ---- */

static void put_request(const struct fetch *f, size_t n, const struct fetch_opt *o, struct buf *out)
{
	const int64_t limit[LIMITS] = {
		[L_BYTES] = o->max_bytes, [L_MS] = (int64_t)(o->seconds * 1000), [L_CONNECT_MS] = (int64_t)(o->connect_seconds * 1000),
		[L_LOW_BYTES] = o->low_speed_bytes, [L_LOW_SECONDS] = o->low_speed_seconds, [L_PARALLEL] = o->parallel ? o->parallel : 1,
		[L_LOCAL] = o->allow_local,
	};

	buf_str(out, "{\"limit\":[");
	for (size_t i = 0; i < LIMITS; i++)
		buf_printf(out, "%s%" PRId64, i ? "," : "", limit[i]);
	buf_str(out, "],\"dir\":");
	buf_json(out, o->dir, strlen(o->dir));
	for (size_t i = 0; i < n; i++) {
		const char *const value[] = { f[i].url, f[i].etag, f[i].modified, f[i].look ? "" : f[i].file };
		static const char *const before[] = { "{\"url\":", ",\"etag\":", ",\"modified\":", ",\"file\":" };
		buf_str(out, i ? "," : ",\"ask\":[");
		for (size_t k = 0; k < 4; k++) {
			buf_str(out, before[k]);
			buf_json(out, value[k] ? value[k] : "", value[k] ? strlen(value[k]) : 0);
		}
		buf_char(out, '}');
	}
	buf_str(out, "]}\n");
}

struct state { struct fetch *f; size_t n, done; int64_t bytes; bool *told; };

/* One line of the child: the end of a download that was asked for and has not ended yet, or bytes so far. */
static bool take_line(struct state *s, const char *line, size_t n, struct arena *a)
{
	struct json_doc doc;
	struct err e = { 0 };
	int64_t i, state;

	if (!json_parse(&doc, a, "fetcher", line, n, &e))
		return false;
	if (!json_int(json_get(doc.root, "i"), &i))
		return json_int(json_get(doc.root, "bytes"), &s->bytes);
	if (i < 0 || (size_t)i >= s->n || s->told[i] || !json_int(json_get(doc.root, "state"), &state) || state < 0 || state >= FETCH_STATES)
		return false;
	struct fetch *f = &s->f[i];
	enum err_id id = err_by_name(text(doc.root, "error"));
	if ((state == FETCH_UNREACHABLE) != (id != ERR_NONE) || !json_int(json_get(doc.root, "status"), &f->status) ||
	    !json_int(json_get(doc.root, "bytes"), &f->bytes))
		return false;
	f->state = (enum fetch_state)state;
	f->final_url = text(doc.root, "url");
	f->new_etag = text(doc.root, "etag");
	f->new_modified = text(doc.root, "modified");
	snprintf(f->sha256, sizeof f->sha256, "%s", text(doc.root, "sha256"));
	if (id) {
		err_set(&f->err, id, "%s" ERR_SEP "%s", f->url, text(doc.root, "detail"));
		err_why(&f->err, "%s", text(doc.root, "why"));
	}
	s->told[i] = true;
	s->done++;
	return true;
}

/* Takes the whole lines of what the child said so far. */
static bool take_lines(struct state *s, struct buf *said, struct arena *a)
{
	size_t from = 0;
	bool ok = !said->over;

	for (const char *end; ok && said->n > from && (end = memchr(said->s + from, '\n', said->n - from)) != NULL;
	     from = (size_t)(end - said->s) + 1)
		ok = take_line(s, said->s + from, (size_t)(end - said->s) - from, a);
	size_t left = said->n - from;
	if (from)
		memmove(said->s, said->s + from, left);
	said->n = left;
	return ok;
}

bool fetch_all(struct fetch *f, size_t n, const struct fetch_opt *o, struct arena *a, struct err *e)
{
	struct state s = { .f = f, .n = n, .told = arena_array(a, bool, n + 1) };
	size_t rounds = (n + o->parallel) / (o->parallel ? o->parallel : 1);
	struct proc_opt opt = {
		.kind = PROC_FETCHER, .args = { NULL }, .write = { o->dir }, .cwd = o->dir, .pipe_in = true, .out_on_3 = true,
		.file_size = (uint64_t)o->max_bytes + 1, .stderr_max = STDERR_MAX, .wall_seconds = o->seconds * (double)rounds + 30,
		.allow_unjailed = o->allow_unjailed,
	};
	struct buf request = BUF(JSON_BYTES), said = BUF(ANSWER_MAX);
	struct proc child = { 0 };
	char part[4096];
	int got = 0;

	put_request(f, n, o, &request);
	bool ok = n == 0 || (proc_start(&child, &opt, e) && proc_send(&child, request.s, request.n, e));
	while (ok && n && (got = proc_poll(&child, -1, e)) == 1) {
		ssize_t more = read(child.out, part, sizeof part);
		buf_add(&said, part, more > 0 ? (size_t)more : 0);
		if (!take_lines(&s, &said, a))
			ok = err_set(e, ERR_FETCH_WIRE, "%s", "fetcher");
		else if (o->progress)
			o->progress(o->context, s.done, n, s.bytes);
	}
	ok = ok && got >= 0 && (n == 0 || proc_ok(&child, "fetcher", e)) && (s.done == n || err_set(e, ERR_FETCH_WIRE, "%s", "fetcher"));
	proc_close(&child);
	buf_free(&request);
	buf_free(&said);
	return ok;
}
