-- Where things stand on the page of a figure: words are measured, height and width divided between panels, axes get their positions. Paints
-- nothing. Measures first, then divides: panels stand below each other, all plots have the same left and right edge.
-- A frame is a panel on the page: p; axis.x and axis.y; title and key of its head; nbar (bar marks share the room at one position), fills (a mark
-- fills the width), columns (bars stand); heights head, plot, foot, least (what plot must have); start of the head, top and bottom of the plot.
-- An axis: s, its scale; title; ticks t with their words tick; names of its categories, nil when it is not ordinal; word, the width of the widest
-- name or tick; lo and hi of the data; bar_step, the smallest distance between bars that stand on it; p0 and p1, positions of t.lo and t.hi.
local H, theme, scale, place = ...
local floor, ceil, abs, max, min, huge = math.floor, math.ceil, math.abs, math.max, math.min, math.huge
local layout = {
  PT = 2.8346456692913385,   -- points in a millimetre
  DOT = 2.7,                 -- radius of a dot, points
  ARROW = 26.0,              -- length of an open end
  TICK_GAP = 5.0,            -- between plot and numbers
  LINE_GAP = 8.0,            -- between the end of a line and its name
  MM_MIN = 60, MM_MAX = 250, HEIGHT_MM = 235, LABELS = 400,
}
local NAME_SHARE = 0.40      -- of the width that category names may take
local NAME_GAP = 10.0        -- between them and the plot
local PLOT_SHARE = 0.55      -- of the rest that the plot keeps whatever labels want
local PANEL_GAP = 16.0
local HEAD_GAP = 3.0         -- under a panel's heading
local STAMP = 18.0           -- height of the stamp over illustrative figures
local PLAIN_HEIGHT, SHARED_HEIGHT = 150.0, 105.0   -- of a plot without rows, alone and among others
local PLAIN_LEAST = 40.0
local GROUPED_BAR = 12.5     -- of a row's height, for each of several bars in it

-- Height of a row by the number of rows of the chart.
local row_heights = { { 8, 21 }, { 14, 18 }, { 24, 15 }, { huge, 12 } }

-- The kinds of marks. keyed: its name stands in the key, beside a sample; fills: the x axis ends where the data end; fixed: stands where it is
-- told to, no room is made for it; inset: room that it needs at the ends of axes.
local types = {
  bar = { keyed = true, inset = 0 }, interval = { keyed = true, inset = 0 }, point = { keyed = true, inset = layout.DOT + 2 },
  line = { fills = true, inset = 0 }, rule = { fixed = true, inset = 0 }, text = { fixed = true, inset = 0 },
}

-- The one that is a number, where the other is none (NaN).
local function fmin(a, b) if a ~= a then return b end return b < a and b or a end
local function fmax(a, b) if a ~= a then return b end return b > a and b or a end
layout.fmin, layout.fmax = fmin, fmax

local far_end = { x = "x2", y = "y2" }

-- Lowest and highest value along an axis, the zero of bars included, and the bars' distance; false when there is no value.
local function measure_data(p, d, axis)
  axis.lo, axis.hi, axis.bar_step = huge, -huge, 0
  local far = far_end[d]
  for _, m in ipairs(p.marks) do
    local stands = (d == "y") == m.horizontal   -- bars stand on this axis
    local before
    for _, it in ipairs(m.items) do
      local at, stop = it[d], it[far]
      axis.lo, axis.hi = fmin(axis.lo, fmin(at, stop)), fmax(axis.hi, fmax(at, stop))
      if m.kind == "bar" and not stands then axis.lo, axis.hi = min(axis.lo, 0), max(axis.hi, 0) end
      local step = m.kind == "bar" and stands and before and abs(at - before) or 0
      if step > 0 and not (axis.bar_step > 0 and axis.bar_step < step) then axis.bar_step = step end
      before = at
    end
  end
  return axis.lo <= axis.hi
end

