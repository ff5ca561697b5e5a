#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `upkeep doctor` on real servers: what is unreachable, which right is missing and the line that grants it
# (which is then granted, and missing no longer), zone data, disk, the API server's clock; what a kubeconfig
# says wrong, and that TLS which it does not verify stands in every report. A clock that is off: doctor_test.
#
#   UPKEEP_BINARY=PATH tests/e2e/doctor.sh      with cluster env and servers env exported
set -euo pipefail
# shellcheck source=lib/session.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib/session.sh"

namespace=upkeep-doctor
cleanup() {
  kubectl delete namespace "$namespace" --ignore-not-found --wait=false >/dev/null 2>&1 || true
  kubectl delete clusterrole,clusterrolebinding -l upkeep-test=doctor >/dev/null 2>&1 || true
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# doctor NAME [COMMAND...]: what it says in $work/NAME.out and .err, its exit code in $exit_code.
doctor() {
  local name=$1
  shift
  exit_code=0
  "$@" "$upkeep" doctor >"$work/$name.out" 2>"$work/$name.err" </dev/null || exit_code=$?
}
# says NAME TEXT REGEX: a line of what NAME said.
says() {
  if grep -Eq -- "$3" "$work/$1.out"; then pass "$2"; else fail "$2: nothing like $3" "$(cat "$work/$1.out" "$work/$1.err")"; fi
}
ends() {  # ends CODE NAME TEXT
  if [ "$exit_code" = "$1" ]; then pass "$3: exit code $1"; else fail "$3: exit code $exit_code, wanted $1" "$(cat "$work/$2.out" "$work/$2.err")"; fi
}
inventory() { printf 'apiVersion: upkeep/v1\ntargets:\n%s\n' "$1" >"$UPKEEP_INVENTORY"; }

# Everything answers.
whole_inventory >"$UPKEEP_INVENTORY"
doctor whole
ends 0 whole "with nothing wrong"
for what in 'note   store ' 'ok     disk .* free in ' 'ok     zones ' 'ok     schedules ' 'ok     playbooks ' \
  'ok     cluster .*upkeep is ' 'ok     cluster .*its clock is ' 'ok     cluster .*needs of the playbooks are granted' \
  'ok     orders-db .*logs in as upkeep' 'ok     shop-api .*answers \(HTTP 200\)' 'ok     shop-web .*answers \(TLSv1'; do
  says whole "says '${what#*  }'" "$what"
done

# Unreachable: named; alone it is 69, beside others that answer 3.
inventory "$(pg_target gone-db "$UPKEEP_TEST_REFUSED_HOST" any upkeep "$UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE")
  - {name: gone-web, kind: http, url: 'http://$UPKEEP_TEST_REFUSED_HOST/'}
  - {name: deaf-web, kind: http, url: 'http://$UPKEEP_TEST_NEVER_HOST/', timeLimit: 2s}
  - {name: deaf-cache, kind: redis, host: $UPKEEP_TEST_NEVER_HOST, tls: {mode: disable}, timeLimit: 2s}"
doctor dead
ends 69 dead "when no target answers"
for target in gone-db gone-web deaf-web deaf-cache; do says dead "names $target" "FAULT  $target "; done
inventory "$(pg_target gone-db "$UPKEEP_TEST_REFUSED_HOST" any upkeep "$UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE")
  - {name: shop-api, kind: http, url: '$HEALTH_URL'}"
doctor half
ends 3 half "when one of two answers"
says half "names the dead one" 'FAULT  gone-db '
says half "and the live one" 'ok     shop-api '

# A right that is missing, and the line that grants it: the line is applied as it stands.
kubectl create namespace "$namespace" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
kubectl -n "$namespace" create serviceaccount reader >/dev/null
role() {  # RULES
  kubectl apply -f - >/dev/null <<END
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: upkeep-doctor, labels: {upkeep-test: doctor}}
rules:
$1
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: upkeep-doctor, labels: {upkeep-test: doctor}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: upkeep-doctor}
subjects: [{kind: ServiceAccount, name: reader, namespace: $namespace}]
END
}
role '  - {apiGroups: [""], resources: [pods], verbs: [list]}'
cluster kubeconfig-for "$namespace" reader >"$work/reader.kubeconfig"
inventory "  - {name: cluster, kind: kubernetes, kubeconfig: $work/reader.kubeconfig}"
rule_for_nodes() { sed -n 's/^ *-> grant it with this rule in a ClusterRole: *//p' "$work/$1.out" | grep 'nodes\]' | grep 'list' | sed -n 1p; }
granted=
for attempt in 1 2 3 4 5 6 7 8 9 10; do   # Until the API server's authoriser has heard of the role.
  doctor rights
  ! grep -Eq 'kubernetes:list:pods([^.a-z/]|$)' "$work/rights.out" && break
  sleep 1
