-- Two versions of a table: rows added, removed and changed, by column.
local core, input = ...
local say, text = core.say, core.text
local old, new = input.words[1], input.words[2]

if not new then core.fail("app.compare_usage") end
local here = core.here()

local function names(list)
  if not list then return nil end
  local out = {}
  for name in list:gmatch("[^,]+") do out[#out + 1] = name:match("^%s*(.-)%s*$") end
  return out
end

local tables
-- TABLE, TABLE@previous or FILE.db:TABLE.
local function version(word)
  local file, name = word:match("^(.+%.db):([^:/]+)$")
  if file then return { file = file, table = name, shown = word } end
  local base = word:match("^(.*)@previous$")
  if not here then core.open {} end   -- says why
  tables = tables or core.tables()
  local list = {}
  for i, t in ipairs(tables) do
    list[i] = t.name
    if t.name == (base or word) then
      if base and not t.previous then core.fail("app.compare_previous", base) end
      return { file = base and t.previous or t.file, table = t.name, shown = word }
    end
  end
  local near = core.nearest { word = base or word, list = list }
  core.fail(near and "store.sql_no_table_near" or "store.sql_no_table", base or word, near or "")
end

-- Two files of one resource, each loaded aside as the descriptor says.
local function loaded(word, place)
  for _, r in ipairs(core.resources().list) do
    if r.name == input.resource then
      core.packages()
      local l = core.load_aside { package = r.package, name = place, files = { { resource = r.name, path = word } } }
      if l.valid then return { file = l.file, table = r.name, shown = word } end
      if input.json then core.json { error = l.error.record } else core.talk(l.error.show) end
      return nil, l.error.exit
    end
  end
  core.fail("app.no_such", say("de table nommée", "table"), input.resource)
end

local what, code = { key = names(input.key), columns = names(input.columns) }, nil
local side = input.resource and loaded or version
what.old, code = side(old, "old")
if not code then what.new, code = side(new, "new") end
if code then return code end

local d = core.use("differences")(what)
local found = not d.same and input.exit_code and 6 or 0
if input.json then
  d.old, d.new = what.old.shown, what.new.shown
  core.json(d)
  return found
end

core.line(say("%s : %d lignes ; %s : %d lignes", "%s: %d rows; %s: %d rows"), what.old.shown, d.old_rows, what.new.shown, d.new_rows)
core.line(#d.key > 0 and say("clé : %s", "key: %s") or say("sans clé : une ligne modifiée compte comme une supprimée et une ajoutée",
  "without a key: a changed row counts as one removed and one added"), table.concat(d.key, ", "))
core.line(say("  %8d en commun", "  %8d in common"), d.common)
core.line(say("  %8d ajoutées", "  %8d added"), d.added)
core.line(say("  %8d supprimées", "  %8d removed"), d.removed)
if #d.key > 0 then core.line(say("  %8d modifiées, %d cellules", "  %8d changed, %d cells"), d.changed, d.cells) end
for _, list in ipairs { { d.added_columns, say("colonnes nouvelles : ", "new columns: ") }, { d.removed_columns, say("colonnes disparues : ", "columns that are gone: ") } } do
  if #list[1] > 0 then core.line("%s%s", list[2], core.clean(table.concat(list[1], ", "))) end
end
for _, c in ipairs(d.columns) do
  core.line(say("%s : %d cellules modifiées", "%s: %d cells changed"), core.clean(c.name), c.changed)
  for _, row in ipairs(c.examples) do
    local at = {}
    for i = 3, #row do at[i - 2] = text(row[i]) end
    local function cell(v) return v == core.null and say("(vide)", "(empty)") or text(v) end
    core.line("  %s", core.clean(("%s: %s → %s"):format(table.concat(at, ", "), cell(row[1]), cell(row[2]))))
  end
end
for _, s in ipairs(d.sums) do
  core.line(say("somme de %s : %s → %s", "sum of %s: %s → %s"), core.clean(s.name), text(s.old), text(s.new))
end
if d.same then core.line("%s", say("aucune différence", "no difference")) end
return found
