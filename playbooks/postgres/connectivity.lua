--- Can PostgreSQL be logged in to, is it in its role, and how near are its limits?
---
--- SELECT 1 succeeds on a server with one connection left and a standby an hour behind. So the
--- role, connections against what ordinary users may have, replication by bytes, transaction-id
--- age and deadlocks are looked at as well. Deadlocks and the pace of a lag are told against the run
--- before: a counter alone says nothing about today.
local upkeep = require "upkeep"
local postgres = require "upkeep.postgres"

-- superuser_reserved_connections are not there for applications.
local SERVER = [[
  select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as slots,
         (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,
         (select max(age(datfrozenxid)) from pg_database) as xid_age,
         current_setting('autovacuum_freeze_max_age')::bigint as freeze_max_age,
         (select sum(deadlocks) from pg_stat_database)::float8 as deadlocks,
         (select extract(epoch from max(now() - xact_start)) from pg_stat_activity
           where backend_type = 'client backend' and pid <> pg_backend_pid()) as oldest_transaction_seconds,
         (select extract(epoch from now() - pg_postmaster_start_time())) as uptime_seconds]]

-- While replay is paused replay_lag keeps its last value, so bytes decide.
local REPLICAS = [[
  select application_name as name, client_addr::text as address, state,
         pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 as lag_bytes,
         extract(epoch from replay_lag) as lag_seconds
    from pg_stat_replication order by 1, 2]]

local SLOTS = [[
  select slot_name as name, active, wal_status,
         pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 as kept_bytes
    from pg_replication_slots where slot_type = 'physical' order by 1]]

local STANDBY = [[
  select (select status from pg_stat_wal_receiver) as receiver,
         pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), pg_last_wal_replay_lsn())::float8 as lag_bytes,
         pg_is_wal_replay_paused() as paused,
         extract(epoch from now() - pg_last_xact_replay_timestamp()) as replayed_seconds_ago]]

--- How fast a standby falls behind, in bytes a second, as a number and as a message value.
local function pace_of(run, subject, bytes)
  local before = run:previous("replication_lag", subject)
  local seconds = before and math.floor(upkeep.now() - before.at)
  if not before or seconds <= 0 then return nil, { en = "its pace is not known yet", ko = "증감 속도는 아직 알 수 없음" } end
  local pace = (bytes - before.value) / seconds
  local text = upkeep.bytes(math.floor(math.abs(pace)))
  if pace > 0 then return pace, { en = "growing by " .. text .. "/s", ko = "초당 " .. text .. " 증가" } end
  if pace == 0 then return pace, { en = "not changing", ko = "변화 없음" } end
  return pace, { en = "shrinking by " .. text .. "/s", ko = "초당 " .. text .. " 감소" }
end

