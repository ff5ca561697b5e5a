# SPDX-License-Identifier: Apache-2.0
# Units: processes that this instance started, known by pid and start time, so that a pid that the
# kernel gave to somebody else since is never signalled.
# shellcheck shell=bash

say() { printf 'servers: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

# "STATE STARTTIME" of a pid; fails when there is none. The name in the file may hold blanks.
process_stat() {
  local line
  { IFS= read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${line##*) }
  printf '%s %s\n' "$1" "${20}"
}

# unit_start UNIT FOLDER SIGNAL COMMAND...: runs COMMAND in a session of its own with FOLDER as its
# working folder; SIGNAL is what ends it in order. COMMAND must exec, not fork, its server.
unit_start() {
  local unit=$1 dir=$2 signal=$3 pid stat
  shift 3
  mkdir -p "$state/run" "$state/log"
  (
    cd "$dir"
    exec setsid "$@" </dev/null >>"$state/log/$unit.log" 2>&1 8>&- 9>&-
  ) &
  pid=$!
  stat=$(process_stat "$pid") || stat='Z 0'
  printf '%s %s %s\n' "$pid" "${stat#* }" "$signal" >"$state/run/$unit.part"
  mv "$state/run/$unit.part" "$state/run/$unit.pid"
}

# Prints the pid of a unit that runs; fails when it has ended (a zombie has).
unit_pid() {
  local pid start _ stat
  { read -r pid start _ <"$state/run/$1.pid"; } 2>/dev/null || return 1
  stat=$(process_stat "$pid") || return 1
  [[ "${stat% *}" != Z && "${stat#* }" == "$start" ]] || return 1
  printf '%s\n' "$pid"
}

unit_alive() { unit_pid "$1" >/dev/null; }

# unit_stop UNIT...: asks each, waits up to five seconds, then kills. Fine when none runs.
unit_stop() {
  local unit pid signal left
  for unit in "$@"; do
    pid=$(unit_pid "$unit") || continue
    read -r _ _ signal <"$state/run/$unit.pid"
    kill "-$signal" "$pid" 2>/dev/null || true
    tree_signal CONT "$pid"
  done
  for ((left = 100; left > 0; left--)); do
    any_alive "$@" || break
    sleep 0.05
  done
  for unit in "$@"; do
    pid=$(unit_pid "$unit") && kill -KILL "$pid" 2>/dev/null || true
  done
  for ((left = 100; left > 0; left--)); do
    any_alive "$@" || break
    sleep 0.05
  done
  for unit in "$@"; do
    unit_alive "$unit" && die "$unit could not be ended"
    rm -f "$state/run/$unit.pid"
  done
  return 0
}

any_alive() {
  local unit
  for unit in "$@"; do
    unit_alive "$unit" && return 0
  done
  return 1
}

# tree_signal SIGNAL PID: the process first (so that it starts no more), then its children.
tree_signal() {
  local child children
  kill "-$1" "$2" 2>/dev/null || true
  children=$(cat "/proc/$2/task/"*/children 2>/dev/null || true)
  for child in $children; do
    tree_signal "$1" "$child"
  done
}

# Pids that stand in the instance's folder and run one of its programs: what a crash left behind
# (nginx workers, backends of a killed postmaster). A shell that somebody opened there is spared.
instance_strays() {
  local dir pid exe
  while IFS= read -r dir; do
    pid=${dir#/proc/}
    exe=$(readlink "$dir/exe" 2>/dev/null) || continue
    exe=${exe% (deleted)}
    case ${exe##*/} in
      postgres | psql | pg_basebackup | initdb | redis-server | redis-check-rdb | mariadbd | \
        mariadb | nginx | minio | python3*) printf '%s\n' "$pid" ;;
    esac
  done < <(find /proc -maxdepth 2 -path '/proc/[0-9]*/cwd' -lname "$state/*" -printf '%h\n' \
    2>/dev/null)
}

# wait_for UNIT SECONDS COMMAND...: until COMMAND succeeds; ends early when the unit has died.
wait_for() {
  local unit=$1 seconds=$2 until
  shift 2
  until=$((SECONDS + seconds))
  while ! "$@" >"$state/log/$unit.wait" 2>&1; do
    if [[ -e "$state/run/$unit.pid" ]] && ! unit_alive "$unit"; then
      unit_failed "$unit" "ended while starting"
    fi
    ((SECONDS < until)) || unit_failed "$unit" "did not answer within $seconds s ($*)"
    sleep 0.05
  done
  rm -f "$state/log/$unit.wait"
}

unit_failed() {
  local file
  for file in "$state/log/$1.log" "$state/log/$1.wait"; do
    [[ -s "$file" ]] || continue
    say "--- last lines of ${file##*/}"
    tail -n 25 "$file" >&2
  done
  die "$1 $2"
}
