-- Yearly files of the État 4001: an index a row, a département a column.

local function year(y)
  return layout {
    name = "facts of " .. y,
    columns = { fact = "Faits" },
    pivot = { match = "^(%d[%dAB]?)$", key = "dep", read = departement, value = "count", number = true },
    set = { year = y },
  }
end

return {
  etat4001_2002 = year(2002), etat4001_2003 = year(2003), etat4001_2009 = year(2009), etat4001_2010 = year(2010),
}
