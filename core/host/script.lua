-- What commands of ours find: `core` with the verbs of the program (core.VERB(value) → value), JSON, and help for talk in two languages.
-- A command is a chunk that gets (core, input) and returns its exit code, or nothing for 0.
-- Called with: call of a verb, fail, find of a script, the input as JSON, the name of the command's script.
local call, fail, find_script, input, name = ...
local find, byte, format = string.find, string.byte, string.format

setmetatable(_G, {
  __index = function(_, k) error("“" .. tostring(k) .. "” is not declared", 2) end,
  __newindex = function(_, k) error("“" .. tostring(k) .. "” is not declared", 2) end,
})
-- core.fail(message name, arguments…) raises a record of the tables of messages. What pcall gives of it: e.id, e.exit, and the whole as e.show, e.json.
local core = { fail = fail }

-- ---- JSON ----

-- A null inside a list, and what writes one. A null member of an object is not there.
core.null = setmetatable({}, { __tostring = function() return "" end })
local object = { __name = "object" }
-- An object even when it is empty: a plain empty table is written as a list.
function core.object(t) return setmetatable(t, object) end

local escape = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n" }
local function quoted(s)
  return '"' .. s:gsub('[%c"\\\127]', function(c) return escape[c] or format("\\u%04x", byte(c)) end) .. '"'
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
core.names = names

-- Writes a value; line: what goes before each member of a text for people ("\n" and blanks), "" for one line.
local function put(out, v, depth, line)
  local kind = type(v)
  if depth > 100 then error("JSON: too deep") end
  if v == core.null or kind == "nil" then
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
function core.encode(v, lines)
  local out = {}
  put(out, v, 0, lines and "\n" or "")
  return table.concat(out)
end

local plain = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local function unescape(s)
  s = s:gsub("\\(.)(%x?%x?%x?%x?)", function(c, hex)
    if c == "u" then return utf8.char(tonumber(hex, 16)) end
    return (plain[c] or c) .. hex
  end)
  -- Halves of a pair, which the line above wrote as three bytes each, are one character; UTF-8 has no such bytes otherwise.
  return (s:gsub("\xED[\xA0-\xAF][\x80-\xBF]\xED[\xB0-\xBF][\x80-\xBF]", function(pair)
    local high, low = utf8.codepoint(pair, 1, 4, true)
    return utf8.char(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff))
  end))
end

local function bad(at) error(format("JSON: byte %d is not understood", at)) end
local literals = { t = { "true", true }, f = { "false", false }, n = { "null", core.null } }

local function text_at(s, at)
  local stop, escaped = at, false
  repeat
    stop = find(s, '["\\]', stop + 1) or bad(at)
    local skip = byte(s, stop) == 92
    if skip then stop, escaped = stop + 1, true end
  until not skip
  local t = s:sub(at + 1, stop - 1)
  return escaped and unescape(t) or t, stop + 1
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

