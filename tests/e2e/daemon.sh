#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The daemon as people and service managers meet it: ps, cancel, pause, resume, backfill, health and
# metrics, sd_notify with its watchdog, heartbeats, and the finding of a run that did not happen.
# The real binary against the real webhook receiver and the address that never answers of
# tests/servers.
#
#   UPKEEP_BINARY=PATH tests/e2e/daemon.sh
#
# Uses the servers that the environment names (tests/servers/servers env), else starts its own.
# Needs sqlite3, curl, python3 and promtool.
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
upkeep=$(realpath "${UPKEEP_BINARY:-$source_dir/build/release/runner/cli/upkeep}")
[ -x "$upkeep" ] || { echo "daemon: $upkeep is no program" >&2; exit 1; }
for program in sqlite3 curl python3 promtool; do
  command -v "$program" >/dev/null || { echo "daemon: $program is not installed" >&2; exit 1; }
done

work=$(mktemp -d)
own_servers='' started=()
cleanup() {
  local pid
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  [ -z "$own_servers" ] || "$source_dir/tests/servers/servers" --name "$own_servers" down >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${UPKEEP_TEST_WEBHOOK_PLAIN_URL:-}" ] || [ -z "${UPKEEP_TEST_NEVER_HOST:-}" ]; then
  own_servers=daemon-$$
  "$source_dir/tests/servers/servers" --name "$own_servers" up --owner $$ webhook nginx
  set -a
  eval "$("$source_dir/tests/servers/servers" --name "$own_servers" env)"
  set +a
fi

passed=0 failed=0
check() {  # check TEXT COMMAND...
  local text=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "daemon: FAILED: $text" >&2
  fi
}
same() { [ "$1" = "$2" ] || { printf '  expected: %s\n  but got:  %s\n' "$1" "$2" >&2; return 1; }; }
has() { grep -qF -- "$2" <<<"$1" || { printf '  %s\n  lacks: %s\n' "$1" "$2" >&2; return 1; }; }
sql() { sqlite3 "file:$work/upkeep.db?mode=ro" "$1"; }
ends() {  # ends CODE COMMAND...: its exit code; the output in $work/out, messages in $work/err
  local want=$1 got=0
  shift
  "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
  same "$want" "$got" || { cat "$work/out" "$work/err" >&2; return 1; }
}
await() {  # await SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "  never: $*" >&2; return 1; }
    sleep 0.1
  done
}
logged() { grep -q -- "$1" "$work/daemon.log"; }
waits() { grep -q '"waiting_for": "http.get' < <("$upkeep" ps -o json 2>/dev/null); }
state_of() { sql "SELECT state || ' ' || actor || ' ' || reason FROM slots WHERE schedule = '$1' AND state = '$2' ORDER BY planned DESC LIMIT 1"; }
is_state() { [ -n "$(state_of "$1" "$2")" ]; }
me=$(id -un)
[ "$(cat /proc/self/loginuid 2>/dev/null || echo 4294967295)" = 4294967295 ] || me=$(id -nu "$(cat /proc/self/loginuid)")

export UPKEEP_STORE=$work/upkeep.db UPKEEP_INVENTORY=$work/inventory.yaml UPKEEP_SCHEDULES=$work/schedules
export UPKEEP_PLAYBOOKS=$source_dir/playbooks UPKEEP_LANG=en
mkdir "$work/schedules"
cat >"$work/inventory.yaml" <<END
apiVersion: upkeep/v1
targets:
  - {name: here, kind: host, host: localhost}
  - {name: never, kind: http, url: "http://$UPKEEP_TEST_NEVER_HOST/", timeLimit: 60s}
END
hook=${UPKEEP_TEST_WEBHOOK_PLAIN_URL%/}
printf '%s/ping/6f1c9a52-key-of-this-test\n' "$hook" >"$work/heartbeat"
cat >"$work/schedules/all.yaml" <<END
apiVersion: upkeep/v1
schedules:
  - id: slow
    cron: "*/5 * * * * *"
    playbooks: [http.endpoint]
    targets: [never]
    catchUp: none
  - id: beating
    cron: "* * * * * *"
    playbooks: [selftest.ok, selftest.crit]
    targets: [here]
    catchUp: none
    grace: 5s
    heartbeat: {url: {file: $work/heartbeat}}
END

# A service manager of our own: what it hears, a line each.
python3 - "$work" <<'END' &
import os, socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1] + "/notify")
with open(sys.argv[1] + "/heard", "w", buffering=1) as out:
    while True:
        out.write(heard.recv(4096).decode().replace("\n", " ") + "\n")
END
started+=("$!")
await 10 test -S "$work/notify"

