# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests of this folder that need a cluster and servers: finds the program, reads the
# addresses of both instances, writes an inventory of all their targets, and counts what was checked.
#
# Needs the exported output of `cluster env` and `servers env`; $UPKEEP_BINARY names the program.
# shellcheck shell=bash

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
upkeep=$(realpath "${UPKEEP_BINARY:-$source_dir/build/runner/cli/upkeep}")
test_name=$(basename "$0" .sh)
for name in UPKEEP_CLUSTER_NAME KUBECONFIG HEALTH_URL UPKEEP_TEST_INSTANCE UPKEEP_TEST_CA_FILE; do
  [ -n "${!name:-}" ] || { echo "$test_name: \$$name is not set: export cluster env and servers env" >&2; exit 1; }
done
[ -x "$upkeep" ] || { echo "$test_name: $upkeep is no program" >&2; exit 1; }

work=$(mktemp -d)
export UPKEEP_PLAYBOOKS=$source_dir/playbooks UPKEEP_SCHEDULES=$source_dir/schedules UPKEEP_LANG=en
export UPKEEP_STORE=$work/upkeep.db UPKEEP_INVENTORY=$work/inventory.yaml

cluster() { "$source_dir/tests/cluster/cluster" --name "$UPKEEP_CLUSTER_NAME" "$@"; }
servers() { "$source_dir/tests/servers/servers" --name "$UPKEEP_TEST_INSTANCE" "$@"; }
kubectl() { cluster kubectl "$@"; }

passed=0 failed=0
pass() { passed=$((passed + 1)); echo "  ok    $1"; }
fail() {
  failed=$((failed + 1))
  echo "  FAIL  $1" >&2
  [ -z "${2:-}" ] || sed 's/^/          /' <<<"$2" >&2
}
finish() {
  echo "$test_name: $passed checks passed, $failed failed, ${SECONDS} s"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

# pg_target NAME HOST ROLE USER PASSWORD_FILE
pg_target() {
  cat <<END
  - name: $1
    kind: postgres
    host: $2
    database: app
    user: $4
    role: $3
    password: {file: $5}
    tls: {mode: verify-full, caFile: $UPKEEP_TEST_CA_FILE}
END
}

# redis_target NAME HOST ROLE USER PASSWORD_FILE
redis_target() {
  cat <<END
  - name: $1
    kind: redis
    host: $2
    user: $4
    role: $3
    password: {file: $5}
    tls: {mode: disable}
END
}

# https_target NAME HOST: nginx of tests/servers, by the name in its certificate.
https_target() {
  cat <<END
  - name: $1
    kind: http
    url: https://$2/health
    tls: {caFile: $UPKEEP_TEST_CA_FILE, serverName: $UPKEEP_TEST_HTTPS_NAME}
END
}

# whole_inventory [WORD OF expects]...: every target of both instances.
whole_inventory() {
  local expects=metrics-server word
  for word in "$@"; do expects="$expects, $word"; done
  cat <<END
apiVersion: upkeep/v1
targets:
  - name: cluster
    kind: kubernetes
    kubeconfig: $KUBECONFIG
    expects: [$expects]
$(pg_target orders-db "$UPKEEP_TEST_PG_PRIMARY_HOST" primary upkeep "$UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE")
$(pg_target orders-standby "$UPKEEP_TEST_PG_STANDBY_HOST" standby upkeep "$UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE")
$(redis_target cache "$UPKEEP_TEST_REDIS_PRIMARY_HOST" primary upkeep "$UPKEEP_TEST_REDIS_UPKEEP_PASSWORD_FILE")
$(redis_target cache-replica "$UPKEEP_TEST_REDIS_REPLICA_HOST" replica upkeep "$UPKEEP_TEST_REDIS_UPKEEP_PASSWORD_FILE")
  - name: shop-api
    kind: http
    url: $HEALTH_URL
$(https_target shop-web "$UPKEEP_TEST_HTTPS_HOST")
END
}

# look NAME ARGUMENT...: `upkeep run ARGUMENT... -o json`; the answer in $work/NAME.json, what it
# said in $work/NAME.err, the exit code in $exit_code.
look() {
  local name=$1
  shift
  exit_code=0
  "$upkeep" run "$@" --no-input -o json >"$work/$name.json" 2>"$work/$name.err" </dev/null || exit_code=$?
}
