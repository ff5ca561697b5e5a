--- What this check looks at, in a sentence, and why anybody would want to know.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

return upkeep.playbook {
  format = 1,
  id = "@id@",
  title = { en = "Deployments have their replicas", ko = "디플로이먼트 레플리카 수" },
  cadence = "daily",
  owner = "@team@",
  fix = {
    en = "Describe the deployment and its newest replica set, and read the events of their pods.",
    ko = "디플로이먼트와 최신 레플리카셋을 describe하고 파드의 이벤트를 확인하세요.",
  },
  target = "kubernetes",
  needs = {
    { "kubernetes:list:deployments.apps",
      fields = { "metadata.name", "metadata.namespace", "metadata.uid", "spec.replicas", "status.availableReplicas" } },
  },
  params = {
    missing_warning = { default = 1, min = 1, unit = "1", source = "house rule",
      doc = { en = "Missing replicas that warn.", ko = "경고할 부족한 레플리카 수." } },
    missing_critical = { default = 2, min = 1, unit = "1", source = "house rule",
      doc = { en = "Missing replicas that are critical.", ko = "심각으로 볼 부족한 레플리카 수." } },
  },
  thresholds = {
    { metric = "missing", unit = "1", warning = "missing_warning", critical = "missing_critical", source = "house rule" },
  },
  messages = {
    missing = { en = "{missing} of {wanted} replicas are not available", ko = "레플리카 {wanted}개 중 {missing}개를 사용할 수 없습니다" },
    fine = { en = "{count} deployments have all replicas", ko = "디플로이먼트 {count}개 모두 레플리카가 충분합니다" },
  },

  check = function(run, params)
    local deployments = kubernetes.list "deployments.apps"
    for deployment in upkeep.items(deployments) do
      local subject = { kind = "Deployment", namespace = deployment.metadata.namespace, name = deployment.metadata.name, uid = deployment.metadata.uid }
      local wanted = deployment.spec.replicas
      local missing = wanted - (deployment.status.availableReplicas or 0)
      run:metric { name = "missing", subject = subject, value = missing, unit = "1", warning = params.missing_warning, critical = params.missing_critical }
      local state = run:state_of(missing, { warning = params.missing_warning, critical = params.missing_critical })
      if state ~= "ok" then
        run:result { subject = subject, state = state, reason = "missing", message = "missing", values = { missing = missing, wanted = wanted } }
      end
    end
    run:coverage { attempted = #deployments, observed = #deployments }
    run:ok { message = "fine", values = { count = #deployments } }
  end,
}
