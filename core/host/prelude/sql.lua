-- One query: its parameters checked and bound, all its rows as columns.
local H = ...
local fail, type_of, pairs, concat = H.fail, H.type, H.pairs, table.concat

-- All that is asked for must be given, and the other way round: a misspelt name would else be a NULL in the query.
local function bind_all(st, asked, params)
  local known = {}
  for i, name in ipairs(asked) do
    local v = rawget(params, name or i)
    known[name or i] = true
    if v == nil then fail("host.sql_param_needed", name or "?") end
    if not H.bind(st, i, v) then
      local kind = type_of(v)
      fail("host.sql_param_type", name or "?", kind == "number" and "NaN / inf" or kind == "string" and "string (not UTF-8)" or kind)
    end
  end
  for k in pairs(params) do
    if not known[k] then
      local names = {}
      for i, name in ipairs(asked) do names[i] = name or "?" end
      fail("host.sql_param_given", type_of(k) == "string" and k or "?", #names > 0 and concat(names, ", ") or "—")
    end
  end
end

-- Names of columns, columns, number of rows, what was read.
function H.read(text, params)
  local st <close>, names, asked, reads = H.prepare(text)
  bind_all(st, asked, params or {})
  local seen = {}
  for _, name in ipairs(names) do
    if seen[name] then fail("host.sql_column_twice", name) end
    seen[name] = true
  end
  local columns, n = H.fetch(st, math.maxinteger)
  return names, columns, n, reads
end
