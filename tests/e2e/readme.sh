#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What README.md tells a stranger to type works as it stands there: the first check of one's own, and
# the commands by hand, on the real cluster.
#
# Needs what `cluster env` prints and UPKEEP_BINARY.
set -euo pipefail
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
: "${UPKEEP_BINARY:?the upkeep to test}" "${KUBECONFIG:?cluster env}"
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
fail() {
  echo "readme: FAILED: $1" >&2
  exit 1
}
begun=$SECONDS
passed=0

# block HEADING N [LANGUAGE]: the Nth fenced block below a heading of README.md.
block() {
  python3 - "$source_dir/README.md" "$1" "$2" <<'PYTHON'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
section = text.split("## " + sys.argv[2] + "\n", 1)[1].split("\n## ", 1)[0]
print(re.findall(r"```[a-z]*\n(.*?)```", section, re.S)[int(sys.argv[3])], end="")
PYTHON
}

mkdir -p "$work/home/.kube" "$work/mine/team" "$work/build/release/runner"
cp "$KUBECONFIG" "$work/home/.kube/config"
for room in playbooks schedules; do ln -s "$source_dir/$room" "$work/$room"; done
ln -s "$(dirname "$UPKEEP_BINARY")" "$work/build/release/runner/cli"
mkdir "$work/bin"
ln -s "$UPKEEP_BINARY" "$work/bin/upkeep"
cd "$work"
export HOME="$work/home" PATH="$work/bin:$PATH" UPKEEP_STORE="$work/upkeep.db" UPKEEP_PLAYBOOKS=''
unset KUBECONFIG UPKEEP_PLAYBOOKS

# try_lines CODES: each line of standard input is one command; it ends with one of the codes.
try_lines() {
  local line code
  while IFS= read -r line; do
    line=${line%%#*}
    [[ -n ${line// /} ]] || continue
    code=0
    bash -c "$line" >"$work/out" 2>&1 || code=$?
    [[ " $1 " == *" $code "* ]] || fail "'$line' ended with $code: $(<"$work/out")"
    echo "  ok    ${line%"${line##*[! ]}"}"
    passed=$((passed + 1))
  done
}

block "A first check of your own" 0 >mine/team/namespaces.lua
lines=$(grep -c . mine/team/namespaces.lua)
((lines <= 12)) || fail "the first check has $lines lines"
try_lines "0" < <(block "A first check of your own" 1)
[[ -s mine/team/namespaces.case.json ]] || fail "record wrote no case beside the playbook"

cat >inventory.yaml <<YAML
apiVersion: upkeep/v1
targets:
  - name: production
    kind: kubernetes
    kubeconfig: ~/.kube/config
YAML
# A test cluster may stand at a warning; two runs, so that there is something to compare.
by_hand=$(block "By hand" 0 | grep -v cmake | sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}')
try_lines "0 1 2 3" <<<"$by_hand"
try_lines "0 1 2 3" <<<"$by_hand"
try_lines "0" < <(block "On a schedule" 0)
grep -q '<html[^>]*lang="ko"' report.html || fail "report.html is not the Korean report"
echo "readme: $passed commands work as README.md has them, 0 failed, $((SECONDS - begun)) s"
