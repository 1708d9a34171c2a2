/* Hostile plugins in real workers: every file of tests/fixtures/hostile ends as its first line says ("message id, line or -"),
 * in time, and harms nothing that comes after. This program is its own worker: stages enter by main. */
#include "host/worker.h"

#include "base/num.h"
#include "base/proc.h"
#include "host.h"
#include "host/wire.h"
#include "tap.h"

#ifdef __SANITIZE_ADDRESS__
static const double some_seconds = 1.2;   /* filling memory takes longer under a sanitizer */
#else
static const double some_seconds = 0.4;
#endif

static const char honest[] =
	"local A = analysis { title = { fr = \"Essai\", en = \"Try\" } }\n"
	"function A.run(report)\n"
	"  assert((\"ab\"):rep(2) == \"abab\")\n"
	"  report:value(\"total\", report:one(\"SELECT sum(officers) FROM pm_dep\"), { label = { fr = \"Total\", en = \"Total\" } })\n"
	"end\nreturn A\n";

/* A23: what could differ between two runs: order of keys, random numbers, addresses, equal items in a sort. */
static const char any_order[] =
	"local A = analysis { title = { fr = \"Essai\", en = \"Try\" } }\n"
	"function A.run(report)\n"
	"  local t, list = {}, {}\n"
	"  for i = 1, 200 do t[\"key\" .. i * 7919 % 1000] = i end\n"
	"  for k, v in pairs(t) do list[#list + 1] = k .. v end\n"
	"  print(table.concat(list, \" \"))\n"
	"  print(math.random(), math.random(1 << 40), next(t))\n"
	"  print({}, print, report, string.format(\"%s %s\", {}, function() end), tostring(t))\n"
	"  local same = {}\n"
	"  for i = 1, 1000 do same[i] = { k = i % 3, i = i } end\n"
	"  table.sort(same, function(a, b) return a.k < b.k end)\n"
	"  local out = {}\n"
	"  for i = 1, 1000, 37 do out[#out + 1] = same[i].i end\n"
	"  print(table.concat(out, \" \"))\n"
	"end\nreturn A\n";

/* True when the plugin in f ran; the outcome is in *r. */
static bool run(struct fixture *f, const char *text, size_t n, struct result *r, struct buf *raw, double *seconds)
{
	struct err e = { 0 };
	double start = proc_clock();

	bool ok = fixture_write(f, "plugins/try.lua", text, n, &e) && worker_run(&f->job, &f->a, r, raw, &e);
	*seconds = proc_clock() - start;
	if (!ok)
		printf("# our own failure: %s %s %s\n", err_name(e.id), e.arg[0], e.why);
	return ok;
}

static bool one_clean_line(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static void hostile(struct fixture *f, const char *name)
{
	struct buf text = BUF(1 << 20), raw = BUF(ARTEFACT_BYTES), shown = BUF(4000);
	struct result r = { 0 };
	char want[64] = "", place[16] = "";
	struct err e = { 0 };
	double seconds;
	int64_t line = 0;

	path_read(path_join(&f->a, "tests/fixtures/hostile", name), 1 << 20, &text, &e);
	bool ok = sscanf(buf_text(&text), "-- %63s %15s", want, place) == 2 && run(f, buf_text(&text), text.n, &r, &raw, &seconds);
	num_int(place, strlen(place), &line);
	ok = ok && r.failed && !strcmp(err_name(r.err.id), want) && (!line || r.err.line == line) && !strcmp(r.err.file, "plugins/try.lua");
	err_message(&r.err, LANG_EN, &shown);
	ok = ok && one_clean_line(buf_text(&shown)) && seconds < f->job.limits.seconds + 1.8;
	if (!CHECK(ok, name))
		printf("# want %s %s, got %s line %ld after %.1f s: %s\n# %s\n", want, place, err_name(r.err.id), r.err.line, seconds, buf_text(&shown), r.err.why);
	buf_free(&text);
	buf_free(&raw);
	buf_free(&shown);
}

static void honest_runs(struct fixture *f)
{
	struct buf one = BUF(ARTEFACT_BYTES), two = BUF(ARTEFACT_BYTES);
	struct result r = { 0 };
	double seconds;

	CHECK(run(f, honest, strlen(honest), &r, &one, &seconds) && !r.failed && r.nvalue == 1 && r.value[0].q.best == 180, "after them an honest one");
	CHECK(run(f, any_order, strlen(any_order), &r, &one, &seconds) && !r.failed && r.nlog == 4, "A23: orders, random numbers, addresses");
	if (r.failed)
		printf("# %s %s line %ld\n", err_name(r.err.id), r.err.arg[0], r.err.line);
	for (size_t i = 0; i < r.nlog; i++)
		CHECK(!strstr(r.log[i].text, "0x"), "no address is printed");
	CHECK(run(f, any_order, strlen(any_order), &r, &two, &seconds) && one.n == two.n && !memcmp(one.s, two.s, one.n), "two runs, the same bytes");
	CHECK(run(f, "\033LuaT", 5, &r, &one, &seconds) && r.failed && r.err.id == ERR_LUA_SYNTAX, "a plugin that is bytecode");
	CHECK(run(f, "return 1\n", 9, &r, &one, &seconds) && r.failed && r.err.id == ERR_PLUGIN_RETURN, "a plugin that returns no analysis");
	CHECK(run(f, "local x = = 1\n", 14, &r, &one, &seconds) && r.failed && r.err.id == ERR_LUA_SYNTAX && r.err.line == 1, "a syntax error");
	buf_free(&one);
	buf_free(&two);
}

static void keys(struct fixture *f)
{
	char one[65], two[65], three[65];
	struct err e = { 0 };

	fixture_write(f, "plugins/try.lua", "a", 1, &e);
	CHECK(worker_key(&f->job, one, &e) && worker_key(&f->job, two, &e) && !strcmp(one, two), "the key of a run is stable");
	fixture_write(f, "plugins/lib/more.lua", "return 1", 8, &e);
	CHECK(worker_key(&f->job, two, &e) && strcmp(one, two) != 0, "a new library changes it");
	fixture_write(f, "plugins/try.lua", "b", 1, &e);
	CHECK(worker_key(&f->job, three, &e) && strcmp(three, two) != 0, "so does the plugin");
	f->job.plugin = "plugins/none.lua";
	CHECK(!worker_key(&f->job, one, &e) && !strcmp(e.file, "plugins/none.lua"), "a missing plugin is named");
	f->job.plugin = "plugins/try.lua";
}

int main(int argc, char **argv)
{
	struct fixture f;
	struct err e = { 0 };
	enum proc_kind kind;
	const char **names;
	size_t n = 0;

	if (proc_is_stage(argc, argv))
		return proc_enter(&argc, &argv, &kind) ? worker_stage(argc, argv) : 1;
	if (!CHECK(fixture_open(&f, &e), "a small project"))
		return done_testing();
	f.job.limits = (struct worker_limits){ .seconds = some_seconds, .memory = 128 << 20, .sql_memory = 64 << 20, .output = 1 << 20, .allow_unjailed = true };
	CHECK(path_list(&f.a, "tests/fixtures/hostile", &names, &n, &e) && n > 30, "hostile plugins are there");
	for (size_t i = 0; i < n; i++)
		hostile(&f, names[i]);
	CHECK(!path_exists("/tmp/continuum-was-here"), "no command was run");
	f.job.limits.seconds = 20;
	honest_runs(&f);
	keys(&f);
	fixture_close(&f);
	return done_testing();
}
