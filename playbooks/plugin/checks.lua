--- Runs every Monitoring Plugin that the inventory declares for a host, and takes each at its word:
--- exit status for the state, first line for the sentence, perfdata for the figures.
---
--- A plugin that could not be run, was too slow, or ended in another way than plugins do is unknown,
--- never ok; and so is a figure that it wrote and nobody can read.
local upkeep = require "upkeep"
local plugin = require "upkeep.plugin"

--- A threshold as one number, where the metric's chart can draw a line: its bound above, or else below.
local function limit(range)
  if not range or range.inside then return nil end
  return range.high or range.low
end

return upkeep.playbook {
  format = 1,
  id = "plugin.checks",
  title = { en = "Monitoring plugins of a host", ko = "호스트의 모니터링 플러그인" },
  cadence = "continuous",
  covers = {},
  owner = "platform",
  runbook = "docs/runbooks/plugins.md",
  fix = { en = "Follow what the plugin says; run it by hand to see more.", ko = "플러그인이 알려 주는 내용을 따르고, 더 필요하면 직접 실행해 확인하세요." },
  target = "host",
  needs = { "plugin:run:*" },
  params = {},
  messages = {
    said = { en = "{text}", ko = "{text}" },
    silent = { en = "the plugin ended with status {exit} and said nothing", ko = "플러그인이 출력 없이 상태 {exit}(으)로 끝났습니다" },
    broken = { en = "{count} of its figures cannot be read: {first}", ko = "수치 {count}개를 읽을 수 없습니다: {first}" },
    failed = { en = "could not be run to its end: {why}", ko = "끝까지 실행하지 못했습니다: {why}" },
    none = { en = "the inventory declares no plugins", ko = "인벤토리에 플러그인이 없습니다" },
    all = { en = "plugins that have run: {count}", ko = "플러그인 {count}개를 실행했습니다" },
  },

  check = function(run)
    local names = plugin.names()
    if #names == 0 then
      run:skip { reason = "no_plugins", message = "none" }
      return
    end
    local observed = 0
    upkeep.each(names, { at_once = 4 }, function(name)
      local subject = { kind = "Plugin", name = name }
      local answer, failure = upkeep.try(plugin.run, name)
      if not answer then
        run:result { subject = subject, state = "unknown", reason = failure.reason, message = "failed", values = { why = failure.message } }
        return
      end
      for _, value in ipairs(answer.perfdata) do
        if value.value then
          run:metric { name = value.label, subject = subject, value = value.value, unit = value.unit, warning = limit(value.warning), critical = limit(value.critical) }
        end
      end
      local data = { exit = answer.exit, long_text = answer.long_text, perfdata = answer.perfdata, broken = answer.broken }
      if answer.state == "ok" and #answer.broken > 0 then
        run:result { subject = subject, state = "unknown", reason = "perfdata", message = "broken", values = { count = #answer.broken, first = answer.broken[1] }, data = data }
        return
      end
      if answer.state ~= "unknown" then observed = observed + 1 end
      run:result {
        subject = subject, state = answer.state, reason = answer.state ~= "ok" and "plugin" or nil,
        message = answer.text ~= "" and "said" or "silent",
        values = answer.text ~= "" and { text = answer.text } or { exit = answer.exit }, data = data,
      }
    end)
    run:coverage { attempted = #names, observed = observed }
    run:ok { message = "all", values = { count = #names } }
  end,
}
