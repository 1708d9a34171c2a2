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
set label 'Staff cited (unit not stated)' at 0.50,4.78 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#1a1a2e'
set label 'Police and gendarmerie' at 0.50,23.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Municipal police' at 0.50,44.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Transport security' at 0.50,65.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Private security' at 0.50,86.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Staff of social landlords' at 0.50,107.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '3,000' at 94.48,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '10,000' at 181.45,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '30,000' at 260.80,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '100,000' at 347.77,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '300,000' at 427.13,126.58 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label 'logarithmic scale' at 427.13,136.38 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '250,000' at 420.66,23.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '21,000' at 241.74,44.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'more than 4,000' at 145.26,65.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '160,000' at 388.42,86.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'several tens of thousands' at 351.77,107.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Elected mandates (these are not persons)' at 0.50,162.18 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#1a1a2e'
set label 'Local elected officials' at 0.50,180.58 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '0' at 94.48,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '200,000' at 177.64,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '400,000' at 260.80,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '600,000' at 343.97,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '800,000' at 427.13,199.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '618,000' at 358.15,180.58 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
$g1 << EOD
94.48 12.80
94.48 117.80

181.45 12.80
181.45 117.80

260.80 12.80
260.80 117.80

347.77 12.80
347.77 117.80

427.13 12.80
427.13 117.80
EOD
$g2 << EOD
413.96 23.30
235.04 44.30
381.72 86.30
EOD
$g3 << EOD
412.50 19.05
415.39 19.05
415.39 27.55
412.50 27.55
412.50 19.05

233.30 40.05
236.74 40.05
236.74 48.55
233.30 48.55
233.30 40.05

115.26 63.10
133.26 63.10
133.26 67.50
115.26 67.50
115.26 63.10

141.26 65.30
133.26 60.90
133.26 69.70
141.26 65.30

115.26 63.10
115.26 63.10
115.26 67.50
115.26 67.50
115.26 63.10
EOD
$g4 << EOD
114.51 61.05
116.01 61.05
116.01 69.55
114.51 69.55
114.51 61.05
EOD
$g5 << EOD
379.43 82.05
383.94 82.05
383.94 90.55
379.43 90.55
379.43 82.05
EOD
$g6 << EOD
231.52 103.05
347.77 103.05
347.77 111.55
231.52 111.55
231.52 103.05
EOD
$g7 << EOD
231.52 103.05
347.77 103.05
347.77 111.55
231.52 111.55
231.52 103.05
EOD
$g8 << EOD
413.96 23.30
235.04 44.30
381.72 86.30
EOD
$g9 << EOD
419.66 19.20
450.57 19.20
450.57 27.40
419.66 27.40
419.66 19.20

240.74 40.20
267.20 40.20
267.20 48.40
240.74 48.40
240.74 40.20

144.26 61.20
204.52 61.20
204.52 69.40
144.26 69.40
144.26 61.20

387.42 82.20
418.33 82.20
418.33 90.40
387.42 90.40
387.42 82.20

350.77 103.20
443.93 103.20
443.93 111.40
350.77 111.40
350.77 103.20
EOD
$g10 << EOD
94.48 170.20
94.48 191.20

177.64 170.20
177.64 191.20

260.80 170.20
260.80 191.20

343.97 170.20
343.97 191.20

427.13 170.20
427.13 191.20
EOD
$g11 << EOD
351.45 180.70
EOD
$g12 << EOD
350.70 176.45
352.20 176.45
352.20 184.95
350.70 184.95
350.70 176.45
EOD
$g13 << EOD
94.48 170.20
94.48 191.20
EOD
$g14 << EOD
351.45 180.70
EOD
$g15 << EOD
357.15 176.60
388.06 176.60
388.06 184.80
357.15 184.80
357.15 176.60
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
