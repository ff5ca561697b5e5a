# SPDX-License-Identifier: Apache-2.0
# Faults of nodes, their filesystems, volumes and claims.
# shellcheck shell=bash

readonly FAULT_NODE=2

fault_node_not_ready() {
  cluster_node_stop "$FAULT_NODE"
  wait_until 60 "node-2 to be not ready" node_is_not_ready "$(node_name "$FAULT_NODE")"
}
heal_node_not_ready() {
  cluster_node_start "$FAULT_NODE"
  wait_until 60 "the workload" workload_ready
}

fault_cordoned() { kube cordon "$(node_name "$FAULT_NODE")" >/dev/null; }
heal_cordoned() {
  kube uncordon "$(node_name "$FAULT_NODE")" >/dev/null
  wait_until 20 "node-2 to be ready" node_is_ready "$(node_name "$FAULT_NODE")"
}

node_summary() {
  kube get --raw "/api/v1/nodes/$(node_name "$1")/proxy/stats/summary" | jq "${@:2}"
}

node_filesystem_at_least() {
  node_summary "$FAULT_NODE" -e --argjson p "$1" \
    '.node.fs | .usedBytes * 100 >= .capacityBytes * $p'
}

fill_node_filesystem() {
  local kib=$((NODE_FILESYSTEM_MIB * 1024 * $1 / 100))
  # What pods hold there is small; the file makes up the rest. A full disk refuses the last part.
  inside "node-$FAULT_NODE" bash -c "
    dd if=/dev/zero of=/var/lib/kubelet/filler bs=1024 count=$kib 2>/dev/null" || true
  wait_until 60 "kubelet to report $2 %" node_filesystem_at_least "$2"
}

fault_node_filesystem_80() { fill_node_filesystem 82 80; }
fault_node_filesystem_90() { fill_node_filesystem 92 90; }
fault_node_filesystem_100() {
  fill_node_filesystem 101 99
  wait_until 60 "disk pressure on node-2" under_disk_pressure
}
under_disk_pressure() { [ "$(node_condition "$(node_name "$FAULT_NODE")" DiskPressure)" = True ]; }

heal_node_filesystem_80() {
  inside "node-$FAULT_NODE" rm -f /var/lib/kubelet/filler
  wait_until 60 "kubelet to report the freed filesystem" node_filesystem_is_free
  wait_until 60 "node-2 to be ready" node_is_ready "$(node_name "$FAULT_NODE")"
  # An evicted pod stays in the list as Failed until somebody removes it.
  kube delete pods -A --field-selector status.phase=Failed >/dev/null
  wait_until 60 "the workload" workload_ready
}
heal_node_filesystem_90() { heal_node_filesystem_80; }
heal_node_filesystem_100() { heal_node_filesystem_80; }
node_filesystem_is_free() { ! node_filesystem_at_least 50 && ! under_disk_pressure; }

claim() { # NAME CLASS MIB
  shop apply -f - >/dev/null <<EOF
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: $1}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: $2
  resources: {requests: {storage: ${3}Mi}}
  ${4:-}
EOF
}

claim_phase_is() { [ "$(shop get pvc "$1" -o jsonpath='{.status.phase}')" = "$2" ]; }
volume_phase_is() { [ "$(kube get pv "$1" -o jsonpath='{.status.phase}')" = "$2" ]; }

fill_volume() {
  local name=volume-$1 kib=$((64 * 1024 * $2 / 100)) room
  # The volume is memory, and its pages are charged to the container that writes them.
  room='resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 256Mi}}'
  cluster_volume "$name" 64 1
  reserve_volume "$name"
  claim "$name" local-memory 64 "volumeName: $name"
  deployment "$name" "dd if=/dev/zero of=/data/filler bs=1024 count=$kib; exec sleep 1000000" \
    "$room" "" "persistentVolumeClaim: {claimName: $name}"
  wait_until 90 "kubelet to report $name over $3 %" volume_at_least "$name" "$3"
}

# Says on the volume too whose it is: the claim is then bound at once, and no other can take it.
reserve_volume() {
  kube patch pv "$1" --type merge \
    -p "{\"spec\":{\"claimRef\":{\"namespace\":\"$FAULT_NAMESPACE\",\"name\":\"$1\"}}}" >/dev/null
}

volume_at_least() {
  node_summary 1 -e --arg n "$1" --argjson p "$2" '[.pods[].volume[]? | select(.pvcRef.name == $n)
    | .usedBytes * 100 >= .capacityBytes * $p] | any'
}

drain_volume() {
  remove_deployment "volume-$1"
  remove_claim "volume-$1"
}
remove_claim() {
  shop delete pvc "$1" --ignore-not-found >/dev/null
  cluster_volume_remove "$1"
  wait_until 20 "volume $1 to go" volume_is_gone "$1"
}
volume_is_gone() { [ -z "$(kube get pv "$1" --ignore-not-found -o name)" ]; }

fault_volume_80() { fill_volume 80 82 80; }
fault_volume_90() { fill_volume 90 92 90; }
fault_volume_100() { fill_volume 100 101 100; }
heal_volume_80() { drain_volume 80; }
heal_volume_90() { drain_volume 90; }
heal_volume_100() { drain_volume 100; }

fault_pending_claim() {
  claim pending-claim fast-ssd 64
  wait_until 20 "the claim to be pending" claim_phase_is pending-claim Pending
}
heal_pending_claim() { shop delete pvc pending-claim --ignore-not-found >/dev/null; }

bound_claim() {
  cluster_volume "$1" 16 1
  reserve_volume "$1"
  claim "$1" local-memory 16 "volumeName: $1"
  wait_until 60 "claim $1 to be bound" claim_phase_is "$1" Bound
}

fault_lost_volume() {
  bound_claim lost-volume
  cluster_volume_remove lost-volume
  wait_until 60 "the claim to be lost" claim_phase_is lost-volume Lost
}
heal_lost_volume() { remove_claim lost-volume; }

fault_released_volume() {
  bound_claim released-volume
  shop delete pvc released-volume >/dev/null
  wait_until 60 "the volume to be released" volume_phase_is released-volume Released
}
heal_released_volume() { remove_claim released-volume; }
