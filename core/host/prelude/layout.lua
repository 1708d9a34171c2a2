-- layout { … }: what a sheet looks like, said in a table. A file belongs to the one layout whose header it has; rows above are titles,
-- the others are headings, totals, skipped by a rule, or data. Columns are never taken by their number alone.
local H, E = ...
local fail, nearest, type_of, pairs, fold, number, text_of, trim = H.fail, H.nearest, H.type, H.pairs, H.fold, H.number, H.text_of, E.trim
local options, plain, math_type, concat = H.options, H.plain, math.type, table.concat
local find, gsub, match, sub, format = string.find, string.gsub, string.match, string.sub, string.format

local WITHIN = 40   -- rows among which the header is looked for
local SHOWN = 48    -- bytes of a header that a refusal shows

-- What users wrote, checked --------------------------------------------------------------------------------------------

local layout_spec = {
  name = "string!", file = "string", header = "any", columns = "table!", ignore = "list", data_from = "integer", headings = "list", totals = "list", skip = "list",
  set = "table", from_name = "table", from_title = "table", pivot = "table", agree = "table", map = "function",
}
local header_spec = { rows = "integer", from = "integer", find = "string", within = "integer", join = "string" }
local column_spec = {
  header = "any", match = "string", capture = "string", column = "integer", number = "boolean", carry = "boolean", read = "function", optional = "boolean",
}
local rule_specs = {
  headings = { when = "any!", match = "string", set = "table" },
  totals = { when = "any!", match = "string", of = "string!", over = "string", fields = "list", from = "table" },
  skip = { when = "any!", match = "string", kind = "string!", add = "boolean", rest = "boolean" },
}
local pivot_spec = { match = "string!", key = "string!", value = "string!", read = "function", number = "boolean", drop_blank = "boolean" }
local agree_spec = { code = "string!", label = "string!", table = "any!" }

local function pattern(p, what)
  if type_of(p) ~= "string" then fail("host.argument", what, "string", type_of(p)) end
  local ok, why = pcall(find, "", p)
  if not ok then fail("host.shape_pattern", p, what, H.tostring(why)) end
  return p
end

local function list_of_texts(v, what)
  if type_of(v) == "string" then v = { v } end
  if type_of(v) ~= "table" then fail("host.argument", what, "string / list", type_of(v)) end
  local list = {}
  for i, text in ipairs(v) do
    if type_of(text) ~= "string" then fail("host.argument", what .. ", " .. i, "string", type_of(text)) end
    list[i] = text
  end
  return list
end

local function compile_header(h)
  if math_type(h) == "integer" then h = { rows = h } end
  h = options("layout, header", h or {}, header_spec)
  local c = { rows = h.rows or 1, from = h.from, find = h.find and fold(h.find), within = h.within or WITHIN, join = h.join or " " }
  if c.rows < 1 or c.rows > 10 then fail("host.argument", "layout, header, rows", "1 – 10", H.tostring(c.rows)) end
  return c
end

local function compile_column(field, c)
  local what = "layout, columns, " .. H.tostring(field)
  if type_of(field) ~= "string" then fail("host.argument", "layout, columns", "field = …", type_of(field)) end
  if type_of(c) == "string" then c = { header = c } end
  options(what, c, column_spec)
  local out = { field = field, match = c.match and pattern(c.match, what), capture = c.capture, column = c.column, number = c.number, carry = c.carry,
    read = c.read, optional = c.optional, folded = {}, texts = {} }
  if c.header == nil and not c.match then fail("host.option_missing", "header", what) end
  for i, text in ipairs(c.header == nil and {} or list_of_texts(c.header, what .. ", header")) do
    out.texts[i], out.folded[fold(text)] = text, true
    if text == "" and not c.column then fail("host.option_missing", "column", what) end
  end
  out.said = out.texts[1] or c.match
  return out
end

