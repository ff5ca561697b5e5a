---@meta upkeep.redis

--- Looks at the target's Redis server (or sentinel). All playbooks on a target share one
--- connection; calls wait for each other. An error raises a table with `reason`: not_permitted
--- (the message names the command, its hint the ACL rule), timeout, unreachable, truncated (a
--- reply over 4 MiB, or cut off), error.
---@class upkeep.redis
local redis = {}

--- Sends one command that only looks, and gives its reply: text, a number, nil, or a list of these.
---
--- PING INFO ROLE DBSIZE TIME LASTSAVE · CLIENT INFO|LIST · CLUSTER INFO|NODES|SHARDS|SLOTS ·
--- CONFIG GET (passwords are taken out) · LATENCY DOCTOR|HISTORY|LATEST · MEMORY DOCTOR|STATS|USAGE ·
--- MODULE LIST · PUBSUB NUMPAT · SENTINEL CKQUORUM|MASTER|MASTERS|REPLICAS|SENTINELS · SLOWLOG GET|LEN ·
--- EXISTS HLEN LLEN SCARD STRLEN TTL TYPE XLEN ZCARD
---
--- Any other command raises. The need names a subcommand after a bar, as ACL rules do:
--- command("SLOWLOG", "GET", 10) needs redis:command:SLOWLOG|GET.
---@async
---@param name string The command, in any case.
---@param ... string|integer Its subcommand and arguments.
---@return any reply
---@needs redis:command:NAME
function redis.command(name, ...) end

--- One section of INFO: numbers as numbers; "keys=1,expires=0" as a table; versions and ids as text.
---@alias upkeep.redis.Section table<string, any>

--- INFO by section: info().memory.used_memory, info().keyspace.db0.keys.
---@async
---@param section? string One of INFO's sections, "all" or "everything"; nil for its default ones.
---@return table<string, upkeep.redis.Section> sections Their names are in lower case.
---@needs redis:command:INFO
function redis.info(section) end

--- The time that PING's answer took. A server that is still loading its data, or a replica whose
--- primary is down, has answered too.
---@async
---@return number milliseconds
---@needs redis:command:PING
function redis.ping() end

return redis
