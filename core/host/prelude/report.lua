-- analysis{} and the report object: reading (sql, one, fact), computing (sum, lower_bound), giving (value, table, figure, log).
local H, E = ...
local fail, nearest, type_of, options, fill, pairs, tostring = H.fail, H.nearest, H.type, H.options, H.fill, H.pairs, H.tostring
local get, info_of, langs, is_text = H.get, H.info, H.langs, H.is_text
local math_type, max, concat, next = math.type, math.max, table.concat, next
local rawget, rawset, setmetatable, ipairs = rawget, rawset, setmetatable, ipairs

-- analysis{} ------------------------------------------------------------------------------------------------------

local param_types = { integer = math_type, number = type_of, string = type_of, boolean = type_of }

local function read_params(given)
  local params = {}
  for name, p in pairs(given or {}) do
    if not H.is_name(name) then fail("host.name", "parameter", tostring(name)) end
    options("parameter " .. name, p, { type = "string!", default = "any!" })
    local test = param_types[p.type]
    if not test then fail("host.option_choice", "parameter " .. name, "type", p.type, "integer, number, string, boolean") end
    if test(p.default) ~= p.type then fail("host.argument", "parameter " .. name .. ", default", p.type, type_of(p.default)) end
    params[name] = p.default
  end
  return H.read_only("params", params)
end

function E.analysis(given)
  options("analysis", given, { title = "text!", params = "table" })
  H.params = read_params(given.params)
  H.give_title(given.title)
  local known = { "run" }
  local A = setmetatable({}, {
    __newindex = function(A, k, v)
      if k ~= "run" then fail("host.lua_field", tostring(k), "analysis", nearest(tostring(k), known)) end
      if type_of(v) ~= "function" then fail("host.argument", "A." .. k, "function", type_of(v)) end
      rawset(A, k, v)
    end,
    __metatable = false,
  })
  H.analysis = A
  return A
end

-- Frames ----------------------------------------------------------------------------------------------------------

-- One row: a field that the query does not have is an error, a NULL is nil.
local function row_maker(f)
  local meta = {
    __index = function(_, k)
      if not f.index[k] then fail("host.lua_field", tostring(k), "row", nearest(tostring(k), f.names)) end
    end,
    __metatable = false,
  }
  return function(i)
    local row = {}
    for j = 1, #f.names do row[f.names[j]] = f.columns[j][i] end
    return setmetatable(row, meta)
  end
end

-- frame → its columns; the keys are weak so that a frame that is dropped frees its rows.
H.frame_data = setmetatable({}, { __mode = "k" })

local function column(f, j)
  local data, n, name = f.columns[j], f.n, f.names[j]
  return setmetatable({}, {
    __index = data,
    __newindex = function() fail("host.lua_read_only", "column " .. name) end,
    __len = function() return n end,
    __pairs = function()
      local i = 0
      return function()
        repeat i = i + 1 until i > n or data[i] ~= nil
        if i <= n then return i, data[i] end
      end
    end,
    -- frame:rows() on a query with a column called rows.
    __call = function() fail("host.frame_hidden", name) end,
    __metatable = false,
  })
end

local function frame_rows(frame)
  local f, i = H.frame_data[frame], 0
  if not f then fail("host.argument", "frame:rows", "frame", type_of(frame)) end
  local row = row_maker(f)
  return function()
    i = i + 1
    if i <= f.n then return row(i), i end
  end
end

local function new_frame(names, columns, n, tables)
  local f = { names = names, columns = columns, n = n, tables = tables, index = {} }
  local fields = {}
  for j, name in ipairs(names) do
    f.index[name] = j
    fields[name] = column(f, j)
  end
  if fields.columns == nil then fields.columns = H.read_only("columns", names) end
  if fields.n == nil then fields.n = n end
  if fields.rows == nil then fields.rows = frame_rows end
  local frame = setmetatable({}, {
    __index = function(_, k)
      local v = fields[k]
      if v == nil then fail("host.lua_field", tostring(k), "frame", nearest(tostring(k), names)) end
      return v
    end,
    __newindex = function() fail("host.lua_read_only", "frame") end,
    __len = function() return n end,
    __pairs = function() return pairs(fields) end,
    __metatable = false,
  })
  H.frame_data[frame] = f
  return frame
end

-- Rows of a list or of a frame, as a list of tables.
function H.rows_of(rows, what)
  local f = H.frame_data[rows]
  if not f then
    if type_of(rows) ~= "table" then fail("host.argument", what, "list / frame", type_of(rows)) end
    return rows
  end
  local list, row = {}, row_maker(f)
  for i = 1, f.n do list[i] = row(i) end
  return list
