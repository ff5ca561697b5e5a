#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Remediation on real servers, with real accounts: R-03 (a session idle in a transaction) and R-01
# (a crash-looping pod), from plan to ledger. Needs root, sudo, jq, sqlite3 and openssl; in the
# environment, what `cluster env` and `servers env` print, and UPKEEP_BINARY.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source_tree=$(cd "$here/../.." && pwd)
: "${UPKEEP_BINARY:?the upkeep to test}" "${UPKEEP_CLUSTER_NAME:?cluster env}" "${UPKEEP_TEST_INSTANCE:?servers env}"
cluster() { "$source_tree/tests/cluster/cluster" --name "$UPKEEP_CLUSTER_NAME" "$@"; }
servers() { "$source_tree/tests/servers/servers" --name "$UPKEEP_TEST_INSTANCE" "$@"; }
for program in sudo jq sqlite3 openssl useradd runuser; do
  command -v "$program" > /dev/null || { echo "remedies: $program is not installed" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "remedies: needs root, to become other users" >&2; exit 1; }

work=$(mktemp -d /tmp/upkeep-remedies.XXXXXX)
tag=$$
group=uke2e$tag
jin=ukjin$tag mina=ukmina$tag second=uksecond$tag
namespace=upkeep-remedies-$tag
sudoers=/etc/sudoers.d/upkeep-remedies-$tag
faults=()

cleanup() {
  local code=$? fault user
  set +e
  for fault in "${faults[@]}"; do
    case $fault in
      pg-*) servers heal "$fault" ;;
      *) cluster heal "$fault" ;;
    esac
  done > /dev/null 2>&1
  cluster kubectl delete clusterrolebinding,clusterrole "$namespace-reader" "$namespace-writer" > /dev/null 2>&1
  cluster kubectl delete namespace "$namespace" --wait=false > /dev/null 2>&1
  cluster kubectl -n shop delete poddisruptionbudget "$namespace" > /dev/null 2>&1
  rm -f "$sudoers"
  for user in "$second" "$jin" "$mina"; do userdel "$user"; done > /dev/null 2>&1
  groupdel "$group" > /dev/null 2>&1
  [ "$code" = 0 ] && rm -rf "$work"
  [ "$code" = 0 ] || echo "remedies: FAILED (what it left: $work)" >&2
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "remedies: $*" >&2
  [ -s "$work/out" ] && sed 's/^/  out: /' "$work/out" >&2
  [ -s "$work/err" ] && sed 's/^/  err: /' "$work/err" >&2
  exit 1
}
step() { echo "remedies: $*"; }

# Where it is set, an /etc of the test's own: nothing is written into the machine's.
house=()
in_house() {
  rm -rf "$work/etc"
  cp -a /etc "$work/etc"
  mkdir -m 755 "$work/etc/upkeep"
  cat > "$work/etc/upkeep/policy.yaml"
  chmod 644 "$work/etc/upkeep/policy.yaml"
  # shellcheck disable=SC2016 # for the inner shell
  house=(unshare --mount sh -c 'mount --bind "$0" /etc && exec "$@"' "$work/etc")
}

# as USER COMMAND...: with the login uid of that user where the kernel keeps one.
as() {
  local user=$1 login
  shift
  login=$(cat /proc/self/loginuid 2> /dev/null || echo 4294967295)
  (
    cd "$work/shared"
    umask 007
    [ "$login" = 4294967295 ] || id -u "$user" > /proc/self/loginuid
    exec "${house[@]}" runuser -u "$user" -- env -i PATH="$PATH" HOME="$work/shared" LANG=C.UTF-8 "$@"
  )
}
options=(--store "$work/shared/upkeep.db" --inventory "$work/shared/inventory.yaml"
  --playbooks "$work/shared/playbooks")
keys=(--keys "$work/keys")

# expect CODE USER ARGS...: upkeep as USER ends with CODE; its output is in $work/out and err.
expect() {
  local wanted=$1 user=$2 code=0
  shift 2
  as "$user" "$work/shared/upkeep" "$@" > "$work/out" 2> "$work/err" || code=$?
  [ "$code" = "$wanted" ] || fail "upkeep $* as $user ended with $code, not $wanted"
}
says() { grep -qF -- "$1" "$work/out" "$work/err" || fail "nothing says '$1'"; }
plan_number() { sed -n 's/^Plan \([0-9]*\) .*/\1/p' "$work/out" | sed -n 1p; }
# Read-only: as root it must not leave files that the others can't write.
query() { sqlite3 -readonly "$work/shared/upkeep.db" "$1"; }
plan_state() { query "select state from plans where id = $1"; }

