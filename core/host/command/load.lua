-- Loads the data packages that changed, or those that are named, and reports every row.
local core, input = ...
local phases, work, report = core.use("phases"), core.parts(), { packages = {} }

local function wanted(p)
  if #input.words == 0 then return phases.loadable[p.why.id] end
  for _, word in ipairs(input.words) do
    if p.dir and (p.name == word or core.names_path(p.dir, word)) then return true end
  end
end

local function show(r)
  core.line("%s", r.name)
  for _, t in ipairs(r.tables) do phases.show_table(t) end
  if #r.absent > 0 then core.line("  %s", phases.missing(r.absent)) end
end

return work:finish(report, function()
  core.open { write = not input.dry_run }
  local packages = core.packages()
  for _, word in ipairs(input.words) do
    local found = false
    for _, p in ipairs(packages) do found = found or p.dir and (p.name == word or core.names_path(p.dir, word)) end
    if not found then core.fail("app.no_such", core.say("de paquet nommé", "package"), word) end
  end
  local beside = {}
  for _, p in ipairs(packages) do
    if wanted(p) then beside[#beside + 1] = p.name end
  end
  for _, p in ipairs(packages) do
    if wanted(p) and input.dry_run then
      report.packages[#report.packages + 1] = { name = p.name, why = p.why.text }
      if not input.json then core.line("%s: %s", p.name, p.why.text) end
    elseif wanted(p) then
      local r = work:run("package", p.name, core.load, { name = p.name, beside = beside })
      if r then
        report.packages[#report.packages + 1] = r
        if not input.json then show(r) end
      end
    end
  end
  if not input.dry_run and #work.failed == 0 then core.settle() end
  if #report.packages == 0 and #work.failed == 0 and not input.json then core.note("%s", core.say("tout est à jour", "everything is fresh")) end
end)
