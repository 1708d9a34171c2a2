-- Quantities: fields, words, sums, and what each comes from.
local H, E = ...
local fail, nearest, type_of, pairs, tostring, typo, quantities = H.fail, H.nearest, H.type, H.pairs, H.tostring, H.typo, H.quantities
local gsub, format, tonumber, tointeger, math_type, setmetatable = string.gsub, string.format, tonumber, math.tointeger, math.type, setmetatable

-- A field of a quantity; whole numbers are integers.
local function get(q, field)
  local v = quantities[q][field]
  return math_type(v) == "float" and tointeger(v) or v
end
H.get = get
-- The table that goes with a quantity: what it is and comes from.
local function info_of(q) return quantities[q].info end
H.info, H.number, H.period = info_of, typo.number, typo.period
function H.words(q, lang, form, first) return typo.words(quantities[q], lang, form, first) end

-- Fields as floats behind a table that shows and takes nothing by itself.
local meta = { __metatable = false }
local function new(fields)
  for _, name in ipairs { "low", "best", "high" } do fields[name] = fields[name] and fields[name] + 0.0 end
  fields.info = {}
  local q = setmetatable({}, meta)
  quantities[q] = fields
  return q
end

-- Digits after the decimal sign of the shortest text of v.
local function decimals_of(v)
  for n = 0, 14 do
    if tonumber(format("%." .. n .. "f", v)) == v then return n end
  end
  return 15
end
H.decimals = decimals_of

-- Where things come from: facts of the ledger (key → source) and tables that were read.
-- Plain numbers do not say: they come from every table that was read so far.
function H.new_origin() return { facts = {}, sources = {}, tables = {}, plain = false } end

function H.merge_origin(to, from)
  for k, v in pairs(from.facts) do to.facts[k] = v end
  for k, v in pairs(from.sources) do to.sources[k] = v end
  for k, v in pairs(from.tables) do to.tables[k] = v end
  to.plain = to.plain or from.plain
end

-- Adds what v comes from: a quantity knows, an emitted word remembers, a number is plain.
function H.add_origin(origin, v)
  local kind = type_of(v)
  if kind == "quantity" then
    local own = info_of(v).origin
    if own then H.merge_origin(origin, own) else origin.plain = true end
  elseif kind == "number" then
    origin.plain = true
  elseif kind == "table" and H.word_origin[v] then
    H.merge_origin(origin, H.word_origin[v])
  end
end
H.word_origin = {}

-- Unit names ------------------------------------------------------------------------------------------------------

local units
local function unit_table()
  if units == nil then
    units = false
    if H.units_table and H.table_info(H.units_table) then
      units = {}
      local names, columns, n = H.query('SELECT unit, fr_one, fr_many, en_one, en_many FROM "' .. H.units_table .. '"', nil, true)
      for i = 1, n do
        local row = {}
        for k, name in ipairs(names) do row[name] = columns[k][i] end
        units[row.unit] = row
      end
    end
  end
  return units
end

function H.check_unit(unit)
  local known = unit_table()
  if known and unit ~= "" and known[unit] == nil then fail("host.unit_name", unit, nearest(unit, H.names_of(known))) end
  return unit
end

-- Agreement: in French 0 and 1 (and 1.5) are singular, in English only 1.
function H.unit_text(q)
  local known, unit, best = unit_table(), get(q, "unit"), get(q, "best")
  local row = known and known[unit]
  if not row then return { fr = gsub(unit, "_", " "), en = gsub(unit, "_", " ") } end
  local fr = best and best > -2 and best < 2 and row.fr_one or row.fr_many
  local en = best == 1 and row.en_one or row.en_many
  return { fr = fr or unit, en = en or unit }
end

-- Making ----------------------------------------------------------------------------------------------------------

-- A quantity from a plain description; info: what goes with it.
-- ISO 8601: year, month or day, or two of them around a slash, the earlier first.
function H.check_period(period)
  local from, to = string.match(period, "^([^/]+)/?([^/]*)$")
  local function is_date(s)
    local y, m, d = string.match(s or "", "^(%d%d%d%d)%-?(%d?%d?)%-?(%d?%d?)$")
    local year, month, day = tonumber(y), tonumber(m), tonumber(d)
    if not year or #s ~= 4 + (month and 3 or 0) + (day and 3 or 0) then return false end
    if month and (month < 1 or month > 12) then return false end
    local days = month == 2
      and (year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) and 29 or 28)
      or (month == 4 or month == 6 or month == 9 or month == 11) and 30 or 31
    return not day or day >= 1 and day <= days
  end
  if period ~= "" and not (is_date(from) and (to == "" and not period:find("/") or is_date(to) and from <= to)) then
    fail("host.period", period)
  end
  return period
