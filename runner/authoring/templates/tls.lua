--- What this check looks at, in a sentence, and why anybody would want to know.
local upkeep = require "upkeep"
local tls = require "upkeep.tls"

return upkeep.playbook {
  format = 1,
  id = "@id@",
  title = { en = "The certificate lasts", ko = "인증서 잔여 일수" },
  cadence = "daily",
  owner = "@team@",
  fix = { en = "Renew the certificate, and find out why nobody did.", ko = "인증서를 갱신하고 자동 갱신이 안 된 이유를 확인하세요." },
  target = "tls",
  needs = { "tls:connect" },
  params = {
    days_warning = { default = 21, min = 1, unit = "d", source = "house rule",
      doc = { en = "Days left that warn.", ko = "경고할 잔여 일수." } },
    days_critical = { default = 7, min = 0, unit = "d", source = "house rule",
      doc = { en = "Days left that are critical.", ko = "심각으로 볼 잔여 일수." } },
  },
  thresholds = {
    { metric = "days_left", unit = "d", warning = "days_warning", critical = "days_critical", below = true, source = "house rule" },
  },
  messages = {
    expiring = { en = "the certificate ends soon; days left: {days}", ko = "인증서가 {days}일 후 만료됩니다" },
    fine = { en = "the certificate is in order; days left: {days}", ko = "인증서가 {days}일 후 만료됩니다" },
  },

  check = function(run, params)
    local days = tls.connect().days_left
    local subject = { kind = "Endpoint", name = run.target.name }
    local values = { days = math.floor(days) }
    run:metric { name = "days_left", subject = subject, value = days, unit = "d", warning = params.days_warning, critical = params.days_critical }
    local state = run:state_of(days, { warning = params.days_warning, critical = params.days_critical, below = true })
    if state ~= "ok" then
      run:result { subject = subject, state = state, reason = "expiring", message = "expiring", values = values }
    end
    run:coverage { attempted = 1, observed = 1 }
    run:ok { message = "fine", values = values }
  end,
}
