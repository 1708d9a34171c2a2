-- What fields of tables need beyond intake/field.c: the rare types and formats, numbers with signs around and between their digits, moments with
-- zones, patterns of descriptors, and words for what cannot be read. Runs in the loader. Each function is called by its name.
local H = ...
local fail = H.fail
local find, match, sub, byte, format, gsub, lower = string.find, string.match, string.sub, string.byte, string.format, string.gsub, string.lower
local tointeger, math_type, floor, concat = math.tointeger, math.type, math.floor, table.concat
local decode, quoted, number_text = H.decode_exact, H.quoted, H.number

local SHOWN = 100      -- bytes of a value in a refusal
local PATTERN = 4000   -- signs of a pattern

local function shown(s)
  if #s <= SHOWN then return s end
  local n = SHOWN
  while n > 0 and find(s, "^[\x80-\xBF]", n + 1) do n = n - 1 end
  return sub(s, 1, n)
end

-- ---- moments ----

local days = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
local function days_of(year, month)
  local leap = year % 4 == 0 and year % 100 ~= 0 or year % 400 == 0
  return days[month] + (month == 2 and leap and 1 or 0)
end

-- Days since a fixed one of the Gregorian calendar, carried on before it.
local function day_number(year, month, day)
  local y = year - (month <= 2 and 1 or 0)
  return y * 365 + y // 4 - y // 100 + y // 400 + (153 * ((month + 9) % 12) + 2) // 5 + day
end

-- Minutes east of Greenwich, nil for what is no zone.
local function zone_of(sign, hours, minutes)
  local zone = 60 * hours + (minutes or 0)
  if zone <= 14 * 60 and tonumber(minutes or 0) < 60 then return sign == "-" and -zone or zone end
end

local function fraction(digits) return tointeger(sub(digits .. "00000", 1, 6)) end

-- The parts of a moment when they are possible ones.
local function possible(p)
  local ok = p.H <= 23 and p.M <= 59 and p.S <= 59 and p.m >= 1 and p.m <= 12 and p.d >= 1 and p.d <= days_of(p.Y, p.m)
  return ok and p or nil
end

