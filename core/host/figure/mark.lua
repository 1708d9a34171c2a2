-- The kinds of marks, each with its painter: bars, then intervals, rules, lines and dots over them, then words. Positions come from layout.lua.
-- A new kind is an entry of `order` here and of `types` there.
local H, theme, layout = ...
local abs, max, min = math.abs, math.max, math.min
local fmin, fmax, at_axis, at_page = layout.fmin, layout.fmax, layout.at, layout.xy
local mark = {}

-- Sizes in points.
local MANY_DOTS = 150        -- from here on smaller and without a halo
local BAND, AREA = 4.4, 8.5  -- thickness of an interval, of one drawn as an area
local NARROW = 2 * layout.DOT
local STROKE = 1.5           -- least width of an interval
local BAR_SHARE = 0.66       -- of a row that bars take
local GROUP_SHARE = 0.84
local BAR_MOST, COLUMN_MOST = 15.0, 42.0
local HALO, HATCH = 1.0, 3.2
local ARROW_HEAD = 8.0
local AXIS_WIDTH = 0.8
local LABEL_AIR = 1.6        -- of the line height that two labels may share

local function is_low(it) return it.open == "low" or it.open == "both" end
local function is_high(it) return it.open == "high" or it.open == "both" end

-- Leaves a label for later.
local function ask(f, it, box, color, first, far)
  if it.label == "" then return end
  local label = { mark = box, w = H.width(it.label, false), h = theme.line - LABEL_AIR, first = first, far = far }
  f.wants[#f.wants + 1] = { s = it.label, color = color, label = label }
end

local function box_of(horizontal, along0, along1, across0, across1)
  local a0, a1 = min(along0, along1), max(along0, along1)
  if horizontal then return { a0, across0, a1, across1 } end
  return { across0, a0, across1, a1 }
end

local function around(x, y, r) return { x - r, y - r, x + r, y + r } end

local function hatch(pg, color, b)
  local h = b[4] - b[2]
  local from = b[1] - h + HATCH / 2
  while from < b[3] do
    local s0, s1 = max(0, b[1] - from), min(h, b[3] - from)
    if s1 - s0 > 0.2 then pg.cv:line(color, 0.7, 0, { { from + s0, b[4] - s0 }, { from + s1, b[4] - s1 } }) end
    from = from + HATCH
  end
end

local function area(pg, role, solid, style, b)
  pg.cv:rect(style == "solid" and solid or style == "pale" and role.pale or theme.paper, b)
  if style == "hatched" then hatch(pg, role.band, b) end
  if style ~= "solid" then pg.cv:frame(style == "hollow" and role.fill or role.band, 0.8, b) end
end

-- The axis of lengths and the one of positions of a mark, with their names.
local function axes(f, m)
  if m.horizontal then return f.axis.x, f.axis.y, "x", "y" end
  return f.axis.y, f.axis.x, "y", "x"
end

-- Room for the bars at one position: the same for all rows, whatever their names need.
local function bar_room(pos, most)
  if not pos.names then
    return pos.bar_step > 0 and pos.bar_step / (pos.t.hi - pos.t.lo) * abs(pos.p1 - pos.p0) or most * 1.6
  end
  local room = pos.names[1].size
  for _, name in ipairs(pos.names) do room = min(room, name.size) end
  return room
end

local function bar(pg, f, m, it)
  local len, pos, l, p = axes(f, m)
  local v, at, zero, role = it[l], it[p], at_axis(len, 0), theme.role[m.role]
  local n, most = f.nbar, m.horizontal and BAR_MOST or COLUMN_MOST
  local all = min(bar_room(pos, most) * (n > 1 and GROUP_SHARE or BAR_SHARE), n * most)
  local half = all / n / 2 * (n > 1 and 0.94 or 1)
  if at ~= at then return end
  local middle, missing = at_axis(pos, at) - all / 2 + ((n > 1 and m.nth or 0) + 0.5) * all / n, v ~= v
  local box = box_of(m.horizontal, zero, missing and zero or at_axis(len, v), middle - half, middle + half)
  if not missing then
    area(pg, role, role.fill, it.style, box)
    f.place:take(box, false)
  end
  local first = m.horizontal and (v < 0 and "left" or "right") or v < 0 and "below" or "above"
  ask(f, it, box, missing and theme.muted or theme.ink, first, false)
end

-- "And more": a shaft from the known end outward, with a head. Gives where it ends.
local function arrow(pg, color, horizontal, along, across, direction)
  local tip = along + direction * layout.ARROW
  local neck = tip - direction * ARROW_HEAD
  local head = { { tip, across }, { neck, across - BAND }, { neck, across + BAND } }
  pg.cv:rect(color, box_of(horizontal, along, neck, across - BAND / 2, across + BAND / 2))
  for i, xy in ipairs(horizontal and {} or head) do head[i] = { xy[2], xy[1] } end
  pg.cv:fill(color, head)
  return tip
end

local function interval(pg, f, m, it)
  local len, pos, l, p = axes(f, m)
  local role, lo, hi = theme.role[m.role], it[l], it[l .. "2"]
  local across = at_axis(pos, it[p])
  local above, below = across - AREA / 2, across + AREA / 2
  local half, direction = (it.style == "solid" and BAND or AREA) / 2, len.p1 > len.p0 and 1 or -1
  if hi ~= hi and is_high(it) then hi = lo end
  if lo ~= lo and is_low(it) then lo = hi end
  if across ~= across then return end
  if lo ~= lo or hi ~= hi then
    return ask(f, it, box_of(m.horizontal, len.p0, len.p0, across, across), theme.muted, "right", false)
  end
  local p0, p1 = at_axis(len, min(lo, hi)), at_axis(len, max(lo, hi))
  local from, to = p0, p1
  if is_high(it) then to = arrow(pg, role.band, m.horizontal, p1, across, direction) end
  if is_low(it) then from = arrow(pg, role.band, m.horizontal, p0, across, -direction) end
  if it.open == "none" and abs(p1 - p0) < NARROW then   -- a dot would hide it: it stands out above and below
    local more = direction * max(0, STROKE - abs(p1 - p0)) / 2
    p0, p1, half = p0 - more, p1 + more, AREA / 2
  end
  area(pg, role, role.band, it.style, box_of(m.horizontal, p0, p1, across - half, across + half))
  if it.open == "low" or it.open == "high" then   -- the end that is known
    local stop = it.open == "high" and p0 or p1
    pg.cv:rect(role.fill, box_of(m.horizontal, stop - STROKE / 2, stop + STROKE / 2, above, below))
  end
  local whole = box_of(m.horizontal, min(p0, from, to), max(p0, from, to), above, below)
  f.place:take(whole, false)
  ask(f, it, whole, theme.ink, m.horizontal and "right" or "above", false)
end

local function rule(pg, f, m, it)
  local x, y = at_page(f, it.x, it.y)
  local x2, y2 = at_page(f, it.x2, it.y2)
  local sum, level = x + y + x2 + y2, nil
  if x ~= x and y ~= y then return end
  if sum == sum then
    level = y == y2
  else   -- across the whole plot
    level = x ~= x or y == y and m.horizontal
    x2, y2 = level and pg.right or x, level and y or f.top
    x, y = level and pg.left or x, level and y or f.bottom
  end
  pg.cv:line(theme.role[m.role].fill, 0.9, it.style == "solid" and 0 or 3, { { x, y }, { x2, y2 } })
  f.place:take_line(x, y, x2, y2, 1)
  local w = H.width(it.label, false)
  local box = level and { x2 - w, y2 - 1, x2, y2 + 1 } or { x2 - 1, f.top, x2 + 1, f.top + theme.line }
  ask(f, it, box, theme.role[m.role].text, level and "above" or "right", true)
end

-- Runs of finite vertices; a vertex whose style is not solid makes the piece before it dashed (an estimate, a forecast).
local function line(pg, f, m)
  local role, width, run = theme.role[m.role], m.role == "context" and 1 or 1.7, {}
  for i, it in ipairs(m.items) do
    local x, y = at_page(f, it.x, it.y)
    if x == x and y == y then
      local after = m.items[i + 1]
      local dashed, goes_on = it.style ~= "solid", after and after.x == after.x and after.y == after.y
      local last, n = run[#run], #run + 1
      run[n] = { x, y }
      if last then f.place:take_line(last[1], last[2], x, y, width + 1) end
      ask(f, it, around(x, y, 1), role.text, "above", true)
      if not (goes_on and (n == 1 or dashed == (after.style ~= "solid"))) then
        if n == 1 then
          pg.cv:dot(role.fill, width, x, y)   -- a value between two gaps
        else
          pg.cv:line(role.fill, width, dashed and 3.5 or 0, run)
        end
        run = goes_on and { { x, y } } or {}
      end
    end
  end
end

-- One layer of all dots of a mark, in the colour of their style.
local function dots(pg, f, m, radius, color)
  for _, it in ipairs(m.items) do
    local x, y = at_page(f, it.x, it.y)
    if x == x and y == y and color[it.style] then pg.cv:dot(color[it.style], radius, x, y) end
  end
end

local function dot_size(m) return #m.items > MANY_DOTS and layout.DOT * 0.6 or layout.DOT end

-- Under all marks: the grid keeps its distance from a dot, the interval of the dot touches it.
local function halos(pg, f, m)
  local paper = theme.paper
  if #m.items <= MANY_DOTS then dots(pg, f, m, layout.DOT + HALO, { solid = paper, hollow = paper, hatched = paper, pale = paper }) end
end

local function points(pg, f, m)
  local c = theme.role[m.role]
  dots(pg, f, m, dot_size(m), { solid = c.fill, hollow = c.fill, hatched = c.band, pale = c.band })
  dots(pg, f, m, dot_size(m) - 1.1, { hollow = theme.paper, hatched = c.pale, pale = c.pale })
end

local function point_label(_, f, m, it)
  local rows, missing = f.axis.y.names ~= nil, it.x ~= it.x
  local x, y = at_page(f, it.x, it.y)
  if missing and rows then x = f.axis.x.p0 end   -- its label says so, at the foot of the axis
  if x ~= x or y ~= y then return end
  local box = around(x, y, dot_size(m))
  if not missing then f.place:take(box, m.role == "context") end
  ask(f, it, box, missing and theme.muted or theme.ink, "right", not rows)
end

-- Words at a stated place; they go nowhere else, others avoid them.
local function words(pg, f, m, it)
  local w, half = H.width(it.label, false), theme.line / 2
  local x, y = at_page(f, it.x, it.y)
  if x ~= x or y ~= y then return end
  x = max(0, min(x - (it.align == "left" and 0 or it.align == "right" and w or w / 2), pg.width - w))
  pg.cv:text(theme.role[m.role].text, false, "left", x, y, it.label)
  f.place:take({ x, y - half, x + w, y + half }, false)
end

-- The line that lengths start from: zero where the axis has it, else the foot of the plot.
local function base(pg, f)
  local x, y = f.axis.x, f.axis.y
  local len = y.names and x or y
  local zero = len.s.kind == "linear" and len.t.lo <= 0 and 0 <= len.t.hi
  local at, color = zero and at_axis(len, 0) or f.bottom, zero and theme.ink or theme.axis
  if len == y then
    pg.cv:line(color, AXIS_WIDTH, 0, { { pg.left, at }, { pg.right, at } })
  elseif zero then
    pg.cv:line(color, AXIS_WIDTH, 0, { { at, f.top }, { at, f.bottom } })
  end
end

-- From the ground up: the painter of a whole mark, or of one item after the other.
local order = {
  { kind = "point", all = halos }, { kind = "bar", one = bar }, { kind = "interval", one = interval }, { kind = "rule", one = rule },
  { kind = "line", all = line }, { kind = "point", all = points, one = point_label }, { kind = "text", one = words },
}

-- Paints all marks of a panel and the line that lengths start from; labels are left in f.wants: { s =, color =, label = }.
function mark.paint(pg, f)
  for _, o in ipairs(order) do
    if o.kind == "rule" then base(pg, f) end   -- over bars and intervals, under the rest
    for _, m in ipairs(f.p.marks) do
      if m.kind == o.kind and o.all then o.all(pg, f, m) end
      for _, it in ipairs(m.kind == o.kind and o.one and m.items or {}) do o.one(pg, f, m, it) end
    end
  end
end

-- A sample of the mark for the key, y: its middle.
function mark.sample(pg, m, x, y)
  local role, half = theme.role[m.role], m.kind == "bar" and 3.5 or BAND / 2
  if m.kind == "point" then return pg.cv:dot(role.fill, layout.DOT, x + 5, y) end
  pg.cv:rect(m.kind == "bar" and role.fill or role.band, { x, y - half, x + 10, y + half })
end

return mark
