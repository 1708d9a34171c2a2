-- The one formatter: how numbers and quantities are written in French and in English, for LaTeX, charts, CSV and terminal, and how the
-- words around a printed figure become an interval. Knows no host: plain Lua; runs in the worker, for figures and for reports.
-- French: Lexique des règles typographiques en usage à l’Imprimerie nationale (U+202F between thousands, decimal comma, U+00A0 before %);
-- English: comma and point. Minus is U+2212.
-- A quantity here is a table: low, best, high (nil = open or not stated), qualifier, decimals (0–15), unit, period.
local H = ...
local typo = {}
local NNBSP, NBSP, MINUS, EN_DASH = "\u{202f}", "\u{a0}", "\u{2212}", "\u{2013}"
local format, find, match, sub, gsub = string.format, string.find, string.match, string.sub, string.gsub
local pack, unpack, abs, floor, ceil, tonumber = string.pack, string.unpack, math.abs, math.floor, math.ceil, tonumber
local fmod = math.fmod

-- Numbers -----------------------------------------------------------------------------------------------------------

-- The shortest decimal text that reads back as the same number; 15 digits always survive, but for numbers so near 0 that they have fewer.
function typo.real(v)
  if v == 0 then return "0" end
  for digits = abs(v) < 0x1p-1022 and 1 or 15, 17 do
    local text = format("%." .. digits .. "g", v)
    if digits == 17 or tonumber(text) == v then return text end
  end
end

-- So many decimals, rounded half away from zero on the shortest decimal text of v (2.5, 15.25, 0.145: as readers round; the binary digits
-- would say otherwise); never "-0".
function typo.fixed(v, decimals)
  v = v + 0.0
  for _ = 1, 4 do
    local part = match(typo.real(v), "%.(.*)$")
    if not part or #part ~= decimals + 1 or sub(part, -1) ~= "5" or find(part, "e", 1, true) then break end
    v = unpack("<d", pack("<i8", (unpack("<i8", pack("<d", v))) + 1))   -- the next number away from zero
  end
  local text = format(format("%%.%df", decimals), v)
  return find(text, "^%-[0.]*$") and sub(text, 2) or text
end

