--- Who provides security, according to the PSQ presentation of 2018: figures cited, read as intervals, and the sum that is refused.
local A = analysis {
  title = {
    fr = "Qui concourt à la sécurité : les chiffres cités en 2018",
    en = "Who contributes to security: the figures cited in 2018",
  },
}

-- The five groups of staff, in the order of the chart; none of them has a stated unit.
local staff = { "police_gendarmes", "private_security", "social_landlord_staff", "municipal_police", "transport_security" }
local mandates = "elected_officials"

local names = {
  police_gendarmes = { fr = "Policiers et gendarmes", en = "Police officers and gendarmes" },
  private_security = { fr = "Professionnels de la sécurité privée", en = "Private security professionals" },
  social_landlord_staff = { fr = "Salariés des bailleurs sociaux", en = "Employees of social landlords" },
  municipal_police = { fr = "Agents des polices municipales", en = "Municipal police officers" },
  transport_security = { fr = "Agents de sécurité des transports", en = "Security staff of transport companies" },
  elected_officials = { fr = "Élus", en = "Elected officials" },
}

local missing = {
  police_gendarmes = {
    fr = "unité, date, source ; personnels de soutien, réservistes et outre-mer compris ou non",
    en = "unit, date, source; whether support staff, reservists and overseas territories are included",
  },
  private_security = {
    fr = "unité, date, source ; salariés de la branche, titulaires d’une carte ou secteur plus large",
    en = "unit, date, source; employees of the branch, licence holders or a wider sector",
  },
  social_landlord_staff = {
    fr = "unité, date, source ; nombre, et part qui exerce une mission de sécurité",
    en = "unit, date, source; the number, and the share that does security work",
  },
  municipal_police = {
    fr = "unité, date, source ; ASVP et gardes champêtres compris ou non",
    en = "unit, date, source; whether ASVP and rural wardens are included",
  },
  transport_security = {
    fr = "unité, date, source ; sociétés comptées",
    en = "unit, date, source; which companies are counted",
  },
  elected_officials = {
    fr = "date, source ; catégories de mandats comptées",
    en = "date, source; which mandates are counted",
  },
}

local function rows_of(facts, list)
  local rows = {}
  for i, id in ipairs(list) do rows[i] = { label = names[id], quantity = facts[id] } end
  return rows
end

-- Low and high end of a reading interval as numbers of their own, for sentences.
local function ends_of(q)
  return quantity { best = q.low, unit = q.unit }, quantity { best = q.high, unit = q.unit }
end

