-- The phases of a build: what is fresh, what is stale and why, in which order it is made, and what the ledger keeps of it. Staleness follows from
-- content: digests of files, and stamps of the tables, columns and facts that an analysis was seen to read. Adds functions to core; what they know
-- of the open project is in core.project.
local core, input = ...
local say = core.say

local texts = {
  fresh = { "à jour", "fresh" }, never = { "jamais fait", "never made" }, changed = { "source modifiée", "source changed" },
  data = { "données modifiées", "data changed" }, fact = { "fait du registre modifié", "ledger fact changed" },
  failed = { "en échec la dernière fois", "failed last time" }, lost = { "résultat absent", "result missing" },
  gone = { "n’est plus dans le projet", "no longer in the project" },
  absent = { "pas encore de données : continuum refresh", "no data yet: continuum refresh" },
}
local function why(id) return { id = id, text = say(texts[id][1], texts[id][2]) } end

local work_done = { loaded = 0, ran = 0, drawn = 0, typeset = 0 }
function core.counts() return work_done end
local function progress(what, done, total) core.words { to = "progress", text = what, done = done, total = total } end

-- ---- continuum.lock ----

-- What is accepted for each feed, in order. The file is committed, merged and edited by people: nothing in it is taken for a path.
function core.lock()
  local name, list = "continuum.lock", {}
  local lock = core.read { path = name, json = true }
  local feeds = type(lock) == "table" and lock.feeds
  for i, entry in ipairs(type(feeds) == "table" and feeds or {}) do
    local is = type(entry) == "table" and entry or {}
    local feed, digest = type(is.feed) == "string" and is.feed or "", type(is.sha256) == "string" and is.sha256 or ""
    if feed == "" or #digest ~= 64 or digest:find("[^0-9a-f]") then
      core.fault { id = "app.lock_feed", args = { feed }, json = name, at = { "feeds", i - 1 } }
    end
    list[i] = entry
  end
  return list
end

local function object(digest) return (".continuum/objects/%s/%s"):format(digest:sub(1, 2), digest) end

