-- Series exported from Interstats, one file an indicator; and one figure with its titles and notes.

local series = layout {
  name = "export of Interstats",
  columns = {
    period = "Unité de temps", value = "Valeurs", indicator = "Indicateurs", source = "Source", sub_indicator = "Sous-indicateurs",
    statistic = "Statistique", area = "Zone géographique", periodicity = "Périodicité", unit = "Unité de compte", correction = "Correction",
  },
}

local tables = {
  accused_nationality_2019 = function(row, line)
    if line < 5 then
      return skip("title")
    elseif not row[2] or is_blank(row[2]) then
      return skip("footnote")
    end
    emit { offence = row[1], foreign_share = number(row[2]), french_share = number(row[3]), part_foreign = number(row[4]) }
  end,
}
for _, name in ipairs {
  "series_actes_de_vandalisme",
  "series_atteintes_a_caractere_raciste_xenophobe_ou_antirel",
  "series_atteintes_anti_lgbt",
  "series_cambriolages",
  "series_corruption",
  "series_escroqueries_et_autres_infractions_assimilees",
  "series_homicides_apres2016",
  "series_injures",
  "series_menaces",
  "series_outrages_et_violences_contre_depositaires_de_l_aut",
  "series_plaintes_escroc",
  "series_sentiment_d_insecurite",
  "series_sentiment_sortir",
  "series_stup",
  "series_violences_conjugales",
  "series_violences_physiques",
  "series_violences_sexuelles",
  "series_vols_avec_violence",
} do
  tables[name] = series
end
return tables
