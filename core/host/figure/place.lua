-- Places for labels: rectangles that are taken, and the nearest free one beside a mark. Knows geometry only. Greedy: the first free place in
-- the order of preference. A figure has few labels; what matters is that none overlaps. A box is { x0, y0, x1, y1 }; points.
local floor, ceil, max, min, abs, sqrt = math.floor, math.ceil, math.max, math.min, math.abs, math.sqrt
local GAP_ACROSS, GAP_ALONG = 4.0, 1.5   -- between mark and label
local SLIDE = 90.0                       -- farthest that a label may move along its row
local NUDGE = 9.0                        -- … or up and down, where there are no rows
local PIECE = 6.0                        -- boxes that stand for a line
local CELL, MOST = 24.0, 60              -- what is taken is looked up by cells of a grid

local place = {}
local methods = {}

function place.new(room) return setmetatable({ room = room, taken = {}, soft = {}, cells = {} }, { __index = methods }) end

local function cell_of(v) return floor(max(-1, min(v / CELL, MOST))) end

-- The numbers of the cells that a box touches.
local function each_cell(b)
  local x0, x1, y1 = cell_of(b[1]), cell_of(b[3]), cell_of(b[4])
  local x, y = x0 - 1, cell_of(b[2])
  return function()
    x = x + 1
    if x > x1 then x, y = x0, y + 1 end
    if y <= y1 then return y * 1000 + x end
  end
end

local function overlap(a, b) return a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4] end

-- soft: a label may cover it when there is no other room (dots of the context).
function methods.take(p, b, soft)
  local n = #p.taken + 1
  p.taken[n], p.soft[n] = b, soft
  for cell in each_cell(b) do
    local list = p.cells[cell]
    if list then list[#list + 1] = n else p.cells[cell] = { n } end
  end
end

-- A line between two points, as a chain of boxes.
function methods.take_line(p, x0, y0, x1, y1, width)
  local pieces = min(ceil(sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)) / PIECE), 200)
  local dx, dy = (x1 - x0) / pieces, (y1 - y0) / pieces
  local rx, ry = (abs(dx) + width) / 2, (abs(dy) + width) / 2
  for i = 0, pieces - 1 do
    local x, y = x0 + (i + 0.5) * dx, y0 + (i + 0.5) * dy
    p:take({ x - rx, y - ry, x + rx, y + ry }, false)
  end
end

-- The first box taken that b overlaps.
local function obstacle(p, b, cover_soft)
  local first
  for cell in each_cell(b) do
    for _, n in ipairs(p.cells[cell] or {}) do
      if first and n >= first then break end
      if overlap(b, p.taken[n]) and not (cover_soft and p.soft[n]) then first = n break end
    end
  end
  return first and p.taken[first]
end

local function is_inside(p, b)
  local eps, room = 1e-6, p.room   -- room reserved for exactly this box may be short of it in the last digits
  return b[1] >= room[1] - eps and b[3] <= room[3] + eps and b[2] >= room[2] - eps and b[4] <= room[4] + eps
end

-- What lies over the mark in its row belongs to it: a label stands beside the interval, not beside the dot in it.
local function with_neighbours(p, m)
  local x0, x1 = m[1], m[3]
  for cell in each_cell(m) do
    for _, n in ipairs(p.cells[cell] or {}) do
      local t = p.taken[n]
      if overlap(m, t) then x0, x1 = min(x0, t[1]), max(x1, t[3]) end
    end
  end
  return { x0, m[2], x1, m[4] }
end

-- One side of m; slide: how far the label may move on, away from it, past what is in the way.
local function try_side(p, l, m, side, slide)
  local x, y, start = (m[1] + m[3] - l.w) / 2, (m[2] + m[4] - l.h) / 2, nil
  if side == "above" or side == "below" then x = max(p.room[1], min(x, p.room[3] - l.w)) end
  local past, out = m, nil
  while past do
    if side == "right" then x = past[3] + GAP_ACROSS
    elseif side == "left" then x = past[1] - GAP_ACROSS - l.w
    elseif side == "above" then y = past[2] - GAP_ALONG - l.h
    else y = past[4] + GAP_ALONG end
    start = start or x + y   -- one of them stays
    out = { x, y, x + l.w, y + l.h }
    if not is_inside(p, out) or abs(x + y - start) > slide then return nil end
    past = obstacle(p, out, false)
  end
  return out
