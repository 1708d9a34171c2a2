-- TeX's log, read for its author: the first error with the author's file and line, else what a reader of the PDF would see go wrong.
-- The forms are those of web2c TeX with -file-line-error and a max_print_line that breaks no line.
-- H: read(path); warn(place, message, argument); fail(place, message, argument, another);
-- root, dir and name: the project, the report's folder and its main file; log.
local H, find_chunk = ...
local nearest_of = find_chunk("prelude/nearest")({})
local dir, name = H.dir, H.name
local match, find, gsub, sub, format = string.match, string.find, string.gsub, string.sub, string.format

-- Macros that an author may have meant.
local ours = {
  "\\val", "\\Val", "\\valunit", "\\valdate", "\\fig", "\\figref", "\\tab", "\\tabref", "\\source", "\\annex", "\\edition", "\\reportdate",
  "\\keyfigure", "\\maketitlepage", "\\shorttitle", "\\reportstatus", "\\reportlicence", "\\reportcontact", "\\reportcaution",
}

local next_line = string.gmatch(H.log, "([^\n]*)\n?")
local open = {}   -- files TeX has open, "./sections/a.tex", innermost last

-- The name of a file as the author knows it; nil for a file of the TeX installation.
local function author_file(tex_name)
  local path = gsub(tex_name, "^%./", "")
  local outside = path == "" or find(path, "[\\%c]") or find("/" .. path .. "/", "/%.?%.?/")
  return not outside and dir .. "/" .. path or nil
end

local function innermost()
  for i = #open, 1, -1 do
    local file = sub(open[i], 1, 2) == "./" and author_file(open[i])
    if file then return file end
  end
  return dir .. "/" .. name .. ".tex"
end

-- "(./a.tex" opens a file, ")" closes one; other parentheses come in pairs.
local function follow_files(line)
  for at, sign in string.gmatch(line, "()([()])") do
    if sign == ")" then open[#open] = nil elseif #open < 64 then open[#open + 1] = match(line, "^[^ (){}%[%]<>]*", at + 1) end
  end
end

local function warn(id, what, line)
  H.warn(innermost() .. (line ~= "" and ":" .. line or ""), "render.tex_warn_" .. id, what)
end

local function warning(line)
  local box, points, at = match(line, "^Overfull .([hv])box %(([%d.]+)pt too %a+%)%D*(%d*)")
  if box then
    points = tonumber(points) or 0
    if points > 1 then warn(box == "h" and "wide" or "high", format("%.1f", points), at) end
    if box == "h" then next_line() end   -- the text itself
    return
  end
  local glyph = match(line, "^Missing character: (.*)")
  if glyph then return warn("glyph", glyph, "") end
  local label, on = match(line, "^LaTeX Warning: [^`]*`([^']*)'.* undefined on input line (%d+)")
  if label then return warn("ref", gsub(gsub(label, "^cn%.fig%.", ""), "^cn%.tab%.", ""), on) end
  follow_files(line)
end

-- The message of an error, nil for any other line; file and line where it names a place in the author's text.
local function error_line(line)
  local message = match(line, "^! *(.*)")
  if message then return message end
  local file, at, said = match(line, "^(%.?/[^:]*):(%d+): (.*)")
  if not file or #at > 9 then return nil end
  file = author_file(file)
  return said, file, file and tonumber(at)
end

-- The message in our words where it is one that authors meet: its id and arguments, and a part of the text from which its place can be
-- found, "" where TeX knows the place. runaway: what TeX took for an argument.
local function name_error(message, command, runaway)
  local file, character = match(message, "File `([^']+)' not found"), match(message, "Unicode character ([^)]*%))")
  if find(message, "^Undefined control sequence") then
    local near = nearest_of(command, ours)
    return near and "render.tex_command_near" or "render.tex_command", command, near or "", ""
  elseif file then
    if sub(file, 1, 1) == "/" or find(file, "..", 1, true) then return "render.tex_forbidden", file, "", "" end
    return "render.tex_file", file, "", match(file, "^(.*)%.") or file
  elseif character then
    return "render.tex_character", character, "", ""
  elseif find(message, "^Paragraph ended before") or find(message, "^File ended while scanning") then
    local stop = find(runaway, " \\par", 1, true)
    return "render.tex_runaway", "", "", stop and sub(runaway, 1, stop - 1) or runaway
  end
  return "render.tex", message, "", ""
end

-- The author's line and its number, "" when it is not there. TeX may notice an error lines below its cause: then the last line at or above
-- `line` (0 = of the whole file) that holds `part` is meant.
local function author_line(file, line, part)
  local at, cause, found = 0, line, nil
  local there, text = pcall(H.read, H.root .. "/" .. file)
  for s in string.gmatch(there and text or "", "([^\n]*)\n?") do
    at = at + 1
    if line > 0 and at > line then break end
    if part ~= "" and find(s, part, 1, true) or at == line and not found then found, cause = match(s, "^[^\r]*"), at end
  end
  return found or "", cause
end

local function characters(s) return select(2, gsub(s, "[^\x80-\xbf]", "")) end

-- Below the message TeX shows where it stands: macros it is in, then the author's line. Some messages have their place only in the
-- "Emergency stop" that follows.
local function stopped(message, file, line, runaway)
  local first, read, left = "", "", 40
  for s in next_line do
    if not file then
      local _, f, at = error_line(s)
      file, line = f, at or line
    end
    read = match(s, "^l%.%d+ (.*)") or read
    if first == "" and (read ~= "" or sub(s, 1, 1) == "<" or find(s, "->", 1, true)) then first = s end
    left = left - 1
    if read ~= "" or left == 0 then break end
  end
  local command = match(first, ".*(\\.*)$") or ""
  local id, argument, another, part = name_error(message, command, runaway)
  file = file or innermost()
  local source, at = author_line(file, line, part)
  local caret = 0
  -- TeX cuts long lines and writes odd bytes as ^^xx: the column is sure only where its text begins the line.
  if read ~= "" and at == line and sub(source, 1, #read) == read then
    local ends = command ~= "" and sub(read, -#command) == command
    caret = characters(read) - (ends and #command - 1 or 0)
  end
  H.fail({ file = file, line = at, column = caret, excerpt = source, caret = caret, why = message .. (runaway ~= "" and "\n" .. runaway or "") },
    id, argument, another)
end

local runaway = ""
for line in next_line do
  local message, file, at = error_line(line)
  if message then return stopped(message, file, at or 0, runaway) end
  if find(line, "^Runaway ") then runaway = next_line() or "" else warning(line) end
end
