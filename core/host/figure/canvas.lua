-- The page of one figure: filled shapes, lines, dots and words in points from the top left corner, written as a gnuplot script. gnuplot sees
-- numbers in data blocks and finished single-quoted text, nothing else; its axes are the page in points. Things are painted in the order in
-- which they come, words above all else. Knows nothing of scales or data.
local H = ...
local fixed, concat, format, gsub, max, min = H.typo.fixed, table.concat, string.format, string.gsub, math.max, math.min
local BASELINE = 0.36   -- of the text size: from the middle of figures and capitals down to the baseline
local BYTES = 32 * 1024 * 1024

-- What differs between gnuplot's terminals, measured on 5.4.4 at several sizes: points in the unit of its page and decimals to say it, the page
-- that its plot area covers, the distance from the place of a label to its baseline (share of the font size), line width 1 in points, dash
-- length 1 in points (SVG: in line widths), and the radius of a dot of size 1 and what its outline adds.
local terminals = {
  -- 0.75: pango counts 96 points to the inch, PDF 72
  pdf = { set = "pdfcairo noenhanced color rounded fontscale 0.75 linewidth 1 dashlength 1 size %in,%in", file = "out.pdf", unit = 72,
          decimals = 10, inset = 0.5, baseline = 0.3755, line = 0.5, dash = 0.275, dot = 3, outline = 0.125 },
  svg = { set = "svg noenhanced rounded fixed linewidth 1 dashlength 1 size %,%", file = "out.svg", unit = 1,
          decimals = 0, inset = 0, baseline = 0.3257, line = 1, dash = 0.5, dot = 3, outline = 0 },
}

-- form with the next number at each %.
local function put(form, decimals, ...)
  local v, i = { ... }, 0
  return (gsub(form, "%%", function() i = i + 1 return fixed(v[i], decimals) end))
end

local canvas = {}
local methods = {}

function canvas.new(theme, width, height)
  return setmetatable({ terminal = terminals[H.format], theme = theme, width = width, height = height, data = {}, plot = {}, label = {},
                        group = 0, look = "" }, { __index = methods })
end

local function add(list, s) list[#list + 1] = s end

-- Opens a data block for things of one look, unless the last one has it.
local function look(cv, kind, color, size, dash)
  local t, now = cv.terminal, kind .. " " .. color .. " " .. size .. " " .. dash
  if cv.look == now then
    if kind ~= "dot" then add(cv.data, "\n") end   -- an empty line ends a shape
    return
  end
  cv.group, cv.look = cv.group + 1, now
  add(cv.data, format("%s$g%d << EOD\n", cv.group > 1 and "EOD\n" or "", cv.group))
  add(cv.plot, format("%s$g%d with ", cv.group > 1 and ", \\\n     " or "plot ", cv.group))
  if kind == "fill" then add(cv.plot, "filledcurves closed fs solid 1 noborder fc")
  elseif kind == "dot" then add(cv.plot, put("points pt 7 lw 0.5 ps % lc", 4, (size - t.outline) / t.dot))
  else add(cv.plot, put("lines lw % lc", 3, size / t.line)) end
  add(cv.plot, format(" rgb '#%06x'", color))
  local unit = H.format == "svg" and t.dash * size or t.dash
  if dash > 0 then add(cv.plot, put(" dt (%,%)", 2, dash / unit, (dash + size) / unit)) end   -- round ends reach into the gap
end

local function put_xy(cv, p)
  for i = 1, #p do add(cv.data, fixed(p[i][1], 2) .. " " .. fixed(p[i][2], 2) .. "\n") end
end

function methods.fill(cv, color, p)   -- closed polygon of points { x, y }
  look(cv, "fill", color, 0.0, 0.0)
  put_xy(cv, p)
  put_xy(cv, { p[1] })
end

function methods.rect(cv, color, b) cv:fill(color, { { b[1], b[2] }, { b[3], b[2] }, { b[3], b[4] }, { b[1], b[4] } }) end

function methods.frame(cv, color, width, b)
  cv:line(color, width, 0, { { b[1], b[2] }, { b[3], b[2] }, { b[3], b[4] }, { b[1], b[4] }, { b[1], b[2] } })
end

-- dash: length of dash and gap in points, 0 = drawn through.
function methods.line(cv, color, width, dash, p)
  look(cv, "line", color, width + 0.0, dash + 0.0)
  put_xy(cv, p)
end

function methods.dot(cv, color, radius, x, y)
  look(cv, "dot", color, radius + 0.0, 0.0)
  put_xy(cv, { { x, y } })
end

-- y is the middle of figures and capitals; align says what x is to the text.
function methods.text(cv, color, bold, align, x, y, s)
  local t, size = cv.terminal, cv.theme.text
  if s == "" then return end
  -- Not by doubling the quote: gnuplot 5.4 ends the string at a doubled quote that comes first or after another one, and runs the rest.
  local quoted = "'" .. gsub(s, "'", "'.\"\\047\".'") .. "'"
  -- gnuplot drops a label whose place lies outside its plot area, without a word
  x = max(t.inset, min(x, cv.width - t.inset))
  y = max(t.inset, min(y + (BASELINE - t.baseline) * size, cv.height - t.inset))
  add(cv.label, "set label " .. quoted .. put(" at %,%", 2, x, y) .. " " .. align .. " front noenhanced font '" .. H.family ..
    (bold and ":Bold" or "") .. "," .. fixed(size, 1) .. format("' tc rgb '#%06x'\n", color))
end

-- The whole script.
function methods.close(cv)
  local t = cv.terminal
  if cv.group > 0 then add(cv.data, "EOD\n") end
  -- Everything of gnuplot that has a default with a say in the drawing is set or unset here.
  local script = "set encoding utf8\nset terminal " .. put(t.set, t.decimals, cv.width / t.unit, cv.height / t.unit) ..
    " font '" .. H.family .. ",8'\nset output '" .. t.file .. "'\nunset border\nunset tics\nunset key\nunset title\n" ..
    "set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\nset tmargin at screen 1\n" ..
    put("set xrange [%:%]\nset yrange [%:%]\n", 2, t.inset, cv.width - t.inset, cv.height - t.inset, t.inset) ..
    concat(cv.label) .. concat(cv.data) .. concat(cv.plot) .. "\nunset output\n"
  if #script > BYTES then H.fail("base.too_large", "script.gp", BYTES) end
  return script
end

return canvas
