--- The annexes that every report may call by \annex{…}: founding documents, reading rules, oddities found in them, gaps.
local A = analysis {
  title = { fr = "Annexes", en = "Annexes" },
}

-- A column of a two-language query: keys x_fr and x_en become one cell.
local function both(row, key)
  return { fr = row[key .. "_fr"] or "", en = row[key .. "_en"] or "" }
end

local function documents(report)
  local rows = {}
  for d in report:sql([[
    SELECT code, title_fr, title_en, publisher, publisher_note_fr, publisher_note_en, date, language,
           text_kind_fr, text_kind_en, declared_interest_fr, declared_interest_en
    FROM documents
    ORDER BY code]]):rows() do
    rows[#rows + 1] = {
      code = d.code, title = both(d, "title"), kind = both(d, "text_kind"), interest = both(d, "declared_interest"),
      date = d.date and { fr = tostring(d.date), en = tostring(d.date) } or { fr = "non datée", en = "not dated" },
    }
  end
  report:table("documents", {
    caption = { fr = "Les documents fondateurs", en = "The founding documents" },
    columns = {
      { key = "code", head = { fr = "Code", en = "Code" }, width = 0.06 },
      { key = "title", head = { fr = "Titre", en = "Title" }, width = 0.27 },
      { key = "kind", head = { fr = "Nature du texte", en = "Kind of text" }, width = 0.21 },
      { key = "date", head = { fr = "Date", en = "Date" }, width = 0.11 },
      { key = "interest", head = { fr = "Intérêt déclaré ou visible", en = "Interest declared or visible" }, width = 0.35 },
    },
    rows = rows,
  })
end

local function reading_rules(report)
  local rows = {}
  for r in report:sql([[
    SELECT words_fr, words_en, interval_fr, interval_en, drawn_fr, drawn_en, example_fr, example_en
    FROM reading_rules
    ORDER BY position]]):rows() do
    rows[#rows + 1] = { words = both(r, "words"), interval = both(r, "interval"), drawn = both(r, "drawn"), example = both(r, "example") }
  end
  report:table("reading_rules", {
    caption = { fr = "Règles de lecture", en = "Reading rules" },
    columns = {
      { key = "words", head = { fr = "La source écrit", en = "The source writes" }, width = 0.19 },
      { key = "interval", head = { fr = "Intervalle retenu", en = "Interval used" }, width = 0.33 },
      { key = "drawn", head = { fr = "Dessin", en = "Drawn as" }, width = 0.2 },
      { key = "example", head = { fr = "Exemple", en = "Example" }, width = 0.28 },
    },
    rows = rows,
  })
end

-- What the founding documents leave odd, contradictory or unsupported; nothing is smoothed over.
local function oddities(report)
  local rows = {}
  for f in report:sql([[
    SELECT d.code, f.subject_fr, f.subject_en, f.text_fr, f.text_en, f.note_fr, f.note_en, f.lines
    FROM facts AS f
    JOIN documents AS d ON d.document = f.document
    WHERE f.kind = 'oddity'
    ORDER BY d.code, f.fact_id]]):rows() do
    rows[#rows + 1] = {
      where = { fr = f.code .. ", l. " .. f.lines, en = f.code .. ", l. " .. f.lines }, subject = both(f, "subject"), text = both(f, "text"), note = both(f, "note"),
    }
  end
  report:table("oddities", {
    caption = { fr = "Anomalies relevées dans les documents fondateurs", en = "Oddities found in the founding documents" },
    columns = {
      { key = "where", head = { fr = "Document", en = "Document" }, width = 0.12 },
      { key = "subject", head = { fr = "Objet", en = "Subject" }, width = 0.16 },
      { key = "text", head = { fr = "Ce que dit le texte", en = "What the text says" }, width = 0.25 },
      { key = "note", head = { fr = "Lecture retenue", en = "Reading" }, width = 0.47 },
    },
    rows = rows,
  })
end

function A.run(report)
  documents(report)
  reading_rules(report)
  oddities(report)
end

return A
