-- What is made of results: figures, and the finished reports. Something is made again when what it is made from changed, or its files.
-- H: the functions and values of host/make.c; what: "draw", "paper", "fresh". Gives true for "fresh" when "paper" would do nothing.
local H, find = ...
local gsub, match, concat = string.gsub, string.match, table.concat

-- Calls a function; an error in it gets a name in front of the path of names.
function H.within(note, f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result end
  if type(result) == "userdata" then H.add_note(result, note) end
  error(result, 0)
end

-- Calls f with a private folder that goes with it.
local function with_folder(f)
  local folder = H.temporary()
  local ok, result = pcall(f, folder)
  pcall(H.remove, folder)
  if not ok then error(result, 0) end
end

function H.figure_base(id, lang) return H.build .. "/figures/" .. id .. "." .. lang end

-- Digest over the files base + ending, in order; nil when one is missing.
local function digest_files(base, endings)
  local list = {}
  for i, ending in ipairs(endings) do
    list[i] = H.digest(base .. ending)
    if not list[i] then return nil end
  end
  return H.hash(concat(list, " "))
end

-- True when the files were made under this key and are as they were then.
local function is_made(kind, id, key, base, endings)
  local kept, digest = H.made(kind, id)
  return kept == key and digest == digest_files(base, endings)
end

local function record(kind, id, key, base, endings) H.record(kind, id, key, digest_files(base, endings)) end

-- Figures ---------------------------------------------------------------------------------------------------------

-- A cell of a CSV file for spreadsheets. A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection);
-- numbers keep their sign.
local function csv_cell(s) return '"' .. gsub(gsub(s, "^[=+@\t]", "'%0"), '"', '""') .. '"' end

