#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A daemon and ticks at work on one store, killed (-9) at random points, again and again. At the end,
# and every fifty kills, the books are checked by SQL over the rows and not with upkeep's own figures:
# due = the sum of the named states and of what is in flight (DESIGN.md 1.2), no second of a schedule
# without its slot, no two attempts at a slot overlap, no slot is run to its end twice, no action is
# repeated (lib/kill_actions.sh); and the store and its ledger are whole.
#
#   UPKEEP_BINARY=PATH tests/e2e/kills.sh        40 seconds of it
#   UPKEEP_KILLS=1000 …                          so many kills, however long they take
#
# UPKEEP_SEED repeats the choices (not the machine's timing). Needs sqlite3, psql, openssl, and in the
# environment what `servers env` prints.
set -euo pipefail

source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
: "${UPKEEP_BINARY:?the upkeep to test}"
command -v sqlite3 >/dev/null || { echo "kills: sqlite3 is not installed" >&2; exit 1; }
want=${UPKEEP_KILLS:-}
seconds=${UPKEEP_KILL_SECONDS:-40}
seed=${UPKEEP_SEED:-$$}
RANDOM=$seed

work=$(mktemp -d /tmp/upkeep-kills.XXXXXX)
daemon='' ticks=()
# shellcheck source=tests/e2e/lib/kill_actions.sh
source "$source_tree/tests/e2e/lib/kill_actions.sh"
cleanup() {
  local code=$? pid
  for pid in $daemon $actions_applier $actions_hop "${ticks[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  actions_end_sessions
  if [ "$code" != 0 ]; then
    echo "kills: seed $seed" >&2
    tail -n 20 "$work/daemon.log" >&2 || true
  fi
  if [ "$code" != 0 ] && [ -n "${UPKEEP_KEEP:-}" ]; then echo "kills: kept $work" >&2; else rm -rf "$work"; fi
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() { echo "kills: $*" >&2; exit 1; }
sql() { sqlite3 -cmd '.timeout 10000' "$UPKEEP_STORE" "$1"; }

mkdir "$work/schedules"
cat >"$work/inventory.yaml" <<'END'
apiVersion: upkeep/v1
targets:
  - {name: first, kind: host, host: localhost}
  - {name: second, kind: host, host: localhost}
END
# The overlap and catch-up rules apart from each other; each fires often enough to be met by a kill.
cat >"$work/schedules/all.yaml" <<'END'
apiVersion: upkeep/v1
schedules:
  - id: forbid
    cron: "* * * * * *"
    playbooks: [selftest.wait, selftest.warn]
    targets: [first, second]
    retry: {attempts: 1, backoff: 1s, cap: 1s}
  - id: queue
    cron: "*/2 * * * * *"
    playbooks: [selftest.wait]
    targets: [first]
    overlap: {mode: queue, limit: 2}
    catchUp: {mode: all, limit: 3, maxAge: 1m}
    grace: 1s
  - id: splayed
    cron: "*/3 * * * * *"
    playbooks: [selftest.ok]
    targets: [first, second]
    overlap: replace
    catchUp: none
    jitter: 2s
END
declare -A step=([forbid]=1 [queue]=2 [splayed]=3)
export UPKEEP_STORE=$work/upkeep.db UPKEEP_INVENTORY=$work/inventory.yaml UPKEEP_LANG=en \
  UPKEEP_SCHEDULES=$work/schedules UPKEEP_PLAYBOOKS=$source_tree/playbooks

none() {  # none WHAT QUERY: the query counts nothing
  local count
  count=$(sql "$2")
  [ "$count" = 0 ] || fail "$1: $count"
}
check_books() {
  local now due named id
  now=$(sql "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)")
  due=$(sql "SELECT count(*) FROM slots WHERE planned <= $now")
  named=$(sql "SELECT count(*) FROM slots WHERE planned <= $now AND state IN ('on_time', 'late', 'missed', 'cancelled',
    'blackout', 'overlapped', 'paused', 'interrupted', 'superseded', 'planned', 'queued', 'running')")
  [ "$due" = "$named" ] || fail "$due slots were due, and $named are accounted for"
  for id in "${!step[@]}"; do
    none "instants of $id without a slot" "SELECT count(*) FROM (SELECT planned - lag(planned) OVER
      (PARTITION BY target ORDER BY planned) AS step FROM slots WHERE schedule = '$id' AND planned <= $now)
      WHERE step IS NOT NULL AND step <> ${step[$id]} * 1000000"
  done
  none "attempts at one slot that overlap" "SELECT count(*) FROM attempts a JOIN attempts b
    ON a.slot = b.slot AND a.number < b.number WHERE a.ended IS NULL OR a.ended > b.claimed"
  none "runs of one schedule and target that overlap" "SELECT count(*) FROM attempts a JOIN slots s ON s.id = a.slot
    JOIN slots t ON t.schedule = s.schedule AND t.target = s.target
    JOIN attempts b ON b.slot = t.id AND b.id > a.id WHERE coalesce(a.looked, a.ended, $now) > b.claimed"
  none "slots that ran to their end twice" "SELECT count(*) FROM (SELECT slot FROM attempts
    WHERE state IN ('on_time', 'late') GROUP BY slot HAVING count(*) > 1)"
  none "runs whose slot has another state" "SELECT count(*) FROM attempts a JOIN slots s ON s.id = a.slot
    WHERE a.state IN ('on_time', 'late') AND s.state <> a.state"
  none "actions begun twice" "SELECT count(*) FROM (SELECT plan, step FROM actions GROUP BY plan, step HAVING count(*) > 1)"
  actions_check
  none "results of a run that was interrupted" "SELECT count(*) FROM outcomes o JOIN runs r ON r.id = o.run WHERE r.state = 'interrupted'"
  "$UPKEEP_BINARY" db check >"$work/out" 2>&1 || fail "db check: $(<"$work/out")"
  "$UPKEEP_BINARY" db ledger >"$work/out" 2>&1 || fail "db ledger: $(<"$work/out")"
}

