-- Enters a figure with its citation into a ledger. What a ledger requires stands in its descriptor: it is asked on a terminal or given as options,
-- checked by loading the package as it would be, and written at the end of the file in the file's own style. A row is added, none is changed.
local core, input = ...
local say = core.say
local ASIDE <const> = "ledger"   -- folder of the quarantine

if input.words[1] ~= "add" then core.fail("app.entry_usage") end
local given, any = input.fields or {}, input.fields ~= nil
for i = 2, #input.words do
  local name, value = input.words[i]:match("^([^=]+)=(.*)$")
  if not name then core.fail("app.entry_usage") end
  given[name], any = value, true
end

core.open { write = not input.dry_run }
local project = core.resources()

-- ---- tables of text ----

-- Fields of delimited text, row by row: the header as names, then f(row) for each row until it gives something.
local function each_row(text, delimiter, f)
  local at, row = text:find("^\xEF\xBB\xBF") and 4 or 1, {}
  local plain = "[^\r\n\"" .. (delimiter == "\t" and "\t" or "%" .. delimiter) .. "]*"
  while at <= #text do
    local cell
    if text:sub(at, at) == '"' then
      local stop = at
      repeat stop = (text:find('"', stop + 1, true) or #text) + 1 until text:sub(stop, stop) ~= '"'
      cell, at = text:sub(at + 1, stop - 2):gsub('""', '"'), stop
    else
      cell = text:match(plain, at)
      at = at + #cell
    end
    row[#row + 1] = cell
    local c = text:sub(at, at)
    if c == delimiter then
      at = at + 1
    else
      at = select(2, text:find("^\r?\n?", at)) + 1
      if c ~= "\r" and c ~= "\n" and c ~= "" then return nil end
      local found = f(row)
      if found then return found end
      row = {}
    end
  end
end

local function open_table(name)
  for _, r in ipairs(project.list) do
    if r.name == name and not r.feed then
      local t = { name = name, dir = r.dir, file = r.dir .. "/" .. r.path, package = r.package, row = {} }
      t.descriptor = core.read { path = r.dir .. "/datapackage.json", json = true }
      for _, d in ipairs(t.descriptor.resources) do if d.name == name then t.described = d end end
      t.schema, t.delimiter = t.described.schema, (t.described.dialect or {}).delimiter or ","
      t.text = type(t.schema) == "table" and core.read { path = t.file }
      if not t.text then core.fail("app.entry_ledger", name) end
      each_row(t.text, t.delimiter, function(row) t.header = row return true end)
      local key = t.schema.primaryKey
      t.key = type(key) == "table" and key[1] or key
      return t
    end
  end
  core.fail("app.no_such", say("de registre nommé", "ledger"), name)
end

local function has(t, column, value)
  local place
  return each_row(t.text, t.delimiter, function(row)
    if not place then
      for i, name in ipairs(row) do if name == column then place = i end end
    elseif row[place] == value then
      return true
    end
  end)
end

-- The row as it goes into the file: its line ends, all quoted where the header is.
local function line_of(t)
  local out, all = {}, t.text:find('^\xEF?\xBB?\xBF?"')
  for i, name in ipairs(t.header) do
    local v = t.row[name] or ""
    out[i] = (all or v:find('[\r\n"' .. "%" .. t.delimiter .. "]")) and '"' .. v:gsub('"', '""') .. '"' or v
  end
  return table.concat(out, t.delimiter) .. (t.text:find("\r\n", 1, true) and "\r\n" or "\n")
end

-- ---- asking ----

local function words_of(texts)
  local fr, en = texts:match("^(.-) / (.+)$")
  return fr and say(fr, en) or texts
end

local function ask(t, field)
  local rule = field.constraints or {}
  local must, enum = rule.required, rule.enum
  while true do
    local about = words_of(field.description or field.title or "")
    local prompt = ("%s%s%s\n%s%s: "):format(core.clean(about), enum and "\n  " .. table.concat(enum, ", ") or "",
      must and "" or say("\n  (vide : rien)", "\n  (empty: nothing)"), t.prefix, field.name)
    local value = core.ask { prompt = prompt }
    if not value then core.fail("app.entry_missing", t.prefix .. field.name) end
    value = value:match("^%s*(.-)%s*$")
    local known = not enum or value == ""
    for _, word in ipairs(enum or {}) do known = known or word == value end
    if known and not (must and value == "") then return value end
  end
end

-- Fills t.row from what was given and what is asked; the options of a table that is cited begin with the column that cites it and a dot.
local function fill(t, prefix)
  t.prefix = prefix
  local missing, known = {}, {}
  for _, field in ipairs(t.schema.fields) do
    local name = prefix .. field.name
    known[#known + 1] = name
    local must = (field.constraints or {}).required
    local value = t.row[field.name] or given[name]
    if not value and input.ask and (must or not any) then value = ask(t, field) end
    if must and (value or "") == "" then missing[#missing + 1] = name end
    t.row[field.name] = value or ""
    given[name] = nil
  end
  if #missing > 0 then core.fail("app.entry_missing", table.concat(missing, ", ")) end
  return known
end

-- An option that is none of the known ones is a slip, and no column stays empty for it.
local function refuse(stray, known)
  local near = core.nearest { word = stray, list = known }
  core.fail(near and "app.option_near" or "app.option", "--" .. stray, "fact", "--" .. (near or ""))
end

-- ---- the fact ----

local ledger = open_table(input.ledger or project.facts[#project.facts] or core.fail("app.entry_ledger", "facts"))
local columns = {}
for i, field in ipairs(ledger.schema.fields) do columns[i], columns[field.name] = field.name, true end
for name in pairs(given) do
  if not name:find(".", 1, true) and not columns[name] then refuse(name, columns) end
end
local known = fill(ledger, "")
for _, name in ipairs(project.facts) do
  local other = name == ledger.name and ledger or open_table(name)
  if has(other, ledger.key, ledger.row[ledger.key]) then core.fail("app.entry_twice", ledger.row[ledger.key], other.file) end
end
local tables = { ledger }
for _, foreign in ipairs(ledger.schema.foreignKeys or {}) do
  local column = type(foreign.fields) == "table" and foreign.fields[1] or foreign.fields
  local there = foreign.reference.fields
  there = type(there) == "table" and there[1] or there
  local cited = open_table(foreign.reference.resource)
  if ledger.row[column] ~= "" and not has(cited, there, ledger.row[column]) then
    local prefix, told = column .. ".", false
    for name in pairs(given) do told = told or name:sub(1, #prefix) == prefix end
    if not told and not input.ask then core.fail("app.entry_cited", ledger.row[column], cited.name, prefix) end
    cited.row[there] = ledger.row[column]
    if told or not any then core.note(say("%s n’a pas « %s » : on l’y ajoute", "%s has no “%s”: it is added"), cited.file, ledger.row[column]) end
    for _, name in ipairs(fill(cited, prefix)) do known[#known + 1] = name end
    table.insert(tables, 1, cited)   -- what is cited is written first
  end
end
local stray = next(given)
if stray then refuse(stray, known) end

local report = { ledger = ledger.name, file = ledger.file, row = core.object(ledger.row), added = not input.dry_run }
if input.dry_run then
  if input.json then core.json(report) else
    for _, t in ipairs(tables) do core.print(t.file .. ": " .. line_of(t)) end
  end
  return 0
end

-- The package as it would be, loaded aside: a file that the loader refuses never takes the place of one that it loads.
local new, files = {}, {}
for i, t in ipairs(tables) do
  new[t.file] = t.text .. (t.text:find("\n$") and "" or t.text:find("\r\n", 1, true) and "\r\n" or "\n") .. line_of(t)
  local path = (".continuum/quarantine/%s/%d.csv"):format(ASIDE, i)
  core.write { path = path, text = new[t.file] }
  files[i] = { resource = t.name, path = project.root .. "/" .. path, shown = t.file }
end
core.packages()
local candidate = core.load_aside { package = ledger.package, files = files, name = "candidate" }
core.forget { path = "quarantine/" .. ASIDE }
local wrong = candidate.error
for _, t in ipairs(candidate.report.tables) do
  if t.name == ledger.name and t.rejected + t.cells > 0 then wrong = wrong or t.refusals[1] end
end
if wrong then
  if not input.json then core.talk(wrong.show) end
  core.fail("app.entry_refused", ledger.row[ledger.key], ledger.file)
end
for _, t in ipairs(tables) do core.write { path = t.file, text = new[t.file] } end
if input.json then core.json(report) else core.line(say("%s ajouté à %s", "%s added to %s"), ledger.row[ledger.key], ledger.file) end
return 0
