-- Chart kinds, composed of marks on scales in panels. An analyst writes a new kind the same way, with chart.new.
-- Ordinal positions count from 1, the first at the top. At an open end the interval stops where knowledge does, and an arrow goes on.
local H, E = ...
local fail, type_of, options, get, tostring = H.fail, H.type, H.options, H.get, H.tostring
local math_type, setmetatable, ipairs, rawget = math.type, setmetatable, ipairs, rawget

local chart = {}
-- chart → where its numbers come from, and its data table
H.chart_origin, H.chart_data = setmetatable({}, { __mode = "k" }), setmetatable({}, { __mode = "k" })

local function finish(given, panels, data, origin)
  local made = { width = given.width, height = given.height, illustrative = given.illustrative, panels = panels }
  H.chart_origin[made], H.chart_data[made] = origin, data or {}
  return made
end

local size = { width = "number", height = "number", illustrative = "boolean" }
local function spec(more)
  for k, v in H.pairs(size) do more[k] = v end
  return more
end

function chart.new(given)
  options("chart.new", given, spec { panels = "list!", data = "table", from = "list" })
  local origin = H.new_origin()
  for _, v in ipairs(given.from or {}) do H.add_origin(origin, v) end
  origin.plain = given.from == nil
  local made = finish(given, given.panels, given.data, origin)
  return made
end

-- Rows of figures -------------------------------------------------------------------------------------------------

-- The value of a row as a quantity; a number becomes an exact one.
local function quantity_of(v, where, decimals)
  local kind = type_of(v)
  if kind == "quantity" then return v end
  if kind ~= "number" then fail("host.argument", where, "quantity / number", kind) end
  if not H.is_whole(v) and not decimals then fail("host.decimals", where, tostring(v)) end
  if v ~= v or v - v ~= 0 then fail("host.output_number", where, v ~= v and "NaN" or v > 0 and "inf" or "-inf") end
  local q = H.make { best = v, decimals = decimals or 0 }
  return q
end

local function number_text(v, decimals)
  if v == nil then return "" end
  return { fr = H.number("fr", v, decimals, true), en = H.number("en", v, decimals, true) }
end

local function both_words(q, form)
  return { fr = H.words(q, "fr", form, form == "words"), en = H.words(q, "en", form, form == "words") }
end

local data_columns = {
  { name = "panel", title = { fr = "Panneau", en = "Panel" } },
  { name = "label", title = { fr = "Intitulé", en = "Label" } },
  { name = "value", title = { fr = "Valeur en toutes lettres", en = "Value in words" } },
  { name = "low", title = { fr = "Borne basse", en = "Low end" } },
  { name = "best", title = { fr = "Valeur", en = "Value" } },
  { name = "high", title = { fr = "Borne haute", en = "High end" } },
  { name = "qualifier", title = { fr = "Qualificatif", en = "Qualifier" } },
  { name = "unit", title = { fr = "Unité de compte", en = "Counting unit" } },
  { name = "period", title = { fr = "Période", en = "Period" } },
  { name = "note", title = { fr = "Note", en = "Note" } },
}

local function data_row(panel, row)
  local q, decimals = row.q, get(row.q, "decimals")
  return {
    panel or "", row.label, both_words(q, "words"), number_text(get(q, "low"), decimals), number_text(get(q, "best"), decimals),
    number_text(get(q, "high"), decimals), both_words(q, "qualifier"), H.unit_text(q), get(q, "period"), row.note or "",
  }
end

-- Rows of one panel, checked: { label, q, role, note }. One panel, one counting unit.
local function read_rows(list, value, where, decimals, origin)
  local rows, unit = {}, nil
  for i, given in ipairs(H.rows_of(list, where)) do
    local at = where .. ", row " .. i
    options(at, given, { label = "cell!", [value] = "any!", role = "string", note = "text" })
    -- A row of a query has no columns but its own, and says so when asked: what is optional is looked up past that.
    local role, note = rawget(given, "role"), rawget(given, "note")
    local q = quantity_of(given[value], at .. ", " .. value, decimals)
    local own = get(q, "unit")
    if unit ~= nil and unit ~= own then fail("host.chart_units", unit, own) end
    unit = own
    H.add_origin(origin, given[value])
    rows[i] = { label = H.fill(given.label, nil, at, origin), q = q, role = role or "main", note = note }
  end
  if #rows == 0 then fail("host.argument", where, "list", "empty list") end
  return rows
end

-- Panels as given, or one of the chart's own rows; then marks of each by make(rows, panel) and the data table of all.
local panel_spec = {
  rows = "list", title = "text", scale = "string", axis = "text", lo = "number", hi = "number", decimals = "integer", share = "number",
}

