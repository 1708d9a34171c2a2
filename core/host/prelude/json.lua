-- JSON for commands and for loaders: H.encode, H.decode, and what writes null, objects, and numbers of it. Knows no host: plain Lua.
local H = ...
local find, byte, format, gsub, sub, match, concat = string.find, string.byte, string.format, string.gsub, string.sub, string.match, table.concat
local DEPTH = 100   -- arrays and objects around a value

-- A null inside a list, and what writes one. A null member of an object is not there.
local null = setmetatable({}, { __tostring = function() return "" end })
H.null = null
local object = { __name = "object" }
-- An object even when it is empty: a plain empty table is written as a list.
function H.object(t) return setmetatable(t, object) end
function H.is_object(v) return getmetatable(v) == object end

-- ---- writing ----

local escape = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n" }
local function quoted(s)
  return '"' .. gsub(s, '[%c"\\\127]', function(c) return escape[c] or format("\\u%04x", byte(c)) end) .. '"'
end

-- The shortest text that reads back as the same number; what is none (nan, inf) is null.
local function number(v)
  if math.type(v) == "integer" then return format("%d", v) end
  if v ~= v or v == math.huge or v == -math.huge then return "null" end
  for _, form in ipairs { "%.15g", "%.16g", "%.17g" } do
    local s = format(form, v)
    if tonumber(s) == v then return s end
  end
end
H.quoted, H.number = quoted, number

