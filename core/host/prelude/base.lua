-- What every plugin finds: the allow-list, the refusals, checks of option tables, texts with placeholders.
-- H is shared by prelude and bindings and never reaches a plugin; E is the environment that plugins run in.
local H, E = ...
local fail, nearest, type_of, tostring = H.fail, H.nearest, H.type, H.tostring
local rawget, rawset, setmetatable, pcall, select = rawget, rawset, setmetatable, pcall, select
local math_type, concat = math.type, table.concat
local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

-- Every table in the order of its keys: Lua's own order changes from run to run.
local function pairs(t)
  local own = H.metafield(t, "__pairs")
  if own then return own(t) end
  if type_of(t) ~= "table" then fail("host.argument", "pairs", "table", type_of(t)) end
  local keys, i = H.keys(t), 0
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

local function names_of(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = tostring(k) end
  return list
end
H.names_of = names_of

-- A table that can only be read; what names it in messages. An unknown field is an error with the nearest known one.
local function read_only(what, data, methods)
  return setmetatable({}, {
    __index = function(_, k)
      local v = data[k]
      if v == nil and methods then v = methods[k] end
      if v ~= nil then return v end
      local known = names_of(data)
      for name in pairs(methods or {}) do known[#known + 1] = name end
      fail("host.lua_field", tostring(k), what, nearest(tostring(k), known))
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
      if deny[k] or next(functions) == nil then fail("host.lua_refused", name .. "." .. tostring(k)) end
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

local function next_key(t, k)
  if H.metafield(t, "__pairs") then fail("host.lua_refused", "next") end
  return H.next(t, k)
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

local function print(...)
  local list = {}
  for i = 1, select("#", ...) do list[i] = tostring((select(i, ...))) end
  H.log(concat(list, "\t"))
end
H.print = print

local count = collectgarbage
local function collectgarbage(what, ...)
  if what ~= "count" then fail("host.lua_refused", "collectgarbage(\"" .. tostring(what == nil and "collect" or what) .. "\")") end
  return count("count")
end

for _, name in ipairs { "assert", "error", "getmetatable", "ipairs", "pcall", "rawequal", "rawget", "rawlen", "rawset", "select",
                        "tonumber", "type", "_VERSION" } do
  E[name] = _ENV[name]
end
E.pairs, E.next, E.setmetatable, E.xpcall, E.print, E.tostring = pairs, next_key, setmetatable_checked, xpcall, print, tostring
E.collectgarbage = collectgarbage
table.sort = sort
E.string, E.table, E.math, E.utf8 = library("string", string), library("table", table), library("math", math), library("utf8", utf8)
for _, name in ipairs { "os", "io", "debug", "package", "coroutine" } do E[name] = library(name, {}) end

local loaded, loading = {}, {}
function E.use(name)
  if not H.is_name(name) then fail("host.name", "library", tostring(name)) end
  if loading[name] then fail("host.plugin_loop", name) end
  if loaded[name] == nil then
    loading[name] = true
    local chunk = H.load(name)
    local value = chunk()
    loaded[name], loading[name] = value == nil or value, nil
  end
  return loaded[name]
end

-- Option tables ---------------------------------------------------------------------------------------------------

local function is_text(v) return type_of(v) == "table" and type_of(v.fr) == "string" and type_of(v.en) == "string" end

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

-- spec: name of the option → kind, with "!" when it must be there. Returns the options.
local function options(what, given, spec)
  if type_of(given) ~= "table" then fail("host.argument", what, "table", type_of(given)) end
  for k in pairs(given) do
    if spec[k] == nil then fail("host.option_unknown", tostring(k), what, nearest(tostring(k), names_of(spec))) end
  end
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
    if math_type(v) ~= "integer" then fail("host.decimals", where, name) end
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
H.emitted = {}

-- The environment closes: from here on an unknown name is an error, read or written.
setmetatable(E, {
  __index = function(_, k)
    if refused[k] then fail("host.lua_refused", tostring(k)) end
    fail("host.lua_global", tostring(k), nearest(tostring(k), names_of(E)))
  end,
  __newindex = function(_, k, v)
    if H.opening then rawset(E, k, v) else fail("host.lua_global", tostring(k), nearest(tostring(k), names_of(E))) end
  end,
  __metatable = false,
})
H.opening = true
