-- The phases as build, load and run go through them. Returns functions; work: core.parts().
local core = ...
local phases = { loadable = { never = true, changed = true } }   -- what a package must be, that a load would make it fresh

-- Loads what changed. With --keep-going, the version of before serves for a package that cannot be loaded.
function phases.load(work)
  for _, p in ipairs(core.packages()) do
    if phases.loadable[p.why.id] then
      if work:run("package", p.name, core.load, { name = p.name }) then work.done = work.done - 1 end
    end
  end
  core.settle()
end

-- Runs what is stale (or, with words, what is named), which work.analyses lists.
function phases.run(work, words)
  local analyses = core.analyses()
  for _, word in ipairs(words) do
    local found = false
    for _, a in ipairs(analyses) do found = found or core.names_path(a.path, word) end
    if not found then core.fail("app.no_such", core.say("d’analyse nommée", "analysis"), word) end
  end
  work.analyses = analyses
  for _, a in ipairs(analyses) do
    a.wanted = #words == 0
    for _, word in ipairs(words) do a.wanted = a.wanted or core.names_path(a.path, word) end
  end
  for _, a in ipairs(analyses) do
    if #words == 0 and a.why.id == "fresh" then
      work.done = work.done + (a.known and 1 or 0)
    elseif a.wanted then
      work:run("analysis", a.id, core.run, { id = a.id })
    end
  end
end

-- Tables that a package is without, and what gets them; nothing where there are none.
function phases.missing(absent)
  if #absent == 0 then return end
  return core.say("pas encore de fichier : %s (continuum refresh %s)", "no file yet: %s (continuum refresh %s)"):format(
    table.concat(absent, ", "), table.concat(absent, " "))
end

-- What became of the rows of a table.
function phases.show_table(t)
  local say, n = core.say, core.text
  -- A row that a script has given may still be refused by its types.
  local rejected = t.rejected + t.emitted - t.loaded
  core.line(say("  %-24s %8d lignes lues, %8d chargées, %d rejetées, %d ignorées", "  %-24s %8d rows read, %8d loaded, %d rejected, %d skipped"),
    t.name, t.read, t.loaded, rejected, t.skipped)
  if t.used ~= t.emitted then core.line(say("    %d lignes lues en ont donné %d", "    %d rows read gave %d"), t.used, t.emitted) end
  local kinds = {}
  for i, k in ipairs(t.kinds) do kinds[i] = ("%s %d"):format(core.clean(k.kind), k.rows) end
  if kinds[1] then core.line("    %s %s", say("ignorées :", "skipped:"), table.concat(kinds, ", ")) end
  if t.cells > 0 then
    core.line(say("    %d cellules illisibles, laissées vides", "    %d unreadable cells, left empty"), t.cells)
  end
  local same = 0
  for _, total in ipairs(t.totals) do
    if total.stated == total.computed then
      same = same + 1
    else
      core.line(say("    total de %s, %s : annoncé %s, calculé %s", "    total of %s, %s: stated %s, computed %s"), core.clean(total.of), core.clean(total.column),
        n(total.stated), n(total.computed))
    end
  end
  if same > 0 then core.line(say("    %d totaux annoncés égaux aux sommes", "    %d stated totals equal to the sums"), same) end
  for _, note in ipairs(t.notes) do core.line("    %s", core.clean(note)) end
  for _, r in ipairs(t.refusals) do
    local e = r.record
    local at = { e.file or "" }
    if (e.line or 0) > 0 then at[2] = e.line end
    if (e.column or 0) > 0 then at[3] = e.column end
    core.line("    %s: %s", table.concat(at, ":"), e.message)
  end
  local more = rejected + t.cells - #t.refusals
  if more > 0 and #t.refusals > 0 then core.line(say("    … %d autres : table _reject", "    … %d more: table _reject"), more) end
end

return phases
