-- LaTeX, on a private copy of the report's folder, until nothing that it wrote for itself changes any more. Always from nothing, so that an
-- incremental build gives the bytes of a clean one. typeset(work): publishes build/<name>.pdf and tells what a reader of it would see go wrong.
local H, find, files = ...
local match, concat = string.match, table.concat
local RUNS = 5
local dir, name = H.dir, H.name

-- openin_any=p refuses links that lead out, so the folder is copied; it holds text and small figures.
local function copy_folder(to)
  local from = H.root .. "/" .. dir
  for _, rel in ipairs(files(from, dir, name .. ".pdf")) do
    H.prepare(match(to .. "/" .. rel, "^(.*)/"))
    H.create(to .. "/" .. rel, H.read(from .. "/" .. rel))
  end
end

-- One run; its warnings, each once.
local function run(folder, draft)
  local warnings, told = {}, {}
  local own = { warn = function(place, id, what)
    local text = place .. ": " .. H.message(id, what)
    if not told[text] then warnings[#warnings + 1] = text end
    told[text] = true
  end }
  H.latex(folder, name, draft, function(log)
    own.log = log
    find("paper/log")(setmetatable(own, { __index = H }), find)
  end)
  return warnings
end

return function(work)
  local folder, runs, last, same, warnings = work .. "/text", 0, nil, false, nil
  copy_folder(folder)
  repeat
    if runs == RUNS then H.fail("render.tex_unsettled", name, RUNS) end
    -- The first run only finds out where things are: no PDF is written, no page is ever kept of it.
    warnings = run(folder, runs == 0)
    runs = runs + 1
    local now = {}
    for _, rel in ipairs(files(folder)) do now[#now + 1] = rel .. " " .. H.digest(folder .. "/" .. rel) end
    now = concat(now, "\n")
    same, last = now == last, now
  until same and runs > 1
  for _, text in ipairs(warnings) do H.note(name .. ": " .. text) end
  local pdf = folder .. "/" .. name .. ".pdf"
  local digest, size = H.digest(pdf)
  if not digest or size == 0 then H.fail("render.tex_empty", dir .. "/" .. name .. ".tex") end   -- a run without pages leaves an empty file
  H.copy(pdf, H.build .. "/" .. name .. ".pdf")
end
