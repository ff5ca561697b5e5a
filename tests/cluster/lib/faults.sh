# SPDX-License-Identifier: Apache-2.0
# The list of faults, and what injecting and healing share. A fault NAME is two functions,
# fault_NAME (returns when the API shows it) and heal_NAME (returns when the API no longer does).
# shellcheck shell=bash

readonly FAULT_NAMESPACE=shop

cluster_faults() {
  cat <<'EOF'
crash-loop             Deployment shop/crash-loop exits 3 again and again
healing-crash-loop     Deployment shop/stale-lock crashes until its pod is replaced by a new one
hopeless-crash-loop    Deployment shop/hopeless crashes, in a new pod too
oom-kill               Deployment shop/oom-kill is OOM-killed once, then runs with that history
image-missing          Deployment shop/image-missing names an image that does not exist
unschedulable          Deployment shop/unschedulable asks for 64 processors
pod-unready            Deployment shop/pod-unready runs, its readiness probe fails
pod-stuck-terminating  Pod shop/stuck is deleted and held by a finalizer
memory-hog             Deployment shop/memory-hog holds about 90 % of its memory limit
node-not-ready         the kubelet of node-2 has ended
cordoned               node-2 is cordoned
node-filesystem-80     the kubelet's filesystem of node-2 is 82 % full
node-filesystem-90     ... 92 % full
node-filesystem-100    ... full: disk pressure, pods are evicted
volume-80              volume of claim shop/volume-80 is 82 % full (a pod mounts it)
volume-90              volume of claim shop/volume-90 is 92 % full
volume-100             volume of claim shop/volume-100 is full
pending-claim          claim shop/pending-claim asks for a storage class that does not exist
lost-volume            the volume of claim shop/lost-volume is gone: phase Lost
released-volume        volume released-volume lost its claim: phase Released
metrics-server-missing metrics-server and the API group that it serves are gone
velero-missing         no Velero resource definitions (as after `up`)
velero-crds            Velero's resource definitions and namespace, nothing in them
velero-healthy         ... with an available storage location, a schedule, a fresh backup
velero-backup-failed   ... and a newer backup that failed
velero-backup-old      ... but the newest backup is nine days old
EOF
}

fault_function() {
  local function=$1_${2//-/_}
  [ -n "$2" ] && declare -F "$function" >/dev/null ||
    die "no fault '$2': '$CLUSTER_DIR/cluster faults' lists them"
  echo "$function"
}

cluster_fault() {
  local function started=$SECONDS
  function=$(fault_function fault "${1:-}")
  "$function"
  say "fault $1 is visible after $((SECONDS - started)) s"
}

cluster_heal() {
  local function started=$SECONDS
  function=$(fault_function heal "${1:-}")
  "$function"
  say "fault $1 is healed after $((SECONDS - started)) s"
}

shop() { kube -n "$FAULT_NAMESPACE" "$@"; }

# deployment NAME SCRIPT [CONTAINER_FIELDS] [POD_FIELDS]: one busybox pod that runs SCRIPT.
# The fields are lines of YAML, indented for their place.
deployment() {
  local fields=${3:-} default="resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}"
  [[ $fields = *resources:* ]] || fields+=$'\n'"        $default"
  shop apply -f - >/dev/null <<EOF
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1, labels: {app: $1}}
spec:
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: main
        image: ${4:-$IMAGE_BUSYBOX}
        imagePullPolicy: IfNotPresent
        command: [sh, -c]
        args: ['$2']
        $fields
        volumeMounts: [{name: work, mountPath: /data}]
      volumes: [{name: work, ${5:-emptyDir: {\}}}]
EOF
}

remove_deployment() {
  shop delete deployment "$1" --ignore-not-found >/dev/null
  wait_until 60 "the pods of $1 to go" no_pods "$1"
}

no_pods() { [ -z "$(shop get pods -l "app=$1" -o name)" ]; }

# pod_shows APP JSONPATH TEXT: a pod of APP has TEXT there.
pod_shows() {
  grep -qw -- "$3" < <(shop get pods -l "app=$1" -o "jsonpath={.items[*].$2}")
}

expect_pod() {
  wait_until 90 "a pod of $1 with $3" pod_shows "$@" || {
    shop get pods -l "app=$1" -o wide >&2
    return 1
  }
}
readonly WAITING='status.containerStatuses[*].state.waiting.reason'
