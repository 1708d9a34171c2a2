-- The tools, typefaces and protections in force.
local core, input = ...
local d = core.doctor()
local ok = d.gnuplot and d.pdflatex and (d.landlock > 0 or d.bubblewrap)

if input.json then
  d.gnuplot, d.pdflatex, d.bwrap = d.gnuplot ~= nil, d.pdflatex ~= nil, nil
  core.json(d)
  return ok and 0 or 1
end
local say = core.say
core.line("%s", say("outils", "tools"))
for _, tool in ipairs { "gnuplot", "pdflatex", "bwrap" } do
  core.line("  %-14s %s", tool, d[tool] or tool == "bwrap" and say("absent (facultatif)", "absent (optional)") or
    say("ABSENT (voir scripts/install-deps)", "MISSING (see scripts/install-deps)"))
end
core.line("%s", say("protections des processus enfants", "protections of child processes"))
core.line("  %-14s %s", "Landlock", d.landlock > 0 and "ABI " .. d.landlock or
  d.bubblewrap and say("absent : bubblewrap le remplace", "missing: bubblewrap takes its place") or
  say("ABSENT : gnuplot et TeX seront refusés", "MISSING: gnuplot and TeX will be refused"))
core.line("  %-14s %s", "seccomp", d.seccomp and say("oui", "yes") or say("ABSENT", "MISSING"))
core.line("  %s", say("limites        temps, mémoire, fichiers, processus", "limits         time, memory, files, processes"))
if d.note then core.line("  %s", d.note) end
return ok and 0 or 1
