-- What every plugin finds: the allow-list, the refusals, checks of option tables, texts with placeholders.
-- H is shared by prelude and bindings and never reaches a plugin; E is the environment that plugins run in.
local H, E = ...
local raw_next, raw_type, raw_tostring, raw_sort, format = next, type, tostring, table.sort, string.format
local rawget, rawset, setmetatable, pcall, select = rawget, rawset, setmetatable, pcall, select
local math_type, concat, unpack = math.type, table.concat, table.unpack
local find, gsub, gmatch, match, sub, byte = string.find, string.gsub, string.gmatch, string.match, string.sub, string.byte
local metafield, fail = H.metafield, H.fail

-- Type of a value for messages and tests: quantities, and what only C can make, have their own names.
local quantities = setmetatable({}, { __mode = "k" })   -- each with its fields
local function type_of(v)
  local kind = raw_type(v)
  return kind == "userdata" and metafield(v, "__name") or kind == "table" and quantities[v] and "quantity" or kind
end
H.quantities = quantities
H.type = type_of

-- Text of any value without an address in it.
local function tostring(v)
  local kind = raw_type(v)
  if kind == "function" or (kind == "table" or kind == "userdata") and not metafield(v, "__tostring") then return kind end
  local text = raw_tostring(v)
  return text
end
H.tostring = tostring

-- The keys of a table in an order that is the same in every run: Lua's own follows addresses. Numbers, then texts, then booleans.
local ranks = { number = 1, string = 2, boolean = 3 }

local function rank_of(k, what)
  return ranks[raw_type(k)] or fail("host.lua_order", what, raw_type(k))
end

