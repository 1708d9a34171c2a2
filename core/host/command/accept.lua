-- Makes what `refresh` or `receive` put into quarantine current, all of it or feed by feed.
local core, input = ...
local feeds = core.use("feeds")

feeds.open(not input.dry_run)
local names = {}
for _, r in ipairs(feeds.wanted(input.words)) do
  if feeds.plan(r.name) then
    names[#names + 1] = r.name
  elseif #input.words > 0 then
    for _, word in ipairs(input.words) do
      if word == r.name then core.fail("app.accept_nothing", word) end
    end
  end
end
if #names == 0 and not input.json then
  core.note("%s", core.say("rien en quarantaine : « continuum refresh » y met ce qui a changé", "nothing in quarantine: `continuum refresh` puts there what has changed"))
end
return feeds.accept(names)
