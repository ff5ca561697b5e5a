--- Nodes that are not ready, under pressure, cordoned, or of a version too far from the others.
---
--- Only the conditions that Kubernetes itself defines are judged: a cloud's own conditions have
--- meanings of their own, and reading every unknown condition as a fault is a known false alarm.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

local PRESSURES = { "DiskPressure", "MemoryPressure", "PIDPressure" }

local function condition(node, kind)
  for entry in upkeep.items(node.status.conditions) do
    if entry.type == kind then return entry end
  end
  return nil
end

local function minor_version(text)
  return tonumber((text or ""):match("^v?%d+%.(%d+)"))
end

return upkeep.playbook {
  format = 1,
  id = "kubernetes.nodes",
  title = { en = "Nodes are ready", ko = "노드 상태" },
  cadence = "daily",
  covers = { "S4-D-01" },
  owner = "platform",
  runbook = "docs/runbooks/nodes.md",
  fix = {
    en = "Run kubectl describe node on it, then read the kubelet's log on that machine. Uncordon what was forgotten.",
    ko = "해당 노드를 kubectl describe node로 확인하고 kubelet 로그를 살펴보세요. 점검 후 해제하지 않은 cordon은 uncordon하세요.",
  },
  target = "kubernetes",
  needs = {
    { "kubernetes:list:nodes", fields = {
      "metadata.name", "metadata.uid", "spec.unschedulable", "spec.taints", "status.conditions",
      "status.nodeInfo.kubeletVersion", "status.nodeInfo.containerRuntimeVersion", "status.nodeInfo.kernelVersion",
    } },
  },
  params = {
    cordon_warning_hours = { default = 0, min = 0, unit = "h", source = "house rule: every node takes work",
      doc = { en = "A cordon at least this old warns.", ko = "cordon 후 이 시간이 지나면 경고합니다." } },
    version_skew_warning = { default = 2, min = 1, unit = "1", source = "Kubernetes version skew policy: kubelets may be up to three minor versions behind",
      doc = { en = "Minor versions between the newest and this kubelet that warn.", ko = "가장 새로운 kubelet과 이만큼 마이너 버전이 벌어지면 경고합니다." } },
  },
  messages = {
    not_ready = { en = "node is not ready for {age} ({reason})", ko = "노드가 {age} 동안 Ready가 아닙니다 ({reason})" },
    silent = { en = "the kubelet has not reported for {age}", ko = "kubelet이 {age} 동안 보고하지 않았습니다" },
    pressure = { en = "node reports {pressures}", ko = "노드가 {pressures} 상태입니다" },
    cordoned = { en = "node is cordoned for {age} and takes no new pods", ko = "cordon된 지 {age}째이며 새 파드를 받지 않습니다" },
    cordoned_unknown = { en = "node is cordoned and takes no new pods", ko = "cordon되어 새 파드를 받지 않습니다" },
    skew = { en = "kubelet {version} is {count} minor versions behind the newest", ko = "kubelet {version}이 최신 노드보다 마이너 버전 {count}개 뒤처져 있습니다" },
    no_condition = { en = "node has no Ready condition", ko = "노드에 Ready 상태 정보가 없습니다" },
    all_ready = { en = "every node is ready (nodes: {count})", ko = "노드 {count}대가 모두 Ready 상태입니다" },
    none = { en = "the cluster lists no node", ko = "클러스터에 노드가 하나도 없습니다" },
  },

  check = function(run, params)
    local nodes = kubernetes.list "nodes"
    if #nodes == 0 then
      run:result { subject = { kind = "Cluster", name = run.target.name }, state = "unknown", reason = "no_data", message = "none" }
      return
    end
    ---@type number, integer
    local newest, observed = 0, 0
    for node in upkeep.items(nodes) do
      newest = math.max(newest, minor_version(node.status.nodeInfo.kubeletVersion) or 0)
    end
    for node in upkeep.items(nodes) do
      local subject = { kind = "Node", name = node.metadata.name, uid = node.metadata.uid }
      local info = node.status.nodeInfo
      local data = { kubelet = info.kubeletVersion, runtime = info.containerRuntimeVersion, kernel = info.kernelVersion }
      local ready = condition(node, "Ready")

      local pressures = {}
      for _, kind in ipairs(PRESSURES) do
        local entry = condition(node, kind)
        if entry and entry.status == "True" then pressures[#pressures + 1] = kind end
      end
      local cordoned_at
      for taint in upkeep.items(node.spec.taints or {}) do
        if taint.key == "node.kubernetes.io/unschedulable" and taint.timeAdded then
          cordoned_at = upkeep.parse_time(taint.timeAdded)
        end
      end
      local behind = newest - (minor_version(info.kubeletVersion) or newest)

      if ready then observed = observed + 1 end
      if not ready then
        run:result { subject = subject, state = "unknown", reason = "no_data", message = "no_condition", data = data }
      elseif ready.status ~= "True" then
        local since = upkeep.parse_time(ready.lastTransitionTime) or upkeep.now()
        data.reason, data.since = ready.reason, ready.lastTransitionTime
        run:result {
          subject = subject, state = "critical", severity = "P1", data = data,
          reason = ready.status == "Unknown" and "kubelet_silent" or "not_ready",
          message = ready.status == "Unknown" and "silent" or "not_ready",
          values = ready.status == "Unknown" and { age = upkeep.age(upkeep.now() - since) }
            or { age = upkeep.age(upkeep.now() - since), reason = ready.reason or "?" },
          tags = { "type:availability", "scope:node" },
        }
      elseif #pressures > 0 then
        run:result { subject = subject, state = "critical", reason = "pressure", message = "pressure", data = data,
          values = { pressures = table.concat(pressures, ", ") }, tags = { "type:capacity", "scope:node" } }
      elseif node.spec.unschedulable then
        local age = cordoned_at and upkeep.now() - cordoned_at
        if not age or age >= params.cordon_warning_hours * 3600 then
          data.cordoned_at = cordoned_at
          run:result { subject = subject, state = "warning", reason = "cordoned", data = data,
            message = age and "cordoned" or "cordoned_unknown", values = age and { age = upkeep.age(age) } or {},
            tags = { "type:availability", "scope:node" } }
        end
      elseif behind >= params.version_skew_warning then
        run:result { subject = subject, state = "warning", reason = "version_skew", message = "skew", data = data,
          values = { version = info.kubeletVersion, count = behind }, tags = { "type:configuration", "scope:node" } }
      end
    end
    run:coverage { attempted = #nodes, observed = observed }
    run:metric { name = "nodes", subject = { kind = "Cluster", name = run.target.name }, value = #nodes, unit = "1" }
    run:ok { message = "all_ready", values = { count = #nodes } }
  end,
}
