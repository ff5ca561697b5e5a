# SPDX-License-Identifier: Apache-2.0
# Certificates and kubeconfig files of an instance.
# shellcheck shell=bash

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj "/CN=$2" -addext basicConstraints=critical,CA:TRUE \
    -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature \
    -keyout "$PKI/$1.key" -out "$PKI/$1.crt" 2>/dev/null
}

# certificate FILE SUBJECT [SUBJECT_ALTERNATIVE_NAMES] [AUTHORITY]
certificate() {
  local file=$1 subject=$2 names=${3:-} ca=${4:-ca}
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$subject" \
    -keyout "$PKI/$file.key" -out "$PKI/$file.csr" 2>/dev/null
  openssl x509 -req -in "$PKI/$file.csr" -CA "$PKI/$ca.crt" -CAkey "$PKI/$ca.key" \
    -set_serial "0x$(openssl rand -hex 12)" -days 365 -out "$PKI/$file.crt" -extfile <(
      echo "keyUsage=critical,digitalSignature"
      echo "extendedKeyUsage=clientAuth,serverAuth"
      [ -z "$names" ] || echo "subjectAltName=$names"
    ) 2>/dev/null
  rm -f "$PKI/$file.csr"
}

make_pki() {
  local i
  mkdir -p "$PKI"
  chmod 700 "$PKI"
  authority ca "upkeep-test $NAME"
  authority front-proxy-ca "upkeep-test $NAME front proxy"
  openssl genrsa -out "$PKI/service-account.key" 2048 2>/dev/null
  openssl rsa -in "$PKI/service-account.key" -pubout -out "$PKI/service-account.pub" 2>/dev/null
  certificate apiserver /CN=kube-apiserver "IP:$CONTROL_IP,IP:$API_SERVICE_IP,IP:127.0.0.1,\
DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,\
DNS:kubernetes.default.svc.cluster.local"
  certificate apiserver-kubelet /O=system:masters/CN=kube-apiserver-kubelet-client
  certificate front-proxy /CN=front-proxy "" front-proxy-ca
  certificate admin /O=system:masters/CN=upkeep-test-admin
  certificate controller-manager /CN=system:kube-controller-manager
  certificate scheduler /CN=system:kube-scheduler
  certificate proxy /CN=system:kube-proxy
  certificate kwok /O=system:masters/CN=kwok
  certificate prometheus /CN=prometheus
  for i in "${NODES[@]}"; do
    certificate "kubelet-$i" "/O=system:nodes/CN=system:node:$(node_name "$i")" \
      "IP:$(node_ip "$i"),DNS:$(node_name "$i")"
  done
  for i in admin controller-manager scheduler proxy kwok "${NODES[@]/#/kubelet-}"; do
    client_kubeconfig "$i"
  done
}

client_kubeconfig() {
  print_kubeconfig "$1" "    client-certificate-data: $(base64 -w0 "$PKI/$1.crt")
    client-key-data: $(base64 -w0 "$PKI/$1.key")" >"$STATE/$1.kubeconfig"
  chmod 600 "$STATE/$1.kubeconfig"
}

# print_kubeconfig USER CREDENTIAL_LINES [NAMESPACE]
print_kubeconfig() {
  cat <<EOF
apiVersion: v1
kind: Config
current-context: $NAME
clusters:
- name: $NAME
  cluster:
    server: $API_URL
    certificate-authority-data: $(base64 -w0 "$PKI/ca.crt")
contexts:
- name: $NAME
  context:
    cluster: $NAME
    user: $1
    namespace: ${3:-default}
users:
- name: $1
  user:
$2
EOF
}

# cluster kubeconfig-for NAMESPACE SERVICEACCOUNT
cluster_kubeconfig_for() {
  local token
  [ $# = 2 ] || die "usage: kubeconfig-for NAMESPACE SERVICEACCOUNT"
  token=$(kube -n "$1" create token "$2" --duration=24h)
  print_kubeconfig "$1-$2" "    token: $token" "$1"
}
