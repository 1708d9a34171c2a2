-- What is given is held to the tables of host/shape.h before C takes it. Everything is read raw, so that no metamethod of a plugin runs,
-- and each fault is named by its place: "figure map, panel 1, mark 2, role".
local H = ...
local fail, nearest, type_of, tostring, is_name, langs = H.fail, H.nearest, H.type, H.tostring, H.is_name, H.langs
local next, rawget, rawlen, find, len, huge, concat = next, rawget, rawlen, string.find, utf8.len, math.huge, table.concat

local fields = {}   -- of the result, by name
for _, f in ipairs(H.shapes) do fields[f.name] = f end
local max_text = fields.title.max

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

-- nil = absent, one string = the same in both languages.
local function check_text2(v, where, field)
  local kind = type_of(v)
  if kind == "string" then
    check_text(v, max_text, where, field)
  elseif kind == "table" then
    for _, lang in ipairs(langs) do check_text(rawget(v, lang), max_text, where, field or lang) end
  elseif v ~= nil then
    fail("host.argument", place(where, field), "{ fr, en }", kind)
  end
end

local function check_number(f, v, where)
  if v == nil then return end
  need("number", v, where, f.name)
  if v >= f.lo and v <= f.hi then return end
  fail("host.output_number", place(where, f.name), v ~= v and "NaN" or v == huge and "inf" or v == -huge and "-inf" or tostring(v))
end

local check
local columns = 0   -- of the table or figure that is checked

local kinds = { number = check_number }
function kinds.text(f, v, where) check_text(v, f.max, where, f.name) end
function kinds.chars(f, v, where) if v ~= nil then check_text(v, f.max, where, f.name) end end
function kinds.text2(f, v, where) check_text2(v, where, f.name) end
function kinds.flag() end

function kinds.name(_, v, _, what)
  if not is_name(v) then fail("host.name", what, type_of(v) == "string" and v or type_of(v)) end
end

function kinds.integer(f, v, where)
  check_number(f, v, where)
  if v and v % 1 ~= 0 then fail("host.argument", place(where, f.name), "integer", tostring(v)) end
end

function kinds.choice(f, v, where)
  if v == nil then return end
  for _, name in ipairs(f.names) do if v == name then return end end
  fail("host.option_choice", where, f.name, type_of(v) == "string" and v or type_of(v), concat(f.names, ", "))
end

function kinds.list(f, v, where)
  if v == nil and f.lo == 0 then v = {} end
  if type_of(v) ~= "table" then fail("host.argument", place(where, f.name), "list", type_of(v)) end
  local n = rawlen(v)
  if n < f.lo then fail("host.argument", place(where, f.name), "list", "empty list") end
  if n > f.max then fail("host.output_count", where, f.max, f.name) end
  if f.name == "columns" then columns = n end
  for i = 1, n do check(f.of, rawget(v, i), where .. ", " .. f.of.what .. " " .. i) end
end

function kinds.cells(f, v, where)
  if f.max > 0 and #v > f.max * columns then fail("host.output_count", where, f.max, "rows") end
  for i = 1, #v do check_text2(v[i], where, "column " .. (i - 1) % columns + 1) end
end

function kinds.struct(f, v, where)
  if v ~= nil and type_of(v) ~= f.of.what then
    need("table", v, where, f.name)
    check(f.of, v, where)
  end
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
  for _, f in ipairs(shape) do
    local own = v
    if f.name then own = rawget(v, f.name) end
    kinds[f.kind](f, own, where, shape.what)
  end
end
H.check = check

for _, f in ipairs(fields.values.of) do
  if f.name == "q" then H.quantity_shape = f.of end
end

function H.give_title(title)
  check_text2(title, "analysis", "title")
  H.emit("title", title)
end

-- A value, table or figure joins the result.
local taken = {}
function H.give(list, item)
  local shape = fields[list].of
  kinds.name(nil, item.name, nil, shape.what)
  if taken[item.name] then fail("host.name_twice", item.name) end
  check(shape, item, shape.what .. " " .. item.name)
  H.emit(list, item)
  taken[item.name] = true
end
