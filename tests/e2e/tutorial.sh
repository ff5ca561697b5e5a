#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# docs/tutorial.md, line by line: each command of its sh blocks ends as the tutorial says, each change
# of its diff blocks applies, and each line of its text blocks is said by the commands before it.
#
# Needs what `cluster env` prints and UPKEEP_BINARY.
set -euo pipefail
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
: "${UPKEEP_BINARY:?the upkeep to test}" "${KUBECONFIG:?cluster env}" "${UPKEEP_CLUSTER_NAME:?cluster env}"
upkeep=$(realpath "$UPKEEP_BINARY")
work=$(mktemp -d)
# The tutorial's reader has a home of their own; the cluster's programs lie in the real one.
kubectl=(env "HOME=$HOME" "$source_dir/tests/cluster/cluster" --name "$UPKEEP_CLUSTER_NAME" kubectl)
cleanup() {
  "${kubectl[@]}" delete deployment broken --ignore-not-found --wait=false >/dev/null 2>&1 || true
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
begun=$SECONDS

mkdir -p "$work/bin" "$work/home/.kube"
cp "$KUBECONFIG" "$work/home/.kube/config"
ln -s "$upkeep" "$work/bin/upkeep"
cat >"$work/bin/kubectl" <<END
#!/bin/sh
exec ${kubectl[*]@Q} "\$@"
END
chmod +x "$work/bin/kubectl"
"${kubectl[@]}" delete deployment broken --ignore-not-found >/dev/null

cd "$work"
export HOME=$work/home PATH=$work/bin:$PATH UPKEEP_STORE=$work/upkeep.db UPKEEP_LANG=en
unset KUBECONFIG UPKEEP_PLAYBOOKS UPKEEP_INVENTORY
python3 - "$source_dir/docs/tutorial.md" <<'PYTHON'
import pathlib, re, subprocess, sys

text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.S | re.M)
exports, said, counts = "", "", {"commands": 0, "changes": 0, "lines": 0}


def fail(what):
    print(f"tutorial: FAILED: {what}\n{said}", file=sys.stderr)
    sys.exit(1)


for kind, block in blocks:
    if kind == "diff":
        patched = subprocess.run(["patch", "--strip=0", "--fuzz=0"], input=block, text=True, capture_output=True)
        if patched.returncode != 0:
            fail(f"a change does not apply: {patched.stdout}{patched.stderr}")
        counts["changes"] += 1
    elif kind == "sh":
        said = ""
        for line in block.splitlines():
            command, _, note = line.partition("    # ends with ")
            if command.startswith("export "):
                exports += command + "\n"
            ran = subprocess.run(["bash", "-c", exports + command], text=True, capture_output=True)
            said += ran.stdout + ran.stderr
            if ran.returncode != int(note or 0):
                fail(f"'{command}' ended with {ran.returncode}")
            print(f"  ok    {line}")
            counts["commands"] += 1
    elif kind == "text":
        for line in block.splitlines():
            if line not in said:
                fail(f"this is not said: {line}")
            counts["lines"] += 1
    else:
        fail(f"a block of the kind '{kind}' is tried by nobody")
if counts["commands"] < 15 or counts["changes"] != 2 or counts["lines"] < 10:
    fail(f"too little was tried: {counts}")
pathlib.Path("counts").write_text(", ".join(f"{count} {name}" for name, count in counts.items()))
PYTHON
[[ -s mine/team/replicas.case.json && -s site/ko/team.replicas.html && -s today.html ]] || {
  echo "tutorial: FAILED: a file that it promises is not there" >&2
  exit 1
}
echo "tutorial: $(<counts) as docs/tutorial.md has them, $((SECONDS - begun)) s"
