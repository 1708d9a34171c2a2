-- A figure: what cannot be drawn honestly is refused, the page is laid out and painted, what stands around the marks and their labels here.
-- H: words: what figure/words.lua gives, in ems;
-- fail(message, arguments…); lang, format, family; chart: the tables of host/shape.h with names of choices as texts,
-- texts in one language, missing numbers as NaN. find(name) → another chunk. Gives the script.
local H, find = ...
local abs, max, min = math.abs, math.max, math.min
local theme = find("figure/theme")()

-- All words have one size.
function H.width(s, bold) return H.words.width(s, bold) * theme.text end
function H.wrap(s, bold, most) return H.words.wrap(s, bold, most / theme.text) end
H.typo = find("prelude/typo")()

local scale, place, canvas = find("figure/scale")(H, find), find("figure/place")(), find("figure/canvas")(H)
local layout = find("figure/layout")(H, theme, scale, place)
local mark = find("figure/mark")(H, theme, layout)
local at_axis = layout.at
local CATEGORIES, ITEMS = 400, 100000
local GRID_WIDTH = 0.6   -- points

-- Refusals --------------------------------------------------------------------------------------------------------

-- Names the panel and numbers, plain whatever the language; "…" for NaN.
local function refuse(p, id, ...)
  local shown = { "…", "…", "…" }
  for i, v in ipairs { ... } do shown[i] = v == v and H.typo.real(v) or "…" end
  H.fail("render.chart_" .. id, p.number, table.unpack(shown))
end

local function check_text(s, bold)
  local missing = H.words.missing(s, bold)
  if missing then H.fail("render.chart_glyph", string.format("U+%04X", missing), s) end
end

local function check_value(p, s, v)
  if v ~= v then return end
  if s.kind == "ordinal" then
    if v < 0.5 or v > #s.categories + 0.5 then refuse(p, "category", v, #s.categories) end
  elseif s.kind == "log" and v <= 0 then
    refuse(p, "log", v)
  elseif v < s.lo or v > s.hi then   -- NaN: never
    refuse(p, "outside", v, s.lo, s.hi)
  end
end

local function check_mark(p, m, number)
  local len = m.horizontal and p.x or p.y
  if m.kind == "bar" and len.kind == "log" then refuse(p, "bar_log") end
  if m.kind == "bar" and (len.kind ~= "linear" or len.lo > 0 or len.hi < 0) then refuse(p, "bar_zero") end
  check_text(m.name, m.kind == "line")
  for i, it in ipairs(m.items) do
    for _, d in ipairs { "x", "y" } do
      local v, far = it[d], it[d .. "2"]
      if abs(v) > scale.MAX or abs(far) > scale.MAX then refuse(p, "number", number, i) end
      check_value(p, p[d], v)
      check_value(p, p[d], far)
    end
    check_text(it.label, false)
  end
end

local function check_scale(p, s)
  if abs(s.lo) == math.huge or abs(s.hi) == math.huge then refuse(p, "number", 0, 0) end
  if s.kind == "ordinal" and #s.categories == 0 then refuse(p, "empty") end
  if s.kind == "ordinal" and #s.categories > CATEGORIES then H.fail("render.chart_categories", #s.categories, CATEGORIES) end
  for _, name in ipairs(s.categories) do check_text(name, false) end
  check_text(s.title, false)
end

local function check_chart(c)
  local items, labels = 0, 0
  if not (c.width >= layout.MM_MIN and c.width <= layout.MM_MAX) then
    H.fail("render.chart_width", layout.MM_MIN, layout.MM_MAX, string.format("%.0f", c.width))
  end
  if #c.panels == 0 then H.fail("render.chart_empty", 1) end
  for i, p in ipairs(c.panels) do
    p.number = i
    for _, m in ipairs(p.marks) do
      items = items + #m.items
      for _, it in ipairs(m.items) do labels = labels + (it.label ~= "" and 1 or 0) end
    end
  end
  if items > ITEMS then H.fail("render.chart_limit", items, ITEMS) end
  if labels > layout.LABELS then H.fail("render.chart_labels", labels, layout.LABELS) end
  for _, p in ipairs(c.panels) do
    check_scale(p, p.x)
    check_scale(p, p.y)
    check_text(p.title, true)
    for i, m in ipairs(p.marks) do check_mark(p, m, i) end
  end
end

-- Axes ------------------------------------------------------------------------------------------------------------

local function paint_grid(pg, f)
  local x, y = f.axis.x, f.axis.y
  for _, v in ipairs((f.fills or f.columns) and {} or x.t.at) do   -- lines and columns are read across
    local at = at_axis(x, v)
    pg.cv:line(theme.grid, GRID_WIDTH, 0, { { at, f.top }, { at, f.bottom } })
  end
  for _, v in ipairs(y.t.at) do
    local at = at_axis(y, v)
    pg.cv:line(theme.grid, GRID_WIDTH, 0, { { pg.left, at }, { pg.right, at } })
  end
end

local function paint_lines(pg, name, bold, align, x, top)
  for i, s in ipairs(name.lines) do pg.cv:text(theme.ink, bold, align, x, top + (i - 0.5) * theme.line, s) end
