#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# upkeep inside a real cluster: the image is loaded, the manifests are applied, the CronJob fires,
# the run is in the store on its volume with its slot booked, the monthly report arrives by S3 and
# webhook, and a plan made there is approved by a registered key and applied.
#
# Needs root, python3, openssl and the packages of deploy/image; in the environment what
# `cluster env` prints, and UPKEEP_BINARY. Starts servers of its own for what the pods deliver to.
set -euo pipefail
unset UPKEEP_INVENTORY   # The generated inventory goes along, whatever the caller works with.

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
: "${UPKEEP_BINARY:?the upkeep to test}" "${UPKEEP_CLUSTER_NAME:?cluster env}" "${HOST_IP:?cluster env}"
cluster() { "$source_dir/tests/cluster/cluster" --name "$UPKEEP_CLUSTER_NAME" "$@"; }
servers_name=in-cluster-$$
servers() { "$source_dir/tests/servers/servers" --name "$servers_name" "$@"; }
kubectl() { cluster kubectl "$@"; }

space=upkeep-e2e-$$ volume=upkeep-store-$$
work=$(mktemp -d)
faulty=''
cleanup() {
  local code=$?
  set +e
  if [ "$code" != 0 ]; then
    kubectl -n "$space" get cronjob,job,pod,pvc -o wide >&2
    kubectl -n "$space" get events --sort-by=.lastTimestamp >&2
    kubectl -n "$space" logs -l app.kubernetes.io/name=upkeep --tail=30 --prefix >&2
  fi
  [ -z "$faulty" ] || cluster heal "$faulty" >/dev/null 2>&1
  kubectl delete clusterrole,clusterrolebinding "upkeep-$space" "upkeep-write-$space" --ignore-not-found >/dev/null 2>&1
  kubectl delete namespace "$space" --ignore-not-found --timeout=60s >/dev/null 2>&1
  cluster volume-remove "$volume" >/dev/null 2>&1
  servers down >/dev/null 2>&1
  rm -rf "$work"
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
step() { echo "in_cluster: $1"; }
fail() {
  echo "in_cluster: FAILED: $1" >&2
  exit 1
}

step "servers that pods can reach"
UPKEEP_SERVERS_EXTRA_IP=$HOST_IP servers up --owner $$ minio webhook >/dev/null
eval "$(servers env)"
servers expose "$HOST_IP" minio webhook

step "the image"
version=$("$UPKEEP_BINARY" --version | cut -d' ' -f2)
image=docker.io/library/upkeep:$version-e2e-$$
"$source_dir/deploy/image/build" --binary "$UPKEEP_BINARY" --output "$work/upkeep.tar" --name "$image"
cluster image-load "$work/upkeep.tar"
cluster volume "$volume" 512

step "manifests"
mkdir "$work/schedules"
cat >"$work/schedules/minute.yaml" <<END
apiVersion: upkeep/v1
schedules:
  - id: every-minute
    cron: "* * * * *"
    timeZone: Asia/Seoul
    playbooks: [kubernetes.nodes, kubernetes.pods]
    targets: []
    grace: 50s
    deadline: 40s
    splay: 0s
    retry: {attempts: 0}
    deliver: [hook]
  - id: monthly
    cron: "* * * * *"
    timeZone: Asia/Seoul
    playbooks: ["cadence:monthly", "kubernetes.nodes"]
    targets: []
    grace: 50s
    deadline: 40s
    splay: 0s
    retry: {attempts: 0}
    report: [html]
    deliver: [archive, hook]
END
cat >"$work/deliveries.yaml" <<END
apiVersion: upkeep/v1
deliveries:
  - name: hook
    kind: webhook
    url: https://$HOST_IP:8443/hook
    secret: {secret: {cluster: this-cluster, namespace: $space, name: webhook, key: hook}}
    tls: {caFile: secrets/ca.crt}
  - name: archive
    kind: s3
    endpoint: https://$HOST_IP:9000
    bucket: $UPKEEP_TEST_S3_BUCKET
    region: $UPKEEP_TEST_S3_REGION
    accessKeyId: {file: secrets/s3-id}
    secretAccessKey: {file: secrets/s3-key}
    tls: {caFile: secrets/ca.crt}
END
manifests() {
  "$UPKEEP_BINARY" manifests --namespace "$space" --image "$image" --storage 100Mi --storage-class local-memory \
    --playbooks "$source_dir/playbooks" --schedules "$work/schedules" --deliveries "$work/deliveries.yaml" "$@"
}
# Names that YAML would read as a number, a yes or nothing are names for the API server all the same.
for odd in 123 1e3 true null 0x1f; do
  "$UPKEEP_BINARY" manifests --namespace "$odd" --playbooks "$source_dir/playbooks" --schedules "$work/schedules" >"$work/odd.yaml"
  kubectl apply --dry-run=server -f "$work/odd.yaml" >/dev/null 2>"$work/odd.err" || true
  # What is not made does not hold what would be in it; that is all there may be.
  ! grep -v "namespaces \"$odd\" not found" "$work/odd.err" || fail "the API server refuses a namespace $odd"
done
"$UPKEEP_BINARY" manifests --namespace default --storage-class true --storage 1e9 --playbooks "$source_dir/playbooks" \
  --schedules "$work/schedules" 2>/dev/null | kubectl apply --dry-run=server -f - >/dev/null || fail "the API server refuses a storage class 'true'"
manifests >"$work/manifests.yaml"
kubectl apply -f "$work/manifests.yaml" >/dev/null
printf 'the-hook-secret-%s' "$RANDOM$RANDOM" >"$work/hook"
for person in jin mina; do
  openssl genpkey -algorithm ed25519 -out "$work/$person.key" 2>/dev/null
  openssl pkey -in "$work/$person.key" -pubout -out "$work/$person.pub"
done
# The manifests give the pods the right to read this one Secret, since the deliveries name it.
kubectl -n "$space" create secret generic webhook --from-file=hook="$work/hook" >/dev/null
kubectl -n "$space" create secret generic upkeep-secrets \
  --from-file=ca.crt="$UPKEEP_TEST_CA_FILE" --from-file=s3-id="$UPKEEP_TEST_S3_ACCESS_KEY_FILE" \
  --from-file=s3-key="$UPKEEP_TEST_S3_SECRET_KEY_FILE" >/dev/null
# Somebody's key is in no pod but those that they plan or approve with.
for person in jin mina; do
  kubectl -n "$space" create secret generic "upkeep-$person" --from-file="$person.key=$work/$person.key" >/dev/null
done
kubectl -n "$space" create configmap upkeep-keys --from-file=jin.pub="$work/jin.pub" --from-file=mina.pub="$work/mina.pub" >/dev/null

step "the CronJobs fire, the monthly one with them"
for id in every-minute monthly; do
  fired=''
  for _ in $(seq 1 75); do
    fired=$(kubectl -n "$space" get job -o jsonpath='{range .items[?(@.status.conditions[*].type)]}{.metadata.name} {.status.succeeded}{"\n"}{end}' |
      grep "^upkeep-$id-" | sed -n 1p || true)
    [ -z "$fired" ] || break
    sleep 2
  done
  case $fired in
    *\ 1) ;;
    *) fail "no job of the CronJob upkeep-$id succeeded: '$fired'" ;;
  esac
  # One minute is enough; what follows by hand must not meet the next tick.
  kubectl -n "$space" patch cronjob "upkeep-$id" -p '{"spec":{"suspend":true}}' >/dev/null
