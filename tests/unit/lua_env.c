/* The Lua API in this process: what it gives, and where its errors point. Then every allocation refused from the nth on. */
#include "host/plugin.h"

#include "base/num.h"
#include "host.h"
#include "host/wire.h"
#include "tap.h"

#include <stdlib.h>

/* A body of run(report), from line 3 on; the error it must end with ("" = none) and a text that is in its message, excerpt or reason. */
static const struct { const char *name, *body, *id; long line, column; const char *text; } cases[] = {
	{ "undeclared name read", "report:log(pritn)", "host.lua_global", 3, 0, "pritn" },
	{ "undeclared name written", "local a = 1\nb = a", "host.lua_global", 4, 0, "“b”" },
	{ "library field", "return math.flor(1)", "host.lua_field", 3, 0, "math has no “flor”" },
	{ "report method", "report:sqll('SELECT 1')", "host.lua_field", 3, 0, "report has no “sqll”" },
	{ "parameter", "return report.params.yeer", "host.lua_field", 3, 0, "yeer" },
	{ "run-time error", "local x\nx.y = 1", "host.lua_error", 4, 0, "attempt to index a nil value (local 'x')" },
	{ "error in a prelude call", "for k in pairs(nil) do end", "host.argument", 3, 0, "pairs: table expected, got nil" },
	{ "error in a comparison inside sort", "table.sort { 1, 'a' }", "host.lua_error", 3, 0, "attempt to compare" },
	{ "error of the plugin", "error('too few rows')", "host.lua_error", 3, 0, "too few rows" },
	{ "assert", "assert(1 == 2, 'one is two')", "host.lua_error", 3, 0, "one is two" },
	{ "caught and raised again", "local ok, e = pcall(error, 'first')\nerror(e, 0)", "host.lua_error", 4, 0, "first" },
	{ "keys without order", "local t = { [{}] = 1, [{}] = 2 }\nfor k in pairs(t) do end", "host.lua_order", 4, 0, "table" },
	{ "frame is read only", "local f = report:sql 'SELECT dep FROM pm_dep'\nf.dep[1] = 'x'", "host.lua_read_only", 4, 0, "column dep" },
	{ "frame column", "local f = report:sql 'SELECT dep FROM pm_dep'\nreturn f.deb", "host.lua_field", 4, 0, "dep" },
	{ "row field", "for row in report:sql('SELECT dep FROM pm_dep'):rows() do report:log(row.deb) end", "host.lua_field", 3, 0, "deb" },
	{ "column that hides a method", "for row in report:sql('SELECT dep AS rows FROM pm_dep'):rows() do end", "host.frame_hidden", 3, 0, "rows" },
	{ "column twice", "report:sql 'SELECT dep, dep FROM pm_dep'", "host.sql_column_twice", 3, 0, "dep" },
	{ "one row wanted", "report:one 'SELECT dep FROM pm_dep'", "host.one_rows", 3, 0, "3" },
	{ "SQL in a long bracket", "report:sql([[\n  SELECT dep,\n    offcers\n  FROM pm_dep]])", "store.sql_no_column_near", 5, 5, "offcers" },
	{ "SQL in quotes", "local x = report:sql('SELECT dep FROM pm_deb')", "store.sql_no_table_near", 3, 39, "pm_dep" },
	{ "SQL in a local of before", "local text = [[SELECT dep\nFROM pm_dep WHERE]]\nlocal y = 1\nreport:sql(text)", "store.sql", 4, 0, "" },
	{ "SQL that was put together", "local c = 'offcers'\nreport:sql('SELECT ' .. c .. ' FROM pm_dep')", "store.sql_no_column_near", 4, 0, "report:sql" },
	{ "parameter not given", "report:sql('SELECT :a', {})", "host.sql_param_needed", 3, 0, "“a”" },
	{ "parameter not asked for", "report:sql('SELECT :year', { year = 1, yeer = 2 })", "host.sql_param_given", 3, 0, "yeer" },
	{ "parameter of a wrong type", "report:sql('SELECT :a', { a = {} })", "host.sql_param_type", 3, 0, "table" },
	{ "position not given", "report:sql('SELECT ?, ?', { 1 })", "host.sql_param_needed", 3, 0, "" },
	{ "fact that is not there", "report:fact 'polise'", "host.fact_missing", 3, 0, "polise" },
	{ "fact in words", "report:fact 'aim'", "host.fact_words", 3, 0, "aim" },
	{ "units mixed by +", "local a, b = report:fact 'mayors', quantity { best = 1, unit = 'reservists' }\nlocal c = a + b", "base.unit_mix", 4, 0, "" },
	{ "unit not stated", "local c = report:fact 'police' + report:fact 'transport'", "base.unit_unknown", 3, 0, "" },
	{ "quantity and number", "local c = report:fact 'police' + 1", "host.argument", 3, 0, "quantity expected, got number" },
	{ "unknown unit", "local q = quantity { best = 1, unit = 'mandate' }", "host.unit_name", 3, 0, "mandate" },
	{ "quantity field", "return report:fact('police').bset", "host.lua_field", 3, 0, "bset" },
	{ "bounds not in order", "local q = quantity { best = 1, low = 2, high = 3 }", "host.output_quantity", 3, 0, "" },
	{ "a fact of low confidence printed", "report:value('v', report:fact 'rumour')", "host.fact_low", 3, 0, "rumour" },
	{ "lower bound keeps the period that all share",
	  "local q = report:lower_bound { report:fact 'police', label = { fr = 'a', en = 'a' }, assumption = { fr = 'a', en = 'a' } }\n"
	  "assert(q.period == report:fact('police').period)", "", 0, 0, "" },
	{ "a refused sum names units in words",
	  "local q, why = report:sum { quantity { best = 1, unit = 'reservists' }, report:fact 'mayors' }\n"
	  "assert(not q and why.fr:find('mandats', 1, true) and why.fr:find('réserviste', 1, true), why and why.fr)", "", 0, 0, "" },
	{ "lower bound without its assumption", "report:lower_bound { report:fact 'police', label = { fr = 'a', en = 'a' } }", "host.option_missing", 3, 0, "assumption" },
	{ "lower bound over unlike units",
	  "report:lower_bound { report:fact 'police', report:fact 'mayors', label = { fr = 'a', en = 'a' }, assumption = { fr = 'a', en = 'a' } }",
	  "host.bound_units", 3, 0, "not_stated and mandates" },
	{ "lower bound over a target", "report:lower_bound { report:fact 'reserve', label = { fr = 'a', en = 'a' }, assumption = { fr = 'a', en = 'a' } }",
	  "host.bound_open", 3, 0, "" },
	{ "value without a label", "report:value('a', 1)", "host.option_missing", 3, 0, "label" },
	{ "value that is nil", "report:value('a', nil, { label = { fr = 'a', en = 'a' } })", "host.value_nil", 3, 0, "“a”" },
	{ "value without decimals", "report:value('a', 1.5, { label = { fr = 'a', en = 'a' } })", "host.decimals", 3, 0, "" },
	{ "option with a wrong name", "report:value('a', 1, { lable = { fr = 'a', en = 'a' } })", "host.option_unknown", 3, 0, "lable" },
	{ "text in one language", "report:value('a', 1, { label = { fr = 'a' } })", "host.argument", 3, 0, "label" },
	{ "name twice", "for _ = 1, 2 do report:value('a', 1, { label = { fr = 'a', en = 'a' } }) end", "host.name_twice", 3, 0, "“a”" },
	{ "placeholder", "report:value('a', { fr = '{polise}', en = 'x' }, { label = { fr = 'a', en = 'a' }, values = { police = 1 } })",
	  "host.placeholder", 3, 0, "{polise}" },
	{ "column of a table",
	  "report:table('t', { caption = { fr = 'a', en = 'a' }, columns = { { key = 'name', head = 'n' } }, rows = { { nmae = 'x' } } })",
	  "host.lua_field", 3, 0, "nmae" },
	{ "figure without alt",
	  "report:figure('f', chart.bars { rows = { { label = 'a', value = 1 } } }, { title = { fr = 'a', en = 'a' }, unit = { fr = 'a', en = 'a' },\n"
	  "  period = '2018', coverage = { fr = 'a', en = 'a' }, reading = { fr = 'a', en = 'a' } })", "host.figure_field", 3, 0, "alt" },
	{ "figure without a chart", "report:figure('f', {}, {})", "host.chart_wanted", 3, 0, "“f”" },
	{ "two units in a panel",
	  "chart.intervals { rows = { { label = 'a', quantity = report:fact 'police' }, { label = 'b', quantity = report:fact 'mayors' } } }",
	  "host.chart_units", 3, 0, "not_stated and mandates" },
	{ "bar without a number", "chart.bars { rows = { { label = 'a', value = report:fact 'landlords' } } }", "host.argument", 3, 0, "several" },
	{ "mark of no kind",
	  "report:figure('f', chart.new { panels = { { marks = { { kind = 'pie', items = {} } } } } }, { title = { fr = 'a', en = 'a' },\n"
	  "  unit = { fr = 'a', en = 'a' }, period = '2018', coverage = { fr = 'a', en = 'a' }, reading = { fr = 'a', en = 'a' }, alt = { fr = 'a', en = 'a' } })",
	  "host.option_choice", 3, 0, "pie" },
	{ "item with a quantity for a number",
	  "report:figure('f', chart.new { panels = { { marks = { { items = { { x = 1 }, { x = report:fact 'police' } } } } } } },\n"
	  "  { title = { fr = 'a', en = 'a' }, unit = { fr = 'a', en = 'a' }, period = '2018', coverage = { fr = 'a', en = 'a' },\n"
	  "  reading = { fr = 'a', en = 'a' }, alt = { fr = 'a', en = 'a' } })", "host.argument", 3, 0,
	  "figure f, panel 1, mark 1, item 2, x: number expected, got quantity" },
	{ "cell with a control character",
	  "report:table('t', { caption = { fr = 'a', en = 'a' }, columns = { { key = 'a', head = 'a' } }, rows = { { a = 'x' }, { a = 'é\27' } } })",
	  "host.output_text", 3, 0, "table t, row 2, column 1 holds a control character (byte 3)" },
	{ "address asked for", "return (('x%%%p'):format {})", "host.lua_refused", 3, 0, "string.format" },
	{ "format with a wrong argument", "local s = string.format('%d', 'x')", "host.lua_error", 3, 0, "#2 to 'format'" },
	{ "format", "assert(string.format('%s|%5.1f|%%|%s|%s', nil, 1.25, {}, print) == 'nil|  1.2|%|table|function')", "", 0, 0, "" },
	{ "decimals of a number", "assert(quantity { best = 0.1 + 0.2 }.decimals == 15 and quantity { best = 1e-7 }.decimals == 7 and\n"
	  "quantity { best = 1e22 }.decimals == 0 and quantity { best = 12.50 }.decimals == 1 and math.type(quantity { best = 4.0 }.best) == 'integer')",
	  "", 0, 0, "" },
	{ "a tail call leaves no line, but the file", "return quantity { best = 1, unit = 'mandate' }", "host.unit_name", 0, 0, "plugins/try.lua: error" },
	{ "library that is not there", "use 'nothing'", "host.plugin_use", 3, 0, "plugins/lib/nothing.lua" },
	{ "library with an error", "use('broken')()", "host.lua_error", 1, 0, "in the library" },
	{ "pairs in the order of keys",
	  "local s = '' for k, v in pairs { b = 1, a = 2, 30, 10, [true] = 5, [2.5] = 4 } do s = s .. tostring(k) end assert(s == '122.5abtrue', s)", "", 0, 0, "" },
	{ "next in the same order", "local t = { b = 1, a = 2 } assert(next(t) == 'a' and next(t, 'a') == 'b' and next(t, 'b') == nil and next({}) == nil)",
	  "", 0, 0, "" },
	{ "xpcall", "local ok, m = xpcall(error, function(m) return 'seen ' .. m end, 'x') assert(not ok and m == 'seen x', m)", "", 0, 0, "" },
	{ "sort is stable and sorts",
	  "local t = {} for i = 1, 99 do t[i] = (i * 37) % 101 end table.sort(t) for i = 2, 99 do assert(t[i - 1] <= t[i]) end", "", 0, 0, "" },
	{ "errors are texts to a plugin", "local ok, m = pcall(function() return os.execute end) assert(tostring(m):find('os.execute is not available', 1, true))",
	  "", 0, 0, "" },
	{ "library", "assert(use('more').twice(2) == 4 and use('more') == use('more'))", "", 0, 0, "" },
	{ "frame", "local f = report:sql 'SELECT dep, officers AS n FROM pm_dep ORDER BY dep'\n"
	  "assert(#f == 3 and f.n[1] == 120 and f.n[2] == nil and #f.n == 3 and #f.columns == 2 and f.columns[2] == 'n')\n"
	  "local s = '' for row, i in f:rows() do s = s .. i .. row.dep .. tostring(row.n) end assert(s == '101120202nil32A60', s)", "", 0, 0, "" },
	{ "one", "local row = report:one('SELECT dep, rate FROM pm_dep WHERE dep = ?', { '2A' }) assert(row.dep == '2A' and row.rate == 4.25)", "", 0, 0, "" },
	{ "fact", "local q = report:fact 'police' assert(q.low == 245000 and q.best == 250000 and q.unit == 'not_stated' and q.id == 'police' and\n"
	  "q.document == 'deck' and q.subject.fr == 'Policiers' and q.scope.en == 'France' and q.confidence == nil and q:words 'en' == '250,000')", "", 0, 0, "" },
	{ "open end", "local q = report:fact 'transport' assert(q.high == nil and q.low == 4000 and q:words 'fr' == 'plus de\u00a04\u202f000')", "", 0, 0, "" },
	{ "target", "assert(report:fact('reserve').qualifier == 'target')", "", 0, 0, "" },
	{ "sum", "local q = report:fact 'officials' + report:fact 'mayors' assert(q.best == 653400 and q.unit == 'mandates' and q.id == nil)", "", 0, 0, "" },
	{ "refused sum", "local q, why = report:sum { report:fact 'officials', report:fact 'police' } assert(q == nil and #why.fr > 10 and #why.en > 10)",
	  "", 0, 0, "" },
	{ "lower bound", "local q = report:lower_bound { report:fact 'police', report:fact 'landlords', label = { fr = 'cités', en = 'cited' },\n"
	  "assumption = { fr = 'disjoints', en = 'disjoint' } } assert(q.low == 265000 and q.high == nil and q.assumption.en == 'disjoint')", "", 0, 0, "" },
	{ "unit text", "assert(quantity { best = 1, unit = 'mandates' }:unit_text 'fr' == 'mandat' and quantity { best = 2, unit = 'mandates' }:unit_text 'en' == 'mandates')",
	  "", 0, 0, "" },
	{ "quantity from its ends", "local q = quantity { low = 3, high = 5 } assert(q.qualifier == 'interval' and q.best == nil)", "", 0, 0, "" },
};

