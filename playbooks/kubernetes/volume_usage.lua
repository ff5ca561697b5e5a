--- How full each persistent volume is, in bytes and in inodes, as the kubelet that mounts it sees it,
--- and when it will be full at the pace of the last days.
---
--- kubectl get pvc shows what was asked for, not what is used. A claim that no running pod mounts has
--- no figure anywhere: that is said, and not counted as room.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

local TEN_YEARS = 315360000

--- When the volume is full if it goes on as it did, as a message value; and the days, where it grows.
local function forecast(before, used, free)
  if not before then return { en = "its pace is not known yet", ko = "증가 속도는 아직 알 수 없음" } end
  local seconds = math.floor(upkeep.now() - before.at)
  if free <= 0 then return { en = "nothing is left", ko = "남은 공간 없음" } end
  if seconds <= 0 then return { en = "its pace is not known yet", ko = "증가 속도는 아직 알 수 없음" } end
  if used <= before.value then return { en = "it does not grow", ko = "증가하지 않음" } end
  local left = free / ((used - before.value) / seconds)
  if left > TEN_YEARS then return { en = "it hardly grows", ko = "거의 증가하지 않음" } end
  local span, ago = upkeep.age(left), upkeep.age(seconds)
  return { en = "full in " .. span.en .. " at the pace of the last " .. ago.en, ko = "최근 " .. ago.ko .. " 속도면 " .. span.ko .. " 뒤 가득 참" }, left / 86400
end

