# SPDX-License-Identifier: Apache-2.0
# Processes of an instance. Each lives in one of its places (control, node-1, node-2: a network and
# a mount namespace, held open by one sleeping process) and in the cgroup /upkeep-SLOT/system, so
# that `down` finds all of them, children too, by membership and never by a number that was reused.
# shellcheck shell=bash

start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

record_pid() {
  mkdir -p "$STATE/pids"
  printf '%s %s\n' "$2" "$(start_time "$2")" >"$STATE/pids/$1"
}

# Prints the pid of COMPONENT if the process that was recorded still runs.
running_pid() {
  local pid started
  [ -s "$STATE/pids/$1" ] || return 1
  read -r pid started <"$STATE/pids/$1"
  [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ] || return 1
  [ "$(sed 's/.*) //' "/proc/$pid/stat" | cut -d' ' -f1)" != Z ] || return 1
  echo "$pid"
}

is_running() { running_pid "$1" >/dev/null; }

# A place is entered by its holder. --root follows the holder's root: right in a chroot too.
enter() {
  local holder
  holder=$(running_pid "place-$1") || die "place '$1' of instance '$NAME' is gone"
  ENTER=(nsenter -t "$holder" --net --mount --root --wd=/ --)
}

# make_place PLACE
make_place() {
  local pid own
  (
    join_cgroup "$CGROUP/system"
    exec setsid unshare --net --mount --propagation private sleep infinity \
      </dev/null >/dev/null 2>&1 8>&- 9>&-
  ) &
  pid=$!
  record_pid "place-$1" "$pid"
  disown "$pid"
  own=$(readlink /proc/self/ns/mnt)
  wait_until 5 "the namespaces of $1" place_is_made "$pid" "$own"
}

place_is_made() {
  local now
  now=$(readlink "/proc/$1/ns/mnt") && [ -n "$now" ] && [ "$now" != "$2" ] &&
    [ "$(cat "/proc/$1/comm")" = sleep ]
}

# start COMPONENT PLACE COMMAND...: in the background, its output appended to the component's log.
start() {
  local component=$1 place=$2 ENTER
  shift 2
  enter "$place"
  (
    join_cgroup "$CGROUP/system"
    exec setsid "${ENTER[@]}" "$@" </dev/null >>"$LOGS/$component.log" 2>&1 8>&- 9>&-
  ) &
  record_pid "$component" $!
  disown $!
}

# inside PLACE COMMAND...: waits for the command, its memory charged to the instance.
inside() {
  local ENTER
  enter "$1"
  shift
  (
    join_cgroup "$CGROUP/system"
    exec "${ENTER[@]}" "$@"
  )
}

# stop COMPONENT [SECONDS]: asks, then ends it.
stop() {
  local pid end=$((SECONDS + ${2:-3}))
  pid=$(running_pid "$1") || { rm -f "$STATE/pids/$1"; return 0; }
  kill -CONT "$pid" 2>/dev/null || true
  kill -TERM "$pid" 2>/dev/null || true
  while is_running "$1"; do
    ((SECONDS < end)) || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.1
  done
  rm -f "$STATE/pids/$1"
}

# Every live component must still be alive; names the first that is not and shows its last words.
check_components() {
  local file component
  for file in "$STATE"/pids/*; do
    component=$(basename "$file")
    is_running "$component" || { show_log "$component"; return 1; }
  done
}

show_log() {
  printf 'cluster: %s ended; the last lines of %s:\n' "$1" "$LOGS/$1.log" >&2
  tail -n 15 "$LOGS/$1.log" >&2 2>/dev/null || true
}
