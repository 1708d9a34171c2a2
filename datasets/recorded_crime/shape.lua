-- Editions of the SSMSI base: columns were renamed in 2025, years had two digits and units no capital before.

local function capital(text)
  return (text:gsub("^v", "V"):gsub("^i", "I"))
end

local EDITION = { edition = "produit%-le(%d+%-%d+%-%d+)" }

local function before_2025(area)
  return {
    name = "editions before 2025",
    from_name = EDITION,
    columns = {
      dep = area == "dep" and "Code.département" or nil,
      reg = "Code.région",
      year = { header = "annee", read = two_digit_year },
      indicator = "classe",
      unit = { header = "unité.de.compte", read = capital },
      count = "faits",
      rate = "tauxpourmille",
      population = "POP",
      population_year = { header = "millPOP", read = two_digit_year },
      housing = "LOG",
      housing_year = { header = "millLOG", read = two_digit_year },
    },
  }
end

local function since_2025(more)
  local l = {
    name = "editions since 2025",
    columns = {
      dep = "Code_departement",
      reg = "Code_region",
      year = "annee",
      indicator = "indicateur",
      unit = "unite_de_compte",
      count = "nombre",
      rate = "taux_pour_mille",
      population = "insee_pop",
      population_year = "insee_pop_millesime",
      housing = "insee_log",
      housing_year = "insee_log_millesime",
    },
  }
  for k, v in pairs(more) do
    l[k] = v
  end
  return l
end

return {
  crime_departements_2023_07 = layout(before_2025 "dep"),
  crime_departements_2024_07 = layout(before_2025 "dep"),
  crime_departements_2025_01 = layout(since_2025 { from_name = EDITION }),
  -- The file that is held was renamed: its edition is not in its name.
  crime_departements_2025_later = layout(since_2025 { set = { edition = "2025, later" } }),
  crime_regions_2024_07 = layout(before_2025 "reg"),
}