return upkeep.playbook {
  format = 1,
  id = "kubernetes.volume_usage",
  title = { en = "Persistent volumes have room", ko = "볼륨 사용량" },
  cadence = "daily",
  covers = { "S0-D-04", "S4-D-05" },
  owner = "storage",
  runbook = "docs/runbooks/volume-usage.md",
  fix = {
    en = "Grow the claim if its class allows it, or find and remove what fills it. Stop the writer before a full database volume is touched.",
    ko = "스토리지 클래스가 허용하면 PVC를 확장하고, 아니면 용량을 채우는 주체를 찾아 정리하세요. 꽉 찬 데이터베이스 볼륨은 쓰기부터 멈추세요.",
  },
  target = "kubernetes",
  needs = {
    { "kubernetes:list:nodes", fields = { "metadata.name" } },
    { "kubernetes:list:persistentvolumeclaims", fields = { "metadata.name", "metadata.namespace", "metadata.uid", "spec.storageClassName", "spec.volumeName", "spec.resources.requests", "status.phase", "status.capacity" } },
    { "kubernetes:list:storageclasses.storage.k8s.io", fields = { "metadata.name", "allowVolumeExpansion" } },
    "kubernetes:get:nodes/proxy",
  },
  params = {
    used_warning = { default = 80, min = 1, max = 100, unit = "%", source = "storage guide line 318: volumes grow at 80 %", doc = { en = "Share of bytes or inodes that warns.", ko = "경고할 용량·inode 사용률." } },
    growth_days = { default = 7, min = 0, unit = "d", source = "house rule: a week holds each weekday once", doc = { en = "The pace is told against the newest figure at least this old; 0: the run before.", ko = "이 기간보다 오래된 가장 최근 수치와 비교해 증가 속도를 구합니다. 0이면 직전 실행과 비교합니다." } },
    used_critical = { default = 90, min = 1, max = 100, unit = "%", source = "house rule: five points above the 85 % of storage guide line 331", doc = { en = "Share of bytes or inodes that is critical.", ko = "심각으로 볼 용량·inode 사용률." } },
  },
  thresholds = {
    { metric = "used", unit = "%", warning = "used_warning", critical = "used_critical", source = "storage guide line 318: volumes grow at 80 %" },
    { metric = "inodes_used", unit = "%", warning = "used_warning", critical = "used_critical", source = "storage guide line 318: volumes grow at 80 %" },
  },
  messages = {
    full = { en = "{percent} % used: {used} of {capacity}, pod {pod}; {forecast}; the claim {expandable}", ko = "{percent}% 사용: {capacity} 중 {used}, 파드 {pod}; {forecast}; {expandable}" },
    inodes = { en = "{percent} % of its inodes are used, pod {pod}; the claim {expandable}", ko = "inode {percent}% 사용, 파드 {pod}; {expandable}" },
    unmounted = { en = "no running pod mounts it, so nothing tells how full it is", ko = "마운트한 파드가 없어 사용량을 알 수 없습니다" },
    unbound = { en = "is {phase}, so there is no volume yet", ko = "{phase} 상태라 아직 볼륨이 없습니다" },
    no_figure = { en = "the kubelet that mounts it gives no figures", ko = "마운트한 노드의 kubelet이 수치를 제공하지 않습니다" },
    behind_silence = { en = "no kubelet that answers mounts it; one of the silent ones may", ko = "응답한 kubelet 중 마운트한 곳이 없습니다. 응답하지 않은 노드에 있을 수 있습니다" },
    node_silent = { en = "the kubelet's figures of this node cannot be read: {reason}", ko = "이 노드의 kubelet 통계를 읽을 수 없습니다: {reason}" },
    room = { en = "every volume has room (volumes: {count}); the fullest is {percent} % used", ko = "볼륨 {count}개 모두 여유 있음; 최대 사용률 {percent}%" },
    none = { en = "no claim exists", ko = "PVC가 없습니다" },
  },

  check = function(run, params)
    local claims = kubernetes.list "persistentvolumeclaims"
    local expandable = {}
    for class in upkeep.items(kubernetes.list "storageclasses.storage.k8s.io") do
      expandable[class.metadata.name] = class.allowVolumeExpansion == true
    end
    local names = {}
    for node in upkeep.items(kubernetes.list "nodes") do names[#names + 1] = node.metadata.name end

    local found, silent = {}, false
    upkeep.each(names, { at_once = 8 }, function(name)
      local stats, problem = upkeep.try(kubernetes.node_stats, name)
      if not stats then
        silent = true
        run:result { subject = { kind = "Node", name = name }, state = "unknown", reason = problem.reason, message = "node_silent", values = { reason = problem.reason } }
        return
      end
      for _, pod in ipairs(stats.pods or {}) do
        for _, volume in ipairs(pod.volume or {}) do
          local claim = volume.pvcRef
          if claim then
            found[claim.namespace .. "/" .. claim.name] = { volume = volume, pod = pod.podRef.namespace .. "/" .. pod.podRef.name }
          end
        end
      end
    end)

    ---@type integer, number
    local observed, fullest = 0, 0
    for claim in upkeep.items(claims) do
      local key = claim.metadata.namespace .. "/" .. claim.metadata.name
      local subject = { kind = "PersistentVolumeClaim", namespace = claim.metadata.namespace, name = claim.metadata.name, uid = claim.metadata.uid }
      local entry = found[key]
      local requests = claim.spec.resources and claim.spec.resources.requests
      local requested = requests and requests.storage
      local requested_bytes = upkeep.quantity(requested)
      if requested_bytes then
        run:metric { name = "requested_bytes", subject = subject, value = requested_bytes, unit = "By" }
      end
      if not entry and claim.status.phase ~= "Bound" then
        run:result { subject = subject, state = "skipped", reason = "not_bound", message = "unbound", values = { phase = claim.status.phase } }
      elseif not entry and not silent then
        run:result { subject = subject, state = "skipped", reason = "not_mounted", message = "unmounted" }
      elseif not entry then
        run:result { subject = subject, state = "unknown", reason = "no_data", message = "behind_silence" }
      else
        local volume = entry.volume
        local bytes = upkeep.percent(volume.usedBytes, volume.capacityBytes)
        local inodes = upkeep.percent(volume.inodesUsed, volume.inodes)
        local limits = { warning = params.used_warning, critical = params.used_critical }
        local when, days
        if bytes then
          observed = observed + 1
          fullest = math.max(fullest, bytes)
          local before = run:previous("used_bytes", subject, { at_least = params.growth_days * 86400 })
          when, days = forecast(before, volume.usedBytes, volume.availableBytes or (volume.capacityBytes - volume.usedBytes))
          if days then run:metric { name = "days_to_full", subject = subject, value = days, unit = "d" } end
          run:metric { name = "capacity_bytes", subject = subject, value = volume.capacityBytes, unit = "By" }
          run:metric { name = "used", subject = subject, value = bytes, unit = "%", warning = limits.warning, critical = limits.critical }
          run:metric { name = "used_bytes", subject = subject, value = volume.usedBytes, unit = "By" }
        end
        if inodes then
          run:metric { name = "inodes_used", subject = subject, value = inodes, unit = "%", warning = limits.warning, critical = limits.critical }
        end
        local by_bytes = bytes and run:state_of(bytes, limits) or "unknown"
        local by_inodes = inodes and run:state_of(inodes, limits) or "ok"
        local can_grow = expandable[claim.spec.storageClassName or ""]
        local growth = can_grow and { en = "can be grown", ko = "확장할 수 있음" } or { en = "cannot be grown", ko = "확장할 수 없음" }
        local data = { used_bytes = volume.usedBytes, capacity_bytes = volume.capacityBytes, available_bytes = volume.availableBytes,
          inodes_percent = inodes, days_to_full = days, requested = requested, storage_class = claim.spec.storageClassName, expandable = can_grow or false }
        if by_bytes == "unknown" then
          run:result { subject = subject, state = "unknown", reason = "no_data", message = "no_figure" }
        elseif by_bytes ~= "ok" and (by_bytes == "critical" or by_inodes ~= "critical") then
          run:result { subject = subject, state = by_bytes, severity = by_bytes == "critical" and "P1" or "P3", reason = "full", message = "full",
            values = { percent = ("%.0f"):format(bytes), used = upkeep.bytes(volume.usedBytes), capacity = upkeep.bytes(volume.capacityBytes), pod = entry.pod, forecast = when, expandable = growth },
            data = data, tags = { "type:capacity", "scope:pod" } }
        elseif by_inodes ~= "ok" then
          run:result { subject = subject, state = by_inodes, reason = "inodes", message = "inodes",
            values = { percent = ("%.0f"):format(inodes), pod = entry.pod, expandable = growth }, data = data, tags = { "type:capacity", "scope:pod" } }
        end
      end
    end
    run:coverage { attempted = #claims, observed = observed }
    if #claims == 0 then
      run:ok { message = "none" }
    elseif not silent and observed > 0 then
      run:ok { message = "room", values = { count = observed, percent = ("%.0f"):format(fullest) } }
    end
  end,
}
