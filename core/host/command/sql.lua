-- A question to the loaded tables: aligned on a terminal, tab-separated elsewhere, objects with --json.
local core, input = ...
local shown = 2000

if not input.words[1] then core.fail("app.no_query") end
core.open {}
if input.json or not input.tty then return core.stream { sql = input.words[1] } end
local answer = core.query { sql = input.words[1], limit = shown }
local right = {}
for _, row in ipairs(answer.rows) do
  for i, cell in ipairs(row) do
    right[i] = right[i] or type(cell) == "number"
    row[i] = core.text(cell)
  end
end
table.insert(answer.rows, 1, answer.columns)
core.columns(answer.rows, right)
if answer.more then core.note("… %d rows shown; write to a file for all", shown) end
