set encoding utf8
set terminal pdfcairo noenhanced color rounded fontscale 0.75 linewidth 1 dashlength 1 size 6.2916666667in,2.8472222222in font 'TeX Gyre Heros,8'
set output 'out.pdf'
unset border
unset tics
unset key
unset title
set lmargin at screen 0
set rmargin at screen 1
set bmargin at screen 0
set tmargin at screen 1
set xrange [0.50:452.50]
set yrange [204.50:0.50]
set label 'Effectifs cités (unité non précisée)' at 0.50,4.78 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#1a1a2e'
set label 'Police et gendarmerie' at 0.50,23.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Police municipale' at 0.50,44.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Sécurité des transports' at 0.50,65.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Sécurité privée' at 0.50,86.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Salariés de bailleurs sociaux' at 0.50,107.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '3 000' at 111.37,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '10 000' at 190.73,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '30 000' at 263.14,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '100 000' at 342.50,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '300 000' at 414.92,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label 'échelle logarithmique' at 414.92,136.38 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '250 000' at 409.60,23.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '21 000' at 246.33,44.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'plus de 4 000' at 160.33,65.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '160 000' at 380.18,86.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'plusieurs dizaines de milliers' at 346.50,107.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Mandats électifs (ce ne sont pas des personnes)' at 0.50,162.18 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#1a1a2e'
set label 'Élus locaux' at 0.50,180.58 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '0' at 111.37,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '200 000' at 187.25,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '400 000' at 263.14,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '600 000' at 339.03,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '800 000' at 414.92,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '618 000' at 352.56,180.58 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
$g1 << EOD
111.37 12.80
111.37 117.80

190.73 12.80
190.73 117.80

263.14 12.80
263.14 117.80

342.50 12.80
342.50 117.80

414.92 12.80
414.92 117.80
EOD
$g2 << EOD
402.90 23.30
239.63 44.30
373.48 86.30
EOD
$g3 << EOD
401.57 19.05
404.20 19.05
404.20 27.55
401.57 27.55
401.57 19.05

238.04 40.05
241.18 40.05
241.18 48.55
238.04 48.55
238.04 40.05

130.33 63.10
148.33 63.10
148.33 67.50
130.33 67.50
130.33 63.10

156.33 65.30
148.33 60.90
148.33 69.70
156.33 65.30

130.33 63.10
130.33 63.10
130.33 67.50
130.33 67.50
130.33 63.10
EOD
$g4 << EOD
129.58 61.05
131.08 61.05
131.08 69.55
129.58 69.55
129.58 61.05
EOD
$g5 << EOD
371.39 82.05
375.51 82.05
375.51 90.55
371.39 90.55
371.39 82.05
EOD
$g6 << EOD
236.42 103.05
342.50 103.05
342.50 111.55
236.42 111.55
236.42 103.05
EOD
$g7 << EOD
236.42 103.05
342.50 103.05
342.50 111.55
236.42 111.55
236.42 103.05
EOD
$g8 << EOD
402.90 23.30
239.63 44.30
373.48 86.30
EOD
$g9 << EOD
408.60 19.20
438.40 19.20
438.40 27.40
408.60 27.40
408.60 19.20

245.33 40.20
270.68 40.20
270.68 48.40
245.33 48.40
245.33 40.20

159.33 61.20
208.25 61.20
208.25 69.40
159.33 69.40
159.33 61.20

379.18 82.20
408.98 82.20
408.98 90.40
379.18 90.40
379.18 82.20

345.50 103.20
449.30 103.20
449.30 111.40
345.50 111.40
345.50 103.20
EOD
$g10 << EOD
111.37 170.20
111.37 191.20

187.25 170.20
187.25 191.20

263.14 170.20
263.14 191.20

339.03 170.20
339.03 191.20

414.92 170.20
414.92 191.20
EOD
$g11 << EOD
345.86 180.70
EOD
$g12 << EOD
345.11 176.45
346.61 176.45
346.61 184.95
345.11 184.95
345.11 176.45
EOD
$g13 << EOD
111.37 170.20
111.37 191.20
EOD
$g14 << EOD
345.86 180.70
EOD
$g15 << EOD
351.56 176.60
381.36 176.60
381.36 184.80
351.56 184.80
351.56 176.60
EOD
plot $g1 with lines lw 1.200 lc rgb '#e5e7eb', \
     $g2 with points pt 7 lw 0.5 ps 1.1917 lc rgb '#ffffff', \
     $g3 with filledcurves closed fs solid 1 noborder fc rgb '#5b8fc2', \
     $g4 with filledcurves closed fs solid 1 noborder fc rgb '#0b4f8a', \
     $g5 with filledcurves closed fs solid 1 noborder fc rgb '#5b8fc2', \
     $g6 with filledcurves closed fs solid 1 noborder fc rgb '#d6e4f2', \
     $g7 with lines lw 1.600 lc rgb '#5b8fc2', \
     $g8 with points pt 7 lw 0.5 ps 0.8583 lc rgb '#0b4f8a', \
     $g9 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff', \
     $g10 with lines lw 1.200 lc rgb '#e5e7eb', \
     $g11 with points pt 7 lw 0.5 ps 1.1917 lc rgb '#ffffff', \
     $g12 with filledcurves closed fs solid 1 noborder fc rgb '#d9772b', \
     $g13 with lines lw 1.600 lc rgb '#1a1a2e', \
     $g14 with points pt 7 lw 0.5 ps 0.8583 lc rgb '#c64f00', \
     $g15 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff'
unset output