end

local function paint_names(pg, f)
  for _, n in ipairs(f.axis.y.names or {}) do paint_lines(pg, n, false, "left", 0, n.middle - #n.lines / 2 * theme.line) end
  for _, n in ipairs(f.axis.x.names or {}) do paint_lines(pg, n, false, "center", n.middle, f.bottom + layout.TICK_GAP - 1) end
end

local function paint_ticks(pg, f)
  local x, y, color, line = f.axis.x, f.axis.y, theme.muted, theme.line
  local stop, middle = -1e9, f.bottom + layout.TICK_GAP - 1 + line / 2
  for i, v in ipairs(x.t.at) do
    local half = H.width(x.tick[i], false) / 2
    local at = max(half, min(at_axis(x, v), pg.width - half))
    if at - half >= stop + 4 then   -- else only its line of the grid stays
      pg.cv:text(color, false, "center", at, middle, x.tick[i])
      stop = at + half
    end
  end
  for i, v in ipairs(y.t.at) do pg.cv:text(color, false, "right", pg.left - layout.TICK_GAP, at_axis(y, v), y.tick[i]) end
  pg.cv:text(color, false, "right", pg.right, f.bottom + f.foot - line / 2, x.title)
  if not y.names then pg.cv:text(color, false, "left", 0, f.top - line - 2, y.title) end
end

local function paint_head(pg, f)
  paint_lines(pg, f.title, true, "left", 0, f.start)
  for _, k in ipairs(f.key) do
    mark.sample(pg, k.mark, k.x, f.start + k.y)
    pg.cv:text(theme.ink, false, "left", k.x + 14, f.start + k.y, k.mark.name)
  end
end

local stamps = { fr = "données fictives", en = "illustrative data" }
local function paint_stamp(pg)
  local r, text = theme.role.second, stamps[H.lang]
  pg.cv:text(r.text, true, "right", pg.width - 6, 6.5, text)
  pg.cv:frame(r.fill, 0.8, { pg.width - H.width(text, true) - 12, 0.6, pg.width - 0.8, 12.6 })
end

-- Labels ----------------------------------------------------------------------------------------------------------

-- Room was reserved for exactly this width: sums of doubles may differ from it in the last digits.
local ROUNDING = 1e-6

-- Names at the right ends of lines, moved apart where ends are close; a thin line leads to a name that had to move.
local function name_lines(pg, f)
  local ends, y, line = {}, {}, theme.line
  for _, m in ipairs(f.p.marks) do
    local n = #m.items
    while n > 0 and (m.items[n].x ~= m.items[n].x or m.items[n].y ~= m.items[n].y) do n = n - 1 end
    if m.kind == "line" and m.name ~= "" and n > 0 then
      local new, k = { m = m }, #ends
      new.x, new.y = layout.xy(f, m.items[n].x, m.items[n].y)
      while k > 0 and ends[k].y > new.y do k = k - 1 end
      table.insert(ends, k + 1, new)
    end
  end
  for i, e in ipairs(ends) do y[i] = e.y end
  if #ends > 0 and not place.apart(y, line, f.top - line, f.bottom + line) then H.fail("render.chart_label", ends[1].m.name) end
  for i, e in ipairs(ends) do
    local s, r, x = e.m.name, theme.role[e.m.role], e.x + layout.LINE_GAP
    local w = H.width(s, true)
    if x + w > pg.width + ROUNDING then H.fail("render.chart_label", s) end
    if abs(y[i] - e.y) > 3 then pg.cv:line(r.band, 0.6, 0, { { e.x + 1.5, e.y }, { x - 1.5, y[i] } }) end
    pg.cv:text(r.text, true, "left", x, y[i], s)
    f.place:take({ x, y[i] - line / 2, x + w, y[i] + line / 2 }, false)
  end
end

local function put_labels(pg, f)
  for _, w in ipairs(f.wants) do
    local m = w.label.mark
    local how, at = f.place:beside(w.label)
    if not how then H.fail("render.chart_label", w.s) end
    if how == "beside" then   -- the grid stops at words
      pg.cv:rect(theme.paper, { at[1] - 1, at[2], at[3] + 1, at[4] })
    elseif how == "away" then
      local x, y = (m[1] + m[3]) / 2, (m[2] + m[4]) / 2
      local to_x, to_y = max(at[1], min(x, at[3])), max(at[2], min(y, at[4]))
      pg.cv:line(theme.axis, 0.5, 0, { { x, y }, { to_x, to_y } })
      f.place:take_line(x, y, to_x, to_y, 0.5)
    end
    pg.cv:text(w.color, false, "left", at[1], (at[2] + at[4]) / 2, w.s)
  end
end

check_chart(H.chart)
local pg = layout.page(H.chart)
pg.cv = canvas.new(theme, pg.width, pg.height)
if H.chart.illustrative then paint_stamp(pg) end
for _, f in ipairs(pg.frames) do
  paint_head(pg, f)
  paint_grid(pg, f)
  mark.paint(pg, f)
  paint_names(pg, f)
  paint_ticks(pg, f)
  name_lines(pg, f)
  put_labels(pg, f)
end
return pg.cv:close()
