-- Words as the figures print them: widths without kerning, which would make them at most a little narrower, missing characters, and words in
-- several lines. H: advance(character, bold) → its width in ems, below 0 where there is no glyph.
local H = ...
local sub, match, min = string.sub, string.match, math.min
local words = {}
local LINES = 3
local known = { [true] = {}, [false] = {} }

-- Characters that the font lacks and that HarfBuzz makes from the space: half a space, a fifth of an em (hb-ot-shape-fallback.cc).
local function made(c, bold) return c == 0x202f and H.advance(0x20, bold) / 2 or c == 0x2009 and 0.2 end

-- Width in ems, and whether there is a glyph.
local function advance(c, bold)
  local a = known[bold][c]
  if not a then
    local ems = H.advance(c, bold)
    local instead = ems < 0 and made(c, bold)
    a = { instead or ems >= 0 and ems or 0.5, (instead or ems >= 0) and c >= 0x20 and (c < 0x7f or c >= 0xa0) }
    known[bold][c] = a
  end
  return a[1], a[2]
end

-- Width of valid UTF-8 in ems.
function words.width(s, bold)
  local sum = 0
  for _, c in utf8.codes(s) do sum = sum + advance(c, bold) end
  return sum
end

-- The first character that has no glyph, nil when all have; control characters have none, and what is no UTF-8 is U+FFFD.
function words.missing(s, bold)
  if not utf8.len(s) then return 0xfffd end
  for _, c in utf8.codes(s) do
    local _, there = advance(c, bold)
    if not there then return c end
  end
end

-- Fills lines of `width` ems from the left; nil when there are more than `most`.
local function fill(s, bold, width, most)
  local lines, at = {}, 1
  while at <= #s do
    local good, stop, sum = nil, nil, 0   -- where the line may end before, and must
    for p, c in utf8.codes(sub(s, at)) do
      sum = sum + advance(c, bold)
      if sum > width and c ~= 0x20 then break end
      stop = at + p - 1 + #utf8.char(c)
      if stop > #s or c == 0x2d or c == 0x2f or sub(s, stop, stop) == " " then good = stop end
    end
    if #lines == most then return nil end
    stop = good or stop or #s + 1
    lines[#lines + 1] = sub(s, at, stop - 1)
    at = match(s, "^ *()", stop)
  end
  return lines
end

-- Lines no wider than `width` ems, as even as they can be, with as few lines as needed; none when LINES do not suffice. Breaks at spaces, after -
-- and /, and inside a word only when it alone is too wide.
function words.wrap(s, bold, width)
  local lines = fill(s, bold, width, LINES)
  if not lines or #lines == 0 then return {} end
  local n, even = #lines, words.width(s, bold) / #lines
  while even < width and not fill(s, bold, even, n) do even = even + 0.5 end
  return fill(s, bold, min(even, width), n)
end

return words
