#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `upkeep rbac` prints is enough and no more: identities that have exactly that run the whole daily
# list without one not_permitted, and `rbac --diff` says of them that nothing is missing and nothing too
# much. With one right taken away, or one given in addition, it names exactly that one.
set -euo pipefail
# shellcheck source=lib/session.sh
source "$(dirname "$0")/lib/session.sh"

space=upkeep-rights role=upkeep-rights-$$ database_role=rights_$$ redis_user=rights-$$
redis_admin() {
  REDISCLI_AUTH=$(<"$UPKEEP_TEST_REDIS_ADMIN_PASSWORD_FILE") redis-cli -e --no-auth-warning \
    -h "$UPKEEP_TEST_REDIS_PRIMARY_HOST" --user admin "$@"
}
# As the superuser, over the server's own socket: nobody else may make roles.
pg_admin() {
  env HOME=/nonexistent setpriv --reuid postgres --regid postgres --init-groups \
    psql -XAtq -v ON_ERROR_STOP=1 "host=$UPKEEP_TEST_FOLDER/pg-primary port=5432 dbname=app user=postgres" "$@"
}
cleanup() {
  kubectl delete clusterrole,clusterrolebinding -l upkeep-test=rights >/dev/null 2>&1 || true
  kubectl delete namespace "$space" --ignore-not-found --wait=false >/dev/null 2>&1 || true
  pg_admin -c "drop role if exists $database_role; drop role if exists ${database_role}_write" >/dev/null 2>&1 || true
  redis_admin acl deluser "$redis_user" >/dev/null 2>&1 || true
  [ -z "${with_velero:-}" ] || cluster heal velero-crds >/dev/null 2>&1 || true
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if ! kubectl get crd backups.velero.io >/dev/null 2>&1; then
  cluster fault velero-healthy >/dev/null
  with_velero=yes
fi
kubectl create namespace "$space" >/dev/null
kubectl -n "$space" create serviceaccount reader >/dev/null
"$upkeep" rbac --role "$role" --write-role "$role-write" | kubectl apply -f - >/dev/null
kubectl label clusterrole "$role" "$role-write" upkeep-test=rights >/dev/null
kubectl create clusterrolebinding "$role" --clusterrole "$role" --serviceaccount "$space:reader" >/dev/null
kubectl label clusterrolebinding "$role" upkeep-test=rights >/dev/null
cluster kubeconfig-for "$space" reader >"$work/reader.kubeconfig"

password=rights-$RANDOM$RANDOM$RANDOM
printf %s "$password" >"$work/password"
pg_admin -c "create role $database_role login password '$password'" >/dev/null
"$upkeep" rbac -o sql --role "$database_role" --write-role "$database_role" | sed '/remedies/,$d' | pg_admin >/dev/null
acl=$("$upkeep" rbac -o redis --role "$redis_user")
read -ra words <<<"$acl"
redis_admin "${words[@]}" ">$password" >/dev/null

cat >"$UPKEEP_INVENTORY" <<END
apiVersion: upkeep/v1
targets:
  - name: cluster
    kind: kubernetes
    kubeconfig: $work/reader.kubeconfig
    expects: [metrics-server]
$(pg_target orders-db "$UPKEEP_TEST_PG_PRIMARY_HOST" primary "$database_role" "$work/password")
$(redis_target cache "$UPKEEP_TEST_REDIS_PRIMARY_HOST" primary "$redis_user" "$work/password")
END
sleep 3  # Until the API server's authoriser has heard of them.

look least daily
if jq -e '[.attention[] | select(.reason == "not_permitted")] == [] and .coverage.observed > 10' "$work/least.json" >/dev/null; then
  pass "with exactly what is printed nothing of the daily list is refused"
else
  fail "refused with what is printed" "$(jq -c '.coverage, (.attention[] | [.playbook, .target, .reason, .summary.en])' "$work/least.json"; cat "$work/least.err")"
fi

# difference NAME WANTED_EXIT ARGUMENT...: the answer of --diff in $work/NAME.diff
difference() {
  local rc=0
  "$upkeep" rbac --diff "${@:3}" >"$work/$1.diff" 2>"$work/$1.diff-err" </dev/null || rc=$?
  if [ "$rc" = "$2" ]; then pass "$1: --diff ends $2"; else
    fail "$1: --diff ends $rc, not $2" "$(cat "$work/$1.diff" "$work/$1.diff-err")"
  fi
}
# marks NAME: the lines that are marked, up to the first ':' or ','
marks() { grep '^[-+?]' "$work/$1.diff" | sed 's/[:,].*//' || true; }
only() {  # NAME LINE...
  if [ "$(marks "$1")" = "$(printf '%s\n' "${@:2}")" ]; then pass "$1: nothing else is marked"; else
    fail "$1: not exactly ${*:2}" "$(cat "$work/$1.diff")"
  fi
}
has() {  # NAME TEXT
  if grep -qF -- "$2" "$work/$1.diff"; then pass "$1: $2"; else fail "$1: no '$2'" "$(cat "$work/$1.diff")"; fi
}
difference least 0
if [ -z "$(marks least)" ]; then pass "nothing is missing and nothing too much"; else
  fail "differences with what is printed" "$(cat "$work/least.diff")"
fi

kubectl get clusterrole "$role" -o json | jq 'del(.metadata.resourceVersion)' >"$work/role.json"
jq '.rules |= map(select(.apiGroups != ["policy"]))' "$work/role.json" | kubectl replace -f - >/dev/null
pg_admin -c "revoke pg_monitor from $database_role" >/dev/null
redis_admin acl setuser "$redis_user" -info >/dev/null
sleep 3
difference taken 2
only taken "+ cluster  kubernetes" "+ orders-db  postgres" "+ cache  redis"
has taken 'kubernetes:list:poddisruptionbudgets.policy'
has taken 'postgres:role:pg_monitor'
has taken 'redis:command:INFO'
has taken "GRANT pg_monitor TO $database_role;"
has taken "ACL SETUSER $redis_user +info"
difference korean 2 --lang ko --target orders-db
if grep -qP '\p{Hangul}' "$work/korean.diff" && ! grep -q '^. cluster' "$work/korean.diff"; then pass "one target, in Korean"; else
  fail "--target or Korean" "$(cat "$work/korean.diff")"
fi

jq '.rules += [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]}]' "$work/role.json" | kubectl replace -f - >/dev/null
pg_admin -c "grant pg_monitor, pg_write_server_files to $database_role; alter role $database_role createdb" >/dev/null
redis_admin acl setuser "$redis_user" +info >/dev/null
sleep 3
difference given 1
only given "- cluster  may get" "- orders-db  has the attribute CREATEDB" "- orders-db  is a member of pg_write_server_files"
has given 'may get, list secrets, and no playbook needs it'

# The write identities, also where the rights that are too many are all that there is to see.
jq 'del(.rules[] | select(.resources == ["secrets"]))' "$work/role.json" | kubectl replace -f - >/dev/null
pg_admin -c "revoke pg_write_server_files from $database_role; alter role $database_role nocreatedb" >/dev/null
kubectl -n "$space" create serviceaccount writer >/dev/null
kubectl create clusterrolebinding "$role-write" --clusterrole "$role-write" --serviceaccount "$space:writer" >/dev/null
kubectl label clusterrolebinding "$role-write" upkeep-test=rights >/dev/null
cluster kubeconfig-for "$space" writer >"$work/writer.kubeconfig"
pg_admin -c "create role ${database_role}_write login password '$password'" >/dev/null
"$upkeep" rbac -o sql --role "$database_role" --write-role "${database_role}_write" | sed '1,/remedies/d' | pg_admin >/dev/null
sed -i "s#\(    \)kubeconfig: .*#&\n\1write: {kubeconfig: $work/writer.kubeconfig}#
  s#\(    \)user: $database_role\$#&\n\1write: {user: ${database_role}_write, password: {file: $work/password}}#" "$UPKEEP_INVENTORY"
sleep 3
difference writers 0
has writers 'cluster (write)'
has writers 'orders-db (write)'
kubectl create clusterrolebinding "$role-admin" --clusterrole cluster-admin --serviceaccount "$space:writer" >/dev/null
kubectl label clusterrolebinding "$role-admin" upkeep-test=rights >/dev/null
pg_admin -c "alter role ${database_role}_write superuser" >/dev/null
mkdir -p "$work/few/http"
cp "$source_dir/playbooks/http/endpoint.lua" "$work/few/http/"
sleep 3
difference powerful 1
has powerful '- cluster (write)  may * *.*'
has powerful '- orders-db (write)  has the attribute SUPERUSER'
UPKEEP_PLAYBOOKS=$work/few difference idle 1 --target cluster
has idle '- cluster (write)  may * *.*'

cat >"$UPKEEP_INVENTORY" <<END
apiVersion: upkeep/v1
targets:
  - {name: cluster, kind: kubernetes, kubeconfig: /nonexistent}
  - {name: orders-db, kind: postgres, host: 127.0.0.1, port: 9, database: app, user: nobody}
  - {name: cache, kind: redis, host: 127.0.0.1, port: 9}
END
difference away 69
finish
