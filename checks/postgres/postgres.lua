---@meta upkeep.postgres

--- Looks at the target's PostgreSQL server. All playbooks on a target share one connection, under
--- the inventory's reading identity; calls wait for each other.
---
--- Every query runs alone in a read-only transaction that is rolled back, with lock_timeout 1 s,
--- search_path pg_catalog (name the schema of what lies elsewhere) and a statement_timeout that
--- ends with the check's deadline. An error raises a table with `reason`:
--- not_permitted (the message names the right, its hint the GRANT), timeout, unreachable,
--- truncated (more than 10,000 rows or 8 MiB), undeclared (a write), error.
---@class upkeep.postgres
local postgres = {}

--- A column's value: booleans, numbers (numeric too) and JSON get their types; times, intervals,
--- arrays, NaN and everything else are text. A column that is null is nil: it is left out.
---@alias upkeep.postgres.Value any

---@alias upkeep.postgres.Row table<string, upkeep.postgres.Value>

--- Runs one statement.
---@async
---@param sql string One statement; $1, $2 … stand for the parameters.
---@param parameters? (string|number|boolean)[] Sent apart from the SQL, never put into it.
---@return upkeep.postgres.Row[] rows A list by position; #rows is their number.
---@needs postgres:query
function postgres.query(sql, parameters) end

--- What the connection led to.
---@class upkeep.postgres.Server
---@field version string "15.20 (Debian 15.20-0+deb12u1)".
---@field version_number integer 150020.
---@field in_recovery boolean True on a standby.
---@field user string The role that looks.
---@field database string
---@field started_at number Seconds since 1970.
---@field tls boolean Whether this connection is encrypted.
---@field tls_version? string "TLSv1.3".
---@field login_milliseconds number How long logging in took, TLS and all.
---@field answer_milliseconds number How long the answer to this question took.

---@async
---@return upkeep.postgres.Server
---@needs postgres:query
function postgres.server() end

---@class upkeep.postgres.Ended
---@field pid integer
---@field ended boolean Always true; the session may take a moment to be gone.

--- Ends one client session, if it is still the one that began at `backend_start` and, where they are
--- given, still idle since `idle_since` in the transaction of `transaction_start`; otherwise it
--- raises not_found and ends nothing. For changes of remedies only: it runs after approval under
--- the target's write identity, which needs pg_signal_backend and pg_read_all_stats.
---@async
---@param pid integer
---@param backend_start string pg_stat_activity.backend_start::text, as the plan saw it.
---@param transaction_start? string pg_stat_activity.xact_start::text, with the next one.
---@param idle_since? string pg_stat_activity.state_change::text.
---@return upkeep.postgres.Ended
---@needs postgres:function:pg_terminate_backend
function postgres.terminate_backend(pid, backend_start, transaction_start, idle_since) end

return postgres
