# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by ./try and ./check: Debian packages, said before they are installed.

# as_root COMMAND...: runs it as root, through sudo where this is somebody else.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -E "$@"
  else
    echo "This needs root: run it as root, or install sudo." >&2
    return 1
  fi
}

# install_packages FILE...: installs what the package lists name and the machine lacks.
install_packages() {
  local missing=() name
  while read -r name; do
    grep -qx installed < <(dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null) ||
      missing+=("$name")
  done < <(sed 's/#.*//' "$@" | tr -s '[:space:]' '\n' | sed '/^$/d' | sort -u)
  ((${#missing[@]})) || return 0
  echo "Installing ${#missing[@]} Debian packages with apt-get: ${missing[*]}"
  # Servers that a package brings must not start: tests start their own, on addresses of their own.
  local policy=/usr/sbin/policy-rc.d made_policy=
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made_policy=yes
  fi
  local failed=
  as_root apt-get update -qq || failed=yes
  [[ -n $failed ]] || as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || failed=yes
  [[ -z $made_policy ]] || as_root rm -f "$policy"
  if [[ -n $failed ]]; then
    echo "apt-get could not install them; its message is above." >&2
    return 1
  fi
}