end

function H.make(fields, info)
  if fields.period then H.check_period(fields.period) end
  H.check(H.quantity_shape, fields, "quantity")
  if fields.decimals == nil then fields.decimals = fields.best and decimals_of(fields.best) or 0 end
  local qualifier = fields.qualifier or "exact"
  local low, best, high
  if fields.best then low, best, high = typo.read(qualifier, fields.best) end
  local own = {
    low = fields.low or low, best = best, high = fields.high or high, qualifier = qualifier, decimals = fields.decimals,
    unit = fields.unit or "", period = fields.period or "",
  }
  if not own.low and not own.high or not typo.valid(own) then fail("host.output_quantity", "quantity") end
  local q = new(own)
  own = info_of(q)
  for k, v in pairs(info or {}) do own[k] = v end
  return q
end

function E.quantity(given)
  H.options("quantity", given, {
    best = "number", low = "number", high = "number", unit = "string", decimals = "integer", qualifier = "string", period = "string",
  })
  H.check_unit(given.unit or "")
  local fields = {}
  for k, v in pairs(given) do fields[k] = v end
  if not fields.qualifier and (fields.low or fields.high) then
    fields.qualifier = fields.high and fields.low and "interval" or fields.low and "at_least" or "almost"
    if not fields.best and not fields.high then
      fields.best = fields.low   -- "at least" leaves the other end open
    elseif not fields.best and not fields.low then
      fail("host.option_missing", "best", "quantity")
    end
  end
  return H.make(fields)
end

-- A refusal is printed for readers: units by their names, not their codes.
local function in_words(text, lang, a, b)
  for _, q in ipairs { a, b } do
    local unit = get(q, "unit")
    if unit ~= "" then text = gsub(text, "%f[%w_]" .. unit .. "%f[^%w_]", H.unit_text(q)[lang]) end
  end
  return text
end

function H.sum_of(a, b, quiet)
  local sum, refusal, one, other = typo.sum(quantities[a], quantities[b])
  if not sum and not quiet then fail(refusal, one, other) end
  if not sum then
    local fr, en = H.message(refusal, one, other)
    return nil, { fr = in_words(fr, "fr", a, b), en = in_words(en, "en", a, b) }
  end
  local q, origin = new(sum), H.new_origin()
  H.add_origin(origin, a)
  H.add_origin(origin, b)
  info_of(q).origin = origin
  return q
end

-- Fields and methods ----------------------------------------------------------------------------------------------

local methods = {}
function methods.words(q, lang) return H.words(q, lang, "words") end
function methods.bare(q, lang) return H.words(q, lang, "bare") end
function methods.interval_text(q, lang) return H.words(q, lang, "interval") end
function methods.qualifier_text(q, lang) return H.words(q, lang, "qualifier") end
function methods.period_text(q, lang) return H.words(q, lang, "period") end
function methods.unit_text(q, lang) return H.unit_text(q)[lang] end

local number_fields = { low = true, best = true, high = true, qualifier = true, unit = true, period = true, decimals = true }
-- What a fact carries besides its number; nil for a quantity that was computed.
local fact_fields = {
  id = true, table = true, document = true, kind = true, confidence = true, flag = true, subject = true, scope = true, place = true,
  note = true, list_open = true, assumption = true,
}

function meta.__index(q, k)
  if number_fields[k] then return get(q, k) end
  if methods[k] then return methods[k] end
  if fact_fields[k] then return info_of(q)[k] end
  local known = {}
  for _, t in ipairs { number_fields, fact_fields, methods } do
    for name in pairs(t) do known[#known + 1] = name end
  end
  fail("host.lua_field", tostring(k), "quantity", nearest(tostring(k), known))
end
function meta.__newindex() fail("host.lua_read_only", "quantity") end
function meta.__add(a, b)
  if type_of(a) ~= "quantity" or type_of(b) ~= "quantity" then
    fail("host.argument", "+", "quantity", type_of(a) == "quantity" and type_of(b) or type_of(a))
  end
  local q = H.sum_of(a, b)
  return q
end
function meta.__tostring(q)
  local text = H.words(q, "en", "words")
  return text
end
