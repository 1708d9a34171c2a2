-- Colours and sizes of all figures, in one table. Colours are Okabe and Ito's order of hues (jfly.uni-koeln.de/color, 2008), darkened until
-- parts of a graph reach 3:1 and words 4.5:1 against white (WCAG 2.1, 1.4.11 and 1.4.3); the unit test computes both.
return {
  text = 8, line = 9.8,   -- size and line height of all text, points
  ink = 0x1a1a2e, muted = 0x4b5563, axis = 0x6b7280, grid = 0xe5e7eb, paper = 0xffffff,   -- grid is decoration
  -- fill: dots, bars, lines; band: intervals and outlines of pale areas; pale: an area with an outline in `band`;
  -- text: words in the colour of the mark.
  role = {
    main = { fill = 0x0b4f8a, band = 0x5b8fc2, pale = 0xd6e4f2, text = 0x0b4f8a },
    second = { fill = 0xc64f00, band = 0xd9772b, pale = 0xfbe3d0, text = 0xb34700 },
    third = { fill = 0x00805d, band = 0x2f9878, pale = 0xd0ece3, text = 0x00704f },
    fourth = { fill = 0x7b2d5e, band = 0xa8628f, pale = 0xf3deea, text = 0x7b2d5e },
    context = { fill = 0x7d8696, band = 0x878f9d, pale = 0xeceef2, text = 0x4b5563 },
    ink = { fill = 0x1a1a2e, band = 0x5a5f70, pale = 0xe5e7eb, text = 0x1a1a2e },
  },
}