static bool run(struct fixture *f, const char *text, struct arena *a, struct result *r, struct host *h, struct err *e)
{
	*e = (struct err){ 0 };
	struct buf message = BUF(ARTEFACT_BYTES);
	struct err wrong;

	*h = (struct host){ .job = &f->job, .arena = a, .memory.fail_from = h->memory.fail_from };
	bool ok = (!text || fixture_write(f, "plugins/try.lua", text, strlen(text), e)) && plugin_run(h, &message, e);
	if (!wire_decode(a, buf_text(&message), message.n, r, &wrong) || r->failed == ok)
		ok = CHECK(false, wrong.arg[0]);
	buf_free(&message);
	return ok;
}

static void one_case(struct fixture *f, size_t i)
{
	struct arena a = { 0 };
	struct result r = { 0 };
	struct host h = { 0 };
	struct buf shown = BUF(8000);
	struct err e;

	const char *text = arena_printf(&a, "local A = analysis { title = { fr = \"Essai\", en = \"Try\" }, params = { year = { type = \"integer\", default = 2018 } } }\n"
		"function A.run(report)\n%s\nend\nreturn A\n", cases[i].body);
	bool ok = run(f, text, &a, &r, &h, &e);
	err_show(&e, LANG_EN, false, &shown);
	if (ok)
		ok = !*cases[i].id;
	else
		ok = !strcmp(err_name(e.id), cases[i].id) && e.line == cases[i].line && (!cases[i].column || e.column == cases[i].column) &&
		     strstr(buf_text(&shown), cases[i].text) && (*cases[i].id != 'h' || !e.line || e.excerpt[0]);
	if (!CHECK(ok && h.memory.used == 0, cases[i].name))
		printf("# %s line %ld column %ld\n# %s\n", err_name(e.id), e.line, e.column, buf_text(&shown));
	buf_free(&shown);
	arena_free(&a);
}

