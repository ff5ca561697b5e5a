--- What the remedy "restart a pod" must know: who would make a new pod, whether one could help, and
--- whether the new one works.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

local restart = {}

--- The reference to the controller, or nil.
function restart.controller_of(pod)
  for reference in upkeep.items(pod.metadata.ownerReferences or {}) do
    if reference.controller then return reference end
  end
  return nil
end

--- Restarts of all containers together.
function restart.restarts(pod)
  local count = 0
  for status in upkeep.items(pod.status.containerStatuses or {}) do count = count + status.restartCount end
  return count
end

local function looping(status, now)
  local waiting, running = status.state and status.state.waiting, status.state and status.state.running
  local last = (status.state and status.state.terminated) or (status.lastState and status.lastState.terminated)
  if waiting and waiting.reason == "CrashLoopBackOff" then return true end
  if not last or last.exitCode == 0 then return false end
  -- Between two crashes the container runs for a moment.
  local started = running and upkeep.parse_time(running.startedAt or "")
  return not running or (status.restartCount >= 2 and started ~= nil and now - started < 60)
end

--- Name of the message that says why a new pod would not help; nil when it may.
function restart.why_hopeless(pod, now)
  local loops = false
  for status in upkeep.items(pod.status.containerStatuses or {}) do
    local last = status.lastState and status.lastState.terminated
    if last and last.reason == "OOMKilled" then return "needs_memory" end
    loops = loops or looping(status, now)
  end
  return not loops and "not_looping" or nil
end

local function pods_of(namespace, controller_uid)
  local own = {}
  for pod in upkeep.items(kubernetes.list("pods", { namespace = namespace })) do
    local owner = restart.controller_of(pod)
    if owner and owner.uid == controller_uid then own[#own + 1] = pod end
  end
  return own
end

--- Uids of all pods of the controller, sorted.
function restart.siblings(namespace, controller_uid)
  local uids = {}
  for _, pod in ipairs(pods_of(namespace, controller_uid)) do uids[#uids + 1] = pod.metadata.uid end
  table.sort(uids)
  return upkeep.array(uids)
end

--- Pods of the same controller that were not there before.
function restart.new_pods(namespace, before)
  local old, new = { [before.uid] = true }, {}
  for _, uid in ipairs(before.siblings or {}) do old[uid] = true end
  for _, pod in ipairs(pods_of(namespace, before.controller_uid)) do
    if not old[pod.metadata.uid] and not pod.metadata.deletionTimestamp then new[#new + 1] = pod end
  end
  return new
end

local function fits(labels, requirement)
  local value, listed = labels[requirement.key], false
  for wanted in upkeep.items(requirement.values or {}) do listed = listed or value == wanted end
  if requirement.operator == "In" then return value ~= nil and listed end
  if requirement.operator == "NotIn" then return not listed end
  if requirement.operator == "Exists" then return value ~= nil end
  return value == nil
end

local function selects(selector, labels)
  for key, value in pairs(selector and selector.matchLabels or {}) do
    if labels[key] ~= value then return false end
  end
  for requirement in upkeep.items(selector and selector.matchExpressions or {}) do
    if not fits(labels, requirement) then return false end
  end
  return selector ~= nil
end

--- Name of a disruption budget that would not let go of this pod, which is not ready; nil when there
--- is none. A deletion does not ask the budgets as an eviction does, so they are asked here, by the
--- eviction's rule: an unready pod may go when enough others are healthy, or when its budget says so.
function restart.forbidding_budget(pod)
  for budget in upkeep.items(kubernetes.list("poddisruptionbudgets.policy", { namespace = pod.metadata.namespace })) do
    if selects(budget.spec.selector, pod.metadata.labels or {}) and budget.spec.unhealthyPodEvictionPolicy ~= "AlwaysAllow" then
      local status = budget.status or {}
      local known = status.observedGeneration == nil or status.observedGeneration >= (budget.metadata.generation or 0)
      if not known or (status.currentHealthy or 0) < (status.desiredHealthy or 1) then return budget.metadata.name end
    end
  end
  return nil
end

--- Name of the message that says what is wrong with a new pod; nil when it is ready, and has been
--- without a break since `since` where that is given.
function restart.trouble(pod, since)
  for status in upkeep.items(pod.status.containerStatuses or {}) do
    local waiting = status.state and status.state.waiting
    if waiting and waiting.reason == "CrashLoopBackOff" then return "new_pod_loops" end
  end
  if restart.restarts(pod) > 0 then return "new_pod_restarts" end
  for condition in upkeep.items(pod.status.conditions or {}) do
    if condition.type == "Ready" and condition.status == "True" then
      local turned = upkeep.parse_time(condition.lastTransitionTime or "")
      -- Kubernetes' times are whole seconds, cut off; a turn in the very second of the look is not after it.
      return since and turned and turned > since and "new_pod_flaps" or nil
    end
  end
  return "new_pod_unready"
end

return restart
