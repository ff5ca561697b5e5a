#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each recorded case of a fault fails when its fault is taken out: what it expects is replayed
# against the healthy recording of the same playbook, and every one of them must fail. Every playbook
# that ships (selftest aside, which looks at nothing) has a recording of both.
#
#   UPKEEP_BINARY=PATH tests/e2e/cases.sh        needs no server
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
upkeep=$(realpath "${UPKEEP_BINARY:-$source_dir/build/runner/cli/upkeep}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cp -r "$source_dir/playbooks" "$work/pack"
rm -rf "$work/pack/selftest"
python3 - "$work/pack" >"$work/swapped" <<'END'
import json, pathlib, sys
without = [str(path) for path in sorted(pathlib.Path(sys.argv[1]).glob("*/*.lua"))
           if path.parent.name != "lib" and not path.with_suffix(".case.json").exists()]
if without:
    sys.exit(f"cases: without a recorded case: {without}")
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/*.case.json")):
    document = json.loads(path.read_text())
    healthy = [case for case in document["cases"] if case["name"] == "healthy"]
    faults = [case for case in document["cases"] if not case["name"].startswith("healthy")]
    if not healthy or not faults:
        sys.exit(f"cases: {document['playbook']} has no {'fault' if healthy else 'healthy'} recording")
    for case in faults:
        for key in ("from", "changes"):
            case.pop(key, None)
        for key in ("now", "target", "params", "calls"):
            case[key] = healthy[0][key]
        print(f"{document['playbook']}: {case['name']}")
    document["cases"] = faults
    path.write_text(json.dumps(document))
END
count=$(wc -l <"$work/swapped")
rc=0
UPKEEP_PLAYBOOKS=$work/pack "$upkeep" test >"$work/out" 2>&1 || rc=$?
if [ "$rc" != 0 ] && [ "$count" -ge 10 ] && grep -q "^0 cases passed, $count failed\$" "$work/out"; then
  sed 's/^/  fails without its fault: /' "$work/swapped"
  echo "cases: all $count recorded faults fail without their fault"
else
  cat "$work/out" >&2
  echo "cases: exit code $rc, wanted a failure of each of $count" >&2
  exit 1
fi
