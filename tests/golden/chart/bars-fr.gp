set encoding utf8
set terminal pdfcairo noenhanced color rounded fontscale 0.75 linewidth 1 dashlength 1 size 6.2916666667in,2.9166666667in font 'TeX Gyre Heros,8'
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
set yrange [209.50:0.50]
set label 'Barres' at 0.50,4.78 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#1a1a2e'
set label 'Convention et patrouille mixte' at 0.50,21.70 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Rien' at 0.50,39.74 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Baisse' at 0.50,57.79 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Un nom de quatre-vingts caractères' at 0.50,73.73 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'exactement, écrit pour remplir toute la place' at 0.50,83.53 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '"; system("x"); {/Symbol x} _ ^' at 0.50,97.38 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '@ `touch x` $HOME %d \n it'."\047".'s #' at 0.50,107.18 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Non disponible' at 0.50,123.12 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Hachuré' at 0.50,141.16 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Creux' at 0.50,159.21 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Pâle' at 0.50,177.25 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '−10' at 165.62,195.18 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '−5' at 212.77,195.18 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '0' at 259.93,195.18 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '5' at 307.08,195.18 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '10' at 354.24,195.18 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '15' at 401.40,195.18 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '20' at 448.55,195.18 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label 'pour 1 000 habitants' at 448.55,204.98 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '12,5' at 381.82,21.70 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '0' at 263.93,39.74 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '−6,3' at 181.19,57.79 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '18' at 433.69,78.63 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '{a_b} $x `y` \ '."\047".'q'."\047".' "d" %' at 292.22,102.28 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'n. d.' at 263.93,123.12 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '9' at 348.81,141.16 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '7' at 329.95,159.21 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '5' at 311.08,177.25 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
$g1 << EOD
165.62 12.80
165.62 186.40

212.77 12.80
212.77 186.40

259.93 12.80
259.93 186.40

307.08 12.80
307.08 186.40

354.24 12.80
354.24 186.40

401.40 12.80
401.40 186.40

448.55 12.80
448.55 186.40
EOD
$g2 << EOD
259.93 15.87
377.82 15.87
377.82 27.78
259.93 27.78
259.93 15.87

259.93 33.91
259.93 33.91
259.93 45.82
259.93 45.82
259.93 33.91

200.98 51.96
259.93 51.96
259.93 63.87
200.98 63.87
200.98 51.96

259.93 72.80
429.69 72.80
429.69 84.71
259.93 84.71
259.93 72.80

259.93 96.45
288.22 96.45
288.22 108.35
259.93 108.35
259.93 96.45
EOD
$g3 << EOD
259.93 135.33
344.81 135.33
344.81 147.24
259.93 147.24
259.93 135.33
EOD
$g4 << EOD
259.93 136.93
261.53 135.33

259.93 140.13
264.73 135.33

259.93 143.33
267.93 135.33

259.93 146.53
271.13 135.33

262.42 147.24
274.33 135.33

265.62 147.24
277.53 135.33

268.82 147.24
280.73 135.33

272.02 147.24
283.93 135.33

275.22 147.24
287.13 135.33

278.42 147.24
290.33 135.33

281.62 147.24
293.53 135.33

284.82 147.24
296.73 135.33

288.02 147.24
299.93 135.33

291.22 147.24
303.13 135.33

294.42 147.24
306.33 135.33

297.62 147.24
309.53 135.33

300.82 147.24
312.73 135.33

304.02 147.24
315.93 135.33

307.22 147.24
319.13 135.33

310.42 147.24
322.33 135.33

313.62 147.24
325.53 135.33

316.82 147.24
328.73 135.33

320.02 147.24
331.93 135.33

323.22 147.24
335.13 135.33

326.42 147.24
338.33 135.33

329.62 147.24
341.53 135.33

332.82 147.24
344.73 135.33

336.02 147.24
344.81 138.45

339.22 147.24
344.81 141.65

342.42 147.24
344.81 144.85
EOD
$g5 << EOD
259.93 135.33
344.81 135.33
344.81 147.24
259.93 147.24
259.93 135.33
EOD
$g6 << EOD
259.93 153.38
325.95 153.38
325.95 165.29
259.93 165.29
259.93 153.38
EOD
$g7 << EOD
259.93 153.38
325.95 153.38
325.95 165.29
259.93 165.29
259.93 153.38
EOD
$g8 << EOD
259.93 171.42
307.08 171.42
307.08 183.33
259.93 183.33
259.93 171.42
EOD
$g9 << EOD
259.93 171.42
307.08 171.42
307.08 183.33
259.93 183.33
259.93 171.42
EOD
$g10 << EOD
259.93 12.80
259.93 186.40
EOD
$g11 << EOD
380.82 17.72
398.39 17.72
398.39 25.92
380.82 25.92
380.82 17.72

262.93 35.77
269.38 35.77
269.38 43.97
262.93 43.97
262.93 35.77

180.19 53.81
197.98 53.81
197.98 62.01
180.19 62.01
180.19 53.81

432.69 74.66
443.59 74.66
443.59 82.86
432.69 82.86
432.69 74.66

291.22 98.30
370.00 98.30
370.00 106.50
291.22 106.50
291.22 98.30

262.93 119.14
280.50 119.14
280.50 127.34
262.93 127.34
262.93 119.14

347.81 137.19
354.26 137.19
354.26 145.39
347.81 145.39
347.81 137.19

328.95 155.23
335.39 155.23
335.39 163.43
328.95 163.43
328.95 155.23

310.08 173.28
316.53 173.28
316.53 181.48
310.08 181.48
310.08 173.28
EOD
plot $g1 with lines lw 1.200 lc rgb '#e5e7eb', \
     $g2 with filledcurves closed fs solid 1 noborder fc rgb '#0b4f8a', \
     $g3 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff', \
     $g4 with lines lw 1.400 lc rgb '#5b8fc2', \
     $g5 with lines lw 1.600 lc rgb '#5b8fc2', \
     $g6 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff', \
     $g7 with lines lw 1.600 lc rgb '#0b4f8a', \
     $g8 with filledcurves closed fs solid 1 noborder fc rgb '#d6e4f2', \
     $g9 with lines lw 1.600 lc rgb '#5b8fc2', \
     $g10 with lines lw 1.600 lc rgb '#1a1a2e', \
     $g11 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff'
unset output
