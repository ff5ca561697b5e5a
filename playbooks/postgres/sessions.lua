--- Sessions that sit idle inside a transaction: they hold locks, keep dead rows, and block VACUUM.
---
--- Judged by state_change, not by the start of the query: a healthy pool's idle sessions have old
--- queries, and are not idle in a transaction.
---
--- Ending sessions is proposed only where it helps somebody: connections are running out, or the
--- session keeps others waiting; the longest idle first, and never more than a few a run.
local upkeep = require "upkeep"
local postgres = require "upkeep.postgres"

local IDLE = [[
  select a.pid, a.usename as "user", a.application_name as application, a.datname as database, a.client_addr::text as address,
         a.backend_start::text as backend_start, a.state, a.xact_start::text as transaction_start, a.state_change::text as idle_since,
         extract(epoch from now() - a.state_change) as idle_seconds,
         extract(epoch from now() - a.xact_start) as transaction_seconds,
         (select count(*) from pg_locks l where l.pid = a.pid and l.granted) as locks,
         (select count(*) from pg_stat_activity w where a.pid = any(pg_blocking_pids(w.pid))) as blocks,
         r.rolsuper as superuser
    from pg_stat_activity a left join pg_roles r on r.rolname = a.usename
   where a.state in ('idle in transaction', 'idle in transaction (aborted)')
     and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
   order by a.state_change]]

local CONNECTIONS = [[
  select (select count(*) from pg_stat_activity where backend_type = 'client backend')::float8 as used,
         (current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int)::float8 as slots]]

local ONE = [[
  select pid, backend_start::text as backend_start, state, xact_start::text as transaction_start, state_change::text as idle_since, application_name as application, usename as "user",
         extract(epoch from now() - state_change) as idle_seconds,
         (select count(*) from pg_stat_activity w where a.pid = any(pg_blocking_pids(w.pid))) as blocks
    from pg_stat_activity a where pid = $1]]

local function percent_used()
  local now = postgres.query(CONNECTIONS)[1]
  return upkeep.percent(now.used, now.slots) or 100
end

