-- Tables as booktabs. Column widths are settled here, from the widths of the letters, so that no line is ever squeezed or cut by TeX without
-- a word. Knows nothing of floats, captions or reports. H: fail, within(note, f, …).
local H, tex = ...
local max, min, floor, ceil = math.max, math.min, math.floor, math.ceil
local find, format, concat = string.find, string.format, table.concat

-- Widths of TeX Gyre Heros, 1/1000 of the type size, for U+0020 … U+007E (its font metrics, qhvr.afm).
local widths = {
  278, 278, 355, 556, 556, 889, 667, 222, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
  667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 222, 556, 556, 500, 556, 556, 278, 556,
  556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}
local BOLD = 1.1          -- bold letters are at most this much wider in the mean
local OTHER = 620         -- a letter outside ASCII
local THIN = 170          -- U+202F, U+2009
local SIZE = 8.0          -- points, \cnTableFont
local SEP = 11.4          -- points between columns, twice \tabcolsep
local TEXT_WIDTH = 455.2  -- 160 mm in points
local MM = 2.845          -- points

-- Width of a word in units, and of the widest part of it that no line may break; the same words stand in many cells.
local known = {}
local function word_widths(s)
  local w, part, widest = 0, 0, 0
  if known[s] then return known[s][1], known[s][2] end
  for _, c in utf8.codes(s) do
    local units = widths[c - 0x1f] or (c == 0x202f or c == 0x2009) and THIN or OTHER
    w, part = w + units, part + units
    widest = max(widest, part)
    if #s > tex.LONG_WORD and c < 0x80 and find(tex.BREAK_AFTER, string.char(c), 1, true) then part = 0 end
  end
  known[s] = { w, widest }
  return w, widest
end

-- A column: natural, least: points with no line broken, and with the longest word.
local function measure(c, s, bold)
  local sum, widest, scale = 0, 0, bold and BOLD or 1
  for word, space in string.gmatch(s, "([^ ]*)( ?)") do
    local w, part = word_widths(word)
    sum, widest = sum + w + #space * widths[1], max(widest, part)
  end
  c.natural = max(c.natural, sum * SIZE / 1000 * scale)
  c.least = max(c.least, widest * SIZE / 1000 * scale)
end

-- A group row with nothing but its name spans the table.
local function spans(row)
  for i = 2, #row.cells do
    if row.cells[i] ~= "" then return false end
  end
  return row.kind == "group"
end

-- The width of the columns that do not keep their natural one, by halving; none gets less than its longest word.
local function fair_width(list, room)
  local low, high = 0, TEXT_WIDTH
  for _ = 1, 60 do
    local middle, sum = (low + high) / 2, 0
    for _, c in ipairs(list) do sum = sum + min(c.natural, max(c.least, middle)) end
    if sum > room then high = middle else low = middle end
  end
  return low
end

local types = { left = { "l", "L" }, right = { "r", "R" }, center = { "c", "C" } }

-- The columns' types: l r c where the text keeps its natural width, L R C{width} where it is set in lines. Where all fit in 160 mm they keep
-- it; else those with text get lines of several words (as HTML's automatic table layout shares the room).
local function columns(t)
  local room, least, asked, all, list = TEXT_WIDTH - SEP * (#t.columns - 1), 0, 0, true, {}
  for _, column in ipairs(t.columns) do
    asked = asked + column.width
    all = all and column.width > 0
  end
  for j, column in ipairs(t.columns) do
    local c = { natural = 0, least = 0 }
    measure(c, column.head, true)
    for _, row in ipairs(t.rows) do
      if not spans(row) then measure(c, row.cells[j], row.kind ~= "normal") end
    end
    if column.width > 0 then
      -- Shares for all columns are proportions: the table is as wide as the text.
      c.natural = max(all and column.width / asked * room or column.width * TEXT_WIDTH - SEP, c.least)
      c.least = all and c.least or c.natural
    end
    least = least + c.least
    list[j] = c
  end
  if least > room then H.fail("render.table_wide", t.name, format("%d", ceil((least + TEXT_WIDTH - room) / MM))) end
  local fair, out = fair_width(list, room), {}
  for j, column in ipairs(t.columns) do
    local c, kind = list[j], types[column.align]
    local tenths = floor(min(c.natural, max(c.least, fair)) * 10 + 1e-6)
    local lines = column.width > 0 or c.natural > fair + .01
    out[j] = lines and format("%s{%d.%dpt}", kind[2], tenths // 10, tenths % 10) or kind[1]
  end
  return concat(out)
end

local function cell(s, bold)
  local text = tex.text(s)
  return bold and s ~= "" and "\\textbf{" .. text .. "}" or text
end

local function put_row(out, t, i, id, stays)
  local r, before = t.rows[i], t.rows[i - 1]
  local whole, cells = spans(r), {}
  if before and r.kind == "total" and before.kind ~= "total" then
    out[#out + 1] = "\\midrule\n"
  elseif before then
    out[#out + 1] = r.kind == "group" and "\\cnRowGroup\n" or "\\cnRow\n"
  end
  out[#out + 1] = whole and format("\\multicolumn{%d}{@{}l@{}}{", #t.columns) or id and "\\cnTarget{" .. id .. "}" or ""
  for j = 1, whole and 1 or #t.columns do cells[j] = cell(r.cells[j], r.kind ~= "normal") end
  out[#out + 1] = concat(cells, " & ") .. (whole and "} \\\\*\n" or stays and " \\\\*\n" or " \\\\\n")
end

-- The tabular alone (no float, no caption): \cnTableBegin … \cnTableEnd of continuum.sty around it is the caller's matter. render.table_wide when
-- even the longest words do not fit. is_long: a longtable with its head on each page, left open for its notes and \end{longtable}.
-- row_id (may be nil): the ids, by number of the row, that links lead to.
return function(t, is_long, row_id)
  local out, heads = { "\\begin{", is_long and "longtable" or "tabular", "}{@{}", columns(t), "@{}}\n\\toprule\n" }, {}
  H.within(t.name, function()
    for j, column in ipairs(t.columns) do heads[j] = cell(column.head, true) end
  end)
  out[#out + 1] = concat(heads, " & ") .. " \\\\\n\\midrule\n"
  if is_long then out[#out + 1] = "\\endhead\n\\bottomrule\n\\endfoot\n\\noalign{}\\endlastfoot\n" end
  for i = 1, #t.rows do
    H.within(format("%s, row %d", t.name, i), put_row, out, t, i, row_id and row_id[i], is_long and i == #t.rows)
  end
  if not is_long then out[#out + 1] = "\\bottomrule\n\\end{tabular}\n" end
  return concat(out)
end
