-- Figures as files, the same whenever and wherever they are drawn: draw(part, number, lang, base) publishes base.gp, base.svg and base.pdf.
-- H: chart(part, number, lang), draw(script, name of the file that it makes) → that file, family, write(path, text), stamp; fail.
local H, find = ...
local gsub, sub, match, concat = string.gsub, string.sub, string.match, table.concat

-- Cairo writes the moment of drawing as "/CreationDate (D:20260101120000Z)": the digits become the stamp.
local function set_date(pdf)
  local _, at = string.find(pdf, "/CreationDate (D:", 1, true)
  if not at or not match(pdf, "^" .. ("%d"):rep(14) .. "Z", at + 1) then H.fail("render.pdf_date", "") end
  return sub(pdf, 1, at) .. H.stamp .. sub(pdf, at + 15)
end

-- gnuplot's SVG with true points as its size, a typeface for screens without ours (Helvetica and Arial have the same widths), the weight of
-- bold text, which gnuplot leaves in the name of the font, spaces as they are, and no title "Gnuplot" under the mouse. An empty group shows
-- nothing but what gnuplot drew before this figure: its pen.
local family = "=\"'" .. H.family .. "', Helvetica, Arial, sans-serif\""
local function mend_markup(s)
  s = gsub(gsub(s, "<title>Gnuplot</title>\n", ""), "<g [^\n]*\n</g>\n", "")
  return (gsub(gsub(s, '="' .. H.family .. '"', family), '="' .. H.family .. ':Bold"', family .. ' font-weight="bold"'))
end

local function mend_svg(svg)
  svg = gsub(svg, "\n width=[^\n]*", function(size) return gsub(size, '(%d)"', '%1pt"') end, 1)
  local out, at = {}, 1
  for from, words, after in string.gmatch(svg, "()<text>(.-)</text>()") do
    out[#out + 1] = mend_markup(sub(svg, at, from - 1)) .. '<text xml:space="preserve">' .. gsub(words, ">", "&gt;") .. "</text>"   -- "]]>" may not stand in XML
    at = after
  end
  return concat(out) .. mend_markup(sub(svg, at))
end

H.words = find("figure/words")(H)
return function(part, number, lang, base)
  local made, script = {}, {}
  for _, format in ipairs { "pdf", "svg" } do
    local own = setmetatable({ chart = H.chart(part, number, lang), lang = lang, format = format }, { __index = H })
    script[format] = find("figure/page")(own, find)
    made[format] = H.draw(script[format], "out." .. format)
  end
  H.write(base .. ".gp", script.pdf)
  H.write(base .. ".svg", mend_svg(made.svg))
  H.write(base .. ".pdf", set_date(made.pdf))
end