-- The accepted file of each feed, by name, as loads take it. A path is "" where the object store does not hold the file (a fresh copy of the
-- project): `continuum refresh` brings it back.
local function files()
  local lock, paths, out = core.lock(), {}, {}
  for i, entry in ipairs(lock) do paths[i] = object(entry.sha256) end
  for i, kind in ipairs(#paths > 0 and core.kinds(paths) or {}) do
    out[lock[i].feed] = { resource = lock[i].feed, path = kind == "file" and core.project.root .. "/" .. paths[i] or "",
      shown = type(lock[i].name) == "string" and lock[i].name or "" }
  end
  return out
end

-- ---- packages ----

local function fault(k, id, line, ...)
  core.fault { id = id, args = { ... }, file = k.dir .. "/datapackage.json", line = line }
end

-- The descriptors. Package names are the names of files: two folders with one name would overwrite each other.
local function describe()
  local p = core.project
  p.named, p.list = {}, {}
  for i, dir in ipairs(p.packages) do
    local k = core.describe { dir = dir }
    k.dir = dir
    if p.named[k.name] then fault(k, "app.package_twice", nil, k.name, p.named[k.name].dir) end
    p.list[i], p.named[k.name] = k, k
  end
  return p.list
end

-- Every table that the packages describe, and how its file comes.
function core.resources()
  local p, out = core.project, {}
  core.lock()
  for _, k in ipairs(describe()) do
    for _, t in ipairs(k.tables) do
      t.package, t.dir = k.name, k.dir
      out[#out + 1] = t
    end
  end
  local caller = core.caller()
  return { root = p.root, objects = p.root .. "/.continuum/objects", portal = p.portal, facts = p.facts, user = caller.user, time = caller.time, list = out }
end

-- Each after those that it uses.
local function sorted(list)
  local p, out, there = core.project, {}, {}
  local function put(k, depth)
    if there[k.name] then return end
    if depth > #list then fault(k, "app.package_cycle", nil, k.name) end
    for _, name in ipairs(k.uses) do
      if not p.named[name] then fault(k, "app.package_unknown", nil, k.name, name) end
      put(p.named[name], depth + 1)
    end
    out[#out + 1], there[k.name] = k, true
  end
  for _, k in ipairs(list) do put(k, 0) end
  return out
end

-- What the loader is told of a package. given: files that stand for those in use, by table.
local function job(k, given)
  local p, out = core.project, { name = k.name, dir = k.dir, files = {}, uses = {} }
  for _, t in ipairs(k.tables) do
    local file = given and given[t.name] or p.files[t.name]
    if file then out.files[#out.files + 1] = file end
  end
  for i, name in ipairs(k.uses) do
    local u = p.named[name]
    out.uses[i] = { name = name, key = u.key, file = u.why.id == "absent" and "" or ("%s/.continuum/data/%s.db"):format(p.root, name) }
  end
  return out
end

-- The packages of the project, and those that it no longer has (without dir): why, tables with rows, absent: tables without a file. Queries then
-- know nothing of the latter. A writer tolerates one table in two files, because loading may be what ends it.
function core.packages()
  local p, names = core.project, {}
  local list = sorted(describe())
  p.files = files()
  for i, k in ipairs(list) do names[i] = k.name end
  local loaded, now, out = core.schema { known = names, tolerant = p.write }, {}, {}
  p.list, p.gone, p.unsettled = list, {}, loaded.twice
  for _, l in ipairs(loaded.packages) do
    now[l.name] = l
    if not p.named[l.name] then p.gone[#p.gone + 1] = l.name end
  end
  for i, k in ipairs(list) do
    local is = core.load_key(job(k))
    k.key, k.absent = is.key, is.absent
    k.why = why(not is.ready and "absent" or not now[k.name] and "never" or now[k.name].key ~= is.key and "changed" or "fresh")
    k.wanted = k.why.id == "never" or k.why.id == "changed"
    out[i] = { name = k.name, dir = k.dir, why = k.why, absent = k.absent, tables = now[k.name] and now[k.name].tables or {} }
  end
  for _, name in ipairs(p.gone) do out[#out + 1] = { name = name, why = why("gone"), absent = {}, tables = {} } end
  return out
end

-- Every loaded table: package, file, and previous: the file of before.
function core.tables()
  local out = {}
  for _, l in ipairs(core.schema {}.packages) do
    for _, t in ipairs(l.tables) do out[#out + 1] = { name = t.name, package = l.name, file = l.file, previous = l.previous } end
  end
  table.sort(out, function(a, b) return a.name < b.name end)
  return out
end

-- After an error on a table that does not exist: the same on one that has no file yet, where it is that.
function core.reword(e)
  if type(e) ~= "userdata" or e.id ~= "store.sql_no_table" and e.id ~= "store.sql_no_table_near" or not core.project then return e end
  if not core.project.files and not pcall(core.packages) then return e end
  for _, k in ipairs(core.project.list) do
    for _, name in ipairs(k.absent or {}) do
      if name == e.first:match("[^.]*$") then return core.as(e, "app.table_absent") end
    end
  end
  return e
end

-- A table that another package describes too is refused before anything is loaded: afterwards no query could run. So is a key to a table that
-- no used package describes: the loader cannot tell it from one that has no data yet.
local function check_tables(k)
  local others, used = {}, {}
  for _, other in ipairs(core.project.list) do
    for _, t in ipairs(other ~= k and other.tables or {}) do others[t.name] = others[t.name] or other end
  end
  for _, name in ipairs(k.uses) do
    for _, t in ipairs(core.project.named[name].tables) do used[t.name] = true end
  end
  for _, t in ipairs(k.tables) do
    if others[t.name] then fault(k, "store.table_twice", t.line, t.name, k.name, others[t.name].name) end
    for _, to in ipairs(t.others) do
      if not used[to] then fault(k, "app.package_table", t.line, k.name, t.name, to) end
    end
  end
end

-- What k uses is loaded before it, where only its turn has not come: someone who names one package need not know the others.
local function load_used(k)
  for _, name in ipairs(k.uses) do
    local u, wanted = core.project.named[name], {}
    if (u.why.id == "never" or u.why.id == "changed") and not u.running then
      for i, other in ipairs(core.project.list) do wanted[i] = other ~= u and other.wanted end
      core.load { name = name, beside = {} }
      for i, other in ipairs(core.project.list) do other.wanted = wanted[i] end
    end
  end
end

-- Begins the load of k, unless it runs already. Packages that k uses must have been published.
local function start(k)
  if k.running then return end
  for _, name in ipairs(k.uses) do
    local u = core.project.named[name]
    if u.why.id ~= "fresh" and u.why.id ~= "absent" then core.fail("intake.load_uses", k.name, name) end
  end
  check_tables(k)
  core.load_start(job(k))
  k.running = true
end

-- Waits for a load → { valid, file, report, error }
local function finish(name)
  local l = core.load_finish { name = name }
  if not l.valid then l.error = select(2, pcall(core.raise)) end
  return l
end

-- Warnings of the descriptor, and refusals: of a table that is there in one line with the first of it; of a load that failed one by one, after
-- what is wrong with it. Gives the error that the load ends with: how far it came, where the cause was told.
local function tell(l)
  local r, e, first = l.report, l.error, nil
  for _, warning in ipairs(r.warnings) do core.note(say("%s : propriété non utilisée : %s", "%s: property not used: %s"), r.name, core.clean(warning)) end
  local cause = e and core.decode(e.json)
  for _, t in ipairs(r.tables) do
    local refused = t.refusals[1]
    if refused and l.valid then
      core.note(say("%s : %s : %d lignes lues, %d lignes et %d cellules refusées ; d’abord %s:%d : %s",
        "%s: %s: %d rows read, %d rows and %d cells refused; first %s:%d: %s"), r.name, t.name, t.read, t.rejected + t.emitted - t.loaded, t.cells,
        refused.record.file or "", refused.record.line or 0, refused.record.message)
    elseif refused then
      if not first then core.tell(e) end
      first = first or t
      for _, other in ipairs(t.refusals) do
        if other.record.id ~= cause.id or other.record.line ~= cause.line then core.talk(other.show) end
      end
    end
  end
  if not first then return e end
  local _, stopped = pcall(core.fail, "intake.load_stopped", first.name, first.read, first.rejected + first.emitted - first.loaded + first.cells)
  return stopped
end

-- { name, beside: [names] }: loads a package and publishes it; those beside it, by default all that are not fresh, may begin meanwhile.
function core.load(what)
  local p, jobs = core.project, math.tointeger(input.jobs) or input.cores
  local k, passed = p.named[what.name], false
  if what.beside then
    for _, other in ipairs(p.list) do other.wanted = false end
    for _, name in ipairs(what.beside) do p.named[name].wanted = true end
  end
  load_used(k)
  progress(k.name, work_done.loaded, #p.list)
  k.wanted = false
  start(k)
  for _, other in ipairs(p.list) do jobs = jobs - (other.running and 1 or 0) end
  for _, other in ipairs(p.list) do
    -- What stops one of the others is told when it is its turn.
    if passed and jobs > 0 and other.wanted and not other.running and pcall(start, other) then jobs = jobs - 1 end
    passed = passed or other == k
  end
  k.running = nil
  local l, rows = finish(k.name), 0
  if not l.valid then error(input.json and l.error or tell(l), 0) end
  if not input.json then tell(l) end
  k.why = why("fresh")
  work_done.loaded = work_done.loaded + 1
  for _, t in ipairs(l.report.tables) do rows = rows + t.loaded end
  core.record { { sql = "INSERT INTO load (package, key, rows, seconds) VALUES (?, ?, ?, ?)", rows = { { k.name, k.key, rows, l.report.seconds } } } }
  return l.report
end

-- { package: of the project, or dir: anywhere; files: [{ resource, path, shown }], name } → { valid, file, report, error: { show, record, exit } }:
-- a whole load, into a folder of its own. The files stand for those of the package.
function core.load_aside(what)
  local given, j = {}, nil
  for _, f in ipairs(what.files or {}) do
    given[f.resource] = { resource = f.resource, path = core.real(f.path), shown = f.shown or f.path }
  end
  if what.package then
    local k = core.project.named[what.package]
    if core.project.write then load_used(k) end
    j = job(k, given)
  else
    local path = core.real(what.dir)
    j = { dir = path:match("[^/]*$"), root = path:match("^(.*)/"), files = {}, uses = {} }
    if j.root == "" then j.root = "/" end
  end
  j.name, j.aside = "aside", core.scratch() .. "/" .. what.name
  local begun, e = pcall(core.load_start, j)
  if not begun and type(e) ~= "userdata" then error(e, 0) end
  local l = begun and finish(j.name) or { valid = false, report = { name = "", tables = {}, warnings = {}, absent = {} }, error = e }
  if l.error then l.error = { show = input.color and l.error.color or l.error.show, record = l.error, exit = l.error.exit } end
  return l
end

-- After the loads: deletes the files of packages that the project no longer has, and reads what is there again.
function core.settle()
  local p = core.project
  for _, name in ipairs(p.gone) do
    core.forget { path = "data/" .. name .. ".db" }
    core.note("%s: %s", name, why("gone").text)
  end
  if #p.gone > 0 or p.unsettled or work_done.loaded > 0 then core.schema {} end
  p.gone, p.unsettled = {}, false
end

-- ---- analyses ----

-- Compares what the last run of each read with what stands there now. known: its result is at hand.
function core.analyses()
  local p, list, due, runs = core.project, {}, {}, {}
  for i, path in ipairs(p.plugins) do list[i] = { id = path:match("([^/]*)%.lua$"), path = path, because = "", known = false } end
  table.sort(list, function(a, b) return a.id < b.id end)
  local keys, last = core.keys { list = list }, {}
  for _, row in ipairs(core.query { ledger = true,
    sql = "SELECT analysis, id, key, result FROM run WHERE id IN (SELECT max(id) FROM run GROUP BY analysis)" }.rows) do
    last[row[1]] = { id = row[2], key = row[3], result = row[4] }
  end
  for i, a in ipairs(list) do
    local run = last[a.id]
    a.key = keys[i]
    a.why = why(not run and "never" or run.result == "" and "failed" or run.key ~= a.key and "changed" or "fresh")
    if a.why.id == "fresh" then due[#due + 1], runs[#runs + 1] = a, run.id end
  end
  for i, change in ipairs(#runs > 0 and core.changed { runs = runs } or {}) do
    local a = due[i]
    if change ~= core.null then
      a.why, a.because = why(change.fact and "fact" or "data"), change.what
    else
      a.known = core.take { id = a.id, sha256 = last[a.id].result }
      if not a.known then a.why = why("lost") end
    end
  end
  p.analyses = list
  return list
end

-- What a known result holds; nothing when it is not known.
function core.results(of)
  local list = core.values(of)
  for _, v in ipairs(list or {}) do v.kept = nil end
  return list
end

-- A run, what it read with the stamps of then, and its values: the history of every printed number.
local function record(a, run, seconds)
  local reads, facts, values = {}, {}, {}
  for _, v in ipairs(run.error == "" and core.values { id = a.id } or {}) do
    local q, null = v.kept, core.null
    if q then
      values[#values + 1] = { a.id .. "." .. v.name, v.unit or "", v.period or "", v.low or null, v.best or null, v.high or null, q.low_open,
        q.high_open, v.qualifier or "words", q.decimals, q.fr, q.en }
    end
  end
  local this = "(SELECT max(id) FROM run)"
  core.record {
    { sql = "INSERT INTO run (analysis, key, result, error, seconds) VALUES (?, ?, ?, ?, ?)", rows = { { a.id, a.key, run.sha256, run.error, seconds } } },
    { sql = "INSERT INTO run_read (run, package, table_name, column_name, stamp) VALUES (" .. this .. ", ?, ?, ?, ?)", rows = run.reads },
    { sql = "INSERT INTO run_fact (run, table_name, fact, stamp) VALUES (" .. this .. ", ?, ?, ?)", rows = run.facts },
    { sql = "INSERT INTO value_history (run, id, unit, period, low, best, high, low_open, high_open, qualifier, decimals, words_fr, words_en) " ..
      "VALUES (" .. this .. ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows = values },
  }
end

-- { id }: runs an analysis, keeps and records its result.
function core.run(what)
  local p = core.project
  for _, a in ipairs(p.analyses) do
    if a.id == what.id then
      progress(a.id, work_done.ran, #p.analyses)
      local run = core.work { id = a.id }
      record(a, run, run.seconds)
      work_done.ran, a.known = work_done.ran + 1, run.error == ""
      a.why = why(a.known and "fresh" or "failed")
      if not a.known then core.raise() end
    end
  end
end

-- ---- figures and reports ----

-- Draws what is stale.
function core.draw() work_done.drawn = core.paint() end

-- With name: makes that report. Without: all reports, with stale: and whether they are fresh.
function core.reports(what)
  local p, out, failed, all = core.project, {}, {}, true
  for _, r in ipairs(p.reports) do
    if what and r.name == what.name then
      local main_file = ("%s/%s.tex"):format(r.dir, r.name)
      if core.kinds { main_file }[1] == "" then
        core.fault { id = "app.report_file", args = { r.name, main_file }, json = "continuum.json", at = { "reports", r.at } }
      end
      local paper = core.paper { name = r.name }
      work_done.typeset = work_done.typeset + (paper.made and 1 or 0)
      return paper
    end
  end
  if what and what.stale then
    for _, a in ipairs(p.analyses) do
      if a.why.id == "failed" then failed[#failed + 1] = a.id else all = all and a.why.id == "fresh" end
    end
    for _, k in ipairs(p.list) do all = all and k.why.id == "fresh" end
  end
  for i, r in ipairs(p.reports) do
    out[i] = { name = r.name }
    if what and what.stale then out[i].why = why(all and core.paper { name = r.name, look = true, failed = failed } and "fresh" or "changed") end
  end
  return out
end