local function build(what, given, value, make)
  local allowed = spec { panels = "list", horizontal = "boolean" }
  for k, v in H.pairs(panel_spec) do allowed[k] = v end
  options(what, given, allowed)
  if not given.rows and not given.panels then fail("host.option_missing", "rows", what) end
  local origin, panels, data = H.new_origin(), {}, {}
  for i, p in ipairs(given.panels or { given }) do
    local where = given.panels and what .. ", panel " .. i or what
    if given.panels then options(where, p, panel_spec) end
    if not p.rows then fail("host.option_missing", "rows", where) end
    local rows = read_rows(p.rows, value, where, p.decimals or given.decimals, origin)
    local labels = {}
    for j, row in ipairs(rows) do
      labels[j] = row.label
      data[#data + 1] = data_row(p.title, row)
    end
    local values = { kind = p.scale or given.scale or "linear", lo = p.lo, hi = p.hi, title = p.axis or given.axis, decimals = p.decimals }
    local names = { kind = "ordinal", categories = labels }
    local across = given.horizontal == false
    panels[i] = {
      title = p.title, share = p.share, x = across and names or values, y = across and values or names,
      marks = make(rows, not across),
    }
  end
  local made = finish(given, panels, { columns = data_columns, rows = data }, origin)
  return made
end

-- Items gathered into one mark for each kind and role, in the order in which they come.
local function gather()
  local marks, by_key = {}, {}
  return marks, function(kind, role, horizontal, item)
    local key = kind .. " " .. role
    if not by_key[key] then
      by_key[key] = { kind = kind, role = role, horizontal = horizontal, items = {} }
      marks[#marks + 1] = by_key[key]
    end
    local items = by_key[key].items
    items[#items + 1] = item
  end
end

local function is_goal(q) return get(q, "qualifier") == "target" or get(q, "qualifier") == "forecast" end

-- Value v along the axis of values at position i of the ordinal one, and back for the far end.
local function place(horizontal, i, v, far)
  if horizontal then return { x = v, y = i, x2 = far, y2 = far and i } end
  return { x = i, y = v, x2 = far and i, y2 = far }
end

-- Intervals with a dot at the best value, an arrow at an open end, hollow for a target, hatched and without a dot where no number is stated.
function chart.intervals(given)
  local made = build("chart.intervals", given, "quantity", function(rows, horizontal)
    local marks, add = gather()
    for i, row in ipairs(rows) do
      local q = row.q
      local low, best, high = get(q, "low"), get(q, "best"), get(q, "high")
      if low ~= high and not is_goal(q) then
        local open = low == nil and "low" or high == nil and "high" or nil
        local item = place(horizontal, i, low or best, high or best)
        item.open, item.label = open, both_words(q, "words")
        if best == nil then item.style = get(q, "qualifier") == "several" and "hatched" or "pale" end
        add("interval", row.role, horizontal, item)
      end
    end
    for i, row in ipairs(rows) do
      local q = row.q
      local best = get(q, "best")
      if best then
        local item = place(horizontal, i, best)
        if is_goal(q) then item.style = "hollow" end
        if get(q, "low") == get(q, "high") or is_goal(q) then item.label = both_words(q, "words") end
        add("point", row.role, horizontal, item)
      end
    end
    return marks
  end)
  return made
end

local function need_best(what, rows)
  for i, row in ipairs(rows) do
    if not get(row.q, "best") then
      fail("host.argument", what .. ", row " .. i, "quantity with a best value", get(row.q, "qualifier"))
    end
  end
end

-- Bars from zero; hollow for a target, pale where an end is open.
function chart.bars(given)
  local made = build("chart.bars", given, "value", function(rows, horizontal)
    local marks, add = gather()
    need_best("chart.bars", rows)
    for i, row in ipairs(rows) do
      local item = place(horizontal, i, get(row.q, "best"))
      item.label = both_words(row.q, "words")
      item.style = is_goal(row.q) and "hollow" or not (get(row.q, "low") and get(row.q, "high")) and "pale" or nil
      add("bar", row.role, horizontal, item)
    end
    return marks
  end)
  return made
end

-- One dot for each row.
function chart.dots(given)
  local made = build("chart.dots", given, "value", function(rows, horizontal)
    local marks, add = gather()
    need_best("chart.dots", rows)
    for i, row in ipairs(rows) do
      local item = place(horizontal, i, get(row.q, "best"))
      item.label = both_words(row.q, "words")
      if is_goal(row.q) then item.style = "hollow" end
      add("point", row.role, horizontal, item)
    end
    return marks
  end)
  return made
end

local line_columns = {
  { name = "series", title = { fr = "Série", en = "Series" } }, { name = "x", title = { fr = "Abscisse", en = "Position" } },
  { name = "y", title = { fr = "Valeur", en = "Value" } },
}

-- Lines over a numeric axis (years by default); a point without y interrupts its line.
function chart.lines(given)
  options("chart.lines", given, spec {
    series = "list!", axis_x = "text", axis_y = "text", decimals = "integer", x_kind = "string", plain = "boolean", scale = "string",
    lo = "number", hi = "number",
  })
  local origin, marks, data, decimals = H.new_origin(), {}, {}, given.decimals
  for i, series in ipairs(given.series) do
    local where = "chart.lines, series " .. i
    options(where, series, { name = "text!", points = "list!", role = "string" })
    local items = {}
    for j, p in ipairs(H.rows_of(series.points, where)) do
      local at = where .. ", point " .. j
      options(at, p, { x = "number!", y = "any" })
      local q = p.y ~= nil and quantity_of(p.y, at .. ", y", decimals)
      if q then H.add_origin(origin, p.y) end
      local y = q and get(q, "best") or nil
      items[j] = { x = p.x, y = y }
      data[#data + 1] = {
        series.name, number_text(p.x, H.decimals(p.x)), y and number_text(y, get(q, "decimals")) or "",
      }
    end
    marks[i] = { kind = "line", role = series.role, name = series.name, items = items }
  end
  local panel = {
    x = { kind = given.x_kind or "linear", title = given.axis_x, plain = given.plain ~= false },
    y = { kind = given.scale or "linear", title = given.axis_y, decimals = decimals, lo = given.lo, hi = given.hi }, marks = marks,
  }
  local made = finish(given, { panel }, { columns = line_columns, rows = data }, origin)
  return made
end

E.chart = H.read_only("chart", chart)
