--- A check that is always ok.
---
--- The selftest playbooks look at nothing: they show what upkeep does with an outcome. No schedule
--- that ships names them.
return require("upkeep").playbook {
  format = 1,
  id = "selftest.ok",
  title = { en = "A check that is always ok", ko = "항상 정상인 점검" },
  cadence = "on_demand",
  covers = {},
  owner = "upkeep",
  runbook = "docs/runbooks/selftest.md",
  fix = { en = "Nothing is wrong: this is a test of upkeep itself.", ko = "이상이 없습니다. upkeep 자체를 시험하는 점검입니다." },
  target = "any",
  needs = {},
  messages = {
    fine = { en = "all is well", ko = "정상입니다" },
  },

  check = function(run, params)
    run:coverage { attempted = 1, observed = 1 }
    run:ok { message = "fine" }
  end,
}
