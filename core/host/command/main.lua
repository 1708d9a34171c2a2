-- The command line: the one table of commands, options, help; everything that is called enters here.
-- usage, what, more: { French, English }. options: names; with "=" they take a value. most: words that the command takes at most.
local core, input = ...

local report_options = {
  { "-k  continue après une analyse en échec (code 5 si des parties ont abouti)\n-n  dit ce qui serait fait, sans rien faire",
    "-k  go on after an analysis that fails (exit 5 when parts succeeded)\n-n  say what would be done, and do nothing" },
}
local commands = {
  { "accept", options = "dry-run", most = 64, usage = { "[FLUX…]", "[FEED…]" },
    what = { "met en service ce qui est en quarantaine", "put into use what is in quarantine" },
    more = {
      "Exactement ce que « refresh » ou « receive » a montré : le fichier, puis continuum.lock, puis le chargement.\n-n  dit ce qui serait accepté",
      "Exactly what `refresh` or `receive` showed: the file, then continuum.lock, then the load.\n-n  say what would be accepted" } },
  { "build", options = "keep-going dry-run jobs=", most = 64, usage = { "[RAPPORT…]", "[REPORT…]" },
    what = { "charge, analyse, dessine et compose : les rapports en PDF", "load, run, draw and typeset: the reports as PDF" },
    more = {
      "Refait seulement ce dont une donnée, une analyse ou un texte a changé.\n" .. report_options[1][1],
      "Makes again only what depends on data, an analysis or a text that changed.\n" .. report_options[1][2] } },
  { "compare", options = "key= columns= resource= exit-code", most = 2, usage = { "AVANT APRÈS", "OLD NEW" },
    what = { "compare deux versions d’une table par sa clé", "compare two versions of a table by its key" },
    more = {
      "AVANT et APRÈS : une table, TABLE@previous (la version d’avant) ou FICHIER.db:TABLE ; avec --resource, deux fichiers.\n" ..
      "Lignes ajoutées, supprimées, modifiées par colonne, sommes des colonnes numériques.\n" ..
      "--key a,b        colonnes qui désignent une ligne (par défaut la clé de la table)\n" ..
      "--columns a,b    colonnes comparées (par défaut celles que les deux ont)\n" ..
      "--resource TABLE charge les deux fichiers comme cette table, à part\n" ..
      "--exit-code      code 6 quand quelque chose diffère",
      "OLD and NEW: a table, TABLE@previous (the version of before) or FILE.db:TABLE; with --resource, two files.\n" ..
      "Rows added, removed, changed by column, sums of columns of numbers.\n" ..
      "--key a,b        columns that name a row (by default the table’s key)\n" ..
      "--columns a,b    columns that are compared (by default those that both have)\n" ..
      "--resource TABLE load the two files as this table, aside\n" ..
      "--exit-code      exit 6 when something differs" } },
  { "doctor", options = "", most = 0, usage = { "", "" },
    what = { "montre les outils, les polices et les protections en place", "show the tools, typefaces and protections in force" } },
  { "fact", options = "dry-run ledger=", any = true, most = 64, usage = { "add", "add" },
    what = { "inscrit un chiffre et sa source dans un registre", "enter a figure and its source into a ledger" },
    more = {
      "Chaque colonne du registre est une option : --fact_id pm_2024 --value 28500 … Dans un terminal, ce qui manque est demandé.\n" ..
      "Une source nouvelle se décrit en même temps : --source.title_fr …\n" ..
      "--ledger TABLE  autre registre que le dernier de « facts » dans continuum.json\n-n  montre la ligne, sans l’écrire",
      "Each column of the ledger is an option: --fact_id pm_2024 --value 28500 … On a terminal, what is missing is asked.\n" ..
      "A new source is described at the same time: --source.title_fr …\n" ..
      "--ledger TABLE  another ledger than the last of \"facts\" in continuum.json\n-n  show the row, do not write it" } },
  { "help", options = "", most = 1, usage = { "[COMMANDE]", "[COMMAND]" }, what = { "aide d’une commande", "help on a command" } },
  { "load", options = "keep-going dry-run jobs=", most = 64, usage = { "[PAQUET…]", "[PACKAGE…]" },
    what = { "charge les paquets de données qui ont changé", "load the data packages that changed" },
    more = {
      "Un chargement en échec laisse la version précédente en place.\n-j N  N paquets à la fois\n-k  continue avec les autres paquets\n" ..
      "-n  dit ce qui serait chargé",
      "A load that fails leaves the version of before in place.\n-j N  N packages side by side\n-k  go on with the other packages\n" ..
      "-n  say what would be loaded" } },
  { "peek", options = "write=", most = 1, usage = { "FICHIER", "FILE" },
    what = { "dit ce que contient un fichier de données", "tell what a data file holds" },
    more = {
      "Encodage, séparateur, ligne d’en-tête, types des colonnes, premières lignes ; feuilles et membres.\n" ..
      "--write DOSSIER  y écrit un premier datapackage.json (jamais par-dessus un autre)",
      "Encoding, delimiter, header row, types of columns, first rows; sheets and members.\n" ..
      "--write FOLDER  write a first datapackage.json there (never over another one)" } },
  { "receive", options = "for= accept", most = 1, usage = { "FICHIER", "FILE" },
    what = { "reçoit un fichier venu par courriel", "take a file that came by mail" },
    more = {
      "--for FLUX  le flux auquel il est destiné\nLe fichier est vérifié et comparé comme un téléchargement, puis attend en quarantaine.\n--accept  le met aussitôt en service s’il est valide",
      "--for FEED  the feed that it is for\nThe file is checked and compared like a download, then waits in quarantine.\n--accept  put it into use at once if it is valid" } },
  { "refresh", options = "dry-run", most = 64, usage = { "[FLUX…]", "[FEED…]" },
    what = { "demande aux sources ce qui a changé", "ask the sources what has changed" },
    more = {
      "Un flux se nomme, ou le paquet qui le contient. Ce qui a changé est téléchargé, vérifié, comparé, et attend « continuum accept ». Rien n’est mis en service ici.\n" ..
      "Code 4 : injoignable ; 3 : non valide ; 5 : une partie seulement a abouti.\n-n  demande seulement, sans rien garder",
      "A feed is named, or the package that holds it. What has changed is downloaded, checked, compared, and waits for `continuum accept`. Nothing is put into use here.\n" ..
      "Exit 4: unreachable; 3: invalid; 5: only a part came out.\n-n  only ask, keep nothing" } },
  { "run", options = "keep-going dry-run jobs=", most = 64, usage = { "[ANALYSE…]", "[ANALYSIS…]" },
    what = { "exécute des analyses et montre leurs valeurs", "run analyses and show their values" },
    more = {
      "Sans nom : celles qui ont changé. Avec un nom : toujours.\n-k  continue après un échec\n-n  dit ce qui serait exécuté",
      "Without a name: those that changed. With a name: always.\n-k  go on after a failure\n-n  say what would be run" } },
  { "sql", options = "", most = 1, usage = { "REQUÊTE", "QUERY" },
    what = { "exécute une requête SELECT sur les tables chargées", "run a SELECT over the loaded tables" },
    more = { "Les tables de tous les paquets se nomment directement. Lecture seule.", "Tables of all packages are named directly. Read only." } },
  { "status", options = "exit-code", most = 0, usage = { "", "" },
    what = { "dit ce qui est à jour, ce qui ne l’est pas, et pourquoi", "tell what is fresh, what is stale, and why" },
    more = { "--exit-code  code 6 quand quelque chose n’est pas à jour", "--exit-code  exit 6 when something is stale" } },
  { "validate", options = "", most = 1, usage = { "PAQUET", "PACKAGE" },
    what = { "vérifie un paquet de données sans le charger", "check a data package without loading it" },
    more = {
      "PAQUET : un nom, ou un dossier avec datapackage.json, aussi hors d’un projet. Code 3 quand il n’est pas valide.",
      "PACKAGE: a name, or a folder with datapackage.json, also outside a project. Exit 3 when it is not valid." } },
}