-- Words in their lines.
local function wrap(s, bold, width)
  local name = { lines = s ~= "" and H.wrap(s, bold, width) or {}, width = 0, size = 0 }
  if s ~= "" and #name.lines == 0 then H.fail("render.chart_long", s) end
  for _, line in ipairs(name.lines) do name.width = max(name.width, H.width(line, bold)) end
  return name
end

local log_words = { fr = "échelle logarithmique", en = "logarithmic scale" }

-- The words of an axis: "Effectif (échelle logarithmique)", so that a reader need not find out from the numbers.
local function axis_title(s)
  if s.hidden then return "" end
  if s.kind ~= "log" then return s.title end
  return s.title ~= "" and s.title .. " (" .. log_words[H.lang] .. ")" or log_words[H.lang]
end

local function tick_words(axis)
  axis.tick, axis.word = {}, 0
  for i, v in ipairs(axis.t.at) do
    axis.tick[i] = scale.label(axis.s, axis.t, v)
    axis.word = max(axis.word, H.width(axis.tick[i], false))
  end
end

-- Bounds, ticks and their words for about `room` points.
local function measure_ticks(f, d, room)
  local axis = f.axis[d]
  local s, each, lo, hi = axis.s, d == "x" and 34 or 24, axis.lo - axis.bar_step / 2, axis.hi + axis.bar_step / 2
  if d == "x" and (f.fills or axis.bar_step > 0) and s.kind == "linear" and axis.lo < axis.hi then
    s = setmetatable({ lo = s.lo ~= s.lo and lo or s.lo, hi = s.hi ~= s.hi and hi or s.hi }, { __index = s })
  end
  for _ = 1, 2 do   -- the second one knows how wide the words are
    axis.t = scale.ticks(s, lo, hi, floor(max(2, min(room / each, d == "x" and 8 or 6)) + 0.5))
    tick_words(axis)
    if d == "x" then each = axis.word + 14 end
  end
end

-- Names of the categories of an axis.
local function measure_names(axis, width)
  axis.names = {}
  for i, category in ipairs(axis.s.categories) do
    axis.names[i] = wrap(axis.s.hidden and "" or category, false, width)
    axis.word = max(axis.word, axis.names[i].width)
  end
end