step "accounts, keys, identities"
groupadd "$group"
useradd --no-create-home --gid "$group" "$jin"
useradd --no-create-home --gid "$group" "$mina"
useradd --no-create-home --gid "$group" --non-unique --uid "$(id -u "$jin")" "$second"
printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$jin" > "$sudoers"
chmod 440 "$sudoers"
chmod 755 "$work"
mkdir -m 2770 "$work/shared"
mkdir -m 755 "$work/keys"
chgrp "$group" "$work/shared"
cp "$UPKEEP_BINARY" "$work/shared/upkeep"
cp -r "$source_tree/playbooks" "$work/shared/playbooks"
cp "$UPKEEP_TEST_CA_FILE" "$work/shared/ca.crt"
cp "$UPKEEP_TEST_PG_UPKEEP_PASSWORD_FILE" "$work/shared/reader"
cp "$UPKEEP_TEST_PG_UPKEEP_WRITE_PASSWORD_FILE" "$work/shared/writer"
for name in "$jin" "$mina" stranger; do
  openssl genpkey -algorithm ed25519 -out "$work/shared/$name.key" 2> /dev/null
  [ "$name" = stranger ] ||
    openssl pkey -in "$work/shared/$name.key" -pubout -out "$work/keys/$name.pub"
done
kubectl=(cluster kubectl)
"${kubectl[@]}" create namespace "$namespace" > /dev/null
for role in reader writer; do
  verbs=get,list resources=pods,poddisruptionbudgets.policy
  [ "$role" = reader ] || verbs=delete resources=pods
  "${kubectl[@]}" -n "$namespace" create serviceaccount "$role" > /dev/null
  "${kubectl[@]}" create clusterrole "$namespace-$role" --verb="$verbs" --resource="$resources" > /dev/null
  "${kubectl[@]}" create clusterrolebinding "$namespace-$role" --clusterrole="$namespace-$role" \
    --serviceaccount="$namespace:$role" > /dev/null
  cluster kubeconfig-for "$namespace" "$role" > "$work/shared/$role.kubeconfig"
done
cat > "$work/shared/inventory.yaml" << END
apiVersion: upkeep/v1
targets:
  - name: cluster
    kind: kubernetes
    kubeconfig: reader.kubeconfig
    write: {kubeconfig: writer.kubeconfig}
  - name: orders
    kind: postgres
    host: $UPKEEP_TEST_PG_PRIMARY_HOST
    database: $UPKEEP_TEST_PG_DATABASE
    user: upkeep
    password: {file: reader}
    tls: {caFile: ca.crt}
    write: {user: upkeep_write, password: {file: writer}}
