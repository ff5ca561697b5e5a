---@meta upkeep.plugin

--- Runs Monitoring Plugins: the programs that Nagios, Icinga and their kin run as checks. The
--- inventory declares them for a target, `plugins: {check_load: [PROGRAM, ARGUMENT…]}`, and a
--- playbook names one. What can't be understood as a plugin's answer raises an error whose `reason`
--- says why: timeout (over the target's time limit), truncated (more than 256 KiB), no_data (the
--- inventory declares no such plugin), error (it can't be started, a signal ended it, or its exit
--- status is none of 0 to 3).
---@class upkeep.plugin
local plugin = {}

--- A threshold as the plugin wrote it, in the value's unit.
---@class upkeep.plugin.Range
---@field text string As written: "10", "~:5", "@10:20".
---@field low? number Absent: no bound below.
---@field high? number Absent: no bound above.
---@field inside boolean True: values within it alert; false: values outside of it do.

---@class upkeep.plugin.Value
---@field label string
---@field value? number In `unit`; absent when the plugin wrote "U" for a value that it can't tell.
---@field uom string The unit as written: "ms", "KB", "c", "".
---@field unit string What the numbers are in: s, By, %, 1, or an unknown unit as written.
---@field counter boolean Only its growth means something.
---@field warning? upkeep.plugin.Range
---@field critical? upkeep.plugin.Range
---@field min? number
---@field max? number

---@class upkeep.plugin.Answer
---@field name string
---@field state "ok"|"warning"|"critical"|"unknown" By its exit status, which alone decides.
---@field exit integer 0 to 3.
---@field text string The first line, without perfdata.
---@field long_text string The lines after it.
---@field perfdata upkeep.plugin.Value[]
---@field broken string[] Pieces of perfdata that could not be read.

--- Runs one plugin and waits for its end.
---@async
---@param name string As the inventory declares it.
---@return upkeep.plugin.Answer
---@needs plugin:run:NAME
function plugin.run(name) end

--- The plugins that the inventory declares for this target, sorted.
---@async
---@return string[]
---@needs plugin:run:*
function plugin.names() end

return plugin
