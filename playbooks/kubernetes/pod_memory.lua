--- The pods that use most memory, each against its limit and against what it used a week before;
--- and how many containers were killed for lack of it.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

return upkeep.playbook {
  format = 1,
  id = "kubernetes.pod_memory",
  title = { en = "Pods that use most memory", ko = "메모리 사용 상위 파드" },
  cadence = "daily",
  covers = { "S4-D-04" },
  owner = "platform",
  runbook = "docs/runbooks/pod-memory.md",
  fix = {
    en = "A container near its limit is killed next. Raise the limit if the use is right; look for a leak if it keeps growing.",
    ko = "한도에 가까운 컨테이너는 곧 OOM으로 종료됩니다. 정상 사용이면 한도를 올리고, 계속 늘어나면 누수를 의심하세요.",
  },
  target = "kubernetes",
  expects = "metrics-server",
  needs = {
    { "kubernetes:list:pods", fields = { "metadata.name", "metadata.namespace", "metadata.uid", "metadata.creationTimestamp", "status.phase", "status.containerStatuses", "spec.containers.name", "spec.containers.resources" } },
    { "kubernetes:list:pods.metrics.k8s.io", fields = { "metadata.name", "metadata.namespace", "timestamp", "containers" } },
  },
  params = {
    top = { default = 10, min = 1, max = 100, unit = "1", source = "operations guide line 113: the first ten", doc = { en = "How many pods are listed.", ko = "표시할 파드 수." } },
    limit_warning = { default = 80, min = 1, max = 100, unit = "%", source = "popeye: 80 % of the limit", doc = { en = "Share of a container's limit that warns.", ko = "경고할 한도 대비 사용률." } },
    limit_critical = { default = 95, min = 1, max = 100, unit = "%", source = "house rule: the next allocation may kill it", doc = { en = "Share of a container's limit that is critical.", ko = "심각으로 볼 한도 대비 사용률." } },
    growth_days = { default = 7, min = 0, unit = "d", source = "catalogue S4-D-04: growth against the week before", doc = { en = "Growth is told against the newest figure at least this old; 0: the run before.", ko = "이 기간보다 오래된 가장 최근 수치와 비교합니다. 0이면 직전 실행과 비교합니다." } },
    settle_minutes = { default = 2, min = 0, unit = "min", source = "metrics-server scrapes every 15 s to 60 s", doc = { en = "A pod younger than this need not have figures yet.", ko = "이보다 오래되지 않은 파드는 아직 수치가 없을 수 있습니다." } },
  },
  thresholds = {
    { metric = "memory_of_limit", unit = "%", warning = "limit_warning", critical = "limit_critical", source = "popeye: 80 % of the limit" },
  },
  messages = {
    near_limit = { en = "container {container} uses {used} of its limit of {limit} ({percent} %)", ko = "컨테이너 {container} 한도 {limit} 중 {used} 사용 ({percent}%)" },
    top = { en = "pods measured: {count}, containers killed for lack of memory: {killed}; most memory: {list}", ko = "파드 {count}개 측정, OOM 종료 컨테이너 {killed}개; 상위: {list}" },
    missing = { en = "metrics-server has no figures for {count} of {running} running pods, such as {pod}", ko = "실행 중인 파드 {running}개 중 {count}개의 수치가 metrics-server에 없습니다 (예: {pod})" },
    none = { en = "metrics-server has no figures for any pod", ko = "metrics-server에 파드 수치가 없습니다" },
    idle = { en = "no pod is running", ko = "실행 중인 파드가 없습니다" },
  },

  check = function(run, params)
    local limits, running, killed = {}, 0, 0
    ---@type table<string, table>
    local meta = {}
    for pod in upkeep.items(kubernetes.list "pods") do
      for status in upkeep.items(pod.status.containerStatuses or {}) do
        local ended = (status.state and status.state.terminated) or (status.lastState and status.lastState.terminated)
        if ended and ended.reason == "OOMKilled" then killed = killed + 1 end
      end
      if pod.status.phase == "Running" then
        running = running + 1
        local about = pod.metadata
        local space, name = about.namespace, about.name
        local key = space .. "/" .. name
        meta[key] = { uid = about.uid, namespace = space, name = name, created = about.creationTimestamp }
        for container in upkeep.items(pod.spec.containers) do
          local resources = container.resources
          local limit = resources and resources.limits and resources.limits.memory
          if limit then limits[key .. "/" .. container.name] = upkeep.quantity(limit) end
        end
      end
    end
    ---@type table<string, table>, string[]
    local used, order = {}, {}
    for entry in upkeep.items(kubernetes.list "pods.metrics.k8s.io") do
      local about = entry.metadata
      local key = about.namespace .. "/" .. about.name
      if meta[key] then
        ---@type number, table?
        local total, worst = 0, nil
        for container in upkeep.items(entry.containers) do
          local bytes = upkeep.quantity(container.usage.memory) or 0
          total = total + bytes
          local limit = limits[key .. "/" .. container.name]
          local percent = limit and upkeep.percent(bytes, limit)
          if percent and (not worst or percent > worst.percent) then
            worst = { percent = percent, used = bytes, limit = limit, container = container.name }
          end
        end
        used[key] = { total = total, worst = worst }
        order[#order + 1] = key
      end
    end
    -- A pod that has only just started is not expected in the figures; any other one is.
    local missing, now = {}, upkeep.now()
    for key, pod in pairs(meta) do
      if not used[key] then
        local created = upkeep.parse_time(pod.created)
        if created and now - created < params.settle_minutes * 60 then
          running = running - 1
        else
          missing[#missing + 1] = key
        end
      end
    end
    table.sort(missing)
    run:coverage { attempted = running, observed = #order }
    run:metric { name = "out_of_memory", subject = { kind = "Cluster", name = run.target.name }, value = killed, unit = "1" }
    if #order == 0 then
      if running == 0 then
        run:ok { message = "idle" }
      else
        run:result { subject = { kind = "Cluster", name = run.target.name }, state = "unknown", reason = "no_data", message = "none" }
      end
      return
    end
    table.sort(order, function(a, b)
      if used[a].total ~= used[b].total then
        return used[a].total > used[b].total  -- mutate: no (equal ones do not get here, so >= says the same)
      end
      return a < b
    end)
    local list = {}
    for rank, key in ipairs(order) do
      local entry, worst = used[key], used[key].worst
      local subject = { kind = "Pod", namespace = meta[key].namespace, name = meta[key].name, uid = meta[key].uid }
      local growth
      if rank <= params.top then
        local before = run:previous("memory", subject, { at_least = params.growth_days * 86400 })
        growth = before and entry.total - before.value
        if growth then run:metric { name = "memory_growth", subject = subject, value = growth, unit = "By" } end
        local percent = before and upkeep.percent(growth, before.value)
        list[#list + 1] = key .. " " .. upkeep.bytes(entry.total) .. (percent and (" (%+.0f %%)"):format(percent) or "")
        run:metric { name = "memory", subject = subject, value = entry.total, unit = "By" }
        if worst then
          run:metric { name = "memory_of_limit", subject = subject, value = worst.percent, unit = "%", warning = params.limit_warning, critical = params.limit_critical }
        end
      end
      local state = worst and run:state_of(worst.percent, { warning = params.limit_warning, critical = params.limit_critical }) or "ok"
      if state ~= "ok" then
        run:result {
          subject = subject, state = state, reason = "near_limit", message = "near_limit",
          values = { container = worst.container, used = upkeep.bytes(worst.used), limit = upkeep.bytes(worst.limit), percent = ("%.0f"):format(worst.percent) },
          data = { container = worst.container, used = worst.used, limit = worst.limit, growth = growth }, tags = { "type:capacity", "scope:pod" },
        }
      end
    end
    if #missing > 0 then
      run:result { subject = { kind = "Cluster", name = run.target.name }, state = "unknown", reason = "no_data", message = "missing",
        values = { count = #missing, running = running, pod = missing[1] }, data = { pods = upkeep.array(missing) } }
    end
    run:ok { message = "top", values = { count = #order, killed = killed, list = table.concat(list, ", ") } }
  end,
}
