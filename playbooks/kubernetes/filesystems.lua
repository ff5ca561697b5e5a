--- Filesystems of nodes that are 80 to 100 % full: the kubelet's own and the one of images.
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"

return upkeep.playbook {
  format = 1,
  id = "kubernetes.filesystems",
  title = { en = "Filesystems of nodes have room", ko = "노드 파일시스템 여유" },
  cadence = "daily",
  covers = { "S4-D-06" },
  owner = "platform",
  runbook = "docs/runbooks/filesystems.md",
  fix = {
    en = "Remove unused images and old logs on that node, or enlarge its disk. The kubelet evicts pods when 10 to 15 % are left.",
    ko = "해당 노드의 사용하지 않는 이미지와 오래된 로그를 정리하거나 디스크를 늘리세요. 여유가 10~15%로 줄면 kubelet이 파드를 축출합니다.",
  },
  target = "kubernetes",
  needs = {
    { "kubernetes:list:nodes", fields = { "metadata.name", "metadata.uid" } },
    "kubernetes:get:nodes/proxy",
  },
  params = {
    used_warning = { default = 80, min = 1, max = 100, unit = "%", source = "operations guide line 118: filesystems at 80 % and more", doc = { en = "Share of bytes or inodes that warns.", ko = "경고할 용량·inode 사용률." } },
    used_critical = { default = 90, min = 1, max = 100, unit = "%", source = "kubelet: evicts below 10 % of nodefs", doc = { en = "Share of bytes or inodes that is critical.", ko = "심각으로 볼 용량·inode 사용률." } },
  },
  thresholds = {
    { metric = "used", unit = "%", warning = "used_warning", critical = "used_critical", source = "operations guide line 118: filesystems at 80 % and more" },
    { metric = "inodes_used", unit = "%", warning = "used_warning", critical = "used_critical", source = "operations guide line 118: filesystems at 80 % and more" },
  },
  messages = {
    full = { en = "{filesystem} is {percent} % full: {used} of {capacity}", ko = "{filesystem} {percent}% 사용: {capacity} 중 {used}" },
    inodes = { en = "{filesystem} has used {percent} % of its inodes", ko = "{filesystem}의 inode {percent}% 사용" },
    silent = { en = "the kubelet's figures cannot be read: {reason}", ko = "kubelet 통계를 읽을 수 없습니다: {reason}" },
    no_figures = { en = "the kubelet gives no figures for {filesystem}", ko = "kubelet이 {filesystem} 수치를 제공하지 않습니다" },
    room = { en = "every node's filesystems have room (nodes: {count}); the fullest is {percent} % used", ko = "노드 {count}대의 파일시스템에 여유 있음; 최대 사용률 {percent}%" },
    none = { en = "the cluster lists no node", ko = "클러스터에 노드가 하나도 없습니다" },
  },

  check = function(run, params)
    local nodes = kubernetes.list "nodes"
    if #nodes == 0 then
      run:result { subject = { kind = "Cluster", name = run.target.name }, state = "unknown", reason = "no_data", message = "none" }
      return
    end
    local limits = { warning = params.used_warning, critical = params.used_critical }
    ---@type integer, number
    local observed, fullest = 0, 0

    local function look(node, name, filesystem)
      local subject = { kind = "Filesystem", namespace = node.metadata.name, name = name, uid = node.metadata.uid }
      local bytes = filesystem and upkeep.percent(filesystem.usedBytes, filesystem.capacityBytes)
      if not bytes then
        run:result { subject = subject, state = "unknown", reason = "no_data", message = "no_figures", values = { filesystem = name } }
        return false
      end
      -- Blocks kept back for root are neither used nor free: what pods can still write decides.
      if filesystem.availableBytes then
        bytes = math.max(bytes, 100 - upkeep.percent(filesystem.availableBytes, filesystem.capacityBytes))
      end
      local inodes = upkeep.percent(filesystem.inodesUsed, filesystem.inodes)
      fullest = math.max(fullest, bytes)
      run:metric { name = "used", subject = subject, value = bytes, unit = "%", warning = limits.warning, critical = limits.critical }
      if inodes then
        run:metric { name = "inodes_used", subject = subject, value = inodes, unit = "%", warning = limits.warning, critical = limits.critical }
      end
      local by_bytes, by_inodes = run:state_of(bytes, limits), inodes and run:state_of(inodes, limits) or "ok"
      local data = { node = node.metadata.name, used_bytes = filesystem.usedBytes, capacity_bytes = filesystem.capacityBytes, available_bytes = filesystem.availableBytes, inodes_percent = inodes }
      if by_bytes ~= "ok" and (by_bytes == "critical" or by_inodes ~= "critical") then
        run:result { subject = subject, state = by_bytes, reason = "full", message = "full", data = data,
          values = { filesystem = name, percent = ("%.0f"):format(bytes), used = upkeep.bytes(filesystem.usedBytes), capacity = upkeep.bytes(filesystem.capacityBytes) },
          tags = { "type:capacity", "scope:node" } }
      elseif by_inodes ~= "ok" then
        run:result { subject = subject, state = by_inodes, reason = "inodes", message = "inodes", data = data,
          values = { filesystem = name, percent = ("%.0f"):format(inodes) }, tags = { "type:capacity", "scope:node" } }
      end
      return true
    end

    upkeep.each(nodes, { at_once = 8 }, function(node)
      local stats, problem = upkeep.try(kubernetes.node_stats, node.metadata.name)
      if not stats then
        run:result { subject = { kind = "Node", name = node.metadata.name, uid = node.metadata.uid }, state = "unknown", reason = problem.reason,
          message = "silent", values = { reason = problem.reason } }
        return
      end
      local complete = look(node, "nodefs", stats.node.fs)
      local images = stats.node.runtime and stats.node.runtime.imageFs
      -- One disk that serves both is said once.
      if images and not (stats.node.fs and images.capacityBytes == stats.node.fs.capacityBytes and images.availableBytes == stats.node.fs.availableBytes) then
        complete = look(node, "imagefs", images) and complete
      end
      if complete then observed = observed + 1 end
    end)
    run:coverage { attempted = #nodes, observed = observed }
    if observed == #nodes then
      run:ok { message = "room", values = { count = #nodes, percent = ("%.0f"):format(fullest) } }
    end
  end,
}
