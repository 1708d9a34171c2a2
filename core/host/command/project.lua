-- Opens the project: reads continuum.json, looks what lies beside it, and enters it, as its one writer or as a reader. What can be observed
-- (packages, plugins) is not declared. Returns core.open; core.project: the settings, and packages, plugins: paths, sorted.
local core = ...
local FILE <const> = "continuum.json"

local function wrong(id, what, ...) core.fault { id = "app.project_" .. id, args = { what }, json = FILE, at = { ... } } end

-- Nothing of a project's own frame may be a link or a device: what is read or written through it would lie outside, or never end. What is
-- absent is for others to tell. Each of list: { path, what it must be }.
local function plain(list)
  local paths = {}
  for i, place in ipairs(list) do paths[i] = place[1] end
  for i, kind in ipairs(core.kinds(paths)) do
    if kind ~= "" and kind ~= list[i][2] then core.fail("app.project_" .. (kind == "link" and kind or list[i][2]), paths[i]) end
  end
end

-- ---- the settings ----

local members = { "name", "title", "edition", "facts", "units", "reports", "limits", "portal" }
local limits = {   -- least, most, unsaid
  seconds = { 0.1, 86400, 30 }, memory_mb = { 8, 65536, 256 }, sql_memory_mb = { 8, 65536, 512 }, output_mb = { 1, 64, 64 },
  fetch_mb = { 1, 65536, 512 }, fetch_seconds = { 1, 86400, 600 }, allow_unjailed = { false }, allow_local = { false },
}

