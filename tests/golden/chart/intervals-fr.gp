set encoding utf8
set terminal pdfcairo noenhanced color rounded fontscale 0.75 linewidth 1 dashlength 1 size 6.2916666667in,4.8333333333in font 'TeX Gyre Heros,8'
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
set yrange [347.50:0.50]
set label 'Horizontal' at 0.50,4.78 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#1a1a2e'
set label 'fermé' at 0.50,23.21 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'ouvert en bas' at 0.50,44.28 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'ouvert des deux côtés' at 0.50,65.35 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'haché' at 0.50,86.42 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'creux' at 0.50,107.49 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'sans étendue' at 0.50,128.56 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'manquant' at 0.50,149.63 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'à droite' at 0.50,170.70 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '−20' at 88.26,190.13 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '0' at 121.91,190.13 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '20' at 155.55,190.13 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '40' at 189.20,190.13 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '60' at 222.84,190.13 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '80' at 256.48,190.13 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '100' at 290.13,190.13 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label 'de −10 à 30' at 176.37,23.21 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'moins de 20' at 159.55,44.28 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '…' at 177.14,65.35 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'estimé' at 193.20,86.42 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'cible' at 210.02,107.49 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '25' at 167.96,128.56 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'n. d.' at 92.26,149.63 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label 'plus de 99, et une longue explication' at 318.44,170.70 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'Vertical' at 0.50,215.93 left front noenhanced font 'TeX Gyre Heros:Bold,8.0' tc rgb '#1a1a2e'
set label 'A' at 113.50,342.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'B' at 163.96,342.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'C' at 214.43,342.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label 'D' at 264.89,342.98 center front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '10' at 83.26,334.08 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '20' at 83.26,298.96 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '30' at 83.26,263.85 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '40' at 83.26,228.73 right front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#4b5563'
set label '0' at 111.27,249.80 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '1' at 161.74,265.27 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '2' at 212.20,254.73 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
set label '3' at 262.67,244.20 left front noenhanced font 'TeX Gyre Heros,8.0' tc rgb '#1a1a2e'
$g1 << EOD
88.26 12.80
88.26 181.35

121.91 12.80
121.91 181.35

155.55 12.80
155.55 181.35

189.20 12.80
189.20 181.35

222.84 12.80
222.84 181.35

256.48 12.80
256.48 181.35

290.13 12.80
290.13 181.35
EOD
$g2 << EOD
105.09 21.13
172.37 21.13
172.37 25.53
105.09 25.53
105.09 21.13

137.55 42.20
155.55 42.20
155.55 46.60
137.55 46.60
137.55 42.20

129.55 44.40
137.55 40.00
137.55 48.80
129.55 44.40

155.55 42.20
155.55 42.20
155.55 46.60
155.55 46.60
155.55 42.20
EOD
$g3 << EOD
154.80 40.15
156.30 40.15
156.30 48.65
154.80 48.65
154.80 40.15
EOD
$g4 << EOD
147.14 63.27
165.14 63.27
165.14 67.67
147.14 67.67
147.14 63.27

173.14 65.47
165.14 61.07
165.14 69.87
173.14 65.47

112.32 63.27
130.32 63.27
130.32 67.67
112.32 67.67
112.32 63.27

104.32 65.47
112.32 61.07
112.32 69.87
104.32 65.47

130.32 63.27
147.14 63.27
147.14 67.67
130.32 67.67
130.32 63.27
EOD
$g5 << EOD
121.91 82.29
189.20 82.29
189.20 90.79
121.91 90.79
121.91 82.29
EOD
$g6 << EOD
121.91 83.89
123.51 82.29

121.91 87.09
126.71 82.29

121.91 90.29
129.91 82.29

124.61 90.79
133.11 82.29

127.81 90.79
136.31 82.29

131.01 90.79
139.51 82.29

134.21 90.79
142.71 82.29

137.41 90.79
145.91 82.29

140.61 90.79
149.11 82.29

143.81 90.79
152.31 82.29

147.01 90.79
155.51 82.29

150.21 90.79
158.71 82.29

153.41 90.79
161.91 82.29

156.61 90.79
165.11 82.29

159.81 90.79
168.31 82.29

163.01 90.79
171.51 82.29

166.21 90.79
174.71 82.29

169.41 90.79
177.91 82.29

172.61 90.79
181.11 82.29

175.81 90.79
184.31 82.29

179.01 90.79
187.51 82.29

182.21 90.79
189.20 83.80

185.41 90.79
189.20 87.00

188.61 90.79
189.20 90.20
EOD
$g7 << EOD
121.91 82.29
189.20 82.29
189.20 90.79
121.91 90.79
121.91 82.29
EOD
$g8 << EOD
138.73 103.36
206.02 103.36
206.02 111.86
138.73 111.86
138.73 103.36
EOD
$g9 << EOD
138.73 103.36
206.02 103.36
206.02 111.86
138.73 111.86
138.73 103.36
EOD
$g10 << EOD
163.21 124.43
164.71 124.43
164.71 132.93
163.21 132.93
163.21 124.43

288.44 168.62
306.44 168.62
306.44 173.02
288.44 173.02
288.44 168.62

314.44 170.82
306.44 166.42
306.44 175.22
314.44 170.82

256.48 168.62
288.44 168.62
288.44 173.02
256.48 173.02
256.48 168.62
EOD
$g11 << EOD
255.73 166.57
257.23 166.57
257.23 175.07
255.73 175.07
255.73 166.57
EOD
$g12 << EOD
121.91 12.80
121.91 181.35
EOD
$g13 << EOD
175.37 19.23
219.85 19.23
219.85 27.43
175.37 27.43
175.37 19.23

