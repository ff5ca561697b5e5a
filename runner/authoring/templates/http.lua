--- What this check looks at, in a sentence, and why anybody would want to know.
local upkeep = require "upkeep"
local http = require "upkeep.http"

return upkeep.playbook {
  format = 1,
  id = "@id@",
  title = { en = "The page answers in time", ko = "페이지 응답 시간" },
  cadence = "daily",
  owner = "@team@",
  fix = {
    en = "Follow the request: name, ingress, service, pods, and what they wait for.",
    ko = "이름 해석, 인그레스, 서비스, 파드와 파드가 기다리는 대상 순으로 요청 경로를 확인하세요.",
  },
  target = "http",
  needs = { "http:get" },
  params = {
    slow_warning = { default = 1000, min = 1, unit = "ms", source = "house rule",
      doc = { en = "An answer slower than this warns.", ko = "이보다 느린 응답은 경고합니다." } },
    slow_critical = { default = 5000, min = 1, unit = "ms", source = "house rule",
      doc = { en = "An answer slower than this is critical.", ko = "이보다 느린 응답은 심각으로 봅니다." } },
  },
  thresholds = {
    { metric = "latency", unit = "ms", warning = "slow_warning", critical = "slow_critical", source = "house rule" },
  },
  messages = {
    status = { en = "answers {status}", ko = "상태 코드 {status}로 응답합니다" },
    slow = { en = "answers after {milliseconds} ms", ko = "응답에 {milliseconds}ms 걸렸습니다" },
    fine = { en = "answers after {milliseconds} ms", ko = "{milliseconds}ms 만에 응답합니다" },
  },

  check = function(run, params)
    local answer = http.get()
    local subject = { kind = "Endpoint", name = run.target.name }
    local milliseconds = answer.milliseconds.total
    local values = { milliseconds = ("%.0f"):format(milliseconds) }
    run:metric { name = "latency", subject = subject, value = milliseconds, unit = "ms", warning = params.slow_warning, critical = params.slow_critical }
    local state = run:state_of(milliseconds, { warning = params.slow_warning, critical = params.slow_critical })
    if answer.status >= 400 then
      run:result { subject = subject, state = "critical", reason = "status", message = "status", values = { status = answer.status } }
    elseif state ~= "ok" then
      run:result { subject = subject, state = state, reason = "slow", message = "slow", values = values }
    end
    run:coverage { attempted = 1, observed = 1 }
    run:ok { message = "fine", values = values }
  end,
}