/* Uses every binding once. */
static const char everything[] =
	"local A = analysis { title = { fr = \"Essai\", en = \"Try\" } }\n"
	"local more = use \"more\"\n"
	"function A.run(report)\n"
	"  local f = report:sql(\"SELECT dep, name, officers AS n, rate FROM pm_dep WHERE dep <> :dep ORDER BY dep\", { dep = \"zz\" })\n"
	"  for row in f:rows() do report:log(row.name, row.n, more.twice(2)) end\n"
	"  for k, v in pairs(f.n) do report:log(k, v) end\n"
	"  local police, landlords, mayors = report:fact \"police\", report:fact \"landlords\", report:fact \"mayors\"\n"
	"  report:value(\"police\", police)\n"
	"  report:value(\"sum\", mayors + report:fact \"officials\", { label = { fr = \"a\", en = \"a\" } })\n"
	"  local q, why = report:sum { police, mayors }\n"
	"  report:value(\"why\", why, { label = { fr = \"a {police}\", en = \"a {police:interval}\" } })\n"
	"  report:value(\"bound\", report:lower_bound { police, landlords, label = { fr = \"a\", en = \"a\" }, assumption = { fr = \"a\", en = \"a\" } })\n"
	"  report:table(\"deps\", { caption = { fr = \"a {police}\", en = \"a\" }, rows = f, columns = { { key = \"dep\", head = \"d\" },\n"
	"    { key = \"name\", head = \"n\" }, { key = \"n\", head = \"n\" }, { key = \"rate\", head = \"r\", decimals = 2 } } })\n"
	"  local function say(c) return { title = { fr = \"a\", en = \"a\" }, unit = { fr = \"a\", en = \"a\" }, period = \"2018\",\n"
	"    coverage = { fr = \"a\", en = \"a\" }, reading = { fr = \"a\", en = \"a\" }, alt = { fr = \"a\", en = \"a\" } } end\n"
	"  report:figure(\"i\", chart.intervals { rows = { { label = police.subject, quantity = police }, { label = \"b\", quantity = landlords } } }, say())\n"
	"  report:figure(\"l\", chart.lines { series = { { name = { fr = \"s\", en = \"s\" }, points = { { x = 1, y = 2 }, { x = 2 } } } } }, say())\n"
	"  local ok, e = pcall(report.sql, report, \"SELECT nothing FROM pm_dep\")\n"
	"  print(ok, tostring(e), string.format(\"%5.1f %s\", 1.25, {}))\n"
	"  table.sort { 3, 1, 2 }\n"
	"end\nreturn A\n";