local function value(s, at, depth)
  if depth > 100 then bad(at) end
  at = find(s, "[^ \n\r\t]", at) or bad(#s)
  local c = s:sub(at, at)
  if c == '"' then return text_at(s, at) end
  if c == "{" then
    local t = core.object {}
    return t, items(s, at, 125, function(i)
      if byte(s, i) ~= 34 then bad(i) end
      local key, v
      key, i = text_at(s, i)
      i = select(2, find(s, "^[ \n\r\t]*:", i)) or bad(i)
      v, i = value(s, i + 1, depth + 1)
      if v ~= core.null then t[key] = v end
      return i
    end)
  end
  if c == "[" then
    local t, n = {}, 0
    return t, items(s, at, 93, function(i)
      n = n + 1
      t[n], i = value(s, i, depth + 1)
      return i
    end)
  end
  local word = literals[c]
  if word and s:sub(at, at + #word[1] - 1) == word[1] then return word[2], at + #word[1] end
  local from, stop = find(s, "^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  return from and tonumber(s:sub(from, stop)) or bad(at), stop and stop + 1
end

-- The value of a JSON text; nil for null.
function core.decode(s)
  local v, at = value(s, 1, 0)
  if find(s, "[^ \n\r\t]", at) then bad(at) end
  if v ~= core.null then return v end
end

setmetatable(core, { __index = function(t, verb)
  t[verb] = function(v)
    local out = call(verb, core.encode(v == nil and {} or v))
    if out ~= "" then return core.decode(out) end
  end
  return t[verb]
end })

-- ---- talk ----

input = core.decode(input)
core.lang = input.lang
-- The one of two texts that is in the language of the command.
function core.say(fr, en) return core.lang == "fr" and fr or en end
-- Data: lines on stdout. Notes and errors: on stderr.
function core.print(text) core.words { to = "out", text = text } end
function core.line(...) core.print(format(...) .. "\n") end
function core.note(...) core.words { to = "note", text = format(...) } end
function core.talk(text) core.words { to = "error", text = text } end
function core.tell(e) core.talk(core.input.color and e.color or e.show) end
function core.json(v) core.print(core.encode(v) .. "\n") end
-- One line that may go to a terminal.
function core.clean(s) return (tostring(s):gsub("[%c\127]+", " "):gsub("\xC2[\x80-\x9F]", " ")) end

-- A cell of a query as text.
function core.text(v) return type(v) == "number" and number(v) or tostring(v) end

-- At most `most` characters, the last of them "…".
function core.cut(s, most)
  local n = utf8.len(s) or #s
  return n > most and s:sub(1, utf8.offset(s, most) - 1) .. "…" or s
end
-- Rows of texts as lines with columns of equal width; right: set of columns that end at the right.
function core.columns(rows, right, indent, most)
  local width, out = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      row[i] = core.cut(core.clean(cell), most or 60)
      width[i] = math.max(width[i] or 0, utf8.len(row[i]) or #row[i])
    end
  end
  for at, row in ipairs(rows) do
    local line = {}
    for i, cell in ipairs(row) do
      local pad = (" "):rep(width[i] - (utf8.len(cell) or #cell))
      line[i] = right[i] and pad .. cell or i < #row and cell .. pad or cell
    end
    out[#out + 1] = (indent or "") .. table.concat(line, "  ") .. "\n"
    if #out == 200 or at == #rows then core.print(table.concat(out)) out = {} end
  end
end

-- ---- parts of a command ----

-- Runs the parts of a command; a part that fails ends it, or, with --keep-going, is told and the others go on.
-- parts.done: those that came out; parts:run(kind, name, f, …) → what f returns, nil when it failed.
local parts = {}
parts.__index = parts
function core.parts() return setmetatable({ done = 0, worst = 0, failed = {} }, parts) end
function parts:fail(kind, part, e)
  if type(e) ~= "userdata" then error(e, 0) end
  self.worst = math.max(self.worst, e.exit)
  self.failed[#self.failed + 1] = { [kind] = part, error = e }
  if not core.input.json then core.tell(e) end
  if not core.input.keep_going then error(self, 0) end
end
function parts:run(kind, part, f, ...)
  local ok, result = pcall(f, ...)
  if not ok then return self:fail(kind, part, result) end
  self.done = self.done + 1
  return result == nil and true or result
end
-- Runs a command whose parts are self, and ends it: report is what --json prints besides the failures. Returns the exit code.
function parts:finish(report, f, ...)
  local ok, e = pcall(f, ...)
  if ok or e == self then e = nil elseif type(e) ~= "userdata" then error(e, 0) end
  local partly = #self.failed > 0 and self.done > 0 and core.input.keep_going
  local code = e and e.exit or partly and 5 or self.worst
  local counts = core.counts()
  core.words { to = "verbose", text = format("%d loaded, %d run, %d drawn, %d typeset", counts.loaded, counts.ran, counts.drawn, counts.typeset) }
  if core.input.json then
    report.failed, report.error, report.exit, report.worst = self.failed, e, code, math.max(self.worst, e and e.exit or 0)
    for key, n in pairs(counts) do report[key] = n end
    core.json(report)
  elseif e then
    core.tell(e)
  end
  return code
end

-- True when a path of the project is named by a word: the path, its last part, or that without its ending.
function core.names_path(path, word)
  local last = path:match("[^/]*$")
  return path == word or last == word or last:match("^[^.]*") == word
end

-- True inside a project, which is then open for reading.
function core.here() return (pcall(core.open, {})) end

-- Edits from a to b: signs put in, taken out, changed, or two neighbours exchanged.
local function distance(a, b)
  local last, before = {}, {}
  for k = 0, #b do before[k] = k end
  for i = 1, #a do
    local row = { [0] = i }
    for k = 1, #b do
      local same = byte(a, i) == byte(b, k)
      row[k] = math.min(before[k] + 1, row[k - 1] + 1, before[k - 1] + (same and 0 or 1))
      if i > 1 and k > 1 and byte(a, i) == byte(b, k - 1) and byte(a, i - 1) == byte(b, k) then row[k] = math.min(row[k], last[k - 2] + 1) end
    end
    last, before = before, row
  end
  return before[#b]
end
-- The entry of a list that is nearest to a word, nil when none is near (more than a third differs).
function core.nearest(what)
  local word, found, best = what.word, nil, math.huge
  for _, other in ipairs(#word <= 64 and what.list or {}) do
    local d = distance(word, other)
    if d < best and 3 * d <= math.max(#word, #other) then found, best = other, d end
  end
  return found
end

-- Runs another script with the same input.
function core.use(other) return assert(find_script("command/" .. other), other)(core, core.input) end

core.input = input
local ok, code = pcall(core.use, name)
if ok then return code or 0 end
-- A wrong call is told in words even when --json was meant: nobody has asked for data yet.
if type(code) ~= "userdata" then error(code, 0) end
if input.settled and input.json then core.print('{"error":' .. code.json .. "}\n") else core.tell(code) end
return code.exit