-- Conditions in the order of their keys.
local function compile_when(rule, columns, what)
  local when = rule.when
  if when == "blank" or when == "first_cell" then
    return { [when] = when == "blank" or pattern(rule.match, what .. ", match") }
  end
  if type_of(when) ~= "table" then fail("host.argument", what .. ", when", "table / \"blank\" / \"first_cell\"", type_of(when)) end
  local list = {}
  for key, p in pairs(when) do
    if math_type(key) ~= "integer" and not columns[key] then fail("host.shape_field", H.tostring(key), what, nearest(H.tostring(key), H.names_of(columns))) end
    list[#list + 1] = { key = key, pattern = p ~= "" and pattern(p, what) or "" }
  end
  return list
end

local function compile_rules(t, name, columns)
  local rules = {}
  for i, r in ipairs(t[name] or {}) do
    local what = format("layout, %s, %d", name, i)
    options(what, r, rule_specs[name])
    rules[i] = { when = compile_when(r, columns, what), of = r.of, over = r.over or (r.of == "nation" and "all" or "block"), fields = r.fields, from = r.from or {},
      kind = r.kind, add = r.add, rest = r.rest, set = r.set }
    if name == "skip" and not H.is_name(r.kind) then fail("host.shape_kind", r.kind) end
    for field, source in pairs(r.from or {}) do
      if not columns[source] then fail("host.shape_field", H.tostring(source), what, nearest(H.tostring(source), H.names_of(columns))) end
    end
  end
  return rules
end

H.is_layout = {}
local function compile(t, line)
  local l = { name = t.name, line = line, file = t.file and pattern(t.file, "layout, file"), header = compile_header(t.header), columns = {}, by_field = {}, ignore = {},
    ignored = {}, data_from = t.data_from, set = t.set or {}, agree = t.agree, map = t.map, from_name = t.from_name or {}, from_title = t.from_title or {} }
  for field, c in pairs(t.columns) do
    local column = compile_column(field, c)
    l.columns[#l.columns + 1], l.by_field[field] = column, column
    l.carries = l.carries or column.carry
  end
  for i, text in ipairs(list_of_texts(t.ignore or {}, "layout, ignore")) do
    if sub(text, 1, 1) == "^" then l.ignore[#l.ignore + 1] = pattern(text, "layout, ignore") else l.ignored[fold(text)] = true end
  end
  for _, name in ipairs { "headings", "totals", "skip" } do l[name] = compile_rules(t, name, l.by_field) end
  for _, name in ipairs { "from_name", "from_title" } do
    for field, p in pairs(l[name]) do pattern(p, "layout, " .. name .. ", " .. H.tostring(field)) end
  end
  if t.pivot then
    l.pivot = options("layout, pivot", t.pivot, pivot_spec)
    pattern(t.pivot.match, "layout, pivot, match")
  end
  if t.agree then options("layout, agree", t.agree, agree_spec) end
  return l
end

function E.layout(t)
  options("layout", t, layout_spec)
  local l = compile(t, H.line())
  H.is_layout[l] = true
  return l
end

-- Which fields a layout gives: those of the table, and of the script's own with "_".
local function check_fields(l)
  local function check(field)
    if type_of(field) == "string" and (H.index[field] or sub(field, 1, 1) == "_") then return end
    H.refuse(l.line, nil, "host.shape_field", H.tostring(field), H.table, nearest(H.tostring(field), H.fields))
  end
  for _, c in ipairs(l.columns) do
    check(c.field)
    if c.capture then check(c.capture) end
  end
  for _, t in ipairs { l.set, l.from_name, l.from_title } do
    for field in pairs(t) do check(field) end
  end
  for _, rule in ipairs(l.headings) do
    for field in pairs(rule.set or {}) do check(field) end
  end
  for _, field in ipairs(l.pivot and { l.pivot.key, l.pivot.value } or {}) do check(field) end
end

-- The header -------------------------------------------------------------------------------------------------------------

-- Texts of the header that begins at row `from`: for each column the rows joined, the lowest text, and both folded.
local function header_at(rows, from, h)
  local texts, width = {}, 0
  for r = from, from + h.rows - 1 do
    if not rows[r] then return nil end
    width = math.max(width, #rows[r])
  end
  local some = false
  for i = 1, width do
    local parts = {}
    for r = from, from + h.rows - 1 do
      local s = text_of(rows[r][i])
      if s ~= "" then parts[#parts + 1] = s end
    end
    local whole, low = concat(parts, h.join), parts[#parts] or ""
    some = some or low ~= ""
    texts[i] = { whole = whole, low = low, folded = fold(whole), low_folded = fold(low) }
  end
  if not some then return nil end
  if h.find then
    local found = false
    for i = 1, #rows[from] do found = found or fold(rows[from][i]) == h.find end
    if not found then return nil end
  end
  while width > 0 and texts[width].low == "" do texts[width], width = nil, width - 1 end
  return texts
end

local function heads(c, t)
  if c.match then return find(t.low, c.match) or find(t.whole, c.match) end
  return c.folded[t.folded] or c.folded[t.low_folded]
end

-- How a header fits: columns by position and what is missing, strange, there twice.
local function compare(l, texts)
  local fit = { at = {}, pivots = {}, strays = {}, faults = {}, matched = 0, texts = texts }
  local claimed = {}
  for _, c in ipairs(l.columns) do
    local found
    for i = c.column or 1, c.column or math.max(#texts, 1) do
      if heads(c, texts[i] or { low = "", whole = "", folded = "", low_folded = "" }) and not (found and c.column) then
        if found then fit.faults[#fit.faults + 1] = format("2 × %s (%d, %d)", c.said, found, i) end
        found = found or i
      end
    end
    if found then
      fit.at[c.field], claimed[found], fit.matched = found, true, fit.matched + 1
    elseif not c.optional then
      fit.faults[#fit.faults + 1] = "− " .. sub(c.said, 1, 2 * SHOWN) .. (c.column and format(" (%d)", c.column) or "")
    end
  end
  for i, t in ipairs(texts) do
    local known = claimed[i] or l.ignored[t.folded] or l.ignored[t.low_folded]
    if not known and l.pivot and t.low ~= "" then
      local key = match(t.low, l.pivot.match) or match(t.whole, l.pivot.match)
      if key then fit.pivots[#fit.pivots + 1], known = { at = i, key = key }, true end
    end
    for _, p in ipairs(l.ignore) do known = known or find(t.low, p) or find(t.whole, p) end
    if not known and t.low == "" then fit.strays[#fit.strays + 1] = i
    elseif not known then fit.faults[#fit.faults + 1] = format("+ %s (%d)", sub(t.whole, 1, 2 * SHOWN), i) end
  end
  if l.pivot and #fit.pivots == 0 then fit.faults[#fit.faults + 1] = "− " .. l.pivot.match end
  return fit
end

-- Captures of patterns in a text, or the field that found nothing.
local function captures(patterns, text, into)
  for field, p in pairs(patterns) do
    local found = match(text, p)
    if not found then return field end
    into[field] = found
  end
end

-- Binds a layout to the file: constants and captures. Returns what does not fit.
local function bind(l, fit, name, rows)
  local set = {}
  for field, v in pairs(l.set) do set[field] = v end
  local missing = captures(l.from_name, name, set)
  if missing then fit.faults[#fit.faults + 1] = "− from_name, " .. missing end
  for field, p in pairs(l.from_title) do
    for r = 1, fit.from - 1 do
      for i = 1, #rows[r] do set[field] = set[field] or match(text_of(rows[r][i]), p) end
    end
    if not set[field] then fit.faults[#fit.faults + 1] = "− from_title, " .. field end
  end
  for _, c in ipairs(l.columns) do
    local t = c.capture and fit.texts[fit.at[c.field] or 0]
    if t then set[c.capture] = match(t.low, c.match) or match(t.whole, c.match) end
  end
  fit.set = set
end

local function shown(texts)
  local list = {}
  for i = 1, #texts do
    local s = texts[i]
    list[i] = #s > SHOWN and gsub(sub(s, 1, SHOWN - 3), "[\xC2-\xF4][\x80-\xBF]*$", "") .. "…" or s
  end
  return concat(list, " | ")
end

-- Rows -------------------------------------------------------------------------------------------------------------------

local layouts, file, s   -- of the table; of the file: its name, its state once the layout is known
local seen, nseen, tried -- rows up to the header, how many there were, the header nearest to each layout
local within             -- rows among which a header may stand

local function refuse()
  local names, best = {}, nil
  for i, l in ipairs(layouts) do
    names[i] = l.name
    local fit = tried[i]
    if fit and (not best or fit.matched - #fit.faults > best.matched - #best.faults) then
      best = fit
      best.l = l
    end
  end
  local why = {}
  for i, l in ipairs(layouts) do
    if l.file and not best then why[#why + 1] = format("%s: file = %s", l.name, l.file) end
  end
  if best then
    local has, wants = {}, {}
    for i, t in ipairs(best.texts) do has[i] = t.whole end
    for i, c in ipairs(best.l.columns) do wants[i] = c.said end
    why = { sub(concat(best.faults, "\n"), 1, 500), format("%s, %d: %s", file, best.from, sub(shown(has), 1, 300)),
      format("%s: %s", best.l.name, sub(shown(wants), 1, 300)) }
  end
  H.refuse(false, concat(why, "\n"), "host.shape_header", file, H.table, concat(names, ", "))
end

local function is_blank_row(raw)
  for i = 1, #raw do
    local v = raw[i]
    if v ~= "" then return false end
  end
  return true
end

local function first_cell(raw)
  for i = 1, #raw do
    if raw[i] ~= "" then return text_of(raw[i]) end
  end
  return ""
end

-- Whether a text has the pattern, as it is or folded; and what was captured.
local function has(text, p)
  local from, _, captured = find(text, p)
  if not from and find(text, "[%l\x80-\xff]") then from, _, captured = find(fold(text), p) end
  return from, captured
end

local function holds(when, raw, at)
  if when.blank then return is_blank_row(raw) end
  if when.first_cell then
    local from, captured = has(first_cell(raw), when.first_cell)
    return from ~= nil, captured
  end
  local captured
  for i = 1, #when do
    local c = when[i]
    local text = text_of(raw[at[c.key] or c.key])
    if c.pattern == "" then
      if text ~= "" then return false end
    else
      local from, one = has(text, c.pattern)
      if not from then return false end
      captured = captured or one
    end
  end
  return true, captured
end

local function fill(text, captured)
  if type_of(text) ~= "string" then return text end
  local value = gsub(text, "%%1", { ["%1"] = trim(captured or "") })
  return value
end

local function find_rule(rules, raw)
  for i = 1, #rules do
    local ok, captured = holds(rules[i].when, raw, s.fit.at)
    if ok then return rules[i], captured end
  end
end

-- Numbers of a row join the sums that totals are compared with. given: as the types have read them, of a row that was taken.
local function add_up(row, given)
  for _, field in ipairs(s.summed) do
    local at = given and H.index[field]
    local v = row[field]
    if at then v = given[at] end
    if not math_type(v) then v = v ~= nil and number(v) end
    if v then
      s.all[field] = (s.all[field] or 0) + v
      s.block[field] = (s.block[field] or 0) + v
      for over, groups in pairs(s.groups) do
        local group = groups[row[over]] or {}
        if row[over] ~= nil then groups[row[over]], group[field] = group, (group[field] or 0) + v end
      end
    end
  end
end

local function compare_total(of, stated, sums)
  for _, one in ipairs(stated) do
    local computed = sums and sums[one.field] or 0
    if math_type(computed) == "float" then computed = tonumber(format("%.12g", computed)) end
    local key = concat({ of, one.field, text_of(one.value) }, "\0")
    if not s.told[key] then H.say("total", of, one.field, one.value, computed) end   -- the same total above and below is told once
    s.told[key] = true
  end
end

local function take_total(rule, raw, captured)
  local of, stated = fill(rule.of, captured), {}
  for _, field in ipairs(rule.fields or s.summed) do
    local at = s.fit.at[rule.from[field] or field]
    local value, why = number(at and raw[at] or "")
    if value then stated[#stated + 1] = { field = field, value = value } end
    if why and rule.from[field] == nil and s.l.by_field[field].number then E.note(format("%s, %s: %s", of, field, why)) end
  end
  if rule.over == "block" then
    compare_total(of, stated, s.block)
    s.block = {}
  elseif rule.over == "all" then
    s.pending[#s.pending + 1] = { of = of, stated = stated }
  else
    local at = s.fit.at[rule.over]
    local group, read = at and raw[at], s.l.by_field[rule.over] and s.l.by_field[rule.over].read
    s.pending[#s.pending + 1] = { of = of, stated = stated, over = rule.over, group = read and read(group) or group }
  end
  E.skip("total")
end

-- A number of a field, or what the descriptor may know: words go through. What has digits and is no number is reported.
local function read_number(field, v)
  local value, why, mark = number(v)
  if mark then s.marks[field] = (s.marks[field] or 0) + 1 end
  if not why then return value == nil and v or value end
  if not find(v, "%d") then return v end
  E.doubt(field, v, why)
end

-- The row by fields; whether anything but carried values is in it.
local function take(raw)
  local row, some, columns, carried = s.row or {}, false, s.columns, s.carried
  for field, v in next, s.fit.set do row[field] = v end
  for i = 1, #columns do
    local c = columns[i]
    local v, field = raw[c.at], c.field
    if v == nil then v = "" end
    if v ~= "" then
      if not c.carry then some = true end
      if c.read then
        v = c.read(text_of(v))
        if v == nil then v = "" end
      end
      if c.number then
        local n = plain(v)
        if n then v = n elseif v ~= "" then v = read_number(field, v) end
      elseif H.numbers then   -- of a sheet; a code is a text
        v = text_of(v)
      end
    end
    if c.carry then
      if v == "" or v == nil then v = carried[field] else carried[field] = v end
    end
    row[field] = v
  end
  return row, some
end

local function give(row, raw)
  local l = s.l
  if not l.map then
    if H.give(row) and s.sums then add_up(row, H.given) end
    return
  end
  local given, reason = l.map(row, raw, s.n)
  if given == nil or type_of(given) == "table" and next(given) == nil then
    if not H.handled then E.reject(reason == nil and "map() = nil" or reason) end
    return
  end
  local many = type_of(given) == "table" and given[1] ~= nil
  for i = 1, many and #given or 1 do
    local one = many and given[i] or given
    if H.emit_row(one, l.line) and s.sums then add_up(one, H.given) end
  end
end

local function give_pivot(row, raw)
  local p = s.l.pivot
  local done = false
  for i = 1, #s.fit.pivots do
    local column = s.fit.pivots[i]
    local v = raw[column.at]
    if v == nil then v = "" end
    if v ~= "" or not p.drop_blank then
      local one = {}
      for k, x in next, row do one[k] = x end
      one[p.key] = column.value
      if p.number then
        v = plain(v) or v ~= "" and read_number(p.value, v) or v == "" and v or nil
      end
      one[p.value] = v
      give(one, raw)
      done = true
    end
  end
  if not done then E.skip("blank") end
end

local function data_row(raw)
  local fit, l = s.fit, s.l
  for i = 1, #fit.strays do
    local v = raw[fit.strays[i]]
    if v and v ~= "" then return E.reject("", text_of(v), format("column %d has no header · la colonne %d n’a pas d’en-tête", fit.strays[i], fit.strays[i])) end
  end
  for i = #fit.texts + 1, #raw do
    if not s.beyond[i] and raw[i] ~= "" then return E.reject("", text_of(raw[i]), format("column %d has no header · la colonne %d n’a pas d’en-tête", i, i)) end
  end
  local row, some = take(raw)
  if l.carries and not some then return E.skip("heading") end
  if l.agree then
    local ok, why = E.agree { code = row[l.agree.code], label = row[l.agree.label], table = l.agree.table }
    if not ok then return E.reject(l.agree.code, row[l.agree.code], why) end
  end
  s.n = s.n + 1
  if l.pivot then give_pivot(row, raw) else give(row, raw) end
end

local function process(raw, n)
  local l = s.l
  H.handled = false
  if s.rest then return E.skip(s.rest) end
  if is_blank_row(raw) then return E.skip("blank") end
  if n < s.first then return E.skip("title") end
  local rule, captured = find_rule(l.totals, raw)
  if rule then return take_total(rule, raw, captured) end
  rule, captured = find_rule(l.skip, raw)
  if rule then
    if rule.add then add_up((take(raw, true))) end
    if rule.rest then s.rest = rule.kind end
    return E.skip(rule.kind)
  end
  rule, captured = find_rule(l.headings, raw)
  if rule then
    s.carried = {}
    for field, v in pairs(rule.set or {}) do s.carried[field] = fill(v, captured) end
    for field, v in pairs(s.carried) do if not s.fit.at[field] or not l.by_field[field].carry then s.fit.set[field] = v end end
    return E.skip("heading")
  end
  data_row(raw)
end

local function start(l, fit)
  s = { l = l, fit = fit, columns = {}, first = math.max(l.data_from or 0, fit.from + l.header.rows), carried = {}, all = {}, block = {}, groups = {}, pending = {}, told = {},
    marks = {}, summed = {}, sums = #l.totals > 0, beyond = {}, n = 0 }
  for _, c in ipairs(l.columns) do
    if fit.at[c.field] then
      s.columns[#s.columns + 1] = { at = fit.at[c.field], field = c.field, carry = c.carry, read = c.read, number = c.number }
      s.beyond[fit.at[c.field]] = true
    end
    if c.number or c.sum then s.summed[#s.summed + 1] = c.field end
  end
  for _, p in ipairs(fit.pivots) do
    p.value = p.key
    if l.pivot.read then p.value = l.pivot.read(p.key) end
  end
  for _, rule in ipairs(l.totals) do
    if rule.over ~= "all" and rule.over ~= "block" then s.groups[rule.over] = {} end
  end
  if not l.map and not l.pivot then s.row = {} end   -- nobody keeps it
  if #layouts > 1 then E.note(file .. ": " .. l.name) end
end

-- Whether a header ends at the row that came last: true when it was that row.
local function choose()
  local fits = {}
  for i, l in ipairs(layouts) do
    local h = l.header
    local from = nseen - h.rows + 1
    if (not l.file or find(file, l.file)) and from >= 1 and (h.from or from) == from and (h.from or from <= h.within) then
      local texts = header_at(seen, from, h)
      local fit = texts and compare(l, texts)
      if fit then
        fit.from = from
        if #fit.faults == 0 then bind(l, fit, file, seen) end
        if #fit.faults == 0 then fits[#fits + 1] = { l = l, fit = fit } end
        if not tried[i] or fit.matched - #fit.faults > tried[i].matched - #tried[i].faults then tried[i] = fit end
      end
    end
  end
  if #fits > 1 then
    local names = {}
    for i, t in ipairs(fits) do names[i] = t.l.name end
    H.refuse(false, nil, "host.shape_several", file, H.table, concat(names, ", "))
  end
  if #fits == 1 then start(fits[1].l, fits[1].fit) end
  return #fits == 1
end

local function look_for_header(raw)
  seen[nseen] = raw
  if choose() then return E.skip("header") end
  if nseen >= within then refuse() end
  E.skip(is_blank_row(raw) and "blank" or "title")
end

function H.use_layouts(entry)
  layouts, within = {}, 0
  for i, l in ipairs(entry) do
    if not H.is_layout[l] then fail("host.shape_entry", H.table, type_of(l)) end
    layouts[i] = l
    check_fields(l)
    within = math.max(within, l.header.from and l.header.from + l.header.rows - 1 or l.header.within + l.header.rows)
  end
  H.only(entry, setmetatable({ finish = true }, { __index = function(_, k) return math_type(k) == "integer" and true or nil end }), H.table)
  function H.begin(name) file, seen, nseen, tried, s = name, {}, 0, {}, nil end
  function H.row(_, raw)
    nseen = nseen + 1
    if s then return process(raw, nseen) end
    look_for_header(raw)
  end
  function H.finish()
    if not s then refuse() end
    for _, p in ipairs(s.pending) do
      local sums = s.all
      if p.over then sums = p.group and s.groups[p.over][p.group] end
      compare_total(p.of, p.stated, sums)
    end
    for field, n in pairs(s.marks) do E.note(format("%s: %d × number with “*” · nombre avec « * »", field, n)) end
    if entry.finish then entry.finish() end
  end
end

-- continuum:totals ----------------------------------------------------------------------------------------------------------

-- The value of a JSON text that the program wrote itself; no more than what rules need.
local function decode(text)
  local at = 1
  local value
  local function skip(p)
    local _, stop, found = find(text, "^%s*" .. p, at)
    if stop then at = stop + 1 end
    return stop and (found or true)
  end
  local function word()
    local parts = {}
    repeat
      local _, stop, plain, c = find(text, '^([^"\\]*)(["\\])', at)
      if not stop then fail("host.shape_totals", H.table) end
      parts[#parts + 1], at = plain, stop + 1
      if c == "\\" then
        local hex = match(text, "^u(%x%x%x%x)", at)
        c = hex and utf8.char(tonumber(hex, 16)) or ({ n = "\n", t = "\t", r = "\r", b = "\b", f = "\f" })[sub(text, at, at)] or sub(text, at, at)
        parts[#parts + 1], at, c = c, at + (hex and 5 or 1), nil
      end
    until c == '"'
    return concat(parts)
  end
  function value(depth)
    if depth > 10 then fail("host.shape_totals", H.table) end
    if skip '"' then return word() end
    if skip "true" then return true end
    if skip "false" then return false end
    local list, object = skip "%[", nil
    object = not list and skip "{"
    if not list and not object then fail("host.shape_totals", H.table) end
    local t = {}
    if skip(list and "%]" or "}") then return t end
    repeat
      local key = #t + 1
      if object then
        if not skip '"' then fail("host.shape_totals", H.table) end
        key = word()
        if not skip ":" then fail("host.shape_totals", H.table) end
      end
      t[key] = value(depth + 1)
    until not skip ","
    if not skip(list and "%]" or "}") then fail("host.shape_totals", H.table) end
    return t
  end
  return value(0)
end

-- A tidy table whose rows are not all data: columns by the names of fields, every number summed.
function H.totals_layout(json)
  local t = { name = H.table, columns = {}, totals = decode(json) }
  for _, field in ipairs(H.fields) do t.columns[field] = field end
  local l = E.layout(t)
  for _, c in ipairs(l.columns) do c.sum = true end
  return l
end
