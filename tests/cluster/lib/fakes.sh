# SPDX-License-Identifier: Apache-2.0
# Fake nodes and pods for scale, played by kwok. They are in namespaces fake-0 .. fake-9.
# shellcheck shell=bash

readonly FAKE_NAMESPACES=10

start_kwok() {
  local configs=() file
  for file in "$BIN"/stages/*.yaml; do configs+=(--config "$file"); done
  start kwok control "$BIN/kwok" --kubeconfig "$STATE/kwok.kubeconfig" "${configs[@]}" \
    --manage-all-nodes=false --manage-nodes-with-annotation-selector kwok.x-k8s.io/node=fake \
    --node-lease-duration-seconds 40 --server-address 127.0.0.1:10247 --cidr 198.18.0.0/15
}

# cluster fakes NODES PODS
cluster_fakes() {
  local nodes=${1:-} pods=${2:-} started=$SECONDS
  [[ $nodes =~ ^[0-9]+$ && $pods =~ ^[0-9]+$ ]] || die "usage: fakes NODES PODS"
  ((pods <= nodes * 110)) || die "$nodes nodes hold at most $((nodes * 110)) pods"
  if ((nodes == 0)); then
    remove_fakes
    say "fake nodes and pods removed in $((SECONDS - started)) s"
    return
  fi
  is_running kwok || {
    controller_manager_grace "$GRACE_FAKES"
    start_kwok
  }
  fake_nodes "$nodes" | kube apply --server-side --force-conflicts -f - >/dev/null
  surplus_nodes "$nodes" | xargs -r "$BIN/kubectl" --kubeconfig "$STATE/admin.kubeconfig" \
    delete --wait=false >/dev/null
  fake_deployments "$pods" | kube apply --server-side --force-conflicts -f - >/dev/null
  wait_until 900 "$nodes fake nodes to be ready" fakes_are node "$nodes" || {
    show_log kwok
    return 1
  }
  wait_until 900 "$pods fake pods to run" fakes_are pod "$pods"
  say "$nodes fake nodes and $pods fake pods have settled after $((SECONDS - started)) s"
}

fake_nodes() {
  local i
  for ((i = 0; i < $1; i++)); do
    cat <<EOF
---
apiVersion: v1
kind: Node
metadata:
  name: fake-$i
  annotations: {kwok.x-k8s.io/node: fake, node.alpha.kubernetes.io/ttl: "0"}
  labels:
    type: kwok
    kubernetes.io/hostname: fake-$i
    kubernetes.io/os: linux
    topology.kubernetes.io/zone: zone-$((i % 3))
spec:
  taints: [{key: kwok.x-k8s.io/node, value: fake, effect: NoSchedule}]
status:
  allocatable: {cpu: "32", memory: 256Gi, pods: "110", ephemeral-storage: 100Gi}
  capacity: {cpu: "32", memory: 256Gi, pods: "110", ephemeral-storage: 100Gi}
  nodeInfo: {kubeletVersion: $KUBERNETES_VERSION, architecture: amd64, operatingSystem: linux}
EOF
  done
}

surplus_nodes() {
  kube get nodes -l type=kwok -o name | awk -F- -v keep="$1" '$NF + 0 >= keep'
}

fake_deployments() {
  local i
  for ((i = 0; i < FAKE_NAMESPACES; i++)); do
    local replicas=$(($1 / FAKE_NAMESPACES + (i < $1 % FAKE_NAMESPACES ? 1 : 0)))
    cat <<EOF
---
apiVersion: v1
kind: Namespace
metadata: {name: fake-$i}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: fake-$i, labels: {app: fake}}
spec:
  replicas: $replicas
  selector: {matchLabels: {app: fake}}
  template:
    metadata: {labels: {app: fake}}
    spec:
      nodeSelector: {type: kwok}
      tolerations: [{key: kwok.x-k8s.io/node, operator: Exists, effect: NoSchedule}]
      containers:
      - name: main
        image: registry.example/app:1
        env: [{name: MODE, value: production}]
        resources:
          requests: {cpu: 50m, memory: 64Mi}
          limits: {cpu: 500m, memory: 128Mi}
EOF
  done
}

# fakes_are node|pod COUNT
fakes_are() {
  local count
  case $1 in
    node)
      count=$(kube get nodes -l type=kwok --no-headers | awk '$2 == "Ready"' | wc -l)
      ;;
    pod)
      count=$(kube get pods -A -l app=fake --field-selector status.phase=Running \
        --no-headers | awk '$4 == "Running" && $3 == "1/1"' | wc -l)
      ;;
  esac
  [ "$count" = "$2" ]
}

remove_fakes() {
  local i namespaces=()
  for ((i = 0; i < FAKE_NAMESPACES; i++)); do namespaces+=("fake-$i"); done
  if is_running kwok; then
    kube delete deployment -A -l app=fake --ignore-not-found >/dev/null
    wait_until 600 "the fake pods to go" no_fake_pods
  fi
  kube delete namespace "${namespaces[@]}" --ignore-not-found >/dev/null
  kube delete nodes -l type=kwok >/dev/null
  stop kwok
  controller_manager_grace "$GRACE_REAL"
}

no_fake_pods() { [ -z "$(kube get pods -A -l app=fake -o name)" ]; }
