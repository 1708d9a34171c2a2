-- A whole load of a package, thrown away: the descriptor, every row, and what they lack.
local core, input = ...
local phases, word = core.use("phases"), input.words[1]

if not word then core.fail("app.validate_usage") end
local package = { dir = word, name = "validate" }
if core.here() then
  -- A package of the project by its name, even where another one cannot be read.
  local ok, packages = pcall(core.packages)
  for _, p in ipairs(ok and packages or {}) do
    if p.dir and (p.name == word or core.names_path(p.dir, word)) then package = { package = p.name, name = "validate" } end
  end
end
if package.dir and core.project and not word:find("/", 1, true) and not pcall(core.real, word) then
  core.fail("app.no_such", core.say("de paquet nommé", "package"), word)
end
local l = core.load_aside(package)
if input.json then
  core.json { valid = l.valid, package = l.report, error = l.error and l.error.record, exit = l.error and l.error.exit or 0 }
  return l.error and l.error.exit or 0
end
for _, warning in ipairs(l.report.warnings) do
  core.note(core.say("%s : propriété non utilisée : %s", "%s: property not used: %s"), l.report.name, core.clean(warning))
end
core.line("%s: %s", l.report.name ~= "" and l.report.name or word, l.valid and core.say("valide", "valid") or core.say("NON VALIDE", "NOT VALID"))
for _, t in ipairs(l.report.tables) do phases.show_table(t) end
if l.valid then return 0 end
core.talk(l.error.show)
return l.error.exit