return upkeep.playbook {
  format = 1,
  id = "postgres.connectivity",
  title = { en = "PostgreSQL answers and has room", ko = "PostgreSQL 연결·여유" },
  cadence = "daily",
  covers = { "S4-D-10" },
  owner = "database",
  runbook = "docs/runbooks/postgres.md",
  fix = {
    en = "Connections: find who holds them (pg_stat_activity) before raising the limit. Replication: look at the standby's log and free the slot if it is gone for good.",
    ko = "연결 부족이면 한도를 올리기 전에 pg_stat_activity에서 누가 점유하는지 확인하세요. 복제 문제는 스탠바이 로그를 보고, 폐기된 스탠바이의 슬롯은 제거하세요.",
  },
  target = "postgres",
  needs = { "postgres:query", "postgres:role:pg_monitor" },
  params = {
    connections_warning = { default = 80, min = 1, max = 100, unit = "%", source = "operations guide line 309: connections above 80 %", doc = { en = "Used connections that warn.", ko = "경고할 연결 사용률." } },
    connections_critical = { default = 95, min = 1, max = 100, unit = "%", source = "check_postgres backends: 95 %", doc = { en = "Used connections that are critical.", ko = "심각으로 볼 연결 사용률." } },
    lag_warning_bytes = { default = 16777216, min = 0, unit = "By", source = "PostgreSQL: one WAL segment (16 MiB)", doc = { en = "Bytes a standby may be behind before it warns.", ko = "경고할 복제 지연 바이트." } },
    lag_critical_bytes = { default = 1073741824, min = 0, unit = "By", source = "house rule: 64 WAL segments", doc = { en = "Bytes behind that are critical.", ko = "심각으로 볼 복제 지연 바이트." } },
    deadlocks_warning = { default = 10, min = 1, unit = "1", source = "house rule: a few are retried by the application", doc = { en = "Deadlocks since the run before that warn.", ko = "직전 실행 이후 발생해 경고할 교착 상태 수." } },
    xid_warning = { default = 50, min = 1, max = 100, unit = "%", source = "PostgreSQL: half of the two billion transaction ids", doc = { en = "Share of transaction ids used up that warns.", ko = "경고할 트랜잭션 ID 소진율." } },
    xid_critical = { default = 75, min = 1, max = 100, unit = "%", source = "PostgreSQL: half a billion transaction ids left", doc = { en = "Share of transaction ids used up that is critical.", ko = "심각으로 볼 트랜잭션 ID 소진율." } },
  },
  thresholds = {
    { metric = "connections_used", unit = "%", warning = "connections_warning", critical = "connections_critical", source = "operations guide line 309: connections above 80 %" },
    { metric = "replication_lag", unit = "By", warning = "lag_warning_bytes", critical = "lag_critical_bytes", source = "PostgreSQL: one WAL segment (16 MiB)" },
    { metric = "deadlocks_since", unit = "1", warning = "deadlocks_warning", source = "house rule: a few are retried by the application" },
    { metric = "transaction_ids_used", unit = "%", warning = "xid_warning", critical = "xid_critical", source = "PostgreSQL: half of the two billion transaction ids" },
  },
  messages = {
    none_left = { en = "refuses logins: every connection that is not reserved is taken", ko = "로그인 거부: 예약분을 제외한 연결이 모두 사용 중입니다" },
    connections = { en = "{used} of {slots} connections are used ({percent} %)", ko = "연결 {slots}개 중 {used}개 사용 ({percent}%)" },
    wrong_role = { en = "is a {found}, and the inventory expects a {expected}", ko = "{found} 역할입니다 (인벤토리 기대값: {expected})" },
    deadlocks = { en = "deadlocks in the last {age}: {count}", ko = "최근 {age} 동안 교착 상태 {count}건" },
    lag = { en = "standby is {bytes} behind ({state}), {pace}", ko = "스탠바이가 {bytes} 뒤처져 있습니다 ({state}), {pace}" },
    lag_unknown = { en = "nothing tells how far the standby is behind ({state})", ko = "스탠바이가 얼마나 뒤처졌는지 알 수 없습니다 ({state})" },
    slot_idle = { en = "no standby uses the replication slot; it keeps {bytes} of WAL", ko = "스탠바이가 쓰지 않는 복제 슬롯이 WAL {bytes} 분량을 보존 중입니다" },
    no_receiver = { en = "receives no WAL from its primary", ko = "프라이머리에서 WAL을 받지 못하고 있습니다" },
    paused = { en = "replay is paused, {bytes} behind, {pace}", ko = "재생이 일시 중지됨, {bytes} 뒤처짐, {pace}" },
    no_deadlocks = { en = "the server gives no count of deadlocks", ko = "서버가 교착 상태 수를 제공하지 않습니다" },
    xid = { en = "{percent} % of the transaction ids are used up", ko = "트랜잭션 ID {percent}% 소진" },
    fine = { en = "{role} answers in {milliseconds} ms: {used} of {slots} connections, transaction ids {xid} % used", ko = "{role} 응답 {milliseconds}ms: 연결 {used}/{slots}, 트랜잭션 ID {xid}% 사용" },
  },

  check = function(run, params)
    local database = { kind = "Database", name = run.target.name }
    local server, problem = upkeep.try(postgres.server)
    if not server then
      -- The server itself says that none is left: that is known, not a look that failed.
      if not problem.message:find("no connection is free", 1, true) then error(problem) end
      run:result { subject = { kind = "Connections", name = run.target.name }, state = "critical", severity = "P1", reason = "connections",
        message = "none_left", tags = { "type:capacity" } }
      run:coverage { attempted = 5, observed = 1 }
      return
    end
    local role = server.in_recovery and "standby" or "primary"
    local facts = postgres.query(SERVER)[1]
    local percent = upkeep.percent(facts.used, facts.slots) or 100
    local xid = facts.xid_age / 2147483647 * 100

    run:metric { name = "connections_used", subject = database, value = percent, unit = "%", warning = params.connections_warning, critical = params.connections_critical }
    run:metric { name = "transaction_ids_used", subject = database, value = xid, unit = "%", warning = params.xid_warning, critical = params.xid_critical }
    run:metric { name = "login", subject = database, value = server.login_milliseconds, unit = "ms" }
    run:metric { name = "answer", subject = database, value = server.answer_milliseconds, unit = "ms" }

    local looked, observed = 5, 5
    local before = run:previous("deadlocks", database)
    if not facts.deadlocks then
      observed = observed - 1
      run:result { subject = { kind = "Deadlocks", name = run.target.name }, state = "unknown", reason = "no_data", message = "no_deadlocks" }
    else
      run:metric { name = "deadlocks", subject = database, value = facts.deadlocks, unit = "1" }
    end
    -- A smaller count than before means that the statistics were reset, and what happened since is lost.
    local since = before and facts.deadlocks and facts.deadlocks >= before.value and facts.deadlocks - before.value
    if since then
      run:metric { name = "deadlocks_since", subject = database, value = since, unit = "1", warning = params.deadlocks_warning }
      if since >= params.deadlocks_warning then
        run:result { subject = { kind = "Deadlocks", name = run.target.name }, state = "warning", reason = "deadlocks", message = "deadlocks",
          values = { count = ("%.0f"):format(since), age = upkeep.age(upkeep.now() - before.at) }, data = { since = since }, tags = { "type:performance" } }
      end
    end
    local by_connections = run:state_of(percent, { warning = params.connections_warning, critical = params.connections_critical })
    if by_connections ~= "ok" then
      run:result { subject = { kind = "Connections", name = run.target.name }, state = by_connections, reason = "connections", message = "connections",
        values = { used = facts.used, slots = facts.slots, percent = ("%.0f"):format(percent) }, data = { used = facts.used, slots = facts.slots }, tags = { "type:capacity" } }
    end
    local by_xid = run:state_of(xid, { warning = params.xid_warning, critical = params.xid_critical })
    if by_xid ~= "ok" then
      run:result { subject = { kind = "TransactionIds", name = run.target.name }, state = by_xid, reason = "wraparound", message = "xid",
        values = { percent = ("%.0f"):format(xid) }, tags = { "type:capacity" } }
    end
    if run.target.role ~= "" and run.target.role ~= role then
      run:result { subject = { kind = "Role", name = run.target.name }, state = "critical", severity = "P1", reason = "wrong_role", message = "wrong_role",
        values = { found = role, expected = run.target.role }, tags = { "type:availability" } }
    end

    local lag_limits = { warning = params.lag_warning_bytes, critical = params.lag_critical_bytes }
    if role == "primary" then
      for _, replica in ipairs(postgres.query(REPLICAS)) do
        looked, observed = looked + 1, observed + 1
        local subject = { kind = "Standby", namespace = run.target.name, name = replica.name ~= "" and replica.name or replica.address }
        local bytes = type(replica.lag_bytes) == "number" and replica.lag_bytes or nil  ---@type any
        if bytes then
          run:metric { name = "replication_lag", subject = subject, value = bytes, unit = "By", warning = lag_limits.warning, critical = lag_limits.critical }
        end
        local state = bytes and run:state_of(bytes, lag_limits) or "unknown"
        local pace, told
        if bytes then pace, told = pace_of(run, subject, bytes) end
        if pace then run:metric { name = "replication_lag_pace", subject = subject, value = pace, unit = "By/s" } end
        if state == "unknown" then
          observed = observed - 1
          run:result { subject = subject, state = "unknown", reason = "no_data", message = "lag_unknown", values = { state = replica.state or "?" } }
        elseif state ~= "ok" then
          run:result { subject = subject, state = state, reason = "replication_lag", message = "lag", values = { bytes = upkeep.bytes(bytes), state = replica.state, pace = told },
            data = { lag_bytes = bytes, lag_seconds = replica.lag_seconds, pace = pace, state = replica.state }, tags = { "type:availability" } }
        end
      end
      for _, slot in ipairs(postgres.query(SLOTS)) do
        looked, observed = looked + 1, observed + 1
        if not slot.active then
          run:result { subject = { kind = "ReplicationSlot", namespace = run.target.name, name = slot.name }, state = "critical", reason = "replica_gone", message = "slot_idle",
            values = { bytes = type(slot.kept_bytes) == "number" and upkeep.bytes(slot.kept_bytes) or "?" },
            data = { wal_status = slot.wal_status, kept_bytes = slot.kept_bytes }, tags = { "type:availability" } }
        end
      end
    else
      local standby = postgres.query(STANDBY)[1]
      local subject = { kind = "Replication", name = run.target.name }
      local bytes, pace, told = standby.lag_bytes, nil, nil
      looked, observed = looked + 1, observed + 1
      if bytes then
        run:metric { name = "replication_lag", subject = subject, value = bytes, unit = "By", warning = lag_limits.warning, critical = lag_limits.critical }
        pace, told = pace_of(run, subject, bytes)
        if pace then run:metric { name = "replication_lag_pace", subject = subject, value = pace, unit = "By/s" } end
      end
      if standby.receiver ~= "streaming" then
        run:result { subject = subject, state = "critical", reason = "no_receiver", message = "no_receiver", tags = { "type:availability" } }
      elseif not bytes then
        observed = observed - 1
        run:result { subject = subject, state = "unknown", reason = "no_data", message = "lag_unknown", values = { state = standby.receiver } }
      elseif standby.paused then
        run:result { subject = subject, state = "warning", reason = "replay_paused", message = "paused", values = { bytes = upkeep.bytes(bytes), pace = told }, tags = { "type:availability" } }
      elseif run:state_of(bytes, lag_limits) ~= "ok" then
        run:result { subject = subject, state = run:state_of(bytes, lag_limits), reason = "replication_lag", message = "lag",
          values = { bytes = upkeep.bytes(bytes), state = standby.receiver, pace = told }, data = { lag_bytes = bytes, pace = pace }, tags = { "type:availability" } }
      end
    end
    run:coverage { attempted = looked, observed = observed }
    run:ok { message = "fine", values = { role = role, milliseconds = ("%.1f"):format(server.answer_milliseconds), used = facts.used, slots = facts.slots, xid = ("%.1f"):format(xid) },
      data = { version = server.version, role = role, oldest_transaction_seconds = facts.oldest_transaction_seconds, uptime_seconds = facts.uptime_seconds } }
  end,
}