END
chgrp -R "$group" "$work/shared"
chmod -R g+rX,g+w,o-rwx "$work/shared"
# A private key is one person's: here two people act under the same account, as in a pod.
chown "$jin" "$work/shared"/*.key
chmod 600 "$work/shared"/*.key

pid_of() {
  awk -v application="$1" '$2 == application { print $1 }' \
    "$UPKEEP_TEST_FOLDER/faults/pg-idle-in-transaction.pids"
}
session_lives() {
  [ "$(PGPASSFILE=$UPKEEP_TEST_PG_PASSFILE psql -XAtq "$UPKEEP_TEST_PG_PRIMARY_DSN" \
    -c "select count(*) from pg_stat_activity where pid = $1")" = 1 ]
}
# The test's server has connections to spare, so the rule of 80 % is put to 0 %.
look_at_sessions() {
  expect 2 "$jin" run postgres.sessions "${options[@]}" --target orders \
    --param idle_warning_seconds=1 --param idle_critical_seconds=2 --param end_from_connections=0 "$@"
}

step "R-03: plan with a diff"
servers fault pg-idle-in-transaction > /dev/null
faults+=(pg-idle-in-transaction)
sleep 3
batch=$(pid_of orders-batch) reader=$(pid_of report-reader) shell=$(pid_of psql)
# The rule of 80 %: while connections are to spare and nobody waits, nobody's session is ended.
look_at_sessions --param end_from_connections=80
expect 0 "$jin" plan "${options[@]}"
says 'no result names a remedy'
# The maximum: two of the three, those that have been idle for longest.
look_at_sessions --param end_at_most=2
[ "$(query "select count(*) from results x join outcomes o on o.id = x.outcome
  where o.run = (select max(id) from runs) and x.remedy = 'terminate_session'")" = 2 ] || fail "not two sessions were proposed"
look_at_sessions
found=$(query 'select max(id) from runs')
expect 0 "$jin" plan "${options[@]}" --subject "orders/Session/$batch"
says '- state: idle in transaction'
says '+ state: ended'
says 'postgres.terminate_backend'
plan=$(plan_number)
[ -n "$plan" ] || fail "no plan was made"
expect 0 "$mina" approvals show "$plan" "${options[@]}" --lang ko
says '+ state: 종료됨'
expect 0 "$mina" approvals "${options[@]}"
says pending

step "R-03: nothing without somebody else's approval"
expect 80 "$jin" apply "$plan" "${options[@]}"
expect 77 "$jin" approve "$plan" "${options[@]}" --reason mine
expect 77 "$second" approve "$plan" "${options[@]}" --reason 'mine, under a second name'
for become in "sudo -n" "sudo -n -u $mina"; do
  code=0
  # shellcheck disable=SC2086 # words
  as "$jin" $become "$work/shared/upkeep" approve "$plan" "${options[@]}" --reason 'mine, through sudo' \
    > "$work/out" 2> "$work/err" || code=$?
  [ "$code" = 77 ] || fail "approving through '$become' ended with $code, not 77"
done
code=0
as "$jin" unshare --user --map-user="$(id -u "$mina")" "$work/shared/upkeep" approve "$plan" \
  "${options[@]}" --reason 'mine, in a user namespace' > "$work/out" 2> "$work/err" || code=$?
[ "$code" != 0 ] || fail "a user namespace made somebody else of the requester"
expect 77 "$jin" approve "$plan" "${options[@]}" "${keys[@]}" --key "$jin.key" --reason 'mine, by key'
expect 77 "$jin" approve "$plan" "${options[@]}" "${keys[@]}" --key stranger.key --reason 'by a key of nobody'
expect 78 "$jin" approve "$plan" "${options[@]}" --keys "$work/shared" --key stranger.key --reason 'my own registry'
expect 64 "$mina" approve "$plan" "${options[@]}"
[ "$(plan_state "$plan")" = pending ] || fail "the plan is $(plan_state "$plan")"
[ "$(query 'select count(*) from approvals')" = 0 ] || fail "an approval was kept"
session_lives "$batch" || fail "the session is gone before anybody approved"

step "R-03: a row that somebody changed past upkeep decides about nobody"
as "$jin" sqlite3 "$work/shared/upkeep.db" "update plans set requester_identity = 'uid:4242' where id = $plan"
expect 81 "$jin" approve "$plan" "${options[@]}" --reason 'mine, and the row says otherwise'
expect 74 "$jin" db check --store "$work/shared/upkeep.db"
says 'requester'
as "$jin" sqlite3 "$work/shared/upkeep.db" "update plans set requester_identity = 'uid:$(id -u "$jin")' where id = $plan"

step "R-03: the house's policy binds whoever brings one along"
echo 'risk_cap: high' > "$work/shared/mine.yaml"
in_house <<< 'mode: "off"'
expect 77 "$jin" plan "${options[@]}" --policy mine.yaml
says "the policy's mode is off"
chown "$jin" "$work/etc/upkeep/policy.yaml"
expect 78 "$jin" plan "${options[@]}"
expect 78 "$mina" approve "$plan" "${options[@]}" --reason 'under a policy of nobody'
says 'others than root could have put it there'
in_house <<< 'approvals: {medium: 2}'
expect 0 "$mina" approve "$plan" "${options[@]}" --reason 'the batch job is known to hang'
expect 80 "$jin" apply "$plan" "${options[@]}"
house=()

step "R-03: a pause and a window hold it back"
expect 0 "$mina" pause --all --target orders --reason 'restore test' --store "$work/shared/upkeep.db"
expect 77 "$jin" apply "$plan" "${options[@]}"
says 'restore test'
expect 0 "$mina" resume --all --target orders --reason 'restored' --store "$work/shared/upkeep.db"
printf 'windows: [{days: [sun, mon, tue, wed, thu, fri, sat], from: "00:00", to: "24:00", reason: Sale}]\n' > "$work/shared/sale.yaml"
expect 77 "$jin" apply "$plan" "${options[@]}" --policy sale.yaml
says "'Sale'"
expect 64 "$jin" apply "$plan" "${options[@]}" --verify-after 9999d
[ "$(query 'select count(*) from actions')" = 0 ] || fail "something was done"

step "R-03: approved by another person, applied, looked at again"
expect 0 "$jin" apply "$plan" "${options[@]}" --verify-after 2s
says verified
! session_lives "$batch" || fail "the session lives"
for other in "$reader" "$shell"; do
  session_lives "$other" || fail "another session was ended, too"
done
expect 64 "$jin" apply "$plan" "${options[@]}"
[ "$(plan_state "$plan")" = verified ] || fail "the plan is $(plan_state "$plan")"

step "R-03: the ledger has before, after, who and why"
[ "$(query "select json_extract(body, '\$.before.state') || ' ' || json_extract(body, '\$.before.pid') || ' ' ||
  json_extract(body, '\$.actor.name') from ledger where kind = 'action.begun'")" = \
  "idle in transaction $batch upkeep_write" ] || fail "the ledger's intent is not what was there"
[ "$(query "select json_extract(body, '\$.state') || ' ' || json_extract(body, '\$.after.answer.ended') || ' ' ||
  json_extract(body, '\$.after.expected.state.en') from ledger where kind = 'action.ended'")" = "done 1 ended" ] ||
  fail "the ledger's outcome is not what was done"
[ "$(query "select json_extract(body, '\$.actor.name') || ': ' || json_extract(body, '\$.reason') from ledger
  where kind = 'plan.approved'")" = "$mina: the batch job is known to hang" ] || fail "the ledger's approval differs"
[ "$(query "select (select sequence from ledger where kind = 'action.begun') <
  (select sequence from ledger where kind = 'action.ended')")" = 1 ] || fail "the intent is not first"
[ "$(query "select r.trigger from runs r join plans p on p.verified_by = r.id where p.id = $plan")" = verify ] ||
  fail "no stored run verified"
expect 0 "$mina" approvals show "$plan" "${options[@]}"
says 'the batch job is known to hang'

step "a registered key decides where everybody has one uid; a denial stops"
expect 0 "$jin" plan "${options[@]}" --run "$found" --subject "orders/Session/$reader"
plan=$(plan_number)
expect 0 "$jin" deny "$plan" "${options[@]}" "${keys[@]}" --key "$mina.key" --reason 'the report is nearly done'
expect 81 "$jin" apply "$plan" "${options[@]}" "${keys[@]}"
session_lives "$reader" || fail "a denied plan was applied"
[ "$(query "select actor_source || length(signature) from approvals where plan = $plan")" = key88 ] ||
  fail "the signature was not kept"

step "who asked takes a plan back, approved as it is; nobody else does"
expect 0 "$jin" plan "${options[@]}" --run "$found" --subject "orders/Session/$reader"
plan=$(plan_number)
expect 77 "$mina" withdraw "$plan" "${options[@]}" --reason 'not hers'
expect 0 "$mina" approve "$plan" "${options[@]}" --reason 'agreed'
expect 64 "$jin" withdraw "$plan" "${options[@]}"
expect 0 "$jin" withdraw "$plan" "${options[@]}" --reason 'the report is wanted'
says 'the report is wanted'
expect 81 "$jin" apply "$plan" "${options[@]}" "${keys[@]}"
session_lives "$reader" || fail "a plan that was taken back was applied"

step "R-03: a session that went back to work is left alone"
# Its commands come through a pipe: it idles, works, and idles in another transaction.
mkfifo "$work/psql"
PGPASSFILE=$UPKEEP_TEST_PG_PASSFILE PGAPPNAME=busy-$tag psql -XAtq "$UPKEEP_TEST_PG_PRIMARY_DSN" < "$work/psql" > "$work/busy" 2>&1 &
busy=$!
exec 7> "$work/psql"
echo 'select pg_backend_pid(); begin; select 1;' >&7
for _ in $(seq 50); do [ "$(wc -l < "$work/busy")" -ge 2 ] && break; sleep 0.1; done
busy_pid=$(sed -n 1p "$work/busy")
sleep 2.5
look_at_sessions
expect 0 "$jin" plan "${options[@]}" --subject "orders/Session/$busy_pid"
plan=$(plan_number)
expect 0 "$mina" approve "$plan" "${options[@]}" --reason 'it looks dead'
echo 'commit; begin; select 2;' >&7
for _ in $(seq 50); do [ "$(wc -l < "$work/busy")" -ge 3 ] && break; sleep 0.1; done
expect 81 "$jin" apply "$plan" "${options[@]}"
says 'at work again'
session_lives "$busy_pid" || fail "a session that went back to work was ended"
exec 7>&-
wait "$busy" || true

step "a changed world is refused"
look_at_sessions
expect 0 "$jin" plan "${options[@]}" --subject "orders/Session/$shell"
plan=$(plan_number)
expect 0 "$jin" approve "$plan" "${options[@]}" "${keys[@]}" --key "$mina.key" --reason 'agreed'
servers heal pg-idle-in-transaction > /dev/null
faults=()
expect 81 "$jin" apply "$plan" "${options[@]}" "${keys[@]}"
says 'the world has changed'
[ "$(plan_state "$plan")" = cancelled ] || fail "the plan is $(plan_state "$plan")"

pod_of() { cluster kubectl -n shop get pods -l "app=$1" -o jsonpath='{.items[0].metadata.name} {.items[0].metadata.uid}'; }

step "R-01: a crash loop that a new pod heals"
faults+=(healing-crash-loop hopeless-crash-loop)
cluster fault healing-crash-loop > /dev/null
cluster fault hopeless-crash-loop > /dev/null
# A new pod is watched for half a minute, not five.
expect 2 "$jin" run kubernetes.pods "${options[@]}" --target cluster --param watch_minutes=0.5
run=$(query "select max(id) from runs")
read -r pod uid <<< "$(pod_of stale-lock)"
expect 0 "$jin" plan "${options[@]}" --run "$run" --subject "shop/Pod/$pod"
says "- uid: $uid"
says 'the server accepts it'
plan=$(plan_number)
expect 80 "$jin" apply "$plan" "${options[@]}"
expect 0 "$mina" approve "$plan" "${options[@]}" --reason 'the lock is stale'
before=$SECONDS
expect 0 "$jin" apply "$plan" "${options[@]}" --verify-after 15s
says verified
[ $((SECONDS - before)) -ge 45 ] || fail "the new pod was watched for $((SECONDS - before - 15)) s, not 30"
read -r _ new <<< "$(pod_of stale-lock)"
[ "$new" != "$uid" ] || fail "the pod is still the old one"
# Once as a dry run when planned, once for real; both by the writer, and nothing by the reader.
deletions=$(grep -F "\"system:serviceaccount:$namespace:" "$AUDIT_LOG" |
  jq -r --arg pod "$pod" 'select(.verb == "delete" and .objectRef.name == $pod and .responseStatus.code == 200)
    | .user.username' | sort | uniq -c | xargs)
[ "$deletions" = "2 system:serviceaccount:$namespace:writer" ] ||
  fail "the API server's audit log shows other deletions: $deletions"

step "R-01: not while a disruption budget has too few healthy pods"
read -r pod uid <<< "$(pod_of hopeless)"
cluster kubectl -n shop create poddisruptionbudget "$namespace" --selector app=hopeless --min-available 1 > /dev/null
budget_counts() { [ "$(cluster kubectl -n shop get pdb "$namespace" -o jsonpath='{.status.desiredHealthy}')" = 1 ]; }
for _ in $(seq 50); do
  budget_counts && break
  sleep 0.2
done
budget_counts || fail "the disruption budget is not counted"
expect 0 "$jin" plan "${options[@]}" --run "$run" --subject "shop/Pod/$pod"
says "the disruption budget $namespace allows no disruption now"
[ -z "$(plan_number)" ] || fail "a plan was made against the disruption budget"
cluster kubectl -n shop delete poddisruptionbudget "$namespace" > /dev/null

step "R-01: one that it does not heal is escalated"
expect 0 "$jin" plan "${options[@]}" --run "$run" --subject "shop/Pod/$pod"
plan=$(plan_number)
expect 0 "$mina" approve "$plan" "${options[@]}" --reason 'try it once'
expect 2 "$jin" apply "$plan" "${options[@]}" --verify-after 20s
says unverified
[ "$(plan_state "$plan")" = unverified ] || fail "the plan is $(plan_state "$plan")"
expect 0 "$jin" report daily "${options[@]}" -o json
jq -e --arg plan "$plan" '[.attention[] | select(.reason == "remedy_unverified")] | length == 1' "$work/out" \
  > /dev/null || fail "the report does not list the plan as what needs somebody"
jq -e --arg plan "$plan" --arg by "$mina" '.actions[] | select(.plan == $plan and .state == "unverified" and
  .approved_by == $by and .approval_reason == "try it once" and (.before | contains("uid")) and
  (.after | contains("answer")))' "$work/out" > /dev/null || fail "the report's action is not whole"
expect 0 "$jin" report daily "${options[@]}" -o md --lang ko
says '해결 미확인'
[ "$(query "select count(*) from actions where plan = $plan")" = 1 ] || fail "an action was repeated"
expect 0 "$mina" db check --store "$work/shared/upkeep.db"

echo "remedies: all passed"
