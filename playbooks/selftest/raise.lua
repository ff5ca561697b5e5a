--- A check that raises: the outcome is unknown, never ok.
---
--- The selftest playbooks look at nothing: they show what upkeep does with an outcome. No schedule
--- that ships names them.
return require("upkeep").playbook {
  format = 1,
  id = "selftest.raise",
  title = { en = "A check that fails while it looks", ko = "도중에 실패하는 점검" },
  cadence = "on_demand",
  covers = {},
  owner = "upkeep",
  runbook = "docs/runbooks/selftest.md",
  fix = { en = "Nothing is wrong: this is a test of upkeep itself.", ko = "이상이 없습니다. upkeep 자체를 시험하는 점검입니다." },
  target = "any",
  needs = {},
  messages = {
    never = { en = "never shown", ko = "표시되지 않습니다" },
  },

  check = function(run, params)
    run:coverage { attempted = 1, observed = 0 }
    error("raised on purpose")
  end,
}
