-- What is given is held to the tables of host/shape.h and becomes its bytes on the wire. Everything is read raw, so that no metamethod of
-- a plugin runs, and each fault is named by its place: "figure map, panel 1, mark 2, role".
local H = ...
local fail, type_of, tostring, is_name = H.fail, H.type, H.tostring, H.is_name
local next, rawget, rawlen, find, len, huge, concat = next, rawget, rawlen, string.find, utf8.len, math.huge, table.concat
local pack, tointeger = string.pack, math.tointeger

local fields = {}   -- of the result, by name
for i, f in ipairs(H.shapes) do
  fields[f.name] = f
  f.index = i - 1
end
local max_text = tointeger(fields.title.max)

local function place(where, field) return field and where .. ", " .. field or where end

local function need(kind, v, where, field)
  if type_of(v) ~= kind then fail("host.argument", place(where, field), kind, type_of(v)) end
end

local function check_text(v, max, where, field)
  need("string", v, where, field)
  if #v > max then fail("host.output_text", place(where, field), #v .. " bytes (> " .. max .. ")") end
  local n, bad = len(v)
  local control = find(v, "%c") or find(v, "\xc2[\x80-\x9f]")
  if control and (n or control < bad) then fail("host.output_text", place(where, field), "a control character (byte " .. control .. ")") end
  if not n then fail("host.output_text", place(where, field), "bytes that are not UTF-8 (byte " .. bad .. ")") end
end

-- Each check gives the bytes that the value has on the wire.
local function text(v, max, where, field)
  check_text(v, max, where, field)
  return pack("<s4", v)
end

-- nil = absent, one string = the same in both languages.
local function text2(v, where, field)
  local kind = type_of(v)
  if kind == "table" then
    return text(rawget(v, "fr"), max_text, where, field or "fr") .. text(rawget(v, "en"), max_text, where, field or "en")
  elseif kind ~= "string" and v ~= nil then
    fail("host.argument", place(where, field), "{ fr, en }", kind)
  end
  local one = text(v or "", max_text, where, field)
  return one .. one
end

local function check_number(f, v, where)
  if v == nil then return end
  need("number", v, where, f.name)
  if v >= f.lo and v <= f.hi then return end
  fail("host.output_number", place(where, f.name), v ~= v and "NaN" or v == huge and "inf" or v == -huge and "-inf" or tostring(v))
end

local function whole(f, v) return pack("<i" .. tointeger(f.size), v) end

local check
local columns = 0   -- of the table or figure that is checked

local kinds = {}
function kinds.text(f, v, where) return text(v, tointeger(f.max), where, f.name) end
function kinds.chars(f, v, where) return text(v or "", tointeger(f.max), where, f.name) end
function kinds.text2(f, v, where) return text2(v, where, f.name) end
function kinds.flag(f, v) return whole(f, v and 1 or 0) end

function kinds.name(_, v, _, what)
  if not is_name(v) then fail("host.name", what, type_of(v) == "string" and v or type_of(v)) end
  return pack("<s4", v)
end

function kinds.number(f, v, where)
  check_number(f, v, where)
  return pack("<d", v or f.none)
end

function kinds.integer(f, v, where)
  check_number(f, v, where)
  if v and v % 1 ~= 0 then fail("host.argument", place(where, f.name), "integer", tostring(v)) end
  return whole(f, v or f.none)
end

function kinds.choice(f, v, where)
  if v == nil then return whole(f, 0) end
  for i, name in ipairs(f.names) do if v == name then return whole(f, i - 1) end end
  fail("host.option_choice", where, f.name, type_of(v) == "string" and v or type_of(v), concat(f.names, ", "))
end

function kinds.list(f, v, where)
  if v == nil and f.lo == 0 then v = {} end
  if type_of(v) ~= "table" then fail("host.argument", place(where, f.name), "list", type_of(v)) end
  local n = rawlen(v)
  if n < f.lo then fail("host.argument", place(where, f.name), "list", "empty list") end
  if n > f.max then fail("host.output_count", where, tointeger(f.max), f.name) end
  if f.name == "columns" then columns = n end
  local out = { pack("<I4", n) }
  for i = 1, n do out[i + 1] = check(f.of, rawget(v, i), where .. ", " .. f.of.what .. " " .. i) end
  return concat(out)
end

-- With a maximum they are several rows, whose number stands before them.
function kinds.cells(f, v, where)
  if f.max > 0 and #v > f.max * columns then fail("host.output_count", where, tointeger(f.max), "rows") end
  local rows = f.max == 0 and 1 or columns == 0 and 0 or #v // columns
  local out = { f.max > 0 and pack("<I4", rows) or "" }
  for i = 1, rows * columns do out[i + 1] = text2(v[i], where, "column " .. (i - 1) % columns + 1) end
  return concat(out)
end

function kinds.struct(f, v, where)
  if type_of(v) == "quantity" then
    local fields = {}
    for _, own in ipairs(f.of) do fields[own.name] = H.get(v, own.name) end
    fields.low_open, fields.high_open = fields.low == nil, fields.high == nil
    v = fields
  elseif v == nil then
    v = f.of.what == "quantity" and { low = 0, best = 0, high = 0 } or {}
  end
  need("table", v, where, f.name)
  return check(f.of, v, where)
end

-- The keys that a table may have; nil when it is itself the value of a field.
local function keys_of(shape)
  local known = {}
  for _, f in ipairs(shape) do
    if not f.name then return nil end
    known[f.name] = true
  end
  return known
end

function check(shape, v, where)
  if shape.known == nil then shape.known = keys_of(shape) or false end
  if shape.known then
    need("table", v, where)
    for k in next, v do
      if not shape.known[k] then H.only(v, shape.known, where) end
    end
  end
  local out = {}
  for i, f in ipairs(shape) do
    local own = v
    if f.name then own = rawget(v, f.name) end
    out[i] = kinds[f.kind](f, own, where, shape.what)
  end
  return concat(out)
end
H.check = check

for _, f in ipairs(fields.values.of) do
  if f.name == "q" then H.quantity_shape = f.of end
end

function H.give_title(title) H.emit_bytes(fields.title.index, text2(title, "analysis", "title")) end

-- An item joins a list of the result.
function H.emit(list, item, where)
  H.emit_bytes(fields[list].index, check(fields[list].of, item, where or list))
end

-- A value, table or figure joins the result.
local taken = {}
function H.give(list, item)
  local shape = fields[list].of
  kinds.name(nil, item.name, nil, shape.what)
  if taken[item.name] then fail("host.name_twice", item.name) end
  H.emit(list, item, shape.what .. " " .. item.name)
  taken[item.name] = true
end
