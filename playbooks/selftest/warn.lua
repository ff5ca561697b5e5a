--- A check that is always warning.
---
--- The selftest playbooks look at nothing: they show what upkeep does with an outcome. No schedule
--- that ships names them.
return require("upkeep").playbook {
  format = 1,
  id = "selftest.warn",
  title = { en = "A check that is always warning", ko = "항상 경고 상태인 점검" },
  cadence = "on_demand",
  covers = {},
  owner = "upkeep",
  runbook = "docs/runbooks/selftest.md",
  fix = { en = "Nothing is wrong: this is a test of upkeep itself.", ko = "이상이 없습니다. upkeep 자체를 시험하는 점검입니다." },
  target = "any",
  needs = {},
  messages = {
    found = { en = "always warning", ko = "항상 경고 상태입니다" },
  },

  check = function(run, params)
    run:coverage { attempted = 1, observed = 1 }
    run:result { subject = { kind = "Host", name = run.target.name }, state = "warning", reason = "selftest", message = "found" }
  end,
}
