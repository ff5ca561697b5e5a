# SPDX-License-Identifier: Apache-2.0
# A node: containerd, kubelet and kube-proxy in a network and a mount namespace of its own. There
# /run, /var/log and /var/lib are memory of the node, so the programs keep their usual paths, two
# nodes do not meet, and everything is gone with the last process.
# shellcheck shell=bash

prepare_node() {
  local i=$1 place=node-$1 file
  case $STATE in
    /run/* | /var/lib/* | /var/log/*) die "the state folder must not lie in ${STATE%/*}" ;;
  esac
  mkdir -p "$STATE/$place"
  # What kubelet would set on the whole machine, it sets on copies.
  for file in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
    kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    cat "/proc/sys/$file" >"$STATE/$place/${file//\//.}"
  done
  echo "nameserver 127.0.0.1" >"$STATE/$place/resolv.conf"
  inside "$place" bash -ec "
    for folder in /var/lib /var/log /run; do
      mount -t tmpfs -o mode=755 upkeep-node \$folder
    done
    mkdir -p /var/lib/kubelet /var/lib/containerd /var/lib/volumes /run/containerd
    mount -t tmpfs -o mode=755,size=${NODE_FILESYSTEM_MIB}m kubelet /var/lib/kubelet
    [ ! -e /etc/resolv.conf ] || mount --bind $STATE/$place/resolv.conf /etc/resolv.conf || true
    for file in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \
      kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
      mount --bind $STATE/$place/\${file//\//.} /proc/sys/\$file
    done"
  write_containerd_config "$i"
  write_kubelet_config "$i"
}

write_containerd_config() {
  local folder=$STATE/node-$1
  mkdir -p "$folder/cni"
  cat >"$folder/cni/10-bridge.conflist" <<EOF
{"cniVersion": "1.0.0", "name": "upkeep", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "$(node_pod_cidr "$1")"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}}]}
EOF
  # restrict_oom_score_adj: some machines lack CAP_SYS_RESOURCE, and runc dies without it.
  cat >"$folder/containerd.toml" <<EOF
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "/run/containerd/containerd.sock"
[ttrpc]
  address = "/run/containerd/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$IMAGE_PAUSE"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$folder/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
EOF
}

write_kubelet_config() {
  # volumeStatsAggPeriod: the default minute would hide a filling volume from a test that long.
  # nodefs only: the image filesystem and the memory are the machine's, shared with others.
  cat >"$STATE/node-$1/kubelet.yaml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $(node_ip "$1")
authentication: {anonymous: {enabled: false}, webhook: {enabled: true},
                 x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $PKI/kubelet-$1.crt
tlsPrivateKeyFile: $PKI/kubelet-$1.key
clusterDNS: ["$DNS_IP"]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP/node-$1
enforceNodeAllocatable: []
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
resolvConf: ""
podLogsDir: /var/log/pods
volumePluginDir: /var/lib/kubelet/volumeplugins
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {nodefs.available: "3%"}
evictionPressureTransitionPeriod: 10s
volumeStatsAggPeriod: 5s
nodeStatusUpdateFrequency: 3s
nodeLeaseDurationSeconds: 8
EOF
}

start_containerd() {
  start "containerd-$1" "node-$1" containerd --config "$STATE/node-$1/containerd.toml"
}

containerd_answers() { inside "node-$1" ctr version; }

# load_images I TAR...
load_images() {
  local i=$1 tar
  shift
  for tar in "$@"; do
    inside "node-$i" ctr -n k8s.io images import "$tar" >>"$LOGS/images-$i.log" 2>&1
  done
}

start_kubelet() {
  start "kubelet-$1" "node-$1" "$BIN/kubelet" --config "$STATE/node-$1/kubelet.yaml" \
    --kubeconfig "$STATE/kubelet-$1.kubeconfig" --hostname-override "$(node_name "$1")" \
    --node-ip "$(node_ip "$1")" --cert-dir /var/lib/kubelet/pki \
    --node-labels "topology.kubernetes.io/zone=zone-$1,upkeep.test/real=true"
}

start_proxy() {
  start "proxy-$1" "node-$1" "$BIN/kube-proxy" --kubeconfig "$STATE/proxy.kubeconfig" \
    --hostname-override "$(node_name "$1")" --cluster-cidr "$POD_CIDR" --proxy-mode iptables \
    --conntrack-max-per-core 0 --conntrack-tcp-timeout-established 0s \
    --conntrack-tcp-timeout-close-wait 0s
}

# The containers of a node go on when its kubelet is stopped, as on a real machine.
cluster_node_stop() { stop "kubelet-$(node_number "$1")"; }

cluster_node_start() {
  local i
  i=$(node_number "$1")
  is_running "kubelet-$i" || start_kubelet "$i"
  wait_until 60 "node $(node_name "$i") to be ready" node_is_ready "$(node_name "$i")"
}

node_number() {
  local i=${1#node-}
  [[ " ${NODES[*]} " = *" $i "* ]] || die "no node '$1': there are ${NODES[*]}"
  echo "$i"
}

node_condition() {
  kube get node "$1" -o "jsonpath={.status.conditions[?(@.type=='$2')].status}"
}
node_is_ready() {
  [ "$(node_condition "$1" Ready)" = True ] &&
    [ -z "$(kube get node "$1" -o jsonpath='{.spec.taints}')" ]
}
node_is_not_ready() { [ "$(node_condition "$1" Ready)" != True ]; }
