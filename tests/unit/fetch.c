/* Downloads against a server in a thread of the test that answers as bad servers do (A50–A58). */
#include "tap.h"

#include "base/hash.h"
#include "base/path.h"
#include "base/proc.h"
#include "intake/fetch.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

/* CHECK with a name in the manner of printf. */
#define CHECKF(cond, ...) (snprintf(name, sizeof name, __VA_ARGS__), tap_check((cond), __FILE__, __LINE__, name))
static char name[2000];
static const char BODY[] = "a,b\n1,2\n";

static void say(int fd, const char *s)
{
	if (send(fd, s, strlen(s), MSG_NOSIGNAL) < 0)
		return;
}

/* The body packed, without its last bytes: its length is that of what is left, as a proxy that kept half of it says. */
static void say_gzip(int fd, size_t cut)
{
	unsigned char raw[sizeof BODY], packed[200];
	z_stream z = { .next_in = raw, .avail_in = sizeof BODY - 1, .next_out = packed, .avail_out = sizeof packed };
	char head[200];

	memcpy(raw, BODY, sizeof BODY);
	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	size_t size = sizeof packed - z.avail_out - cut;
	deflateEnd(&z);
	snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", size);
	say(fd, head);
	if (send(fd, packed, size, MSG_NOSIGNAL) < 0)
		return;
}