start_daemon() {  # start_daemon [OPTION]...
  NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=2000000 "$upkeep" daemon --log json --listen 127.0.0.1:0 "$@" 2>>"$work/daemon.log" &
  daemon=$!
  started+=("$daemon")
}
end_daemon() {
  kill "-$1" "$daemon"
  ended=0
  wait "$daemon" 2>/dev/null || ended=$?
}

check "ps without a daemon and a store says what is missing" ends 74 "$upkeep" ps
start_daemon --drain 1s
check "the daemon tells that it is ready" await 30 grep -q '^READY=1 STATUS=2 schedules' "$work/heard"
port=$(grep -o '"port":[0-9]*' "$work/daemon.log" | sed -n 1p | cut -d: -f2)
ask() { curl -sS --noproxy '*' --max-time 10 -o "$work/page" -w '%{http_code}' "http://127.0.0.1:$port$1"; }
ready() { [ "$(ask /readyz)" = 200 ]; }

# The socket.
check "the control socket is its owner's alone" same 600 "$(stat -c %a "$work/upkeep.db.control")"
check "a daemon of another store that wants the same socket is refused" \
  ends 75 "$upkeep" daemon --store "$work/other.db" --listen off --control "$work/upkeep.db.control"
check "and is told why" has "$(cat "$work/err")" "another daemon listens on the control socket"

