#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The executable itself: a pack that is installed as isolated is read and run in its processes, and
# its recorded cases give what they give elsewhere.
#
#   pack_test.sh UPKEEP PLAYBOOKS
set -eu
upkeep=$1 playbooks=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "pack_test.sh: $1" >&2
  exit 1
}

mkdir -p "$work/pack/http"
# By another id: each belongs to one pack.
for file in lua case.json; do
  sed 's/http\.endpoint/http.strange/g' "$playbooks/http/endpoint.$file" > "$work/pack/http/strange.$file"
done
cat > "$work/pack/pack.yaml" <<'END'
apiVersion: upkeep/v1
id: stranger
version: 1.0.0
owner: somebody
requires: {format: 1}
needs: ["http:get", "tls:connect"]
END
packs=$work/packs
"$upkeep" pack install "$work/pack" --packs "$packs" --isolate --allow-unsigned
grep -q 'isolate: process' "$packs/packs.lock" || fail "packs.lock does not say that it is isolated"
"$upkeep" pack list --packs "$packs" | grep -q process || fail "pack list does not show it"
"$upkeep" test http.strange --packs "$packs" || fail "its cases fail"
"$upkeep" test http.strange --packs "$packs" --coverage 2>&1 | grep -q 'a process of its own' ||
  fail "it ran in upkeep's own process"

# The hidden command is of no use to a person: without its socket it ends.
if "$upkeep" isolated-playbook 3< /dev/null; then fail "isolated-playbook did something"; fi
