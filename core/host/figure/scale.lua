-- Scales: bounds, ticks and the text of ticks, for linear, logarithmic and time axes. Knows numbers, not pages. Multiples are computed from
-- whole numbers, so that 0.3 is the double nearest to 0.3 and not 3 × 0.1.
local H, find = ...
local typo = H.typo or find("prelude/typo")()
local floor, ceil, log, max, abs = math.floor, math.ceil, math.log, math.max, math.abs
local scale = { MAX = 1e15 }   -- beyond it a tick could not be written in full, nor computed exactly
local TICKS = 32
local MONTH_DAYS = 30.436875   -- on average

-- First digits of the ticks of a decade; less room has fewer.
local decades = { { 1, 2, 5 }, { 1, 3 }, { 1 } }

-- `times` the i-th number of a sequence: of 1, 2, 5 number 0 is 1, number 4 is 20, number -1 is 0.5.
local function number(digits, i, times)
  local k = i // #digits
  local v = times * digits[i - k * #digits + 1]
  return k < 0 and v / 10.0 ^ -k or v * 10.0 ^ k   -- powers up to 10^22 are exact
end

local function keep_inside(t, v)
  local slack = 1e-9 * (t.hi - t.lo)
  if #t.at < TICKS and v >= t.lo - slack and v <= t.hi + slack then t.at[#t.at + 1] = v end
end

local function linear(s, lo, hi, want, t)
  -- closer ticks could not be told apart in print
  local least = s.decimals >= 0 and 10.0 ^ -s.decimals or s.plain and 1 or 0
  local raw, from, to = max((hi - lo) / (want - 1), least), nil, nil
  local i = 3 * floor(log(raw, 10))
  while number(decades[1], i, 1.0) < raw * (1 - 1e-9) do i = i + 1 end
  while true do
    local step = number(decades[1], i, 1.0)
    from, to = floor(lo / step + 1e-9) + 0.0, ceil(hi / step - 1e-9) + 0.0
    if to - from < TICKS then break end
    i = i + 1
  end
  t.lo = s.lo ~= s.lo and number(decades[1], i, from) or lo
  t.hi = s.hi ~= s.hi and number(decades[1], i, to) + 0.0 or hi   -- + 0.0: no negative zero
  for k = from, to do keep_inside(t, number(decades[1], i, k) + 0.0) end
  t.decimals = max(0, -(i // 3))
end

-- Ticks 1, 2, 5 and 1, 3 below two decades, else powers of ten, then every second one, every third … until no more than wanted; with ticks on
-- both sides of 1 there are three at least.
local function logarithmic(s, lo, hi, want, t)
  t.decimals = -1   -- each tick has its own
  for round = log(hi / lo, 10) < 2 and 0 or 2, 63 do
    local digits = decades[round < 2 and round + 1 or 3]
    local every = round < 2 and 1 or round - 1
    local from = floor(log(lo, 10) - 1) * #digits // every * every
    while number(digits, from + every, 1.0) <= lo * (1 + 1e-9) do from = from + every end
    local to = from + every
    while number(digits, to, 1.0) < hi * (1 - 1e-9) do to = to + every end
    t.at = {}
    t.lo = s.lo ~= s.lo and number(digits, from, 1.0) or lo
    t.hi = s.hi ~= s.hi and number(digits, to, 1.0) or hi
    for i = from, to, every do keep_inside(t, number(digits, i, 1.0)) end
    local n = #t.at
    if round < 2 and n <= want and n >= 2 or round >= 2 and (n <= want or n <= 3) then return end
  end
end

-- Howard Hinnant, chrono-compatible low-level date algorithms, 2013. Days are counted from 1970-01-01, months from January of year 0.
local function month_start(month)
  local y, m = month // 12, month % 12 + 1
  if m <= 2 then y = y - 1 end
  local era = y // 400
  local yoe, doy = y - era * 400, (153 * (m > 2 and m - 3 or m + 9) + 2) // 5
  return era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468
end

local function date_of(day)   -- year, month, day of the month
  local z = floor(day) + 719468
  local era = z // 146097
  local doe = z - era * 146097
  local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
  local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
  local mp = (5 * doy + 2) // 153
  local m = mp < 10 and mp + 3 or mp - 9
  return yoe + era * 400 + (m <= 2 and 1 or 0), m, doy - (153 * mp + 2) // 5 + 1
end

-- Steps of time axes: days or months, counted so that years end in 0 or 5.
local periods = {
  { "day", 1 }, { "day", 7 }, { "day", 14 }, { "month", 1 }, { "month", 3 }, { "month", 6 }, { "year", 12 }, { "year", 24 }, { "year", 60 },
  { "year", 120 }, { "year", 240 }, { "year", 600 }, { "year", 1200 }, { "year", 2400 }, { "year", 6000 }, { "year", 12000 },
}

local function timely(_, lo, hi, want, t)
  local i = 1
  while i < #periods and (hi - lo) / periods[i][2] / (periods[i][1] == "day" and 1 or MONTH_DAYS) > want - 1 do i = i + 1 end
  local unit, step = periods[i][1], periods[i][2]
  t.unit, t.lo, t.hi = unit, lo, hi   -- time does not start at a round date: only ticks are round
  local year, month = date_of(lo)
  local n = (unit == "day" and floor(lo) or year * 12 + month - 1) // step * step
  while #t.at < TICKS do
    local day = (unit == "day" and n or month_start(n)) + 0.0
    if day > hi then return end
    keep_inside(t, day)
    n = n + step
  end
end

-- How far ticks can be computed and written.
local kinds = {
  linear = { make = linear, least = -scale.MAX, most = scale.MAX }, log = { make = logarithmic, least = 1 / scale.MAX, most = scale.MAX },
  time = { make = timely, least = -1e6, most = 3e6 },
}

-- Bounds and nice ticks for data from lo to hi (about `want` of them, from 2 to 32): steps 1, 2, 5 × 10^k (Heckbert, Nice Numbers for Graph
-- Labels, Graphics Gems, 1990); log scales: powers of ten, with 2 and 5 (or, where room is short, 3) when fewer than two decades; time scales
-- (values in days since 1970-01-01): days, months, years. Bounds that the scale asks for are kept as they are. lo and hi are numbers, above
-- zero for a log scale; no scale is ordinal (page.lua has refused others).
function scale.ticks(s, lo, hi, want)
  local t, kind = { at = {}, decimals = 0, lo = 0, hi = 0 }, kinds[s.kind]
  -- one value has no extent: show it from zero, or one step around zero
  if s.kind == "linear" and hi - lo <= 1e-9 * max(abs(lo), abs(hi)) then
    lo, hi = lo < 0 and 2 * lo or 0.0, hi > 0 and hi or lo < 0 and 0.0 or 1.0
  elseif s.kind == "time" and hi <= lo and s.lo ~= s.lo and s.hi ~= s.hi then
    lo, hi = lo - 183, lo - 183 + 366
  end
  if s.lo == s.lo then lo = s.lo end
  if s.hi == s.hi then hi = s.hi end
  if s.kind == "log" and lo > 0 and hi <= lo then hi = lo * 10 end
  if not (hi - lo > 1 / scale.MAX) or lo < kind.least or hi > kind.most then H.fail("render.chart_bounds", typo.real(lo), typo.real(hi)) end
  kind.make(s, lo, hi, want, t)
  return t
end

-- Where v lies: 0 at t.lo, 1 at t.hi.
function scale.at(s, t, v)
  if s.kind == "log" then return log(v / t.lo) / log(t.hi / t.lo) end
  return (v - t.lo) / (t.hi - t.lo)
end

-- Short months: French as the Imprimerie nationale abbreviates them.
local months = {
  fr = { "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc." },
  en = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" },
}

-- The text of a tick.
function scale.label(s, t, v)
  if s.kind == "time" then
    local year, month, day = date_of(v)
    return (t.unit == "day" and day .. "\u{a0}" or "") .. (t.unit ~= "year" and months[H.lang][month] .. "\u{a0}" or "") .. typo.plain(year)
  end
  local own = v < 1 and v > 0 and ceil(-log(v, 10) - 1e-9) or 0   -- of a log scale
  local decimals = s.decimals >= 0 and s.decimals or t.decimals >= 0 and t.decimals or own
  if s.plain and decimals == 0 then return typo.plain(v) end
  return typo.number(H.lang, v, decimals > 15 and 15 or decimals)
end

return scale
