#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A pack of the shipped pod check, by its documentation: built, signed, installed and run against the
# real API server, in upkeep's process and in one of its own; what is refused; and its removal.
set -euo pipefail
# shellcheck source=lib/session.sh
source "$(dirname "$0")/lib/session.sh"

namespace=upkeep-packs-$$
cleanup() {
  kubectl delete namespace "$namespace" --ignore-not-found --wait=false >/dev/null 2>&1 || true
  rm -rf -- "$work"
}
trap cleanup EXIT
unset UPKEEP_PLAYBOOKS UPKEEP_INVENTORY   # What is installed alone.
export UPKEEP_PACKS=$work/packs
cd "$work"

# pack VERSION NEED: the pod check under an id of its own.
pack() {
  rm -rf shop-checks
  mkdir -p shop-checks/shop shop-checks/lib
  sed 's/"kubernetes\.pods"/"shop.pods"/' "$source_dir/playbooks/kubernetes/pods.lua" >shop-checks/shop/pods.lua
  cp "$source_dir"/playbooks/lib/pod_{state,restart}.lua shop-checks/lib/
  cat >shop-checks/pack.yaml <<END
apiVersion: upkeep/v1
id: shop-checks
version: $1
owner: shop
description: Checks of the shop's pods
requires: {format: 1}
needs: [kubernetes:list:pods, "kubernetes:get:pods", "kubernetes:list:poddisruptionbudgets.policy", "kubernetes:delete:pods"${2:+, "$2"}]
END
}
# ends EXIT-CODE WHAT COMMAND...: and leaves what was said in $said
ends() {
  local code=0 wanted=$1 what=$2
  shift 2
  said=$("$upkeep" "$@" 2>&1) || code=$?
  if [ "$code" = "$wanted" ]; then pass "$what ends $code"; else fail "$what ended $code, not $wanted" "$said"; fi
}
says() { if grep -qF -- "$1" <<<"$said"; then pass "and says: $1"; else fail "nothing says: $1" "$said"; fi; }
# findings: what the run found, a line each, without its times
findings() {
  "$upkeep" run shop.pods --kubeconfig "$KUBECONFIG" --store "$work/$1.db" -o "json:$work/$1.json" >/dev/null 2>"$work/$1.err" || true
  python3 - "$work/$1.json" <<'END'
import json, sys
for row in sorted(json.load(open(sys.argv[1]))["attention"], key=lambda row: row["subject"]):
    print(row["subject"], row["state"], row["reason"])
END
}

kubectl create namespace "$namespace" >/dev/null
kubectl -n "$namespace" run nowhere --image=nowhere.invalid/none:1 --restart=Never >/dev/null
kubectl -n "$namespace" wait pod/nowhere --for='jsonpath={.status.containerStatuses[0].state.waiting.reason}' --timeout=60s >/dev/null 2>&1 || true
for ((i = 0; i < 60; ++i)); do
  reason=$(kubectl -n "$namespace" get pod nowhere -o jsonpath='{.status.containerStatuses[0].state.waiting.reason}')
  [[ $reason == *Image* ]] && break
  sleep 1
done

openssl genpkey -algorithm ed25519 -out release.key 2>/dev/null
openssl pkey -in release.key -pubout -out release.pub
chmod 600 release.key

pack 1.0.0
ends 0 "building" pack build shop-checks
ends 77 "installing it unsigned" pack install shop-checks-1.0.0.tar.gz
ends 0 "signing" pack sign shop-checks-1.0.0.tar.gz --key release.key
ends 77 "installing it with a key that nobody trusts" pack install shop-checks-1.0.0.tar.gz
install -D -m 644 release.pub "$UPKEEP_PACKS/keys/release.pub"
ends 0 "installing it with a trusted key" pack install shop-checks-1.0.0.tar.gz
ends 0 "the list of playbooks" list
says shop.pods

ours=$(findings own)
if grep -q "$namespace/Pod/nowhere critical image" <<<"$ours"; then pass "the run finds the pod without an image"; else fail "it does not find it" "$ours$(cat own.err)"; fi

pack 1.1.0 kubernetes:list:nodes
ends 0 "building an update" pack build shop-checks --key release.key
ends 77 "an update with a new need" pack install shop-checks-1.1.0.tar.gz
says "+ kubernetes:list:nodes"
ends 0 "the same, accepted" pack install shop-checks-1.1.0.tar.gz --accept-needs
ends 77 "an older version" pack install shop-checks-1.0.0.tar.gz
says --allow-older

altered=$(find "$UPKEEP_PACKS" -path '*/1.1.0-*/pods.lua')
echo '-- one more line' >>"$altered"
ends 65 "a run of what was altered after its installation" run shop.pods --kubeconfig "$KUBECONFIG" --store "$work/own.db"
says "$altered was altered"
ends 0 "removing it" pack remove shop-checks
ends 65 "a run of what was removed" run shop.pods --kubeconfig "$KUBECONFIG" --store "$work/own.db"

ends 0 "installing it isolated" pack install shop-checks-1.1.0.tar.gz --isolate
ends 0 "the list of packs" pack list
says process
ends 77 "a console, which runs in upkeep's process" console shop.pods --kubeconfig "$KUBECONFIG"
theirs=$(findings apart)
if [ "$ours" = "$theirs" ]; then pass "in a process of its own it finds the same"; else fail "it finds something else" "$(diff <(echo "$ours") <(echo "$theirs"))$(cat apart.err)"; fi
finish