/* Whatever allocation is the first that fails, and all after it: an error that names the limit, nothing lost. */
static void starve(struct fixture *f)
{
	struct arena a = { 0 };
	struct result r = { 0 };
	struct host h = { 0 };
	struct err e;
	size_t bad = 0, runs = 0;
	const char *step = getenv("CONTINUUM_ALLOC_STEP");
	int64_t stride = 11;

	CHECK(run(f, everything, &a, &r, &h, &e) && r.nvalue == 4 && r.ntable == 1 && r.nfigure == 2 && h.memory.used == 0, "every binding once");
	if (e.id != ERR_NONE)
		printf("# %s %s line %ld %s\n", err_name(e.id), e.arg[0], e.line, e.why);
	size_t calls = h.memory.calls;
	if (step)
		num_int(step, strlen(step), &stride);
	for (size_t n = 1; n <= calls; n += (size_t)stride) {
		struct arena mine = { 0 };
		h.memory.fail_from = n;
		bool ok = run(f, NULL, &mine, &r, &h, &e);
		bad += ok || e.id != ERR_LIMIT_MEMORY || h.memory.used != 0;
		runs++;
		arena_free(&mine);
	}
	char name[100];
	snprintf(name, sizeof name, "%zu of %zu allocations refused from there on: the limit is named, nothing leaks", runs, calls);
	if (!CHECK(runs > 100 && bad == 0, name))
		printf("# %zu bad\n", bad);
	arena_free(&a);
}

