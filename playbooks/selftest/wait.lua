--- A check that takes its time: long enough to be killed in the middle.
---
--- The selftest playbooks look at nothing: they show what upkeep does with an outcome. No schedule
--- that ships names them.
local upkeep = require "upkeep"

return upkeep.playbook {
  format = 1,
  id = "selftest.wait",
  title = { en = "A check that takes its time", ko = "시간이 걸리는 점검" },
  cadence = "on_demand",
  covers = {},
  owner = "upkeep",
  runbook = "docs/runbooks/selftest.md",
  fix = { en = "Nothing is wrong: this is a test of upkeep itself.", ko = "이상이 없습니다. upkeep 자체를 시험하는 점검입니다." },
  target = "any",
  needs = {},
  params = {
    seconds = { default = 0.3, min = 0, max = 1.5, unit = "s", source = "house rule", doc = { en = "How long it takes.", ko = "걸리는 시간." } },
    looks = { default = 1000000, min = 1, max = 5000000, unit = "1", source = "house rule", doc = { en = "At most so often it looks at the clock.", ko = "시계를 확인하는 최대 횟수." } },
  },
  messages = {
    waited = { en = "waited", ko = "기다렸습니다" },
  },

  check = function(run, params)
    -- Looks are counted as well: under the frozen clock of a case no time passes.
    local start = upkeep.now()
    for _ = 1, params.looks do
      if upkeep.now() - start >= params.seconds then break end  -- mutate: no (a case's clock stands still, and the outcome tells no time)
    end
    run:coverage { attempted = 1, observed = 1 }
    run:ok { message = "waited" }
  end,
}
