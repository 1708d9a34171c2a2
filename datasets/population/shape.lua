-- Populations: one wide workbook, two files whose codes need care.

return {
  populations_2021 = layout {
    name = "legal populations by commune",
    columns = { com = "COM", dep = "DEP", reg = "REG", name = "Commune", pmun = "PMUN", pcap = "PCAP", ptot = "PTOT" },
    ignore = { "Région", "CODARR", "CODCAN", "CODCOM" },
  },
  populations_mayotte = layout {
    name = "complement for Mayotte",
    columns = { _dep = "DEP", _com = "CODCOM", com = "COM", pmun = "PMUN", pcap = "PCAP", ptot = "PTOT" },
    ignore = { "CODREG", "REG", "CODARR", "CODCAN" },
    -- The column of the whole code is empty: département and commune make it ("976" and "601": 97601).
    map = function(row)
      row.com = row._dep:sub(1, 2) .. row._com
      return row
    end,
  },
  populations_communes = layout {
    name = "workbook of municipal populations",
    columns = { com = "codgeo", dep = "dep", name = "libgeo" },
    ignore = { "objectid", "reg", "cv" },
    pivot = { match = "^p(%d%d)_pop$", key = "year", value = "population", read = two_digit_year },
  },
}
