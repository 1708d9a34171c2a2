-- The reports as PDF: loads, runs, draws and typesets what is stale.
local core, input = ...

if input.dry_run then return core.use("status") end
local phases, work, report = core.use("phases"), core.parts(), {}

return work:finish(report, function()
  core.open { write = true }
  local reports = core.reports()
  for _, word in ipairs(input.words) do
    local found = false
    for _, r in ipairs(reports) do found = found or r.name == word end
    if not found then core.fail("app.no_such", core.say("de rapport nommé", "report"), word) end
  end
  phases.load(work)
  phases.run(work, {})
  core.draw()
  report.reports = {}
  for _, r in ipairs(reports) do
    local wanted = #input.words == 0
    for _, word in ipairs(input.words) do wanted = wanted or word == r.name end
    local paper = wanted and work:run("report", r.name, core.reports, { name = r.name })
    if paper then
      report.reports[#report.reports + 1] = paper
      if not input.json then core.line("%s%s", paper.file, paper.made and "" or core.say("  (à jour)", "  (up to date)")) end
    end
  end
end)
