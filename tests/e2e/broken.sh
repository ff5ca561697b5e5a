#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Things break in the middle of a run: the API server is stopped, paused, or its page is cut in half; a
# database accepts and never answers, or lets upkeep in and then falls silent. Each time the result is unknown
# with its reason, the rest of the run goes on, what was stored before is still there, and once it is mended the
# same list is well again. All of it against the real servers; only the network between is ours.
#
#   UPKEEP_BINARY=PATH tests/e2e/broken.sh      with cluster env and servers env exported
set -euo pipefail
# shellcheck source=lib/session.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/session.sh"

between=''
stopped=''
end_between() {
  [ -z "$between" ] || { kill "$between" 2>/dev/null && wait "$between" 2>/dev/null || true; }
  between=''
}
cleanup() {
  end_between
  [ "$stopped" != stop ] || cluster apiserver-start >/dev/null 2>&1 || true
  [ "$stopped" != pause ] || cluster apiserver-resume >/dev/null 2>&1 || true
  [ "$stopped" != database ] || servers heal pg-never-answers >/dev/null 2>&1 || true
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# stand_between HOST:PORT [ARGUMENT...]: lib/between.py before a server; its port in $port.
stand_between() {
  local to=$1
  shift
  end_between
  rm -f "$work/port" "$work/count"
  python3 "$source_dir/tests/e2e/lib/between.py" --to "$to" --port-file "$work/port" --count "$work/count" "$@" \
    2>"$work/between.err" &
  between=$!
  for _ in $(seq 100); do
    [ ! -s "$work/port" ] || { port=$(<"$work/port"); return; }
    sleep 0.1
  done
  echo "broken: lib/between.py did not start: $(<"$work/between.err")" >&2
  exit 1
}

# The cluster behind the port that stands between, and servers that nothing happens to.
inventory_with() {  # CLUSTER-KUBECONFIG [MORE TARGETS]
  cat <<END
apiVersion: upkeep/v1
targets:
  - name: cluster
    kind: kubernetes
    kubeconfig: $1
    timeLimit: 5s
$(redis_target cache "$UPKEEP_TEST_REDIS_PRIMARY_HOST" primary upkeep "$UPKEEP_TEST_REDIS_UPKEEP_PASSWORD_FILE")
$(https_target shop-web "$UPKEEP_TEST_HTTPS_HOST")
${2:-}
END
}
kubeconfig_by() {  # PORT: the administrator's, over 127.0.0.1:PORT
  sed "s#server: .*#server: https://127.0.0.1:$1#" "$KUBECONFIG" >"$work/by.kubeconfig"
}
only=(--only kubernetes.nodes --only kubernetes.pods --only kubernetes.volume_state --only 'redis.*' --only 'http.*' --only 'postgres.*')
daily() { look "$1" daily "${only[@]}"; }

holds() {  # TEXT JQ NAME
  if jq -e "$2" "$work/$3.json" >/dev/null; then pass "$1"; else
    fail "$1" "$(cat "$work/$3.err"; jq -c '.totals, (.checks[] | [.playbook, .target, .state]), (.attention[] | [.playbook, .target, .subject, .state, .reason, .summary.en])' "$work/$3.json" 2>&1 | cut -c1-300)"
  fi
}
runs_before=0
# survived NAME TARGET REASONS: TARGET's results are unknown for one of REASONS (a JSON list), at least one, none of
# them ok by mistake; everything else is ok; the store is whole and has one run more.
survived() {
  local name=$1 target=$2 reasons=$3 runs
  if [ "$exit_code" = 3 ]; then pass "$name: exit code 3"; else fail "$name: exit code $exit_code" "$(<"$work/$name.err")"; fi
  holds "$name: $target is unknown, with its reason" \
    "[.attention[] | select(.target == \"$target\" and .state == \"unknown\")] | length > 0 and all(.reason as \$r | $reasons | index(\$r))" "$name"
  holds "$name: the rest of the run went on" \
    "[.checks[] | select(.target != \"$target\")] | length > 0 and all(.state == \"ok\")" "$name"
  holds "$name: coverage says that not all was observed" '.coverage.attempted > .coverage.observed' "$name"
  runs=$(sqlite3 -readonly "$UPKEEP_STORE" "select count(*) from runs where state = 'finished'")
  if [ "$runs" = $((runs_before + 1)) ] && "$upkeep" db check >"$work/db" 2>&1; then
    pass "$name: the store is whole, nothing is lost"
  else
    fail "$name: $runs runs in the store after $runs_before" "$(<"$work/db")"
  fi
  runs_before=$runs
}
well() {  # NAME
  daily "$1"
  if [ "$exit_code" = 0 ]; then pass "$1: exit code 0"; else
    fail "$1: exit code $exit_code" "$(cat "$work/$1.err"; jq -c '.attention[] | [.playbook, .target, .state, .reason, .summary.en]' "$work/$1.json" 2>&1 | cut -c1-300)"
  fi
  runs_before=$(sqlite3 -readonly "$UPKEEP_STORE" "select count(*) from runs where state = 'finished'")
}

# The kubelets were not heard meanwhile, and the cluster rightly says so for some seconds.
nodes_ready() {
  sleep 1
  for _ in $(seq 60); do
    kubectl wait --for=condition=Ready node --all --timeout=60s >/dev/null 2>&1 && return
    sleep 1
  done
}

api=${API_URL#https://}
stand_between "$api"
kubeconfig_by "$port"
inventory_with "$work/by.kubeconfig" >"$UPKEEP_INVENTORY"
well "all is well"
whole=$(<"$work/count")
echo "broken: a whole look takes $whole bytes from the API server; each break comes at half of them"

stand_between "$api" --after $((whole / 2)) --then cut
kubeconfig_by "$port"
daily "page cut in half"
survived "page cut in half" cluster '["truncated", "unreachable", "error"]'

stopped=stop
stand_between "$api" --after $((whole / 2)) --then "$source_dir/tests/cluster/cluster" --name "$UPKEEP_CLUSTER_NAME" apiserver-stop
kubeconfig_by "$port"
daily "API server stopped in the middle"
survived "API server stopped in the middle" cluster '["truncated", "unreachable", "error"]'
cluster apiserver-start >/dev/null
stopped=''
nodes_ready

stand_between "$api" --after $((whole / 2)) --then freeze
kubeconfig_by "$port"
daily "API server silent in the middle"
survived "API server silent in the middle" cluster '["timeout"]'
end_between

inventory_with "$KUBECONFIG" >"$UPKEEP_INVENTORY"
stopped=pause
cluster apiserver-pause
daily "API server that never answers"
survived "API server that never answers" cluster '["timeout", "unreachable"]'
cluster apiserver-resume
stopped=''
nodes_ready
well "the API server is back"

database=$(pg_target orders-db "$UPKEEP_TEST_PG_PRIMARY_HOST" primary upkeep "$UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE"; echo "    timeLimit: 5s")
inventory_with "$KUBECONFIG" "$database" >"$UPKEEP_INVENTORY"
stopped=database
servers fault pg-never-answers >/dev/null
daily "database that accepts and never answers"
survived "database that accepts and never answers" orders-db '["timeout", "unreachable"]'
servers heal pg-never-answers >/dev/null
stopped=''

# A database behind the port that stands between: its certificate names another address.
database_by() {
  inventory_with "$KUBECONFIG" "  - {name: orders-db, kind: postgres, host: 127.0.0.1, port: $port, database: app, user: upkeep, role: primary,
     password: {file: $UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE}, tls: {mode: verify-ca, caFile: $UPKEEP_TEST_CA_FILE}, timeLimit: 5s}" >"$UPKEEP_INVENTORY"
}
stand_between "$UPKEEP_TEST_PG_PRIMARY_HOST:$UPKEEP_TEST_PG_PORT"
database_by
well "the database is back"
whole=$(<"$work/count")
stand_between "$UPKEEP_TEST_PG_PRIMARY_HOST:$UPKEEP_TEST_PG_PORT" --after $((whole * 3 / 4)) --then freeze
database_by
daily "database that lets in and falls silent"
survived "database that lets in and falls silent" orders-db '["timeout"]'
end_between
finish
