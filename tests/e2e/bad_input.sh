#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bad input of each kind, given to the real binary: the exit code of the table, the place as file:line:column with
# a caret and a hint where a file is at fault, else the thing, the cause and the fix – and never a stack trace.
# In Korean as well as in English.
#
#   UPKEEP_BINARY=PATH tests/e2e/bad_input.sh      needs no server
set -euo pipefail
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
upkeep=$(realpath "${UPKEEP_BINARY:?the upkeep to test}")
work=$(mktemp -d)
mounted=''
cleanup() {
  [ -z "$mounted" ] || umount "$mounted" 2>/dev/null || true
  rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export UPKEEP_PLAYBOOKS=$source_dir/playbooks UPKEEP_SCHEDULES=$source_dir/schedules
chmod 755 "$work"
cd "$work"

passed=0 failed=0
pass() { passed=$((passed + 1)); echo "  ok    $1"; }
fail() {
  failed=$((failed + 1))
  echo "  FAIL  $1" >&2
  sed 's/^/          /' "$work/err" >&2
}

# refused WHAT CODE PATTERN... -- ARGUMENT...: upkeep ARGUMENT... ends with CODE and says every PATTERN (extended
# regular expressions) on standard error, and nothing that only a fault inside upkeep would say.
refused() {
  local what=$1 wanted=$2 code=0 pattern
  shift 2
  local patterns=()
  while [ "$1" != -- ]; do patterns+=("$1"); shift; done
  shift
  "${as[@]}" "$upkeep" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
  [ "$code" = "$wanted" ] || { fail "$what: exit code $code, not $wanted"; return; }
  for pattern in "${patterns[@]}"; do
    grep -qE -- "$pattern" "$work/err" || { fail "$what: nothing says '$pattern'"; return; }
  done
  if grep -qE 'terminate called|what\(\)|^#[0-9]+ |AddressSanitizer|a fault inside upkeep|stack traceback' "$work/err"; then
    fail "$what: a stack trace"
    return
  fi
  pass "$what: $wanted"
}
as=()
# misplaced WHAT CODE PLACE ARGUMENT...: the fault of a file, with its place, a caret under it and a hint, in both languages.
misplaced() {
  local what=$1 code=$2 place=$3
  shift 3
  refused "$what" "$code" "$place" '^ *[|0-9 ]*\^' 'hint:' -- "$@"
  refused "$what, in Korean" "$code" "$place" '^ *[|0-9 ]*\^' -- "$@" --lang ko
  if ! grep -qP '\p{Hangul}' "$work/err"; then fail "$what: nothing in Korean"; fi
}

cat >inventory.yaml <<'END'
apiVersion: upkeep/v1
targets:
  - name: here
    kind: hots
    host: localhost
END
misplaced "inventory: a kind that there is not" 78 'inventory\.yaml:4:11' run selftest.ok --inventory inventory.yaml --store s.db
printf 'apiVersion: upkeep/v1\ntargets:\n  - name: here\n    kind: host\n    host: localhost\n    prot: 1\n    hsot: x\n' >inventory.yaml
misplaced "inventory: an unknown key" 78 'inventory\.yaml:6:5' run selftest.ok --inventory inventory.yaml --store s.db
refused "inventory: all errors at once" 78 'inventory\.yaml:6:5' 'inventory\.yaml:7:5' -- run selftest.ok --inventory inventory.yaml --store s.db
printf 'apiVersion: upkeep/v1\ntargets:\n  - name: [here\n    kind: host\n' >inventory.yaml
misplaced "inventory: no YAML" 78 'inventory\.yaml:[34]:[0-9]+' run selftest.ok --inventory inventory.yaml --store s.db
refused "inventory: no such file" 78 'none\.yaml' 'hint:' -- run selftest.ok --inventory none.yaml --store s.db

mkdir schedules
cat >schedules/bad.yaml <<'END'
apiVersion: upkeep/v1
schedules:
  - id: nightly
    cron: "0 25 * * *"
    playbooks: [selftest.ok]
    catchup: last
END
misplaced "schedule: an hour that there is not" 65 'bad\.yaml:4:[0-9]+' schedule check schedules/bad.yaml
misplaced "schedule: a key in the wrong case" 65 'bad\.yaml:6:5' schedule check schedules/bad.yaml
mkdir -p zones/Asia
head -c 300 /dev/urandom >zones/Asia/Seoul
printf 'apiVersion: upkeep/v1\ntimeZone: Asia/Seoul\nschedules:\n  - {id: s, cron: "0 9 * * *", playbooks: [selftest.ok]}\n' >schedules/zone.yaml
export TZDIR=$work/zones
misplaced "schedule: a zone file that is no tzdata" 65 'zone\.yaml:2:11' schedule check schedules/zone.yaml
head -c 200 /usr/share/zoneinfo/Asia/Seoul >zones/Asia/Seoul
misplaced "schedule: a zone file cut short" 65 'zone\.yaml:2:11' schedule check schedules/zone.yaml
rm zones/Asia/Seoul
mkfifo zones/Asia/Seoul
misplaced "schedule: a pipe for a zone file" 65 'zone\.yaml:2:11' schedule check schedules/zone.yaml
rm zones/Asia/Seoul
ln -s nowhere zones/Asia/Seoul
misplaced "schedule: a zone file that is a link to nothing" 65 'zone\.yaml:2:11' schedule check schedules/zone.yaml
rm zones/Asia/Seoul
misplaced "schedule: no zone file" 65 'zone\.yaml:2:11' schedule check schedules/zone.yaml
unset TZDIR
refused "cron expression typed" 65 '1:[0-9]+' '\^' 'hint:' -- schedule next '0 25 * * *'

mkdir -p pack/team
cat >pack/team/wrong.lua <<'END'
return require "upkeep".playbook {
  format = 1, id = "team.wrong", cadence = "dayly", owner = "team", target = "any",
  title = { en = "Wrong", ko = "잘못" },
  fix = { en = "Mend it.", ko = "고치세요." },
  messages = { fine = { en = "fine", ko = "정상" } },
  check = function(run) run:ok { message = "fine" } end,
}
END
misplaced "playbook: a cadence that there is not" 65 'wrong\.lua:2:[0-9]+' validate pack/team/wrong.lua
printf 'return {\n  id = \n}\n' >pack/team/torn.lua
misplaced "playbook: no Lua" 65 'torn\.lua:3:[0-9]+' validate pack/team/torn.lua

cat >kubeconfig <<'END'
apiVersion: v1
kind: Config
current-context: prod
clusters:
  - name: c
    cluster:
      server: https://127.0.0.1:1
      certificate-authority-data: "!!!"
contexts:
  - name: prod
    context: {cluster: c, user: u}
users:
  - name: u
    user: {token: x}
END
misplaced "kubeconfig: data that is no base64" 78 'kubeconfig:8:[0-9]+' run kubernetes.nodes --kubeconfig kubeconfig --store s.db
sed -i 's/current-context: prod/current-context: prd/; s/"!!!"/""/' kubeconfig
misplaced "kubeconfig: a context that there is not" 78 'kubeconfig:3:[0-9]+' run kubernetes.nodes --kubeconfig kubeconfig --store s.db

cat >host.yaml <<'END'
apiVersion: upkeep/v1
targets:
  - {name: here, kind: host, host: localhost}
END
chmod 644 host.yaml
run=(run selftest.ok --inventory "$work/host.yaml")
head -c 8192 /dev/urandom >corrupt.db
refused "store: corrupt" 74 'corrupt\.db' 'hint:' -- "${run[@]}" --store corrupt.db
"$upkeep" "${run[@]}" --store short.db >/dev/null
truncate -s 5000 short.db
rm -f short.db-wal short.db-shm
refused "store: cut short" 74 'short\.db' 'hint:' -- "${run[@]}" --store short.db
refused "store: absent" 74 'none\.db' 'hint:' -- history --store none.db
if [ "$(id -u)" = 0 ]; then
  mkdir -m 755 locked
  cp "$upkeep" ./upkeep-for-nobody
  upkeep_before=$upkeep upkeep=$work/upkeep-for-nobody
  cp -r "$source_dir/playbooks" "$work/playbooks"
  chmod -R a+rX "$work/playbooks" "$work/upkeep-for-nobody"
  as=(setpriv --reuid 65534 --regid 65534 --clear-groups env "UPKEEP_PLAYBOOKS=$work/playbooks")
  refused "store: a folder that may not be written" 74 'locked' 'hint:' -- "${run[@]}" --store locked/s.db
  as=()
  upkeep=$upkeep_before
  mkdir full
  mount -t tmpfs -o size=2m tmpfs full
  mounted=$work/full
  "$upkeep" "${run[@]}" --store full/s.db >/dev/null
  dd if=/dev/zero of=full/filler bs=4k 2>/dev/null || true
  refused "store: a full disk" 74 'full' 'hint:' -- "${run[@]}" --store full/s.db
  rm full/filler
  if "$upkeep" db check --store full/s.db >"$work/err" 2>&1 && "$upkeep" "${run[@]}" --store full/s.db >"$work/out" 2>"$work/err"; then
    pass "store: nothing is lost once there is room again"
  else
    fail "store: after the full disk"
  fi
else
  echo "bad_input: needs root for the store that may not be written and the full disk" >&2
  exit 1
fi

refused "flag: unknown" 64 '--tragte' 'did you mean --target' -- run daily --tragte x
refused "command: unknown" 64 "did you mean 'upkeep run'" -- rnu
refused "output: cannot be written" 73 'nowhere' 'hint:' -- "${run[@]}" --store s.db -o html:nowhere/at/all.html
refused "playbook: unknown" 65 "did you mean 'selftest.ok'" -- run selftest.okk --inventory host.yaml --store s.db
refused "parameter: out of its range" 64 'seconds' -- run selftest.wait --param seconds=99 --inventory host.yaml --store s.db

echo "bad_input: $passed checks passed, $failed failed"
[ "$failed" = 0 ]
