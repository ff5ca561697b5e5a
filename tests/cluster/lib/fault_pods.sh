# SPDX-License-Identifier: Apache-2.0
# Faults of pods.
# shellcheck shell=bash

fault_crash_loop() {
  deployment crash-loop 'echo "fatal: no configuration"; exit 3'
  expect_pod crash-loop "$WAITING" CrashLoopBackOff
}
heal_crash_loop() { remove_deployment crash-loop; }

fault_hopeless_crash_loop() {
  deployment hopeless 'echo "fatal: the code is wrong"; exit 4'
  expect_pod hopeless "$WAITING" CrashLoopBackOff
}
heal_hopeless_crash_loop() { remove_deployment hopeless; }

# A lock file that an unclean end leaves in the pod's own volume: each restart of the container
# trips over it, a new pod has a new volume.
fault_healing_crash_loop() {
  deployment stale-lock 'if [ -e /data/lock ]; then echo "fatal: stale lock /data/lock"; exit 1; fi;
          touch /data/lock; echo serving; sleep 1000000; echo "ended uncleanly"; exit 1'
  wait_until 60 "the pod of stale-lock to run" \
    shop rollout status deployment/stale-lock --timeout=1s
  # shellcheck disable=SC2016 # expanded in the container
  wait_until 20 "its process to end" \
    shop exec deployment/stale-lock -- sh -c 'kill $(pidof sleep)'
  expect_pod stale-lock "$WAITING" CrashLoopBackOff
}
heal_healing_crash_loop() { remove_deployment stale-lock; }

fault_oom_kill() {
  deployment oom-kill 'if [ ! -e /data/seen ]; then touch /data/seen;
            exec dd if=/dev/zero of=/dev/null bs=200M count=1; fi; exec sleep 1000000' \
    'resources: {requests: {memory: 50Mi}, limits: {memory: 50Mi}}'
  expect_pod oom-kill 'status.containerStatuses[*].lastState.terminated.reason' OOMKilled
}
heal_oom_kill() { remove_deployment oom-kill; }

fault_image_missing() {
  deployment image-missing 'exit 0' "" docker.io/local/does-not-exist:1
  expect_pod image-missing "$WAITING" ImagePullBackOff
}
heal_image_missing() { remove_deployment image-missing; }

fault_unschedulable() {
  deployment unschedulable 'exec sleep 1000000' 'resources: {requests: {cpu: 64}}'
  expect_pod unschedulable 'status.conditions[?(@.type=="PodScheduled")].reason' Unschedulable
}
heal_unschedulable() { remove_deployment unschedulable; }

fault_pod_unready() {
  deployment pod-unready 'exec sleep 1000000' \
    'readinessProbe: {exec: {command: ["false"]}, periodSeconds: 2}'
  expect_pod pod-unready status.phase Running
  expect_pod pod-unready 'status.conditions[?(@.type=="ContainersReady")].reason' \
    ContainersNotReady
}
heal_pod_unready() { remove_deployment pod-unready; }

fault_memory_hog() {
  deployment memory-hog 'dd if=/dev/zero of=/dev/shm/held bs=1M count=57; exec sleep 1000000' \
    'resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}'
  wait_until 90 "the metrics API to show memory-hog over 85 %" memory_hog_measured
}
memory_hog_measured() {
  kube get --raw "/apis/metrics.k8s.io/v1beta1/namespaces/$FAULT_NAMESPACE/pods" |
    jq -e '.items[] | select(.metadata.name | startswith("memory-hog"))
      | .containers[0].usage.memory | rtrimstr("Ki") | tonumber > 0.85 * 64 * 1024'
}
heal_memory_hog() { remove_deployment memory-hog; }

fault_pod_stuck_terminating() {
  shop apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Pod
metadata: {name: stuck, labels: {app: stuck}, finalizers: [upkeep.test/hold]}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: $IMAGE_BUSYBOX
    imagePullPolicy: Never
    command: [sleep, "1000000"]
    resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 32Mi}}
EOF
  expect_pod stuck status.phase Running
  shop delete pod stuck --wait=false >/dev/null
  wait_until 10 "the pod to be terminating" pod_shows stuck metadata.deletionTimestamp "20.*Z"
}
heal_pod_stuck_terminating() {
  shop patch pod stuck --type merge -p '{"metadata":{"finalizers":null}}' >/dev/null 2>&1 || true
  shop delete pod stuck --ignore-not-found --force >/dev/null 2>&1
  wait_until 30 "the pod to go" no_pods stuck
}

# Without its APIService the group is not served at all, as in a cluster that never had it; with the
# Deployment alone gone the API server would answer that it is unavailable.
fault_metrics_server_missing() {
  kube delete apiservice v1beta1.metrics.k8s.io --ignore-not-found >/dev/null
  kube -n kube-system delete deployment metrics-server --ignore-not-found >/dev/null
  wait_until 30 "the metrics API to be gone" metrics_not_served
}
metrics_not_served() {
  local said
  said=$(kube get --raw /apis/metrics.k8s.io 2>&1) && return 1
  [[ $said = *NotFound* ]]
}
heal_metrics_server_missing() {
  apply_manifest system.yaml
  wait_until 90 "the metrics API" metrics_answer
}
