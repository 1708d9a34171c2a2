-- Names of communes to codes of the COG, by steps from strict to loose. A step decides only when it leaves one commune;
-- two equals end the search: nothing is picked. What was matched how is counted, with a weight, for the load report.
local H, E = ...
local fail, type_of, fold, options = H.fail, H.type, H.fold, H.options
local gsub, find, format, concat = string.gsub, string.find, string.format, table.concat
local trim, text_of = E.trim, H.text_of

-- Without (…) and *; an article in parentheses goes to the front.
local articles = { L = true, LE = true, LA = true, LES = true }
local function without_remarks(s)
  local name, article = string.match(s, "^(.-) ?%( ?(%u+) ?%)")
  if articles[article] then s = article .. " " .. name end
  s = trim(gsub(gsub(gsub(s, "%b()", " "), "[*]", " "), "  +", " "))
  return s
end
local function bare(s) return H.bare(H.saint(s)) end

-- key: of a name of the COG, and of the name that is looked for unless `own` is given. Steps with the same key share an index.
local function saint(s) return H.saint(fold(s)) end
local function no_article(s) return bare(fold(s)) end
local function own_article(s) return bare(without_remarks(fold(s))) end
local steps = {
  { method = "exact", score = 1.00, key = H.capitals },
  { method = "folded", score = 0.98, key = fold },
  { method = "trimmed", score = 0.96, key = fold, own = function(s) return without_remarks(fold(s)) end },
  { method = "saint", score = 0.94, key = saint, own = function(s) return H.saint(without_remarks(fold(s))) end },
  { method = "article", score = 0.90, key = no_article, own = own_article },
  { method = "delegated", score = 0.85, key = no_article, own = own_article, parents = true },
}

-- index: département → key → code, or list of codes.
local function add(index, dep, key, com)
  index[dep] = index[dep] or {}
  local known = index[dep][key]
  if known == nil then
    index[dep][key] = com
  elseif type_of(known) == "table" then
    for i = 1, #known do
      if known[i] == com then return end
    end
    known[#known + 1] = com
  elseif known ~= com then
    index[dep][key] = { known, com }
  end
end

local methods = {}
local meta = { __index = methods, __metatable = false }
local communes = {}

-- Whether the row of the COG is a commune of today; a delegated or associated one leads to the commune that it is part of.
local function is_commune(c) return c.typecom == nil or c.typecom == "COM" or c.typecom == "" end

function communes.matcher(given)
  options("communes.matcher", given, { communes = "table!", overrides = "table" })
  local self = { index = {}, overrides = {}, names = {}, count = {}, weight = {}, listed = 0, listed_weight = 0 }
  local dep_of = {}
  for i, c in ipairs(given.communes) do
    if c.com == nil or c.libelle == nil then fail("host.option_missing", c.com == nil and "com" or "libelle", "communes.matcher, communes, " .. i) end
    if is_commune(c) then dep_of[c.com], self.names[c.com] = c.dep, c.libelle end
  end
  for k, step in ipairs(steps) do
    local before = steps[k - 1]
    local shared = before and before.key == step.key and not step.parents
    self.index[k] = shared and self.index[k - 1] or {}
    for _, c in ipairs(shared and {} or given.communes) do
      local com = c.com
      if step.parents then com = not is_commune(c) and c.typecom ~= "ARM" and c.comparent or nil elseif not is_commune(c) then com = nil end
      if com and dep_of[com] then add(self.index[k], dep_of[com], step.key(c.libelle), com) end
    end
  end
  for i, o in ipairs(given.overrides or {}) do
    if o.dep == nil or o.name == nil then fail("host.option_missing", o.dep == nil and "dep" or "name", "communes.matcher, overrides, " .. i) end
    if o.com and o.com ~= "" and not self.names[o.com] then fail("host.communes_override", o.com, text_of(o.name)) end
    self.overrides[o.dep .. "\0" .. fold(o.name)] = o.com or ""
  end
  return setmetatable(self, meta)
end

local function search(self, dep, name)
  local reviewed = self.overrides[dep .. "\0" .. fold(name)]
  if reviewed == "" then return { method = "reviewed", score = 1.0 } end
  if reviewed then return { com = reviewed, method = "override", score = 1.0 } end
  if find(fold(name), "%f[%w]EPCI%f[^%w]") then return nil end   -- "CHINON (EPCI)" is not the commune that it is named after
  for i, step in ipairs(steps) do
    local of_dep = self.index[i][dep]
    local list = of_dep and of_dep[(step.own or step.key)(name)]
    if list and type_of(list) ~= "table" then return { com = list, method = step.method, score = step.score } end
    if list then
      local candidates = {}
      for k, com in ipairs(list) do candidates[k] = { com = com, name = self.names[com] } end
      return nil, candidates
    end
  end
end

-- { com, method, score }, or nil and the candidates between which nothing decides. com is nil in what was reviewed as no commune.
function methods:find(dep, name, weight)
  local code = E.departement(dep) or text_of(dep)
  local found, candidates = search(self, code, trim(name))
  weight = type_of(weight) == "number" and weight or 0
  if found and found.com then
    self.count[found.method] = (self.count[found.method] or 0) + 1
    self.weight[found.method] = (self.weight[found.method] or 0) + weight
  else
    self.listed, self.listed_weight = self.listed + 1, self.listed_weight + weight
  end
  return found, candidates
end

-- "matched 4,340 of 4,640 (94.0 %; 26,424 agents) by exact 3,420, …; listed 283 (1,746 agents)", and counting starts again.
function methods:summary(what)
  local parts, matched, weight = {}, 0, 0
  local function one(method)
    local n = self.count[method]
    if not n then return end
    parts[#parts + 1], matched, weight = method .. " " .. n, matched + n, weight + self.weight[method]
  end
  one "override"
  for _, step in ipairs(steps) do one(step.method) end
  local function of(v) return what and format(" (%s %s)", text_of(v), what) or "" end
  local all = matched + self.listed
  local text = format("matched %d of %d, %.1f %%%s: %s; listed %d%s", matched, all, all > 0 and 100 * matched / all or 0, of(weight),
    #parts > 0 and concat(parts, ", ") or "—", self.listed, of(self.listed_weight))
  self.count, self.weight, self.listed, self.listed_weight = {}, {}, 0, 0
  return text
end

E.communes = H.read_only("communes", communes)
