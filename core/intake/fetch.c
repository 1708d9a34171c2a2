/* Both sides of downloads. The driver sends one line of JSON (folder, limits, what is wanted); the child answers on descriptor 3 with a
 * line for each download that ended, and one now and then with how much came. The driver trusts none of it: what arrived is digested
 * again when it becomes an object. */
#include "intake/fetch.h"

#include "base/path.h"
#include "base/proc.h"
#include "intake/json.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	ANSWER_FD = 3, STDERR_MAX = 4000, ANSWER_MAX = 1 << 20, LINE_MAX_BYTES = 1 << 14,
	HEADER_BYTES = 1 << 16,   /* of all answers on the way to one body */
	REDIRECTS = 5,
};
/* Limits, as whole numbers. */
enum { L_BYTES, L_MS, L_CONNECT_MS, L_LOW_BYTES, L_LOW_SECONDS, L_PARALLEL, L_LOCAL, L_LOOK, LIMITS };

static const char *text(const struct json *o, const char *key)
{
	const struct json *v = json_get(o, key);

	return v && v->type == JSON_STRING ? v->s : "";
}

/* ---- the child ---- */

/* libcurl and the thirty libraries behind it would more than double the time of every start of the program: only the fetcher opens them,
 * before its jail closes. Set once, by fetch_open. */
#define CURL_FUNCTIONS(F) \
	F(easy_cleanup) F(easy_getinfo) F(easy_header) F(easy_init) F(easy_setopt) F(easy_strerror) F(global_init) F(multi_add_handle) \
	F(multi_cleanup) F(multi_info_read) F(multi_init) F(multi_perform) F(multi_poll) F(multi_remove_handle) F(slist_append) \
	F(slist_free_all)
static struct {
#define F(name) __typeof__(curl_##name) *name;
	CURL_FUNCTIONS(F)
#undef F
} curl;

bool fetch_open(void)
{
	void *library = dlopen("libcurl.so.4", RTLD_NOW);
	bool ok = library != NULL;

#define F(name) ok = ok && (curl.name = (__typeof__(curl.name))(uintptr_t)dlsym(library, "curl_" #name));
	CURL_FUNCTIONS(F)
#undef F
	if (!ok)
		fprintf(stderr, "%s\n", dlerror());
	return ok;
}

struct job {
	const struct json *ask;
	const int64_t *limit;
	CURL *easy;
	struct curl_slist *head;
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

static bool start(struct job *j, CURLM *multi, const char *dir, struct arena *a)
{
	const char *protocols = j->limit[L_LOCAL] ? "https,http" : "https", *etag = text(j->ask, "etag"), *modified = text(j->ask, "modified");
	const int64_t *l = j->limit;

	j->path = l[L_LOOK] ? "" : arena_printf(a, "%s/%zu", dir, j->ask->index);
	j->fd = *j->path ? open(j->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) : -1;
	j->easy = curl.easy_init();
	if (!j->easy || (*j->path && j->fd < 0))
		return false;
	/* Not CURLOPT_ACCEPT_ENCODING, with which curl unpacks, and takes a packed body that is cut for a whole one. */
	j->head = curl.slist_append(NULL, "Accept-Encoding: identity");
	j->head = curl.slist_append(curl.slist_append(j->head, arena_printf(a, "If-None-Match: %s", etag)),   /* not sent when empty */
	                            arena_printf(a, "If-Modified-Since: %s", modified));
#define SET(what, value) curl.easy_setopt(j->easy, CURLOPT_##what, value)
	CURLcode bad = SET(URL, text(j->ask, "url")) | SET(PROTOCOLS_STR, protocols) | SET(REDIR_PROTOCOLS_STR, protocols) |
		SET(OPENSOCKETFUNCTION, on_socket) | SET(OPENSOCKETDATA, j) | SET(WRITEFUNCTION, on_body) | SET(WRITEDATA, j) |
		SET(HEADERFUNCTION, on_header) | SET(HEADERDATA, j) | SET(HTTPHEADER, j->head) | SET(PRIVATE, j) | SET(ERRORBUFFER, j->why) |
		SET(FOLLOWLOCATION, 1L) | SET(MAXREDIRS, (long)REDIRECTS) | SET(FAILONERROR, 1L) |
		SET(TIMEOUT_MS, (long)l[L_MS]) | SET(CONNECTTIMEOUT_MS, (long)l[L_CONNECT_MS]) | SET(LOW_SPEED_LIMIT, (long)l[L_LOW_BYTES]) |
		SET(LOW_SPEED_TIME, (long)l[L_LOW_SECONDS]) | SET(MAXFILESIZE_LARGE, (curl_off_t)l[L_BYTES]) | SET(NOSIGNAL, 1L) |
		SET(USERAGENT, "continuum") | SET(PROXY, "");
#undef SET
	return !bad && curl.multi_add_handle(multi, j->easy) == CURLM_OK;
}

/* Is the body of the last answer something else than the file? Every line of the header counts, of whatever length. */
static bool is_encoded(struct job *j)
{
	struct curl_header *h;

	for (size_t i = 0; curl.easy_header(j->easy, "Content-Encoding", i, CURLH_HEADER, -1, &h) == CURLHE_OK; i++)
		if (*h->value && strcasecmp(h->value, "identity")) {
			snprintf(j->detail, sizeof j->detail, "%.40s", h->value);
			return true;
		}
	return false;
}

/* What a transfer came to: ERR_NONE when it brought what was wanted. */
static enum err_id outcome(struct job *j, CURLcode rc, int64_t status, bool conditional)
{
	static const struct { CURLcode rc; enum err_id id; } meaning[] = {
		{ CURLE_UNSUPPORTED_PROTOCOL, ERR_FETCH_PROTOCOL }, { CURLE_TOO_MANY_REDIRECTS, ERR_FETCH_REDIRECT },
		{ CURLE_OPERATION_TIMEDOUT, ERR_FETCH_SLOW }, { CURLE_PARTIAL_FILE, ERR_FETCH_CUT }, { CURLE_RECV_ERROR, ERR_FETCH_CUT },
		{ CURLE_GOT_NOTHING, ERR_FETCH_CUT }, { CURLE_HTTP2_STREAM, ERR_FETCH_CUT }, { CURLE_FILESIZE_EXCEEDED, ERR_FETCH_LARGE },
		{ CURLE_PEER_FAILED_VERIFICATION, ERR_FETCH_TLS },
		{ CURLE_SSL_CACERT_BADFILE, ERR_FETCH_TLS }, { CURLE_SSL_CONNECT_ERROR, ERR_FETCH_TLS }, { CURLE_HTTP_RETURNED_ERROR, ERR_FETCH_STATUS },
	};

