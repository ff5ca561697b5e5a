#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Takes each permission of each playbook away in turn: the result is unknown(not_permitted), it names the
# permission, and nothing of that check is ok.
set -euo pipefail
# shellcheck source=lib/session.sh
source "$(dirname "$0")/lib/session.sh"

namespace=upkeep-permissions
cleanup() {
  kubectl delete namespace "$namespace" --ignore-not-found --wait=false >/dev/null 2>&1 || true
  kubectl delete clusterrole,clusterrolebinding -l upkeep-test=permissions >/dev/null 2>&1 || true
  [ -z "${with_velero:-}" ] || cluster heal velero-crds >/dev/null 2>&1 || true
  [ ! -s "$work/discovery.yaml" ] || kubectl apply -f "$work/discovery.yaml" >/dev/null 2>&1 || true
  [ ! -e "$work/noping" ] || redis_admin acl deluser noping >/dev/null 2>&1 || true
  [ ! -e "$work/nologin" ] || pg_owner 'grant connect on database app to public' >/dev/null 2>&1 || true
  rm -rf -- "$work"
}
redis_admin() {
  REDISCLI_AUTH=$(<"$UPKEEP_TEST_REDIS_ADMIN_PASSWORD_FILE") redis-cli -e --no-auth-warning \
    -h "$UPKEEP_TEST_REDIS_PRIMARY_HOST" --user admin "$@"
}
# The database's owner may say who connects to it.
pg_owner() {
  PGPASSFILE=$UPKEEP_TEST_PG_PASSFILE psql -XAtq -c "$1" \
    "host=$UPKEEP_TEST_PG_PRIMARY_HOST dbname=$UPKEEP_TEST_PG_DATABASE user=app sslmode=require"
}
trap cleanup EXIT

# The API group must be served, or a missing right would not be asked for.
if ! kubectl get crd backups.velero.io >/dev/null 2>&1; then
  cluster fault velero-healthy >/dev/null
  with_velero=yes
fi
kubectl create namespace "$namespace" --dry-run=client -o yaml | kubectl apply -f - >/dev/null

# "kubernetes:list:pods.metrics.k8s.io" as the rule of a ClusterRole.
rule_of() {
  local verb=${1#kubernetes:} resource group=
  resource=${verb#*:} verb=${verb%%:*}
  if [[ $resource == *.* ]]; then group=${resource#*.} resource=${resource%%.*}; fi
  echo "  - {apiGroups: [\"$group\"], resources: [\"$resource\"], verbs: [$verb]}"
}

needs_of() {  # PLAYBOOK: its Kubernetes needs, one a line
  "$upkeep" explain "$1" | sed -n 's/^  \(kubernetes:[^ ]*\).*/\1/p'
}

number=0
declare -A playbook_of need_of
roles=
for playbook in $("$upkeep" list | awk '$3 == "kubernetes" && $2 == "daily" {print $1}'); do
  mapfile -t needs < <(needs_of "$playbook")
  for taken in "${needs[@]}"; do
    # No rule grants this one: every authenticated user has it by system:discovery. See below.
    [ "$taken" != kubernetes:get:apis ] || continue
    number=$((number + 1))
    playbook_of[$number]=$playbook need_of[$number]=$taken
    rules=$(for need in "${needs[@]}"; do [ "$need" = "$taken" ] || [ "$need" = kubernetes:get:apis ] || rule_of "$need"; done)
    [ -z "$rules" ] || rules=$'\n'$rules
    roles+="---
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader-$number, namespace: $namespace}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: upkeep-permissions-$number, labels: {upkeep-test: permissions}}
rules:${rules:- []}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: upkeep-permissions-$number, labels: {upkeep-test: permissions}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: upkeep-permissions-$number}
subjects: [{kind: ServiceAccount, name: reader-$number, namespace: $namespace}]
"
  done
done
echo "$roles" >"$work/roles.yaml"
kubectl apply -f "$work/roles.yaml" >/dev/null
sleep 3  # Until the API server's authoriser has heard of them.

