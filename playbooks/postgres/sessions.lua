--- Sessions that sit idle inside a transaction: they hold locks, keep dead rows, and block VACUUM.
---
--- Judged by state_change, not by the start of the query: a healthy pool's idle sessions have old
--- queries, and are not idle in a transaction.
local upkeep = require "upkeep"
local postgres = require "upkeep.postgres"

local IDLE = [[
  select a.pid, a.usename as "user", a.application_name as application, a.datname as database, a.client_addr::text as address,
         a.backend_start::text as backend_start, a.state,
         extract(epoch from now() - a.state_change) as idle_seconds,
         extract(epoch from now() - a.xact_start) as transaction_seconds,
         (select count(*) from pg_locks l where l.pid = a.pid and l.granted) as locks,
         (select count(*) from pg_stat_activity w where a.pid = any(pg_blocking_pids(w.pid))) as blocks,
         r.rolsuper as superuser
    from pg_stat_activity a left join pg_roles r on r.rolname = a.usename
   where a.state in ('idle in transaction', 'idle in transaction (aborted)')
     and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
   order by a.state_change]]

local ONE = [[
  select pid, backend_start::text as backend_start, state, application_name as application, usename as "user",
         extract(epoch from now() - state_change) as idle_seconds
    from pg_stat_activity where pid = $1]]

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
    idle_warning_seconds = { default = 300, min = 1, unit = "s", source = "seed 004:1138: five minutes", doc = { en = "Time idle in a transaction that warns.", ko = "경고할 트랜잭션 유휴 시간." } },
    idle_critical_seconds = { default = 1800, min = 1, unit = "s", source = "house rule: thirty minutes hold back VACUUM noticeably", doc = { en = "Time idle in a transaction that is critical.", ko = "심각으로 볼 트랜잭션 유휴 시간." } },
    keep_applications = { default = { "pgbouncer", "pg_dump", "pg_basebackup" }, source = "seed 004:1138 and pt-kill: poolers and backups are never ended", doc = { en = "Applications whose sessions are never proposed to be ended.", ko = "종료를 제안하지 않을 애플리케이션." } },
  },
  thresholds = {
    { metric = "longest_idle", unit = "s", warning = "idle_warning_seconds", critical = "idle_critical_seconds", source = "seed 004:1138" },
  },
  messages = {
    idle = { en = "{user} ({application}) has been idle in a transaction for {age}, holds {locks} locks and blocks {blocks} sessions", ko = "{user}({application}) 세션이 {age} 동안 트랜잭션 유휴 상태입니다. 락 {locks}개 보유, 세션 {blocks}개 차단" },
    none = { en = "no session has been idle in a transaction for {limit} or longer", ko = "{limit} 이상 트랜잭션 유휴 상태인 세션이 없습니다" },
    terminate = { en = "end session {pid} of {user} ({application}), idle for {age}", ko = "{user}({application}) 세션 {pid} 종료, 유휴 {age}" },
    gone = { en = "the session has ended or is at work again", ko = "세션이 이미 끝났거나 다시 작업 중입니다" },
    kept = { en = "sessions of this application are never ended", ko = "이 애플리케이션의 세션은 종료하지 않습니다" },
  },

  check = function(run, params)
    local keep = {}
    for _, name in ipairs(params.keep_applications) do keep[name] = true end
    local sessions, longest = postgres.query(IDLE), 0
    run:coverage { attempted = 1, observed = 1 }
    for _, session in ipairs(sessions) do
      longest = math.max(longest, session.idle_seconds)
      -- A session that blocks others is urgent before its time is up.
      local state = run:state_of(session.idle_seconds, { warning = params.idle_warning_seconds, critical = params.idle_critical_seconds })
      if state == "warning" and session.blocks > 0 then state = "critical" end
      if state ~= "ok" then
        run:result {
          subject = { kind = "Session", namespace = run.target.name, name = tostring(session.pid), uid = session.backend_start },
          state = state, reason = "idle_in_transaction", message = "idle",
          values = { user = session.user or "?", application = session.application ~= "" and session.application or "-", age = upkeep.age(session.idle_seconds), locks = session.locks, blocks = session.blocks },
          data = { pid = session.pid, backend_start = session.backend_start, database = session.database, user = session.user,
            application = session.application, address = session.address, idle_seconds = session.idle_seconds, locks = session.locks, blocks = session.blocks },
          remedy = not session.superuser and not keep[session.application] and "terminate_session" or nil,
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
        if not session or session.backend_start ~= finding.data.backend_start or not session.state:find("^idle in transaction") then
          return { refused = "gone" }
        end
        return {
          {
            call = "postgres.terminate_backend",
            arguments = { session.pid, session.backend_start },
            before = { pid = session.pid, backend_start = session.backend_start, user = session.user, application = session.application, state = session.state },
            seen = { idle_seconds = session.idle_seconds },
            after = { pid = session.pid, backend_start = session.backend_start, user = session.user, application = session.application, state = { en = "ended", ko = "종료됨" } },
            message = "terminate",
            values = { pid = session.pid, user = session.user or "?", application = session.application ~= "" and session.application or "-", age = upkeep.age(session.idle_seconds) },
          },
        }
      end,
    },
  },
}