start_daemon() {
  "$UPKEEP_BINARY" daemon --listen off --log json 2>>"$work/daemon.log" &
  daemon=$!
}
start_tick() {
  local ids=("${!step[@]}")
  "$UPKEEP_BINARY" tick --schedule "${ids[RANDOM % 3]}" 2>>"$work/tick.log" &
  ticks+=("$!")
}
kills=0
# killed PID NAME: kills it. A daemon must not have ended by itself before.
killed() {
  local code=0
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || code=$?
  [ "$2" != daemon ] || [ "$code" = 137 ] || fail "the daemon ended $code by itself"
  [ "$code" != 137 ] || kills=$((kills + 1))
  [ "$code" = 137 ] || [ "$code" = 0 ] || [ "$2" = apply ] || fail "a tick ended $code by itself: $(tail -n 3 "$work/tick.log")"
}

actions_begin
start_daemon
begin=$SECONDS checked=0
while if [ -n "$want" ]; then [ "$kills" -lt "$want" ]; else [ $((SECONDS - begin)) -lt "$seconds" ]; fi; do
  while [ "${#ticks[@]}" -lt 2 ]; do start_tick; done
  actions_turn
  # From the first system calls of a start to the middle of runs.
  sleep "0.$(printf %03d $((RANDOM % 900)))"
  case $((RANDOM % 6)) in
    5) killed "$actions_applier" apply; actions_applier='' ;;
    0) killed "${ticks[0]}" tick; ticks=("${ticks[@]:1}") ;;
    1) for pid in "${ticks[@]}"; do killed "$pid" tick; done; ticks=(); killed "$daemon" daemon; start_daemon ;;
    *) killed "$daemon" daemon; start_daemon ;;
  esac
  if [ $((kills / 50)) -gt "$checked" ]; then
    checked=$((kills / 50))
    check_books
  fi
done
for pid in "${ticks[@]}"; do killed "$pid" tick; done
ticks=()
killed "$actions_applier" apply
actions_applier=''
killed "$daemon" daemon
start_daemon

# Nobody is killed any more: what was open when this daemon began is ended, and what is missing is booked.
finished=$(sql "SELECT count(*) FROM runs WHERE state = 'finished'")
for _ in $(seq 300); do
  [ "$(sql "SELECT count(*) FROM runs WHERE state = 'finished'")" -le "$finished" ] || break
  sleep 0.1
done
actions_finish
kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
daemon=''
[ "$code" = 0 ] || fail "SIGTERM ended the daemon with $code"
check_books
none "attempts still open" "SELECT count(*) FROM attempts WHERE ended IS NULL"
none "runs still open" "SELECT count(*) FROM runs WHERE state = 'running'"
[ "$(sql "SELECT count(*) FROM attempts WHERE state = 'interrupted'")" -gt 0 ] || fail "no kill met a run: this shows nothing"
echo "kills: $kills kills in $((SECONDS - begin)) s (seed $seed), $(sql "SELECT count(*) FROM slots") slots:" \
  "$(sql "SELECT group_concat(state || ' ' || n, ', ') FROM (SELECT state, count(*) AS n FROM slots GROUP BY state)");" \
  "actions: $(sql "SELECT group_concat(state || ' ' || n, ', ') FROM (SELECT state, count(*) AS n FROM actions GROUP BY state)")," \
  "of which the server saw $(($(actions_calls) - actions_before))"
