# SPDX-License-Identifier: Apache-2.0
# up, down, status, env.
# shellcheck shell=bash

# apply_manifest FILE: with the names of images and addresses filled in.
apply_manifest() {
  sed -e "s|\${IMAGE_BUSYBOX}|$IMAGE_BUSYBOX|g" -e "s|\${IMAGE_COREDNS}|$IMAGE_COREDNS|g" \
    -e "s|\${IMAGE_METRICS_SERVER}|$IMAGE_METRICS_SERVER|g" -e "s|\${DNS_IP}|$DNS_IP|g" \
    "$CLUSTER_DIR/manifests/$1" | kube apply -f - >>"$LOGS/apply.log"
}

require_programs() {
  local program missing=()
  for program in busybox conntrack containerd ctr curl flock ip iptables jq nsenter openssl \
    prometheus runc unshare; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ -x /usr/lib/cni/bridge ] || missing+=(/usr/lib/cni/bridge)
  [ ${#missing[@]} = 0 ] ||
    die "missing: ${missing[*]}. Install the packages of $CLUSTER_DIR/packages.txt"
}

cluster_up() {
  require_programs
  require_built
  if [ -e "$STATE/slot" ] || [ -n "$(find_claimed_slot)" ]; then
    if [ -e "$STATE/up" ] && check_components 2>/dev/null; then
      say "'$NAME' is up already (slot $SLOT, $API_URL)"
      return
    fi
    say "'$NAME' was left half started or broken; ending it first"
    cluster_down
  fi
  mkdir -p "$LOGS"
  CLUSTER_STARTING=1
  trap 'abandon_start $?' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  SECONDS=0
  bring_up
  touch "$STATE/up"
  trap - EXIT INT TERM HUP
  say "'$NAME' is up in $SECONDS s: two nodes ready, API $API_URL, Prometheus" \
    "http://$CONTROL_IP:9090; next: eval \"\$($CLUSTER_DIR/cluster --name $NAME env)\""
}

# A half-started cluster is ended; its logs are kept until the next start.
abandon_start() {
  trap - EXIT INT TERM HUP
  echo "cluster: start of '$NAME' failed; ending what was started" >&2
  local log
  check_components || true
  for log in apiserver kubelet-1 containerd-1; do
    [ -s "$LOGS/$log.log" ] && { echo "--- $log" >&2; tail -n 5 "$LOGS/$log.log" >&2; }
  done
  mkdir -p "$STATE_ROOT/failed"
  rm -rf "${STATE_ROOT:?}/failed/$NAME"
  for log in "${NODES[@]}"; do
    inside "node-$log" cp -r /var/log/pods "$LOGS/pods-$log" 2>/dev/null || true
  done
  cp -r "$LOGS" "$STATE_ROOT/failed/$NAME" && echo "logs kept: $STATE_ROOT/failed/$NAME" >&2
  cluster_down || true
  exit "$(($1 == 0 ? 1 : $1))"
}

bring_up() {
  local i place
  require_cgroups
  claim_slot
  say "starting '$NAME' in slot $SLOT ($POD_CIDR, services $SERVICE_CIDR), state $STATE"
  for place in system "${NODES[@]/#/node-}"; do make_cgroup "$CGROUP/$place"; done
  for place in control "${NODES[@]/#/node-}"; do make_place "$place"; done
  make_network
  make_pki
  say "namespaces, network and certificates made; starting the control plane and containerd"
  write_audit_policy
  start_etcd
  start_apiserver
  for i in "${NODES[@]}"; do
    prepare_node "$i"
    start_containerd "$i"
  done
  local loading=()
  for i in "${NODES[@]}"; do
    (wait_until 15 "containerd on node $i" containerd_answers "$i" &&
      load_images "$i" "$BIN"/{pause,busybox,coredns,metrics-server}.tar) &
    loading+=($!)
  done
  wait_until 30 "the API server" apiserver_ready || { show_log apiserver; return 1; }
  say "API server ready; starting controllers, scheduler, kubelets, kube-proxy and Prometheus"
  start_controller_manager "$GRACE_REAL"
  start_scheduler
  for i in "${NODES[@]}"; do
    start_kubelet "$i"
    start_proxy "$i"
  done
  start_prometheus
  wait_until 10 "the first namespaces" kube get namespace kube-system
  apply_manifest system.yaml
  cluster_volume ledger 64 1
  apply_manifest workload.yaml
  for i in "${loading[@]}"; do
    wait "$i" || die "images were not loaded: $(tail -n 3 "$LOGS"/images-*.log)"
  done
  for i in "${NODES[@]}"; do
    wait_until 40 "$(node_name "$i") to be ready" node_is_ready "$(node_name "$i")" ||
      { show_log "kubelet-$i"; return 1; }
  done
  say "both nodes are ready; waiting for DNS, metrics and the healthy workload"
  wait_until 60 "CoreDNS, metrics-server and the workload" workload_ready || {
    kube get pods -A -o wide >&2
    kube get events -A --field-selector type=Warning >&2
    return 1
  }
  wait_until 30 "Prometheus' targets" prometheus_targets_up || { show_log prometheus; return 1; }
  wait_until 60 "the metrics API" metrics_answer
  check_components
}

# One request for all: kubectl's own start is what costs here.
workload_ready() {
  kube get deployments,statefulsets -A -o json | jq -e '[.items[]
    | select(.metadata.namespace == "kube-system" or .metadata.labels.app == "web"
        or .metadata.name == "ledger")
    | .status.observedGeneration == .metadata.generation and .status.replicas == .spec.replicas
      and .status.updatedReplicas == .spec.replicas and .status.readyReplicas == .spec.replicas]
    | length == 4 and all' &&
    curl -sf --max-time 2 "http://$(node_ip 1):30080/healthz"
}

