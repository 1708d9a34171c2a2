-- Words of the title page: the state of the data, or a date. H: lang, form ("edition" | "date"), iso.
local H, find = ...
local words = find("prelude/typo")().period(H.lang, H.iso)
if H.form == "date" then return words end
local before = H.lang == "en" and "data as of " or #H.iso == 10 and "données arrêtées au " or "données arrêtées en "
return before .. words
