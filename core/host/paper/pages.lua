-- What a report is given to read: the folder generated/ with its values, figures, tables and annexes; files that did not change are not touched,
-- those no longer needed are removed. Knows LaTeX only through the macros of continuum.sty.
-- generate(uses, items): items by id and as a sorted list, with get(item, lang) → the artefact, and unit, its counting unit in words.
local H, tex, tabular, get = ...
local concat, format, gsub, sub, lang = table.concat, string.format, string.gsub, string.sub, H.lang
local LONG_TABLE = 34      -- rows from which a table may not fit one page and is no float any more
local FILE_BYTES = 64 << 20

local function say(fr, en) return lang == "fr" and fr or en end
local function arg(s) return "\n\t{" .. tex.text(s) .. "}" end

-- The first letter as a capital, which takes as many bytes; of ASCII, Latin-1, and œ.
local function capital(s)
  if sub(s, 1, 2) == "œ" then return "Œ" .. sub(s, 3) end
  s = gsub(s, "^%l", string.upper)
  return (gsub(s, "^\xc3[\xa0-\xb6\xb8-\xbe]", function(c) return "\xc3" .. string.char(c:byte(2) ~ 0x20) end))
end

local function value_macro(item)
  local v = get(item, lang)
  return "\\cnValue{" .. item.id .. "}" .. arg(v.words) .. arg(capital(v.words)) .. arg(v.bare) .. arg(item.unit or "") .. arg(v.period) .. "\n"
end

