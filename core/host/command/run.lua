-- Runs analyses and shows what they make.
local core, input = ...

if input.dry_run then return core.use("status") end
local phases, work, report = core.use("phases"), core.parts(), { runs = {} }

local function show(a)
  local results = core.results { id = a.id }
  if not results then return end
  if not input.json then core.line("%s", a.id) end
  for _, r in ipairs(results) do
    r.id, r.name = a.id .. "." .. r.name, nil
    if not input.json then core.line("  %s\t%s", r.id, r.text or r.kind == "table" and core.say("tableau", "table") or "figure") end
  end
  report.runs[#report.runs + 1] = { analysis = a.id, results = results }
end

return work:finish(report, function()
  core.open { write = true }
  phases.load(work)
  local ok, e = pcall(phases.run, work, input.words)
  for _, a in ipairs(ok and work.analyses or #work.failed > 0 and work.analyses or {}) do
    if a.wanted then show(a) end
  end
  if not ok then error(e, 0) end
end)
