--- Pods that do not work: crash loops, images that cannot be pulled, pods that fit nowhere, running
--- but not ready, stuck in deletion, killed for memory.
---
--- A phase alone says little: a crash-looping pod is "Running". Conditions and container states are
--- read instead, and everything young is given time to start.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"
local pod_state = require "lib.pod_state"
local restart = require "lib.pod_restart"

return upkeep.playbook {
  format = 1,
  id = "kubernetes.pods",
  title = { en = "Pods are healthy", ko = "파드 상태" },
  cadence = "daily",
  covers = { "S4-D-02" },
  owner = "platform",
  runbook = "docs/runbooks/pods.md",
  fix = {
    en = "Read kubectl describe pod and the previous container's log. A crash loop with a fault in image or configuration needs a new version, not a restart.",
    ko = "kubectl describe pod와 이전 컨테이너 로그를 확인하세요. 이미지나 설정이 원인인 크래시 루프는 재시작이 아니라 수정 배포가 필요합니다.",
  },
  target = "kubernetes",
  needs = {
    { "kubernetes:list:pods", fields = {
      "metadata.name", "metadata.namespace", "metadata.uid", "metadata.creationTimestamp", "metadata.deletionTimestamp",
      "metadata.deletionGracePeriodSeconds", "metadata.ownerReferences", "spec.nodeName", "status.phase", "status.reason",
      "status.startTime", "status.conditions", "status.containerStatuses", "status.initContainerStatuses",
    } },
  },
  params = {
    start_minutes = { default = 5, min = 0, unit = "min", source = "house rule: images are pulled within five minutes",
      doc = { en = "A pending or unready pod younger than this is still starting.", ko = "이보다 오래되지 않은 Pending·미준비 파드는 기동 중으로 봅니다." } },
    recent_hours = { default = 24, min = 1, unit = "h", source = "operations guide line 108: the list is read once a day",
      doc = { en = "Restarts and out-of-memory kills within this time count.", ko = "이 시간 안의 재시작과 OOM 종료만 셉니다." } },
    restarts_warning = { default = 5, min = 1, unit = "1", source = "popeye: more than five restarts",
      doc = { en = "Restarts of a container, the last one recent, that warn.", ko = "최근 재시작이 있고 누적이 이 횟수 이상이면 경고합니다." } },
    terminating_minutes = { default = 10, min = 1, unit = "min", source = "house rule",
      doc = { en = "A pod still there this long after its grace period is stuck.", ko = "유예 시간이 지나고도 이만큼 남아 있으면 삭제가 멈춘 것으로 봅니다." } },
    watch_minutes = { default = 5, min = 0, max = 20, unit = "min", source = "catalogue R-01: ready for five minutes",
      doc = { en = "How long a restarted pod or container must stay ready before it counts as healed.", ko = "재시작한 파드나 컨테이너가 이 시간 동안 Ready를 유지해야 복구된 것으로 봅니다." } },
  },
  messages = pod_state.messages,

  check = function(run, params)
    local pods = kubernetes.list "pods"
    local running, finished, lost, now = 0, 0, 0, upkeep.now()
    for pod in upkeep.items(pods) do
      local phase = pod.status.phase
      if phase == "Running" then running = running + 1 end
      if phase == "Succeeded" then finished = finished + 1 end
      local verdict = pod_state.judge(pod, params, now)
      if verdict and verdict.state == "unknown" then lost = lost + 1 end
      if verdict then
        local meta = pod.metadata
        local owner
        for reference in upkeep.items(meta.ownerReferences or {}) do
          if reference.controller then owner = reference.kind .. "/" .. reference.name end
        end
        -- A new pod helps only where a controller makes one and the old one's own state may be the cause.
        local remedy = verdict.reason == "crash_loop" and owner and "restart_pod" or nil
        run:result {
          subject = { kind = "Pod", namespace = meta.namespace, name = meta.name, uid = meta.uid },
          state = verdict.state, reason = verdict.reason, message = verdict.message, values = verdict.values,
          severity = verdict.severity,
          data = { owner = owner, node = pod.spec.nodeName, phase = phase, container = verdict.container,
            exit_code = verdict.exit_code, restarts = verdict.restarts, created = meta.creationTimestamp,
            watch_minutes = remedy and params.watch_minutes },
          remedy = remedy,
          tags = { "type:availability", "scope:pod" },
        }
      end
    end
    run:coverage { attempted = #pods, observed = #pods - lost }
    local cluster = { kind = "Cluster", name = run.target.name }
    run:metric { name = "pods", subject = cluster, value = #pods, unit = "1" }
    run:metric { name = "pods_running", subject = cluster, value = running, unit = "1" }
    run:ok { message = "all_healthy", values = { count = #pods, running = running, finished = finished } }
  end,

  remedies = {
    restart_pod = {
      title = { en = "Delete the pod so that its controller makes a new one", ko = "파드를 삭제해 컨트롤러가 새로 만들게 합니다" },
      risk = "low",
      covers = { "R-01" },
      needs = { "kubernetes:get:pods", "kubernetes:list:poddisruptionbudgets.policy", "kubernetes:delete:pods" },
      verify_after = "60s",
      plan = function(run, finding)
        local subject = finding.subject
        local pod, problem = upkeep.try(kubernetes.get, "pods", subject.namespace, subject.name)
        if not pod then
          if problem.reason == "not_found" then return { refused = "another_pod" } end
          error(problem)
        end
        if pod.metadata.uid ~= subject.uid then return { refused = "another_pod" } end
        local owner = restart.controller_of(pod)
        if not owner then return { refused = "no_controller" } end
        if owner.kind == "StatefulSet" then return { refused = "stateful" } end
        local hopeless = restart.why_hopeless(pod, upkeep.now())
        if hopeless then return { refused = hopeless } end
        local budget = restart.forbidding_budget(pod)
        if budget then return { refused = "budget", values = { budget = budget } } end
        local name, controller = subject.namespace .. "/" .. subject.name, owner.kind .. "/" .. owner.name
        return {
          {
            call = "kubernetes.delete",
            arguments = { "pods", subject.namespace, subject.name, { uid = subject.uid } },
            before = { pod = name, uid = subject.uid, controller = controller, controller_uid = owner.uid },
            -- These move while the pod loops; they say nothing about whether it is the same plan.
            seen = { restarts = restart.restarts(pod), phase = pod.status.phase, siblings = restart.siblings(subject.namespace, owner.uid) },
            after = { controller = controller, controller_uid = owner.uid, pod = { en = "a new one", ko = "새 파드" }, uid = { en = "a new one", ko = "새 uid" } },
            message = "delete_pod", values = { pod = name, owner = controller },
          },
        }
      end,
      -- A pod that is not listed any more proves nothing: its successor must work, and go on working.
      -- Of the five looks that there are, the last one comes after the whole time.
      verify = function(run, finding, before, seen)
        local new = restart.new_pods(finding.subject.namespace, before)
        if #new == 0 then return { failed = "no_new_pod", values = { owner = before.controller } } end
        local watch = (finding.data.watch_minutes or 5) * 60
        local restarts = {}
        for _, pod in ipairs(new) do
          local trouble = restart.trouble(pod, seen and seen.since)
          if trouble then return { failed = trouble, values = { pod = pod.metadata.name, restarts = restart.restarts(pod) } } end
          restarts[pod.metadata.uid] = restart.restarts(pod)
        end
        if not seen then
          seen = { since = upkeep.now(), restarts = restarts }
        else
          for uid, count in pairs(restarts) do
            if not seen.restarts[uid] or count > seen.restarts[uid] then return { failed = "new_pod_restarts", values = { restarts = count } } end
          end
          if upkeep.now() - seen.since >= watch then return true end
        end
        -- A second more than a quarter, so that the fifth look is not a moment too early.
        return { again = ("%ds"):format(math.min(300, math.ceil(watch / 4) + 1)), seen = seen }
      end,
    },
  },
}