end

-- A leader line from the middle of the mark to the label may cross soft things only.
local function is_clear(p, m, label)
  local x0, y0 = (m[1] + m[3]) / 2, (m[2] + m[4]) / 2
  local dx, dy = max(label[1], min(x0, label[3])) - x0, max(label[2], min(y0, label[4])) - y0
  for i = 1, 11 do
    local x, y = x0 + dx * i / 12, y0 + dy * i / 12
    local dot = { x - 0.5, y - 0.5, x + 0.5, y + 0.5 }
    if not overlap(dot, m) and obstacle(p, dot, true) then return false end
  end
  return true
end

-- Around the mark, farther and farther away; clear: with a clear line to it.
local passes = { { most = 24, clear = true }, { most = 72, cover_soft = true, clear = true }, { most = 72, cover_soft = true } }
local ways = { { 1, -1 }, { 1, 1 }, { -1, -1 }, { -1, 1 }, { 0, -1 }, { 0, 1 }, { 1, 0 }, { -1, 0 } }

local function try_around(p, l, r, pass)
  local m = l.mark
  for _, way in ipairs(ways) do
    local x = way[1] > 0 and m[3] + r + 1 or way[1] < 0 and m[1] - r - l.w - 1 or (m[1] + m[3] - l.w) / 2
    local y = way[2] > 0 and m[4] + r or way[2] < 0 and m[2] - r - l.h or (m[2] + m[4] - l.h) / 2
    local out = { x, y, x + l.w, y + l.h }
    if is_inside(p, out) and not obstacle(p, out, pass.cover_soft) and (r <= 0 or not pass.clear or is_clear(p, m, out)) then return out end
  end
end

local orders = {
  right = { "right", "left", "below", "above" }, left = { "left", "right", "below", "above" },
  above = { "above", "below", "right", "left" }, below = { "below", "above", "right", "left" },
}

local function find(p, l)
  local m = l.far and l.mark or with_neighbours(p, l.mark)
  for move = 0, 1 do
    for i = 1, (l.far or move == 1) and 4 or 2 do   -- in a row: both of its sides before moving on
      local side = orders[l.first][i]
      local along = side == "right" or side == "left"
      local out = try_side(p, l, m, side, (move == 0 or along == l.far) and 0 or l.far and NUDGE or SLIDE)
      if out then return "beside", out end
    end
  end
  for _, pass in ipairs(l.far and passes or {}) do
    for r = 0, pass.most, 6 do
      local out = try_around(p, l, r, pass)
      if out then return r > 0 and "away" or pass.cover_soft and "over" or "beside", out end
    end
  end
end

-- Finds room for a label beside its mark and takes it: { mark = box, w =, h =, first = side, far = }. In a row it then moves on past what is in
-- the way; far: it tries the corners, then a distance that wants a leader line ("away"), then over soft things ("over"). How and where; nil.
function methods.beside(p, l)
  local how, out = find(p, l)
  if how then p:take(out, false) end
  return how, out
end

-- Moves intervals of height h, given by their wanted centres in ascending order, apart so that none overlaps and all lie in lo … hi (isotonic
-- regression: the sum of squared moves is least). False when they do not fit. For few: O(n³).
function place.apart(centre, h, lo, hi)
  local n, wish = #centre, {}   -- of the first label, were it to decide alone
  if n > 256 or n * h > hi - lo + 1e-9 then return false end
  for i = 1, n do wish[i] = centre[i] - (i - 1) * h end
  for i = 1, n do   -- the greatest of the least means of the runs around i
    local first = -math.huge
    for from = 1, i do
      local least, sum = math.huge, 0
      for to = from, n do
        sum = sum + wish[to]
        if to >= i then least = min(least, sum / (to - from + 1)) end
      end
      first = max(first, least)
    end
    centre[i] = max(lo + h / 2 + (i - 1) * h, min(first + (i - 1) * h, hi - h / 2 - (n - i) * h))
  end
  return true
end

return place