# ps and cancel.
check "ps shows a playbook that waits" await 30 waits
check "ps ends well" ends 0 "$upkeep" ps
check "ps names schedule, target and playbook" has "$(cat "$work/out")" "slow      never   http.endpoint"
run=$("$upkeep" ps -o json | python3 -c 'import json, sys
print([r["run"] for r in json.load(sys.stdin)["runs"] if r["schedule"] == "slow"][0])')
check "cancel without a reason is refused" ends 64 "$upkeep" cancel "$run"
check "cancel ends a run" ends 0 "$upkeep" cancel "$run" --reason 'a restore'
check "its slot says by whom and why" await 20 is_state slow cancelled
check "namely this user" same "cancelled $me a restore" "$(sql "SELECT state || ' ' || actor || ' ' || reason FROM slots WHERE schedule = 'slow' AND state = 'cancelled'")"
check "its results are stored" test "$(sql "SELECT count(*) FROM result_list WHERE run = $run")" -gt 0
check "a run that has ended can't be cancelled" ends 65 "$upkeep" cancel "$run" --reason again
check "a slot to come can be cancelled" ends 0 "$upkeep" cancel slow --slot next --reason 'not then'
check "and never runs" test "$(sql "SELECT count(*) FROM slots WHERE schedule = 'slow' AND state = 'cancelled' AND reason = 'not then' AND attempts = 0")" = 1

# pause and resume.
check "pause wants a schedule that is there" ends 65 "$upkeep" pause slwo --reason x
check "and says the near one" has "$(cat "$work/err")" "did you mean 'slow'?"
check "pause" ends 0 "$upkeep" pause slow --reason 'upgrade of the endpoint' --until 1h
check "twice is refused" ends 65 "$upkeep" pause slow --reason again
check "slots that fall due are paused" await 20 is_state slow paused
check "by this user, with the reason" same "paused $me upgrade of the endpoint" "$(state_of slow paused)"
check "schedule list shows it" has "$("$upkeep" schedule list)" "by $me, until"
"$upkeep" history >/dev/null 2>"$work/err"
check "history shows it" has "$(cat "$work/err")" "upgrade of the endpoint"
check "in Korean as well" has "$("$upkeep" schedule list --lang ko)" "${me}님이 중지"
check "the ledger has it" same 1 "$(sql "SELECT count(*) FROM ledger WHERE kind = 'pause.added' AND body LIKE '%\"source\":\"os\"%'")"
check "resume" ends 0 "$upkeep" resume slow --reason done
check "it runs again" await 30 waits

# Health and metrics.
check "livez" same 200 "$(ask /livez)"
check "readyz" same 200 "$(ask /readyz)"
check "metrics" same 200 "$(ask /metrics)"
check "promtool finds nothing wrong" promtool check metrics <"$work/page"
for family in upkeep_slots upkeep_runs_in_flight upkeep_start_skew_seconds_bucket upkeep_reload_errors_total \
  upkeep_missed_slots_total upkeep_schedule_last_success_timestamp_seconds upkeep_build_info; do
  check "metrics have $family" grep -q "^$family" "$work/page"
done
kill -STOP "$daemon"
check "a stopped daemon does not pet the watchdog" bash -c "
  before=\$(grep -c WATCHDOG '$work/heard'); sleep 3; [ \"\$(grep -c WATCHDOG '$work/heard')\" = \"\$before\" ]"
kill -CONT "$daemon"
before=$(grep -c WATCHDOG "$work/heard")
more_watchdogs() { [ "$(grep -c WATCHDOG "$work/heard")" -gt "$before" ]; }
check "and one that goes on does" await 20 more_watchdogs

# Reload.
kill -HUP "$daemon"
check "a reload is told" await 20 grep -q '^RELOADING=1 MONOTONIC_USEC=[0-9]* $' "$work/heard"

# Heartbeats.
beats() { grep -lE "/ping/6f1c9a52-key-of-this-test/$1\?rid=" "$UPKEEP_TEST_WEBHOOK_FOLDER"/*.json 2>/dev/null | wc -l; }
check "a run says that it begins" await 20 bash -c "$(declare -f beats); UPKEEP_TEST_WEBHOOK_FOLDER='$UPKEEP_TEST_WEBHOOK_FOLDER'; [ \$(beats start) -gt 0 ]"
check "and that it ended critical" await 20 bash -c "$(declare -f beats); UPKEEP_TEST_WEBHOOK_FOLDER='$UPKEEP_TEST_WEBHOOK_FOLDER'; [ \$(beats 2) -gt 0 ]"
end_beat=$(grep -lE '/2\?rid=' "$UPKEEP_TEST_WEBHOOK_FOLDER"/*.json | sed -n 1p) || end_beat=none.json
check "with what was found" grep -q 'critical 1' "${end_beat%.json}.body"
check "its address is in no file of the store" bash -c "! grep -qa 6f1c9a52-key '$work'/upkeep.db* '$work/daemon.log'"
check "each is written down" test "$(sql "SELECT count(*) FROM deliveries WHERE channel = 'heartbeat' AND state = 'sent'")" -gt 1

end_daemon TERM
check "SIGTERM ends the daemon well" same 0 "$ended"
check "it told that it stops" grep -q '^STOPPING=1' "$work/heard"
check "the socket is gone" test ! -e "$work/upkeep.db.control"
"$upkeep" ps >"$work/out" 2>"$work/err" || true
check "ps says that no daemon runs" has "$(cat "$work/err")" "no daemon runs here"

# A run that did not happen, and its backfill.
sed -i 's|"\* \* \* \* \* \*"|"*/20 * * * * *"|' "$work/schedules/all.yaml"
start_daemon
check "a changed file is planned by" await 20 logged '"schedule":"beating","superseded":[1-9]'
end_daemon TERM
sleep 42   # The time in which slots are missed is what is tested.
# Not within the grace of a slot, which would run and be late.
until [ $(($(date +%s) % 20)) -ge 7 ] && [ $(($(date +%s) % 20)) -le 12 ]; do sleep 0.2; done
start_daemon
check "the missed slots are booked" await 40 is_state beating missed
check "and are a finding on the target" await 20 bash -c "[ \"\$(sqlite3 'file:$work/upkeep.db?mode=ro' \"SELECT count(*) FROM finding_list WHERE playbook = 'upkeep.schedules' AND subject = 'Schedule/beating'\")\" = 1 ]"
check "which is over when the next slot runs" await 60 bash -c "[ \"\$(sqlite3 'file:$work/upkeep.db?mode=ro' \"SELECT open FROM finding_list WHERE playbook = 'upkeep.schedules' AND subject = 'Schedule/beating'\")\" = 0 ]"
end_daemon TERM
missed=$(sql "SELECT count(*) FROM slots WHERE schedule = 'beating' AND state = 'missed'")
check "backfill shows and asks" ends 64 "$upkeep" backfill beating
check "and lists what it would run" has "$(cat "$work/out")" "missed"
check "a dry run changes nothing" ends 0 "$upkeep" backfill beating --dry-run
check "backfill runs them" ends 2 "$upkeep" backfill beating --yes --limit 1
check "one of them" same "$((missed - 1))" "$(sql "SELECT count(*) FROM slots WHERE schedule = 'beating' AND state = 'missed'")"
check "its row says by whom" test "$(sql "SELECT count(*) FROM slots WHERE schedule = 'beating' AND state = 'late' AND actor = '$me' AND reason LIKE 'backfilled by $me, %'")" = 1
check "a slot that was run can't be backfilled" ends 0 "$upkeep" backfill beating --slot "$(sql "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', planned / 1000000, 'unixepoch') FROM slots WHERE schedule = 'beating' AND reason LIKE 'backfilled%'")" --yes
check "the books balance" same 0 "$(sql "SELECT count(*) FROM slots WHERE planned <= (SELECT max(at) FROM ledger) - 60000000 AND state IN ('planned', 'queued', 'running')")"
check "the store is whole" ends 0 "$upkeep" db check

echo "daemon: $passed checks passed, $failed failed, ${SECONDS} s"
[ "$failed" = 0 ]
