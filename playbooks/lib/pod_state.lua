--- What is wrong with a pod, as one verdict: the heaviest and most telling fault first.
local upkeep = require "upkeep"

local pod_state = {}

pod_state.messages = {
  crash_loop = { en = "container {container} crash-loops; restarts: {restarts}, last exit code {code}", ko = "컨테이너 {container} 크래시 루프: 재시작 {restarts}회, 마지막 종료 코드 {code}" },
  out_of_memory = { en = "container {container} was killed for lack of memory {age} ago (restarts: {restarts})", ko = "컨테이너 {container} 메모리 부족으로 {age} 전에 종료됨 (재시작 {restarts}회)" },
  image = { en = "container {container} cannot get its image: {reason}", ko = "컨테이너 {container} 이미지를 가져오지 못함: {reason}" },
  waiting = { en = "container {container} cannot start: {reason}", ko = "컨테이너 {container} 시작 실패: {reason}" },
  unschedulable = { en = "fits on no node for {age}: {reason}", ko = "{age} 동안 배치될 노드를 찾지 못함: {reason}" },
  pending = { en = "pending for {age}", ko = "{age} 동안 Pending 상태" },
  failed = { en = "failed: {reason}", ko = "실패: {reason}" },
  unready = { en = "running for {age}, but not ready", ko = "{age} 동안 실행 중이지만 준비되지 않음" },
  restarting = { en = "restarts of container {container}: {restarts}, the last {age} ago", ko = "컨테이너 {container} 재시작 {restarts}회, 마지막은 {age} 전" },
  terminating = { en = "stuck in deletion for {age}", ko = "{age} 동안 삭제가 끝나지 않음" },
  node_lost = { en = "its node does not report, so its state is not known", ko = "노드가 응답하지 않아 상태를 알 수 없음" },
  all_healthy = { en = "pods: {count} ({running} running, {finished} finished), none in trouble", ko = "파드 {count}개: 실행 {running}개, 완료 {finished}개, 이상 없음" },
  delete_pod = { en = "delete pod {pod}; {owner} makes a new one", ko = "파드 {pod} 삭제; {owner} 컨트롤러가 새로 생성" },
  another_pod = { en = "the pod is already another one", ko = "이미 다른 파드로 바뀌었습니다" },
  no_controller = { en = "no controller would make a new pod", ko = "새 파드를 만들 컨트롤러가 없습니다" },
  stateful = { en = "a StatefulSet's pod is not deleted automatically", ko = "StatefulSet의 파드는 자동으로 삭제하지 않습니다" },
  budget = { en = "the disruption budget {budget} allows no disruption now", ko = "PodDisruptionBudget {budget} 때문에 지금은 파드를 중단할 수 없습니다" },
  needs_memory = { en = "the container was killed for lack of memory; a new pod ends the same way", ko = "메모리 부족으로 종료된 컨테이너라 새 파드도 같은 결과가 됩니다" },
  no_new_pod = { en = "{owner} has made no new pod", ko = "{owner} 컨트롤러가 새 파드를 만들지 않았습니다" },
  new_pod_loops = { en = "the new pod {pod} crash-loops too (restarts: {restarts})", ko = "새 파드 {pod}도 크래시 루프입니다 (재시작 {restarts}회)" },
  new_pod_restarts = { en = "the new pod restarts again (restarts: {restarts})", ko = "새 파드가 다시 재시작합니다 (재시작 {restarts}회)" },
  new_pod_unready = { en = "the new pod {pod} is not ready", ko = "새 파드 {pod}이(가) 준비되지 않았습니다" },
  new_pod_flaps = { en = "the new pod {pod} was ready and then was not", ko = "새 파드 {pod}이(가) Ready가 되었다가 다시 해제되었습니다" },
  not_looping = { en = "the pod does not crash-loop any more", ko = "더 이상 크래시 루프가 아닙니다" },
}

local IMAGE = { ErrImagePull = true, ImagePullBackOff = true, InvalidImageName = true, ErrImageNeverPull = true }
local STATUSES, NONE = { "initContainerStatuses", "containerStatuses" }, {}
local STARTING = { ContainerCreating = true, PodInitializing = true }
-- A container that ran this long has its back-off forgotten by the kubelet: its next end is a new one.
local BACKOFF_FORGOTTEN = 600

local function condition(status, kind)
  for entry in upkeep.items(status.conditions or NONE) do
    if entry.type == kind then return entry end
  end
  return nil
end

