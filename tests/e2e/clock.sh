#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The wall clock of a running daemon jumps for real: forward by hours, back by seconds and by an
# hour, and over a suspend (SIGSTOP while the clock goes on). Each second that the clock has shown
# has one slot with a named state, and none runs twice. The clock is libfaketime's, which answers
# the process's own system calls; the monotonic clock is left alone, as a real jump leaves it.
# Needs sqlite3 and libfaketime; in the environment UPKEEP_BINARY.
set -euo pipefail

source_tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
: "${UPKEEP_BINARY:?the upkeep to test}"
command -v sqlite3 >/dev/null || { echo "clock: sqlite3 is not installed" >&2; exit 1; }
library=$(find /usr/lib -name libfaketime.so.1 -print -quit)
[ -n "$library" ] || { echo "clock: libfaketime is not installed" >&2; exit 1; }

work=$(mktemp -d /tmp/upkeep-clock.XXXXXX)
daemon=''
cleanup() {
  local code=$?
  [ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null || true
  if [ "$code" != 0 ]; then tail -n 20 "$work/daemon.log" >&2 || true; fi
  rm -rf "$work"
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() { echo "clock: $*" >&2; exit 1; }
step() { echo "== $*"; }
sql() { sqlite3 -cmd '.timeout 10000' "$UPKEEP_STORE" "$1"; }
shift_to() {  # shift_to SECONDS: what the clock is ahead of the real one, from now on
  offset=$1
  printf '%+d\n' "$1" >"$work/offset.new"
  mv "$work/offset.new" "$work/offset"
}
shown() { echo $(($(date +%s) + offset)); }  # the second that the clock shows
faked() {
  LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$work/offset FAKETIME_NO_CACHE=1 \
    FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 exec "$UPKEEP_BINARY" "$@"
}
await_run() {  # await_run SECOND WHAT: until a slot of that second or later has run on time
  local _
  for _ in $(seq 200); do
    [ "$(sql "SELECT count(*) FROM slots WHERE state = 'on_time' AND planned >= $1 * 1000000")" = 0 ] || return 0
    sleep 0.1
  done
  fail "nothing runs on time $2"
}
state_at() { sql "SELECT state FROM slots WHERE planned = $1 * 1000000"; }

mkdir "$work/schedules"
printf 'apiVersion: upkeep/v1\ntargets:\n  - {name: here, kind: host, host: localhost}\n' >"$work/inventory.yaml"
cat >"$work/schedules/seconds.yaml" <<'END'
apiVersion: upkeep/v1
schedules:
  - {id: seconds, cron: "* * * * * *", playbooks: [selftest.ok], catchUp: last, grace: 2s}
END
export UPKEEP_STORE=$work/upkeep.db UPKEEP_INVENTORY=$work/inventory.yaml UPKEEP_LANG=en \
  UPKEEP_SCHEDULES=$work/schedules UPKEEP_PLAYBOOKS=$source_tree/playbooks

shift_to 0
faked daemon --listen off --log json 2>>"$work/daemon.log" &
daemon=$!
for _ in $(seq 200); do  # sqlite3 would make an empty file where there is none.
  grep -q daemon.started "$work/daemon.log" && break
  sleep 0.1
done
began=$(shown)
await_run "$((began + 2))" "at first"

step "two hours forward"
before=$(shown)
shift_to 7200
await_run "$(($(shown) + 1))" "after a jump forward"
for second in $((before + 60)) $((before + 3600)) $((before + 7000)); do
  [ "$(state_at "$second")" = missed ] || fail "a second that the clock skipped is '$(state_at "$second")'"
done

step "eight seconds back"
again=$(shown)
ran=$(sql "SELECT group_concat(id) FROM slots WHERE attempts > 0")
shift_to 7192
await_run "$((again + 2))" "after a jump back"
[ "$(sql "SELECT count(*) FROM slots WHERE id IN ($ran) AND attempts > 1")" = 0 ] || fail "a second that was shown again ran again"

step "a suspend of ten minutes"
before=$(shown)
kill -STOP "$daemon"
sleep 1
shift_to 7800
kill -CONT "$daemon"
await_run "$(($(shown) + 1))" "after a suspend"
[ "$(state_at "$((before + 300))")" = missed ] || fail "a second of the suspend is '$(state_at "$((before + 300))")'"

step "an hour back, and forward again"
latest=$(shown)
shift_to 4200
back=$(shown)
# They were booked as missed by a clock that ran ahead, and have their time now.
for _ in $(seq 100); do
  [ "$(state_at "$((back + 3))")" != on_time ] || break
  sleep 0.1
done
[ "$(state_at "$((back + 3))")" = on_time ] || fail "a second that the clock had skipped, and shows now, is '$(state_at "$((back + 3))")'"
grep -q clock.went_back "$work/daemon.log" || fail "nobody says that the clock went back"
shift_to 7800
await_run "$((latest + 6))" "when the clock is right again"

kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
daemon=''
[ "$code" = 0 ] || fail "the daemon ended with $code"

step "the books"
now=$(shown)
[ "$(sql "SELECT count(*) FROM (SELECT planned - lag(planned) OVER (ORDER BY planned) AS step FROM slots WHERE planned <= $now * 1000000) WHERE step <> 1000000")" = 0 ] ||
  fail "a second has no slot"
[ "$(sql "SELECT count(*) FROM slots WHERE state = 'superseded'")" = 0 ] || fail "slots are superseded, and no schedule changed"
[ "$(sql "SELECT count(*) FROM slots WHERE attempts > 1")" = 0 ] || fail "a slot ran twice"
[ "$(sql "SELECT count(*) FROM slots WHERE planned <= ($now - 30) * 1000000 AND state NOT IN ('on_time', 'late', 'missed', 'overlapped')")" = 0 ] ||
  fail "a slot that was due has no end"
[ "$(sql "SELECT count(*) FROM attempts WHERE ended IS NULL")" = 0 ] || fail "an attempt is open"
(faked db check) >"$work/out" 2>&1 || fail "db check: $(<"$work/out")"
(faked db ledger) >"$work/out" 2>&1 || fail "db ledger: $(<"$work/out")"
echo "clock: $((now - began)) seconds were shown;" \
  "$(sql "SELECT group_concat(state || ' ' || n, ', ') FROM (SELECT state, count(*) AS n FROM slots WHERE planned <= $now * 1000000 GROUP BY state)")"
