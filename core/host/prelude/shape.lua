-- What every shape.lua finds besides Lua: what may be done with a row, and the helpers that sheets need.
-- The script's entry for a table becomes H.begin, H.row and H.finish, which the core calls for each file and raw row.
local H, E = ...
local fail, type_of, pairs = H.fail, H.type, H.pairs
local raw_next, math_type, tointeger, concat = next, math.type, math.tointeger, table.concat
local parse = H.plain
local find, gsub, match, sub, byte, upper, format = string.find, string.gsub, string.match, string.sub, string.byte, string.upper, string.format
local char, charpattern = utf8.char, utf8.charpattern

E.use = nil   -- libraries of plugins are not there where packages are loaded
function H.emit(_, line) H.say("note", line.text) end

-- Texts -----------------------------------------------------------------------------------------------------------

-- Text of a cell: what a sheet stores as 6.0 is shown as 6.
local function text_of(v)
  if math_type(v) == "float" then v = tointeger(v) or v end
  local text = type_of(v) == "string" and v or v == nil and "" or H.tostring(v)
  return text
end
H.text_of = text_of

local blanks = { ["\u{A0}"] = " ", ["\u{202F}"] = " ", ["\u{205F}"] = " ", ["\u{3000}"] = " ", ["\u{FEFF}"] = " ", ["\u{200B}"] = " " }
for c = 0x2000, 0x200A do blanks[char(c)] = " " end

local function is_space(c) return c == 32 or c >= 9 and c <= 13 end

local function trim(v)
  local s = text_of(v)
  local first, last = byte(s, 1), byte(s, -1)
  if not first or first > 32 and first < 128 and last > 32 and last < 128 then return s end
  local from, to = 1, #s
  while from <= to do
    local c = byte(s, from)
    local wide = c >= 0xC2 and blanks[match(s, charpattern, from)] and #match(s, charpattern, from)
    if not wide and not is_space(c) then break end
    from = from + (wide or 1)
  end
  while to >= from do
    local n = is_space(byte(s, to)) and 1 or blanks[sub(s, to - 1, to)] and 2 or blanks[sub(s, to - 2, to)] and 3
    if not n then break end
    to = to - n
  end
  s = sub(s, from, to)
  return s
end
E.trim, H.trim = trim, trim

function E.is_blank(v) return v == nil or v == "" or trim(v) == "" end

-- Capitals without accents, ligatures spelt out.
local letters = {}
for base, list in pairs {
  A = "ÀÁÂÃÄÅàáâãäå", C = "Çç", E = "ÈÉÊËèéêë", I = "ÌÍÎÏìíîï", N = "Ññ", O = "ÒÓÔÕÖòóôõö", U = "ÙÚÛÜùúûü", Y = "ÝŸýÿ", OE = "Œœ", AE = "Ææ", SS = "ß",
  ["'"] = "’‘ʼ′", ["-"] = "‐‑‒–—―−",
} do
  for letter in string.gmatch(list, charpattern) do letters[letter] = base end
end
for blank in pairs(blanks) do letters[blank] = " " end
for accent = 0x300, 0x36F do letters[char(accent)] = "" end

local function capitals(s)
  if find(s, "[\xC2-\xF4]") then s = gsub(s, "[\xC2-\xF4][\x80-\xBF]*", letters) end
  s = upper(s)
  return s
end
H.capitals = capitals

-- The same with every run of hyphens, apostrophes, underscores and spaces as one space.
local folded, nfolded = {}, 0
local function fold(v)
  local s = text_of(v)
  local t = folded[s]
  if t then return t end
  t = gsub(capitals(s), "[%s%-'`_]+", " ")
  if byte(t) == 32 then t = sub(t, 2) end
  if byte(t, -1) == 32 then t = sub(t, 1, -2) end
  if nfolded > 20000 then folded, nfolded = {}, 0 end
  folded[s], nfolded = t, nfolded + 1
  return t
end
E.fold, H.fold = fold, fold

function E.is_total(v)
  local s = fold(v)
  return find(s, "^TOTAL") ~= nil or find(s, "^SOUS TOTAL") ~= nil or find(s, "^ENSEMBLE") ~= nil
end

-- Numbers and periods ---------------------------------------------------------------------------------------------

-- The number of a cell as people write it; nil for nothing; nil and a reason for what cannot be read. Third: the mark that was left out.
local function number(v)
  local n = parse(v)
  if n then return n end
  local s = trim(v)
  if s == "" then return nil end
  if #s > 100 then return nil, "“" .. sub(s, 1, 40) .. "…” is no number · n’est pas un nombre" end
  s = gsub(gsub(s, "\u{2212}", "-"), "[\xC2\xE2\xE3][\x80-\xBF]*", blanks)
  local body, mark = match(s, "^(.-) *(%**)$")
  local sign, whole, rest = match(body, "^([+-]?)(%d[%d ]*)(.*)$")
  if not whole then
    sign, rest = match(body, "^([+-]?)([.,]%d.*)$")
    whole = sign and "0"
  end
  local head, tail = match(whole or "", "^(%d+)(.*)$")
  if tail and tail ~= "" then   -- groups of three, nothing else
    whole = #head <= 3 and gsub(tail, " %d%d%d%f[^%d]", "") == "" and gsub(whole, " ", "")
  end
  if whole then
    n = parse(sign .. whole .. rest)
    if n then return n, nil, mark ~= "" and mark or nil end
  end
  return nil, "“" .. s .. "” is no number · n’est pas un nombre"
