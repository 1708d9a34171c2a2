#!/bin/sh
# Every real file goes through the descriptors of datasets/ as its user would bring it, and the figures of the ministry come out.
# Needs ../shared/data/real beside the project.
. "$(dirname "$0")/lib.sh"
real=$(cd "$top/.." && pwd)/shared/data/real
if [ ! -d "$real" ]; then
	skip "real files load and reconcile" "no real files beside the project"
	done_testing
	exit 0
fi
if [ -n "${LC_ALL:-}" ]; then
	skip "real files load and reconcile" "once is enough: the figures have no language"
	done_testing
	exit 0
fi
project
rm -rf datasets reports plugins seeds
mkdir datasets
for d in "$top"/datasets/*; do
	case $d in */public_facts | */terms) ;; *) cp -R "$d" datasets/ ;; esac
done
cat >continuum.json <<'END'
{ "name": "real", "title": { "fr": "Réel", "en": "Real" }, "edition": { "data_as_of": "2026-11-22", "date": "2026-11-22" }, "reports": [] }
END

take() { # take FILE FEED
	run receive "$real/$1" --for "$2"
	[ "$code" = 0 ]
	ok $? "$2 takes $1"
	[ "$code" = 0 ] || sed 's/^/# /' "$T/err" | head -8
}
# Names of communes are matched against the COG: it comes first.
run load
take insee/communes.csv communes
take insee/collectivites-outremer.csv overseas_communes
run accept
is "$code" 0 "the geographic code is in use"
while read -r feed file; do take "$file" "$feed"; done <<'END'
arrondissements insee/arrondissements.csv
cog_departements insee/departements.csv
cog_regions insee/regions.csv
commune_changes insee/mouvements-communes.csv
populations_2021 insee/donnees_communes.csv
populations_mayotte insee/donnees_communes_mayotte.csv
populations_communes insee/POPULATION_MUNICIPALE_COMMUNES_FRANCE.xlsx
epci_communes insee/epcicom.xlsx
municipal_police_2016 police-municipale/Effectifs_police_municipale_au_31_decembre_2016.csv
municipal_police_2018 police-municipale/effectifs-police-municipale-2018.csv
municipal_police_2023 police-municipale/enquete-stats-pm-2023-pour-publication.csv
municipal_police_panel police-municipale/effectifs-pm-communes-15000hab-2013-2023-nettoye.csv
municipal_police_2023_cleaned police-municipale/enquete-police-municipal-2023-nettoye.csv
crime_departements_2023_07 delinquance/departement/donnee-dep-data.gouv-2022-geographie2023-produit-le2023-07-17.csv.gz
crime_departements_2024_07 delinquance/departement/donnee-dep-data.gouv-2023-geographie2024-produit-le2024-07-05.csv
crime_departements_2025_01 delinquance/departement/donnee-dep-data.gouv-2024-geographie2024-produit-le2025-01-26.csv
crime_departements_2025_later delinquance/departement/donnee-dep-2024-edition2025-renomme.csv
crime_regions_2024_07 delinquance/departement/donnee-reg-data.gouv-2023-geographie2024-produit-le2024-07-05.csv
crime_communes delinquance/commune/base-communale-2025-echantillon.csv.gz
crime_rates_communes delinquance/commune/delinquance_communes-2024-derive.json.gz
etat4001_2002 delinquance/etat4001/faits2002.csv
etat4001_2003 delinquance/etat4001/faits2003.csv
etat4001_2009 delinquance/etat4001/faits2009.csv
etat4001_2010 delinquance/etat4001/faits2010.csv
etat4001_national delinquance/etat4001/faits_national.csv
etat4001_facts delinquance/etat4001/liste_faits.json
etat4001_categories delinquance/etat4001/taxonomie.json
accused_nationality_2019 delinquance/series-enquetes/mise_en_cause_natio.csv
series_actes_de_vandalisme delinquance/series-enquetes/Actes-de-vandalisme.csv
series_atteintes_a_caractere_raciste_xenophobe_ou_antirel delinquance/series-enquetes/Atteintes-a-caractere-raciste-xenophobe-ou-antireligieux.csv
series_atteintes_anti_lgbt delinquance/series-enquetes/Atteintes-anti-LGBT.csv
series_cambriolages delinquance/series-enquetes/Cambriolages.csv
series_corruption delinquance/series-enquetes/Corruption.csv
series_escroqueries_et_autres_infractions_assimilees delinquance/series-enquetes/Escroqueries-et-autres-infractions-assimilees.csv
series_homicides_apres2016 delinquance/series-enquetes/Homicides_apres2016.csv
series_injures delinquance/series-enquetes/Injures.csv
series_menaces delinquance/series-enquetes/Menaces.csv
series_outrages_et_violences_contre_depositaires_de_l_aut delinquance/series-enquetes/Outrages-et-violences-contre-depositaires-de-l-autorite-publique.csv
series_plaintes_escroc delinquance/series-enquetes/Plaintes_escroc.csv
series_sentiment_d_insecurite delinquance/series-enquetes/Sentiment-d-insecurite.csv
series_sentiment_sortir delinquance/series-enquetes/Sentiment_sortir.csv
series_stup delinquance/series-enquetes/Stup.csv
series_violences_conjugales delinquance/series-enquetes/Violences-conjugales.csv
series_violences_physiques delinquance/series-enquetes/Violences-physiques.csv
series_violences_sexuelles delinquance/series-enquetes/Violences-sexuelles.csv
series_vols_avec_violence delinquance/series-enquetes/Vols-avec-violence.csv
gendarmerie_staff gendarmerie/iggn_effectifs_raw.csv
gendarmerie_complaints gendarmerie/iggn_nb_reclamations.csv
gendarmerie_breaches gendarmerie/iggn_pourcentage_manquements.csv
gendarmerie_reports gendarmerie/iggn_stop_discri.csv
outlines_departements geo/departements-version-simplifiee.geojson
outlines_regions_overseas geo/regions-avec-outre-mer.geojson
outlines_regions geo/regions-version-simplifiee.geojson
qpv_occitanie territoires/qpv-occitanie-2021.csv
qpv_occitanie_outlines territoires/qpv-occitanie-2021.geojson
qrr_outlines territoires/qrr_zones-62-derive.json.gz
portal_resources api/datagouv-dataset.json
portal_resource_v1 api/datagouv-resource-v1.json
portal_resource_v2 api/datagouv-resource-v2.json
END
run accept
is "$code" 0 "all that waits in quarantine is put into use"
[ "$code" = 0 ] || sed 's/^/# /' "$T/err" | head -20
cp "$T/err" "$T/accepted"
run status
unlike "$T/out" 'no file yet|no data yet|never made' "nothing is left to load"
# No real table is without a descriptor: only formats that are refused by name.
is "$(cd "$real" && find . -type f ! -name '*.md' ! -name '*.xls' | wc -l)" 61 "all real files are listed here"