-- Each text once, in the order given: several tables of one producer often share their source.
local function sources(list)
  local out, seen = {}, { [""] = true }
  for _, s in ipairs(list) do
    if not seen[s.text] then out[#out + 1] = "\\cnSourceText{" .. tex.address(s.address) .. "}{" .. tex.text(s.text) .. "}" end
    seen[s.text] = true
  end
  return "\n\t{" .. concat(out, say("\\nobreakspace{}", "") .. "\\cnSemicolon{} ") .. "}"
end

local function edition() return H.edition ~= "" and "\\cnEdition" .. arg(H.edition) .. arg(H.date) .. "\n" or "" end

local function figure_text(item, pdf)
  local f, measure = get(item, lang), {}
  for _, s in ipairs { f.subtitle, f.unit, f.period } do   -- measure, unit and period in one line
    if s ~= "" then measure[#measure + 1] = s end
  end
  return "\\cnFigure{" .. item.id .. "}" .. arg(f.title) .. arg(capital(concat(measure, ", "))) .. "\n\t{generated/" .. pdf .. "}" ..
    arg(f.reading) .. arg(f.note) .. arg(f.coverage) .. sources(f.sources) .. "\n\t{" .. tex.pdf_hex(f.alt) .. "}\n"
end

-- The tabular with what stands above and below it.
local function table_text(t, is_long, row_id)
  return arg(t.caption) .. "\n" .. tabular(t, is_long, row_id) .. (is_long and format("\\cnLongNotes{%d}", #t.columns) or "\\cnTableEnd") ..
    arg(t.note) .. arg(t.coverage) .. sources(t.sources) .. (is_long and "\n\\end{longtable}\n" or "\n")
end

-- Annexes ---------------------------------------------------------------------------------------------------------

-- A table of our own from heads with their widths and rows of texts.
local function annex(heads, rows)
  local t = { name = "annex", caption = "", note = "", coverage = "", sources = {}, columns = {}, rows = {} }
  for i, head in ipairs(heads) do t.columns[i] = { head = say(head[1], head[2]), align = "left", width = head[3] } end
  for i, row in ipairs(rows) do t.rows[i] = { kind = "normal", cells = row } end
  return t
end

-- Every source behind what this report shows, once each, in the order of the French texts whatever the language.
local function sources_annex(used)
  local list, rows = {}, {}
  for _, item in ipairs(used) do
    local french = get(item, "fr").sources
    for i, s in ipairs(get(item, lang).sources) do list[#list + 1] = { key = s.key, order = french[i].text, s.text, s.address } end
  end
  table.sort(list, function(a, b) return a.order < b.order or a.order == b.order and a.key < b.key end)
  for i, s in ipairs(list) do
    if i == 1 or s.key ~= list[i - 1].key then rows[#rows + 1] = s end
  end
  return annex({ { "Source", "Source", 0.58 }, { "Adresse", "Address", 0.42 } }, rows)
end

-- Every number that the text prints: what it is, how it is written, its interval, unit, date and sources.
local function numbers_annex(used)
  local rows, row_id = {}, {}
  for _, item in ipairs(used) do
    local v = item.kind == "value" and get(item, lang)
    if v then
      local from = {}
      for i, s in ipairs(v.sources) do from[i] = s.text end
      local unit = item.unit or ""
      if v.period ~= "" then unit = unit .. (unit ~= "" and ", " or "") .. v.period end
      rows[#rows + 1] = { v.label ~= "" and v.label or item.id, v.words, v.interval, unit, concat(from, say(" ; ", "; ")) }
      row_id[#rows] = item.id
    end
  end
  return annex({ { "Valeur", "Value", 0.25 }, { "Écrite", "Written", 0.15 }, { "Intervalle de lecture", "Reading interval", 0.17 },
                 { "Unité, date", "Unit, date", 0.18 }, { "Source", "Source", 0.25 } }, rows), row_id
end

-- The annexes that every report may call: its values, its sources, and each table of the analysis "annexes".
local function annexes(items, used)
  local list = { { name = "values" }, { name = "sources", table = sources_annex(used) } }
  list[1].table, list[1].row_id = numbers_annex(used)
  for _, item in ipairs(items) do
    if item.kind == "table" and sub(item.id, 1, 8) == "annexes." then list[#list + 1] = { name = item.name, table = get(item, lang) } end
  end
  return list
end

-- The folder -------------------------------------------------------------------------------------------------------

-- What the text uses of each item; \valunit and \valdate must have something to print.
local function note_uses(uses, items, list)
  local names = {}
  for i, x in ipairs(list) do names[i], names[x.name] = x.name, true end
  for _, u in ipairs(uses) do
    local item = items[u.id]
    if u.kind == "annex" and not names[u.id] then H.fail(u, "render.annex_unknown", u.id, concat(names, ", ")) end
    if item then item[u.kind] = true end
    if u.macro == "valunit" and (item.unit or "") == "" then H.fail(u, "render.macro_unit", u.id) end
    if u.macro == "valdate" and get(item, lang).period == "" then H.fail(u, "render.macro_date", u.id) end
  end
end

return function(uses, items)
  local folder, used, kept, named = H.root .. "/" .. H.dir .. "/generated", {}, {}, {}
  for _, u in ipairs(uses) do named[u.id] = true end
  for _, item in ipairs(items) do
    if named[item.id] then used[#used + 1] = item end
  end
  local list = annexes(items, used)
  note_uses(uses, items, list)

  local function keep(name)
    kept[name] = true
    return folder .. "/" .. name
  end
  local function put(name, text)
    if #text > FILE_BYTES then H.fail("base.too_large", name, FILE_BYTES) end
    H.write(keep(name), text)
  end
  -- "figure-workforce-staff.tex": names have no dash, so two ids never give one name.
  local function file_name(item, ending) return item.kind .. "-" .. gsub(item.id, "%.", "-") .. ending end

  H.prepare(folder)
  put("continuum.sty", H.style)
  local values = { edition() }
  for _, item in ipairs(used) do
    H.within(item.id, function()
      if item.kind == "value" and item.value then values[#values + 1] = value_macro(item) end
      if item.source then values[#values + 1] = "\\cnSource{" .. item.id .. "}" .. sources(get(item, lang).sources) .. "\n" end
    end)
  end
  put("values.tex", concat(values))
  for _, item in ipairs(used) do
    H.within(item.id, function()
      if item.kind == "figure" and item.figure then
        local pdf = file_name(item, ".pdf")
        H.copy(H.figure_base(item.id, lang) .. ".pdf", keep(pdf))
        put(file_name(item, ".tex"), figure_text(item, pdf))
      elseif item.kind == "table" and item.table then
        local t = get(item, lang)
        local is_long = #t.rows >= LONG_TABLE
        put(file_name(item, ".tex"), format("\\cn%sBegin{%s}", is_long and "Long" or "Table", item.id) .. table_text(t, is_long) ..
          (is_long and "\\cnLongEnd\n" or ""))
      end
    end)
  end
  for _, x in ipairs(list) do
    H.within(x.name, function() put("annex-" .. x.name .. ".tex", "\\cnPart" .. table_text(x.table, true, x.row_id) .. "\\cnPartEnd\n") end)
  end
  -- The folder is ours alone: what this run did not write is from an earlier one.
  for _, name in ipairs(H.list(folder)) do
    if not kept[name] then H.remove(folder .. "/" .. name) end
  end
end