end
E.number, H.number = number, number

function E.two_digit_year(v)
  local n = tointeger(match(text_of(v), "^%d%d$"))
  return n and (n < 70 and 2000 + n or 1900 + n) or tointeger(match(text_of(v), "^%d%d%d%d$"))
end

-- "2016M01" and "2016T1" as ISO writes a month and a run of months.
function E.period(v)
  local s = trim(v)
  local year, kind, n = match(s, "^(%d%d%d%d)([MTQ])(%d%d?)$")
  n = tointeger(n)
  if kind == "M" and n >= 1 and n <= 12 then return format("%s-%02d", year, n) end
  if n and kind ~= "M" and n >= 1 and n <= 4 then return format("%s-%02d/%s-%02d", year, 3 * n - 2, year, 3 * n) end
  return match(s, "^%d%d%d%d$") or match(s, "^%d%d%d%d%-%d%d$")
end

-- Codes and labels ------------------------------------------------------------------------------------------------

-- Of INSEE's TNCC, 0 to 8.
local articles = { "", "", "Le ", "La ", "Les ", "L'", "Aux ", "Las ", "Los " }
function E.with_article(tncc, name) return (articles[(tointeger(text_of(tncc)) or 0) + 1] or "") .. name end

-- A name as it is compared: without remarks in parentheses, ST for SAINT, article in front or behind.
local short = { ST = "SAINT", STE = "SAINTE", STS = "SAINTS", STES = "SAINTES" }
function H.saint(s)
  s = gsub(gsub(s, "/", " SUR "), "%f[%w]S SUR ", "SUR ")
  s = gsub(gsub(s, "%f[%w]%u+%f[^%w]", short), "  +", " ")
  return s