return upkeep.playbook {
  format = 1,
  id = "postgres.sessions",
  title = { en = "No session sits idle in a transaction", ko = "트랜잭션 유휴 세션" },
  cadence = "daily",
  covers = { "S4-D-10" },
  owner = "database",
  runbook = "docs/runbooks/postgres-sessions.md",
  fix = {
    en = "Find the application's missing COMMIT. Set idle_in_transaction_session_timeout for its role. End the session if it blocks others.",
    ko = "애플리케이션에서 빠진 COMMIT을 찾고, 해당 롤에 idle_in_transaction_session_timeout을 설정하세요. 다른 세션을 막고 있으면 종료하세요.",
  },
  target = "postgres",
  needs = { "postgres:query", "postgres:role:pg_monitor" },
  params = {
    idle_warning_seconds = { default = 300, min = 1, unit = "s", source = "house rule: half of the ten minutes of operations guide line 1138", doc = { en = "Time idle in a transaction that warns.", ko = "경고할 트랜잭션 유휴 시간." } },
    idle_critical_seconds = { default = 1800, min = 1, unit = "s", source = "house rule: thirty minutes hold back VACUUM noticeably", doc = { en = "Time idle in a transaction that is critical.", ko = "심각으로 볼 트랜잭션 유휴 시간." } },
    end_from_connections = { default = 80, min = 0, max = 100, unit = "%", source = "operations guide line 309: connections above 80 %", doc = { en = "Used connections from which ending idle sessions is proposed; a session that blocks others always may be.", ko = "유휴 세션 종료를 제안할 연결 사용률. 다른 세션을 막고 있는 세션은 사용률과 관계없이 제안합니다." } },
    end_at_most = { default = 5, min = 1, max = 100, unit = "1", source = "catalogue R-03: a maximum", doc = { en = "Sessions that are proposed to be ended in one run.", ko = "한 번의 실행에서 종료를 제안할 최대 세션 수." } },
    keep_applications = { default = { "pgbouncer", "pg_dump", "pg_basebackup" }, source = "house rule: poolers and backups are never ended", doc = { en = "Applications whose sessions are never proposed to be ended.", ko = "종료를 제안하지 않을 애플리케이션." } },
  },
  thresholds = {
    { metric = "longest_idle", unit = "s", warning = "idle_warning_seconds", critical = "idle_critical_seconds", source = "house rule: half of the ten minutes of operations guide line 1138" },
  },
  messages = {
    idle = { en = "{user} ({application}) has been idle in a transaction for {age}; locks: {locks}, blocked sessions: {blocks}", ko = "{user}({application}) 세션이 {age} 동안 트랜잭션 유휴 상태입니다. 락 {locks}개 보유, 세션 {blocks}개 차단" },
    none = { en = "no session has been idle in a transaction for {limit} or longer", ko = "{limit} 이상 트랜잭션 유휴 상태인 세션이 없습니다" },
    terminate = { en = "end session {pid} of {user} ({application}), idle for {age}", ko = "{user}({application}) 세션 {pid} 종료, 유휴 {age}" },
    enough_left = { en = "{percent} % of the connections are used, which leaves enough, and it blocks nobody", ko = "연결 {percent}% 사용으로 여유가 있고 막고 있는 세션도 없습니다" },
    still_full = { en = "the session has ended, and {percent} % of the connections are still used", ko = "세션은 종료되었지만 연결 사용률이 여전히 {percent}%입니다" },
    gone = { en = "the session has ended or is at work again", ko = "세션이 이미 끝났거나 다시 작업 중입니다" },
  },

  check = function(run, params)
    local keep = {}
    for _, name in ipairs(params.keep_applications) do keep[name] = true end
    local sessions, longest, proposed = postgres.query(IDLE), 0, 0
    local used = percent_used()
    run:coverage { attempted = 1, observed = 1 }
    for _, session in ipairs(sessions) do
      longest = math.max(longest, session.idle_seconds)
      -- A session that blocks others is urgent before its time is up.
      local state = run:state_of(session.idle_seconds, { warning = params.idle_warning_seconds, critical = params.idle_critical_seconds })
      if state == "warning" and session.blocks > 0 then state = "critical" end
      if state ~= "ok" then
        local remedy
        if not session.superuser and not keep[session.application] and proposed < params.end_at_most
          and (used >= params.end_from_connections or session.blocks > 0) then
          remedy, proposed = "terminate_session", proposed + 1
        end
        run:result {
          subject = { kind = "Session", namespace = run.target.name, name = tostring(session.pid), uid = session.backend_start },
          state = state, reason = "idle_in_transaction", message = "idle",
          values = { user = session.user or "?", application = session.application ~= "" and session.application or "-", age = upkeep.age(session.idle_seconds), locks = session.locks, blocks = session.blocks },
          data = { pid = session.pid, backend_start = session.backend_start, transaction_start = session.transaction_start, idle_since = session.idle_since, database = session.database, user = session.user,
            application = session.application, address = session.address, idle_seconds = session.idle_seconds, locks = session.locks, blocks = session.blocks,
            connections_percent = used, end_from_connections = params.end_from_connections },
          remedy = remedy,
          tags = { "type:performance" },
        }
      end
    end
    run:metric { name = "longest_idle", subject = { kind = "Database", name = run.target.name }, value = longest, unit = "s", warning = params.idle_warning_seconds, critical = params.idle_critical_seconds }
    run:ok { message = "none", values = { limit = upkeep.age(params.idle_warning_seconds) } }
  end,

  remedies = {
    terminate_session = {
      title = { en = "End the idle session", ko = "유휴 세션 종료" },
      risk = "medium",
      covers = { "R-03" },
      needs = { "postgres:query", "postgres:function:pg_terminate_backend" },
      verify_after = "5s",
      plan = function(run, finding)
        local session = postgres.query(ONE, { finding.data.pid })[1]
        if not session or session.backend_start ~= finding.data.backend_start or not session.state:find("^idle in transaction")
          -- Idle in another transaction, or again: it has been at work since, and nobody has judged that.
          or session.transaction_start ~= finding.data.transaction_start or session.idle_since ~= finding.data.idle_since then
          return { refused = "gone" }
        end
        local used = percent_used()
        if used < (finding.data.end_from_connections or 80) and session.blocks == 0 then
          return { refused = "enough_left", values = { percent = ("%.0f"):format(used) } }
        end
        return {
          {
            call = "postgres.terminate_backend",
            arguments = { session.pid, session.backend_start, session.transaction_start, session.idle_since },
            before = { pid = session.pid, backend_start = session.backend_start, transaction_start = session.transaction_start,
              idle_since = session.idle_since, user = session.user, application = session.application, state = session.state },
            seen = { idle_seconds = session.idle_seconds, blocks = session.blocks, connections_percent = used },
            after = { pid = session.pid, backend_start = session.backend_start, user = session.user, application = session.application, state = { en = "ended", ko = "종료됨" } },
            message = "terminate",
            values = { pid = session.pid, user = session.user or "?", application = session.application ~= "" and session.application or "-", age = upkeep.age(session.idle_seconds) },
          },
        }
      end,
      -- Ended for room: there must be room now. Ended because it blocked others: that it is gone is all.
      verify = function(run, finding, before)
        local limit = finding.data.end_from_connections or 80
        if (before.connections_percent or 100) < limit or limit == 0 then return true end
        local used = percent_used()
        if used < limit then return true end
        return { failed = "still_full", values = { percent = ("%.0f"):format(used) } }
      end,
    },
  },
}