local function ledger_rows(facts)
  local rows = {}
  for _, id in ipairs(staff) do rows[#rows + 1] = id end
  rows[#rows + 1] = mandates
  for i, id in ipairs(rows) do
    local q = facts[id]
    rows[i] = { group = names[id], cited = q, interval = q, qualifier = q, unit = q, missing = missing[id] }
  end
  return rows
end

function A.run(report)
  local facts, all = {}, {}
  for _, id in ipairs(staff) do facts[id] = report:fact(id) end
  facts[mandates] = report:fact(mandates)
  for _, id in ipairs(staff) do all[#all + 1] = facts[id] end
  all[#all + 1] = facts[mandates]

  for id, q in pairs(facts) do report:value(id, q, { label = names[id] }) end
  report:value("groups", #all, { label = { fr = "Groupes cités par la présentation", en = "Groups cited by the presentation" } })
  report:value("national_2017", report:fact("national_2017"))
  report:value("mandates_2014", report:fact("mandates_2014"))
  report:value("private_2018_report", report:fact("private_2018_report"))

  -- The ledger refuses this sum; were it ever to be accepted, the text that says why there is none would be wrong.
  local total, reason = report:sum(all)
  if total then error("the sum over unlike units was not refused") end
  report:value("sum_refused", { fr = "total non calculé", en = "total not computed" }, {
    label = { fr = "Somme des six chiffres cités : " .. reason.fr, en = "Sum of the six figures cited: " .. reason.en },
  })

  local bound = {
    assumption = {
      fr = "les groupes ne se recoupent pas, et leurs chiffres comptent la même chose",
      en = "the groups do not overlap, and their figures count the same thing",
    },
    label = {
      fr = "Chiffres d’effectifs cités, borne inférieure commune",
      en = "Staff figures cited, common lower bound",
    },
  }
  for i, id in ipairs(staff) do bound[i] = facts[id] end
  report:value("staff_lower_bound", report:lower_bound(bound))

  local low, high = ends_of(facts.police_gendarmes)
  report:figure("cited", chart.intervals {
    scale = "log",
    panels = {
      {
        title = { fr = "Effectifs cités, unité non précisée", en = "Staff figures cited, unit not stated" },
        rows = rows_of(facts, staff),
        lo = 2000, hi = 1000000,
      },
      {
        title = { fr = "Mandats électifs (ce ne sont pas des personnes)", en = "Elective mandates (these are not persons)" },
        rows = rows_of(facts, { mandates }),
        lo = 2000, hi = 1000000,
      },
    },
  }, {
    title = {
      fr = "Des ordres de grandeur que rien ne permet d’additionner",
      en = "Orders of magnitude that nothing allows to be added up",
    },
    subtitle = {
      fr = "Chiffres cités par la présentation de la police de sécurité du quotidien, et leur intervalle de lecture",
      en = "Figures cited by the presentation of the everyday security police, and their reading intervals",
    },
    unit = {
      fr = "effectifs, unité non précisée (en haut) ; mandats (en bas)",
      en = "staff, unit not stated (above); mandates (below)",
    },
    period = facts.police_gendarmes.period,
    coverage = {
      fr = "France ; le champ de chaque chiffre n’est pas précisé",
      en = "France; the coverage of each figure is not stated",
    },
    reading = {
      fr = "la présentation cite {police} policiers et gendarmes ; un nombre rond se lit ici comme compris entre {low} et {high}.",
      en = "the presentation cites {police} police officers and gendarmes; a round number is read here as lying between {low} and {high}.",
    },
    note = {
      fr = "la flèche marque un chiffre dont la source ne donne que le minimum ; les hachures, une quantité donnée en toutes lettres. "
        .. "Les mandats ont leur propre cadre : un mandat n’est pas un emploi, et une personne peut en détenir plusieurs.",
      en = "an arrow marks a figure of which the source gives only the minimum; hatching, a quantity given in words. "
        .. "Mandates have a frame of their own: a mandate is not a job, and one person may hold several.",
    },
    alt = {
      fr = "Six intervalles sur une échelle logarithmique. Policiers et gendarmes : {police}. Sécurité privée : {private}. "
        .. "Bailleurs sociaux : {landlords}. Polices municipales : {municipal}. Transports : {transport}, sans maximum. "
        .. "À part : {mandates} mandats électifs.",
      en = "Six intervals on a logarithmic scale. Police officers and gendarmes: {police}. Private security: {private}. "
        .. "Social landlords: {landlords}. Municipal police: {municipal}. Transport: {transport}, without a maximum. "
        .. "Apart: {mandates} elective mandates.",
    },
    values = {
      low = low, high = high, police = facts.police_gendarmes, private = facts.private_security, landlords = facts.social_landlord_staff,
      municipal = facts.municipal_police, transport = facts.transport_security, mandates = facts[mandates],
    },
  })

  local rows = ledger_rows(facts)
  rows[#rows + 1] = {
    _row = "total", group = { fr = "Ensemble", en = "All groups" }, cited = { fr = "total non calculé", en = "total not computed" },
    interval = "", qualifier = "", unit = "",
    missing = {
      fr = "un mandat n’est pas un emploi ; les unités ne sont pas connues ; les groupes peuvent se recouper",
      en = "a mandate is not a job; the units are not known; the groups may overlap",
    },
  }
  report:table("ledger", {
    caption = {
      fr = "Les chiffres cités en 2018, leur lecture et ce qui leur manque",
      en = "The figures cited in 2018, how they are read, and what they lack",
    },
    columns = {
      { key = "group", head = { fr = "Groupe", en = "Group" }, width = 0.19 },
      { key = "cited", head = { fr = "Chiffre cité", en = "Figure cited" }, width = 0.15 },
      { key = "interval", head = { fr = "Intervalle de lecture", en = "Reading interval" }, form = "interval", align = "right", width = 0.16 },
      { key = "qualifier", head = { fr = "Nature", en = "Kind" }, form = "qualifier", width = 0.11 },
      { key = "unit", head = { fr = "Unité", en = "Unit" }, form = "unit", width = 0.11 },
      { key = "missing", head = { fr = "Ce qui manque", en = "What is missing" }, width = 0.28 },
    },
    rows = rows,
    coverage = {
      fr = "France ; le champ de chaque chiffre n’est pas précisé.",
      en = "France; the coverage of each figure is not stated.",
    },
  })
end

return A
