-- What a file seems to be, as a descriptor could say it: format, compression, encoding, dialect, header row, columns, where the rows of JSON are.
-- core.peek looks and reads in a jail, each time in the ways that a descriptor of one resource a way says; here one only guesses.
local core = ...
local sub, find = string.sub, string.find
local SAMPLE, MOST = 200, 10000   -- rows: to guess from, to show

-- Containers of a JSON text, which may be cut, in the order in which they begin: path ("a.b"; nil inside lists), number of what is in them, names
-- of members of the objects in them.
local function containers(text)
  local root = { sign = "[", objects = 0, lists = 0, values = 0, own = {}, inner = {}, properties = {} }
  local all, top, at = {}, root, 1
  local function name(list, key)
    if not list[key] and #list < 1000 then list[#list + 1], list[key] = key, true end
  end
  while true do
    local i = find(text, '[%[%]{},"]', at)
    if not i then break end
    local c = sub(text, i, i)
    at = i + 1
    if c == '"' then
      repeat
        at = find(text, '["\\]', at)
        local escape = at and sub(text, at, at) == "\\"
        if escape then at = at + 2 end
      until not escape
      if not at then break end
      if top.wait then
        local good, key = pcall(core.decode, sub(text, i, at))
        top.key, top.wait = good and key or "", false
        name(top.own, top.key)
        if top.around then name(top.around.inner, top.key) end
        if top.around and top.around.key == "properties" and top.around.around then name(top.around.around.properties, top.key) end
      else
        top.values = top.values + 1
      end
      at = at + 1
    elseif c == "{" or c == "[" then
      local new = { sign = c, wait = c == "{", around = top, objects = 0, lists = 0, values = 0, own = {}, inner = {}, properties = {} }
      if top == root then
        new.path, new.depth = "", 0
      elseif top.sign == "{" and top.path then
        new.path, new.depth = (top.path == "" and "" or top.path .. ".") .. (top.key or ""), top.depth + 1
      end
      local count = c == "{" and "objects" or "lists"
      top[count] = top[count] + 1
      if new.path then all[#all + 1] = new end
      top = new
    elseif c == "," then
      top.wait = top.sign == "{"
    else
      top = top.around or root
    end
  end
  return all, root
end

-- Kinds of rows, the likely ones first; of two alike the one that is less deep, then the first one.
local function table_of(c)
  if c.sign == "[" then return c.objects > 0 and #c.inner > 0 and { keys = c.inner } or c.lists > 0 and {} end
  if c.path ~= "" and c.objects > 1 and c.objects >= #c.own and c.lists == 0 and #c.inner > 0 then
    return { keys = c.inner.key and c.inner or table.move(c.inner, 1, #c.inner, 2, { "key" }) }
  end
end
local kinds = {
  table_of,
  function(c) return c.sign == "[" and c.values > 0 and { names = { "value" } } end,
  function(c) return c.sign == "{" and c.path == "" and #c.own > 0 and { keys = c.own, item_type = "object" } end,
}
local function guess_json(look, text)
  local all, root = containers(text)
  if look.format == "jsonl" then
    look.keys = root.objects > 0 and root.inner
    return
  end
  for _, kind in ipairs(kinds) do
    local best
    for _, c in ipairs(all) do
      local way = (not best or c.depth < best.depth) and kind(c)
      if way then best = { depth = c.depth, path = c.path, way = way, properties = c.properties } end
    end
    if best then
      for k, v in pairs(best.way) do look[k] = v end
      look.property = best.path
      if look.format == "geojson" then
        look.property, look.keys = nil, best.properties
        look.keys[#look.keys + 1] = not look.keys.geometry and "geometry" or nil
      end
      return
    end
  end
end

-- The width that most of the rows have, and how many have it.
local function usual(rows)
  local count, width, most = {}, nil, 0
  for i = 1, math.min(SAMPLE, #rows) do
    local n = #rows[i].cells
    count[n] = (count[n] or 0) + 1
  end
  for n, rows_of_it in pairs(count) do
    if n > 1 and (rows_of_it > most or rows_of_it == most and n > width) then width, most = n, rows_of_it end
  end
  return width, most
end

local function is_number(s) return find(s, "%d") and find(s, "^%s*[+-]?%d*[.,]?%d*%s*$") or find(s, "^[+-]?%d*[.,]?%d+[eE][+-]?%d+$") end
-- The cells as names of columns, and how many are empty; nil when one is a number that is no year, or there twice, or half of them are empty.
local function as_names(cells)
  local names, seen, gaps = {}, {}, 0
  for i, s in ipairs(cells) do
    names[i] = s ~= "" and s or "column_" .. i
    gaps = gaps + (s == "" and 1 or 0)
    local key = names[i]:lower()
    if seen[key] or (#s ~= 4 and is_number(s)) then return end
    seen[key] = true
  end
  if 2 * gaps > #cells then return end
  return names, gaps
end

-- The first row that could be the header; where none has all names, the first one that has most: cells were merged.
local function guess_header(look)
  local width = usual(look.rows) or 1
  for _, complete in ipairs { true, false } do
    for i = 1, math.min(SAMPLE, #look.rows) do
      local names, gaps = as_names(look.rows[i].cells)
      if names and #names >= width and (gaps == 0 or not complete) then
        look.names, look.header = names, { i }
        return
      end
    end
  end
  look.names = {}
  for i = 1, width do look.names[i] = "column_" .. i end
end

return function(file)
  local path = core.real(file)
  local look = { format = "csv", compression = "", innerpath = "", encoding = "utf-8", delimiter = ",", quote = '"', header = {} }
  local function ask(dialects, rows)
    local resources = {}
    for i, dialect in ipairs(dialects) do
      resources[i] = { name = "way_" .. i, path = "x", format = look.format, compression = look.compression, innerpath = look.innerpath,
        encoding = look.encoding, dialect = core.object(dialect), schema = { fields = { { name = "x" } }, fieldsMatch = "partial" } }
    end
    return core.peek { file = path, shown = file, rows = rows, descriptor = core.encode { name = "peek", resources = resources } }
  end
  local first = ask({ {} }, 0)[1]
  look.sheets, look.members = first.sheets, first.members
  if first.compression ~= "" and #first.sheets == 0 then
    look.compression = first.compression
    look.innerpath = #first.members > 1 and first.members[1] or ""
    first = ask({ {} }, 0)[1]
  end
  local text, dialect = first.text, {}
  if #look.sheets > 0 then
    look.format = file:lower():find("%.ods$") and "ods" or "xlsx"
  else
    look.encoding = first.encoding
    local name = file:lower():gsub("%.gz$", "")
    if text:find("^%s*[%[{]") then
      local lines = name:find("%.jsonl$") or name:find("%.ndjson$") or text:find("^%s*{[^\n]*\n{")
      look.format = lines and "jsonl" or text:sub(1, 1024):find('"FeatureCollection"', 1, true) and "geojson" or "json"
      guess_json(look, text)
      dialect = { property = look.property, itemType = look.item_type, itemKeys = look.keys }
    else
      local best = 0
      for _, quote in ipairs { '"', "" } do
        local ways = {}
        for c in (",;\t|:"):gmatch(".") do ways[#ways + 1] = { delimiter = c, quoteChar = quote } end
        for i, way in ipairs(best == 0 and ask(ways, SAMPLE) or {}) do
          local width, rows = usual(way.rows)
          local score = width and not way.failed and rows * (width - 1) or 0
          if score > best then best, look.delimiter, look.quote = score, ways[i].delimiter, quote end
        end
      end
      dialect = { delimiter = look.delimiter, quoteChar = look.quote }
    end
  end
  local read = ask({ dialect }, MOST)[1]
  look.rows, look.more = read.rows, read.more
  if look.keys then
    look.names, look.header = look.keys, { 1 }
  elseif not look.names then
    guess_header(look)
  end
  return look
end
