# SPDX-License-Identifier: Apache-2.0
# Sourced by kills.sh: approved plans that end sessions idle in a transaction of the real PostgreSQL,
# carried out by `upkeep apply` processes that may be killed at any point. Whether an action was
# repeated is asked of the server: pg_stat_statements counts how often it was told to end a session.
#
# A hop before the server holds each answer back for 20 ms, so that the time between an action's
# intent and its outcome is long enough to be met by a kill.
# shellcheck shell=bash disable=SC2154 # work, source_tree: of kills.sh

: "${UPKEEP_TEST_PG_PRIMARY_HOST:?what servers env prints}"
actions_at_once=10   # Sessions; the server has forty connections.
actions_plans=()     # Approved, and not known to have ended.
actions_applier='' actions_hop=''
actions_holders=()   # The processes of the sessions.

# As the role `upkeep`, which may read all statistics.
actions_sql() { PGPASSFILE=$UPKEEP_TEST_PG_PASSFILE psql -XAtq "$UPKEEP_TEST_PG_PRIMARY_DSN" -c "$1"; }
# How often the server was told to end a session, by who writes.
actions_calls() {
  actions_sql "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
    WHERE r.rolname = 'upkeep_write' AND query LIKE '%pg_terminate_backend%'"
}
actions_idle() {
  actions_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kills-$$' AND state = 'idle in transaction'"
}

actions_begin() {
  local name
  mkdir "$work/keys"
  for name in requester approver; do
    openssl genpkey -algorithm ed25519 -out "$work/$name.key" 2>/dev/null
    openssl pkey -in "$work/$name.key" -pubout -out "$work/keys/$name.pub"
    chmod 600 "$work/$name.key"
  done
  python3 "$source_tree/tests/e2e/lib/between.py" --to "$UPKEEP_TEST_PG_PRIMARY_HOST:$UPKEEP_TEST_PG_PORT" \
    --port-file "$work/hop.port" --hold 0.02 2>"$work/hop.log" &
  actions_hop=$!
  for _ in $(seq 100); do
    [ ! -s "$work/hop.port" ] || break
    sleep 0.1
  done
  cat >>"$work/inventory.yaml" <<END
  - name: orders
    kind: postgres
    host: 127.0.0.1
    port: $(<"$work/hop.port")
    database: $UPKEEP_TEST_PG_DATABASE
    user: upkeep
    password: {file: $UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE}
    tls: {mode: disable}
    write: {user: upkeep_write, password: {file: $UPKEEP_TEST_PG_UPKEEP_WRITE_PASSWORD_FILE}}
END
  actions_before=$(actions_calls)
}

actions_end_sessions() {
  local pid
  for pid in "${actions_holders[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  actions_holders=()
}

# New sessions, a look at them, a plan for each, and somebody else's approval.
actions_prepare() {
  local i run code=0
  actions_end_sessions
  for ((i = 0; i < actions_at_once; i++)); do
    rm -f "$work/session-$i"
    mkfifo -m 600 "$work/session-$i"
    PGPASSFILE=$UPKEEP_TEST_PG_PASSFILE PGAPPNAME=kills-$$ bash -c \
      'exec 0<>"$1"; printf "begin; select 1;\n" >&0; exec psql -XAtq "$2"' hold "$work/session-$i" \
      "host=$UPKEEP_TEST_PG_PRIMARY_HOST port=$UPKEEP_TEST_PG_PORT user=app dbname=$UPKEEP_TEST_PG_DATABASE sslmode=disable" \
      >/dev/null 2>&1 &
    actions_holders+=("$!")
  done
  for _ in $(seq 100); do
    [ "$(actions_idle)" != "$actions_at_once" ] || break
    sleep 0.1
  done
  sleep 2   # Idle for longer than a second.
  "$UPKEEP_BINARY" run postgres.sessions --target orders --no-input --param idle_warning_seconds=1 \
    --param idle_critical_seconds=2 --param end_from_connections=0 --param end_at_most="$actions_at_once" \
    >"$work/out" 2>&1 || code=$?
  [ "$code" = 1 ] || [ "$code" = 2 ] || fail "the look at the sessions ended $code: $(<"$work/out")"
  run=$(sql "SELECT max(id) FROM runs WHERE trigger = 'manual'")
  "$UPKEEP_BINARY" plan --run "$run" --keys "$work/keys" --key "$work/requester.key" >"$work/out" 2>&1 ||
    fail "no plan: $(<"$work/out")"
  mapfile -t actions_plans < <(sqlite3 "$UPKEEP_STORE" "SELECT id FROM plans WHERE state = 'pending'")
  [ "${#actions_plans[@]}" -gt 0 ] || fail "no plan was made: $(<"$work/out")"
  "$UPKEEP_BINARY" approve "${actions_plans[@]}" --keys "$work/keys" --key "$work/approver.key" \
    --reason 'it may be ended' >"$work/out" 2>&1 || fail "not approved: $(<"$work/out")"
}

# One apply is under way: that of the oldest plan that has not ended.
actions_turn() {
  if [ -n "$actions_applier" ]; then
    ! kill -0 "$actions_applier" 2>/dev/null || return 0
    wait "$actions_applier" || true
    actions_applier=''
  fi
  while [ "${#actions_plans[@]}" -gt 0 ]; do
    case $(sql "SELECT state FROM plans WHERE id = ${actions_plans[0]}") in
      approved | applying | applied | unknown) break ;;
    esac
    actions_plans=("${actions_plans[@]:1}")
  done
  [ "${#actions_plans[@]}" -gt 0 ] || actions_prepare
  "$UPKEEP_BINARY" apply "${actions_plans[0]}" --keys "$work/keys" --verify-after 0s >>"$work/apply.log" 2>&1 &
  actions_applier=$!
}

# The last apply is not killed, so that at the least one action is done.
actions_finish() {
  for _ in $(seq 10); do
    actions_turn
    wait "$actions_applier" || true
    actions_applier=''
    [ "$(sql "SELECT count(*) FROM actions WHERE state = 'done'")" = 0 ] || return 0
  done
  fail "no action was done: this shows nothing of actions: $(tail -n 3 "$work/apply.log")"
}

# The server was told as often as there are intents, at most: a kill between an intent and its call
# leaves an intent without one. What ended as done was told.
actions_check() {
  local calls intents done
  calls=$(($(actions_calls) - actions_before))
  intents=$(sql "SELECT count(*) FROM actions")
  done=$(sql "SELECT count(*) FROM actions WHERE state = 'done'")
  [ "$calls" -le "$intents" ] || fail "$intents actions were begun, and the server was told $calls times"
  [ "$done" -le "$calls" ] || fail "$done actions are done, and the server was told $calls times"
}
