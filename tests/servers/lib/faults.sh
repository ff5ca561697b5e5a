# SPDX-License-Identifier: Apache-2.0
# Named faults: fault_NAME breaks something and returns when it can be seen from outside; heal_NAME
# mends it and returns when it is whole. The mark in faults/ is set first, so that a fault that was
# cut short can be healed too.
# shellcheck shell=bash

fault_names() {
  declare -F | sed -n 's/^declare -f heal_//p' | tr _ - | sort
}

# fault_server NAME: the server that a fault needs, in the words of up.
fault_server() {
  case $1 in
    pg-*) echo postgres ;;
    endpoint-* | certificate-*) echo nginx ;;
    *) echo "${1%%-*}" ;;
  esac
}

fault_inject() {
  local fault=$1
  declare -F "heal_${fault//-/_}" >/dev/null ||
    die "no fault '$fault'; known: $(fault_names | paste -sd' ')"
  grep -qx "$(fault_server "$fault")" "$state/wanted" ||
    die "fault $fault needs $(fault_server "$fault"), which is not up here"
  [[ ! -e "$state/faults/$fault.in" ]] || die "fault $fault is in already"
  : >"$state/faults/$fault.in"
  "fault_${fault//-/_}"
}

fault_heal() {
  local fault file
  if [[ "$1" == all ]]; then
    for file in "$state"/faults/*.in; do
      [[ ! -e "$file" ]] || fault_heal "$(basename "$file" .in)"
    done
    return
  fi
  fault=$1
  [[ -e "$state/faults/$fault.in" ]] || die "fault $fault is not in"
  "heal_${fault//-/_}"
  rm -f "$state/faults/$fault".* "$state/faults/$fault"-*
}

# fault_until SECONDS WHAT COMMAND...: the fault must be visible, or injecting it has failed.
fault_until() {
  local until=$((SECONDS + $1)) what=$2
  shift 2
  while ! "$@" >/dev/null 2>&1; do
    ((SECONDS < until)) || die "waited in vain until $what"
    sleep 0.1
  done
}

not() { ! "$@"; }

# The units of a fault: the sessions that it holds open.
fault_units() {
  local file
  for file in "$state/run/fault-$1-"*.pid; do
    [[ ! -e "$file" ]] || basename "$file" .pid
  done
}

# Ends the sessions a fault holds; fine when there are none.
fault_release() {
  local units
  mapfile -t units < <(fault_units "$1")
  ((${#units[@]} == 0)) || unit_stop "${units[@]}"
}

unit_freeze() {
  local pid
  pid=$(unit_pid "$1") || die "$1 does not run"
  tree_signal STOP "$pid"
}

unit_thaw() {
  local pid
  pid=$(unit_pid "$1") || die "$1 does not run"
  tree_signal CONT "$pid"
}
