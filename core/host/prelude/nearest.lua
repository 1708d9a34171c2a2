-- The name of a list that was probably meant, as text_nearest of base tells it: plain Lua, for plugins, commands and TeX's log.
local H = ...
local byte, lower, min, max = string.byte, string.lower, math.min, math.max
local LENGTH, LIST = 64, 4096

-- Edits from a to b (Damerau–Levenshtein, optimal string alignment): bytes put in, taken out, changed, or two neighbours exchanged.
local function distance(a, b)
  local last, before = {}, {}
  for k = 0, #b do before[k] = k end
  for i = 1, #a do
    local row = { [0] = i }
    for k = 1, #b do
      local same = byte(a, i) == byte(b, k)
      row[k] = min(before[k] + 1, row[k - 1] + 1, before[k - 1] + (same and 0 or 1))
      if i > 1 and k > 1 and byte(a, i) == byte(b, k - 1) and byte(a, i - 1) == byte(b, k) then row[k] = min(row[k], last[k - 2] + 1) end
    end
    last, before = before, row
  end
  return before[#b]
end

-- The entry of a list that is nearest to a name, case folded; nil when none is near (more than a third differs).
function H.nearest_of(name, list)
  local found, best = nil, math.huge
  if #name == 0 or #name > LENGTH then return nil end
  for i = 1, min(#list, LIST) do
    local other = list[i]
    if type(other) == "string" and #other > 0 and #other <= LENGTH then
      local d = distance(lower(name), lower(other))
      if d < best and 3 * d <= max(#name, #other) then found, best = other, d end
    end
  end
  return found
end
return H.nearest_of
