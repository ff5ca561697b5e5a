# SPDX-License-Identifier: Apache-2.0
# Debian's Prometheus in the control place, scraping what a cluster's Prometheus scrapes.
# shellcheck shell=bash

write_prometheus_config() {
  local folder=$STATE/prometheus i targets=
  mkdir -p "$folder"
  for i in "${NODES[@]}"; do
    targets+="
    - targets: ['$(node_ip "$i"):10250']
      labels: {node: $(node_name "$i")}"
  done
  local tls="scheme: https
    tls_config:
      ca_file: $PKI/ca.crt
      cert_file: $PKI/prometheus.crt
      key_file: $PKI/prometheus.key"
  cat >"$folder/prometheus.yml" <<EOF
global: {scrape_interval: 5s, scrape_timeout: 4s, evaluation_interval: 5s}
rule_files: [$folder/rules.yml]
scrape_configs:
  - job_name: prometheus
    static_configs:
    - targets: ['$CONTROL_IP:9090']
  - job_name: apiserver
    $tls
    static_configs:
    - targets: ['$CONTROL_IP:6443']
  - job_name: kubelet
    $tls
    static_configs:$targets
  - job_name: cadvisor
    metrics_path: /metrics/cadvisor
    $tls
    static_configs:$targets
EOF
  cp "$CLUSTER_DIR/manifests/prometheus-rules.yml" "$folder/rules.yml"
}

start_prometheus() {
  write_prometheus_config
  start prometheus control prometheus --config.file "$STATE/prometheus/prometheus.yml" \
    --storage.tsdb.path "$STATE/prometheus/data" --storage.tsdb.retention.time 6h \
    --web.listen-address "$CONTROL_IP:9090" --web.enable-lifecycle \
    --web.console.templates="$STATE/prometheus" --web.console.libraries="$STATE/prometheus"
}

prometheus_targets_up() {
  local up
  up=$(curl -sf --max-time 3 "http://$CONTROL_IP:9090/api/v1/targets?state=active" |
    jq '[.data.activeTargets[] | select(.health == "up")] | length')
  [ "$up" = $((2 + 2 * ${#NODES[@]})) ]
}
