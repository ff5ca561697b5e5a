# SPDX-License-Identifier: Apache-2.0
# Velero's real resource definitions, and objects of them written as Velero would have left them:
# no Velero runs here.
# shellcheck shell=bash

velero_time() { date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ; }

fault_velero_missing() {
  local kinds
  kinds=$(velero_kinds)
  [ -z "$kinds" ] || kube -n velero delete "${kinds//$'\n'/,}" --all --ignore-not-found >/dev/null
  kube delete -f "$BIN/velero" --ignore-not-found --wait=false >/dev/null
  kube delete namespace velero --ignore-not-found >/dev/null
  wait_until 60 "Velero's resource definitions to go" velero_is_gone
}

velero_kinds() { kube get crd -o name | sed -n 's|.*/\(.*\.velero\.io\)$|\1|p'; }

# A definition that is deleted while its storage is still starting is tried again only minutes
# later, or when it changes: so it is changed.
velero_is_gone() {
  local left
  left=$(velero_kinds)
  [ -z "$left" ] && return
  sleep 1
  # shellcheck disable=SC2086 # one word a name
  kube annotate --overwrite crd $left "upkeep.test/retry=$SECONDS" || true
  return 1
}
heal_velero_missing() { fault_velero_crds; }

fault_velero_crds() {
  kube apply --server-side -f "$BIN/velero" >/dev/null
  kube wait --for=condition=Established --timeout=30s -f "$BIN/velero" >/dev/null
  kube create namespace velero --dry-run=client -o yaml | kube apply -f - >/dev/null
}
heal_velero_crds() { fault_velero_missing; }

# velero_backup NAME AGE PHASE [MORE_STATUS]
velero_backup() {
  local begin end
  begin=$(velero_time "$2")
  end=$(velero_time "$2 + 3 minutes")
  velero_object backups "$1" <<EOF
apiVersion: velero.io/v1
kind: Backup
metadata:
  name: $1
  namespace: velero
  labels: {velero.io/schedule-name: daily, velero.io/storage-location: default}
spec: {storageLocation: default, includedNamespaces: ["*"], ttl: 720h0m0s}
status:
  version: 1
  formatVersion: 1.1.0
  phase: $3
  startTimestamp: "$begin"
  completionTimestamp: "$end"
  expiration: "$(velero_time "$2 + 30 days")"
  progress: {itemsBackedUp: 41, totalItems: 41}
  ${4:-}
EOF
}

# velero_object PLURAL NAME < YAML: where status is a subresource, apply alone would drop it.
velero_object() {
  local text
  text=$(cat)
  kube apply -f - <<<"$text" >/dev/null
  if [ -n "$(kube get crd "$1.velero.io" \
    -o jsonpath='{.spec.versions[?(@.name=="v1")].subresources.status}')" ]; then
    kube apply --server-side --force-conflicts --subresource=status -f - <<<"$text" >/dev/null
  fi
  wait_until 10 "the status of $2" velero_has_phase "$1" "$2"
}

velero_has_phase() {
  [ -n "$(kube -n velero get "$1.velero.io" "$2" -o jsonpath='{.status.phase}')" ]
}

velero_base() {
  fault_velero_crds
  velero_object backupstoragelocations default <<EOF
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: {name: default, namespace: velero}
spec: {provider: aws, default: true, objectStorage: {bucket: backups}, config: {region: minio}}
status:
  phase: Available
  lastValidationTime: "$(velero_time '1 minute ago')"
  lastSyncedTime: "$(velero_time '1 minute ago')"
EOF
  velero_object schedules daily <<EOF
apiVersion: velero.io/v1
kind: Schedule
metadata: {name: daily, namespace: velero}
spec: {schedule: "0 3 * * *", template: {includedNamespaces: ["*"], ttl: 720h0m0s}}
status: {phase: Enabled, lastBackup: "$(velero_time '6 hours ago')"}
EOF
}

fault_velero_healthy() {
  velero_base
  velero_backup daily-1 '6 hours ago' Completed
}
heal_velero_healthy() { fault_velero_missing; }

fault_velero_backup_failed() {
  fault_velero_healthy
  velero_backup daily-2 '1 hour ago' Failed \
    'failureReason: "error putting object: AccessDenied: Access Denied."'
}
heal_velero_backup_failed() { kube -n velero delete backups.velero.io daily-2 >/dev/null; }

fault_velero_backup_old() {
  velero_base
  kube -n velero delete backups.velero.io --all >/dev/null
  velero_backup daily-0 '9 days ago' Completed
}
heal_velero_backup_old() {
  velero_backup daily-1 '6 hours ago' Completed
  kube -n velero delete backups.velero.io daily-0 --ignore-not-found >/dev/null
}
