-- What is fresh, what is stale, and why.
local core, input = ...

local phases, state, stale = core.use("phases"), {}, false

local function tell(kind, name, why, because)
  local fresh = why.id == "fresh"
  stale = stale or not fresh
  state[#state + 1] = { kind = kind, name = name, fresh = fresh, why = fresh and "" or why.text, because = because }
  if not input.json then core.line("  %-22s %s%s", name, why.text, because ~= "" and " (" .. because .. ")" or "") end
end
local function head(fr, en)
  if not input.json then core.line("%s", core.say(fr, en)) end
end

core.open {}
local packages, analyses = core.packages(), core.analyses()
head("paquets", "packages")
for _, p in ipairs(packages) do
  local tables = {}
  for i, t in ipairs(p.tables) do tables[i] = ("%s %d"):format(t.name, t.rows) end
  if p.why.id ~= "absent" then tables[#tables + 1] = phases.missing(p.absent) end
  tell("package", p.name, p.why, table.concat(tables, ", "))
end
head("analyses", "analyses")
for _, a in ipairs(analyses) do tell("analysis", a.id, a.why, a.because) end
head("rapports", "reports")
for _, r in ipairs(core.reports { stale = true }) do tell("report", r.name, r.why, "") end
if input.json then core.json { state = state, stale = stale } end
return stale and input.exit_code and 6 or 0
