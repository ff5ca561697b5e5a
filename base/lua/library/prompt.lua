-- What a prompt adds to what a playbook has: variables that stay from line to line, and a check to call.
-- Runs with what a playbook may use, after the other parts.
local core, modules, new_run, playbook, spec = ...

local variables = setmetatable({}, { __index = _ENV, __metatable = false })
variables.upkeep = require "upkeep"
for _ in pairs(variables.upkeep) do break end   -- All of it is here now, for completion, which runs nothing.
for name in string.gmatch(modules, "%S+") do variables[name] = require("upkeep." .. name) end

local begin_check = core.host_function("console", "check")
if playbook then
  variables.params = spec.params
  -- The records between the marks are the check's.
  variables.check = function(given)
    local begun = begin_check(given or rawget(variables, "params"))
    core.record { kind = "check" }
    if begun.runs then playbook.check(new_run(spec, playbook), begun.params) end
    core.record { kind = "checked" }
  end
end

-- A line's own run object: each line may give a result about each subject.
return variables, function() variables.run = new_run(spec, playbook or {}) end
