#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./try on a cluster of one's own: the context is named before anything is looked at, what is exported
# for another cluster is not used, the list ends with a report, and nothing in the cluster is written.
#
# Needs in the environment what `cluster env` prints, and the release build that ./try makes.
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
: "${KUBECONFIG:?cluster env}" "${UPKEEP_CLUSTER_NAME:?cluster env}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
passed=0
fail() {
  echo "  FAILED $1"
  [ -z "${2:-}" ] || sed 's/^/    /' <<<"$2"
  exit 1
}
pass() {
  echo "  ok    $1"
  passed=$((passed + 1))
}
own_try() {  # ARGUMENT...: with a home, an inventory and a kubeconfig exported that are of no use
  local rc=0
  (cd "$source_dir" && env UPKEEP_STATE_DIR="$work/state" UPKEEP_INVENTORY=/nonexistent/inventory.yaml \
    UPKEEP_STORE=/nonexistent/upkeep.db UPKEEP_PLAYBOOKS=/nonexistent KUBECONFIG=/nonexistent/config \
    ./try "$@") >"$work/out" 2>"$work/err" </dev/null || rc=$?
  return "$rc"
}
has() { if grep -qF -- "$2" "$work/out"; then pass "$1"; else fail "$1: no '$2'" "$(cat "$work/out" "$work/err")"; fi; }

cp "$KUBECONFIG" "$work/config"
context=$(sed -n 's/^current-context: *//p' "$work/config")
written() {  # What a write would change: kept by the API server for each object.
  "$source_dir/tests/cluster/cluster" --name "$UPKEEP_CLUSTER_NAME" kubectl get all,configmaps,secrets,pvc -A \
    -o jsonpath='{range .items[*]}{.metadata.uid} {.metadata.managedFields[*].manager}{"\n"}{end}' | sort
}
before=$(written)
own_try --kubeconfig "$work/config" || fail "./try --kubeconfig ended with $?" "$(cat "$work/out" "$work/err")"
has "it names the context" "3. Your cluster, context $context (https://"
has "and the file it is of" "of $work/config, read-only"
named=$(grep -n 'Your cluster, context' "$work/out" | cut -d: -f1)
looked=$(grep -n '4. upkeep run daily' "$work/out" | cut -d: -f1)
if [ "$named" -lt "$looked" ]; then pass "before it looks"; else fail "the context is named after the run"; fi
has "it ends with the report" "The report: $work/state/try/report.html"
if grep -q '<html' "$work/state/try/report.html"; then pass "which is there"; else fail "there is no report"; fi
if [ "$(sqlite3 "$work/state/try/upkeep.db" 'SELECT count(*) > 5 FROM results')" = 1 ]; then pass "with results of it"; else
  fail "the store has no results"
fi
if grep -q upkeep < <(comm -13 <(echo "$before") <(written)); then fail "something was written there"; else pass "nothing is written there"; fi

printf 'apiVersion: upkeep/v1\ntargets:\n  - {name: mine, kind: kubernetes, kubeconfig: %s}\n' "$work/config" >"$work/inventory.yaml"
own_try --inventory "$work/inventory.yaml" --lang ko || fail "./try --inventory ended with $?" "$(cat "$work/out" "$work/err")"
has "an inventory of one's own" "3. Your inventory $work/inventory.yaml, read-only"
if grep -qP '\p{Hangul}' "$work/state/try/report.html"; then pass "in Korean"; else fail "the report has no Korean"; fi

rc=0; own_try --kubeconfig /nonexistent/own || rc=$?
if [ "$rc" = 78 ] && grep -q 'cannot read /nonexistent/own' "$work/err"; then pass "a file that is not there: 78"; else
  fail "a file that is not there: $rc" "$(cat "$work/err")"
fi
echo "try_own: $passed checks passed, 0 failed"
