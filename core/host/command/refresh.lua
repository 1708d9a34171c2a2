-- Asks the sources of feeds whether they have changed, brings what has into quarantine and tells what it would change. Nothing becomes current here.
local core, input = ...
local feeds = core.use("feeds")
local say = core.say

feeds.open(not input.dry_run)
local wanted, plans = feeds.wanted(input.words), {}
if #wanted == 0 then
  if input.json then core.json { feeds = {}, exit = 0 } else core.note("%s", say("ce projet n’a pas de flux", "this project has no feeds")) end
  return 0
end

-- * and ? as in file names, whatever the case.
local function matches(title, glob)
  local pattern = glob:lower():gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".")
  return title:lower():find("^" .. pattern .. "$") ~= nil
end

local function unreachable(plan, id, ...)
  local _, e = pcall(core.fail, id, ...)
  plan.state, plan.error = "unreachable", { show = e.show, record = e, exit = e.exit }
end

local function detail(answer) return answer.detail ~= "" and answer.detail or answer.status end

-- A resource as the portal describes it: what is downloaded, and hints to check it by. Numbers and texts only; all may be missing.
local function describe(plan, resource)
  plan.url = ("%s/api/1/datasets/r/%s"):format(feeds.project.portal, resource.id)
  local source = type(resource.url) == "string" and resource.url or ""
  plan.name = source:match("([^/?#]+)[?#]?[^/]*$")
  plan.expected = math.type(resource.filesize) == "integer" and resource.filesize or nil
end

local function newest(plan, r, dataset)
  local best, when
  for _, resource in ipairs(type(dataset.resources) == "table" and dataset.resources or {}) do
    local title, time = resource.title, resource.last_modified or resource.created_at
    if type(title) == "string" and type(resource.id) == "string" and resource.id:find("^[%w-]+$") and matches(title, r.title) then
      time = type(time) == "string" and time or ""
      if not best or time > when then best, when = resource, time end
    end
  end
  if best then describe(plan, best) else unreachable(plan, "app.refresh_title", r.dataset_id, r.title) end
end

-- Where each feed is: known, or asked of the portal, all in one go.
local asked, questions = {}, {}
for i, r in ipairs(wanted) do
  local plan = { feed = r.name, package = r.package, url = r.url, how = "refresh" }
  plans[i] = plan
  local portal = feeds.project.portal
  if r.resource_id ~= "" then
    plan.url = ("%s/api/1/datasets/r/%s"):format(portal, r.resource_id)
    questions[#questions + 1] = { url = ("%s/api/2/datasets/resources/%s/"):format(portal, r.resource_id) }
    asked[#questions] = i
  elseif r.dataset_id ~= "" then
    questions[#questions + 1] = { url = ("%s/api/1/datasets/%s/"):format(portal, r.dataset_id) }
    asked[#questions] = i
  end
end
for k, got in ipairs(#questions > 0 and core.fetch { list = questions, json = true } or {}) do
  local plan, r, found = plans[asked[k]], wanted[asked[k]], type(got.json) == "table" and got.json
  if r.dataset_id ~= "" and r.resource_id == "" then
    if found then
      newest(plan, r, found)
    elseif got.answer.error ~= "" then
      unreachable(plan, got.answer.error, questions[k].url, detail(got.answer), got.answer.why)
    else
      unreachable(plan, "app.refresh_portal", questions[k].url)
    end
  elseif found and type(found.resource) == "table" then
    describe(plan, { id = r.resource_id, url = found.resource.url, filesize = found.resource.filesize })
  end
end

-- The files, all in one go. Only what is here can be unchanged: in a fresh copy of the project the files of the lock are brought back.
local list, of = {}, {}
for i, plan in ipairs(plans) do
  local used = feeds.lock[plan.feed]
  plan.here = used and (pcall(core.verify, { sha256 = used.sha256 }))
  if not plan.state then
    local same = plan.here and used.url == plan.url
    list[#list + 1] = { url = plan.url, etag = same and used.etag or "", modified = same and used.last_modified or "" }
    of[#list] = plan
  end
end
local packages = {}
for k, got in ipairs(#list > 0 and core.fetch { list = list, look = input.dry_run } or {}) do
  local plan, answer = of[k], got.answer
  local used = feeds.lock[plan.feed]
  if answer.state == "done" then
    plan.final_url, plan.etag, plan.last_modified, plan.bytes, plan.fetched = answer.url, answer.etag, answer.modified, answer.bytes, feeds.project.time
    plan.name = plan.name or answer.url:match("([^/?#]+)[?#]?[^/]*$") or plan.feed
    if not input.dry_run then plan.sha256 = core.keep({ file = tostring(k - 1) }).sha256 end
    if plan.expected and plan.expected ~= plan.bytes and plan.bytes >= 0 then
      plan.notes = { say("le portail annonce %d octets, il en est venu %d", "the portal states %d bytes, %d came"):format(plan.expected, plan.bytes) }
    end
    if used and used.sha256 == plan.sha256 then
      plan.state = "unchanged"
      if not plan.here then plan.notes = { say("fichier rapporté : « continuum load » peut le charger", "file brought back: `continuum load` can load it") } end
    else
      plan.state = "changed"
      packages[plan.package] = packages[plan.package] or {}
      packages[plan.package][plan.feed] = plan
    end
  elseif answer.state == "unchanged" then
    plan.state = "unchanged"
  else
    unreachable(plan, answer.error, plan.url, detail(answer), answer.why)
  end
  if plan.state == "unchanged" and not input.dry_run then core.forget { path = "quarantine/" .. plan.feed } end
end

if not input.dry_run then
  for _, package in ipairs(core.names(packages)) do feeds.judge(package, packages[package]) end
end
local count = { unreachable = 0, unchanged = 0, changed = 0, invalid = 0 }
for _, plan in ipairs(plans) do
  count[plan.state] = count[plan.state] + 1
  plan.here, plan.expected = nil, nil
  if not input.json then
    if input.dry_run and plan.state == "changed" then
      core.line("%-24s %-12s %s", plan.feed, say("modifié", "changed"), core.clean(plan.name))
    else
      feeds.tell(plan)
    end
  end
end
local bad, good = count.unreachable + count.invalid, count.unchanged + count.changed
local code = bad == 0 and 0 or good > 0 and 5 or count.invalid > 0 and 3 or 4
if input.json then
  core.json { feeds = feeds.plain(plans), exit = code }
elseif count.changed > 0 and not input.dry_run then
  core.note("%s", say("« continuum accept » met en service ce qui a changé", "`continuum accept` puts into use what has changed"))
end
return code
