#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every planned slot is accounted for, whatever happens to the process: the real binary on a real
# store, killed thirty times in the middle of its work. The balance is recomputed here with SQL,
# not with upkeep's own figures. Needs sqlite3, curl, python3; in the environment UPKEEP_BINARY.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source_tree=$(cd "$here/../.." && pwd)
: "${UPKEEP_BINARY:?the upkeep to test}"
kills=${KILLS:-30}
for program in sqlite3 curl python3; do
  command -v "$program" > /dev/null || { echo "slots: $program is not installed" >&2; exit 1; }
done

work=$(mktemp -d /tmp/upkeep-slots.XXXXXX)
started=()
cleanup() {
  local code=$? pid
  for pid in "${started[@]}"; do
    kill -9 "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true   # Else the shell has the last word, about what it killed.
  done
  if [ "$code" != 0 ] && [ -s "$work/daemon.log" ]; then tail -n 20 "$work/daemon.log" >&2; fi
  rm -rf "$work"
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() { echo "slots: $*" >&2; exit 1; }
sql() { sqlite3 "$work/upkeep.db" "$1"; }
upkeep() { "$UPKEEP_BINARY" "$@"; }
expect() {  # expect CODE COMMAND...
  local want=$1 got=0
  shift
  "$@" > "$work/out" 2> "$work/err" || got=$?
  [ "$got" = "$want" ] || { cat "$work/out" "$work/err" >&2; fail "$* ended $got instead of $want"; }
}

mkdir "$work/schedules"
cat > "$work/inventory.yaml" << 'END'
apiVersion: upkeep/v1
targets:
  - {name: first, kind: host, host: localhost}
  - {name: second, kind: host, host: localhost}
END
cat > "$work/schedules/seconds.yaml" << 'END'
apiVersion: upkeep/v1
schedules:
  - id: seconds
    cron: "* * * * * *"
    playbooks: [selftest.wait, selftest.warn]
    retry: {attempts: 1, backoff: 1s, cap: 1s}
END
export UPKEEP_STORE=$work/upkeep.db UPKEEP_INVENTORY=$work/inventory.yaml \
  UPKEEP_SCHEDULES=$work/schedules UPKEEP_PLAYBOOKS=$source_tree/playbooks UPKEEP_LANG=en

start_daemon() {
  "$UPKEEP_BINARY" daemon --log json "$@" 2>> "$work/daemon.log" &
  daemon=$!
  started+=("$daemon")
}
end_daemon() {  # end_daemon SIGNAL → its exit code in $ended
  kill "-$1" "$daemon"
  ended=0
  wait "$daemon" 2> /dev/null || ended=$?
}
await() {  # await TEXT: in the daemon's log
  local _
  for _ in $(seq 300); do
    grep -q "$1" "$work/daemon.log" 2> /dev/null && return 0
    sleep 0.1
  done
  fail "nothing of '$1' in the daemon's log"
}

# What must hold at any time, from the rows alone.
check_balance() {
  local now holes
  now=$(sql "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)")
  [ "$(sql "SELECT count(*) FROM (SELECT slot FROM attempts WHERE ended IS NULL GROUP BY slot HAVING count(*) > 1)")" = 0 ] \
    || fail "a slot with two open attempts"
  [ "$(sql "SELECT count(*) FROM attempts a JOIN attempts b ON a.slot = b.slot AND a.number < b.number WHERE a.ended IS NULL OR a.ended > b.claimed")" = 0 ] \
    || fail "two attempts at one slot overlap"
  [ "$(sql "SELECT count(*) FROM attempts a JOIN slots s ON s.id = a.slot JOIN attempts b ON b.id > a.id JOIN slots t ON t.id = b.slot AND t.schedule = s.schedule AND t.target = s.target WHERE coalesce(a.looked, a.ended, $now) > b.claimed")" = 0 ] \
    || fail "forbid let two runs of one schedule and target overlap"
  holes=$(sql "SELECT count(*) FROM (SELECT planned - lag(planned) OVER (PARTITION BY target ORDER BY planned) AS step FROM slots WHERE planned <= $now) WHERE step IS NOT NULL AND step <> 1000000")
  [ "$holes" = 0 ] || fail "$holes seconds have no slot"
  [ "$(sql "SELECT count(*) FROM attempts WHERE ended IS NOT NULL AND state NOT IN ('on_time', 'late', 'cancelled', 'interrupted')")" = 0 ] \
    || fail "an attempt ended in no named state"
}

start_daemon
await daemon.started
expect 75 upkeep daemon
grep -q "runs on .* already (process $daemon)" "$work/err" || fail "the second daemon does not name the first"
end_daemon KILL

for i in $(seq "$kills"); do
  lines=$(wc -l < "$work/daemon.log")
  start_daemon
  if [ $((i % 2)) = 0 ]; then
    # In the middle of whatever it does: starting, planning, running, storing.
    sleep "$((RANDOM % 2)).$((RANDOM % 8 + 2))"
  else
    for _ in $(seq 300); do
      grep -q run.started < <(tail -n "+$((lines + 1))" "$work/daemon.log") && break
      sleep 0.02
    done
  fi
  end_daemon KILL
  [ "$ended" = 137 ] || fail "the daemon ended $ended by itself"
done

start_daemon --listen 127.0.0.1:0
before=$(wc -l < "$work/daemon.log")
for _ in $(seq 300); do
  grep -q run.finished < <(tail -n "+$((before + 1))" "$work/daemon.log") && break
  sleep 0.1
done
kill -HUP "$daemon"
await '"event":"reloaded"'
end_daemon TERM
[ "$ended" = 0 ] || fail "SIGTERM ended the daemon with $ended"
check_balance
[ "$(sql "SELECT count(*) FROM attempts WHERE ended IS NULL")" = 0 ] || fail "an attempt is still open"
[ "$(sql "SELECT count(*) FROM runs WHERE state = 'running'")" = 0 ] || fail "a run is still open"
[ "$(sql "SELECT count(*) FROM runs WHERE state = 'finished'")" -gt 0 ] || fail "nothing ever finished"
[ "$(sql "SELECT count(*) FROM attempts WHERE state = 'interrupted'")" -gt 0 ] || fail "no kill met a run: the test shows nothing"
expect 0 upkeep db check
expect 0 upkeep db ledger

# A target that does not answer holds its run, and no slot of its neighbours.
cat > "$work/servers.py" << 'END'
import http.server, socket, threading
silent = socket.create_server(("127.0.0.1", 0))
class Quick(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *_): pass
quick = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quick)
print(quick.server_address[1], silent.getsockname()[1], flush=True)
quick.serve_forever()
END
python3 "$work/servers.py" > "$work/ports" &
started+=("$!")
for _ in $(seq 100); do [ -s "$work/ports" ] && break; sleep 0.1; done
read -r quick silent < "$work/ports"
mkdir "$work/neighbours"
cat > "$work/neighbours/neighbours.yaml" << 'END'
apiVersion: upkeep/v1
schedules:
  - {id: neighbours, cron: "*/3 * * * * *", grace: 2s, playbooks: [http.endpoint]}