-- As ISO 8601 writes it; tail: parts of a second and a zone may follow.
local iso_forms = { date = "^(%d%d%d%d)%-(%d%d)%-(%d%d)", time = "^()()()(%d%d):(%d%d):(%d%d)", datetime = "^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)" }
local function read_iso(kind, s, tail)
  local from, to, year, month, day, hour, minute, second = find(s, iso_forms[kind])
  if not from then return end
  if kind == "time" then year, month, day = 2000, 1, 1 end
  local p = { Y = tointeger(year), m = tointeger(month), d = tointeger(day), H = tointeger(hour or 0), M = tointeger(minute or 0), S = tointeger(second or 0), f = 0 }
  local rest = sub(s, to + 1)
  if rest ~= "" and not tail then return end
  local digits = match(rest, "^%.(%d+)")
  if digits then
    if #digits > 9 then return end
    p.f, rest = fraction(digits), sub(rest, #digits + 2)
  end
  if rest == "Z" then
    p.z = 0
  elseif rest ~= "" then
    local sign, hours, minutes = match(rest, "^([+-])(%d%d):(%d%d)$")
    p.z = sign and zone_of(sign, hours, minutes)
  end
  return (rest == "" or p.z) and possible(p)
end

-- Letters of a pattern as strptime has them: most digits, least and greatest value.
local digit_parts = {
  Y = { 4, 0, 9999 }, y = { 2, 0, 99 }, m = { 2, 1, 12 }, d = { 2, 1, 31 }, j = { 3, 1, 366 }, H = { 2, 0, 23 }, I = { 2, 1, 12 }, M = { 2, 0, 59 }, S = { 2, 0, 59 },
}
local function read_digits(part, s, at)
  at = find(s, "%S", at) or at
  local v, n = 0, 0
  while n < part[1] and v * 10 <= part[3] and find(s, "^%d", at) do
    v, n, at = v * 10 + byte(s, at) - 48, n + 1, at + 1
  end
  if n > 0 and v >= part[2] and v <= part[3] then return v, at end
end

-- Months in French and English: the first letters, without accents, that tell one, and its whole name.
local months = {
  { "janv", "janvier" }, { "fevr", "fevrier" }, { "mars", "mars" }, { "avr", "avril" }, { "mai", "mai" }, { "juin", "juin" }, { "juil", "juillet" },
  { "aout", "aout" }, { "sept", "septembre" }, { "oct", "octobre" }, { "nov", "novembre" }, { "dec", "decembre" },
}
local english = {
  "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
}
local accents = { ["é"] = "e", ["É"] = "e", ["û"] = "u", ["Û"] = "u" }
local function read_month(s, at, point)
  local word = match(s, "^[%a\x80-\xFF]+", at)
  if not word then return end
  local name = gsub(lower(word), "[\xC2-\xF4][\x80-\xBF]*", accents)
  at = at + #word
  for i = 1, 12 do
    local stem, whole = months[i][1], months[i][2]
    if sub(name, 1, #stem) == stem and sub(whole, 1, #name) == name then
      return i, not point and find(s, "^%.", at) and at + 1 or at   -- "févr."
    end
    if name == english[i] or name == sub(english[i], 1, 3) then return i, at end
  end
end

local function read_zone(s, at)
  at = find(s, "%S", at) or at
  if find(s, "^Z", at) then return 0, at + 1 end
  local sign, hours, rest = match(s, "^([+-])(%d%d)()", at)
  if not sign then return end
  local minutes, stop = match(s, "^:?(%d%d)()", rest)
  return zone_of(sign, hours, minutes), stop or rest
end

-- One part of a moment, and the place after it.
local function read_part(letter, s, at, point)
  if digit_parts[letter] then return read_digits(digit_parts[letter], s, at) end
  if letter == "b" or letter == "B" then return read_month(s, at, point) end
  if letter == "z" then return read_zone(s, at) end
  if letter == "p" then
    local half = match(s, "^[AaPp][Mm]", at)
    return half and (lower(half) == "pm" and 12 or 0), at + 2
  end
  local digits = match(s, "^%d+", at)   -- %f
  if digits and #digits <= 9 then return fraction(digits), at + #digits end
end

-- A pattern: list of texts and letters. It must name each part that the type needs, once, and nothing else but what makes a time finer.
local stands_for = { y = "Y", b = "m", B = "m", I = "H" }
local function compile(kind, pattern)
  local list, seen, at = { point = find(pattern, ".", 1, true) }, {}, 1
  local function impossible()
    fail("intake.descriptor_value", "format", pattern, "%Y-%m-%d, %d/%m/%y, %d %B %Y, %Y-%j, %H:%M:%S.%f%z, %I:%M %p")
  end
  local form = gsub(pattern, "^fmt:", "")
  while at <= #form do
    local letter = match(form, "^%%(.?)", at)
    if not letter then
      list[#list + 1] = { text = sub(form, at, at) }
    elseif letter == "%" then
      list[#list + 1] = { text = "%" }
    else
      local part = stands_for[letter] or letter
      if not find("YmdjHMSpfz", part, 1, true) or letter == "" or seen[part] or seen.f and part ~= "z" then impossible() end
      seen[part], seen[letter] = true, true
      list[#list + 1] = { letter = letter }
    end
    at = at + (letter and 2 or 1)
  end
  local dated, timed = kind ~= "time", kind ~= "date"
  local day = seen.Y and (seen.m and seen.d and not seen.j or seen.j and not seen.m and not seen.d)
  local no_day = not (seen.Y or seen.m or seen.d or seen.j)
  local no_time = not (seen.H or seen.M or seen.S or seen.f or seen.z or seen.p)
  if not (dated and day or not dated and no_day) or not (timed and seen.H and seen.M or not timed and no_time) or (seen.p or false) ~= (seen.I or false) then
    impossible()
  end
  return list
end

-- By the user's own pattern.
local function read_pattern(list, s)
  local p, at = { Y = 2000, m = 1, d = 1, H = 0, M = 0, S = 0, f = 0 }, 1
  if find(s, "^%s") then return end
  for _, step in ipairs(list) do
    if step.text and find(step.text, "%s") then
      at = find(s, "%S", at) or #s + 1
    elseif step.text then
      if sub(s, at, at) ~= step.text then return end
      at = at + 1
    else
      local v
      v, at = read_part(step.letter, s, at, list.point)
      if not v then return end
      p[step.letter] = v
    end
  end
  if at <= #s then return end
  p.m = p.b or p.B or p.m
  p.Y = p.y and p.y + (p.y < 69 and 2000 or 1900) or p.Y
  p.H = p.I and p.I % 12 + p.p or p.H
  for month = 1, p.j and 12 or 0 do
    local n = days_of(p.Y, month)
    p.m, p.d = month, p.j
    if p.j <= n then break end
    p.j = p.j - n
  end
  return p.Y >= 1000 and possible(p)
end

local function moment_text(kind, p)
  local text = kind ~= "time" and format("%04d-%02d-%02d", p.Y, p.m, p.d) or ""
  if kind ~= "date" then text = format("%s%s%02d:%02d:%02d", text, text == "" and "" or "T", p.H, p.M, p.S) end
  if p.f > 0 then text = text .. format(".%06d", p.f) end
  if p.z then text = text .. format("%s%02d:%02d", p.z < 0 and "-" or "+", p.z // (p.z < 0 and -60 or 60), (p.z < 0 and -p.z or p.z) % 60) end
  return text
end

-- Reads a moment: the text to store, and where it lies.
local function moment(f, s, kind)
  local p, text
  local sheet = kind == "moment"
  if f.pattern and not sheet then
    p = read_pattern(f.pattern, s)
    text = p and moment_text(f.kind, p)
  else
    -- A time by default is hh:mm:ss and nothing else; "any" leaves it what ISO 8601 does.
    p, text = read_iso(f.kind, s, f.kind == "datetime" or f.kind == "time" and (sheet or f.format ~= "default")), s
  end
  if p then return text, { day_number(p.Y, p.m, p.d) * 86400.0 + (p.H * 60 + p.M - (p.z or 0)) * 60 + p.S + p.f / 1e6 } end
end

-- ---- durations ----

-- Months have no fixed length: a duration is laid from each of the days that XML Schema gives for it.
local laid_from = { { 1696, 9 }, { 1697, 2 }, { 1903, 3 }, { 1903, 7 } }
local date_units = { { "^(%d+)Y", 12, 0, 9 }, { "^(%d+)M", 1, 0, 9 }, { "^(%d+)D", 0, 86400, 15 } }
local time_units = { { "^(%d+)H", 0, 3600, 15 }, { "^(%d+)M", 0, 60, 15 }, { "^(%d+%.?%d*)S", 0, 1, 15 } }

local function take_units(s, units, sum)
  for _, u in ipairs(units) do
    local digits = match(s, u[1])
    if digits and #match(digits, "^%d+") <= u[4] and not find(digits, "%.$") then
      sum.months, sum.seconds, s = sum.months + u[2] * digits, sum.seconds + u[3] * digits, sub(s, #digits + 2)
    end
  end
  return s == ""
end

local function duration(_, s)
  local sign, dates, clock = match(s, "^(%-?)P([^T]*)(T?.*)$")
  local sum = { months = 0.0, seconds = 0.0 }
  if not sign or clock == "T" or dates .. clock == "" or not take_units(dates, date_units, sum) or not take_units(sub(clock, 2), time_units, sum) then return end
  local at, turn = {}, sign == "-" and -1 or 1
  for i, from in ipairs(laid_from) do
    local months = from[1] * 12 + from[2] - 1 + turn * sum.months
    local year = floor(months / 12)
    at[i] = (day_number(year, floor(months - year * 12) + 1, 1) - day_number(from[1], from[2], 1)) * 86400.0 + turn * sum.seconds
  end
  return s, at
end

-- ---- JSON and points ----

-- Numbers, to a depth of arrays: of coordinates, the innermost of which is a position.
local function are_positions(v, depth)
  if type(v) ~= "table" or getmetatable(v) or depth == 0 and #v < 2 then return false end
  for _, c in ipairs(v) do
    if depth > 0 and not are_positions(c, depth - 1) or depth == 0 and type(c) ~= "number" then return false end
  end
  return true
end

local function is_array(v) return type(v) == "table" and not getmetatable(v) end
local function is_object(v) return type(v) == "table" and v ~= H.null and getmetatable(v) ~= nil end

-- An object of GeoJSON or, as Topology, of TopoJSON: each has a type and the member that goes with it.
local coordinates = { Point = 0, MultiPoint = 1, LineString = 1, MultiLineString = 2, Polygon = 2, MultiPolygon = 3 }
local collections = { GeometryCollection = "geometries", FeatureCollection = "features" }
local function is_geojson(v)
  local kind = is_object(v) and v.type
  if coordinates[kind] then return are_positions(v.coordinates, coordinates[kind]) end
  if kind == "Feature" then return v.properties ~= nil and (v.geometry == H.null or is_geojson(v.geometry)) end
  if kind == "Topology" then return v.arcs ~= nil and is_object(v.objects) end
  local list = collections[kind] and v[collections[kind]]
  if not is_array(list) then return false end
  for _, c in ipairs(list) do
    if not is_geojson(c) then return false end
  end
  return true
end

local function count(v)
  local n = 0
  for _ in pairs(v) do n = n + 1 end
  return n
end

local function array(_, s)
  local v, text = decode(s)
  if is_array(v) then return text, nil, #v end
end

local function object(_, s)
  local v, text = decode(s)
  if is_object(v) then return text, nil, count(v) end
end

local function geojson(f, s)
  local v, text = decode(s)
  if is_object(v) and is_geojson(v) and (f.format == "topojson") == (v.type == "Topology") then return text end
end

-- "lon, lat" is an array without its brackets.
local function geopoint(f, s)
  local v = decode(f.format == "default" and "[" .. shown(s) .. "]" or s)
  local named = f.format == "object"
  if type(v) ~= "table" or v == H.null or is_object(v) ~= named or count(v) ~= 2 then return end
  local lon, lat = v[named and "lon" or 1], v[named and "lat" or 2]
  if not math_type(lon) or not math_type(lat) or lon < -180 or lon > 180 or lat < -90 or lat > 90 then return end
  return number_text(lon + 0.0) .. "," .. number_text(lat + 0.0)
end

-- ---- lists ----

-- A text with digits that is no number: its first strange character is named.
local function blame(f, whole, s, also)
  local body = gsub(s, "^[+-]", "")
  local word = lower(body)
  if also ~= "" and (word == "nan" or word == "inf") then fail("intake.value_finite", f.name, shown(whole)) end
  local at = find(body, "[^%d" .. also .. "]")
  if at and find(body, "%d") then fail("intake.value_digit", f.name, shown(whole), f.what, match(body, utf8.charpattern, at)) end
end

-- Numbers with a point for their decimals; their text as JSON has it.
local function integer_text(f, whole, s)
  local v = find(s, "^[+-]?%d+$") and tonumber(s)
  if math_type(v) == "integer" then return format("%d", v) end
  return blame(f, whole, s, "")
end
local function real_text(f, whole, s)
  local v = #s < 128 and find(s, "^[%d.eE+-]+$") and tonumber(s)
  if v and v - v == 0 then return number_text(v + 0.0) end
  return blame(f, whole, s, ".eE+-")
end

local words = { ["true"] = "true", True = "true", TRUE = "true", ["1"] = "true", ["false"] = "false", False = "false", FALSE = "false", ["0"] = "false" }
-- By the standard's defaults: only the type of an item can be chosen. Each gives the item as JSON.
local items = {
  string = function(_, _, s) return quoted(s) end,
  boolean = function(_, _, s) return words[s] end,
  integer = integer_text, number = real_text,
}
for _, kind in ipairs { "date", "time", "datetime" } do
  items[kind] = function(_, _, s) return read_iso(kind, s, kind == "datetime") and quoted(s) end
end

-- A list becomes a JSON array.
local function list(f, s)
  local out, at, read = {}, 1, items[f.item]
  repeat
    local stop, last = find(s, f.delimiter, at, true)
    local text = read(f, s, sub(s, at, (stop or 0) - 1))
    if not text then return end
    out[#out + 1], at = text, stop and last + 1
  until not stop
  return "[" .. concat(out, ",") .. "]", nil, #out
end

-- ---- texts and numbers ----

local function is_domain(s)
  for label in string.gmatch(s .. ".", "([^.]*)%.") do
    if not find(label, "^[%w\x80-\xFF][%w\x80-\xFF-]*$") or find(label, "-$") then return false end
  end
  return true
end

local formats = {
  email = function(s)
    local name, domain = match(s, "^([^%c ()<>@,;:\"\\%[%]]+)@(.+)$")
    return name and is_domain(domain)
  end,
  uri = function(s)
    local rest = match(s, "^%a[%w+.-]*:(.+)$")
    rest = rest and gsub(gsub(rest, "//%[[%x:.]+%]", "x"), "%%%x%x", "x")
    return rest and find(rest, "^[%w:/?#@!$&'()*+,;=._~-]*$")
  end,
  binary = function(s) return #s % 4 == 0 and find(s, "^[%w+/]*=?=?$") end,
  uuid = function(s)
    local a, b, c, d, e = match(s, "^(%x+)%-(%x+)%-(%x+)%-(%x+)%-(%x+)$")
    return a and #a == 8 and #b == 4 and #c == 4 and #d == 4 and #e == 12
  end,
}
-- Other formats describe a text and do not change it.
local function text(f, s)
  if not formats[f.format] or formats[f.format](s) then return s end
end

-- The number without what stands around it, where it is not bare ("€ 12", "95 %"), and without signs between threes of its digits.
local function ungroup(f, s)
  if not f.bare then
    local from = find(s, "[+-]?" .. gsub(f.decimal, "%W", "%%%0") .. "?%d")
    s = from and match(s, "^.*%d", from) or ""
  end
  local first, at = match(s, "^%D*(%d+)()")
  if f.group == "" or not first then return s end
  local out, n = { sub(s, 1, at - 1) }, #first
  while sub(s, at, at + #f.group - 1) == f.group and find(s, "^%d", at + #f.group) do
    local three, stop = match(s, "^(%d+)()", at + #f.group)
    if n > 3 or #three ~= 3 then fail("intake.value_group", f.name, shown(s)) end
    out[#out + 1], at = three, stop
  end
  return concat(out) .. sub(s, at)
end

-- The number as programs write it, with its decimals. plain: as a sheet has it.
local function number(f, s, plain)
  local read, also = f.kind == "integer" and integer_text or real_text, f.kind == "number" and f.decimal ~= "." and f.decimal
  local t = plain and s or ungroup(f, s)
  if also and not plain then
    -- Its own sign becomes the point; a point is then strange, and is named as such.
    if find(t, ".", 1, true) then return blame(f, s, t, "eE+-" .. gsub(also, "%W", "%%%0")) end
    t = gsub(t, gsub(also, "%W", "%%%0"), ".")
  end
  return read(f, s, t) and t
end

-- ---- fields ----

local kinds = {
  string = text, integer = number, number = number, date = moment, time = moment, datetime = moment, duration = duration, geopoint = geopoint,
  geojson = geojson, object = object, array = array, list = list,
}
local is_json = { geojson = true, object = true, array = true }
local counted = { string = true, any = true, object = true, array = true, list = true }
local ordered = { integer = true, number = true, date = true, time = true, datetime = true, year = true, yearmonth = true, duration = true }
local fields = {}
local bounds = { "intake.value_minimum", "intake.value_minimum", "intake.value_maximum", "intake.value_maximum" }

-- A value must keep its bound wherever it is laid.
local function keeps(i, at, limit)
  for k = 1, #at do
    local apart = at[k] - limit[k]
    if i <= 2 and apart < 0 or i > 2 and apart > 0 or i % 2 == 0 and apart == 0 then return false end
  end
  return true
end

local function read(f, s, kind)
  local out, at, n
  if f.read then out, at, n = f.read(f, s, kind) end
  if not out then fail("intake.value_type", f.name, shown(s), f.what, "") end
  for i = 1, at and 4 or 0 do
    if f.limits[i] and not keeps(i, at, f.limits[i]) then fail(bounds[i], f.name, shown(s), f.bounds[i]) end
  end
  local low = n and f.least >= 0 and n < f.least
  if low or n and f.most >= 0 and n > f.most then
    fail("intake.value_items", f.name, shown(s), format("%d", n), format("%s %d", low and "≥" or "≤", low and f.least or f.most))
  end
  return out
end

-- A field, and the number by which its cells name it. Its bounds: minimum, exclusive minimum, maximum, exclusive maximum.
function H.field(number, name, kind, form, item, delimiter, least, most, categories, decimal, group, bare, ...)
  local f = {
    name = name, kind = kind, format = form, item = item, delimiter = delimiter, least = least, most = most, decimal = decimal, group = group,
    bare = bare == 1, read = kinds[kind], bounds = { ... }, limits = {},
  }
  f.what = kind == "number" and decimal ~= "." and "number (decimalChar “" .. decimal .. "”)" or
    kind .. (form ~= "default" and " " .. form or "") .. (is_json[kind] and " (JSON)" or "")
  local unfit = categories == 1 and not (kind == "string" or kind == "integer" or kind == "any") and "categories" or
    next(f.bounds) and not ordered[kind] and "minimum, maximum" or (least >= 0 or most >= 0) and not counted[kind] and "minLength, maxLength"
  if unfit then fail("intake.constraint", name, kind, unfit) end
  if kinds[kind] == moment and find(form, "%", 1, true) then f.pattern = compile(kind, form) end
  if kinds[kind] == moment or kinds[kind] == duration then
    for i = 1, 4 do
      if f.bounds[i] then
        local _, at = f.read(f, f.bounds[i])
        f.limits[i] = at or fail("intake.value_type", name, shown(f.bounds[i]), f.what, "")
      end
    end
  end
  fields[number] = f
end

-- The text of a cell as it is stored, of numbers as programs write them. kind: what the file says of it, as in intake/rows.h: a number or a moment
-- of a sheet follows no format.
local cell_kinds = { [1] = "number", [2] = "moment" }
function H.cell(i, s, kind) return read(fields[i], s, cell_kinds[kind]) end

-- ---- patterns ----

local classes = {
  d = { "[0-9]", "0-9" }, w = { "[A-Za-z0-9_]", "A-Za-z0-9_" }, s = { "[ \t\n\r]", " \t\n\r" }, D = { "[^0-9]" }, W = { "[^A-Za-z0-9_]" },
  S = { "[^ \t\n\r]" }, n = { "\n", "\n" }, t = { "\t", "\t" }, r = { "\r", "\r" },
}
-- One escape of an XML Schema pattern; nil when POSIX has no such thing.
local function posix_escape(c, inside)
  if classes[c] then return classes[c][inside and 2 or 1] end
  if find(c, "^[%w\x80-\xFF]") or c == "" then return end
  -- In a bracket a collating element names any sign; outside, a bracket does, but for the one that would negate it.
  return inside and "[." .. c .. ".]" or c == "^" and "\\^" or "[" .. c .. "]"
end

-- An XML Schema pattern as POSIX extended, anchored; "." counts characters, not bytes. What POSIX cannot say is shown.
local any = "([\x01-\x09\x0b\x0c\x0e-\x7f]|[\xc2-\xf4][\x80-\xbf]+)"
function H.pattern(name, p)
  local out, inside, quantified, i = { "^(" }, false, false, 1
  while i <= #p do
    local c, was, group = sub(p, i, i), quantified, not inside and sub(p, i, i + 2) == "(?:"
    quantified = not inside and find("*+?}", c, 1, true)
    -- Bytes of a character are no members of a class; POSIX reads another meaning into two quantifiers, and into "(?".
    local bad = inside and byte(c) >= 0x80 or not inside and (was and quantified and c ~= "}" or not group and sub(p, i, i + 1) == "(?")
    if c == "\\" then
      c = posix_escape(sub(p, i + 1, i + 1), inside)
      bad = not c
    elseif c == "[" or c == "]" then
      inside = c == "["
    elseif c == "." and not inside then
      c = any
    end
    if bad then fail("intake.pattern", name, p, sub(p, i)) end
    i = i + (sub(p, i, i) == "\\" and 2 or group and 3 or 1)
    out[#out + 1] = c
  end
  if #out > PATTERN then fail("intake.pattern", name, p, "…") end
  return concat(out) .. ")$"
end