done
ends 3 rights "without the right to list nodes"
says rights "names what is missing" 'FAULT  cluster .*kubernetes:list:nodes([^.a-z/]|$)'
rule=$(rule_for_nodes rights || true)
if [ -n "$rule" ]; then
  pass "prints the rule: $rule"
  role "  - {apiGroups: [\"\"], resources: [pods], verbs: [list]}
  $( [[ $rule == -* ]] && echo "$rule" || echo "- $rule" )"
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    doctor granted
    if ! grep -Eq 'kubernetes:list:nodes([^.a-z/]|$)' "$work/granted.out"; then granted=yes; break; fi
    sleep 1
  done
  if [ "$granted" = yes ]; then pass "with that rule it is missing no longer"; else fail "the rule did not help" "$(cat "$work/granted.out")"; fi
else
  fail "prints no rule for nodes" "$(cat "$work/rights.out")"
fi
{
  echo "apiVersion: upkeep/v1"
  echo "targets:"
  pg_target bare "$UPKEEP_TEST_PG_PRIMARY_HOST" primary upkeep_bare "$UPKEEP_TEST_PG_UPKEEP_BARE_PASSWORD_FILE"
  redis_target noinfo "$UPKEEP_TEST_REDIS_PRIMARY_HOST" primary noinfo "$UPKEEP_TEST_REDIS_NOINFO_PASSWORD_FILE"
} >"$UPKEEP_INVENTORY"
doctor roles
ends 3 roles "with accounts that may do too little"
says roles "the role's grant" '-> GRANT pg_monitor TO upkeep_bare;'
says roles "the user's rule" '-> ACL SETUSER noinfo \+info'

# Zone data, disk.
inventory "  - {name: shop-api, kind: http, url: '$HEALTH_URL'}"
mkdir "$work/empty"
doctor zones env TZDIR="$work/empty"
ends 78 zones "without zone data"
says zones "names the package" 'install the package tzdata'
doctor disk unshare --mount bash -c 'mkdir -p "$1" && mount -t tmpfs -o size=16m none "$1" && shift && UPKEEP_STORE=$0/upkeep.db exec "$@"' \
  "$work/small" "$work/small"
ends 74 disk "on a disk of 16 MiB"
says disk "says how much is free" "FAULT  disk .*1[0-9] MiB free in $work/small"

# A kubeconfig: its mistakes have a place, and TLS that it does not verify is told by every report.
sed 's/^\( *\)token: .*/\1client-key-data: "!!"/' "$work/reader.kubeconfig" >"$work/bad.kubeconfig"
inventory "  - {name: shop-api, kind: http, url: '$HEALTH_URL'}
  - {name: cluster, kind: kubernetes, kubeconfig: $work/bad.kubeconfig}"
bad() {  # bad ARGUMENT...: `upkeep run ARGUMENT...` says where the kubeconfig is wrong
  exit_code=0
  "$upkeep" run "$@" >"$work/bad.out" 2>"$work/bad.err" </dev/null || exit_code=$?
  ends 78 bad "run $1 with a bad value in a kubeconfig"
  cat "$work/bad.err" >>"$work/bad.out"
  says bad "says where" 'bad.kubeconfig:[0-9]+:[0-9]+: client-key-data is not base64'
  says bad "points at it" '^ *\^$'
  says bad "says what helps" 'hint: .*base64'
}
bad daily --only kubernetes.nodes --only 'http.*'
UPKEEP_INVENTORY='' bad kubernetes.nodes --kubeconfig "$work/bad.kubeconfig"
# A login that never was is not called one.
inventory "  - {name: no-secret, kind: postgres, host: $UPKEEP_TEST_PG_PRIMARY_HOST, port: $UPKEEP_TEST_PG_PORT, database: app, user: upkeep,
     password: {exec: [sh, -c, 'echo oh no >&2; exit 3']}, tls: {caFile: $UPKEEP_TEST_CA_FILE}, timeLimit: 5s}"
doctor no_secret
says no_secret "a secret that can't be had is a fault" "FAULT .*no-secret .*'sh' ended with status 3"
if grep -qE 'logs in as|needs of the playbooks are granted' "$work/no_secret.out"; then fail "doctor speaks of a login" "$(<"$work/no_secret.out")"; else pass "and nothing is said of a login"; fi
server=$(sed -n 's/^ *server: *//p' "$work/reader.kubeconfig") token=$(sed -n 's/^ *token: *//p' "$work/reader.kubeconfig")
cat >"$work/insecure.kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: unsafe
clusters: [{name: c, cluster: {server: $server, insecure-skip-tls-verify: true}}]
contexts: [{name: unsafe, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: $token}}]
END
inventory "  - {name: unsafe, kind: kubernetes, kubeconfig: $work/insecure.kubeconfig}"
doctor unsafe
says unsafe "doctor says that TLS is not verified" 'note   unsafe .*TLS is not verified'
formats=()
for format in table md html json; do formats+=(-o "$format:$work/unsafe.$format"); done
"$upkeep" run kubernetes.nodes "${formats[@]}" >/dev/null 2>"$work/unsafe.err" || true
for format in table md html; do
  if grep -q 'TLS is not verified for.*' "$work/unsafe.$format" && grep -q unsafe "$work/unsafe.$format"; then pass "so does the $format report"; else fail "the $format report does not" "$(head -20 "$work/unsafe.$format")"; fi
done
if jq -e '.unverified_tls == ["unsafe"]' "$work/unsafe.json" >/dev/null; then pass "so does the json report"; else fail "the json report does not"; fi
finish
