#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each way in which a kubeconfig says who one is, against the real API server: client certificate in a
# file and in the text, token, token file that is replaced, exec plugin whose credential expires; and
# what a refusal of each says.
set -euo pipefail
# shellcheck source=lib/session.sh
source "$(dirname "$0")/lib/session.sh"

unset UPKEEP_INVENTORY   # The kubeconfig alone.
namespace=upkeep-identities-$$
cleanup() {
  kubectl delete clusterrolebinding,clusterrole "$namespace" --ignore-not-found >/dev/null 2>&1 || true
  kubectl delete namespace "$namespace" --ignore-not-found --wait=false >/dev/null 2>&1 || true
  rm -rf -- "$work"
}
trap cleanup EXIT

kubectl create namespace "$namespace" >/dev/null
kubectl -n "$namespace" create serviceaccount reader >/dev/null
kubectl create clusterrole "$namespace" --verb=list --resource=nodes >/dev/null
kubectl create clusterrolebinding "$namespace" --clusterrole="$namespace" --serviceaccount="$namespace:reader" >/dev/null
token() { kubectl -n "$namespace" create token reader --duration=1h; }

# of JSONPATH: a field of the administrator's kubeconfig, whose user has a client certificate.
of() { kubectl config view --raw --minify -o jsonpath="{$1}"; }
# with NAME USER: a kubeconfig whose user is this YAML (indented by four).
with() {
  cat >"$work/$1.kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster:
    server: $(of .clusters[0].cluster.server)
    certificate-authority-data: $(of '.clusters[0].cluster.certificate-authority-data')
contexts:
- name: test
  context: {cluster: test, user: test}
users:
- name: test
  user:
$2
END
}
# nodes NAME: the list of nodes by that kubeconfig.
nodes() { look "$1" kubernetes.nodes --kubeconfig "$work/$1.kubeconfig"; }
may() {  # NAME
  nodes "$1"
  if [ "$exit_code" = 0 ]; then pass "$1: the nodes are read"; else fail "$1: exit code $exit_code" "$(cat "$work/$1.err" "$work/$1.json")"; fi
}
may_not() {  # NAME WORDS: unknown, and these words say why
  nodes "$1"
  if [ "$exit_code" = 0 ] || [ "$exit_code" = 1 ]; then fail "$1: exit code $exit_code"; return; fi
  if grep -qF -- "$2" "$work/$1.json" "$work/$1.err"; then pass "$1: $2"; else fail "$1: nothing says '$2'" "$(cat "$work/$1.err" "$work/$1.json")"; fi
}

of '.users[0].user.client-certificate-data' | base64 -d >"$work/admin.crt"
of '.users[0].user.client-key-data' | base64 -d >"$work/admin.key"
chmod 600 "$work/admin.key"
with certificate-data "    client-certificate-data: $(base64 -w0 "$work/admin.crt")
    client-key-data: $(base64 -w0 "$work/admin.key")"
may certificate-data
with certificate-file "    client-certificate: admin.crt
    client-key: admin.key"
may certificate-file
with token "    token: $(token)"
may token
with wrong-token "    token: abcdefghijklmnop"
may_not wrong-token "does not accept the credentials"

token >"$work/token"
with token-file "    tokenFile: token"
may token-file
echo not-a-token >"$work/token"
may_not token-file "does not accept the credentials"
token >"$work/token"
may token-file

# A plugin that counts how often it is asked; its credential is valid for an hour.
cat >"$work/plugin" <<END
#!/bin/sh
echo >>"$work/asked"
[ -n "\$KUBERNETES_EXEC_INFO" ] || exit 9
[ "\$WORD" = magic ] || { echo "the magic word is missing" >&2; exit 7; }
printf '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "%s", "expirationTimestamp": "%s"}}\n' \
  "\$(cat "$work/token")" "\$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)"
END
chmod 755 "$work/plugin"
plugin() {  # COMMAND WORD
  cat <<END
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: $1
      interactiveMode: Never
      env: [{name: WORD, value: $2}]
END
}
with plugin "$(plugin "$work/plugin" magic)"
may plugin
asked=$(wc -l <"$work/asked")
if [ "$asked" = 1 ]; then pass "plugin: asked once for the whole run"; else fail "plugin: asked $asked times"; fi
with failing-plugin "$(plugin "$work/plugin" none)"
may_not failing-plugin "the magic word is missing"
with no-plugin "$(plugin "$work/nowhere" magic)"
may_not no-plugin "$work/nowhere"
finish