done
for id in every-minute monthly; do
  for _ in $(seq 1 30); do
    [ -n "$(kubectl -n "$space" get cronjob "upkeep-$id" -o jsonpath='{.status.active[*].name}')" ] || break
    sleep 2
  done
done

# The store as it lies on the volume, with its write-ahead log.
fetch_store() {
  cluster enter node-1 tar -C "/var/lib/volumes/$volume" -cf - . >"$work/store.tar"
  rm -rf "$work/store"
  mkdir "$work/store"
  tar -C "$work/store" -xf "$work/store.tar"
}
query() { python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print("|".join(map(str, row)))' "$work/store/upkeep.db" "$1"; }

step "the run is in the store on its volume, and its slot is booked"
fetch_store
[ "$(query "SELECT count(*) > 0 FROM runs WHERE trigger = 'schedule' AND state = 'finished'")" = 1 ] || fail "no finished run"
[ "$(query "SELECT count(*) > 0 FROM slots WHERE state IN ('on_time', 'late')")" = 1 ] || fail "no slot was booked"
[ "$(query "SELECT count(*) FROM slots WHERE state IN ('running', 'queued')")" = 0 ] || fail "a slot is still open"
[ -n "$(find "$UPKEEP_TEST_WEBHOOK_FOLDER" -name '*.body' -print -quit)" ] || fail "the schedule's delivery never arrived"

# by_hand CODE COMMAND...: runs one command beside the CronJobs; its output is in $work/out.
by_hand() {
  local wanted=$1 job code=0 phase=''
  shift
  local more=()
  case $1 in
    --write) more=(--with-write-identity) && shift ;;
    --jin) more=(--with-write-identity --approver upkeep-jin) && shift ;;
    --mina) more=(--approver upkeep-mina) && shift ;;
  esac
  job=$(manifests --job "${*@Q}" "${more[@]}" | kubectl create -f - -o jsonpath='{.metadata.name}')
  for _ in $(seq 1 120); do
    phase=$(kubectl -n "$space" get pod -l "job-name=$job" -o jsonpath='{.items[*].status.phase}')
    case $phase in Succeeded | Failed) break ;; esac
    sleep 1
  done
  kubectl -n "$space" logs "job/$job" >"$work/out" 2>&1 || true
  code=$(kubectl -n "$space" get pod -l "job-name=$job" -o jsonpath='{.items[0].status.containerStatuses[0].state.terminated.exitCode}')
  [ "$code" = "$wanted" ] || fail "upkeep $* in the cluster ended with '$code' ($phase), not $wanted: $(<"$work/out")"
}

