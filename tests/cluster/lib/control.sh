# SPDX-License-Identifier: Apache-2.0
# The control plane: etcd, API server, controller manager, scheduler, in the control place.
# shellcheck shell=bash

# Seconds without a heartbeat until a node is NotReady. Short, so that a test need not wait the
# default 50 s; fake nodes renew their leases every 10 s and get more.
readonly GRACE_REAL=10s
readonly GRACE_FAKES=40s

start_etcd() {
  start etcd control "$BIN/etcd" --name "$NAME" --data-dir "$STATE/etcd" --unsafe-no-fsync \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --log-level warn
}

write_audit_policy() {
  cat >"$STATE/audit-policy.yaml" <<'EOF'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
EOF
}

start_apiserver() {
  # Aggregator routing: the API server is outside the nodes, where no kube-proxy serves addresses.
  start apiserver control "$BIN/kube-apiserver" \
    --advertise-address "$CONTROL_IP" --bind-address 0.0.0.0 --secure-port 6443 \
    --etcd-servers http://127.0.0.1:2379 --service-cluster-ip-range "$SERVICE_CIDR" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --allow-privileged --enable-aggregator-routing \
    --client-ca-file "$PKI/ca.crt" \
    --tls-cert-file "$PKI/apiserver.crt" --tls-private-key-file "$PKI/apiserver.key" \
    --kubelet-certificate-authority "$PKI/ca.crt" \
    --kubelet-client-certificate "$PKI/apiserver-kubelet.crt" \
    --kubelet-client-key "$PKI/apiserver-kubelet.key" \
    --kubelet-preferred-address-types InternalIP \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$PKI/service-account.pub" \
    --service-account-signing-key-file "$PKI/service-account.key" \
    --requestheader-client-ca-file "$PKI/front-proxy-ca.crt" \
    --requestheader-allowed-names front-proxy \
    --requestheader-extra-headers-prefix X-Remote-Extra- \
    --requestheader-group-headers X-Remote-Group --requestheader-username-headers X-Remote-User \
    --proxy-client-cert-file "$PKI/front-proxy.crt" \
    --proxy-client-key-file "$PKI/front-proxy.key" \
    --audit-policy-file "$STATE/audit-policy.yaml" --audit-log-path "$STATE/audit.log" \
    --audit-log-maxsize 100 --audit-log-maxbackup 2
}

apiserver_ready() {
  curl -sf -o /dev/null --max-time 2 --cacert "$PKI/ca.crt" "$API_URL/readyz"
}

start_controller_manager() {
  local config=$STATE/controller-manager.kubeconfig
  start controller-manager control "$BIN/kube-controller-manager" --kubeconfig "$config" \
    --authentication-kubeconfig "$config" --authorization-kubeconfig "$config" \
    --leader-elect=false --use-service-account-credentials \
    --root-ca-file "$PKI/ca.crt" --service-account-private-key-file "$PKI/service-account.key" \
    --cluster-signing-cert-file "$PKI/ca.crt" --cluster-signing-key-file "$PKI/ca.key" \
    --requestheader-client-ca-file "$PKI/front-proxy-ca.crt" \
    --node-monitor-period 2s --node-monitor-grace-period "$1" \
    --kube-api-qps 500 --kube-api-burst 1000
}

start_scheduler() {
  local config=$STATE/scheduler.kubeconfig
  start scheduler control "$BIN/kube-scheduler" --kubeconfig "$config" --leader-elect=false \
    --authentication-kubeconfig "$config" --authorization-kubeconfig "$config" \
    --kube-api-qps 500 --kube-api-burst 1000
}

controller_manager_grace() {
  stop controller-manager
  start_controller_manager "$1"
}

cluster_apiserver_stop() {
  # Not asked first: it would serve what it has open for a minute.
  stop apiserver 0
}

cluster_apiserver_start() {
  is_running apiserver || start_apiserver
  wait_until 30 "the API server" apiserver_ready || { show_log apiserver; return 1; }
}

# A paused API server accepts connections and never answers.
cluster_apiserver_pause() { kill -STOP "$(running_pid apiserver)"; }

cluster_apiserver_resume() {
  kill -CONT "$(running_pid apiserver)"
  wait_until 30 "the API server" apiserver_ready
}
