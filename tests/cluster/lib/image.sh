# SPDX-License-Identifier: Apache-2.0
# Container images without a container engine: tars shaped like `docker save`.
# shellcheck shell=bash

# write_image TAR NAME ROOTFS ENTRYPOINT_JSON: one layer, reproducible.
write_image() {
  local tar=$1 name=$2 rootfs=$3 entrypoint=$4 work id
  work=$(mktemp -d "$(dirname "$tar")/.image.XXXXXX")
  tar -C "$rootfs" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
    -cf "$work/layer.tar" .
  id=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  cat >"$work/config.json" <<EOF
{"architecture":"$(go_arch)","os":"linux","created":"1970-01-01T00:00:00Z",
 "config":{"Entrypoint":$entrypoint,"Env":["PATH=/bin:/usr/bin:/sbin:/usr/sbin"]},
 "rootfs":{"type":"layers","diff_ids":["sha256:$id"]},
 "history":[{"created":"1970-01-01T00:00:00Z","created_by":"upkeep tests/cluster"}]}
EOF
  printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]\n' "$name" \
    >"$work/manifest.json"
  tar -C "$work" -cf "$tar" manifest.json config.json layer.tar
  rm -rf "$work"
}

go_arch() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) die "no build for $(uname -m)" ;;
  esac
}

# A root filesystem with one program and what programs expect of /etc and /tmp.
plain_rootfs() {
  local root=$1
  mkdir -p "$root"/{bin,etc/ssl/certs,tmp,var,home}
  chmod 1777 "$root/tmp"
  echo 'root:x:0:0:root:/:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
}

# build_images BINARIES OUT
build_images() {
  local from=$1 out=$2 root applet busybox
  root=$(mktemp -d "$out/.rootfs.XXXXXX")

  busybox=$(command -v busybox) || die "busybox is missing: install busybox-static"
  plain_rootfs "$root/busybox"
  cp "$busybox" "$root/busybox/bin/busybox"
  for applet in $("$busybox" --list); do
    [ "$applet" = busybox ] || ln -sf busybox "$root/busybox/bin/$applet"
  done
  write_image "$out/busybox.tar" "$IMAGE_BUSYBOX" "$root/busybox" '["/bin/sh"]'

  local name image
  for name in pause coredns metrics-server; do
    image=docker.io/local/$name:1
    plain_rootfs "$root/$name"
    cp "$from/$name" "$root/$name/bin/$name"
    write_image "$out/$name.tar" "$image" "$root/$name" "[\"/bin/$name\"]"
  done
  rm -rf "$root"
}
