--- Is there a fresh, complete Velero backup, and can its storage be reached?
---
--- "velero backup get | head -5" shows the five newest by name. What counts is the age of the
--- newest one that is complete, those that failed since, and the storage location's own state.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

local FAILED = { Failed = true, PartiallyFailed = true, FailedValidation = true, FinalizingPartiallyFailed = true }

return upkeep.playbook {
  format = 1,
  id = "velero.backups",
  title = { en = "Backups are fresh and complete", ko = "백업 상태" },
  cadence = "daily",
  covers = { "S4-D-12" },
  owner = "platform",
  runbook = "docs/runbooks/velero.md",
  fix = {
    en = "Run velero backup describe and velero backup logs on the failed one. Repair the storage location before the next schedule.",
    ko = "실패한 백업에 velero backup describe와 velero backup logs를 실행해 원인을 확인하고, 다음 스케줄 전에 저장 위치를 복구하세요.",
  },
  target = "kubernetes",
  expects = "velero",
  needs = {
    "kubernetes:get:apis",
    { "kubernetes:list:backups.velero.io", optional = true, fields = { "metadata.name", "metadata.namespace", "metadata.uid", "metadata.creationTimestamp", "metadata.labels", "status" } },
    { "kubernetes:list:backupstoragelocations.velero.io", optional = true, fields = { "metadata.name", "metadata.namespace", "metadata.uid", "status" } },
  },
  params = {
    age_warning_hours = { default = 26, min = 1, unit = "h", source = "operations guide line 664: a backup every day, and two hours to finish", doc = { en = "Age of the newest complete backup that warns.", ko = "경고할 최신 정상 백업의 경과 시간." } },
    age_critical_hours = { default = 50, min = 1, unit = "h", source = "house rule: two days missed", doc = { en = "Age of the newest complete backup that is critical.", ko = "심각으로 볼 최신 정상 백업의 경과 시간." } },
  },
  thresholds = {
    { metric = "newest_complete_age", unit = "h", warning = "age_warning_hours", critical = "age_critical_hours", source = "operations guide line 664: a backup every day, and two hours to finish" },
  },
  messages = {
    not_installed = { en = "Velero is not installed in this cluster", ko = "이 클러스터에는 Velero가 설치되어 있지 않습니다" },
    missing = { en = "the inventory expects Velero, and the cluster does not have it", ko = "인벤토리에는 Velero가 있어야 하지만 클러스터에 없습니다" },
    no_backup = { en = "there is no complete backup", ko = "정상 완료된 백업이 없습니다" },
    old = { en = "the newest complete backup, {name}, is {age} old", ko = "가장 최근 정상 백업이 {age} 전에 생성됨: {name}" },
    failed = { en = "ended as {phase}; errors: {errors}, warnings: {warnings}", ko = "{phase} 상태로 종료: 오류 {errors}건, 경고 {warnings}건" },
    location = { en = "storage location is {phase}", ko = "백업 저장 위치가 {phase} 상태입니다" },
    fresh = { en = "newest complete backup {name} is {age} old; backups kept: {count}", ko = "최신 정상 백업 {name}, {age} 전; 보관 중인 백업 {count}개" },
  },

  check = function(run, params)
    local cluster = { kind = "Cluster", name = run.target.name }
    if not kubernetes.installed "velero.io" then
      if run:expects "velero" then
        run:result { subject = cluster, state = "critical", reason = "not_installed", message = "missing", tags = { "type:configuration" } }
      else
        run:skip { reason = "not_installed", message = "not_installed" }
      end
      return
    end
    local backups = kubernetes.list "backups.velero.io"
    local locations = kubernetes.list "backupstoragelocations.velero.io"

    local newest, newest_at
    for backup in upkeep.items(backups) do
      local status = backup.status
      if status and status.phase == "Completed" and status.completionTimestamp then
        local at = upkeep.parse_time(status.completionTimestamp)
        if at and (not newest_at or at > newest_at) then newest, newest_at = backup, at end
      end
    end
    for backup in upkeep.items(backups) do
      local status, meta = backup.status or {}, backup.metadata
      local started = upkeep.parse_time(status.startTimestamp or meta.creationTimestamp)
      -- A failure that a later complete backup has made good is history.
      if FAILED[status.phase or ""] and (not newest_at or (started and started >= newest_at)) then
        run:result { subject = { kind = "Backup", namespace = meta.namespace, name = meta.name, uid = meta.uid }, state = "critical", reason = "backup_failed", message = "failed",
          values = { phase = status.phase, errors = status.errors or 0, warnings = status.warnings or 0 }, data = { phase = status.phase, started = status.startTimestamp }, tags = { "type:availability" } }
      end
    end
    for location in upkeep.items(locations) do
      local phase = location.status and location.status.phase or "Unknown"
      if phase ~= "Available" then
        run:result { subject = { kind = "BackupStorageLocation", namespace = location.metadata.namespace, name = location.metadata.name, uid = location.metadata.uid },
          state = "critical", reason = "location", message = "location", values = { phase = phase }, tags = { "type:availability" } }
      end
    end
    run:coverage { attempted = #backups + #locations, observed = #backups + #locations }

    if not newest then
      run:result { subject = cluster, state = "critical", reason = "no_backup", message = "no_backup", tags = { "type:availability" } }
      return
    end
    local age = math.floor(upkeep.now() - newest_at)  -- Kubernetes' times are whole seconds.
    run:metric { name = "newest_complete_age", subject = cluster, value = age / 3600, unit = "h", warning = params.age_warning_hours, critical = params.age_critical_hours }
    local state = run:state_of(age / 3600, { warning = params.age_warning_hours, critical = params.age_critical_hours })
    if state ~= "ok" then
      run:result { subject = cluster, state = state, reason = "backup_old", message = "old", values = { name = newest.metadata.name, age = upkeep.age(age) }, tags = { "type:availability" } }
    end
    run:ok { message = "fresh", values = { name = newest.metadata.name, age = upkeep.age(age), count = #backups } }
  end,
}