-- Unknown members are errors with the nearest known one: a misspelt limit must not be ignored in silence.
local function known(o, list, ...)
  local is = {}
  for _, name in ipairs(list) do is[name] = true end
  for _, name in ipairs(type(o) == "table" and core.names(o) or {}) do
    if not is[name] then
      local near, at = core.nearest { word = name, list = list }, { ... }
      at[#at + 1] = name
      core.fault { id = near and "app.project_near" or "app.project_member", args = { name, near or "" }, json = FILE, at = at }
    end
  end
end

local function text(o, key, ...)
  local v = type(o) == "table" and o[key]
  if type(v) ~= "string" or v == "" then wrong("text", key, ...) end
  return v
end

-- Names that reach messages, file names and the arguments of tools: letters, digits and - _ . alone, a letter or digit first.
local function tame(name) return #name <= 100 and name:find("^%w[%w_.-]*$") end

local function name_of(v, what, ...)
  if type(v) ~= "string" or not tame(v) or v:find(".", 1, true) then wrong("name", what, ...) end
  return v
end

local function list_of(v, what)
  if type(v) ~= "table" or core.is_object(v) then wrong("list", what, what) end
  return v
end

-- A date and noon of it, UTC, in seconds since 1970.
local function date(o, key)
  local s = text(o, key, "edition", key)
  local y, m, d = s:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  y, m, d = tonumber(y), tonumber(m), tonumber(d)
  if not y or m < 1 or m > 12 or d < 1 or d > 31 then wrong("date", key, "edition", key) end
  -- Days of years that begin in March, so that the odd day of a leap year is their last.
  if m < 3 then y, m = y - 1, m + 12 end
  local days = 365 * y + y // 4 - y // 100 + y // 400 + (153 * (m - 3) + 2) // 5 + d - 719469
  return s, days * 86400 + 43200
end

local function reports(list)
  local out, seen = {}, {}
  for i, r in ipairs(list_of(list, "reports")) do
    known(r, { "name", "language" }, "reports", i - 1)
    local name = name_of(text(r, "name", "reports", i - 1, "name"), "name", "reports", i - 1, "name")
    local language = text(r, "language", "reports", i - 1, "language")
    if seen[name] then wrong("twice", name, "reports", i - 1, "name") end
    if language ~= "fr" and language ~= "en" then wrong("language", "language", "reports", i - 1, "language") end
    out[i], seen[name] = { name = name, language = language, dir = "reports/" .. name, at = i - 1 }, true
  end
  return out
end

local function read_settings()
  local o = core.read { path = FILE, json = true }
  if not core.is_object(o) then wrong("object", "/") end
  known(o, members)
  text(o, "name", "name")
  text(o.title or o, "fr", "title", "fr")
  text(o.title, "en", "title", "en")
  if not o.edition then wrong("missing", "edition") end
  known(o.edition, { "data_as_of", "date" }, "edition")
  local p = { facts = {}, portal = "https://www.data.gouv.fr" }
  local as_of, day, period = date(o.edition, "data_as_of"), date(o.edition, "date"), core.prelude("typo").period
  p.epoch = select(2, date(o.edition, "date"))
  p.reports = reports(o.reports)
  for _, r in ipairs(p.reports) do   -- as their title pages word them
    r.edition = (r.language == "fr" and "données arrêtées au " or "data as of ") .. period(r.language, as_of)
    r.date = period(r.language, day)
  end
  known(o.limits, core.names(limits), "limits")
  for _, key in ipairs(core.names(limits)) do
    local v, rule = type(o.limits) == "table" and o.limits[key], limits[key]
    if v and type(rule[1]) == "boolean" then
      if v ~= true then wrong("bool", key, "limits", key) end
    elseif v and (type(v) ~= "number" or v < rule[1] or v > rule[2]) then
      wrong("range", key, "limits", key)
    end
    p[key] = v or rule[3]
  end
  if o.portal then p.portal = text(o, "portal", "portal") end
  if o.units then p.units = text(o, "units", "units") end
  for i, name in ipairs(o.facts and list_of(o.facts, "facts") or {}) do p.facts[i] = name_of(name, "facts", "facts", i - 1) end
  return p
end

-- ---- what lies there ----

-- Folders of datasets/, and seeds/. One without a datapackage.json is listed too: what cannot be loaded is refused by name.
local function packages()
  local dirs, inside, out, frame = {}, {}, {}, {}
  for _, name in ipairs(core.list { path = "datasets" }) do
    if name:sub(1, 1) ~= "." then dirs[#dirs + 1] = "datasets/" .. name end
  end
  dirs[#dirs + 1] = "seeds"
  for i, dir in ipairs(dirs) do inside[i] = dir .. "/." end   -- which is only in a folder
  for i, kind in ipairs(core.kinds(inside)) do
    if kind ~= "" then
      if not tame(dirs[i]:match("[^/]*$")) then core.fail("app.project_tame", dirs[i]) end
      out[#out + 1] = dirs[i]
      frame[#frame + 1], frame[#frame + 2] = { dirs[i], "folder" }, { dirs[i] .. "/datapackage.json", "file" }
    end
  end
  plain(frame)
  return out
end

-- Libraries are read by name when a plugin asks; here only what they are is looked at.
local function plugins()
  local out, frame = {}, {}
  for _, dir in ipairs { "plugins", "plugins/lib" } do
    for _, name in ipairs(core.list { path = dir }) do
      local path, own = dir .. "/" .. name, dir == "plugins"
      if name:find(".%.lua$") and not (own and name:sub(1, 1) == ".") then
        if own and not tame(name) then core.fail("app.project_tame", path) end
        if own then out[#out + 1] = path end
        frame[#frame + 1] = { path, "file" }
      end
    end
  end
  plain(frame)
  return out
end

return function(how)
  local root = core.root { directory = core.input.directory or "." }
  plain { { FILE, "file" } }
  local p = read_settings()
  local frame = {
    { "datasets", "folder" }, { "plugins", "folder" }, { "plugins/lib", "folder" }, { "reports", "folder" }, { ".continuum", "folder" },
    { ".continuum/data", "folder" }, { ".continuum/lock", "file" }, { ".continuum/ledger.db", "file" }, { ".continuum/ledger.db-journal", "file" },
    { "build", "folder" }, { "build/figures", "folder" }, { "build/results", "folder" }, { "continuum.lock", "file" },
    { ".continuum/objects", "folder" }, { ".continuum/quarantine", "folder" },
  }
  p.sweep = { ".continuum/data", ".continuum/objects", ".continuum/quarantine", "build", "build/figures", "build/results" }
  for _, r in ipairs(p.reports) do
    frame[#frame + 1], frame[#frame + 2] = { r.dir, "folder" }, { r.dir .. "/generated", "folder" }
    p.sweep[#p.sweep + 1] = r.dir .. "/generated"
  end
  plain(frame)
  p.write = how and how.write or false
  p.packages, p.plugins, p.root = packages(), plugins(), root
  core.enter(p)
  core.project = p
end
