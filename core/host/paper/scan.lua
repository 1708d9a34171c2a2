-- Which results an author's text uses. Reads LaTeX only as far as needed for that: comments, verbatim text and our own macros.
-- scan(text, file) → uses in the order of the text: kind, id, macro without its backslash, and its place: file, line, column, excerpt, caret.
-- A malformed id is an error at its place. H: fail.
local H = ...
local match, find, gsub, sub, gmatch = string.match, string.find, string.gsub, string.sub, string.gmatch

-- The macros that name a result, or an annex, with the one option that they know. A source is that of any result.
local macros = {
  val = { "value", "bare" }, Val = { "value", "bare" }, valunit = { "value" }, valdate = { "value" }, fig = { "figure" }, figref = { "figure" },
  tab = { "table" }, tabref = { "table" }, source = { "source" }, annex = { "annex" },
}
local verbatim = {
  verbatim = true, ["verbatim*"] = true, lstlisting = true, Verbatim = true, comment = true, filecontents = true, ["filecontents*"] = true,
}

local function characters(s) return select(2, gsub(s, "[^\x80-\xbf]", "")) end

-- Where byte `at` of the text stands, with its whole line.
local function place(text, file, at)
  local line, start = 1, 1
  for next_start in gmatch(sub(text, 1, at - 1), "\n()") do line, start = line + 1, next_start end
  local column = characters(sub(text, start, at - 1)) + 1
  return { file = file, line = line, column = column, caret = column, excerpt = match(text, "^[^\n]*", start) }
end

local function is_name(s) return #s <= 64 and find(s, "^[a-z][a-z0-9_]*$") ~= nil end

local function is_id(s)
  local analysis, name = match(s, "^([^.]*)%.(.*)$")
  return analysis ~= nil and is_name(analysis) and is_name(name)
end

-- TeX skips spaces and one line end after the name of a macro.
local function skip_spaces(text, at)
  at = match(text, "^[ \t\r]*()", at)
  return sub(text, at, at) == "\n" and match(text, "^\n[ \t\r]*()", at) or at
end

-- The text in the brackets that begin here, on one line, without braces in it, and what comes after; "" and the same place otherwise.
local function argument(text, at, form)
  local s, after = match(text, form, at)
  return s or "", after or at
end
local BRACES, BRACKETS = "^{([^{}%]%%\\\n]*)}()", "^%[([^{}%]%%\\\n]*)%]()"

local function skip_past(text, at, what)
  local _, last = find(text, what, at, true)
  return last and last + 1 or #text + 1
end

-- The use that begins at `from`, whose macro's name ends before `at`; what comes after it.
local function use(text, file, from, at, name)
  local kind, option = macros[name][1], macros[name][2]
  local u, given = place(text, file, from), nil
  u.kind, u.macro = kind, name
  at = skip_spaces(text, at)
  if option and sub(text, at, at) == "[" then
    given, at = argument(text, at, BRACKETS)
    if given ~= option then H.fail(u, "render.macro_option", "\\" .. name) end
    at = skip_spaces(text, at)
  end
  u.id, at = argument(text, at, BRACES)
  if kind == "annex" and not is_name(u.id) then H.fail(u, "render.macro_annex", "\\" .. name) end
  if kind ~= "annex" and not is_id(u.id) then H.fail(u, "render.macro_id", "\\" .. name) end
  return u, at
end

-- What a command makes the scan skip; the place after it.
local function skip(text, at, name)
  if name == "verb" then
    if sub(text, at, at) == "*" then at = at + 1 end
    return at > #text and at or skip_past(text, at + 1, sub(text, at, at))
  elseif name == "begin" then
    local environment, after = argument(text, at, BRACES)
    return verbatim[environment] and skip_past(text, after, "\\end{" .. environment .. "}") or after
  elseif name == "end" then
    local environment, after = argument(text, at, BRACES)
    return environment == "document" and #text + 1 or after   -- TeX reads no further
  end
  return at
end

return function(text, file)
  local uses, at = {}, 1
  local _, bad = utf8.len(text)
  bad = math.min(bad or #text + 1, find(text, "\0", 1, true) or #text + 1)   -- a NUL is no text either
  if bad <= #text then H.fail(place(text, file, bad), "base.not_utf8", file, bad - 1) end
  while true do
    at = find(text, "[%%\\]", at)
    if not at then return uses end
    if sub(text, at, at) == "%" then
      at = find(text, "\n", at, true) or #text + 1
    else
      local name, after = match(text, "^([%a@]*)()", at + 1)
      if name == "" then after = after + 1 end   -- \% and its like
      if macros[name] then uses[#uses + 1], at = use(text, file, at, after, name) else at = skip(text, after, name) end
    end
  end
end
