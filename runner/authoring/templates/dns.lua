--- What this check looks at, in a sentence, and why anybody would want to know.
local upkeep = require "upkeep"
local dns = require "upkeep.dns"

return upkeep.playbook {
  format = 1,
  id = "@id@",
  title = { en = "The name resolves in time", ko = "이름 해석 시간" },
  cadence = "daily",
  owner = "@team@",
  fix = { en = "Ask each name server of this machine in turn, and look at the zone.", ko = "이 서버의 네임서버에 차례로 질의하고 존 설정을 확인하세요." },
  target = "dns",
  needs = { "dns:resolve" },
  params = {
    slow_warning = { default = 500, min = 1, unit = "ms", source = "house rule",
      doc = { en = "An answer slower than this warns.", ko = "이보다 느린 응답은 경고합니다." } },
    slow_critical = { default = 2000, min = 1, unit = "ms", source = "house rule",
      doc = { en = "An answer slower than this is critical.", ko = "이보다 느린 응답은 심각으로 봅니다." } },
  },
  thresholds = {
    { metric = "latency", unit = "ms", warning = "slow_warning", critical = "slow_critical", source = "house rule" },
  },
  messages = {
    slow = { en = "{name} resolved after {milliseconds} ms", ko = "{name} 이름 해석에 {milliseconds}ms 걸렸습니다" },
    fine = { en = "{name} has {count} addresses", ko = "{name}의 주소 {count}개" },
  },

  check = function(run, params)
    local found = dns.resolve()
    local subject = { kind = "Endpoint", name = run.target.name }
    run:metric { name = "latency", subject = subject, value = found.milliseconds, unit = "ms", warning = params.slow_warning, critical = params.slow_critical }
    local state = run:state_of(found.milliseconds, { warning = params.slow_warning, critical = params.slow_critical })
    if state ~= "ok" then
      run:result { subject = subject, state = state, reason = "slow", message = "slow",
        values = { name = found.name, milliseconds = ("%.0f"):format(found.milliseconds) } }
    end
    run:coverage { attempted = 1, observed = 1 }
    run:ok { message = "fine", values = { name = found.name, count = #found.addresses } }
  end,
}
