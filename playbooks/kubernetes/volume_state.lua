--- Persistent volumes and claims that are pending, lost, failed, released or stuck in deletion, each
--- with what Kubernetes' events say about it, and how many there are in each phase.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

local function age_of(text)
  local time = text and upkeep.parse_time(text)
  return time and upkeep.now() - time or 0
end

--- The newest event about an object, warnings first: its reason for people, its words for the data.
local function event_of(subject)
  local newest
  for event in upkeep.items(kubernetes.events { kind = subject.kind, namespace = subject.namespace, name = subject.name, uid = subject.uid }) do
    local warns, at = event.type == "Warning", event.lastTimestamp or event.eventTime or ""
    if not newest or (warns and not newest.warns) or (warns == newest.warns and at > newest.at) then
      newest = { warns = warns, at = at, reason = event.reason, message = event.message }
    end
  end
  return newest or {}
end

local NO_EVENT = { en = "no event", ko = "이벤트 없음" }

--- "Bound 3, Pending 1", by name.
local function spelled(phases)
  local names, parts = {}, {}
  for phase in pairs(phases) do names[#names + 1] = phase end
  table.sort(names)
  for _, phase in ipairs(names) do parts[#parts + 1] = phase .. " " .. phases[phase] end
  return #parts > 0 and table.concat(parts, ", ") or "0"
end

return upkeep.playbook {
  format = 1,
  id = "kubernetes.volume_state",
  title = { en = "Volumes and claims are bound", ko = "PV·PVC 상태" },
  cadence = "daily",
  covers = { "S0-D-13" },
  owner = "storage",
  runbook = "docs/runbooks/volume-state.md",
  fix = {
    en = "Pending: read the claim's events. Lost: its volume is gone, restore it. Released: decide what becomes of the data, then delete the volume.",
    ko = "Pending이면 PVC 이벤트를 확인하세요. Lost는 볼륨이 사라진 것이므로 복구하고, Released는 데이터 처리 방침을 정한 뒤 PV를 정리하세요.",
  },
  target = "kubernetes",
  needs = {
    { "kubernetes:list:persistentvolumes", fields = { "metadata.name", "metadata.uid", "metadata.creationTimestamp", "metadata.deletionTimestamp", "spec.claimRef", "spec.storageClassName", "spec.persistentVolumeReclaimPolicy", "status" } },
    { "kubernetes:list:persistentvolumeclaims", fields = { "metadata.name", "metadata.namespace", "metadata.uid", "metadata.creationTimestamp", "metadata.deletionTimestamp", "spec.storageClassName", "spec.volumeName", "status.phase" } },
    { "kubernetes:list:storageclasses.storage.k8s.io", fields = { "metadata.name", "volumeBindingMode" } },
    { "kubernetes:list:pods", fields = { "metadata.namespace", "metadata.name", "spec.volumes.persistentVolumeClaim", "status.phase" } },
    { "kubernetes:list:events", fields = { "type", "reason", "message", "lastTimestamp", "eventTime" } },
  },
  params = {
    pending_minutes = { default = 5, min = 0, unit = "min", source = "house rule: a provisioner answers within minutes", doc = { en = "A claim pending longer than this is a finding.", ko = "이 시간을 넘긴 Pending은 이상으로 봅니다." } },
    terminating_minutes = { default = 10, min = 1, unit = "min", source = "house rule", doc = { en = "Deletion that takes longer is stuck.", ko = "삭제가 이 시간을 넘기면 멈춘 것으로 봅니다." } },
  },
  messages = {
    pending = { en = "claim is pending for {age} (class {class}): {event}", ko = "PVC가 {age} 동안 Pending 상태입니다 (클래스 {class}): {event}" },
    waiting = { en = "claim waits for its first pod, as its class wants", ko = "클래스 설정대로 첫 파드를 기다리는 중입니다" },
    lost = { en = "claim, {age} old, has lost its volume {volume}: {event}", ko = "PVC(생성 후 {age})의 볼륨 {volume} 유실: {event}" },
    failed = { en = "volume failed: {reason}, {event}", ko = "볼륨 실패: {reason}, {event}" },
    released = { en = "volume, {age} old, is released by {claim} and kept: {event}", ko = "{claim} PVC가 반환한 볼륨(생성 후 {age})이 남아 있음: {event}" },
    terminating = { en = "stuck in deletion for {age}: {event}", ko = "{age} 동안 삭제가 끝나지 않음: {event}" },
    all = { en = "volumes: {volumes} ({volume_phases}), claims: {claims} ({claim_phases}), none in trouble", ko = "PV {volumes}개({volume_phases}), PVC {claims}개({claim_phases}), 이상 없음" },
  },

  check = function(run, params)
    local waits_for_pod, wanted = {}, {}
    for class in upkeep.items(kubernetes.list "storageclasses.storage.k8s.io") do
      waits_for_pod[class.metadata.name] = class.volumeBindingMode == "WaitForFirstConsumer"
    end
    for pod in upkeep.items(kubernetes.list "pods") do
      for volume in upkeep.items(pod.spec.volumes or {}) do
        local claim = volume.persistentVolumeClaim
        if claim then wanted[pod.metadata.namespace .. "/" .. claim.claimName] = true end
      end
    end
    local claims, volumes = kubernetes.list "persistentvolumeclaims", kubernetes.list "persistentvolumes"
    run:coverage { attempted = #claims + #volumes, observed = #claims + #volumes }

    --- A result about something stuck, with its event.
    local function stuck(subject, spec)
      local event = event_of(subject)
      spec.data.event, spec.data.event_message = event.reason, event.message
      spec.values.event = event.reason or NO_EVENT
      run:result { subject = subject, state = spec.state, severity = spec.severity, reason = spec.reason, message = spec.message,
        values = spec.values, data = spec.data, tags = { spec.tag or "type:availability" } }
    end

    local claim_phases, volume_phases = {}, {}
    for claim in upkeep.items(claims) do
      local meta, phase = claim.metadata, claim.status.phase
      claim_phases[phase] = (claim_phases[phase] or 0) + 1
      local subject = { kind = "PersistentVolumeClaim", namespace = meta.namespace, name = meta.name, uid = meta.uid }
      local class = claim.spec.storageClassName or ""
      local unused = waits_for_pod[class] and not wanted[meta.namespace .. "/" .. meta.name]
      local age = upkeep.age(age_of(meta.creationTimestamp))
      local data = { phase = phase, storage_class = class, volume = claim.spec.volumeName, created = meta.creationTimestamp }
      if meta.deletionTimestamp and age_of(meta.deletionTimestamp) >= params.terminating_minutes * 60 then
        stuck(subject, { state = "warning", reason = "stuck_terminating", message = "terminating", data = data,
          values = { age = upkeep.age(age_of(meta.deletionTimestamp)) } })
      elseif phase == "Lost" then
        stuck(subject, { state = "critical", severity = "P1", reason = "lost", message = "lost", data = data,
          values = { volume = claim.spec.volumeName or "?", age = age } })
      elseif phase == "Pending" and unused then
        run:result { subject = subject, state = "ok", message = "waiting", data = data }
      elseif phase == "Pending" and age_of(meta.creationTimestamp) >= params.pending_minutes * 60 then
        stuck(subject, { state = "warning", reason = "pending", message = "pending", data = data,
          values = { age = age, class = class == "" and "-" or class } })
      end
    end
    for volume in upkeep.items(volumes) do
      local meta, phase = volume.metadata, volume.status.phase
      volume_phases[phase] = (volume_phases[phase] or 0) + 1
      local subject = { kind = "PersistentVolume", name = meta.name, uid = meta.uid }
      local claim = volume.spec.claimRef
      local data = { phase = phase, storage_class = volume.spec.storageClassName, reclaim_policy = volume.spec.persistentVolumeReclaimPolicy,
        created = meta.creationTimestamp }
      if phase == "Failed" then
        stuck(subject, { state = "critical", reason = "failed", message = "failed", data = data,
          values = { reason = volume.status.message or volume.status.reason or "?" } })
      elseif phase == "Released" then
        stuck(subject, { state = "warning", reason = "released", message = "released", data = data, severity = "P4",
          values = { claim = claim and (claim.namespace .. "/" .. claim.name) or "?", age = upkeep.age(age_of(meta.creationTimestamp)) }, tag = "type:capacity" })
      elseif meta.deletionTimestamp and age_of(meta.deletionTimestamp) >= params.terminating_minutes * 60 then
        stuck(subject, { state = "warning", reason = "stuck_terminating", message = "terminating", data = data,
          values = { age = upkeep.age(age_of(meta.deletionTimestamp)) } })
      end
    end
    local cluster = { kind = "Cluster", name = run.target.name }
    for phase, count in pairs(claim_phases) do run:metric { name = "claims_" .. phase:lower(), subject = cluster, value = count, unit = "1" } end
    for phase, count in pairs(volume_phases) do run:metric { name = "volumes_" .. phase:lower(), subject = cluster, value = count, unit = "1" } end
    run:ok { message = "all", values = { volumes = #volumes, claims = #claims, volume_phases = spelled(volume_phases), claim_phases = spelled(claim_phases) },
      data = { volumes = volume_phases, claims = claim_phases } }
  end,
}
