# SPDX-License-Identifier: Apache-2.0
# Addresses of an instance. The host has one link (upkeepN, .1) into the control place, where the
# bridge lives with the control plane (.2) and the nodes (.11, .12). No default route leads out.
# shellcheck shell=bash

# Making the host's link is the claim: the kernel lets only one caller make it, whatever state
# folder or chroot the others run in.
claim_slot() {
  local slot root
  for ((slot = 0; slot < SLOTS; slot++)); do
    for root in $(cgroup_roots); do
      [ ! -d "$root/upkeep-$slot" ] || continue 2
    done
    if ip link add "upkeep$slot" type veth peer name "upkeep${slot}c" 2>/dev/null; then
      ip link set "upkeep$slot" alias "$STATE"
      echo "$slot" >"$STATE/slot"
      use_slot "$slot"
      return
    fi
  done
  die "all $SLOTS slots are taken: 'cluster status' of each instance, then 'cluster down'"
}

slot_owner() { cat "/sys/class/net/upkeep$1/ifalias" 2>/dev/null || true; }

# The slot that a link says is ours, for an `up` that was ended before it wrote the file.
find_claimed_slot() {
  local slot
  for ((slot = 0; slot < SLOTS; slot++)); do
    [ "$(slot_owner "$slot")" != "$STATE" ] || { echo "$slot"; return; }
  done
}

make_network() {
  local control
  control=$(running_pid place-control)
  ip link set "${LINK}c" netns "$control" name host
  ip address add "$HOST_IP/24" dev "$LINK"
  ip link set "$LINK" up
  # What nobody serves must not go out by the default route.
  ip route replace blackhole "$POD_CIDR"
  ip route replace blackhole "$SERVICE_CIDR"
  inside control bash -ec "
    ip link set lo up
    ip link add br0 type bridge
    ip link set host master br0 up
    ip address add $CONTROL_IP/24 dev br0
    ip link set br0 up
    ip route add blackhole default"
  local i
  for i in "${NODES[@]}"; do
    join_node "$i" "$control"
  done
}

join_node() {
  local i=$1 control=$2 holder other routes=
  holder=$(running_pid "place-node-$i")
  for other in "${NODES[@]}"; do
    [ "$other" = "$i" ] || routes+="ip route add $(node_pod_cidr "$other") via $(node_ip "$other");"
  done
  inside control ip link add "$(node_name "$i")" type veth peer name eth0 netns "$holder"
  inside control bash -ec "
    ip link set $(node_name "$i") master br0 up
    ip route add $(node_pod_cidr "$i") via $(node_ip "$i")"
  # A default route must exist for service addresses to be looked up; it ends in the control place,
  # which forwards nothing.
  inside "node-$i" bash -ec "
    ip link set lo up
    ip address add $(node_ip "$i")/24 dev eth0
    ip link set eth0 up
    ip route add default via $CONTROL_IP
    $routes
    echo 1 >/proc/sys/net/ipv4/ip_forward
    [ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] ||
      echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables"
  ip route add "$(node_pod_cidr "$i")" via "$(node_ip "$i")" dev "$LINK"
}

remove_network() {
  ip link delete "$LINK" 2>/dev/null || true
  ip route delete blackhole "$POD_CIDR" 2>/dev/null || true
  ip route delete blackhole "$SERVICE_CIDR" 2>/dev/null || true
}
