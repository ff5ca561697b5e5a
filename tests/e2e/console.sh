#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# upkeep console on the real API server, PostgreSQL and Redis, read-only: what it shows is what kubectl
# and `upkeep run` say, a write is refused, nothing is stored, and the needs that it prints are enough
# for a playbook that does the same.
set -euo pipefail
# shellcheck source=lib/session.sh
source "$(dirname "$0")/lib/session.sh"
trap 'rm -rf -- "$work"' EXIT
whole_inventory >"$UPKEEP_INVENTORY"

# types TARGET ENDS [ARGUMENT]...: lines of standard input, typed at a console; the output in $said.
types() {
  local target=$1 wanted=$2 code=0
  shift 2
  said=$("$upkeep" console --target "$target" "$@" 2>"$work/err") || code=$?
  if [ "$code" = "$wanted" ]; then pass "a console of $target ends $code"; else fail "it ended $code, not $wanted" "$said$(cat "$work/err")"; fi
}
is() { if [ "$said" = "$2" ]; then pass "$1"; else fail "$1: not as expected" "$(diff <(echo "$2") <(echo "$said"))"; fi; }
says() { if grep -qF -- "$1" <<<"$said"; then pass "it shows: $1"; else fail "nothing shows: $1" "$said"; fi; }
tells() { if grep -qF -- "$1" "$work/err"; then pass "it tells: $1"; else fail "nothing tells: $1" "$(cat "$work/err")"; fi; }

types cluster 0 <<'END'
names = {}
for node in upkeep.items(kubernetes.list "nodes") do
  table.insert(names, node.metadata.name)
end
table.sort(names)
print(table.concat(names, "\n"))
END
is "the nodes are those of kubectl" "$(kubectl get nodes -o name | sed 's,^node/,,' | sort)"

types cluster 1 <<'END'
kubernetes.delete("pods", "default", "nobody", {uid = "1"})
#kubernetes.list "namespaces"
END
is "the namespaces after a refused write" "$(kubectl get namespaces -o name | wc -l)"
tells "a check may not call kubernetes.delete"

types orders-db 1 <<'END'
postgres.query("select 1 + 1 as two")[1].two
postgres.query("create table console_was_here ()")
postgres.query("selct 1")
.needs
END
says 2
says 'needs = { "postgres:query" },'
tells "read-only transaction"
tells "stdin:3: "

types cache 0 <<<'redis.command("PING")'
says PONG

# The check itself: what it prints is what a run stores.
types cluster 0 kubernetes.nodes <<<'check()'
printed=$said
"$upkeep" run kubernetes.nodes --target cluster -o json --store "$work/run.db" >"$work/run.json" 2>/dev/null || true
results=$(grep -c -v -e '^observed' -e '^nodes ' <<<"$printed" || true)
said=$(python3 -c '
import json, sys
totals = json.load(open(sys.argv[1]))["totals"]
print(sum(totals[state] for state in ("ok", "warning", "critical", "unknown", "skipped")))' "$work/run.json")
is "the check gives as many results as a run" "$results"

types cluster 1 kubernetes.nodes <<<'kubernetes.list "pods"'
tells 'add "kubernetes:list:pods" to needs'

# The needs that it prints are a head's: a playbook with them, and no other, does the same.
types cluster 0 <<'END'
for pod in upkeep.items(kubernetes.list "pods") do x = pod.metadata.name .. (pod.status.phase or "") end
.needs
END
mkdir -p "$work/pack/team"
cat >"$work/pack/team/pods.lua" <<END
local upkeep = require "upkeep"
local kubernetes = require "upkeep.kubernetes"
return upkeep.playbook {
  format = 1, id = "team.pods", cadence = "daily", owner = "team", target = "kubernetes",
  title = { en = "Pods", ko = "파드" }, fix = { en = "Look.", ko = "확인하세요." },
  $said
  messages = { count = { en = "{count} pods", ko = "파드 {count}개" } },
  check = function(run)
    local pods = kubernetes.list "pods"
    for pod in upkeep.items(pods) do local x = pod.metadata.name .. (pod.status.phase or "") end
    run:ok { message = "count", values = { count = #pods } }
  end,
}
END
code=0
said=$("$upkeep" run team.pods --target cluster --playbooks "$work/pack" --store "$work/run.db" 2>&1) || code=$?
if [ "$code" = 0 ]; then pass "a playbook with the needs that were printed runs"; else fail "it ended $code" "$said"; fi

# In Korean no English is left: faults, help, what is cut.
code=0
said=$(printf '%s\n' .help .neds 'x + 1' 'while true do end' 't = {} for i = 1, 40 do t[i] = i end' t .needs |
  "$upkeep" console --target cluster --lang ko 2>&1) || code=$?
grep -v '^  x ' <<<"$said" >"$work/ko.txt"
if [ "$code" = 1 ] && python3 "$source_dir/tests/korean/english_prose.py" "$work/ko.txt"; then pass "Korean throughout"; else fail "English is left, or it ended $code" "$said"; fi

if [ -e "$UPKEEP_STORE" ]; then fail "a store was made"; else pass "nothing was stored"; fi
finish
