# SPDX-License-Identifier: Apache-2.0
# Control groups, version 1 and 2: /upkeep-SLOT/{system,node-1,node-2} in every hierarchy.
# shellcheck shell=bash

# The hierarchies to use, one folder a line: all of version 1 if there are any, else version 2.
cgroup_roots() {
  local roots
  roots=$(awk '$5 ~ "^/sys/fs/cgroup/" && / - cgroup / {print $5}' /proc/self/mountinfo | sort -u)
  [ -n "$roots" ] || roots=$(awk '$5 ~ "^/sys/fs/cgroup" && / - cgroup2 / {print $5}' \
    /proc/self/mountinfo | sort -u)
  printf '%s\n' "$roots"
}

# Every hierarchy: beside version 1, runc makes its groups in a mounted version 2 too.
all_cgroup_roots() {
  awk '$5 ~ "^/sys/fs/cgroup" && / - cgroup2? / {print $5}' /proc/self/mountinfo | sort -u
}

# A chroot often has a /sys without the groups in it: mounts them as the kernel has them arranged.
require_cgroups() {
  local line controllers folder
  [ -z "$(cgroup_roots)" ] || return 0
  say "mounting the control groups on /sys/fs/cgroup (this root has none)"
  if ! grep -q '^[1-9]' /proc/self/cgroup; then
    mount -t cgroup2 upkeep-cgroup /sys/fs/cgroup
    return
  fi
  mount -t tmpfs -o mode=755 upkeep-cgroup /sys/fs/cgroup
  while IFS=: read -r line controllers _; do
    [ "$line" != 0 ] || continue
    folder=/sys/fs/cgroup/${controllers#name=}
    mkdir -p "$folder"
    mount -t cgroup -o "$controllers" upkeep-cgroup "$folder"
  done </proc/self/cgroup
}

# Takes back what require_cgroups mounted, once no instance of anybody has a group in it.
release_cgroups() {
  local mounts groups
  mounts=$(awk '/ upkeep-cgroup / && $5 ~ "^/sys/fs/cgroup" {print $5}' /proc/self/mountinfo)
  [ -n "$mounts" ] || return 0
  groups=$(find /sys/fs/cgroup -maxdepth 2 -type d -name 'upkeep-[0-9]*' 2>/dev/null)
  [ -z "$groups" ] || return 0
  sort -r <<<"$mounts" | while read -r folder; do umount "$folder" || true; done
}

make_cgroup() {
  local root parent=
  for root in $(cgroup_roots); do
    local path=$root part
    for part in ${1//\// }; do
      parent=$path
      path=$path/$part
      mkdir -p "$path"
      if [ -e "$path/cpuset.mems" ] && [ -e "$path/cgroup.clone_children" ]; then
        cat "$parent/cpuset.cpus" >"$path/cpuset.cpus"
        cat "$parent/cpuset.mems" >"$path/cpuset.mems"
      fi
      if [ -e "$parent/cgroup.subtree_control" ]; then
        local controller
        for controller in $(cat "$parent/cgroup.controllers"); do
          echo "+$controller" >"$parent/cgroup.subtree_control" 2>/dev/null || true
        done
      fi
    done
  done
}

# Moves the calling subshell.
join_cgroup() {
  local root
  for root in $(cgroup_roots); do
    echo "$BASHPID" >"$root/$1/cgroup.procs"
  done
}

cgroup_pids() {
  local root
  for root in $(all_cgroup_roots); do
    [ -d "$root/$1" ] || continue
    find "$root/$1" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done | sort -un
}

# Ends every process in the group and below, then removes the groups.
remove_cgroup() {
  local root pids end=$((SECONDS + 20))
  while pids=$(cgroup_pids "$1"); [ -n "$pids" ]; do
    # Membership was read this instant: these are ours, whatever their numbers were before.
    xargs -r kill -KILL <<<"$pids" 2>/dev/null || true
    ((SECONDS < end)) || { echo "cluster: processes do not end: $pids" >&2; return 1; }
    sleep 0.1
  done
  for root in $(all_cgroup_roots); do
    end=$((SECONDS + 5))
    while [ -d "$root/$1" ]; do
      find "$root/$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
      ((SECONDS < end)) || { echo "cluster: cannot remove $root/$1" >&2; return 1; }
      [ ! -d "$root/$1" ] || sleep 0.1
    done
  done
}