for ((at = 1; at <= number; ++at)); do
  playbook=${playbook_of[$at]} taken=${need_of[$at]}
  cluster kubeconfig-for "$namespace" "reader-$at" >"$work/reader-$at.kubeconfig"
  rc=0
  env -u UPKEEP_INVENTORY "$upkeep" run "$playbook" --kubeconfig "$work/reader-$at.kubeconfig" \
    --store "$work/reader.db" -o "json:$work/reader.json" >/dev/null 2>"$work/reader.err" || rc=$?
  verdict=$(jq -r --arg taken "$taken" '
    [.checks[] | select(.state != "unknown")] as $not_unknown |
    [.attention[] | select(.state == "unknown" and .reason == "not_permitted")
      | select((.summary.en + " " + (.data | tostring)) | contains($taken))] as $named |
    if ($not_unknown | length) > 0 then "the check is " + $not_unknown[0].state
    elif ($named | length) == 0 then "no result names it"
    else "ok" end' "$work/reader.json" 2>&1 || true)
  if [ "$rc" = 3 ] && [ "$verdict" = ok ]; then
    pass "$playbook without $taken"
  else
    fail "$playbook without $taken: exit $rc, $verdict" "$(jq -c '.attention' "$work/reader.json" | cut -c1-600; cat "$work/reader.err")"
  fi
done

[ "$number" -ge 15 ] || fail "only $number permissions of playbooks were taken away"

# judge PLAYBOOK TAKEN RUN_OPTION...
judge() {
  local playbook=$1 taken=$2 rc=0
  shift 2
  "$upkeep" run "$playbook" "$@" --store "$work/bare.db" -o "json:$work/bare.json" >/dev/null 2>"$work/bare.err" || rc=$?
  if [ "$rc" = 3 ] && jq -e --arg taken "$taken" '([.checks[].state] | unique) == ["unknown"] and
      ([.attention[] | select(.reason == "not_permitted" and (.summary.en + (.data | tostring) | contains($taken)))] | length) > 0' \
      "$work/bare.json" >/dev/null; then
    pass "$playbook without $taken"
  else
    fail "$playbook without $taken: exit $rc" "$(jq -c .attention "$work/bare.json" | cut -c1-600; cat "$work/bare.err")"
  fi
}

# kubernetes:get:apis: nobody but administrators may ask what is served while this binding is away.
cluster kubeconfig-for "$namespace" reader-1 >"$work/discovery.kubeconfig"
kubectl get clusterrolebinding system:discovery -o json | jq 'del(.metadata.uid, .metadata.resourceVersion)' >"$work/discovery.yaml"
kubectl delete clusterrolebinding system:discovery >/dev/null
for _ in $(seq 50); do
  kubectl auth can-i get /apis --as=nobody --as-group=system:authenticated >/dev/null 2>&1 || break
  sleep 0.2
done
(
  unset UPKEEP_INVENTORY
  judge velero.backups kubernetes:get:apis --kubeconfig "$work/discovery.kubeconfig"
  echo "$passed $failed" >"$work/counts"
)
read -r passed failed <"$work/counts"
kubectl apply -f "$work/discovery.yaml" >/dev/null
: >"$work/discovery.yaml"

# Databases: a role without pg_monitor, one that may not connect; users without INFO and without PING.
redis_admin acl setuser noping on ">$(<"$UPKEEP_TEST_REDIS_NOINFO_PASSWORD_FILE")" resetkeys resetchannels -@all +info '+client|setname' >/dev/null
: >"$work/noping"
{
  echo "apiVersion: upkeep/v1"
  echo "targets:"
  pg_target bare "$UPKEEP_TEST_PG_PRIMARY_HOST" primary upkeep_bare "$UPKEEP_TEST_PG_UPKEEP_BARE_PASSWORD_FILE"
  pg_target noconnect "$UPKEEP_TEST_PG_PRIMARY_HOST" primary upkeep "$UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE"
  redis_target noinfo "$UPKEEP_TEST_REDIS_PRIMARY_HOST" primary noinfo "$UPKEEP_TEST_REDIS_NOINFO_PASSWORD_FILE"
  redis_target noping "$UPKEEP_TEST_REDIS_PRIMARY_HOST" primary noping "$UPKEEP_TEST_REDIS_NOINFO_PASSWORD_FILE"
} >"$work/bare.yaml"
databases=(--inventory "$work/bare.yaml")
judge postgres.connectivity postgres:role:pg_monitor "${databases[@]}" --target bare
judge postgres.sessions postgres:role:pg_monitor "${databases[@]}" --target bare
judge redis.health redis:command:INFO "${databases[@]}" --target noinfo
judge redis.health redis:command:PING "${databases[@]}" --target noping
: >"$work/nologin"
pg_owner 'revoke connect on database app from public'
judge postgres.connectivity postgres:query "${databases[@]}" --target noconnect
judge postgres.sessions postgres:query "${databases[@]}" --target noconnect
pg_owner 'grant connect on database app to public'
rm "$work/nologin"
finish