	if (j->refused)
		return j->refused;
	if (rc == CURLE_WRITE_ERROR && !*j->path)
		rc = CURLE_OK;
	for (size_t i = 0; i < sizeof meaning / sizeof *meaning; i++)
		if (rc == meaning[i].rc)
			return meaning[i].id;
	if (!rc && status == 200 && is_encoded(j))
		return ERR_FETCH_ENCODING;
	return rc ? ERR_FETCH_UNREACHABLE : status == 200 || (status == 304 && conditional) ? ERR_NONE : ERR_FETCH_STATUS;
}

/* A header of the last answer; one that could not be sent back is as good as none. */
static const char *header(CURL *easy, const char *name)
{
	struct curl_header *h;

	return curl.easy_header(easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK && strlen(h->value) < 200 ? h->value : "";
}

/* Tells the end of a transfer and lets go of it. */
static bool finish(struct job *j, CURLM *multi, CURLcode rc)
{
	struct buf line = BUF(LINE_MAX_BYTES);
	curl_off_t length = -1;
	char *url = NULL;
	long status = 0;

	curl.easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	curl.easy_getinfo(j->easy, CURLINFO_EFFECTIVE_URL, &url);
	curl.easy_getinfo(j->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	enum err_id id = outcome(j, rc, status, *text(j->ask, "etag") || *text(j->ask, "modified"));
	if (j->fd >= 0 && close(j->fd) != 0)
		id = ERR_WRITE;
	if (*j->path && (id || status == 304))
		unlink(j->path);
	const struct { const char *key, *value; } member[] = {
		{ "state", id ? "unreachable" : status == 304 ? "unchanged" : "done" }, { "url", url ? url : "" },
		{ "etag", header(j->easy, "ETag") }, { "modified", header(j->easy, "Last-Modified") }, { "error", id ? err_name(id) : "" },
		{ "detail", j->detail }, { "why", *j->why ? j->why : curl.easy_strerror(rc) },
	};
	buf_printf(&line, "{\"i\":%zu,\"status\":%ld,\"bytes\":%" PRId64, j->ask->index, status, *j->path ? j->bytes : (int64_t)length);
	for (size_t i = 0; i < sizeof member / sizeof *member; i++) {
		char clean[2048];
		err_clean(clean, sizeof clean, member[i].value, strlen(member[i].value), false);
		buf_printf(&line, ",\"%s\":", member[i].key);
		buf_json(&line, clean, strlen(clean));
	}
	buf_str(&line, "}\n");
	bool ok = path_put(ANSWER_FD, line.s, line.n);
	curl.multi_remove_handle(multi, j->easy);
	curl.easy_cleanup(j->easy);
	curl.slist_free_all(j->head);
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
		if (curl.multi_perform(multi, &running) != CURLM_OK || curl.multi_poll(multi, NULL, 0, 200, NULL) != CURLM_OK)
			return false;
		for (CURLMsg *m; (m = curl.multi_info_read(multi, &queued)) != NULL; ended++) {
			struct job *j = NULL;
			curl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &j);
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
	struct arena a = { 0 };
	struct json_doc doc;
	struct err e = { 0 };
	int64_t limit[LIMITS] = { 0 };
	size_t room = 0, n = 0;
	char *line = NULL;
	ssize_t got = getline(&line, &room, stdin);

	(void)argv;
	bool ok = argc == 0 && got > 0 && json_parse(&doc, &a, "fetcher", line, (size_t)got, &e) && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	const struct json *ask = ok ? json_get(doc.root, "ask") : NULL, *v = ok ? json_get(doc.root, "limit")->child : NULL;
	for (; ok && v; v = v->next)
		ok = v->index < LIMITS && json_int(v, &limit[v->index]) && limit[v->index] >= 0;
	struct job *job = arena_array(&a, struct job, ask ? ask->count + 1 : 1);
	for (v = ask ? ask->child : NULL; v; v = v->next)
		job[n++] = (struct job){ .ask = v, .limit = limit, .fd = -1 };
	CURLM *multi = ok && limit[L_PARALLEL] ? curl.multi_init() : NULL;
	ok = multi && transfer(job, n, limit, multi, text(doc.root, "dir"), &a);
	curl.multi_cleanup(multi);
	arena_free(&a);
	free(line);
	return ok ? EXIT_OK : EXIT_FAILED;
}

/* ---- the driver ---- */

struct answers { const struct json **of; size_t n, done; int64_t bytes; };

/* One line of the child: the end of a download that was asked for and has not ended yet, or bytes so far. */
static bool take_line(struct answers *s, const char *line, size_t n, struct arena *a)
{
	struct json_doc doc;
	struct err e = { 0 };
	int64_t i;

	if (!json_parse(&doc, a, "fetcher", line, n, &e))
		return false;
	if (!json_int(json_get(doc.root, "i"), &i))
		return json_int(json_get(doc.root, "bytes"), &s->bytes);
	if (i < 0 || (size_t)i >= s->n || s->of[i] || (*text(doc.root, "error") && !err_by_name(text(doc.root, "error"))))
		return false;
	s->of[i] = doc.root;
	s->done++;
	return true;
}

/* Takes the whole lines of what the child said so far. */
static bool take_lines(struct answers *s, struct buf *said, struct arena *a)
{
	bool ok = !said->over;

	for (char *end; ok && said->n && (end = memchr(said->s, '\n', said->n)) != NULL;) {
		ok = take_line(s, said->s, (size_t)(end - said->s), a);
		said->n -= (size_t)(end - said->s) + 1;
		memmove(said->s, end + 1, said->n);
	}
	return ok;
}

static void put_request(const struct json *list, const struct fetch_opt *o, struct buf *out)
{
	buf_printf(out, "{\"limit\":[%" PRId64 ",%.0f,%.0f,%ld,%ld,%u,%d,%d],\"dir\":", o->max_bytes, o->seconds * 1000, o->connect_seconds * 1000,
	           o->low_speed_bytes, o->low_speed_seconds, o->parallel, o->allow_local, o->look);
	buf_json(out, o->dir, strlen(o->dir));
	buf_str(out, ",\"ask\":");
	json_write(list, out);
	buf_str(out, "}\n");
}

const struct json **fetch_all(const struct json *list, const struct fetch_opt *o, struct arena *a, struct err *e)
{
	struct answers s = { .of = arena_array(a, const struct json *, list->count + 1), .n = list->count };
	struct proc_opt opt = {
		.kind = PROC_FETCHER, .write = { o->dir }, .cwd = o->dir, .pipe_in = true, .out_on_3 = true, .file_size = (uint64_t)o->max_bytes + 1,
		.stderr_max = STDERR_MAX, .wall_seconds = o->seconds * (double)(1 + s.n / o->parallel) + 30, .allow_unjailed = o->allow_unjailed,
	};
	struct buf request = BUF(JSON_BYTES), said = BUF(ANSWER_MAX);
	struct proc child = { 0 };
	char part[4096];
	int got = 0;

	put_request(list, o, &request);
	bool ok = s.n == 0 || (proc_start(&child, &opt, e) && proc_send(&child, request.s, request.n, e));
	while (ok && s.n && (got = proc_poll(&child, -1, e)) == 1) {
		ssize_t more = read(child.out, part, sizeof part);
		buf_add(&said, part, more > 0 ? (size_t)more : 0);
		ok = take_lines(&s, &said, a) || err_set(e, ERR_FETCH_WIRE, "%s", "");
		if (ok && o->progress)
			o->progress(o->context, s.done, s.n, s.bytes);
	}
	ok = ok && got >= 0 && (s.n == 0 || proc_ok(&child, "fetcher", e)) && (s.done == s.n || err_set(e, ERR_FETCH_WIRE, "%s", ""));
	proc_close(&child);
	buf_free(&request);
	buf_free(&said);
	return ok ? s.of : NULL;
}