-- The figure's data beside it: French spreadsheets expect a semicolon.
local function write_data(f, lang, path)
  local out, n = {}, #f.columns
  for i, c in ipairs(f.columns) do out[i] = c.title end
  table.move(f.cells, 1, #f.cells, n + 1, out)
  for i, s in ipairs(out) do out[i] = csv_cell(s) .. (i % n == 0 and "\n" or lang == "fr" and ";" or ",") end
  H.write(path, concat(out))
end

local ENDINGS = { ".pdf", ".svg", ".gp" }

-- Draws one figure in one language unless its files are those of the same description.
local function draw(drawn, part, number, id, lang)
  local f, base, name = H.artefact(part, "figures", number, lang), H.figure_base(id, lang), id .. "." .. lang
  local key = H.hash(concat({ H.program, f.chart, H.stamp }, " "))
  write_data(f, lang, base .. ".csv")
  if is_made("figure", name, key, base, ENDINGS) then return end
  H.step(name)
  local ok, e = pcall(drawn, part, number, lang, base)
  if not ok then
    -- the plugin's file for what the analysis asked for; not for a tool that is missing
    if type(e) == "userdata" then H.add_note(e, id, "render.chart", "plugins/" .. H.parts[part].id .. ".lua") end
    error(e, 0)
  end
  record("figure", name, key, base, ENDINGS)
end

local function draw_all(work)
  local drawer
  local function drawn(...)   -- the typeface takes a while: only when there is something to draw
    if not drawer then
      H.ready(work)
      drawer = find("figure/draw")(H, find)
    end
    return drawer(...)
  end
  H.prepare(H.build .. "/figures")
  for part, p in ipairs(H.parts) do
    for number, name in ipairs(p.figures or {}) do
      for _, lang in ipairs(H.draws) do
        draw(drawn, part, number, p.id .. "." .. name, lang)
      end
    end
  end
end

-- Reports ---------------------------------------------------------------------------------------------------------

local files = find("paper/files")(H)
local folder, product = H.root .. "/" .. H.dir, H.name .. ".pdf"
local pdf, ITSELF = H.build .. "/" .. product, { "" }

-- What the text uses, in the order of the files' names; generated/ is left out.
local function uses_of_text()
  local scan, uses = find("paper/scan")(H), {}
  for _, rel in ipairs(files(folder, H.dir, product)) do
    if match(rel, "%.tex$") and not match(rel, "^generated/") then
      for _, u in ipairs(scan(H.read(folder .. "/" .. rel), H.dir .. "/" .. rel)) do uses[#uses + 1] = u end
    end
  end
  return uses
end

-- Digest of all that LaTeX will read from the report's folder, and of the date and the program.
local function key_of_text()
  local list = { H.program, H.name, H.stamp }
  for _, rel in ipairs(files(folder, H.dir, product)) do list[#list + 1] = rel .. " " .. H.digest(folder .. "/" .. rel) end
  return H.hash(concat(list, "\n"))
end

local function get(item, lang)
  item[lang] = item[lang] or H.artefact(item.part, item.kind .. "s", item.number, lang)
  return item[lang]
end

-- All artefacts under their full ids, by id and as a sorted list.
local function all_items()
  local items = {}
  for part, p in ipairs(H.parts) do
    for _, kind in ipairs { "value", "table", "figure" } do
      for number, name in ipairs(p[kind .. "s"] or {}) do
        local item = { id = p.id .. "." .. name, name = name, kind = kind, part = part, number = number }
        items[#items + 1], items[item.id] = item, item
      end
    end
  end
  table.sort(items, function(a, b) return a.id < b.id end)
  return items
end

-- Words for the counting unit of each value that is used, agreeing with its number: in French 0 and 1 are singular, in English only 1.
local function name_units(uses, items)
  local units
  for _, u in ipairs(uses) do
    local item = items[u.id]
    local v = item and item.kind == "value" and get(item, H.lang)
    if v and not v.is_words and v.q.unit ~= "" then
      units = units or H.units()
      local one = H.lang == "fr" and math.abs(v.q.best) < 2 or H.lang == "en" and v.q.best == 1
      item.unit = units[v.q.unit] and units[v.q.unit][one and 1 or 2]
    end
  end
end

local kinds = {
  fr = { value = "valeur", figure = "figure", table = "tableau" }, en = { value = "value", figure = "figure", table = "table" },
}

-- An id that an author uses must exist, be of the right kind, and not come from a failed analysis.
local function check_use(items, u)
  local item = items[u.id]
  if item then
    if u.kind ~= "source" and u.kind ~= item.kind then H.fail(u, "app.id_kind", u.macro, u.id, kinds[H.talk][item.kind]) end
    return
  end
  for _, p in ipairs(H.parts) do
    if not p.values and match(u.id, "^[^.]*") == p.id then H.fail(u, "app.id_failed", u.id) end
  end
  local ids = {}
  for i, other in ipairs(items) do ids[i] = other.id end
  local near = find("prelude/nearest")({})(u.id, ids)
  H.fail(u, near and "app.id_near" or "app.id_unknown", u.id, near or "")
end

-- A figure or table stands once in a report: a second one would take its number and every reference to it.
local function check_uses(uses, items)
  local stands = {}
  for _, u in ipairs(uses) do
    if u.kind ~= "annex" then check_use(items, u) end
    local before = stands[u.macro .. " " .. u.id]
    if before and (u.macro == "fig" or u.macro == "tab") then
      H.fail({ file = u.file, line = u.line, column = u.column }, "app.id_twice", u.id, before.file, before.line)
    end
    stands[u.macro .. " " .. u.id] = before or u
  end
end

local function is_fresh()
  local used = {}
  for _, u in ipairs(uses_of_text()) do used[match(u.id, "^[^.]*")] = true end
  for _, p in ipairs(H.parts) do
    if used[p.id] then return false end
  end
  return is_made("report", H.name, key_of_text(), pdf, ITSELF)
end

local function make_paper()
  local items, uses = all_items(), uses_of_text()
  check_uses(uses, items)
  name_units(uses, items)
  local tex = find("paper/tex")(H)
  find("paper/pages")(H, tex, find("paper/table")(H, tex), get)(uses, items)
  local key = key_of_text()
  if is_made("report", H.name, key, pdf, ITSELF) then return end
  with_folder(function(work)
    H.step(H.name)
    find("paper/latex")(H, find, files)(work)
  end)
  record("report", H.name, key, pdf, ITSELF)
end

if H.what == "draw" then return with_folder(draw_all) end
if H.what == "fresh" then return is_fresh() end
make_paper()