158.55 40.30
204.13 40.30
204.13 48.50
158.55 48.50
158.55 40.30

176.14 61.37
186.14 61.37
186.14 69.57
176.14 69.57
176.14 61.37

192.20 82.44
217.76 82.44
217.76 90.64
192.20 90.64
192.20 82.44

209.02 103.51
227.46 103.51
227.46 111.71
209.02 111.71
209.02 103.51

166.96 124.58
177.86 124.58
177.86 132.78
166.96 132.78
166.96 124.58

91.26 145.65
108.83 145.65
108.83 153.85
91.26 153.85
91.26 145.65

317.44 166.72
449.30 166.72
449.30 174.92
317.44 174.92
317.44 166.72
EOD
$g14 << EOD
88.26 334.20
290.13 334.20

88.26 299.08
290.13 299.08

88.26 263.97
290.13 263.97

88.26 228.85
290.13 228.85
EOD
$g15 << EOD
111.30 263.53
115.70 263.53
115.70 281.53
111.30 281.53
111.30 263.53

113.50 255.53
109.10 263.53
117.90 263.53
113.50 255.53

111.30 281.53
115.70 281.53
115.70 334.20
111.30 334.20
111.30 281.53
EOD
$g16 << EOD
109.25 333.45
117.75 333.45
117.75 334.95
109.25 334.95
109.25 333.45
EOD
$g17 << EOD
159.71 270.99
168.21 270.99
168.21 316.64
159.71 316.64
159.71 270.99
EOD
$g18 << EOD
159.71 270.99
168.21 270.99
168.21 316.64
159.71 316.64
159.71 270.99
EOD
$g19 << EOD
210.18 260.46
218.68 260.46
218.68 299.08
210.18 299.08
210.18 260.46
EOD
$g20 << EOD
210.18 262.06
211.78 260.46

210.18 265.26
214.98 260.46

210.18 268.46
218.18 260.46

210.18 271.66
218.68 263.16

210.18 274.86
218.68 266.36

210.18 278.06
218.68 269.56

210.18 281.26
218.68 272.76

210.18 284.46
218.68 275.96

210.18 287.66
218.68 279.16

210.18 290.86
218.68 282.36

210.18 294.06
218.68 285.56

210.18 297.26
218.68 288.76

211.55 299.08
218.68 291.96

214.75 299.08
218.68 295.16

217.95 299.08
218.68 298.36
EOD
$g21 << EOD
210.18 260.46
218.68 260.46
218.68 299.08
210.18 299.08
210.18 260.46
EOD
$g22 << EOD
262.69 281.53
267.09 281.53
267.09 299.53
262.69 299.53
262.69 281.53

264.89 307.53
260.49 299.53
269.29 299.53
264.89 307.53
EOD
$g23 << EOD
260.64 249.92
269.14 249.92
269.14 281.53
260.64 281.53
260.64 249.92
EOD
$g24 << EOD
260.64 249.92
269.14 249.92
269.14 281.53
260.64 281.53
260.64 249.92
EOD
$g25 << EOD
260.64 249.17
269.14 249.17
269.14 250.67
260.64 250.67
260.64 249.17
EOD
$g26 << EOD
88.26 334.20
290.13 334.20
EOD
$g27 << EOD
110.27 245.83
116.72 245.83
116.72 254.03
110.27 254.03
110.27 245.83

160.74 261.29
167.19 261.29
167.19 269.49
160.74 269.49
160.74 261.29

211.20 250.76
217.65 250.76
217.65 258.96
211.20 258.96
211.20 250.76

261.67 240.22
268.12 240.22
268.12 248.42
261.67 248.42
261.67 240.22
EOD
plot $g1 with lines lw 1.200 lc rgb '#e5e7eb', \
     $g2 with filledcurves closed fs solid 1 noborder fc rgb '#2f9878', \
     $g3 with filledcurves closed fs solid 1 noborder fc rgb '#00805d', \
     $g4 with filledcurves closed fs solid 1 noborder fc rgb '#2f9878', \
     $g5 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff', \
     $g6 with lines lw 1.400 lc rgb '#2f9878', \
     $g7 with lines lw 1.600 lc rgb '#2f9878', \
     $g8 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff', \
     $g9 with lines lw 1.600 lc rgb '#00805d', \
     $g10 with filledcurves closed fs solid 1 noborder fc rgb '#2f9878', \
     $g11 with filledcurves closed fs solid 1 noborder fc rgb '#00805d', \
     $g12 with lines lw 1.600 lc rgb '#1a1a2e', \
     $g13 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff', \
     $g14 with lines lw 1.200 lc rgb '#e5e7eb', \
     $g15 with filledcurves closed fs solid 1 noborder fc rgb '#a8628f', \
     $g16 with filledcurves closed fs solid 1 noborder fc rgb '#7b2d5e', \
     $g17 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff', \
     $g18 with lines lw 1.600 lc rgb '#7b2d5e', \
     $g19 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff', \
     $g20 with lines lw 1.400 lc rgb '#a8628f', \
     $g21 with lines lw 1.600 lc rgb '#a8628f', \
     $g22 with filledcurves closed fs solid 1 noborder fc rgb '#a8628f', \
     $g23 with filledcurves closed fs solid 1 noborder fc rgb '#f3deea', \
     $g24 with lines lw 1.600 lc rgb '#a8628f', \
     $g25 with filledcurves closed fs solid 1 noborder fc rgb '#7b2d5e', \
     $g26 with lines lw 1.600 lc rgb '#6b7280', \
     $g27 with filledcurves closed fs solid 1 noborder fc rgb '#ffffff'
unset output
