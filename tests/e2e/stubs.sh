#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every shipped playbook, and every check that `upkeep new` makes, is typed: emmylua_check reads them
# with the declarations and settings that `upkeep stubs` writes, and finds nothing. A misspelt
# function, an argument of the wrong type and an unknown state are found, each in its line.
#
#   UPKEEP_BINARY=PATH tests/e2e/stubs.sh        needs no server; cargo the first time
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
upkeep=$(realpath "${UPKEEP_BINARY:-$source_dir/build/runner/cli/upkeep}")
version=0.25.1
cache=${UPKEEP_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/upkeep}/emmylua-$version
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
begun=$SECONDS
fail() {
  echo "stubs: FAILED: $1" >&2
  [[ ! -s $work/out ]] || head -n 40 "$work/out" >&2
  exit 1
}

if [[ ! -x $cache/bin/emmylua_check ]]; then
  command -v cargo >/dev/null || fail "cargo is needed to build emmylua_check (tests/bench/packages.txt)"
  cargo install --quiet --locked --root "$cache" "emmylua_check@$version"
fi
# check FOLDER: what it says about it; no colours, and a warning is an error.
check() { NO_COLOR=1 "$cache/bin/emmylua_check" --warnings-as-errors --severity warn "$1" >"$work/out" 2>&1; }

mkdir "$work/pack"
cp -r "$source_dir/playbooks/." "$work/pack"
"$upkeep" stubs --dir "$work/pack" >/dev/null
kinds=0
for kind in kubernetes postgres redis http tls dns any; do
  "$upkeep" new "made.$kind" --target "$kind" --dir "$work/pack" >/dev/null 2>&1
  kinds=$((kinds + 1))
done
playbooks=$(find "$work/pack" -name '*.lua' -not -path '*/.upkeep/*' | wc -l)
((playbooks >= 20)) || fail "only $playbooks playbooks were found"
check "$work/pack" || fail "a playbook does not fit the declarations"
echo "  ok    $playbooks playbooks and modules, $kinds of them from upkeep new, fit the declarations"

# wrong NAME FROM TO TOLD: the Kubernetes check with one thing made wrong is found, in its line.
caught=0
wrong() {
  local name=$1 from=$2 to=$3 told=$4 file line
  rm -rf "$work/wrong"
  mkdir "$work/wrong"
  "$upkeep" new team.wrong --dir "$work/wrong" >/dev/null 2>&1
  file=$work/wrong/team/wrong.lua
  grep -qF -- "$from" "$file" || fail "the template no longer has: $from"
  python3 - "$file" "$from" "$to" <<'END'
import pathlib, sys
path = pathlib.Path(sys.argv[1])
path.write_text(path.read_text().replace(sys.argv[2], sys.argv[3], 1))
END
  line=$(grep -nF -- "$to" "$file" | sed -n 1p | cut -d : -f 1)
  if check "$work/wrong"; then fail "$name was not found"; fi
  grep -qF -- "$told" "$work/out" || fail "$name: it does not say $told"
  grep -q "wrong.lua:$line:" "$work/out" || fail "$name: it does not name line $line"
  caught=$((caught + 1))
  echo "  ok    found: $name"
}
wrong "a misspelt function of a module" 'kubernetes.list "deploy' 'kubernetes.lst "deploy' 'Undefined field `lst`'
wrong "a misspelt function of upkeep" 'upkeep.items(deploy' 'upkeep.itms(deploy' 'Undefined field `itms`'
wrong "a misspelt method of run" 'run:coverage {' 'run:covrage {' 'Undefined field `covrage`'
wrong "an argument of the wrong type" 'kubernetes.list "deployments.apps"' 'kubernetes.list(5)' 'expected `string` but found `5`'
wrong "a state that is none" 'state = state, reason' 'state = "warnin", reason' 'upkeep.State'
wrong "a cadence that is none" 'cadence = "daily"' 'cadence = "dayly"' 'upkeep.Cadence'
wrong "a text without Korean" 'replicas", ko = "디플로이먼트 레플리카 수" }' 'replicas" }' 'Missing required fields'
echo "stubs: $playbooks files fit the declarations, $caught of 7 wrong ones found, $((SECONDS - begun)) s"
