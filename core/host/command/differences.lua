-- How two versions of a table differ: rows by key, cells by column, sums of numbers. SQL over two package files does the work.
-- Returns a function of { old = { file, table }, new = { file, table }, key, columns, examples }: key, columns: lists of names, by default the
-- primary key that both have, and all columns that both have. What it gives is plain values, for --json as they are.
local core = ...

local function quoted(name) return '"' .. name:gsub('"', '""') .. '"' end
local function each(list, f, between)
  local out = {}
  for i, name in ipairs(list) do out[i] = f(quoted(name)) end
  return table.concat(out, between or ", ")
end

return function(what)
  local files = { old = what.old.file, new = what.new.file }
  local function query(sql, limit)
    return core.query { files = files, sql = sql, limit = limit }.rows
  end
  local side = { old = "old." .. quoted(what.old.table), new = "new." .. quoted(what.new.table) }

  -- Columns of each side, in order; those of the key; those of numbers.
  local has, key_of, numeric, order = { old = {}, new = {} }, { old = {}, new = {} }, {}, { old = {}, new = {} }
  for _, s in ipairs { "old", "new" } do
    local t = what[s].table:gsub("'", "''")
    for _, row in ipairs(query(("SELECT name, type, key FROM %s._field WHERE resource = '%s' ORDER BY position"):format(s, t))) do
      local name, kind, pk = row[1], row[2], row[3]
      has[s][name] = true
      order[s][#order[s] + 1] = name
      numeric[name] = (s == "old" or numeric[name] or not has.old[name]) and (kind == "integer" or kind == "number")
      if pk > 0 then table.insert(key_of[s], name) end
    end
  end
  local out = { added_columns = {}, removed_columns = {}, columns = {}, sums = {}, key = what.key }
  for _, name in ipairs(order.new) do if not has.old[name] then table.insert(out.added_columns, name) end end
  for _, name in ipairs(order.old) do if not has.new[name] then table.insert(out.removed_columns, name) end end
  if not out.key then
    out.key = #key_of.new > 0 and table.concat(key_of.old, "\0") == table.concat(key_of.new, "\0") and key_of.new or {}
  end
  for _, name in ipairs(out.key) do
    if not (has.old[name] and has.new[name]) then core.fail("app.compare_column", name) end
  end
  local in_key, compared = {}, {}
  for _, name in ipairs(out.key) do in_key[name] = true end
  for _, name in ipairs(what.columns or order.new) do
    if what.columns and not (has.old[name] and has.new[name]) then core.fail("app.compare_column", name) end
    if has.old[name] and has.new[name] and not in_key[name] then compared[#compared + 1] = name end
  end

  if #out.key + #compared == 0 then core.fail("app.compare_none", what.old.shown or what.old.table, what.new.shown or what.new.table) end

  out.old_rows = query("SELECT count(*) FROM " .. side.old)[1][1]
  out.new_rows = query("SELECT count(*) FROM " .. side.new)[1][1]
  if #out.key == 0 then
    -- Without a key a changed row is one removed and one added; equal rows count as often as they stand.
    local list = each(compared, function(c) return c end)
    local row = query(([[
      SELECT total(max(more, 0)), total(max(-more, 0))
      FROM (SELECT sum(n) AS more
            FROM (SELECT 1 AS n, %s FROM %s UNION ALL SELECT -1, %s FROM %s)
            GROUP BY %s)]]):format(list, side.new, list, side.old, list))[1]
    out.added, out.removed = math.tointeger(row[1]), math.tointeger(row[2])
    out.common, out.changed, out.cells = out.new_rows - out.added, 0, 0
  else
    for _, s in ipairs { "old", "new" } do
      if table.concat(key_of[s], "\0") ~= table.concat(out.key, "\0") then
        local twice = query(("SELECT %s FROM %s GROUP BY %s HAVING count(*) > 1 LIMIT 1"):format(
          each(out.key, function(c) return c end, " || ' ' || "), side[s], each(out.key, function(c) return c end)))[1]
        if twice then core.fail("app.compare_key", table.concat(out.key, ", "), twice[1], what[s].table) end
      end
    end
    local join = ("FROM %s AS o JOIN %s AS n ON %s"):format(side.old, side.new,
      each(out.key, function(c) return ("o.%s IS n.%s"):format(c, c) end, " AND "))
    local differs = function(c) return ("o.%s IS NOT n.%s"):format(c, c) end
    local row = query(("SELECT count(*), total(%s)%s %s"):format(#compared > 0 and each(compared, differs, " OR ") or "0",
      #compared > 0 and ", " .. each(compared, function(c) return "total(" .. differs(c) .. ")" end) or "", join))[1]
    out.common, out.changed, out.cells = row[1], math.tointeger(row[2]), 0
    out.added, out.removed = out.new_rows - out.common, out.old_rows - out.common
    for i, name in ipairs(compared) do
      local n = math.tointeger(row[i + 2])
      out.cells = out.cells + n
      if n > 0 then
        local c, at = quoted(name), each(out.key, function(k) return "n." .. k end)
        table.insert(out.columns, { name = name, changed = n, examples = query(("SELECT o.%s, n.%s, %s %s WHERE o.%s IS NOT n.%s ORDER BY %s LIMIT %d"):format(
          c, c, at, join, c, c, at, what.examples or 3)) })
      end
    end
  end
  for _, name in ipairs(compared) do
    if numeric[name] then
      local c = quoted(name)
      local sums = query(("SELECT (SELECT total(%s) FROM %s), (SELECT total(%s) FROM %s)"):format(c, side.old, c, side.new))[1]
      if sums[1] ~= sums[2] then table.insert(out.sums, { name = name, old = sums[1], new = sums[2] }) end
    end
  end
  out.same = out.added + out.removed + out.changed == 0 and #out.added_columns + #out.removed_columns == 0
  return out
end
