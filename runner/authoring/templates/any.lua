--- What this check looks at, in a sentence, and why anybody would want to know.
local upkeep = require "upkeep"

return upkeep.playbook {
  format = 1,
  id = "@id@",
  title = { en = "The target names its owner", ko = "대상의 담당 표시" },
  cadence = "monthly",
  owner = "@team@",
  fix = { en = "Give the target the label in the inventory.", ko = "인벤토리에서 대상에 레이블을 추가하세요." },
  target = "any",
  needs = {},
  params = {
    label = { default = "owner", source = "house rule",
      doc = { en = "The label that every target has.", ko = "모든 대상에 있어야 할 레이블." } },
  },
  messages = {
    missing = { en = "has no label {label}", ko = "{label} 레이블이 없습니다" },
    fine = { en = "belongs to {owner}", ko = "담당: {owner}" },
  },

  check = function(run, params)
    local owner = run.target.labels[params.label]
    if not owner then
      run:result { subject = { kind = "Target", name = run.target.name }, state = "warning", reason = "no_owner",
        message = "missing", values = { label = params.label } }
    else
      run:ok { message = "fine", values = { owner = owner } }
    end
    run:coverage { attempted = 1, observed = 1 }
  end,
}