fig() { # fig QUERY WANT NAME
	run sql "$1"
	is "$(sed 1d "$T/out" | tr '\t\n' '  ')" "$2 " "$3"
}
fig "SELECT sum(officers), sum(asvp), sum(rural_guards) FROM municipal_police_2016" "21637 8920 870.5" "2016: one officer more than the stated total"
fig "SELECT sum(officers), sum(asvp), sum(rural_guards), sum(population) FROM municipal_police_2018" "22780 7982 726 48997007" "2018 agrees"
fig "SELECT sum(officers), sum(asvp), sum(rural_guards) FILTER (WHERE service = 1), sum(rural_guards) FILTER (WHERE service = 0), sum(service)
	FROM municipal_police_2023" "28170 7864 539 63 4640" "2023: officers, ASVP, guards of communes and of the Brigade verte, services"
fig "SELECT sum(population), count(population) FROM municipal_police_2023 WHERE service = 1" "52361616 4639" "2023: the population of 4,639 of 4,640 services"
fig "SELECT name, population IS NULL, officers FROM municipal_police_2023 WHERE dep = '24' AND name LIKE 'PERIGUEUX'" "PERIGUEUX 1 20" "the row of the cell that cannot be read stays"
like "$T/accepted" '“29\?829”' "and the cell is reported"
fig "SELECT sum(officers) FROM municipal_police_2023 WHERE dep IN (SELECT dep FROM departements)" 27440 "2023 without overseas collectivities"
fig "SELECT sum(officers) FROM municipal_police_2023 WHERE dep IN (SELECT dep FROM municipal_police_2018) AND dep <> '75'" 26687 "2023 on the territories of 2018 without Paris"
fig "SELECT (SELECT count(*) FROM municipal_police_2016 WHERE officers >= 1), (SELECT count(*) FROM municipal_police_2018 WHERE officers >= 1),
	(SELECT count(*) FROM municipal_police_2023 WHERE officers >= 1 AND service = 1)" "3547 3571 3822" "services with at least one officer"
