#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Several daemons on one store, one of which leads: by a Lease of the real API server, under the
# rights that `upkeep manifests --replicas` grants and no others; the leader is stopped (SIGSTOP),
# woken, cut off from the API server and terminated. Then by the lock file, whose holder is killed.
# What must hold of the slots is recomputed with SQL. Needs sqlite3, and in the environment
# UPKEEP_BINARY, UPKEEP_CLUSTER_NAME.
set -euo pipefail

source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
: "${UPKEEP_BINARY:?the upkeep to test}" "${UPKEEP_CLUSTER_NAME:?cluster env}"
command -v sqlite3 >/dev/null || { echo "lease: sqlite3 is not installed" >&2; exit 1; }
cluster() { "$source_tree/tests/cluster/cluster" --name "$UPKEEP_CLUSTER_NAME" "$@"; }
kubectl() { cluster kubectl "$@"; }

space=upkeep-lease-$$
work=$(mktemp -d /tmp/upkeep-lease.XXXXXX)
started=() paused=''
cleanup() {
  local code=$? pid
  set +e
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null; done
  [ -z "$paused" ] || cluster apiserver-resume >/dev/null 2>&1
  if [ "$code" != 0 ]; then
    for log in "$work"/*.log; do echo "--- $log" >&2; tail -n 25 "$log" >&2; done
    kubectl -n "$space" get lease -o yaml >&2
  fi
  kubectl delete namespace "$space" --ignore-not-found --wait=false >/dev/null 2>&1
  rm -rf "$work"
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() { echo "lease: $*" >&2; exit 1; }
step() { echo "== $*"; }
sql() { sqlite3 -cmd '.timeout 5000' "$UPKEEP_STORE" "$1"; }
now_ms() { date +%s%3N; }

mkdir "$work/schedules"
cat >"$work/inventory.yaml" <<'END'
apiVersion: upkeep/v1
targets:
  - {name: first, kind: host, host: localhost}
  - {name: second, kind: host, host: localhost}
END
cat >"$work/schedules/seconds.yaml" <<'END'
apiVersion: upkeep/v1
schedules:
  - id: seconds
    cron: "* * * * * *"
    playbooks: [selftest.wait, selftest.warn]
END
export UPKEEP_STORE=$work/upkeep.db UPKEEP_INVENTORY=$work/inventory.yaml UPKEEP_LANG=en \
  UPKEEP_SCHEDULES=$work/schedules UPKEEP_PLAYBOOKS=$source_tree/playbooks

# start NAME OPTION...: a daemon with its log in $work/NAME.log; its process in $NAME.
start() {
  local name=$1
  shift
  "$UPKEEP_BINARY" daemon --log json "$@" 2>>"$work/$name.log" &
  printf -v "$name" %s "$!"
  started+=("$!")
}
# await NAME TEXT [SECONDS]: until the daemon said it; how long that took is in $took (ms).
await() {
  local begin end
  begin=$(now_ms) end=$(($(now_ms) + ${3:-20} * 1000))
  until grep -q -- "$2" "$work/$1.log" 2>/dev/null; do
    [ "$(now_ms)" -lt "$end" ] || fail "$1 did not say '$2' within ${3:-20} s"
    sleep 0.02
  done
  took=$(($(now_ms) - begin))
}
# await_sql WHAT QUERY: until the query gives more than 0.
await_sql() {
  local _
  for _ in $(seq 400); do
    [ "$(sql "$2")" -gt 0 ] && return 0
    sleep 0.05
  done
  fail "never: $1"
}
ends() {  # ends PID CODE
  local code=0
  wait "$1" || code=$?
  [ "$code" = "$2" ] || fail "a daemon ended $code instead of $2"
}
runs_under() { await_sql "a run finished under fence $1" \
  "SELECT count(*) FROM attempts WHERE fence = $1 AND state IN ('on_time', 'late')"; }
lease() { kubectl -n "$space" get lease upkeep-daemon -o "jsonpath={.spec.$1}"; }

# Stops a leader while a run of it is open, and not while it holds SQLite's write lock: with that
# in its hand nobody could write before it wakes up, which docs/daemon.md says.
stop_in_a_run() {
  local _
  for _ in $(seq 200); do
    await_sql "a run is open" "SELECT count(*) FROM attempts WHERE ended IS NULL AND run IS NOT NULL"
    kill -STOP "$1"
    if sqlite3 "$UPKEEP_STORE" 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null &&
      [ "$(sql 'SELECT count(*) FROM attempts WHERE ended IS NULL AND run IS NOT NULL')" -gt 0 ]; then
      return 0
    fi
    kill -CONT "$1"
  done
  fail "the leader could not be stopped in the middle of a run"
}

check_balance() {
  local now due named holes
  now=$(sql "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)")
  [ "$(sql "SELECT count(*) FROM attempts a JOIN attempts b ON a.slot = b.slot AND a.number < b.number WHERE a.ended IS NULL OR a.ended > b.claimed")" = 0 ] ||
    fail "two attempts at one slot overlap"
  [ "$(sql "SELECT count(*) FROM attempts a JOIN slots s ON s.id = a.slot JOIN attempts b ON b.id > a.id JOIN slots t ON t.id = b.slot AND t.schedule = s.schedule AND t.target = s.target WHERE coalesce(a.ended, $now) > b.claimed")" = 0 ] ||
    fail "forbid let two runs of one schedule and target overlap"
  [ "$(sql "SELECT count(*) FROM (SELECT slot FROM attempts WHERE state IN ('on_time', 'late') GROUP BY slot HAVING count(*) > 1)")" = 0 ] ||
    fail "a slot ran twice"
  holes=$(sql "SELECT count(*) FROM (SELECT planned - lag(planned) OVER (PARTITION BY target ORDER BY planned) AS step FROM slots WHERE planned <= $now) WHERE step IS NOT NULL AND step <> 1000000")
  [ "$holes" = 0 ] || fail "$holes seconds have no slot"
  due=$(sql "SELECT count(*) FROM slots WHERE planned <= $now")
  named=$(sql "SELECT (SELECT count(*) FROM slots WHERE planned <= $now AND state IN ('on_time', 'late', 'missed', 'cancelled', 'blackout', 'overlapped', 'paused', 'interrupted', 'superseded')) + (SELECT count(*) FROM slots WHERE planned <= $now AND state IN ('planned', 'queued', 'running'))")
  [ "$due" = "$named" ] || fail "$due slots were due and $named are accounted for"
  # Whoever was replaced stored nothing any more, and claimed nothing.
  [ "$(sql "SELECT count(*) FROM attempts a JOIN fences f ON f.number = a.fence + 1 WHERE a.fence > 0 AND a.claimed > f.raised")" = 0 ] ||
    fail "a slot was claimed under a fence that was no longer the highest"
  [ "$(sql "SELECT count(*) FROM runs r JOIN attempts a ON a.run = r.id JOIN fences f ON f.number = a.fence + 1 WHERE a.fence > 0 AND r.state IN ('finished', 'cancelled') AND r.recorded > f.raised")" = 0 ] ||
    fail "a run was stored under a fence that was no longer the highest"
  "$UPKEEP_BINARY" db check >"$work/out" 2>&1 || fail "db check: $(<"$work/out")"
  "$UPKEEP_BINARY" db ledger >"$work/out" 2>&1 || fail "db ledger: $(<"$work/out")"
}

step "the rights that the manifests grant"
kubectl create namespace "$space" >/dev/null
"$UPKEEP_BINARY" manifests --schedules "$source_tree/schedules" --namespace "$space" --replicas 2 |
  awk 'BEGIN { RS = "---\n"; ORS = "" } /\nkind: (ServiceAccount|Role|RoleBinding)\n/ { print "---\n" $0 }' |
  kubectl apply -f - >/dev/null
cluster kubeconfig-for "$space" upkeep >"$work/kubeconfig"
lease_options=(--lease upkeep-daemon --lease-duration 6s --lease-kubeconfig "$work/kubeconfig")

step "one leads and holds the Lease, the other stands by"
start one "${lease_options[@]}"
await one '"event":"leading"'
start two "${lease_options[@]}"
await two '"event":"standby"'
runs_under 1
[ "$(lease leaseTransitions)" = 1 ] || fail "the Lease has $(lease leaseTransitions) transitions"
[ "$(lease leaseDurationSeconds)" = 6 ] || fail "the Lease's duration is $(lease leaseDurationSeconds)"
[[ $(lease holderIdentity) == */"$one"/* ]] || fail "the Lease's holder is $(lease holderIdentity), not process $one"
[ -n "$(lease acquireTime)" ] || fail "the Lease has no acquireTime"
renewed=$(lease renewTime)
for _ in $(seq 60); do [ "$(lease renewTime)" = "$renewed" ] || break; sleep 0.1; done
[ "$(lease renewTime)" != "$renewed" ] || fail "the Lease is not renewed"
code=0
"$UPKEEP_BINARY" daemon 2>"$work/err" || code=$?
[ "$code" = 75 ] || fail "a daemon without the Lease ended $code instead of 75"
grep -q 'a daemon runs on' "$work/err" || fail "it does not say why: $(<"$work/err")"

step "a stopped leader is replaced, and refused when it wakes up"
stop_in_a_run "$one"
await two '"event":"leading"' 9
echo "   the standby led ${took} ms after the leader was stopped (a lease of 6 s)"
[ "$(lease leaseTransitions)" = 2 ] || fail "the Lease has $(lease leaseTransitions) transitions after the take-over"
[[ $(lease holderIdentity) == */"$two"/* ]] || fail "the Lease is not the standby's"
[ "$(sql "SELECT count(*) FROM attempts WHERE fence = 1 AND state = 'interrupted' AND reason = 'another daemon leads since (fence 2 after 1)'")" -gt 0 ] ||
  fail "the slot of the stopped leader is not interrupted"
[ "$(sql 'SELECT count(*) FROM attempts WHERE fence = 1 AND ended IS NULL')" = 0 ] || fail "an attempt of the stopped leader is open"
runs_under 2
for _ in 1 2 3; do  # A tick beside them claims by the slot alone.
  "$UPKEEP_BINARY" tick --schedule seconds 2>>"$work/tick.log" || fail "a tick beside the leader ended $?"
done
kill -CONT "$one"
await one 'this process no longer leads the store: it holds fence 1'
await one '"event":"leadership.lost"'
await one "\"event\":\"standby\",\"leader\":\"[^\"]*/$two/"
check_balance

step "a terminated leader hands over"
kill -TERM "$two"
await one '"event":"leading","fence":3' 3
echo "   after ${took} ms"
ends "$two" 0
runs_under 3
start three "${lease_options[@]}"
await three '"event":"standby"'
kill -TERM "$one"
await three '"event":"leading"' 3
echo "   after ${took} ms"
ends "$one" 0
runs_under 4
check_balance

step "a leader that is cut off from the API server stops in time"
cluster apiserver-pause >/dev/null
paused=yes
await three '"event":"leadership.lost"' 6
echo "   after ${took} ms (a lease of 6 s)"
claimed=$(sql 'SELECT count(*) FROM attempts')
sleep 1   # A second in which it would have claimed.
[ "$(sql 'SELECT count(*) FROM attempts')" = "$claimed" ] || fail "it went on claiming without a lease"
cluster apiserver-resume >/dev/null
paused=''
await three '"event":"leading","fence":5' 20
runs_under 5
kill -TERM "$three"
ends "$three" 0
[ -z "$(lease holderIdentity)" ] || fail "the Lease was not given back"
check_balance
leased="$(sql "SELECT group_concat(state || ' ' || n, ', ') FROM (SELECT state, count(*) AS n FROM slots GROUP BY state)")"

step "the lock file: a killed holder is replaced at once"
export UPKEEP_STORE=$work/second.db
start four
await four '"event":"leading"'
runs_under 1
code=0
"$UPKEEP_BINARY" daemon 2>"$work/err" || code=$?
[ "$code" = 75 ] || fail "a second daemon ended $code instead of 75"
start five --standby
await five "\"event\":\"standby\",\"leader\":\"$four\""
kill -KILL "$four"
await five '"event":"leading"' 2
echo "   after ${took} ms"
wait "$four" 2>/dev/null || true
runs_under 2
kill -TERM "$five"
ends "$five" 0
check_balance

echo "lease: slots with the Lease: $leased; with the lock file:" \
  "$(sql "SELECT group_concat(state || ' ' || n, ', ') FROM (SELECT state, count(*) AS n FROM slots GROUP BY state)")"