-- Names of an object in a fixed order: what says which one it is comes first.
local function names(t)
  local list = {}
  for key in pairs(t) do list[#list + 1] = key end
  table.sort(list, function(a, b)
    if (a == "name") ~= (b == "name") then return a == "name" end
    return a < b
  end)
  return list
end
H.names = names

-- Writes a value; line: what goes before each member of a text for people ("\n" and blanks), "" for one line.
local function put(out, v, depth, line)
  local kind = type(v)
  if depth > DEPTH then error("JSON: too deep") end
  if v == null or kind == "nil" then
    out[#out + 1] = "null"
  elseif kind == "boolean" then
    out[#out + 1] = tostring(v)
  elseif kind == "number" then
    out[#out + 1] = number(v)
  elseif kind == "string" then
    out[#out + 1] = quoted(v)
  elseif kind == "userdata" then
    out[#out + 1] = v.json
  elseif kind ~= "table" then
    error("JSON: a " .. kind)
  else
    local named = getmetatable(v) == object or (#v == 0 and next(v) ~= nil)
    local list, inner = named and names(v) or v, line ~= "" and line .. "  " or ""
    out[#out + 1] = named and "{" or "["
    for i = 1, #list do
      out[#out + 1] = (i > 1 and "," or "") .. inner
      if named then out[#out + 1] = quoted(list[i]) .. (line ~= "" and ": " or ":") end
      put(out, named and v[list[i]] or not named and v[i], depth + 1, inner)
    end
    out[#out + 1] = (#list > 0 and line or "") .. (named and "}" or "]")
  end
end

-- JSON text of a value, on one line or, with lines, for people; records of errors in the language of the command.
function H.encode(v, lines)
  local out = {}
  put(out, v, 0, lines and "\n" or "")
  return concat(out)
end

-- ---- reading ----

local plain = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local function unescape(s)
  s = gsub(s, "\\(.)(%x?%x?%x?%x?)", function(c, hex)
    if c == "u" then return utf8.char(tonumber(hex, 16)) end
    return (plain[c] or c) .. hex
  end)
  -- Halves of a pair, which the line above wrote as three bytes each, are one character; UTF-8 has no such bytes otherwise.
  return (gsub(s, "\xED[\xA0-\xAF][\x80-\xBF]\xED[\xB0-\xBF][\x80-\xBF]", function(pair)
    local high, low = utf8.codepoint(pair, 1, 4, true)
    return utf8.char(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff))
  end))
end

local function bad(at) error(format("JSON: byte %d is not understood", at)) end
local literals = { t = { "true", true }, f = { "false", false }, n = { "null", null } }

-- What strangers wrote: no control characters, no escapes but those of JSON, none that stands for NUL or for half a character.
local function check_escapes(raw, at)
  if find(gsub(gsub(raw, '\\["\\/bfnrt]', ""), "\\u%x%x%x%x", ""), "\\", 1, true) then bad(at) end
end

local function text_at(s, at, exact)
  local stop, escaped = at, false
  repeat
    stop = find(s, '["\\]', stop + 1) or bad(at)
    local skip = byte(s, stop) == 92
    if skip then stop, escaped = stop + 1, true end
  until not skip
  local t = sub(s, at + 1, stop - 1)
  if exact and find(t, "[\0-\31]") then bad(at) end
  if not escaped then return t, stop + 1 end
  if exact then check_escapes(t, at) end
  t = unescape(t)
  if exact and (not utf8.len(t) or find(t, "\0", 1, true)) then bad(at) end
  return t, stop + 1
end

-- What stands between brackets: take reads one item and returns the place after it.
local function items(s, at, close, take)
  at = find(s, "[^ \n\r\t]", at + 1) or bad(at)
  if byte(s, at) == close then return at + 1 end
  while true do
    at = find(s, "[^ \n\r\t]", take(at)) or bad(#s)
    local c = byte(s, at)
    if c == close then return at + 1 end
    if c ~= 44 then bad(at) end
    at = find(s, "[^ \n\r\t]", at + 1) or bad(at)
  end
end

-- To the letter: no zeros in front, digits on both sides of a point.
local function is_number(text)
  local rest = match(text, "^-?0(.*)$") or match(text, "^-?[1-9]%d*(.*)$")
  rest = rest and gsub(rest, "^%.%d+", "")
  return rest == "" or rest and find(rest, "^[eE][+-]?%d+$")
end

local function number_at(s, at, exact)
  local from, stop = find(s, "^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local text = from and sub(s, from, stop) or bad(at)
  if exact and not is_number(text) then bad(at) end
  return tonumber(text) or bad(at), stop + 1, text
end

-- exact: { out = {}, left = values }: the text is a stranger's, and goes to out as it is, without blanks; its nulls stay.
local function value(s, at, depth, exact)
  if depth > (exact and exact.depth or DEPTH) then bad(at) end
  at = find(s, "[^ \n\r\t]", at) or bad(#s)
  local c, out = sub(s, at, at), exact and exact.out
  if exact then
    exact.left = exact.left - 1
    if exact.left < 0 then bad(at) end
  end
  if c == '"' then
    local t
    t, at = text_at(s, at, exact)
    if out then out[#out + 1] = quoted(t) end
    return t, at
  end
  if c == "{" or c == "[" then
    local t, n, named = {}, 0, c == "{"
    if named then setmetatable(t, object) end
    if out then out[#out + 1] = c end
    at = items(s, at, named and 125 or 93, function(i)
      local key, v = n + 1, nil
      n = key
      if out and n > 1 then out[#out + 1] = "," end
      if named then
        if byte(s, i) ~= 34 then bad(i) end
        key, i = text_at(s, i, exact)
        i = select(2, find(s, "^[ \n\r\t]*:", i)) or bad(i)
        if exact and t[key] ~= nil then bad(i) end
        if out then out[#out + 1] = quoted(key) .. ":" end
        i = i + 1
      end
      v, i = value(s, i, depth + 1, exact)
      if not named or exact or v ~= null then t[key] = v end
      return i
    end)
    if out then out[#out + 1] = named and "}" or "]" end
    return t, at
  end
  local word, v, text = literals[c], nil, nil
  if word and sub(s, at, at + #word[1] - 1) == word[1] then
    v, at, text = word[2], at + #word[1], word[1]
  else
    v, at, text = number_at(s, at, exact)
  end
  if out then out[#out + 1] = text end
  return v, at
end

-- The value of a JSON text; nil for null.
function H.decode(s)
  local v, at = value(s, 1, 0)
  if find(s, "[^ \n\r\t]", at) then bad(at) end
  if v ~= null then return v end
end

-- The value of what a stranger wrote, with nulls, and its text without blanks. nil when it is not JSON to the letter, has a name twice in an
-- object, or is larger than a document may be.
function H.decode_exact(s)
  local exact = { out = {}, left = 200000, depth = 63 }
  local ok, v, at = pcall(value, s, 1, 0, exact)
  if not ok and not find(v, "JSON: ", 1, true) then error(v, 0) end
  if ok and not find(s, "[^ \n\r\t]", at) then return v, concat(exact.out) end
end
