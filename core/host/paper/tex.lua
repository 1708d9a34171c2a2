-- Text for LaTeX, by an allow-list: what is not in a table here does not reach TeX. The macros named cn… are those of continuum.sty.
-- Knows nothing of reports. H: fail.
local H = ...
local find, match, gsub, sub, format, codepoint = string.find, string.match, string.gsub, string.sub, string.format, utf8.codepoint
local tex = { LONG_WORD = 20, BREAK_AFTER = "._/=&?-" }
local CHARACTER = utf8.charpattern

-- Characters that are not written as they are. Braces and empty groups also break the ligatures of T1 (-- << ?` ,, ''), keep [ and * away
-- from \\, and leave no active character of babel-french (: ; ! ?).
local written = {
  ["!"] = "\\cnExclamation{}", ['"'] = "\\textquotedbl{}", ["#"] = "\\#", ["$"] = "\\$", ["%"] = "\\%", ["&"] = "\\&",
  ["'"] = "\\textquotesingle{}", ["*"] = "{*}", [","] = ",{}", ["-"] = "-{}", [":"] = "\\cnColon{}", [";"] = "\\cnSemicolon{}",
  ["<"] = "\\textless{}", [">"] = "\\textgreater{}", ["?"] = "\\cnQuestion{}", ["["] = "{[}", ["\\"] = "\\textbackslash{}", ["]"] = "{]}",
  ["^"] = "\\textasciicircum{}", ["_"] = "\\_", ["`"] = "\\textasciigrave{}", ["{"] = "\\{", ["|"] = "\\textbar{}", ["}"] = "\\}",
  ["~"] = "\\textasciitilde{}",
  ["\u{a0}"] = "\\nobreakspace{}", ["\u{2009}"] = "\\,", ["\u{202f}"] = "\\,",
  ["«"] = "\\guillemotleft{}", ["»"] = "\\guillemotright{}",   -- typed in French text they bring their own space
  ["\u{2010}"] = "-{}", ["\u{2011}"] = "\\mbox{-}", ["–"] = "–{}",   -- "–-" is a ligature of T1
}
for c = 0x20, 0x7e do
  c = string.char(c)
  written[c] = written[c] or c
end
-- What inputenc and continuum.sty print as it is typed. Not U+0110: T1 gives it the glyph of U+00D0.
for c in string.gmatch("¡¢£¤¥¦§¨©ª¬®¯°±²³´µ¶·¹º¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ" ..
  "ĀāĂăĄąĆćČčĎďđĒēĖėĘęĚěĞğĢģĪīĮįİıĶķĹĺĻļĽľŁłŃńŅņŇňŊŋŌōŐőŒœŔŕŖŗŘřŚśŞşŠšŢţŤťŪūŮůŰűŲųŸŹźŻżŽžƒȘșȚț" ..
  "ΔΣΩαβδπ—‘’‚“”„†‡•…‰‹›€№™←↑→↓−∞≈≤≥", CHARACTER) do
  written[c] = c
end

setmetatable(written, { __index = function(_, c) H.fail("render.tex_glyph", format("U+%04X", codepoint(c)), c) end })

-- breaks: a line may end after the signs of BREAK_AFTER.
local function characters(s, breaks)
  -- Most words are short and have no sign that minds its neighbours; their letters and digits stay.
  if not breaks and not find(s, "([\xe2-\xff][\x80-\xbf]+)%1") then return (gsub(s, "[%c%p\x80-\xff][\x80-\xbf]*", written)) end
  local out, last = {}, nil
  for at, c in string.gmatch(s, "()(" .. CHARACTER .. ")") do
    local text = written[c]
    if c == last and #c > 2 and codepoint(c) >= 0x2018 then out[#out + 1] = "{}" end   -- ‘‘ and ’’ are ligatures too
    out[#out + 1], last = text, c
    if breaks and at < #s and find(tex.BREAK_AFTER, c, 1, true) then out[#out + 1] = "\\cnBreak{}" end
  end
  return table.concat(out)
end

local function is_address(s) return find(s, "^https?://[%w%-._/?=:+,;@()%%#&~]*$") ~= nil end
local function put_address(s) return (gsub(s, "[%%#&~]", "\\%0")) end

local known = {}   -- sources stand in many places

-- UTF-8 as LaTeX text. French punctuation spaces must be in the text already; where they are plain they do not break: no line begins with
-- punctuation that French sets off, and none ends with an opening guillemet. Words of more than LONG_WORD bytes (identifiers, addresses) may
-- break after the signs of BREAK_AFTER, and a long http or https address becomes a link. render.tex_glyph names a character that cannot be printed.
function tex.text(s)
  known[s] = known[s] or gsub(s, "()([^ ]*)( ?)()", function(_, word, space, after)
    local breaks = #word > tex.LONG_WORD
    local link = breaks and is_address(word)
    local text = characters(word, breaks)
    if link then text = "\\href{" .. put_address(word) .. "}{" .. text .. "}" end
    if space == "" then return text end
    local kept = sub(word, -2) == "«" or find(s, "^[;:!?%%]", after) or sub(s, after, after + 1) == "»"
    return text .. (kept and "\\nobreakspace{}" or " ")
  end)
  return known[s]
end

-- Text as the address of \href; "" for anything but a plain http or https address.
function tex.address(s) return is_address(s) and put_address(s) or "" end

-- A PDF text string: UTF-16BE as hexadecimal digits, with its byte order mark.
function tex.pdf_hex(s)
  local out = { "FEFF" }
  for _, c in utf8.codes(s) do
    out[#out + 1] = c < 0x10000 and format("%04X", c) or format("%04X%04X", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + (c & 0x3FF))
  end
  return table.concat(out)
end

return tex
