-- Surveys of the municipal police: one layout a year. How to add the next one: docs/layouts.md.

-- Names to codes of the COG, asked for when the first row comes: continuum refresh cog.
local matcher
local function match(row)
  matcher = matcher or communes.matcher {
    communes = query [[
      SELECT com, dep, tncc, ncc, libelle, typecom, comparent FROM communes
      UNION ALL
      SELECT code_commune, code_collectivite, '0', upper(nom_commune), nom_commune, 'COM', NULL FROM overseas_communes]],
    overrides = query "SELECT dep, name, com FROM commune_overrides",
  }
  local found = matcher:find(row.dep, row.name, row.officers)
  if found then
    row.com, row.match, row.score = found.com, found.method, found.score
  end
  return row
end

local function summary()
  if matcher then
    note(matcher:summary("municipal police officers"))
  end
end

-- 2016 writes the département on its first row in several ways ("Ain (01)", "Haute-Savoie" then "-74"), and its chief town below.
local in_departement, departements
local survey_2016 = layout {
  name = "survey of 31 December 2016",
  header = { find = "Liste des communes de votre département ayant un service de police municipale" },
  columns = {
    _dep = "Départements",
    name = "Liste des communes de votre département ayant un service de police municipale",
    officers = { header = "Nombre de policiers municipaux", number = true },
    asvp = { header = "Nombre d’ASVP", number = true },
    rural_guards = { header = "Nombre de gardes-champêtres", number = true },
    dog_handlers = { header = "Nombre d'agents cynophiles", number = true },
    dogs = { header = "Nombre de chiens", number = true },
  },
  totals = { { when = { _dep = "^TOTAL$" }, of = "nation" } },
  map = function(row)
    departements = departements or codes(query "SELECT dep AS code, name AS label FROM departements")
    in_departement = departement(row._dep, departements) or in_departement
    row.dep = in_departement
    return match(row)
  end,
}

local survey_2018 = layout {
  name = "survey of 31 December 2018",
  header = { rows = 2 },
  columns = {
    dep = { header = "Numéro département", carry = true },
    _dep_name = { header = "Nom département", carry = true },
    service = { column = 3, header = "", number = true },
    name = "Nom des communes ou EPCI ayant un service de police municipale",
    population = { header = "Nombre d’habitants de la commune", number = true },
    officers = { header = "Nombre d’agents de police municipale", number = true },
    asvp = { header = "Nombre d’ASVP (à Paris, nombre d’ASP)", number = true },
    rural_guards = { header = "Nombre de gardes-champêtres", number = true },
    dog_handlers = { header = "Nombre de maîtres chiens de police municipale", number = true },
    dogs = { header = "Nombre de chiens de patrouille de police municipale", number = true },
  },
  totals = {
    { when = { dep = "^TOTAL NATIONAL" }, of = "nation", from = { service = "name" } },
    { when = { dep = "^TOTAL (.+)" }, of = "%1", from = { service = "name" } },
  },
  skip = { { when = { service = "^0", name = "" }, kind = "no_service" } },
  map = function(row)
    row.dep = departement(row.dep)
    return match(row)
  end,
}

local survey_2023 = layout {
  name = "survey of 31 December 2023",
  header = { rows = 2 },
  columns = {
    dep = "Numéro département",
    _dep_name = "Nom département",
    service = { column = 3, header = "", number = true },
    name = "Nom des communes ou EPCI ayant un service de police municipale (par ordre alphabétique, chef-lieu de département en majuscule)",
    population = { header = "Nombre d’habitants de la commune", number = true },
    shared = { header = "Mise en commun d'agents de police municipale entre communes (art. L. 512-1)", number = true },
    officers = { header = "Nombre d’agents de police municipale", number = true },
    asvp = { header = "Nombre d’ASVP (à Paris, nombre d’ASP)", number = true },
    rural_guards = { header = "Nombre de gardes champêtres", number = true },
    dog_handlers = { header = "Nombre de maîtres chiens de police municipale", number = true },
    dogs = { header = "Nombre de chiens de patrouille de police municipale", number = true },
    dog_brigades = { header = "Nombre de communes ou EPCI doté(e)s d’une brigade cynophile", number = true },
  },
  headings = { { when = { dep = "^%D+$", name = "" } } },
  totals = {
    { when = { dep = "^TOTAL NATIONAL" }, of = "nation", from = { service = "name" } },
    { when = { dep = "^TOTAL (.+)" }, of = "%1", from = { service = "name" } },
    -- One département's total does not say so: a name where the codes stand, a count where the communes stand.
    { when = { dep = "^(%D+)$", name = "^%d+$" }, of = "%1", from = { service = "name" } },
  },
  skip = { { when = { _dep_name = "^SAINT PIERRE ET MIQUELON", name = "" }, kind = "no_service" } },
  map = function(row)
    row.dep = departement(row.dep)
    return match(row)
  end,
}

return {
  municipal_police_2016 = { survey_2016, finish = summary },
  municipal_police_2018 = { survey_2018, finish = summary },
  municipal_police_2023 = { survey_2023, finish = summary },
  municipal_police_panel = layout {
    name = "panel of communes above 15,000 inhabitants",
    columns = {
      dep = "DEP", com = "CODGEO", name = "LIBGEO", year = "ANNEE",
      shared = "Mise en commun d'agents de police municipale entre plusieurs communes (binaire)",
      officers = "Nombre d'agents de police municipale", asvp = "Nombre d'ASVP", rural_guards = "Nombre de gardes champêtres",
      population = "Population au 1er janvier de l'année d'enquête",
    },
    ignore = {
      "LIBDEP", "^Nombre de brigades canines", "^Nombre de maîtres chiens", "^Nombre de chiens", "^Population au 1er janvier de l'année suivante",
      "^Commune nouvelle",
    },
  },
  municipal_police_2023_cleaned = layout {
    name = "re-user's cleaning of the survey of 2023",
    columns = {
      dep = { header = "departement", read = departement }, name = "communes", population = { header = "habitants", number = true },
      shared = "mise_en_commun_agent_municipal_commune", officers = "agents_police", asvp = { header = "asvp", number = true },
      rural_guards = "gardes_champetres", dog_handlers = "maitre_chien", dogs = "chien_police", dog_brigades = "commune-brigade_cynophile",
    },
  },
}
