-- A file that came by mail, through the same door as a download: object, candidate, comparison, quarantine.
local core, input = ...
local feeds = core.use("feeds")
local path, name = input.words[1], input["for"]

if not path or not name then core.fail("app.receive_usage") end
feeds.open(true)
local r = feeds.wanted({ name })[1]
if r.name ~= name then core.fail("app.no_such", core.say("de flux nommé", "feed"), name) end
local kept = core.keep { path = path }
local plan = {
  feed = name, package = r.package, sha256 = kept.sha256, bytes = kept.bytes, url = "", final_url = "", etag = "", last_modified = "",
  name = path:match("[^/]*$"), fetched = feeds.project.time, how = "receive",
}
local used = feeds.lock[name]
if used and used.sha256 == plan.sha256 then
  plan.state = "unchanged"
  core.forget { path = "quarantine/" .. name }
else
  feeds.judge(r.package, { [name] = plan })
end
if not input.json then feeds.tell(plan) end
if plan.state == "changed" and input.accept then return feeds.accept { name } end
if input.json then core.json { feeds = feeds.plain { plan } } end
if plan.state == "changed" and not input.json then
  core.note(core.say("« continuum accept %s » le met en service", "`continuum accept %s` puts it into use"), name)
end
return plan.state == "invalid" and 3 or 0
