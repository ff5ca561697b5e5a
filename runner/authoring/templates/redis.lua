--- What this check looks at, in a sentence, and why anybody would want to know.
local upkeep = require "upkeep"
local redis = require "upkeep.redis"

return upkeep.playbook {
  format = 1,
  id = "@id@",
  title = { en = "Few clients are blocked", ko = "Redis 대기 중인 클라이언트" },
  cadence = "daily",
  owner = "@team@",
  fix = {
    en = "List the clients that wait in BLPOP, XREAD or WAIT, and see who should have fed them.",
    ko = "BLPOP, XREAD, WAIT에서 기다리는 클라이언트를 찾고 데이터를 넣어야 할 쪽을 확인하세요.",
  },
  target = "redis",
  needs = { "redis:command:INFO" },
  params = {
    blocked_warning = { default = 10, min = 1, unit = "1", source = "house rule",
      doc = { en = "Blocked clients that warn.", ko = "경고할 대기 클라이언트 수." } },
    blocked_critical = { default = 100, min = 1, unit = "1", source = "house rule",
      doc = { en = "Blocked clients that are critical.", ko = "심각으로 볼 대기 클라이언트 수." } },
  },
  thresholds = {
    { metric = "blocked", unit = "1", warning = "blocked_warning", critical = "blocked_critical", source = "house rule" },
  },
  messages = {
    blocked = { en = "{blocked} of {connected} clients are blocked", ko = "클라이언트 {connected}개 중 {blocked}개가 대기 중입니다" },
    fine = { en = "{blocked} of {connected} clients are blocked", ko = "클라이언트 {connected}개 중 {blocked}개가 대기 중입니다" },
  },

  check = function(run, params)
    local clients = redis.info("clients").clients
    local subject = { kind = "Cache", name = run.target.name }
    local values = { blocked = clients.blocked_clients, connected = clients.connected_clients }
    local blocked = clients.blocked_clients
    run:metric { name = "blocked", subject = subject, value = blocked, unit = "1", warning = params.blocked_warning, critical = params.blocked_critical }
    local state = run:state_of(blocked, { warning = params.blocked_warning, critical = params.blocked_critical })
    if state ~= "ok" then
      run:result { subject = subject, state = state, reason = "blocked", message = "blocked", values = values }
    end
    run:coverage { attempted = 1, observed = 1 }
    run:ok { message = "fine", values = values }
  end,
}
