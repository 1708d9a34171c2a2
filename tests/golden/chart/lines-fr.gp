set encoding utf8
set terminal pdfcairo noenhanced color rounded fontscale 0.75 linewidth 1 dashlength 1 size 6.2916666667in,2.5138888889in font 'TeX Gyre Heros,8'
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
set yrange [180.50:0.50]
set label '2012' at 9.45,175.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '2014' at 67.22,175.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '2016' at 125.00,175.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '2018' at 182.78,175.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '2020' at 240.55,175.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '2022' at 298.33,175.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '2024' at 356.10,175.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '1' at 4.45,167.08 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '2' at 4.45,141.99 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '3' at 4.45,116.91 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '4' at 4.45,91.83 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '5' at 4.45,66.74 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '6' at 4.45,41.66 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '7' at 4.45,16.58 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label 'Policiers municipaux pour 10 000 habitants' at 0.50,4.78 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label 'Île-de-France' at 364.10,24.76 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#0b4f8a'
set label 'Auvergne-Rhône-Alpes' at 364.10,34.56 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#4b5563'
set label 'Normandie' at 364.10,44.36 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#4b5563'
set label 'Bretagne' at 364.10,54.16 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#4b5563'
set label 'Hauts-de-France' at 364.10,89.32 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#b34700'
set label 'Occitanie' at 364.10,124.43 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#4b5563'
set label 'Signature' at 144.44,21.48 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#b34700'
set label 'moyenne' at 323.20,110.31 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'départ' at 9.45,144.17 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#b34700'
$g1 << EOD
9.45 167.20
356.10 167.20

9.45 142.12
356.10 142.12

9.45 117.03
356.10 117.03

9.45 91.95
356.10 91.95

9.45 66.87
356.10 66.87

9.45 41.78
356.10 41.78

9.45 16.70
356.10 16.70
EOD
$g2 << EOD
9.45 167.20
356.10 167.20
EOD
$g3 << EOD
139.44 167.20
139.44 16.70
EOD
$g4 << EOD
9.45 117.03
356.10 117.03
EOD
$g5 << EOD
9.45 69.88
38.34 67.12
67.22 64.36
96.11 61.60
125.00 58.84
153.89 56.08
182.78 53.32
211.66 50.56
240.55 47.80
269.44 45.04
298.33 42.28
327.22 39.53
356.10 36.77
EOD
$g6 << EOD
9.45 105.50
38.34 99.98
67.22 94.46
96.11 88.94
125.00 83.42
153.89 77.90
182.78 72.39
211.66 66.87
240.55 61.35
269.44 55.83
298.33 50.31
327.22 44.79
356.10 39.27

9.45 77.40
38.34 74.64
67.22 71.88
96.11 69.12
EOD
$g7 << EOD
153.89 63.61
EOD
$g8 << EOD
211.66 58.09
240.55 55.33
269.44 52.57
298.33 49.81
327.22 47.05
356.10 44.29
EOD
$g9 << EOD
9.45 155.66
38.34 150.14
67.22 144.63
96.11 139.11
125.00 133.59
153.89 128.07
182.78 122.55
211.66 117.03
240.55 111.52
269.44 106.00
298.33 100.48
327.22 94.96
356.10 89.44
EOD
$g10 << EOD
9.45 157.67
38.34 154.91
67.22 152.15
96.11 149.39
125.00 146.63
153.89 143.87
182.78 141.11
211.66 138.35
240.55 135.59
269.44 132.84
EOD
$g11 << EOD
269.44 132.84
298.33 130.08
327.22 127.32
356.10 124.56
EOD
$g12 << EOD
9.45 104.24
38.34 98.72
67.22 93.20
96.11 87.69
125.00 82.17
153.89 76.65
182.78 71.13
211.66 65.61
240.55 60.09
269.44 54.58
298.33 49.06
327.22 43.54
356.10 38.02
EOD
$g13 << EOD
357.60 36.77
362.60 24.89
EOD
$g14 << EOD
357.60 38.02
362.60 34.69

357.60 39.27
362.60 44.49

357.60 44.29
362.60 54.29
EOD
$g15 << EOD
143.44 17.50
179.68 17.50
179.68 25.70
143.44 25.70
143.44 17.50

322.20 106.33
357.10 106.33
357.10 114.53
322.20 114.53
322.20 106.33

8.45 140.20
33.13 140.20
33.13 148.40
8.45 148.40
8.45 140.20
EOD
plot $g1 with lines lw 1.200 lc rgb '#e5e7eb', \
     $g2 with lines lw 1.600 lc rgb '#6b7280', \
     $g3 with lines lw 1.800 lc rgb '#c64f00' dt (10.91,14.18), \
     $g4 with lines lw 1.800 lc rgb '#1a1a2e', \
     $g5 with lines lw 3.400 lc rgb '#0b4f8a', \
     $g6 with lines lw 2.000 lc rgb '#7d8696', \
     $g7 with points pt 7 lw 0.5 ps 0.2917 lc rgb '#7d8696', \
     $g8 with lines lw 2.000 lc rgb '#7d8696', \
     $g9 with lines lw 3.400 lc rgb '#c64f00', \
     $g10 with lines lw 2.000 lc rgb '#7d8696', \
     $g11 with lines lw 2.000 lc rgb '#7d8696' dt (12.73,16.36), \
     $g12 with lines lw 2.000 lc rgb '#7d8696', \
     $g13 with lines lw 1.200 lc rgb '#5b8fc2', \
     $g14 with lines lw 1.200 lc rgb '#878f9d', \
     $g15 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff'
unset output
