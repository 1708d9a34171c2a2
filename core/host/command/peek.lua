-- What a data file seems to hold, and a first descriptor of it. The file was looked at in a jail; what it says comes here as texts.
local core, input = ...
local say, file = core.say, input.words[1]

if not file then core.fail("app.peek_usage") end
core.here()
local look = core.use("sniff")(file)
local header = look.header[#look.header] or 0

-- Texts that stand for "not there", as French publishers write them, with what they mean.
local sentinels = { NA = "not_available", ndiff = "not_published", ["Non Renseigné"] = "not_stated", ["non renseigné"] = "not_stated", s = "secret",
  ["n.d."] = "not_available", nd = "not_available", ["N/A"] = "not_available", ["-"] = "none" }

-- Types, from the narrow to the wide: the first that fits all cells of a column. A number with a leading zero is a code.
local function is_number(s, decimal)
  return s:find("^[+-]?%d+$") or s:find("^[+-]?%d*" .. decimal .. "%d+$") or s:find("^[+-]?%d+" .. decimal .. "?%d*[eE][+-]?%d+$")
end
local function is_code(s) return s:find("^0%d") end
-- Columns of codes by their names, where no cell shows it: SIREN, CODGEO_2025, code_commune, dep …
local function names_code(name)
  name = name:lower()
  return name:find("^cod") or name:find("_cod") or name:find("siren") or name:find("siret") or name:find("insee") or name == "dep" or name == "com" or name == "reg"
end
local function date(s, pattern, day, month, year)
  local part = table.pack(s:match(pattern))
  local d, m, y = tonumber(part[day]), tonumber(part[month]), tonumber(part[year])
  return d and d >= 1 and d <= 31 and m >= 1 and m <= 12 and y >= 1000
end
local candidates = {
  { { type = "year" }, function(s) return s:find("^[12]%d%d%d$") and tonumber(s) >= 1800 and tonumber(s) <= 2100 end },
  { { type = "integer" }, function(s) return s:find("^[+-]?%d+$") and not is_code(s) and #s < 19 end },
  { { type = "number" }, function(s) return is_number(s, "%.") and not is_code(s) end },
  { { type = "number", decimalChar = "," }, function(s) return is_number(s, ",") and not is_code(s) end },
  { { type = "date" }, function(s) return date(s, "^(%d%d%d%d)%-(%d%d)%-(%d%d)$", 3, 2, 1) end },
  { { type = "date", format = "%d/%m/%Y" }, function(s) return date(s, "^(%d%d)/(%d%d)/(%d%d%d%d)$", 1, 2, 3) end },
  { { type = "yearmonth" }, function(s) return date(s .. "-01", "^(%d%d%d%d)%-(%d%d)%-(%d%d)$", 3, 2, 1) end },
  { { type = "datetime" }, function(s) return s:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ?$") end },
  { { type = "boolean" }, function(s) return s == "true" or s == "false" end },
}

local function column(i, name)
  if look.format == "geojson" and name == "geometry" then return { type = "geojson" } end
  local c = { fits = {}, missing = {}, seen = 0, examples = {} }
  for k = 1, #candidates do c.fits[k] = true end
  for _, row in ipairs(look.rows) do
    local s = row.cells[i]
    if row.at > header and s then
      local trimmed = s:match("^%s*(.-)%s*$")
      if trimmed == "" or row.kinds:sub(i, i) == "-" then
        c.empty = true
      elseif sentinels[trimmed] then
        c.missing[trimmed] = (c.missing[trimmed] or 0) + 1
      else
        c.seen = c.seen + 1
        for k, candidate in ipairs(candidates) do
          if c.fits[k] and not candidate[2](s) then c.fits[k] = false end
        end
      end
    end
  end
  local field = { type = "string" }
  for k, candidate in ipairs(candidates) do
    if c.fits[k] and c.seen > 0 and not (k <= 2 and names_code(name)) then
      for key, v in pairs(candidate[1]) do field[key] = v end
      break
    end
  end
  -- In a column of words a short mark is a word like the others.
  local marks = field.type == "string" and {} or core.names(c.missing)
  if #marks > 0 then
    field.missingValues = { { value = "", label = "empty" } }
    for k, mark in ipairs(marks) do field.missingValues[k + 1] = { value = mark, label = sentinels[mark] } end
    if not c.empty then table.remove(field.missingValues, 1) end
  end
  return field
end

for i, row in ipairs(look.rows) do row.at = i end
local fields = {}
for i, name in ipairs(look.names) do
  fields[i] = column(i, name)
  fields[i].name = name
end

-- A name as tables and packages have them.
local function plain_name(s)
  local from = { "àâä", "éèêë", "îï", "ôö", "ùûü", "ç" }
  for i, to in ipairs { "a", "e", "i", "o", "u", "c" } do
    for _, c in utf8.codes(from[i]) do s = s:gsub(utf8.char(c), to) end
  end
  s = s:lower():gsub("%.%w+$", ""):gsub("%.%w+$", ""):gsub("[^a-z0-9]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  return s:find("^[a-z]") and s:sub(1, 60) or "t_" .. s:sub(1, 58)
end

local function descriptor()
  local name = plain_name(file:match("[^/]*$"))
  local dialect = core.object {}
  if look.format == "csv" then
    dialect.delimiter = look.delimiter ~= "," and look.delimiter or nil
    dialect.quoteChar = look.quote ~= '"' and look.quote ~= "" and look.quote or nil
  end
  if header == 0 then dialect.header = false end
  if look.property ~= "" then dialect.property = look.property end
  dialect.itemType = look.item_type
  if header > 1 then dialect.headerRows = look.header end
  if look.sheets[2] then dialect.sheetName = look.sheets[1] end
  local resource = { name = name, path = "data/" .. file:match("[^/]*$"), format = look.format, schema = { fields = fields } }
  if look.encoding ~= "utf-8" and look.encoding ~= "" then resource.encoding = look.encoding end
  if look.compression ~= "" then resource.compression = look.compression end
  if look.innerpath ~= "" then resource.innerpath = look.innerpath end
  if next(dialect) ~= nil then resource.dialect = dialect end
  return { name = name:gsub("_", "-"), title = name, resources = { resource } }
end

if input.write then
  core.create { path = input.write .. "/datapackage.json", text = core.encode(descriptor(), true) .. "\n" }
  if not input.json then
    core.note(say("%s/datapackage.json est écrit ; le fichier va dans %s/data", "%s/datapackage.json is written; the file goes to %s/data"), input.write,
      input.write)
  end
end
-- Where the header stands below titles: the row that was found, or else the first that fills half of the columns.
local below = header > 1 and header
for i, row in ipairs(header == 0 and look.rows or {}) do
  local filled = 0
  for k = 1, #row.cells do filled = filled + (row.cells[k]:find("%S") and 1 or 0) end
  if filled > 1 and 2 * filled >= #look.names then
    below = i > 1 and i
    break
  end
end
local line = below and look.rows[below].line or nil
if input.json then
  local rows = {}
  for i = 1, math.min(20, #look.rows) do rows[i] = { line = look.rows[i].line, cells = look.rows[i].cells } end
  core.json { file = file, format = look.format, compression = look.compression, encoding = look.encoding, delimiter = look.delimiter, header = look.header,
    members = look.members, sheets = look.sheets, fields = fields, rows = rows, read = #look.rows, more = look.more, header_line = line, needs_layout = line ~= nil }
  return 0
end

local facts = { look.format .. (look.compression ~= "" and " (" .. look.compression .. ")" or ""), look.encoding }
if look.format == "csv" then
  facts[3] = look.delimiter == "\t" and say("séparateur : tabulation", "delimiter: tab") or say("séparateur : ", "delimiter: ") .. look.delimiter
end
core.line("%s: %s", core.clean(file), table.concat(facts, ", "))
for _, list in ipairs { { look.members, say("fichiers : ", "files: ") }, { look.sheets, say("feuilles : ", "sheets: ") } } do
  if #list[1] > 1 then core.line("%s%s", list[2], core.clean(table.concat(list[1], ", "))) end
end
if line then
  core.line(say("en-tête à la ligne %d : il faut une mise en page, voir docs/mises-en-page.md", "header on line %d: needs a layout: see docs/layouts.md"), line)
elseif header == 0 and (look.format == "csv" or #look.sheets > 0) then
  core.line("%s", say("sans ligne d’en-tête", "without a header row"))
end
local list = {}
for i, f in ipairs(fields) do
  local marks = {}
  for k, m in ipairs(f.missingValues or {}) do marks[k] = m.value ~= "" and m.value or say("(vide)", "(empty)") end
  list[i] = { f.name, f.type .. (f.format and " " .. f.format or "") .. (f.decimalChar and " (3,14)" or ""),
    #marks > 0 and say("absent : ", "missing: ") .. table.concat(marks, ", ") or "" }
end
core.columns(list, {}, "  ")
core.line("")
local rows = {}
for _, row in ipairs(look.rows) do
  if row.at > header and #rows < 8 then rows[#rows + 1] = row.cells end
end
local width = #look.names
for _, row in ipairs(rows) do
  while #row < width do row[#row + 1] = "" end
end
core.columns(rows, {}, "  ", 24)
core.line(look.more and say("types d’après les %d premières lignes", "types from the first %d rows") or say("%d lignes en tout", "%d rows in all"), #look.rows)
return 0
