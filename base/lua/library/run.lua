-- The run object. Its methods are of results.lua, which comes when the first of them is asked for: a
-- check that waits for its target has recorded nothing yet.
local core, shared = ...
local fail = core.fail

-- What belongs to a run, which a playbook can't reach through it.
local hidden = setmetatable({}, { __mode = "k" })
shared.hidden = hidden

local meta = {
  __index = function(run, key)
    if key == "target" then return hidden[run].target end
    local method = shared.methods[key]
    if method then return method end
    local names = shared.names_of(shared.methods)
    names[#names + 1] = "target"
    fail(string.format("run has no '%s'%s", tostring(key), shared.suggest(key, names)))
  end,
  __newindex = function() fail "run can't be changed; use a local" end,
  __pairs = function() return shared.listing(shared.methods) end,
  __metatable = false,
}

-- Runs outside of any fiber, so it touches the playbook's tables raw only.
core.set_new_run(function(spec, playbook)
  local target = type(spec) == "table" and rawget(spec, "target") or {}
  local expects, remedies = rawget(target, "expects"), rawget(playbook, "remedies")
  local run = setmetatable({}, meta)
  hidden[run] = {
    target = target, seen = {}, messages = rawget(playbook, "messages"),
    remedies = type(remedies) == "table" and remedies or {}, expects = type(expects) == "table" and expects or {},
  }
  return run
end)