END
cat > "$work/neighbours.inventory.yaml" << END
apiVersion: upkeep/v1
targets:
  - {name: quick, kind: http, url: "http://127.0.0.1:$quick/"}
  - {name: silent, kind: http, url: "http://127.0.0.1:$silent/", timeLimit: 7s}
END
before=$(wc -l < "$work/daemon.log")
UPKEEP_SCHEDULES=$work/neighbours UPKEEP_INVENTORY=$work/neighbours.inventory.yaml start_daemon
for _ in $(seq 400); do
  [ "$(grep -c run.finished < <(tail -n "+$((before + 1))" "$work/daemon.log"))" -ge 6 ] && break
  sleep 0.1
done
end_daemon TERM
[ "$ended" = 0 ] || fail "the daemon of two neighbours ended $ended"
neighbours() { sql "SELECT count(*) FROM slots WHERE schedule = 'neighbours' AND target = '$1' AND state = '$2'"; }
[ "$(neighbours quick on_time)" -ge 5 ] || fail "only $(neighbours quick on_time) looks at the quick target"
[ "$(neighbours quick overlapped)" = 0 ] || fail "a slow neighbour kept the quick target from being looked at"
[ "$(neighbours silent overlapped)" -ge 2 ] || fail "nothing overlapped on the silent target: the test shows nothing"
[ "$(sql "SELECT count(*) FROM outcome_list WHERE schedule = 'neighbours' AND target = 'silent' AND state <> 'critical'")" = 0 ] || fail "silence was not found"
expect 0 upkeep db check

# Ticks: many at once, each slot once.
cat > "$work/schedules/seconds.yaml" << 'END'
apiVersion: upkeep/v1
schedules:
  - id: minutes
    cron: "* * * * *"
    playbooks: [selftest.ok, selftest.crit]
END
ticks=()
for _ in 1 2 3 4; do
  upkeep tick --schedule minutes 2>> "$work/tick.log" &
  ticks+=("$!")
  started+=("$!")
