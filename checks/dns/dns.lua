---@meta upkeep.dns

--- Looks names up as this machine does: its hosts file, search domains and name servers. A name
--- that does not resolve raises an error of reason "unreachable"; no answer within the target's
--- time limit, one of reason "timeout".
---@class upkeep.dns
local dns = {}

---@class upkeep.dns.Addresses
---@field name string What was looked up.
---@field addresses string[] Numeric IPv4 and IPv6 addresses, in the order in which clients try them; at least one.
---@field milliseconds number How long that took.

--- Resolves `name`, or the target's host.
---@async
---@param name? string
---@return upkeep.dns.Addresses
---@needs dns:resolve
function dns.resolve(name) end

return dns
