--- Does an HTTP endpoint answer as it should, in time, with a certificate that lasts?
---
--- "curl -s > /dev/null" is content with a 500 and a login page. Status, body and time are judged,
--- and the certificate as it is served, whatever lies in a Secret.
local upkeep = require "upkeep"
local http = require "upkeep.http"

return upkeep.playbook {
  format = 1,
  id = "http.endpoint",
  title = { en = "Endpoints answer as they should", ko = "서비스 엔드포인트 응답" },
  cadence = "daily",
  covers = { "S4-D-07", "S4-D-08" },
  owner = "service",
  runbook = "docs/runbooks/endpoint.md",
  fix = {
    en = "Follow the request: name, ingress, service, pods. Renew the certificate if it ends soon.",
    ko = "이름 해석, 인그레스, 서비스, 파드 순으로 요청 경로를 따라가며 확인하세요. 인증서 만료가 가까우면 갱신하세요.",
  },
  target = "http",
  needs = { "http:get", { "tls:connect", optional = true } },
  params = {
    slow_warning_ms = { default = 3000, min = 1, unit = "ms", source = "house rule: a third of the ten seconds of operations guide line 129", doc = { en = "An answer slower than this warns.", ko = "이보다 느린 응답은 경고합니다." } },
    certificate_warning_days = { default = 21, min = 1, unit = "d", source = "Let's Encrypt renews 30 days before; a week of tries is left", doc = { en = "Days left of the certificate that warn.", ko = "경고할 인증서 잔여 일수." } },
    certificate_critical_days = { default = 7, min = 0, unit = "d", source = "house rule: one working week", doc = { en = "Days left of the certificate that are critical.", ko = "심각으로 볼 인증서 잔여 일수." } },
  },
  thresholds = {
    { metric = "latency", unit = "ms", warning = "slow_warning_ms", source = "house rule" },
    { metric = "certificate_days", unit = "d", warning = "certificate_warning_days", critical = "certificate_critical_days", below = true, source = "house rule" },
  },
  messages = {
    down = { en = "does not answer: {reason}", ko = "응답하지 않습니다: {reason}" },
    status = { en = "answers {status} instead of {expected}", ko = "상태 코드 {status} 응답 (기대값 {expected})" },
    body = { en = "answers {status}, but the body lacks the expected text", ko = "{status} 응답이지만 본문에 기대한 내용이 없습니다" },
    slow = { en = "answers {status} after {milliseconds} ms", ko = "{status} 응답에 {milliseconds}ms 걸렸습니다" },
    expiring = { en = "the served certificate ends soon; days left: {days}", ko = "제공 중인 인증서가 {days}일 후 만료됩니다" },
    expired = { en = "the served certificate has expired", ko = "제공 중인 인증서가 만료되었습니다" },
    untrusted = { en = "the served certificate is not trusted", ko = "제공 중인 인증서를 신뢰할 수 없습니다" },
    wrong_name = { en = "the served certificate is for another name than {name}", ko = "제공 중인 인증서가 {name} 이름과 일치하지 않습니다" },
    no_certificate = { en = "its certificate cannot be looked at: {reason}", ko = "인증서를 확인할 수 없습니다: {reason}" },
    fine = { en = "answers {status} after {milliseconds} ms", ko = "{status} 응답, {milliseconds}ms" },
  },

  check = function(run, params)
    local name, https = run.target.name, run.target.url:find("^https:") ~= nil
    local endpoint = { kind = "Endpoint", name = name }
    local options = run.target.expect_body ~= "" and { contains = run.target.expect_body } or nil
    local looked = 1

    local facts, problem
    if https then
      local tls = require "upkeep.tls"
      facts, problem = upkeep.try(tls.connect)
    end
    local answer, failure = upkeep.try(http.get, nil, options)
    if not answer and (failure.reason == "unreachable" or failure.reason == "timeout") then
      -- Nobody else can be asked whether it works: an endpoint that does not answer is down.
      run:result { subject = endpoint, state = "critical", severity = "P1", reason = failure.reason, message = "down",
        values = { reason = failure.message }, data = { url = run.target.url }, tags = { "type:availability" } }
    elseif not answer then
      run:result { subject = endpoint, state = "unknown", reason = failure.reason, message = "down", values = { reason = failure.message } }
    else
      local milliseconds = answer.milliseconds.total
      run:metric { name = "latency", subject = endpoint, value = milliseconds, unit = "ms", warning = params.slow_warning_ms }
      local shown = { status = answer.status, milliseconds = ("%.0f"):format(milliseconds) }
      local data = { url = answer.url, status = answer.status, redirects = #answer.redirects, milliseconds = answer.milliseconds }
      if answer.status ~= run.target.expect_status then
        run:result { subject = endpoint, state = "critical", severity = "P1", reason = "status", message = "status",
          values = { status = answer.status, expected = run.target.expect_status }, data = data, tags = { "type:availability" } }
      elseif options and not answer.contains then
        run:result { subject = endpoint, state = "critical", reason = "body", message = "body", values = { status = answer.status }, data = data, tags = { "type:availability" } }
      elseif milliseconds >= params.slow_warning_ms then
        run:result { subject = endpoint, state = "warning", reason = "slow", message = "slow", values = shown, data = data, tags = { "type:performance" } }
      else
        run:result { subject = endpoint, state = "ok", message = "fine", values = shown, data = data }
      end
    end

    if https then
      looked = looked + 1
      local certificate = { kind = "Certificate", name = name }
      if not facts then
        run:result { subject = certificate, state = "unknown", reason = problem.reason, message = "no_certificate", values = { reason = problem.message } }
        run:coverage { attempted = looked, observed = looked - 1 }
        return
      end
      local days = facts.days_left
      local leaf = facts.chain[1]
      local data = { subject = leaf.subject, issuer = leaf.issuer, serial = leaf.serial, not_after = leaf.not_after, version = facts.version, verify_error = facts.verify_error }
      local state = run:state_of(days, { warning = params.certificate_warning_days, critical = params.certificate_critical_days, below = true })
      run:metric { name = "certificate_days", subject = certificate, value = days, unit = "d", warning = params.certificate_warning_days, critical = params.certificate_critical_days }
      if days < 0 then
        run:result { subject = certificate, state = "critical", severity = "P1", reason = "expired", message = "expired", data = data, tags = { "type:security" } }
      elseif not facts.trusted and not facts.name_matches then
        run:result { subject = certificate, state = "critical", reason = "wrong_name", message = "wrong_name", values = { name = facts.server_name }, data = data, tags = { "type:security" } }
      elseif not facts.trusted then
        run:result { subject = certificate, state = "critical", reason = "untrusted", message = "untrusted", data = data, tags = { "type:security" } }
      elseif state ~= "ok" then
        run:result { subject = certificate, state = state, reason = "expiring", message = "expiring", values = { days = math.floor(days) }, data = data, tags = { "type:security" } }
      end
    end
    run:coverage { attempted = looked, observed = answer and looked or looked - 1 }
  end,
}
