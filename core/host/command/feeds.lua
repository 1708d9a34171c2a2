-- What refresh, accept and receive share: the feeds of the project, continuum.lock, the quarantine, and how a candidate is judged.
-- The quarantine holds .continuum/quarantine/FEED/plan.json: what `accept` will take, and only that; the file itself is an object already.
local core, input = ...
local feeds = { states = {
  unreachable = { "injoignable", "unreachable" }, unchanged = { "inchangé", "unchanged" }, changed = { "modifié", "changed" },
  invalid = { "non valide", "invalid" },
} }
local LOCK <const> = "continuum.lock"
local say = core.say

-- ---- the project ----

-- Opens the project. feeds.list: all its feeds; feeds.lock: by name, what is accepted; feeds.project: what `resources` tells.
function feeds.open(write)
  core.open { write = write }
  feeds.project = core.resources()
  feeds.list, feeds.by_name, feeds.lock = {}, {}, {}
  for _, r in ipairs(feeds.project.list) do
    if r.feed then
      feeds.list[#feeds.list + 1] = r
      feeds.by_name[r.name] = r
    end
  end
  for _, entry in ipairs(core.lock()) do feeds.lock[entry.feed] = entry end
end

-- The feeds that words name, by their own name or that of their package; all without words.
function feeds.wanted(words)
  local out, named = {}, {}
  for _, r in ipairs(feeds.list) do
    local wanted = #words == 0
    for _, word in ipairs(words) do
      if word == r.name or word == r.package or core.names_path(r.dir, word) then wanted, named[word] = true, true end
    end
    if wanted then out[#out + 1] = r end
  end
  for _, word in ipairs(words) do
    if not named[word] then core.fail("app.no_such", core.say("de flux nommé", "feed"), word) end
  end
  return out
end

-- Sorted, one member a line: easy to read and to merge.
function feeds.write_lock()
  local objects = {}
  for i, name in ipairs(core.names(feeds.lock)) do
    local members = {}
    for k, key in ipairs(core.names(feeds.lock[name])) do
      members[k] = ('      %s: %s'):format(core.encode(key), core.encode(feeds.lock[name][key]))
    end
    objects[i] = "    {\n" .. table.concat(members, ",\n") .. "\n    }"
  end
  core.write { path = LOCK, text = '{\n  "feeds": [\n' .. table.concat(objects, ",\n") .. '\n  ],\n  "version": 1\n}\n' }
end

-- ---- the quarantine ----

local function place(name) return (".continuum/quarantine/%s/plan.json"):format(name) end
local TEXTS <const> = { "url", "final_url", "etag", "last_modified", "fetched", "how" }

-- Nothing vouches for a file of the quarantine: what is not as put_plan leaves it, for this feed of this project, is refused. nil: none.
local function sound(plan, name)
  if type(plan) ~= "table" or plan.feed ~= name or plan.package ~= feeds.by_name[name].package then return false end
  for _, key in ipairs(TEXTS) do
    if type(plan[key]) ~= "string" then return false end
  end
  local digest, file = plan.sha256, plan.name
  return type(digest) == "string" and #digest == 64 and not digest:find("[^0-9a-f]") and type(file) == "string" and file:find("^[^/%z]+$") ~= nil
    and math.type(plan.bytes) == "integer" and type(plan.with) == "table"
end
function feeds.plan(name)
  local path = place(name)
  local folder, kind = table.unpack(core.kinds { path:match("^(.*)/"), path })
  if folder == "" or folder == "folder" and kind == "" then return nil end
  local read, plan = pcall(core.read, { path = path, json = true })
  if folder ~= "folder" or kind ~= "file" or not read or not sound(plan, name) then core.fail("app.plan_damaged", name) end
  return plan
end
function feeds.put_plan(plan) core.write { path = place(plan.feed), text = core.encode(plan) .. "\n" } end

-- Digests of all feeds of a package as they would be with these plans (by feed); the others as accepted.
local function together(package, plans)
  local out = core.object {}
  for _, r in ipairs(feeds.list) do
    local entry = r.package == package and (plans[r.name] or feeds.lock[r.name])
    if entry then out[r.name] = entry.sha256 end
  end
  return out
end

-- Digest of what describes a package: descriptor, files beside it, this program; without the files of its feeds and the packages that it uses.
local function description(package)
  for _, r in ipairs(feeds.list) do
    if r.package == package then return core.load_key({ dir = r.dir }).key end
  end
end

-- Loads the package aside with the files of these plans (by feed) in place of those in use. valid, file, report, error: as of load_aside.
local function load_candidate(package, plans)
  local files = {}
  for name, plan in pairs(plans) do
    local path = ("%s/%s/%s"):format(feeds.project.objects, plan.sha256:sub(1, 2), plan.sha256)
    files[#files + 1] = { resource = name, path = path, shown = plan.name }
  end
  feeds.packages = feeds.packages or core.packages()
  for _, plan in pairs(plans) do plan.with, plan.described = together(package, plans), description(package) end
  return core.load_aside { package = package, files = files, name = "candidate" }
end

-- What a plan would change in the table in use. Nothing in use: only its rows.
local function compare(plan, candidate)
  local used
  for _, t in ipairs(core.tables()) do
    if t.name == plan.feed then used = t.file end
  end
  for _, t in ipairs(candidate.report.tables) do
    if t.name == plan.feed then plan.loaded = t end
  end
  if used then
    plan.difference = core.use("differences") {
      old = { file = used, table = plan.feed }, new = { file = candidate.file, table = plan.feed } }
  end
end

-- Judges the plans of one package (by feed): together, and, when that fails, one by one. Sets state: changed or invalid (with error), and puts
-- what is valid into quarantine.
function feeds.judge(package, plans)
  local names = core.names(plans)
  local function try(some)
    local candidate = load_candidate(package, some)
    for _, plan in pairs(some) do
      plan.state, plan.error = candidate.valid and "changed" or "invalid", candidate.error
      if candidate.valid then compare(plan, candidate) end
    end
    return candidate.valid
  end
  if not try(plans) and #names > 1 then
    for _, name in ipairs(names) do try { [name] = plans[name] } end
  end
  for _, name in ipairs(names) do
    local plan = plans[name]
    if plan.state == "changed" then feeds.put_plan(plan) else core.forget { path = "quarantine/" .. name } end
  end
end

-- ---- talk ----

-- Plans for --json: of an error its record alone.
function feeds.plain(plans)
  for _, plan in ipairs(plans) do plan.error = plan.error and plan.error.record end
  return plans
end

function feeds.tell(plan)
  local n = core.text
  local word = feeds.states[plan.state]
  core.line("%-24s %-12s %s", plan.feed, say(word[1], word[2]), core.clean(plan.name or plan.url or ""))
  if plan.error then core.talk(plan.error.show) end
  for _, note in ipairs(plan.notes or {}) do core.line("    %s", core.clean(note)) end
  if plan.state ~= "changed" then return end
  local d, t = plan.difference, plan.loaded
  if not t then return end
  if not d then
    core.line(say("    %d lignes ; rien n’était en service", "    %d rows; nothing was in use"), t.loaded)
  else
    core.line(say("    lignes : %d, %d avant ; %d ajoutées, %d supprimées, %d modifiées (%d cellules)",
      "    rows: %d, %d before; %d added, %d removed, %d changed (%d cells)"), d.new_rows, d.old_rows, d.added, d.removed, d.changed, d.cells)
    for _, c in ipairs(d.columns) do core.line(say("    %s : %d cellules modifiées", "    %s: %d cells changed"), c.name, c.changed) end
    for _, s in ipairs(d.sums) do core.line(say("    somme de %s : %s, %s avant", "    sum of %s: %s, %s before"), s.name, n(s.new), n(s.old)) end
    if #d.added_columns > 0 then core.line(say("    nouvelles colonnes : %s", "    new columns: %s"), table.concat(d.added_columns, ", ")) end
    if #d.removed_columns > 0 then core.line(say("    colonnes disparues : %s", "    columns gone: %s"), table.concat(d.removed_columns, ", ")) end
  end
  core.use("phases").show_table(t)
end

-- ---- accepting ----

-- Makes the plans of these feeds current: objects are there and whole, then the lock, then the loads. Returns the exit code.
function feeds.accept(names)
  local work, report, packages = core.parts(), { accepted = {}, packages = {} }, {}
  return work:finish(report, function()
    if #names == 0 then return end
    local by_package = {}
    for _, name in ipairs(names) do
      local plan = feeds.plan(name)
      core.verify { sha256 = plan.sha256 }
      local plans = by_package[plan.package] or {}
      by_package[plan.package], plans[name] = plans, plan
    end
    for _, package in ipairs(core.names(by_package)) do
      local plans = by_package[package]
      local now, known, described = core.encode(together(package, plans)), true, description(package)
      for _, name in ipairs(core.names(plans)) do
        if plans[name].described ~= described then core.fail("app.accept_described", name, package) end
      end
      for _, plan in pairs(plans) do known = known and core.encode(plan.with) == now end
      -- Judged in other company, or another version is in use since: judged again before it is taken.
      if not known then
        local candidate = load_candidate(package, plans)
        if not candidate.valid then
          if not input.json then core.talk(candidate.error.show) end
          core.fail("app.accept_invalid", package)
        end
      end
      packages[#packages + 1] = package
    end
    for _, name in ipairs(names) do
      local plan, old = feeds.plan(name), feeds.lock[name]
      if not input.dry_run and not (old and old.sha256 == plan.sha256) then
        feeds.lock[name] = {
          feed = name, package = plan.package, sha256 = plan.sha256, bytes = plan.bytes, url = plan.url, final_url = plan.final_url,
          etag = plan.etag, last_modified = plan.last_modified, name = plan.name, fetched = plan.fetched, how = plan.how,
          accepted = feeds.project.time, accepted_by = feeds.project.user, previous = old and old.sha256 or "",
        }
      end
      report.accepted[#report.accepted + 1] = { feed = name, name = plan.name, sha256 = plan.sha256 }
      if not input.json then
        core.line(input.dry_run and say("%s serait accepté : %s", "%s would be accepted: %s") or say("%s accepté : %s", "%s accepted: %s"),
          name, core.clean(plan.name))
      end
    end
    if input.dry_run then return end
    feeds.write_lock()
    for _, name in ipairs(names) do core.forget { path = "quarantine/" .. name } end
    core.packages()
    for _, package in ipairs(packages) do
      report.packages[#report.packages + 1] = work:run("package", package, core.load, { name = package })
    end
    if #work.failed == 0 then core.settle() end
  end)
end

return feeds
