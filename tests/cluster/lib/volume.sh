# SPDX-License-Identifier: Apache-2.0
# Volumes: a tmpfs of a fixed size on a node, offered as a PersistentVolume of type `local`, so that
# kubelet's volume statistics are true and a volume can really be filled.
# shellcheck shell=bash

# cluster volume NAME MIB [NODE]: adds an available PersistentVolume of class local-memory.
cluster_volume() {
  [ $# -ge 2 ] || die "usage: volume NAME MIB [NODE]"
  local volume=$1 mib=$2 i
  i=$(node_number "${3:-1}")
  [[ $volume =~ ^[a-z0-9-]+$ && $mib =~ ^[0-9]+$ ]] || die "bad volume '$volume' or size '$mib'"
  inside "node-$i" bash -ec "
    mountpoint -q /var/lib/volumes/$volume || {
      mkdir -p /var/lib/volumes/$volume
      mount -t tmpfs -o mode=777,size=${mib}m $volume /var/lib/volumes/$volume
    }"
  kube apply -f - >/dev/null <<EOF
apiVersion: v1
kind: PersistentVolume
metadata: {name: $volume}
spec:
  capacity: {storage: ${mib}Mi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: local-memory
  local: {path: /var/lib/volumes/$volume}
  nodeAffinity:
    required:
      nodeSelectorTerms:
      - matchExpressions:
        - {key: kubernetes.io/hostname, operator: In, values: [$(node_name "$i")]}
EOF
}

# cluster volume-remove NAME: the object, then the memory behind it on whichever node has it.
cluster_volume_remove() {
  local i
  kube delete pv "$1" --ignore-not-found --wait=false >/dev/null
  kube patch pv "$1" --type merge -p '{"metadata":{"finalizers":null}}' >/dev/null 2>&1 || true
  for i in "${NODES[@]}"; do
    inside "node-$i" bash -c "! mountpoint -q /var/lib/volumes/$1 ||
      { umount -l /var/lib/volumes/$1 && rmdir /var/lib/volumes/$1; }"
  done
}