-- Heading and key.
local function measure_head(pg, f)
  local line, x = theme.line, 0
  f.title = wrap(f.p.title, true, pg.width)
  f.head = #f.title.lines * line + (#f.title.lines > 0 and HEAD_GAP or 0)
  f.key = {}
  for _, m in ipairs(f.p.marks) do
    if types[m.kind].keyed and m.name ~= "" then
      local w = 14 + H.width(m.name, false)
      if x > 0 and x + w > pg.width then
        x = 0
        f.head = f.head + line + 1
      end
      f.key[#f.key + 1] = { mark = m, x = x, y = f.head + (line + 1) / 2 }
      x = x + w + 16
    end
  end
  if #f.key > 0 then f.head = f.head + line + 3 end
end

-- What a row must have for its name.
local function row_least(name) return max(#name.lines, 1) * theme.line + (#name.lines > 1 and 4 or 0.5) end

local function row_height(c)
  local n = 0
  for _, p in ipairs(c.panels) do n = n + (p.y.kind == "ordinal" and #p.y.categories or 0) end
  for _, h in ipairs(row_heights) do if n <= h[1] then return h[2] end end
end

-- True when two bars stand at one position: only then do the marks share its room side by side.
local function bars_meet(p)
  local seen = {}
  for _, m in ipairs(p.marks) do
    for _, it in ipairs(m.kind == "bar" and m.items or {}) do
      local at = m.horizontal and it.y or it.x
      if at == at then
        if seen[at] then return true end
        seen[at] = true
      end
    end
  end
  return false
end

-- What a panel needs in height, apart from what the width decides.
local function measure_panel(pg, f, number)
  local p = f.p
  for d, axis in pairs(f.axis) do
    axis.s, axis.word, axis.t, axis.title = p[d], 0, { at = {}, lo = 0, hi = 0 }, axis_title(p[d])
  end
  for _, d in ipairs { "x", "y" } do
    if not measure_data(p, d, f.axis[d]) then H.fail("render.chart_empty", number) end
  end
  for _, m in ipairs(p.marks) do
    m.nth = f.nbar
    if m.kind == "bar" then f.nbar, f.columns = f.nbar + 1, f.columns or not m.horizontal end
    f.fills = f.fills or types[m.kind].fills
  end
  if f.nbar > 1 and not bars_meet(p) then f.nbar = 1 end
  measure_head(pg, f)
  local y = f.axis.y
  if y.s.kind ~= "ordinal" then
    f.plot, f.least = #pg.c.panels == 1 and PLAIN_HEIGHT or SHARED_HEIGHT, PLAIN_LEAST
    f.head = f.head + ((y.title ~= "" and theme.line + 2 or 0) + theme.line / 2)   -- half of the highest number
    return measure_ticks(f, "y", f.plot)
  end
  measure_names(y, pg.width * NAME_SHARE)
  local height = max(row_height(pg.c), f.nbar > 1 and f.nbar * GROUPED_BAR or 0)
  for _, name in ipairs(y.names) do
    name.size = max(height, row_least(name))
    f.plot, f.least = f.plot + name.size, f.least + row_least(name)
  end
end

-- High end of an item along x, as a share of the axis; NaN when it is not drawn or stands where it is told to.
local function end_share(axis, m, it)
  local v = fmax(it.x, it.x2)
  if it.y ~= it.y or types[m.kind].fixed then return 0 / 0 end
  return axis.s.kind == "ordinal" and (v - 0.5) / #axis.s.categories or scale.at(axis.s, axis.t, v)
end

-- Room that an item wants to the right of its high end; 0 when it wants none.
local function beside(f, m, it)
  local w = m.horizontal and (it.open == "high" or it.open == "both") and layout.ARROW or 0
  if m.kind == "line" and m.name ~= "" then return w + layout.LINE_GAP + H.width(m.name, true) end
  if f.axis.y.names and it.label ~= "" then return w + 6 + layout.DOT + H.width(it.label, false) end
  return w
end

-- Right edge of the plots: labels to the right of what stands in their row get room as long as the plot keeps its share.
local function right_edge(pg, f)
  local axis, rows, ends = f.axis.x, f.axis.y.names, {}
  local room = pg.width - pg.left
  local right, n = room - 1, #axis.t.at
  if n > 0 and not axis.s.hidden then
    right = fmin(right, (room - H.width(axis.tick[n], false) / 2) / fmax(scale.at(axis.s, axis.t, axis.t.at[n]), 0.5))
  end
  for round = 1, 2 do   -- first where each row ends, then what its labels want
    for _, m in ipairs(f.p.marks) do
      for _, it in ipairs(m.items) do
        local share = end_share(axis, m, it)
        if share == share then
          local row = rows and floor(it.y)
          if row then
            share = max(ends[row] or 0, share)
            ends[row] = share
          end
          local want = round == 2 and beside(f, m, it) or 0
          local edge = (room - want) / max(share, 0.01)
          if want > 0 and edge >= PLOT_SHARE * room then right = min(right, edge) end
        end
      end
    end
  end
  return pg.left + right
end

-- Left and right edge, x axes, and what stands below the plots.
local function measure_width(pg)
  for _, f in ipairs(pg.frames) do
    local y = f.axis.y
    pg.left = max(pg.left, y.s.hidden and 0 or y.word + (y.names and NAME_GAP or layout.TICK_GAP))
  end
  pg.right = pg.width - 1
  for _, f in ipairs(pg.frames) do
    if f.p.x.kind ~= "ordinal" then measure_ticks(f, "x", (pg.width - pg.left) * 0.8) end
    pg.right = fmin(pg.right, right_edge(pg, f))
  end
  for _, f in ipairs(pg.frames) do
    local x, lines = f.axis.x, 1
    if x.s.kind == "ordinal" then measure_names(x, (pg.right - pg.left) / #x.s.categories - 4) end
    for _, name in ipairs(x.names or {}) do lines = max(lines, #name.lines) end
    f.foot = x.s.hidden and 2 or layout.TICK_GAP - 1 + (lines + (x.title ~= "" and 1 or 0)) * theme.line
  end
end

local function too_low(need, has) H.fail("render.chart_height", ceil(need / layout.PT), floor(has / layout.PT + 0.5)) end

-- Sets height and place of every plot; height 0 asked: as much as the panels need.
local function divide_height(pg)
  local c, most = pg.c, layout.HEIGHT_MM * layout.PT
  local y = c.illustrative and STAMP or 0
  local fixed, natural, least, shares = (#c.panels - 1) * PANEL_GAP + y, 0, 0, 0
  for _, f in ipairs(pg.frames) do
    fixed, natural = fixed + (f.head + f.foot), natural + f.plot
    least, shares = least + f.least, shares + fmax(f.p.share, 0)
  end
  local height = c.height > 0 and c.height * layout.PT or fmin(ceil(fixed + natural), most)
  if height > most + 1 then too_low(height, most) end
  for _, f in ipairs(pg.frames) do
    local share = fmax(f.p.share, 0)
    f.plot = (height - fixed) * (shares > 0 and share / shares or f.plot / natural)
    if f.plot < f.least - 0.01 then too_low(share > 0 and fixed + f.least * shares / share or fixed + least, height) end
    f.start, f.top = y, y + f.head
    f.bottom = f.top + f.plot
    y = f.bottom + f.foot + PANEL_GAP
  end
  pg.height = floor(height + 0.5)
end

-- Positions of categories along `length`: rows shrink to what their names need when all together want too much; then equal parts of what is
-- left over.
local function spread(names, rows, from, length)
  local wish, need = 0, 0
  for _, n in ipairs(names) do wish = wish + n.size end
  for _, n in ipairs(names) do
    if rows and wish > length + 0.01 then n.size = row_least(n) end
    need = need + n.size
  end
  for _, n in ipairs(names) do
    n.size = n.size + (length - need) / #names
    n.middle = from + n.size / 2
    from = from + n.size
  end
end

local function set_axes(pg, f)
  local x, y, inset = f.axis.x, f.axis.y, 0
  for _, m in ipairs((x.names or y.names) and {} or f.p.marks) do inset = max(inset, types[m.kind].inset) end
  x.p0, x.p1, y.p0, y.p1 = pg.left + inset, pg.right - inset, f.bottom, f.top
  spread(x.names or {}, false, x.p0, x.p1 - x.p0)
  spread(y.names or {}, true, f.top, f.plot)
  for _, axis in pairs(f.axis) do if axis.s.hidden then axis.t.at = {} end end
  f.place = place.new { pg.left - (y.names and 4 or 0), f.top - theme.line, pg.width, f.bottom + 1 }
end

-- Position of a value on an axis, of two on the page. NaN for NaN.
function layout.at(axis, v)
  local names = axis.names
  if not names then return axis.p0 + scale.at(axis.s, axis.t, v) * (axis.p1 - axis.p0) end
  local i = fmin(fmax(floor(v), 1), #names)
  local n, rest = names[i], v - i
  return n.middle + rest * (rest > 0 and i < #names and names[i + 1].middle - n.middle or n.size)
end

function layout.xy(f, x, y) return layout.at(f.axis.x, x), layout.at(f.axis.y, y) end

-- The page of a chart: c, width, height, left and right edge of all plots, frames.
function layout.page(c)
  local pg = { c = c, width = floor(c.width * layout.PT), left = 0, frames = {} }
  for i, p in ipairs(c.panels) do
    pg.frames[i] = { p = p, axis = { x = {}, y = {} }, nbar = 0, plot = 0, least = 0, wants = {} }
    measure_panel(pg, pg.frames[i], i)
  end
  measure_width(pg)
  divide_height(pg)
  for _, f in ipairs(pg.frames) do set_axes(pg, f) end
  return pg
end

return layout