/* Every name that a plugin can call is in the manual's page, and no other. */
static void documented(struct fixture *f)
{
	static const char names[] =
		"local A = analysis { title = { fr = 'a', en = 'a' } }\n"
		"function A.run(report)\n"
		"  for k in pairs(report) do print('`report' .. (k == 'params' and '.' or ':') .. k) end\n"
		"  for k in pairs(chart) do print('### `chart.' .. k) end\n"
		"  for k in pairs(_ENV) do print(k) end\n"
		"end\nreturn A\n";
	struct arena a = { 0 };
	struct result r = { 0 };
	struct host h = { 0 };
	struct buf page = BUF(1 << 20);
	struct err e = { 0 };

	CHECK(path_read("docs/api.md", 1 << 20, &page, &e) && run(f, names, &a, &r, &h, &e) && r.nlog > 40, "the API page and the names it must have");
	for (size_t i = 0; i < r.nlog; i++)
		if (strcmp(r.log[i].text, "_VERSION") != 0 && !strstr(buf_text(&page), r.log[i].text))
			CHECK(false, r.log[i].text);
	/* The other way round: what has a heading exists. */
	for (const char *s = buf_text(&page); (s = strstr(s, "\n### `")); s++) {
		char call[64] = "", body[400];
		sscanf(s + 6, "%63[a-z_.:]", call);
		char *colon = strchr(call, ':');
		if (colon)
			*colon = '.';
		snprintf(body, sizeof body, "local A = analysis { title = { fr = 'a', en = 'a' } }\nfunction A.run(report)\n"
			"local quantity = ('%s'):find '^quantity%%.' and quantity { best = 1 } or quantity\n"
			"local report = report\nassert(%s ~= nil)\nend\nreturn A\n", call, call);
		CHECK(run(f, body, &a, &r, &h, &e), call);
	}
	buf_free(&page);
	arena_free(&a);
}

int main(void)
{
	static const char more[] = "local M = {}\nfunction M.twice(x) return 2 * x end\nreturn M\n";
	static const char broken[] = "return function() error(\"in the library\") end\n";
	struct fixture f;
	struct err e = { 0 };

	if (!CHECK(fixture_open(&f, &e) && fixture_write(&f, "plugins/lib/more.lua", more, strlen(more), &e) &&
	           fixture_write(&f, "plugins/lib/broken.lua", broken, strlen(broken), &e), "a small project"))
		return done_testing();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		one_case(&f, i);
	starve(&f);
	documented(&f);
	fixture_close(&f);
	return done_testing();
}
