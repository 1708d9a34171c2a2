-- Which files a report is made of. A walk: list(folder, shown, product) → names relative to the folder, sorted in each folder.
-- shown: the folder's name in messages; product: the PDF made of it, which is no source. With shown nil: the files in LaTeX's folder that it
-- wrote for its next run. H: list(folder) → names, and of each its kind; fail.
local H = ...
local match, find, sub = string.match, string.find, string.sub
local FILES, DEPTH = 2000, 8

-- What LaTeX, viewers and editors leave behind; the first five LaTeX reads again in its next run.
local read_again = { ".aux", ".toc", ".out", ".lof", ".lot" }
local left_behind = { ".log", ".fls", ".fdb_latexmk", ".synctex.gz", ".synctex", ".bcf", ".run.xml", "~", ".bak" }

local function ends(name, list)
  for _, ending in ipairs(list) do
    if sub(name, -#ending) == ending then return true end
  end
  return false
end

local function walk(out, folder, shown, product, rel, depth)
  local names = H.list(rel == "" and folder or folder .. "/" .. rel)
  for _, name in ipairs(names) do
    local path, kind = rel == "" and name or rel .. "/" .. name, names[name]
    local again = ends(name, read_again)
    local left = again or sub(name, 1, 1) == "." or ends(name, left_behind)
    if not (shown and left) and path ~= product and not find(name, "[%c\\]") then
      if kind == "link" then H.fail("render.paper_link", (shown or "") .. "/" .. path) end
      if kind == "folder" then
        walk(out, folder, shown, product, path, depth + 1)
      elseif kind == "file" and (shown or again) then
        if #out == FILES or depth > DEPTH then H.fail("render.paper_deep", FILES, DEPTH) end
        out[#out + 1] = path
      end
    end
  end
  return out
end

return function(folder, shown, product) return walk({}, folder, shown, product, "", 1) end