end
local fronts = { "L ", "LE ", "LA ", "LES ", "LAS ", "LOS ", "AUX " }
function H.bare(s)
  for _, a in ipairs(fronts) do
    if sub(s, 1, #a) == a then
      s = sub(s, #a + 1)
      return s
    end
    if sub(s, -#a) == " " .. sub(a, 1, -2) then
      s = sub(s, 1, -#a - 1)
      return s
    end
  end
  return s
end
local function name_key(v)
  local s = H.bare(H.saint(trim(gsub(fold(v), "%b()", ""))))
  return s
end

local codes_methods = {}
local codes_meta = { __index = codes_methods, __metatable = false }
local is_codes = {}

function E.codes(rows)
  if type_of(rows) ~= "table" then fail("host.argument", "codes", "table", type_of(rows)) end
  local labels, by_name = {}, {}
  for i, r in ipairs(rows) do
    local code, label = r.code, r.label
    if code == nil or label == nil then fail("host.option_missing", code == nil and "code" or "label", "codes, " .. i) end
    local key = name_key(label)
    labels[code] = labels[code] or label   -- another label of the same code is one more name for it
    by_name[key] = by_name[key] == nil and code or by_name[key] == code and code   -- false: several have that name
  end
  local c = setmetatable({ labels = labels, by_name = by_name }, codes_meta)
  is_codes[c] = true
  return c
end
function codes_methods:label(code) return self.labels[code] end
function codes_methods:code(label) return self.by_name[name_key(label)] or nil end

local cog = { departements = "dep", regions = "reg", communes = "com" }
local read_codes = {}
local function codes_of(v)
  if is_codes[v] then return v end
  local key = cog[v]
  if not key then fail("host.argument", "agree, table", "codes / " .. concat(H.names_of(cog), ", "), type_of(v) == "string" and v or type_of(v)) end
  read_codes[v] = read_codes[v] or E.codes(E.query(format("SELECT %s AS code, libelle AS label FROM %s WHERE %s", key, v, v == "communes" and "typecom = 'COM'" or "1")))
  return read_codes[v]
end

-- Whether code and label name the same thing: true, or nil and what each says. A label that is not there agrees.
function E.agree(given)
  H.options("agree", given, { code = "any", label = "any", table = "any!" })
  local label = trim(given.label)
  if label == "" then return true end
  local own = codes_of(given.table):label(given.code)
  if not own then return nil, format("code “%s” (%s) is not known · code inconnu", text_of(given.code), label) end
  local key = name_key(label)
  if name_key(own) == key or codes_of(given.table).by_name[key] == given.code then return true end
  return nil, format("code “%s” is “%s”, the label says “%s” · le code désigne « %s », le libellé dit « %s »", text_of(given.code), own, label, own, label)
end
function E.label_agrees(code, label, table)
  local ok, why = E.agree { code = code, label = label, table = table or "departements" }
  return ok, why
end

-- Code of a département however it is written; with codes also from its name alone.
local department_forms = {
  "^(%d+)$", "^0*(%d+)%.0$", "^(2) ?([AB])$", "%((%d%d?%d?)%)", "%((2) ?([AB])%)", "^(%d%d?%d?)[^%w]", "^(2) ?([AB])[^%w]", "[%a ](%d%d%d?)$", "[ ](2) ?([AB])$",
}
function E.departement(v, codes)
  local s = fold(v)
  for _, form in ipairs(department_forms) do
    local n, letter = match(s, form)
    if letter then return n .. letter end
    n = n and tointeger(n)
    if n and (n >= 1 and n <= 95 and n ~= 20 or n >= 971 and n <= 989) then return format("%02d", n) end
  end
  return codes and s ~= "" and codes_of(codes):code(s) or nil
end

-- Reading tables ------------------------------------------------------------------------------------------------------------

function E.query(sql, params)
  if type_of(sql) ~= "string" then fail("host.argument", "query", "string", type_of(sql)) end
  if not find(upper(sql), "^%s*SELECT%s") and not find(upper(sql), "^%s*WITH%s") then fail("host.shape_query") end
  local names, columns, n = H.read(sql, params)
  local rows = {}
  for i = 1, n do
    local row = {}
    for k = 1, #names do row[names[k]] = columns[k][i] end
    rows[i] = row
  end
  return rows
end

-- What may be done with a row -------------------------------------------------------------------------------------

local fields, index, out = H.fields, {}, {}
for i, name in ipairs(fields) do index[name] = i end
H.index, H.given = index, out

-- A row by names of fields → whether it is taken; H.given then holds what its types have read. Names that begin with "_" stay in the script.
local put, nfields = H.put, #fields
function H.give(row)
  for i = 1, nfields do out[i] = row[fields[i]] end
  return put(out)
end
-- line: of the layout whose map() gave the row; else the script's own line is known.
local function refuse(line, ...)
  if line then H.refuse(line, nil, ...) end
  fail(...)
end
function H.emit_row(row, line)
  if type_of(row) ~= "table" then refuse(line, "host.argument", line and "map()" or "emit", "table", type_of(row)) end
  for name in raw_next, row do
    if not index[name] and not find(name, "^_") then refuse(line, "host.shape_field", H.tostring(name), H.table, H.nearest(H.tostring(name), fields)) end
  end
  return H.give(row)
end
function E.emit(row) H.emit_row(row) end

local function texts(what, ...)
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if v ~= nil and type_of(v) ~= "string" and not math_type(v) then fail("host.argument", what, "string", type_of(v)) end
  end
end
function E.reject(field, value, reason)
  texts("reject", field, value, reason)
  if reason == nil then field, value, reason = nil, nil, field end
  H.say("reject", index[field] and field, text_of(value), text_of(reason))
  H.handled = true
end
function E.doubt(field, value, reason)
  texts("doubt", field, value, reason)
  H.say("doubt", index[field] and field, text_of(value), text_of(reason))
end
function E.skip(kind)
  if not H.is_name(kind) then fail("host.shape_kind", H.tostring(kind)) end
  H.say("skip", kind)
  H.handled = true
end
function E.note(text)
  texts("note", text)
  H.say("note", text_of(text))
end

-- The entry of a table --------------------------------------------------------------------------------------------

local function nothing() end

local function free_form(entry)
  H.only(entry, { row = true, begin = true, finish = true }, H.table)
  for _, k in ipairs { "row", "begin", "finish" } do
    if entry[k] ~= nil and type_of(entry[k]) ~= "function" then fail("host.argument", H.table .. ", " .. k, "function", type_of(entry[k])) end
  end
  local row = entry.row
  H.begin, H.finish = entry.begin or nothing, entry.finish or nothing
  function H.row(_, raw, line) row(raw, line) end
end

-- Runs the script; whether it has something for the table.
function H.open()
  local script, entry = nil, nil
  H.started = true
  if H.plugin ~= "" then
    script = H.load(H.plugin, false, E)()
    if type_of(script) ~= "table" then fail("host.shape_return", H.plugin, type_of(script)) end
    entry = rawget(script, H.table)
  end
  if entry == nil then
    if H.totals == "" then return false end
    H.use_layouts { H.totals_layout(H.totals) }
  elseif type_of(entry) == "function" then
    free_form { row = entry }
  elseif H.is_layout[entry] then
    H.use_layouts { entry }
  elseif type_of(entry) == "table" and rawget(entry, "row") then
    free_form(entry)
  elseif type_of(entry) == "table" and #entry > 0 then
    H.use_layouts(entry)
  else
    fail("host.shape_entry", H.table, type_of(entry))
  end
  return true
end