metrics_answer() {
  [ "$(kube get --raw /apis/metrics.k8s.io/v1beta1/nodes | jq '.items | length')" = ${#NODES[@]} ] &&
    kube get --raw /apis/metrics.k8s.io/v1beta1/pods | jq -e '.items | length > 2'
}

# Safe to call at any time: after a crash, twice, or when nothing was ever started.
cluster_down() {
  local slot owner
  slot=${SLOT:-$(find_claimed_slot)}
  if [ -n "$slot" ]; then
    use_slot "$slot"
    owner=$(slot_owner "$slot")
    if [ -n "$owner" ] && [ "$owner" != "$STATE" ]; then
      say "slot $slot belongs to another instance by now; removing only the state of '$NAME'"
    else
      remove_cgroup "$CGROUP"
      remove_network
      release_cgroups
    fi
  fi
  if [ -d "$STATE" ]; then
    rm -rf "${STATE:?}"
    rmdir "$STATE_ROOT" "${STATE_ROOT%/*}" 2>/dev/null || true
    say "'$NAME' is down"
  else
    say "'$NAME' is not up: nothing to end"
  fi
  SLOT=
}

cluster_status() {
  local file component pid
  if [ -z "$SLOT" ]; then
    echo "$NAME: not up"
    return 1
  fi
  echo "$NAME: slot $SLOT, API $API_URL, Prometheus http://$CONTROL_IP:9090, state $STATE"
  for file in "$STATE"/pids/*; do
    component=$(basename "$file")
    if pid=$(running_pid "$component"); then
      echo "  $component: running ($pid)"
    else
      echo "  $component: ended, see $LOGS/$component.log"
    fi
  done
  kube --request-timeout=3s get nodes -o wide
}

cluster_env() {
  cat <<EOF
export UPKEEP_CLUSTER_NAME='$NAME'
export UPKEEP_CLUSTER_STATE='$STATE'
export KUBECONFIG='$STATE/admin.kubeconfig'
export KUBECTL='$BIN/kubectl'
export API_URL='$API_URL'
export API_CA_FILE='$PKI/ca.crt'
export API_CLIENT_CERT_FILE='$PKI/admin.crt'
export API_CLIENT_KEY_FILE='$PKI/admin.key'
export AUDIT_LOG='$STATE/audit.log'
export HOST_IP='$HOST_IP'
export CONTROL_IP='$CONTROL_IP'
export NODE_1_NAME='node-1'
export NODE_1_IP='$(node_ip 1)'
export NODE_2_NAME='node-2'
export NODE_2_IP='$(node_ip 2)'
export POD_CIDR='$POD_CIDR'
export SERVICE_CIDR='$SERVICE_CIDR'
export DNS_IP='$DNS_IP'
export PROMETHEUS_URL='http://$CONTROL_IP:9090'
export HEALTH_URL='http://$(node_ip 1):30080/healthz'
EOF
}