local function since(text, now)
  local time = text and upkeep.parse_time(text)
  return time and now - time or 0
end

--- Whether a container is between two starts of a crash loop: it is "terminated" or "running", and for
--- a moment even ready, but its last run was short and this one has not lasted.
local function between_starts(status, last, params, now)
  if last.exitCode == 0 or status.restartCount < 2 then return false end
  if not status.ready then return true end
  local running = status.state and status.state.running
  local ran = since(last.startedAt, now) - since(last.finishedAt, now)
  return running and ran < BACKOFF_FORGOTTEN and since(running.startedAt, now) < params.watch_minutes * 60
end

--- The fault of one container, or nil.
local function judge_container(status, params, now)
  local state, before = status.state, status.lastState
  local waiting = state and state.waiting
  local last = state and state.terminated or before and before.terminated
  if not waiting and not last then return nil end  -- It runs, and always has.
  local recent = last and since(last.finishedAt, now) <= params.recent_hours * 3600
  local base = { container = status.name, restarts = status.restartCount, exit_code = last and last.exitCode }

  if last and last.reason == "OOMKilled" and recent then
    base.state, base.reason, base.message = "critical", "oom_killed", "out_of_memory"
    base.values = { container = status.name, age = upkeep.age(since(last.finishedAt, now)), restarts = status.restartCount }
  elseif waiting and waiting.reason == "CrashLoopBackOff" then
    base.state, base.reason, base.message = "critical", "crash_loop", "crash_loop"
    base.values = { container = status.name, restarts = status.restartCount, code = last and last.exitCode or "?" }
  elseif waiting and IMAGE[waiting.reason] then
    base.state, base.reason, base.message = "critical", "image", "image"
    base.values = { container = status.name, reason = waiting.reason }
  elseif waiting and waiting.reason and not STARTING[waiting.reason] then
    base.state, base.reason, base.message = "critical", "cannot_start", "waiting"
    base.values = { container = status.name, reason = waiting.reason }
  elseif last and recent and between_starts(status, last, params, now) then
    base.state, base.reason, base.message = "critical", "crash_loop", "crash_loop"
    base.values = { container = status.name, restarts = status.restartCount, code = last.exitCode }
  elseif last and recent and status.restartCount >= params.restarts_warning then
    base.state, base.reason, base.message = "warning", "restarting", "restarting"
    base.values = { container = status.name, restarts = status.restartCount, age = upkeep.age(since(last.finishedAt, now)) }
  else
    return nil
  end
  return base
end

--- @return table|nil verdict state, reason, message, values; nil when nothing is wrong.
function pod_state.judge(pod, params, now)
  local status = pod.status
  local phase = status.phase
  if phase == "Succeeded" then return nil end
  if phase == "Failed" then
    return { state = "warning", reason = "failed", message = "failed", values = { reason = status.reason or "Error" } }
  end
  if phase == "Unknown" or status.reason == "NodeLost" then
    return { state = "unknown", reason = "unreachable", message = "node_lost" }
  end
  if pod.metadata.deletionTimestamp then
    -- The timestamp already has the grace period in it.
    local age = since(pod.metadata.deletionTimestamp, now)
    if age < params.terminating_minutes * 60 then return nil end
    return { state = "warning", reason = "stuck_terminating", message = "terminating", values = { age = upkeep.age(age) } }
  end

  local worst
  for _, list in ipairs(STATUSES) do
    for container in upkeep.items(status[list] or NONE) do
      local verdict = judge_container(container, params, now)
      if verdict and (not worst or (worst.state == "warning" and verdict.state == "critical")) then worst = verdict end
    end
  end
  if worst then return worst end

  if phase == "Pending" then
    local age = since(pod.metadata.creationTimestamp, now)
    if age < params.start_minutes * 60 then return nil end
    local scheduled = condition(status, "PodScheduled")
    if scheduled and scheduled.status == "False" then
      return { state = "critical", reason = "unschedulable", message = "unschedulable",
        values = { age = upkeep.age(age), reason = scheduled.reason or "?" } }
    end
    return { state = "warning", reason = "pending", message = "pending", values = { age = upkeep.age(age) } }
  end
  local ready = phase == "Running" and condition(status, "Ready")
  if ready and ready.status ~= "True" then
    local unready_for = since(ready.lastTransitionTime, now)
    if unready_for >= params.start_minutes * 60 then
      return { state = "warning", reason = "unready", message = "unready", values = { age = upkeep.age(unready_for) } }
    end
  end
  return nil
end

return pod_state