-- 21 000 / 21,000; four digits are grouped too (4 000). plain: a year, a code or a number of a data file, not grouped.
function typo.number(lang, v, decimals, plain)
  if plain then return (gsub(typo.fixed(v, decimals), "%.", lang == "fr" and "," or ".")) end
  local minus, whole, part = match(typo.fixed(v, decimals), "^(%-?)(%d+)%.?(%d*)$")
  local group = lang == "fr" and NNBSP or ","
  local head = #whole % 3
  local text = sub(whole, 1, head) .. gsub(sub(whole, head + 1), "%d%d%d", group .. "%0")
  if head == 0 then text = sub(text, #group + 1) end
  if part ~= "" then text = text .. (lang == "fr" and "," or ".") .. part end
  return (minus ~= "" and MINUS or "") .. text
end

-- A year, code or article number: no grouping.
function typo.plain(v) return (v <= -0.5 and MINUS or "") .. typo.fixed(abs(v), 0) end

-- Quantities --------------------------------------------------------------------------------------------------------

-- Words before a number, by qualifier: in a sentence (small letter), and as an entry of a table column.
local words = {
  exact = { column = { fr = "exact", en = "exact" } },
  round = { column = { fr = "arrondi", en = "rounded" } },
  about = { fr = "environ" .. NBSP, en = "about ", column = { fr = "environ", en = "about" } },
  more_than = { fr = "plus de" .. NBSP, en = "more than ", column = { fr = "plus de", en = "more than" } },
  at_least = { fr = "au moins" .. NBSP, en = "at least ", column = { fr = "au moins", en = "at least" } },
  almost = { fr = "près de" .. NBSP, en = "almost ", column = { fr = "près de", en = "almost" } },
  several = { fr = "plusieurs ", en = "several ", column = { fr = "ordre de grandeur", en = "order of magnitude" } },
  interval = { column = { fr = "intervalle", en = "interval" } },
  derived = { fr = "environ" .. NBSP, en = "about ", column = { fr = "calculé", en = "derived" } },
  target = { column = { fr = "cible", en = "target" } },
  forecast = { column = { fr = "prévision", en = "forecast" } },
  words = { column = { fr = "en toutes lettres", en = "in words" } },
}
local in_words = { at_most = { fr = "au plus" .. NBSP, en = "at most " }, from = { fr = "de" .. NBSP, en = "" }, to = { fr = " à" .. NBSP, en = " to " } }
local orders = {
  { 10, fr = "dizaines", en = "tens" }, { 100, fr = "centaines", en = "hundreds" }, { 1000, fr = "milliers", en = "thousands" },
  { 1e4, fr = "dizaines de milliers", en = "tens of thousands" }, { 1e5, fr = "centaines de milliers", en = "hundreds of thousands" },
  { 1e6, fr = "millions", en = "millions" }, { 1e7, fr = "dizaines de millions", en = "tens of millions" },
}

-- "plusieurs dizaines de milliers" for 20,000 to 99,999 and its like; the number where no such words are usual.
local function several(q, lang)
  for _, order in ipairs(orders) do
    if order[1] == q.low / 2 then return words.several[lang] .. order[lang] end
  end
  return words.several[lang] .. typo.number(lang, q.low / 2, 0)
end

-- The end of an interval, rounded outward: what is printed must hold what is meant (11.5 to 12.5 is “11 – 13”, not “12 – 12”).
local function ending(lang, v, decimals, up)
  local scale = 10.0 ^ decimals
  local x = v * scale
  local near = floor(x + 0.5)
  -- A decimal number times a power of ten misses its whole number by the last bits only.
  if x - x == 0 and abs(x - near) > 1e-12 * abs(x) then v = (up and ceil(x) or floor(x)) / scale end
  return typo.number(lang, v, decimals)
end

-- What is known of the interval: the end below, the end above, or both with a word between them.
local function ends(q, lang, before, between)
  return before .. (q.low and ending(lang, q.low, q.decimals, false) or "") .. (q.low and q.high and between or "")
    .. (q.high and ending(lang, q.high, q.decimals, true) or "")
end

local function sentence(q, lang)
  return ends(q, lang, (not q.high and words.at_least or not q.low and in_words.at_most or in_words.from)[lang], in_words.to[lang])
end

local forms = {}

-- As tables show it: "245 000 – 255 000", "≥ 4 000", "> 4 000", "≤ 300 000", "618 000" when both ends are one, "…" when nothing is known.
function forms.interval(q, lang)
  if not q.low and not q.high then return "…" end
  if q.low == q.high then return typo.number(lang, q.low, q.decimals) end
  local least = (q.qualifier == "more_than" and ">" or "≥") .. NNBSP
  return ends(q, lang, not q.high and least or not q.low and "≤" .. NNBSP or "", NNBSP .. EN_DASH .. NNBSP)
end

-- The number alone without any qualifier; for "several" the words, as no digits are stated.
function forms.bare(q, lang)
  if q.qualifier == "several" then return several(q, lang) end
  if q.best and (q.qualifier == "more_than" or q.qualifier == "at_least") then return ending(lang, q.best, q.decimals, false) end
  if q.best then return typo.number(lang, q.best, q.decimals) end
  return q.low and q.high and sentence(q, lang) or forms.interval(q, lang)
end

-- As it stands in a sentence: "plus de 4 000", "environ 33 000", "de 3 750 à 4 232". first: begins one (capital).
function forms.words(q, lang, first)
  local range = (q.low == nil) ~= (q.high == nil) or q.low and q.low < q.high
  local text
  if q.qualifier == "interval" and range then
    text = sentence(q, lang)
  else
    text = (q.qualifier ~= "several" and words[q.qualifier][lang] or "") .. forms.bare(q, lang)   -- whose words hold the number
  end
  if q.unit == "percent" then text = text .. (lang == "fr" and NBSP or "") .. "%" end
  -- ASCII first letters are all that the words above begin with.
  return first and gsub(text, "^%l", string.upper) or text
end

function forms.qualifier(q, lang) return words[q.qualifier].column[lang] end
function forms.period(q, lang) return typo.period(lang, q.period) end
function forms.low(q, lang) return q.low and typo.number(lang, q.low, q.decimals) or "" end
function forms.high(q, lang) return q.high and typo.number(lang, q.high, q.decimals) or "" end

function typo.words(q, lang, form, first)
  local text = forms[form](q, lang, first)
  return text
end

-- Periods -----------------------------------------------------------------------------------------------------------

typo.months = {
  fr = { "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre" },
  en = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" },
}

-- One ISO date, month or year; anything else is printed as it stands.
local function date(lang, iso)
  local year, month, day = match(iso, "^(%d%d%d%d)%-?(%d?%d?)%-?(%d?%d?)$")
  local d, m = tonumber(day), tonumber(month)
  if not year or #iso ~= 4 + (m and 3 or 0) + (d and 3 or 0) or m and (m < 1 or m > 12) or d and (not m or d < 1 or d > 31) then return iso end
  local text = m and typo.months[lang][m] .. NBSP or ""
  if d then text = (d == 1 and lang == "fr" and "1er" or format("%d", d)) .. NBSP .. text end
  return text .. format("%d", tonumber(year))
end

-- An ISO date, month, year or interval in words: "8 février 2018", "February 2018", "2009–2014".
function typo.period(lang, iso)
  local from, to = match(iso, "^([^/]*)/(.*)$")
  return from and date(lang, from) .. EN_DASH .. date(lang, to) or date(lang, iso)
end

-- Reading rules -----------------------------------------------------------------------------------------------------

-- Half of the last non-zero decimal place of v (250,000 → 5,000; 21,000 → 500), never more than `cap` of v: with one significant digit
-- (4,000; 600) nobody can tell how far the writer rounded.
local function half_place(v, cap)
  local place, a = 1.0, abs(v) + 0.0
  if a == 0 or a >= 1e15 then return 0.0 end
  while a ~= floor(a) and place > 1e-6 do a, place = a * 10, place / 10 end
  a = floor(a + 0.5) + 0.0
  while fmod(a, 10) == 0 do a, place = a / 10, place * 10 end
  local half, most = place / 2, cap * abs(v)
  return half < most and half or most
end

local rules = {}
function rules.round(v) local half = half_place(v, 0.05) return v - half, v, v + half end
function rules.about(v) local half = half_place(v, 0.10) return v - half, v, v + half end
function rules.more_than(v) return v, v, nil end
rules.at_least = rules.more_than
function rules.almost(v) return v - half_place(v, 0.10), v, v end
-- "Several tens of thousands": at least two of them and less than the next order.
function rules.several(v) return 2 * v, nil, 10 * v - 1 end

-- low, best, high of a number as printed with its qualifier.
function typo.read(qualifier, v)
  if rules[qualifier] then return rules[qualifier](v) end
  return v, v, v
end

-- What may follow from it: ends in order around the best number, which only an interval, "several" and words may be without.
function typo.valid(q)
  if q.low and q.high and q.low > q.high or q.qualifier == "several" and not q.low then return false end
  if not q.best then return q.qualifier == "several" or q.qualifier == "interval" or q.qualifier == "words" end
  return (not q.low or q.low <= q.best) and (not q.high or q.best <= q.high)
end

-- Interval sums as in Moore, Kearfott and Cloud, Introduction to Interval Analysis, SIAM 2009, ch. 2.
local goals = { target = true, forecast = true }

-- a + b, or nil, name of the message, its arguments: different counting units, units that are not stated, and targets with observations
-- are refused. Open sides stay open.
function typo.sum(a, b)
  if a.unit == "not_stated" or b.unit == "not_stated" then return nil, "base.unit_unknown", b.unit, a.unit end
  if a.unit ~= b.unit then return nil, "base.unit_mix", b.unit, a.unit end
  if goals[a.qualifier] ~= goals[b.qualifier] then return nil, "base.target_sum", b.unit, "" end
  local sum = {
    low = a.low and b.low and a.low + b.low, high = a.high and b.high and a.high + b.high, best = a.best and b.best and a.best + b.best,
    decimals = b.decimals < a.decimals and b.decimals or a.decimals, unit = a.unit, period = a.period == b.period and a.period or "",
  }
  local at_least = sum.low and not sum.high
  if goals[a.qualifier] then
    sum.qualifier = a.qualifier == b.qualifier and a.qualifier or "target"
  else
    sum.qualifier = at_least and "at_least" or a.qualifier == "exact" and b.qualifier == "exact" and "exact" or "interval"
  end
  -- "At least" says the lower bound, as where it is read: best values that were added up are not one.
  if at_least then sum.best = sum.low end
  return sum
end

if H then H.typo = typo end
return typo