end

-- Origins as the result wants them --------------------------------------------------------------------------------

local tables_read = {}   -- by report:sql and report:one, so far

-- { facts = list of ids, sources = list sorted by key }, and whether made-up data are among them. One text is printed once.
-- What says nothing of its origin comes from every table that was read so far. A fact of low confidence is not printed.
local function settle(origin)
  local facts, sources, seen, by_key, illustrative = {}, {}, {}, {}, false
  for id, confidence in pairs(origin.facts) do
    if confidence == "low" then fail("host.fact_low", id) end
    facts[#facts + 1] = id
  end
  for key, s in pairs(origin.sources) do by_key[key] = s end
  if origin.plain or (#facts == 0 and next(origin.tables) == nil) then
    for name in pairs(tables_read) do by_key[name] = H.table_info(name) end
  end
  for name in pairs(origin.tables) do by_key[name] = H.table_info(name) end
  for key, s in pairs(by_key) do
    local fr, en = s.fr, s.en
    if s.status == "illustrative" then
      illustrative, fr, en = true, fr .. " (données fictives)", en .. " (illustrative data)"
    end
    if fr ~= "" and not seen[fr] then
      seen[fr] = true
      sources[#sources + 1] = { key = key, fr = fr, en = en, address = s.address }
    end
  end
  return { facts = facts, sources = sources }, illustrative
end

-- Reading ---------------------------------------------------------------------------------------------------------

-- What joins a set of the result is given once.
local given_once = {}
local function once(list, key, item)
  key = list .. "/" .. key
  if given_once[key] then return end
  H.emit(list, item)
  given_once[key] = true
end

-- Names of columns, columns, number of rows, tables read. quiet: not counted as read by the analysis.
local function query(text, params, quiet)
  local names, columns, n, reads = H.read(text, params)
  local tables = {}
  for _, r in ipairs(reads) do
    if not quiet then once("reads", r.package .. "/" .. r.table .. "/" .. r.column, r) end
    if r.table ~= tables[#tables] then tables[#tables + 1] = r.table end
  end
  return names, columns, n, tables
end
H.query = query

local report = {}

local function check_self(self, what)
  if self ~= H.report then fail("host.colon", what) end
end

local function run_sql(what, text, params)
  if type_of(text) ~= "string" then fail("host.argument", "report:" .. what, "string", type_of(text)) end
  if params ~= nil and type_of(params) ~= "table" then fail("host.argument", "report:" .. what .. ", params", "table", type_of(params)) end
  local names, columns, n, tables = query(text, params)
  for _, name in ipairs(tables) do tables_read[name] = true end
  return names, columns, n, tables
end

function report.sql(self, text, params)
  check_self(self, "sql")
  local names, columns, n, tables = run_sql("sql", text, params)
  local frame = new_frame(names, columns, n, tables)
  return frame
end

function report.one(self, text, params)
  check_self(self, "one")
  local names, columns, n, tables = run_sql("one", text, params)
  if n ~= 1 then fail("host.one_rows", n) end
  if #names == 1 then
    local v = columns[1][1]
    return v
  end
  local index = {}
  for j, name in ipairs(names) do index[name] = j end
  local row = row_maker { names = names, columns = columns, index = index }
  local first = row(1)
  return first
end

local function query_row(text, params)
  local names, columns, n = query(text, params, true)
  if n == 0 then return nil end
  local row = {}
  for j, name in ipairs(names) do row[name] = columns[j][1] end
  return row
end

-- "Publisher, « title », date" of the document that a fact stands in.
local function document_source(name, id)
  local known = H.table_info(name)
  if not known or id == nil then return nil end
  local key = name == "documents" and "document" or "source"
  local d = query_row('SELECT * FROM "' .. name .. '" WHERE ' .. key .. ' = :id', { id = id })
  if not d then return nil end
  local out = { address = d.address or "" }
  for _, lang in ipairs(langs) do
    local parts, title = {}, d["title_" .. lang] or d.title
    if d.publisher and d.publisher ~= "" then parts[1] = d.publisher end
    if title then parts[#parts + 1] = lang == "fr" and "«\u{a0}" .. title .. "\u{a0}»" or "“" .. title .. "”" end
    if d.date and d.date ~= "" then parts[#parts + 1] = H.period(lang, tostring(d.date)) end
    out[lang] = concat(parts, ", ")
  end
  return out
end

local sources = {}
local function fact_source(name, row)
  local documents = row.document and "documents" or "sources"
  local id = row.document or row.source
  local key = name .. "/" .. tostring(id)
  if sources[key] == nil then
    local own = H.table_info(name)
    sources[key] = document_source(documents, id) or own or false
    if sources[key] and own then sources[key].status = own.status end
  end
  return key, sources[key]
end

local function both(row, name)
  local fr, en = row[name .. "_fr"], row[name .. "_en"]
  if fr or en then return { fr = fr or "", en = en or "" } end
end

local function fact_quantity(name, row)
  local qualifier = row.kind == "target" and "target" or row.qualifier or "exact"
  if (row.value == nil and row.low == nil and row.high == nil) or qualifier == "words" then fail("host.fact_words", row.fact_id) end
  local unit = row.unit
  if unit == nil or unit == "none" then unit = "" end
  local key, source = fact_source(name, row)
  local origin = H.new_origin()
  origin.facts[row.fact_id] = row.confidence or true
  if source then origin.sources[key] = source else origin.tables[name] = true end
  return H.make({
    best = row.value, low = row.low, high = row.high, qualifier = qualifier, unit = unit, period = row.period,
    decimals = row.value and H.decimals(row.value) or max(H.decimals(row.low or 0), H.decimals(row.high or 0)),
  }, {
    id = row.fact_id, table = name, document = row.document or row.source, kind = row.kind, confidence = row.confidence, flag = row.flag,
    subject = both(row, "subject"), scope = both(row, "scope"), place = both(row, "place"), note = both(row, "note"),
    list_open = row.list_open, origin = origin,
  })
end

local function no_fact(id)
  local ids = {}
  for _, name in ipairs(H.fact_tables) do
    if H.table_info(name) then
      local _, columns, n = query('SELECT fact_id FROM "' .. name .. '" ORDER BY fact_id', nil, true)
      for i = 1, n do ids[#ids + 1] = columns[1][i] end
    end
  end
  if #ids == 0 then fail("host.fact_tables") end
  fail("host.fact_missing", id, nearest(id, ids))
end

function report.fact(self, id)
  check_self(self, "fact")
  if type_of(id) ~= "string" then fail("host.argument", "report:fact", "string", type_of(id)) end
  for _, name in ipairs(H.fact_tables) do
    local known = H.table_info(name)
    local row = known and query_row('SELECT * FROM "' .. name .. '" WHERE fact_id = :id', { id = id })
    if row then
      once("facts", name .. "/" .. id, { table = name, id = id })
      local q = fact_quantity(name, row)
      return q
    end
  end
  no_fact(id)
end

-- Computing -------------------------------------------------------------------------------------------------------

local function check_list(list, what, extra)
  if type_of(list) ~= "table" then fail("host.argument", what, "list", type_of(list)) end
  for k in pairs(list) do
    if math_type(k) ~= "integer" and not (extra and extra[k]) then
      fail("host.option_unknown", tostring(k), what, nearest(tostring(k), H.names_of(extra or {})))
    end
  end
  if #list == 0 then fail("host.argument", what, "list", "empty list") end
  for i, q in ipairs(list) do
    if type_of(q) ~= "quantity" then fail("host.argument", what .. " [" .. i .. "]", "quantity", type_of(q)) end
  end
end

function report.sum(self, list)
  check_self(self, "sum")
  check_list(list, "report:sum")
  local total = list[1]
  for i = 2, #list do
    local q, reason = H.sum_of(total, list[i], true)
    if not q then
      local origin = H.new_origin()
      for _, term in ipairs(list) do H.add_origin(origin, term) end
      H.word_origin[reason] = origin
      return nil, reason
    end
    total = q
  end
  return total
end

-- The only way to a figure from figures whose unit is not stated: their low ends added, under an assumption that is said.
function report.lower_bound(self, list)
  check_self(self, "lower_bound")
  local extra = { assumption = true, label = true }
  check_list(list, "report:lower_bound", extra)
  for k in pairs(extra) do
    if not is_text(list[k]) then fail("host.option_missing", k, "report:lower_bound") end
  end
  local low, unit, period, origin, decimals = 0, get(list[1], "unit"), get(list[1], "period"), H.new_origin(), 0
  for i, q in ipairs(list) do
    local qualifier, bound = get(q, "qualifier"), get(q, "low")
    if get(q, "unit") ~= unit then fail("host.bound_units", unit, get(q, "unit")) end
    if bound == nil or qualifier == "target" or qualifier == "forecast" then fail("host.bound_open", i) end
    low, decimals = low + bound, max(decimals, H.decimals(bound))
    if get(q, "period") ~= period then period = nil end
    H.add_origin(origin, q)
  end
  local q = H.make({ best = low, qualifier = "at_least", unit = unit, decimals = decimals, period = period },
    { subject = list.label, assumption = list.assumption, origin = origin })
  return q
end

-- Giving ----------------------------------------------------------------------------------------------------------

local function as_quantity(v, opts, where)
  if opts.decimals == nil and not H.is_whole(v) then fail("host.decimals", where, "the number") end
  if v ~= v or v - v ~= 0 then fail("host.output_number", where, v ~= v and "NaN" or v > 0 and "inf" or "-inf") end
  return H.make({ best = v, qualifier = opts.qualifier, unit = H.check_unit(opts.unit or ""), decimals = opts.decimals or 0, period = opts.period })
end

local function label_of(q, opts, values, where, origin)
  local own = type_of(q) == "quantity" and info_of(q) or {}
  local label = fill(opts.label, values, where .. ", label", origin) or own.subject
  if not label then fail("host.option_missing", "label", where) end
  if not own.assumption then return label end
  return {
    fr = label.fr .. "\u{202f}; hypothèse\u{a0}: " .. own.assumption.fr,
    en = label.en .. "; assumption: " .. own.assumption.en,
  }
end

function report.value(self, name, v, opts)
  check_self(self, "value")
  opts = options("report:value", opts or {}, {
    label = "text", decimals = "integer", unit = "string", qualifier = "string", period = "string", values = "table",
  })
  local where = "value " .. tostring(name)
  local kind, origin = type_of(v), H.new_origin()
  if kind == "nil" then fail("host.value_nil", tostring(name)) end
  if kind == "number" then
    v = as_quantity(v, opts, where)
  elseif is_text(v) then
    H.add_origin(origin, v)
    v = fill(v, opts.values, where, origin)
    H.word_origin[v] = origin
  elseif kind ~= "quantity" then
    fail("host.argument", where, "quantity / number / { fr = …, en = … }", kind)
  end
  H.add_origin(origin, v)
  local out = settle(origin)
  out.name, out.is_words, out.label = name, kind == "table", label_of(v, opts, opts.values, where, origin)
  if out.is_words then
    out.words, out.bare = v, v
  else
    out.q = v
    for _, form in ipairs { "words", "bare", "interval", "period" } do out[form] = { fr = H.words(v, "fr", form), en = H.words(v, "en", form) } end
  end
  H.give("values", out)
  H.emitted[name] = v
end

local unknown = { fr = "n.\u{a0}d.", en = "n/a" }

local function cell(v, column, values, where, origin)
  local kind = type_of(v)
  if v == nil then
    return unknown
  elseif kind == "quantity" then
    H.add_origin(origin, v)
    local out = {}
    for _, lang in ipairs(langs) do
      out[lang] = column.form == "unit" and H.unit_text(v)[lang] or H.words(v, lang, column.form or "words", true)
    end
    return out
  elseif kind == "number" then
    origin.plain = true
    if not H.is_whole(v) and not column.decimals then fail("host.decimals", where, tostring(v)) end
    if v ~= v or v - v ~= 0 then fail("host.output_number", where, v ~= v and "NaN" or v > 0 and "inf" or "-inf") end
    return { fr = H.number("fr", v, column.decimals or 0, column.plain), en = H.number("en", v, column.decimals or 0, column.plain) }
  elseif kind == "string" then
    return { fr = v, en = v }
  elseif is_text(v) then
    return fill(v, values, where, origin)
  end
  fail("host.argument", where, "quantity / number / string / { fr = …, en = … }", kind)
end

local row_kinds = { normal = true, group = true, total = true }
local cell_forms = { words = true, interval = true, bare = true, qualifier = true, period = true, unit = true, low = true, high = true }

local function table_columns(list, where)
  local out, keys = {}, {}
  for i, c in ipairs(list) do
    local at = where .. ", column " .. i
    options(at, c, { key = "string!", head = "cell!", align = "string", width = "number", decimals = "integer", form = "string", plain = "boolean" })
    if c.form and not cell_forms[c.form] then fail("host.option_choice", at, "form", c.form, concat(H.names_of(cell_forms), ", ")) end
    out[i] = { head = c.head, align = c.align, width = c.width }
    keys[c.key] = true
  end
  if #out == 0 then fail("host.option_missing", "columns", where) end
  return out, keys
end

local function table_row(given, list, keys, values, where, origin)
  local kind = rawget(given, "_row")
  if kind ~= nil and not row_kinds[kind] then fail("host.option_choice", where, "_row", tostring(kind), "normal, group, total") end
  local cells = {}
  for k in pairs(given) do
    if k ~= "_row" and not keys[k] then fail("host.lua_field", tostring(k), where, nearest(tostring(k), H.names_of(keys))) end
  end
  for j, c in ipairs(list) do
    local v = rawget(given, c.key)
    if v == nil and kind == "group" then v = "" end
    cells[j] = cell(v, c, values, where .. ", column " .. c.key, origin)
  end
  return { kind = kind, cells = cells }
end

function report.table(self, name, opts)
  check_self(self, "table")
  local where = "table " .. tostring(name)
  options(where, opts, {
    columns = "list!", rows = "list!", caption = "text!", note = "text", coverage = "text", values = "table",
  })
  local origin, values, rows = H.new_origin(), opts.values, {}
  local columns, keys = table_columns(opts.columns, where)
  local frame = H.frame_data[opts.rows]
  for _, c in ipairs(frame and opts.columns or {}) do
    if not frame.index[c.key] then fail("host.lua_field", c.key, where, nearest(c.key, frame.names)) end
  end
  if not frame and #opts.rows == 0 then fail("host.argument", where .. ", rows", "list", next(opts.rows) and "table" or "empty list") end
  for i, given in ipairs(H.rows_of(opts.rows, where .. ", rows")) do
    if type_of(given) ~= "table" then fail("host.argument", where .. ", row " .. i, "table", type_of(given)) end
    rows[i] = table_row(given, opts.columns, keys, values, where .. ", row " .. i, origin)
  end
  local out = { name = name, columns = columns, rows = rows }
  for _, field in ipairs { "caption", "note", "coverage" } do out[field] = fill(opts[field], values, where .. ", " .. field, origin) end
  for i, c in ipairs(columns) do c.head = fill(c.head, values, where .. ", column " .. i, origin) end
  out.sources = settle(origin).sources
  H.give("tables", out)
end

local figure_fields = { "title", "unit", "period", "coverage", "reading", "alt" }

local function is_empty(v) return v == nil or v == "" or is_text(v) and (v.fr == "" or v.en == "") end

-- The data table of a chart, { columns, rows = lists of cells }, as one list of cells.
local function flatten(data, out)
  out.columns, out.cells = data.columns, {}
  for _, row in ipairs(data.rows or {}) do
    for j = 1, #(data.columns or {}) do out.cells[#out.cells + 1] = row[j] or "" end
  end
end

function report.figure(self, name, chart, opts)
  check_self(self, "figure")
  local where = "figure " .. tostring(name)
  if not H.chart_origin[chart or false] then fail("host.chart_wanted", tostring(name)) end
  options(where, opts, {
    title = "text", subtitle = "text", unit = "text", period = "period", coverage = "text", reading = "text", note = "text", alt = "text",
    values = "table",
  })
  for _, field in ipairs(figure_fields) do
    if is_empty(opts[field]) then fail("host.figure_field", field, tostring(name)) end
  end
  local origin, out = H.new_origin(), { name = name, chart = chart }
  H.merge_origin(origin, H.chart_origin[chart])
  for _, field in ipairs { "title", "subtitle", "unit", "coverage", "reading", "note", "alt" } do
    out[field] = fill(opts[field], opts.values, where .. ", " .. field, origin)
  end
  local period = opts.period
  if type_of(period) == "string" then H.check_period(period) period = { fr = H.period("fr", period), en = H.period("en", period) } end
  out.period = fill(period, opts.values, where .. ", period", origin)
  local settled, illustrative = settle(origin)
  out.sources = settled.sources
  if illustrative then chart.illustrative = true end
  flatten(H.chart_data[chart], out)
  H.give("figures", out)
end

function report.log(self, ...)
  check_self(self, "log")
  H.print(...)
end

H.report = H.read_only("report", report)

-- Called by the host when everything is there: runs the plugin's file, and the analysis that it returns.
function H.start()
  if not H.is_name(H.id) then fail("host.plugin_name", H.id) end
  local chunk = H.load(H.plugin, false, E)
  H.started = true
  local returned = chunk()
  if H.analysis == nil or returned ~= H.analysis then fail("host.plugin_return", H.plugin) end
  local run = rawget(H.analysis, "run")
  if run == nil then fail("host.plugin_run", H.plugin) end
  report.params = H.params
  run(H.report)
end
