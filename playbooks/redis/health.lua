--- Does Redis answer, is it in its role, is its replication link up, has it memory left, does it
--- save, and where it is one of a cluster: are all of the cluster's slots served?
local upkeep = require "upkeep"
local redis = require "upkeep.redis"

local SLOTS = 16384  -- Of every Redis cluster.

return upkeep.playbook {
  format = 1,
  id = "redis.health",
  title = { en = "Redis answers and has memory", ko = "Redis 응답·메모리" },
  cadence = "daily",
  covers = { "S4-D-11" },
  owner = "database",
  runbook = "docs/runbooks/redis.md",
  fix = {
    en = "Out of memory: find big or unexpiring keys, then raise maxmemory or choose an eviction policy. Link down: read the replica's log.",
    ko = "메모리 부족이면 큰 키나 만료 없는 키를 찾고 maxmemory를 올리거나 축출 정책을 정하세요. 복제 링크가 끊겼으면 레플리카 로그를 확인하세요.",
  },
  target = "redis",
  -- The last one is used only where INFO says that the server is part of a cluster.
  needs = { "redis:command:PING", "redis:command:INFO", { "redis:command:CLUSTER|INFO", optional = true } },
  params = {
    memory_warning = { default = 80, min = 1, max = 100, unit = "%", source = "house rule: ten points before the 90 % of awesome-prometheus-alerts", doc = { en = "Share of maxmemory that warns.", ko = "경고할 maxmemory 사용률." } },
    memory_critical = { default = 90, min = 1, max = 100, unit = "%", source = "awesome-prometheus-alerts: 90 % of maxmemory", doc = { en = "Share of maxmemory that is critical.", ko = "심각으로 볼 maxmemory 사용률." } },
    clients_warning = { default = 80, min = 1, max = 100, unit = "%", source = "house rule: ten points before the 90 % of awesome-prometheus-alerts", doc = { en = "Share of maxclients that warns.", ko = "경고할 클라이언트 사용률." } },
    replicas_expected = { default = 0, min = 0, unit = "1", source = "house rule: a lone primary is allowed", doc = { en = "Connected replicas that a primary must have.", ko = "프라이머리에 연결되어야 할 레플리카 수." } },
  },
  thresholds = {
    { metric = "memory_used", unit = "%", warning = "memory_warning", critical = "memory_critical", source = "awesome-prometheus-alerts: 90 % of maxmemory" },
  },
  messages = {
    wrong_role = { en = "is a {found}, and the inventory expects a {expected}", ko = "{found} 역할입니다 (인벤토리 기대값: {expected})" },
    link_down = { en = "the link to its primary is down for {age}", ko = "프라이머리와의 복제 링크가 {age} 동안 끊겨 있습니다" },
    replicas = { en = "{found} of {expected} expected replicas are connected", ko = "레플리카 {expected}개 중 {found}개만 연결됨" },
    memory = { en = "{used} of {limit} memory is used ({percent} %), policy {policy}", ko = "메모리 {limit} 중 {used} 사용 ({percent}%), 정책 {policy}" },
    save_failed = { en = "the last save failed", ko = "마지막 저장이 실패했습니다" },
    aof_failed = { en = "the append-only file cannot be written", ko = "AOF를 쓰지 못하고 있습니다" },
    clients = { en = "{used} of {limit} clients are connected ({percent} %)", ko = "클라이언트 {limit}개 중 {used}개 연결 ({percent}%)" },
    no_memory = { en = "INFO tells no memory limit, neither its own nor the machine's", ko = "INFO에 메모리 한도가 없어 사용률을 알 수 없습니다" },
    no_clients = { en = "INFO tells no limit of clients", ko = "INFO에 클라이언트 한도가 없습니다" },
    cluster_down = { en = "the cluster's state is {state}: {ok} of {total} slots are served", ko = "클러스터 상태 {state}: 슬롯 {total}개 중 {ok}개 제공" },
    slots = { en = "{bad} of the cluster's {total} slots fail or may fail", ko = "클러스터 슬롯 {total}개 중 {bad}개가 실패했거나 실패가 의심됩니다" },
    no_cluster = { en = "the cluster's state cannot be read: {reason}", ko = "클러스터 상태를 읽을 수 없습니다: {reason}" },
    loading = { en = "is still loading its data", ko = "아직 데이터를 적재하는 중입니다" },
    fine = { en = "{role} answers in {milliseconds} ms; memory {used} of {limit}, hit ratio {hits}", ko = "{role} 응답 {milliseconds}ms; 메모리 {used}/{limit}, 적중률 {hits}" },
  },

  check = function(run, params)
    local name = run.target.name
    local cache = { kind = "Cache", name = name }
    local milliseconds = redis.ping()
    local info = redis.info()
    local memory, replication, persistence, stats, clients = info.memory, info.replication, info.persistence, info.stats, info.clients
    local role = replication.role == "master" and "primary" or "replica"
    local looked, observed = 6, 6

    if persistence.loading == 1 then
      run:result { subject = cache, state = "warning", reason = "loading", message = "loading", tags = { "type:availability" } }
    end
    if run.target.role ~= "" and run.target.role ~= role then
      run:result { subject = { kind = "Role", name = name }, state = "critical", severity = "P1", reason = "wrong_role", message = "wrong_role",
        values = { found = role, expected = run.target.role }, tags = { "type:availability" } }
    end
    local link = { kind = "Replication", name = name }
    if role == "replica" and replication.master_link_status ~= "up" then
      run:result { subject = link, state = "critical", reason = "link_down", message = "link_down",
        values = { age = upkeep.age(replication.master_link_down_since_seconds or 0) }, data = { primary = replication.master_host }, tags = { "type:availability" } }
    elseif role == "primary" and replication.connected_slaves < params.replicas_expected then
      run:result { subject = link, state = "critical", reason = "replica_gone", message = "replicas",
        values = { found = replication.connected_slaves, expected = params.replicas_expected }, tags = { "type:availability" } }
    end

    -- Without maxmemory the machine's own memory is the limit.
    local limit = memory.maxmemory > 0 and memory.maxmemory or memory.total_system_memory
    local percent = limit and limit > 0 and upkeep.percent(memory.used_memory, limit)  -- mutate: no (of a limit of 0 there is no percentage either)
    if percent then
      run:metric { name = "memory_used", subject = cache, value = percent, unit = "%", warning = params.memory_warning, critical = params.memory_critical }
      local state = run:state_of(percent, { warning = params.memory_warning, critical = params.memory_critical })
      if state ~= "ok" then
        run:result { subject = { kind = "Memory", name = name }, state = state, severity = state == "critical" and "P1" or "P3", reason = "memory", message = "memory",
          values = { used = upkeep.bytes(memory.used_memory), limit = upkeep.bytes(limit), percent = ("%.0f"):format(percent), policy = memory.maxmemory_policy },
          data = { used = memory.used_memory, limit = limit, policy = memory.maxmemory_policy, evicted_keys = stats.evicted_keys }, tags = { "type:capacity" } }
      end
    else
      observed = observed - 1
      run:result { subject = { kind = "Memory", name = name }, state = "unknown", reason = "no_data", message = "no_memory",
        data = { used = memory.used_memory } }
    end

    local saving = { kind = "Persistence", name = name }
    if persistence.aof_enabled == 1 and persistence.aof_last_write_status ~= "ok" then
      run:result { subject = saving, state = "critical", reason = "aof_failed", message = "aof_failed", tags = { "type:availability" } }
    elseif persistence.rdb_last_bgsave_status ~= "ok" then
      run:result { subject = saving, state = "critical", reason = "save_failed", message = "save_failed", tags = { "type:availability" } }
    end
    local client_percent = clients.maxclients and upkeep.percent(clients.connected_clients, clients.maxclients)
    if not client_percent then
      observed = observed - 1
      run:result { subject = { kind = "Clients", name = name }, state = "unknown", reason = "no_data", message = "no_clients" }
    elseif client_percent >= params.clients_warning then
      run:result { subject = { kind = "Clients", name = name }, state = "warning", reason = "clients", message = "clients",
        values = { used = clients.connected_clients, limit = clients.maxclients, percent = ("%.0f"):format(client_percent) }, tags = { "type:capacity" } }
    end
    if info.cluster and info.cluster.cluster_enabled == 1 then
      looked = looked + 1
      local subject = { kind = "Slots", name = name }
      local text, problem = upkeep.try(redis.command, "CLUSTER", "INFO")
      local cluster = {}
      for key, value in (text or ""):gmatch("(cluster_[%w_]+):([%w_]+)") do cluster[key] = tonumber(value) or value end
      if not text or not cluster.cluster_state then
        run:result { subject = subject, state = "unknown", reason = problem and problem.reason or "no_data", message = "no_cluster",
          values = { reason = problem and problem.reason or "no_data" }, data = { detail = problem and problem.message } }
      else
        observed = observed + 1
        local ok, bad = cluster.cluster_slots_ok or 0, (cluster.cluster_slots_fail or 0) + (cluster.cluster_slots_pfail or 0)
        run:metric { name = "slots_served", subject = subject, value = ok, unit = "1" }
        local data = { state = cluster.cluster_state, assigned = cluster.cluster_slots_assigned, ok = ok, pfail = cluster.cluster_slots_pfail,
          fail = cluster.cluster_slots_fail, nodes = cluster.cluster_known_nodes, masters = cluster.cluster_size }
        if cluster.cluster_state ~= "ok" then
          run:result { subject = subject, state = "critical", severity = "P1", reason = "cluster_down", message = "cluster_down",
            values = { state = cluster.cluster_state, ok = ok, total = SLOTS }, data = data, tags = { "type:availability" } }
        elseif bad > 0 or ok < SLOTS then
          run:result { subject = subject, state = "warning", reason = "slots", message = "slots",
            values = { bad = math.max(bad, SLOTS - ok), total = SLOTS }, data = data, tags = { "type:availability" } }
        end
      end
    end
    run:coverage { attempted = looked, observed = observed }
    run:metric { name = "latency", subject = cache, value = milliseconds, unit = "ms" }
    run:metric { name = "evicted_keys", subject = cache, value = stats.evicted_keys, unit = "1" }
    run:metric { name = "rejected_connections", subject = cache, value = stats.rejected_connections, unit = "1" }
    local lookups = stats.keyspace_hits + stats.keyspace_misses
    run:ok { message = "fine", values = { role = role, milliseconds = ("%.1f"):format(milliseconds), used = upkeep.bytes(memory.used_memory),
      limit = limit and upkeep.bytes(limit) or "?", hits = lookups > 0 and ("%.0f %%"):format(stats.keyspace_hits / lookups * 100) or "-" } }
  end,
}
