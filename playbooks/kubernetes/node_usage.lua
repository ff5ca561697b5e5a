--- CPU and memory use of each node against what pods may have of it (allocatable).
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

return upkeep.playbook {
  format = 1,
  id = "kubernetes.node_usage",
  title = { en = "CPU and memory use of nodes", ko = "노드 CPU·메모리 사용률" },
  cadence = "daily",
  covers = { "S4-D-03" },
  owner = "platform",
  runbook = "docs/runbooks/node-usage.md",
  fix = {
    en = "Find the pods that use most (kubectl top pods), then move, limit or scale them, or add a node.",
    ko = "kubectl top pods로 사용량이 큰 파드를 찾아 이동·제한·확장하거나 노드를 추가하세요.",
  },
  target = "kubernetes",
  expects = "metrics-server",
  needs = {
    { "kubernetes:list:nodes", fields = { "metadata.name", "metadata.uid", "status.allocatable" } },
    { "kubernetes:list:nodes.metrics.k8s.io", fields = { "metadata.name", "timestamp", "window", "usage" } },
  },
  params = {
    cpu_warning = { default = 70, min = 1, max = 1000, unit = "%", source = "operations guide line 1345: CPU 70 %", doc = { en = "CPU use that warns; a whole node is 100, so 1000 never does.", ko = "경고할 CPU 사용률. 노드 전체가 100이므로 1000이면 경고하지 않습니다." } },
    cpu_critical = { default = 85, min = 1, max = 1000, unit = "%", source = "operations guide line 1392: CPU 85 %", doc = { en = "CPU use that is critical; 1000 never is.", ko = "심각으로 볼 CPU 사용률. 1000이면 심각으로 보지 않습니다." } },
    memory_warning = { default = 80, min = 1, max = 100, unit = "%", source = "operations guide line 1346: memory 80 %", doc = { en = "Memory use that warns.", ko = "경고할 메모리 사용률." } },
    memory_critical = { default = 90, min = 1, max = 100, unit = "%", source = "operations guide line 1393: memory 90 %", doc = { en = "Memory use that is critical.", ko = "심각으로 볼 메모리 사용률." } },
    stale_minutes = { default = 5, min = 1, unit = "min", source = "metrics-server scrapes every 15 s to 60 s", doc = { en = "A figure older than this is not used.", ko = "이보다 오래된 수치는 쓰지 않습니다." } },
  },
  thresholds = {
    { metric = "cpu_used", unit = "%", warning = "cpu_warning", critical = "cpu_critical", source = "operations guide lines 1345 and 1392: CPU 70 % and 85 %" },
    { metric = "memory_used", unit = "%", warning = "memory_warning", critical = "memory_critical", source = "operations guide lines 1346 and 1393: memory 80 % and 90 %" },
  },
  messages = {
    used = { en = "CPU {cpu} %, memory {memory} %", ko = "CPU {cpu}%, 메모리 {memory}%" },
    missing = { en = "metrics-server has no figures for this node", ko = "metrics-server에 이 노드의 수치가 없습니다" },
    stale = { en = "the figures are {age} old", ko = "수치가 {age} 전 것입니다" },
    no_allocatable = { en = "the node does not say what it can allocate", ko = "노드의 allocatable 정보가 없습니다" },
    all = { en = "every node is within its limits (nodes: {count}); highest CPU {cpu} %, highest memory {memory} %", ko = "노드 {count}대 모두 기준 이내; 최고 CPU {cpu}%, 최고 메모리 {memory}%" },
    none = { en = "the cluster lists no node", ko = "클러스터에 노드가 하나도 없습니다" },
  },

  check = function(run, params)
    local usage = {}
    for entry in upkeep.items(kubernetes.list "nodes.metrics.k8s.io") do usage[entry.metadata.name] = entry end
    local nodes = kubernetes.list "nodes"
    if #nodes == 0 then
      run:result { subject = { kind = "Cluster", name = run.target.name }, state = "unknown", reason = "no_data", message = "none" }
      return
    end
    ---@type integer, number, number
    local observed, top_cpu, top_memory = 0, 0, 0
    for node in upkeep.items(nodes) do
      local subject = { kind = "Node", name = node.metadata.name, uid = node.metadata.uid }
      local entry, can = usage[node.metadata.name], node.status.allocatable
      local age = entry and upkeep.now() - (upkeep.parse_time(entry.timestamp) or 0)
      local cpu = entry and can and upkeep.percent(upkeep.quantity(entry.usage.cpu), upkeep.quantity(can.cpu))
      local memory = entry and can and upkeep.percent(upkeep.quantity(entry.usage.memory), upkeep.quantity(can.memory))
      if not entry then
        run:result { subject = subject, state = "unknown", reason = "no_data", message = "missing" }
      elseif age > params.stale_minutes * 60 then
        run:result { subject = subject, state = "unknown", reason = "stale", message = "stale", values = { age = upkeep.age(age) } }
      elseif not cpu or not memory then
        run:result { subject = subject, state = "unknown", reason = "no_data", message = "no_allocatable" }
      else
        observed = observed + 1
        top_cpu, top_memory = math.max(top_cpu, cpu), math.max(top_memory, memory)
        run:metric { name = "cpu_used", subject = subject, value = cpu, unit = "%", warning = params.cpu_warning, critical = params.cpu_critical }
        run:metric { name = "memory_used", subject = subject, value = memory, unit = "%", warning = params.memory_warning, critical = params.memory_critical }
        local by_cpu = run:state_of(cpu, { warning = params.cpu_warning, critical = params.cpu_critical })
        local by_memory = run:state_of(memory, { warning = params.memory_warning, critical = params.memory_critical })
        if by_cpu ~= "ok" or by_memory ~= "ok" then
          local critical = by_cpu == "critical" or by_memory == "critical"
          run:result {
            subject = subject, state = critical and "critical" or "warning",
            reason = by_memory ~= "ok" and "memory" or "cpu", message = "used",
            values = { cpu = ("%.0f"):format(cpu), memory = ("%.0f"):format(memory) },
            data = { cpu_percent = cpu, memory_percent = memory }, tags = { "type:capacity", "scope:node" },
          }
        end
      end
    end
    run:coverage { attempted = #nodes, observed = observed }
    if observed == #nodes then
      run:ok { message = "all", values = { count = #nodes, cpu = ("%.0f"):format(top_cpu), memory = ("%.0f"):format(top_memory) } }
    end
  end,
}