local function keys_of(t)
  local kinds, list = { {}, {}, {} }, {}
  for k in raw_next, t do
    local same = kinds[rank_of(k, "pairs")]
    same[#same + 1] = k
  end
  raw_sort(kinds[1])
  raw_sort(kinds[2])
  raw_sort(kinds[3], function(a, b) return b and not a end)
  for i = 1, 3 do
    for j = 1, #kinds[i] do list[#list + 1] = kinds[i][j] end
  end
  return list
end

-- The next key in that order, and its value.
local function next(t, after)
  if type_of(t) ~= "table" then fail("host.argument", "next", "table", type_of(t)) end
  if metafield(t, "__pairs") then fail("host.lua_refused", "next") end
  local function before(a, b)
    local one, two = rank_of(a, "next"), rank_of(b, "next")
    if one ~= two then return one < two end
    if one == 3 then return b and not a end
    return a < b
  end
  local best
  for k in raw_next, t do
    if (after == nil or before(after, k)) and (best == nil or before(k, best)) then best = k end
  end
  if best ~= nil then return best, rawget(t, best) end
end

-- Every table in the order of its keys.
local function pairs(t)
  local own = metafield(t, "__pairs")
  if own then return own(t) end
  if type_of(t) ~= "table" then fail("host.argument", "pairs", "table", type_of(t)) end
  local keys, i = keys_of(t), 0
  return function()
    local v
    repeat
      i = i + 1
      v = keys[i] ~= nil and rawget(t, keys[i])
    until v ~= nil
    if keys[i] ~= nil then return keys[i], v end
  end, t
end
H.pairs = pairs

function H.is_name(v) return raw_type(v) == "string" and #v <= 64 and find(v, "^[a-z][a-z0-9_]*$") ~= nil end

-- The nearest name of a list, or those it has when none is near.
local function nearest(name, list)
  local known = concat(list, ", ", 1, #list < 16 and #list or 16) .. (#list > 16 and " …" or #list == 0 and "—" or "")
  return H.nearest_of(name, list) or known
end
H.nearest = nearest

local function names_of(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = tostring(k) end
  return list
end
H.names_of = names_of

-- A table that can only be read; what names it in messages. An unknown field is an error with the nearest known one.
local function read_only(what, data)
  return setmetatable({}, {
    __index = function(_, k)
      local v = data[k]
      if v ~= nil or math_type(k) == "integer" then return v end   -- ipairs ends at the first nil
      fail("host.lua_field", tostring(k), what, nearest(tostring(k), names_of(data)))
    end,
    __newindex = function() fail("host.lua_read_only", what) end,
    __pairs = function() return pairs(data) end,
    __len = function() return #data end,
    __metatable = false,
  })
end
H.read_only = read_only

-- The allow-list --------------------------------------------------------------------------------------------------

local refused = {
  os = { "execute", "getenv", "exit", "remove", "rename", "time", "date", "clock", "tmpname", "setlocale", "difftime" },
  io = { "open", "popen", "lines", "read", "write", "input", "output", "close", "tmpfile", "type", "stdout", "stderr", "stdin" },
  debug = true, package = true, coroutine = true,
  load = true, loadstring = true, loadfile = true, dofile = true, require = true, _G = true,
  string = { "dump" }, math = { "randomseed" },
}

-- A library: its functions, and for the refused ones their name in the error.
local function library(name, functions)
  local deny = {}
  for _, k in ipairs(type_of(refused[name]) == "table" and refused[name] or {}) do deny[k], functions[k] = true, nil end
  setmetatable(functions, {
    __index = function(_, k)
      if deny[k] or raw_next(functions) == nil then fail("host.lua_refused", name .. "." .. tostring(k)) end
      fail("host.lua_field", tostring(k), name, nearest(tostring(k), names_of(functions)))
    end,
    __metatable = false,
  })
  return functions
end

local function setmetatable_checked(t, meta)
  if type_of(meta) == "table" then
    for _, k in ipairs { "__gc", "__mode" } do
      if rawget(meta, k) ~= nil then fail("host.lua_refused", k) end
    end
  end
  return setmetatable(t, meta)
end

-- Lua calls a message handler where the error is, with the time limit switched off; here it runs after the fact.
local function xpcall(f, handler, ...)
  local function finish(ok, ...)
    if ok then return true, ... end
    return false, handler(...)
  end
  return finish(pcall(f, ...))
end

-- Stable merge sort: Lua's own looks at the clock for its pivots, and equal items come in any order.
local function sort(t, less)
  if type_of(t) ~= "table" then fail("host.argument", "table.sort", "table", type_of(t)) end
  less = less or function(a, b) return a < b end
  local n, from, to, width = #t, {}, {}, 1
  for i = 1, n do from[i] = t[i] end
  while width < n do
    for start = 1, n, 2 * width do
      local i, j = start, start + width
      local i_end, j_end = j, start + 2 * width
      if i_end > n + 1 then i_end = n + 1 end
      if j_end > n + 1 then j_end = n + 1 end
      for k = start, j_end - 1 do
        if i < i_end and (j >= j_end or not less(from[j], from[i])) then
          to[k], i = from[i], i + 1
        else
          to[k], j = from[j], j + 1
        end
      end
    end
    from, to, width = to, from, 2 * width
  end
  for i = 1, n do t[i] = from[i] end
end

-- A line of the log for each line of the text.
local function print(...)
  local list, start = {}, 1
  for i = 1, select("#", ...) do list[i] = tostring((select(i, ...))) end
  local text = #list == 1 and list[1] or concat(list, "\t")
  repeat
    local stop = find(text, "\n", start, true)
    H.emit("log", { line = H.line(), text = H.clean(sub(text, start, (stop or 0) - 1)) })
    start = stop and stop + 1
  until not start
end
H.print = print

-- string.format without addresses: %p is refused, tables and functions are written as their type.
local function checked_format(s, ...)
  if raw_type(s) == "string" then
    for conversion in gmatch(s, "%%[-+ #0-9.]*(.)") do
      if conversion == "p" then fail("host.lua_refused", "string.format(\"%p\")") end
    end
  end
  local values, n = { ... }, select("#", ...)
  for i = 1, n do
    local kind = raw_type(values[i])
    if kind == "table" or kind == "function" or kind == "userdata" then values[i] = tostring(values[i]) end
  end
  local text = format(s, unpack(values, 1, n))
  return text
end

local count = collectgarbage
local function collectgarbage(what, ...)
  if what ~= "count" then fail("host.lua_refused", "collectgarbage(\"" .. tostring(what == nil and "collect" or what) .. "\")") end
  return count("count")
end

for _, name in ipairs { "assert", "error", "getmetatable", "ipairs", "pcall", "rawequal", "rawget", "rawlen", "rawset", "select",
                        "tonumber", "type", "_VERSION" } do
  E[name] = _ENV[name]
end
E.pairs, E.next, E.setmetatable, E.xpcall, E.print, E.tostring = pairs, next, setmetatable_checked, xpcall, print, tostring
E.collectgarbage = collectgarbage
string.format, table.sort = checked_format, sort
-- math.random gives the same numbers in every run of an analysis: the seed is its id (FNV-1a over its bytes).
local seed = 0xcbf29ce484222325
for i = 1, #H.id do seed = (seed ~ byte(H.id, i)) * 0x100000001b3 end
math.randomseed(seed)
for _, meta in ipairs { getmetatable(""), H.error_meta } do meta.__metatable = false end
E.string, E.table, E.math, E.utf8 = library("string", string), library("table", table), library("math", math), library("utf8", utf8)
for _, name in ipairs { "os", "io", "debug", "package", "coroutine" } do E[name] = library(name, {}) end

local loaded, loading = {}, {}
function E.use(name)
  if not H.is_name(name) then fail("host.name", "library", tostring(name)) end
  if loading[name] then fail("host.plugin_loop", name) end
  if loaded[name] == nil then
    loading[name] = true
    local chunk = H.load("plugins/lib/" .. name .. ".lua", true, E)
    local value = chunk()
    loaded[name], loading[name] = value == nil or value, nil
  end
  return loaded[name]
end

-- Option tables ---------------------------------------------------------------------------------------------------

local function is_text(v) return type_of(v) == "table" and type_of(v.fr) == "string" and type_of(v.en) == "string" end

-- 45 and 45.0 are the same count: SQLite gives the second for a column of numbers.
function H.is_whole(v) return math_type(v) == "integer" or v == math.floor(v) end

local kinds = {
  any = function() return true end,
  text = is_text,
  cell = function(v) return type_of(v) == "string" or is_text(v) end,
  period = function(v) return type_of(v) == "string" or is_text(v) end,
  frame = function(v) return type_of(v) == "table" end,
  list = function(v) return type_of(v) == "table" end,
  integer = function(v) return math_type(v) == "integer" end,
}
local wanted = {
  text = "{ fr = …, en = … }", cell = "string / { fr = …, en = … }", period = "string / { fr = …, en = … }", frame = "table", list = "table",
}

-- Every key of a table that an analyst wrote must be known.
function H.only(given, known, what)
  for _, k in ipairs(keys_of(given)) do
    if known[k] == nil then fail("host.option_unknown", tostring(k), what, nearest(tostring(k), names_of(known))) end
  end
end

-- spec: name of the option → kind, with "!" when it must be there. Returns the options.
local function options(what, given, spec)
  if type_of(given) ~= "table" then fail("host.argument", what, "table", type_of(given)) end
  H.only(given, spec, what)
  for k, kind in pairs(spec) do
    local plain = gsub(kind, "!", "")
    local v = rawget(given, k)
    if v == nil then
      if plain ~= kind then fail("host.option_missing", k, what) end
    else
      local test = kinds[plain]
      local ok = type_of(v) == plain
      if test then ok = test(v) end
      if not ok then fail("host.argument", what .. ", " .. k, wanted[plain] or plain, type_of(v)) end
    end
  end
  return given
end
H.options, H.is_text = options, is_text

-- Texts -----------------------------------------------------------------------------------------------------------

local langs = { "fr", "en" }
H.langs = langs

-- What goes in the place of {name} or {name:form}.
local function shown(v, lang, form, first, where, name)
  local kind = type_of(v)
  if kind == "quantity" then
    if form == "unit" then return H.unit_text(v)[lang] end
    return H.words(v, lang, form == "" and "words" or form, first)
  elseif kind == "number" then
    if not H.is_whole(v) then fail("host.decimals", where, name) end
    return H.number(lang, v, 0, form == "plain")
  elseif kind == "string" then
    return v
  elseif is_text(v) then
    return v[lang]
  end
  fail("host.argument", where .. ", {" .. name .. "}", "quantity / number / string / { fr = …, en = … }", kind)
end

local forms = { [""] = true, words = true, interval = true, bare = true, qualifier = true, period = true, low = true, high = true, unit = true, plain = true }

-- text with its placeholders replaced, in both languages: from values, then from what was emitted. What they come from goes to origin.
local function fill(text, values, where, origin)
  if text == nil then return nil end
  if type_of(text) == "string" then text = { fr = text, en = text } end
  local out = {}
  for _, lang in ipairs(langs) do
    local s = gsub(gsub(text[lang], "{{", "\1"), "}}", "\2")
    s = gsub(s, "(){([^{}]*)}", function(at, inside)
      local name, form = match(inside, "^([%w_]*):?(%l*)$")
      local v = name and (values and rawget(values, name))
      if v == nil and name then v = H.emitted[name] end
      if v == nil or not forms[form] then
        local known = names_of(H.emitted)
        for k in pairs(values or {}) do known[#known + 1] = tostring(k) end
        fail("host.placeholder", inside, where, nearest(name or inside, known))
      end
      if origin then H.add_origin(origin, v) end
      local before = match(sub(s, 1, at - 1), "([^%s])%s*$")
      return shown(v, lang, form, before == nil or find(before, "[.!?]") ~= nil, where, name)
    end)
    out[lang] = gsub(gsub(s, "\1", "{"), "\2", "}")
  end
  return out
end
H.fill = fill
H.emitted = {}   -- name of a value → what placeholders write for it

-- The environment closes when the plugin starts: from then on an unknown name is an error, read or written.
setmetatable(E, {
  __index = function(_, k)
    if refused[k] then fail("host.lua_refused", tostring(k)) end
    fail("host.lua_global", tostring(k), nearest(tostring(k), names_of(E)))
  end,
  __newindex = function(_, k, v)
    if not H.started then rawset(E, k, v) else fail("host.lua_global", tostring(k), nearest(tostring(k), names_of(E))) end
  end,
  __metatable = false,
})