step "a person's command reads the same store"
by_hand 0 history
grep -q 'every-minute' "$work/out" || fail "history does not show the run"
by_hand 0 --write doctor
grep -q "system:serviceaccount:$space:upkeep" "$work/out" || fail "doctor does not say who upkeep is"

step "the monthly job's report came out by S3 and webhook"
bucket() { curl -sS --fail --noproxy '*' --cacert "$UPKEEP_TEST_CA_FILE" --aws-sigv4 "aws:amz:$UPKEEP_TEST_S3_REGION:s3" \
  --config <(printf 'user = "%s:%s"\n' "$(<"$UPKEEP_TEST_S3_ACCESS_KEY_FILE")" "$(<"$UPKEEP_TEST_S3_SECRET_KEY_FILE")") \
  -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$UPKEEP_TEST_S3_URL/$UPKEEP_TEST_S3_BUCKET$1"; }
object=$(bucket '?list-type=2' | grep -o '<Key>monthly/[^<]*</Key>' | sed -n 1p | sed 's/<[^>]*>//g' || true)
[ -n "$object" ] || fail "no monthly report in the bucket: $(bucket '?list-type=2')"
bucket "/$object" >"$work/monthly.html"
grep -qi '<!doctype html' "$work/monthly.html" || fail "the object is no report"
fetch_store
[ "$(query "SELECT group_concat(channel || ' ' || state, ', ') FROM (SELECT DISTINCT d.channel, d.state FROM deliveries d
  WHERE d.subject = 'report monthly' ORDER BY d.channel)")" = 's3 sent, webhook sent' ] ||
  fail "the deliveries are not in the store: $(query 'SELECT subject, channel, state, detail FROM deliveries')"
grep -lq '"monthly"' "$UPKEEP_TEST_WEBHOOK_FOLDER"/*.body || fail "no monthly report by webhook"

step "a plan made there is approved by a registered key and applied"
faulty=healing-crash-loop
cluster fault "$faulty" >/dev/null
pod=$(kubectl -n shop get pods -l app=stale-lock -o jsonpath='{.items[0].metadata.name}')
uid=$(kubectl -n shop get pod "$pod" -o jsonpath='{.metadata.uid}')
# A new pod is watched for a quarter of a minute here, not for five.
by_hand 2 run kubernetes.pods --param watch_minutes=0.25
# The pod's uid is nobody's in particular: whoever plans without a key could approve with one.
by_hand 77 --write plan --subject "shop/Pod/$pod"
by_hand 0 --jin plan --key /etc/upkeep/approver/jin.key --subject "shop/Pod/$pod"
plan=$(sed -n 's/^Plan \([0-9]*\) .*/\1/p' "$work/out" | sed -n 1p)
[ -n "$plan" ] || fail "no plan was made: $(<"$work/out")"
by_hand 80 --write apply "$plan"
by_hand 77 --jin approve "$plan" --key /etc/upkeep/approver/jin.key --reason mine
by_hand 0 --mina approve "$plan" --key /etc/upkeep/approver/mina.key --reason 'stale lock'
by_hand 0 --write apply "$plan" --verify-after 15s
grep -q verified "$work/out" || fail "the plan was not verified"
[ "$(kubectl -n shop get pods -l app=stale-lock -o jsonpath='{.items[0].metadata.uid}')" != "$uid" ] || fail "the pod is still the old one"
fetch_store
[ "$(query "SELECT state FROM plans WHERE id = $plan")" = verified ] || fail "the plan's state is not verified"

for secret in "$work/hook" "$UPKEEP_TEST_S3_SECRET_KEY_FILE"; do
  if grep -rqaF -- "$(<"$secret")" "$work/store"; then fail "a secret is in the store"; fi
done
step "all of it happened"
