-- What commands of ours find: `core` with the verbs of the program (core.VERB(value) → value), JSON, and help for talk in two languages.
-- A command is a chunk that gets (core, input) and returns its exit code, or nothing for 0.
-- H: call of a verb, fail, as; the input as JSON, the name of the command's script. find_script(name) gives the chunk of another script.
local H, find_script = ...
local call, fail, as, input, name = H.call, H.fail, H.as, H.input, H.name
local format = string.format

setmetatable(_G, {
  __index = function(_, k) error("“" .. tostring(k) .. "” is not declared", 2) end,
  __newindex = function(_, k) error("“" .. tostring(k) .. "” is not declared", 2) end,
})
-- core.fail(message name, arguments…) raises a record of the tables of messages. What pcall gives of it: e.id, e.exit, e.first, its first argument, and
-- the whole as e.show, e.json. core.as(e, message name) is the same record with another message.
local core = { fail = fail, as = as }

-- Plain Lua that plugins have too: core.prelude("typo") puts what it has into core.
function core.prelude(name) return find_script("prelude/" .. name)(core) end
core.prelude("json")
core.prelude("nearest")

setmetatable(core, { __index = function(t, verb)
  t[verb] = function(v)
    local ok, out = pcall(call, verb, core.encode(v == nil and {} or v))
    if not ok then error(rawget(core, "reword") and core.reword(out) or out, 0) end
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
function core.text(v) return type(v) == "number" and core.number(v) or tostring(v) end

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

-- Opens the project for reading or, with write = true, as its one writer; core.project is then what is known of it.
function core.open(how)
  core.use("plan")
  core.use("project")(how)
end
-- True inside a project, which is then open for reading.
function core.here() return (pcall(core.open, {})) end

-- The entry of a list that is nearest to a word, nil when none is near.
function core.nearest(what) return core.nearest_of(what.word, what.list) end

-- Runs another script with the same input.
function core.use(other) return assert(find_script("command/" .. other), other)(core, core.input) end

core.input, core.project = input, false
local ok, code = pcall(core.use, name)
if ok then return code or 0 end
-- A wrong call is told in words even when --json was meant: nobody has asked for data yet.
if type(code) ~= "userdata" then error(code, 0) end
if input.settled and input.json then core.print('{"error":' .. code.json .. "}\n") else core.tell(code) end
return code.exit