# The table of the project was summed by another program.
for year in 2016 2018 2023; do
	fig "SELECT count(*) FROM (SELECT dep, sum(officers) AS o, sum(asvp) AS a, sum(rural_guards) AS g FROM municipal_police_$year GROUP BY dep) AS s
		LEFT JOIN municipal_police_departements AS t ON t.dep = s.dep AND t.year = $year
		WHERE o IS NOT t.officers OR a IS NOT t.asvp OR g IS NOT t.rural_guards" 0 "$year: every département as in the table of the project"
done
fig "SELECT 100 * count(com) / count(*) >= 93.5, sum(officers) FROM municipal_police_2023 WHERE service = 1" "1 28170" "at least 93.5 % of the services have a commune; no agent is lost"
fig "SELECT count(*) FROM municipal_police_2023 AS m JOIN communes AS c ON c.com = m.com AND c.typecom = 'COM' WHERE c.dep <> m.dep" 0 "no commune of another département"
fig "SELECT count(*) FROM municipal_police_2023 WHERE com IS NOT NULL AND match IS NULL" 0 "no code without its method"

fig "SELECT sum(count) FROM crime_departements_2024_07 WHERE indicator = 'Homicides' AND year = 2023" 996 "homicides of 2023, edition of July 2024"
fig "SELECT sum(count) FROM crime_departements_2024_07 WHERE indicator LIKE 'Violences sexuelles%' AND year = 2023" 114072 "victims of sexual violence of 2023"
fig "SELECT sum(count) FROM crime_regions_2024_07 WHERE indicator = 'Homicides' AND year = 2023" 996 "the regions agree"
fig "SELECT sum(count) FROM crime_regions_2024_07 WHERE indicator = 'Cambriolages de logement' AND year = 2023" 217078 "burglaries, regions"
fig "SELECT sum(count) FROM crime_departements_2024_07 WHERE indicator = 'Cambriolages de logement' AND year = 2023" 217078 "burglaries, départements"
fig "SELECT count(DISTINCT unit) = count(DISTINCT lower(unit)) FROM crime_departements_2023_07" 1 "units do not differ by a capital"
compared() { # compared OLD NEW COMMON CHANGED
	run compare "$1" "$2" --key dep,year,indicator,unit --columns count --json
	is "$(json common) $(json changed)" "$3 $4" "$1 against $2: cells that changed"
}
compared crime_departements_2024_07 crime_departements_2025_later 8888 3384
compared crime_departements_2025_01 crime_departements_2025_later 9999 810
fig "SELECT count, count__missing, published FROM crime_communes WHERE published = 'ndiff' LIMIT 1" " ndiff ndiff" "what is not published is neither zero nor unknown"
for year in 2002 2003 2009 2010; do
	fig "SELECT (SELECT sum(count) FROM etat4001_$year) = (SELECT sum(Total_National) FROM etat4001_national WHERE Annee = $year)" 1 "État 4001 of $year is the national total"
	fig "SELECT count(*) FROM (SELECT fact, sum(count) AS n FROM etat4001_$year GROUP BY fact) JOIN etat4001_national ON Fait = fact AND Annee = $year WHERE n <> Total_National" 0 "and so is every index"
done
fig "SELECT sum(pmun) FROM populations_2021" 67408052 "municipal population of 2021 without Mayotte"
fig "SELECT sum(pmun) FROM populations_mayotte" 256518 "and of Mayotte"
fig "SELECT count(*), count(DISTINCT dep) FROM qrr" "62 37" "62 quarters in 37 départements"
fig "SELECT count(*) FROM outlines_departements AS o JOIN departements AS d ON d.dep = o.code AND d.name = o.nom" 96 "outlines bear the names of the code"

for book in "$real"/insee/*.xls; do
	run peek "$book"
	like "$T/err" 'xlsx' "$(basename "$book") is named, with what to do"
done
done_testing