static void answer(int fd, const char *path, const char *request)
{
	static const struct { const char *path, *said; } fixed[] = {
		{ "/ok", "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nLast-Modified: Wed, 25 Jun 2025 10:00:00 GMT\r\nContent-Length: 8\r\n\r\na,b\n1,2\n" },
		{ "/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na,b\n\r\n4\r\n1,2\n\r\n0\r\n\r\n" },
		{ "/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
		{ "/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na,b\n1,2\n" },
		{ "/chunkcut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na,b\n\r\n40\r\n1,2" },
		{ "/huge", "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\na" },
		{ "/loop", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n" },
		{ "/moved", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nETag: \"other\"\r\nContent-Length: 4\r\n\r\nlook" },
		{ "/file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n" },
		{ "/gopher", "HTTP/1.1 302 Found\r\nLocation: gopher://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n" },
		{ "/404", "HTTP/1.1 404 Not Found\r\nContent-Length: 8\r\n\r\nno such!" },
		{ "/416", "HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n" },
		{ "/500", "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" },
		{ "/503", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" },
		{ "/206", "HTTP/1.1 206 Partial\r\nContent-Length: 4\r\n\r\na,b\n" },
		{ "/304", "HTTP/1.1 304 Not Modified\r\n\r\n" },
		{ "/none", "" },
		{ "/identity", "HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 8\r\n\r\na,b\n1,2\n" },
		{ "/twice", "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Encoding: br\r\nContent-Length: 8\r\n\r\na,b\n1,2\n" },
		{ "/nothing", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n" },
		{ "/packedmove", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nlook" },
		{ "/packed404", "HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nlook" },
		{ "/oddtag", "HTTP/1.1 200 OK\r\nETag: \"\x01\xff\x1b[31m\"\r\nContent-Length: 8\r\n\r\na,b\n1,2\n" },
	};

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (!strcmp(path, fixed[i].path))
			say(fd, strstr(request, "If-None-Match: \"v1\"") && !strcmp(path, "/ok") ? "HTTP/1.1 304 Not Modified\r\n\r\n" : fixed[i].said);
	if (!strcmp(path, "/gzip"))
		say_gzip(fd, 0);
	if (!strcmp(path, "/gzipcut"))
		say_gzip(fd, 9);
	if (!strcmp(path, "/asked")) {
		if (strstr(request, "Accept-Encoding: identity\r\n"))
			say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\na,b\n1,2\n");
		else
			say_gzip(fd, 0);
	}
	if (!strcmp(path, "/flood")) {
		static const char some[1 << 16];
		say(fd, "HTTP/1.1 200 OK\r\n\r\n");
		for (int i = 0; i < 64 && send(fd, some, sizeof some, MSG_NOSIGNAL) > 0; i++)
			continue;
	}
	if (!strcmp(path, "/headers")) {
		say(fd, "HTTP/1.1 200 OK\r\n");
		for (int i = 0; i < 10000; i++)
			say(fd, "X-More: yes, and more\r\n");
		say(fd, "Content-Length: 8\r\n\r\na,b\n1,2\n");
	}
	if (!strcmp(path, "/slow")) {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
		for (int i = 0; i < 100 && send(fd, "a", 1, MSG_NOSIGNAL) == 1; i++)
			usleep(50000);
	}
}

static void *serve_one(void *arg)
{
	char request[4096] = "", path[200] = "";
	int fd = (int)(intptr_t)arg;
	size_t n = 0;

	while (n < sizeof request - 1 && !strstr(request, "\r\n\r\n")) {
		ssize_t got = recv(fd, request + n, sizeof request - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		request[n] = 0;
	}
	if (sscanf(request, "GET %199s", path) == 1)
		answer(fd, path, request);
	close(fd);
	return NULL;
}

static void *serve(void *arg)
{
	for (;;) {
		int fd = accept((int)(intptr_t)arg, NULL, NULL);
		pthread_t t;
		if (fd >= 0 && !pthread_create(&t, NULL, serve_one, (void *)(intptr_t)fd))
			pthread_detach(t);
	}
	return NULL;
}

static int listen_here(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof at;
	pthread_t t;

	if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 64) || getsockname(fd, (struct sockaddr *)&at, &n) ||
	    pthread_create(&t, NULL, serve, (void *)(intptr_t)fd))
		exit(1);
	return ntohs(at.sin_port);
}

enum state { FETCH_UNREACHABLE, FETCH_UNCHANGED, FETCH_DONE };
static const struct { const char *path, *etag; enum state state; enum err_id id; } cases[] = {
	{ "/ok", "", FETCH_DONE, ERR_NONE },
	{ "/ok", "\"v0\"", FETCH_DONE, ERR_NONE },
	{ "/ok", "\"v1\"", FETCH_UNCHANGED, ERR_NONE },
	{ "/moved", "", FETCH_DONE, ERR_NONE },
	{ "/chunked", "", FETCH_DONE, ERR_NONE },
	{ "/identity", "", FETCH_DONE, ERR_NONE },
	{ "/oddtag", "", FETCH_DONE, ERR_NONE },
	{ "/empty", "", FETCH_DONE, ERR_NONE },
	{ "/short", "", FETCH_UNREACHABLE, ERR_FETCH_CUT },
	{ "/chunkcut", "", FETCH_UNREACHABLE, ERR_FETCH_CUT },
	{ "/none", "", FETCH_UNREACHABLE, ERR_FETCH_CUT },
	{ "/gzip", "", FETCH_UNREACHABLE, ERR_FETCH_ENCODING },
	{ "/huge", "", FETCH_UNREACHABLE, ERR_FETCH_LARGE },
	{ "/flood", "", FETCH_UNREACHABLE, ERR_FETCH_LARGE },
	{ "/headers", "", FETCH_UNREACHABLE, ERR_FETCH_HEADERS },
	{ "/slow", "", FETCH_UNREACHABLE, ERR_FETCH_SLOW },
	{ "/loop", "", FETCH_UNREACHABLE, ERR_FETCH_REDIRECT },
	{ "/file", "", FETCH_UNREACHABLE, ERR_FETCH_PROTOCOL },
	{ "/gopher", "", FETCH_UNREACHABLE, ERR_FETCH_PROTOCOL },
	{ "/404", "", FETCH_UNREACHABLE, ERR_FETCH_STATUS },
	{ "/416", "", FETCH_UNREACHABLE, ERR_FETCH_STATUS },
	{ "/500", "", FETCH_UNREACHABLE, ERR_FETCH_STATUS },
	{ "/503", "", FETCH_UNREACHABLE, ERR_FETCH_STATUS },
	{ "/206", "", FETCH_UNREACHABLE, ERR_FETCH_STATUS },
	{ "/304", "", FETCH_UNREACHABLE, ERR_FETCH_STATUS },   /* not asked for */
	{ "/gzipcut", "", FETCH_UNREACHABLE, ERR_FETCH_ENCODING },
	{ "/twice", "", FETCH_UNREACHABLE, ERR_FETCH_ENCODING },
	{ "/nothing", "", FETCH_UNREACHABLE, ERR_FETCH_ENCODING },
	{ "/packedmove", "", FETCH_DONE, ERR_NONE },
	{ "/packed404", "", FETCH_UNREACHABLE, ERR_FETCH_STATUS },
	{ "/asked", "", FETCH_DONE, ERR_NONE },
};
enum { CASES = sizeof cases / sizeof *cases };

static const char *const state_name[] = { "unreachable", "unchanged", "done" };

/* The list that a driver sends, made of addresses and ETags. */
struct list { struct buf text; struct json_doc doc; };
static void list_add(struct list *l, const char *url, const char *etag)
{
	buf_printf(&l->text, "%s{\"url\":\"%s\",\"etag\":", l->text.n ? "," : "[", url);
	buf_json(&l->text, etag, strlen(etag));
	buf_char(&l->text, '}');
}
static const struct json **fetch_list(struct list *l, const struct fetch_opt *o, struct arena *a, struct err *e)
{
	buf_str(&l->text, l->text.n ? "]" : "[]");
	CHECKF(json_parse(&l->doc, a, "list", buf_text(&l->text), l->text.n, e), "the list is JSON");
	const struct json **answer = fetch_all(l->doc.root, o, a, e);
	buf_free(&l->text);
	return answer;
}
static const char *said(const struct json *answer, const char *key) { return json_get(answer, key)->s; }
static int64_t number(const struct json *answer, const char *key)
{
	int64_t n = -2;
	json_int(json_get(answer, key), &n);
	return n;
}

static struct fetch_opt options(const char *dir)
{
	return (struct fetch_opt){
		.dir = dir, .max_bytes = 1 << 20, .seconds = 20, .connect_seconds = 5, .low_speed_bytes = 1000, .low_speed_seconds = 1, .parallel = 8,
		.allow_local = true,
	};
}

static void check_answers(const char *dir, int port)
{
	struct list l = { .text = BUF(1 << 20) };
	struct fetch_opt o = options(dir);
	char want[HASH_HEX], got[HASH_HEX];
	struct arena a = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; i < CASES; i++)
		list_add(&l, arena_printf(&a, "http://127.0.0.1:%d%s", port, cases[i].path), cases[i].etag);
	const struct json **f = fetch_list(&l, &o, &a, &e);
	CHECKF(f, "all are fetched side by side: %s %s", err_name(e.id), e.why);
	hash_bytes(BODY, sizeof BODY - 1, want);
	for (size_t i = 0; f && i < CASES; i++) {
		const char *file = arena_printf(&a, "%s/%zu", dir, i);
		CHECKF(!strcmp(said(f[i], "state"), state_name[cases[i].state]) && err_by_name(said(f[i], "error")) == cases[i].id, "%s%s: %s, %s (%s)",
		       cases[i].path, cases[i].etag, said(f[i], "state"), said(f[i], "error"), said(f[i], "why"));
		CHECKF(path_exists(file) == (cases[i].state == FETCH_DONE), "%s: a file only when all of it came", cases[i].path);
		if (cases[i].state != FETCH_DONE || !strcmp(cases[i].path, "/empty"))
			continue;
		CHECKF(hash_file(file, got, NULL, &e) && number(f[i], "bytes") == 8 && !strcmp(got, want), "%s: the body", cases[i].path);
	}
	if (f) {
		CHECK_STR(said(f[0], "etag"), "\"v1\"", "the ETag is kept");
		CHECK_STR(said(f[0], "modified"), "Wed, 25 Jun 2025 10:00:00 GMT", "the date is kept");
		CHECK_STR(said(f[3], "etag"), "\"v1\"", "after a redirect the ETag is that of the last answer");
		CHECKF(strstr(said(f[3], "url"), "/ok"), "and the last address is told");
		CHECKF(!strchr(said(f[6], "etag"), 27), "no escape sequence comes through in an ETag");
		CHECKF(number(f[13], "bytes") <= (1 << 20) + 65536, "a flood is left at the limit");
	}
	arena_free(&a);
}

static void check_look(const char *dir, int port)
{
	struct list l = { .text = BUF(1 << 20) }, none = { .text = BUF(1 << 20) };
	struct arena a = { 0 };
	struct fetch_opt o = options(dir);
	struct err e = { 0 };
	const char *url = arena_printf(&a, "http://127.0.0.1:%d/ok", port);

	o.look = true;
	list_add(&l, url, "");
	list_add(&l, url, "\"v1\"");
	path_remove_tree(dir, &e);
	path_mkdirs(dir, &e);
	const struct json **f = fetch_list(&l, &o, &a, &e);
	CHECKF(f && !strcmp(said(f[0], "state"), "done") && number(f[0], "bytes") == 8, "a look tells the size");
	CHECKF(f && !strcmp(said(f[1], "state"), "unchanged"), "a look can be conditional");
	CHECKF(!path_exists(path_join(&a, dir, "0")), "a look writes nothing");
	CHECKF(fetch_list(&none, &o, &a, &e), "nothing to fetch is fine");
	arena_free(&a);
}

/* Whatever way it is written, an address of this machine or a private network is refused by the address that is connected to. */
static void check_addresses(const char *dir, int port)
{
	static const struct { const char *host; enum err_id id; } hosts[] = {
		{ "127.0.0.1", ERR_FETCH_ADDRESS }, { "127.9.9.9", ERR_FETCH_ADDRESS }, { "2130706433", ERR_FETCH_ADDRESS },
		{ "0x7f.1", ERR_FETCH_ADDRESS }, { "0.0.0.0", ERR_FETCH_ADDRESS }, { "10.1.2.3", ERR_FETCH_ADDRESS }, { "172.31.0.1", ERR_FETCH_ADDRESS },
		{ "192.168.1.1", ERR_FETCH_ADDRESS }, { "169.254.169.254", ERR_FETCH_ADDRESS }, { "100.64.0.1", ERR_FETCH_ADDRESS },
		{ "224.0.0.1", ERR_FETCH_ADDRESS }, { "[::1]", ERR_FETCH_ADDRESS }, { "[::]", ERR_FETCH_ADDRESS }, { "[::ffff:127.0.0.1]", ERR_FETCH_ADDRESS },
		{ "[::7f00:1]", ERR_FETCH_ADDRESS }, { "[fc00::1]", ERR_FETCH_ADDRESS }, { "[fe80::1]", ERR_FETCH_ADDRESS }, { "localhost", ERR_FETCH_ADDRESS },
		{ "172.32.0.1", ERR_NONE }, { "192.0.2.1", ERR_NONE }, { "[2001:db8::1]", ERR_NONE },
	};
	enum { N = sizeof hosts / sizeof *hosts };
	struct list l = { .text = BUF(1 << 20) };
	struct fetch_opt o = options(dir);
	struct arena a = { 0 };
	struct err e = { 0 };

	o.allow_local = false;
	o.look = true;
	o.connect_seconds = 0.2;
	for (size_t i = 0; i < N; i++)
		list_add(&l, arena_printf(&a, "https://%s:%d/", hosts[i].host, port), "");
	list_add(&l, arena_printf(&a, "http://192.0.2.1:%d/ok", port), "");
	list_add(&l, "file:///etc/passwd", "");
	const struct json **f = fetch_list(&l, &o, &a, &e);
	CHECKF(f, "addresses are tried: %s", err_name(e.id));
	for (size_t i = 0; f && i < N; i++)
		CHECKF(!strcmp(said(f[i], "state"), "unreachable") && (err_by_name(said(f[i], "error")) == ERR_FETCH_ADDRESS) == (hosts[i].id == ERR_FETCH_ADDRESS),
		       "%s: %s", hosts[i].host, said(f[i], "error"));
	CHECKF(f && err_by_name(said(f[N], "error")) == ERR_FETCH_PROTOCOL, "plain http is refused");
	CHECKF(f && err_by_name(said(f[N + 1], "error")) == ERR_FETCH_PROTOCOL, "file: is refused");
	arena_free(&a);
}

int main(int argc, char **argv)
{
	enum proc_kind kind;

	if (proc_is_stage(argc, argv))
		return fetch_open() && proc_enter(&argc, &argv, &kind) ? fetch_stage(argc, argv) : 127;
	struct arena a = { 0 };
	struct err e = { 0 };
	char *dir = path_mkdtemp(&a, "/tmp", &e);
	int port = listen_here();
	check_answers(dir, port);
	check_look(dir, port);
	check_addresses(dir, port);
	path_remove_tree(dir, &e);
	arena_free(&a);
	return done_testing();
}
