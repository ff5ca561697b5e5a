--- What this check looks at, in a sentence, and why anybody would want to know.
local upkeep = require "upkeep"
local postgres = require "upkeep.postgres"

local SQL = [[
select count(*) filter (where backend_type = 'client backend') as used,
       current_setting('max_connections')::int as allowed
from pg_stat_activity]]

return upkeep.playbook {
  format = 1,
  id = "@id@",
  title = { en = "Connections are left", ko = "데이터베이스 여유 연결" },
  cadence = "daily",
  owner = "@team@",
  fix = {
    en = "Find the application that holds the connections in pg_stat_activity, and give it a pool.",
    ko = "pg_stat_activity에서 연결을 쥐고 있는 애플리케이션을 찾아 커넥션 풀을 쓰게 하세요.",
  },
  target = "postgres",
  needs = { "postgres:query" },
  params = {
    used_warning = { default = 80, min = 1, max = 100, unit = "%", source = "house rule",
      doc = { en = "Share of connections in use that warns.", ko = "경고할 연결 사용률." } },
    used_critical = { default = 95, min = 1, max = 100, unit = "%", source = "house rule",
      doc = { en = "Share of connections in use that is critical.", ko = "심각으로 볼 연결 사용률." } },
  },
  thresholds = {
    { metric = "used", unit = "%", warning = "used_warning", critical = "used_critical", source = "house rule" },
  },
  messages = {
    many = { en = "{used} of {allowed} connections are in use", ko = "연결 {allowed}개 중 {used}개 사용 중" },
    fine = { en = "{used} of {allowed} connections are in use", ko = "연결 {allowed}개 중 {used}개 사용 중" },
  },

  check = function(run, params)
    local row = postgres.query(SQL)[1]
    local subject = { kind = "Database", name = run.target.name }
    local values = { used = row.used, allowed = row.allowed }
    local percent = row.used / row.allowed * 100
    run:metric { name = "used", subject = subject, value = percent, unit = "%", warning = params.used_warning, critical = params.used_critical }
    local state = run:state_of(percent, { warning = params.used_warning, critical = params.used_critical })
    if state ~= "ok" then
      run:result { subject = subject, state = state, reason = "connections", message = "many", values = values }
    end
    run:coverage { attempted = 1, observed = 1 }
    run:ok { message = "fine", values = values }
  end,
}
