--- Persistent volumes and claims that are pending, lost, failed, released or stuck in deletion.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

local function age_of(text)
  local time = text and upkeep.parse_time(text)
  return time and upkeep.now() - time or 0
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
  },
  params = {
    pending_minutes = { default = 5, min = 0, unit = "min", source = "house rule: a provisioner answers within minutes", doc = { en = "A claim pending longer than this is a finding.", ko = "이 시간을 넘긴 Pending은 이상으로 봅니다." } },
    terminating_minutes = { default = 10, min = 1, unit = "min", source = "house rule", doc = { en = "Deletion that takes longer is stuck.", ko = "삭제가 이 시간을 넘기면 멈춘 것으로 봅니다." } },
  },
  messages = {
    pending = { en = "claim is pending for {age} (class {class})", ko = "PVC가 {age} 동안 Pending 상태입니다 (클래스 {class})" },
    waiting = { en = "claim waits for its first pod, as its class wants", ko = "클래스 설정대로 첫 파드를 기다리는 중입니다" },
    lost = { en = "claim has lost its volume {volume}", ko = "PVC의 볼륨 {volume}이 사라졌습니다" },
    failed = { en = "volume failed: {reason}", ko = "볼륨 실패: {reason}" },
    released = { en = "volume is released by {claim} and kept", ko = "{claim} PVC가 반환한 볼륨이 남아 있습니다" },
    terminating = { en = "stuck in deletion for {age}", ko = "{age} 동안 삭제가 끝나지 않음" },
    all = { en = "{volumes} volumes and {claims} claims, none in trouble", ko = "PV {volumes}개, PVC {claims}개, 이상 없음" },
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

    for claim in upkeep.items(claims) do
      local meta, phase = claim.metadata, claim.status.phase
      local subject = { kind = "PersistentVolumeClaim", namespace = meta.namespace, name = meta.name, uid = meta.uid }
      local class = claim.spec.storageClassName or ""
      local unused = waits_for_pod[class] and not wanted[meta.namespace .. "/" .. meta.name]
      local data = { phase = phase, storage_class = class, volume = claim.spec.volumeName }
      if meta.deletionTimestamp and age_of(meta.deletionTimestamp) >= params.terminating_minutes * 60 then
        run:result { subject = subject, state = "warning", reason = "stuck_terminating", message = "terminating", data = data,
          values = { age = upkeep.age(age_of(meta.deletionTimestamp)) }, tags = { "type:availability" } }
      elseif phase == "Lost" then
        run:result { subject = subject, state = "critical", severity = "P1", reason = "lost", message = "lost", data = data,
          values = { volume = claim.spec.volumeName or "?" }, tags = { "type:availability" } }
      elseif phase == "Pending" and unused then
        run:result { subject = subject, state = "ok", message = "waiting", data = data }
      elseif phase == "Pending" and age_of(meta.creationTimestamp) >= params.pending_minutes * 60 then
        run:result { subject = subject, state = "warning", reason = "pending", message = "pending", data = data,
          values = { age = upkeep.age(age_of(meta.creationTimestamp)), class = class == "" and "-" or class }, tags = { "type:availability" } }
      end
    end
    for volume in upkeep.items(volumes) do
      local meta, phase = volume.metadata, volume.status.phase
      local subject = { kind = "PersistentVolume", name = meta.name, uid = meta.uid }
      local claim = volume.spec.claimRef
      local data = { phase = phase, storage_class = volume.spec.storageClassName, reclaim_policy = volume.spec.persistentVolumeReclaimPolicy }
      if phase == "Failed" then
        run:result { subject = subject, state = "critical", reason = "failed", message = "failed", data = data,
          values = { reason = volume.status.message or volume.status.reason or "?" }, tags = { "type:availability" } }
      elseif phase == "Released" then
        run:result { subject = subject, state = "warning", reason = "released", message = "released", data = data, severity = "P4",
          values = { claim = claim and (claim.namespace .. "/" .. claim.name) or "?" }, tags = { "type:capacity" } }
      elseif meta.deletionTimestamp and age_of(meta.deletionTimestamp) >= params.terminating_minutes * 60 then
        run:result { subject = subject, state = "warning", reason = "stuck_terminating", message = "terminating", data = data,
          values = { age = upkeep.age(age_of(meta.deletionTimestamp)) }, tags = { "type:availability" } }
      end
    end
    run:ok { message = "all", values = { volumes = #volumes, claims = #claims } }
  end,
}
