#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Faults injected for real, each found by `upkeep run` with the right subject, state, reason and exit
# code, then healed. Faults of different playbooks are in at the same time.
#
#   UPKEEP_BINARY=PATH tests/e2e/faults.sh       with cluster env and servers env exported
set -euo pipefail
# shellcheck source=lib/session.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/session.sh"

cluster_faults=() server_faults=()
heal_all() {
  local name
  # The newest first: a velero fault stands on the one before it.
  for name in $(printf '%s\n' "${cluster_faults[@]}" | tac); do cluster heal "$name" >/dev/null 2>&1 || echo "faults: cannot heal $name" >&2; done
  cluster_faults=()
  if [ ${#server_faults[@]} -gt 0 ]; then servers heal all >/dev/null 2>&1 || echo "faults: cannot heal the servers" >&2; fi
  server_faults=()
}
trap 'heal_all; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A busy machine may show a fault later than its script waits for; what `upkeep` finds decides.
late() { echo "faults: $1: $(tail -1 "$work/fault.log")"; }
inject_cluster() { cluster_faults+=("$1"); cluster fault "$1" >"$work/fault.log" 2>&1 || late "$1"; }
inject_server() { server_faults+=("$1"); servers fault "$1" >"$work/fault.log" 2>&1 || late "$1"; }

# found FAULT RUN TARGET PLAYBOOK SUBJECT_REGEX STATE REASON
found() {
  if jq -e --arg target "$3" --arg playbook "$4" --arg subject "^$5\$" --arg state "$6" --arg reason "$7" \
    '[.attention[] | select(.target == $target and .playbook == $playbook and (.subject | test($subject)))]
     | length > 0 and all(.state == $state and .reason == $reason)' "$work/$2.json" >/dev/null; then
    pass "$1: $5 $6 $7"
  else
    fail "$1: wanted $4 $3 $5 $6 $7" "$(jq -c '.attention[] | [.playbook, .target, .subject, .state, .reason]' "$work/$2.json" | sed -n 1,40p)"
  fi
}
# ends CODE ARGUMENT...: a run of its own, for the exit code.
ends() {
  local wanted=$1
  shift
  look exit "$@"
  if [ "$exit_code" = "$wanted" ]; then pass "upkeep run $*: exit code $wanted"; else
    fail "upkeep run $*: exit code $exit_code, wanted $wanted" "$(jq -c '.attention[] | [.subject, .state, .reason]' "$work/exit.json")"
  fi
}

whole_inventory >"$UPKEEP_INVENTORY"
at_once=(--param start_minutes=0 --param pending_minutes=0 --param idle_warning_seconds=1)
echo "faults: with ${at_once[*]}: the defaults would have the test wait five minutes"

# One fault of each playbook at a time, so that nothing else explains its exit code.
# alone CODE FAULT PLAYBOOK SUBJECT_REGEX STATE REASON [PARAMETER]
alone() {
  ends "$1" "$3" --target cluster ${7:+--param "$7"}
  found "$2" exit cluster "$3" "$4" "$5" "$6"
}
pod() { alone "$1" "$2" kubernetes.pods "shop/Pod/$2-[0-9a-z-]+" "$3" "$4" start_minutes=0; }
claim() { alone "$1" "$2" kubernetes.volume_state "shop/PersistentVolumeClaim/$2" "$3" "$4" pending_minutes=0; }
usage() { alone "$1" "$2" kubernetes.volume_usage "shop/PersistentVolumeClaim/$2" "$3" full; }

echo "faults: pods, claims and volumes, one of each kind at a time"
for name in crash-loop pending-claim volume-80 memory-hog; do inject_cluster "$name"; done
pod 2 crash-loop critical crash_loop
claim 1 pending-claim warning pending
usage 1 volume-80 warning
alone 1 memory-hog kubernetes.pod_memory 'shop/Pod/memory-hog-[0-9a-z-]+' warning near_limit
heal_all
for name in oom-kill lost-volume volume-90; do inject_cluster "$name"; done
pod 2 oom-kill critical oom_killed
claim 2 lost-volume critical lost
usage 2 volume-90 critical
heal_all
for name in image-missing released-volume volume-100; do inject_cluster "$name"; done
pod 2 image-missing critical image
alone 1 released-volume kubernetes.volume_state PersistentVolume/released-volume warning released
usage 2 volume-100 critical
heal_all
inject_cluster unschedulable
pod 2 unschedulable critical unschedulable
heal_all
inject_cluster pod-unready
pod 1 pod-unready warning unready
heal_all

echo "faults: metrics-server is gone: declared and missing, then not declared"
inject_cluster metrics-server-missing
for playbook in kubernetes.node_usage kubernetes.pod_memory; do
  alone 2 metrics-server-missing "$playbook" Cluster/cluster critical not_installed
done
sed -i 's/expects: \[metrics-server\]/expects: []/' "$UPKEEP_INVENTORY"
for playbook in kubernetes.node_usage kubernetes.pod_memory; do
  ends 0 "$playbook" --target cluster
  if jq -e '.coverage == {attempted: 1, observed: 0} and ([.skipped[] | select(.reason == "not_installed")] | length) == 1' \
    "$work/exit.json" >/dev/null; then
    pass "metrics-server-missing: $playbook, not declared, is skipped and shown in coverage"
  else
    fail "metrics-server-missing: $playbook, not declared" "$(jq -c '.coverage, .skipped' "$work/exit.json")"
  fi
done
whole_inventory >"$UPKEEP_INVENTORY"
heal_all

echo "faults: a replica, an idle session, Redis, a certificate, and a crash loop, in one daily list"
inject_cluster crash-loop
for name in pg-idle-in-transaction pg-replica-stopped redis-oom certificate-expiring; do inject_server "$name"; done
sleep 2  # The session must have been idle for longer than the limit of one second.
look first daily "${at_once[@]}"
if [ "$exit_code" = 2 ]; then pass "upkeep run daily: exit code 2"; else fail "upkeep run daily: exit code $exit_code"; fi
found crash-loop first cluster kubernetes.pods 'shop/Pod/crash-loop-[0-9a-z-]+' critical crash_loop
found pg-idle-in-transaction first orders-db postgres.sessions 'orders-db/Session/[0-9]+' warning idle_in_transaction
found pg-replica-stopped first orders-db postgres.connectivity orders-db/ReplicationSlot/standby1 critical replica_gone
found pg-replica-stopped first orders-standby postgres.connectivity Database/orders-standby unknown unreachable
found redis-oom first cache redis.health Memory/cache critical memory
found certificate-expiring first shop-web http.endpoint Certificate/shop-web critical expiring
ends 1 postgres.sessions --target orders-db --param idle_warning_seconds=1
ends 2 postgres.connectivity --target orders-db
ends 69 postgres.connectivity --target orders-standby  # no target of that run answers
ends 2 redis.health --target cache
ends 2 http.endpoint --target shop-web
heal_all
ends 0 postgres.connectivity --target orders-db
inject_server pg-deadlock
ends 1 postgres.connectivity --target orders-db --param deadlocks_warning=1
found pg-deadlock exit orders-db postgres.connectivity Deadlocks/orders-db warning deadlocks
heal_all

echo "faults: a dead endpoint, no connection left, a cordoned node, failed and old backups"
inject_server endpoint-dead
inject_server pg-full-connections
inject_cluster cordoned
look second daily
found endpoint-dead second shop-web http.endpoint Endpoint/shop-web critical unreachable
found pg-full-connections second orders-db postgres.connectivity Connections/orders-db critical connections
found cordoned second cluster kubernetes.nodes Node/node-2 warning cordoned
ends 1 kubernetes.nodes --target cluster
ends 2 postgres.connectivity --target orders-db
ends 2 http.endpoint --target shop-web
heal_all
inject_cluster velero-healthy
ends 0 velero.backups --target cluster
inject_cluster velero-backup-failed
alone 2 velero-backup-failed velero.backups velero/Backup/daily-2 critical backup_failed
heal_all
inject_cluster velero-backup-old
alone 2 velero-backup-old velero.backups Cluster/cluster critical backup_old
heal_all
inject_cluster velero-missing
whole_inventory velero >"$UPKEEP_INVENTORY"
alone 2 velero-missing velero.backups Cluster/cluster critical not_installed

echo "faults: a node's filesystem, a node whose kubelet has ended"
for percent in 80 90 100; do
  state=critical code=2
  [ "$percent" != 80 ] || state=warning code=1
  inject_cluster "node-filesystem-$percent"
  alone "$code" "node-filesystem-$percent" kubernetes.filesystems node-2/Filesystem/nodefs "$state" full
  [ "$percent" != 100 ] || alone 2 node-filesystem-100 kubernetes.nodes Node/node-2 critical pressure
  heal_all
done
inject_cluster node-not-ready
alone 2 node-not-ready kubernetes.nodes Node/node-2 critical kubelet_silent
heal_all
finish