done
for pid in "${ticks[@]}"; do wait "$pid" || fail "a tick ended $?: $(tail -n 5 "$work/tick.log")"; done
[ "$(sql "SELECT count(*) FROM runs WHERE schedule = 'minutes'")" = \
  "$(sql "SELECT count(DISTINCT planned) FROM slots s WHERE schedule = 'minutes' AND EXISTS (SELECT 1 FROM attempts a WHERE a.slot = s.id)")" ] \
  || fail "a slot ran twice"
[ "$(sql "SELECT count(*) FROM runs WHERE schedule = 'minutes'")" -gt 0 ] || fail "no tick ran its slot"
expect 65 upkeep tick --schedule minute
grep -q "did you mean 'minutes'" "$work/err" || fail "no hint for a misspelt schedule"
expect 0 upkeep db check

# A finding fails the Job only when asked.
sql_minute() { sql "SELECT count(*) FROM runs WHERE schedule = 'minutes'"; }
runs=$(sql_minute)
for _ in $(seq 70); do
  code=0
  upkeep tick --schedule minutes --exit-on critical 2>> "$work/tick.log" || code=$?
  [ "$(sql_minute)" -gt "$runs" ] && break
  sleep 1
done
[ "$code" = 2 ] || fail "--exit-on critical ended $code"

# The pages.
"$UPKEEP_BINARY" serve --listen 127.0.0.1:0 2> "$work/serve.log" &
serve=$!
started+=("$serve")
for _ in $(seq 100); do grep -q serving "$work/serve.log" && break; sleep 0.1; done
url=$(grep -o 'http://[0-9.:]*' "$work/serve.log")
[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/readyz")" = 200 ] || fail "not ready"
grep -q '^upkeep_slots{state="interrupted"} ' < <(curl -s "$url/metrics") || fail "no slots in /metrics"
[ "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$url/runs")" = 405 ] || fail "POST is not refused"
grep -q 'always critical' < <(curl -s "$url/") || fail "the latest report does not show its finding"
kill -TERM "$serve"
wait "$serve" || fail "serve ended $?"

# Bad schedules: a caret, a hint, 65.
printf 'apiVersion: upkeep/v1\nschedules:\n  - id: bad\n    cron: "61 * * * *"\n    playbooks: [selftest.ok]\n' > "$work/bad.yaml"
expect 65 upkeep schedule check "$work/bad.yaml"
grep -q 'bad.yaml:4:' "$work/err" || fail "no place in the error of a schedule"
grep -q '\^' "$work/err" || fail "no caret"
expect 65 upkeep schedule next '61 * * * *'
expect 0 upkeep schedule next '0 9 * * MON#1' --zone Asia/Seoul --from 2026-11-21T00:00:00Z -n 1
[ "$(cat "$work/out")" = '2026-12-07T09:00:00+09:00' ] || fail "next said $(cat "$work/out")"

# A calendar moves a slot, and a freeze stops one; both are said beside the time.
mkdir -p "$work/shifted/calendars"
cat > "$work/shifted/moved.yaml" << 'END'
apiVersion: upkeep/v1
schedules:
  - {id: moved, cron: "0 9 3 * *", calendar: own, holiday: next, playbooks: [selftest.ok]}
END
cat > "$work/shifted/calendars/own.yaml" << 'END'
apiVersion: upkeep/v1
kind: Calendar
holidays:
  - {date: 2026-11-03, name: {en: Culture Day, ko: 문화의 날}}
freeze:
  - {from: 2026-12-01, to: 2026-12-05, reason: {en: Sale, ko: 할인 행사}}
END
expect 0 upkeep schedule next moved --schedules "$work/shifted" --from 2026-11-01T00:00:00Z -n 2 --lang ko
diff - "$work/out" << 'END' || fail "the marks of next"
2026-11-04T09:00:00+00:00  2026-11-03(“Culture Day / 문화의 날”)에서 옮겨짐
2026-12-03T09:00:00+00:00  실행되지 않음: 변경 동결 기간 'Sale / 할인 행사'
END
printf 'kind: Calender\nfreeze: {}\n' > "$work/shifted/calendars/own.yaml"
expect 65 upkeep schedule check "$work/shifted/moved.yaml"
grep -q 'own.yaml:1:7: this is no calendar' "$work/err" || fail "no place in the error of a calendar: $(cat "$work/err")"

echo "slots: $kills kills, $(sql "SELECT count(*) FROM attempts WHERE state = 'interrupted'") attempts interrupted, $(sql "SELECT count(*) FROM slots") slots:" \
  "$(sql "SELECT group_concat(state || ' ' || n, ', ') FROM (SELECT state, count(*) AS n FROM slots GROUP BY state)")"