local everywhere = "json quiet verbose help lang= directory="
local short = { C = "directory", h = "help", j = "jobs", k = "keep-going", n = "dry-run", q = "quiet", v = "verbose" }

local function in_lang(texts) return core.say(texts[1], texts[2]) end

local function command_named(name)
  local list = {}
  for _, c in ipairs(commands) do
    if c[1] == name then return c end
    list[#list + 1] = c[1]
  end
  local near = core.nearest { word = name, list = list }
  core.fail(near and "app.command_near" or "app.command", name, near or "")
end

-- Takes the option at argv[i] into input; returns how many arguments it took.
local function take_option(argv, i, c)
  local word = argv[i]
  local name, value = word:match("^%-%-([^=]+)=?(.*)$")
  if not name then
    local letter, rest = word:match("^%-(.)(.*)$")
    name, value = short[letter], rest
    if not name or (rest ~= "" and letter ~= "j") then name = "" end
  elseif not word:find("=", 1, true) then
    value = ""
  end
  local known = " " .. everywhere .. " " .. (c and c.options or "") .. " "
  local has, takes = known:find(" " .. name .. " ", 1, true), known:find(" " .. name .. "= ", 1, true)
  local taken = 1
  if c and c.any and not (has or takes) and word:find("^%-%-.") then
    input.fields = input.fields or {}
    if not word:find("=", 1, true) then value, taken = argv[i + 1] or "", 2 end
    input.fields[name] = value
    return taken
  end
  if takes and value == "" and argv[i + 1] then value, taken = argv[i + 1], 2 end
  local fits = has and value == "" or takes and value ~= "" and (name ~= "lang" or value == "fr" or value == "en") and
    (name ~= "jobs" or (math.tointeger(value) or 0) > 0)
  if name == "" or not fits then
    if not c then core.fail("app.option_first", word) end
    local list = {}
    for o in known:gmatch("[%w-]+") do list[#list + 1] = "--" .. o end
    local near = not (has or takes) and core.nearest { word = word, list = list }
    core.fail(near and "app.option_near" or "app.option", word, c[1], near or "")
  end
  input[name:gsub("-", "_")] = has and true or value
  if name == "lang" then core.settings { lang = value } end   -- what is wrong with the words after it is said in it
  return taken
end

local function read_words(argv, i, c)
  local options = true
  while i <= #argv do
    local word = argv[i]
    if options and word == "--" then
      options = false
    elseif options and #word > 1 and word:sub(1, 1) == "-" then
      i = i + take_option(argv, i, c) - 1
    elseif #input.words == c.most then
      core.fail("app.words", word, c[1])
    else
      input.words[#input.words + 1] = word
    end
    i = i + 1
  end
end

local function settle()
  core.lang = input.lang
  core.settings { lang = input.lang, json = input.json, quiet = input.quiet, verbose = input.verbose }
end

local function title()
  core.line("continuum %s — %s\n", input.version,
    core.say("un livre blanc dont les chiffres savent d’où ils viennent", "a white paper whose numbers know where they come from"))
end

local function common_options()
  core.line("%s", core.say([[
Options de toutes les commandes :
  -C DOSSIER   projet (dossier avec continuum.json)    --json   résultat en JSON
  -q, -v       moins, plus de paroles                  --lang fr|en
Codes : 0 bien · 1 échec · 2 mauvais appel · 3 données non valides · 4 source injoignable ·
        5 en partie · 6 trouvé quelque chose · 130 interrompu]], [[
Options of every command:
  -C FOLDER    project (folder with continuum.json)    --json   result as JSON
  -q, -v       less, more talk                         --lang fr|en
Exit codes: 0 ok · 1 failed · 2 wrong call · 3 data not valid · 4 source unreachable ·
            5 partial · 6 found something · 130 interrupted]]))
end

local function help_on(c)
  local usage, more = in_lang(c.usage), c.more and in_lang(c.more)
  core.line("continuum %s%s%s\n  %s", c[1], usage ~= "" and " " or "", usage, in_lang(c.what))
  if more then core.line("\n%s", more) end
  core.line("")
  common_options()
end

local function help()
  if input.words[1] then return help_on(command_named(input.words[1])) end
  title()
  for _, c in ipairs(commands) do
    local usage = in_lang(c.usage)
    core.line("  %-8s %s%s %s", c[1], usage, (" "):rep(12 - utf8.len(usage)), in_lang(c.what))
  end
  core.line("")
  common_options()
end

-- A bare call: three examples and, inside a project, its state.
local function short_help()
  title()
  core.line("%s", core.say([[
  continuum build                                   les rapports en PDF
  continuum run workforce                           une analyse et ses valeurs
  continuum sql "SELECT fact_id, value FROM facts"   une question aux données

continuum help énumère les commandes.]], [[
  continuum build                                   the reports as PDF
  continuum run workforce                           one analysis and its values
  continuum sql "SELECT fact_id, value FROM facts"   a question to the data

continuum help lists the commands.]]))
  if not core.here() then return end
  core.line("")
  return core.use("status")
end

local argv, i = input.argv, 1
if #argv == 1 and argv[1] == "--version" then return core.line("continuum %s", input.version) end
input.words = {}
while argv[i] and argv[i]:sub(1, 1) == "-" and argv[i] ~= "--help" and argv[i] ~= "-h" do i = i + take_option(argv, i, nil) end
settle()
if not argv[i] then return short_help() end
local c = command_named(argv[i]:sub(1, 1) == "-" and "help" or argv[i])
read_words(argv, i + 1, c)
settle()
input.settled = true
if input.help then return help_on(c) end
if c[1] == "help" then return help() end
return core.use(c[1])
